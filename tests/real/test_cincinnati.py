"""Cincinnati as published, against its own files."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from data import queries
from data.figures import Status
from data.store import Release
from tests.real.conftest import AskCli, Lookup, ReadRows, Rows
from tests.real.oracles import byar, link_id

STARS = "crime_stars_ytd_by_sna.csv"
FORCE = "use_of_force_1996_2020.csv"
AWARDS = "program_awards_act_for_cincy.csv"
THEN, NOW = "2025-01-01..2025-06-23", "2026-01-01..2026-06-23"
COLUMNS = {
    "violent_crime": "violent",
    "property_crime": "property",
    "homicide": "homicide",
    "aggravated_assault": "aggravated_assault",
    "robbery": "robbery",
    "burglary": "burglary",
    "larceny_theft": "larceny_theft",
    "motor_vehicle_theft": "motor_vehicle_theft",
}
OTHERWISE_NAMED = {
    "North Avondale": "north-avondale-paddock-hills",
    "Paddock Hills": "north-avondale-paddock-hills",
    "Roll Hill": "villages-at-roll-hill",
}
OF_TWO_AREAS = (
    "Lower Price Hill_Queensgate",
    "English Woods_North Fairmount",
    "North Fairmount",
    "Riverside_Sedamsville",
    "Riverside",
)
NOT_TOLD_APART = ("lower-price-hill", "queensgate", "english-woods", "north-fairmount", "riverside", "sedamsville")


def area_id(name: str) -> str:
    return OTHERWISE_NAMED.get(name, link_id(name))


def stars(read: ReadRows) -> Counter[tuple[str, str, str]]:
    """(column, area, period) -> offenses, with the rows of two areas under `unplaced` and all rows under `city`."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in read(STARS):
        name, period = row["sna_source_name"], f"{row['period_start']}..{row['period_end']}"
        for column in COLUMNS.values():
            found[column, "unplaced" if name in OF_TWO_AREAS else area_id(name), period] += int(row[column])
            found[column, "city", period] += int(row[column])
    return found


@pytest.fixture(scope="module")
def residents(cincinnati_rows: ReadRows) -> Counter[str]:
    people: Counter[str] = Counter()
    for row in cincinnati_rows("population_2020_by_neighborhood.csv"):
        people[area_id(row["name"])] += int(row["population"])
    return people


def incidents_of(rows: Rows) -> Counter[tuple[str, str]]:
    """(area, unplaced or city; year) -> different incidents; a row without a number is one by itself."""
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for at, row in enumerate(rows):
        name, year = row["SNA_NEIGHBORHOOD"], row["INCIDENT_DATE"][6:10]
        for place in ("city", "unplaced" if name == "N/A" else area_id(name)):
            seen[place, year].add(row["INCIDENT_NO"] or f"row {at}")
    return Counter({key: len(numbers) for key, numbers in seen.items()})


@pytest.fixture(scope="module")
def incidents(cincinnati_rows: ReadRows) -> Counter[tuple[str, str]]:
    return incidents_of(cincinnati_rows(FORCE))


# places and people


def test_there_are_50_areas_and_51_profiles(cincinnati: Release, residents: Counter[str]) -> None:
    places = queries.neighborhoods(cincinnati)
    assert len(places) == len(residents) == 50
    assert set(places.id) == set(residents)
    assert set(places.id[places.visitor_area.astype(bool)]) == {"downtown", "camp-washington", "queensgate"}
    shown = queries.population(cincinnati).set_index("neighborhood_id").residents.to_dict()
    assert shown.pop("city") == 309_317  # not the sum of the profiles, which overlap
    assert shown == residents
    assert sum(residents.values()) == 329_782
    assert shown["north-avondale-paddock-hills"] == 3_405 + 1_038


# crime


def test_every_area_has_the_files_offenses_of_the_same_days_in_both_years(
    cincinnati_rows: ReadRows, cincinnati_figures: Lookup, residents: Counter[str]
) -> None:
    offenses = stars(cincinnati_rows)
    for measure, column in COLUMNS.items():
        periods = {period for (of, _, period) in cincinnati_figures if of == measure}
        assert periods == {THEN, NOW}
        for place in set(residents) - set(NOT_TOLD_APART):
            for period in (THEN, NOW):
                figure, events = cincinnati_figures[measure, place, period], offenses[column, place, period]
                assert figure.numerator == events, (measure, place, period)
                if measure == "homicide":
                    assert figure.value == events
                elif 1 <= events <= 9:
                    assert (figure.status, figure.value) == (Status.TOO_FEW_TO_SAY, None)
                else:
                    assert (figure.denominator, figure.denominator_period) == (residents[place], "2020")
                    assert figure.value == pytest.approx(events / residents[place] * 1000)
                    assert figure.status == (Status.UNSTABLE if 10 <= events < 20 else Status.SHOWN)
                    if events:
                        assert (figure.low, figure.high) == pytest.approx(byar(events, residents[place]))


@pytest.mark.parametrize("place", NOT_TOLD_APART)
def test_areas_that_the_file_does_not_tell_apart_get_no_guess(cincinnati_figures: Lookup, place: str) -> None:
    for measure in COLUMNS:
        for period in (THEN, NOW):
            figure = cincinnati_figures[measure, place, period]
            assert (figure.status, figure.numerator, figure.value) == (Status.NOT_REPORTED, None, None)


def test_their_offenses_are_seen_without_a_neighborhood_and_in_the_city(
    cincinnati_rows: ReadRows, cincinnati_figures: Lookup
) -> None:
    offenses = stars(cincinnati_rows)
    for measure, column in COLUMNS.items():
        for period in (THEN, NOW):
            for place in ("unplaced", "city"):
                assert cincinnati_figures[measure, place, period].numerator == offenses[column, place, period]
    city = cincinnati_figures["violent_crime", "city", NOW]
    assert (city.numerator, city.denominator, city.denominator_period) == (950, 309_317, "2020")
    assert city.value == pytest.approx(950 / 309_317 * 1000)
    assert cincinnati_figures["property_crime", "city", NOW].numerator == 6_314 - 950


def test_the_command_line_says_the_same(cincinnati_store: Path, cincinnati_figures: Lookup, ask_cli: AskCli) -> None:
    found = ask_cli(cincinnati_store, "--neighborhood", "Paddock Hills", "--period", NOW)
    assert {one["neighborhood"] for one in found} == {"north-avondale-paddock-hills"}
    assert {one["measure"]: one["numerator"] for one in found} == {
        measure: cincinnati_figures[measure, "north-avondale-paddock-hills", NOW].numerator for measure in COLUMNS
    }
    assert next(one["numerator"] for one in found if one["measure"] == "violent_crime") == 3 + 8


def test_downtown_says_that_many_people_only_visit(cincinnati_figures: Lookup) -> None:
    assert cincinnati_figures["violent_crime", "downtown", NOW].reason == "visitors"


# use of force


def test_each_incident_counts_once(cincinnati_rows: ReadRows, incidents: Counter[tuple[str, str]]) -> None:
    rows = cincinnati_rows(FORCE)
    assert len(rows) == 22_619
    assert len(rows) - len({tuple(row.values()) for row in rows}) == 1_521
    assert sum(count for (place, _), count in incidents.items() if place == "city") == 16_648 + 373


def test_every_area_and_year_of_force_is_the_files(
    cincinnati: Release, cincinnati_figures: Lookup, incidents: Counter[tuple[str, str]]
) -> None:
    places = [*queries.neighborhoods(cincinnati).id, "unplaced"]
    zeros = 0
    for year in map(str, range(1996, 2021)):
        for place in places:
            figure, events = cincinnati_figures["use_of_force", place, year], incidents[place, year]
            if 1 <= events <= 9:
                assert figure.status == Status.WITHHELD, (place, year)
            elif figure.status != Status.WITHHELD:
                assert figure.value == figure.numerator == events, (place, year)
                zeros += events == 0
    assert zeros > 0  # shown, not hidden
    for year in map(str, range(1997, 2020)):  # a third to nearly all have no neighborhood: no number here is whole
        of_places = {cincinnati_figures["use_of_force", place, year] for place in queries.neighborhoods(cincinnati).id}
        assert {one.reason for one in of_places if one.has_value} == {"partial_coverage"}


def test_the_citys_total_holds_incidents_without_a_neighborhood(
    cincinnati_figures: Lookup, incidents: Counter[tuple[str, str]]
) -> None:
    for year in map(str, range(1996, 2021)):
        city = cincinnati_figures["use_of_force", "city", year]
        assert city.value == city.numerator == incidents["city", year]
        assert city.value == sum(count for (place, of), count in incidents.items() if of == year and place != "city")
        without = cincinnati_figures["use_of_force", "unplaced", year]
        assert without.value == incidents["unplaced", year] > 0
    assert cincinnati_figures["use_of_force", "city", "2000"].value == 1_258


def test_rows_without_a_neighborhood_are_counted_out_loud(cincinnati: Release, cincinnati_rows: ReadRows) -> None:
    [file] = queries.source_files(cincinnati).query("path == @FORCE").to_dict("records")
    blank = sum(row["SNA_NEIGHBORHOOD"] == "N/A" for row in cincinnati_rows(FORCE))
    assert (file["rows_read"], file["rows_duplicate"], file["rows_unplaced"]) == (22_619, 1_521, blank)
    assert blank / 22_619 == pytest.approx(0.475, abs=0.0005)


def test_first_and_last_year_are_said_to_be_short(
    cincinnati: Release, cincinnati_figures: Lookup, cincinnati_rows: ReadRows
) -> None:
    dates = sorted(
        f"{row['INCIDENT_DATE'][6:10]}-{row['INCIDENT_DATE'][:5].replace('/', '-')}" for row in cincinnati_rows(FORCE)
    )
    days = queries.periods(cincinnati, "use_of_force").set_index("period")
    assert days.period_start["1996"].isoformat() == dates[0] == "1996-07-01"
    assert days.period_end["2020"].isoformat() == dates[-1] == "2020-12-09"
    short = {
        period
        for (of, place, period), one in cincinnati_figures.items()
        if (of, place, one.reason) == ("use_of_force", "city", "incomplete_period")
    }
    assert short == {"1996", "2020"}


def test_the_days_from_which_counting_differs_break_the_series(cincinnati: Release, cincinnati_rows: ReadRows) -> None:
    def day(row: dict[str, str]) -> str:
        return f"{row['INCIDENT_DATE'][6:10]}-{row['INCIDENT_DATE'][:2]}-{row['INCIDENT_DATE'][3:5]}"

    rows = cincinnati_rows(FORCE)
    refused = Counter(day(row)[:7] for row in rows if row["INCIDENT_DESCRIPTION"] == "NONCOMPLIANT SUSPECT/ARRESTEE")
    assert sum(count for month, count in refused.items() if month < "2003-06") == 5
    assert [refused[f"2003-{month:02d}"] for month in range(6, 13)] == [34, 30, 13, 12, 24, 30, 32]
    without = [day(row) for row in rows if not row["INCIDENT_NO"]]
    assert len(without) == 373
    breaks = queries.breaks(cincinnati, measure="use_of_force")
    assert [f"{one:%Y-%m-%d}" for one in breaks.broke_on] == ["2003-06-01", min(without)]
    assert breaks.kind.tolist() == ["definition", "records_system"]
    spanish = queries.breaks(cincinnati, measure="use_of_force", language="es")
    assert len({*breaks.note, *spanish.note}) == 4  # each break has words of its own in each language


# money


def test_audited_years_add_up_to_the_cent(cincinnati: Release, cincinnati_rows: ReadRows) -> None:
    rows = cincinnati_rows("police_budget_vs_actual.csv")
    shown = queries.budget_by(cincinnati, "fiscal_year", ledger="audited").set_index("fiscal_year")
    assert set(shown.index) == {f"FY{year}" for year in range(2014, 2025)}
    for row in rows:
        year = shown.loc[f"FY{row['fiscalYear']}"]
        assert year.adopted == int(Decimal(row["originalBudget"]) * 100)
        assert year.revised == int(Decimal(row["finalBudget"]) * 100)
        assert year.actual == int(Decimal(row["budgetBasisActual"]) * 100)
        assert year.available == int(Decimal(row["budgetBasisVariance"]) * 100)


def test_bureaus_are_a_ledger_of_their_own_to_the_cent(cincinnati: Release, cincinnati_rows: ReadRows) -> None:
    expected: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in cincinnati_rows("police_budget_by_bureau.csv"):
        expected[f"FY{row['fiscal_year']}"] += Decimal(row["amount"])
    shown = queries.budget_by(cincinnati, "fiscal_year", ledger="bureaus").set_index("fiscal_year").adopted
    assert expected.pop("FY2005") == 0
    assert shown.to_dict() == {year: int(amount * 100) for year, amount in expected.items()}
    assert shown["FY2017"] == 13_911_792_749


def test_a_gap_a_half_year_and_plans_are_called_that(cincinnati: Release) -> None:
    years = queries.fiscal_years(cincinnati).set_index("id")
    assert years.status["FY2005"] == "no_data"
    assert "FY2005" not in set(queries.budget_lines(cincinnati).fiscal_year)  # missing, not zero
    assert years.status["FY2013"] == "partial"
    assert (years.starts_on["FY2013"].isoformat(), years.ends_on["FY2013"].isoformat()) == ("2013-01-01", "2013-06-30")
    for year in ("FY2026", "FY2027"):
        assert years.note[year] == "Budget only, not spending."
    assert queries.budget_by(cincinnati, "fiscal_year", ledger="bureaus").actual.isna().all()


def test_all_66_awards_are_there_and_58_stay_citywide(cincinnati: Release, cincinnati_rows: ReadRows) -> None:
    rows = cincinnati_rows(AWARDS)
    lines = queries.budget_lines(cincinnati, ledger="awards").set_index("id")
    assert {row["id"]: int(Decimal(row["amount"]) * 100) for row in rows} == lines.amount_cents.to_dict()
    assert Counter(lines.reach) == {"citywide": 58, "direct": 4, "shared": 2, "outside_city": 2}
    citywide = sum(int(row["amount"]) * 100 for row in rows if row["geographyStatus"] == "citywide_unallocated")
    by_reach = queries.budget_by(cincinnati, "reach", ledger="awards").set_index("reach").encumbered
    assert by_reach["citywide"] == citywide
    assert lines.phase.unique().tolist() == ["encumbrance"]  # promised: nobody says what was paid
    assert lines.loc["hs-adopt-a-class", "recipient"] == "Adopt A Class Foundation"


def test_citywide_awards_are_never_spread_over_neighborhoods(cincinnati: Release) -> None:
    lines = queries.budget_lines(cincinnati, ledger="awards").set_index("id")
    tied = {line for place in queries.neighborhoods(cincinnati).id for line in queries.money_in(cincinnati, place).id}
    assert set(lines.reach[list(tied)]) == {"direct", "shared"}
    assert len(tied) == 6


def test_parts_of_awards_are_only_those_that_the_file_declares(cincinnati: Release) -> None:
    parts = queries.shares_of_year(cincinnati, ledger="awards")
    split = parts[parts.part_cents.notna()]
    whole = {(row.id, row.neighborhood_id): row.part_cents for row in split.itertuples()}
    assert whole == {
        ("boots-neighborhood-heroes", "avondale"): 2_500_000,
        ("hs-seven-hills", "west-end"): 12_700_000,
        ("hs-wesley-chapel", "over-the-rhine"): 7_200_000,
        ("hs-price-hill-will", "east-price-hill"): 1_903_334,
        ("hs-price-hill-will", "west-price-hill"): 1_903_333,
    }
    unsplit = parts[parts.part_cents.isna()]
    assert set(zip(unsplit.id, unsplit.neighborhood_id, strict=True)) == {
        ("hs-price-hill-will", "lower-price-hill"),
        ("hs-price-hill-will", "queensgate"),
        ("hs-santa-maria", "lower-price-hill"),
        ("hs-santa-maria", "queensgate"),
        ("impact-award-food-gun-violence", "avondale"),
        ("impact-award-food-gun-violence", "east-price-hill"),
        ("impact-award-food-gun-violence", "west-end"),
    }


# the release as a whole


def test_withheld_cells_hold_no_number(cincinnati: Release, cincinnati_figures: Lookup) -> None:
    hidden = [one for one in cincinnati_figures.values() if one.status == Status.WITHHELD]
    assert hidden
    for one in hidden:
        assert (one.numerator, one.value, one.low, one.high, one.n, one.n_effective) == (None,) * 6
    assert {one.measure for one in hidden} == {"use_of_force"}
    assert queries.withheld_counts(cincinnati).iloc[:, -1].sum() == len(hidden)
