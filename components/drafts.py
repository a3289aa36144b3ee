"""The preview of a draft: the banner on every page, and beside each figure that changed what it was."""

from __future__ import annotations

import pandas as pd

from components.ask import ask
from components.scope import Scope
from components.sentences import value_text
from data import queries
from data.figures import Figure
from data.store import NoRelease, Release, Store

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
    was = _was(figure, scope)
    if was is None:
        return ""
    before = scope.ask(queries.manifest)["previous_release_id"]
    return scope.say("draft.was", was=was, release=before) if was else scope.say("draft.new", release=before)


def marked(text: str, figure: Figure, scope: Scope) -> str:
    """A text that states a figure; `22.7 per 1,000 [was 20.9 per 1,000]` for a figure of a draft that changed."""
    was = _was(figure, scope)
    if was is None:
        return text
    return scope.say("draft.marked", text=text, was=was) if was else scope.say("draft.marked_new", text=text)


def _was(figure: Figure, scope: Scope) -> str | None:
    """What a figure was in the release before, in words; empty where it is new, None where it reads as it did."""
    if not scope.draft or not (before := scope.ask(queries.manifest)["previous_release_id"]):
        return None
    if (figure.measure, figure.neighborhood, figure.period, figure.group) not in scope.ask(_changed):
        return None
    asked = {"measures": [figure.measure], "neighborhoods": [figure.neighborhood], "periods": [figure.period]}
    try:
        found = ask(queries.figures, Store.default().open(before), groups=[figure.group], **asked)
    except NoRelease:  # withdrawn since
        return None
    was = value_text(found[0], scope) if found else ""
    return None if was == value_text(figure, scope) else was


# Every figure of a page asks for these; as plain keys they cost nothing the second time.
def _changed(release: Release) -> frozenset[tuple[str, str, str, str]]:
    rows = queries.revisions(release)
    rows = rows[rows.table_name == "observation"]
    return frozenset(zip(rows.measure_id, rows.neighborhood_id, rows.period, rows.group_name, strict=True))
