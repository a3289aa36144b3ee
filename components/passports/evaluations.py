"""Passports of evaluations: the change found, the change nearby, and the counts that these rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import formats
from components.evidence import (
    NOT_ASSESSABLE,
    amount,
    change_of,
    comparator_of,
    evidence_sentence,
    finding_of,
    grade_of,
    has,
    has_number,
    is_computed,
    range_words,
    studied_fact,
    unit_of,
)
from components.passports.passport import PAGE, Passport, facts_of, label, release_facts, source_facts
from components.scope import Scope
from components.tables import Figured
from data import queries
from data.figures import Status
from data.store import Release

TABLE, RECORD, COLUMN = "t", "id", "c"
COLUMNS = {
    "evaluation": ("estimate", "low", "high", "displaced", "events_before", "events_after", "finding"),
    "evaluation_area": ("events_before", "events_after"),
    "evaluation_series": ("count",),
}
"""Numbers of evaluations that stand on pages. A series is no table: its counts are published observations, added up."""
FINDING = "finding"
"""What may be said, for an evaluation that holds no number to show."""
CHANGES = ("estimate", "low", "high", "displaced")


def evaluation_codes(table: str, record: str, column: str) -> dict[str, str]:
    """The address of a number of an evaluation; record: id, id/neighborhood or id/role/period."""
    return {TABLE: table, RECORD: record, COLUMN: column}


def evaluation_figured(
    evaluation: Mapping[str, Any], scope: Scope, text: str, *, column: str = "estimate", part: str = ""
) -> Figured:
    """A text that states the change found, or another number of an evaluation, leading to its page."""
    when = _times(evaluation, scope)
    told = [unit_of(evaluation, scope), when, scope.say("reading.full_count")]
    if column in CHANGES:
        told.insert(0, range_words(change_of(evaluation, _change(column)), scope))
    return Figured(
        text, scope.link(PAGE, **evaluation_codes("evaluation", str(evaluation["id"]), column)), label(*told), part
    )


def area_figured(evaluation: Mapping[str, Any], area: Mapping[str, Any], column: str, scope: Scope) -> Figured:
    """The count of one area before or after, leading to its page."""
    record = f"{area['evaluation_id']}/{area['neighborhood_id']}"
    when = _time(evaluation, column.removeprefix("events_"), scope)
    told = label(unit_of(evaluation, scope), when, scope.say("reading.full_count"))
    text = formats.count(area[column], scope.language)
    return Figured(text, scope.link(PAGE, **evaluation_codes("evaluation_area", record, column)), told)


def series_figured(evaluation: Mapping[str, Any], row: Mapping[str, Any], scope: Scope) -> Figured:
    """The count of a role's areas in one period, leading to its page."""
    record = f"{evaluation['id']}/{row['role']}/{row['period']}"
    when = formats.period_label(str(row["period"]), scope.language)
    told = label(unit_of(evaluation, scope), when, scope.say("reading.full_count"))
    text = formats.count(row["count"], scope.language)
    return Figured(text, scope.link(PAGE, **evaluation_codes("evaluation_series", record, "count")), told)


def evaluation_passport(evaluation: Mapping[str, Any], scope: Scope, column: str = "estimate") -> Passport:
    """The passport of a number of an evaluation: what may be said of it, how it was worked out, from what.

    evaluation: a row of `queries.evaluations` that holds the number.
    """
    said = scope.say
    is_change = column in CHANGES
    ends = change_of(evaluation, _change(column)) if is_change else {}
    number: float | None = None
    if column == FINDING:
        value, ranged = finding_of(evaluation, scope), said("passport.no_value")
    elif is_change:
        number = float(evaluation[column])
        value = formats.sentence_case(amount(ends, scope, of=column if column in ("low", "high") else "estimate"))
        ranged = formats.sentence_case(range_words(ends, scope))
    else:
        number = float(evaluation[column])
        value, ranged = formats.count(number, scope.language), said("passport.full_count")
    title = said(f"passport.cell_evaluation_{column}")
    return Passport(
        title=title,
        where=", ".join(text for text in (_what(evaluation, scope), _times(evaluation, scope)) if text),
        value=value,
        range=ranged,
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.range"), said("passport.evaluation_range", range=ranged) if is_change else ranged),
            (said("passport.base"), _base(evaluation, scope)),
            (said("passport.evaluation_finding"), evidence_sentence(evaluation, scope)),
            (said("passport.definition"), _means(evaluation, column, scope)),
            studied_fact(evaluation, scope),
            (said("evidence.compared_with"), _compared(evaluation, scope)),
            (said("programs.how_sure"), said(f"programs.grade_name.{grade_of(evaluation)}")),
            *_about_measure(evaluation, scope),
            (said("table.period"), _times(evaluation, scope)),
            *_sources(evaluation, scope),
            *release_facts(scope),
        ),
        codes=evaluation_codes("evaluation", str(evaluation["id"]), column),
        table="evaluation",
        row={
            "table": "evaluation", "id": str(evaluation["id"]), "column": column, "value": number,
            "low": float(ends["low"]) if is_change else None, "high": float(ends["high"]) if is_change else None,
            "unit": unit_of(evaluation, scope) or None,
            "status": str(Status.TOO_FEW_TO_SAY if grade_of(evaluation) == NOT_ASSESSABLE else Status.SHOWN),
        },
    )  # fmt: skip


def find_evaluation(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the number that an address names; None where this release does not hold or not show it."""
    table, column, record = codes.get(TABLE, ""), codes.get(COLUMN, ""), codes.get(RECORD, "")
    if column not in COLUMNS.get(table, ()):
        return None
    code, *rest = record.split("/")
    evaluation = scope.ask(_by_id, language=scope.language).get(code)
    if evaluation is None or len(rest) != {"evaluation": 0, "evaluation_area": 1, "evaluation_series": 2}[table]:
        return None
    if column == FINDING:
        return None if has_number(evaluation) else evaluation_passport(evaluation, scope, FINDING)
    if table == "evaluation":
        shown = has_number(evaluation) if column in CHANGES else True
        return evaluation_passport(evaluation, scope, column) if shown and has(evaluation, column) else None
    if table == "evaluation_area":
        areas = scope.ask(queries.evaluation_areas, evaluation=code, language=scope.language)
        found = areas[(areas.neighborhood_id == rest[0]) & areas[column].notna()]
        one = f"passport.cell_evaluation_area_{column}", _time(evaluation, column.removeprefix("events_"), scope)
        number = None if found.empty else float(found[column].iloc[0])
        where, areas_, means = [scope.name_of(rest[0])], 1, "passport.means_area_events"
    else:
        series = scope.ask(queries.evaluation_series, evaluation=code)
        found = series[(series.role == rest[0]) & (series.period == rest[1]) & series["count"].notna()]
        one = "passport.cell_evaluation_series_count", ""
        if len(found):
            one = one[0], formats.period_label(rest[1], scope.language)
        number = None if found.empty else float(found["count"].iloc[0])
        where = [scope.words.name_of("kinds.evaluation_area.role", rest[0])]
        areas_, means = (0 if found.empty else int(found.areas.iloc[0])), "passport.means_area_events"
    if number is None:
        return None
    return _count_passport(evaluation, scope, codes, one, number, where, areas_, means)


def _count_passport(
    evaluation: Mapping[str, Any],
    scope: Scope,
    codes: Mapping[str, str],
    about: tuple[str, str],
    number: float,
    where: list[str],
    areas: int,
    means: str,
) -> Passport:
    """The passport of a count that an evaluation rests on. about: key of its title, and its time in words."""
    said, (key, when) = scope.say, about
    value = formats.count(number, scope.language)
    return Passport(
        title=said(key),
        where=", ".join(text for text in (_what(evaluation, scope), *where, when) if text),
        value=value,
        range=said("passport.full_count"),
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.range"), said("passport.full_count")),
            (said("passport.base"), said("passport.evaluation_areas", n=areas)),
            (said("table.unit"), unit_of(evaluation, scope)),
            (said("passport.definition"), said(means)),
            *_about_measure(evaluation, scope),
            (said("table.place"), ", ".join(where)),
            (said("table.period"), when),
            *_sources(evaluation, scope),
            *release_facts(scope),
        ),
        codes=evaluation_codes(codes[TABLE], codes[RECORD], codes[COLUMN]),
        table="evaluation_area" if codes[TABLE] == "evaluation_area" else "observation",
        row={"table": codes[TABLE], "id": codes[RECORD], "column": codes[COLUMN], "value": number},
    )


def _by_id(release: Release, *, language: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in queries.records(queries.evaluations(release, language=language))}


def measure_of(evaluation: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The row of the measure that an evaluation looked at; empty where it has none that is published."""
    return scope.ask(_measures, language=scope.language).get(str(evaluation.get("measure_id")), {})


def _measures(release: Release, *, language: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in queries.records(queries.measures(release, language=language))}


def _change(column: str) -> str:
    """The change that a number belongs to: the ends of a range are passed on with their estimate."""
    return "displaced" if column == "displaced" else "estimate"


def _base(evaluation: Mapping[str, Any], scope: Scope) -> str:
    if not has(evaluation, "events_before", "events_after"):
        return scope.say("passport.base_record")
    before, after = (formats.count(evaluation[f"events_{when}"], scope.language) for when in ("before", "after"))
    return scope.say("passport.evaluation_base", before=before, after=after)


def _means(evaluation: Mapping[str, Any], column: str, scope: Scope) -> str:
    if column == FINDING:
        return scope.say("passport.means_finding")
    if column == "displaced":
        return scope.say("passport.means_displaced")
    if column not in CHANGES:
        return scope.say("passport.means_area_events")
    return scope.say(f"passport.means_{evaluation['method'] if has(evaluation, 'method') else 'recorded_result'}")


def _what(evaluation: Mapping[str, Any], scope: Scope) -> str:
    """The measure's name, else what is counted."""
    return str(measure_of(evaluation, scope).get("name") or formats.sentence_case(unit_of(evaluation, scope)))


def _compared(evaluation: Mapping[str, Any], scope: Scope) -> str:
    """With what it was compared; nothing for a study of before and after alone."""
    return comparator_of(evaluation, scope) if grade_of(evaluation) in ("grade_2", "grade_3", "grade_4") else ""


def _times(evaluation: Mapping[str, Any], scope: Scope) -> str:
    """Both times in words: before, and after; nothing where the record has none."""
    times = [_time(evaluation, when, scope) for when in ("before", "after")]
    if not all(times):
        return ""
    return formats.join(times, scope.language)


def _time(evaluation: Mapping[str, Any], when: str, scope: Scope) -> str:
    code = evaluation.get(when)
    return formats.period_label(code, scope.language) if isinstance(code, str) and code else ""


def _about_measure(evaluation: Mapping[str, Any], scope: Scope) -> list[tuple[str, str, str]]:
    measure = measure_of(evaluation, scope)
    if not measure:
        return []
    return [
        (scope.say("passport.measure"), str(measure["name"]), scope.link("about", anchor=f"def-{measure['id']}")),
        (scope.say("passport.caveat"), str(measure["caveat"] or ""), ""),
    ]


def _sources(evaluation: Mapping[str, Any], scope: Scope) -> list[tuple[str, str]]:
    """The source of the counts; of a number that was typed, whoever keeps the record."""
    measure = measure_of(evaluation, scope)
    own = (scope.say("passport.source"), scope.say("passport.own_records", publisher=str(scope.city["publisher"])))
    found = source_facts(scope, [str(measure["source_id"])]) if measure and is_computed(evaluation) else [own]
    url = evaluation.get("url")
    return [*found, (scope.say("evidence.report"), str(url))] if isinstance(url, str) and not pd.isna(url) else found
