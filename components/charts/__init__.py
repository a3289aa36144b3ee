"""Charts: each builder takes a tidy table, a look, a language and a width class, and returns a `Drawing`."""

from components.charts.answers import likert
from components.charts.bars import bars, parts, promises
from components.charts.drawing import Drawing, Width
from components.charts.evaluation import Found, evaluation
from components.charts.funnel import funnel
from components.charts.goal import goal
from components.charts.money import bullets, steps
from components.charts.multiples import multiples
from components.charts.ratios import ratios
from components.charts.spans import spans
from components.charts.strip import strip
from components.charts.timeline import Mark, trend, years

__all__ = [
    "Drawing",
    "Found",
    "Mark",
    "Width",
    "bars",
    "bullets",
    "evaluation",
    "funnel",
    "goal",
    "likert",
    "multiples",
    "parts",
    "promises",
    "ratios",
    "spans",
    "steps",
    "strip",
    "trend",
    "years",
]
