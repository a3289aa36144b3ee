"""What published figures must be, worked out from formulas in the literature and not by our own code."""

from __future__ import annotations

import math

Z = 1.959963984540054


def byar(events: float, residents: float, per: float = 1000) -> tuple[float, float]:
    """Byar's 95% limits of a rate (Breslow and Day 1987), good from 10 events on."""
    low = events * (1 - 1 / (9 * events) - Z / (3 * math.sqrt(events))) ** 3
    high = (events + 1) * (1 - 1 / (9 * (events + 1)) + Z / (3 * math.sqrt(events + 1))) ** 3
    return low / residents * per, high / residents * per


def link_id(name: str) -> str:
    """'MCKINLEY PARK' -> 'mckinley-park', "O'Hare" -> 'ohare', 'Mt. Airy' -> 'mt-airy'."""
    kept = "".join(char if char.isalnum() else " " for char in name.lower().replace("'", ""))
    return "-".join(kept.split())
