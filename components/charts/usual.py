"""The usual range of a series in a drawing: a shaded band with dotted edges, a middle line, marked points, and the key.

The limits come as a table, one row a period; nothing is worked out here but pixels. A series that was broken has one
range for each stretch. Limits that follow a base (residents of each year) are drawn as steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from components.charts.drawing import (
    Sizes,
    Spec,
    as_is,
    label,
    layer,
    lines_in,
    number,
    pixel,
    text_width,
    words_of,
    wrapped_to,
)
from components.tokens import Look
from components.words import Words

SHAPES = {1: "triangle-up", -1: "triangle-down", 0: "circle"}
SIGNALS = {1: "charts.signal_up", -1: "charts.signal_down"}


def signal_color(look: Look, moved: int, direction: str) -> str:
    """The color of a point that stands out: better, worse, or only changed where nothing is good or bad."""
    if moved == 0:
        return look.mark
    if direction == "none":
        return look.changed.text
    return (look.better if (moved < 0) == (direction == "fewer") else look.worse).text


class UsualRange:
    """Limits of a series and where they are drawn.

    limits: period, stretch (a number for each part between breaks), low, centre, high (in the chart's unit), moved
    (1 or -1 where the point is not likely to be chance, 0 within the usual, missing where it is not judged).
    Rows without limits have none drawn.
    """

    def __init__(self, limits: pd.DataFrame | None, direction: str) -> None:
        rows: list[dict[str, Any]] = [] if limits is None else limits.to_dict("records")  # type: ignore[assignment]
        self.rows = [row for row in rows if not pd.isna(row["low"]) and not pd.isna(row["high"])]
        self.direction = direction
        self.moved = {str(row["period"]): 0 if pd.isna(row["moved"]) else int(row["moved"]) for row in self.rows}

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def highest(self) -> float:
        """The upper end of the highest limit."""
        return max((float(row["high"]) for row in self.rows), default=0.0)

    def layers(self, at: Callable[[str], int], down: Callable[[float], float], scale: Spec, look: Look) -> list[Spec]:
        """The band, its dotted edges and the middle, behind the line. at: period to place; down: value to pixel."""
        if not self.rows:
            return []
        ends = self._steps(at, lambda row: (float(row["low"]), float(row["high"])))
        steps = [{"x": x, "to": to, "low": down(low), "high": down(high)} for x, to, (low, high) in ends]
        edges = [{"x": s["x"], "to": s["to"], "y": s[end]} for s in steps for end in ("low", "high")]
        # A middle that goes up and down with the season would be one line too many.
        level = self._steps(at, lambda row: (float(row["centre"]),))
        middles = [{"x": x, "to": to, "y": down(middle)} for x, to, (middle,) in level]
        if len(middles) > len({row["stretch"] for row in self.rows}):
            middles = []
        x, to = number("x", scale), {"field": "to"}
        return [
            layer("rect", {"fill": look.same.tint}, values=steps, x=x, x2=to, y=pixel("high"), y2={"field": "low"}),
            layer("rule", {"stroke": look.mark, "strokeDash": [2, 3]}, values=edges, x=x, x2=to, y=pixel("y")),
            layer("rule", {"stroke": look.mark, "strokeWidth": 1}, values=middles, x=x, x2=to, y=pixel("y")),
        ]  # fmt: skip

    def _steps(
        self, at: Callable[[str], int], of: Callable[[Mapping[str, Any]], tuple[float, ...]]
    ) -> list[tuple[float, float, tuple[float, ...]]]:
        """Periods of one stretch with the same numbers as one step: where it begins, where it ends, the numbers."""
        steps: list[tuple[float, float, tuple[float, ...]]] = []
        before: Any = None
        for row in sorted(self.rows, key=lambda row: at(str(row["period"]))):
            place, numbers = at(str(row["period"])), of(row)
            if steps and row["stretch"] == before and numbers == steps[-1][2]:
                steps[-1] = (steps[-1][0], place + 0.5, numbers)
            else:
                steps.append((place - 0.5, place + 0.5, numbers))
            before = row["stretch"]
        return steps


def key_items(
    usual: UsualRange, shown: Sequence[str], hollow: Sequence[str], look: Look, say: Words
) -> list[dict[str, Any]]:
    """What the key of a chart with a usual range explains: the band, the points that occur, and hollow ones.

    shown: periods that have a point. hollow: why some points are hollow, in words.
    """
    items: list[dict[str, Any]] = []
    if usual:
        items.append({"text": say.say("charts.usual_range"), "kind": "range", "color": look.mark,
                      "fill": look.same.tint, "shape": "square"})  # fmt: skip
        found = {usual.moved.get(period, 0) for period in shown}
        for moved in (1, -1):
            if moved in found:
                text = say.say(SIGNALS[moved])
                if usual.direction != "none":
                    verdict = "better" if (moved < 0) == (usual.direction == "fewer") else "worse"
                    text = say.say("charts.signal_with", signal=text, verdict=say.say(f"verdict.chip.{verdict}"))
                color = signal_color(look, moved, usual.direction)
                items.append({"text": text, "kind": "point", "color": color, "fill": color, "shape": SHAPES[moved]})
    if hollow:
        color = look.mark if usual else look.focus
        items.append({"text": ", ".join(hollow), "kind": "point", "color": color, "fill": look.card,
                      "shape": "circle"})  # fmt: skip
    return items


def place_key(items: Sequence[dict[str, Any]], size: Sizes, top: float) -> float:
    """Give each item of a key its place (x, y, a text wrapped to fit); the pixels that the key takes."""
    px, x, y, high = size.px, 0.0, top, 0.0
    for item in items:
        item["text"] = wrapped_to(item["text"], size.least - px(30), size.text)
        wide = px(26) + text_width(item["text"], size.text)
        if x > 0 and x + wide > size.least:
            x, y, high = 0.0, y + high, 0.0
        item |= {"x": x + px(8), "text_x": x + px(22), "y": y + px(10)}
        high = max(high, px(18) * lines_in(item["text"]) + px(6))
        x += wide + px(12)
    return y + high - top


def key_layers(items: Sequence[dict[str, Any]], look: Look, size: Sizes) -> list[Spec]:
    """The key above the plot: shapes with their words."""
    px = size.px
    if not items:
        return []
    lines = [
        layer("rule", {"stroke": item["color"], "strokeWidth": 1.25 * size.unit, "strokeDash": item["dash"]},
              values=[{"x": item["x"] - px(8), "to": item["x"] + px(10), "y": item["y"]}], x=pixel("x"),
              x2={"field": "to"}, y=pixel("y"))
        for item in items if item["kind"] == "line"
    ]  # fmt: skip
    points = [item for item in items if item["kind"] == "point"]
    boxes = [item for item in items if item["kind"] == "range"]
    stroke = {"strokeWidth": size.line, "opacity": 1}
    return [
        *lines,
        layer("point", {"size": px(13) ** 2, "strokeWidth": 1, "strokeDash": [2, 2], "opacity": 1}, values=boxes,
              x=pixel("x"), y=pixel("y"), shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill")),
        layer("point", {"size": px(9) ** 2, **stroke}, values=points, x=pixel("x"), y=pixel("y"),
              shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill")),
        *label({"align": "left", "lineBreak": "\n", "lineHeight": px(18), "fill": look.ink_2}, of=look,
               values=list(items), x=pixel("text_x"), y=pixel("y"), text=words_of("text")),
    ]  # fmt: skip
