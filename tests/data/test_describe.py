"""Every table and column says what it holds, and the documents say the same."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data import describe
from data.models import MADE_BY_PUBLISHING, TABLES, described

ROOT = Path(__file__).parents[2]
COLUMNS = [(table, column) for table in TABLES for column in described(TABLES[table])]


def test_every_table_says_what_it_holds() -> None:
    assert [table for table in TABLES if not describe.says(table).endswith(".") or len(describe.says(table)) < 10] == []


def test_every_column_says_what_it_holds_in_a_sentence() -> None:
    said = {(table, column): str(described(TABLES[table])[column]["says"] or "") for table, column in COLUMNS}
    assert [where for where, text in said.items() if len(text) < 4 or text[-1] not in ".?)"] == []


def test_every_column_has_a_type_that_people_know() -> None:
    assert {described(TABLES[table])[column]["type"] for table, column in COLUMNS} <= set(describe.TYPES)


def test_money_is_in_cents_and_says_so() -> None:
    money = [described(TABLES[table])[column] for table, column in COLUMNS if column.endswith("_cents")]
    assert len(money) > 3
    assert [about for about in money if about["type"] != "int" or "cents" not in about["says"]] == []


def test_the_allowed_words_of_a_column_are_named() -> None:
    for table, column in COLUMNS:
        words = described(TABLES[table])[column]["one_of"]
        meaning = next(row[3] for row in describe.columns(table) if row[0] == column)
        assert [word for word in words if word not in meaning] == []


def test_the_dictionary_in_the_documents_is_the_one_of_the_models() -> None:
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == describe.markdown(), "run: python -m data describe --markdown > docs/data-dictionary.md"


def test_the_dictionary_names_every_table_once() -> None:
    headings = [line.strip("# `") for line in describe.markdown().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(TABLES)


def test_one_table_can_be_asked_for() -> None:
    text = describe.markdown(["budget_line"])
    assert text.startswith("### `budget_line`\n")
    assert "Amount in cents" in text
    assert "observation" not in text


def test_a_table_that_is_not_there_brings_near_names() -> None:
    with pytest.raises(describe.UnknownTable, match="no table 'budget_lines'") as missing:
        describe.columns("budget_lines")
    assert "budget_line" in missing.value.nearest


def test_templates_hold_what_a_pack_may_bring(tmp_path: Path) -> None:
    written = {path.stem: path for path in describe.write_templates(tmp_path / "new" / "folder")}
    assert set(written) == set(TABLES) - MADE_BY_PUBLISHING
    for table, path in written.items():
        with path.open(encoding="utf-8", newline="") as file:
            heading, *rows = list(csv.reader(file))
        about = described(TABLES[table])
        assert heading == [column for column in about if not about[column]["computed"]]
        assert len(rows) == 1
        needed = [column for column in heading if about[column]["required"] or about[column]["key"]]
        assert [column for column in needed if not rows[0][heading.index(column)]] == []


def test_one_template_can_be_asked_for(tmp_path: Path) -> None:
    assert describe.write_templates(tmp_path, ["program"]) == [tmp_path / "program.csv"]


def test_a_program_in_the_examples_is_a_program_of_the_examples() -> None:
    for table in describe.table_names(made_by_publishing=False):
        for column, example in describe.example_row(table).items():
            ref = described(TABLES[table])[column]["ref"]
            if ref and example:
                parent, key = ref.split(".")
                assert example in (describe.example_row(parent)[key], described(TABLES[parent])[key]["example"])
