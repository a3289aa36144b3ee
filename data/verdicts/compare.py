"""Two figures: what they say about each other, or why they are not compared.

The range of the difference decides, never whether two bands overlap.
"""

from __future__ import annotations

import math

from data import periods, stats
from data.figures import Figure, Status
from data.periods import Period
from data.verdicts.context import CITY, SETTING, WHOLE_YEAR_DAYS, Context, is_whole
from data.verdicts.finding import Finding, Refusal, Verdict, refused

SMALL_COUNT = 10
MANY_LOOKS = 0.998
"""Confidence where a screen asks which of many places differ (the outer limits of a funnel plot)."""

RESIDENTS_MOVED = 0.1
"""From such a change of the residents on, a rate may have changed because they were counted anew."""

COUNTED = ("rate", "count")
STILL_TOLD = (Refusal.NO_RESIDENTS, Refusal.NO_SAMPLE_SIZE, Refusal.NO_RANGE)
"""Refusals after which both figures are told side by side all the same: breaks and the like come before them."""

_NO_VALUE = {
    Status.WITHHELD: Refusal.WITHHELD,
    Status.TOO_FEW_TO_SAY: Refusal.TOO_FEW,
    Status.NOT_APPLICABLE: Refusal.NOT_APPLICABLE,
}
_NO_PEOPLE = ("no_residents", "no_population")


def compare(context: Context, figure: Figure, other: Figure, *, confidence: float = 0.95) -> Verdict:
    """What `figure` says beside `other`: earlier figures of the same place, or other places in the same period.

    The figures decide which question it is. One place, two periods: a change over time. A place and the city: the
    place beside the rest of the city, so that it is not compared with itself. A place and all of its setting together
    (`all_of_setting`): beside the rest of those. Two places: one beside the other.
    confidence: `MANY_LOOKS` when a screen compares every place at once.

    Raises ValueError for figures of another measure, unit or group than the context's, for a figure beside itself,
    and for two figures that differ in place and in period: these are mistakes of the program, not of the data.
    """
    _check(context, figure, other)
    same_place = figure.neighborhood == other.neighborhood
    if context.kind == "count" and not same_place:
        return refused(Refusal.NO_RESIDENTS_TO_COMPARE)
    of_two = _of_time if same_place else _of_place
    missing = _missing(context, figure, other)
    if missing is not None and missing.reason not in STILL_TOLD:
        return missing
    if reason := of_two(context, figure, other) or missing:
        return reason
    if same_place:
        counted = context.kind in COUNTED
        return _counts(context, figure, other, confidence) if counted else _shares(context, figure, other, confidence)
    if not is_whole(other.neighborhood):
        if context.kind == "rate":
            return _ratio(context, figure, other, confidence)
        p1, p0 = (figure.value or 0.0) / 100, (other.value or 0.0) / 100
        return _points(context, p1, base_of(figure), p0, base_of(other), confidence)
    if context.kind == "rate":
        return _rate_beside_rest(context, figure, other, confidence)
    return _share_beside_rest(context, figure, other, confidence)


def _check(context: Context, figure: Figure, other: Figure) -> None:
    for one in (figure, other):
        if one.measure != context.measure:
            raise ValueError(f"a figure of {one.measure!r} with the context of {context.measure!r}")
        if one.unit != context.unit:
            raise ValueError(f"{one.measure} in {one.unit!r}, and its measure is in {context.unit!r}")
    if figure.group != other.group:
        raise ValueError(f"two groups: {figure.group!r} and {other.group!r}")
    same_place, same_period = figure.neighborhood == other.neighborhood, figure.period == other.period
    if same_place == same_period:
        raise ValueError(
            f"compare one place over time or two places in one period, not {figure.neighborhood} {figure.period} "
            f"with {other.neighborhood} {other.period}"
        )
    if is_whole(figure.neighborhood) and not same_place:
        raise ValueError("the place comes first, then the whole that it is a part of")


def _missing(context: Context, figure: Figure, other: Figure) -> Verdict | None:
    """The refusals that one figure alone brings; of two the one that comes first among the reasons."""
    found = {_alone(context, one) for one in (figure, other)}
    return next((refused(reason) for reason in Refusal if reason in found), None)


def _alone(context: Context, one: Figure) -> Refusal | None:
    counted = context.kind in COUNTED
    if one.status == Status.WITHHELD:
        return Refusal.WITHHELD
    if context.kind == "rate" and not one.has_value and one.reason in _NO_PEOPLE:
        return Refusal.NO_RESIDENTS
    is_count = counted and one.status == Status.TOO_FEW_TO_SAY and one.numerator is not None
    if not one.has_value and not is_count:
        return _NO_VALUE.get(one.status, Refusal.NOT_REPORTED)
    if counted and one.numerator is None:
        return Refusal.NOT_REPORTED
    if context.kind == "rate" and not one.denominator:
        return Refusal.NO_RESIDENTS
    if context.collected == "opt_in" or one.reason == "opt_in":
        return Refusal.OPT_IN
    if not counted and not base_of(one):
        return Refusal.NO_SAMPLE_SIZE
    # The mean of a scale: how much single answers differ is not published. Or weights that nobody gives.
    if context.kind == "score" or one.reason == "no_weights":
        return Refusal.NO_RANGE
    return None


def _of_time(context: Context, figure: Figure, other: Figure) -> Verdict | None:
    """The refusals of a comparison over time."""
    one, two = context.days_of(figure), context.days_of(other)
    if context.is_incomplete(figure) or context.is_incomplete(other):
        both = all(_is_cut(context, each) for each in (figure, other))
        if not (both and _same_stretch(one, two)):
            return refused(Refusal.INCOMPLETE_PERIOD)
    if _changing_part(figure, other):
        return refused(Refusal.PARTIAL_COVERAGE)
    if one.start <= two.end and two.start <= one.end:
        return refused(Refusal.OVERLAP)
    if found := context.break_between(one, two):
        return refused(Refusal.SERIES_BREAK, found)
    if unlike := _unlike_stretches(context, one, two):
        return refused(unlike)
    if context.kind == "rate" and _other_base(context, figure, other):
        return refused(Refusal.OTHER_BASE)
    return None


def _of_place(context: Context, figure: Figure, other: Figure) -> Verdict | None:
    """The refusals of a comparison between places."""
    if other.neighborhood.startswith(SETTING):
        setting = context.settings.get(figure.neighborhood)
        if setting is None:
            return refused(Refusal.NO_SETTING)
        if other.neighborhood != SETTING + setting:
            return refused(Refusal.OTHER_SETTING)
    if context.is_visited(figure) or context.is_visited(other):
        return refused(Refusal.VISITORS)
    parts = (figure,) if is_whole(other.neighborhood) else (figure, other)
    if any(one.reason == "partial_coverage" for one in parts):
        return refused(Refusal.PARTIAL_COVERAGE)
    if context.kind == "rate" and _other_base(context, figure, other):
        return refused(Refusal.OTHER_BASE)
    return None


def _changing_part(figure: Figure, other: Figure) -> bool:
    """Whether what is left out may differ: of a city the same areas are, of a place nobody knows which events."""
    partial = [one.reason == "partial_coverage" for one in (figure, other)]
    return any(partial) and not (all(partial) and figure.neighborhood == CITY)


def _is_cut(context: Context, figure: Figure) -> bool:
    """Whether the days that are missing are known."""
    whole, covered = context.period_of(figure), context.days_of(figure)
    return (whole.start, whole.end) != (covered.start, covered.end)


def _unlike_stretches(context: Context, one: Period, two: Period) -> Refusal | None:
    """Different in length, or in the time of the year. Answers of a survey are of a moment: they have no length."""
    parts = min(one.days, two.days) < WHOLE_YEAR_DAYS
    if not parts or (context.kind not in COUNTED and not context.seasonal) or _same_stretch(one, two):
        return None
    earlier, later = sorted((one, two))
    months = one.kind == two.kind == "month"
    follows = months and (later.start - earlier.end).days == 1
    if follows or (context.seasonal and abs(one.days - two.days) <= 3):
        return Refusal.NOT_SAME_SEASON
    if abs(one.days - two.days) > 1:
        return Refusal.DIFFERENT_LENGTH
    return None


def _same_stretch(one: Period, two: Period) -> bool:
    """Whether two periods are the same days of two years; a February may have one day more."""
    starts = (one.start.month, one.start.day) == (two.start.month, two.start.day)
    return starts and abs(one.days - two.days) <= 1 and (_days_end(one) == _days_end(two) or one.kind != "range")


def _days_end(period: Period) -> tuple[int, int]:
    """Month and day of the end; the last of February is always the 28th."""
    return (period.end.month, min(period.end.day, 28) if period.end.month == 2 else period.end.day)


def _other_base(context: Context, figure: Figure, other: Figure) -> bool:
    """Whether the populations of two rates are of different years, and not as old as each other within the window."""
    bases = [_base_year(context, one) for one in (figure, other)]
    if bases[0] == bases[1]:
        return False
    ages = [context.period_of(one).start.year - base for one, base in zip((figure, other), bases, strict=True)]
    return abs(ages[0] - ages[1]) > context.denominator_window_years


def _base_year(context: Context, figure: Figure) -> int:
    code = figure.denominator_period
    return context.period_of(figure).start.year if code is None else periods.parse(code).start.year


def _counts(context: Context, now: Figure, before: Figure, confidence: float) -> Verdict:
    verdict = _ratio(context, now, before, confidence)
    if verdict.is_clear and residents_moved(now, before) and not _clear_by_counts(verdict, now, before, confidence):
        return refused(Refusal.RESIDENTS_MOVED)
    step, low, high = context.smallest_change, verdict.low, verdict.high
    if verdict.is_clear or not step or low is None or high is None:
        return verdict
    if max(abs(low), abs(high)) * (before.value or 0.0) < step:
        return Verdict(Finding.NO_REAL_CHANGE, low=low, high=high)
    return verdict


def _ratio(context: Context, one: Figure, other: Figure, confidence: float) -> Verdict:
    """Two counts over their people, by the exact range of the ratio of their rates; counts only where one is small."""
    (x1, n1), (x0, n0) = _counted(context, one), _counted(context, other)
    if _is_small(one) or _is_small(other):
        return Verdict(Finding.COUNTS_ONLY, moved=(x1 > x0) - (x1 < x0))
    low, high = (float(end) - 1 for end in stats.rate_ratio_interval(x1, n1, x0, n0, confidence=confidence))
    return _decided(context, low, high)


def residents_moved(now: Figure, before: Figure) -> float | None:
    """By which part the residents under a rate changed, where it is a tenth or more: 0.22 is 22% more. Else None."""
    if not now.denominator or not before.denominator:
        return None
    change = now.denominator / before.denominator - 1
    return change if abs(change) >= RESIDENTS_MOVED else None


def _clear_by_counts(verdict: Verdict, now: Figure, before: Figure, confidence: float) -> bool:
    """Whether the events alone say the same: else it is the count of residents that moved, often a new estimate."""
    ends = stats.rate_ratio_interval(now.numerator or 0.0, 1.0, before.numerator or 0.0, 1.0, confidence=confidence)
    low, high = (float(end) for end in ends)
    return low > 1 if verdict.moved > 0 else high < 1


def _counted(context: Context, figure: Figure) -> tuple[float, float]:
    """Events, and the people they are counted over; 1 for a bare count."""
    return figure.numerator or 0.0, (figure.denominator or 0.0) if context.kind == "rate" else 1.0


def _is_small(figure: Figure) -> bool:
    """Below 10, or too few by the city's own, higher threshold."""
    return not figure.has_value or (figure.numerator or 0.0) < SMALL_COUNT


def _shares(context: Context, now: Figure, before: Figure, confidence: float) -> Verdict:
    p1, p0 = (now.value or 0.0) / 100, (before.value or 0.0) / 100
    verdict = _points(context, p1, base_of(now), p0, base_of(before), confidence)
    step, low, high = context.smallest_change, verdict.low, verdict.high
    if step and low is not None and high is not None and -step < low <= high < step:
        return Verdict(Finding.NO_REAL_CHANGE, low=low, high=high)
    return verdict


def _points(context: Context, p1: float, n1: float, p0: float, n0: float, confidence: float) -> Verdict:
    """The range of p1 - p0 in points (Newcombe)."""
    low, high = stats.proportion_difference_interval(p1 * n1, n1, p0 * n0, n0, confidence=confidence)
    return _decided(context, 100 * float(low), 100 * float(high))


def _rate_beside_rest(context: Context, here: Figure, city: Figure, confidence: float) -> Verdict:
    (x, n), (all_x, all_n) = _counted(context, here), _counted(context, city)
    if _is_small(here):
        return Verdict(Finding.COUNTS_ONLY)
    if all_n - n <= 0 or all_x - x <= 0:
        return refused(Refusal.NO_REST_OF_CITY)
    low, high = stats.rate_ratio_interval(x, n, all_x - x, all_n - n, confidence=confidence)
    return _decided(context, float(low) - 1, float(high) - 1)


def _share_beside_rest(context: Context, here: Figure, city: Figure, confidence: float) -> Verdict:
    base_here, base_city = base_of(here), base_of(city)
    rest = base_city - base_here
    share = ((city.value or 0.0) * base_city - (here.value or 0.0) * base_here) / rest / 100 if rest > 0 else -1.0
    if not 0 <= share <= 1:  # the city was weighted otherwise than its parts
        rest, share = base_city, (city.value or 0.0) / 100
    return _points(context, (here.value or 0.0) / 100, base_here, share, rest, confidence)


def base_of(figure: Figure) -> float:
    """What a share rests on: answers after weighting, answers, or the whole that was counted."""
    return float(figure.n_effective or figure.n or figure.denominator or 0)


def _decided(context: Context, low: float, high: float) -> Verdict:
    if math.isnan(low) or math.isnan(high):
        return refused(Refusal.TOO_FEW)
    if low <= 0 <= high:
        return Verdict(Finding.NO_CLEAR_CHANGE, low=low, high=high)
    moved = 1 if low > 0 else -1
    if context.direction == "none":
        return Verdict(Finding.CHANGED, moved, low, high)
    good = (moved < 0) == (context.direction == "fewer")
    return Verdict(Finding.BETTER if good else Finding.WORSE, moved, low, high)
