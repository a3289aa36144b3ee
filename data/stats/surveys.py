"""Surveys: what a weighted sample is worth, how far a share can be off, and margins of error of sums and ratios.

Only for samples drawn by chance. An opt-in survey has no margin of error: whoever answered, answered.
Shares are 0 to 1; a margin is in the unit of its estimate.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.stats.intervals import Floats, checked, normal_quantile, wilson_interval

CENSUS_CONFIDENCE = 0.90
"""What the margins of the American Community Survey are printed at."""


def design_effect(weights: npt.ArrayLike) -> float:
    """Kish's design effect of unequal weights: n Σw² / (Σw)²; 1.0 where all weights are equal.

    weights: (n,) one for each answer. Says nothing of clustering: use the survey's stated effect where there is one.
    Raises ValueError for no weights, a missing, infinite or negative weight, and weights that sum to 0.
    Source: Kish 1965, Survey Sampling, section 11.7.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or not len(w):
        raise ValueError("weights must be one row with at least one answer")
    if not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("every answer needs a weight of 0 or more")
    if not w.sum() > 0:
        raise ValueError("the weights sum to 0")
    return float(len(w) * np.square(w).sum() / w.sum() ** 2)


def effective_n(n: npt.ArrayLike, deff: npt.ArrayLike = 1.0) -> Floats:
    """The size of the simple sample that would be as sure: n / deff, in answers.

    deff: Kish's, or the one that the survey's report states. Raises ValueError for n below 1 or a deff of 0 or below.
    """
    answers, effect = _base(n, deff)
    return np.asarray(answers / effect)


def share_interval(
    share: npt.ArrayLike, n: npt.ArrayLike, deff: npt.ArrayLike = 1.0, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The range of a weighted share: Wilson's interval on the effective number of answers.

    share: 0 to 1, as weighted. n: answers, before weighting. Raises ValueError for n below 1, a deff of 0 or below, a
    share outside 0 to 1. Source: domain reference, section 3.1 (NCHS practice).
    """
    p, base = _shares(share), effective_n(n, deff)
    return wilson_interval(p * base, base, confidence)


def margin_of_error(
    share: npt.ArrayLike, n: npt.ArrayLike, deff: npt.ArrayLike = 1.0, confidence: float = 0.95
) -> Floats:
    """Half the width of the plain range of a share: z √(p(1-p) deff/n), as a share (0.03 is 3 points).

    What polls print. Zero at shares of 0 and 1, which is false certainty: draw `share_interval` instead.
    Errors as `share_interval`.
    """
    p, base = _shares(share), effective_n(n, deff)
    return np.asarray(normal_quantile(confidence) * np.sqrt(p * (1 - p) / base))


def relative_standard_error(share: npt.ArrayLike, n: npt.ArrayLike, deff: npt.ArrayLike = 1.0) -> Floats:
    """The standard error of a share as percent of the share: 100 √(deff (1-p) / (p n)); inf for a share of 0.

    NCHS calls estimates of 30% and more unreliable. Errors as `share_interval`.
    """
    p, base = _shares(share), effective_n(n, deff)
    with np.errstate(divide="ignore"):
        return np.asarray(100 * np.sqrt((1 - p) / (p * base)))


def relative_standard_error_of_count(events: npt.ArrayLike) -> Floats:
    """The standard error of a count as percent of the count: 100 / √k; inf for 0. 16 events have 25%, 10 have 32%.

    Raises ValueError for a negative count.
    """
    (k,) = checked(events=events)
    with np.errstate(divide="ignore"):
        return np.asarray(100 / np.sqrt(k))


def margin_of_sum(margins: npt.ArrayLike) -> float:
    """The margin of a sum (or difference) of estimates: √ΣMOE², in their unit; the estimates taken as independent.

    margins: (n,) at one confidence. Raises ValueError for none, or for a negative or missing one.
    Source: U.S. Census Bureau, ACS General Handbook, ch. 8.
    """
    all_margins = np.asarray(margins, dtype=np.float64)
    if not all_margins.size or not (all_margins >= 0).all():
        raise ValueError("margins must be 0 or more, one for each estimate")
    return float(np.sqrt(np.square(all_margins).sum()))


def margin_of_proportion(part: float, part_margin: float, whole: float, whole_margin: float) -> float:
    """The margin of part/whole where the part is counted in the whole, as a share: √(MOEx² - p² MOEy²) / Y.

    Where the root would be negative the Census Bureau's handbook takes it for a ratio: + for -. Raises ValueError for
    a whole of 0 or below, a negative part or margin, and a part above the whole.
    Source: U.S. Census Bureau, ACS General Handbook, ch. 8.
    """
    _ratio_parts(part, part_margin, whole, whole_margin)
    if part > whole:
        raise ValueError(f"the part is above the whole: {part} of {whole}; use margin_of_ratio")
    inside = part_margin**2 - (part / whole) ** 2 * whole_margin**2
    if inside < 0:
        return margin_of_ratio(part, part_margin, whole, whole_margin)
    return float(np.sqrt(inside) / whole)


def margin_of_ratio(above: float, above_margin: float, below: float, below_margin: float) -> float:
    """The margin of above/below where neither counts the other: √(MOEx² + r² MOEy²) / Y.

    Raises ValueError for a `below` of 0 or below and for a negative `above` or margin.
    Source: U.S. Census Bureau, ACS General Handbook, ch. 8.
    """
    _ratio_parts(above, above_margin, below, below_margin)
    return float(np.hypot(above_margin, above / below * below_margin) / below)


def at_confidence(margin: npt.ArrayLike, confidence: float = 0.95, printed_at: float = CENSUS_CONFIDENCE) -> Floats:
    """A margin printed at one confidence (90% in the American Community Survey), as it is at another (95%).

    The ratio of the normal quantiles, 1.960/1.645. Raises ValueError for a negative margin or a confidence outside 0
    to 1.
    """
    (moe,) = checked(margin=margin)
    return np.asarray(moe * normal_quantile(confidence) / normal_quantile(printed_at))


def _shares(share: npt.ArrayLike) -> Floats:
    (p,) = checked(share=share)
    if np.any(p > 1):
        raise ValueError(f"a share lies between 0 and 1: {float(np.nanmax(p))}")
    return p


def _base(n: npt.ArrayLike, deff: npt.ArrayLike) -> tuple[Floats, Floats]:
    answers, effect = checked(n=n, deff=deff)
    if np.any(answers < 1):
        raise ValueError(f"n is below 1: {float(np.nanmin(answers))}")
    if np.any(effect <= 0):
        raise ValueError("a design effect is above 0")
    return answers, effect


def _ratio_parts(above: float, above_margin: float, below: float, below_margin: float) -> None:
    checked(estimate=above, margin=[above_margin, below_margin])
    if not below > 0:
        raise ValueError(f"nothing to divide by: {below}")
