"""How often for one group for each time for another: ratios with their ranges on an axis where 1 is marked.

The axis has equal steps for equal factors: twice as often lies as far from 1 as half as often. Groups keep the order
that they come in, and are never ranked.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from components.charts.drawing import (
    HATCH,
    Drawing,
    Spec,
    Width,
    across,
    as_is,
    grid_across,
    label,
    layer,
    lines_in,
    number,
    picture,
    pixel,
    sizes,
    text_width,
    words_of,
    wrapped,
    wrapped_to,
)
from components.tokens import Look
from components.words import words

FARTHEST = 6
"""Doublings that the axis reaches at most, each way: 64 times as often, or as rarely."""


def ratios(groups: pd.DataFrame, look: Look, language: str, width: Width) -> Drawing:
    """Groups as points with ranges beside the group that they are compared with, which stands at 1.

    groups: one row a group, in order: name, ratio, low, high (factors above 0; high may be infinite, low 0), words
    (what its row says), is_reference. Rows without a ratio keep their words, with no mark.
    Raises ValueError when no row but the reference has a ratio.
    """
    records: list[dict[str, Any]] = groups.to_dict("records")  # type: ignore[assignment]
    drawn = [row for row in records if row["ratio"] > 0 and not row["is_reference"]]
    if not drawn:
        raise ValueError("there is no ratio to draw")
    size, say = sizes(width, look), words(language)
    px, text = size.px, size.text
    ends = [end for row in drawn for end in (_steps(row["low"]), _steps(row["high"]), _steps(row["ratio"]))]
    domain = (float(min(-1, math.floor(min(ends)))), float(max(1, math.ceil(max(ends)))))
    named = [str(row["name"]) if size.is_phone else wrapped(str(row["name"])) for row in records]
    name_px = 0.0 if size.is_phone else max(text_width(one, text, bold=True) for one in named) + px(16)
    note_px = 0.0 if size.is_phone else px(200)
    margins = (name_px + px(14), note_px + px(14))
    top = px(48)
    y = float(top + px(8))
    rows: list[dict[str, Any]] = []
    for row, name in zip(records, named, strict=True):
        note = wrapped_to(str(row["words"]), size.least if size.is_phone else note_px - px(8), text)
        has_mark = row["ratio"] > 0
        made: dict[str, Any] = {"name": name, "note": note, "has_mark": bool(has_mark), "tip": row["tip"]}
        for column in ("ratio", "low", "high"):
            made[column] = _steps(row[column]) if has_mark else None
        made |= {
            "shape": "diamond" if row["is_reference"] else "circle" if has_mark else HATCH,
            "color": look.ink if row["is_reference"] else look.focus if has_mark else look.hatch_line,
            "is_reference": bool(row["is_reference"]),
        }
        if size.is_phone:
            lines = lines_in(note)
            made |= {"name_y": y + 8, "note_y": y + 27, "y": y + 27 + 19 * lines}
            y += 27 + 19 * lines + (22 if has_mark else 2)
        else:
            tall = max(px(34), px(19) * max(lines_in(name), lines_in(note)) + px(10))
            made |= {"name_y": y + tall / 2, "note_y": y + tall / 2, "y": y + tall / 2}
            y += tall
        made["name_dy"] = -(lines_in(name) - 1) * text * 0.625
        made["note_dy"] = 0 if size.is_phone else -(lines_in(note) - 1) * px(19) / 2
        rows.append(made)
    return _picture(rows, domain, margins, look, say, size, top, y)


def _picture(rows: list[dict[str, Any]], domain: tuple[float, float], margins: tuple[float, float], look: Look,
             say: Any, size: Any, top: int, bottom: float) -> Drawing:  # fmt: skip
    px = size.px
    scale = across(domain, *margins)
    every = max(1, math.ceil((domain[1] - domain[0]) / (4 if size.is_phone else 6)))
    steps = [step for step in range(math.ceil(domain[0]), math.floor(domain[1]) + 1) if step % every == 0]
    texts = [f"{2**step:g}" for step in steps]
    x = number("ratio", scale)
    wide = {"lineBreak": "\n", "lineHeight": px(19), "align": "left"}
    note_x = {"value": 0} if size.is_phone else {"value": {"expr": f"width-{round(margins[1] - px(22))}"}}
    name_x = {"value": 0} if size.is_phone else {"value": round(margins[0] - px(22))}
    names = {**wide, "lineHeight": round(size.text * 1.25), "align": "left" if size.is_phone else "right",
             "dy": {"expr": "datum.name_dy"}}  # fmt: skip
    layers: list[Spec] = [
        *grid_across(steps, texts, scale, of=look, size=size, top=top, bottom=top if size.is_phone else bottom,
                     margins=margins),
        *_upright(steps, [(row["y"] - 10, row["y"] + 10) for row in rows if row["has_mark"]] if size.is_phone
                  else [(top, round(bottom))], scale, look, size),
        *(
            layer("text", {"align": align, "fill": look.ink_2}, values=[{"text": say.say(key)}],
                  x={"value": at}, y={"value": px(12)}, text=words_of("text"))
            for align, key, at in (
                ("left", "equity.axis_less", round(margins[0] - px(14))),
                ("right", "equity.axis_more", {"expr": f"width-{round(margins[1] - px(14))}"}),
            )
        ),
        layer("rule", {"strokeWidth": px(8), "opacity": 0.3}, x=number("low", scale),
              x2={"field": "high"}, y=pixel("y"), color=as_is("color"), where="datum.has_mark&&!datum.is_reference"),
        layer("rule", {"strokeWidth": size.line}, x=number("low", scale), x2={"field": "high"}, y=pixel("y"),
              color=as_is("color"), where="datum.has_mark&&!datum.is_reference"),
        layer("point", {"size": px(11) ** 2, "strokeWidth": size.line, "opacity": 1, "aria": True}, x=x, y=pixel("y"),
              shape=as_is("shape"), stroke=as_is("color"), fill=as_is("color"), description=words_of("tip"),
              tooltip={"field": "tip", "type": "nominal"}, where="datum.has_mark"),
        *label({**names, "fontWeight": 600}, of=look, x=name_x, y=pixel("name_y"), text=words_of("name")),
        *label({**wide, "fill": look.ink_2, "dy": {"expr": "datum.note_dy"}, "aria": True}, of=look, x=note_x,
               y=pixel("note_y"), text=words_of("note"), description=words_of("tip")),
    ]  # fmt: skip
    return picture(pd.DataFrame(rows), layers, of=look, size=size, height=bottom + px(6))


def _upright(steps: list[int], bands: list[tuple[float, float]], scale: Spec, look: Look, size: Any) -> list[Spec]:
    """The grid and the line at 1, in each band: on a phone words stand between the marks, and no line runs through."""
    made = []
    for at, color, wide in ((steps, look.grid, 1.0), ([0], look.ink, max(1.5, size.line * 0.75))):
        spots = [{"ratio": step, "y": top, "to": bottom} for step in at for top, bottom in bands]
        made.append(
            layer("rule", {"stroke": color, "strokeWidth": wide}, values=spots, x=number("ratio", scale),
                  y=pixel("y"), y2={"field": "to"})
        )  # fmt: skip
    return made


def _steps(factor: float) -> float:
    """A factor as doublings, within what the axis reaches."""
    if not factor > 0:
        return -float(FARTHEST)
    return max(-float(FARTHEST), min(float(FARTHEST), math.log2(factor)))
