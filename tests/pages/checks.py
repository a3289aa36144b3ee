"""What must be true of every page. Each check gives what is wrong, in words; nothing wrong is an empty list."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pandas as pd
import vl_convert

from components.passports import names_a_figure
from components.words import languages, words
from pages import PAGE_PATHS
from tests.pages.screen import Chart, Screen

LEAKED = re.compile(r"(?<!\w)(?:NaN|nan|None|NaT|<NA>|null|undefined|inf|Timestamp\(|Decimal\(|datetime\.date)(?!\w)")
UNFILLED = re.compile(r"\{[a-z_]*\}")
ENOUGH_WORDS = 4
"""So many words in a row that also stand in the English catalog are no accident."""


def leaks(screen: Screen) -> list[str]:
    """Marks of a missing value, and slots that nobody filled."""
    allowed = [text for code in languages() for text in _texts_with_none(code)]
    wrong = []
    for text in screen.texts:
        rest = text
        for sentence in allowed:
            rest = rest.replace(sentence, "")
        if LEAKED.search(rest) or UNFILLED.search(rest):
            wrong.append(text)
    return wrong


@cache
def _texts_with_none(language: str) -> tuple[str, ...]:
    """Sentences of ours that hold such a word as a word: "None recorded."."""
    said = words(language)
    return tuple(
        piece.rstrip(".")
        for key in said.entries()
        for text in said.texts(key)
        for piece in UNFILLED.split(text)
        if LEAKED.search(piece)
    )


def forbidden(screen: Screen) -> list[str]:
    """Words that claim too much; texts of the pack included, in whatever language they are."""
    return [
        f"{word}: {text}" for code in languages() for text in screen.texts for word in words(code).forbidden_in(text)
    ]


def headings(screen: Screen) -> list[str]:
    """One heading of level 1, first; no level skipped; none empty."""
    levels = [level for level, _ in screen.headings]
    wrong = [] if levels.count(1) == 1 and levels[0] == 1 else [f"levels of headings: {levels}"]
    wrong += [
        f"h{above} {title!r} is followed by h{below} {text!r}"
        for (above, title), (below, text) in pairwise(screen.headings)
        if below > above + 1
    ]
    return wrong + [f"an empty heading of level {level}" for level, text in screen.headings if not text.strip()]


def charts(screen: Screen) -> list[str]:
    """Every chart has rows with something to draw, a spec that Vega-Lite takes, and a name of its own."""
    wrong = []
    for chart in screen.charts:
        name = chart.alt[:80]
        if chart.rows.dropna(how="all").empty:
            wrong.append(f"an empty chart: {name}")
        if error := refused(chart):
            wrong.append(f"Vega-Lite refuses {name}: {error}")
    names = [chart.alt for chart in screen.charts] + [alt for _, alt in screen.maps]
    wrong += ["a chart or map without words for a screen reader"] * names.count("")
    return wrong + [f"two charts have one name: {name}" for name in {name for name in names if names.count(name) > 1}]


def refused(chart: Chart) -> str:
    """What Vega-Lite says against a chart; empty where it takes it."""
    rows = json.loads(chart.rows.to_json(orient="records", date_format="iso"))
    spec = {**chart.spec, "width": 700, "datasets": {**chart.spec.get("datasets", {}), "source": rows}}
    try:
        vl_convert.vegalite_to_vega(spec, vl_version="6.4", show_warnings=False)
    except ValueError as error:
        return str(error).splitlines()[0]
    return ""


def tables(screen: Screen) -> list[str]:
    """Every table has rows, headings of its own for its columns, and a caption."""
    wrong = []
    for table, caption in screen.tables:
        columns = [str(table.index.name or ""), *map(str, table.columns)]
        if table.empty and not len(table.index):
            wrong.append(f"an empty table: {caption}")
        if "" in columns or len(set(columns)) < len(columns):
            wrong.append(f"columns of {caption}: {columns}")
        if not caption:
            wrong.append(f"a table without a caption: {columns}")
    return wrong


def english_left(screen: Screen, language: str) -> list[str]:
    """Sentences of the English catalog on a page in another language."""
    if language == "en":
        return []
    return [f"{found[0]!r} in {text!r}" for text in screen.texts if (found := _english(language).search(text))]


@cache
def _english(language: str) -> re.Pattern[str]:
    """Stretches of several words that the English catalog holds and the other one does not."""
    other = {text for key in words(language).entries() for text in words(language).texts(key)}
    pieces = {
        piece.strip(" .,:;")
        for key in words("en").entries()
        for text in words("en").texts(key)
        if text not in other
        for piece in UNFILLED.split(text)
        if len(piece.split()) >= ENOUGH_WORDS
    }
    return re.compile("|".join(re.escape(piece) for piece in sorted(pieces, key=len, reverse=True)))


def links(screen: Screen, language: str) -> list[str]:
    """Every link leads to a page or a file of ours, keeps the language, and what it jumps to on this page is there."""
    wrong = []
    for link in screen.links + screen.permalinks:
        parts = urlsplit(link)
        if not parts.path and parts.fragment:
            wrong += [] if parts.fragment in screen.anchors else [f"nothing here is called {link}"]
        elif parts.scheme in ("mailto", "https"):
            continue
        elif parts.path.strip("/") in PAGE_PATHS.values():
            asked = parse_qs(parts.query).get("lang", [""])[0]
            if asked not in languages():
                wrong.append(f"{link} has no language")
        elif not parts.path.startswith("/data/"):
            wrong.append(f"{link} leads nowhere")
    for one in screen.figures:
        if not names_a_figure(dict(parse_qsl(urlsplit(one.link).query))):
            wrong.append(f"{one.text!r} leads to no figure: {one.link}")
    return wrong + [
        f"{link} is in another language"
        for link in screen.permalinks
        if parse_qs(urlsplit(link).query)["lang"] != [language]
    ]


def everything(screen: Screen, language: str) -> dict[str, list[str]]:
    """All that is wrong with a page, by check; an empty dict is a good page."""
    found: dict[str, list[str]] = {
        "errors": screen.errors,
        "leaks": leaks(screen),
        "forbidden words": forbidden(screen),
        "headings": headings(screen),
        "charts": charts(screen),
        "tables": tables(screen),
        "English": english_left(screen, language),
        "links": links(screen, language),
    }
    return {name: wrong for name, wrong in found.items() if wrong}


def numbers(table: pd.DataFrame) -> list[Any]:
    """Cells of a table in one list, for tests that look for a figure."""
    return [cell for cell in table.to_numpy().ravel() if cell == cell]
