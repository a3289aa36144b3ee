"""What is kept is made once, told apart by all that it depends on, and dropped when it is old."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from components.ask import keep
from components.panels.measures import measure_card, readings_of
from components.readings import figures_of
from components.scope import Scope
from data import queries
from tests.components.riverton import scope_of


@pytest.fixture(scope="module")
def scope(demo_store: Path) -> Scope:
    return scope_of(demo_store, place="harbor-point")


def test_a_builder_runs_once_for_the_same_values_and_anew_for_others() -> None:
    made: list[tuple[str, int]] = []

    @keep()
    def build(code: str, *, n: int = 1) -> tuple[str, int]:
        made.append((code, n))
        return made[-1]

    assert build("a") is build("a")
    assert build("a", n=2) != build("a")
    assert build("b") == ("b", 1)
    assert made == [("a", 1), ("a", 2), ("b", 1)]


def test_tables_are_told_apart_by_which_one_they_are_and_held_while_kept() -> None:
    seen: list[int] = []

    @keep(most=2)
    def rows(frame: pd.DataFrame) -> int:
        seen.append(len(frame))
        return len(frame)

    one = pd.DataFrame({"a": [1]})
    assert rows(one) == rows(one) == 1
    for n in (2, 3, 4, 5):  # nothing else holds these: a new table must not be taken for an old one
        assert rows(pd.DataFrame({"a": range(n)})) == n
    assert rows(one) == 1
    assert seen == [1, 2, 3, 4, 5, 1]


def test_an_error_is_not_kept() -> None:
    calls = 0

    @keep()
    def fails() -> None:
        nonlocal calls
        calls += 1
        raise ValueError(str(calls))

    for n in ("1", "2"):
        with pytest.raises(ValueError, match=n):
            fails()


def test_a_card_is_kept_for_the_same_view_and_made_anew_for_every_other(scope: Scope, demo_store: Path) -> None:
    reading = readings_of(scope, "harbor-point")[0]
    again = readings_of(scope_of(demo_store, place="harbor-point"), "harbor-point")[0]
    card = measure_card(reading, scope)
    assert measure_card(again, scope_of(demo_store, place="harbor-point")) is card
    for other in (
        replace(scope, theme="dark"),
        replace(scope, narrow=True),
        replace(scope, place=None),
        replace(scope, pinned=True),
        replace(scope, draft=True),
        scope_of(demo_store, place="harbor-point", language="es"),
    ):
        assert measure_card(reading, other) is not card


def test_figures_asked_at_once_are_those_asked_measure_by_measure(scope: Scope) -> None:
    places = ["harbor-point", "rail-yards", *queries.districts_of(scope.release, "harbor-point").id, "city"]
    for measure in queries.measures(scope.release).id:
        for place in places:
            asked = queries.figure_table(scope.release, measures=[measure], neighborhoods=sorted({place, "city"}))
            found = figures_of(scope.release, measure, place, page="harbor-point")
            pd.testing.assert_frame_equal(found.reset_index(drop=True), asked, check_dtype=len(asked) > 0)
