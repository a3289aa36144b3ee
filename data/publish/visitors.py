"""A rule of thumb for places where residents are the wrong people to divide by: downtowns, airports, parks, malls.

It only proposes; a person decides (visitor_area in city.toml). docs/decisions/0008-visitor-areas.md says why it looks
at property crime, and what it found in real cities.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data import stats
from data.models import Measure, Neighborhood, Observation
from data.periods import parse
from data.publish.frames import typed
from data.publish.intake import MeasureRule

TIMES = 3.0
"""How many times the middle neighborhood's rate must surely be exceeded: by the low end of the 95% range."""
PROPERTY_TO_VIOLENT = 0.8
"""Least excess of property crime as a part of the excess of violent crime. Below it crime is high, not the crowd."""
EMPTY = 0.1
"""Residents per square kilometer, as a part of the whole city's, below which hardly anybody lives in a place."""
FEWEST_PLACES = 10
"""Fewer neighborhoods have no middle to compare with."""


@dataclass(frozen=True)
class Proposal:
    """A place that may be a visitor area, and why, in words for the people who publish."""

    neighborhood_id: str
    name: str
    why: str


def propose(
    observation: pd.DataFrame,
    measure: pd.DataFrame,
    neighborhood: pd.DataFrame,
    rules: Mapping[str, MeasureRule],
    *,
    declined: Collection[str] = (),
    fiscal_start_month: int = 7,
) -> list[Proposal]:
    """Places that may be visitor areas, by name. observation: with residents filled in; no sensitive measure is read.

    Either of two signs is enough. Property crime per resident is surely TIMES the middle neighborhood's, while violent
    crime is not out of line by clearly more (property and violent: `crime` in the rules). Or hardly anybody lives
    there, and at least half of the rates are surely TIMES the middle one's. Each from the longest period, the latest of
    equals. Places that are marked, or that the pack has declined, are left out.
    """
    about = typed(measure, Measure)
    places = typed(neighborhood, Neighborhood).set_index("id")
    places = places[places["kind"] == "neighborhood"]
    rates = about.loc[(about["kind"] == "rate") & ~about["sensitive"].astype(bool), "id"]
    rows = typed(observation, Observation)
    rows = rows[rows["measure_id"].isin(rates) & (rows["group_name"] == "all") & (rows["denominator"] > 0)]
    rows = rows[rows["neighborhood_id"].isin(places.index) & rows["numerator"].notna()]

    each = {name: _excess(rows, [name], fiscal_start_month) for name in rates}
    crimes = {
        crime: _excess(rows, [name for name in rates if name in rules and rules[name].crime == crime],
                       fiscal_start_month)
        for crime in ("property", "violent")
    }  # fmt: skip
    found: dict[str, str] = {}
    for place, why in [*_crowded(crimes["property"], crimes["violent"]), *_empty(list(each.values()), places)]:
        if place not in declined and not places.loc[place, "visitor_area"]:
            found.setdefault(place, why)
    names = places["name"].to_dict()
    return sorted((Proposal(place, str(names[place]), why) for place, why in found.items()), key=lambda one: one.name)


def _excess(rows: pd.DataFrame, measures: list[str], fiscal_start_month: int) -> pd.DataFrame:
    """By place: period, events, residents, times (the middle neighborhood's rate) and surely (its low end)."""
    mine = rows[rows["measure_id"].isin(measures)]
    summed = mine.groupby(["period", "neighborhood_id"]).agg(
        events=("numerator", "sum"), residents=("denominator", "first"), parts=("measure_id", "size")
    )
    whole = summed[summed["parts"] == len(measures)].reset_index()
    spans = {code: parse(code, fiscal_start_month=fiscal_start_month) for code in whole["period"].unique()}
    many = whole.groupby("period").size()
    # In months, so that a leap year is no longer than another.
    periods = sorted((spans[code].days // 28, spans[code].end, code) for code in many.index[many >= FEWEST_PLACES])
    here = whole[whole["period"] == (periods[-1][-1] if periods else "")].set_index("neighborhood_id")
    events, residents = here["events"].to_numpy(dtype="float64"), here["residents"].to_numpy(dtype="float64")
    middle = float(np.median(events / residents)) if len(here) else 0.0
    if middle <= 0:
        here, events, residents, middle = here.iloc[:0], events[:0], residents[:0], 1.0
    low, _ = stats.rate_interval(events, residents, per=1)
    return pd.DataFrame(
        {
            "period": here["period"],
            "events": events,
            "residents": residents,
            "times": events / residents / middle,
            "surely": low / middle,
        },
        index=here.index,
    )


def _crowded(stolen: pd.DataFrame, violent: pd.DataFrame) -> list[tuple[str, str]]:
    attacked = {str(place): float(times) for place, times in violent["times"].items()}
    found = []
    for one in stolen[stolen["surely"] >= TIMES].reset_index().to_dict("records"):
        place, times = str(one["neighborhood_id"]), float(one["times"])
        why = (
            f"property crime per resident is {times:.1f} times the middle neighborhood's "
            f"({one['events']:,.0f} for {one['residents']:,.0f} residents in {one['period']})"
        )
        if place in attacked:
            if times < PROPERTY_TO_VIOLENT * attacked[place]:
                continue
            why += f", violent crime {attacked[place]:.1f} times"
        found.append((place, why))
    return found


def _empty(each: list[pd.DataFrame], places: pd.DataFrame) -> list[tuple[str, str]]:
    every = pd.concat([one for one in each if len(one)] or [pd.DataFrame(columns=["residents", "surely"])])
    people = every.groupby(level=0)["residents"].first()
    area = places["area_km2"].reindex(people.index).astype("float64")
    known = area > 0
    if not known.any():
        return []
    city = float(people[known].sum() / area[known].sum())
    found = []
    for place in people.index[known & (people / area < EMPTY * city)]:
        surely = every.loc[[place], "surely"]
        high = int((surely >= TIMES).sum())
        if 2 * high >= len(surely):
            found.append(
                (
                    str(place),
                    f"{people[place] / area[place]:,.0f} residents per square kilometer, {city:,.0f} in the city, and "
                    f"{high} of {len(surely)} rates are more than {TIMES:.0f} times the middle neighborhood's",
                )
            )
    return found
