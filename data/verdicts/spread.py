"""All places of one measure in one period between the limits of a funnel, or why there is none. Never a rank."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.figures import Status
from data.stats import funnel as funnels
from data.verdicts.finding import ALONE

LEAST_PLACES = 8
"""Below it the average hangs on single places, and the spread between them cannot be told."""
LIMITS = ["low_95", "high_95", "low_998", "high_998"]
GRID = 160


@dataclass(frozen=True)
class Spread:
    """Places between limits.

    places: rows of `queries.by_neighborhood`, A to Z, with base, events, LIMITS (in the measure's unit) and position:
    1, 0 or -1; missing where a place is not compared. curve: base and LIMITS, for drawing. centre: all compared places
    together. inflation: how many times the variance between them is that of chance alone; 1.0 where chance explains it.
    beyond_chance: places outside the outer limits of chance alone. base: residents, answers, weighted or counted.
    """

    places: pd.DataFrame
    curve: pd.DataFrame
    centre: float
    inflation: float
    beyond_chance: int
    base: str

    @property
    def compared(self) -> pd.DataFrame:
        """The places that are compared and shown."""
        return self.places[self.places.position.notna()]

    def named(self, position: int) -> list[str]:
        """Names of the places above (1) or below (-1) the outer limits, A to Z."""
        return sorted(self.places[self.places.position == position].name)


def spread_of(figures: pd.DataFrame, measure: Mapping[str, Any], visitor_areas: Collection[str]) -> Spread | str:
    """The places of a measure in one period between the limits of a funnel, or why there is none.

    figures: rows of `queries.by_neighborhood`. visitor_areas: ids of places where many people come from elsewhere.
    Rates stand on residents, shares on answers. A count too small for a rate belongs to the average all the same.
    Why not: count, no_base (scores, and shares of unknown answers), opt_in, few (under 8 places).
    """
    kind = str(measure["kind"])
    if kind == "count":
        return "count"
    if (figures.reason == "opt_in").any():
        return "opt_in"
    bases, base_key = _bases(figures, kind)
    places = figures.assign(base=bases)
    places["events"] = places.numerator if kind == "rate" else places.value / 100 * places.base
    known = places.events.notna() & (places.base > 0)
    if kind == "score" or not known.any():
        return "no_base"
    places["reason"] = places.reason.astype(object).mask(places.id.isin(visitor_areas) & (kind == "rate"), "visitors")
    fair = known & ~places.reason.isin(ALONE)
    shown = fair & places.value.notna() & places.status.map(lambda status: Status(status).has_value)
    if shown.sum() < LEAST_PLACES:
        return "few"
    x, base = places.events[fair].to_numpy(), places.base[fair].to_numpy()
    found = funnels.funnel(x, base) if kind == "rate" else funnels.funnel_of_shares(x, base)
    scale = 1.0 if kind == "rate" else 100.0
    if not found.centre > 0:
        return "few"  # no event anywhere: nothing can differ
    limits = pd.DataFrame({name: getattr(found, name) * scale for name in LIMITS}, index=places.index[fair])
    places[LIMITS] = limits.reindex(places.index)
    positions = pd.Series(found.position, index=places.index[fair]).where(shown[fair])
    places["position"] = positions.reindex(places.index).astype("Int8")
    chance = _curve(base, found.centre, 1.0, kind)
    rate = (places.value[fair] / scale).to_numpy()
    beyond = ((rate > chance.high_998) | (rate < chance.low_998)) & shown[fair].to_numpy()
    largest = float(places.base[places.value.notna()].max())
    grid = np.geomspace(max(largest / 1000, min(base.min(), largest / 100)), largest * 1.25, GRID)
    curve = _curve(grid, found.centre, found.inflation, kind)
    drawn = pd.DataFrame({"base": grid, **{name: getattr(curve, name) * scale for name in LIMITS}})
    return Spread(places, drawn, found.centre * scale, found.inflation, int(beyond.sum()), base_key)


def _bases(figures: pd.DataFrame, kind: str) -> tuple[pd.Series[float], str]:
    """What the figures rest on, and which it is: residents of a rate; of a share answers, after weighting if known."""
    if kind == "rate":
        return figures.denominator.astype("float64"), "residents"
    if figures.n_effective.notna().any():
        return figures.n_effective.astype("float64"), "weighted"
    if figures.n.notna().any():
        return figures.n.astype("float64"), "answers"
    return figures.denominator.astype("float64"), "counted"


def _curve(bases: Any, centre: float, inflation: float, kind: str) -> funnels.FunnelCurve:
    if kind == "rate":
        return funnels.funnel_curve(bases, centre, inflation, 1000.0)
    return funnels.funnel_of_shares_curve(bases, centre, inflation)
