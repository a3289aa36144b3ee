"""Passports of what is neither measured nor money of the budget: counts of records, and numbers that a record holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from components import formats
from components.passports.passport import (
    PAGE,
    Passport,
    as_of_text,
    facts_of,
    label,
    release_facts,
    source_facts,
)
from components.passports.training import share_text
from components.scope import Scope
from components.tables import Figured
from data import queries
from data.models import SUB_STEPS

COUNT, TABLE, RECORD, COLUMN, AT = "count", "t", "id", "c", "at"
STATES = ("done", "under_way", "overdue", "will_not_do")


# ---------------------------------------------------------------- counts of records


def programs_count(scope: Scope, state: str, at: str) -> int:
    """Programs in all (`all`), tied to a place (`here`), running, or with an evaluation on file (`evaluated`)."""
    if state == "here":
        return len(scope.ask(queries.programs, neighborhood=at))
    if state == "evaluated":
        return int(scope.ask(queries.evaluations).program_id.nunique())
    programs = scope.ask(queries.programs)
    return len(programs) if state == "all" else int((programs.status == state).sum())


def promises_count(scope: Scope, state: str, at: str) -> int:
    """Promises of a place and of the whole city, as of the scope's day: all of them, or those in one state."""
    promises = scope.ask(queries.commitments, as_of=scope.as_of, neighborhood=at or None, language=scope.language)
    return len(promises) if state == "all" else int((promises.state == state).sum())


def problems_count(scope: Scope, state: str, at: str) -> int:
    """Problems in all, or in one place: all of them, or those with one status."""
    limits = {"neighborhood": at or None, "status": None if state == "all" else state}
    return len(scope.ask(queries.problems, **limits))


def priorities_count(scope: Scope, state: str, at: str) -> int:
    """Themes that residents put in an order, of a place or of the whole city (`city`); all, or without a problem."""
    limits = {"city_only": True} if at == "city" else {"neighborhood": at or None}
    heard = scope.ask(queries.heard, **limits)
    ranked = heard[heard.priority_rank.notna()]
    return len(ranked) if state == "all" else int(ranked.problem_id.isna().sum())


def first_priorities_count(scope: Scope, state: str, at: str) -> int:
    """Themes that people of a neighborhood put first, of one or of all neighborhoods; all, or without a problem."""
    heard = scope.ask(queries.heard, neighborhood=at or None)
    first = heard[heard.neighborhood_id.notna() & (heard.priority_rank == 1)]
    return len(first) if state == "all" else int(first.problem_id.isna().sum())


COUNTS: Mapping[str, tuple[Callable[[Scope, str, str], int], str]] = {
    "programs": (programs_count, "program"),
    "promises": (promises_count, "commitment"),
    "problems": (problems_count, "problem"),
    "priorities": (priorities_count, "feedback_theme"),
    "first_priorities": (first_priorities_count, "feedback_theme"),
}
"""What can be counted: how, and in which table of the open data."""
COUNT_STATES = {
    "programs": ("all", "running", "evaluated", "here"),
    "promises": ("all", *STATES),
    "problems": ("all", "open", "working", "resolved", "closed"),
    "priorities": ("all", "unmatched"),
    "first_priorities": ("all", "unmatched"),
}


def count_codes(what: str, state: str = "all", at: str = "") -> dict[str, str]:
    """The address of a count of records."""
    codes = {COUNT: what, "state": "" if state == "all" else state, AT: at}
    return {name: code for name, code in codes.items() if code}


def count_figured(scope: Scope, what: str, text: str, *, state: str = "all", at: str = "") -> Figured:
    """A text that states a count of records, leading to its page."""
    told = label(scope.say(f"passport.count_{what}_{state}"), scope.say("reading.full_count"), as_of_text(scope))
    return Figured(text, scope.link(PAGE, **count_codes(what, state, at)), told)


def count_passport(scope: Scope, what: str, *, state: str = "all", at: str = "") -> Passport:
    """The passport of a count of records as of the scope's day."""
    said = scope.say
    count_of, table = COUNTS[what]
    title, n = said(f"passport.count_{what}_{state}"), count_of(scope, state, at)
    others = [
        (
            formats.sentence_case(said(f"passport.count_{what}_{other}")),
            formats.count(count_of(scope, other, at), scope.language),
        )
        for other in COUNT_STATES[what]
        if other != state and (at or other != "here")
    ]
    return counted_passport(
        scope,
        (title, n),
        means=said(f"passport.means_{what}"),
        at=at,
        parts=others,
        codes=count_codes(what, state, at),
        table=table,
        row={"count": what, "state": state, "neighborhood_id": at or None, "as_of": scope.as_of, "records": n},
    )


def counted_passport(
    scope: Scope,
    counted: tuple[str, int],
    *,
    means: str,
    at: str,
    codes: dict[str, str],
    table: str,
    row: dict[str, Any],
    about: Sequence[tuple[str, str]] = (),
    parts: Sequence[tuple[str, str]] = (),
) -> Passport:
    """The passport of any full count of the department's own records, as of the scope's day.

    counted: what is counted, and how many. means: its definition. at: id of a place, or empty. about, parts: facts that
    come after the value, and after the period.
    """
    said, (title, n) = scope.say, counted
    value = formats.count(n, scope.language)
    place = scope.name_of(at) if at else said("scope.whole_city")
    return Passport(
        title=formats.sentence_case(title),
        where=said("passport.where", place=place, period=as_of_text(scope)),
        value=value,
        range=said("passport.full_count"),
        facts=facts_of(
            (said("passport.value"), value),
            *about,
            (said("passport.range"), said("passport.full_count")),
            (said("passport.base"), said("passport.base_records")),
            (said("passport.definition"), means),
            (said("table.place"), place),
            (said("table.period"), formats.sentence_case(as_of_text(scope))),
            *parts,
            (said("passport.source"), said("passport.own_records", publisher=str(scope.city["publisher"]))),
            *release_facts(scope),
        ),
        codes=codes,
        table=table,
        row=row,
    )


def find_count(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the count that an address names; None where there is no such count or place."""
    what, state, at = codes.get(COUNT, ""), codes.get("state") or "all", codes.get(AT, "")
    if what not in COUNTS or state not in COUNT_STATES[what] or (at and at not in scope.names):
        return None
    return count_passport(scope, what, state=state, at=at)


# ---------------------------------------------------------------- numbers that a record holds


def record_codes(table: str, record: str, column: str) -> dict[str, str]:
    """The address of a number in a record."""
    return {TABLE: table, RECORD: record, COLUMN: column}


def record_figured(scope: Scope, table: str, record: str, column: str, text: str) -> Figured:
    """A text that states a number of a record, leading to its page."""
    told = label(scope.say(f"passport.cell_{table}_{column}"), scope.say("passport.recorded"))
    return Figured(text, scope.link(PAGE, **record_codes(table, record, column)), told)


def record_passport(scope: Scope, table: str, record: Mapping[str, Any], column: str) -> Passport:
    """The passport of a number in a record: what it is, whose record, and that it stands as recorded."""
    said = scope.say
    name, value = f"passport.cell_{table}_{column}", _value(scope, table, column, record)
    place, day = _place(scope, record), _day(scope, record, column)
    source = record.get("source_id")
    return Passport(
        title=said(name),
        where=", ".join(text for text in (_title(scope, record), place, day) if text),
        value=value,
        range=said("passport.as_recorded"),
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.range"), said("passport.as_recorded")),
            (said("passport.base"), said("passport.base_record")),
            (said("passport.record"), _title(scope, record)),
            (said("passport.definition"), said(f"passport.means_{table}_{column}")),
            (said("table.place"), place),
            (said("table.period"), day),
            *(
                source_facts(scope, [str(source)])
                if isinstance(source, str)
                else [(said("passport.source"), said("passport.own_records", publisher=str(scope.city["publisher"])))]
            ),
            *release_facts(scope),
        ),
        codes=record_codes(table, str(record["id"]), column),
        table=table,
        row={"table": table, "id": str(record["id"]), "column": column, "value": _plain(record[column])},
    )


def find_record(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the number that an address names; None where this release has no such record."""
    table, column = codes.get(TABLE, ""), codes.get(COLUMN, "")
    if column not in COLUMNS.get(table, ()):
        return None
    frame = READ[table](scope)
    found = queries.records(frame[frame.id == codes.get(RECORD)])
    return record_passport(scope, table, found[0], column) if found else None


COLUMNS = {
    "feedback_event": ("attendance",),
    "feedback_theme": ("contributors",),
    "grant": ("award_cents",),
    "technology_item": ("annual_cost_cents", "lifetime_cost_cents"),
    "training_course": ("officers_current",),
    "program_goal": ("baseline", "target", "latest"),
    "population": ("residents",),
    "problem": ("steps_documented",),
    "survey_wave": ("completed", "invited"),
}
"""Numbers of records that stand on pages."""


def _population(scope: Scope) -> pd.DataFrame:
    frame = scope.ask(queries.population)
    return frame.assign(id=frame.neighborhood_id + "/" + frame.year.astype(str))


READ: Mapping[str, Callable[[Scope], pd.DataFrame]] = {
    "feedback_event": lambda scope: scope.ask(queries.meetings, language=scope.language),
    "feedback_theme": lambda scope: scope.ask(queries.themes, language=scope.language),
    "grant": lambda scope: scope.ask(queries.grants, language=scope.language),
    "technology_item": lambda scope: scope.ask(queries.technology, language=scope.language),
    "training_course": lambda scope: scope.ask(queries.training_courses, language=scope.language),
    "program_goal": lambda scope: scope.ask(queries.goals, language=scope.language),
    "population": _population,
    "problem": lambda scope: scope.ask(queries.problems, language=scope.language),
    "survey_wave": lambda scope: scope.ask(queries.survey_waves, language=scope.language),
}


def goal_number(value: float, unit: Any, scope: Scope) -> str:
    """A goal's number with its unit, a measure's code or plain words: 50% · 5.2 per 1,000 · 240 children a day."""
    text = str(unit) if isinstance(unit, str) else ""
    if text == "events":
        return scope.say("reading.events", n=round(value))
    if text in ("per_1000_residents", "points"):
        return formats.value_text(value, text, scope.language)
    if text.split(" ")[0] == "percent":
        rest = text.removeprefix("percent").strip()
        return f"{formats.percent(value, scope.language)} {rest}".strip()
    if text.startswith("per 1,000"):
        return scope.say("format.per_1000", rate=formats.rate_number(value, scope.language))
    return f"{formats.count(value, scope.language)} {text}".strip()


def steps_text(scope: Scope, number: int) -> str:
    """So many of the 25 steps of problem solving: 12 of 25 steps documented."""
    total = sum(len(steps) for steps in SUB_STEPS.values())
    return scope.say("problems.steps_count", n=number, total=formats.count(total, scope.language))


def _value(scope: Scope, table: str, column: str, record: Mapping[str, Any]) -> str:
    value = record[column]
    if pd.isna(value):
        return scope.say("budget.not_reported" if column.endswith("_cents") else "reading.not_stated")
    if column.endswith("_cents"):
        return formats.money_exact(int(value), scope.language)
    if column == "contributors":
        return scope.words.name_of("kinds.feedback_theme.contributors", str(value))
    if table == "problem":
        return steps_text(scope, int(value))
    if table == "training_course" and record["officers_required"] > 0:
        return share_text(int(record["officers_current"]), int(record["officers_required"]), scope)
    if table == "program_goal":
        return goal_number(float(value), record["unit"], scope)
    return formats.count(int(value), scope.language)


def _title(scope: Scope, record: Mapping[str, Any]) -> str:
    for name in ("title", "name", "description"):
        if isinstance(record.get(name), str):
            return str(record[name])
    return ""


def _place(scope: Scope, record: Mapping[str, Any]) -> str:
    if places := record.get("neighborhood_ids"):
        return formats.join([scope.name_of(place) for place in places], scope.language)
    place = record.get("neighborhood_id")
    return scope.name_of(place) if isinstance(place, str) else scope.say("scope.whole_city")


def _day(scope: Scope, record: Mapping[str, Any], column: str) -> str:
    if pd.notna(record.get("held_on")):
        return formats.date_text(record["held_on"], scope.language)
    if isinstance(record.get("as_of"), date):
        return formats.date_text(record["as_of"], scope.language)
    period = record.get(f"{column}_period") or record.get("period") or record.get("year")
    if pd.isna(period):
        return ""
    return formats.period_label(str(period), scope.language)


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value
