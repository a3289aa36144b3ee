"""Adopted, changed, spent, promised: what is left (domain reference, O15)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data import queries
from data.publish.release import build
from data.store import Store
from tests.data.small import small_tables, stamp

CENTS = {"adopted": 10_000_000, "amendment": 2_000_000, "actual": 9_000_000, "encumbrance": 1_500_000}


def test_o15_a_budget_adds_up(tmp_path: Path) -> None:
    tables = small_tables()
    line = tables["budget_line"].iloc[0].to_dict()
    tables["budget_line"] = pd.DataFrame(
        [{**line, "id": phase, "phase": phase, "amount_cents": cents} for phase, cents in CENTS.items()]
    )
    store = Store(tmp_path)
    build(store, tables, stamp("one"))
    year = queries.budget_by(store.open("one"), "fiscal_year").iloc[0]
    assert year.revised == 12_000_000
    assert year.available == 1_500_000
    assert (year.revised - year.actual, (year.revised - year.actual) / year.revised) == (3_000_000, 0.25)
    assert year.actual / year.revised == 0.75
    assert (year.actual + year.encumbered) / year.revised == 0.875
