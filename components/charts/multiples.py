"""Two to four places over the years: a panel each with the same axes, the others thin and gray behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from components.charts.calendar import place_of
from components.charts.drawing import (
    BOX,
    HATCH,
    Drawing,
    Spec,
    Width,
    as_is,
    label,
    layer,
    number,
    picture,
    pixel,
    sizes,
    text_width,
    ticks_up_to,
    words_of,
    wrapped_to,
)
from components.charts.texts import has_range, has_value, reading, tick_text, tooltip_of
from components.charts.timeline import break_marks
from components.tokens import Look
from components.words import words
from data.figures import Status

MOST = 4


def multiples(
    figures: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    places: Sequence[str],
    names: Mapping[str, str],
    breaks: pd.DataFrame | None = None,
) -> Drawing:
    """Years of two to four places as small pictures with the same axes.

    figures: rows of `queries.figure_table` of one measure, of years of one kind. places: ids in the order chosen, which
    decides the color of each. names: id to name. breaks: rows of `queries.breaks`; no line is drawn across one.
    Raises ValueError for no row, and for fewer than two or more than four places.
    """
    if figures.empty or not 2 <= len(places) <= MOST:
        raise ValueError(f"panels need rows and two to {MOST} places, not {len(figures)} rows of {len(places)} places")
    return _Multiples(figures, look, language, width, places, names, breaks).drawing()


class _Multiples:
    """The rows and places of the panels. Across, everything is a part (0 to 1) of the width, so that panels keep their
    places at any width.
    """

    def __init__(
        self,
        figures: pd.DataFrame,
        look: Look,
        language: str,
        width: Width,
        places: Sequence[str],
        names: Mapping[str, str],
        breaks: pd.DataFrame | None,
    ) -> None:
        self.look, self.language, self.say = look, language, words(language)
        self.size, self.unit = sizes(width, look), str(figures.unit.iloc[0])
        px, least = self.size.px, self.size.least
        records: list[dict[str, Any]] = figures[figures.neighborhood.isin(list(places))].to_dict("records")  # type: ignore[assignment]
        at = {str(row["period"]): place_of(str(row["period"]), "year") for row in records}
        self.first, self.last = min(at.values()), max(at.values())
        self.cuts = [mark.on.year - (0.5 if mark.on.timetuple().tm_yday == 1 else 0.0) for mark in
                     break_marks(breaks, language) if self.first < mark.on.year <= self.last]  # fmt: skip
        tops = [float(row["high"] if has_range(row) else row["value"]) for row in records if has_value(row)]
        self.ticks = ticks_up_to(max(tops, default=1.0), whole=self.unit == "events", at_most=4)
        self.tick_words = [tick_text(tick, self.unit, language) for tick in self.ticks]
        gutter = max(text_width(word, self.size.text) for word in self.tick_words) + px(12)
        columns = 1 if self.size.is_phone else 2
        self.titles = [wrapped_to(names.get(place, place), least / columns - px(40), self.size.text, bold=True)
                       for place in places]  # fmt: skip
        lines = max(title.count("\n") + 1 for title in self.titles)
        self.plot = px(120 if self.size.is_phone else 130)
        self.head, foot, between = px(18) * lines + px(10), px(30), px(36)
        self.panels: list[dict[str, Any]] = []
        for turn, place in enumerate(places):
            column, row = turn % columns, turn // columns
            wide = (least - between * (columns - 1)) / columns
            left = column * (wide + between)
            self.panels.append(
                {"place": place, "title": self.titles[turn], "color": look.categorical[turn],
                 "edge": left / least, "left": (left + gutter) / least,
                 "right": (left + wide - px(18)) / least,
                 "top": row * (self.head + self.plot + foot) + self.head}
            )  # fmt: skip
        self.height = (len(places) + columns - 1) // columns * (self.head + self.plot + foot)
        self.rows = [made for panel in self.panels for made in self._rows_of(panel, records, at)]

    def _across(self, panel: Mapping[str, Any], place: float) -> float:
        span = self.last - self.first
        part = 0.5 if span == 0 else 0.04 + 0.92 * (place - self.first) / span
        return float(panel["left"] + part * (panel["right"] - panel["left"]))

    def _down(self, panel: Mapping[str, Any], value: float) -> float:
        return round(float(panel["top"]) + self.plot * (1 - value / self.ticks[-1]), 2)

    def _rows_of(self, panel: Mapping[str, Any], records: list[dict[str, Any]], at: Mapping[str, int]) -> list[Spec]:
        """The rows of a panel: its own place, and the other places behind it."""
        made: list[dict[str, Any]] = []
        for place in dict.fromkeys(str(row["neighborhood"]) for row in records):
            mine = place == panel["place"]
            before: dict[str, Any] | None = None
            for row in sorted((r for r in records if r["neighborhood"] == place), key=lambda r: at[str(r["period"])]):
                one = self._row(panel, row, at[str(row["period"])], mine=mine)
                is_next = before is not None and before["y"] is not None and one["at"] - before["at"] == 1
                if before and is_next and one["y"] is not None and not any(
                    before["at"] < cut <= one["at"] for cut in self.cuts
                ):  # fmt: skip
                    one["join_x"], one["join_y"] = before["x"], before["y"]
                before = one
                if mine or one["y"] is not None:
                    made.append(one)
        return made

    def _row(self, panel: Mapping[str, Any], row: Mapping[str, Any], place: int, *, mine: bool) -> dict[str, Any]:
        shown, ranged = has_value(row), has_range(row)
        status = str(row["status"])
        hollow = status in (Status.PROVISIONAL, Status.UNSTABLE)
        name = f"{panel['title']}, {place}".replace("\n", " ")
        said = reading({**row, "name": name}, self.unit, self.language)
        color = panel["color"] if mine else self.look.mark
        return {
            "at": place, "x": self._across(panel, place), "mine": mine, "panel": panel["place"], "full_name": name,
            "value": float(row["value"]) if shown else None,
            "y": self._down(panel, float(row["value"])) if shown else None,
            "y_low": self._down(panel, float(row["low"])) if ranged else None,
            "y_high": self._down(panel, float(row["high"])) if ranged else None,
            "base": float(panel["top"]) + self.plot - self.size.px(7), "status": status, "color": color,
            "fill": self.look.card if hollow else color, "join_x": None, "join_y": None, **said,
        }  # fmt: skip

    def drawing(self) -> Drawing:
        """The picture."""
        look, size, px = self.look, self.size, self.size.px
        scale: Spec = {"domain": [0, 1], "range": [0, {"expr": "width"}], "nice": False, "zero": False}
        tips = tooltip_of(self.say)
        layers = self._axes(scale)
        behind = [row for row in self.rows if not row["mine"] and row["join_x"] is not None]
        layers.append(
            layer("rule", {"stroke": look.mark, "strokeWidth": 1, "opacity": 0.55}, values=[
                {name: row[name] for name in ("x", "y", "join_x", "join_y")} for row in behind],
                x=number("join_x", scale), x2={"field": "x"}, y=pixel("join_y"), y2={"field": "y"})
        )  # fmt: skip
        mine = "datum.mine"
        layers += [
            layer("bar", {"orient": "vertical", "width": px(10), "cornerRadius": px(5), "opacity": 0.3},
                  x=number("x", scale), y=pixel("y_low"), y2={"field": "y_high"}, fill=as_is("color"),
                  where=f"{mine}&&isValid(datum.y_low)"),
            layer("rule", {"strokeWidth": size.line}, x=number("x", scale), y=pixel("y_low"), y2={"field": "y_high"},
                  stroke=as_is("color"), where=f"{mine}&&isValid(datum.y_low)"),
            layer("rule", {"strokeWidth": 1.25 * size.unit}, x=number("join_x", scale), x2={"field": "x"},
                  y=pixel("join_y"), y2={"field": "y"}, stroke=as_is("color"),
                  where=f"{mine}&&isValid(datum.join_x)"),
            layer("point", {"shape": "circle", "size": px(8) ** 2, "strokeWidth": size.line, "opacity": 1,
                            "aria": True},
                  x=number("x", scale), y=pixel("y"), stroke=as_is("color"), fill=as_is("fill"), tooltip=tips,
                  description=words_of("tip"), where=f"{mine}&&isValid(datum.y)"),
            *label({"align": "center", "dy": -px(10)}, of=look, values=self._last_words(), x=number("x", scale),
                   y=pixel("y"), text=words_of("text")),
            *(
                layer("point", {"shape": shape, "size": px(9) ** 2, "strokeWidth": 1, "opacity": 1, "aria": True,
                                "stroke": look.muted, "fill": None, **dash},
                      x=number("x", scale), y=pixel("base"), tooltip=tips, description=words_of("tip"),
                      where=f"{mine}&&!isValid(datum.y)&&datum.status{sign}'{Status.NOT_REPORTED}'")
                for shape, sign, dash in ((HATCH, "!==", {}), (BOX, "===", {"strokeDash": [2, 2]}))
            ),
        ]  # fmt: skip
        return picture(pd.DataFrame(self.rows), layers, of=look, size=size, height=self.height)

    def _last_words(self) -> list[Spec]:
        """The value of the newest year of each place, above its mark."""
        last = {row["panel"]: row for row in self.rows if row["mine"] and row["y"] is not None}
        return [
            {"x": row["x"], "y": row["y_high"] if row["y_high"] is not None else row["y"], "text": row["value_text"]}
            for row in last.values()
        ]

    def _axes(self, scale: Spec) -> list[Spec]:
        """Titles, grid lines with their labels, and the first and last year under each panel."""
        px, look = self.size.px, self.look
        lines = [
            {"left": p["left"], "right": p["right"], "y": self._down(p, tick), "text": word, "zero": tick == 0}
            for p in self.panels
            for tick, word in zip(self.ticks, self.tick_words, strict=True)
        ]
        titles = [{"x": p["edge"], "y": p["top"] - self.head + px(9), "text": p["title"], "color": p["color"],
                   "mark_y": p["top"] - self.head + px(9)} for p in self.panels]  # fmt: skip
        ends = [self.first] if self.first == self.last else [self.first, self.last]
        years = [{"x": self._across(p, year), "y": p["top"] + self.plot + px(14), "text": str(year)}
                 for p in self.panels for year in ends]  # fmt: skip
        rules = [
            layer("rule", {"stroke": color, "strokeWidth": 1}, values=[one for one in lines if one["zero"] is zero],
                  x=number("left", scale), x2={"field": "right"}, y=pixel("y"))
            for zero, color in ((False, look.grid), (True, look.mark))
        ]  # fmt: skip
        return [
            *rules,
            layer("text", {"align": "right", "dx": -px(8), "fill": look.ink_3}, values=lines, x=number("left", scale),
                  y=pixel("y"), text=words_of("text")),
            layer("point", {"shape": "square", "size": px(10) ** 2, "opacity": 1, "dx": px(6), "stroke": None,
                            "xOffset": px(6)},
                  values=titles, x=number("x", scale), y=pixel("mark_y"), fill=as_is("color")),
            *label({"align": "left", "dx": px(18), "fontWeight": 700, "lineBreak": "\n", "lineHeight": px(18)},
                   of=look, values=titles, x=number("x", scale), y=pixel("y"), text=words_of("text")),
            layer("text", {"align": "center", "fill": look.ink_3}, values=years, x=number("x", scale), y=pixel("y"),
                  text=words_of("text")),
        ]  # fmt: skip
