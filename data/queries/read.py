"""How a statement becomes a table, and how a pack's words come in the reader's language."""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select

from data.models import Table, Translation, table_of
from data.store import Release


def columns(model: type[Table]) -> Any:
    """The columns of a model's table, for statements: `columns(Measure).name`."""
    return table_of(model).c


def whole_sum(amounts: ColumnElement[int]) -> ColumnElement[int]:
    """The sum of whole numbers as a whole number: PostgreSQL adds up large ones as decimals."""
    return cast(func.sum(amounts), BigInteger)


def read(release: Release, statement: Select[Any]) -> pd.DataFrame:
    """Run a statement; one column a selected column, one row a row. Empty results keep their columns.

    A missing text is None, never NaN: NaN is true, and would be printed.
    """
    with release.connect() as connection:
        result = connection.execute(statement)
        frame = pd.DataFrame.from_records(result.fetchall(), columns=list(result.keys()))
    for column in frame.columns[frame.dtypes == "str"]:
        frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    return frame


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain dicts, column name to value."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*_by_column(frame), strict=True)]


def rows(frame: pd.DataFrame) -> list[Any]:
    """The rows of a table with a column for an attribute: `row.name`."""
    row = _row_of(tuple(str(name) for name in frame.columns))
    return [row._make(one) for one in zip(frame.index, *_by_column(frame), strict=True)]


# pandas makes a type anew for each table, and an index of each column; small tables cost ten times what they hold.
@lru_cache(maxsize=256)
def _row_of(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", ("Index", *names), rename=True)


def _by_column(frame: pd.DataFrame) -> list[list[Any]]:
    """The values of each column as Python's own: no number of NumPy is left, and pd.NA is None."""
    found = []
    for _, column in frame.items():
        values = column.tolist()
        if not isinstance(column.dtype, np.dtype) or column.dtype == object:
            values = [None if one is pd.NA else one.item() if isinstance(one, np.generic) else one for one in values]
        found.append(values)
    return found


def in_language(
    release: Release, frame: pd.DataFrame, model: type[Table], language: str, *, id_column: str = "id", **renamed: str
) -> pd.DataFrame:
    """Put the pack's own translations into a frame, where it has them.

    id_column: the frame's column with the row's id. renamed: frame column = model column, where they differ.
    A text with no translation stays as written.
    """
    t = columns(Translation)
    wanted = select(t.row_id, t.column_name, t.text).where(t.table_name == table_of(model).name, t.language == language)
    with release.connect() as connection:
        words = {(row.row_id, row.column_name): row.text for row in connection.execute(wanted)}
    if not words or frame.empty:
        return frame
    frame = frame.copy()
    translated = {column for _, column in words}
    for column in frame.columns:
        source = renamed.get(str(column), str(column))
        if source in translated:
            texts = [
                words.get((str(key), source), text) for key, text in zip(frame[id_column], frame[column], strict=True)
            ]
            frame[column] = pd.Series(texts, index=frame.index, dtype=object)
    return frame
