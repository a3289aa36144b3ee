"""Evaluations on the page of their program: each number leads to its passport, and the card says what its file says."""

from __future__ import annotations

import pytest

from components.passports import Passport, find
from components.words import languages
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
