"""What may be said about each figure: its value, range, status and reason, decided once, when it is published.

The rules are those of docs/city-pack.md and of the minimum bases that public statistics use: no rate from fewer than 10
events, no share from fewer than 30 answers. A city may raise these, never lower them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import stats
from data.models import UNPLACED, Measure, Neighborhood, Observation
from data.periods import parse
from data.publish.frames import typed
from data.publish.intake import MeasureRule
from data.publish.thresholds import Thresholds

DECIDED = frozenset({"withheld", "not_reported", "not_applicable"})
"""Statuses that are settled before this step: such rows keep status and reason, and hold no number."""

PER = 1000
"""Residents that a rate is told for."""

NUMBERS = ("numerator", "denominator", "value", "low", "high", "n", "n_effective")

Mask = npt.NDArray[np.bool_]


def decide(
    observation: pd.DataFrame,
    measure: pd.DataFrame,
    *,
    neighborhood: pd.DataFrame | None = None,
    rules: Mapping[str, MeasureRule] | None = None,
    thresholds: Thresholds | None = None,
    fiscal_start_month: int = 7,
) -> pd.DataFrame:
    """Fill value, low, high, status and reason of every observation; returns a new frame, rows in the same order.

    observation: what derive and privacy left (numerator, denominator, n, n_effective; value for scores). Rates come out
    per 1,000 residents, shares in percent 0 to 100, ranges at 95%. neighborhood: tells visitor areas. rules: tell from
    which period on figures are early (provisional). Raises ValueError where an observation's measure is unknown.
    """
    limits = thresholds or Thresholds()
    rows = typed(observation, Observation)
    about = typed(measure, Measure).set_index("id")
    unknown = ~rows["measure_id"].isin(about.index)
    if unknown.any():
        raise ValueError(f"no such measure: {', '.join(sorted(set(rows.loc[unknown, 'measure_id'])))}")
    kind = rows["measure_id"].map(about["kind"])
    opt_in = (rows["measure_id"].map(about["collected"]) == "opt_in") | (rows["reason"] == "opt_in")
    settled = rows["status"].isin(DECIDED) | ((rows["status"] == "too_few_to_say") & kind.isin(["share", "score"]))

    decided = _Decision(rows)
    todo = ~settled.to_numpy()
    _decide_rates(decided, todo & (kind == "rate").to_numpy(), limits)
    _decide_counts(decided, todo & (kind == "count").to_numpy())
    _decide_shares(decided, todo & (kind == "share").to_numpy(), opt_in.to_numpy(), limits)
    _decide_scores(decided, todo & (kind == "score").to_numpy(), opt_in.to_numpy(), limits)
    rows = decided.as_frame()

    rows.loc[_early(rows, rules or {}, fiscal_start_month) & (rows["status"] == "shown"), "status"] = "provisional"
    if neighborhood is not None:
        places = typed(neighborhood, Neighborhood)
        visitors = rows["neighborhood_id"].isin(places.loc[places["visitor_area"].astype(bool), "id"])
        rows.loc[visitors & (kind == "rate") & rows["value"].notna() & rows["reason"].isna(), "reason"] = "visitors"
    return _without_numbers(rows, settled, kind)


class _Decision:
    """The columns under decision, as arrays; `set` writes them where a mask says so."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.columns: dict[str, npt.NDArray[np.float64]] = {
            name: rows[name].to_numpy(dtype=np.float64, na_value=np.nan).copy() for name in NUMBERS
        }
        self.status = rows["status"].astype(object).to_numpy(copy=True)
        self.reason = rows["reason"].astype(object).where(rows["reason"].notna(), None).to_numpy(copy=True)
        self.unplaced: Mask = (rows["neighborhood_id"] == UNPLACED).to_numpy(dtype=bool)

    def __getitem__(self, name: str) -> npt.NDArray[np.float64]:
        return self.columns[name]

    def say(self, where: Mask, status: str, reason: str | None = None) -> None:
        """Set the status; a reason replaces the one that came, no reason leaves it."""
        self.status[where] = status
        if reason:
            self.reason[where] = reason

    def explain(self, where: Mask, reason: str) -> None:
        """Add a reason where there is none yet."""
        self.reason[where & pd.isna(self.reason)] = reason

    def fill(self, where: Mask, **numbers: npt.NDArray[np.float64] | float) -> None:
        for name, value in numbers.items():
            self.columns[name][where] = value[where] if isinstance(value, np.ndarray) else value

    def as_frame(self) -> pd.DataFrame:
        decided: dict[str, Any] = {**self.columns, "status": self.status, "reason": self.reason}
        return typed(self.rows.assign(**decided), Observation)


def _decide_rates(figure: _Decision, here: Mask, limits: Thresholds) -> None:
    events, residents = figure["numerator"], figure["denominator"]
    low, high = stats.rate_interval(_where(here, events), _where(here, residents), per=PER)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(residents > 0, events / residents * PER, np.nan)
    figure.fill(here, value=rate, low=low, high=high)
    figure.say(here, "shown")
    figure.say(here & (events < limits.unstable_events) & (events > 0), "unstable", "under_20_events")
    few = here & (events < limits.few_events) & (events > 0)
    figure.say(few, "too_few_to_say", "under_10_events")
    small = here & (residents < limits.few_residents)
    figure.say(small, "too_few_to_say", "no_residents")
    baseless = here & np.isnan(residents)
    too_far = baseless & (figure.reason == "population_too_far")
    figure.say(baseless, "not_reported", "no_population")
    figure.say(too_far, "not_reported", "population_too_far")
    outside = here & figure.unplaced  # nobody lives in "no neighborhood recorded"
    figure.say(outside, "not_applicable", "unplaced")
    missing = here & np.isnan(events)
    figure.say(missing, "not_reported")
    none = few | small | baseless | outside | missing
    figure.fill(none, value=np.nan, low=np.nan, high=np.nan)  # the count stays: a count is a count


def _decide_counts(figure: _Decision, here: Mask) -> None:
    figure.fill(here, value=figure["numerator"], low=np.nan, high=np.nan)
    figure.say(here, "shown")
    figure.say(here & np.isnan(figure["numerator"]), "not_reported")


def _decide_shares(figure: _Decision, here: Mask, opt_in: Mask, limits: Thresholds) -> None:
    answers = np.where(np.isnan(figure["n"]), figure["denominator"], figure["n"])
    base = np.where(np.isnan(figure["denominator"]), answers, figure["denominator"])
    effective = np.where(np.isnan(figure["n_effective"]), answers, figure["n_effective"])
    with np.errstate(divide="ignore", invalid="ignore"):
        counted = np.where(base > 0, figure["numerator"] / base, np.nan)
    share = np.where(np.isnan(counted), figure["value"] / 100, counted)
    if np.any(here & (share > 1 + 1e-9)):
        raise ValueError("a share is above 100 percent: more favorable answers than answers")
    share = np.where(share > 1, 1.0, share)
    low, high = stats.wilson_interval(_where(here, share * effective), _where(here, effective))
    # Rounding may leave the end of a range at 0 or 1 a hair inside.
    low, high = np.fmin(low, share) * 100, np.fmax(high, share) * 100
    known = here & ~np.isnan(share)
    unweighed = figure.reason == "no_weights"  # weighted, and nothing says by how much: no range can be worked out
    ranged = known & ~opt_in & ~unweighed & ~np.isnan(effective)
    figure.fill(here, value=share * 100, low=np.nan, high=np.nan)
    figure.fill(ranged, low=low, high=high)
    figure.say(here, "shown")
    figure.say(known & (effective < limits.unstable_answers), "unstable", "under_60_answers")
    wide = ranged & (high - low >= limits.wide_points)
    figure.say(wide, "too_few_to_say", "wide_range")
    few = here & (effective < limits.few_answers)
    figure.say(few, "too_few_to_say", "under_30_answers")
    figure.fill(few | wide, value=np.nan, low=np.nan, high=np.nan, numerator=np.nan)
    # Who answered is a person too: a handful of answers is not counted out loud.
    handful = few & (answers > 0) & (answers < limits.small_count)
    figure.fill(handful, n=np.nan, n_effective=np.nan, denominator=np.nan)
    figure.say(here & ~few & np.isnan(share), "not_reported")
    # Before any other remark: no figure of an opt-in survey may pass for one of a sample.
    figure.reason[known & opt_in & ~few & ~wide] = "opt_in"
    figure.explain(known & np.isnan(effective), "no_sample_size")


def _decide_scores(figure: _Decision, here: Mask, opt_in: Mask, limits: Thresholds) -> None:
    answers = np.where(np.isnan(figure["n_effective"]), figure["n"], figure["n_effective"])
    figure.fill(here, low=np.nan, high=np.nan)
    figure.say(here, "shown")
    figure.say(here & (answers < limits.unstable_answers), "unstable", "under_60_answers")
    few = here & (answers < limits.few_answers)
    figure.say(few, "too_few_to_say", "under_30_answers")
    figure.fill(few, value=np.nan, numerator=np.nan)
    figure.fill(few & (figure["n"] < limits.small_count), n=np.nan, n_effective=np.nan, denominator=np.nan)
    missing = here & ~few & np.isnan(figure["value"])
    figure.say(missing, "not_reported")
    figure.explain(here & opt_in & ~missing, "opt_in")
    figure.explain(here & np.isnan(answers) & ~missing, "no_sample_size")


def _early(rows: pd.DataFrame, rules: Mapping[str, MeasureRule], fiscal_start_month: int) -> pd.Series[bool]:
    """True for rows of periods that start on or after the day from which their measure's figures are early."""
    early = pd.Series(False, index=rows.index)
    for rule in rules.values():
        if rule.provisional_from is None:
            continue
        first = parse(rule.provisional_from, fiscal_start_month=fiscal_start_month).start
        mine = rows["measure_id"] == rule.measure_id
        starts = {
            code: parse(code, fiscal_start_month=fiscal_start_month).start >= first
            for code in rows.loc[mine, "period"].unique()
        }
        early |= mine & rows["period"].map(starts).eq(True)
    return early


def _without_numbers(rows: pd.DataFrame, settled: pd.Series[bool], kind: pd.Series[str]) -> pd.DataFrame:
    """Rows settled before lose every number but the residents, which are public and say nothing about the figure.

    A share that was settled as too few keeps how many answered: "only 12 people answered" is the reason.
    """
    few = settled & (rows["status"] == "too_few_to_say")
    for name in NUMBERS:
        keep = few & rows["n"].notna() if name in ("n", "n_effective", "denominator") else few & False
        if name == "denominator":
            keep |= kind == "rate"
        rows[name] = rows[name].mask(settled & ~keep)
    return rows


def _where(here: Mask, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(here, values, np.nan)
