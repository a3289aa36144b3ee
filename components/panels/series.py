"""A measure of one place over time: its drawing, its usual range, and what both rest on, in words. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from components import charts, formats
from components.readings import LONG, Reading, context_of, incomplete_periods
from components.scope import Scope
from components.tokens import look
from data import periods, queries
from data.figures import Status
from data.stats import Floats, control
from data.verdicts import Context, SeriesFinding, SeriesVerdict, series_verdict
from data.verdicts.series import settled

MONTHS_FOR_A_LINE = 12
NONE: Floats = np.empty(0)
EXACT = 1e-9
"""Less than a rounding: a limit of 9.9999999999 lets a count of 10 in."""
STANDS = {1: "charts.signal_up", -1: "charts.signal_down", 0: "charts.usual"}
LIMITS = ["period", "stretch", "low", "centre", "high", "moved"]


@dataclass(frozen=True)
class Usual:
    """The usual range of a series.

    limits: as `charts.trend` takes them; empty where there are none. why_not: too_short, too_few or hidden, where the
    newest stretch has no range; else empty. have, need: its complete periods, and how many it takes. is_seasonal: the
    range follows the season. is_by_base: it follows the residents of each year. is_wider: the years differ by more than
    chance alone, and the range allows for it.
    """

    limits: pd.DataFrame
    step: str
    why_not: str = ""
    have: int = 0
    need: int = control.POINTS_FOR_LIMITS
    is_seasonal: bool = False
    is_by_base: bool = False
    is_wider: bool = False


@dataclass(frozen=True)
class Drawn:
    """The drawing of a series, its how-to-read line, the rows that it shows, and its usual range, if one was sought."""

    drawing: charts.Drawing | None
    how_to_read: str
    rows: pd.DataFrame
    usual: Usual | None = None


def usual_range(context: Context, figures: pd.DataFrame, step: str) -> Usual:
    """The usual range of one place's months, quarters or years, for each stretch between breaks.

    figures: rows of `queries.figure_table` of one measure and place, all of one step. `series_verdict` judges each
    stretch, so that the drawing shows what the words say. A period that a break falls in has no part in any stretch. A
    stretch with a hidden figure gets no range: what may be shown are the larger figures, and would make it too high.
    """
    days = [one.on for one in context.breaks]
    found: list[Usual] = []
    for number, (start, end) in enumerate(zip([date.min, *days], [*days, date.max], strict=True)):
        inside = (figures.period_start >= start) & (figures.period_end < end)
        part = figures[inside].sort_values("period_start")
        if found and part.empty and (figures.period_end < start).all():  # a change that no figure has reached yet
            break
        whole = replace(context, breaks=())
        one = _judged(whole, part, step)
        found.append(replace(one, limits=one.limits.assign(stretch=number)))
    return replace(
        found[-1],
        limits=pd.concat([one.limits for one in found], ignore_index=True)[LIMITS],
        is_seasonal=any(one.is_seasonal for one in found),
        is_by_base=any(one.is_by_base for one in found),
        is_wider=any(one.is_wider for one in found),
    )


def _judged(context: Context, figures: pd.DataFrame, step: str) -> Usual:
    """One stretch, as `series_verdict` judges it."""
    if (figures.status == Status.WITHHELD).any():
        return Usual(_limits(), step, "hidden")
    points = [queries.as_figure(row) for row in queries.records(figures)]
    verdict = series_verdict(context, points)
    if verdict is None or verdict.step != step:
        have = sum(not math.isnan(settled(context, point)) for point in points)
        return Usual(_limits(), step, "too_short", have)
    if verdict.finding in (SeriesFinding.TOO_SHORT, SeriesFinding.TOO_FEW):
        return Usual(_limits(), step, str(verdict.finding), verdict.have, verdict.need)
    limits = _limits(verdict.periods, verdict.low, verdict.centre, verdict.high, verdict.moved)
    return Usual(
        limits[limits.period.isin(figures.period)], step, "", verdict.have, verdict.need,
        verdict.is_seasonal, verdict.is_by_base, verdict.is_wider,
    )  # fmt: skip


def _limits(
    codes: Sequence[str] = (),
    low: Floats = NONE,
    centre: Floats = NONE,
    high: Floats = NONE,
    moved: Sequence[int | None] = (),
) -> pd.DataFrame:
    return pd.DataFrame(
        {"period": list(codes), "low": low, "centre": centre, "high": high, "moved": list(moved)}
    ).astype({"low": "float64", "centre": "float64", "high": "float64", "moved": "Int8"})


def usual_words(usual: Usual, scope: Scope) -> list[str]:
    """How to read a usual range, and why there is none where there is none."""
    said, lines = scope.say, []
    if len(usual.limits):
        lines.append(said("how_to_read.usual_range"))
        for key in ("is_seasonal", "is_by_base", "is_wider"):
            if getattr(usual, key):
                lines.append(said(f"how_to_read.usual_{key}"))
    if usual.why_not == "too_short" and usual.have:
        lines.append(said(f"how_to_read.too_short_{usual.step}", n=usual.have, need=str(usual.need)))
    elif usual.why_not == "too_short":
        lines.append(said(f"how_to_read.none_{usual.step}"))
    elif usual.why_not == "too_few":
        lines.append(said(f"how_to_read.too_few_{usual.step}"))
    elif usual.why_not:
        lines.append(said("how_to_read.usual_hidden"))
    return lines


def draw_series(reading: Reading, figures: pd.DataFrame, scope: Scope) -> Drawn:
    """The drawing of a reading: months or quarters where they say something, else years or waves; none for one row."""
    measure, place = reading.measure, reading.place
    here = figures[figures.neighborhood == place]
    kinds = figures.period.map(lambda code: periods.parse(code).kind)
    if reading.kind not in ("rate", "count"):
        # Opt-in waves are never put on one line with others; they stay in the table.
        waves = as_waves(figures[(kinds != "month") & (figures.reason.fillna("") != "opt_in")])
        mine = waves[waves.neighborhood == place]
        how = scope.say("how_to_read.band" if mine.low.notna().any() else "how_to_read.line")
        return Drawn(_years_drawing(waves, reading, scope), how, here) if len(mine) > 1 else Drawn(None, "", here)
    context = context_of(scope.release, measure)
    context = replace(context, incomplete=incomplete_periods(context, figures))
    step = _short_step(reading.series, here, kinds)
    if step:
        short = here[kinds[here.index] == step]
        usual = usual_range(context, short, step)
        drawing = charts.trend(
            short, look(scope.theme), scope.language, scope.width, place=scope.name_of(place),
            breaks=_breaks(measure, scope), limits=usual.limits, direction=str(measure["direction"]),
        )  # fmt: skip
        lines = usual_words(usual, scope)
        if usual.limits.empty:
            lines.insert(0, scope.say("how_to_read.gap"))
        lines.insert(0, scope.say(f"how_to_read.count_{step}"))  # also where the card's own figure is a rate
        return Drawn(drawing, " ".join(lines), short, usual)
    long = figures[kinds != "month"]
    # Years before quarters: they hold together what small counts hide.
    by_year = long[kinds[long.index].isin(LONG)]
    long = by_year if (by_year.neighborhood == place).sum() > 1 else long
    mine = long[long.neighborhood == place]
    if len(mine) < 2:
        return Drawn(None, "", here)
    if reading.kind == "count":  # the city's count beside a place's would only say that the city is larger
        long = mine
    if not kinds[mine.index].isin(["year", "fiscal"]).all():
        how = scope.say("how_to_read.band" if mine.low.notna().any() else "how_to_read.line")
        return Drawn(_years_drawing(long, reading, scope), how, here)
    usual = usual_range(context, mine, "year")
    lines = usual_words(usual, scope)
    if usual.limits.empty:
        lines.insert(0, scope.say("how_to_read.band" if mine.low.notna().any() else "how_to_read.line"))
    return Drawn(_years_drawing(long, reading, scope, usual.limits), " ".join(lines), here, usual)


def _short_step(series: SeriesVerdict | None, here: pd.DataFrame, kinds: pd.Series[str]) -> str:
    """month or quarter: what the verdict on the series is about, or months enough for a line; else nothing."""
    if series is not None and series.step != "year" and series.finding in (SeriesFinding.USUAL, SeriesFinding.SIGNAL):
        return series.step
    months = here[kinds[here.index] == "month"]
    return "month" if months.numerator.notna().sum() >= MONTHS_FOR_A_LINE else ""


def _years_drawing(
    figures: pd.DataFrame, reading: Reading, scope: Scope, limits: pd.DataFrame | None = None
) -> charts.Drawing:
    return charts.years(
        figures, look(scope.theme), scope.language, scope.width, chosen=reading.place, names=dict(scope.names),
        breaks=_breaks(reading.measure, scope), limits=limits, direction=str(reading.measure["direction"]),
    )  # fmt: skip


def _breaks(measure: Mapping[str, Any], scope: Scope) -> pd.DataFrame:
    return scope.ask(queries.breaks, measure=measure["id"], language=scope.language)


def as_waves(figures: pd.DataFrame) -> pd.DataFrame:
    """Survey figures with the year for a period where each wave has its own, so that one wave follows another."""
    years = figures.period_start.map(lambda day: f"{day.year:04d}")
    waves = pd.DataFrame({"period": figures.period, "year": years}).drop_duplicates()
    return figures.assign(period=years) if waves.year.is_unique else figures


def with_limits(rows: pd.DataFrame, usual: Usual | None, place: str, unit: str) -> pd.DataFrame:
    """The rows of a card's file with the usual range of each period of a place, as plain numbers in `unit`."""
    if usual is None or usual.limits.empty:
        return rows
    ends, mine = usual.limits.set_index("period"), rows.neighborhood_id == place
    return rows.assign(**{f"usual_{end}_{unit}": rows.period.map(ends[end]).where(mine) for end in ("low", "high")})


def with_usual(table: pd.DataFrame, codes: Sequence[str], usual: Usual | None, unit: str, scope: Scope) -> pd.DataFrame:
    """A table of periods with the usual range of each, and how its figure stands to it, in words.

    codes: the period of each row. unit: of the limits, per_1000_residents or events. The table itself without limits.
    """
    if usual is None or usual.limits.empty:
        return table
    rows = {str(row["period"]): row for row in queries.records(usual.limits)}
    ranges, stands = [], []
    for code in codes:
        row = rows.get(code)
        if row is None:
            ranges.append(scope.say("charts.no_usual"))
            stands.append(scope.say("charts.no_usual"))
            continue
        low, high = row["low"], row["high"]
        if unit == "events" and math.ceil(low - EXACT) <= math.floor(high + EXACT):  # the counts that lie inside
            low, high = math.ceil(low - EXACT), math.floor(high + EXACT)
        low, high = (formats.value_number(end, unit, scope.language) for end in (low, high))
        ranges.append(formats.from_to(low, high, scope.language))
        stands.append(scope.say("charts.not_judged" if pd.isna(row["moved"]) else STANDS[int(row["moved"])]))
    heading = scope.say(f"charts.usual_{unit}")
    return table.assign(**{heading: ranges, scope.say("charts.beside_usual"): stands})
