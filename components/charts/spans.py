"""When did it run? A bar for each row, from its first day to its last, or to today where it has not ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from components.charts.bars import Rows
from components.charts.drawing import (
    Drawing,
    Spec,
    Width,
    across,
    as_is,
    grid_across,
    label,
    layer,
    number,
    picture,
    pixel,
    room_right,
    sizes,
    text_width,
    words_of,
)
from components.tokens import Look

MOST_TICKS = 5
DAYS = 365.25


def spans(
    rows: Sequence[Mapping[str, Any]], look: Look, width: Width, *, today: date, today_text: str, heading: str
) -> Drawing:
    """Bars over years, with the words of each beside its end, or on a phone below its name; a dashed line is today.

    rows, in the order to draw: label; start (a date); end (a date or None: it goes on); text (its status and days in
    words); is_over (drawn in gray); is_plan (has not begun, drawn as an empty dashed bar). heading: of the words.
    Raises ValueError when there is no row.
    """
    if not rows:
        raise ValueError("this chart needs at least one row")
    size = sizes(width, look)
    px, phone = size.px, size.is_phone
    top = px(26)
    placed = Rows([str(row["label"]) for row in rows], look, size, top=top, pitch=px(32), mark=px(14),
                  under_name=px(18) if phone else 0)  # fmt: skip
    now = _year(today)
    made: list[dict[str, Any]] = []
    for row, place in zip(rows, placed.places, strict=True):
        begins = _year(row["start"])
        open_end = row["end"] is None
        ends = max(_year(row["end"]), begins) if not open_end else max(now, begins)
        if row["is_plan"] and open_end:
            ends = begins + 1  # how long is not known: the words say since when only
        made.append(
            {**place, "full_name": str(row["label"]), "begins": begins, "ends": ends, "text": str(row["text"]),
             "tip": f"{row['label']}: {row['text']}", "is_plan": bool(row["is_plan"]), "goes_on": open_end,
             "color": look.mark if row["is_over"] else look.focus,
             "y_top": place["y"] - px(7), "y_bottom": place["y"] + px(7)}
        )  # fmt: skip
    first = int(min(row["begins"] for row in made))
    last = max([now, *(row["ends"] for row in made)])
    step = max(1, -(-(int(last) + 1 - first) // (MOST_TICKS if not phone else 4)))
    ticks = [float(year) for year in range(first, int(last) + 1, step)]
    low, high = float(first), max(last, first + 0.5)
    left = px(4) if phone else placed.left
    plot = size.least - left - px(4)
    beside = [((row["ends"] - low) / (high - low), text_width(row["text"], size.text) + px(16)) for row in made]
    right = px(6) if phone else px(4) + room_right(beside, plot)
    scale = across((low, high), left, right)
    tips = [{"field": "full_name", "type": "nominal", "title": " "}, {"field": "text", "type": "nominal",
            "title": heading}]  # fmt: skip
    bar: Spec = {"x": number("begins", scale), "x2": {"field": "ends"}, "y": pixel("y_top"),
                 "y2": {"field": "y_bottom"}, "tooltip": tips, "description": words_of("tip")}  # fmt: skip
    today_rule: Spec = {"stroke": look.ink, "strokeWidth": 1.5, "strokeDash": [4, 3]}
    today_at = [{"now": now, "text": today_text}]
    beyond = (now - low) / (high - low) > 0.5
    layers = [
        *grid_across(ticks, [str(int(tick)) for tick in ticks], scale, of=look, size=size, top=top,
                     bottom=placed.bottom, margins=(left, right)),
        layer("rect", {"aria": True}, fill=as_is("color"), where="!datum.is_plan", **bar),
        layer("rect", {"aria": True, "fill": look.card, "stroke": look.ink_3, "strokeWidth": 1.5,
                       "strokeDash": [4, 3]}, where="datum.is_plan", **bar),
        # What goes on ends in a point, so that today does not look like its last day.
        layer("point", {"shape": "triangle-right", "size": px(14) ** 2, "opacity": 1, "strokeWidth": 0},
              x=number("ends", scale), y=pixel("y"), fill=as_is("color"), where="datum.goes_on&&!datum.is_plan"),
        layer("rule", today_rule, values=today_at, x=number("now", scale), y={"value": round(top)},
              y2={"value": round(placed.bottom)}),
        layer("text", {"align": "right" if beyond else "left", "fill": look.ink, "dx": 0}, values=today_at,
              x=number("now", scale), y={"value": round(placed.bottom + px(12))}, text=words_of("text")),
        *placed.layers(),
    ]  # fmt: skip
    if phone:
        layers.append(layer("text", {"align": "left", "fill": look.ink_3}, x={"value": 0}, y=pixel("note_y"),
                            text=words_of("text")))  # fmt: skip
    else:
        layers += label({"align": "left", "dx": px(12), "fill": look.ink_3}, of=look, x=number("ends", scale),
                        y=pixel("y"), text=words_of("text"))  # fmt: skip
    return picture(pd.DataFrame(made), layers, of=look, size=size, height=placed.bottom + px(26))


def _year(day: date) -> float:
    """A day as a year with its part that is gone: July 2, 2025 is about 2025.5."""
    return day.year + (day - date(day.year, 1, 1)).days / DAYS
