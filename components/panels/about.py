"""About the data: sources, definitions, files, releases, changes, what is late and what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_small, show_table
from components.panels.late import late_updates
from components.panels.measures import definition_of, source_line
from components.scope import Scope
from components.words import for_markdown
from data import queries

METHODS = ("rate", "rate_range", "share", "change", "compare", "small", "few", "places")


def show_file_link(scope: Scope, table: str) -> None:
    """The way to a table of the open data that a table on the page was made from."""
    address = f"/data/{scope.release.id}/{table}.csv"
    st.html(f'<p><a href="{escape(address)}" target="_self">{escape(scope.say("about.table_file"))}</a></p>')


def show_jumps(scope: Scope, parts: Sequence[tuple[str, str]], *, group: str = "about") -> None:
    """Links to the parts of the page. parts: name in the catalog, anchor. group: the page's part of the catalog."""
    label = escape(scope.say("neighborhood.jump"))
    items = "".join(
        f'<li><a href="#{anchor}">{escape(scope.say(f"{group}.{name}"))}</a></li>' for name, anchor in parts
    )
    st.html(f'<nav class="jumps" aria-label="{label}"><span>{label}</span><ul>{items}</ul></nav>')


def show_sources(scope: Scope) -> None:
    """Every source with publisher, licence, day read and note."""
    said = scope.say
    sources = scope.ask(queries.sources, language=scope.language)
    table = pd.DataFrame(
        {
            said("table.source"): sources.title,
            said("about.publisher"): sources.publisher,
            said("about.licence"): sources.licence,
            said("about.read_on"): [formats.date_text(day, scope.language) for day in sources.retrieved_on],
            said("about.note"): sources.note.fillna(""),
        }
    )
    show_table(table, scope, caption=said("about.sources"))
    show_file_link(scope, "source")


def show_definitions(scope: Scope) -> None:
    """Every measure A to Z with its definition, each with an address of its own."""
    measures = scope.ask(queries.measures, language=scope.language).sort_values("name")
    for measure in queries.records(measures):
        with st.container(gap="small", key=f"def-{measure['id']}"):
            st.subheader(for_markdown(str(measure["name"])), anchor=f"def-{measure['id']}")
            first, *more = (f"{line.rstrip('.')}." for line in definition_of(measure, scope))
            st.markdown(for_markdown(first))
            show_small(" ".join([*more, f"{source_line(measure, scope)}."]))


def show_methods(scope: Scope) -> None:
    """How figures are made, in plain words."""
    for name in METHODS:
        st.markdown(f"- {for_markdown(scope.say(f'about.method_{name}'))}")


def show_hidden(scope: Scope) -> None:
    """How many figures are withheld, by measure and rule; equal to the log."""
    said = scope.say
    counts = scope.ask(queries.withheld_counts)
    if counts.empty:
        st.markdown(for_markdown(said("about.hidden_none")))
        return
    manifest = scope.ask(queries.manifest, language=scope.language)
    if total := manifest["figures_total"]:
        of_total = formats.count(int(total), scope.language)
        st.markdown(for_markdown(said("about.hidden_of", n=int(manifest["figures_withheld"]), total=of_total)))
    else:  # made before releases counted their figures
        st.markdown(for_markdown(said("about.hidden_count", n=int(counts.cells.sum()))))
    table = hidden_table(scope, counts)
    show_table(table, scope, caption=said("about.hidden"))
    show_file_link(scope, "withheld_cell")


def hidden_table(scope: Scope, counts: pd.DataFrame) -> pd.DataFrame:
    """How many figures are withheld, by measure and rule, in words."""
    said = scope.say
    names = scope.ask(queries.measures, language=scope.language).set_index("id").name
    complaints = counts.table_name == "complaint_summary"
    named = counts.assign(
        name=counts.measure_id.map(names).fillna(counts.measure_id).mask(complaints, said("feedback.complaints"))
    )
    cells = named.groupby(["name", "rule"], sort=True).cells.sum().reset_index()
    return pd.DataFrame(
        {
            said("table.measure"): cells.name,
            said("table.reason"): [said(f"about.rule_{rule}") for rule in cells.rule],
            said("table.count"): [formats.count(n, scope.language) for n in cells.cells],
        }
    )


def show_late(scope: Scope) -> None:
    """Data that came, or still is, after its promised day; computed from the planned dates."""
    said = scope.say
    planned = scope.ask(queries.planned_updates)
    if planned.empty:
        st.markdown(for_markdown(said("about.no_plan")))
        return
    late = late_updates(scope)
    if late.empty:
        st.markdown(for_markdown(said("about.on_time")))
    for row in queries.rows(late):
        slots = {"source": str(row.title), "period": _period(str(row.covers), scope)}
        days = int(str(row.days_late))
        if isinstance(row.released_on, date):
            text = said("about.came_late", n=days, **slots)
        else:
            text = said("about.late", n=days, date=formats.date_text(row.planned_on, scope.language), **slots)
        st.markdown(f"- {for_markdown(text)}")


def show_breaks(scope: Scope) -> None:
    """Days from which figures cannot be compared with before."""
    breaks = scope.ask(queries.breaks, language=scope.language)
    if breaks.empty:
        st.markdown(for_markdown(scope.say("about.no_breaks")))
        return
    names = scope.ask(queries.measures, language=scope.language).set_index("id").name
    for row in queries.rows(breaks):
        day = formats.date_text(row.broke_on, scope.language)
        st.markdown(f"- {for_markdown(f'{names.get(row.measure_id, row.measure_id)}, {day}: {row.note}')}")


def show_files(scope: Scope) -> None:
    """Files read, with what became of their rows."""
    said = scope.say
    files = scope.ask(queries.source_files)
    table = pd.DataFrame(
        {
            said("about.file"): files.path,
            **{
                said(f"about.{name}"): [_rows(n, scope) for n in files[name]]
                for name in (
                    "rows_read",
                    "rows_used",
                    "rows_rejected",
                    "rows_skipped",
                    "rows_duplicate",
                    "rows_unplaced",
                )
            },
        }
    )
    show_table(table, scope, caption=said("about.files"))
    show_file_link(scope, "source_file")


def _rows(count: float | None, scope: Scope) -> str:
    return scope.say("status.chip.withheld") if pd.isna(count) else formats.count(int(count), scope.language)


def show_accessibility(scope: Scope) -> None:
    """What was done so that everyone can read this, and what is not."""
    st.markdown(for_markdown(scope.say("about.accessibility_text")))
    st.markdown(for_markdown(scope.say("about.accessibility_limits")))


def show_publisher(scope: Scope) -> None:
    """Who publishes, whom to ask, the licence, and what this site keeps of its visitors."""
    said = scope.say
    contact, name = scope.city["contact"], scope.city["contact_name"]
    st.markdown(for_markdown(said("about.published_by", publisher=str(scope.city["publisher"]).rstrip("."))))
    if contact:
        who = str(name or scope.city["publisher"])
        st.markdown(for_markdown(said("about.contact_named", name=who, contact=str(contact))))
    else:
        st.markdown(for_markdown(said("about.no_contact")))
    st.markdown(for_markdown(said("footer.licence", licence=str(scope.city["licence"]))))
    st.markdown(for_markdown(said("about.privacy_text")))


def _period(code: str | None, scope: Scope) -> str:
    return formats.period_label(code, scope.language) if code else ""
