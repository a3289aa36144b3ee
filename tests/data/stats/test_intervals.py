"""Published numbers that our ranges must reproduce (domain reference, O1 to O4c)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as distributions
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

from data import stats
from data.stats import intervals


@pytest.mark.parametrize(("events", "people", "rate"), [(215, 75_000, 286.7), (5_000, 500_000, 1_000)])
def test_o01_a_crime_rate_lies_in_its_range(events: int, people: int, rate: float) -> None:
    low, high = stats.rate_interval(events, people, per=100_000)
    assert round(events / people * 100_000, 1) == rate
    assert low < rate < high
    assert high - low < rate / 3


@pytest.mark.parametrize(
    ("events", "confidence", "low", "high"),
    [
        (65, 0.95, 50.163187710459, 82.849138545940),
        (1045, 0.95, 982.593201807, 1110.331212986),
        (10, 0.998, 2.916318375, 24.193724928),
    ],
)
def test_o02_counts_have_byars_range(events: int, confidence: float, low: float, high: float) -> None:
    assert stats.poisson_interval(events, confidence) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("events", "people", "low", "high"),
    [
        (1, 100, 0.0253178, 5.5716434),
        (5, 100, 1.6234864, 11.6683321),
        (20, 100, 12.2114288, 30.8898804),
        (222, 3215, 6.0265749, 7.8757294),
    ],
)
def test_o02_rates_are_exact_below_ten_events_and_byars_from_ten(
    events: int, people: int, low: float, high: float
) -> None:
    assert stats.rate_interval(events, people, per=100) == pytest.approx((low, high), abs=5e-8)


def test_o02b_byar_is_the_two_sided_one_of_ukhsa() -> None:
    """DescTools' "byar" is another formula: it shifts both ends by half an event. Ours lies by the exact range."""
    ours = stats.rate_interval(15, 400, per=1)
    assert stats.poisson_interval(15) == pytest.approx((8.38926, 24.74163), abs=5e-6)
    assert ours == pytest.approx((0.020973, 0.061854), abs=5e-7)
    shifted = [15.5 * (1 - 1 / (9 * 15.5) + z / (3 * 15.5**0.5)) ** 3 / 400 for z in (-1.959964, 1.959964)]
    assert shifted == pytest.approx([0.0219084369, 0.0602933511], abs=5e-9)
    exact = [float(end) for end in confint_poisson(15, 400, method="exact-c")]
    score = [float(end) for end in confint_poisson(15, 400, method="score")]
    assert exact == pytest.approx([0.0209884653, 0.0618505472], abs=5e-11)
    assert score == pytest.approx([0.0227264749, 0.0618771721], abs=5e-11)
    assert np.abs(np.array(ours) - exact).max() < 0.02 * np.abs(np.array(shifted) - exact).max()


def test_o02b_below_ten_events_the_exact_range_is_ours() -> None:
    exact = [float(end) for end in confint_poisson(9, 400, method="exact-c")]
    assert stats.rate_interval(9, 400, per=1) == pytest.approx(exact, abs=1e-14)


def test_zero_events_still_have_an_upper_end() -> None:
    low, high = stats.poisson_interval(0)
    assert low == 0
    assert high == pytest.approx(3.688879, abs=1e-6)  # -ln(0.025)


@pytest.mark.parametrize(
    ("x", "n", "confidence", "low", "high"),
    [
        (65, 100, 0.95, 0.5525444330, 0.7363575176),
        (1045, 5000, 0.95, 0.1979554988, 0.2204913037),
        (65, 100, 0.998, 0.4954946574, 0.7783540614),
        (1, 100, 0.95, 0.0017674321, 0.0544861962),
    ],
)
def test_o03_shares_have_wilsons_range(x: int, n: int, confidence: float, low: float, high: float) -> None:
    assert stats.wilson_interval(x, n, confidence) == pytest.approx((low, high), abs=5e-10)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_o03b_shares_match_newcombe(x: int, n: int, low: float, high: float) -> None:
    """Newcombe's digits are quoted from memory. A second way: an end is the share from which x of n is z errors off."""
    ends = stats.wilson_interval(x, n)
    assert ends == pytest.approx((low, high), abs=5e-5)
    for end in ends:
        if end > 0:
            assert abs(x / n - end) / (end * (1 - end) / n) ** 0.5 == pytest.approx(1.959964, abs=1e-6)


def test_o03b_the_exact_range_of_a_share() -> None:
    # 7 of 50, from the odds of 7 to 43: what the exact rate ratio is made of.
    odds = np.array(stats.rate_ratio_interval(7, 1, 43, 1))
    assert odds / (1 + odds) == pytest.approx([0.0581917003, 0.2673960025], abs=5e-11)


def test_weighted_answers_widen_the_range() -> None:
    low, high = stats.wilson_interval(31.5, 73.7)
    plain_low, plain_high = stats.wilson_interval(42.74, 100)
    assert high - low > plain_high - plain_low


FLUOROSCOPY = (41, 28_010, 15, 19_017)


def test_o04_rate_ratio_is_exact() -> None:
    """Rothman's fluoroscopy data. The exact ends are checked a second time by the tails of the binomial."""
    low, high = (float(end) for end in stats.rate_ratio_interval(*FLUOROSCOPY))
    assert (low, high) == pytest.approx((1.005684, 3.609300), abs=5e-7)
    share_low, share_high = (ratio * 28_010 / (ratio * 28_010 + 19_017) for ratio in (low, high))
    assert distributions.binom.sf(40, 56, share_low) == pytest.approx(0.025)
    assert distributions.binom.cdf(41, 56, share_high) == pytest.approx(0.025)


def test_o04_other_methods_agree_and_sqrtcc_does_not() -> None:
    x1, n1, x2, n2 = FLUOROSCOPY
    assert (x1 / n1, x2 / n2) == pytest.approx((0.0014638, 0.0007888), abs=5e-8)
    assert x1 / n1 / (x2 / n2) == pytest.approx(1.85576, abs=5e-6)
    wald = confint_poisson_2indep(*FLUOROSCOPY, method="wald-log", compare="ratio")
    assert wald == pytest.approx((1.02723, 3.35256), abs=5e-6)
    by_hand = 1.96 * (1 / x1 + 1 / x2) ** 0.5  # published with 1.96, not 1.959964
    assert x1 / n1 / (x2 / n2) * np.exp([-by_hand, by_hand]) == pytest.approx([1.02721, 3.35260], abs=5e-6)
    rate_difference = 1e5 * np.array(confint_poisson_2indep(*FLUOROSCOPY, method="wald", compare="diff"))
    assert rate_difference.mean() == pytest.approx(67.4995, abs=5e-5)
    assert rate_difference == pytest.approx([7.49, 127.5], abs=0.01)
    score = confint_poisson_2indep(*FLUOROSCOPY, method="score", compare="ratio")
    trap = confint_poisson_2indep(*FLUOROSCOPY, method="sqrtcc", compare="ratio")
    ours = np.log([float(end) for end in stats.rate_ratio_interval(*FLUOROSCOPY)])
    for other in (wald, score):
        assert np.abs(np.log(other) - ours).max() < 0.1
    assert np.abs(np.log(trap) - ours).min() > 0.3


@pytest.mark.parametrize(("now", "before", "low", "high"), [(30, 45, 0.41, 1.08), (3, 2, 0.17, 18.0)])
def test_a_period_beside_the_one_before(now: int, before: int, low: float, high: float) -> None:  # section 3.3
    assert stats.rate_ratio_interval(now, 1, before, 1) == pytest.approx((low, high), rel=0.012)


def test_o04b_the_e_test() -> None:
    assert stats.same_rate_p(6, 1, 2, 1) == pytest.approx(0.17487482, abs=5e-9)
    assert stats.same_rate_p(0, 1, 3, 1) == pytest.approx(0.0884, abs=5e-5)
    assert stats.same_rate_p(4, 10, 4, 10) > 0.99


def test_o04c_share_difference_is_newcombes() -> None:
    """56/70 against 48/80 is quoted from memory: a second way is Newcombe's square of two Wilson ranges."""
    assert stats.proportion_difference_interval(7, 34, 1, 34) == pytest.approx((0.019, 0.34), abs=5e-4)
    assert stats.proportion_difference_interval(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    for x1, n1, x2, n2 in ((7, 34, 1, 34), (56, 70, 48, 80)):
        (low1, high1), (low2, high2) = stats.wilson_interval(x1, n1), stats.wilson_interval(x2, n2)
        p1, p2 = x1 / n1, x2 / n2
        by_hand = (p1 - p2 - np.hypot(p1 - low1, high2 - p2), p1 - p2 + np.hypot(high1 - p1, p2 - low2))
        assert stats.proportion_difference_interval(x1, n1, x2, n2) == pytest.approx(by_hand)


def test_o04c_other_methods() -> None:
    caffo = intervals.proportion_difference_interval_by_adding(7, 34, 1, 34)
    assert caffo == pytest.approx((0.01161167, 0.32172166), abs=5e-9)
    wald = confint_proportions_2indep(7, 34, 1, 34, method="wald", compare="diff")
    assert wald == pytest.approx((0.02916942, 0.32377176), abs=5e-9)
    score = confint_proportions_2indep(7, 34, 1, 34, method="score", compare="ratio", correction=False)
    assert score == pytest.approx((1.220853, 42.575718), abs=5e-7)
    assert caffo[0] < stats.proportion_difference_interval(7, 34, 1, 34)[0] < wald[0]  # Wald's is too sure of itself


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
    with pytest.raises(ValueError, match="x is above n"):
        stats.proportion_difference_interval(1, 2, 3, 2)
    with pytest.raises(ValueError, match="whole counts"):
        stats.same_rate_p(1.5, 1, 2, 1)
    with pytest.raises(ValueError, match="n1 and n2 must be above zero"):
        stats.same_rate_p(1, 0, 2, 1)
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        stats.poisson_interval(5, confidence=95)
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        stats.wilson_interval(5, 10, confidence=1)
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        stats.rate_ratio_interval(5, 10, 5, 10, confidence=0)


@given(st.integers(0, 5_000), st.floats(0.5, 0.999))
def test_a_count_lies_in_its_range(events: int, confidence: float) -> None:
    low, high = stats.poisson_interval(events, confidence)
    assert 0 <= low <= events < high


@given(st.integers(1, 3_000), st.floats(0, 1), st.floats(1, 4))
def test_a_share_lies_in_its_range(n: int, share: float, design_effect: float) -> None:
    effective = n / design_effect
    low, high = stats.wilson_interval(share * effective, effective)
    assert -1e-12 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1 + 1e-12


@settings(max_examples=60)
@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 10**6), st.integers(1, 10**6), st.floats(0.5, 0.99))
def test_a_ratio_lies_in_its_range_which_widens_with_confidence(a: int, b: int, n1: int, n2: int, sure: float) -> None:
    low, high = stats.rate_ratio_interval(a, n1, b, n2, confidence=sure)
    wide_low, wide_high = stats.rate_ratio_interval(a, n1, b, n2, confidence=sure + 0.009)
    ratio = (a / n1) / (b / n2)
    assert wide_low <= low <= ratio * (1 + 1e-12)
    assert ratio * (1 - 1e-12) <= high <= wide_high
    turned_low, _ = stats.rate_ratio_interval(b, n2, a, n1, confidence=sure)
    assert turned_low * high == pytest.approx(1)


@settings(max_examples=60)
@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 200), st.integers(1, 200))
def test_a_difference_of_shares_turns_around(x1: int, n1: int, x2: int, n2: int) -> None:
    x1, x2 = min(x1, n1), min(x2, n2)
    low, high = stats.proportion_difference_interval(x1, n1, x2, n2)
    turned_low, turned_high = stats.proportion_difference_interval(x2, n2, x1, n1)
    assert low - 1e-9 <= x1 / n1 - x2 / n2 <= high + 1e-9
    assert (turned_low, turned_high) == pytest.approx((-high, -low), abs=1e-9)
