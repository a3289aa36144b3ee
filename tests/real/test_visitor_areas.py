"""What the rule for visitor areas says of three real cities: the table of docs/decisions/0010-visitor-areas.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.publish import run
from data.publish.history import stored
from data.publish.intake import MeasureRule
from data.publish.visitors import propose
from data.store import Release, Store
from tests.conftest import RealCity
from tests.data.publish.packs import HEAD
from tests.real.conftest import Lookup
from tests.real.test_cincinnati import NOW, THEN

RULES = {
    "property_crime": MeasureRule("property_crime", crime="property"),
    "violent_crime": MeasureRule("violent_crime", crime="violent"),
}
MINNEAPOLIS = {"larceny": "property", "burglary": "property", "autotheft": "property"}
MINNEAPOLIS |= {"robbery": "violent", "aggassault": "violent"}


def proposed(release: Release, period: str, *, marked: bool) -> list[str]:
    """What is proposed from one period, with the pack's marks or as if there were none."""
    rows, places = stored(release, "observation"), stored(release, "neighborhood")
    if not marked:
        places = places.assign(visitor_area=False)
    found = propose(rows[rows["period"] == period], stored(release, "measure"), places, RULES)
    return [one.neighborhood_id for one in found]


@pytest.mark.parametrize("year", [str(year) for year in range(2015, 2024)])
def test_no_poor_neighborhood_of_chicago_is_taken_for_a_downtown(
    chicago: Release, chicago_figures: Lookup, year: str
) -> None:
    rates = [one.value for (of, place, when), one in chicago_figures.items()
             if (of, when) == ("violent_crime", year) and place != "city" and one.value is not None]  # fmt: skip
    middle = sorted(rates)[len(rates) // 2]
    for place in ("fuller-park", "west-garfield-park", "englewood"):
        rate = chicago_figures["violent_crime", place, year].value
        assert rate is not None
        assert rate > 3 * middle  # far from the middle, and still no place of visitors
    assert proposed(chicago, year, marked=False) == []


@pytest.mark.parametrize(
    ("period", "places"), [(THEN, ["downtown", "over-the-rhine"]), (NOW, ["camp-washington", "downtown"])]
)
def test_cincinnatis_downtown_is_found_without_its_mark(cincinnati: Release, period: str, places: list[str]) -> None:
    assert proposed(cincinnati, period, marked=False) == places


def test_what_the_packs_mark_is_not_proposed_again(chicago: Release, cincinnati: Release) -> None:
    assert proposed(cincinnati, NOW, marked=True) == proposed(chicago, "2023", marked=True) == []


def test_downtown_industry_and_a_mall_in_minneapolis(tmp_path: Path, real: RealCity) -> None:
    measure = HEAD[HEAD.index("[measures") : HEAD.index("[neighborhoods")]
    rate = measure.replace('"count"', '"rate"').replace('"events"', '"per_1000_residents"')
    toml = HEAD[: HEAD.index("[measures")] + "".join(
        rate.replace("measures.burglary", f"measures.{name}") + f'crime = "{crime}"\n'
        for name, crime in MINNEAPOLIS.items()
    )
    values = ", ".join(f'{{column = "{name}", measure = "{name}"}}' for name in MINNEAPOLIS)
    toml += f"""
[boundaries.neighborhood]
file = "neighborhood_boundaries.geojson"
name = "BDNAME"
[neighborhoods.prospect-park-east-river-road]
aliases = ["Prospect Park - East River"]
[neighborhoods.humboldt-industrial-area]
aliases = ["Humboldt Industrial"]
[[extracts]]
file = "crime_by_neighborhood_2010.csv"
source = "police"
into = "observation"
neighborhood = "neighborhood"
constants = {{period = "2010"}}
values = [{values}]
[[extracts]]
file = "population_2010_2000.csv"
source = "police"
into = "population"
neighborhood = {{column = "Neighborhood", totals = {{"City of Minneapolis" = "city"}}}}
values = [{{column = "2010 Population", year = 2010, blank = "skip"}}]
"""
    (tmp_path / "city.toml").write_text(toml, encoding="utf-8")
    outcome = run.check(tmp_path, files=real("minneapolis"), store=Store(tmp_path / "store"))
    assert outcome.refused == []
    warned = [one.column for one in outcome.report.warnings if one.code == "may_be_a_visitor_area"]
    assert warned == [f"neighborhoods.{place}" for place in ("downtown-west", "mid-city-industrial", "northeast-park")]
