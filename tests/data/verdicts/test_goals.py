"""A goal is judged by rule: the same for fewer and for more, and never the better for a worse figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.figures import Figure
from data.periods import parse
from data.verdicts import GoalState, goal_verdict
from tests.data.verdicts.figures import share

GOAL: dict[str, Any] = {
    "measure_id": "feel_safe",
    "unit": "percent",
    "baseline": 40.0,
    "baseline_period": "2023",
    "target": 60.0,
    "due_on": date(2027, 12, 31),
    "latest": 45.0,
    "latest_period": "2024",
    "direction": "more",
}


def ranged(value: float, low: float, high: float) -> Figure:
    """A share with its range."""
    return replace(share(value), low=low, high=high)


TODAY = date(2025, 3, 1)
RANK = {GoalState.MISSED: 0, GoalState.BEHIND: 0, GoalState.ON_COURSE: 1, GoalState.MET: 2}


def judged(as_of: date = TODAY, **changes: Any) -> tuple[GoalState, str]:
    """The state and the reason of the goal above with some changes."""
    verdict = goal_verdict({**GOAL, **changes}, as_of=as_of)
    return verdict.state, verdict.why


def test_the_mark_is_on_the_straight_line_at_the_end_of_the_latest_period() -> None:
    # 366 of the 1,461 days from the end of 2023 to the end of 2027 have gone.
    mark = goal_verdict(GOAL, as_of=TODAY).mark
    assert mark == pytest.approx(40 + 20 * 366 / 1461)
    assert judged(latest=mark) == (GoalState.ON_COURSE, "")
    assert judged(latest=45.0) == (GoalState.BEHIND, "")


def test_a_goal_at_its_target_is_met_before_its_day_too() -> None:
    assert judged(latest=60.0) == (GoalState.MET, "")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"target": None}, "no_number"),
        ({"target": float("nan")}, "no_number"),
        ({"due_on": None}, "no_day"),
        ({"measure_id": None, "unit": None}, "no_measure"),
        ({"measure_id": None, "unit": None, "target": None, "due_on": None}, "no_number no_day no_measure"),
        ({"baseline": None}, "no_baseline"),
        ({"baseline_period": "some time"}, "no_baseline"),
        ({"due_on": date(2025, 1, 1), "latest": None, "latest_period": None}, "no_latest"),
        ({"due_on": date(2025, 1, 1), "latest_period": "2023"}, "no_latest"),
        ({"due_on": date(2024, 12, 30)}, "no_latest"),  # the year that the figure is of was not over
        ({"due_on": date(2023, 12, 31)}, "no_time"),
        ({"due_on": date(2023, 6, 30)}, "no_time"),
        ({"due_on": date(2021, 6, 30)}, "no_time"),
    ],
)
def test_a_goal_that_lacks_a_part_is_not_measurable_and_says_which(changes: dict[str, Any], why: str) -> None:
    assert judged(**changes) == (GoalState.NOT_MEASURABLE, why)


def test_numbers_of_the_programs_own_are_a_measure_where_they_have_a_unit() -> None:
    assert judged(measure_id=None, unit="children a day", latest=60.0) == (GoalState.MET, "")


def test_a_goal_that_is_counted_in_another_way_since_it_began_is_not_measurable() -> None:
    goal = {**GOAL, "latest": None, "latest_period": None}
    for day, why in ((date(2024, 7, 1), "same_count"), (date(2022, 7, 1), "nothing_after")):
        assert goal_verdict(goal, as_of=TODAY, breaks=[day]).why == why
    # A figure from before the break is one that goes with the start.
    assert goal_verdict(GOAL, as_of=TODAY, breaks=[date(2025, 1, 1)]).state == GoalState.BEHIND


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"latest": None, "latest_period": None}, "nothing_after"),
        ({"latest_period": "2023"}, "nothing_after"),
        ({"latest_period": "2024-Q2"}, "first_quarter"),
        ({"latest_period": "2024-Q2", "latest": 70.0}, "first_quarter"),
    ],
)
def test_nothing_is_judged_in_the_first_quarter_of_its_time(changes: dict[str, Any], why: str) -> None:
    assert judged(**changes) == (GoalState.TOO_EARLY, why)


def test_a_goal_whose_day_has_passed_is_missed_only_by_the_last_figure_that_was_to_come() -> None:
    over = date(2028, 2, 1)
    assert judged(over, latest=59.0, latest_period="2027") == (GoalState.MISSED, "")
    assert judged(over, latest=59.0, latest_period="2026") == (GoalState.ON_COURSE, "to_come")
    assert judged(over, latest=41.0, latest_period="2026") == (GoalState.BEHIND, "to_come")
    assert judged(over, latest=60.0, latest_period="2026") == (GoalState.MET, "")
    # A round of a survey in the autumn is that year's: there is no other before the day.
    assert judged(over, latest=59.0, latest_period="2027-09-01..2027-10-31") == (GoalState.MISSED, "")


def test_a_figure_of_a_period_that_ends_on_the_due_day_judges() -> None:
    assert judged(due_on=date(2024, 12, 31)) == (GoalState.MISSED, "")
    assert judged(due_on=date(2024, 12, 31), latest=60.0) == (GoalState.MET, "")


def test_no_figure_is_waited_for_longer_than_a_year() -> None:
    # Rounds of a survey every other year: none comes between the autumn of 2025 and the day.
    rounds = {"latest": 59.0, "latest_period": "2025-09-01..2025-10-31"}
    assert judged(date(2028, 12, 30), **rounds) == (GoalState.ON_COURSE, "to_come")
    assert judged(date(2029, 1, 1), **rounds) == (GoalState.MISSED, "")


def test_years_that_begin_in_another_month_move_the_mark() -> None:
    goal = {**GOAL, "latest_period": "FY2025"}
    july, january = (goal_verdict(goal, as_of=TODAY, fiscal_start_month=month).mark for month in (7, 1))
    assert july is not None
    assert january is not None
    assert july < january


@pytest.mark.parametrize(("direction", "target"), [("more", 39.0), ("fewer", 41.0)])
def test_a_target_easier_than_the_start_is_flagged_and_never_good(direction: str, target: float) -> None:
    verdict = goal_verdict({**GOAL, "direction": direction, "target": target, "latest": target}, as_of=TODAY)
    assert (verdict.is_easier, verdict.state, verdict.is_good) == (True, GoalState.MET, False)


def test_a_target_that_is_the_start_is_flagged_and_never_good() -> None:
    verdict = goal_verdict({**GOAL, "target": 40.0}, as_of=TODAY)
    assert (verdict.asks_nothing, verdict.is_easier, verdict.state) == (True, False, GoalState.MET)
    assert not verdict.is_good
    assert not goal_verdict(GOAL, as_of=TODAY).asks_nothing


def test_a_range_that_holds_the_mark_can_turn_out_either_way() -> None:
    goal = {**GOAL, "latest": 46.0}
    assert goal_verdict(goal, as_of=TODAY, figure=ranged(46, 43, 49)).could_be_either
    assert not goal_verdict(goal, as_of=TODAY, figure=ranged(46, 45.5, 46.5)).could_be_either
    # Met, and the range goes below the target.
    assert goal_verdict({**GOAL, "latest": 61.0}, as_of=TODAY, figure=ranged(61, 58, 64)).could_be_either
    # Another figure's range says nothing of a number that packs of older software typed.
    assert not goal_verdict({**GOAL, "latest": 46.0}, as_of=TODAY, figure=ranged(44, 43, 45.5)).could_be_either


NUMBER = st.floats(-1_000, 1_000, allow_nan=False).map(lambda one: round(one, 3))
PERIOD = st.sampled_from(["2022", "2023", "2024-Q2", "2024", "2025-07-01..2025-12-31", "FY2026", "2027", "2028"])
DAY = st.dates(date(2022, 1, 1), date(2030, 12, 31))
GOALS = st.fixed_dictionaries(
    {
        "measure_id": st.just("a"),
        "unit": st.just("percent"),
        "baseline": NUMBER,
        "baseline_period": st.just("2023"),
        "target": NUMBER,
        "due_on": DAY,
        "latest": NUMBER,
        "latest_period": PERIOD,
        "direction": st.sampled_from(["more", "fewer"]),
    }
)


@given(goal=GOALS, as_of=DAY, more=st.floats(0, 500))
def test_a_better_figure_never_makes_a_goal_look_worse(goal: dict[str, Any], as_of: date, more: float) -> None:
    step = more if goal["direction"] == "more" else -more
    before, after = (
        goal_verdict(one, as_of=as_of) for one in (goal, {**goal, "latest": goal["latest"] + step})
    )  # fmt: skip
    if before.state in RANK:
        assert RANK[after.state] >= RANK[before.state]
    else:
        assert after == before  # what cannot be judged does not depend on how good the figure is


@given(goal=GOALS, as_of=DAY)
def test_fewer_and_more_are_judged_alike(goal: dict[str, Any], as_of: date) -> None:
    other = {name: -value if isinstance(value, float) else value for name, value in goal.items()}
    other["direction"] = "fewer" if goal["direction"] == "more" else "more"
    one, two = goal_verdict(goal, as_of=as_of), goal_verdict(other, as_of=as_of)
    assert (one.state, one.is_easier, one.why) == (two.state, two.is_easier, two.why)
    assert one.mark == (None if two.mark is None else pytest.approx(-two.mark))


@given(goal=GOALS, as_of=DAY)
def test_a_figure_from_after_the_due_day_is_as_good_as_none(goal: dict[str, Any], as_of: date) -> None:
    assume(parse(goal["latest_period"]).end > goal["due_on"])
    verdict = goal_verdict(goal, as_of=as_of)
    assert verdict == goal_verdict({**goal, "latest": None, "latest_period": None}, as_of=as_of)
    assert verdict.state in (GoalState.NOT_MEASURABLE, GoalState.TOO_EARLY)


@given(goal=GOALS, late=st.integers(366, 4_000), later=st.integers(0, 4_000))
def test_once_judged_a_goal_stays_as_it_was_judged(goal: dict[str, Any], late: int, later: int) -> None:
    first = goal["due_on"] + timedelta(days=late)
    assert goal_verdict(goal, as_of=first) == goal_verdict(goal, as_of=first + timedelta(days=later))
