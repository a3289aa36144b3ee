"""The arithmetic of honest figures: pure functions of numbers, one module for each kind of question.

intervals: the range of a count, a rate, a share, and of differences. control: is this month out of the ordinary?
funnel: is this place? The ranges are re-exported here because nearly everything needs them; ask for the rest by module
(`from data.stats import control`). See docs/statistics.md.
"""

from data.stats.intervals import (
    BYAR_FROM,
    Floats,
    normal_quantile,
    poisson_interval,
    proportion_difference_interval,
    rate_interval,
    rate_ratio_interval,
    same_rate_p,
    wilson_interval,
)

__all__ = [
    "BYAR_FROM",
    "Floats",
    "normal_quantile",
    "poisson_interval",
    "proportion_difference_interval",
    "rate_interval",
    "rate_ratio_interval",
    "same_rate_p",
    "wilson_interval",
]
