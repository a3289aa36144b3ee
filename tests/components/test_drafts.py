"""A preview says that it is one, and beside each figure that changed what it was; what is published says nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.publish import run
from data.store import Store
from pages import PAGE_PATHS
from tests.data.publish.tiny import FILES, write_pack
from tests.pages import checks
from tests.pages.screen import Screen, open_page

CHANGED = FILES["crime.csv"].replace("Northside,2025,190", "Northside,2025,196")


@dataclass
class Desk:
    """A store with a release `one` and a draft `two`, and what stands on the pages of either."""

    store: Store
    patch: pytest.MonkeyPatch

    def preview(self, page: str, **codes: str) -> Screen:
        """A page of the draft."""
        self.patch.setenv("OPENBEAT_PREVIEW", "two")
        return open_page(page, **codes)

    def live(self, page: str, **codes: str) -> Screen:
        """The same page of the site that everyone sees."""
        self.patch.delenv("OPENBEAT_PREVIEW", raising=False)
        return open_page(page, **codes)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A small city with a release, and a draft in which one count differs."""
    folder = tmp_path_factory.mktemp("desk")
    store = Store(folder / "store")
    assert run.publish(write_pack(folder / "pack"), store=store, release_id="one").refused == []
    pack = write_pack(folder / "pack", crime=CHANGED)
    outcome = run.publish(pack, store=store, release_id="two", draft=True, by="Data officer")
    assert outcome.refused == []
    return store


@pytest.fixture
def desk(published: Store, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("OPENBEAT_STORE", str(published.root))
    return Desk(published, monkeypatch)


@pytest.fixture(scope="module")
def newest_as_draft(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The invented city before its newest release is published: it is a draft still."""
    demo, store = Store(demo_store), Store(tmp_path_factory.mktemp("demo") / "store")
    *published, newest = demo.ids()
    for folder, ids in ((store.path_of, published), (store.draft_path, [newest])):
        for one in ids:
            folder(one).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(demo.path_of(one), folder(one))
    store.activate(published[-1])
    return store


@pytest.mark.parametrize("page", PAGE_PATHS)
def test_every_page_of_a_preview_is_whole_and_says_that_it_is_a_draft(
    newest_as_draft: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(newest_as_draft.root))
    monkeypatch.setenv("OPENBEAT_PREVIEW", newest_as_draft.draft_ids()[0])
    screen = open_page(page, lang="es", n="old-town")
    assert checks.everything(screen, "es") == {}
    assert sum(text.startswith("Borrador: no publicado. ") for text in screen.texts) == 1


def test_the_banner_counts_the_figures_that_differ(desk: Desk) -> None:
    (banner,) = (text for text in desk.preview("home", lang="en").texts if text.startswith("Draft"))
    assert banner.startswith("Draft: not published. 2 figures differ from release one.")  # there, and in the city


def test_the_scope_bar_names_no_day_on_which_a_draft_was_published(desk: Desk) -> None:
    def bar(screen: Screen) -> list[str]:
        return [text for text in screen.texts if "Data through" in text and "Published" in text]

    assert bar(desk.live("home", lang="en"))
    assert not bar(desk.preview("home", lang="en"))


def test_a_figure_that_changed_says_what_it_was_and_no_other_does(desk: Desk) -> None:
    screen = desk.preview("neighborhood", n="north", lang="en")
    assert "196 cases" in screen.text
    was = {text for text in screen.texts if "Was " in text}
    assert was
    assert all("190 cases" in text and "in release one." in text for text in was)
    assert "[was " in screen.text
    elsewhere = desk.preview("neighborhood", n="south", lang="en")
    assert not any("Was " in text or "[was " in text for text in elsewhere.texts if "South Bank" in text)


def test_the_site_beside_it_shows_nothing_of_the_draft(desk: Desk) -> None:
    for page in ("home", "neighborhood", "about"):
        screen = desk.live(page, n="north", lang="en")
        assert not any(word in screen.text for word in ("Draft", "196", "[was "))
    assert "190 cases" in desk.live("neighborhood", n="north", lang="en").text


def test_no_link_leads_to_a_draft(desk: Desk) -> None:
    screen = desk.live("neighborhood", n="north", release="two", lang="en")
    assert any("We have no release" in text for text in screen.texts)
    assert "190 cases" in screen.text


def test_the_release_before_can_be_read_in_the_preview_as_it_was(desk: Desk) -> None:
    screen = desk.preview("neighborhood", n="north", release="one", lang="en")
    assert "190 cases" in screen.text
    assert not any(text.startswith("Draft") for text in screen.texts)
