"""Every page of every city in every language: whole, in plain words, and with nothing missing shown as something."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pandas as pd
import pytest

from components import scope as scope_module
from components.words import languages, words
from data import queries
from data.store import Store
from pages import PAGE_PATHS
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import Chart, Screen, Stated, asked_for, open_page

CITIES = ("demo", "chicago", "cincinnati")
HARD_PLACES = {
    # visitors; nobody lives there; accents and an odd hyphen; a whole chain of money; no meeting, no program
    "demo": ("downtown", "rail-yards", "cote-vieille", "harbor-point", "prairie-field"),
    # figures for everything; no crime rows; no crime rows and no survey
    "chicago": ("albany-park", "loop", "ohare"),
    # a small place with few events; visitors
    "cincinnati": ("california", "downtown"),
}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("page", PAGE_PATHS)
@pytest.mark.parametrize("city", CITIES)
def test_a_page_of_the_whole_city_is_whole(publish: Publish, city: str, page: str, language: str) -> None:
    publish(city)
    assert checks.everything(open_page(page, lang=language, **asked_for(page, city)), language) == {}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("city", "place"), [(city, place) for city in CITIES for place in HARD_PLACES[city]])
def test_a_neighborhood_with_hard_figures_is_whole(publish: Publish, city: str, place: str, language: str) -> None:
    store = Store(publish(city))
    screen = open_page("neighborhood", n=place, lang=language)
    assert checks.everything(screen, language) == {}
    names = queries.neighborhoods(store.open()).set_index("id").name
    assert screen.title == names[place]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("page", [page for page in PAGE_PATHS if page != "neighborhood"])
@pytest.mark.parametrize("city", CITIES)
def test_a_page_with_a_neighborhood_chosen_is_whole(publish: Publish, city: str, page: str, language: str) -> None:
    publish(city)
    place = HARD_PLACES[city][0]
    screen = open_page(page, n=place, lang=language, **asked_for(page, city))
    assert checks.everything(screen, language) == {}
    assert screen.address["n"] == place


@pytest.mark.parametrize("city", CITIES)
def test_the_outcomes_of_every_measure_are_whole_in_its_newest_and_its_oldest_period(
    publish: Publish, city: str
) -> None:
    release = Store(publish(city)).open()
    measures = queries.measures(release)
    assert set(measures.level) > {"neighborhood"} or city == "cincinnati"
    for measure, level, kind in zip(measures.id, measures.level, measures.kind, strict=True):
        oldest = queries.periods(release, measure).period.iloc[0]
        for more in ({}, {"p": oldest}):
            screen = open_page("outcomes", m=measure, lang="en", **more)
            assert checks.everything(screen, "en") == {}, (measure, more)
            # The list beside the map, and the table of the chart of all places: every place is in both.
            places = [str(name) for name in queries.neighborhoods(release).name]
            # The list of areas that lie together, where it is drawn, is a third.
            together = words("en").say("grouping.column")
            whole = [table for table, _ in screen.tables if list(table.index) == places and together not in table]
            assert len(whole) == {"neighborhood": 1 if kind == "count" else 2}.get(level, 0), (measure, more)
            assert bool(screen.maps) == (level == "neighborhood" and kind != "count")


@pytest.mark.parametrize("city", CITIES)
def test_every_year_of_every_ledger_is_whole(publish: Publish, city: str) -> None:
    release = Store(publish(city)).open()
    books = queries.ledgers(release)
    # Years of one ledger differ in little: its first, its last, and one between.
    for _, years in books.groupby("ledger"):
        books = books.drop(index=years.index[1:-1].difference([years.index[len(years) // 2]]))
    for book in queries.rows(books):
        screen = open_page("budget", ledger=str(book.ledger), fy=str(book.fiscal_year), lang="es")
        assert checks.everything(screen, "es") == {}, (book.ledger, book.fiscal_year)
        assert str(book.fiscal_year).removeprefix("FY") in screen.text


@pytest.mark.parametrize("place", [None, "downtown", "sable-prairie"])
def test_every_round_of_the_survey_is_whole(publish: Publish, place: str | None) -> None:
    release = Store(publish("demo")).open()
    for wave in queries.survey_waves(release).id:
        more = {"n": place} if place else {}
        assert checks.everything(open_page("feedback", wave=wave, lang="en", **more), "en") == {}, wave


@pytest.mark.parametrize("release", ["2025-09", "2025-12"])
@pytest.mark.parametrize("page", PAGE_PATHS)
def test_a_page_of_an_old_release_is_whole_and_says_that_it_is_old(publish: Publish, page: str, release: str) -> None:
    publish("demo")
    screen = open_page(page, release=release, n="harbor-point", lang="en", **asked_for(page, "demo"))
    assert checks.everything(screen, "en") == {}
    assert sum("release" in text.casefold() and "not the newest" in text for text in screen.texts) <= 1
    assert all(f"release={release}" in link for link in screen.permalinks)


@pytest.mark.parametrize("page", ["home", "neighborhood", "budget", "program"])
@pytest.mark.parametrize("city", CITIES)
def test_a_page_on_a_phone_in_the_dark_is_whole(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, city: str, page: str
) -> None:
    publish(city)
    monkeypatch.setattr(scope_module, "_is_phone", lambda: True)
    monkeypatch.setattr(scope_module, "_theme", lambda: "dark")
    screen = open_page(page, n=HARD_PLACES[city][0], lang="es", **asked_for(page, city))
    assert checks.everything(screen, "es") == {}


@pytest.mark.parametrize("city", CITIES)
def test_what_a_link_jumps_to_is_on_the_page_it_leads_to(publish: Publish, city: str) -> None:
    publish(city)
    start = {"n": HARD_PLACES[city][0], "lang": "en"}
    jumps = {
        link
        for page in PAGE_PATHS
        for screen in [open_page(page, **start)]
        for link in screen.links + screen.permalinks
        if link.startswith("/") and "#" in link
    }
    opened: dict[str, Screen] = {}
    lost = []
    for link in sorted(jumps):
        address, _, anchor = link.partition("#")
        if address not in opened:
            opened[address] = open_link(address)
        if anchor not in opened[address].anchors:
            lost.append(link)
    assert jumps
    assert lost == []


def test_what_a_link_of_the_whole_city_jumps_to_is_there(publish: Publish) -> None:
    publish("demo")
    lost = []
    for page in PAGE_PATHS:
        for link in open_page(page, lang="en").links:
            address, _, anchor = link.partition("#")
            if link.startswith("/") and anchor and anchor not in open_link(address).anchors:
                lost.append(link)
    assert lost == []


def open_link(address: str) -> Screen:
    """The page that an address inside the site leads to."""
    path, _, query = address.partition("?")
    names = {path: page for page, path in PAGE_PATHS.items()}
    return open_page(names[path.strip("/")], **dict(parse_qsl(query)))


class TestTheChecksWouldNotice:
    """A check that never finds anything is worth nothing."""

    @pytest.mark.parametrize("text", ["NaN", "12 (nan)", "None", "Released <NA>", "since NaT", "in {place}", "inf"])
    def test_marks_of_missing_values(self, text: str) -> None:
        assert checks.leaks(Screen(texts=["All is well.", text])) == [text]

    @pytest.mark.parametrize("text", ["Fernando", "None recorded.", "Nantucket", "financial information"])
    def test_but_not_words_that_look_like_them(self, text: str) -> None:
        assert checks.leaks(Screen(texts=[text])) == []

    def test_forbidden_words_in_either_language(self) -> None:
        assert len(checks.forbidden(Screen(texts=["The safest area", "El mejor barrio", "A quiet street"]))) == 2

    @pytest.mark.parametrize("levels", [[], [2], [1, 3], [1, 2, 1], [2, 1]])
    def test_headings_out_of_order(self, levels: list[int]) -> None:
        if not levels:
            assert checks.headings(Screen(headings=[(1, " ")]))
            return
        assert checks.headings(Screen(headings=[(level, "A heading") for level in levels]))

    def test_charts_that_are_empty_broken_nameless_or_of_one_name(self) -> None:
        rows = pd.DataFrame({"x": [1.0, 2.0]})
        good = Chart({"data": {"name": "source"}, "mark": "point", "encoding": {"x": {"field": "x"}}}, rows, "Points")
        assert checks.charts(Screen(charts=[good])) == []
        bad = [
            replace(good, rows=pd.DataFrame({"x": []})),
            replace(good, rows=pd.DataFrame({"x": [None, None]})),
            replace(good, spec={"data": {"name": "source"}, "mark": "no such mark"}),
            replace(good, alt=""),
        ]
        for chart in bad:
            assert len(checks.charts(Screen(charts=[chart]))) == 1, chart
        assert len(checks.charts(Screen(charts=[good, good]))) == 1

    def test_tables_without_rows_headings_or_caption(self) -> None:
        good = pd.DataFrame({"Value": ["1"]}, index=pd.Index(["Downtown"], name="Place"))
        assert checks.tables(Screen(tables=[(good, "Figures")])) == []
        for table, caption in ((good, ""), (good.iloc[:0], "Figures"), (good.rename_axis("Value"), "Figures")):
            assert len(checks.tables(Screen(tables=[(table, caption)]))) == 1

    def test_english_on_a_spanish_page(self) -> None:
        english = "Sample data. These numbers are made up to show how the site works."
        assert checks.english_left(Screen(texts=[english]), "es")
        assert checks.english_left(Screen(texts=[english]), "en") == []
        assert checks.english_left(Screen(texts=["Datos de muestra."]), "es") == []

    @pytest.mark.parametrize("link", ["#nowhere", "/budget?n=loop", "/no-such-page?lang=en", "budget"])
    def test_links_that_lead_nowhere_or_forget_the_language(self, link: str) -> None:
        assert checks.links(Screen(links=[link], anchors={"top": ""}), "en")

    def test_a_figure_that_leads_to_no_figure(self) -> None:
        assert checks.links(Screen(figures=[Stated("57%", "/figure?lang=en&at=city", "", "")]), "en")
