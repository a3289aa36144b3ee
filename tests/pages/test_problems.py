"""The page of problems as a reader meets it: chosen by the address, with none, few and hundreds of problems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from components.panels.problems import WHOLE
from components.words import languages, words
from data import queries
from data.store import Store
from tests.components.riverton import changed_store
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import open_page

COPY = (
    "INSERT INTO problem SELECT id || '-{n}', title, harm, evidence, seen_on, status, owner, program_id, closed_on"
    " FROM problem WHERE id = 'p-dark-blocks'"
)
Change = Callable[..., Store]


@pytest.fixture
def change(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """`change(statements)`: pages show the demo's newest release after statements of SQL from now on."""

    def make(*statements: str) -> Store:
        store = changed_store(demo_store, tmp_path, *statements)
        monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
        return store

    return make


@pytest.mark.parametrize("language", languages())
def test_the_address_chooses_the_problems_and_the_sentence_says_so(publish: Publish, language: str) -> None:
    store = Store(publish("demo"))
    said = words(language)
    asked = queries.problems(store.open(), status="working", stage="response", language=language)
    screen = open_page("problems", lang=language, status="working", stage="response")
    assert checks.everything(screen, language) == {}
    [table] = [table for table, caption in screen.tables if said.say("problems.register") in caption]
    assert list(table.index) == list(asked.title)
    told = f"{said.name_of('kinds.problem.status', 'working')}"
    assert any(told in text and str(len(asked)) in text for text in screen.texts if "response" not in text)
    nothing = open_page("problems", lang=language, status="resolved", stage="none")
    assert checks.everything(nothing, language) == {}
    assert not any(said.say("problems.register") in caption for _, caption in nothing.tables)


def test_a_code_that_is_not_known_falls_back_with_a_sentence(publish: Publish) -> None:
    publish("demo")
    screen = open_page("problems", lang="en", status="lost", stage="late", problem="p-nowhere")
    assert checks.everything(screen, "en") == {}
    for code in ("lost", "late", "p-nowhere"):
        assert words("en").say("scope.unknown_choice", code=code) in screen.texts


def test_a_link_to_a_problem_shows_it_whatever_is_chosen(publish: Publish) -> None:
    publish("demo")
    screen = open_page("problems", lang="en", n="downtown", status="closed", problem="p-dark-blocks")
    assert screen.anchors["problem-p-dark-blocks"] == "Dark blocks near the harbor"


@pytest.mark.parametrize("place", ["harbor-point", "ridgemont"])
def test_every_problem_has_its_anchor_wherever_one_is(publish: Publish, place: str) -> None:
    store = Store(publish("demo"))
    screen = open_page("problems", lang="es", n=place)
    assert {f"problem-{problem}" for problem in queries.problems(store.open()).id} <= set(screen.anchors)


@pytest.mark.parametrize("language", languages())
def test_a_city_without_problems_says_so(change: Change, language: str) -> None:
    change(
        *(f"DELETE FROM {table}" for table in ("sara_stage", "problem_neighborhood", "problem")),
        "UPDATE feedback_theme SET problem_id = NULL",
        "UPDATE response_activity SET problem_id = NULL",
        "UPDATE evaluation SET problem_id = NULL",
    )
    for place in ({}, {"n": "harbor-point"}):
        screen = open_page("problems", lang=language, **place)
        assert checks.everything(screen, language) == {}
    assert words(language).say("programs.no_problem_at_all") in open_page("problems", lang=language).texts


def test_a_city_whose_residents_were_not_asked_says_so(change: Change) -> None:
    change("UPDATE feedback_theme SET priority_rank = NULL")
    screen = open_page("problems", lang="en")
    assert checks.everything(screen, "en") == {}
    assert words("en").say("problems.no_priorities", place="Riverton") in screen.texts


def test_three_problems_stand_whole(change: Change) -> None:
    keep = "('p-dark-blocks', 'p-late-music', 'p-east-end-break-ins')"
    change(
        f"DELETE FROM problem WHERE id NOT IN {keep}",
        f"UPDATE feedback_theme SET problem_id = NULL WHERE problem_id NOT IN {keep}",
    )
    screen = open_page("problems", lang="en")
    assert checks.everything(screen, "en") == {}
    assert sum(anchor.startswith("problem-") for anchor in screen.anchors) == 3
    assert words("en").say("problems.others") not in screen.texts


def test_three_hundred_problems_stand_in_the_register_and_the_first_of_them_whole(change: Change) -> None:
    change(*(COPY.format(n=n) for n in range(290)))
    screen = open_page("problems", lang="en", problem="p-dark-blocks-289")
    assert checks.everything(screen, "en") == {}
    [table] = [table for table, caption in screen.tables if "The list of problems" in caption]
    assert len(table) == 300
    assert sum(bool(title) for anchor, title in screen.anchors.items() if anchor.startswith("problem-")) == WHOLE
    assert screen.anchors["problem-p-dark-blocks-289"]
    assert sum(anchor.startswith("problem-") for anchor in screen.anchors) == 300


def test_a_done_assessment_without_an_evaluation_is_not_called_done(change: Change) -> None:
    change("DELETE FROM evaluation")
    screen = open_page("problems", lang="en", status="resolved")
    assert words("en").say("problems.said_done") in screen.texts
    assert words("en").say("problems.no_evaluation") in screen.texts
