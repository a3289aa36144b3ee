"""What figures allow us to say about each other. The verdict picks the sentence; nobody types a headline.

One door for two figures: `compare(context, figure, other)`. One for a series: `series_verdict(context, figures)`. Both
take a `Context`, which holds what makes a comparison false (breaks, seasons, visitors, bases), and refuse by it.
Goals have `goal_verdict(goal, as_of=...)`.
There is no function that ranks places, and there will be none:
docs/decisions/0008-comparisons-are-refused-in-one-place.md
"""

from data.verdicts.compare import MANY_LOOKS, SMALL_COUNT, compare, residents_moved
from data.verdicts.context import CITY, SETTING, Break, Context
from data.verdicts.finding import ALONE, OTHERS, Finding, Refusal, Verdict, refused
from data.verdicts.goals import GoalState, GoalVerdict, goal_verdict
from data.verdicts.series import SeriesFinding, SeriesVerdict, series_verdict
from data.verdicts.settings import Together, all_of_setting
from data.verdicts.spread import Spread, spread_of

__all__ = [
    "ALONE",
    "CITY",
    "MANY_LOOKS",
    "OTHERS",
    "SETTING",
    "SMALL_COUNT",
    "Break",
    "Context",
    "Finding",
    "GoalState",
    "GoalVerdict",
    "Refusal",
    "SeriesFinding",
    "SeriesVerdict",
    "Spread",
    "Together",
    "Verdict",
    "all_of_setting",
    "compare",
    "goal_verdict",
    "refused",
    "residents_moved",
    "series_verdict",
    "spread_of",
]
