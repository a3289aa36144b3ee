"""Which further cells to hide so that the least is lost: the cheapest set, where a system of sums is small enough.

The cell suppression problem, solved as Fischetti and Salazar-Gonzalez do (Management Science 47(7), 2001): choose the
cheapest cells, attack that choice with linear programs, and where a hidden cell comes out too narrow turn the duals of
these programs into a further condition on the choice (a Benders cut); repeat until the attack finds nothing. The choice
itself is `scipy.optimize.milp`. What is too large, or not solved within the limits, is left to `privacy.protect`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

from data.publish.attack import CannotAudit, Floats, Ints, Mask, exposed, far_above

MOST_CELLS = 400
"""The largest system, in cells that are or could be hidden, for which the cheapest set is looked for."""

MOST_ROUNDS, MOST_CUTS = 40, 40
"""How often a choice is attacked and mended, and how many narrow cells each attack turns into conditions."""

MOST_NODES = 2_000
MOST_SECONDS = 60.0
"""Where a choice is given up. Nodes decide, because they are the same on every machine; the clock only guards."""

CITY_TOTAL = 1_000.0
"""What a city total costs: more than all else in a system of `MOST_CELLS`."""


def cost(cells: pd.DataFrame) -> Floats:
    """What is lost when a cell is hidden: 1, and a tenth more for each digit that it counts; city totals go last."""
    counted = np.log10(1 + np.nan_to_num(cells["value"].to_numpy(dtype=float)).clip(min=0))
    return np.asarray(np.round(1 + counted / 10 + CITY_TOTAL * cells["late"].to_numpy(dtype=bool), 4))


def cheapest(cells: pd.DataFrame, equations: csr_array, width: float) -> Ints:
    """Positions of the further cells to hide, for all systems that are small enough and whose numbers are known.

    Arguments as for `privacy.protect`. Of other systems nothing is said: they are left as they are.
    """
    secret = (cells["hidden"] & ~cells["told"]).to_numpy(dtype=bool)
    bound = (cells["hidden"] | cells["told"] | cells["fixed"]).to_numpy(dtype=bool)
    free = ~bound & (cells["value"].to_numpy(dtype=float) > 0)
    with_free = cells["block"].isin(cells["block"][free]).to_numpy(dtype=bool) & ~bound  # findings go together
    live = np.append(secret | with_free, np.ones(equations.shape[1] - len(cells), dtype=bool))
    chosen = [np.empty(0, dtype=np.intp)]
    for rows, columns in _systems(equations, np.flatnonzero(live)):
        columns = columns[columns < len(cells)]
        if len(rows) and len(columns) <= MOST_CELLS and secret[columns].any() and free[columns].any():
            part = csr_array(equations[rows])
            used = np.unique(part.indices)
            own = used[used < len(cells)]
            system = _System(cells.iloc[own], csr_array(part[:, used]), secret[own], live[own], far_above(cells))
            chosen.append(own[system.solved(width)].astype(np.intp))
    return np.concatenate(chosen)


def _systems(equations: csr_array, live: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Sums that are tied by what may be hidden: their rows and those columns."""
    part = abs(equations[:, live])
    rows = part.shape[0]
    if not rows:
        return
    both_ways: Any = [[None, part], [part.T, None]]
    _, label = connected_components(block_array(both_ways), directed=False)
    order = np.argsort(label, kind="stable")
    for nodes in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        yield nodes[nodes < rows], live[nodes[nodes >= rows] - rows]


class _System:
    """Cells and sums that hang together, with true values; columns after the last cell are shortfalls of sums."""

    def __init__(self, cells: pd.DataFrame, sums: csr_array, secret: Mask, live: Mask, most: float) -> None:
        self.cells, self.sums, self.secret = cells, sums, secret
        own = len(cells)
        self.shortfalls = sums.shape[1] - own
        value = cells["value"].to_numpy(dtype=float)
        by_cells, of_shortfalls = sums[:, :own], sums[:, own:]
        self.value = np.append(value, -(of_shortfalls.T @ (by_cells @ value)))
        lower = np.append(cells["lower"].to_numpy(dtype=float), np.zeros(self.shortfalls))
        upper = np.append(np.minimum(cells["upper"].to_numpy(dtype=float), most), np.full(self.shortfalls, most))
        self.below, self.above = self.value - lower, upper - self.value
        blocks, self.choice = np.unique(cells["block"].to_numpy(), return_inverse=True)
        self.least = np.zeros(len(blocks))
        self.least[self.choice[secret]] = 1
        self.most = np.zeros(len(blocks))
        self.most[self.choice[live]] = 1
        self.cost = np.bincount(self.choice, cost(cells) * ~secret, len(blocks))

    def solved(self, width: float) -> Mask:
        """Which cells to hide that are not hidden yet; none where the cheapest set was not found within the limits."""
        nothing = np.zeros(len(self.cells), dtype=bool)
        if not (np.isfinite(self.value).all() and (self.below >= 0).all() and (self.above >= 0).all()):
            return nothing
        choice, cuts, needed = self.least, *self._plain_cuts(width)
        give_up = time.monotonic() + MOST_SECONDS
        for number in range(MOST_ROUNDS):
            hidden = (choice > 0.5)[self.choice]
            if number or not len(cuts):
                weak = exposed(self._seen(hidden), self.sums, width=width).index[:MOST_CUTS]
                if not len(weak):
                    return np.asarray(hidden & ~self.secret)
                cuts = np.vstack([cuts, *(self._cut(cell, hidden, width) for cell in weak)])
                needed = np.append(needed, np.where(self.secret[weak], width, 0.0))
            found = milp(
                self.cost,
                constraints=LinearConstraint(csr_array(cuts), lb=needed),
                bounds=Bounds(self.least, self.most),
                integrality=np.ones(len(self.cost), dtype=np.intp),
                options={"node_limit": MOST_NODES, "time_limit": MOST_SECONDS, "mip_rel_gap": 0.0},
            )
            if found.status != 0 or time.monotonic() > give_up:
                break
            choice = np.round(found.x)
        return nothing

    def _seen(self, hidden: Mask) -> pd.DataFrame:
        return self.cells.assign(value=np.where(hidden, np.nan, self.value[: len(hidden)])).reset_index(drop=True)

    def _cut(self, cell: int, hidden: Mask, width: float) -> Floats:
        """What must be hidden for a cell to be wide enough: cut @ choice >= width holds for every choice that does.

        From linear program duality: the least that the cell can be is at least its value less the sum, over what is
        hidden, of what that can move times its reduced cost; and so for the most.
        """
        can_move = np.append(hidden, np.ones(self.shortfalls, dtype=bool))
        bounds = np.column_stack([self.value - self.below * can_move, self.value + self.above * can_move])
        gain = np.zeros(len(self.value))
        for sign in (1.0, -1.0):
            objective = np.zeros(len(self.value))
            objective[cell] = sign
            problem: dict[str, Any] = {"A_eq": self.sums, "b_eq": self.sums @ self.value, "bounds": bounds}
            answer = linprog(objective, method="highs", **problem)
            if answer.status != 0:
                raise CannotAudit(f"the attack on a choice could not finish: {answer.message}")
            reduced = answer.lower.marginals + answer.upper.marginals
            reduced[np.abs(reduced) < 1e-9] = 0
            gain += np.where(reduced > 0, reduced * self.below, -reduced * self.above)
        own = np.bincount(self.choice, gain[: len(hidden)], len(self.least))
        needed = width - gain[len(hidden) :].sum()
        now = self.least.copy()
        now[self.choice[hidden]] = 1
        if needed <= 0 or own @ now >= needed - 1e-6:  # wide enough but for whole numbers: hide anything more
            cut = np.where(now > 0, 0.0, width)
        else:
            cut = np.minimum(own / needed, 1.0) * width
        if not self.secret[cell]:  # then only if it is hidden at all
            cut[self.choice[cell]] -= width
        return np.asarray(cut)

    def _plain_cuts(self, width: float) -> tuple[Floats, Floats]:
        """In each sum the others must leave every small number its room: what no choice can do without."""
        own = len(self.cells)
        room = np.minimum(self.below + self.above, width)
        room[:own][self.most[self.choice] == 0] = 0
        cuts = []
        for number in range(self.sums.shape[0]):
            columns = self.sums.indices[self.sums.indptr[number] : self.sums.indptr[number + 1]]
            if (columns >= own).any():
                continue
            for cell in columns[self.secret[columns]]:
                others = columns[columns != cell]
                cuts.append(np.minimum(np.bincount(self.choice[others], room[others], len(self.least)), width))
        found = np.unique(np.array(cuts), axis=0) if cuts else np.empty((0, len(self.least)))
        return found, np.full(len(found), width)
