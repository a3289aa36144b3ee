"""Every sum between the numbers that need protection that a reader would try."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from data.periods import Period, UnknownPeriod, parse
from data.publish.attack import Floats, Ints, Mask
from data.publish.cells import FINDINGS, Layout

MOSTLY, HARDLY = 0.95, 0.05
"""A neighborhood with so much of its area in a district is taken to lie in it; with so little, to lie outside."""

ENOUGH_MATCHES = 3
"""So many equal numbers above zero, and none unequal, make a measure the same as a column of complaints."""


class Sums:
    """Every sum that a reader would try, over the cells' positions.

    Which cells belong together is found once; which sums are worth trying is judged anew by the values still shown.
    """

    def __init__(self, cells: pd.DataFrame, layout: Layout) -> None:
        self.count = len(cells)
        self.measure, self.measures = _numbered(cells["table_name"] + "\0" + cells["measure_id"])
        self.place, self.places = _numbered(cells["neighborhood_id"])
        self.period, self.periods = _numbered(cells["period"])
        self.group, self.groups = _numbered(cells["group_name"])
        self.everyone = (cells["group_name"] == "all").to_numpy(dtype=bool)
        self.kind = cells["place_kind"].to_numpy(dtype=object)
        self.family = cells["family"].to_numpy(dtype=object)
        self.name = cells["measure_id"].to_numpy(dtype=object)
        self.where_and_when = self.place * len(self.periods) + self.period
        always = _Collected(self.count)
        self._add_places(always)
        self._add_periods(always, layout.fiscal_start_month)
        self._add_parts(always, cells)
        self._add_overlaps(always, cells, layout.overlaps)
        always.add(self._of(np.isin(self.name, FINDINGS)), self._of(self.name == "closed"), self.where_and_when)
        self.always = always.matrix()

    def tried(self, cells: pd.DataFrame) -> csr_array:
        """The sums that the shown values do not contradict: row @ values == 0, one row a sum.

        Columns after the last cell stand for what a sum may fall short of its total, one each.
        """
        value = cells["value"].to_numpy(dtype=float)
        more = _Collected(self.count)
        self._add_groups(more, value)
        self._add_complaints(more, value)
        return csr_array(vstack([self.always, more.matrix(self.always.shape[1])]))

    def _of(self, mask: Mask) -> Ints:
        """Positions of the cells of complaints where a mask holds."""
        return np.flatnonzero(mask & (self.family == "complaints"))

    def _add_places(self, sums: _Collected) -> None:
        """Neighborhoods, and those without one, add up to the city; so do districts."""
        key = (self.measure * len(self.periods) + self.period) * len(self.groups) + self.group
        whole_city, unplaced = np.flatnonzero(self.kind == "city"), np.flatnonzero(self.kind == "unplaced")
        for kind in ("neighborhood", "district"):
            placed = np.flatnonzero(self.kind == kind)
            beside = unplaced[np.isin(key[unplaced], key[placed])]
            sums.add(np.concatenate([placed, beside]), whole_city, key)

    def _add_periods(self, sums: _Collected, fiscal_start_month: int) -> None:
        """Months and quarters add up to the years, fiscal years and stretches that they fill."""
        spans: dict[int, Period] = {}
        for number, code in enumerate(self.periods):
            try:
                spans[number] = parse(code, fiscal_start_month=fiscal_start_month)
            except UnknownPeriod:
                continue
        number_of = {period.code: number for number, period in spans.items()}
        cells: dict[tuple[int, int], list[int]] = {}
        known = (self.family != "answers") & np.isin(self.period, list(spans))
        for cell in np.flatnonzero(known):
            cells.setdefault((int(self.measure[cell]), int(self.period[cell])), []).append(int(cell))
        periods_of: dict[int, set[int]] = {}
        for measure, period in cells:
            periods_of.setdefault(measure, set()).add(period)
        nests: dict[frozenset[int], list[tuple[int, list[int]]]] = {}
        parts: list[list[int]] = []
        totals: list[list[int]] = []
        for measure, periods in sorted(periods_of.items()):
            if (same := frozenset(periods)) not in nests:
                nests[same] = [
                    (number_of[total], [number_of[part] for part in found])
                    for total, found in _nests(sorted(spans[number] for number in periods))
                ]
            for total, found in nests[same]:
                parts.append([cell for part in found for cell in cells[measure, part]])
                totals.append(cells[measure, total])
        # One key for each sum of a measure, so that all are matched in one go.
        place_and_group = self.place * len(self.groups) + self.group
        width = len(self.places) * len(self.groups)
        sums.add_apart(parts, totals, place_and_group, width)

    def _add_parts(self, sums: _Collected, cells: pd.DataFrame) -> None:
        """Parts of another measure come to at most that one, and to just that where they are all."""
        key = (self.where_and_when * len(self.groups)) + self.group
        for whole in sorted(set(cells["part_of"]) - {""}):
            parts = np.flatnonzero((cells["part_of"] == whole).to_numpy(dtype=bool))
            totals = np.flatnonzero((self.family == "count") & (self.name == whole))
            asked = len(np.unique(self.measure[parts]))
            is_all = cells["parts_are_all"].to_numpy(dtype=bool)[totals[:1]].any()
            there, count = np.unique(key[parts], return_counts=True)
            exact = np.isin(key[totals], there[count == asked]) & is_all
            sums.add(parts, totals[exact], key)
            sums.add(parts, totals[~exact], key, short=1)

    def _add_overlaps(self, sums: _Collected, cells: pd.DataFrame, overlap: pd.DataFrame) -> None:
        """A district has at least what the neighborhoods inside it have, and at most what those that touch it have."""
        counted = self.family != "answers"
        key = (self.measure * len(self.periods) + self.period) * len(self.groups) + self.group
        both = np.intersect1d(key[counted & (self.kind == "district")], key[counted & (self.kind == "neighborhood")])
        if not len(both):
            return
        here, place = counted & np.isin(key, both), cells["neighborhood_id"]
        unplaced = here & (self.kind == "unplaced")
        for district, near in overlap.groupby("district_id"):
            totals = np.flatnonzero(here & (place == district).to_numpy(dtype=bool))
            inside = near.loc[near["share_of_area"] >= MOSTLY, "neighborhood_id"]
            sums.add(np.flatnonzero(here & place.isin(inside).to_numpy(dtype=bool)), totals, key, short=1)
            touching = near.loc[near["share_of_area"] > HARDLY, "neighborhood_id"]
            parts = here & place.isin(touching).to_numpy(dtype=bool)
            there, count = np.unique(key[parts], return_counts=True)
            covered = totals[np.isin(key[totals], there[count == len(touching)])]
            sums.add(np.flatnonzero(parts | unplaced), covered, key, short=-1)

    def _add_groups(self, sums: _Collected, value: Floats) -> None:
        """Groups add up to everyone, unless a measure's fully shown rows say that its groups overlap."""
        groups, everyone = np.flatnonzero(~self.everyone), np.flatnonzero(self.everyone)
        if not len(groups):
            return
        key = (self.measure * len(self.places) + self.place) * len(self.periods) + self.period
        found, first, inverse = np.unique(key[groups], return_index=True, return_inverse=True)
        added = np.bincount(inverse, value[groups])  # nan where one of them is hidden
        at = _found_in(found, key[everyone])
        total = value[everyone[at >= 0]]
        off = np.abs(added[at[at >= 0]] - total) > 1e-6
        overlapping = np.unique(self.measure[groups[first[at[at >= 0][off]]]])
        sums.add(groups[~np.isin(self.measure[groups], overlapping)], everyone, key)

    def _add_complaints(self, sums: _Collected, value: Floats) -> None:
        """Closed and pending add up to received, where every full row says so.

        A measure that repeats a column of complaints is tied to it: what one hides the other must not tell.
        """
        column = {name: self._of(self.name == name) for name in ("received", "closed", "pending", "sustained")}
        if not len(self._of(self.family == "complaints")):
            return
        key = self.where_and_when
        row_of = {name: dict(zip(key[cells], cells, strict=True)) for name, cells in column.items()}
        full = [
            value[row_of["closed"][row]] + value[row_of["pending"][row]] - value[cell]
            for row, cell in row_of["received"].items()
            if row in row_of["closed"] and row in row_of["pending"]
        ]
        known = np.array(full)[~np.isnan(full)]
        if len(known) and (known == 0).all():
            sums.add(np.concatenate([column["closed"], column["pending"]]), column["received"], key)
        counted = np.flatnonzero((self.family == "count") & self.everyone)
        for measure in np.unique(self.measure[counted]):
            mine = counted[self.measure[counted] == measure]
            for cells in column.values():
                _, here, there = np.intersect1d(key[mine], key[cells], return_indices=True)
                ours, theirs = value[mine[here]], value[cells[there]]
                both = ~np.isnan(ours) & ~np.isnan(theirs)
                if (ours[both] == theirs[both]).all() and (ours[both] > 0).sum() >= ENOUGH_MATCHES:
                    sums.add(mine[here], cells[there], key)


class _Collected:
    """Collects sums: parts +1, total -1; and a column for what a sum may fall short of its total."""

    def __init__(self, cells: int) -> None:
        self.cells = cells
        self.count = 0
        self.shortfalls = 0
        self.entries: list[tuple[Ints, Ints, Floats]] = []

    def add(self, parts: Ints, totals: Ints, key: Ints, *, short: int = 0) -> None:
        """Cells whose keys are equal belong to one sum; of two totals the first counts.

        short: 1 where parts come to at most their total, -1 where to at least that.
        """
        self._match(parts, key[parts], totals, key[totals], short)

    def add_apart(self, parts: list[list[int]], totals: list[list[int]], key: Ints, width: int) -> None:
        """Sums side by side, each with parts and totals of its own; keys are below `width`."""
        if not parts:
            return
        inside, whole = (np.fromiter(chain.from_iterable(many), dtype=np.intp) for many in (parts, totals))
        apart = [np.repeat(np.arange(len(many)), [len(one) for one in many]) * width for many in (parts, totals)]
        self._match(inside, apart[0] + key[inside], whole, apart[1] + key[whole])

    def _match(self, parts: Ints, part_key: Ints, totals: Ints, total_key: Ints, short: int = 0) -> None:
        keys, first = np.unique(total_key, return_index=True)
        at = _found_in(keys, part_key)
        parts, at = parts[at >= 0], at[at >= 0]
        if not len(parts):
            return
        used, label = np.unique(at, return_inverse=True)
        rows = np.arange(len(used)) + self.count
        self.entries.append((label + self.count, parts, np.ones(len(parts))))
        self.entries.append((rows, totals[first[used]], -np.ones(len(used))))
        if short:
            columns = np.arange(len(used)) + self.cells + self.shortfalls
            self.entries.append((rows, columns, np.full(len(used), float(short))))
            self.shortfalls += len(used)
        self.count += len(used)

    def matrix(self, width: int | None = None) -> csr_array:
        shape = (self.count, width or self.cells + self.shortfalls)
        if not self.entries:
            return csr_array(shape)
        row, column, sign = (np.concatenate(arrays) for arrays in zip(*self.entries, strict=True))
        return csr_array((sign, (row, column)), shape=shape)


def _numbered(names: pd.Series[str]) -> tuple[Ints, list[str]]:
    """Each name as a number, and the names by number."""
    numbers, found = pd.factorize(names)
    return numbers.astype(np.intp), [str(one) for one in found]


def _found_in(keys: Ints, wanted: Ints) -> Ints:
    """Where each wanted key stands among sorted keys; -1 where it does not."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.intp)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


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
