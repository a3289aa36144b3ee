"""Did it work? The change found with its range, and the counts it rests on: where the program ran, and elsewhere.

Fewer and more are drawn alike: the line of no change stands in the middle, and no color says which of them is good.
Each part of the study has its own panel from zero; all are scaled so that their averages before stand equally high, for
large and small places to be set beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import formats
from components.charts.calendar import Step, index_of, place_of, runs, step_of, ticks
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
from components.charts.texts import has_value, status_short, tick_text, tooltip_of
from components.tokens import Look
from components.words import words
from data.models import AREA_ROLES
from data.periods import Period

SHAPES = dict(zip(AREA_ROLES, ("circle", "square", "diamond", "triangle-up"), strict=True))


@dataclass(frozen=True)
class Found:
    """The change found and its 95% range, in events, below 0 for fewer; and both in words."""

    estimate: float
    low: float
    high: float
    text: str
    range_text: str


def evaluation(
    found: Found | None,
    series: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    names: Mapping[str, str],
    before: Period | None = None,
    after: Period | None = None,
) -> Drawing:
    """The change found as a line around "no change", and under it the series of each role.

    series: rows of `queries.evaluation_series`, or none. names: role to the name of its panel. before, after: the times
    compared, shaded. Raises ValueError where there is nothing to draw.
    """
    return _Picture(found, series, look, language, width, names, before, after).drawing()


class _Picture:
    def __init__(
        self,
        found: Found | None,
        series: pd.DataFrame,
        look: Look,
        language: str,
        width: Width,
        names: Mapping[str, str],
        before: Period | None,
        after: Period | None,
    ) -> None:
        records: list[dict[str, Any]] = series.rename(columns={"count": "value"}).to_dict("records")  # type: ignore[assignment]
        if found is None and not records:
            raise ValueError("an evaluation needs a change found or a series to be drawn")
        self.found, self.look, self.language, self.size = found, look, language, sizes(width, look)
        self.say, self.before, self.after = words(language), before, after
        self.roles = [role for role in AREA_ROLES if any(row["role"] == role for row in records)]
        self.colors = dict(
            zip(AREA_ROLES, (look.focus, look.ink_3, look.categorical[2], look.categorical[5]), strict=True)
        )
        self.names = {role: wrapped_to(names.get(role, role), self.size.least - self.size.px(24), self.size.text)
                      for role in self.roles}  # fmt: skip
        self.rows: list[dict[str, Any]] = []
        self.layers: list[Spec] = []
        self.height = 0.0
        # All that follows has one scale across, from 0 to 1: the parts of a picture cannot have two.
        self.left, self.right = self.size.px(8), self.size.px(8)
        if records:
            self._measure(records)
        self.scale = across((0, 1), self.left, self.right)
        if found is not None:
            self._estimate(found)
        if records:
            self._panels(records)

    def drawing(self) -> Drawing:
        return picture(pd.DataFrame(self.rows), self.layers, of=self.look, size=self.size, height=self.height)

    # ------------------------------------------------------------ the change found

    def _estimate(self, found: Found) -> None:
        """Fewer at the left, more at the right, no change in the middle; the range as a band, the estimate on it."""
        px, look, size = self.size.px, self.look, self.size
        reach = max(abs(found.low), abs(found.high), abs(found.estimate), 1e-9) * 1.08

        def share(value: float) -> float:
            return 0.5 + value / (2 * reach)

        def placed(text: str, at: float, bold: bool) -> dict[str, Any]:
            half = text_width(text, size.text, bold=bold) / 2
            x = self.left + at * self._plot_px
            align = "left" if x - self.left < half else "right" if size.least - self.right - x < half else "center"
            return {"x": {"left": 0.0, "right": 1.0}.get(align, at), "text": text, "align": align}

        top, y = px(18), px(70)
        low, middle, high = share(found.low), share(found.estimate), share(found.high)
        self.rows.append(
            {"kind": "estimate", "role": "treated", "full_name": found.text, "value": found.estimate, "low": found.low,
             "high": found.high, "x": middle, "x_low": low, "x_high": high, "y": y, "status": "shown",
             "value_text": found.text, "range_text": found.range_text, "base_text": "", "status_text": "",
             "tip": f"{found.text}, {found.range_text}"}
        )  # fmt: skip
        scale = self.scale
        x, only = number("x", scale), "datum.kind==='estimate'"
        ends = [
            {"x": 0.0, "text": self.say.say("evidence.way_fewer"), "align": "left"},
            {"x": 0.5, "text": self.say.say("evidence.no_change"), "align": "center"},
            {"x": 1.0, "text": self.say.say("evidence.way_more"), "align": "right"},
        ]
        texts = [placed(found.text, middle, True) | {"y": y - px(24)},
                 placed(found.range_text, (low + high) / 2, False) | {"y": y + px(24)}]  # fmt: skip
        align = {"align": {"expr": "datum.align"}}
        self.layers += [
            layer("rule", {"stroke": look.mark, "strokeWidth": 1}, values=[{"x": 0, "to": 1}], x=x, x2={"field": "to"},
                  y={"value": y}),
            layer("rule", {"stroke": look.ink, "strokeWidth": 1.5 * size.unit}, values=[{"x": 0.5}], x=x,
                  y={"value": top + px(10)}, y2={"value": y + px(36)}),
            *label({**align, "fill": look.ink_3}, of=look, values=ends, x=x, y={"value": top - px(6)},
                   text=words_of("text")),
            layer("bar", {"orient": "horizontal", "height": px(14), "cornerRadius": px(7), "opacity": 0.3,
                          "fill": look.focus}, x=number("x_low", scale), x2={"field": "x_high"}, y=pixel("y"),
                  where=only),
            layer("rule", {"stroke": look.focus, "strokeWidth": size.line * 1.5}, x=number("x_low", scale),
                  x2={"field": "x_high"}, y=pixel("y"), where=only),
            layer("point", {"size": px(12) ** 2, "shape": "circle", "fill": look.focus, "stroke": look.card,
                            "strokeWidth": 1.5, "opacity": 1, "aria": True}, x=x, y=pixel("y"),
                  description=words_of("tip"), tooltip=tooltip_of(self.say, "value_text", "range_text"), where=only),
            *label({**align, "fontWeight": 600}, of=look, values=texts[:1], x=x, y=pixel("y"), text=words_of("text")),
            *label({**align, "fill": look.ink_2}, of=look, values=texts[1:], x=x, y=pixel("y"), text=words_of("text")),
        ]  # fmt: skip
        self.height = y + px(44)

    # ------------------------------------------------------------ the series

    def _measure(self, records: list[dict[str, Any]]) -> None:
        """How long the series are, how high each panel reaches, and how wide the words left of them are."""
        self.step: Step = step_of([str(row["period"]) for row in records])
        places = [place_of(str(row["period"]), self.step) for row in records]
        self.first, self.last = min(places), max(places)
        self.start, self.wide = self.first - 0.8, self.last - self.first + 1.6
        self.tops = self._tops(records)
        texts = [tick_text(tick, "events", self.language) for top in self.tops.values() for tick in
                 self._tick_values(top)]  # fmt: skip
        self.left = round(self.size.px(12) + max(text_width(text, self.size.text) for text in texts))
        self.period_px = self._plot_px / self.wide

    def _panels(self, records: list[dict[str, Any]]) -> None:
        px, size = self.size.px, self.size
        plot = px(84) if size.is_phone else px(100)
        y = self.height + (px(14) if self.height else 0)
        windows_y = y + px(10)
        y += px(24) if self.before and self.after else 0
        top_of_all, drawn = y, []
        for role in self.roles:
            name_y = y + px(10)
            top = y + px(18) * lines_in(self.names[role]) + px(8)
            drawn.append((role, name_y, top, top + plot))
            y = top + plot + px(12)
        bottom = drawn[-1][3]
        # Behind everything: the two times, and the day on which the second begins.
        self._windows(windows_y, top_of_all, bottom)
        for role, name_y, top, base in drawn:
            self._panel([row for row in records if row["role"] == role], role, self.tops[role], name_y, top, base)
        self._ticks(bottom)
        self.height = bottom + px(30)

    def _tops(self, records: list[dict[str, Any]]) -> dict[str, float]:
        """The count at the top of each panel: as many times the average before in each of them."""
        highest = {
            role: max((float(r["value"]) for r in records if r["role"] == role and has_value(r)), default=1.0) or 1.0
            for role in self.roles
        }
        self.means = {role: self._mean_before([r for r in records if r["role"] == role]) for role in self.roles}
        known = {role: mean for role, mean in self.means.items() if mean}
        times = max((highest[role] / mean for role, mean in known.items()), default=1.0)
        return {role: times * known[role] if role in known else highest[role] for role in self.roles}

    def _mean_before(self, rows: list[dict[str, Any]]) -> float | None:
        if self.before is None:
            return None
        inside = [r for r in rows if self.before.start <= r["period_start"] and r["period_end"] <= self.before.end]
        if not inside or not all(has_value(row) for row in inside):
            return None
        return sum(float(row["value"]) for row in inside) / len(inside)

    def _tick_values(self, top: float) -> list[float]:
        found = [tick for tick in ticks_up_to(top, at_most=3, whole=True) if tick <= top]
        return found if len(found) > 1 else [0.0, *([float(int(top))] if int(top) else [])]

    def _x(self, place: float) -> float:
        return (place - self.start) / self.wide

    def _windows(self, text_y: float, top: float, bottom: float) -> None:
        if self.before is None or self.after is None:
            return
        look, px = self.look, self.size.px
        spots: list[dict[str, Any]] = []
        for window, key, fill in ((self.before, "before", look.same.tint), (self.after, "after", look.focus_tint)):
            first = max(self._x(index_of(window.start, self.step) - 0.5), 0.0)
            last = min(self._x(index_of(window.end, self.step) + 0.5), 1.0)
            if first < last:
                spots.append({"x": first, "to": last, "middle": (first + last) / 2, "fill": fill,
                              "text": self.say.say(f"evidence.{key}")})  # fmt: skip
        begins = [{"x": self._x(index_of(self.after.start, self.step) - 0.5)}]
        x = number("x", self.scale)
        self.layers += [
            layer("rect", {}, values=spots, x=x, x2={"field": "to"}, y={"value": round(top)},
                  y2={"value": round(bottom)}, fill=as_is("fill")),
            layer("rule", {"stroke": look.ink, "strokeWidth": 1.25, "strokeDash": [px(5), px(4)]}, values=begins, x=x,
                  y={"value": round(text_y - px(8))}, y2={"value": round(bottom)}),
        ]  # fmt: skip
        for i, spot in enumerate(spots):
            # A time too short for its name has it beside it: before at its left, after at its right.
            if text_width(spot["text"], self.size.text) > (spot["to"] - spot["x"]) * self._plot_px:
                spot |= {"middle": spot["to"], "align": "right"} if i == 0 else {"middle": spot["x"], "align": "left"}
        text_y = round(text_y)
        self.layers += label(
            {"fill": look.ink_2, "align": {"expr": "datum.align||'center'"}}, of=look, values=spots,
            x=number("middle", self.scale), y={"value": text_y}, text=words_of("text"),
        )  # fmt: skip

    @property
    def _plot_px(self) -> float:
        return float(self.size.least - self.left - self.right)

    def _panel(
        self, records: list[dict[str, Any]], role: str, highest: float, name_y: float, top: float, base: float
    ) -> None:
        look, size, px, color = self.look, self.size, self.size.px, self.colors[role]

        def down(value: float) -> float:
            return round(base - (base - top) * value / highest, 2)

        mine: list[dict[str, Any]] = []
        for row in sorted(records, key=lambda one: place_of(str(one["period"]), self.step)):
            shown = has_value(row)
            value = float(row["value"]) if shown else None
            at = place_of(str(row["period"]), self.step)
            when = formats.period_label(str(row["period"]), self.language)
            told = formats.count(value, self.language) if value is not None else status_short(row["status"], self.say)
            before = mine[-1] if mine else None
            joined = value is not None and before is not None and before["value"] is not None and at - before["at"] == 1
            mine.append(
                {"kind": "count", "role": role, "full_name": when, "period": str(row["period"]), "value": value,
                 "at": at, "x": self._x(at), "y": None if value is None else down(value), "status": str(row["status"]),
                 "join_x": before["x"] if joined and before else None,
                 "join_y": before["y"] if joined and before else None,
                 "value_text": told if value is not None else "", "range_text": "", "base_text": "",
                 "status_text": "" if value is not None else told, "tip": f"{self.names[role]}, {when}: {told}"}
            )  # fmt: skip
        self.rows += mine
        values = self._tick_values(highest)
        self.layers += grid_down(
            [(down(tick), tick_text(tick, "events", self.language)) for tick in values], of=look, size=size,
            left=self.left, right=self.right,
        )  # fmt: skip
        x, of_role = number("x", self.scale), f"datum.kind==='count'&&datum.role==='{role}'"
        name = [{"x": 0, "text": self.names[role]}]
        self.layers += [
            layer("point", {"shape": SHAPES[role], "size": px(10) ** 2, "fill": color, "stroke": None, "opacity": 1},
                  values=name, x={"value": px(8)}, y={"value": round(name_y)}),
            *label({"align": "left", "fontWeight": 600, "lineBreak": "\n", "lineHeight": px(18)}, of=look, values=name,
                   x={"value": px(20)}, y={"value": round(name_y)}, text=words_of("text")),
        ]  # fmt: skip
        if self.means[role]:
            self.layers.append(
                layer("rule", {"stroke": look.ink_3, "strokeWidth": 1, "strokeDash": [px(3), px(3)]},
                      values=[{"x": 0, "to": 1}], x=x, x2={"field": "to"}, y={"value": down(self.means[role] or 0)})
            )  # fmt: skip
        points = max(4, min(px(9), round(self.period_px * 0.7)))
        self.layers += [
            layer("rule", {"stroke": color, "strokeWidth": size.line, "strokeCap": "round"},
                  x=number("join_x", self.scale), x2={"field": "x"}, y=pixel("join_y"), y2={"field": "y"},
                  where=f"{of_role}&&isValid(datum.join_x)"),
            layer("point", {"size": points**2, "shape": SHAPES[role], "fill": color, "stroke": None, "opacity": 1,
                            "aria": True}, x=x, y=pixel("y"), description=words_of("tip"),
                  tooltip=tooltip_of(self.say, "full_name", "value_text"), where=f"{of_role}&&isValid(datum.y)"),
        ]  # fmt: skip
        self._without(mine, of_role, base)

    def _without(self, rows: list[dict[str, Any]], of_role: str, base: float) -> None:
        """Periods without a count: a box at the base line, and the word above where it fits. Never zero."""
        px, look = self.size.px, self.look
        wide = max(6, min(px(14), round(self.period_px * 0.9)))
        box = {"size": wide**2, "strokeWidth": 1, "opacity": 1, "stroke": look.hatch_line, "aria": True}
        x, y = number("x", self.scale), {"value": round(base - px(7))}
        bare = f"{of_role}&&!isValid(datum.y)&&datum.status"
        said, free_from = [], 0.0
        for run in runs([{**row, "x": row["at"], "share": row["x"]} for row in rows if row["value"] is None]):
            text = status_short(str(run[0]["status"]), self.say)
            middle = (run[0]["share"] + run[-1]["share"]) / 2
            half, at = text_width(text, self.size.text) / 2 + px(3), self.left + middle * self._plot_px
            at = min(max(at, self.left + half), self.size.least - half)
            if at - half >= free_from:
                free_from = at + half
                said.append({"x": (at - self.left) / self._plot_px, "text": text})
        tips = tooltip_of(self.say, "full_name", "status_text")
        self.layers += [
            layer("point", {**box, "shape": HATCH, "fill": look.hatch_fill}, x=x, y=y, description=words_of("tip"),
                  tooltip=tips, where=f"{bare}!=='not_reported'"),
            layer("point", {**box, "shape": BOX, "fill": "transparent", "strokeDash": [2, 2]}, x=x, y=y,
                  description=words_of("tip"), tooltip=tips, where=f"{bare}==='not_reported'"),
            *(label({"fill": look.ink_3}, of=look, values=said, x=x, y={"value": round(base - px(22))},
                    text=words_of("text")) if said else []),
        ]  # fmt: skip

    def _ticks(self, bottom: float) -> None:
        spots = ticks(self.first, self.last, self.step, self.language, self.size, left=self.left, start=self.start,
                      period_px=self.period_px)  # fmt: skip
        spots = [{**spot, "x": self._x(spot["x"])} for spot in spots]
        x, px = number("x", self.scale), self.size.px
        self.layers += [
            layer("rule", {"stroke": self.look.mark, "strokeWidth": 1}, values=spots, x=x, y={"value": round(bottom)},
                  y2={"value": round(bottom + px(5))}),
            layer("text", {"fill": self.look.ink_3, "align": {"expr": "datum.align"}}, values=spots, x=x,
                  y={"value": round(bottom + px(16))}, text=words_of("text")),
        ]  # fmt: skip
