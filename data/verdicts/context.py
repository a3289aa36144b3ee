"""What must be known of a measure before two of its figures may be set side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data import periods
from data.figures import Figure
from data.periods import Period

WHOLE_YEAR_DAYS = 360
"""From so many days on a period holds every season."""

CITY = "city"
SETTING = "setting:"
"""How the code of all places of one setting together begins: setting:urban."""


def is_whole(place: str) -> bool:
    """Whether a figure of this place holds those of others: the city, or all places of a setting together."""
    return place == CITY or place.startswith(SETTING)


BREAK_KINDS = ("definition", "boundary", "wording", "records_system")


@dataclass(frozen=True)
class Break:
    """The first day from which a measure was counted or asked another way, and what changed: one of BREAK_KINDS."""

    on: date
    kind: str

    def __post_init__(self) -> None:
        if self.kind not in BREAK_KINDS:
            raise ValueError(f"a break is one of {', '.join(BREAK_KINDS)}, not {self.kind!r}")


@dataclass(frozen=True)
class Context:
    """What makes comparisons of a measure false. Nothing here has a default that could be forgotten.

    kind: rate, count, share or score. direction: fewer, more or none. seasonal: months differ by season. collected:
    full_count, probability, opt_in or unknown. smallest_change: in the measure's unit. breaks: of this measure, oldest
    first. visitor_areas: places whose residents are not the people who are there. denominator_window_years: how far
    apart two rates may stand in the age of their populations. incomplete: codes of the periods that the source covers
    only in part, with the days covered where these are known: a figure's own reason may be another, such as few events.
    settings: the setting (urban, suburban, rural) of each place that has one.
    """

    measure: str
    kind: str
    unit: str
    direction: str
    seasonal: bool
    collected: str
    smallest_change: float | None
    breaks: tuple[Break, ...]
    visitor_areas: frozenset[str]
    denominator_window_years: int
    fiscal_start_month: int
    incomplete: Mapping[str, tuple[date, date] | None] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        measure: Mapping[str, Any],
        *,
        breaks: Iterable[Mapping[Any, Any]],
        visitor_areas: Iterable[str],
        fiscal_start_month: int,
        denominator_window_years: int = 5,
        incomplete: Mapping[str, tuple[date, date] | None] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Context:
        """The context of a row of `queries.measures`; breaks: rows of `queries.breaks`, of any measures.

        denominator_window_years: what packs are allowed unless they say less.
        """
        step = measure["smallest_change"]
        mine = [Break(row["broke_on"], str(row["kind"])) for row in breaks if row["measure_id"] == measure["id"]]
        return cls(
            measure=str(measure["id"]),
            kind=str(measure["kind"]),
            unit=str(measure["unit"]),
            direction=str(measure["direction"]),
            seasonal=bool(measure["seasonal"]),
            collected=str(measure["collected"]),
            smallest_change=None if step is None or step != step else float(step),  # nan is no number
            breaks=tuple(sorted(mine, key=lambda one: one.on)),
            visitor_areas=frozenset(visitor_areas),
            denominator_window_years=denominator_window_years,
            fiscal_start_month=fiscal_start_month,
            incomplete=incomplete or {},
            settings=settings or {},
        )

    def period_of(self, figure: Figure) -> Period:
        """The days that a figure is about."""
        return periods.parse(figure.period, fiscal_start_month=self.fiscal_start_month)

    def days_of(self, figure: Figure) -> Period:
        """The days that a figure really covers: fewer than its period has where the source breaks off."""
        covered = self.incomplete.get(figure.period)
        return periods.span(*covered) if covered else self.period_of(figure)

    def is_incomplete(self, figure: Figure) -> bool:
        """Whether the source covers a figure's period only in part."""
        return figure.reason == "incomplete_period" or figure.period in self.incomplete

    def break_between(self, one: Period, other: Period) -> Break | None:
        """The first break after the earlier period began and before the later one ended; None where there is none."""
        start, end = min(one.start, other.start), max(one.end, other.end)
        return next((found for found in self.breaks if start < found.on <= end), None)

    def is_visited(self, figure: Figure) -> bool:
        """True for a rate per resident of a place whose people mostly live elsewhere."""
        return self.kind == "rate" and (figure.neighborhood in self.visitor_areas or figure.reason == "visitors")
