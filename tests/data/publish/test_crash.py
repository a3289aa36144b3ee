"""kill -9 at any instant: the old release is served, and the next publish works.

A child process publishes, and kills itself before or after one named call to the system, or is killed from outside.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from data.models import Observation, table_of
from data.publish import run
from data.publish.release import build
from data.store import Store
from tests.data.publish.tiny import FILES, write_pack
from tests.data.small import small_tables, stamp

ROOT = Path(__file__).parents[3]

CHILD = """
import os, signal, sys
from pathlib import Path
from data.publish import release
from data.store import Store
from tests.data.small import small_tables, stamp

root, call, number, moment, fillers = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
tables = small_tables(burglaries=300, fillers=fillers)
if call != "none":
    real, calls = getattr(os, call), 0

    def deadly(*arguments, **named):
        global calls
        calls += 1
        if calls == number and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if calls == number and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(os, call, deadly)
print("ready", flush=True)
release.build(Store(Path(root)), tables, stamp("new"))
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that serves a release `old`."""
    store = Store(tmp_path / "store")
    build(store, small_tables(), stamp("old"))
    return store


def child(store: Store, call: str = "none", number: int = 1, moment: str = "before", fillers: int = 0) -> list[str]:
    return [sys.executable, "-c", CHILD, str(store.root), call, str(number), moment, str(fillers)]


def burglaries(store: Store, release_id: str | None = None) -> float:
    """Read with a new connection, and ask SQLite whether the file is whole."""
    table = table_of(Observation)
    wanted = select(table.c.numerator).where(table.c.neighborhood_id == "old-town", table.c.group_name == "all")
    with store.open(release_id).connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        return float(connection.execute(wanted).scalar_one())


def assert_the_next_publish_works(store: Store) -> None:
    build(store, small_tables(burglaries=300), stamp("new"))
    assert burglaries(store) == 300
    files = sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())
    assert files == ["current", "publish.lock", "releases/new.sqlite", "releases/old.sqlite"]


# A publish replaces a file twice (the release, the pointer) and syncs four times (file, folder, pointer, folder).
POINTS = [
    ("replace", 1, "before", "old"),
    ("replace", 1, "after", "old"),
    ("replace", 2, "before", "old"),
    ("replace", 2, "after", "new"),
    *[("fsync", number, moment, "old") for number in (1, 2, 3) for moment in ("before", "after")],
    ("fsync", 4, "before", "new"),
    ("fsync", 4, "after", "new"),
]


@pytest.mark.parametrize(("call", "number", "moment", "served"), POINTS)
def test_killed_at_a_named_point(store: Store, call: str, number: int, moment: str, served: str) -> None:
    done = subprocess.run(child(store, call, number, moment), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert store.current_id() == served
    assert burglaries(store) == {"old": 212, "new": 300}[served]
    assert_the_next_publish_works(store)


def test_the_named_points_are_all_there_are(store: Store) -> None:
    for call, number in (("replace", 3), ("fsync", 5)):
        done = subprocess.run(child(store, call, number), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_killed_at_random(store: Store, seed: int) -> None:
    with subprocess.Popen(child(store, fillers=20_000), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0, 1.2))
        process.kill()
    served = store.current_id()
    assert served in ("old", "new")
    assert burglaries(store) == {"old": 212, "new": 300}[served]
    if served == "old" and not store.path_of("new").exists():
        assert_the_next_publish_works(store)


def test_killed_while_the_file_grows(store: Store) -> None:
    building = store.root / "building"
    with subprocess.Popen(child(store, fillers=50_000), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        give_up = time.monotonic() + 120
        while not any(path.stat().st_size > 1_000_000 for path in building.glob("*")):
            assert time.monotonic() < give_up
            assert process.poll() is None
            time.sleep(0.002)
        process.kill()
    assert len(list(building.glob("*"))) == 1
    assert store.current_id() == "old"
    assert_the_next_publish_works(store)


@pytest.mark.slow
@pytest.mark.parametrize(
    "step", ["Reading crime.csv", "Deciding what may be said", "Writing the release", "Putting the release in place"]
)
def test_the_command_killed_at_a_step(tmp_path: Path, step: str) -> None:
    store = Store(tmp_path / "store")
    run.publish(write_pack(tmp_path / "pack"), store=store, release_id="old")
    more = FILES["crime.csv"].replace("Northside,2025,190", "Northside,2025,196")
    pack = write_pack(tmp_path / "pack", crime=more)
    command = [sys.executable, "-m", "data", "publish", str(pack), "--release", "new", "--store", str(store.root)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        assert any(line.strip() == step for line in process.stderr), f"never came to {step!r}"
        process.kill()
    assert process.returncode in (-signal.SIGKILL, 0)
    assert store.current_id() == ("new" if process.returncode == 0 else "old")

    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert store.current_id() == "new"
    assert list((store.root / "building").glob("*")) == []


def test_two_publishers_at_once_take_turns(store: Store) -> None:
    script = CHILD.replace('stamp("new")', "stamp(sys.argv[6])")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(store.root), "none", "1", "before", "20000", name],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert store.ids() == ["old", "one", "two"]
    assert store.current_id() in ("one", "two")
    for name in ("one", "two"):
        with closing(sqlite3.connect(store.path_of(name))) as connection:
            assert connection.execute("SELECT count(*) FROM observation").fetchone() == (20_002,)
    assert list((store.root / "building").glob("*")) == []


def served(store: Store) -> tuple[str | None, float]:
    """What a visit sees: it reads the pointer once, and then that release."""
    current = store.current_id()
    return current, burglaries(store, current)


def test_a_reader_sees_the_old_or_the_new_and_nothing_between(store: Store) -> None:
    seen = set()
    with subprocess.Popen(child(store, fillers=5_000), cwd=ROOT) as process:
        while process.poll() is None:
            seen.add(served(store))
    seen.add(served(store))
    assert seen == {("old", 212.0), ("new", 300.0)}
    assert process.returncode == 0
