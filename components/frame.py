"""What stands around every page: styles, notices, the scope bar above, the foot below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from html import escape
from typing import Any

import streamlit as st

from components import drafts, formats
from components.passports.passport import release_text
from components.scope import LANGUAGE, NEIGHBORHOOD, RELEASE, Scope, choose_code, peek_words
from components.tokens import ASSETS, look
from components.words import Words, for_markdown, languages, words
from data import queries

WHOLE_CITY = "city"


def show_frame_top(scope: Scope, page: str) -> None:
    """Styles, notices and the scope bar."""
    menu = scope.say("nav.menu").replace('"', "")
    variables = f'{look(scope.theme).css_variables()} --menu: "{menu}";'
    st.html(f"<style>:root {{ {variables} }}\n{_site_css()}</style>")
    show_notices(scope, page)
    show_scope_bar(scope, page)


@cache
def _site_css() -> str:
    return (ASSETS / "site.css").read_text(encoding="utf-8")


def show_notices(scope: Scope, page: str) -> None:
    """Sample data, an old release, codes in the address that we do not know."""
    with st.container(gap="small", key="notices"):
        if scope.draft:
            changes = f"[{for_markdown(scope.say('draft.changes'))}]({scope.link('about', anchor='changes')})"
            st.warning(f"{for_markdown(drafts.banner(scope))} {changes}")
        if scope.city["invented"]:
            st.warning(for_markdown(scope.say("notice.sample_data")))
        if scope.is_old:
            manifest = scope.ask(queries.manifest)
            old = scope.say("notice.old_release", release=release_text(scope, manifest))
            latest = scope.link(page, **{**codes_here(), RELEASE: None})
            st.warning(f"{for_markdown(old)} [{for_markdown(scope.say('scope.latest'))}]({latest})")
        for notice in scope.notices:
            st.info(for_markdown(notice))


def codes_here() -> dict[str, Any]:
    """The codes of this address, for links to the same view in another language or release.

    Anybody can write anything into an address: names that `Scope.link` has for itself are left out.
    """
    return {name: code for name, code in st.query_params.to_dict().items() if name not in ("self", "path", "anchor")}


def show_scope_bar(scope: Scope, page: str) -> None:
    """The neighborhood, how old the data is, the language: one line at a desk, two or three on a phone."""
    manifest = scope.ask(queries.manifest)
    places = scope.ask(queries.neighborhoods)
    brand = escape(scope.say("site.name_city", city=str(scope.city["name"])))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scope-bar"):
        st.html(f'<a class="brand" target="_self" href="{escape(scope.link(""))}">{brand}</a>', width="content")
        choose_code(
            scope.say("scope.place"),
            [WHOLE_CITY, *places.id],
            param=NEIGHBORHOOD,
            default=WHOLE_CITY,
            label_of=lambda code: scope.say("scope.whole_city") if code == WHOLE_CITY else scope.name_of(code),
            width=200,
            label_visibility="collapsed",
        )
        published = scope.say("scope.published", date=formats.date_text(manifest["released_on"], scope.language))
        dates = [] if scope.draft else [published]
        if isinstance(manifest["data_through"], date):
            dates.insert(
                0, scope.say("scope.data_through", date=formats.date_text(manifest["data_through"], scope.language))
            )
        st.html(f'<span class="dates">{escape(" · ".join(dates))}</span>', width="content")
        show_languages(scope, page)


def show_languages(scope: Scope, page: str) -> None:
    """Every language by its own name. Plain links, so that the page comes back with its language set from the start."""
    links = []
    for code in languages():
        name = escape(words(code).name)
        if code == scope.language:
            links.append(f'<strong lang="{code}" aria-current="true">{name}</strong>')
        else:
            address = escape(scope.link(page, **{**codes_here(), LANGUAGE: code}))
            links.append(f'<a lang="{code}" hreflang="{code}" target="_self" href="{address}">{name}</a>')
    label = escape(scope.say("scope.language"))
    st.html(f'<nav class="languages" aria-label="{label}">{" · ".join(links)}</nav>', width="content")


def show_script_error(_error: Exception) -> bool:
    """Say in the reader's words that a part could not be shown; what stands already stays. Streamlit logs the error."""
    st.error(for_markdown(peek_words().say("error.part")))
    return True


def show_nothing_published(said: Words) -> None:
    """The page of a site without data."""
    st.title(said.say("error.no_release_title"), anchor="top")
    st.markdown(for_markdown(said.say("error.no_release")))


def show_frame_foot(scope: Scope, pages: Mapping[str, str]) -> None:
    """The same foot on every page: every page by name, the data, whom to tell, the licence.

    pages: the name of each page in the catalog and its path.
    """
    said = scope.say
    contact = scope.city["contact"]
    ways = "".join(
        f'<li><a href="{escape(scope.link(path))}" target="_self">{escape(said(f"nav.{name}"))}</a></li>'
        for name, path in pages.items()
    )
    ends = (("/data/", "footer.open_data"), (scope.link("about", anchor="releases"), "about.releases"))
    items = [f'<a href="{escape(end)}" target="_self">{escape(said(name))}</a>' for end, name in ends]
    if contact:
        target = f"mailto:{contact}" if "@" in contact else contact
        items.insert(0, f'<a href="{escape(target)}">{escape(said("footer.report"))}</a>')
    licence = escape(said("footer.licence", licence=str(scope.city["licence"]).rstrip(".")))
    privacy = escape(said("footer.privacy"))
    st.html(
        f'<footer class="foot"><nav class="jumps" aria-label="{escape(said("footer.pages"))}"><ul>{ways}</ul></nav>'
        f"<p>{' · '.join(items)}</p><p>{licence} {privacy}</p></footer>"
    )
