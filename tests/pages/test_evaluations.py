"""Evaluations on the page of their program: each number leads to its passport, and the card says what its file says."""

from __future__ import annotations

from collections import Counter

import pytest

from components.evidence import amount, has_number, is_clear, range_words
from components.passports import Passport, find
from components.words import languages
from data import queries
from tests.components.riverton import scope_of
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import open_page
from tests.pages.test_passports import Codes, codes_of, disagreements
from tests.pages.test_same_everywhere import Shown, problems_of, seen

__all__ = ["seen"]
PROGRAMS = ("trail-rangers", "safe-walk", "explain-every-stop", "lock-light-look")
"""A good result and a bad one, a published study, one that is refused."""


@pytest.mark.parametrize("language", languages())
def test_every_number_of_an_evaluation_is_the_same_everywhere(
    publish: Publish, seen: list[Shown], language: str
) -> None:
    scope = scope_of(publish("demo"), language=language)
    known: dict[Codes, Passport | None] = {}
    for program in PROGRAMS:
        screen = open_page("program", lang=language, program=program)
        assert checks.everything(screen, language) == {}, program
        assert list(disagreements(scope, screen.figures, known)) == [], program
    cards = [shown for shown in seen if shown.card.id.startswith("evaluation-")]
    assert len(cards) >= len(PROGRAMS)
    assert [problem for shown in cards for problem in problems_of(shown)] == []
    for shown in cards:
        passport = shown.card.passport
        assert passport is not None
        again = find(codes_of(passport.link(scope)), scope)
        assert again is not None
        assert again.facts == passport.facts


def test_every_result_with_a_number_is_told_wherever_its_program_or_problem_is(publish: Publish) -> None:
    """Of a program with several results none hides another: each is told on all four pages."""
    scope = scope_of(publish("demo"))
    found = queries.records(scope.ask(queries.evaluations))
    numbers = {
        row["id"]: amount(row, scope) if is_clear(row) else range_words(row, scope) for row in found if has_number(row)
    }
    several = {row["program_id"] for row in found if row["id"] in numbers} & {
        one for one, n in Counter(row["program_id"] for row in found).items() if n > 1
    }
    assert several
    programs = queries.programs(scope.release)
    places = dict(zip(programs.id, programs.neighborhood_ids, strict=True))
    worked_on = {*queries.problems(scope.release).program_id.dropna()}
    catalog, problems = open_page("programs", lang="en"), open_page("problems", lang="en")
    for row in found:
        if row["id"] not in numbers:
            continue
        pages = [catalog, open_page("program", lang="en", program=row["program_id"])]
        pages += [problems] if row["problem_id"] or row["program_id"] in worked_on else []
        pages += [open_page("neighborhood", lang="en", n=place) for place in places[row["program_id"]][:1]]
        for page in pages:
            mine = [figure.text for figure in page.figures if f"id={row['id']}&" in f"{figure.link}&"]
            assert numbers[row["id"]] in " ".join(mine), (row["id"], page.title)
