"""Outlines: read, checked, repaired, simplified so that neighbors still share their borders, measured and overlaid."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from data.publish.pack import Boundary, MapFeatures, title
from data.publish.problems import Refused, Report, problem

DECIMALS = 5
"""Decimals of published coordinates: about one meter."""
CITY_BYTES = 300_000
"""Aim for all outlines of one level together; they travel to a phone."""
STEPS_M = (4, 8, 12, 18, 27, 40, 60, 90)
"""How coarse simplification may get, in meters, tried from fine to coarse."""
SMALLEST_OVERLAP = 0.01

_METERS_PER_DEGREE = 111_320.0
# WGS84
_A, _E = 6_378_137.0, 0.0818191908426215
_WGS84_NAMES = ("CRS84", "4326", "WGS84", "WGS 84")


@dataclass(frozen=True)
class Outline:
    """One feature: its row in the file (the heading counts as row 1), its code, its name, its repaired outline."""

    row: int
    code: str | None
    raw_name: str
    name: str
    shape: BaseGeometry


def features(path: Path, file: str) -> list[dict[str, Any]]:
    """The features of a GeoJSON file. Raises Refused: unreadable_file, empty_file, not_longitude_latitude by `crs`."""
    text = path.read_bytes()
    if not text.strip():
        raise Refused(problem("empty_file", file=file, found=f"{len(text)} bytes"))
    try:
        given = json.loads(text.decode("utf-8-sig"))
        found = given["features"]
        if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
            raise TypeError
    except UnicodeDecodeError:
        raise Refused(problem("wrong_encoding", file=file, expected="UTF-8", level="error")) from None
    except (ValueError, KeyError, TypeError):
        raise Refused(problem("unreadable_file", file=file, found="not a GeoJSON FeatureCollection")) from None
    if not found:
        raise Refused(problem("empty_file", file=file, found="no features"))
    crs = given.get("crs")
    name = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, dict) else ""
    if name and not any(known in name for known in _WGS84_NAMES):
        raise Refused(
            problem("not_longitude_latitude", file=file, found=f"coordinates in {name}", expected="CRS84 or EPSG:4326")
        )
    return found


def read_outlines(
    path: Path, spec: Boundary, *, file: str, report: Report, found: list[dict[str, Any]] | None = None
) -> list[Outline]:
    """Outlines of one level, repaired where they cross themselves, merged by name where the pack says dissolve.

    found: the features of the file, where they are read already.

    Raises Refused for a file that cannot be used; problems of single features go to the report.
    """
    outlines: list[Outline] = []
    found = features(path, file) if found is None else found
    names = {key for one in found for key in (one.get("properties") or {})}
    for wanted in filter(None, (spec.name, spec.id)):
        if wanted not in names:
            raise Refused(
                problem("missing_column", file=file, column=wanted, found=f"properties {', '.join(sorted(names)[:40])}")
            )
    for row, feature in enumerate(found, 2):
        properties = feature.get("properties") or {}
        raw = _text(properties.get(spec.name))
        if not raw:
            report.add("missing_value", file=file, row=row, column=spec.name)
            report.reject(file, row, spec.name, "", "missing_value")
            continue
        if raw in spec.leave_out:
            continue
        shape = _shape(feature.get("geometry"), row=row, file=file, name=raw, report=report)
        if shape is None:
            continue
        name = spec.name_pattern.replace("{name}", title(raw) if spec.name_case == "title" else raw)
        code = _text(properties.get(spec.id)) if spec.id else None
        outlines.append(Outline(row, code or None, raw, name, shape))
    _must_be_longitude_latitude([one.shape for one in outlines], file)
    return _dissolved(outlines) if spec.dissolve else outlines


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split()) if value is not None else ""


def _shape(geometry: Any, *, row: int, file: str, name: str, report: Report) -> BaseGeometry | None:
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry))) if geometry else None
    except shapely.errors.GEOSException:
        shape = None
    if shape is not None and not shape.is_valid:
        report.add("invalid_polygon", file=file, row=row, found=f"{name}: {shapely.is_valid_reason(shape)}")
        shape = shapely.make_valid(shape)
    areas = polygons_of(shape) if shape is not None else None
    if areas is None:
        kind = geometry.get("type") if isinstance(geometry, dict) else "nothing"
        report.add("no_polygon", file=file, row=row, found=f"{name}: {kind}")
        report.reject(file, row, "geometry", name, "no_polygon")
    return areas


def polygons_of(shape: BaseGeometry) -> BaseGeometry | None:
    """The parts of a shape that have an area, as Polygon or MultiPolygon; None without any."""
    parts = [
        one for one in shapely.get_parts(shapely.get_parts(np.array([shape], dtype=object)))
        if one.geom_type == "Polygon" and one.area > 0
    ]  # fmt: skip
    if not parts:
        return None
    return cast(BaseGeometry, parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


def _must_be_longitude_latitude(shapes: Sequence[BaseGeometry], file: str) -> None:
    if not shapes:
        return
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    box = f"x from {west:,.4f} to {east:,.4f}, y from {south:,.4f} to {north:,.4f}"
    if -180 <= west <= east <= 180 and -80 <= south <= north <= 80:
        return
    if -90 <= west <= east <= 90 and -180 <= south <= north <= 180:
        raise Refused(
            problem(
                "not_longitude_latitude",
                file=file,
                found=f"{box}: latitude seems to stand before longitude",
                expected="longitude first, from -180 to 180, then latitude",
                fix="Swap the two numbers of every point, or export the file again as GeoJSON (RFC 7946).",
            )
        )
    mercator = max(map(abs, (west, south, east, north))) <= 20_100_000 and min(abs(west), abs(east)) > 180
    raise Refused(
        problem(
            "not_longitude_latitude",
            file=file,
            found=f"{box}{': meters, as in Web Mercator (EPSG:3857)' if mercator else ''}",
            expected="longitude from -180 to 180, latitude from -80 to 80",
        )
    )


def _dissolved(outlines: list[Outline]) -> list[Outline]:
    merged: dict[str, list[Outline]] = {}
    for one in outlines:
        merged.setdefault(one.name, []).append(one)
    return [
        Outline(
            many[0].row,
            many[0].code,
            many[0].raw_name,
            name,
            polygons_of(shapely.union_all([one.shape for one in many])) or many[0].shape,
        )
        for name, many in merged.items()
    ]


def simplified(shapes: Sequence[BaseGeometry], *, aim: int = CITY_BYTES) -> list[BaseGeometry]:
    """Outlines with as many points as `aim` bytes of GeoJSON hold, rounded to DECIMALS, right-hand winding.

    Where the outlines fit together without gaps their shared borders stay shared; else each is simplified by itself.
    """
    array = np.array(shapes, dtype=object)
    if not len(array):
        return []
    latitude = float(np.mean(shapely.total_bounds(array)[[1, 3]]))
    squeeze = math.cos(math.radians(latitude))
    # Meters east and north, near enough for deciding which points to leave out.
    flat = shapely.transform(array, lambda points: points * (_METERS_PER_DEGREE * squeeze, _METERS_PER_DEGREE))
    together = bool(shapely.coverage_is_valid(flat))
    result: list[BaseGeometry] = []
    for step in (0, *STEPS_M):
        if step == 0:
            coarse = flat
        elif together:
            coarse = shapely.coverage_simplify(flat, step)
        else:
            coarse = shapely.simplify(flat, step, preserve_topology=True)
        back = shapely.transform(coarse, lambda points: points / (_METERS_PER_DEGREE * squeeze, _METERS_PER_DEGREE))
        result = [_tidy(one, whole) for one, whole in zip(back, array, strict=True)]
        if sum(len(shapely.to_geojson(one)) for one in result) <= aim:
            break
    return result


def _tidy(shape: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    """Rounded, valid, right-hand winding; the outline it came from where rounding left nothing."""
    for decimals in (DECIMALS, DECIMALS + 2):
        rounded = shapely.transform(shape, lambda points, decimals=decimals: np.round(points, decimals))
        if not rounded.is_valid:
            rounded = shapely.make_valid(rounded)
        areas = polygons_of(rounded)
        if areas is not None:
            return cast(BaseGeometry, shapely.orient_polygons(areas, exterior_cw=False))
    return cast(BaseGeometry, shapely.orient_polygons(whole, exterior_cw=False))


def equal_area(shape: BaseGeometry) -> BaseGeometry:
    """The shape in meters on a map that keeps areas: cylindrical equal-area on the WGS84 ellipsoid.

    Snyder, Map Projections: A Working Manual (1987), equations 3-12 and 10-14 to 10-15, standard parallel 0.
    """

    def project(points: Any) -> Any:
        sine = np.sin(np.radians(points[:, 1]))
        part = np.log((1 - _E * sine) / (1 + _E * sine)) / (2 * _E)
        q = (1 - _E**2) * (sine / (1 - (_E * sine) ** 2) - part)
        return np.column_stack((_A * np.radians(points[:, 0]), _A * q / 2))

    return cast(BaseGeometry, shapely.transform(shape, project))


def area_km2(shape: BaseGeometry) -> float:
    """Area on the WGS84 ellipsoid in square kilometers."""
    return float(equal_area(shape).area) / 1e6


def label_point(shape: BaseGeometry) -> tuple[float, float]:
    """Longitude and latitude of a point well inside, for a label."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    point = shapely.maximum_inscribed_circle(largest, tolerance=1e-4).coords[0]
    inside = shapely.Point(point)
    if not largest.contains(inside):
        inside = largest.representative_point()
    return round(inside.x, DECIMALS), round(inside.y, DECIMALS)


def neighborhood_columns(shapes: Sequence[BaseGeometry]) -> pd.DataFrame:
    """Columns geometry, area_km2, label_lon, label_lat for each outline, in order."""
    small = simplified(shapes)
    points = [label_point(one) for one in shapes]
    return pd.DataFrame(
        {
            "geometry": pd.Series([shapely.to_geojson(one) for one in small], dtype="str"),
            "area_km2": [round(area_km2(one), 4) for one in shapes],
            "label_lon": [point[0] for point in points],
            "label_lat": [point[1] for point in points],
        }
    )


def overlaps(neighborhoods: dict[str, BaseGeometry], districts: dict[str, BaseGeometry]) -> pd.DataFrame:
    """Rows of table `neighborhood_overlap`: the share of each neighborhood's area in each district, from 1% on."""
    flat = {place: equal_area(shape) for place, shape in neighborhoods.items()}
    others = {place: equal_area(shape) for place, shape in districts.items()}
    ids = list(others)
    tree = shapely.STRtree(list(others.values()))
    rows = []
    for place, shape in flat.items():
        for at in sorted(tree.query(shape, predicate="intersects")):
            share = shape.intersection(others[ids[at]]).area / shape.area
            if share >= SMALLEST_OVERLAP:
                rows.append((place, ids[at], round(min(share, 1.0), 4)))
    return pd.DataFrame(rows, columns=["neighborhood_id", "district_id", "share_of_area"])


def map_features(path: Path, spec: MapFeatures, *, file: str, report: Report, first: int = 1) -> pd.DataFrame:
    """Rows of table `map_feature`: water, parks or roads, simplified and rounded; numbered from `first` on."""
    rows = []
    shapes = []
    for row, feature in enumerate(features(path, file), 2):
        geometry = feature.get("geometry")
        try:
            shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry))) if geometry else None
        except shapely.errors.GEOSException:
            shape = None
        if shape is None or shape.is_empty:
            report.add("no_polygon", file=file, row=row, found="nothing", expected="a shape", fix="Take it out.")
            continue
        shapes.append(shape)
        name = _text((feature.get("properties") or {}).get(spec.name)) if spec.name else ""
        thin = shapely.simplify(shape, 8 / _METERS_PER_DEGREE, preserve_topology=True)
        thin = shapely.transform(thin, lambda points: np.round(points, DECIMALS))
        if not thin.is_valid:
            thin = shapely.make_valid(thin)
        rows.append((f"{spec.kind}-{row - 2 + first}", spec.kind, name or None, shapely.to_geojson(thin), file, row))
    _must_be_longitude_latitude(shapes, file)
    return pd.DataFrame(rows, columns=["id", "kind", "name", "geometry", "_file", "_row"])
