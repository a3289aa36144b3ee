"""The numbers that need protection, and every sum between them that a reader would try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from data.models import CITY, ComplaintSummary, Measure, Neighborhood, Observation, SurveyResult
from data.periods import Period, UnknownPeriod, parse
from data.publish.frames import typed
from data.publish.thresholds import Thresholds

SMALL, COMPLEMENT = "small_number", "small_number_complement"
"""Rules of the log, and reasons of withheld figures: 1 to 9, and hidden so that a small one cannot be worked out."""

FINDINGS = ("sustained", "not_sustained", "unfounded", "exonerated", "other")
COMPLAINTS = ("received", "closed", "pending", *FINDINGS)
CELL = ["table_name", "measure_id", "neighborhood_id", "period", "group_name"]

ENOUGH_MATCHES = 3
"""So many equal numbers above zero, and none unequal, make a measure the same as a column of complaints."""

Floats = npt.NDArray[np.float64]


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
    upper, block, late, place_kind. For the publisher small numbers are hidden to begin with; for an attacker (who must
    not see one) nothing is hidden that the tables show.
    """
    parts = [
        _counted_cells(tables, limits, attacker),
        _answer_cells(tables.observation, "observation", tables, limits, attacker),
        _answer_cells(tables.survey_result, "survey_result", tables, limits, attacker),
        _complaint_cells(tables.complaint_summary, limits, attacker),
    ]
    cells = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
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


def _counted_cells(tables: Tables, limits: Thresholds, attacker: bool) -> pd.DataFrame:
    rows, about = tables.observation, tables.measure
    guarded = about.index[about["sensitive"].astype(bool) & about["kind"].isin(["rate", "count"])]
    withheld = rows["status"] == "withheld"
    mine = rows[rows["measure_id"].isin(guarded) & (rows["numerator"].notna() | withheld)]
    withheld = withheld[mine.index]
    value = mine["numerator"].fillna(mine["value"].where(withheld))
    if not attacker:
        value = value.mask(withheld)
    small = (value > 0) & (value < limits.small_count)
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
            "small": small | (withheld & value.notna()),
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


class _Sums:
    """Collects sums: parts +1, total -1."""

    def __init__(self, cells: int) -> None:
        self.cells = cells
        self.count = 0
        self.entries: list[tuple[npt.NDArray[Any], npt.NDArray[Any], Floats]] = []

    def add(self, parts: pd.DataFrame, totals: pd.DataFrame, keys: list[str]) -> None:
        """Parts and totals with the same keys belong to one sum; both have a column `cell`."""
        totals = totals.drop_duplicates(keys)
        numbered = totals[[*keys, "cell"]].rename(columns={"cell": "total"})
        found = parts[[*keys, "cell"]].merge(numbered, on=keys)
        if found.empty:
            return
        label = found.groupby(keys, sort=False).ngroup().to_numpy() + self.count
        first = ~pd.Series(label).duplicated().to_numpy()
        ones = np.ones(len(found))
        self.entries.append((label, found["cell"].to_numpy(), ones))
        self.entries.append((label[first], found["total"].to_numpy()[first], -ones[first]))
        self.count = int(label.max()) + 1

    def matrix(self) -> csr_array:
        if not self.entries:
            return csr_array((0, self.cells))
        row, column, sign = (np.concatenate(arrays) for arrays in zip(*self.entries, strict=True))
        return csr_array((sign, (row, column)), shape=(self.count, self.cells))


def equations_of(cells: pd.DataFrame, tables: Tables, fiscal_start_month: int) -> csr_array:
    """Every sum that a reader would try, over the cells' positions; judged by the values that `cells` still shows."""
    sums = _Sums(len(cells))
    here = cells.assign(cell=np.arange(len(cells)))
    whole_city = here[here["place_kind"] == "city"]
    for kind in ("neighborhood", "district"):
        keys = ["table_name", "measure_id", "period", "group_name"]
        placed = here[here["place_kind"] == kind]
        listed = pd.MultiIndex.from_frame(placed[keys].drop_duplicates())
        unplaced = here[here["place_kind"] == "unplaced"]
        unplaced = unplaced[pd.MultiIndex.from_frame(unplaced[keys]).isin(listed)]
        sums.add(pd.concat([placed, unplaced]), whole_city, keys)
    _add_groups(sums, here)
    _add_periods(sums, here[here["family"] != "answers"], fiscal_start_month)
    _add_complaints(sums, here)
    return sums.matrix()


def _add_groups(sums: _Sums, here: pd.DataFrame) -> None:
    """Groups add up to everyone, unless a measure's fully shown rows say that its groups overlap."""
    keys = ["table_name", "measure_id", "neighborhood_id", "period"]
    groups, everyone = here[here["group_name"] != "all"], here[here["group_name"] == "all"]
    if groups.empty:
        return
    added = groups.groupby(keys)["value"].agg(["sum", "count", "size"]).query("count == size").reset_index()
    checked = added.merge(everyone[[*keys, "value"]], on=keys).dropna(subset="value")
    overlapping = checked.loc[(checked["sum"] - checked["value"]).abs() > 1e-6, ["table_name", "measure_id"]]
    bad = pd.MultiIndex.from_frame(overlapping.drop_duplicates())
    sums.add(groups[~pd.MultiIndex.from_frame(groups[["table_name", "measure_id"]]).isin(bad)], everyone, keys)


def _add_periods(sums: _Sums, here: pd.DataFrame, fiscal_start_month: int) -> None:
    """Months and quarters add up to the years, fiscal years and stretches that they fill."""
    keys = ["table_name", "measure_id", "neighborhood_id", "group_name"]
    spans: dict[str, Period] = {}
    for code in here["period"].unique():
        try:
            spans[code] = parse(code, fiscal_start_month=fiscal_start_month)
        except UnknownPeriod:
            continue
    nests: dict[frozenset[str], list[tuple[str, list[str]]]] = {}
    for _, mine in here.groupby(["table_name", "measure_id"], sort=True):
        codes = frozenset(code for code in mine["period"].unique() if code in spans)
        if codes not in nests:
            nests[codes] = list(_nests([spans[code] for code in sorted(codes)]))
        for total, parts in nests[codes]:
            sums.add(mine[mine["period"].isin(parts)], mine[mine["period"] == total], keys)


def _nests(periods: list[Period]) -> Iterator[tuple[str, list[str]]]:
    """Each period with the shorter ones of one kind that fill it day by day."""
    for whole in periods:
        for kind in ("month", "quarter", "year", "range"):
            parts = [
                part
                for part in periods
                if part.kind == kind and whole.start <= part.start and part.end <= whole.end and part.days < whole.days
            ]
            if parts and sum(part.days for part in parts) == whole.days:
                yield whole.code, [part.code for part in parts]


def _add_complaints(sums: _Sums, here: pd.DataFrame) -> None:
    """Findings add up to closed; closed and pending to received, where every full row says so.

    A measure that repeats a column of complaints is tied to it: what one hides the other must not tell.
    """
    keys = ["neighborhood_id", "period"]
    complaints = here[here["family"] == "complaints"]
    if complaints.empty:
        return
    column = {name: complaints[complaints["measure_id"] == name] for name in COMPLAINTS}
    sums.add(complaints[complaints["measure_id"].isin(FINDINGS)], column["closed"], keys)
    open_and_closed = complaints[complaints["measure_id"].isin(["closed", "pending"])]
    both = open_and_closed.groupby(keys)["value"].agg(["sum", "count"]).query("count == 2").reset_index()
    checked = both.merge(column["received"], on=keys).dropna(subset="value")
    if len(checked) and (checked["sum"] == checked["value"]).all():
        sums.add(open_and_closed, column["received"], keys)
    counted = here[(here["family"] == "count") & (here["group_name"] == "all")]
    for _, measure in counted.groupby("measure_id", sort=True):
        for name in ("received", "closed", "sustained", "pending"):
            tied = measure.merge(column[name], on=keys)
            known = tied.dropna(subset=["value_x", "value_y"])
            same = known["value_x"] == known["value_y"]
            if same.all() and (known["value_x"] > 0).sum() >= ENOUGH_MATCHES:
                sums.add(measure, column[name], keys)
