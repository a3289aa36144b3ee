"""Control charts against published ones (domain reference, O6 to O9) and the four rules against their own vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.stats import control

LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
LOANS_AFTER = [305, 282, 305, 296, 314, 295, 287, 301, 298, 311, 310, 292, 305, 299, 304, 310, 304, 305, 333, 328]
JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
ORDERS = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
ORDER_BASES = [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80]
ORDER_BASES += [90, 100, 100, 100, 100, 90, 90]
CLOTH = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23]
CLOTH_AREA = [500, 400, 650, 500, 475, 500, 600, 525, 600, 625]
# Attendances at emergency departments in England seen within four hours, 20 weeks (Mohammed 2013).
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
SEEN += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
CAME = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
CAME += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]


def places(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Where a mask is true, counted from 1 as the books do."""
    return [int(place) + 1 for place in np.flatnonzero(mask)]


def test_o06_xmr_of_loan_costs() -> None:
    chart = control.xmr(LOANS + LOANS_AFTER, baseline=20)
    assert control.mean_moving_range(LOANS) == pytest.approx(7.789474, abs=5e-7)
    assert control.RANGE_LIMIT * control.mean_moving_range(LOANS) == pytest.approx(25.448211, abs=5e-7)
    assert chart.centre == pytest.approx([300.5] * 40)
    assert chart.low == pytest.approx([279.78] * 40)
    assert chart.high == pytest.approx([321.22] * 40)
    assert not chart.is_trial
    assert places(chart.signals.outside) == [39, 40]
    assert places(chart.signals.any) == [39, 40]
    assert control.last_signal(chart) == "outside_high"
    assert control.signal_began(chart) == 38


def test_o06_the_printed_constant_is_three_over_d2() -> None:
    # 3 / 1.128 itself gives 279.783315 and 321.216685.
    reach = control.SIGMAS / control.MOVING_RANGE_PER_SIGMA * control.mean_moving_range(LOANS)
    assert (300.5 - reach, 300.5 + reach) == pytest.approx((279.783315, 321.216685), abs=5e-7)


def test_o07_p_chart_of_one_base() -> None:
    """NIST's mean is published; the limits are quoted from memory, so they are derived here by hand as well."""
    chart = control.p_chart(JUICE, [50] * 30)
    mean = 347 / 1500
    assert sum(JUICE) == 347
    assert chart.centre[0] == pytest.approx(0.2313, abs=5e-5)
    by_hand = 3 * (mean * (1 - mean) / 50) ** 0.5
    assert (chart.low[0], chart.high[0]) == pytest.approx((mean - by_hand, mean + by_hand), abs=1e-12)
    assert (chart.low[0], chart.high[0]) == pytest.approx((0.0524, 0.4102), abs=5e-5)
    assert places(chart.signals.outside) == [15, 23]


def test_o07_p_chart_without_the_two_samples_that_were_explained() -> None:
    cleaned = np.array(JUICE, dtype=float)
    cleaned[[14, 22]] = np.nan
    chart = control.p_chart(cleaned, [50] * 30)
    assert chart.centre[0] == pytest.approx(0.215, abs=1e-12)
    assert (chart.low[0], chart.high[0]) == pytest.approx((0.040703, 0.389297), abs=5e-7)


def test_o08_p_chart_of_varying_bases() -> None:
    chart = control.p_chart(ORDERS, ORDER_BASES)
    at = {base: ORDER_BASES.index(base) for base in (80, 90, 100)}
    assert chart.centre[0] == pytest.approx(0.09551, abs=5e-6)
    assert [chart.high[at[80]], chart.high[at[90]], chart.high[at[100]]] == pytest.approx(
        [0.194093, 0.188455, 0.183686], abs=5e-7
    )
    assert [chart.low[at[80]], chart.low[at[90]], chart.low[at[100]]] == pytest.approx(
        [0, 0.002565, 0.007335], abs=5e-7
    )
    assert chart.values[10] == pytest.approx(0.18182, abs=5e-6)
    assert chart.high[10] == pytest.approx(0.179582, abs=5e-7)
    assert places(chart.signals.outside) == [11]


def test_o08b_u_chart() -> None:
    chart = control.u_chart(CLOTH, CLOTH_AREA, per=50)
    assert chart.centre[0] == pytest.approx(1.423256, abs=5e-7)
    assert (chart.low[0], chart.high[0]) == pytest.approx((0.291474, 2.555038), abs=5e-7)
    assert (chart.low[1], chart.high[1]) == pytest.approx((0.157885, 2.688626), abs=5e-7)
    assert chart.is_trial  # ten points


def test_o08b_u_chart_of_one_base() -> None:
    chart = control.u_chart([74], [1000])
    fixed = control.u_chart([74 / 20] * 20, [50] * 20)
    assert (chart.centre[0], fixed.centre[0]) == pytest.approx((0.074, 0.074), abs=1e-12)
    assert fixed.high[0] == pytest.approx(0.189412, abs=5e-7)


class TestO08cTheFourRules:
    """The vectors of NHSRplotthedots' own tests."""

    @pytest.mark.parametrize(
        ("sides", "completes"),
        [
            ([], []),
            ([1] * 6, []),
            ([1] * 6 + [-1], []),
            ([1] * 8 + [-1], [7, 8]),
            ([-1] * 8 + [1], [7, 8]),
            ([-1, *[1] * 8, -1], [8, 9]),
            ([1, 1, 1, 0, 1, 1, 1, 1], []),  # a point on the mean is on no side
        ],
    )
    def test_o08c_seven_on_one_side(self, sides: list[int], completes: list[int]) -> None:
        assert places(control.seven_on_one_side(sides)) == completes

    @pytest.mark.parametrize(
        ("values", "completes"),
        [
            ([], []),
            ([1, 2, 3, 4, 5, 6], []),
            ([1, 2, 3, 3, 4, 5, 6], []),
            ([1, 2, 3, 4, 5, 6, 7], [7]),
            ([2, 1, 2, 3, 4, 5, 6, 7, 3], [8]),
            ([7, 6, 5, 4, 3, 2, 1], [7]),
            ([2, 7, 6, 5, 4, 3, 2, 1, 3], [8]),
            ([1, 2, 3, np.nan, 4, 5, 6, 7, 8], []),  # nothing is said across a gap
        ],
    )
    def test_o08c_seven_rising_or_falling(self, values: list[float], completes: list[int]) -> None:
        assert places(control.seven_in_a_trend(values)) == completes

    def test_o08c_all_seven_are_part_of_it(self) -> None:
        assert places(control.part_of_seven(control.seven_in_a_trend(range(1, 8)))) == [1, 2, 3, 4, 5, 6, 7]
        assert places(control.part_of_seven(control.seven_on_one_side([-1, *[1] * 8, -1]))) == list(range(2, 10))
        assert places(control.part_of_seven([])) == []

    @pytest.mark.parametrize(
        ("near", "marked"),
        [
            ([], []),
            ([0, 0, 0], []),
            ([1, 0, 1], [1, 3]),
            ([0, 1, 1], [2, 3]),
            ([1, 1, 0], [1, 2]),
            ([0, 0, 1, 0, 1, 0, 0], [3, 5]),
            ([1, 0, 0, 1], []),
            ([1, 0, 0, 1, 1], [4, 5]),
            ([1, 1], []),  # of three, not of two
        ],
    )
    def test_o08c_two_of_three_near_a_limit(self, near: list[int], marked: list[int]) -> None:
        assert places(control.two_of_three(near, [1] * len(near))) == marked
        assert places(control.two_of_three(near, [-1] * len(near))) == marked

    def test_o08c_two_of_three_only_on_the_same_side(self) -> None:
        assert places(control.two_of_three([1, 1, 1], [1, 1, -1])) == []
        assert places(control.two_of_three([1, 1, 0], [1, 1, 0])) == []


def test_o09_large_bases_need_laneys_limits() -> None:
    naive, prime = control.p_chart(SEEN, CAME), control.p_chart(SEEN, CAME, prime=True)
    assert naive.centre[0] == pytest.approx(0.952900, abs=5e-7)
    assert prime.sigma_z == pytest.approx(10.640, abs=5e-4)
    assert naive.signals.outside.sum() == 16
    assert prime.signals.outside.sum() == 0
    # qicharts2 0.8.1, first and last week
    assert (prime.low[0], prime.high[0]) == pytest.approx((0.9401296441775141, 0.9656697785108682), abs=1e-14)
    assert (prime.low[19], prime.high[19]) == pytest.approx((0.9399749965229042, 0.9658244261654781), abs=1e-14)


def test_o09_limits_of_the_first_ten_weeks() -> None:
    prime = control.p_chart(SEEN, CAME, prime=True, baseline=10)
    assert prime.is_trial
    assert prime.centre[0] == pytest.approx(0.9510596438327704, abs=1e-14)
    assert (prime.low[19], prime.high[19]) == pytest.approx((0.9385145864365887, 0.9636047012289521), abs=1e-14)


def test_o09_single_values_agree_that_nothing_is_out_of_the_ordinary() -> None:
    # qicharts2 divides by 1.128 where we multiply by 2.66, as printed: the limits agree to the fourth digit.
    chart = control.xmr(np.array(SEEN) / np.array(CAME))
    assert chart.centre[0] == pytest.approx(0.9529699106736033, abs=1e-14)
    assert (chart.low[0], chart.high[0]) == pytest.approx((0.9401253539, 0.9658144674), abs=5e-6)
    assert chart.signals.outside.sum() == 0


class TestTheXmrChart:
    def test_an_outlier_does_not_widen_the_limits_it_is_judged_by(self) -> None:
        values = [10, 12, 11, 13, 12, 11, 10, 12, 40, 11, 12, 13, 11, 10] + [11, 13, 12, 11] * 4
        chart = control.xmr(values)
        unscreened = control.mean_moving_range(values, screen=False)
        assert control.mean_moving_range(values) < unscreened / 2
        assert places(chart.signals.outside) == [9]

    def test_a_gap_breaks_the_moving_range(self) -> None:
        assert control.mean_moving_range([1, 3, np.nan, 100, 104]) == pytest.approx(3)  # 2 and 4, not 97

    def test_a_series_that_hardly_ever_moves_keeps_some_width(self) -> None:
        chart = control.xmr([0.0] * 19 + [1.0])
        assert chart.high[0] > chart.centre[0]
        assert control.mean_moving_range([0.0] * 19 + [1.0]) == pytest.approx(1 / 19)

    def test_equal_values_are_within_their_range(self) -> None:
        assert not control.xmr([0.1] * 24).signals.any.any()

    def test_a_value_on_the_mean_give_or_take_a_rounding_is_on_no_side(self) -> None:
        values = [0.1, 0.2, 0.3, -0.6, 0.3, 0.2, 0.1, -0.6] + [0.0] * 8
        assert np.mean(values) != 0  # only nearly
        assert not control.xmr(values).signals.run.any()

    def test_limits_are_cut_where_the_unit_ends(self) -> None:
        values = [1, 0, 3, 0, 2, 0, 4, 0, 1, 0, 3, 0]
        assert control.xmr(values).low[0] < 0
        assert control.xmr(values, floor=0, ceiling=4).low[0] == 0
        assert control.xmr(values, floor=0, ceiling=4).high[0] == 4
        # What is near a limit is measured from the limits before they are cut.
        assert (control.xmr(values, floor=0).signals.any == control.xmr(values).signals.any).all()

    def test_under_twelve_points_nothing_is_signalled(self) -> None:
        wild = [1.0, 1.1, 1.0, 1.1, 1.0, 1.1, 1.0, 1.1, 1.0, 1.1, 90.0]
        assert control.xmr(wild).is_trial
        assert not control.xmr(wild).signals.any.any()
        assert control.last_signal(control.xmr(wild)) is None
        assert not control.xmr([1.0, *wild]).is_trial
        assert control.xmr([1.0, *wild]).signals.outside[-1]
        assert control.xmr([np.nan, *wild]).is_trial

    def test_no_value_and_one_value_have_no_limits(self) -> None:
        for values in ([], [np.nan, np.nan], [3.0]):
            chart = control.xmr(values)
            assert len(chart.low) == len(values)
            assert np.isnan(chart.low).all()
            assert chart.is_trial


class TestWhatTheLastPointSays:
    STEADY = (50.0, 52.0, 49.0, 51.0, 50.0, 48.0, 51.0, 50.0, 52.0, 49.0, 50.0, 51.0, 49.0, 50.0, 48.0, 52.0)

    @pytest.mark.parametrize(
        ("then", "signal", "began"),
        [
            ([50.0], None, None),
            ([90.0], "outside_high", 16),
            ([10.0], "outside_low", 16),
            ([90.0, 91.0], "outside_high", 16),
            ([50.0, 51.0, 51.5, 52.0, 51.1, 51.0, 51.9, 51.0, 51.2], "run_high", 17),
            ([51.0, 49.0, 48.5, 48.0, 48.9, 49.0, 48.1, 49.0, 48.8], "run_low", 17),
            ([48.0, 48.5, 49.2, 49.9, 50.6, 51.3, 52.0], "rising", 16),
            ([52.0, 51.5, 50.8, 50.1, 49.4, 48.7, 48.0], "falling", 16),
            ([50.4, 54.6, 54.5], "near_high", 17),
            ([49.9, 45.5, 45.4], "near_low", 17),
            ([90.0, 50.0], None, None),  # left behind
            ([90.0, np.nan], "outside_high", 16),  # the last point that has a value
        ],
    )
    def test_each_word(self, then: list[float], signal: str | None, began: int | None) -> None:
        chart = control.xmr([*self.STEADY, *then], baseline=16)
        assert control.last_signal(chart) == signal
        assert control.signal_began(chart) == began

    def test_nothing_at_all(self) -> None:
        assert control.last_point(control.xmr([np.nan])) is None
        assert control.last_signal(control.xmr([])) is None
        assert control.signal_began(control.xmr([])) is None


class TestBreaks:
    def test_each_stretch_has_its_own_range(self) -> None:
        before, after = [10.0, 12.0] * 8, [30.0, 32.0] * 7
        charts = control.usual_range(before + after, [16], floor=0)
        assert [len(chart.values) for chart in charts] == [16, 14]
        assert [chart.centre[0] for chart in charts] == [11, 31]
        assert not any(chart.signals.any.any() for chart in charts)
        assert control.xmr(before + after).signals.any.any()  # taken as one, the change of method looks like news

    def test_a_short_stretch_is_a_trial_by_itself(self) -> None:
        charts = control.usual_range([10.0, 12.0] * 10, [17])
        assert [chart.is_trial for chart in charts] == [False, True]

    @pytest.mark.parametrize(
        ("breaks", "parts"), [([], [(0, 5)]), ([0, 5], [(0, 5)]), ([3, 2, 3], [(0, 2), (2, 3), (3, 5)])]
    )
    def test_stretches(self, breaks: list[int], parts: list[tuple[int, int]]) -> None:
        assert [(part.start, part.stop) for part in control.stretches("abcde", breaks)] == parts

    def test_a_break_outside_the_series_is_refused(self) -> None:
        with pytest.raises(ValueError, match="outside the 5 points"):
            control.stretches("abcde", [6])


class TestMissingAndImpossible:
    def test_a_missing_base_is_a_missing_point(self) -> None:
        chart = control.u_chart([5, 6, 7, np.nan], [10, 0, np.nan, 10])
        assert np.isnan(chart.values).tolist() == [False, True, True, True]
        assert np.isnan(chart.high).tolist() == [False, True, True, False]  # where the base is known, so is the limit
        assert chart.centre[0] == 0.5

    def test_all_or_none_has_no_width(self) -> None:
        for count in (0, 5):
            chart = control.p_chart([count] * 13, [5] * 13, prime=True)
            assert not chart.signals.any.any()

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: control.p_chart([3], [2]), "events is above its base"),
            (lambda: control.p_chart([-1], [2]), "events is below zero"),
            (lambda: control.u_chart([1, 2], [2]), "bases has 1 points, events has 2"),
            (lambda: control.u_chart([1], [2], per=0), "per must be above zero"),
            (lambda: control.xmr([[1, 2]]), "one row of numbers"),
            (lambda: control.xmr([1, np.inf]), "infinite"),
            (lambda: control.xmr([1, 2], baseline=0), "baseline must be 1 or more"),
        ],
    )
    def test_the_error_names_what_is_wrong(self, make: object, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make()  # type: ignore[operator]


SERIES = st.lists(st.integers(-50, 50).map(float) | st.just(float("nan")), min_size=12, max_size=40)


@settings(max_examples=80)
@given(SERIES)
def test_the_rules_are_the_same_upside_down_and_back_to_front(values: list[float]) -> None:
    chart, mirrored = control.xmr(values), control.xmr([-value for value in values])
    turned = control.xmr(values[::-1])
    for rule in ("outside", "run", "trend", "near_limit"):
        marked = getattr(chart.signals, rule)
        assert (marked == getattr(mirrored.signals, rule)).all()
        assert (marked == getattr(turned.signals, rule)[::-1]).all()
    swap = {"high": "low", "low": "high", "rising": "falling", "falling": "rising"}
    said, opposite = control.last_signal(chart), control.last_signal(mirrored)
    if said is None:
        assert opposite is None
    else:
        kind, _, side = said.rpartition("_")
        assert opposite == f"{kind}_{swap[side]}".lstrip("_")


@settings(max_examples=80)
@given(SERIES)
def test_no_point_is_both_outside_and_near_and_gaps_carry_no_signal(values: list[float]) -> None:
    chart = control.xmr(values)
    assert not (chart.signals.outside & chart.signals.near_limit).any()
    assert not (chart.signals.any & np.isnan(chart.values)).any()
    began, at = control.signal_began(chart), control.last_point(chart)
    if began is not None:
        assert at is not None
        assert 0 <= began <= at
        assert not np.isnan(chart.values[began : at + 1]).any()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 5_000)), min_size=12, max_size=40))
def test_laneys_chart_is_the_plain_one_times_sigma_z(pairs: list[tuple[int, int]]) -> None:
    events, bases = zip(*pairs, strict=True)
    plain, prime = control.u_chart(events, bases), control.u_chart(events, bases, prime=True)
    assert prime.high - prime.centre == pytest.approx((plain.high - plain.centre) * prime.sigma_z)
    assert (plain.low >= 0).all()
    assert (plain.values == prime.values).all()


def test_laneys_chart_is_the_plain_one_where_sigma_z_is_one() -> None:
    # Two bases; z swings by exactly 1.128 between neighbors.
    rate, base = 4.0, 100.0
    step = control.MOVING_RANGE_PER_SIGMA * np.sqrt(rate / base) / 2
    events = [(rate + sign * step) * base for sign in (1, -1) * 8]
    plain, prime = control.u_chart(events, [base] * 16), control.u_chart(events, [base] * 16, prime=True)
    assert prime.sigma_z == pytest.approx(1)
    assert prime.low == pytest.approx(plain.low)
    assert prime.high == pytest.approx(plain.high)


@settings(max_examples=60)
@given(st.integers(1, 50), st.integers(2, 20))
def test_limits_shrink_as_the_base_grows(events: int, times: int) -> None:
    small = control.p_chart([events] * 12, [100] * 12)
    large = control.p_chart([events * times] * 12, [100 * times] * 12)
    assert large.centre[0] == pytest.approx(small.centre[0])
    assert large.high[0] < small.high[0]
    assert large.low[0] >= small.low[0]
