"""About the data: the release, its sources and files, what changed, what is late, what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, literal, select

from data.models import (
    City,
    Correction,
    Manifest,
    Observation,
    PlanChange,
    PlannedRelease,
    PlannedUpdate,
    Revision,
    RevisionReason,
    Source,
    SourceFile,
    WithheldCell,
    table_of,
)
from data.queries.read import columns, in_language, read
from data.store import Release


def city(release: Release, *, language: str = "en") -> dict[str, Any]:
    """The city that publishes, column by column."""
    return _one(in_language(release, read(release, select(table_of(City))), City, language))


def manifest(release: Release, *, language: str = "en") -> dict[str, Any]:
    """What this release is, column by column."""
    frame = read(release, select(table_of(Manifest)))
    return _one(in_language(release, frame, Manifest, language, id_column="release_id"))


def sources(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Every source, by title: the columns of `source`."""
    frame = read(release, select(table_of(Source)).order_by(columns(Source).title, columns(Source).id))
    return in_language(release, frame, Source, language)


def source_files(release: Release) -> pd.DataFrame:
    """Files that were read, with fingerprints and what became of their rows: the columns of `source_file`."""
    return read(release, select(table_of(SourceFile)).order_by(columns(SourceFile).path))


def planned_updates(release: Release) -> pd.DataFrame:
    """Promised dates: source_id, source_title, covers, planned_on, released_on."""
    p, s = columns(PlannedUpdate), columns(Source)
    wanted = (
        select(p.source_id, s.title.label("source_title"), p.covers, p.planned_on, p.released_on)
        .join(table_of(Source), s.id == p.source_id)
        .order_by(p.planned_on.desc(), s.title, p.source_id, p.covers)
    )
    return read(release, wanted)


def late_updates(release: Release, *, as_of: date) -> pd.DataFrame:
    """Updates that came, or still are, after their promised day: the columns of `planned_updates` and days_late."""
    frame = planned_updates(release)
    came = [day if isinstance(day, date) else as_of for day in frame.released_on]
    frame["days_late"] = [(day - planned).days for day, planned in zip(came, frame.planned_on, strict=True)]
    return frame[frame.days_late > 0].reset_index(drop=True)


def planned_releases(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Releases that are announced, soonest first: id, planned_on, planned_time (city clock), announced_on, brings."""
    p = columns(PlannedRelease)
    frame = read(release, select(table_of(PlannedRelease)).order_by(p.planned_on, p.planned_time, p.id))
    return in_language(release, frame, PlannedRelease, language)


def plan_changes(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Planned releases that were moved, newest change first: the columns of `plan_change`, and to_day, to_time.

    to_day, to_time: what was planned from then on, which may have been moved again since.
    """
    c, p = columns(PlanChange), columns(PlannedRelease)
    wanted = (
        select(table_of(PlanChange), p.planned_on.label("to_day"), p.planned_time.label("to_time"))
        .join(table_of(PlannedRelease), p.id == c.planned_release_id)
        .order_by(c.changed_on.desc(), c.planned_release_id)
    )
    frame = read(release, wanted)
    for day in ("day", "time"):  # a plan that was moved twice: the first move led to where the second began
        later = frame.groupby("planned_release_id", sort=False)[f"from_{day}"].shift()
        moved_again = frame.duplicated("planned_release_id")
        frame[f"to_{day}"] = frame[f"to_{day}"].astype(object).mask(moved_again, later)
    frame["row_id"] = frame.planned_release_id.astype(str) + "/" + frame.changed_on.astype(str)
    return in_language(release, frame, PlanChange, language, id_column="row_id").drop(columns="row_id")


def revisions(release: Release, *, neighborhood: str | None = None, language: str = "en") -> pd.DataFrame:
    """What differs from the release before, with the reason where one was given: the columns of `revision`."""
    r = columns(Revision)
    wanted = select(table_of(Revision)).order_by(r.id)
    if neighborhood is not None:
        wanted = wanted.where(r.neighborhood_id == neighborhood)
    return _reasons_in(release, read(release, wanted), language)


def all_revisions(
    releases: Sequence[Release],
    *,
    measure: str | None = None,
    neighborhood: str | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """What differed from the release before in each of several releases, newest release first.

    Columns: release_id, released_on, version, then those of `revision` (id counts within a release).
    """
    r, m = columns(Revision), columns(Manifest)
    wanted = select(m.release_id, m.released_on, m.version, *table_of(Revision).c).join(
        table_of(Manifest), literal(1) == 1
    )
    if measure is not None:
        wanted = wanted.where(r.measure_id == measure)
    if neighborhood is not None:
        wanted = wanted.where(r.neighborhood_id == neighborhood)
    found = [_reasons_in(release, read(release, wanted.order_by(r.id)), language) for release in releases]
    filled = [frame for frame in found if len(frame)]
    if not filled:
        return found[0] if found else pd.DataFrame(columns=[column.name for column in wanted.selected_columns])
    every = pd.concat([frame.astype(object) for frame in filled], ignore_index=True)
    every = every.where(every.notna(), None)
    return every.sort_values("released_on", ascending=False, kind="stable", ignore_index=True)


def figure_history(
    releases: Sequence[Release],
    *,
    measure: str,
    neighborhood: str,
    period: str,
    group: str = "all",
    language: str = "en",
) -> pd.DataFrame:
    """One figure in each of several releases, in the order in which they are given: one row a release.

    Columns: release_id, released_on, version, value, low, high, numerator, denominator, n, status, reason (the code
    that goes with the status), revised (kind of the revision: changed, new, gone or status; None where it is as
    before), revised_for and revised_because (why it differs from the release before: a kind, and the publisher's
    words). A release that does not hold the figure has a row with status None.
    """
    o, m, r = columns(Observation), columns(Manifest), columns(Revision)
    asked = and_(o.measure_id == measure, o.neighborhood_id == neighborhood, o.period == period, o.group_name == group)
    figure = select(
        *(m.release_id, m.released_on, m.version),
        *(o.value, o.low, o.high, o.numerator, o.denominator, o.n, o.status, o.reason),
    ).join(table_of(Observation), asked, isouter=True)
    change = (
        select(r.kind, r.reason_kind, r.reason)
        .where(
            *(r.table_name == "observation", r.measure_id == measure, r.neighborhood_id == neighborhood),
            *(r.period == period, r.group_name == group),
        )
        .order_by(r.reason_kind.is_(None), r.kind != "changed", r.id)
        .limit(1)
    )
    rows = []
    for release in releases:
        [row] = read(release, figure).astype(object).to_dict("records")
        changed = _reasons_in(release, read(release, change), language)
        told = changed.iloc[0] if len(changed) else pd.Series({"kind": None, "reason_kind": None, "reason": None})
        row |= {"revised": told["kind"], "revised_for": told["reason_kind"], "revised_because": told["reason"]}
        rows.append(row)
    frame = pd.DataFrame(rows, columns=[*(c.name for c in figure.selected_columns), *REVISED], dtype=object)
    frame = frame.where(frame.notna(), None)
    numbers = ["value", "low", "high", "numerator", "denominator"]
    return frame.assign(**{name: frame[name].astype("float64") for name in numbers}, n=frame["n"].astype("Int64"))


REVISED = ("revised", "revised_for", "revised_because")


def _reasons_in(release: Release, frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Revisions with their reasons in the reader's language: a revision holds the words of a row of revision_reason."""
    if frame.empty or frame["reason"].isna().all():
        return frame
    r = columns(RevisionReason)
    ours = read(release, select(r.id, r.reason))
    theirs = in_language(release, ours, RevisionReason, language)
    words = dict(zip(ours["reason"], theirs["reason"], strict=True))
    said = [words.get(reason, reason) for reason in frame["reason"]]
    return frame.assign(reason=pd.Series(said, index=frame.index, dtype=object))


def corrections(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Mistakes that were mended, newest first: id, corrected_on, what, why, measure_id."""
    frame = read(
        release, select(table_of(Correction)).order_by(columns(Correction).corrected_on.desc(), columns(Correction).id)
    )
    return in_language(release, frame, Correction, language)


def withheld_counts(release: Release, *, neighborhood: str | None = None) -> pd.DataFrame:
    """How many figures are withheld: table_name, measure_id, rule, cells."""
    w = columns(WithheldCell)
    wanted = (
        select(w.table_name, w.measure_id, w.rule, func.count().label("cells"))
        .group_by(w.table_name, w.measure_id, w.rule)
        .order_by(w.table_name, w.measure_id, w.rule)
    )
    if neighborhood is not None:
        wanted = wanted.where(w.neighborhood_id == neighborhood)
    return read(release, wanted)


def _one(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(name): (None if pd.isna(value) else value) for name, value in frame.iloc[0].items()}
