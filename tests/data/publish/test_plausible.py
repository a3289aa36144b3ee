"""Rows that are each in order, and do not hold together. The bad packs of test_intake.py name each kind once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.publish.bad_packs import BREAKS, GOOD_SURVEY, RESULT_HEAD, SHARE, SURVEY, WAVE_HEAD
from tests.data.publish.packs import CRIME, HEAD, made

SEEN = '[tables.observation]\nfile = "seen.csv"\nsource = "police"\n'
SEEN_HEAD = "measure,neighborhood,period,numerator,denominator,value,n\n"


def codes(folder: Path, toml: str, **files: str | bytes) -> list[tuple[str, int | None, str]]:
    """(code, row, found) of every problem."""
    return [(one.code, one.row, one.found) for one in made(folder, HEAD + toml, **files).report.problems]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("trust,east,2024,30,25,,", "30 of 25"),  # more trusting answers than answers
        ("trust,east,2024,30,,,25", "30 of 25"),
        ("trust,east,2024,,,-1,80", "-1"),
        ("trust,east,2024,,,100.5,80", "100.5"),
    ],
)
def test_no_share_is_above_the_whole_or_below_nothing(tmp_path: Path, row: str, found: str) -> None:
    files = {"seen_csv": SEEN_HEAD + "trust,west,2024,25,25,,\n" + row + "\n"}
    assert codes(tmp_path, SHARE + SEEN, **files) == [("share_out_of_range", 3, found)]


def test_a_count_may_be_above_its_base_and_a_rate_typed_in_is_not_taken(tmp_path: Path) -> None:
    assert codes(tmp_path, SEEN, seen_csv=SEEN_HEAD + "burglary,east,2024,30,25,,\n") == []
    files = {"seen_csv": SEEN_HEAD + "burglary,east,2024,30,,12,\n"}
    assert codes(tmp_path, SEEN, **files) == [("computed_column", None, "values of rates or counts")]


def test_weights_must_be_told_only_where_a_range_is_worked_out(tmp_path: Path) -> None:
    for wave, expected in (
        ("w,Fall,probability,Adults,2024,true,\n", [("weights_missing", 2, "w")]),
        ("w,Fall,unknown,Adults,2024,true,\n", [("weights_missing", 2, "w")]),
        ("w,Fall,probability,Adults,2024,false,\n", []),
        ("w,Fall,opt_in,Adults,2024,true,\n", []),  # no range is worked out anyway
        ("w,Fall,probability,Adults,2024,true,1\n", []),
    ):
        assert codes(tmp_path, SURVEY, **GOOD_SURVEY | {"waves_csv": WAVE_HEAD + wave}) == expected


def test_shares_may_be_off_by_their_rounding(tmp_path: Path) -> None:
    for shares, expected in (("0.41;0.6", []), ("0.4;0.58", []), ("0.43;0.6", ["shares_do_not_add_up"])):
        files = GOOD_SURVEY | {"results_csv": RESULT_HEAD + f"w,q,east,200,{shares}\n"}
        assert [code for code, _, _ in codes(tmp_path, SURVEY, **files) if code != "too_many_rejected"] == expected


@pytest.mark.parametrize(("day", "wrong"), [("2026-03-01", 0), ("2026-03-02", 1)])
def test_a_break_may_fall_on_the_day_of_the_release_and_not_after(tmp_path: Path, day: str, wrong: int) -> None:
    toml = "[release]\nreleased_on = 2026-03-01\n" + BREAKS
    found = codes(tmp_path, toml, breaks_csv=f"measure_id,broke_on,kind,note\nburglary,{day},wording,New.\n")
    assert [code for code, _, _ in found] == ["break_in_the_future"] * wrong


def test_two_breaks_of_a_measure_on_one_day_are_one_too_many(tmp_path: Path) -> None:
    rows = "burglary,2024-07-01,wording,A.\nburglary,2024-07-01,boundary,B.\nburglary,2024-08-01,boundary,B.\n"
    (code, row, found), *_ = codes(tmp_path, BREAKS, breaks_csv="measure_id,broke_on,kind,note\n" + rows)
    assert (code, row, found) == ("repeated_key", 3, "burglary, 2024-07-01 in rows 2, 3")


def test_a_file_that_is_wrong_throughout_is_not_listed_to_its_end(tmp_path: Path) -> None:
    shares = CRIME.replace('"burglary"', '"trust"')
    rows = "".join(f"East End,{year},101\n" for year in range(1980, 2020))
    found = codes(tmp_path, SHARE + shares, crime_csv="area,year,count\n" + rows)
    assert len(found) == 26
    assert found[-1] == ("share_out_of_range", None, "15 more rows")
