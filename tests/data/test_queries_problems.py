"""Problems: asked for by place, status and the furthest stage; steps on file; what people put first."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import queries
from data.models import STAGES, SUB_STEPS
from data.queries.problems import BEGUN, NO_STAGE, steps_on_file
from data.store import Release, Store


@pytest.fixture(scope="module")
def release(demo_store: Path) -> Release:
    """The demo's newest release."""
    return Store(demo_store).open()


def test_the_furthest_stage_has_begun_and_no_later_one_has(release: Release) -> None:
    stages = queries.stages(release)
    everything = queries.problems(release)
    for stage in (*STAGES, NO_STAGE):
        asked = queries.problems(release, stage=stage)
        assert list(asked.id) == list(everything.id[everything.reached.fillna(NO_STAGE) == stage])
        for problem in asked.id:
            mine = stages[stages.problem_id == problem].set_index("stage").status
            begun = [name for name in STAGES if mine.get(name) in BEGUN]
            assert (begun[-1] if begun else NO_STAGE) == stage


def test_every_limit_is_kept_and_together_they_leave_what_all_leave(release: Release) -> None:
    for place, status, stage in (("downtown", "working", "response"), ("canal-street", "working", "assessment")):
        asked = queries.problems(release, neighborhood=place, status=status, stage=stage)
        assert len(asked)
        each = [
            set(queries.problems(release, neighborhood=place).id),
            set(queries.problems(release, status=status).id),
            set(queries.problems(release, stage=stage).id),
        ]
        assert set(asked.id) == set.intersection(*each)
    assert queries.problems(release, neighborhood="nowhere").empty


def test_the_oldest_problem_comes_first(release: Release) -> None:
    assert queries.problems(release).seen_on.is_monotonic_increasing


@pytest.mark.parametrize(
    ("stage", "documented", "found"),
    [
        ("scanning", "1;2;2;7", [1, 2, 7]),
        ("analysis", "14;8", [8, 14]),
        ("assessment", "21;22;99;7", [21, 22]),
        ("response", "", []),
        ("response", None, []),
        ("response", float("nan"), []),
        ("response", "fifteen; 16", [16]),
    ],
)
def test_a_step_counts_once_and_in_its_own_stage_only(stage: str, documented: object, found: list[int]) -> None:
    assert steps_on_file(stage, documented) == found


def test_there_are_twenty_five_steps_and_as_many_as_are_on_file_are_counted(release: Release) -> None:
    assert [len(SUB_STEPS[stage]) for stage in STAGES] == [7, 7, 6, 5]
    counted = queries.problems(release).set_index("id").steps_documented
    rows = queries.records(queries.stages(release))
    for problem, number in counted.items():
        mine = [steps_on_file(row["stage"], row["steps_documented"]) for row in rows if row["problem_id"] == problem]
        assert number == sum(map(len, mine)) <= 25


def test_what_people_put_first_says_where_it_was_said(release: Release) -> None:
    heard = queries.heard(release, neighborhood="harbor-point", language="es")
    assert list(heard.priority_rank.dropna()) == sorted(heard.priority_rank.dropna())
    assert set(heard.neighborhood_id) == {"harbor-point"}
    events = queries.meetings(release, language="es").set_index("id")
    for row in queries.rows(heard):
        event = events.loc[row.event_id]
        assert (row.event_title, row.event_kind, row.held_on) == (event.title, event.kind, event.held_on)
    city = queries.heard(release, city_only=True)
    assert len(city)
    assert city.neighborhood_id.isna().all()
