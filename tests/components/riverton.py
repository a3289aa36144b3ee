"""Scopes of the invented city without a page around them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from components.scope import Scope
from components.words import words
from data import queries
from data.store import Store

HARD_PLACES = (
    "harbor-point", "downtown", "rail-yards", "cote-vieille", "fox-hollow", "sable-prairie", "northgate", "westbrook",
)  # fmt: skip
"""Much of everything; visitors; nobody lives there; accents; zero events; a survey of eight; nothing runs there; a
figure that was mended."""


def scope_of(store: Path, *, place: str | None = None, language: str = "en", **more: Any) -> Scope:
    """What a page of the newest release knows when it begins."""
    opened = Store(store)
    release = opened.open()
    kinds = ("neighborhood", "district", "unplaced")
    places = queries.neighborhoods(release, kinds=kinds, language=language)
    city = queries.city(release, language=language)
    return Scope(
        release=release,
        current_release=release.id,
        words=words(language),
        city=city,
        names={**dict(zip(places.id, places.name, strict=True)), "city": str(city["name"])},
        place=place,
        as_of=date(2026, 3, 3),
        **more,
    )


def changed_store(demo_store: Path, folder: Path, *statements: str) -> Store:
    """A store with only the newest release of the invented city, after statements of SQL, for tests of other cities."""
    first, store = Store(demo_store), Store(folder / "store")
    newest = first.ids()[-1]
    store.path_of(newest).parent.mkdir(parents=True)
    store.path_of(newest).write_bytes(first.path_of(newest).read_bytes())
    with closing(sqlite3.connect(store.path_of(newest))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    store.activate(newest)
    return store
