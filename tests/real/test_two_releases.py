"""A real history: Cincinnati published with its use of force cut in the middle of 2019, and then whole."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from data import queries
from data.figures import Figure, Status
from data.publish import run
from data.publish.verify import verify
from data.store import Store
from tests.conftest import ROOT, RealCity
from tests.real.conftest import Lookup, ReadRows, Rows, by_key
from tests.real.test_cincinnati import FORCE, incidents_of

CUT_ON = (2019, 7, 1)
"""The first file ends on the day before."""
WHY = "The file before ended on June 30, 2019."
REASONS = f'id,measure_id,period,kind,reason\nforce-2019,use_of_force,2019,late_reports,"{WHY}"\n'


@dataclass(frozen=True)
class History:
    """Both releases, what was refused on the way, and how often force was used by place and year, in each file."""

    store: Store
    refused: list[str]
    first: Counter[tuple[str, str]]
    second: Counter[tuple[str, str]]


def day_of(row: dict[str, str]) -> tuple[int, int, int]:
    """'06/27/1998 03:58:00 AM' -> (1998, 6, 27)."""
    month, day, year = row["INCIDENT_DATE"][:10].split("/")
    return int(year), int(month), int(day)


def pack_until(folder: Path, rows: Rows) -> Path:
    """Our pack with a force file of its own, which goes before that of the files folder."""
    shutil.copytree(ROOT / "data/packs/cincinnati", folder)
    with (folder / FORCE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row for row in rows if day_of(row) < CUT_ON)
    toml = (folder / "city.toml").read_text(encoding="utf-8")
    assert toml.count('"2020" = "2020-01-01..2020-12-09"') == 1
    toml = toml.replace('"2020" = "2020-01-01..2020-12-09"', '"2019" = "2019-01-01..2019-06-30"')
    (folder / "city.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, real: RealCity, cincinnati_rows: ReadRows) -> History:
    folder, files, rows = tmp_path_factory.mktemp("history"), real("cincinnati"), cincinnati_rows(FORCE)
    store = Store(folder / "store")
    cut = pack_until(folder / "cut", rows)
    first = run.publish(cut, files=files, store=store, release_id="2026-06", released_on=date(2026, 11, 3))
    assert first.refused == []

    whole = folder / "whole"
    shutil.copytree(ROOT / "data/packs/cincinnati", whole)

    def publish_second() -> run.Outcome:
        day, why = date(2026, 11, 20), "Use of force up to December 9, 2020."
        return run.publish(whole, files=files, store=store, release_id="2026-11", released_on=day, reason=why)

    silent = publish_second()
    (whole / "revision_reason.csv").write_text(REASONS, encoding="utf-8")
    with (whole / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[tables.revision_reason]\nfile = "revision_reason.csv"\n')
    assert publish_second().refused == []
    before = [row for row in rows if day_of(row) < CUT_ON]
    return History(store, [str(one) for one in silent.report.errors], incidents_of(before), incidents_of(rows))


@pytest.fixture(scope="module")
def both(history: History) -> tuple[Lookup, Lookup]:
    return by_key(history.store.open("2026-06")), by_key(history.store.open("2026-11"))


def test_a_history_is_not_changed_without_a_reason(history: History) -> None:
    [error] = history.refused
    assert "differ now, and nobody says why" in error
    was, now = history.first["city", "2019"], history.second["city", "2019"]
    assert (was, now) == (186, 338)
    assert f"use_of_force, city, 2019: numerator was {was}, is {now}" in error


def test_the_second_release_only_adds_and_revises(history: History) -> None:
    first, second = (queries.manifest(history.store.open(one)) for one in ("2026-06", "2026-11"))
    assert (first["version"], first["change"]) == ("1.0", "first")
    assert (second["version"], second["change"]) == ("1.1", "minor")
    assert second["previous_release_id"] == "2026-06"
    assert second["reason"] == "Use of force up to December 9, 2020."


def test_every_figure_that_changed_is_a_revision_and_no_other(history: History, both: tuple[Lookup, Lookup]) -> None:
    revisions = queries.revisions(history.store.open("2026-11"))
    whole = revisions[revisions.changed_column == "period"]
    assert whole[["measure_id", "period", "kind"]].values.tolist() == [["use_of_force", "2020", "new"]]
    told = revisions[revisions.changed_column == "value"].set_index("neighborhood_id")
    first, second = both
    changed = {
        place: (first[measure, place, period].value, second[measure, place, period].value)
        for measure, place, period in first
        if first[measure, place, period].value != second[measure, place, period].value
        and first[measure, place, period].has_value
        and second[measure, place, period].has_value
    }
    assert {place: (float(row.old), float(row.new)) for place, row in told.iterrows()} == changed
    assert set(told.period) == {"2019"}  # years before stand as they were told
    assert set(told.reason_kind) == {"late_reports"}
    assert set(told.reason) == {WHY}
    for place, (was, now) in changed.items():
        assert (was, now) == (history.first[str(place), "2019"], history.second[str(place), "2019"])
    moved = {one for one in first if first[one].status != second[one].status}
    assert {(measure, period) for measure, _, period in moved} == {("use_of_force", "2019")}
    assert set(revisions[revisions.changed_column == "status"].neighborhood_id) == {place for _, place, _ in moved}


def test_a_figures_own_history_is_one_question_away(history: History) -> None:
    releases = [history.store.open(one) for one in ("2026-06", "2026-11")]
    ask = {"measure": "use_of_force", "neighborhood": "city"}
    year = queries.figure_history(releases, **ask, period="2019")
    assert year.value.tolist() == [186, 338]
    assert year.version.tolist() == ["1.0", "1.1"]
    assert year.revised_for.tolist() == [None, "late_reports"]
    assert year.revised_because.tolist() == [None, WHY]
    assert queries.figure_history(releases, **ask, period="2018").value.tolist() == [399, 399]
    later = queries.figure_history(releases, **ask, period="2020")
    assert later.status.tolist() == [None, "shown"]
    assert later.value.tolist()[1] == history.second["city", "2020"] == 311


def test_the_old_release_still_answers_with_its_own_numbers(history: History, both: tuple[Lookup, Lookup]) -> None:
    first, second = both
    assert ("use_of_force", "city", "2020") not in first
    for lookup, counted in ((first, history.first), (second, history.second)):
        years = {period for measure, _, period in lookup if measure == "use_of_force"}
        assert years == {year for _, year in counted}
        for (measure, place, period), figure in lookup.items():
            if measure == "use_of_force" and figure.has_value:
                assert figure.value == counted[place, period], (place, period)
    assert first["use_of_force", "city", "2019"].reason == "incomplete_period"
    assert second["use_of_force", "city", "2019"].reason is None


def test_what_one_release_hides_the_other_does_not_tell(both: tuple[Lookup, Lookup]) -> None:
    first, second = both
    hidden = [one for one in first if Status.WITHHELD in (first[one].status, second[one].status)]
    assert hidden
    for one in hidden:
        figures: list[Figure] = [first[one], second[one]]
        for figure in figures:
            if figure.status == Status.WITHHELD:
                assert (figure.value, figure.numerator) == (None, None)
    revised = {one for one in hidden if first[one].status != second[one].status}
    assert {period for _, _, period in revised} == {"2019"}


def test_the_chain_holds(history: History) -> None:
    found = verify(history.store)
    assert found
    assert [one for one in found if not one.holds] == []
    first, second = (queries.manifest(history.store.open(one)) for one in ("2026-06", "2026-11"))
    assert second["previous_chain_sha256"] == first["chain_sha256"]
    assert history.store.current_id() == "2026-11"
