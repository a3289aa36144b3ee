"""Is a goal reached, on course, behind, too early to judge, or can it not be measured? By rule; nobody types it.

- `not_measurable`: no number to reach, no day, or nothing that it is measured by (a measure, or numbers of the
  program's own with their unit); or its start is not known; or its day has passed and nothing since the start is known.
- `too_early`: nothing after the baseline is known, or the latest figure ends before a quarter of the time from the end
  of the baseline's period to the due day has gone.
- `met`: the latest figure is at the target or beyond it.
- `missed`: the day has passed and the target is not reached, with the last figure that was to come by that day.
- `on_course`: the latest is at the mark or beyond it, where mark = baseline + (target - baseline) x share of the time
  gone at the end of the latest period. The mark moves in a straight line; nobody promised that progress does.
- `behind`: otherwise.

The rule reads the same for goals that ask for fewer and for more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from data import periods
from data.figures import Figure
from data.periods import Period

EARLY = 0.25
"""The share of its time that must have gone before a goal is judged."""
A_YEAR = 365
"""Days between two stretches that have no calendar, such as rounds of a survey."""
SLACK = 1e-9


class GoalState(StrEnum):
    """How far a goal is. Each has its sentence in the catalogs (`goals.*`)."""

    MET = "met"
    MISSED = "missed"
    ON_COURSE = "on_course"
    BEHIND = "behind"
    TOO_EARLY = "too_early"
    NOT_MEASURABLE = "not_measurable"


NOT_MEASURABLE_WHY = ("no_number", "no_day", "no_measure", "no_baseline", "no_latest", "same_count")
"""What a goal that cannot be measured lacks."""
TOO_EARLY_WHY = ("nothing_after", "first_quarter")
"""Why it is too early."""
TO_COME = "to_come"
"""The due day has passed, and the figure for it is not known yet: the goal is judged by the mark until then."""


@dataclass(frozen=True)
class GoalVerdict:
    """How far a goal is.

    mark: where it should be at the end of the latest period, in the goal's unit; the target once that period is the
    last; None where it cannot be said. is_easier: the target asks for less than the baseline: such a goal is never
    praised. could_be_either: the published range of the latest figure holds the line that it was judged by. why: for
    `not_measurable` all of NOT_MEASURABLE_WHY that hold, one space between; for `too_early` one of TOO_EARLY_WHY; else
    TO_COME or empty.
    """

    state: GoalState
    mark: float | None = None
    is_easier: bool = False
    could_be_either: bool = False
    why: str = ""

    @property
    def is_good(self) -> bool:
        """True where it may be praised."""
        return self.state in (GoalState.MET, GoalState.ON_COURSE) and not self.is_easier


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
    start, began = _number(goal["baseline"]), _period(goal["baseline_period"], fiscal_start_month)
    latest, known = _number(goal["latest"]), _period(goal["latest_period"], fiscal_start_month)
    sign = -1.0 if goal["direction"] == "fewer" else 1.0
    is_easier = start is not None and target is not None and sign * (target - start) < -SLACK
    missing = [
        *(["no_number"] if target is None else []),
        *(["no_day"] if due is None else []),
        *(["no_measure"] if not (_text(goal["measure_id"]) or _text(goal["unit"])) else []),
    ]
    if missing or target is None or due is None:
        return GoalVerdict(GoalState.NOT_MEASURABLE, is_easier=is_easier, why=" ".join(missing))
    if start is None or began is None:
        return GoalVerdict(GoalState.NOT_MEASURABLE, why="no_baseline")
    is_over = as_of > due
    share = 0.0 if known is None else _share_gone(began, known, due)
    is_new = latest is not None and known is not None and known.end > began.end
    if latest is None or known is None or not is_new or share < EARLY:
        is_broken = not is_new and any(began.start < day <= as_of for day in breaks)
        if is_over or is_broken:
            lacks = "same_count" if is_broken else "no_latest"
            return GoalVerdict(GoalState.NOT_MEASURABLE, is_easier=is_easier, why=lacks)
        why = "first_quarter" if is_new else "nothing_after"
        mark = start + (target - start) * share if is_new else None
        return GoalVerdict(GoalState.TOO_EARLY, mark, is_easier, why=why)
    is_last = is_over and known.end + timedelta(days=_step(known)) > due
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
    return GoalVerdict(state, mark, is_easier, _holds(figure, latest, line), why)


def _share_gone(began: Period, known: Period, due: date) -> float:
    """How much of the time from the end of the baseline's period to the due day has gone, 0 to 1."""
    whole = (due - began.end).days
    if whole <= 0:
        return 1.0
    return min(max((known.end - began.end).days / whole, 0.0), 1.0)


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
