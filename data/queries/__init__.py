"""What may be asked of a release. Each function takes a `Release` and keywords, and returns a tidy table or figures.

Questions are SQLAlchemy Core statements over columns (never entities, never text of SQL), so that they run on SQLite
and PostgreSQL alike. Texts that a pack wrote come in `language` where the pack has them in it, else as written.
"""

from data.queries.about import (
    city,
    corrections,
    late_updates,
    manifest,
    planned_updates,
    revisions,
    source_files,
    sources,
    withheld_counts,
)
from data.queries.figures import (
    as_figure,
    breaks,
    districts_of,
    figure_table,
    figures,
    measures,
    periods,
)
from data.queries.money import (
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
from data.queries.programs import (
    activities,
    chain,
    elements,
    evaluations,
    goals,
    partners,
    problems,
    programs,
    stages,
)
from data.queries.voice import (
    commitments,
    meetings,
    survey_questions,
    survey_results,
    survey_waves,
    themes,
)

__all__ = [
    "activities",
    "as_figure",
    "breaks",
    "budget_by",
    "budget_lines",
    "chain",
    "city",
    "commitments",
    "corrections",
    "districts_of",
    "elements",
    "evaluations",
    "figure_table",
    "figures",
    "fiscal_years",
    "goals",
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
    "planned_updates",
    "population",
    "problems",
    "programs",
    "revisions",
    "shares_of_year",
    "source_files",
    "sources",
    "stages",
    "survey_questions",
    "survey_results",
    "survey_waves",
    "technology",
    "themes",
    "withheld_counts",
]
