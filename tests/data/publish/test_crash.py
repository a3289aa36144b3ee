"""kill -9 at any instant: the old release is served, and the next publish works.

A child process publishes, and kills itself before or after one named call to the system, or is killed from outside.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from data.models import Observation, table_of
from data.publish import drafts, run
from data.publish.release import ReleaseRefused, build, build_draft
from data.publish.withdraw import withdraw
from data.store import Store
from tests.data.publish.tiny import FILES, write_pack
from tests.data.small import small_tables, stamp

ROOT = Path(__file__).parents[3]

# Children of a server that has imported everything: each starts at once, where a new Python takes two seconds.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["data.publish.drafts", "data.publish.withdraw", "tests.data.small"])


def publish_small(
    root: str, name: str = "new", fillers: int = 0, call: str = "", number: int = 0, when: str = ""
) -> None:
    """Publish a small release; dies before or after the given number of calls of os.`call`."""
    tables = small_tables(burglaries=300, fillers=fillers)
    if call:
        die_at(call, number, when)
    build(Store(Path(root)), tables, stamp(name))


def die_at(call: str, number: int, when: str) -> None:
    """This process kills itself before or after the given number of calls of os.`call`."""
    real, calls = getattr(os, call), 0

    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if calls == number and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(os, call, deadly)


def step_small(root: str, step: str, call: str = "", number: int = 0, when: str = "") -> None:
    """Take one step with the draft `new` or the release `old`; may die as `publish_small` does."""
    if call:
        die_at(call, number, when)
    store = Store(Path(root))
    if step == "draft":
        who: dict[str, Any] = {"approval": "two_people", "prepared_by": "A", "previous_release_id": "old"}
        build_draft(store, small_tables(burglaries=300), stamp("new", **who))
    elif step == "approve":
        drafts.approve(store, "new", by="B", content=drafts.look(store, "new").content_sha256)
    elif step == "release":
        drafts.release(store, "new")
    else:
        withdraw(store, "new", why="It was a try.", by="B", serve="old")


def publish_until(last: str, pack: Path, root: Path) -> None:
    """Publish a pack; dies when a step begins."""

    def deadly(step: str, done: int = 0, total: int = 0) -> None:
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    run.publish(pack, store=Store(root), release_id="new", progress=deadly)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that serves a release `old`."""
    store = Store(tmp_path / "store")
    build(store, small_tables(), stamp("old"))
    return store


def child(store: Store, **how: Any) -> ForkServerProcess:
    """A process that publishes, started."""
    process = CHILDREN.Process(target=publish_small, args=(str(store.root),), kwargs=how)
    process.start()
    return process


def ended(process: ForkServerProcess) -> int | None:
    """How a process ended: 0, or the negative number of the signal."""
    process.join(120)
    return process.exitcode


def served_now(store: Store) -> tuple[str, float]:
    """The release that is served and its burglaries, by a new connection; asks SQLite whether the file is whole."""
    table = table_of(Observation)
    wanted = select(table.c.numerator).where(table.c.neighborhood_id == "old-town", table.c.group_name == "all")
    release = store.open()
    with release.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        return release.id, float(connection.execute(wanted).scalar_one())


def burglaries(store: Store) -> float:
    """Those of the release that is served."""
    return served_now(store)[1]


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
    assert ended(child(store, call=call, number=number, when=moment)) == -signal.SIGKILL
    assert store.current_id() == served
    assert burglaries(store) == {"old": 212, "new": 300}[served]
    assert_the_next_publish_works(store)


# How often each step on the way of a release replaces and syncs. A draft: file, folder. A withdrawal: the pointer, the
# tombstone and the file, each with its folder.
STEPS = {
    "draft": {"replace": 1, "fsync": 2},
    "approve": {"replace": 1, "fsync": 2},
    "release": {"replace": 2, "fsync": 5},
    "withdraw": {"replace": 3, "fsync": 6},
}
STEP_POINTS = [
    (step, call, number, moment)
    for step, calls in STEPS.items()
    for call, times in calls.items()
    for number in range(1, times + 1)
    for moment in (("before", "after") if call == "replace" else ("before",))
]


def steps_until(store: Store, step: str) -> None:
    """Take all steps before one."""
    for before in list(STEPS)[: list(STEPS).index(step)]:
        step_small(str(store.root), before)


@pytest.mark.parametrize(("step", "call", "number", "moment"), STEP_POINTS)
def test_a_step_killed_at_a_named_point_is_taken_up(
    store: Store, step: str, call: str, number: int, moment: str
) -> None:
    steps_until(store, step)
    before = store.current_id()
    process = CHILDREN.Process(target=step_small, args=(str(store.root), step, call, number, moment))
    process.start()
    assert ended(process) == -signal.SIGKILL
    now, found = served_now(store)
    assert (now, found) in ([("old", 212.0), ("new", 300.0)] if step in ("release", "withdraw") else [("old", 212.0)])
    assert now in (before, {"release": "new", "withdraw": "old"}.get(step))
    if store.tombstone("new"):
        assert store.ids() == ["old"]
    with suppress(ReleaseRefused):  # where it was killed after the last thing that it does
        step_small(str(store.root), step)
    state = (store.current_id(), store.ids(), store.draft_ids(), [stone.id for stone in store.withdrawn()])
    assert (
        state
        == {
            "draft": ("old", ["old"], ["new"], []),
            "approve": ("old", ["old"], ["new"], []),
            "release": ("new", ["new", "old"], [], []),
            "withdraw": ("old", ["old"], [], ["new"]),
        }[step]
    )
    if step in ("draft", "approve"):
        assert drafts.look(store, "new").state == {"draft": "needs approval", "approve": "approved"}[step]
    left = {path.name for path in store.root.rglob("*") if path.is_file()}
    kept = {"new.json", "new.sqlite"} if step == "withdraw" else {"new.sqlite"}
    assert left == {"current", "publish.lock", "old.sqlite"} | kept


@pytest.mark.parametrize("step", STEPS)
def test_the_named_points_of_a_step_are_all_there_are(store: Store, step: str) -> None:
    steps_until(store, step)
    for call, times in STEPS[step].items():
        copy = shutil.copytree(store.root, store.root.with_name(f"copy-{call}"))
        process = CHILDREN.Process(target=step_small, args=(str(copy), step, call, times + 1, "before"))
        process.start()
        assert ended(process) == 0


def test_the_named_points_are_all_there_are(store: Store) -> None:
    for call, number in (("replace", 3), ("fsync", 5)):
        assert ended(child(store, call=call, number=number, when="before")) == 0


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_random(store: Store, seed: int) -> None:
    process = child(store, fillers=10_000)
    time.sleep(random.Random(seed).uniform(0, 0.6))
    process.kill()
    ended(process)
    served = store.current_id()
    assert served in ("old", "new")
    assert burglaries(store) == {"old": 212, "new": 300}[served]
    if served == "old" and not store.path_of("new").exists():
        assert_the_next_publish_works(store)


def test_killed_while_the_file_grows(store: Store) -> None:
    building = store.root / "building"
    process = child(store, fillers=50_000)
    give_up = time.monotonic() + 120
    while not any(path.stat().st_size > 1_000_000 for path in building.glob("*")):
        assert time.monotonic() < give_up
        assert process.is_alive()
        time.sleep(0.002)
    process.kill()
    assert ended(process) == -signal.SIGKILL
    assert len(list(building.glob("*"))) == 1
    assert store.current_id() == "old"
    assert_the_next_publish_works(store)


@pytest.fixture
def corrected(tmp_path: Path) -> tuple[Store, Path]:
    """A store that serves a pack's release `old`, and the pack with a correction."""
    store = Store(tmp_path / "store")
    run.publish(write_pack(tmp_path / "pack"), store=store, release_id="old")
    more = FILES["crime.csv"].replace("Northside,2025,190", "Northside,2025,196")
    return store, write_pack(tmp_path / "pack", crime=more)


@pytest.mark.parametrize(
    "step", ["Reading crime.csv", "Deciding what may be said", "Writing the release", "Putting the release in place"]
)
def test_a_pack_killed_at_a_step(corrected: tuple[Store, Path], step: str) -> None:
    store, pack = corrected
    process = CHILDREN.Process(target=publish_until, args=(step, pack, store.root))
    process.start()
    assert ended(process) == -signal.SIGKILL
    assert store.current_id() == "old"
    assert run.publish(pack, store=store, release_id="new").release_id == "new"
    assert store.current_id() == "new"
    assert list((store.root / "building").glob("*")) == []


def test_the_command_killed_from_outside(corrected: tuple[Store, Path]) -> None:
    store, pack = corrected
    command = [sys.executable, "-m", "data", "publish", str(pack), "--release", "new", "--store", str(store.root)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        assert any(line.strip() == "Protecting small numbers" for line in process.stderr)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert store.current_id() == "old"
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert store.current_id() == "new"


def test_two_publishers_at_once_take_turns(store: Store) -> None:
    running = [child(store, name=name, fillers=10_000) for name in ("one", "two")]
    assert [ended(process) for process in running] == [0, 0]
    assert store.ids() == ["old", "one", "two"]
    assert store.current_id() in ("one", "two")
    for name in ("one", "two"):
        with closing(sqlite3.connect(store.path_of(name))) as connection:
            assert connection.execute("SELECT count(*) FROM observation").fetchone() == (10_002,)
    assert list((store.root / "building").glob("*")) == []


def test_a_reader_sees_the_old_or_the_new_and_nothing_between(store: Store) -> None:
    process = child(store, fillers=5_000)
    seen = set()
    while process.is_alive():
        seen.add(served_now(store))
    seen.add(served_now(store))
    assert seen == {("old", 212.0), ("new", 300.0)}
    assert ended(process) == 0
