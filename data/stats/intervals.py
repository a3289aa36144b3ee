"""The ranges of counts, rates and shares, and of differences between two.

Every function takes numbers or numpy arrays (they broadcast) and gives two arrays of float64, the low and the high end.
A base of zero gives nan: there is nothing to say. Negative counts raise ValueError.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

BYAR_FROM = 10
"""From this many events on, Byar's method; below it the exact one (rule of the UK Health Security Agency)."""


def poisson_interval(events: npt.ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The range of a count of events, in events.

    Exact (chi-square) below 10 events, Byar's approximation from 10 up, as UKHSA's PHEindicatormethods does.
    Zero events have low 0 and a high end above 0. Missing (nan) stays missing.
    """
    (x,) = checked(events=events)
    z, tail = normal_quantile(confidence), (1 - confidence) / 2
    few = np.minimum(x, BYAR_FROM)
    # The quantiles of chi-square / 2, as the gamma function has them: scipy.stats would cost every start half a second.
    low = np.where(few > 0, special.gammaincinv(np.maximum(few, 0.5), tail), 0.0)
    high = special.gammainccinv(few + 1, tail)
    many = np.maximum(x, BYAR_FROM)
    byar_low = many * (1 - 1 / (9 * many) - z / (3 * np.sqrt(many))) ** 3
    byar_high = (many + 1) * (1 - 1 / (9 * (many + 1)) + z / (3 * np.sqrt(many + 1))) ** 3
    is_few = x < BYAR_FROM
    known = np.where(np.isnan(x), np.nan, 0.0)
    return np.where(is_few, low, byar_low) + known, np.where(is_few, high, byar_high) + known


def rate_interval(
    events: npt.ArrayLike, population: npt.ArrayLike, per: float = 1000, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The range of a rate, in events per `per` people. The population is taken as exact. No people: nan."""
    x, people = checked(events=events, population=population)
    low, high = poisson_interval(x, confidence)
    base = np.where(people > 0, people, np.nan)
    return low / base * per, high / base * per


def wilson_interval(x: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The range of a share, 0 to 1: Wilson's score interval (Newcombe 1998, method 3).

    x of n; neither must be whole, so that a weighted survey can pass its effective number of answers. n of 0: nan.
    Raises ValueError where x is above n.
    """
    from statsmodels.stats.proportion import proportion_confint

    normal_quantile(confidence)
    hits, base = checked(x=x, n=n)
    if np.any(hits > base * (1 + 1e-9)):
        raise ValueError("x is above n: a share cannot be above 1")
    # statsmodels warns on a base of zero; give it 1 and take the answer back.
    low, high = proportion_confint(
        np.minimum(hits, base), np.where(base > 0, base, 1.0), alpha=1 - confidence, method="wilson"
    )
    known = np.where(base > 0, 0.0, np.nan)
    return np.asarray(low) + known, np.asarray(high) + known


def rate_ratio_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The range of (x1/n1) / (x2/n2) for two counts of events over n1 and n2 people (or person-years).

    Exact, conditional on x1 + x2 (Clopper-Pearson on x1's part): statsmodels has it for the test only, and its "sqrtcc"
    lies far from every other method. The high end is inf where x2 is 0. No events at all, or no people: nan.
    Source: Rothman, Modern Epidemiology; the "exact" range of Stata's ir.
    """
    normal_quantile(confidence)
    tail = (1 - confidence) / 2
    a, people1, b, people2 = checked(x1=x1, n1=n1, x2=x2, n2=n2)
    usable = (a + b > 0) & (people1 > 0) & (people2 > 0)
    part, rest = np.where(usable, a, 1.0), np.where(usable, b, 1.0)
    low = np.where(part > 0, special.betaincinv(np.maximum(part, 0.5), rest + 1, tail), 0.0)
    high = np.where(rest > 0, special.betainccinv(part + 1, np.maximum(rest, 0.5), tail), 1.0)
    with np.errstate(divide="ignore"):
        odds_low, odds_high = low / (1 - low), np.divide(high, 1 - high)
        scale = np.where(usable, people2, np.nan) / np.where(usable, people1, np.nan)
    return odds_low * scale, odds_high * scale


def proportion_difference_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The range of x1/n1 - x2/n2, as a share (0.05 is 5 points): Newcombe's hybrid score. A base of 0: nan.

    Raises ValueError for negative numbers and where x1 is above n1 or x2 above n2. Source: Newcombe 1998, method 10.
    """
    return _of_two_shares("newcomb", x1, n1, x2, n2, confidence)


def proportion_difference_interval_by_adding(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The same range by another way: Wald's after one hit and one miss are added to each side (Agresti & Caffo 2000).

    A second opinion for small bases; pages show `proportion_difference_interval`. A base of 0: nan. Errors as there.
    """
    return _of_two_shares("agresti-caffo", x1, n1, x2, n2, confidence)


def same_rate_p(x1: float, n1: float, x2: float, n2: float) -> float:
    """How likely counts at least so far apart are where both rates are the same: the E-test, two-sided, 0 to 1.

    x1, x2: whole counts; n1, n2: people or person-years. For one pair at a time: a range says more. Raises ValueError
    for negative or missing counts, counts that are not whole, and n of 0 or below.
    Source: Krishnamoorthy & Thomson 2004; scipy.stats.poisson_means_test.
    """
    from scipy.stats import poisson_means_test

    checked(x1=x1, n1=n1, x2=x2, n2=n2)
    if not (float(x1).is_integer() and float(x2).is_integer()):
        raise ValueError(f"x1 and x2 must be whole counts: {x1}, {x2}")
    if not (n1 > 0 and n2 > 0):
        raise ValueError("n1 and n2 must be above zero")
    return float(poisson_means_test(int(x1), n1, int(x2), n2).pvalue)


def normal_quantile(confidence: float) -> float:
    """How many standard errors a two-sided range of this confidence reaches: 1.96 for 0.95.

    Raises ValueError for a confidence that does not lie between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1: {confidence}")
    return float(special.ndtri((1 + confidence) / 2))


def checked(**numbers: npt.ArrayLike) -> list[Floats]:
    """As float arrays of one shape; negative numbers are refused by name, missing ones (nan) are not."""
    arrays = [np.asarray(value, dtype=np.float64) for value in numbers.values()]
    for name, array in zip(numbers, arrays, strict=True):
        if np.any(array < 0):
            raise ValueError(f"{name} is below zero: {float(np.nanmin(array))}")
    return list(np.broadcast_arrays(*arrays))


def _of_two_shares(
    method: str, x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, confidence: float
) -> tuple[Floats, Floats]:
    from statsmodels.stats.proportion import confint_proportions_2indep

    normal_quantile(confidence)
    a, base1, b, base2 = checked(x1=x1, n1=n1, x2=x2, n2=n2)
    if np.any(a > base1 * (1 + 1e-9)) or np.any(b > base2 * (1 + 1e-9)):
        raise ValueError("x is above n: a share cannot be above 1")
    usable = (base1 > 0) & (base2 > 0)
    low, high = confint_proportions_2indep(
        np.where(usable, np.minimum(a, base1), 0.0),
        np.where(usable, base1, 1.0),
        np.where(usable, np.minimum(b, base2), 0.0),
        np.where(usable, base2, 1.0),
        method=method,
        compare="diff",
        alpha=1 - confidence,
    )
    known = np.where(usable, 0.0, np.nan)
    return np.asarray(low) + known, np.asarray(high) + known
