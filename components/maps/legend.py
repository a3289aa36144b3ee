"""The legend of a map, as words with a swatch and a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd

from components.charts.texts import why_without
from components.classes import MapClasses, beside_of, group_classes, value_classes
from components.tokens import Look
from components.words import words
from data.figures import Status
from data.verdicts.finding import OTHERS

HIDDEN = (Status.WITHHELD, Status.TOO_FEW_TO_SAY)


@dataclass(frozen=True)
class LegendRow:
    """One line of a legend.

    swatch, line: the colors of the fill and its outline. text: the class in words with how many areas it has.
    count: areas that no other line counts, so that all lines add up to all areas. kind: fill, hatched (not shown),
    dashed (not reported), away (does not apply, or not compared) or dotted (early, or use with care).
    """

    swatch: str
    text: str
    count: int
    kind: str = "fill"
    line: str = ""

    @property
    def hatched(self) -> bool:
        """True for areas whose figure is not shown."""
        return self.kind == "hatched"


def classes_for(measure: Mapping[str, Any], figures: pd.DataFrame, look: Look, language: str) -> MapClasses:
    """The classes of a map: by group where a test has put every shown figure in one, else by value."""
    shown = figures[figures.value.notna()]
    if "group" in figures and len(shown) and shown.group.isin(["above", "same", "below"]).all():
        return group_classes(measure, look, language, beside_of(figures))
    return value_classes(measure, look, language)


def legend(measure: Mapping[str, Any], figures: pd.DataFrame, look: Look, language: str) -> list[LegendRow]:
    """Rows of the legend, classes from low to high. Classes without areas stay; "not shown" comes only where it is.

    measure: a row of `queries.measures`. figures: one row an area, with value, status, and group where there is one.
    """
    say, classes = words(language), classes_for(measure, figures, look, language)
    records: list[dict[str, Any]] = figures.to_dict("records")  # type: ignore[assignment]
    found = [classes.of(row) for row in records]
    rows = [
        _row(say.say("map.legend_row", n=found.count(item), label=item.label), item.fill, found.count(item), "fill",
             look.muted)
        for item in classes.items
    ]  # fmt: skip
    statuses = [Status(str(row["status"])) for row in records]
    for wanted, key, kind, swatch, line in (
        (HIDDEN, "map.not_shown_hidden", "hatched", look.hatch_fill, look.hatch_line),
        ((Status.NOT_REPORTED,), "map.not_reported", "dashed", look.card, look.muted),
    ):
        count = sum(status in wanted for status in statuses)
        if count:
            rows.append(_row(say.say("map.legend_row", n=count, label=say.say(key)), swatch, count, kind, line))
    away = Counter(
        (why_without(row, say), away_fill(row, look)) for row in records if row["status"] == Status.NOT_APPLICABLE
    )
    for (label, fill), count in sorted(away.items()):
        rows.append(_row(say.say("map.legend_row", n=count, label=label), fill, count, "away", look.muted))
    for careful in (Status.PROVISIONAL, Status.UNSTABLE):
        if count := statuses.count(careful):  # counted in their class already
            label = say.say("map.of_these", n=count, label=say.say(f"status.chip.{careful}").lower())
            rows.append(_row(label, look.card, 0, "dotted", look.ink))
    return rows


def away_fill(row: Mapping[str, Any], look: Look) -> str:
    """The fill of an area that is not compared: quiet for those of another setting, which may be most of a map."""
    return look.card if row.get("reason") in OTHERS else look.mark


def legend_html(rows: list[LegendRow], title: str) -> str:
    """The legend as a list for a page; the swatches are pictures without words of their own."""
    items = "".join(f"<li>{_swatch(row)}<span>{escape(row.text)}</span></li>" for row in rows)
    return f'<ul class="legend" aria-label="{escape(title, quote=True)}">{items}</ul>'


def _swatch(row: LegendRow) -> str:
    # As a picture: Streamlit takes drawings out of the HTML that it is given.
    return f'<img alt="" width="28" height="18" src="data:image/svg+xml,{quote(swatch_svg(row))}">'


def swatch_svg(row: LegendRow) -> str:
    """A swatch as a small drawing, so that hatching looks as it does on the map, in print as well."""
    dash = {"dashed": ' stroke-dasharray="4 3"', "dotted": ' stroke-dasharray="1.5 2.5"'}.get(row.kind, "")
    lines = ""
    if row.hatched:
        path = "M1 9 L9 1 M1 17 L17 1 M9 17 L25 1 M17 17 L27 7 M25 17 L27 15"
        lines = f'<path d="{path}" stroke="{row.line}" stroke-width="1.2"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="18" viewBox="0 0 28 18" fill="none">'
        f'<rect x="1" y="1" width="26" height="16" fill="{row.swatch}" stroke="{row.line}"{dash}/>{lines}</svg>'
    )


def _row(text: str, swatch: str, count: int, kind: str, line: str) -> LegendRow:
    return LegendRow(swatch, text, count, kind, line)
