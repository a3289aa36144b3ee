"""Outcomes: one measure on a map and as a list, over time, and where every place stands. Never a rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats, maps
from components.ask import keep
from components.cards import show_card, show_small, show_table
from components.panels.funnel import funnel_card, refusal_words
from components.panels.measures import definition_of, measure_card, source_line
from components.panels.places import (
    map_periods,
    map_title,
    mapped_measures,
    open_neighborhood,
    show_legend,
    show_limits,
)
from components.panels.stands import places_card, places_table
from components.passports import figured
from components.readings import reading_in
from components.scope import NEIGHBORHOOD, Scope, choose_code, put_codes
from components.sentences import reason_text, value_text
from components.server.maps import context_url, map_url
from components.standing import ALL, COMPARED, EACH, VALUES, Standing, settings_among, standing_of, usual_within
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.verdicts import Together, spread_of

MEASURE, PERIOD, VIEW, SETTING = "m", "p", "view", "setting"
FUNNEL = "funnel"
MAP_HEIGHT, MAP_HEIGHT_PHONE = 560, 360
TOPIC_KEY = "choose-topic"


@dataclass(frozen=True)
class Outcome:
    """What the page is about: a measure, a period, and what places are set beside.

    measure: a row of `queries.measures`. standing: None for a measure of the whole city. may_compare: whether places
    can be compared at all, in any setting. everywhere: every neighborhood's figure, beside the city.
    """

    measure: Mapping[str, Any]
    period: str
    standing: Standing | None
    may_compare: bool
    everywhere: pd.DataFrame | None = None

    @property
    def level(self) -> str:
        """neighborhood, district or city: the smallest places that the measure is known for."""
        return str(self.measure["level"])

    @property
    def is_mapped(self) -> bool:
        """Rates and shares of neighborhoods only."""
        return self.level == "neighborhood" and self.measure["kind"] != "count"

    @property
    def within(self) -> str:
        """What places are compared within: each, all, or a setting."""
        return self.standing.within if self.standing is not None else ALL


@keep()
def measure_at(scope: Scope, code: str) -> dict[str, Any]:
    """A measure's row, always the same one, so that what is made of it can be kept."""
    measures = scope.ask(queries.measures, language=scope.language)
    return queries.records(measures[measures.id == code])[0]


def choose_outcome(scope: Scope) -> Outcome | None:
    """Choose topic, measure, period and setting; None where no measure is published."""
    measures = scope.ask(queries.measures, language=scope.language)
    if measures.empty:
        return None
    mapped = mapped_measures(scope)
    default = str(mapped.id.iloc[0] if len(mapped) else measures.id.iloc[0])
    asked = st.query_params.get(MEASURE)
    topics = dict(zip(measures.id, measures.topic, strict=True))
    topic = str(topics[asked if asked in topics else default])
    names = measures.set_index("id").name.to_dict()
    with st.container(horizontal=True, key="outcome-choices"):
        _choose_topic(scope, measures, topic, default)
        code = choose_code(
            scope.say("map.measure"), list(measures.id[measures.topic == topic]), param=MEASURE, default=default,
            label_of=lambda code: str(names[code]), width=300,
            unknown=lambda code: scope.say("scope.unknown_measure", code=code),
        )  # fmt: skip
        codes = map_periods(scope, code)
        period = choose_code(
            scope.say("map.period"), codes, param=PERIOD, default=codes[0], width=220,
            label_of=lambda code: formats.period_label(code, scope.language),
            unknown=lambda code: scope.say("scope.unknown_period", code=code),
        )  # fmt: skip
        measure = measure_at(scope, code)
        within, may_compare = _choose_setting(scope, measure, period)
    everywhere = _standing(scope, measure, period, ALL) if measure["level"] == "neighborhood" else None
    return Outcome(
        measure, period, _standing(scope, measure, period, within), may_compare,
        everywhere.figures if everywhere is not None else None,
    )  # fmt: skip


def _choose_topic(scope: Scope, measures: pd.DataFrame, topic: str, default: str) -> None:
    """A topic is no code of the address: it is that of the measure, and choosing one chooses its first measure."""
    first = {str(row.topic): str(row.id) for row in reversed(queries.rows(measures))}
    st.session_state[TOPIC_KEY] = topic

    def change() -> None:
        code = first[st.session_state[TOPIC_KEY]]
        put_codes(**{MEASURE: None if code == default else code, PERIOD: None})

    st.selectbox(
        scope.say("map.topic"), list(dict.fromkeys(measures.topic)), key=TOPIC_KEY, on_change=change, width=160,
        format_func=lambda code: scope.words.name_of("kinds.measure.topic", code),
    )  # fmt: skip


def _choose_setting(scope: Scope, measure: Mapping[str, Any], period: str) -> tuple[str, bool]:
    """Which places are set beside each other, and whether any can be. The control stays where there is no choice."""
    usual, settings = usual_within(scope.release, scope.place), settings_among(scope.release)
    may_compare = measure["level"] != "city" and any(
        COMPARED in standing.views
        for within in dict.fromkeys((ALL, usual))
        if (standing := _standing(scope, measure, period, within)) is not None
    )
    has_choice = bool(settings) and may_compare and measure["level"] == "neighborhood"
    chosen = choose_code(
        scope.say("outcomes.setting"), [EACH, *settings, ALL] if has_choice else [ALL], param=SETTING,
        default=usual if has_choice else ALL, label_of=lambda code: scope.say(f"outcomes.within_{code}"), width=240,
        disabled=not has_choice,
        unknown=(lambda code: scope.say("scope.unknown_choice", code=code)) if has_choice else None,
    )  # fmt: skip
    return chosen, may_compare


def _standing(scope: Scope, measure: Mapping[str, Any], period: str, within: str) -> Standing | None:
    level = str(measure["level"])
    if level == "city":
        return None
    within = within if level == "neighborhood" else ALL
    return standing_of(scope.release, str(measure["id"]), period, scope.language, within, level)


def show_meaning(scope: Scope, outcome: Outcome) -> None:
    """What the measure is, which way is good; the city's own figure."""
    first = definition_of(outcome.measure, scope)[0]
    direction = scope.say(f"about.direction_{outcome.measure['direction']}")
    st.markdown(for_markdown(f"{first.rstrip('.')}. {direction}"))
    figures = scope.ask(
        queries.figure_table,
        measures=[outcome.measure["id"]], periods=[outcome.period], neighborhoods=["city", "unplaced"],
    )  # fmt: skip
    for row in queries.records(figures):
        figure = queries.as_figure(row)
        value = figured(figure, scope, value_text(figure, scope))
        remark = escape(reason_text(figure, scope))
        st.html(f'<p class="small">{escape(scope.name_of(figure.neighborhood))}: {value.html()}. {remark}</p>')


def show_definition(scope: Scope, outcome: Outcome) -> None:
    """The rest of the definition and the source, folded."""
    with st.expander(scope.say("outcomes.definition")):
        for line in definition_of(outcome.measure, scope)[1:]:
            st.markdown(for_markdown(f"{line.rstrip('.')}."))
        show_small(f"{source_line(outcome.measure, scope)}.")


def setting_lines(scope: Scope, outcome: Outcome) -> list[str]:
    """What is compared with what, and how many there are; why nothing is."""
    said, standing = scope.say, outcome.standing
    if standing is None:
        return []
    if not outcome.may_compare:
        return [said("refused.no_residents_to_compare" if outcome.measure["kind"] == "count" else "map.no_range_view")]
    if outcome.level != "neighborhood":
        return [said("outcomes.districts_compared")]
    settings, within = settings_among(scope.release), outcome.within
    if not settings:
        return [said("outcomes.no_settings")]
    if within == ALL:
        return [said("outcomes.all_compared", settings=_counted(scope, settings))]
    together: Mapping[str, Together] = standing.wholes
    counts = {setting: len(together[setting].places) for setting in settings if setting in together}
    if within == EACH:
        lines = [said("outcomes.each_compared", settings=_counted(scope, counts))]
    elif scope.place in together[within].places:
        others = said(f"outcomes.others_{within}", n=counts[within] - 1)
        lines = [said("outcomes.place_compared", place=scope.name_of(str(scope.place)), others=others)]
    else:
        lines = [said("outcomes.setting_compared", settings=_counted(scope, counts))]
    if COMPARED not in standing.views:
        lines.append(said("outcomes.too_few_of_setting"))
    if standing.mine.refused.eq("visitors").any():
        lines.append(said("outcomes.visitors_left_out"))
    return lines


def _counted(scope: Scope, counts: Mapping[str, int]) -> str:
    """10 urban, 9 suburban and 5 rural neighborhoods, in words."""
    return formats.join([scope.say(f"outcomes.count_{one}", n=count) for one, count in counts.items()], scope.language)


def choose_view(scope: Scope, outcome: Outcome) -> str:
    """Compared, or values. Where nothing can be compared the control stays, and cannot be used."""
    assert outcome.standing is not None
    compared = "map.view_compared" if outcome.within == ALL else "outcomes.view_setting"
    labels = {COMPARED: compared, VALUES: "map.view_values"}
    if COMPARED not in outcome.standing.views:
        st.segmented_control(
            scope.say("map.view"), [COMPARED, VALUES], default=VALUES, disabled=True, required=True,
            key="view-refused", format_func=lambda code: scope.say(labels[code]),
        )  # fmt: skip
        return VALUES
    return choose_code(
        scope.say("map.view"), [COMPARED, VALUES], param=VIEW, default=COMPARED, kind="segmented_control",
        label_of=lambda code: scope.say(labels[code]),
    )  # fmt: skip


def show_map(scope: Scope, outcome: Outcome) -> None:
    """The map and its twin, the list of the same places; or why there is no map."""
    standing = outcome.standing
    if standing is None or not outcome.is_mapped:
        why = "map.counts_not_mapped" if outcome.level == "neighborhood" else f"outcomes.no_map_{outcome.level}"
        st.markdown(for_markdown(scope.say(why)))
        return
    view = choose_view(scope, outcome)
    left, right = st.columns([5, 6])
    with right:
        show_deck(scope, outcome, view)
        show_legend(scope, outcome.measure, standing.drawn(view))
        show_limits(scope)
    with left:
        show_place_list(scope, outcome, view)


def show_deck(scope: Scope, outcome: Outcome, view: str) -> None:
    """The map by pydeck: colors by class, hatched where withheld; a click opens the neighborhood."""
    outlines = scope.ask(queries.outlines)
    if outlines.empty:
        st.markdown(for_markdown(scope.say("map.no_outlines")))
        return
    assert outcome.standing is not None
    code, theme, within = str(outcome.measure["id"]), scope.theme, outcome.within
    url = map_url(
        scope.release, code, outcome.period, theme=theme, language=scope.language, view=view, within=within
    )  # fmt: skip
    figures = outcome.standing.figures
    shown = int(figures.value.notna().sum())
    summary = scope.say("map.summary", shown=str(shown), not_shown=str(len(figures) - shown))
    title = map_title(scope, outcome.measure, outcome.period)
    height = MAP_HEIGHT_PHONE if scope.narrow else MAP_HEIGHT
    picked = st.pydeck_chart(
        maps.deck(
            url, context_url=context_url(scope.release, theme=theme), look=look(theme), chosen=scope.place,
            bounds=maps.bounds(outlines), height=height, narrow=scope.narrow,
        ),
        height=height,
        on_select="rerun",
        selection_mode="single-object",
        key=f"deck-{code}-{outcome.period}-{view}-{within}-{theme}",
        alt=scope.say("map.alt", measure=str(outcome.measure["name"]), period=title, summary=summary),
    )  # fmt: skip
    objects = picked.selection.get("objects", {}).get("areas", []) if picked else []
    if objects:
        open_neighborhood(scope, str(objects[0]["properties"]["id"]))


def show_place_list(scope: Scope, outcome: Outcome, view: str) -> None:
    """The same places as a list, first in the order of the page for keyboards and screen readers."""
    assert outcome.standing is not None
    # What each rests on is in the table of the card below; the list is narrow.
    table = places_table(scope, outcome.measure, outcome.standing, view).drop(
        columns=scope.say("table.base"), errors="ignore"
    )
    figures = outcome.standing.figures
    links = [scope.link("neighborhood", **{NEIGHBORHOOD: str(place)}) for place in figures.id]
    title = map_title(scope, outcome.measure, outcome.period)
    with st.container(height=(MAP_HEIGHT_PHONE if scope.narrow else MAP_HEIGHT) + 40, border=False, key="place-list"):
        show_table(table, scope, caption=title, most=len(table), links=links)
    reasons = dict.fromkeys(reason for reason in figures.reason if isinstance(reason, str))
    if reasons:
        with st.expander(scope.say("map.limits_more")):
            for reason in reasons:
                st.markdown(f"- {for_markdown(scope.say(f'reasons.{reason}'))}")


def show_trend(scope: Scope, outcome: Outcome) -> None:
    """The measure over time: of the reader's place, or the district that it is in, and of the city."""
    code = str(outcome.measure["id"])
    cards = []
    for place in dict.fromkeys((scope.place_or_city, "city")):
        reading = scope.ask(reading_in, measure=code, place=place, language=scope.language)
        if reading is None or (place != "city" and reading.place == "city"):
            continue
        suffix = "-city" if place == "city" else ""
        card = measure_card(reading, scope, page="outcomes")
        cards.append(replace(card, id=f"m-{code}{suffix}", link=link_of(outcome)))
    if not cards:
        st.markdown(for_markdown(scope.say("outcomes.no_trend")))
    for column, card in zip(st.columns(len(cards)) if cards else [], cards, strict=True):
        with column:
            show_card(card, scope)


def link_of(outcome: Outcome, **more: str) -> dict[str, str]:
    """The codes of a card's address: the same measure, period and setting."""
    return {MEASURE: str(outcome.measure["id"]), PERIOD: outcome.period, SETTING: outcome.within, **more}


def show_stands(scope: Scope, outcome: Outcome) -> None:
    """Where places stand, with their ranges, in three groups; for the curious, the funnel."""
    if outcome.standing is None:
        st.markdown(for_markdown(scope.say("outcomes.no_places")))
        return
    show_card(places_card(scope, outcome.measure, outcome.period, outcome.standing), scope)
    if outcome.level != "neighborhood":
        return
    is_asked = st.query_params.get(VIEW) == FUNNEL
    curious = st.expander(
        scope.say("outcomes.curious"), expanded=is_asked, on_change="rerun", key=f"curious-{is_asked}"
    )  # fmt: skip
    if curious.open:
        with curious:
            show_funnels(scope, outcome)


def show_funnels(scope: Scope, outcome: Outcome) -> None:
    """Which places differ by more than chance, a funnel for each setting that is compared; or why that is not said."""
    assert outcome.standing is not None
    figures = outcome.standing.figures
    settings = [str(one) for one in outcome.standing.wholes] or [ALL]
    for within in settings:
        frame = figures if within == ALL else figures[figures.setting == within]
        found = _funnel(scope, outcome, within)
        if isinstance(found, str):
            heading = "" if within == ALL else scope.say(f"outcomes.only_{within}")
            with st.container(border=True, key=f"card-funnel-refused-{within}"):
                for line in filter(None, [heading, *refusal_words(found, frame, scope)]):
                    st.markdown(for_markdown(line))
            continue
        show_card(found, scope)


def _funnel(scope: Scope, outcome: Outcome, within: str) -> Any:
    assert outcome.standing is not None
    return _kept_funnel(scope, outcome.measure, outcome.period, outcome.standing, within)


@keep()
def _kept_funnel(
    scope: Scope, measure: Mapping[str, Any], period: str, standing: Standing, within: str
) -> Any:  # fmt: skip
    places = scope.ask(queries.neighborhoods, language=scope.language)
    frame = standing.figures
    frame = frame if within == ALL else frame[frame.setting == within].reset_index(drop=True)
    spread = spread_of(frame, measure, set(places.id[places.visitor_area.astype(bool)]))
    if isinstance(spread, str):
        return spread
    link = {MEASURE: str(measure["id"]), PERIOD: period, VIEW: FUNNEL, SETTING: standing.within}
    return funnel_card(scope, measure, period, spread, link, source_line(measure, scope), within)


def show_changes(scope: Scope, outcome: Outcome) -> None:
    """Changes in how the measure is counted, figures that changed since the release before, and where the rows are."""
    said, code = scope.say, str(outcome.measure["id"])
    breaks = scope.ask(queries.breaks, measure=code, language=scope.language)
    lines = [f"{formats.date_text(row.broke_on, scope.language)}: {row.note}" for row in queries.rows(breaks)]
    revisions = scope.ask(queries.revisions, language=scope.language)
    changed = revisions[revisions.measure_id == code].drop_duplicates(["neighborhood_id", "period", "group_name"])
    lines.append(said("outcomes.changed", n=len(changed)) if len(changed) else said("outcomes.none_changed"))
    for line in lines:
        st.markdown(f"- {for_markdown(line)}")
    ways = [
        (scope.link("about", anchor="changes", m=code), "outcomes.all_changes"),
        (scope.link("about", anchor=f"def-{code}"), "outcomes.all_definitions"),
        (f"/data/{scope.release.id}/observation.csv", "about.table_file"),
    ]
    items = " · ".join(f'<a href="{escape(way)}" target="_self">{escape(said(key))}</a>' for way, key in ways)
    st.html(f"<p>{items}</p>")
