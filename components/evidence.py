"""What may be said of a program's results, by the grade of the evidence. Pure.

The grades and their sentences follow the scale from "reported" to "trial": a sentence never says more than its grade
allows, and a range that holds no difference never becomes one. A grade that its own record does not carry is lowered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import formats
from components.scope import Scope

NOT_ASSESSABLE = "not_assessable"
GRADES = ("grade_0", "grade_1", "grade_2", "grade_3", "grade_4", NOT_ASSESSABLE)


def grade_of(evaluation: Mapping[Any, Any]) -> str:
    """The highest grade that an evaluation's own record carries, at most the one it states: one of GRADES.

    evaluation: a row of `queries.evaluations`. Grade 1 and above need an estimate with its range; 2 a named comparison;
    3 what was seen nearby too; 4 the address of the report. Without the range nothing can be judged.
    """
    if not _has(evaluation, "grade"):
        return NOT_ASSESSABLE
    stated = int(evaluation["grade"])
    if stated == 0 or (stated == 4 and _has(evaluation, "url")):
        return f"grade_{stated}"
    if not _has(evaluation, "estimate", "low", "high"):
        return NOT_ASSESSABLE
    carried = 1 if not _has(evaluation, "comparator") else 2 if not _has(evaluation, "displacement") else 3
    return f"grade_{min(stated, carried)}"


def is_clear(evaluation: Mapping[Any, Any]) -> bool:
    """True where the range of the difference found does not hold 0."""
    return _has(evaluation, "estimate", "low", "high") and not evaluation["low"] <= 0 <= evaluation["high"]


def evidence_sentence(evaluation: Mapping[Any, Any], scope: Scope, *, direction: str = "none") -> str:
    """What may be said of an evaluation's result. direction: of its measure (fewer, more or none)."""
    grade = grade_of(evaluation)
    if grade in ("grade_0", NOT_ASSESSABLE):
        return scope.say(f"evidence.{grade}")
    if not _has(evaluation, "estimate", "low", "high"):
        return scope.say("evidence.grade_4_report")
    unit, clear = str(evaluation["unit"] or ""), is_clear(evaluation)
    slots: dict[str, Any] = {"low": amount(float(evaluation["low"]), "", scope)}
    # The unit is said once: with the estimate, or with the last of two ends.
    slots["high"] = amount(float(evaluation["high"]), "" if clear else unit, scope)
    if grade in ("grade_2", "grade_3"):
        slots["comparator"] = str(evaluation["comparator"])
    if not clear:
        return scope.say(f"evidence.{grade}_unclear", **slots)
    slots["estimate"] = amount(float(evaluation["estimate"]), unit, scope)
    good = (evaluation["estimate"] < 0) == (direction == "fewer") and direction != "none"
    return scope.say(f"evidence.{grade}_{'good' if grade == 'grade_3' and good else 'clear'}", **slots)


def amount(difference: float, unit: str, scope: Scope) -> str:
    """A difference in words: 21 fewer reported break-ins; 21 fewer, where there is no unit."""
    size = abs(difference)
    fine = size < 10 and size != int(size)
    shown = formats.rate_number(size, scope.language) if fine else formats.count(round(size), scope.language)
    way = "more" if difference > 0 else "fewer" if difference < 0 else "same"
    slots: dict[str, Any] = {"amount": shown} if difference else {}
    return scope.say(f"evidence.{way}", **slots, unit=unit) if unit else scope.say(f"evidence.{way}_only", **slots)


def _has(evaluation: Mapping[Any, Any], *names: str) -> bool:
    return all(not pd.isna(evaluation[name]) and evaluation[name] != "" for name in names)
