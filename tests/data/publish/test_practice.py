"""Records of programs and problems that are each in order, and do not hold together."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.publish.problems import Problem
from tests.data.publish.bad_records import GOOD, pack_of
from tests.data.publish.packs import made

EVALUATION = "e,dark,published_study,Counts.,https://tiny.example/study\n"


def problems(folder: Path, **tables: str) -> list[Problem]:
    toml, files = pack_of(**tables)
    return [one for one in made(folder, toml, **files).report.problems if one.code != "too_many_rejected"]


def found(folder: Path, **tables: str) -> list[tuple[str, int | None, str | None]]:
    """(code, row, column) of every problem of a pack with these rows."""
    return [(one.code, one.row, one.column) for one in problems(folder, **tables)]


def test_records_in_order_raise_nothing(tmp_path: Path) -> None:
    stages = GOOD["sara_stage"] + "dark,assessment,done,2025-01-06,2025-02-06,21;25\n"
    goal = "g,watch,burglary,Fewer.,,,2024,3,2027-01-01,,fewer\nh,watch,,More.,people,3,2024,9,2027-01-01,,more\n"
    assert found(tmp_path, sara_stage=stages, evaluation=EVALUATION, program_goal=goal) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Done before the one before it is done.
        ("scanning,under_way,2024-01-02,,\ndark,analysis,done,2024-02-01,2024-03-01,", [(3, "status")]),
        ("scanning,done,2024-01-02,,\ndark,analysis,done,2024-02-01,2024-03-01,", []),
        # Begun on an earlier day.
        ("scanning,done,2024-01-02,,\ndark,analysis,under_way,2024-01-01,,", [(3, "started_on")]),
        ("scanning,done,2024-01-02,,\ndark,analysis,under_way,2024-01-02,,", []),
        ("scanning,skipped,,,\ndark,analysis,under_way,2024-01-01,,", []),
        # Finished before it began.
        ("scanning,done,2024-01-02,2024-01-01,", [(2, "finished_on")]),
        # In any order of rows, and one problem for one stage.
        ("response,under_way,2024-01-01,,", [(2, "status")]),
        ("analysis,not_started,,,\ndark,scanning,not_started,,,", []),
    ],
)
def test_stages_come_in_their_turn(tmp_path: Path, rows: str, expected: list[tuple[int, str]]) -> None:
    wanted = [("stages_out_of_order", row, column) for row, column in expected]
    assert found(tmp_path, sara_stage=f"dark,{rows}\n") == wanted


def test_an_assessment_may_be_done_while_the_response_goes_on(tmp_path: Path) -> None:
    stages = GOOD["sara_stage"] + "dark,assessment,done,2025-01-06,2025-02-06,\n"
    assert found(tmp_path, sara_stage=stages, evaluation=EVALUATION) == []


@pytest.mark.parametrize("status", ["under_way", "not_started", "skipped"])
def test_only_an_assessment_that_is_done_needs_an_evaluation(tmp_path: Path, status: str) -> None:
    day = "2025-01-06" if status == "under_way" else ""
    assert found(tmp_path, sara_stage=GOOD["sara_stage"] + f"dark,assessment,{status},{day},,\n") == []


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("program", "watch,Watch,They meet.,partnerships,other,ended,2024-05-01,2024-04-30,police", "ended_on"),
        ("problem", "dark,Dark blocks,People fall.,Two meetings.,2024-01-02,closed,2024-01-01", "closed_on"),
        ("commitment", "c,Dark.,New lights.,Works,2024-01-02,done,2024-01-01,Seen.", "done_on"),
    ],
)
def test_nothing_ends_before_it_begins(tmp_path: Path, table: str, row: str, column: str) -> None:
    [one] = problems(tmp_path, **{table: row + "\n"})
    assert (one.code, one.level, one.file, one.row, one.column) == (
        "ends_before_it_begins", "error", f"{table}s.csv", 2, column,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "ended", "is_told"),
    [
        ("running", "2026-03-02", True),
        ("running", "2026-03-03", False),  # its last day is the day of release
        ("running", "2027-03-03", False),
        ("ended", "2026-03-04", True),
        ("ended", "", False),
        ("planned", "2025-01-01", True),
    ],
)
def test_a_status_that_the_days_speak_against_is_told(tmp_path: Path, status: str, ended: str, is_told: bool) -> None:
    row = f"watch,Watch,They meet.,partnerships,other,{status},2024-05-01,{ended},police\n"
    assert found(tmp_path, program=row) == [("status_against_days", 2, "status")] * is_told


@pytest.mark.parametrize(
    ("goal", "lacks"),
    [
        (",Fewer.,,,,3,2027-01-01,,fewer", "no measure_id, and no unit of its own numbers"),
        ("burglary,Fewer.,,,2024,,2027-01-01,,fewer", "no target"),
        ("burglary,Fewer.,,,2024,3,,,fewer", "no due_on"),
        (",More.,people,,,9,2027-01-01,,more", "no baseline, or not of when"),
        ("burglary,Fewer.,,,,3,2027-01-01,,fewer", "no baseline, or not of when"),
    ],
)
def test_what_a_goal_lacks_is_told(tmp_path: Path, goal: str, lacks: str) -> None:
    [one] = problems(tmp_path, program_goal=f"g,watch,{goal}\n")
    assert (one.code, one.level, one.file, one.row) == ("goal_not_measurable", "warning", "program_goals.csv", 2)
    assert lacks in one.found


def test_a_program_in_a_place_that_nobody_knows_is_named_by_its_row(tmp_path: Path) -> None:
    [one] = problems(tmp_path, program_neighborhood="watch,East End\nwatch,Est Hill\n")
    assert (one.code, one.file, one.row, one.column) == (
        "unknown_neighborhood", "program_neighborhoods.csv", 3, "neighborhood_id",
    )  # fmt: skip
    assert "Est Hill" in one.found
    assert "West Hill" in one.expected


@pytest.mark.parametrize("pillar", ["partnerships", "partnerships; problem_solving", "organizational_transformation"])
def test_a_program_serves_one_pillar_or_more(tmp_path: Path, pillar: str) -> None:
    assert found(tmp_path, program=f"watch,Watch,They meet.,{pillar},other,running,,,police\n") == []


def test_a_file_that_is_wrong_throughout_is_not_listed_to_its_end(tmp_path: Path) -> None:
    rows = "".join(f"p{at},analysis,under_way,2024-01-01,,\n" for at in range(40))
    listed = "".join(f"p{at},T,H,E,2024-01-02,open,\n" for at in range(40))
    told = found(tmp_path, sara_stage=rows, problem=listed)
    assert len(told) == 26
    assert told[-1] == ("stages_out_of_order", None, "status")
