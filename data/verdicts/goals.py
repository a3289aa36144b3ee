"""Is a goal reached, on course, behind, too early to judge, or can it not be measured? By rule; nobody types it.

A goal is judged by the last figure of a period that ends by the due day. What comes later changes nothing.

- `not_measurable`: no number to reach, no day, or nothing that it is measured by (a measure, or numbers of the
  program's own with their unit); or its start is not known; or its day is not after the period of its start; or its day
  has passed and no figure is there to judge it by.
- `too_early`: nothing after the baseline is known, or the latest figure ends before a quarter of the time from the end
  of the baseline's period to the due day has gone.
- `met`: the latest figure is at the target or beyond it.
- `missed`: the day has passed and the target is not reached, with the last figure that was to come by that day. No
  figure is waited for longer than a year after it.
- `on_course`: the latest is at the mark or beyond it, where mark = baseline + (target - baseline) x share of the time
  gone at the end of the latest period. The mark moves in a straight line; nobody promised that progress does.
- `behind`: otherwise.

The rule reads the same for goals that ask for fewer and for more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from data import periods
from data.figures import Figure
from data.periods import Period

EARLY = 0.25
"""The share of its time that must have gone before a goal is judged."""
A_YEAR = 365
"""Days between two stretches that have no calendar, such as rounds of a survey; and how long a figure is waited for."""
SLACK = 1e-9
CALENDAR = ("year", "fiscal")
"""Kinds of periods that hold every season."""


class GoalState(StrEnum):
    """How far a goal is. Each has its sentence in the catalogs (`goals.*`)."""

    MET = "met"
    MISSED = "missed"
    ON_COURSE = "on_course"
    BEHIND = "behind"
    TOO_EARLY = "too_early"
    NOT_MEASURABLE = "not_measurable"


NOT_MEASURABLE_WHY = ("no_number", "no_day", "no_measure", "no_baseline", "no_time", "no_latest", "same_count")
"""What a goal that cannot be measured lacks."""
TOO_EARLY_WHY = ("nothing_after", "first_quarter")
"""Why it is too early."""
TO_COME = "to_come"
"""The due day has passed, and the figure for it is not known yet: the goal is judged by the mark until then."""


@dataclass(frozen=True)
class GoalVerdict:
    """How far a goal is.

    mark: where it should be at the end of the latest period, in the goal's unit; the target once that period is the
    last; None where it cannot be said. is_easier: the target asks for less than the baseline; asks_nothing: it is the
    baseline. Neither is ever praised. could_be_either: the published range of the latest figure holds the line that it
    was judged by. why: for `not_measurable` all of NOT_MEASURABLE_WHY that hold, one space between; for `too_early` one
    of TOO_EARLY_WHY; else TO_COME or empty.
    """

    state: GoalState
    mark: float | None = None
    is_easier: bool = False
    could_be_either: bool = False
    why: str = ""
    asks_nothing: bool = False

    @property
    def is_good(self) -> bool:
        """True where it may be praised."""
        return self.state in (GoalState.MET, GoalState.ON_COURSE) and not (self.is_easier or self.asks_nothing)


def goal_verdict(
    goal: Mapping[Any, Any],
    *,
    as_of: date,
    figure: Figure | None = None,
    breaks: Sequence[date] = (),
    fiscal_start_month: int = 7,
) -> GoalVerdict:
    """How far a goal is on a day.

    goal: a row of `program_goal`. figure: the published figure that its latest number is, for its range. breaks: days
    from which its measure was counted in another way.
    """
    target, due = _number(goal["target"]), _day(goal["due_on"])
    start, sign = _number(goal["baseline"]), -1.0 if goal["direction"] == "fewer" else 1.0
    asked = None if start is None or target is None else sign * (target - start)
    missing = [
        *(["no_number"] if target is None else []),
        *(["no_day"] if due is None else []),
        *(["no_measure"] if not (_text(goal["measure_id"]) or _text(goal["unit"])) else []),
    ]
    if missing or target is None or due is None:
        verdict = GoalVerdict(GoalState.NOT_MEASURABLE, why=" ".join(missing))
    else:
        verdict = _judged(goal, target, due, as_of, figure, breaks, fiscal_start_month)
    return replace(
        verdict,
        is_easier=asked is not None and asked < -SLACK,
        asks_nothing=asked is not None and abs(asked) <= SLACK,
    )


def goes_with(period: Period, began: Period, *, is_counted: bool) -> bool:
    """Whether a figure of a period can be set beside the start of a goal: later, of the same kind of period, and of the
    same season where events are counted.
    """
    is_alike = period.kind == began.kind and period.start > began.end
    if is_counted and began.kind not in CALENDAR:
        is_alike = is_alike and _season(period) == _season(began)
    return is_alike


def _season(period: Period) -> tuple[int, int, int]:
    return period.start.month, period.start.day, period.end.month


def _judged(
    goal: Mapping[Any, Any], target: float, due: date, as_of: date, figure: Figure | None, breaks: Sequence[date],
    fiscal_start_month: int,
) -> GoalVerdict:  # fmt: skip
    """How far a goal is that has a number to reach, a day and a measure."""
    start, began = _number(goal["baseline"]), _period(goal["baseline_period"], fiscal_start_month)
    latest, known = _number(goal["latest"]), _period(goal["latest_period"], fiscal_start_month)
    sign = -1.0 if goal["direction"] == "fewer" else 1.0
    if start is None or began is None:
        return GoalVerdict(GoalState.NOT_MEASURABLE, why="no_baseline")
    if due <= began.end:
        return GoalVerdict(GoalState.NOT_MEASURABLE, why="no_time")
    if known is not None and known.end > due:
        latest = known = None  # it tells what came later, not whether the goal was reached
    is_over = as_of > due
    share = 0.0 if known is None else _share_gone(began, known, due)
    is_new = latest is not None and known is not None and known.end > began.end
    if latest is None or known is None or not is_new or share < EARLY:
        is_broken = not is_new and any(began.start < day <= min(as_of, due) for day in breaks)
        if is_over or is_broken:
            return GoalVerdict(GoalState.NOT_MEASURABLE, why="same_count" if is_broken else "no_latest")
        why = "first_quarter" if is_new else "nothing_after"
        mark = start + (target - start) * share if is_new else None
        return GoalVerdict(GoalState.TOO_EARLY, mark, why=why)
    is_awaited = known.end + timedelta(days=_step(known)) <= due and as_of <= due + timedelta(days=A_YEAR)
    is_last = is_over and not is_awaited
    mark = target if is_last else start + (target - start) * share
    reached = sign * (latest - target) >= -SLACK
    line = target if reached or is_last else mark
    if reached:
        state = GoalState.MET
    elif is_last:
        state = GoalState.MISSED
    else:
        state = GoalState.ON_COURSE if sign * (latest - mark) >= -SLACK else GoalState.BEHIND
    why = TO_COME if is_over and not is_last and not reached else ""
    return GoalVerdict(state, mark, could_be_either=_holds(figure, latest, line), why=why)


def _share_gone(began: Period, known: Period, due: date) -> float:
    """How much of the time from the end of the baseline's period to the due day, which is later, has gone: 0 to 1."""
    return min(max((known.end - began.end).days / (due - began.end).days, 0.0), 1.0)


def _step(known: Period) -> int:
    """Days until the next figure of this kind covers its time."""
    return max(known.days, A_YEAR) if known.kind == "range" else known.days


def _holds(figure: Figure | None, latest: float, line: float) -> bool:
    """Whether the range of the figure that the latest number is holds a line."""
    if figure is None or not figure.has_value or figure.low is None or figure.high is None:
        return False
    # A number that does not lie in the range is not this figure's: releases of older software hold what packs typed.
    return figure.low <= latest <= figure.high and figure.low <= line <= figure.high


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) and value == value else None  # a missing day of a table is not itself


def _period(value: Any, fiscal_start_month: int) -> Period | None:
    if not isinstance(value, str):
        return None
    try:
        return periods.parse(value, fiscal_start_month=fiscal_start_month)
    except periods.UnknownPeriod:
        return None
