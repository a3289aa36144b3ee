"""Figures and contexts for the tests of verdicts: a place in 2025, unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from data.figures import Figure, Status
from data.verdicts import Break, Context


def rate(events: float | None, people: float | None = 12_000, period: str = "2025", **more: Any) -> Figure:
    """Events among people, per 1,000."""
    shown = {"status": Status.SHOWN, "reason": None, **more}
    has_value = events is not None and people and Status(shown["status"]).has_value
    value = 1000 * events / people if has_value and events is not None and people else None
    return figure(value, numerator=events, denominator=people, unit="per_1000_residents", period=period, **shown)


def count(events: float | None, period: str = "2025", **more: Any) -> Figure:
    """A full count of events."""
    return figure(events, numerator=events, unit="events", period=period, **more)


def share(percent: float | None, answers: int | None = 1200, period: str = "2025", **more: Any) -> Figure:
    """A share of people who answered, in percent."""
    return figure(percent, n=answers, unit="percent", period=period, **more)


def score(points: float | None, period: str = "2025", **more: Any) -> Figure:
    """The mean of a scale, without a base."""
    return figure(points, unit="points", period=period, **more)


def figure(value: float | None, **more: Any) -> Figure:
    """A figure of the measure "burglary"."""
    plain: dict[str, Any] = {
        "measure": "burglary", "neighborhood": "downtown", "period": "2025", "low": None, "high": None,
        "numerator": None, "denominator": None, "n": None, "status": Status.SHOWN, "reason": None,
        "source": "police", "release": "2026-03",
    }  # fmt: skip
    return Figure(value=value, **{**plain, **more})


RATE = Context(
    measure="burglary", kind="rate", unit="per_1000_residents", direction="fewer", seasonal=False,
    collected="full_count", smallest_change=None, breaks=(), visitor_areas=frozenset(), denominator_window_years=5,
    fiscal_start_month=7,
)  # fmt: skip
COUNT = replace(RATE, kind="count", unit="events")
SHARE = replace(RATE, kind="share", unit="percent", direction="more", collected="probability")
SCORE = replace(SHARE, kind="score", unit="points")


def broken(day: str, kind: str = "definition", context: Context = RATE) -> Context:
    """A context with a break on a day."""
    return replace(context, breaks=(Break(date.fromisoformat(day), kind),))
