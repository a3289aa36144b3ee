"""Goals that are judged by a measure take their numbers from the published figures, so that a figure is the same
everywhere; numbers of a program's own stay as its pack gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from data import periods
from data.figures import Status
from data.periods import Period
from data.publish.thresholds import Thresholds
from data.verdicts.goals import goes_with


@dataclass(frozen=True)
class Differs:
    """A number that a pack typed beside a goal, and that is not the published figure."""

    goal: str
    column: str
    found: str
    expected: str


@dataclass(frozen=True)
class _Figure:
    """A published figure of the measure and place of a goal; value None where none may be shown."""

    period: Period
    value: float | None
    is_whole: bool
    is_opt_in: bool
    status: str


def with_figures(
    tables: Mapping[str, pd.DataFrame], *, fiscal_start_month: int
) -> tuple[dict[str, pd.DataFrame], list[Differs]]:
    """The tables program_goal and translation with goals filled, and the typed numbers that were not taken.

    tables: program_goal, observation, measure, series_break and translation. A goal with a measure and the period of
    its baseline gets: unit; baseline; and as latest the figure that judges it: the newest of the same kind of period,
    wholly after the baseline's, over by the due day, not beyond a break in the series, and of the same season where
    events are counted. What the release does not show stays empty. Without any figure of that place, or of the
    baseline's period, typed numbers are kept.
    """
    goals, translation = tables["program_goal"].copy(), tables["translation"]
    about = tables["measure"].set_index("id")
    measured = goals[goals["measure_id"].isin(list(about.index))]
    shown = _figures(tables["observation"], measured, fiscal_start_month)
    breaks = {str(measure): sorted(days) for measure, days in tables["series_break"].groupby("measure_id")["broke_on"]}
    differs: list[Differs] = []
    for at, goal in measured.iterrows():
        goals.loc[at, "unit"] = about.loc[goal["measure_id"], "unit"]
        figures = shown.get((goal["measure_id"], _place(goal)), {})
        if not figures:
            continue
        if pd.isna(goal["baseline_period"]):  # without a start only the period that the pack names can be meant
            if own := figures.get(str(goal["latest_period"])):
                differs += [one for one in [_difference(goal, "latest", own)] if one]
                goals.loc[at, "latest"] = own.value
            continue
        began = periods.parse(goal["baseline_period"], fiscal_start_month=fiscal_start_month)
        first = figures.get(goal["baseline_period"])
        is_counted = about.loc[goal["measure_id"], "kind"] in ("rate", "count")
        barriers = [day for day in breaks.get(goal["measure_id"], []) if day > began.start]
        after = [
            one
            for one in figures.values()
            if _goes_with(one, began, first, is_counted=is_counted)
            and not any(day <= one.period.end for day in barriers)
            and (pd.isna(goal["due_on"]) or one.period.end <= goal["due_on"])
        ]
        latest = max(after, key=lambda one: one.period.end, default=None)
        numbers = {"latest": latest} if first is None else {"baseline": first, "latest": latest}
        for name, figure in numbers.items():
            differs += [one for one in [_difference(goal, name, figure)] if one]
            goals.loc[at, name] = None if figure is None else figure.value
        goals.loc[at, "latest_period"] = None if latest is None else latest.period.code
    units = (translation["table_name"] == "program_goal") & (translation["column_name"] == "unit")
    stale = units & translation["row_id"].isin(list(measured["id"]))  # a translated unit of a number that is gone
    return {"program_goal": goals, "translation": translation[~stale].reset_index(drop=True)}, differs


def telling(tables: Mapping[str, pd.DataFrame], limits: Thresholds) -> list[str]:
    """Typed numbers of goals that may not be shown, one sentence each: hidden as a figure, or too small a count."""
    about = tables["measure"].set_index("id")
    figures = tables["observation"]
    is_survey = figures["measure_id"].map(about["kind"]).isin(["share", "score"])
    is_silent = (figures["status"] == "withheld") | (is_survey & (figures["status"] == "too_few_to_say"))
    silent = figures[is_silent & (figures["group_name"] == "all")]
    hidden = set(zip(silent["measure_id"], silent["neighborhood_id"], silent["period"], strict=True))
    counted = set(about.index[about["sensitive"].astype(bool) & (about["unit"] == "events")])
    told = []
    for goal in tables["program_goal"].to_dict("records"):
        for name in ("baseline", "latest"):
            number, key = goal[name], (goal["measure_id"], _place(goal), goal[f"{name}_period"])
            is_small = goal["measure_id"] in counted and 0 < number < limits.small_count
            if pd.notna(number) and (is_small or key in hidden):
                told.append(
                    f"goal {goal['id']}: {name} is {number:g}, and no such number may be shown for "
                    f"{', '.join(map(str, key))}; leave it empty"
                )
    return told


def _figures(
    observation: pd.DataFrame, goals: pd.DataFrame, fiscal_start_month: int
) -> dict[tuple[str, str], dict[str, _Figure]]:
    """(measure, place) of each goal -> period code -> figure of all people there."""
    keys = {(goal["measure_id"], _place(goal)) for _, goal in goals.iterrows()}
    mine = observation[
        observation["measure_id"].isin([measure for measure, _ in keys])
        & observation["neighborhood_id"].isin([place for _, place in keys])
        & (observation["group_name"] == "all")
    ]
    found: dict[tuple[str, str], dict[str, _Figure]] = {}
    for row in mine.to_dict("records"):
        key = (row["measure_id"], row["neighborhood_id"])
        if key in keys:
            period = periods.parse(row["period"], fiscal_start_month=fiscal_start_month)
            has_value = Status(row["status"]).has_value and pd.notna(row["value"])
            found.setdefault(key, {})[row["period"]] = _Figure(
                period=period,
                value=float(row["value"]) if has_value else None,
                is_whole=(row["period_start"], row["period_end"]) == (period.start, period.end)
                and row["reason"] != "incomplete_period",
                is_opt_in=row["reason"] == "opt_in",
                status=str(row["status"]),
            )
    return found


def _goes_with(one: _Figure, began: Period, first: _Figure | None, *, is_counted: bool) -> bool:
    """Whether a figure can be the latest of a goal that began in a period."""
    is_alike = one.is_opt_in == (first is not None and first.is_opt_in)
    return is_alike and one.value is not None and one.is_whole and goes_with(one.period, began, is_counted=is_counted)


def _difference(goal: pd.Series, name: str, figure: _Figure | None) -> Differs | None:
    """What a pack typed that is not the figure; None where it typed nothing, or the same."""
    typed, value = goal[name], None if figure is None else figure.value
    if pd.isna(typed) or (value is not None and _is_same(float(typed), value, goal, name, figure)):
        return None
    if figure is None:
        expected = "nothing: there is no figure after the baseline, by the due day, that goes with it"
    elif value is None:
        expected = f"nothing: the figure of {figure.period.code} is {figure.status.replace('_', ' ')}"
    else:
        expected = f"{value:g}, the figure of {figure.period.code}"
    when = goal[f"{name}_period"]
    return Differs(str(goal["id"]), name, f"{typed:g}{f' of {when}' if isinstance(when, str) else ''}", expected)


def _is_same(typed: float, value: float, goal: pd.Series, name: str, figure: _Figure | None) -> bool:
    """Whether a typed number is the figure, as far as it was written out."""
    when = goal[f"{name}_period"]
    if isinstance(when, str) and figure is not None and when != figure.period.code:
        return False
    exponent = Decimal(repr(typed)).normalize().as_tuple().exponent
    decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
    return abs(round(value, decimals) - typed) < 1e-9


def _place(goal: Mapping[Any, Any] | pd.Series) -> str:
    return "city" if pd.isna(goal["neighborhood_id"]) else str(goal["neighborhood_id"])
