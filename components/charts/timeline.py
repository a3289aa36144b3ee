"""How has it moved? Months or quarters as a line; years of a survey as points with bands.

A line joins two points only where both are there and complete, one follows the other, and no break in the series lies
between or in one of them. Each join is a row of its own (`join_x` to `x`), so that a gap can never be bridged by a
drawing library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from components import formats
from components.charts.calendar import index_of, place_of, runs, step_of, ticks
from components.charts.drawing import (
    BOX,
    HATCH,
    Drawing,
    Spec,
    Width,
    across,
    as_is,
    grid_down,
    label,
    layer,
    lines_in,
    number,
    picture,
    pixel,
    sizes,
    text_width,
    ticks_up_to,
    words_of,
    wrapped_to,
)
from components.charts.texts import has_range, has_value, reading, status_short, tick_text, tooltip_of
from components.charts.usual import SHAPES, SIGNALS, UsualRange, key_items, key_layers, place_key, signal_color
from components.tokens import Look
from components.words import words
from data import periods
from data.figures import Status


@dataclass(frozen=True)
class Mark:
    """A day to draw a dashed line at: a break in the series (which cuts the line) or an event (which does not)."""

    on: date
    text: str
    cuts: bool = True


def trend(
    figures: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    place: str = "",
    breaks: pd.DataFrame | None = None,
    events: Sequence[Mark] = (),
    comparison: pd.DataFrame | None = None,
    comparison_name: str = "",
    limits: pd.DataFrame | None = None,
    direction: str = "none",
) -> Drawing:
    """Months or quarters of one place as a line with points, from zero.

    figures: rows of `queries.figure_table` of one measure and place; a period without a row is a gap. Events and rates
    are drawn as counts, which need no size to be honest. place: its name, said beside the line where there is another.
    breaks: rows of `queries.breaks`. events: what happened, in words. comparison: the same columns as figures, drawn as
    a thin gray line. limits: the usual range, as `charts.usual.UsualRange` takes it, in counts where those are drawn;
    with it, the points that stand out take a shape and, by the measure's direction, a color.
    Raises ValueError when there is no row, or when periods are neither all months nor all quarters.
    """
    rows, unit = _counted(figures)
    return _Timeline(
        rows, look=look, language=language, width=width, unit=unit, name=place,
        comparison=None if comparison is None else _counted(comparison)[0], comparison_name=comparison_name,
        marks=[*break_marks(breaks, language), *events], usual=UsualRange(limits, direction), bands=False,
    ).drawing()  # fmt: skip


def years(
    figures: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    chosen: str,
    names: Mapping[str, str],
    breaks: pd.DataFrame | None = None,
    limits: pd.DataFrame | None = None,
    direction: str = "none",
) -> Drawing:
    """Years of one place: points with their bands, joined by a thin line; the city as a gray line.

    figures: rows of `queries.figure_table` of one measure, for the chosen place and the city. names: id to name.
    breaks: rows of `queries.breaks`. A year without a row is a gap. Where a measure comes both for whole years and for
    a part of each year, only one kind is drawn: they are never set beside each other. limits, direction: as for
    `trend`; the usual range takes the place of the bands and of the city's line.
    Raises ValueError when the place has no row.
    """
    rows = _one_stretch(figures, chosen)
    here, city = rows[rows.neighborhood == chosen], rows[rows.neighborhood == "city"]
    say, usual = words(language), UsualRange(limits, direction)
    return _Timeline(
        here, look=look, language=language, width=width, unit=str(figures.unit.iloc[0]),
        name=str(names.get(chosen, chosen)), comparison=None if chosen == "city" or usual else city,
        comparison_name=say.say("kinds.neighborhood.kind.city"), marks=break_marks(breaks, language), usual=usual,
        bands=True,
    ).drawing()  # fmt: skip


def break_marks(breaks: pd.DataFrame | None, language: str) -> list[Mark]:
    """Rows of `queries.breaks` as marks: 'New definition: Jul 2024'."""
    if breaks is None:
        return []
    say = words(language)
    return [
        Mark(
            row.broke_on,  # type: ignore[arg-type]
            f"{say.name_of('kinds.series_break.kind', str(row.kind))}: {formats.month_text(row.broke_on, language)}",  # type: ignore[arg-type]
        )
        for row in breaks.itertuples()
    ]


def _counted(figures: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Figures with their counts as values, where they are counts of events; and the unit to write them in."""
    if figures.empty:
        return figures, "events"
    unit = str(figures.unit.iloc[0])
    if unit not in ("events", "per_1000_residents") or "numerator" not in figures or figures.numerator.isna().all():
        return figures, unit
    rows = figures.assign(value=figures.numerator, low=None, high=None)
    # Too few for a rate is not too few to count.
    is_count = rows.status.isin([Status.UNSTABLE, Status.TOO_FEW_TO_SAY]) & rows.numerator.notna()
    rows["status"] = rows.status.astype(object).where(~is_count, str(Status.SHOWN))
    return rows, "events"


def _one_stretch(figures: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """The rows of whole years; or of the stretch of the year that the place has most rows for."""
    here = figures[figures.neighborhood == chosen]
    if here.empty:
        raise ValueError(f"there is no row for {chosen!r}")
    stretch = figures.period.map(_stretch)
    most = stretch[here.index].value_counts(sort=False)
    return figures[stretch == max(most.index, key=lambda name: (most[name], name == "year"))]


def _stretch(code: str) -> str:
    """What part of a year a period is: 'year', 'fiscal', 'quarter', 'month', or its days as '01-01..06-23'."""
    period = periods.parse(code)
    return f"{period.start:%m-%d}..{period.end:%m-%d}" if period.kind == "range" else period.kind


class _Timeline:
    def __init__(
        self,
        figures: pd.DataFrame,
        *,
        look: Look,
        language: str,
        width: Width,
        unit: str,
        name: str,
        comparison: pd.DataFrame | None,
        comparison_name: str,
        marks: Sequence[Mark],
        usual: UsualRange,
        bands: bool,
    ) -> None:
        if figures.empty:
            raise ValueError("a timeline needs at least one period")
        self.look, self.language, self.unit, self.name = look, language, unit, name
        self.say, self.size, self.usual = words(language), sizes(width, look), usual
        self.values_above, self.bands = bands, bands and not usual
        records: list[dict[str, Any]] = figures.to_dict("records")  # type: ignore[assignment]
        self.step = step_of([str(row["period"]) for row in records])
        self.records = sorted(records, key=self._at)
        others: list[dict[str, Any]] = []
        if comparison is not None:
            others = comparison.to_dict("records")  # type: ignore[assignment]
        self.others = sorted((row for row in others if has_value(row)), key=self._at)
        self.other_name = comparison_name if self.others else ""
        places = [self._at(row) for row in [*self.records, *self.others]]
        self.first, self.last = min(places), max(places)
        self.marks = sorted((m for m in marks if self.first < self._cut(m) <= self.last + 0.5), key=lambda m: m.on)
        self._scale_down()
        self._margins()
        self.rows = [self._row(row) for row in self.records]
        self._join(self.rows)
        self.other_rows = [self._other(row) for row in self.others]
        self._join(self.other_rows)

    def _at(self, row: Any) -> int:
        return place_of(str(row["period"]), self.step)

    def _cut(self, mark: Mark) -> float:
        """Where a mark stands: before the first period counted the new way; events within their own period."""
        return index_of(mark.on, self.step) - (0.5 if mark.cuts else 0.0)

    # ------------------------------------------------------------ sizes

    def _scale_down(self) -> None:
        shown = [row for row in self.records if has_value(row)]
        ends = [float(row["high"]) if self.bands and has_range(row) else float(row["value"]) for row in shown]
        ends += [float(row["value"]) for row in self.others]
        ends.append(self.usual.highest)
        highest = max(ends, default=0.0)
        if self.unit == "percent":
            self.ticks = [0.0, 25.0, 50.0, 75.0, 100.0] if highest > 50 else ticks_up_to(max(highest, 4), whole=True)
            if 50 < highest <= 72:
                self.ticks = self.ticks[:4]
        else:
            self.ticks = ticks_up_to(highest, whole=self.unit != "per_1000_residents")
        px = self.size.px
        self.tick_words = [tick_text(tick, self.unit, self.language) for tick in self.ticks]
        self.mark_lines = self._mark_lines()
        self.key_px = px(26) if self.others and self.size.is_phone else 0
        hollow = {key: None for row in self.records if has_value(row) for key in self._hollow(row)}
        self.key = key_items(
            self.usual,
            [str(row["period"]) for row in self.records if has_value(row)],
            list(hollow),
            self.look,
            self.say,
        )
        self.key_px += round(place_key(self.key, self.size, self.key_px))
        self.top = self.key_px + px(12) + sum(px(18) * lines_in(text) + px(2) for _, text, _ in self.mark_lines)
        if self.values_above:
            self.top += px(10)
        self.base = self.top + self.size.plot
        self.height = self.base + px(30)

    def _mark_lines(self) -> list[tuple[Mark, str, bool]]:
        """Marks, their words wrapped to the wider side of their line, and whether that is the left side."""
        made = []
        for mark in self.marks:
            share = (self._cut(mark) - self.first + 0.5) / (self.last - self.first + 1)
            room = (self.size.least - self.size.px(60)) * max(share, 1 - share) - self.size.px(8)
            made.append((mark, wrapped_to(mark.text, room, self.size.text), share > 0.5))
        return made

    def _margins(self) -> None:
        px = self.size.px
        self.left = px(12) + max(text_width(text, self.size.text) for text in self.tick_words)
        ends = [name for name in (self.name if self.others else "", self.other_name) if name]
        self.end_names = [wrapped_to(name, px(110), self.size.text, bold=True) for name in ends]
        widest = max((text_width(name, self.size.text, bold=True) for name in self.end_names), default=0.0)
        self.right = px(4) if self.size.is_phone or not ends else widest + px(12)
        pad = 0.5 if self.step == "year" or self.last - self.first < 8 else 0.8
        self.domain = (self.first - pad, self.last + pad)
        self.period_px = (self.size.least - self.left - self.right) / (self.domain[1] - self.domain[0])

    def _down(self, value: float) -> float:
        return round(self.base - self.size.plot * value / self.ticks[-1], 2)

    # ------------------------------------------------------------ rows

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        shown, status = has_value(row), str(row["status"])
        period = periods.parse(str(row["period"]))
        said = reading({**row, "name": formats.period_label(period, self.language)}, self.unit, self.language)
        said["tip"] = "; ".join([said["tip"], *self._remarks(row)])
        ranged = self.bands and has_range(row)
        moved = self.usual.moved.get(period.code, 0) if shown else 0
        color = signal_color(self.look, moved, self.usual.direction) if self.usual else self.look.focus
        return {
            "period": period.code,
            "full_name": formats.period_label(period, self.language, short=True),
            "x": self._at(row),
            "value": float(row["value"]) if shown else None,
            "low": float(row["low"]) if ranged else None,
            "high": float(row["high"]) if ranged else None,
            "y": self._down(float(row["value"])) if shown else None,
            "y_low": self._down(float(row["low"])) if ranged else None,
            "y_high": self._down(float(row["high"])) if ranged else None,
            "status": status,
            "color": color,
            "fill": self.look.card if self._hollow(row) else color,
            "shape": SHAPES[moved],
            "signal": moved != 0,
            "dashed": status == Status.PROVISIONAL,
            "alone": _is_incomplete(row) or self._is_mixed(row),
            **said,
        }

    def _hollow(self, row: dict[str, Any]) -> list[str]:
        """Why the mark of a row is hollow, in words; nothing for a solid one."""
        why = [f"status.chip.{row['status']}"] if row["status"] in (Status.PROVISIONAL, Status.UNSTABLE) else []
        return [self.say.say(key) for key in [*why, *(["charts.incomplete"] if _is_incomplete(row) else [])]]

    def _is_mixed(self, row: dict[str, Any]) -> bool:
        """True where a break falls inside the period: part was counted one way, part the other."""
        period = periods.parse(str(row["period"]))
        start, end = row.get("period_start", period.start), row.get("period_end", period.end)
        return any(start < mark.on <= end for mark in self.marks if mark.cuts)

    def _remarks(self, row: dict[str, Any]) -> list[str]:
        """What the shape of a mark says, in words."""
        moved = self.usual.moved.get(str(row["period"]), 0)
        keys = ["charts.incomplete"] if _is_incomplete(row) else [SIGNALS[moved]] if moved else []
        return [self.say.say(key) for key in keys] if has_value(row) else []

    def _other(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"x": self._at(row), "y": self._down(float(row["value"])), "value": float(row["value"]),
                "dashed": False, "alone": _is_incomplete(row) or self._is_mixed(row)}  # fmt: skip

    def _join(self, rows: list[dict[str, Any]]) -> None:
        """Give each row the point that its line comes from, or none."""
        cuts = [self._cut(mark) for mark in self.marks if mark.cuts]
        before: dict[str, Any] | None = None
        for row in rows:
            row["join_x"] = row["join_y"] = None
            if row["y"] is not None and before is not None and row["x"] - before["x"] == 1:
                whole = not row["alone"] and not before["alone"]
                if whole and not any(before["x"] < cut < row["x"] for cut in cuts):
                    row["join_x"], row["join_y"] = before["x"], before["y"]
                row["dashed"] = row["dashed"] or before["dashed"]
            before = row if row["y"] is not None else None

    # ------------------------------------------------------------ picture

    def drawing(self) -> Drawing:
        look, size, px = self.look, self.size, self.size.px
        scale = across(self.domain, self.left, self.right)
        points = px(9) if self.bands else max(4, min(px(9), round(self.period_px * 0.7)))
        tips = tooltip_of(self.say)
        layers = grid_down(
            [(self._down(tick), text) for tick, text in zip(self.ticks, self.tick_words, strict=True)],
            of=look, size=size, left=self.left, right=self.right,
        )  # fmt: skip
        layers += self.usual.layers(lambda code: place_of(code, self.step), self._down, scale, look)
        layers += key_layers(self.key, look, size) + self._ticks(scale) + self._marks(scale)
        if self.other_rows:
            layers += [
                layer("rule", {"stroke": look.mark, "strokeWidth": max(1.5, size.line * 0.75), "strokeCap": "round"},
                      values=[r for r in self.other_rows if r["join_x"] is not None], x=number("join_x", scale),
                      x2={"field": "x"}, y=pixel("join_y"), y2={"field": "y"}),
                layer("point", {"size": px(4) ** 2, "fill": look.mark, "stroke": None, "opacity": 1},
                      values=self.other_rows, x=number("x", scale), y=pixel("y")),
            ]  # fmt: skip
        if self.bands:
            layers += [
                layer("bar", {"orient": "vertical", "width": px(12), "cornerRadius": px(6), "opacity": 0.3,
                              "fill": look.focus},
                      x=number("x", scale), y=pixel("y_low"), y2={"field": "y_high"}, where="isValid(datum.low)"),
                layer("rule", {"stroke": look.focus, "strokeWidth": size.line}, x=number("x", scale),
                      y=pixel("y_low"), y2={"field": "y_high"}, where="isValid(datum.low)"),
            ]  # fmt: skip
        thin, color = self.bands or self.usual, look.ink_3 if self.usual else look.focus
        line = {"stroke": color, "strokeCap": "round", "strokeWidth": 1.25 * size.unit if thin else size.line}
        for dashed, dash in (("false", []), ("true", [px(4), px(4)])):
            layers.append(
                layer("rule", {**line, **({"strokeDash": dash, "strokeCap": "butt"} if dash else {})},
                      x=number("join_x", scale), x2={"field": "x"}, y=pixel("join_y"), y2={"field": "y"},
                      where=f"isValid(datum.join_x)&&datum.dashed==={dashed}")
            )  # fmt: skip
        layers.append(
            layer("point", {"size": points**2, "strokeWidth": min(size.line, points / 3), "opacity": 1, "aria": True},
                  x=number("x", scale), y=pixel("y"), shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill"),
                  tooltip=tips, description=words_of("tip"), where="isValid(datum.y)&&!datum.signal")
        )  # fmt: skip
        # A point that stands out is never smaller than its shape needs, also among sixty on a phone.
        layers.append(
            layer("point", {"size": max(points, px(9)) ** 2, "strokeWidth": 1, "opacity": 1, "aria": True},
                  x=number("x", scale), y=pixel("y"), shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill"),
                  tooltip=tips, description=words_of("tip"), where="isValid(datum.y)&&datum.signal")
        )  # fmt: skip
        layers += self._without(scale, points) + self._values(scale) + self._end_labels(scale)
        return picture(pd.DataFrame(self.rows), layers, of=look, size=size, height=self.height)

    def _ticks(self, scale: Spec) -> list[Spec]:
        px = self.size.px
        spots = ticks(
            self.first, self.last, self.step, self.language, self.size, left=self.left, start=self.domain[0],
            period_px=self.period_px,
        )  # fmt: skip
        return [
            layer("rule", {"stroke": self.look.mark, "strokeWidth": 1}, values=spots, x=number("x", scale),
                  y={"value": self.base}, y2={"value": self.base + px(5)}),
            layer("text", {"fill": self.look.ink_3, "align": {"expr": "datum.align"}}, values=spots,
                  x=number("x", scale), y={"value": self.base + px(16)}, text=words_of("text")),
        ]  # fmt: skip

    def _marks(self, scale: Spec) -> list[Spec]:
        px, made, y = self.size.px, [], float(self.key_px + self.size.px(10))
        for mark, text, left in self.mark_lines:
            spot = [{"x": self._cut(mark), "text": text}]
            made += [
                layer("rule", {"stroke": self.look.ink if mark.cuts else self.look.ink_3, "strokeWidth": 1.25,
                               "strokeDash": [px(5), px(4)] if mark.cuts else [px(2), px(3)]},
                      values=spot, x=number("x", scale), y={"value": round(y - px(8))}, y2={"value": self.base}),
                *label({"align": "right" if left else "left", "dx": -px(7) if left else px(7), "lineBreak": "\n",
                        "lineHeight": px(18), "fill": self.look.ink_2}, of=self.look, values=spot,
                       x=number("x", scale), y={"value": round(y)}, text=words_of("text")),
            ]  # fmt: skip
            y += px(18) * lines_in(text) + px(2)
        return made

    def _without(self, scale: Spec, points: int) -> list[Spec]:
        """Periods without a value: a box at the base line, and the word above it where it does not touch another."""
        px = self.size.px
        wide = max(6, min(px(16), round(self.period_px * 0.9)))
        box = {"size": wide**2, "strokeWidth": 1, "opacity": 1, "stroke": self.look.hatch_line}
        y = {"value": self.base - px(7)}
        said: list[Spec] = []
        free_from: dict[int, float] = {0: -1e9, 1: -1e9}
        empty = [row for row in self.rows if row["y"] is None]
        for run in runs(empty):
            text = status_short(run[0]["status"], self.say)
            middle = (run[0]["x"] + run[-1]["x"]) / 2
            half = text_width(text, self.size.text) / 2 + px(3)
            place = self.left + (middle - self.domain[0]) * self.period_px
            align, start = "center", place - half
            if place + half > self.size.least:
                align, start = "right", place - 2 * half
            elif start < self.left:
                align, start = "left", place
            line = next((i for i in (0, 1) if free_from[i] <= start), None)
            if line is not None:
                free_from[line] = start + 2 * half
                said.append({"x": middle, "text": text, "align": align, "y": self.base - px(22) - line * px(17)})
        return [
            layer("point", {**box, "shape": HATCH, "fill": self.look.hatch_fill, "aria": True}, x=number("x", scale),
                  y=y, description=words_of("tip"), tooltip=tooltip_of(self.say, "full_name", "status_text"),
                  where="!isValid(datum.y)&&datum.status!=='not_reported'"),
            layer("point", {**box, "shape": BOX, "fill": "transparent", "strokeDash": [2, 2], "aria": True},
                  x=number("x", scale), y=y, description=words_of("tip"),
                  tooltip=tooltip_of(self.say, "full_name", "status_text"),
                  where="!isValid(datum.y)&&datum.status==='not_reported'"),
            *(label({"fill": self.look.ink_3, "align": {"expr": "datum.align"}}, of=self.look, values=said,
                    x=number("x", scale), y=pixel("y"), text=words_of("text")) if said else []),
        ]  # fmt: skip

    def _values(self, scale: Spec) -> list[Spec]:
        """Values in words above the points of years: all where they fit, else the first and the last."""
        if not self.values_above:
            return []
        px = self.size.px
        shown = [row for row in self.rows if row["y"] is not None]
        widest = max((text_width(r["value_text"], self.size.text, bold=True) for r in shown), default=0.0)
        if widest + px(6) > self.period_px:
            whole = [row for row in shown if not row["alone"]] or shown
            shown = list({row["x"]: row for row in (whole[:1] + whole[-1:])}.values())
        spots = [
            {"x": r["x"], "y": (r["y_high"] if r["y_high"] is not None else r["y"]) - px(14), "text": r["value_text"]}
            for r in shown
        ]
        return label({"fontWeight": 600}, of=self.look, values=spots, x=number("x", scale), y=pixel("y"),
                     text=words_of("text"))  # fmt: skip

    def _end_labels(self, scale: Spec) -> list[Spec]:
        """Names of the lines at their ends, moved apart where they would touch."""
        if not self.other_rows or not self.end_names:
            return []
        if self.size.is_phone:
            return self._key()
        px = self.size.px
        shown = [row for row in self.rows if row["y"] is not None]
        ends: list[dict[str, Any]] = []
        names = list(self.end_names)
        if self.name and shown:
            ends.append({"y": shown[-1]["y"], "text": names[0], "color": self.look.focus, "weight": 700})
        if self.other_name:
            ends.append({"y": self.other_rows[-1]["y"], "text": names[-1], "color": self.look.ink_3, "weight": 400})
        if len(ends) == 2:
            need = px(9) * (lines_in(ends[0]["text"]) + lines_in(ends[1]["text"])) + px(2)
            apart = abs(ends[0]["y"] - ends[1]["y"])
            if apart < need:
                upper, lower = sorted(ends, key=lambda end: end["y"])
                upper["y"] -= (need - apart) / 2
                lower["y"] += (need - apart) / 2
        for end in ends:
            end["y"] -= px(8.75) * (lines_in(end["text"]) - 1)
        return [
            layer("text", {"align": "left", "lineBreak": "\n", "lineHeight": px(17.5), "fontWeight": end["weight"],
                           "fill": end["color"]},
                  values=[end], x={"value": {"expr": f"width-{round(self.right - px(6))}"}}, y=pixel("y"),
                  text=words_of("text"))
            for end in ends
        ]  # fmt: skip

    def _key(self) -> list[Spec]:
        """On a phone, where the ends have no room: names above the plot, each with a piece of its line."""
        spots, x = [], 0.0
        for name, color, ink, weight in (
            (self.name, self.look.focus, self.look.focus, 700), (self.other_name, self.look.mark, self.look.ink_3, 400)
        ):  # fmt: skip
            if name:
                spots.append({"x": x, "to": x + 18, "text_x": x + 24, "text": name, "color": color, "ink": ink,
                              "weight": weight})  # fmt: skip
                x += 24 + text_width(name, self.size.text, bold=True) + 16
        return [
            made
            for spot in spots
            for made in (
                layer("rule", {"stroke": spot["color"], "strokeWidth": 3}, values=[spot], x={"value": spot["x"]},
                      x2={"value": spot["to"]}, y={"value": 10}),
                layer("text", {"align": "left", "fill": spot["ink"], "fontWeight": spot["weight"]}, values=[spot],
                      x={"value": spot["text_x"]}, y={"value": 10}, text=words_of("text")),
            )
        ]  # fmt: skip


def _is_incomplete(row: Mapping[str, Any]) -> bool:
    """True where the source covers only part of the period: such a figure is joined to no other."""
    return row.get("reason") == "incomplete_period"
