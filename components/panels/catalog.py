"""The catalog of programs: choose some, read them as cards, see where and when they run and what work they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats, maps
from components.ask import keep
from components.cards import Card, show_card
from components.choices import (
    KINDS,
    OPTIONS,
    Choices,
    both_sentences,
    citywide_sentence,
    for_whole_city,
    list_sentence,
    listed,
    shown,
)
from components.panels.activities import show_work
from components.panels.places import show_limits
from components.panels.programs import Known, cards_html, known_of
from components.passports import CITYWIDE, PROGRAMS, listed_figured, listed_passport
from components.scope import Scope, choose_code
from components.tables import Figured, text_html
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.models import PILLARS

ALL = "all"
OPEN_CARDS, OPEN_CITYWIDE = 24, 6
"""So many cards stand open, of those asked for and of those for the whole city beside them; the rest is folded."""
MOST_BARS = 40
"""So many programs are drawn in the timeline: more would be a page of their own."""


# ---------------------------------------------------------------- what to list


def choose_programs(scope: Scope) -> Choices:
    """The choices of the address, and the controls that write them: one row at a desk, folded on a phone."""
    offered = {name: offered_of(scope, name) for name in OPTIONS}
    asked = {name: st.query_params.get(name, "") for name in OPTIONS}
    for name, code in asked.items():
        if code and code not in (*offered[name], ALL):
            st.info(for_markdown(scope.say("listing.unknown", code=code)))
    known = {name: code for name, code in asked.items() if code in offered[name]}
    box = (
        st.expander(scope.say("listing.filters"), expanded=bool(known))
        if scope.narrow
        else st.container(horizontal=True, gap="small", key="filters")
    )
    chosen: dict[str, str] = {}
    with box:
        for name, codes in offered.items():
            if codes:
                code = choose_code(
                    scope.say(f"listing.{name}"), [ALL, *codes], param=name, default=ALL,
                    label_of=_label_of(scope, name), width="stretch" if scope.narrow else 184,
                )  # fmt: skip
                chosen[name] = "" if code == ALL else code
    return Choices(place=scope.place or "", **chosen)


def offered_of(scope: Scope, name: str) -> tuple[str, ...]:
    """The codes that may be chosen: none where the release knows nothing of the kind (no partner, no setting)."""
    if name == "kind":
        return OPTIONS[name] if len(scope.ask(queries.partners)) else ()
    if name == "setting":
        return OPTIONS[name] if scope.ask(queries.neighborhoods).setting.notna().any() else ()
    return OPTIONS[name]


def _label_of(scope: Scope, name: str) -> Any:
    return lambda code: scope.say("listing.all") if code == ALL else scope.words.name_of(KINDS[name], code)


# ---------------------------------------------------------------- the list


def show_list(scope: Scope, choices: Choices) -> None:
    """How many programs fit and which were asked for; their cards; then those for the whole city."""
    st.html(list_html(scope, choices))


@keep(64)
def list_html(scope: Scope, choices: Choices) -> str:
    """The sentence and the cards as one piece of HTML."""
    found, citywide = listed(scope, choices), for_whole_city(scope, choices)
    known = known_of(scope)
    told = _counted(scope, PROGRAMS, choices, list_sentence(scope, choices))
    more = _counted(scope, CITYWIDE, choices, citywide_sentence(scope, choices))
    parts = [
        f'<h2 id="all">{text_html(told)}</h2>',
        f"<p>{text_html(more)}{_show_all(scope, choices)}</p>",
        folded_html(scope, found, known, OPEN_CARDS) or f"<p>{escape(scope.say('listing.no_match'))}</p>",
    ]
    if len(citywide):
        parts.append(f'<h2 id="for-city">{escape(scope.say("listing.for_city"))}</h2>')
        parts.append(folded_html(scope, citywide, known, OPEN_CITYWIDE))
    return "".join(parts)


def folded_html(scope: Scope, programs: pd.DataFrame, known: Known, most: int) -> str:
    """Programs as cards, of which at most so many stand open; nothing for no program."""
    html, rest = cards_html(scope, programs.head(most), known), cards_html(scope, programs.iloc[most:], known)
    if rest:
        html += f'<details class="rest"><summary>{escape(scope.say("listing.rest"))}</summary>{rest}</details>'
    return html


def _counted(scope: Scope, what: str, choices: Choices, sentence: str) -> Figured:
    """A sentence that begins with a number, leading from the number to its page."""
    number = sentence.split("\u00a0")[0].split(" ")[0]
    return listed_figured(scope, what, choices, sentence, number=number)


def _show_all(scope: Scope, choices: Choices) -> str:
    if choices == Choices():
        return ""
    link = escape(scope.link("programs", n=None))
    return f' <a href="{link}" target="_self">{escape(scope.say("listing.show_all"))}</a>'


# ---------------------------------------------------------------- where


def show_where(scope: Scope, choices: Choices) -> None:
    """A map of how many of the listed programs run in each neighborhood; a sentence where there is nothing to draw."""
    st.header(scope.say("listing.map"), anchor="where")
    outlines = scope.ask(queries.outlines)
    if listed(scope, replace(choices, place="")).neighborhood_ids.map(len).sum() == 0:
        st.markdown(for_markdown(scope.say("listing.map_none")))
        return
    if outlines.empty:
        st.markdown(for_markdown(scope.say("map.no_outlines")))
    show_card(where_card(scope, choices), scope)
    if len(outlines):
        show_limits(scope)


@keep(64)
def where_card(scope: Scope, choices: Choices) -> Card:
    """Circles on the map, and every neighborhood with its count in the table, A to Z. The place is not a limit here."""
    said, lang = scope.say, scope.language
    everywhere = replace(choices, place="")
    places = scope.ask(queries.neighborhoods, language=lang)
    counts = listed(scope, everywhere).neighborhood_ids.explode().value_counts()
    number = {str(place): int(counts.get(place, 0)) for place in places.id}
    some = sum(1 for count in number.values() if count)
    finding = said("listing.map_finding", n=len(places), found=formats.count(some, lang))
    outlines = scope.ask(queries.outlines)
    drawing = None
    if len(outlines):
        drawing = maps.circles(
            outlines, number, look(scope.theme), lang, scope.width, heading=said("listing.programs"),
            chosen=scope.place, context=scope.ask(queries.map_features),
        )  # fmt: skip
    day = formats.date_text(scope.as_of, lang)
    told = [said("listing.map_all_places")] if choices.place and drawing else []
    table = pd.DataFrame(
        {
            said("table.place"): list(places.name),
            said("listing.programs"): [
                listed_figured(scope, PROGRAMS, replace(choices, place=place), formats.count(count, lang))
                for place, count in number.items()
            ],
        }
    )
    return Card(
        id="places",
        page="programs",
        finding=finding,
        subtitle=said("listing.map_subtitle_status" if choices.status else "listing.map_subtitle", date=day),
        lead=" ".join([*both_sentences(scope, everywhere), *told]),
        drawing=drawing,
        alt=said("card.alt", finding=finding, detail=""),
        how_to_read=said("listing.map_how") if drawing else "",
        table=table,
        rows=pd.DataFrame(
            {"neighborhood_id": list(number), "programs": list(number.values()), "release_id": scope.release.id}
        ),
        passport=listed_passport(scope, PROGRAMS, everywhere),
        source=str(scope.city["publisher"]),
        link=choices.codes,
    )


# ---------------------------------------------------------------- when


def show_when(scope: Scope, choices: Choices) -> None:
    """The listed programs over the years; a sentence where no day is on record."""
    st.header(scope.say("listing.time"), anchor="when")
    programs = shown(scope, choices)
    if not programs.started_on.map(_is_day).any():
        st.markdown(for_markdown(scope.say("listing.time_none")))
        return
    show_card(when_card(scope, choices), scope)


@keep(64)
def when_card(scope: Scope, choices: Choices) -> Card:
    """A bar for each program with a first day, the last begun first; all programs in the table."""
    said, lang = scope.say, scope.language
    programs = shown(scope, choices)
    dated = programs[programs.started_on.map(_is_day)].sort_values(["started_on", "name"], ascending=[False, True])
    undated = programs[~programs.id.isin(dated.id)]
    running = int((programs.status == "running").sum())
    finding = said("listing.time_finding", n=len(programs), found=formats.count(running, lang))
    today = formats.date_text(scope.as_of, lang)
    drawing = charts.spans(
        [bar_of(scope, program) for program in queries.records(dated.head(MOST_BARS))],
        look(scope.theme),
        scope.width,
        today=scope.as_of,
        today_text=formats.month_text(scope.as_of, lang),
        heading=said("listing.time"),
    )
    told = [said("listing.time_undated", n=len(undated))] if len(undated) else []
    told += [said("listing.time_most", n=MOST_BARS)] if len(dated) > MOST_BARS else []
    rows = pd.concat([dated, undated])
    return Card(
        id="times",
        page="programs",
        finding=finding,
        subtitle=said("listing.time_subtitle", date=today),
        lead=" ".join([*both_sentences(scope, choices), *told]),
        drawing=drawing,
        alt=said("card.alt", finding=finding, detail=""),
        how_to_read=said("listing.time_how"),
        table=pd.DataFrame([_days_row(scope, program) for program in queries.records(rows)]),
        rows=rows[["id", "name", "status", "started_on", "ended_on"]].assign(release_id=scope.release.id),
        passport=listed_passport(scope, PROGRAMS, choices),
        source=str(scope.city["publisher"]),
        link=choices.codes,
    )


def bar_of(scope: Scope, program: dict[str, Any]) -> dict[str, Any]:
    """A program as a row of `charts.spans`."""
    start, end = program["started_on"], program["ended_on"]
    ended = end if _is_day(end) else None
    is_paused = program["status"] == "paused" and ended is None
    over = is_paused or program["status"] == "ended" or (ended is not None and ended < scope.as_of)
    slots: dict[str, Any] = {
        "status": scope.words.name_of("kinds.program.status", str(program["status"])),
        "start": formats.month_text(start, scope.language),
    }
    key = "bar_from" if program["status"] in ("planned", "ended") else "bar_since"
    if is_paused:  # since when is not on record, only since when it ran
        key, slots["status"] = "bar_paused", scope.say("choices.status.paused")
    if ended is not None:
        key, slots["end"] = "bar_ended", formats.month_text(ended, scope.language)
    return {
        "label": str(program["name"]),
        "start": start,
        "end": scope.as_of if is_paused else ended,
        "text": scope.say(f"listing.{key}", **slots),
        "is_over": over,
        "is_plan": program["status"] == "planned",
    }


def _days_row(scope: Scope, program: dict[str, Any]) -> dict[str, str]:
    said = scope.say
    start, end = (
        formats.date_text(program[name], scope.language) if _is_day(program[name]) else ""
        for name in ("started_on", "ended_on")
    )
    goes_on = said("listing.goes_on") if program["status"] in ("running", "paused") else said("listing.not_recorded")
    return {
        said("listing.program"): str(program["name"]),
        said("table.status"): scope.words.name_of("kinds.program.status", str(program["status"])),
        said("listing.first_day"): start or said("listing.not_recorded"),
        said("listing.last_day"): end or goes_on,
    }


def _is_day(day: object) -> bool:
    return isinstance(day, date) and not pd.isna(day)


# ---------------------------------------------------------------- the three pillars


def show_pillars(scope: Scope) -> None:
    """The three pillars with how many programs each has; one that has none says so."""
    st.header(scope.say("listing.pillars"), anchor="pillars")
    st.html(pillars_html(scope, PILLARS))


def pillars_html(scope: Scope, pillars: Sequence[str]) -> str:
    """Each pillar: its name, what it means, and how many programs it has, with a link to their list."""
    items = []
    for pillar in pillars:
        choices = Choices(pillar=pillar)
        n = len(listed(scope, choices))
        name = escape(scope.words.name_of("kinds.program.pillar", pillar))
        told = escape(scope.say("listing.no_pillar"))
        if n:
            number = formats.count(n, scope.language)
            count = listed_figured(scope, PROGRAMS, choices, scope.say("listing.pillar_count", n=n), number=number)
            link = escape(scope.link("programs", n=None, anchor="all", pillar=pillar))
            told = f'{count.html()} <a href="{link}" target="_self">{escape(scope.say("listing.list_pillar"))}</a>'
        items.append(f"<li><h3>{name}</h3><p>{escape(scope.say(f'listing.about_{pillar}'))}</p><p>{told}</p></li>")
    return f'<ul class="pillars">{"".join(items)}</ul>'


# ---------------------------------------------------------------- all of it


def show_catalog(scope: Scope) -> None:
    """The catalog; where no program is published, a sentence instead of controls and empty charts."""
    if scope.ask(queries.programs).empty:
        st.markdown(for_markdown(scope.say("programs.none")))
        show_pillars(scope)
        show_problems_link(scope)
        return
    choices = choose_programs(scope)
    show_list(scope, choices)
    show_where(scope, choices)
    show_when(scope, choices)
    show_work(scope, choices)
    show_pillars(scope)
    show_problems_link(scope)


def show_problems_link(scope: Scope) -> None:
    """The way to the problems, which stood on this page in earlier versions."""
    st.header(scope.say("programs.problems"), anchor="problems")
    link = escape(scope.link("problems"))
    st.html(f'<p><a href="{link}" target="_self">{escape(scope.say("listing.problems"))}</a></p>')
