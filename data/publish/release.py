"""Tables become a release: one SQLite file, filled, checked, moved into place, and only then pointed at.

Every step that others can see is one atomic rename, so a crash at any instant leaves the release before being served.
Problems are collected and told together as `ReleaseRefused`; nothing is left behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy
from filelock import FileLock, Timeout
from sqlalchemy.pool import StaticPool

from data.models import TABLES, Table, described, table_of
from data.publish.progress import Progress, silent
from data.publish.versions import chain_sha256
from data.store import NoRelease, Store, sync_folder

OUTSIDE_THE_HASH = frozenset({"manifest", "row_count", "source_file"})
"""Tables that describe the making of a release. Its content is all the others."""

ANOTHER = "choose another --release"


class ReleaseRefused(Exception):
    """The tables cannot become a release. `problems` says why, one plain sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def default_release_id(store: Store, released_on: date) -> str:
    """The day as 2026-03-03; when that is taken 2026-03-03.2, then 2026-03-03.3, and so on."""
    day, number = released_on.isoformat(), 1
    taken = {path.stem for folder in ("releases", "withdrawn") for path in (store.root / folder).glob("*.*")}
    while (day if number == 1 else f"{day}.{number}") in taken:
        number += 1
    return day if number == 1 else f"{day}.{number}"


@contextmanager
def only_publisher(store: Store, progress: Progress = silent) -> Iterator[None]:
    """Hold the store's lock: a second publisher waits here. The system frees it when a process dies.

    May be entered again by the one who holds it.
    """
    if store.preview is not None:
        raise ReleaseRefused(["this store shows a draft (OPENBEAT_PREVIEW is set): nothing can be published into it"])
    store.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(store.root / "publish.lock", is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress("Waiting for another publish to finish")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def build(
    store: Store, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], *, progress: Progress = silent
) -> str:
    """Write, check and activate a release; returns its id.

    tables: frames with the columns of the models, by table name; a table that is missing is empty. Missing optional
    columns take the model's default. manifest: values for the columns of `Manifest`, except content_sha256.
    A release that is here already is never overwritten: with the same content it is only pointed at (this is how a
    publish that was cut off after its last check is finished), with other content this raises ReleaseRefused.
    """
    release_id = str(manifest["release_id"])
    may_be_published(store, release_id)
    with only_publisher(store, progress), under_construction(store, release_id) as new:
        content = write(new, tables, manifest, progress)
        progress("Putting the release in place")
        put_in_place(store, new, release_id, content)
    return release_id


def build_draft(
    store: Store, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], *, progress: Progress = silent
) -> str:
    """Write and check a release that nobody sees; returns its id.

    As `build`, but the file goes to `drafts/`, in the place of a draft of the same id. What was said of that one, its
    approval and its minute, is not said of this one. Raises ReleaseRefused also where a release has the id already.
    """
    release_id = str(manifest["release_id"])
    may_be_published(store, release_id)
    if store.path_of(release_id).exists():
        raise ReleaseRefused([f"release {release_id} is published already, and a release is never changed; {ANOTHER}"])
    with only_publisher(store, progress), under_construction(store, release_id) as new:
        write(new, tables, manifest, progress)
        progress("Putting the draft in place")
        store.due_path(release_id).unlink(missing_ok=True)
        put_draft(store, new, release_id)
    return release_id


def put_in_place(store: Store, new: Path, release_id: str, content: str) -> None:
    """Make a finished file the release that is served; one that is there already is only pointed at."""
    target = store.path_of(release_id)
    if target.exists():
        _same_or_refuse(store, release_id, content)
    else:
        target.parent.mkdir(exist_ok=True)
        _move(new, target, 0o444)
    store.activate(release_id)


def put_draft(store: Store, new: Path, release_id: str) -> None:
    """Make a finished file the draft of that id. Only its owner may read it."""
    target = store.draft_path(release_id)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    _move(new, target, 0o400)


@contextmanager
def under_construction(store: Store, release_id: str) -> Iterator[Path]:
    """A place for a file that is being made; what is left of it is removed. Call it with the lock held."""
    remove_leftovers(store)
    new = store.root / "building" / f"{release_id}.{os.getpid()}.sqlite"
    new.parent.mkdir(exist_ok=True)
    try:
        yield new
    finally:
        new.unlink(missing_ok=True)


def may_be_published(store: Store, release_id: str) -> None:
    """Raises ReleaseRefused for a text that is no id, and for the id of a release that was withdrawn."""
    _path_of(store, release_id)
    if tombstone := store.tombstone(release_id):
        day = tombstone.withdrawn_at.date().isoformat()
        raise ReleaseRefused([f"release {release_id} was withdrawn on {day}, and an id is never used again; {ANOTHER}"])


def _move(new: Path, target: Path, mode: int) -> None:
    new.chmod(mode)
    _sync_file(new)
    os.replace(new, target)
    sync_folder(target.parent)


def try_out(
    store: Store, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], *, progress: Progress = silent
) -> None:
    """Build a release where nobody looks, and throw it away. Raises ReleaseRefused, as `build` would."""
    release_id = str(manifest["release_id"])
    may_be_published(store, release_id)
    target = store.path_of(release_id)
    with TemporaryDirectory() as folder:
        content = write(Path(folder) / "draft.sqlite", tables, manifest, progress)
    if target.exists():
        _same_or_refuse(store, release_id, content)


def write_rejects(store: Store, release_id: str, rejects: pd.DataFrame) -> Path | None:
    """Write the refused rows of a publish to `rejects/ID.csv`; without any, remove what an earlier try left there."""
    path = store.root / "rejects" / f"{_path_of(store, release_id).stem}.csv"
    if rejects.empty:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = store.root / "building" / f"{path.name}.{os.getpid()}"
    draft.parent.mkdir(exist_ok=True)
    rejects.to_csv(draft, index=False)
    os.replace(draft, path)
    return path


def remove_leftovers(store: Store) -> list[Path]:
    """Delete what killed publishers left. Call it with the lock held: then nobody is building.

    A process id in a file's name would not tell: in a container every publish may have the same one.
    """
    left = sorted((store.root / "building").glob("*"))
    half_written = [
        path for name in ("current.*", "drafts/*.due.*", "withdrawn/*.json.*") for path in store.root.glob(name)
    ]
    left += [path for path in half_written if not _is_running(path.suffix[1:])]
    for path in left:
        path.unlink(missing_ok=True)
    return left


def _path_of(store: Store, release_id: str) -> Path:
    try:
        return store.path_of(release_id)
    except NoRelease as error:
        raise ReleaseRefused([str(error)]) from None


def _same_or_refuse(store: Store, release_id: str, content: str) -> None:
    with store.open(release_id).connect() as connection:
        there = connection.execute(sqlalchemy.text("SELECT content_sha256 FROM manifest")).scalar_one()
    if there != content:
        problem = f"release {release_id} exists with other content, and a release is never changed"
        raise ReleaseRefused([f"{problem}; {ANOTHER}"])


def _is_running(process_id: str) -> bool:
    try:
        os.kill(int(process_id), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return int(process_id) != os.getpid()


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


# ---------------------------------------------------------------- write


def write(new: Path, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], progress: Progress) -> str:
    """Write and check a release at a path where there is nothing yet; returns its content hash."""
    rows = _rows(tables)
    with closing(sqlite3.connect(new)) as connection:
        # No journal: a file that is cut off is thrown away whole, and the file is synced once, at the end.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        _create_tables(connection)
        for number, (name, columns) in enumerate(rows.items()):
            progress("Writing the release", number, len(rows))
            _insert(connection, name, columns)
        progress("Checking the release")
        content = content_hash(connection)
        chain = chain_sha256(manifest.get("previous_chain_sha256"), str(manifest["release_id"]), content)
        stamped = pd.DataFrame([{**manifest, "content_sha256": content, "chain_sha256": chain}])
        _insert(connection, "manifest", _columns_of("manifest", stamped))
        counts = {name: _count(connection, name) for name in sorted(TABLES) if name != "row_count"}
        _insert(connection, "row_count", {"table_name": list(counts), "rows": list(counts.values())})
        connection.commit()
        _check(connection, {name: len(frame) for name, frame in tables.items()})
        connection.execute("ANALYZE")
        connection.commit()
    return content


def _rows(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, list[Any]]]:
    """Table -> column -> values as SQLite takes them. Raises ReleaseRefused with every problem of every table."""
    problems = [f"{name} is not a table of a release" for name in tables if name not in TABLES]
    rows: dict[str, dict[str, list[Any]]] = {}
    for name in sorted(TABLES.keys() & tables.keys() - {"manifest", "row_count"}):
        try:
            rows[name] = _columns_of(name, tables[name])
        except ReleaseRefused as refused:
            problems += refused.problems
    if problems:
        raise ReleaseRefused(problems)
    return rows


def _columns_of(name: str, frame: pd.DataFrame) -> dict[str, list[Any]]:
    model = TABLES[name]
    problems = [
        f"{name}.{column}: there is no such column" for column in frame.columns if column not in described(model)
    ]
    columns: dict[str, list[Any]] = {}
    for column, about in described(model).items():
        try:
            columns[column] = _cells(frame, model, column, about)
        except ValueError as error:
            problems.append(f"{name}.{column}: {error}")
    if not problems:
        problems = _repeated_keys(name, columns)
    if problems:
        raise ReleaseRefused(problems)
    return _in_order(name, columns)


def _in_order(name: str, columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows by key: the order in which they came may tell of numbers that are withheld."""
    keys = list(zip(*(columns[column.name] for column in table_of(TABLES[name]).primary_key), strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return {column: [cells[row] for row in order] for column, cells in columns.items()}


def _cells(frame: pd.DataFrame, model: type[Table], column: str, about: dict[str, Any]) -> list[Any]:
    sql = table_of(model).columns[column]
    convert = _AS_STORED[about["type"]]
    if column not in frame.columns:
        default = about["default"]
        if default is None and not sql.nullable and len(frame):
            raise ValueError("the column is missing")
        return [None if default is None else convert(default)] * len(frame)
    series = frame[column]
    cells = [
        None if empty else convert(cell) for cell, empty in zip(series.tolist(), series.isna().tolist(), strict=True)
    ]
    if not sql.nullable and None in cells:
        raise ValueError(f"{cells.count(None)} of {len(cells)} rows are empty, first row {cells.index(None) + 1}")
    allowed = set(about["one_of"])
    if allowed and (others := sorted({cell for cell in cells if cell is not None} - allowed)):
        raise ValueError(f"found {_listed(others)}; expected {_listed(sorted(allowed))}")
    return cells


def _repeated_keys(name: str, columns: dict[str, list[Any]]) -> list[str]:
    keys = [column.name for column in table_of(TABLES[name]).primary_key]
    frame = pd.DataFrame({key: columns[key] for key in keys}, dtype=object)
    again = frame[frame.duplicated()].drop_duplicates()
    if again.empty:
        return []
    rows = [", ".join(map(str, row)) for row in again.head(5).itertuples(index=False)]
    return [f"{name}: {len(again)} keys ({', '.join(keys)}) are there more than once: {_listed(rows)}"]


def _listed(values: list[str]) -> str:
    shown = ", ".join(repr(value) for value in values[:8])
    return f"{shown} and {len(values) - 8} more" if len(values) > 8 else shown


_NUMBERS = (int, float, np.integer, np.floating)


def _text(cell: object) -> str:
    if not isinstance(cell, str):
        raise ValueError(f"found {cell!r}, expected text")
    if cell in ("nan", "NaN", "NaT", "<NA>"):  # an empty cell that was turned into text somewhere
        raise ValueError(f"found the text {cell!r} where a cell should be empty")
    return cell


def _yes_or_no(cell: object) -> int:
    if cell not in (0, 1):
        raise ValueError(f"found {cell!r}, expected true or false")
    return int(bool(cell))


def _whole(cell: object) -> int:
    if isinstance(cell, _NUMBERS) and not isinstance(cell, bool) and float(cell).is_integer():
        return int(cell)
    raise ValueError(f"found {cell!r}, expected a whole number")


def _number(cell: object) -> float:
    if isinstance(cell, _NUMBERS) and not isinstance(cell, bool) and isfinite(cell):
        return float(cell)
    raise ValueError(f"found {cell!r}, expected a number")


def _day(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return date.fromisoformat(cell).isoformat()
    raise ValueError(f"found {cell!r}, expected a day")


def _moment(cell: object) -> str:
    if not isinstance(cell, datetime):
        raise ValueError(f"found {cell!r}, expected a moment")
    return (cell.astimezone(UTC) if cell.tzinfo else cell).strftime("%Y-%m-%d %H:%M:%S.%f")


# As SQLAlchemy's SQLite types store them, so that reading through the models gives the same values back.
_AS_STORED: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "bool": _yes_or_no,
    "int": _whole,
    "float": _number,
    "date": _day,
    "datetime": _moment,
}


def _create_tables(connection: sqlite3.Connection) -> None:
    engine = sqlalchemy.create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    Table.metadata.create_all(engine)


def _insert(connection: sqlite3.Connection, name: str, columns: Mapping[str, list[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" for _ in columns)
    rows = zip(*columns.values(), strict=True)
    connection.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', rows)


# ---------------------------------------------------------------- check


def content_hash(connection: sqlite3.Connection) -> str:
    """SHA-256 over the rows of all tables that hold content, by table name and key: the order of input is no matter.

    The file itself says which tables and columns it has, so that one made by an older program keeps its hash.
    """
    digest = hashlib.sha256()
    for name in tables_of(connection):
        if name in OUTSIDE_THE_HASH:
            continue
        about = connection.execute(f'PRAGMA main.table_info("{name}")').fetchall()
        columns = [column[1] for column in about]
        keys = [column[1] for column in sorted(about, key=lambda column: column[5]) if column[5]]
        digest.update(json.dumps([name, columns]).encode())
        wanted, order = (", ".join(f'"{column}"' for column in some) for some in (columns, keys))
        for row in connection.execute(f'SELECT {wanted} FROM main."{name}" ORDER BY {order}'):
            digest.update(json.dumps(row, ensure_ascii=False).encode())
    return digest.hexdigest()


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Names of the tables that a file has, in order."""
    found = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(str(name) for (name,) in found)


def _check(connection: sqlite3.Connection, expected: Mapping[str, int]) -> None:
    """Ask the finished file itself. Raises ReleaseRefused."""
    problems = _missing_parents(connection)
    for name, count in expected.items():
        if name not in ("manifest", "row_count") and (found := _count(connection, name)) != count:
            problems.append(f"{name}: {count} rows went in, {found} are there")
    if (state := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
        problems.append(f"SQLite finds the file damaged: {state}")
    if problems:
        raise ReleaseRefused(problems)


def _missing_parents(connection: sqlite3.Connection) -> list[str]:
    broken = {(table, key) for table, _row, _parent, key in connection.execute("PRAGMA foreign_key_check")}
    problems = []
    for table, key in sorted(broken):
        links = connection.execute(f'PRAGMA foreign_key_list("{table}")').fetchall()
        parent, column, to = next((link[2], link[3], link[4]) for link in links if link[0] == key)
        orphans = connection.execute(
            f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
            f' AND "{column}" NOT IN (SELECT "{to}" FROM "{parent}") GROUP BY 1 ORDER BY 1'
        )
        found = [str(row[0]) for row in orphans]
        problems.append(
            f"{table}.{column}: found {_listed(found)}, not in table {parent}; add a row there or mend the code"
        )
    return problems


def _count(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
