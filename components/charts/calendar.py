"""Time on the level axis of a chart: the place of a period, and the labels under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from components import formats
from components.charts.drawing import Sizes, text_width
from data import periods

Step = Literal["month", "quarter", "year"]


def step_of(codes: Sequence[str]) -> Step:
    """What the periods of a timeline are: months, quarters, or years of any kind.

    Raises ValueError when they are not all of one kind.
    """
    kinds = {"year" if (kind := periods.parse(code).kind) in ("fiscal", "range") else kind for code in codes}
    if len(kinds) != 1 or not kinds <= {"month", "quarter", "year"}:
        raise ValueError(f"a timeline needs periods of one kind: months, quarters or years, not {sorted(kinds)}")
    return kinds.pop()  # type: ignore[return-value]


def place_of(code: str, step: Step) -> int:
    """The place of a period among those of its kind. A fiscal year is named after the year it ends in."""
    period = periods.parse(code)
    return index_of(period.end if period.kind == "fiscal" else period.start, step)


def index_of(day: date, step: Step) -> int:
    """The place of a day's month, quarter or year."""
    if step == "year":
        return day.year
    return day.year * 12 + day.month - 1 if step == "month" else day.year * 4 + (day.month - 1) // 3


def ticks(
    first: int, last: int, step: Step, language: str, size: Sizes, *, left: float, start: float, period_px: float
) -> list[dict[str, Any]]:
    """Labels under a timeline: x (a place), text, align (so that the outer ones stay inside).

    first, last: places of the first and last period. left: pixels before the plot. start: the place at its left edge.
    period_px: pixels from one period to the next.
    """
    if step == "year":
        room = text_width("2025", size.text) + size.px(10)
        stride = next(s for s in (1, 2, 5, 10, 20, 50, 100) if s * period_px >= room)
        wanted = [i for i in range(first, last + 1) if (last - i) % stride == 0]
        spots: list[dict[str, Any]] = [{"x": i, "text": str(i)} for i in wanted]
    else:
        spots = _months(first, last, step, language, size)
    for spot in spots:
        half = text_width(str(spot["text"]), size.text) / 2
        place = left + (float(spot["x"]) - start) * period_px
        spot["align"] = "right" if size.least - place < half else "left" if place < half else "center"
    return spots


def _months(first: int, last: int, step: Step, language: str, size: Sizes) -> list[dict[str, Any]]:
    at_most, per_year = 4 if size.is_phone else 5, 12 if step == "month" else 4
    span = last - first + 1
    strides = [*((1, 2, 3, 6) if per_year == 12 else (1, 2))] + [per_year * y for y in (1, 2, 3, 5, 10)]
    stride = next((s for s in strides if -(-span // s) <= at_most), strides[-1])
    # Within a year the labels fall on the same months of each.
    wanted = [i for i in range(first, last + 1) if (i % per_year if stride < per_year else i) % stride == 0] or [first]
    days = [date(i // per_year, (i % per_year) * (12 // per_year) + 1, 1) for i in wanted]
    plain = stride >= per_year and size.is_phone
    texts = [str(day.year) if plain else formats.month_text(day, language) for day in days]
    return [{"x": i, "text": text} for i, text in zip(wanted, texts, strict=True)]


def runs(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Rows of one status whose places `x` follow each other."""
    found: list[list[Mapping[str, Any]]] = []
    for row in rows:
        if found and found[-1][-1]["status"] == row["status"] and row["x"] - found[-1][-1]["x"] == 1:
            found[-1].append(row)
        else:
            found.append([row])
    return found
