"""What is shown, as files: a chart as PNG or SVG with its words around it, a table as CSV.

Pictures are drawn on this machine by vl-convert in our own typeface. Nothing is fetched: a chart that names an
address, for its data or for a picture, is refused.
"""

from __future__ import annotations

import base64
import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal, Protocol

import pandas as pd
import vl_convert
from PIL import ImageFont

from components.tokens import ASSETS, Look, font, look
from data.figures import Status

Spec = Mapping[str, Any]
Frame = tuple[int, int]

SHARE: Frame = (1200, 675)
PRINT: Frame = (1600, 1200)
SLIDE: Frame = (1920, 1080)
"""Sizes of a picture in pixels, before its scale."""

FONTS = ASSETS / "fonts"
EXPORT_FONTS = FONTS / "export"
"""Static TTF files only: from woff2 the exporter draws no text at all, and a variable TTF always at its thinnest."""
WEB_FONT = FONTS / "public-sans-5.3-latin.woff2"

PADDING = 24
KEPT = 64
"""Pictures kept in memory: the same card is often asked for by several people in the same minute."""

NOT_SHOWN_COLUMNS = ("value", "low", "high")
WITHHELD_COLUMNS = ("numerator", "count", "events")


class OutsideData(ValueError):
    """A chart names an address to read from, which an export never does."""


class Drawn(Protocol):
    """A chart with its rows: `components.charts.Drawing`."""

    def full(self, width: int | None = None) -> dict[str, Any]:
        """The whole Vega-Lite spec with its rows inside, laid out for `width` pixels."""
        ...


# ---------------------------------------------------------------- charts


def chart_png(spec: Spec, *, scale: float = 2) -> bytes:
    """A Vega-Lite chart as PNG, `scale` pixels for each of its own. Raises OutsideData and vl_convert's ValueError."""
    return _png(_chart_svg(_as_text(spec)), scale)


def chart_svg(spec: Spec) -> str:
    """A Vega-Lite chart as SVG that carries its typeface. Raises OutsideData and vl_convert's ValueError."""
    return _with_font(_chart_svg(_as_text(spec)))


def card_picture(
    drawing: Drawn,
    *,
    finding: str,
    subtitle: str,
    footer: Sequence[str],
    theme: str = "light",
    kind: str = "png",
    frame: Frame | None = None,
    scale: float = 2,
) -> bytes:
    """A chart with its finding and subtitle above, and its source, release and notices below, as PNG or SVG.

    footer: one line each, in order. kind: 'png' or 'svg'. frame: fit the picture into SHARE, PRINT or SLIDE; without
    one it is as high as its content. scale: pixels of the PNG for each pixel of the picture.
    Raises ValueError for another kind and OutsideData for a chart that reads from an address.
    """
    if kind not in ("png", "svg"):
        raise ValueError(f"no picture of kind {kind!r}; there are png and svg")
    svg = _card_svg(_as_text(drawing.full()), finding, subtitle, tuple(footer), theme, frame)
    return _png(svg, scale) if kind == "png" else _with_font(svg).encode("utf-8")


# ---------------------------------------------------------------- tables


def table_csv(frame: pd.DataFrame, *, header: Mapping[str, str]) -> bytes:
    """A table as CSV for people and programs: '# name: text' lines for `header`, then the columns, then the rows.

    A figure that is not shown is an empty cell, and its `status` says so: columns that could give it away are emptied
    here once more, whatever the frame holds. Numbers are plain, days are 2026-03-03. Text that a spreadsheet would
    run as a formula gets an apostrophe before it. UTF-8 with a byte order mark, without which Excel spoils accents;
    read it with `pandas.read_csv(..., comment="#")`.
    """
    shown = _without_hidden(frame)
    lines = [f"# {_comment(name)}: {_comment(text)}" for name, text in header.items()]
    lines.append(",".join(_cell(str(column)) for column in shown.columns))
    lines += [",".join(map(_cell, row)) for row in shown.itertuples(index=False, name=None)]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _without_hidden(frame: pd.DataFrame) -> pd.DataFrame:
    if "status" not in frame.columns:
        return frame
    safe = frame.astype(object)
    status = safe["status"].astype(str)
    for column in safe.columns:
        if column in NOT_SHOWN_COLUMNS:
            safe.loc[status.isin([s for s in Status if not s.has_value]), column] = None
        if column in WITHHELD_COLUMNS:
            safe.loc[status == Status.WITHHELD, column] = None
    return safe


_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_NEEDS_QUOTES = re.compile(r'[",;#\r\n\t]|^\s|\s$')


def _cell(value: object) -> str:
    """A value as it stands in the file; missing is empty."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if _FORMULA.match(text) and not _is_number(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _comment(text: str) -> str:
    """A text for a comment line: on one line, and with no cell in it that a spreadsheet would run."""
    return re.sub(r"([,;\t])(\s*)(?=[=+\-@])", r"\1\2'", " ".join(text.split()))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


# ---------------------------------------------------------------- drawing


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(EXPORT_FONTS))


def _as_text(spec: Spec) -> str:
    """The spec as JSON, in our typeface unless it names another. Raises OutsideData."""
    for where in _addresses(spec):
        raise OutsideData(f"the chart reads from an address at {where}; give it its rows instead")
    config = {"font": font(), **spec.get("config", {})}
    return json.dumps({**spec, "config": config}, ensure_ascii=False, default=str)


def _addresses(part: object, where: str = "the top") -> Iterator[str]:
    """The places of a spec that would make the exporter fetch something. Rows are not looked into."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in ("datasets", "values"):
                continue
            if name == "url" or (value == "image" and name in ("mark", "type")):
                yield f"{where}.{name}"
            yield from _addresses(value, f"{where}.{name}")
    elif isinstance(part, list | tuple):
        for i, value in enumerate(part):
            yield from _addresses(value, f"{where}[{i}]")


@lru_cache(maxsize=KEPT)
def _chart_svg(spec: str) -> str:
    _register_fonts()
    svg: str = vl_convert.vegalite_to_svg(json.loads(spec), allowed_base_urls=[])
    return svg


@lru_cache(maxsize=KEPT)
def _png(svg: str, scale: float) -> bytes:
    _register_fonts()
    picture: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return picture


@dataclass(frozen=True)
class _Text:
    """A block of lines. size, line_height: pixels. gap: pixels before it."""

    lines: Sequence[str]
    size: int
    weight: Literal[400, 600]
    color: str
    gap: int

    @property
    def line_height(self) -> int:
        return round(self.size * 1.35)

    @property
    def height(self) -> int:
        return self.gap + self.line_height * len(self.lines) if self.lines else 0

    def svg(self, top: int) -> str:
        """Its lines as SVG, from `top` down."""
        first = top + self.gap + round(self.size * 0.95)
        return "".join(
            f'<text x="{PADDING}" y="{first + i * self.line_height}" font-family="{font()}" font-size="{self.size}" '
            f'font-weight="{self.weight}" fill="{self.color}">{_escaped(line)}</text>'
            for i, line in enumerate(self.lines)
        )


@lru_cache(maxsize=KEPT)
def _card_svg(spec: str, finding: str, subtitle: str, footer: tuple[str, ...], theme: str, frame: Frame | None) -> str:
    of = look(theme)
    chart = _chart_svg(spec)
    chart_width, chart_height = _size(chart)
    width = math.ceil(chart_width) + 2 * PADDING
    head = [
        _text(finding, 21, 600, of.ink, width, gap=0),
        _text(subtitle, 15, 400, of.ink_3, width, gap=4),
    ]
    foot = [_text(line, 15, 400, of.ink_3, width, gap=4) for line in footer]
    parts, top = [], PADDING
    for text in head:
        parts.append(text.svg(top))
        top += text.height
    top += 16
    parts.append(f'<g transform="translate({PADDING},{top})">{chart}</g>')
    top += math.ceil(chart_height) + 12
    for text in foot:
        parts.append(text.svg(top))
        top += text.height
    height = top + PADDING
    return _framed("".join(parts), width, height, finding, of, frame)


def _framed(content: str, width: int, height: int, title: str, of: Look, frame: Frame | None) -> str:
    """The content on the color of a card, in its own size or centered in a frame."""
    shown_width, shown_height = frame or (width, height)
    scale = min(shown_width / width, shown_height / height)
    x, y = (shown_width - width * scale) / 2, (shown_height - height * scale) / 2
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'width="{shown_width}" height="{shown_height}" viewBox="0 0 {shown_width} {shown_height}">'
        f'<title>{_escaped(title)}</title><rect width="100%" height="100%" fill="{of.card}"/>'
        f'<g transform="translate({x:.2f},{y:.2f}) scale({scale:.5f})">{content}</g></svg>'
    )


def _text(text: str, size: int, weight: Literal[400, 600], color: str, width: int, *, gap: int) -> _Text:
    return _Text(_wrapped(text, size, weight, width - 2 * PADDING), size, weight, color, gap)


def _wrapped(text: str, size: int, weight: int, width: float) -> list[str]:
    """The text as lines no wider than `width` pixels, measured in the typeface itself."""
    measure = _measure(size, weight)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _measure(size: int, weight: int) -> ImageFont.FreeTypeFont:
    name = "SemiBold" if weight == 600 else "Regular"
    return ImageFont.truetype(EXPORT_FONTS / f"PublicSans-{name}.ttf", size)


def _size(svg: str) -> tuple[float, float]:
    root = ET.fromstring(svg)
    return float(root.attrib["width"]), float(root.attrib["height"])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _with_font(svg: str) -> str:
    """The SVG with the typeface inside, so that it looks the same where Public Sans is not installed."""
    start = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:start]}<style>{_font_face()}</style>{svg[start:]}"


@cache
def _font_face() -> str:
    data = base64.b64encode(WEB_FONT.read_bytes()).decode("ascii")
    return (
        f"@font-face{{font-family:'{font()}';font-weight:100 900;"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )
