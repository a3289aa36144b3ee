"""What is said of a goal: the verdict in whole sentences, in each language, and no praise for an easy one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.goals import goal_chip, goal_sentence, goal_told, later_of, latest_figures, verdict_of
from components.scope import Scope
from components.tables import Figured
from components.words import languages
from data import queries
from data.verdicts import GoalState
from data.verdicts.goals import NOT_MEASURABLE_WHY, TOO_EARLY_WHY
from tests.components.riverton import scope_of

GOAL: dict[str, Any] = {
    "id": "g-none-such", "measure_id": "feel_safe_night", "neighborhood_id": None, "unit": "percent", "baseline": 54.0,
    "baseline_period": "2023", "target": 80.0, "due_on": date(2026, 12, 31), "latest": 71.2, "latest_period": "2024",
    "direction": "more",
}  # fmt: skip


@pytest.fixture(scope="module")
def english(demo_store: Path) -> Scope:
    return scope_of(demo_store)


@pytest.mark.parametrize(
    ("changes", "sentence", "meaning"),
    [
        ({}, "On course. Now at 71% (2024); the goal is 80% by December 31, 2026.", "better"),
        ({"latest": 58.0}, "Not on course. Now at 58% (2024); the goal is 80% by December 31, 2026.", "worse"),
        ({"latest": 84.0}, "Goal met: 84% (2024). The goal was 80% by December 31, 2026.", "better"),
        (
            {"due_on": date(2025, 6, 30)},
            "Goal not met: 71% (2024). The goal was 80% by June 30, 2025.",
            "worse",
        ),
        (
            {"due_on": date(2025, 6, 30), "latest": 79.7},
            "Goal not met: 80% (2024). The goal was 80% by June 30, 2025. That is just short of it.",
            "worse",
        ),
        (
            {"measure_id": None, "unit": "children a day"},
            "On course. Now at 71 children a day (2024); the goal is 80 children a day by December 31, 2026. These are "
            "the program's own numbers.",
            "better",
        ),
        ({"latest": None, "latest_period": None}, None, "unknown"),
        ({"target": None}, "We cannot measure this goal. It has no number.", "unknown"),
        ({"due_on": None}, "We cannot measure this goal. It has no date.", "unknown"),
        (
            {"measure_id": None, "unit": None, "target": None, "due_on": None},
            "We cannot measure this goal. It has no number, no date and no measure.",
            "unknown",
        ),
        (
            {"target": 50.0},
            "This goal is easier than where it began. Now at 71% (2024); the goal is 50% by December 31, 2026.",
            "notice",
        ),
        (
            {"baseline": 60.0, "target": 60.0},
            "This goal asks for no change from where it began. Goal met: 71% (2024). The goal was 60% by December 31, "
            "2026.",
            "notice",
        ),
        (
            {"due_on": date(2023, 6, 30)},
            "We cannot measure this goal. It has no time between its start and its date.",
            "unknown",
        ),
        (
            {"measure_id": None, "unit": "children", "due_on": date(2024, 6, 30)},
            "We cannot measure this goal. It has no figure to judge it by. Since then: 71 children (2024). What comes "
            "after its date does not change how it is judged.",
            "unknown",
        ),
        (
            {"direction": "fewer", "target": 60.0},
            "This goal is easier than where it began. Not on course. Now at 71% (2024); the goal is 60% by "
            "December 31, 2026.",
            "notice",
        ),
    ],
)
def test_the_verdict_picks_the_sentence_and_the_chip(
    english: Scope, changes: dict[str, Any], sentence: str | None, meaning: str
) -> None:
    goal = {**GOAL, **changes}
    wanted = sentence or "Too early to judge this goal. Nothing is known yet since it began."
    assert goal_sentence(english, goal) == wanted
    assert goal_chip(english, goal).meaning == meaning


@pytest.mark.parametrize("code", languages())
def test_every_state_and_every_missing_part_has_its_words(demo_store: Path, code: str) -> None:
    say = scope_of(demo_store, language=code).say
    assert all(say(f"goals.chip.{state}") for state in GoalState)
    assert all(say(f"goals.lacks.{part}") for part in NOT_MEASURABLE_WHY)
    assert all(say(f"goals.too_early_{why}") for why in TOO_EARLY_WHY)


@pytest.mark.parametrize("code", languages())
def test_goals_of_the_demo_show_every_state_but_easy_ones_never_as_good(demo_store: Path, code: str) -> None:
    scope = scope_of(demo_store, language=code)
    goals = queries.records(scope.ask(queries.goals, language=code))
    assert {verdict_of(scope, goal).state for goal in goals} >= {
        GoalState.ON_COURSE, GoalState.BEHIND, GoalState.MISSED, GoalState.TOO_EARLY, GoalState.NOT_MEASURABLE,
    }  # fmt: skip
    easy = [goal for goal in goals if verdict_of(scope, goal).is_easier]
    assert [goal["id"] for goal in easy] == ["g-garages"]
    assert goal_chip(scope, easy[0]).meaning == "notice"
    assert goal_sentence(scope, easy[0]).startswith(scope.say("goals.easier"))
    assert not [goal["id"] for goal in goals if scope.words.forbidden_in(goal_sentence(scope, goal))]


def test_a_range_on_both_sides_of_the_mark_is_said_and_takes_the_color(english: Scope) -> None:
    goals = [goal for goal in queries.records(english.ask(queries.goals)) if verdict_of(english, goal).could_be_either]
    assert {goal_chip(english, goal).meaning for goal in goals} >= {"same"}
    for goal in goals:
        is_past = goal["due_on"] < english.as_of
        assert english.say("goals.either_past" if is_past else "goals.either") in goal_sentence(english, goal)
        late = replace(english, as_of=max(english.as_of, goal["due_on"] + timedelta(days=1)))
        assert english.say("goals.either") not in goal_sentence(late, goal)
        assert goal_chip(english, goal).meaning in ("same", "notice")
        assert goal["id"] in latest_figures(english.release)


def test_the_latest_number_leads_to_its_passport(english: Scope) -> None:
    by_id = {goal["id"]: goal for goal in queries.records(english.ask(queries.goals))}
    told = goal_told(english, by_id["g-key-burglary"])
    assert isinstance(told, Figured)
    assert told.part
    assert "c=latest" in told.link
    assert isinstance(goal_told(english, by_id["g-language"]), str)


def test_what_came_after_the_day_of_a_goal_is_said_apart_and_judges_nothing(english: Scope) -> None:
    goal = next(one for one in queries.records(english.ask(queries.goals)) if one["id"] == "g-key-burglary")
    later = later_of(english, goal)
    assert later is not None
    assert later.figure is not None
    assert (goal["latest_period"], later.period) == ("2024", "2025")
    assert later.value < goal["target"] < goal["latest"], "it would have been met by the year after"
    assert verdict_of(english, goal).state == GoalState.MISSED
    sentence = goal_sentence(english, goal)
    assert sentence.startswith("Goal not met: 6.3")
    assert "Since then: 4.2" in sentence
    # Before its day there is nothing later, and what is not known is not said.
    assert later_of(english, {**goal, "due_on": date(2030, 1, 1)}) is None


def test_a_number_from_after_the_day_leads_to_its_figure_where_nothing_else_is_known(english: Scope) -> None:
    goal = next(one for one in queries.records(english.ask(queries.goals)) if one["id"] == "g-key-burglary")
    told = goal_told(english, {**goal, "latest": None, "latest_period": None})
    assert isinstance(told, Figured)
    assert "2025" in told.link
