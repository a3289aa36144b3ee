"""What published figures must be, worked out from formulas in the literature and not by our own code."""

from __future__ import annotations

import math
import warnings
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq
from scipy.stats import binomtest, chi2

Z = 1.959963984540054


def byar(events: float, residents: float, per: float = 1000) -> tuple[float, float]:
    """Byar's 95% limits of a rate (Breslow and Day 1987), good from 10 events on."""
    low = events * (1 - 1 / (9 * events) - Z / (3 * math.sqrt(events))) ** 3
    high = (events + 1) * (1 - 1 / (9 * (events + 1)) + Z / (3 * math.sqrt(events + 1))) ** 3
    return low / residents * per, high / residents * per


def link_id(name: str) -> str:
    """'MCKINLEY PARK' -> 'mckinley-park', "O'Hare" -> 'ohare', 'Mt. Airy' -> 'mt-airy'."""
    kept = "".join(char if char.isalnum() else " " for char in name.lower().replace("'", ""))
    return "-".join(kept.split())


def rate_ratio(events: int, residents: float, events_before: int, residents_before: float) -> tuple[float, float]:
    """The exact 95% limits of a ratio of two rates.

    Of all events together, those of the later year are a share p of a binomial. Its Clopper-Pearson limits become the
    ratio's as p / (1 - p), times the residents turned around.
    """
    share = binomtest(events, events + events_before).proportion_ci(0.95, method="exact")
    low, high = (float(p) / (1 - float(p)) * residents_before / residents for p in (share.low, share.high))
    return low, high


def verdict_of_rates(
    events: int, residents: float, events_before: int, residents_before: float, good: str = "fewer"
) -> str:
    """What may be said: counts_only below 10 events in either year, else what the limits of the ratio allow.

    refused where the residents moved by a tenth or more and the events alone tell no clear change the same way.
    """
    if min(events, events_before) < 10:
        return "counts_only"
    low, high = rate_ratio(events, residents, events_before, residents_before)
    if low <= 1 <= high:
        return "no_clear_change"
    low_events, high_events = rate_ratio(events, 1, events_before, 1)
    says_the_same = high_events < 1 if high < 1 else low_events > 1
    if abs(residents / residents_before - 1) >= 0.1 and not says_the_same:
        return "refused"
    if good == "none":
        return "changed"
    return "better" if (high < 1) == (good == "fewer") else "worse"


def whole_percent(part: float) -> str:
    """0.0533 -> '5%', halves up."""
    return f"{Decimal(100 * part).quantize(Decimal(1), ROUND_HALF_UP)}%"


def per_1000(events: float, residents: float) -> str:
    """763 of 48,647 -> '15.7'; from 100 up whole."""
    rate = Decimal(events) * 1000 / Decimal(residents)
    return str(rate.quantize(Decimal("0.1") if rate < Decimal("99.95") else Decimal(1), ROUND_HALF_UP))


def funnel_limits(centre_per_1000: float, residents: float, confidence: float) -> tuple[float, float]:
    """The counts at the limits of a funnel for a place of so many residents, from chi-square tails (UKHSA).

    The low limit is the count O with P(X <= O | expected) of half the rest; the high one O with P(X >= O | expected).
    """
    expected, tail = centre_per_1000 * residents / 1000, (1 - confidence) / 2
    low = brentq(lambda count: chi2.sf(2 * expected, 2 * (count + 1)) - tail, 0, expected)
    high = brentq(lambda count: chi2.cdf(2 * expected, 2 * count) - tail, expected, 3 * expected + 50)
    return low, high


def xmr_limits(values: npt.ArrayLike) -> tuple[float, float, float]:
    """Mean, and the natural process limits mean -/+ 2.66 times the mean moving range; moving ranges above 3.267 times
    their mean are left out of it (Wheeler; NHS England, Making Data Count).
    """
    points = np.asarray(values, dtype=float)
    moves = np.abs(np.diff(points))
    mean_move = float(moves[moves <= 3.267 * moves.mean()].mean())
    mean = float(points.mean())
    return mean, mean - 2.66 * mean_move, mean + 2.66 * mean_move


def esda_groups(
    values: npt.NDArray[np.float64], borders: npt.NDArray[np.bool_]
) -> tuple[list[float], list[int | None]]:
    """Gi* by PySAL's esda over the areas with a value: z (nan without one), and 1, -1 or 0 after Benjamini-Hochberg."""
    esda, getisord = pytest.importorskip("esda"), pytest.importorskip("esda.getisord")
    weights = pytest.importorskip("libpysal.weights")
    known = np.flatnonzero(~np.isnan(values))
    near = borders[np.ix_(known, known)]
    made = weights.W({at: list(np.flatnonzero(row)) for at, row in enumerate(near)}, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that not all areas hang together
        theirs = getisord.G_Local(values[known], made, transform="B", star=True, permutations=0)
    p = 2 * theirs.p_norm
    marked = p <= esda.fdr(p, 0.05)
    z = np.full(len(values), np.nan)
    position: list[int | None] = [None] * len(values)
    z[known] = theirs.Zs
    for at, area in enumerate(known):
        position[area] = int(np.sign(theirs.Zs[at])) if marked[at] else 0
    return [float(one) for one in z], position
