"""Rows on their way into a pack: texts read from TOML, tables collected and written as CSV."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from data.models import TABLES, described

TEXTS = Path(__file__).parent / "texts"
Row = dict[str, Any]


@cache
def texts(name: str) -> dict[str, Any]:
    """The TOML file `texts/NAME.toml`. Callers must not change what they get."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _columns(table: str) -> dict[str, bool]:
    """Column -> whether it is part of the key, in the model's order. Raises KeyError for an unknown table."""
    return {name: bool(column["key"]) for name, column in described(TABLES[table]).items()}


def row_id(table: str, row: Mapping[str, Any]) -> str:
    """What a translation calls a row: its key, joined by '/' where the key has several columns."""
    return "/".join(str(row[name]) for name, is_key in _columns(table).items() if is_key)


class Tables:
    """The ready tables of one pack. Columns that are not the model's (helpers of the demo) are left out."""

    def __init__(self) -> None:
        """Start with no rows."""
        self.rows: dict[str, list[Row]] = {}

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row; `row["es"]`, where there is one, becomes rows of table `translation`.

        Raises KeyError for a table that the models do not have.
        """
        columns = _columns(table)
        kept = {name: row[name] for name in columns if row.get(name) is not None}
        self.rows.setdefault(table, []).append(kept)
        for column, text in row.get("es", {}).items():
            if column not in columns:
                raise KeyError(f"{table} has no column {column}, so no translation of it")
            if row.get(column) is None:
                continue
            self.translate(table, row_id(table, kept), column, text)

    def translate(self, table: str, row: str, column: str, text: str) -> None:
        """Add a text in Spanish. row: what a translation calls the row, mostly its key."""
        self.rows.setdefault("translation", []).append(
            {"table_name": table, "row_id": row, "column_name": column, "language": "es", "text": text}
        )

    def write(self, folder: Path) -> list[str]:
        """Write one CSV a table into `folder`; returns the names of the tables, in order."""
        for table, rows in self.rows.items():
            used = [name for name in _columns(table) if any(name in row for row in rows)]
            write_csv(folder / f"{table}.csv", used, rows)
        return list(self.rows)


def write_csv(
    path: Path,
    columns: list[str],
    rows: list[Row],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> None:
    """Write rows as CSV, with the same bytes on every machine."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _cell(row.get(name)) for name in columns})


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
