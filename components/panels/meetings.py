"""Meetings: the next ones with languages and access, and what came of those that have been."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_small, show_table
from components.passports import record_figured
from components.scope import Scope
from components.words import DEFAULT, for_markdown, words
from data import queries

MEETINGS_HERE, PAST_HERE = 2, 3


def next_meeting(scope: Scope, place: str | None) -> dict[str, Any] | None:
    """The next meeting for a place (or the whole city) as of the scope's day; None where none is planned."""
    coming = scope.ask(queries.meetings, neighborhood=place, since=scope.as_of, language=scope.language)
    if place is None:
        coming = coming[coming.neighborhood_id.isna()] if coming.neighborhood_id.isna().any() else coming
    return queries.records(coming)[0] if len(coming) else None


def meeting_line(scope: Scope, meeting: Mapping[str, Any]) -> str:
    """Day, time and place in one line."""
    parts = [formats.date_text(meeting["held_on"], scope.language)]
    if isinstance(meeting["starts_at"], str):
        parts.append(formats.clock(meeting["starts_at"], scope.language))
    if isinstance(meeting["place"], str):
        parts.append(meeting["place"])
    return ", ".join(parts)


def show_meetings_here(scope: Scope, place: str) -> None:
    """The next meetings for a place and the last ones, and the way to all of them."""
    show_meetings(scope, place, most=MEETINGS_HERE, most_past=PAST_HERE)
    address = escape(scope.link("feedback", anchor="meetings"))
    st.html(f'<p><a href="{address}" target="_self">{escape(scope.say("neighborhood.all_feedback"))}</a></p>')


def show_meeting(scope: Scope, meeting: Mapping[str, Any]) -> None:
    """A meeting: title, day, hour, place, agenda, languages, access."""
    said = scope.say
    with st.container(border=True, gap="small", height="stretch", key=f"card-meeting-{meeting['id']}"):
        st.subheader(for_markdown(str(meeting["title"])), anchor=f"meeting-{meeting['id']}")
        st.markdown(f"**{for_markdown(meeting_line(scope, meeting))}**")
        if isinstance(meeting["agenda"], str):
            st.markdown(for_markdown(meeting["agenda"]))
        help_ = []
        if isinstance(meeting["languages"], str):
            spoken = formats.join(
                [_language_name(code, scope) for code in meeting["languages"].split(";")], scope.language
            )
            help_.append(said("neighborhood.interpreter", languages=spoken))
        if isinstance(meeting["access"], str):
            help_.append(said("neighborhood.access", access=meeting["access"]))
        for line in help_:
            show_small(line)


def show_meetings(scope: Scope, place: str | None, *, most: int = 6, most_past: int = 6) -> None:
    """Next meetings first, with languages, access and agenda; then past ones with what came of them."""
    said = scope.say
    everything = scope.ask(queries.meetings, neighborhood=place, language=scope.language)
    everything = everything[everything.kind != "survey"]
    coming = everything[everything.held_on >= scope.as_of].head(most)
    past = everything[everything.held_on < scope.as_of].iloc[::-1].head(most_past)
    if coming.empty:
        st.markdown(for_markdown(said("feedback.no_next" if place is None else "neighborhood.no_meetings")))
    # Row by row, so that both of a row are equally high and come in their order on a phone.
    meetings = queries.records(coming)
    wide = 1 if scope.narrow or len(meetings) < 2 else 2
    for start in range(0, len(meetings), wide):
        for column, meeting in zip(st.columns(wide), meetings[start : start + wide], strict=False):
            with column:
                show_meeting(scope, meeting)
    st.subheader(said("feedback.past"), anchor="past-meetings")
    if past.empty:
        st.markdown(for_markdown(said("feedback.no_past" if place is None else "neighborhood.no_past_meetings")))
        return
    table = pd.DataFrame(
        {
            said("feedback.meeting"): past.title,
            said("table.date"): [formats.date_text(day, scope.language) for day in past.held_on],
            said("feedback.came"): [
                said("feedback.not_counted")
                if pd.isna(n)
                else record_figured(
                    scope, "feedback_event", str(event), "attendance", formats.count(int(n), scope.language)
                )
                for event, n in zip(past["id"], past.attendance, strict=True)
            ],
            said("feedback.came_of_it"): past.follow_up.fillna(said("feedback.no_follow_up")),
        }
    )
    show_table(table, scope, caption=said("feedback.past"))


def _language_name(name: str, scope: Scope) -> str:
    """A spoken language in the reader's words. name: a code, or the English name that a pack wrote."""
    name = name.strip()
    english = {known: code for code, known in words(DEFAULT).locale.languages.items()}
    return str(scope.words.locale.languages.get(english.get(name, name), name))
