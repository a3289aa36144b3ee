"""Intake: a pack and its files go in, tables with the models' columns and a report of every problem come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from data.publish.problems import Report

if TYPE_CHECKING:
    from data.publish.pack import Pack

Progress = Callable[[str, int, int], None]
"""Called as progress(what, done, total)."""


@dataclass(frozen=True)
class MeasureRule:
    """What the pack says on how a measure's figures are worked out.

    population_year: "same", "nearest" or a year. provisional_from: a period code; figures of periods that start on or
    after its first day are early. incomplete: period code -> the days really covered, as a range code, or None where
    the pack does not say.
    """

    measure_id: str
    population_year: str = "same"
    provisional_from: str | None = None
    incomplete: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Gathered:
    """What a pack brings.

    tables: table name -> frame with exactly the columns of the model, in order, for every table of `data.models.TABLES`
    that a pack may bring, plus neighborhood_overlap and source_file. Empty where the pack brings nothing.
    Types: text `str` with NaN, whole numbers `Int64`, numbers `float64`, yes/no `boolean`, days `datetime.date` or None
    (object). Observations carry only what was read (numerator, value, n, n_effective, and status and reason of places
    without a row); rates, ranges and city totals are worked out later.
    measure_rules: measure id -> rule, for every measure.
    """

    pack: Pack
    tables: dict[str, pd.DataFrame]
    report: Report
    measure_rules: dict[str, MeasureRule]


def gather(pack: Pack, *, progress: Progress | None = None) -> Gathered:
    """Read everything that the pack names. Problems are in `report`; only `report.errors` forbid publishing."""
    raise NotImplementedError
