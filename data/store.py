"""The store: a folder of immutable releases and one pointer.

    store/
      current                     the id of the release that is served, one line
      releases/2026-03.sqlite     one release: all tables, manifest inside; never changed once it is here
      rejects/2026-03.csv         rows that were refused (for staff; never served)
      building/                   releases under construction
      demo.unfinished             there while the invented city is being published

Publishing builds a file in `building/`, checks it, moves it to `releases/` and swaps the pointer; each step is
atomic, so a crash at any instant leaves the old release served. This module opens, lists and
switches; it never writes a figure.
"""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.pool import QueuePool

from data.models import City, Manifest
from data.models.base import table_of

DEFAULT_ROOT = Path(__file__).parent / "published"
RELEASE_ID = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")


class NoRelease(LookupError):
    """There is no such release, or none at all."""


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
    is_current: bool


@dataclass(frozen=True)
class Store:
    """A folder of releases. Make one with `Store.default()` or `Store(path)`."""

    root: Path

    @classmethod
    def default(cls) -> Store:
        """The store that `OPENBEAT_STORE` names, else `data/published/`."""
        return cls(Path(os.environ.get("OPENBEAT_STORE") or DEFAULT_ROOT))

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
        if not RELEASE_ID.match(release_id):
            raise NoRelease(f"{release_id!r} is not a release id (small letters, digits, '.', '_' and '-')")
        return self.root / "releases" / f"{release_id}.sqlite"

    def current_id(self) -> str | None:
        """The id of the release that is served; None while nothing is published."""
        try:
            return self.pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def ids(self) -> list[str]:
        """All release ids, by name."""
        return sorted(path.stem for path in (self.root / "releases").glob("*.sqlite"))

    def open(self, release_id: str | None = None) -> Release:
        """Open a release for reading; the current one when no id is given. Raises NoRelease."""
        wanted = release_id or self.current_id()
        if wanted is None:
            raise NoRelease(f"nothing is published in {self.root}")
        path = self.path_of(wanted)
        if not path.is_file():
            raise NoRelease(f"no release {wanted!r} in {self.root}; there is {', '.join(self.ids()) or 'none'}")
        return _open(wanted, path.resolve(), path.stat().st_ino, path.stat().st_mtime_ns)

    def releases(self) -> list[ReleaseInfo]:
        """Every release, newest first by the day printed on it."""
        current = self.current_id()
        found = [_info(self.open(release_id), release_id == current) for release_id in self.ids()]
        return sorted(found, key=lambda info: (info.released_on, info.published_at), reverse=True)

    def activate(self, release_id: str) -> None:
        """Point at a release that is already here. Atomic and durable. Raises NoRelease."""
        if not self.path_of(release_id).is_file():
            raise NoRelease(f"no release {release_id!r} in {self.root}; there is {', '.join(self.ids()) or 'none'}")
        temporary = self.root / f"current.{os.getpid()}"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(release_id + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.pointer)
        sync_folder(self.root)


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def engine_for(path: Path) -> Engine:
    """An engine over a finished release: read-only, and immutable, so SQLite takes no lock and writes no side file."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=32)

    @event.listens_for(engine, "connect")
    def _tune(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("PRAGMA mmap_size = 268435456")

    return engine


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
    )
    with release.connect() as connection:
        row = connection.execute(wanted).one()
    return ReleaseInfo(id=release.id, is_current=is_current, **row._mapping)
