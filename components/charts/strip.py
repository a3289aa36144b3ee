"""Where does my place stand? One row a neighborhood, its band, and the city as a dashed line."""

from __future__ import annotations

from typing import Any

import pandas as pd

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
from components.charts.texts import has_range, has_value, reading, tick_text, tooltip_of, value_text, why_without
from components.classes import beside_of, group_words
from components.tokens import Look
from components.words import words
from data.figures import Status

GROUPS = ("above", "same", "below")
SHAPES = {"above": "triangle-up", "same": "circle", "below": "triangle-down"}


def group_color(look: Look, group: str | None, direction: str) -> str:
    """The color of a place that is above, below or not clearly different from the city.

    direction: fewer, more or none, as the measure says. Without a good direction nothing is better or worse.
    """
    if group not in ("above", "below"):
        return look.mark
    if direction == "none":
        return look.changed.text
    return (look.better if (group == "above") == (direction == "more") else look.worse).text


def strip(
    figures: pd.DataFrame,
    look: Look,
    language: str,
    width: Width,
    *,
    unit: str,
    direction: str = "none",
    chosen: str | None = None,
    city: float | None = None,
    city_name: str = "",
    whole: bool = True,
) -> Drawing:
    """Neighborhoods with their ranges, in three groups: above the city, no clear difference, below.

    figures: one row a place, with neighborhood, name, value, low, high, status, and where they are known n and group
    (above, same or below; from a test, never from bands) and beside (city or setting). unit: the measure's unit code.
    direction: fewer, more or none. chosen: the neighborhood the reader chose. city: the city's value, in the same unit,
    or that of another whole, which city_name names then. whole: these are all the places; else no group says how many.
    Places without a value keep their row, with the words for why. Places where it does not apply are named below.
    Raises ValueError when there is no row.
    """
    if figures.empty:
        raise ValueError("a strip needs at least one place")
    size = sizes(width, look)
    plan = _Plan(figures, language, size, unit=unit, chosen=chosen, city=city, city_name=city_name,
                 direction=direction, look=look, whole=whole)  # fmt: skip
    return plan.drawing()


class _Plan:
    """Where everything in one strip goes, in pixels from the top."""

    def __init__(
        self,
        figures: pd.DataFrame,
        language: str,
        size: Sizes,
        *,
        unit: str,
        chosen: str | None,
        city: float | None,
        city_name: str,
        direction: str,
        look: Look,
        whole: bool,
    ) -> None:
        self.whole = whole
        self.say, self.language = words(language), language
        self.size, self.unit, self.chosen, self.look = size, unit, chosen, look
        self.city = None if city is None or pd.isna(city) else float(city)
        self.city_name = city_name or self.say.say("kinds.neighborhood.kind.city")
        self.direction = direction
        records: list[dict[str, Any]] = figures.to_dict("records")  # type: ignore[assignment]
        self.beside = beside_of(figures)
        self.left_out: dict[str, list[str]] = {}
        for row in records:
            if row["status"] == Status.NOT_APPLICABLE:
                self.left_out.setdefault(why_without(row, self.say), []).append(str(row["name"]))
        self.records = [row for row in records if row["status"] != Status.NOT_APPLICABLE]
        self.shown = [row for row in self.records if has_value(row)]
        highest = max([*(self._end(row, "high") for row in self.shown), self.city or 0.0], default=1.0)
        lowest = min([*(self._end(row, "low") for row in self.shown), self.city or 0.0], default=0.0)
        self.ticks = (
            [0.0, 25.0, 50.0, 75.0, 100.0]
            if unit == "percent"
            else ticks_between(min(lowest, 0), highest, whole=unit != "per_1000_residents")
        )
        self.domain = (self.ticks[0], self.ticks[-1])
        self.name_px = 0 if size.is_phone else self._name_width()
        self.end_px = size.px(9)
        self.right = 0.0
        self.rows: list[dict[str, Any]] = []
        self.guides: list[Spec] = []
        self.top = size.px(24)
        self.y = float(self.top + size.px(6))
        self._place_all()

    @staticmethod
    def _end(row: dict[str, Any], end: str) -> float:
        return float(row[end]) if has_range(row) else float(row["value"])

    def _name_width(self) -> int:
        wide = max((text_width(wrapped(str(r["name"])), self.size.text, bold=True) for r in self.records), default=0)
        return round(wide) + self.size.px(16)

    @property
    def plot_px(self) -> float:
        """The narrowest the scale gets."""
        return self.size.least - self.name_px - 2 * self.end_px

    def _share(self, value: float) -> float:
        low, high = self.domain
        return (value - low) / (high - low)

    def _place_all(self) -> None:
        grouped = any(row.get("group") in GROUPS for row in self.shown)
        if grouped:
            for group in GROUPS:
                members = [r for r in self.shown if (r.get("group") or "same") == group or
                           (group == "same" and r.get("group") not in GROUPS)]  # fmt: skip
                if members:
                    self._heading(self.say.say(group_words(group, self.beside)), len(members), group)
                    for row in sorted(members, key=self._order):
                        self._row(row, group)
        else:
            for row in sorted(self.shown, key=lambda r: str(r["name"])):
                self._row(row, "same")
        rest = sorted((r for r in self.records if not has_value(r)), key=lambda r: str(r["name"]))
        if rest:
            if grouped:
                self._heading(self.say.say("map.not_shown"), len(rest), None)
            for row in rest:
                self._row(row, None)
        self.rows_end = self.y

    def _order(self, row: dict[str, Any]) -> tuple[float, str]:
        """By value, beside one line; by name where each place has a line of its own."""
        is_apart = self.beside == "setting" and self.city is None
        return (0.0 if is_apart else -float(row["value"]), str(row["name"]))

    def _heading(self, text: str, places: int, group: str | None) -> None:
        px = self.size.px
        self.y += px(10) if self.rows else 0
        self.guides.append(
            {
                "text": self.say.say("map.legend_row", n=places, label=text) if self.whole else text,
                "y": self.y + px(10),
                "shape": SHAPES.get(group or "", HATCH),
                "color": group_color(self.look, group, self.direction) if group else self.look.hatch_line,
                "fill": group_color(self.look, group, self.direction) if group else "transparent",
                "area": px(9) ** 2 if group else px(18) ** 2,
            }
        )
        self.y += px(24)

    def _row(self, row: dict[str, Any], group: str | None) -> None:
        px, here = self.size.px, str(row["neighborhood"]) == self.chosen
        name = str(row["name"]) if self.size.is_phone else wrapped(str(row["name"]), WRAP_AT)
        said = reading(row, self.unit, self.language)
        hollow = row["status"] in (Status.PROVISIONAL, Status.UNSTABLE)
        color = self.look.focus if here else group_color(self.look, group, self.direction)
        made: dict[str, Any] = {
            "neighborhood": str(row["neighborhood"]),
            "name": name,
            "full_name": str(row["name"]),
            "status": str(row["status"]),
            "group": group,
            "value": float(row["value"]) if has_value(row) else None,
            "low": float(row["low"]) if has_range(row) else None,
            "high": float(row["high"]) if has_range(row) else None,
            "chosen": here,
            "color": color,
            "fill": self.look.card if hollow else color,
            "shape": SHAPES.get(group or "", "circle"),
            **said,
        }
        words_here = [said["range_text"]] if here and said["range_text"] else []
        if has_value(row) and said["status_text"]:
            words_here.append(said["status_text"])
        if has_value(row) and here and not words_here:
            words_here.append(said["value_text"])
        note = ", ".join(words_here) if has_value(row) else why_without(row, self.say)
        made |= self._note(made, note)
        if self.size.is_phone:
            under = text_width(name, self.size.text, bold=here) + text_width(note, 14, bold=here) + 16
            two_lines = bool(note) and has_value(row) and under > self.size.least
            if two_lines:
                made |= {"note": wrapped_to(note, self.size.least, 14, bold=here)}
            lines = lines_in(made["note"]) if two_lines else 0
            made |= {"name_y": self.y + 8, "note_y": self.y + (27 if two_lines else 8), "y": self.y + 28 + 19 * lines}
            if not has_value(row):
                made["note_y"] = made["y"]
            elif two_lines:
                made |= {"note_align": "left"}
            self.y += 46 + 19 * lines
        else:
            pitch = max(px(30), round(self.size.text * 1.25 * lines_in(name)) + px(8))
            middle = self.y + pitch / 2
            made |= {"name_y": middle, "note_y": middle, "y": middle}
            self.y += pitch
        made |= {"band_top": made["y"] - px(6), "band_bottom": made["y"] + px(6)}
        self.rows.append(made)

    def _note(self, row: dict[str, Any], note: str) -> dict[str, Any]:
        """Where the words of a row stand: right of its band, left of it, or at the end of the plot."""
        px = self.size.px
        if self.size.is_phone or row["value"] is None:
            return {"note": note, "note_at": None, "note_align": "right", "note_dx": 0}
        wide = text_width(note, self.size.text, bold=row["chosen"]) + px(14)
        low = self._share(row["low"] if row["low"] is not None else row["value"])
        high = self._share(row["high"] if row["high"] is not None else row["value"])
        # What the plot must give up so that the words fit right of the band.
        missing = room_right([(high, wide - self.end_px)], self.plot_px)
        if note and missing > px(60) and low * self.plot_px >= wide:
            at = row["low"] if row["low"] is not None else row["value"]
            return {"note": note, "note_at": at, "note_align": "right", "note_dx": -px(12)}
        if note:
            self.right = max(self.right, missing)
        at = row["high"] if row["high"] is not None else row["value"]
        return {"note": note, "note_at": at, "note_align": "left", "note_dx": px(12)}

    def drawing(self) -> Drawing:
        px, look, size = self.size.px, self.look, self.size
        rows = pd.DataFrame(self.rows)
        foot = px(24) if self.city is not None else 0
        left_out = ""
        if self.left_out:
            listed = [f"{why}: {', '.join(sorted(names))}" for why, names in sorted(self.left_out.items())]
            left_out = "\n".join(wrapped_to(line, size.least, size.text) for line in listed)
        height = self.rows_end + foot
        below = px(19) * lines_in(left_out) + px(12) if left_out else px(4)
        margins = (self.name_px + self.end_px, self.end_px + self.right)
        scale = across(self.domain, *margins)
        ticks = [tick_text(tick, self.unit, self.language) for tick in self.ticks]
        x = number("value", scale)
        tips = tooltip_of(self.say)
        layers: list[Spec] = [
            *grid_across(self.ticks, ticks, scale, of=look, size=size, top=self.top, bottom=height, margins=margins),
            layer("rect", {"opacity": 0.3, "cornerRadius": px(6)}, x=number("low", scale),
                  x2={"field": "high"}, y=pixel("band_top"), y2={"field": "band_bottom"}, color=as_is("color"),
                  where="isValid(datum.low)"),
            layer("rule", {"strokeWidth": size.line}, x=number("low"), x2={"field": "high"}, y=pixel("y"),
                  color=as_is("color"), where="isValid(datum.low)"),
        ]  # fmt: skip
        if self.city is not None:
            layers += self._city(scale, height)
        layers += [
            layer("point", {"size": px(11) ** 2, "strokeWidth": size.line, "opacity": 1, "aria": True}, x=x,
                  y=pixel("y"), shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill"),
                  tooltip=tips, description=words_of("tip"), where="isValid(datum.value)"),
            *self._names(),
            *self._notes(scale),
            *self._headings(),
        ]  # fmt: skip
        if left_out:
            layers.append(
                layer("text", {"align": "left", "baseline": "top", "lineBreak": "\n", "fill": look.ink_3,
                               "lineHeight": px(19)},
                      values=[{"text": left_out}], x={"value": 0}, y={"value": round(height) + px(8)},
                      text=words_of("text"))
            )  # fmt: skip
        return picture(rows, layers, of=look, size=size, height=height + below)

    def _city(self, scale: Spec, height: float) -> list[Spec]:
        assert self.city is not None
        px = self.size.px
        label = f"{self.city_name}: {value_text(self.city, self.unit, self.language)}"
        spot, share, plot = [{"value": self.city, "text": label}], self._share(self.city), self.plot_px - self.right
        wide = text_width(label, self.size.text, bold=True) + px(8)
        before, after = share * plot + self.end_px + self.name_px, (1 - share) * plot + self.end_px
        fits_nowhere = wide > max(before, after)  # then it stands under the line's end, from the left edge
        at_right = (share > 0.6 or wide > after) and not fits_nowhere
        x = {"value": 0} if fits_nowhere else number("value", scale)
        dx = 0 if fits_nowhere else -px(8) if at_right else px(8)
        end = round(height) - (px(22) if fits_nowhere else px(4))
        return [
            layer("rule", {"strokeDash": [px(5), px(3)], "strokeWidth": max(1.5, self.size.line * 0.75),
                           "stroke": self.look.ink},
                  values=spot, x=number("value", scale), y={"value": self.top}, y2={"value": end}),
            layer("text", {"align": "right" if at_right else "left", "dx": dx, "baseline": "middle", "fontWeight": 600},
                  values=spot, x=x, y={"value": round(height) - px(12)}, text=words_of("text")),
        ]  # fmt: skip

    def _names(self) -> list[Spec]:
        phone, px = self.size.is_phone, self.size.px
        common = {"align": "left" if phone else "right", "baseline": "middle", "lineBreak": "\n",
                  "lineHeight": round(self.size.text * 1.25)}  # fmt: skip
        x = {"value": 0 if phone else self.name_px - px(8)}
        # The middle of several lines is found by Vega only for the first one.
        shift = {"dy": {"expr": f"-(length(split(datum.name,'\\n'))-1)*{self.size.text * 0.625}"}}
        return [
            made
            for weight, chosen in ((400, False), (700, True))
            for made in label({**common, **shift, "fontWeight": weight}, of=self.look, x=x, y=pixel("name_y"),
                              text=words_of("name"), where=f"datum.chosen==={'true' if chosen else 'false'}")
        ]  # fmt: skip

    def _notes(self, scale: Spec) -> list[Spec]:
        px, look = self.size.px, self.look
        placed = {"align": {"expr": "datum.note_align"}, "dx": {"expr": "datum.note_dx"}, "baseline": "middle",
                  "lineBreak": "\n", "lineHeight": px(19)}  # fmt: skip
        made: list[Spec] = []
        for chosen, weight, color in ((False, 400, look.ink_3), (True, 600, look.focus)):
            mine = f"datum.chosen==={'true' if chosen else 'false'}&&datum.note!==''"
            properties = {**placed, "fontWeight": weight, "fill": color}
            if self.size.is_phone:
                for side, x in (("left", {"value": 0}), ("right", {"value": {"expr": "width"}})):
                    made.extend(
                        label(properties, of=look, x=x, y=pixel("note_y"), text=words_of("note"),
                              where=f"{mine}&&isValid(datum.value)&&datum.note_align==='{side}'")
                    )  # fmt: skip
            else:
                made.extend(
                    label(properties, of=look, x=number("note_at", scale), y=pixel("note_y"),
                          text=words_of("note"), where=f"{mine}&&isValid(datum.value)")
                )  # fmt: skip
        start = self.name_px + self.end_px
        box = {"size": px(18) ** 2, "strokeWidth": max(1, self.size.line * 0.5), "fill": look.hatch_fill,
               "stroke": look.hatch_line, "opacity": 1}  # fmt: skip
        made += [
            layer("point", {**box, "shape": HATCH}, x={"value": start + px(9)}, y=pixel("y"),
                  where="!isValid(datum.value)&&datum.status!=='not_reported'"),
            layer("point", {**box, "shape": BOX, "strokeDash": [2, 2], "fill": "transparent"},
                  x={"value": start + px(9)}, y=pixel("y"), where="datum.status==='not_reported'"),
            *label({"align": "left", "fill": look.ink_3, "aria": True}, of=look,
                  x={"value": start + px(26)}, y=pixel("note_y"), text=words_of("note"),
                  description=words_of("tip"), where="!isValid(datum.value)"),
        ]  # fmt: skip
        return made

    def _headings(self) -> list[Spec]:
        if not self.guides:
            return []
        px = self.size.px
        return [
            layer("point", {"opacity": 1, "strokeWidth": 1}, values=self.guides, x={"value": px(10)}, y=pixel("y"),
                  shape=as_is("shape"), stroke=as_is("color"), fill=as_is("fill"),
                  size={"field": "area", "type": "quantitative", "scale": None, "legend": None}),
            *label({"align": "left", "fontWeight": 600, "fill": self.look.ink_2}, of=self.look, values=self.guides,
                   x={"value": px(26)}, y=pixel("y"), text=words_of("text")),
        ]  # fmt: skip
