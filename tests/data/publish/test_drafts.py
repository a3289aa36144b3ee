"""A draft is seen by nobody, approved by a second person by its content, and published at its minute, or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from data.models import Manifest, table_of
from data.publish import drafts, run
from data.publish.release import ReleaseRefused, build, build_draft
from data.store import NoRelease, Release, Store
from tests.data.publish.tiny import FILES, write_pack
from tests.data.small import small_tables, stamp

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
PEOPLE = {"approval": "two_people", "prepared_by": "Data officer"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that serves a release `old`."""
    store = Store(tmp_path / "store")
    build(store, small_tables(), stamp("old", published_at=NOON - timedelta(days=90)))
    return store


def make_draft(store: Store, draft_id: str = "new", *, burglaries: int = 300, calendar: str = "", **more: Any) -> None:
    """A draft as publishing makes one; `calendar` is the minute in its own calendar."""
    tables = small_tables(burglaries=burglaries)
    tables["city"]["time_zone"] = "America/Chicago"
    if calendar:
        day, _, minute = calendar.partition(" ")
        planned = {"id": draft_id, "planned_on": date.fromisoformat(day), "planned_time": minute or None}
        tables["planned_release"] = pd.DataFrame([planned | {"announced_on": date(2026, 1, 1), "brings": "More."}])
    manifest = stamp(draft_id, previous_release_id="old", published_at=NOON, **{**PEOPLE, **more})
    build_draft(store, tables, manifest)


def manifest_of(release: Release) -> dict[str, Any]:
    with release.connect() as connection:
        return dict(connection.execute(select(table_of(Manifest))).one()._mapping)


def content(store: Store, draft_id: str = "new") -> str:
    return drafts.look(store, draft_id).content_sha256


def approve(store: Store, draft_id: str = "new", by: str = "Head of records") -> drafts.Draft:
    return drafts.approve(store, draft_id, by=by, content=content(store, draft_id)[:12])


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(ReleaseRefused) as refused:
        work()
    return "\n".join(refused.value.problems)


class Clock:
    """A clock of our own: sleeping moves it, and may do something meanwhile."""

    def __init__(self, now: datetime, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.now, self.meanwhile, self.naps = now, meanwhile, 0

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.now += timedelta(seconds=seconds)
        self.meanwhile()


class TestUnseen:
    """Nobody sees a draft."""

    def test_no_list_has_it_and_no_id_opens_it(self, store: Store) -> None:
        make_draft(store)
        assert store.ids() == ["old"]
        assert [info.id for info in store.releases()] == ["old"]
        assert store.current_id() == "old"
        for ask in (store.open, store.activate):
            with pytest.raises(NoRelease, match="no release 'new'"):
                ask("new")

    def test_only_the_owner_may_read_the_file(self, store: Store) -> None:
        make_draft(store)
        assert store.draft_path("new").stat().st_mode & 0o777 == 0o400
        assert store.draft_path("new").parent.stat().st_mode & 0o777 == 0o700

    def test_only_a_preview_shows_it(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        make_draft(store)
        monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
        monkeypatch.setenv("OPENBEAT_PREVIEW", "new")
        shown = Store.default()
        assert shown.current_id() == "new"
        assert manifest_of(shown.open())["release_id"] == "new"
        assert [(info.id, info.is_current) for info in shown.releases()] == [("new", True), ("old", False)]
        assert store.current_id() == "old"

    def test_a_preview_publishes_nothing(self, store: Store) -> None:
        make_draft(store)
        shown = Store(store.root, preview="new")
        assert "OPENBEAT_PREVIEW" in refusal(lambda: build(shown, small_tables(), stamp("other")))
        assert store.ids() == ["old"]

    def test_a_preview_of_a_draft_that_is_gone_shows_nothing(self, store: Store) -> None:
        make_draft(store)
        shown = Store(store.root, preview="new")
        drafts.discard(store, "new")
        assert shown.current_id() is None
        assert shown.ids() == ["old"]


class TestApprove:
    """Two people, and the content that the second one saw."""

    def test_who_and_when_are_in_the_manifest_and_nothing_else_changes(self, store: Store) -> None:
        make_draft(store)
        before = manifest_of(store.open_draft("new"))
        approve(store, by="  Head of   records ")
        after = manifest_of(store.open_draft("new"))
        assert {name for name in after if after[name] != before[name]} == {"approved_by", "approved_at"}
        assert (after["prepared_by"], after["approved_by"]) == ("Data officer", "Head of records")
        assert abs(datetime.now(UTC) - drafts.look(store, "new").approved_at) < timedelta(minutes=1)  # type: ignore[operator]

    @pytest.mark.parametrize(
        "by",
        [
            *("Data officer", "data OFFICER", "  Data   officer\t", "Ｄata officer"),
            *("Data-officer", "Officer, data", "Dáta Officer.", "Data\u200b officer"),
        ],
    )
    def test_the_same_person_is_no_second_one(self, store: Store, by: str) -> None:
        make_draft(store)
        assert "a second person approves it" in refusal(lambda: approve(store, by=by))
        assert drafts.look(store, "new").state == "needs approval"

    def test_a_draft_that_was_made_anew_is_not_the_one_that_was_seen(self, store: Store) -> None:
        make_draft(store)
        seen = content(store)
        make_draft(store, burglaries=301)
        assert "look at it again" in refusal(lambda: drafts.approve(store, "new", by="Head", content=seen))

    @pytest.mark.parametrize("given", ["", "0", "ffffffff"])
    def test_a_content_that_is_too_short_or_another_is_refused(self, store: Store, given: str) -> None:
        make_draft(store)
        assert "at least 8 characters" in refusal(lambda: drafts.approve(store, "new", by="Head", content=given))

    def test_made_anew_it_loses_its_approval_and_its_minute_even_with_the_same_content(self, store: Store) -> None:
        make_draft(store)
        approve(store)
        drafts.announce(store, "new", "2026-04-01 09:00", now=lambda: NOON)
        make_draft(store)
        found = drafts.look(store, "new")
        assert (found.state, found.approved_by, found.due) == ("needs approval", None, None)

    def test_twice_by_the_same_person_is_once_and_by_a_third_is_refused(self, store: Store) -> None:
        make_draft(store)
        assert approve(store) == approve(store, by="head of RECORDS")
        assert "approved already, by Head of records" in refusal(lambda: approve(store, by="Mayor"))

    @pytest.mark.parametrize(
        ("more", "by", "said"),
        [({"prepared_by": None}, "Head", "make it anew with --by"), ({}, "  ", "say who approves")],
    )
    def test_both_are_named(self, store: Store, more: dict[str, Any], by: str, said: str) -> None:
        make_draft(store, **more)
        assert said in refusal(lambda: approve(store, by=by))

    def test_a_second_person_may_approve_also_where_one_would_do(self, store: Store) -> None:
        make_draft(store, approval="one_person")
        assert drafts.look(store, "new").state == "ready"
        assert approve(store).approval == "two_people"


class TestRelease:
    """At the announced minute, and only what was approved."""

    def test_what_was_approved_is_served(self, store: Store) -> None:
        make_draft(store)
        approve(store)
        drafts.release(store, "new", now=lambda: NOON + timedelta(days=1))
        assert store.current_id() == "new"
        manifest = manifest_of(store.open())
        assert (manifest["prepared_by"], manifest["approved_by"]) == ("Data officer", "Head of records")
        assert manifest["published_at"].replace(tzinfo=UTC) == NOON + timedelta(days=1)
        assert store.path_of("new").stat().st_mode & 0o777 == 0o444
        assert store.draft_ids() == []
        assert list((store.root / "drafts").iterdir()) == []

    def test_without_approval_nothing_is_served(self, store: Store) -> None:
        make_draft(store)
        assert "is not approved" in refusal(lambda: drafts.release(store, "new"))
        assert store.current_id() == "old"

    def test_one_person_is_enough_where_the_pack_says_so(self, store: Store) -> None:
        make_draft(store, approval="one_person")
        drafts.release(store, "new")
        manifest = manifest_of(store.open())
        assert (manifest["approval"], manifest["approved_by"]) == ("one_person", None)

    def test_it_waits_for_the_minute_on_the_citys_clock(self, store: Store) -> None:
        make_draft(store, approval="one_person")
        clock = Clock(NOON)
        drafts.announce(store, "new", "2026-03-03 09:30", now=clock)
        said: list[str] = []
        drafts.release(store, "new", now=clock, sleep=clock.sleep, progress=lambda step, *_: said.append(step))
        assert said[0] == "Waiting until 2026-03-03 09:30 (America/Chicago) to publish new"
        assert clock.now == datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
        assert manifest_of(store.open())["published_at"].replace(tzinfo=UTC) == clock.now

    def test_what_is_only_for_show_waits_for_no_minute(self, store: Store) -> None:
        make_draft(store, approval="one_person", calendar="2026-03-04 09:30")
        clock = Clock(NOON)
        drafts.release(store, "new", at_once=True, now=clock, sleep=clock.sleep)
        assert (store.current_id(), clock.naps) == ("new", 0)

    def test_the_calendar_of_the_draft_announces_a_minute_too(self, store: Store) -> None:
        make_draft(store, approval="one_person", calendar="2026-03-04 09:30")
        assert drafts.look(store, "new").due == datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
        said = refusal(lambda: drafts.announce(store, "new", "2026-03-05 09:30", now=lambda: NOON))
        assert "announces 2026-03-04 09:30 (America/Chicago), not 2026-03-05 09:30" in said

    def test_a_day_without_a_time_begins_at_midnight(self, store: Store) -> None:
        make_draft(store, calendar="2026-07-01")
        assert drafts.look(store, "new").due == datetime(2026, 7, 1, 5, 0, tzinfo=UTC)

    def test_a_minute_in_the_past_is_refused_but_not_one_that_was_announced_in_time(self, store: Store) -> None:
        make_draft(store, approval="one_person")
        late = NOON + timedelta(days=30)
        assert "has passed" in refusal(lambda: drafts.announce(store, "new", "2026-03-03 09:30", now=lambda: late))
        drafts.announce(store, "new", "2026-03-03 09:30", now=lambda: NOON)
        drafts.announce(store, "new", "2026-03-03 09:30", now=lambda: late)  # the wait was cut off, and is taken up
        drafts.release(store, "new", now=lambda: late)
        assert store.current_id() == "new"

    @pytest.mark.parametrize(
        ("at", "said"),
        [("tomorrow", "such as '2026-03-03 09:30'"), ("2026-03-03", "such as"), ("2026-03-08 02:30", "clocks in")],
    )
    def test_a_minute_that_there_is_not(self, store: Store, at: str, said: str) -> None:
        make_draft(store)
        assert said in refusal(lambda: drafts.announce(store, "new", at, now=lambda: NOON))

    def test_a_draft_that_changes_while_it_waits_is_not_published(self, store: Store) -> None:
        make_draft(store, approval="one_person")
        clock = Clock(NOON, meanwhile=lambda: make_draft(store, approval="one_person", burglaries=301))
        drafts.announce(store, "new", "2026-03-03 09:30", now=clock)
        assert "made anew meanwhile" in refusal(lambda: drafts.release(store, "new", now=clock, sleep=clock.sleep))
        assert (store.current_id(), clock.naps) == ("old", 1)

    def test_what_cron_published_meanwhile_is_waited_for_no_longer(self, store: Store) -> None:
        make_draft(store, approval="one_person", calendar="2026-03-03 09:30")
        late = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
        clock = Clock(NOON, meanwhile=lambda: drafts.release_due(store, now=lambda: late))
        assert drafts.release(store, "new", now=clock, sleep=clock.sleep) == "new"
        assert (store.current_id(), clock.naps) == ("new", 1)

    def test_a_draft_that_was_tampered_with_is_not_published(self, store: Store) -> None:
        make_draft(store)
        approve(store)
        path = store.draft_path("new")
        path.chmod(0o600)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE observation SET numerator = 1 WHERE numerator = 300")
            connection.commit()
        assert "is not as it was made" in refusal(lambda: drafts.release(store, "new"))
        assert (store.current_id(), store.ids()) == ("old", ["old"])

    def test_another_release_in_between_makes_it_outdated(self, store: Store) -> None:
        make_draft(store)
        approve(store)
        build(store, small_tables(burglaries=250), stamp("between", previous_release_id="old"))
        assert drafts.look(store, "new").state == "outdated"
        for work in (lambda: drafts.release(store, "new"), lambda: approve(store)):
            assert "was compared with old, and now between is served" in refusal(work)
        store.activate("old")  # what was published in between can be read still, and was not compared with
        assert "between was published after draft new was made" in refusal(lambda: drafts.release(store, "new"))

    def test_a_second_try_after_the_end_is_the_same(self, store: Store) -> None:
        make_draft(store, approval="one_person")
        assert drafts.release(store, "new") == drafts.release(store, "new") == "new"
        assert "no draft 'other'" in refusal(lambda: drafts.release(store, "other"))

    def test_an_id_that_is_published_is_no_draft(self, store: Store) -> None:
        assert "old is published already" in refusal(lambda: make_draft(store, "old"))

    def test_an_empty_file_is_no_draft_and_can_be_discarded(self, store: Store) -> None:
        make_draft(store, "good", approval="one_person", calendar="2026-03-03 09:30")
        store.draft_path("empty").touch()
        for work in (lambda: drafts.release(store, "empty"), lambda: approve(store, "empty")):
            assert "python -m data discard empty" in refusal(work)
        published, refused = drafts.release_due(store, now=lambda: NOON + timedelta(days=1))
        assert (published, len(refused)) == (["good"], 1)
        drafts.discard(store, "empty")
        assert store.draft_ids() == []

    def test_all_that_are_due_and_no_others(self, store: Store) -> None:
        make_draft(store, "a-later", approval="one_person", calendar="2026-03-05 09:30")
        make_draft(store, "b-unannounced", approval="one_person")
        make_draft(store, "c-unapproved", calendar="2026-03-02 09:30")
        make_draft(store, "d-due", approval="one_person", calendar="2026-03-03 09:30")
        clock = Clock(datetime(2026, 3, 3, 15, 30, tzinfo=UTC))
        published, refused = drafts.release_due(store, now=clock)
        assert published == ["d-due"]
        assert len(refused) == 1
        assert "c-unapproved is not approved" in refused[0]
        assert store.draft_ids() == ["a-later", "b-unannounced", "c-unapproved"]


class TestFromAPack:
    """`publish --draft` of a pack."""

    @pytest.fixture
    def pack(self, tmp_path: Path) -> Path:
        return write_pack(tmp_path / "pack", approval="")

    @pytest.fixture
    def empty(self, tmp_path: Path) -> Store:
        return Store(tmp_path / "tiny")

    def test_two_people_are_asked_for_unless_the_pack_says_otherwise(self, empty: Store, pack: Path) -> None:
        outcome = run.publish(pack, store=empty, release_id="one")
        assert (outcome.release_id, outcome.draft_id) == (None, None)
        assert "make a draft with --draft --by NAME" in outcome.refused[0]
        nameless = run.publish(pack, store=empty, release_id="one", draft=True, by="  ")
        assert "needs the name or role" in nameless.refused[0]
        assert (empty.ids(), empty.draft_ids()) == ([], [])

    def test_from_the_pack_to_the_public(self, empty: Store, pack: Path) -> None:
        for number, more in enumerate(
            [{}, {"crime": FILES["crime.csv"].replace("Northside,2025,190", "Northside,2025,196")}]
        ):
            name = f"r{number}"
            outcome = run.publish(
                write_pack(pack, approval="", **more), store=empty, release_id=name, draft=True, by="A"
            )
            assert (outcome.refused, outcome.release_id, outcome.draft_id) == ([], None, name)
            drafts.approve(empty, name, by="B", content=content(empty, name))
            drafts.release(empty, name)
        assert empty.current_id() == "r1"
        manifest = manifest_of(empty.open())
        assert (manifest["previous_release_id"], manifest["prepared_by"], manifest["approved_by"]) == ("r0", "A", "B")

    def test_what_differs_is_counted_and_listed(self, empty: Store, pack: Path) -> None:
        run.publish(write_pack(pack), store=empty, release_id="one")
        more = FILES["crime.csv"].replace("Northside,2025,190", "Northside,2025,196")
        run.publish(write_pack(pack, crime=more), store=empty, release_id="two", draft=True, by="A")
        found = drafts.look(empty, "two")
        assert found.previous_release_id == "one"
        assert found.changed == 2  # there, and in the city
        rows = drafts.changes(empty, "two", most=50)
        north = rows[(rows["neighborhood_id"] == "north") & (rows["changed_column"] == "numerator")].iloc[0]
        assert (north["old"], north["new"]) == ("190", "196")
        assert json.dumps(found.as_dict(), default=str)
