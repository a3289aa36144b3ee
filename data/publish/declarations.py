"""What the declaration of an evaluation must say before it can be worked out: method, areas, windows, no numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pandas as pd

from data import periods
from data.models import CITY
from data.publish.evaluations import COMPARED, COUNTS, STUDY, TYPED
from data.publish.problems import Level, Report
from data.verdicts.windows import against_program

PART_OF = 0.05
"""Share of a neighborhood's area in a district from which on the two overlap; below it outlines are just not exact."""

Frames = Mapping[str, list[pd.DataFrame]]
Record = dict[str, Any]


def look_at(frames: Frames, report: Report, *, fiscal_start_month: int) -> None:
    """Add to the report what does not hold. frames: by table, each with `_file` and `_row` (0: made, not read)."""
    evaluations = list(_records(frames, "evaluation"))
    areas: dict[str, list[Record]] = {}
    for area in _records(frames, "evaluation_area"):
        areas.setdefault(area["evaluation_id"], []).append(area)
    kinds = {one["id"]: str(one["kind"]) for one in _records(frames, "measure")} if evaluations else {}
    within = _districts_of(frames) if areas else {}
    began = {one["id"]: one["started_on"] for one in _records(frames, "program")} if evaluations else {}
    for one in evaluations:
        mine = areas.get(one["id"], [])
        _look_at_numbers(one, report)
        if one["program_id"] is None and one["problem_id"] is None:
            _add(report, "evaluation_of_nothing", one, "program_id", f"an empty cell of {one['id']}, and no problem_id")
        if one["method"] is None:
            _add(report, "evaluation_without_method", one, "method", one["id"])
        elif one["method"] == STUDY:
            if one["url"] is None:
                _add(report, "study_without_address", one, "url", one["id"])
        elif one["method"] != COUNTS:
            _look_at_windows(one, report, fiscal_start_month, began.get(one["program_id"]))
            _look_at_areas(one, mine, report)
            if one["measure_id"] is not None and kinds.get(one["measure_id"], "count") not in ("count", "rate"):
                found = f"{one['measure_id']}, a {kinds[one['measure_id']]}"
                _add(report, "evaluation_not_of_counts", one, "measure_id", found, "a measure of kind count or rate")
        for first, second in combinations(mine, 2):
            pair = first["neighborhood_id"], second["neighborhood_id"]
            if _overlap(*pair, within) or _overlap(pair[1], pair[0], within):
                found = f"{pair[0]} ({first['role']}) and {pair[1]} ({second['role']}) of {one['id']}"
                _add(report, "overlapping_areas", second, "neighborhood_id", found, "areas that share no ground")


def _look_at_numbers(one: Record, report: Report) -> None:
    """Numbers that publishing works out stand in the pack only where a study that is published elsewhere found them."""
    typed = [name for name in TYPED if one[name] is not None]
    if typed and one["method"] != STUDY:
        found = f"{', '.join(typed)} of {one['id']}"
        _add(report, "estimate_is_worked_out", one, typed[0], found, f"numbers only with method {STUDY}")


def _look_at_windows(one: Record, report: Report, fiscal_start_month: int, began: date | None) -> None:
    """began: the first day of its program, where that is known."""
    missing = [name for name in ("measure_id", "before", "after") if one[name] is None]
    for name in missing:
        _add(report, "missing_value", one, name, f"an empty cell of {one['id']}", f"needed by {one['method']}")
    if missing:
        return
    before, after = (periods.parse(one[name], fiscal_start_month=fiscal_start_month) for name in ("before", "after"))
    if before.end >= after.start:
        found = f"{before.code}, then {after.code}"
        _add(report, "windows_overlap", one, "after", found, f"a first day after {before.end}")
    for name in against_program(before, after, began) if began is not None else ():
        found = f"{one[name]} of {one['id']}, and {one['program_id']} began on {began}"
        _add(report, "windows_against_program", one, name, found, level="warning")


def _look_at_areas(one: Record, areas: list[Record], report: Report) -> None:
    count = {role: sum(area["role"] == role for area in areas) for role in ("treated", "comparison")}
    least = 2 if one["method"] == "difference_in_differences" else 1
    for role, code in (("treated", "evaluation_without_areas"), ("comparison", "evaluation_without_comparison")):
        if count[role] < least and (role == "treated" or one["method"] in COMPARED):
            found = f"{count[role]} for {one['id']}"
            expected = f"{least} or more rows of evaluation_area with role {role}, for {one['method']}"
            _add(report, code, one, "id", found, expected)


def _districts_of(frames: Frames) -> dict[str, set[str]]:
    """Neighborhood -> the districts that hold a part of it."""
    found: dict[str, set[str]] = {}
    for row in _records(frames, "neighborhood_overlap"):
        if row["share_of_area"] >= PART_OF:
            found.setdefault(row["neighborhood_id"], set()).add(row["district_id"])
    return found


def _overlap(part: str, whole: str, within: Mapping[str, set[str]]) -> bool:
    return part == whole or whole == CITY or whole in within.get(part, ())


def _records(frames: Frames, table: str) -> Iterator[Record]:
    for frame in frames.get(table, []):
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            yield {str(name): cell for name, cell in row.items()}


def _add(
    report: Report, code: str, row: Record, column: str, found: object, expected: str = "", level: Level = "error"
) -> None:
    """A problem of one row; what makes an evaluation impossible is an error whatever its kind."""
    report.add(
        code,
        file=str(row["_file"]),
        row=int(row["_row"] or 0) or None,
        column=column,
        found=found,
        expected=expected,
        level=level,
    )
