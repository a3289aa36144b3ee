"""The times of an evaluation against the first day of its program."""

from __future__ import annotations

from datetime import date

import pytest

from data.periods import parse
from data.verdicts.windows import against_program


@pytest.mark.parametrize(
    ("before", "after", "started_on", "found"),
    [
        ("2023", "2024", date(2024, 1, 1), ()),
        ("2023", "2024", date(2024, 1, 31), ()),  # figures are published by the month
        ("2023", "2024", date(2023, 12, 31), ("before",)),
        ("2023", "2025", date(2024, 7, 1), ()),  # time to get going
        ("2023", "2024", date(2024, 2, 1), ("after",)),
        ("2023-01-01..2024-03-31", "2024-02-01..2024-12-31", date(2024, 3, 5), ("before", "after")),
    ],
)
def test_times_that_do_not_fit_the_program(before: str, after: str, started_on: date, found: tuple[str, ...]) -> None:
    assert against_program(parse(before), parse(after), started_on) == found
