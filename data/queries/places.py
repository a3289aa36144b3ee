"""Places: what neighborhoods there are, what leads to them, where they lie, who lives there."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import literal, select, union_all

from data.models import MapFeature, Neighborhood, NeighborhoodAlias, PlaceIndex, Population
from data.queries.read import columns, in_language, read
from data.store import Release


def neighborhoods(
    release: Release, *, kinds: tuple[str, ...] = ("neighborhood",), language: str = "en"
) -> pd.DataFrame:
    """Places of some kinds, by name: id, name, kind, setting, visitor_area, about, area_km2, label_lon, label_lat."""
    n = columns(Neighborhood)
    wanted = (
        select(n.id, n.name, n.kind, n.setting, n.visitor_area, n.about, n.area_km2, n.label_lon, n.label_lat)
        .where(n.kind.in_(kinds))
        .order_by(n.name, n.id)
    )
    return in_language(release, read(release, wanted), Neighborhood, language)


def place_names(release: Release) -> pd.DataFrame:
    """Every text that leads to a neighborhood: text, kind (name, alias, street, landmark, zip), neighborhood_id."""
    n, a, p = columns(Neighborhood), columns(NeighborhoodAlias), columns(PlaceIndex)
    wanted = union_all(
        select(n.name.label("text"), literal("name").label("kind"), n.id.label("neighborhood_id")).where(
            n.kind == "neighborhood"
        ),
        select(a.alias, literal("alias"), a.neighborhood_id)
        .join(Neighborhood.__table__, n.id == a.neighborhood_id)  # type: ignore[attr-defined]
        .where(n.kind == "neighborhood"),
        select(p.text, p.kind, p.neighborhood_id),
    ).subquery()
    return read(release, select(wanted).order_by(*wanted.c))


def outlines(release: Release, *, kind: str = "neighborhood") -> pd.DataFrame:
    """Outlines for the map: id, name, geometry (text of a GeoJSON geometry); places without one are left out."""
    n = columns(Neighborhood)
    wanted = select(n.id, n.name, n.geometry).where(n.kind == kind, n.geometry.is_not(None)).order_by(n.name, n.id)
    return read(release, wanted)


def map_features(release: Release) -> pd.DataFrame:
    """Water, parks and roads: id, kind, name, geometry (text of a GeoJSON geometry)."""
    f = columns(MapFeature)
    return read(release, select(f.id, f.kind, f.name, f.geometry).order_by(f.kind, f.id))


def population(release: Release, *, neighborhood: str | None = None) -> pd.DataFrame:
    """Residents by year: neighborhood_id, year, residents, households, source_id; newest first."""
    p = columns(Population)
    wanted = select(p.neighborhood_id, p.year, p.residents, p.households, p.source_id).order_by(
        p.neighborhood_id, p.year.desc()
    )
    if neighborhood is not None:
        wanted = wanted.where(p.neighborhood_id == neighborhood)
    return read(release, wanted)
