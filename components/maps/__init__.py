"""Maps: areas in classes, hatched where a figure is not shown; as SVG, as pydeck layers, with a legend in words."""

from components.maps.areas import Area, areas, context_geojson, map_geojson
from components.maps.choropleth import choropleth
from components.maps.counts import circles
from components.maps.deck import deck, view
from components.maps.legend import LegendRow, legend, legend_html
from components.maps.shapes import bounds

__all__ = [
    "Area",
    "LegendRow",
    "areas",
    "bounds",
    "choropleth",
    "circles",
    "context_geojson",
    "deck",
    "legend",
    "legend_html",
    "map_geojson",
    "view",
]
