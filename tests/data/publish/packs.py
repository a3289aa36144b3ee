"""Small packs for tests, put together from parts of city.toml."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.publish.intake import Gathered, gather
from data.publish.pack import read_pack

HEAD = """
[city]
id = "tiny"
name = "Tiny"
publisher = "City of Tiny"

[sources.police]
title = "Reports"
publisher = "Tiny Police"
licence = "Public domain"
retrieved_on = 2026-01-20

[measures.burglary]
name = "Break-ins"
topic = "safety"
kind = "count"
unit = "events"
events = "break-ins"
direction = "fewer"
definition = "Reported break-ins."
formula = "reports counted"
source = "police"

[neighborhoods.east]
name = "East End"
aliases = ["Eastside"]
[neighborhoods.west]
name = "West Hill"
"""
CRIME = """
[[extracts]]
file = "crime.csv"
source = "police"
into = "observation"
neighborhood = "area"
period = "year"
values = [{column = "count", measure = "burglary"}]
"""
DATED = """
[[extracts]]
file = "crime.csv"
source = "police"
into = "observation"
measure = "burglary"
count = "rows"
neighborhood = "area"
date = "day"
by = "year"
"""
PARTNERS = '[tables.partner]\nfile = "partners.csv"\n'
BUDGET = """
[[extracts]]
file = "budget.csv"
source = "police"
into = "budget_line"
fiscal_year = "year"
constants = {fund = "General", category = "police"}
values = [{column = "first", phase = "adopted"}, {column = "final", phase = "revised"}]
"""
OUTLINES = '[boundaries.neighborhood]\nfile = "places.geojson"\nname = "name"\n'


@dataclass(frozen=True)
class Bad:
    """A pack with one mistake, and what the problem must say."""

    toml: str
    files: dict[str, str | bytes] = field(default_factory=dict)
    level: str = "error"
    file: str = "city.toml"
    row: int | None = None
    column: str | None = None
    found: str = ""
    expected: str = ""


def square(west: float, south: float, side: float = 0.1) -> list[list[list[float]]]:
    """A square's ring, counterclockwise."""
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def geojson(*features: tuple[str, Any], crs: str | None = None) -> str:
    """A FeatureCollection of (name, coordinates of a polygon, or a whole geometry)."""
    made: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": shape if isinstance(shape, dict) else {"type": "Polygon", "coordinates": shape},
            }
            for name, shape in features
        ],
    }
    if crs:
        made["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(made)


def made(folder: Path, toml: str, **files: str | bytes) -> Gathered:
    """Write a pack and gather it. `crime_csv="..."` is the text of crime.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.toml").write_text(toml, encoding="utf-8")
    for name, text in files.items():
        path = folder / name.replace("_csv", ".csv").replace("_geojson", ".geojson")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return gather(read_pack(folder))
