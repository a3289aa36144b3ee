"""Figures: measures and what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import case, func, select

from data.figures import Figure, Status
from data.models import Measure, Neighborhood, NeighborhoodOverlap, Observation, SeriesBreak, Source, table_of
from data.queries.places import neighborhoods
from data.queries.read import columns, in_language, read, records
from data.store import Release


def measures(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Every measure that has observations, in page order, with its source.

    Columns: those of `measure`, and source_title, source_publisher, source_url, retrieved_on, and `level`
    (neighborhood, district or city: the smallest places it is reported for).
    """
    m, s, o, n = columns(Measure), columns(Source), columns(Observation), columns(Neighborhood)
    kinds = (
        select(
            o.measure_id,
            func.max(case((n.kind == "neighborhood", 1), else_=0)).label("by_neighborhood"),
            func.max(case((n.kind == "district", 1), else_=0)).label("by_district"),
        )
        .join(table_of(Neighborhood), n.id == o.neighborhood_id)
        .group_by(o.measure_id)
        .subquery()
    )
    wanted = (
        select(
            *table_of(Measure).c,
            s.title.label("source_title"),
            s.publisher.label("source_publisher"),
            s.url.label("source_url"),
            s.retrieved_on,
            kinds.c.by_neighborhood,
            kinds.c.by_district,
        )
        .join(table_of(Source), s.id == m.source_id)
        .join(kinds, kinds.c.measure_id == m.id)
        .order_by(m.position, m.name, m.id)
    )
    frame = read(release, wanted)
    frame["level"] = [
        "neighborhood" if neighborhood else "district" if district else "city"
        for neighborhood, district in zip(frame.by_neighborhood, frame.by_district, strict=True)
    ]
    frame = frame.drop(columns=["by_neighborhood", "by_district"])
    frame = in_language(release, frame, Measure, language)
    return in_language(release, frame, Source, language, id_column="source_id", source_title="title")


def periods(release: Release, measure: str) -> pd.DataFrame:
    """Periods that a measure has figures for, oldest first: period, period_start, period_end, shown (how many)."""
    o = columns(Observation)
    wanted = (
        select(o.period, o.period_start, o.period_end, func.count(o.value).label("shown"))
        .where(o.measure_id == measure, o.group_name == "all")
        .group_by(o.period, o.period_start, o.period_end)
        .order_by(o.period_start, o.period_end)
    )
    return read(release, wanted)


def figure_table(
    release: Release,
    *,
    measures: Sequence[str] | None = None,
    neighborhoods: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
    groups: Sequence[str] | None = ("all",),
) -> pd.DataFrame:
    """Figures as a table, by measure, place and time; None asks for all.

    Columns: the fields of `Figure`, and period_start, period_end (dates).
    """
    o, m = columns(Observation), columns(Measure)
    wanted = select(
        o.measure_id.label("measure"),
        o.neighborhood_id.label("neighborhood"),
        o.period,
        o.value,
        o.low,
        o.high,
        o.numerator,
        o.denominator,
        o.n,
        m.unit,
        o.status,
        o.reason,
        o.source_id.label("source"),
        o.group_name.label("group"),
        o.n_effective,
        o.denominator_period,
        o.period_start,
        o.period_end,
    ).join(table_of(Measure), m.id == o.measure_id)
    for column, allowed in (
        (o.measure_id, measures),
        (o.neighborhood_id, neighborhoods),
        (o.period, periods),
        (o.group_name, groups),
    ):
        if allowed is not None:
            wanted = wanted.where(column.in_(list(allowed)))
    wanted = wanted.order_by(m.position, o.measure_id, o.neighborhood_id, o.period_start, o.period_end, o.group_name)
    frame = read(release, wanted)
    numbers = ["value", "low", "high", "numerator", "denominator", "n_effective"]
    frame[numbers] = frame[numbers].astype("float64")
    frame["n"] = frame["n"].astype("Int64")
    frame["release"] = release.id
    return frame


def figures(
    release: Release,
    *,
    measures: Sequence[str] | None = None,
    neighborhoods: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
    groups: Sequence[str] | None = ("all",),
) -> list[Figure]:
    """Figures with their whole passport, as pages, files and the command line show them."""
    frame = figure_table(release, measures=measures, neighborhoods=neighborhoods, periods=periods, groups=groups)
    return [as_figure(row) for row in records(frame)]


def by_neighborhood(
    release: Release, *, measure: str, period: str, language: str = "en", kind: str = "neighborhood"
) -> pd.DataFrame:
    """Figures of a measure in a period for every neighborhood (or, by `kind`, every police district), A to Z.

    Columns: those of `figure_table` but its dates, and id, name. A neighborhood without a row is not reported.
    """
    figures = figure_table(release, measures=[measure], periods=[period]).drop(columns=["period_start", "period_end"])
    places = neighborhoods(release, kinds=(kind,), language=language)[["id", "name"]]
    frame = places.merge(figures, left_on="id", right_on="neighborhood", how="left")
    frame["neighborhood"] = frame.id
    frame["status"] = frame.status.fillna("not_reported")
    return frame


def as_figure(row: Mapping[Any, Any]) -> Figure:
    """A row of `figure_table` as a Figure: missing numbers become None."""
    plain: dict[str, Any] = {name: (None if pd.isna(row[name]) else row[name]) for name in Figure.__dataclass_fields__}
    plain["status"] = Status(plain["status"])
    plain["n"] = None if plain["n"] is None else int(plain["n"])
    return Figure(**plain)


def breaks(release: Release, *, measure: str | None = None, language: str = "en") -> pd.DataFrame:
    """Days from which a measure cannot be compared with before: measure_id, broke_on, kind, note.

    A translation is found by `measure/day`, and by the measure alone where there is no such row.
    """
    b = columns(SeriesBreak)
    wanted = select(b.measure_id, b.broke_on, b.kind, b.note).order_by(b.measure_id, b.broke_on)
    if measure is not None:
        wanted = wanted.where(b.measure_id == measure)
    frame = in_language(release, read(release, wanted), SeriesBreak, language, id_column="measure_id")
    frame["row_id"] = frame.measure_id.astype(str) + "/" + frame.broke_on.astype(str)
    return in_language(release, frame, SeriesBreak, language, id_column="row_id").drop(columns="row_id")


def districts_of(release: Release, neighborhood: str) -> pd.DataFrame:
    """Police districts that a neighborhood lies in, largest part first: id, name, share_of_area (0 to 1)."""
    v, n = columns(NeighborhoodOverlap), columns(Neighborhood)
    wanted = (
        select(n.id, n.name, v.share_of_area)
        .join(table_of(Neighborhood), n.id == v.district_id)
        .where(v.neighborhood_id == neighborhood)
        .order_by(v.share_of_area.desc(), n.id)
    )
    return read(release, wanted)
