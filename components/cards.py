"""The chart card: a finding in words, the chart, how to read it, notices, source, table, download, link.

A `Card` is made by pure builders in `components/panels`; `show_card` is the only place that draws one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from components import formats
from components.ask import keep
from components.charts import Drawing
from components.exports import card_picture, table_csv
from components.passports import Passport, passport_html
from components.scope import Scope
from components.tables import Figured, table_html, text_html
from components.words import for_markdown
from data import queries

CHIP_COLORS = {
    "better": "green",
    "worse": "orange",
    "changed": "violet",
    "same": "gray",
    "unknown": "gray",
    "notice": "yellow",
    "focus": "blue",
}
"""Names of the theme's colors; the theme sets them to the tokens of the same meaning."""

ROWS_ON_SCREEN = 100


@dataclass(frozen=True)
class Chip:
    """A short verdict or status: words, a meaning (its color), and a shape."""

    text: str
    meaning: str
    icon: str = ""


@dataclass(frozen=True)
class Card:
    """One message with its evidence.

    id: stable code, the anchor in links. finding, subtitle: sentences. lead: what may be said of it.
    table: what people read, in words; its first column is the row's name.
    whole: the drawing of all, where `drawing` has on a phone only what is near to the reader, or is not there at all.
    open: the table stands open, in the place of a chart.
    passport: what stands behind the card's figure.
    details: what belongs to the message and is neither words nor drawing, as HTML of our own making.
    rows: what the file holds (plain numbers and codes); None gives no file.
    alt: what a screen reader says for the chart.
    """

    id: str
    page: str
    finding: str
    subtitle: str
    source: str
    lead: str = ""
    alt: str = ""
    drawing: Drawing | None = None
    whole: Drawing | None = None
    table: pd.DataFrame | None = None
    rows: pd.DataFrame | None = None
    chips: Sequence[Chip] = ()
    how_to_read: str = ""
    details: str = ""
    notices: Sequence[str] = ()
    passport: Passport | None = None
    link: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    open: bool = False


def show_card(card: Card, scope: Scope) -> None:
    """Draw a card. The same order everywhere, so that readers learn it once."""
    with st.container(border=True, gap="small", height="stretch", key=f"card-{card.id}"):
        show_chips(card.chips)
        st.subheader(for_markdown(card.finding), anchor=card.id)
        show_small(card.subtitle)
        if card.lead:
            st.markdown(for_markdown(card.lead))
        if card.drawing is not None:
            st.vega_lite_chart(
                card.drawing.rows,
                card.drawing.spec,
                theme=None,
                alt=card.alt,
                key=f"chart-{card.id}",
                height=card.drawing.height,
            )
        if card.whole is not None:
            show_whole(card, scope)
        if card.open and card.table is not None:
            show_table(card.table, scope, caption=card.finding)
        if card.how_to_read:
            with st.container(key=f"how-{card.id}"):
                show_small(f"{scope.say('card.how_to_read')}: {card.how_to_read}")
        if card.details:
            st.html(card.details)
        for notice in card.notices:
            st.warning(for_markdown(notice))
        show_source(card, scope)
        show_actions(card, scope)


def show_whole(card: Card, scope: Scope) -> None:
    """The drawing of all behind a line to tap; it is drawn once it is opened, for only then is its width known."""
    assert card.whole is not None
    every = st.expander(scope.say("card.show_all"), on_change="rerun", key=f"whole-{card.id}")
    if every.open:
        with every:
            st.vega_lite_chart(
                card.whole.rows, card.whole.spec, theme=None, alt=card.alt, key=f"all-{card.id}",
                height=card.whole.height,
            )  # fmt: skip


def show_chips(chips: Sequence[Chip]) -> None:
    """Draw chips side by side."""
    if chips:
        with st.container(horizontal=True, gap="small"):
            for chip in chips:
                st.badge(for_markdown(chip.text), icon=chip.icon or None, color=CHIP_COLORS[chip.meaning])  # type: ignore[arg-type]


def show_small(text: str) -> None:
    """A line in the second voice: subtitle, source, help."""
    st.markdown(f":gray[:small[{for_markdown(text)}]]")


def show_text(text: str | Figured) -> None:
    """A paragraph; one that states a figure leads to it."""
    st.html(f'<p class="told">{text_html(text)}</p>')


def show_source(card: Card, scope: Scope) -> None:
    """Source, the day it was published, and the release."""
    show_small(source_line(card, scope))


def source_line(card: Card, scope: Scope) -> str:
    """Source, the day it was published, and the release, in one line: the same on the page and on a picture."""
    day = formats.date_text(scope.ask(queries.manifest)["released_on"], scope.language)
    return scope.say("card.source_line", source=card.source, date=day, release=scope.release.id)


def show_actions(card: Card, scope: Scope) -> None:
    """Table in place, definition, files, link."""
    if card.table is not None and not card.open:
        with st.expander(scope.say("card.table")):
            show_table(card.table, scope, caption=card.finding)
    with st.container(horizontal=True, gap="small", key=f"actions-{card.id}"):
        if card.passport is not None:
            with st.popover(scope.say("card.about_figure")):
                show_passport(card.passport, scope)
        if card.rows is not None or (card.whole or card.drawing) is not None:
            show_downloads(card, scope)
        with st.popover(scope.say("card.copy_link")):
            show_small(scope.say("card.link_help"))
            st.code(address(card, scope), language=None, wrap_lines=True)


def show_passport(passport: Passport, scope: Scope) -> None:
    """A passport in short space, with the way to the figure's own page and history."""
    st.markdown(f"**{for_markdown(passport.title)}**, {for_markdown(passport.where)}")
    link = f'<a href="{escape(passport.link(scope))}" target="_self">{escape(scope.say("passport.whole"))}</a>'
    st.html(f"{passport_html(passport)}<p>{link}</p>")


def show_downloads(card: Card, scope: Scope) -> None:
    """Files made when they are asked for: numbers, picture, drawing."""
    name = card.file_name or f"{card.id}_{scope.place_or_city}_release-{scope.release.id}"
    with st.popover(scope.say("card.download")):
        if card.rows is not None:
            st.download_button(
                scope.say("card.csv"),
                lambda: card_file(card, scope),
                file_name=f"{name}.csv",
                mime="text/csv",
                key=f"csv-{card.id}",
                on_click="ignore",
            )
        if (card.whole or card.drawing) is not None:
            for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
                st.download_button(
                    scope.say(f"card.{kind}"),
                    partial(picture, card, scope, kind),
                    file_name=f"{name}.{kind}",
                    mime=mime,
                    key=f"{kind}-{card.id}",
                    on_click="ignore",
                )


def show_table(
    table: pd.DataFrame,
    scope: Scope,
    *,
    caption: str,
    most: int = ROWS_ON_SCREEN,
    links: Sequence[str | None] = (),
) -> None:
    """A real table; its first column names the rows. One of more than `most` rows is cut, and says so.

    links: the address that each row's name leads to, or None for no link.
    """
    said = scope.say
    st.html(_made(table, most, said("table.caption", title=caption), said("table.nothing"), tuple(links)))
    if len(table) > most:
        show_small(said("card.first_rows", n=most))


# The table of a card that was kept is the same one, and so is its HTML.
@keep()
def _made(table: pd.DataFrame, most: int, caption: str, nothing: str, links: tuple[str | None, ...]) -> str:
    return table_html(table.head(most), caption=caption, nothing=nothing, links=links)


def card_file(card: Card, scope: Scope) -> bytes:
    """The card's numbers as CSV, with a header that names scope, release and source."""
    assert card.rows is not None
    header = {
        scope.say("file.scope"): f"{card.finding}. {card.subtitle} {card.lead}".strip(),
        scope.say("file.release"): scope.release.id,
        scope.say("file.source"): card.source,
    }
    if scope.draft:
        header[scope.say("file.draft")] = scope.say("draft.file")
    if scope.city["invented"]:
        header[scope.say("file.notice")] = scope.say("notice.sample_data")
    return table_csv(card.rows, header=header)


def picture(card: Card, scope: Scope, kind: str) -> bytes:
    """The card's chart as a PNG or SVG file that carries its finding, subtitle, source and release."""
    drawing = card.whole or card.drawing
    assert drawing is not None
    footer = [source_line(card, scope), *card.notices, *([scope.say("draft.file")] if scope.draft else [])]
    if scope.city["invented"]:
        footer.append(scope.say("notice.sample_data_short"))
    return card_picture(
        drawing,
        finding=card.finding,
        subtitle=f"{card.subtitle} {card.lead}".strip(),
        footer=footer,
        theme=scope.theme,
        kind=kind,
    )


def address(card: Card, scope: Scope) -> str:
    """The card's own link, pinned to this release."""
    return address_of(scope.citation(card.page, anchor=card.id, **card.link), card.page)


def address_of(link: str, page: str) -> str:
    """A link inside the site as a whole address, for copying. page: the path of the page that is shown now."""
    base = (st.context.url or "").split("?")[0].rstrip("/")
    return (base.removesuffix(f"/{page}") if page else base) + link
