"""Published numbers that our ranges must reproduce (domain reference, oracles O1 to O4c and O19)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import stats


@pytest.mark.parametrize(("events", "people", "rate"), [(215, 75_000, 286.7), (5_000, 500_000, 1_000)])  # O1
def test_a_rate_lies_in_its_range(events: int, people: int, rate: float) -> None:
    low, high = stats.rate_interval(events, people, per=100_000)
    assert low < rate < high
    assert high - low < rate / 3


@pytest.mark.parametrize(  # O2
    ("events", "confidence", "low", "high"),
    [
        (65, 0.95, 50.163187710459, 82.849138545940),
        (1045, 0.95, 982.593201807, 1110.331212986),
        (10, 0.998, 2.916318375, 24.193724928),
    ],
)
def test_counts_have_byars_range(events: int, confidence: float, low: float, high: float) -> None:
    assert stats.poisson_interval(events, confidence) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(  # O2
    ("events", "people", "low", "high"),
    [
        (1, 100, 0.0253178, 5.5716434),
        (5, 100, 1.6234864, 11.6683321),
        (20, 100, 12.2114288, 30.8898804),
        (222, 3215, 6.0265749, 7.8757294),
    ],
)
def test_rates_are_exact_below_ten_events_and_byars_from_ten(events: int, people: int, low: float, high: float) -> None:
    assert stats.rate_interval(events, people, per=100) == pytest.approx((low, high), abs=5e-8)


def test_byar_is_the_two_sided_one_of_ukhsa() -> None:  # O2b: DescTools' "byar" shifts both ends by a half
    assert stats.poisson_interval(15) == pytest.approx((8.38926, 24.74163), abs=5e-6)
    assert stats.rate_interval(15, 400, per=1) == pytest.approx((0.020973, 0.061854), abs=5e-7)


def test_zero_events_still_have_an_upper_end() -> None:
    low, high = stats.poisson_interval(0)
    assert low == 0
    assert high == pytest.approx(3.688879, abs=1e-6)  # -ln(0.025)


@pytest.mark.parametrize(  # O3
    ("x", "n", "confidence", "low", "high"),
    [
        (65, 100, 0.95, 0.5525444330, 0.7363575176),
        (1045, 5000, 0.95, 0.1979554988, 0.2204913037),
        (65, 100, 0.998, 0.4954946574, 0.7783540614),
        (1, 100, 0.95, 0.0017674321, 0.0544861962),
    ],
)
def test_shares_have_wilsons_range(x: int, n: int, confidence: float, low: float, high: float) -> None:
    assert stats.wilson_interval(x, n, confidence) == pytest.approx((low, high), abs=5e-10)


@pytest.mark.parametrize(  # O3b, O19
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (4, 8, 0.215, 0.785),
    ],
)
def test_shares_match_newcombe(x: int, n: int, low: float, high: float) -> None:
    digits = 5e-5 if n > 8 else 5e-4
    assert stats.wilson_interval(x, n) == pytest.approx((low, high), abs=digits)


def test_weighted_answers_widen_the_range() -> None:
    low, high = stats.wilson_interval(31.5, 73.7)
    plain_low, plain_high = stats.wilson_interval(42.74, 100)
    assert high - low > plain_high - plain_low


def test_rate_ratio_is_exact() -> None:  # O4, and section 3.3
    assert stats.rate_ratio_interval(41, 28_010, 15, 19_017) == pytest.approx((1.005684, 3.609300), abs=5e-7)
    assert stats.rate_ratio_interval(30, 1, 45, 1) == pytest.approx((0.41, 1.08), abs=0.005)


def test_share_difference_is_newcombes() -> None:  # O4c
    assert stats.proportion_difference_interval(7, 34, 1, 34) == pytest.approx((0.019, 0.34), abs=5e-4)
    assert stats.proportion_difference_interval(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_nothing_to_divide_by_says_nothing() -> None:
    ends = [
        *stats.rate_interval(3, 0),
        *stats.wilson_interval(0, 0),
        *stats.rate_ratio_interval(0, 10, 0, 10),
        *stats.rate_ratio_interval(3, 0, 2, 10),
        *stats.proportion_difference_interval(0, 0, 1, 2),
        *stats.poisson_interval(np.nan),
        *stats.wilson_interval(np.nan, np.nan),
    ]
    assert np.isnan(ends).all()


def test_a_ratio_to_no_events_has_no_upper_end() -> None:
    low, high = stats.rate_ratio_interval(5, 100, 0, 100)
    assert low > 0
    assert np.isinf(high)


def test_columns_go_in_and_columns_come_out() -> None:
    low, high = stats.rate_interval(np.array([0, 5, 20]), np.array([100, 100, 0]))
    assert low.shape == high.shape == (3,)
    assert np.isnan(high).tolist() == [False, False, True]
    assert stats.wilson_interval(np.array([1, 2]), 10)[0].shape == (2,)


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="events is below zero"):
        stats.poisson_interval(-1)
    with pytest.raises(ValueError, match="x is above n"):
        stats.wilson_interval(3, 2)


@settings(deadline=None)
@given(st.integers(0, 5_000), st.floats(0.5, 0.999))
def test_a_count_lies_in_its_range(events: int, confidence: float) -> None:
    low, high = stats.poisson_interval(events, confidence)
    assert 0 <= low <= events < high


@settings(deadline=None)
@given(st.integers(1, 3_000), st.floats(0, 1), st.floats(1, 4))
def test_a_share_lies_in_its_range(n: int, share: float, design_effect: float) -> None:
    effective = n / design_effect
    low, high = stats.wilson_interval(share * effective, effective)
    assert -1e-12 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1 + 1e-12
