"""Did it work? What a pack declares is worked out here from the published figures, or refused with a reason.

Only published rows of `observation` are read, after everything that must be withheld is gone: whoever has the files
of a release can do all this again, and nothing that is withheld can leak. Needed counts that are withheld, not reported
or missing are never guessed: `not_published`.

What is refused is refused for the first reason of REASONS that holds: first what the declaration itself shows, then
what the published counts lack, then what they are too few for, then what would mislead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data import periods
from data.models import Evaluation, EvaluationArea, Measure, Observation, SeriesBreak
from data.publish.frames import typed
from data.publish.methods import METHODS, Case, displaced_of, trends_of
from data.publish.windows import Series, months, pieces, same_length, season
from data.stats import effects
from data.stats.intervals import rate_ratio_interval

REASONS = (
    "not_over",
    "unequal_windows",
    "other_season",
    "break_inside",
    "not_published",
    "too_short",
    "no_baseline",
    "under_20_events",
    "at_its_peak",
)
"""Why nothing is said, in the order in which it is asked (the domain reference, 3.6)."""

STUDY = "published_study"
COUNTS = "counts_only"
"""Work was counted and nothing was studied: grade 0, and no number."""
COMPARED = ("displacement_difference", "difference_in_differences")
"""Methods that are nothing without comparison areas."""
FEW_EVENTS = 20
LEAST_BEFORE = {"month": 24, "quarter": 8, "year": 8}
LEAST_AFTER = {"month": 6, "quarter": 4, "year": 4}
"""Periods that an interrupted series needs before and after."""
EARLIER_WINDOWS = 2
"""Windows of earlier years that it takes to say that an area was at its peak."""

TYPED = ("estimate", "low", "high", "grade")
"""Numbers that only a published study brings."""
COUNTED = ("events_before", "events_after")
NUMBERS = (
    "estimate", "low", "high", "ratio", "ratio_low", "ratio_high", "displaced", "displaced_low", "displaced_high",
    *COUNTED,
)  # fmt: skip
SAID = (*NUMBERS, "grade", "trends", "few_areas", "series_by")
"""All that an evaluation says once it is not refused."""


class Refused(Exception):
    """Nothing can be said: carries the code of the reason."""


def computed(
    tables: Mapping[str, pd.DataFrame], *, fiscal_start_month: int, released_on: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `evaluation` and `evaluation_area` with all that follows from the published figures.

    tables: as they are published; read are observation, measure, series_break, evaluation and evaluation_area.
    An evaluation is either refused (one of REASONS) and has no number, or has what its method gives. Estimates are
    events, below 0 for fewer. The order of rows is no matter. docs/statistics.md has the methods, docs/city-pack.md how
    to declare one.
    """
    declared = typed(tables["evaluation"], Evaluation)
    areas = typed(tables["evaluation_area"], EvaluationArea)
    for name in (*SAID, "refused"):
        if name not in TYPED:
            declared[name] = None
    areas[list(COUNTED)] = np.nan
    if declared["method"].isna().all():
        return typed(declared, Evaluation), typed(areas, EvaluationArea)
    places = {
        str(code): {str(role): sorted(some["neighborhood_id"]) for role, some in mine.groupby("role")}
        for code, mine in areas.groupby("evaluation_id")
    }
    series = _series(tables, set(declared["measure_id"].dropna()), set(areas["neighborhood_id"]))
    measure = typed(tables["measure"], Measure).set_index("id")
    found: list[dict[str, Any]] = []
    counted: dict[tuple[str, str], effects.Pair] = {}
    for record in declared.to_dict("records"):
        row = {str(name): cell for name, cell in record.items()}
        if pd.isna(row["method"]):
            found.append(row)
            continue
        if row["method"] == STUDY:
            found.append({**row, "grade": _grade_of_study(row)})
            continue
        if row["method"] == COUNTS:
            found.append({**row, **dict.fromkeys(SAID), "grade": 0})
            continue
        about = measure.loc[row["measure_id"]]
        case = Case(
            row,
            periods.parse(row["before"], fiscal_start_month=fiscal_start_month),
            periods.parse(row["after"], fiscal_start_month=fiscal_start_month),
            places.get(row["id"], {}),
            series[row["measure_id"]],
            bool(about["seasonal"]),
            released_on,
        )
        blank: dict[str, Any] = {**row, **dict.fromkeys(SAID)}
        blank["unit"] = about["events"] if pd.isna(row["unit"]) else row["unit"]
        try:
            said, case = _worked_out(case)
        except Refused as refused:
            found.append({**blank, "refused": str(refused)})
            continue
        found.append({**blank, **said})
        counted |= {(str(row["id"]), place): pair for place, pair in case.events.items()}
    keys = list(zip(areas["evaluation_id"], areas["neighborhood_id"], strict=True))
    for at, name in enumerate(COUNTED):
        areas[name] = [counted[key][at] if key in counted else np.nan for key in keys]
    return typed(pd.DataFrame(found), Evaluation), typed(areas, EvaluationArea)


def with_words_of_units(tables: Mapping[str, pd.DataFrame], declared: pd.DataFrame) -> pd.DataFrame:
    """Table `translation` with the words of units that publishing took from the measure.

    tables: with the evaluations that `computed` made. declared: the evaluations as the pack brought them.
    """
    said, made = tables["translation"], tables["evaluation"]
    typed_units = declared.set_index("id")["unit"]
    taken = made[made["unit"].notna() & made["id"].map(typed_units).isna()]
    words = said[(said["table_name"] == "measure") & (said["column_name"] == "events")]
    both = taken[["id", "measure_id"]].merge(words, left_on="measure_id", right_on="row_id")
    more = both.assign(table_name="evaluation", row_id=both["id"], column_name="unit")[list(said.columns)]
    return pd.concat([said, more], ignore_index=True)


def _series(tables: Mapping[str, pd.DataFrame], measures: set[str], places: set[str]) -> dict[str, Series]:
    rows = tables["observation"]
    rows = typed(rows[rows["measure_id"].isin(measures) & (rows["group_name"] == "all")], Observation)
    shown = rows[rows["numerator"].notna() & (rows["status"] != "withheld")]
    known = rows[rows["numerator"].notna() | (rows["status"] == "withheld")]
    through = known.groupby("measure_id")["period_end"].max()
    early = rows[rows["status"] == "provisional"].groupby("measure_id")["period_start"].min()
    broken = typed(tables["series_break"], SeriesBreak)
    found = {}
    mine = shown[shown["neighborhood_id"].isin(places)]
    for measure in measures:
        here = mine[mine["measure_id"] == measure]
        keys = zip(here["neighborhood_id"], here["period_start"], here["period_end"], strict=True)
        counts = dict(zip(keys, here["numerator"].astype(float), strict=True))
        breaks = tuple(sorted(broken.loc[broken["measure_id"] == measure, "broke_on"]))
        settled = through.get(measure, date.min)
        if measure in early:  # counts that are still coming in would look like fewer events
            settled = min(settled, early[measure] - timedelta(days=1))
        found[measure] = Series(counts, settled, breaks)
    return found


def _worked_out(case: Case) -> tuple[dict[str, Any], Case]:
    """All that an evaluation says, and the case with the periods that it rests on. Raises Refused."""
    _ask_the_declaration(case)
    grain = case.series.grain(case.places, [case.before, case.after])
    if grain is None:
        raise Refused("not_published")
    case = replace(case, grain=grain)
    if case.method == "interrupted_series":
        _ask_for_length(case)
    _ask_the_counts(case)
    if _is_at_its_peak(case):
        raise Refused("at_its_peak")
    effect = METHODS[case.method](case)
    trends = trends_of(case) if case.count("comparison") else None
    said = {
        "estimate": effect.estimate, "low": effect.low, "high": effect.high,
        **dict(zip(("ratio", "ratio_low", "ratio_high"), effect.ratio or (None,) * 3, strict=True)),
        **dict(zip(("displaced", "displaced_low", "displaced_high"), displaced_of(case) or (None,) * 3, strict=True)),
        **dict(zip(COUNTED, case.total("treated"), strict=True)),
    }  # fmt: skip
    # Fits end a hair apart on different machines; the same pack must give the same release.
    if not np.isfinite([number for number in said.values() if number is not None]).all():
        raise Refused("under_20_events")
    rounded = {name: None if number is None else round(float(number), 6) for name, number in said.items()}
    about = {"trends": trends, "few_areas": effect.few_areas, "series_by": grain or None, "grade": _grade(case, trends)}
    return {**rounded, **about}, case


# ---------------------------------------------------------------- what is refused


def _ask_the_declaration(case: Case) -> None:
    """What follows from the windows alone. Raises Refused."""
    if case.after.end >= case.released_on or case.after.end > case.series.settled_through:
        raise Refused("not_over")
    if case.method != "interrupted_series" and not same_length(case.before, case.after):
        raise Refused("unequal_windows")
    if case.method == "before_after" and case.seasonal and season(case.before) != season(case.after):
        raise Refused("other_season")
    if case.series.has_break(case.before.start, case.after.end):
        raise Refused("break_inside")


def _ask_for_length(case: Case) -> None:
    """A series needs a past to expect from. Raises Refused."""
    if not case.grain:
        raise Refused("too_short")
    before, after = (len(pieces(window, case.grain)) for window in (case.before, case.after))
    if before < LEAST_BEFORE[case.grain] or after < LEAST_AFTER[case.grain]:
        raise Refused("too_short")


def _ask_the_counts(case: Case) -> None:
    """Enough must have happened, and something before. Raises Refused."""
    before, after = case.total("treated")
    sides = [(before, after)]
    if case.count("comparison"):
        sides.append(case.total("comparison"))
    if not all(was > 0 for was, _ in sides):
        raise Refused("no_baseline")
    # A ratio of nothing has no range: where a model is fitted, nothing after is too few as well.
    is_fitted = case.method in ("difference_in_differences", "interrupted_series")
    if any(was + now < FEW_EVENTS or (is_fitted and now == 0) for was, now in sides):
        raise Refused("under_20_events")


def _is_by_chance(case: Case) -> bool:
    return bool(case.row["randomized"]) or case.row["chosen_because"] == "random"


def _is_at_its_peak(case: Case) -> bool:
    """An area picked when it was high comes down by itself (regression to the mean).

    So says the pack, or the counts: the events before are clearly above the mean of windows of the same length and
    season in earlier years, as far back as these are published without a gap or a break, where there are two or more.
    """
    if _is_by_chance(case):
        return False
    if case.row["chosen_because"] == "peak":
        return True
    years = -(-months(case.before.start, case.before.end) // 12)
    earlier: list[float] = []
    window = case.before
    while True:
        for _ in range(years):
            window = window.a_year_before()
        if case.series.has_break(window.start, case.before.start):
            break
        events = sum(case.series.of(place, window, case.grain).sum() for place in case.areas["treated"])
        if np.isnan(events):
            break
        earlier.append(float(events))
    if len(earlier) < EARLIER_WINDOWS:
        return False
    low, _ = rate_ratio_interval(case.total("treated")[0], 1, sum(earlier), len(earlier))
    return bool(low > 1)


# ---------------------------------------------------------------- the grade


def _grade(case: Case, trends: str | None) -> int:
    """How much the design can carry, whatever it found (the domain reference, 3.6)."""
    if not case.count("comparison") or case.method == "before_after" or trends == "differ":
        return 1
    if _is_by_chance(case) and not pd.isna(case.row["url"]):
        return 4
    has_more = case.count("comparison") >= 2 or case.method == "interrupted_series"
    return 3 if case.count("buffer") and has_more else 2


def _grade_of_study(row: Mapping[str, Any]) -> int:
    """4 for a study at a public address; it may say less of itself, never more."""
    most = 4 if not pd.isna(row["url"]) else 0
    return most if pd.isna(row["grade"]) else min(most, int(row["grade"]))
