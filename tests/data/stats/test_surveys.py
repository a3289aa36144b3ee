"""Survey arithmetic against published numbers (domain reference, O5, O5b, O19)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.stats import surveys

WEIGHTS = [1.0] * 50 + [2.0] * 30 + [4.0] * 20


def test_o05_margins_of_the_american_community_survey() -> None:
    """The three component margins are quoted from memory: their root sum of squares must give the published 5,070."""
    total = surveys.margin_of_sum([3_860, 2_642, 1_957])
    assert round(total, 1) == 5_070.5
    drawn = np.random.default_rng(5).normal(0, [3_860 / 1.645, 2_642 / 1.645, 1_957 / 1.645], (400_000, 3)).sum(axis=1)
    assert 1.645 * drawn.std() == pytest.approx(total, rel=0.005)  # a second way: by drawing
    margin = surveys.margin_of_proportion(203_119, 5_070, 630_498, 831)
    assert round(203_119 / 630_498, 3) == 0.322
    assert round(margin, 4) == 0.0080


@pytest.mark.parametrize(
    ("share", "n", "percent"),
    [
        (0.05, 30_000, 3.98),
        (0.05, 27_000, 4.19),
        (0.05, 24_000, 4.45),
        (0.05, 21_000, 4.76),
        (0.01, 30_000, 9.08),
        (0.02, 30_000, 6.39),
    ],
)
def test_o05b_relative_standard_errors_at_a_design_effect(share: float, n: int, percent: float) -> None:
    assert round(float(surveys.relative_standard_error(share, n, 2.5)), 2) == percent


def test_o19_eight_answers_say_next_to_nothing() -> None:
    low, high = surveys.share_interval(0.5, 8)
    assert (float(low), float(high)) == pytest.approx((0.215, 0.785), abs=5e-4)
    assert high - low > 0.30  # wider than what may be shown


def test_kishs_design_effect() -> None:
    assert surveys.design_effect(WEIGHTS) == pytest.approx(1.357, abs=5e-4)
    effective = surveys.effective_n(100, surveys.design_effect(WEIGHTS))
    assert effective == pytest.approx(73.7, abs=0.05)
    assert effective == pytest.approx(np.sum(WEIGHTS) ** 2 / np.sum(np.square(WEIGHTS)))
    assert 100 * surveys.margin_of_error(0.5, 100) == pytest.approx(9.8, abs=0.05)
    assert 100 * surveys.margin_of_error(0.5, 100, surveys.design_effect(WEIGHTS)) == pytest.approx(11.4, abs=0.05)


def test_standard_errors_of_counts() -> None:
    assert surveys.relative_standard_error_of_count([16, 10, 20]) == pytest.approx([25.0, 31.6, 22.4], abs=0.05)
    assert np.isinf(surveys.relative_standard_error_of_count(0))
    assert np.isinf(surveys.relative_standard_error(0.0, 100))


def test_a_negative_root_is_taken_for_a_ratio() -> None:
    # A whole that is less sure than its part: the Census Bureau turns the minus into a plus.
    margin = surveys.margin_of_proportion(900, 20, 1_000, 50)
    assert 20**2 - 0.9**2 * 50**2 < 0
    assert margin == pytest.approx((20**2 + 0.9**2 * 50**2) ** 0.5 / 1_000)
    assert margin == surveys.margin_of_ratio(900, 20, 1_000, 50)


def test_from_ninety_to_ninety_five_percent() -> None:
    assert surveys.at_confidence(1_645) == pytest.approx(1_960, abs=0.3)
    assert surveys.at_confidence(surveys.at_confidence(77), 0.90, printed_at=0.95) == pytest.approx(77)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: surveys.design_effect([]), "at least one answer"),
        (lambda: surveys.design_effect([1, np.nan]), "needs a weight"),
        (lambda: surveys.design_effect([1, -1]), "needs a weight"),
        (lambda: surveys.design_effect([0, 0]), "sum to 0"),
        (lambda: surveys.effective_n(0), "n is below 1"),
        (lambda: surveys.effective_n(10, 0), "design effect"),
        (lambda: surveys.margin_of_error(1.2, 10), "a share lies between 0 and 1"),
        (lambda: surveys.share_interval(50, 100), "a share lies between 0 and 1"),
        (lambda: surveys.margin_of_error(0.2, 10, confidence=95), "confidence must lie between 0 and 1"),
        (lambda: surveys.margin_of_sum([]), "one for each estimate"),
        (lambda: surveys.margin_of_sum([1, np.nan]), "0 or more"),
        (lambda: surveys.margin_of_proportion(5, 1, 4, 1), "part is above the whole"),
        (lambda: surveys.margin_of_ratio(5, 1, 0, 1), "nothing to divide by"),
        (lambda: surveys.margin_of_ratio(5, -1, 3, 1), "margin is below zero"),
    ],
)
def test_impossible_numbers_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@settings(max_examples=100)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=60), st.floats(0.1, 10))
def test_unequal_weights_only_ever_cost(weights: list[float], factor: float) -> None:
    effect = surveys.design_effect(weights)
    assert 1 - 1e-9 <= effect <= len(weights) * (1 + 1e-9)
    assert surveys.design_effect([weight * factor for weight in weights]) == pytest.approx(effect)


@settings(max_examples=60)
@given(st.floats(0, 1), st.integers(1, 5_000), st.floats(1, 5))
def test_a_design_effect_widens_the_range(share: float, n: int, deff: float) -> None:
    low, high = surveys.share_interval(share, n)
    wide_low, wide_high = surveys.share_interval(share, n, deff)
    assert wide_low <= low + 1e-12
    assert wide_high >= high - 1e-12
    assert low - 1e-12 <= share <= high + 1e-12
    assert surveys.margin_of_error(share, n, deff) >= surveys.margin_of_error(share, n)
