"""Did it work? What was declared, what publishing worked out of it, and the published counts it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import case, select

from data import periods
from data.figures import Status
from data.models import AREA_ROLES, Evaluation, EvaluationArea, Neighborhood, table_of
from data.queries.figures import figure_table
from data.queries.read import columns, in_language, read
from data.store import Release

STEPS = ("month", "quarter", "year")
SERIES = [
    "role", "period", "period_start", "period_end", "count", "status", "areas", "without_count",
]  # fmt: skip
NEVER_SHOWN_FIRST = (Status.WITHHELD, Status.TOO_FEW_TO_SAY, Status.NOT_REPORTED, Status.NOT_APPLICABLE)
"""What a sum says of itself where several of its parts cannot be shown: the first of these."""


def evaluations(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """What is known of whether it worked: the columns of `evaluation`."""
    e = columns(Evaluation)
    wanted = select(table_of(Evaluation)).order_by(e.id)
    if program is not None:
        wanted = wanted.where(e.program_id == program)
    return in_language(release, read(release, wanted), Evaluation, language)


def evaluation_areas(release: Release, *, evaluation: str | None = None, language: str = "en") -> pd.DataFrame:
    """The areas of evaluations: the columns of `evaluation_area`, and name. Treated first, then A to Z."""
    a, n = columns(EvaluationArea), columns(Neighborhood)
    in_turn = case({role: turn for turn, role in enumerate(AREA_ROLES)}, value=a.role)
    wanted = (
        select(*table_of(EvaluationArea).c, n.name)
        .join(table_of(Neighborhood), n.id == a.neighborhood_id)
        .order_by(a.evaluation_id, in_turn, n.name, n.id)
    )
    if evaluation is not None:
        wanted = wanted.where(a.evaluation_id == evaluation)
    return in_language(release, read(release, wanted), Neighborhood, language, id_column="neighborhood_id")


def evaluation_series(release: Release, *, evaluation: str) -> pd.DataFrame:
    """Published counts of an evaluation's areas over time, one row for each role and period, oldest first.

    Columns: role, period, period_start, period_end (dates), count (events in all areas of that role; NaN where any of
    them has no count to show), status (`shown`, or why there is no count), areas, without_count (how many of the areas
    have no count to show). A period that a role has no row for at all is `not_reported`. The periods are those that the
    evaluation rests on (`series_by`), else the shortest that hold every treated area. Nothing is added up over a gap.
    """
    found = evaluations(release)
    found = found[found.id == evaluation]
    areas = evaluation_areas(release, evaluation=evaluation)
    if found.empty or areas.empty or not isinstance(found.measure_id.iloc[0], str):
        return pd.DataFrame(columns=SERIES)
    figures = figure_table(
        release, measures=[found.measure_id.iloc[0]], neighborhoods=sorted(areas.neighborhood_id)
    ).merge(areas[["neighborhood_id", "role"]], left_on="neighborhood", right_on="neighborhood_id")
    figures["kind"] = figures.period.map(lambda code: periods.parse(code).kind)
    step = found.series_by.iloc[0]
    figures = figures[figures.kind == (step if isinstance(step, str) else _shortest(figures))]
    part = figures.loc[figures.reason == "incomplete_period", "period"]
    figures = figures[~figures.period.isin(part)]  # part of a month beside whole ones would look like a fall
    rows = [
        _sum(role, figures[figures.period == period], areas[areas.role == role])
        for role in AREA_ROLES
        if (areas.role == role).any()
        for period in figures.sort_values("period_start").period.unique()
    ]
    return pd.DataFrame(rows, columns=SERIES)


def _shortest(figures: pd.DataFrame) -> str:
    """The shortest periods that every treated area has counts for; years where there are none."""
    treated = figures[figures.role == "treated"]
    for step in STEPS:
        counted = treated[(treated.kind == step) & treated.numerator.notna()]
        if len(counted) and counted.neighborhood.nunique() == treated.neighborhood.nunique():
            return step
    return STEPS[-1]


def _sum(role: str, of_period: pd.DataFrame, areas: pd.DataFrame) -> Mapping[str, Any]:
    """All areas of one role in one period, as one row."""
    mine = of_period[of_period.role == role]
    # A count too small for a rate is still a count; a withheld one carries no number.
    known = mine[mine.numerator.notna() & (mine.status != Status.WITHHELD)]
    without = len(areas) - len(known)
    reasons = [one for one in NEVER_SHOWN_FIRST if (mine.status == one).any()]
    return {
        "role": role,
        "period": of_period.period.iloc[0],
        "period_start": of_period.period_start.iloc[0],
        "period_end": of_period.period_end.iloc[0],
        "count": float("nan") if without else float(known.numerator.sum()),
        "status": str(Status.SHOWN if not without else reasons[0] if reasons else Status.NOT_REPORTED),
        "areas": len(areas),
        "without_count": without,
    }
