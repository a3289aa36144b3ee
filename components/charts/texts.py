"""The words on a chart: what a row says of itself, as the rest of the site says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import formats
from components.words import Words, words
from data.figures import Status
from data.verdicts.finding import ALONE


def value_text(value: float, unit: str, language: str) -> str:
    """A value short enough to stand on a mark: '57%', '8.4', '1,184', '$48K' (unit `cents`)."""
    if unit == "cents":
        return formats.money(round(value), language)
    return formats.value_number(value, unit, language)


def tick_text(value: float, unit: str, language: str) -> str:
    """A round value on an axis: as short as it can be, with no decimals that are only zeros."""
    if unit == "cents":
        return formats.money(round(value), language)
    if unit == "per_1000_residents" and value == round(value):
        return formats.count(value, language)
    return formats.value_number(value, unit, language)


def status_words(status: str, say: Words) -> str:
    """What stands in a plot where there is no mark: 'Hidden: small number', 'Not reported'."""
    return say.say(f"status.cell.{status}")


NOT_COMPARED = tuple(str(reason) for reason in ALONE)
"""Reasons for which a place that has a value is left out of a comparison."""


def why_without(row: Mapping[str, Any], say: Words) -> str:
    """Why a row has no mark: its status in words, or that it is not compared and why."""
    if str(row["status"]) == Status.NOT_APPLICABLE and row.get("reason") in NOT_COMPARED:
        return say.say(f"map.not_compared_{row['reason']}")
    return status_words(str(row["status"]), say)


def status_short(status: str, say: Words) -> str:
    """The same in a word or two: 'Hidden'."""
    return say.say(f"status.chip.{status}")


def has_value(row: Mapping[str, Any]) -> bool:
    """True where the row has a value that may be drawn."""
    return Status(str(row["status"])).has_value and not pd.isna(row["value"])


def has_range(row: Mapping[str, Any]) -> bool:
    """True where the row has a value with a range."""
    return has_value(row) and not pd.isna(row.get("low")) and not pd.isna(row.get("high"))


def reading(row: Mapping[str, Any], unit: str, language: str) -> dict[str, str]:
    """What a tooltip and a screen reader say of a row: value_text, range_text, base_text, status_text, all in `tip`.

    The row may have `n` or `denominator` for the base, and `name` for the beginning of `tip`. A row without a value
    says its status and no number.
    """
    say = words(language)
    said = {"value_text": "", "range_text": "", "base_text": "", "status_text": ""}
    status = str(row["status"])
    if has_value(row):
        said["value_text"] = value_text(float(row["value"]), unit, language)
        if has_range(row):
            said["range_text"] = formats.range_text(float(row["low"]), float(row["high"]), unit, language)
        base = next((row[name] for name in ("n", "denominator") if not pd.isna(row.get(name))), None)
        if base is not None:
            said["base_text"] = formats.count(float(base), language)
        if status != Status.SHOWN:
            said["status_text"] = status_short(status, say)
    else:
        said["status_text"] = why_without(row, say)
    told = ", ".join(text for text in (said["value_text"], said["range_text"], said["status_text"]) if text)
    name = str(row.get("name") or "")
    said["tip"] = f"{name}: {told}" if name else told
    return said


TOOLTIP = {
    "full_name": "table.name",
    "value_text": "table.value",
    "range_text": "table.range",
    "base_text": "table.base",
    "status_text": "table.status",
}
"""Tooltip lines in the order of the brief: name, value, range, base, status."""


def tooltip_of(say: Words, *fields: str) -> list[dict[str, str]]:
    """The tooltip of a mark, with headings in the reader's language."""
    return [{"field": field, "type": "nominal", "title": say.say(TOOLTIP[field])} for field in fields or TOOLTIP]
