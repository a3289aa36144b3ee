"""Money, in exact cents. Lines of one ledger add up; ledgers are never added together."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, case, func, select

from data.models import BudgetLine, BudgetShare, FiscalYear, Grant, Program, TechnologyItem, table_of
from data.queries.read import columns, in_language, read, whole_sum
from data.store import Release

By = Literal["fund", "category", "unit_name", "program_id", "reach", "recipient", "fiscal_year", "grant_id"]


def fiscal_years(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Budget years, oldest first: the columns of `fiscal_year`."""
    frame = read(release, select(table_of(FiscalYear)).order_by(columns(FiscalYear).starts_on))
    return in_language(release, frame, FiscalYear, language)


def ledgers(release: Release) -> pd.DataFrame:
    """Ledgers and their years: ledger, fiscal_year, lines; the ledger with most years first."""
    b = columns(BudgetLine)
    wanted = (
        select(b.ledger, b.fiscal_year, func.count().label("lines"))
        .group_by(b.ledger, b.fiscal_year)
        .order_by(b.ledger, b.fiscal_year)
    )
    return read(release, wanted)


def budget_by(
    release: Release,
    by: By,
    *,
    ledger: str | None = None,
    fiscal_year: str | None = None,
    program: str | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Amounts by one thing: the thing, adopted, amendments, revised, encumbered, actual, available (integer cents).

    revised = adopted + amendments; available = revised - actual - encumbered.
    A phase that no line of the group is in is NA, not 0.
    """
    b = columns(BudgetLine)
    thing = getattr(b, by)

    def phase(name: str) -> ColumnElement[int]:
        return whole_sum(case((b.phase == name, b.amount_cents)))

    wanted = (
        select(
            thing,
            phase("adopted").label("adopted"),
            phase("amendment").label("amendments"),
            phase("encumbrance").label("encumbered"),
            phase("actual").label("actual"),
        )
        .group_by(thing)
        .order_by(thing.nulls_first())
    )
    for column, value in ((b.ledger, ledger), (b.fiscal_year, fiscal_year), (b.program_id, program)):
        if value is not None:
            wanted = wanted.where(column == value)
    frame = read(release, wanted)
    phases = ["adopted", "amendments", "encumbered", "actual"]
    frame[phases] = frame[phases].astype("Int64")
    planned = frame.adopted.notna() | frame.amendments.notna()
    frame["revised"] = (frame.adopted.fillna(0) + frame.amendments.fillna(0)).where(planned)
    frame["available"] = (frame.revised - frame.actual.fillna(0) - frame.encumbered.fillna(0)).where(
        planned & (frame.actual.notna() | frame.encumbered.notna())
    )
    if by == "program_id":
        names = in_language(
            release, read(release, select(columns(Program).id, columns(Program).name)), Program, language
        )
        frame["program_name"] = frame.program_id.map(names.set_index("id").name)
    return frame


def budget_lines(
    release: Release, *, ledger: str | None = None, fiscal_year: str | None = None, program: str | None = None
) -> pd.DataFrame:
    """Lines one by one: the columns of `budget_line`."""
    b = columns(BudgetLine)
    wanted = select(table_of(BudgetLine))
    for column, value in ((b.ledger, ledger), (b.fiscal_year, fiscal_year), (b.program_id, program)):
        if value is not None:
            wanted = wanted.where(column == value)
    return read(release, wanted.order_by(b.fiscal_year, b.fund, b.category, b.id))


def shares_of_year(release: Release, *, ledger: str | None = None, fiscal_year: str | None = None) -> pd.DataFrame:
    """Each neighborhood's part of each direct or shared line.

    Columns: those of `budget_line`, neighborhood_id, weight, part_cents.

    part_cents: the line by the declared weights, to the cent; the parts of a line add up to the weighted whole exactly
    (largest remainder first). A direct line to one place without a weight is whole; where no share was declared there
    is no part (NA), so a line for two places together is never given to both.
    """
    b, s = columns(BudgetLine), columns(BudgetShare)
    wanted = (
        select(*table_of(BudgetLine).c, s.neighborhood_id, s.weight)
        .join(table_of(BudgetShare), s.budget_line_id == b.id)
        .order_by(b.id, s.neighborhood_id)
    )
    for column, value in ((b.ledger, ledger), (b.fiscal_year, fiscal_year)):
        if value is not None:
            wanted = wanted.where(column == value)
    frame = read(release, wanted)
    weight = pd.to_numeric(frame.weight)
    whole_line = (frame.reach == "direct") & ~frame.duplicated("id", keep=False)
    weight = weight.where(weight.notna() | ~whole_line, 1.0)
    exact = frame.amount_cents.astype("float64") * weight
    floor = exact.round(6).map(np.floor)
    whole = exact.groupby(frame.id).transform("sum").round()
    missing = whole - floor.groupby(frame.id).transform("sum")
    order = (floor - exact).groupby(frame.id).rank(method="first")
    frame["part_cents"] = (floor + (order <= missing)).where(weight.notna()).astype("Int64")
    return frame


def money_in(release: Release, neighborhood: str, *, language: str = "en") -> pd.DataFrame:
    """Money tied to a neighborhood, line by line.

    Columns: id, fiscal_year, ledger, program_id, program_name, recipient, category, fund, reach (direct or shared),
    phase, amount_cents (the neighborhood's part; NA where no share was declared), line_cents (the whole line), note.
    Citywide money is never spread here; ask `budget_by(..., "reach")` for it.
    """
    lines = shares_of_year(release)
    lines = lines[lines.neighborhood_id == neighborhood].reset_index(drop=True)
    names = in_language(release, read(release, select(columns(Program).id, columns(Program).name)), Program, language)
    lines["program_name"] = lines.program_id.map(names.set_index("id").name)
    lines = lines.rename(columns={"amount_cents": "line_cents", "part_cents": "amount_cents"})
    keep = [
        "id", "fiscal_year", "ledger", "program_id", "program_name", "recipient", "category", "fund", "reach", "phase",
        "amount_cents", "line_cents", "note",
    ]  # fmt: skip
    return lines[keep]


def grants(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Grants, by name: the columns of `grant`."""
    frame = read(release, select(table_of(Grant)).order_by(columns(Grant).name, columns(Grant).id))
    return in_language(release, frame, Grant, language)


def technology(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Technology in use, by name: the columns of `technology_item`."""
    frame = read(
        release, select(table_of(TechnologyItem)).order_by(columns(TechnologyItem).name, columns(TechnologyItem).id)
    )
    return in_language(release, frame, TechnologyItem, language)
