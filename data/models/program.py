"""Programs, problems and what came of them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from data.models.base import Table, col

PARTNER_KINDS = ("law_enforcement", "resident", "local_government", "nonprofit", "business", "school", "faith", "other")
STAGES = ("scanning", "analysis", "response", "assessment")
SUB_STEPS = {"scanning": range(1, 8), "analysis": range(8, 15), "response": range(15, 21), "assessment": range(21, 26)}
"""Numbers of the POP Center's sub-steps of each stage: 7, 7, 6 and 5."""
PILLARS = ("partnerships", "problem_solving", "organizational_transformation")
"""The COPS Office's elements of community policing, as CP-SAT asks for them."""
ELEMENTS = ("community_assessment", "local_events", "open_channels", "feedback_and_adjustment")
METHODS = (
    "before_after",
    "displacement_difference",
    "difference_in_differences",
    "interrupted_series",
    "published_study",
    "counts_only",
)
CHOSEN_BECAUSE = ("need", "peak", "request", "random", "other")
AREA_ROLES = ("treated", "comparison", "buffer", "buffer_comparison")
NOT_ASSESSED = (
    "under_20_events",
    "no_baseline",
    "break_inside",
    "unequal_windows",
    "other_season",
    "at_its_peak",
    "not_published",
    "not_over",
    "too_short",
)
"""Why an evaluation says nothing (the domain reference, 3.6)."""
BARRIER_KINDS = ("resources", "legal", "organizational_resistance", "distrust", "bureaucracy", "leadership_change")
TOPICS = ("communication", "cultural_competence", "problem_solving", "conflict_resolution")
"""Topics of training that are always listed."""
TRAINING_METHODS = ("classroom", "role_play", "immersion", "online", "field")


class Program(Table, table=True):
    """A community policing program."""

    id: str = col("Stable code.", key=True, example="safe-lights")
    name: str = col("Its name.", example="Street Lights and Eyes")
    summary: str = col("What it is, for whom, where, in one plain sentence.")
    pillar: str = col(
        "Pillars it serves, joined by ';': partnerships, problem_solving, organizational_transformation.",
        example="partnerships;problem_solving",
    )
    model: str = col(
        "community_partnership, problem_oriented_policing or other.",
        one_of=("community_partnership", "problem_oriented_policing", "other"),
    )
    status: str = col("planned, running, paused, ended.", one_of=("planned", "running", "paused", "ended"))
    citywide: bool = col("True where it is for the whole city and not tied to neighborhoods.", default=False)
    owner: str | None = col("The office that answers for it.", optional=True)
    started_on: date | None = col("First day.", optional=True)
    ended_on: date | None = col("Last day.", optional=True)
    updated_on: date | None = col("Day of the last news.", optional=True)
    source_id: str = col("Where it is described.", ref="source.id")


class ProgramNeighborhood(Table, table=True):
    """A neighborhood where a program runs."""

    __table_args__ = (Index("program_of_place", "neighborhood_id"),)

    program_id: str = col("The program.", key=True, ref="program.id")
    neighborhood_id: str = col("The neighborhood.", key=True, ref="neighborhood.id")


class ProgramGoal(Table, table=True):
    """What a program wants to reach, from where, and by when."""

    id: str = col("Stable code.", key=True)
    program_id: str = col("The program.", ref="program.id")
    measure_id: str | None = col("The measure it is judged by.", ref="measure.id", optional=True)
    neighborhood_id: str | None = col("Where it is judged; empty for the city.", ref="neighborhood.id", optional=True)
    description: str = col("The goal in plain words.")
    unit: str | None = col("Unit of the numbers; of its measure, where it has one.", optional=True)
    baseline: float | None = col(
        "Where it stood at the start; the published figure, where it has a measure.", optional=True
    )
    baseline_period: str | None = col("Period of the baseline.", optional=True)
    target: float | None = col("Where it should be.", optional=True)
    due_on: date | None = col("By when.", optional=True)
    latest: float | None = col("Where it stands; the newest figure by its day, where it has a measure.", optional=True)
    latest_period: str | None = col("Period of the latest value.", optional=True)
    direction: str = col("fewer or more.", one_of=("fewer", "more"), default="more")


class ProgramElement(Table, table=True):
    """Evidence for one of the four design elements of a good program."""

    program_id: str = col("The program.", key=True, ref="program.id")
    element: str = col(
        "community_assessment, local_events, open_channels or feedback_and_adjustment.",
        key=True,
        one_of=ELEMENTS,
    )
    evidence: str = col("What shows it.")
    dated_on: date | None = col("When.", optional=True)


class Partner(Table, table=True):
    """An organization that takes part."""

    id: str = col("Stable code.", key=True)
    name: str = col("Name of the organization, never of a person.")
    kind: str = col("Kind of stakeholder.", one_of=PARTNER_KINDS)


class ProgramPartner(Table, table=True):
    """A partner's part in a program."""

    program_id: str = col("The program.", key=True, ref="program.id")
    partner_id: str = col("The partner.", key=True, ref="partner.id")
    role: str = col("What it does there.")
    since: date | None = col("Since when.", optional=True)


class StakeholderGroup(Table, table=True):
    """A group with a stake in a program, whether or not it takes part."""

    id: str = col("Stable code.", key=True)
    program_id: str = col("The program.", ref="program.id")
    kind: str = col("Kind of stakeholder.", one_of=PARTNER_KINDS)
    name: str = col("Name of the group.")
    took_part: bool = col("True where it took part.", default=False)


class Problem(Table, table=True):
    """A problem that is being worked on: a harm, seen by somebody, with evidence."""

    id: str = col("Stable code.", key=True)
    title: str = col("The problem in a few words.")
    harm: str = col("Who is harmed and how.")
    evidence: str = col("What shows that it is real.")
    seen_on: date = col("When it was first raised.")
    status: str = col("open, working, resolved or closed.", one_of=("open", "working", "resolved", "closed"))
    owner: str | None = col("The office that answers for it.", optional=True)
    program_id: str | None = col("The program that works on it.", ref="program.id", optional=True)
    closed_on: date | None = col("When work on it ended.", optional=True)


class ProblemNeighborhood(Table, table=True):
    """A neighborhood that has a problem."""

    __table_args__ = (Index("problem_of_place", "neighborhood_id"),)

    problem_id: str = col("The problem.", key=True, ref="problem.id")
    neighborhood_id: str = col("The neighborhood.", key=True, ref="neighborhood.id")


class SaraStage(Table, table=True):
    """One stage of problem solving: scanning, analysis, response or assessment."""

    problem_id: str = col("The problem.", key=True, ref="problem.id")
    stage: str = col("scanning, analysis, response or assessment.", key=True, one_of=STAGES)
    status: str = col(
        "not_started, under_way, done or skipped.", one_of=("not_started", "under_way", "done", "skipped")
    )
    started_on: date | None = col("First day.", optional=True)
    finished_on: date | None = col("Last day.", optional=True)
    summary: str | None = col("What was found or done.", optional=True)
    steps_documented: str | None = col("Numbers of the sub-steps on file, joined by ';'.", optional=True)


class ResponseActivity(Table, table=True):
    """Work done: an output, never a result."""

    __table_args__ = (
        Index("activity_of_program", "program_id"),
        Index("activity_of_place", "neighborhood_id"),
    )

    id: str = col("Stable code.", key=True)
    program_id: str | None = col("The program.", ref="program.id", optional=True)
    problem_id: str | None = col("The problem it answers.", ref="problem.id", optional=True)
    neighborhood_id: str | None = col("Where; empty for the city.", ref="neighborhood.id", optional=True)
    kind: str = col(
        "enforcement, prevention or partner_service.", one_of=("enforcement", "prevention", "partner_service")
    )
    name: str = col("What was done.")
    quantity: float | None = col("How much.", optional=True)
    unit: str | None = col("Of what, in plain words.", optional=True)
    period: str = col("When (a period code).", example="2025")


class Evaluation(Table, table=True):
    """Did it work? What was declared to be looked at, and what publishing worked out of the published figures.

    A pack declares measure, areas (`evaluation_area`), windows and method; estimate, range and grade follow. Only a
    published study brings its own numbers. Releases of older software hold numbers that packs had typed, and no method.
    """

    id: str = col("Stable code.", key=True)
    program_id: str | None = col("The program.", ref="program.id", optional=True, example="safe-lights")
    problem_id: str | None = col("The problem.", ref="problem.id", optional=True)
    measure_id: str | None = col("The measure looked at.", ref="measure.id", optional=True, example="burglary")
    method: str | None = col(
        "before_after, displacement_difference, difference_in_differences, interrupted_series, published_study or "
        "counts_only (nothing was studied).",
        one_of=METHODS,
        optional=True,
        example="before_after",
    )
    before: str | None = col("Time looked at before (a period code).", optional=True, example="2023-07-01..2024-06-30")
    after: str | None = col("Time looked at after (a period code).", optional=True, example="2024-07-01..2025-06-30")
    declared_on: date | None = col("Day on which all this was written down.", optional=True)
    chosen_because: str | None = col(
        "Why there: need, peak (it had just gone up), request, random or other.", one_of=CHOSEN_BECAUSE, optional=True
    )
    randomized: bool = col("True where chance decided which areas got the program.", default=False)
    design: str = col("How it was studied, in plain words.")
    comparator: str | None = col("What it was compared with, in plain words.", optional=True)
    estimate: float | None = col(
        "The difference found, below 0 for fewer. Only a published study brings it.", optional=True
    )
    low: float | None = col("Low end of its 95% range.", optional=True)
    high: float | None = col("High end of its 95% range.", optional=True)
    unit: str | None = col("Unit of the estimate, in plural.", optional=True)
    displacement: str | None = col("What was seen nearby, in plain words.", optional=True)
    grade: int | None = col(
        "Evidence grade, 0 (reported only) to 4 (trial or published study). A published study may bring a lower one.",
        optional=True,
    )
    refused: str | None = col("Code of the reason why nothing can be said.", one_of=NOT_ASSESSED, computed=True)
    ratio: float | None = col("Events after over those to be expected; 0.88 is 12% fewer.", computed=True)
    ratio_low: float | None = col("Low end of its 95% range.", computed=True)
    ratio_high: float | None = col("High end of its 95% range.", computed=True)
    displaced: float | None = col("The difference found nearby, above 0 where events may have moved.", computed=True)
    displaced_low: float | None = col("Low end of its 95% range.", computed=True)
    displaced_high: float | None = col("High end of its 95% range.", computed=True)
    events_before: float | None = col("Events in the treated areas before.", computed=True)
    events_after: float | None = col("Events in the treated areas after.", computed=True)
    trends: str | None = col(
        "Did treated and comparison areas run alike before? alike, differ or too_short.",
        one_of=("alike", "differ", "too_short"),
        computed=True,
    )
    few_areas: bool | None = col("True where too few areas make the range too narrow.", computed=True)
    series_by: str | None = col(
        "Periods of the series it rests on.", one_of=("month", "quarter", "year"), computed=True
    )
    finished_on: date | None = col("When it was finished.", optional=True)
    url: str | None = col("Address of the report, or of the plan by which areas were drawn.", optional=True)


class EvaluationArea(Table, table=True):
    """A neighborhood's part in an evaluation, with the events that were counted there."""

    evaluation_id: str = col("The evaluation.", key=True, ref="evaluation.id")
    neighborhood_id: str = col("The neighborhood, district or city.", key=True, ref="neighborhood.id")
    role: str = col(
        "treated, comparison, buffer (near the treated) or buffer_comparison (near the comparison).",
        one_of=AREA_ROLES,
    )
    events_before: float | None = col("Events there before.", computed=True)
    events_after: float | None = col("Events there after.", computed=True)


class LegalBasis(Table, table=True):
    """What allows or limits a program or a fund."""

    id: str = col("Stable code.", key=True)
    scope: str = col("federal, state or local.", one_of=("federal", "state", "local"))
    kind: str = col(
        "ordinance, statute, regulation, grant_condition or policy.",
        one_of=("ordinance", "statute", "regulation", "grant_condition", "policy"),
    )
    citation: str = col("How lawyers cite it.")
    title: str = col("What it says, in plain words.")
    limits: str | None = col("What it does not allow.", optional=True)
    url: str | None = col("Address of the text.", optional=True)
    effective_from: date | None = col("In force since.", optional=True)
    effective_to: date | None = col("In force until.", optional=True)


class ProgramLegalBasis(Table, table=True):
    """A legal basis of a program."""

    program_id: str = col("The program.", key=True, ref="program.id")
    legal_basis_id: str = col("The legal basis.", key=True, ref="legal_basis.id")


class Barrier(Table, table=True):
    """Something in the way, and what is done about it."""

    id: str = col("Stable code.", key=True)
    program_id: str | None = col("The program.", ref="program.id", optional=True)
    kind: str = col(
        "resources, legal, organizational_resistance, distrust, bureaucracy or leadership_change.",
        one_of=BARRIER_KINDS,
    )
    description: str = col("What is in the way.")
    raised_on: date = col("Since when it is known.")
    response: str | None = col("What is done about it.", optional=True)
    status: str = col("open, eased or removed.", one_of=("open", "eased", "removed"))


class CaseStudy(Table, table=True):
    """What another place claims, and how well that is supported."""

    id: str = col("Stable code.", key=True)
    place: str = col("Where.")
    claim: str = col("What is claimed.")
    evidence_grade: str = col("Evidence grade 0 to 4, or unverified.", example="2")
    source: str = col("Where it can be read.")
    found: str | None = col("What a check of the claim found.", optional=True)
    url: str | None = col("Address of the source.", optional=True)
    checked_on: date | None = col("When it was checked.", optional=True)


class TrainingCourse(Table, table=True):
    """A course for officers."""

    id: str = col("Stable code.", key=True)
    name: str = col("Its name.")
    topic: str = col(
        "communication, cultural_competence, problem_solving, conflict_resolution or other.",
        one_of=(*TOPICS, "other"),
    )
    method: str = col(
        "classroom, role_play, immersion, online or field.",
        one_of=TRAINING_METHODS,
    )
    officers_required: int | None = col("Officers who need it.", optional=True)
    officers_current: int | None = col("Officers whose certificate is valid.", optional=True)
    as_of: date | None = col("On which day.", optional=True)


class TrainingDelivery(Table, table=True):
    """A course held."""

    id: str = col("Stable code.", key=True)
    course_id: str = col("The course.", ref="training_course.id")
    held_on: date = col("When.")
    hours: float = col("Length in hours.")
    officers: int = col("Officers who took part.")


class Staffing(Table, table=True):
    """Officers in service: what hours of training are shared among."""

    period: str = col("When (a period code).", key=True, example="2025")
    sworn_average: float = col("Full-time sworn officers, the average over the period.")
    source_id: str = col("Where it comes from.", ref="source.id")


class SelfCheckItem(Table, table=True):
    """An answer of the agency about itself, under one of the three pillars (CP-SAT)."""

    id: str = col("Stable code.", key=True)
    pillar: str = col("partnerships, problem_solving or organizational_transformation.", one_of=PILLARS)
    question: str = col("What was asked.")
    answer: str | None = col(
        "not_at_all, a_little, somewhat, a_lot or great_extent; empty where nobody answered.",
        one_of=("not_at_all", "a_little", "somewhat", "a_lot", "great_extent"),
        optional=True,
    )
    evidence: str | None = col("What shows it.", optional=True)
    answered_by: str = col("Who answered: an office or a group, never a person.")
    period: str = col("When (a period code).", example="2025")
    source_id: str = col("Where it comes from.", ref="source.id")
