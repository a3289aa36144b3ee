"""Evaluations made by hand: one that found fewer, one that found more, one that found no clear change, one refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from components.scope import Scope
from data import periods, queries
from data.models import Evaluation, table_of
from data.queries.evaluations import SERIES
from tests.components.riverton import scope_of

T = TypeVar("T")
NUMBERS = ("estimate", "low", "high", "ratio", "ratio_low", "ratio_high", "displaced", "displaced_low",
           "displaced_high", "events_before", "events_after", "grade", "trends", "few_areas", "series_by")  # fmt: skip
RESULTS: dict[str, dict[str, Any]] = {
    "good": {"estimate": -21.0, "low": -35.0, "high": -7.0, "events_after": 42.0},
    "adverse": {"estimate": 21.0, "low": 7.0, "high": 35.0, "events_after": 84.0},
    "null": {"estimate": -4.0, "low": -18.0, "high": 10.0, "events_after": 59.0},
}


def study(grade: int = 2, **more: Any) -> dict[str, Any]:
    """A row of `queries.evaluations` as publishing makes it: 21 fewer break-ins in East End than in Lantern Hill."""
    row = dict.fromkeys(column.name for column in table_of(Evaluation).columns)
    return {
        **row, "id": "e-study", "program_id": "second-key", "measure_id": "burglary", "randomized": grade == 4,
        "url": "https://example.org/draw" if grade == 4 else None,
        "method": {0: "before_after", 1: "before_after"}.get(grade, "displacement_difference"), "grade": grade,
        "before": "2023-07-01..2024-06-30", "after": "2024-07-01..2025-06-30", "declared_on": date(2024, 5, 2),
        "chosen_because": "need", "design": "Reported break-ins before and after.", "unit": "reported break-ins",
        "events_before": 63.0, "trends": "alike" if grade >= 2 else None, "few_areas": False, "series_by": "quarter",
        "displaced": -2.0 if grade >= 3 else None, "displaced_low": -9.0 if grade >= 3 else None,
        "displaced_high": 5.0 if grade >= 3 else None, **RESULTS["good"], **more,
    }  # fmt: skip


def refused(code: str, **more: Any) -> dict[str, Any]:
    """The same, of which nothing can be said: no number at all."""
    return {**study(), **dict.fromkeys(NUMBERS), "refused": code, **more}


def areas(row: dict[str, Any]) -> pd.DataFrame:
    """Rows of `queries.evaluation_areas`: one treated, one to compare with, and from grade 3 on one nearby."""
    grade = row["grade"] or 0
    roles = [("treated", "east-end", "East End", row["events_before"], row["events_after"])]
    if grade >= 2 or row["refused"]:
        counts = (None, None) if row["refused"] else (60.0, 61.0)
        roles.append(("comparison", "lantern-hill", "Lantern Hill", *counts))
    if grade >= 3:
        roles.append(("buffer", "harbor-point", "Harbor Point", 40.0, 38.0))
    names = ["role", "neighborhood_id", "name", "events_before", "events_after"]
    frame = pd.DataFrame(roles, columns=names).assign(evaluation_id=row["id"])
    return frame.astype({"events_before": "float64", "events_after": "float64"})


def series(row: dict[str, Any], *, withheld: str = "2022-Q1") -> pd.DataFrame:
    """Rows of `queries.evaluation_series` by quarter from 2022; the comparison area has one that is withheld."""
    made = []
    for _, area in areas(row).iterrows():
        for turn in range(16):
            period = periods.parse(f"{2022 + turn // 4}-Q{turn % 4 + 1}")
            hidden = area.role == "comparison" and period.code == withheld
            made.append(
                (area.role, period.code, period.start, period.end, float("nan") if hidden else 12.0 + turn % 5,
                 "withheld" if hidden else "shown", 1, int(hidden))
            )  # fmt: skip
    return pd.DataFrame(made, columns=SERIES)


class Studied(Scope):
    """A scope of the invented city whose release holds these evaluations instead of its own."""

    rows: tuple[dict[str, Any], ...]

    def ask(self, question: Callable[..., T], **keywords: Any) -> T:
        """The answer of the release, but for what is asked of evaluations."""
        if question.__name__ == "_by_id":
            return {row["id"]: row for row in self.rows}  # type: ignore[return-value]
        if question is queries.evaluations:
            return pd.DataFrame(self.rows)  # type: ignore[return-value]
        if question in (queries.evaluation_areas, queries.evaluation_series):
            row = next(row for row in self.rows if row["id"] == keywords["evaluation"])
            return (areas if question is queries.evaluation_areas else series)(row)  # type: ignore[return-value]
        return super().ask(question, **keywords)


def studied(store: Path, *rows: dict[str, Any], **more: Any) -> Studied:
    """A scope of the newest release of a store with these evaluations."""
    plain = scope_of(store, **more)
    scope = Studied(**{name: getattr(plain, name) for name in Scope.__dataclass_fields__})
    object.__setattr__(scope, "rows", rows)
    return scope
