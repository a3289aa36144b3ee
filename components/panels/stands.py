"""Where every place stands: the card of all places with their ranges, and the table that a map has for a twin. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import charts, formats
from components.ask import keep
from components.cards import Card
from components.charts.texts import NOT_COMPARED
from components.classes import beside_of, group_words
from components.panels.measures import places_subtitle, source_line
from components.passports import Passport, figured, observation_passport
from components.scope import Scope
from components.sentences import amount_text
from components.standing import ALL, COMPARED, EACH, Standing
from components.tables import Figured
from components.tokens import look
from data import queries
from data.figures import Figure, Status
from data.verdicts import OTHERS

MOST_ON_PHONE = 12
"""So many rows stand on a phone from the start; of more, only those near to the reader's place."""


@keep()
def places_table(scope: Scope, measure: Mapping[str, Any], standing: Standing, view: str) -> pd.DataFrame:
    """The list twin of a map: every place with value, range, count and what the map says of it in words, A to Z."""
    said = scope.say
    value = said("table.per_1000") if measure["unit"] == "per_1000_residents" else said("table.value")
    place = said("kinds.neighborhood.kind.district") if measure["level"] == "district" else said("table.place")
    headings = [place, value, said("table.range"), said("table.base"), said("table.status")]
    rows = [(str(row["name"]), *_cells(scope, row, view)) for row in queries.records(standing.figures)]
    table = pd.DataFrame(rows, columns=headings)
    table = table.drop(columns=[name for name in headings[2:4] if not table[name].any()])
    missing = {said("table.range"): said("reading.no_range"), said("table.base"): said("reading.not_stated")}
    return table.replace({name: {"": text} for name, text in missing.items() if name in table})


def as_published(row: Mapping[Any, Any]) -> Figure:
    """The figure of a place: in tables of a map, `group` says how it stands, not whom the figure is about."""
    return queries.as_figure({**row, "group": "all"})


def _cells(scope: Scope, row: Mapping[str, Any], view: str) -> tuple[str | Figured, str, str, str]:
    """Value, range, base and status of a place; the status stands where there is no value."""
    if not isinstance(row["measure"], str):
        return scope.say("status.cell.not_reported"), "", "", scope.say("status.chip.not_reported")
    figure = as_published(row)
    status, lang = scope.say(f"status.chip.{figure.status}"), scope.language
    base = ""
    if figure.n is not None:
        base = formats.count(figure.n, lang)
    elif figure.numerator is not None:
        base = scope.say("reading.events", n=figure.numerator)
    if not figure.has_value or figure.value is None:
        return figured(figure, scope, scope.say(f"status.cell.{figure.status}")), "", base, status
    ranged = ""
    if figure.low is not None and figure.high is not None:
        low, high = (formats.value_number(end, figure.unit, lang) for end in (figure.low, figure.high))
        ranged = formats.from_to(low, high, lang)
    if stands := _stands(scope, row, view):
        status = stands if figure.status == Status.SHOWN else f"{status}. {stands}"
    number = formats.value_number(figure.value, figure.unit, lang)
    return figured(figure, scope, number), ranged, base, status


def _stands(scope: Scope, row: Mapping[str, Any], view: str) -> str:
    """The class of a place on a map of differences, or why it is in none; empty on a map of values."""
    if row["refused"] in NOT_COMPARED and (view == COMPARED or row["refused"] in OTHERS):
        return scope.say(f"map.not_compared_{row['refused']}")
    if view == COMPARED and isinstance(row["group"], str):
        return scope.say(group_words(row["group"], str(row["beside"])))
    return ""


@keep()
def places_card(scope: Scope, measure: Mapping[str, Any], period: str, standing: Standing) -> Card:
    """Where places stand: every place that is compared, with its range, never ranked. Counts as bars from A to Z."""
    said, unit = scope.say, str(measure["unit"])
    figures, view = standing.mine, standing.views[0]
    shown = figures[figures.value.notna()]
    values, how = "", said("how_to_read.strip")
    low, high = (amount_text(end, unit, scope) if len(shown) else "" for end in (shown.value.min(), shown.value.max()))
    if len(shown):
        values = said("map.alt_values", low=low, high=high, n=len(shown))
    if view == COMPARED:
        counts = figures.group.value_counts()
        numbers: dict[str, Any] = {
            name: formats.count(int(counts.get(group, 0)), scope.language)
            for name, group in (("higher", "above"), ("lower", "below"), ("same", "same"))
        }
        among = "" if beside_of(figures) == "city" else "_setting"
        finding = said(f"finding.places_differ{among}", **numbers)
        if not counts.get("above", 0) and not counts.get("below", 0):
            finding = said(f"finding.none_differ{among}", places=numbers["same"])
        how = f"{how} {said('how_to_read.many_places')}"
    elif len(shown) and (hidden := int((figures.status == Status.WITHHELD).sum())):
        slots = {"low": low} if low == high else {"low": low, "high": high}
        finding = said("finding.same_of_shown" if low == high else "finding.range_of_shown", n=hidden, **slots)
    elif len(shown):
        finding = said("finding.range_of_places", low=low, high=high)
    else:
        finding = said("map.nothing_shown")
    if unit == "events":
        how = said("how_to_read.bars")
    whole = _drawing(scope, measure, standing, view) if len(figures) else None
    drawing, lead = whole, ""
    if scope.narrow and len(figures) > MOST_ON_PHONE:
        near = near_to(scope.place, figures)
        drawing = _drawing(scope, measure, standing, view, near) if near else None
        lead = "" if scope.place else said("outcomes.choose_to_see")
    summary = said("map.summary", shown=str(len(shown)), not_shown=str(len(figures) - len(shown)))
    rows = standing.figures.rename(columns={"measure": "measure_id", "release": "release_id", "id": "neighborhood_id"})
    return Card(
        id="places",
        page="outcomes",
        finding=finding,
        subtitle=places_subtitle(measure, period, scope, standing.within),
        lead=lead,
        drawing=drawing,
        whole=whole if drawing is not whole else None,
        alt=said("card.alt", finding=finding, detail=f"{values} {summary}".strip()),
        table=places_table(scope, measure, standing, view),
        rows=rows.drop(columns=["neighborhood", "group", "refused", "beside"]),
        how_to_read=how,
        source=source_line(measure, scope),
        passport=_card_passport(scope, measure, standing),
        link={"m": str(measure["id"]), "p": period, "setting": standing.within},
    )


def near_to(place: str | None, figures: pd.DataFrame) -> list[str]:
    """The place and the others of its setting, where these are few; else the place alone. None of no place."""
    mine = figures[figures.id == place]
    if mine.empty:
        return []
    alike = figures[figures.setting == mine.setting.iloc[0]]
    return [str(code) for code in (alike if 0 < len(alike) <= MOST_ON_PHONE else mine).id]


def _drawing(
    scope: Scope, measure: Mapping[str, Any], standing: Standing, view: str, near: list[str] | None = None
) -> charts.Drawing:
    """Counts as bars; all else as a strip, with the line of what the places are set beside where that is one.

    near: the only places to draw; else all.
    """
    unit, drawn = str(measure["unit"]), standing.drawn(view)
    drawn = drawn[drawn.id.isin(standing.mine.id if near is None else near)]
    if unit == "events":
        labels = drawn.rename(columns={"name": "label"})
        return charts.bars(labels, look(scope.theme), scope.language, scope.width, unit=unit, chosen=scope.place)
    whole, name = standing.city, ""
    if standing.within != ALL:
        together = standing.wholes.get(standing.within)
        whole = together.figure if together is not None and standing.within != EACH else None
        name = scope.say("funnel.together")
    return charts.strip(
        drawn, look(scope.theme), scope.language, scope.width, unit=unit, direction=str(measure["direction"]),
        chosen=scope.place, city=whole.value if whole is not None else None, city_name=name,
        whole=near is None,
    )  # fmt: skip


def _card_passport(scope: Scope, measure: Mapping[str, Any], standing: Standing) -> Passport | None:
    """The passport of the city's figure; without one, of the chosen place's or the first one's."""
    figure = standing.city
    if figure is None:
        known = standing.figures[standing.figures.measure.notna()]
        mine = known[known.id == scope.place]
        known = mine if len(mine) else known
        if known.empty:
            return None
        figure = as_published(queries.records(known)[0])
    return observation_passport(figure, scope, measure)
