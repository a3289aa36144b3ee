"""Outlines: what is refused, what is repaired, and what the map gets."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.publish.boundaries import (
    CITY_BYTES,
    Outline,
    area_km2,
    label_point,
    map_features,
    neighborhood_columns,
    overlaps,
    read_outlines,
    simplified,
)
from data.publish.pack import Boundary, MapFeatures
from data.publish.problems import Refused, Report


def ring(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def outlines(
    folder: Path, *features: tuple[str, Any], crs: str | None = None, **spec: Any
) -> tuple[list[Outline], Report]:
    made: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"N": name}, "geometry": {"type": "Polygon", "coordinates": shape}}
            for name, shape in features
        ],
    }
    if crs:
        made["crs"] = {"type": "name", "properties": {"name": crs}}
    (folder / "o.geojson").write_text(json.dumps(made), encoding="utf-8")
    report = Report()
    boundary = Boundary.model_validate({"file": "o.geojson", "name": "N", **spec})
    return read_outlines(folder / "o.geojson", boundary, file="o.geojson", report=report), report


@pytest.mark.parametrize(
    ("shape", "crs", "says"),
    [
        (ring(-9754000, 5140000, -9753000, 5141000), None, "Web Mercator"),
        (ring(1_176_000, 1_900_000, 1_177_000, 1_901_000), None, "x from 1,176,000"),
        (ring(37.7, -122.3, 37.8, -122.2), None, "latitude seems to stand before longitude"),
        (ring(41.8, -87.7, 41.9, -87.6), None, "latitude seems to stand before longitude"),
        (ring(-87.7, 41.8, -87.6, 41.9), "urn:ogc:def:crs:EPSG::3857", "EPSG::3857"),
    ],
)
def test_coordinates_that_are_not_longitude_and_latitude_are_refused(
    tmp_path: Path, shape: Any, crs: str | None, says: str
) -> None:
    with pytest.raises(Refused) as refused:
        outlines(tmp_path, ("A", shape), crs=crs)
    assert refused.value.problem.code == "not_longitude_latitude"
    assert says in refused.value.problem.found


@pytest.mark.parametrize("crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
def test_longitude_and_latitude_are_taken(tmp_path: Path, crs: str | None) -> None:
    found, report = outlines(tmp_path, ("A", ring(-87.7, 41.8, -87.6, 41.9)), crs=crs)
    assert [one.name for one in found] == ["A"]
    assert not report.problems


def test_a_crossing_outline_is_repaired_and_said(tmp_path: Path) -> None:
    bow = [[[0, 40], [0.1, 40.1], [0.1, 40], [0, 40.1], [0, 40]]]
    [one], report = outlines(tmp_path, ("Bow", bow))
    assert one.shape.is_valid
    assert one.shape.area == pytest.approx(0.005)
    [problem] = report.problems
    assert (problem.code, problem.row, problem.level) == ("invalid_polygon", 2, "warning")


def test_outlines_of_one_name_are_merged_where_declared(tmp_path: Path) -> None:
    halves = (("1", ring(0, 40, 0.1, 40.1)), ("1", ring(0.1, 40, 0.2, 40.1)), ("2", ring(0.2, 40, 0.3, 40.1)))
    found, _ = outlines(tmp_path, *halves, dissolve=True, name_pattern="District {name}")
    assert [one.name for one in found] == ["District 1", "District 2"]
    assert found[0].shape.equals(shapely.box(0, 40, 0.2, 40.1))


def test_names_get_case_and_names_left_out_are_left_out(tmp_path: Path) -> None:
    found, _ = outlines(
        tmp_path, ("MT. AIRY", ring(0, 40, 1, 41)), ("31", ring(1, 40, 2, 41)), name_case="title", leave_out=["31"]
    )
    assert [one.name for one in found] == ["Mt. Airy"]


def test_area_agrees_with_the_known_size_of_the_ellipsoid() -> None:
    # WGS84: 510,065,622 km2 in all; a strip from pole to pole one degree wide is 1/360 of it.
    assert area_km2(shapely.box(0, -90, 1, 90)) * 360 == pytest.approx(510_065_622, rel=1e-6)
    # A degree of latitude at 60 degrees is 111.412 km, of longitude 55.800 km.
    assert area_km2(shapely.box(0, 59.5, 1, 60.5)) == pytest.approx(111.412 * 55.800, rel=2e-3)


def wavy_city() -> list[shapely.Polygon]:
    """Two places with 20,000 points on a shared border."""
    border = [(0.05 + 0.002 * math.sin(at / 40) + 0.0001 * math.sin(at * 7), 40 + at / 200_000) for at in range(20_001)]
    west = shapely.Polygon([(0, 40), *border, (0, 40.1)])
    east = shapely.Polygon([*border[::-1], (0.1, 40), (0.1, 40.1)])
    return [west, east]


def test_simplified_neighbors_keep_a_shared_border_and_lose_little() -> None:
    before = wavy_city()
    assert shapely.coverage_is_valid(before)
    after = simplified(before, aim=20_000)
    assert (
        sum(len(shapely.to_geojson(one)) for one in after)
        <= 20_000
        < sum(len(shapely.to_geojson(one)) for one in before)
    )
    assert shapely.coverage_is_valid(after)
    for one, other in zip(before, after, strict=True):
        assert other.is_valid
        assert one.symmetric_difference(other).area < 0.01 * one.area


def test_published_outlines_have_five_decimals_and_turn_left() -> None:
    clockwise = shapely.Polygon([(0.123456789, 40), (0.1, 40.2), (0.3, 40.2), (0.3, 40)])
    [one] = simplified([clockwise])
    assert one.exterior.is_ccw
    for x, y in one.exterior.coords:
        assert (round(x, 5), round(y, 5)) == (x, y)


def test_the_columns_of_a_place() -> None:
    ring_shape = shapely.Point(-87.6, 41.9).buffer(0.1).difference(shapely.Point(-87.6, 41.9).buffer(0.08))
    [row] = neighborhood_columns([ring_shape]).to_dict("records")
    assert row["area_km2"] == pytest.approx(area_km2(ring_shape), abs=1e-3)
    # A label in the middle of the hole would stand in another place.
    assert ring_shape.contains(shapely.Point(row["label_lon"], row["label_lat"]))
    assert shapely.from_geojson(row["geometry"]).is_valid
    assert label_point(shapely.box(0, 40, 1, 41)) == pytest.approx((0.5, 40.5), abs=0.01)


def test_overlaps_are_shares_of_the_neighborhood_from_one_percent() -> None:
    places = {"a": shapely.box(0, 40, 0.4, 40.1), "b": shapely.box(0.4, 40, 0.8, 40.1)}
    districts = {
        "one": shapely.box(0, 40, 0.3, 40.1),
        "two": shapely.box(0.3, 40, 0.798, 40.1),
        "three": shapely.box(0.798, 40, 0.8, 40.1),
    }
    rows = overlaps(places, districts).set_index(["neighborhood_id", "district_id"])["share_of_area"].to_dict()
    assert rows == {("a", "one"): 0.75, ("a", "two"): 0.25, ("b", "two"): 0.995}


def test_water_comes_with_its_name(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[0, 40], [0.1, 40.0000001], [0.2, 40]]}
    made = {"type": "FeatureCollection", "features": [{"properties": {"n": "Mill Creek"}, "geometry": line}]}
    (tmp_path / "w.geojson").write_text(json.dumps(made), encoding="utf-8")
    spec = MapFeatures(file="w.geojson", kind="water", name="n")
    [row] = map_features(tmp_path / "w.geojson", spec, file="w.geojson", report=Report()).to_dict("records")
    assert (row["id"], row["kind"], row["name"]) == ("water-1", "water", "Mill Creek")
    assert json.loads(row["geometry"]) == {"type": "LineString", "coordinates": [[0, 40], [0.2, 40]]}


@pytest.mark.real
@pytest.mark.parametrize(
    ("city", "file", "name", "places", "repaired"),
    [
        ("chicago", "community_area_boundaries.geojson", "community", 77, 0),
        ("cincinnati", "sna_boundaries.geojson", "neighborhood", 50, 1),
        ("minneapolis", "neighborhood_boundaries.geojson", "BDNAME", 87, 0),
        ("oakland", "neighborhood_boundaries.geojson", "name", 131, 0),
    ],
)
def test_a_real_city_fits_a_phone(real: Any, city: str, file: str, name: str, places: int, repaired: int) -> None:
    report = Report()
    found = read_outlines(real(city) / file, Boundary(file=file, name=name), file=file, report=report)
    rows = neighborhood_columns([one.shape for one in found])
    assert len(rows) == places
    assert [one.code for one in report.problems] == ["invalid_polygon"] * repaired
    assert rows["geometry"].map(len).sum() <= CITY_BYTES
    for text, one in zip(rows["geometry"], found, strict=True):
        shape = shapely.from_geojson(text)
        assert shape.is_valid
        assert area_km2(shape) == pytest.approx(area_km2(one.shape), rel=0.02)
