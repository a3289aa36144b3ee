"""What the field asks of such a site, row by row of section 1 of the domain reference, as readers of Riverton find it.

A test is named after its row. Rows on measures, surveys and money have their tests beside their own pages. What a page
cannot show is tested where it is made: row 6 (no problem without evidence) in tests/data/publish/test_ready.py, row 36
(groups of high areas) in tests/components/test_grouping.py, row 39 (small groups stay hidden) in
tests/data/publish/test_privacy.py.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components import formats
from components.panels import how
from components.scope import Scope
from components.server.opendata import open_data_routes
from components.words import words
from data import periods, queries
from data.models import BARRIER_KINDS, ELEMENTS, PARTNER_KINDS, PILLARS, STAGES, SUB_STEPS, TOPICS
from data.publish.release import build
from data.store import Store
from tests.components.riverton import changed_store, scope_of
from tests.data.programs import tables_with_programs
from tests.data.small import stamp
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


@cache
def page_of(page: str, **codes: str) -> Screen:
    """A page of the newest release in English, opened once for all rows."""
    return open_page(page, lang="en", **codes)


def program_page(program: str) -> Screen:
    """The page of a program."""
    return page_of("program", program=program)


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


def test_row_01_every_program_stands_under_a_pillar(scope: Scope) -> None:
    pillars = {program["id"]: set(program["pillar"].split(";")) for program in rows_of(scope, "program")}
    for pillar in PILLARS:
        screen = page_of("programs", pillar=pillar)
        mine = {program for program, under in pillars.items() if pillar in under}
        name = EN.name_of("kinds.program.pillar", pillar)
        _, counted = next(heading for heading in screen.headings if heading[0] == 2)
        assert counted.startswith(f"{len(mine)} of {len(pillars)} programs"), pillar
        assert name.lower() in counted.lower(), pillar
        assert {anchor for anchor in screen.anchors if anchor.startswith("program-")} == {f"program-{p}" for p in mine}
        assert screen.under(name).split("\n").count(str(len(mine))) == 1, pillar
    assert all(under and under <= set(PILLARS) for under in pillars.values())


def test_row_01_a_pillar_with_no_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(Store(tmp_path), tables_with_programs(1), stamp("one"))
    monkeypatch.setenv("OPENBEAT_STORE", str(tmp_path))
    screen = open_page("programs", lang="en")
    empty = [
        EN.say("listing.no_pillar") in screen.under(EN.name_of("kinds.program.pillar", pillar)) for pillar in PILLARS
    ]
    assert empty == [False, True, True]


def test_row_02_shares_of_work_add_to_all_and_each_part_lists_its_own(scope: Scope) -> None:
    every = rows_of(scope, "response_activity")
    shares = 0.0
    for kind in ("enforcement", "prevention", "partner_service"):
        name = EN.name_of("kinds.response_activity.kind", kind)
        screen = page_of("programs", activity=kind)
        mine = [row for row in every if row["kind"] == kind]
        work = next(table for table, _ in screen.tables if table.index.name == "Kind")
        assert work.loc[name, "Activities"] == str(len(mine))
        share = float(str(work.loc[name, "Share"]).rstrip("%"))
        assert share == pytest.approx(100 * len(mine) / len(every), abs=0.5)
        shares += share
        [listed] = [table for table, _ in screen.tables if table.index.name == EN.say("listing.activity_name")]
        assert sorted(listed.index) == sorted(row["name"] for row in mine)
    assert shares == pytest.approx(100, abs=1.5)  # each is rounded
    assert work.loc["Total", "Activities"] == str(len(every))


def test_row_03_each_program_says_what_allows_it_or_that_nothing_is_recorded(scope: Scope) -> None:
    with_none, with_expired = [], []
    for program in [row["id"] for row in rows_of(scope, "program")]:
        told = program_page(program).under(EN.say("program.legal"))
        mine = {row["legal_basis_id"] for row in rows_of(scope, "program_legal_basis") if row["program_id"] == program}
        rules = [row for row in rows_of(scope, "legal_basis") if row["id"] in mine]
        assert (EN.say("program.none_recorded") in told) == (not rules), program
        with_none += [] if rules else [program]
        for rule in rules:
            assert rule["citation"] in told
            last = rule["effective_to"]
            day = formats.date_text(date.fromisoformat(last), "en") if last else "?"
            flag, _, after = EN.say("program.rule_expired", citation=rule["citation"], date=day).partition("?")
            is_expired = last is not None and last < scope.as_of.isoformat()
            assert (flag in told) == is_expired, (program, rule["id"], after)
            with_expired += [program] if is_expired else []
    assert with_none
    assert with_expired


def test_row_04_a_place_without_residents_for_the_year_shows_counts_and_no_rate(scope: Scope) -> None:
    figures = queries.figures(scope.release, measures=["robbery"], neighborhoods=["northgate"])
    without = [figure for figure in figures if figure.reason == "no_population"]
    assert any(figure.numerator for figure in without)
    assert {figure.value for figure in without} == {None}
    screen = page_of("neighborhood", n="northgate")
    told = [one.text for one in screen.figures if "m=robbery" in one.link and "at=northgate" in one.link]
    assert told
    assert not [text for text in told if "per 1,000" in text]


def test_row_05_partners_on_the_card_are_the_rows_of_the_table_and_of_the_file(scope: Scope) -> None:
    file, catalog = file_of(scope, "program_partner"), page_of("programs")
    for program in rows_of(scope, "program"):
        count = sum(row["program_id"] == program["id"] for row in file)
        caption = EN.say("program.partner_count", n=count)
        on_page = [table for table, told in program_page(program["id"]).tables if told.endswith(f": {caption}")]
        assert [len(table) for table in on_page] == ([count] if count else []), program["id"]
        on_card = EN.say("programs.partners_line", n=count, kinds="|").split("|")[0]
        assert (on_card in catalog.under(program["name"])) == bool(count), program["id"]


def test_row_07_steps_are_in_order_none_is_left_out_and_no_assessment_is_done_without_a_study(scope: Scope) -> None:
    studied = {row["problem_id"] for row in rows_of(scope, "evaluation")}
    stages = {(row["problem_id"], row["stage"]): row for row in rows_of(scope, "sara_stage")}
    screen = page_of("problems")
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
    screen = page_of("problems")
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
    told = page_of("program", program="safe-lights").text
    assert "Overdue by 62 days" in told


def test_row_09_every_kind_of_stakeholder_is_there_and_none_is_zero(scope: Scope) -> None:
    partners = {row["id"]: row["kind"] for row in rows_of(scope, "partner")}
    zeros = 0
    for program in [row["id"] for row in rows_of(scope, "program")]:
        told = program_page(program).under(EN.say("program.partners")).split("\n")
        mine = Counter(
            partners[row["partner_id"]] for row in rows_of(scope, "program_partner") if row["program_id"] == program
        )
        for kind in PARTNER_KINDS:
            at = told.index(EN.name_of("kinds.partner.kind", kind))
            assert int(next(text for text in told[at + 1 :] if text.isdigit())) == mine[kind], (program, kind)
            zeros += mine[kind] == 0
    assert zeros


CHIPS = {
    "g-after-school": "too_early", "g-care-calls": "behind", "g-edge-visits": "too_early", "g-explains": "on_course",
    "g-garages": "easier", "g-key-burglary": "missed", "g-language": "not_measurable", "g-lights-1-night": "on_course",
    "g-lights-2-burglary": "met", "g-shops-robbery": "behind", "g-trail-day": "missed", "g-walk-routes": "behind",
    "g-watch-share": "behind",
}  # fmt: skip
"""The mark of each goal of Riverton."""


def judged(goal: dict[str, Any], today: date) -> str:
    """The mark of a goal by the documented rule, worked out here once more (docs/statistics.md)."""
    sign = 1 if goal["direction"] == "more" else -1
    if goal["target"] is None or goal["due_on"] is None or not (goal["measure_id"] or goal["unit"]):
        return "not_measurable"
    if (goal["target"] - goal["baseline"]) * sign < 0:
        return "easier"
    due = date.fromisoformat(goal["due_on"])
    if goal["latest"] is None:
        return "too_early" if today <= due else "not_measurable"
    if (goal["latest"] - goal["target"]) * sign >= 0:
        return "met"
    if today > due:
        return "missed"
    began, known = (periods.parse(goal[f"{name}_period"]).end for name in ("baseline", "latest"))
    share = (known - began) / (due - began)
    mark = goal["baseline"] + (goal["target"] - goal["baseline"]) * share
    return "on_course" if (goal["latest"] - mark) * sign >= 0 else "behind"


def test_row_10_the_rule_gives_each_goal_its_mark(scope: Scope) -> None:
    goals = rows_of(scope, "program_goal")
    assert {goal["id"]: judged(goal, scope.as_of) for goal in goals} == CHIPS
    shown: dict[str, Counter[str]] = {}
    for goal in goals:
        shown.setdefault(goal["program_id"], Counter())[EN.say(f"goals.chip.{CHIPS[goal['id']]}")] += 1
    marks = {EN.say(f"goals.chip.{mark}") for mark in set(CHIPS.values())}
    for program, expected in shown.items():
        lines = program_page(program).under(EN.say("program.goal")).split("\n")
        assert Counter(line for line in lines if line in marks) == expected, program
    for goal in goals:
        page = program_page(goal["program_id"]).text
        assert (EN.say("goals.easier") in page) == (CHIPS[goal["id"]] == "easier"), goal["id"]


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
    screen = page_of("how")
    told = screen.under(EN.say("how.training"))
    for topic in TOPICS:
        assert EN.name_of("kinds.training_course.topic", topic) in told
    for course in rows_of(scope, "training_course"):
        if course["officers_current"] is not None:
            assert f"({course['officers_current']} of {course['officers_required']})" in told


def test_row_12_hours_an_officer_are_all_hours_by_the_average_of_sworn_officers(scope: Scope) -> None:
    [sworn] = [row["sworn_average"] for row in rows_of(scope, "staffing") if row["period"] == "2025"]
    topics = {row["id"]: row["topic"] for row in rows_of(scope, "training_course")}
    table = next(table for table, _ in page_of("how").tables if table.index.name == EN.say("how.topic_or_method"))
    for topic in set(topics.values()):
        hours = sum(
            row["hours"] * row["officers"]
            for row in rows_of(scope, "training_delivery")
            if topics[row["course_id"]] == topic and row["held_on"].startswith("2025")
        )
        said = table.loc[EN.name_of("kinds.training_course.topic", topic), "2025"]
        assert said == EN.say("how.hours_each", hours=f"{hours / sworn:.1f}"), topic


def test_row_15_each_technology_shows_the_nine_topics_of_its_report(scope: Scope) -> None:
    screen = page_of("how")
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
    over = EN.say("program.grant_over", amount="|", grant="").split("|")[1].split(":")[0]
    assert not [row["id"] for row in rows_of(scope, "program") if over in program_page(row["id"]).text]


def test_row_16_a_grant_that_is_charged_more_than_its_award_raises_a_flag(
    demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = "(SELECT sum(amount_cents) FROM budget_line WHERE grant_id = 'grant-stops' AND phase = 'actual')"
    for below, is_over in ((1, True), (0, False)):
        less = f"UPDATE \"grant\" SET award_cents = {spent} - {below} WHERE id = 'grant-stops'"
        store = changed_store(demo_store, tmp_path / str(below), less)
        monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
        told = open_page("program", lang="en", program="explain-every-stop").under(EN.say("program.money"))
        flag = EN.say("program.grant_over", amount="|", grant="Fair contact training grant").split("|")[1]
        assert (flag in told) == is_over


def test_row_17_rules_of_a_level_are_those_of_the_file(scope: Scope) -> None:
    file = file_of(scope, "legal_basis")
    for level in how.LEVELS:
        told = page_of("how", level=level).under(EN.say("how.rules"))
        for rule in file:
            assert (rule["title"] in told) == (rule["scope"] == level), rule["id"]


def test_row_18_hidden_cells_on_screen_are_the_rows_of_the_log(scope: Scope) -> None:
    table = table_of(page_of("about"), EN.say("about.hidden"))
    shown = sum(int(str(count).replace(",", "")) for count in table[EN.say("table.count")])
    assert shown == len(rows_of(scope, "withheld_cell")) == len(file_of(scope, "withheld_cell"))


def test_row_19_and_32_every_kind_of_barrier_can_be_chosen(scope: Scope) -> None:
    found = rows_of(scope, "barrier")
    for kind in BARRIER_KINDS:
        told = page_of("how", barrier=kind).under(EN.say("how.barriers"))
        for barrier in found:
            assert (barrier["description"] in told) == (barrier["kind"] == kind), barrier["id"]
    assert {barrier["kind"] for barrier in found} == set(BARRIER_KINDS)


def test_row_20_every_figure_has_a_definition(scope: Scope) -> None:
    defined = {row["id"] for row in rows_of(scope, "measure")}
    assert {row["measure_id"] for row in rows_of(scope, "observation")} <= defined
    screen = page_of("about")
    assert {f"def-{measure}" for measure in defined} <= set(screen.anchors)
    for measure in defined:
        outcomes = page_of("outcomes", m=measure)
        assert any(link.endswith(f"#def-{measure}") for link in outcomes.links), measure
        assert outcomes.texts.count(EN.say("card.about_figure")) >= bool(outcomes.charts), measure
    neighborhood = page_of("neighborhood", n="harbor-point")
    stated = {
        link.partition("m=")[2].partition("&")[0] for link in (one.link for one in neighborhood.figures)
    } & defined
    assert len(stated) > 8
    for measure in stated:
        assert any(link.endswith(f"#def-{measure}") for link in neighborhood.links), measure


def test_row_30_a_wave_says_how_many_answered_or_that_the_rate_is_not_known(scope: Scope) -> None:
    for wave in rows_of(scope, "survey_wave"):
        told = page_of("feedback", wave=wave["id"]).text
        if wave["invited"] is None:
            assert EN.say("feedback.open_link") in told, wave["id"]
        else:
            assert f"{wave['invited']:,}" in told, wave["id"]


def test_row_31_a_late_release_of_data_shows_its_days_and_a_changed_figure_its_old_value(scope: Scope) -> None:
    late = queries.late_updates(scope.release, as_of=scope.as_of)
    assert len(late)
    told = page_of("about").under(EN.say("about.late_title"))
    for row in queries.rows(late):
        assert f"{row.days_late} day" in told
    changed = [row for row in rows_of(scope, "revision") if row["changed_column"] == "numerator" and row["old"]]
    row = next(row for row in changed if row["kind"] == "changed" and row["group_name"] == "all")
    table = table_of(page_of("about"), EN.say("about.changes"))
    mine = table[
        (table[EN.say("table.place")] == scope.name_of(row["neighborhood_id"]))
        & (table[EN.say("table.period")] == formats.period_label(row["period"], "en"))
    ]
    assert f"{row['old']} cases" in set(mine[EN.say("about.was")])
    assert f"{row['new']} cases" in set(mine[EN.say("about.is_now")])


@pytest.mark.parametrize("place", [None, "bayview", "juniper-park", "canal-street"])
def test_row_33_priorities_without_a_problem_are_named(scope: Scope, place: str | None) -> None:
    chosen = {"n": place} if place else {}
    told = page_of("problems", **chosen).under(EN.say("problems.beside"))
    themes = rows_of(scope, "feedback_theme")
    first = [row for row in themes if row["priority_rank"] is not None and row["neighborhood_id"] == place]
    assert first
    assert all(row["title"] in told for row in first)
    silent = [row for row in first if row["problem_id"] is None]
    line = EN.say("problems.unmatched", n=len(silent), total=str(len(first)))
    assert (line if silent else EN.say("problems.all_matched")) in told
    assert told.count(EN.say("problems.not_opened")) >= len(silent)


def test_rows_34_and_35_claims_of_cincinnati_and_boise_carry_a_grade_and_no_more(scope: Scope) -> None:
    screen = page_of("how")
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
    screen = page_of("how")
    for item in forecasts:
        assert item["bias_audit"] or EN.say("how.no_bias_audit") in screen.under(item["name"])


def test_row_38_the_grade_chooses_the_words(scope: Scope) -> None:
    """No sentence on a result is typed: a study without a comparison never says "compared with"."""
    evaluations = rows_of(scope, "evaluation")
    grades = {row["program_id"]: set[int]() for row in evaluations}
    for row in evaluations:
        grades[row["program_id"]] |= set() if row["grade"] is None else {row["grade"]}
    for row in evaluations:
        told = program_page(row["program_id"]).under(EN.say("program.results"))
        if row["refused"]:
            assert EN.say("evidence.not_assessable") in told, row["id"]
            assert EN.say(f"evidence.refused_{row['refused']}") in told, row["id"]
        elif row["grade"] > 0:
            is_clear = row["low"] > 0 or row["high"] < 0
            kind = "4_randomized" if row["randomized"] else row["grade"]
            key = f"evidence.grade_{kind}_{'clear' if is_clear else 'unclear'}"
            opening = EN.texts(key)[0].replace("{comparator}", str(row["comparator"])).partition("{")[0]
            assert opening in told, row["id"]
    for program, mine in grades.items():
        told = program_page(program).under(EN.say("program.results"))
        for grade in range(5):
            assert (EN.say(f"evidence.after_{grade}") in told) == (grade in mine), (program, grade)
    assert set().union(*grades.values()) == set(range(5))


def test_row_40_how_to_complain_and_get_help_is_on_a_page_of_the_menu(scope: Scope) -> None:
    told = page_of("how").under(EN.say("how.rights"))
    for name in ("complaints", "language_help", "access_help"):
        assert EN.say(f"how.right_{name}") in told
        assert str(scope.city[name]) in told


def test_row_41_places_are_compared_within_their_setting_and_switching_says_so(scope: Scope) -> None:
    known = {
        row["neighborhood_id"]
        for row in rows_of(scope, "observation")
        if (row["measure_id"], row["period"], row["group_name"]) == ("burglary", "2025", "all")
        and row["value"] is not None
    }
    others = sum(
        row["setting"] == "urban" and not row["visitor_area"] and row["id"] in known - {"harbor-point"}
        for row in rows_of(scope, "neighborhood")
    )
    within = EN.say("outcomes.place_compared", place="Harbor Point", others=EN.say("outcomes.others_urban", n=others))
    across = EN.say("outcomes.all_compared", settings="|").split("|")[0]
    here = page_of("outcomes", n="harbor-point", m="burglary").texts
    everywhere = page_of("outcomes", n="harbor-point", m="burglary", setting="all").texts
    assert within in here
    assert within not in everywhere
    assert [text for text in everywhere if text.startswith(across)]
    assert not [text for text in here if text.startswith(across)]
