"""On every page two cities that differ only in what is withheld look the same, down to the bytes of each chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from components.words import languages
from pages import PAGE_PATHS
from tests.pages.screen import PATIENCE_S, open_page, start

PLACE = {"n": "north"}
ASKED = {
    "figure": {"m": "force", "at": "north", "p": "2024"},
    "program": {"program": "pr"},
    "compare": {"with": "north,south"},
}
"""What a page needs before it shows anything."""
ALSO = [
    # The measure that is withheld, in one place, in its first year, with all settings; the survey.
    ("outcomes", {"m": "force"}),
    ("outcomes", {"m": "force", "n": "east"}),
    ("outcomes", {"m": "force", "p": "2024", "setting": "all"}),
    ("outcomes", {"m": "trust", "n": "north"}),
    ("compare", {"with": "east,north,south,west"}),
    ("neighborhood", {"n": "east"}),
    # An evaluation that rests on shown counts, one that needs a withheld one, and a goal whose latest is withheld.
    ("figure", {"t": "evaluation", "id": "shown", "c": "estimate"}),
    ("figure", {"t": "evaluation", "id": "hidden", "c": "estimate"}),
    ("figure", {"t": "program_goal", "id": "g1", "c": "latest"}),
]
WITH_FILES = ["neighborhood", "outcomes", "feedback", "compare"]
"""Pages that offer files with figures that are withheld."""

Offered = dict[str, bytes]


def everything_sent(page: str, language: str, codes: dict[str, str]) -> list[tuple[str, bytes]]:
    """Every element of a page as the browser gets it."""
    visitor = start(lang=language, **codes).run(timeout=PATIENCE_S)
    if page != "home":
        visitor.switch_page(f"{page}.py").run(timeout=PATIENCE_S)
    assert not visitor.exception, [error.message for error in visitor.exception]
    found = []
    for element in visitor._tree:
        proto = getattr(element, "proto", None)
        if proto is not None:
            if element.type == "download_button":
                proto.deferred_file_id = ""  # a random number
            found.append((element.type, proto.SerializeToString(deterministic=True)))
    return found


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[Offered]:
    """Put an empty dict at its end; it then holds the files of the cards of the page that is opened next."""
    found: list[Offered] = []

    def taken(label: str, data: Any, *, file_name: str, **_: Any) -> bool:
        # Pictures take long: the SVG of every card, and the PNG of the first.
        if not file_name.endswith(".png") or not any(name.endswith(".png") for name in found[-1]):
            content = data() if callable(data) else data
            found[-1][file_name] = content.encode() if isinstance(content, str) else bytes(content)
        return False

    monkeypatch.setattr(st, "download_button", taken)
    return found


@pytest.fixture
def both(
    twin_stores: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[list[tuple[str, bytes]]]]:
    """`both(page, language, codes)`: all that is sent of a page of the one city, and of the other."""

    def show(page: str, language: str, codes: dict[str, str], into: list[Offered] | None = None) -> Any:
        seen = []
        for store in twin_stores:
            monkeypatch.setenv("OPENBEAT_STORE", str(store))
            if into is not None:
                into.append({})
            seen.append(everything_sent(page, language, codes))
        return seen

    return show


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("page", PAGE_PATHS)
def test_a_page_of_both_is_the_same(both: Callable[..., Any], page: str, language: str) -> None:
    one, other = both(page, language, {**PLACE, **ASKED.get(page, {})})
    assert one == other
    assert len(one) > 5


@pytest.mark.parametrize(("page", "codes"), ALSO)
def test_a_page_of_both_is_the_same_with_every_choice(
    both: Callable[..., Any], page: str, codes: dict[str, str]
) -> None:
    one, other = both(page, "en", codes)
    assert one == other
    assert len(one) > 5


@pytest.mark.parametrize("page", WITH_FILES)
def test_the_files_that_cards_offer_are_the_same(both: Callable[..., Any], offered: list[Offered], page: str) -> None:
    both(page, "en", {**PLACE, **ASKED.get(page, {}), **({"m": "force"} if page == "outcomes" else {})}, offered)
    assert offered[0] == offered[1]
    assert {"csv", "svg"} <= {name.rpartition(".")[2] for name in offered[0]} or page == "feedback"
    assert b"withheld" in b"".join(offered[0].values())


@pytest.mark.parametrize(("language", "said"), [("en", "12 of 50 figures are withheld"), ("es", "12 de 50 cifras")])
def test_about_says_what_protection_cost(
    twin_stores: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(twin_stores[0]))
    # 29 observations, 5 results of the survey, 4 rows of complaints with 4 figures each.
    assert said in open_page("about", lang=language).text
