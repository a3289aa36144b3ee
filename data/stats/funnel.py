"""Funnel plots: which places differ from the average by more than chance, without a ranking (Spiegelhalter 2005).

A small place may lie far from the average by chance alone, a large one may not: the limits form a funnel. Two pairs of
them, 95% and 99.8%; a place is "clearly" above or below only beyond the outer pair, because every place is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from data.stats.intervals import Floats, checked

INNER, OUTER = 0.95, 0.998
WINSORISED = 0.1
"""The share of z-scores, at each end, that is pulled in before the inflation is taken."""


@dataclass(frozen=True)
class Funnel:
    """The average and the limits at each place's base, in the unit asked for.

    low_95 .. high_998: (n,) nan where the base is 0 or missing. position: (n,) 1 clearly above the 99.8% limits, -1
    clearly below, 0 neither or not known. inflation: phi, 1.0 or more; above 1 places differ by more than chance
    explains, and the limits are widened by √phi. Above about 10 (crime in the areas of a large city: 10 to 350) the
    average is no yardstick: say that places differ by far more than chance, whatever the positions.
    """

    centre: float
    low_95: Floats
    high_95: Floats
    low_998: Floats
    high_998: Floats
    position: npt.NDArray[np.int8]
    inflation: float


@dataclass(frozen=True)
class FunnelCurve:
    """The four limits over a grid of bases, for drawing; in the unit of the centre."""

    low_95: Floats
    high_95: Floats
    low_998: Floats
    high_998: Floats


def funnel(
    events: npt.ArrayLike, populations: npt.ArrayLike, per: float = 1000.0, centre: float | None = None
) -> Funnel:
    """The funnel of rates: events per `per` people, with exact Poisson limits.

    events, populations: (n,), one for each place; nan is missing (give nan for areas where residents are the wrong
    number to divide by: they would move the centre and the inflation). centre: the rate to compare with, in events per
    `per`; without it, all events over all people. Limits: O/E, where O solves the Poisson tail of E expected events
    (see `count_limits`).

    Raises ValueError for negative numbers, different lengths, and a per or centre that is not above zero (a centre of
    0 from no events at all gives limits of nan and no position).
    Source: Spiegelhalter 2005, Stat. Med. 24:1185; UKHSA, PHEindicatormethods (indirectly standardised ratios).
    """
    x, people = _places(events=events, populations=populations)
    if not per > 0:
        raise ValueError(f"per must be above zero: {per}")
    target = _centre(x, people, centre, per)
    rate = x / people * per
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = target * people / per
        phi = inflation((x - expected) / np.sqrt(expected))
    return _funnel(rate, target, funnel_curve(people, target, phi, per), phi)


def funnel_curve(
    populations_grid: npt.ArrayLike, centre: float, inflation: float = 1.0, per: float = 1000.0
) -> FunnelCurve:
    """The limits of a rate at each population of a grid, in events per `per`; nan where the population is 0.

    Use the centre and the inflation of a `funnel`.
    """
    (people,) = checked(populations_grid=populations_grid)
    expected = np.where(people > 0, people, np.nan) * centre / per
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = [limit / expected * centre for level in (INNER, OUTER) for limit in count_limits(expected, level)]
    return _widened(ends, centre, inflation)


def funnel_of_shares(hits: npt.ArrayLike, bases: npt.ArrayLike, centre: float | None = None) -> Funnel:
    """The funnel of shares x/n, 0 to 1: inverse Wilson limits.

    hits, bases: (n,); neither must be whole (weighted surveys pass effective numbers). centre: the share to compare
    with; without it, all hits over all bases. A share at a limit is one whose Wilson range ends at the centre, which
    is centre ± z √(centre(1-centre)/n), cut at 0 and 1.

    Raises ValueError for negative numbers, different lengths, hits above their base, a centre outside 0 to 1.
    Source: UKHSA, PHEindicatormethods, phe_funnels (its long formula reduces to this one).
    """
    x, n = _places(hits=hits, bases=bases)
    if np.any(x > n * (1 + 1e-9)):
        raise ValueError("hits is above its base: a share cannot be above 1")
    target = _centre(x, n, centre, 1.0)
    if target > 1:
        raise ValueError(f"centre is above 1: {target}")
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = inflation((x / n - target) / np.sqrt(target * (1 - target) / n))
    return _funnel(x / n, target, funnel_of_shares_curve(n, target, phi), phi)


def funnel_of_shares_curve(bases_grid: npt.ArrayLike, centre: float, inflation: float = 1.0) -> FunnelCurve:
    """The limits of a share, 0 to 1, at each base of a grid; nan where the base is 0."""
    (n,) = checked(bases_grid=bases_grid)
    sigma = np.sqrt(centre * (1 - centre) / np.where(n > 0, n, np.nan))
    ends = [centre + sign * special.ndtri((1 + level) / 2) * sigma for level in (INNER, OUTER) for sign in (-1, 1)]
    return _widened(ends, centre, inflation, ceiling=1.0)


def count_limits(expected: npt.ArrayLike, confidence: float = INNER) -> tuple[Floats, Floats]:
    """The counts O at the limits where E are expected: P(X <= low | E) and P(X >= high | E) are half of 1-confidence.

    Not whole numbers: the Poisson tails are read as the gamma function has them. A low limit that even 0 events would
    not pass is 0; a high one is never under 1, so that a single event is never out of the ordinary. nan where E is 0 or
    missing.
    """
    (e,) = checked(expected=expected)
    tail = (1 - confidence) / 2
    usable = np.where(e > 0, e, 1.0)
    low = np.where(np.exp(-usable) < tail, special.pdtrik(tail, usable), 0.0)
    high = special.pdtrik(1 - tail, usable) + 1
    known = np.where(e > 0, 0.0, np.nan)
    return np.asarray(np.maximum(low, 0.0) + known), np.asarray(high + known)


def ratio_limits(observed: npt.ArrayLike, confidence: float = INNER) -> tuple[Floats, Floats]:
    """The limits, in percent of what is expected, on which a count O lies: 100 O/E for the two E that solve its tails.

    100 O / (chi-square / 2), as UKHSA prints them for standardised ratios. O of 0: low 0, high nan (no E puts 0 events
    on an upper limit).
    """
    (o,) = checked(observed=observed)
    tail = (1 - confidence) / 2
    most = special.gammainccinv(o + 1, tail)
    least = np.where(o > 0, special.gammaincinv(np.where(o > 0, o, 1.0), tail), np.nan)
    return 100 * o / most, 100 * o / least


def inflation(z: npt.ArrayLike) -> float:
    """phi: the mean square of the z-scores, the outer 10% at each end pulled in first; at least 1.0.

    z: (n,) standard scores of the places against the centre; nan is left out. Fewer than two scores: 1.0.
    Source: Spiegelhalter 2005, section 3.3 (overdispersion, winsorised).
    """
    scores = np.asarray(z, dtype=np.float64)
    scores = scores[np.isfinite(scores)]
    if len(scores) < 2:
        return 1.0
    low, high = np.quantile(scores, [WINSORISED, 1 - WINSORISED])
    return max(1.0, float(np.mean(np.clip(scores, low, high) ** 2)))


def _funnel(value: Floats, centre: float, curve: FunnelCurve, phi: float) -> Funnel:
    above, below = value > curve.high_998, value < curve.low_998
    position = (above.astype(np.int8) - below.astype(np.int8)).astype(np.int8)
    return Funnel(centre, curve.low_95, curve.high_95, curve.low_998, curve.high_998, position, phi)


def _widened(ends: list[Floats], centre: float, phi: float, ceiling: float | None = None) -> FunnelCurve:
    """Each limit's distance from the centre times √phi, cut where the unit ends."""
    return FunnelCurve(*(np.clip(centre + (end - centre) * np.sqrt(phi), 0.0, ceiling) for end in ends))


def _places(**rows: npt.ArrayLike) -> tuple[Floats, Floats]:
    first, second = (np.atleast_1d(np.asarray(row, dtype=np.float64)) for row in rows.values())
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"{' and '.join(rows)} must be rows of one length: {first.shape}, {second.shape}")
    x, n = checked(**dict(zip(rows, (first, second), strict=True)))
    return x, np.where(n > 0, n, np.nan)


def _centre(x: Floats, n: Floats, given: float | None, per: float) -> float:
    """The centre in its unit: the one given, or that of all places which have both numbers; nan where none has."""
    if given is not None:
        if not given > 0:
            raise ValueError(f"centre must be above zero: {given}")
        return given
    known = ~np.isnan(x) & ~np.isnan(n)
    return float(x[known].sum() / n[known].sum() * per) if known.any() else float("nan")
