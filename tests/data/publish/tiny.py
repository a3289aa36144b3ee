"""A pack of four neighborhoods, written as a city would: city.toml, a raw extract and ready tables."""

from __future__ import annotations

from pathlib import Path

CITY_TOML = """
[city]
id = "tiny"
name = "Tiny"
publisher = "City of Tiny"

[sources.crime]
title = "Reported crime"
publisher = "Tiny Police"
licence = "Public domain"
retrieved_on = 2026-01-20

[measures.burglary]
name = "Reported break-ins"
topic = "safety"
kind = "rate"
unit = "per_1000_residents"
events = "break-ins reported to police"
direction = "fewer"
definition = "Break-ins that were reported."
formula = "reported break-ins / residents x 1,000"
source = "crime"

[measures.force]
name = "Use of force"
topic = "accountability"
kind = "count"
unit = "events"
events = "times that officers used force"
direction = "fewer"
definition = "Reports of force."
formula = "reports counted"
source = "crime"
sensitive = true

[neighborhoods.east]
name = "East End"
[neighborhoods.north]
name = "Northside"
[neighborhoods.south]
name = "South Bank"
[neighborhoods.west]
name = "West Hill"
aliases = ["Westhill"]

[tables.population]
file = "population.csv"
source = "crime"

[tables.fiscal_year]
file = "years.csv"

[tables.budget_line]
file = "budget.csv"
source = "crime"

[[extracts]]
file = "crime.csv"
source = "crime"
into = "observation"
neighborhood = {column = "AREA"}
period = {column = "YEAR"}
values = [{column = "BURGLARY", measure = "burglary"}, {column = "FORCE", measure = "force"}]
"""

PLACES = ("east", "north", "south", "west")
FILES = {
    "population.csv": "\n".join(
        ["neighborhood_id,year,residents"]
        + [f"{place},{year},{10_000 + year}" for place in PLACES for year in (2024, 2025)]
    ),
    "years.csv": "id,starts_on,ends_on,status\nFY2025,2024-07-01,2025-06-30,complete\n",
    "budget.csv": "id,fiscal_year,fund,category,phase,amount_cents\npatrol,FY2025,General,personnel,adopted,1234567\n",
    "crime.csv": """\
AREA,YEAR,BURGLARY,FORCE
EAST END,2024,100,12
Northside,2024,200,3
South Bank,2024,310,25
Westhill,2024,55,40
EAST END,2025,110,15
Northside,2025,190,4
South Bank,2025,300,22
Westhill,2025,65,41
""",
}


ONE_PERSON = 'approval = "one_person"'


def write_pack(
    folder: Path, *, release: str = "", limits: str = "", approval: str = ONE_PERSON, **files: str | None
) -> Path:
    """Write the pack; `crime="..."` is another text for crime.csv, None leaves the file out."""
    folder.mkdir(parents=True, exist_ok=True)
    head = f'[release]\nreason = "More is known."\n{approval}\n{release}\n[limits]\n{limits}\n'
    (folder / "city.toml").write_text(f"{CITY_TOML}\n{head}", encoding="utf-8")
    for name, text in FILES.items():
        given = files.get(name.removesuffix(".csv"), text)
        (folder / name).unlink(missing_ok=True)
        if given is not None:
            (folder / name).write_text(given, encoding="utf-8")
    return folder
