"""Whom events of groups are counted against: what a benchmark must have, and what it must not give away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.publish.problems import Report

EVERYONE = "all"
LEAST_PEOPLE = 10
"""Fewer people in a group could be pointed to, and no ratio stands on them."""
LISTED = 25


def look_at(frames: Mapping[str, list[pd.DataFrame]], report: Report) -> None:
    """Add to the report what does not hold. frames: by table, each with `_file` and `_row` (0: made, not read).

    Groups are named as figures name them (where no figure is told by group, none can be misnamed), none counts fewer
    than LEAST_PEOPLE, and each benchmark has people of its reference group wherever it has any.
    """
    counted = _rows(frames, "benchmark_group")
    told = {
        str(name)
        for table in ("observation", "survey_result")
        for one in frames.get(table, [])
        for name in one["group_name"].unique()
    }
    groups = sorted(told - {EVERYONE})
    unknown = [row for row in counted if groups and row["group_name"] not in groups]
    _list(report, "benchmark_group_unknown", unknown, "group_name", f"one of {', '.join(groups)}")
    few = [row for row in counted if row["people"] < LEAST_PEOPLE]
    _list(report, "benchmark_too_small", few, "people", f"{LEAST_PEOPLE} people or more")
    for benchmark in _rows(frames, "benchmark"):
        mine = [row for row in counted if row["benchmark_id"] == benchmark["id"]]
        where = {(row["neighborhood_id"], row["period"]) for row in mine}
        with_reference = {
            (row["neighborhood_id"], row["period"]) for row in mine if row["group_name"] == benchmark["reference_group"]
        }
        if not where or where - with_reference:
            lacking = "; ".join(", ".join(one) for one in sorted(where - with_reference)[:3])
            report.add(
                "benchmark_without_reference",
                file=str(benchmark["_file"]),
                row=int(benchmark["_row"] or 0) or None,
                column="reference_group",
                found=f"{benchmark['reference_group']!r} has no people{f' in {lacking}' if lacking else ''}",
                expected="people of this group wherever the benchmark has any",
            )


def telling(benchmark_group: pd.DataFrame, observation: pd.DataFrame, true: pd.DataFrame) -> list[str]:
    """What a benchmark gives away: people of a group that are just as many as the events that are withheld of it.

    observation: as published. true: columns of `privacy.Withheld.true`. Returns a sentence for each number that tells.
    """
    key = ["neighborhood_id", "period", "group_name"]
    silent = observation.loc[observation["status"] == "withheld", ["measure_id", *key]]
    known = true.loc[true["table_name"] == "observation", ["measure_id", *key, "value"]]
    both = silent.merge(known, on=["measure_id", *key]).merge(benchmark_group, on=key)
    same = both[both["value"] == both["people"]]
    return [
        f"benchmark {row['benchmark_id']} has as many people of group {row['group_name']!r} as {row['measure_id']} has "
        f"events in {row['neighborhood_id']}, {row['period']}, which are withheld; leave these people out"
        for row in same.to_dict("records")
    ]


def _rows(frames: Mapping[str, list[pd.DataFrame]], table: str) -> list[dict[str, Any]]:
    return [
        {str(name): cell for name, cell in row.items()}
        for one in frames.get(table, [])
        for row in one.to_dict("records")
    ]


def _list(report: Report, code: str, rows: list[dict[str, Any]], column: str, expected: str) -> None:
    for at, row in enumerate(rows[:LISTED], 1):
        more = f", and {len(rows) - LISTED:,} more rows" if at == LISTED < len(rows) else ""
        report.add(code, file=str(row["_file"]), row=int(row["_row"] or 0) or None, column=column,
                   found=f"{row[column]!r}{more}", expected=expected)  # fmt: skip
