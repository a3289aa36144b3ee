"""The page of one program as a reader meets it: whole for every program, and honest where nothing is known."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from components import formats
from components.words import languages, words
from data import queries
from data.models import ELEMENTS, PARTNER_KINDS
from data.store import Release, Store
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import Screen, open_page

SAID = words("en")


@pytest.fixture
def release(publish: Publish) -> Release:
    """The newest release of the invented city; the pages show it."""
    return Store(publish("demo")).open()


@cache
def page_of(program: str, release: str = "") -> Screen:
    """A program's page in English, made once."""
    return open_page("program", lang="en", program=program, **({"release": release} if release else {}))


def table_of(screen: Screen, title: str) -> pd.DataFrame:
    """The table with this caption."""
    caption = SAID.say("table.caption", title=title)
    [found] = [table for table, name in screen.tables if name == caption]
    return found


LIMITS = "limits.title"


def between(screen: Screen, section: str, following: str) -> str:
    """What stands in a section of the page, up to the one that follows; "limits" follows the last."""
    first, last = (
        max(at for at, text in enumerate(screen.texts) if text == SAID.say(name))
        for name in (f"program.{section}", LIMITS if following == "limits" else f"program.{following}")
    )
    assert first < last
    return "\n".join(screen.texts[first:last])


@pytest.mark.parametrize("city", ["demo", "cincinnati"])
def test_every_program_of_a_city_is_whole(publish: Publish, city: str) -> None:
    release = Store(publish(city)).open()
    programs = queries.programs(release).id
    for turn, program in enumerate(programs if city == "demo" else programs[:2]):
        language = languages()[turn % 2]
        screen = open_page("program", lang=language, program=program)
        assert checks.everything(screen, language) == {}, program
        assert words(language).say("limits.title") in screen.texts


@pytest.mark.parametrize(("code", "language"), [("", "en"), ("no-such-program", "es"), ("<b>", "en")])
def test_without_a_known_program_a_sentence_and_the_list_of_all(release: Release, language: str, code: str) -> None:
    screen = open_page("program", lang=language, **({"program": code} if code else {}))
    assert checks.everything(screen, language) == {}
    said = words(language)
    assert (said.say("program.unknown", code=code) if code else said.say("program.choose")) in screen.texts
    for program in queries.rows(queries.programs(release, language=language)):
        assert program.name in screen.texts
        assert any(link.endswith(f"program={program.id}") for link in screen.links)


def test_partners_are_as_many_on_the_card_in_the_table_and_in_the_records(release: Release) -> None:
    for program in ("safe-lights", "edge-of-town"):
        rows = queries.partners(release, program=program)
        screen = page_of(program)
        finding = SAID.say("program.partner_count", n=len(rows))
        assert sorted(table_of(screen, finding).index) == sorted(rows.name)
        here = between(screen, "partners", "barriers")
        for kind in PARTNER_KINDS:
            name, count = SAID.name_of("kinds.partner.kind", kind), int((rows.kind == kind).sum())
            assert any(one.text == str(count) and f"part={kind}" in one.link for one in screen.figures), name
            if not count:
                assert name in next(text for text in here.splitlines() if text.startswith("No partner of these kinds"))


def test_who_has_a_stake_and_did_not_take_part_is_named(release: Release) -> None:
    groups = queries.stakeholders(release, program="safe-lights")
    left_out = "; ".join([str(name) for name in groups.name[~groups.took_part.astype(bool)]])
    assert left_out
    assert SAID.say("program.left_out", groups=left_out) in page_of("safe-lights").texts


def test_all_four_elements_stand_there_and_unmet_ones_say_so(release: Release) -> None:
    for program in ("safe-lights", "lock-light-look"):
        found = set(queries.elements(release, program=program).element)
        here = between(page_of(program), "elements", "partners").splitlines()
        for element in ELEMENTS:
            at = here.index(SAID.name_of("kinds.program_element.element", element))
            assert (here[at + 1] == SAID.say("program.not_reported")) is (element not in found)


class TestGoals:
    """Row 10: from the baseline to the target, judged by rule."""

    def test_a_goal_that_asks_for_less_than_its_start_is_flagged(self, release: Release) -> None:
        screen = page_of("lock-light-look")
        assert SAID.say("goals.chip.easier") in screen.texts
        assert any(text.startswith(SAID.say("goals.easier")) for text in screen.texts)

    def test_a_goal_that_cannot_be_measured_says_which_part_is_missing(self, release: Release) -> None:
        here = between(page_of("plain-language"), "goal", "money")
        assert SAID.say("goals.chip.not_measurable") in here
        assert SAID.say("goals.lacks.no_number") in here
        assert SAID.say("goals.lacks.no_day") in here

    def test_the_drawing_says_what_the_table_says(self, release: Release) -> None:
        screen = page_of("care-team")
        chart = next(chart for chart in screen.charts if "part" in chart.rows)
        goal = queries.records(queries.goals(release, program="care-team"))[0]
        drawn = chart.rows.set_index("part").value.to_dict()
        assert drawn["target"] == goal["target"]
        assert drawn["latest"] == goal["latest"]
        assert drawn["baseline"] == goal["baseline"]
        heading = SAID.say("program.goal_titled", goal=str(goal["description"]).rstrip("."))
        told = "\n".join(map(str, table_of(screen, heading).to_numpy().ravel()))
        for part in ("target", "latest", "baseline"):
            assert formats.percent(goal[part], "en") in told

    def test_a_program_without_a_goal_says_so(self, publish: Publish) -> None:
        publish("cincinnati")
        screen = open_page("program", lang="en", program="boots-neighborhood-heroes")
        assert SAID.say("program.no_goal") in screen.texts


class TestWork:
    """Outputs are never results."""

    def test_work_stands_under_its_own_heading_and_never_among_results(self, release: Release) -> None:
        for program in ("second-key", "safe-walk"):
            names = set(queries.activities(release, program=program).name)
            screen = page_of(program)
            done, results = between(screen, "done", "results"), between(screen, "results", "voice")
            assert names
            assert all(name in done for name in names)
            assert not any(name in results for name in names)

    def test_kinds_of_work_are_parts_of_one_whole(self, release: Release) -> None:
        work = queries.work_done(release, program="lock-light-look").drop_duplicates("work_id")
        counts = work.kind.value_counts()
        line = next(text for text in page_of("lock-light-look").texts if "of work recorded:" in text)
        for kind in ("enforcement", "prevention", "partner_service"):
            assert f"{counts.get(kind, 0)} of {SAID.name_of('kinds.response_activity.kind', kind).lower()}" in line
        assert line.startswith(f"{len(work)} kinds of work recorded")

    def test_a_sum_is_the_sum_of_its_entries(self, release: Release) -> None:
        entries = queries.activities(release, program="second-key")
        screen = page_of("second-key")
        for name, mine in entries.groupby("name"):
            assert any(one.text == formats.count(mine.quantity.sum(), "en") for one in screen.figures), name


def test_nobody_has_studied_it_is_as_loud_as_a_result(release: Release) -> None:
    studied = set(queries.evaluations(release).program_id)
    program = next(one for one in queries.programs(release).id if one not in studied)
    screen = page_of(program)
    assert (3, SAID.say("program.not_studied")) in screen.headings
    shown = page_of("second-key")
    assert SAID.say("program.not_studied") not in shown.texts
    assert any(level == 3 for level, text in shown.headings if text in between(shown, "results", "voice"))


def test_what_gets_in_the_way_has_kind_answer_and_status(release: Release) -> None:
    barriers = queries.records(queries.barriers(release, program="trail-rangers"))
    table = table_of(page_of("trail-rangers"), SAID.say("program.barriers"))
    assert len(table) == len(barriers) == 1
    assert SAID.say("program.barrier_no_response") in table.to_numpy()
    assert SAID.name_of("kinds.barrier.kind", "leadership_change") in table.to_numpy()
    assert SAID.say("program.none_recorded") in between(page_of("safe-walk"), "barriers", "legal")


class TestRules:
    """Row 3: what allows a program, and what limits it."""

    def test_a_rule_that_has_ended_is_flagged_on_the_day_of_the_release(self, release: Release) -> None:
        told = SAID.say("program.rule_expired", citation="Riverton Municipal Code 9.12", date="June 30, 2025")
        assert told in page_of("shop-safe").texts
        assert SAID.say("program.rule_ended", date="June 30, 2025") in between(page_of("shop-safe"), "legal", "limits")

    def test_a_condition_of_its_grant_is_a_rule_of_the_program(self, release: Release) -> None:
        here = between(page_of("explain-every-stop"), "legal", "limits")
        assert "34 U.S.C. 10384" in here
        assert SAID.say("program.rule_of_grant", grants="Fair contact training grant") in here

    def test_a_program_without_a_rule_says_so(self, release: Release) -> None:
        assert SAID.say("program.none_recorded") in between(page_of("trail-rangers"), "legal", "limits")


class TestMoney:
    """Rows 13, 14 and 16: to the dollar, from plan to what is left, and against the rules of its grants."""

    def test_each_year_adds_up_on_screen(self, release: Release) -> None:
        screen = page_of("care-team")
        [table] = [table for table, name in screen.tables if SAID.say("program.money_years") in name]
        for _, row in table.iterrows():
            cents = {
                name: 0 if row[SAID.say(f"budget.{name}")] == SAID.say("budget.not_reported") else dollars(row, name)
                for name in ("first_plan", "changes", "plan_now", "spent", "promised", "left")
            }
            assert cents["first_plan"] + cents["changes"] == pytest.approx(cents["plan_now"], abs=1)
            assert cents["plan_now"] - cents["spent"] - cents["promised"] == pytest.approx(cents["left"], abs=2)

    def test_its_share_names_the_whole(self, release: Release) -> None:
        here = between(page_of("care-team"), "money", "done").replace("\n", " ")
        whole = queries.budget_by(release, "fiscal_year", ledger="budget", fiscal_year="FY2026").revised.iloc[0]
        mine = queries.budget_by(release, "fiscal_year", ledger="budget", fiscal_year="FY2026", program="care-team")
        assert formats.money(int(whole), "en") in here
        assert f"{formats.percent(100 * mine.revised.iloc[0] / whole, 'en')} of the" in here

    def test_a_charge_before_the_grant_began_is_flagged(self, release: Release) -> None:
        charges = queries.grant_charges(release)
        early = charges[charges.breaks == "before_start"]
        assert set(early.program_id) == {"harbor-after-school"}
        told = SAID.say(
            "program.grant_before_start",
            amount=formats.money(int(early.amount_cents.iloc[0]), "en"),
            date=formats.date_text(early.dated_on.iloc[0], "en"),
            grant="Youth evenings grant",
        )
        assert any(told in text for text in page_of("harbor-after-school").texts)
        assert any(told in text for text in open_page("budget", lang="en").texts)

    def test_awards_say_who_is_paid_and_that_spending_is_not_told(self, publish: Publish) -> None:
        release = Store(publish("cincinnati")).open()
        program = "hs-seven-hills"
        lines = queries.budget_lines(release, program=program)
        screen = open_page("program", lang="en", program=program)
        table = table_of(screen, SAID.say("program.money_paid_count", n=int(lines.recipient.notna().sum())))
        assert sorted(table.index) == sorted(lines.recipient.dropna())
        assert SAID.say("program.money_awarded") in screen.texts


def dollars(row: pd.Series, name: str) -> int:
    """Whole dollars of a cell."""
    text = str(row[SAID.say(f"budget.{name}")])
    return int(text.replace("$", "").replace(",", "").replace(formats.MINUS, "-"))


def test_promises_of_a_program_are_its_own_and_late_ones_say_so(release: Release) -> None:
    promises = queries.commitments(release, as_of=queries.manifest(release)["released_on"])
    mine = promises[promises.program_id == "safe-lights"]
    overdue = mine[mine.state == "overdue"]
    screen = page_of("safe-lights")
    [table] = [table for table, name in screen.tables if name.startswith(SAID.say("table.caption", title="Promises"))]
    assert sorted(table.index) == sorted(mine.promise)
    assert len(overdue)
    for days in overdue.overdue_days:
        assert any(SAID.say("feedback.overdue", n=days) in str(cell) for cell in table.to_numpy().ravel())


def test_residents_words_say_where_when_and_how_many(release: Release) -> None:
    themes = queries.themes(release)
    mine = themes[themes.program_id == "safe-lights"]
    table = table_of(page_of("safe-lights"), SAID.say("program.voice"))
    assert sorted(table.index) == sorted(mine.title)
    told = set(map(str, table.to_numpy().ravel()))
    assert {formats.period_label(period, "en") for period in mine.period} <= told
    assert {SAID.name_of("kinds.feedback_theme.contributors", band) for band in mine.contributors} <= told


def test_its_problems_and_its_places_are_one_step_away(release: Release) -> None:
    screen = page_of("safe-lights")
    problems = queries.problems(release)
    for problem in problems.id[problems.program_id == "safe-lights"]:
        assert any(link.startswith("/problems?") and link.endswith(f"#problem-{problem}") for link in screen.links)
    for place in ("harbor-point", "canal-street"):
        assert any(link.startswith(f"/neighborhood?n={place}") for link in screen.links)


def test_a_citywide_program_is_tied_to_no_place(release: Release) -> None:
    screen = page_of("plain-language")
    assert SAID.say("programs.citywide") in screen.texts
    assert not any(link.startswith("/neighborhood?n=") for link in screen.links)


@pytest.mark.parametrize("old", ["2025-09", "2025-12"])
def test_a_program_that_had_not_begun_has_a_page_in_an_old_release(release: Release, old: str) -> None:
    screen = page_of("edge-of-town", old)
    assert checks.everything(screen, "en") == {}
    assert SAID.name_of("kinds.program.status", "planned") in screen.texts
    assert all(f"release={old}" in link for link in screen.permalinks)
