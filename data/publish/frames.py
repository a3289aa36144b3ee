"""Frames in the models' shape: every column of a table, in order, in one type, so that later steps need not ask."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data.models import Table, described

TYPES: dict[str, Any] = {"str": "str", "int": "Int64", "float": "float64", "bool": "boolean"}


def typed(frame: pd.DataFrame | None, model: type[Table]) -> pd.DataFrame:
    """A copy with exactly the model's columns, and a plain index.

    Text is `str` with NaN where missing, whole numbers `Int64`, numbers `float64`, yes/no `boolean`, days and moments
    `object` with None. Missing columns, and missing cells of columns that have a default, take the default.
    """
    given = pd.DataFrame() if frame is None else frame
    columns: dict[str, Any] = {}
    for name, about in described(model).items():
        cells = given[name] if name in given else pd.Series([None] * len(given), index=given.index, dtype=object)
        if about["type"] in TYPES:
            cells = cells.astype(TYPES[about["type"]])
            if about["default"] is not None:
                cells = cells.fillna(about["default"])
        else:
            cells = cells.astype(object).where(cells.notna(), None)
        columns[name] = cells.array
    return pd.DataFrame(columns)


def joined(model: type[Table], *frames: pd.DataFrame) -> pd.DataFrame:
    """The rows of several frames in the model's shape, one under another."""
    filled = [typed(frame, model) for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else typed(None, model)
