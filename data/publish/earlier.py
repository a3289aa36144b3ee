"""What releases that readers still have say about the numbers of the one that is being made.

A release stays readable for ever. A number that is hidden now and was shown then hides nothing; a number that is shown
now may give back one that was hidden then. So both are looked at together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.publish.cells import CELL, Tables, as_published, cells_of
from data.publish.thresholds import Thresholds

OF_MEASURE = ["table_name", "measure_id", "period"]


@dataclass(frozen=True)
class Earlier:
    """A release that is kept: its id, and its numbers to protect as readers see them (as `as_published`)."""

    id: str
    cells: pd.DataFrame

    @classmethod
    def of(cls, release_id: str, tables: Tables, limits: Thresholds) -> Earlier:
        """The numbers of a published release, by its own measures: what was sensitive then counts."""
        return cls(release_id, as_published(cells_of(tables, limits, attacker=True)))


def beside(cells: pd.DataFrame, kept: Sequence[Earlier]) -> pd.DataFrame:
    """The cells of the release in the making, first and in order, and after them what only kept releases have.

    Adds two columns. told: a kept release shows this very number, so hiding it hides nothing. fixed: it stands in a
    kept release alone (a stretch of months that has grown since), and cannot be changed any more.
    kept: oldest first; where they differ the newest counts.
    """
    here = _keys(cells)
    told = np.zeros(len(cells), dtype=bool)
    value = cells["value"].to_numpy(dtype=float)
    more: list[pd.DataFrame] = []
    known = here
    covered = pd.MultiIndex.from_frame(cells[OF_MEASURE].drop_duplicates())
    places = set(cells["neighborhood_id"])
    for one in reversed(kept):
        past = one.cells
        then = _at(past, here)
        told |= np.abs(then - value) < 1e-6
        # Of places or measures that are gone nothing adds up with what is here.
        only = ~pd.MultiIndex.from_frame(past[OF_MEASURE]).isin(covered) & past["neighborhood_id"].isin(places)
        only &= past["measure_id"].isin(cells["measure_id"].unique())
        found = past[only & ~_keys(past).isin(known)]
        if len(found):
            more.append(found.assign(told=found["value"].notna(), fixed=True, small=False, row=-1))
            known = known.append(_keys(found))
    together = pd.concat([cells.assign(told=told, fixed=False), *more], ignore_index=True)
    together["block"] = together["block"].where(~together["fixed"], -2 - together.index.to_numpy())
    return together


def filled(hidden_in: pd.DataFrame, shown_in: pd.DataFrame) -> pd.Series[bool]:
    """Which hidden cells a reader takes from another release: shown there, and as large as the reason here allows."""
    there = _at(shown_in, _keys(hidden_in))
    fits = (hidden_in["lower"] <= there) & (there <= hidden_in["upper"])
    return hidden_in["value"].isna() & fits


def with_filled(hidden_in: pd.DataFrame, shown_in: pd.DataFrame, which: pd.Series[bool]) -> pd.DataFrame:
    """The cells with those values taken over."""
    there = _at(shown_in, _keys(hidden_in))
    return hidden_in.assign(value=hidden_in["value"].where(~which, there), hidden=hidden_in["hidden"] & ~which)


def same_cells(cells: pd.DataFrame, others: pd.DataFrame) -> pd.Series[bool]:
    """Which cells are among others, by their keys."""
    return pd.Series(_keys(cells).isin(_keys(others)), index=cells.index)


def _keys(cells: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(cells[CELL])


def _at(cells: pd.DataFrame, keys: pd.MultiIndex) -> np.ndarray:
    """The values of cells at keys; nan where there is none."""
    value = pd.Series(cells["value"].to_numpy(dtype=float), index=_keys(cells))
    return np.asarray(value[~value.index.duplicated()].reindex(keys).to_numpy(dtype=float))
