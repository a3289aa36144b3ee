"""Map classes: a few edges per measure, found in the figures and rounded to numbers that people can say aloud.

The edges lie between classes: `5;10;20` makes four, under 5, 5 to under 10, 10 to under 20, and 20 or more.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

import numpy as np
import pandas as pd
from mapclassify import FisherJenks

MOST_CLASSES = 5
FEWEST_PLACES = 5  # with fewer places in its last period, a measure's classes are found in all its periods
MOST_VALUES = 400  # the search for natural breaks takes time by the square


def with_map_breaks(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Table `measure` with `map_breaks` filled, from `observation` (with its statuses) and `neighborhood`.

    A measure's classes come from its latest full period: of its longest kind of period (a year before a month) the
    last one that has figures, and better one that is not marked early. Only figures that may be drawn count, of
    everyone (group `all`), in neighborhoods, or in districts where it is reported for no neighborhood.
    """
    measure, observation = tables["measure"].copy(), tables["observation"]
    kinds = tables["neighborhood"].set_index("id")["kind"]
    drawn = observation[observation["value"].notna() & (observation["group_name"] == "all")]
    drawn = drawn[drawn["status"].isin(["shown", "provisional", "unstable"])]
    drawn = drawn.assign(kind=drawn["neighborhood_id"].map(kinds))
    found = {name: _of_measure(figures) for name, figures in drawn.groupby("measure_id", sort=True)}
    measure["map_breaks"] = [_written(found.get(name, [])) for name in measure["id"]]
    return measure


def breaks(values: Sequence[float]) -> list[float]:
    """Edges between at most five classes: strictly rising, round, and with values on both sides of each.

    Natural breaks (Fisher and Jenks), so that like is with like: quantiles would part places that barely differ.
    """
    known = np.sort(np.asarray(values, dtype=float))
    distinct = np.unique(known)
    counted = bool(np.all(distinct == np.floor(distinct)))
    for classes in range(min(MOST_CLASSES, len(distinct)), 1, -1):
        exact = _natural(known, distinct, classes)
        for step in _steps(distinct[-1] - distinct[0]):
            edges = [round(step * round(edge / step), 10) for edge in exact]
            if step == 1 and counted and not _parts(edges, distinct):
                edges = [float(ceil(edge)) for edge in exact]  # between 10 and 11 events the edge is 11, never 10.5
            if _parts(edges, distinct):
                return edges
    return []


def _of_measure(figures: pd.DataFrame) -> list[float]:
    level = "neighborhood" if (figures["kind"] == "neighborhood").any() else "district"
    figures = figures[figures["kind"] == level]
    if figures.empty:
        return []
    starts, ends = pd.to_datetime(figures["period_start"]), pd.to_datetime(figures["period_end"])
    days = (ends - starts).dt.days + 1
    # Years and leap years are one kind; so are months of 28 to 31 days.
    longest = figures[days >= days.max() * 0.9]
    settled = longest[longest["status"] != "provisional"]
    latest = (settled if len(settled) else longest).sort_values("period_end")
    last = latest[latest["period_end"] == latest["period_end"].iloc[-1]]
    return breaks((last if last["value"].nunique() >= FEWEST_PLACES else longest)["value"].tolist())


def _natural(values: np.ndarray, distinct: np.ndarray, classes: int) -> list[float]:
    """Edges halfway between the last value of one class and the first of the next."""
    if len(values) > MOST_VALUES:
        values = np.quantile(values, np.linspace(0, 1, MOST_VALUES))
    if len(distinct) == classes:
        tops = distinct
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that numba would make it faster
            tops = FisherJenks(values, k=classes).bins
    return [float(top + distinct[distinct > top][0]) / 2 for top in tops[:-1] if (distinct > top).any()]


def _steps(span: float) -> Iterator[float]:
    """Round steps, coarse to fine: 1, 2 and 5 times a power of ten."""
    for power in range(ceil(log10(span)), floor(log10(span)) - 4, -1):
        for lead in (5, 2, 1):
            yield lead * 10.0**power


def _parts(edges: list[float], distinct: np.ndarray) -> bool:
    """True when every class between the edges holds a value."""
    return len(edges) > 0 and len(np.unique(np.searchsorted(edges, distinct, side="right"))) == len(edges) + 1


def _written(edges: list[float]) -> str | None:
    return ";".join(np.format_float_positional(edge, trim="-") for edge in edges) or None
