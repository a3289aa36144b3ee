"""The address holds what a view is about: known codes only, carried along, pinned where they must be."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from components.scope import Scope
from components.words import words
from data.store import Store
from tests.pages.screen import Screen, go_to, look_at, open_page, start

EN, ES = words("en"), words("es")


@pytest.fixture(autouse=True)
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENBEAT_STORE", str(demo_store))
    return demo_store


def scope_of(visitor: AppTest) -> Scope:
    assert not visitor.exception
    scope: Scope = visitor.session_state["here"]
    return scope


class TestUnknownCodes:
    """A code that nobody knows gives the nearest honest page and a sentence, never an error."""

    @pytest.mark.parametrize(
        ("page", "code", "sentence"),
        [
            ("home", {"n": "atlantis"}, EN.say("scope.unknown_place", code="atlantis")),
            ("home", {"release": "1999-01"}, EN.say("scope.unknown_release", code="1999-01")),
            ("home", {"release": "../../etc/passwd"}, EN.say("scope.unknown_release", code="../../etc/passwd")),
            ("home", {"lang": "tlh"}, EN.say("scope.unknown_language", code="tlh")),
            ("outcomes", {"m": "charm"}, EN.say("scope.unknown_measure", code="charm")),
            ("outcomes", {"p": "1850"}, EN.say("scope.unknown_period", code="1850")),
            ("budget", {"fy": "FY1850"}, EN.say("budget.no_year", year="FY1850")),
        ],
    )
    def test_falls_back_with_a_sentence(self, page: str, code: dict[str, str], sentence: str) -> None:
        screen = open_page(page, **{"lang": "en", **code})
        assert screen.errors == []
        assert sentence in screen.texts
        assert any(level == 1 for level, _ in screen.headings)

    @pytest.mark.parametrize("code", [{"ledger": "sofa"}, {"wave": "tidal"}])
    def test_other_codes_fall_back_too(self, code: dict[str, str]) -> None:
        page = "budget" if "ledger" in code else "feedback"
        plain = open_page(page, lang="en")
        assert open_page(page, lang="en", **code).headings == plain.headings

    @pytest.mark.parametrize(
        "code", ["<script>alert(1)</script>", "**bold** $x$ [link](/x)", "a" * 3000, "\x00", "%00"]
    )
    def test_text_that_is_no_code_is_shown_as_text(self, code: str) -> None:
        screen = open_page("home", n=code, lang="en")
        assert screen.errors == []
        assert EN.say("scope.unknown_place", code=code) in screen.texts
        assert not any(set("<>\"' $") & set(link) for link in screen.links)

    def test_known_codes_beside_an_unknown_one_still_count(self) -> None:
        visitor = start(n="downtown", release="1999-01", lang="es").run()
        scope = scope_of(visitor)
        assert (scope.place, scope.language, scope.release.id) == ("downtown", "es", "2026-03")
        assert not scope.pinned

    def test_a_district_is_not_a_neighborhood(self) -> None:
        assert scope_of(start(n="district-1", lang="en").run()).place is None

    def test_the_whole_city_is_a_choice_and_no_mistake(self) -> None:
        visitor = start(n="downtown", lang="en").run()
        visitor.selectbox(key="choose-n").select("Whole city").run()
        assert scope_of(visitor).place is None
        assert scope_of(visitor).notices == ()


class TestCarried:
    """A reader who chose a neighborhood and a language keeps both."""

    def test_through_the_menu_which_empties_the_address(self) -> None:
        visitor = start(n="harbor-point", lang="es").run()
        for page in ("budget", "about", "neighborhood", "home"):
            visitor.query_params.clear()
            screen = go_to(visitor, page)
            assert screen.errors == []
            assert screen.address == {"n": "harbor-point", "lang": "es"}, page
            assert (scope_of(visitor).place, scope_of(visitor).language) == ("harbor-point", "es")

    def test_and_the_old_release(self) -> None:
        visitor = start(release="2025-09", lang="en").run()
        visitor.query_params.clear()
        screen = go_to(visitor, "outcomes")
        assert screen.address["release"] == "2025-09"
        assert scope_of(visitor).release.id == "2025-09"

    def test_but_a_link_with_codes_of_its_own_is_taken_at_its_word(self) -> None:
        visitor = start(n="harbor-point", lang="es").run()
        visitor.query_params.clear()
        visitor.query_params["lang"] = "en"
        go_to(visitor, "budget")
        assert (scope_of(visitor).place, scope_of(visitor).language) == (None, "en")

    def test_codes_of_one_page_do_not_follow_to_the_next(self) -> None:
        visitor = start(m="robbery", lang="en").run()
        go_to(visitor, "outcomes")
        visitor.query_params.clear()
        assert "m" not in go_to(visitor, "budget").address


class TestRelease:
    """Links name a release only where they must, and then they keep it."""

    def test_links_of_the_current_release_follow_the_next_one(self) -> None:
        scope = scope_of(start(lang="en").run())
        assert "release" not in scope.params()
        assert "release=2026-03" in scope.citation("budget")

    @pytest.mark.parametrize("release", ["2025-12", "2026-03"])
    def test_a_named_release_is_kept_in_every_link(self, release: str) -> None:
        visitor = start(release=release, lang="en").run()
        scope = scope_of(visitor)
        assert scope.pinned
        assert f"release={release}" in scope.link("outcomes")
        screen = look_at(visitor)
        pages = [link for link in screen.links if link.startswith("/") and not link.startswith("/data/")]
        assert pages
        left = [link for link in pages if f"release={release}" not in link]
        # The one link that leaves an old release is the way to the newest.
        assert len(left) == (1 if release == "2025-12" else 0), left

    def test_an_old_release_says_so_and_leads_to_the_newest(self) -> None:
        old = EN.say("notice.old_release", release="2025-12, version 1.1, December 12, 2025")
        screen = open_page("budget", release="2025-12", n="downtown", lang="en")
        assert [text for text in screen.texts if text.startswith(old)]
        newest = [link for link in screen.links if link.startswith("/budget?") and "release" not in link]
        assert len(newest) == 1
        assert parse_qs(urlsplit(newest[0]).query) == {"n": ["downtown"], "lang": ["en"]}

    def test_the_newest_release_does_not_call_itself_old(self) -> None:
        sentence = EN.say("notice.old_release", release="")[:20]
        assert not any(text.startswith(sentence) for text in open_page("home", release="2026-03", lang="en").texts)

    def test_ages_are_counted_from_the_day_of_the_release(self) -> None:
        assert scope_of(start(release="2025-09", lang="en").run()).as_of < date(2025, 12, 31)
        # Riverton is invented, so its newest release does not age either.
        assert scope_of(start(lang="en").run()).as_of == date(2026, 3, 3)

    def test_a_new_release_is_seen_at_the_next_click(
        self, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = Store(tmp_path / "store")
        (own.root / "releases").mkdir(parents=True)
        for path in (demo / "releases").glob("*.sqlite"):
            (own.root / "releases" / path.name).symlink_to(path)
        monkeypatch.setenv("OPENBEAT_STORE", str(own.root))
        own.activate("2025-12")
        visitor = start(lang="en").run()
        assert scope_of(visitor).release.id == "2025-12"
        own.activate("2026-03")
        visitor.run()
        assert (scope_of(visitor).release.id, scope_of(visitor).is_old) == ("2026-03", False)
        own.activate("2025-09")
        visitor.run()
        assert (scope_of(visitor).release.id, scope_of(visitor).is_old) == ("2025-09", False)

    def test_a_store_without_a_release_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENBEAT_STORE", str(tmp_path))
        screen = open_page("home", lang="es")
        assert screen.errors == []
        assert screen.title == ES.say("error.no_release_title")


class TestLanguage:
    """The address decides, then the browser, then English."""

    @pytest.mark.parametrize(
        ("query", "locale", "language"),
        [
            ({}, "es-MX", "es"),
            ({}, "es", "es"),
            ({}, "en-GB", "en"),
            ({}, "de-DE", "en"),
            ({}, None, "en"),
            ({"lang": "en"}, "es-ES", "en"),
            ({"lang": "es"}, "en-US", "es"),
        ],
    )
    def test_choice(self, query: dict[str, str], locale: str | None, language: str) -> None:
        visitor = start(**query)
        visitor.context = {"locale": locale}
        visitor.run()
        scope = scope_of(visitor)
        assert scope.language == language
        title = words(language).say("home.title", city="Riverton")
        assert look_at(visitor).title == title

    def test_the_other_language_is_a_link_that_keeps_everything_else(self) -> None:
        screen = open_page("budget", n="downtown", fy="FY2025", release="2025-12", lang="en")
        other = [link for link in screen.links if "lang=es" in link]
        assert len(other) == 1
        parts = urlsplit(other[0])
        assert parts.path == "/budget"
        assert parse_qs(parts.query) == {"n": ["downtown"], "fy": ["FY2025"], "release": ["2025-12"], "lang": ["es"]}


class TestChooseCode:
    """A control shows what the address says, and writes what is chosen to it."""

    def test_the_address_sets_the_control(self) -> None:
        visitor = start(fy="FY2025", lang="en").run()
        screen = go_to(visitor, "budget")
        assert screen.errors == []
        assert visitor.selectbox(key="choose-fy").value == "FY2025"
        assert any("fiscal year 2025" in text.casefold() for _, text in screen.headings)

    def test_the_control_writes_the_code_and_not_its_label(self) -> None:
        visitor = start(lang="es", n="downtown").run()
        go_to(visitor, "budget")
        visitor.selectbox(key="choose-fy").set_value("FY2024").run()
        screen = look_at(visitor)
        assert screen.address == {"lang": "es", "n": "downtown", "fy": "FY2024"}
        assert any("2024" in text for _, text in screen.headings)

    def test_the_default_is_not_written(self) -> None:
        assert open_page("budget", lang="en").address == {"lang": "en"}

    def test_a_link_beats_what_was_chosen_before(self) -> None:
        visitor = start(lang="en").run()
        go_to(visitor, "budget")
        visitor.selectbox(key="choose-fy").set_value("FY2024").run()
        visitor.query_params["fy"] = "FY2025"
        visitor.run()
        assert visitor.selectbox(key="choose-fy").value == "FY2025"

    def test_a_neighborhood_chosen_on_one_page_is_chosen_on_the_next(self) -> None:
        visitor = start(lang="en").run()
        visitor.selectbox(key="choose-n").set_value("downtown").run()
        assert look_at(visitor).address["n"] == "downtown"
        visitor.query_params.clear()
        assert go_to(visitor, "neighborhood").title == "Downtown"

    def test_typing_a_street_opens_its_neighborhood(self) -> None:
        visitor = start(lang="es").run()
        finder = visitor.selectbox(key="finder")
        through = next(option for option in finder.options if "Downtown" in option)
        finder.select(through).run()
        screen = look_at(visitor)
        assert screen.title == "Downtown"
        assert screen.address == {"n": "downtown", "lang": "es"}


def figures_of(screen: Screen, finding: str) -> list[str]:
    """The tables that belong to a finding, as text."""
    return [table.to_csv() for table, caption in screen.tables if finding in caption]


@pytest.mark.parametrize("place", ["harbor-point", "downtown", "rail-yards"])
def test_every_permalink_opens_the_same_figures(place: str) -> None:
    for page in ("neighborhood", "budget", "feedback", "outcomes"):
        screen = open_page(page, n=place, lang="es")
        for link in screen.permalinks:
            parts = urlsplit(link)
            codes = {name: values[0] for name, values in parse_qs(parts.query).items()}
            assert codes["release"] == "2026-03"
            again = open_page(parts.path.strip("/"), **codes)
            finding = screen.anchors[parts.fragment]
            assert again.anchors[parts.fragment] == finding, link
            assert figures_of(again, finding) == figures_of(screen, finding), link
            assert link in again.permalinks
