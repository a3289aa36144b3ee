"""How it works: hours for each officer, the nine topics of a technology, rules by level, claims that nobody checked."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from components.cards import Card
from components.panels import how, work
from components.passports import current_of, find, hours_of, hours_passport
from components.scope import Scope
from data import queries
from data.models import TOPICS, TRAINING_METHODS
from tests.components.riverton import scope_of


@pytest.fixture
def scope(demo_store: Path) -> Scope:
    """The city page of the newest release."""
    return scope_of(demo_store)


def made_anew(scope: Scope, year: str) -> Card:
    """The card of training as nobody has kept it: the answers below are of no release."""
    card: Card = inspect.unwrap(how.training_card)(scope, year)
    return card


def test_hours_for_each_officer_are_the_sum_of_hours_times_officers_over_those_in_service(scope: Scope) -> None:
    with scope.release.connect() as connection:
        total = connection.exec_driver_sql(
            "SELECT sum(hours * officers) FROM training_delivery WHERE held_on LIKE '2025-%'"
        ).scalar_one()
        sworn = connection.exec_driver_sql("SELECT sworn_average FROM staffing WHERE period = '2025'").scalar_one()
    assert hours_of(scope, "2025").per_officer == pytest.approx(total / sworn)
    by_topic = [hours_of(scope, "2025", "topic", topic).officer_hours for topic in (*TOPICS, "other")]
    by_method = [hours_of(scope, "2025", "method", method).officer_hours for method in TRAINING_METHODS]
    assert sum(by_topic) == pytest.approx(total) == sum(by_method)


def test_topics_of_the_article_are_listed_though_no_course_teaches_them(
    scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(release: object, *, language: str = "en") -> pd.DataFrame:
        courses = real(scope.release, language=language)
        return courses[courses.topic != "cultural_competence"]

    real = queries.training_courses
    monkeypatch.setattr(queries, "training_courses", without)
    table = made_anew(scope, "2025").table
    assert table is not None
    names = list(table.iloc[:, 0])
    assert [scope.words.name_of("kinds.training_course.topic", topic) for topic in TOPICS] == names[: len(TOPICS)]
    row = table[table.iloc[:, 0] == scope.words.name_of("kinds.training_course.topic", "cultural_competence")]
    assert set(map(str, row.iloc[0, 1:])) == {scope.say("how.no_course")}


def test_without_the_number_of_officers_there_is_no_average(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = queries.staffing(scope.release).head(0)
    monkeypatch.setattr(queries, "staffing", lambda release: empty)
    card = made_anew(scope, "2025")
    assert "average not known" in card.finding
    assert "an officer" not in card.finding
    passport = hours_passport(scope, "2025")
    assert passport.row["hours_per_officer"] is None
    assert any("no average" in fact.text for fact in passport.facts)


def test_an_address_names_hours_only_where_there_are_some(scope: Scope) -> None:
    assert find({"training": "2025", "by": "topic", "part": "communication"}, scope) is not None
    for codes in (
        {"training": "1999"},
        {"training": "2025", "by": "topic", "part": "juggling"},
        {"training": "2025", "by": "officers", "part": "1"},
        {"training": "2025", "by": "course_id", "part": "none"},
    ):
        assert find(codes, scope) is None, codes


def test_up_to_date_says_of_how_many(scope: Scope) -> None:
    courses = queries.training_courses(scope.release)
    for course in queries.records(courses):
        cell = str(how.current_cell(scope, course))
        if pd.isna(course["officers_current"]):
            assert cell == scope.say("programs.not_stated")
        else:
            assert f"of {course['officers_required']:.0f}" in cell


def test_every_technology_shows_nine_topics_answered_or_not(scope: Scope) -> None:
    items = queries.records(queries.technology(scope.release))
    assert any(item["predictive"] for item in items)
    for item in items:
        html = how.item_html(scope, item)
        for topic in how.REPORT:
            assert scope.say(f"how.tech_{topic}").replace("'", "&#x27;") in html, (item["id"], topic)
        if item["predictive"] and not isinstance(item["bias_audit"], str):
            assert "No bias audit reported" in html
        elif not item["predictive"]:
            assert "No bias audit reported" not in html


def test_rules_of_a_level_are_the_rows_of_the_file_with_that_level(scope: Scope) -> None:
    with scope.release.connect() as connection:
        every = connection.exec_driver_sql("SELECT id, scope FROM legal_basis").fetchall()
    for level in how.LEVELS:
        shown = set(queries.legal_bases(scope.release, scope=level).id)
        assert shown == {code for code, one in every if one == level}
    assert set(queries.legal_bases(scope.release).id) == {code for code, _ in every}


def test_a_rule_is_flagged_from_the_day_after_its_last(scope: Scope) -> None:
    rules = queries.legal_bases(scope.release)
    rule = queries.records(rules[rules.id == "rmc-9-12"])[0]
    assert rule["effective_to"] == date(2025, 6, 30)
    assert not work.has_ended(replace(scope, as_of=date(2025, 6, 30)), rule)
    assert work.has_ended(replace(scope, as_of=date(2025, 7, 1)), rule)
    assert "No longer in force" in how.rule_html(scope, rule)


def test_a_claim_that_nobody_checked_is_unverified(scope: Scope) -> None:
    cases = {case["id"]: case for case in queries.records(queries.case_studies(scope.release))}
    assert how.case_grade(scope, cases["cincinnati-claim"]) == scope.say("how.unverified_checked")
    assert how.case_grade(scope, cases["cincinnati-agreement"]) != "Unverified"
    assert how.case_grade(scope, {**cases["cincinnati-agreement"], "checked_on": None}) == "Unverified"
    assert {"Cincinnati, Ohio", "Boise, Idaho"} <= {case["place"] for case in cases.values()}


def test_questions_of_the_self_check_stand_under_the_three_pillars(scope: Scope) -> None:
    items = queries.self_check(scope.release)
    assert set(items.pillar) == {"partnerships", "problem_solving", "organizational_transformation"}
    table = how.self_check_table(scope, items)
    assert len(table) == len(items)
    assert scope.say("how.no_answer") in set(table[scope.say("how.answer")])


def test_up_to_date_by_topic_and_method_adds_up_the_courses_that_say_so(scope: Scope) -> None:
    courses = queries.training_courses(scope.release)
    told = courses[courses.officers_current.notna()]
    for by in ("topic", "method"):
        for part, mine in told.groupby(by):
            found = current_of(scope, by, str(part))
            assert (found.current, found.required) == (mine.officers_current.sum(), mine.officers_required.sum())
            passport = find({"training": "current", "by": by, "part": str(part)}, scope)
            assert passport is not None
            assert passport.row["officers_current"] == found.current
    silent = set(courses.topic) - set(told.topic)
    assert silent == {"other"}
    assert find({"training": "current", "by": "topic", "part": "other"}, scope) is None
    table = how.training_card(scope, "2025").table
    assert table is not None
    column = table.set_index(scope.say("how.topic_or_method"))[scope.say("how.up_to_date")]
    assert str(column["Other"]) == scope.say("programs.not_stated")
    assert "(588 of 689)" in str(column["Communication"])


def test_cost_over_its_life_is_told_where_the_cost_of_a_year_is_not(scope: Scope) -> None:
    items = {item["id"]: item for item in queries.records(queries.technology(scope.release))}
    html = how.item_html(scope, items["tech-trial-maps"])
    assert "$44,600" in html
    assert scope.say("how.cost_unknown") in html
    assert "2,871,455" in how.item_html(scope, items["tech-body-cameras"])
