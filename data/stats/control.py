"""Statistical process control: is this point out of the ordinary for this series, or within its usual range?

Charts of a series of values in time order (XmR), of shares of varying bases (p) and of events over varying bases (u),
and the four rules of the NHS's "Making Data Count". A point that breaks a rule is a change unlikely to be chance;
what changed it, no chart can say.

Missing values are nan. They have no part in the limits, and they end every run: nothing is said across a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from data.stats.intervals import Floats, checked

Mask = npt.NDArray[np.bool_]
Sides = npt.NDArray[np.int8]

POINTS_FOR_LIMITS = 12
"""Limits from fewer points are "trial limits" (NHSRplotthedots): no signal is shown."""
RUN = 7
"""So many in a row on one side, or rising, or falling. Some NHS guides say 6; NHSRplotthedots and this house say 7."""
SIGMAS = 3.0
MOVING_RANGE_PER_SIGMA = 1.128
"""The mean range of two values drawn from a normal curve, in standard deviations (d2 for n = 2)."""
XMR_LIMIT = 2.66
"""3 / 1.128, as printed in every handbook."""
RANGE_LIMIT = 3.267
"""A moving range above this many mean moving ranges is an outlier (D4 for n = 2)."""


@dataclass(frozen=True)
class Signals:
    """Which points are part of a signal, one bool for each point and rule.

    outside: beyond a limit. run: one of seven or more in a row on one side of the centre. trend: one of seven or more
    in a row, each higher (or each lower) than the one before. near_limit: one of two or three points, of three in a
    row on one side, that lie in the outer third between centre and limit.
    """

    outside: Mask
    run: Mask
    trend: Mask
    near_limit: Mask

    @property
    def any(self) -> Mask:
        """The points that are part of any signal."""
        return self.outside | self.run | self.trend | self.near_limit


@dataclass(frozen=True)
class ControlChart:
    """A series, its centre and its limits, each with one number for each point.

    kind: xmr, p, p_prime, u or u_prime. values: the series in its own unit, a share 0 to 1 (p) or events per `per` of
    the base (u); nan is missing. low, high: the limits; what lies between is the usual range. is_trial: the limits come
    from fewer than 12 points, so `signals` are all False. sigma_z: how much wider than chance alone the points spread
    (Laney); 1.0 where it was not asked for.
    """

    kind: str
    values: Floats
    centre: Floats
    low: Floats
    high: Floats
    is_trial: bool
    signals: Signals
    sigma_z: float = 1.0


def xmr(
    values: npt.ArrayLike, baseline: int | None = None, floor: float | None = None, ceiling: float | None = None
) -> ControlChart:
    """The chart of single values: mean ± 2.66 x mean moving range.

    values: (n,) in time order, nan where missing. baseline: take the limits from the first so many points (of these,
    those not missing). floor, ceiling: what the unit allows at least and at most (0 for counts, 100 for percentages);
    the limits are cut there. Moving ranges above 3.267 mean moving ranges are left out of the mean, once, as
    NHSRplotthedots does; never all of them. No value: nan limits. One value: nan limits.

    Raises ValueError for anything but one row of numbers, for an infinite value and for a baseline below 1.
    Source: Wheeler's constants; NHSRplotthedots, ptd_spc_standard.
    """
    x = _series(values=values)[0]
    known = x[_basis(x, baseline)]
    spread = mean_moving_range(known)
    centre = _mean(known)
    return _chart("xmr", x, _full(x, centre), _full(x, spread * XMR_LIMIT / SIGMAS), known, floor, ceiling)


def p_chart(
    events: npt.ArrayLike, bases: npt.ArrayLike, prime: bool = False, baseline: int | None = None
) -> ControlChart:
    """The chart of shares x/n with a base that varies: p ± 3 √(p(1-p)/n), cut at 0 and 1.

    events, bases: (n,) counts in time order. prime: Laney's p', for large bases, where chance alone explains too
    little: the limits are multiplied by sigma_z. A missing count, a missing base and a base of 0 give a missing point.

    Raises ValueError for negative counts, for events above their base, and for rows of different length.
    Source: Montgomery, Introduction to Statistical Quality Control, ch. 7; Laney 2002 (p').
    """
    x, n = _series(events=events, bases=bases)
    if np.any(x > n * (1 + 1e-9)):
        raise ValueError("events is above its base: a share cannot be above 1")
    base = np.where(n > 0, n, np.nan)
    basis = _basis(x / base, baseline)
    share = _ratio(x[basis], base[basis])
    # max: 1 - share can come out below 0 by a rounding.
    sigma = np.sqrt(share * max(1 - share, 0.0) / base)
    return _attributes("p", x / base, share, sigma, basis, prime, ceiling=1.0)


def u_chart(
    events: npt.ArrayLike,
    bases: npt.ArrayLike,
    per: float = 1.0,
    prime: bool = False,
    baseline: int | None = None,
) -> ControlChart:
    """The chart of events over a base that varies (people, arrests, days): u ± 3 √(u/n), cut at 0.

    events, bases: (n,) in time order. per: the values and limits are events per so many of the base. prime: Laney's u',
    as in `p_chart`. A missing count, a missing base and a base of 0 give a missing point.

    Raises ValueError for negative numbers, for per of 0 or below, and for rows of different length.
    Source: Montgomery, ch. 7; Laney 2002 (u').
    """
    if not per > 0:
        raise ValueError(f"per must be above zero: {per}")
    x, n = _series(events=events, bases=bases)
    base = np.where(n > 0, n, np.nan) / per
    basis = _basis(x / base, baseline)
    rate = _ratio(x[basis], base[basis])
    return _attributes("u", x / base, rate, np.sqrt(rate / base), basis, prime)


def stretches(values: Sized, breaks_at: Iterable[int]) -> list[slice]:
    """The stretches of a series that is broken before each place of `breaks_at`, as slices of its points.

    A new definition, boundary, wording or records system starts a new stretch: its first point is the break. Breaks at
    either end change nothing. Raises ValueError for a break outside the series.
    """
    count, inside = len(values), sorted(set(breaks_at))
    if inside and not 0 <= inside[0] <= inside[-1] <= count:
        raise ValueError(f"a break lies outside the {count} points: {inside}")
    edges = sorted({0, count, *inside})
    return [slice(start, end) for start, end in pairwise(edges)]


def usual_range(
    values: npt.ArrayLike,
    breaks_at: Iterable[int] = (),
    floor: float | None = None,
    ceiling: float | None = None,
) -> list[ControlChart]:
    """A chart for each stretch of a series between its breaks, in order; nothing is compared across a break.

    The charts, one after the other, have as many points as `values`. Errors as `xmr` and `stretches`.
    """
    (x,) = _series(values=values)
    return [xmr(x[part], floor=floor, ceiling=ceiling) for part in stretches(x, breaks_at)]


def last_point(chart: ControlChart) -> int | None:
    """The place of the last point that has a value; None where none has."""
    known = np.flatnonzero(~np.isnan(chart.values))
    return int(known[-1]) if len(known) else None


def last_signal(chart: ControlChart) -> str | None:
    """What the chart says at its last point with a value, as one word; None where nothing is out of the ordinary.

    The strongest of outside_high, outside_low; run_high, run_low (side of the centre); rising, falling; near_high,
    near_low. A point that a signal has left behind carries none.
    """
    at = last_point(chart)
    if at is None:
        return None
    is_high = bool(chart.values[at] > chart.centre[at])
    if chart.signals.outside[at]:
        return "outside_high" if is_high else "outside_low"
    if chart.signals.run[at]:
        return "run_high" if is_high else "run_low"
    if chart.signals.trend[at]:
        return "rising" if chart.values[at] > chart.values[at - 1] else "falling"
    if chart.signals.near_limit[at]:
        return "near_high" if is_high else "near_low"
    return None


def signal_began(chart: ControlChart) -> int | None:
    """The place of the first point of the signal that `last_signal` names; None where there is none.

    A run began with the first point on that side, a trend with the point it rose (or fell) from.
    """
    signal, at = last_signal(chart), last_point(chart)
    if signal is None or at is None:
        return None
    side = _sides(chart.values, chart.centre)
    if signal.startswith("near"):
        return int(np.flatnonzero(chart.signals.near_limit[max(at - 2, 0) : at + 1])[0]) + max(at - 2, 0)
    if signal in ("rising", "falling"):
        steps = _steps(chart.values)
        while at > 0 and steps[at] == steps[at - 1]:
            at -= 1
        return at - 1
    belongs = side == side[at]
    if signal.startswith("outside"):
        belongs &= chart.signals.outside
    while at > 0 and belongs[at - 1]:
        at -= 1
    return at


def moved(chart: ControlChart) -> tuple[int | None, ...]:
    """The way each point that is part of a signal moved: to a side of the centre, or along a row that rises or falls.

    1 up, -1 down; 0 for the other points, None for those without a value.
    """
    signals, steps = chart.signals, np.diff(chart.values)
    by_side = signals.outside | signals.run | signals.near_limit
    found: list[int | None] = []
    for at, side in enumerate(np.sign(chart.values - chart.centre)):
        if np.isnan(side):
            found.append(None)
        elif by_side[at]:
            found.append(int(side))
        elif signals.trend[at]:  # the first of a row is where it rose or fell from
            found.append(int(np.sign(steps[at - 1] if at and signals.trend[at - 1] else steps[at])))
        else:
            found.append(0)
    return tuple(found)


def mean_moving_range(values: npt.ArrayLike, screen: bool = True) -> float:
    """The mean of |each value - the one before|, in the unit of the values; nan where no two values touch.

    screen: leave out ranges above 3.267 times the mean, once. Where only ranges of 0 would remain (a series that
    hardly ever moves), none is left out: limits without any width would call every point unusual.
    """
    ranges = np.abs(np.diff(_series(values=values)[0]))
    ranges = ranges[~np.isnan(ranges)]
    if not len(ranges):
        return float("nan")
    kept = ranges[ranges <= RANGE_LIMIT * ranges.mean()] if screen else ranges
    return float(kept.mean()) if kept.any() else float(ranges.mean())


def seven_on_one_side(sides: npt.ArrayLike) -> Mask:
    """True at each point that completes seven in a row on one side: sides (n,) of 1 above, -1 below, 0 on it.

    Eight on one side are True at the seventh and the eighth. Source: NHSRplotthedots, ptd_seven_point_one_side_mean.
    """
    return _row_of(np.asarray(sides, dtype=np.int8), RUN)


def seven_in_a_trend(values: npt.ArrayLike) -> Mask:
    """True at each point that completes seven in a row, each above (or each below) the one before; nan ends a row.

    Two equal values end it too. Source: NHSRplotthedots, ptd_seven_point_trend.
    """
    return _row_of(_steps(_series(values=values)[0]), RUN - 1)


def part_of_seven(completes: npt.ArrayLike) -> Mask:
    """True at the seven points up to each True: a completed run or trend marks all who are part of it."""
    flags = np.asarray(completes, dtype=bool)
    reached = np.convolve(flags[::-1], np.ones(RUN, dtype=np.int64))[: len(flags)] if len(flags) else flags
    return np.asarray(reached[::-1] > 0)


def two_of_three(near: npt.ArrayLike, sides: npt.ArrayLike) -> Mask:
    """True at the near points of three in a row, all on one side, of which two or three are near their limit.

    near: (n,) True in the outer third and inside the limit. sides: as in `seven_on_one_side`.
    Source: NHSRplotthedots, ptd_two_in_three.
    """
    is_near, side = np.asarray(near, dtype=bool), np.asarray(sides, dtype=np.int64)
    found = np.zeros(len(is_near), dtype=bool)
    for start in range(len(is_near) - 2):
        three = slice(start, start + 3)
        found[three] |= is_near[three].sum() >= 2 and abs(side[three].sum()) == 3
    return np.asarray(found & is_near)


def _attributes(
    kind: str, values: Floats, centre: float, sigma: Floats, basis: Mask, prime: bool, ceiling: float | None = None
) -> ControlChart:
    """A p or u chart of its values, its centre and the standard deviation that chance gives each."""
    sigma_z = 1.0
    if prime:
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(basis, (values - centre) / sigma, np.nan)
        spread = mean_moving_range(np.where(np.isfinite(z), z, np.nan), screen=False)
        sigma_z = spread / MOVING_RANGE_PER_SIGMA if spread > 0 else 1.0
    name = f"{kind}_prime" if prime else kind
    return _chart(name, values, _full(values, centre), sigma * sigma_z, values[basis], 0.0, ceiling, sigma_z)


def _chart(
    kind: str,
    values: Floats,
    centre: Floats,
    sigma: Floats,
    basis: Floats,
    floor: float | None,
    ceiling: float | None,
    sigma_z: float = 1.0,
) -> ControlChart:
    """The chart with limits at three sigmas, and the signals that they give."""
    low, high = centre - SIGMAS * sigma, centre + SIGMAS * sigma
    is_trial = int((~np.isnan(basis)).sum()) < POINTS_FOR_LIMITS
    sides = _sides(values, centre)
    # A limit that a value only reaches, give or take a rounding, is not passed.
    outside = (sides != 0) & (_sides(values, low) < 0) | (sides != 0) & (_sides(values, high) > 0)
    near = ~outside & (np.abs(values - centre) > sigma * SIGMAS * 2 / 3) & (sides != 0)
    signals = Signals(
        outside=outside,
        run=part_of_seven(seven_on_one_side(sides)),
        trend=part_of_seven(seven_in_a_trend(values)),
        near_limit=two_of_three(near, sides),
    )
    if is_trial:
        signals = Signals(*(np.zeros(len(values), dtype=bool) for _ in range(4)))
    low, high = np.clip(low, floor, ceiling), np.clip(high, floor, ceiling)
    return ControlChart(kind, values, centre, low, high, is_trial, signals, sigma_z)


def _series(**rows: npt.ArrayLike) -> list[Floats]:
    """Rows of one length, as floats; counts and bases may not be negative, values may. No infinity."""
    arrays = [np.asarray(row, dtype=np.float64) for row in rows.values()]
    for name, array in zip(rows, arrays, strict=True):
        if array.ndim != 1:
            raise ValueError(f"{name} must be one row of numbers, not of shape {array.shape}")
        if len(array) != len(arrays[0]):
            raise ValueError(f"{name} has {len(array)} points, {next(iter(rows))} has {len(arrays[0])}")
        if np.isinf(array).any():
            raise ValueError(f"{name} has an infinite value")
    return arrays if "values" in rows else checked(**rows)


def _basis(values: Floats, baseline: int | None) -> Mask:
    """The points that the limits come from, as places; missing ones among the first stay, so that they break ranges."""
    if baseline is not None and baseline < 1:
        raise ValueError(f"baseline must be 1 or more: {baseline}")
    return np.arange(len(values)) < (len(values) if baseline is None else baseline)


def _steps(values: Floats) -> Sides:
    """1 where a value is above the one before, -1 below, 0 equal, missing or first."""
    return np.nan_to_num(np.sign(np.diff(values, prepend=np.nan))).astype(np.int8)


def _sides(values: Floats, line: Floats) -> Sides:
    """1 above the line, -1 below, 0 on it (give or take a rounding) or missing."""
    size = np.nanmax(np.abs(values), initial=0.0)
    side = np.where(np.abs(values - line) <= 1e-9 * np.abs(line) + 1e-12 * size, 0, np.sign(values - line))
    return np.nan_to_num(side).astype(np.int8)


def _row_of(signs: Sides, length: int) -> Mask:
    """True at each point that completes `length` equal signs in a row; zeros count for nothing."""
    completes = np.zeros(len(signs), dtype=bool)
    if len(signs) >= length:
        sums = np.convolve(signs.astype(np.int64), np.ones(length, dtype=np.int64), mode="valid")
        completes[length - 1 :] = np.abs(sums) == length
    return completes


def _full(values: Floats, number: Floats | float) -> Floats:
    return np.full(len(values), number, dtype=np.float64)


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if (~np.isnan(values)).any() else float("nan")


def _ratio(events: Floats, bases: Floats) -> float:
    """All events over all bases, of the points that have both."""
    known = ~np.isnan(events) & ~np.isnan(bases)
    return float(events[known].sum() / bases[known].sum()) if known.any() else float("nan")
