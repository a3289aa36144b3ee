"""Comparing groups: how often something happens to one group for each time it happens to another.

A ratio is not a finding of bias: it depends on the benchmark (residents, drivers, suspects) that it is given, and it
does not by itself show or rule out bias. Name the benchmark beside it; never rank groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.stats.intervals import rate_ratio_interval

SMALLEST_GROUP = 0.01
"""The share of the population under which OJJDP computes no index for a group."""
FEWEST_EVENTS = 10
"""Below it no rate is given, of a group or of the one that it is compared with."""


@dataclass(frozen=True)
class RateIndex:
    """A relative rate index with its range, or why there is none.

    value: the group's rate over the reference group's; low, high: exact 95% range, high may be inf. times: how many
    times as often (1.0 or more), or, where `is_less`, how many times less often: an index of 0.4 is 2.5 times less.
    reason: why value, range and times are None: small_group, no_people, no_reference_events.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    times: float | None = None
    is_less: bool = False
    reason: str | None = None


def relative_rate_index(
    events: float,
    people: float,
    reference_events: float,
    reference_people: float,
    all_people: float | None = None,
    confidence: float = 0.95,
) -> RateIndex:
    """(events/people) / (reference_events/reference_people), with the exact range of a ratio of two rates.

    people: the benchmark of each group. all_people: of all groups together; a group under 1% of them is refused. With
    no events in the group the index is 0 and has no `times`. Raises ValueError for negative numbers.
    Source: OJJDP, relative rate index (1% rule; an index under 1 read as 1/index times less).
    """
    low, high = (
        float(end)
        for end in rate_ratio_interval(events, people, reference_events, reference_people, confidence=confidence)
    )
    if not (people > 0 and reference_people > 0):
        return RateIndex(reason="no_people")
    if all_people is not None and people < SMALLEST_GROUP * all_people:
        return RateIndex(reason="small_group")
    if not reference_events > 0:
        return RateIndex(reason="no_reference_events")
    index = (events / people) / (reference_events / reference_people)
    times = max(index, 1 / index) if index > 0 else None
    return RateIndex(index, low, high, times, is_less=index < 1)


def disposition_shares(final: Mapping[str, float]) -> dict[str, float]:
    """Each finding's share, 0 to 1, of the complaints that have a final one; nan for all where none has.

    final: complaints by finding (sustained, unfounded ...), without those still open: a sustained rate is never taken
    of complaints received. Shares are not adjusted: rounded to whole percent they may sum to 99 or 101, and stay so.
    Raises ValueError for a negative count. Source: BJS NCJ 210296.
    """
    if any(count < 0 for count in final.values()):
        raise ValueError(f"a count is below zero: {min(final.values())}")
    closed = sum(final.values())
    return {finding: count / closed if closed else float(np.nan) for finding, count in final.items()}
