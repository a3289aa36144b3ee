"""The catalog of programs: from none to hundreds, with every choice in the address."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from components import ask as ask_module
from components import charts, maps
from components import scope as scope_module
from components.choices import ACTIVITIES, Choices
from components.panels import activities, catalog, programs
from components.tokens import look
from components.words import words
from data import queries
from data.publish.release import build
from data.store import Store
from tests.components.riverton import scope_of
from tests.data.programs import tables_with_programs
from tests.data.small import small_tables, stamp
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import Screen, look_at, open_page, start

FEW, SOME, MANY = 3, 40, 300


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Stores of cities with no program, a few, more than any page draws whole, and hundreds."""
    made = {}
    for many in (0, FEW, SOME, MANY):
        made[many] = tmp_path_factory.mktemp(f"programs-{many}")
        build(Store(made[many]), tables_with_programs(many) if many else small_tables(), stamp("one"))
    return made


def cards(screen: Screen) -> list[str]:
    """Anchors of the cards."""
    return [anchor for anchor in screen.anchors if anchor.startswith("program-")]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("many", [0, FEW, MANY])
def test_the_page_is_whole_with_any_number_of_programs(
    stores: dict[int, Path], monkeypatch: pytest.MonkeyPatch, many: int, language: str
) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(stores[many]))
    screen = open_page("programs", lang=language)
    assert checks.everything(screen, language) == {}
    assert len(cards(screen)) == many
    if not many:
        assert words(language).say("programs.none") in screen.texts
        assert screen.text.count(words(language).say("listing.no_pillar")) == 3


EVERYTHING = [
    ("programs", {}),
    ("how", {}),
    ("budget", {}),
    ("program", {"program": "program-001"}),
    ("problems", {}),
    ("neighborhood", {"n": "mill-hill"}),
]
"""Pages of a city with hundreds of everything; a third of all programs run in one of its neighborhoods."""


@pytest.mark.parametrize(("page", "codes"), EVERYTHING)
def test_hundreds_of_everything_make_a_page_longer_and_not_heavier(
    stores: dict[int, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str, codes: dict[str, str]
) -> None:
    elements, questions, size = {}, {}, {}
    for many in (SOME, MANY):
        # A copy: of a store that was looked at before, pages keep what they made.
        monkeypatch.setenv("OPENBEAT_STORE", str(shutil.copytree(stores[many], tmp_path / str(many))))
        visitor = start(lang="en", **codes).run()
        ask_module._answer.cache_clear()
        visitor.switch_page(f"{page}.py")
        visitor.run()
        questions[many] = ask_module._answer.cache_info().misses
        drawn = [proto for element in visitor._tree if (proto := getattr(element, "proto", None)) is not None]
        elements[many], size[many] = len(drawn), sum(len(str(proto)) for proto in drawn)
        screen = look_at(visitor)
        assert checks.everything(screen, "en") == {}
    assert elements[MANY] <= elements[SOME] + 2  # the sentences that charts and tables are cut
    assert questions[MANY] == questions[SOME]
    assert (size[MANY] - size[SOME]) / (MANY - SOME) < 3_000


def test_a_long_list_draws_forty_bars_and_says_so(stores: dict[int, Path]) -> None:
    scope = scope_of(stores[MANY])
    card = catalog.when_card(scope, Choices())
    assert card.drawing is not None
    assert len(card.drawing.rows) == catalog.MOST_BARS
    assert scope.say("listing.time_most", n=catalog.MOST_BARS) in card.lead
    assert card.table is not None
    assert len(card.table) == MANY == len(card.rows if card.rows is not None else [])


@pytest.mark.parametrize(
    "query",
    [
        {"pillar": "problem_solving", "status": "running", "setting": "urban"},
        {"model": "other", "kind": "resident"},
        {"n": "harbor-point", "kind": "business"},
        {"n": "northgate", "status": "planned"},
        {"setting": "rural", "activity": "prevention"},
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_choice_of_the_address_is_followed(publish: Publish, query: dict[str, str], language: str) -> None:
    release = Store(publish("demo")).open()
    screen = open_page("programs", lang=language, **query)
    assert checks.everything(screen, language) == {}
    asked: dict[str, Any] = {
        "neighborhood" if name == "n" else name: code for name, code in query.items() if name != "activity"
    }
    found = queries.programs(release, **asked)
    heading = next(text for level, text in screen.headings if level == 2)
    assert heading.startswith(f"{len(found)} ")
    assert {f"program-{program}" for program in found.id} <= set(cards(screen))
    assert words(language).say("listing.show_all") in screen.texts
    for name, code in query.items():
        assert screen.address[name] == code


@pytest.mark.parametrize("name", ["pillar", "model", "status", "kind", "setting", "activity"])
def test_a_code_that_is_not_known_says_so_and_lists_all(publish: Publish, name: str) -> None:
    release = Store(publish("demo")).open()
    screen = open_page("programs", lang="en", **{name: "unheard-of"})
    assert checks.everything(screen, "en") == {}
    assert words("en").say("listing.unknown", code="unheard-of") in screen.texts
    assert len(cards(screen)) == len(queries.programs(release))


def test_a_city_without_partners_or_settings_offers_no_such_choice(publish: Publish) -> None:
    publish("cincinnati")
    screen = open_page("programs", lang="en", kind="resident")
    assert checks.everything(screen, "en") == {}
    assert words("en").say("listing.kind") not in screen.texts
    assert words("en").say("listing.setting") not in screen.texts
    assert words("en").say("listing.unknown", code="resident") in screen.texts


def test_partners_on_a_card_are_the_rows_of_the_partner_table(publish: Publish) -> None:
    scope = scope_of(publish("demo"))
    known = programs.known_of(scope)
    for program in queries.rows(queries.programs(scope.release)):
        rows = queries.partners(scope.release, program=program.id)
        told = programs.partners_text(scope, known.partners.get(program.id, []))
        head, _, kinds = told.partition(": ")
        assert [int(found) for found in re.findall(r"\d+", head)] == ([len(rows)] if len(rows) else [])
        assert sum(int(found) for found in re.findall(r"\d+", kinds)) == len(rows)


@pytest.mark.parametrize("kind", ACTIVITIES)
def test_a_part_of_the_work_lists_exactly_those_activities(publish: Publish, kind: str) -> None:
    release = Store(publish("demo")).open()
    screen = open_page("programs", lang="en", activity=kind)
    expected = queries.activities(release)
    expected = expected[expected.kind == kind]
    [table] = [table for table, _ in screen.tables if table.index.name == "What was done"]
    assert sorted(table.index) == sorted(expected.name)
    assert any(f"activity={kind}#activities" in link for link in screen.links)


def test_shares_of_work_add_up_to_all_of_it(publish: Publish) -> None:
    scope = scope_of(publish("demo"))
    card = activities.work_card(scope, Choices())
    assert card.rows is not None
    assert card.rows.share_percent.sum() == pytest.approx(100)
    assert card.rows.activities.sum() == len(queries.activities(scope.release))


def test_the_map_holds_what_the_list_holds(publish: Publish) -> None:
    scope = scope_of(publish("demo"), place="harbor-point")
    for choices in (Choices(), Choices(place="harbor-point", status="running"), Choices(setting="urban")):
        card = catalog.where_card(scope, choices)
        assert card.drawing is not None
        assert card.rows is not None
        drawn = card.drawing.rows.set_index("id")["count"]
        assert drawn.to_dict() == card.rows.set_index("neighborhood_id").programs.to_dict()
        for place, count in drawn.items():
            asked: dict[str, Any] = {**choices.codes, "neighborhood": place}
            assert count == len(queries.programs(scope.release, **asked)), place
        assert card.table is not None
        assert len(card.table) == len(drawn)


def test_the_area_of_a_circle_is_as_large_as_the_count(publish: Publish) -> None:
    outlines = queries.outlines(Store(publish("demo")).open())
    ids = list(outlines.id)
    drawing = maps.circles(
        outlines, {ids[0]: 1, ids[1]: 2, ids[2]: 8}, look(), "en", "desktop", heading="Programs", chosen=ids[1]
    )
    size = drawing.rows.set_index("id")["size"]
    assert size[ids[2]] == pytest.approx(8 * size[ids[0]])
    assert size[ids[1]] == pytest.approx(2 * size[ids[0]])
    assert (size[ids[3:]] == 0).all()
    with pytest.raises(ValueError, match="outline"):
        maps.circles(outlines.iloc[:0], {}, look(), "en", "phone", heading="Programs")


class TestBarsOverTime:
    TODAY = date(2026, 3, 3)

    def drawn(self, *rows: dict[str, object], width: charts.Width = "desktop") -> pd.DataFrame:
        made = [
            {"label": f"Row {turn}", "end": None, "text": "Running", "is_over": False, "is_plan": False, **row}
            for turn, row in enumerate(rows)
        ]
        return charts.spans(
            made, look(), width, today=self.TODAY, today_text="Mar 2026", heading="When programs run"
        ).rows

    @pytest.mark.parametrize("width", ["phone", "desktop", "slide", "print"])
    def test_a_bar_goes_from_its_first_day_to_its_last_or_to_today(self, width: charts.Width) -> None:
        first = date(2024, 1, 1)
        rows = self.drawn({"start": first}, {"start": first, "end": date(2025, 1, 1), "is_over": True}, width=width)
        assert list(rows.begins) == [2024.0, 2024.0]
        assert rows.ends.iloc[0] == pytest.approx(2026 + 61 / 365.25)
        assert rows.ends.iloc[1] == 2025.0
        assert list(rows.goes_on) == [True, False]

    def test_a_paused_program_is_never_said_to_be_paused_since_its_first_day(self, demo_store: Path) -> None:
        scope = scope_of(demo_store)
        programs = scope.ask(queries.programs, language="en")
        bar = catalog.bar_of(scope, queries.records(programs[programs.id == "trail-rangers"])[0])
        assert bar["text"] == "Began May 2023, paused now"
        assert bar["is_over"]
        assert bar["end"] == scope.as_of

    def test_a_plan_begins_after_today_and_a_day_that_is_out_of_order_draws_no_bar_backward(self) -> None:
        rows = self.drawn(
            {"start": self.TODAY + timedelta(days=90), "is_plan": True},
            {"start": date(2025, 5, 1), "end": date(2025, 4, 1)},
        )
        assert (rows.ends >= rows.begins).all()
        with pytest.raises(ValueError, match="row"):
            charts.spans([], look(), "phone", today=self.TODAY, today_text="", heading="")


def test_a_phone_folds_the_choices_and_the_longer_half_of_a_card(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("demo")
    monkeypatch.setattr(scope_module, "_is_phone", lambda: True)
    screen = open_page("programs", lang="es", status="running")
    assert checks.everything(screen, "es") == {}
    assert words("es").say("listing.filters") in screen.texts
    assert screen.texts.count(words("es").say("programs.card_more")) == len(cards(screen))
