"""Chicago as published, against its own files."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
import shapely

from components.readings import context_of
from data import queries
from data.figures import Status
from data.store import Release
from data.verdicts import Refusal, compare
from tests.conftest import ROOT, RealCity
from tests.real.conftest import AskCli, Lookup, ReadRows
from tests.real.oracles import byar, link_id

CRIME = "crime_by_community_area_2014_2023.csv"
PEOPLE = "population_2014_2023.csv"
SENTIMENT = "police_sentiment_by_community_area_2017_2021.csv"
COMPLAINTS = "complaints_p876849.csv"
BUDGET = "city_budget_2019_2023.csv"
GROUPS = {
    "violent_crime": "Violent Crimes",
    "property_crime": "Property Crimes",
    "fraud": "Deceptive Practices and Fraud",
    "public_order_crime": "Public Order Crimes",
    "drug_crime": "Drug-Related Crimes",
    "crime_involving_children": "Crimes Involving Children",
}
SCORES = {"safety_score": "safety", "trust_score": "trust", "listen_score": "t_listen", "respect_score": "t_respect"}
POLICE = ("Chicago Police Department", "Civilian Office of Police Accountability", "Chicago Police Board")
YEARS = [str(year) for year in range(2014, 2024)]
OTHERWISE_NAMED = {"The Loop": "loop", "O'Hare": "ohare", "Ohare": "ohare"}


def area_id(name: str) -> str:
    return OTHERWISE_NAMED.get(name, link_id(name))


def residents_by(read: ReadRows) -> dict[tuple[str, str], int]:
    """(area, year) -> residents, whole people; 2014 lists other places and is not used."""
    return {
        (area_id(row["GEOG"]), row["year_data"]): round(float(row["TOT_POP"]))
        for row in read(PEOPLE)
        if row["year_data"] != "2014"
    }


@pytest.fixture(scope="module")
def residents(chicago_rows: ReadRows) -> dict[tuple[str, str], int]:
    return residents_by(chicago_rows)


@pytest.fixture(scope="module")
def district_of_beat(real: RealCity) -> dict[str, str]:
    """Beat -> district, from the map; district 31 is two suburbs."""
    given = json.loads((real("chicago") / "police_beats.geojson").read_text())
    pairs = [(one["properties"]["beat_num"], one["properties"]["district"]) for one in given["features"]]
    return {beat: district for beat, district in pairs if district != "31"}


# crime


def test_albany_park_2023_is_what_the_file_says(chicago_store: Path, chicago: Release, ask_cli: AskCli) -> None:
    [shown] = queries.figures(chicago, measures=["violent_crime"], neighborhoods=["albany-park"], periods=["2023"])
    low, high = byar(763, 48_647)
    assert (shown.numerator, shown.denominator, shown.status) == (763, 48_647, Status.SHOWN)
    assert shown.value == pytest.approx(15.6844, abs=5e-5)
    assert (shown.low, shown.high) == (pytest.approx(low, rel=1e-9), pytest.approx(high, rel=1e-9))
    assert (round(low, 2), round(high, 2)) == (14.59, 16.84)

    [asked] = ask_cli(chicago_store, "--measure", "violent_crime", "--neighborhood", "ALBANY PARK", "--period", "2023")
    assert (asked["numerator"], asked["denominator"]) == (763, 48_647)
    assert (asked["value"], asked["low"], asked["high"]) == (shown.value, shown.low, shown.high)
    assert (asked["unit"], asked["source"], asked["release"]) == ("per_1000_residents", "crime", chicago.id)


def test_every_area_and_year_of_crime_is_the_files(
    chicago_rows: ReadRows, chicago_figures: Lookup, residents: dict[tuple[str, str], int]
) -> None:
    rows = chicago_rows(CRIME)
    assert len(rows) == 750
    for row in rows:
        place, year = area_id(row["community"]), row["year"]
        for measure, column in GROUPS.items():
            events, figure = float(row[column]), chicago_figures[measure, place, year]
            if measure == "crime_involving_children" and 1 <= events <= 9:
                assert figure.status == Status.WITHHELD
                assert (figure.numerator, figure.value, figure.low, figure.high) == (None, None, None, None)
                continue
            if figure.status == Status.WITHHELD:  # hidden so that another cannot be worked out
                assert measure == "crime_involving_children"
                continue
            assert figure.numerator == events, (measure, place, year)
            if year == "2014":
                assert (figure.status, figure.reason, figure.value) == (Status.NOT_REPORTED, "no_population", None)
            elif 1 <= events <= 9:
                assert (figure.status, figure.value) == (Status.TOO_FEW_TO_SAY, None)
            else:
                assert figure.denominator == residents[place, year], (place, year)
                assert figure.value == pytest.approx(events / residents[place, year] * 1000)
                if events:
                    assert (figure.low, figure.high) == pytest.approx(byar(events, residents[place, year]))


@pytest.mark.parametrize("place", ["loop", "ohare"])
def test_areas_without_crime_rows_are_not_reported_and_never_zero(chicago_figures: Lookup, place: str) -> None:
    for measure in GROUPS:
        for year in YEARS:
            figure = chicago_figures[measure, place, year]
            assert (figure.status, figure.reason) == (Status.NOT_REPORTED, "no_row_in_source")
            assert (figure.numerator, figure.value, figure.low, figure.high) == (None, None, None, None)


def test_the_city_counts_75_areas_and_divides_by_their_residents(
    chicago_rows: ReadRows, chicago_figures: Lookup, residents: dict[tuple[str, str], int]
) -> None:
    rows = chicago_rows(CRIME)
    covered = {area_id(row["community"]) for row in rows}
    assert len(covered) == 75
    for measure, column in GROUPS.items():
        for year in YEARS:
            city = chicago_figures[measure, "city", year]
            assert city.numerator == sum(float(row[column]) for row in rows if row["year"] == year)
            if year == "2014":
                assert (city.value, city.reason) == (None, "no_population")
                continue
            people = sum(residents[place, year] for place in covered)
            assert (city.denominator, city.reason) == (people, "partial_coverage")
            assert city.value == pytest.approx(city.numerator / people * 1000)


def test_residents_are_those_of_community_areas_and_never_of_suburbs(
    chicago: Release, residents: dict[tuple[str, str], int]
) -> None:
    shown = queries.population(chicago)
    areas = shown[shown.neighborhood_id != "city"]
    assert {(row.neighborhood_id, str(row.year)): row.residents for row in areas.itertuples()} == residents
    assert len(residents) == 77 * 9
    assert areas.year.min() == 2015  # of 2014 there is a suburb called Riverdale, which is not the community area
    for year, people in shown[shown.neighborhood_id == "city"][["year", "residents"]].itertuples(index=False):
        assert people == sum(count for (_, of), count in residents.items() if of == str(year))


# places


def test_people_read_proper_names_and_find_areas_by_the_others(
    chicago: Release, chicago_store: Path, ask_cli: AskCli
) -> None:
    places = queries.neighborhoods(chicago).set_index("id")
    assert len(places) == 77
    assert places.name.loc[["mckinley-park", "ohare", "loop", "lake-view"]].to_list() == [
        "McKinley Park",
        "O'Hare",
        "Loop",
        "Lake View",
    ]
    assert not [name for name in places.name if name.isupper()]
    assert set(places.index[places.visitor_area.astype(bool)]) == {"loop", "ohare"}
    for name in ("The Loop", "LOOP", "loop"):
        found = ask_cli(chicago_store, "--measure", "safety_score", "--neighborhood", name, "--period", "2021")
        assert [one["neighborhood"] for one in found] == ["loop"]


def test_areas_are_as_large_as_the_city_says(chicago: Release, real: RealCity) -> None:
    given = json.loads((real("chicago") / "community_area_boundaries.geojson").read_text())
    square_feet = {area_id(one["properties"]["community"]): one["properties"] for one in given["features"]}
    places = queries.neighborhoods(chicago).set_index("id")
    outlines = queries.outlines(chicago).set_index("id")
    assert set(outlines.index) == set(square_feet) == set(places.index)
    for place, properties in square_feet.items():
        km2 = float(properties["shape_area"]) * 0.3048**2 / 1e6
        assert places.area_km2[place] == pytest.approx(km2, rel=0.002)
        outline = shapely.from_geojson(outlines.geometry[place])
        assert outline.is_valid
        assert outline.contains(shapely.Point(places.label_lon[place], places.label_lat[place]))


def test_districts_are_drawn_from_beats_and_the_enclosed_suburbs_left_out(
    chicago: Release, district_of_beat: dict[str, str]
) -> None:
    places = queries.neighborhoods(chicago, kinds=("district",))
    numbers = sorted(set(district_of_beat.values()))
    assert sorted(places.id) == [f"district-{number}" for number in numbers]
    assert set(places.name) == {f"Police District {int(number)}" for number in numbers}
    assert len(numbers) == 22
    shares = queries.districts_of(chicago, "albany-park")
    assert shares.id[0] == "district-17"
    assert shares.share_of_area.sum() == pytest.approx(1, abs=0.02)


# scores


def test_every_score_is_the_files_and_claims_no_range(chicago_rows: ReadRows, chicago_figures: Lookup) -> None:
    rows = chicago_rows(SENTIMENT)
    assert len(rows) == 385
    for row in rows:
        for measure, column in SCORES.items():
            figure = chicago_figures[measure, area_id(row["Community"]), row["Year"]]
            assert (figure.low, figure.high, figure.n) == (None, None, None)
            if row[column] in ("NA", ""):
                assert (figure.status, figure.value) == (Status.NOT_REPORTED, None)
            else:
                assert figure.value == float(row[column])
                assert (figure.status, figure.reason) == (Status.SHOWN, "no_sample_size")


def test_the_city_has_no_score_of_its_own(chicago_figures: Lookup) -> None:
    city = [one for (measure, place, _), one in chicago_figures.items() if place == "city" and measure in SCORES]
    assert len(city) == 4 * 5
    assert {(one.status, one.reason, one.value) for one in city} == {(Status.NOT_REPORTED, "no_city_figure", None)}


def test_two_questions_start_in_2020(chicago_figures: Lookup) -> None:
    for measure in ("listen_score", "respect_score"):
        reported = Counter(
            period
            for (of, place, period), one in chicago_figures.items()
            if of == measure and place != "city" and one.value is not None
        )
        assert reported == {"2020": 55, "2021": 77}


def test_district_scores_are_measures_of_their_own(chicago_rows: ReadRows, chicago_figures: Lookup) -> None:
    rows = chicago_rows("police_sentiment_by_district.csv")
    assert len(rows) == 110
    for row in rows:
        place, year = f"district-{int(row['DISTRICT']):02d}", row["by_year_start_date"][6:10]
        for measure, column in (("safety_score_district", "SAFETY"), ("trust_score_district", "TRUST")):
            assert chicago_figures[measure, place, year].value == pytest.approx(float(row[column]), abs=1e-12)


# complaints


def test_complaints_of_each_district_are_counted_from_beats(
    chicago_rows: ReadRows, chicago_figures: Lookup, district_of_beat: dict[str, str]
) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for row in chicago_rows(COMPLAINTS):
        beat = row["beat"].removesuffix(".0").rjust(4, "0") if row["beat"] else ""
        district = district_of_beat.get(beat)
        counted[f"district-{district}" if district else "unplaced", row["complaint_date"][:4]] += 1
    places = [*(f"district-{number}" for number in sorted(set(district_of_beat.values()))), "unplaced"]
    for year in ("2019", "2020", "2021", "2022", "2023"):
        for place in places:
            figure, events = chicago_figures["complaints", place, year], counted[place, year]
            if figure.status == Status.WITHHELD:
                assert (figure.numerator, figure.value) == (None, None)
            else:
                assert figure.numerator == figure.value == events, (place, year)
                assert events == 0 or events >= 10
        city = chicago_figures["complaints", "city", year]
        assert city.numerator == sum(counted[place, year] for place in places)
        assert city.numerator == sum(number for (_, of), number in counted.items() if of == year)
    assert counted["unplaced", "2020"] > 1_000  # a quarter of all has no beat: seen in the city, in no district


def test_only_years_that_the_file_holds_are_shown(chicago_figures: Lookup) -> None:
    periods = {period for (measure, _, period) in chicago_figures if measure == "complaints"}
    assert periods == {"2019", "2020", "2021", "2022", "2023"}


def test_no_year_of_complaints_is_compared_with_another(
    chicago: Release, chicago_rows: ReadRows, chicago_figures: Lookup
) -> None:
    rows = chicago_rows(COMPLAINTS)
    assert all("2020-01-01" <= row["closed_date"] <= "2023-08-31" for row in rows)  # open ones are missing
    complaints = queries.records(queries.measures(chicago).query("id == 'complaints'"))[0]
    for year in (2020, 2021, 2022, 2023):
        now, before = (chicago_figures["complaints", "city", str(one)] for one in (year, year - 1))
        assert compare(context_of(chicago, complaints), now, before).reason == Refusal.INCOMPLETE_PERIOD


def test_2023_ends_with_the_file(chicago: Release, chicago_rows: ReadRows) -> None:
    last = max(row["complaint_date"] for row in chicago_rows(COMPLAINTS))
    days = queries.periods(chicago, "complaints").set_index("period")
    assert days.period_end["2023"].isoformat() == last == "2023-08-30"


# money


def test_police_budgets_add_up_to_the_cent(chicago_rows: ReadRows, chicago: Release) -> None:
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in chicago_rows(BUDGET):
        if row["department"] in POLICE:
            expected[f"FY{row['year']}", row["department"]] += Decimal(row["ordinance"])
    for year in ("FY2019", "FY2020", "FY2021", "FY2022", "FY2023"):
        shown = queries.budget_by(chicago, "unit_name", ledger="police_budget", fiscal_year=year)
        assert dict(zip(shown.unit_name, shown.adopted, strict=True)) == {
            department: int(expected[year, department] * 100) for department in POLICE
        }
        assert shown.actual.isna().all()  # nobody says what was spent
    assert expected["FY2023", "Chicago Police Department"] == Decimal("1943242055")


def test_every_account_and_fund_adds_up_whatever_it_is_called_that_year(
    chicago_rows: ReadRows, chicago: Release
) -> None:
    rows = [row for row in chicago_rows(BUDGET) if row["department"] in POLICE]
    for year in ("2019", "2020", "2021", "2022", "2023"):
        by_account: defaultdict[str, Decimal] = defaultdict(Decimal)
        by_fund_code: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            if row["year"] == year:
                by_account[row["approp_acc"].lstrip("0")] += Decimal(row["ordinance"])
                by_fund_code[row["fund_code"]] += Decimal(row["ordinance"])
        lines = queries.budget_lines(chicago, ledger="police_budget", fiscal_year=f"FY{year}")
        by_category = lines.groupby("category").amount_cents.sum()
        assert sorted(by_category) == sorted(int(amount * 100) for amount in by_account.values())
        assert by_category["Overtime"] == int(by_account["20"] * 100)
        assert by_category["Salaries and wages"] == int(by_account["5"] * 100)
        by_fund = lines.groupby("fund").amount_cents.sum()
        for name, code in (("Corporate Fund", "0100"), ("Chicago O'Hare Airport Fund", "0740")):
            assert by_fund[name] == int(by_fund_code[code] * 100)


def test_no_fund_or_account_appears_twice_in_different_spellings(chicago: Release) -> None:
    lines = queries.budget_lines(chicago)
    for column in ("fund", "category", "unit_name"):
        names = set(lines[column])
        assert len({" ".join(name.casefold().split()) for name in names}) == len(names)
    assert not [name for name in lines.category if name.isdigit()]  # no account is left as a bare code
    assert not [name for name in set(lines.fund) if name.isupper() and len(name) > 4]


def test_the_line_community_policing_development_is_in_every_year(chicago: Release) -> None:
    lines = queries.budget_lines(chicago)
    mine = lines[lines.fund == "Community Policing Development"]
    assert mine.groupby("fiscal_year").amount_cents.sum().to_dict() == {
        "FY2019": 8_000_000,
        "FY2020": 8_000_000,
        "FY2021": 7_000_000,
        "FY2022": 25_000_000,
        "FY2023": 35_000_000,
    }


# the release as a whole


def test_withheld_cells_hold_no_number(chicago: Release, chicago_figures: Lookup) -> None:
    hidden = [one for one in chicago_figures.values() if one.status == Status.WITHHELD]
    assert hidden
    for one in hidden:
        assert (one.numerator, one.value, one.low, one.high, one.n, one.n_effective) == (None,) * 6
    assert {one.measure for one in hidden} <= {"crime_involving_children", "complaints"}
    assert queries.withheld_counts(chicago).iloc[:, -1].sum() == len(hidden)


def test_what_became_of_every_row_is_published(chicago: Release) -> None:
    files = queries.source_files(chicago).set_index("path")
    assert (files.rows_rejected == 0).all()
    assert (files.rows_used + files.rows_skipped + files.rows_rejected == files.rows_read).all()
    assert files.rows_read[COMPLAINTS] == 18_624
    assert files.rows_skipped[PEOPLE] == 284


def test_no_row_of_real_data_is_in_the_pack() -> None:
    assert {file.name for file in (ROOT / "data/packs/chicago").iterdir()} == {"city.toml", "README.md"}
