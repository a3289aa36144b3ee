"""Goals of a program: where it began, the goal, where it stands, and what may be said of it by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.cards import Card, show_card, show_chips, show_text
from components.charts import Width
from components.charts.goal import PARTS
from components.goals import goal_chip, goal_flags, goal_sentence, goal_told, later_of, verdict_of
from components.passports import (
    ProgramKey,
    figured,
    observation_passport,
    program_figured,
    record_figured,
    record_passport,
)
from components.passports.records import goal_number
from components.scope import Scope
from components.tables import Figured
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.figures import Figure

AXES = {"percent": "percent", "per": "per_1000_residents", "per_1000_residents": "per_1000_residents"}
"""The unit of an axis, by the first word of a goal's unit; else plain counts."""


def show_goals(scope: Scope, program: Mapping[str, Any]) -> None:
    """Each goal of a program as a card; the sentence that it states none."""
    goals = scope.ask(queries.goals, program=str(program["id"]), language=scope.language)
    if goals.empty:
        st.markdown(for_markdown(scope.say("program.no_goal")))
    found = queries.records(goals)
    for pair in (
        zip_longest(found[::2], found[1::2]) if not scope.narrow and len(found) > 1 else ((one,) for one in found)
    ):
        beside = st.columns(2) if len(pair) > 1 else [st.container()]
        for column, goal in zip(beside, pair, strict=True):
            if goal is not None:
                with column:
                    show_goal(scope, program, goal, width="phone" if len(pair) > 1 else scope.width)


def show_goal(scope: Scope, program: Mapping[str, Any], goal: Mapping[str, Any], *, width: Width) -> None:
    """One goal as a card."""
    card = goal_card(scope, program, goal, width=width)
    if card is not None:
        show_card(card, scope)
        return
    with st.container(border=True, gap="small", key=f"card-goal-{goal['id']}"):
        show_chips([goal_chip(scope, goal)])
        st.subheader(for_markdown(goal_heading(scope, goal)), anchor=f"goal-{goal['id']}")
        show_text(goal_told(scope, goal))


def goal_heading(scope: Scope, goal: Mapping[str, Any]) -> str:
    """The heading of a goal's card: it says that this is a goal, or what is wanted would read like what is."""
    return scope.say("program.goal_titled", goal=goal_title(scope, goal))


def goal_title(scope: Scope, goal: Mapping[str, Any]) -> str:
    """The goal in plain words, and the place it is judged in where the words do not name it."""
    text, place = str(goal["description"]).rstrip("."), goal["neighborhood_id"]
    name = scope.name_of(place) if isinstance(place, str) else ""
    return text if not name or name in text else scope.say("program.goal_place", goal=text, place=name)


def goal_card(
    scope: Scope, program: Mapping[str, Any], goal: Mapping[str, Any], *, width: Width = "phone"
) -> Card | None:
    """The card of a goal; None for one without any number, which has nothing to draw, to list or to cite."""
    numbers = numbers_of(scope, goal)
    if not numbers:
        return None
    texts = {part: part_text(scope, goal, part, value) for part, value in numbers.items()}
    latest = range_of(scope, goal, "latest")
    drawing = None
    if "target" in numbers and min(numbers.values()) >= 0:
        drawing = charts.goal(
            {part: numbers.get(part) for part in PARTS}, texts, look(scope.theme), scope.language, width,
            unit=axis_of(goal["unit"]),
            limits=None if latest is None or latest.low is None or latest.high is None else (latest.low, latest.high),
        )  # fmt: skip
    title, sentence, flags = goal_heading(scope, goal), goal_sentence(scope, goal), goal_flags(scope, goal)
    stated = next(part for part in ("latest", "target", "baseline") if part in numbers)
    sources = scope.ask(queries.sources, language=scope.language).set_index("id")
    source = sources.loc[program["source_id"]]
    return Card(
        id=f"goal-{goal['id']}",
        page="program",
        finding=title,
        subtitle=sentence.removeprefix(" ".join(flags)).strip(),
        chips=[goal_chip(scope, goal)],
        drawing=drawing,
        alt=scope.say("program.goal_alt", goal=title, sentence=sentence),
        how_to_read=how_to_read(scope, goal, numbers, ranged=latest is not None) if drawing is not None else "",
        notices=flags,
        table=goal_table(scope, program, goal, numbers),
        rows=goal_rows(scope, goal, numbers),
        passport=record_passport(scope, "program_goal", goal, stated)
        if latest is None
        else observation_passport(latest, scope),
        source=f"{source.title}, {source.publisher}",
        link={"program": str(program["id"])},
        open=drawing is None,
    )


def numbers_of(scope: Scope, goal: Mapping[str, Any]) -> dict[str, float]:
    """What is known of a goal, in its unit: target, latest, mark (where it should be by then), baseline."""
    known = {part: goal[part] for part in ("target", "latest", "baseline")} | {"mark": verdict_of(scope, goal).mark}
    return {part: float(known[part]) for part in PARTS if pd.notna(known[part])}


def part_text(scope: Scope, goal: Mapping[str, Any], part: str, value: float) -> str:
    """A number of a goal as a line of the key: what it is, when, and the number with its unit."""
    said, number = scope.say, goal_number(value, goal["unit"], scope)
    if part == "target":
        number = said(f"programs.goal_{goal['direction']}", number=number)
        if pd.isna(goal["due_on"]):
            return said("program.goal_target_bare", number=formats.sentence_case(number))
        day = formats.date_text(goal["due_on"], scope.language)
        return said("program.goal_target", date=day, number=number[:1].lower() + number[1:])
    name, when = part_name(scope, goal, part), part_period(scope, goal, part)
    if part == "mark" or not when:
        return said("program.goal_part_bare", part=name, number=number)
    figure = range_of(scope, goal, part) if part == "latest" else None
    if figure is not None and figure.low is not None and figure.high is not None:
        ends = formats.range_text(figure.low, figure.high, figure.unit, scope.language)
        return said("program.goal_part_ranged", part=name, period=when, number=number, range=ends)
    return said("program.goal_part", part=name, period=when, number=number)


def part_name(scope: Scope, goal: Mapping[str, Any], part: str) -> str:
    """What a number of a goal is, in words: where there is a later figure, the one that judges is not the latest."""
    later = later_of(scope, goal) if part == "latest" else None
    if later is not None and later.figure is not None:
        return scope.say("program.part_latest_judged")
    return scope.say(f"program.part_{part}")


def part_period(scope: Scope, goal: Mapping[str, Any], part: str) -> str:
    """When a number of a goal is from, or for; empty where nobody says."""
    if part == "target":
        return "" if pd.isna(goal["due_on"]) else formats.date_text(goal["due_on"], scope.language)
    period = goal["latest_period" if part == "mark" else f"{part}_period"]
    return formats.period_label(period, scope.language) if isinstance(period, str) else ""


def range_of(scope: Scope, goal: Mapping[str, Any], part: str) -> Figure | None:
    """The published figure that a number of a goal is, where it has a range; None for any other number."""
    measure, period, place = goal["measure_id"], goal.get(f"{part}_period"), goal["neighborhood_id"]
    if not isinstance(measure, str) or not isinstance(period, str) or pd.isna(goal[part]):
        return None
    found = scope.ask(
        queries.figures,
        measures=(measure,), neighborhoods=(place if isinstance(place, str) else "city",), periods=(period,),
    )  # fmt: skip
    figure = found[0] if found else None
    if figure is None or not figure.has_value or figure.value is None or figure.low is None or figure.high is None:
        return None
    # Releases of older software hold what packs typed: what reads otherwise is not this figure.
    typed, published = (goal_number(float(value), goal["unit"], scope) for value in (goal[part], figure.value))
    return figure if typed == published else None


def axis_of(unit: Any) -> str:
    """The unit code that an axis of a goal is written in."""
    return AXES.get(str(unit).split(" ")[0], "events") if isinstance(unit, str) else "events"


def how_to_read(scope: Scope, goal: Mapping[str, Any], numbers: Mapping[str, float], *, ranged: bool) -> str:
    """How to read the bullet of a goal: what its key does not say."""
    told = [scope.say("program.how_bullet")] if "mark" in numbers else []
    told += [scope.say("program.how_range")] if ranged else []
    told += [scope.say("program.fewer_is_good")] if goal["direction"] == "fewer" else []
    return " ".join(told)


def goal_table(
    scope: Scope, program: Mapping[str, Any], goal: Mapping[str, Any], numbers: Mapping[str, float]
) -> pd.DataFrame:
    """The numbers of a goal in the order of time: what, when, the number, its range; what is missing says so."""
    said = scope.say
    rows = []
    for part in ("baseline", "latest", "mark", "target"):
        value = numbers.get(part)
        if value is None and part == "mark":
            continue
        rows.append(
            {
                said("table.name"): part_name(scope, goal, part),
                said("table.period"): part_period(scope, goal, part) or said("programs.not_stated"),
                said("table.value"): said("programs.not_stated")
                if value is None
                else number_cell(scope, program, goal, part, value),
                said("table.range"): range_cell(scope, goal, part),
            }
        )
    later = later_of(scope, goal)
    if later is not None and later.figure is not None:  # a program's own latest stands above already
        # It stands apart: no number from after the day of a goal judges it.
        rows.append(
            {
                said("table.name"): said("program.part_since"),
                said("table.period"): formats.period_label(later.period, scope.language),
                said("table.value"): figured(later.figure, scope, goal_number(later.value, goal["unit"], scope)),
                said("table.range"): range_of_figure(scope, later.figure),
            }
        )
    return pd.DataFrame(rows)


def number_cell(
    scope: Scope, program: Mapping[str, Any], goal: Mapping[str, Any], part: str, value: float
) -> str | Figured:
    """A number of a goal, leading to its page: the published figure where it is one."""
    text = goal_number(value, goal["unit"], scope)
    figure = range_of(scope, goal, part) if part in ("baseline", "latest") else None
    if figure is not None:
        return figured(figure, scope, text)
    if part == "mark":
        return program_figured(scope, ProgramKey(str(program["id"]), "mark", str(goal["id"])), text)
    if part == "target":
        text = scope.say(f"programs.goal_{goal['direction']}", number=text)
    return record_figured(scope, "program_goal", str(goal["id"]), part, text)


def range_cell(scope: Scope, goal: Mapping[str, Any], part: str) -> str | Figured:
    """The range of a number of a goal, leading to the published figure; the words that none is given."""
    return range_of_figure(scope, range_of(scope, goal, part) if part in ("baseline", "latest") else None)


def range_of_figure(scope: Scope, figure: Figure | None) -> str | Figured:
    """The range of a figure, leading to it; the words that none is given."""
    if figure is None or figure.low is None or figure.high is None:
        return scope.say("reading.no_range")
    return figured(figure, scope, formats.range_text(figure.low, figure.high, figure.unit, scope.language))


def goal_rows(scope: Scope, goal: Mapping[str, Any], numbers: Mapping[str, float]) -> pd.DataFrame:
    """The row of a goal's file: its record, where it should be, how far it is, and the published ranges."""
    verdict, later = verdict_of(scope, goal), later_of(scope, goal)
    ranges: dict[str, float | None] = {}
    for part in ("baseline", "latest"):
        figure = range_of(scope, goal, part)
        if figure is not None:
            ranges |= {f"{part}_low": figure.low, f"{part}_high": figure.high}
    row = {
        **goal, **ranges, "mark": numbers.get("mark"), "state": str(verdict.state), "is_easier": verdict.is_easier,
        "asks_nothing": verdict.asks_nothing, "since": later.value if later else None,
        "since_period": later.period if later else None, "as_of": scope.as_of, "release_id": scope.release.id,
    }  # fmt: skip
    return pd.DataFrame([row])


def measured_goals(scope: Scope, program: str) -> list[dict[str, Any]]:
    """The goals of a program that name a measure, one a measure and place."""
    goals = scope.ask(queries.goals, program=program, language=scope.language)
    named = goals[goals.measure_id.notna()].drop_duplicates(["measure_id", "neighborhood_id"])
    return queries.records(named)


def of_program(card: Card, program: str, place: str) -> Card:
    """A measure's card on the page of a program: its link leads back here, and two places can stand on one page."""
    return replace(card, id=f"{card.id}-{place}", page="program", link={"program": program})
