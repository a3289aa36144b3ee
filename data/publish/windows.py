"""Published counts of one measure by place and days, and the windows of time that evaluations set beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data import periods
from data.periods import Period
from data.stats.intervals import Floats

GRAINS = {"month": 12, "quarter": 4, "year": 1}
"""Periods that series are made of, finest first, and how many a year has."""


@dataclass(frozen=True)
class Series:
    """Published counts of one measure: (place, first day, last day) -> events."""

    counts: Mapping[tuple[str, date, date], float]
    settled_through: date
    breaks: tuple[date, ...] = ()

    def grain(self, places: Iterable[str], windows: Iterable[Period]) -> str | None:
        """The finest kind of period that covers all windows in all places; "" where a figure is just the window.

        None where nothing does.
        """
        places, windows = list(places), list(windows)
        for grain in GRAINS:
            spans = [pieces(window, grain) for window in windows]
            if all(spans) and all(self._has(place, *one) for some in spans for one in some for place in places):
                return grain
        whole = all(self._has(place, window.start, window.end) for window in windows for place in places)
        return "" if whole else None

    def of(self, place: str, window: Period, grain: str) -> Floats:
        """Events of each period of a window; nan where they are not published."""
        spans = pieces(window, grain) if grain else [(window.start, window.end)]
        return np.array([self.counts.get((place, *days), np.nan) for days in spans], dtype=np.float64)

    def _has(self, place: str, first: date, last: date) -> bool:
        return (place, first, last) in self.counts

    def has_break(self, first: date, last: date) -> bool:
        """True where figures after a day within cannot be compared with those before it. first itself is no matter."""
        return any(first < day <= last for day in self.breaks)


def pieces(window: Period, grain: str) -> list[tuple[date, date]]:
    """First and last days of the months, quarters or years that make up a window; none where they do not fit it."""
    found = []
    day = window.start
    while day <= window.end:
        one = periods.of(day, grain)  # type: ignore[arg-type]
        if one.start != day or one.end > window.end:
            return []
        found.append((one.start, one.end))
        day = one.end + timedelta(days=1)
    return found


def months(first: date, last: date) -> int:
    """Calendar months that a stretch touches."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def same_length(one: Period, other: Period) -> bool:
    """Whole months are counted in months, other windows in days; a leap day makes no difference."""
    whole = len(pieces(one, "month")), len(pieces(other, "month"))
    return whole[0] == whole[1] if all(whole) else abs(one.days - other.days) <= 1


def season(window: Period) -> tuple[int, int, int, int]:
    """First and last day in the year. February 28 and 29 are one day: a leap day makes no season of its own."""
    return *_day_of_year(window.start), *_day_of_year(window.end)


def _day_of_year(day: date) -> tuple[int, int]:
    return day.month, min(day.day, 28) if day.month == 2 else day.day
