"""What two figures allow us to say: the range of the difference decides, and some questions are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from data.figures import Figure, Status
from data.verdicts import MANY_LOOKS, Break, Context, Finding, Refusal, Verdict, compare, refused
from tests.data.verdicts.figures import COUNT, RATE, SCORE, SHARE, broken, count, figure, rate, score, share


def over_time(now: float, before: float, context: Context = RATE) -> Verdict:
    """A rate in 2025 beside one in 2024, among as many people."""
    return compare(context, rate(now), rate(before, period="2024"))


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
        verdict = over_time(now, before)
        assert (verdict.finding, verdict.moved) == (finding, moved)
        # No percent may be made of a few events.
        assert (verdict.low is None) == (finding == Finding.COUNTS_ONLY)

    def test_30_beside_45_may_be_a_fall_of_59_percent_or_a_rise_of_8(self) -> None:
        verdict = over_time(30, 45)
        assert (verdict.low, verdict.high) == (pytest.approx(0.41 - 1, abs=0.005), pytest.approx(1.08 - 1, abs=0.005))

    def test_more_people_are_taken_into_account(self) -> None:
        more = rate(3_000, 13_000)
        assert compare(RATE, more, rate(3_000, 12_000, "2024")).finding == Finding.BETTER
        assert compare(COUNT, count(300), count(300, "2024")).is_clear is False

    @pytest.mark.parametrize(("direction", "finding"), [("fewer", "worse"), ("more", "better"), ("none", "changed")])
    def test_what_is_good_comes_from_the_measure(self, direction: str, finding: str) -> None:
        verdict = over_time(90, 30, replace(RATE, direction=direction))
        assert (verdict.finding, verdict.moved, verdict.is_clear) == (finding, 1, True)

    def test_no_real_change_needs_enough_data_to_rule_one_out(self) -> None:
        context = replace(RATE, smallest_change=2.0)
        much = compare(context, rate(10_000, 500_000), rate(10_010, 500_000, "2024"))
        little = compare(context, rate(40, 2_000), rate(41, 2_000, "2024"))
        assert (much.finding, little.finding) == (Finding.NO_REAL_CHANGE, Finding.NO_CLEAR_CHANGE)

    def test_a_city_that_asks_for_more_events_gets_counts_only_below_that(self) -> None:
        few = rate(15, status=Status.TOO_FEW_TO_SAY, reason="under_10_events")
        context = replace(RATE, smallest_change=2.0)
        assert compare(context, rate(60), replace(few, period="2024")).finding == Finding.COUNTS_ONLY
        assert compare(context, few, rate(2_000, 200_000, neighborhood="city")).finding == Finding.COUNTS_ONLY


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
        verdict = compare(SHARE, share(now, answers), share(before, answers, "2024"))
        assert verdict.finding == finding

    def test_the_range_is_in_points(self) -> None:
        verdict = compare(SHARE, share(57), share(52, period="2024"))
        assert verdict.low is not None
        assert verdict.high is not None
        assert 0 < verdict.low < 5 < verdict.high < 10

    def test_weighting_makes_answers_count_for_less(self) -> None:
        now, before = (share(percent, 1200, year, n_effective=400.0) for percent, year in ((57, "2025"), (52, "2024")))
        assert compare(SHARE, now, before).finding == Finding.NO_CLEAR_CHANGE

    def test_no_real_change_is_said_only_inside_the_smallest_change(self) -> None:
        context = replace(SHARE, smallest_change=3.0)
        findings = [compare(context, share(52, n), share(52, n, "2024")).finding for n in (20_000, 500)]
        assert findings == ["no_real_change", "no_clear_change"]


PART, SAME_PART = "2026-01-01..2026-06-23", "2025-01-01..2025-06-23"
SEASONAL = replace(RATE, seasonal=True)


class TestRefused:
    """Some questions have no honest answer, and asking them has one code for each reason."""

    @pytest.mark.parametrize(
        ("context", "now", "before", "reason"),
        [
            # A figure that is not there, or may not be used.
            (SHARE, share(57, reason="opt_in"), share(52), "opt_in"),
            (replace(SHARE, collected="opt_in"), share(57), share(52), "opt_in"),
            (SHARE, share(57, None), share(52), "no_sample_size"),
            (SCORE, score(61), score(58), "no_sample_size"),
            (SCORE, score(61, n=900), score(58, n=900), "no_range"),
            (RATE, rate(None, status=Status.WITHHELD, reason="small_number"), rate(40), "withheld"),
            (RATE, rate(None, status=Status.WITHHELD), rate(None, status=Status.NOT_REPORTED), "withheld"),
            (RATE, rate(None, status=Status.NOT_REPORTED), rate(40), "not_reported"),
            (RATE, rate(40, None, status=Status.NOT_REPORTED, reason="no_population"), rate(40), "no_residents"),
            (RATE, rate(40, 0, status=Status.TOO_FEW_TO_SAY, reason="no_residents"), rate(40), "no_residents"),
            (RATE, rate(40, status=Status.NOT_APPLICABLE, reason="unplaced"), rate(40), "not_applicable"),
            (SHARE, share(None, 8, status=Status.TOO_FEW_TO_SAY), share(52), "too_few"),
            # A time that is not like the other.
            (COUNT, count(412, reason="incomplete_period"), count(900), "incomplete_period"),
            (COUNT, count(412, reason="incomplete_period"), count(9, reason="incomplete_period"), "incomplete_period"),
            (RATE, rate(400, reason="partial_coverage"), rate(900), "partial_coverage"),
            (RATE, rate(400, reason="partial_coverage"), rate(900, reason="partial_coverage"), "partial_coverage"),
            (COUNT, count(412, PART), count(900, "2026"), "overlap"),
            (COUNT, count(412, PART), count(900, "2025"), "different_length"),
            (COUNT, count(412, PART), count(900, "2024"), "different_length"),
            (COUNT, count(412, "2026-Q1"), count(900, "2024"), "different_length"),
            (COUNT, count(412, PART), count(430, "2025-01-01..2025-07-23"), "different_length"),
            (COUNT, count(41, "2026-06"), count(40, "2026-05"), "not_same_season"),
            (COUNT, count(41, "2026-01"), count(40, "2025-12"), "not_same_season"),
            (SEASONAL, rate(41, period="2026-06"), rate(40, period="2025-04"), "not_same_season"),
            (SEASONAL, rate(41, period="2026-Q2"), rate(40, period="2026-Q1"), "not_same_season"),
            (SEASONAL, rate(41, period="2026-03-01..2026-03-31"), rate(40, period="2026-Q1"), "overlap"),
            (replace(SHARE, seasonal=True), share(57, period="2025-Q2"), share(5, period="2024-Q4"), "not_same_season"),
            # A rate over residents of another time.
            (RATE, rate(400, denominator_period="2024"), rate(300, denominator_period="2010"), "other_base"),
            (RATE, rate(105, 2652), rate(114, 2180), "residents_moved"),  # Burnside, violent crime, 2023 and 2022
        ],
    )  # fmt: skip
    def test_over_time(self, context: Context, now: Figure, before: Figure, reason: str) -> None:
        if before.period == now.period:
            before = replace(before, period="2024")
        for verdict in (compare(context, now, before), compare(context, before, now)):
            assert (verdict.finding, verdict.reason) == (Finding.REFUSED, reason)
            assert (verdict.low, verdict.high, verdict.moved, verdict.is_clear) == (None, None, 0, False)

    @pytest.mark.parametrize(
        ("context", "now", "before"),
        [
            (COUNT, count(412, PART), count(430, SAME_PART)),
            (SEASONAL, rate(412, period="2024-02"), rate(430, period="2023-02")),
            (SEASONAL, rate(412, period="2024-02-01..2024-02-29"), rate(430, period="2023-02-01..2023-02-28")),
            (SEASONAL, rate(412, period="2025-Q3"), rate(430, period="2024-Q3")),
            (SEASONAL, rate(412, period="2025"), rate(430, period="2024")),
            (COUNT, count(412, "FY2025"), count(430, "FY2024")),
            (COUNT, count(412, "2025-Q3"), count(430, "2025-Q2")),  # not a seasonal measure
            (COUNT, count(412, "2025-05"), count(430, "2024-08")),
            (SHARE, share(57, period="2025-Q2"), share(52, period="2024-Q4")),  # a survey has no length
            (RATE, rate(412, denominator_period="2020"), rate(430, period="2015", denominator_period="2020")),
            (RATE, rate(412, denominator_period="2024"), rate(430, period="2024", denominator_period="2022")),
            (RATE, rate(412), rate(430, period="2009")),  # each with the residents of its own year
        ],
    )  # fmt: skip
    def test_what_is_alike_is_compared(self, context: Context, now: Figure, before: Figure) -> None:
        assert compare(context, now, before).reason is None
        assert compare(context, before, now).reason is None

    def test_two_incomplete_periods_are_compared_only_over_the_same_days(self) -> None:
        now, before = count(412, "2026", reason="incomplete_period"), count(430, "2025", reason="incomplete_period")
        to_june = {"2026": (date(2026, 1, 1), date(2026, 6, 23)), "2025": (date(2025, 1, 1), date(2025, 6, 23))}
        assert compare(replace(COUNT, incomplete=to_june), now, before).finding == Finding.NO_CLEAR_CHANGE
        to_may = {**to_june, "2025": (date(2025, 1, 1), date(2025, 5, 31))}
        assert compare(replace(COUNT, incomplete=to_may), now, before).reason == "incomplete_period"
        # A whole year of which some reports are missing, nobody knows which.
        some_of_all = {"2026": None, "2025": None}
        assert compare(replace(COUNT, incomplete=some_of_all), now, before).reason == "incomplete_period"

    def test_another_remark_on_a_figure_does_not_hide_that_its_period_is_incomplete(self) -> None:
        now = rate(15, status=Status.UNSTABLE, reason="under_20_events")
        context = replace(RATE, incomplete={"2025": None})
        assert compare(context, now, rate(40, period="2024")).reason == "incomplete_period"

    @pytest.mark.parametrize(
        ("broke_on", "is_refused"),
        [
            ("2024-01-01", False),  # both years were counted the new way
            ("2024-07-01", True),
            ("2025-01-01", True),
            ("2025-12-31", True),
            ("2026-01-01", False),  # both were counted the old way
        ],
    )
    @pytest.mark.parametrize("kind", ["definition", "boundary", "wording", "records_system"])
    def test_nothing_is_compared_across_a_break(self, broke_on: str, is_refused: bool, kind: str) -> None:
        context = broken(broke_on, kind)
        verdict = over_time(160, 60, context)
        assert (verdict.reason == Refusal.SERIES_BREAK) == is_refused
        assert verdict.words == (f"series_break_{kind}" if is_refused else "")
        assert verdict.at_break == (context.breaks[0] if is_refused else None)
        assert verdict.is_clear is not is_refused

    def test_a_count_too_small_for_a_rate_is_still_a_count(self) -> None:
        few = rate(7, status=Status.TOO_FEW_TO_SAY, reason="under_10_events")
        verdict = compare(RATE, few, rate(15, period="2024"))
        assert (verdict.finding, verdict.moved) == (Finding.COUNTS_ONLY, -1)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (rate(40), rate(40)),
            (rate(40), rate(40, period="2024", neighborhood="northgate")),
            (rate(40), rate(40, period="2024", group="women")),
            (rate(40), replace(rate(40, period="2024"), measure="robbery")),
            (rate(40), share(40, period="2024")),
            (rate(2_000, 200_000, neighborhood="city"), rate(40)),
        ],
    )
    def test_mistakes_of_the_program_are_errors(self, one: Figure, other: Figure) -> None:
        with pytest.raises(ValueError, match="figure|group|burglary|place"):
            compare(RATE, one, other)

    def test_a_refusal_says_nothing_else(self) -> None:
        with pytest.raises(ValueError, match="a refusal has a reason and nothing else"):
            Verdict(Finding.REFUSED, 1, 0.1, 0.2, Refusal.WITHHELD)
        with pytest.raises(ValueError, match="a refusal has a reason and nothing else"):
            Verdict(Finding.REFUSED)
        with pytest.raises(ValueError, match="not clear"):
            Verdict(Finding.BETTER, -1, -0.2, 0.1)
        with pytest.raises(ValueError, match="two ends"):
            Verdict(Finding.NO_CLEAR_CHANGE, low=-0.2)
        with pytest.raises(ValueError, match="a break is one of"):
            Break(date(2025, 1, 1), "mood")
        assert refused(Refusal.WITHHELD).words == "withheld"


class TestBesideTheCity:
    CITY = rate(2_000, 200_000, neighborhood="city")

    @pytest.mark.parametrize(
        ("events", "finding", "moved"),
        [(300, "worse", 1), (40, "better", -1), (120, "no_clear_change", 0), (9, "counts_only", 0)],
    )
    def test_a_place_is_compared_with_the_rest(self, events: int, finding: str, moved: int) -> None:
        verdict = compare(RATE, rate(events), self.CITY)
        assert (verdict.finding, verdict.moved) == (finding, moved)

    def test_a_place_that_is_most_of_the_city_is_not_compared_with_itself(self) -> None:
        # 1,900 of 2,000 events in half of the city: the other half has 100, not 2,000.
        verdict = compare(RATE, rate(1_900, 100_000), self.CITY)
        assert verdict.low is not None
        assert verdict.low > 10

    @pytest.mark.parametrize(
        ("here", "reason"),
        [
            (rate(300, reason="visitors"), "visitors"),
            (rate(15, reason="under_20_events", status=Status.UNSTABLE, neighborhood="airport"), "visitors"),
            (rate(None, status=Status.WITHHELD, reason="small_number"), "withheld"),
            (rate(2_000, 200_000), "no_rest_of_city"),
            (rate(300, reason="partial_coverage"), "partial_coverage"),
            (rate(300, denominator_period="2010"), "other_base"),
        ],
    )
    def test_refused(self, here: Figure, reason: str) -> None:
        verdict = compare(replace(RATE, visitor_areas=frozenset({"airport"})), here, self.CITY)
        assert (verdict.finding, verdict.reason) == (Finding.REFUSED, reason)

    def test_counts_of_places_are_never_compared(self) -> None:
        for other in ("city", "northgate"):
            verdict = compare(COUNT, count(300), count(2_000, neighborhood=other))
            assert verdict.reason == Refusal.NO_RESIDENTS_TO_COMPARE

    def test_a_place_of_visitors_may_be_compared_with_itself(self) -> None:
        context = replace(RATE, visitor_areas=frozenset({"downtown"}))
        assert over_time(300, 150, context).finding == Finding.WORSE

    def test_many_places_at_once_ask_for_a_larger_difference(self) -> None:
        assert compare(RATE, rate(148), self.CITY).is_clear
        assert not compare(RATE, rate(148), self.CITY, confidence=MANY_LOOKS).is_clear

    def test_shares_are_compared_with_the_answers_from_elsewhere(self) -> None:
        city = share(52, 1200, neighborhood="city")
        assert compare(SHARE, share(57, 60), city).finding == "no_clear_change"
        assert compare(SHARE, share(75, 200), city).finding == "better"
        # A city weighted otherwise than its parts would leave the rest a share below 0; it is used as it stands.
        assert compare(SHARE, share(100, 1_000), share(10, 1_001, neighborhood="city")).finding == "better"


class TestTwoPlaces:
    """One place beside another, each with its own residents or answers."""

    @pytest.mark.parametrize(
        ("here", "there", "finding"),
        [(60, 30, "worse"), (30, 60, "better"), (45, 30, "no_clear_change"), (3, 40, "counts_only")],
    )
    def test_rates(self, here: int, there: int, finding: str) -> None:
        assert compare(RATE, rate(here), rate(there, neighborhood="northgate")).finding == finding

    def test_shares(self) -> None:
        assert compare(SHARE, share(57), share(52, neighborhood="northgate")).finding == "better"

    def test_visitors_on_either_side_refuse(self) -> None:
        context = replace(RATE, visitor_areas=frozenset({"airport"}))
        visited, lived_in = rate(300, neighborhood="airport"), rate(100)
        assert compare(context, visited, lived_in).reason == compare(context, lived_in, visited).reason == "visitors"


STATUSES = some.sampled_from(list(Status))
REASONS = some.sampled_from(
    [None, "opt_in", "incomplete_period", "partial_coverage", "visitors", "under_20_events", "no_population"]
)
CODES = ["2023", "2024", "2025", "2024-05", "2025-05", "2025-06", "2025-Q2", "FY2025", PART, SAME_PART]


@some.composite
def any_figure(draw: Callable[..., Any], context: Context, places: tuple[str, ...]) -> Figure:
    """A figure of a context, with anything that may happen to one."""
    status = draw(STATUSES)
    events = draw(some.none() | some.integers(0, 400))
    people = draw(some.none() | some.integers(0, 60_000))
    counted = context.kind in ("rate", "count")
    percent = draw(some.floats(0, 100))
    value = {"rate": events and people and 1000 * events / people, "count": events}.get(context.kind, percent)
    return figure(
        float(value) if status.has_value and value is not None else None,
        numerator=float(events) if counted and events is not None and status != Status.WITHHELD else None,
        denominator=float(people) if context.kind == "rate" and people is not None else None,
        n=None if counted else draw(some.none() | some.integers(1, 3_000)),
        unit=context.unit,
        status=status,
        reason=draw(REASONS),
        period=draw(some.sampled_from(CODES)),
        neighborhood=draw(some.sampled_from(places)),
        denominator_period=draw(some.sampled_from([None, "2010", "2020", "2024"])),
    )


CONTEXTS = some.sampled_from(
    [
        replace(context, direction=direction, seasonal=seasonal, breaks=breaks, visitor_areas=frozenset({"airport"}))
        for context in (RATE, COUNT, SHARE, SCORE)
        for direction in ("fewer", "more", "none")
        for seasonal in (False, True)
        for breaks in ((), (Break(date(2024, 7, 1), "wording"),))
    ]
)
TURNED = {Finding.BETTER: Finding.WORSE, Finding.WORSE: Finding.BETTER}


class TestAnyTwoFigures:
    @given(some.data())
    def test_the_order_changes_the_sign_and_nothing_else(self, data: Any) -> None:
        context = data.draw(CONTEXTS)
        one, other = (data.draw(any_figure(context, ("downtown", "airport", "northgate"))) for _ in range(2))
        assume((one.period == other.period) != (one.neighborhood == other.neighborhood))
        there, back = compare(context, one, other), compare(context, other, one)
        assert (there.reason, there.at_break) == (back.reason, back.at_break)
        assert there.moved == -back.moved
        assert back.finding == TURNED.get(there.finding, there.finding)

    @given(some.data())
    def test_nothing_is_said_that_the_range_does_not_say(self, data: Any) -> None:
        context = data.draw(CONTEXTS)
        one = data.draw(any_figure(context, ("downtown", "airport")))
        other = data.draw(any_figure(context, ("downtown", "airport", "city")))
        assume((one.period == other.period) != (one.neighborhood == other.neighborhood))
        verdict = compare(context, one, other)
        if verdict.finding in (Finding.REFUSED, Finding.COUNTS_ONLY):
            assert (verdict.low, verdict.high) == (None, None)
            return
        assert verdict.low is not None
        assert verdict.high is not None
        assert verdict.low <= verdict.high
        assert verdict.is_clear == (not verdict.low <= 0 <= verdict.high)
        assert verdict.moved == (0 if not verdict.is_clear else 1 if verdict.low > 0 else -1)
        assert all(figure.has_value and figure.reason != "opt_in" for figure in (one, other))

    @given(some.integers(0, 400), some.integers(0, 400), some.sampled_from(["fewer", "more", "none"]))
    def test_looking_back_turns_the_finding_around(self, one: int, other: int, direction: str) -> None:
        context = replace(RATE, direction=direction)
        there, back = over_time(one, other, context), over_time(other, one, context)
        assert there.moved == -back.moved
        assert back.finding == TURNED.get(there.finding, there.finding)

    @given(some.integers(10, 400), some.integers(10, 400))
    def test_a_clear_finding_stays_clear_when_the_difference_grows(self, one: int, other: int) -> None:
        if over_time(one, other).is_clear:
            farther = one + 10 if one > other else max(10, one - 10)
            assert over_time(farther, other).is_clear


def test_a_city_that_leaves_out_the_same_areas_twice_is_compared_with_itself() -> None:
    now, before = (
        replace(rate(events, 100_000, period), neighborhood="city", reason="partial_coverage")
        for events, period in ((900, "2025"), (1200, "2024"))
    )
    assert compare(RATE, now, before).finding == Finding.BETTER
    assert compare(RATE, now, replace(before, reason=None)).reason == Refusal.PARTIAL_COVERAGE


def test_a_rate_is_compared_across_a_jump_of_the_residents_where_the_events_say_the_same() -> None:
    before = rate(120, 2180, period="2024")
    assert compare(RATE, rate(60, 2652), before).finding == Finding.BETTER
    assert compare(RATE, rate(105, 2390), before).finding != Finding.REFUSED  # 9.6% more residents
    assert compare(RATE, rate(120, 1500), before).reason == Refusal.RESIDENTS_MOVED
    assert compare(RATE, rate(130, 2652), before).finding == Finding.NO_CLEAR_CHANGE
