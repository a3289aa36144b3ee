"""Tables become one checked file that is never changed again, or nothing at all."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import create_engine, select, text

from data.models import TABLES, BudgetLine, City, Measure, Neighborhood, Observation, Table, table_of
from data.publish.release import ReleaseRefused, build, default_release_id, only_publisher, remove_leftovers
from data.store import Release, Store
from tests.data.small import small_tables, stamp


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def rows(release: Release, model: Any) -> list[dict[str, Any]]:
    with release.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table_of(model)))]


def files(store: Store) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def refusal(store: Store, tables: dict[str, pd.DataFrame], release_id: str = "one") -> str:
    with pytest.raises(ReleaseRefused) as refused:
        build(store, tables, stamp(release_id))
    return "\n".join(refused.value.problems)


def test_values_come_back_as_they_went_in(store: Store) -> None:
    build(store, small_tables(), stamp("one"))

    (line,) = rows(store.open(), BudgetLine)
    (measure,) = rows(store.open(), Measure)
    observations = {row["neighborhood_id"]: row for row in rows(store.open(), Observation)}
    places = {row["id"]: row for row in rows(store.open(), Neighborhood)}

    assert line["amount_cents"] == 123_456_789_012_345
    assert (line["dated_on"], line["ledger"]) == (None, "budget")
    assert measure["headline"] is True
    assert measure["sensitive"] is False
    assert observations["old-town"]["period_start"] == date(2025, 1, 1)
    assert observations["old-town"]["numerator"] == 212.0
    assert observations["mill-hill"]["value"] is None
    assert places["mill-hill"]["area_km2"] is None


@pytest.mark.parametrize(
    ("cell", "stored"),
    [(7, 7), (7.0, 7), (np.int64(7), 7), (np.float64(7), 7), (pd.NA, None), (float("nan"), None), (None, None)],
)
def test_a_whole_number_may_come_as_any_kind_of_number(store: Store, cell: object, stored: int | None) -> None:
    tables = small_tables()
    tables["observation"]["n"] = pd.Series([cell, 8], dtype=object)
    build(store, tables, stamp("one"))
    assert {row["neighborhood_id"]: row["n"] for row in rows(store.open(), Observation)}["old-town"] == stored


def test_every_table_is_there_and_counted(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    with closing(sqlite3.connect(store.path_of("one"))) as connection:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        counted = dict(connection.execute("SELECT table_name, rows FROM row_count"))
        found = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in counted}
    assert set(TABLES) <= there
    assert set(counted) == set(TABLES) - {"row_count"}
    assert counted == found
    assert counted["observation"] == 2


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM observation WHERE neighborhood_id = 'x'",
        "SELECT * FROM observation WHERE neighborhood_id = 'x' AND measure_id = 'y' AND period = 'z'",
        "SELECT * FROM observation WHERE measure_id = 'y' AND period = 'z'",
        "SELECT * FROM budget_line WHERE fiscal_year = 'x'",
        "SELECT * FROM budget_line WHERE program_id = 'x'",
        "SELECT * FROM program_neighborhood WHERE neighborhood_id = 'x'",
        "SELECT * FROM revision WHERE neighborhood_id = 'x'",
        "SELECT * FROM survey_result WHERE neighborhood_id = 'x'",
    ],
)
def test_what_pages_ask_most_is_found_by_an_index(question: str) -> None:
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    with engine.connect() as connection:
        plan = " ".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {question}")))
    engine.dispose()
    assert "SEARCH" in plan
    assert "SCAN" not in plan


def test_the_same_tables_have_the_same_content_whatever_their_order(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    turned = {name: frame.iloc[::-1, ::-1] for name, frame in reversed(small_tables().items())}
    build(store, turned, stamp("two", date(2026, 4, 1), note="Again."))
    build(store, small_tables(burglaries=213), stamp("three"))

    content = {info.id: info.content_sha256 for info in store.releases()}
    assert content["one"] == content["two"]
    assert content["three"] != content["one"]
    assert len(content["one"]) == 64


def test_files_that_were_read_are_no_part_of_the_content(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    fields = dict.fromkeys(["size_bytes", "rows_read", "rows_used", "rows_rejected"], 5)
    file = pd.DataFrame([{"path": "a.csv", "into": "program", "sha256": "00", **fields}])
    build(store, {**small_tables(), "source_file": file}, stamp("two"))
    assert len({info.content_sha256 for info in store.releases()}) == 1


def test_a_release_cannot_be_written_to(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    assert store.path_of("one").stat().st_mode & 0o222 == 0


def test_only_the_release_and_the_pointer_remain(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    assert files(store) == ["current", "publish.lock", "releases/one.sqlite"]


def test_a_release_is_never_overwritten(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    before = store.path_of("one").read_bytes()
    build(store, small_tables(), stamp("two"))

    assert "one exists" in refusal(store, small_tables(burglaries=300))
    assert store.path_of("one").read_bytes() == before
    assert store.current_id() == "two"
    assert "building" not in " ".join(files(store))


def test_a_release_cut_off_before_the_pointer_moved_is_finished_by_the_same_publish(store: Store) -> None:
    build(store, small_tables(), stamp("one"))
    build(store, small_tables(burglaries=9000), stamp("two"))
    store.activate("one")  # as if the second publish had died between its two renames
    build(store, small_tables(burglaries=9000), stamp("two"))
    assert store.current_id() == "two"


def test_what_killed_publishers_left_is_removed(store: Store) -> None:
    left = [store.root / "building" / "old.1.sqlite", store.root / "building" / "old.2.sqlite-journal"]
    left += [store.root / "current.999999999"]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    assert sorted(remove_leftovers(store)) == sorted(left)
    assert files(store) == []


@pytest.mark.parametrize(
    ("table", "column", "cell", "said"),
    [
        ("neighborhood", "area_km2", float("inf"), "neighborhood.area_km2: found inf, expected a number"),
        ("neighborhood", "area_km2", "3,5", "neighborhood.area_km2: found '3,5', expected a number"),
        ("neighborhood", "name", None, "neighborhood.name: 3 of 3 rows are empty, first row 1"),
        ("neighborhood", "name", "nan", "neighborhood.name: found the text 'nan' where a cell should be empty"),
        ("neighborhood", "name", 7, "neighborhood.name: found 7, expected text"),
        ("neighborhood", "kind", "ward", "neighborhood.kind: found 'ward'; expected 'city', 'district'"),
        ("neighborhood", "visitor_area", "yes", "neighborhood.visitor_area: found 'yes', expected true or false"),
        ("neighborhood", "id", "same", "neighborhood: 1 keys (id) are there more than once: 'same'"),
        ("neighborhood", "shape", "x", "neighborhood.shape: there is no such column"),
        ("budget_line", "amount_cents", 10.5, "budget_line.amount_cents: found 10.5, expected a whole number"),
        ("budget_line", "dated_on", "03/01/2026", "budget_line.dated_on: Invalid isoformat string"),
        ("budget_line", "fiscal_year", "FY1999", "budget_line.fiscal_year: found 'FY1999', not in table fiscal_year"),
        ("observation", "measure_id", "arson", "observation.measure_id: found 'arson', not in table measure"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_left(store: Store, table: str, column: str, cell: Any, said: str) -> None:
    tables = small_tables()
    tables[table][column] = cell
    assert said in refusal(store, tables)
    assert files(store) in ([], ["publish.lock"])
    assert store.current_id() is None


def test_a_missing_column_and_an_unknown_table_are_told_together(store: Store) -> None:
    tables = {**small_tables(), "weather": pd.DataFrame({"id": [1]})}
    tables["measure"] = tables["measure"].drop(columns="definition")
    said = refusal(store, tables)
    assert "weather is not a table" in said
    assert "measure.definition: the column is missing" in said


@pytest.mark.parametrize("release_id", ["", "../x", "Spring 2026", "a" * 65])
def test_a_release_id_is_a_plain_code(store: Store, release_id: str) -> None:
    assert "is not a release id" in refusal(store, small_tables(), release_id)


def test_the_default_id_is_the_day_then_counts(store: Store) -> None:
    day = date(2026, 3, 3)
    for expected in ("2026-03-03", "2026-03-03.2", "2026-03-03.3"):
        assert default_release_id(store, day) == expected
        build(store, small_tables(), stamp(expected))
    assert store.ids() == ["2026-03-03", "2026-03-03.2", "2026-03-03.3"]


def test_a_second_publisher_waits_for_the_first(store: Store) -> None:
    said: list[str] = []
    second = threading.Thread(target=lambda: build(store, small_tables(), stamp("two"), progress=watch))
    waiting = threading.Event()

    def watch(step: str, done: int = 0, total: int = 0) -> None:
        said.append(step)
        waiting.set()

    with only_publisher(store):
        second.start()
        assert waiting.wait(10)
        assert said == ["Waiting for another publish to finish"]
        assert store.ids() == []
        build(store, small_tables(), stamp("one"))  # the holder may enter again
    second.join(30)
    assert store.current_id() == "two"
    assert store.ids() == ["one", "two"]


def test_a_large_table_goes_in_whole(store: Store) -> None:
    build(store, small_tables(fillers=100_000), stamp("one"))
    with store.open().connect() as connection:
        table = table_of(Observation)
        found = connection.execute(select(table.c.group_name).where(table.c.group_name != "all")).scalars().all()
    assert len(found) == len(set(found)) == 100_000
    assert rows(store.open(), City)[0]["languages"] == "en"
