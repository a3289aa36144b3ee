"""Figures that stand in records of their own: goals, evaluations, grants, technology, training, meetings, activities.

A number that was told of a record may no more change in silence than one of a measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from data.models import (
    Evaluation,
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

TOLD_FOR = {("program_goal", "latest"): "latest_period", ("training_course", "officers_current"): "as_of"}
"""Which column says of when a number is: told for a later time it is news, and no revision."""

RUNNING = frozenset({"annual_cost_cents", "lifetime_cost_cents", "quantity", "latest", "officers_current"})
"""Numbers that go on by themselves, so that no reason is asked for."""


def changes(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of table `revision`, and the columns of `revisions.JUDGED`: a row for each number that differs.

    item: the record's id. A number told for the first time is news. A record with numbers that went is one row.
    """
    return pd.DataFrame([row for table in READ for row in _of(table, old[table], new[table])])


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
