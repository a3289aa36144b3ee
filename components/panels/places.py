"""Places: find one, see them on a map, and the same places as a list."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats, maps
from components.cards import Card, show_card, show_small, show_table
from components.panels.funnel import funnel_card, refusal_words, spread_of
from components.panels.measures import places_subtitle, source_line
from components.passports import Passport, figured, observation_passport
from components.scope import NEIGHBORHOOD, Scope, choose_code
from components.sentences import amount_text, reason_text, value_text
from components.server.maps import compared, context_url, grouped_figures, map_url
from components.tables import Figured
from components.tokens import look
from components.words import for_markdown
from data import periods, queries
from data.figures import Figure
from data.verdicts import Refusal

PAGES = Path(__file__).parent.parent.parent / "pages"
MEASURE, PERIOD, VIEW = "m", "p", "view"
COMPARED, VALUES, FUNNEL = "compared", "values", "funnel"
MAP_HEIGHT = 560


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
    figures = place_figures(scope, measure, period)
    figures = as_view(figures, views(figures)[0])
    show_picker(scope, measure, figures)
    show_legend(scope, measure, figures)


def mapped_measures(scope: Scope) -> pd.DataFrame:
    """Measures that a map may show: by neighborhood, and never a bare count."""
    measures = scope.ask(queries.measures, language=scope.language)
    return measures[(measures.level == "neighborhood") & (measures.kind != "count")]


def choose_measure(scope: Scope) -> tuple[dict[str, Any], str] | None:
    """Choose a measure and a period; None where no measure can be mapped."""
    measures = mapped_measures(scope)
    if measures.empty:
        return None
    names = measures.set_index("id").name.to_dict()
    with st.container(horizontal=True):
        chosen = choose_code(
            scope.say("map.measure"), list(measures.id), param=MEASURE, default=measures.id.iloc[0],
            label_of=lambda code: str(names[code]), width=360,
            unknown=lambda code: scope.say("scope.unknown_measure", code=code),
        )  # fmt: skip
        codes = map_periods(scope, chosen)
        period = choose_code(
            scope.say("map.period"), codes, param=PERIOD, default=codes[0], width=260,
            label_of=lambda code: formats.period_label(code, scope.language),
            unknown=lambda code: scope.say("scope.unknown_period", code=code),
        )  # fmt: skip
    measure = queries.records(measures[measures.id == chosen])[0]
    return {str(name): value for name, value in measure.items()}, period


def map_periods(scope: Scope, measure: str) -> list[str]:
    """Periods that a map can show, newest first: years or stretches of one where there are any, else months."""
    frame = scope.ask(queries.periods, measure=measure)
    kinds = frame.period.map(lambda code: periods.parse(code).kind)
    long = frame[kinds.isin(["year", "fiscal", "range", "quarter"])]
    frame = long if len(long) else frame
    return list(frame.sort_values(["period_end", "period_start"], ascending=False).period)


def place_figures(scope: Scope, measure: Mapping[str, Any], period: str) -> pd.DataFrame:
    """Figures of a measure in a period for every neighborhood, each with its group beside the city."""
    return grouped_figures(scope.release, measure, period, scope.language)


def city_figure(scope: Scope, measure: str, period: str) -> Figure | None:
    """The city's own figure; None where there is none."""
    found = scope.ask(queries.figures, measures=[measure], periods=[period], neighborhoods=["city"])
    return found[0] if found else None


def views(figures: pd.DataFrame) -> list[str]:
    """Which views of a map the figures allow: compared with the city only where every shown place has a verdict."""
    alone = figures.refused.isin([Refusal.VISITORS, Refusal.PARTIAL_COVERAGE])  # these places, and no others
    shown = figures[figures.value.notna() & ~alone]
    return [COMPARED, VALUES] if len(shown) and shown.group.notna().all() else [VALUES]


def choose_view(scope: Scope, figures: pd.DataFrame) -> str:
    """Compared with the city, values, or the funnel; a sentence where values can be shown and not be compared."""
    allowed = views(figures)
    if len(allowed) == 1:
        show_small(scope.say("map.no_range_view"))
    return choose_code(
        scope.say("map.view"), [*allowed, FUNNEL], param=VIEW, default=allowed[0], kind="segmented_control",
        label_of=lambda code: scope.say(f"map.view_{code}"),
    )  # fmt: skip


def as_view(figures: pd.DataFrame, view: str) -> pd.DataFrame:
    """The figures as a view draws them."""
    return compared(figures) if view == COMPARED else figures.drop(columns="group")


def places_table(scope: Scope, figures: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The list twin of a map: every place with value, range, count and status in words, A to Z."""
    said = scope.say
    value = said("table.per_1000") if unit == "per_1000_residents" else said("table.value")
    headings = [said("table.place"), value, said("table.range"), said("table.base"), said("table.status")]
    rows = [(str(row["name"]), *_cells(scope, row)) for row in queries.records(figures)]
    table = pd.DataFrame(rows, columns=headings)
    table = table.drop(columns=[name for name in headings[2:4] if not table[name].any()])
    missing = {said("table.range"): said("reading.no_range"), said("table.base"): said("reading.not_stated")}
    return table.replace({name: {"": text} for name, text in missing.items() if name in table})


def as_published(row: Mapping[Any, Any]) -> Figure:
    """The figure of a place: in tables of a map, `group` says how it stands beside the city, not whom it is about."""
    return queries.as_figure({**row, "group": "all"})


def _cells(scope: Scope, row: Mapping[Any, Any]) -> tuple[str | Figured, str, str, str]:
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
    number = formats.value_number(figure.value, figure.unit, lang)
    return figured(figure, scope, number), ranged, base, status


def show_legend(scope: Scope, measure: Mapping[str, Any], figures: pd.DataFrame) -> None:
    """The legend as words with swatches and counts."""
    rows = maps.legend(measure, figures, look(scope.theme), scope.language)
    st.html(maps.legend_html(rows, scope.say("map.legend")))


def show_deck(scope: Scope, measure: Mapping[str, Any], period: str, figures: pd.DataFrame, view: str) -> None:
    """The map by pydeck: colors by class, hatched where withheld; a click opens the neighborhood."""
    if scope.ask(queries.outlines).empty:
        st.markdown(for_markdown(scope.say("map.no_outlines")))
        return
    url = map_url(scope.release, str(measure["id"]), period, theme=scope.theme, language=scope.language, view=view)
    title = map_title(scope, measure, period)
    picked = st.pydeck_chart(
        maps.deck(
            url,
            context_url=context_url(scope.release, theme=scope.theme),
            look=look(scope.theme),
            chosen=scope.place,
            bounds=maps.bounds(scope.ask(queries.outlines)),
            height=MAP_HEIGHT,
            narrow=scope.narrow,
        ),
        height=MAP_HEIGHT,
        on_select="rerun",
        selection_mode="single-object",
        key=f"deck-{measure['id']}-{period}-{view}-{scope.theme}",
        alt=scope.say("map.alt", measure=str(measure["name"]), period=title, summary=map_summary(scope, figures)),
    )
    objects = picked.selection.get("objects", {}).get("areas", []) if picked else []
    if objects:
        open_neighborhood(scope, str(objects[0]["properties"]["id"]))


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


def map_title(scope: Scope, measure: Mapping[str, Any], period: str) -> str:
    """What the map shows and when."""
    return scope.say(
        "map.title_line", measure=str(measure["name"]), period=formats.period_label(period, scope.language)
    )


def map_summary(scope: Scope, figures: pd.DataFrame) -> str:
    """How many places are shown and how many are not."""
    shown = int(figures.value.notna().sum())
    return scope.say("map.summary", shown=str(shown), not_shown=str(len(figures) - shown))


def show_place_list(scope: Scope, measure: Mapping[str, Any], period: str, figures: pd.DataFrame) -> None:
    """The same places as a list, first in the order of the page for keyboards and screen readers."""
    # What each rests on is in the table of the card below; the list is narrow.
    table = places_table(scope, figures, str(measure["unit"])).drop(columns=scope.say("table.base"), errors="ignore")
    links = [scope.link("neighborhood", **{NEIGHBORHOOD: str(place)}) for place in figures.id]
    with st.container(height=MAP_HEIGHT + 40, border=False, key="place-list"):
        show_table(table, scope, caption=map_title(scope, measure, period), most=len(table), links=links)
    reasons = dict.fromkeys(reason for reason in figures.reason if isinstance(reason, str))
    if reasons:
        with st.expander(scope.say("map.limits_more")):
            for reason in reasons:
                st.markdown(f"- {for_markdown(scope.say(f'reasons.{reason}'))}")


def show_map(scope: Scope, measure: Mapping[str, Any], period: str) -> None:
    """The view above; the list and the map side by side, or the funnel; below them where every place stands."""
    figures = place_figures(scope, measure, period)
    view = choose_view(scope, figures)
    if view == FUNNEL:
        show_funnel(scope, measure, period, figures)
    else:
        drawn = as_view(figures, view)
        left, right = st.columns([5, 6])
        with right:
            show_deck(scope, measure, period, figures, view)
            show_legend(scope, measure, drawn)
            show_limits(scope)
        with left:
            show_place_list(scope, measure, period, figures)
    show_card(places_card(scope, measure, period, figures), scope)


def show_funnel(scope: Scope, measure: Mapping[str, Any], period: str, figures: pd.DataFrame) -> None:
    """Which places differ by more than chance, or why that cannot be said."""
    places = scope.ask(queries.neighborhoods, language=scope.language)
    spread = spread_of(figures, measure, set(places.id[places.visitor_area.astype(bool)]))
    if isinstance(spread, str):
        with st.container(border=True, key="card-funnel-refused"):
            for line in refusal_words(spread, figures, scope):
                st.markdown(for_markdown(line))
        return
    link = {MEASURE: str(measure["id"]), PERIOD: period, VIEW: FUNNEL}
    show_card(funnel_card(scope, measure, period, spread, link, source_line(measure, scope)), scope)


def places_card(scope: Scope, measure: Mapping[str, Any], period: str, figures: pd.DataFrame) -> Card:
    """Where places stand: every place with its range beside the city, never ranked."""
    said = scope.say
    city = city_figure(scope, str(measure["id"]), period)
    counts = figures.group.value_counts()
    shown = figures[figures.value.notna()]
    low, high, values, how = "", "", "", said("how_to_read.strip")
    if len(shown):
        low, high = (amount_text(end, str(measure["unit"]), scope) for end in (shown.value.min(), shown.value.max()))
        values = said("map.alt_values", low=low, high=high, n=len(shown))
    if COMPARED in views(figures):
        numbers: dict[str, Any] = {
            name: formats.count(int(counts.get(group, 0)), scope.language)
            for name, group in (("higher", "above"), ("lower", "below"), ("same", "same"))
        }
        finding = said("finding.places_differ", **numbers)
        how = f"{how} {said('how_to_read.many_places')}"
    elif len(shown):
        finding = said("finding.range_of_places", low=low, high=high)
    else:
        finding = said("map.nothing_shown")
    rows = figures.rename(columns={"measure": "measure_id", "release": "release_id", "id": "neighborhood_id"})
    return Card(
        id="places",
        page="map",
        finding=finding,
        subtitle=places_subtitle(measure, period, scope),
        drawing=charts.strip(
            as_view(figures, views(figures)[0]), look(scope.theme), scope.language, scope.width,
            unit=str(measure["unit"]), direction=str(measure["direction"]), chosen=scope.place,
            city=city.value if city is not None else None,
        ),
        alt=said("card.alt", finding=finding, detail=f"{values} {map_summary(scope, figures)}".strip()),
        table=places_table(scope, figures, str(measure["unit"])),
        rows=rows.drop(columns=["neighborhood", "group", "refused"]),
        how_to_read=how,
        source=source_line(measure, scope),
        passport=_card_passport(scope, measure, figures, city),
        link={MEASURE: str(measure["id"]), PERIOD: period},
    )  # fmt: skip


def _card_passport(
    scope: Scope, measure: Mapping[str, Any], figures: pd.DataFrame, city: Figure | None
) -> Passport | None:
    """The passport of the city's figure; without one, of the chosen place's or the first one's."""
    if city is None:
        known = figures[figures.measure.notna()]
        mine = known[known.id == scope.place]
        known = mine if len(mine) else known
        if known.empty:
            return None
        city = as_published(queries.records(known)[0])
    return observation_passport(city, scope, measure)


def show_city_figure(scope: Scope, measure: Mapping[str, Any], period: str) -> None:
    """The city's own figure, and what no neighborhood holds: records with no neighborhood."""
    figures = scope.ask(
        queries.figure_table, measures=[measure["id"]], periods=[period], neighborhoods=["city", "unplaced"]
    )
    for row in queries.records(figures):
        figure = queries.as_figure(row)
        name = scope.name_of(figure.neighborhood)
        remark = reason_text(figure, scope)
        value = figured(figure, scope, value_text(figure, scope))
        st.html(f'<p class="small">{escape(name)}: {value.html()}. {escape(remark)}</p>')


def show_limits(scope: Scope) -> None:
    """What a map cannot tell."""
    show_small(scope.say("map.lines"))
    with st.expander(scope.say("map.limits")):
        st.markdown(for_markdown(scope.say("map.limits_text")))
