"""Programs: what is being done, for whom, how far it is; and the chain from money to what people said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import Chip, show_chips, show_small
from components.evidence import evidence_sentence, grade_of
from components.panels.money import cents_text
from components.panels.problems import stages_html
from components.passports import MoneyKey, money_figured, record_figured
from components.passports.records import goal_number
from components.scope import Scope
from components.tables import Figured, facts_html
from components.words import for_markdown
from data import queries

STATUS_MEANING = {"running": "focus", "planned": "unknown", "paused": "notice", "ended": "unknown"}


def show_programs(scope: Scope, programs: pd.DataFrame) -> None:
    """A card for each program: status, what it is, where, money, goals, and the steps of problem solving."""
    money = scope.ask(queries.budget_by, by="program_id").set_index("program_id")
    goals = scope.ask(queries.goals, language=scope.language)
    problems = scope.ask(queries.problems, language=scope.language)
    stages = scope.ask(queries.stages, language=scope.language)
    evaluations = scope.ask(queries.evaluations, language=scope.language)
    for program in queries.rows(programs):
        with st.container(border=True, gap="small", key=f"card-program-{program.id}"):
            status = scope.words.name_of("kinds.program.status", str(program.status))
            show_chips([Chip(status, STATUS_MEANING.get(str(program.status), "unknown"))])
            st.subheader(for_markdown(str(program.name)), anchor=f"program-{program.id}")
            st.markdown(for_markdown(str(program.summary)))
            mine = goals[goals.program_id == program.id]
            own = problems[problems.program_id == program.id]
            st.html(
                facts_html(program_facts(scope, program, money))
                + goals_html(scope, mine)
                + results_html(scope, evaluations[evaluations.program_id == program.id])
                + "".join(stages_html(scope, problem, stages) for problem in queries.records(own))
            )


def program_facts(scope: Scope, program: object, money: pd.DataFrame) -> list[tuple[str, str | Figured]]:
    """Where it runs, since when, what it costs, who answers for it, the last news: names and values."""
    get, said = program.__getattribute__, scope.say
    places = formats.join([scope.name_of(place) for place in get("neighborhood_ids")], scope.language)
    if get("citywide") and places:
        where = said("programs.citywide_and", places=places)
    else:
        where = places or said("programs.citywide")
    facts: list[tuple[str, str | Figured]] = [(said("programs.where_name"), where)]
    started, ended = get("started_on"), get("ended_on")
    if isinstance(started, date):
        days: dict[str, Any] = {
            name: formats.date_text(day, scope.language)
            for name, day in (("start", started), ("end", ended))
            if isinstance(day, date)
        }
        when = said("programs.from_to", **days) if "end" in days else said("programs.since", date=days["start"])
        facts.append((said("programs.when_name"), when))
    else:
        facts.append((said("programs.when_name"), said("programs.no_dates")))
    known = get("id") in money.index
    facts.append(
        (
            said("programs.money_name"),
            money_line(scope, str(get("id")), money.loc[get("id")]) if known else said("programs.no_money"),
        )
    )
    if get("owner"):
        facts.append((said("table.owner"), str(get("owner"))))
    if isinstance(get("updated_on"), date):
        facts.append((said("programs.updated_name"), formats.date_text(get("updated_on"), scope.language)))
    return facts


def goals_html(scope: Scope, goals: pd.DataFrame) -> str:
    """Each goal: what it is, where it began, the goal and its day, where it stands; a missing part says so."""
    if goals.empty:
        return f"<p>{escape(scope.say('programs.no_goal'))}</p>"
    return "".join(_goal_html(scope, goal) for goal in queries.records(goals))


def _goal_html(scope: Scope, goal: dict[str, Any]) -> str:
    said = scope.say

    def figured(name: str, text: str, number: str) -> Figured:
        return replace(record_figured(scope, "program_goal", str(goal["id"]), name, text), part=number)

    def amount(name: str, period: str) -> str | Figured:
        if pd.isna(goal[name]):
            return said("programs.not_stated")
        number = goal_number(float(goal[name]), goal["unit"], scope)
        when, text = goal[period], number
        if isinstance(when, str):
            text = said("programs.number_when", number=number, period=formats.period_label(when, scope.language))
        return figured(name, text, number)

    def target() -> str | Figured:
        if pd.isna(goal["target"]):
            return said("programs.not_stated")
        number = goal_number(float(goal["target"]), goal["unit"], scope)
        return figured("target", said(f"programs.goal_{goal['direction']}", number=number), number)

    due = goal["due_on"]
    facts: list[tuple[str, str | Figured]] = [
        (said("programs.goal_began"), amount("baseline", "baseline_period")),
        (said("programs.goal_target"), target()),
        (
            said("programs.goal_due"),
            formats.date_text(due, scope.language) if isinstance(due, date) else said("programs.no_day"),
        ),
        (said("programs.goal_latest"), amount("latest", "latest_period")),
    ]
    title = f"{escape(said('programs.goal'))}: {escape(str(goal['description']))}"
    where = goal["neighborhood_id"]
    place = f" ({escape(scope.name_of(where))})" if isinstance(where, str) else ""
    easier = (goal["target"] - goal["baseline"]) * (1 if goal["direction"] == "fewer" else -1)
    note = f"<p>{escape(said('programs.easy_goal'))}</p>" if easier > 0 else ""
    return f'<section class="goal"><h4>{title}{place}</h4>{facts_html(facts)}{note}</section>'


def results_html(scope: Scope, evaluations: pd.DataFrame) -> str:
    """What is known of a program's results: as much as the grade of the evidence allows, and how it was studied."""
    directions = scope.ask(queries.measures).set_index("id").direction.to_dict()
    return "".join(
        _result_html(scope, row, str(directions.get(row["measure_id"], "none"))) for row in queries.records(evaluations)
    )


def _result_html(scope: Scope, evaluation: dict[str, Any], direction: str) -> str:
    said = scope.say
    lines = [
        evidence_sentence(evaluation, scope, direction=direction),
        said("evidence.how", text=str(evaluation["design"])),
    ]
    if isinstance(evaluation["displacement"], str):
        lines.append(said("evidence.nearby", text=evaluation["displacement"]))
    if isinstance(evaluation["finished_on"], date):
        lines.append(said("evidence.finished", date=formats.date_text(evaluation["finished_on"], scope.language)))
    title = f"{said('programs.how_sure')} {said(f'programs.grade_name.{grade_of(evaluation)}')}"
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<section class="goal"><h4>{escape(title)}</h4>{paragraphs}</section>'


def money_line(scope: Scope, program: str, line: pd.Series[Any]) -> Figured:
    """What a program costs, over all years: planned and spent, or what was awarded where that is all that is known."""
    if pd.isna(line.revised) and pd.isna(line.actual) and pd.notna(line.encumbered):
        text, phase = scope.say("programs.awarded_line", amount=cents_text(line.encumbered, scope)), "encumbered"
    else:
        planned, spent = cents_text(line.revised, scope), cents_text(line.actual, scope)
        text, phase = scope.say("programs.money_line", planned=planned, spent=spent), "revised"
        if pd.isna(line.actual):
            text = scope.say("programs.money_planned_line", planned=planned)
    return money_figured(MoneyKey(phase, "program_id", program), scope, text)


def show_catalog(scope: Scope) -> None:
    """Every program, those of the chosen neighborhood first."""
    programs = scope.ask(queries.programs, language=scope.language)
    if programs.empty:
        st.markdown(for_markdown(scope.say("programs.none")))
        return
    count = scope.say("programs.count", n=len(programs))
    if scope.place is None:
        st.header(count, anchor="all")
    else:
        st.markdown(for_markdown(count))
        mine = programs[programs.neighborhood_ids.map(lambda ids: scope.place in ids).astype(bool)]
        st.header(for_markdown(scope.say("programs.in_place", place=scope.name_of(scope.place))), anchor="here")
        show_programs(scope, mine)
        if mine.empty:
            st.markdown(for_markdown(scope.say("neighborhood.no_programs")))
        programs = programs[~programs.id.isin(mine.id)]
        st.header(scope.say("programs.elsewhere"), anchor="elsewhere")
    show_programs(scope, programs)


def show_programs_here(scope: Scope, place: str) -> None:
    """Programs tied to a place, and how many run for the whole city."""
    mine = scope.ask(queries.programs, neighborhood=place, language=scope.language)
    everywhere = scope.ask(queries.programs)
    citywide = int((everywhere.citywide & ~everywhere.id.isin(mine.id)).sum())
    said = scope.say
    st.markdown(
        for_markdown(
            said("neighborhood.programs_count", n=len(mine)) if len(mine) else said("neighborhood.no_programs")
        )
    )
    if citywide:
        show_small(said("neighborhood.citywide_programs", n=citywide))
    show_programs(scope, mine)


def show_chain(scope: Scope, place: str) -> None:
    """Follow the money: budget line, program, what was done, what changed, what people said; each gap is said."""
    chain = scope.ask(queries.chain, neighborhood=place, language=scope.language)
    st.header(scope.say("neighborhood.follow_money"), anchor="follow-money")
    if chain.empty:
        st.markdown(for_markdown(scope.say("neighborhood.chain_empty")))
        return
    st.markdown(for_markdown(scope.say("neighborhood.follow_money_lead")))
    st.html(chain_html(scope, chain))
    show_small(scope.say("neighborhood.not_from_programs"))


def chain_html(scope: Scope, chain: pd.DataFrame) -> str:
    """The chain as a list of linked steps, one list a program."""
    return "".join(_chain_item(scope, row) for row in queries.records(chain))


def _chain_item(scope: Scope, row: dict[str, Any]) -> str:
    said, none = scope.say, scope.say("neighborhood.none_recorded")
    year = row["fiscal_year"]
    money = none
    if isinstance(year, str):
        label = formats.period_label(year, scope.language)
        if pd.isna(row["planned_cents"]) and pd.isna(row["actual_cents"]) and pd.notna(row["promised_cents"]):
            money = said("neighborhood.chain_awarded", amount=cents_text(row["promised_cents"], scope), year=label)
        else:
            planned, spent = cents_text(row["planned_cents"], scope), cents_text(row["actual_cents"], scope)
            money = said("neighborhood.chain_money", planned=planned, spent=spent, year=label)
    activities, themes, promises = (int(str(row[name])) for name in ("activities", "themes", "commitments"))
    measure = row["measure_name"]
    # Not every measure has a card of its own; its topic's table holds them all.
    topic_of = scope.ask(queries.measures).set_index("id").topic.to_dict()
    voice = " ".join(
        [
            *([said("neighborhood.chain_themes", n=themes)] if themes else []),
            *([said("neighborhood.chain_promises", n=promises)] if promises else []),
        ]
    )
    steps: Sequence[tuple[str, str, str]] = (
        (said("neighborhood.link_money"), money, scope.link("budget") if isinstance(year, str) else ""),
        (
            said("neighborhood.link_activity"),
            said("neighborhood.chain_activities", n=activities) if activities else none,
            scope.link("programs", anchor=f"program-{row['program_id']}") if activities else "",
        ),
        (
            said("neighborhood.link_outcome"),
            str(measure) if isinstance(measure, str) else none,
            f"#{topic_of[str(row['measure_id'])]}" if isinstance(measure, str) else "",
        ),
        (said("neighborhood.link_voice"), voice or none, scope.link("feedback") if voice else ""),
    )
    items = "".join(
        f"<li class='{'found' if href else 'missing'}'><span class='chain-step'>{escape(label)}</span> "
        + (f'<a href="{escape(href)}" target="_self">{escape(text)}</a>' if href else f"<span>{escape(text)}</span>")
        + "</li>"
        for label, text, href in steps
    )
    return f"<section class='chain'><h3>{escape(str(row['program_name']))}</h3><ol>{items}</ol></section>"
