"""What a map says of each area: its fill, its words, its outline. The SVG map and the pydeck map share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import shapely
import shapely.ops

from components.charts.texts import reading
from components.classes import GROUPING, beside_of
from components.maps.legend import HIDDEN, away_fill, classes_for
from components.maps.shapes import KEPT, Shape, as_json, hatch, lines_only, shapes_of
from components.tokens import Look
from components.words import words
from data.figures import Status


@dataclass(frozen=True)
class Area:
    """One area of a map. label: what is said of it, in words. outline: solid, dotted (early or careful) or dashed."""

    shape: Shape
    status: Status
    fill: str
    label: str
    outline: str

    @property
    def is_hatched(self) -> bool:
        """True where there is a figure that may not be shown."""
        return self.status in HIDDEN


def areas(
    outlines: pd.DataFrame, figures: pd.DataFrame, measure: Mapping[str, Any], look: Look, language: str
) -> list[Area]:
    """Areas in the order of the outlines. An outline without a figure is not reported.

    outlines: id, name, geometry. figures: neighborhood, value, low, high, status, and n, group where they are known.
    measure: a row of `queries.measures`.
    """
    classes = classes_for(measure, figures, look, language)
    say, known = words(language), {str(row["neighborhood"]): row for row in figures.to_dict("records")}
    unit, beside = str(measure["unit"]), beside_of(figures)
    made = []
    for shape in shapes_of(outlines):
        row: dict[Any, Any] = known.get(shape.id, {"value": None, "status": Status.NOT_REPORTED})
        status = Status(str(row["status"]))
        found = classes.of(row)
        said = reading({**row, "status": status, "name": shape.name}, unit, language)
        if unit == "per_1000_residents" and said["value_text"]:
            said["tip"] = said["tip"].replace(
                said["value_text"], say.say("format.per_1000", rate=said["value_text"]), 1
            )
        if found and beside == GROUPING:  # the value alone does not tell it
            said["tip"] += f". {found.label}"
        fill = found.fill if found else look.hatch_fill
        if status == Status.NOT_REPORTED:
            fill = look.card
        elif status == Status.NOT_APPLICABLE:
            fill = away_fill(row, look)
        outline = "dashed" if status == Status.NOT_REPORTED else "solid"
        if status in (Status.PROVISIONAL, Status.UNSTABLE):
            outline = "dotted"
        made.append(Area(shape, status, fill, said["tip"], outline))
    return made


def map_geojson(
    outlines: pd.DataFrame, figures: pd.DataFrame, measure: Mapping[str, Any], look: Look, language: str
) -> bytes:
    """The areas of a map as GeoJSON for a browser: one file, compact, with colors and words in it.

    Each feature's properties: id, name, kind (area; hatch for the lines over one; edge for a dashed or dotted outline),
    fill and line (red, green, blue, alpha), status, label (words). Arguments as for `areas`.
    """
    found = areas(outlines, figures, measure, look, language)
    whole = _bounds([area.shape for area in found])
    features: list[dict[str, Any]] = []
    for area in found:
        facts = {"id": area.shape.id, "name": area.shape.name, "status": str(area.status), "label": area.label}
        solid = area.outline == "solid"
        features.append(
            _feature(area.shape.geometry, {**facts, "kind": "area", "fill": rgba(area.fill),
                                           "line": rgba(look.muted, 255 if solid else 0), "width": 0.8})
        )  # fmt: skip
        if not solid:
            dashes = _dashes(area.shape.geometry, whole, dotted=area.outline == "dotted")
            color = look.ink if area.outline == "dotted" else look.muted
            features.append(_feature(dashes, {**facts, "kind": "edge", "line": rgba(color), "width": 1.2}))
        if area.is_hatched:
            lines = lines_only(hatch(area.shape.geometry, whole))
            features.append(_feature(lines, {**facts, "kind": "hatch", "line": rgba(look.hatch_line), "width": 1.0}))
    return _collection(features)


def context_geojson(features: pd.DataFrame, look: Look) -> bytes:
    """Water, parks and roads as GeoJSON with quiet colors. features: rows of `queries.map_features`."""
    made = []
    for row in features.itertuples():
        color = rgba(look.rule if row.kind == "road" else look.grid)
        fill = rgba(look.grid, 0 if row.kind == "road" else 255)
        made.append(
            _feature(shapely.from_geojson(str(row.geometry)),
                     {"kind": str(row.kind), "name": row.name or "", "fill": fill, "line": color,
                      "width": 2.0 if row.kind == "road" else 0.0})
        )  # fmt: skip
    return _collection(made)


def rgba(color: str, alpha: int = 255) -> list[int]:
    """'#RRGGBB' as [red, green, blue, alpha], each 0 to 255."""
    return [*(int(color[i : i + 2], 16) for i in (1, 3, 5)), alpha]


def _collection(features: list[dict[str, Any]]) -> bytes:
    made = {"type": "FeatureCollection", "features": features}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    # Five decimals are about a meter.
    return {"type": "Feature", "properties": properties, "geometry": as_json(geometry, 5)}


def _bounds(shapes: list[Shape]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes])
    return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=KEPT)
def _dashes(geometry: Any, whole: tuple[float, float, float, float], *, dotted: bool) -> Any:
    """A dashed outline as lines of its own: browsers draw no dashes on a map canvas."""
    step = max(whole[2] - whole[0], whole[3] - whole[1]) / (260 if dotted else 130)
    part = 0.35 if dotted else 0.6
    made = []
    for ring in shapely.get_parts(shapely.boundary(geometry)):
        count = max(3, round(ring.length / step))
        made += [shapely.ops.substring(ring, i / count, (i + part) / count, normalized=True) for i in range(count)]
    return shapely.multilinestrings([line for line in made if line.geom_type == "LineString"])
