"""How many, how often, by kind: sorted bars. Parts of a whole: one bar and its words. Promises by how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from components import formats
from components.charts.drawing import (
    BOX,
    HATCH,
    WRAP_AT,
    Drawing,
    Sizes,
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
    room_right,
    sizes,
    text_width,
    ticks_between,
    words_of,
    wrapped,
    wrapped_to,
)
from components.charts.texts import status_words, tick_text, value_text
from components.tokens import Look
from components.words import words
from data.figures import Status

MOST_PARTS = 6
STATES = ("done", "under_way", "overdue", "will_not_do")


class Rows:
    """Rows of a chart with a name each: beside the mark, or above it on a phone.

    Gives each row its `y`, `name_y` and wrapped `name`, and keeps what is left of the width for the marks.
    """

    def __init__(
        self,
        names: Sequence[str],
        look: Look,
        size: Sizes,
        *,
        top: float,
        pitch: float,
        mark: float,
        under_name: float = 0,
    ) -> None:
        """Give each row its place.

        pitch: pixels from row to row, where the name stands beside the mark. mark: pixels of the mark, where the name
        stands above it. under_name: room between those two, for a line of words.
        """
        px = size.px
        self.look, self.size, self.top = look, size, top
        self.names = [wrapped_to(n, size.least, size.text) if size.is_phone else wrapped(n, WRAP_AT) for n in names]
        widest = max((text_width(name, size.text, bold=True) for name in self.names), default=0.0)
        self.left = px(1) if size.is_phone else round(widest) + px(14)
        self.places: list[dict[str, Any]] = []
        y = top
        for name in self.names:
            lines = px(18) * lines_in(name)
            if size.is_phone:
                self.places.append({"name": name, "name_y": y + px(10), "note_y": y + lines + px(10),
                                    "y": y + lines + under_name + px(6) + mark / 2})  # fmt: skip
                y += lines + under_name + px(6) + mark + px(14)
            else:
                tall = max(pitch, lines + px(8))
                # The first line of several stands half the rest higher, so that they are centered on the mark.
                self.places.append(
                    {"name": name, "name_y": y + tall / 2 - px(9) * (lines_in(name) - 1), "note_y": y + tall / 2,
                     "y": y + tall / 2}
                )  # fmt: skip
                y += tall
        self.bottom = y

    def layers(self, *, bold: str = "false") -> list[Spec]:
        """The names. bold: a Vega condition for those in bold."""
        phone = self.size.is_phone
        return [
            made
            for weight, where in ((400, f"!({bold})"), (700, bold))
            for made in label({"align": "left" if phone else "right", "lineBreak": "\n",
                           "lineHeight": self.size.px(18), "fontWeight": weight},
                  of=self.look, x={"value": 0 if phone else self.left - self.size.px(10)}, y=pixel("name_y"),
                  text=words_of("name"),
                  where=where)
        ]  # fmt: skip


def bars(
    amounts: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    unit: str,
    chosen: str | None = None,
) -> Drawing:
    """Horizontal bars from zero, each with its value in words.

    amounts: one row a bar, in the order to draw: label, value (in `unit`; NA where there is none), and where they are
    known status and id. unit: a measure's unit code, or `cents`. chosen: the id of the bar to draw in the color of the
    reader's own place; without ids all bars are alike.
    Raises ValueError when there is no row.
    """
    if amounts.empty:
        raise ValueError("this chart needs at least one row")
    size = sizes(width, look)
    px = size.px
    records: list[dict[str, Any]] = amounts.to_dict("records")  # type: ignore[assignment]
    names = [str(row["label"]) for row in records]
    rows = Rows(names, look, size, top=px(4), pitch=px(32), mark=px(18))
    say = words(language)
    made: list[dict[str, Any]] = []
    for record, place in zip(records, rows.places, strict=True):
        status = str(record.get("status") or Status.SHOWN)
        shown = Status(status).has_value and not pd.isna(record["value"])
        bare = Status.NOT_REPORTED if status == Status.SHOWN else Status(status)
        value = float(record["value"]) if shown else None
        text = value_text(value, unit, language) if value is not None else status_words(bare, say)
        mine = chosen is not None and str(record.get("id")) == chosen
        color = look.focus if mine or chosen is None else look.mark
        made.append(
            {**place, "full_name": str(record["label"]), "value": value, "zero": 0, "text": text, "color": color,
             "chosen": mine, "status": "shown" if shown else str(bare), "tip": f"{record['label']}: {text}",
             "y_top": place["y"] - px(9), "y_bottom": place["y"] + px(9)}
        )  # fmt: skip
    numbers = [row["value"] for row in made if row["value"] is not None]
    lowest, highest = min([0.0, *numbers]), max([0.0, *numbers])
    if highest == lowest:
        highest = 1.0
    widest = max((text_width(r["text"], size.text) for r in made if r["value"] is not None), default=0.0) + px(12)
    # Below zero the words stand left of the bar.
    left = rows.left + (widest if lowest < 0 else 0)
    scale = across((lowest, highest), left, widest)
    layers = [
        *_plain_bars(look, size, scale, say.say("table.amount" if unit == "cents" else "table.value")),
        layer("rule", {"stroke": look.ink_3, "strokeWidth": 1}, values=[{"x": 0}], x=number("x", scale),
              y={"value": px(4)}, y2={"value": round(rows.bottom)}),
        *rows.layers(bold="datum.chosen"),
        *bare_boxes(look, size, rows.left),
    ]  # fmt: skip
    return picture(pd.DataFrame(made), layers, of=look, size=size, height=rows.bottom + px(2))


def _plain_bars(look: Look, size: Sizes, scale: Spec, heading: str) -> list[Spec]:
    px = size.px
    tips = [{"field": "full_name", "type": "nominal", "title": " "}, {"field": "text", "type": "nominal",
            "title": heading}]  # fmt: skip
    return [
        layer("rect", {"aria": True}, x=number("zero", scale), x2={"field": "value"}, y=pixel("y_top"),
              y2={"field": "y_bottom"}, fill=as_is("color"), tooltip=tips, description=words_of("tip"),
              where="isValid(datum.value)"),
        *(
            layer("text", {"align": align, "dx": shift}, x=number("value", scale), y=pixel("y"),
                  text=words_of("text"), where=f"isValid(datum.value)&&datum.value{sign}")
            for align, shift, sign in (("left", px(6), ">=0"), ("right", -px(6), "<0"))
        ),
    ]  # fmt: skip


def bare_boxes(look: Look, size: Sizes, left: float, *, y: str = "y") -> list[Spec]:
    """Rows without a value: a hatched or dashed box where the bar would begin, and the words. y: the field it is at."""
    px = size.px
    box = {"size": px(18) ** 2, "strokeWidth": 1, "opacity": 1, "stroke": look.hatch_line}
    at = {"value": round(left) + px(10)}
    return [
        layer("point", {**box, "shape": HATCH, "fill": look.hatch_fill}, x=at, y=pixel(y),
              where="!isValid(datum.value)&&datum.status!=='not_reported'"),
        layer("point", {**box, "shape": BOX, "fill": "transparent", "strokeDash": [2, 2]}, x=at, y=pixel(y),
              where="!isValid(datum.value)&&datum.status==='not_reported'"),
        layer("text", {"align": "left", "fill": look.ink_3, "aria": True}, x={"value": round(left) + px(26)},
              y=pixel(y), text=words_of("text"), description=words_of("tip"), where="!isValid(datum.value)"),
    ]  # fmt: skip


def parts(
    amounts: pd.DataFrame, look: Look, language: str, width: Width, *, unit: str, colors: Sequence[str] | None = None
) -> Drawing:
    """Parts of a whole as one bar, with a line of words for each part below it.

    amounts: label and value (in `unit`, not below zero), in the order to draw; at most six rows, so gather the rest
    before. colors: one a part; the categories of the look where none are given.
    Raises ValueError for no row, more than six, a value below zero, or a total of zero.
    """
    if not 1 <= len(amounts) <= MOST_PARTS:
        raise ValueError(f"one bar holds 1 to {MOST_PARTS} parts, not {len(amounts)}; gather the smallest into one")
    total = float(amounts.value.sum())
    if (amounts.value < 0).any() or total <= 0:
        raise ValueError("parts of a whole are not below zero, and their total is above")
    shades = list(colors or look.categorical)
    lines, edge = [], 0.0
    for i, row in enumerate(amounts.to_dict("records")):
        share = float(row["value"]) / total
        percent = formats.percent(100 * share, language)
        said = value_text(float(row["value"]), unit, language)
        detail = percent if unit == "percent" else f"{said} ({percent})"
        lines.append(
            {"full_name": str(row["label"]), "share": share, "start": edge, "end": edge + share, "color": shades[i],
             "inside": percent, "detail": detail}
        )  # fmt: skip
        edge += share
    return _one_bar(lines, look, sizes(width, look))


def promises(states: Mapping[str, int], look: Look, language: str, width: Width) -> Drawing:
    """Promises by how they stand: done, under way, overdue, will not do. states: state to how many.

    Every state has its line of words, also when it is zero. Raises ValueError when there is no promise at all.
    """
    total = sum(int(states.get(state, 0)) for state in STATES)
    if total < 1:
        raise ValueError("there is no promise to draw")
    say = words(language)
    shades = dict(zip(STATES, (look.better.text, look.focus, look.worse.text, look.mark), strict=True))
    lines, edge = [], 0.0
    for state in STATES:
        count = int(states.get(state, 0))
        lines.append(
            {"full_name": say.say(f"kinds.commitment.status.{state}"), "share": count / total, "start": edge,
             "end": edge + count / total, "color": shades[state], "inside": formats.count(count, language),
             "detail": formats.count(count, language)}
        )  # fmt: skip
        edge += count / total
    return _one_bar(lines, look, sizes(width, look))


def _one_bar(lines: list[dict[str, Any]], look: Look, size: Sizes) -> Drawing:
    px = size.px
    texts = [f"{line['full_name']}: {line['detail']}" for line in lines]
    wide = max(text_width(text, size.text) for text in texts) + px(40)
    columns = max(1, min(len(lines), 3, int(size.least // wide)))
    if len(lines) == 4 and columns == 3:
        columns = 2
    step = size.least / columns
    tall = px(40)
    y = tall + px(24)
    key: list[Spec] = []
    for start in range(0, len(lines), columns):
        row = lines[start : start + columns]
        most = 1
        for j, line in enumerate(row):
            text = wrapped_to(f"{line['full_name']}: {line['detail']}", step - px(40), size.text)
            most = max(most, lines_in(text))
            key.append({"column": j, "y": y, "text": text, "color": line["color"]})
        y += px(18) * most + px(8)
    for line in lines:
        fits = line["share"] * size.least >= text_width(line["inside"], size.text, bold=True) + px(10)
        line["text"] = line["inside"] if fits and line["share"] > 0 else ""
        line["ink"] = look.label_on(line["color"])
        line["middle"] = (line["start"] + line["end"]) / 2
        line["tip"] = f"{line['full_name']}: {line['detail']}"
    scale = across((0, 1), 0, 0)
    spread = [{"expr": f"{j}*width/{columns}+{px(7)}"} for j in range(columns)]
    layers: list[Spec] = [
        layer("rect", {"stroke": look.card, "strokeWidth": 1.5, "aria": True}, x=number("start", scale),
              x2={"field": "end"}, y={"value": 0}, y2={"value": tall}, fill=as_is("color"),
              description=words_of("tip"), tooltip=[{"field": "tip", "type": "nominal", "title": " "}],
              where="datum.share>0"),
        layer("text", {"fontWeight": 600}, x=number("middle", scale), y={"value": tall / 2}, text=words_of("text"),
              fill=as_is("ink"), where="datum.text!==''"),
    ]  # fmt: skip
    for j in range(columns):
        mine = [spot for spot in key if spot["column"] == j]
        layers += [
            layer("point", {"shape": "square", "size": px(13) ** 2, "opacity": 1, "strokeWidth": 0}, values=mine,
                  x={"value": spread[j]}, y=pixel("y"), fill=as_is("color")),
            layer("text", {"align": "left", "lineBreak": "\n", "lineHeight": px(18), "dx": px(13)}, values=mine,
                  x={"value": spread[j]}, y=pixel("y"), text=words_of("text")),
        ]  # fmt: skip
    return picture(pd.DataFrame(lines), layers, of=look, size=size, height=y - px(4))


def money_axis(
    lowest: float,
    highest: float,
    look: Look,
    language: str,
    size: Sizes,
    *,
    left: float,
    beside: Sequence[tuple[float, float]],
    top: float,
    bottom: float,
) -> tuple[Spec, list[Spec]]:
    """The scale of a chart of cents, with zero in it, and its grid lines with dollars above them.

    beside: the amounts that words stand right of, with how wide those are.
    """
    low, high = min(lowest, 0.0), max(highest, 0.0)
    if high == low:
        high = 100.0
    plot = size.least - left - size.px(4)
    right = size.px(4) + room_right([((cents - low) / (high - low), wide) for cents, wide in beside], plot)
    at_most = 3 if size.is_phone else 5
    ticks = [tick for tick in ticks_between(low, high, at_most=at_most, whole=True) if low <= tick <= high]
    scale = across((low, high), left, right)
    texts = [tick_text(tick, "cents", language) for tick in ticks]
    margins = (left, right if ticks[-1] == high else float(size.least))
    return scale, grid_across(ticks, texts, scale, of=look, size=size, top=top, bottom=bottom, margins=margins)
