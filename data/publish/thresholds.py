"""The least that a figure needs before it may be shown. A city may raise these, never lower them."""

from __future__ import annotations

from dataclasses import dataclass, fields

CEILINGS = frozenset({"wide_points"})
"""Fields where less is stricter."""


class ThresholdTooLow(ValueError):
    """A city asked for a weaker rule than the floor."""


@dataclass(frozen=True)
class Thresholds:
    """The least that a figure needs. The defaults are floors; a city may only be stricter. Raises ThresholdTooLow.

    few_events, unstable_events: below these a rate has no value, or a warning. few_residents: below, no rate at all.
    few_answers, unstable_answers: the same for shares, in effective answers. wide_points: a share whose range is this
    wide says nothing. small_count: non-zero counts below it are withheld where a measure is sensitive.
    """

    few_events: int = 10
    unstable_events: int = 20
    few_residents: int = 10
    few_answers: int = 30
    unstable_answers: int = 60
    wide_points: float = 30.0
    small_count: int = 10

    def __post_init__(self) -> None:
        for field in fields(self):
            asked, floor = getattr(self, field.name), field.default
            is_ceiling = field.name in CEILINGS
            if asked > floor if is_ceiling else asked < floor:
                way = "at most" if is_ceiling else "at least"
                raise ThresholdTooLow(f"{field.name} is {asked}; it must be {way} {floor}")
