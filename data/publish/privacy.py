"""Which figures are withheld so that no number points to a person, and the proof that none can be worked out.

Two steps, as small-number standards ask. First, non-zero counts below 10 of sensitive measures, complaints and survey
bases are withheld. Then as many others as it takes, so that sums (places to the city, months to the year, groups to
everyone, findings to closed complaints) do not give the first back. Zero is shown: nobody is in it.

`withhold` hides; it reasons by narrowing bounds, sum by sum. `audit` attacks what is published with linear programs
over whole systems of sums. Neither trusts the other: publishing refuses what the audit can narrow down.

An attacker is taken to know every published number, every sum, and the reason given: small_number means 1 to 9,
small_number_complement means any number but zero. Sums are taken to hold unless the published numbers say they cannot.
Where even "1 to 9" says too much (nine months with something in them, and a year of at most 9), the total is given the
other reason, which is just as true of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from data.models import SurveyWave, WithheldCell
from data.publish.attack import WIDTH, Floats, Ints, Mask, capped, exposed, far_above
from data.publish.cells import CELL, COMPLEMENT, FINDINGS, SMALL, Layout, Tables, as_published, cells_of
from data.publish.complement import cheapest
from data.publish.earlier import Earlier, beside, filled, same_cells, with_filled
from data.publish.frames import typed
from data.publish.sums import Sums
from data.publish.thresholds import Thresholds


class CannotProtect(ValueError):
    """No further cell is left to withhold, and a small number can still be worked out."""


@dataclass(frozen=True)
class Withheld:
    """The tables without what must not be shown, and the log: one row a withheld figure (table withheld_cell).

    true: CELL and value of every number that was looked at, for those who attack what is published; never to be kept.
    """

    observation: pd.DataFrame
    survey_result: pd.DataFrame
    complaint_summary: pd.DataFrame
    log: pd.DataFrame
    true: pd.DataFrame


def withhold(
    observation: pd.DataFrame,
    measure: pd.DataFrame,
    neighborhood: pd.DataFrame,
    survey_result: pd.DataFrame,
    complaint_summary: pd.DataFrame,
    *,
    survey_wave: pd.DataFrame | None = None,
    thresholds: Thresholds | None = None,
    layout: Layout | None = None,
    kept: Sequence[Earlier] = (),
) -> Withheld:
    """Hide small numbers and what would give them back. Call after derive and before statuses.decide.

    Numbers that stay are never altered; a second call changes nothing. A withheld observation has status withheld, its
    rule as reason, and no number. A survey result with fewer than 30 (effective) answers loses its shares and says
    too_few_to_say; with fewer than 10 also its n. A complaint row with a small number in it loses that number, and all
    its findings where one of them is small; what is left in the row is safe. kept: earlier releases that readers still
    have, oldest first; nothing here gives back what is withheld there, nor the other way round, as far as that can
    still be helped (`across` tells where it cannot). Raises CannotProtect.
    """
    limits = thresholds or Thresholds()
    tables = Tables.of(observation, measure, neighborhood, survey_result, complaint_summary)
    cells = _protected(cells_of(tables, limits), layout or Layout())
    if kept:
        cells = _protected_beside(cells, kept, layout or Layout())
    return _written(tables, cells, survey_wave, limits)


def _protected(cells: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    sums = Sums(cells, layout)
    true_sums = _holding_true(sums.tried(cells), cells)
    while True:
        cells = protect(cells, true_sums)
        # What a reader would try differs: of what is hidden he cannot know whether it adds up.
        tried = sums.tried(as_published(cells))
        if tried.shape == true_sums.shape and abs(tried - true_sums).sum() == 0:
            return cells
        further = protect(cells, tried)
        if further[["hidden", "upper"]].equals(cells[["hidden", "upper"]]):
            return cells
        cells = further


def _protected_beside(cells: pd.DataFrame, kept: Sequence[Earlier], layout: Layout) -> pd.DataFrame:
    """Hide what gives a hidden number away to one who reads kept releases as well: of this release, and of those."""
    while True:
        before = cells["hidden"]
        together = beside(cells, kept)
        if (together["told"] & together["hidden"]).any() or together["fixed"].any():
            with suppress(CannotProtect):  # what was published cannot be taken back
                safe = _protected(together, layout).iloc[: len(cells)]
                cells = cells.assign(hidden=safe["hidden"], upper=safe["upper"])
        hidden_beside = cells["hidden"]
        for one in kept:
            hide = _told_on(one, cells, layout) & ~together["told"].iloc[: len(cells)]
            cells = cells.assign(hidden=cells["hidden"] | hide)
        if cells["hidden"].equals(before):
            return cells
        alone = _protected(cells, layout)
        if alone["hidden"].equals(hidden_beside):
            return alone
        cells = alone


def _told_on(one: Earlier, cells: pd.DataFrame, layout: Layout) -> pd.Series[bool]:
    """Which cells that are shown give away a number that is hidden in a kept release."""
    shown = as_published(cells)
    taken = filled(one.cells, shown)
    if not taken.any():
        return pd.Series(False, index=cells.index)
    sums = Sums(one.cells, layout)
    guess = with_filled(one.cells, shown, taken)
    tried = sums.tried(guess)
    found = exposed(guess, tried).index.difference(exposed(one.cells, sums.tried(one.cells)).index)
    around = abs(tried[:, : len(guess)])
    reach = around.T @ (around @ one.cells.index.isin(found).astype(float)) > 0
    return same_cells(cells, one.cells[taken & reach]) & (cells["value"] > 0)


def withhold_surveys(
    survey_result: pd.DataFrame,
    neighborhood: pd.DataFrame,
    *,
    survey_wave: pd.DataFrame | None = None,
    thresholds: Thresholds | None = None,
) -> pd.DataFrame:
    """`withhold` for survey results alone.

    Call it before derive.survey_observations, so that shares come out hidden.
    """
    nothing = pd.DataFrame()
    made = withhold(
        nothing, nothing, neighborhood, survey_result, nothing, survey_wave=survey_wave, thresholds=thresholds
    )
    return made.survey_result


def audit(
    observation: pd.DataFrame,
    measure: pd.DataFrame,
    neighborhood: pd.DataFrame,
    survey_result: pd.DataFrame,
    complaint_summary: pd.DataFrame,
    *,
    thresholds: Thresholds | None = None,
    layout: Layout | None = None,
) -> pd.DataFrame:
    """Attack published tables: every small or withheld number that a reader can narrow down to fewer than 6 values.

    Returns columns table_name, measure_id, neighborhood_id, period, group_name, low, high; empty means safe. Give it
    the tables as published (after statuses.decide), or as read back from any file made of them.
    """
    tables = Tables.of(observation, measure, neighborhood, survey_result, complaint_summary)
    cells = as_published(cells_of(tables, thresholds or Thresholds(), attacker=True))
    plain = cells[cells["small"]]
    found = exposed(cells, Sums(cells, layout or Layout()).tried(cells))
    narrowed = cells.loc[found.index, CELL].join(found)
    return pd.concat([plain[CELL].assign(low=plain["value"], high=plain["value"]), narrowed], ignore_index=True)


def across(
    published: Tables, true: pd.DataFrame, kept: Sequence[Earlier], *, limits: Thresholds, layout: Layout | None = None
) -> pd.DataFrame:
    """Attack published tables and kept releases side by side: what is hidden in one and can be read with the other.

    true: table, measure, place, period and group of this release's numbers with their true `value`; a guess that misses
    it is no finding. Returns columns release, table_name, measure_id, neighborhood_id, period, group_name; release is
    the id of the kept release that tells, or that is told on.
    """
    layout = layout or Layout()
    now = as_published(cells_of(published, limits, attacker=True))
    alone = exposed(now, Sums(now, layout).tried(now)).index
    truth = true.drop_duplicates(CELL).set_index(CELL)["value"]
    found = []
    for one in kept:
        both = beside(now, [one])  # `now` first and in order, so that what is exposed alone keeps its number
        real = truth.reindex(pd.MultiIndex.from_frame(both[CELL])).to_numpy()
        taken = filled(both, one.cells)
        # A value that has changed since misleads: even where it ends near the truth, nobody can know that it did.
        taken &= np.abs(with_filled(both, one.cells, taken)["value"] - real) < 1e-6
        guess = with_filled(both, one.cells, taken)
        direct = both[taken & np.isfinite(both["upper"])]
        right = pd.Index([])
        if taken.any() or len(both) > len(now):
            open_now = exposed(guess, Sums(guess, layout).tried(guess)).drop(alone, errors="ignore")
            is_wrong = (open_now["low"] > real[open_now.index]) | (open_now["high"] < real[open_now.index])
            right = open_now.index[~is_wrong]
        taken = filled(one.cells, now)
        guess = with_filled(one.cells, now, taken)
        direct_then = one.cells[taken & np.isfinite(one.cells["upper"]) & (one.cells["family"] == "count")]
        sums = Sums(one.cells, layout)
        open_then = pd.Index([])
        if taken.any():
            open_then = exposed(guess, sums.tried(guess)).index
            open_then = open_then.difference(exposed(one.cells, sums.tried(one.cells)).index)
        parts = [direct[CELL], both.loc[right, CELL], direct_then[CELL], one.cells.loc[open_then, CELL]]
        found.append(pd.concat(parts).assign(release=one.id))
    return pd.concat(found, ignore_index=True).drop_duplicates() if found else pd.DataFrame(columns=[*CELL, "release"])


def protect(cells: pd.DataFrame, equations: csr_array, *, width: float = WIDTH) -> pd.DataFrame:
    """Hide further cells until no hidden cell can be narrowed down to less than `width`; returns a copy.

    cells: as for `exposed`, but with the true value also where hidden (nan where not even the publisher knows it).
    Also hidden; block (cells of one block are hidden together); late (hidden only when nothing else is left: city
    totals). lower and upper hold for a cell once it is hidden; upper comes back as infinity for a cell whose reason
    must not tell that it is small. told and fixed, where they are given: as `earlier.beside`. Raises CannotProtect.
    """
    cells = cells.copy()
    if "told" not in cells:
        cells = cells.assign(told=False, fixed=False)
    further = cheapest(cells, equations, width)
    cells.loc[cells["block"].isin(cells["block"].iloc[further]), "hidden"] = True
    in_doubt = np.ones(len(cells), dtype=bool)  # what is safe stays safe when more is hidden
    while True:
        view = cells.assign(value=cells["value"].mask(cells["hidden"] & ~cells["told"]))
        for blamed in _suspicions(view, equations, width, in_doubt):
            if not len(blamed):
                return cells
            if len(chosen := _chosen(cells, equations, blamed, width)):
                cells.loc[cells["block"].isin(cells["block"].iloc[chosen]), "hidden"] = True
                break
            if len(told := _told_too_much(cells, equations, blamed)):
                cells.loc[cells.index[told], "upper"] = np.inf
                break
        else:
            raise CannotProtect("nothing is left to withhold, and a small number can still be worked out")


def _holding_true(equations: csr_array, cells: pd.DataFrame) -> csr_array:
    """Without the sums that the publisher knows to be off: they only mislead."""
    value = _with_shortfalls(cells["value"].to_numpy(dtype=float), equations, np.nan)
    unknown = abs(equations) @ np.isnan(value) > 0
    return csr_array(equations[unknown | (np.abs(equations @ np.nan_to_num(value)) < 1e-6)])


def _with_shortfalls(of_cells: Floats, equations: csr_array, fill: float) -> Floats:
    """A number for every column of the sums: those of cells, and `fill` for what a sum may fall short."""
    return np.append(of_cells, np.full(equations.shape[1] - len(of_cells), fill))


def _suspicions(view: pd.DataFrame, equations: csr_array, width: float, in_doubt: Mask) -> Iterator[Ints]:
    """Sums to break, the likeliest culprits first; an empty one once the audit finds nothing.

    in_doubt: the cells that no look has cleared yet; those that this one clears are struck off.
    """
    if (blamed := _blamed(view, equations, width)) is not None:
        yield blamed
    weak = exposed(view, equations, width=width, asked=in_doubt)
    in_doubt &= ~view["hidden"].to_numpy(dtype=bool)
    in_doubt[view.index.get_indexer(weak.index)] = True
    by_cell = csr_array(abs(equations).T)
    blamed = np.unique(by_cell[view.index.get_indexer(weak.index)].indices)
    yield blamed
    while True:
        hidden = np.unique(equations[blamed].indices)
        hidden = hidden[hidden < len(view)]
        hidden = hidden[view["hidden"].to_numpy(dtype=bool)[hidden]]
        wider = np.union1d(blamed, by_cell[hidden].indices)
        if len(wider) == len(blamed):
            return
        blamed = wider
        yield blamed


def _blamed(view: pd.DataFrame, equations: csr_array, width: float) -> Ints | None:
    """The sums that, one after another, narrow a hidden cell to less than `width`; None where none does."""
    value = _with_shortfalls(view["value"].to_numpy(dtype=float), equations, np.nan)
    is_hidden = np.isnan(value)
    is_person = is_hidden & (np.arange(len(value)) < len(view))
    entries = equations.tocoo()
    on_hidden = is_hidden[entries.col]
    row, column, sign = entries.row[on_hidden], entries.col[on_hidden], entries.data[on_hidden]
    target = -(equations @ np.where(is_hidden, 0.0, value))
    low = _with_shortfalls(view["lower"].to_numpy(dtype=float), equations, 0.0)
    high = _with_shortfalls(capped(view), equations, far_above(view))
    sums = equations.shape[0]

    def implied() -> tuple[Floats, Floats]:
        """What each sum says of each cell in it, given the bounds of the others."""
        least = np.where(sign > 0, low[column], -high[column])
        most = np.where(sign > 0, high[column], -low[column])
        up = (target - np.bincount(row, least, sums))[row] + least
        down = (target - np.bincount(row, most, sums))[row] + most
        return np.where(sign > 0, down, -up), np.where(sign > 0, up, -down)

    for _ in range(40):
        from_below, from_above = implied()
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, column, np.ceil(from_below - 1e-6))
        np.minimum.at(new_high, column, np.floor(from_above + 1e-6))
        crossed = new_low > new_high  # a sum that cannot hold: no reader learns from it
        new_low[crossed], new_high[crossed] = low[crossed], high[crossed]
        weak = is_person & (new_high - new_low < width) & (new_high > 0)
        if weak.any():  # at once: in later rounds every sum around a known cell looks guilty
            tight = (new_low > low)[column] & (from_below >= new_low[column] - 1e-6)
            tight |= (new_high < high)[column] & (from_above <= new_high[column] + 1e-6)
            guilty = np.unique(row[tight & weak[column]])
            return np.asarray(guilty if len(guilty) else np.unique(row[weak[column]]), dtype=np.intp)
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return None


def _chosen(cells: pd.DataFrame, equations: csr_array, blamed: Ints, width: float) -> Ints:
    """For every blamed sum the cheapest cell to hide in it; a cell that serves two sums is hidden once.

    Cheap is: not a city total, big enough to hide the small one behind, and then small.
    """
    entries = equations[blamed][:, : len(cells)].tocoo()
    value = cells["value"].to_numpy(dtype=float)
    free = ~(cells["hidden"] | cells["told"] | cells["fixed"]).to_numpy(dtype=bool) & (np.nan_to_num(value) > 0)
    usable = free[entries.col]
    row, column = entries.row[usable], entries.col[usable]
    room = value[column] - cells["lower"].to_numpy(dtype=float)[column]
    rank = np.where(room >= width, 0, np.where(room > 0, 1, 2))
    size = np.where(room >= width, value[column], -value[column])
    serves = np.bincount(column, minlength=len(cells))[column]
    late = cells["late"].to_numpy(dtype=bool)[column]
    order = np.lexsort((column, size, -serves, rank, late))
    sums_of: dict[int, list[int]] = {}
    for where in order:
        sums_of.setdefault(int(column[where]), []).append(int(row[where]))
    served: set[int] = set()
    chosen: list[int] = []
    for cell, sums in sums_of.items():
        if not served.issuperset(sums):
            chosen.append(cell)
            served.update(sums)
    return np.array(sorted(chosen), dtype=np.intp)


def _told_too_much(cells: pd.DataFrame, equations: csr_array, blamed: Ints) -> Ints:
    """Hidden cells of the blamed sums whose reason says "small": the totals, or else the largest of each sum."""
    entries = equations[blamed][:, : len(cells)].tocoo()
    told = cells["hidden"].to_numpy(dtype=bool) & np.isfinite(cells["upper"].to_numpy(dtype=float))
    told &= ~(cells["told"] | cells["fixed"]).to_numpy(dtype=bool)
    here = told[entries.col]
    totals = entries.col[here & (entries.data < 0)]
    if len(totals):
        return np.unique(totals).astype(np.intp)
    row, column = entries.row[here], entries.col[here]
    order = np.lexsort((column, -np.nan_to_num(cells["value"].to_numpy(dtype=float))[column], row))
    first = np.unique(row[order], return_index=True)[1]
    return np.unique(column[order][first]).astype(np.intp)


def _written(tables: Tables, cells: pd.DataFrame, survey_wave: pd.DataFrame | None, limits: Thresholds) -> Withheld:
    hidden = cells[cells["hidden"]]
    observation, survey, complaints = tables.observation, tables.survey_result, tables.complaint_summary

    counted = hidden[hidden["family"] == "count"].set_index("row")
    newly = counted.index[observation.loc[counted.index, "status"] != "withheld"]
    observation.loc[newly, "reason"] = SMALL
    observation.loc[newly, "status"] = "withheld"
    tells = observation.loc[counted.index, "reason"] == SMALL
    observation.loc[counted.index[tells & np.isinf(counted["upper"])], "reason"] = COMPLEMENT
    observation.loc[counted.index, ["numerator", "value", "low", "high", "n_effective"]] = np.nan
    observation.loc[counted.index, "n"] = pd.NA

    answers = hidden[(hidden["family"] == "answers") & (hidden["table_name"] == "observation")].set_index("row")
    _say_few(observation, answers)
    observation.loc[answers.index, ["numerator", "denominator", "value", "low", "high", "n_effective"]] = np.nan
    observation.loc[answers.index, "n"] = pd.NA

    results = hidden[hidden["table_name"] == "survey_result"].set_index("row")
    _say_few(survey, results)
    survey.loc[results.index, "n"] = pd.NA
    effect = pd.Series(1.0, index=survey.index)
    if survey_wave is not None:
        waves = typed(survey_wave, SurveyWave).set_index("id")["design_effect"]
        effect = survey["wave_id"].map(waves).astype("float64").fillna(1.0).clip(lower=1.0)
    few = (survey["n"].astype("float64") / effect < limits.few_answers) & (survey["status"] == "shown")
    survey.loc[few, ["status", "reason"]] = ["too_few_to_say", "under_30_answers"]
    silent = survey["status"].isin(["too_few_to_say", "withheld"])
    survey["shares"] = survey["shares"].mask(silent)
    survey["dont_know_share"] = survey["dont_know_share"].mask(silent)

    reported = hidden[hidden["family"] == "complaints"]
    newly = pd.Index(reported["row"].unique())
    newly = newly[(complaints.loc[newly, "status"] != "withheld").to_numpy()]
    with_small = cells.loc[cells["small"] & (cells["family"] == "complaints"), "row"]
    complaints.loc[newly, "reason"] = np.where(newly.isin(with_small), SMALL, COMPLEMENT)
    complaints.loc[newly, "status"] = "withheld"
    for column, part in reported.groupby("measure_id"):
        complaints.loc[part["row"], str(column)] = pd.NA

    return Withheld(observation, survey, complaints, _log(hidden, observation, complaints), cells[[*CELL, "value"]])


def _say_few(rows: pd.DataFrame, answers: pd.DataFrame) -> None:
    """Status and reason of rows whose number of answers is hidden."""
    newly = answers.index[rows.loc[answers.index, "status"] != "withheld"]
    few = np.isfinite(answers.loc[newly, "upper"].to_numpy(dtype=float))
    rows.loc[newly, "reason"] = np.where(few, "under_30_answers", COMPLEMENT)
    rows.loc[newly, "status"] = np.where(few, "too_few_to_say", "withheld")


def _log(hidden: pd.DataFrame, observation: pd.DataFrame, complaints: pd.DataFrame) -> pd.DataFrame:
    """One row a withheld figure. It never says more than the figure's own reason does."""
    rows = hidden.copy()
    rule = pd.Series(COMPLEMENT, index=rows.index)
    counts = rows["family"] == "count"
    rule[counts] = observation.loc[rows.loc[counts, "row"], "reason"].to_numpy()
    reported = rows["family"] == "complaints"
    rule[reported] = complaints.loc[rows.loc[reported, "row"], "reason"].to_numpy()
    rule[(rows["family"] == "answers") & np.isfinite(rows["upper"])] = SMALL
    rows["rule"] = rule.where(rule == COMPLEMENT, SMALL)
    rows["measure_id"] = rows["measure_id"].mask(rows["measure_id"].isin(FINDINGS) & reported, "findings")
    return typed(rows.drop_duplicates(CELL).sort_values(CELL), WithheldCell)
