"""A city with as many programs as a test asks for."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from data.models import BARRIER_KINDS, PARTNER_KINDS, PILLARS
from tests.data.small import small_tables

MODELS, STATUSES = ("community_partnership", "problem_oriented_policing", "other"), ("planned", "running", "ended")
KINDS = ("enforcement", "prevention", "partner_service")


def tables_with_programs(many: int) -> dict[str, pd.DataFrame]:
    """The small city with so many programs, every third for the whole city; each with a goal, a partner and work, and
    with a problem, an evaluation, a barrier, a rule, money and a technology of its own."""
    turns = range(many)
    ids = [f"program-{turn:03}" for turn in turns]
    tables = small_tables()
    tables["program"] = pd.DataFrame(
        [
            {
                "id": ids[turn],
                "name": f"Program number {turn:03}",
                "summary": "Does something that can be told in one plain sentence.",
                "pillar": ";".join(PILLARS[: 1 + turn % 3]),
                "model": MODELS[turn % 3],
                "status": STATUSES[turn % 3],
                "citywide": turn % 3 == 0,
                "started_on": date(2022, 1, 1) + timedelta(days=turn),
                "ended_on": date(2025, 6, 30) if STATUSES[turn % 3] == "ended" else None,
                "updated_on": date(2026, 1, 5),
                "source_id": "crime",
            }
            for turn in turns
        ]
    )
    tables["program_neighborhood"] = pd.DataFrame(
        [
            {"program_id": ids[turn], "neighborhood_id": ("old-town", "mill-hill")[turn % 2]}
            for turn in turns
            if turn % 3
        ]
    )
    tables["program_goal"] = pd.DataFrame(
        [
            {
                "id": f"goal-{turn}", "program_id": ids[turn], "description": "Fewer reported break-ins.",
                "measure_id": "burglary", "neighborhood_id": "old-town", "unit": "per 1,000 residents",
                "baseline": 20.0, "baseline_period": "2023", "target": 15.0, "due_on": date(2027, 12, 31),
                "latest": 17.1, "latest_period": "2025", "direction": "fewer",
            }
            for turn in turns
        ]
    )  # fmt: skip
    tables["partner"] = pd.DataFrame(
        [{"id": kind, "name": f"A partner, {kind}", "kind": kind} for kind in PARTNER_KINDS]
    )
    tables["program_partner"] = pd.DataFrame(
        [
            {"program_id": ids[turn], "partner_id": PARTNER_KINDS[turn % len(PARTNER_KINDS)], "role": "Helps."}
            for turn in turns
        ]
    )
    tables["response_activity"] = pd.DataFrame(
        [
            {
                "id": f"work-{turn}-{kind}", "program_id": ids[turn], "neighborhood_id": "old-town", "kind": kind,
                "name": "Something was done.", "quantity": 3.0, "unit": "times", "period": "2025",
            }
            for turn in turns
            for kind in KINDS[: 1 + turn % 3]
        ]
    )  # fmt: skip
    tables |= _around(ids)
    return {name: table for name, table in tables.items() if len(table)}


def _around(ids: list[str]) -> dict[str, pd.DataFrame]:
    """What belongs to each program: one of everything that a city keeps a list of."""
    every = list(enumerate(ids))
    rows: dict[str, list[dict[str, object]]] = {
        "problem": [
            {
                "id": f"problem-{turn}", "title": f"Problem number {turn:03}", "harm": "People cannot sleep.",
                "evidence": "Forty calls in a year.", "seen_on": date(2024, 1, 1) + timedelta(days=turn),
                "status": "working", "owner": "Public Works", "program_id": program,
            }
            for turn, program in every
        ],
        "problem_neighborhood": [{"problem_id": f"problem-{turn}", "neighborhood_id": "old-town"} for turn, _ in every],
        "evaluation": [
            {
                "id": f"study-{turn}", "program_id": program, "problem_id": f"problem-{turn}", "measure_id": "burglary",
                "method": "before_after", "before": "2024", "after": "2025", "design": "Counted before and after.",
                "estimate": 2.0 - turn % 5, "low": -9.0, "high": 9.0, "unit": "break-ins reported to police",
                "grade": 1, "events_before": 40.0, "events_after": 42.0, "randomized": False,
            }
            for turn, program in every
        ],
        "evaluation_area": [
            {"evaluation_id": f"study-{turn}", "neighborhood_id": "old-town", "role": "treated"} for turn, _ in every
        ],
        "barrier": [
            {
                "id": f"barrier-{turn}", "program_id": program, "kind": BARRIER_KINDS[turn % len(BARRIER_KINDS)],
                "description": f"Barrier number {turn:03}.", "raised_on": date(2025, 1, 1), "status": "open",
            }
            for turn, program in every
        ],
        "legal_basis": [
            {
                "id": f"rule-{turn}", "scope": ("federal", "state", "local")[turn % 3], "kind": "ordinance",
                "citation": f"Code {turn:03}", "title": f"Rule number {turn:03}.",
            }
            for turn, _ in every
        ],
        "program_legal_basis": [{"program_id": program, "legal_basis_id": f"rule-{turn}"} for turn, program in every],
        "budget_line": [
            {
                "id": f"{phase}-{turn}", "fiscal_year": "FY2026", "fund": "General Fund", "program_id": program,
                "category": "personnel", "phase": phase, "amount_cents": 1_000_000 + 100 * turn, "reach": "citywide",
                "source_id": "crime",
            }
            for turn, program in every
            for phase in ("adopted", "actual")
        ],
        "technology_item": [
            {
                "id": f"tool-{turn}", "name": f"Tool number {turn:03}", "kind": "records", "purpose": "Keeps records.",
                "predictive": turn % 2 == 0,
            }
            for turn, _ in every
        ],
    }  # fmt: skip
    return {name: pd.DataFrame(found) for name, found in rows.items()}
