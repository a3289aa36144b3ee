"""The release itself: its city, its manifest, and the record of what changed, was rejected or withheld."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index

from data.models.base import Table, col

REVISED_FOR = ("late_reports", "reclassified", "corrected", "method")
"""Why a published figure may change."""


class City(Table, table=True):
    """The city that publishes. One row."""

    id: str = col("Stable code.", key=True, example="riverton")
    name: str = col("Its name.", example="Riverton")
    state: str | None = col("State.", optional=True)
    publisher: str = col("The office that publishes.", example="City of Riverton")
    contact: str | None = col("Where to ask or report a mistake.", optional=True)
    contact_name: str | None = col("Whom to ask: a named person or role.", optional=True, example="Open data officer")
    complaints: str | None = col("How to complain about police, in plain words: where, how, with whom.", optional=True)
    language_help: str | None = col("How to get help in another language.", optional=True)
    access_help: str | None = col("Whom to ask for help because of a disability (ADA).", optional=True)
    languages: str = col("Languages of the pack's own words, joined by ';', the first is the original.", default="en")
    time_zone: str = col("Time zone name.", default="America/New_York")
    invented: bool = col("True for sample data.", default=False)
    areas_called: str | None = col("What the neighborhoods are called here, in plural.", optional=True)
    fiscal_start_month: int = col("Month in which the fiscal year starts, 1 to 12.", default=7)
    licence: str = col("Licence of this release.", default="CC BY 4.0")
    about: str | None = col("One or two plain sentences on this release.", optional=True)


class Manifest(Table, table=True):
    """What this release is. One row."""

    release_id: str = col("Code of the release, for example 2026-03.", key=True)
    published_at: datetime = col("When it was made, UTC.", computed=True, always=True)
    released_on: date = col("The day printed on it.", computed=True, always=True)
    planned_on: date | None = col("The day it was promised for.", optional=True)
    data_through: date | None = col("Last day that any observation covers.", computed=True)
    publisher: str = col("Who published.")
    note: str | None = col("What is new, in plain words.", optional=True)
    previous_release_id: str | None = col("The release that this one was compared with.", computed=True)
    software_version: str = col("Version of the program that made it.", computed=True, always=True)
    content_sha256: str = col(
        "SHA-256 over the rows of all tables but manifest, source_file and row_count.", computed=True, always=True
    )
    version: str | None = col(
        "Number of the release: the first part grows when something was removed or redefined, the second when values "
        "were added or revised.",
        computed=True,
        example="1.2",
    )
    change: str | None = col(
        "first, major or minor: what the comparison with the release before found.",
        one_of=("first", "major", "minor"),
        computed=True,
    )
    reason: str | None = col("Why there is a new release, typed by a person.", optional=True)
    previous_chain_sha256: str | None = col("chain_sha256 of the release before.", computed=True)
    chain_sha256: str | None = col(
        "SHA-256 over previous_chain_sha256, release_id and content_sha256: no release of the chain can be exchanged.",
        computed=True,
    )
    prepared_by: str | None = col("Who prepared it: a role or initials, never more.", optional=True)
    approved_by: str | None = col(
        "Who else approved it; empty where the pack asks for no second person.", computed=True
    )
    approved_at: datetime | None = col("When it was approved, UTC.", computed=True)
    approval: str | None = col(
        "two_people (a second person approved it) or one_person.", one_of=("two_people", "one_person"), computed=True
    )
    figures_total: int | None = col("Figures that the release holds, withheld ones counted.", computed=True)
    figures_withheld: int | None = col("Figures that are withheld, by the rules in withheld_cell.", computed=True)


class SourceFile(Table, table=True):
    """A file that was read, with its fingerprint and what became of its rows."""

    path: str = col("Name inside the pack or the files folder.", key=True)
    source_id: str | None = col("The source it belongs to.", ref="source.id", optional=True)
    into: str = col("The table or measure it feeds.", key=True)
    sha256: str = col(
        "SHA-256 of the file; where it holds numbers that are withheld, one that only the publisher can compare.",
        computed=True,
        always=True,
    )
    size_bytes: int | None = col("Size in bytes; empty where it could tell a withheld number.", computed=True)
    rows_read: int | None = col("Rows in the file; empty where it could tell a withheld number.", computed=True)
    rows_used: int | None = col(
        "Rows that entered a figure; empty where it could tell a withheld number.", computed=True
    )
    rows_rejected: int = col("Rows refused, with the reason in the rejects file.", computed=True, always=True)
    rows_skipped: int = col("Rows left out by a rule that the pack declares.", computed=True, default=0)
    rows_duplicate: int = col("Rows that are an exact copy of another.", computed=True, default=0)
    rows_unplaced: int | None = col(
        "Rows with no neighborhood recorded; empty where that would tell a number that is withheld.",
        computed=True,
        default=0,
    )


class RowCount(Table, table=True):
    """How many rows each table has."""

    table_name: str = col("The table.", key=True)
    rows: int = col("Its rows.", computed=True, always=True)


class Revision(Table, table=True):
    """What differs from the release before: a figure, or what figures mean."""

    __table_args__ = (Index("revision_of_place", "neighborhood_id", "measure_id", "period"),)

    id: int = col("Number within the release.", key=True)
    table_name: str = col(
        "observation, budget_line, survey_result, complaint_summary or population; measure, survey_question or "
        "neighborhood where what is meant has changed."
    )
    measure_id: str | None = col("The measure.", optional=True)
    neighborhood_id: str | None = col("The neighborhood.", optional=True)
    period: str | None = col("The period.", optional=True)
    group_name: str | None = col("The group.", optional=True)
    item: str | None = col(
        "The budget line, the survey question or wave/question; of a boundary the percent of the place that lies "
        "elsewhere now.",
        optional=True,
    )
    changed_column: str = col(
        "What changed; measure, period, group_name, item, neighborhood, ledger or category where all of it is new or "
        "gone, and old or new then holds how many figures, or its name."
    )
    old: str | None = col("As in the release before; empty where it was not there or withheld.", optional=True)
    new: str | None = col("As now.", optional=True)
    kind: str = col("changed, new, gone or status.", one_of=("changed", "new", "gone", "status"))
    reason_kind: str | None = col(
        "Why: late_reports, reclassified, corrected or method.", one_of=REVISED_FOR, computed=True
    )
    reason: str | None = col(
        "Why, in the publisher's words; empty where the change is small and none was given.", computed=True
    )


class RevisionReason(Table, table=True):
    """Why figures differ from the release before, in the publisher's words. The row that names the most wins."""

    id: str = col("Stable code.", key=True, example="late-reports-2026-q1")
    measure_id: str | None = col("Of this measure, also one that is gone; empty for all.", optional=True)
    neighborhood_id: str | None = col("In the place of this code, also one that is gone; empty for all.", optional=True)
    period: str | None = col("In this period or the periods within it; empty for all.", optional=True, example="2025")
    ledger: str | None = col("For budget lines: of this ledger.", optional=True)
    kind: str = col("late_reports, reclassified, corrected or method.", one_of=REVISED_FOR, example="late_reports")
    reason: str = col("Why, in one plain sentence.", example="Reports that came in after the end of the quarter.")


class PlannedRelease(Table, table=True):
    """A release that is announced: when it comes, and what it brings."""

    id: str = col("Stable code.", key=True, example="2026-06")
    planned_on: date = col("The day.", example="2026-06-15")
    planned_time: str | None = col("The time on the city's clock, as 09:30.", optional=True, example="09:30")
    announced_on: date = col("The day on which this was first announced.", example="2026-03-03")
    brings: str = col("What it brings, in one plain sentence.", example="Figures for January to March 2026.")


class PlanChange(Table, table=True):
    """A planned release that was moved: from when, and why."""

    planned_release_id: str = col("Which one.", key=True, ref="planned_release.id")
    changed_on: date = col("The day on which the change was told.", key=True)
    from_day: date = col("The day that was planned before.")
    from_time: str | None = col("The time that was planned before, as 09:30.", optional=True)
    reason: str = col("Why, in one plain sentence.")


class Correction(Table, table=True):
    """A mistake that was mended, in the publisher's words."""

    id: str = col("Stable code.", key=True)
    corrected_on: date = col("When.")
    what: str = col("What was wrong and is now right.")
    why: str = col("How it came about.")
    measure_id: str | None = col("The measure.", ref="measure.id", optional=True)


class WithheldCell(Table, table=True):
    """A figure that is not shown to protect people. Holds no number."""

    table_name: str = col("observation, survey_result or complaint_summary.", key=True)
    measure_id: str = col("The measure or question.", key=True)
    neighborhood_id: str = col("The place.", key=True)
    period: str = col("The period or wave.", key=True)
    group_name: str = col("The group.", key=True, default="all")
    rule: str = col(
        "small_number (1 to 9), or small_number_complement (hidden so that the first cannot be worked out).",
        one_of=("small_number", "small_number_complement"),
    )


class Translation(Table, table=True):
    """A text of the pack in another language."""

    table_name: str = col("The table.", key=True, example="measure")
    row_id: str = col("The row's id.", key=True, example="burglary")
    column_name: str = col("The column.", key=True, example="name")
    language: str = col("Language code.", key=True, example="es")
    text: str = col("The text in that language.", example="Robos reportados")
