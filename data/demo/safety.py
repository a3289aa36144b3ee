"""What was counted: crimes a month, uses of force a quarter, complaints and watch groups a year.

Counts scatter more than chance alone would make them (negative binomial), follow the seasons, and hold a few real
changes at known places and days, so that a reader has something to find.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from data import periods
from data.demo.places import neighborhoods, residents
from data.demo.tables import Row, Tables, write_csv

FIRST_YEAR = 2021
BREAK_VEHICLES = "2024-07"
DUPLICATED = ("burglary", "westbrook", "2025-03")
"""The batch of reports that was loaded twice, and mended in the last release."""


@dataclass(frozen=True)
class Crime:
    """How one kind of crime behaves. monthly: a month per 1,000 residents; peak: month; swing: share; drift: a year."""

    heading: str
    monthly: float
    peak: float
    swing: float
    drift: float
    dispersion: float


CRIMES = {
    "burglary": Crime("Burglary", 0.41, 7.6, 0.13, -0.035, 22),
    "vehicle_break_ins": Crime("Theft from vehicle", 0.74, 10.2, 0.12, 0.022, 14),
    "robbery": Crime("Robbery", 0.108, 11.6, 0.14, -0.02, 11),
    "aggravated_assault": Crime("Agg. assault", 0.215, 7.1, 0.21, -0.01, 17),
}

CHANGES = (
    # measure, place, from, factor
    ("burglary", "east-end", "2024-07", 0.66),
    ("burglary", "harbor-point", "2025-02", 0.83),
    ("burglary", "juniper-park", "2024-09", 1.34),
    ("vehicle_break_ins", "northgate", "2023-03", 1.47),
    ("vehicle_break_ins", "downtown", "2025-05", 0.84),
    ("robbery", "canal-street", "2024-10", 0.71),
    ("aggravated_assault", "millrace", "2024-03", 1.38),
    ("aggravated_assault", "lantern-hill", "2025-01", 0.77),
)


def months(through: str) -> list[str]:
    """Month codes from January of the first year through a month."""
    every = [f"{year}-{month:02d}" for year in range(FIRST_YEAR, int(through[:4]) + 1) for month in range(1, 13)]
    return [month for month in every if month <= through]


@dataclass(frozen=True)
class Counts:
    """What really happened, and how much of it came late.

    final: (measure, place, month) -> events. late: the same -> (events that came after 3 months, after 6 months).
    force: (place, quarter) -> events. A place with nobody and no reports is not in here.
    """

    final: dict[tuple[str, str, str], int]
    late: dict[tuple[str, str, str], tuple[int, int]]
    force: dict[tuple[str, str], int]
    complaints: list[Row]
    watch: list[Row]
    through: str = field(default="2025-12")

    def known(self, measure: str, place: str, month: str, *, through: str) -> int:
        """Events of a month that were on file in the release whose data end with month `through`."""
        count = self.final[measure, place, month]
        if (measure, place, month) == DUPLICATED and through < self.through:
            return 2 * count
        after_3, after_6 = self.late[measure, place, month]
        age = (int(through[:4]) - int(month[:4])) * 12 + int(through[5:]) - int(month[5:])
        return count - (after_3 if age < 3 else after_6 if age < 6 else 0)

    def year(self, measure: str, place: str, year: int, *, through: str) -> int:
        """Events of a calendar year on file in that release."""
        return sum(self.known(measure, place, f"{year}-{month:02d}", through=through) for month in range(1, 13))


def simulate(rng: np.random.Generator) -> Counts:
    """Draw five years of counts."""
    final: dict[tuple[str, str, str], int] = {}
    late: dict[tuple[str, str, str], tuple[int, int]] = {}
    for measure, crime in CRIMES.items():
        taste = {place["id"]: float(rng.lognormal(0, 0.13)) for place in neighborhoods()}
        for place in _reporting():
            for month in months("2025-12"):
                mean = _mean(measure, crime, place, month) * taste[place["id"]]
                _draw(rng, final, late, (measure, place["id"], month), mean, crime.dispersion)
        for month in months("2025-12"):
            everywhere = sum(n for (m, _, when), n in final.items() if m == measure and when == month)
            _draw(rng, final, late, (measure, "unplaced", month), 0.031 * everywhere, 30)
    return Counts(final, late, _force(rng), _complaints(rng), _watch(rng))


def add(tables: Tables, counts: Counts, *, through: str, complaints_through: int) -> None:
    """Put uses of force, complaints and watch groups into the pack.

    Monthly crimes go in as a raw extract: see `write_extract`; their years are worked out by publishing.
    """
    last_day = periods.parse(through).end
    quarters = sorted({quarter for _, quarter in counts.force if periods.parse(quarter).end <= last_day})
    for quarter in quarters:
        here = {where: events for (where, when), events in counts.force.items() if when == quarter}
        for where, events in [*here.items(), ("city", sum(here.values()))]:
            tables.add("observation", _observed("use_of_force", where, quarter, events, "force"))
        tables.add(
            "observation", {**_observed("use_of_force", "rail-yards", quarter, None, "force"), "status": "not_reported"}
        )
    for row in counts.complaints:
        if int(row["period"]) <= complaints_through:
            tables.add("complaint_summary", row)
            tables.add(
                "observation",
                _observed("complaints", row["neighborhood_id"], row["period"], row["received"], "complaints"),
            )
    for row in counts.watch:
        if periods.parse(row["period"]).end <= last_day:
            tables.add("observation", row)


def write_extract(path: Path, counts: Counts, *, through: str) -> None:
    """The monthly file as the police department sends it: its own headings, its own names of places, blanks and all."""
    spelled = {place["id"]: place["name"] for place in neighborhoods()} | {
        "mount-olive": "Mt. Olive",
        "cote-vieille": "Côte\u2010Vieille",  # the hyphen of word processors
        "harbor-point": "Harbor\u00a0Point",  # a no-break space
        "prairie-field": "PRAIRIE FIELD / AIRPORT",
        "unplaced": "",
    }
    headings = ["Police Area", "Month", *(crime.heading for crime in CRIMES.values()), "Entered by"]
    rows: list[Row] = []
    for month in months(through):
        for place in [*(place["id"] for place in _reporting()), "unplaced"]:
            cells = {
                crime.heading: counts.known(measure, place, month, through=through) for measure, crime in CRIMES.items()
            }
            rows.append({"Police Area": spelled[place], "Month": month, **cells, "Entered by": "records desk"})
        # The department closes each month with a line of totals: the city's figure, not a place's.
        month_rows = [row for row in rows if row["Month"] == month]
        totals = {crime.heading: sum(row[crime.heading] for row in month_rows) for crime in CRIMES.values()}
        rows.append({"Police Area": "CITYWIDE", "Month": month, **totals, "Entered by": "records desk"})
    write_csv(path, headings, rows, delimiter=";", encoding="utf-8-sig")


def _reporting() -> list[dict[str, Any]]:
    """Places that figures are sent for: all with people in them."""
    return [place for place in neighborhoods() if place["residents"]]


def _mean(measure: str, crime: Crime, place: dict[str, Any], month: str) -> float:
    year, number = int(month[:4]), int(month[5:])
    mean: float = crime.monthly / 1000 * residents(place, year) * place["crime"]
    mean *= 1 + crime.swing * math.cos(2 * math.pi * (number - crime.peak) / 12)
    mean *= (1 + crime.drift) ** (year + number / 12 - FIRST_YEAR)
    for changed, where, since, factor in CHANGES:
        if (changed, where) == (measure, place["id"]) and month >= since:
            mean *= factor
    if measure == "vehicle_break_ins" and month >= BREAK_VEHICLES:
        mean *= 1.15
    if place["setting"] == "rural" and measure in ("robbery", "aggravated_assault"):
        mean *= 0.45
    return mean


def _draw(
    rng: np.random.Generator,
    final: dict[tuple[str, str, str], int],
    late: dict[tuple[str, str, str], tuple[int, int]],
    key: tuple[str, str, str],
    mean: float,
    dispersion: float,
) -> None:
    final[key] = int(rng.negative_binomial(dispersion, dispersion / (dispersion + mean)))
    after_3 = int(rng.binomial(final[key], 0.045))
    late[key] = (after_3, int(rng.binomial(after_3, 0.35)))


def _force(rng: np.random.Generator) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for place in _reporting():
        level = 0.33 / 1000 * place["residents"] * place["force"] * float(rng.lognormal(0, 0.1))
        for year in range(FIRST_YEAR, 2026):
            for quarter in range(1, 5):
                mean = level * (1 + 0.09 * math.cos(2 * math.pi * (quarter - 2.6) / 4)) * 0.97 ** (year - FIRST_YEAR)
                found[place["id"], f"{year}-Q{quarter}"] = int(rng.poisson(mean))
    for year in range(FIRST_YEAR, 2026):
        for quarter in range(1, 5):
            found["unplaced", f"{year}-Q{quarter}"] = 10 + int(rng.poisson(2.4))
    return found


def _complaints(rng: np.random.Generator) -> list[Row]:
    """Complaints by district and in the city, 2021 to 2024, and how they ended."""
    rows: list[Row] = []
    endings = ("sustained", "not_sustained", "unfounded", "exonerated", "other")
    usual = {"1": 58, "2": 27, "3": 51, "4": 21}
    officers = {2021: 418, 2022: 409, 2023: 402, 2024: 396, 2025: 403}
    for year in range(FIRST_YEAR, 2025):
        city: Row = {}
        for number, level in usual.items():
            received = int(rng.poisson(level * 0.975 ** (year - FIRST_YEAR)))
            pending = int(rng.binomial(received, {2024: 0.16, 2023: 0.05}.get(year, 0.01)))
            split = rng.multinomial(received - pending, [0.16, 0.31, 0.21, 0.24, 0.08])
            row: Row = {"received": received, "closed": received - pending, "pending": pending}
            row |= {ending: int(count) for ending, count in zip(endings, split, strict=True)}
            city = {name: city.get(name, 0) + count for name, count in row.items()}
            here: Row = {"neighborhood_id": f"district-{number}", "period": str(year), "source_id": "complaints"}
            rows.append({**here, **row})
        rows.append(
            {
                "neighborhood_id": "city",
                "period": str(year),
                **city,
                "sworn_officers": officers[year],
                "source_id": "complaints",
            }
        )
    return rows


def _watch(rng: np.random.Generator) -> list[Row]:
    """Homes in active watch groups, 2022 to 2025. A place with no count of homes for the year is not reported."""
    rows: list[Row] = []
    for place in neighborhoods():
        share = float(rng.beta(3.1, 21))
        for year in range(2022, 2026):
            here: Row = {
                "measure_id": "watch_participation",
                "neighborhood_id": place["id"],
                "period": str(year),
                "source_id": "watch",
            }
            share = min(0.45, share * float(rng.lognormal(0.02, 0.09)))
            homes = round(residents(place, year) / place["per_home"]) if place["residents"] else 0
            if homes < 100 or (year == 2025 and place.get("no_2025_population")):
                rows.append({**here, "status": "not_reported"})
            else:
                rows.append({**here, "numerator": round(homes * share), "denominator": homes})
    for year in range(2022, 2026):
        counted = [row for row in rows if row["period"] == str(year) and "numerator" in row]
        everyone = year < 2025  # Northgate's homes of 2025 are not known
        rows.append(
            {
                "measure_id": "watch_participation",
                "neighborhood_id": "city",
                "period": str(year),
                "source_id": "watch",
                "numerator": sum(row["numerator"] for row in counted),
                "denominator": sum(row["denominator"] for row in counted),
                "reason": None if everyone else "partial_coverage",
            }
        )
    return rows


def _observed(measure: str, place: str, period: str, events: int | None, source: str) -> Row:
    return {
        "measure_id": measure,
        "neighborhood_id": place,
        "period": period,
        "numerator": events,
        "source_id": source,
    }
