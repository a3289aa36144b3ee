"""A figure's passport: value, range, base, definition, source, release, and the address of the figure itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

from components import formats
from components.scope import Scope
from data import queries
from data.store import Release

PAGE = "figure"
"""The path of the page of a figure."""


@dataclass(frozen=True)
class Fact:
    """One line of a passport: its name, what is so, and where it leads."""

    name: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Passport:
    """What stands behind one figure, in words.

    title: what it is. where: place and period. value: as it stands on pages. range: the 95% range, or why there is
    none. facts: value, range, base and all the rest, one line each. codes: the address of the figure (`/figure?...`).
    table: the table of the open data that holds it. row: the same in codes and plain numbers, for files; a number that
    is not shown is None.
    """

    title: str
    where: str
    value: str
    range: str
    facts: tuple[Fact, ...]
    codes: Mapping[str, str]
    table: str
    row: Mapping[str, Any] = field(repr=False)

    def link(self, scope: Scope) -> str:
        """The address of the figure's own page, in this scope."""
        return scope.link(PAGE, **self.codes)

    def permalink(self, scope: Scope) -> str:
        """As `link`, and pinned to the release; without the reader's own neighborhood."""
        return scope.citation(PAGE, n=None, **self.codes)

    def rows_link(self, scope: Scope) -> str:
        """The file of the open data that holds the figure."""
        return f"/data/{scope.release.id}/{self.table}.csv"


def facts_of(*facts: tuple[str, str] | tuple[str, str, str]) -> tuple[Fact, ...]:
    """Facts with something to say; those without a text are left out."""
    return tuple(Fact(*fact) for fact in facts if fact[1])


def release_facts(scope: Scope) -> list[tuple[str, str]]:
    """The release that a figure is in: its id, version and day."""
    manifest = scope.ask(queries.manifest)
    return [(scope.say("passport.release"), release_text(scope, manifest))]


def release_text(scope: Scope, manifest: Mapping[str, Any]) -> str:
    """A release in words: its id, its version where it has one, the day printed on it."""
    slots: dict[str, Any] = {
        "release": str(manifest["release_id"]),
        "date": formats.date_text(manifest["released_on"], scope.language),
    }
    if manifest.get("version"):
        return scope.say("passport.release_version", version=str(manifest["version"]), **slots)
    return scope.say("passport.release_day", **slots)


def source_facts(scope: Scope, ids: Iterable[str]) -> list[tuple[str, str]]:
    """The sources of a figure: title, publisher, the day it was read, licence; and whether newer data is late."""
    used, sources = set(ids), scope.ask(_sources, language=scope.language)
    told = [
        scope.say(
            "passport.source_line",
            title=str(source["title"]),
            publisher=str(source["publisher"]),
            date=formats.date_text(source["retrieved_on"], scope.language),
            licence=str(source["licence"]).rstrip("."),
        )
        for source in sources.values()
        if source["id"] in used
    ]
    late = " ".join(late_lines(scope, used))
    return [(scope.say("passport.source"), " ".join(told)), (scope.say("about.late_title"), late)]


def late_lines(scope: Scope, ids: Iterable[str]) -> list[str]:
    """One sentence for each of the sources that is late now: newer data was promised and has not come."""
    used, sources = set(ids), scope.ask(_sources, language=scope.language)
    return [
        scope.say(
            "about.late",
            n=int(row["days_late"]),
            source=str(sources[row["source_id"]]["title"]),
            period=formats.period_label(str(row["covers"]), scope.language),
            date=formats.date_text(row["planned_on"], scope.language),
        )
        for row in scope.ask(_late, as_of=scope.as_of)
        if row["source_id"] in used
    ]


# Every card asks for these; as plain rows they cost nothing the second time.
def _sources(release: Release, *, language: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in queries.records(queries.sources(release, language=language))}


def _late(release: Release, *, as_of: date) -> list[dict[str, Any]]:
    late = queries.late_updates(release, as_of=as_of)
    return queries.records(late[late.released_on.isna()])


def as_of_text(scope: Scope) -> str:
    """The day that counts are as of, in words."""
    return scope.say("passport.as_of", date=formats.date_text(scope.as_of, scope.language))


def label(*parts: str) -> str:
    """What a link to a figure says on hover: range, base, period; parts that say nothing are left out."""
    return "; ".join(part.rstrip(".") for part in parts if part)


def passport_html(passport: Passport) -> str:
    """The facts of a passport as a list of names and texts."""
    items = "".join(
        f"<div><dt>{escape(fact.name)}</dt><dd>{_linked(fact)}</dd></div>" for fact in passport.facts if fact.text
    )
    return f'<dl class="facts long passport">{items}</dl>'


def _linked(fact: Fact) -> str:
    text = escape(fact.text)
    return f'<a href="{escape(fact.link)}" target="_self">{text}</a>' if fact.link else text
