"""What rows that are each in order must not say together: shares above the whole, weights that nobody gives, a break
that has not come yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from data.publish.problems import Report

Frames = Mapping[str, list[pd.DataFrame]]
LISTED = 25
"""Rows of one table and problem that are listed; the last says how many more there are."""


def look_at(frames: Frames, report: Report, *, released_on: date) -> None:
    """Add to the report what does not hold. frames: by table, each with `_file` and `_row` (0: made, not read)."""
    kinds = {
        str(name): str(kind)
        for frame in frames.get("measure", [])
        for name, kind in frame[["id", "kind"]].itertuples(index=False)
    }
    for frame in frames.get("measure", []):
        told = frame[frame["sensitive"].fillna(False).astype(bool) & frame["kind"].isin(["share", "score"])]
        found = [f"{kind} {name}" for kind, name in told[["kind", "id"]].itertuples(index=False)]
        list_rows(report, "sensitive_share", told, "sensitive", found, "a count or a rate")
    for frame in frames.get("observation", []):
        kind = frame["measure_id"].map(kinds)
        counted = frame[kind.isin(["rate", "count"])]
        _parts_of_events(counted, report)
        for file in counted.loc[counted["value"].notna(), "_file"].unique():
            report.add("computed_column", file=str(file), column="value", found="values of rates or counts")
        _shares(frame[kind == "share"], report)
    _surveys(frames, report)
    for frame in frames.get("series_break", []):
        later = frame[frame["broke_on"].map(lambda day: day is not None and day > released_on)]
        found = [f"{day} for {name}" for day, name in later[["broke_on", "measure_id"]].itertuples(index=False)]
        list_rows(
            report, "break_in_the_future", later, "broke_on", found, f"a day up to {released_on}, the day of release"
        )
    _calendar(frames, report, released_on)


def _calendar(frames: Frames, report: Report, released_on: date) -> None:
    """A release is announced before its day; its plan changes after that, and nobody knows of changes to come."""
    announced: dict[str, date] = {}
    for frame in frames.get("planned_release", []):
        announced |= dict(frame[["id", "announced_on"]].itertuples(index=False))
        late = frame[[told > planned for told, planned in zip(frame["announced_on"], frame["planned_on"], strict=True)]]
        list_rows(report, "plan_out_of_order", late, "announced_on", late["announced_on"], "a day up to planned_on")
    for frame in frames.get("plan_change", []):
        since = frame["planned_release_id"].map(announced)
        days = zip(since, frame["changed_on"], strict=True)
        wrong = frame[[not (first if isinstance(first, date) else day) <= day <= released_on for first, day in days]]
        expected = f"a day from announced_on of its release up to {released_on}, the day of this one"
        list_rows(report, "plan_out_of_order", wrong, "changed_on", wrong["changed_on"], expected)


def _parts_of_events(rows: pd.DataFrame, report: Report) -> None:
    """Events come in whole numbers: a part of one is an estimate, or a slip of the pen."""
    part = rows[rows["numerator"] % 1 > 0]
    for (file, measure), some in part.groupby(["_file", "measure_id"], sort=False):
        report.add(
            "part_of_an_event",
            file=str(file),
            row=int(some["_row"].iloc[0]),
            found=f"{some['numerator'].iloc[0]:g} for {measure}"
            f"{f', and {len(some) - 1:,} more rows' if len(some) > 1 else ''}",
            expected="a whole number",
        )


def _shares(rows: pd.DataFrame, report: Report) -> None:
    """No share is above the whole, whether it is given or counted."""
    given = rows[(rows["value"] < 0) | (rows["value"] > 100)]
    list_rows(
        report, "share_out_of_range", given, "value", map("{:g}".format, given["value"]), "a number from 0 to 100"
    )
    for measure, many in rows[rows["value"].notna()].groupby("measure_id", sort=False):
        if many["value"].between(0, 1).all() and (many["value"] % 1 > 0).any():
            some = f"{many['value'].iloc[0]:g} for {measure}"
            report.add("shares_look_like_parts", file=str(many["_file"].iloc[0]), column="value", found=some)
    base = rows["denominator"].astype("float64").fillna(rows["n"].astype("float64"))
    above = rows[rows["numerator"] > base]
    found = [f"{part:g} of {whole:g}" for part, whole in zip(above["numerator"], base[above.index], strict=True)]
    list_rows(report, "share_out_of_range", above, "numerator", found, "no more than there are in all")


def _surveys(frames: Frames, report: Report) -> None:
    options = {
        str(question): str(words).count(";") + 1
        for frame in frames.get("survey_question", [])
        for question, words in frame[["id", "options"]].itertuples(index=False)
    }
    for frame in frames.get("survey_result", []):
        given = frame[frame["shares"].notna() & frame["question_id"].isin(list(options))]
        wanted, have = given["question_id"].map(options), given["shares"].str.count(";") + 1
        wrong = given[wanted != have]
        found = [f"{have[at]} shares for {wanted[at]} answers" for at in wrong.index]
        list_rows(report, "shares_do_not_fit_the_question", wrong, "shares", found)
    for frame in frames.get("survey_wave", []):
        untold = frame["weighted"].fillna(False).astype(bool) & frame["design_effect"].isna()
        silent = frame[untold & (frame["mode"] != "opt_in")]  # who chose to answer gets no range anyway
        list_rows(report, "weights_missing", silent, "design_effect", silent["id"], "1 or more")


def list_rows(
    report: Report,
    code: str,
    rows: pd.DataFrame,
    column: str,
    found: Iterable[str],
    expected: str | Iterable[str] = "",
) -> None:
    """A problem for each row, up to LISTED in all. found: a text a row; expected: one for all, or one a row."""
    if rows.empty:
        return
    wanted = [expected] * len(rows) if isinstance(expected, str) else list(expected)
    told = list(zip(rows["_file"], rows["_row"].fillna(0).astype(int), found, wanted, strict=True))
    for file, row, text, fits in told[:LISTED]:
        report.add(code, file=str(file), row=row or None, column=column, found=text, expected=fits)
    if len(told) > LISTED:
        report.add(code, file=str(told[LISTED][0]), column=column, found=f"{len(told) - LISTED:,} more rows")
