"""What two figures allow us to say about each other. The verdict picks the sentence; nobody types a headline.

The range of the difference decides, never whether two bands overlap. "No clear change" (a rise or a fall cannot be
ruled out) and "no real change" (anything that matters is ruled out) are different findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data import stats
from data.figures import Figure, Status

SMALL_COUNT = 10
MANY_LOOKS = 0.998
"""Confidence where a screen asks which of many places differ (the outer limits of a funnel plot)."""


class Finding(StrEnum):
    """What may be said."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    NO_CLEAR_CHANGE = "no_clear_change"
    NO_REAL_CHANGE = "no_real_change"
    COUNTS_ONLY = "counts_only"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """A finding, the way the number moved, and the 95% range of the difference.

    moved: 1 up, -1 down, 0 not at all or not clearly. low, high: relative change (-0.59 is a fall of 59%) for counts
    and rates, points for shares; None where the finding carries no range. reason: why it is refused.
    """

    finding: Finding
    moved: int = 0
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @property
    def is_clear(self) -> bool:
        """True where a difference is not likely to be chance."""
        return self.finding in (Finding.BETTER, Finding.WORSE, Finding.CHANGED)


def over_time(
    now: Figure, before: Figure, *, direction: str, kind: str, smallest_change: float | None = None
) -> Verdict:
    """Compare a figure with the same place and the same stretch of an earlier year.

    direction: fewer, more or none. kind: rate, count, share or score. smallest_change: in the measure's unit.
    A period that the source covers only in part is compared with none.
    """
    if refused := _refusal(now, before, kind):
        return refused
    if "incomplete_period" in (now.reason, before.reason):
        return Verdict(Finding.REFUSED, reason="incomplete_period")
    if kind in ("rate", "count"):
        return _of_counts(now, before, direction=direction, kind=kind, smallest_change=smallest_change)
    return _of_shares(now, before, direction=direction, smallest_change=smallest_change)


def against_city(here: Figure, city: Figure, *, direction: str, kind: str, confidence: float = 0.95) -> Verdict:
    """Compare a place with the rest of the city, so that the place is not compared with itself.

    Use `confidence=MANY_LOOKS` when a screen compares every place at once.
    """
    if kind == "count":
        return Verdict(Finding.REFUSED, reason="no_residents_to_compare")
    if here.reason == "visitors":
        return Verdict(Finding.REFUSED, reason="visitors")
    if refused := _refusal(here, city, kind):
        return refused
    if kind == "rate":
        x, n = here.numerator or 0.0, here.denominator or 0.0
        rest_x, rest_n = (city.numerator or 0.0) - x, (city.denominator or 0.0) - n
        if x < SMALL_COUNT:
            return Verdict(Finding.COUNTS_ONLY)
        if rest_n <= 0 or rest_x <= 0:
            return Verdict(Finding.REFUSED, reason="no_rest_of_city")
        low, high = (float(end) for end in stats.rate_ratio_interval(x, n, rest_x, rest_n, confidence=confidence))
        return _verdict(low - 1, high - 1, direction)
    base_here, base_city = _base(here), _base(city)
    rest = base_city - base_here
    share = ((city.value or 0.0) * base_city - (here.value or 0.0) * base_here) / rest / 100 if rest > 0 else -1.0
    if not 0 <= share <= 1:  # the city was weighted otherwise than its parts
        rest, share = base_city, (city.value or 0.0) / 100
    low, high = _share_difference((here.value or 0.0) / 100, base_here, share, rest, confidence)
    return _verdict(low, high, direction)


def _refusal(now: Figure, before: Figure, kind: str) -> Verdict | None:
    for figure in (now, before):
        if figure.reason == "opt_in":
            return Verdict(Finding.REFUSED, reason="opt_in")
        counted = kind in ("rate", "count") and figure.numerator is not None
        if not figure.has_value and not (figure.status == Status.TOO_FEW_TO_SAY and counted):
            return Verdict(Finding.REFUSED, reason=figure.reason or str(figure.status))
        if kind in ("share", "score") and not _base(figure):
            return Verdict(Finding.REFUSED, reason="no_sample_size")
    return None


def _of_counts(
    now: Figure, before: Figure, *, direction: str, kind: str, smallest_change: float | None
) -> Verdict:
    x1, x0 = now.numerator or 0.0, before.numerator or 0.0
    if min(x1, x0) < SMALL_COUNT:
        return Verdict(Finding.COUNTS_ONLY, moved=(x1 > x0) - (x1 < x0))
    n1, n0 = (now.denominator or 0.0, before.denominator or 0.0) if kind == "rate" else (1.0, 1.0)
    low, high = (float(end) - 1 for end in stats.rate_ratio_interval(x1, n1, x0, n0))
    verdict = _verdict(low, high, direction)
    rate = before.value or 0.0
    if not verdict.is_clear and smallest_change and max(abs(low), abs(high)) * rate < smallest_change:
        return Verdict(Finding.NO_REAL_CHANGE, low=low, high=high)
    return verdict


def _of_shares(now: Figure, before: Figure, *, direction: str, smallest_change: float | None) -> Verdict:
    low, high = _share_difference(
        (now.value or 0.0) / 100, _base(now), (before.value or 0.0) / 100, _base(before), 0.95
    )
    if smallest_change and -smallest_change < low <= high < smallest_change:
        return Verdict(Finding.NO_REAL_CHANGE, low=low, high=high)
    return _verdict(low, high, direction)


def _share_difference(p1: float, n1: float, p0: float, n0: float, confidence: float) -> tuple[float, float]:
    """The range of p1 - p0 in points."""
    low, high = stats.proportion_difference_interval(p1 * n1, n1, p0 * n0, n0, confidence=confidence)
    return 100 * float(low), 100 * float(high)


def _base(figure: Figure) -> float:
    """What a share rests on: answers after weighting, answers, or the whole that was counted."""
    return float(figure.n_effective or figure.n or figure.denominator or 0)


def _verdict(low: float, high: float, direction: str) -> Verdict:
    if low <= 0 <= high:
        return Verdict(Finding.NO_CLEAR_CHANGE, low=low, high=high)
    moved = 1 if low > 0 else -1
    if direction == "none":
        return Verdict(Finding.CHANGED, moved, low, high)
    good = (moved < 0) == (direction == "fewer")
    return Verdict(Finding.BETTER if good else Finding.WORSE, moved, low, high)
