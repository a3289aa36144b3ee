"""The first page: the city at a glance and what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_text
from components.drafts import changed_figures
from components.panels.late import late_sources
from components.panels.measures import reading_figured
from components.panels.meetings import next_meeting, show_meeting
from components.panels.money import cents_text, main_books, spent_so_far
from components.panels.voice import promises_card
from components.passports import MoneyKey, count_figured, money_figured
from components.readings import Reading
from components.scope import Scope
from components.sentences import amount_text, change_cell, range_text, reason_text, value_text
from components.tables import Figured
from components.words import for_markdown
from data import queries
from data.figures import Figure

TILES = 4


@dataclass(frozen=True)
class Tile:
    """A big number: what it is, the number, its range or base, the change or comparison, when.

    The number leads to its own page, and the label (by `address`) to where it comes from.
    """

    label: str
    number: Figured
    address: str
    range: str = ""
    change: str = ""
    when: str = ""


def headline_tiles(scope: Scope, readings: Sequence[Reading]) -> list[Reading]:
    """The readings for the first page: headline measures with something to show, one of each topic before a second."""
    found = [reading for reading in readings if reading.measure["headline"] and reading.now.has_value]
    first: list[Reading] = []
    second: list[Reading] = []
    for reading in found:
        seen = {one.measure["topic"] for one in first}
        (second if reading.measure["topic"] in seen else first).append(reading)
    return [*first, *second][:TILES]


def work_tiles(scope: Scope) -> list[Tile]:
    """Programs that run, and the money planned for the year; none where the release has neither."""
    said = scope.say
    tiles = []
    programs = scope.ask(queries.programs)
    if len(programs):
        running = int((programs.status == "running").sum())
        tiles.append(
            Tile(
                said("home.programs_running"),
                count_figured(scope, "programs", formats.count(running, scope.language), state="running"),
                scope.link("programs"),
                range=said("home.programs_of", n=len(programs)),
                change=said("home.programs_evaluated", n=scope.ask(queries.evaluations).program_id.nunique()),
            )
        )  # fmt: skip
    books = main_books(scope)
    if books is not None:
        ledger, year = books
        totals = scope.ask(queries.budget_by, by="fiscal_year", ledger=ledger, fiscal_year=year).iloc[0]
        if pd.notna(totals.revised):
            tiles.append(
                Tile(
                    said("home.planned"),
                    money_figured(
                        MoneyKey("revised", fiscal_year=year, ledger=ledger), scope, cents_text(totals.revised, scope)
                    ),
                    scope.link("budget"),
                    range=spent_so_far(scope, totals, year),
                    when=formats.sentence_case(formats.period_label(year, scope.language)),
                )
            )  # fmt: skip
    return tiles


def all_tiles(scope: Scope, readings: Sequence[Reading]) -> list[Tile]:
    """At most four tiles: what was measured first, then programs and money where the release has them."""
    work = work_tiles(scope)
    return [reading_tile(scope, reading) for reading in readings[: TILES - len(work)]] + work


def reading_tile(scope: Scope, reading: Reading) -> Tile:
    """The tile of a measure; it leads to the measure's card."""
    now = reading.now
    parts = [scope.say("reading.events", n=now.numerator)] if _is_rate(now) else []
    ranged = range_text(now, scope) if now.low is not None else reason_text(now, scope)
    return Tile(
        label=str(reading.measure["name"]),
        number=reading_figured(
            reading, scope, amount_text(now.value or 0.0, now.unit, scope) if _is_rate(now) else value_text(now, scope)
        ),
        range="; ".join([part for part in [*parts, ranged] if part]),
        change=change_cell(reading, scope),
        when=formats.period_label(now.period, scope.language),
        address=scope.link("neighborhood", anchor=f"m-{reading.measure['id']}", n=None),
    )


def _is_rate(figure: Figure) -> bool:
    return figure.unit == "per_1000_residents" and figure.numerator is not None and figure.value is not None


def show_tiles(scope: Scope, tiles: Sequence[Tile]) -> None:
    """Big numbers, each with its period, range and the change that may be said; each links to where it comes from."""
    if not tiles:
        st.markdown(for_markdown(scope.say("home.nothing_to_show")))
        return
    st.html(f'<div class="tiles">{"".join(_tile_html(tile) for tile in tiles)}</div>')


def _tile_html(tile: Tile) -> str:
    parts = [("tile-range", tile.range), ("tile-change", tile.change), ("tile-when", tile.when)]
    inside = "".join(f'<span class="{css}">{escape(text)}</span>' for css, text in parts if text)
    return (
        f'<div class="tile"><a class="tile-label" target="_self" href="{escape(tile.address)}">{escape(tile.label)}</a>'
        f'<span class="tile-number figure">{tile.number.html()}</span>{inside}</div>'
    )


def news_lines(scope: Scope) -> list[str]:
    """What is new in this release, computed: changed figures, late data, corrections."""
    said = scope.say
    manifest = scope.ask(queries.manifest, language=scope.language)
    lines = [str(manifest["note"])] if manifest["note"] else []
    if not manifest["previous_release_id"]:
        lines.append(said("home.first_release"))
    else:
        changed = changed_figures(scope.ask(queries.revisions))
        lines.append(said("home.figures_changed", n=changed) if changed else said("home.nothing_new"))
    late = late_sources(scope)
    lines += [said("home.late", source=source, n=days) for source, days in late[:2]]
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
    st.html(f'<p><a href="{escape(scope.link("about", anchor="changes"))}" target="_self">'
            f"{escape(scope.say('home.all_changes'))}</a></p>")  # fmt: skip


def show_promises_and_meeting(scope: Scope) -> None:
    """Promises as one bar, and the next meeting beside it."""
    left, right = (st.container(), st.container()) if scope.narrow else st.columns(2)
    with left:
        show_promises_bar(scope)
    with right:
        st.header(scope.say("neighborhood.next_meeting"), anchor="next-meeting")
        meeting = next_meeting(scope, scope.place)
        if meeting is None:
            st.markdown(for_markdown(scope.say("home.no_meeting")))
        else:
            show_meeting(scope, meeting)


def show_promises_bar(scope: Scope) -> None:
    """What became of the promises: a sentence, a bar, and the way to all of them."""
    promises = scope.ask(queries.commitments, as_of=scope.as_of, neighborhood=scope.place, language=scope.language)
    st.header(scope.say("home.promises"), anchor="promises")
    if promises.empty:
        st.markdown(for_markdown(scope.say("home.no_promises")))
        return
    card = promises_card(scope, promises, page="feedback", place=scope.place)
    show_text(count_figured(scope, "promises", f"{card.finding}.", at=scope.place or ""))
    if card.drawing is not None:
        st.vega_lite_chart(card.drawing.rows, card.drawing.spec, theme=None, alt=card.alt, key="promises-bar")
    day = scope.say("feedback.as_of", date=formats.date_text(scope.as_of, scope.language))
    address = escape(scope.link("feedback", anchor="promises"))
    st.html(
        f'<p><span class="dates">{escape(day)}</span> '
        f'<a href="{address}" target="_self">{escape(scope.say("home.all_promises"))}</a></p>'
    )


def show_how_to_read(scope: Scope) -> None:
    """Three things to know before reading."""
    st.header(scope.say("home.how_to_read"), anchor="how-to-read")
    for column, name in zip(st.columns(3), ("band", "no_change", "hidden"), strict=True):
        with column:
            st.subheader(scope.say(f"home.read_{name}_title"), anchor=f"read-{name}")
            st.markdown(for_markdown(scope.say(f"home.read_{name}")))
