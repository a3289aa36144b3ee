"""A city as small as a release allows, made by hand, for tests of what happens after the files are read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd


def small_tables(*, burglaries: int = 212, fillers: int = 0) -> dict[str, pd.DataFrame]:
    """Frames of two neighborhoods, one measure and a budget line; `fillers` more figures make the file large."""
    observation = pd.DataFrame(
        {
            "measure_id": "burglary",
            "neighborhood_id": ["old-town", "mill-hill"],
            "period": "2025",
            "group_name": "all",
            "period_start": [date(2025, 1, 1)] * 2,
            "period_end": [date(2025, 12, 31)] * 2,
            "numerator": [burglaries, None],
            "denominator": [12400.0, None],
            "value": [burglaries / 12.4, float("nan")],
            "status": ["shown", "not_reported"],
            "source_id": "crime",
        }
    )
    if fillers:
        first = observation.loc[[0]]
        more = first.loc[first.index.repeat(fillers)].reset_index(drop=True)
        more["group_name"] = [f"group-{number:07}" for number in range(fillers)]
        observation = pd.concat([observation, more], ignore_index=True)
    return {
        "city": pd.DataFrame([{"id": "riverton", "name": "Riverton", "publisher": "City of Riverton"}]),
        "source": pd.DataFrame(
            [
                {
                    "id": "crime",
                    "title": "Reported crime",
                    "publisher": "Riverton Police Department",
                    "licence": "Public domain",
                    "retrieved_on": "2026-01-20",
                }
            ]
        ),
        "neighborhood": pd.DataFrame(
            {
                "id": ["city", "old-town", "mill-hill"],
                "name": ["Riverton", "Old Town", "Mill Hill"],
                "kind": ["city", "neighborhood", "neighborhood"],
                "area_km2": [12.5, 3.25, None],
            }
        ),
        "measure": pd.DataFrame(
            [
                {
                    "id": "burglary",
                    "name": "Reported break-ins",
                    "topic": "safety",
                    "kind": "rate",
                    "unit": "per_1000_residents",
                    "events": "break-ins reported to police",
                    "direction": "fewer",
                    "definition": "Break-ins that were reported.",
                    "formula": "reported break-ins / residents x 1,000",
                    "source_id": "crime",
                    "headline": True,
                }
            ]
        ),
        "fiscal_year": pd.DataFrame(
            [{"id": "FY2026", "starts_on": date(2025, 7, 1), "ends_on": date(2026, 6, 30), "status": "in_progress"}]
        ),
        "budget_line": pd.DataFrame(
            [
                {
                    "id": "patrol",
                    "fiscal_year": "FY2026",
                    "fund": "General Fund",
                    "category": "personnel",
                    "phase": "adopted",
                    "amount_cents": 123_456_789_012_345,
                    "dated_on": pd.NaT,
                    "source_id": "crime",
                }
            ]
        ),
        "observation": observation,
    }


def stamp(release_id: str, released_on: date = date(2026, 3, 3), **more: Any) -> dict[str, Any]:
    """The manifest of a test's release."""
    return {
        "release_id": release_id,
        "published_at": datetime.now(UTC),
        "released_on": released_on,
        "publisher": "City of Riverton",
        "software_version": "test",
        **more,
    }
