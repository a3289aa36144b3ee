"""Period codes: one short text for a stretch of time, used in files, links and figures.

| code                       | kind    | means                                      |
| -------------------------- | ------- | ------------------------------------------ |
| `2023`                     | year    | January 1 to December 31, 2023             |
| `2023-Q2`                  | quarter | April 1 to June 30, 2023                   |
| `2023-05`                  | month   | May 2023                                   |
| `2025-01-01..2025-06-23`   | range   | both days included                         |
| `FY2024`                   | fiscal  | the fiscal year of that name; its days come from the city's calendar |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Kind = Literal["year", "quarter", "month", "range", "fiscal"]
KINDS: tuple[Kind, ...] = ("year", "quarter", "month", "range", "fiscal")

_YEAR = re.compile(r"^(\d{4})$", re.ASCII)
_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$", re.ASCII)
_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$", re.ASCII)
_RANGE = re.compile(r"^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$", re.ASCII)
_FISCAL = re.compile(r"^FY(\d{4})$", re.ASCII)


class UnknownPeriod(ValueError):
    """The text is not a period code."""


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of time with its code. `start` and `end` are both included."""

    start: date
    end: date
    code: str
    kind: Kind

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days + 1

    def a_year_before(self) -> Period:
        """The same stretch one year earlier (February 29 becomes February 28)."""
        if self.kind == "range":
            # A stretch that ends with its month still does so after a leap year.
            end = _year_back(self.end)
            return span(_year_back(self.start), _month_end(end.replace(day=1)) if _ends_month(self.end) else end)
        year, rest = self.code.removeprefix("FY")[:4], self.code.removeprefix("FY")[4:]
        prefix = "FY" if self.kind == "fiscal" else ""
        earlier = parse(f"{prefix}{int(year) - 1}{rest}", fiscal_start_month=self.start.month)
        return earlier

    def is_over(self, on: date) -> bool:
        """True when its last day lies before `on`."""
        return self.end < on


def parse(code: str, *, fiscal_start_month: int = 7) -> Period:
    """Read a period code.

    A fiscal year is named after the calendar year it ends in; `fiscal_start_month` (1 to 12) says when it starts.
    Raises UnknownPeriod when the text is not a code.
    """
    return _parsed(code, fiscal_start_month)


@lru_cache(maxsize=4096)
def _parsed(code: str, fiscal_start_month: int) -> Period:
    text = code.strip()
    try:
        if m := _YEAR.match(text):
            return Period(date(int(m[1]), 1, 1), date(int(m[1]), 12, 31), text, "year")
        if m := _QUARTER.match(text):
            first = date(int(m[1]), 3 * int(m[2]) - 2, 1)
            return Period(first, _month_end(date(first.year, first.month + 2, 1)), text, "quarter")
        if m := _MONTH.match(text):
            first = date(int(m[1]), int(m[2]), 1)
            return Period(first, _month_end(first), text, "month")
        if m := _RANGE.match(text):
            return span(date.fromisoformat(m[1]), date.fromisoformat(m[2]))
        if m := _FISCAL.match(text):
            year = int(m[1])
            first = date(year, 1, 1) if fiscal_start_month == 1 else date(year - 1, fiscal_start_month, 1)
            return Period(first, date(first.year + 1, first.month, 1) - timedelta(days=1), text, "fiscal")
    except ValueError as error:
        raise UnknownPeriod(f"{code!r} is not a period: {error}") from None
    raise UnknownPeriod(f"{code!r} is not a period; expected 2023, 2023-Q2, 2023-05, 2025-01-01..2025-06-23 or FY2024")


def span(start: date, end: date) -> Period:
    """The period from `start` to `end`, both included. Raises UnknownPeriod when `end` is before `start`."""
    if end < start:
        raise UnknownPeriod(f"{start}..{end} ends before it starts")
    return Period(start, end, f"{start.isoformat()}..{end.isoformat()}", "range")


def of(day: date, kind: Literal["year", "quarter", "month"]) -> Period:
    """The year, quarter or month that a day lies in."""
    if kind == "year":
        return parse(f"{day.year:04d}")
    if kind == "quarter":
        return parse(f"{day.year:04d}-Q{(day.month + 2) // 3}")
    return parse(f"{day.year:04d}-{day.month:02d}")


def _month_end(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return following - timedelta(days=1)


def _ends_month(day: date) -> bool:
    return day == _month_end(day.replace(day=1))


def _year_back(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # February 29
        return day.replace(year=day.year - 1, day=28)
