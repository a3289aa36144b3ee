"""Passports of what is counted of one program (partners, elements, promises, work), and of where a goal should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import formats
from components.passports.passport import PAGE, Passport, as_of_text, facts_of, label, release_facts, source_facts
from components.passports.records import goal_number
from components.scope import Scope
from components.tables import Figured
from data import queries
from data.models import ELEMENTS, PARTNER_KINDS
from data.verdicts import goal_verdict

OF, WHAT, PART, PERIOD = "of", "what", "part", "p"
TABLES = {
    "partners": "program_partner",
    "elements": "program_element",
    "promises": "commitment",
    "work": "response_activity",
    "mark": "program_goal",
}
"""What is counted of a program, and the table of the open data that holds it."""
STATES = ("done", "under_way", "overdue", "will_not_do")
PARTS = {"partners": PARTNER_KINDS, "elements": (), "promises": STATES}


@dataclass(frozen=True)
class ProgramKey:
    """Which number of a program.

    what: partners, elements (those with evidence), promises, work (a quantity added up), or mark (where a goal should
    be by now). part: only partners of this kind, or promises in this state; for work its `work_id`
    (`queries.work_done`), for a mark the goal. period: work of this period.
    """

    program: str
    what: str
    part: str = ""
    period: str = ""

    def codes(self) -> dict[str, str]:
        """The address of the number."""
        codes = {OF: self.program, WHAT: self.what, PART: self.part, PERIOD: self.period}
        return {name: code for name, code in codes.items() if code}


def promises_of(scope: Scope, program: str) -> pd.DataFrame:
    """Promises that a program is to keep, as of the scope's day: the columns of `queries.commitments`."""
    promises = scope.ask(queries.commitments, as_of=scope.as_of, language=scope.language)
    return promises[promises.program_id == program].reset_index(drop=True)


def work_of(scope: Scope, key: ProgramKey) -> pd.DataFrame:
    """The rows of `queries.work_done` that a number of work adds up."""
    work = scope.ask(queries.work_done, program=key.program, language=scope.language)
    work = work[work.work_id == key.part]
    return work[work.period == key.period] if key.period else work


def goal_of(scope: Scope, key: ProgramKey) -> dict[str, Any] | None:
    """The goal that a mark belongs to; None where the program has no such goal."""
    goals = scope.ask(queries.goals, program=key.program, language=scope.language)
    return next((goal for goal in queries.records(goals) if goal["id"] == key.part), None)


def number_of(scope: Scope, key: ProgramKey) -> float | None:
    """The number; None where there is none: work whose quantity nobody reported, a goal that cannot be measured."""
    if key.what == "mark":
        goal, month = goal_of(scope, key), int(scope.city["fiscal_start_month"])
        return None if goal is None else goal_verdict(goal, as_of=scope.as_of, fiscal_start_month=month).mark
    if key.what == "work":
        numbers = work_of(scope, key).quantity.dropna()
        return float(numbers.sum()) if len(numbers) else None
    if key.what == "elements":
        return scope.ask(queries.elements, program=key.program).element.nunique()
    if key.what == "partners":
        rows, column = scope.ask(queries.partners, program=key.program), "kind"
    else:
        rows, column = promises_of(scope, key.program), "state"
    return len(rows) if not key.part else int((rows[column] == key.part).sum())


def number_text(scope: Scope, key: ProgramKey) -> str:
    """The number in words: work with its unit, elements of how many."""
    number = number_of(scope, key)
    if number is None:
        return scope.say("program.work_not_reported" if key.what == "work" else "reading.not_stated")
    if key.what == "elements":
        return scope.say("program.elements_of", n=int(number), total=formats.count(len(ELEMENTS), scope.language))
    if key.what == "mark":
        return goal_number(number, (goal_of(scope, key) or {}).get("unit"), scope)
    count = formats.count(number, scope.language)
    if key.what != "work":
        return count
    rows = work_of(scope, key)
    unit = rows.unit.iloc[0]
    text = f"{count} {unit}" if isinstance(unit, str) else count
    missing = int(rows.not_reported.sum())
    return scope.say("program.work_partly", number=text, n=missing) if missing else text


def program_figured(scope: Scope, key: ProgramKey, text: str = "") -> Figured:
    """A text that states a number of a program (the number itself where none is given), leading to its page."""
    when = formats.period_label(key.period, scope.language) if key.period else as_of_text(scope)
    told = label(scope.say(f"program.counted_{key.what}"), scope.say("reading.full_count"), when)
    return Figured(text or number_text(scope, key), scope.link(PAGE, **key.codes()), told)


def program_passport(scope: Scope, key: ProgramKey) -> Passport | None:
    """The passport of a number of a program; None where this release has no such program or part."""
    programs = scope.ask(queries.programs, language=scope.language)
    found = queries.records(programs[programs.id == key.program])
    if not found or not _is_known(scope, key):
        return None
    said, program = scope.say, found[0]
    number, value = number_of(scope, key), number_text(scope, key)
    part = _part_name(scope, key)
    title = said(f"program.counted_{key.what}")
    period = formats.period_label(key.period, scope.language) if key.period else as_of_text(scope)
    entries = int(work_of(scope, key).entries.sum()) if key.what == "work" else None
    return Passport(
        title=said("passport.money_title", phase=title, part=part) if part else title,
        where=said("passport.where", place=str(program["name"]), period=period),
        value=value,
        range=said("passport.full_count"),
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.range"), said("passport.full_count")),
            (
                said("passport.base"),
                said("passport.base_record" if key.what == "mark" else "passport.base_records")
                if entries is None
                else said("program.work_entries", n=entries),
            ),
            (said("passport.definition"), said(f"program.means_{key.what}")),
            (said("nav.program"), str(program["name"]), scope.link("program", program=key.program)),
            (said("table.period"), formats.sentence_case(period)),
            *source_facts(scope, [str(program["source_id"])]),
            *release_facts(scope),
        ),
        codes=key.codes(),
        table=TABLES[key.what],
        row={
            "program_id": key.program, "what": key.what, "part": key.part or None, "period": key.period or None,
            "as_of": scope.as_of, "number": number,
        },
    )  # fmt: skip


def find_program(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the number that an address names; None where this release does not hold it."""
    key = ProgramKey(codes.get(OF, ""), codes.get(WHAT, ""), codes.get(PART, ""), codes.get(PERIOD, ""))
    return program_passport(scope, key) if key.what in TABLES else None


def _is_known(scope: Scope, key: ProgramKey) -> bool:
    if key.what == "work":
        return not work_of(scope, key).empty
    if key.what == "mark":
        return number_of(scope, key) is not None
    return not key.period and (not key.part or key.part in PARTS[key.what])


def _part_name(scope: Scope, key: ProgramKey) -> str:
    if not key.part:
        return ""
    if key.what == "work":
        return str(work_of(scope, key).name.iloc[0])
    if key.what == "mark":
        return str((goal_of(scope, key) or {}).get("description", ""))
    group = "kinds.partner.kind" if key.what == "partners" else "kinds.commitment.status"
    return scope.words.name_of(group, key.part)
