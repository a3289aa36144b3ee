"""How many are where: circles sized by area on quiet outlines. Counts are never shaded: large areas would look more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from components import formats
from components.charts.drawing import Drawing, Spec, Width, as_is, picture, sizes, text_width
from components.maps.choropleth import MAP_HEIGHTS, context_layers, frame_of, line_layer
from components.maps.shapes import Bounds, as_json, flat, middle, shapes_of
from components.tokens import Look
from components.words import words

LARGEST = {"phone": 17, "desktop": 24, "slide": 44, "print": 24}
"""Radius of the circle of the highest count, in pixels, where areas have room for it."""


def circles(
    outlines: pd.DataFrame,
    counts: dict[str, int],
    look: Look,
    language: str,
    width: Width,
    *,
    heading: str,
    chosen: str | None = None,
    context: pd.DataFrame | None = None,
) -> Drawing:
    """A circle on each area with a count above zero, with the number in it or beside it.

    outlines: rows of `queries.outlines`. counts: how many by id; an area without one has 0. heading: what is counted.
    chosen: the id of the reader's place. context: rows of `queries.map_features`, drawn quietly.
    Raises ValueError when there is no outline.
    """
    if outlines.empty:
        raise ValueError("a map needs at least one outline")
    size, shapes = sizes(width, look), shapes_of(outlines)
    px, say = size.px, words(language)
    whole: Bounds = tuple(float(n) for n in shapely.total_bounds([shape.geometry for shape in shapes]))  # type: ignore[assignment]
    flattened = [flat(shape.geometry, whole) for shape in shapes]
    box: Bounds = tuple(float(n) for n in shapely.total_bounds(flattened))  # type: ignore[assignment]
    wide, tall = box[2] - box[0], box[3] - box[1]
    height = min(MAP_HEIGHTS[width], round(size.least * tall / max(wide, 1)) + px(8))
    scale = min(size.least / max(wide, 1), height / max(tall, 1))
    most = max([1, *counts.values()])
    # On a small map of small areas the circles shrink with them, down to what still holds a digit.
    usual = scale * float(np.median([shapely.maximum_inscribed_circle(_largest(one)).length for one in flattened]))
    largest = min(LARGEST[width], max(px(9), 1.3 * usual))
    made: list[dict[str, Any]] = []
    for shape, geometry in zip(shapes, flattened, strict=True):
        count, spot = counts.get(shape.id, 0), middle(geometry)
        radius = largest * math.sqrt(count / most)
        text = formats.count(count, language)
        inside = text_width(text, size.text, bold=True) <= 1.6 * radius
        is_mine = shape.id == chosen
        fill = look.focus if is_mine else look.mark
        room = text_width(shape.name, size.text, bold=is_mine) / 2 / scale
        name_y = spot.y + (radius + px(11)) / scale
        around = shapely.box(spot.x - room, name_y - px(9) / scale, spot.x + room, name_y + px(9) / scale)
        named = is_mine or (count > 0 and not size.is_phone and geometry.contains(around))
        made.append(
            {
                "id": shape.id, "name": shape.name, "count": count, "x": spot.x, "y": spot.y,
                "size": math.pi * radius**2, "fill": fill, "text": text if count else "",
                "ink": look.label_on(fill) if inside else look.ink, "dx": 0 if inside else radius + px(4),
                "align": "center" if inside else "left", "weight": 700 if is_mine else 400,
                "label": shape.name if named else "", "name_y": name_y,
                "name_x": min(max(spot.x, box[0] + room), box[2] - room),
                "tip": say.say("map.count_of", place=shape.name, count=text),
            }
        )  # fmt: skip
    rows = pd.DataFrame(made)
    frame = frame_of(box, px(3) * max(wide, tall) / size.least)
    # Vega fits the map to all that is drawn: an unseen frame leaves room for thick outlines at the edge.
    layers: list[Spec] = [
        {"data": {"values": [{"type": "Feature", "geometry": as_json(frame)}]},
         "mark": {"type": "geoshape", "fill": None, "stroke": None}, "encoding": {}}
    ]  # fmt: skip
    if context is not None and len(context):
        layers += context_layers(context, whole, frame, look)
    layers.append(line_layer([shapely.boundary(one) for one in flattened], look.muted, 0.8 * max(1.0, size.line / 2)))
    mine = [one for shape, one in zip(shapes, flattened, strict=True) if shape.id == chosen]
    if mine:
        layers.append(line_layer([shapely.boundary(mine[0])], look.ink, 3.5 * max(1.0, size.line / 2)))
    tip = [{"field": "name", "type": "nominal", "title": " "}, {"field": "text", "type": "nominal", "title": heading}]
    spot_at = _at("x", "y")
    layers.append(
        {
            "transform": [{"filter": "datum.count>0"}],
            "mark": {"type": "circle", "opacity": 1, "stroke": look.card, "strokeWidth": 1.5, "aria": True},
            "encoding": {**spot_at, "size": {"field": "size", "type": "quantitative", "scale": None, "legend": None},
                         "fill": as_is("fill"), "tooltip": tip, "description": {"field": "tip", "type": "nominal"}},
        }
    )  # fmt: skip
    number = {"type": "text", "align": {"expr": "datum.align"}, "dx": {"expr": "datum.dx"}, "fontWeight": 600}
    layers.append(
        {"transform": [{"filter": "datum.count>0"}], "mark": number,
         "encoding": {**spot_at, "text": {"field": "text", "type": "nominal"}, "fill": as_is("ink")}}
    )  # fmt: skip
    for weight in (400, 700):
        kept = [{"filter": f"datum.label!==''&&datum.weight==={weight}"}]
        words_at = {**_at("name_x", "name_y"), "text": {"field": "label", "type": "nominal"}}
        base: Spec = {"type": "text", "fontWeight": weight}
        rim = {**base, "stroke": look.card, "fill": look.card, "strokeWidth": 5, "strokeJoin": "round"}
        for mark in (rim, {**base, "fill": look.ink}):
            layers.append({"transform": kept, "mark": mark, "encoding": words_at})
    drawing = picture(rows, layers, of=look, size=size, height=height)
    drawing.spec["projection"] = {"type": "identity"}
    return drawing


def _largest(geometry: BaseGeometry) -> BaseGeometry:
    return max(shapely.get_parts(geometry), key=lambda part: part.area)


def _at(x: str, y: str) -> Spec:
    return {"longitude": {"field": x, "type": "quantitative"}, "latitude": {"field": y, "type": "quantitative"}}
