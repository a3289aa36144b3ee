"""What differs from the release before: every changed figure and budget line, in rows that people can read.

Whole new periods, and whole new measures, are news and not revisions: one row says so, instead of one for each place.
A number that is withheld in either release is never printed here, for the one would give away the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.models import BudgetLine, Observation, Revision, Table
from data.publish.frames import joined, typed

READ: dict[str, type[Table]] = {"observation": Observation, "budget_line": BudgetLine}
KEY = ["measure_id", "neighborhood_id", "period", "group_name"]
NUMBERS = ("value", "numerator", "denominator", "n")
HAND_SIZED = "under_30_answers"
"""Of figures with this reason even the number of answers may be withheld."""


def compare(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of table `revision` between two releases' tables (by table name; only observation and budget_line are read).

    kind: changed (a number), status (what may be said), new and gone (rows of a period that the measure had before, or
    still has). A whole period that is new or gone is one row with changed_column "period" and no neighborhood, a whole
    measure one with changed_column "measure"; old or new holds how many figures. Numbers are plain text; amounts are in
    cents. With no release before (no observations and no budget lines) nothing is a revision.
    """
    was = {name: typed(old.get(name), model) for name, model in READ.items()}
    now = {name: typed(new.get(name), model) for name, model in READ.items()}
    if all(frame.empty for frame in was.values()):
        return typed(None, Revision)
    rows = [
        *_of_observations(was["observation"], now["observation"]),
        *_of_budget(was["budget_line"], now["budget_line"]),
    ]
    found = joined(Revision, *rows)
    return typed(found.assign(id=np.arange(1, len(found) + 1)), Revision)


def _of_observations(old: pd.DataFrame, new: pd.DataFrame) -> list[pd.DataFrame]:
    both = old[[*KEY, *NUMBERS, "status", "reason"]].merge(
        new[[*KEY, *NUMBERS, "status", "reason"]], on=KEY, how="outer", suffixes=("_old", "_new"), indicator="where"
    )
    both = both.sort_values(KEY, ignore_index=True).assign(table_name="observation")
    parts = []

    news, gone = both[both["where"] == "right_only"], both[both["where"] == "left_only"]
    for rows, other, kind, filled in ((news, old, "new", "new"), (gone, new, "gone", "old")):
        known_measure = rows["measure_id"].isin(other["measure_id"].unique())
        periods = pd.MultiIndex.from_frame(other[["measure_id", "period"]].drop_duplicates())
        known_period = pd.MultiIndex.from_frame(rows[["measure_id", "period"]]).isin(periods)
        measures = rows[~known_measure].groupby("measure_id").size().astype("str").rename(filled).reset_index()
        parts.append(measures.assign(changed_column="measure", kind=kind))
        whole = (
            rows[known_measure & ~known_period]
            .groupby(["measure_id", "period"])
            .size()
            .astype("str")
            .rename(filled)
            .reset_index()
        )
        parts.append(whole.assign(changed_column="period", kind=kind))
        single = rows[known_measure & known_period]
        number = single[f"value_{filled}"].fillna(single[f"numerator_{filled}"])
        number = number.mask(single[f"status_{filled}"] == "withheld")
        parts.append(single[KEY].assign(changed_column="value", kind=kind, **{filled: _plain(number)}))

    kept = both[both["where"] == "both"]
    moved = kept[kept["status_old"] != kept["status_new"]]
    parts.append(
        moved[KEY].assign(changed_column="status", kind="status", old=moved["status_old"], new=moved["status_new"])
    )
    hidden = (kept[["status_old", "status_new"]] == "withheld").any(axis=1)
    handful = (kept[["reason_old", "reason_new"]] == HAND_SIZED).any(axis=1)
    for column in NUMBERS:
        before, after = kept[f"{column}_old"].astype("float64"), kept[f"{column}_new"].astype("float64")
        same = np.isclose(before, after, rtol=1e-9, atol=1e-9, equal_nan=True)
        told = ~same & ~hidden & ~(handful & (column != "value"))
        parts.append(
            kept.loc[told, KEY].assign(
                changed_column=column, kind="changed", old=_plain(before[told]), new=_plain(after[told])
            )
        )
    found = joined(Revision, *(part.assign(table_name="observation") for part in parts))
    found["order"] = pd.Categorical(found["changed_column"], ["measure", "period", "status", *NUMBERS])
    return [found.sort_values([*KEY, "order"], na_position="first", ignore_index=True).drop(columns="order")]


def _of_budget(old: pd.DataFrame, new: pd.DataFrame) -> list[pd.DataFrame]:
    columns = ["id", "fiscal_year", "amount_cents"]
    both = old[columns].merge(new[columns], on="id", how="outer", suffixes=("_old", "_new"), indicator="where")
    both = both.sort_values("id", ignore_index=True)
    year = both["fiscal_year_new"].fillna(both["fiscal_year_old"])
    both = both.assign(period=year, item=both["id"])
    parts = []
    for side, other, kind, filled in (("right_only", old, "new", "new"), ("left_only", new, "gone", "old")):
        rows = both[both["where"] == side]
        whole = ~rows["period"].isin(other["fiscal_year"])
        years = rows[whole].groupby("period").size().astype("str").rename(filled).reset_index()
        parts.append(years.assign(changed_column="period", kind=kind))
        single = rows[~whole]
        parts.append(
            single[["period", "item"]].assign(
                changed_column="amount_cents", kind=kind, **{filled: _plain(single[f"amount_cents_{filled}"])}
            )
        )
    kept = both[both["where"] == "both"]
    moved = kept[kept["amount_cents_old"] != kept["amount_cents_new"]]
    parts.append(
        moved[["period", "item"]].assign(
            changed_column="amount_cents",
            kind="changed",
            old=_plain(moved["amount_cents_old"]),
            new=_plain(moved["amount_cents_new"]),
        )
    )
    return [part.assign(table_name="budget_line") for part in parts]


def _plain(numbers: pd.Series) -> pd.Series:
    """Numbers as short text: 212, 15.68; missing stays missing."""
    text = [None if pd.isna(number) else _text(number) for number in numbers]
    return pd.Series(text, index=numbers.index, dtype="str")


def _text(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:.6g}"
