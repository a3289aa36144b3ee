"""What a reader meets on a page: the page run without a browser, and everything on it taken apart."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).parents[2] / "pages"
PATIENCE_S = 120
PROGRAMS = {"demo": "safe-lights", "cincinnati": "boots-neighborhood-heroes"}
"""A program of each city that has any."""
COMPARED = {
    "demo": "harbor-point,canal-street",
    "chicago": "albany-park,rogers-park",
    "cincinnati": "avondale,westwood",
}
"""Two places of each city, set side by side."""
LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


@dataclass(frozen=True)
class Chart:
    """A chart as the browser gets it: the spec, its rows, and what a screen reader says."""

    spec: dict[str, Any]
    rows: pd.DataFrame
    alt: str


@dataclass(frozen=True)
class Stated:
    """A text that states a figure: its address, what it says on hover, and the caption of the table it stands in."""

    text: str
    link: str
    label: str
    caption: str


@dataclass
class Screen:
    """Everything on a page.

    texts: all that can be read or heard, in order. headings: level and text, in order. heading_at: the place of each
    among the texts. anchors: what a link can jump
    to, with its heading. links: addresses on the page. permalinks: the addresses that are offered for copying.
    figures: texts that lead to the page of a figure. address: the codes in the browser's address afterwards.
    """

    texts: list[str] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    heading_at: list[int] = field(default_factory=list)
    anchors: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    permalinks: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    maps: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    tables: list[tuple[pd.DataFrame, str]] = field(default_factory=list)
    figures: list[Stated] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    address: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that can be read or heard, one piece a line."""
        return "\n".join(self.texts)

    def under(self, heading: str) -> str:
        """All that stands between a heading and the next one of its level or above, one piece a line."""
        at = next(at for at, (_, text) in enumerate(self.headings) if text == heading)
        level = self.headings[at][0]
        later = zip(self.headings[at + 1 :], self.heading_at[at + 1 :], strict=True)
        end = next((place for (other, _), place in later if other <= level), len(self.texts))
        return "\n".join(self.texts[self.heading_at[at] + 1 : end])

    @property
    def title(self) -> str:
        """The first heading of level 1."""
        return next(text for level, text in self.headings if level == 1)


def start(**query: str) -> AppTest:
    """A visitor who has not come yet, with the codes of a link."""
    visitor = AppTest.from_file(PAGES / "router.py", default_timeout=PATIENCE_S)
    for name, value in query.items():
        visitor.query_params[name] = value
    return visitor


def go_to(visitor: AppTest, page: str) -> Screen:
    """Open a page by its name, as the address in the browser would, and look at it."""
    visitor.switch_page(f"{page}.py")
    return look_at(visitor.run())


def open_page(page: str, **query: str) -> Screen:
    """A first visit to a page by a link with codes."""
    visitor = start(**query).run()
    return look_at(visitor) if page == "home" else go_to(visitor, page)


def asked_for(page: str, city: str) -> dict[str, str]:
    """The codes that a page needs before it shows anything: a program, or the places to compare."""
    if page == "compare" and city in COMPARED:
        return {"with": COMPARED[city]}
    return {"program": PROGRAMS[city]} if page == "program" and city in PROGRAMS else {}


def look_at(visitor: AppTest) -> Screen:
    """Take apart what stands on the page now."""
    screen = Screen(address=dict(visitor.query_params))
    screen.errors = [f"{error.message}\n{''.join(error.stack_trace)}" for error in visitor.exception]
    for element in visitor._tree:
        proto = getattr(element, "proto", None)
        if proto is not None:
            _read(screen, element.type, proto)
    return screen


def _read(screen: Screen, kind: str, proto: Any) -> None:
    if kind in ("title", "header", "subheader"):
        screen.headings.append((LEVELS[proto.tag], plain(proto.body)))
        screen.heading_at.append(len(screen.texts))
        screen.anchors[proto.anchor] = plain(proto.body)
        screen.texts.append(plain(proto.body))
    elif kind == "html":
        _read_html(screen, proto.body)
    elif kind == "vega_lite_chart":
        rows = convert_arrow_bytes_to_pandas_df(proto.data.data) if proto.HasField("data") else pd.DataFrame()
        chart = Chart(json.loads(proto.spec), rows, proto.alt)
        screen.charts.append(chart)
        screen.texts += [chart.alt, *_words_in(rows), *_fixed_words(chart.spec)]
    elif kind == "deck_gl_json_chart":
        screen.maps.append((json.loads(proto.json), proto.alt))
        screen.texts.append(proto.alt)
    elif kind == "table":
        table = convert_arrow_bytes_to_pandas_df(proto.arrow_data.data)
        screen.tables.append((table, proto.alt))
        screen.links += re.findall(r"\]\((\S+?)\)", "\n".join(table.astype(str).to_numpy().ravel()))
        cells = [table.index.name or "", *table.index, *table.columns, *table.to_numpy().ravel()]
        screen.texts += [proto.alt, *(plain(str(cell)) for cell in cells)]
    elif kind == "code":
        screen.permalinks.append(proto.code_text)
    elif kind == "popover":
        screen.texts.append(plain(proto.popover.label))
    elif kind == "expander":
        screen.texts.append(plain(proto.label))
    elif kind in ("selectbox", "multiselect"):
        screen.texts += [proto.label, proto.placeholder, *proto.options]
    elif kind == "download_button":
        screen.texts.append(proto.label)
    elif hasattr(proto, "body"):
        screen.links += re.findall(r"(?<!\\)\]\((\S+?)\)", proto.body)
        screen.texts.append(plain(proto.body))


def plain(markdown: str) -> str:
    """What a reader sees of Streamlit's Markdown: no colors, no icons, no addresses, no backslashes."""
    text = re.sub(r"(?<!\\):material/\w+:", "", markdown)
    text = re.sub(r"(?<!\\):[a-z]+(?:-badge|-background)?\[", "", text)
    text = re.sub(r"(?<!\\)\]\(\S+?\)", "", text)
    text = re.sub(r"(?<!\\)[\[\]]", "", text)
    return re.sub(r"\\([\\`*_{}\[\]<>#$~|:])", r"\1", text).strip()


def _words_in(rows: pd.DataFrame) -> list[str]:
    """The texts among a chart's rows. A missing text is empty, and is drawn as nothing."""
    texts = rows.select_dtypes(exclude=["number", "bool", "datetime"])
    return [str(cell) for cell in texts.to_numpy().ravel() if cell is not None and cell == cell]


def _fixed_words(part: object) -> list[str]:
    """Texts that stand in a spec itself: titles, and values of text marks."""
    found: list[str] = []
    if isinstance(part, dict):
        for name, value in part.items():
            if name in ("title", "text", "description") and isinstance(value, str):
                found.append(value)
            elif name in ("title", "text") and isinstance(value, list):
                found += [line for line in value if isinstance(line, str)]
            found += _fixed_words(value)
    elif isinstance(part, list):
        found = [words for one in part for words in _fixed_words(one)]
    return found


def _read_html(screen: Screen, body: str) -> None:
    reader = _Reader()
    reader.feed(body)
    screen.heading_at += [len(screen.texts) + at for at in reader.heading_at]
    screen.texts += reader.texts
    screen.headings += reader.headings
    screen.anchors |= dict.fromkeys(reader.anchors, "")
    screen.links += reader.links
    screen.figures += reader.figures
    screen.tables += [
        (pd.DataFrame(body, columns=head).set_index(head[0]), caption) for head, body, caption in reader.tables
    ]


class _Reader(HTMLParser):
    """Texts, headings and links of a piece of HTML; styles and scripts are nothing to read."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.heading_at: list[int] = []
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.tables: list[tuple[list[str], list[list[str]], str]] = []
        self.figures: list[Stated] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in ("br", "img", "path", "rect", "line", "use", "circle"):
            self._open.append(tag)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            if given.get("class") == "fig":
                caption = self.tables[-1][2] if "table" in self._open else ""
                self.figures.append(Stated("", given["href"], given.get("title", ""), caption))
                self._open[-1] = "a.fig"
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "table":
            self.tables.append(([], [], ""))
        elif tag == "tr" and "tbody" in self._open:
            self.tables[-1][1].append([])
        elif tag in ("th", "td"):
            self._cells().append("")
        self.texts += [given[name] for name in ("alt", "aria-label", "title") if given.get(name)]
        if tag in LEVELS:
            self.headings.append((LEVELS[tag], ""))
            self.heading_at.append(len(self.texts))

    def handle_endtag(self, tag: str) -> None:
        tag = "a.fig" if tag == "a" and "a.fig" in self._open else tag
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not data.strip() or {"style", "script"} & set(self._open):
            return
        self.texts.append(data.strip())
        if "a.fig" in self._open:
            self.figures[-1] = replace(self.figures[-1], text=self.figures[-1].text + data)
        if "caption" in self._open:
            head, body, _ = self.tables[-1]
            self.tables[-1] = (head, body, data)
        elif {"th", "td"} & set(self._open):
            self._cells()[-1] += data
        for tag in self._open:
            if tag in LEVELS:
                level, text = self.headings[-1]
                self.headings[-1] = (level, text + data)

    def _cells(self) -> list[str]:
        head, body, _ = self.tables[-1]
        return body[-1] if "tbody" in self._open else head
