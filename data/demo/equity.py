"""Force by group of people in the city, and two benchmarks to count it against: residents, and people arrested.

Drawn so that a reader meets each hard case: a group under 1% of the people, a number that is hidden and another one
hidden with it, records without a group, and a ratio that changes with the benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data import periods
from data.demo.places import neighborhoods, residents
from data.demo.safety import FIRST_YEAR, Counts
from data.demo.tables import Tables, texts

LAST_YEAR = 2025


@dataclass(frozen=True)
class Groups:
    """force: (year, group) -> times police used force. people: (benchmark, year, group) -> people."""

    force: dict[tuple[str, str], int]
    people: dict[tuple[str, str, str], int]


def simulate(rng: np.random.Generator, counts: Counts) -> Groups:
    """Split the force of each year by group, and count the people of each benchmark."""
    words = texts("equity")
    groups, arrests = words["groups"], words["arrests"]
    force: dict[tuple[str, str], int] = {}
    for year in map(str, range(FIRST_YEAR, LAST_YEAR + 1)):
        total = sum(events for (_, quarter), events in counts.force.items() if quarter.startswith(year))
        split = rng.multinomial(total, [group["force"] for group in groups])
        force |= {(year, group["name"]): int(events) for group, events in zip(groups, split, strict=True)}
    people: dict[tuple[str, str, str], int] = {}
    for benchmark in words["benchmarks"]:
        for year in benchmark["years"]:
            of_all = sum(residents(place, int(year)) for place in neighborhoods())
            if benchmark["people"] == "arrests":
                of_all = round(arrests["a_year"] * (1 + arrests["change"]) ** (int(year) - FIRST_YEAR))
            for group in groups:
                if benchmark["people"] in group:
                    share = group[benchmark["people"]] * float(rng.lognormal(0, 0.02))
                    people[benchmark["id"], year, group["name"]] = round(of_all * share)
    return Groups(force, people)


def add(tables: Tables, groups: Groups, *, through: str) -> None:
    """Put benchmarks and, for years that are over, force by group into the pack."""
    last_day = periods.parse(through).end
    for (year, group), events in groups.force.items():
        if periods.parse(year).end <= last_day:
            tables.add(
                "observation",
                {
                    "measure_id": "use_of_force",
                    "neighborhood_id": "city",
                    "period": year,
                    "group_name": group,
                    "numerator": events,
                    "source_id": "force",
                },
            )
    for benchmark in texts("equity")["benchmarks"]:
        tables.add("benchmark", benchmark)
    for (benchmark_id, year, group), people in groups.people.items():
        if periods.parse(year).end <= last_day:
            tables.add(
                "benchmark_group",
                {
                    "benchmark_id": benchmark_id,
                    "neighborhood_id": "city",
                    "period": year,
                    "group_name": group,
                    "people": people,
                },
            )
    for group in texts("equity")["groups"]:
        # Readers ask for the words of a group by its name: it is the same in every benchmark.
        tables.translate("benchmark_group", group["name"], "group_name", group["es"])
