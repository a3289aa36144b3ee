"""The heart: one neighborhood, from money to what residents said, on one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from components import formats
from components.cards import show_card, show_small, show_table, show_text
from components.panels.late import late_sources
from components.panels.measures import TOPICS, measure_card, measures_table, reading_figured
from components.panels.meetings import next_meeting
from components.panels.money import money_here_key, money_sentences
from components.panels.voice import promises_counts, show_survey
from components.passports import count_figured, money_figured, record_figured
from components.readings import Reading
from components.scope import Scope
from components.sentences import reason_text, short_sentence
from components.tables import Figured
from components.words import for_markdown
from data import queries
from data.verdicts import Finding

CARDS_A_TOPIC = 2
SHORT_TOPICS = ("safety", "trust", "accountability")
NAMED = 3
"""So many programs are named in the short sentence; more are counted."""
SECTIONS = ("compared", "programs", "money", "follow_money", "voice", "meetings", "unknown")


def show_heading(scope: Scope, place: str) -> None:
    """Name, residents, police district, setting, visitors."""
    st.title(for_markdown(scope.name_of(place)), anchor="top")
    for sentence in about_place(scope, place):
        show_text(sentence)


def about_place(scope: Scope, place: str) -> list[str | Figured]:
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
    sentences: list[str | Figured] = [" ".join(parts)]
    if len(population):
        record = f"{place}/{population.year.iloc[0]}"
        told = record_figured(scope, "population", record, "residents", " ".join(parts))
        sentences = [replace(told, part=first)]
    if bool(row.visitor_area):
        sentences.append(said("neighborhood.visitors"))
    return sentences


def in_short(scope: Scope, readings: Sequence[Reading]) -> list[Figured]:
    """One computed sentence a topic: its first headline measure that has anything to say; it leads to the figure."""
    lines = []
    for topic in SHORT_TOPICS:
        mine = headline_cards([reading for reading in readings if reading.measure["topic"] == topic])
        if mine:
            line = _short_line(scope, scope.say(f"neighborhood.{topic}"), short_sentence(mine[0], scope))
            lines.append(reading_figured(mine[0], scope, line))
    return lines


def in_short_of_work(scope: Scope, place: str) -> list[str | Figured]:
    """One computed sentence each on the programs, the money, and the promises and next meeting of a place."""
    said = scope.say
    mine = scope.ask(queries.programs, neighborhood=place, language=scope.language)
    programs = said("neighborhood.no_programs")
    if len(mine):
        names = formats.join([str(name) for name in mine.name], scope.language)
        count = said("neighborhood.programs_count", n=len(mine))
        if len(mine) <= NAMED:
            programs = said("neighborhood.programs_named", count=count.rstrip("."), names=names)
        else:
            programs = count
    tied = scope.ask(queries.money_in, neighborhood=place, language=scope.language)
    promises = scope.ask(queries.commitments, as_of=scope.as_of, neighborhood=place, language=scope.language)
    voice = promises_counts(scope, promises) if len(promises) else said("neighborhood.no_promises")
    meeting = next_meeting(scope, place)
    if meeting is not None:
        day = formats.date_text(meeting["held_on"], scope.language)
        voice = f"{voice} {said('home.next_meeting_date', date=day)}"
    money = _short_line(scope, said("neighborhood.money_short"), " ".join(money_sentences(scope, tied)))
    key = money_here_key(tied, place)
    return [
        count_figured(
            scope, "programs", _short_line(scope, said("neighborhood.programs_short"), programs), state="here", at=place
        ),
        money_figured(key, scope, money) if key is not None else money,
        count_figured(scope, "promises", _short_line(scope, said("neighborhood.promises_topic"), voice), at=place),
    ]


def _short_line(scope: Scope, topic: str, sentence: str) -> str:
    return scope.say("neighborhood.short_line", topic=topic, sentence=sentence)


def show_in_short(scope: Scope, lines: Sequence[str | Figured]) -> None:
    """The sentences as a list, each with its topic in bold; the topic leads to the figure of the sentence."""
    st.header(scope.say("neighborhood.in_short"), anchor="in-short")
    items = []
    for line in lines:
        topic, _, sentence = str(line).partition(": ")
        name = replace(line, text=topic).html() if isinstance(line, Figured) else escape(topic)
        items.append(f"<li><strong>{name}:</strong> {escape(formats.sentence_case(sentence))}</li>")
    st.html(f'<ul class="short">{"".join(items)}</ul>')


def compared_groups(scope: Scope, readings: Sequence[Reading]) -> dict[str, list[str]]:
    """Names of measures by how the place stands beside the city: higher, lower, same, not (not compared)."""
    groups: dict[str, list[str]] = {"higher": [], "lower": [], "same": [], "not": []}
    for reading in readings:
        beside = reading.beside_city
        if beside.is_clear:
            group = "higher" if beside.moved > 0 else "lower"
        elif beside.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
            group = "same"
        else:
            group = "not"
        groups[group].append(str(reading.measure["name"]))
    return groups


def show_compared(scope: Scope, readings: Sequence[Reading]) -> None:
    """How the place stands beside the city, measure by measure, in three groups and a rest; never ranked."""
    said = scope.say
    st.header(said("neighborhood.compared"), anchor="compared")
    items = "".join(
        f"<div><dt>{escape(said(f'neighborhood.compared_{group}'))}</dt>"
        f"<dd>{escape('; '.join(names) or said('neighborhood.compared_nothing'))}</dd></div>"
        for group, names in compared_groups(scope, readings).items()
    )
    st.html(f'<dl class="facts long">{items}</dl>')
    show_small(said("neighborhood.compared_why"))


def show_jumps(scope: Scope, readings: Sequence[Reading], *, sections: Sequence[str] = SECTIONS) -> None:
    """Links to the parts of the page."""
    topics = [topic for topic in TOPICS if any(reading.measure["topic"] == topic for reading in readings)]
    links = [(scope.say(f"neighborhood.{topic}"), topic) for topic in topics]
    links += [(scope.say(f"neighborhood.{name}_short"), name.replace("_", "-")) for name in sections]
    st.html(jumps_html(scope, links))


def jumps_html(scope: Scope, links: Sequence[tuple[str, str]]) -> str:
    """Links to parts of a page. links: what each says, and the anchor it jumps to."""
    inside = "".join(f'<li><a href="#{anchor}">{escape(label)}</a></li>' for label, anchor in links)
    label = escape(scope.say("neighborhood.jump"))
    return f'<nav class="jumps" aria-label="{label}"><span>{label}</span><ul>{inside}</ul></nav>'


def show_topics(scope: Scope, readings: Sequence[Reading]) -> None:
    """Each topic: the cards of its headline measures (one on a phone), and its other measures in one table."""
    show_small(scope.say("neighborhood.dates"))
    for topic in TOPICS:
        mine = [reading for reading in readings if reading.measure["topic"] == topic]
        if not mine:
            continue
        st.header(scope.say(f"neighborhood.{topic}"), anchor=topic)
        if topic == "accountability":
            show_small(scope.say("verdict.complaints"))
        chosen = headline_cards(mine)[: 1 if scope.narrow else CARDS_A_TOPIC]
        beside = [st.container()] if len(chosen) == 1 else st.columns(len(chosen))
        for column, reading in zip(beside, chosen, strict=True):
            with column:
                show_card(measure_card(reading, scope), scope)
        carded = [reading.measure["id"] for reading in chosen]
        others = [reading for reading in mine if reading.measure["id"] not in carded]
        if others and scope.narrow:
            with st.expander(scope.say("neighborhood.more_count", n=len(others))):
                show_others(scope, topic, others)
        elif others:
            st.subheader(scope.say("neighborhood.more_measures"), anchor=f"more-{topic}")
            show_others(scope, topic, others)


def show_others(scope: Scope, topic: str, readings: Sequence[Reading]) -> None:
    """Measures without a card of their own, in one table; each leads to its definition."""
    links = [scope.link("about", anchor=f"def-{reading.measure['id']}") for reading in readings]
    show_table(measures_table(readings, scope), scope, caption=scope.say(f"neighborhood.{topic}"), links=links)


def show_survey_here(scope: Scope) -> None:
    """The survey's answers, where one is published."""
    if len(scope.ask(queries.survey_waves)):
        with st.container(key="paper-off"):  # large, and its figures are in the cards
            st.subheader(scope.say("neighborhood.survey_here"), anchor="answers")
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
    lines += [said("home.late", source=source, n=days) for source, days in late_sources(scope, open_only=True)]
    return lines or [said("neighborhood.all_shown")]


def show_unknown(scope: Scope, place: str, readings: Sequence[Reading]) -> None:
    """What we do not know, as plainly as what we do."""
    with st.container(key="unknown"):
        st.header(for_markdown(scope.say("neighborhood.unknown", place=scope.name_of(place))), anchor="unknown")
        for line in unknown_lines(scope, place, readings):
            st.markdown(f"- {for_markdown(line)}")
        st.subheader(scope.say("limits.title"), anchor="limits")
        for name in ("reported", "averages", "surveys", "money"):
            st.markdown(f"- {for_markdown(scope.say(f'limits.{name}'))}")
