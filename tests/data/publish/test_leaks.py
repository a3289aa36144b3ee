"""Two cities that differ only in what is withheld publish the same, to the byte."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.server import routes
from data.exports import OUTLINES
from data.models import TABLES
from data.publish import privacy, run
from data.publish.fingerprints import KEYED
from data.store import Store
from tests.data.publish import twins
from tests.data.publish.tiny import write_pack

Twins = tuple[Path, Path]


def rows(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(Store(store).path_of("2026-03"))) as connection:
        return connection.execute(sql).fetchall()


def without_keyed(text: str) -> Iterator[str]:
    """Lines, with keyed fingerprints blotted out: these tell nothing to those who have no key."""
    for line in text.splitlines():
        before, found, after = line.partition(KEYED)
        yield before + found + after[64:]


def test_the_two_differ_in_what_went_in_and_hide_the_same(twin_stores: Twins) -> None:
    assert all(twins.files(0)[name] != twins.files(1)[name] for name in twins.files(0))
    hidden = [rows(store, "SELECT * FROM withheld_cell") for store in twin_stores]
    assert hidden[0] == hidden[1]
    assert {cell[1] for cell in hidden[0]} == {"force", "trust", "q", "findings"}


def test_the_files_of_both_are_the_same(twin_stores: Twins) -> None:
    one, other = (list(dumped(Store(store).path_of("2026-03"))) for store in twin_stores)
    assert one == other


def test_evaluations_rest_on_what_is_shown_and_are_refused_for_the_rest(twin_stores: Twins) -> None:
    for store in twin_stores:
        found = rows(store, "SELECT id, refused, events_before, events_after FROM evaluation ORDER BY id")
        assert found == [("hidden", "not_published", None, None), ("shown", None, 25, 22), ("whole", None, 80, 82)]


def dumped(path: Path) -> Iterator[str]:
    """All rows in the order in which they lie in the file, which may tell as well."""
    with closing(sqlite3.connect(path)) as connection:
        yield from without_keyed("\n".join(connection.iterdump()))


def test_the_bytes_that_lie_unused_in_the_file_hold_nothing_of_either(twin_stores: Twins) -> None:
    for store in twin_stores:
        with closing(sqlite3.connect(Store(store).path_of("2026-03"))) as connection:
            assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_all_that_is_served_as_open_data_is_the_same(twin_stores: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ["/data/", "/data/releases.json", "/data/2026-03/"]
    paths += [f"/data/2026-03/{table}.csv" for table in TABLES]
    paths += [f"/map/2026-03/{measure}/2025.geojson?theme=light&lang=en&view=values" for measure in ("force", "trust")]
    paths += [f"/geometry/2026-03/{name}.geojson" for name in OUTLINES]
    served = []
    for store in twin_stores:
        monkeypatch.setenv("OPENBEAT_STORE", str(store))
        with TestClient(Starlette(routes=routes())) as client:
            answers = {path: client.get(path) for path in paths}
        assert {answer.status_code for answer in answers.values()} == {200}
        served.append({path: (list(without_keyed(a.text)), sorted(a.headers.items())) for path, a in answers.items()})
    for path in paths:
        assert served[0][path] == served[1][path], path


def test_a_file_with_withheld_numbers_has_a_fingerprint_that_nobody_can_try(twin_stores: Twins) -> None:
    published: dict[str, str] = dict(rows(twin_stores[0], "SELECT path, sha256 FROM source_file"))
    for name, text in twins.files(0).items():
        assert published[f"{name}.csv"].startswith(KEYED)
        assert hashlib.sha256(text.encode()).hexdigest() not in str(published)
    assert (
        published["population.csv"]
        == hashlib.sha256((twin_stores[0].parent / "pack" / "population.csv").read_bytes()).hexdigest()
    )
    sizes: dict[str, int | None] = dict(rows(twin_stores[0], "SELECT path, size_bytes FROM source_file"))
    assert sizes["crime.csv"] is None
    assert sizes["population.csv"] is not None


def test_the_key_is_its_owners_alone_and_is_not_served(twin_stores: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    key = twin_stores[0] / "fingerprints.key"
    assert key.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("OPENBEAT_STORE", str(twin_stores[0]))
    with TestClient(Starlette(routes=routes())) as client:
        for path in ("/data/fingerprints.key", "/data/fingerprints.key/", "/data/..%2ffingerprints.key"):
            assert client.get(path).status_code == 404


def test_publish_stops_and_names_the_cells_when_the_hider_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_small(cells: object, *_: object, **__: object) -> object:
        return cells  # nothing beyond the small numbers themselves: the city's total gives them back

    monkeypatch.setattr(privacy, "protect", only_small)
    store = Store(tmp_path / "store")
    outcome = run.publish(write_pack(tmp_path / "pack"), store=store)
    [refused] = outcome.refused
    assert "2 small numbers could be worked out from what is shown" in refused
    assert "force, north, 2024, all" in refused
    assert "force, north, 2025, all" in refused
    assert store.ids() == []
