"""A figure: one value with its whole passport. Everything a page, file or slide shows comes from this."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What may be said about a figure. Decided when it is published (`data.publish.statuses`), never in a chart."""

    SHOWN = "shown"
    PROVISIONAL = "provisional"
    UNSTABLE = "unstable"
    WITHHELD = "withheld"
    TOO_FEW_TO_SAY = "too_few_to_say"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"

    @property
    def has_value(self) -> bool:
        """True where the figure's value may be drawn."""
        return self in (Status.SHOWN, Status.PROVISIONAL, Status.UNSTABLE)


REASONS = (
    "blank_in_source",
    "incomplete_period",
    "no_city_figure",
    "no_population",
    "no_residents",
    "no_row_in_source",
    "no_sample_size",
    "no_weights",
    "not_asked",
    "not_recorded_here",
    "opt_in",
    "partial_coverage",
    "population_too_far",
    "series_break",
    "small_number",
    "small_number_complement",
    "under_10_events",
    "under_20_events",
    "under_30_answers",
    "under_60_answers",
    "unplaced",
    "visitors",
    "wide_range",
)
"""Every reason that a figure may carry. Each is a sentence in the catalogs (`reasons.*`)."""


@dataclass(frozen=True)
class Figure:
    """A measure in a place over a period, as published.

    value, low, high: in `unit`; low and high are the 95% range, None where the source allows none (`reason` says why).
    numerator: events counted, or favorable answers. denominator: residents, or answers. n: people who answered.
    A figure whose status has no value may still carry a numerator: a count too small for a rate is still a count.
    A withheld figure carries neither.
    """

    measure: str
    neighborhood: str
    period: str
    value: float | None
    low: float | None
    high: float | None
    numerator: float | None
    denominator: float | None
    n: int | None
    unit: str
    status: Status
    reason: str | None
    source: str
    release: str
    group: str = "all"
    n_effective: float | None = None
    denominator_period: str | None = None

    @property
    def has_value(self) -> bool:
        """True where there is a value to draw."""
        return self.value is not None and self.status.has_value

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {**asdict(self), "status": str(self.status)}
