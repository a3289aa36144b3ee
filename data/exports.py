"""A release as files for others: every table as rows, and the outlines of its places as GeoJSON.

Nothing is chosen or worked out here: what is published is given. Questions with an answer are in `data.queries`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select

from data.models import TABLES, Manifest, MapFeature, Neighborhood
from data.models.base import table_of
from data.store import Release

ROWS_AT_ONCE: Final = 2_000

OUTLINES: Final = ("neighborhoods", "districts", "context")
"""What can be asked of `outlines`: places, police districts, and the water, parks and roads around them."""


class NoTable(LookupError):
    """There is no such table or set of outlines in a release."""


def table_rows(release: Release) -> dict[str, int]:
    """How many rows each table of the release has, by name of the table."""
    counts: dict[str, int] = {}
    with release.connect() as connection:
        for name in sorted(TABLES):
            counts[name] = connection.execute(select(func.count()).select_from(table_of(TABLES[name]))).scalar_one()
    return counts


def columns(table: str) -> list[str]:
    """The column names of a table, in the order that `rows` gives them. Raises NoTable."""
    return [column.name for column in table_of(_model(table)).columns]


def rows(release: Release, table: str) -> Iterator[Sequence[Sequence[str]]]:
    """All rows of a table in batches, in the order of its key, each value as text.

    An absent value is the empty text, never zero; true and false are `true` and `false`; days and times are ISO 8601.
    Raises NoTable at once, before the first batch.
    """
    return _batches(release, _model(table))


def _batches(release: Release, model: Any) -> Iterator[Sequence[Sequence[str]]]:
    source = table_of(model)
    with release.connect() as connection:
        found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
            select(source).order_by(*source.primary_key.columns)
        )
        for batch in found.partitions():
            yield [[_text(value) for value in row] for row in batch]


def fingerprint(release: Release) -> str:
    """The SHA-256 over the rows of the release, as its manifest holds it."""
    with release.connect() as connection:
        return str(connection.execute(select(table_of(Manifest).c.content_sha256)).scalar_one())


def outlines(release: Release, kind: str) -> bytes:
    """A GeoJSON FeatureCollection of the release's places, each feature with the `id` and `name` of its place.

    Args:
        kind: one of OUTLINES; the features of `context` have their `kind` (water, park, road) as well.

    Raises NoTable. Places without an outline are left out.
    """
    if kind not in OUTLINES:
        raise NoTable(f"no outlines {kind!r}; there are {', '.join(OUTLINES)}")
    if kind == "context":
        feature = table_of(MapFeature).c
        statement = select(feature.id, feature.name, feature.kind, feature.geometry).order_by(feature.id)
    else:
        place = table_of(Neighborhood).c
        statement = (
            select(place.id, place.name, place.kind, place.geometry)
            .where(place.kind == kind.removesuffix("s"), place.geometry.is_not(None))
            .order_by(place.id)
        )
    with release.connect() as connection:
        features = [_feature(*row) for row in connection.execute(statement)]
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def _feature(place: str, name: str | None, kind: str, geometry: str) -> str:
    # The stored outline is GeoJSON already; reading it only to write it again would cost more than all the rest.
    named = json.dumps({"id": place, "name": name, "kind": kind}, ensure_ascii=False, separators=(",", ":"))
    key = json.dumps(place)
    return f'{{"type":"Feature","id":{key},"properties":{named},"geometry":{geometry}}}'


def _model(table: str) -> Any:
    if table not in TABLES:
        raise NoTable(f"no table {table!r}; there are {', '.join(sorted(TABLES))}")
    return TABLES[table]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)
