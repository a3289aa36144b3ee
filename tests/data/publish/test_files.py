"""Files of any shape are read: cells as they are, only the named columns, every row with its number."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.publish.files import OpenTable, connect, day_sql, open_table
from data.publish.problems import Refused


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path_factory.mktemp("duckdb")) as connection:
        yield connection


def read(
    sql: duckdb.DuckDBPyConnection, path: Path, *columns: str, **how: Any
) -> tuple[OpenTable, list[tuple[Any, ...]]]:
    """The opened file, and (row, cells...) of every row."""
    opened = open_table(sql, path, list(columns) or None, scratch=path.parent, **how)
    cells = ", ".join(opened.cell(name) for name in (columns or opened.headings))
    return opened, sql.execute(f"SELECT row, {cells} FROM {opened.name} ORDER BY row").fetchall()


PLAIN = "name,count\nPeña,1\nWest Hill,2\n"
ROWS = [(2, "Peña", "1"), (3, "West Hill", "2")]


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (PLAIN.encode(), {}),
        (PLAIN.encode("utf-8-sig"), {}),
        (PLAIN.encode("utf-16"), {}),
        (PLAIN.encode("utf-16-le"), {}),
        (PLAIN.encode("cp1252"), {"encoding": "cp1252"}),
        (PLAIN.replace("\n", "\r\n").encode(), {}),
        (PLAIN.replace("\n", "\r").encode(), {}),
        (PLAIN.replace("1\n", "1\r\n").encode(), {}),
        (PLAIN.replace(",", ";").encode(), {}),
        (PLAIN.replace(",", "\t").encode(), {}),
        (PLAIN.replace(",", "|").encode(), {}),
        (PLAIN.replace(",", "^").encode(), {"delimiter": "^"}),
        (PLAIN.replace("name", " name ").encode(), {}),
        (PLAIN.replace("Peña", '"Peña"').encode(), {}),
        (PLAIN.removesuffix("\n").encode(), {}),
        ((PLAIN + "\n\n").encode(), {}),
    ],
)
def test_one_table_in_many_spellings(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path, data: bytes, how: dict[str, str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    opened, rows = read(sql, path, "name", "count", **how)
    assert rows == ROWS
    assert not opened.problems


def test_windows_1252_is_read_and_said(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(PLAIN.encode("cp1252"))
    opened, rows = read(sql, path)
    assert rows == ROWS
    [one] = opened.problems
    assert (one.code, one.level) == ("wrong_encoding", "warning")
    assert "Peña,1" in one.found


def test_a_declared_encoding_that_does_not_fit_is_an_error(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(PLAIN.encode("cp1252"))
    with pytest.raises(Refused) as refused:
        read(sql, path, encoding="utf-8")
    assert (refused.value.problem.code, refused.value.problem.level) == ("wrong_encoding", "error")


@pytest.mark.parametrize(
    ("text", "rows", "how"),
    [
        ("a,b\n1,2\n\n3,4\n", [(2, "1", "2"), (4, "3", "4")], {}),
        ("a,b\n1\n3,4\n", [(2, "1", None), (3, "3", "4")], {}),
        ('a,b\n"two\nlines",2\n3,4\n', [(2, "two\nlines", "2"), (3, "3", "4")], {}),
        ("A title,\n\na,b\n1,2\n", [(4, "1", "2")], {"heading_row": 3}),
        ("a,b,,\n1,2,,\n", [(2, "1", "2")], {}),
    ],
)
def test_rows_are_numbered_as_in_the_file(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, rows: list[tuple[Any, ...]], how: dict[str, Any]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert read(sql, path, "a", "b", **how)[1] == rows


def test_an_open_quote_is_refused_and_swallows_nothing(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"1,2\n3,4\n', encoding="utf-8")
    with pytest.raises(Refused, match="cannot be read"):
        read(sql, path)


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', 3, "never closed"),
        ('a,b\n1,2\n"x"y,4\n', 3, "where none can stand"),
    ],
)
def test_a_quotation_mark_amiss_is_told_with_its_row(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, row: int, found: str
) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(Refused, match="quotation marks") as refused:
        read(sql, tmp_path / "a.csv")
    assert (refused.value.problem.row, found in refused.value.problem.found) == (row, True)


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\n<!DOCTYPE html>\n", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
    ],
)
def test_what_is_no_table_is_told_for_what_it_is(
    sql: duckdb.DuckDBPyConnection, tmp_path: Path, start: bytes, found: str
) -> None:
    (tmp_path / "a.csv").write_bytes(start + b"a,b\n1,2\n" * 50)
    with pytest.raises(Refused, match=found):
        read(sql, tmp_path / "a.csv")


def test_bytes_that_are_no_letters_are_told_in_plain_words(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n\x81\x8d\x9d\xff,2\n")
    with pytest.raises(Refused) as refused:
        read(sql, tmp_path / "a.csv", encoding="cp1252")
    assert refused.value.problem.found == "bytes that are no letters in it"


def test_rows_that_are_too_short_are_told(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3\n4,5\n6\n")
    opened, rows = read(sql, tmp_path / "a.csv")
    assert rows == [(2, "1", "2"), (3, "3", None), (4, "4", "5"), (5, "6", None)]
    assert [(one.code, one.level, one.row) for one in opened.problems] == [("short_row", "warning", 3)]
    assert opened.problems[0].found == "2 rows, of which the last is row 5"


def test_only_named_columns_come_in(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,secret,count\nx,hush,1\n", encoding="utf-8")
    opened, _ = read(sql, path, "count")
    columns = [name for (name,) in sql.execute(f"SELECT column_name FROM (DESCRIBE {opened.name})").fetchall()]
    assert columns == ["row", "c2", "copy"]
    assert "hush" not in str(sql.execute(f"SELECT * FROM {opened.name}").fetchall())


def test_exact_copies_are_counted_over_all_columns(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n1,3\n1,2\n1,2\n", encoding="utf-8")
    opened, _ = read(sql, path, "a")
    assert (opened.rows, opened.duplicates) == (4, 2)


def test_many_rows_keep_their_numbers(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n,x\n" + "".join(f"{n},{'y' * (n % 50)}\n" for n in range(2, 300_002)), encoding="utf-8")
    opened, _ = read(sql, path, "n")
    wrong = sql.execute(
        f"SELECT count(*) FROM {opened.name} WHERE row <> CAST({opened.cell('n')} AS BIGINT)"
    ).fetchall()
    assert wrong == [(0,)]


def test_a_sheet_keeps_the_meaning_of_days_and_numbers(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["day", "time", "whole", "part", "yes", "text"])
    sheet.append([date(2024, 3, 4), datetime(2024, 3, 4, 5, 6), 7.0, 0.1 + 0.2, True, "0012"])
    book.save(tmp_path / "a.xlsx")
    _, rows = read(sql, tmp_path / "a.xlsx", "day", "time", "whole", "part", "yes", "text", sheet="Data")
    assert rows == [(2, "2024-03-04", "2024-03-04 05:06:00", "7", "0.3", "true", "0012")]
    with pytest.raises(Refused, match="no sheet 'Nope'"):
        read(sql, tmp_path / "a.xlsx", sheet="Nope")


def test_properties_of_geojson_are_rows(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": '
        '[{"properties": {"a": 1.0}}, {"properties": {"a": null, "b": "x"}}]}',
        encoding="utf-8",
    )
    assert read(sql, path, "a", "b")[1] == [(2, "1", None), (3, None, "x")]


def value(sql: duckdb.DuckDBPyConnection, function: str, text: str | None) -> Any:
    [(found,)] = sql.execute(f"SELECT {function}(?)", [text]).fetchall()
    return found


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1234", 123400),
        ("1,234", 123400),
        ("$1,234.50", 123450),
        ("(1,234.50)", -123450),
        ("($5)", -500),
        ("-$5.05", -505),
        ("$-5", -500),
        ("−7", -700),
        ("\u00a07\u00a0", 700),
        ("252000.0", 25200000),
        (".5", 50),
        ("9007199254740993.01", 900719925474099301),
        *(
            (word, None)
            for word in (" -   ", "", "1,23", "1.234,50", "12.345", "(-5)", "5-", "1e5", "$", "12 34", "(5")
        ),
    ],
)
def test_amounts_become_exact_cents_or_nothing(sql: duckdb.DuckDBPyConnection, text: str, cents: int | None) -> None:
    assert value(sql, "cents_of", text) == cents


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.decimals(min_value=-(10**13), max_value=10**13, places=2, allow_nan=False),
    style=st.sampled_from(["plain", "grouped", "dollar", "brackets"]),
)
def test_any_amount_in_any_style_is_read_to_the_cent(
    sql: duckdb.DuckDBPyConnection, amount: Decimal, style: str
) -> None:
    grouped = f"{abs(amount):,.2f}"
    sign = "-" if amount < 0 else ""
    text = {
        "plain": f"{amount:f}",
        "grouped": f"{sign}{grouped}",
        "dollar": f" {sign}${grouped}",
        "brackets": f"({grouped})" if amount < 0 else grouped,
    }[style]
    assert value(sql, "cents_of", text) == int(amount * 100)
    assert value(sql, "number_of", text) == pytest.approx(float(amount))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(min_value=-(10**15), max_value=10**15))
def test_whole_numbers_are_read_whole(sql: duckdb.DuckDBPyConnection, number: int) -> None:
    assert value(sql, "whole_of", f"{number:,}") == value(sql, "whole_of", f"{number}.0") == number
    assert value(sql, "whole_of", f"{number}.5") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="0123456789", exclude_categories=["Nd", "Nl", "No", "Cs"])))
def test_text_without_a_digit_is_never_a_number(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert value(sql, "number_of", text.replace("\0", "")) is None


@pytest.mark.parametrize("text", [" -   ", "", "-", "–", "N/A", "null", "None", " "])
def test_words_for_nothing_are_nothing(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert value(sql, "given", text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-04", date(2024, 3, 4)),
        ("2024-03-04T23:59:59Z", date(2024, 3, 4)),
        ("2024/03/04", date(2024, 3, 4)),
        ("20240304", date(2024, 3, 4)),
        ("13/04/2024", date(2024, 4, 13)),
        ("4/13/2024 10:00 PM", date(2024, 4, 13)),
        ("3/3/2024", date(2024, 3, 3)),
        ("March 4, 2024", date(2024, 3, 4)),
        ("04-Mar-2024", date(2024, 3, 4)),
        ("03/04/2024", None),
        ("3/4/24", None),
        ("2024-02-30", None),
        ("99/99/2024", None),
        ("soon", None),
    ],
)
def test_a_day_is_read_only_where_it_has_one_reading(
    sql: duckdb.DuckDBPyConnection, text: str, day: date | None
) -> None:
    assert value(sql, "day_of", text) == day


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_both_readings_exist_exactly_when_day_and_month_can_be_swapped(
    sql: duckdb.DuckDBPyConnection, day: date
) -> None:
    text = f"{day.month:02d}/{day.day:02d}/{day.year}"
    swappable = day.day <= 12 and day.day != day.month
    assert value(sql, "two_readings", text) is swappable
    assert value(sql, "day_of", text) == (None if swappable else day)


@pytest.mark.parametrize(
    ("text", "format", "day"),
    [
        ("06/27/1998 03:58:00 AM", "%m/%d/%Y %I:%M:%S %p", date(1998, 6, 27)),
        ("27.06.1998", "%d.%m.%Y", date(1998, 6, 27)),
        ("898930680000", "epoch_ms", date(1998, 6, 27)),
        ("06/27/1998", "%d/%m/%Y", None),
    ],
)
def test_a_declared_format_decides(sql: duckdb.DuckDBPyConnection, text: str, format: str, day: date | None) -> None:
    [(found,)] = sql.execute(f"SELECT {day_sql('x', format)} FROM (SELECT ? AS x)", [text]).fetchall()
    assert found == day


def test_duckdb_reads_what_python_reads(sql: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b"])
        for _ in range(500):
            writer.writerow(["".join(chance.choices('xy,"\n é;', k=4)) + "z" for _ in range(2)])
    with path.open(encoding="utf-8", newline="") as file:
        expected = [tuple(row) for row in csv.reader(file)][1:]
    assert [row[1:] for row in read(sql, path, "a", "b")[1]] == expected
