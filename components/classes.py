"""Classes of a map: their edges, their words and their colors. The edges are part of a measure's definition.

A value belongs to the class of the number that people read. 69.7% is shown as 70%, so it is in '70% to 79%': a label
and the number beside it never disagree, and between two labels there is neither a gap nor an overlap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from components import formats
from components.tokens import Look
from components.words import words
from data.figures import Status

SERIOUS = ("safety", "accountability")
"""Topics drawn in plum: a serious color, not an alarm."""
GROUPING = "grouping"
"""What the places of a map of groups stand beside: each other."""


@dataclass(frozen=True)
class MapClass:
    """One color of a map. low, high: the first number in it and the first above it, as read; None without an end."""

    label: str
    fill: str
    low: Decimal | None = None
    high: Decimal | None = None
    group: str | None = None


@dataclass(frozen=True)
class MapClasses:
    """All classes of a map, from low to high, or by group. `unit`: the measure's unit code."""

    unit: str
    items: tuple[MapClass, ...]

    @property
    def by_group(self) -> bool:
        """True where a class is a verdict (above the city, no clear difference, below), not a stretch of values."""
        return self.items[0].group is not None

    def of(self, row: Mapping[str, Any]) -> MapClass | None:
        """The class of a row with value, status and group; None where its status allows no value to be drawn."""
        if not Status(str(row["status"])).has_value or pd.isna(row["value"]):
            return None
        if self.by_group:
            group = row.get("group")
            return next((item for item in self.items if item.group == group), None)
        edges = [item.low for item in self.items[1:]]
        return self.items[bisect_right(edges, as_read(float(row["value"]), self.unit))]  # type: ignore[type-var]


def as_read(value: float, unit: str) -> Decimal:
    """The number that people read: whole, or with one decimal for rates below ten."""
    number = Decimal(str(value))
    if unit == "per_1000_residents":
        tenth = number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        if tenth < 10:
            return tenth
    return number.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def value_classes(measure: Mapping[str, Any], look: Look, language: str) -> MapClasses:
    """Classes of the value, by the measure's `map_breaks`: inner edges joined by ';', as in '40;50;60;70'.

    measure: a row of `queries.measures` (unit, topic, map_breaks). Edges are rounded to what people read.
    Where the look has fewer colors (the projector has four), the topmost classes are one. Without edges there is one
    class for all.
    """
    unit, say = str(measure["unit"]), words(language)
    breaks = measure.get("map_breaks")
    texts = [] if breaks is None or pd.isna(breaks) else [part for part in str(breaks).split(";") if part.strip()]
    edges = sorted({as_read(float(text), unit) for text in texts})
    scale = "sequential_plum" if measure.get("topic") in SERIOUS else "sequential_blue"
    edges = edges[: len(getattr(look, scale)) - 1]
    fills = look.ramp(scale, len(edges) + 1)  # type: ignore[arg-type]
    if not edges:
        return MapClasses(unit, (MapClass(say.say("status.chip.shown"), fills[0]),))
    first, last = say.say("map.class_under", high=_text(edges[0], unit, language)), edges[-1]
    items = [MapClass(first, fills[0], None, edges[0])]
    for low, high, fill in zip(edges, edges[1:], fills[1:], strict=False):
        items.append(MapClass(_between(low, high, unit, language), fill, low, high))
    items.append(MapClass(say.say("map.class_over", low=_text(last, unit, language)), fills[-1], last, None))
    return MapClasses(unit, tuple(items))


def group_classes(measure: Mapping[str, Any], look: Look, language: str, beside: str = "city") -> MapClasses:
    """Three classes for anything sampled or small: higher than the city, no clear difference, lower.

    measure: a row of `queries.measures` (unit, direction). beside: city, or setting for the others of a
    setting. Colors judge only where the measure has a good direction.
    """
    say = words(language)
    worse, same, better = look.judged_classes()
    above, middle, below = look.neutral_classes()
    if measure["direction"] == "more":
        above, middle, below = better, same, worse
    elif measure["direction"] == "fewer":
        above, middle, below = worse, same, better
    return MapClasses(
        str(measure["unit"]),
        tuple(
            MapClass(say.say(group_words(group, beside)), fill, group=group)
            for group, fill in (("above", above), ("same", middle), ("below", below))
        ),
    )


def group_words(group: str, beside: str = "city") -> str:
    """The key of the words of a group (above, same, below) beside the city, or the others of a setting; or for a
    grouping, which tells what an area and its neighbors are part of.
    """
    if beside == GROUPING:
        return f"map.{group}_grouping"
    return f"map.{group}_setting" if beside == "setting" and group != "same" else f"map.{group}"


def beside_of(figures: pd.DataFrame) -> str:
    """What the groups of these places are beside: city, or setting where they say so."""
    return str(figures.beside.iloc[0]) if "beside" in figures and len(figures) else "city"


def _between(low: Decimal, high: Decimal, unit: str, language: str) -> str:
    """'60% to 69%': from the edge to the last number that people can read below the next one."""
    step = Decimal("0.1") if unit == "per_1000_residents" and high <= 10 else Decimal(1)
    last = high - step
    if last == low:
        return _text(low, unit, language)
    return words(language).say("map.class_between", low=_text(low, unit, language), high=_text(last, unit, language))


def _text(number: Decimal, unit: str, language: str) -> str:
    if number == number.to_integral():
        number = number.to_integral()
        return formats.percent(float(number), language) if unit == "percent" else formats.count(float(number), language)
    return formats.value_number(float(number), unit, language)
