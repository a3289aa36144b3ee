"""Problems: what people are worried about, and how far the four stages of problem solving are."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import case, select

from data.models import STAGES, Problem, ProblemNeighborhood, SaraStage, table_of
from data.queries.read import columns, in_language, read, touching
from data.store import Release


def problems(release: Release, *, neighborhood: str | None = None, language: str = "en") -> pd.DataFrame:
    """Problems by the day they were raised: the columns of `problem`, and neighborhood_ids (a list)."""
    p, where = columns(Problem), columns(ProblemNeighborhood)
    frame = read(release, select(table_of(Problem)).order_by(p.seen_on, p.id))
    links = read(release, select(where.problem_id, where.neighborhood_id).order_by(where.neighborhood_id))
    places = links.groupby("problem_id").neighborhood_id.agg(list)
    frame["neighborhood_ids"] = [places.get(problem, []) for problem in frame.id]
    if neighborhood is not None:
        frame = frame.loc[touching(frame, neighborhood)].reset_index(drop=True)
    return in_language(release, frame, Problem, language)


def stages(release: Release, *, problem: str | None = None, language: str = "en") -> pd.DataFrame:
    """SARA stages, in their turn: the columns of `sara_stage`, and row_id."""
    s = columns(SaraStage)
    in_turn = case({stage: turn for turn, stage in enumerate(STAGES)}, value=s.stage)
    wanted = select(table_of(SaraStage)).order_by(s.problem_id, in_turn)
    if problem is not None:
        wanted = wanted.where(s.problem_id == problem)
    frame = read(release, wanted)
    frame["row_id"] = frame.problem_id + "/" + frame.stage
    return in_language(release, frame, SaraStage, language, id_column="row_id")
