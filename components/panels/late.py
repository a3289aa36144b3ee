"""Data that came, or still is, after its promised day; told on every page whose figures come from a late source."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from components.passports.passport import late_lines
from components.readings import Reading
from components.scope import Scope
from components.words import for_markdown
from data import queries


def late_updates(scope: Scope) -> pd.DataFrame:
    """The rows of `queries.late_updates` as of the scope's day, and `title`: the source's name in their language."""
    late = scope.ask(queries.late_updates, as_of=scope.as_of)
    titles = scope.ask(queries.sources, language=scope.language).set_index("id").title
    return late.assign(title=late.source_id.map(titles).fillna(late.source_title))


def late_sources(scope: Scope, *, open_only: bool = False) -> list[tuple[str, int]]:
    """Names of late sources and by how many days. open_only: only those that still have not come."""
    late = late_updates(scope)
    if open_only:
        late = late[late.released_on.isna()]
    return [(str(row.title), int(str(row.days_late))) for row in queries.rows(late)]


def show_late(scope: Scope, sources: Iterable[str]) -> None:
    """One notice for each source of the page that should have brought newer data by now."""
    for line in late_lines(scope, sources):
        st.warning(for_markdown(line))


def sources_of(readings: Iterable[Reading]) -> set[str]:
    """The sources of readings."""
    return {reading.now.source for reading in readings}


def money_sources(scope: Scope) -> set[str]:
    """The sources of the budget."""
    return set(scope.ask(queries.budget_lines).source_id)


def survey_sources(scope: Scope) -> set[str]:
    """The sources of the surveys."""
    return set(scope.ask(queries.survey_waves).source_id)
