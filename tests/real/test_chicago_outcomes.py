"""The six crime groups of Chicago on the outcomes page: all 77 areas, as the city's own files have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.stats import binomtest

from tests.pages import checks
from tests.pages.screen import open_page
from tests.real.conftest import ReadRows
from tests.real.test_chicago import CRIME, GROUPS, area_id, residents_by

YEAR = "2023"
LOOKS = 0.998
"""Confidence where all areas are looked at together."""


def stands(events: int, people: int, all_events: int, all_people: int) -> str:
    """Where an area stands beside the rest of the city, by the exact limits of the ratio of both rates."""
    rest, rest_people = all_events - events, all_people - people
    share = binomtest(events, all_events).proportion_ci(LOOKS, method="exact")
    low, high = (float(p) / (1 - float(p)) * rest_people / people for p in (share.low, share.high))
    assert rest > 0
    return "Higher than the city" if low > 1 else "Lower than the city" if high < 1 else "No clear difference"


@pytest.mark.parametrize("measure", GROUPS)
def test_every_area_of_a_group_of_crimes_is_on_the_page_as_in_the_files(
    measure: str, chicago_store: Path, chicago_rows: ReadRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(chicago_store))
    screen = open_page("outcomes", m=measure, p=YEAR, lang="en")
    assert checks.everything(screen, "en") == {}
    assert len(screen.maps) == 1
    assert "This city does not say which neighborhoods are urban, suburban or rural" in screen.text
    people = residents_by(chicago_rows)
    rows = [row for row in chicago_rows(CRIME) if row["year"] == YEAR]
    events = {area_id(row["community"]): int(float(row[GROUPS[measure]])) for row in rows}
    all_events, all_people = sum(events.values()), sum(people[place, YEAR] for place in events)
    [table] = [table for table, _ in screen.tables if len(table) == 77 and "Based on" in table.columns]
    found = {area_id(str(name)): row for name, row in table.iterrows()}
    assert len(found) == 77
    assert {place for place, row in found.items() if row["Status"] == "Not reported"} == {"loop", "ohare"}
    compared = 0
    for place, count in events.items():
        row = found[place]
        if row["Status"].startswith("Hidden"):
            assert measure == "crime_involving_children"
            continue
        assert row["Based on"] == f"{count:,} case{'' if count == 1 else 's'}"
        if count < 10:
            assert row["Status"] == "Too few to say"
            continue
        rate = 1000 * count / people[place, YEAR]
        assert float(row["Per 1,000"]) == pytest.approx(rate, abs=0.051 if rate < 100 else 0.51)
        assert row["Status"].endswith(stands(count, people[place, YEAR], all_events, all_people)), place
        compared += 1
    assert compared > 40
