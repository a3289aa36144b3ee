"""One goal as a bullet: the box is the goal, the bar is where it stands, ticks are where it should be and began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components.charts.drawing import (
    Drawing,
    Spec,
    Width,
    across,
    as_is,
    grid_across,
    layer,
    lines_in,
    number,
    picture,
    pixel,
    room_right,
    sizes,
    text_width,
    ticks_up_to,
    words_of,
    wrapped_to,
)
from components.charts.texts import tick_text
from components.tokens import Look
from components.words import words

PARTS = ("target", "latest", "mark", "baseline")
"""What a bullet shows, in the order of its key."""


def goal(
    numbers: Mapping[str, Any],
    texts: Mapping[str, str],
    look: Look,
    language: str,
    width: Width,
    *,
    unit: str,
    limits: tuple[float, float] | None = None,
) -> Drawing:
    """A goal and how far it is.

    numbers: target, latest, mark (where it should be at the end of the latest period) and baseline; None or NA draws
    nothing. texts: the same four as they are read, for the key. unit: a measure's unit code, for the axis. limits: the
    published range of the latest number.
    Raises ValueError without a target, or with a number below zero.
    """
    values = {part: None if pd.isna(numbers.get(part)) else float(numbers[part]) for part in PARTS}
    known = [value for value in values.values() if value is not None]
    if values["target"] is None or min(known) < 0:
        raise ValueError("a bullet needs a goal, and numbers that are not below zero")
    size, say = sizes(width, look), words(language)
    px = size.px
    top = px(28)
    middle = top + px(24)
    low, high = limits or (None, None)
    ticks = ticks_up_to(max([*known, high or 0.0]), at_most=4 if size.is_phone else 5)
    right_text = tick_text(ticks[-1], unit, language)
    plot = size.least - px(8)
    right = px(4) + room_right([(1.0, text_width(right_text, size.text) / 2)], plot)
    scale = across((0, ticks[-1]), px(4), right)
    colors = {"target": look.card, "latest": look.focus, "mark": look.ink, "baseline": look.mark}
    y = middle + px(44)
    rows: list[dict[str, Any]] = []
    for part in (part for part in PARTS if values[part] is not None):
        text = wrapped_to(texts[part], size.least - px(30), size.text)
        rows.append(
            {"part": part, "value": values[part], "zero": 0, "text": text, "tip": texts[part], "color": colors[part],
             "edge": look.mark if part == "target" else colors[part], "is_tick": part in ("mark", "baseline"),
             "low": low if part == "latest" else None, "high": high if part == "latest" else None,
             "key_y": y, "key_top": y - px(8), "key_bottom": y + px(8)}
        )  # fmt: skip
        y += px(18) * lines_in(text) + px(6)
    texts_at = [tick_text(tick, unit, language) for tick in ticks]
    tips = [{"field": "tip", "type": "nominal", "title": say.say("table.value")}]

    def band(half: float) -> Spec:
        return {"y": {"value": round(middle - px(half))}, "y2": {"value": round(middle + px(half))}}

    layers: list[Spec] = [
        *grid_across(
            ticks, texts_at, scale, of=look, size=size, top=top, bottom=middle + px(22), margins=(px(4), right)
        ),
        layer("rect", {"stroke": look.mark, "strokeWidth": max(1.5, size.line * 0.75), "fill": look.card, "aria": True},
              x=number("zero", scale), x2={"field": "value"}, **band(14), tooltip=tips, description=words_of("tip"),
              where="datum.part==='target'"),
        layer("rect", {"fill": look.focus, "aria": True}, x=number("zero", scale), x2={"field": "value"}, **band(6),
              tooltip=tips, description=words_of("tip"), where="datum.part==='latest'"),
        # The range lies on the bar's end: light where the bar is dark, dark where it is not.
        layer("rule", {"stroke": look.card, "strokeWidth": max(5, size.line * 2.5)}, x=number("low", scale),
              x2={"field": "high"}, y={"value": round(middle)}, where="isValid(datum.low)&&isValid(datum.high)"),
        layer("rule", {"stroke": look.ink_3, "strokeWidth": max(2, size.line)}, x=number("low", scale),
              x2={"field": "high"}, y={"value": round(middle)}, where="isValid(datum.low)&&isValid(datum.high)"),
        layer("rule", {"stroke": look.mark, "strokeWidth": max(3, size.line * 1.5), "aria": True},
              x=number("value", scale), **band(18), tooltip=tips, description=words_of("tip"),
              where="datum.part==='baseline'"),
        layer("rule", {"stroke": look.ink, "strokeWidth": max(3, size.line * 1.5), "aria": True},
              x=number("value", scale), **band(18), tooltip=tips, description=words_of("tip"),
              where="datum.part==='mark'"),
    ]  # fmt: skip
    at: Spec = {"value": px(11)}
    layers += [
        layer("point", {"shape": "square", "size": px(13) ** 2, "opacity": 1,
                        "strokeWidth": max(1.5, size.line * 0.75)},
              x=at, y=pixel("key_y"), fill=as_is("color"), stroke=as_is("edge"), where="!datum.is_tick"),
        layer("rule", {"strokeWidth": max(3, size.line * 1.5)}, x=at, y=pixel("key_top"), y2={"field": "key_bottom"},
              stroke=as_is("color"), where="datum.is_tick"),
        layer("text", {"align": "left", "lineBreak": "\n", "lineHeight": px(18)}, x={"value": px(26)}, y=pixel("key_y"),
              text=words_of("text")),
    ]  # fmt: skip
    return picture(pd.DataFrame(rows), layers, of=look, size=size, height=y)
