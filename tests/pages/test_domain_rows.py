"""What the field asks of such a site, row by row of section 1 of the domain reference, as readers of Riverton find it.

A test is named after its row. Rows on measures, surveys and money have their tests beside their own pages.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.panels import how
from components.scope import Scope
from components.server.opendata import open_data_routes
from components.words import words
from data import queries
from data.models import BARRIER_KINDS, ELEMENTS, PARTNER_KINDS, PILLARS, STAGES, SUB_STEPS, TOPICS
from tests.components.riverton import scope_of
from tests.pages.screen import Screen, open_page

EN = words("en")


@pytest.fixture
def scope(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Scope:
    """What the pages of the newest release know; every page opened in the test is of it."""
    monkeypatch.setenv("OPENBEAT_STORE", str(demo_store))
    return scope_of(demo_store)


def rows_of(scope: Scope, table: str) -> list[dict[str, Any]]:
    """A whole table of the release, read without the questions that pages ask."""
    with scope.release.connect() as connection:
        found = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
        names = list(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]


def program_page(program: str) -> Screen:
    """The page of a program, in English."""
    return open_page("program", lang="en", program=program)


def table_of(screen: Screen, caption: str) -> pd.DataFrame:
    """The table with a caption, its names of rows as a column."""
    wanted = EN.say("table.caption", title=caption)
    return next(table.reset_index() for table, told in screen.tables if told == wanted)


def file_of(scope: Scope, table: str) -> list[dict[str, str]]:
    """A table of the open data, as anybody downloads it."""
    with TestClient(Starlette(routes=open_data_routes())) as client:
        answer = client.get(f"/data/{scope.release.id}/{table}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_row_01_every_program_stands_under_a_pillar_and_an_empty_pillar_says_so(scope: Scope) -> None:
    for program in rows_of(scope, "program"):
        pillars = program["pillar"].split(";")
        assert pillars
        assert set(pillars) <= set(PILLARS)
    listed: set[str] = set()
    for pillar in PILLARS:
        found = queries.programs(scope.release, pillar=pillar)
        screen = open_page("programs", lang="en", pillar=pillar)
        assert f"{len(found)}" in screen.texts
        listed |= set(found.id)
    assert listed == {program["id"] for program in rows_of(scope, "program")}


def test_row_02_kinds_of_work_add_to_all_and_each_part_lists_its_own(scope: Scope) -> None:
    every = rows_of(scope, "response_activity")
    kinds = {
        kind: sum(row["kind"] == kind for row in every) for kind in ("enforcement", "prevention", "partner_service")
    }
    assert sum(kinds.values()) == len(every)
    for kind, count in kinds.items():
        screen = open_page("programs", lang="en", activity=kind)
        tables = [table for table, caption in screen.tables if len(table) == count]
        assert tables or count == 0, kind


@pytest.mark.parametrize("program", ["safe-lights", "shop-safe", "trail-rangers"])
def test_row_03_each_program_says_what_allows_it_or_that_nothing_is_recorded(scope: Scope, program: str) -> None:
    told = program_page(program).under(EN.say("program.legal"))
    mine = {row["legal_basis_id"] for row in rows_of(scope, "program_legal_basis") if row["program_id"] == program}
    rules = [row for row in rows_of(scope, "legal_basis") if row["id"] in mine]
    if not rules:
        assert EN.say("program.none_recorded") in told
    for rule in rules:
        assert rule["citation"] in told
        expired = rule["effective_to"] is not None and rule["effective_to"] < scope.as_of.isoformat()
        flag = EN.say("program.rule_expired", citation=rule["citation"], date="June 30, 2025")
        assert (flag in told) == expired


def test_row_04_a_place_without_residents_for_the_year_shows_counts_and_no_rate(scope: Scope) -> None:
    figures = queries.figures(scope.release, measures=["robbery"], neighborhoods=["northgate"])
    without = [figure for figure in figures if figure.reason == "no_population"]
    assert any(figure.numerator for figure in without)
    assert {figure.value for figure in without} == {None}
    screen = open_page("neighborhood", lang="en", n="northgate")
    told = [one.text for one in screen.figures if "m=robbery" in one.link and "at=northgate" in one.link]
    assert told
    assert not [text for text in told if "per 1,000" in text]


def test_row_05_partners_on_the_card_are_the_rows_of_the_table_and_of_the_file(scope: Scope) -> None:
    file, catalog = file_of(scope, "program_partner"), open_page("programs", lang="en")
    for program in ("safe-lights", "harbor-after-school", "edge-of-town"):
        count = sum(row["program_id"] == program for row in file)
        caption = EN.say("program.partner_count", n=count)
        assert len(table_of(program_page(program), caption)) == count
        name = next(row["name"] for row in rows_of(scope, "program") if row["id"] == program)
        card = catalog.under(name)
        assert EN.say("programs.partners_line", n=count, kinds="|").split("|")[0] in card


def test_row_07_steps_are_in_order_none_is_left_out_and_no_assessment_is_done_without_a_study(scope: Scope) -> None:
    studied = {row["problem_id"] for row in rows_of(scope, "evaluation")}
    stages = {(row["problem_id"], row["stage"]): row for row in rows_of(scope, "sara_stage")}
    screen = open_page("problems", lang="en")
    names = [EN.name_of("kinds.sara_stage.stage", stage) for stage in STAGES]
    skipped = 0
    for problem in rows_of(scope, "problem"):
        if stages.get((problem["id"], "assessment"), {}).get("status") == "done":
            assert problem["id"] in studied
        told = screen.under(problem["title"])
        at = [told.find(name) for name in names]
        assert -1 not in at, problem["id"]
        assert at == sorted(at), problem["id"]
        mine = [stages[problem["id"], stage]["status"] for stage in STAGES if (problem["id"], stage) in stages]
        skipped += "skipped" in mine
        assert ("Skipped" in told) == ("skipped" in mine), problem["id"]
    assert skipped


def test_row_07a_documented_steps_are_the_ticks_that_are_listed(scope: Scope) -> None:
    screen = open_page("problems", lang="en")
    for problem in rows_of(scope, "problem"):
        mine = [row for row in rows_of(scope, "sara_stage") if row["problem_id"] == problem["id"]]
        ticked = [step for row in mine for step in (row["steps_documented"] or "").split(";") if step]
        told = screen.under(problem["title"])
        assert EN.say("problems.steps_count", n=len(ticked), total="25") in told, problem["id"]
        lines = told.split("\n")
        on, off = (
            sum(line.strip(" ,:()") == EN.say(f"problems.{key}") for line in lines)
            for key in ("on_file", "not_on_file")
        )
        assert (on, off) == (len(ticked), 25 - len(ticked)), problem["id"]
    assert sum(len(steps) for steps in SUB_STEPS.values()) == 25


def test_row_08_a_promise_past_its_day_is_overdue_on_the_day_that_is_printed(scope: Scope) -> None:
    promises = queries.commitments(scope.release, as_of=scope.as_of)
    late = promises[
        (promises.status == "under_way") & promises.due_on.map(lambda day: day is not None and day < scope.as_of)
    ]
    assert len(late)
    assert set(late.state) == {"overdue"}
    told = open_page("program", lang="en", program="safe-lights").text
    assert "Overdue by 62 days" in told


def test_row_09_every_kind_of_stakeholder_is_there_and_none_is_zero(scope: Scope) -> None:
    told = program_page("safe-lights").under(EN.say("program.partners")).split("\n")
    for kind in PARTNER_KINDS:
        name = EN.name_of("kinds.partner.kind", kind)
        at = told.index(name)
        count = next(text for text in told[at + 1 :] if text.isdigit())
        mine = {row["partner_id"] for row in rows_of(scope, "program_partner") if row["program_id"] == "safe-lights"}
        assert int(count) == sum(row["id"] in mine and row["kind"] == kind for row in rows_of(scope, "partner")), kind


def test_row_10_a_goal_without_a_measure_or_a_day_cannot_be_measured(scope: Scope) -> None:
    screens: dict[str, str] = {}
    for goal in rows_of(scope, "program_goal"):
        page = screens.setdefault(goal["program_id"], program_page(goal["program_id"]).text)
        if goal["target"] is None or goal["due_on"] is None:
            chip = EN.say("goals.chip.not_measurable")
            assert chip in page, goal["id"]
    easier = [
        goal
        for goal in rows_of(scope, "program_goal")
        if None not in (goal["target"], goal["baseline"])
        and (goal["target"] - goal["baseline"]) * (1 if goal["direction"] == "fewer" else -1) > 0
    ]
    assert easier
    for goal in easier:
        assert EN.say("goals.easier") in screens[goal["program_id"]]


def test_row_11_the_four_marks_of_design_are_always_listed(scope: Scope) -> None:
    found = rows_of(scope, "program_element")
    missing = 0
    for program in rows_of(scope, "program"):
        told = program_page(program["id"]).under(EN.say("program.elements"))
        mine = {row["element"] for row in found if row["program_id"] == program["id"]}
        for element in ELEMENTS:
            assert EN.name_of("kinds.program_element.element", element) in told, program["id"]
        absent = told.split("\n").count(EN.say("program.not_reported"))
        assert absent == len(ELEMENTS) - len(mine), program["id"]
        missing += absent
    assert missing


def test_row_12_training_lists_the_topics_of_the_field_and_says_of_how_many(scope: Scope) -> None:
    screen = open_page("how", lang="en")
    told = screen.under(EN.say("how.training"))
    for topic in TOPICS:
        assert EN.name_of("kinds.training_course.topic", topic) in told
    for course in rows_of(scope, "training_course"):
        if course["officers_current"] is not None:
            assert f"({course['officers_current']} of {course['officers_required']})" in told


def test_row_15_each_technology_shows_the_nine_topics_of_its_report(scope: Scope) -> None:
    screen = open_page("how", lang="en")
    for item in rows_of(scope, "technology_item"):
        told = screen.under(item["name"])
        for topic in how.REPORT:
            assert EN.say(f"how.tech_{topic}") in told, (item["id"], topic)


def test_row_16_a_charge_outside_its_grant_raises_a_flag(scope: Scope) -> None:
    charges = queries.grant_charges(scope.release)
    broken = charges[charges.breaks.notna()]
    assert len(broken)
    for program in set(broken.program_id.dropna()):
        told = program_page(program).under(EN.say("program.money"))
        for charge in queries.rows(broken[broken.program_id == program]):
            assert ("before this grant began" if charge.breaks == "before_start" else "after this grant ended") in told


def test_row_17_rules_of_a_level_are_those_of_the_file(scope: Scope) -> None:
    file = file_of(scope, "legal_basis")
    for level in how.LEVELS:
        told = open_page("how", lang="en", level=level).under(EN.say("how.rules"))
        for rule in file:
            assert (rule["title"] in told) == (rule["scope"] == level), rule["id"]


def test_row_18_hidden_cells_on_screen_are_the_rows_of_the_log(scope: Scope) -> None:
    table = table_of(open_page("about", lang="en"), EN.say("about.hidden"))
    shown = sum(int(str(count).replace(",", "")) for count in table[EN.say("table.count")])
    assert shown == len(rows_of(scope, "withheld_cell")) == len(file_of(scope, "withheld_cell"))


def test_row_19_and_32_every_kind_of_barrier_can_be_chosen(scope: Scope) -> None:
    found = rows_of(scope, "barrier")
    for kind in BARRIER_KINDS:
        told = open_page("how", lang="en", barrier=kind).under(EN.say("how.barriers"))
        for barrier in found:
            assert (barrier["description"] in told) == (barrier["kind"] == kind), barrier["id"]
    assert {barrier["kind"] for barrier in found} == set(BARRIER_KINDS)


def test_row_20_every_figure_has_a_definition(scope: Scope) -> None:
    defined = {row["id"] for row in rows_of(scope, "measure")}
    assert {row["measure_id"] for row in rows_of(scope, "observation")} <= defined
    screen = open_page("about", lang="en")
    assert {f"def-{measure}" for measure in defined} <= set(screen.anchors)


def test_row_30_a_wave_says_how_many_answered_or_that_the_rate_is_not_known(scope: Scope) -> None:
    for wave in rows_of(scope, "survey_wave"):
        told = open_page("feedback", lang="en", wave=wave["id"]).text
        if wave["invited"] is None:
            assert EN.say("feedback.open_link") in told, wave["id"]
        else:
            assert f"{wave['invited']:,}" in told, wave["id"]


def test_row_31_a_late_release_of_data_shows_its_days_and_a_changed_figure_its_old_value(scope: Scope) -> None:
    late = queries.late_updates(scope.release, as_of=scope.as_of)
    assert len(late)
    told = open_page("about", lang="en").under(EN.say("about.late_title"))
    for row in queries.rows(late):
        assert f"{row.days_late} day" in told
    changed = [row for row in rows_of(scope, "revision") if row["old"] and row["new"]]
    assert changed
    assert open_page("about", lang="en").under(EN.say("about.changes"))


@pytest.mark.parametrize("place", [None, "bayview", "juniper-park", "canal-street"])
def test_row_33_priorities_without_a_problem_are_named(scope: Scope, place: str | None) -> None:
    chosen = {"n": place} if place else {}
    told = open_page("problems", lang="en", **chosen).under(EN.say("problems.beside"))
    themes = rows_of(scope, "feedback_theme")
    first = [row for row in themes if row["priority_rank"] is not None and row["neighborhood_id"] == place]
    assert first
    assert all(row["title"] in told for row in first)
    silent = [row for row in first if row["problem_id"] is None]
    line = EN.say("problems.unmatched", n=len(silent), total=str(len(first)))
    assert (line if silent else EN.say("problems.all_matched")) in told
    assert told.count(EN.say("problems.not_opened")) >= len(silent)


def test_rows_34_and_35_claims_of_cincinnati_and_boise_carry_a_grade_and_no_more(scope: Scope) -> None:
    screen = open_page("how", lang="en")
    told = screen.under(EN.say("how.cases"))
    cases = rows_of(scope, "case_study")
    assert {"Cincinnati, Ohio", "Boise, Idaho"} <= {case["place"] for case in cases}
    unsupported = (EN.say("how.unverified"), EN.say("how.unverified_checked"))
    assert sum(line in unsupported for line in told.split("\n")) == sum(
        case["evidence_grade"] == "unverified" or case["checked_on"] is None for case in cases
    )


def test_row_36_and_37_no_map_is_without_its_limits_and_a_forecast_without_its_audit(scope: Scope) -> None:
    for page in ("home", "outcomes", "programs"):
        assert EN.say("map.limits") in open_page(page, lang="en").texts, page
    forecasts = [item for item in rows_of(scope, "technology_item") if item["predictive"]]
    assert forecasts
    screen = open_page("how", lang="en")
    for item in forecasts:
        assert item["bias_audit"] or EN.say("how.no_bias_audit") in screen.under(item["name"])


def test_row_38_the_grade_chooses_the_words(scope: Scope) -> None:
    """No sentence on a result is typed: a study without a comparison never says "compared with"."""
    for evaluation in rows_of(scope, "evaluation"):
        told = program_page(evaluation["program_id"]).under(EN.say("program.results"))
        if evaluation["grade"] == 1 and evaluation["estimate"] is not None:
            assert EN.say("evidence.after_1") in told, evaluation["id"]
        if evaluation["refused"]:
            assert "Too little data to judge" in told, evaluation["id"]


def test_row_40_how_to_complain_and_get_help_is_on_a_page_of_the_menu(scope: Scope) -> None:
    told = open_page("how", lang="en").under(EN.say("how.rights"))
    for name in ("complaints", "language_help", "access_help"):
        assert EN.say(f"how.right_{name}") in told
        assert str(scope.city[name]) in told


def test_row_41_places_are_compared_within_their_setting_and_switching_says_so(scope: Scope) -> None:
    here = open_page("outcomes", lang="en", n="harbor-point", m="burglary").text
    everywhere = open_page("outcomes", lang="en", n="harbor-point", m="burglary", setting="all").text
    assert "urban" in here
    assert here != everywhere
