"""What both packs must have beside right numbers: words in two languages that a reader can rely on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from components.words import words
from tests.conftest import ROOT

CITIES = ("chicago", "cincinnati")


def pack(city: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "data/packs" / city / "city.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("city", CITIES)
def test_every_measure_says_what_it_is_in_both_languages(city: str) -> None:
    for name, measure in pack(city)["measures"].items():
        for column in ("name", "events", "definition", "formula", "caveat"):
            assert measure[column], (name, column)
            assert measure["es"][column] != measure[column], (name, column)


@pytest.mark.parametrize("city", CITIES)
def test_every_source_says_where_it_comes_from(city: str) -> None:
    for name, source in pack(city)["sources"].items():
        assert source["publisher"], name
        assert source["licence"], name
        assert source["note"], name
        assert {"title", "note"} <= set(source["es"]), name


@pytest.mark.parametrize("city", CITIES)
def test_packs_claim_nothing_that_their_figures_cannot_bear(city: str) -> None:
    for path, text in texts(pack(city)):
        language = "es" if ".es." in path else "en"
        assert not words(language).forbidden_in(text), path


@pytest.mark.parametrize("city", CITIES)
def test_force_and_complaints_have_no_good_direction(city: str) -> None:
    about_police = {"complaints", "use_of_force"} & set(pack(city)["measures"])
    assert about_police
    for name in about_police:
        measure = pack(city)["measures"][name]
        assert (measure["direction"], measure["sensitive"]) == ("none", True)


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a part of city.toml with its dotted place."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, one in node.items():
            yield from texts(one, f"{path}.{key}")
    elif isinstance(node, list):
        for one in node:
            yield from texts(one, path)
