"""The preview of a draft: the banner on every page, and beside each figure that changed what it was."""

from __future__ import annotations

import pandas as pd

from components.ask import ask
from components.scope import Scope
from components.sentences import value_text
from data import queries
from data.figures import Figure
from data.store import NoRelease, Store

FIGURE = ["table_name", "measure_id", "neighborhood_id", "period", "group_name", "item"]


def banner(scope: Scope) -> str:
    """That this is a draft, and how many figures differ from the release before; empty for what is published."""
    if not scope.draft:
        return ""
    before = scope.ask(queries.manifest)["previous_release_id"]
    if not before:
        return scope.say("draft.first")
    return scope.say("draft.banner", n=changed_figures(scope.ask(queries.revisions)), release=before)


def changed_figures(revisions: pd.DataFrame) -> int:
    """How many figures the rows of `queries.revisions` are about; whole new periods or measures are none."""
    single = revisions[~revisions.changed_column.isin(["period", "measure"])]
    return len(single[FIGURE].drop_duplicates())


def was_text(figure: Figure, scope: Scope) -> str:
    """`Was 212 in release 2026-03.` for a figure of a draft that changed; empty for all others."""
    if not scope.draft:
        return ""
    rows = scope.ask(queries.revisions, neighborhood=figure.neighborhood)
    rows = rows[
        (rows.measure_id == figure.measure) & (rows.period == figure.period) & (rows.group_name == figure.group)
    ]
    before = scope.ask(queries.manifest)["previous_release_id"]
    if rows.empty or not before:
        return ""
    asked = {"measures": [figure.measure], "neighborhoods": [figure.neighborhood], "periods": [figure.period]}
    try:
        found = ask(queries.figures, Store.default().open(before), groups=[figure.group], **asked)
    except NoRelease:  # withdrawn since
        return ""
    if not found:
        return scope.say("draft.new", release=before)
    was = value_text(found[0], scope)
    return scope.say("draft.was", was=was, release=before) if was != value_text(figure, scope) else ""
