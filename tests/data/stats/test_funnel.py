"""Funnel limits against published ones (domain reference, O10) and against the Poisson tails themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as distributions

from data.stats import funnel, wilson_interval


@pytest.mark.parametrize(
    ("observed", "confidence", "low", "high"),
    [
        (10, 0.95, 54.3763205, 208.5337156),
        (10, 0.998, 41.43536693, 337.778507),
        (5, 0.95, 42.85102213, 307.979188),
    ],
)
def test_o10_the_limits_of_a_ratio(observed: int, confidence: float, low: float, high: float) -> None:
    # UKHSA solves by steps: six digits agree.
    assert funnel.ratio_limits(observed, confidence) == pytest.approx((low, high), rel=1e-6)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
@pytest.mark.parametrize("observed", [1, 5, 10, 200])
def test_o10_a_count_lies_on_the_limits_that_its_ratio_names(observed: int, confidence: float) -> None:
    low, high = funnel.ratio_limits(observed, confidence)
    assert funnel.count_limits(100 * observed / low, confidence)[0] == pytest.approx(observed)
    assert funnel.count_limits(100 * observed / high, confidence)[1] == pytest.approx(observed)


@pytest.mark.parametrize("observed", [1, 7, 40])
def test_o10_the_tails_hold_what_they_should(observed: int) -> None:
    low, high = funnel.ratio_limits(observed)
    assert distributions.poisson.cdf(observed, 100 * observed / low) == pytest.approx(0.025)
    assert distributions.poisson.sf(observed - 1, 100 * observed / high) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("base", "inner", "outer"),  # percent; 303 areas of England, baseline 80.642448
    [
        (102, (72.974925, 88.309971), (68.553233, 92.731663)),
        (1008, (78.203374, 83.081521), (76.796814, 84.488082)),
        (110_000, (80.408963, 80.875933), (80.274317, 81.010578)),
        (2, (25.885383, 100), (0, 100)),
    ],
)
def test_o10_the_limits_of_a_share(base: int, inner: tuple[float, float], outer: tuple[float, float]) -> None:
    curve = funnel.funnel_of_shares_curve([base], 0.80642448)
    assert (100 * curve.low_95[0], 100 * curve.high_95[0]) == pytest.approx(inner, abs=2e-6)
    assert (100 * curve.low_998[0], 100 * curve.high_998[0]) == pytest.approx(outer, abs=2e-6)


@pytest.mark.parametrize(
    ("hits", "base", "position"),
    [
        (35078.4880, 41980, 1),
        (24803.6256, 31824, -1),
        (50050.7443, 61921, 0),
        (26789.2380, 33012, 0),  # beyond the inner limits only
    ],
)
def test_o10_four_english_areas_lie_where_ukhsa_says(hits: float, base: float, position: int) -> None:
    curve = funnel.funnel_of_shares_curve([base], 0.80642448)
    share = hits / base
    assert int(share > curve.high_998[0]) - int(share < curve.low_998[0]) == position


def test_o10_the_share_limits_are_wilsons_turned_around() -> None:
    curve = funnel.funnel_of_shares_curve([400], 0.3)
    assert wilson_interval(curve.low_95[0] * 400, 400)[1] == pytest.approx(0.3)
    assert wilson_interval(curve.high_95[0] * 400, 400)[0] == pytest.approx(0.3)


class TestTheFunnelOfACity:
    def test_places_that_differ_by_chance_lie_inside(self) -> None:
        chance = np.random.default_rng(7)
        people = chance.integers(500, 60_000, 77)
        found = funnel.funnel(chance.poisson(people * 0.012), people)
        assert found.centre == pytest.approx(12, rel=0.02)
        assert found.inflation < 1.2
        assert not found.position.any()

    def test_one_place_that_differs_is_told_apart(self) -> None:
        chance = np.random.default_rng(8)
        people = np.full(40, 10_000)
        events = chance.poisson(people * 0.01)
        events[3], events[4] = 190, 30
        found = funnel.funnel(events, people)
        assert np.flatnonzero(found.position).tolist() == [3, 4]
        assert found.position[[3, 4]].tolist() == [1, -1]

    def test_limits_widen_where_places_differ_by_more_than_chance(self) -> None:
        chance = np.random.default_rng(9)
        people = np.full(60, 10_000)
        events = chance.poisson(people * 0.01 * chance.gamma(10, 0.1, 60))
        found = funnel.funnel(events, people)
        plain = funnel.funnel_curve(people, found.centre)
        assert found.inflation > 4
        reach = found.high_998 - found.centre
        assert reach == pytest.approx((plain.high_998 - found.centre) * found.inflation**0.5)
        assert abs(found.position).sum() < (events / 10 > plain.high_998).sum()

    def test_the_inflation_by_hand(self) -> None:
        z = np.array([-9, -2, -1, 0, 1, 1, 2, 2, 3, 30, 2.0])  # eleven: the outer one at each end is pulled in
        pulled = np.array([-2, -2, -1, 0, 1, 1, 2, 2, 3, 3, 2.0])
        assert funnel.inflation(z) == pytest.approx((pulled**2).mean())
        assert funnel.inflation([0.1, -0.1, 0.2, np.nan]) == 1
        assert funnel.inflation([5.0]) == 1

    def test_the_curve_passes_through_the_limits(self) -> None:
        found = funnel.funnel([30, 80, 20, 55], [4_000, 9_000, 1_000, 7_000], per=100)
        curve = funnel.funnel_curve([1_000, 4_000], found.centre, found.inflation, per=100)
        assert curve.high_95.tolist() == [found.high_95[2], found.high_95[0]]
        assert curve.low_998.tolist() == [found.low_998[2], found.low_998[0]]

    def test_no_people_no_limits_no_position(self) -> None:
        found = funnel.funnel([30, 5, np.nan, 3], [4_000, 0, 4_000, np.nan])
        assert np.isnan(found.high_998).tolist() == [False, True, False, True]
        assert found.position.tolist() == [0, 0, 0, 0]
        assert found.centre == 7.5

    def test_no_events_anywhere(self) -> None:
        found = funnel.funnel([0, 0], [100, 200])
        assert found.centre == 0
        assert np.isnan(found.high_95).all()
        assert not found.position.any()

    def test_one_event_in_a_tiny_place_is_never_out_of_the_ordinary(self) -> None:
        found = funnel.funnel([1, 500, 480, 510], [2, 90_000, 90_000, 90_000])
        assert found.position[0] == 0

    def test_a_centre_can_be_given(self) -> None:
        assert funnel.funnel([30], [10_000], centre=3.0).position[0] == 0
        assert funnel.funnel([90], [10_000], centre=3.0).position[0] == 1

    def test_shares(self) -> None:
        found = funnel.funnel_of_shares([50, 52, 48, 51, 95], [100] * 5, centre=0.5)
        assert found.position.tolist() == [0, 0, 0, 0, 1]
        assert found.high_998[0] <= 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: funnel.funnel([-1], [5]), "events is below zero"),
        (lambda: funnel.funnel([1, 2], [5]), "rows of one length"),
        (lambda: funnel.funnel([1], [5], per=0), "per must be above zero"),
        (lambda: funnel.funnel([1], [5], centre=0), "centre must be above zero"),
        (lambda: funnel.funnel_of_shares([6], [5]), "hits is above its base"),
        (lambda: funnel.funnel_of_shares([4], [5], centre=80), "centre is above 1"),
    ],
)
def test_impossible_numbers_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@settings(max_examples=100)
@given(st.floats(0.01, 100_000), st.floats(1.05, 50))
def test_limits_close_in_on_the_centre_as_places_grow(expected: float, times: float) -> None:
    curve = funnel.funnel_curve([expected, expected * times], centre=1.0, per=1.0)
    assert (curve.low_998 <= curve.low_95).all()
    assert (curve.low_95 <= 1).all()
    assert (curve.high_95 >= 1).all()
    assert (curve.high_998 >= curve.high_95).all()
    assert curve.high_95[1] < curve.high_95[0]
    assert curve.low_95[1] >= curve.low_95[0]


@settings(max_examples=100)
@given(st.integers(0, 400), st.integers(1, 400))
def test_a_place_beyond_a_limit_is_rare_by_the_tail_and_the_other_way_round(count: int, expected: int) -> None:
    low, high = funnel.count_limits(expected)
    if count > 1 and not np.isclose(count, high):
        assert bool(count > high) == bool(distributions.poisson.sf(count - 1, expected) < 0.025)
    if not np.isclose(count, low):
        assert bool(count < low) == bool(distributions.poisson.cdf(count, expected) < 0.025)
