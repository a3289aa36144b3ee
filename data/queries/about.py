"""About the data: the release, its sources and files, what changed, what is late, what is withheld."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select

from data.models import City, Correction, Manifest, PlannedUpdate, Revision, Source, SourceFile, WithheldCell, table_of
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


def revisions(release: Release, *, neighborhood: str | None = None) -> pd.DataFrame:
    """Figures that differ from the release before: the columns of `revision`."""
    r = columns(Revision)
    wanted = select(table_of(Revision)).order_by(r.id)
    if neighborhood is not None:
        wanted = wanted.where(r.neighborhood_id == neighborhood)
    return read(release, wanted)


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
