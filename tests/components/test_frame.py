"""What stands around every page."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.frame import show_script_error
from components.words import for_markdown, languages, words
from pages import PAGE_PATHS
from tests.pages.screen import Screen, open_page


@pytest.fixture(autouse=True)
def demo(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(demo_store))


@pytest.mark.parametrize("page", PAGE_PATHS)
def test_invented_data_is_called_that_on_every_page(page: str) -> None:
    for language in languages():
        assert words(language).say("notice.sample_data") in open_page(page, lang=language).texts


def test_a_real_city_is_not_called_invented(chicago_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(chicago_store))
    assert words("en").say("notice.sample_data") not in open_page("home", lang="en").texts


@pytest.fixture
def screen() -> Screen:
    return open_page("budget", lang="en", n="downtown")


def test_the_age_of_the_data_is_on_the_page(screen: Screen) -> None:
    assert "Data through December 31, 2025" in screen.text
    assert "Published March 3, 2026" in screen.text


def test_every_language_is_offered_by_its_own_name(screen: Screen) -> None:
    for language in languages():
        assert words(language).name in screen.texts


def test_the_foot_leads_to_the_data_the_sources_and_somebody_to_tell(screen: Screen) -> None:
    assert "/data/" in screen.links
    assert any(link.startswith("/about?") for link in screen.links)
    assert any(link.startswith("mailto:") for link in screen.links)
    assert words("en").say("footer.privacy") in screen.text


def test_an_error_is_said_in_the_readers_words_and_shows_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("components.frame.st.error", shown.append)
    monkeypatch.setattr("components.frame.peek_words", lambda: words("es"))
    assert show_script_error(KeyError("inside"))
    assert shown == [for_markdown(words("es").say("error.part"))]


@pytest.mark.parametrize("name", ["path", "anchor", "self"])
def test_a_code_that_nobody_gave_out_breaks_no_link(name: str) -> None:
    screen = open_page("home", lang="en", release="2025-12", **{name: "x"})
    assert screen.errors == []
