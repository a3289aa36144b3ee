"""A reading takes the right figure, the right one before, and refuses what cannot be compared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from components.readings import Reading, comparable, read_measure
from data import periods
from data.verdicts import Finding

MEASURE = {"id": "burglary", "kind": "rate", "direction": "fewer", "smallest_change": None, "topic": "safety"}
NO_BREAKS = pd.DataFrame({"measure_id": [], "broke_on": [], "kind": [], "note": []})


def row(period: str, place: str = "downtown", **more: Any) -> dict[str, Any]:
    """A row of `queries.figure_table`: 60 events among 12,000 people unless told otherwise."""
    span = periods.parse(period)
    return {
        "measure": "burglary", "neighborhood": place, "period": period, "value": 5.0, "low": 3.8, "high": 6.4,
        "numerator": 60.0, "denominator": 12_000.0, "n": pd.NA, "unit": "per_1000_residents", "status": "shown",
        "reason": None, "source": "police", "release": "2026-03", "group": "all", "n_effective": None,
        "denominator_period": None, "period_start": span.start, "period_end": span.end, **more,
    }  # fmt: skip


def read(rows: list[dict[str, Any]], *, breaks: pd.DataFrame = NO_BREAKS, **more: Any) -> Reading:
    place = more.pop("place", "downtown")
    period = more.pop("period", None)
    reading = read_measure({**MEASURE, **more}, pd.DataFrame(rows), place, breaks=breaks, period=period)
    assert reading is not None
    return reading


def test_the_latest_whole_year_is_read_beside_the_year_before() -> None:
    reading = read([row("2023"), row("2025"), row("2024"), row("2026-01"), row("2026-02")])
    assert reading.now.period == "2025"
    assert reading.before is not None
    assert reading.before.period == "2024"


def test_months_are_read_where_there_is_nothing_longer() -> None:
    reading = read([row("2025-02"), row("2026-01"), row("2026-02")])
    assert reading.now.period == "2026-02"
    assert reading.before is not None
    assert reading.before.period == "2025-02"


def test_a_part_of_a_year_is_read_beside_the_same_part() -> None:
    part, same = "2026-01-01..2026-06-23", "2025-01-01..2025-06-23"
    reading = read([row("2025"), row(same), row(part), row("2025-01-01..2025-06-30")])
    assert (reading.now.period, reading.before and reading.before.period) == (part, same)


def test_a_year_without_the_one_before_is_beside_nothing() -> None:
    reading = read([row("2023"), row("2025")])
    assert reading.before is None
    assert (reading.change.finding, reading.change.reason) == (Finding.REFUSED, "nothing_earlier")


def test_a_period_can_be_asked_for() -> None:
    reading = read([row("2023"), row("2024"), row("2025")], period="2024")
    assert (reading.now.period, reading.before and reading.before.period) == ("2024", "2023")


def test_a_place_without_a_row_has_no_reading() -> None:
    assert read_measure(MEASURE, pd.DataFrame([row("2025")]), "rail-yards", breaks=NO_BREAKS) is None


@pytest.mark.parametrize(
    ("broke_on", "refused"),
    [
        (date(2024, 1, 1), False),  # both years were counted the new way
        (date(2024, 7, 1), True),
        (date(2025, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),  # both were counted the old way
    ],
)
def test_a_change_in_counting_between_two_figures_refuses_the_comparison(broke_on: date, refused: bool) -> None:
    breaks = pd.DataFrame([{"measure_id": "burglary", "broke_on": broke_on, "kind": "definition", "note": ""}])
    reading = read([row("2024"), row("2025", numerator=160.0, value=13.3)], breaks=breaks)
    assert (reading.change.reason == "series_break") == refused
    assert reading.change.is_clear is not refused


def test_a_change_in_counting_of_another_measure_is_no_concern() -> None:
    breaks = pd.DataFrame([{"measure_id": "robbery", "broke_on": date(2025, 1, 1), "kind": "definition", "note": ""}])
    assert read([row("2024"), row("2025")], breaks=breaks).change.reason is None


def test_surveys_are_read_beside_the_wave_before_and_never_an_opt_in_one() -> None:
    wave: dict[str, Any] = {"numerator": None, "denominator": None, "n": 900, "unit": "percent", "value": 57.0}
    rows = [
        row("2024-Q4", **{**wave, "value": 50.0}),
        row("2025-Q2", **wave, reason="opt_in"),
        row("2025-Q4", **wave),
    ]
    reading = read(rows, kind="share", direction="more")
    assert reading.now.period == "2025-Q4"
    assert reading.before is not None
    assert reading.before.period == "2024-Q4"
    assert reading.change.finding == Finding.BETTER


def test_a_place_is_set_beside_the_city_in_the_same_period_and_the_city_beside_nothing() -> None:
    rows = [row("2025"), row("2025", "city", numerator=2_000.0, denominator=400_000.0), row("2024", "city")]
    reading = read(rows)
    assert reading.city is not None
    assert (reading.city.period, reading.city.neighborhood) == ("2025", "city")
    assert reading.beside_city.finding == Finding.NO_CLEAR_CHANGE
    assert read(rows, place="city").beside_city.reason == "is_city"


def test_seasons_do_not_decide_which_figures_stand_for_themselves() -> None:
    frame = pd.DataFrame([row("2025"), row("2025-12"), row("2025-Q4")])
    assert list(comparable(frame, "rate")) == [True, False, False]
    assert list(comparable(frame, "share")) == [True, True, True]
    assert list(comparable(frame.iloc[1:], "rate")) == [True, True]
