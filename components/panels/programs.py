"""Programs and problems: what is being done, for whom, how far it is; and the chain from money to what people said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import Chip, show_chips, show_small, show_table
from components.panels.money import cents_text
from components.scope import Scope
from components.words import for_markdown
from data import queries
from data.models import STAGES

STATUS_MEANING = {"running": "focus", "planned": "unknown", "paused": "notice", "ended": "unknown"}


def show_programs(scope: Scope, programs: pd.DataFrame) -> None:
    """A card for each program: status, what it is, where, goal, problem solving, money, last news."""
    money = scope.ask(queries.budget_by, by="program_id").set_index("program_id")
    goals = scope.ask(queries.goals, language=scope.language)
    problems = scope.ask(queries.problems, language=scope.language)
    stages = scope.ask(queries.stages)
    for program in queries.rows(programs):
        with st.container(border=True, key=f"card-program-{program.id}"):
            status = scope.words.name_of("kinds.program.status", str(program.status))
            show_chips([Chip(status, STATUS_MEANING.get(str(program.status), "unknown"))])
            st.subheader(for_markdown(str(program.name)), anchor=f"program-{program.id}")
            st.markdown(for_markdown(str(program.summary)))
            facts = program_facts(scope, program, money)
            mine = goals[goals.program_id == program.id]
            facts += [f"{scope.say('programs.goal')}: {goal.description}" for goal in queries.rows(mine)]
            if mine.empty:
                facts.append(scope.say("programs.no_goal"))
            facts += [
                stage_line(scope, str(problem.id), str(problem.title), stages)
                for problem in queries.rows(problems[problems.program_id == program.id])
            ]
            for fact in facts:
                show_small(fact)


def program_facts(scope: Scope, program: object, money: pd.DataFrame) -> list[str]:
    """Where it runs, since when, who answers for it, what it costs: one sentence each."""
    get = program.__getattribute__
    facts = []
    if get("citywide") or not get("neighborhood_ids"):
        facts.append(scope.say("verdict.citywide"))
    else:
        places = formats.join([scope.name_of(place) for place in get("neighborhood_ids")], scope.language)
        facts.append(scope.say("programs.where", places=places))
    started, ended = get("started_on"), get("ended_on")
    if isinstance(started, date) and isinstance(ended, date):
        days: dict[str, Any] = {
            name: formats.date_text(day, scope.language) for name, day in (("start", started), ("end", ended))
        }
        facts.append(scope.say("programs.ran", **days))
    elif isinstance(started, date):
        facts.append(scope.say("programs.runs_since", date=formats.date_text(started, scope.language)))
    if get("id") in money.index:
        line = money.loc[get("id")]
        facts.append(money_line(scope, line))
    else:
        facts.append(scope.say("programs.no_money"))
    if get("owner"):
        facts.append(scope.say("programs.owner", owner=str(get("owner"))))
    if isinstance(get("updated_on"), date):
        facts.append(scope.say("programs.updated", date=formats.date_text(get("updated_on"), scope.language)))
    return facts


def money_line(scope: Scope, line: pd.Series[Any]) -> str:
    """What a program costs, over all years: planned and spent, or what was awarded where that is all that is known."""
    if pd.isna(line.revised) and pd.isna(line.actual) and pd.notna(line.encumbered):
        return scope.say("programs.awarded_line", amount=cents_text(line.encumbered, scope))
    planned, spent = cents_text(line.revised, scope), cents_text(line.actual, scope)
    return scope.say("programs.money_line", planned=planned, spent=spent)


def stage_line(scope: Scope, problem: str, title: str, stages: pd.DataFrame) -> str:
    """A problem and how far its four stages are, in one line; a stage without a record says so."""
    mine = stages[stages.problem_id == problem].set_index("stage").status.to_dict()
    parts = [
        f"{scope.words.name_of('kinds.sara_stage.stage', stage)}: "
        + (
            scope.words.name_of("kinds.sara_stage.status", mine[stage])
            if stage in mine
            else scope.say("neighborhood.none_recorded")
        )
        for stage in STAGES
    ]
    return f"{scope.say('programs.problem')}: {title}. " + " · ".join(parts)


def problems_table(scope: Scope, problems: pd.DataFrame) -> pd.DataFrame:
    """Problems in words: title, where, status, owner, and the four stages."""
    said = scope.say
    stages = scope.ask(queries.stages)
    rows = []
    for problem in queries.rows(problems):
        mine = stages[stages.problem_id == problem.id].set_index("stage").status.to_dict()
        places = [scope.name_of(place) for place in problem.neighborhood_ids]
        rows.append(
            {
                said("programs.problem"): problem.title,
                said("table.place"): formats.join(places, scope.language) or said("programs.citywide"),
                said("table.status"): scope.words.name_of("kinds.problem.status", str(problem.status)),
                **{
                    scope.words.name_of("kinds.sara_stage.stage", stage): (
                        scope.words.name_of("kinds.sara_stage.status", mine[stage])
                        if stage in mine
                        else said("neighborhood.none_recorded")
                    )
                    for stage in STAGES
                },
            }
        )
    return pd.DataFrame(rows)


def show_problems(scope: Scope, place: str | None) -> None:
    """The register of problems (of a place) as a table."""
    problems = scope.ask(queries.problems, neighborhood=place, language=scope.language)
    if problems.empty:
        st.markdown(for_markdown(scope.say("programs.no_problem_at_all")))
    else:
        show_table(problems_table(scope, problems), scope, caption=scope.say("programs.problems"))


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
    citywide = sum(not ids for ids in everywhere.neighborhood_ids)
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
