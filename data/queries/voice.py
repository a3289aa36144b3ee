"""Voice: surveys, meetings, themes and promises."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import or_, select

from data.models import (
    Commitment,
    FeedbackEvent,
    FeedbackTheme,
    SurveyQuestion,
    SurveyResult,
    SurveyWave,
    table_of,
)
from data.queries.read import columns, in_language, read
from data.store import Release


def survey_waves(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Rounds of the survey, newest first: the columns of `survey_wave`."""
    frame = read(
        release, select(table_of(SurveyWave)).order_by(columns(SurveyWave).period.desc(), columns(SurveyWave).id)
    )
    return in_language(release, frame, SurveyWave, language)


def survey_questions(release: Release, *, language: str = "en") -> pd.DataFrame:
    """Questions with their exact wording: the columns of `survey_question`."""
    frame = read(release, select(table_of(SurveyQuestion)).order_by(columns(SurveyQuestion).id))
    return in_language(release, frame, SurveyQuestion, language)


def survey_results(release: Release, *, wave: str, neighborhood: str = "city", group: str = "all") -> pd.DataFrame:
    """Answers of one wave in one place: the columns of `survey_result`."""
    r = columns(SurveyResult)
    wanted = (
        select(table_of(SurveyResult))
        .where(r.wave_id == wave, r.neighborhood_id == neighborhood, r.group_name == group)
        .order_by(r.question_id)
    )
    return read(release, wanted)


def meetings(
    release: Release,
    *,
    neighborhood: str | None = None,
    since: date | None = None,
    before: date | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Meetings by day, those for the whole city included: the columns of `feedback_event`."""
    e = columns(FeedbackEvent)
    wanted = select(table_of(FeedbackEvent)).order_by(e.held_on, e.starts_at, e.id)
    if neighborhood is not None:
        wanted = wanted.where(or_(e.neighborhood_id == neighborhood, e.neighborhood_id.is_(None)))
    if since is not None:
        wanted = wanted.where(e.held_on >= since)
    if before is not None:
        wanted = wanted.where(e.held_on < before)
    return in_language(release, read(release, wanted), FeedbackEvent, language)


def themes(
    release: Release, *, neighborhood: str | None = None, only_here: bool = False, language: str = "en"
) -> pd.DataFrame:
    """What several people said, first priorities first: the columns of `feedback_theme`.

    With a neighborhood: its own themes, and those of the whole city unless `only_here`.
    """
    t = columns(FeedbackTheme)
    wanted = select(table_of(FeedbackTheme)).order_by(t.priority_rank.is_(None), t.priority_rank, t.period.desc(), t.id)
    if neighborhood is not None:
        mine = t.neighborhood_id == neighborhood
        wanted = wanted.where(mine if only_here else or_(mine, t.neighborhood_id.is_(None)))
    return in_language(release, read(release, wanted), FeedbackTheme, language)


def commitments(
    release: Release, *, as_of: date, neighborhood: str | None = None, only_here: bool = False, language: str = "en"
) -> pd.DataFrame:
    """Promises, oldest first: the columns of `commitment`, and age_days, overdue_days, state.

    state: done, will_not_do, overdue or under_way, as of a day. overdue_days is 0 unless overdue.
    """
    c = columns(Commitment)
    wanted = select(table_of(Commitment)).order_by(c.made_on, c.id)
    if neighborhood is not None:
        mine = c.neighborhood_id == neighborhood
        wanted = wanted.where(mine if only_here else or_(mine, c.neighborhood_id.is_(None)))
    frame = read(release, wanted)
    ended = [done if isinstance(done, date) else as_of for done in frame.done_on]
    frame["age_days"] = [max((end - made).days, 0) for end, made in zip(ended, frame.made_on, strict=True)]
    frame["overdue_days"] = [
        (as_of - due).days if status == "under_way" and isinstance(due, date) and due < as_of else 0
        for status, due in zip(frame.status, frame.due_on, strict=True)
    ]
    frame["state"] = frame.status.where(frame.overdue_days == 0, "overdue")
    return in_language(release, frame, Commitment, language)
