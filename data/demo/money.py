"""Money in exact cents: four budget years, their changes, what was ordered and what was spent."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any

import numpy as np

from data.demo.tables import Row, Tables, texts

OVERSPENT = {"overtime": 1.09, "personnel": 0.981, "contracts": 0.957, "supplies": 0.934, "training": 0.902}
"""How much of the plan each category tends to use; others use 0.96."""

ORDERED = {"contracts": 0.31, "supplies": 0.14, "technology": 0.37, "partner_grants": 0.29}
"""How much of what is left in a running year is ordered and not yet paid."""


def add(tables: Tables, rng: np.random.Generator, *, as_of: date, spent_through: date) -> None:
    """Put budget years, lines, shares, grants and technology into the pack, as known on a day."""
    words = texts("money")
    for year in words["years"]:
        tables.add("fiscal_year", _year(year, as_of=as_of, spent_through=spent_through))
    for grant in words["grants"]:
        match = 100 * grant["match"] if grant.get("match") is not None else None
        tables.add("grant", {**grant, "award_cents": 100 * grant["award"], "match_cents": match})
    for item in words["technology"]:
        costs = {f"{name}_cents": 100 * item[name] for name in ("annual_cost", "lifetime_cost") if name in item}
        tables.add("technology_item", {**item, **costs})
    for line in _lines(rng):
        _add_line(tables, line, rng, as_of=as_of, spent_through=spent_through)


def _year(year: dict[str, Any], *, as_of: date, spent_through: date) -> Row:
    row: Row = dict(year)
    if year["ends_on"] < as_of:
        row |= {"status": "complete", "spending_through": year["ends_on"]}
        if as_of < date(year["ends_on"].year, 11, 1):
            words = texts("money")["words"]
            row |= {"note": words["books_open"], "es": {"note": words["books_open_es"]}}
    else:
        row |= {"status": "in_progress", "spending_through": spent_through}
    return row


def _lines(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Every budget item of every year with its first plan in whole dollars."""
    words = texts("money")
    years = words["years"]
    lines: list[dict[str, Any]] = []
    for unit in words["units"]:
        for category, dollars in unit["lines"].items():
            amount = float(dollars)
            for number, year in enumerate(years):
                if number:
                    amount *= 1 + float(rng.normal(0.033 if category == "personnel" else 0.024, 0.011))
                plan = {"category": category, "year": year, "dollars": round(amount)}
                lines.append({**unit, "unit": unit["name"], **plan})
    for program in words["programs"]:
        amount, started = float(program["amount"]), False
        for year in years:
            if started:
                amount *= program.get("grows", 1.028) * (1 + float(rng.normal(0, 0.012)))
            started = started or year["id"] == program["first"]
            if started:
                lines.append({**program, "program": program["id"], "year": year, "dollars": round(amount)})
    for item in words["technology"]:
        amount = float(item.get("annual_cost", 0))
        for year in reversed(years):
            approved = item.get("approved_on")
            if amount and approved and approved < year["ends_on"]:
                lines.append(
                    {
                        "unit": item["name"],
                        "fund": item["fund"],
                        "category": "technology",
                        "year": year,
                        "dollars": round(amount),
                    }
                )
            amount /= 1.031 + float(rng.normal(0, 0.006))
    return lines


def _add_line(
    tables: Tables, line: dict[str, Any], rng: np.random.Generator, *, as_of: date, spent_through: date
) -> None:
    year, words = line["year"], texts("money")
    base: Row = {
        "fiscal_year": year["id"],
        "fund": line["fund"],
        "program_id": line.get("program"),
        "unit_name": line["unit"],
        "category": line["category"],
        "reach": line.get("reach", "citywide"),
        "recipient": line.get("recipient"),
        "source_id": "budget",
    }
    item = f"{year['id']}-{_slug(line.get('program', line['unit']))}-{line['category']}"
    revised = line["dollars"]
    _put(tables, line, {**base, "id": f"{item}-adopted", "phase": "adopted", "amount_cents": 100 * line["dollars"]})
    changes = [change for change in words["amendments"] if change["line"] == item and change["voted_on"] <= as_of]
    for number, change in enumerate(changes, 1):
        revised += change["amount"]
        _put(
            tables,
            line,
            {
                **base,
                "id": f"{item}-amendment-{number}",
                "phase": "amendment",
                "amount_cents": 100 * change["amount"],
                "dated_on": change["voted_on"],
                "note": change["note"],
            },
        )
    # Drawn for every line whatever the day, so that a later release keeps the same numbers.
    used = OVERSPENT.get(line["category"], 0.96) + float(rng.normal(0, 0.028))
    closing = float(rng.normal(0.0006, 0.0015))
    ordered = ORDERED.get(line["category"], 0.0) * float(rng.uniform(0.6, 1.4))
    cents = rng.integers(0, 100, size=12)
    monthly = rng.dirichlet(np.full(12, 60.0))
    first_day, last_day = line.get("since", year["starts_on"]), line.get("until", year["ends_on"])
    spent = 0
    for month, (share, odd) in enumerate(zip(monthly, cents, strict=True)):
        start = date(year["starts_on"].year + (6 + month) // 12, (6 + month) % 12 + 1, 1)
        end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        if end <= spent_through and end >= first_day and start <= last_day:
            spent += round(100 * line["dollars"] * used * float(share)) + int(odd)
    if year["ends_on"] < as_of and as_of >= date(year["ends_on"].year, 11, 1):
        spent += round(spent * closing)  # bills that came before the books closed
    if "grant" in line:
        _add_charges(tables, line, base, item, spent, year, spent_through=spent_through)
    elif spent or first_day <= spent_through:
        _put(tables, line, {**base, "id": f"{item}-actual", "phase": "actual", "amount_cents": spent})
    left = 100 * revised - spent
    if year["ends_on"] > spent_through and ordered and left > 0:
        _put(
            tables,
            line,
            {**base, "id": f"{item}-encumbrance", "phase": "encumbrance", "amount_cents": round(left * ordered) + 37},
        )


def _add_charges(
    tables: Tables, line: dict[str, Any], base: Row, item: str, spent: int, year: Row, *, spent_through: date
) -> None:
    """What was charged to a grant: a dated charge a quarter, inside the grant's dates but for one that is known."""
    words = texts("money")
    grant = next(grant for grant in words["grants"] if grant["id"] == line["grant"])
    ends = [date(year["starts_on"].year, 9, 28), date(year["starts_on"].year, 12, 19)]
    ends += [date(year["ends_on"].year, 2, calendar.monthrange(year["ends_on"].year, 2)[1])]
    ends += [date(year["ends_on"].year, 6, 11)]
    days = [day for day in ends if grant["starts_on"] <= day <= min(grant["ends_on"], spent_through)]
    left = spent
    for number, day in enumerate(days, 1):
        part = left if number == len(days) else round(left * (0.9 + 0.07 * number) / (len(days) - number + 1))
        left -= part
        _put(
            tables,
            line,
            {
                **base,
                "id": f"{item}-actual-{number}",
                "phase": "actual",
                "amount_cents": part,
                "grant_id": grant["id"],
                "dated_on": day,
            },
        )
    early = words["early_charge"]
    if early["line"] == item and early["dated_on"] <= spent_through:
        _put(
            tables,
            line,
            {
                **base,
                "id": f"{item}-actual-early",
                "phase": "actual",
                "amount_cents": early["amount_cents"],
                "grant_id": grant["id"],
                "dated_on": early["dated_on"],
                "note": early["note"],
            },
        )


def _put(tables: Tables, line: dict[str, Any], row: Row) -> None:
    tables.add("budget_line", row)
    for place, weight in line.get("weights", {}).items():
        tables.add("budget_share", {"budget_line_id": row["id"], "neighborhood_id": place, "weight": weight or None})


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
