"""The verdict picks the sentence; no sentence says more than the figures allow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from components import sentences
from components.panels.measures import readings_of
from components.scope import Scope
from components.words import languages
from data import queries
from data.figures import Status
from data.verdicts import Finding
from tests.components.riverton import HARD_PLACES, scope_of
from tests.components.test_readings import read, row

CLAIMS = {
    "en": re.compile(r"\b(better|worse|higher|lower|improved|increased|decreased|rose|fell)\b", re.I),
    "es": re.compile(r"\b(mejor|peor|más alto|más alta|más bajo|más baja|aumentó|disminuyó|subió|bajó)\b", re.I),
}


@pytest.fixture(scope="module", params=languages())
def scope(request: pytest.FixtureRequest, demo_store: Path) -> Scope:
    return scope_of(demo_store, place="downtown", language=request.param)


@pytest.fixture(scope="module")
def english(demo_store: Path) -> Scope:
    return scope_of(demo_store, place="downtown")


def events(now: int, before: int, **more: Any) -> Any:
    """The reading of a rate: so many events among 12,000 people in 2025 and in 2024."""
    figures = [
        row(period, numerator=float(count), value=count / 12, low=count / 14, high=count / 10)
        for period, count in (("2025", now), ("2024", before))
    ]
    return read(figures, name="Reported break-ins", events="break-ins reported", **more)


def test_chance_is_called_no_clear_change_with_both_ends_of_what_may_be_true(english: Scope) -> None:
    sentence = sentences.change_sentence(events(45, 30), english)
    assert sentence.startswith("No clear change. It was 2.5 per 1,000 and is now 3.8 per 1,000.")
    fall, rise = re.findall(r"(\d+)%", sentence)
    assert int(fall) < 20
    assert int(rise) > 50


def test_few_events_are_counted_and_not_made_a_percent(scope: Scope) -> None:
    sentence = sentences.change_sentence(events(3, 2), scope)
    assert "%" not in sentence
    assert re.findall(r"\d+", sentence) == (["3", "2"] if scope.language == "en" else re.findall(r"\d+", sentence))
    assert {"2", "3"} == set(re.findall(r"\d+", sentence))


def test_from_none_to_some_and_from_some_to_none(english: Scope) -> None:
    assert sentences.change_sentence(events(4, 0), english) == english.say("verdict.zero_before", now="4")
    assert "0" in sentences.change_sentence(events(0, 4), english)


@pytest.mark.parametrize(("now", "before", "word"), [(30, 60, "Better"), (60, 30, "Worse")])
def test_a_clear_change_is_said_with_both_figures(english: Scope, now: int, before: int, word: str) -> None:
    sentence = sentences.change_sentence(events(now, before), english)
    assert sentence.startswith(word)
    assert "5.0 per 1,000" in sentence
    assert "2.5 per 1,000" in sentence


@pytest.mark.parametrize(("now", "before"), [(45, 30), (30, 30), (3, 2), (9, 40)])
def test_nothing_is_claimed_where_nothing_is_clear(scope: Scope, now: int, before: int) -> None:
    reading = events(now, before)
    for text in (sentences.finding(reading, scope), sentences.change_sentence(reading, scope)):
        assert not CLAIMS[scope.language].search(text), text


def test_what_cannot_be_compared_says_why_and_what_instead(english: Scope) -> None:
    hidden = read([row("2025"), row("2024", value=None, numerator=None, low=None, high=None, status="withheld")])
    assert sentences.change_sentence(hidden, english) == (
        "One of the figures is hidden to protect people, so we do not compare. "
        "A longer time or a larger place may be shown."
    )
    assert sentences.change_cell(hidden, english) == "Not compared: hidden"
    alone = read([row("2025")])
    assert sentences.change_sentence(alone, english) == "There is no earlier figure to compare with."


def test_a_part_of_a_year_is_told_with_the_same_days_of_the_year_before(english: Scope) -> None:
    part, same = "2026-01-01..2026-06-23", "2025-01-01..2025-06-23"
    counts: dict[str, Any] = {"kind": "count", "name": "Reports", "events": "reports"}
    rows = [
        row("2025", **bare(903)), row("2026", **bare(412), reason="incomplete_period"),
        row(part, **bare(412)), row(same, **bare(430)),
    ]  # fmt: skip
    assert sentences.change_sentence(read(rows, period="2026", **counts), english) == (
        "We do not compare a time that is covered only in part with a whole one. "
        "So far: 412 cases (January 1 to June 23, 2026). In the same days of 2025: 430 cases."
    )
    assert sentences.change_sentence(read(rows[:2], period="2026", **counts), english).endswith(
        "What is known is 412 cases in 2026."
    )


def bare(events: int) -> dict[str, Any]:
    """The columns of a full count."""
    return {
        "value": float(events),
        "numerator": float(events),
        "denominator": None,
        "low": None,
        "high": None,
        "unit": "events",
    }


def test_a_score_without_a_number_of_answers_has_no_trend_word(scope: Scope) -> None:
    wave: dict[str, Any] = {"numerator": None, "denominator": None, "unit": "points", "reason": "no_sample_size"}
    wave |= {"low": None, "high": None}
    rows = [row("2025", **wave | {"value": 61.0}), row("2024", **wave | {"value": 58.0})]
    reading = read([*rows, row("2025", "city", **wave | {"value": 60.0})], kind="score", name="Score", events="scores")
    if scope.language == "en":
        assert "The published score went from 58 points to 61 points." in sentences.change_sentence(reading, scope)
        assert sentences.city_sentence(reading, scope) == ""  # said already
    for text in (sentences.change_sentence(reading, scope), sentences.change_cell(reading, scope)):
        assert not CLAIMS[scope.language].search(text), text


def test_a_place_of_visitors_says_why_and_is_compared_with_itself(english: Scope) -> None:
    rows = [row("2025", "airport"), row("2024", "airport", numerator=45.0, value=3.8)]
    rows.append(row("2025", "city", numerator=2_000.0, denominator=400_000.0))
    reading = read(rows, place="airport")
    assert sentences.city_sentence(reading, english) == (
        f"{english.say('refused.visitors')} {english.say('instead.visitors')}"
    )
    assert sentences.city_cell(reading, english) == "Not compared: many visitors"
    assert sentences.change_sentence(reading, english).startswith("No clear change.")


def test_what_is_unclear_says_how_far_down_and_up_it_could_be(english: Scope) -> None:
    assert sentences.change_cell(events(30, 45), english) == (
        "No clear change: could be 59% down to 8% up (2024: 3.8 per 1,000)"
    )


MONTHS = [
    row(f"{year}-{month:02d}", numerator=24.0 - 6 * (month % 2)) for year in (2024, 2025) for month in range(1, 13)
]


def test_the_months_are_told_after_the_year_and_never_with_a_cause(english: Scope) -> None:
    year = [row("2025", numerator=260.0, value=21.7), row("2024", numerator=255.0, value=21.3)]
    usual = read([*year, *MONTHS])
    assert "Within the usual ups and downs from month to month." in sentences.lead_of(usual, english)
    high = read([*year, *MONTHS[:-7], *({**month, "numerator": 27.0 + at % 2} for at, month in enumerate(MONTHS[-7:]))])
    assert sentences.series_sentence(high.series, english) == (
        "A change this size is not likely to be chance: the last 7 months, up to December 2025, are all above the "
        "usual level. A chart cannot say what is behind it."
    )
    better = read([row("2025", numerator=160.0, value=13.3), row("2024", numerator=255.0, value=21.3), *MONTHS])
    assert "usual" not in sentences.lead_of(better, english)


def test_the_usual_range_of_a_count_does_not_hold_a_count_outside_it(english: Scope) -> None:
    for last in range(50, 80):
        reading = read([row("2025"), *MONTHS[:-1], {**MONTHS[-1], "numerator": float(last)}])
        said = sentences.series_sentence(reading.series, english)
        found = re.search(r"with (\d+), is above the usual range of (\d+) to (\d+)", said)
        assert found, said
        assert int(found[1]) > int(found[3]) >= 24 > 18 > int(found[2])


def test_a_figure_in_words_tells_zero_missing_and_hidden_apart(scope: Scope) -> None:
    said = []
    for more in (
        {"value": 0.0, "numerator": 0.0, "low": 0.0, "high": 0.3},
        {"value": None, "numerator": None, "low": None, "high": None, "status": "not_reported"},
        {"value": None, "numerator": None, "low": None, "high": None, "status": "withheld"},
        {"value": None, "numerator": None, "low": None, "high": None, "status": "not_applicable"},
    ):
        figure = queries.as_figure(row("2025", **more))
        said.append(sentences.value_text(figure, scope))
        assert bool(re.search(r"\d", said[-1])) == (figure.value is not None)
    assert len(set(said)) == 4


def test_a_count_too_small_for_a_rate_is_said_as_a_count(english: Scope) -> None:
    few = queries.as_figure(row("2025", value=None, numerator=4.0, low=None, high=None, status="too_few_to_say"))
    assert sentences.value_text(few, english) == "4 cases"
    hidden = queries.as_figure(row("2025", value=None, numerator=4.0, low=None, high=None, status="withheld"))
    assert "4" not in sentences.value_text(hidden, english)


def test_every_reading_of_the_demo_can_be_said(demo_store: Path, scope: Scope) -> None:
    for place in ("city", *HARD_PLACES):
        here = scope_of(demo_store, place=None if place == "city" else place, language=scope.language)
        for reading in readings_of(here, place):
            said = {
                "finding": sentences.finding(reading, here),
                "change": sentences.change_sentence(reading, here),
                "short": sentences.short_sentence(reading, here),
                "value": sentences.value_text(reading.now, here),
                "city": sentences.city_sentence(reading, here),
                "range": sentences.range_text(reading.now, here),
                "status": sentences.status_text(reading.now, here),
                "lead": sentences.lead_of(reading, here),
                "spoken": sentences.spoken(reading, here),
                "change cell": sentences.change_cell(reading, here),
                "city cell": sentences.city_cell(reading, here),
            }
            assert len(said["spoken"]) <= sentences.SPOKEN_AT_MOST
            assert said["spoken"].startswith(said["finding"])
            for name in ("finding", "change", "short", "value", "lead", "change cell", "city cell"):
                assert said[name].strip(), (place, reading.measure["id"], name)
            for text in said.values():
                assert "nan" not in text.split()
                assert ".." not in text.replace("...", "")
                assert "  " not in text
            if not reading.change.is_clear:
                claim = said["finding"].replace(str(reading.measure["name"]), "")
                assert not CLAIMS[here.language].search(claim), claim
            if reading.now.status == Status.WITHHELD:
                assert reading.change.finding == Finding.REFUSED
            if reading.now.reason == "visitors":
                assert said["city"].startswith(here.say("refused.visitors"))
