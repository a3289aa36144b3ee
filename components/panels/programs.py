"""Programs: what is being done, for whom, how far it is; and the chain from money to what people said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import Chip, show_small
from components.goals import goal_chip, goal_told
from components.panels.evaluations import results_told
from components.panels.money import cents_text
from components.passports import MoneyKey, money_figured
from components.scope import Scope
from components.tables import Cell, Figured, Lines, facts_html, text_html
from components.words import for_markdown
from data import queries
from data.models import PARTNER_KINDS

STATUS_MEANING = {"running": "focus", "planned": "unknown", "paused": "notice", "ended": "unknown"}


@dataclass(frozen=True)
class Known:
    """What is known of programs besides their own records, by the program's id."""

    money: Mapping[str, Any]
    goals: Mapping[str, list[dict[str, Any]]]
    partners: Mapping[str, list[dict[str, Any]]]
    evaluations: Mapping[str, list[dict[str, Any]]]


def known_of(scope: Scope) -> Known:
    """Money, goals, partners and evaluations of all programs: four questions, however many programs there are."""
    money = scope.ask(queries.budget_by, by="program_id")
    return Known(
        money={str(row.program_id): row for row in queries.rows(money[money.program_id.notna()])},
        goals=_by_program(scope.ask(queries.goals, language=scope.language)),
        partners=_by_program(scope.ask(queries.partners, language=scope.language)),
        evaluations=_by_program(scope.ask(queries.evaluations, language=scope.language)),
    )


def _by_program(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in queries.records(frame):
        found.setdefault(str(row["program_id"]), []).append(row)
    return found


def cards_html(scope: Scope, programs: pd.DataFrame, known: Known) -> str:
    """Programs as one list of cards, each with an anchor of its own; nothing for no program."""
    cards = "".join(card_html(scope, program, known) for program in queries.records(programs))
    return f'<ul class="programs">{cards}</ul>' if cards else ""


def card_html(scope: Scope, program: Mapping[str, Any], known: Known) -> str:
    """A program in short: status, what it is, its goal and how far it is, where, who, money, news, result."""
    code = str(program["id"])
    goals = known.goals.get(code, [])
    status = scope.words.name_of("kinds.program.status", str(program["status"]))
    chips = [Chip(status, STATUS_MEANING.get(str(program["status"]), "unknown"))]
    chips += [goal_chip(scope, goal) for goal in goals[:1]]
    link = escape(scope.link("program", program=code))
    name = f'<h3><a href="{link}" target="_self">{escape(str(program["name"]))}</a></h3>'
    what = f"{chips_html(chips)}<p>{escape(str(program['summary']))}</p>"
    where, who, money, news, result = program_facts(scope, program, known)
    goal = goal_html(scope, goals)
    told = goal + facts_html([where, who, money, news, result])
    if scope.narrow:  # twenty-five of these must be easy to pass with a thumb
        more = f"<summary>{escape(scope.say('programs.card_more'))}</summary>{goal}{facts_html([who, money, news])}"
        told = f"{facts_html([where, result])}<details>{more}</details>"
    return f'<li class="program" id="program-{escape(code)}">{name}{what}{told}</li>'


def chips_html(chips: Sequence[Chip]) -> str:
    """Chips in a row, for lists that are one piece of HTML."""
    return (
        '<p class="chips">'
        + " ".join(f'<span class="chip {chip.meaning}">{escape(chip.text)}</span>' for chip in chips)
        + "</p>"
    )


def goal_html(scope: Scope, goals: Sequence[Mapping[str, Any]]) -> str:
    """The first goal and how far it is; how many more there are; or that none is recorded."""
    if not goals:
        return f"<p>{escape(scope.say('programs.no_goal'))}</p>"
    named = (
        f"<strong>{escape(scope.say('programs.goal'))}:</strong> {escape(str(goals[0]['description']).rstrip('.'))}."
    )
    more = scope.say("programs.more_goals", n=len(goals) - 1) if len(goals) > 1 else ""
    return f"<p>{named} {text_html(goal_told(scope, goals[0]))} {escape(more)}</p>"


def program_facts(scope: Scope, program: Mapping[str, Any], known: Known) -> list[tuple[str, Cell]]:
    """Where it runs, with whom, what it costs, its last news and its result: names and values."""
    said, code = scope.say, str(program["id"])
    news = program["updated_on"]
    line = known.money.get(code)
    return [
        (said("programs.where_name"), where_text(scope, program)),
        (said("programs.partners_name"), partners_text(scope, known.partners.get(code, []))),
        (said("programs.money_name"), said("programs.no_money") if line is None else money_line(scope, code, line)),
        (
            said("programs.updated_name"),
            formats.date_text(news, scope.language) if isinstance(news, date) else said("programs.no_news"),
        ),
        (said("programs.result_name"), result_text(scope, known.evaluations.get(code, []))),
    ]


def where_text(scope: Scope, program: Mapping[str, Any]) -> str:
    """The neighborhoods of a program; that it is for the whole city, runs outside it, or that nobody says where."""
    places = formats.join([scope.name_of(place) for place in program["neighborhood_ids"]], scope.language)
    if places:
        return scope.say("programs.citywide_and", places=places) if program["citywide"] else places
    return scope.say(f"programs.{where_else(program)}")


def where_else(program: Mapping[str, Any]) -> str:
    """What is said of a program that is tied to no neighborhood: citywide, outside_city or not_stated."""
    return next((where for where in ("citywide", "outside_city") if program[where]), "not_stated")


def partners_text(scope: Scope, partners: Sequence[Mapping[str, Any]]) -> str:
    """How many take part, and how many of each kind: as many as the program's table of partners has rows."""
    if not partners:
        return scope.say("programs.no_partners")
    kinds = Counter(str(partner["kind"]) for partner in partners)
    each = [scope.say(f"programs.partners_of.{kind}", n=kinds[kind]) for kind in PARTNER_KINDS if kinds[kind]]
    each += [scope.say("programs.partners_of.other", n=n) for kind, n in kinds.items() if kind not in PARTNER_KINDS]
    return scope.say("programs.partners_line", n=len(partners), kinds=formats.join(each, scope.language))


def result_text(scope: Scope, evaluations: Sequence[Mapping[str, Any]]) -> str | Lines:
    """What may be said of every evaluation; that there is none."""
    return results_told(scope, evaluations) if evaluations else scope.say("programs.no_result")


def money_line(scope: Scope, program: str, line: Any) -> Figured:
    """What a program costs, over all years: planned and spent, or what was awarded where that is all that is known."""
    if pd.isna(line.revised) and pd.isna(line.actual) and pd.notna(line.encumbered):
        text, phase = scope.say("programs.awarded_line", amount=cents_text(line.encumbered, scope)), "encumbered"
    else:
        planned, spent = cents_text(line.revised, scope), cents_text(line.actual, scope)
        text, phase = scope.say("programs.money_line", planned=planned, spent=spent), "revised"
        if pd.isna(line.actual):
            text = scope.say("programs.money_planned_line", planned=planned)
    return money_figured(MoneyKey(phase, "program_id", program), scope, text)


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
        link = escape(scope.link("programs", anchor="for-city"))
        more = escape(said("neighborhood.citywide_programs", n=citywide))
        st.html(f'<p>{more} <a href="{link}" target="_self">{escape(said("neighborhood.citywide_list"))}</a></p>')
    if len(mine):
        st.html(cards_html(scope, mine, known_of(scope)))


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
    voice = " ".join(
        [
            *([said("neighborhood.chain_themes", n=themes)] if themes else []),
            *([said("neighborhood.chain_promises", n=promises)] if promises else []),
        ]
    )

    def part(anchor: str) -> str:
        return scope.link("program", program=str(row["program_id"]), anchor=anchor)

    steps: Sequence[tuple[str, str, str]] = (
        (said("neighborhood.link_money"), money, part("money") if isinstance(year, str) else ""),
        (
            said("neighborhood.link_activity"),
            said("neighborhood.chain_activities", n=activities) if activities else none,
            part("done") if activities else "",
        ),
        (
            said("neighborhood.link_outcome"),
            str(measure) if isinstance(measure, str) else none,
            part("results") if isinstance(measure, str) else "",
        ),
        (said("neighborhood.link_voice"), voice or none, part("voice") if voice else ""),
    )
    items = "".join(
        f"<li class='{'found' if href else 'missing'}'><span class='chain-step'>{escape(label)}</span> "
        + (f'<a href="{escape(href)}" target="_self">{escape(text)}</a>' if href else f"<span>{escape(text)}</span>")
        + "</li>"
        for label, text, href in steps
    )
    return f"<section class='chain'><h3>{escape(str(row['program_name']))}</h3><ol>{items}</ol></section>"
