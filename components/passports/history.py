"""A figure's own history: what each release said of it, what changed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from components import formats
from components.passports.find import find
from components.passports.money import lines_of, money_key
from components.passports.passport import PAGE, Passport
from components.scope import RELEASE, Scope
from data import queries
from data.figures import Status
from data.store import Release, Store

REVISED_TABLES = ("observation", "budget_line")
"""Tables whose every change is recorded, with its reason."""
REASONS_AT_MOST = 3
"""A sum may change for many reasons; so many are told, the rest are in the list of changes."""


@dataclass(frozen=True)
class Edition:
    """A figure in one release.

    passport: None where that release does not hold the figure. change: first, same, changed, gone, back or absent
    (against the release before). why: the publisher's words; empty where none were given or none are needed.
    """

    release: Release
    manifest: Mapping[str, Any]
    passport: Passport | None
    change: str
    why: str
    link: str


def releases_newest_first() -> list[Release]:
    """Every release that readers can open, newest first."""
    store = Store.default()
    return [store.open(info.id) for info in store.releases()]


def history_of(codes: Mapping[str, str], scope: Scope, releases: Sequence[Release]) -> list[Edition]:
    """The editions of the figure that an address names, newest release first.

    releases: newest first. Each edition is found in its own release by the same codes, so it says what the page says
    there: a figure that one release hides is hidden in that edition, whatever others show.
    """
    scopes = [in_release(scope, release) for release in releases]
    passports = [find(codes, one) for one in scopes]
    editions = []
    for turn, (one, passport) in enumerate(zip(scopes, passports, strict=True)):
        older = passports[turn + 1 :]
        change = _change(passport, older)
        editions.append(
            Edition(
                release=one.release,
                manifest=one.ask(queries.manifest, language=scope.language),
                passport=passport,
                change=change,
                why=_why(codes, passport, one) if change in ("changed", "gone", "back") else "",
                link=scope.link(PAGE, **{**codes, RELEASE: one.release.id}),
            )
        )
    return editions


def in_release(scope: Scope, release: Release) -> Scope:
    """The same view of another release: its own words, names and day."""
    if release.id == scope.release.id:
        return scope
    day = replace(scope, release=release).ask(queries.manifest)["released_on"]
    return replace(scope, release=release, as_of=day)


def change_text(edition: Edition, scope: Scope) -> str:
    """What an edition changed, in words, with the reason."""
    told = scope.say(f"figure.change_{edition.change}")
    if edition.change != "changed" or edition.why:
        return f"{told} {edition.why}".strip()
    if edition.passport and not Status(edition.passport.row.get("status", Status.SHOWN)).has_value:
        return scope.say("figure.change_status", status=_status(edition.passport, scope))
    if edition.passport and edition.passport.table not in REVISED_TABLES:
        return scope.say("figure.change_counted")
    return f"{told} {scope.say('figure.no_reason')}"


def history_table(editions: Sequence[Edition], scope: Scope) -> pd.DataFrame:
    """The history in words: release, day, version, value, range, status, what changed and why."""
    said = scope.say
    rows = []
    for edition in editions:
        passport, manifest = edition.passport, edition.manifest
        rows.append(
            {
                said("card.release_heading"): edition.release.id,
                said("table.date"): formats.date_text(manifest["released_on"], scope.language),
                said("figure.version"): str(manifest.get("version") or said("figure.no_version")),
                said("table.value"): passport.value if passport else said("figure.not_in_release"),
                said("table.range"): passport.range if passport else said("status.chip.not_applicable"),
                said("table.status"): _status(passport, scope),
                said("figure.what_changed"): change_text(edition, scope),
            }
        )
    table = pd.DataFrame(rows)
    # Full counts and amounts have no range in any release; the passport above says why.
    has_range = any(edition.passport and edition.passport.row.get("low") is not None for edition in editions)
    return table if has_range else table.drop(columns=said("table.range"))


def history_rows(editions: Sequence[Edition], scope: Scope) -> pd.DataFrame:
    """The history in codes and plain numbers, for files: release and the row of each edition; empty where not shown."""
    return pd.DataFrame(
        [
            {
                "release_id": edition.release.id,
                "released_on": edition.manifest["released_on"],
                "version": edition.manifest.get("version"),
                **(edition.passport.row if edition.passport else {}),
                "change": edition.change,
                "why": edition.why or None,
            }
            for edition in editions
        ],
        dtype=object,
    )


def _status(passport: Passport | None, scope: Scope) -> str:
    if passport is None:
        return scope.say("figure.not_published")
    return scope.say(f"status.chip.{passport.row.get('status', 'shown')}")


def _change(passport: Passport | None, older: Sequence[Passport | None]) -> str:
    known = [one for one in older if one is not None]
    before = older[0] if older else None
    if passport is None:
        return "gone" if before is not None else "absent"
    if not known:
        return "first"
    if before is None:
        return "back"
    return "same" if (passport.value, passport.range) == (before.value, before.range) else "changed"


def _why(codes: Mapping[str, str], passport: Passport | None, scope: Scope) -> str:
    """The reasons that the publisher gave for what changed in this release, each once."""
    changes = scope.ask(queries.revisions, language=scope.language)
    if "m" in codes:
        mine = changes[(changes.table_name == "observation") & (changes.measure_id == codes["m"])]
        # A change of many figures at once names no place.
        mine = mine[mine.neighborhood_id.isna() | (mine.neighborhood_id == codes.get("at"))]
        mine = mine[mine.period.isna() | (mine.period == codes.get("p"))]
    elif "phase" in codes:
        lines = set(lines_of(money_key(codes), scope).id) if passport else set()
        mine = changes[(changes.table_name == "budget_line") & changes["item"].isin(lines)]
    elif "t" in codes:
        mine = changes[(changes.table_name == codes["t"]) & (changes["item"] == codes.get("id"))]
        mine = mine[(mine.kind == "gone") | (mine.changed_column == codes.get("c"))]
    else:
        return ""
    reasons = [
        f"{scope.words.name_of('kinds.revision.reason_kind', str(row.reason_kind))}: {row.reason}"
        for row in queries.rows(mine[mine.reason.notna()].drop_duplicates("reason"))
    ]
    return " ".join(reasons[:REASONS_AT_MOST])
