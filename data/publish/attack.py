"""The attacker: what can be worked out about hidden cells from published ones and from sums, by linear programs.

Shares no code with the part of privacy that chooses what to hide, so that neither has to be trusted alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

WIDTH = 5
"""A withheld number must stay at least this uncertain: highest less lowest possible value."""

ENOUGH_LOOKS = 24
"""How many random corners of a system of sums are tried before its cells are looked at one by one."""

LARGE = 1_000
"""Systems of so many cells are solved each on its own, by an interior point method: at 7,000 cells 3 to 6 times as
fast as the simplex method, which is faster below. Smaller systems share programs of up to this size."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


class CannotAudit(RuntimeError):
    """A linear program did not come to an end, so nothing can be said."""


def exposed(
    cells: pd.DataFrame, equations: csr_array, *, width: float = WIDTH, asked: Mask | None = None
) -> pd.DataFrame:
    """Hidden cells whose possible values span less than `width`; columns low and high, index as in `cells`.

    cells: value (nan where hidden), and lower and upper: the bounds that anyone may assume of a hidden cell.
    equations: one row a sum, one column a cell; row @ values == 0. Columns after the last cell are what a sum may fall
    short of its total: any number from zero up. Sums that cannot hold are left out. A cell that can only be zero is no
    finding: nobody is in it. asked: look for these cells alone (default: all).
    """
    return _possible(cells, equations, width, asked)


def possible(cells: pd.DataFrame, equations: csr_array) -> pd.DataFrame:
    """The lowest and highest possible value of every hidden cell (arguments and result as for `exposed`)."""
    return _possible(cells, equations, np.inf)


def _possible(cells: pd.DataFrame, equations: csr_array, width: float, asked: Mask | None = None) -> pd.DataFrame:
    shortfalls = equations.shape[1] - len(cells)
    value = np.append(cells["value"].to_numpy(dtype=float), np.full(shortfalls, np.nan))
    hidden = np.flatnonzero(np.isnan(value))
    is_cell = hidden < len(cells)
    lower = np.append(cells["lower"].to_numpy(dtype=float), np.zeros(shortfalls))[hidden]
    upper = np.append(capped(cells), np.full(shortfalls, far_above(cells)))[hidden]
    wanted = is_cell if asked is None else is_cell & np.append(asked, np.zeros(shortfalls, dtype=bool))[hidden]

    matrix, target = _reduced(value, equations)
    holds = _can_hold(matrix, target, lower, upper)
    matrix, target = matrix[holds], target[holds]
    low, high = lower.copy(), upper.copy()
    together: list[tuple[Ints, Ints]] = []
    for system, columns in _systems(matrix):
        if not wanted[columns].any():
            low[columns], high[columns] = -np.inf, np.inf
        elif len(system) == 1:
            part = matrix[system][:, columns]
            aim = float(target[system[0]])
            low[columns], high[columns] = _within_one_sum(part, aim, lower[columns], upper[columns])
        else:
            together.append((system, columns))
    for program in _programs(together):
        systems, columns = (np.concatenate(many) for many in zip(*program, strict=True))
        label = np.repeat(np.arange(len(program)), [len(own) for _, own in program])
        part, aims = csr_array(matrix[systems][:, columns]), target[systems]
        low[columns], high[columns] = _within_many_sums(
            part, aims, lower[columns], upper[columns], label, width, wanted[columns]
        )
    weak = wanted & (_span(low, high) < width) & (high > 1e-6)
    low, high = np.ceil(low[weak] - 1e-6), np.floor(high[weak] + 1e-6)
    return pd.DataFrame({"low": low, "high": high}, index=cells.index[hidden[weak]])


def _programs(systems: list[tuple[Ints, Ints]]) -> Iterator[list[tuple[Ints, Ints]]]:
    """Systems that share no cell may share a program, which answers for all at once; a large one has its own."""
    size, program = 0, list[tuple[Ints, Ints]]()
    for system in systems:
        if program and size + len(system[1]) > LARGE:
            yield program
            size, program = 0, []
        program.append(system)
        size += len(system[1])
    if program:
        yield program


def _reduced(value: Floats, equations: csr_array) -> tuple[csr_array, Floats]:
    """The sums over hidden cells alone: matrix @ hidden == target."""
    hidden = np.isnan(value)
    target = -(equations @ np.where(hidden, 0.0, value))
    matrix = csr_array(equations[:, np.flatnonzero(hidden)])
    used = np.diff(matrix.indptr) > 0
    return csr_array(matrix[used]), target[used]


def capped(cells: pd.DataFrame) -> Floats:
    """Upper bounds with a number far above all others in place of infinity, so that every linear program has an end."""
    return np.asarray(np.minimum(cells["upper"].to_numpy(dtype=float), far_above(cells)))


def far_above(cells: pd.DataFrame) -> float:
    """A number far above all that the cells can be."""
    return 1_000 + 10 * (float(cells["value"].abs().sum()) + float(cells["lower"].sum()))


def _reach(matrix: csr_array, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """The least and the most that each sum can be."""
    plus, minus = matrix.maximum(0), (-matrix).maximum(0)
    return plus @ lower - minus @ upper, plus @ upper - minus @ lower


def _can_hold(matrix: csr_array, target: Floats, lower: Floats, upper: Floats) -> Mask:
    least, most = _reach(matrix, lower, upper)
    return (least - 1e-6 <= target) & (target <= most + 1e-6)


def _systems(matrix: csr_array) -> Iterator[tuple[Ints, Ints]]:
    """Sums that share hidden cells, one system after another: their rows and their columns."""
    rows = matrix.shape[0]
    if not rows:
        return
    either_way: Any = [[None, abs(matrix)], [abs(matrix).T, None]]
    _, label = connected_components(block_array(either_way), directed=False)
    order = np.argsort(label, kind="stable")
    for nodes in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        if (nodes < rows).any():
            yield nodes[nodes < rows], nodes[nodes >= rows] - rows


def _within_one_sum(part: csr_array, target: float, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """One sum alone: what a cell can be follows from the least and the most of the others."""
    sign = part.toarray()[0]
    least, most = np.minimum(sign * lower, sign * upper), np.maximum(sign * lower, sign * upper)
    one, other = target - (most.sum() - most), target - (least.sum() - least)
    return np.maximum(lower, np.minimum(sign * one, sign * other)), np.minimum(
        upper, np.maximum(sign * one, sign * other)
    )


def _within_many_sums(
    part: csr_array, target: Floats, lower: Floats, upper: Floats, system: Ints, width: float, wanted: Mask
) -> tuple[Floats, Floats]:
    """Many sums at once, by linear programs. system: the number of the system of sums that each cell belongs to.

    Every solution is a witness for all its cells, so random corners clear most cells at once; only those still seen
    within less than `width` are asked for one by one (one of each system in a program), and only their ends are exact.
    Only for the wanted cells.
    """
    bounds = np.column_stack([lower, upper])
    first = _corner(np.zeros(len(lower)), part, target, bounds)
    if first is None:
        part, target = _holding(part, target, bounds)
        first = _corner(np.zeros(len(lower)), part, target, bounds)
        if first is None:
            raise CannotAudit("a system of sums has no solution at all")
    seen_low, seen_high = first.copy(), first.copy()
    chance = np.random.default_rng(0)
    looks = idle = 0
    while np.isfinite(width) and looks < ENOUGH_LOOKS and idle < 2:
        is_open = wanted & (_span(seen_low, seen_high) < width)
        if not is_open.any():
            break
        way = np.where(is_open, chance.uniform(0.5, 1, len(lower)), 0.0)
        if looks:  # first all up and all down, then some up and some down
            way *= chance.choice([-1.0, 1.0], len(lower))
        for objective in (way, -way):
            corner = _corner(objective, part, target, bounds)
            if corner is not None:
                seen_low, seen_high = np.minimum(seen_low, corner), np.maximum(seen_high, corner)
        still_open = wanted & (_span(seen_low, seen_high) < width)
        looks, idle = looks + 1, idle + 1 if still_open.sum() == is_open.sum() else 0
    for cells in _one_of_each(np.flatnonzero(wanted & (_span(seen_low, seen_high) < width)), system):
        for sign in (1.0, -1.0):
            asked = cells[_span(seen_low[cells], seen_high[cells]) < width]
            if len(asked):
                objective = np.zeros(len(lower))
                objective[asked] = sign
                corner = _corner(objective, part, target, bounds)
                if corner is not None:
                    seen_low, seen_high = np.minimum(seen_low, corner), np.maximum(seen_high, corner)
    return seen_low, seen_high


def _one_of_each(cells: Ints, system: Ints) -> Iterator[Ints]:
    """The cells in rounds, each with at most one of a system."""
    order = cells[np.argsort(system[cells], kind="stable")]
    _, first, size = np.unique(system[order], return_index=True, return_counts=True)
    turn = np.arange(len(order)) - np.repeat(first, size)
    for number in range(int(size.max(initial=0))):
        yield order[turn == number]


def _span(low: Floats, high: Floats) -> Floats:
    """How far apart the whole numbers between two ends are: people come in whole numbers."""
    return np.asarray(np.floor(high + 1e-6) - np.ceil(low - 1e-6))


def _corner(objective: Floats, part: csr_array, target: Floats, bounds: Floats) -> Floats | None:
    """The solution that makes the objective least; None where the sums cannot all hold."""
    problem: dict[str, Any] = {"A_eq": part, "b_eq": target, "bounds": bounds}
    answer = linprog(objective, method="highs-ipm" if len(objective) > LARGE else "highs", **problem)
    if answer.status not in (0, 2):  # the numbers were too hard for one method; the other takes longer
        answer = linprog(objective, method="highs-ds", **problem)
    if answer.status == 2:
        return None
    if answer.status != 0:
        raise CannotAudit(f"the auditor could not finish: {answer.message}")
    return np.asarray(np.clip(np.asarray(answer.x), bounds[:, 0], bounds[:, 1]))


def _holding(part: csr_array, target: Floats, bounds: Floats) -> tuple[csr_array, Floats]:
    """The sums that can hold together: those that must be off, in the nearest solution, are left out."""
    sums, count = part.shape
    eye = csr_array((np.ones(sums), (np.arange(sums), np.arange(sums))), shape=(sums, sums))
    slack = np.column_stack([np.zeros(2 * sums), np.full(2 * sums, np.inf)])
    objective = np.concatenate([np.zeros(count), np.ones(2 * sums)])
    with_slack: Any = [[part, eye, -eye]]
    problem: dict[str, Any] = {"A_eq": block_array(with_slack), "b_eq": target, "bounds": np.vstack([bounds, slack])}
    answer = linprog(objective, method="highs", **problem)
    if answer.status != 0:
        raise CannotAudit(f"the auditor could not finish: {answer.message}")
    off = np.asarray(answer.x)[count:].reshape(2, sums).sum(axis=0)
    keep = off < 1e-6
    return csr_array(part[keep]), target[keep]
