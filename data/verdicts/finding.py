"""The findings there are, and the reasons to refuse one: two closed lists; each entry has words in the catalogs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.verdicts.context import Break


class Finding(StrEnum):
    """What may be said. "No clear change" (a rise or a fall cannot be ruled out) and "no real change" (anything that
    matters is ruled out) are different findings.
    """

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    NO_CLEAR_CHANGE = "no_clear_change"
    NO_REAL_CHANGE = "no_real_change"
    COUNTS_ONLY = "counts_only"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why two figures are not compared. Each has its sentences in the catalogs: `refused.*` and `instead.*`."""

    NOTHING_EARLIER = "nothing_earlier"
    IS_CITY = "is_city"
    NO_CITY_FIGURE = "no_city_figure"
    WITHHELD = "withheld"
    TOO_FEW = "too_few"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"
    NO_RESIDENTS = "no_residents"
    OPT_IN = "opt_in"
    NO_SAMPLE_SIZE = "no_sample_size"
    NO_RANGE = "no_range"
    INCOMPLETE_PERIOD = "incomplete_period"
    PARTIAL_COVERAGE = "partial_coverage"
    DIFFERENT_LENGTH = "different_length"
    OVERLAP = "overlap"
    NOT_SAME_SEASON = "not_same_season"
    SERIES_BREAK = "series_break"
    OTHER_BASE = "other_base"
    RESIDENTS_MOVED = "residents_moved"
    VISITORS = "visitors"
    NO_RESIDENTS_TO_COMPARE = "no_residents_to_compare"
    NO_REST_OF_CITY = "no_rest_of_city"
    OTHER_SETTING = "other_setting"
    NO_SETTING = "no_setting"


ALONE = (
    Refusal.VISITORS, Refusal.PARTIAL_COVERAGE, Refusal.OTHER_SETTING, Refusal.NO_SETTING, Refusal.NO_REST_OF_CITY,
)  # fmt: skip
"""Refusals of single places: where these may not be compared, others still may."""

OTHERS = (Refusal.OTHER_SETTING, Refusal.NO_SETTING)
"""Refusals of places of another setting than the one that is looked at, or of none."""


@dataclass(frozen=True)
class Verdict:
    """A finding, the way the number moved, and the range of the difference.

    moved: 1 up, -1 down, 0 not at all or not clearly. low, high: relative change (-0.59 is a fall of 59%) for counts
    and rates, points for shares; None where the finding carries no range. reason: why it is refused. at_break: the
    break that lies between the two. Raises ValueError for a refusal that says more than its reason, and for a clear
    finding whose range holds no difference at all.
    """

    finding: Finding
    moved: int = 0
    low: float | None = None
    high: float | None = None
    reason: Refusal | None = None
    at_break: Break | None = None

    def __post_init__(self) -> None:
        is_refused = self.finding == Finding.REFUSED
        says_more = (self.low, self.high, self.moved) != (None, None, 0)
        if is_refused != (self.reason is not None) or (is_refused and says_more):
            raise ValueError(f"a refusal has a reason and nothing else: {self}")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"a range has two ends: {self}")
        if self.is_clear and (self.low is None or self.high is None or not (self.low > 0 or self.high < 0)):
            raise ValueError(f"not clear: {self}")

    @property
    def is_clear(self) -> bool:
        """True where a difference is not likely to be chance."""
        return self.finding in (Finding.BETTER, Finding.WORSE, Finding.CHANGED)

    @property
    def words(self) -> str:
        """The key of a refusal's words: its reason, and for a break its kind too. Empty for other findings."""
        if self.reason is None:
            return ""
        return f"{self.reason}_{self.at_break.kind}" if self.at_break is not None else str(self.reason)


def refused(reason: Refusal, at_break: Break | None = None) -> Verdict:
    """A refusal."""
    return Verdict(Finding.REFUSED, reason=reason, at_break=at_break)
