"""One program: what got in its way, what allows it, who has a stake in it, and its work added up."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
from sqlalchemy import select

from data import periods
from data.models import (
    Barrier,
    BudgetLine,
    Grant,
    LegalBasis,
    ProgramLegalBasis,
    StakeholderGroup,
    table_of,
)
from data.queries.programs import activities
from data.queries.read import columns, in_language, read, records
from data.store import Release


def barriers(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """What got in the way, those known longest first: the columns of `barrier`."""
    b = columns(Barrier)
    wanted = select(table_of(Barrier)).order_by(b.raised_on, b.id)
    if program is not None:
        wanted = wanted.where(b.program_id == program)
    return in_language(release, read(release, wanted), Barrier, language)


def program_rules(release: Release, *, program: str, language: str = "en") -> pd.DataFrame:
    """What allows and what limits a program, its grants included.

    Columns: those of `legal_basis`, and `grants`: names of the program's grants that it is a condition of (a list).
    """
    link, g, b = columns(ProgramLegalBasis), columns(Grant), columns(BudgetLine)
    own = read(release, select(link.legal_basis_id).where(link.program_id == program))
    paid_by = select(b.grant_id).where(b.program_id == program, b.grant_id.is_not(None))
    grants = read(
        release, select(g.id, g.name, g.legal_basis_id).where(g.id.in_(paid_by), g.legal_basis_id.is_not(None))
    )
    grants = in_language(release, grants, Grant, language)
    rules = columns(LegalBasis)
    wanted = {*own.legal_basis_id, *grants.legal_basis_id}
    found = select(table_of(LegalBasis)).where(rules.id.in_(sorted(wanted)))
    frame = read(release, found.order_by(rules.scope, rules.citation, rules.id))
    names = grants.groupby("legal_basis_id").name.agg(lambda found: sorted(map(str, found)))
    frame["grants"] = [names.get(rule, []) for rule in frame.id]
    return in_language(release, frame, LegalBasis, language)


def stakeholders(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """Groups with a stake, whether or not they took part: the columns of `stakeholder_group`."""
    s = columns(StakeholderGroup)
    wanted = select(table_of(StakeholderGroup)).order_by(s.program_id, s.kind, s.name, s.id)
    if program is not None:
        wanted = wanted.where(s.program_id == program)
    return in_language(release, read(release, wanted), StakeholderGroup, language)


def work_done(release: Release, *, program: str, language: str = "en") -> pd.DataFrame:
    """Work of a program added up by what was done and the calendar year. Outputs, never results.

    Columns: work_id (the first of the entries that are added up, for addresses), kind, name, unit, period (a year),
    quantity (NA where no entry has one), entries, not_reported (entries without a quantity). Where an entry's period is
    no part of one calendar year, or periods overlap and would count twice, each period stands for itself.
    """
    entries = activities(release, program=program)
    told = activities(release, program=program, language=language).set_index("id")
    keys = ["kind", "name", "unit"]
    found: list[dict[str, Any]] = []
    for _, group in entries.groupby(keys, dropna=False, sort=False):
        first = min(group.id)
        for period, mine in group.assign(period=_years(group)).groupby("period"):
            numbers = mine.quantity.dropna()
            found.append(
                {
                    "work_id": first,
                    "kind": mine.kind.iloc[0],
                    "name": told.name[first],
                    "unit": told.unit[first],
                    "period": period,
                    "quantity": float(numbers.sum()) if len(numbers) else None,
                    "entries": len(mine),
                    "not_reported": len(mine) - len(numbers),
                }
            )
    frame = pd.DataFrame(
        found, columns=["work_id", "kind", "name", "unit", "period", "quantity", "entries", "not_reported"]
    )
    return frame.sort_values(["kind", "name", "work_id", "period"], ignore_index=True)


def _years(entries: pd.DataFrame) -> list[str]:
    """The calendar year of each entry, or its own period where years would add up what does not belong together."""
    read_periods = {code: periods.parse(str(code)) for code in entries.period}
    spans = sorted((one.start, one.end) for one in read_periods.values())
    overlap = any(second[0] <= first[1] for first, second in pairwise(spans))
    if overlap or any(one.start.year != one.end.year for one in read_periods.values()):
        return [str(code) for code in entries.period]
    return [str(read_periods[code].end.year) for code in entries.period]


def grant_charges(release: Release, *, program: str | None = None) -> pd.DataFrame:
    """What was paid out of grants, and what a charge breaks.

    Columns: those of `budget_line`, and breaks.

    state: breaks is before_start, after_end, or None. A charge without a day breaks neither, as far as we can know.
    """
    b, g = columns(BudgetLine), columns(Grant)
    wanted = (
        select(*table_of(BudgetLine).c, g.starts_on, g.ends_on)
        .join(table_of(Grant), g.id == b.grant_id)
        .where(b.phase == "actual")
        .order_by(b.grant_id, b.dated_on, b.id)
    )
    if program is not None:
        wanted = wanted.where(b.program_id == program)
    frame = read(release, wanted)
    frame["breaks"] = pd.Series([_breaks(row) for row in records(frame)], index=frame.index, dtype=object)
    return frame.drop(columns=["starts_on", "ends_on"])


def _breaks(charge: dict[str, Any]) -> str | None:
    day = charge["dated_on"]
    if pd.isna(day):
        return None
    if day < charge["starts_on"]:
        return "before_start"
    return "after_end" if day > charge["ends_on"] else None
