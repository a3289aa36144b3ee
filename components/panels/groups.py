"""What a measure is made of, and for whom it is known: its parts, and the groups of people in it. Never a rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.ask import keep
from components.cards import Card, show_card
from components.panels.measures import file_rows, series_table, source_line
from components.panels.series import as_waves
from components.passports import figured, observation_passport
from components.scope import Scope, choose_code
from components.sentences import base_or_none, range_text, status_text, value_text
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.figures import Status

GROUP = "g"
EVERYONE = "all"


def show_parts(scope: Scope, measure: Mapping[str, Any], period: str) -> None:
    """The measures that this one is made of, as bars; nothing where it has none."""
    card = parts_card(scope, measure, period)
    if card is not None:
        st.header(for_markdown(scope.say("outcomes.parts")), anchor="parts")
        show_card(card, scope)


def show_groups(scope: Scope, measure: Mapping[str, Any], period: str) -> bool:
    """The measure for groups of people, and one of them over time; a sentence where it is not known by group.

    True where there are groups.
    """
    st.header(for_markdown(scope.say("outcomes.groups")), anchor="groups")
    card = groups_card(scope, measure, period)
    if card is None:
        st.markdown(for_markdown(no_groups(scope, measure)))
        return False
    show_card(card, scope)
    names = sorted(set(_by_group(scope, measure, period).group) - {EVERYONE}, key=scope.group_name)
    group = choose_code(
        scope.say("outcomes.group_over_time"), [EVERYONE, *names], param=GROUP, default=EVERYONE, width=320,
        label_of=lambda code: scope.say("outcomes.no_group") if code == EVERYONE else scope.group_name(code),
        unknown=lambda code: scope.say("outcomes.unknown_group", code=code),
    )  # fmt: skip
    if group != EVERYONE:
        show_card(group_card(scope, measure, period, group), scope)
    return True


def no_groups(scope: Scope, measure: Mapping[str, Any]) -> str:
    """Why there are no groups: never published, or for other periods, which are named."""
    for place in dict.fromkeys((scope.place_or_city, "city")):
        when = scope.ask(queries.group_periods, measure=measure["id"], neighborhood=place)
        if len(when):
            labels = [formats.period_label(code, scope.language) for code in when.period]
            return scope.say("equity.refused_period", periods=formats.join(labels, scope.language))
    return scope.say("outcomes.no_groups")


@keep()
def parts_card(scope: Scope, measure: Mapping[str, Any], period: str) -> Card | None:
    """The counts of the measures that are part of this one, in their own order; None where there are none."""
    said, measures = scope.say, scope.ask(queries.measures, language=scope.language)
    parts = measures[measures.part_of == measure["id"]]
    asked = [str(code) for code in parts.id]
    rows = pd.DataFrame()
    place = scope.place_or_city
    for place in dict.fromkeys((scope.place_or_city, "city")):
        rows = scope.ask(queries.figure_table, measures=asked, periods=[period], neighborhoods=[place])
        if len(rows):
            break
    if not asked or rows.empty:
        return None
    names = dict(zip(parts.id, parts.name, strict=True))
    figures = [queries.as_figure(row) for row in queries.records(rows)]
    bars = pd.DataFrame(
        {
            "label": [str(names[one.measure]) for one in figures],
            "value": [one.numerator for one in figures],
            "status": [str(Status.SHOWN if one.numerator is not None else one.status) for one in figures],
        }
    )
    table = pd.DataFrame(
        [
            {
                said("table.measure"): str(names[one.measure]),
                said("table.value"): figured(one, scope, value_text(one, scope)),
                said("table.range"): range_text(one, scope) or said("reading.no_range"),
                said("table.status"): status_text(one, scope) or said("status.chip.shown"),
            }
            for one in figures
        ]
    )
    where: dict[str, Any] = {"measure": str(measure["name"]), "place": scope.name_of(place)}
    together = "outcomes.parts_are_all" if measure["parts_are_all"] else "outcomes.parts_are_some"
    finding = said("outcomes.parts_finding", **where)
    return Card(
        id="parts",
        page="outcomes",
        finding=finding,
        subtitle=said("outcomes.parts_subtitle", **where, period=formats.period_label(period, scope.language)),
        lead=said(together),
        drawing=charts.bars(bars, look(scope.theme), scope.language, scope.width, unit="events"),
        alt=said("card.alt", finding=finding, detail=said("outcomes.parts_alt", n=len(bars))),
        table=table,
        rows=file_rows(rows, scope),
        how_to_read=said("how_to_read.bars"),
        notices=_notices(scope, rows),
        source=source_line(measure, scope),
        passport=observation_passport(figures[0], scope),
        link={"m": str(measure["id"]), "p": period},
    )


@keep()
def _by_group(scope: Scope, measure: Mapping[str, Any], period: str) -> pd.DataFrame:
    """Rows of `queries.figure_table` by group, with everyone's, of the reader's place or else of the city."""
    for place in dict.fromkeys((scope.place_or_city, "city")):
        rows = scope.ask(
            queries.figure_table, measures=[str(measure["id"])], periods=[period], neighborhoods=[place], groups=None
        )
        if (rows.group != EVERYONE).any():
            break
    return rows


@keep()
def groups_card(scope: Scope, measure: Mapping[str, Any], period: str) -> Card | None:
    """A figure for each group, in the order of their names; None without groups.

    Everyone's is a line beside rates and shares. A count of everyone is in the table alone: the sum of the others.
    """
    said, rows = scope.say, _by_group(scope, measure, period)
    groups, everyone = rows[rows.group != EVERYONE], rows[rows.group == EVERYONE]
    if groups.empty:
        return None
    is_count = measure["unit"] == "events"
    groups = groups.assign(name=groups.group.map(scope.group_name)).sort_values("name", ignore_index=True)
    place = str(groups.neighborhood.iloc[0])
    figures = [queries.as_figure(row) for row in queries.records(pd.concat([everyone, groups]))]
    shown = groups[groups.value.notna()]
    where: dict[str, Any] = {"measure": str(measure["name"]), "place": scope.name_of(place)}
    drawn = groups.assign(neighborhood=groups.group, label=groups.name).drop(columns="group")
    table = pd.DataFrame(
        [
            {
                said("table.group"): scope.group_name(one.group),
                said("table.value"): figured(one, scope, value_text(one, scope)),
                said("table.range"): range_text(one, scope) or said("reading.no_range"),
                said("table.base"): base_or_none(one, scope),
                said("table.status"): status_text(one, scope) or said("status.chip.shown"),
            }
            for one in figures
        ]
    )
    lead = said("outcomes.groups_lead")
    if place != scope.place_or_city:
        lead = f"{said('outcomes.groups_of_city')} {lead}"
    finding = said("outcomes.groups_counted" if is_count else "outcomes.groups_finding", **where)
    detail = said("outcomes.groups_alt", shown=formats.count(len(shown), scope.language), n=len(groups))
    return Card(
        id="groups",
        page="outcomes",
        finding=finding,
        subtitle=said("outcomes.groups_subtitle", **where, period=formats.period_label(period, scope.language)),
        lead=lead,
        drawing=charts.bars(drawn, look(scope.theme), scope.language, scope.width, unit="events")
        if is_count
        else charts.strip(
            drawn, look(scope.theme), scope.language, scope.width, unit=str(measure["unit"]),
            city=everyone.value.iloc[0] if len(everyone) else None, city_name=said("outcomes.everyone"),
        ),
        alt=said("card.alt", finding=finding, detail=detail),
        table=table,
        rows=file_rows(pd.concat([everyone, groups]), scope),
        how_to_read=said("how_to_read.group_counts" if is_count else "how_to_read.groups"),
        notices=_notices(scope, groups),
        source=source_line(measure, scope),
        passport=observation_passport(figures[0], scope, measure),
        link={"m": str(measure["id"]), "p": period},
    )  # fmt: skip


@keep()
def group_card(scope: Scope, measure: Mapping[str, Any], period: str, group: str) -> Card:
    """One group over time."""
    said, place = scope.say, str(_by_group(scope, measure, period).neighborhood.iloc[0])
    name = scope.group_name(group)
    rows = scope.ask(
        queries.figure_table, measures=[str(measure["id"])], neighborhoods=[place], groups=[group]
    )  # fmt: skip
    newest = queries.as_figure(queries.records(rows.sort_values("period_end"))[-1])
    drawing = None
    waves = rows[rows.reason.fillna("") != "opt_in"]  # in the table, and never on one line with others
    if waves.value.notna().sum() > 1:
        drawing = charts.years(
            as_waves(waves).assign(neighborhood=group), look(scope.theme), scope.language, scope.width, chosen=group,
            names={group: name}, breaks=scope.ask(queries.breaks, measure=measure["id"], language=scope.language),
        )  # fmt: skip
    finding = said("outcomes.group_finding", measure=str(measure["name"]), group=name)
    return Card(
        id="group",
        page="outcomes",
        finding=finding,
        subtitle=said(
            "outcomes.group_subtitle", measure=str(measure["name"]), group=name, place=scope.name_of(place),
            value=value_text(newest, scope), period=formats.period_label(newest.period, scope.language),
        ),
        drawing=drawing,
        alt=said("card.alt", finding=finding, detail=said("outcomes.group_alt", n=len(rows))),
        table=series_table(rows, scope),
        rows=file_rows(rows, scope),
        how_to_read=said("how_to_read.band") if drawing is not None else "",
        notices=_notices(scope, rows),
        source=source_line(measure, scope),
        passport=observation_passport(newest, scope, measure),
        link={"m": str(measure["id"]), "p": period, GROUP: group},
    )  # fmt: skip


def _notices(scope: Scope, rows: pd.DataFrame) -> list[str]:
    """How many are hidden, and that people chose to answer; nothing where neither is so."""
    hidden = int((rows.status == Status.WITHHELD).sum())
    notices = [scope.say("outcomes.hidden", n=hidden)] if hidden else []
    return [*notices, *([scope.say("reasons.opt_in")] if (rows.reason == "opt_in").any() else [])]
