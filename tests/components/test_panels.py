"""What the parts of pages say: tables that add up, counts that are whole, links that stay in scope."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from components import formats
from components.panels import (
    catalog,
    home,
    measures,
    meetings,
    money,
    neighborhood,
    outcomes,
    places,
    programs,
    releases,
    stands,
    voice,
)
from components.readings import Reading
from components.scope import Scope
from components.standing import VALUES, standing_of
from data import queries
from data.figures import Status
from tests.components.riverton import HARD_PLACES, scope_of


@pytest.fixture(scope="module")
def scope(demo_store: Path) -> Scope:
    return scope_of(demo_store, place="harbor-point")


@pytest.fixture(scope="module")
def read(scope: Scope) -> dict[str, list[Reading]]:
    """The readings of places with hard figures."""
    return {place: measures.readings_of(scope, place) for place in HARD_PLACES}


def cents(text: str) -> int:
    """Dollars as a table shows them, with a minus where there is one."""
    return int(re.sub(r"[^\d]", "", text) or 0) * (-1 if re.match(r"^\W*[-−(]", text) else 1)


class TestPrograms:
    @pytest.mark.parametrize(
        ("citywide", "outside_city", "ids", "told"),
        [
            (True, False, [], "Citywide"),
            (False, True, [], "Outside the city"),
            (False, False, [], "Not stated"),
            (False, False, ["harbor-point"], "Harbor Point"),
            (True, False, ["harbor-point"], "Citywide, with a part for Harbor Point"),
        ],
    )
    def test_where_a_program_runs(
        self, scope: Scope, citywide: bool, outside_city: bool, ids: list[str], told: str
    ) -> None:
        program = {"citywide": citywide, "outside_city": outside_city, "neighborhood_ids": ids}
        assert programs.where_text(scope, program) == told

    def test_a_list_is_folded_after_its_first_cards_and_none_is_lost(self, scope: Scope) -> None:
        known, found = programs.known_of(scope), scope.ask(queries.programs)
        open_, _, folded = catalog.folded_html(scope, found, known, 3).partition('<details class="rest">')
        assert (open_.count('<li class="program"'), folded.count('<li class="program"')) == (3, len(found) - 3)
        assert '<details class="rest">' not in catalog.folded_html(scope, found, known, len(found))


class TestMoney:
    @pytest.mark.parametrize("year", ["FY2023", "FY2024", "FY2025", "FY2026"])
    def test_money_by_place_adds_up_to_the_line_below(self, scope: Scope, year: str) -> None:
        table = money.places_table(scope, "budget", year)
        amounts = [cents(str(cell)) for cell in table.iloc[:, 1]]
        assert table.iloc[-1, 0] == scope.say("budget.total")
        # Each row is rounded to whole dollars by itself.
        assert abs(sum(amounts[:-1]) - amounts[-1]) <= len(amounts)
        assert amounts[-1] == cents(money.exact_text(total(scope, year), scope))

    def test_citywide_money_has_a_row_of_its_own_and_no_place_gets_any(self, scope: Scope) -> None:
        table = money.places_table(scope, "budget", "FY2026")
        assert table.iloc[0, 0] == scope.say("budget.citywide")
        places_ = set(queries.neighborhoods(scope.release).name)
        tied = sum(
            cents(str(cell)) for name, cell in zip(table.iloc[:, 0], table.iloc[:, 1], strict=True) if name in places_
        )
        assert 0 < tied < cents(str(table.iloc[0, 1]))

    @pytest.mark.parametrize("by", ["fund", "category", "unit_name", "program_id"])
    def test_parts_of_a_card_add_up_to_its_total(self, scope: Scope, by: queries.By) -> None:
        card = money.parts_card(scope, by, "budget", "FY2026", heading="Parts")
        assert card is not None
        assert card.table is not None
        assert card.table.iloc[-1, 0] == scope.say("budget.total")
        for column in card.table.columns[1:]:
            amounts = [cents(str(cell)) for cell in card.table[column] if re.search(r"\d", str(cell))]
            assert abs(sum(amounts[:-1]) - amounts[-1]) <= len(amounts), column

    def test_how_much_of_a_year_is_gone_counts_leap_days(self) -> None:
        year = {"status": "in_progress", "starts_on": date(2023, 7, 1), "ends_on": date(2024, 6, 30)}
        assert money.pace({**year, "spending_through": date(2024, 6, 30)}) == 1
        assert money.pace({**year, "spending_through": date(2023, 7, 1)}) == pytest.approx(1 / 366)
        assert money.pace({**year, "spending_through": None}) is None
        assert money.pace({**year, "status": "complete", "spending_through": date(2024, 6, 30)}) is None
        assert money.pace(None) is None

    def test_a_year_that_is_not_over_says_so(self, scope: Scope) -> None:
        assert any("not over" in one for one in money.year_sentences(scope, "budget", "FY2026"))
        assert not any("not over" in one for one in money.year_sentences(scope, "budget", "FY2025"))

    def test_money_here_is_what_the_release_ties_to_the_place(
        self, scope: Scope, read: dict[str, list[Reading]]
    ) -> None:
        for place in read:
            tied = queries.money_in(scope.release, place)
            said = money.money_sentences(scope, tied)
            if tied.empty:
                assert said == [scope.say("neighborhood.no_money")]
            else:
                assert said
                assert scope.say("neighborhood.no_money") not in said


def total(scope: Scope, year: str) -> int:
    """Adopted and changed money of a year."""
    return int(queries.budget_by(scope.release, "fiscal_year", fiscal_year=year).revised.iloc[0])


class TestNeighborhood:
    def test_what_is_not_known_is_counted_as_published(self, scope: Scope, read: dict[str, list[Reading]]) -> None:
        for place in read:
            here = queries.figure_table(scope.release, neighborhoods=[place]).status.value_counts()
            lines = neighborhood.unknown_lines(scope, place, read[place])
            for status, key in (("withheld", "hidden_here"), ("not_reported", "not_reported_here")):
                said = scope.say(f"neighborhood.{key}", n=int(here.get(status, 0)))
                assert (said in lines) == (here.get(status, 0) > 0), (place, status)

    def test_a_place_of_visitors_says_so_and_one_without_residents_too(self, scope: Scope) -> None:
        assert scope.say("neighborhood.visitors") in neighborhood.about_place(scope, "downtown")
        assert scope.say("neighborhood.visitors") not in neighborhood.about_place(scope, "harbor-point")

    def test_in_short_says_one_thing_of_each_topic(self, scope: Scope, read: dict[str, list[Reading]]) -> None:
        for place, readings in read.items():
            topics = {reading.measure["topic"] for reading in readings} & set(neighborhood.SHORT_TOPICS)
            assert len(neighborhood.in_short(scope, readings)) == len(topics)
            assert len(neighborhood.in_short_of_work(scope, place)) == 3

    def test_the_table_of_a_topic_holds_every_measure_once(self, scope: Scope) -> None:
        readings = measures.readings_of(scope, "harbor-point", topic="safety")
        table = measures.measures_table(readings, scope)
        assert len(table) == len(readings) > 3
        assert table.iloc[:, 0].is_unique


class TestMeasures:
    def test_a_status_that_needs_care_is_a_chip_and_has_words(
        self, scope: Scope, read: dict[str, list[Reading]]
    ) -> None:
        seen = set()
        for readings in read.values():
            for reading in readings:
                chips = [chip.text for chip in measures.chips_of(reading, scope)]
                status = scope.say(f"status.chip.{reading.now.status}")
                assert (status in chips) == (reading.now.status != Status.SHOWN)
                seen.add(reading.now.status)
        assert {Status.SHOWN, Status.WITHHELD, Status.NOT_REPORTED} <= seen

    def test_color_words_are_used_only_for_a_clear_change(self, scope: Scope, read: dict[str, list[Reading]]) -> None:
        for readings in read.values():
            for reading in readings:
                meanings = {chip.meaning for chip in measures.chips_of(reading, scope)}
                assert bool(meanings & {"better", "worse", "changed"}) == reading.change.is_clear

    def test_a_measure_by_district_is_read_in_the_places_district(self, scope: Scope) -> None:
        complaints = next(
            one for one in measures.readings_of(scope, "harbor-point") if one.measure["id"] == "complaints"
        )
        assert complaints.place == queries.districts_of(scope.release, "harbor-point").id.iloc[0]

    @pytest.mark.parametrize(
        ("residents", "said"),
        [(1100, ["The residents counted here are 10% more than in 2024. That lowers the rate by itself."]),
         (890, ["The residents counted here are 11% fewer than in 2024. That raises the rate by itself."]),
         (1090, [])],
    )  # fmt: skip
    def test_a_jump_of_the_residents_under_a_rate_is_told(
        self, scope: Scope, read: dict[str, list[Reading]], residents: int, said: list[str]
    ) -> None:
        reading = next(one for one in read["harbor-point"] if one.kind == "rate" and one.before is not None)
        assert reading.before is not None
        now = replace(reading.now, denominator=residents)
        before = replace(reading.before, denominator=1000, denominator_period="2024")
        assert measures.residents_notice(replace(reading, now=now, before=before), scope) == said

    def test_opt_in_answers_are_in_the_table_and_never_on_the_line(self, scope: Scope) -> None:
        reading = next(one for one in measures.readings_of(scope, "city") if one.measure["id"] == "feel_safe_night")
        card = measures.measure_card(reading, scope)
        assert card.table is not None
        assert card.drawing is not None
        assert formats.period_label("2025-Q2", "en") in set(card.table.iloc[:, 0])
        assert not card.drawing.rows.astype(str).apply(lambda column: column.str.contains("2025-Q2")).any(axis=None)


class TestPlaces:
    def test_the_list_holds_every_place_of_the_map_with_its_status(self, scope: Scope) -> None:
        for row in queries.rows(places.mapped_measures(scope)):
            for period in places.map_periods(scope, row.id)[:2]:
                standing = standing_of(scope.release, row.id, period, "en")
                table = stands.places_table(scope, outcomes.measure_at(scope, row.id), standing, VALUES)
                assert list(table.iloc[:, 0]) == list(standing.figures.name)
                for cells, status in zip(table.itertuples(index=False), standing.figures.status, strict=True):
                    assert scope.say(f"status.chip.{status}") in cells

    def test_no_bare_count_is_put_on_a_map(self, scope: Scope) -> None:
        assert set(places.mapped_measures(scope).kind) <= {"rate", "share", "score"}


class TestProgramsAndVoice:
    def test_a_link_of_the_chain_that_is_missing_is_said_and_not_linked(self, scope: Scope) -> None:
        chain = queries.chain(scope.release, "fox-hollow")
        assert len(chain)
        html = programs.chain_html(scope, chain)
        items = re.findall(r"<li class='(\w+)'>(.*?)</li>", html, re.S)
        assert {kind for kind, _ in items} == {"found", "missing"}
        for kind, item in items:
            assert ("<a " in item) == (kind == "found")
            assert (scope.say("neighborhood.none_recorded") in item) == (kind == "missing")

    def test_promises_are_counted_by_where_they_stand(self, scope: Scope) -> None:
        promises = queries.commitments(scope.release, as_of=scope.as_of)
        counts = [int(number) for number in re.findall(r"\d+", voice.promises_line(scope, promises))]
        assert sorted(counts) == sorted(promises.state.value_counts().reindex(voice.STATES, fill_value=0))
        assert sum(counts) == len(promises)
        assert len(voice.promises_table(scope, promises)) == len(promises)

    def test_a_survey_cell_of_eight_shows_no_share(self, scope: Scope) -> None:
        waves = queries.records(queries.survey_waves(scope.release))
        wave = next(one for one in waves if one["period"] == "2025-Q4")
        card = voice.survey_card(scope, wave, "sable-prairie")
        assert card is not None
        assert card.drawing is None
        assert card.table is not None
        assert not any("%" in str(cell) for cell in card.table.iloc[:, 1:].to_numpy().ravel())

    def test_an_opt_in_wave_says_so_before_its_answers(self, scope: Scope) -> None:
        waves = queries.records(queries.survey_waves(scope.release))
        wave = next(one for one in waves if one["mode"] == "opt_in")
        card = voice.survey_card(scope, wave, "city")
        assert card is not None
        assert scope.say("reasons.opt_in") in card.notices

    def test_the_next_meeting_is_the_first_that_has_not_been(self, scope: Scope) -> None:
        meeting = meetings.next_meeting(scope, "harbor-point")
        assert meeting is not None
        coming = queries.meetings(scope.release, neighborhood="harbor-point", since=scope.as_of)
        assert meeting["id"] == coming.id.iloc[0]
        assert meeting["held_on"] >= scope.as_of


class TestAboutAndHome:
    def test_a_number_of_a_record_that_changed_is_told_in_words(self, scope: Scope) -> None:
        row = {
            "release_id": scope.release.id, "table_name": "program_goal", "measure_id": "burglary",
            "neighborhood_id": "harbor-point", "period": None, "group_name": None, "item": "lights-2026",
            "changed_column": "target", "old": "8.42", "new": "9", "kind": "changed", "reason_kind": "corrected",
            "reason": "A slip of the pen.",
        }  # fmt: skip
        (told,) = releases.changes_table(scope, pd.DataFrame([row])).to_dict("records")
        assert [str(cell) for cell in told.values()] == [
            "Goal of a program (lights-2026)", "Harbor Point", "", "Goal: 8.42", "Goal: 9", scope.release.id,
            "Corrected. A slip of the pen.",
        ]  # fmt: skip
        moved = {**row, "table_name": "evaluation", "changed_column": "after", "old": "2024", "new": "2025"}
        (told,) = releases.changes_table(scope, pd.DataFrame([moved])).to_dict("records")
        assert [str(cell) for cell in told.values()][3] == "Time after: 2024"

    def test_changes_are_told_in_words_one_row_a_figure(self, scope: Scope) -> None:
        changes = releases.changes_until(scope).head(90)
        table = releases.changes_table(scope, changes)
        assert len(table) == len(changes.drop_duplicates(releases.FIGURE)) > 0
        assert not table.map(lambda cell: str(cell) in ("None", "nan")).any(axis=None)

    @pytest.mark.parametrize(
        ("planned", "came", "key", "days"),
        [
            (date(2025, 12, 1), date(2025, 12, 12), "about.days_late", 11),
            (date(2025, 12, 1), date(2025, 12, 1), "about.in_time", None),
            (date(2025, 12, 1), date(2025, 11, 1), "about.in_time", None),
        ],
    )
    def test_lateness_in_words(self, scope: Scope, planned: date, came: date, key: str, days: int | None) -> None:
        assert releases.lateness(scope, planned, came) == (scope.say(key, n=days) if days else scope.say(key))
        assert not re.search(r"\d", releases.lateness(scope, None, came))

    def test_tiles_are_headline_figures_with_a_value_and_never_one_topic_alone(self, scope: Scope) -> None:
        readings = measures.readings_of(scope, "city")
        tiles = home.headline_tiles(scope, readings)
        assert 2 <= len(tiles) <= home.TILES
        assert all(tile.now.has_value and tile.measure["headline"] for tile in tiles)
        assert len({tile.measure["topic"] for tile in tiles}) > 1

    def test_news_counts_the_changed_figures(self, scope: Scope) -> None:
        changes = queries.revisions(scope.release)
        single = changes[~changes.changed_column.isin(["period", "measure"])]
        figures = len(single.drop_duplicates([name for name in releases.FIGURE if name != "release_id"]))
        assert scope.say("home.figures_changed", n=figures) in home.news_lines(scope)
