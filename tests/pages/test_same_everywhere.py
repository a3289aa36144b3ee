"""One figure, one truth: what a card says, lists, draws, tells a screen reader and gives as a file is the same.

The file is read as a program reads it, its rows are made into figures again, and everything else on the card must say
what those figures say: nothing on a page knows more, or something else, than the file beside it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

from components import cards, formats
from components.cards import Card, card_file
from components.scope import Scope
from components.sentences import base_text, range_text, value_text
from data import queries
from data.figures import Figure
from tests.pages.conftest import Publish
from tests.pages.screen import asked_for, open_page
from tests.pages.test_every_page import CITIES, HARD_PLACES

OF_A_MEASURE = "m-"
"""How the id of a card of a measure begins."""
FIGURES = {"neighborhood_id": "neighborhood", "measure_id": "measure", "release_id": "release"}
"""Columns of a file under the names that a figure knows them by."""
NUMBER = re.compile(r"(?P<sign>[-−]?)\$?(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<unit>\s?%|K\b|M\b|B\b| million| millones)?")
SCALES = {"K": 1e3, "M": 1e6, "B": 1e9, " million": 1e6, " millones": 1e6}
NOT_FIGURES = re.compile(r"\b(?:19|20)\d\d\b|\b95%|\d+ (?:de )?[a-z]+ (?:de )?\d{4}|[A-Z][a-z]+ \d{1,2}\b(?!,\d)")
"""Years, days, and the name of the range."""


@dataclass
class Shown:
    """A card as it stood on a page, and the scope it stood in."""

    card: Card
    scope: Scope

    @property
    def file(self) -> pd.DataFrame:
        """The card's file as a program reads it."""
        text = card_file(self.card, self.scope).decode("utf-8-sig")
        return pd.read_csv(
            io.StringIO(text), comment="#", dtype=dict.fromkeys(("period", "denominator_period", "shares"), str)
        )

    @property
    def name(self) -> str:
        """Where a test failed."""
        return f"{self.card.id} of {self.scope.place_or_city}, {self.scope.language}"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Shown]:
    """Every card that is drawn from now on."""
    found: list[Shown] = []
    show = cards.show_actions

    def look(card: Card, scope: Scope) -> None:
        found.append(Shown(card, scope))
        show(card, scope)

    monkeypatch.setattr(cards, "show_actions", look)
    return found


WALK = [
    (city, page, place)
    for city in CITIES
    for page, places in (
        ("neighborhood", (None, *HARD_PLACES[city])),
        ("outcomes", (None, HARD_PLACES[city][0])),
        ("feedback", (None, HARD_PLACES[city][0])),
        ("budget", (None,)),
        ("program", (None,)),
    )
    for place in places
]


@pytest.mark.parametrize(("city", "page", "place"), WALK)
def test_everything_on_a_card_says_what_its_file_says(
    publish: Publish, seen: list[Shown], city: str, page: str, place: str | None
) -> None:
    publish(city)
    # Both languages over the whole walk, and each page in one of them: what differs between them is tested elsewhere.
    language = "es" if len(place or "") % 2 else "en"
    screen = open_page(page, lang=language, **({"n": place} if place else {}), **asked_for(page, city))
    assert screen.errors == []
    wrong = [problem for shown in seen for problem in problems_of(shown)]
    assert not wrong, "\n".join(wrong)


def test_the_walk_meets_figures_of_every_kind(publish: Publish, seen: list[Shown]) -> None:
    """Without cards there would be nothing to compare."""
    publish("demo")
    open_page("neighborhood", n="harbor-point", lang="en")
    kinds = {figure.unit for shown in seen if is_of_measure(shown) for figure, _ in figures_of(shown)}
    assert kinds == {"per_1000_residents", "events", "percent"}
    open_page("budget", lang="en")
    assert {shown.card.id for shown in seen} > {"survey", "promises", "by-fund"}


def problems_of(shown: Shown) -> list[str]:
    """What a card says beside its file, in words; nothing wrong is an empty list."""
    if shown.card.rows is None or shown.card.rows.empty:
        return [f"{shown.name}: a card without a file"] if shown.card.drawing is not None else []
    found = of_measure(shown) if is_of_measure(shown) else of_other(shown)
    return [f"{shown.name}: {problem}" for problem in found]


def is_of_measure(shown: Shown) -> bool:
    """True for the card of one measure in one place."""
    return shown.card.id.startswith(OF_A_MEASURE)


def figures_of(shown: Shown) -> list[tuple[Figure, str]]:
    """The figures of a file again, with the name of their period as tables write it."""
    rows = shown.file.rename(columns={"measure": "measure_name", "neighborhood": "neighborhood_name"})
    rows = rows.rename(columns=FIGURES).assign(n_effective=None)
    return [
        (queries.as_figure(row), formats.period_label(row["period"], shown.scope.language))
        for row in queries.records(rows)
    ]


def of_measure(shown: Shown) -> Iterator[str]:
    """A measure's card: table, drawing, words, alt text and passport, each against the file."""
    card, scope = shown.card, shown.scope
    assert card.passport is not None
    place = str(card.passport.row["neighborhood_id"])
    figures = [(figure, label) for figure, label in figures_of(shown) if figure.neighborhood == place]
    yield from of_table(card, scope, figures)
    yield from of_drawing(card, {figure.period: figure for figure, _ in figures})
    now = next((figure for figure, _ in figures if figure.period == card.passport.row["period"]), None)
    if now is None:
        yield "the figure of the passport is not in the file"
        return
    said = value_text(now, scope)
    for where, text in (("alt text", card.alt), ("subtitle", card.subtitle), ("passport", card.passport.value)):
        if card.drawing is None and where == "alt text":
            continue
        if said not in text:
            yield f"{where} lacks {said!r}: {text}"
    ranged = range_text(now, scope)
    if now.low is not None and ranged not in card.subtitle:
        yield f"subtitle lacks {ranged!r}: {card.subtitle}"
    for part in (formats.period_label(now.period, scope.language), base_text(now, scope)):
        if part not in card.subtitle:
            yield f"subtitle lacks {part!r}: {card.subtitle}"


def of_table(card: Card, scope: Scope, figures: list[tuple[Figure, str]]) -> Iterator[str]:
    """The table's value and range of each period."""
    assert card.table is not None
    said = {label: figure for figure, label in figures}
    for row in card.table.to_dict("records"):
        label = str(row[scope.say("table.period")])
        if label not in said:
            yield f"the table has {label}, the file has not"
            continue
        figure = said[label]
        if str(row[scope.say("table.value")]) != value_text(figure, scope):
            yield f"{label}: the table says {row[scope.say('table.value')]}, the file {value_text(figure, scope)}"
        if figure.low is not None and str(row[scope.say("table.range")]) != range_text(figure, scope):
            yield f"{label}: the table says {row[scope.say('table.range')]}, the file {range_text(figure, scope)}"


def of_drawing(card: Card, figures: dict[str, Figure]) -> Iterator[str]:
    """What is drawn of the place: each point is the value, or the count, of its period in the file."""
    if card.drawing is None or "period" not in card.drawing.rows:
        return
    # A wave that has a year to itself is drawn under that year.
    named = {**{code[:4]: figure for code, figure in figures.items()}, **figures}
    for row in card.drawing.rows.to_dict("records"):
        figure = named.get(str(row["period"]))
        if pd.isna(row["value"]):
            continue
        if figure is None:
            yield f"{row['period']} is drawn, and not in the file"
            continue
        numbers = [figure.value, figure.numerator]
        if not any(number is not None and row["value"] == pytest.approx(number) for number in numbers):
            yield f"{row['period']}: {row['value']} is drawn, the file has {numbers}"


def of_other(shown: Shown) -> Iterator[str]:
    """Any other card: every number in its table, its alt text and its subtitle can be had from its file."""
    held = Held(shown.file)
    card = shown.card
    texts = {"alt text": card.alt, "subtitle": card.subtitle}
    if card.table is not None:
        texts |= {
            f"table, {column}, row {at + 1}": str(cell)
            for column in card.table.columns
            for at, cell in enumerate(card.table[column])
        }
    for where, text in texts.items():
        for token in held.missing(text):
            yield f"{where}: {token} is not in the file: {text}"


class Held:
    """The numbers of a file, and those that anybody gets from them: sums, counts, parts of a sum."""

    def __init__(self, file: pd.DataFrame) -> None:
        numbers = file.select_dtypes("number")
        texts = file.select_dtypes(exclude="number").fillna("").astype(str)
        inside = [
            float(part.replace(",", ""))
            for text in texts.to_numpy().ravel()
            for part in re.findall(r"\d[\d,]*(?:\.\d+)?", text)
        ]
        sums = [float(numbers[column].sum()) for column in numbers]
        counts = [
            float(n)
            for column in file
            for n in (*file[column].value_counts(), file[column].count(), file[column].isna().sum())
        ]
        self.plain = [*map(float, numbers.stack()), *inside, *sums, *counts, float(len(file))]
        self.parts = [
            100 * value / total
            for total in {*sums, *map(float, numbers.stack())}
            if total
            for value in [*sums, *map(float, numbers.stack())]
        ]

    def missing(self, text: str) -> list[str]:
        """Numbers in a text that the file does not hold, as the text writes them."""
        return [found[0] for found in NUMBER.finditer(NOT_FIGURES.sub("", text)) if not self._has(found)]

    def _has(self, found: re.Match[str]) -> bool:
        digits, unit = found["digits"].replace(",", ""), (found["unit"] or "")
        number = float(digits) * SCALES.get(unit, 1)
        step = 10 ** -len(digits.partition(".")[2]) * SCALES.get(unit, 1) * 0.5000001
        candidates = [scale * value for value in self.plain for scale in (1, 100, 0.01)]
        if "%" in unit:
            candidates += self.parts
        return any(abs(abs(value) - number) <= step for value in candidates)
