"""The register of problems, their four steps, and what people put first beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from components.evidence import evidence_sentence
from components.panels import priorities, problems, sara
from components.panels.problems import Choice
from components.passports import count_passport
from components.scope import Scope
from components.tables import text_html
from components.words import languages, words
from data import queries
from data.models import STAGES, SUB_STEPS
from data.queries.problems import steps_on_file
from tests.components.riverton import changed_store, scope_of

TAG = re.compile(r"<[^>]+>")


def text_of(html: str) -> str:
    """What a reader sees of a piece of HTML, in one line."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


@pytest.fixture(params=languages())
def scope(request: pytest.FixtureRequest, demo_store: Path) -> Scope:
    """The demo in each language."""
    return scope_of(demo_store, language=request.param)


@pytest.fixture
def changed(demo_store: Path, tmp_path: Path) -> Any:
    """`changed(statements)`: a scope of the demo's newest release after statements of SQL."""

    def make(*statements: str, **more: Any) -> Scope:
        store = changed_store(demo_store, tmp_path, *statements)
        return scope_of(store.root, **more)

    return make


def rows_of(scope: Scope, problem: str) -> list[dict[str, Any]]:
    """A problem's stages."""
    return queries.records(scope.ask(queries.stages, problem=problem, language=scope.language))


class TestTheFourSteps:
    def test_all_four_stand_in_their_order_whatever_is_on_record(self, scope: Scope) -> None:
        names = [scope.words.name_of("kinds.sara_stage.stage", stage) for stage in STAGES]
        terms = [scope.say(f"programs.stage_term.{stage}") for stage in STAGES]
        for problem in scope.ask(queries.problems).id:
            rows = rows_of(scope, problem)
            for some in (rows, rows[::-1], rows[:1], []):
                html = sara.steps_html(scope, problem, some)
                found = [text_of(item) for item in re.findall(r"chain-step'>(.*?</span>)</span>", html)]
                assert found == [f"{name} {term}" for name, term in zip(names, terms, strict=True)]

    def test_a_step_without_a_record_says_so_and_one_that_was_skipped_too(self, scope: Scope) -> None:
        html = sara.steps_html(scope, "p-late-music", rows_of(scope, "p-late-music"))
        boxes = re.findall(r"<li class='(\w+)'>(.*?)</li>", html)
        assert [kind for kind, _ in boxes] == ["found", "found", "found", "missing"]
        assert scope.words.name_of("kinds.sara_stage.status", "skipped") in text_of(boxes[3][1])
        empty = re.findall(r"<li class='(\w+)'>(.*?)</li>", sara.steps_html(scope, "p-late-music", []))
        assert [kind for kind, _ in empty] == ["missing"] * 4
        assert all(scope.say("problems.nothing_on_file") in text_of(box) for _, box in empty)

    def test_done_is_said_of_an_assessment_only_with_an_evaluation(self, scope: Scope, changed: Any) -> None:
        done = scope.words.name_of("kinds.sara_stage.status", "done")
        problem = "p-east-end-break-ins"
        html = sara.steps_html(scope, problem, rows_of(scope, problem))
        assert f"<strong>{done}</strong>" in html.rsplit("<li ", 1)[1]
        without = changed("DELETE FROM evaluation", language=scope.language)
        last = sara.steps_html(without, problem, rows_of(without, problem)).rsplit("<li ", 1)[1]
        assert f"<strong>{done}</strong>" not in last
        assert without.say("problems.said_done") in text_of(last)
        assert last.startswith("class='missing'")

    def test_an_evaluation_that_names_only_the_program_makes_no_assessment_done(self, changed: Any) -> None:
        scope = changed("UPDATE evaluation SET problem_id = NULL")
        assert sara.evaluations_by_problem(scope) == {}
        problem = "p-east-end-break-ins"
        assert scope.say("problems.said_done") in sara.steps_html(scope, problem, rows_of(scope, problem))

    def test_days_and_findings_stand_in_the_box(self, scope: Scope) -> None:
        for row in rows_of(scope, "p-dark-blocks")[:2]:
            told = text_of(sara.steps_html(scope, "p-dark-blocks", [row]))
            assert row["summary"] in told
            assert sara.when_text(scope, row) in told
            assert str(row["started_on"].year) in sara.when_text(scope, row)
            assert str(row["finished_on"].year) in sara.when_text(scope, row)


class TestTheTwentyFiveSteps:
    def test_the_count_is_the_number_of_ticks(self, scope: Scope) -> None:
        for problem in queries.records(scope.ask(queries.problems, language=scope.language)):
            html = sara.checklist_html(scope, rows_of(scope, problem["id"]))
            ticks, empty = html.count('class="tick"'), html.count('class="no-tick"')
            assert ticks + empty == 25
            assert ticks == problem["steps_documented"]
            assert sara.steps_count(scope, problem).text.startswith(f"{ticks} ")

    def test_each_tick_is_said_in_words_and_is_the_step_that_is_on_file(self, scope: Scope) -> None:
        rows = rows_of(scope, "p-corner-stores")
        documented = {step for row in rows for step in steps_on_file(row["stage"], row["steps_documented"])}
        items = [text_of(item) for item in re.findall(r"<li .*?</li>", sara.checklist_html(scope, rows))]
        steps = [step for stage in STAGES for step in SUB_STEPS[stage]]
        for step, item in zip(steps, items, strict=True):
            told = scope.say("problems.on_file" if step in documented else "problems.not_on_file")
            assert item == f"{scope.say(f'problems.step.{step}')} ({told})"

    @pytest.mark.parametrize("language", languages())
    def test_every_step_has_a_short_name_of_its_own(self, language: str) -> None:
        names = [words(language).say(f"problems.step.{step}") for step in range(1, 26)]
        assert len(set(names)) == 25
        assert max(len(name.split()) for name in names) <= 12


class TestTheRegister:
    def test_concern_owner_action_result_and_age_of_every_problem(self, scope: Scope) -> None:
        table = problems.register_table(scope, Choice())
        rows = queries.records(scope.ask(queries.problems, language=scope.language))
        assert len(table) == len(rows)
        assert (table.map(lambda cell: str(cell).strip()) != "").all(axis=None)
        said = scope.say
        for row, shown in zip(rows, queries.records(table), strict=True):
            assert shown[said("problems.concern")] == row["title"]
            assert {scope.name_of(place) for place in row["neighborhood_ids"]} == set(
                str(shown[said("table.place")]).split(", ")
            )
            assert (said("problems.no_program") in str(shown[said("problems.action")])) == (row["program_id"] is None)
            evaluations = sara.evaluations_by_problem(scope).get(row["id"], [])
            result = str(shown[said("problems.result")])
            assert result.startswith(said("problems.not_assessed")) == (not evaluations)
            assert all(evidence_sentence(evaluation, scope) in result for evaluation in evaluations)

    def test_what_was_found_of_the_program_as_a_whole_is_not_hidden_in_the_problem(self, scope: Scope) -> None:
        evaluations = queries.records(scope.ask(queries.evaluations, language=scope.language))
        adverse = next(one for one in evaluations if one["id"] == "e-safe-walk-assaults")
        rows = queries.records(scope.ask(queries.problems, language=scope.language))
        problem = next(one for one in rows if one["id"] == "p-school-crossing")
        assert adverse["problem_id"] is None
        for html in (text_html(problems.result_text(scope, problem)), problems.problem_html(scope, problem["id"])):
            assert scope.say("problems.program_results") in text_of(html)
            assert evidence_sentence(adverse, scope) in text_of(html).replace(" ,", ",")
            assert f'<span class="chip worse">{scope.say("verdict.chip.worse")}</span>' in html

    def test_who_and_what_is_missing_is_said(self, changed: Any) -> None:
        scope = changed("UPDATE problem SET owner = NULL, program_id = NULL", "DELETE FROM problem_neighborhood")
        [first, *_] = queries.records(problems.register_table(scope, Choice()))
        assert first["Who answers for it"] == "No owner named"
        assert str(first["What is done"]).startswith("No program.")
        assert first["Neighborhood"] == "Citywide"

    @pytest.mark.parametrize(
        ("status", "days", "ended", "told"),
        [
            ("open", 1, None, "1 day old."),
            ("working", 59, None, "59 days old."),
            ("working", 61, None, "2 months old."),
            ("open", 800, None, "26 months old."),
            ("open", -3, None, "0 days old."),
            ("resolved", 300, 30, "Took 30 days, until"),
            ("closed", 900, 400, "Took 13 months, until"),
            ("closed", 900, None, "Ended. The day is not on record."),
        ],
    )
    def test_age_in_days_then_in_months_and_how_long_it_took(
        self, demo_store: Path, status: str, days: int, ended: int | None, told: str
    ) -> None:
        scope = scope_of(demo_store)
        raised = scope.as_of - timedelta(days=days)
        closed = None if ended is None else raised + timedelta(days=ended)
        problem = {"seen_on": raised, "closed_on": closed, "status": status}
        assert told in problems.age_text(scope, problem)

    def test_age_is_counted_to_the_day_of_the_view(self, demo_store: Path) -> None:
        problem = {"seen_on": date(2025, 1, 1), "closed_on": None, "status": "open"}
        scope = scope_of(demo_store)
        assert "13 days old" in problems.age_text(replace(scope, as_of=date(2025, 1, 14)), problem)

    def test_choices_make_the_rows_and_the_sentence(self, scope: Scope) -> None:
        choice = Choice(place="canal-street", status="working", stage="assessment")
        asked = scope.ask(queries.problems, **choice.limits)
        assert len(problems.register_table(scope, choice)) == len(asked) == 1
        here, fit = (str(line) for line in problems.choice_sentences(scope, choice, len(asked)))
        assert scope.name_of("canal-street") in here
        assert scope.words.name_of("kinds.problem.status", "working") in fit
        assert scope.words.name_of("kinds.sara_stage.stage", "assessment") in fit
        nothing = problems.choice_sentences(scope, replace(choice, status="closed"), 0)
        assert str(nothing[1]).startswith(scope.say("problems.no_match", choices="")[:20])


class TestPrioritiesBesideProblems:
    def test_every_priority_has_its_problem_or_is_named_without_one(self, scope: Scope) -> None:
        titles = scope.ask(queries.problems, language=scope.language).set_index("id").title
        for place in ("city", "harbor-point", "east-end", "millrace"):
            themes = priorities.priorities(scope, place)
            items = re.findall(r"<li>(.*?)</li>", priorities.pairs_html(scope, themes))
            for theme, item in zip(queries.records(themes), items, strict=True):
                told = text_of(item)
                assert theme["title"] in told
                assert theme["event_title"] in told
                is_matched = theme["problem_id"] is not None
                assert (scope.say("problems.not_opened") in told) != is_matched
                assert ('class="opened missing"' in item) != is_matched
                if is_matched:
                    assert titles[theme["problem_id"]] in told

    def test_how_many_have_no_problem_is_counted(self, scope: Scope) -> None:
        themes = priorities.priorities(scope, "harbor-point")
        missing = int(themes.problem_id.isna().sum())
        assert 0 < missing < len(themes)
        assert str(priorities.unmatched_line(scope, themes, "harbor-point")) == scope.say(
            "problems.unmatched", n=missing, total=str(len(themes))
        )
        matched = themes[themes.problem_id.notna()]
        assert str(priorities.unmatched_line(scope, matched, "harbor-point")) == scope.say("problems.all_matched")

    def test_first_priorities_of_all_neighborhoods_are_counted_and_each_without_a_problem_is_named(
        self, scope: Scope, changed: Any
    ) -> None:
        heard = scope.ask(queries.heard, language=scope.language)
        first = heard[heard.neighborhood_id.notna() & (heard.priority_rank == 1)]
        missing = first[first.problem_id.isna()]
        assert 0 < len(missing) < len(first)
        before_fold = priorities.beside_html(scope, "city").split("<details", 1)[0]
        told = text_of(before_fold)
        line = scope.say("problems.firsts_unmatched", n=len(missing), total=str(len(first)))
        assert line in told
        for theme in queries.records(missing):
            assert f"{scope.name_of(theme['neighborhood_id'])} : {theme['title']}" in told.split(line)[1]
        assert told.split(line)[1].count(" : ") == len(missing)
        passport = count_passport(scope, "first_priorities", state="unmatched")
        assert passport.value == str(len(missing))
        solved = changed("UPDATE feedback_theme SET problem_id = 'p-dark-blocks'", language=scope.language)
        assert scope.say("problems.firsts_all_matched") in text_of(priorities.beside_html(solved, "city"))

    def test_a_problem_that_no_priority_speaks_of_is_named(self, scope: Scope, changed: Any) -> None:
        heard = scope.ask(queries.heard)
        spoken = set(heard.problem_id[heard.priority_rank.notna()].dropna())
        everything = set(scope.ask(queries.problems).id)
        assert {one["id"] for one in priorities.unspoken(scope, "city")} == everything - spoken
        html = text_of(priorities.beside_html(scope, "city"))
        assert all(one["title"] in html for one in priorities.unspoken(scope, "city"))
        silent = changed("UPDATE feedback_theme SET priority_rank = NULL", language=scope.language)
        assert {one["id"] for one in priorities.unspoken(silent, "city")} == everything

    def test_social_media_is_never_shown_as_what_all_people_want(self, scope: Scope, changed: Any) -> None:
        label = scope.say("problems.not_representative")
        assert label not in text_of(priorities.beside_html(scope, "harbor-point"))
        online = changed("UPDATE feedback_event SET kind = 'social_media'", language=scope.language)
        html = text_of(priorities.beside_html(online, "harbor-point"))
        assert html.count(label) == len(priorities.priorities(online, "harbor-point"))
        assert label in text_of(problems.problem_html(online, "p-dark-blocks"))


def test_all_that_is_on_record_of_a_problem_is_told(scope: Scope) -> None:
    for row in queries.records(scope.ask(queries.problems, language=scope.language)):
        told = text_of(problems.problem_html(scope, row["id"]))
        assert row["harm"] in told
        assert row["evidence"] in told
        work = scope.ask(queries.activities, language=scope.language)
        assert all(name in told for name in work.name[work.problem_id == row["id"]])
        themes = scope.ask(queries.heard, language=scope.language)
        mine = themes[themes.problem_id == row["id"]]
        assert all(title in told for title in mine.title)
        promises = scope.ask(queries.commitments, as_of=scope.as_of, language=scope.language)
        assert all(text.rstrip(".") in told for text in promises.promise[promises.theme_id.isin(mine["id"])])


def test_three_hundred_problems_cost_little(changed: Any) -> None:
    copies = [
        f"INSERT INTO problem SELECT id || '-{n}', title, harm, evidence, seen_on, status, owner, program_id, closed_on"
        " FROM problem WHERE length(id) < 40 AND id NOT GLOB '*-[0-9]*'"
        for n in range(30)
    ]
    scope = changed(*copies)
    everything = scope.ask(queries.problems)
    assert len(everything) > 300
    assert len(problems.register_table(scope, Choice())) == len(everything)
    last = str(everything.id.iloc[-1])
    whole = problems.whole_ids(scope, Choice(), last)
    assert len(whole) == problems.WHOLE
    assert whole[0] == last, "a link to a problem shows it, however many there are"
    assert len(problems.whole_ids(replace(scope, narrow=True), Choice(), last)) == problems.WHOLE_ON_PHONES
    others = [row for row in queries.records(everything) if row["id"] not in whole]
    html = problems.others_html(scope, others)
    assert html.count('id="problem-') == len(everything) - problems.WHOLE
    assert len(html) < 400_000
