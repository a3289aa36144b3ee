"""Ready tables: files whose columns are ours are checked cell by cell, and taken exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.publish.files import connect, open_table
from data.publish.names import Gazetteer
from data.publish.pack import Column
from data.publish.problems import Report
from data.publish.ready import Checked, check, looks_personal, matched_columns, ready_rows

PLACES = Gazetteer(
    [("east", "East End", "neighborhood"), ("west", "West Hill", "neighborhood")], [("east", "Eastside")]
)


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path_factory.mktemp("duckdb")) as connection:
        yield connection


def checked(
    sql: duckdb.DuckDBPyConnection,
    folder: Path,
    table: str,
    text: str,
    *,
    columns: dict[str, Any] | None = None,
    date_format: str | None = None,
    **constants: object,
) -> tuple[Checked, Report]:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    specs = {name: Column.model_validate(one) for name, one in (columns or {}).items()}
    opened = open_table(
        sql, folder / "t.csv", lambda heads: list(matched_columns(table, heads, specs).values()), scratch=folder
    )
    report = Report()
    rows = ready_rows(sql, table, opened, specs, date_format=date_format)
    found = check(sql, table, rows, file="t.csv", report=report, places=PLACES, constants=constants)
    return found, report


def why(report: Report) -> list[tuple[int, str, str]]:
    """(row, column, code) of every refused cell."""
    frame = report.rejects_frame()
    return [(int(row), str(column), str(code)) for row, column, code in frame[["row", "column", "why"]].values.tolist()]


def test_names_of_places_become_ids_and_headings_may_be_spelled_freely(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = 'Neighborhood,YEAR,Residents\nEASTSIDE,2024,"1,200"\nwest,2024,900\n'
    found, report = checked(sql, tmp_path, "population", text, source_id="census")
    assert not report.problems
    assert found.frame[["neighborhood_id", "year", "residents", "source_id"]].values.tolist() == [
        ["east", 2024, 1200, "census"],
        ["west", 2024, 900, "census"],
    ]


def test_a_source_column_goes_before_the_declared_source(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "neighborhood_id,year,residents,source\neast,2024,1,count\nwest,2024,1,\n"
    found, _ = checked(sql, tmp_path, "population", text, source_id="census")
    assert found.frame["source_id"].tolist() == ["count", "census"]


def test_a_missing_column_is_named_and_nothing_is_taken(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found, report = checked(sql, tmp_path, "population", "neighborhood_id,year\neast,2024\n", source_id="s")
    assert [(one.code, one.column) for one in report.errors] == [("missing_column", "residents")]
    assert found.frame.empty


BUDGET = "id,fiscal_year,fund,category,phase,dated_on,amount_usd,source_id\n"


def test_dollars_become_cents_to_the_last_one(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    amounts = {"a": '"$90,071,992,547,409.93"', "b": "(0.01)", "c": "-12.5", "d": "0.29"}
    text = BUDGET + "".join(f"{name},FY2024,G,x,adopted,,{amount},s\n" for name, amount in amounts.items())
    found, report = checked(sql, tmp_path, "budget_line", text)
    assert not report.problems
    assert found.frame["amount_cents"].tolist() == [9007199254740993, -1, -1250, 29]


def test_cents_stay_cents(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = BUDGET.replace("amount_usd", "amount_cents") + "a,FY2024,G,x,adopted,,9007199254740993,s\n"
    found, _ = checked(sql, tmp_path, "budget_line", text)
    assert found.frame["amount_cents"].tolist() == [9007199254740993]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("a,FY2024,G,x,adoptd,,1,s", "phase", "wrong_word"),
        ("a,FY2024,G,x,adopted,03/04/2024,1,s", "dated_on", "ambiguous_date"),
        ("a,FY2024,G,x,adopted,2024-13-01,1,s", "dated_on", "not_a_date"),
        ("a,FY2024,G,x,adopted,,1.005,s", "amount_usd", "not_a_number"),
        ("a,FY2024,G,x,adopted,,,s", "amount_usd", "missing_value"),
        (",FY2024,G,x,adopted,,1,s", "id", "missing_value"),
    ],
)
def test_a_cell_that_does_not_fit_refuses_its_row(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path, row: str, column: str, code: str
) -> None:
    good = "z,FY2024,G,x,adopted,2024-03-04,1,s\n"
    found, report = checked(sql, tmp_path, "budget_line", BUDGET + good + row + "\n")
    assert why(report) == [(3, column, code)]
    assert found.frame["id"].tolist() == ["z"]
    assert found.rejected == {3}


@pytest.mark.parametrize(
    ("table", "text", "column", "code"),
    [
        ("population", "neighborhood,year,residents\nEast End,2024,-1\n", "residents", "negative_count"),
        ("population", "neighborhood,year,residents\nEest End,2024,1\n", "neighborhood", "unknown_neighborhood"),
        ("observation", "measure,neighborhood,period\nm,east,2024-13\n", "period", "not_a_period"),
        ("budget_share", "budget_line_id,neighborhood_id,weight\na,east,1.5\n", "weight", "not_a_number"),
        ("survey_result", "wave,question,neighborhood,shares\nw,q,city,0.5;0.3\n", "shares", "shares_do_not_add_up"),
        ("survey_result", "wave,question,neighborhood,shares\nw,q,city,0.5;x\n", "shares", "shares_do_not_add_up"),
        ("survey_result", "wave,question,neighborhood,n,shares\nw,q,city,0,0.5;0.5\n", "n", "n_below_1"),
        ("survey_result", "wave,question,neighborhood,n,shares\nw,q,city,-3,0.5;0.5\n", "n", "negative_count"),
        ("survey_result", "wave,question,neighborhood,n,shares\nw,q,city,7.5,0.5;0.5\n", "n", "not_a_number"),
        ("survey_wave", "id,name,mode,frame,period,design_effect\nw,W,probability,a,2024,0.99\n",
         "design_effect", "design_effect_below_1"),
        ("observation", "measure,neighborhood,period,value,n\nm,east,2024,50,0\n", "n", "n_below_1"),
        ("observation", "measure,neighborhood,period,value,n,n_effective\nm,east,2024,50,80,90\n",
         "n_effective", "design_effect_below_1"),
        (
            "commitment",
            "id,you_said,promise,owner,made_on,status\n1,a,b,c,2024-01-01,done\n",
            "evidence",
            "missing_value",
        ),
        (
            "problem",
            "id,title,harm,seen_on,status,evidence\n1,a,b,2024-01-01,open,\n",
            "evidence",
            "problem_without_evidence",
        ),
        ("grant", "id,name,funder,purpose,starts_on,ends_on,award_cents,nonsupplanting\n"
         "1,a,b,c,2024-01-01,2024-12-31,5,perhaps\n",
         "nonsupplanting", "wrong_word"),
    ],
)  # fmt: skip
def test_each_kind_of_column_has_its_own_check(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path, table: str, text: str, column: str, code: str
) -> None:
    found, report = checked(sql, tmp_path, table, text, source_id="s")
    assert why(report) == [(2, column, code)]
    assert found.frame.empty


def test_repeated_keys_are_listed_with_all_their_rows(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "neighborhood,year,residents\neast,2024,1\nwest,2024,2\nEast End,2024,1\nEastside,2024,3\n"
    found, report = checked(sql, tmp_path, "population", text, source_id="s")
    [one] = report.errors
    assert (one.code, one.found) == ("repeated_key", "east, 2024 in rows 2, 4, 5")
    assert found.frame["_row"].tolist() == [2, 3]


def test_a_declared_format_and_a_map_are_followed(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "Code,Kind,Name\nA-1,Biz,Y\n"
    columns = {"id": {"column": "Code", "slug": True}, "kind": {"column": "Kind", "map": {"Biz": "business"}}}
    found, report = checked(sql, tmp_path, "partner", text, columns=columns)
    assert not report.problems
    assert found.frame[["id", "name", "kind"]].values.tolist() == [["a-1", "Y", "business"]]
    text = "measure,broke_on,kind,note\nm,03/04/2024,wording,n\nm,2024-05-06,wording,n\n"
    found, report = checked(sql, tmp_path, "series_break", text, columns={}, date_format="%m/%d/%Y")
    assert found.frame["broke_on"].tolist() == [date(2024, 3, 4), date(2024, 5, 6)]
    assert not report.problems


def test_defaults_fill_what_is_left_out(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found, _ = checked(
        sql, tmp_path, "observation", "measure,neighborhood,period,numerator\nm,east,2024,3\n", source_id="s"
    )
    [row] = found.frame.to_dict("records")
    assert (row["group_name"], row["status"], row["numerator"]) == ("all", "shown", 3.0)


@pytest.mark.parametrize(
    "heading",
    ["OfficerName", "HOME_ADDRESS", "e-mail", "Date of Birth", "phone", "Subject name", "Badge #", "last.name", "SSN"],
)
def test_headings_that_look_personal_are_seen(heading: str) -> None:
    assert looks_personal(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "INCIDENT_NO",
        "community",
        "program name",
        "NAME",
        "SNA_NEIGHBORHOOD",
        "beat",
        "DISTRICT",
        "birth rate",
        "Template",
    ],
)
def test_plain_headings_are_not_taken_for_personal_ones(heading: str) -> None:
    assert not looks_personal(heading)
