"""A series: usual ups and downs are told from a change, and a season is not taken for one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.figures import Figure, Status
from data.verdicts import Context, SeriesFinding, SeriesVerdict, series_verdict
from data.verdicts.series import season_factors
from tests.data.verdicts.figures import COUNT, RATE, SHARE, broken, count, rate, share

SEASONAL = replace(COUNT, seasonal=True)
SUMMER = np.array([20, 20, 30, 40, 60, 80, 90, 80, 60, 40, 30, 20])
STEADY = [20, 22, 19, 21, 20, 23, 18, 21, 20, 22, 19, 20]


def months(values: Any, first_year: int = 2023, **more: Any) -> list[Figure]:
    """Counts of months from January of a year on."""
    return [
        count(float(value), f"{first_year + at // 12}-{at % 12 + 1:02d}", **more) for at, value in enumerate(values)
    ]


def judge(values: Any, context: Context = COUNT, **more: Any) -> SeriesVerdict:
    verdict = series_verdict(context, months(values, **more))
    assert verdict is not None
    return verdict


def test_usual_ups_and_downs() -> None:
    verdict = judge(STEADY)
    assert (verdict.finding, verdict.signal, verdict.since, verdict.step) == (SeriesFinding.USUAL, None, None, "month")
    assert verdict.low[-1] < 18 < 23 < verdict.high[-1]


@pytest.mark.parametrize(
    ("tail", "signal", "since", "length"),
    [
        ([45], "outside_high", "2024-01", 1),
        ([2], "outside_low", "2024-01", 1),
        ([24, 25, 24, 26, 24, 25, 24], "run_high", "2024-01", 7),
        ([17, 16, 17, 18, 16, 17, 16], "run_low", "2024-01", 7),
    ],
)
def test_a_change_that_is_not_likely_to_be_chance(tail: list[int], signal: str, since: str, length: int) -> None:
    verdict = judge([*STEADY, *tail])
    assert (verdict.finding, verdict.signal) == (SeriesFinding.SIGNAL, signal)
    assert (verdict.since, verdict.length) == (since, length)


def test_what_came_back_to_usual_is_usual() -> None:
    assert judge([*STEADY, 60, *STEADY]).finding == SeriesFinding.USUAL


def test_a_season_is_not_taken_for_a_change() -> None:
    for years in (2, 3):
        for last in range(12):
            values = np.concatenate([np.tile(SUMMER, years), SUMMER[: last + 1]])
            wobble = values + np.resize([2, -1, 0, 1, -2], len(values))
            verdict = judge(wobble, SEASONAL)
            assert verdict.finding == SeriesFinding.USUAL, (years, last)
            assert verdict.is_seasonal
    # The same months without the season taken out: every summer is a signal.
    assert judge(np.concatenate([np.tile(SUMMER, 2), SUMMER[:7]]), COUNT).finding == SeriesFinding.SIGNAL


def test_a_change_is_seen_through_the_season() -> None:
    values = np.tile(SUMMER, 3).astype(float) + np.resize([2, -1, 0, 1, -2], 36)
    values[-9:] *= 0.5
    verdict = judge(values, SEASONAL)
    assert verdict.signal in ("run_low", "outside_low")
    assert verdict.since is not None
    assert verdict.since >= "2025-04"


def test_the_usual_range_follows_the_season() -> None:
    verdict = judge(np.tile(SUMMER, 2) + np.resize([2, -1, 0, 1, -2], 24), SEASONAL)
    july, january = verdict.periods.index("2024-07"), verdict.periods.index("2024-01")
    assert verdict.low[july] > verdict.high[january]


@pytest.mark.parametrize(("points", "context", "need"), [(11, COUNT, 12), (12, SEASONAL, 24), (23, SEASONAL, 24)])
def test_too_short_to_say(points: int, context: Context, need: int) -> None:
    verdict = judge(np.resize(STEADY, points), context)
    assert (verdict.finding, verdict.have, verdict.need) == (SeriesFinding.TOO_SHORT, points, need)
    assert np.isnan(verdict.low).all()


def test_too_few_each_month_to_say() -> None:
    assert judge(np.resize([0, 1, 3, 2], 36)).finding == SeriesFinding.TOO_FEW


def test_only_what_came_after_the_last_break_counts() -> None:
    values = [*np.resize([60, 62, 59], 24), *STEADY]  # two years counted another way, then one the new way
    verdict = judge(values, broken("2025-01-01", context=COUNT))
    assert (verdict.finding, verdict.periods[0], len(verdict.periods)) == (SeriesFinding.USUAL, "2025-01", 12)
    assert judge(values).finding == SeriesFinding.SIGNAL
    # A month that the break cuts in two belongs to neither side.
    assert judge([*values, 20], broken("2025-01-15", context=COUNT)).periods[0] == "2025-02"
    assert series_verdict(broken("2030-01-01", context=COUNT), months(STEADY)) is None


@pytest.mark.parametrize(
    "more",
    [
        {"status": Status.PROVISIONAL},
        {"reason": "incomplete_period"},
        {"reason": "partial_coverage"},
    ],
)
def test_months_that_may_still_grow_or_are_in_part_are_left_out(more: dict[str, Any]) -> None:
    figures = months([*STEADY, 1])
    figures[-1] = replace(figures[-1], **more)
    verdict = series_verdict(COUNT, figures)
    assert verdict is not None
    assert (verdict.finding, verdict.last) == (SeriesFinding.USUAL, 11)
    assert np.isnan(verdict.values[-1])


def test_a_series_with_hidden_months_has_no_usual_range() -> None:
    # The months that may be shown are the larger ones.
    figures = months([*STEADY, *STEADY])
    figures[3] = replace(figures[3], status=Status.WITHHELD, value=None, numerator=None)
    verdict = series_verdict(COUNT, figures)
    assert verdict is not None
    assert verdict.finding == SeriesFinding.HIDDEN
    assert np.isnan(verdict.low).all()
    # Those before the break do not matter.
    after = series_verdict(broken("2024-01-01", context=COUNT), figures)
    assert after is not None
    assert after.finding == SeriesFinding.USUAL


def test_years_of_a_rate_follow_the_residents() -> None:
    people = [10_000 + 1_000 * at for at in range(13)]
    steady = [rate(at / 100, at, str(2001 + year)) for year, at in enumerate(people)]
    verdict = series_verdict(RATE, steady)
    assert verdict is not None
    assert (verdict.finding, verdict.unit) == (SeriesFinding.USUAL, "per_1000_residents")
    assert verdict.values == pytest.approx(np.full(13, 10.0))
    assert verdict.high[0] > verdict.high[-1] > 10
    high = series_verdict(RATE, [*steady[:-1], rate(300, 22_000, "2013")])
    assert high is not None
    assert (high.signal, high.since) == ("outside_high", "2013")


def test_a_month_that_is_missing_is_a_gap_and_not_a_zero() -> None:
    figures = [figure for figure in months([*STEADY, *STEADY]) if figure.period != "2023-05"]
    verdict = series_verdict(COUNT, figures)
    assert verdict is not None
    assert verdict.periods[4] == "2023-05"
    assert np.isnan(verdict.values[4])
    assert verdict.have == 23


def test_quarters_and_years_where_there_are_no_months() -> None:
    quarters = [count(float(value), f"{2020 + at // 4}-Q{at % 4 + 1}") for at, value in enumerate([*STEADY, *STEADY])]
    years = [count(float(value), str(2001 + at)) for at, value in enumerate([*STEADY, 60])]
    for figures, step in ((quarters, "quarter"), (years, "year")):
        verdict = series_verdict(COUNT, figures)
        assert verdict is not None
        assert verdict.step == step
        assert verdict.finding == (SeriesFinding.SIGNAL if step == "year" else SeriesFinding.USUAL)


def test_shares_have_no_series_and_two_places_are_an_error() -> None:
    assert series_verdict(SHARE, [share(57, period="2025-Q2"), share(52, period="2024-Q4")]) is None
    assert series_verdict(COUNT, months([20])) is None
    with pytest.raises(ValueError, match="a series is one place of burglary"):
        series_verdict(COUNT, [*months(STEADY), count(3, neighborhood="northgate")])
    with pytest.raises(ValueError, match="a series is one place of robbery"):
        series_verdict(replace(RATE, measure="robbery"), months(STEADY))


def test_seasons_come_from_whole_years_and_average_to_one() -> None:
    values = np.concatenate([SUMMER[-5:], np.tile(SUMMER, 3)]).astype(float)
    factors = season_factors(values, 12)
    assert factors[5:17].mean() == pytest.approx(1)
    assert values / factors == pytest.approx(np.full(len(values), SUMMER.mean()))
    with pytest.raises(ValueError, match="seasons need 2 years"):
        season_factors(np.ones(23), 12)


@given(some.lists(some.integers(0, 400), min_size=2, max_size=60), some.booleans())
def test_a_signal_is_said_only_with_limits_and_a_beginning(values: list[int], seasonal: bool) -> None:
    verdict = judge(values, replace(COUNT, seasonal=seasonal))
    assert (verdict.signal is not None) == (verdict.finding == SeriesFinding.SIGNAL) == (verdict.since is not None)
    if verdict.finding in (SeriesFinding.TOO_SHORT, SeriesFinding.TOO_FEW):
        assert np.isnan(verdict.low).all()
    else:
        assert (verdict.low <= verdict.high).all()
        assert (verdict.low >= 0).all()


def test_a_place_that_is_covered_in_part_has_no_usual_range_and_a_city_has() -> None:
    of_place = [replace(figure, reason="partial_coverage") for figure in months([*STEADY, *STEADY])]
    assert series_verdict(COUNT, of_place) is None
    verdict = series_verdict(COUNT, [replace(figure, neighborhood="city") for figure in of_place])
    assert verdict is not None
    assert verdict.finding == SeriesFinding.USUAL
