"""A reading takes the right figure, the right one before, and refuses what cannot be compared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from components.readings import Reading, beside_whole, comparable, read_measure
from data import periods, queries
from data.verdicts import Context, Finding, Refusal, SeriesFinding

MEASURE = {
    "id": "burglary", "kind": "rate", "unit": "per_1000_residents", "direction": "fewer", "seasonal": False,
    "collected": "full_count", "smallest_change": None, "topic": "safety",
}  # fmt: skip
UNITS = {"rate": "per_1000_residents", "count": "events", "share": "percent", "score": "points"}


def row(period: str, place: str = "downtown", **more: Any) -> dict[str, Any]:
    """A row of `queries.figure_table`: 60 events among 12,000 people unless told otherwise."""
    span = periods.parse(period)
    return {
        "measure": "burglary", "neighborhood": place, "period": period, "value": 5.0, "low": 3.8, "high": 6.4,
        "numerator": 60.0, "denominator": 12_000.0, "n": pd.NA, "unit": "per_1000_residents", "status": "shown",
        "reason": None, "source": "police", "release": "2026-03", "group": "all", "n_effective": None,
        "denominator_period": None, "period_start": span.start, "period_end": span.end, **more,
    }  # fmt: skip


def broken(day: date, kind: str = "definition", measure: str = "burglary") -> list[dict[str, Any]]:
    """A row of `queries.breaks`."""
    return [{"measure_id": measure, "broke_on": day, "kind": kind, "note": ""}]


def context_for(measure: dict[str, Any], **more: Any) -> Context:
    """The context of a measure of a city where only the airport is a visitor area."""
    known: dict[str, Any] = {"breaks": [], "visitor_areas": ["airport"], "fiscal_start_month": 7, **more}
    return Context.of(measure, **known)


def read(rows: list[dict[str, Any]], *, breaks: list[dict[str, Any]] | None = None, **more: Any) -> Reading:
    place = more.pop("place", "downtown")
    period = more.pop("period", None)
    measure = {**MEASURE, **more}
    measure["unit"] = UNITS[measure["kind"]]
    context = context_for(measure, breaks=breaks or [])
    reading = read_measure(context, measure, pd.DataFrame(rows), place, period=period)
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
    assert read_measure(context_for(MEASURE), MEASURE, pd.DataFrame([row("2025")]), "rail-yards") is None


def test_a_change_in_counting_between_two_figures_refuses_the_comparison() -> None:
    rows = [row("2024"), row("2025", numerator=160.0, value=13.3)]
    reading = read(rows, breaks=broken(date(2025, 1, 1), "boundary"))
    assert reading.change.words == "series_break_boundary"
    assert read(rows).change.is_clear
    assert read(rows, breaks=broken(date(2025, 1, 1), measure="robbery")).change.is_clear


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


def test_visitor_areas_are_known_even_where_the_figure_carries_another_remark() -> None:
    few: dict[str, Any] = {"numerator": 15.0, "value": 1.2, "status": "unstable", "reason": "under_20_events"}
    rows = [row("2025", "airport", **few), row("2025", "city", numerator=2_000.0, denominator=400_000.0)]
    assert read(rows, place="airport").beside_city.reason == Refusal.VISITORS


def test_places_on_a_map_are_grouped_or_say_why_not() -> None:
    few: dict[str, Any] = {"numerator": 15.0, "value": 1.2, "status": "unstable", "reason": "under_20_events"}
    rows = [
        row("2025", "high", numerator=300.0, value=25.0), row("2025", "low", numerator=20.0, value=1.7),
        row("2025", "same"), row("2025", "airport", **few), row("2025", "none", value=None, status="withheld"),
    ]  # fmt: skip
    city = row("2025", "city", numerator=2_000.0, denominator=400_000.0)
    names = [str(one["neighborhood"]) for one in rows]
    grouped = beside_whole(context_for(MEASURE), pd.DataFrame(rows), dict.fromkeys(names, queries.as_figure(city)))
    assert list(grouped.group) == ["above", "below", "same", None, None]
    assert list(grouped.refused) == [None, None, None, "visitors", None]
    assert set(beside_whole(context_for(MEASURE), pd.DataFrame(rows[:3]), {}).refused) == {"no_city_figure"}


def test_a_part_year_beside_a_whole_one_is_refused_and_the_same_days_are_found() -> None:
    part, same = "2026-01-01..2026-06-23", "2025-01-01..2025-06-23"
    cut: dict[str, Any] = {"reason": "incomplete_period", "period_end": date(2026, 6, 23)}
    rows = [row("2025"), row("2026", **cut), row(part, numerator=31.0), row(same, numerator=43.0)]
    reading = read(rows, period="2026")
    assert reading.change.reason == Refusal.INCOMPLETE_PERIOD
    assert reading.same_days is not None
    assert [figure.numerator for figure in reading.same_days] == [31.0, 43.0]
    assert read(rows[:2], period="2026").same_days is None
    assert read(rows, period="2026", breaks=broken(date(2026, 1, 1))).same_days is None  # nor across a break


def test_no_figure_is_set_beside_one_from_before_a_break_whatever_else_is_missing() -> None:
    wave: dict[str, Any] = {"numerator": None, "denominator": None, "low": None, "high": None, "value": 57.0}
    waves = [row("2024", **wave, unit="points"), row("2025", **wave, unit="points")]
    reading = read(waves, kind="score", direction="more", breaks=broken(date(2025, 1, 1), "wording"))
    assert reading.change.words == "series_break_wording"
    assert read(waves, kind="score", direction="more").change.reason == Refusal.NO_SAMPLE_SIZE
    nobody: dict[str, Any] = {"value": None, "denominator": None, "status": "not_reported", "reason": "no_population"}
    counts = [row("2024", **nobody), row("2025", **nobody)]
    assert read(counts).change.reason == Refusal.NO_RESIDENTS
    assert read(counts, breaks=broken(date(2025, 1, 1))).change.reason == Refusal.SERIES_BREAK


def test_a_period_is_incomplete_for_every_figure_when_one_says_so() -> None:
    few: dict[str, Any] = {"numerator": 15.0, "value": 1.2, "status": "unstable", "reason": "under_20_events"}
    rows = [row("2025", **few), row("2024"), row("2025", "city", reason="incomplete_period")]
    assert read(rows).change.reason == Refusal.INCOMPLETE_PERIOD


def test_the_months_are_judged_beside_the_year() -> None:
    months = [row(f"{year}-{month:02d}", numerator=20.0 + month % 3) for year in (2024, 2025) for month in range(1, 13)]
    reading = read([row("2025"), row("2024"), *months])
    assert reading.series is not None
    assert reading.series.finding == SeriesFinding.USUAL
    wave: dict[str, Any] = {"numerator": None, "denominator": None, "n": 900, "unit": "percent", "value": 57.0}
    assert read([row("2025-Q4", **wave)], kind="share").series is None


def test_a_city_without_a_figure_of_its_own_is_no_missing_report() -> None:
    none: dict[str, Any] = {"value": None, "numerator": None, "denominator": None, "status": "not_reported"}
    reading = read([row("2025"), row("2025", "city", **none, reason="no_city_figure")])
    assert reading.beside_city.reason == Refusal.NO_CITY_FIGURE
    assert read([row("2025"), row("2025", "city", **none)]).beside_city.reason == Refusal.NOT_REPORTED


def test_seasons_do_not_decide_which_figures_stand_for_themselves() -> None:
    frame = pd.DataFrame([row("2025"), row("2025-12"), row("2025-Q4")])
    assert list(comparable(frame, "rate")) == [True, False, False]
    assert list(comparable(frame, "share")) == [True, True, True]
    assert list(comparable(frame.iloc[1:], "rate")) == [True, True]
