"""Which areas of a map are neighbors: those that share a border. Worked out once for a release, from its outlines."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import affinity

from components.ask import keep
from components.maps.shapes import polygons
from data import queries
from data.store import Release

KM_A_DEGREE = 111.32
GAP_M, SHARED_M = 30.0, 100.0
"""Outlines drawn apart by so little share a border all the same; and they do along so many meters of an outline that
lie so near to the other one, which are about 60 at a corner."""

Neighbors = npt.NDArray[np.bool_]


def neighbors(outlines: pd.DataFrame) -> Neighbors:
    """(n, n): True where two areas share a border of SHARED_M or more, with a gap of GAP_M at most; never with itself.

    outlines: rows with geometry (text of a GeoJSON geometry, in degrees). A corner alone is no border.
    """
    raw = [polygons(shapely.make_valid(shapely.from_geojson(text))) for text in outlines.geometry]
    found = np.zeros((len(raw), len(raw)), dtype=bool)
    if not raw:
        return found
    _, south, _, north = shapely.total_bounds(raw)
    meters = KM_A_DEGREE * 1000
    across = meters * math.cos(math.radians((south + north) / 2))
    flat = [affinity.scale(shape, across, meters, origin=(0, 0)) for shape in raw]
    for one, other in shapely.STRtree(flat).query(flat, predicate="dwithin", distance=GAP_M).T:
        if one < other:
            edge = shapely.boundary(flat[one]).intersection(shapely.buffer(flat[other], GAP_M, quad_segs=4))
            found[one, other] = found[other, one] = edge.length >= SHARED_M
    return found


@keep(8)
def neighbors_of(release: Release) -> tuple[tuple[str, ...], Neighbors]:
    """The ids of the neighborhoods with an outline, A to Z by name, and which of them share a border."""
    outlines = queries.outlines(release)
    return tuple(map(str, outlines.id)), neighbors(outlines)
