"""Which published figures a goal is given: the last one that ends by its day, and never one from beyond."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from data import periods
from data.models import TABLES
from data.publish.frames import typed
from data.publish.goals import with_figures

GOAL = {"id": "g", "program_id": "watch", "measure_id": "burglary", "neighborhood_id": "east", "description": "Fewer.",
        "baseline_period": "2020", "target": 5.0, "direction": "fewer"}  # fmt: skip
YEARS = {"2020": 9.0, "2021": 8.0, "2022": 7.0, "2023": 4.0, "2025": 6.0}


def given(figures: dict[str, float], **goal: Any) -> tuple[float | None, str | None]:
    """latest and latest_period of a goal on a measure with these figures."""
    rows = []
    for code, value in figures.items():
        period = periods.parse(code)
        rows.append({"measure_id": "burglary", "neighborhood_id": "east", "period": code, "period_start": period.start,
                     "period_end": period.end, "group_name": "all", "value": value, "status": "shown"})  # fmt: skip
    told: dict[str, Any] = {"observation": rows, "program_goal": [{**GOAL, **goal}],
                            "measure": [{"id": "burglary", "kind": "rate", "unit": "per 1,000 residents"}]}  # fmt: skip
    names = ("program_goal", "observation", "measure", "series_break", "translation")
    tables = {name: typed(pd.DataFrame(told[name]) if name in told else None, TABLES[name]) for name in names}
    filled, _ = with_figures(tables, fiscal_start_month=7)
    row = filled["program_goal"].iloc[0]
    latest, period = row["latest"], row["latest_period"]
    return (None if pd.isna(latest) else float(latest), None if pd.isna(period) else str(period))


@pytest.mark.parametrize(
    ("due_on", "latest"),
    [
        (date(2022, 12, 31), (7.0, "2022")),  # a period that ends on the day itself counts
        (date(2022, 12, 30), (8.0, "2021")),
        (date(2024, 12, 31), (4.0, "2023")),  # what came later is not taken for the year that is missing
        (date(2021, 6, 30), (None, None)),
        (date(2026, 12, 31), (6.0, "2025")),
        (None, (6.0, "2025")),
    ],
)
def test_a_goal_is_given_the_last_figure_that_ends_by_its_day(
    due_on: date | None, latest: tuple[float | None, str | None]
) -> None:
    assert given(YEARS, due_on=due_on) == latest


@pytest.mark.parametrize("later", [1.0, 4.0, 400.0])
def test_what_comes_after_the_day_of_a_goal_changes_nothing(later: float) -> None:
    due = date(2022, 12, 31)
    assert given({**YEARS, "2025": later, "2026": later}, due_on=due) == given(YEARS, due_on=due)
