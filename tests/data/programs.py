"""A city with as many programs as a test asks for."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from data.models import PARTNER_KINDS, PILLARS
from tests.data.small import small_tables

MODELS, STATUSES = ("community_partnership", "problem_oriented_policing", "other"), ("planned", "running", "ended")
KINDS = ("enforcement", "prevention", "partner_service")


def tables_with_programs(many: int) -> dict[str, pd.DataFrame]:
    """The small city with so many programs, every third for the whole city; each with a goal, a partner and work."""
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
    return {name: table for name, table in tables.items() if len(table)}
