"""A release beside the one before: what differs and why, its number, and the chain that ties the two together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import literal_column, select

from data.models import TABLES, Manifest, table_of
from data.publish import reasons, revisions, versions
from data.publish.pack import CITY_TOML, Pack
from data.publish.problems import Problem, problem
from data.publish.revisions import ExplainFrom
from data.store import Release


@dataclass(frozen=True)
class History:
    """What a release says of the one before.

    revision: the rows of that table. problems: what nobody has given a reason for. stamps: the manifest's
    previous_release_id, previous_chain_sha256, version, change and reason.
    """

    revision: pd.DataFrame
    problems: list[Problem]
    stamps: dict[str, Any]


def since(
    previous: Release | None,
    tables: Mapping[str, pd.DataFrame],
    pack: Pack,
    *,
    reason: str | None,
    numbers: Iterable[str | None],
    is_here: bool,
) -> History:
    """Compare tables that are about to be published with the release before.

    reason: why there is a new release, in a person's words; asked for from the second release on. numbers: the versions
    of all releases of this city so far. is_here: the release is published already, and stays as it is.
    """
    if previous is None:
        first = {"version": versions.FIRST, "change": "first"}
        return History(revisions.compare({}, tables), [], first)
    head = stored(previous, "manifest").iloc[0]
    old = {name: stored(previous, name) for name in sorted(revisions.READ.keys() | set(reasons.TABLES_READ))}
    found = revisions.differences(old, tables, _explain_from(pack))
    files = {name: _file_of(pack, name) for name in ("revision_reason", "series_break")}
    revision, problems = reasons.explained(found, old, tables, since=_day(head["released_on"]), files=files)
    change = versions.kind_of_change(found)
    number = versions.next_number(numbers, change)
    reason = " ".join((reason or "").split()) or None
    if not reason and not is_here:
        what = "something was removed or redefined" if change == "major" else "figures were added or revised"
        problems.append(
            problem(
                "release_without_reason",
                file=CITY_TOML,
                column="release.reason",
                found=f"version {number} after {previous.id}: {what}",
            )
        )
    stamps: dict[str, Any] = {
        "version": number,
        "change": change,
        "reason": reason,
        "previous_release_id": previous.id,
        "previous_chain_sha256": None if pd.isna(head["chain_sha256"]) else head["chain_sha256"],
    }
    return History(revision, problems, stamps)


def stored(release: Release, name: str) -> pd.DataFrame:
    """A table of a release with whatever columns it has: it may be older than the models."""
    with release.connect() as connection:
        return pd.read_sql(select(literal_column("*")).select_from(table_of(TABLES[name])), connection)


def versions_of(releases: Iterable[Release]) -> list[str | None]:
    """The version of each release; None for one from before there were numbers."""
    found: list[str | None] = []
    for release in releases:
        with release.connect() as connection:
            found.append(connection.execute(select(table_of(Manifest).c.version)).scalar_one())
    return found


def _explain_from(pack: Pack) -> ExplainFrom:
    keys = pack.toml.revisions.model_dump() if pack.toml else {}
    return ExplainFrom(**{key.removeprefix("explain_from_"): value for key, value in keys.items()})


def _file_of(pack: Pack, table: str) -> str:
    """The pack's own file of a ready table, else the name that it should have."""
    there = pack.toml.tables.get(table) if pack.toml else None
    return there[0].file if there else f"{table}.csv"


def _day(cell: Any) -> Any:
    return pd.Timestamp(cell).date()
