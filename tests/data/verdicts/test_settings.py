"""Like with like: a place is set beside the others of its own setting, and beside no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.figures import Figure, Status
from data.stats import rate_ratio_interval
from data.verdicts import MANY_LOOKS, Context, Finding, Refusal, all_of_setting, compare
from tests.data.verdicts.figures import COUNT, RATE, SCORE, SHARE, rate, score, share

SETTINGS = {"a": "urban", "b": "urban", "c": "urban", "visited": "urban", "farm": "rural"}
CONTEXT = replace(RATE, settings=SETTINGS, visitor_areas=frozenset({"visited"}))
FIGURES = [
    rate(300, 10_000, neighborhood="a"),
    rate(100, 10_000, neighborhood="b"),
    rate(6, 1_000, neighborhood="c", status=Status.TOO_FEW_TO_SAY, reason="under_10_events"),
    rate(900, 1_000, neighborhood="visited"),
    rate(50, 20_000, neighborhood="farm"),
    rate(80, 9_000, neighborhood="nowhere"),
]


def whole(context: Context = CONTEXT, figures: list[Figure] = FIGURES, setting: str = "urban") -> Figure:
    found = all_of_setting(context, figures, setting).figure
    assert found is not None
    return found


def test_all_of_a_setting_are_its_events_over_its_residents_small_counts_too_and_visitors_not() -> None:
    together = all_of_setting(CONTEXT, FIGURES, "urban")
    assert together.places == ("a", "b", "c")
    assert together.figure is not None
    assert (together.figure.numerator, together.figure.denominator) == (406, 21_000)
    assert together.figure.value == pytest.approx(1000 * 406 / 21_000)


def test_a_place_is_compared_with_the_rest_of_its_setting_and_not_with_itself() -> None:
    verdict = compare(CONTEXT, FIGURES[0], whole(), confidence=MANY_LOOKS)
    low, high = rate_ratio_interval(300, 10_000, 106, 11_000, confidence=MANY_LOOKS)
    assert (verdict.low, verdict.high) == (pytest.approx(float(low) - 1), pytest.approx(float(high) - 1))
    assert (verdict.finding, verdict.moved) == (Finding.WORSE, 1)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (FIGURES[3], Refusal.VISITORS),
        (FIGURES[4], Refusal.OTHER_SETTING),
        (FIGURES[5], Refusal.NO_SETTING),
    ],
)
def test_others_are_refused_by_name(place: Figure, reason: Refusal) -> None:
    assert compare(CONTEXT, place, whole()).reason == reason


def test_the_only_place_of_a_setting_has_nothing_beside_it() -> None:
    alone = whole(setting="rural")
    assert compare(CONTEXT, FIGURES[4], alone).reason == Refusal.NO_REST_OF_CITY


def test_a_hidden_figure_is_in_no_average() -> None:
    hidden = rate(None, None, neighborhood="b", status=Status.WITHHELD, reason="small_number")
    assert all_of_setting(CONTEXT, [FIGURES[0], hidden], "urban").places == ("a",)


def test_shares_weigh_by_the_answers_they_rest_on() -> None:
    context = replace(SHARE, settings=SETTINGS)
    figures = [share(60.0, 300, neighborhood="a", n_effective=200.0), share(30.0, 100, neighborhood="b")]
    found = whole(context, figures)
    assert found.value == pytest.approx((60 * 200 + 30 * 100) / 300)
    assert (found.n, found.n_effective) == (400, 300)
    assert compare(context, figures[0], found).finding == Finding.BETTER


@pytest.mark.parametrize("context", [COUNT, SCORE])
def test_counts_and_scores_have_no_figure_together(context: Context) -> None:
    figures = [replace(score(60.0), neighborhood="a", numerator=3.0), replace(score(70.0), neighborhood="b")]
    assert all_of_setting(replace(context, settings=SETTINGS), figures, "urban").figure is None


def test_a_whole_comes_second() -> None:
    with pytest.raises(ValueError, match="the place comes first"):
        compare(CONTEXT, whole(), FIGURES[0])
