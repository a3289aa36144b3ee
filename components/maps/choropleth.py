"""The map as a drawing: SVG on a page, the same in a file, on a slide and in print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import shapely

from components.charts.drawing import ROWS, Drawing, Sizes, Spec, Width, picture, sizes, text_width
from components.charts.strip import SHAPES
from components.maps.areas import Area, areas
from components.maps.shapes import Bounds, as_json, flat, hatch, lines_only, middle
from components.tokens import Look

MAP_HEIGHTS = {"phone": 360, "desktop": 520, "slide": 780, "print": 480}


def choropleth(
    outlines: pd.DataFrame,
    figures: pd.DataFrame,
    measure: Mapping[str, Any],
    look: Look,
    language: str,
    width: Width,
    *,
    chosen: str | None = None,
    context: pd.DataFrame | None = None,
    symbols: bool = False,
) -> Drawing:
    """Areas in the colors of their classes, hatched where the figure is not shown, dashed where it is not reported.

    outlines: rows of `queries.outlines`. figures, measure: as for `maps.areas`. chosen: the id of the reader's place.
    context: rows of `queries.map_features`, drawn quietly. symbols: mark areas above and below by shapes, in the place
    of names. Clicks set the selection `pick` to the `id` of an area.
    Raises ValueError when there is no outline.
    """
    if outlines.empty:
        raise ValueError("a map needs at least one outline")
    size = sizes(width, look)
    found = areas(outlines, figures, measure, look, language)
    whole: Bounds = tuple(float(n) for n in shapely.total_bounds([a.shape.geometry for a in found]))  # type: ignore[assignment]
    flattened = {area.shape.id: flat(area.shape.geometry, whole) for area in found}
    box: Bounds = tuple(float(n) for n in shapely.total_bounds(list(flattened.values())))  # type: ignore[assignment]
    # As tall as the city needs at its widest, and no taller than a screen likes.
    height = min(MAP_HEIGHTS[width], round(size.least * (box[3] - box[1]) / max(box[2] - box[0], 1)) + size.px(8))
    rows = pd.DataFrame(
        {
            "id": [a.shape.id for a in found],
            "name": [a.shape.name for a in found],
            "fill": [a.fill for a in found],
            "status": [str(a.status) for a in found],
            "label": [a.label for a in found],
        }
    )
    outline_px = 0.8 * max(1.0, size.line / 2)
    frame = frame_of(box, size.px(3) * max(box[2] - box[0], box[3] - box[1]) / size.least)
    # Vega fits the map to all that is drawn: an unseen frame leaves room for thick outlines at the edge.
    layers: list[Spec] = [
        {"data": {"values": [{"type": "Feature", "geometry": as_json(frame)}]},
         "mark": {"type": "geoshape", "fill": None, "stroke": None}, "encoding": {}}
    ]  # fmt: skip
    if context is not None and len(context):
        layers += context_layers(context, whole, frame, look)
    layers.append(
        {
            "name": "areas",
            "data": {"values": [_shape(area.shape.id, flattened[area.shape.id]) for area in found]},
            "transform": [
                {"lookup": "id", "from": {"data": {"name": ROWS}, "key": "id",
                                          "fields": ["name", "fill", "status", "label"]}}
            ],
            "params": [{"name": "pick", "select": {"type": "point", "fields": ["id"], "toggle": False}}],
            "mark": {"type": "geoshape", "stroke": look.muted, "strokeWidth": outline_px, "strokeJoin": "round",
                     "aria": True, "cursor": "pointer"},
            "encoding": {
                "fill": {"field": "fill", "type": "nominal", "scale": None, "legend": None},
                "strokeOpacity": {"condition": {"test": "datum.status==='not_reported'", "value": 0}, "value": 1},
                "tooltip": {"field": "label", "type": "nominal"},
                "description": {"field": "label", "type": "nominal"},
            },
        }
    )  # fmt: skip
    hatched = [a for a in found if a.is_hatched]
    if hatched:
        lines = [lines_only(hatch(flattened[a.shape.id], box, flat=True)) for a in hatched]
        layers.append(line_layer(lines, look.hatch_line, max(1.0, size.line * 0.5)))
    for outline, color, dash in (
        ("dashed", look.muted, [size.px(5), size.px(4)]), ("dotted", look.ink, [size.px(1.5), size.px(3)])
    ):  # fmt: skip
        edges = [shapely.boundary(flattened[a.shape.id]) for a in found if a.outline == outline]
        if edges:
            # What lies under the dashes is wiped, or a neighbor's solid line would fill their gaps.
            layers.append(line_layer(edges, look.card if outline == "dashed" else look.muted, outline_px + 0.8))
            layers.append(line_layer(edges, color, max(1.2, outline_px), strokeDash=dash))
    mine = next((a for a in found if a.shape.id == chosen), None)
    if mine is not None:
        edge = [shapely.boundary(flattened[mine.shape.id])]
        thick = 3.5 * max(1.0, size.line / 2)
        # A rim in the color of the card keeps the outline visible on the darkest class.
        layers.append(line_layer(edge, look.card, thick * 1.7, strokeJoin="round"))
        layers.append(line_layer(edge, look.ink, thick, strokeJoin="round"))
    scale = min(size.least / max(box[2] - box[0], 1), height / max(box[3] - box[1], 1))
    named = [area for area in found if area is mine] if symbols else found
    layers += _names(named, flattened, mine, scale, look, size, box)
    if symbols:
        layers.append(_symbols(figures, flattened, look, size))
    drawing = picture(rows, layers, of=look, size=size, height=height)
    drawing.spec["projection"] = {"type": "identity"}
    return drawing


def frame_of(box: Bounds, margin: float) -> Any:
    """What a map is fitted to: its bounds with a margin on each side."""
    west, south, east, north = box
    return shapely.box(west - margin, south - margin, east + margin, north + margin)


def _shape(id_: str, geometry: Any) -> Spec:
    return {"type": "Feature", "id": id_, "geometry": as_json(geometry)}


def line_layer(lines: list[Any], color: str, width: float, **mark: Any) -> Spec:
    """Outlines and other lines, in one color."""
    return {
        "data": {"values": [{"type": "Feature", "geometry": as_json(line, 1)} for line in lines]},
        "mark": {"type": "geoshape", "filled": False, "fill": None, "stroke": color, "strokeWidth": width, **mark},
        "encoding": {},
    }


def context_layers(context: pd.DataFrame, whole: Bounds, frame: Any, look: Look) -> list[Spec]:
    """Water and parks as quiet areas, roads as quiet lines."""
    made: list[Spec] = []
    for is_road in (False, True):
        mine = context[(context.kind == "road") == is_road]
        if mine.empty:
            continue
        shapes = [shapely.intersection(flat(shapely.from_geojson(str(t)), whole), frame) for t in mine.geometry]
        mark: Spec = {"type": "geoshape", "fill": look.grid, "stroke": None}
        if is_road:
            mark = {"type": "geoshape", "filled": False, "fill": None, "stroke": look.rule, "strokeWidth": 2}
        values = [{"type": "Feature", "geometry": as_json(shape)} for shape in shapes if not shape.is_empty]
        made.append({"data": {"values": values}, "mark": mark, "encoding": {}})
    return made


def _symbols(figures: pd.DataFrame, flattened: dict[str, Any], look: Look, size: Sizes) -> Spec:
    """A triangle up in each area above, one down in each below, so that no color is needed to tell them apart."""
    groups = dict(zip(figures.neighborhood.astype(str), figures.group, strict=True))
    spots = [
        {"x": middle(shape).x, "y": middle(shape).y, "shape": SHAPES[group]}
        for code, shape in flattened.items()
        if (group := groups.get(code)) in ("above", "below")
    ]
    return {
        "data": {"values": spots},
        "mark": {"type": "point", "filled": True, "fill": look.ink, "stroke": look.card, "opacity": 1,
                 "strokeWidth": max(1.0, size.line / 2), "size": size.px(10) ** 2},
        "encoding": {
            "longitude": {"field": "x", "type": "quantitative"},
            "latitude": {"field": "y", "type": "quantitative"},
            "shape": {"field": "shape", "type": "nominal", "scale": None, "legend": None},
        },
    }  # fmt: skip


def _names(
    found: list[Area], flattened: dict[str, Any], mine: Area | None, scale: float, look: Look, size: Sizes, box: Bounds
) -> list[Spec]:
    """The chosen place's name on the map, and every other that fits inside its own area."""
    made: list[Spec] = []
    text, is_phone = size.text, size.is_phone
    for area in sorted(found, key=lambda area: area is mine):
        geometry = flattened[area.shape.id]
        is_mine = area is mine
        if not is_mine and (is_phone or area.is_hatched):
            continue
        point, wide = middle(geometry), text_width(area.shape.name, text, bold=is_mine)
        room = shapely.box(point.x - wide / 2 / scale, point.y - text * 0.7 / scale,
                           point.x + wide / 2 / scale, point.y + text * 0.7 / scale)  # fmt: skip
        fits = bool(geometry.contains(room))
        if not is_mine and not fits:
            continue
        # A name that runs over its area's edge stands on a rim of the card's color, to be read on any neighbor.
        rimmed = is_mine and (not fits or area.is_hatched)
        ink = look.ink if rimmed else look.label_on(area.fill)
        y = point.y
        if not fits:
            # Above its area, so that the area itself stays to be seen; below, where the map ends above.
            _, top, _, bottom = geometry.bounds
            away = text * 0.9 / scale
            y = top - away if top - 1.6 * away >= box[1] else bottom + away
        x = min(max(point.x, box[0] + wide / 2 / scale), box[2] - wide / 2 / scale)
        base: Spec = {"type": "text", "fontWeight": 700 if is_mine else 400}
        spot = [{"x": x, "y": y, "name": area.shape.name}]
        encoding = {
            "longitude": {"field": "x", "type": "quantitative"},
            "latitude": {"field": "y", "type": "quantitative"},
            "text": {"field": "name", "type": "nominal"},
        }
        if rimmed:
            rim = {**base, "stroke": look.card, "fill": look.card, "strokeWidth": 6, "strokeJoin": "round"}
            made.append({"data": {"values": spot}, "mark": rim, "encoding": encoding})
        made.append({"data": {"values": spot}, "mark": {**base, "fill": ink}, "encoding": encoding})
    return made
