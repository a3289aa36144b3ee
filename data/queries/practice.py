"""How the police work: training, the rules that apply, the agency's view of itself, what other places claim."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from data.models import (
    CaseStudy,
    LegalBasis,
    Program,
    ProgramLegalBasis,
    SelfCheckItem,
    Staffing,
    TrainingCourse,
    TrainingDelivery,
    table_of,
)
from data.queries.read import columns, in_language, read
from data.store import Release


def training_courses(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Courses by topic and name: the columns of `training_course`."""
    c = columns(TrainingCourse)
    frame = read(release, select(table_of(TrainingCourse)).order_by(c.topic, c.name, c.id))
    return in_language(release, frame, TrainingCourse, language)


def training_held(release: Release) -> pd.DataFrame:
    """What was taught in a year, newest year first, then by course.

    Columns: year (text), course_id, topic, method, times (how often it was held), officer_hours (the sum of hours times
    officers), officers (who took part, one person as often as they came).
    """
    d, c = columns(TrainingDelivery), columns(TrainingCourse)
    wanted = select(d.course_id, c.topic, c.method, d.held_on, d.hours, d.officers).join(
        table_of(TrainingCourse), c.id == d.course_id
    )
    held = read(release, wanted)
    held["year"] = [str(day.year) for day in held.held_on]
    held["officer_hours"] = held.hours * held.officers
    added = held.groupby(["year", "course_id", "topic", "method"], as_index=False).agg(
        times=("hours", "size"), officer_hours=("officer_hours", "sum"), officers=("officers", "sum")
    )
    return added.sort_values(["year", "course_id"], ascending=[False, True], ignore_index=True)


def staffing(release: Release) -> pd.DataFrame:
    """Officers in service, newest period first: the columns of `staffing`."""
    return read(release, select(table_of(Staffing)).order_by(columns(Staffing).period.desc()))


def legal_bases(release: Release, *, scope: str | None = None, language: str = "en") -> pd.DataFrame:
    """Laws and rules by scope (federal, state, local), then by citation: the columns of `legal_basis`.

    scope: only those of one level.
    """
    b = columns(LegalBasis)
    wanted = select(table_of(LegalBasis)).order_by(b.scope, b.citation, b.id)
    if scope is not None:
        wanted = wanted.where(b.scope == scope)
    return in_language(release, read(release, wanted), LegalBasis, language)


def ruled_programs(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Which programs a law or rule allows: legal_basis_id, program_id, name (of the program), by name."""
    link, p = columns(ProgramLegalBasis), columns(Program)
    wanted = (
        select(link.legal_basis_id, link.program_id, p.name)
        .join(table_of(Program), p.id == link.program_id)
        .order_by(p.name, link.program_id, link.legal_basis_id)
    )
    return in_language(release, read(release, wanted), Program, language, id_column="program_id")


def self_check(release: Release, *, language: str = "en") -> pd.DataFrame:
    """What the agency says of itself, newest period first, in the pack's order of codes: columns of the table."""
    s = columns(SelfCheckItem)
    frame = read(release, select(table_of(SelfCheckItem)).order_by(s.period.desc(), s.pillar, s.id))
    return in_language(release, frame, SelfCheckItem, language)


def case_studies(release: Release, *, language: str = "en") -> pd.DataFrame:
    """What is claimed of other places, by place: the columns of `case_study`."""
    c = columns(CaseStudy)
    frame = read(release, select(table_of(CaseStudy)).order_by(c.place, c.id))
    return in_language(release, frame, CaseStudy, language)
