"""What a reader chooses makes the list, the sentence above it and the cards: over all combinations they agree."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from components.choices import (
    ACTIVITIES,
    OPTIONS,
    Choices,
    activities_of,
    citywide_sentence,
    for_whole_city,
    list_sentence,
    listed,
    shown,
)
from components.panels.programs import cards_html, known_of
from components.passports.listed import PROGRAMS, TABLES, WORK, find_listed, listed_codes
from components.scope import Scope
from components.words import languages
from data import queries
from tests.components.riverton import scope_of

PLACES = ("", "harbor-point", "northgate", "fox-hollow")
COMBINATIONS = [
    Choices(place, **dict(zip(OPTIONS, codes, strict=True)))
    for place, *codes in product(PLACES, *(("", *codes) for codes in OPTIONS.values()))
]
choices_of_any_kind = some.sampled_from(COMBINATIONS)


@pytest.fixture(scope="module")
def scopes(demo_store: Path) -> dict[str, Scope]:
    return {code: scope_of(demo_store, language=code) for code in languages()}


def first_number(text: str) -> int:
    """The number that a sentence begins with."""
    found = re.match(r"\d+", text)
    assert found, text
    return int(found.group())


@given(choices_of_any_kind)
@settings(max_examples=50, deadline=None)
def test_the_sentence_counts_the_rows_and_the_rows_are_the_cards(scopes: dict[str, Scope], choices: Choices) -> None:
    for scope in scopes.values():
        rows, citywide = listed(scope, choices), for_whole_city(scope, choices)
        assert first_number(list_sentence(scope, choices)) == len(rows)
        if choices.of_some_places:
            assert first_number(citywide_sentence(scope, choices)) == len(citywide)
        assert cards_html(scope, shown(scope, choices), known_of(scope)).count('<li class="program"') == len(
            rows
        ) + len(citywide)
        assert not set(rows.id) & set(citywide.id)
        assert citywide.citywide.all()


@given(choices_of_any_kind)
@settings(max_examples=50, deadline=None)
def test_a_sentence_names_each_choice_once_and_ends_well(scopes: dict[str, Scope], choices: Choices) -> None:
    for scope in scopes.values():
        sentence = list_sentence(scope, choices)
        assert re.fullmatch(r"\d+ [^.:]+(: [^.:]+)?\.", sentence), sentence
        named = len(choices.codes) + bool(choices.place)
        assert (sentence.partition(": ")[2].count(", ") + 1 if ": " in sentence else 0) == named


def test_every_program_is_listed_under_its_own_codes(scopes: dict[str, Scope]) -> None:
    scope = scopes["en"]
    for program in queries.rows(scope.ask(queries.programs)):
        for pillar in str(program.pillar).split(";"):
            choices = Choices(pillar=pillar, model=program.model, status=program.status)
            assert program.id in set(listed(scope, choices).id)


def test_one_ended_program_is_said_in_the_singular(scopes: dict[str, Scope]) -> None:
    ended = Choices(status="ended")
    assert list_sentence(scopes["en"], ended) == "1 of 12 programs: ended."
    assert list_sentence(scopes["es"], ended) == "1 de 12 programas: terminado."


@given(choices_of_any_kind)
@settings(max_examples=50, deadline=None)
def test_activities_by_kind_add_up_to_all_of_them(scopes: dict[str, Scope], choices: Choices) -> None:
    scope = scopes["en"]
    whole = activities_of(scope, choices)
    parts = [activities_of(scope, choices, kind) for kind in ACTIVITIES]
    assert sum(len(part) for part in parts) == len(whole)
    assert sorted(row for part in parts for row in part.id) == sorted(whole.id)
    assert all(set(part.kind) <= {kind} for kind, part in zip(ACTIVITIES, parts, strict=True))


@given(choices_of_any_kind, some.sampled_from(sorted(TABLES)))
@settings(max_examples=50, deadline=None)
def test_a_count_leads_to_a_passport_with_the_same_count(scopes: dict[str, Scope], choices: Choices, what: str) -> None:
    scope = scopes["es"]
    found = find_listed(listed_codes(what, choices), scope)
    assert found is not None
    if what == PROGRAMS:
        assert found.row["records"] == len(listed(scope, choices))
    elif what == WORK:
        assert found.row["records"] == len(activities_of(scope, choices))
    else:
        assert found.row["records"] == first_number(citywide_sentence(scope, choices))


@pytest.mark.parametrize(
    "codes",
    [
        {"listed": "secrets"},
        {"listed": "programs", "at": "nowhere"},
        {"listed": "programs", "status": "hopeful"},
        {"listed": "programs", "part": "enforcement"},
        {"listed": "activities", "part": "magic"},
    ],
)
def test_an_address_with_an_unknown_code_is_no_count(scopes: dict[str, Scope], codes: dict[str, str]) -> None:
    assert find_listed(codes, scopes["en"]) is None
