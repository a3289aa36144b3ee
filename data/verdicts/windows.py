"""Do the times of an evaluation fit the first day of its program?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from data.periods import Period


def against_program(before: Period, after: Period, started_on: date) -> tuple[Literal["before", "after"], ...]:
    """Which of the two times do not fit: `before` holds days of the program, `after` begins before it does.

    Figures are published by the month: the time after may begin on the first day of the month in which the program did.
    """
    found: list[Literal["before", "after"]] = []
    if before.end >= started_on:
        found.append("before")
    if after.start < started_on.replace(day=1):
        found.append("after")
    return tuple(found)
