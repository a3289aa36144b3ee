"""Measures and what was observed: each observation is one figure with its whole passport."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from data.figures import REASONS
from data.models.base import Table, col

STATUSES = ("shown", "provisional", "unstable", "withheld", "too_few_to_say", "not_reported", "not_applicable")


class Source(Table, table=True):
    """Where figures come from: who publishes, under which licence, when it was read."""

    id: str = col("Stable code.", key=True, example="crime")
    title: str = col("Name of the data set.", example="Reported crime by neighborhood")
    publisher: str = col("Who publishes it.", example="Riverton Police Department")
    licence: str = col("Licence or terms, in words.", example="Public domain")
    url: str | None = col("Address of the original.", optional=True)
    retrieved_on: date = col("The day it was read.", example="2026-01-20")
    note: str | None = col("What the reader must know about it, in plain words.", optional=True)


class PlannedUpdate(Table, table=True):
    """A date by which new data was promised, and when it came. Lateness is computed from this."""

    source_id: str = col("Which source.", key=True, ref="source.id")
    covers: str = col("The period it brings (a period code).", key=True, example="2025-Q4")
    planned_on: date = col("The promised day.", example="2026-01-15")
    released_on: date | None = col("The day it came; empty while it has not.", optional=True, example="2026-01-26")


class Measure(Table, table=True):
    """What is measured: definition, formula, unit, direction, owner and caveat."""

    id: str = col("Stable code.", key=True, example="burglary")
    name: str = col("Short name.", example="Reported break-ins")
    topic: str = col(
        "safety, trust, accountability, engagement or service.",
        one_of=("safety", "trust", "accountability", "engagement", "service"),
        example="safety",
    )
    kind: str = col(
        "rate (events per residents), count, share (percent of answers) or score (a scale without a base).",
        one_of=("rate", "count", "share", "score"),
        example="rate",
    )
    unit: str = col(
        "Code of the unit: per_1000_residents, events, percent or points.",
        one_of=("per_1000_residents", "events", "percent", "points"),
        example="per_1000_residents",
    )
    events: str = col("What is counted or asked, in plural, plain words.", example="break-ins reported to police")
    direction: str = col(
        "Which way is agreed to be good: fewer, more or none.", one_of=("fewer", "more", "none"), example="fewer"
    )
    definition: str = col("What it is, in one or two plain sentences.")
    formula: str = col("How it is worked out.", example="reported break-ins / residents x 1,000")
    caveat: str | None = col("What it cannot tell.", optional=True)
    owner: str | None = col("Who answers for it.", optional=True, example="Crime analysis unit")
    source_id: str = col("Its source.", ref="source.id")
    sensitive: bool = col("True where a count of 1 to 9 could point to a person and is withheld.", default=False)
    part_of: str | None = col(
        "The measure that this one is a part of (force of one kind, of all force).", ref="measure.id", optional=True
    )
    parts_are_all: bool = col(
        "True where the measures that are part of this one add up to just this one.", default=False
    )
    collected: str = col(
        "full_count, probability (a sample drawn by chance), opt_in (people chose to answer) or unknown.",
        one_of=("full_count", "probability", "opt_in", "unknown"),
        default="full_count",
    )
    seasonal: bool = col("True where months differ by season.", default=False)
    smallest_change: float | None = col("The smallest change that matters, in the measure's unit.", optional=True)
    map_breaks: str | None = col(
        "Class edges for the map, joined by ';', in the measure's unit.", computed=True, optional=True
    )
    headline: bool = col("True where it belongs on the first page and the report card.", default=False)
    position: int = col("Order on a page, low first.", default=100)


class SeriesBreak(Table, table=True):
    """A day from which figures cannot be compared with earlier ones."""

    measure_id: str = col("The measure.", key=True, ref="measure.id")
    broke_on: date = col("First day counted the new way.", key=True, example="2024-07-01")
    kind: str = col(
        "definition, boundary, wording or records_system.",
        one_of=("definition", "boundary", "wording", "records_system"),
    )
    note: str = col("What changed, in one plain sentence.")


class Observation(Table, table=True):
    """One figure: a measure in a neighborhood over a period, for a group, with interval, base, status and source."""

    __table_args__ = (
        Index("observation_of_place", "neighborhood_id", "measure_id", "period"),
        Index("observation_of_measure", "measure_id", "period", "neighborhood_id"),
    )

    measure_id: str = col("The measure.", key=True, ref="measure.id")
    neighborhood_id: str = col("The neighborhood, district, city, or unplaced.", key=True, ref="neighborhood.id")
    period: str = col("Period code.", key=True, example="2025")
    group_name: str = col("Part of the people asked or counted; 'all' for everyone.", key=True, default="all")
    period_start: date = col("First day.", computed=True, always=True)
    period_end: date = col("Last day.", computed=True, always=True)
    numerator: float | None = col("Events counted, or favorable answers.", optional=True, example="212")
    denominator: float | None = col("Residents, or answers; taken from population for rates.", optional=True)
    denominator_period: str | None = col("Period of the denominator, where it differs.", computed=True)
    value: float | None = col(
        "The figure in the measure's unit. Give it only for a score; else it is computed.", optional=True
    )
    low: float | None = col("Low end of the 95% range.", computed=True)
    high: float | None = col("High end of the 95% range.", computed=True)
    n: int | None = col("How many people answered.", optional=True)
    n_effective: float | None = col("Answers after the effect of weighting.", optional=True)
    status: str = col(
        "shown, provisional, unstable, withheld, too_few_to_say, not_reported or not_applicable.",
        one_of=STATUSES,
        default="shown",
    )
    reason: str | None = col(
        "Code of the reason, where the status or the range needs one.", one_of=REASONS, optional=True
    )
    source_id: str = col("Where it comes from.", ref="source.id")


class Benchmark(Table, table=True):
    """Whom a group's events are counted against: residents, drivers, people arrested. It decides much: name it."""

    id: str = col("Stable code.", key=True, example="residents")
    name: str = col("Its name in plain words.", example="Residents")
    definition: str = col("Who is counted, in one or two plain sentences.")
    caveat: str | None = col("What it cannot tell.", optional=True)
    reference_group: str = col("The group that others are set beside.", example="18 to 34")
    source_id: str = col("Where it comes from.", ref="source.id")


class BenchmarkGroup(Table, table=True):
    """People of a group in a benchmark, by place and period. Groups are named as in `observation`."""

    benchmark_id: str = col("The benchmark.", key=True, ref="benchmark.id")
    neighborhood_id: str = col("The place, or city.", key=True, ref="neighborhood.id")
    period: str = col("Period code.", key=True, example="2024")
    group_name: str = col("The group.", key=True, example="18 to 34")
    people: int = col("How many.", example="3100")
