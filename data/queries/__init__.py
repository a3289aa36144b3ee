"""What may be asked of a release. Each function takes a `Release` and keywords, and returns a tidy table or figures.

Questions are SQLAlchemy Core statements over columns (never entities, never text of SQL), so that they run on SQLite
and PostgreSQL alike. Texts that a pack wrote come in `language` where the pack has them in it, else as written.
"""

from data.queries.about import (
    all_revisions,
    city,
    corrections,
    figure_history,
    late_updates,
    manifest,
    plan_changes,
    planned_releases,
    planned_updates,
    revisions,
    source_files,
    sources,
    withheld_counts,
)
from data.queries.evaluations import (
    evaluation_areas,
    evaluation_series,
    evaluations,
)
from data.queries.figures import (
    as_figure,
    breaks,
    by_neighborhood,
    districts_of,
    figure_table,
    figures,
    measures,
    periods,
)
from data.queries.money import (
    By,
    budget_by,
    budget_lines,
    fiscal_years,
    grants,
    ledgers,
    money_in,
    shares_of_year,
    technology,
)
from data.queries.places import (
    map_features,
    neighborhoods,
    outlines,
    place_names,
    population,
)
from data.queries.problems import (
    problems,
    stages,
)
from data.queries.program import barriers, grant_charges, program_rules, stakeholders, work_done
from data.queries.programs import (
    activities,
    chain,
    elements,
    goals,
    partners,
    programs,
)
from data.queries.read import records, rows
from data.queries.voice import (
    commitments,
    meetings,
    survey_questions,
    survey_results,
    survey_waves,
    themes,
)

__all__ = [
    "By",
    "activities",
    "all_revisions",
    "as_figure",
    "barriers",
    "breaks",
    "budget_by",
    "budget_lines",
    "by_neighborhood",
    "chain",
    "city",
    "commitments",
    "corrections",
    "districts_of",
    "elements",
    "evaluation_areas",
    "evaluation_series",
    "evaluations",
    "figure_history",
    "figure_table",
    "figures",
    "fiscal_years",
    "goals",
    "grant_charges",
    "grants",
    "late_updates",
    "ledgers",
    "manifest",
    "map_features",
    "measures",
    "meetings",
    "money_in",
    "neighborhoods",
    "outlines",
    "partners",
    "periods",
    "place_names",
    "plan_changes",
    "planned_releases",
    "planned_updates",
    "population",
    "problems",
    "program_rules",
    "programs",
    "records",
    "revisions",
    "rows",
    "shares_of_year",
    "source_files",
    "sources",
    "stages",
    "stakeholders",
    "survey_questions",
    "survey_results",
    "survey_waves",
    "technology",
    "themes",
    "withheld_counts",
    "work_done",
]
