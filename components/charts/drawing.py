"""What every chart shares: the drawing itself, sizes by width, the style, ticks, and how wide a text is.

Charts are Vega-Lite as plain dicts. They are drawn for a width class, never shrunk to fit one. Heights and places of
labels are worked out in pixels in Python, so that nothing overlaps and the height is known before the picture comes.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from components.tokens import Look, font, look

Width = Literal["phone", "desktop", "slide", "print"]
Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROWS = "source"
"""The name Streamlit gives to the frame it sends along with a spec."""

WRAP_AT = 22
"""Labels beside a mark are wrapped at this many characters."""

HATCH = "M-1,0.5L-0.5,-0.5M-0.5,0.5L0,-0.5M0,0.5L0.5,-0.5M0.5,0.5L1,-0.5M-1,-0.5L1,-0.5L1,0.5L-1,0.5Z"
"""A box of 45 degree lines: the figure exists and is not shown."""
BOX = "M-1,-0.5L1,-0.5L1,0.5L-1,0.5Z"
"""An empty box, drawn dashed: nothing was reported."""


@dataclass(frozen=True)
class Drawing:
    """A chart ready to be shown: `st.vega_lite_chart(drawing.rows, drawing.spec, theme=None, alt=...)`.

    spec: Vega-Lite, without the rows. rows: one row a mark, with numbers and the words that stand on it.
    height: CSS pixels of the whole picture, steady for the same rows. width: the width it was laid out for.
    card: the color that belongs behind it where there is no page, as in a file.
    """

    spec: Spec
    rows: pd.DataFrame
    height: int
    width: int
    card: str

    def full(self, width: int | None = None) -> Spec:
        """The spec with its rows inside, a width in pixels and an opaque background: all an exporter needs."""
        config = {**self.spec["config"], "background": self.card}
        rows = self.rows.astype(object).where(self.rows.notna(), None).to_dict("records")
        datasets = {**self.spec.get("datasets", {}), ROWS: rows}
        return {**self.spec, "config": config, "datasets": datasets, "width": width or self.width}


@dataclass(frozen=True)
class Sizes:
    """Pixels for one width class.

    nominal: width of a picture in a file. least: the narrowest it is shown at; labels are placed for this.
    text, line: as the brief sets them. unit: what 1 px at 14 px text becomes.
    """

    nominal: int
    least: int
    text: int
    line: int
    plot: int
    is_phone: bool

    @property
    def unit(self) -> float:
        """How much larger than on a page everything is."""
        return self.text / 14

    def px(self, pixels: float) -> int:
        """Pixels of a page as pixels of this width class."""
        return round(pixels * self.unit)


def sizes(width: Width, theme: Look) -> Sizes:
    """The sizes of a width class. Raises ValueError for an unknown one."""
    if width == "phone":
        return Sizes(nominal=358, least=288, text=14, line=2, plot=220, is_phone=True)
    if width == "desktop":
        return Sizes(nominal=760, least=560, text=14, line=2, plot=260, is_phone=False)
    if width == "print":
        return Sizes(nominal=680, least=640, text=14, line=2, plot=240, is_phone=False)
    if width == "slide":
        return Sizes(nominal=1200, least=1100, text=30, line=max(theme.line_px, 4), plot=480, is_phone=False)
    raise ValueError(f"no width {width!r}; there are phone, desktop, slide and print")


@lru_cache(maxsize=16)
def style(theme: str, text: int) -> Spec:
    """The Vega config of a theme: one typeface, one size, no border, nothing said in English by itself."""
    family = f"{font()}, sans-serif"
    return {
        "background": "transparent",
        "font": family,
        "view": {"stroke": None},
        "mark": {"aria": False},
        "text": {"font": family, "fontSize": text, "fill": look(theme).ink, "baseline": "middle"},
    }


def picture(
    rows: pd.DataFrame,
    layers: Sequence[Spec],
    *,
    of: Look,
    size: Sizes,
    height: float,
    params: Sequence[Spec] = (),
) -> Drawing:
    """Put layers together. height: of everything, in pixels; nothing is drawn outside of it."""
    spec: Spec = {
        "$schema": SCHEMA,
        "data": {"name": ROWS},
        "width": "container",
        "height": round(height),
        "autosize": {"type": "none"},
        "padding": {"top": 0, "right": 0, "bottom": 0, "left": 0},
        "config": style(of.theme, size.text),
        "layer": list(layers),
    }
    if params:
        spec["params"] = list(params)
    return Drawing(spec, rows.reset_index(drop=True), round(height), size.nominal, of.card)


# ---------------------------------------------------------------- layers and channels


def layer(mark: str, properties: Mapping[str, Any], /, *, values: Sequence[Spec] | None = None, where: str = "",
          **encoding: Any) -> Spec:  # fmt: skip
    """A layer: a kind of mark, its properties, its channels; over the rows, or over a few values of its own."""
    made: Spec = {"mark": {"type": mark, **properties}, "encoding": encoding}
    if values is not None:
        made["data"] = {"values": list(values)}
    if where:
        made["transform"] = [{"filter": where}]
    return made


def number(field: str, scale: Spec | None = None) -> Spec:
    """A channel that follows the chart's scale across. Its axis is ours to draw."""
    made: Spec = {"field": field, "type": "quantitative", "axis": None}
    return made if scale is None else {**made, "scale": scale}


def across(domain: tuple[float, float], left: float, right: float) -> Spec:
    """The chart's scale across: from `left` pixels to `right` pixels before the right edge."""
    end = {"expr": f"width-{round(right)}"}
    return {"domain": list(domain), "range": [round(left), end], "nice": False, "zero": False}


def pixel(field: str) -> Spec:
    """A channel whose numbers are pixels already."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def as_is(field: str) -> Spec:
    """A channel whose values are colors, shapes or sizes already."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def words_of(field: str) -> Spec:
    """A channel that shows a text of the row."""
    return {"field": field, "type": "nominal"}


def grid_across(
    ticks: Sequence[float],
    labels: Sequence[str],
    scale: Spec,
    *,
    of: Look,
    size: Sizes,
    top: float,
    bottom: float,
    margins: tuple[float, float],
) -> list[Spec]:
    """Upright grid lines from `top` to `bottom` with their labels above.

    margins: room left of the first tick and right of the last, in pixels; without enough, the label moves inward.
    """
    spots = []
    for i, (tick, label) in enumerate(zip(ticks, labels, strict=True)):
        half = text_width(label, size.text) / 2
        align = "center"
        if i == 0 and half > margins[0]:
            align = "left"
        elif i == len(ticks) - 1 and half > margins[1]:
            align = "right"
        spots.append({"tick": tick, "label": label, "align": align})
    return [
        layer("rule", {"stroke": of.grid, "strokeWidth": 1}, values=spots, x=number("tick", scale),
              y={"value": round(top)}, y2={"value": round(bottom)}),
        layer("text", {"align": {"expr": "datum.align"}, "fill": of.ink_3}, values=spots, x=number("tick", scale),
              y={"value": round(top - size.px(12))}, text=words_of("label")),
    ]  # fmt: skip


def grid_down(ticks: Sequence[tuple[float, str]], *, of: Look, size: Sizes, left: float, right: float) -> list[Spec]:
    """Level grid lines at these pixels, with their labels at the left; the lowest one is the base line."""
    spots = [{"y": y, "label": label} for y, label in ticks]
    base = max(y for y, _ in ticks)
    edges: Spec = {"x": {"value": round(left)}, "x2": {"value": {"expr": f"width-{round(right)}"}}}
    return [
        layer("rule", {"stroke": of.grid, "strokeWidth": 1}, values=spots, y=pixel("y"), **edges),
        layer("rule", {"stroke": of.mark, "strokeWidth": 1}, values=[{"y": base}], y=pixel("y"), **edges),
        layer("text", {"align": "right", "fill": of.ink_3}, values=spots, y=pixel("y"),
              x={"value": round(left - size.px(8))}, text=words_of("label")),
    ]  # fmt: skip


def label(properties: Mapping[str, Any], /, *, of: Look, values: Sequence[Spec] | None = None, where: str = "",
          **encoding: Any) -> list[Spec]:  # fmt: skip
    """A text with a rim in the color of the card, so that lines behind it do not run through it."""
    rim = {**properties, "stroke": of.card, "strokeWidth": 8, "strokeJoin": "round", "fill": of.card, "aria": False}
    return [
        layer("text", rim, values=values, where=where, **{k: v for k, v in encoding.items() if k != "description"}),
        layer("text", properties, values=values, where=where, **encoding),
    ]


# ---------------------------------------------------------------- numbers to pixels


def ticks_up_to(largest: float, *, at_most: int = 5, whole: bool = False) -> list[float]:
    """Round ticks from 0 to the first one that is not below `largest`; at most five, zero among them."""
    if not largest > 0:
        return [0.0, 1.0]
    largest = max(largest, 1.0) if whole else largest
    power = 10.0 ** math.floor(math.log10(largest / (at_most - 1)))
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10)):
        if whole and step != round(step):
            continue
        count = math.ceil(round(largest / step, 9))
        if count <= at_most - 1:
            return [round(step * i, 10) for i in range(count + 1)]
    raise AssertionError("ten times the power always fits")  # pragma: no cover


def ticks_between(lowest: float, highest: float, *, at_most: int = 5, whole: bool = False) -> list[float]:
    """Ticks that hold both ends and zero; at most five."""
    if lowest >= 0:
        return ticks_up_to(highest, at_most=at_most, whole=whole)
    if highest <= 0:
        return [-tick for tick in reversed(ticks_up_to(-lowest, at_most=at_most, whole=whole))]
    power = 10.0 ** math.floor(math.log10((highest - lowest) / (at_most - 1)))
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10, 20, 50)):
        below, above = math.ceil(round(-lowest / step, 9)), math.ceil(round(highest / step, 9))
        if below + above + 1 <= at_most and not (whole and step != round(step)):
            return [round(step * i, 10) for i in range(-below, above + 1)]
    return [lowest, 0.0, highest]


def room_right(ends: Sequence[tuple[float, float]], plot: float) -> float:
    """Pixels that the scale must give up at its right, so that words beside a mark fit.

    ends: where each mark ends, from 0 to 1 along the scale, and how wide its words are. plot: pixels there are in all.
    """
    return max([0.0, *((wide - (1 - end) * plot) / max(end, 0.01) for end, wide in ends)])


_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]{} ·-"), frozenset("mwMW%@—")


def text_width(text: str, px: float, *, bold: bool = False) -> float:
    """About how wide a text is, in pixels, a little on the safe side. The widest line where it has several."""

    def one(line: str) -> float:
        ems = sum(
            0.33 if c in _NARROW else 0.92 if c in _WIDE else 0.68 if c.isupper() else 0.62 if c.isdigit() else 0.57
            for c in line
        )
        return ems * px * (1.06 if bold else 1.0)

    return max((one(line) for line in text.split("\n")), default=0.0)


def wrapped(text: str, at: int = WRAP_AT) -> str:
    """The text with line ends, so that no line is longer than `at` characters where words allow."""
    return "\n".join(textwrap.wrap(text, at, break_long_words=False, break_on_hyphens=False)) or text


def wrapped_to(text: str, pixels: float, px: float, *, bold: bool = False) -> str:
    """The text with line ends, so that no line is wider than `pixels` where words allow."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, px, bold=bold) <= pixels:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def lines_in(text: str) -> int:
    """How many lines a wrapped text has."""
    return text.count("\n") + 1
