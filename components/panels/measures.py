"""Measures in a place: readings, their card, and the table of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from components import formats
from components.ask import keep
from components.cards import Card, Chip
from components.drafts import was_text
from components.panels.series import Drawn, draw_series, with_limits, with_usual
from components.passports import figured, observation_passport
from components.readings import Reading, figures_of, readings_in
from components.scope import Scope
from components.sentences import (
    base_or_none,
    base_text,
    change_cell,
    city_cell,
    finding,
    lead_of,
    range_text,
    reason_text,
    spoken,
    status_text,
    value_text,
)
from components.standing import ALL, EACH
from components.tables import Figured
from data import queries
from data.figures import Figure, Status
from data.verdicts import Finding, residents_moved

FILE_COLUMNS = [
    "neighborhood_id", "neighborhood", "period", "period_start", "period_end", "measure_id", "measure", "group",
    "value", "low", "high", "numerator", "denominator", "denominator_period", "n", "unit", "status", "reason", "source",
    "release_id",
]  # fmt: skip

TOPICS = ("safety", "trust", "accountability", "engagement", "service")
ARROWS = {1: ":material/arrow_drop_up:", -1: ":material/arrow_drop_down:", 0: ""}


def readings_of(scope: Scope, place: str, *, topic: str | None = None) -> list[Reading]:
    """Readings of every measure (of a topic) that has a row for the place or its district, in page order."""
    found = scope.ask(readings_in, place=place, language=scope.language)
    return [reading for reading in found if topic is None or reading.measure["topic"] == topic]


def chips_of(reading: Reading, scope: Scope) -> list[Chip]:
    """The verdict and the status of a reading as chips; none for a plain figure without a verdict."""
    chips = []
    change = reading.change
    if change.is_clear:
        key = str(change.finding)
        meaning = key
        if change.finding == Finding.CHANGED:
            key = "higher" if change.moved > 0 else "lower"
        chips.append(Chip(scope.say(f"verdict.chip.{key}"), meaning, ARROWS[change.moved]))
    elif change.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        chips.append(Chip(scope.say(f"verdict.chip.{change.finding}"), "same"))
    if reading.now.status != Status.SHOWN:
        chips.append(Chip(scope.say(f"status.chip.{reading.now.status}"), "unknown"))
    return chips


@keep()
def measure_card(reading: Reading, scope: Scope, *, page: str = "neighborhood") -> Card:
    """The card of a measure in a place: over months where there are enough, else over years or waves."""
    measure, place, now = reading.measure, reading.place, reading.now
    figures = figures_of(scope.release, str(measure["id"]), place, page=scope.place_or_city)
    drawn = _drawn(reading, scope.of_anyone)
    rows = drawn.rows[drawn.rows.neighborhood == place].sort_values("period_end", ascending=False)
    unit = "events" if drawn.usual is None or not drawn.usual.is_by_base else now.unit
    return Card(
        id=f"m-{measure['id']}",
        page=page,
        finding=finding(reading, scope),
        subtitle=subtitle_of(reading, scope),
        lead=lead_of(reading, scope),
        drawing=drawn.drawing,
        alt=spoken(reading, scope),
        table=with_usual(series_table(rows, scope), list(rows.period), drawn.usual, unit, scope),
        rows=with_limits(file_rows(figures, scope), drawn.usual, place, unit),
        chips=chips_of(reading, scope),
        how_to_read=drawn.how_to_read,
        notices=notices_of(reading, scope),
        source=source_line(measure, scope),
        passport=observation_passport(reading.now, scope, measure),
        link={"n": scope.place or ""},
        file_name=f"{measure['id']}_{place}_release-{scope.release.id}",
    )


# The city's is the same on the page of every place.
@keep()
def _drawn(reading: Reading, scope: Scope) -> Drawn:
    figures = figures_of(scope.release, str(reading.measure["id"]), reading.place, page=reading.place)
    return draw_series(reading, figures, scope)


def subtitle_of(reading: Reading, scope: Scope) -> str:
    """Everything that a cropped picture needs: measure, place, period, value, range and base."""
    now = reading.now
    start = scope.say(
        "reading.subtitle",
        events=formats.sentence_case(str(reading.measure["events"])),
        place=scope.name_of(reading.place),
        period=formats.period_label(now.period, scope.language),
    )
    parts = [start, f"{value_text(now, scope)}."]
    ranged = range_text(now, scope)
    if now.low is not None and ranged:
        parts.append(scope.say("reading.true_number", range=ranged))
    elif ranged:
        parts.append(ranged)
    parts.append(base_text(now, scope))
    return " ".join(part for part in parts if part)


def places_subtitle(measure: Mapping[str, Any], period: str, scope: Scope, within: str = ALL) -> str:
    """The same for a picture of every place: measure, unit and period. What each rests on is in the table.

    within: the setting of the places, where it is of one.
    """
    return scope.say(
        "card.subtitle",
        measure=str(measure["name"]),
        unit=scope.say(f"kinds.measure.unit.{measure['unit']}"),
        place=scope.say("about.all_places" if within in (ALL, EACH) else f"outcomes.only_{within}"),
        period=formats.period_label(period, scope.language),
    )


def notices_of(reading: Reading, scope: Scope) -> list[str]:
    """What the reader must know: breaks, early or careful figures, visitors, part of the city."""
    notices = [was] if (was := was_text(reading.now, scope)) else []
    breaks = scope.ask(queries.breaks, measure=reading.measure["id"], language=scope.language)
    for row in queries.rows(breaks):
        day = formats.date_text(row.broke_on, scope.language)
        notices.append(f"{scope.say('notice.break', date=day)} {row.note}")
    if reading.now.status != Status.SHOWN or reading.now.reason in ("visitors", "partial_coverage", "opt_in"):
        remark = reason_text(reading.now, scope)
        if remark:
            notices.append(remark)
    return notices + residents_notice(reading, scope)


def residents_notice(reading: Reading, scope: Scope) -> list[str]:
    """A sentence where the residents under a rate changed so much since the figure before that the rate moves too."""
    now, before = reading.now, reading.before
    if reading.kind != "rate" or before is None or (change := residents_moved(now, before)) is None:
        return []
    year = before.denominator_period or before.period
    slots: dict[str, Any] = {
        "change": formats.percent(100 * abs(change), scope.language),
        "year": formats.period_label(year, scope.language),
    }
    return [scope.say("notice.residents_up" if change > 0 else "notice.residents_down", **slots)]


def source_line(measure: Mapping[str, Any], scope: Scope) -> str:
    """Source, publisher and the day it was read."""
    read_on = scope.say("card.retrieved", date=formats.date_text(measure["retrieved_on"], scope.language))
    return f"{measure['source_title']}, {measure['source_publisher']} · {read_on}"


def definition_of(measure: Mapping[str, Any], scope: Scope) -> list[str]:
    """Definition, formula, direction, how it was collected, caveat, owner: one line each."""
    lines = [str(measure["definition"]), f"{scope.say('about.formula')}: {measure['formula']}."]
    lines.append(scope.say(f"about.direction_{measure['direction']}"))
    lines.append(scope.say(f"about.collected_{measure['collected']}"))
    if measure["topic"] == "safety" and measure["kind"] == "rate":
        lines.append(scope.say("verdict.reported_only"))
    if measure["caveat"]:
        lines.append(f"{scope.say('about.caveat')}: {measure['caveat']}")
    if measure["owner"]:
        lines.append(f"{scope.say('about.owner')}: {measure['owner']}")
    return lines


def series_table(figures: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Figures of one place over time in words, newest first: period, value, range, base, status."""
    said = scope.say
    rows = []
    for row in queries.records(figures.sort_values("period_end", ascending=False)):
        figure = queries.as_figure(row)
        period = formats.period_label(figure.period, scope.language)
        ranged = range_text(figure, scope) if figure.low is not None else _no_range(figure, scope)
        base = base_or_none(figure, scope)
        rows.append(
            {
                said("table.period"): period,
                said("table.value"): figured(figure, scope, value_text(figure, scope)),
                said("table.range"): ranged,
                said("table.base"): base,
                said("table.status"): status_text(figure, scope) or said("status.chip.shown"),
            }
        )
    return pd.DataFrame(rows)


def _no_range(figure: Figure, scope: Scope) -> str:
    if not figure.has_value:
        return scope.say(f"status.chip.{figure.status}")
    return scope.say("reading.full_count" if figure.unit == "events" else "reading.no_range")


def measures_table(readings: Sequence[Reading], scope: Scope) -> pd.DataFrame:
    """Measures in one table, a row each: the figure, when, its range, the change, beside the city."""
    said = scope.say
    return pd.DataFrame(
        [
            {
                said("table.measure"): _with_district(reading, scope),
                said("table.value"): reading_figured(reading, scope),
                said("table.period"): formats.period_label(reading.now.period, scope.language),
                said("table.range"): _range_cell(reading, scope),
                said("table.change"): change_cell(reading, scope),
                said("table.beside_city"): city_cell(reading, scope),
            }
            for reading in readings
        ]
    )


def reading_figured(reading: Reading, scope: Scope, text: str = "") -> Figured:
    """The figure of a reading (or another text that states it), leading to its page."""
    return figured(reading.now, scope, text or value_text(reading.now, scope))


def _range_cell(reading: Reading, scope: Scope) -> str:
    now = reading.now
    if now.has_value and now.low is not None and now.high is not None:
        low, high = (formats.value_number(end, now.unit, scope.language) for end in (now.low, now.high))
        return formats.from_to(low, high, scope.language)
    if not now.has_value:
        return scope.say(f"status.chip.{now.status}")
    full = reading.measure["collected"] == "full_count"
    return scope.say("reading.full_count" if full else "reading.no_range")


def file_rows(figures: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Rows of a card's CSV: codes and plain numbers; a hidden value is an empty cell and a status."""
    names = scope.ask(queries.measures, language=scope.language).set_index("id").name
    frame = figures.rename(
        columns={"measure": "measure_id", "neighborhood": "neighborhood_id", "release": "release_id"}
    )
    frame["measure"] = frame.measure_id.map(names)
    frame["neighborhood"] = frame.neighborhood_id.map(scope.name_of)
    return frame[FILE_COLUMNS]


def _with_district(reading: Reading, scope: Scope) -> str:
    name = str(reading.measure["name"])
    if reading.measure["level"] == "district" and reading.place != "city":
        return f"{name} ({scope.name_of(reading.place)})"
    return name
