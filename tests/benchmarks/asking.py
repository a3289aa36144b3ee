"""What the questions of one neighborhood page cost, beside raw sqlite3 fetching the same rows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from components import scope as scope_module
from components.ask import ask
from data.store import Release, Store
from tests.benchmarks.measuring import table, take_turns
from tests.pages.screen import go_to, start

Asked = tuple[Callable[..., Any], dict[str, Any]]


def report(stores: dict[str, tuple[Path, str]]) -> str:
    """The part on questions, as Markdown. stores: name = (store, code of a neighborhood)."""
    rows = [row for name, (store, place) in stores.items() for row in _rows(name, Store(store), place)]
    headings = ["city", "what", "questions", "statements", "rows", "CPU ms", "ratio to raw sqlite3"]
    return table(headings, rows)


def _rows(name: str, store: Store, place: str) -> list[list[object]]:
    every = asked_by_the_page(store, place)
    once = [asked for at, asked in enumerate(every) if asked not in every[:at]]
    release = store.open()
    statements = statements_of(release, once)
    raw = sqlite3.connect(f"{store.path_of(release.id).resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    def fetch_raw() -> int:
        return sum(len(raw.execute(text, values).fetchall()) for text, values in statements)

    fetched = fetch_raw()
    took = take_turns(
        {
            "raw": fetch_raw,
            "questions": lambda: [question(release, **keywords) for question, keywords in once],
            "warm": lambda: [ask(question, release, **keywords) for question, keywords in every],
        }
    )
    raw.close()
    counts = {
        "raw": ("raw sqlite3, the same statements", "", len(statements), fetched),
        "questions": ("each question once, nothing kept", len(once), len(statements), fetched),
        "warm": ("all that the page asks, answers kept (`components.ask`)", len(every), 0, 0),
    }
    return [[name, *counts[case], took[case], took[case] / took["raw"]] for case in took]


def asked_by_the_page(store: Store, place: str) -> list[Asked]:
    """Every question that the neighborhood page asks, in order, repeats included."""
    asked: list[Asked] = []

    def note(question: Callable[..., Any], release: Release, **keywords: Any) -> Any:
        asked.append((question, keywords))
        return ask(question, release, **keywords)

    with _store_named(store.root):
        visitor = start(n=place, lang="en").run()
        scope_module.ask = note
        try:
            screen = go_to(visitor, "neighborhood")
        finally:
            scope_module.ask = ask
    if screen.errors or not asked:
        raise RuntimeError("\n".join(screen.errors) or "the page asked nothing")
    return asked


def statements_of(release: Release, asked: list[Asked]) -> list[tuple[str, tuple[Any, ...]]]:
    """The SQL that some questions send, with its values."""
    sent: list[tuple[str, tuple[Any, ...]]] = []

    def note(_connection: Any, _cursor: Any, text: str, values: tuple[Any, ...], *_: Any) -> None:
        sent.append((text, values))

    event.listen(release.engine, "before_cursor_execute", note)
    try:
        for question, keywords in asked:
            question(release, **keywords)
    finally:
        event.remove(release.engine, "before_cursor_execute", note)
    return sent


@contextmanager
def _store_named(root: Path) -> Iterator[None]:
    before = os.environ.get("OPENBEAT_STORE")
    os.environ["OPENBEAT_STORE"] = str(root)
    try:
        yield
    finally:
        if before is None:
            del os.environ["OPENBEAT_STORE"]
        else:
            os.environ["OPENBEAT_STORE"] = before
