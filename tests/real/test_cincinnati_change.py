"""Cincinnati: the first half of 2026 against the same days of 2025, and force by year, worked out again by hand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from components import sentences
from data import queries
from data.stats import control
from data.store import Release
from data.verdicts import Context, Refusal, compare
from tests.real.conftest import Lookup, OnThePage, ReadRows, readings_on_pages
from tests.real.oracles import per_1000, rate_ratio, verdict_of_rates, whole_percent, xmr_limits
from tests.real.test_cincinnati import COLUMNS, FORCE, NOT_TOLD_APART, NOW, THEN, area_id, incidents_of, stars

RATES = {measure: column for measure, column in COLUMNS.items() if measure != "homicide"}


@pytest.fixture(scope="module")
def offenses(cincinnati_rows: ReadRows) -> Counter[tuple[str, str, str]]:
    return stars(cincinnati_rows)


@pytest.fixture(scope="module")
def people(cincinnati_rows: ReadRows) -> Counter[str]:
    """Residents counted in 2020: of the areas, and the city's own number."""
    found = Counter({"city": 309_317})
    for row in cincinnati_rows("population_2020_by_neighborhood.csv"):
        found[area_id(row["name"])] += int(row["population"])
    return found


@pytest.fixture
def as_on_the_page(cincinnati_store: Path) -> OnThePage:
    return readings_on_pages(cincinnati_store)


# the same days of two years


@pytest.mark.parametrize("measure", sorted(RATES))
def test_every_verdict_is_that_of_the_exact_test(
    measure: str, cincinnati: Release, cincinnati_figures: Lookup, offenses: Counter[tuple[str, str, str]],
    people: Counter[str],
) -> None:  # fmt: skip
    [row] = [one for one in queries.records(queries.measures(cincinnati)) if one["id"] == measure]
    context = Context.of(row, breaks=[], visitor_areas=[], fiscal_start_month=7)
    for place in {*people} - {*NOT_TOLD_APART}:
        now, before = (cincinnati_figures[measure, place, period] for period in (NOW, THEN))
        assert now.denominator_period == before.denominator_period == "2020"
        x1, x0 = (offenses[RATES[measure], place, period] for period in (NOW, THEN))
        verdict = compare(context, now, before)
        assert verdict.finding == verdict_of_rates(x1, people[place], x0, people[place]), place
        if verdict.low is not None and verdict.high is not None:
            low, high = rate_ratio(x1, people[place], x0, people[place])
            assert (verdict.low, verdict.high) == (pytest.approx(low - 1), pytest.approx(high - 1))


BY_HAND: list[tuple[str, str, int, int, str, str]] = [
    # place, measure, offenses in early 2026 and early 2025, and what the page must say
    (
        "city", "property_crime", 5_364, 5_759,  # 17.341 and 18.618 for 309,317 residents; ratio 0.931, 0.897 to 0.967
        "Better than the same days of 2025: 17.3 per 1,000, down from 18.6 per 1,000.",
        "Mejor que los mismos días de 2025: 17.3 por cada 1,000, antes 18.6 por cada 1,000.",
    ),
    (
        "city", "violent_crime", 950, 907,  # 3.071 and 2.932; ratio 1.047, 0.955 to 1.148
        "No clear change. It was 2.9 per 1,000 and is now 3.1 per 1,000. "
        "The true change could be a fall of 4% or a rise of 15%.",
        "Sin cambio claro. Era 2.9 por cada 1,000 y ahora es 3.1 por cada 1,000. "
        "El cambio real puede ser una baja de 4% o un alza de 15%.",
    ),
    (
        "oakley", "larceny_theft", 323, 202,  # 27.464 and 17.175 for 11,761; ratio 1.599, 1.337 to 1.916
        "Worse than the same days of 2025: 27.5 per 1,000, up from 17.2 per 1,000.",
        "Peor que los mismos días de 2025: 27.5 por cada 1,000, antes 17.2 por cada 1,000.",
    ),
    (
        "downtown", "burglary", 17, 58,  # 2.913 and 9.940 for 5,835; ratio 0.293, 0.160 to 0.510
        "Better than the same days of 2025: 2.9 per 1,000, down from 9.9 per 1,000.",
        "Mejor que los mismos días de 2025: 2.9 por cada 1,000, antes 9.9 por cada 1,000.",
    ),
    (
        "avondale", "property_crime", 227, 220,  # 20.009 and 19.392 for 11,345; ratio 1.032, 0.853 to 1.248
        "No clear change. It was 19.4 per 1,000 and is now 20.0 per 1,000. "
        "The true change could be a fall of 15% or a rise of 25%.",
        "Sin cambio claro. Era 19.4 por cada 1,000 y ahora es 20.0 por cada 1,000. "
        "El cambio real puede ser una baja de 15% o un alza de 25%.",
    ),
    (
        "clifton", "robbery", 2, 10,  # 2 is under 10: a fifth of what it was, and too few to call it a change
        "There were 2, down from 10. That is too few to call it a change.",
        "Hubo 2, antes 10. Son muy pocos para hablar de un cambio.",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: f"{case[0]} {case[1]}")
def test_what_the_cards_say_is_what_the_arithmetic_allows(
    case: tuple[str, str, int, int, str, str], offenses: Counter[tuple[str, str, str]], people: Counter[str],
    as_on_the_page: OnThePage,
) -> None:  # fmt: skip
    place, measure, now, before, english, spanish = case
    assert [offenses[RATES[measure], place, period] for period in (NOW, THEN)] == [now, before]
    verdict = verdict_of_rates(now, people[place], before, people[place])
    low, high = rate_ratio(now, people[place], before, people[place])
    for language, sentence in (("en", english), ("es", spanish)):
        reading, scope = as_on_the_page(place, measure, language)
        assert sentences.change_sentence(reading, scope) == sentence
        assert reading.change.finding == verdict
        if verdict != "counts_only":
            assert {per_1000(now, people[place]), per_1000(before, people[place])} <= {
                *re.findall(r"\d+\.\d", sentence)
            }
        if verdict == "no_clear_change":
            assert [whole_percent(1 - low), whole_percent(high - 1)] == re.findall(r"\d+%", sentence)


def test_visitor_areas_are_compared_with_themselves_and_never_with_the_city(as_on_the_page: OnThePage) -> None:
    for place in ("downtown", "camp-washington"):
        reading, scope = as_on_the_page(place, "property_crime", "en")
        assert reading.change.reason is None
        assert reading.beside_city.reason == Refusal.VISITORS
        said = sentences.city_sentence(reading, scope)
        assert said.startswith("Many people work or visit here")
        assert not re.search(r"\d", said)


# force


@pytest.fixture(scope="module")
def force_by_year(cincinnati_rows: ReadRows) -> dict[int, int]:
    return {
        int(year): count for (place, year), count in incidents_of(cincinnati_rows(FORCE)).items() if place == "city"
    }


def test_force_by_year_lies_outside_its_limits_more_often_than_not(
    cincinnati_figures: Lookup, force_by_year: dict[int, int]
) -> None:
    # Full years between the breaks: reports of people who did not comply begin on June 1, 2003, and incident numbers
    # end on October 20, 2019.
    years = range(2004, 2019)
    values = [cincinnati_figures["use_of_force", "city", str(year)].value for year in years]
    assert values == [force_by_year[year] for year in years]
    chart = control.xmr(np.array(values, dtype=float), floor=0)
    mean, low, high = xmr_limits([force_by_year[year] for year in years])
    assert (chart.centre[0], chart.low[0], chart.high[0]) == pytest.approx((mean, low, high), rel=1e-9)
    assert (mean, low, high) == pytest.approx((593.2, 437.4, 749.0), abs=0.05)
    outside = [year for year in years if not low <= force_by_year[year] <= high]
    assert outside == [year for year, flag in zip(years, chart.signals.outside, strict=True) if flag]
    assert not chart.is_trial


def test_the_year_that_the_file_breaks_off_in_is_compared_with_none(as_on_the_page: OnThePage) -> None:
    for language in ("en", "es"):
        reading, scope = as_on_the_page("city", "use_of_force", language)
        assert reading.now.period == "2020"
        assert reading.change.reason == Refusal.INCOMPLETE_PERIOD
        assert not re.search(r"\d+%", sentences.change_sentence(reading, scope))
