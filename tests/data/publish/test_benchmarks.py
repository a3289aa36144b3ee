"""A benchmark gives no withheld number away."""

from __future__ import annotations

import pandas as pd
import pytest

from data.publish.benchmarks import telling

KEY = {"measure_id": "force", "neighborhood_id": "city", "period": "2024", "group_name": "Young"}
SILENT = pd.DataFrame([{**KEY, "status": "withheld"}])
TRUE = pd.DataFrame([{**KEY, "table_name": "observation", "value": 21.0}])


def _people(people: int, **other: str) -> pd.DataFrame:
    about = {name: KEY[name] for name in ("neighborhood_id", "period", "group_name")}
    return pd.DataFrame([{"benchmark_id": "stopped", **about, "people": people, **other}])


def test_people_that_are_just_the_withheld_events_are_refused() -> None:
    [told] = telling(_people(21), SILENT, TRUE)
    assert "benchmark stopped" in told
    assert "'Young'" in told
    assert "21" not in told


@pytest.mark.parametrize(
    ("people", "observation"),
    [
        (_people(22), SILENT),
        (_people(21, period="2023"), SILENT),
        (_people(21), SILENT.assign(status="shown")),
    ],
)
def test_other_people_tell_nothing(people: pd.DataFrame, observation: pd.DataFrame) -> None:
    assert telling(people, observation, TRUE) == []
