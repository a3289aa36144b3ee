"""Passports of training: hours of a year shared among officers, and who is up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import formats
from components.passports.passport import PAGE, Passport, facts_of, label, release_facts, source_facts
from components.scope import Scope
from components.tables import Figured
from data import queries
from data.models import TOPICS, TRAINING_METHODS

YEAR, BY, PART = "training", "by", "part"
CURRENT = "current"
"""Stands in the address for the year, where a number says who is up to date."""
PARTS: Mapping[str, tuple[str, ...]] = {"topic": (*TOPICS, "other"), "method": TRAINING_METHODS}


@dataclass(frozen=True)
class Hours:
    """Training of a calendar year, or the part of it with one topic, method or course.

    officer_hours: the sum of hours times officers. sworn: officers in service, None where that is not published.
    times: how often courses were held.
    """

    officer_hours: float
    sworn: float | None
    times: int

    @property
    def per_officer(self) -> float | None:
        """Hours for each officer: the sum of hours times officers, over the officers in service."""
        return self.officer_hours / self.sworn if self.sworn else None


def hours_of(scope: Scope, year: str, by: str = "", part: str = "") -> Hours:
    """Training of a year. by: topic, method or course_id, with its code in `part`; all of it without."""
    held = scope.ask(queries.training_held)
    held = held[held.year == year]
    if by:
        held = held[held[by] == part]
    staff = scope.ask(queries.staffing).set_index("period").sworn_average
    sworn = float(staff[year]) if year in staff.index else None
    return Hours(float(held.officer_hours.sum()), sworn, int(held.times.sum()))


def hours_text(hours: Hours, scope: Scope) -> str:
    """Hours for each officer; without a number of officers, hours of all of them together."""
    if hours.per_officer is None:
        return scope.say("how.hours_in_all", hours=formats.count(round(hours.officer_hours), scope.language))
    return scope.say("how.hours_each", hours=formats.rate_number(hours.per_officer, scope.language))


def hours_figured(scope: Scope, year: str, text: str, by: str = "", part: str = "", *, linked: str = "") -> Figured:
    """A text that states hours of training, leading to their page. linked: the words that are the link."""
    period = formats.period_label(year, scope.language)
    told = label(scope.say("passport.training_title"), period, scope.say("reading.full_count"))
    return Figured(text, scope.link(PAGE, **_codes(year, by, part)), told, linked)


def hours_passport(scope: Scope, year: str, by: str = "", part: str = "") -> Passport:
    """The passport of hours of training of a year."""
    said, lang = scope.say, scope.language
    hours, value = hours_of(scope, year, by, part), hours_text(hours_of(scope, year, by, part), scope)
    staff = scope.ask(queries.staffing)
    sources = staff[staff.period == year].source_id
    base = said("passport.training_no_base")
    if hours.sworn is not None:
        base = said("passport.training_base", n=hours.sworn, officers=formats.count(round(hours.sworn), lang))
    period = formats.sentence_case(formats.period_label(year, lang))
    return Passport(
        title=said("passport.training_title"),
        where=said("passport.where", place=_part_name(scope, by, part), period=period),
        value=value,
        range=said("passport.full_count"),
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.range"), said("passport.full_count")),
            (said("passport.base"), base),
            (said("how.officer_hours"), formats.count(round(hours.officer_hours), lang)),
            (said("how.times_held"), formats.count(hours.times, lang)),
            (said("passport.definition"), said("passport.means_training")),
            (said("passport.formula"), said("passport.training_formula")),
            (said("table.period"), period),
            *source_facts(scope, list(sources)),
            (said("passport.record"), said("passport.own_records", publisher=str(scope.city["publisher"]))),
            *release_facts(scope),
        ),
        codes=_codes(year, by, part),
        table="training_delivery",
        row={
            "year": year,
            "by": by or None,
            "part": part or None,
            "hours_per_officer": hours.per_officer,
            "officer_hours": hours.officer_hours,
            "sworn_average": hours.sworn,
            "times_held": hours.times,
        },
    )


@dataclass(frozen=True)
class UpToDate:
    """Certificates of the courses with one topic or method: how many are valid, and how many there should be.

    courses: how many of the courses say both; others: how many do not.
    """

    current: int
    required: int
    courses: int
    others: int


def current_of(scope: Scope, by: str, part: str) -> UpToDate:
    """Valid certificates of all courses of a topic or method that state them. by: topic or method."""
    courses = scope.ask(queries.training_courses)
    mine = courses[courses[by] == part]
    told = mine[mine.officers_current.notna() & (mine.officers_required > 0)]
    return UpToDate(
        int(told.officers_current.sum()), int(told.officers_required.sum()), len(told), len(mine) - len(told)
    )


def share_text(current: int, required: int, scope: Scope) -> str:
    """How many of those who should be up to date are: 87% (351 of 403)."""
    return scope.say(
        "how.current_of",
        share=formats.percent(100 * current / required, scope.language),
        current=formats.count(current, scope.language),
        required=formats.count(required, scope.language),
    )


def current_figured(scope: Scope, by: str, part: str) -> Figured:
    """Valid certificates of a topic or method, leading to their page."""
    found = current_of(scope, by, part)
    told = label(scope.say("passport.current_title"), scope.say("reading.full_count"))
    text = share_text(found.current, found.required, scope)
    return Figured(text, scope.link(PAGE, **_codes(CURRENT, by, part)), told)


def current_passport(scope: Scope, by: str, part: str) -> Passport:
    """The passport of the certificates of a topic or method."""
    said, lang = scope.say, scope.language
    found = current_of(scope, by, part)
    value = share_text(found.current, found.required, scope)
    return Passport(
        title=said("passport.current_title"),
        where=_part_name(scope, by, part),
        value=value,
        range=said("passport.full_count"),
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.range"), said("passport.full_count")),
            (said("passport.base"), said("passport.current_base", n=found.courses)),
            (said("passport.current_others"), formats.count(found.others, lang)),
            (said("passport.definition"), said("passport.means_current")),
            (said("passport.source"), said("passport.own_records", publisher=str(scope.city["publisher"]))),
            *release_facts(scope),
        ),
        codes=_codes(CURRENT, by, part),
        table="training_course",
        row={"by": by, "part": part, "officers_current": found.current, "officers_required": found.required},
    )


def find_training(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the hours that an address names; None where this release has no such training."""
    year, by, part = codes[YEAR], codes.get(BY, ""), codes.get(PART, "")
    if year == CURRENT:
        known_part = by in PARTS and part in PARTS[by] and current_of(scope, by, part).courses
        return current_passport(scope, by, part) if known_part else None
    held: pd.DataFrame = scope.ask(queries.training_held)
    if by == "course_id":
        known: tuple[Any, ...] = tuple(scope.ask(queries.training_courses).id)
    else:
        known = PARTS.get(by, ("",))
    if year not in set(held.year) or part not in known or (by and by not in (*PARTS, "course_id")):
        return None
    return hours_passport(scope, year, by, part)


def _codes(year: str, by: str, part: str) -> dict[str, str]:
    return {name: code for name, code in {YEAR: year, BY: by, PART: part}.items() if code}


def _part_name(scope: Scope, by: str, part: str) -> str:
    if by == "course_id":
        names = scope.ask(queries.training_courses, language=scope.language).set_index("id").name
        return str(names[part])
    return scope.words.name_of(f"kinds.training_course.{by}", part) if by else scope.say("how.all_training")
