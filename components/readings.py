"""A reading: a measure in one place, now, before, and beside the city, with what may be said about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data import periods, queries
from data.figures import Figure
from data.verdicts import MANY_LOOKS, Finding, Verdict, against_city, over_time

LONG = ("year", "fiscal", "range")
"""Periods long enough that the season does not decide; counts are compared over these."""


@dataclass(frozen=True)
class Reading:
    """A measure in one place.

    measure: a row of `queries.measures`. now: the latest figure that stands for itself. before: the same stretch
    a year earlier, or for surveys the wave before; None where there is none. city: the same period for the whole city.
    """

    measure: Mapping[str, Any]
    place: str
    now: Figure
    before: Figure | None
    city: Figure | None
    change: Verdict
    beside_city: Verdict

    @property
    def kind(self) -> str:
        """rate, count, share or score."""
        return str(self.measure["kind"])


def read_measure(
    measure: Mapping[str, Any], figures: pd.DataFrame, place: str, *, breaks: pd.DataFrame, period: str | None = None
) -> Reading | None:
    """The reading of a measure in a place. None where the place has no row for it at all.

    figures: rows of `queries.figure_table` for this measure, the place and the city. breaks: rows of `queries.breaks`.
    period: read this period instead of the latest.
    """
    here = figures[(figures.measure == measure["id"]) & (figures.neighborhood == place)]
    here = here[comparable(here, str(measure["kind"]))]
    if period is not None:
        here = here[here.period == period]
    if here.empty:
        return None
    latest = here.sort_values(["period_end", "period_start"], ascending=[True, False]).iloc[-1]
    now = queries.as_figure(latest.to_dict())
    earlier = _before(measure, figures, place, now)
    city = _at(figures, measure["id"], "city", now.period)
    direction, kind = str(measure["direction"]), str(measure["kind"])
    change = Verdict(Finding.REFUSED, reason="nothing_earlier")
    if earlier is not None:
        step = measure.get("smallest_change")
        change = (
            Verdict(Finding.REFUSED, reason="series_break")
            if _broken(breaks, measure["id"], earlier, now)
            else over_time(
                now, earlier, direction=direction, kind=kind, smallest_change=None if pd.isna(step) else step
            )
        )
    beside = (
        against_city(now, city, direction=direction, kind=kind)
        if city is not None and place != "city"
        else Verdict(Finding.REFUSED, reason="is_city")
    )
    return Reading(measure, place, now, earlier, city, change, beside)


def comparable(figures: pd.DataFrame, kind: str) -> pd.Series[bool]:
    """Which rows stand for themselves: counts and rates over a year or a stretch of it, survey figures always."""
    if kind in ("share", "score"):
        return pd.Series(True, index=figures.index)
    long = figures.period.map(lambda code: periods.parse(code).kind in LONG).astype(bool)
    return long if long.any() else pd.Series(True, index=figures.index)


def _before(measure: Mapping[str, Any], figures: pd.DataFrame, place: str, now: Figure) -> Figure | None:
    if measure["kind"] in ("rate", "count"):
        return _at(figures, measure["id"], place, periods.parse(now.period).a_year_before().code)
    mine = figures[(figures.measure == measure["id"]) & (figures.neighborhood == place)]
    older = mine[(mine.period_end < _start(now)) & (mine.reason.fillna("") != "opt_in")]
    older = older[older.value.notna()].sort_values("period_end")
    return queries.as_figure(older.iloc[-1].to_dict()) if len(older) else None


def _at(figures: pd.DataFrame, measure: str, place: str, period: str) -> Figure | None:
    found = figures[(figures.measure == measure) & (figures.neighborhood == place) & (figures.period == period)]
    return queries.as_figure(found.iloc[0].to_dict()) if len(found) else None


def _start(figure: Figure) -> date:
    return periods.parse(figure.period).start


def _broken(breaks: pd.DataFrame, measure: str, before: Figure, now: Figure) -> bool:
    start, end = periods.parse(before.period).start, periods.parse(now.period).end
    days = breaks[breaks.measure_id == measure].broke_on
    return bool(((days > start) & (days <= end)).any())


def beside_city(figures: pd.DataFrame, city: Figure | None, measure: Mapping[str, Any]) -> pd.DataFrame:
    """Figures of every place in one period with `group`: above, same or below the rest of the city.

    figures: rows of `queries.by_neighborhood`. As many places are looked at together, a place must lie outside the
    wider limits (99.8%). The group is None where there is no value or the data cannot say.
    """
    groups: list[str | None] = []
    kind, direction = str(measure["kind"]), str(measure["direction"])
    for row in queries.records(figures):
        group = None
        if city is not None and pd.notna(row["value"]):
            verdict = against_city(queries.as_figure(row), city, direction=direction, kind=kind, confidence=MANY_LOOKS)
            if verdict.is_clear:
                group = "above" if verdict.moved > 0 else "below"
            elif verdict.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE, Finding.COUNTS_ONLY):
                group = "same"
        groups.append(group)
    return figures.assign(group=pd.Series(groups, index=figures.index, dtype=object))
