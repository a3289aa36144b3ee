"""What records of programs and problems must not say together: steps out of order, ends before beginnings, an
assessment without a study. Rows that are each in order are looked at here; a row's own cells in `ready`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from data import periods
from data.models import PILLARS, STAGES, SUB_STEPS
from data.publish.plausible import Frames, list_rows
from data.publish.problems import Report

BEGINS_AND_ENDS = (
    ("program", "started_on", "ended_on"),
    ("problem", "seen_on", "closed_on"),
    ("legal_basis", "effective_from", "effective_to"),
    ("commitment", "made_on", "done_on"),
    ("grant", "starts_on", "ends_on"),
)
"""(table, first day, last day)."""

BEGUN = ("under_way", "done")
NOT_STARTED = {"status": "not_started", "started_on": None}


def look_at(frames: Frames, report: Report, *, released_on: date, fiscal_start_month: int) -> None:
    """Add to the report what does not hold. frames: by table, each with `_file` and `_row` (0: made, not read)."""
    for table, first, last in BEGINS_AND_ENDS:
        for frame in frames.get(table, []):
            wrong = _those(frame, [_before(end, start) for start, end in zip(frame[first], frame[last], strict=True)])
            found = [f"{end} for {code}" for code, end in wrong[["id", last]].itertuples(index=False)]
            told = [f"{first} ({start}) or a later day" for start in wrong[first]]
            list_rows(report, "ends_before_it_begins", wrong, last, found, told)
    for frame in frames.get("program", []):
        _programs(frame, report, released_on)
    for frame in frames.get("program_goal", []):
        _goals(frame, report, fiscal_start_month)
    for frame in frames.get("legal_basis", []):
        over = _those(frame, [_before(end, released_on) for end in frame["effective_to"]])
        found = [f"{end} for {code}" for code, end in over[["id", "effective_to"]].itertuples(index=False)]
        list_rows(report, "legal_basis_expired", over, "effective_to", found)
    for frame in frames.get("training_course", []):
        more = frame[(frame["officers_current"] > frame["officers_required"]).fillna(False).astype(bool)]
        pairs = more[["officers_current", "officers_required"]].itertuples(index=False)
        found = [f"{current} of {required}" for current, required in pairs]
        list_rows(report, "more_trained_than_required", more, "officers_current", found)
    studied = {str(code) for frame in frames.get("evaluation", []) for code in frame["problem_id"].dropna()}
    for frame in frames.get("sara_stage", []):
        _stages(frame, report, studied)


def _programs(frame: pd.DataFrame, report: Report, released_on: date) -> None:
    served = [[word.strip() for word in str(cell).split(";")] for cell in frame["pillar"]]
    unknown = [[word for word in words if word not in PILLARS] for words in served]
    wrong = _those(frame, unknown)
    found = [", ".join(map(repr, words)) for words in unknown if words]
    list_rows(report, "unknown_pillar", wrong, "pillar", found, f"one or more of {', '.join(PILLARS)}, joined by ';'")
    told = []
    for status, end in frame[["status", "ended_on"]].itertuples(index=False):
        is_over, is_to_come = _before(end, released_on), _before(released_on, end)
        told.append(
            f"{status}, with a last day of {end}"
            if (is_over and status in ("planned", "running", "paused")) or (is_to_come and status == "ended")
            else ""
        )
    list_rows(report, "status_against_days", _those(frame, told), "status", [one for one in told if one])


def _goals(frame: pd.DataFrame, report: Report, fiscal_start_month: int) -> None:
    lacks = []
    columns = ["target", "due_on", "measure_id", "unit", "baseline", "baseline_period"]
    for target, due, measure, unit, baseline, began in frame[columns].itertuples(index=False):
        # The baseline of a goal with a measure is filled from the figures.
        start = (measure, baseline) if pd.notna(began) else ()
        parts = {
            "no target": pd.isna(target),
            "no due_on": pd.isna(due),
            "no measure_id, and no unit of its own numbers": pd.isna(measure) and pd.isna(unit),
            "no baseline, or not of when": all(pd.isna(one) for one in start),
        }
        lacks.append([part for part, is_missing in parts.items() if is_missing])
    wrong = _those(frame, lacks)
    said = zip(wrong["id"], [parts for parts in lacks if parts], strict=True)
    list_rows(report, "goal_not_measurable", wrong, "id", [f"{code}: {', '.join(parts)}" for code, parts in said])
    dated = frame[frame["due_on"].notna() & frame["baseline_period"].notna()]
    ends = [periods.parse(code, fiscal_start_month=fiscal_start_month).end for code in dated["baseline_period"]]
    soon = [not _before(end, due) for end, due in zip(ends, dated["due_on"], strict=True)]
    wrong = _those(dated, soon)
    told = wrong[["id", "due_on", "baseline_period"]].itertuples(index=False)
    found = [f"{due} for {code}, from {began}" for code, due, began in told]
    after = [f"a day after {end}" for end, is_soon in zip(ends, soon, strict=True) if is_soon]
    list_rows(report, "goal_due_at_start", wrong, "due_on", found, after)


def _stages(frame: pd.DataFrame, report: Report, studied: set[str]) -> None:
    """Stages in their turn, sub-steps where they belong, and no assessment that is done without a study."""
    done = frame[(frame["stage"] == "assessment") & (frame["status"] == "done")]
    alone = done[~done["problem_id"].isin(list(studied))]
    list_rows(report, "assessment_without_evaluation", alone, "status", map(repr, alone["problem_id"]))
    for stage, numbers in SUB_STEPS.items():
        mine = frame[(frame["stage"] == stage) & frame["steps_documented"].notna()]
        wrong = _those(mine, [_foreign(cell, numbers) for cell in mine["steps_documented"]])
        told = [f"{', '.join(_foreign(cell, numbers))} under {stage}" for cell in wrong["steps_documented"]]
        list_rows(report, "substep_of_another_stage", wrong, "steps_documented", told, f"{numbers[0]} to {numbers[-1]}")
    early: dict[str, list[tuple[pd.Series, str, str]]] = {}
    for _, of_problem in frame.groupby("problem_id", sort=False):
        for column, row, found, expected in _out_of_order({str(row["stage"]): row for _, row in of_problem.iterrows()}):
            early.setdefault(column, []).append((row, found, expected))
    for column, many in early.items():
        said, wanted = [one[1] for one in many], [one[2] for one in many]
        list_rows(report, "stages_out_of_order", pd.DataFrame([one[0] for one in many]), column, said, wanted)


def _those(frame: pd.DataFrame, flags: Sequence[object]) -> pd.DataFrame:
    """The rows whose flag holds anything."""
    return frame[pd.Series([bool(one) for one in flags], index=frame.index, dtype=bool)]


def _foreign(cell: object, numbers: range) -> list[str]:
    parts = [part.strip() for part in str(cell).split(";") if part.strip()]
    return [part for part in parts if not (part.isdecimal() and int(part) in numbers)]


def _out_of_order(rows: Mapping[str, pd.Series]) -> Iterator[tuple[str, pd.Series, str, str]]:
    """(column, row, found, expected) of each stage of one problem that goes before its turn; one a stage.

    A stage that is not there counts as not started. An assessment may be done while the response goes on.
    """
    for at, stage in enumerate(STAGES):
        row = rows.get(stage)
        if row is None:
            continue
        started, finished = row["started_on"], row["finished_on"]
        if _before(finished, started):
            yield "finished_on", row, f"{finished} for {stage}", f"a day from started_on ({started}) on"
            continue
        if row["status"] not in BEGUN:
            continue
        for earlier in STAGES[:at]:
            one: Any = rows.get(earlier, NOT_STARTED)
            if one["status"] == "skipped":
                continue
            if one["status"] == "not_started":
                yield "status", row, f"{stage} {row['status']}, {earlier} not started", f"{earlier} before, or skipped"
                break
            if _before(started, one["started_on"]):
                expected = f"a day from {one['started_on']} on, when {earlier} began"
                yield "started_on", row, f"{started} for {stage}", expected
                break
            if stage != "assessment" and (row["status"], one["status"]) == ("done", "under_way"):
                yield "status", row, f"{stage} done, {earlier} under way", f"{earlier} done before"
                break


def _before(one: object, other: object) -> bool:
    return isinstance(one, date) and isinstance(other, date) and one < other
