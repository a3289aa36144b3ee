"""What publishing a large extract costs, beside the same sums in plain DuckDB; each in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests.benchmarks.measuring import Cost, run_child, table
from tests.conftest import ROOT

PLACES = 60
SIZES = (200_000, 2_000_000)
ROUNDS = 3

# What a records system hands out: more columns than are needed, US dates, and no order.
INCIDENTS = """
    SELECT printf('RV%09d', n) AS "Incident Number",
           strftime(TIMESTAMP '2021-01-01' + to_seconds(CAST(hash(n) % 157766400 AS BIGINT)), '%m/%d/%Y %I:%M:%S %p')
               AS "Incident Date",
           'Place ' || lpad(CAST(1 + hash(n * 7) % {places} AS VARCHAR), 2, '0') AS "Neighborhood",
           ['BURGLARY', 'ROBBERY', 'THEFT', 'ASSAULT', 'VANDALISM'][CAST(1 + hash(n * 13) % 5 AS INTEGER)] AS "Offense",
           CAST(100 + hash(n * 17) % 9900 AS VARCHAR) || ' BLOCK OF MAIN ST' AS "Block",
           'Closed' AS "Status",
           round(39.1 + (hash(n * 19) % 100000) / 1e6, 6) AS "Latitude",
           round(-84.5 + (hash(n * 23) % 100000) / 1e6, 6) AS "Longitude"
    FROM range({rows}) AS numbers(n)
"""
CITY = """
[city]
id = "bench"
name = "Bench"
publisher = "City of Bench"

[release]
approval = "one_person"

[sources.incidents]
title = "Incidents"
publisher = "Bench Police"
licence = "Public domain"
retrieved_on = 2026-01-20
"""
MEASURE = """
[measures.{code}]
name = "Reported {code}"
topic = "safety"
kind = "count"
unit = "events"
events = "reports of {code}"
direction = "fewer"
definition = "Reports of {code}."
formula = "reports counted"
source = "incidents"

[[extracts]]
file = "incidents.csv"
source = "incidents"
into = "observation"
measure = "{code}"
count = "rows"
date = {{column = "Incident Date", format = "%m/%d/%Y %I:%M:%S %p"}}
by = "month"
neighborhood = {{column = "Neighborhood"}}
where = [{{column = "Offense", in = ["{offense}"]}}]
absent = "zero"
"""
OFFENSES = {"burglary": "BURGLARY", "robbery": "ROBBERY"}
PLAIN = """
import duckdb
wanted = duckdb.sql('''
    SELECT Neighborhood, Offense, count(*),
           date_trunc('month', strptime("Incident Date", '%m/%d/%Y %I:%M:%S %p')) AS month
    FROM read_csv('incidents.csv', all_varchar = true) WHERE Offense IN ('BURGLARY', 'ROBBERY') GROUP BY ALL
''')
wanted.write_csv('counts.csv')
"""


def report() -> str:
    """The part on publishing, as Markdown."""
    rows: list[list[object]] = []
    with TemporaryDirectory(prefix="bench-") as name:
        for size in SIZES:
            folder = Path(name) / str(size)
            _write_pack(folder, size)
            took: dict[str, list[Cost]] = {"plain": [], "publish": []}
            for turn in range(ROUNDS):
                took["plain"].append(run_child(sys.executable, "-c", PLAIN, folder=folder))
                store = str(folder / f"store-{turn}")
                publish = ["-m", "data", "publish", str(folder), "--store", store]
                took["publish"].append(run_child(sys.executable, *publish, folder=ROOT))
            plain = min(took["plain"], key=lambda cost: cost.cpu_s)
            for what, label in (("plain", "plain DuckDB, the counts only"), ("publish", "`python -m data publish`")):
                best = min(took[what], key=lambda cost: cost.cpu_s)
                peak = max(cost.peak_mb for cost in took[what])
                plain_peak = max(cost.peak_mb for cost in took["plain"])
                rows.append(
                    [size, label, best.cpu_s, best.cpu_s / plain.cpu_s, best.wall_s, peak, peak / plain_peak]
                )  # fmt: skip
    return table(["rows", "what", "CPU s", "ratio", "clock s", "peak MB", "ratio"], rows)


def _write_pack(folder: Path, rows: int) -> None:
    folder.mkdir(parents=True)
    with duckdb.connect() as database:
        database.execute("SET memory_limit = '1GB'")
        text = INCIDENTS.format(places=PLACES, rows=rows)
        database.execute(f"COPY ({text}) TO '{folder / 'incidents.csv'}' (HEADER)")
    places = "".join(
        f'\n[neighborhoods.place-{number:02}]\nname = "Place {number:02}"\n' for number in range(1, PLACES + 1)
    )
    measures = "".join(MEASURE.format(code=code, offense=offense) for code, offense in OFFENSES.items())
    (folder / "city.toml").write_text(CITY + places + measures, encoding="utf-8")
