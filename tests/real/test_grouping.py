"""Chicago's six kinds of crime: the groups of areas that are drawn are those that PySAL finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from components.maps.neighbors import neighbors_of
from components.panels.grouping import GROUPS as NAMES
from components.panels.grouping import Grouping, grouping_of, visitor_areas
from data import queries
from data.store import Release
from tests.components.riverton import scope_of
from tests.real.oracles import esda_groups
from tests.real.test_chicago import GROUPS


def test_neighbors_lie_between_the_two_usual_rules(chicago: Release) -> None:
    weights = pytest.importorskip("libpysal.weights")
    from shapely import from_geojson, make_valid

    ids, borders = neighbors_of(chicago)
    shapes = [make_valid(from_geojson(text)) for text in queries.outlines(chicago).geometry]
    assert len(ids) == 77
    queen, rook = (
        kind.from_iterable(shapes, silence_warnings=True).full()[0] > 0 for kind in (weights.Queen, weights.Rook)
    )
    assert not (borders & ~queen).any()
    # What touches along less than 100 m is a corner to us.
    assert (rook & ~borders).sum() / 2 <= 4


@pytest.mark.parametrize("code", GROUPS)
def test_esda_finds_the_same_groups(code: str, chicago: Release, chicago_store: Path) -> None:
    [measure] = [row for row in queries.records(queries.measures(chicago)) if row["id"] == code]
    visitors = visitor_areas(scope_of(chicago_store))
    _, borders = neighbors_of(chicago)
    for period in ("2022", "2023"):
        figures = queries.by_neighborhood(chicago, measure=code, period=period)
        found = grouping_of(chicago, measure, figures, visitors)
        assert isinstance(found, Grouping)
        z, position = esda_groups(found.areas.value.to_numpy(float), borders)
        assert found.areas.z.to_numpy(float) == pytest.approx(np.array(z), nan_ok=True)
        assert [None if at is None else NAMES[at] for at in position] == list(found.areas.group)
        few = figures[~(figures.numerator >= 10)].id
        assert found.areas[found.areas.neighborhood.isin(few)].group.isna().all()
