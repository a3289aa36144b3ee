"""Why figures differ from the release before: the publisher's words are matched to what differs, and asked for.

A figure that was told to people may not change in silence, and what it means even less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from data import periods
from data.models import Revision, RevisionReason, SeriesBreak
from data.publish.frames import typed
from data.publish.problems import Problem, problem

NAMES = ("measure_id", "neighborhood_id", "period", "ledger")
"""What a reason may name."""
SHOWN = 3
"""Examples of one problem."""
TABLES_READ = ("revision_reason", "series_break", "measure", "neighborhood")


def explained(
    differences: pd.DataFrame,
    old: Mapping[str, pd.DataFrame],
    new: Mapping[str, pd.DataFrame],
    *,
    since: date,
    files: Mapping[str, str],
) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows of table `revision` with their reasons, and what is still missing.

    differences: as `revisions.differences` gives them. old, new: the two releases' tables. since: the day of the
    release before; a break after it is new to readers. files: table -> the file of the pack where its rows belong.
    A row of revision_reason that names more goes before one that names less, then by id. Where a definition changed and
    a break says so, the break's note is the reason.
    """
    reasons = typed(new.get("revision_reason"), RevisionReason)
    found = differences.assign(
        by=pd.Series(pd.NA, index=differences.index, dtype="object"),
        wants=(differences["kind"] == "changed") | differences["needs_reason"] | differences["redefines"],
    )
    for row in _most_named_first(reasons):
        mine = found["by"].isna() & found["wants"] & _matches(row, found)
        for name, word in (("reason_kind", row["kind"]), ("reason", row["reason"]), ("by", row["id"])):
            found.loc[mine, name] = word
    breaks = _new_breaks(old, new, since)
    found["is_break"] = False
    for at in found.index[found["redefines"]]:
        is_break, note = _break_of(found.loc[at], breaks, new)
        found.loc[at, "is_break"] = is_break
        if note is not None and pd.isna(found.loc[at, "by"]):
            found.loc[at, ["reason_kind", "reason"]] = ["method", note]
    problems = [
        *_unknown_names(reasons, old, new, files["revision_reason"]),
        *_silent_changes(found, files["revision_reason"]),
        *_silent_definitions(found, reasons, files["series_break"], files["revision_reason"]),
        *_idle(reasons, found, files["revision_reason"]),
    ]
    return typed(found, Revision), problems


def _most_named_first(reasons: pd.DataFrame) -> list[dict[str, str]]:
    rows = [{str(name): cell for name, cell in row.items()} for row in reasons.to_dict("records")]
    return sorted(rows, key=lambda row: (-sum(pd.notna(row[name]) for name in NAMES), row["id"]))


def _matches(reason: Mapping[str, str], rows: pd.DataFrame) -> pd.Series[bool]:
    fits = pd.Series(True, index=rows.index)
    for name in ("measure_id", "neighborhood_id", "ledger"):
        if pd.notna(reason[name]):
            fits &= rows[name] == reason[name]
    if pd.notna(reason["period"]):
        within = {code: _is_within(str(code), reason["period"]) for code in rows.loc[fits, "period"].dropna().unique()}
        fits &= rows["period"].map(within).astype("boolean").fillna(False).astype(bool)
    return fits


def _is_within(code: str, of: str) -> bool:
    if code == of:
        return True
    try:
        inner, outer = periods.parse(code), periods.parse(of)
    except periods.UnknownPeriod:
        return False
    return outer.start <= inner.start and inner.end <= outer.end


def _new_breaks(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame], since: date) -> pd.DataFrame:
    """Breaks that readers of the release before did not know, or that lay ahead of them."""
    before, after = (typed(tables.get("series_break"), SeriesBreak) for tables in (old, new))
    known = set(zip(before["measure_id"], map(str, before["broke_on"]), strict=True))
    keys = zip(after["measure_id"], map(str, after["broke_on"]), strict=True)
    is_new = [key not in known or key[1] > since.isoformat() for key in keys]
    return after[pd.Series(is_new, index=after.index, dtype=bool)]


def _break_of(row: pd.Series, breaks: pd.DataFrame, new: Mapping[str, pd.DataFrame]) -> tuple[bool, str | None]:
    """Whether breaks tell of a redefinition, and the last one's note. A boundary: one for each measure there."""
    if row["table_name"] != "neighborhood":
        notes = breaks.loc[breaks["measure_id"] == row["measure_id"], "note"]
        return len(notes) > 0, str(notes.iloc[-1]) if len(notes) else None
    figures = new["observation"]
    measures = set(figures.loc[figures["neighborhood_id"] == row["neighborhood_id"], "measure_id"])
    told = breaks[(breaks["kind"] == "boundary") & breaks["measure_id"].isin(measures)]
    return measures <= set(told["measure_id"]), str(told["note"].iloc[-1]) if len(told) else None


def _unknown_names(
    reasons: pd.DataFrame, old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame], file: str
) -> Iterator[Problem]:
    """A reason may name a measure or a place that went, so both releases count."""
    for column, table in (("measure_id", "measure"), ("neighborhood_id", "neighborhood")):
        known = {str(code) for tables in (old, new) if table in tables for code in tables[table]["id"]}
        for row in reasons[reasons[column].notna() & ~reasons[column].isin(known)].to_dict("records"):
            found = f"{row[column]!r} in the row {row['id']!r}"
            expected = f"the code of a {table}, now or in the release before"
            yield problem("unknown_reference", file=file, column=column, found=found, expected=expected)


def _silent_changes(found: pd.DataFrame, file: str) -> Iterator[Problem]:
    """One problem for each measure or ledger: what changed, was and is; a few examples, and how many there are."""
    silent = found[found["needs_reason"] & found["reason"].isna()]
    about = silent["measure_id"].fillna(silent["ledger"]).fillna("")
    for (table, _), rows in silent.groupby(["table_name", about], sort=True):
        some = "; ".join(_told(row) for _, row in rows.head(SHOWN).iterrows())
        more = f"; and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
        yield problem("change_without_reason", file=file, found=f"{table}: {some}{more}", expected=_row_for(rows))


def _told(row: pd.Series) -> str:
    """'burglary, westbrook, 2025-03: numerator was 20, is 10'; numbers that may be printed only."""
    where = [row[name] for name in ("measure_id", "neighborhood_id", "period", "item") if pd.notna(row[name])]
    if pd.notna(row["group_name"]) and row["group_name"] != "all":
        where.append(row["group_name"])
    was, now = ("nothing to show" if pd.isna(row[side]) else str(row[side]) for side in ("old", "new"))
    said = f"{row['changed_column']} was {was}, is not there now"
    if row["kind"] != "gone":
        said = f"{row['changed_column']} was {was}, is {now}"
    return f"{', '.join(map(str, where))}{': ' if where else ''}{said}"


def _row_for(rows: pd.DataFrame) -> str:
    """The cells of a row of revision_reason that would explain all of these."""
    cells = []
    for name in NAMES:
        codes = rows[name].unique()
        if len(codes) == 1 and pd.notna(codes[0]):
            cells.append(f"{name} {codes[0]}")
    return f"a row for {', '.join(cells)}" if cells else "a row of revision_reason"


def _silent_definitions(found: pd.DataFrame, reasons: pd.DataFrame, breaks: str, file: str) -> Iterator[Problem]:
    """Redefinitions that no break tells of, and of which nobody said that only the words are new."""
    named = reasons.set_index("id")
    for _, row in found[found["redefines"] & ~found["is_break"]].iterrows():
        is_place = row["table_name"] == "neighborhood"
        name = "neighborhood_id" if is_place else "measure_id"
        by = named.loc[row["by"]] if pd.notna(row["by"]) else None
        if by is not None and by["kind"] == "method" and (pd.isna(row[name]) or by[name] == row[name]):
            continue
        code = row["item"] if row["table_name"] == "survey_question" else row[name]
        found_text = f"{row['table_name']} {code}: {row['changed_column']} was {row['old']!r}, is {row['new']!r}"
        if is_place:
            found_text = f"neighborhood {code}: {row['item']}% of it lies elsewhere now"
        yield problem(
            "definition_changed_silently",
            file=breaks,
            found=found_text,
            expected="a row of kind boundary for each measure with figures there"
            if is_place
            else f"a row for {row[name]}",
            fix=f"Add the day from which figures cannot be compared. Where only words are new, say so in {file}: "
            f"kind method, {name} {row[name]}."
            if pd.notna(row[name])
            else f"Give a question with other words its own code, or say in {file}, kind method, that it is the same.",
        )


def _idle(reasons: pd.DataFrame, found: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Reasons that no change was found for: perhaps a slip in a code."""
    idle = set(reasons["id"]) - set(found["by"].dropna())
    for code in sorted(idle):
        yield problem("reason_without_change", file=file, found=f"the row {code!r}")
