"""What a pack may hold: tables and columns in plain words, as Markdown and as CSV files to fill in.

Everything comes from the models, so it cannot be out of date.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data.models import MADE_BY_PUBLISHING, TABLES, described
from data.publish.names import nearest_word

TYPES = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "date": "day, as 2026-03-31",
    "datetime": "moment, UTC",
}
"""Type of a column in the models -> in plain words."""

_EXAMPLES = {"int": "12", "float": "1.5", "bool": "false", "date": "2026-03-31"}


HEADINGS = ("column", "holds", "needed", "meaning", "example")
"""What `columns` says of each column."""


class UnknownTable(LookupError):
    """There is no table of that name. `nearest` holds names that are spelled alike."""

    def __init__(self, name: str, nearest: list[str]) -> None:
        super().__init__(f"there is no table {name!r}")
        self.nearest = nearest


def table_names(*, made_by_publishing: bool) -> list[str]:
    """Names of the tables that a pack may hold, or of those that only publishing fills, sorted."""
    return sorted(name for name in TABLES if (name in MADE_BY_PUBLISHING) == made_by_publishing)


def says(table: str) -> str:
    """What a table holds, in a sentence."""
    return (TABLES[table].__doc__ or "").strip()


def columns(table: str) -> list[tuple[str, str, str, str, str]]:
    """Rows that describe a table: column, type, needed, meaning, example. Raises UnknownTable."""
    if table not in TABLES:
        raise UnknownTable(table, nearest_word(table, sorted(TABLES), limit=3))
    return [
        (name, TYPES[about["type"]], _needed(about), _meaning(about), about["example"])
        for name, about in described(TABLES[table]).items()
    ]


def markdown(tables: Sequence[str] | None = None) -> str:
    """The data dictionary, or the part on some tables."""
    if tables is not None:
        return "\n".join(_lines_of_tables(tables)).strip() + "\n"
    lines = [
        "# Data dictionary",
        "",
        "<!-- Made by `python -m data describe --markdown`; a test fails when it differs. -->",
        "",
        "A pack is a folder with `city.toml` and files; [city-pack.md](city-pack.md) says how they go together.",
        "`python -m data describe --templates DIR` writes a CSV file for each table that a pack may hold.",
        "",
        "Dates are written 2026-03-31. A period is one of 2025, 2025-Q3, 2025-07, 2025-01-01..2025-06-23 or FY2026.",
        "An empty cell means *not known*; it is never read as zero.",
        "",
        "## Tables that a pack may hold",
        "",
        *_lines_of_tables(table_names(made_by_publishing=False)),
        "## Tables that publishing fills",
        "",
        *_lines_of_tables(table_names(made_by_publishing=True)),
    ]
    return "\n".join(lines).strip() + "\n"


def write_templates(folder: Path, tables: Sequence[str] | None = None) -> list[Path]:
    """Write `TABLE.csv` for some tables, or all that a pack may hold: headings and one example row to replace."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables or table_names(made_by_publishing=False):
        row = example_row(table)
        path = folder / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(row.keys())
            writer.writerow(row.values())
        written.append(path)
    return written


def example_row(table: str) -> dict[str, str]:
    """One made-up row of the columns that a pack may bring. Rows of different tables fit together."""
    return {
        name: _example(table, name, about) for name, about in described(TABLES[table]).items() if not about["computed"]
    }


def _lines_of_tables(tables: Sequence[str]) -> Iterator[str]:
    for table in tables:
        rows = columns(table)
        yield from (f"### `{table}`", "", says(table), "")
        yield from (f"| {' | '.join(HEADINGS)} |", f"|{' --- |' * len(HEADINGS)}")
        for name, kind, needed, meaning, example in rows:
            cells = (f"`{name}`", kind, needed, meaning, f"`{example}`" if example else "")
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        yield ""


def _needed(about: dict[str, Any]) -> str:
    if about["computed"]:
        return "computed"
    if about["default"] is not None:
        return f"else {_default(about)}"
    if about["key"]:
        return "key"
    return "yes" if about["required"] else ""


def _default(about: dict[str, Any]) -> str:
    default = about["default"]
    return str(default).lower() if isinstance(default, bool) else str(default)


def _meaning(about: dict[str, Any]) -> str:
    parts = [str(about["says"])]
    if any(word not in about["says"] for word in about["one_of"]):
        parts.append(f"One of {', '.join(about['one_of'])}.")
    if about["ref"]:
        parts.append(f"Refers to `{about['ref']}`.")
    return " ".join(parts)


def _example(table: str, name: str, about: dict[str, Any]) -> str:
    if about["example"]:
        return str(about["example"])
    if about["default"] is not None:
        return _default(about)
    if not (about["required"] or about["key"]):
        return ""
    if about["ref"]:
        parent, column = about["ref"].split(".")
        return _example(parent, column, described(TABLES[parent])[column])
    if about["one_of"]:
        return str(about["one_of"][0])
    if about["type"] == "str":
        return f"{table.replace('_', '-')}-1" if about["key"] else str(about["says"])
    return _EXAMPLES[about["type"]]
