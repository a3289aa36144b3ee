"""Maps: classes whose words match their edges, areas that never say a hidden number, the same states everywhere."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import altair as alt
import pandas as pd
import pytest
import shapely
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from components import formats, maps
from components.classes import as_read, group_classes, value_classes
from components.exports import EXPORT_FONTS
from components.standing import ALL, COMPARED, Standing
from components.tokens import look
from data.figures import Status

vl_convert.register_font_directory(str(EXPORT_FONTS))

SECRET = 7.654321
TRUST = {"id": "trust", "unit": "percent", "topic": "trust", "direction": "more", "map_breaks": "40;50;60;70"}
LIGHT, DARK = look("light"), look("dark")

STATUSES = ["shown", "shown", "shown", "withheld", "too_few_to_say", "not_reported", "not_applicable", "provisional",
            "unstable"]  # fmt: skip
VALUES = [0.0, 55.0, 72.0, SECRET, SECRET, None, None, 45.0, 65.0]


def _outlines() -> pd.DataFrame:
    """Nine square areas, three by three."""
    rows = []
    for i in range(9):
        west, south = -84.6 + 0.05 * (i % 3), 39.1 + 0.04 * (i // 3)
        square = shapely.box(west, south, west + 0.05, south + 0.04)
        rows.append({"id": f"a{i}", "name": f"Area {i}", "geometry": shapely.to_geojson(square)})
    return pd.DataFrame(rows)


def _figures(**more: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"neighborhood": [f"a{i}" for i in range(9)], "value": VALUES, "status": STATUSES})
    return frame.assign(low=frame.value, high=frame.value, n=90, **more)


def _features(**more: Any) -> list[dict[str, Any]]:
    made = json.loads(maps.map_geojson(_outlines(), _figures(**more), TRUST, LIGHT, "en"))
    features: list[dict[str, Any]] = made["features"]
    return features


def _area(index: int) -> dict[str, Any]:
    found = [f["properties"] for f in _features() if f["properties"]["id"] == f"a{index}"]
    return next(properties for properties in found if properties["kind"] == "area")


# ---------------------------------------------------------------- classes

EDGES = st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True).map(sorted)
RATE_EDGES = st.lists(st.integers(1, 400).map(lambda n: n / 10), min_size=1, max_size=4, unique=True).map(sorted)


@given(EDGES, st.floats(0, 100))
def test_a_value_is_in_the_class_whose_words_hold_the_number_beside_it(edges: list[int], value: float) -> None:
    classes = value_classes({**TRUST, "map_breaks": ";".join(map(str, edges))}, LIGHT, "en")
    found = classes.of({"value": value, "status": "shown"})
    assert found is not None
    read = as_read(value, "percent")
    assert found.low is None or found.low <= read
    assert found.high is None or read < found.high


@given(RATE_EDGES)
def test_labels_meet_without_gap_or_overlap(edges: list[float]) -> None:
    measure = {**TRUST, "unit": "per_1000_residents", "map_breaks": ";".join(map(str, edges))}
    items = value_classes(measure, LIGHT, "en").items
    assert items[0].low is None
    assert items[-1].high is None
    for before, after in pairwise(items):
        assert before.high == after.low
    for item in items[1:-1]:
        assert item.low is not None
        assert item.high is not None
        step = Decimal("0.1") if item.high <= 10 else Decimal(1)
        ends = [
            formats.rate_number(float(end), "en").removesuffix(".0")
            for end in dict.fromkeys((item.low, item.high - step))
        ]
        assert item.label == " to ".join(ends)
        assert as_read(float(item.high - step), "per_1000_residents") + step == item.high


def test_labels_are_round_words() -> None:
    labels = [item.label for item in value_classes(TRUST, LIGHT, "en").items]
    assert labels == ["Under 40%", "40% to 49%", "50% to 59%", "60% to 69%", "70% or more"]
    rates = {**TRUST, "unit": "per_1000_residents", "map_breaks": "2;5;10;20"}
    labels = [item.label for item in value_classes(rates, LIGHT, "es").items]
    assert labels == ["Menos de 2", "2 a 4.9", "5 a 9.9", "10 a 19", "20 o más"]


def test_a_number_read_as_the_edge_is_in_the_class_that_begins_there() -> None:
    classes = value_classes(TRUST, LIGHT, "en")
    for value, label in ((69.4, "60% to 69%"), (69.6, "70% or more"), (39.5, "40% to 49%"), (0, "Under 40%")):
        found = classes.of({"value": value, "status": "shown"})
        assert found is not None
        assert found.label == label


@pytest.mark.parametrize("status", [status for status in Status if not status.has_value])
def test_what_may_not_be_shown_has_no_class_even_with_a_value(status: Status) -> None:
    assert value_classes(TRUST, LIGHT, "en").of({"value": SECRET, "status": status}) is None


def test_serious_topics_are_plum_and_others_blue() -> None:
    blue, plum = (value_classes({**TRUST, "topic": topic}, LIGHT, "en").items for topic in ("trust", "safety"))
    assert [item.fill for item in blue] == list(LIGHT.sequential_blue)
    assert [item.fill for item in plum] == list(LIGHT.sequential_plum)


def test_the_projector_has_four_classes_that_still_cover_everything() -> None:
    items = value_classes(TRUST, look("projector"), "en").items
    assert [item.label for item in items] == ["Under 40%", "40% to 49%", "50% to 59%", "60% or more"]


def test_a_measure_without_edges_has_one_class() -> None:
    assert len(value_classes({**TRUST, "map_breaks": None}, LIGHT, "en").items) == 1


def test_colors_judge_only_where_a_direction_is_good() -> None:
    fills = {
        direction: [item.fill for item in group_classes({**TRUST, "direction": direction}, LIGHT, "en").items]
        for direction in ("more", "fewer", "none")
    }
    assert fills["more"] == fills["fewer"][::-1]
    assert fills["none"] == list(LIGHT.neutral_classes())


# ---------------------------------------------------------------- the file for the browser


def test_no_file_for_a_map_holds_a_hidden_number() -> None:
    for text in (
        maps.map_geojson(_outlines(), _figures(), TRUST, LIGHT, "en").decode(),
        json.dumps(maps.choropleth(_outlines(), _figures(), TRUST, LIGHT, "en", "desktop").full()),
    ):
        assert "7.65" not in text
        assert "8%" not in text


def test_zero_hidden_not_reported_and_does_not_apply_look_different() -> None:
    zero, hidden, missing, away = (_area(i) for i in (0, 3, 5, 6))
    assert len({tuple(each["fill"]) for each in (zero, hidden, missing, away)}) == 4
    assert zero["label"].startswith("Area 0: 0%")
    assert hidden["label"] == "Area 3: Hidden: small number"
    assert missing["label"] == "Area 5: Not reported"
    assert away["label"] == "Area 6: Does not apply"


def test_only_hidden_and_too_few_are_hatched_and_hatching_stays_inside() -> None:
    outlines = {f"a{i}": shapely.from_geojson(text) for i, text in enumerate(_outlines().geometry)}
    hatched = [f for f in _features() if f["properties"]["kind"] == "hatch"]
    assert {f["properties"]["id"] for f in hatched} == {"a3", "a4"}
    for feature in hatched:
        lines = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert lines.length > 0.1
        assert outlines[feature["properties"]["id"]].buffer(2e-5).contains(lines)


def test_not_reported_is_dashed_and_early_or_weak_is_dotted() -> None:
    edges = {f["properties"]["id"] for f in _features() if f["properties"]["kind"] == "edge"}
    assert edges == {"a5", "a7", "a8"}
    assert _area(5)["line"][3] == 0, "the solid outline under the dashes must be clear"


def test_outer_rings_run_the_right_way() -> None:
    for feature in _features():
        if feature["properties"]["kind"] == "area":
            ring = shapely.from_geojson(json.dumps(feature["geometry"])).exterior
            assert ring.is_ccw


def test_outlines_that_share_a_border_still_share_it_when_simple() -> None:
    bent = shapely.LineString([(0.5, 0), (0.52, 0.2), (0.5, 0.4), (0.53, 0.6), (0.5, 1)])
    left = shapely.Polygon([(0, 0), *bent.coords, (0, 1)])
    right = shapely.Polygon([(1, 1), *reversed(bent.coords), (1, 0)])
    texts = [shapely.to_geojson(shape) for shape in (left, right)]
    rows = pd.DataFrame({"id": ["l", "r"], "name": ["L", "R"], "geometry": texts})
    figures = pd.DataFrame({"neighborhood": ["l", "r"], "value": [1.0, 2.0], "status": "shown"})
    made = json.loads(maps.map_geojson(rows, figures, TRUST, LIGHT, "en"))["features"]
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in made]
    assert shapes[0].intersection(shapes[1]).area < 1e-9
    assert shapely.union_all(shapes).area == pytest.approx(1.0, abs=1e-6)


def test_an_outline_without_a_figure_is_not_reported() -> None:
    made = json.loads(maps.map_geojson(_outlines(), _figures().head(1), TRUST, LIGHT, "en"))["features"]
    statuses = {f["properties"]["id"]: f["properties"]["status"] for f in made}
    assert statuses["a1"] == "not_reported"


def test_context_has_quiet_colors_and_no_labels_to_pick() -> None:
    features = pd.DataFrame(
        {"id": ["w"], "kind": ["water"], "name": ["River"], "geometry": [shapely.to_geojson(shapely.box(0, 0, 1, 1))]}
    )
    made = json.loads(maps.context_geojson(features, DARK))["features"][0]["properties"]
    assert made["kind"] == "water"
    assert "id" not in made


# ---------------------------------------------------------------- legend


def test_the_legend_counts_every_area_once_and_says_what_is_not_shown() -> None:
    rows = maps.legend(TRUST, _figures(), LIGHT, "en")
    assert sum(row.count for row in rows) == 9
    # What is said of areas again names no number that could be added.
    assert all(row.count == 0 for row in rows if row.kind == "dotted")
    assert [row.text for row in rows] == [
        "Under 40% (1 area)",
        "40% to 49% (1 area)",
        "50% to 59% (1 area)",
        "60% to 69% (1 area)",
        "70% or more (1 area)",
        "Not shown: hidden or too few (2 areas)",
        "Not reported (1 area)",
        "Does not apply (1 area)",
        "Dotted outline: early figure (1 of the areas above)",
        "Dotted outline: use with care (1 of the areas above)",
    ]
    assert [row.text for row in rows if row.hatched] == ["Not shown: hidden or too few (2 areas)"]


def test_a_place_of_visitors_is_not_compared_rather_than_not_applicable() -> None:
    figures = _figures(reason=[None] * 6 + ["visitors"] + [None] * 2)
    texts = [row.text for row in maps.legend(TRUST, figures, LIGHT, "en")]
    assert "Not compared (many visitors) (1 area)" in texts
    assert not any("Does not apply" in text for text in texts)
    labels = [area.label for area in maps.areas(_outlines(), figures, TRUST, LIGHT, "en")]
    assert labels[6] == "Area 6: Not compared (many visitors)"


def test_a_few_events_in_a_place_of_visitors_are_not_compared_for_the_visitors() -> None:
    """The figure's own reason is another one; the map of differences gives the reason of the refusal."""
    figures = pd.DataFrame(
        {
            "id": ["a", "b"], "value": [8.1, 3.0], "low": [3.9, 2.0], "high": [14.9, 4.0], "group": [None, "same"],
            "status": ["unstable", "shown"], "reason": ["under_20_events", None], "refused": ["visitors", None],
        }
    )  # fmt: skip
    drawn = Standing(figures, ALL, {}, None).drawn(COMPARED)
    assert list(drawn.status) == ["not_applicable", "shown"]
    assert drawn.reason[0] == "visitors"
    assert pd.isna(drawn.reason[1])


def test_classes_without_areas_stay_and_what_is_not_on_the_map_is_not_in_the_legend() -> None:
    rows = maps.legend(TRUST, _figures().head(1), LIGHT, "en")
    assert [row.count for row in rows] == [1, 0, 0, 0, 0]


def test_the_legend_has_the_colors_of_the_map() -> None:
    fills = {row.swatch for row in maps.legend(TRUST, _figures(), LIGHT, "en")}
    assert {area.fill for area in maps.areas(_outlines(), _figures(), TRUST, LIGHT, "en")} <= fills


def test_groups_make_three_classes() -> None:
    shown = [Status(status).has_value for status in STATUSES]
    figures = _figures(group=["same" if has else None for has in shown])
    figures["value"] = [value if has else None for value, has in zip(VALUES, shown, strict=True)]
    rows = maps.legend(TRUST, figures, LIGHT, "en")
    assert [row.text for row in rows][:3] == [
        "Higher than the city (0 areas)", "No clear difference (5 areas)", "Lower than the city (0 areas)"
    ]  # fmt: skip


def test_the_legend_on_a_page_is_a_list_with_its_title_and_no_loose_markup() -> None:
    rows = [maps.LegendRow(LIGHT.hatch_fill, "A < B", 1, "hatched", LIGHT.hatch_line)]
    page = maps.legend_html(rows, 'The "legend"')
    assert "A &lt; B" in page
    assert 'aria-label="The &quot;legend&quot;"' in page
    assert 'alt=""' in page
    assert "<path" in unquote(page)


# ---------------------------------------------------------------- drawing and deck


@pytest.mark.parametrize("theme", ["light", "dark", "projector", "dark-room"])
@pytest.mark.parametrize("width", ["phone", "desktop", "slide", "print"])
def test_the_drawing_is_valid_and_has_the_name_of_the_chosen_place(theme: Any, width: Any) -> None:
    context = pd.DataFrame(
        {"id": ["r"], "kind": ["road"], "name": ["A road"],
         "geometry": [shapely.to_geojson(shapely.LineString([(-84.7, 39.1), (-84.3, 39.2)]))]}
    )  # fmt: skip
    drawing = maps.choropleth(_outlines(), _figures(), TRUST, look(theme), "es", width, chosen="a1", context=context)
    full = drawing.full()
    svg = vl_convert.vegalite_to_svg(full, vl_version="6.4")
    assert "Area 1" in svg
    assert "Oculto" in svg
    assert svg.count("<path") > 10
    if theme == "light" and width == "desktop":
        alt.Chart.from_dict(full)


def test_a_click_picks_an_area_by_its_id() -> None:
    spec = maps.choropleth(_outlines(), _figures(), TRUST, LIGHT, "en", "desktop").spec
    areas = next(layer for layer in spec["layer"] if layer.get("name") == "areas")
    assert areas["params"] == [{"name": "pick", "select": {"type": "point", "fields": ["id"], "toggle": False}}]
    assert [value["id"] for value in areas["data"]["values"]] == [f"a{i}" for i in range(9)]


def test_a_map_needs_outlines() -> None:
    with pytest.raises(ValueError, match="outline"):
        maps.choropleth(_outlines().head(0), _figures(), TRUST, LIGHT, "en", "desktop")
    with pytest.raises(ValueError, match="outlines"):
        maps.bounds(_outlines().head(0))


def _deck(chosen: str | None = "a1") -> dict[str, Any]:
    made = maps.deck(
        "/map/x.geojson", context_url="/geometry/x.geojson", look=LIGHT, chosen=chosen,
        bounds=maps.bounds(_outlines()), height=420, narrow=True,
    )  # fmt: skip
    deck: dict[str, Any] = json.loads(made.to_json())
    return deck


def test_the_deck_reads_only_from_our_own_addresses_and_has_no_basemap() -> None:
    deck = _deck()
    assert [layer["data"] for layer in deck["layers"]] == ["/geometry/x.geojson", "/map/x.geojson", "/map/x.geojson"]
    assert "://" not in json.dumps(deck)
    # Left unset: None would make the browser fetch a basemap.
    assert deck["mapStyle"] == "__MAP_STYLE__"
    assert deck.get("mapProvider") is None


def test_only_areas_can_be_picked_and_the_map_does_not_move() -> None:
    deck = _deck()
    assert [layer["id"] for layer in deck["layers"] if layer.get("pickable")] == ["areas"]
    assert deck["views"][0]["controller"] is False
    assert [layer["id"] for layer in _deck(chosen=None)["layers"]] == ["context", "areas"]


@given(st.floats(-170, 160), st.floats(-70, 69), st.floats(0.01, 5), st.floats(0.01, 1), st.integers(280, 1400))
def test_the_city_fits_whole(west: float, south: float, wide: float, tall: float, width: int) -> None:
    height = 420
    view = maps.view((west, south, west + wide, south + tall), width=width, height=height)
    world = 512 * 2**view.zoom
    shown = world * wide / 360, world * (_upward(south + tall) - _upward(south))
    assert shown[0] <= width + 0.5
    assert shown[1] <= height + 0.5
    assert shown[0] >= (width - 24) * 0.98 or shown[1] >= (height - 24) * 0.98


def _upward(latitude: float) -> float:
    """How far up the world a latitude is, 1 for all of it."""
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)
