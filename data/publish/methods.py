"""How an evaluation is worked out: a case with its counts, and each method's effect; pure (docs/statistics.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from data import periods
from data.periods import Period
from data.publish.windows import GRAINS, Series, pieces
from data.stats import effects
from data.stats.intervals import Floats, rate_ratio_interval

HARMONICS = {"month": 2, "quarter": 1, "year": 0}
LOOK_BACK = {"month": 36, "quarter": 12, "year": 10}
"""How many periods back from the end of `before` trends are compared."""
LEAST_FOR_TRENDS = 6


@dataclass(frozen=True)
class Effect:
    """estimate, low, high: events, below 0 for fewer; ratio: value, low and high, where the method has one."""

    estimate: float
    low: float
    high: float
    ratio: tuple[float, float, float] | None = None
    few_areas: bool | None = None


@dataclass(frozen=True)
class Case:
    """One evaluation with its windows, its areas by role and the published counts of its measure."""

    row: Mapping[str, Any]
    before: Period
    after: Period
    areas: Mapping[str, list[str]]
    series: Series
    seasonal: bool
    released_on: date
    grain: str = ""

    @property
    def method(self) -> str:
        """The code of the method that was declared."""
        return str(self.row["method"])

    @cached_property
    def places(self) -> list[str]:
        """Ids of all areas, of any role."""
        return [place for places in self.areas.values() for place in places]

    @cached_property
    def events(self) -> dict[str, effects.Pair]:
        """Events before and after of each place."""
        return {
            place: (
                float(self.series.of(place, self.before, self.grain).sum()),
                float(self.series.of(place, self.after, self.grain).sum()),
            )
            for place in self.places
        }

    def total(self, role: str) -> effects.Pair:
        """Events before and after in all areas of a role."""
        pairs = [self.events[place] for place in self.areas.get(role, [])]
        return sum(one for one, _ in pairs), sum(one for _, one in pairs)

    def count(self, role: str) -> int:
        """How many areas have a role."""
        return len(self.areas.get(role, []))


def _before_after(case: Case) -> Effect:
    before, after = case.total("treated")
    low, high = (float(end) for end in rate_ratio_interval(after, 1, before, 1))
    ratio = (after / before, low, high)
    estimate, lowest, highest = (before * (one - 1) for one in ratio)
    return Effect(estimate, lowest, highest, ratio)


def _displacement_difference(case: Case) -> Effect:
    control, near, near_control = case.count("comparison"), case.count("buffer"), case.count("buffer_comparison")
    weight = control / case.count("treated")
    if near and not near_control:  # the comparison areas stand for both, and weigh as much as for both
        weight = 1 / (1 / weight + near / control)
    found = effects.weighted_displacement_difference(
        case.total("treated"),
        case.total("comparison"),
        case.total("buffer"),
        case.total("buffer_comparison") if near else (0, 0),
        area_weights=(1, weight, 1, near_control / near if near and near_control else 1),
    )
    return Effect(found.estimate, found.low, found.high)


def _difference_in_differences(case: Case) -> Effect:
    places = [*case.areas["treated"], *case.areas["comparison"]]
    grain = case.grain
    rows = [
        (events, place, place in case.areas["treated"], is_after)
        for place in places
        for is_after, window in ((False, case.before), (True, case.after))
        for events in case.series.of(place, window, grain)
    ]
    events, areas, is_treated, is_after = (np.array(column) for column in zip(*rows, strict=True))
    found = effects.poisson_difference_in_differences(events, areas, is_treated, is_after)
    # With a handful of areas the spread between them may look like nothing: no range is narrower than counts allow.
    chance = 1.959964 * float(np.sqrt(sum(1 / one for one in (*case.total("treated"), *case.total("comparison")))))
    low = min(found.low, found.ratio * float(np.exp(-chance)))
    high = max(found.high, found.ratio * float(np.exp(chance)))
    return _of_ratio(case, (found.ratio, low, high), found.few_areas)


def _interrupted_series(case: Case) -> Effect:
    grain = case.grain
    before, after = (pieces(window, grain) for window in (case.before, case.after))
    between = _between(case)
    starts_at = len(before) + len(pieces(between, grain) if between else [])

    def counts(role: str) -> Floats:
        parts = [
            sum(case.series.of(place, window, grain) for place in case.areas[role])
            for window in (case.before, case.after)
        ]
        gap = np.full(starts_at - len(before), np.nan)  # the time of setting up is neither
        return np.concatenate([np.asarray(parts[0]), gap, np.asarray(parts[1])])

    shape: dict[str, Any] = {"period": GRAINS[grain], "harmonics": HARMONICS[grain]}
    if case.count("comparison"):
        found = effects.controlled_interrupted_series(counts("treated"), counts("comparison"), starts_at, **shape)
    else:
        found = effects.interrupted_series(counts("treated"), starts_at, **shape)
    assert len(found.fitted) == starts_at + len(after)
    return _of_ratio(case, (found.ratio, found.low, found.high), None)


METHODS = {
    "before_after": _before_after,
    "displacement_difference": _displacement_difference,
    "difference_in_differences": _difference_in_differences,
    "interrupted_series": _interrupted_series,
}


def _of_ratio(case: Case, ratio: tuple[float, float, float], few_areas: bool | None) -> Effect:
    """Events after, less those that the ratio leads to expect: after - after / ratio."""
    after = case.total("treated")[1]
    estimate, low, high = (after - after / one for one in ratio)
    return Effect(estimate, low, high, ratio, few_areas)


def displaced_of(case: Case) -> tuple[float, float, float] | None:
    """What changed nearby beyond its own comparison, else the comparison areas, else beyond nothing; with its range."""
    near = case.count("buffer")
    if not near:
        return None
    beside = next((role for role in ("buffer_comparison", "comparison") if case.count(role)), None)
    control = case.total(beside) if beside else (0.0, 0.0)
    weight = case.count(beside) / near if beside else 1
    found = effects.weighted_displacement_difference(case.total("buffer"), control, area_weights=(1, weight, 1, 1))
    return found.estimate, found.low, found.high


def trends_of(case: Case) -> str:
    """Did treated and comparison areas run alike before? By the last LOOK_BACK periods up to the end of `before`."""
    if not case.grain:
        return "too_short"
    sides: tuple[list[float], list[float]] = ([], [])
    day = case.before.end
    for _ in range(LOOK_BACK[case.grain]):
        piece = periods.of(day, case.grain)  # type: ignore[arg-type]
        events = [
            sum(float(case.series.of(place, piece, case.grain).sum()) for place in case.areas[role])
            for role in ("treated", "comparison")
        ]
        if np.isnan(events).any() or case.series.has_break(piece.start, case.before.end):
            break
        for side, one in zip(sides, events, strict=True):
            side.append(one)
        day = piece.start - timedelta(days=1)
    treated, comparison = (side[::-1] for side in sides)
    if len(treated) < LEAST_FOR_TRENDS or not (sum(treated) and sum(comparison)):
        return "too_short"
    told = sum(one + other > 0 for one, other in zip(treated, comparison, strict=True))
    if told < LEAST_FOR_TRENDS:
        return "too_short"
    low, high = effects.trend_ratio(treated, comparison)
    return "alike" if low <= 1 <= high else "differ"


def _between(case: Case) -> Period | None:
    """The time between before and after, where there is any."""
    first, last = case.before.end + timedelta(days=1), case.after.start - timedelta(days=1)
    return periods.span(first, last) if first <= last else None
