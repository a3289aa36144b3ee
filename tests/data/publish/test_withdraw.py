"""A withdrawn release leaves a tombstone that says why; the file is kept for staff, and its id is never used again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from data.models import Manifest, table_of
from data.publish import drafts
from data.publish.release import ReleaseRefused, build, build_draft, default_release_id, try_out
from data.publish.withdraw import withdraw
from data.store import NoRelease, Store, Tombstone, Withdrawn
from tests.data.small import small_tables, stamp

WHY = "Counts of 2024 were doubled."


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two releases of a chain; the newer one is served."""
    store = Store(tmp_path / "store")
    build(store, small_tables(), stamp("one", date(2026, 1, 5), version="1.0"))
    chain = {"previous_release_id": "one", "previous_chain_sha256": "a" * 64}
    build(store, small_tables(burglaries=300), stamp("two", date(2026, 2, 5), version="1.1", **chain))
    return store


def refusal(store: Store, release_id: str, why: str = WHY, by: str = "Head", serve: str | None = None) -> str:
    with pytest.raises(ReleaseRefused) as refused:
        withdraw(store, release_id, why=why, by=by, serve=serve)
    return "\n".join(refused.value.problems)


def test_the_tombstone_says_what_stood_there_and_why(store: Store) -> None:
    m = table_of(Manifest).c
    with store.open("two").connect() as connection:
        content, chain = connection.execute(select(m.content_sha256, m.chain_sha256)).one()
    stone = withdraw(store, "two", why=f" {WHY}\n", by="Head  of records", serve="one")
    assert stone == store.tombstone("two") == store.withdrawn()[0]
    assert (stone.id, stone.released_on, stone.version) == ("two", date(2026, 2, 5), "1.1")
    assert (stone.why, stone.by, stone.content_sha256) == (WHY, "Head of records", content)
    assert (stone.previous_release_id, stone.previous_chain_sha256, stone.chain_sha256) == ("one", "a" * 64, chain)
    assert datetime.now(UTC) - stone.withdrawn_at < timedelta(minutes=1)


def test_nothing_of_it_is_served_any_more(store: Store) -> None:
    withdraw(store, "one", why=WHY, by="Head")
    assert store.ids() == ["two"]
    assert [info.id for info in store.releases()] == ["two"]
    assert store.current_id() == "two"
    for ask in (store.open, store.activate):
        with pytest.raises(Withdrawn, match="release one was withdrawn on .*Counts of 2024"):
            ask("one")
    assert issubclass(Withdrawn, NoRelease)


def test_the_file_is_kept_for_its_owner_alone(store: Store) -> None:
    before = store.path_of("one").read_bytes()
    withdraw(store, "one", why=WHY, by="Head")
    kept = store.root / "withdrawn" / "one.sqlite"
    assert kept.read_bytes() == before
    assert kept.stat().st_mode & 0o777 == 0o400
    assert not store.path_of("one").exists()


def test_the_release_that_is_served_needs_another_in_its_place(store: Store) -> None:
    assert "say with --serve which one is served instead: there is one" in refusal(store, "two")
    assert "--serve" in refusal(store, "two", serve="two")
    assert "no release 'three'" in refusal(store, "two", serve="three")
    assert "leave --serve out" in refusal(store, "one", serve="one")
    assert store.current_id() == "two"
    assert store.withdrawn() == []


def test_the_only_release_cannot_be_withdrawn(store: Store) -> None:
    withdraw(store, "one", why=WHY, by="Head")
    assert "publish a corrected one first" in refusal(store, "two")


@pytest.mark.parametrize(
    ("why", "by", "said"), [("", "Head", "at least 10"), ("  wrong   ", "Head", "at least 10"), (WHY, " ", "who")]
)
def test_why_and_by_whom_are_asked_for(store: Store, why: str, by: str, said: str) -> None:
    assert said in refusal(store, "one", why, by)
    assert store.ids() == ["one", "two"]


@pytest.mark.parametrize("release_id", ["three", "../one", ""])
def test_a_release_that_is_not_there_is_refused(store: Store, release_id: str) -> None:
    with pytest.raises((ReleaseRefused, NoRelease)):
        withdraw(store, release_id, why=WHY, by="Head")


def test_twice_is_refused(store: Store) -> None:
    withdraw(store, "one", why=WHY, by="Head")
    assert "was withdrawn already" in refusal(store, "one")
    assert store.withdrawn()[0].why == WHY


def test_an_id_is_never_used_again(store: Store) -> None:
    withdraw(store, "one", why=WHY, by="Head")
    for work in (build, build_draft, try_out):
        with pytest.raises(ReleaseRefused, match="an id is never used again"):
            work(store, small_tables(), stamp("one"))
    build(store, small_tables(), stamp("2026-03-03"))
    withdraw(store, "2026-03-03", why=WHY, by="Head", serve="two")
    assert default_release_id(store, date(2026, 3, 3)) == "2026-03-03.2"


def test_a_draft_of_a_withdrawn_id_is_outdated(store: Store) -> None:
    build_draft(store, small_tables(), stamp("three", previous_release_id="two"))
    build(store, small_tables(burglaries=7), stamp("three"))
    withdraw(store, "three", why=WHY, by="Head", serve="two")
    assert drafts.look(store, "three").state == "outdated"


def test_a_newer_program_may_have_written_more_into_a_tombstone(store: Store) -> None:
    stone = withdraw(store, "one", why=WHY, by="Head")
    path = store.tombstone_path("one")
    held = json.loads(path.read_text(encoding="utf-8"))
    assert set(held) == set(Tombstone.__dataclass_fields__)
    path.write_text(json.dumps({**held, "mood": "sad"}), encoding="utf-8")
    assert store.tombstone("one") == stone
