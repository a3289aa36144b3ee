"""Frames in the models' shape: every column of a table, in order, in one type, so that later steps need not ask."""

from __future__ import annotations

from functools import cache
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
    for name, (kind, default) in _shape(model).items():
        if name not in given:
            columns[name] = pd.array([default] * len(given), dtype=TYPES.get(kind, object))
            continue
        cells = given[name]
        if kind in TYPES:
            cells = cells.astype(TYPES[kind])
            if default is not None and cells.hasnans:
                cells = cells.fillna(default)
        else:
            cells = cells.astype(object).where(cells.notna(), None)
        columns[name] = cells.array
    return pd.DataFrame(columns)


@cache
def _shape(model: type[Table]) -> dict[str, tuple[str, Any]]:
    """Column -> its type and default: asked for so often that it is kept."""
    return {name: (about["type"], about["default"]) for name, about in described(model).items()}


def joined(model: type[Table], *frames: pd.DataFrame) -> pd.DataFrame:
    """The rows of several frames in the model's shape, one under another."""
    filled = [typed(frame, model) for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else typed(None, model)
