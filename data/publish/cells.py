"""The numbers that need protection, with what a reader may assume of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.models import CITY, ComplaintSummary, Measure, Neighborhood, NeighborhoodOverlap, Observation, SurveyResult
from data.publish.frames import typed
from data.publish.thresholds import Thresholds

SMALL, COMPLEMENT = "small_number", "small_number_complement"
"""Rules of the log, and reasons of withheld figures: 1 to 9, and hidden so that a small one cannot be worked out."""

FINDINGS = ("sustained", "not_sustained", "unfounded", "exonerated", "other")
COMPLAINTS = ("received", "closed", "pending", *FINDINGS)
CELL = ["table_name", "measure_id", "neighborhood_id", "period", "group_name"]


@dataclass(frozen=True)
class Layout:
    """How periods and places fit together, as anyone may know: overlap is table neighborhood_overlap."""

    fiscal_start_month: int = 7
    overlap: pd.DataFrame | None = None

    @property
    def overlaps(self) -> pd.DataFrame:
        """The overlaps in the model's shape."""
        return typed(self.overlap, NeighborhoodOverlap)


@dataclass(frozen=True)
class Tables:
    """The tables that hold numbers to protect, in the models' shape, and the kind of each place."""

    observation: pd.DataFrame
    measure: pd.DataFrame
    survey_result: pd.DataFrame
    complaint_summary: pd.DataFrame
    place_kind: pd.Series[str]

    @classmethod
    def of(
        cls,
        observation: pd.DataFrame,
        measure: pd.DataFrame,
        neighborhood: pd.DataFrame,
        survey_result: pd.DataFrame,
        complaint_summary: pd.DataFrame,
    ) -> Tables:
        """Copies of the tables, so that they may be changed."""
        return cls(
            typed(observation, Observation),
            typed(measure, Measure).set_index("id"),
            typed(survey_result, SurveyResult),
            typed(complaint_summary, ComplaintSummary),
            typed(neighborhood, Neighborhood).set_index("id")["kind"],
        )


def cells_of(tables: Tables, limits: Thresholds, *, attacker: bool = False) -> pd.DataFrame:
    """Every number that must be protected or could give one away, with what a reader may assume once it is hidden.

    Columns: CELL, row (position in its table), family (count, answers or complaints), value, hidden, small, lower,
    upper, block, late, place_kind, part_of, parts_are_all. For the publisher small numbers are hidden to begin with;
    for an attacker (who must not see one) nothing is hidden that the tables show. The order of the tables' rows is no
    matter.
    """
    parts = [
        _counted_cells(tables, limits, attacker),
        _answer_cells(tables.observation, "observation", tables, limits, attacker),
        _answer_cells(tables.survey_result, "survey_result", tables, limits, attacker),
        _complaint_cells(tables.complaint_summary, limits, attacker),
    ]
    cells = pd.concat([part for part in parts if len(part)] or parts[:1])
    cells = cells.sort_values([*CELL, "family"], kind="stable", ignore_index=True)
    about = tables.measure.reindex(cells["measure_id"])
    counts = (cells["family"] == "count").to_numpy()
    cells["part_of"] = pd.Series(about["part_of"].fillna("").to_numpy(), dtype="str").where(counts, "")
    cells["parts_are_all"] = about["parts_are_all"].fillna(False).to_numpy(dtype=bool) & counts
    cells["place_kind"] = cells["neighborhood_id"].map(tables.place_kind)
    cells["late"] = cells["neighborhood_id"] == CITY
    cells["block"] = cells["block"].where(cells["block"] >= 0, -2 - cells.index.to_numpy())
    if not attacker:
        to_hide = cells.loc[cells["small"] | cells["hidden"], "block"]
        cells["hidden"] |= cells["block"].isin(to_hide)
    return cells


def as_published(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as readers see them: no value where hidden."""
    return cells.assign(value=cells["value"].mask(cells["hidden"]))


def to_protect(measure: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Measures whose small counts are withheld, and those that could give these away: wholes, and other parts of them.

    measure: table measure, indexed by id.
    """
    counted = measure[measure["kind"].isin(["rate", "count"])]
    guarded = set(counted.index[counted["sensitive"].astype(bool)])
    family, known = set(guarded), 0
    while len(family) > known:
        known = len(family)
        family |= set(counted["part_of"].reindex(sorted(family)).dropna()) & set(counted.index)
        family |= set(counted.index[counted["part_of"].isin(family)])
    return guarded, family - guarded


def _counted_cells(tables: Tables, limits: Thresholds, attacker: bool) -> pd.DataFrame:
    rows, about = tables.observation, tables.measure
    guarded, relatives = to_protect(about)
    withheld = rows["status"] == "withheld"
    base, told = rows["denominator"], rows["value"]
    # A rate and its base, or the end of its range, give the count back: only rounding stands between.
    rate = rows["measure_id"].map(about["kind"]) == "rate"
    counted = rows["numerator"].fillna((told * base / 1000).round().where(rate, told))
    mine = rows[rows["measure_id"].isin(guarded | relatives) & (counted.notna() | withheld)]
    withheld, value = withheld[mine.index], counted[mine.index]
    leaks = withheld & (value.notna() | mine[["low", "high", "n", "n_effective"]].notna().any(axis=1))
    if not attacker:
        value = value.mask(withheld)
    is_guarded = mine["measure_id"].isin(guarded)
    small = is_guarded & (value > 0) & (value < limits.small_count)
    said_small = small | (withheld & (mine["reason"] == SMALL))
    said_something = (value > 0) | (withheld & mine["reason"].isin([SMALL, COMPLEMENT]))
    return pd.DataFrame(
        {
            "table_name": "observation",
            "measure_id": mine["measure_id"],
            "neighborhood_id": mine["neighborhood_id"],
            "period": mine["period"],
            "group_name": mine["group_name"],
            "row": mine.index,
            "family": "count",
            "value": value,
            "hidden": withheld & value.isna(),
            "small": small | leaks,
            "lower": np.where(said_something, 1.0, 0.0),
            "upper": np.where(said_small, limits.small_count - 1.0, np.inf),
            "block": -1,
        }
    )


def _answer_cells(rows: pd.DataFrame, table: str, tables: Tables, limits: Thresholds, attacker: bool) -> pd.DataFrame:
    """How many people answered: too few of them are people who could be pointed to."""
    if table == "observation":
        about = tables.measure
        rows = rows[rows["measure_id"].isin(about.index[about["kind"].isin(["share", "score"])])]
        names = {"measure_id": rows["measure_id"], "period": rows["period"]}
    else:
        names = {"measure_id": rows["question_id"], "period": rows["wave_id"]}
    few, withheld = rows["status"] == "too_few_to_say", rows["status"] == "withheld"
    n = rows["n"].astype("float64")
    if not attacker:
        n = n.mask(withheld)
    is_cell = n.notna() | few | withheld
    known_few = (n < limits.few_answers) | (n.isna() & few)
    made = pd.DataFrame(
        {
            "table_name": table,
            "measure_id": names["measure_id"],
            "neighborhood_id": rows["neighborhood_id"],
            "period": names["period"],
            "group_name": rows["group_name"],
            "row": rows.index,
            "family": "answers",
            "value": n,
            "hidden": n.isna(),
            "small": ((n > 0) & (n < limits.small_count)) | (withheld & n.notna()),
            # Too few to say is said of 1 to 29 alike, so that it does not tell which are below 10.
            "lower": 1.0,
            "upper": np.where(known_few, limits.few_answers - 1.0, np.inf),
            "block": -1,
        }
    )
    return made[is_cell]


def _complaint_cells(rows: pd.DataFrame, limits: Thresholds, attacker: bool) -> pd.DataFrame:
    parts = []
    withheld = rows["status"] == "withheld"
    for column in COMPLAINTS:
        value = rows[column].astype("float64")
        is_finding = column in FINDINGS
        part = pd.DataFrame(
            {
                "table_name": "complaint_summary",
                "measure_id": column,
                "neighborhood_id": rows["neighborhood_id"],
                "period": rows["period"],
                "group_name": "all",
                "row": rows.index,
                "family": "complaints",
                "value": value,
                "hidden": withheld & value.isna(),
                "small": (value > 0) & (value < limits.small_count),
                # All findings of a row are hidden together, zeros too, so a hidden one may be anything.
                "lower": 0.0 if is_finding else 1.0,
                "upper": np.inf,
                "block": rows.index if is_finding else -1,
            }
        )
        parts.append(part[value.notna() | withheld])
    return pd.concat(parts, ignore_index=True)


def figures_held(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """For the manifest: how many figures the release holds in tables where one may be withheld, and how many are.

    A row of observation or survey_result is one figure, and so are each column of complaint_summary and its findings
    together. What nobody reported, or does not apply, is none.
    """
    missing = ["not_reported", "not_applicable"]
    rows = sum(int((~tables[name]["status"].isin(missing)).sum()) for name in ("observation", "survey_result"))
    complaints = tables["complaint_summary"]
    withheld = complaints["status"] == "withheld"
    for columns in (["received"], ["closed"], ["pending"], list(FINDINGS)):
        rows += int((complaints[columns].notna().any(axis=1) | withheld).sum())
    return {"figures_total": rows, "figures_withheld": len(tables["withheld_cell"])}
