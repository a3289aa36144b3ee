"""Nothing that was published changes in silence: what differs needs words, what means something else needs a break."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.publish import run
from data.publish.problems import Problem
from data.store import Store
from tests.data.publish.packs import geojson, square
from tests.data.publish.tiny import FILES, write_pack

HALVED = FILES["crime.csv"].replace("South Bank,2024,310", "South Bank,2024,155")
LESS = "\n".join(line for line in FILES["crime.csv"].splitlines() if not line.startswith("Westhill,2024"))
WHY = '[tables.revision_reason]\nfile = "why.csv"\n'
WHY_HEAD = "id,measure_id,neighborhood_id,period,ledger,kind,reason\n"
BREAK = '[tables.series_break]\nfile = "breaks.csv"\n'


@pytest.fixture(scope="module")
def at_first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that serves the pack as it was at first, and the pack; to be copied."""
    folder = tmp_path_factory.mktemp("first")
    pack = write_pack(folder / "pack")
    run.publish(pack, store=Store(folder / "store"), release_id="one", released_on=date(2026, 1, 5))
    return folder


@pytest.fixture
def store(tmp_path: Path, at_first: Path) -> Store:
    """A store of our own that serves the pack as it was at first."""
    shutil.copytree(at_first, tmp_path, dirs_exist_ok=True)
    return Store(tmp_path / "store")


def again(
    store: Store, *, toml: tuple[str, str] = ("", ""), more: str = "", why: str | None = None, **files: str
) -> run.Outcome:
    """Publish the pack once more: `toml` is replaced in city.toml, `more` added to it."""
    pack = write_pack(store.root.parent / "pack", **files)
    text = (pack / "city.toml").read_text(encoding="utf-8").replace(*toml) if toml[0] else None
    text = text or (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(text + (WHY if why is not None else "") + more, encoding="utf-8")
    if why is not None:
        (pack / "why.csv").write_text(WHY_HEAD + why, encoding="utf-8")
    return run.publish(pack, store=store, release_id="two", released_on=date(2026, 2, 5))


def problems(outcome: run.Outcome, code: str) -> list[Problem]:
    return [one for one in outcome.report.problems if one.code == code]


def rows(store: Store, question: str, release_id: str | None = None) -> list[tuple[Any, ...]]:
    path = store.open(release_id).path
    assert path is not None
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


class TestReasons:
    """What differs by much, or is gone, needs words."""

    def test_a_large_change_without_a_reason_is_refused_by_name(self, store: Store) -> None:
        outcome = again(store, crime=HALVED)
        [one] = problems(outcome, "change_without_reason")
        assert (one.level, one.file) == ("error", "revision_reason.csv")
        assert "burglary, south, 2024: numerator was 310, is 155" in one.found
        assert one.expected == "a row for measure_id burglary, period 2024"
        assert outcome.release_id is None
        assert (store.ids(), store.current_id()) == (["one"], "one")
        checked = run.check(store.root.parent / "pack", store=store)
        assert (checked.report.problems, checked.refused) == (outcome.report.problems, outcome.refused)

    def test_the_file_of_the_pack_is_named(self, store: Store) -> None:
        assert (
            problems(again(store, crime=HALVED, why=""), "change_without_reason") == []
        )  # an empty file is told first
        outcome = again(store, crime=HALVED, why="x,force,,,,corrected,Other.\n")
        assert problems(outcome, "change_without_reason")[0].file == "why.csv"
        [idle] = problems(outcome, "reason_without_change")
        assert (idle.level, idle.file, idle.found) == ("warning", "why.csv", "the row 'x'")

    def test_with_a_reason_it_is_published_with_its_words(self, store: Store) -> None:
        outcome = again(store, crime=HALVED, why="a,burglary,,2024,,corrected,Counted twice.\n")
        assert (outcome.release_id, outcome.report.problems) == ("two", [])
        told = rows(
            store, "SELECT neighborhood_id, reason_kind, reason FROM revision WHERE changed_column = 'numerator'"
        )
        assert told == [("city", "corrected", "Counted twice."), ("south", "corrected", "Counted twice.")]

    def test_the_row_that_names_most_wins_and_then_the_first_by_id(self, store: Store) -> None:
        why = (
            "z,,,,,corrected,For all.\n"
            "b,burglary,south,,,corrected,For the place.\n"
            "a,burglary,,2024,,method,By year.\n"
            "c,burglary,south,2024,,late_reports,For this one.\n"
        )
        again(store, crime=HALVED, why=why)
        wanted = "SELECT DISTINCT neighborhood_id, reason FROM revision WHERE measure_id = 'burglary' ORDER BY 1"
        assert rows(store, wanted) == [("city", "By year."), ("south", "For this one.")]

    @pytest.mark.parametrize(
        ("old", "new", "is_asked"),
        [
            ("South Bank,2024,310", "South Bank,2024,300", False),  # 3.2 percent
            ("South Bank,2024,310", "South Bank,2024,294", True),  # 5.2 percent, and 16 events
            ("Westhill,2024,55", "Westhill,2024,64", False),  # 16 percent, but 9 events
            ("Westhill,2024,55", "Westhill,2024,65", True),
        ],
    )
    def test_how_much_is_much(self, store: Store, old: str, new: str, is_asked: bool) -> None:
        outcome = again(store, crime=FILES["crime.csv"].replace(old, new))
        assert bool(problems(outcome, "change_without_reason")) == is_asked
        assert (outcome.release_id is None) == is_asked

    def test_the_pack_says_how_much_is_much(self, store: Store) -> None:
        mild = "\n[revisions]\nexplain_from_percent = 20\n"
        crime = FILES["crime.csv"].replace("South Bank,2024,310", "South Bank,2024,290")
        assert again(store, crime=crime).release_id is None
        assert again(store, crime=crime, more=mild).release_id == "two"
        lax = problems(again(store, more=mild.replace("20", "50")), "wrong_key_value")
        assert [one.column for one in lax] == ["revisions.explain_from_percent"]

    def test_a_figure_that_is_gone_needs_a_reason(self, store: Store) -> None:
        [one, *_] = problems(again(store, crime=LESS), "change_without_reason")
        assert "west, 2024" in one.found
        assert again(store, crime=LESS, why="a,,,2024,,corrected,West was of another town.\n").release_id == "two"
        gone = rows(store, "SELECT DISTINCT kind, reason FROM revision WHERE neighborhood_id = 'west'")
        assert ("status", "West was of another town.") in gone

    def test_a_measure_that_is_gone_may_be_named(self, store: Store) -> None:
        pack = write_pack(store.root.parent / "pack")
        toml = (pack / "city.toml").read_text().replace("[measures.force]", "[measures.arrests]")
        toml = toml.replace('measure = "force"', 'measure = "arrests"')
        (pack / "city.toml").write_text(toml)
        [one] = problems(run.publish(pack, store=store, release_id="two"), "change_without_reason")
        assert "force: measure was 10, is not there now" in one.found
        (pack / "city.toml").write_text(toml + WHY)
        (pack / "why.csv").write_text(WHY_HEAD + "a,force,,,,method,Replaced by arrests.\n")
        outcome = run.publish(pack, store=store, release_id="two")
        assert (outcome.release_id, outcome.refused) == ("two", [])
        assert rows(store, "SELECT version, change FROM manifest") == [("2.0", "major")]

    def test_a_reason_for_what_never_was_is_named(self, store: Store) -> None:
        outcome = again(store, crime=HALVED, why="a,burglery,,,,corrected,Typed wrong.\n")
        [one] = problems(outcome, "unknown_reference")
        assert (one.file, one.column) == ("why.csv", "measure_id")
        assert "'burglery' in the row 'a'" in one.found

    def test_no_number_that_is_withheld_is_named(self, store: Store) -> None:
        outcome = again(store, crime=FILES["crime.csv"].replace("Northside,2024,200,3", "Northside,2024,200,30"))
        assert not [one for one in outcome.report.problems if "30" in one.found.replace("2030", "")]

    def test_money_of_a_closed_year_needs_words_and_of_an_open_one_none(self, store: Store, tmp_path: Path) -> None:
        more = FILES["budget.csv"].replace("1234567", "2234567")
        [one] = problems(again(store, budget=more), "change_without_reason")
        assert "patrol: amount_cents was 1234567, is 2234567" in one.found
        assert one.expected == "a row for period FY2025, ledger budget"
        assert again(store, budget=more, why="a,,,,budget,late_reports,A late bill.\n").release_id == "two"
        running = {"budget": FILES["budget.csv"].replace("adopted", "actual"),
                   "years": FILES["years.csv"].replace("complete", "in_progress")}  # fmt: skip
        other = Store(tmp_path / "other")
        run.publish(write_pack(tmp_path / "open", **running), store=other, release_id="one")
        running["budget"] = running["budget"].replace("1234567", "2234567")
        assert run.publish(write_pack(tmp_path / "open", **running), store=other, release_id="two").refused == []


class TestDefinitions:
    """What figures mean changes with a break, or with a word that only words are new."""

    NEW = ("Break-ins that were reported.", "Break-ins and tries that were reported.")

    def test_a_new_definition_in_silence_is_refused(self, store: Store) -> None:
        [one] = problems(again(store, toml=self.NEW), "definition_changed_silently")
        assert (one.level, one.file, one.expected) == ("error", "series_break.csv", "a row for burglary")
        assert "measure burglary: definition was 'Break-ins that were reported.'" in one.found
        assert "revision_reason.csv: kind method, measure_id burglary" in one.fix

    def test_with_a_break_it_is_published_and_told(self, store: Store) -> None:
        pack = store.root.parent / "pack"
        (pack / "breaks.csv").write_text("measure_id,broke_on,kind,note\nburglary,2026-01-01,definition,Tries count.\n")
        assert again(store, toml=self.NEW, more=BREAK).release_id == "two"
        wanted = "SELECT table_name, measure_id, changed_column, kind, reason_kind, reason FROM revision"
        assert rows(store, wanted) == [("measure", "burglary", "definition", "changed", "method", "Tries count.")]
        assert rows(store, "SELECT version, change FROM manifest") == [("2.0", "major")]

    def test_a_break_that_readers_knew_already_does_not_do(self, store: Store) -> None:
        pack = store.root.parent / "pack"
        (pack / "breaks.csv").write_text("measure_id,broke_on,kind,note\nburglary,2024-07-01,definition,Tries count.\n")
        assert again(store, more=BREAK).release_id == "two"
        text = (pack / "city.toml").read_text().replace(*self.NEW)
        (pack / "city.toml").write_text(text)
        outcome = run.publish(pack, store=store, release_id="three")
        assert [one.code for one in outcome.report.errors] == ["definition_changed_silently"]

    @pytest.mark.parametrize(
        ("why", "passes"),
        [
            ("a,burglary,,,,method,Only words are new.\n", True),
            ("a,burglary,,,,corrected,Only words are new.\n", False),
            ("a,,,,,method,Only words are new.\n", False),  # it must name the measure
        ],
    )
    def test_a_pure_rewording_is_said_by_measure(self, store: Store, why: str, passes: bool) -> None:
        outcome = again(store, toml=self.NEW, why=why)
        assert (outcome.release_id == "two") == passes
        assert bool(problems(outcome, "definition_changed_silently")) != passes

    def test_a_boundary_that_moved_breaks_every_measure_there(self, store: Store, tmp_path: Path) -> None:
        outlines = '[boundaries.neighborhood]\nfile = "places.geojson"\nname = "name"\n'
        names = ("East End", "Northside", "South Bank", "West Hill")
        pack = write_pack(tmp_path / "pack", limits=outlines)

        def draw(side: float) -> None:
            squares = [(name, square(at / 5, 40, side if at == 0 else 0.1)) for at, name in enumerate(names)]
            (pack / "places.geojson").write_text(geojson(*squares))

        other = Store(tmp_path / "other")
        draw(0.1)
        assert run.publish(pack, store=other, release_id="one").refused == []
        draw(0.1001)  # drawn a little more finely
        assert run.publish(pack, store=other, release_id="two").refused == []
        draw(0.13)
        [one] = problems(run.publish(pack, store=other, release_id="three"), "definition_changed_silently")
        assert one.found.startswith("neighborhood east: ")
        assert "of it lies elsewhere now" in one.found
        assert "boundary" in one.expected
        breaks = "".join(f"{name},2026-01-01,boundary,East grew.\n" for name in ("burglary", "force"))
        (pack / "breaks.csv").write_text("measure_id,broke_on,kind,note\n" + breaks)
        (pack / "city.toml").write_text((pack / "city.toml").read_text() + BREAK)
        assert run.publish(pack, store=other, release_id="three").refused == []
        told = rows(other, "SELECT neighborhood_id, changed_column, reason FROM revision")
        assert told == [("east", "geometry", "East grew.")]
        assert json.loads(rows(other, "SELECT geometry FROM neighborhood WHERE id = 'east'")[0][0])


class TestVersions:
    """A number, a reason and a link for each release."""

    def test_the_second_release_needs_a_reason_typed_by_a_person(self, store: Store, tmp_path: Path) -> None:
        pack = write_pack(tmp_path / "pack", crime=FILES["crime.csv"].replace("200,3", "201,3"))
        without = (pack / "city.toml").read_text().replace('reason = "More is known."\n', "")
        (pack / "city.toml").write_text(without)
        outcome = run.publish(pack, store=store, release_id="two")
        [one] = problems(outcome, "release_without_reason")
        assert (one.file, one.column) == ("city.toml", "release.reason")
        assert "version 1.1 after one" in one.found
        assert outcome.release_id is None
        assert run.publish(pack, store=store, release_id="two", reason="One more was found.").release_id == "two"
        wanted = "SELECT version, change, reason, previous_release_id FROM manifest"
        assert rows(store, wanted, "one") == [("1.0", "first", None, None)]
        assert rows(store, wanted) == [("1.1", "minor", "One more was found.", "one")]
        (link,) = rows(store, "SELECT chain_sha256 FROM manifest", "one")
        assert rows(store, "SELECT previous_chain_sha256 FROM manifest") == [link]

    def test_the_same_again_stays_as_it_is_and_needs_no_reason(self, store: Store, tmp_path: Path) -> None:
        pack = write_pack(tmp_path / "pack", crime=FILES["crime.csv"].replace("200,3", "201,3"))
        run.publish(pack, store=store, release_id="two")
        before = store.path_of("two").read_bytes()
        (pack / "city.toml").write_text((pack / "city.toml").read_text().replace('reason = "More is known."\n', ""))
        assert run.publish(pack, store=store, release_id="two").release_id == "two"
        assert store.path_of("two").read_bytes() == before

    def test_after_a_rollback_numbers_go_on_and_the_chain_follows_what_was_served(
        self, store: Store, tmp_path: Path
    ) -> None:
        for name, count in (("two", "201"), ("three", "202")):
            pack = write_pack(tmp_path / "pack", crime=FILES["crime.csv"].replace("200,3", f"{count},3"))
            run.publish(pack, store=store, release_id=name)
            if name == "two":
                store.activate("one")
        assert rows(store, "SELECT version, previous_release_id FROM manifest") == [("1.2", "one")]
