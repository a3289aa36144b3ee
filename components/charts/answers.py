"""How did people answer? One row a question, disagreeing to the left, agreeing to the right, the rest set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import formats
from components.charts.drawing import (
    BOX,
    HATCH,
    Drawing,
    Sizes,
    Spec,
    Width,
    across,
    as_is,
    layer,
    lines_in,
    number,
    picture,
    pixel,
    sizes,
    text_width,
    words_of,
    wrapped_to,
)
from components.charts.texts import has_value, status_words
from components.tokens import Look
from components.words import words
from data.figures import Status


def likert(questions: pd.DataFrame, look: Look, language: str, width: Width) -> Drawing:
    """Answers as diverging stacked bars.

    questions: one row a question, in the order to draw: question (its words), options (a list, from least to most
    favorable), favorable (how many of them, from the last, are), shares (a list, 0 to 1, as many as options; None
    where they are not shown), and where they are known dont_know (a share, 0 to 1, on its own base), value, low and
    high (the favorable share and its range, in percent), and status. The answer in the middle and "don't know" stand
    apart at the right.
    Raises ValueError for no question, one answer, more than seven, or when shares and options do not match.
    """
    if questions.empty:
        raise ValueError("this chart needs at least one question")
    return _Answers(questions, look, language, sizes(width, look)).drawing()


@dataclass(frozen=True)
class _Form:
    """How one set of answers is drawn: which are against, apart and favorable, and the color of each."""

    options: tuple[str, ...]
    against: tuple[int, ...]
    apart: tuple[int, ...]
    favorable: tuple[int, ...]
    colors: tuple[str, ...]

    @classmethod
    def of(cls, options: Sequence[str], favorable: int, look: Look) -> _Form:
        n = len(options)
        if not 2 <= n <= 7 or not 0 < favorable < n:
            raise ValueError(f"this chart takes two to seven answers, {favorable} of {n} favorable does not fit")
        apart = (n - favorable - 1,) if n % 2 and favorable <= n // 2 else ()
        against = n - favorable - len(apart)
        # Five colors are easier to tell apart than seven; the longer scale is for three answers on a side.
        scale = look.likert if max(against, favorable) <= 2 else look.diverging_judged
        colors = [*_spread(scale[: len(scale) // 2], against), *(scale[len(scale) // 2] for _ in apart),
                  *reversed(_spread(scale[: len(scale) // 2 : -1], favorable))]  # fmt: skip
        return cls(tuple(options), tuple(range(against))[::-1], apart, tuple(range(n - favorable, n)), tuple(colors))


def _spread(scale: Sequence[str], wanted: int) -> list[str]:
    """`wanted` colors of one arm of a scale, its strongest first; the faintest again where it has too few."""
    return [*scale[:wanted], *[scale[-1]] * (wanted - len(scale))]


class _Answers:
    def __init__(self, questions: pd.DataFrame, look: Look, language: str, size: Sizes) -> None:
        self.look, self.language, self.size, self.say = look, language, size, words(language)
        self.records: list[dict[str, Any]] = questions.to_dict("records")  # type: ignore[assignment]
        for row in self.records:
            row["form"] = _Form.of(list(row["options"]), int(row["favorable"]), look)
            if self._shown(row) and len(row["shares"]) != len(row["form"].options):
                raise ValueError(
                    f"{row['question']!r} has {len(row['shares'])} shares for {len(row['form'].options)} answers"
                )
        shown = [row for row in self.records if self._shown(row)]
        self.gap = 0.06
        self.farthest_left = max((self._sum(row, row["form"].against) for row in shown), default=0.5)
        self.farthest_right = max((self._sum(row, row["form"].favorable) for row in shown), default=0.5)
        self.neither = max((self._sum(row, row["form"].apart) for row in shown), default=0.0)
        self.unsure = max((self._unsure(row) for row in shown), default=0.0)
        self.apart_from = self.farthest_right + self.gap
        self.unsure_from = self.apart_from + (self.neither + self.gap if self.neither else 0.0)
        end = self.unsure_from + self.unsure if self.unsure else self.apart_from + self.neither
        self.domain = (-self.farthest_left, end if self.unsure or self.neither else self.farthest_right)
        # Where the favorable answers end: the result stands above them, never above those set apart.
        end_px = self.size.least * (self.farthest_left + self.farthest_right) / (self.domain[1] - self.domain[0])
        widest = max((text_width(self._result(row), size.text) for row in self.records), default=0.0)
        left_px = end_px - widest - size.px(20)
        self.question_px = left_px if left_px >= size.px(180) and not size.is_phone else None
        self.segments: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []
        self.bare: list[dict[str, Any]] = []
        self.key: list[Spec] = []
        self.y = 0.0
        before: _Form | None = None
        for row in self.records:
            if row["form"] != before:
                self._add_key(row["form"])
                before = row["form"]
            self._question(row)

    @staticmethod
    def _sum(row: dict[str, Any], which: Sequence[int]) -> float:
        return float(sum(row["shares"][i] for i in which))

    @staticmethod
    def _shown(row: dict[str, Any]) -> bool:
        return Status(str(row.get("status", "shown"))).has_value and isinstance(row["shares"], Sequence)

    @staticmethod
    def _unsure(row: dict[str, Any]) -> float:
        share = row.get("dont_know")
        return 0.0 if pd.isna(share) else float(share)

    def _add_key(self, form: _Form) -> None:
        """Lay out the words for the colors above the questions, in the order of the data; wraps where it must."""
        px = self.size.px
        entries = list(zip(form.options, form.colors, strict=True))
        if self.unsure:
            entries.append((self.say.say("feedback.dont_know"), self.look.card))
        x, y = 0.0, self.y + px(10)
        for text, color in entries:
            wide = px(20) + text_width(text, self.size.text) + px(16)
            if x and x + wide - px(16) > self.size.least:
                x, y = 0.0, y + px(24)
            self.key.append({"x": x + px(7), "text_x": x + px(20), "y": y, "text": text, "color": color,
                             "edge": self.look.mark if color == self.look.card else color})  # fmt: skip
            x += wide
        self.y = y + px(22)

    def _question(self, row: dict[str, Any]) -> None:
        px, shown = self.size.px, self._shown(row)
        result = self._result(row)
        beside = bool(result) and self.question_px is not None
        room = self.question_px if beside and self.question_px is not None else float(self.size.least)
        question = wrapped_to(str(row["question"]), room, self.size.text, bold=True)
        line = px(18)
        self.texts.append({"y": self.y + px(9), "text": question, "beside": False, "weight": 600, "ink": self.look.ink})
        self.y += line * lines_in(question)
        if result:
            self.y += 0 if beside else line
            self.texts.append(
                {"y": self.y - px(9), "text": result, "beside": beside, "weight": 400, "ink": self.look.ink_3}
            )
        self.y += px(5)
        height = px(28)
        if shown:
            self._bar(row, height)
            self.y += height + px(18)
        else:
            self.bare.append(
                {"y": self.y + px(10), "text": status_words(row["status"], self.say), "status": str(row["status"]),
                 "question": str(row["question"])}
            )  # fmt: skip
            self.y += px(20) + px(18)

    def _result(self, row: dict[str, Any]) -> str:
        """The favorable share with its range in words."""
        if not has_value({"value": None, "status": "shown", **row}):
            return ""
        low, high = row.get("low"), row.get("high")
        share = formats.percent(float(row["value"]), self.language)
        if pd.isna(low) or pd.isna(high):
            return share
        said = formats.give_or_take(float(row["value"]), float(low), float(high), self.language)
        return said if said.startswith(share) else f"{share}, {said}"

    def _bar(self, row: dict[str, Any], height: int) -> None:
        form: _Form = row["form"]
        places: list[tuple[int, float, float]] = []
        edge = 0.0
        for i in form.against:
            places.append((i, edge - row["shares"][i], edge))
            edge -= row["shares"][i]
        edge = 0.0
        for i in form.favorable:
            places.append((i, edge, edge + row["shares"][i]))
            edge += row["shares"][i]
        places += [(i, self.apart_from, self.apart_from + row["shares"][i]) for i in form.apart]
        if self._unsure(row):
            places.append((len(form.options), self.unsure_from, self.unsure_from + self._unsure(row)))
        across_px = self.size.least / (self.domain[1] - self.domain[0])
        names = [*form.options, self.say.say("feedback.dont_know")]
        colors = [*form.colors, self.look.card]
        for i, start, end in sorted(places, key=lambda place: place[1]):
            share = end - start
            text = formats.percent(100 * share, self.language)
            inside = f"{round(100 * share)}"
            fits = share * across_px >= text_width(inside, self.size.text, bold=True) + self.size.px(6)
            self.segments.append(
                {
                    "question": str(row["question"]),
                    "full_name": names[i],
                    "share": share,
                    "start": start,
                    "end": end,
                    "middle": (start + end) / 2,
                    "y": self.y + height / 2,
                    "y_top": self.y,
                    "y_bottom": self.y + height,
                    "color": colors[i],
                    "edge": self.look.mark if i == len(form.options) else self.look.card,
                    "ink": self.look.label_on(colors[i]),
                    "text": inside if fits else "",
                    "value_text": text,
                    "tip": f"{row['question']} {names[i]}: {text}",
                }
            )

    def drawing(self) -> Drawing:
        px, look = self.size.px, self.look
        scale = across(self.domain, 1, 2)
        tips = [
            {"field": "full_name", "type": "nominal", "title": self.say.say("table.name")},
            {"field": "value_text", "type": "nominal", "title": self.say.say("table.share")},
        ]
        middles = sorted({(row["y_top"], row["y_bottom"]) for row in self.segments})
        layers: list[Spec] = [
            layer("point", {"shape": "square", "size": px(13) ** 2, "opacity": 1, "strokeWidth": 1}, values=self.key,
                  x=pixel("x"), y=pixel("y"), fill=as_is("color"), stroke=as_is("edge")),
            layer("text", {"align": "left"}, values=self.key, x=pixel("text_x"), y=pixel("y"), text=words_of("text")),
        ]  # fmt: skip
        for text in self.texts:
            at = number("x", scale) if text["beside"] else {"value": 0}
            text["x"] = self.farthest_right
            layers.append(
                layer("text", {"align": "right" if text["beside"] else "left", "fontWeight": text["weight"],
                               "fill": text["ink"], "lineBreak": "\n", "lineHeight": px(18)},
                      values=[text], x=at, y=pixel("y"), text=words_of("text"))
            )  # fmt: skip
        if self.segments:
            layers += [
                layer("rect", {"strokeWidth": 1.5, "aria": True}, x=number("start", scale), x2={"field": "end"},
                      y=pixel("y_top"), y2={"field": "y_bottom"}, fill=as_is("color"), stroke=as_is("edge"),
                      tooltip=tips, description=words_of("tip"), where="datum.share>0"),
                layer("text", {"fontWeight": 600}, x=number("middle", scale), y=pixel("y"), text=words_of("text"),
                      fill=as_is("ink"), where="datum.text!==''"),
                layer("rule", {"stroke": look.ink_3, "strokeWidth": max(2, self.size.line * 0.75)},
                      values=[{"x": 0, "y": top - px(5), "y2": bottom + px(5)} for top, bottom in middles],
                      x=number("x", scale), y=pixel("y"), y2={"field": "y2"}),
            ]  # fmt: skip
        for box in self.bare:
            late = box["status"] == Status.NOT_REPORTED
            layers += [
                layer("point", {"shape": BOX if late else HATCH, "size": px(18) ** 2, "strokeWidth": 1, "opacity": 1,
                                "stroke": look.hatch_line, "fill": "transparent" if late else look.hatch_fill,
                                **({"strokeDash": [2, 2]} if late else {})},
                      values=[box], x={"value": px(10)}, y=pixel("y")),
                layer("text", {"align": "left", "fill": look.ink_3, "aria": True}, values=[box], x={"value": px(26)},
                      y=pixel("y"), text=words_of("text")),
            ]  # fmt: skip
        rows = pd.DataFrame(self.segments)
        return picture(rows, layers, of=look, size=self.size, height=self.y - px(8))
