"""The page of one program: what it is, how far it is, what it did, what changed, what it costs, what people say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import Chip, show_card, show_chips, show_small, show_table, show_text
from components.panels import goals, grants, late, partners, work
from components.panels.evaluations import show_evaluations
from components.panels.measures import measure_card
from components.panels.money import amount_cell, cents_text, default_year, exact_text, steps_card
from components.panels.neighborhood import jumps_html
from components.panels.problems import short_html
from components.panels.programs import STATUS_MEANING, money_line, result_text, where_text
from components.panels.voice import promises_card, themes_table
from components.passports import MoneyKey, money_figured, promises_of
from components.passports.money import COLUMN_OF, PHASE_NAMES
from components.readings import context_of, figures_of, read_measure
from components.scope import Scope
from components.tables import Cell, Figured, Linked, facts_html
from components.words import for_markdown
from data import queries

PAID_OPEN = 4
"""A longer list of who is paid opens when it is asked for."""
PROGRAM = "program"
"""The code of a program in an address, and the path of its page."""
SECTIONS = (
    "goal", "money", "done", "results", "voice", "problems", "elements", "partners", "barriers", "legal",
)  # fmt: skip
"""The chain first, as on a neighborhood's page: money, activity, outcome, what residents said. Then how it is run."""


def show_program(scope: Scope) -> None:
    """The program that the address names; where it names none that is known, a sentence and the list of all."""
    code = st.query_params.get(PROGRAM)
    programs = scope.ask(queries.programs, language=scope.language)
    found = queries.records(programs[programs.id == code])
    if not found:
        show_choice(scope, programs, code)
        return
    program = found[0]
    show_head(scope, program)
    for section, show in (
        ("goal", goals.show_goals),
        ("money", show_money),
        ("done", work.show_work),
        ("results", show_results),
        ("voice", show_voice),
        ("problems", show_problems),
        ("elements", lambda scope, program: partners.show_elements(scope, str(program["id"]))),
        ("partners", partners.show_partners),
        ("barriers", lambda scope, program: work.show_barriers(scope, str(program["id"]))),
        ("legal", lambda scope, program: work.show_rules(scope, str(program["id"]))),
    ):
        st.header(scope.say(f"program.{section}"), anchor=section)
        show(scope, program)
    show_limits(scope, program)


def show_choice(scope: Scope, programs: pd.DataFrame, code: str | None) -> None:
    """No program, or one that we do not know: a sentence, and every program by name."""
    st.title(scope.say("nav.program"), anchor="top")
    if programs.empty:
        st.markdown(for_markdown(scope.say("programs.none")))
        return
    st.markdown(for_markdown(scope.say("program.unknown", code=code) if code else scope.say("program.choose")))
    items = "".join(
        f'<li><a href="{escape(scope.link(PROGRAM, program=str(program["id"])))}" target="_self">'
        f"{escape(str(program['name']))}</a></li>"
        for program in queries.records(programs)
    )
    st.html(f'<ul class="short">{items}</ul>')


def show_head(scope: Scope, program: Mapping[str, Any]) -> None:
    """Name, status, one sentence, the facts, and where the page leads."""
    name, city = str(program["name"]), str(scope.city["name"])
    st.set_page_config(page_title=scope.say("site.page_title", page=name, city=city))
    st.title(for_markdown(name), anchor="top")
    status = str(program["status"])
    show_chips([Chip(scope.words.name_of("kinds.program.status", status), STATUS_MEANING.get(status, "unknown"))])
    st.markdown(for_markdown(str(program["summary"])))
    sources = {str(program["source_id"]), *scope.ask(queries.budget_lines, program=str(program["id"])).source_id}
    late.show_late(scope, sources)
    first, more = head_facts(scope, program), record_facts(scope, program)
    if scope.narrow:
        summary = escape(scope.say("program.record"))
        folded = f'<details class="opens"><summary>{summary}</summary>{facts_html(more)}</details>'
        st.html(facts_html(first) + folded)
    else:
        st.html(facts_html([*first, *more]))
    st.html(jumps_html(scope, [(scope.say(f"program.{name}_short"), name) for name in SECTIONS]))


def head_facts(scope: Scope, program: Mapping[str, Any]) -> list[tuple[str, Cell]]:
    """What most people came for: where, since when, who answers for it, what it costs, what is known of its result."""
    said, code = scope.say, str(program["id"])
    money = scope.ask(queries.budget_by, by="program_id")
    lines = list(queries.rows(money[money.program_id == code]))
    found = queries.records(scope.ask(queries.evaluations, program=code, language=scope.language))
    return [
        (said("programs.where_name"), places_of(scope, program)),
        (said("programs.when_name"), when_of(scope, program)),
        (said("table.owner"), program["owner"] or said("programs.not_stated")),
        (said("programs.money_name"), money_line(scope, code, lines[0]) if lines else said("programs.no_money")),
        (said("programs.result_name"), result_text(scope, found)),
    ]


def record_facts(scope: Scope, program: Mapping[str, Any]) -> list[tuple[str, Cell]]:
    """How it is described: pillars, model, last news and source."""
    said = scope.say
    pillars = [pillar for pillar in str(program["pillar"] or "").split(";") if pillar]
    news = program["updated_on"]
    named = [scope.words.name_of("kinds.program.pillar", pillar) for pillar in pillars]
    return [
        (said("program.pillars_name"), formats.join(named, scope.language) or said("programs.not_stated")),
        (said("program.model_name"), scope.words.name_of("kinds.program.model", str(program["model"]))),
        (
            said("programs.updated_name"),
            formats.date_text(news, scope.language) if isinstance(news, date) else said("programs.not_stated"),
        ),
        (said("program.source_name"), partners.source_of(scope, program)),
    ]


def places_of(scope: Scope, program: Mapping[str, Any]) -> str | Linked:
    """The neighborhoods of a program, each leading to its page; citywide, outside the city or not stated in words."""
    ids = [str(place) for place in program["neighborhood_ids"]]
    if not ids:
        return where_text(scope, program)
    names = {scope.name_of(place): place for place in ids}
    text = formats.join(list(names), scope.language)
    if program["citywide"]:
        text = scope.say("programs.citywide_and", places=text)
    pieces: list[tuple[str, str]] = []
    for name, place in names.items():
        before, _, text = text.partition(name)
        pieces += [(before, ""), (name, scope.link("neighborhood", n=place))]
    return Linked(tuple(piece for piece in (*pieces, (text, "")) if piece[0]))


def when_of(scope: Scope, program: Mapping[str, Any]) -> str:
    """From when to when a program runs, as far as that is known."""
    days: dict[str, Any] = {
        name: formats.date_text(program[column], scope.language)
        for name, column in (("start", "started_on"), ("end", "ended_on"))
        if isinstance(program[column], date)
    }
    if len(days) == 2:
        return scope.say("programs.from_to", **days)
    if "end" in days:
        return scope.say("program.rule_ended", date=days["end"])
    return scope.say("programs.since", date=days["start"]) if days else scope.say("programs.no_dates")


def show_results(scope: Scope, program: Mapping[str, Any]) -> None:
    """What was studied and found, or that nobody has studied it; and the measures that the goals name."""
    code = str(program["id"])
    evaluations = scope.ask(queries.evaluations, program=code, language=scope.language)
    if evaluations.empty:
        with st.container(border=True, gap="small", key="card-not-studied"):
            st.subheader(scope.say("program.not_studied"), anchor="not-studied")
            show_small(scope.say("program.not_studied_help"))
    else:
        show_evaluations(scope, evaluations, page=PROGRAM)
    named = goals.measured_goals(scope, code)
    if not named:
        return
    if scope.narrow:  # two charts a goal are long on a phone, and the goal's own stands above
        with st.expander(scope.say("program.measures", n=len(named))):
            show_small(scope.say("program.measure_lead"))
            for goal in named:
                show_measure(scope, code, goal)
        return
    st.markdown(for_markdown(scope.say("program.measure_lead")))
    beside = [st.container()] if len(named) == 1 else st.columns(min(len(named), 2))
    for turn, goal in enumerate(named):
        with beside[turn % 2]:
            show_measure(scope, code, goal)


def show_measure(scope: Scope, program: str, goal: Mapping[str, Any]) -> None:
    """The card of the measure that a goal names, in the goal's place; a sentence where none is published there."""
    measures = scope.ask(queries.measures, language=scope.language)
    place = goal["neighborhood_id"] if isinstance(goal["neighborhood_id"], str) else "city"
    found = queries.records(measures[measures.id == goal["measure_id"]])
    reading = None
    if found:
        figures = figures_of(scope.release, str(found[0]["id"]), place, page=scope.place_or_city)
        reading = read_measure(context_of(scope.release, found[0]), found[0], figures, place)
    if reading is None:
        name = str(found[0]["name"]) if found else str(goal["measure_id"])
        st.markdown(for_markdown(scope.say("program.no_figure", measure=name, place=scope.name_of(place))))
        return
    show_card(goals.of_program(measure_card(reading, scope, page=PROGRAM), program, place), scope)


# ---------------------------------------------------------------- money


def show_money(scope: Scope, program: Mapping[str, Any]) -> None:
    """Its money by year, from plan to spending, its share of the whole, who pays, and its grants with their flags."""
    code = str(program["id"])
    lines = scope.ask(queries.budget_lines, program=code)
    if lines.empty:
        st.markdown(for_markdown(scope.say("program.money_none")))
        return
    for ledger, mine in lines.groupby("ledger"):
        year = default_year(scope, sorted(mine.fiscal_year.unique(), reverse=True))
        share = share_told(scope, code, str(ledger), year)
        if share is not None:
            show_text(share)
        card = steps_card(scope, str(ledger), year, code)
        if card is not None:
            show_card(replace(card, id=f"money-{ledger}"), scope)
        caption = scope.say("program.money_years")
        show_table(
            years_table(scope, code, str(ledger)), scope, caption=f"{caption}, {ledger_name(scope, str(ledger))}"
        )
    if not lines.phase.isin(["adopted", "amendment", "actual"]).any():
        st.markdown(for_markdown(scope.say("program.money_awarded")))
    paid = lines[lines.recipient.notna() & lines.phase.isin(["actual", "encumbrance"])]
    if len(paid):
        caption = scope.say("program.money_paid_count", n=len(paid))
        with st.expander(caption) if len(paid) > PAID_OPEN else st.container():
            show_table(paid_table(scope, paid), scope, caption=caption)
    funds = formats.join(sorted(map(str, lines.fund.unique())), scope.language)
    st.markdown(for_markdown(scope.say("program.money_funds", funds=funds)))
    known = scope.ask(queries.grants, language=scope.language)
    known = known[known.id.isin(lines.grant_id)]
    if known.empty:
        st.markdown(for_markdown(scope.say("program.no_grant")))
    else:
        st.subheader(scope.say("budget.grants"), anchor="grants")
        grants.show_grants_of(scope, known.reset_index(drop=True))


def share_told(scope: Scope, program: str, ledger: str, year: str) -> Figured | None:
    """What is planned for a program (or was awarded) in a year, as a share of the whole book, which it names."""
    asked = {"by": "fiscal_year", "ledger": ledger, "fiscal_year": year}
    mine, whole = scope.ask(queries.budget_by, program=program, **asked), scope.ask(queries.budget_by, **asked)
    phase = "revised" if pd.notna(mine.revised.iloc[0]) else "encumbered"
    cents, total = mine[phase].iloc[0], whole[phase].iloc[0]
    if pd.isna(cents) or pd.isna(total) or int(total) <= 0 or int(cents) < 0:
        return None
    text = scope.say(
        "program.money_share" if phase == "revised" else "program.money_share_awarded",
        year=formats.period_label(year, scope.language),
        amount=cents_text(cents, scope),
        share=formats.percent(100 * int(cents) / int(total), scope.language),
        total=cents_text(total, scope),
        book=ledger_name(scope, ledger),
    )
    told = money_figured(MoneyKey(phase, "program_id", program, year, ledger), scope, text)
    return replace(told, part=cents_text(cents, scope))


def years_table(scope: Scope, program: str, ledger: str) -> pd.DataFrame:
    """Every year of a program in a ledger, each step from plan to what is left; steps that no year has are left out."""
    said = scope.say
    frame = scope.ask(queries.budget_by, by="fiscal_year", ledger=ledger, program=program)
    years = scope.ask(queries.fiscal_years).set_index("id").status
    return pd.DataFrame(
        {
            said("budget.year"): [formats.period_label(year, scope.language) for year in frame.fiscal_year],
            **{
                said(f"budget.{name}"): [
                    exact_text(cents, scope)
                    if pd.isna(cents)
                    else amount_cell(cents, scope, MoneyKey(phase, "program_id", program, year, ledger))
                    for year, cents in zip(frame.fiscal_year, frame[phase], strict=True)
                ]
                for phase, name in PHASE_NAMES.items()
                if frame[phase].notna().any()
            },
            said("table.status"): [
                scope.words.name_of("kinds.fiscal_year.status", str(years.get(year, "complete")))
                for year in frame.fiscal_year
            ],
        }
    )


def paid_table(scope: Scope, lines: pd.DataFrame) -> pd.DataFrame:
    """Payments and awards that name who is paid, A to Z: to whom, for what, in which year, how much."""
    said = scope.say
    lines = lines.sort_values(["recipient", "fiscal_year", "id"], key=lambda column: column.str.casefold())
    return pd.DataFrame(
        [
            {
                said("budget.recipient"): str(line["recipient"]),
                said("budget.category"): scope.words.name_of("kinds.budget_line.category", str(line["category"])),
                said("budget.year"): formats.period_label(line["fiscal_year"], scope.language),
                said("table.kind"): scope.words.name_of("kinds.budget_line.phase", str(line["phase"])),
                said("table.amount"): amount_cell(
                    line["amount_cents"], scope, MoneyKey(COLUMN_OF[line["phase"]], "line", str(line["id"]))
                ),
            }
            for line in queries.records(lines)
        ]
    )


def ledger_name(scope: Scope, ledger: str) -> str:
    """The name of a book of the budget."""
    return scope.words.name_of("kinds.budget_line.ledger", ledger)


# ---------------------------------------------------------------- voice, problems, limits


def show_voice(scope: Scope, program: Mapping[str, Any]) -> None:
    """What residents said about it, where and when; and what it promised, with where each promise stands."""
    code = str(program["id"])
    themes = scope.ask(queries.themes, language=scope.language)
    themes = themes[themes.program_id == code].reset_index(drop=True)
    if themes.empty:
        st.markdown(for_markdown(scope.say("program.themes_none")))
    else:
        show_small(scope.say("feedback.themes_help"))
        show_table(themes_table(scope, themes, dated=True), scope, caption=scope.say("program.voice"))
    promises = promises_of(scope, code)
    if promises.empty:
        st.markdown(for_markdown(scope.say("program.promises_none")))
    else:
        show_card(promises_card(scope, promises, page=PROGRAM, program=code), scope)


def show_problems(scope: Scope, program: Mapping[str, Any]) -> None:
    """The problems it works on, one line each, with the way to their steps."""
    problems = scope.ask(queries.problems, language=scope.language)
    mine = queries.records(problems[problems.program_id == program["id"]])
    if mine:
        st.html(short_html(scope, mine))
    else:
        st.markdown(for_markdown(scope.say("program.problems_none")))


def show_limits(scope: Scope, program: Mapping[str, Any]) -> None:
    """What the numbers of this page cannot tell, and where to go from here."""
    with st.container(key="unknown"):
        st.header(scope.say("limits.title"), anchor="limits")
        for name in ("programs", "money", "promises", "hidden"):
            st.markdown(f"- {for_markdown(scope.say(f'limits.{name}'))}")
    st.html(next_html(scope, next_links(scope, program)))


def next_links(scope: Scope, program: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where to go from here: its neighborhoods, all programs, the problems, the budget."""
    places = [
        (scope.name_of(place), scope.link("neighborhood", anchor="programs", n=place))
        for place in map(str, program["neighborhood_ids"])
    ]
    return [
        *places,
        (scope.say("program.all"), scope.link("programs")),
        (scope.say("nav.problems"), scope.link("problems")),
        (scope.say("nav.budget"), scope.link("budget")),
    ]


def next_html(scope: Scope, links: Sequence[tuple[str, str]]) -> str:
    """Where to go from here, as a list of links."""
    items = "".join(f'<li><a href="{escape(link)}" target="_self">{escape(name)}</a></li>' for name, link in links)
    label = escape(scope.say("nav.next"))
    return f'<nav class="jumps" aria-label="{label}"><span>{label}</span><ul>{items}</ul></nav>'
