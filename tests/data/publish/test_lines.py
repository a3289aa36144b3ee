"""A problem of city.toml names the line to go to."""

from __future__ import annotations

import pytest

from data.publish.lines import line_of

TOML = """\
# a comment = "with a sign"
[city]
name = "Tiny"

[measures.burglary]
name = "Break-ins"
es = {name = "Robos"}
[[extracts]]
file = "a.csv"
[extracts.columns]
id = "A"
[[extracts]]
file = "b.csv"
date.column = "day"
[extracts.columns]
id = "B"
[tables."program"]
file = "c.csv"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("city.name", 3),
        ("city.publisher", 2),  # not there: where it belongs
        ("measures.burglary.es.name", 7),
        ("measures.robbery.name", None),
        ("extracts[1].file", 9),
        ("extracts[2].file", 13),
        ("extracts[2].date.format", 12),
        ("extracts[2].date.column", 14),
        ("extracts[1].columns.id", 11),
        ("extracts[2].columns.id", 16),
        ("tables.program.file", 18),
    ],
)
def test_a_key_is_found_on_its_line(key: str, line: int | None) -> None:
    assert line_of(TOML, key) == line
