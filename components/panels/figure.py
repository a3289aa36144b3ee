"""The page of one figure: its whole passport, what each release said of it, and how to cite it."""

from __future__ import annotations

import json
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from components.cards import address_of, show_small, show_table
from components.exports import table_csv
from components.panels.releases import withdrawn_lines
from components.passports import (
    Edition,
    Passport,
    find,
    history_of,
    history_rows,
    history_table,
    names_a_figure,
    passport_html,
    releases_newest_first,
)
from components.passports.passport import PAGE, release_text
from components.scope import CARRIED, Scope
from components.words import for_markdown
from data import queries


def show_figure(scope: Scope) -> None:
    """The figure that the address names; a sentence where it names none, or one that no release holds."""
    codes = {name: code for name, code in st.query_params.to_dict().items() if name not in CARRIED}
    if not names_a_figure(codes):
        st.title(scope.say("figure.title"), anchor="top")
        st.markdown(for_markdown(scope.say("figure.choose")))
        return
    editions = history_of(codes, scope, releases_newest_first())
    passport = find(codes, scope)
    last = next((edition for edition in editions if edition.passport), None)
    if last is None or last.passport is None:
        st.title(scope.say("figure.title"), anchor="top")
        st.markdown(for_markdown(scope.say("figure.unknown")))
        return
    known = passport or last.passport
    page = scope.say("passport.where", place=known.title, period=known.where)
    st.set_page_config(page_title=scope.say("site.page_title", page=page, city=str(scope.city["name"])))
    st.title(for_markdown(known.title), anchor="top")
    st.markdown(for_markdown(f"{known.where}."))
    if passport is None:
        st.warning(for_markdown(scope.say("figure.not_here", release=scope.release.id, other=last.release.id)))
    else:
        show_passport(scope, passport)
    show_history(scope, known, editions)
    if passport is not None:
        show_citation(scope, passport)


def show_passport(scope: Scope, passport: Passport) -> None:
    """The value large, then every line of the passport, then where its row is."""
    st.html(f'<p class="figure-value figure">{escape(passport.value)}</p>')
    st.header(scope.say("figure.passport"), anchor="passport")
    st.html(passport_html(passport))
    link = f'<a href="{escape(passport.rows_link(scope))}">{escape(scope.say("passport.rows_file"))}</a>'
    st.html(f"<p>{link}</p>")


def show_history(scope: Scope, passport: Passport, editions: list[Edition]) -> None:
    """What each release said, newest first, each leading to the figure as published then; and the same as files."""
    said = scope.say
    st.header(said("figure.history"), anchor="history")
    st.markdown(for_markdown(said("figure.history_lead", n=len(editions))))
    links = [edition.link for edition in editions]
    show_table(history_table(editions, scope), scope, caption=said("figure.history"), most=len(editions), links=links)
    for line in withdrawn_lines(scope):
        show_small(line)
    rows = history_rows(editions, scope)
    name = f"{PAGE}_{'_'.join(passport.codes.values())}".replace("/", "-").replace(" ", "-")
    with st.container(horizontal=True, gap="small", key="actions-figure"):
        st.download_button(
            said("figure.csv"), lambda: table_csv(rows, header=_header(scope, passport)), file_name=f"{name}.csv",
            mime="text/csv", key="csv-figure", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            said("figure.json"), lambda: history_json(scope, passport, editions), file_name=f"{name}.json",
            mime="application/json", key="json-figure", on_click="ignore",
        )  # fmt: skip


def history_json(scope: Scope, passport: Passport, editions: list[Edition]) -> bytes:
    """The passport and its history as JSON: names and texts as on the page, then one object a release."""
    told = {
        "figure": passport.title,
        "where": passport.where,
        "address": address_of(passport.permalink(scope), PAGE),
        "facts": {fact.name: fact.text for fact in passport.facts},
        "history": queries.records(history_rows(editions, scope)),
    }
    if scope.city["invented"]:
        told["notice"] = scope.say("notice.sample_data")
    return json.dumps(told, ensure_ascii=False, indent=2, default=_plain).encode()


def show_citation(scope: Scope, passport: Passport) -> None:
    """How to cite the figure, with the release, its version and its fingerprint; and the address alone."""
    st.header(scope.say("figure.cite"), anchor="cite")
    st.markdown(for_markdown(citation(scope, passport, address_of(passport.permalink(scope), PAGE))))
    show_small(scope.say("figure.link_help"))
    st.code(address_of(passport.permalink(scope), PAGE), language=None, wrap_lines=True)


def citation(scope: Scope, passport: Passport, address: str) -> str:
    """A citation in plain text: what, where, value, publisher, release with version and day, fingerprint, address."""
    manifest = scope.ask(queries.manifest)
    return scope.say(
        "figure.citation",
        title=passport.title,
        where=passport.where,
        value=passport.value,
        publisher=str(scope.city["publisher"]),
        city=str(scope.city["name"]),
        release=release_text(scope, manifest),
        hash=str(manifest["content_sha256"]),
        address=address,
    )


def _header(scope: Scope, passport: Passport) -> dict[str, str]:
    header = {
        scope.say("file.scope"): f"{passport.title}, {passport.where}",
        scope.say("file.release"): scope.release.id,
        scope.say("passport.definition"): next(
            (fact.text for fact in passport.facts if fact.name == scope.say("passport.definition")), ""
        ),
    }
    if scope.city["invented"]:
        header[scope.say("file.notice")] = scope.say("notice.sample_data")
    return header


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
