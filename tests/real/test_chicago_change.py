"""Chicago, 2023 against 2022: every verdict worked out again from the file, and sentences worked out by hand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from components import sentences
from data import queries
from data.stats.funnel import funnel
from data.store import Release
from data.verdicts import Context, Finding, Refusal, Spread, compare, refused, spread_of
from tests.components.test_sentences import CLAIMS
from tests.pages.screen import open_page
from tests.real.conftest import Lookup, OnThePage, ReadRows, readings_on_pages
from tests.real.oracles import funnel_limits, per_1000, rate_ratio, verdict_of_rates, whole_percent
from tests.real.test_chicago import CRIME, GROUPS, SCORES, SENTIMENT, area_id, residents_by

DIRECTIONS = {"drug_crime": "none", "public_order_crime": "none"}
Counts = dict[tuple[str, str, str], tuple[int, int]]


@pytest.fixture(scope="module")
def counts(chicago_rows: ReadRows) -> Counts:
    """(measure, area, year) -> events and residents, from the files."""
    people = residents_by(chicago_rows)
    return {
        (measure, area_id(row["community"]), row["year"]): (
            int(float(row[column])),
            people[area_id(row["community"]), row["year"]],
        )
        for row in chicago_rows(CRIME)
        if row["year"] in ("2022", "2023")
        for measure, column in GROUPS.items()
    }


@pytest.fixture(scope="module")
def contexts(chicago: Release) -> dict[str, Context]:
    places = queries.neighborhoods(chicago)
    visited = places.id[places.visitor_area.astype(bool)]
    breaks = queries.records(queries.breaks(chicago))
    return {
        row["id"]: Context.of(row, breaks=breaks, visitor_areas=visited, fiscal_start_month=1)
        for row in queries.records(queries.measures(chicago))
    }


@pytest.fixture
def as_on_the_page(chicago_store: Path) -> OnThePage:
    return readings_on_pages(chicago_store)


# every verdict


@pytest.mark.parametrize("measure", sorted(GROUPS))
def test_every_areas_verdict_is_that_of_the_exact_test(
    measure: str, counts: Counts, contexts: dict[str, Context], chicago_figures: Lookup
) -> None:
    found: dict[str, int] = {}
    for place in {area for _, area, _ in counts}:
        now, before = chicago_figures[measure, place, "2023"], chicago_figures[measure, place, "2022"]
        verdict = compare(contexts[measure], now, before)
        if "withheld" in (now.status, before.status):
            assert verdict.reason == Refusal.WITHHELD
            continue
        (x1, n1), (x0, n0) = counts[measure, place, "2023"], counts[measure, place, "2022"]
        good = contexts[measure].direction
        assert verdict.finding == verdict_of_rates(x1, n1, x0, n0, good), (measure, place)
        if verdict.low is not None and verdict.high is not None:
            low, high = rate_ratio(x1, n1, x0, n0)
            assert (verdict.low, verdict.high) == (pytest.approx(low - 1), pytest.approx(high - 1))
        found[verdict.finding] = found.get(verdict.finding, 0) + 1
    assert found.get(Finding.NO_CLEAR_CHANGE, 0) > 0


def test_how_many_areas_changed_clearly(counts: Counts) -> None:
    areas = {area for _, area, _ in counts}
    said = Counter(
        verdict_of_rates(*counts["violent_crime", area, "2023"], *counts["violent_crime", area, "2022"])
        for area in areas
    )
    assert said == {"worse": 27, "no_clear_change": 47, "refused": 1}


def test_burnside_is_not_called_better_for_a_new_estimate_of_its_residents(
    counts: Counts, chicago_figures: Lookup, contexts: dict[str, Context]
) -> None:
    (events, residents), (before, residents_before) = (
        counts["violent_crime", "burnside", year] for year in ("2023", "2022")
    )
    assert (events, before) == (105, 114)
    assert (residents, residents_before) == (2_652, 2_180)  # 22% more in a year
    now, then = (chicago_figures["violent_crime", "burnside", year] for year in ("2023", "2022"))
    assert compare(contexts["violent_crime"], now, then).reason == Refusal.RESIDENTS_MOVED


# sentences by hand

BY_HAND: list[tuple[str, str, tuple[int, int], tuple[int, int], str, str]] = [
    # place, measure, events and residents in 2023 and in 2022, and what the page must say
    (
        "albany-park", "violent_crime",
        (763, 48_647),  # 763 / 48,647 x 1,000 = 15.684
        (650, 49_280),  # 650 / 49,280 x 1,000 = 13.190; ratio 1.189, exact limits 1.069 to 1.323: above 1
        "Worse than the year before: 15.7 per 1,000, up from 13.2 per 1,000.",
        "Peor que el año anterior: 15.7 por cada 1,000, antes 13.2 por cada 1,000.",
    ),
    (
        "forest-glen", "fraud",
        (67, 20_311),  # 3.299
        (167, 19_928),  # 8.380; ratio 0.394, 0.292 to 0.525: below 1, and fewer is better
        "Better than the year before: 3.3 per 1,000, down from 8.4 per 1,000.",
        "Mejor que el año anterior: 3.3 por cada 1,000, antes 8.4 por cada 1,000.",
    ),
    (
        "chatham", "drug_crime",
        (64, 32_528),  # 1.968
        (25, 31_395),  # 0.796; ratio 2.471, 1.532 to 4.100: above 1, and nobody says which way is good
        "Higher than the year before: 2.0 per 1,000, up from 0.8 per 1,000. This can be good or bad news.",
        "Más alto que el año anterior: 2.0 por cada 1,000, antes 0.8 por cada 1,000. Puede ser buena o mala noticia.",
    ),
    (
        "armour-square", "public_order_crime",
        (54, 13_324),  # 4.053
        (85, 13_439),  # 6.325; ratio 0.641, 0.447 to 0.913
        "Lower than the year before: 4.1 per 1,000, down from 6.3 per 1,000. This can be good or bad news.",
        "Más bajo que el año anterior: 4.1 por cada 1,000, antes 6.3 por cada 1,000. Puede ser buena o mala noticia.",
    ),
    (
        "archer-heights", "violent_crime",
        (303, 13_591),  # 22.294
        (276, 13_533),  # 20.395; ratio 1.093, 0.926 to 1.291: 1 lies inside
        "No clear change. It was 20.4 per 1,000 and is now 22.3 per 1,000. "
        "The true change could be a fall of 7% or a rise of 29%.",
        "Sin cambio claro. Era 20.4 por cada 1,000 y ahora es 22.3 por cada 1,000. "
        "El cambio real puede ser una baja de 7% o un alza de 29%.",
    ),
    (
        "armour-square", "violent_crime",
        (365, 13_324),  # 27.394
        (411, 13_439),  # 30.583; ratio 0.896, 0.776 to 1.034: 10% lower, and it may be chance
        "No clear change. It was 30.6 per 1,000 and is now 27.4 per 1,000. "
        "The true change could be a fall of 22% or a rise of 3%.",
        "Sin cambio claro. Era 30.6 por cada 1,000 y ahora es 27.4 por cada 1,000. "
        "El cambio real puede ser una baja de 22% o un alza de 3%.",
    ),
    (
        "bridgeport", "drug_crime",
        (15, 34_387),
        (8, 32_863),  # 8 is under 10: nearly twice as many, and too few to call it a change
        "There were 15, up from 8. That is too few to call it a change.",
        "Hubo 15, antes 8. Son muy pocos para hablar de un cambio.",
    ),
    (
        "ashburn", "drug_crime",
        (8, 44_215),
        (8, 42_902),
        "There were 8, the same as before. That is too few to say more.",
        "Hubo 8, igual que antes. Son muy pocos para decir más.",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: f"{case[0]} {case[1]}")
def test_what_the_cards_say_is_what_the_arithmetic_allows(
    case: tuple[str, str, tuple[int, int], tuple[int, int], str, str], counts: Counts, as_on_the_page: OnThePage
) -> None:
    place, measure, now, before, english, spanish = case
    assert (counts[measure, place, "2023"], counts[measure, place, "2022"]) == (now, before)
    verdict = verdict_of_rates(*now, *before, good=DIRECTIONS.get(measure, "fewer"))
    low, high = rate_ratio(*now, *before)
    rates = [per_1000(*now), per_1000(*before)]
    for language, sentence in (("en", english), ("es", spanish)):
        reading, scope = as_on_the_page(place, measure, language)
        assert sentences.change_sentence(reading, scope) == sentence
        assert reading.change.finding == verdict
        if verdict == "counts_only":
            assert {str(now[0]), str(before[0])} == {*re.findall(r"\d+", sentence)} or language == "es"
        else:
            assert all(rate in sentence for rate in rates)
        if verdict == "no_clear_change":
            assert [whole_percent(1 - low), whole_percent(high - 1)] == re.findall(r"\d+%", sentence)


def test_the_sentence_of_the_city_is_about_the_75_areas_that_report(counts: Counts, as_on_the_page: OnThePage) -> None:
    def of_all(year: str) -> tuple[int, int]:
        mine = [pair for (of, _, when), pair in counts.items() if (of, when) == ("violent_crime", year)]
        return sum(events for events, _ in mine), sum(residents for _, residents in mine)

    now, before = of_all("2023"), of_all("2022")
    assert verdict_of_rates(*now, *before) == "worse"
    reading, scope = as_on_the_page("city", "violent_crime", "en")
    assert sentences.change_sentence(reading, scope) == (
        f"Worse than the year before: {per_1000(*now)} per 1,000, up from {per_1000(*before)} per 1,000."
    )
    assert (per_1000(*now), per_1000(*before)) == ("29.1", "26.9")
    assert reading.now.reason == "partial_coverage"


@pytest.mark.parametrize("place", ["loop", "ohare"])
def test_where_no_crime_is_reported_nothing_is_said_of_a_change(place: str, as_on_the_page: OnThePage) -> None:
    for measure in GROUPS:
        reading, scope = as_on_the_page(place, measure, "en")
        assert reading.change.reason in (Refusal.NOT_REPORTED, Refusal.NOTHING_EARLIER)
        assert "Not reported" in sentences.finding(reading, scope)
        assert not re.search(r"\d", sentences.change_sentence(reading, scope))


@pytest.mark.parametrize("measure", ["safety_score", "trust_score"])
def test_scores_without_a_number_of_answers_only_say_what_was_published(
    measure: str, chicago_rows: ReadRows, as_on_the_page: OnThePage
) -> None:
    column = SCORES[measure]
    of = {(area_id(row["Community"]), row["Year"]): row[column] for row in chicago_rows(SENTIMENT)}
    for place in ("albany-park", "loop", "englewood"):
        for language in ("en", "es"):
            reading, scope = as_on_the_page(place, measure, language)
            now, before = (f"{float(of[place, year]):.0f}" for year in ("2021", "2020"))
            assert reading.change == refused(Refusal.NO_SAMPLE_SIZE)
            assert (reading.now.low, reading.now.high) == (None, None)
            said = sentences.change_sentence(reading, scope)
            assert re.findall(r"\d+", said) == [before, now]  # from, to: no percent, no range
            for text in (said, sentences.finding(reading, scope), sentences.short_sentence(reading, scope)):
                assert not CLAIMS[language].search(text), text


def test_the_page_itself_says_it(chicago_store: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(chicago_store))
    screen = open_page("neighborhood", n="archer-heights", lang="en")
    assert not screen.errors
    [english] = [case[4] for case in BY_HAND if case[:2] == ("archer-heights", "violent_crime")]
    assert english in screen.text


# funnel


@pytest.mark.parametrize("place", ["fuller-park", "albany-park", "edison-park"])
def test_funnel_limits_are_those_of_chi_square_tails(place: str, counts: Counts, chicago: Release) -> None:
    areas = sorted({area for _, area, _ in counts})
    events = np.array([counts["violent_crime", area, "2023"][0] for area in areas], dtype=float)
    people = np.array([counts["violent_crime", area, "2023"][1] for area in areas], dtype=float)
    made, at = funnel(events, people), areas.index(place)
    centre = events.sum() / people.sum() * 1000
    assert made.centre == pytest.approx(centre)
    expected = centre * people / 1000
    z = np.sort((events - expected) / np.sqrt(expected))
    phi = max(1.0, float(np.mean(np.clip(z, np.quantile(z, 0.1), np.quantile(z, 0.9)) ** 2)))
    assert made.inflation == pytest.approx(phi)
    assert phi > 100  # areas of Chicago differ by far more than chance: the limits are widened tenfold and more
    for confidence, low, high in ((0.95, made.low_95, made.high_95), (0.998, made.low_998, made.high_998)):
        ends = [limit / people[at] * 1000 for limit in funnel_limits(centre, people[at], confidence)]
        wide = [max(0.0, centre + (end - centre) * phi**0.5) for end in ends]
        assert (low[at], high[at]) == (pytest.approx(wide[0], rel=1e-6), pytest.approx(wide[1], rel=1e-6))

    # What the map page draws.
    figures = queries.by_neighborhood(chicago, measure="violent_crime", period="2023")
    [about] = [one for one in queries.records(queries.measures(chicago)) if one["id"] == "violent_crime"]
    spread = spread_of(figures, about, {"loop", "ohare"})
    assert isinstance(spread, Spread)
    drawn = spread.places.set_index("id")
    assert (spread.centre, spread.inflation) == (pytest.approx(centre), pytest.approx(phi))
    assert drawn.loc[place, "low_998"] == pytest.approx(made.low_998[at])
    assert drawn.loc[place, "high_998"] == pytest.approx(made.high_998[at])
    rate = events[at] / people[at] * 1000
    beyond = int(rate > drawn.loc[place, "high_998"]) - int(rate < drawn.loc[place, "low_998"])
    assert drawn.loc[place, "position"] == beyond
    assert drawn.loc[["loop", "ohare"], "position"].isna().all()
    assert len(spread.compared) == 75
