"""Releases that older software made: what the models have grown since is supplied while they are read.

A release is never changed, so a new column cannot be written into an old one. Each connection gets temporary views
instead, which stand before the tables of the same name: a missing column holds the model's default or nothing, a
missing table no row. What a newer program has added is not asked for, and so does no harm.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from data.models import TABLES, described, table_of


def statements_for(connection: sqlite3.Connection) -> list[str]:
    """`CREATE TEMP VIEW` statements that give a release all tables and columns of the models; none for a new one."""
    there: dict[str, set[str]] = {}
    tables = "SELECT t.name, c.name FROM main.sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    for table, column in connection.execute(tables):
        there.setdefault(table, set()).add(column)
    return [
        _view(name, there.get(name))
        for name, model in TABLES.items()
        if not {column.name for column in table_of(model).columns} <= there.get(name, set())
    ]


def _view(name: str, there: set[str] | None) -> str:
    columns = [
        f'"{column}"' if column in (there or ()) else f'{_literal(about["default"])} AS "{column}"'
        for column, about in described(TABLES[name]).items()
    ]
    rows = "WHERE 0" if there is None else f'FROM main."{name}"'
    return f'CREATE TEMP VIEW "{name}" AS SELECT {", ".join(columns)} {rows}'


def _literal(default: Any) -> str:
    match default:
        case None:
            return "NULL"
        case bool() | int() | float():
            return repr(default + 0)
        case _:
            return "'" + str(default).replace("'", "''") + "'"
