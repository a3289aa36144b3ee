"""The heart: one neighborhood, from money to what residents said, on one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from html import escape

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_card, show_small, show_table
from components.panels.measures import TOPICS, measure_card, measures_table
from components.readings import Reading
from components.scope import Scope
from components.sentences import reason_text, short_sentence
from components.words import for_markdown
from data import queries

CARDS_A_TOPIC = 2
SECTIONS = ("programs", "money", "follow_money", "voice", "meetings", "unknown")


def show_heading(scope: Scope, place: str) -> None:
    """Name, residents, police district, setting, visitors."""
    st.title(for_markdown(scope.name_of(place)), anchor="top")
    for sentence in about_place(scope, place):
        st.markdown(for_markdown(sentence))


def about_place(scope: Scope, place: str) -> list[str]:
    """What is known of the place itself, in one paragraph and its notices."""
    said = scope.say
    population = scope.ask(queries.population, neighborhood=place)
    first = (
        said("neighborhood.residents", n=int(population.residents.iloc[0]), year=str(population.year.iloc[0]))
        if len(population)
        else said("neighborhood.no_residents")
    )
    places = scope.ask(queries.neighborhoods, language=scope.language, kinds=("neighborhood", "city"))
    row = places[places.id == place].iloc[0]
    parts = [first]
    if isinstance(row.setting, str):
        parts.append(said(f"neighborhood.setting_{row.setting}"))
    if place != "city":
        districts = list(scope.ask(queries.districts_of, neighborhood=place).name)
        if len(districts) == 1:
            parts.append(said("neighborhood.district", district=districts[0]))
        elif districts:
            parts.append(said("neighborhood.districts", districts=formats.join(districts, scope.language)))
    if isinstance(row.about, str):
        parts.append(row.about)
    sentences = [" ".join(parts)]
    if bool(row.visitor_area):
        sentences.append(said("neighborhood.visitors"))
    return sentences


def in_short(scope: Scope, readings: Sequence[Reading]) -> list[str]:
    """One computed sentence a topic: its first headline measure that has anything to say."""
    lines = []
    for topic in TOPICS:
        mine = [reading for reading in readings if reading.measure["topic"] == topic]
        mine.sort(key=lambda reading: (not reading.measure["headline"], not reading.now.has_value))
        if mine:
            lines.append(short_sentence(mine[0], scope))
    return lines


def show_in_short(scope: Scope, lines: Sequence[str]) -> None:
    """The sentences as a list."""
    st.header(scope.say("neighborhood.in_short"), anchor="in-short")
    for line in lines:
        st.markdown(f"- {for_markdown(line)}")


def show_jumps(scope: Scope, readings: Sequence[Reading]) -> None:
    """Links to the parts of the page."""
    topics = [topic for topic in TOPICS if any(reading.measure["topic"] == topic for reading in readings)]
    links = [(scope.say(f"neighborhood.{topic}"), topic) for topic in topics]
    links += [(scope.say(f"neighborhood.{name}_short"), name.replace("_", "-")) for name in SECTIONS]
    inside = " · ".join(f'<a href="#{anchor}">{escape(label)}</a>' for label, anchor in links)
    label = scope.say("neighborhood.jump")
    st.html(f'<nav class="jumps" aria-label="{escape(label)}">{escape(label)} {inside}</nav>')


def show_topics(scope: Scope, readings: Sequence[Reading]) -> None:
    """Each topic: the cards of its headline measures, and all of its measures in one table."""
    show_small(scope.say("neighborhood.dates"))
    for topic in TOPICS:
        mine = [reading for reading in readings if reading.measure["topic"] == topic]
        if not mine:
            continue
        st.header(scope.say(f"neighborhood.{topic}"), anchor=topic)
        if topic == "accountability":
            show_small(scope.say("verdict.complaints"))
        chosen = headline_cards(mine)
        beside = [st.container()] * len(chosen) if scope.narrow or len(chosen) == 1 else st.columns(len(chosen))
        for column, reading in zip(beside, chosen, strict=True):
            with column:
                show_card(measure_card(reading, scope), scope)
        if len(mine) > 1:
            show_small(scope.say("neighborhood.all_measures"))
            show_table(measures_table(mine, scope), scope, caption=scope.say(f"neighborhood.{topic}"))


def show_survey_here(scope: Scope, show_survey: Callable[[Scope], None]) -> None:
    """The survey's answers, where one is published."""
    if len(scope.ask(queries.survey_waves)):
        st.subheader(scope.say("feedback.said"), anchor="answers")
        show_survey(scope)


def headline_cards(readings: Sequence[Reading]) -> list[Reading]:
    """Which measures of a topic get a card: headline ones first, then those that have a value."""
    ordered = sorted(readings, key=lambda reading: (not reading.measure["headline"], not reading.now.has_value))
    return list(ordered[:CARDS_A_TOPIC])


def unknown_lines(scope: Scope, place: str, readings: Sequence[Reading]) -> list[str]:
    """What is not known here: hidden, too few, not reported, and why; late sources."""
    said = scope.say
    figures = scope.ask(queries.figure_table, neighborhoods=[place])
    counts = Counter(figures.status)
    keys = {"withheld": "hidden_here", "too_few_to_say": "too_few_here", "not_reported": "not_reported_here"}
    lines = [said(f"neighborhood.{key}", n=counts[status]) for status, key in keys.items() if counts[status]]
    for reading in readings:
        reason = reason_text(reading.now, scope)
        if reason and not reading.now.has_value:
            lines.append(said("neighborhood.unknown_line", measure=str(reading.measure["name"]), reason=reason))
    late = scope.ask(queries.late_updates, as_of=scope.as_of)
    still = late[pd.isna(late.released_on)] if len(late) else late
    if len(still):
        lines.append(said("neighborhood.late_here", n=len(still)))
    return lines or [said("neighborhood.all_shown")]


def show_unknown(scope: Scope, place: str, readings: Sequence[Reading]) -> None:
    """What we do not know, as plainly as what we do."""
    st.header(for_markdown(scope.say("neighborhood.unknown", place=scope.name_of(place))), anchor="unknown")
    for line in unknown_lines(scope, place, readings):
        st.markdown(f"- {for_markdown(line)}")
    st.subheader(scope.say("limits.title"), anchor="limits")
    for name in ("reported", "averages", "surveys", "money"):
        st.markdown(f"- {for_markdown(scope.say(f'limits.{name}'))}")
