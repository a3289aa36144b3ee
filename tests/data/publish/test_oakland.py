"""Oakland: expense and revenue in one column, amounts below zero, equal rows that are no copies, leading blanks."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from data.publish.intake import Gathered, gather
from data.publish.pack import read_pack
from tests.data.publish.packs import HEAD

pytestmark = pytest.mark.real

FILES = {"FY2022": "city_budget_fy21_22_adopted.csv", "FY2023": "city_budget_fy22_23_adopted.csv"}
CITY = (
    HEAD.split("[neighborhoods")[0]
    + """
[boundaries.neighborhood]
file = "neighborhood_boundaries.geojson"
name = "name"
"""
)
BUDGET = """
[[extracts]]
file = "{file}"
source = "police"
into = "budget_line"
fiscal_year = "budget_year"
columns = {{unit_name = "department", fund = "fund_code", category = "account_category"}}
constants = {{ledger = "expense", reach = "citywide"}}
values = [{{column = "amount", phase = "adopted", blank = "skip"}}]
where = [{{column = "account_type", equals = "Expense"}}]
duplicates = "keep"
"""


@pytest.fixture(scope="module")
def folder(real: Callable[[str], Path]) -> Path:
    return real("oakland")


@pytest.fixture(scope="module")
def found(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    pack = tmp_path_factory.mktemp("oakland")
    (pack / "city.toml").write_text(CITY + "".join(BUDGET.format(file=one) for one in FILES.values()), encoding="utf-8")
    return gather(read_pack(pack, folder))


def raw(folder: Path, year: str) -> list[dict[str, str]]:
    with (folder / FILES[year]).open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if any(row.values())]


def test_it_publishes_without_an_error(found: Gathered) -> None:
    assert [str(one) for one in found.report.errors] == []
    assert found.tables["fiscal_year"]["id"].tolist() == ["FY2022", "FY2023"]


@pytest.mark.parametrize("year", FILES)
def test_expenses_agree_to_the_cent_in_all_and_by_department_and_fund(found: Gathered, folder: Path, year: str) -> None:
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in raw(folder, year):
        if row["account_type"] == "Expense" and row["amount"].strip():
            expected[row["department"].strip(), row["fund_code"].strip()] += Decimal(row["amount"])
    lines = found.tables["budget_line"]
    lines = lines[lines["fiscal_year"] == year]
    got = {key: int(cents) for key, cents in lines.groupby(["unit_name", "fund"])["amount_cents"].sum().items()}
    assert got == {key: int(amount * 100) for key, amount in expected.items()}
    assert (lines["amount_cents"] < 0).any()


def test_equal_rows_are_counted_and_kept(found: Gathered, folder: Path) -> None:
    for year, path in FILES.items():
        rows = [tuple(row.values()) for row in raw(folder, year)]
        files = found.tables["source_file"]
        [file] = files[files["path"] == path].to_dict("records")
        assert file["rows_read"] == len(rows)
        assert file["rows_duplicate"] == len(rows) - len(set(rows)) > 5_000
        assert file["rows_rejected"] == 0
        assert file["rows_used"] + file["rows_skipped"] == len(rows)


def test_leading_blanks_do_not_make_a_second_category(found: Gathered, folder: Path) -> None:
    assert any(row["account_category"].startswith(" ") for row in raw(folder, "FY2022"))
    categories = found.tables["budget_line"]["category"]
    assert (categories == categories.str.strip()).all()
    assert "Allowances & Premiums" in categories.tolist()


def test_every_line_has_a_code_of_its_own(found: Gathered) -> None:
    assert found.tables["budget_line"]["id"].is_unique


def test_dropping_equal_rows_would_lose_money(folder: Path, tmp_path: Path) -> None:
    text = CITY + BUDGET.format(file=FILES["FY2023"]).replace('"keep"', '"drop"')
    (tmp_path / "city.toml").write_text(text, encoding="utf-8")
    dropped = gather(read_pack(tmp_path, folder)).tables["budget_line"]["amount_cents"].sum()
    whole = sum(
        Decimal(row["amount"]) for row in raw(folder, "FY2023") if row["account_type"] == "Expense" and row["amount"]
    )
    assert int(dropped) != int(whole * 100)
