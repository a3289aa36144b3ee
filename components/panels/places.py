"""Places: find one by its name, on the small map of the first page, or in a list."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from components import formats, maps
from components.cards import show_small
from components.scope import NEIGHBORHOOD, Scope
from components.standing import standing_of
from components.tokens import look
from components.words import for_markdown
from data import periods, queries

PAGES = Path(__file__).parent.parent.parent / "pages"


def open_neighborhood(scope: Scope, place: str) -> None:
    """Go to a neighborhood's page."""
    st.switch_page(PAGES / "neighborhood.py", query_params=scope.params(**{NEIGHBORHOOD: place}))


def show_finder(scope: Scope) -> None:
    """Find a neighborhood by name, other name, street, landmark or ZIP code."""
    names = scope.ask(queries.place_names)
    labels = {
        f"{row.text}|{row.neighborhood_id}": (
            str(row.text)
            if row.kind == "name"
            else scope.say("home.found_through", place=scope.name_of(str(row.neighborhood_id)), text=str(row.text))
        )
        for row in queries.rows(names)
    }
    found = st.selectbox(
        scope.say("home.find"),
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        placeholder=scope.say("home.find_help"),
        key="finder",
    )
    if found:
        open_neighborhood(scope, found.rsplit("|", 1)[1])


def show_name_list(scope: Scope, *, opened: bool = False) -> None:
    """Every neighborhood from A to Z, as links: the way in for keyboards, screen readers and slow lines."""
    places = scope.ask(queries.neighborhoods, language=scope.language)
    links = "".join(
        f'<li><a href="{escape(scope.link("neighborhood", **{NEIGHBORHOOD: str(place.id)}))}" target="_self">'
        f"{escape(str(place.name))}</a></li>"
        for place in queries.rows(places)
    )
    with st.expander(scope.say("home.as_list", n=len(places)), expanded=opened):
        st.html(f'<div class="places-box"><ul class="places">{links}</ul></div>')


def show_home_map(scope: Scope) -> None:
    """The small map: the first headline measure, latest period; a sentence where there are no outlines."""
    measures = mapped_measures(scope)
    if measures.empty or scope.ask(queries.outlines).empty:
        st.markdown(for_markdown(scope.say("map.no_outlines")))
        return
    measure = queries.records(measures.sort_values("headline", ascending=False))[0]
    period = map_periods(scope, measure["id"])[0]
    show_small(f"{scope.say('home.or_map')}: {map_title(scope, measure, period)}")
    standing = standing_of(scope.release, str(measure["id"]), period, scope.language)
    figures = standing.drawn(standing.views[0])
    show_picker(scope, measure, figures)
    show_legend(scope, measure, figures)
    show_limits(scope)


def mapped_measures(scope: Scope) -> pd.DataFrame:
    """Measures that a map may show: by neighborhood, and never a bare count."""
    measures = scope.ask(queries.measures, language=scope.language)
    return measures[(measures.level == "neighborhood") & (measures.kind != "count")]


def map_periods(scope: Scope, measure: str) -> list[str]:
    """Periods that a map can show, newest first: years or stretches of one where there are any, else months.

    Of those that end on one day the longest comes first: a year before its last quarter.
    """
    frame = scope.ask(queries.periods, measure=measure)
    kinds = frame.period.map(lambda code: periods.parse(code).kind)
    long = frame[kinds.isin(["year", "fiscal", "range", "quarter"])]
    frame = long if len(long) else frame
    return list(frame.sort_values(["period_end", "period_start"], ascending=[False, True]).period)


def show_legend(scope: Scope, measure: Mapping[str, Any], figures: pd.DataFrame) -> None:
    """The legend as words with swatches and counts."""
    rows = maps.legend(measure, figures, look(scope.theme), scope.language)
    st.html(maps.legend_html(rows, scope.say("map.legend")))


def show_picker(scope: Scope, measure: Mapping[str, Any], figures: pd.DataFrame) -> None:
    """The small map of the first page, drawn as SVG; a click opens the neighborhood."""
    drawing = maps.choropleth(
        scope.ask(queries.outlines), figures, measure, look(scope.theme), scope.language, scope.width,
        chosen=scope.place, context=scope.ask(queries.map_features),
    )  # fmt: skip
    picked = st.vega_lite_chart(
        drawing.rows,
        drawing.spec,
        theme=None,
        on_select="rerun",
        selection_mode="pick",
        key="picker",
        alt=scope.say("home.map_alt", city=str(scope.city["name"])),
    )
    chosen = picked.selection.get("pick", []) if picked else []
    if chosen:
        open_neighborhood(scope, str(chosen[0]["id"]))


def show_limits(scope: Scope) -> None:
    """What a map cannot tell."""
    show_small(scope.say("map.lines"))
    with st.expander(scope.say("map.limits")):
        st.markdown(for_markdown(scope.say("map.limits_text")))


def map_title(scope: Scope, measure: Mapping[str, Any], period: str) -> str:
    """What the map shows and when."""
    return scope.say(
        "map.title_line", measure=str(measure["name"]), period=formats.period_label(period, scope.language)
    )
