"""What may be asked of a release, against the same release read with plain SQL."""

from __future__ import annotations

import inspect
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from data import queries
from data.figures import Figure, Status
from data.models import PARTNER_KINDS, PILLARS, TABLES, BudgetLine, BudgetShare, table_of
from data.models.base import Table
from data.store import Release, Store

AS_OF = date(2026, 3, 3)


@pytest.fixture(scope="module")
def release(demo_store: Path) -> Release:
    return Store(demo_store).open()


@pytest.fixture(scope="module")
def sql(release: Release) -> Iterator[sqlite3.Connection]:
    """The same release, by other means."""
    connection = sqlite3.connect(f"{Path(str(release.path)).as_uri()}?mode=ro", uri=True)
    yield connection
    connection.close()


def one(sql: sqlite3.Connection, statement: str, *values: Any) -> Any:
    """The one value that a statement gives."""
    ((value,),) = sql.execute(statement, values).fetchall()
    return value


# ---------------------------------------------------------------- all questions


QUESTIONS = [
    name
    for name in queries.__all__
    if name not in ("By", "as_figure", "records", "rows") and inspect.isfunction(getattr(queries, name))
]
NEEDS: dict[str, dict[str, Any]] = {
    "budget_by": {"by": "fund"},
    "by_neighborhood": {"measure": "burglary", "period": "2025"},
    "chain": {"neighborhood": "harbor-point"},
    "commitments": {"as_of": AS_OF},
    "districts_of": {"neighborhood": "harbor-point"},
    "evaluation_series": {"evaluation": "e-second-key"},
    "figure_history": {"measure": "burglary", "neighborhood": "westbrook", "period": "2025-03"},
    "group_periods": {"measure": "use_of_force"},
    "late_updates": {"as_of": AS_OF},
    "money_in": {"neighborhood": "harbor-point"},
    "periods": {"measure": "burglary"},
    "program_rules": {"program": "second-key"},
    "work_done": {"program": "safe-lights"},
}


def ask(name: str, release: Release, **more: Any) -> Any:
    needed = dict(NEEDS.get(name, {}))
    if name == "survey_results":
        needed["wave"] = queries.survey_waves(release).id.iloc[0]
    question = getattr(queries, name)
    several = "releases" in inspect.signature(question).parameters
    return question([release] if several else release, **needed, **more)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_an_answer_on_the_demo(release: Release, name: str) -> None:
    answer = ask(name, release)
    assert len(answer) > 0


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_answer_holds_a_missing_text_that_would_be_printed(release: Release, name: str) -> None:
    takes = inspect.signature(getattr(queries, name)).parameters
    for language in ("en", "es") if "language" in takes else ("",):
        answer = ask(name, release, **({"language": language} if language else {}))
        if isinstance(answer, pd.DataFrame):
            for column in answer.select_dtypes(["object", "str"]).columns:
                odd = [cell for cell in answer[column] if isinstance(cell, float) and cell != cell]
                assert odd == [], f"{column} in {language}"


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_has_the_columns_that_its_docstring_names(release: Release, name: str) -> None:
    answer = ask(name, release)
    said = (inspect.getdoc(getattr(queries, name)) or "").partition("\n\nstate:")[0]
    if not isinstance(answer, pd.DataFrame):
        return
    for table in re.findall(r"(?:columns of|those of) `(\w+)`", said):
        if table in TABLES:
            assert {column.name for column in table_of(TABLES[table]).columns} <= set(answer.columns), table
    named = re.search(r"(?::|Columns:) ((?:\w+(?: \([^)]*\))?, )+\w+)", said)
    if named:
        words = [word.strip() for word in re.sub(r"\([^)]*\)", "", named[1]).split(",")]
        wrong = [word for word in words if word not in answer.columns and re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", word)]
        assert wrong == []


IN_LANGUAGES = [name for name in QUESTIONS if "language" in inspect.signature(getattr(queries, name)).parameters]


@pytest.mark.parametrize("name", IN_LANGUAGES)
def test_another_language_changes_words_and_nothing_else(release: Release, name: str) -> None:
    answers = [ask(name, release, language=language) for language in ("en", "es", "xx")]
    if not isinstance(answers[0], pd.DataFrame):
        return
    english, spanish, unknown = answers
    pd.testing.assert_frame_equal(english, unknown)
    assert list(english.columns) == list(spanish.columns)
    numbers = english.select_dtypes("number").columns
    pd.testing.assert_frame_equal(english[numbers], spanish[numbers])


def test_texts_of_the_pack_come_in_the_language_asked_for(release: Release, sql: sqlite3.Connection) -> None:
    spanish = queries.measures(release, language="es").set_index("id").name
    for row_id, text in sql.execute(
        "SELECT row_id, text FROM translation WHERE table_name = 'measure' AND column_name = 'name' AND language = 'es'"
    ):
        assert spanish[row_id] == text


# ---------------------------------------------------------------- figures


def test_a_figure_is_the_row_that_was_published(release: Release, sql: sqlite3.Connection) -> None:
    found = queries.figures(release, neighborhoods=["harbor-point", "city"])
    assert len(found) > 300
    for figure in found:
        row = sql.execute(
            "SELECT value, low, high, numerator, denominator, n, status, reason, source_id FROM observation WHERE"
            " measure_id = ? AND neighborhood_id = ? AND period = ? AND group_name = ?",
            (figure.measure, figure.neighborhood, figure.period, figure.group),
        ).fetchone()
        published = (figure.value, figure.low, figure.high, figure.numerator, figure.denominator, figure.n)
        assert published == row[:6]
        assert (str(figure.status), figure.reason, figure.source, figure.release) == (*row[6:], "2026-03")


def test_a_figure_without_a_number_has_none_and_not_a_number_that_is_not_one(release: Release) -> None:
    for figure in queries.figures(release):
        for name in (field.name for field in fields(Figure)):
            value = getattr(figure, name)
            assert value == value, f"{name} of {figure}"
        json.dumps(figure.as_dict(), allow_nan=False)


def test_withheld_figures_carry_nothing_to_work_them_out_from(release: Release) -> None:
    withheld = [figure for figure in queries.figures(release, groups=None) if figure.status == Status.WITHHELD]
    assert len(withheld) > 300
    for figure in withheld:
        assert (figure.value, figure.low, figure.high, figure.numerator, figure.n) == (None,) * 5
        assert figure.reason


def test_zero_missing_and_withheld_are_three_things(release: Release) -> None:
    def the(measure: str, place: str, period: str) -> Figure:
        (found,) = queries.figures(release, measures=[measure], neighborhoods=[place], periods=[period])
        return found

    zero = the("robbery", "fox-hollow", "2025")
    missing = the("robbery", "rail-yards", "2025")
    hidden = next(
        figure for figure in queries.figures(release, measures=["use_of_force"]) if figure.status == "withheld"
    )
    assert (zero.value, zero.status, zero.has_value) == (0, "shown", True)
    assert (missing.value, missing.status, missing.has_value) == (None, "not_reported", False)
    assert (hidden.value, hidden.has_value) == (None, False)


def test_by_neighborhood_holds_each_place_once_in_order(release: Release) -> None:
    for measure in queries.rows(queries.measures(release)):
        period = queries.periods(release, str(measure.id)).period.iloc[-1]
        frame = queries.by_neighborhood(release, measure=str(measure.id), period=period)
        assert list(frame.id) == list(queries.neighborhoods(release).id)
        assert frame.status.notna().all()


def test_a_period_nobody_published_gives_places_without_figures(release: Release) -> None:
    frame = queries.by_neighborhood(release, measure="burglary", period="1850")
    assert len(frame) == 24
    assert set(frame.status) == {"not_reported"}
    assert frame.value.isna().all()


def test_periods_are_in_order_and_count_what_is_shown(release: Release, sql: sqlite3.Connection) -> None:
    frame = queries.periods(release, "use_of_force")
    assert frame.period_start.is_monotonic_increasing
    for row in queries.rows(frame):
        shown = (
            "SELECT count(value) FROM observation"
            " WHERE measure_id = 'use_of_force' AND group_name = 'all' AND period = ?"
        )
        assert row.shown == one(sql, shown, row.period)


@pytest.mark.parametrize(
    ("measure", "level"),
    [("burglary", "neighborhood"), ("use_of_force", "neighborhood"), ("complaints", "district")],
)
def test_a_measure_knows_the_smallest_places_it_is_reported_for(release: Release, measure: str, level: str) -> None:
    assert queries.measures(release).set_index("id").level[measure] == level


# ---------------------------------------------------------------- places


def test_districts_of_a_place_come_largest_part_first(release: Release) -> None:
    for place in queries.neighborhoods(release).id:
        parts = queries.districts_of(release, place)
        assert len(parts) >= 1
        assert parts.share_of_area.is_monotonic_decreasing
        assert 0.98 <= parts.share_of_area.sum() <= 1.001


def test_every_outline_is_a_geometry_and_every_name_leads_to_a_neighborhood(release: Release) -> None:
    places = set(queries.neighborhoods(release).id)
    outlines = queries.outlines(release)
    assert set(outlines.id) == places
    assert {json.loads(text)["type"] for text in outlines.geometry} <= {"Polygon", "MultiPolygon"}
    names = queries.place_names(release)
    assert set(names.neighborhood_id) <= places
    assert set(names.kind) == {"name", "alias", "street", "landmark", "zip"}
    assert len(names[names.kind == "name"]) == 24


def test_population_is_newest_first(release: Release) -> None:
    years = queries.population(release, neighborhood="downtown").year
    assert list(years) == sorted(years, reverse=True)


# ---------------------------------------------------------------- money


AMOUNTS = ["adopted", "amendments", "revised", "encumbered", "actual", "available"]


@pytest.mark.parametrize("by", ["fund", "category", "unit_name", "program_id", "reach", "recipient"])
def test_parts_add_up_to_the_year_to_the_cent(release: Release, by: queries.By) -> None:
    years = queries.budget_by(release, "fiscal_year").set_index("fiscal_year")
    for year in years.index:
        parts = queries.budget_by(release, by, fiscal_year=year)
        for phase in ("adopted", "amendments", "encumbered", "actual"):
            assert parts[phase].fillna(0).sum() == (0 if pd.isna(years[phase][year]) else years[phase][year]), (
                year,
                phase,
            )


def test_a_year_is_the_sum_of_its_lines(release: Release, sql: sqlite3.Connection) -> None:
    years = queries.budget_by(release, "fiscal_year").set_index("fiscal_year")
    phases = {"adopted": "adopted", "amendments": "amendment", "encumbered": "encumbrance", "actual": "actual"}
    for year in years.index:
        for column, phase in phases.items():
            cents = one(
                sql, "SELECT sum(amount_cents) FROM budget_line WHERE fiscal_year = ? AND phase = ?", year, phase
            )
            assert (None if pd.isna(years[column][year]) else int(years[column][year])) == cents
        row = years.loc[year].fillna(0)
        assert row.revised == row.adopted + row.amendments
        assert row.available == row.revised - row.actual - row.encumbered


def test_a_phase_without_a_line_is_missing_and_not_zero(release: Release) -> None:
    years = queries.budget_by(release, "fiscal_year").set_index("fiscal_year")
    assert years.loc["FY2023", ["amendments", "encumbered"]].isna().all()
    assert queries.budget_by(release, "reach").set_index("reach").amendments.isna()["outside_city"]


def test_amounts_are_whole_cents(release: Release) -> None:
    for by in ("fund", "program_id", "fiscal_year"):
        frame = queries.budget_by(release, by)
        assert {str(frame[name].dtype) for name in AMOUNTS} == {"Int64"}


def test_a_program_has_its_name_beside_its_money(release: Release) -> None:
    frame = queries.budget_by(release, "program_id", language="es")
    named = frame[frame.program_id.notna()]
    programs = queries.programs(release, language="es").set_index("id").name
    assert list(named.program_name) == [programs[program] for program in named.program_id]


def test_parts_of_a_line_add_up_to_the_line(release: Release) -> None:
    shares = queries.shares_of_year(release)
    declared = shares[shares.part_cents.notna()]
    assert set(declared.reach) == {"direct", "shared"}
    for _, line in declared.groupby("id"):
        assert line.part_cents.sum() == line.amount_cents.iloc[0]
        assert (line.part_cents.abs() <= abs(line.amount_cents.iloc[0])).all()
    undeclared = shares[shares.part_cents.isna()]
    assert len(undeclared), "the demo holds a shared line whose split nobody declared"
    assert undeclared.weight.isna().all()


def test_money_of_all_places_and_of_none_is_all_the_money(release: Release) -> None:
    shares = queries.shares_of_year(release)
    split = shares[shares.part_cents.notna()]
    lines = queries.budget_lines(release)
    rest = lines[~lines.id.isin(split.id)].amount_cents.sum()
    assert split.part_cents.sum() + rest == lines.amount_cents.sum()


def test_money_in_a_place_is_never_citywide_money(release: Release) -> None:
    for place in queries.neighborhoods(release).id:
        money = queries.money_in(release, place)
        assert set(money.reach) <= {"direct", "shared"}
        known = money[money.amount_cents.notna()]
        assert (known.amount_cents.abs() <= known.line_cents.abs()).all()


def held(lines: list[BudgetLine], shares: list[BudgetShare]) -> Release:
    """A release in memory that holds only these."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Table.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([*lines, *shares])
        session.commit()
    return Release("test", engine)


def line(number: int, cents: int, reach: str = "shared") -> BudgetLine:
    return BudgetLine(
        id=f"line-{number:03}", fiscal_year="FY2026", fund="General", category="personnel", phase="adopted",
        amount_cents=cents, reach=reach, source_id="budget",
    )  # fmt: skip


@settings(max_examples=40)
@given(
    some.lists(
        some.tuples(
            some.integers(-(10**13), 10**13),
            some.lists(some.integers(1, 1000), min_size=1, max_size=12),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_line_by_any_weights_adds_up_to_the_cent(drawn: list[tuple[int, list[int]]]) -> None:
    lines, shares = [], []
    for number, (cents, weights) in enumerate(drawn):
        lines.append(line(number, cents))
        shares += [
            BudgetShare(
                budget_line_id=f"line-{number:03}", neighborhood_id=f"place-{place:02}", weight=weight / sum(weights)
            )
            for place, weight in enumerate(weights)
        ]
    frame = queries.shares_of_year(held(lines, shares))
    for number, (cents, weights) in enumerate(drawn):
        parts = frame[frame.id == f"line-{number:03}"].part_cents
        assert parts.sum() == cents
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(int(part)) - Fraction(cents) * weight / sum(weights)) < Fraction(101, 100)


def test_a_line_for_two_places_together_is_given_to_neither_whole() -> None:
    shares = [
        BudgetShare(budget_line_id="line-000", neighborhood_id="one"),
        BudgetShare(budget_line_id="line-001", neighborhood_id="one"),
        BudgetShare(budget_line_id="line-001", neighborhood_id="two"),
    ]
    frame = queries.shares_of_year(held([line(0, 999, "direct"), line(1, 999, "direct")], shares))
    assert frame[frame.id == "line-000"].part_cents.tolist() == [999]
    assert frame[frame.id == "line-001"].part_cents.isna().all()


# ---------------------------------------------------------------- programs


def test_programs_of_a_place_run_there_and_citywide_ones_do_not_count(release: Release) -> None:
    everywhere = queries.programs(release).set_index("id").neighborhood_ids
    assert any(not ids for ids in everywhere)
    for place in ("harbor-point", "northgate"):
        here = queries.programs(release, neighborhood=place)
        assert set(here.id) == {program for program, ids in everywhere.items() if place in ids}
    assert queries.programs(release, neighborhood="northgate").empty


PLACES_OF = "id IN (SELECT program_id FROM program_neighborhood WHERE neighborhood_id "
FILTERS = {
    "neighborhood": (["harbor-point", "northgate"], PLACES_OF + "= ?)"),
    "pillar": (PILLARS, "';' || pillar || ';' LIKE '%;' || ? || ';%'"),
    "model": (["problem_oriented_policing", "community_partnership", "other"], "model = ?"),
    "status": (["planned", "running", "paused", "ended"], "status = ?"),
    "kind": (
        PARTNER_KINDS,
        "id IN (SELECT l.program_id FROM program_partner l JOIN partner p ON p.id = l.partner_id WHERE p.kind = ?)",
    ),
    "setting": (["urban", "suburban", "rural"], PLACES_OF + "IN (SELECT id FROM neighborhood WHERE setting = ?))"),
    "citywide": ([True, False], "citywide = ?"),
}


@given(some.fixed_dictionaries({}, optional={name: some.sampled_from(codes) for name, (codes, _) in FILTERS.items()}))
@settings(max_examples=60, deadline=None)
def test_programs_are_those_for_which_all_that_is_asked_holds(release: Release, asked: dict[str, Any]) -> None:
    conditions = " AND ".join(["1 = 1", *(FILTERS[name][1] for name in asked)])
    with sqlite3.connect(f"{Path(str(release.path)).as_uri()}?mode=ro", uri=True) as plain:
        found = plain.execute(f"SELECT id FROM program WHERE {conditions}", tuple(asked.values())).fetchall()
    plain.close()
    frame = queries.programs(release, **asked)
    assert sorted(frame.id) == sorted(program for (program,) in found)
    assert list(frame.columns) == list(queries.programs(release).columns)


def test_the_chain_tells_what_each_link_holds(release: Release, sql: sqlite3.Connection) -> None:
    for place in queries.neighborhoods(release).id:
        chain = queries.chain(release, place)
        assert list(chain.program_id) == list(queries.programs(release, neighborhood=place).id)
        for row in chain.to_dict("records"):
            program = row["program_id"]
            assert row["activities"] == one(sql, "SELECT count(*) FROM response_activity WHERE program_id = ?", program)
            for link, table in (("themes", "feedback_theme"), ("commitments", "commitment")):
                here = f"SELECT count(*) FROM {table} WHERE program_id = ? AND coalesce(neighborhood_id, ?2) = ?2"
                assert row[link] == one(sql, here, program, place)
            lines = queries.budget_by(release, "fiscal_year", program=program).set_index("fiscal_year")
            if pd.isna(row["fiscal_year"]):
                assert lines.empty
                continue
            assert row["fiscal_year"] == max(lines.index)
            assert row["planned_cents"] == lines.revised[row["fiscal_year"]]


def test_the_chain_of_a_place_without_programs_is_empty_and_keeps_its_columns(release: Release) -> None:
    chain = queries.chain(release, "northgate")
    assert chain.empty
    assert {"program_id", "planned_cents", "measure_name", "themes"} <= set(chain.columns)


# ---------------------------------------------------------------- voice


def test_a_promise_stands_where_the_day_leaves_it(release: Release) -> None:
    for as_of in (date(2024, 1, 1), date(2025, 9, 15), AS_OF, date(2030, 1, 1)):
        for promise in queries.commitments(release, as_of=as_of).to_dict("records"):
            due, made, state = promise["due_on"], promise["made_on"], promise["state"]
            is_late = promise["status"] == "under_way" and isinstance(due, date) and due < as_of
            assert state == ("overdue" if is_late else promise["status"])
            assert promise["overdue_days"] == ((as_of - due).days if is_late else 0)
            assert promise["age_days"] == max((promise["done_on"] or as_of) - made, timedelta(0)).days


def test_the_day_after_it_was_due_a_promise_is_one_day_late(release: Release) -> None:
    promises = queries.commitments(release, as_of=AS_OF)
    open_ = promises[(promises.status == "under_way") & promises.due_on.notna()].iloc[0]

    def on(day: date) -> Any:
        frame = queries.commitments(release, as_of=day).set_index("id")
        return frame.loc[open_.id]

    assert on(open_.due_on).state == "under_way"
    assert (on(open_.due_on + timedelta(days=1)).state, on(open_.due_on + timedelta(days=1)).overdue_days) == (
        "overdue",
        1,
    )


def test_a_place_hears_its_own_and_the_whole_citys(release: Release) -> None:
    for name in ("commitments", "themes"):
        asked = {"as_of": AS_OF} if name == "commitments" else {}
        question = getattr(queries, name)
        mine = question(release, neighborhood="harbor-point", **asked)
        only = question(release, neighborhood="harbor-point", only_here=True, **asked)
        assert set(only.neighborhood_id) == {"harbor-point"}
        assert set(mine.neighborhood_id.dropna()) == {"harbor-point"}
        assert len(mine) == len(only) + question(release, **asked).neighborhood_id.isna().sum()


def test_meetings_come_by_day_from_one_day_and_before_another(release: Release) -> None:
    every = queries.meetings(release)
    assert every.held_on.is_monotonic_increasing
    before, since = queries.meetings(release, before=AS_OF), queries.meetings(release, since=AS_OF)
    assert len(before) + len(since) == len(every)
    assert before.held_on.max() < AS_OF <= since.held_on.min()


def test_survey_results_of_a_hidden_cell_hold_no_shares(release: Release) -> None:
    for wave in queries.survey_waves(release).id:
        for place in queries.neighborhoods(release).id:
            results = queries.survey_results(release, wave=wave, neighborhood=place)
            hidden = results[~results.status.isin(["shown", "provisional", "unstable"])]
            assert hidden[["shares", "dont_know_share"]].isna().all(axis=None)
            assert all(n >= 10 for n in hidden.n.dropna())
            for shares in results.shares.dropna():
                assert sum(map(float, str(shares).split(";"))) == pytest.approx(1, abs=0.001)


# ---------------------------------------------------------------- about


def test_late_is_counted_from_the_promised_day(release: Release) -> None:
    late = queries.late_updates(release, as_of=AS_OF)
    for row in queries.rows(late):
        came = row.released_on if isinstance(row.released_on, date) else AS_OF
        assert row.days_late == (came - row.planned_on).days > 0
    days = {(row.source_id, row.covers): row.days_late for row in queries.rows(late)}
    assert days["crime", "2025-Q3"] == 11
    assert days["complaints", "2025"] == 16  # promised for February 15, not there on March 3
    assert ("crime", "2025-Q4") not in days  # two days early


def test_what_has_not_come_gets_later_every_day(release: Release) -> None:
    def days(as_of: date) -> int:
        late = queries.late_updates(release, as_of=as_of)
        return int(late[late.released_on.isna()].days_late.iloc[0])

    assert days(AS_OF + timedelta(days=10)) == days(AS_OF) + 10
    assert queries.late_updates(release, as_of=date(2026, 2, 15)).released_on.notna().all()


def test_withheld_counts_are_those_of_the_log(release: Release, sql: sqlite3.Connection) -> None:
    counts = queries.withheld_counts(release)
    assert counts.cells.sum() == one(sql, "SELECT count(*) FROM withheld_cell")
    hidden = one(sql, "SELECT count(*) FROM observation WHERE status = 'withheld'")
    assert counts[counts.table_name == "observation"].cells.sum() >= hidden
    here = queries.withheld_counts(release, neighborhood="harbor-point")
    assert 0 < here.cells.sum() < counts.cells.sum()


def test_revisions_of_a_place_are_its_part_of_all(release: Release) -> None:
    every = queries.revisions(release)
    here = queries.revisions(release, neighborhood="westbrook")
    assert len(here) == (every.neighborhood_id == "westbrook").sum() > 0


def opened(demo_store: Path) -> list[Release]:
    return [Store(demo_store).open(name) for name in ("2026-03", "2025-12", "2025-09")]


def test_revisions_of_all_releases_come_newest_first(demo_store: Path) -> None:
    every = queries.all_revisions(opened(demo_store)[::-1])
    each = {release.id: queries.revisions(release) for release in opened(demo_store)}
    assert list(every.release_id.unique()) == [name for name, found in each.items() if len(found)]
    for name, found in each.items():
        assert list(every[every.release_id == name]["id"]) == list(found["id"])
    place = queries.all_revisions(opened(demo_store), measure="burglary", neighborhood="westbrook")
    assert 0 < len(place) < len(every)
    assert set(zip(place.measure_id, place.neighborhood_id, strict=True)) == {("burglary", "westbrook")}
    assert len(queries.all_revisions(opened(demo_store), measure="nothing")) == 0
    assert len(queries.all_revisions([])) == 0


def test_a_figure_has_its_own_history(demo_store: Path) -> None:
    releases = opened(demo_store)
    asked = {"measure": "burglary", "neighborhood": "westbrook", "period": "2025-03"}
    history = queries.figure_history(releases, **asked)
    assert list(history.release_id) == ["2026-03", "2025-12", "2025-09"]
    assert history.numerator[1] == history.numerator[2] == 2 * history.numerator[0] > 0
    assert list(history.revised) == ["changed", None, None]
    later = queries.figure_history(releases, measure="burglary", neighborhood="city", period="2025-12")
    assert list(later.status) == ["provisional", None, None]  # the older releases do not hold it
    assert later.value.isna().tolist() == [False, True, True]


def test_a_release_that_was_moved_says_from_when_to_when_and_why(demo_store: Path) -> None:
    now, before, _ = opened(demo_store)
    [moved] = queries.rows(queries.plan_changes(now))
    assert (moved.planned_release_id, moved.from_day, moved.to_day) == ("2026-03", date(2026, 2, 17), date(2026, 3, 3))
    assert (moved.from_time, moved.to_time) == ("09:00", "10:00")
    assert "survey" in moved.reason
    assert "encuesta" in queries.plan_changes(now, language="es").reason[0]
    planned = [queries.planned_releases(release).set_index("id").planned_on for release in (before, now)]
    assert [days["2026-03"] for days in planned] == [date(2026, 2, 17), date(2026, 3, 3)]
    assert ["2026-06" in days for days in planned] == [False, True]
    assert len(queries.plan_changes(before)) == 0


def test_a_plan_that_moved_twice_leads_from_day_to_day(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'plans.sqlite'}")
    Table.metadata.create_all(engine)
    moves = [(date(2026, 1, 5), date(2026, 2, 1)), (date(2026, 1, 20), date(2026, 2, 10))]
    with engine.begin() as connection:
        plan = {"planned_on": date(2026, 3, 1), "announced_on": date(2025, 12, 1), "brings": "More."}
        connection.execute(table_of(TABLES["planned_release"]).insert(), {"id": "next", **plan})
        for changed_on, from_day in moves:
            row = {"planned_release_id": "next", "changed_on": changed_on, "from_day": from_day, "reason": "Late."}
            connection.execute(table_of(TABLES["plan_change"]).insert(), row)
    found = queries.plan_changes(Release("x", engine))
    assert list(zip(found.from_day, found.to_day, strict=True)) == [
        (date(2026, 2, 10), date(2026, 3, 1)),
        (date(2026, 2, 1), date(2026, 2, 10)),
    ]
    assert list(found.to_time) == [None, None]


def test_one_release_is_never_answered_with_another(demo_store: Path) -> None:
    for name in Store(demo_store).ids():
        opened = Store(demo_store).open(name)
        assert queries.manifest(opened)["release_id"] == name
        assert set(queries.figure_table(opened, measures=["burglary"]).release) == {name}
