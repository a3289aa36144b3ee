"""Comparing neighborhoods: the sentence is about the difference, what cannot be compared says why, nobody wins."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from components.panels import compare
from components.scope import Scope
from data import queries
from data.verdicts import Finding, Refusal
from tests.components.riverton import scope_of

TWO, FOUR = ("harbor-point", "canal-street"), ("harbor-point", "canal-street", "fox-hollow", "downtown")


@pytest.fixture
def scope(demo_store: Path) -> Scope:
    """The city page of the newest release."""
    return scope_of(demo_store)


def _of(scope: Scope, places: tuple[str, ...], measure: str) -> compare.Compared:
    return next(one for one in compare.compared(scope, places) if one.measure["id"] == measure)


def test_every_measure_told_by_neighborhood_stays_in_the_table(scope: Scope) -> None:
    measures = queries.measures(scope.release)
    told = set(measures[measures.level == "neighborhood"].id)
    every = compare.compared(scope, FOUR)
    assert {one.measure["id"] for one in every} == told
    table = compare.measures_table(scope, every, FOUR)
    assert len(table) == len(told)
    assert (table[scope.say("compare.clear")] != "").all()


def test_all_places_of_a_measure_are_read_in_one_period(scope: Scope) -> None:
    for one in compare.compared(scope, FOUR):
        periods = {figure.period for figure in one.figures if figure is not None}
        assert periods == {one.period}, one.measure["id"]


def test_a_refused_pair_carries_its_reason_and_no_claim(scope: Scope) -> None:
    one = _of(scope, FOUR, "burglary")
    refused = [pair for pair in one.pairs if pair.verdict.reason is not None]
    assert {pair.verdict.reason for pair in refused} == {Refusal.VISITORS}
    assert {"downtown"} <= {figure.neighborhood for pair in refused for figure in (pair.one, pair.other)}
    lead = compare.pairs_lead(scope, one.pairs)
    assert lead.count("Many people work in or visit Downtown") == 1
    assert compare.finding_of(scope, one) == "Reported break-ins: no clear difference where we compare"
    force = _of(scope, TWO, "use_of_force")
    assert force.pairs[0].verdict.finding == Finding.REFUSED
    assert compare.finding_of(scope, force) == "Times police used force: not compared"


def test_the_order_of_the_places_changes_no_verdict(scope: Scope) -> None:
    def clear(places: tuple[str, ...]) -> set[tuple[str, str, str]]:
        return {
            (str(one.measure["id"]), *((a, b) if pair.verdict.moved > 0 else (b, a)))
            for one in compare.compared(scope, places)
            for pair in one.clear
            for a, b in [(pair.one.neighborhood, pair.other.neighborhood)]
        }

    wanted = clear(FOUR)
    assert wanted
    for places in list(permutations(FOUR))[1:6]:
        assert clear(places) == wanted


def test_the_more_places_the_more_is_asked_of_a_difference(scope: Scope) -> None:
    for one in compare.compared(scope, FOUR):
        for pair in one.clear:
            alone = _of(scope, (pair.one.neighborhood, pair.other.neighborhood), str(one.measure["id"]))
            assert alone.period != one.period or alone.clear, one.measure["id"]
    two, four = (_of(scope, places, "burglary").pairs[0] for places in (TWO, FOUR))
    assert [two.one, two.other] == [four.one, four.other]
    ends = [pair.verdict.low for pair in (four, two)] + [pair.verdict.high for pair in (two, four)]
    assert ends == sorted(end for end in ends if end is not None)
    assert len(set(ends)) == 4


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_sentence_names_a_winner(demo_store: Path, language: str) -> None:
    scope = scope_of(demo_store, language=language)
    for one in compare.compared(scope, FOUR):
        for text in (
            compare.finding_of(scope, one),
            compare.pairs_lead(scope, one.pairs),
            compare.clear_cell(scope, one),
        ):
            assert text
            assert not scope.words.forbidden_in(text)
            assert not {"rank", "winner", "score", "ganador", "puntaje"} & set(text.casefold().split())


def test_suggestions_are_of_the_same_setting_and_like_in_size(scope: Scope) -> None:
    every = queries.neighborhoods(scope.release).set_index("id")
    found = compare.similar(scope, TWO)
    assert len(found) == compare.SUGGESTED
    assert not set(found) & set(TWO)
    assert {every.setting[place] for place in found} == {every.setting["harbor-point"]}
    assert not any(every.visitor_area[place] for place in found)
    assert compare.similar(scope, ("rail-yards",)) == []  # nobody lives there: like whom?


def test_what_is_not_known_of_a_place_is_said_and_nothing_is_worked_out_from_it(scope: Scope) -> None:
    table = compare.context_table(scope, ("harbor-point", "rail-yards"))
    cells = table.set_index(scope.say("compare.fact"))
    assert "10,660" in str(cells.loc["People who live there", "Harbor Point"])
    assert not (table == "").any().any()


def test_a_card_draws_the_numbers_of_its_table_and_file(scope: Scope) -> None:
    one = _of(scope, FOUR, "burglary")
    card = compare.compared_card(scope, one, FOUR)
    assert card.rows is not None
    assert card.drawing is not None
    assert card.table is not None
    drawn = card.drawing.rows[card.drawing.rows.mine]
    values = set(card.rows.value.dropna().round(6))
    assert set(drawn.value.dropna().round(6)) == values
    assert card.link == {"with": ",".join(FOUR)}
    hidden = card.rows[card.rows.value.isna()]
    assert len(hidden)
    assert drawn[drawn.y.isna()].shape[0] == len(hidden)


def test_a_sentence_says_how_large_the_difference_may_be(scope: Scope) -> None:
    cars = _of(scope, TWO, "vehicle_break_ins").pairs[0]
    assert cars.verdict.low is not None
    assert cars.verdict.high is not None
    ends = sorted(f"{100 * abs(end):.0f}%" for end in (cars.verdict.low, cars.verdict.high))
    told = compare.pair_sentence(scope, cars)
    assert told.startswith("Lower in Harbor Point")
    assert all(end in told for end in ends)
    unclear = _of(scope, TWO, "burglary").pairs[0]
    assert "could be" in compare.pair_sentence(scope, unclear)
    watch = _of(scope, TWO, "watch_participation").pairs[0]
    assert "points" in compare.pair_sentence(scope, watch)
