"""No number without its unit, its period and its base: on hover and to a screen reader each says what is behind it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from components.formats import period_label
from components.tables import Figured
from components.words import words
from pages import PAGE_PATHS
from tests.pages.conftest import Publish
from tests.pages.screen import PROGRAMS, asked_for, open_page
from tests.pages.test_every_page import CITIES, HARD_PLACES

DIGIT = re.compile(r"\d")
SLOT = re.compile(r"\{[a-z_]+\}")
BASES = (
    "reading.full_count", "reading.not_stated", "reading.no_range", "passport.recorded", "reading.residents",
    "reading.answered", "reading.part_of_whole",
)  # fmt: skip
"""Sentences that say what a number rests on."""
UNITS = {
    "m": "figure", "phase": "money", "count": "count", "listed": "count", "t": "record", "of": "program",
    "training": "training",
}  # fmt: skip
"""Which kind of figure a link leads to. The list of changes on About is left out: each row names place and period."""


@pytest.fixture
def stated(monkeypatch: pytest.MonkeyPatch) -> list[Figured]:
    """Every figure that is drawn with its link from now on."""
    found: list[Figured] = []
    draw = Figured.html

    def look(figure: Figured) -> str:
        found.append(figure)
        return draw(figure)

    monkeypatch.setattr(Figured, "html", look)
    return found


@pytest.mark.parametrize("page", [page for page in PAGE_PATHS if page not in ("figure", "about")])
@pytest.mark.parametrize("city", CITIES)
def test_every_figure_says_its_unit_period_and_base(
    publish: Publish, stated: list[Figured], city: str, page: str
) -> None:
    publish(city)
    language = "es" if len(page) % 2 else "en"
    place = {"n": HARD_PLACES[city][0]} if page != "home" else {}
    assert open_page(page, lang=language, **place, **asked_for(page, city)).errors == []
    wrong = [f"{figure.text} | {figure.label}: {problem}" for figure in stated for problem in lacks(figure, language)]
    assert not wrong, "\n".join(wrong)
    assert stated or (page == "program" and city not in PROGRAMS)


def lacks(figure: Figured, language: str) -> list[str]:
    """What a figure with a number leaves unsaid."""
    said = words(language)
    codes = {name: values[0] for name, values in parse_qs(urlsplit(figure.link).query).items()}
    if not DIGIT.search(figure.text):
        return []
    kind = next(kind for code, kind in UNITS.items() if code in codes)
    problems = []
    texts = [text.rstrip(".") for key in BASES for text in said.texts(key)]
    bases = "|".join(".+".join(map(re.escape, SLOT.split(text))) for text in texts)
    if not re.search(bases, figure.label):
        problems.append("no base")
    if kind == "money" and "$" not in figure.text:
        problems.append("no unit")
    if kind == "figure":
        period = period_label(codes["p"], language) if "p" in codes else ""
        problems += [] if period and period in figure.label else ["no period"]
    if (
        kind == "money"
        and codes.get("by") != "line"
        and not re.search(r"\d{4}|" + said.say("passport.all_years"), figure.label)
    ):
        problems.append("no period")
    return problems
