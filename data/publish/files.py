"""Reading files of any shape into DuckDB: only the columns that are named, each cell as text, each row with its number.

A well-formed CSV is read by DuckDB itself, in parallel and without ever standing in memory. Anything else (another
encoding, short or long rows, empty lines, a heading further down, XLSX, GeoJSON properties) is first laid out row by
row as a plain CSV of the named columns in the scratch folder, and then read the same way.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import charset_normalizer
import duckdb
import openpyxl

from data.publish.names import nearest_word
from data.publish.problems import Problem, Refused, problem

BLANKS = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"
MISSING = ("", "-", "–", "—", "‐", "−", "n/a", "na", "null", "none", "nan", "#n/a")
"""What cells hold where there is nothing, in lower case. A pack may declare more (`missing`)."""

SHEETS = (".xlsx", ".xlsm")
FEATURES = (".geojson", ".json")

NO_TEXT = {
    b"PK\x03\x04": (
        "a ZIP archive or an Excel workbook",
        "Give an Excel workbook the ending .xlsx; unpack an archive.",
    ),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook (.xls)", "Open it and save it as .xlsx or CSV."),
    b"%PDF": ("a PDF", "Ask for the table behind it, as CSV or XLSX."),
    b"\x1f\x8b": ("a compressed file", "Unpack it."),
    b"<!doctype html": ("a web page", "Download the file itself: this is the page about it, or an error."),
    b"<html": ("a web page", "Download the file itself: this is the page about it, or an error."),
}
"""How files begin that are sometimes taken for CSV: what they are, and what to do."""

CHUNK = 1 << 22
csv.field_size_limit(1 << 27)

_EDGE = f"[{BLANKS}]*"
_NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)"
_WHOLE = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.0*)?)"
_EXPONENT = r"[-+]?\d+(?:\.\d*)?[eE][-+]?\d+"
_ISO = r"(\d{4})[-/](\d{2})[-/](\d{2})(?:[ T].*)?"
_TWO_READINGS = r"(0?[1-9]|1[0-2])[/.\-](0?[1-9]|1[0-2])[/.\-]\d{4}(?:[ T].*)?"
_SHORT_YEAR = r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}(?:[ T].*)?"
_DAY_FIRST = r"(1[3-9]|[23]\d)[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T].*)?"
_MONTH_FIRST = r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T].*)?"


def _signed(number: str) -> str:
    """Ways to write a number: plain, with a sign, with $, or below zero in brackets."""
    return rf"(?:[-+−]?\s*\$?\s*{number}|\$\s*[-−]\s*{number}|\(\s*\$?\s*{number}\s*\))"


def literal(text: str) -> str:
    """Text as an SQL literal, for the places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def _fits(pattern: str) -> str:
    return f"regexp_full_match(x, {literal(f'{_EDGE}{pattern}{_EDGE}')})"


_SIGN = "CASE WHEN regexp_matches(x, '[-−(]') THEN '-' ELSE '' END"

# A macro puts its argument in wherever it is named, so each names it as few times as it can.
_MACROS = f"""
CREATE MACRO clean(x) AS nullif(trim(x, {literal(BLANKS)}), '');
CREATE MACRO given(x) AS CASE WHEN lower(clean(x)) NOT IN ({", ".join(map(literal, MISSING))}) THEN clean(x) END;
CREATE MACRO number_text(x) AS
    CASE WHEN {_fits(_signed(_NUMBER))} THEN {_SIGN} || regexp_replace(x, '[^0-9.]', '', 'g') END;
CREATE MACRO number_of(x) AS
    CASE WHEN {_fits(_EXPONENT)} THEN TRY_CAST(clean(x) AS DOUBLE) ELSE TRY_CAST(number_text(x) AS DOUBLE) END;
CREATE MACRO whole_of(x) AS CASE WHEN {_fits(_signed(_WHOLE))}
    THEN TRY_CAST({_SIGN} || regexp_replace(regexp_replace(x, '\\.0*', ''), '[^0-9]', '', 'g') AS BIGINT) END;
CREATE MACRO hundredfold(x) AS TRY_CAST(number_text(x) AS DECIMAL(24, 6)) * CAST(100 AS DECIMAL(3, 0));
CREATE MACRO cents_of(x) AS
    CASE WHEN hundredfold(x) = floor(hundredfold(x)) THEN TRY_CAST(hundredfold(x) AS BIGINT) END;
CREATE MACRO two_readings(x) AS {_fits(_SHORT_YEAR)} OR ({_fits(_TWO_READINGS)}
    AND TRY_CAST(regexp_extract(x, {literal(_MONTH_FIRST)}, 1) AS INTEGER)
        <> TRY_CAST(regexp_extract(x, {literal(_MONTH_FIRST)}, 2) AS INTEGER));
CREATE MACRO day_of_iso(x) AS CASE WHEN {_fits(_ISO)}
    THEN TRY_CAST(regexp_replace(clean(x), {literal(_ISO)}, '\\1-\\2-\\3') AS DATE) END;
CREATE MACRO day_of(x) AS CASE
    WHEN {_fits(_ISO)} THEN day_of_iso(x)
    WHEN {_fits("(?:19|20)[0-9]{6}")} THEN CAST(try_strptime(clean(x), '%Y%m%d') AS DATE)
    WHEN two_readings(x) THEN NULL
    WHEN {_fits(_DAY_FIRST)} THEN TRY_CAST(regexp_replace(clean(x), {literal(_DAY_FIRST)}, '\\3-\\2-\\1') AS DATE)
    WHEN {_fits(_MONTH_FIRST)} THEN TRY_CAST(regexp_replace(clean(x), {literal(_MONTH_FIRST)}, '\\3-\\1-\\2') AS DATE)
    ELSE CAST(try_strptime(clean(x), ['%d-%b-%Y', '%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y']) AS DATE) END;
"""


def connect(scratch: Path, *, memory: str = "1GB", small: bool = False) -> duckdb.DuckDBPyConnection:
    """A DuckDB that works on disk in `scratch`, within `memory`, and loads nothing from elsewhere.

    small: keep tables off the disk as long as they fit, which is quicker for many small files.

    It knows what cells mean: given(x) text or NULL, number_of(x), whole_of(x), cents_of(x) from dollars, day_of(x) for
    dates with one reading, two_readings(x).
    """
    connection = duckdb.connect(
        ":memory:" if small else scratch / "intake.duckdb",
        config={
            "memory_limit": memory,
            "temp_directory": str(scratch / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")  # publishing shows its own
    connection.execute(_MACROS)
    return connection


def day_sql(cell: str, format: str | None) -> str:
    """SQL for the day in a cell. format: None (one reading only), epoch_ms, epoch_s, or a strptime format."""
    if format is None:
        return f"day_of({cell})"
    if format in ("epoch_ms", "epoch_s"):
        factor = 1 if format == "epoch_ms" else 1000
        return f"CAST(epoch_ms(whole_of({cell}) * {factor}) AS DATE)"
    return f"TRY_CAST(try_strptime(clean({cell}), {literal(format)}) AS DATE)"


def check_format(connection: duckdb.DuckDBPyConnection, format: str | None, *, key: str) -> Problem | None:
    """What is wrong with a declared date format, if anything."""
    if format is None or format in ("epoch_ms", "epoch_s"):
        return None
    try:
        connection.execute(f"SELECT try_strptime('2024', {literal(format)})").fetchall()
    except duckdb.Error:
        return problem(
            "wrong_key_value", file="city.toml", column=key, found=repr(format), expected="a format such as %m/%d/%Y"
        )
    return None


@dataclass
class Look:
    """What one pass over a file's bytes tells."""

    sha256: str
    size_bytes: int
    encoding: str
    guessed: bool = False
    sample: str = ""
    plain: bool = True


def look(path: Path, encoding: str | None = None) -> Look:
    """Fingerprint, size and encoding of a text file, in one pass.

    encoding: what the pack declares. Otherwise a mark at the start decides, then UTF-8 if every byte fits, else a guess
    (`guessed`, with a `sample` of how it reads). `plain` is False where DuckDB's own reader would lose count of rows.
    Raises Refused: wrong_encoding where the file does not fit what is declared or nothing fits, empty_file.
    """
    digest, size, plain, valid = hashlib.sha256(), 0, True, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    odd_lines: list[bytes] = []
    head, tail = b"", b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            head = head or chunk[:4096]
            if valid and not (chunk.isascii() and decoder.getstate()[0] == b""):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    valid = False
            if not valid and len(odd_lines) < 300:
                odd_lines += [line for line in chunk.splitlines() if not line.isascii()][:300]
            # An empty line between rows: the two ways of reading would number the rows after it differently.
            joined = (tail + chunk).rstrip(b"\r\n")
            plain = plain and not any(gap in joined for gap in (b"\n\n", b"\n\r\n", b"\r\r"))
            tail = chunk[-3:]
    if valid:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            valid = False
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t"):
        raise Refused(problem("empty_file", file=path.name, found=f"{size} bytes"))
    sha256 = digest.hexdigest()
    if encoding:
        _must_decode(path, encoding)
        return Look(sha256, size, encoding, plain=False)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Look(sha256, size, "utf-16", plain=False)
    if head.count(b"\0") > len(head) // 4:
        even = head[::2].count(0) > head[1::2].count(0)
        guess = "utf-16-be" if even else "utf-16-le"
        _must_decode(path, guess)
        return Look(sha256, size, guess, plain=False)
    elif valid:
        return Look(sha256, size, "utf-8-sig", plain=plain)
    else:
        best = charset_normalizer.from_bytes(b"\n".join(odd_lines), cp_isolation=["cp1252", "mac_roman"]).best()
        guess = best.encoding if best else "cp1252"
    _must_decode(path, guess)
    lines = [line.decode(guess, "replace").strip() for line in odd_lines[:1]]
    return Look(sha256, size, guess, True, lines[0][:80] if lines else "", False)


def _must_be_text(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(64).removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for mark, (found, fix) in NO_TEXT.items():
        if start.startswith(mark.lower()):
            raise Refused(problem("unreadable_file", file=path.name, found=found, expected="CSV", fix=fix))


def _must_decode(path: Path, encoding: str) -> None:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(CHUNK):
                pass
    except (UnicodeError, LookupError) as error:
        found = "an encoding that is not known" if isinstance(error, LookupError) else "bytes that are no letters in it"
        raise Refused(
            problem(
                "wrong_encoding",
                file=path.name,
                found=found,
                expected=f"text in {encoding}",
                fix="Save it as UTF-8, or say its `encoding` in city.toml. Perhaps it is no text at all.",
                level="error",
            )
        ) from None


@dataclass
class OpenTable:
    """A file in DuckDB: table `name` with column `row` (as in the file, the heading is row 1), one column for each
    heading (see `cell`), and `copy`, a fingerprint of the whole row that finds exact copies.
    """

    name: str
    file: str
    cells: dict[str, str]
    headings: list[str]
    rows: int
    sha256: str
    size_bytes: int
    duplicates: int
    problems: list[Problem]
    rejected: list[tuple[int, str, object, str]]

    def cell(self, heading: str) -> str:
        """The SQL name of a heading's column."""
        return self.cells[heading]


Choose = Callable[[list[str]], Sequence[str]]
"""Given the headings of a file, which of them to read."""


def open_table(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Sequence[str] | Choose | None = None,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    heading_row: int = 1,
    scratch: Path,
    file: str | None = None,
) -> OpenTable:
    """Read the named columns of a file into a table of the connection. Every cell is text.

    columns: headings to read (all when None), or a function that chooses among the file's headings.
    file: the name to use in problems. Raises Refused: missing_column, repeated_column, empty_file, unreadable_file,
    wrong_encoding.
    """
    file = file or path.name
    name = f"raw_{next(_NUMBERS)}"
    problems: list[Problem] = []
    rejected: list[tuple[int, str, object, str]] = []
    kind = path.suffix.lower()
    try:
        if kind in SHEETS:
            seen = _fingerprint(path)
            rows: Iterator[tuple[int, list[str]]] = _sheet_rows(path, sheet, file)
        elif kind in FEATURES:
            seen = _fingerprint(path)
            rows = _property_rows(path, file)
        else:
            _must_be_text(path)
            seen = look(path, encoding)
            if seen.guessed:
                problems.append(
                    problem(
                        "wrong_encoding",
                        file=file,
                        found=f"{seen.encoding}{f', where a line reads {seen.sample!r}' if seen.sample else ''}",
                        expected="utf-8",
                    )
                )
            delimiter = delimiter or _delimiter(path, seen.encoding, heading_row)
            rows = _csv_rows(path, seen.encoding, delimiter)
        with closing(rows):  # type: ignore[type-var]
            headings = _headings(rows, heading_row, file)
            chosen = _chosen(headings, columns, file)
            fast = kind not in (*SHEETS, *FEATURES) and seen.plain and heading_row == 1
            if not (fast and _read_fast(connection, name, path, delimiter or ",", headings, chosen)):
                laid_out = scratch / f"{name}.csv"
                short = _lay_out(rows, laid_out, headings, chosen, rejected)
                if short and kind not in SHEETS:  # a sheet ends a row where its last filled cell stands
                    found = f"{len(short):,} row{'s' if len(short) > 1 else ''}, of which the last is row {short[-1]:,}"
                    problems.append(problem("short_row", file=file, row=short[0], found=found))
                _read_laid_out(connection, name, laid_out, chosen)
                laid_out.unlink()
    except Refused as refused:
        raise Refused(_renamed(refused.problem, file)) from None
    except (OSError, ValueError, KeyError, csv.Error, duckdb.Error) as error:
        raise Refused(problem("unreadable_file", file=file, found=f"{type(error).__name__}: {error}"[:300])) from None
    counts = f"SELECT count(*), count(*) - count(DISTINCT copy) FROM {name}"
    [(count, copies)] = connection.execute(counts).fetchall()
    if not count:
        raise Refused(problem("empty_file", file=file, found="headings without rows"))
    cells = {headings[at]: f"c{at}" for at in chosen}
    return OpenTable(
        name, file, cells, headings, count + len(rejected), seen.sha256, seen.size_bytes, copies, problems, rejected
    )


_NUMBERS = itertools.count(1)


def _renamed(one: Problem, file: str) -> Problem:
    return Problem(one.code, one.level, file, one.row, one.column, one.found, one.expected, one.fix)


def _fingerprint(path: Path) -> Look:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Look(digest.hexdigest(), path.stat().st_size, "", plain=False)


def _delimiter(path: Path, encoding: str, heading_row: int) -> str:
    """The delimiter that parts the heading into the most cells and the next rows into as many."""
    with path.open(encoding=encoding, newline="") as file:
        lines = file.read(1 << 16)
    best, most = ",", (0, 0)
    for one in (",", ";", "\t", "|"):
        rows = list(csv.reader(io.StringIO(lines, newline=""), delimiter=one))[heading_row - 1 : 50]
        width = len(rows[0]) if rows else 0
        score = (sum(len(row) == width for row in rows[1:-1]), width) if width > 1 else (0, 0)
        if score > most or (most == (0, 0) and width > 1):
            best, most = one, score
    return best


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # newline="" leaves a bare carriage return to the csv module, which takes it as the end of a row.
    with path.open(encoding=encoding, newline="") as file:
        number = 0
        try:
            for number, row in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
                yield number, row
        except csv.Error as error:
            raise Refused(_broken_quotes(path.name, number + 1, str(error))) from None


def _broken_quotes(file: str, row: int, error: str) -> Problem:
    """What the csv module says of quotation marks, in plain words and with the row where it came to a stop."""
    found = {
        "unexpected end of data": "a quotation mark that is opened here and never closed",
        "field larger": "a cell that is too long to be one; a quotation mark may be missing",
    }
    said = next((words for start, words in found.items() if error.startswith(start)), None)
    return problem(
        "unreadable_file",
        file=file,
        row=row,
        found=said or f"a quotation mark where none can stand ({error})",
        fix='Put a cell in quotation marks as a whole, and double those inside it: "the ""Old Mill"" area".',
    )


def _sheet_rows(path: Path, sheet: str | None, file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets errors of zip and XML through as they are
        found = f"a file that is no Excel workbook, or a damaged one ({error})"[:300]
        fix = "Open it in Excel or LibreOffice and save it again as .xlsx or CSV."
        raise Refused(problem("unreadable_file", file=file, found=found, fix=fix)) from None
    with closing(book):
        if sheet is not None and sheet not in book.sheetnames:
            raise Refused(
                problem("unreadable_file", file=file, found=f"no sheet {sheet!r}", expected=", ".join(book.sheetnames))
            )
        rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
        for number, row in enumerate(rows, 1):
            yield number, [_cell_text(cell) for cell in row]


def _cell_text(cell: Any) -> str:
    """A cell of a sheet as text that keeps its meaning: days as 2024-03-31, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float):
        # A sheet shows 15 digits; the rest is the binary form's noise.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    return str(cell)


def _property_rows(path: Path, file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        features = json.loads(path.read_bytes().decode("utf-8-sig"))["features"]
        properties = [feature.get("properties") or {} for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(problem("unreadable_file", file=file, found="not a GeoJSON FeatureCollection")) from None
    names = list(dict.fromkeys(name for one in properties for name in one))
    yield 1, names
    for number, one in enumerate(properties, 2):
        yield number, [_cell_text(one.get(name)) for name in names]


def _headings(rows: Iterator[tuple[int, list[str]]], heading_row: int, file: str) -> list[str]:
    for number, row in rows:
        if number == heading_row:
            headings = [name.strip(BLANKS) for name in row]
            while headings and not headings[-1]:
                headings.pop()
            if headings:
                return headings
            break
    raise Refused(problem("empty_file", file=file, found=f"no headings in row {heading_row}"))


def _chosen(headings: list[str], columns: Sequence[str] | Choose | None, file: str) -> list[int]:
    wanted = columns(headings) if callable(columns) else (headings if columns is None else columns)
    chosen = []
    for heading in dict.fromkeys(wanted):
        times = headings.count(heading.strip(BLANKS))
        if not times:
            near = nearest_word(heading, headings)
            raise Refused(
                problem(
                    "missing_column",
                    file=file,
                    column=heading,
                    found=f"headings {', '.join(headings[:40])}",
                    expected=f"perhaps {near[0]!r}" if near else "",
                )
            )
        if times > 1 and heading:
            raise Refused(problem("repeated_column", file=file, column=heading, found=f"{times} columns of that name"))
        chosen.append(headings.index(heading.strip(BLANKS)))
    return chosen


def _read_fast(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    path: Path,
    delimiter: str,
    headings: list[str],
    chosen: list[int],
) -> bool:
    """Let DuckDB read a well-formed CSV. False where it is not, and the rows have to be laid out first."""
    every = ", ".join(f"c{at}" for at in range(len(headings)))
    kinds = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(headings)))
    try:
        connection.execute(
            f"CREATE TABLE {name}_read AS SELECT {''.join(f'c{at}, ' for at in chosen)} hash({every}) AS copy "
            f"FROM read_csv({literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)}, "
            f"""quote = '"', escape = '"', columns = {{{kinds}}})"""
        )
    except duckdb.Error:
        return False
    # Rows keep the file's order, so the row's place in the table is its number in the file.
    connection.execute(f"CREATE VIEW {name} AS SELECT rowid + 2 AS row, * FROM {name}_read")
    return True


def _lay_out(
    rows: Iterable[tuple[int, list[str]]],
    to: Path,
    headings: list[str],
    chosen: list[int],
    rejected: list[tuple[int, str, object, str]],
) -> list[int]:
    """Write the named columns as a plain CSV; returns the numbers of the rows with fewer cells than headings."""
    width = len(headings)
    short = []
    with to.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow
        for number, row in rows:
            if not any(cell.strip(BLANKS) for cell in row):
                continue
            if len(row) > width and any(cell.strip(BLANKS) for cell in row[width:]):
                rejected.append((number, "", f"{len(row)} cells for {width} headings", "broken_row"))
                continue
            if len(row) < width:
                short.append(number)
            row = (row + [""] * (width - len(row)))[:width]
            copy = hashlib.blake2b("\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
            write([number, *(row[at] for at in chosen), copy])
    return short


def _read_laid_out(connection: duckdb.DuckDBPyConnection, name: str, path: Path, chosen: list[int]) -> None:
    columns = {"row": "BIGINT", **{f"c{at}": "VARCHAR" for at in chosen}, "copy": "VARCHAR"}
    listed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    connection.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_csv({literal(str(path))}, auto_detect = false, header = false, "
        f"""delim = ',', quote = '"', escape = '"', new_line = '\\n', max_line_size = 134217728, """
        f"columns = {{{listed}}})"
    )
