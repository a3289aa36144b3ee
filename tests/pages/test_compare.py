"""The page that compares: whole with two and with four places, in every city and language; each figure has its page."""

from __future__ import annotations

import pytest

from components.passports import Passport
from components.words import languages, words
from tests.components.riverton import scope_of
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import COMPARED, open_page
from tests.pages.test_passports import Codes, disagreements, unlinked_tables

CHOSEN = {
    "demo": (COMPARED["demo"], "downtown,rail-yards,cote-vieille,fox-hollow"),
    "chicago": (COMPARED["chicago"], "loop,ohare,albany-park,burnside"),
    "cincinnati": (COMPARED["cincinnati"], "downtown,california,avondale,west-end"),
}


@pytest.mark.parametrize(
    ("city", "chosen", "language"),
    [
        (city, chosen, languages()[turn % 2])
        for number, (city, many) in enumerate(CHOSEN.items())
        for turn, chosen in enumerate(many, number)
    ],
)
def test_places_side_by_side_are_whole(publish: Publish, city: str, chosen: str, language: str) -> None:
    scope = scope_of(publish(city), language=language)
    screen = open_page("compare", lang=language, **{"with": chosen})
    assert checks.everything(screen, language) == {}
    known: dict[Codes, Passport | None] = {}
    assert list(disagreements(scope, screen.figures, known)) == []
    assert unlinked_tables(screen, language) == []
    assert len(known) > 10
    last, caption = screen.tables[-1]
    assert caption == scope.say("table.caption", title=scope.say("compare.table"))
    assert list(last.columns[1:-1]) == [scope.name_of(place) for place in chosen.split(",")]
    assert all(f"with={chosen}".replace(",", "%2C") in link for link in screen.permalinks)


def test_unknown_places_are_named_and_the_rest_is_shown(publish: Publish) -> None:
    publish("demo")
    screen = open_page("compare", lang="en", **{"with": "harbor-point,atlantis,old-town,old-town"})
    assert words("en").say("compare.unknown_place", code="atlantis") in screen.texts
    assert list(screen.tables[0][0].columns) == ["Harbor Point", "Old Town"]


def test_one_place_asks_for_another_and_suggests_some(publish: Publish) -> None:
    publish("demo")
    screen = open_page("compare", lang="en", n="harbor-point")
    assert words("en").say("compare.too_few") in screen.texts
    offered = [link for link in screen.links if "with=harbor-point%2C" in link]
    assert len(offered) == 3
    assert not screen.figures


def test_more_than_four_places_are_cut_and_it_is_said(publish: Publish) -> None:
    publish("demo")
    screen = open_page("compare", lang="en", **{"with": "harbor-point,old-town,downtown,millrace,east-end,a,b,c,d,e,f"})
    assert words("en").say("compare.too_many", most="4") in screen.texts
    assert len(screen.tables[0][0].columns) == 4
    assert sum("We do not know the neighborhood" in text for text in screen.texts) == 4
