"""Cincinnati's 66 awards as programs, counted again from the City's file with pandas."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from components import formats
from components.words import languages, words
from data import queries
from data.store import Release
from tests.conftest import RealCity
from tests.pages import checks
from tests.pages.screen import Screen, open_page
from tests.real.oracles import link_id
from tests.real.test_cincinnati import AWARDS

NOBODY = {
    "safe-clean-2024": "Safe & Clean Neighborhood Fund",
    "impact-award-food-gun-violence": "Human Services Impact Award",
}
"""Awards whose recipient is no name; the program of the file stands for it."""
DIRECT, SHARED, OUTSIDE, CITYWIDE = (
    "boots-neighborhood-heroes", "hs-price-hill-will", "boots-woodlawn", "hs-urban-league",
)  # fmt: skip
PLACELESS = {
    OUTSIDE: {"en": "Outside the city", "es": "Fuera de la ciudad"},
    CITYWIDE: {"en": "Citywide", "es": "Toda la ciudad"},
}


@pytest.fixture(scope="module")
def awards(real: RealCity) -> pd.DataFrame:
    """The file, one row an award, with `places`: ids of its neighborhoods, two of which it writes as one."""
    frame = pd.read_csv(real("cincinnati") / AWARDS, dtype=str, keep_default_na=False).set_index("id")
    named = frame.neighborhoods.str.replace(r":[\d.]+", "", regex=True).str.split(r";| / ", regex=True)
    return frame.assign(places=named.map(lambda names: sorted(link_id(one) for one in names if one)))


@pytest.fixture(scope="module")
def programs(cincinnati: Release) -> pd.DataFrame:
    return queries.programs(cincinnati).set_index("id")


@pytest.fixture
def visit(cincinnati_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages show Cincinnati."""
    monkeypatch.setenv("OPENBEAT_STORE", str(cincinnati_store))


def test_each_award_is_a_program_that_is_called_as_who_got_it(awards: pd.DataFrame, programs: pd.DataFrame) -> None:
    assert len(awards) == len(programs) == 66
    assert programs.name.to_dict() == awards.recipient.to_dict() | dict(NOBODY.items())
    for code, name in NOBODY.items():
        assert awards.program[code] == name


def test_programs_run_where_the_file_says_and_nowhere_else(awards: pd.DataFrame, programs: pd.DataFrame) -> None:
    assert programs.neighborhood_ids.map(sorted).to_dict() == awards.places.to_dict()
    told = {"citywide_unallocated": "citywide", "outside_city": "outside_city"}
    for column in told.values():
        expected = set(awards.index[awards.geographyStatus.map(told) == column])
        assert set(programs.index[programs[column].astype(bool)]) == expected
    assert (programs.citywide.sum(), programs.outside_city.sum()) == (58, 2)
    assert (awards.places.map(len) > 0).sum() == 6


def test_the_money_of_each_program_is_its_award_to_the_cent(awards: pd.DataFrame, cincinnati: Release) -> None:
    money = queries.budget_by(cincinnati, "program_id", ledger="awards").set_index("program_id").encumbered
    assert money.to_dict() == {code: int(Decimal(amount) * 100) for code, amount in awards.amount.items()}
    assert money.sum() == 377_680_000
    lines = queries.budget_lines(cincinnati, ledger="awards").set_index("program_id")
    assert lines.fund.to_dict() == awards.program.to_dict()


@pytest.mark.parametrize("language", languages())
def test_what_a_program_is_for_follows_from_its_category_in_each_language(
    awards: pd.DataFrame, cincinnati: Release, language: str
) -> None:
    summaries = queries.programs(cincinnati, language=language).set_index("id").summary
    pairs = set(zip(awards.category, summaries[awards.index], strict=True))
    assert len(pairs) == len({told for _, told in pairs}) == awards.category.nunique() == 10
    for code, told in zip(map(str, summaries.index), summaries, strict=True):
        assert not words(language).forbidden_in(told), code
        assert told not in set(awards.category)
        if code not in NOBODY:
            assert told.endswith(f"{'Fund' if language == 'en' else 'Fondo'}: {awards.program[code]}.")


def test_no_program_is_told_in_english_to_readers_of_spanish(cincinnati: Release, programs: pd.DataFrame) -> None:
    spanish = queries.programs(cincinnati, language="es").set_index("id")
    assert not (spanish.summary == programs.summary).any()
    assert not (spanish.owner == programs.owner).any()
    assert set(spanish.index[spanish.name != programs.name]) == set(NOBODY)  # names of groups stay


# pages


def cards(screen: Screen) -> set[str]:
    """Programs that a page shows as a card."""
    return {anchor.removeprefix("program-") for anchor in screen.anchors if anchor.startswith("program-")}


@pytest.mark.parametrize("place", ["avondale", "queensgate", "westwood"])
def test_the_catalog_of_a_place_holds_its_awards_and_those_for_the_whole_city(
    awards: pd.DataFrame, visit: None, place: str
) -> None:
    screen = open_page("programs", lang="en", n=place)
    assert checks.everything(screen, "en") == {}
    here = set(awards.index[awards.places.map(lambda places: place in places)])
    assert len(here) == {"avondale": 2, "queensgate": 2, "westwood": 0}[place]
    heading = next(text for level, text in screen.headings if level == 2)
    assert heading.startswith(f"{len(here)} of 66 programs")
    assert cards(screen) == here | set(awards.index[awards.geographyStatus == "citywide_unallocated"])


def test_the_map_of_programs_counts_them_by_neighborhood(awards: pd.DataFrame, visit: None) -> None:
    screen = open_page("programs", lang="en")
    [table] = [table for table, _ in screen.tables if len(table) == 50]
    found = {link_id(str(name)): int(row.iloc[0]) for name, row in table.iterrows()}
    assert {place: count for place, count in found.items() if count} == Counter(awards.places.explode().dropna())
    assert cards(screen) == set(awards.index)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", [DIRECT, SHARED, OUTSIDE, CITYWIDE])
def test_the_page_of_an_award_says_who_where_and_how_much(
    awards: pd.DataFrame, cincinnati: Release, visit: None, code: str, language: str
) -> None:
    said = words(language)
    screen = open_page("program", lang=language, program=code)
    assert checks.everything(screen, language) == {}
    assert screen.headings[0] == (1, awards.recipient[code])
    at, until = (screen.texts.index(said.say(f"programs.{name}")) for name in ("where_name", "when_name"))
    told = screen.texts[at + 1 : until]
    places = queries.neighborhoods(cincinnati).set_index("id").name
    if awards.places[code]:
        assert [text for text in told if text in set(places)] == places[awards.places[code]].tolist()
    else:
        assert told == [PLACELESS[code][language]]
    amount = formats.money_exact(int(Decimal(awards.amount[code]) * 100), language)
    paid = next(table for table, _ in screen.tables if table.index.name == said.say("budget.recipient"))
    assert paid.index.tolist() == [awards.recipient[code]]
    assert paid[said.say("table.amount")].tolist() == [amount]
    assert said.say("program.money_funds", funds=awards.program[code]) in screen.text


@pytest.mark.parametrize("language", languages())
def test_the_budget_adds_up_awards_by_who_gets_them_and_says_nothing_twice(
    awards: pd.DataFrame, visit: None, language: str
) -> None:
    said = words(language)
    screen = open_page("budget", lang=language, ledger="awards", fy="FY2025")
    assert checks.everything(screen, language) == {}
    year = awards[awards.fiscalYear == "2025"]
    expected = year.amount.astype(int).groupby(year.recipient).sum()
    [table] = [table for table, _ in screen.tables if len(table) == len(expected) + 1]
    found = table[said.say("budget.promised")].str.replace(r"[$,]", "", regex=True).astype(int)
    assert found.drop(said.say("budget.total")).to_dict() == expected.to_dict()
    assert found[said.say("budget.total")] == expected.sum() == 3_276_800
    assert not any(text.startswith(f"{said.say('budget.by_program')}:") for _, text in screen.headings)


def test_a_neighborhood_follows_the_money_of_its_own_awards_only(awards: pd.DataFrame, visit: None) -> None:
    screen = open_page("neighborhood", lang="en", n="avondale")
    assert checks.everything(screen, "en") == {}
    assert cards(screen) == {"boots-neighborhood-heroes", "impact-award-food-gun-violence"}
    chain = screen.under("Follow the money")
    assert all(name in chain for name in ("Neighborhood Heroes 513", "Human Services Impact Award"))
    assert "Adopt A Class" not in chain
    assert words("en").say("neighborhood.citywide_programs", n=58) in screen.under("Programs here")
