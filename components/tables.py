"""Tables as HTML: a caption, named rows and columns, numbers under each other; on a phone each row is a small block.

The framework's own table has no captions, aligns every column alike, and squeezes six columns into a phone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

NUMBER = re.compile(r"(?!\d{4}$)[−-]?\$?\d[\d,.]*\s?(?:%|K|M|B)?")
"""Four digits without a comma are a year, not an amount."""
SHORT_WORDS = 32
"""A cell of so few letters may stand among numbers: "Hidden: small number"."""
STACKED_COLUMNS, STACKED_ROWS = 4, 20
"""On a phone, a table of so many columns or more becomes blocks, unless it has more rows than that; then it scrolls."""


@dataclass(frozen=True)
class Figured:
    """A text that states a figure: it leads to the figure's own page, and says on hover and to screen readers what is
    behind it.

    text: as it stands. link: the figure's page. label: range, base and period, in words. part: the words of the text
    that are the link, where that is not all of it.
    """

    text: str
    link: str
    label: str = ""
    part: str = ""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def html(self) -> str:
        """The text as HTML with its link."""
        before, found, after = self.text.partition(self.part or self.text)
        if not found:
            before, found, after = "", self.text, ""
        title = f' title="{escape(self.label)}"' if self.label else ""
        link = f'<a class="fig" target="_self" href="{escape(self.link)}"{title}>{escape(found)}</a>'
        return f"{escape(before)}{link}{escape(after)}"


@dataclass(frozen=True)
class Linked:
    """A text some words of which lead to pages of ours, such as places and programs.

    pieces: words and their address, in order; an empty address leads nowhere.
    """

    pieces: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "".join(words for words, _ in self.pieces)

    def __bool__(self) -> bool:
        return bool(str(self))

    def html(self) -> str:
        """The text as HTML with its links."""
        return "".join(_linked(words, address) for words, address in self.pieces)


@dataclass(frozen=True)
class Lines:
    """Texts one below the other, each after its chips, so that none of them stands for the others.

    lines: the chips (meaning, words) and the text of each, in order.
    """

    lines: tuple[tuple[tuple[tuple[str, str], ...], str | Figured], ...]

    def __str__(self) -> str:
        return " ".join(str(text) for _, text in self.lines)

    def html(self) -> str:
        """The lines as HTML, with their links."""
        return "".join(
            '<span class="line">'
            + "".join(f'<span class="chip {meaning}">{escape(words)}</span> ' for meaning, words in chips)
            + f'<span class="line-text">{text_html(text)}</span></span>'
            for chips, text in self.lines
        )


Cell = str | Figured | Linked | Lines
"""What may stand in a cell of a table or beside a name."""


def text_html(text: Cell) -> str:
    """A text as HTML; one that states a figure, or leads somewhere, with its links."""
    return escape(text) if isinstance(text, str) else text.html()


def facts_html(facts: Sequence[tuple[str, Cell]], *, long: bool = False) -> str:
    """Names and values as a list, two beside each other where there is room; an address of another site is a link.

    long: one below the other, for values of whole sentences.
    """
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{_or_address(value)}</dd></div>" for name, value in facts)
    return f'<dl class="facts{" long" if long else ""}">{items}</dl>'


def _or_address(value: Cell) -> str:
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        return f'<a href="{escape(value)}" rel="noopener">{escape(value)}</a>'
    return text_html(value)


def table_html(table: pd.DataFrame, *, caption: str, nothing: str, links: Sequence[str | None] = ()) -> str:
    """A table of texts as HTML. Its first column names the rows; a cell that is `Figured` leads to its figure.

    nothing: what an empty cell says. links: the address that each row's name leads to, or None for no link.
    """
    columns = [str(name) for name in table.columns]
    rows = [[_cell(cell) or nothing for cell in row] for row in table.itertuples(index=False, name=None)]
    numeric = [_is_numeric([str(row[at]) for row in rows]) for at in range(len(columns))]
    stacked = len(columns) >= STACKED_COLUMNS and len(rows) <= STACKED_ROWS
    head = "".join(
        f'<th role="columnheader" scope="col"{_class(number)}>{escape(name)}</th>'
        for name, number in zip(columns, numeric, strict=True)
    )
    body = "".join(
        f'<tr role="row"><th role="rowheader" scope="row">{_linked(row[0], links[turn] if links else None)}</th>'
        + "".join(
            f'<td role="cell" data-label="{escape(columns[at])}"{_class(numeric[at])}>'
            f"<span>{text_html(row[at])}</span></td>"
            for at in range(1, len(columns))
        )
        + "</tr>"
        for turn, row in enumerate(rows)
    )
    # Roles are said again: a table that a style lays out as blocks is no table to a screen reader otherwise.
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="data{" stack" if stacked else ""}" role="table">'
        f'<caption class="unseen">{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _is_numeric(cells: Sequence[str]) -> bool:
    numbers = [bool(NUMBER.fullmatch(cell)) for cell in cells]
    return any(numbers) and all(
        is_number or (len(cell) <= SHORT_WORDS and not cell[0].isdigit())
        for cell, is_number in zip(cells, numbers, strict=True)
    )


def _cell(cell: object) -> Cell:
    return cell if isinstance(cell, Figured | Linked | Lines) else str(cell)


def _class(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def _linked(text: Cell, address: str | None) -> str:
    return f'<a href="{escape(address)}" target="_self">{escape(str(text))}</a>' if address else text_html(text)
