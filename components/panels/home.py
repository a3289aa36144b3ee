"""The first page: the city at a glance and what is new."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from components import formats
from components.cards import show_small
from components.panels.voice import meeting_line, next_meeting, promises_line
from components.readings import Reading
from components.scope import Scope
from components.sentences import change_sentence, range_text, reason_text, value_text
from components.words import for_markdown
from data import queries

TILES = 4


def headline_tiles(scope: Scope, readings: Sequence[Reading]) -> list[Reading]:
    """The readings for the first page: headline measures with something to show, at most two of a topic."""
    chosen: list[Reading] = []
    for reading in readings:
        same = [one for one in chosen if one.measure["topic"] == reading.measure["topic"]]
        if reading.measure["headline"] and reading.now.has_value and len(same) < 2:
            chosen.append(reading)
    return chosen[:TILES]


def show_tiles(scope: Scope, readings: Sequence[Reading]) -> None:
    """Big numbers, each with its period, range and the change that may be said; each links to its card."""
    if not readings:
        st.markdown(for_markdown(scope.say("home.nothing_to_show")))
        return
    tiles = "".join(_tile(scope, reading) for reading in readings)
    st.html(f'<div class="tiles">{tiles}</div>')


def _tile(scope: Scope, reading: Reading) -> str:
    now = reading.now
    parts = [
        ("tile-label", str(reading.measure["name"])),
        ("tile-number figure", value_text(now, scope)),
        ("tile-range", range_text(now, scope) if now.low is not None else reason_text(now, scope)),
        ("tile-change", change_sentence(reading, scope)),
        ("tile-when", formats.period_label(now.period, scope.language)),
    ]
    inside = "".join(f'<span class="{css}">{escape(text)}</span>' for css, text in parts if text)
    href = escape(scope.link("neighborhood", anchor=f"m-{reading.measure['id']}"))
    return f'<a class="tile" target="_self" href="{href}">{inside}</a>'


def news_lines(scope: Scope) -> list[str]:
    """What is new in this release, computed: changed figures, late data, corrections."""
    said = scope.say
    manifest = scope.ask(queries.manifest, language=scope.language)
    lines = [str(manifest["note"])] if manifest["note"] else []
    if not manifest["previous_release_id"]:
        lines.append(said("home.first_release"))
    else:
        changes = scope.ask(queries.revisions)
        lines.append(said("home.figures_changed", n=len(changes)) if len(changes) else said("home.nothing_new"))
    late = scope.ask(queries.late_updates, as_of=scope.as_of)
    lines += [
        said("home.late", source=str(row.source_title), n=int(str(row.days_late))) for row in queries.rows(late.head(2))
    ]
    corrections = scope.ask(queries.corrections, language=scope.language)
    lines += [
        said("home.corrected", date=formats.date_text(row.corrected_on, scope.language), what=str(row.what))
        for row in queries.rows(corrections.head(1))
    ]
    return lines


def show_news(scope: Scope) -> None:
    """What is new, as a short list with the way to all of it."""
    st.header(scope.say("home.new"), anchor="new")
    for line in news_lines(scope):
        st.markdown(f"- {for_markdown(line)}")
    st.html(f'<p><a href="{escape(scope.link("about", anchor="releases"))}" target="_self">'
            f"{escape(scope.say('home.all_changes'))}</a></p>")  # fmt: skip


def show_promises_and_meeting(scope: Scope) -> None:
    """Promises in one line, and the next meeting."""
    promises = scope.ask(queries.commitments, as_of=scope.as_of, neighborhood=scope.place, language=scope.language)
    st.header(scope.say("home.promises"), anchor="promises")
    if promises.empty:
        st.markdown(for_markdown(scope.say("home.no_promises")))
    else:
        st.markdown(for_markdown(promises_line(scope, promises)))
        show_small(scope.say("feedback.as_of", date=formats.date_text(scope.as_of, scope.language)))
    meeting = next_meeting(scope, scope.place)
    if meeting is None:
        st.markdown(for_markdown(scope.say("home.no_meeting")))
    else:
        st.markdown(for_markdown(scope.say("home.next_meeting_line", meeting=meeting_line(scope, meeting))))


def show_how_to_read(scope: Scope) -> None:
    """Three things to know before reading."""
    st.header(scope.say("home.how_to_read"), anchor="how-to-read")
    for column, name in zip(st.columns(3), ("band", "no_change", "hidden"), strict=True):
        with column:
            st.subheader(scope.say(f"home.read_{name}_title"), anchor=f"read-{name}")
            st.markdown(for_markdown(scope.say(f"home.read_{name}")))
