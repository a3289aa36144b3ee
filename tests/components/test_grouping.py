"""Areas that are high or low together: rates only, nothing under the minimum, adjusted for many looks, no forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from components.maps.neighbors import neighbors, neighbors_of
from components.panels import grouping
from components.panels.grouping import (
    GROUPS,
    Grouping,
    grouping_card,
    grouping_of,
    limits,
    refused,
    stands,
    visitor_areas,
)
from components.words import languages
from data import queries
from data.figures import Status
from data.store import Release, Store
from tests.components.riverton import scope_of
from tests.real.oracles import esda_groups

SIDE = 6
RATE = {"id": "burglary", "name": "Break-ins", "kind": "rate", "unit": "per_1000_residents"}


def outlines_of(*boxes: tuple[float, float, float, float]) -> pd.DataFrame:
    """Rectangles in meters near the equator, where a degree is as long each way."""
    meters = 1 / 111_320
    shapes = [shapely.box(*(edge * meters for edge in box)) for box in boxes]
    codes = [f"p{at:02}" for at in range(len(boxes))]
    return pd.DataFrame({"id": codes, "name": codes, "geometry": [shapely.to_geojson(shape) for shape in shapes]})


GRID = outlines_of(*((x * 1000, y * 1000, x * 1000 + 1000, y * 1000 + 1000) for y in range(SIDE) for x in range(SIDE)))


def figures(**more: Any) -> pd.DataFrame:
    """Rates of a grid of 6 by 6: four areas in a corner are high, all others differ little."""
    values = 10 + np.arange(SIDE * SIDE) % 3 * 0.5
    values[[0, 1, 6, 7]] = 60
    return pd.DataFrame(
        {"id": GRID.id, "name": GRID.name, "value": values, "numerator": 10 * values, "status": "shown",
         "reason": None, "neighborhood": GRID.id}
    ).assign(**more)  # fmt: skip


@pytest.fixture
def on_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "neighbors_of", lambda release: (tuple(GRID.id), neighbors(GRID)))


def found(frame: pd.DataFrame, visitors: tuple[str, ...] = (), **measure: Any) -> Grouping:
    made = grouping_of(object(), {**RATE, **measure}, frame, frozenset(visitors))  # type: ignore[arg-type]
    assert isinstance(made, Grouping)
    return made


# who is a neighbor


@pytest.mark.parametrize(
    ("other", "is_neighbor"),
    [
        ((1000, 0, 2000, 1000), True),
        ((1000, 1000, 2000, 2000), False),  # a corner
        ((1000, 970, 2000, 2000), False),  # 30 m, little more than a corner
        ((1020, 0, 2000, 1000), True),  # drawn apart by 20 m
        ((1100, 0, 2000, 1000), False),
        ((980, 0, 2000, 1000), True),  # drawn over each other
    ],
)
def test_neighbors_share_a_border_and_not_only_a_corner(
    other: tuple[float, float, float, float], is_neighbor: bool
) -> None:
    both = neighbors(outlines_of((0, 0, 1000, 1000), other))
    assert bool(both[0, 1]) is bool(both[1, 0]) is is_neighbor
    assert not both.diagonal().any()


def test_a_grid_has_the_neighbors_of_a_rook() -> None:
    assert neighbors(GRID).sum() == 2 * 2 * SIDE * (SIDE - 1)


# what takes part


@pytest.mark.usefixtures("on_the_grid")
def test_areas_that_are_high_together_are_found() -> None:
    made = found(figures())
    assert set(made.named("above")) >= {"p00"}
    assert set(made.named("above")) <= {"p00", "p01", "p06", "p07", "p02", "p08", "p12", "p13"}
    assert made.compared == SIDE * SIDE


@pytest.mark.usefixtures("on_the_grid")
@pytest.mark.parametrize(
    ("column", "value"),
    [("numerator", 9.0), ("numerator", 0.0), ("value", None), ("reason", "partial_coverage")],
)
def test_what_is_under_the_minimum_hidden_or_partial_is_never_part_of_a_group(column: str, value: Any) -> None:
    frame = figures()
    frame[column] = frame[column].astype(object)
    frame.loc[0, column] = value
    if column == "value":
        frame.loc[0, "status"] = "withheld"
    frame = frame.astype({"value": float, "numerator": float})
    made = found(frame)
    row = made.areas.iloc[0]
    assert row.group is None
    assert np.isnan(row.value)
    assert np.isnan(row.z)
    assert not Status(row.status).has_value
    assert made.compared == SIDE * SIDE - 1


@pytest.mark.usefixtures("on_the_grid")
def test_visitor_areas_take_no_part_and_say_so(demo_store: Path) -> None:
    made = found(figures(), visitors=("p00",))
    row = queries.records(made.areas)[0]
    scope = scope_of(demo_store)
    assert stands(row, scope) == scope.say("map.not_compared_visitors")


@pytest.mark.usefixtures("on_the_grid")
def test_an_area_whose_neighbors_take_no_part_takes_none() -> None:
    frame = figures()
    frame.loc[[1, 6], ["value", "status"]] = [None, "withheld"]
    assert found(frame).areas.group.iloc[0] is None


@pytest.mark.usefixtures("on_the_grid")
@pytest.mark.parametrize(
    ("measure", "shown", "why"), [({"kind": "count"}, 36, "kind"), ({"kind": "share"}, 36, "kind"), ({}, 9, "few")]
)
def test_counts_shares_and_few_areas_are_refused(measure: dict[str, str], shown: int, why: str) -> None:
    frame = figures()
    frame.loc[shown:, "value"] = None
    frame.loc[shown:, "status"] = "withheld"
    assert grouping_of(object(), {**RATE, **measure}, frame, frozenset()) == why  # type: ignore[arg-type]


# Riverton


def rates(release: Release) -> list[tuple[dict[str, Any], str]]:
    measures = queries.records(queries.measures(release))
    return [
        (measure, period)
        for measure in measures
        if measure["kind"] == "rate" and measure["level"] == "neighborhood"
        for period in queries.periods(release, measure=measure["id"]).period
        if len(period) == 4
    ]


def test_esda_finds_the_same_in_riverton(demo_store: Path) -> None:
    release = Store(demo_store).open()
    visitors = visitor_areas(scope_of(demo_store))
    _, borders = neighbors_of(release)
    checked = 0
    for measure, period in rates(release):
        made = grouping_of(release, measure, queries.by_neighborhood(release, measure=measure["id"], period=period),
                           visitors)  # fmt: skip
        if isinstance(made, Grouping):
            z, position = esda_groups(made.areas.value.to_numpy(float), borders)
            assert made.areas.z.to_numpy(float) == pytest.approx(z, nan_ok=True)
            assert [None if at is None else GROUPS[at] for at in position] == list(made.areas.group)
            checked += 1
    assert checked >= 12


@pytest.mark.parametrize("language", languages())
def test_the_card_says_its_rule_and_that_it_is_no_forecast(demo_store: Path, language: str) -> None:
    scope = scope_of(demo_store, language=language)
    measure = next(
        row for row in queries.records(scope.ask(queries.measures, language=language)) if row["id"] == "burglary"
    )
    frame = scope.ask(queries.by_neighborhood, measure="burglary", period="2025", language=language)
    made = grouping_of(scope.release, measure, frame, visitor_areas(scope))
    assert isinstance(made, Grouping)
    card = grouping_card(scope, measure, "2025", frame, made)
    assert card.finding == scope.say("grouping.none")
    assert card.drawing is None
    assert card.table is not None
    names = list(card.table.iloc[:, 0])
    assert names == sorted(names, key=lambda name: list(made.areas.name).index(name))
    assert "Gi*" in card.how_to_read
    assert scope.say("grouping.no_forecast") in card.lead
    assert scope.say("grouping.no_forecast") in " ".join(limits(scope))
    for told in (card.finding, card.lead, card.how_to_read, *limits(scope), refused("few", scope)):
        assert not any(word in told.lower() for word in ("hot spot", "high-crime", "punto caliente", "predict"))


def test_where_groups_stand_out_the_map_marks_them_by_shape_too(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_of(demo_store)
    measure = next(row for row in queries.records(scope.ask(queries.measures)) if row["id"] == "burglary")
    frame = scope.ask(queries.by_neighborhood, measure="burglary", period="2025")
    ids, borders = neighbors_of(scope.release)
    near = borders[ids.index("old-town")] | (np.array(ids) == "old-town")
    far = frame.id.isin(np.array(ids)[near])
    raised = frame.assign(value=frame.value.mask(far & frame.value.notna(), frame.value * 6))
    made = grouping_of(scope.release, measure, raised, visitor_areas(scope))
    assert isinstance(made, Grouping)
    assert made.named("above")
    card = grouping_card(scope, measure, "2025", raised, made)
    assert card.drawing is not None
    assert "triangle-up" in str(card.drawing.spec)
    assert scope.say("map.above_grouping").split("(")[0] in card.details
    hidden = set(made.areas[made.areas.group.isna()].neighborhood)
    drawn = card.drawing.rows.set_index("id")
    assert set(drawn.loc[list(hidden)].status) <= {"withheld", "too_few_to_say", "not_reported", "not_applicable"}
