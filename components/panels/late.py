"""Data that came, or still is, after its promised day."""

from __future__ import annotations

import pandas as pd

from components.scope import Scope
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
