"""Problems: what people are worried about, how far each is in its four stages, and what people put first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, case, or_, select

from data.models import (
    STAGES,
    SUB_STEPS,
    FeedbackEvent,
    FeedbackTheme,
    Problem,
    ProblemNeighborhood,
    SaraStage,
    table_of,
)
from data.queries.read import columns, in_language, read
from data.store import Release

BEGUN = ("under_way", "done")
NO_STAGE = "none"
"""Asks for problems of which no stage has begun."""


def problems(
    release: Release,
    *,
    neighborhood: str | None = None,
    status: str | None = None,
    stage: str | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Problems by the day they were raised, the oldest first.

    Only those for which all that is given holds. neighborhood: where it is; a problem of the whole city is in no one
    place. stage: the furthest that is under way or done, or "none". Columns: those of `problem`, neighborhood_ids (a
    list), reached (that stage, or None) and steps_documented (how many of the 25 sub-steps are on file).
    """
    p, where = columns(Problem), columns(ProblemNeighborhood)
    wanted = select(table_of(Problem)).order_by(p.seen_on, p.id)
    if neighborhood is not None:
        wanted = wanted.where(p.id.in_(select(where.problem_id).where(where.neighborhood_id == neighborhood)))
    if status is not None:
        wanted = wanted.where(p.status == status)
    if stage is not None:
        later = STAGES[STAGES.index(stage) + 1 :] if stage != NO_STAGE else STAGES
        wanted = wanted.where(p.id.not_in(_begun(later)))
        if stage != NO_STAGE:
            wanted = wanted.where(p.id.in_(_begun((stage,))))
    frame = read(release, wanted)
    links = read(release, select(where.problem_id, where.neighborhood_id).order_by(where.neighborhood_id))
    places = links.groupby("problem_id").neighborhood_id.agg(list)
    frame["neighborhood_ids"] = [places.get(problem, []) for problem in frame.id]
    reached: dict[Any, str] = {}
    steps: dict[Any, int] = {}
    for row in stages(release).itertuples():
        if row.status in BEGUN:
            reached[row.problem_id] = str(row.stage)
        steps[row.problem_id] = steps.get(row.problem_id, 0) + len(steps_on_file(str(row.stage), row.steps_documented))
    frame["reached"] = pd.Series([reached.get(problem) for problem in frame.id], index=frame.index, dtype=object)
    frame["steps_documented"] = [steps.get(problem, 0) for problem in frame.id]
    return in_language(release, frame, Problem, language)


def _begun(among: tuple[str, ...]) -> Select[Any]:
    """Ids of problems of which one of these stages is under way or done."""
    s = columns(SaraStage)
    return select(s.problem_id).where(s.stage.in_(among), s.status.in_(BEGUN))


def steps_on_file(stage: str, documented: Any) -> list[int]:
    """Numbers of a stage's sub-steps that are on file, each once. documented: "8;9;12", or no text for none.

    Numbers that are no sub-steps of that stage are left out.
    """
    if not isinstance(documented, str):
        return []
    numbers = {int(text) for text in documented.split(";") if text.strip().isdecimal()}
    return sorted(numbers & set(SUB_STEPS[stage]))


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


def heard(
    release: Release, *, neighborhood: str | None = None, city_only: bool = False, language: str = "en"
) -> pd.DataFrame:
    """What people put first, or said about a problem: first priorities first, then the newest.

    neighborhood: only what is about that place; city_only: only what is about no one place. Columns: those of
    `feedback_theme`, and of the meeting or other event where it was said, None without one: event_title, event_kind,
    held_on.
    """
    t, e = columns(FeedbackTheme), columns(FeedbackEvent)
    wanted = (
        select(*table_of(FeedbackTheme).c, e.title.label("event_title"), e.kind.label("event_kind"), e.held_on)
        .join(table_of(FeedbackEvent), e.id == t.event_id, isouter=True)
        .where(or_(t.priority_rank.is_not(None), t.problem_id.is_not(None)))
        .order_by(t.priority_rank.is_(None), t.priority_rank, t.period.desc(), t.id)
    )
    if neighborhood is not None:
        wanted = wanted.where(t.neighborhood_id == neighborhood)
    if city_only:
        wanted = wanted.where(t.neighborhood_id.is_(None))
    frame = in_language(release, read(release, wanted), FeedbackTheme, language)
    frame["held_on"] = pd.Series(
        [day if isinstance(day, date) else None for day in frame.held_on], index=frame.index, dtype=object
    )
    told = frame.drop(columns=["title"]).rename(columns={"event_title": "title"})
    told = in_language(release, told, FeedbackEvent, language, id_column="event_id")
    return frame.assign(event_title=told.title)
