"""Shapes for maps: outlines made simple, turned the right way, and hatched. Made once for a release, in Python."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

KEPT = 1024
"""Shapes whose drawn form is remembered: geometries never change, and maps of one release share them."""

Bounds = tuple[float, float, float, float]

HATCH_LINES = 110
"""How many lines the hatching would need to cross the whole map from corner to corner."""


@dataclass(frozen=True)
class Shape:
    """One area: id, name, and its outline in longitude and latitude."""

    id: str
    name: str
    geometry: BaseGeometry


def shapes_of(outlines: pd.DataFrame) -> tuple[Shape, ...]:
    """The shapes of rows with id, name and geometry (text of a GeoJSON geometry), simplified together.

    Borders that two areas share stay shared: they are made simpler once, not twice.
    """
    return _shapes(tuple(zip(outlines.id, outlines.name, outlines.geometry, strict=True)))


@lru_cache(maxsize=8)
def _shapes(rows: tuple[tuple[str, str, str], ...]) -> tuple[Shape, ...]:
    raw = np.array([polygons(shapely.make_valid(shapely.from_geojson(text))) for _, _, text in rows], dtype=object)
    whole = shapely.total_bounds(raw)
    # A thousandth of the map's width is under a pixel in every picture we make.
    simple = shapely.coverage_simplify(raw, max(whole[2] - whole[0], whole[3] - whole[1]) / 1000)
    simple = np.where(shapely.is_empty(simple), raw, simple)
    return tuple(
        Shape(str(id_), str(name), shapely.orient_polygons(geometry))
        for (id_, name, _), geometry in zip(rows, simple, strict=True)
    )


def polygons(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape, without the stray lines and points that mending one may leave."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    if len(parts) == 1:
        return parts[0]
    return shapely.multipolygons([piece for part in parts for piece in shapely.get_parts(part)])


@lru_cache(maxsize=KEPT)
def middle(geometry: BaseGeometry) -> shapely.Point:
    """The point deepest inside the largest part of a shape: where its name has the most room."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    return shapely.Point(shapely.maximum_inscribed_circle(largest).coords[0])


def bounds(outlines: pd.DataFrame) -> Bounds:
    """West, south, east and north of all outlines, in degrees. Raises ValueError when there is none."""
    if outlines.empty:
        raise ValueError("there are no outlines to find the bounds of")
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes_of(outlines)])
    return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=KEPT)
def hatch(geometry: BaseGeometry, whole: Bounds, *, flat: bool = False) -> BaseGeometry:
    """Lines at 45 degrees over a shape, clipped to it, evenly spaced over the whole map.

    Lines of neighboring shapes meet. whole: bounds of the map, in the same units as the shape. flat: the shape is in
    pixels, not in degrees.
    """
    west, south, east, north = whole
    flatten = 1.0 if flat else math.cos(math.radians((south + north) / 2))
    wide, tall = (east - west) * flatten, north - south
    step, reach = (wide + tall) / HATCH_LINES, wide + tall
    slope = -1 if flat else 1  # On a screen, down is positive.
    lines = shapely.linestrings(
        [[(c - reach, -slope * reach), (c + reach, slope * reach)] for c in np.arange(-reach, 2 * reach, step)]
    )
    lines = [affinity.translate(affinity.scale(line, 1 / flatten, 1, origin=(0, 0)), west, south) for line in lines]
    return shapely.intersection(shapely.multilinestrings(lines), geometry)


@lru_cache(maxsize=KEPT)
def flat(geometry: BaseGeometry, whole: Bounds) -> BaseGeometry:
    """A shape as seen from above, in whole steps of a grid 1,200 wide, with y growing downward as on a screen."""
    west, south, east, north = whole
    flatten = math.cos(math.radians((south + north) / 2))
    size = 1200 / max((east - west) * flatten, north - south)
    moved = affinity.affine_transform(geometry, [size * flatten, 0, 0, -size, -west * size * flatten, north * size])
    rounded = shapely.set_precision(moved, 1)
    return moved if rounded.is_empty else rounded


@lru_cache(maxsize=KEPT)
def as_json(geometry: BaseGeometry, decimals: int | None = None) -> dict[str, Any]:
    """A shape as a GeoJSON geometry, to be read only; coordinates rounded where `decimals` is given."""
    if decimals is not None:
        geometry = shapely.transform(geometry, lambda points: np.round(points, decimals))
    made: dict[str, Any] = json.loads(shapely.to_geojson(geometry), parse_float=_short)
    return made


def _short(text: str) -> float:
    """A number as short as it can be written: a map is mostly numbers."""
    number = float(text)
    return int(number) if number.is_integer() else number


@lru_cache(maxsize=KEPT)
def lines_only(geometry: BaseGeometry) -> BaseGeometry:
    """The line parts of what an intersection left, without stray points."""
    parts: Iterable[BaseGeometry] = shapely.get_parts(geometry)
    return shapely.multilinestrings([part for part in parts if part.geom_type == "LineString"])
