"""Every map says what it cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.words import words
from tests.pages.screen import open_page


@pytest.mark.parametrize("page", ["home", "outcomes", "programs"])
def test_a_page_with_a_map_has_its_limits(page: str, demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(demo_store))
    said = words("en")
    text = open_page(page).text
    assert said.say("map.limits") in text
    assert said.say("map.limits_text") in text


def test_the_map_of_groups_has_its_own(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(demo_store))
    text = open_page("outcomes", m="burglary", p="2025").text
    assert words("en").say("grouping.limit_cut") in text
    assert words("en").say("grouping.no_forecast") in text
