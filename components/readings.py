"""A reading: a measure in one place, now, before, and beside the city, with what may be said about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from components.ask import ask
from data import periods, queries
from data.figures import Figure
from data.store import Release
from data.verdicts import (
    MANY_LOOKS,
    Context,
    Finding,
    Refusal,
    SeriesVerdict,
    Verdict,
    compare,
    refused,
    series_verdict,
)

LONG = ("year", "fiscal", "range")
"""Periods long enough that the season does not decide; counts are compared over these."""


@dataclass(frozen=True)
class Reading:
    """A measure in one place.

    measure: a row of `queries.measures`. now: the latest figure that stands for itself. before: the same stretch
    a year earlier, or for surveys the wave before; None where there is none. city: the same period for the whole city.
    series: what its months (or quarters, or years) say; None for surveys. same_days: where a part of a year is not
    compared with a whole one, the same days of both years, newest first, where the release has them.
    """

    measure: Mapping[str, Any]
    place: str
    now: Figure
    before: Figure | None
    city: Figure | None
    change: Verdict
    beside_city: Verdict
    series: SeriesVerdict | None = None
    same_days: tuple[Figure, Figure] | None = None

    @property
    def kind(self) -> str:
        """rate, count, share or score."""
        return str(self.measure["kind"])


def context_of(release: Release, measure: Mapping[str, Any]) -> Context:
    """What must be known of a measure before two of its figures are compared.

    measure: a row of `queries.measures`.
    """
    places = ask(queries.neighborhoods, release)
    return Context.of(
        measure,
        breaks=queries.records(ask(queries.breaks, release, measure=str(measure["id"]))),
        visitor_areas=places.id[places.visitor_area.astype(bool)],
        fiscal_start_month=int(ask(queries.city, release)["fiscal_start_month"]),
        settings=settings_of(release),
    )


def settings_of(release: Release) -> dict[str, str]:
    """The setting (urban, suburban, rural) of each neighborhood that has one."""
    places = ask(queries.neighborhoods, release)
    return {str(place): str(setting) for place, setting in zip(places.id, places.setting, strict=True) if setting}


def readings_in(release: Release, *, place: str, language: str = "en") -> tuple[Reading, ...]:
    """Readings of every measure that has a row for a place, its police district or, failing both, the city.

    Pure, and the same for every visitor: put it through `ask`.
    """
    measures = queries.records(ask(queries.measures, release, language=language))
    found = (_reading(release, measure, place) for measure in measures)
    return tuple(reading for reading in found if reading is not None)


def reading_in(release: Release, *, measure: str, place: str, language: str = "en") -> Reading | None:
    """One of `readings_in`; None where neither the place nor what stands for it has a row."""
    measures = ask(queries.measures, release, language=language)
    found = queries.records(measures[measures.id == measure])
    return _reading(release, found[0], place) if found else None


def _reading(release: Release, measure: Mapping[str, Any], place: str) -> Reading | None:
    where = _read_at(release, measure, place)
    if where is None:
        return None
    figures = figures_of(release, str(measure["id"]), where, page=place)
    return read_measure(context_of(release, measure), measure, figures, where)


def figures_of(release: Release, measure: str, place: str, *, page: str) -> pd.DataFrame:
    """Rows of `queries.figure_table` of a measure in a place and the city. page: the place whose page asks for them."""
    asked, figures = ask(figures_at, release, place=page)
    if place not in asked:
        asked, figures = ask(figures_at, release, place=place)
    mine = figures[measure] if measure in figures else next(iter(figures.values())).head(0)
    return mine[mine.neighborhood.isin([place, "city"])]


def figures_at(release: Release, *, place: str) -> tuple[frozenset[str], dict[str, pd.DataFrame]]:
    """All figures of a place, its police district and the city: the places, and a table a measure.

    One question for a page instead of one a measure. Put it through `ask`; nobody may change the tables.
    """
    districts = [] if place == "city" else list(ask(queries.districts_of, release, neighborhood=place).id[:1])
    places = frozenset({place, *districts, "city"})
    figures = queries.figure_table(release, neighborhoods=sorted(places))
    by_measure = {str(measure): rows.reset_index(drop=True) for measure, rows in figures.groupby("measure", sort=False)}
    return places, by_measure or {"": figures}


def _read_at(release: Release, measure: Mapping[str, Any], place: str) -> str | None:
    """Where a measure is read for a place: there, in its police district, or in the city; None for no district."""
    if place == "city" or measure["level"] == "neighborhood":
        return place
    if measure["level"] == "district":
        districts = ask(queries.districts_of, release, neighborhood=place)
        return str(districts.id.iloc[0]) if len(districts) else None
    return "city"


def read_measure(
    context: Context, measure: Mapping[str, Any], figures: pd.DataFrame, place: str, *, period: str | None = None
) -> Reading | None:
    """The reading of a measure in a place. None where the place has no row for it at all.

    figures: rows of `queries.figure_table` for this measure, the place and the city. period: read this period instead
    of the latest.
    """
    mine = figures[(figures.measure == measure["id"]) & (figures.neighborhood == place)]
    here = mine[comparable(mine, str(measure["kind"]))]
    if period is not None:
        here = here[here.period == period]
    if here.empty:
        return None
    context = replace(context, incomplete=incomplete_periods(context, figures))
    latest = here.sort_values(["period_end", "period_start"], ascending=[True, False]).iloc[-1]
    now = queries.as_figure(latest.to_dict())
    earlier = _before(measure, figures, place, now)
    city = _at(figures, measure["id"], "city", now.period)
    change = refused(Refusal.NOTHING_EARLIER) if earlier is None else compare(context, now, earlier)
    if place == "city":
        beside = refused(Refusal.IS_CITY)
    else:
        beside = refused(Refusal.NO_CITY_FIGURE)
        if city is not None and city.reason != Refusal.NO_CITY_FIGURE:
            beside = compare(context, now, city)
    same_days = None
    if change.reason in (Refusal.INCOMPLETE_PERIOD, Refusal.DIFFERENT_LENGTH):
        same_days = _same_days(context, mine, now)
    everyone = mine[mine.group == "all"]
    series = series_verdict(context, [queries.as_figure(row) for row in queries.records(everyone)])
    return Reading(measure, place, now, earlier, city, change, beside, series, same_days)


def incomplete_periods(context: Context, figures: pd.DataFrame) -> dict[str, tuple[date, date] | None]:
    """Codes of the periods that the source covers only in part, with the days covered where they are known.

    figures: rows of `queries.figure_table`. One row of a period tells it for all: another may carry another reason.
    """
    found: dict[str, tuple[date, date] | None] = {}
    for code, start, end, reason in zip(
        figures.period, figures.period_start, figures.period_end, figures.reason, strict=True
    ):
        whole = periods.parse(code, fiscal_start_month=context.fiscal_start_month)
        if (start, end) != (whole.start, whole.end):
            found[code] = (start, end)
        elif reason == "incomplete_period":
            found.setdefault(code, None)
    return found


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
    older = mine[(mine.period_end < periods.parse(now.period).start) & (mine.reason.fillna("") != "opt_in")]
    older = older[older.value.notna()].sort_values("period_end")
    return queries.as_figure(older.iloc[-1].to_dict()) if len(older) else None


def _at(figures: pd.DataFrame, measure: str, place: str, period: str) -> Figure | None:
    found = figures[(figures.measure == measure) & (figures.neighborhood == place) & (figures.period == period)]
    return queries.as_figure(found.iloc[0].to_dict()) if len(found) else None


def _same_days(context: Context, mine: pd.DataFrame, now: Figure) -> tuple[Figure, Figure] | None:
    """The longest stretch inside a figure's period that may be compared with the same one of the year before."""
    whole = context.period_of(now)
    codes = {code: periods.parse(code, fiscal_start_month=context.fiscal_start_month) for code in set(mine.period)}
    inside = [one for one in codes.values() if one.kind == "range" and whole.start <= one.start <= one.end <= whole.end]
    for stretch in sorted(inside, key=lambda one: (-one.days, one.code)):
        here, then = (_at(mine, now.measure, now.neighborhood, one.code) for one in (stretch, stretch.a_year_before()))
        if here is None or then is None or not (here.has_value and then.has_value):
            continue
        if compare(context, here, then).finding != Finding.REFUSED:
            return here, then
    return None


def beside_whole(context: Context, figures: pd.DataFrame, wholes: Mapping[str, Figure | None]) -> pd.DataFrame:
    """Figures of every place in one period with `group` (above, same or below the rest of a whole) and `refused`.

    figures: rows of `queries.by_neighborhood`. wholes: what each place is set beside, by its code: the city, or all of
    a setting. As many places are looked at together, a place must lie outside the wider limits (99.8%). The group
    is None where there is no value or the data cannot say; refused is the reason why a value is not compared, or None.
    """
    groups: list[str | None] = []
    reasons: list[str | None] = []
    for row in queries.records(figures):
        group = reason = None
        if pd.notna(row["value"]):
            verdict, whole = refused(Refusal.NO_CITY_FIGURE), wholes.get(str(row["neighborhood"]))
            if whole is not None:
                verdict = compare(context, queries.as_figure(row), whole, confidence=MANY_LOOKS)
            reason = None if verdict.reason is None else str(verdict.reason)
            if verdict.is_clear:
                group = "above" if verdict.moved > 0 else "below"
            elif reason is None:
                group = "same"
        groups.append(group)
        reasons.append(reason)
    columns = {"group": groups, "refused": reasons}
    return figures.assign(
        **{name: pd.Series(values, index=figures.index, dtype=object) for name, values in columns.items()}
    )
