"""The usual range of a series: one for each stretch, from whole settled periods, and none where one would mislead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.panels import measures
from components.panels.series import Usual, usual_range, usual_words, with_usual
from data import periods
from data.stats import control
from data.verdicts import Break, Context
from tests.components.riverton import scope_of

COUNT = Context(
    measure="force", kind="count", unit="events", direction="none", seasonal=False, collected="full_count",
    smallest_change=None, breaks=(), visitor_areas=frozenset(), denominator_window_years=5, fiscal_start_month=7,
)  # fmt: skip
RATE = replace(COUNT, kind="rate", unit="per_1000_residents")


def rows_of(codes: list[str], counts: list[float | None], **more: Any) -> pd.DataFrame:
    """Rows of `queries.figure_table` of one place, a count each."""
    spans = [periods.parse(code) for code in codes]
    frame = pd.DataFrame({"period": codes, "numerator": counts, "value": counts})
    frame = frame.assign(
        measure="force", neighborhood="city", unit="events", low=None, high=None, denominator=None, n=None,
        status="shown", reason=None, source="police", release="2026-03", group="all", n_effective=None,
        denominator_period=None, period_start=[one.start for one in spans], period_end=[one.end for one in spans],
    )  # fmt: skip
    return frame.assign(**more)


def years(first: int, counts: list[float | None], **more: Any) -> pd.DataFrame:
    return rows_of([str(first + i) for i in range(len(counts))], counts, **more)


def months(counts: list[float | None], **more: Any) -> pd.DataFrame:
    return rows_of([f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(len(counts))], counts, **more)


def broken(on: date, context: Context = COUNT) -> Context:
    return replace(context, breaks=(Break(on, "records_system"),))


EVEN: list[float | None] = [50.0, 54.0, 48.0, 52.0, 49.0, 55.0, 51.0, 47.0, 53.0, 50.0, 52.0, 49.0]


def test_months_have_the_limits_of_the_published_chart() -> None:
    usual = usual_range(COUNT, months(EVEN), "month")
    chart = control.xmr(np.array(EVEN, dtype=float), floor=0)
    assert np.allclose(usual.limits.low, chart.low)
    assert np.allclose(usual.limits.high, chart.high)
    assert not usual.limits.moved.any()
    assert not usual.why_not


@pytest.mark.parametrize(("count", "why_not"), [(11, "too_short"), (12, "")])
def test_under_twelve_points_there_is_no_range_and_it_is_said(count: int, why_not: str) -> None:
    for figures, step in ((months(EVEN[:count]), "month"), (years(2000, EVEN[:count]), "year")):
        usual = usual_range(COUNT, figures, step)
        assert usual.why_not == why_not
        assert usual.limits.empty == bool(why_not)
        assert (usual.have, usual.need) == (count, 12)


def test_a_break_starts_a_range_of_its_own() -> None:
    usual = usual_range(broken(date(2022, 1, 1)), months([*EVEN, *(2 * (x or 0) for x in EVEN)]), "month")
    before, after = (usual.limits[usual.limits.stretch == number] for number in (0, 1))
    assert len(before) == len(after) == 12
    assert np.allclose(after.centre, 2 * before.centre)
    assert before.period.max() == "2021-12"


def test_a_break_that_no_figure_has_reached_changes_nothing() -> None:
    ahead = broken(date(2020, 1, 1))
    figures = years(2000, EVEN)
    assert usual_range(ahead, figures, "year").limits.equals(usual_range(COUNT, figures, "year").limits)
    few = usual_range(ahead, years(2010, [50.0, 54.0]), "year")
    assert (few.why_not, few.have) == ("too_short", 2)


def test_no_full_period_is_said_without_a_number(demo_store: Path) -> None:
    none = usual_range(COUNT, years(2010, [50.0], reason="incomplete_period", status="provisional"), "year")
    scope = scope_of(demo_store)
    assert usual_words(none, scope) == ["Too soon for a usual range: no full year is counted this way yet."]


def test_a_year_that_a_break_falls_in_belongs_to_neither_side() -> None:
    usual = usual_range(broken(date(2013, 10, 20)), years(2000, [*EVEN, 51.0, 400.0, 400.0]), "year")
    assert set(usual.limits.period) == {str(year) for year in range(2000, 2013)}
    assert usual.limits.high.max() < 100
    assert (usual.why_not, usual.have) == ("too_short", 1)


def test_incomplete_and_early_periods_are_left_out_of_the_limits_and_not_judged() -> None:
    counts: list[float | None] = [2.0, *EVEN, 3.0]
    whole = usual_range(COUNT, years(2001, EVEN), "year").limits.set_index("period")
    figures = years(2000, counts, reason=["incomplete_period", *[None] * 13], status=["shown"] * 13 + ["provisional"])
    usual = usual_range(COUNT, figures, "year").limits.set_index("period")
    assert np.allclose(usual.loc[whole.index, ["low", "high"]].astype(float), whole[["low", "high"]].astype(float))
    assert usual.loc[["2000", "2013"]].moved.isna().all()


def test_what_is_hidden_gives_no_range_because_the_rest_would_be_too_high() -> None:
    figures = years(2000, [*EVEN, None], status=["shown"] * 12 + ["withheld"])
    usual = usual_range(COUNT, figures, "year")
    assert usual.limits.empty
    assert usual.why_not == "hidden"


def test_few_a_year_give_no_range(demo_store: Path) -> None:
    usual = usual_range(COUNT, years(2000, [4.0, 5.0, 3.0] * 5), "year")
    assert (usual.why_not, usual.limits.empty) == ("too_few", True)
    scope = scope_of(demo_store)
    assert usual_words(usual, scope) == [scope.say("how_to_read.too_few_year")]


def test_a_year_without_a_row_ends_a_run() -> None:
    low_then_high: list[float | None] = [*[40.0, 41.0] * 6, *[60.0, 61.0, 60.0], *[61.0, 60.0, 61.0, 60.0]]
    marked = usual_range(COUNT, years(2000, low_then_high), "year").limits
    assert (marked.moved.tail(7) == 1).all()
    gap = years(2000, low_then_high).drop(index=15)
    assert not (usual_range(COUNT, gap, "year").limits.moved.tail(6) == 1).all()


def test_years_of_a_rate_have_limits_that_follow_the_residents() -> None:
    people = [10_000.0, *[40_000.0] * 11]
    counts = [100.0, *[400.0 + (i % 3) for i in range(11)]]
    figures = years(2000, counts, denominator=people, unit="per_1000_residents")  # type: ignore[arg-type]
    usual = usual_range(RATE, figures, "year")
    width = (usual.limits.high - usual.limits.low).to_numpy()
    assert width[0] == pytest.approx(2 * width[1], rel=1e-6)
    assert usual.is_by_base
    assert not usual.is_wider


def test_years_that_differ_by_more_than_chance_get_wider_limits_and_it_is_said(demo_store: Path) -> None:
    counts: list[float | None] = [400.0, 900.0] * 6
    usual = usual_range(COUNT, years(2000, counts), "year")
    plain = control.u_chart(np.array(counts, dtype=float), np.ones(12))
    assert usual.is_wider
    assert (usual.limits.high > plain.high).all()
    scope = scope_of(demo_store)
    assert scope.say("how_to_read.usual_is_wider") in usual_words(usual, scope)


def test_the_table_twin_says_the_range_in_whole_counts_and_how_each_stands(demo_store: Path) -> None:
    scope = scope_of(demo_store)
    limits = pd.DataFrame(
        {"period": ["2024", "2025", "2026"], "stretch": 0, "low": 9.7, "centre": 15.0, "high": 20.2,
         "moved": pd.array([0, -1, None], dtype="Int8")}
    )  # fmt: skip
    table = with_usual(
        pd.DataFrame({"Period": ["2026", "2025", "2023"]}), ["2026", "2025", "2023"], Usual(limits, "year"), "events",
        scope,
    )  # fmt: skip
    assert list(table.iloc[:, 1]) == ["10 to 20", "10 to 20", scope.say("charts.no_usual")]
    said = ["charts.not_judged", "charts.signal_down", "charts.no_usual"]
    assert list(table.iloc[:, 2]) == [scope.say(key) for key in said]


def test_cards_show_the_range_that_the_verdict_on_the_series_rests_on(demo_store: Path) -> None:
    scope = scope_of(demo_store)
    seen = 0
    for reading in measures.readings_of(scope, "city"):
        series = reading.series
        if series is None or np.isnan(series.low).all():
            continue
        card = measures.measure_card(reading, scope)
        assert card.drawing is not None
        assert scope.say("how_to_read.usual_range") in card.how_to_read
        assert card.table is not None
        assert scope.say("charts.beside_usual") in card.table
        assert card.rows is not None
        file = card.rows[card.rows.neighborhood_id == "city"].set_index("period")
        limits = dict(zip(series.periods, series.low, strict=True))
        assert np.allclose(file.usual_low_events[list(limits)].astype(float), list(limits.values()))
        marked = card.drawing.rows.set_index("period")
        assert list(marked.index[-len(series.periods) :]) == list(series.periods)
        if series.signal is not None:
            assert bool(marked.signal[series.periods[series.last]])
        seen += 1
    assert seen >= 3


@given(
    st.lists(st.none() | st.integers(0, 3) | st.integers(0, 10**7), min_size=1, max_size=30),
    st.sampled_from(["shown", "provisional"]),
    st.none() | st.integers(2000, 2030),
)
def test_odd_years_never_break_it(counts: list[int | None], last: str, cut: int | None) -> None:
    context = COUNT if cut is None else broken(date(cut, 7, 1))
    status = ["not_reported" if one is None else "shown" for one in counts]
    status[-1] = last if counts[-1] is not None else status[-1]
    limits = usual_range(context, years(2000, [*map(float_or_none, counts)], status=status), "year").limits
    assert (limits.low >= 0).all()
    assert (limits.low <= limits.centre).all()
    assert (limits.centre <= limits.high).all()
    assert limits.period.is_unique


def float_or_none(count: int | None) -> float | None:
    return None if count is None else float(count)


def test_the_drawing_has_no_range_where_the_words_have_none_for_a_place_covered_in_part() -> None:
    figures = years(2000, EVEN).assign(reason="partial_coverage", neighborhood="east")
    usual = usual_range(COUNT, figures, "year")
    assert (usual.limits.empty, usual.why_not) == (True, "too_short")
