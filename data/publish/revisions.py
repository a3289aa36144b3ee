"""What differs from the release before: every changed figure and budget line, in rows that people can read.

Whole new periods, and whole new measures, are news and not revisions: one row says so, instead of one for each place.
A number that is withheld in either release is never printed here, for the one would give away the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data import periods
from data.models import (
    BudgetLine,
    ComplaintSummary,
    FiscalYear,
    Measure,
    Neighborhood,
    Observation,
    Population,
    Revision,
    SurveyQuestion,
    SurveyResult,
    SurveyWave,
    Table,
)
from data.publish import definitions, records
from data.publish.frames import typed

READ: dict[str, type[Table]] = {
    "observation": Observation,
    "budget_line": BudgetLine,
    "survey_result": SurveyResult,
    "complaint_summary": ComplaintSummary,
    "population": Population,
    "fiscal_year": FiscalYear,
    "measure": Measure,
    "neighborhood": Neighborhood,
    "survey_question": SurveyQuestion,
    "survey_wave": SurveyWave,
    **records.READ,
    **records.BESIDE,
}
"""Tables that are compared, or that say what the compared ones are about."""

AT = ["measure_id", "neighborhood_id", "period", "group_name", "item"]
"""Where a figure stands, in the words of table `revision`."""
HAND_SIZED = "under_30_answers"
"""Of figures with this reason even the number of answers may be withheld."""
NO_FIGURE = ("not_reported", "not_applicable")
JUDGED = ("needs_reason", "removes", "redefines", "ledger")
"""What `differences` says beside the columns of `revision`."""


@dataclass(frozen=True)
class ExplainFrom:
    """From which change on a figure that differs needs a reason.

    percent: of what it was, in percent. events: a count must also differ by so many; else one event more or less in a
    small neighborhood would need words. usd: the same for money, in dollars.
    """

    percent: float = 5.0
    events: int = 10
    usd: float = 1_000.0


@dataclass(frozen=True)
class _Kind:
    """A table of figures. key: columns of AT that name a figure. numbers, words: what is compared.

    wholes: name -> columns of AT; where they lead to nothing in the other release, one row tells of all of them, with
    what `about` names, which is the same for all.
    """

    table: str
    key: list[str]
    numbers: tuple[str, ...]
    wholes: dict[str, list[str]]
    words: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


_OBSERVATION = _Kind(
    "observation",
    AT[:4],
    ("value", "numerator", "denominator", "n"),
    {"measure": ["measure_id"], "group_name": ["measure_id", "group_name"], "period": ["measure_id", "period"]},
)
_BUDGET = _Kind(
    "budget_line",
    ["item"],
    ("amount_cents",),
    {"period": ["period"]},
    ("fiscal_year", "ledger", "fund", "category", "program_id", "phase", "reach"),
)
_SURVEY = _Kind(
    "survey_result",
    ["neighborhood_id", "group_name", "item"],
    ("n", "dont_know_share"),
    {"item": ["item"]},
    ("shares",),
    ("measure_id", "period"),
)
_COMPLAINTS = _Kind(
    "complaint_summary",
    ["neighborhood_id", "period"],
    ("received", "closed", "sustained", "not_sustained", "unfounded", "exonerated", "other", "pending",
     "sworn_officers"),
    {"period": ["period"]},
)  # fmt: skip
_POPULATION = _Kind(
    "population",
    ["neighborhood_id", "period"],
    ("residents", "margin_of_error", "households"),
    {"period": ["period"]},
)
KINDS = (_OBSERVATION, _BUDGET, _SURVEY, _COMPLAINTS, _POPULATION)
WHOLES = ("measure", "group_name", "period", "item", "neighborhood", "ledger", "category")
"""changed_column of a row that is new or gone and tells of all figures of something, not of one."""


def compare(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of table `revision` between two releases' tables (by table name; those of READ are read).

    kind: changed (a number or a text), status (what may be said), new and gone (rows of a period that the measure had
    before, or still has). A whole period that is new or gone is one row with changed_column "period" and no
    neighborhood, a whole measure one with changed_column "measure"; old or new holds how many figures. Numbers are
    plain text; amounts are in cents. Without a release before (no observations, no budget lines) nothing is a revision.
    Reasons are filled in by `data.publish.reasons`.
    """
    return typed(differences(old, new, ExplainFrom()), Revision)


def differences(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame], explain: ExplainFrom) -> pd.DataFrame:
    """The rows of `compare`, and what follows from each: needs_reason (nobody may change this in silence), removes
    (something that was published is not there any more), redefines (it now means something else), ledger (of money).

    No reason is asked for what is new, for a running period that is told up to a later day now, for money of a year
    whose books were open, and for figures that are withheld or too small a number to say: their status says why.
    """
    was = {name: typed(old.get(name), model) for name, model in READ.items()}
    now = {name: typed(new.get(name), model) for name, model in READ.items()}
    if was["observation"].empty and was["budget_line"].empty:
        return typed(None, Revision).assign(needs_reason=False, removes=False, redefines=False, ledger=None)
    redefined = definitions.changes(was, now)
    gone, come = (_places(redefined, kind) for kind in ("gone", "new"))
    parts = []
    for kind in KINDS:
        before, after = (_placed(kind, tables) for tables in (was, now))
        if "neighborhood_id" in kind.key:  # told once, with the place
            before = before[~before["neighborhood_id"].isin(gone)]
            after = after[~after["neighborhood_id"].isin(come)]
        parts.append(_of_figures(kind, before, after, explain))
    parts[KINDS.index(_SURVEY)] = _not_told_by_measures(parts[KINDS.index(_SURVEY)])
    parts += [redefined, records.changes(was, now)]
    filled = [part for part in parts if len(part)]
    told = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    judged = {
        name: told[name].astype("boolean").fillna(False).astype(bool).array if name in told else False
        for name in JUDGED[:3]
    }
    found = typed(told, Revision).assign(**judged, ledger=told.get("ledger"))
    return found.assign(id=np.arange(1, len(found) + 1))


def _places(redefined: pd.DataFrame, kind: str) -> list[str]:
    rows = redefined[(redefined["table_name"] == "neighborhood") & (redefined["kind"] == kind)]
    return list(rows["neighborhood_id"])


def _placed(kind: _Kind, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A table with the columns of AT, ledger, status, reason, is_open, and what is compared."""
    frame = tables[kind.table]
    if kind is _BUDGET:
        years = tables["fiscal_year"]
        running = frame["fiscal_year"].isin(years.loc[years["status"] == "in_progress", "id"])
        frame = frame.assign(
            item=frame["id"],
            period=frame["fiscal_year"],
            is_open=running & frame["phase"].isin(["actual", "encumbrance"]),
        )
    elif kind is _SURVEY:
        asked = tables["survey_question"].set_index("id")["measure_id"]
        when = tables["survey_wave"].set_index("id")["period"]
        frame = frame.assign(
            item=frame["wave_id"] + "/" + frame["question_id"],
            measure_id=frame["question_id"].map(asked),
            period=frame["wave_id"].map(when),
        )
    elif kind is _POPULATION:
        frame = frame.assign(period=frame["year"].astype("str"))
    wanted = [*AT, "ledger", "status", "reason"]
    missing = {name: pd.Series(np.nan, frame.index, dtype="str") for name in wanted if name not in frame}
    frame = frame.assign(**missing)
    if "is_open" not in frame:
        frame = frame.assign(is_open=False)
    return frame[list(dict.fromkeys([*wanted, "is_open", *kind.numbers, *kind.words]))]


def _of_figures(kind: _Kind, old: pd.DataFrame, new: pd.DataFrame, explain: ExplainFrom) -> pd.DataFrame:
    if old.empty and new.empty:
        return pd.DataFrame()
    keys = dict.fromkeys(kind.key, object)  # pandas cannot join on text columns without a row
    both = old.astype(keys).merge(
        new.astype(keys), on=kind.key, how="outer", suffixes=("_old", "_new"), indicator="where"
    )
    both = both.sort_values(kind.key, ignore_index=True)
    for name in [*AT, "ledger"]:
        if name not in kind.key:
            both[name] = both[f"{name}_new"].fillna(both[f"{name}_old"])
    parts = [
        *_alone(kind, both[both["where"] == "right_only"], old, "new"),
        *_alone(kind, both[both["where"] == "left_only"], new, "gone"),
        *_changed(kind, both[both["where"] == "both"], explain),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame()
    found = pd.concat(filled, ignore_index=True)
    order = [*kind.wholes, "status", *kind.numbers, *kind.words]
    found["order"] = pd.Categorical(found["changed_column"], list(dict.fromkeys(order)))
    found = found.reindex(columns=[*dict.fromkeys([*AT, *found.columns])])
    found = found.sort_values([*AT, "order"], na_position="first", ignore_index=True)
    return found.drop(columns="order").assign(table_name=kind.table)


def _alone(kind: _Kind, rows: pd.DataFrame, other: pd.DataFrame, says: str) -> list[pd.DataFrame]:
    """Rows that only one of the releases has: whole ones counted together, the others one by one."""
    side = "new" if says == "new" else "old"
    holds = rows[[f"{name}_{side}" for name in (*kind.numbers, *kind.words)]].notna().any(axis=1)
    holds |= rows[f"status_{side}"] == "withheld"
    rows = rows.assign(removes=holds & (says == "gone") & ~rows[f"is_open_{side}"].astype("boolean").fillna(False))
    parts = []
    for name, columns in kind.wholes.items():
        known = pd.MultiIndex.from_frame(other[columns].drop_duplicates())
        whole = ~pd.MultiIndex.from_frame(rows[columns]).isin(known)
        about = list(dict.fromkeys([*columns, *kind.about]))
        told = rows[whole].groupby(about, dropna=False)["removes"].agg(["size", "any"]).reset_index()
        removes = told["any"] & ~_superseded(told, other, columns)
        told = told.assign(changed_column=name, kind=says, needs_reason=removes, removes=removes)
        parts.append(told.assign(**{side: told["size"].astype("str")}).drop(columns=["size", "any"]))
        rows = rows[~whole]
    number = rows[f"{kind.numbers[0]}_{side}"].astype("float64")
    if kind is _OBSERVATION:
        number = number.fillna(rows[f"numerator_{side}"].astype("float64"))
    number = number.mask((rows[f"status_{side}"] == "withheld") | (rows[f"reason_{side}"] == HAND_SIZED))
    single = rows[[*AT, "ledger", "removes"]].assign(
        changed_column=kind.numbers[0], kind=says, needs_reason=rows["removes"], **{side: _plain(number)}
    )
    return [*parts, single]


def _not_told_by_measures(answers: pd.DataFrame) -> pd.DataFrame:
    """Answers to questions that feed a measure: what its figures tell already is not told twice."""
    if answers.empty:
        return answers
    twice = answers["measure_id"].notna() & ((answers["kind"] != "changed") | (answers["changed_column"] == "n"))
    return answers[~twice]


def _superseded(told: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> pd.Series[bool]:
    """Periods such as 2025-01-01..2025-07-31 for which the other release has one from the same day to a later one."""
    if "period" not in columns:
        return pd.Series(False, index=told.index)
    beside = columns[:-1]
    there: dict[tuple[object, ...], list[str]] = {}
    for *at, code in other[columns].drop_duplicates().itertuples(index=False):
        there.setdefault(tuple(at), []).append(str(code))
    found = []
    for row in told[columns].itertuples(index=False):
        code, others = str(row[-1]), there.get(tuple(row[: len(beside)]), [])
        found.append(".." in code and any(_goes_on(code, later) for later in others))
    return pd.Series(found, index=told.index, dtype=bool)


def _goes_on(code: str, later: str) -> bool:
    try:
        ours, theirs = periods.parse(code), periods.parse(later)
    except periods.UnknownPeriod:
        return False
    return ours.start == theirs.start and ours.end < theirs.end


def _changed(kind: _Kind, rows: pd.DataFrame, explain: ExplainFrom) -> list[pd.DataFrame]:
    """Rows that both releases have, column by column."""
    parts = []
    where = [*AT, "ledger"]
    for side in ("old", "new"):
        empty = rows[[f"{name}_{side}" for name in (*kind.numbers, *kind.words)]].isna().all(axis=1)
        rows = rows.assign(**{f"empty_{side}": empty})
    was, now = rows["status_old"].fillna(""), rows["status_new"].fillna("")
    moved = was != now
    vanished = ~rows["empty_old"] & now.isin(NO_FIGURE) & ~was.isin(NO_FIGURE)
    parts.append(
        rows.loc[moved, where].assign(
            changed_column="status", kind="status", old=was[moved], new=now[moved], needs_reason=vanished[moved]
        )
    )
    hidden = (was == "withheld") | (now == "withheld")
    handful = (rows[["reason_old", "reason_new"]] == HAND_SIZED).any(axis=1)
    books_open = rows["is_open_old"].astype("boolean").fillna(False)
    numbers = {
        name: (rows[f"{name}_old"].astype("float64"), rows[f"{name}_new"].astype("float64")) for name in kind.numbers
    }
    follows = _follows(numbers) if kind is _OBSERVATION else pd.Series(False, index=rows.index)
    for name, (before, after) in numbers.items():
        told = _differs(before, after) & ~hidden & ~(handful & (name != "value"))
        needs = _is_large(before, after, name, explain) & ~books_open
        if name == "value":
            needs &= ~follows
        parts.append(
            rows.loc[told, where].assign(
                changed_column=name,
                kind="changed",
                old=_plain(before[told]),
                new=_plain(after[told]),
                needs_reason=needs[told],
            )
        )
    for name in kind.words:
        before_text, after_text = rows[f"{name}_old"], rows[f"{name}_new"]
        told = (before_text.fillna("") != after_text.fillna("")) & ~hidden & ~handful
        if name == "shares":
            pairs = zip(before_text[told], after_text[told], strict=True)
            large = pd.Series([_shares_differ(*pair, explain) for pair in pairs], index=rows.index[told], dtype=bool)
            told &= large.notna()
        else:  # money that stands elsewhere now
            amount = rows[f"{kind.numbers[0]}_new"].astype("float64").abs()
            large = (amount >= explain.usd * 100)[told] & ~books_open[told]
        parts.append(
            rows.loc[told, where].assign(
                changed_column=name,
                kind="changed",
                old=before_text[told],
                new=after_text[told],
                needs_reason=large,
            )
        )
    return parts


def _follows(numbers: Mapping[str, tuple[pd.Series, pd.Series]]) -> pd.Series[bool]:
    """Where a value moved only because its own count or base did: these are told, and judged, beside it."""
    (events, events_now), (base, base_now) = numbers["numerator"], numbers["denominator"]
    counted = events.notna() & events_now.notna() & (base.notna() == base_now.notna())
    return counted & (_differs(events, events_now) | _differs(base, base_now))


def _differs(before: pd.Series, after: pd.Series) -> pd.Series[bool]:
    same = np.isclose(before, after, rtol=1e-9, atol=1e-9, equal_nan=True)
    return pd.Series(~same, index=before.index)


def _is_large(before: pd.Series, after: pd.Series, name: str, explain: ExplainFrom) -> pd.Series[bool]:
    """Where a number that was told, and still is, moved by more than needs no words."""
    if name == "margin_of_error":  # of an estimate: it moves with it
        return pd.Series(False, index=before.index)
    floors = {"value": 0.0, "dont_know_share": 0.01, "amount_cents": explain.usd * 100}
    moved = (after - before).abs()
    return (moved > 0) & (moved >= explain.percent / 100 * before.abs()) & (moved >= floors.get(name, explain.events))


def _shares_differ(before: object, after: object, explain: ExplainFrom) -> bool:
    """True where the share of an answer moved by so many percent of itself, and by a point at least."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    old, new = (np.array([float(part) for part in text.split(";")]) for text in (before, after))
    if old.shape != new.shape:
        return True
    moved = np.abs(new - old)
    return bool(((moved >= 0.01) & (moved >= explain.percent / 100 * old)).any())


def _plain(numbers: pd.Series) -> pd.Series:
    """Numbers as short text: 212, 15.68; missing stays missing."""
    text = [None if pd.isna(number) else _text(number) for number in numbers]
    return pd.Series(text, index=numbers.index, dtype="str")


def _text(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:.6g}"
