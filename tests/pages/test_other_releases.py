"""Releases that older software made are read like today's, and one that was withdrawn answers with its reason."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.server import routes
from components.words import languages
from data.models import TABLES
from data.publish.withdraw import withdraw
from data.store import Store
from pages import PAGE_PATHS
from tests.pages import checks
from tests.pages.screen import asked_for, open_page

GROWN_SINCE = {
    "city": ["contact_name"],
    "manifest": [
        "version", "change", "reason", "previous_chain_sha256", "chain_sha256", "prepared_by", "approved_by",
        "approved_at", "approval", "figures_total", "figures_withheld",
    ],
    "measure": ["parts_are_all"],  # part_of refers to a row of its own table; SQLite does not let such a column go
    "revision": ["reason_kind", "reason"],
}  # fmt: skip
NEW_SINCE = ["plan_change", "planned_release", "revision_reason"]
"""What releases lack that were made before releases had versions, approvals and a calendar."""


def copied(demo_store: Path, folder: Path, ids: list[str]) -> Store:
    """Some releases of the invented city in a store of their own; the last is served."""
    store = Store(folder / "store")
    for one in ids:
        store.path_of(one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Store(demo_store).path_of(one), store.path_of(one))
    store.activate(ids[-1])
    return store


@pytest.fixture(scope="module")
def older(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The invented city's newest release as an older program would have made it."""
    newest = Store(demo_store).ids()[-1]
    store = copied(demo_store, tmp_path_factory.mktemp("older"), [newest])
    with closing(sqlite3.connect(store.path_of(newest))) as connection:
        for table in NEW_SINCE:
            connection.execute(f"DROP TABLE {table}")
        for table, columns in GROWN_SINCE.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.commit()
    return store


@pytest.mark.parametrize("page", PAGE_PATHS)
def test_every_page_of_a_release_of_older_software_is_whole(
    older: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(older.root))
    asked = {"m": "burglary", "at": "old-town", "p": "2025"} if page == "figure" else asked_for(page, "demo")
    screen = open_page(page, lang="es", n="old-town", release=str(older.current_id()), **asked)
    assert checks.everything(screen, "es") == {}


def test_every_file_of_a_release_of_older_software_is_served(older: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(older.root))
    here = f"/data/{older.current_id()}"
    with TestClient(Starlette(routes=routes())) as client:
        rows = client.get("/data/releases.json").json()["releases"][0]["tables"]
        assert set(rows) == set(TABLES)
        assert [rows[table]["rows"] for table in NEW_SINCE] == [0, 0, 0]
        for table in TABLES:
            answer = client.get(f"{here}/{table}.csv")
            assert answer.status_code == 200
        assert client.get("/data/").status_code == client.get(f"{here}/").status_code == 200
        assert client.get(f"{here}.sqlite").content == older.path_of(str(older.current_id())).read_bytes()


@pytest.mark.parametrize("language", languages())
def test_a_link_to_a_withdrawn_release_says_why_and_shows_the_newest(
    demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    first, second, newest = Store(demo_store).ids()
    store = copied(demo_store, tmp_path, [first, second, newest])
    monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
    withdraw(store, second, why="It held the names of three people.", by="Head of records")
    screen = open_page("neighborhood", release=second, n="old-town", lang=language)
    said = {"en": f"Release “{second}” was withdrawn on", "es": f"La publicación “{second}” fue retirada el"}[language]
    (notice,) = (text for text in screen.texts if text.startswith(said))
    assert "It held the names of three people. " in notice
    assert screen.permalinks
    assert all(f"release={newest}" in link for link in screen.permalinks)
    assert checks.everything(screen, language) == {}
