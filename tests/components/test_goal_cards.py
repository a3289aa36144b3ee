"""The card of a goal: the published figure where its number is one, its own number where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.panels.goals import axis_of, goal_card, numbers_of, range_of
from components.passports import ProgramKey, find, number_text
from components.scope import Scope
from data import queries
from tests.components.riverton import scope_of


@pytest.fixture
def scope(demo_store: Path) -> Scope:
    return scope_of(demo_store)


def goal_of(scope: Scope, goal: str) -> dict[str, Any]:
    goals = scope.ask(queries.goals, language=scope.language)
    return queries.records(goals[goals.id == goal])[0]


def program_of(scope: Scope, program: str) -> dict[str, Any]:
    programs = scope.ask(queries.programs, language=scope.language)
    return queries.records(programs[programs.id == program])[0]


def test_a_number_that_is_published_brings_its_range(scope: Scope) -> None:
    goal = goal_of(scope, "g-lights-1-night")
    figure = range_of(scope, goal, "latest")
    assert figure is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < goal["latest"] < figure.high
    assert range_of(scope, goal | {"latest": goal["latest"] + 1}, "latest") is None
    assert range_of(scope, goal | {"measure_id": None}, "latest") is None


def test_where_it_should_be_lies_between_its_start_and_the_goal_and_has_a_passport(scope: Scope) -> None:
    numbers = numbers_of(scope, goal_of(scope, "g-lights-1-night"))
    assert numbers["baseline"] < numbers["mark"] < numbers["target"]
    key = ProgramKey("safe-lights", "mark", "g-lights-1-night")
    passport = find(key.codes(), scope)
    assert passport is not None
    assert passport.value == number_text(scope, key)
    assert passport.row["number"] == numbers["mark"]


def test_a_goal_without_any_number_has_no_card_and_one_below_zero_no_drawing(scope: Scope) -> None:
    program = program_of(scope, "plain-language")
    assert goal_card(scope, program, goal_of(scope, "g-language")) is None
    below = goal_of(scope, "g-care-calls") | {"baseline": -5.0, "latest": None, "latest_period": None}
    card = goal_card(scope, program_of(scope, "care-team"), below)
    assert card is not None
    assert card.drawing is None
    assert card.open


@pytest.mark.parametrize(
    ("unit", "axis"),
    [
        ("percent of farms that asked", "percent"),
        ("per 1,000 residents a year", "per_1000_residents"),
        ("per_1000_residents", "per_1000_residents"),
        ("children a day", "events"),
        (None, "events"),
    ],
)
def test_an_axis_is_in_the_unit_of_its_goal(unit: str | None, axis: str) -> None:
    assert axis_of(unit) == axis


def test_the_heading_of_a_goal_says_that_it_is_one(scope: Scope) -> None:
    card = goal_card(scope, program_of(scope, "safe-lights"), goal_of(scope, "g-lights-1-night"))
    assert card is not None
    assert card.finding == f"Goal: {goal_of(scope, 'g-lights-1-night')['description'].rstrip('.')}"
