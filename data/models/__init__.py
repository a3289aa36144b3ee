"""The tables of a release, in the field's words. `TABLES` lists them all by name.

A pack may bring rows for every table that is not in `MADE_BY_PUBLISHING`; columns marked computed never come from one.
"""

from __future__ import annotations

from typing import Any, get_args

from data.models.base import Table, table_of
from data.models.measure import (
    STATUSES,
    Benchmark,
    BenchmarkGroup,
    Measure,
    Observation,
    PlannedUpdate,
    SeriesBreak,
    Source,
)
from data.models.money import (
    PHASES,
    REACHES,
    BudgetLine,
    BudgetShare,
    FiscalYear,
    Grant,
    TechnologyItem,
)
from data.models.place import (
    CITY,
    UNPLACED,
    MapFeature,
    Neighborhood,
    NeighborhoodAlias,
    NeighborhoodOverlap,
    PlaceIndex,
    Population,
)
from data.models.program import (
    AREA_ROLES,
    BARRIER_KINDS,
    CHOSEN_BECAUSE,
    ELEMENTS,
    METHODS,
    NOT_ASSESSED,
    PARTNER_KINDS,
    PILLARS,
    STAGES,
    SUB_STEPS,
    TOPICS,
    TRAINING_METHODS,
    Barrier,
    CaseStudy,
    Evaluation,
    EvaluationArea,
    LegalBasis,
    Partner,
    Problem,
    ProblemNeighborhood,
    Program,
    ProgramElement,
    ProgramGoal,
    ProgramLegalBasis,
    ProgramNeighborhood,
    ProgramPartner,
    ResponseActivity,
    SaraStage,
    SelfCheckItem,
    Staffing,
    StakeholderGroup,
    TrainingCourse,
    TrainingDelivery,
)
from data.models.release import (
    REVISED_FOR,
    City,
    Correction,
    Manifest,
    PlanChange,
    PlannedRelease,
    Revision,
    RevisionReason,
    RowCount,
    SourceFile,
    Translation,
    WithheldCell,
)
from data.models.voice import (
    DIMENSIONS,
    Commitment,
    ComplaintSummary,
    FeedbackEvent,
    FeedbackTheme,
    Participation,
    SurveyQuestion,
    SurveyResult,
    SurveyWave,
)

__all__ = [
    "AREA_ROLES",
    "BARRIER_KINDS",
    "CHOSEN_BECAUSE",
    "CITY",
    "DIMENSIONS",
    "ELEMENTS",
    "MADE_BY_PUBLISHING",
    "METHODS",
    "NOT_ASSESSED",
    "PARTNER_KINDS",
    "PHASES",
    "PILLARS",
    "REACHES",
    "REVISED_FOR",
    "STAGES",
    "STATUSES",
    "SUB_STEPS",
    "TABLES",
    "TOPICS",
    "TRAINING_METHODS",
    "UNPLACED",
    "Barrier",
    "Benchmark",
    "BenchmarkGroup",
    "BudgetLine",
    "BudgetShare",
    "CaseStudy",
    "City",
    "Commitment",
    "ComplaintSummary",
    "Correction",
    "Evaluation",
    "EvaluationArea",
    "FeedbackEvent",
    "FeedbackTheme",
    "FiscalYear",
    "Grant",
    "LegalBasis",
    "Manifest",
    "MapFeature",
    "Measure",
    "Neighborhood",
    "NeighborhoodAlias",
    "NeighborhoodOverlap",
    "Observation",
    "Participation",
    "Partner",
    "PlaceIndex",
    "PlanChange",
    "PlannedRelease",
    "PlannedUpdate",
    "Population",
    "Problem",
    "ProblemNeighborhood",
    "Program",
    "ProgramElement",
    "ProgramGoal",
    "ProgramLegalBasis",
    "ProgramNeighborhood",
    "ProgramPartner",
    "ResponseActivity",
    "Revision",
    "RevisionReason",
    "RowCount",
    "SaraStage",
    "SelfCheckItem",
    "SeriesBreak",
    "Source",
    "SourceFile",
    "Staffing",
    "StakeholderGroup",
    "SurveyQuestion",
    "SurveyResult",
    "SurveyWave",
    "Table",
    "TechnologyItem",
    "TrainingCourse",
    "TrainingDelivery",
    "Translation",
    "WithheldCell",
    "described",
    "table_of",
]

TABLES: dict[str, type[Table]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Table._sa_registry.mappers}
"""Table name -> model."""

MADE_BY_PUBLISHING = frozenset(
    {"manifest", "source_file", "row_count", "revision", "withheld_cell", "neighborhood_overlap"}
)
"""Tables that only publishing fills."""


def _plain_type(annotation: Any) -> str:
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)] or [annotation]
    return str(kinds[0].__name__)


def described(model: type[Table]) -> dict[str, dict[str, Any]]:
    """Column name -> {says, type, key, required, one_of, computed, ref, example}, in order, from the model itself."""
    columns: dict[str, dict[str, Any]] = {}
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        column = table_of(model).columns[name]
        columns[name] = {
            "says": field.description,
            "type": _plain_type(field.annotation),
            "key": column.primary_key,
            "required": field.is_required() and not extra.get("computed", False),
            "one_of": extra.get("one_of", []),
            "computed": bool(extra.get("computed", False)),
            "ref": next((key.target_fullname for key in column.foreign_keys), None),
            "example": extra.get("example", ""),
            "default": None if field.is_required() else field.default,
        }
    return columns
