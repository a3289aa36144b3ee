"""The store: a folder of immutable releases and one pointer.

    store/
      current                     the id of the release that is served, one line
      releases/2026-03.sqlite     one release: all tables, manifest inside; never changed once it is here
      drafts/2026-06.sqlite       a release that nobody sees yet; drafts/2026-06.due the minute it is announced for
      withdrawn/2025-12.json      a tombstone: what stood here and why it was withdrawn
      withdrawn/2025-12.sqlite    the withdrawn release itself, for staff
      rejects/2026-03.csv         rows that were refused (for staff; never served)
      building/                   releases under construction
      demo.unfinished             there while the invented city is being published

Publishing builds a file in `building/`, checks it, moves it to `releases/` and swaps the pointer; each step is
atomic, so a crash at any instant leaves the old release served. This module opens, lists and
switches; it never writes a figure.

With `OPENBEAT_PREVIEW` set to the id of a draft, `Store.default()` shows that draft as the current release, to this
process only: `python -m data preview` sets it.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.pool import QueuePool

from data.models import City, Manifest
from data.models.base import table_of
from data.older import statements_for

DEFAULT_ROOT = Path(__file__).parent / "published"
RELEASE_ID = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")


class NoRelease(LookupError):
    """There is no such release, or none at all."""


@dataclass(frozen=True)
class Tombstone:
    """What stays of a withdrawn release: what it was, when it was withdrawn, why and by whom. Holds no figure.

    The four hashes and ids of the chain are those of its manifest, so that the chain can be followed past it.
    """

    id: str
    released_on: date
    version: str | None
    content_sha256: str
    previous_release_id: str | None
    previous_chain_sha256: str | None
    chain_sha256: str | None
    withdrawn_at: datetime
    why: str
    by: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: days and moments as ISO 8601."""
        return asdict(self) | {
            "released_on": self.released_on.isoformat(),
            "withdrawn_at": self.withdrawn_at.isoformat(timespec="seconds"),
        }

    @classmethod
    def read(cls, path: Path) -> Tombstone:
        """The tombstone that a file holds; what a newer program has written beside is left out."""
        held = json.loads(path.read_text(encoding="utf-8"))
        held["released_on"] = date.fromisoformat(held["released_on"])
        held["withdrawn_at"] = datetime.fromisoformat(held["withdrawn_at"])
        return cls(**{name: held[name] for name in cls.__dataclass_fields__})


class Withdrawn(NoRelease):
    """The release was withdrawn: `tombstone` says why."""

    def __init__(self, tombstone: Tombstone) -> None:
        day = tombstone.withdrawn_at.date().isoformat()
        super().__init__(f"release {tombstone.id} was withdrawn on {day}: {tombstone.why}")
        self.tombstone = tombstone


@dataclass(frozen=True)
class Release:
    """An opened release: an id and an engine that can only read."""

    id: str
    engine: Engine
    path: Path | None = None

    def connect(self) -> Connection:
        """A connection for reading; use it in a `with` block."""
        return self.engine.connect()


@dataclass(frozen=True)
class ReleaseInfo:
    """A line of the list of releases."""

    id: str
    city_id: str
    released_on: date
    planned_on: date | None
    published_at: datetime
    publisher: str
    note: str | None
    content_sha256: str
    version: str | None
    change: str | None
    reason: str | None
    approval: str | None
    is_current: bool


@dataclass(frozen=True)
class Store:
    """A folder of releases. Make one with `Store.default()` or `Store(path)`.

    preview: the id of a draft that stands in for the current release; only for showing it, never for publishing.
    """

    root: Path
    preview: str | None = None

    @classmethod
    def default(cls) -> Store:
        """The store that `OPENBEAT_STORE` names, else `data/published/`; with the draft of `OPENBEAT_PREVIEW`."""
        return cls(Path(os.environ.get("OPENBEAT_STORE") or DEFAULT_ROOT), os.environ.get("OPENBEAT_PREVIEW") or None)

    @property
    def pointer(self) -> Path:
        """The file that names the current release."""
        return self.root / "current"

    @property
    def unfinished_demo(self) -> Path:
        """A file that is there from the first release of the invented city until its last is served."""
        return self.root / "demo.unfinished"

    def path_of(self, release_id: str) -> Path:
        """Where a release's file is. Raises NoRelease when the text cannot be a release id."""
        return self._place("releases", release_id)

    def draft_path(self, release_id: str) -> Path:
        """Where a draft's file is. Raises NoRelease when the text cannot be a release id."""
        return self._place("drafts", release_id)

    def due_path(self, release_id: str) -> Path:
        """Where the minute is written down at which a draft shall be published."""
        return self._place("drafts", release_id, ".due")

    def _place(self, folder: str, release_id: str, ending: str = ".sqlite") -> Path:
        if not RELEASE_ID.match(release_id):
            raise NoRelease(f"{release_id!r} is not a release id (small letters, digits, '.', '_' and '-')")
        return self.root / folder / f"{release_id}{ending}"

    def current_id(self) -> str | None:
        """The id of the release that is served; None while nothing is published."""
        if self.preview is not None:
            return self.preview if self.draft_path(self.preview).is_file() else None
        try:
            return self.pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def ids(self) -> list[str]:
        """All release ids, by name. Drafts and withdrawn releases are not among them."""
        there = {path.stem for path in (self.root / "releases").glob("*.sqlite")}
        there -= {path.stem for path in (self.root / "withdrawn").glob("*.json")}
        if self.preview is not None and self.current_id():
            there.add(self.preview)
        return sorted(there)

    def draft_ids(self) -> list[str]:
        """Ids of the drafts, by name."""
        return sorted(path.stem for path in (self.root / "drafts").glob("*.sqlite"))

    def open(self, release_id: str | None = None) -> Release:
        """Open a release for reading; the current one when no id is given. Raises NoRelease, or Withdrawn."""
        wanted = release_id or self.current_id()
        if wanted is None:
            raise NoRelease(f"nothing is published in {self.root}")
        if wanted == self.preview:
            return self.open_draft(wanted)
        return _opened(wanted, self._here(wanted))

    def open_draft(self, release_id: str) -> Release:
        """Open a draft for reading. Raises NoRelease."""
        path = self.draft_path(release_id)
        if not path.is_file():
            raise NoRelease(f"no draft {release_id!r} in {self.root}; there is {', '.join(self.draft_ids()) or 'none'}")
        return _opened(release_id, path)

    def _here(self, release_id: str) -> Path:
        path = self.path_of(release_id)
        if tombstone := self.tombstone(release_id):
            raise Withdrawn(tombstone)
        if not path.is_file():
            raise NoRelease(f"no release {release_id!r} in {self.root}; there is {', '.join(self.ids()) or 'none'}")
        return path

    def tombstone_path(self, release_id: str) -> Path:
        """Where the tombstone of a withdrawn release is. Raises NoRelease when the text cannot be a release id."""
        return self._place("withdrawn", release_id, ".json")

    def withdrawn_path(self, release_id: str) -> Path:
        """Where the file of a withdrawn release is kept for staff."""
        return self._place("withdrawn", release_id)

    def open_withdrawn(self, release_id: str) -> Release | None:
        """The file of a withdrawn release, for publishing alone; None where staff keep it no more."""
        for path in (self.withdrawn_path(release_id), self.path_of(release_id)):
            if self.tombstone(release_id) and path.is_file():
                return _opened(release_id, path)
        return None

    def tombstone(self, release_id: str) -> Tombstone | None:
        """What stays of a withdrawn release; None for every other."""
        path = self.tombstone_path(release_id)
        return Tombstone.read(path) if path.is_file() else None

    def withdrawn(self) -> list[Tombstone]:
        """Tombstones of all withdrawn releases, newest first."""
        found = [Tombstone.read(path) for path in (self.root / "withdrawn").glob("*.json")]
        return sorted(found, key=lambda one: one.withdrawn_at, reverse=True)

    def releases(self) -> list[ReleaseInfo]:
        """Every release, newest first by the day printed on it."""
        current = self.current_id()
        found = [_info(self.open(release_id), release_id == current) for release_id in self.ids()]
        return sorted(found, key=lambda info: (info.released_on, info.published_at), reverse=True)

    def activate(self, release_id: str) -> None:
        """Point at a release that is already here. Atomic and durable. Raises NoRelease, or Withdrawn."""
        self._here(release_id)
        write_durably(self.pointer, release_id + "\n")


def write_durably(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all, whatever happens meanwhile."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def engine_for(path: Path) -> Engine:
    """An engine over a finished release: read-only, and immutable, so SQLite takes no lock and writes no side file.

    What the models have and an older file lacks is supplied to each connection (`data.older`).
    """

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=32)

    @cache
    def lacking() -> list[str]:
        with closing(connect()) as connection:
            return statements_for(connection)

    @event.listens_for(engine, "connect")
    def _tune(connection: sqlite3.Connection, _record: object) -> None:
        for statement in lacking():
            connection.execute(statement)
        connection.execute("PRAGMA query_only = 1")
        connection.execute("PRAGMA mmap_size = 268435456")

    return engine


def _opened(release_id: str, path: Path) -> Release:
    return _open(release_id, path.resolve(), path.stat().st_ino, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _open(release_id: str, path: Path, _inode: int, _modified: int) -> Release:
    return Release(release_id, engine_for(path), path)


def _info(release: Release, is_current: bool) -> ReleaseInfo:
    m, c = table_of(Manifest).c, table_of(City).c
    wanted = select(
        select(c.id).scalar_subquery().label("city_id"),
        m.released_on,
        m.planned_on,
        m.published_at,
        m.publisher,
        m.note,
        m.content_sha256,
        m.version,
        m.change,
        m.reason,
        m.approval,
    )
    with release.connect() as connection:
        row = connection.execute(wanted).one()
    return ReleaseInfo(id=release.id, is_current=is_current, **row._mapping)
