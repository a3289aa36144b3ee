"""Raw extracts: what is counted, added up and placed, and what is refused instead of guessed."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.publish.extracts import fiscal_year
from data.publish.intake import Gathered, gather
from data.publish.pack import read_pack
from tests.data.publish.packs import BUDGET, CRIME, DATED, HEAD, geojson, made, square

SCORE = HEAD.replace('kind = "count"', 'kind = "score"').replace('unit = "events"', 'unit = "points"')


def counts(found: Gathered) -> dict[tuple[str, str], float]:
    """(place, period) -> numerator, of what is shown."""
    rows = found.tables["observation"]
    rows = rows[rows["status"] == "shown"]
    return {
        (str(place), str(period)): float(number)
        for place, period, number in rows[["neighborhood_id", "period", "numerator"]].itertuples(index=False)
    }


def codes(found: Gathered) -> list[str]:
    return [one.code for one in found.report.problems]


def test_rows_are_counted_by_place_and_period(tmp_path: Path) -> None:
    text = "area,day\nEast End,2024-01-31\nEASTSIDE,2024-02-01\nWest Hill,2025-01-01\n"
    found = made(tmp_path, HEAD + DATED.replace('"year"', '"month"'), crime_csv=text)
    assert not found.report.problems
    assert counts(found) == {("east", "2024-01"): 1, ("east", "2024-02"): 1, ("west", "2025-01"): 1}


@pytest.mark.parametrize(("by", "period"), [("year", "2024"), ("quarter", "2024-Q2"), ("month", "2024-05")])
def test_periods_are_years_quarters_or_months(tmp_path: Path, by: str, period: str) -> None:
    found = made(tmp_path, HEAD + DATED.replace('"year"', f'"{by}"'), crime_csv="area,day\nEast End,2024-05-17\n")
    assert list(counts(found)) == [("east", period)]


ONCE = DATED.replace('"rows"', '{distinct = ["id"]}').replace('"area"', '{column = "area", blank = "unplaced"}')


def test_a_key_counts_once_in_the_place_that_any_of_its_rows_records(tmp_path: Path) -> None:
    text = "id,area,day\n1,,2024-01-01\n1,East End,2024-01-01\n2,,2024-01-01\n2,,2024-01-01\n3,West Hill,2024-01-01\n"
    found = made(tmp_path, HEAD + ONCE + 'duplicates = "keep"\n', crime_csv=text)
    assert not found.report.problems
    assert counts(found) == {("east", "2024"): 1, ("unplaced", "2024"): 1, ("west", "2024"): 1}
    [file] = found.tables["source_file"].to_dict("records")
    assert (file["rows_read"], file["rows_used"], file["rows_unplaced"], file["rows_duplicate"]) == (5, 5, 3, 1)
    assert "unplaced" in found.tables["neighborhood"]["id"].tolist()


def test_a_key_in_two_places_takes_the_first_and_says_so(tmp_path: Path) -> None:
    text = "id,area,day\n1,West Hill,2024-01-01\n1,East End,2024-01-01\n"
    found = made(tmp_path, HEAD + ONCE, crime_csv=text)
    assert codes(found) == ["conflicting_rows"]
    assert counts(found) == {("west", "2024"): 1}


@pytest.mark.parametrize(("policy", "counted"), [("each_row", 3), ("skip", 1), ("reject", 1)])
def test_rows_without_a_key_are_counted_each_skipped_or_refused(tmp_path: Path, policy: str, counted: int) -> None:
    text = "id,area,day,n\n1,East End,2024-01-01,a\n,East End,2024-01-01,b\n,East End,2024-01-01,c\n"
    toml = HEAD + ONCE.replace('["id"]', f'["id"], blank = "{policy}"')
    found = made(tmp_path, toml, crime_csv=text)
    assert counts(found) == {("east", "2024"): counted}
    [file] = found.tables["source_file"].to_dict("records")
    assert (file["rows_skipped"], file["rows_rejected"]) == {"skip": (2, 0), "reject": (0, 2), "each_row": (0, 0)}[
        policy
    ]


def test_counting_keys_agrees_with_counting_them_one_by_one(tmp_path: Path) -> None:
    chance = random.Random(11)
    rows = [
        (
            str(chance.randint(1, 400)),
            chance.choice(["", "East End", "West Hill"]),
            f"{chance.randint(2020, 2023)}-05-01",
        )
        for _ in range(1500)
    ]
    # One place and one day a key, as an incident has; only whether the place was written down differs.
    home = {key: ("East End", "West Hill")[int(key) % 2] for key, _, _ in rows}
    when = {key: day for key, _, day in reversed(rows)}
    rows = [(key, place and home[key], when[key]) for key, place, _ in rows]
    placed = {key for key, place, _ in rows if place}
    expected = Counter(
        ({"East End": "east", "West Hill": "west"}[home[key]] if key in placed else "unplaced", when[key][:4])
        for key in home
    )
    text = "id,area,day\n" + "".join(",".join(row) + "\n" for row in rows)
    found = made(tmp_path, HEAD + ONCE + 'duplicates = "keep"\n', crime_csv=text)
    assert not found.report.problems
    assert counts(found) == expected


def test_zero_fills_every_place_and_period_where_the_pack_says_so(tmp_path: Path) -> None:
    text = "area,day\nEast End,2024-01-31\nEast End,2024-03-01\n"
    found = made(tmp_path, HEAD + DATED.replace('"year"', '"month"') + 'absent = "zero"\n', crime_csv=text)
    assert counts(found) == {
        ("east", "2024-01"): 1,
        ("east", "2024-02"): 0,
        ("east", "2024-03"): 1,
        ("west", "2024-01"): 0,
        ("west", "2024-02"): 0,
        ("west", "2024-03"): 0,
    }


def test_scores_are_values_and_are_never_filled_with_zero(tmp_path: Path) -> None:
    found = made(tmp_path, SCORE + CRIME + 'absent = "zero"\n', crime_csv="area,year,count\nEast End,2024,61.5\n")
    assert found.tables["observation"][["neighborhood_id", "value"]].values.tolist() == [["east", 61.5]]
    assert found.tables["observation"]["numerator"].isna().all()


def test_exact_copies_are_kept_unless_the_pack_drops_them(tmp_path: Path) -> None:
    text = "area,day,n\nEast End,2024-01-01,a\nEast End,2024-01-01,a\nEast End,2024-01-01,b\n"
    for word, times in (("keep", 3), ("drop", 2)):
        found = made(tmp_path / word, HEAD + DATED + f'duplicates = "{word}"\n', crime_csv=text)
        assert not found.report.problems
        assert counts(found) == {("east", "2024"): times}
    assert "copied_rows" in [
        one.code for one in made(tmp_path / "r", HEAD + DATED + 'duplicates = "refuse"\n', crime_csv=text).report.errors
    ]


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ('in = ["b", "c"]', "west city"),
        ('not_in = ["b"]', "east city unplaced"),
        ('equals = "b"', "west"),
        ('not_equals = "b"', "east city unplaced"),
        ("blank = true", "unplaced"),
        ("blank = false", "east west city"),
    ],
)
def test_where_picks_rows(tmp_path: Path, rule: str, places: str) -> None:
    text = "area,day,kind\nEast End,2024-01-01,a\nWest Hill,2024-01-01,b\ncity,2024-01-01,c\nunplaced,2024-01-01,\n"
    found = made(tmp_path, HEAD + DATED + f'where = [{{column = "kind", {rule}}}]\n', crime_csv=text)
    assert {place for place, _ in counts(found)} == set(places.split())
    [file] = found.tables["source_file"].to_dict("records")
    assert file["rows_skipped"] == 4 - len(places.split())


def test_where_compares_days_and_numbers(tmp_path: Path) -> None:
    text = (
        "area,day,size\nEast End,2023-12-31,5\nEast End,2024-01-01,10\nEast End,2024-06-30,9\nEast End,2024-07-01,9\n"
    )
    days = 'where = [{column = "day", from = 2024-01-01, to = 2024-06-30}]\n'
    assert counts(made(tmp_path / "a", HEAD + DATED + days, crime_csv=text)) == {("east", "2024"): 2}
    sizes = 'where = [{column = "size", from = 9, to = 9.5}]\n'
    assert counts(made(tmp_path / "b", HEAD + DATED + sizes, crime_csv=text)) == {("east", "2024"): 2}


def test_nothing_in_a_pack_runs_as_sql(tmp_path: Path) -> None:
    heading = "x'); DROP TABLE raw_1; --"
    text = f"area,day,\"{heading}\"\nEast End,2024-01-01,it's\nEast End,2024-01-01,'; SELECT 1; --\n"
    rule = f'where = [{{column = "{heading}", in = ["it\'s", "\'; SELECT 1; --"]}}]\n'
    found = made(tmp_path, HEAD + DATED + rule, crime_csv=text)
    assert counts(found) == {("east", "2024"): 2}


@pytest.mark.parametrize(("fate", "city"), [('"skip"', None), ('"city"', 9)])
def test_a_declared_total_is_left_out_or_becomes_the_citys_figure(tmp_path: Path, fate: str, city: int | None) -> None:
    totals = CRIME.replace('"area"', f'{{column = "area", totals = {{"City of Tiny" = {fate}}}}}')
    found = made(tmp_path, HEAD + totals, crime_csv="area,year,count\nEast End,2024,3\nCITY OF TINY,2024,9\n")
    assert not found.report.problems
    assert counts(found).get(("city", "2024")) == city
    assert counts(found)[("east", "2024")] == 3


def test_rows_of_one_place_are_added_up_only_where_the_pack_says_so(tmp_path: Path) -> None:
    text = "area,year,count\nEast End,2024,3\nEastside,2024,4\n"
    assert "repeated_key" in codes(made(tmp_path / "a", HEAD + CRIME, crime_csv=text))
    found = made(tmp_path / "b", HEAD + CRIME + 'combine = "sum"\n', crime_csv=text)
    assert not found.report.problems
    assert counts(found) == {("east", "2024"): 7}


def test_a_column_is_added_up(tmp_path: Path) -> None:
    text = 'area,day,hurt\nEast End,2024-01-01,"1,002"\nEast End,2024-01-02,3\n'
    found = made(tmp_path, HEAD + DATED.replace('count = "rows"', 'sum = "hurt"'), crime_csv=text)
    assert counts(found) == {("east", "2024"): 1005}


def test_an_empty_cell_in_a_sum_is_refused_and_not_taken_for_zero(tmp_path: Path) -> None:
    text = "area,day,hurt\nEast End,2024-01-01,\nEast End,2024-01-02,3\n"
    found = made(tmp_path, HEAD + DATED.replace('count = "rows"', 'sum = "hurt"'), crime_csv=text)
    assert "missing_value" in codes(found)


def test_the_measure_may_stand_in_a_column(tmp_path: Path) -> None:
    toml = HEAD + DATED.replace('measure = "burglary"', 'measure_from = {column = "kind", map = {B = "burglary"}}')
    found = made(tmp_path, toml, crime_csv="area,day,kind\nEast End,2024-01-01,B\n")
    assert counts(found) == {("east", "2024"): 1}
    [error] = made(tmp_path, toml, crime_csv="area,day,kind\nEast End,2024-01-01,C\n").report.errors
    assert (error.code, error.row, error.found) == ("unknown_reference", 2, "'C' in observation")


def test_a_code_leads_to_a_place_through_a_lookup(tmp_path: Path) -> None:
    place = '{column = "beat", pad = 3, lookup = "beats", unknown = "unplaced", blank = "unplaced"}'
    toml = HEAD + '[lookups.beats]\nfile = "beats.csv"\nkey = {column = "b", pad = 3}\nvalue = "area"\n'
    toml += DATED.replace('"area"', place)
    found = made(
        tmp_path,
        toml,
        beats_csv="b,area\n011,East End\n012,West Hill\n",
        crime_csv="beat,day\n11,2024-01-01\n012,2024-01-01\n99,2024-01-01\n,2024-01-01\n",
    )
    assert not found.report.problems
    assert counts(found) == {("east", "2024"): 1, ("west", "2024"): 1, ("unplaced", "2024"): 2}


def test_a_period_may_be_two_days(tmp_path: Path) -> None:
    toml = HEAD + CRIME.replace('period = "year"', 'period = {start = "from", end = "to"}')
    found = made(tmp_path, toml, crime_csv="area,from,to,count\nEast End,2026-01-01,2026-06-23,5\n")
    assert counts(found) == {("east", "2026-01-01..2026-06-23"): 5}


def test_districts_fill_only_districts(tmp_path: Path) -> None:
    toml = HEAD + '[boundaries.district]\nfile = "d.geojson"\nname = "name"\nname_pattern = "District {name}"\n'
    toml += CRIME.replace('"area"', '{column = "area", level = "district"}')
    shapes = geojson(("1", square(0, 40)), ("2", square(0.1, 40)))
    found = made(tmp_path, toml, d_geojson=shapes, crime_csv="area,year,count\n1,2024,5\n")
    assert not found.report.problems
    rows = found.tables["observation"].set_index("neighborhood_id")["status"].to_dict()
    assert rows == {"district-1": "shown", "district-2": "not_reported"}


def test_complaints_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    toml = (
        HEAD
        + """
[[extracts]]
file = "complaints.csv"
source = "police"
into = "complaint_summary"
neighborhood = "area"
date = "day"
by = "year"
counts = {received = {}, sustained = {where = [{column = "end", equals = "S"}]}}
"""
    )
    found = made(tmp_path, toml, complaints_csv="area,day,end\nEast End,2024-01-01,S\nEast End,2024-02-01,\n")
    rows = found.tables["complaint_summary"].set_index("neighborhood_id")
    assert [rows[name]["east"] for name in ("received", "sustained", "status")] == [2, 1, "shown"]
    assert rows["received"].isna().to_dict() == {"east": False, "west": True}
    assert rows.loc["west", "status"] == "not_reported"


def test_residents_may_stand_in_one_column_a_year_and_be_rounded(tmp_path: Path) -> None:
    toml = (
        HEAD
        + """
[[extracts]]
file = "people.csv"
source = "police"
into = "population"
neighborhood = "area"
values = [{column = "P2010", year = 2010}, {column = "P2000", year = 2000, blank = "skip", round = true}]
"""
    )
    found = made(tmp_path, toml, people_csv='area,P2010,P2000\nEast End,"4,895",99.6\nWest Hill,7, -   \n')
    assert not found.report.problems
    rows = found.tables["population"][["neighborhood_id", "year", "residents"]].values.tolist()
    assert sorted(rows) == [["east", 2000, 100], ["east", 2010, 4895], ["west", 2010, 7]]


def test_a_revised_amount_becomes_an_amendment(tmp_path: Path) -> None:
    found = made(tmp_path, HEAD + BUDGET, budget_csv='year,first,final\n2024,"1,000.10",900.05\n2025,5,5\n')
    assert not found.report.problems
    rows = found.tables["budget_line"][["fiscal_year", "phase", "amount_cents"]].values.tolist()
    assert sorted(rows) == [
        ["FY2024", "adopted", 100010],
        ["FY2024", "amendment", -10005],
        ["FY2025", "adopted", 500],
        ["FY2025", "amendment", 0],
    ]


def test_equal_budget_rows_are_added_up_and_never_dropped(tmp_path: Path) -> None:
    toml = HEAD + BUDGET.replace(', {column = "final", phase = "revised"}', "") + 'duplicates = "keep"\n'
    found = made(tmp_path, toml, budget_csv="year,first\n" + "2024,0.10\n" * 30)
    assert found.tables["budget_line"]["amount_cents"].tolist() == [300]


def test_codes_of_budget_lines_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    toml = HEAD + BUDGET.replace('category = "police"', "").replace(
        "constants", 'columns = {category = "what"}\nconstants'
    )
    rows = ["2024,1,2,Overtime", "2024,3,4,overtime!", "2025,5,6,Pay"]
    ids = []
    for at, order in enumerate((rows, rows[::-1])):
        text = "year,first,final,what\n" + "\n".join(order) + "\n"
        frame = made(tmp_path / str(at), toml, budget_csv=text).tables["budget_line"]
        assert frame["id"].is_unique
        ids.append(frame.set_index("id")["amount_cents"].to_dict())
    assert ids[0] == ids[1]


SHARED = BUDGET.replace(', {column = "final", phase = "revised"}', "") + 'columns = {id = "id", reach = "reach"}\n'


def test_shares_are_taken_as_declared_and_never_made_up(tmp_path: Path) -> None:
    toml = HEAD + SHARED + 'share = {column = "where", map = {"Both sides" = ["East End", "West Hill"]}}\n'
    text = (
        "id,year,first,reach,where\na,2024,1,shared,East End:0.25;Westhill:0.75\nb,2024,1,citywide,\n"
        "c,2024,1,shared,East End;west\nd,2024,1,direct,Both sides:1\n"
    )
    found = made(
        tmp_path, toml.replace('name = "West Hill"', 'name = "West Hill"\naliases = ["Westhill"]'), budget_csv=text
    )
    assert not found.report.problems
    shares = found.tables["budget_share"]
    told = {
        (line, place): None if weight != weight else weight for line, place, weight in shares.itertuples(index=False)
    }
    assert told == {
        ("a", "east"): 0.25,
        ("a", "west"): 0.75,
        ("c", "east"): None,
        ("c", "west"): None,
        ("d", "east"): None,
        ("d", "west"): None,
    }


def test_a_line_for_an_unknown_place_is_refused_whole(tmp_path: Path) -> None:
    text = "id,year,first,reach,where\na,2024,1,direct,Nowhere:1\nb,2024,1,citywide,\n"
    found = made(tmp_path, HEAD + SHARED + 'share = {column = "where"}\n', budget_csv=text)
    assert found.tables["budget_line"]["id"].tolist() == ["b"]
    assert found.report.rejects_frame()["value"].tolist() == ["Nowhere"]


def test_rows_may_be_taken_as_they_are_one_a_key(tmp_path: Path) -> None:
    toml = (
        HEAD
        + """
[[extracts]]
file = "awards.csv"
into = "partner"
columns = {id = {column = "who", slug = true}, name = "who"}
constants = {kind = "nonprofit"}
distinct = true
"""
    )
    found = made(tmp_path, toml, awards_csv="who,amount\nThe Y,1\nThe Y,2\nArt Hall,3\n")
    assert not found.report.problems
    assert sorted(found.tables["partner"].values.tolist()) == [
        ["art-hall", "Art Hall", "nonprofit"],
        ["the-y", "The Y", "nonprofit"],
    ]


@pytest.mark.parametrize(
    ("text", "year"),
    [("2024", "FY2024"), ("2024.0", "FY2024"), ("FY24", "FY2024"), ("FY21-22", "FY2022"), ("2021-2022", "FY2022"),
     ("1999-2000", "FY2000"), ("FY21-23", None), ("last", None), ("", None)],
)  # fmt: skip
def test_fiscal_years_are_named_after_the_year_they_end_in(text: str, year: str | None) -> None:
    assert fiscal_year(text) == year


@given(st.integers(min_value=1950, max_value=2098))
def test_a_fiscal_year_is_the_same_however_it_is_written(year: int) -> None:
    assert fiscal_year(f"{year - 1}-{year}") == fiscal_year(f"{year - 1}/{year % 100:02d}") == fiscal_year(str(year))


@pytest.mark.real
def test_force_in_cincinnati_is_counted_once_an_incident(real: Callable[[str], Path], tmp_path: Path) -> None:
    folder = real("cincinnati")
    toml = (
        HEAD.split("[neighborhoods")[0]
        + """
[boundaries.neighborhood]
file = "sna_boundaries.geojson"
name = "neighborhood"
[[extracts]]
file = "use_of_force_1996_2020.csv"
source = "police"
into = "observation"
measure = "burglary"
count = {distinct = ["INCIDENT_NO"]}
date = {column = "INCIDENT_DATE", format = "%m/%d/%Y %I:%M:%S %p"}
by = "year"
neighborhood = {column = "SNA_NEIGHBORHOOD", blank = "unplaced"}
duplicates = "keep"
"""
    )
    (tmp_path / "city.toml").write_text(toml, encoding="utf-8")
    found = gather(read_pack(tmp_path, folder))
    with (folder / "use_of_force_1996_2020.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    where: dict[str, str] = {}
    year: dict[str, str] = {}
    for number, row in enumerate(rows):
        # A row without an incident number is an event of its own.
        key, place = row["INCIDENT_NO"].strip() or f"row {number}", row["SNA_NEIGHBORHOOD"].strip()
        year.setdefault(key, row["INCIDENT_DATE"][6:10])
        if place not in ("", "N/A"):
            where.setdefault(key, place)
    assert sum(counts(found).values()) == len(year)
    unplaced = Counter(year[key] for key in year if key not in where)
    got = {period: number for (place, period), number in counts(found).items() if place == "unplaced"}
    assert got == unplaced
    west_end = Counter(year[key] for key, place in where.items() if place == "WEST END")
    assert {period: number for (place, period), number in counts(found).items() if place == "west-end"} == west_end


def test_a_cell_of_many_megabytes_is_refused_at_once_and_shown_in_part(tmp_path: Path) -> None:
    found = made(tmp_path, HEAD + CRIME, crime_csv="area,year,count\nEast End,2024,3\n" + "é" * 3_000_000 + ",2024,1\n")
    [one] = [one for one in found.report.problems if one.code == "unknown_neighborhood"]
    assert len(one.found) < 300
    assert "3,000,000 characters" in one.found
    assert found.report.rejects_frame()["value"].str.len().max() < 300


def test_a_part_of_an_event_is_told(tmp_path: Path) -> None:
    found = made(tmp_path, HEAD + CRIME, crime_csv="area,year,count\nEast End,2024,3\nWest Hill,2024,2.5\n")
    assert [(one.code, one.row, one.found) for one in found.report.problems] == [
        ("part_of_an_event", 3, "2.5 for burglary")
    ]
    assert made(tmp_path, SCORE + CRIME, crime_csv="area,year,count\nEast End,2024,2.5\n").report.problems == []


def test_the_rejects_name_the_key_that_is_there_twice(tmp_path: Path) -> None:
    found = made(tmp_path, HEAD + CRIME, crime_csv="area,year,count\nEast End,2024,3\nEASTSIDE,2024,4\n")
    [refused] = found.report.rejects_frame().to_dict("records")
    assert (refused["row"], refused["why"], refused["value"]) == (3, "repeated_key", "2024, east, burglary")
