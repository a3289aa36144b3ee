"""What two figures allow us to say: the range of the difference decides, and some questions are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.figures import Figure, Status
from data.verdicts import MANY_LOOKS, Finding, against_city, over_time


def rate(events: float | None, people: float = 12_000, **more: Any) -> Figure:
    """Events among people, per 1,000."""
    shown = {"status": Status.SHOWN, "reason": None, **more}
    value = None if events is None or not Status(shown["status"]).has_value else 1000 * events / people
    return figure(value, numerator=events, denominator=people, unit="per_1000_residents", **shown)


def share(percent: float | None, answers: int | None = 1200, **more: Any) -> Figure:
    """A share of people who answered, in percent."""
    return figure(percent, n=answers, unit="percent", **more)


def figure(value: float | None, **more: Any) -> Figure:
    plain: dict[str, Any] = {
        "measure": "burglary", "neighborhood": "downtown", "period": "2025", "low": None, "high": None,
        "numerator": None, "denominator": None, "n": None, "status": Status.SHOWN, "reason": None,
        "source": "police", "release": "2026-03",
    }  # fmt: skip
    return Figure(value=value, **{**plain, **more})


RATE: dict[str, Any] = {"direction": "fewer", "kind": "rate"}
SHARE: dict[str, Any] = {"direction": "more", "kind": "share"}


class TestCounts:
    @pytest.mark.parametrize(
        ("now", "before", "finding", "moved"),
        [
            (45, 30, Finding.NO_CLEAR_CHANGE, 0),  # half as many again, and still within chance
            (30, 45, Finding.NO_CLEAR_CHANGE, 0),
            (60, 30, Finding.WORSE, 1),
            (30, 60, Finding.BETTER, -1),
            (2, 3, Finding.COUNTS_ONLY, -1),
            (3, 2, Finding.COUNTS_ONLY, 1),
            (4, 4, Finding.COUNTS_ONLY, 0),
            (0, 0, Finding.COUNTS_ONLY, 0),
            (0, 40, Finding.COUNTS_ONLY, -1),
            (40, 9, Finding.COUNTS_ONLY, 1),
            (40, 10, Finding.WORSE, 1),
            (10, 10, Finding.NO_CLEAR_CHANGE, 0),
        ],
    )
    def test_chance_is_told_from_change(self, now: int, before: int, finding: Finding, moved: int) -> None:
        verdict = over_time(rate(now), rate(before), **RATE)
        assert (verdict.finding, verdict.moved) == (finding, moved)
        # No percent may be made of a few events.
        assert (verdict.low is None) == (finding == Finding.COUNTS_ONLY)

    def test_the_range_is_of_the_relative_change_and_holds_it(self) -> None:
        verdict = over_time(rate(30), rate(60), **RATE)
        assert verdict.low is not None
        assert verdict.high is not None
        assert verdict.low < -0.5 < verdict.high < 0

    def test_more_people_are_taken_into_account(self) -> None:
        as_many_events = over_time(rate(300, 24_000), rate(300, 12_000), **RATE)
        assert as_many_events.finding == Finding.BETTER
        assert over_time(rate(300, 24_000), rate(300, 12_000), direction="fewer", kind="count").is_clear is False

    @pytest.mark.parametrize(("direction", "finding"), [("fewer", "worse"), ("more", "better"), ("none", "changed")])
    def test_what_is_good_comes_from_the_measure(self, direction: str, finding: str) -> None:
        verdict = over_time(rate(90), rate(30), direction=direction, kind="rate")
        assert (verdict.finding, verdict.moved, verdict.is_clear) == (finding, 1, True)

    def test_no_real_change_needs_enough_data_to_rule_one_out(self) -> None:
        much = over_time(rate(10_000, 500_000), rate(10_010, 500_000), smallest_change=2.0, **RATE)
        little = over_time(rate(40, 2_000), rate(41, 2_000), smallest_change=2.0, **RATE)
        assert (much.finding, little.finding) == (Finding.NO_REAL_CHANGE, Finding.NO_CLEAR_CHANGE)

    @given(some.integers(0, 400), some.integers(0, 400), some.sampled_from(["fewer", "more", "none"]))
    def test_looking_back_turns_the_finding_around(self, one: int, other: int, direction: str) -> None:
        there = over_time(rate(one), rate(other), direction=direction, kind="rate")
        back = over_time(rate(other), rate(one), direction=direction, kind="rate")
        assert there.moved == -back.moved
        turned = {Finding.BETTER: Finding.WORSE, Finding.WORSE: Finding.BETTER}
        assert back.finding == turned.get(there.finding, there.finding)


class TestShares:
    @pytest.mark.parametrize(
        ("now", "before", "answers", "finding"),
        [
            (57, 52, 1200, Finding.BETTER),
            (52, 57, 1200, Finding.WORSE),
            (57, 52, 300, Finding.NO_CLEAR_CHANGE),
            (57, 57, 1200, Finding.NO_CLEAR_CHANGE),
        ],
    )
    def test_chance_is_told_from_change(self, now: float, before: float, answers: int, finding: Finding) -> None:
        verdict = over_time(share(now, answers), share(before, answers), **SHARE)
        assert verdict.finding == finding

    def test_the_range_is_in_points(self) -> None:
        verdict = over_time(share(57), share(52), **SHARE)
        assert verdict.low is not None
        assert verdict.high is not None
        assert 0 < verdict.low < 5 < verdict.high < 10

    def test_weighting_makes_answers_count_for_less(self) -> None:
        now, before = (share(percent, 1200, n_effective=400.0) for percent in (57, 52))
        assert over_time(now, before, **SHARE).finding == Finding.NO_CLEAR_CHANGE

    def test_no_real_change_is_said_only_inside_the_smallest_change(self) -> None:
        assert over_time(share(52, 20_000), share(52, 20_000), smallest_change=3, **SHARE).finding == "no_real_change"
        assert over_time(share(52, 500), share(52, 500), smallest_change=3, **SHARE).finding == "no_clear_change"


class TestRefused:
    """Some questions have no honest answer. The reason is a code that has words."""

    @pytest.mark.parametrize(
        ("now", "before", "asked", "reason"),
        [
            (share(57, reason="opt_in"), share(52), SHARE, "opt_in"),
            (share(57), share(52, reason="opt_in"), SHARE, "opt_in"),
            (share(57, None), share(52, None), SHARE, "no_sample_size"),
            (rate(None, status=Status.WITHHELD, reason="under_10_events"), rate(40), RATE, "under_10_events"),
            (rate(40), rate(None, status=Status.WITHHELD, reason="protects_another"), RATE, "protects_another"),
            (rate(None, status=Status.NOT_REPORTED), rate(40), RATE, "not_reported"),
            (
                share(None, 8, status=Status.TOO_FEW_TO_SAY, reason="under_30_answers"),
                share(52),
                SHARE,
                "under_30_answers",
            ),
        ],
    )
    def test_over_time(self, now: Figure, before: Figure, asked: dict[str, Any], reason: str) -> None:
        verdict = over_time(now, before, direction=asked["direction"], kind=asked["kind"])
        assert (verdict.finding, verdict.reason) == (Finding.REFUSED, reason)
        assert (verdict.low, verdict.high, verdict.moved, verdict.is_clear) == (None, None, 0, False)

    def test_a_count_too_small_for_a_rate_is_still_a_count(self) -> None:
        few = rate(7, status=Status.TOO_FEW_TO_SAY, reason="under_10_events")
        verdict = over_time(few, rate(15), **RATE)
        assert (verdict.finding, verdict.moved) == (Finding.COUNTS_ONLY, -1)


class TestBesideTheCity:
    CITY = rate(2_000, 200_000)

    @pytest.mark.parametrize(
        ("events", "finding", "moved"),
        [(300, "worse", 1), (40, "better", -1), (120, "no_clear_change", 0), (9, "counts_only", 0)],
    )
    def test_a_place_is_compared_with_the_rest(self, events: int, finding: str, moved: int) -> None:
        verdict = against_city(rate(events), self.CITY, **RATE)
        assert (verdict.finding, verdict.moved) == (finding, moved)

    def test_a_place_that_is_most_of_the_city_is_not_compared_with_itself(self) -> None:
        # 1,900 of 2,000 events in half of the city: the other half has 100, not 2,000.
        verdict = against_city(rate(1_900, 100_000), self.CITY, **RATE)
        assert verdict.low is not None
        assert verdict.low > 10

    @pytest.mark.parametrize(
        ("here", "kind", "reason"),
        [
            (rate(300, reason="visitors"), "rate", "visitors"),
            (rate(300), "count", "no_residents_to_compare"),
            (rate(None, status=Status.WITHHELD, reason="under_10_events"), "rate", "under_10_events"),
            (rate(2_000, 200_000), "rate", "no_rest_of_city"),
        ],
    )
    def test_refused(self, here: Figure, kind: str, reason: str) -> None:
        verdict = against_city(here, self.CITY, direction="fewer", kind=kind)
        assert (verdict.finding, verdict.reason) == (Finding.REFUSED, reason)

    def test_many_places_at_once_ask_for_a_larger_difference(self) -> None:
        place = rate(148)
        assert against_city(place, self.CITY, **RATE).is_clear
        assert not against_city(place, self.CITY, confidence=MANY_LOOKS, **RATE).is_clear

    def test_shares_are_compared_with_the_answers_from_elsewhere(self) -> None:
        city = share(52, 1200)
        assert against_city(share(57, 60), city, **SHARE).finding == "no_clear_change"
        assert against_city(share(75, 200), city, **SHARE).finding == "better"
        # A city weighted otherwise than its parts would leave the rest a share below 0; it is used as it stands.
        assert against_city(share(100, 1_000), share(10, 1_001), **SHARE).finding == "better"
