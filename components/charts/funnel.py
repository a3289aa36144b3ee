"""Which places differ by more than chance? Rates against residents between the limits of a funnel. For the curious.

The limits come ready: nothing is worked out here but pixels. A place stands where its numbers put it, never in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from components import formats
from components.charts.drawing import (
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
from components.charts.strip import SHAPES, group_color
from components.charts.texts import has_value, reading, tick_text, value_text, why_without
from components.charts.usual import key_layers, place_key
from components.tokens import Look
from components.words import words
from data.figures import Status

OUTER, INNER = ("low_998", "high_998"), ("low_95", "high_95")
OFF_THE_CHART = 1.5
"""A place of visitors this many times above every other is named below: its point would press all others flat."""
GROUPS = {1: "above", 0: "same", -1: "below"}


def funnel(
    places: pd.DataFrame,
    curve: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    unit: str,
    centre: float,
    direction: str = "none",
    chosen: str | None = None,
    base_name: str = "",
    centre_name: str = "",
) -> Drawing:
    """Places as points between limits that widen to the left, where fewer people are counted.

    places: a row a place: neighborhood, name, value (in `unit`), base (residents, or answers), status, reason, and
    position (1 beyond the upper outer limit, -1 below the lower one, 0 between; missing where it is not compared,
    as for a place of visitors). Rows without a value are named below. curve: base and low_95, high_95, low_998,
    high_998 over a grid of bases. centre: the level line. direction: fewer, more or none. base_name: what the level
    axis counts. centre_name: the words on the line.
    Raises ValueError when no place is compared.
    """
    return _Funnel(
        places, curve, look, language, width, unit=unit, centre=centre, direction=direction, chosen=chosen,
        base_name=base_name, centre_name=centre_name,
    ).drawing()  # fmt: skip


class _Funnel:
    def __init__(
        self,
        places: pd.DataFrame,
        curve: pd.DataFrame,
        look: Look,
        language: str,
        width: Width,
        *,
        unit: str,
        centre: float,
        direction: str,
        chosen: str | None,
        base_name: str,
        centre_name: str,
    ) -> None:
        self.say, self.language, self.look, self.size = words(language), language, look, sizes(width, look)
        self.unit, self.centre, self.direction, self.chosen = unit, centre, direction, chosen
        self.base_name, self.curve = base_name, curve
        records: list[dict[str, Any]] = places.to_dict("records")  # type: ignore[assignment]
        shown = [row for row in records if has_value(row) and not pd.isna(row["base"])]
        self.without = [row for row in records if row not in shown]
        compared = [row for row in shown if not pd.isna(row["position"])]
        if not compared:
            raise ValueError("a funnel needs at least one place to compare")
        highest = max(centre, *(float(row["value"]) for row in compared))
        drawn = [row for row in shown if row in compared or float(row["value"]) <= OFF_THE_CHART * highest]
        self.beyond = [row for row in shown if row not in drawn]
        self._scales([float(row["value"]) for row in drawn], [float(row["base"]) for row in drawn])
        self.centre_text = f"{centre_name}: {value_text(centre, unit, language)}"
        self.rows = [self._row(row) for row in drawn]
        self.key = self._key_items()
        self.key_px = round(place_key(self.key, self.size, 0))
        px = self.size.px
        self.top = self.key_px + px(34)
        self.base = self.top + self.size.plot + px(60)
        for row in self.rows:
            row["y"] = self._down(row["value"])
        self.below = self._below()

    # ------------------------------------------------------------ scales

    def _scales(self, values: Sequence[float], bases: Sequence[float]) -> None:
        px, text = self.size.px, self.size.text
        # The upper line of a middling place is inside too, so that a calm picture still looks like a funnel.
        middling = self.curve[self.curve.base <= sorted(bases)[len(bases) // 2]].high_998.tail(1)
        highest = max(*values, self.centre, *middling)
        if self.unit == "percent":
            self.ticks = [0.0, 25.0, 50.0, 75.0, 100.0] if highest > 50 else ticks_up_to(highest, whole=True)
        else:
            self.ticks = ticks_up_to(highest, whole=self.unit != "per_1000_residents")
        self.tick_words = [tick_text(tick, self.unit, self.language) for tick in self.ticks]
        self.left = px(12) + max(text_width(one, text) for one in self.tick_words)
        self.domain = (0.0, max(bases) * 1.08)
        found = ticks_up_to(max(bases), at_most=4 if self.size.is_phone else 5, whole=True)
        self.base_ticks = [tick for tick in found if tick <= self.domain[1]]
        self.base_words = [formats.count(tick, self.language) for tick in self.base_ticks]
        self.right = px(8) + text_width(self.base_words[-1], text) / 2
        self.plot_px = self.size.least - self.left - self.right

    def _down(self, value: float) -> float:
        return round(self.base - (self.base - self.top) * value / self.ticks[-1], 2)

    def _along(self, base: float) -> float:
        """Pixels from the left edge, where the picture is at its narrowest."""
        return self.left + self.plot_px * base / self.domain[1]

    # ------------------------------------------------------------ rows

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        look, name = self.look, str(row["name"])
        here, compared = str(row["neighborhood"]) == self.chosen, not pd.isna(row["position"])
        group = GROUPS[int(row["position"])] if compared else None
        hollow = not compared or row["status"] in (Status.PROVISIONAL, Status.UNSTABLE)
        color = look.focus if here else group_color(look, group, self.direction)
        said = reading({**row, "n": None, "denominator": row["base"]}, self.unit, self.language)
        stands = self.say.say(f"funnel.{group}" if compared else f"map.not_compared_{row['reason']}")
        return {
            "neighborhood": str(row["neighborhood"]),
            "name": name,
            "full_name": name,
            "value": float(row["value"]),
            "base": float(row["base"]),
            "status": str(row["status"]),
            "group": group,
            "chosen": here,
            "color": color,
            "fill": look.card if hollow else color,
            "shape": SHAPES[group or "same"],
            "size": self.size.px(13 if here or group in ("above", "below") else 8) ** 2,
            "stands": stands,
            **said,
            "tip": f"{said['tip']}; {self.base_name}: {said['base_text']}; {stands}",
        }

    def _key_items(self) -> list[dict[str, Any]]:
        look, say = self.look, self.say
        lines: tuple[tuple[str, list[int]], ...] = (("funnel.inner", [2, 3]), ("funnel.outer", []))
        items: list[dict[str, Any]] = [
            {"text": say.say(key), "kind": "line", "color": look.ink_3, "dash": dash} for key, dash in lines
        ]
        found = {row["group"] for row in self.rows}
        for group in ("above", "same", "below"):
            if group in found:
                color = group_color(look, group, self.direction)
                items.append({"text": say.say(f"funnel.{group}"), "kind": "point", "color": color, "fill": color,
                              "shape": SHAPES[group]})  # fmt: skip
        why = {row["stands"]: None for row in self.rows if row["group"] is None}
        why |= {row["status_text"]: None for row in self.rows if row["group"] and row["status_text"]}
        for text in why:
            items.append({"text": text, "kind": "point", "color": look.mark, "fill": look.card, "shape": "circle"})
        return items

    def _below(self) -> str:
        """Places without a point, by reason, and those far above the rest; each line wrapped."""
        lines: list[str] = []
        for row in self.beyond:
            value = formats.value_text(float(row["value"]), self.unit, self.language)
            why = self.say.say(f"map.not_compared_{row['reason']}")
            lines.append(self.say.say("funnel.off_the_chart", place=str(row["name"]), value=value, why=why))
        by_reason: dict[str, list[str]] = {}
        for row in self.without:
            by_reason.setdefault(why_without(row, self.say), []).append(str(row["name"]))
        lines += [f"{reason}: {', '.join(sorted(names))}" for reason, names in sorted(by_reason.items())]
        return "\n".join(wrapped_to(line, self.size.least, self.size.text) for line in lines)

    # ------------------------------------------------------------ picture

    def drawing(self) -> Drawing:
        look, size, px = self.look, self.size, self.size.px
        scale = across(self.domain, self.left, self.right)
        height = self.base + px(52)
        below_px = px(19) * lines_in(self.below) + px(14) if self.below else 0
        tips = [
            {"field": field, "type": "nominal", "title": title}
            for field, title in (
                ("full_name", self.say.say("table.name")), ("value_text", self.say.say("table.value")),
                ("range_text", self.say.say("table.range")), ("base_text", self.base_name),
                ("stands", self.say.say("funnel.column")),
            )
        ]  # fmt: skip
        point = {"strokeWidth": size.line, "opacity": 1, "aria": True}
        x = number("base", scale)
        layers: list[Spec] = [
            *grid_down([(self._down(tick), text) for tick, text in zip(self.ticks, self.tick_words, strict=True)],
                       of=look, size=size, left=self.left, right=self.right),
            *self._curves(scale),
            *self._axis(scale),
            *self._centre(scale),
            *self._names(scale),  # under the points: a name may not hide one
            layer("point", point, x=x, y=pixel("y"), shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill"),
                  size={"field": "size", "type": "quantitative", "scale": None, "legend": None}, tooltip=tips,
                  description=words_of("tip"), where="!datum.chosen"),
            layer("point", point, x=x, y=pixel("y"), shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill"),
                  size={"field": "size", "type": "quantitative", "scale": None, "legend": None}, tooltip=tips,
                  description=words_of("tip"), where="datum.chosen"),
            *key_layers(self.key, look, size),
        ]  # fmt: skip
        if self.below:
            layers.append(
                layer("text", {"align": "left", "baseline": "top", "lineBreak": "\n", "fill": look.ink_3,
                               "lineHeight": px(19)},
                      values=[{"text": self.below}], x={"value": 0}, y={"value": round(height) + px(6)},
                      text=words_of("text"))
            )  # fmt: skip
        return picture(pd.DataFrame(self.rows), layers, of=look, size=size, height=height + below_px)

    def _curves(self, scale: Spec) -> list[Spec]:
        """The limits, each as far as it lies inside the plot."""
        made = []
        curve = self.curve[self.curve.base <= self.domain[1]]
        for ends, dash in ((INNER, [2, 3]), (OUTER, [])):
            for end in ends:
                inside = curve[(curve[end] <= self.ticks[-1]) & (curve[end] > 0)]
                spots = [
                    {"base": float(base), "y": self._down(float(limit))}
                    for base, limit in zip(inside.base, inside[end], strict=True)
                ]
                line = {"stroke": self.look.ink_3, "strokeWidth": 1.25 * self.size.unit, "strokeDash": dash}
                made.append(layer("line", line, values=spots, x=number("base", scale), y=pixel("y")))
        return made

    def _axis(self, scale: Spec) -> list[Spec]:
        px, look = self.size.px, self.look
        spots = [{"base": tick, "text": text} for tick, text in zip(self.base_ticks, self.base_words, strict=True)]
        per = self.say.say("table.per_1000" if self.unit == "per_1000_residents" else "table.share")
        return [
            layer("rule", {"stroke": look.mark, "strokeWidth": 1}, values=spots, x=number("base", scale),
                  y={"value": self.base}, y2={"value": self.base + px(5)}),
            layer("text", {"fill": look.ink_3}, values=spots, x=number("base", scale),
                  y={"value": self.base + px(16)}, text=words_of("text")),
            layer("text", {"fill": look.ink_2, "align": "right"}, values=[{"text": self.base_name}],
                  x={"value": {"expr": "width"}}, y={"value": self.base + px(38)}, text=words_of("text")),
            layer("text", {"fill": look.ink_2, "align": "left"}, values=[{"text": per}], x={"value": 0},
                  y={"value": self.key_px + px(10)}, text=words_of("text")),
        ]  # fmt: skip

    def _centre(self, scale: Spec) -> list[Spec]:
        """The level line; its words stand at the right, or at the left or below where points are in the way."""
        px, y = self.size.px, self._down(self.centre)
        wide = text_width(self.centre_text, self.size.text, bold=True)
        ends: Spec = {"x": {"value": round(self.left)}, "x2": {"value": {"expr": f"width-{round(self.right)}"}}}
        spots = []
        for dy in (-px(11), px(12)):
            for align, start in (("right", self.size.least - self.right - wide), ("left", self.left + px(4))):
                box = (start, y + dy - px(9), start + wide, y + dy + px(9))
                spots.append((self._points_in(box), align, dy, box))
        _, align, dy, box = min(spots, key=lambda spot: spot[0])
        self.taken = [box]
        x = {"value": {"expr": f"width-{round(self.right)}"} if align == "right" else round(self.left + px(4))}
        return [
            layer("rule", {"strokeDash": [px(5), px(3)], "strokeWidth": max(1.5, self.size.line * 0.75),
                           "stroke": self.look.ink}, values=[{"y": y}], y=pixel("y"), **ends),
            *label({"align": align, "fontWeight": 600}, of=self.look, values=[{"text": self.centre_text}], x=x,
                   y={"value": y + dy}, text=words_of("text")),
        ]  # fmt: skip

    def _names(self, scale: Spec) -> list[Spec]:
        """Names of the chosen place and of those that stand out, each where it touches no other name."""
        named = [row for row in self.rows if row["chosen"] or row["group"] in ("above", "below")]
        px, spots = self.size.px, []
        for row in sorted(named, key=lambda row: (not row["chosen"], -abs(row["value"] - self.centre))):
            x, y = self._along(row["base"]), row["y"]
            wide = text_width(row["name"], self.size.text, bold=True)
            free = []
            sides = (("left", px(11), 0), ("right", -px(11), 0), ("center", 0, -px(17)), ("center", 0, px(17)))
            for align, dx, dy in sides:
                start = x + dx - {"left": 0, "right": wide, "center": wide / 2}[align]
                box = (start, y + dy - px(10), start + wide, y + dy + px(10))
                if self._is_free(box):
                    free.append((self._points_in(box), align, dx, dy, box))
            if free:
                _, align, dx, dy, box = min(free, key=lambda spot: spot[0])
                self.taken.append(box)
                spots.append({**row, "align": align, "dx": dx, "dy": dy})
        return [
            made
            for weight, mine in ((600, False), (700, True))
            for made in label(
                {"align": {"expr": "datum.align"}, "dx": {"expr": "datum.dx"}, "dy": {"expr": "datum.dy"},
                 "fontWeight": weight, "fill": self.look.focus if mine else self.look.ink_2}, of=self.look,
                values=[{key: spot[key] for key in ("base", "y", "name", "align", "dx", "dy")}
                        for spot in spots if spot["chosen"] == mine],
                x=number("base", scale), y=pixel("y"), text=words_of("name"),
            )
        ]  # fmt: skip

    def _points_in(self, box: tuple[float, float, float, float]) -> int:
        """How many points a text in this box would cover."""
        reach = self.size.px(5)
        return sum(
            box[0] - reach < self._along(row["base"]) < box[2] + reach and box[1] - reach < row["y"] < box[3] + reach
            for row in self.rows
        )

    def _is_free(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a text in this box lies inside the plot and touches no other."""
        left, top, right, bottom = box
        if left < self.left or right > self.size.least or top < self.top - self.size.px(8) or bottom > self.base:
            return False
        return not any(left < r and x < right and top < b and t < bottom for x, t, r, b in self.taken)
