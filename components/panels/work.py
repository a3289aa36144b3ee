"""What a program did (outputs, never results), what got in its way, and what allows and limits it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import Card, show_card, show_table
from components.panels.partners import source_of
from components.passports import ProgramKey, program_figured, program_passport
from components.scope import Scope
from components.tables import Figured
from components.words import for_markdown
from data import queries

IN_DAYS, DAYS_A_MONTH = 90, 30.4375
KINDS = ("enforcement", "prevention", "partner_service")


def show_work(scope: Scope, program: Mapping[str, Any]) -> None:
    """Work done by kind, added up by year; the sentence that none is recorded."""
    work = scope.ask(queries.work_done, program=str(program["id"]), language=scope.language)
    if work.empty:
        st.markdown(for_markdown(scope.say("program.no_work")))
    else:
        show_card(work_card(scope, program, work), scope)


def work_card(scope: Scope, program: Mapping[str, Any], work: pd.DataFrame) -> Card:
    """The work of a program: a row for each thing that was done, a column for each year."""
    totals = work.groupby("work_id").quantity.transform("sum", min_count=1)
    return Card(
        id="work",
        page="program",
        finding=kinds_line(scope, work).rstrip("."),
        subtitle=scope.say("program.work_lead"),
        table=work_table(scope, str(program["id"]), work),
        rows=work.assign(quantity_in_all=totals, program_id=program["id"], release_id=scope.release.id),
        passport=program_passport(scope, ProgramKey(str(program["id"]), "work", str(work.work_id.iloc[0]))),
        source=source_of(scope, program),
        link={"program": str(program["id"])},
        open=True,
    )


def kinds_line(scope: Scope, work: pd.DataFrame) -> str:
    """How many of the things that were done are of each kind: parts of one whole, zero included."""
    counts = work.drop_duplicates("work_id").kind.value_counts()
    kinds = [
        scope.say(
            "program.work_kind_count",
            kind=_mid_sentence(scope.words.name_of("kinds.response_activity.kind", kind)),
            n=int(counts.get(kind, 0)),
        )
        for kind in KINDS
    ]
    return scope.say("program.work_by_kind", n=int(counts.sum()), kinds=formats.join(kinds, scope.language))


def _mid_sentence(name: str) -> str:
    return name[:1].lower() + name[1:]


def work_table(scope: Scope, program: str, work: pd.DataFrame) -> pd.DataFrame:
    """What was done, its kind, each period and all of them, as texts that lead to the sums."""
    said = scope.say
    periods = sorted(work.period.unique())
    rows = []
    in_turn = work.assign(turn=work.kind.map(KINDS.index)).sort_values(["turn", "name", "work_id"], kind="stable")
    for work_id, mine in in_turn.groupby("work_id", sort=False):
        first = mine.iloc[0]
        unit = first.unit if isinstance(first.unit, str) else ""
        there = set(mine.period)
        cells: dict[str, str | Figured] = {
            formats.period_label(period, scope.language): work_cell(
                scope, ProgramKey(program, "work", str(work_id), period)
            )
            if period in there
            else said("program.work_none_then")
            for period in periods
        }
        if len(periods) > 1:
            cells[said("program.work_in_all")] = work_cell(scope, ProgramKey(program, "work", str(work_id)))
        rows.append(
            {
                said("program.work_what"): said("program.work_with_unit", name=str(first["name"]), unit=unit)
                if unit
                else str(first["name"]),
                said("program.work_kind"): scope.words.name_of("kinds.response_activity.kind", str(first.kind)),
                **cells,
            }
        )
    return pd.DataFrame(rows)


def work_cell(scope: Scope, key: ProgramKey) -> Figured:
    """A sum of work as a number alone, for a row whose name says the unit."""
    work = scope.ask(queries.work_done, program=key.program, language=scope.language)
    mine = work[(work.work_id == key.part) & (work.period == key.period if key.period else True)]
    known = mine.quantity.dropna()
    text = formats.count(float(known.sum()), scope.language) if len(known) else scope.say("program.work_not_reported")
    missing = int(mine.not_reported.sum())
    if len(known) and missing:
        text = scope.say("program.work_partly", number=text, n=missing)
    return program_figured(scope, key, text)


def show_barriers(scope: Scope, program: str) -> None:
    """What got in the way, with what is done about it, where that stands, and for how long it is known."""
    barriers = scope.ask(queries.barriers, program=program, language=scope.language)
    if barriers.empty:
        st.markdown(for_markdown(scope.say("program.none_recorded")))
    else:
        show_table(barriers_table(scope, barriers), scope, caption=scope.say("program.barriers"))


def barriers_table(scope: Scope, barriers: pd.DataFrame) -> pd.DataFrame:
    """Barriers in words, those known longest first."""
    said = scope.say
    return pd.DataFrame(
        [
            {
                said("program.barrier_what"): str(barrier["description"]),
                said("table.kind"): scope.words.name_of("kinds.barrier.kind", str(barrier["kind"])),
                said("program.barrier_response"): barrier["response"] or said("program.barrier_no_response"),
                said("table.status"): scope.words.name_of("kinds.barrier.status", str(barrier["status"])),
                said("program.barrier_age"): age_text(scope, (scope.as_of - barrier["raised_on"]).days),
            }
            for barrier in queries.records(barriers)
        ]
    )


def age_text(scope: Scope, days: int) -> str:
    """How long something is known: in days up to three months, then in whole months."""
    if days <= IN_DAYS:
        return scope.say("program.days", n=max(days, 0))
    return scope.say("program.months", n=int(days / DAYS_A_MONTH))


def show_rules(scope: Scope, program: str) -> None:
    """What allows a program and what limits it; a rule that has ended by the scope's day is flagged."""
    rules = scope.ask(queries.program_rules, program=program, language=scope.language)
    if rules.empty:
        st.markdown(for_markdown(scope.say("program.none_recorded")))
        return
    for rule in queries.records(rules):
        if has_ended(scope, rule):
            day = formats.date_text(rule["effective_to"], scope.language)
            st.warning(for_markdown(scope.say("program.rule_expired", citation=str(rule["citation"]), date=day)))
    links = [rule["url"] if isinstance(rule["url"], str) else None for rule in queries.records(rules)]
    show_table(rules_table(scope, rules), scope, caption=scope.say("program.legal"), links=links)


def has_ended(scope: Scope, rule: Mapping[str, Any]) -> bool:
    """True where a rule is no longer in force on the scope's day."""
    return isinstance(rule["effective_to"], date) and rule["effective_to"] < scope.as_of


def rules_table(scope: Scope, rules: pd.DataFrame) -> pd.DataFrame:
    """Rules in words: citation, what it says, what it does not allow, kind and level, when in force."""
    said = scope.say
    return pd.DataFrame(
        [
            {
                said("program.rule_citation"): str(rule["citation"]),
                said("program.rule_what"): str(rule["title"]),
                said("program.rule_limits"): rule["limits"] or said("program.rule_no_limit"),
                said("program.rule_kind"): rule_kind(scope, rule),
                said("program.rule_scope"): scope.words.name_of("kinds.legal_basis.scope", str(rule["scope"])),
                said("program.rule_in_force"): in_force(scope, rule),
            }
            for rule in queries.records(rules)
        ]
    )


def rule_kind(scope: Scope, rule: Mapping[str, Any]) -> str:
    """The kind of a rule, and the grants of the program that it is a condition of."""
    kind = scope.words.name_of("kinds.legal_basis.kind", str(rule["kind"]))
    if not rule["grants"]:
        return kind
    return f"{kind}. {scope.say('program.rule_of_grant', grants=formats.join(rule['grants'], scope.language))}"


def in_force(scope: Scope, rule: Mapping[str, Any]) -> str:
    """When a rule is in force, as the scope's day sees it."""
    start, end = rule["effective_from"], rule["effective_to"]
    days: dict[str, Any] = {
        name: formats.date_text(day, scope.language)
        for name, day in (("start", start), ("end", end))
        if isinstance(day, date)
    }
    if has_ended(scope, rule):
        return scope.say("program.rule_ended", date=days["end"])
    if "start" in days and start > scope.as_of:
        return scope.say("program.rule_begins", date=days["start"])
    if len(days) == 2:
        return scope.say("program.rule_until", **days)
    if "end" in days:
        return scope.say("program.rule_ends", date=days["end"])
    return scope.say("program.rule_since", date=days["start"]) if days else scope.say("program.rule_no_dates")
