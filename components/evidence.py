"""What may be said of whether it worked: the grade of the evidence chooses the sentence. Pure.

The grades and their sentences follow the scale from "reported" to "trial": a sentence never says more than its grade
allows, and a range that holds no difference never becomes one. A grade that its own record does not carry is lowered.
More and fewer are said in the same words at the same place, whichever of them is good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from components import formats
from components.scope import Scope
from data import periods, queries
from data.store import Release

NOT_ASSESSABLE = "not_assessable"
GRADES = ("grade_0", "grade_1", "grade_2", "grade_3", "grade_4", NOT_ASSESSABLE)
COUNTS_ONLY = "counts_only"
FINE_BELOW = 20
"""Differences and ranges that reach no further are told in tenths, where they have any."""
NAMES_AT_MOST = 3
"""So many areas of comparison are named in a sentence; more are counted."""


def grade_of(evaluation: Mapping[Any, Any]) -> str:
    """The highest grade that an evaluation's own record carries, at most the one it states: one of GRADES.

    evaluation: a row of `queries.evaluations`. One that publishing worked out needs an estimate with its range, and for
    4 the address of the plan by which chance chose the places. One that was typed (releases of older software,
    published studies) needs for grade 1 and above an estimate with its range; 2 a named comparison; 3 what was seen
    nearby too; 4 the address of the report. Without the range nothing can be judged.
    """
    if evaluation.get("method") == COUNTS_ONLY:
        return "grade_0"
    if has(evaluation, "refused") or not has(evaluation, "grade"):
        return NOT_ASSESSABLE
    stated = int(evaluation["grade"])
    if stated == 0 or (stated == 4 and has(evaluation, "url")):
        return f"grade_{stated}"
    if not has(evaluation, "estimate", "low", "high"):
        return NOT_ASSESSABLE
    if is_computed(evaluation):
        carried = 3
    else:
        carried = 1 if not has(evaluation, "comparator") else 2 if not has(evaluation, "displacement") else 3
    return f"grade_{min(stated, carried)}"


def is_computed(evaluation: Mapping[Any, Any]) -> bool:
    """True where publishing worked the numbers out from published figures, and nobody typed them."""
    return has(evaluation, "method") and evaluation["method"] not in ("published_study", COUNTS_ONLY)


def is_counts_only(evaluation: Mapping[Any, Any]) -> bool:
    """True where only what was done was counted: nothing was studied. Older releases call such a record a study."""
    is_named = evaluation.get("method") == COUNTS_ONLY
    return is_named or (
        grade_of(evaluation) == "grade_0"
        and not is_computed(evaluation)
        and not has(evaluation, "events_before", "events_after")
    )


def studied_fact(evaluation: Mapping[Any, Any], scope: Scope) -> tuple[str, str]:
    """A name, and how it was studied in the record's own words; of what was only counted, that nothing was compared."""
    design = str(evaluation["design"])
    if is_counts_only(evaluation):
        return scope.say("evidence.on_record"), f"{scope.say('evidence.counts_only')} {design}"
    return scope.say("evidence.studied"), design


def is_clear(evaluation: Mapping[Any, Any]) -> bool:
    """True where the range of the difference found does not hold 0."""
    return has(evaluation, "estimate", "low", "high") and not evaluation["low"] <= 0 <= evaluation["high"]


def holds_nearby(evaluation: Mapping[Any, Any]) -> bool:
    """True where the difference is of the places of the program and those nearby together."""
    return evaluation.get("method") == "displacement_difference" and has(evaluation, "displaced")


def has_number(evaluation: Mapping[Any, Any]) -> bool:
    """True where an estimate with its range may be shown."""
    return grade_of(evaluation) not in ("grade_0", NOT_ASSESSABLE) and has(evaluation, "estimate", "low", "high")


def found_something(evaluation: Mapping[Any, Any]) -> bool:
    """True where an outcome was looked at and there is something to say of it: a number, counts, a report."""
    grade = grade_of(evaluation)
    return (
        has_number(evaluation)
        or grade == "grade_4"
        or (grade == "grade_0" and has(evaluation, "events_before", "events_after"))
    )


def in_order(evaluations: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Evaluations in the order in which they were declared; those that found nothing to say of an outcome come last."""

    def turn(evaluation: Mapping[str, Any]) -> tuple[bool, date, str]:
        day = evaluation.get("declared_on")
        declared = day if isinstance(day, date) and not pd.isna(day) else date.max
        return not found_something(evaluation), declared, str(evaluation["id"])

    return sorted(evaluations, key=turn)


def evidence_sentence(evaluation: Mapping[Any, Any], scope: Scope) -> str:
    """All that may be said of an evaluation's result: the finding, and what goes with its grade."""
    return f"{finding_of(evaluation, scope)}. {after_of(evaluation, scope)}".strip()


def finding_of(evaluation: Mapping[Any, Any], scope: Scope) -> str:
    """The sentence that the grade allows, without its last stop, as it stands over a card."""
    said, grade = scope.say, grade_of(evaluation)
    if grade == NOT_ASSESSABLE:
        return said("evidence.not_assessable")
    if grade == "grade_0":
        if not has(evaluation, "events_before", "events_after"):
            return said("evidence.grade_0").rstrip(".")
        before, after = (formats.count(evaluation[f"events_{when}"], scope.language) for when in ("before", "after"))
        return said("evidence.grade_0_counts", before=before, after=after, unit=unit_of(evaluation, scope))
    if not has_number(evaluation):
        return said("evidence.grade_4_report")
    key, clear = f"evidence.{grade}", is_clear(evaluation)
    if grade == "grade_4" and has(evaluation, "method"):
        key += "_randomized" if evaluation.get("randomized") or is_computed(evaluation) else "_published"
    if grade == "grade_1" and is_computed(evaluation) and evaluation["method"] != "before_after":
        key += "_expected"
    slots: dict[str, Any] = {"range": range_words(evaluation, scope)}
    if grade in ("grade_2", "grade_3"):
        slots["comparator"] = comparator_of(evaluation, scope)
    if clear:
        slots["estimate"] = amount(evaluation, scope)
    if holds_nearby(evaluation) and (clear or grade != "grade_3"):  # the sentence of an unclear 3 says so itself
        last = "estimate" if clear else "range"
        slots[last] = said("evidence.with_nearby", change=slots[last])
    told = said(f"{key}_{'clear' if clear else 'unclear'}", **slots)
    if evaluation.get("method") != "published_study" or not has(evaluation, "measure_id"):
        return told
    # The unit that a study brings, such as percentage points, need not say of what.
    measure = scope.ask(_names, language=scope.language).get(str(evaluation["measure_id"]), "")
    is_named = measure.casefold() in unit_of(evaluation, scope).casefold()
    return told if is_named else said("evidence.for_measure", finding=told, measure=measure)


def after_of(evaluation: Mapping[Any, Any], scope: Scope) -> str:
    """What goes with a finding: what the grade cannot rule out, or why nothing can be said and what could be."""
    grade = grade_of(evaluation)
    if grade == "grade_0" and not has(evaluation, "events_before", "events_after"):
        return ""  # the finding itself says so
    if grade != NOT_ASSESSABLE:
        return scope.say(f"evidence.after_{grade[-1]}")
    if not has(evaluation, "refused"):
        return scope.say("evidence.not_followed")
    code = evaluation["refused"]
    return f"{scope.say(f'evidence.refused_{code}')} {scope.say(f'evidence.instead_{code}')}"


def verdict_of(evaluation: Mapping[Any, Any], direction: str) -> str:
    """better, worse, higher, lower, no_clear_change, reported or not_assessable. direction: of its measure."""
    grade = grade_of(evaluation)
    if not has_number(evaluation):
        return "reported" if grade in ("grade_0", "grade_4") else NOT_ASSESSABLE
    if not is_clear(evaluation):
        return "no_clear_change"
    fewer = bool(evaluation["estimate"] < 0)
    if direction == "none":
        return "lower" if fewer else "higher"
    return "better" if fewer == (direction == "fewer") else "worse"


def displaced_sentence(evaluation: Mapping[Any, Any], scope: Scope, *, looked: bool) -> str:
    """What happened nearby, with its range; or that nobody looked there. looked: whether areas nearby were declared."""
    said = scope.say
    if grade_of(evaluation) == NOT_ASSESSABLE and looked:
        return said("evidence.displaced_hidden")
    if has(evaluation, "displaced", "displaced_low", "displaced_high"):
        nearby = change_of(evaluation, "displaced")
        found = range_words(nearby, scope)
        if not is_clear(nearby):
            return said("evidence.displaced_unclear", range=found)
        way = "fewer" if nearby["estimate"] < 0 else "more"
        told = amount(nearby, scope)
        return said(f"evidence.displaced_{way}", estimate=told, range=found)
    if isinstance(evaluation.get("displacement"), str) and evaluation["displacement"]:
        return str(evaluation["displacement"])
    return said("evidence.displaced_hidden" if looked else "evidence.displaced_nobody")


def change_of(evaluation: Mapping[Any, Any], column: str) -> dict[str, Any]:
    """One of the changes that an evaluation holds (`estimate`, `displaced`) with its range, as a record of its own."""
    low, high = ("displaced_low", "displaced_high") if column == "displaced" else ("low", "high")
    found = {"estimate": evaluation[column], "low": evaluation[low], "high": evaluation[high]}
    return {**found, "unit": evaluation.get("unit"), "measure_id": evaluation.get("measure_id")}


def declared_when(evaluation: Mapping[Any, Any]) -> str:
    """When it was written down what would be looked at, against the time after: before, while, after; else unknown.

    before: no day of the time after had come. after: all of it was over, so the data could be known.
    """
    day = evaluation.get("declared_on")
    if not isinstance(day, date) or pd.isna(day) or not has(evaluation, "after"):
        return "unknown"
    window = periods.parse(str(evaluation["after"]))
    return "before" if day < window.start else "while" if day <= window.end else "after"


def declared_sentence(evaluation: Mapping[Any, Any], scope: Scope) -> str:
    """When all this was written down, and what that means."""
    when, day = declared_when(evaluation), evaluation.get("declared_on")
    if when == "unknown" or not isinstance(day, date):
        return scope.say("evidence.declared_unknown")
    return scope.say(f"evidence.declared_{when}", date=formats.date_text(day, scope.language))


def comparator_of(evaluation: Mapping[Any, Any], scope: Scope) -> str:
    """What it was compared with: in the pack's words, else the names of the areas, or how many they are."""
    if has(evaluation, "comparator"):
        return str(evaluation["comparator"])
    areas = scope.ask(queries.evaluation_areas, evaluation=str(evaluation["id"]), language=scope.language)
    names = [str(name) for name in areas.loc[areas.role == "comparison", "name"]]
    if len(names) > NAMES_AT_MOST:
        return scope.say("evidence.other_places", n=len(names))
    return formats.join(names, scope.language) or scope.say("evidence.no_comparator")


def unit_of(evaluation: Mapping[Any, Any], scope: Scope) -> str:
    """What is counted, in plural: the record's own words, else those of its measure; empty where neither is known."""
    if has(evaluation, "unit") or not has(evaluation, "measure_id"):
        return str(evaluation.get("unit") or "")
    return scope.ask(_events, language=scope.language).get(str(evaluation["measure_id"]), "")


def _names(release: Release, *, language: str) -> dict[str, str]:
    measures = queries.measures(release, language=language)
    return dict(zip(measures.id, measures.name, strict=True))


def _events(release: Release, *, language: str) -> dict[str, str]:
    measures = queries.measures(release, language=language)
    return dict(zip(measures.id, measures.events, strict=True))


def range_words(evaluation: Mapping[Any, Any], scope: Scope, *, bare: bool = False) -> str:
    """The range of a difference: 'between 7 and 35' where both ends lie on one side, as the estimate is said with it;
    'between 12 fewer and 30 more break-ins' where it holds 0. bare: without the unit."""
    low, high, fine = float(evaluation["low"]), float(evaluation["high"]), _is_fine(evaluation)
    if is_clear(evaluation):
        near, far = sorted((abs(low), abs(high)))
        return scope.say("evidence.between", low=_size(near, fine, scope), high=_size(far, fine, scope))
    unit = "" if bare else unit_of(evaluation, scope)
    ends: dict[str, Any] = {"low": _amount(low, "", fine, scope), "high": _amount(high, unit, fine, scope)}
    return scope.say("evidence.between", **ends)


def amount(evaluation: Mapping[Any, Any], scope: Scope, *, of: str = "estimate", bare: bool = False) -> str:
    """The difference found, or an end of its range, in words: 21 fewer reported break-ins; bare: 21 fewer."""
    unit = "" if bare else unit_of(evaluation, scope)
    return _amount(float(evaluation[of]), unit, _is_fine(evaluation), scope)


def _amount(difference: float, unit: str, fine: bool, scope: Scope) -> str:
    way = "more" if difference > 0 else "fewer" if difference < 0 else "same"
    slots: dict[str, Any] = {"amount": _size(abs(difference), fine, scope)} if difference else {}
    return scope.say(f"evidence.{way}", **slots, unit=unit) if unit else scope.say(f"evidence.{way}_only", **slots)


def _is_fine(evaluation: Mapping[Any, Any]) -> bool:
    """True where tenths are worth saying: an estimate and both its ends have as many decimals."""
    sizes = [abs(float(evaluation[name])) for name in ("estimate", "low", "high")]
    return max(sizes) < FINE_BELOW and any(size != int(size) for size in sizes)


def _size(size: float, fine: bool, scope: Scope) -> str:
    # Less than one never reads as none.
    in_tenths = fine or 0 < size < 1
    return formats.rate_number(size, scope.language) if in_tenths else formats.count(size, scope.language)


def has(evaluation: Mapping[Any, Any], *names: str) -> bool:
    """True where a record holds all of these, none of them empty."""
    values = [evaluation.get(name) for name in names]
    return all(value is not None and not pd.isna(value) and value != "" for value in values)
