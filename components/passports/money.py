"""The passport of an amount of money: which ledger, year and phase, what is added up, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import pandas as pd

from components import formats
from components.passports.passport import PAGE, Passport, facts_of, label, release_facts, source_facts
from components.scope import Scope
from components.tables import Figured
from data import queries

YEAR, LEDGER, BY, PART, PHASE, AT = "fy", "ledger", "by", "part", "phase", "at"
PHASE_NAMES = {
    "adopted": "first_plan",
    "amendments": "changes",
    "revised": "plan_now",
    "actual": "spent",
    "encumbered": "promised",
    "available": "left",
}
"""Columns of `queries.budget_by` and their names in the catalog, in the order of the steps."""
LINES_OF = {
    "adopted": ("adopted",),
    "amendments": ("amendment",),
    "revised": ("adopted", "amendment"),
    "actual": ("actual",),
    "encumbered": ("encumbrance",),
    "available": ("adopted", "amendment", "actual", "encumbrance"),
}
"""Which lines an amount is worked out from."""
COLUMN_OF = {"adopted": "adopted", "amendment": "amendments", "actual": "actual", "encumbrance": "encumbered"}
"""The column of a line's phase."""
REACHES = ("citywide", "outside_city", "shared", "not_split", "total")
"""Parts of the money by place that are no place."""


@dataclass(frozen=True)
class MoneyKey:
    """Which amount: a column of `queries.budget_by`, of one part of the lines.

    by: a column of the lines, `place`, or `line` (a single line; with `at`, a neighborhood's part of it). part: its
    value; empty for all of them together. Without a ledger or a year: all.
    """

    phase: str
    by: str = "fiscal_year"
    part: str = ""
    fiscal_year: str = ""
    ledger: str = ""
    at: str = ""

    def codes(self) -> dict[str, str]:
        """The address of the amount."""
        by = "" if self.by == "fiscal_year" else self.by
        codes = {PHASE: self.phase, BY: by, PART: self.part, YEAR: self.fiscal_year, LEDGER: self.ledger, AT: self.at}
        return {name: code for name, code in codes.items() if code}


def money_figured(key: MoneyKey, scope: Scope, text: str) -> Figured:
    """A text that states an amount, leading to its page."""
    when = scope.say("passport.all_years") if key.by != "line" else ""
    if key.fiscal_year:
        when = formats.sentence_case(formats.period_label(key.fiscal_year, scope.language))
    told = label(scope.say(f"budget.{PHASE_NAMES[key.phase]}"), when, scope.say("reading.full_count"))
    return Figured(text, scope.link(PAGE, **key.codes()), told)


def find_money(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the amount that an address names; None where this release does not hold it."""
    key = money_key(codes)
    if key.phase not in PHASE_NAMES or key.by not in (*get_args(queries.By), "line", "place"):
        return None
    return money_passport(key, scope)


def money_key(codes: Mapping[str, str]) -> MoneyKey:
    """The amount that the codes of an address name, known or not."""
    return MoneyKey(
        codes.get(PHASE, ""), codes.get(BY) or "fiscal_year", codes.get(PART, ""), codes.get(YEAR, ""),
        codes.get(LEDGER, ""), codes.get(AT, ""),
    )  # fmt: skip


def money_passport(key: MoneyKey, scope: Scope) -> Passport | None:
    """The passport of an amount; None where this release has no such lines."""
    said = scope.say
    found = amount_of(key, scope)
    if found is None:
        return None
    lines = lines_of(key, scope)
    beside = [] if key.by in ("line", "place") else _other_phases(key, scope)
    name = said(f"budget.{PHASE_NAMES[key.phase]}")
    part = part_name(key, scope)
    year = formats.sentence_case(formats.period_label(key.fiscal_year, scope.language)) if key.fiscal_year else ""
    ledger = scope.words.name_of("kinds.budget_line.ledger", key.ledger) if key.ledger else ""
    missing = pd.isna(found)
    value = said("budget.not_reported") if missing else formats.money_exact(int(found), scope.language)
    short = "" if missing else formats.money(int(found), scope.language)
    return Passport(
        title=said("passport.money_title", phase=name, part=part) if part else name,
        where=", ".join(text for text in (year or said("passport.all_years"), ledger) if text),
        value=value,
        range=said("passport.no_value") if missing else said("passport.money_range"),
        facts=facts_of(
            (said("passport.value"), value),
            (said("passport.short"), "" if short == value else short),
            (said("passport.cents"), "" if missing else cents_text(int(found), scope)),
            (said("passport.range"), said("passport.no_value") if missing else said("passport.money_range")),
            (said("passport.base"), said("passport.lines", n=len(lines))),
            (said("passport.definition"), said(f"passport.phase_{key.phase}")),
            (said("passport.formula"), _formula(key, scope)),
            (said("budget.year"), year),
            (said("table.status"), _year_status(key, scope)),
            (said("budget.ledger"), ledger),
            (said("table.place"), scope.name_of(key.at) if key.at else ""),
            *beside,
            (said("passport.share_of_all"), share_of_total(key, found, scope)),
            (said("passport.caveat"), said("limits.money")),
            *source_facts(scope, lines.source_id),
            *release_facts(scope),
        ),
        codes=key.codes(),
        table="budget_line",
        row={
            "ledger": key.ledger or None, "fiscal_year": key.fiscal_year or None, "by": key.by,
            "part": key.part or None, "neighborhood_id": key.at or None, "phase": key.phase,
            "amount_cents": None if missing else int(found), "lines": len(lines),
        },
    )  # fmt: skip


def share_of_total(key: MoneyKey, cents: Any, scope: Scope) -> str:
    """An amount of a part as a share of all of that year and book, with the total named; empty where it is no part."""
    if not (key.part and key.fiscal_year and key.ledger) or key.by == "line" or pd.isna(cents):
        return ""
    total = amount_of(MoneyKey(key.phase, fiscal_year=key.fiscal_year, ledger=key.ledger), scope)
    if total is None or pd.isna(total) or int(total) <= 0 or int(cents) < 0:
        return ""
    return scope.say(
        "passport.share_of_total",
        share=formats.percent(100 * int(cents) / int(total), scope.language),
        total=formats.money_exact(int(total), scope.language),
        short=formats.money(int(total), scope.language),
    )


def amount_of(key: MoneyKey, scope: Scope) -> Any:
    """The amount in cents; NA where it is not reported, None where the release has no such lines."""
    asked = {"ledger": key.ledger or None, "fiscal_year": key.fiscal_year or None}
    if key.by == "place":
        if key.phase != place_phase(scope, key.ledger, key.fiscal_year):
            return None
        return dict(money_by_place(scope, key.ledger, key.fiscal_year)).get(key.part)
    if key.by == "line":
        lines = scope.ask(queries.budget_lines)
        line = lines[(lines.id == key.part) & lines.phase.isin(LINES_OF[key.phase])]
        if line.empty or not key.at:
            return None if line.empty else line.amount_cents.iloc[0]
        shares = scope.ask(queries.shares_of_year)
        mine = shares[(shares.id == key.part) & (shares.neighborhood_id == key.at)]
        return None if mine.empty else mine.part_cents.iloc[0]
    frame = scope.ask(queries.budget_by, by=key.by, **asked)
    frame = frame[frame[key.by].notna()]
    if key.part:
        frame = frame[frame[key.by] == key.part]
    if frame.empty:
        return None
    amounts = frame[key.phase]
    return amounts.sum() if amounts.notna().any() else pd.NA


def lines_of(key: MoneyKey, scope: Scope) -> pd.DataFrame:
    """The lines that an amount is worked out from: the columns of `budget_line`."""
    lines = scope.ask(queries.budget_lines, ledger=key.ledger or None, fiscal_year=key.fiscal_year or None)
    lines = lines[lines.phase.isin(LINES_OF[key.phase])]
    if key.by == "line":
        return lines[lines.id == key.part]
    if key.by == "place":
        if key.part in ("citywide", "outside_city"):
            return lines[lines.reach == key.part]
        if key.part in REACHES:
            return lines if key.part == "total" else lines[lines.reach.isin(["direct", "shared"])]
        shares = scope.ask(queries.shares_of_year, ledger=key.ledger or None, fiscal_year=key.fiscal_year or None)
        return lines[lines.id.isin(shares.id[shares.neighborhood_id == key.part])]
    lines = lines[lines[key.by].notna()]
    return lines[lines[key.by] == key.part] if key.part else lines


def place_phase(scope: Scope, ledger: str, year: str) -> str:
    """What money by place tells of a year: the plan, or what was awarded where there is no plan."""
    lines = scope.ask(queries.budget_lines, ledger=ledger, fiscal_year=year)
    return "revised" if lines.phase.isin(["adopted"]).any() else "encumbered"


def money_by_place(scope: Scope, ledger: str, year: str) -> list[tuple[str, int]]:
    """A year's money by place: code and cents. Codes are those of `REACHES` or of a neighborhood; nothing is spread.

    citywide and outside_city stand for themselves; shared is what several places have together without a split;
    not_split is what is left of lines after their declared parts; total adds up all to the cent.
    """
    lines = scope.ask(queries.budget_lines, ledger=ledger, fiscal_year=year)
    lines = lines[lines.phase.isin(LINES_OF[place_phase(scope, ledger, year)])]
    shares = scope.ask(queries.shares_of_year, ledger=ledger, fiscal_year=year)
    placed = shares[shares.id.isin(lines.id)]
    split = placed[placed.part_cents.notna()]
    unsplit = lines[lines.reach.isin(["direct", "shared"]) & ~lines.id.isin(split.id)]
    amounts = [(reach, int(lines.amount_cents[lines.reach == reach].sum())) for reach in ("citywide", "outside_city")]
    if len(unsplit):
        amounts.append(("shared", int(unsplit.amount_cents.sum())))
    parts = split.groupby("neighborhood_id").part_cents.sum()
    amounts += [(str(place), int(cents)) for place, cents in parts.items()]
    remainder = int(lines.amount_cents[lines.id.isin(split.id)].sum()) - int(split.part_cents.sum())
    amounts += [("not_split", remainder), ("total", int(lines.amount_cents.sum()))]
    return [(code, cents) for code, cents in amounts if cents or code in ("citywide", "total")]


def part_name(key: MoneyKey, scope: Scope) -> str:
    """The name of the part that an amount is of; empty for all."""
    said = scope.say
    if not key.part:
        return ""
    if key.by == "place":
        if key.part not in REACHES:
            return scope.name_of(key.part)
        return said(f"budget.{key.part}")
    if key.by == "program_id":
        programs = scope.ask(queries.programs, language=scope.language).set_index("id").name
        return str(programs.get(key.part, key.part))
    if key.by == "line":
        return line_name(scope, key.part)
    if key.by == "grant_id":
        grants = scope.ask(queries.grants, language=scope.language).set_index("id").name
        return str(grants.get(key.part, key.part))
    if key.by in ("category", "reach"):
        return scope.words.name_of(f"kinds.budget_line.{key.by}", key.part)
    return key.part


def line_name(scope: Scope, line: str) -> str:
    """A budget line by its office, what it buys and its phase; its code where the release does not have it."""
    lines = scope.ask(queries.budget_lines).set_index("id")
    if line not in lines.index:
        return line
    row = lines.loc[line]
    names = [str(row.unit_name)] if isinstance(row.unit_name, str) else []
    names += [scope.words.name_of(f"kinds.budget_line.{name}", str(row[name])) for name in ("category", "phase")]
    return ", ".join(names)


def cents_text(cents: int, scope: Scope) -> str:
    """An amount to the cent: $1,204,350.12."""
    number = formats.count(abs(cents) // 100, scope.language)
    return f"{formats.MINUS if cents < 0 else ''}${number}.{abs(cents) % 100:02d}"


def _other_phases(key: MoneyKey, scope: Scope) -> list[tuple[str, str]]:
    """The same part of the lines in the other phases, in whole dollars and in short."""
    facts = []
    for phase, name in PHASE_NAMES.items():
        cents = amount_of(replace(key, phase=phase), scope)
        if phase == key.phase or cents is None or pd.isna(cents):
            continue
        exact, short = formats.money_exact(int(cents), scope.language), formats.money(int(cents), scope.language)
        facts.append((scope.say(f"budget.{name}"), exact if exact == short else f"{exact} ({short})"))
    return facts


def _formula(key: MoneyKey, scope: Scope) -> str:
    if key.by == "line" and key.at:
        return scope.say("passport.formula_share")
    if key.phase in ("revised", "available"):
        return scope.say(f"passport.formula_{key.phase}")
    return scope.say("passport.formula_sum")


def _year_status(key: MoneyKey, scope: Scope) -> str:
    years = scope.ask(queries.fiscal_years, language=scope.language)
    found = years[years.id == key.fiscal_year]
    return "" if found.empty else scope.words.name_of("kinds.fiscal_year.status", str(found.iloc[0].status))
