"""The outcomes page: like with like, what is said where nothing can be compared, parts, groups, and old links."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from components.panels import groups, outcomes
from components.readings import context_of
from components.scope import Scope
from components.standing import ALL, COMPARED, EACH, VALUES, settings_among, standing_of, usual_within
from components.words import words
from data import queries
from data.store import Store
from data.verdicts import MANY_LOOKS, Refusal, compare
from tests.components.riverton import scope_of
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import Screen, go_to, look_at, open_page, start

EN = words("en")
KINDS = {"urban": 10, "suburban": 9, "rural": 5}


@pytest.fixture(scope="module")
def scope(demo_store: Path) -> Scope:
    return scope_of(demo_store, place="old-town")


def outcome(**query: str) -> Screen:
    screen = open_page("outcomes", lang="en", **query)
    assert checks.everything(screen, "en") == {}
    return screen


class TestStanding:
    def test_a_place_is_compared_within_its_setting_unless_switched(self, scope: Scope) -> None:
        assert settings_among(scope.release) == KINDS
        assert usual_within(scope.release, "old-town") == "urban"
        assert usual_within(scope.release, None) == EACH

    @pytest.mark.parametrize("within", [EACH, "urban", "rural"])
    def test_every_group_is_what_comparing_with_the_rest_of_the_setting_says(self, scope: Scope, within: str) -> None:
        standing = standing_of(scope.release, "burglary", "2025", "en", within)
        context = context_of(scope.release, outcomes.measure_at(scope, "burglary"))
        compared = standing.figures[standing.figures.group.notna()]
        assert set(compared.setting) == (set(KINDS) if within == EACH else {within})
        for row in queries.records(compared):
            whole = standing.wholes[row["setting"]].figure
            assert whole is not None
            figure = queries.as_figure({**row, "group": "all"})
            verdict = compare(context, figure, whole, confidence=MANY_LOOKS)
            assert {1: "above", -1: "below", 0: "same"}[verdict.moved] == row["group"]

    def test_other_settings_are_not_compared_and_not_missing(self, scope: Scope) -> None:
        standing = standing_of(scope.release, "burglary", "2025", "en", "urban")
        others = standing.figures[standing.figures.setting != "urban"]
        assert others.value.notna().sum() > 5
        assert set(others[others.value.notna()].refused) == {Refusal.OTHER_SETTING}
        for view in (COMPARED, VALUES):
            drawn = standing.drawn(view)
            away = drawn[drawn.setting != "urban"]
            assert away.value.isna().all()
            assert set(away.status) <= {"not_applicable", "too_few_to_say", "not_reported"}

    def test_all_settings_together_stand_beside_the_city(self, scope: Scope) -> None:
        standing = standing_of(scope.release, "burglary", "2025", "en", ALL)
        assert not standing.wholes
        assert standing.drawn(VALUES).value.notna().sum() == standing.figures.value.notna().sum()


class TestPage:
    """What a reader meets. A place of Riverton has a setting; a place of Chicago has none."""

    def test_it_says_with_how_many_a_place_is_compared(self, publish: Publish) -> None:
        release = Store(publish("demo")).open()
        shown = outcome(n="old-town", m="burglary")
        places = standing_of(release, "burglary", "2025", "en", "urban").wholes["urban"].places
        assert f"Old Town is compared with {len(places) - 1} other urban neighborhoods." in shown.text
        assert "Other setting, not compared" in shown.text
        switched = outcome(n="old-town", m="burglary", setting="all")
        assert "All neighborhoods are compared with the city, whatever their setting" in switched.text
        assert "Other setting, not compared" not in switched.text
        assert "9 suburban" in switched.text

    def test_without_a_place_each_is_compared_within_its_own(self, publish: Publish) -> None:
        publish("demo")
        assert "compared with the others of its own setting" in outcome(m="burglary").text
        assert "Higher than others of its setting" in outcome(m="burglary").text
        rural = outcome(m="burglary", setting="rural")
        assert re.search(r"These neighborhoods are compared with each other: \d rural", rural.text)

    @pytest.mark.parametrize(("setting", "cards"), [("urban", 1), ("each", 2), ("all", 1), ("rural", 0)])
    def test_the_funnel_compares_within_the_setting_too(self, publish: Publish, setting: str, cards: int) -> None:
        publish("demo")
        screen = outcome(m="burglary", setting=setting, view="funnel")
        assert sum(anchor.startswith("funnel") for anchor in screen.anchors) == cards
        # Five rural areas are too few for a funnel, and that is said.
        assert ("This view needs at least 8 areas" in screen.text) == (setting in ("each", "rural"))

    def test_a_city_without_settings_says_so(self, publish: Publish) -> None:
        publish("chicago")
        screen = outcome(m="violent_crime", n="albany-park", setting="urban")
        assert "This city does not say which neighborhoods are urban" in screen.text
        assert "Higher than the city" in screen.text

    def test_counts_and_districts_and_groups_say_why_there_is_no_map(self, publish: Publish) -> None:
        publish("demo")
        assert EN.say("map.counts_not_mapped") in outcome(m="use_of_force").texts
        complaints = outcome(m="complaints", n="old-town")
        assert EN.say("outcomes.no_map_district") in complaints.texts
        assert any("Police District 1" in table.index for table, _ in complaints.tables)
        assert not complaints.maps

    def test_groups_stand_in_the_order_of_their_names_with_base_and_everyone(self, publish: Publish) -> None:
        publish("demo")
        screen = outcome(m="trust_fair", n="old-town", g="35 to 54")
        [table] = [table for table, _ in screen.tables if "Everyone" in table.index]
        assert list(table.index) == ["Everyone", "18 to 34", "35 to 54", "55 and over"]
        assert EN.say("outcomes.groups_of_city") in screen.text
        assert "over time: 35 to 54" in screen.text
        assert EN.say("outcomes.unknown_group", code="9 to 11") in outcome(m="trust_fair", g="9 to 11").text

    def test_force_opens_on_the_year_that_is_told_by_group(self, publish: Publish) -> None:
        publish("demo")
        for language in ("en", "es"):
            screen, said = open_page("outcomes", lang=language, m="use_of_force"), words(language)
            assert checks.everything(screen, language) == {}
            assert screen.headings[0][1].endswith(", 2025")
            assert not {said.say("outcomes.no_groups"), said.say("how_to_read.groups")} & set(screen.texts)
            assert said.say("how_to_read.group_counts") in screen.text
            name = {"en": "Hispanic or Latino", "es": "Hispanas o latinas"}[language]
            everyone = said.say("outcomes.everyone")
            assert [name in table.index for table, _ in screen.tables if everyone in table.index] == [True]
        quarter = outcome(m="use_of_force", p="2025-Q4")
        assert EN.say("outcomes.no_groups") not in quarter.text
        assert "2024 and 2025" in quarter.text

    def test_a_topic_brings_its_first_measure(self, publish: Publish) -> None:
        publish("demo")
        visitor = start(m="burglary", p="2024", lang="en").run()
        go_to(visitor, "outcomes")
        visitor.selectbox(key="choose-topic").select("trust").run()
        screen = look_at(visitor)
        assert screen.errors == []
        assert screen.address == {"m": "trust_fair", "lang": "en"}


class TestParts:
    @pytest.fixture
    def with_parts(self, demo_store: Path, tmp_path: Path) -> Scope:
        """Riverton, where break-ins into vehicles and robberies are parts of another measure."""
        shutil.copytree(demo_store, tmp_path / "store")
        newest = Store(tmp_path / "store").open().path
        assert newest is not None
        newest.chmod(0o644)
        with sqlite3.connect(newest) as connection:
            asked = "UPDATE measure SET part_of = 'burglary' WHERE id IN ('vehicle_break_ins', 'robbery')"
            connection.execute(asked)
        return scope_of(tmp_path / "store", place="downtown")

    def test_parts_are_bars_of_counts_in_their_own_order(self, with_parts: Scope) -> None:
        card = groups.parts_card(with_parts, outcomes.measure_at(with_parts, "burglary"), "2025")
        assert card is not None
        assert card.drawing is not None
        assert card.table is not None
        asked = {"measures": ["vehicle_break_ins", "robbery"], "periods": ["2025"], "neighborhoods": ["downtown"]}
        figures = queries.figures(with_parts.release, **asked)
        assert list(card.drawing.rows.value) == [one.numerator for one in figures]
        assert len(card.table) == 2
        assert EN.say("outcomes.parts_are_some") in card.lead

    def test_a_measure_without_parts_has_no_such_card(self, with_parts: Scope) -> None:
        assert groups.parts_card(with_parts, outcomes.measure_at(with_parts, "robbery"), "2025") is None
