"""A series of one place: within its usual ups and downs, or a change that is not likely to be chance.

A control chart from the last break on: of single values (XmR) for months and quarters, of events over residents (u)
for years. Where months differ by season each is first divided by the mean of its own month, so that a summer is not
taken for a change: docs/decisions/0009-seasons-in-control-charts.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from data import periods
from data.figures import Figure, Status
from data.periods import Period
from data.stats import Floats, control
from data.verdicts.context import CITY, Context

LEAST_MEAN = 5.0
"""Events a period, on average. Below it seven months in a row below the mean are common by chance alone."""
YEARS_FOR_SEASONS = 2
A_YEAR = {"month": 12, "quarter": 4, "year": 1}


class SeriesFinding(StrEnum):
    """What may be said of a series at its last point."""

    USUAL = "usual"
    SIGNAL = "signal"
    TOO_SHORT = "too_short"
    TOO_FEW = "too_few"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class SeriesVerdict:
    """What a series says at its last point, and its usual range.

    step: month, quarter or year. periods: codes of the points since the last break, in order, none left out. values,
    centre, low, high: a number for each, in `unit`; nan is missing (hidden, early, incomplete, not reported). Centre
    and limits follow the season where `is_seasonal`, the residents of each year where `is_by_base`, and allow for years
    that differ by more than chance where `is_wider`; nan unless USUAL or SIGNAL. moved: the way each point that is part
    of a signal moved, 0 for others, None where it is not judged. signal: as `control.last_signal` names
    it. since: code of the first period of that signal. length: points in it. have, need:
    known points, and how many the finding asks for.
    """

    finding: SeriesFinding
    step: str
    unit: str
    periods: tuple[str, ...]
    values: Floats
    centre: Floats
    low: Floats
    high: Floats
    have: int
    need: int
    moved: tuple[int | None, ...] = ()
    is_seasonal: bool = False
    is_by_base: bool = False
    is_wider: bool = False
    signal: str | None = None
    since: str | None = None
    length: int = 0

    @property
    def last(self) -> int:
        """The place of the last known point."""
        return int(np.flatnonzero(~np.isnan(self.values))[-1])


def series_verdict(context: Context, figures: Sequence[Figure]) -> SeriesVerdict | None:
    """What the months (or quarters, or years) of one measure in one place say.

    figures: of one place, in any order; the shortest periods among them make the series. Months and quarters are
    counted in events; years in the measure's unit. None where there is no series of a count or a rate with two points.
    Raises ValueError for figures of two places, and for another measure than the context's.
    """
    if len({figure.neighborhood for figure in figures}) > 1 or {figure.measure for figure in figures} - {
        context.measure
    }:
        raise ValueError(f"a series is one place of {context.measure}")
    if context.kind not in ("rate", "count"):
        return None
    by_step: dict[str, dict[Period, Figure]] = {step: {} for step in A_YEAR}
    for figure in figures:
        period = context.period_of(figure)
        kind = "year" if period.kind == "fiscal" else period.kind
        if kind in by_step and figure.group == "all":
            by_step[kind][period] = figure
    step = next((step for step, found in by_step.items() if len(found) > 1), None)
    if step is None:
        return None
    found = by_step[step]
    # A period that a break cuts in two belongs to neither side.
    last_break = context.breaks[-1].on if context.breaks else None
    kept = [period for period in _every(sorted(found), step) if last_break is None or period.start >= last_break]
    # The same areas are left out of a city each time; of a place, nobody knows which events are.
    all_partial = all(one.reason == "partial_coverage" and one.neighborhood == CITY for one in found.values())
    counts = np.array([settled(context, found.get(period), all_partial) for period in kept], dtype=np.float64)
    bases = np.ones(len(kept))
    if step == "year" and context.kind == "rate":
        bases = np.array([_thousands(found.get(period)) for period in kept], dtype=np.float64)
    is_hidden = any(found[period].status == Status.WITHHELD for period in kept if period in found)
    return _judged(context, step, kept, counts, bases, is_hidden)


def season_factors(values: Floats, a_year: int) -> Floats:
    """What each point is divided by to take its season out: the mean of its month over the mean of all months.

    values: (n,) in time order, nan where missing. a_year: points a year. From whole years only, counted back from the
    end, so that a rise over the years does not pass for a season; 1.0 where a month has no events or no value.
    Raises ValueError for less than two whole years.
    """
    years = len(values) // a_year
    if years < YEARS_FOR_SEASONS:
        raise ValueError(f"seasons need {YEARS_FOR_SEASONS} years of points, not {len(values)} points")
    whole = values[len(values) - years * a_year :].reshape(years, a_year)
    known = ~np.isnan(whole)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(known, whole, 0.0).sum(axis=0) / known.sum(axis=0)
        factors = means / np.nanmean(means)
    factors = np.where(factors > 0, factors, 1.0)
    return np.asarray(np.roll(np.resize(factors, years * a_year + a_year), len(values) % a_year)[: len(values)])


def _judged(
    context: Context, step: str, kept: Sequence[Period], counts: Floats, bases: Floats, is_hidden: bool
) -> SeriesVerdict | None:
    a_year = A_YEAR[step]
    is_seasonal = context.seasonal and a_year > 1
    need = max(control.POINTS_FOR_LIMITS, YEARS_FOR_SEASONS * a_year if is_seasonal else 0)
    values = counts / bases
    known = ~np.isnan(values)
    have = int(known.sum())
    unknown = np.full(len(values), np.nan)
    codes = tuple(period.code for period in kept)
    unit = context.unit if step == "year" else "events"

    def undecided(finding: SeriesFinding) -> SeriesVerdict:
        return SeriesVerdict(finding, step, unit, codes, values, unknown, unknown, unknown, have, need)

    if is_hidden:  # what may be shown are the larger figures: they would put the usual range too high
        return undecided(SeriesFinding.HIDDEN)
    if not have:
        return None
    if have < control.POINTS_FOR_LIMITS or len(values) < need:
        return undecided(SeriesFinding.TOO_SHORT)
    if float(counts[known].mean()) < LEAST_MEAN:
        return undecided(SeriesFinding.TOO_FEW)
    factors = season_factors(values, a_year) if is_seasonal else np.ones(len(values))
    chart = _years(counts, bases) if step == "year" else control.xmr(values / factors, floor=0.0)
    by_base = step == "year" and context.kind == "rate"
    signal, began, last = control.last_signal(chart), control.signal_began(chart), control.last_point(chart)
    assert last is not None
    return SeriesVerdict(
        finding=SeriesFinding.USUAL if signal is None else SeriesFinding.SIGNAL,
        step=step,
        unit=unit,
        periods=codes,
        values=values,
        centre=chart.centre * factors,
        low=chart.low * factors,
        high=chart.high * factors,
        have=have,
        need=need,
        moved=control.moved(chart),
        is_seasonal=is_seasonal,
        is_by_base=by_base,
        is_wider=chart.sigma_z > 1,
        signal=signal,
        since=None if began is None else codes[began],
        length=0 if began is None else last - began + 1,
    )


def _years(counts: Floats, bases: Floats) -> control.ControlChart:
    """Years as a u chart; Laney's wider limits where they differ by more than chance, never narrower ones."""
    chart = control.u_chart(counts, bases, prime=True)
    return chart if chart.sigma_z > 1 else control.u_chart(counts, bases)


def _every(found: Sequence[Period], step: str) -> list[Period]:
    """Every period from the first to the last, those without a figure too."""
    every, number = [found[0]], found[0]
    while number.end < found[-1].end:
        number = _next(number, step)
        every.append(number)
    return every


def _next(period: Period, step: str) -> Period:
    if period.kind == "fiscal":
        year = int(period.code.removeprefix("FY")) + 1
        return periods.parse(f"FY{year}", fiscal_start_month=period.start.month)
    months = 12 // A_YEAR[step]
    year, month = divmod(period.start.year * 12 + period.start.month - 1 + months, 12)
    return periods.of(period.start.replace(year=year, month=month + 1), step)  # type: ignore[arg-type]


def settled(context: Context, figure: Figure | None, all_partial: bool = False) -> float:
    """The events of a point; nan where it is hidden, may still grow, or covers only a part."""
    if figure is None or figure.status in (Status.WITHHELD, Status.PROVISIONAL) or context.is_incomplete(figure):
        return math.nan
    if figure.reason == "partial_coverage" and not all_partial:
        return math.nan
    return math.nan if figure.numerator is None else float(figure.numerator)


def _thousands(figure: Figure | None) -> float:
    """Thousands of residents; nan where nobody is known to live there."""
    return figure.denominator / 1000 if figure is not None and figure.denominator else math.nan
