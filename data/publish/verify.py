"""Whether a store still holds what was published: every file recomputed, and every link of the chain of releases.

Reads the files with plain SQL and not through the models, so that releases of older programs are checked as they are.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from data.models import Manifest, table_of
from data.publish import run
from data.publish.fingerprints import KEYED, key_of, keyed
from data.publish.pack import Pack
from data.publish.problems import Refused
from data.publish.progress import Progress, silent
from data.publish.release import OUTSIDE_THE_HASH, ReleaseRefused, content_hash, tables_of
from data.publish.versions import chain_sha256, is_after
from data.store import NoRelease, Store, Tombstone


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. holds: False where it is not as it should be. says: what was found, in words."""

    release: str
    check: str
    holds: bool
    says: str


@dataclass(frozen=True)
class _Link:
    """What the chain needs of a release, from its manifest or from its tombstone."""

    id: str
    version: str | None
    content_sha256: str
    previous_release_id: str | None
    previous_chain_sha256: str | None
    chain_sha256: str | None


def verify(store: Store, release_id: str | None = None, *, progress: Progress = silent) -> list[Finding]:
    """Check one release, or all of them, and how they hang together. Raises NoRelease.

    Of each: the file, the rows, the content hash, the chain. What a release was compared with must be here too, or have
    left a tombstone. Of all: the tombstones too, and the files of withdrawn releases as far as they are kept.
    """
    wanted = [release_id] if release_id else store.ids()
    if not wanted:
        raise NoRelease(f"nothing is published in {store.root}")
    found: list[Finding] = []
    if release_id is None:
        found.append(_pointer(store))
    stones, unread = _stones(store)
    links = _links(store, stones)
    for at, one in enumerate(wanted):
        progress("Checking releases", at, len(wanted))
        path = store.path_of(one)
        if not path.is_file():
            store.open(one)  # says why
        found += _release(one, path)
        if one in links:
            found += _chain(links[one], links)
    if release_id is None:
        found += unread
        for stone in stones:
            found += _chain(links[stone.id], links)
            found += _withdrawn(store, stone)
    return found


def raw_files(store: Store, release_id: str | None, pack: Path | None, files: Path | None) -> list[Finding]:
    """Whether the files of a pack still have the fingerprints that a release noted of them."""
    release = store.open(release_id)
    folder = pack or files
    assert folder is not None, "a folder is needed"
    found: list[Finding] = []
    with closing(_connect(store.path_of(release.id))) as connection:
        noted = connection.execute(
            "SELECT DISTINCT path, sha256, size_bytes FROM source_file WHERE sha256 <> '' ORDER BY path"
        ).fetchall()
    key = key_of(store)
    for name, sha256, size in noted:
        try:
            path = Pack(folder, files).find(name)
        except Refused:
            found.append(Finding(release.id, "raw file", False, f"{name} is not there"))
            continue
        with path.open("rb") as file:
            now = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256.startswith(KEYED):
            if key is None:
                says = f"{name} holds numbers that are withheld, and the key of its fingerprint is not in the store"
                found.append(Finding(release.id, "raw file", False, says))
                continue
            now = keyed(now, key)
        if now != sha256:
            was = f"{size:,} bytes when it was read, " if size is not None else ""
            says = f"{name} is another file: {was}{path.stat().st_size:,} bytes now"
            found.append(Finding(release.id, "raw file", False, says))
    return found or [Finding(release.id, "raw files", True, f"{len(noted):,}, as they were read")]


def rebuilt(
    store: Store, release_id: str | None, pack: Path, *, files: Path | None = None, progress: Progress = silent
) -> Finding:
    """Publish a pack once more where nobody looks, and compare the content with that of a release."""
    release = store.open(release_id)
    there = store.path_of(release.id)
    with closing(_connect(there)) as connection:
        content, day, software, before = connection.execute(
            "SELECT content_sha256, released_on, software_version, previous_release_id FROM manifest"
        ).fetchone()
    if before and before not in store.ids():
        says = f"cannot be made again: {before}, which it was compared with, is not in the store any more"
        return Finding(release.id, "rebuild", False, says)
    with TemporaryDirectory() as folder:
        again = Path(folder) / "again.sqlite"
        try:
            made = run.rebuild(
                pack, again, store=store, release_id=release.id, released_on=date.fromisoformat(day), files=files,
                progress=progress,
            )  # fmt: skip
        except ReleaseRefused as error:
            return Finding(release.id, "rebuild", False, f"the pack is refused now: {'; '.join(error.problems)}")
        if made == content:
            return Finding(release.id, "rebuild", True, "the same pack gives the same content again")
        first = _first_difference(there, again)
    ours = run.software_version()
    by = f" (made by version {software}, made again by {ours})" if software != ours else ""
    return Finding(release.id, "rebuild", False, f"the pack gives other content{by}: {first}")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _pointer(store: Store) -> Finding:
    current = store.current_id()
    there = current in store.ids()
    return Finding(current or "", "served", there, "is here" if there else "the release that is served is not here")


def _release(release_id: str, path: Path) -> Iterator[Finding]:
    try:
        with closing(_connect(path)) as connection:
            yield from _file(release_id, connection)
    except sqlite3.Error as error:
        yield Finding(release_id, "file", False, f"SQLite cannot read it: {error}")


def _file(release_id: str, connection: sqlite3.Connection) -> Iterator[Finding]:
    state = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    orphans = len(connection.execute("PRAGMA foreign_key_check").fetchall())
    words = "whole" if state == "ok" else f"damaged: {state}"
    if orphans:
        words += f"; {orphans:,} rows refer to what is not there"
    yield Finding(release_id, "file", state == "ok" and not orphans, words)
    if state != "ok":
        return
    said, content = connection.execute("SELECT release_id, content_sha256 FROM manifest").fetchone()
    if said != release_id:
        yield Finding(release_id, "file", False, f"the file calls itself {said}")
    now = content_hash(connection)
    says = "as published" if now == content else f"was changed: its hash is {now[:12]}, published was {content[:12]}"
    yield Finding(release_id, "content", now == content, says)
    yield _counts(release_id, connection)


def _counts(release_id: str, connection: sqlite3.Connection) -> Finding:
    noted = dict(connection.execute("SELECT table_name, rows FROM row_count"))
    there = {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
        for name in tables_of(connection)
        if name != "row_count"
    }
    for name in sorted(noted.keys() | there.keys()):
        if noted.get(name) != there.get(name):
            says = f"{name}: {noted.get(name, 'no table')} noted, {there.get(name, 'no table')} there"
            return Finding(release_id, "rows", False, says)
    return Finding(release_id, "rows", True, f"{sum(there.values()):,} rows in {len(there)} tables, as noted")


def _stones(store: Store) -> tuple[list[Tombstone], list[Finding]]:
    """The tombstones that can be read, and what is to be said of the others."""
    stones, unread = [], []
    for path in sorted((store.root / "withdrawn").glob("*.json")):
        try:
            stones.append(Tombstone.read(path))
        except (ValueError, KeyError, TypeError) as error:
            unread.append(Finding(path.stem, "tombstone", False, f"{path.name} cannot be read: {error}"))
    return stones, unread


def _withdrawn(store: Store, stone: Tombstone) -> Iterator[Finding]:
    """The file of a withdrawn release, where staff keep it, and its tombstone beside it."""
    path = store.withdrawn_path(stone.id)
    if not path.is_file():
        return
    names = ("released_on", "version", "content_sha256", "previous_release_id", "previous_chain_sha256", "chain_sha256")
    try:
        with closing(_connect(path)) as connection:
            now = content_hash(connection)
            manifest = connection.execute("SELECT * FROM manifest")
            columns = [about[0] for about in manifest.description]
            held = dict(zip(columns, manifest.fetchone(), strict=True))
    except sqlite3.Error as error:
        yield Finding(stone.id, "file", False, f"SQLite cannot read it: {error}")
        return
    content = held["content_sha256"]
    says = "as published" if now == content else f"was changed: its hash is {now[:12]}, published was {content[:12]}"
    yield Finding(stone.id, "content", now == content, says)
    said = stone.as_dict()
    other = [name for name in names if said[name] != held.get(name)]  # an older program wrote fewer columns
    says = f"says another {other[0]} than the release had" if other else "is that of the release"
    yield Finding(stone.id, "tombstone", not other, says)


def _links(store: Store, stones: list[Tombstone]) -> dict[str, _Link]:
    """Every release of the store and every tombstone, by id; files that cannot be read are left out."""
    links = {stone.id: _Link(**{field.name: getattr(stone, field.name) for field in fields(_Link)}) for stone in stones}
    m = table_of(Manifest).c
    for release_id in store.ids():
        with suppress(DBAPIError, sqlite3.Error), store.open(release_id).connect() as connection:
            row = connection.execute(select(*(m[field.name] for field in fields(_Link)[1:]))).one()
            links[release_id] = _Link(release_id, **row._mapping)
    return links


def _chain(link: _Link, links: dict[str, _Link]) -> Iterator[Finding]:
    before = links.get(link.previous_release_id or "")
    if link.chain_sha256 is None:
        if before and before.chain_sha256:
            yield Finding(link.id, "chain", False, f"has no link, but {before.id}, which it follows, has one")
            return
        yield Finding(link.id, "chain", True, "has no link: an older program made it, and the chain starts after it")
        return
    expected = chain_sha256(link.previous_chain_sha256, link.id, link.content_sha256)
    if expected != link.chain_sha256:
        yield Finding(link.id, "chain", False, "its link is not that of its id, its content and the release before")
        return
    if link.previous_release_id is None:
        starts = link.previous_chain_sha256 is None
        yield Finding(link.id, "chain", starts, "the chain starts here" if starts else "does not say what it follows")
        return
    if before is None:
        says = f"follows {link.previous_release_id}, which is not here and left no tombstone"
        yield Finding(link.id, "chain", False, says)
    elif before.chain_sha256 != link.previous_chain_sha256:
        yield Finding(link.id, "chain", False, f"follows another {before.id} than the one that is here")
    elif before.version and not is_after(link.version, before.version):
        says = f"version {link.version} does not come after {before.version} of {before.id}"
        yield Finding(link.id, "chain", False, says)
    else:
        older = ", where the chain starts: an older program made that one" if before.chain_sha256 is None else ""
        yield Finding(link.id, "chain", True, f"follows {before.id}{older}")


def _first_difference(there: Path, again: Path) -> str:
    """The first table, by name, whose rows differ, and a row that only one of the files has."""
    with closing(_connect(there)) as connection:
        connection.execute("ATTACH DATABASE ? AS again", (f"{again.resolve().as_uri()}?mode=ro",))
        mine = set(tables_of(connection))
        with closing(_connect(again)) as made:
            other = set(tables_of(made))
        for name in sorted((mine | other) - OUTSIDE_THE_HASH):
            if name not in mine or name not in other:
                return f"table {name} is in one of them only"
            columns = [
                [row[1] for row in connection.execute(f'PRAGMA {schema}.table_info("{name}")')]
                for schema in ("main", "again")
            ]
            if columns[0] != columns[1]:
                return f"table {name} has other columns"
            keys = [row[1] for row in connection.execute(f'PRAGMA main.table_info("{name}")') if row[5]]
            for one, two in (("main", "again"), ("again", "main")):
                rows = connection.execute(f'SELECT * FROM {one}."{name}" EXCEPT SELECT * FROM {two}."{name}" LIMIT 1')
                if (row := rows.fetchone()) is None:
                    continue
                mine_row = dict(zip(columns[0], row, strict=True))
                same_key = " AND ".join(f'"{key}" = ?' for key in keys)
                beside = connection.execute(
                    f'SELECT * FROM {two}."{name}" WHERE {same_key}', [mine_row[key] for key in keys]
                ).fetchone()
                where = f"table {name}, {', '.join(str(mine_row[key]) for key in keys)}"
                if beside is None:
                    return f"{where}: only as {'published' if one == 'main' else 'made again'}"
                pairs = zip(columns[0], row, beside, strict=True)
                column, was, now = next(each for each in pairs if each[1] != each[2])
                return f"{where}: {column} was published as {was!r}, and is {now!r} now"
    return "no table says where"
