"""Whether what was published is still what is there, and whether the same pack gives it again."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data import queries
from data.__main__ import app
from data.demo import write_packs
from data.publish import run
from data.publish.verify import raw_files, rebuilt, verify
from data.publish.withdraw import withdraw
from data.store import NoRelease, Store
from tests.data.publish.tiny import FILES, write_pack

ROOT = Path(__file__).parents[3]
ONE_MORE = FILES["crime.csv"].replace("200,3", "201,3")


@pytest.fixture(scope="module")
def at_first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two releases, one after the other, and the pack of the second; to be copied."""
    folder = tmp_path_factory.mktemp("verified")
    for name, text in (("one", FILES["crime.csv"]), ("two", ONE_MORE)):
        run.publish(write_pack(folder / "pack", crime=text), store=Store(folder / "store"), release_id=name)
    return folder


@pytest.fixture
def store(tmp_path: Path, at_first: Path) -> Store:
    """A store of our own with both."""
    shutil.copytree(at_first, tmp_path, dirs_exist_ok=True)
    return Store(tmp_path / "store")


def wrong(store: Store, release_id: str | None = None) -> list[tuple[str, str, str]]:
    return [(one.release, one.check, one.says) for one in verify(store, release_id) if not one.holds]


def change(store: Store, release_id: str, *statements: str) -> None:
    path = store.path_of(release_id)
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_releases_as_published_hold(store: Store) -> None:
    assert wrong(store) == []
    assert {(one.release, one.check) for one in verify(store)} == {
        ("two", "served"),
        *((name, check) for name in ("one", "two") for check in ("file", "content", "rows", "chain")),
    }
    assert {one.release for one in verify(store, "one")} == {"one"}


def test_a_changed_figure_is_found(store: Store) -> None:
    change(store, "one", "UPDATE observation SET numerator = 101 WHERE numerator = 100")
    [(release, check, says)] = wrong(store)
    assert (release, check) == ("one", "content")
    assert "was changed" in says


def test_a_changed_figure_with_its_hash_made_anew_breaks_the_chain(store: Store) -> None:
    from data.publish.release import content_hash

    change(store, "one", "UPDATE observation SET numerator = 101 WHERE numerator = 100")
    with closing(sqlite3.connect(store.path_of("one"))) as connection:
        content = content_hash(connection)
    change(store, "one", f"UPDATE manifest SET content_sha256 = '{content}'")
    assert [found[:2] for found in wrong(store)] == [("one", "chain")]
    from data.publish.versions import chain_sha256

    change(store, "one", f"UPDATE manifest SET chain_sha256 = '{chain_sha256(None, 'one', content)}'")
    assert wrong(store) == [("two", "chain", "follows another one than the one that is here")]
    change(store, "two", "UPDATE manifest SET chain_sha256 = NULL")
    assert wrong(store) == [("two", "chain", "has no link, but one, which it follows, has one")]


def test_a_release_that_no_longer_says_what_it_follows_is_found(store: Store) -> None:
    change(store, "two", "UPDATE manifest SET previous_release_id = NULL")
    assert wrong(store) == [("two", "chain", "does not say what it follows")]


def test_a_lost_row_is_counted(store: Store) -> None:
    change(store, "two", "DELETE FROM source_file WHERE path = 'crime.csv'")  # outside the content hash
    assert wrong(store) == [("two", "rows", "source_file: 4 noted, 3 there")]


def test_a_damaged_file_is_said(store: Store) -> None:
    path = store.path_of("one")
    path.chmod(0o644)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert ("one", "file") in [found[:2] for found in wrong(store)]
    path.write_bytes(b"no release at all")
    assert ("one", "file") in [found[:2] for found in wrong(store)]


def test_a_release_that_was_taken_out_is_missed_and_one_that_was_withdrawn_is_not(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    shutil.copytree(store.root, other.root)
    other.path_of("one").unlink()
    [(release, check, says)] = wrong(other)
    assert (release, check) == ("two", "chain")
    assert says == "follows one, which is not here and left no tombstone"
    withdraw(store, "one", why="It named a street by mistake.", by="Open data officer")
    assert wrong(store) == []
    with pytest.raises(NoRelease, match="was withdrawn"):
        verify(store, "one")
    found = rebuilt(store, "two", tmp_path / "pack")
    assert (found.holds, found.says.partition(":")[0]) == (False, "cannot be made again")


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("content_sha256", "0" * 64, "chain"),
        ("chain_sha256", "f" * 64, "chain"),
        ("previous_release_id", None, "chain"),
        ("version", "9.9", "tombstone"),
        ("released_on", "2020-01-01", "tombstone"),
    ],
)
def test_a_tombstone_that_nothing_follows_is_checked_too(
    store: Store, column: str, value: str | None, check: str
) -> None:
    withdraw(store, "two", why="It named a street by mistake.", by="Open data officer", serve="one")
    assert wrong(store) == []
    path = store.tombstone_path("two")
    path.write_text(json.dumps({**json.loads(path.read_text()), column: value}))
    assert ("two", check) in [found[:2] for found in wrong(store)]


def test_a_tombstone_that_cannot_be_read_and_a_withdrawn_file_that_was_changed_are_said(store: Store) -> None:
    withdraw(store, "two", why="It named a street by mistake.", by="Open data officer", serve="one")
    kept = store.withdrawn_path("two")
    kept.chmod(0o644)
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("UPDATE observation SET numerator = 7777 WHERE numerator > 100")
        connection.commit()
    assert [found[:2] for found in wrong(store)] == [("two", "content")]
    kept.unlink()  # staff may keep it no more
    assert wrong(store) == []
    store.tombstone_path("two").write_text("{")
    assert [found[:2] for found in wrong(store)] == [("two", "tombstone")]


def test_a_release_of_an_older_program_starts_the_chain(store: Store) -> None:
    gone = ", ".join(f"DROP COLUMN {name}" for name in ("chain_sha256",))
    change(store, "one", f"ALTER TABLE manifest {gone}", "ALTER TABLE manifest DROP COLUMN previous_chain_sha256")
    change(store, "two", "UPDATE manifest SET previous_chain_sha256 = NULL, chain_sha256 = NULL")
    withdrawn = Store(store.root.with_name("withdrawn"))
    shutil.copytree(store.root, withdrawn.root)
    withdraw(withdrawn, "one", why="It named a street by mistake.", by="Open data officer")
    assert wrong(withdrawn) == []
    says = {one.release: one.says for one in verify(store) if one.check == "chain"}
    assert says["one"] == "has no link: an older program made it, and the chain starts after it"
    assert wrong(store) == []


def test_a_store_without_releases_has_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(NoRelease):
        verify(Store(tmp_path))


def test_raw_files_keep_their_fingerprints(store: Store, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    assert [(one.check, one.holds) for one in raw_files(store, None, pack, None)] == [("raw files", True)]
    (tmp_path / "raw").mkdir()
    (pack / "crime.csv").rename(tmp_path / "raw" / "crime.csv")
    [gone] = raw_files(store, None, pack, None)
    assert (gone.holds, gone.says) == (False, "crime.csv is not there")
    assert [one.holds for one in raw_files(store, None, pack, tmp_path / "raw")] == [True]
    [other] = raw_files(store, "one", pack, tmp_path / "raw")
    assert other.says.startswith("crime.csv is another file: ")


def test_the_same_pack_gives_the_same_content_and_another_does_not(store: Store, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    assert rebuilt(store, None, pack).holds
    assert sorted(store.root.rglob("*.sqlite")) == [store.path_of("one"), store.path_of("two")]
    write_pack(pack, crime=ONE_MORE.replace("100,12", "101,12"))
    found = rebuilt(store, None, pack)
    assert (found.check, found.holds) == ("rebuild", False)
    assert (
        "table observation, burglary, city, 2024, all: numerator was published as 666.0, and is 667.0 now" in found.says
    )
    write_pack(pack, crime=ONE_MORE.replace("201,3", "many,3"))
    assert "the pack is refused now" in rebuilt(store, None, pack).says


def test_the_command_ends_with_1_and_says_the_first_thing(store: Store, tmp_path: Path) -> None:
    command = ["verify", "--store", str(store.root)]
    shown = CliRunner().invoke(app, [*command, "--json", "--pack", str(tmp_path / "pack")])
    assert shown.exit_code == 0
    assert all(one["holds"] for one in json.loads(shown.stdout))
    change(store, "two", "UPDATE observation SET numerator = 101 WHERE numerator = 100")
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 1
    assert "two, content: was changed" in shown.stderr
    assert CliRunner().invoke(app, [*command, "one"]).exit_code == 0
    assert CliRunner().invoke(app, [*command, "three"]).exit_code == 1


def test_riverton_gives_the_same_content_in_another_process_and_in_any_order_of_rows(
    demo_store: Path, tmp_path: Path
) -> None:
    first = write_packs(tmp_path)[0]
    shuffle = random.Random(5).shuffle
    for path in sorted(first.glob("*.csv")):
        delimiter, encoding = (";", "utf-8-sig") if path.stem == "rpd_monthly_extract" else (",", "utf-8")
        with path.open(encoding=encoding, newline="") as file:
            heading, *rows = list(csv.reader(file, delimiter=delimiter))
        shuffle(rows)
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([heading, *rows])
    store = Store(tmp_path / "store")
    subprocess.run(
        [
            *(sys.executable, "-m", "data", "publish", str(first)),
            *("--draft", "--by", "Me", "--store", str(store.root)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        check=True,
        capture_output=True,
    )
    releases = (store.open_draft(first.name), Store(demo_store).open(first.name))
    again, before = (queries.manifest(release)["content_sha256"] for release in releases)
    assert again == before
