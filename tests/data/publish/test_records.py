"""Figures in records: what differs is a revision, what is told anew is news."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from data.models import TABLES
from data.publish import records
from data.publish.frames import typed
from data.publish.revisions import ExplainFrom, differences

GOAL = {"id": "g", "program_id": "lights", "measure_id": "burglary", "neighborhood_id": "east", "description": "Fewer",
        "baseline": 40.0, "baseline_period": "2024", "target": 30.0,
        "latest": 36.0, "latest_period": "2025", "direction": "fewer"}  # fmt: skip
MEETING = {"id": "m", "kind": "town_hall", "title": "Spring", "neighborhood_id": "east", "attendance": 41}
GRANT = {"id": "cops", "name": "Hiring", "funder": "US", "purpose": "Officers", "award_cents": 100_000_000}


def tables(**rows: dict[str, Any]) -> dict[str, pd.DataFrame]:
    found = {table: typed(None, model) for table, model in records.READ.items()}
    return found | {table: typed(pd.DataFrame([row]), records.READ[table]) for table, row in rows.items()}


def changed(table: str, row: dict[str, Any], **now: Any) -> list[dict[str, Any]]:
    found = records.changes(tables(**{table: row}), tables(**{table: {**row, **now}}))
    return [{str(name): cell for name, cell in one.items()} for one in found.to_dict("records")]


@pytest.mark.parametrize(
    ("table", "row", "now", "told", "needs_reason"),
    [
        ("program_goal", GOAL, {"target": 38.0}, ("target", "30", "38"), True),
        # The baseline of a goal with a measure is a figure, which is asked for its own reason; a new start is not.
        ("program_goal", GOAL, {"baseline": 41.5}, ("baseline", "40", "41.5"), False),
        ("program_goal", GOAL, {"baseline": 41.5, "baseline_period": "2025"}, ("baseline", "40", "41.5"), True),
        ("program_goal", {**GOAL, "measure_id": None}, {"baseline": 41.5}, ("baseline", "40", "41.5"), True),
        ("program_goal", GOAL, {"latest": 33.0}, ("latest", "36", "33"), False),
        ("program_goal", GOAL, {"target": None}, ("target", "30", None), True),
        ("feedback_event", MEETING, {"attendance": 14}, ("attendance", "41", "14"), True),
        ("grant", GRANT, {"award_cents": 90_000_000}, ("award_cents", "100000000", "90000000"), True),
    ],
)
def test_a_number_that_was_told_and_is_another_now(
    table: str, row: dict[str, Any], now: dict[str, Any], told: tuple[str, str, str | None], needs_reason: bool
) -> None:
    (found,) = changed(table, row, **now)
    assert (found["changed_column"], found["old"], found["new"]) == told
    assert (found["table_name"], found["item"], found["kind"]) == (table, row["id"], "changed")
    assert found["needs_reason"] == needs_reason


@pytest.mark.parametrize(
    ("table", "row", "now"),
    [
        ("program_goal", GOAL, {}),
        ("program_goal", GOAL, {"latest": 33.0, "latest_period": "2026"}),
        ("feedback_event", {**MEETING, "attendance": None}, {"attendance": 41}),
        ("feedback_event", MEETING, {"title": "Spring meeting"}),
    ],
)
def test_what_is_told_for_a_later_time_or_for_the_first_time_is_news(
    table: str, row: dict[str, Any], now: dict[str, Any]
) -> None:
    assert changed(table, row, **now) == []


def test_a_record_that_went_is_one_row_and_one_without_a_number_is_none() -> None:
    (found,) = records.changes(tables(program_goal=GOAL), tables()).to_dict("records")
    assert (found["kind"], found["changed_column"], found["old"], found["removes"]) == ("gone", "baseline", "40", True)
    assert records.changes(tables(feedback_event={**MEETING, "attendance": None}), tables()).empty


def test_they_stand_among_the_revisions_with_the_measure_and_place_they_name() -> None:
    figure = {
        "measure_id": "burglary",
        "neighborhood_id": "east",
        "period": "2025",
        "value": 1.0,
        "source_id": "police",
    }
    both = {"observation": pd.DataFrame([figure])}
    old = both | {"program_goal": pd.DataFrame([GOAL])}
    new = both | {"program_goal": pd.DataFrame([{**GOAL, "target": 38.0}])}
    (row,) = differences(old, new, ExplainFrom()).to_dict("records")
    assert (row["table_name"], row["measure_id"], row["neighborhood_id"]) == ("program_goal", "burglary", "east")
    assert row["needs_reason"]


def test_every_number_that_is_compared_is_a_column() -> None:
    for table, numbers in records.FIGURES.items():
        assert set(numbers) <= set(TABLES[table].model_fields)


EVALUATION = {"id": "e", "measure_id": "burglary", "method": "before_after", "before": "2023", "after": "2024",
              "design": "Counted.", "estimate": -12.0, "low": -20.0, "high": -4.0, "grade": 1}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "now", "told"),
    [
        (EVALUATION, {"estimate": -11.5}, [("estimate", "-12", "-11.5", False)]),
        (EVALUATION, {"after": "2025"}, [("after", "2024", "2025", True)]),
        (
            EVALUATION,
            {"after": "2025", "estimate": -30.0},
            [("estimate", "-12", "-30", True), ("after", "2024", "2025", True)],
        ),
        ({**EVALUATION, "method": "published_study"}, {"estimate": -9.0}, [("estimate", "-12", "-9", True)]),
        ({**EVALUATION, "method": None}, {"method": "before_after", "grade": 2}, [("grade", "1", "2", True)]),
        (
            EVALUATION,
            {"estimate": None, "low": None, "high": None, "grade": None, "refused": "not_published"},
            [(name, None, None, False) for name in ("estimate", "low", "high", "grade")],
        ),
    ],
    ids=["figures_changed", "window_moved", "window_moved_and_number", "study", "typed_before", "withheld_now"],
)
def test_what_an_evaluation_looks_at_needs_a_reason_and_what_follows_from_figures_does_not(
    row: dict[str, Any], now: dict[str, Any], told: list[tuple[str, str | None, str | None, bool]]
) -> None:
    found = [
        {name: None if pd.isna(cell) else cell for name, cell in one.items()}
        for one in changed("evaluation", row, **now)
    ]
    assert [(one["changed_column"], one["old"], one["new"], one["needs_reason"]) for one in found] == told


def test_areas_of_an_evaluation_that_are_others_now_need_a_reason() -> None:
    def with_area(place: str) -> dict[str, pd.DataFrame]:
        area = pd.DataFrame([{"evaluation_id": "e", "neighborhood_id": place, "role": "treated"}])
        return tables(evaluation=EVALUATION) | {"evaluation_area": typed(area, TABLES["evaluation_area"])}

    (found,) = records.changes(with_area("east"), with_area("west")).to_dict("records")
    assert (found["changed_column"], found["old"], found["new"]) == ("areas", "east treated", "west treated")
    assert found["needs_reason"]
