"""What residents put first, side by side with the problems that were opened for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.ask import keep
from components.panels.sara import problem_link
from components.passports import count_figured, record_figured
from components.scope import Scope
from components.tables import text_html
from components.words import for_markdown
from data import queries

CITY = "city"


def show_beside(scope: Scope) -> None:
    """Priorities of the chosen neighborhood, or of the city and its neighborhoods, beside the problems opened."""
    said = scope.say
    st.header(said("problems.beside"), anchor="priorities")
    if scope.place is not None and priorities(scope, scope.place).empty:
        st.markdown(for_markdown(said("problems.no_priorities", place=scope.name_of(scope.place))))
    place = scope.place if scope.place is not None and len(priorities(scope, scope.place)) else CITY
    st.html(beside_html(scope, place))


@keep()
def beside_html(scope: Scope, place: str) -> str:
    """What people put first in a place, a line each with the problem opened for it, and what is left over.

    place: a neighborhood; or "city" for the priorities of the whole city, and then each neighborhood's first.
    """
    said = scope.say
    own = priorities(scope, place)
    key = "put_first_city" if place == CITY else "put_first_here"
    slots: dict[str, Any] = {} if place == CITY else {"place": scope.name_of(place)}
    parts = [f"<h3>{escape(said(f'problems.{key}', **slots))}</h3>"]
    if own.empty:
        told = said("problems.no_priorities", place=scope.name_of(place))
        parts.append(f"<p>{escape(told)}</p>")
    else:
        parts += [f'<p class="told">{text_html(unmatched_line(scope, own, place))}</p>', pairs_html(scope, own)]
    if place == CITY:
        firsts = scope.ask(queries.heard, language=scope.language)
        firsts = firsts[firsts.neighborhood_id.notna() & (firsts.priority_rank == 1)]
        if len(firsts):
            firsts = firsts.assign(name=firsts.neighborhood_id.map(scope.name_of)).sort_values("name", kind="stable")
            told = escape(said("problems.put_first_places", n=len(firsts)))
            parts.append(firsts_html(scope, firsts))
            parts.append(f'<details class="opens"><summary>{told}</summary>{pairs_html(scope, firsts)}</details>')
    parts.append(unspoken_html(scope, place))
    return "".join(parts)


def priorities(scope: Scope, place: str) -> pd.DataFrame:
    """Themes that people of a place, or of the whole city ("city"), put in an order, the first of them first."""
    limits: dict[str, Any] = {"city_only": True} if place == CITY else {"neighborhood": place}
    heard = scope.ask(queries.heard, language=scope.language, **limits)
    return heard[heard.priority_rank.notna()]


def unmatched_line(scope: Scope, themes: pd.DataFrame, place: str) -> Any:
    """How many of a place's priorities have no problem opened, leading to its page."""
    missing = int(themes.problem_id.isna().sum())
    if not missing:
        return count_figured(scope, "priorities", scope.say("problems.all_matched"), at=place)
    total = formats.count(len(themes), scope.language)
    text = scope.say("problems.unmatched", n=missing, total=total)
    return count_figured(scope, "priorities", text, state="unmatched", at=place)


def firsts_html(scope: Scope, firsts: pd.DataFrame) -> str:
    """How many first priorities of neighborhoods have no problem opened, and each of them by name."""
    missing = firsts[firsts.problem_id.isna()]
    if missing.empty:
        told = count_figured(scope, "first_priorities", scope.say("problems.firsts_all_matched"))
        return f'<p class="told">{told.html()}</p>'
    total = formats.count(len(firsts), scope.language)
    text = scope.say("problems.firsts_unmatched", n=len(missing), total=total)
    told = count_figured(scope, "first_priorities", text, state="unmatched")
    items = "".join(
        f"<li>{link_html(scope.link('problems', n=place, anchor='priorities'), name)}: {escape(title)}</li>"
        for place, name, title in zip(missing.neighborhood_id, missing["name"], missing.title, strict=True)
    )
    return f'<p class="told">{told.html()}</p><ul class="short">{items}</ul>'


def pairs_html(scope: Scope, themes: pd.DataFrame) -> str:
    """A list with two columns: what people said, and the problem opened for it, or that there is none."""
    left, right = (escape(scope.say(f"problems.column_{name}")) for name in ("said", "opened"))
    head = f'<div class="pair-head" aria-hidden="true"><span>{left}</span><span>{right}</span></div>'
    items = "".join(
        f"<li><div>{theme_html(scope, theme)}</div>{_opened_html(scope, theme)}</li>"
        for theme in queries.records(themes)
    )
    return f'{head}<ul class="pairs">{items}</ul>'


def theme_html(scope: Scope, theme: Mapping[str, Any]) -> str:
    """A theme: its place in the order, its title, when and where it was said, how many raised it. Never a quote."""
    said = scope.say
    band = scope.words.name_of("kinds.feedback_theme.contributors", str(theme["contributors"]))
    raised = record_figured(scope, "feedback_theme", str(theme["id"]), "contributors", band)
    where = theme["neighborhood_id"]
    about = [scope.name_of(where) if isinstance(where, str) else said("scope.whole_city")]
    if pd.notna(theme["priority_rank"]):
        about.append(said("problems.rank", n=int(theme["priority_rank"])))
    label = ""
    if theme["event_kind"] == "social_media":
        help_text = escape(said("feedback.not_whole_city_help"))
        label = f'<p class="flag">{escape(said("problems.not_representative"))}</p><p class="small">{help_text}</p>'
    summary = f"<p>{escape(str(theme['summary']))}</p>" if isinstance(theme["summary"], str) else ""
    return (
        f'<p class="small">{escape(" · ".join(about))}</p>'
        f"<p><strong>{escape(str(theme['title']))}</strong></p>{summary}"
        f'<p class="small">{escape(said_when(scope, theme))}. {escape(said("problems.raised_by"))} {raised.html()}</p>'
        f"{label}"
    )


def said_when(scope: Scope, theme: Mapping[str, Any]) -> str:
    """At which meeting or survey a theme was said, and on which day; else the period it is of."""
    if isinstance(theme["event_title"], str) and isinstance(theme["held_on"], date):
        day = formats.date_text(theme["held_on"], scope.language)
        return scope.say("problems.said_at", event=str(theme["event_title"]), date=day)
    return scope.say("problems.said_in", period=formats.period_label(str(theme["period"]), scope.language))


def _opened_html(scope: Scope, theme: Mapping[str, Any]) -> str:
    """The problem opened for a theme; or that there is none, and the program that speaks to it."""
    said, problem = scope.say, theme["problem_id"]
    if isinstance(problem, str):
        known = _problems(scope)[problem]
        status = escape(scope.words.name_of("kinds.problem.status", str(known["status"])))
        link = link_html(problem_link(scope, problem), str(known["title"]))
        return f'<div class="opened">{link}<p class="small">{status}</p></div>'
    nothing = f"<p><strong>{escape(said('problems.not_opened'))}</strong></p>"
    if isinstance(theme["program_id"], str):
        name = program_names(scope)[theme["program_id"]]
        link = link_html(scope.link("program", program=theme["program_id"]), name)
        nothing += f"<p>{escape(said('problems.program_speaks'))} {link}</p>"
    return f'<div class="opened missing">{nothing}</div>'


def unspoken(scope: Scope, place: str) -> Sequence[dict[str, Any]]:
    """Problems (of a place, or all) that no priority of the place, or of anywhere for the city, speaks of."""
    heard = scope.ask(queries.heard)
    ranked = heard[heard.priority_rank.notna()]
    if place != CITY:
        ranked = ranked[(ranked.neighborhood_id == place) | ranked.neighborhood_id.isna()]
    limits: dict[str, Any] = {} if place == CITY else {"neighborhood": place}
    problems = scope.ask(queries.problems, language=scope.language, **limits)
    return queries.records(problems[~problems.id.isin(ranked.problem_id)])


def unspoken_html(scope: Scope, place: str) -> str:
    """The problems that no priority speaks of, by name; that there is none; nothing where there are no problems."""
    limits: dict[str, Any] = {} if place == CITY else {"neighborhood": place}
    if scope.ask(queries.problems, **limits).empty:
        return ""
    left = unspoken(scope, place)
    if not left:
        return f"<p>{escape(scope.say('problems.all_spoken'))}</p>"
    items = "".join(f"<li>{link_html(problem_link(scope, str(one['id'])), str(one['title']))}</li>" for one in left)
    return f'<p>{escape(scope.say("problems.unspoken"))}</p><ul class="short">{items}</ul>'


def link_html(address: str, text: str) -> str:
    """A link inside the site."""
    return f'<a href="{escape(address)}" target="_self">{escape(text)}</a>'


@keep(8)
def _problems(scope: Scope) -> Mapping[str, dict[str, Any]]:
    return {str(row["id"]): row for row in queries.records(scope.ask(queries.problems, language=scope.language))}


@keep(8)
def program_names(scope: Scope) -> Mapping[str, str]:
    """Names of programs by their id."""
    programs = scope.ask(queries.programs, language=scope.language)
    return dict(zip(map(str, programs.id), map(str, programs.name), strict=True))
