"""Maps: where high values lie together, and rates steadied for the eye.

Both are aids to reading a map. A group of high areas is not a finding about any one of them, and its outline depends on
how the city is cut into areas and on who counts as a neighbor: say both. A steadied rate is never "the rate".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from data.stats.intervals import Floats, checked

FALSE_DISCOVERIES = 0.05
"""Of the places marked, the share that may be marked by chance alone."""


@dataclass(frozen=True)
class LocalGrouping:
    """How each place and its neighbors compare with all places.

    z: (n,) Getis and Ord's statistic, nan where the value is missing or nothing can be said. p: two-sided, from the
    normal curve. position: (n,) 1 among high values, -1 among low ones, 0 neither, after control of false discoveries
    over all places.
    """

    z: Floats
    p: Floats
    position: npt.NDArray[np.int8]


def neighbours_within(points: npt.ArrayLike, distance: float) -> npt.NDArray[np.bool_]:
    """(n, n): True where two different points lie at most so far apart; points (n, 2), in the unit of distance.

    Use a projected grid (meters, feet), not degrees. Raises ValueError for another shape, missing numbers, or a
    distance that is not above zero.
    """
    xy = np.asarray(points, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():
        raise ValueError("points must be pairs of known numbers")
    if not distance > 0:
        raise ValueError(f"distance must be above zero: {distance}")
    gaps = np.sqrt(np.square(xy[:, None, :] - xy[None, :, :]).sum(axis=2))
    return np.asarray((gaps <= distance) & ~np.eye(len(xy), dtype=bool))


def local_grouping(
    values: npt.ArrayLike, neighbours: npt.ArrayLike, star: bool = True, rate: float = FALSE_DISCOVERIES
) -> LocalGrouping:
    """Gi* (or Gi): (Σwx - x̄Σw) / (s √((nΣw² - (Σw)²)/(n-1))), with Benjamini and Hochberg's control over all places.

    values: (n,) counts or rates, say which; nan takes no part. neighbours: (n, n) truths or weights, the diagonal is
    ignored. star: count a place among its own neighbors (Gi*); without, it is compared by its neighbors alone (Gi), and
    mean and spread leave it out. Values that are all equal, and fewer than 3 of them, give nan and no position.

    Raises ValueError for other shapes, negative or missing weights, and a rate outside 0 to 1.
    Source: Ord & Getis 1995, Geographical Analysis 27:286; Benjamini & Hochberg 1995. Agrees with PySAL's esda.
    """
    from scipy.stats import false_discovery_control

    x, weights = np.asarray(values, dtype=np.float64), np.asarray(neighbours, dtype=np.float64)
    if x.ndim != 1 or weights.shape != (len(x), len(x)):
        raise ValueError(f"{x.shape} values need neighbours of shape {(len(x), len(x))}, not {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("neighbours must be known and 0 or more")
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie between 0 and 1: {rate}")
    known = np.flatnonzero(~np.isnan(x))
    z = np.full(len(x), np.nan)
    if len(known) >= 3:
        w = weights[np.ix_(known, known)].copy()
        np.fill_diagonal(w, 1.0 if star else 0.0)
        z[known] = _standard_scores(x[known], w, star)
    p = np.asarray(2 * special.ndtr(-np.abs(z)))
    said = ~np.isnan(p)
    position = np.zeros(len(x), dtype=np.int8)
    if said.any():
        position[said] = np.where(false_discovery_control(p[said]) <= rate, np.sign(z[said]), 0)
    return LocalGrouping(z, p, position)


def steadied_rates_for_map(events: npt.ArrayLike, populations: npt.ArrayLike, per: float = 1000.0) -> Floats:
    """Rates pulled towards the average of all places, the small ones most: w r + (1-w) r̄, events per `per`.

    A MAP AID ONLY: it keeps the eye from the noise of small places. Never print it as a rate, compare it, or give it a
    range. events, populations: (n,); nan where either is missing or the population is 0. w = A/(A + r̄/n), where A is
    the variance of the rates beyond chance, at least 0 (then every place gets the average).

    Raises ValueError for negative numbers and different lengths. Source: Marshall 1991, Applied Statistics 40:283
    (global empirical Bayes). Agrees with PySAL's esda where A is above 0.
    """
    x, people = np.asarray(events, dtype=np.float64), np.asarray(populations, dtype=np.float64)
    if x.ndim != 1 or x.shape != people.shape:
        raise ValueError(f"events and populations must be rows of one length: {x.shape}, {people.shape}")
    x, people = checked(events=x, populations=people)
    n = np.where((people > 0) & ~np.isnan(x), people, np.nan)
    rate = x / n
    if not (~np.isnan(rate)).any():
        return rate
    total = np.nansum(n)
    mean = np.nansum(rate * n) / total
    beyond_chance = max(0.0, float(np.nansum(n * np.square(rate - mean)) / total - mean / np.nanmean(n)))
    if not mean > 0:
        return np.asarray(rate * per)
    weight = beyond_chance / (beyond_chance + mean / n)
    return np.asarray((weight * rate + (1 - weight) * mean) * per)


def _standard_scores(x: Floats, w: Floats, star: bool) -> Floats:
    """z of each place; mean and spread over all places (Gi*), or over all others (Gi)."""
    n = len(x)
    if star:
        count, mean = float(n), np.full(n, x.mean())
        spread = np.full(n, x.std())
    else:
        count, mean = float(n - 1), (x.sum() - x) / (n - 1)
        # max: a variance can come out below 0 by a rounding.
        spread = np.sqrt(np.maximum((np.square(x).sum() - np.square(x)) / (n - 1) - np.square(mean), 0.0))
    sums, squares = w.sum(axis=1), np.square(w).sum(axis=1)
    room = (count * squares - np.square(sums)) / (count - 1)
    scale = spread * np.sqrt(np.maximum(room, 0.0))
    usable = scale > 1e-12 * max(1.0, float(np.abs(x).max()))
    return np.where(usable, (w @ x - mean * sums) / np.where(usable, scale, 1.0), np.nan)
