"""What may be asked of one program: work added up and never twice, rules by either way, charges against grants."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from data import queries
from data.models import (
    BudgetLine,
    Grant,
    LegalBasis,
    Program,
    ProgramLegalBasis,
    ResponseActivity,
    Table,
)
from data.store import Release

GRANT: dict[str, Any] = {
    "name": "A grant", "funder": "A fund", "purpose": "Locks", "starts_on": date(2024, 7, 1),
    "ends_on": date(2025, 6, 30), "award_cents": 100_00,
}  # fmt: skip


def held(*rows: Table) -> Release:
    """A release that holds these rows."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Table.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(rows)
        session.commit()
    return Release("one", engine)


def did(number: int, period: str, quantity: float | None, name: str = "Walks", **more: Any) -> ResponseActivity:
    given = {"kind": "prevention", "unit": "walks", "program_id": "p", **more}
    return ResponseActivity(id=f"a{number}", name=name, period=period, quantity=quantity, **given)


def charge(number: int, cents: int, day: date | None, grant: str | None = "g", program: str = "p") -> BudgetLine:
    return BudgetLine(
        id=f"l{number}", fiscal_year="FY2025", phase="actual", category="contracts", amount_cents=cents, dated_on=day,
        grant_id=grant, program_id=program, source_id="s", fund="Grants",
    )  # fmt: skip


def sums(release: Release) -> list[tuple[Any, ...]]:
    work = queries.work_done(release, program="p")
    return [(row.work_id, row.period, row.quantity, row.entries, row.not_reported) for row in queries.rows(work)]


def test_quarters_and_places_add_up_to_years() -> None:
    release = held(did(1, "2024-Q4", 3), did(2, "2025-Q1", 4), did(3, "2025-Q2", 5), did(4, "2025-Q2", 9, "Lights"))
    assert sums(release) == [("a4", "2025", 9, 1, 0), ("a1", "2024", 3, 1, 0), ("a1", "2025", 9, 2, 0)]


def test_a_year_is_never_added_to_its_own_quarter() -> None:
    release = held(did(1, "2025", 20), did(2, "2025-Q1", 4))
    assert sums(release) == [("a1", "2025", 20, 1, 0), ("a1", "2025-Q1", 4, 1, 0)]


def test_the_same_quarter_in_two_places_is_one_sum() -> None:
    release = held(did(1, "2025-Q1", 20), did(2, "2025-Q1", 4))
    assert sums(release) == [("a1", "2025", 24, 2, 0)]


def test_a_period_over_two_years_stands_for_itself() -> None:
    release = held(did(1, "2024-10-01..2025-03-31", 7), did(2, "2025-Q3", 4))
    assert [period for _, period, *_ in sums(release)] == ["2024-10-01..2025-03-31", "2025-Q3"]


def test_what_nobody_counted_is_missing_and_not_zero() -> None:
    release = held(did(1, "2024-Q4", None), did(2, "2025-Q1", 0), did(3, "2025-Q2", None))
    (first, second) = queries.records(queries.work_done(release, program="p"))
    assert first["quantity"] != first["quantity"]
    assert (second["quantity"], second["entries"], second["not_reported"]) == (0, 2, 1)


def test_work_of_other_programs_and_units_stays_apart() -> None:
    release = held(did(1, "2025", 3), did(2, "2025", 4, program_id="q"), did(3, "2025", 5, unit="hours"))
    assert [quantity for _, _, quantity, *_ in sums(release)] == [3, 5]


def test_a_rule_comes_from_the_program_or_from_a_grant_that_pays_for_it() -> None:
    rules = [
        LegalBasis(id=code, scope="local", kind="ordinance", citation=code, title="A rule") for code in ("a", "b", "c")
    ]
    program: dict[str, Any] = {
        "summary": "One.",
        "pillar": "partnerships",
        "model": "other",
        "status": "running",
        "source_id": "s",
    }
    release = held(
        *rules,
        Program(id="p", name="One", **program),
        ProgramLegalBasis(program_id="p", legal_basis_id="a"),
        Grant(id="g", legal_basis_id="b", **GRANT),
        Grant(id="other", legal_basis_id="c", **GRANT),
        charge(1, 10, None),
    )
    found = queries.records(queries.program_rules(release, program="p"))
    assert [(rule["id"], rule["grants"]) for rule in found] == [("a", []), ("b", ["A grant"])]
    assert queries.program_rules(release, program="nobody").empty


@pytest.mark.parametrize(
    ("day", "breaks"),
    [
        (date(2024, 6, 30), "before_start"),
        (date(2024, 7, 1), None),
        (date(2025, 6, 30), None),
        (date(2025, 7, 1), "after_end"),
        (None, None),
    ],
)
def test_a_charge_outside_the_days_of_its_grant_is_told(day: date | None, breaks: str | None) -> None:
    release = held(Grant(id="g", **GRANT), charge(1, 10, day), charge(2, 10, day, grant=None))
    [row] = queries.records(queries.grant_charges(release))
    assert row["breaks"] == breaks
    assert queries.grant_charges(release, program="q").empty
