"""Did it work? A good result, a bad one and none look alike; nothing is said that the evidence does not carry."""

from __future__ import annotations

import json
import re
from datetime import date
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest

from components import charts
from components.cards import Card, card_file
from components.evidence import declared_when, displaced_sentence, evidence_sentence, has_number
from components.panels import evaluations
from components.panels.evaluations import evaluation_card, ladder_html, results_html
from components.passports import find
from components.scope import Scope
from components.tables import Figured
from components.words import languages, words
from data import queries
from data.models import NOT_ASSESSED
from data.periods import parse
from tests.components.studied import RESULTS, Studied, areas, refused, series, studied, study

DIGIT = re.compile(r"\d")
LINK = re.compile(r'<a class="fig"[^>]* href="([^"]+)"[^>]*>(.*?)</a>')


@pytest.fixture(scope="module", params=languages())
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def card_of(store: Path, row: dict[str, Any], **more: Any) -> tuple[Card, Studied]:
    """The card of one evaluation, and its scope."""
    scope = studied(store, row, **more)
    return evaluation_card(row, scope), scope


def shape(html: str) -> str:
    """The elements of a text and their classes, without the words."""
    return re.sub(r">[^<]+<", "><", re.sub(r' (?:href|title|aria-label|data-label)="[^"]*"', "", html))


def drawn(card: Card) -> list[tuple[str, dict[str, Any], Any]]:
    """The marks of a drawing in order with all their sizes and colors, without where they are and what they say."""
    assert card.drawing is not None
    return [
        (one["mark"]["type"], {k: v for k, v in one["mark"].items() if k != "type"}, one.get("transform"))
        for one in card.drawing.spec["layer"]
    ]


@pytest.mark.parametrize("grade", [1, 2, 3, 4])
@pytest.mark.parametrize("narrow", [False, True])
def test_null_and_adverse_results_look_exactly_as_prominent_as_good_ones(
    demo_store: Path, language: str, grade: int, narrow: bool
) -> None:
    cards = {
        name: card_of(demo_store, study(grade, **found), language=language, narrow=narrow)[0]
        for name, found in RESULTS.items()
    }
    good = cards["good"]
    assert len({card.finding for card in cards.values()}) == 3
    for name, card in cards.items():
        for part in ("lead", "subtitle", "source", "how_to_read", "notices", "link", "page"):
            assert getattr(card, part) == getattr(good, part), (name, part)
        assert shape(card.details) == shape(good.details), name
        assert card.drawing is not None
        assert good.drawing is not None
        assert card.drawing.height == good.drawing.height
        assert drawn(card) == drawn(good), f"{name}: another size, color or order of marks"
        assert card.table is not None
        assert good.table is not None
        assert card.table.shape == good.table.shape
        assert [bool(chip.icon) for chip in card.chips] == [True, False], f"{name}: a chip without a shape"
        assert card.chips[1] == good.chips[1]
        assert [fact.name for fact in card.passport.facts] == [fact.name for fact in good.passport.facts]  # type: ignore[union-attr]
    words_of = {name: next(chip.text for chip in card.chips) for name, card in cards.items()}
    said = words(language).say
    assert words_of == {
        "good": said("verdict.chip.better"), "adverse": said("verdict.chip.worse"),
        "null": said("verdict.chip.no_clear_change"),
    }  # fmt: skip


def test_good_and_adverse_are_the_same_sentence_with_another_word(demo_store: Path) -> None:
    for grade in (1, 2, 3, 4):
        good, adverse = (card_of(demo_store, study(grade, **RESULTS[name]))[0].finding for name in ("good", "adverse"))
        assert good.replace("fewer", "more") == adverse


def test_the_line_of_no_change_stands_in_the_middle_whatever_was_found(demo_store: Path) -> None:
    for name, found in RESULTS.items():
        card, _ = card_of(demo_store, study(**found))
        assert card.drawing is not None
        rows = card.drawing.rows
        line = rows[rows.kind == "estimate"].iloc[0]
        for place, value in (("x_low", "low"), ("x", "value"), ("x_high", "high")):
            assert (line[place] < 0.5) == (line[value] < 0), name
        assert 0 <= line.x_low < line.x < line.x_high <= 1
    mirrored = [drawing_of(demo_store, name) for name in ("good", "adverse")]
    assert mirrored[0].x == pytest.approx(1 - mirrored[1].x)


def drawing_of(store: Path, name: str) -> pd.Series[Any]:
    """The row of the change found of a result."""
    card, _ = card_of(store, study(**RESULTS[name]))
    assert card.drawing is not None
    return card.drawing.rows[card.drawing.rows.kind == "estimate"].iloc[0]


@pytest.mark.parametrize("code", NOT_ASSESSED)
def test_what_is_refused_has_a_reason_and_no_number(demo_store: Path, language: str, code: str) -> None:
    row = refused(code)
    card, scope = card_of(demo_store, row, language=language)
    said = evidence_sentence(row, scope)
    assert said.startswith(words(language).say("evidence.not_assessable"))
    for part in ("refused", "instead"):
        assert words(language).say(f"evidence.{part}_{code}") in said
    assert not DIGIT.search(f"{said} {card.finding} {card.lead}")
    assert (card.drawing, card.table, card.rows) == (None, None, None)
    assert "fig" not in card.details
    assert 'class="found"' not in card.details
    assert words(language).say("programs.grade_name.not_assessable") in [chip.text for chip in card.chips]


def test_numbers_that_come_with_a_refusal_are_not_shown(demo_store: Path) -> None:
    row = {**study(), "refused": "break_inside"}
    card, scope = card_of(demo_store, row)
    assert not has_number(row)
    assert not DIGIT.search(evidence_sentence(row, scope))
    assert card.drawing is None
    assert find({"t": "evaluation", "id": "e-study", "c": "estimate"}, scope) is None


@pytest.mark.parametrize("grade", range(5))
@pytest.mark.parametrize("result", RESULTS)
def test_everything_on_a_card_leads_to_a_passport_that_says_the_same(
    demo_store: Path, language: str, grade: int, result: str
) -> None:
    card, scope = card_of(demo_store, study(grade, **RESULTS[result]), language=language)
    assert card.table is not None
    cells = [cell for cell in card.table.to_numpy().ravel() if isinstance(cell, Figured)]
    found = [(cell.link, cell.text) for cell in cells] + LINK.findall(card.details + results_html_of(scope))
    assert len(found) > 18
    for link, text in found:
        passport = find(dict(parse_qsl(urlsplit(link.replace("&amp;", "&")).query)), scope)
        assert passport is not None, link
        facts = " ".join(fact.text for fact in passport.facts)
        assert set(re.findall(r"\d[\d,.]*\d|\d", text)) <= set(re.findall(r"\d[\d,.]*\d|\d", facts)), text
    assert card.passport is not None
    again = find(card.passport.codes, scope)
    assert again is not None
    assert (again.value, again.range, again.facts) == (card.passport.value, card.passport.range, card.passport.facts)
    assert any(card.finding in fact.text for fact in card.passport.facts)


def results_html_of(scope: Studied) -> str:
    """All results of a scope in short."""
    return results_html(scope, pd.DataFrame(scope.rows))


def test_the_drawing_the_table_and_the_file_hold_the_same_counts(demo_store: Path, language: str) -> None:
    row = study(3)
    card, scope = card_of(demo_store, row, language=language)
    assert card.drawing is not None
    assert card.table is not None
    assert card.rows is not None
    points = card.drawing.rows[card.drawing.rows.kind == "count"]
    expected = series(row)
    assert points.value.tolist() == pytest.approx(expected["count"].tolist(), nan_ok=True)
    filed = card.rows[card.rows.number == "count"]
    assert filed.value.astype(float).tolist() == pytest.approx(expected["count"].tolist(), nan_ok=True)
    told = [str(cell) for cell in card.table.iloc[:, 1:].to_numpy().T.ravel()]
    hidden = words(language).say("status.cell.withheld")
    assert told == [hidden if pd.isna(count) else f"{count:.0f}" for count in expected["count"]]
    assert b"estimate" in card_file(card, scope)


def test_a_withheld_count_is_a_gap_and_never_zero(demo_store: Path) -> None:
    row = study()
    drawing = charts.evaluation(
        None, series(row, withheld="2024-Q2"), look_of("light"), "en", "desktop", names={},
        before=parse(row["before"]), after=parse(row["after"]),
    )  # fmt: skip
    gap = drawing.rows[(drawing.rows.role == "comparison") & (drawing.rows.period == "2024-Q2")].iloc[0]
    after = drawing.rows[(drawing.rows.role == "comparison") & (drawing.rows.period == "2024-Q3")].iloc[0]
    assert pd.isna(gap.value)
    assert pd.isna(gap.y)
    assert pd.isna(after.join_x)
    assert gap.status == "withheld"
    assert "nan" not in json.dumps(drawing.full()).lower()


def look_of(theme: str) -> Any:
    """A look by the name of its theme."""
    from components.tokens import look

    return look(theme)


def test_small_and_large_places_have_their_average_before_equally_high() -> None:
    row = study()
    many = series(row, withheld="")
    many.loc[many.role == "comparison", "count"] *= 40
    drawing = charts.evaluation(
        None, many, look_of("light"), "en", "desktop", names={}, before=parse(row["before"]), after=parse(row["after"])
    )
    points = drawing.rows
    bases = [
        points[(points.role == role) & (points.period == "2024-Q2")].y.iloc[0]
        - points[(points.role == role) & (points.period == "2023-Q1")].y.iloc[0]
        for role in ("treated", "comparison")
    ]
    assert bases[0] == pytest.approx(bases[1], abs=0.1)


def test_the_ladder_is_filled_to_the_step_that_is_reached(demo_store: Path, language: str) -> None:
    for grade in range(5):
        html = ladder_html(study(grade), studied(demo_store, study(grade), language=language))
        assert html.count('<li class="found">') == grade + 1
        assert html.count("<li") == 5
        states = re.findall(r'<span class="step-state">([^<]+)</span>', html)
        said = words(language).say
        assert states == [said("evidence.reached"), *[said("evidence.not_reached")] * (4 - grade)]
        assert not re.search(r"\d|%|★", re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize(
    ("day", "when"),
    [
        ("2024-06-30", "before"), ("2024-07-01", "while"), ("2025-06-30", "while"), ("2025-07-01", "after"),
        (None, "unknown"),
    ],
)  # fmt: skip
def test_when_it_was_declared_is_told_against_the_time_after(demo_store: Path, day: str | None, when: str) -> None:
    row = study(declared_on=None if day is None else pd.Timestamp(day).date())
    assert declared_when(row) == when
    card, scope = card_of(demo_store, row)
    flagged = any("after the data were known" in notice for notice in card.notices)
    assert flagged == (when == "after")
    assert scope.say("evidence.declared") in card.details


def test_what_makes_a_result_weak_is_said_beside_it(demo_store: Path, language: str) -> None:
    card, scope = card_of(demo_store, study(trends="differ", few_areas=True), language=language)
    assert list(card.notices) == [scope.say("evidence.trends_differ"), scope.say("evidence.few_areas")]


@pytest.mark.parametrize(
    ("ends", "looked", "said"),
    [
        ((8.0, 2.0, 14.0), True, "moved nearby"),
        ((-8.0, -14.0, -2.0), True, "no sign"),
        ((1.0, -5.0, 7.0), True, "cannot rule out"),
        ((None, None, None), True, "no number that we can show"),
        ((None, None, None), False, "Nobody looked nearby"),
    ],
)
def test_what_happened_nearby_is_always_said(demo_store: Path, ends: Any, looked: bool, said: str) -> None:
    row = study(displaced=ends[0], displaced_low=ends[1], displaced_high=ends[2])
    told = displaced_sentence(row, studied(demo_store, row), looked=looked)
    assert said in told
    assert bool(DIGIT.search(told)) == (ends[0] is not None)


def test_many_looks_are_told(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [study(id="a"), study(id="b", **RESULTS["null"]), refused("not_over", id="c")]
    told: list[str] = []
    monkeypatch.setattr(evaluations, "show_text", lambda text: told.append(str(text)))
    monkeypatch.setattr(evaluations, "show_card", lambda card, scope: told.append(card.id))
    scope = studied(demo_store, *rows)
    evaluations.show_evaluations(scope, pd.DataFrame(rows))
    cards = ["evaluation-a", "evaluation-b", "evaluation-c"]
    assert told == [scope.say("evidence.many_looked_at", n=2), *cards]  # the third found nothing to say
    told.clear()
    evaluations.show_evaluations(scope, pd.DataFrame(rows[:1]))
    assert told == ["evaluation-a"]
    told.clear()
    nothing = {**refused("not_over"), "refused": None, "grade": 0.0, "id": "0", "method": "published_study"}
    evaluations.show_evaluations(studied(demo_store, nothing, rows[0]), pd.DataFrame([nothing, rows[0]]))
    assert told == ["evaluation-a", "evaluation-0"]  # one outcome, and it comes first


@pytest.mark.parametrize("result", RESULTS)
def test_no_result_stands_in_front_of_another(demo_store: Path, language: str, result: str) -> None:
    """Counts only, refused, and one with a number: each has its line and its chips, the number comes first."""
    rows = [
        {**refused("not_over", id="a"), "refused": None, "grade": 0.0, "method": None, "declared_on": None},
        refused("not_over", id="b", declared_on=date(2020, 1, 1)),
        study(id="c", **RESULTS[result]),
        study(id="d", declared_on=date(2024, 1, 1)),
    ]
    scope = studied(demo_store, *rows, language=language)
    told = evaluations.results_told(scope, rows)
    assert [str(text) for _, text in told.lines] == [evidence_sentence(rows[turn], scope) for turn in (3, 2, 1, 0)]
    assert [len(chips) for chips, _ in told.lines] == [2, 2, 1, 1]
    for row, (chips, _) in zip([rows[turn] for turn in (3, 2, 1, 0)], told.lines, strict=True):
        card = evaluation_card(row, scope)
        assert [(chip.meaning, chip.text) for chip in card.chips] == list(chips)
        assert all(f'<span class="chip {meaning}">{escape(word)}</span>' in told.html() for meaning, word in chips)


def test_no_card_claims_too_much(demo_store: Path, language: str) -> None:
    said = words(language)
    for row in [study(g, **found) for g in range(5) for found in RESULTS.values()] + [*map(refused, NOT_ASSESSED)]:
        card, _ = card_of(demo_store, row, language=language)
        text = " ".join([card.finding, card.lead, card.subtitle, card.alt, card.how_to_read, *card.notices,
                         re.sub(r"<[^>]+>", " ", card.details)])  # fmt: skip
        assert said.forbidden_in(text) == []
        assert len(card.alt) <= 250
        assert not re.search(r"\{|\bnan\b|\bNone\b", text)


def test_a_name_of_many_places_is_a_count(demo_store: Path) -> None:
    row = study()
    scope: Scope = studied(demo_store, row)
    many = pd.concat(
        [areas(row), *[areas(row).iloc[1:].assign(neighborhood_id=f"n{i}", name=f"N{i}") for i in range(9)]]
    )
    assert evaluations._role_names(many, scope)["comparison"].endswith("10 areas")


def test_a_number_that_was_typed_in_an_older_release_is_shown_with_its_range(demo_store: Path, language: str) -> None:
    row = {**study(2, **RESULTS["null"]), **dict.fromkeys(("method", "before", "after", "declared_on", "trends"))}
    card, scope = card_of(demo_store, {**row, "comparator": "Lantern Hill"}, language=language)
    assert card.drawing is not None
    assert card.drawing.rows.kind.tolist() == ["estimate"]
    assert card.table is not None
    assert len(card.table) == 1
    assert card.passport is not None
    assert scope.say("passport.means_recorded_result") in [fact.text for fact in card.passport.facts]
    assert scope.say("evidence.declared") not in card.details


@pytest.mark.parametrize(
    ("residents", "told"),
    [((9000, 4400), "larger"), ((4400, 9000), "smaller"), ((9000, 4500), ""), ((4500, 9000), ""), ((9000,), "")],
)
def test_places_of_another_size_are_said_to_differ(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch, language: str, residents: tuple[int, ...], told: str
) -> None:
    row = study()
    scope = studied(demo_store, row, language=language)
    people = pd.DataFrame(
        [(place, year, n * (5 if year > 2023 else 1)) for year in (2022, 2023, 2024)
         for place, n in zip(("east-end", "lantern-hill"), residents, strict=False)],
        columns=["neighborhood_id", "year", "residents"],
    )  # fmt: skip
    people.loc[(people.neighborhood_id == "lantern-hill") & (people.year != 2023), "residents"] = 1  # never used
    ask = scope.ask
    object.__setattr__(
        scope, "ask", lambda question, **more: people if question is queries.population else ask(question, **more)
    )
    notices = {side: scope.say(f"evidence.sizes_{side}") for side in ("larger", "smaller")}
    shown = evaluation_card(row, scope).notices
    assert [side for side, text in notices.items() if text in shown] == ([told] if told else [])
    # A ratio does not depend on how large a place is, and what is refused has no difference to read.
    for other in ({**row, "method": "difference_in_differences"}, refused("not_over")):
        assert evaluations.sizes_of(other, areas(other), scope) is None


def test_what_was_only_counted_is_not_called_a_study(demo_store: Path, language: str) -> None:
    said = words(language)
    for method in ("counts_only", "published_study", None):
        row = {**refused("not_over", measure_id=None), "refused": None, "grade": 0.0, "method": method,
               "declared_on": None, "design": "Counts of walks."}  # fmt: skip
        card, scope = card_of(demo_store, row, language=language)
        text = " ".join([card.details, results_html(scope, pd.DataFrame([row]))])
        assert text.count(said.say("evidence.counts_only")) == 2
        for word in ("evidence.studied", "evidence.displaced", "evidence.cannot_elsewhere"):
            assert escape(said.say(word)) not in text
        assert said.name_of("kinds.evaluation.method", "published_study") not in text
        assert said.say("evidence.how", text="").strip() not in text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("2023-07-01..2024-06-30", "2024-07-01..2025-06-30", []),
        ("2023-08-01..2024-07-31", "2024-08-01..2025-07-31", ["before"]),
        ("2023-06-01..2024-05-31", "2024-06-01..2025-05-31", ["after"]),
    ],
)
def test_times_that_do_not_fit_the_first_day_of_the_program_are_said(
    demo_store: Path, before: str, after: str, told: list[str]
) -> None:
    card, scope = card_of(demo_store, study(before=before, after=after))
    notices = card.notices
    assert [one for one in ("before", "after") if scope.say(f"evidence.against_{one}") in notices] == told
