"""Voice: surveys, meetings, what people said, and what was promised."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from data.models.base import Table, col

DIMENSIONS = ("perceived_safety", "legitimacy", "fairness", "transparency", "responsiveness", "satisfaction")


class SurveyWave(Table, table=True):
    """One round of a survey: who was asked, how, and how many answered."""

    id: str = col("Stable code.", key=True, example="2025-fall")
    name: str = col("Its name.", example="Community survey, fall 2025")
    mode: str = col("probability or opt_in.", one_of=("probability", "opt_in", "unknown"))
    frame: str = col("Whom it set out to hear.", example="Adults with a mailing address in the city")
    period: str = col("When it was asked (a period code).", example="2025-Q4")
    starts_on: date | None = col("First day in the field.", optional=True)
    ends_on: date | None = col("Last day in the field.", optional=True)
    invited: int | None = col("People invited; empty for an open link.", optional=True)
    completed: int | None = col("People who answered.", optional=True)
    weighted: bool = col("True where answers are weighted.", default=False)
    design_effect: float | None = col("Effect of weighting on the number of answers (1 or more).", optional=True)
    languages: str | None = col("Languages, joined by ';'.", optional=True)
    source_id: str = col("Where it is published.", ref="source.id")


class SurveyQuestion(Table, table=True):
    """A question with its exact wording."""

    id: str = col("Stable code.", key=True)
    measure_id: str | None = col("The measure that its favorable share feeds.", ref="measure.id", optional=True)
    dimension: str = col("What it is about.", one_of=DIMENSIONS)
    wording: str = col("Exactly as asked.")
    options: str = col(
        "Answers from least to most favorable, joined by ';'.", example="Very unsafe;Unsafe;Safe;Very safe"
    )
    favorable: int = col("How many options, counted from the last, are favorable.", default=2)


class SurveyResult(Table, table=True):
    """Answers to a question in a wave, for a place and a group."""

    __table_args__ = (Index("survey_result_of_place", "neighborhood_id", "question_id"),)

    wave_id: str = col("The wave.", key=True, ref="survey_wave.id")
    question_id: str = col("The question.", key=True, ref="survey_question.id")
    neighborhood_id: str = col("The place, or city.", key=True, ref="neighborhood.id")
    group_name: str = col("Part of the people asked; 'all' for everyone.", key=True, default="all")
    n: int | None = col("People who gave an answer that counts.", optional=True)
    shares: str | None = col("Share of each option, 0 to 1, in the question's order, joined by ';'.", optional=True)
    dont_know_share: float | None = col("Share who did not know or would not say, 0 to 1.", optional=True)
    status: str = col("As for an observation.", computed=True, default="shown")
    reason: str | None = col("As for an observation.", computed=True)


class FeedbackEvent(Table, table=True):
    """A meeting or another time when residents were heard, past or planned."""

    __table_args__ = (Index("feedback_event_of_place", "neighborhood_id", "held_on"),)

    id: str = col("Stable code.", key=True)
    kind: str = col(
        "town_hall, survey, focus_group, advisory_board, stakeholder_interview, forum or social_media.",
        one_of=(
            "town_hall",
            "survey",
            "focus_group",
            "advisory_board",
            "stakeholder_interview",
            "forum",
            "social_media",
        ),
    )
    title: str = col("Its title.")
    neighborhood_id: str | None = col("Where it is for; empty for the city.", ref="neighborhood.id", optional=True)
    held_on: date = col("The day.")
    starts_at: str | None = col("Start, as 18:30.", optional=True)
    place: str | None = col("Where to go.", optional=True)
    languages: str | None = col("Languages spoken or interpreted, joined by ';'.", optional=True)
    access: str | None = col("Help with access.", optional=True)
    agenda: str | None = col("What will be, or was, discussed.", optional=True)
    attendance: int | None = col("People who came.", optional=True)
    follow_up: str | None = col("What came of it.", optional=True)
    notes_url: str | None = col("Address of the notes.", optional=True)


class FeedbackTheme(Table, table=True):
    """What several people said, in the reviewer's words; never a quote."""

    __table_args__ = (Index("feedback_theme_of_place", "neighborhood_id"),)

    id: str = col("Stable code.", key=True)
    event_id: str | None = col("Where it was said.", ref="feedback_event.id", optional=True)
    neighborhood_id: str | None = col(
        "Which place it is about; empty for the city.", ref="neighborhood.id", optional=True
    )
    program_id: str | None = col("Which program it is about.", ref="program.id", optional=True)
    problem_id: str | None = col("Which problem it is about.", ref="problem.id", optional=True)
    title: str = col("The theme in a few words.")
    summary: str | None = col("One or two plain sentences.", optional=True)
    contributors: str = col(
        "How many people raised it: 5_to_9, 10_to_19, 20_to_49 or 50_or_more.",
        one_of=("5_to_9", "10_to_19", "20_to_49", "50_or_more"),
    )
    priority_rank: int | None = col("1 for what people put first.", optional=True)
    period: str = col("When (a period code).", example="2025-Q4")
    reviewed_by: str = col("Office that checked that nothing personal is in it.")


class Commitment(Table, table=True):
    """You said, we did: a promise with owner, due date and status."""

    __table_args__ = (Index("commitment_of_place", "neighborhood_id"),)

    id: str = col("Stable code.", key=True)
    theme_id: str | None = col("What people had said.", ref="feedback_theme.id", optional=True)
    event_id: str | None = col("Where it was promised.", ref="feedback_event.id", optional=True)
    neighborhood_id: str | None = col("For which place; empty for the city.", ref="neighborhood.id", optional=True)
    program_id: str | None = col("The program that keeps it.", ref="program.id", optional=True)
    you_said: str = col("What people said.")
    promise: str = col("What was promised.")
    owner: str = col("The office that answers for it.")
    made_on: date = col("When it was promised.")
    due_on: date | None = col("By when.", optional=True)
    status: str = col(
        "under_way, done or will_not_do; overdue is worked out from the date.",
        one_of=("under_way", "done", "will_not_do"),
    )
    done_on: date | None = col("When it was done.", optional=True)
    evidence: str | None = col("What shows that it is done; needed for done.", optional=True)
    reason: str | None = col("Why it will not be done; needed for will_not_do.", optional=True)


class ComplaintSummary(Table, table=True):
    """Complaints about police in a place and period, by how they ended."""

    neighborhood_id: str = col("The place, or city.", key=True, ref="neighborhood.id")
    period: str = col("Period code.", key=True, example="2025")
    received: int | None = col("Complaints received.", optional=True)
    closed: int | None = col("Complaints with a final finding.", optional=True)
    sustained: int | None = col("Found true.", optional=True)
    not_sustained: int | None = col("Not enough evidence.", optional=True)
    unfounded: int | None = col("Did not happen.", optional=True)
    exonerated: int | None = col("Happened, and was proper.", optional=True)
    other: int | None = col("Ended another way.", optional=True)
    pending: int | None = col("Still open.", optional=True)
    sworn_officers: int | None = col("Full-time sworn officers, for the rate.", optional=True)
    status: str = col("As for an observation.", computed=True, default="shown")
    reason: str | None = col("As for an observation.", computed=True)
    source_id: str = col("Where it comes from.", ref="source.id")


class Participation(Table, table=True):
    """Who took part, by group and place, beside their share of the residents."""

    event_or_wave_id: str = col("The meeting or survey wave.", key=True, example="2025-fall")
    neighborhood_id: str = col("The place, or city.", key=True, ref="neighborhood.id")
    group_name: str = col("The group.", key=True, example="18 to 29 years")
    took_part: int | None = col("People of the group who took part.", optional=True)
    population_share: float | None = col("The group's share of residents, 0 to 1.", optional=True)
