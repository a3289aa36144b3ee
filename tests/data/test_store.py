"""The store: immutable files, one pointer, and readers that never wait and never write."""

from __future__ import annotations

import os
import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from data.models import Observation, table_of
from data.publish.release import build
from data.store import NoRelease, Release, Store
from tests.data.small import small_tables, stamp


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def two(store: Store) -> Store:
    """A store with an old release of 212 burglaries and a newer, served one of 300."""
    build(store, small_tables(burglaries=212), stamp("2026-01", date(2026, 1, 5), note="First."))
    build(store, small_tables(burglaries=300), stamp("2026-02", date(2026, 2, 5)))
    return store


def burglaries(release: Release) -> float:
    table = table_of(Observation)
    with release.connect() as connection:
        return float(
            connection.execute(select(table.c.numerator).where(table.c.neighborhood_id == "old-town")).scalar_one()
        )


def test_the_place_of_the_store_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(tmp_path))
    assert Store.default().root == tmp_path
    monkeypatch.setenv("OPENBEAT_STORE", "")
    assert Store.default().root.parts[-2:] == ("data", "published")


def test_an_empty_store_says_so(store: Store) -> None:
    assert store.current_id() is None
    assert store.ids() == []
    assert store.releases() == []
    with pytest.raises(NoRelease, match="nothing is published"):
        store.open()


def test_an_unknown_release_names_those_that_are_there(two: Store) -> None:
    for ask in (two.open, two.activate):
        with pytest.raises(NoRelease, match=r"no release '2025-12'.*2026-01, 2026-02"):
            ask("2025-12")


@pytest.mark.parametrize("release_id", ["../2026-01", "/etc/passwd", "2026 01", "A", "", "x" * 65])
def test_a_link_cannot_lead_out_of_the_store(two: Store, release_id: str) -> None:
    with pytest.raises(NoRelease, match="not a release id"):
        two.path_of(release_id)


def test_the_newest_is_served_and_any_older_one_can_be_read(two: Store) -> None:
    assert burglaries(two.open()) == 300
    assert burglaries(two.open("2026-01")) == 212


def test_releases_are_listed_newest_first(two: Store) -> None:
    assert [(info.id, info.is_current, info.note) for info in two.releases()] == [
        ("2026-02", True, None),
        ("2026-01", False, "First."),
    ]


def test_rolling_back_is_moving_the_pointer_and_can_be_undone(two: Store) -> None:
    before = {path: path.read_bytes() for path in two.root.glob("releases/*")}
    two.activate("2026-01")
    assert burglaries(two.open()) == 212
    two.activate("2026-02")
    assert burglaries(two.open()) == 300
    assert {path: path.read_bytes() for path in two.root.glob("releases/*")} == before
    assert list(two.root.glob("current.*")) == []


def test_an_opened_store_sees_the_switch_and_opened_releases_stay_readable(two: Store) -> None:
    reader = Store(two.root)
    newer = reader.open()
    with newer.connect() as half_way:
        two.activate("2026-01")
        assert burglaries(reader.open()) == 212
        table = table_of(Observation)
        assert half_way.execute(select(table.c.numerator).where(table.c.numerator.is_not(None))).scalar_one() == 300
    assert burglaries(newer) == 300


def test_a_release_is_opened_once(two: Store) -> None:
    assert two.open() is two.open("2026-02")


def test_a_store_made_anew_at_the_same_place_is_not_mistaken_for_the_old_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    build(store, small_tables(burglaries=1), stamp("one"))
    assert burglaries(store.open()) == 1
    os.rename(store.root, tmp_path / "moved")
    build(store, small_tables(burglaries=2), stamp("one"))
    assert burglaries(store.open()) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE observation SET numerator = 0",
        "INSERT INTO neighborhood_alias VALUES ('old-town', 'x')",
        "DELETE FROM city",
        "CREATE TABLE extra (id TEXT)",
        "PRAGMA user_version = 7",
        "VACUUM",
    ],
)
def test_nothing_can_be_written_into_a_release(two: Store, statement: str) -> None:
    before = two.path_of("2026-02").read_bytes()
    with two.open().connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text(statement))
    assert two.path_of("2026-02").read_bytes() == before


def test_even_a_raw_connection_that_lifts_the_guard_cannot_write(two: Store) -> None:
    connection = two.open().engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA query_only = 0")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.cursor().execute("DELETE FROM city")
    finally:
        connection.cursor().execute("PRAGMA query_only = 1")
        connection.close()


def test_reading_leaves_no_file_behind(two: Store) -> None:
    before = sorted(two.root.rglob("*"))
    burglaries(two.open())
    two.releases()
    assert sorted(two.root.rglob("*")) == before


def test_many_readers_at_once(two: Store) -> None:
    release = two.open()
    found: list[float] = []

    def read() -> None:
        found.extend(burglaries(release) for _ in range(20))

    readers = [threading.Thread(target=read) for _ in range(24)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(30)
    assert found == [300.0] * 480
