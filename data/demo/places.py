"""Where Riverton is: outlines, river, parks, roads, districts, and how many people live in each place.

Everything is drawn in kilometers from the old bridge, bent by one smooth field so that no line is straight and
neighbors still share every point, and turned to longitude and latitude at the end.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.demo.tables import Tables, texts

ORIGIN = (-88.2, 41.0)
KM_PER_DEGREE = (111.32 * math.cos(math.radians(ORIGIN[1])), 110.57)
YEARS = (2021, 2022, 2023, 2024, 2025)
RELAXATIONS = 2
FloatArray = NDArray[np.float64]


def neighborhoods() -> list[dict[str, Any]]:
    """The 24 neighborhoods as texts/places.toml describes them."""
    found: list[dict[str, Any]] = texts("places")["neighborhoods"]
    return found


def residents(place: dict[str, Any], year: int) -> int:
    """People living in a place in a year, from its 2024 estimate and its yearly growth."""
    wobble = 1 + 0.004 * math.sin(year * 1.7 + len(place["id"]))
    drift = (1 + place["growth"]) ** (year - 2024) * (wobble if year != 2024 else 1)
    return round(float(place["residents"] * drift))


def population_rows() -> list[dict[str, Any]]:
    """Table `population`: every place and the city, 2021 to 2025. One place has no estimate for 2025."""
    rows: list[dict[str, Any]] = []
    for year in YEARS:
        city = {"residents": 0, "households": 0}
        for place in neighborhoods():
            people = residents(place, year)
            homes = round(people / place["per_home"]) if people else 0
            city["residents"] += people
            city["households"] += homes
            if year == 2025 and place.get("no_2025_population"):
                continue
            error = round(14 + 2.9 * math.sqrt(people)) if people else 0
            rows.append(
                {
                    "neighborhood_id": place["id"],
                    "year": year,
                    "residents": people,
                    "margin_of_error": error,
                    "households": homes,
                    "source_id": "population",
                }
            )
        rows.append(
            {
                "neighborhood_id": "city",
                "year": year,
                **city,
                "margin_of_error": round(3.1 * math.sqrt(city["residents"])),
                "source_id": "population",
            }
        )
    return rows


def draw(rng: np.random.Generator) -> dict[str, dict[str, BaseGeometry]]:
    """All shapes in longitude and latitude: `neighborhood`, `district` and `feature`, by id.

    Neighborhoods do not overlap, leave no gap on land, and end at the river banks.
    """
    outline, river = _outline(), _river()
    land = outline.difference(river)
    banks = sorted(shapely.get_parts(land), key=lambda bank: bank.area, reverse=True)[:2]
    cells: dict[str, BaseGeometry] = {}
    for bank in banks:
        inside = [place for place in neighborhoods() if bank.contains(Point(place["at"]))]
        cells |= _cells(bank, inside, rng)
    missing = {place["id"] for place in neighborhoods()} - set(cells)
    if missing:
        raise ValueError(f"not on land: {sorted(missing)}")
    lines = shapely.line_merge(shapely.unary_union([cell.boundary for cell in cells.values()]))
    network = shapely.transform(shapely.segmentize(lines, 0.12), _bend)
    faces = list(shapely.get_parts(shapely.polygonize(list(shapely.get_parts(network)))))
    bent = {name: shapely.transform(shapely.segmentize(cell, 0.12), _bend) for name, cell in cells.items()}
    shapes: dict[str, list[BaseGeometry]] = {name: [] for name in cells}
    for face in faces:
        point = face.representative_point()
        owner = next((name for name, cell in bent.items() if cell.contains(point)), None)
        if owner:
            shapes[owner].append(face)
    drawn = {name: _to_degrees(shapely.union_all(parts)) for name, parts in shapes.items()}
    districts: dict[str, list[BaseGeometry]] = {}
    for place in neighborhoods():
        districts.setdefault(place["district"], []).append(drawn[place["id"]])
    bent_outline = shapely.transform(shapely.segmentize(outline, 0.12), _bend)
    return {
        "neighborhood": {place["id"]: drawn[place["id"]] for place in neighborhoods()},
        "district": {number: shapely.union_all(parts) for number, parts in sorted(districts.items())},
        "feature": _features(river, bent_outline),
    }


def add(tables: Tables, shapes: dict[str, dict[str, BaseGeometry]]) -> None:
    """Put population, the place index and the map's context into the pack."""
    words = texts("index")
    for row in population_rows():
        tables.add("population", row)
    for kind in ("street", "landmark", "zip"):
        for text, found in words[kind].items():
            for place in found:
                tables.add("place_index", {"text": text, "neighborhood_id": place, "kind": kind})
    for feature in words["features"]:
        shape = shapes["feature"][feature["id"]]
        tables.add("map_feature", {**feature, "geometry": shapely.to_geojson(shape)})


def write_boundaries(folder: Path, shapes: dict[str, dict[str, BaseGeometry]]) -> None:
    """Write neighborhoods.geojson (NAME, CODE) and districts.geojson (DISTRICT)."""
    names = {place["id"]: place["name"] for place in neighborhoods()}
    _write_geojson(
        folder / "neighborhoods.geojson",
        [({"CODE": code, "NAME": names[code]}, shape) for code, shape in shapes["neighborhood"].items()],
    )
    _write_geojson(
        folder / "districts.geojson",
        [({"CODE": f"district-{number}", "DISTRICT": number}, shape) for number, shape in shapes["district"].items()],
    )


def _write_geojson(path: Path, features: list[tuple[dict[str, str], BaseGeometry]]) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
            for properties, shape in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _outline() -> Polygon:
    """City limits: a soft shape, with the straight steps of annexed land on the edges."""
    angle = np.linspace(0, 2 * math.pi, 220, endpoint=False)
    reach = (
        1
        + 0.06 * np.cos(2 * angle + 0.6)
        + 0.05 * np.cos(3 * angle - 0.8)
        + 0.035 * np.cos(5 * angle + 1.9)
        + 0.02 * np.cos(9 * angle)
    )
    soft = Polygon(np.column_stack([7.3 * reach * np.cos(angle), 5.35 * reach * np.sin(angle)]))
    annexed = [
        shapely.box(-8.35, -1.6, -6.0, 0.45),
        shapely.box(-7.25, -4.65, -3.2, -1.7),
        shapely.box(4.45, -4.6, 7.3, -2.0),
        shapely.box(1.5, 4.2, 3.75, 5.85),
        shapely.box(-7.2, 2.0, -4.2, 4.2),
    ]
    notches = [shapely.box(6.75, 1.35, 9.0, 4.0)]
    rough = shapely.union_all([soft, *annexed]).difference(shapely.union_all(notches))
    # Filling and shaving by 300 m takes away the slivers where a straight edge meets a round one.
    shaved = rough.buffer(0.3, join_style="mitre").buffer(-0.6, join_style="mitre")
    return Polygon(shaved.buffer(0.3, join_style="mitre", mitre_limit=1.7).exterior)


def _river() -> BaseGeometry:
    """The river from north to south: wider as it goes, with a basin at Harbor Point."""
    y = np.linspace(8.5, -8.5, 240)
    x = 0.4 + 0.85 * np.sin(0.72 * y + 0.5) + 0.38 * np.sin(1.45 * y + 1.2)
    half_width = 0.10 + 0.011 * (8.5 - y) + 0.03 * np.sin(1.9 * y)
    pieces = [
        LineString([a, b]).buffer(width)
        for a, b, width in zip(np.column_stack([x, y])[:-1], np.column_stack([x, y])[1:], half_width[:-1], strict=True)
    ]
    nearest = int(np.argmin(np.abs(y + 1.55)))
    basin = shapely.affinity.scale(Point(x[nearest] + 0.42, -1.55).buffer(0.6), 1.0, 0.6)
    return shapely.union_all([*pieces, basin]).buffer(0.12).buffer(-0.12)


def _cells(bank: BaseGeometry, places: list[dict[str, Any]], rng: np.random.Generator) -> dict[str, BaseGeometry]:
    """Voronoi cells of jittered points, relaxed, cut to one bank."""
    points = np.array([place["at"] for place in places]) + rng.normal(0, 0.07, (len(places), 2))
    frame = shapely.box(-12, -12, 12, 12)
    cut: list[BaseGeometry] = []
    for step in range(RELAXATIONS + 1):
        ordered = shapely.voronoi_polygons(MultiPoint(points), extend_to=frame, ordered=True)
        cut = [cell.intersection(bank) for cell in shapely.get_parts(ordered)]
        if step < RELAXATIONS:
            centers = np.array([[cell.centroid.x, cell.centroid.y] for cell in cut])
            # Half way only: full steps would make the dense center as wide as the edge.
            points = points + 0.25 * (centers - points)
    return {place["id"]: shape for place, shape in zip(places, cut, strict=True)}


def _bend(points: FloatArray) -> FloatArray:
    """A smooth field that moves points by up to about 250 m: streets and hills instead of ruler lines."""
    x, y = points[:, 0], points[:, 1]
    east = (
        0.14 * np.sin(0.9 * y + 0.7)
        + 0.075 * np.sin(2.3 * y + 0.8 * x + 1.1)
        + 0.035 * np.sin(5.1 * y - 2.2 * x)
        + 0.014 * np.sin(11.3 * y + 6.1 * x + 0.4)
    )
    north = (
        0.13 * np.sin(0.8 * x - 0.4)
        + 0.075 * np.sin(2.1 * x - 0.9 * y + 0.6)
        + 0.035 * np.sin(4.7 * x + 2.6 * y)
        + 0.014 * np.sin(10.7 * x - 7.3 * y + 1.3)
    )
    return np.column_stack([x + east, y + north])


def _to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Kilometers to longitude and latitude, on a grid of about 10 cm so that shared points stay shared."""

    def turn(points: FloatArray) -> FloatArray:
        degrees: FloatArray = points / np.array(KM_PER_DEGREE) + np.array(ORIGIN)
        return degrees.round(6)

    return shapely.transform(shape, turn)


def _blob(center: tuple[float, float], size: tuple[float, float], phase: float) -> Polygon:
    angle = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    reach = 1 + 0.14 * np.cos(3 * angle + phase) + 0.08 * np.cos(5 * angle - phase)
    return Polygon(
        np.column_stack([center[0] + size[0] * reach * np.cos(angle), center[1] + size[1] * reach * np.sin(angle)])
    )


def _features(river: BaseGeometry, outline: BaseGeometry) -> dict[str, BaseGeometry]:
    """Water, parks and main roads, in degrees, cut a little outside the city."""
    x = np.linspace(-10, 10, 120)
    y = np.linspace(-9, 9, 120)
    roads = {
        "main-street": LineString(np.column_stack([x, 0.45 + 0.35 * np.sin(0.42 * x + 0.6) + 0.05 * x])),
        "north-south-road": LineString(np.column_stack([-1.75 + 0.4 * np.sin(0.5 * y) - 0.05 * y, y])),
        "highway": LineString(np.column_stack([x, 3.85 - 0.055 * (x - 1.5) ** 2 + 0.25 * np.sin(0.7 * x)])),
    }
    frame = outline.buffer(0.9)
    shapes: dict[str, BaseGeometry] = {
        "river": shapely.transform(shapely.segmentize(river, 0.12), _bend),
        "tanglewood-park": shapely.transform(_blob((-2.75, 4.0), (0.62, 0.42), 0.4), _bend),
        "juniper-park": shapely.transform(_blob((4.35, -2.75), (0.55, 0.5), 2.1), _bend),
        **{name: shapely.transform(line, _bend) for name, line in roads.items()},
    }
    return {name: _to_degrees(shape.intersection(frame).simplify(0.008)) for name, shape in shapes.items()}
