"""Figures that stand in records of their own: goals, evaluations, grants, technology, training, meetings, activities.

A number that was told of a record may no more change in silence than one of a measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from data.models import (
    Evaluation,
    EvaluationArea,
    FeedbackEvent,
    Grant,
    ProgramGoal,
    ResponseActivity,
    Table,
    TechnologyItem,
    TrainingCourse,
    TrainingDelivery,
)

READ: dict[str, type[Table]] = {
    "program_goal": ProgramGoal,
    "evaluation": Evaluation,
    "grant": Grant,
    "technology_item": TechnologyItem,
    "training_course": TrainingCourse,
    "training_delivery": TrainingDelivery,
    "feedback_event": FeedbackEvent,
    "response_activity": ResponseActivity,
}
"""Tables of records that hold figures."""

BESIDE: dict[str, type[Table]] = {"evaluation_area": EvaluationArea}
"""Tables that say what such a record is about."""

FIGURES: dict[str, tuple[str, ...]] = {
    "program_goal": ("baseline", "target", "latest"),
    "evaluation": ("estimate", "low", "high", "grade"),
    "grant": ("award_cents", "match_cents"),
    "technology_item": ("annual_cost_cents", "lifetime_cost_cents"),
    "training_course": ("officers_required", "officers_current"),
    "training_delivery": ("hours", "officers"),
    "feedback_event": ("attendance",),
    "response_activity": ("quantity",),
}
"""Their numbers."""

DECLARED = ("method", "measure_id", "before", "after")
"""What an evaluation looks at; its areas stand in a table of their own."""

STUDY = "published_study"

TOLD_FOR = {("program_goal", "latest"): "latest_period", ("training_course", "officers_current"): "as_of"}
"""Which column says of when a number is: told for a later time it is news, and no revision."""

RUNNING = frozenset({"annual_cost_cents", "lifetime_cost_cents", "quantity", "latest", "officers_current"})
"""Numbers that go on by themselves, so that no reason is asked for."""


def changes(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of table `revision`, and the columns of `revisions.JUDGED`: a row for each number that differs.

    item: the record's id. A number told for the first time is news. A record with numbers that went is one row.
    """
    found = [row for table in READ if table != "evaluation" for row in _of(table, old[table], new[table])]
    return pd.DataFrame([*found, *_of_evaluations(old, new)])


def _of_evaluations(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Numbers that follow from figures change with them, and the reason stands there: none is asked for here.

    What is looked at may not change in silence: windows that are moved until they show something show nothing. Nor may
    numbers of a published study, or those that packs typed for older software. Where a count is not published any more,
    the number that it made is not repeated.
    """
    declared = [_declared(tables) for tables in (old, new)]
    now = {row["id"]: row for row in new["evaluation"].to_dict("records")}
    for row in _of("evaluation", old["evaluation"], new["evaluation"]):
        was, is_now = (one.get(row["item"], {}) for one in declared)
        follows = was == is_now and was.get("method") not in (None, STUDY)
        hides = row["kind"] == "changed" and now[row["item"]]["refused"] == "not_published"
        yield {**row, **({"old": None} if hides else {}), "needs_reason": row["needs_reason"] and not follows}
    for code in declared[0].keys() & declared[1].keys():
        was, is_now = (one[code] for one in declared)
        for name in was:
            if was["method"] and was[name] != is_now[name]:
                ends = {"old": was[name], "new": is_now[name]}
                about = {"table_name": "evaluation", "item": code, "changed_column": name, "kind": "changed"}
                yield {**about, **ends, "needs_reason": True}


def _declared(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str | None]]:
    """What each evaluation looks at, in words."""
    frame = tables["evaluation"]
    found: dict[str, dict[str, str | None]] = {
        str(row["id"]): {name: None if pd.isna(row[name]) else str(row[name]) for name in DECLARED}
        for row in frame.to_dict("records")
    }
    beside = tables.get("evaluation_area")
    for code, areas in beside.groupby("evaluation_id") if beside is not None else ():
        if str(code) in found:
            pairs = sorted(zip(areas["role"], areas["neighborhood_id"], strict=True))
            found[str(code)]["areas"] = ";".join(f"{place} {role}" for role, place in pairs)
    for one in found.values():
        one.setdefault("areas", None)
    return found


def _of(table: str, old: pd.DataFrame, new: pd.DataFrame) -> Iterator[dict[str, Any]]:
    before, after = ({row["id"]: row for row in frame.to_dict("records")} for frame in (old, new))
    for code, was in before.items():
        about = {"table_name": table, "item": code, **_where(was)}
        told = [name for name in FIGURES[table] if pd.notna(was[name])]
        if code not in after:
            if told:
                gone = {"kind": "gone", "needs_reason": True, "removes": True}
                yield {**about, **gone, "changed_column": told[0], "old": _plain(was[told[0]])}
            continue
        now = after[code]
        for name in told:
            when = TOLD_FOR.get((table, name))
            if was[name] == now[name] or (when and was[when] != now[when]):
                continue
            ends = {"old": _plain(was[name]), "new": None if pd.isna(now[name]) else _plain(now[name])}
            silent = name in RUNNING or _follows_a_figure(table, name, was, now)
            yield {**about, **ends, "changed_column": name, "kind": "changed", "needs_reason": not silent}


def _follows_a_figure(table: str, name: str, was: Mapping[Any, Any], now: Mapping[Any, Any]) -> bool:
    """The baseline of a goal with a measure is a published figure, which is asked for its own reason. Another measure
    or another period is a new start, and needs one.
    """
    told_by = [(record["measure_id"], record["baseline_period"]) for record in (was, now)] if name == "baseline" else []
    return table == "program_goal" and bool(told_by) and told_by[0] == told_by[1] and pd.notna(told_by[0][0])


def _where(record: Mapping[Any, Any]) -> dict[str, Any]:
    """The measure, place and period that a record names itself."""
    return {
        name: record[name]
        for name in ("measure_id", "neighborhood_id", "period")
        if name in record and pd.notna(record[name])
    }


def _plain(number: float) -> str:
    return f"{number:.0f}" if float(number).is_integer() else f"{number:.6g}"
