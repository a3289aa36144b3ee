"""Which places `check` proposes as visitor areas, and which it must leave alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.publish import run
from data.publish.intake import MeasureRule
from data.publish.visitors import propose
from data.store import Store
from tests.data.publish.tiny import write_pack

MEASURES = pd.DataFrame(
    {"id": ["theft", "violence", "graffiti", "stalking"], "kind": "rate", "sensitive": [False, False, False, True]}
)
RULES = {
    "theft": MeasureRule("theft", crime="property"),
    "violence": MeasureRule("violence", crime="violent"),
    "graffiti": MeasureRule("graffiti"),
    "stalking": MeasureRule("stalking"),
}
Place = tuple[int, float, dict[str, int]]
"""Residents, square kilometers, events by measure."""

ORDINARY: dict[str, Place] = {
    f"place-{at}": (10_000, 4.0, {"theft": 200 + 10 * at, "violence": 90 + at, "graffiti": 50, "stalking": 40})
    for at in range(-6, 6)
}


def proposed(rules: dict[str, MeasureRule] = RULES, declined: tuple[str, ...] = (), **odd: Place) -> dict[str, str]:
    """What is proposed in a city of twelve ordinary neighborhoods and some others."""
    given = {**ORDINARY, **{name.replace("_", "-"): one for name, one in odd.items()}}
    rows, places = [], []
    for place, (residents, area, events) in given.items():
        places.append({"id": place, "name": place.title(), "kind": "neighborhood", "area_km2": area})
        for measure, number in events.items():
            rows.append({"measure_id": measure, "neighborhood_id": place, "period": "2025", "numerator": number,
                         "denominator": residents, "source_id": "s"})  # fmt: skip
    found = propose(pd.DataFrame(rows), MEASURES, pd.DataFrame(places), rules, declined=declined)
    return {one.neighborhood_id: one.why for one in found}


DOWNTOWN = (3_000, 2.0, {"theft": 300, "violence": 80, "graffiti": 20, "stalking": 12})


def test_ordinary_neighborhoods_are_left_alone() -> None:
    assert proposed() == {}


def test_a_downtown_is_proposed_with_its_numbers() -> None:
    assert proposed(downtown=DOWNTOWN) == {
        "downtown": "property crime per resident is 5.0 times the middle neighborhood's "
        "(300 for 3,000 residents in 2025), violent crime 3.0 times"
    }


def test_a_poor_neighborhood_with_much_crime_is_not_a_place_of_visitors() -> None:
    # Stolen from three times as often, and attacked five times as often: that is crime, not a crowd.
    assert proposed(poor=(8_000, 4.0, {"theft": 560, "violence": 360, "graffiti": 200, "stalking": 160})) == {}
    # Few people on few blocks beside a highway, as Fuller Park in Chicago.
    assert proposed(small=(2_289, 1.85, {"theft": 140, "violence": 92, "graffiti": 80, "stalking": 40})) == {}


def test_a_few_events_are_no_sign() -> None:
    assert proposed(hamlet=(100, 4.0, {"theft": 7, "violence": 1, "graffiti": 1, "stalking": 0})) == {}


def test_where_hardly_anybody_lives_most_rates_are_sign_enough() -> None:
    nameless = {name: MeasureRule(name) for name in RULES}
    far_out = (200, 25.0, {"theft": 60, "violence": 20, "graffiti": 1, "stalking": 0})
    assert proposed(nameless, airport=far_out) == {
        "airport": "8 residents per square kilometer, 1,647 in the city, and "
        "2 of 3 rates are more than 3 times the middle neighborhood's"
    }
    assert proposed(nameless, village=(1_000, 25.0, {"theft": 22, "violence": 9, "graffiti": 4})) == {}
    assert proposed(nameless, downtown=DOWNTOWN) == {}  # many live there, and nothing tells theft from violence


def test_marked_and_declined_places_are_not_proposed_again() -> None:
    assert proposed(declined=("downtown",), downtown=DOWNTOWN) == {}
    rows = pd.DataFrame({"measure_id": ["theft"], "neighborhood_id": ["a"], "period": ["2025"], "source_id": ["s"]})
    assert propose(rows, MEASURES, pd.DataFrame({"id": ["a"], "name": ["A"], "visitor_area": [True]}), RULES) == []


def test_the_latest_full_year_speaks_and_a_leap_year_is_no_longer() -> None:
    years = [("2024", 300), ("2025", 30), ("2025-12", 300)]
    rows = [
        {"measure_id": "theft", "neighborhood_id": place, "period": period, "numerator": 20 if at else events,
         "denominator": 1_000, "source_id": "s"}
        for at, place in enumerate(ORDINARY) for period, events in years
    ]  # fmt: skip
    places = pd.DataFrame({"id": list(ORDINARY), "name": list(ORDINARY), "area_km2": 4.0})
    assert propose(pd.DataFrame(rows), MEASURES, places, RULES) == []


@pytest.mark.parametrize(("limits", "said"), [("", 1), ('not_visitor_areas = ["quay"]', 0)])
def test_check_says_so_until_the_pack_declines(tmp_path: Path, limits: str, said: int) -> None:
    names = [f"p{at}" for at in range(11)] + ["quay"]
    crime = "AREA,YEAR,BURGLARY,FORCE\n" + "".join(
        f"{name},2025,{900 if name == 'quay' else 100},0\n" for name in names
    )
    people = "neighborhood_id,year,residents\n" + "".join(f"{name},2025,10000\n" for name in names)
    pack = write_pack(tmp_path / "pack", limits=limits, crime=crime, population=people)
    toml = (pack / "city.toml").read_text(encoding="utf-8")
    head, tail = toml.split("[neighborhoods.east]")[0], toml[toml.index("[tables.population]") :]
    places = "".join(f'[neighborhoods.{name}]\nname = "{name.title()}"\n' for name in names)
    toml = head.replace('source = "crime"\n', 'source = "crime"\ncrime = "property"\n', 1)
    (pack / "city.toml").write_text(toml + places + tail, encoding="utf-8")
    report = run.check(pack, store=Store(tmp_path / "store")).report
    warned = [one for one in report.warnings if one.code == "may_be_a_visitor_area"]
    assert [(one.column, one.found[:5]) for one in warned] == [("neighborhoods.quay", "Quay:")] * said


def test_a_declined_place_must_be_there(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", limits='not_visitor_areas = ["eest"]')
    [wrong] = run.check(pack, store=Store(tmp_path / "store")).report.errors
    assert (wrong.code, wrong.column, wrong.found) == ("unknown_reference", "limits.not_visitor_areas", "'eest'")
    assert "perhaps 'east'" in wrong.expected


def test_residents_of_another_time_are_named_with_what_they_would_have_divided(tmp_path: Path) -> None:
    old = "neighborhood_id,year,residents\n" + "".join(
        f"{one},2018,9000\n" for one in ("east", "north", "south", "west")
    )
    pack = write_pack(tmp_path / "pack", population=old)
    toml = (pack / "city.toml").read_text(encoding="utf-8")
    toml = toml.replace(
        'formula = "reported break-ins / residents x 1,000"\n', 'formula = "f"\npopulation_year = "nearest"\n'
    )
    (pack / "city.toml").write_text(toml, encoding="utf-8")
    report = run.check(pack, store=Store(tmp_path / "store")).report
    [warned] = [one for one in report.warnings if one.code == "population_too_far"]
    assert (warned.column, warned.found) == ("measures.burglary.population_year", "10 figures of 2024 to 2025")
    assert warned.expected == "residents of a year at most 5 years away"
    (pack / "city.toml").write_text(toml.replace("[limits]", "[limits]\npopulation_window_years = 7"), encoding="utf-8")
    made = run.publish(pack, store=Store(tmp_path / "store"), released_on=date(2026, 3, 3))
    assert not [one for one in made.report.warnings if one.code == "population_too_far"]
