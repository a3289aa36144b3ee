"""The commands on the way of a release: what they print, refuse and end with."""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data import desk
from data.publish import drafts
from data.publish.release import build, build_draft
from data.store import Store
from tests.data.publish.tiny import write_pack
from tests.data.small import small_tables, stamp
from tests.data.test_cli import data

PEOPLE: dict[str, Any] = {
    "approval": "two_people",
    "prepared_by": "Data officer",
    "version": "1.1",
    "reason": "Late reports.",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A release `old`, and a draft `new` of two people."""
    store = Store(tmp_path / "store")
    build(store, small_tables(), stamp("old", date(2026, 1, 5), published_at=datetime.now(UTC) - timedelta(days=9)))
    build_draft(store, small_tables(burglaries=300), stamp("new", previous_release_id="old", **PEOPLE))
    return store


@pytest.fixture
def content(store: Store) -> str:
    """The first characters of the draft's hash."""
    return drafts.look(store, "new").content_sha256[:12]


def test_the_way_of_a_release(store: Store, content: str) -> None:
    assert "needs approval" in data("drafts", store=store).stdout
    shown = data("approve", "new", "--by", "Head of records", "--content", content, store=store)
    assert (shown.exit_code, shown.stderr) == (0, "")
    for said in ("1.1", "Late reports.", "Data officer", "old", content, "Draft new is approved by Head of records."):
        assert said in shown.stdout
    assert "approved" in data("drafts", store=store).stdout
    shown = data("release", "new", store=store)
    assert (shown.exit_code, shown.stdout) == (0, "Published new.\n")
    assert store.current_id() == "new"
    assert "There are no drafts" in data("drafts", store=store).stderr


def test_without_naming_the_content_a_script_approves_nothing(store: Store, content: str) -> None:
    shown = data("approve", "--by", "Head", store=store)
    assert (shown.exit_code, shown.stderr) == (1, f"Refused: say what you approve: --content {content}\n")
    assert drafts.look(store, "new").state == "needs approval"


@pytest.mark.parametrize(("answer", "state", "code"), [("y\n", "approved", 0), ("n\n", "needs approval", 1)])
def test_a_person_is_asked(store: Store, monkeypatch: pytest.MonkeyPatch, answer: str, state: str, code: int) -> None:
    monkeypatch.setattr(desk, "is_terminal", lambda: True)
    shown = data("approve", "--by", "Head", store=store, typed=answer)
    assert (shown.exit_code, drafts.look(store, "new").state) == (code, state)
    assert "Does Head approve this content?" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["release", "new"], "is not approved"),
        (["release", "other"], "no draft 'other'"),
        (["release", "new", "--at", "2020-01-01 10:00"], "has passed"),
        (["discard", "other"], "there is new"),
        (["preview", "other"], "no draft 'other'"),
        (["withdraw", "old", "--why", "wrong", "--by", "Head"], "at least 10 characters"),
        (["withdraw", "old", "--why", "Counts were doubled.", "--by", "Head"], "there is no other"),
    ],
)
def test_a_refusal_ends_with_1_and_a_reason(store: Store, arguments: list[str], said: str) -> None:
    shown = data(*arguments, store=store)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith("Refused: ")
    assert said in shown.stderr
    assert (store.ids(), store.draft_ids()) == (["old"], ["new"])


def test_json_has_everything_of_a_draft(store: Store, content: str) -> None:
    (found,) = json.loads(data("drafts", "--json", store=store).stdout)
    assert found["content_sha256"].startswith(content)
    assert (found["id"], found["state"], found["previous_release_id"]) == ("new", "needs approval", "old")
    assert (found["due"], found["approved_by"], found["changed"]) == (None, None, 0)


def test_a_minute_is_written_down_for_cron_which_publishes_only_what_is_due(store: Store, content: str) -> None:
    data("approve", "--by", "Head", "--content", content, store=store)
    shown = data("release", "--at", "2096-03-03 09:30", "--no-wait", store=store)
    assert shown.stdout == "Draft new is due at 2096-03-03 09:30 (America/New_York).\n"
    assert "2096-03-03 09:30" in data("drafts", store=store).stdout
    shown = data("release", "--due", store=store)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "")
    store.due_path("new").write_text("2026-03-03T09:30:00-05:00\n")
    assert data("release", "--due", store=store).stdout == "Published new.\n"
    assert store.current_id() == "new"


def test_cron_says_what_is_due_and_not_approved(store: Store) -> None:
    store.due_path("new").write_text("2026-03-03T09:30:00-05:00\n")
    shown = data("release", "--due", store=store)
    assert (shown.exit_code, store.current_id()) == (1, "old")
    assert "draft new is not approved" in shown.stderr


def test_a_draft_is_discarded(store: Store) -> None:
    assert data("discard", "new", store=store).stdout == "Discarded draft new.\n"
    assert store.draft_ids() == []


def test_a_release_is_withdrawn_and_listed_so(store: Store, content: str) -> None:
    data("approve", "--by", "Head", "--content", content, store=store)
    data("release", store=store)
    shown = data("withdraw", "new", "--why", "Counts were doubled.", "--by", "Head", "--serve", "old", store=store)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Withdrawn new: Counts were doubled.\nServing old. The file is kept at ")
    lines = [line.split() for line in data("releases", store=store).stdout.splitlines() if "│" in line]
    assert [(line[0], "withdrawn" in line) for line in lines] == [("served", False), ("withdrawn", True)]
    assert [one["id"] for one in json.loads(data("releases", "--json", store=store).stdout)] == ["old"]


def test_a_pack_of_two_people_needs_a_draft(tmp_path: Path) -> None:
    store, pack = Store(tmp_path / "tiny"), write_pack(tmp_path / "pack", approval="")
    shown = data("publish", pack, store=store)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "make a draft with --draft --by NAME" in shown.stderr
    shown = data("publish", pack, "--release", "one", "--draft", "--by", "Data officer", store=store)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Made draft one; nobody sees it yet.\nLook at it: python -m data preview one\n")
    assert (store.ids(), store.draft_ids()) == ([], ["one"])


class TestPreview:
    """A server of its own, for this computer."""

    @pytest.fixture
    def started(self, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        """What the command would have become."""
        calls: list[Any] = []
        monkeypatch.setattr(os, "execve", lambda *arguments: calls.append(arguments))
        monkeypatch.chdir(os.getcwd())
        return calls

    def test_it_becomes_a_server_that_shows_the_draft_to_this_computer(
        self, store: Store, content: str, started: list[Any]
    ) -> None:
        shown = data("preview", "--port", free_port(), store=store)
        assert shown.exit_code == 0
        assert "Draft new (needs approval): 0 figures differ from release old." in shown.stdout
        assert content in shown.stdout
        ((program, command, environment),) = started
        assert program == sys.executable
        assert command[command.index("--host") + 1] == "127.0.0.1"
        assert (environment["OPENBEAT_STORE"], environment["OPENBEAT_PREVIEW"]) == (str(store.root), "new")
        assert Path.cwd() == desk.ROOT

    def test_a_port_that_is_taken_is_refused(self, store: Store, started: list[Any]) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            shown = data("preview", "--port", other.getsockname()[1], store=store)
        assert (shown.exit_code, started) == (1, [])
        assert "is in use; choose another with --port" in shown.stderr

    def test_a_command_in_the_environment_of_a_preview_works_on_the_store_itself(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
        monkeypatch.setenv("OPENBEAT_PREVIEW", "new")
        assert [one["id"] for one in json.loads(data("releases", "--json").stdout)] == ["old"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
