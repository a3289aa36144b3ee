"""Where high numbers lie together: areas that are high, or low, together with their neighbors by more than chance.

An aid to reading a map, from published rates only. No area is judged by it, and nothing is foretold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from components import formats, maps
from components.cards import Card, show_card
from components.charts.texts import NOT_COMPARED
from components.classes import GROUPING, group_words
from components.maps.neighbors import neighbors_of
from components.panels.measures import places_subtitle, source_line
from components.passports import figured, observation_passport
from components.scope import Scope
from components.tables import Figured
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.figures import Status
from data.stats.equity import FEWEST_EVENTS
from data.stats.places import local_grouping
from data.store import Release

LEAST_AREAS = 10
"""With fewer, one area moves the average of all so much that no group can be told from chance."""
GROUPS = {1: "above", 0: "same", -1: "below"}
LIMITS = ("cut", "why", "rates", "area", "left_out")


@dataclass(frozen=True)
class Grouping:
    """Areas and what they are part of.

    areas: rows of the figures with value, status and reason as they are drawn (no value where an area takes no part),
    group (above, same or below; None where it takes no part), beside, neighbors (how many of its neighbors take part),
    z and p. compared: how many take part.
    """

    areas: pd.DataFrame
    compared: int

    def named(self, group: str) -> list[str]:
        """Names of the areas in a group of high (above) or low (below) areas, A to Z."""
        return sorted(self.areas[self.areas.group == group].name)


def grouping_of(
    release: Release, measure: Mapping[str, Any], figures: pd.DataFrame, visitor_areas: frozenset[str]
) -> Grouping | str:
    """Which areas lie in a group of high or low rates, or why that is not told: kind, no_outlines, few.

    figures: rows of `queries.by_neighborhood`. Areas without a shown rate, with fewer than FEWEST_EVENTS events, of
    visitors, partly covered, or without a neighbor that takes part, take no part.
    """
    if measure["kind"] != "rate":
        return "kind"
    ids, borders = neighbors_of(release)
    if not ids:
        return "no_outlines"
    areas = figures.set_index("id", drop=False).reindex(list(ids))
    areas["status"] = areas.status.fillna(str(Status.NOT_REPORTED))
    reason = areas.reason.astype(object).mask(areas.index.isin(list(visitor_areas)), "visitors")
    has_value = areas.value.notna() & areas.status.map(lambda status: Status(str(status)).has_value)
    few = has_value & ~(areas.numerator >= FEWEST_EVENTS)
    away = has_value & reason.isin(NOT_COMPARED)
    part = (has_value & ~few & ~away).to_numpy()
    alone = part & ~(borders & part).any(axis=1)
    part = part & ~alone
    if part.sum() < LEAST_AREAS:
        return "few"
    found = local_grouping(areas.value.where(part).to_numpy(dtype=float), borders)
    areas["status"] = (
        areas.status.astype(object)
        .mask(few, str(Status.TOO_FEW_TO_SAY))
        .mask((away & ~few) | alone, str(Status.NOT_APPLICABLE))
    )
    groups = [
        GROUPS[int(position)] if takes_part else None for position, takes_part in zip(found.position, part, strict=True)
    ]
    areas = areas.assign(
        neighborhood=list(ids),
        value=areas.value.where(part),
        reason=reason.mask(few, "under_10_events"),
        group=pd.Series(groups, index=areas.index, dtype=object),
        beside=GROUPING,
        neighbors=np.where(part, (borders & part).sum(axis=1), 0),
        z=found.z,
        p=found.p,
    )
    return Grouping(areas.reset_index(drop=True), int(part.sum()))


def visitor_areas(scope: Scope) -> frozenset[str]:
    """Ids of the places where many people come from elsewhere."""
    places = scope.ask(queries.neighborhoods, language=scope.language)
    return frozenset(places.id[places.visitor_area.astype(bool)])


def stands(row: Mapping[str, Any], scope: Scope) -> str:
    """What an area is part of, in words; or why it takes no part."""
    if row["group"] is not None:
        return scope.say(group_words(str(row["group"]), GROUPING))
    if row["status"] == Status.NOT_APPLICABLE:
        return scope.say(f"map.not_compared_{row['reason']}" if row["reason"] in NOT_COMPARED else "grouping.alone")
    if row["reason"] == "under_10_events":
        return scope.say("grouping.under_10")
    return scope.say(f"status.cell.{row['status']}")


def grouping_card(
    scope: Scope, measure: Mapping[str, Any], period: str, figures: pd.DataFrame, found: Grouping
) -> Card:
    """The card of a grouping; without a map where nothing stands out."""
    said, lang = scope.say, scope.language
    high, low = found.named("above"), found.named("below")
    compared = said("grouping.compared", n=found.compared)
    drawing, details = None, ""
    if high or low:
        plain = {**measure, "direction": "none"}  # a group is neither good nor bad
        drawing = maps.choropleth(
            scope.ask(queries.outlines), found.areas, plain, look(scope.theme), lang, scope.width,
            chosen=scope.place, context=scope.ask(queries.map_features), symbols=True,
        )  # fmt: skip
        details = maps.legend_html(maps.legend(plain, found.areas, look(scope.theme), lang), said("map.legend"))
        finding = said("grouping.finding", high=formats.count(len(high), lang), low=formats.count(len(low), lang))
    else:
        finding = said("grouping.none")
    lines = [
        said(key, places=formats.join(names, lang))
        for key, names in (("grouping.high", high), ("grouping.low", low))
        if names
    ]
    city = scope.ask(queries.figures, measures=[measure["id"]], periods=[period], neighborhoods=["city"])
    return Card(
        id="grouping",
        page="outcomes",
        finding=finding,
        subtitle=f"{places_subtitle(measure, period, scope)} {compared}",
        lead=" ".join([*lines, said("grouping.no_forecast")]),
        drawing=drawing,
        alt=said("card.alt", finding=finding, detail=" ".join([*lines, compared])),
        table=grouping_table(figures, found, measure, scope),
        rows=grouping_rows(found, measure, period, figures, scope),
        how_to_read=said("how_to_read.grouping"),
        details=details,
        source=source_line(measure, scope),
        passport=observation_passport(city[0], scope, measure) if city else None,
        link={"m": str(measure["id"]), "p": period},
        file_name=f"grouping_{measure['id']}_{period}_release-{scope.release.id}",
    )


def grouping_table(figures: pd.DataFrame, found: Grouping, measure: Mapping[str, Any], scope: Scope) -> pd.DataFrame:
    """The list twin of the map: every area A to Z with its published figure and what it is part of, in words."""
    said = scope.say
    published = {row["id"]: row for row in queries.records(figures)}
    lines: list[dict[str, str | Figured]] = []
    for row in queries.records(found.areas.sort_values("name", key=lambda names: names.astype(str))):
        told = published.get(row["neighborhood"])
        value: str | Figured = said("status.cell.not_reported")
        if told is not None and isinstance(told["measure"], str):
            figure = queries.as_figure({**told, "group": "all"})
            text = said(f"status.cell.{figure.status}")
            if figure.has_value and figure.value is not None:
                text = formats.value_number(figure.value, figure.unit, scope.language)
            value = figured(figure, scope, text)
        lines.append(
            {
                said("table.place"): scope.name_of(str(row["neighborhood"])),
                said("table.per_1000"): value,
                said("grouping.column"): stands(row, scope),
            }
        )
    return pd.DataFrame(lines)


def grouping_rows(
    found: Grouping, measure: Mapping[str, Any], period: str, figures: pd.DataFrame, scope: Scope
) -> pd.DataFrame:
    """The file: the published rate of each area, its neighbors that took part, z and p, and what it is part of."""
    areas, published = found.areas, figures.set_index("id")
    return pd.DataFrame(
        {
            "measure_id": measure["id"],
            "period": period,
            "unit": measure["unit"],
            "neighborhood_id": areas.neighborhood,
            **{name: areas.neighborhood.map(published[name]) for name in ("value", "status", "reason")},
            "neighbors_compared": areas.neighbors,
            "gi_star_z": areas.z,
            "p": areas.p,
            "part_of_group": areas.group.map({"above": "high", "below": "low", "same": "neither"}),
            "release_id": scope.release.id,
        }
    )


def show_grouping(scope: Scope, measure: Mapping[str, Any], period: str, figures: pd.DataFrame) -> None:
    """The map of groups with its limits in a box; one sentence where it is not drawn.

    figures: every neighborhood's figure, as of `places.place_figures`.
    """
    found = grouping_of(scope.release, measure, figures, visitor_areas(scope))
    if isinstance(found, str):
        st.markdown(for_markdown(refused(found, scope)))
        return
    show_card(grouping_card(scope, measure, period, figures, found), scope)
    with st.container(border=True, key="limits-grouping"):
        st.markdown(f"**{for_markdown(scope.say('map.limits'))}**")
        st.markdown("\n".join(f"- {for_markdown(line)}" for line in limits(scope)))


def refused(why: str, scope: Scope) -> str:
    """Why there is no map of groups."""
    if why == "no_outlines":
        return scope.say("map.no_outlines")
    return scope.say(f"grouping.refused_{why}")


def limits(scope: Scope) -> list[str]:
    """What the map of groups cannot tell, a sentence or two each."""
    return [scope.say(f"grouping.limit_{name}") for name in LIMITS]
