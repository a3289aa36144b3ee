"""Map classes are few, round, rising, and each holds a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.publish.classes import breaks, with_map_breaks


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([4.0], []),
        ([4.0, 4.0, 4.0], []),
        ([1, 9], [5]),
        ([0, 0, 0, 10], [5]),
        ([1, 2, 9, 10, 19, 20, 39, 40, 79, 80], [5, 15, 30, 60]),
        ([0.011, 0.012, 0.029, 0.031], [0.012, 0.02, 0.03]),
        ([0, 10, 11, 12, 14, 15], [5, 11, 12, 13]),
        ([1_000_000, 2_000_000, 9_000_000], [2_000_000, 6_000_000]),
    ],
)
def test_edges_are_round_and_part_what_is_apart(values: list[float], expected: list[float]) -> None:
    assert breaks(values) == pytest.approx(expected)


@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=2, max_size=60))
def test_edges_rise_and_no_class_is_empty(values: list[float]) -> None:
    edges = breaks(values)
    assert len(edges) <= 4
    assert edges == sorted(set(edges))
    filled = np.unique(np.searchsorted(edges, values, side="right"))
    assert len(filled) == len(edges) + 1
    assert (len(edges) == 0) == (len(set(values)) == 1)


def observations(
    period: str, values: Sequence[float | None], *, place: str = "n", status: str = "shown"
) -> pd.DataFrame:
    year, month = int(period[:4]), period[5:]
    first, last = (date(year, 1, 1), date(year, 12, 31)) if not month else (date(year, 3, 1), date(year, 3, 31))
    return pd.DataFrame(
        {
            "measure_id": "m",
            "neighborhood_id": [f"{place}{number}" for number in range(len(values))],
            "period": period,
            "group_name": "all",
            "period_start": first,
            "period_end": last,
            "value": values,
            "status": status,
        }
    )


def map_breaks(*frames: pd.DataFrame) -> str | None:
    kinds = {"n": "neighborhood", "d": "district", "c": "city"}
    place = [f"{letter}{number}" for letter in kinds for number in range(20)]
    tables = {
        "measure": pd.DataFrame({"id": ["m"]}),
        "neighborhood": pd.DataFrame({"id": place, "kind": [kinds[name[0]] for name in place]}),
        "observation": pd.concat(frames, ignore_index=True),
    }
    (found,) = with_map_breaks(tables)["map_breaks"]
    return None if pd.isna(found) else str(found)


YEAR = [1.0, 2, 11, 12, 21, 22, 31, 32, 41, 42]


def test_the_latest_year_decides() -> None:
    only = map_breaks(observations("2025", YEAR))
    assert only == "10;20;30;40"
    assert map_breaks(observations("2025", YEAR), observations("2020", [v * 100 for v in YEAR])) == only
    assert map_breaks(observations("2025", YEAR), observations("2025-03", [v / 12 for v in YEAR])) == only
    early = observations("2026", [v / 7 for v in YEAR], status="provisional")
    assert map_breaks(observations("2025", YEAR), early) == only


def test_the_city_and_hidden_figures_do_not_count() -> None:
    only = map_breaks(observations("2025", YEAR))
    hidden = observations("2025", [900.0] * 5, status="withheld").assign(neighborhood_id="n19")
    assert map_breaks(observations("2025", YEAR), observations("2025", [900.0], place="c"), hidden) == only


def test_districts_decide_where_no_neighborhood_has_figures() -> None:
    assert map_breaks(observations("2025", YEAR, place="d")) == map_breaks(observations("2025", YEAR))


def test_no_classes_without_figures_or_differences() -> None:
    assert map_breaks(observations("2025", [None, None])) is None
    assert map_breaks(observations("2025", [3.0, 3.0, 3.0])) is None
    assert map_breaks(observations("2025", [3.0, 4.0], place="c")) is None
