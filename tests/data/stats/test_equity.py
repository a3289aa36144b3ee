"""Comparisons of groups, and shares of findings (domain reference, section 3.5 and O14)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.stats import equity


def test_o14_dispositions_that_sum_to_99_stay_so() -> None:
    """BJS 2002: 26,556 complaints with findings of 8, 34, 25, 23 and 9 percent. Nothing makes them sum to 100."""
    printed = {"sustained": 8, "not_sustained": 34, "unfounded": 25, "exonerated": 23, "other": 9}
    assert sum(printed.values()) == 99
    found = {finding: round(percent / 100 * 26_556) for finding, percent in printed.items()}
    assert found["sustained"] == 2_124
    shares = equity.disposition_shares(found)
    assert sum(shares.values()) == pytest.approx(1)
    assert {finding: round(100 * share) for finding, share in shares.items()} == printed


def test_a_sustained_share_needs_a_final_finding() -> None:
    assert all(math.isnan(share) for share in equity.disposition_shares({"sustained": 0, "unfounded": 0}).values())
    with pytest.raises(ValueError, match="below zero"):
        equity.disposition_shares({"sustained": -1})


def test_an_index_has_its_exact_range() -> None:
    index = equity.relative_rate_index(41, 28_010, 15, 19_017)  # the numbers of O4
    assert index.value == pytest.approx(1.85576, abs=5e-6)
    assert (index.low, index.high) == pytest.approx((1.005684, 3.609300), abs=5e-7)
    assert index.times == index.value
    assert not index.is_less


def test_an_index_under_one_reads_as_times_less() -> None:
    index = equity.relative_rate_index(40, 1_000, 100, 1_000)
    assert index.value == pytest.approx(0.4)
    assert index.times == pytest.approx(2.5)
    assert index.is_less


def test_no_event_in_a_group_is_an_index_of_zero() -> None:
    index = equity.relative_rate_index(0, 500, 20, 1_000)
    assert index.value == index.low == 0
    assert index.high is not None
    assert index.high > 0
    assert index.times is None


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ((5, 99, 50, 9_000, 10_000), "small_group"),
        ((5, 0, 50, 9_000, 10_000), "no_people"),
        ((5, 500, 0, 9_000, 10_000), "no_reference_events"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_reason(numbers: tuple[float, ...], reason: str) -> None:
    events, people, reference_events, reference_people, everyone = numbers
    refused = equity.relative_rate_index(events, people, reference_events, reference_people, everyone)
    assert refused == equity.RateIndex(reason=reason)


def test_a_group_of_exactly_one_percent_is_compared() -> None:
    assert equity.relative_rate_index(5, 100, 50, 9_000, 10_000).reason is None


@settings(max_examples=60)
@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 10**6), st.integers(1, 10**6))
def test_turned_around_it_is_the_same_comparison(a: int, b: int, people_a: int, people_b: int) -> None:
    one, other = (
        equity.relative_rate_index(a, people_a, b, people_b),
        equity.relative_rate_index(b, people_b, a, people_a),
    )
    assert one.value is not None
    assert other.value is not None
    assert one.high is not None
    assert other.low is not None
    assert one.value * other.value == pytest.approx(1)
    assert one.times == pytest.approx(other.times)
    assert one.high * other.low == pytest.approx(1, rel=1e-6)
