"""How far a goal is, in words: the verdict of `data.verdicts.goals` picks the sentence and the chip. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from components import formats
from components.cards import Chip
from components.passports import figured, record_figured
from components.passports.records import goal_number
from components.scope import Scope
from components.tables import Figured
from data import periods, queries
from data.figures import Figure
from data.store import Release
from data.verdicts import GoalState, GoalVerdict, goal_verdict
from data.verdicts.goals import goes_with

MEANING = {
    GoalState.MET: "better",
    GoalState.ON_COURSE: "better",
    GoalState.MISSED: "worse",
    GoalState.BEHIND: "worse",
    GoalState.TOO_EARLY: "unknown",
    GoalState.NOT_MEASURABLE: "unknown",
}


@dataclass(frozen=True)
class Later:
    """What is known of a goal after its day. figure: the published figure that it is; None for a program's own."""

    value: float
    period: str
    figure: Figure | None = None


def verdict_of(scope: Scope, goal: Mapping[Any, Any]) -> GoalVerdict:
    """How far a goal is on the scope's day. goal: a record of `queries.goals`."""
    return goal_verdict(
        goal,
        as_of=scope.as_of,
        figure=scope.ask(latest_figures).get(str(goal["id"])),
        breaks=scope.ask(break_days).get(str(goal["measure_id"]), ()),
        fiscal_start_month=int(scope.city["fiscal_start_month"]),
    )


def latest_figures(release: Release) -> dict[str, Figure]:
    """The published figure behind the latest number of each goal with a measure, by the goal's id.

    Put it through `ask`.
    """
    goals = queries.goals(release)
    goals = goals[goals.measure_id.notna() & goals.latest_period.notna()]
    keys = {str(goal["id"]): _key(goal) for goal in queries.records(goals)}
    measures, places, periods = (sorted({key[at] for key in keys.values()}) for at in range(3))
    found = {
        (one.measure, one.neighborhood, one.period): one
        for one in queries.figures(release, measures=measures, neighborhoods=places, periods=periods)
    }
    return {goal: found[key] for goal, key in keys.items() if key in found}


def later_of(scope: Scope, goal: Mapping[Any, Any]) -> Later | None:
    """The newest number of a goal from after its day, which judges nothing; None where its day is to come."""
    due, period = goal["due_on"], goal["latest_period"]
    if pd.isna(due) or scope.as_of <= due:
        return None
    month = int(scope.city["fiscal_start_month"])
    figure = scope.ask(later_figures, fiscal_start_month=month).get(str(goal["id"]))
    if figure is not None and figure.value is not None:
        return Later(figure.value, figure.period, figure)
    if not isinstance(period, str) or pd.isna(goal["latest"]):
        return None
    is_later = periods.parse(period, fiscal_start_month=month).end > due
    return Later(float(goal["latest"]), period) if is_later else None


def later_figures(release: Release, *, fiscal_start_month: int) -> dict[str, Figure]:
    """The newest published figure after the due day that can be set beside the start of a goal with a measure, by the
    goal's id. Put it through `ask`.
    """
    goals = queries.goals(release)
    goals = goals[goals.measure_id.notna() & goals.baseline_period.notna() & goals.due_on.notna()]
    if goals.empty:
        return {}
    about = queries.measures(release).set_index("id").kind
    places = goals.neighborhood_id.fillna("city")
    known = queries.figure_table(release, measures=sorted(set(goals.measure_id)), neighborhoods=sorted(set(places)))
    broken = break_days(release)
    found = {}
    for goal, place in zip(queries.records(goals), places, strict=True):
        began = periods.parse(goal["baseline_period"], fiscal_start_month=fiscal_start_month)
        mine = known[(known.measure == goal["measure_id"]) & (known.neighborhood == place)]
        is_opt_in = bool((mine[mine.period == began.code].reason == "opt_in").any())
        breaks = [day for day in broken.get(str(goal["measure_id"]), ()) if day > began.start]
        is_counted = about.get(goal["measure_id"]) in ("rate", "count")
        for row in queries.records(mine[mine.period_end > goal["due_on"]].sort_values("period_end")):
            period = periods.parse(row["period"], fiscal_start_month=fiscal_start_month)
            is_alike = (row["reason"] == "opt_in") == is_opt_in and row["reason"] != "incomplete_period"
            is_whole = (row["period_start"], row["period_end"]) == (period.start, period.end)
            figure = queries.as_figure(row)
            if (
                figure.has_value and is_alike and is_whole and goes_with(period, began, is_counted=is_counted)
                and not any(day <= period.end for day in breaks)
            ):  # fmt: skip
                found[str(goal["id"])] = figure
    return found


def break_days(release: Release) -> dict[str, tuple[date, ...]]:
    """Days from which each measure was counted in another way. Put it through `ask`."""
    found = queries.breaks(release).groupby("measure_id").broke_on.agg(tuple)
    return {str(measure): days for measure, days in found.items()}


def goal_sentence(scope: Scope, goal: Mapping[Any, Any]) -> str:
    """What may be said of a goal, whole sentences: one that asks for less than its start, or for nothing else, says so
    first, and what came after its day comes last.
    """
    later, verdict = later_of(scope, goal), verdict_of(scope, goal)
    # "Since then" follows a day that could judge, had there been a figure.
    is_told = later is not None and (verdict.state != GoalState.NOT_MEASURABLE or verdict.why == "no_latest")
    since = [] if later is None or not is_told else [scope.say("goals.since", **_later_slots(scope, goal, later))]
    return " ".join([*goal_flags(scope, goal), *_judged(scope, goal), *since])


def goal_flags(scope: Scope, goal: Mapping[Any, Any]) -> list[str]:
    """What makes a goal less than it looks, in sentences: it asks for less than its start, or for no change."""
    verdict = verdict_of(scope, goal)
    codes = ["easier"] * verdict.is_easier + ["no_change"] * verdict.asks_nothing
    return [scope.say(f"goals.{code}") for code in codes]


def _judged(scope: Scope, goal: Mapping[Any, Any]) -> list[str]:
    """How far a goal is, in sentences."""
    verdict, said = verdict_of(scope, goal), scope.say
    slots = _slots(scope, goal)
    if verdict.state == GoalState.NOT_MEASURABLE:
        lacks = [said(f"goals.lacks.{code}") for code in verdict.why.split()]
        return [said("goals.not_measurable", parts=formats.join(lacks, scope.language))]
    if verdict.state == GoalState.TOO_EARLY:
        return [said("goals.too_early"), said(f"goals.too_early_{verdict.why}")]
    praised_wrongly = verdict.is_easier and verdict.state in (GoalState.MET, GoalState.ON_COURSE)
    told = [said("goals.now" if praised_wrongly else f"goals.{verdict.state}", **slots)]
    is_short = verdict.state != GoalState.MET and slots["now"] == slots["target"]
    told += [said("goals.just_short")] if is_short else []  # rounded they look the same
    told += [said("goals.to_come")] if verdict.why else []
    if verdict.could_be_either:
        is_past = isinstance(goal["due_on"], date) and scope.as_of > goal["due_on"]
        told.append(said("goals.either_past" if is_past else "goals.either"))
    told += [] if isinstance(goal["measure_id"], str) else [said("goals.by_program")]
    return told


def goal_told(scope: Scope, goal: Mapping[Any, Any]) -> str | Figured:
    """`goal_sentence`, leading from its latest number to what stands behind it where it states one."""
    text = goal_sentence(scope, goal)
    now, later = _slots(scope, goal)["now"], later_of(scope, goal)
    if later is not None and later.figure is not None and (not now or now not in text):
        return figured(later.figure, scope, text, part=_later_slots(scope, goal, later)["now"])
    if not now or now not in text:
        return text
    link = record_figured(scope, "program_goal", str(goal["id"]), "latest", text)
    return Figured(text, link.link, link.label, part=now)


def goal_chip(scope: Scope, goal: Mapping[Any, Any]) -> Chip:
    """The verdict in two words. A goal that asks for less than its start, or for nothing, is never marked as good."""
    verdict = verdict_of(scope, goal)
    if verdict.is_easier or verdict.asks_nothing:
        return Chip(scope.say(f"goals.chip.{'easier' if verdict.is_easier else 'no_change'}"), "notice")
    # What can turn out either way has no color of good or bad.
    return Chip(scope.say(f"goals.chip.{verdict.state}"), "same" if verdict.could_be_either else MEANING[verdict.state])


def _slots(scope: Scope, goal: Mapping[Any, Any]) -> dict[str, Any]:
    """The words for now, its period, the target and the day; empty where there is none."""

    def number(name: str) -> str:
        return "" if pd.isna(goal[name]) else goal_number(float(goal[name]), goal["unit"], scope)

    period, due = goal["latest_period"], goal["due_on"]
    return {
        "now": number("latest"),
        "target": number("target"),
        "period": formats.period_label(period, scope.language) if isinstance(period, str) else "",
        "due": "" if pd.isna(due) else formats.date_text(due, scope.language),
    }


def _later_slots(scope: Scope, goal: Mapping[Any, Any], later: Later) -> dict[str, Any]:
    number = goal_number(later.value, goal["unit"], scope)
    return {"now": number, "period": formats.period_label(later.period, scope.language)}


def _key(goal: Mapping[str, Any]) -> tuple[str, str, str]:
    where = goal["neighborhood_id"]
    return str(goal["measure_id"]), where if isinstance(where, str) else "city", str(goal["latest_period"])
