"""Did a program change anything? Comparisons that need a comparison area or a long series, never before/after alone.

None of these proves a cause: areas are chosen for a reason, other things change too, and displaced crime may lie
outside every area that was counted. Counts are taken as full counts of events; a zero is a count.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from data.stats.intervals import Floats, checked, normal_quantile

Pair = tuple[float, float]
"""Events before and after."""

FEW_AREAS = 40
"""With fewer clusters than this, cluster-robust ranges are too narrow (Angrist & Pischke 2009, ch. 8: 42)."""


@dataclass(frozen=True)
class DisplacementDifference:
    """How many events fewer (negative) or more than the comparison areas lead to expect, and the range of that.

    estimate: events per unit of time and area weight (events, where no weights are given); standard_error, low, high
    in the same unit. local: the part of the treated area. displaced: the part of the area around it; above 0 speaks
    for displacement, below 0 for a wider benefit. z: estimate over standard error, nan where every count is 0.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    z: float
    local: float
    displaced: float


@dataclass(frozen=True)
class DisplacementQuotient:
    """Bowers and Johnson's quotient and what goes with it; each None where it must not be read.

    quotient: above 0 the benefit spread, -1 to 0 displacement took part of it, below -1 more than all of it.
    net_effect: Rb/Cb - Ra/Ca, above 0 an improvement. buffer: Da/Ca - Db/Cb, above 0 displacement. total_net_effect:
    events. gross_effect: events fewer in the response area, without any comparison. reason: why quotient and
    total_net_effect are None: zero_counts, did_not_improve (the response area fared no better than the control area:
    there is no effect that could have moved).
    """

    quotient: float | None
    net_effect: float | None
    buffer: float | None
    total_net_effect: float | None
    gross_effect: float
    reason: str | None = None


@dataclass(frozen=True)
class RatioEffect:
    """A rate in the treated areas after, over what the comparison leads to expect; 0.88 is 12% lower.

    low, high: its range. areas: how many clusters the range rests on; `few_areas` where they are too few for it.
    """

    ratio: float
    low: float
    high: float
    areas: int
    few_areas: bool


@dataclass(frozen=True)
class Interruption:
    """A series before and after a moment.

    ratio: the level after over the level the trend leads to expect, with its range. slope_ratio: where asked for, the
    factor by which the yearly trend changed. trend_per_year: the factor per year before. dispersion: how many times
    more the series varies than counts do by chance. fitted: (n,) what the model says; expected: (n,) the same had
    nothing happened; both in events, nan where the count is missing.
    """

    ratio: float
    low: float
    high: float
    trend_per_year: float
    dispersion: float
    fitted: Floats
    expected: Floats
    slope_ratio: float | None = None


def weighted_displacement_difference(
    treated: Pair,
    control: Pair,
    displacement: Pair = (0, 0),
    displacement_control: Pair = (0, 0),
    *,
    time_weights: Pair = (1, 1),
    area_weights: tuple[float, float, float, float] = (1, 1, 1, 1),
    confidence: float = 0.95,
) -> DisplacementDifference:
    """(T1 - T0) - (C1 - C0) + (D1 - D0) - (DC1 - DC0), with the Poisson standard error √(sum of the counts).

    Each pair is events before and after. time_weights: length of the time before and after (2, 1 where the time before
    was twice as long). area_weights: size of the treated, control, displacement and displacement control area. With
    weights each count is divided by its weight, and its variance by the square. A normal approximation: not for tiny
    counts. Raises ValueError for negative counts and for weights of 0 or below.
    Source: Wheeler & Ratcliffe 2018, Crime Science 7:11; weights as in the author's ptools.
    """
    counts = _counts(treated, control, displacement, displacement_control)
    weights = np.outer(np.asarray(area_weights, dtype=np.float64), np.asarray(time_weights, dtype=np.float64))
    if weights.shape != (4, 2) or not (weights > 0).all():
        raise ValueError("weights must be above zero: two of time, four of area")
    changes = (counts / weights) @ np.array([-1.0, 1.0])
    local, displaced = float(changes[0] - changes[1]), float(changes[2] - changes[3])
    error = float(np.sqrt((counts / weights**2).sum()))
    reach = normal_quantile(confidence) * error
    estimate = local + displaced
    z = estimate / error if error else float("nan")
    return DisplacementDifference(estimate, error, estimate - reach, estimate + reach, z, local, displaced)


def weighted_displacement_quotient(response: Pair, control: Pair, displacement: Pair) -> DisplacementQuotient:
    """WDQ = (Da/Ca - Db/Cb) / (Ra/Ca - Rb/Cb), with the net, total net and gross effects.

    Each pair is events before (b) and after (a). Refused, with a reason instead of a number, where a count that is
    divided by is zero and where the response area did not improve against the control. It has no standard error:
    prefer `weighted_displacement_difference`. Raises ValueError for negative counts.
    Source: Bowers & Johnson 2003; POP Center, Tool Guide 10 (Guerette 2009), appendices B and C.
    """
    (before, after), (control_before, control_after), (near_before, near_after) = _counts(
        response, control, displacement
    ).tolist()
    gross = before - after
    if 0 in (before, control_before, control_after, near_before):
        return DisplacementQuotient(None, None, None, None, gross, "zero_counts")
    success = after / control_after - before / control_before
    buffer = near_after / control_after - near_before / control_before
    if success >= 0:
        return DisplacementQuotient(None, -success, buffer, None, gross, "did_not_improve")
    growth = control_after / control_before
    total = (before * growth - after) + (near_before * growth - near_after)
    return DisplacementQuotient(buffer / success, -success, buffer, total, gross)


def difference_in_differences(
    treated: Pair, control: Pair, standard_errors: tuple[float, float, float, float] | None = None
) -> tuple[float, float | None]:
    """(T1 - T0) - (C1 - C0) of four means, in their unit, and its standard error where those of the means are given.

    standard_errors: of T0, T1, C0, C1; the four samples taken as independent. Needs trends that ran alike before: draw
    them. Raises ValueError for a negative standard error. Source: Card & Krueger 1994, table 3.
    """
    estimate = (treated[1] - treated[0]) - (control[1] - control[0])
    if standard_errors is None:
        return estimate, None
    (errors,) = checked(standard_errors=standard_errors)
    return estimate, float(np.sqrt(np.square(errors).sum()))


def poisson_difference_in_differences(
    events: npt.ArrayLike,
    areas: npt.ArrayLike,
    is_treated: npt.ArrayLike,
    is_after: npt.ArrayLike,
    populations: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> RatioEffect:
    """The ratio of two ratios by Poisson regression: treated x after, errors robust and clustered by area.

    All (n,), one row for each area and period: events; a name or number of the area; whether the area is treated;
    whether the period lies after; the people at risk (an offset), where they are known. The range uses Student's t with
    areas - 1 degrees of freedom. Rows without events count or population are left out.

    Raises ValueError for different lengths, negative numbers, a population of 0, fewer than two treated or two
    comparison areas, or a cell (treated or not, before or after) without any event.
    Source: Wooldridge 2023, Econometrics Journal 26(3) (Poisson with treat x post); Cameron & Miller 2015 (clusters).
    """
    normal_quantile(confidence)
    x, people = _counts_and_people(events, populations)
    group, treated, after = np.asarray(areas), np.asarray(is_treated, dtype=bool), np.asarray(is_after, dtype=bool)
    if not len(x) == len(group) == len(treated) == len(after):
        raise ValueError("events, areas, is_treated and is_after must have one length")
    known = ~np.isnan(x) & ~np.isnan(people)
    x, people, group, treated, after = x[known], people[known], group[known], treated[known], after[known]
    for side in (treated, ~treated):
        if len(np.unique(group[side])) < 2:
            raise ValueError("needs at least two treated and two comparison areas")
        if not (x[side & after].sum() > 0 and x[side & ~after].sum() > 0):
            raise ValueError("no events before or after in the treated or the comparison areas")
    clusters = np.unique(group, return_inverse=True)[1]
    design = np.column_stack([np.ones(len(x)), treated, after, treated & after]).astype(np.float64)
    fit = _fitted(x, design, np.log(people), cov_type="cluster", cov_kwds={"groups": clusters})
    count = int(clusters.max()) + 1
    reach = float(special.stdtrit(count - 1, (1 + confidence) / 2) * fit.bse[3])
    effect = float(fit.params[3])
    low, high = np.exp(effect - reach), np.exp(effect + reach)
    return RatioEffect(float(np.exp(effect)), float(low), float(high), count, count < FEW_AREAS)


def interrupted_series(
    events: npt.ArrayLike,
    starts_at: int,
    populations: npt.ArrayLike | None = None,
    *,
    period: int = 12,
    harmonics: int = 2,
    slope_changes: bool = False,
    confidence: float = 0.95,
) -> Interruption:
    """The level after a moment against level, trend and seasons before: quasi-Poisson, harmonics, offset log(people).

    The range grows with the spread of the series, and is never narrower than chance alone makes it.

    events: (n,) counts of equal periods in time order, nan where missing. starts_at: place of the first period after.
    populations: (n,) people at risk. period: periods in a year (12 for months), for the seasons and the yearly trend;
    harmonics: pairs of sine and cosine. slope_changes: let the trend change too.

    One series cannot exclude what else happened at that time. Raises ValueError for negative numbers, different
    lengths, a population of 0, a moment that leaves no known period or no event before or after, and fewer known
    periods than twice the numbers to fit.
    Source: Lopez Bernal, Cummins & Gasparrini 2017, Int. J. Epidemiol. 46:348.
    """
    x, people = _counts_and_people(events, populations)
    time = np.arange(len(x), dtype=np.float64)
    after = (time >= starts_at).astype(np.float64)
    columns = [np.ones(len(x)), after, time]
    if slope_changes:
        columns.append(np.maximum(time - starts_at, 0.0))
    for turn in range(1, harmonics + 1):
        angle = 2 * np.pi * turn * time / period
        columns += [np.sin(angle), np.cos(angle)]
    design = np.column_stack(columns)
    known = ~np.isnan(x) & ~np.isnan(people)
    if not 0 < after[known].sum() < known.sum():
        raise ValueError(f"no known period before or none after place {starts_at}")
    if known.sum() < 2 * design.shape[1]:
        raise ValueError(f"{int(known.sum())} known periods are too few to fit {design.shape[1]} numbers")
    if not (x[known & (after > 0)].sum() > 0 and x[known & (after == 0)].sum() > 0):
        raise ValueError(f"no events before or after place {starts_at}")
    offset = np.log(people)
    fit = _fitted(x[known], design[known], offset[known])
    coefficients, effect, spread = np.asarray(fit.params), float(fit.params[1]), _spread(fit)
    reach = normal_quantile(confidence) * float(fit.bse[1]) * np.sqrt(max(1.0, spread))
    without = coefficients.copy()
    without[1] = 0.0
    if slope_changes:
        without[3] = 0.0
    missing = np.where(known, 0.0, np.nan)
    return Interruption(
        ratio=float(np.exp(effect)),
        low=float(np.exp(effect - reach)),
        high=float(np.exp(effect + reach)),
        trend_per_year=float(np.exp(coefficients[2] * period)),
        dispersion=spread,
        fitted=np.exp(design @ coefficients + offset) + missing,
        expected=np.exp(design @ without + offset) + missing,
        slope_ratio=float(np.exp(coefficients[3] * period)) if slope_changes else None,
    )


def controlled_interrupted_series(
    events: npt.ArrayLike,
    control: npt.ArrayLike,
    starts_at: int,
    populations: npt.ArrayLike | None = None,
    control_populations: npt.ArrayLike | None = None,
    *,
    period: int = 12,
    harmonics: int = 2,
    confidence: float = 0.95,
) -> Interruption:
    """The same against a second series that nothing was done to: treated x after is what changed beyond the control.

    control: (n,) the other series, over the same periods. Each series has a level and a trend of its own; the change
    at the moment and the seasons are shared. fitted and expected are those of the treated series; expected is what the
    control's change leads to expect. Errors as `interrupted_series`, for either series.
    Source: Lopez Bernal, Cummins & Gasparrini 2018, Int. J. Epidemiol. 47:2082.
    """
    x, people = _counts_and_people(events, populations)
    other, others = _counts_and_people(control, control_populations)
    if len(x) != len(other):
        raise ValueError(f"events and control must have one length: {len(x)}, {len(other)}")
    size = len(x)
    time = np.tile(np.arange(size, dtype=np.float64), 2)
    treated = np.repeat([1.0, 0.0], size)
    after = (time >= starts_at).astype(np.float64)
    columns = [np.ones(2 * size), treated * after, treated, after, time, treated * time]
    for turn in range(1, harmonics + 1):
        angle = 2 * np.pi * turn * time / period
        columns += [np.sin(angle), np.cos(angle)]
    design = np.column_stack(columns)
    both, offset = np.concatenate([x, other]), np.log(np.concatenate([people, others]))
    known = ~np.isnan(both) & ~np.isnan(offset)
    for side in (treated == 1, treated == 0):
        if not (both[known & side & (after > 0)].sum() > 0 and both[known & side & (after == 0)].sum() > 0):
            raise ValueError(f"no events before or after place {starts_at} in one of the series")
    if known.sum() < 2 * design.shape[1]:
        raise ValueError(f"{int(known.sum())} known periods are too few to fit {design.shape[1]} numbers")
    fit = _fitted(both[known], design[known], offset[known])
    coefficients, effect, spread = np.asarray(fit.params), float(fit.params[1]), _spread(fit)
    reach = normal_quantile(confidence) * float(fit.bse[1]) * np.sqrt(max(1.0, spread))
    without = coefficients.copy()
    without[1] = 0.0
    missing = np.where(known, 0.0, np.nan)[:size]
    return Interruption(
        ratio=float(np.exp(effect)),
        low=float(np.exp(effect - reach)),
        high=float(np.exp(effect + reach)),
        trend_per_year=float(np.exp((coefficients[4] + coefficients[5]) * period)),
        dispersion=spread,
        fitted=np.exp(design @ coefficients + offset)[:size] + missing,
        expected=np.exp(design @ without + offset)[:size] + missing,
    )


def trend_ratio(treated: npt.ArrayLike, comparison: npt.ArrayLike, confidence: float = 0.95) -> tuple[float, float]:
    """The range of the factor a period by which treated events ran away from the comparison's: 1 for alike.

    Both (n,): events of the same periods in time order, before anything was done. Given the sum of each period, the
    treated part of it is a binomial, and a logistic trend of that part is the Poisson trend x treated with a level of
    its own for each period: shared seasons drop out. The errors grow with the spread that is seen (never below chance),
    and the range uses Student's t with n - 2 degrees of freedom. Periods without any event tell nothing.

    Raises ValueError for different lengths, negative numbers, fewer than three periods with events, or a side without
    any event.
    """
    x, _ = _counts_and_people(treated, None)
    y, _ = _counts_and_people(comparison, None)
    if len(x) != len(y):
        raise ValueError(f"treated and comparison must have one length: {len(x)}, {len(y)}")
    told = (x + y) > 0  # nan is not above 0
    if told.sum() < 3:
        raise ValueError("fewer than three periods with events")
    if not (x[told].sum() > 0 and y[told].sum() > 0):
        raise ValueError("no events in the treated or the comparison areas")
    design = np.column_stack([np.ones(len(x)), np.arange(len(x), dtype=np.float64)])[told]
    fit = _fitted(np.column_stack([x, y])[told], design, None, is_share=True)
    spread = max(1.0, _spread(fit))
    reach = float(special.stdtrit(fit.df_resid, (1 + confidence) / 2) * fit.bse[1] * np.sqrt(spread))
    return float(np.exp(fit.params[1] - reach)), float(np.exp(fit.params[1] + reach))


def _fitted(events: Floats, design: Floats, offset: Floats | None, *, is_share: bool = False, **errors: Any) -> Any:
    """A Poisson regression; with is_share a logistic one of (n, 2) events and others. errors: how they are counted."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    family = sm.families.Binomial() if is_share else sm.families.Poisson()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # counts that happen to lie on the curve are no fault
        return sm.GLM(events, design, family=family, offset=offset).fit(**errors)


def _spread(fit: Any) -> float:
    """How many times more the counts vary than by chance: Pearson's chi-square over its degrees of freedom."""
    return float(fit.pearson_chi2 / fit.df_resid)


def _counts(*pairs: Pair) -> Floats:
    """Pairs of counts as (n, 2); refuses negative and missing ones."""
    (counts,) = checked(counts=pairs)
    if counts.ndim != 2 or counts.shape[1] != 2 or np.isnan(counts).any():
        raise ValueError("each area needs two counts, before and after")
    return counts


def _counts_and_people(events: npt.ArrayLike, populations: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    x = np.asarray(events, dtype=np.float64)
    people = np.ones(len(x)) if populations is None else np.asarray(populations, dtype=np.float64)
    if x.ndim != 1 or x.shape != people.shape:
        raise ValueError(f"events and populations must be rows of one length: {x.shape}, {people.shape}")
    checked(events=x, populations=people)
    if np.any(people == 0):
        raise ValueError("a population is 0")
    return x, people
