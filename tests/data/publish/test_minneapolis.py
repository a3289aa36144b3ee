"""Minneapolis: bare carriage returns, no-break spaces, odd hyphens, " -   " for none, a total among the places."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from data.publish.intake import Gathered, gather
from data.publish.pack import read_pack
from tests.data.publish.packs import HEAD

pytestmark = pytest.mark.real

CITY = (
    HEAD.split("[neighborhoods")[0].replace('name = "Tiny"', 'name = "Minneapolis"')
    + """
[measures.larceny]
name = "Larceny"
topic = "safety"
kind = "count"
unit = "events"
events = "larcenies"
direction = "fewer"
definition = "Reported larceny."
formula = "reports counted"
source = "police"

[boundaries.neighborhood]
file = "neighborhood_boundaries.geojson"
name = "BDNAME"

[neighborhoods.prospect-park-east-river-road]
aliases = ["Prospect Park - East River"]
[neighborhoods.humboldt-industrial-area]
aliases = ["Humboldt Industrial"]
"""
)
COUNTS = """
[[extracts]]
file = "crime_by_neighborhood_2010.csv"
source = "police"
into = "observation"
neighborhood = "neighborhood"
constants = {period = "2010"}
values = [{column = "burglary", measure = "burglary"}, {column = "larceny", measure = "larceny"}]

[[extracts]]
file = "crime_by_neighborhood_2013_08.csv"
source = "police"
into = "observation"
neighborhood = "NEIGHBORHOOD"
constants = {period = "2013-08"}
values = [{column = "Burglary", measure = "burglary"}, {column = "Larceny", measure = "larceny"}]
"""
PEOPLE = """
[[extracts]]
file = "population_2010_2000.csv"
source = "police"
into = "population"
neighborhood = "Neighborhood"
values = [
  {column = "2010 Population", year = 2010, blank = "skip"},
  {column = "2000 Population", year = 2000, blank = "skip"},
]
"""
TOTAL = 'neighborhood = {column = "Neighborhood", totals = {"City of Minneapolis" = "city"}}'


@pytest.fixture(scope="module")
def folder(real: Callable[[str], Path]) -> Path:
    return real("minneapolis")


def city(pack: Path, folder: Path, toml: str) -> Gathered:
    (pack / "city.toml").write_text(toml, encoding="utf-8")
    return gather(read_pack(pack, folder))


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows by Python's own means: text with any line end, no-break spaces and odd hyphens made plain."""
    text = unicodedata.normalize("NFKC", path.read_bytes().decode("utf-8-sig")).replace("\u2010", "-")
    return list(csv.DictReader(io.StringIO("\n".join(text.splitlines()))))


def names_to_ids(found: Gathered) -> dict[str, str]:
    places = found.tables["neighborhood"]
    return {str(name).casefold(): str(place) for place, name in places[["id", "name"]].itertuples(index=False)}


def test_every_row_of_both_crime_files_finds_its_place(folder: Path, tmp_path: Path) -> None:
    found = city(tmp_path, folder, CITY + COUNTS)
    assert [str(one) for one in found.report.errors] == []
    files = found.tables["source_file"].set_index("path")
    assert files.loc["crime_by_neighborhood_2010.csv", "rows_used"] == 87
    assert files.loc["crime_by_neighborhood_2013_08.csv", "rows_used"] == 86


@pytest.mark.parametrize(
    ("file", "name", "period", "columns"),
    [
        ("crime_by_neighborhood_2010.csv", "neighborhood", "2010", {"burglary": "burglary", "larceny": "larceny"}),
        (
            "crime_by_neighborhood_2013_08.csv",
            "NEIGHBORHOOD",
            "2013-08",
            {"Burglary": "burglary", "Larceny": "larceny"},
        ),
    ],
)
def test_counts_are_those_of_the_file(
    folder: Path, tmp_path: Path, file: str, name: str, period: str, columns: dict[str, str]
) -> None:
    found = city(tmp_path, folder, CITY + COUNTS)
    rows, ids = rows_of(folder / file), names_to_ids(found)
    seen = found.tables["observation"]
    seen = seen[(seen["period"] == period) & (seen["status"] == "shown")]
    for column, measure in columns.items():
        mine = seen[seen["measure_id"] == measure].set_index("neighborhood_id")["numerator"]
        assert mine.sum() == sum(int(row[column]) for row in rows)
        sure = [row for row in rows if " ".join(row[name].split()).casefold() in ids]
        assert len(sure) >= 84
        for row in sure:
            assert mine[ids[" ".join(row[name].split()).casefold()]] == int(row[column])


def test_the_place_that_the_2013_file_lacks_is_not_reported(folder: Path, tmp_path: Path) -> None:
    seen = city(tmp_path, folder, CITY + COUNTS).tables["observation"]
    absent = seen[seen["status"] == "not_reported"]
    assert absent["period"].unique().tolist() == ["2013-08"]
    assert absent["neighborhood_id"].nunique() == 1
    assert absent["numerator"].isna().all()


def test_a_total_row_is_an_error_until_it_is_declared(folder: Path, tmp_path: Path) -> None:
    report = city(tmp_path, folder, CITY + PEOPLE).report
    [total] = [one for one in report.errors if one.code == "total_row"]
    assert (total.row, total.column) == (89, "Neighborhood")
    assert "City of Minneapolis" in total.found


def test_residents_are_those_of_the_file_and_a_dash_is_no_zero(folder: Path, tmp_path: Path) -> None:
    found = city(tmp_path, folder, CITY + PEOPLE.replace('neighborhood = "Neighborhood"', TOTAL))
    assert [str(one) for one in found.report.errors] == []
    people = found.tables["population"]
    rows = rows_of(folder / "population_2010_2000.csv")
    for year, column in ((2010, "2010 Population"), (2000, "2000 Population")):
        mine = people[people["year"] == year].set_index("neighborhood_id")["residents"]
        places = [row for row in rows if not row["Neighborhood"].startswith("City of")]
        told = [int(row[column]) for row in places if row[column].strip() != "-"]
        assert mine["city"] == int(rows[-1][column])
        assert mine.drop("city").sum() == sum(told)
        assert len(mine) == len(told) + 1
    by_year = people[people["neighborhood_id"] == "humboldt-industrial-area"].set_index("year")["residents"]
    assert 2010 not in by_year.index
    assert by_year.get(2000) == 0
