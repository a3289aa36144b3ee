"""On every page two cities that differ only in what is withheld look the same, down to the bytes of each chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from components.words import languages
from pages import PAGE_PATHS
from tests.pages.screen import PATIENCE_S, open_page, start

PLACE = {"n": "north"}
FIGURE = {"m": "force", "at": "north", "p": "2024"}


def everything_sent(page: str, language: str) -> list[tuple[str, bytes]]:
    """Every element of a page as the browser gets it."""
    visitor = start(lang=language, **PLACE, **(FIGURE if page == "figure" else {})).run(timeout=PATIENCE_S)
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


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("page", PAGE_PATHS)
def test_a_page_of_both_is_the_same(
    twin_stores: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, page: str, language: str
) -> None:
    seen = []
    for store in twin_stores:
        monkeypatch.setenv("OPENBEAT_STORE", str(store))
        seen.append(everything_sent(page, language))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 5


def test_the_files_that_cards_offer_are_the_same(
    twin_stores: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[dict[str, bytes]] = []

    def taken(label: str, data: Any, *, file_name: str, **_: Any) -> bool:
        # Pictures take long: the SVG of every card, and the PNG of the first.
        if not file_name.endswith(".png") or not any(name.endswith(".png") for name in offered[-1]):
            content = data()
            offered[-1][file_name] = content.encode() if isinstance(content, str) else bytes(content)
        return False

    monkeypatch.setattr(st, "download_button", taken)
    for store in twin_stores:
        monkeypatch.setenv("OPENBEAT_STORE", str(store))
        offered.append({})
        everything_sent("neighborhood", "en")
    assert offered[0] == offered[1]
    assert {name.rpartition(".")[2] for name in offered[0]} == {"csv", "svg", "png"}
    assert b"withheld" in b"".join(offered[0].values())


@pytest.mark.parametrize(("language", "said"), [("en", "12 of 50 figures are withheld"), ("es", "12 de 50 cifras")])
def test_about_says_what_protection_cost(
    twin_stores: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(twin_stores[0]))
    # 29 observations, 5 results of the survey, 4 rows of complaints with 4 figures each.
    assert said in open_page("about", lang=language).text
