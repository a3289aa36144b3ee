"""Names of places match after evening out how they are written, and never by likeness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.publish.names import Gazetteer, fold, looks_like_a_total, slug


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("WILLARD\u00a0\u2010\u00a0HAY", "Willard - Hay"),
        ("Mt.  Airy", "mt airy"),
        ("O'HARE", "Ohare"),
        ("O’Hare", "O'Hare"),
        ("Peñasco", "PENASCO"),
        ("Pen\u0303asco", "Peñasco"),
        ("Lower Price Hill_Queensgate", "lower price hill/queensgate"),
        ("C. B. D. / RIVERFRONT", "c.b.d.-Riverfront"),
        ("ＦＵＬＬ Width", "full width"),
        ("Straße", "STRASSE"),
    ],
)
def test_two_ways_to_write_a_name_fold_to_one(written: str, plain: str) -> None:
    assert fold(written) == fold(plain) != ""


@pytest.mark.parametrize(("one", "other"), [("Avondale", "North Avondale"), ("Oakland", "Oaklawn"), ("5th", "15th")])
def test_two_names_that_look_alike_stay_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_and_outer_blanks_never_matter(text: str) -> None:
    assert fold(f"\u00a0{text}  ") == fold(text)


@given(st.text())
def test_a_slug_is_safe_in_a_link(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


PLACES = [
    ("mt-airy", "Mt. Airy", "neighborhood"),
    ("ohare", "O'Hare", "neighborhood"),
    ("35", "Douglas", "neighborhood"),
    ("police-district-01", "Police District 01", "district"),
]


def test_an_id_a_name_and_an_alias_mean_the_place() -> None:
    gazetteer = Gazetteer(PLACES, [("ohare", "Airport")])
    assert [gazetteer.find(name) for name in ("ohare", "O’HARE", "airport", "35", "city", "unplaced")] == [
        "ohare",
        "ohare",
        "ohare",
        "35",
        "city",
        "unplaced",
    ]


def test_words_mean_the_same_only_where_the_pack_says_so() -> None:
    assert Gazetteer(PLACES).find("MOUNT  AIRY") is None
    assert Gazetteer(PLACES, same=[["Mt.", "Mount"]]).find("MOUNT  AIRY") == "mt-airy"


def test_likeness_is_offered_and_never_taken() -> None:
    gazetteer = Gazetteer(PLACES)
    assert gazetteer.find("Mt. Ary") is None
    assert gazetteer.nearest("Mt. Ary")[0] == "Mt. Airy"


def test_levels_have_their_own_names() -> None:
    gazetteer = Gazetteer([*PLACES, ("douglas-d", "Douglas", "district")])
    assert not gazetteer.clashes
    assert gazetteer.find("Douglas") == "35"
    assert gazetteer.find("Douglas", "district") == "douglas-d"
    assert gazetteer.find("Mt. Airy", "district") is None


def test_a_name_of_two_places_means_neither() -> None:
    gazetteer = Gazetteer([("a", "Saint-Paul", "neighborhood"), ("b", "SAINT PAUL", "neighborhood")])
    [clash] = gazetteer.clashes
    assert {clash.first, clash.second} == {"a", "b"}
    assert gazetteer.find("Saint Paul") is None
    assert gazetteer.find("a") == "a"


@pytest.mark.parametrize("name", ["Total", "GRAND TOTAL", "City of Minneapolis", "All areas", "Citywide", "tiny"])
def test_totals_are_seen(name: str) -> None:
    assert looks_like_a_total(name, "Tiny")


@pytest.mark.parametrize("name", ["Totality", "City West", "Allston", "", "-"])
def test_places_are_not_taken_for_totals(name: str) -> None:
    assert not looks_like_a_total(name, "Tiny")
