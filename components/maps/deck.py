"""The map that people explore: pydeck, geometry by address, no basemap, no request to another host."""

from __future__ import annotations

import math

import pydeck as pdk

from components.maps.areas import rgba
from components.maps.shapes import Bounds
from components.tokens import Look

TILE = 512
"""Pixels of the whole world at zoom 0, as deck.gl counts."""
NARROWEST = {True: 300, False: 520}
"""Pixels that a map is at least wide, on a phone and elsewhere; the city must fit in whole."""


def deck(
    url: str,
    *,
    context_url: str | None = None,
    look: Look,
    chosen: str | None,
    bounds: Bounds,
    height: int,
    narrow: bool,
) -> pdk.Deck:
    """The map of a measure. It shows the city whole and does not pan or zoom, so that a page scrolls under a thumb.

    url: where `map_geojson` is served. context_url: where `context_geojson` is. chosen: the id of the reader's place.
    bounds: of the city, in degrees. height: CSS pixels. narrow: whether it is for a phone.
    The layer 'areas' is pickable; a picked object carries its id in `properties`.
    """
    common = {
        "stroked": True,
        "line_width_units": "'pixels'",
        "get_line_color": "properties.line",
        "get_line_width": "properties.width",
        "get_fill_color": "properties.fill",
    }
    layers = []
    if context_url:
        layers.append(pdk.Layer("GeoJsonLayer", context_url, id="context", filled=True, pickable=False, **common))
    layers.append(pdk.Layer("GeoJsonLayer", url, id="areas", filled=True, pickable=True, **common))
    if chosen is not None:
        # The chosen place again, over the rest: its line is wide, every other has none.
        mine = f"properties.kind == 'area' && properties.id == {chosen!r}"
        layers.append(
            pdk.Layer(
                "GeoJsonLayer", url, id="chosen", filled=False, pickable=False, stroked=True,
                line_width_units="'pixels'", line_joint_rounded=True, get_line_width=f"{mine} ? 3.5 : 0",
                get_line_color=f"{mine} ? {rgba(look.ink)} : {rgba(look.ink, 0)}",
            )
        )  # fmt: skip
    return pdk.Deck(
        layers=layers,
        initial_view_state=view(bounds, width=NARROWEST[narrow], height=height),
        views=[pdk.View(type="MapView", controller=False)],
        map_provider=None,
        tooltip={"text": "{label}"},
    )


def view(bounds: Bounds, *, width: int, height: int, margin: int = 12) -> pdk.ViewState:
    """The view in which the bounds fit whole into so many pixels, with a margin."""
    west, south, east, north = bounds
    across = (east - west) / 360
    down = (_mercator(north) - _mercator(south)) / (2 * math.pi)
    room = max(width - 2 * margin, 1), max(height - 2 * margin, 1)
    zoom = math.log2(min(room[0] / (TILE * max(across, 1e-9)), room[1] / (TILE * max(down, 1e-9))))
    middle = math.degrees(2 * math.atan(math.exp((_mercator(south) + _mercator(north)) / 2)) - math.pi / 2)
    return pdk.ViewState(
        longitude=(west + east) / 2, latitude=middle, zoom=round(zoom, 3), min_zoom=0, max_zoom=20, pitch=0, bearing=0
    )


def _mercator(latitude: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
