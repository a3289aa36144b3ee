"""What means something else than in the release before: measures, questions, boundaries, and places that came or went.

Figures on both sides of such a change cannot be compared, so it must be a break that readers are told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import shapely

DEFINING = ("kind", "unit", "events", "direction", "definition", "formula", "sensitive", "collected")
"""Columns of a measure that say what its figures are."""
ASKED = ("wording", "options", "favorable")
"""Columns of a survey question that decide what an answer means."""
NOTICEABLE_AREA = 0.01
"""The part of a place that must lie elsewhere before its boundary has moved: less is how finely it is drawn."""


def changes(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of table `revision` for what was redefined, came or went, and the columns of `revisions.JUDGED`.

    table_name measure, survey_question (item: its code), neighborhood or budget_line. A boundary: changed_column
    geometry, old and new its area in square kilometers, item the percent of the place that lies elsewhere. A place that
    came or went: changed_column neighborhood, old or new its name. A ledger or a category of money that went:
    changed_column ledger or category. A new category is news.
    """
    rows = [
        *_redefined(old, new, "measure", DEFINING),
        *_redefined(old, new, "survey_question", ASKED),
        *_places(old["neighborhood"], new["neighborhood"]),
        *_money(old["budget_line"], new["budget_line"]),
    ]
    columns = [
        *("table_name", "measure_id", "neighborhood_id", "period", "group_name", "item", "changed_column"),
        *("old", "new", "kind", "needs_reason", "removes", "redefines", "ledger"),
    ]
    return pd.DataFrame(rows, columns=columns)


def _redefined(
    old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame], table: str, columns: tuple[str, ...]
) -> Iterable[dict[str, Any]]:
    before, after = (tables[table].set_index("id") for tables in (old, new))
    for code in sorted(before.index.intersection(after.index)):
        was, now = before.loc[code], after.loc[code]
        for column in columns:
            if (old_text := _as_text(was[column])) != (new_text := _as_text(now[column])):
                about = {"measure_id": code} if table == "measure" else {"measure_id": now["measure_id"], "item": code}
                yield {
                    "table_name": table, "changed_column": column, "old": old_text, "new": new_text,
                    "kind": "changed", "redefines": True, **about,
                }  # fmt: skip


def _as_text(cell: object) -> str | None:
    if cell is None or pd.isna(cell):  # type: ignore[call-overload]
        return None
    return str(cell).lower() if isinstance(cell, bool) or str(cell) in ("True", "False") else str(cell)


def _places(old: pd.DataFrame, new: pd.DataFrame) -> Iterable[dict[str, Any]]:
    if old.empty or new.empty:
        return
    before, after = (frame[frame["kind"] != "unplaced"].set_index("id") for frame in (old, new))
    about = {"table_name": "neighborhood", "changed_column": "neighborhood"}
    for code in sorted(before.index.difference(after.index)):
        gone = {"old": before.loc[code, "name"], "needs_reason": True, "removes": True}
        yield {**about, "neighborhood_id": code, "kind": "gone", **gone}
    for code in sorted(after.index.difference(before.index)):
        yield {**about, "neighborhood_id": code, "kind": "new", "new": after.loc[code, "name"]}
    for code in sorted(before.index.intersection(after.index)):
        was, now = before.loc[code], after.loc[code]
        if pd.isna(was["geometry"]) or pd.isna(now["geometry"]) or was["geometry"] == now["geometry"]:
            continue
        elsewhere = _part_elsewhere(was["geometry"], now["geometry"])
        if elsewhere > NOTICEABLE_AREA:
            yield {
                "table_name": "neighborhood", "neighborhood_id": code, "changed_column": "geometry",
                "item": f"{100 * elsewhere:.3g}", "old": _area(was["area_km2"]), "new": _area(now["area_km2"]),
                "kind": "changed", "redefines": True,
            }  # fmt: skip


def _part_elsewhere(was: str, now: str) -> float:
    """The larger of what a place lost and what it gained, as a part of what it was."""
    # Degrees of longitude and latitude differ in length, but within one place alike for all its parts.
    before, after = shapely.make_valid(shapely.from_geojson([was, now]))
    lost, gained = shapely.area(before - after), shapely.area(after - before)
    return float(max(lost, gained) / shapely.area(before))


def _area(square_km: object) -> str | None:
    return None if pd.isna(square_km) else f"{square_km:.4g}"  # type: ignore[call-overload]


def _money(old: pd.DataFrame, new: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Ledgers that went, and categories that went from a ledger that is still there."""
    gone = {"table_name": "budget_line", "kind": "gone", "needs_reason": True, "removes": True}
    ledgers = set(new["ledger"])
    for ledger in sorted(set(old["ledger"]) - ledgers):
        yield {**gone, "changed_column": "ledger", "old": ledger, "ledger": ledger}
    there = set(zip(new["ledger"], new["category"], strict=True))
    for ledger, category in sorted(set(zip(old["ledger"], old["category"], strict=True)) - there):
        if ledger in ledgers:
            yield {**gone, "changed_column": "category", "old": category, "ledger": ledger}
