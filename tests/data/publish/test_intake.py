"""What a pack's mistakes are called, and what comes out of a pack without any."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from data.models import MADE_BY_PUBLISHING, TABLES, described
from data.publish.intake import MeasureRule, gather
from data.publish.pack import read_pack
from data.publish.problems import KINDS, Problem, Report, problem
from tests.data.publish.bad_evaluations import BAD_EVALUATIONS
from tests.data.publish.bad_packs import BAD_FIGURES
from tests.data.publish.bad_records import BAD_RECORDS
from tests.data.publish.packs import BUDGET, CRIME, DATED, HEAD, OUTLINES, PARTNERS, Bad, geojson, made, square

GOOD_CRIME = "area,year,count\nEast End,2024,3\n"
BAD: dict[str, Bad] = {
    "broken_toml": Bad("[city\n", found="line 1"),
    "unknown_key": Bad(HEAD + CRIME.replace("neighborhood", "neighbourhood"), column="extracts[1].neighbourhood",
                       found="'neighbourhood'", expected="'neighborhood'"),
    "missing_key": Bad(HEAD.replace('publisher = "City of Tiny"', ""), column="city.publisher"),
    "wrong_key_value": Bad(HEAD.replace("2026-01-20", '"last week"'), column="sources.police.retrieved_on",
                           found="last week", expected="a day"),
    "wrong_word": Bad(HEAD + PARTNERS.replace("partner", "legal_basis").replace("legal_basiss", "rules"),
                      {"rules_csv": "id,scope,kind,citation,title\n1,county,statute,7,Y\n"}, file="rules.csv", row=2,
                      column="scope", found="county", expected="one of federal, state, local"),
    "unknown_table": Bad(HEAD + '[tables.programs]\nfile = "x.csv"\n', column="tables.programs", expected="'program'"),
    "unknown_column": Bad(HEAD + PARTNERS, {"partners_csv": "id,name,kind,Kindness\n1,Y,business,x\n"},
                          level="warning", file="partners.csv", column="Kindness"),
    "personal_column": Bad(HEAD + CRIME.replace('"area"', '"Victim Name"'),
                           {"crime_csv": "Victim Name,year,count\nx,1,1\n"},
                           file="crime.csv", column="Victim Name"),
    "missing_file": Bad(HEAD + CRIME, file="crime.csv"),
    "outside_folder": Bad(HEAD + CRIME.replace("crime.csv", "../crime.csv"), found="../crime.csv"),
    "unreadable_file": Bad(HEAD + CRIME.replace("crime.csv", "crime.xlsx"), {"crime.xlsx": "not a sheet"},
                           file="crime.xlsx"),
    "empty_file": Bad(HEAD + CRIME, {"crime_csv": "area,year,count\n"}, file="crime.csv"),
    "missing_column": Bad(HEAD + CRIME, {"crime_csv": "Area,year,count\nEast End,2024,1\n"}, file="crime.csv",
                          column="area", expected="'Area'"),
    "repeated_column": Bad(HEAD + CRIME, {"crime_csv": "area,year,count,count\nEast End,2024,1,2\n"}, file="crime.csv",
                           column="count"),
    "wrong_encoding": Bad(HEAD + CRIME, {"crime_csv": "area,year,count,note\nEast End,2024,1,Peña\n".encode("cp1252")},
                          level="warning", file="crime.csv", found="Peña"),
    "broken_row": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "West Hill,2024,1,200\n"}, file="crime.csv", row=3),
    "short_row": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "West Hill,2024\n"}, level="warning", file="crime.csv",
                     row=3, found="1 row"),
    "part_of_an_event": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "West Hill,2024,2.5\n"}, level="warning",
                            file="crime.csv", row=3, found="2.5", expected="a whole number"),
    "missing_value": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + ",2024,1\n"}, file="crime.csv", row=3, column="area"),
    "not_a_number": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "West Hill,2024,many\n"}, file="crime.csv", row=3,
                        column="count", found="'many'"),
    "not_a_date": Bad(HEAD + DATED, {"crime_csv": "area,day\nEast End,2024-02-30\n"}, file="crime.csv", row=2,
                      column="day", found="2024-02-30"),
    "ambiguous_date": Bad(HEAD + DATED, {"crime_csv": "area,day\nEast End,2024-01-01\nEast End,03/04/2024\n"},
                          file="crime.csv", row=3, column="day", found="03/04/2024"),
    "not_a_period": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "West Hill,last,1\n"}, file="crime.csv", row=3,
                        column="year", found="'last'"),
    "negative_count": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "West Hill,2024,-1\n"}, file="crime.csv", row=3,
                          column="count", found="'-1'"),
    "repeated_key": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "EASTSIDE,2024,4\n"}, file="crime.csv", row=3,
                        found="rows 2, 3"),
    "total_row": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "City of Tiny,2024,9\n"}, file="crime.csv", row=3,
                     column="area", found="City of Tiny"),
    "conflicting_rows": Bad(HEAD + DATED.replace('"rows"', '{distinct = ["id"]}'),
                            {"crime_csv": "id,area,day\n1,East End,2024-01-01\n1,West Hill,2024-01-01\n"},
                            level="warning", file="crime.csv", row=2, found="such as 1"),
    "copied_rows": Bad(HEAD + DATED, {"crime_csv": "area,day\nEast End,2024-01-01\nEast End,2024-01-01\n"},
                       level="warning", file="crime.csv", found="1 of 2"),
    "too_many_rejected": Bad(HEAD + "[limits]\nrejected_rows = '40%'\n" + CRIME,
                             {"crime_csv": GOOD_CRIME + "Nowhere,2024,1\n"},
                             file="crime.csv", found="1 of 2 rows", expected="40%"),
    "no_rows_left": Bad(HEAD + CRIME + 'where = [{column = "year", equals = 1999}]\n', {"crime_csv": GOOD_CRIME},
                        level="warning", file="crime.csv"),
    "unknown_neighborhood": Bad(HEAD + CRIME, {"crime_csv": GOOD_CRIME + "Est Hill,2024,1\n"}, file="crime.csv", row=3,
                                column="area", found="'Est Hill'", expected="West Hill"),
    "two_spellings": Bad(HEAD + '[neighborhoods.w2]\nname = "WEST-HILL"\n', found="means west and w2"),
    "invalid_polygon": Bad(HEAD + OUTLINES, {"places_geojson": geojson(
        ("Bow", [[[0, 40], [0.1, 40.1], [0.1, 40], [0, 40.1], [0, 40]]]))},
        level="warning", file="places.geojson", row=2, found="Bow"),
    "no_polygon": Bad(HEAD + OUTLINES, {"places_geojson": geojson(
        ("East End", square(0, 40)), ("Dot", {"type": "Point", "coordinates": [0, 40]}))},
        file="places.geojson", row=3, found="Point"),
    "not_longitude_latitude": Bad(HEAD + OUTLINES, {"places_geojson": geojson(
        ("Far", square(-9754000, 5140000, 500)))}, file="places.geojson", found="Web Mercator"),
    "no_places": Bad(HEAD.split("[neighborhoods")[0]),
    "unknown_reference": Bad(HEAD + '[tables.program_partner]\nfile = "parts.csv"\n',
                             {"parts_csv": "program_id,partner_id,role\nwatch,ymca,host\n"}, file="parts.csv", row=2,
                             column="program_id", found="'watch'"),
    "shares_do_not_add_up": Bad(
        HEAD + BUDGET.replace(', {column = "final", phase = "revised"}', "") + 'share = {column = "where"}\n',
        {"budget_csv": "year,first,where\n2024,5,East End:0.5;West Hill:0.4\n"},
        level="warning", file="budget.csv", row=2, column="where"),
    "revised_without_adopted": Bad(
        HEAD + BUDGET.replace('"adopted"}', '"adopted", blank = "skip"}'),
        {"budget_csv": "year,first,final\n2024,,7\n"},
        file="budget.csv", row=2),
    **BAD_EVALUATIONS,
    **BAD_FIGURES,
    **BAD_RECORDS,
}  # fmt: skip

OF_FIGURES_WORKED_OUT = {
    *("told_by_another_release", "population_too_far", "may_be_a_visitor_area", "goal_differs_from_figure"),
    *("change_without_reason", "definition_changed_silently", "release_without_reason", "reason_without_change"),
}
"""Problems that show only when a release is made: see test_run.py, test_visitors.py and test_history.py."""


def test_every_named_problem_is_shown_here() -> None:
    assert {*BAD} | OF_FIGURES_WORKED_OUT == {*KINDS}


@pytest.mark.parametrize("code", BAD)
def test_a_mistake_is_named_with_its_place_and_its_mending(code: str, tmp_path: Path) -> None:
    bad = BAD[code]
    report = made(tmp_path, bad.toml, **bad.files).report
    named = [one for one in report.problems if one.code == code]
    assert named, [str(one) for one in report.problems]
    [*_, one] = [each for each in named if bad.column is None or each.column == bad.column] or named
    assert (one.level, one.file, one.column if bad.column else None) == (bad.level, bad.file, bad.column)
    assert bad.row is None or one.row == bad.row
    assert bad.found in one.found
    assert bad.expected in one.expected
    assert one.fix.endswith(".")
    others = {each.code for each in report.errors if not KINDS[each.code].by_row} - {code, "too_many_rejected"}
    assert not others, [str(each) for each in report.errors]


def test_a_problem_reads_as_one_sentence_of_where_what_and_how() -> None:
    one = problem(
        "unknown_neighborhood", file="a.csv", row=7, column="AREA", found="'Nowher'", expected="a known place"
    )
    assert str(one) == (
        "a.csv, row 7, column AREA: a place is not known (found 'Nowher'; expected a known place). "
        "Add it as an alias of the right neighborhood; nothing is matched by likeness."
    )
    where = problem("unit_does_not_fit", file="city.toml", row=9, column="measures.burglary.unit").where
    assert where == "city.toml, line 9, key measures.burglary.unit"


def test_refused_rows_are_listed_as_they_stand_in_the_file(tmp_path: Path) -> None:
    found = made(tmp_path, HEAD + CRIME, crime_csv=GOOD_CRIME + "Nowhere,2024,1\nWest Hill,2024,x\n")
    rejects = found.report.rejects_frame()
    assert rejects.to_dict("records") == [
        {"file": "crime.csv", "row": 3, "column": "area", "value": "Nowhere", "why": "unknown_neighborhood"},
        {"file": "crime.csv", "row": 4, "column": "count", "value": "x", "why": "not_a_number"},
    ]
    [file] = found.tables["source_file"].to_dict("records")
    assert (file["rows_read"], file["rows_used"], file["rows_rejected"]) == (3, 1, 2)
    assert len(file["sha256"]) == 64


def test_within_the_limit_refused_rows_are_warnings(tmp_path: Path) -> None:
    limit = "[limits]\nrejected_rows = 1\n"
    report = made(tmp_path, HEAD + limit + CRIME, crime_csv=GOOD_CRIME + "Nowhere,2024,1\n").report
    assert not report.errors
    assert [one.code for one in report.warnings] == ["unknown_neighborhood"]


def test_every_table_comes_out_with_the_columns_and_types_that_were_promised(tmp_path: Path) -> None:
    tables = made(tmp_path, HEAD + CRIME, crime_csv=GOOD_CRIME).tables
    assert set(tables) == set(TABLES) - MADE_BY_PUBLISHING | {"neighborhood_overlap", "source_file"}
    kinds = {"str": "str", "int": "Int64", "float": "float64", "bool": "boolean"}
    for name, frame in tables.items():
        columns = described(TABLES[name])
        assert list(frame) == list(columns)
        assert [str(kind) for kind in frame.dtypes] == [kinds.get(one["type"], "object") for one in columns.values()]


def test_a_place_without_a_row_is_not_reported_and_never_zero(tmp_path: Path) -> None:
    seen = made(tmp_path, HEAD + CRIME, crime_csv=GOOD_CRIME).tables["observation"].set_index("neighborhood_id")
    assert seen.loc["east", "numerator"] == 3
    assert seen["numerator"].isna().to_dict() == {"east": False, "west": True}
    assert (seen.loc["west", "status"], seen.loc["west", "reason"]) == ("not_reported", "no_row_in_source")


def test_an_empty_cell_is_not_reported_and_never_zero(tmp_path: Path) -> None:
    crime = "area,year,count\nEast End,2024,\nWest Hill,2024,0\n"
    seen = made(tmp_path, HEAD + CRIME, crime_csv=crime).tables["observation"].set_index("neighborhood_id")
    assert (seen.loc["east", "status"], seen.loc["east", "reason"]) == ("not_reported", "blank_in_source")
    assert (seen.loc["west", "status"], seen.loc["west", "numerator"]) == ("shown", 0)


def test_city_toml_fills_its_own_tables(tmp_path: Path) -> None:
    toml = HEAD.replace('source = "police"', 'source = "police"\nes = {name = "Robos"}\npopulation_year = 2020') + CRIME
    found = made(tmp_path, toml + 'incomplete = ["2024"]\n', crime_csv=GOOD_CRIME)
    assert found.tables["city"]["fiscal_start_month"].tolist() == [7]
    assert found.tables["source"]["retrieved_on"].tolist() == [date(2026, 1, 20)]
    assert found.tables["translation"].to_dict("records") == [
        {"table_name": "measure", "row_id": "burglary", "column_name": "name", "language": "es", "text": "Robos"}
    ]
    assert found.measure_rules["burglary"] == MeasureRule("burglary", "2020", None, {"2024": None})
    places = found.tables["neighborhood"].set_index("id")
    assert places["kind"].to_dict() == {"east": "neighborhood", "west": "neighborhood", "city": "city"}
    assert places.loc["city", "name"] == "Tiny"
    assert found.tables["neighborhood_alias"].values.tolist() == [["east", "Eastside"]]


def test_outlines_and_city_toml_speak_of_the_same_places(tmp_path: Path) -> None:
    places = geojson(("EAST END", square(0, 40)), ("Südhügel", square(0.1, 40)))
    toml = HEAD.split("[neighborhoods.west]")[0].replace('name = "East End"\n', "visitor_area = true\n")
    toml = toml.replace("[neighborhoods.east]", "[neighborhoods.east-end]") + OUTLINES + 'name_case = "title"\n'
    found = made(tmp_path, toml, places_geojson=places)
    assert not found.report.problems
    rows = found.tables["neighborhood"].set_index("id")
    assert rows["name"].to_dict() == {"east-end": "East End", "sudhugel": "Südhügel", "city": "Tiny"}
    assert rows.loc["east-end", "visitor_area"]
    assert json.loads(str(rows.loc["sudhugel", "geometry"]))["type"] == "Polygon"


def test_the_same_figure_from_two_files_is_an_error_that_names_both(tmp_path: Path) -> None:
    toml = HEAD + CRIME + CRIME.replace("crime.csv", "more.csv")
    report = made(tmp_path, toml, crime_csv=GOOD_CRIME, more_csv=GOOD_CRIME).report
    [one] = report.errors
    assert one.code == "repeated_key"
    assert "crime.csv row 2" in one.found
    assert "more.csv row 2" in one.found


def test_two_files_may_each_bring_some_places(tmp_path: Path) -> None:
    toml = HEAD + CRIME + CRIME.replace("crime.csv", "more.csv")
    found = made(tmp_path, toml, crime_csv=GOOD_CRIME, more_csv="area,year,count\nWest Hill,2024,5\n")
    assert not found.report.problems
    assert found.tables["observation"].set_index("neighborhood_id")["numerator"].to_dict() == {"east": 3, "west": 5}


def test_fiscal_years_come_from_the_calendar_unless_the_pack_says_more(tmp_path: Path) -> None:
    toml = HEAD + '[release]\nreleased_on = 2024-01-15\n[fiscal_years.FY2023]\nstatus = "partial"\n' + BUDGET
    found = made(tmp_path, toml, budget_csv="year,first,final\n2023,1,1\n2024,1,1\n")
    assert found.tables["fiscal_year"].set_index("id")[["starts_on", "ends_on", "status"]].T.to_dict("list") == {
        "FY2023": [date(2022, 7, 1), date(2023, 6, 30), "partial"],
        "FY2024": [date(2023, 7, 1), date(2024, 6, 30), "in_progress"],
    }


def test_progress_names_each_file_and_ends_full(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    (tmp_path / "city.toml").write_text(HEAD + CRIME, encoding="utf-8")
    (tmp_path / "crime.csv").write_text(GOOD_CRIME, encoding="utf-8")
    gather(read_pack(tmp_path), progress=lambda step, done=0, total=0: seen.append((step, done, total)))
    assert "Reading crime.csv" in [step for step, _, _ in seen]
    assert seen[-1][1] == seen[-1][2] > 0


def test_nothing_stays_behind_when_gathering_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    made(tmp_path / "pack", HEAD + CRIME, crime_csv=GOOD_CRIME)
    assert list(scratch.iterdir()) == []


def test_a_second_reading_of_a_file_keeps_its_own_counts() -> None:
    report = Report()
    report.count("a.csv", "budget_line").rows_read = 5
    report.count("a.csv", "budget_line").rows_read = 7
    assert report.source_file_frame()[["into", "rows_read"]].values.tolist() == [
        ["budget_line", 5],
        ["budget_line #2", 7],
    ]


def test_an_unknown_code_of_a_problem_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        Report().add("nonsense", file="a.csv")


def test_a_problem_is_said_once() -> None:
    report = Report()
    for _ in range(2):
        report.add("empty_file", file="a.csv")
    assert report.problems == [Problem("empty_file", "error", "a.csv", fix="Export it again, with its rows.")]


def test_two_files_of_one_kind_are_both_on_the_map(tmp_path: Path) -> None:
    toml = HEAD + "".join(f'[[map_features]]\nfile = "{name}.geojson"\nkind = "water"\n' for name in ("a", "b"))
    found = made(tmp_path, toml, a_geojson=geojson(("x", square(0, 40))), b_geojson=geojson(("y", square(1, 41))))
    assert found.report.problems == []
    assert found.tables["map_feature"]["id"].tolist() == ["water-1", "water-2"]
