"""What may be said of a program's results: never more than the grade of the evidence and its range allow."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pytest

from components.evidence import GRADES, evidence_sentence, grade_of, is_clear
from components.panels.evaluations import results_html
from components.scope import Scope
from components.words import languages, words
from data import queries
from tests.components.riverton import scope_of


def evaluation(grade: int, **more: Any) -> dict[str, Any]:
    """A study that found 21 fewer break-ins, and has all that its grade can ask for."""
    return {
        "grade": grade, "estimate": -21.0, "low": -35.0, "high": -7.0, "unit": "reported break-ins",
        "comparator": "Lantern Hill", "displacement": "No rise nearby.", "url": "https://example.org/study",
        "design": "Counts before and after.", **more,
    }  # fmt: skip


@pytest.fixture(scope="module", params=languages())
def scope(request: pytest.FixtureRequest, demo_store: Path) -> Scope:
    return scope_of(demo_store, language=request.param)


@pytest.fixture(scope="module")
def english(demo_store: Path) -> Scope:
    return scope_of(demo_store)


@pytest.mark.parametrize(
    ("stated", "missing", "carried"),
    [
        (0, {}, "grade_0"),
        (1, {"comparator": None}, "grade_1"),
        (3, {"comparator": None}, "grade_1"),
        (3, {"displacement": None}, "grade_2"),
        (3, {}, "grade_3"),
        (4, {}, "grade_4"),
        (4, {"url": None}, "grade_3"),
        (2, {"displacement": None}, "grade_2"),
        (1, {"estimate": None, "low": None, "high": None}, "not_assessable"),
        (3, {"low": float("nan"), "high": float("nan")}, "not_assessable"),
        (4, {"url": None, "low": None}, "not_assessable"),
        (4, {"method": "displacement_difference", "randomized": True}, "grade_4"),
        (4, {"method": "displacement_difference", "randomized": True, "url": None}, "grade_3"),
    ],
)
def test_a_grade_that_the_record_does_not_carry_is_lowered(stated: int, missing: dict[str, Any], carried: str) -> None:
    assert grade_of(evaluation(stated, **missing)) == carried


@pytest.mark.parametrize("missing", [(), ("displacement",), ("comparator",), ("url",), ("low", "high")])
def test_a_grade_is_never_raised(missing: tuple[str, ...]) -> None:
    for stated in range(5):
        carried = grade_of(evaluation(stated, **dict.fromkeys(missing)))
        assert carried == "not_assessable" or int(carried[-1]) <= stated


@pytest.mark.parametrize(
    ("stated", "more", "sentence"),
    [
        (0, {}, "We know what was done, not what it changed."),
        (
            1,
            {"comparator": None},
            "After it began, there were about 21 fewer reported break-ins than before, between 7 and 35. Other things "
            "changed too. The program may not be the reason.",
        ),
        (
            2,
            {"displacement": None, "low": -55.9, "high": 13.9},
            "No clear change compared with Lantern Hill: between 56 fewer and 14 more reported break-ins. The places "
            "may differ in other ways too.",
        ),
        (
            4,
            {"estimate": None},
            "There is a trial or a published study. Its result is in the report. At another place or time it may turn "
            "out differently.",
        ),
        (2, {"estimate": None}, "Too little data to judge. The record holds no number with a range."),
    ],
)
def test_each_grade_has_its_sentence(english: Scope, stated: int, more: dict[str, Any], sentence: str) -> None:
    assert evidence_sentence(evaluation(stated, **more), english) == sentence


def test_only_grade_3_with_a_clear_result_suggests_that_the_program_contributed(english: Scope) -> None:
    for stated in range(5):
        for low, high in ((-35.0, -7.0), (-35.0, 7.0), (7.0, 35.0)):
            said = evidence_sentence(evaluation(stated, estimate=(low + high) / 2, low=low, high=high), english)
            assert ("suggests" in said) == (stated == 3 and low * high > 0)


def test_nothing_is_claimed_across_zero(scope: Scope) -> None:
    for stated in range(1, 5):
        unclear = evaluation(stated, low=-30.0, high=0.0)
        assert not is_clear(unclear)
        said = evidence_sentence(unclear, scope)
        assert {"en": "o clear change", "es": "cambio claro"}[scope.language] in said
        assert "21" not in said


@pytest.mark.parametrize("code", languages())
def test_every_grade_has_a_name(code: str) -> None:
    assert [grade for grade in GRADES if f"programs.grade_name.{grade}" not in words(code)] == []


def test_the_results_of_the_demo_are_told_with_how_they_were_found(scope: Scope) -> None:
    evaluations = scope.ask(queries.evaluations, language=scope.language)
    html = results_html(scope, evaluations)
    rows = queries.records(evaluations)
    assert html.count("<section") == len(rows) > 3
    for row in rows:
        assert escape(row["design"]) in html
    suggested = sum(grade_of(row) == "grade_3" and is_clear(row) for row in rows)
    assert html.count({"en": "suggests", "es": "sugiere"}[scope.language]) == suggested > 0


@pytest.mark.parametrize("low", [2.1, -2.1])
def test_a_published_study_says_of_what_its_points_are(scope: Scope, low: float) -> None:
    measures = scope.ask(queries.measures, language=scope.language)
    name = str(measures.loc[measures.id == "explains", "name"].iloc[0])
    study: dict[str, Any] = {"method": "published_study", "measure_id": "explains", "estimate": 6.4, "low": low,
                             "high": 10.7}  # fmt: skip
    for unit in ("points", f"points on {name.lower()}"):
        told = evidence_sentence(evaluation(4, unit=unit, **study), scope)
        assert told.casefold().count(name.casefold()) == 1
