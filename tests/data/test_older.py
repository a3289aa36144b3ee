"""Releases of older and of newer software are read like today's: what they lack is supplied, what they add is left."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from data import exports, queries
from data.models import TABLES, City, Manifest, Measure, Observation, table_of
from data.publish.release import build
from data.store import Store
from tests.data.small import small_tables, stamp


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    build(store, small_tables(fillers=500), stamp("old"))
    return store


def altered(store: Store, *statements: str) -> Store:
    """The store, its release changed as if another version of the program had made it."""
    path = store.path_of("old")
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return store


def values(store: Store, model: type, column: str) -> list[object]:
    with store.open().connect() as connection:
        return list(connection.execute(select(table_of(model).c[column])).scalars())


def test_a_column_that_is_missing_is_empty_or_holds_the_default(store: Store) -> None:
    altered(
        store,
        "ALTER TABLE manifest DROP COLUMN version",
        "ALTER TABLE manifest DROP COLUMN approved_at",
        "ALTER TABLE city DROP COLUMN time_zone",
        "ALTER TABLE city DROP COLUMN fiscal_start_month",
        "ALTER TABLE measure DROP COLUMN headline",
    )
    assert values(store, Manifest, "version") == [None]
    assert values(store, Manifest, "approved_at") == [None]
    assert values(store, City, "time_zone") == ["America/New_York"]
    assert values(store, City, "fiscal_start_month") == [7]
    assert values(store, Measure, "headline") == [False]
    assert values(store, Manifest, "release_id") == ["old"]
    assert store.releases()[0].version is None


def test_a_table_that_is_missing_has_no_rows(store: Store) -> None:
    altered(store, "DROP TABLE planned_release", "DROP TABLE plan_change")
    assert exports.table_rows(store.open())["planned_release"] == 0
    assert list(exports.rows(store.open(), "plan_change")) == []


def test_figures_are_still_found_by_their_index(store: Store) -> None:
    altered(store, "ALTER TABLE observation DROP COLUMN n_effective")
    with store.open().connect() as connection:
        asked = "EXPLAIN QUERY PLAN SELECT * FROM observation WHERE neighborhood_id = 'x' AND measure_id = 'y'"
        plan = " ".join(row[3] for row in connection.execute(text(asked)))
    assert "SEARCH" in plan


def test_an_old_release_is_read_only_and_stays_as_it_is(store: Store) -> None:
    altered(store, "ALTER TABLE city DROP COLUMN time_zone", "DROP TABLE plan_change")
    before = store.path_of("old").read_bytes()
    for table in ("city", "plan_change", "observation"):
        with store.open().connect() as connection, pytest.raises(OperationalError):
            connection.execute(text(f"DELETE FROM {table}"))
    assert store.path_of("old").read_bytes() == before
    assert sorted(path.name for path in store.root.rglob("*.sqlite*")) == ["old.sqlite"]


def test_a_release_of_today_gets_nothing(store: Store) -> None:
    with store.open().connect() as connection:
        assert list(connection.execute(text("SELECT name FROM temp.sqlite_master"))) == []


def test_what_a_newer_program_adds_is_left_alone(store: Store) -> None:
    altered(store, "ALTER TABLE observation ADD COLUMN mood TEXT DEFAULT 'calm'", "CREATE TABLE weather (id TEXT)")
    assert "weather" not in exports.table_rows(store.open())
    assert set(values(store, Observation, "numerator")) == {None, 212.0}
    assert "mood" not in exports.columns("observation")


def columns_that_may_be_missing() -> Iterable[tuple[str, str]]:
    """Every column of today's tables that may be empty and that SQLite can take away."""
    for name, model in TABLES.items():
        indexed = {column.name for index in table_of(model).indexes for column in index.columns}
        for column in table_of(model).columns:
            if column.nullable and not column.foreign_keys and column.name not in indexed:
                yield name, column.name


def test_every_question_can_be_asked_of_a_release_with_the_least_columns(demo_store: Path, tmp_path: Path) -> None:
    path = tmp_path / "store" / "releases" / "old.sqlite"
    path.parent.mkdir(parents=True)
    shutil.copyfile(Store(demo_store).open().path or "", path)
    store = Store(tmp_path / "store")
    altered(store, *(f'ALTER TABLE "{t}" DROP COLUMN "{c}"' for t, c in columns_that_may_be_missing()))
    release = store.open("old")
    assert queries.manifest(release)["release_id"] == "2026-03"
    assert queries.manifest(release)["version"] is None
    assert len(queries.measures(release)) == len(queries.measures(Store(demo_store).open()))
    for name in TABLES:
        assert sum(len(batch) for batch in exports.rows(release, name)) == exports.table_rows(release)[name]
