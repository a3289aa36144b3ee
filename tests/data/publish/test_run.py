"""A pack becomes a release, or is refused with reasons and changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data import describe
from data.__main__ import app
from data.publish import run
from data.publish.fingerprints import KEY_FILE
from data.publish.withdraw import withdraw
from data.store import Store
from tests.data.publish.tiny import FILES, write_pack

WRONG = FILES["crime.csv"] + "Weast Hill,2025,12,3\nNorthside,2023,many,12\n"
BUDGET_OF_NO_PROGRAM = FILES["budget.csv"].replace("amount_cents", "amount_cents,program_id").replace("67\n", "67,x\n")
CORRECTED = FILES["crime.csv"].replace("Northside,2025,190", "Northside,2025,196")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def rows(store: Store, question: str, release_id: str | None = None) -> list[tuple[Any, ...]]:
    path = store.open(release_id).path
    assert path is not None
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def files(store: Store) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def test_a_pack_becomes_the_release_that_is_served(store: Store, pack: Path) -> None:
    outcome = run.publish(pack, store=store, release_id="2026-03", released_on=date(2026, 3, 3), note="First.")
    assert (outcome.release_id, outcome.refused, outcome.rejects) == ("2026-03", [], None)
    assert store.current_id() == "2026-03"
    assert outcome.rows["budget_line"] == 1
    assert files(store) == ["current", KEY_FILE, "publish.lock", "releases/2026-03.sqlite"]


def test_every_stage_left_its_mark(store: Store, pack: Path) -> None:
    run.publish(pack, store=store)
    question = "SELECT numerator, denominator, round(value, 3), status FROM observation WHERE period = '2025'"
    assert rows(store, f"{question} AND measure_id = 'burglary' AND neighborhood_id = 'west'") == [
        (65.0, 12025.0, 5.405, "shown")  # the name in the file is another name
    ]
    assert rows(store, f"{question} AND measure_id = 'burglary' AND neighborhood_id = 'city'") == [
        (665.0, 48100.0, 13.825, "shown")
    ]
    hidden = rows(store, "SELECT numerator, value, status, neighborhood_id FROM observation WHERE status = 'withheld'")
    assert {row[:2] for row in hidden} == {(None, None)}
    assert "north" in {row[3] for row in hidden}  # 3 of a sensitive measure
    assert len(hidden) >= 2  # and another, so that the city's total does not give it away
    assert rows(store, "SELECT count(*) FROM withheld_cell") == [(len(hidden),)]
    (breaks,) = rows(store, "SELECT map_breaks FROM measure WHERE id = 'burglary'")[0]
    assert 1 <= len(breaks.split(";")) <= 4
    assert rows(store, "SELECT count(*) FROM source_file WHERE sha256 <> ''") == [(4,)]


def test_the_manifest_says_what_the_release_is(store: Store, pack: Path) -> None:
    run.publish(pack, store=store, released_on=date(2026, 3, 3), note="First.")
    run.publish(write_pack(pack, crime=CORRECTED), store=store, released_on=date(2026, 4, 1))
    wanted = "SELECT release_id, released_on, data_through, publisher, note, previous_release_id FROM manifest"
    assert rows(store, wanted, "2026-03-03") == [
        ("2026-03-03", "2026-03-03", "2025-12-31", "City of Tiny", "First.", None)
    ]
    assert rows(store, wanted) == [("2026-04-01", "2026-04-01", "2025-12-31", "City of Tiny", None, "2026-03-03")]


def test_a_correction_is_told_as_a_revision(store: Store, pack: Path) -> None:
    run.publish(pack, store=store, release_id="one")
    assert rows(store, "SELECT count(*) FROM revision") == [(0,)]
    run.publish(write_pack(pack, crime=CORRECTED), store=store, release_id="two")
    places = rows(
        store, "SELECT DISTINCT neighborhood_id FROM revision WHERE measure_id = 'burglary' AND period = '2025'"
    )
    assert sorted(places) == [("city",), ("north",)]


def test_the_pack_may_name_its_release_and_the_command_line_goes_first(store: Store, tmp_path: Path) -> None:
    head = 'id = "2026-03"\nreleased_on = 2026-03-03\nplanned_on = 2026-03-01\nnote = "From the pack."'
    pack = write_pack(tmp_path / "pack", release=head)
    run.publish(pack, store=store)
    run.publish(pack, store=store, release_id="other", note="From the command line.")
    first, second = sorted(store.releases(), key=lambda info: info.published_at)
    assert (first.id, first.planned_on, first.note) == ("2026-03", date(2026, 3, 1), "From the pack.")
    assert (second.id, second.released_on, second.note) == ("other", date(2026, 3, 3), "From the command line.")


def test_the_same_pack_twice_holds_the_same(store: Store, pack: Path) -> None:
    for release_id in ("one", "two"):
        run.publish(pack, store=store, release_id=release_id)
    assert len({info.content_sha256 for info in store.releases()}) == 1


def test_a_stricter_pack_hides_and_doubts_more(store: Store, tmp_path: Path) -> None:
    question = "SELECT neighborhood_id FROM observation WHERE status = '{}' AND period = '2024' ORDER BY 1"
    run.publish(write_pack(tmp_path / "pack"), store=store, release_id="floors")
    assert rows(store, question.format("unstable")) == []
    strict = "[thresholds]\nsmall_count = 26\nunstable_events = 101"
    run.publish(write_pack(tmp_path / "pack", limits=strict), store=store, release_id="stricter")
    assert rows(store, question.format("unstable")) == [("east",), ("west",)]
    hidden = rows(store, question.format("withheld"))
    assert {("east",), ("north",), ("south",)} <= set(hidden)  # 12, 3 and 25 of a sensitive measure


def test_the_rows_of_a_file_do_not_tell_what_is_withheld(store: Store, pack: Path) -> None:
    text = (pack / "city.toml").read_text()
    (pack / "city.toml").write_text(text.replace('{column = "AREA"}', '{column = "AREA", blank = "unplaced"}'))
    (pack / "crime.csv").write_text(FILES["crime.csv"] + ",2024,40,30\n,2025,20,6\n")
    run.publish(pack, store=store)
    wanted = (
        "SELECT status FROM observation WHERE neighborhood_id = 'unplaced' AND measure_id = 'force' ORDER BY period"
    )
    assert ("withheld",) in rows(store, wanted)
    assert rows(store, "SELECT rows_read, rows_unplaced FROM source_file WHERE path = 'crime.csv'") == [(10, None)]


GOALS = '\n[tables.program]\nfile = "programs.csv"\n[tables.program_goal]\nfile = "goals.csv"\n'
PROGRAMS = "id,name,summary,status,pillar,model,source_id\nhelp,Help,It helps.,running,partnerships,other,crime\n"
GOAL_HEAD = "id,program_id,measure_id,neighborhood_id,description,baseline,baseline_period,latest,latest_period\n"


def with_goal(pack: Path, cells: str) -> None:
    """Put a program with one goal into the pack."""
    (pack / "city.toml").write_text((pack / "city.toml").read_text() + GOALS)
    (pack / "programs.csv").write_text(PROGRAMS)
    (pack / "goals.csv").write_text(f"{GOAL_HEAD}fewer,help,{cells}\n")


@pytest.mark.parametrize(
    ("cells", "taken", "not_taken"),
    [
        ("burglary,west,Fewer.,,2024,,", ("2024", "2025"), []),
        ("burglary,west,Fewer.,4.57,2024,5.4,2025", ("2024", "2025"), []),
        ("burglary,west,Fewer.,6,2024,,", ("2024", "2025"), ["6 of 2024"]),
        ("burglary,west,Fewer.,,2024,4.57,2024", ("2024", "2025"), ["4.57 of 2024"]),
        ("burglary,,Fewer in all.,,2024,,", ("2024", "2025"), []),
        ("force,north,Less force.,3,2024,,", (None, None), ["3 of 2024"]),
        ("force,north,Less force.,,2024,4,2025", (None, None), ["4 of 2025"]),
        ("force,east,Less force.,,,15,2025", (None, None), ["15 of 2025"]),
        ("force,west,Less force.,40,2024,41,2025", ("2024", "2025"), []),
        # Older than the figures: the pack's own number stands.
        ("burglary,north,Fewer break-ins.,5,2019,4,2020", (5.0, "2025"), ["4 of 2020"]),
    ],
)
def test_a_goal_with_a_measure_takes_the_published_figures_and_hides_what_they_hide(
    store: Store, pack: Path, cells: str, taken: tuple[str | float | None, str | None], not_taken: list[str]
) -> None:
    with_goal(pack, cells)
    out = run.publish(pack, store=store)
    assert out.refused == []
    measure, place = cells.split(",")[:2]
    published = dict(
        rows(
            store,
            f"SELECT period, value FROM observation WHERE measure_id = '{measure}' AND group_name = 'all' "
            f"AND neighborhood_id = '{place or 'city'}'",
        )
    )
    [(baseline, latest, unit)] = rows(store, "SELECT baseline, latest, unit FROM program_goal")
    wanted = [published[one] if isinstance(one, str) else one for one in taken]
    assert [baseline, latest] == wanted
    assert unit == {"burglary": "per_1000_residents", "force": "events"}[measure]
    told = [one for one in out.report.warnings if one.code == "goal_differs_from_figure"]
    assert [one.found for one in told] == [f"{found} for goal fewer" for found in not_taken]
    assert {one.file for one in told} <= {"goals.csv"}


def test_a_small_count_of_a_time_that_is_not_published_is_refused(store: Store, pack: Path) -> None:
    with_goal(pack, "force,north,Less force.,4,2019,,")
    [line] = run.publish(pack, store=store).refused
    assert "fewer: baseline is 4" in line


def test_the_latest_of_a_goal_does_not_lie_beyond_a_break(store: Store, pack: Path) -> None:
    with_goal(pack, "burglary,west,Fewer.,,2024,,")
    (pack / "city.toml").write_text((pack / "city.toml").read_text() + '[tables.series_break]\nfile = "breaks.csv"\n')
    (pack / "breaks.csv").write_text("measure_id,broke_on,kind,note\nburglary,2025-01-01,definition,New.\n")
    run.publish(pack, store=store)
    assert rows(store, "SELECT latest, latest_period FROM program_goal") == [(None, None)]


def test_what_an_earlier_release_tells_is_said_by_name(store: Store, pack: Path) -> None:
    text = (pack / "city.toml").read_text()
    (pack / "city.toml").write_text(text.replace("sensitive = true", "sensitive = false"))
    assert run.publish(pack, store=store, release_id="open").report.problems == []
    (pack / "city.toml").write_text(text + '[tables.revision_reason]\nfile = "why.csv"\n')
    (pack / "why.csv").write_text("id,measure_id,kind,reason\nguard,force,method,Small counts are hidden now.\n")
    [warning] = run.publish(pack, store=store, release_id="guarded").report.problems
    assert (warning.code, warning.level, warning.file) == ("told_by_another_release", "warning", "release open")
    assert "force, north, 2024" in warning.found
    assert run.publish(pack, store=store, release_id="guarded").refused == []  # the same again is the same


def test_copies_of_a_withdrawn_release_count_as_well(store: Store, pack: Path) -> None:
    text = (pack / "city.toml").read_text()
    (pack / "city.toml").write_text(text.replace("sensitive = true", "sensitive = false"))
    run.publish(pack, store=store, release_id="open")
    (pack / "city.toml").write_text(text + '[tables.revision_reason]\nfile = "why.csv"\n')
    (pack / "why.csv").write_text("id,measure_id,kind,reason\nguard,force,method,Small counts are hidden now.\n")
    run.publish(pack, store=store, release_id="guarded")
    withdraw(store, "open", why="It told small numbers.", by="Head of records")
    found = run.publish(pack, store=store, release_id="again", reason="Once more.").report.problems
    assert [one.file for one in found if one.code == "told_by_another_release"] == ["release open"]
    assert rows(store, "SELECT version FROM manifest") == [("2.1",)]
    store.withdrawn_path("open").unlink()  # where not even staff have it, nothing can be compared
    assert store.open_withdrawn("open") is None
    assert run.publish(pack, store=store, release_id="last", reason="Once more.").refused == []


def test_the_day_of_the_command_line_tells_which_fiscal_years_are_over(store: Store, pack: Path) -> None:
    (pack / "years.csv").unlink()
    text = (pack / "city.toml").read_text()
    (pack / "city.toml").write_text(text.replace('[tables.fiscal_year]\nfile = "years.csv"\n', ""))
    for day, status in ((date(2025, 6, 1), "in_progress"), (date(2025, 7, 1), "complete")):
        run.publish(pack, store=store, released_on=day)
        assert rows(store, "SELECT status FROM fiscal_year") == [(status,)]


def test_raw_files_may_stand_elsewhere(store: Store, pack: Path, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (pack / "crime.csv").rename(tmp_path / "raw" / "crime.csv")
    assert run.publish(pack, store=store).release_id is None
    assert run.publish(pack, files=tmp_path / "raw", store=store).release_id is not None


def test_the_templates_together_are_a_pack_that_publishes(store: Store, tmp_path: Path) -> None:
    written = describe.write_templates(tmp_path / "pack")
    tables = [f'[tables.{path.stem}]\nfile = "{path.name}"' for path in written if path.stem != "city"]
    city = '[city]\nid = "riverton"\nname = "Riverton"\npublisher = "City of Riverton"'
    alone = '[release]\napproval = "one_person"'
    (tmp_path / "pack" / "city.toml").write_text("\n".join([city, alone, *tables]))
    outcome = run.publish(tmp_path / "pack", store=store)
    assert (outcome.report.errors, outcome.refused) == ([], [])
    assert [path.stem for path in written if not outcome.rows[path.stem]] == []


def test_another_city_in_the_same_store_is_no_revision(store: Store, pack: Path) -> None:
    run.publish(pack, store=store, release_id="tiny")
    text = (pack / "city.toml").read_text()
    (pack / "city.toml").write_text(text.replace('id = "tiny"', 'id = "huge"'))
    run.publish(pack, store=store, release_id="huge")
    assert rows(store, "SELECT previous_release_id FROM manifest") == [(None,)]
    assert rows(store, "SELECT count(*) FROM revision") == [(0,)]


def test_refused_rows_stop_it_and_are_kept_with_their_reasons(store: Store, pack: Path) -> None:
    run.publish(pack, store=store, release_id="good")
    before = files(store)
    outcome = run.publish(write_pack(pack, crime=WRONG), store=store, release_id="bad")
    assert outcome.release_id is None
    assert outcome.refused
    assert outcome.report.errors
    assert store.current_id() == "good"
    assert outcome.rejects is not None
    assert files(store) == sorted([*before, "rejects/bad.csv"])
    heading, *refused = outcome.rejects.read_text().splitlines()
    assert heading == "file,row,column,value,why"
    assert [line.split(",")[:4] for line in refused] == [
        ["crime.csv", "10", "AREA", "Weast Hill"],
        ["crime.csv", "11", "BURGLARY", "many"],
    ]


def test_a_pack_may_allow_some_refused_rows(store: Store, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", limits="rejected_rows = 2", crime=WRONG)
    outcome = run.publish(pack, store=store, release_id="some")
    assert outcome.release_id == "some"
    assert outcome.rejects == store.root / "rejects" / "some.csv"
    assert rows(store, "SELECT max(rows_rejected) FROM source_file WHERE path = 'crime.csv'") == [(2,)]


def test_a_refusal_mended_leaves_no_list_of_refused_rows(store: Store, pack: Path) -> None:
    run.publish(write_pack(pack, crime=WRONG), store=store, release_id="march")
    run.publish(write_pack(pack), store=store, release_id="march")
    assert files(store) == ["current", KEY_FILE, "publish.lock", "releases/march.sqlite"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"crime": None}, "missing_file"),
        ({"crime": ""}, "empty_file"),
        ({"population": "neighborhood_id,year\neast,2024\n"}, "missing_column"),
        ({"population": FILES["population.csv"].replace("east,2025", "east,2024")}, "repeated_key"),
        ({"budget": BUDGET_OF_NO_PROGRAM}, "unknown_reference"),
    ],
)
def test_a_table_that_cannot_be_read_stops_it(store: Store, pack: Path, changes: dict[str, Any], said: str) -> None:
    outcome = run.publish(write_pack(pack, **changes), store=store)
    assert said in {problem.code for problem in outcome.report.errors}
    assert (outcome.release_id, store.current_id(), store.ids()) == (None, None, [])


def test_a_release_is_never_changed(store: Store, pack: Path) -> None:
    run.publish(pack, store=store, release_id="one")
    before = store.path_of("one").read_bytes()
    outcome = run.publish(write_pack(pack, crime=CORRECTED), store=store, release_id="one")
    assert outcome.release_id is None
    assert "never changed" in outcome.refused[0]
    assert store.path_of("one").read_bytes() == before


def test_the_same_pack_under_the_same_id_is_served_again(store: Store, pack: Path) -> None:
    run.publish(pack, store=store, release_id="one")
    run.publish(write_pack(pack, crime=CORRECTED), store=store, release_id="two")
    before = files(store), [store.path_of(name).read_bytes() for name in ("one", "two")]
    for name in ("two", "one"):
        text = CORRECTED if name == "two" else FILES["crime.csv"]
        assert run.publish(write_pack(pack, crime=text), store=store, release_id=name).release_id == name
        assert store.current_id() == name
    assert (files(store), [store.path_of(name).read_bytes() for name in ("one", "two")]) == before


def test_a_release_id_is_a_plain_code(store: Store, pack: Path) -> None:
    outcome = run.publish(pack, store=store, release_id="March 2026")
    assert (outcome.release_id, store.ids()) == (None, [])
    assert "is not a release id" in outcome.refused[0]


class TestCheck:
    """Everything that publish would say, and not a file written."""

    def test_a_good_pack(self, store: Store, pack: Path) -> None:
        outcome = run.check(pack, store=store)
        assert (outcome.refused, outcome.release_id) == ([], None)
        assert outcome.rows == run.publish(pack, store=store).rows

    @pytest.mark.parametrize(("name", "why"), [("../x", "not a release id"), ("taken", "exists with other content")])
    def test_a_release_that_could_not_be_made(self, store: Store, tmp_path: Path, name: str, why: str) -> None:
        run.publish(write_pack(tmp_path / "pack"), store=store, release_id="taken")
        pack = write_pack(tmp_path / "pack", release=f'id = "{name}"', crime=CORRECTED)
        [said] = run.check(pack, store=store).refused
        assert why in said
        assert run.publish(pack, store=store).refused == [said]

    def test_a_bad_pack(self, store: Store, pack: Path) -> None:
        write_pack(pack, crime=WRONG)
        checked = run.check(pack, store=store)
        assert checked.refused
        assert not store.root.exists()
        assert checked.report.problems == run.publish(pack, store=store).report.problems


class TestCommands:
    """The same through the command line."""

    def test_publish_says_what_it_made(self, store: Store, pack: Path) -> None:
        command = ["publish", str(pack), "--release", "one", "--released-on", "2026-03-03", "--store", str(store.root)]
        shown = CliRunner().invoke(app, command, catch_exceptions=False)
        assert shown.exit_code == 0, shown.stderr
        assert shown.stdout.startswith("Published one.\n")
        assert "budget_line 1" in shown.stdout

    def test_publish_says_why_not(self, store: Store, pack: Path) -> None:
        write_pack(pack, crime=WRONG)
        shown = CliRunner().invoke(app, ["publish", str(pack), "--release", "one", "--store", str(store.root)])
        assert (shown.exit_code, shown.stdout) == (1, "")
        assert "crime.csv, row 10, column AREA: found 'Weast Hill'" in shown.stderr
        assert "West Hill" in shown.stderr.replace("Weast Hill", "")
        assert "one.csv" in shown.stderr
        assert "Nothing was published" in shown.stderr

    def test_check_tells_both(self, store: Store, pack: Path) -> None:
        assert CliRunner().invoke(app, ["check", str(pack), "--store", str(store.root)]).exit_code == 0
        write_pack(pack, crime=None)
        shown = CliRunner().invoke(app, ["check", str(pack), "--store", str(store.root)])
        assert shown.exit_code == 1
        assert "missing_file" in shown.stdout
        assert "Fix: " in shown.stdout

    def test_a_store_that_cannot_be_written_is_a_refusal(self, pack: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        shown = CliRunner().invoke(app, ["publish", str(pack), "--store", str(tmp_path / "file")])
        assert shown.exit_code == 1
        assert "could not be read or written" in shown.stderr
