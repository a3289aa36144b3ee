"""Benchmarks: whom a group's events are counted against."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from data.models import Benchmark, BenchmarkGroup, Observation, Source, table_of
from data.queries.read import columns, in_language, read
from data.store import Release


def benchmarks(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Benchmarks by name: id, name, definition, caveat, reference_group, source_id, source_title, source_publisher."""
    b, s = columns(Benchmark), columns(Source)
    wanted = (
        select(*table_of(Benchmark).c, s.title.label("source_title"), s.publisher.label("source_publisher"))
        .join(table_of(Source), s.id == b.source_id)
        .order_by(b.name, b.id)
    )
    frame = in_language(release, read(release, wanted), Benchmark, language)
    return in_language(release, frame, Source, language, id_column="source_id", source_title="title")


def benchmark_people(release: Release, *, neighborhood: str = "city") -> pd.DataFrame:
    """People of each group in each benchmark of a place: benchmark_id, period, group_name, people."""
    g = columns(BenchmarkGroup)
    wanted = (
        select(g.benchmark_id, g.period, g.group_name, g.people)
        .where(g.neighborhood_id == neighborhood)
        .order_by(g.benchmark_id, g.period, g.group_name)
    )
    return read(release, wanted)


def group_labels(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Groups that figures tell apart, by name: group_name (as in `observation`), group_label (in `language`).

    A translation is found by the group's name alone, under table benchmark_group: a group is the same everywhere.
    """
    o = columns(Observation)
    wanted = (
        select(o.group_name, o.group_name.label("group_label"))
        .where(o.group_name != "all")
        .distinct()
        .order_by(o.group_name)
    )
    # group_name stays as it is: the code that figures are found by.
    return in_language(
        release, read(release, wanted), BenchmarkGroup, language, id_column="group_name", group_label="group_name",
        group_name="",
    )  # fmt: skip


def group_periods(release: Release, *, measure: str, neighborhood: str = "city") -> pd.DataFrame:
    """Periods for which a measure tells parts of the people apart in a place, oldest first: period, groups."""
    o = columns(Observation)
    wanted = (
        select(o.period, o.group_name)
        .where(o.measure_id == measure, o.neighborhood_id == neighborhood, o.group_name != "all")
        .order_by(o.period_start, o.period_end, o.group_name)
    )
    frame = read(release, wanted)
    return frame.groupby("period", sort=False)["group_name"].size().rename("groups").reset_index()
