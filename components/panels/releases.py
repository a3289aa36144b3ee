"""Releases on screen: what each was, the calendar of the next ones, and every change of a figure with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.ask import ask
from components.cards import show_small, show_table
from components.exports import table_csv
from components.passports import MoneyKey, in_release, money_figured, releases_newest_first
from components.passports.money import COLUMN_OF, line_name
from components.passports.passport import PAGE, release_text
from components.scope import RELEASE, Scope, choose_code
from components.sentences import amount_text
from components.tables import Figured
from components.words import for_markdown
from data import queries
from data.store import Release, ReleaseInfo, Store

MEASURE, PLACE, KIND, MADE = "m", "at", "kind", "made"
ALL, MONEY = "all", "money"
FIGURE = ["release_id", "table_name", "measure_id", "neighborhood_id", "period", "group_name", "item"]
WHOLES = ("period", "measure", "group_name", "item")
"""Where one row tells of many figures that are new or gone, it holds how many."""
WINDOWS = ("before", "after")
"""Columns of an evaluation that hold a period, which may look like a number: 2024."""
ROWS_ON_SCREEN, ROWS_ON_PHONE = 100, 20


# ---------------------------------------------------------------- releases


def show_releases(scope: Scope) -> None:
    """This release, with why it is, who approved it and its place in the chain; all others; those withdrawn."""
    said = scope.say
    manifest = scope.ask(queries.manifest, language=scope.language)
    st.markdown(for_markdown(said("about.release_line", release=release_text(scope, manifest))))
    for text in dict.fromkeys((manifest["reason"], manifest["note"])):
        if text:
            st.markdown(for_markdown(str(text)))
    if manifest["approval"]:
        st.markdown(for_markdown(said(f"about.approval_{manifest['approval']}")))
    infos = Store.default().releases()
    links = [scope.link("about", anchor="releases", **{RELEASE: info.id}) for info in infos]
    table = releases_table(scope, infos)
    show_table(table, scope, caption=said("about.releases"), most=len(table), links=links)
    for line in withdrawn_lines(scope):
        st.warning(for_markdown(line))
    show_chain(scope, manifest)


def releases_table(scope: Scope, infos: Sequence[ReleaseInfo]) -> pd.DataFrame:
    """Every release: id, version, day, what changed, why, who approved it, how late it was."""
    said, name_of = scope.say, scope.words.name_of
    store = Store.default()
    manifests = [ask(queries.manifest, store.open(info.id), language=scope.language) for info in infos]
    return pd.DataFrame(
        {
            said("card.release_heading"): [info.id for info in infos],
            said("figure.version"): [info.version or said("figure.no_version") for info in infos],
            said("table.date"): [formats.date_text(info.released_on, scope.language) for info in infos],
            said("about.change"): [
                name_of("kinds.manifest.change", info.change) if info.change else said("reading.not_stated")
                for info in infos
            ],
            said("table.reason"): [str(one["reason"] or one["note"] or "") for one in manifests],
            said("about.approval"): [
                name_of("kinds.manifest.approval", info.approval) if info.approval else said("reading.not_stated")
                for info in infos
            ],
            said("about.late_heading"): [lateness(scope, info.planned_on, info.released_on) for info in infos],
        }
    )


def lateness(scope: Scope, planned: date | None, came: date) -> str:
    """How late a release was, in words, or that no day was promised."""
    if planned is None:
        return scope.say("about.no_day_promised")
    days = (came - planned).days
    return scope.say("about.days_late", n=days) if days > 0 else scope.say("about.in_time")


def withdrawn_lines(scope: Scope) -> list[str]:
    """Releases that were taken back: when, and why; nothing of what they held."""
    return [
        scope.say(
            "about.withdrawn",
            release=stone.id,
            published=formats.date_text(stone.released_on, scope.language),
            date=formats.date_text(stone.withdrawn_at.date(), scope.language),
            why=stone.why,
        )
        for stone in Store.default().withdrawn()
    ]


def show_chain(scope: Scope, manifest: Mapping[str, Any]) -> None:
    """The fingerprints of this release, and how to check them."""
    st.markdown(for_markdown(scope.say("about.chain")))
    show_small(f"{scope.say('about.content_hash')}: {manifest['content_sha256']}")
    if manifest["chain_sha256"]:
        show_small(f"{scope.say('about.chain_hash')}: {manifest['chain_sha256']}")
    if manifest["previous_chain_sha256"]:
        show_small(f"{scope.say('about.previous_hash')}: {manifest['previous_chain_sha256']}")


# ---------------------------------------------------------------- calendar


def show_calendar(scope: Scope) -> None:
    """Planned releases with day and hour, when each was announced, and where one was moved, from when and why."""
    said = scope.say
    plans = scope.ask(queries.planned_releases, language=scope.language)
    if plans.empty:
        st.markdown(for_markdown(said("about.no_calendar")))
        return
    show_table(calendar_table(scope, plans), scope, caption=said("about.calendar"))
    show_small(said("about.calendar_zone", zone=str(scope.city["time_zone"])))


def calendar_table(scope: Scope, plans: pd.DataFrame) -> pd.DataFrame:
    """The calendar in words, the latest day first."""
    said = scope.say
    moves = scope.ask(queries.plan_changes, language=scope.language)
    there = {info.id: info for info in Store.default().releases()}
    rows = []
    for plan in queries.records(plans.iloc[::-1]):
        moved = queries.records(moves[moves.planned_release_id == plan["id"]])
        rows.append(
            {
                said("card.release_heading"): plan["id"],
                said("about.planned_for"): _day_and_hour(scope, plan["planned_on"], plan["planned_time"]),
                said("about.announced"): formats.date_text(plan["announced_on"], scope.language),
                said("about.brings"): plan["brings"],
                said("about.moved"): " ".join(_moved(scope, one) for one in moved) or said("about.not_moved"),
                said("table.status"): _plan_status(scope, plan, there.get(plan["id"])),
            }
        )
    return pd.DataFrame(rows)


def _moved(scope: Scope, move: Mapping[str, Any]) -> str:
    return scope.say(
        "about.moved_from",
        date=formats.date_text(move["changed_on"], scope.language),
        old=_day_and_hour(scope, move["from_day"], move["from_time"]),
        why=str(move["reason"]),
    )


def _day_and_hour(scope: Scope, day: date, hour: str | None) -> str:
    text = formats.date_text(day, scope.language)
    return f"{text}, {formats.clock(hour, scope.language)}" if isinstance(hour, str) else text


def _plan_status(scope: Scope, plan: Mapping[str, Any], info: ReleaseInfo | None) -> str:
    if info is not None:
        return scope.say("scope.published", date=formats.date_text(info.released_on, scope.language))
    days = (scope.as_of - plan["planned_on"]).days
    return scope.say("about.days_late", n=days) if days > 0 else scope.say("about.planned")


# ---------------------------------------------------------------- every change of a figure


def show_changes(scope: Scope) -> None:
    """Every change of every figure in this release and those before it, newest first, by the reader's choices."""
    said = scope.say
    changes = changes_until(scope)
    if changes.empty:
        st.markdown(for_markdown(said("about.no_changes")))
    else:
        shown = choose_changes(scope, changes)
        st.markdown(for_markdown(said("about.changes_count", n=len(shown.drop_duplicates(FIGURE)))))
        if len(shown):
            table = changes_table(scope, shown)
            most = ROWS_ON_PHONE if scope.narrow else ROWS_ON_SCREEN
            show_table(table, scope, caption=said("about.changes"), most=most)
            show_changes_file(scope, shown)
    show_corrections(scope)


def changes_until(scope: Scope) -> pd.DataFrame:
    """The revisions of the scope's release and of all before it: the columns of `queries.all_revisions`."""
    day = scope.ask(queries.manifest)["released_on"]
    store = Store.default()
    until = [store.open(info.id) for info in store.releases() if info.released_on <= day]
    found = [ask(_revisions_of, release, language=scope.language) for release in until]
    filled = [frame.astype(object) for frame in found if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else ask(_revisions_of, scope.release, language="en")


def _revisions_of(release: Release, *, language: str) -> pd.DataFrame:
    return queries.all_revisions([release], language=language)


def choose_changes(scope: Scope, changes: pd.DataFrame) -> pd.DataFrame:
    """Choose by measure, place, kind and release; each choice is a code in the address."""
    said = scope.say
    names = scope.ask(queries.measures, language=scope.language).set_index("id").name.to_dict()
    label = changes.measure_id.where(changes.table_name != "budget_line", MONEY)
    choices: tuple[tuple[str, str, pd.Series[Any], Callable[[str], str]], ...] = (
        (
            MEASURE,
            "table.measure",
            label,
            lambda code: said("about.money") if code == MONEY else str(names.get(code, code)),
        ),
        (PLACE, "table.place", changes.neighborhood_id, scope.name_of),
        (KIND, "about.kind", changes.kind, lambda code: said(f"about.kind_{code}")),
        (MADE, "card.release_heading", changes.release_id, str),
    )
    keep = pd.Series(True, index=changes.index)
    with st.container(horizontal=True):
        for param, heading, column, name in choices:
            known = {str(code): name(str(code)) for code in column.dropna().unique()}
            codes = [ALL, *sorted(known, key=lambda code: known[code])]
            chosen = choose_code(
                said(heading), codes, param=param, default=ALL, width=220,
                label_of={ALL: said("about.all"), **known}.__getitem__,
                unknown=lambda code: said("scope.unknown_choice", code=code),
            )  # fmt: skip
            if chosen != ALL:
                keep &= column == chosen
    return changes[keep]


def changes_table(scope: Scope, changes: pd.DataFrame) -> pd.DataFrame:
    """Revisions in words, one row a figure: what, where, when, it was, it is now, in which release, why."""
    said = scope.say
    measures = scope.ask(queries.measures, language=scope.language).set_index("id")
    lines = scope.ask(queries.budget_lines).set_index("id")
    store = Store.default()
    turn = changes.groupby(FIGURE, sort=False, dropna=False).ngroup()
    changes = changes[turn <= ROWS_ON_SCREEN]
    rows: list[dict[str, str | Figured]] = []
    for _, parts in changes.groupby(FIGURE, sort=False, dropna=False):
        together = queries.records(parts)
        row = together[0]
        measure = row["measure_id"]
        unit = measures.unit[measure] if measure in measures.index else "events"
        name = str(measures.name.get(measure, measure or ""))
        if row["table_name"] == "budget_line":
            name = line_name(scope, str(row["item"])) if row["item"] else said("about.money")
        elif (record := f"about.record_{row['table_name']}") in scope.words:
            name = said(record, code=row["item"])
        # A rate follows its count: where both changed, the count says it best.
        columns = {str(part["changed_column"]) for part in together}
        told = [part for part in together if not (part["changed_column"] == "value" and "numerator" in columns)]
        was, now = (
            "; ".join(dict.fromkeys(_end(part[end], part, unit, scope, gone=end == "new") for part in told))
            for end in ("old", "new")
        )
        why = next((part for part in together if part["reason"]), None)
        there = scope if row["release_id"] == scope.release.id else in_release(scope, store.open(row["release_id"]))
        rows.append(
            {
                said("table.measure"): name,
                said("table.place"): scope.name_of(str(row["neighborhood_id"]))
                if row["neighborhood_id"]
                else said("about.all_places"),
                said("table.period"): formats.period_label(row["period"], scope.language) if row["period"] else "",
                said("about.was"): was,
                said("about.is_now"): _now(row, now, there, lines),
                said("card.release_heading"): row["release_id"],
                said("table.reason"): _why(scope, why, str(row["kind"])),
            }
        )
    return pd.DataFrame(rows)


def _now(row: Mapping[str, Any], text: str, scope: Scope, lines: pd.DataFrame) -> str | Figured:
    """What a figure is now, leading to its page in that release; without a link where there is no one figure."""
    pinned = {RELEASE: scope.release.id}
    if row["table_name"] == "observation" and row["neighborhood_id"] and row["period"]:
        codes = {"m": row["measure_id"], "at": row["neighborhood_id"], "p": row["period"]}
        return Figured(text, scope.link(PAGE, **codes, **pinned))
    if row["table_name"] == "budget_line" and row["item"] in lines.index:
        key = MoneyKey(COLUMN_OF[lines.phase[row["item"]]], "line", str(row["item"]))
        figure = money_figured(key, scope, text)
        return Figured(text, f"{figure.link}&{RELEASE}={scope.release.id}") if scope.is_old else figure
    return text


def _why(scope: Scope, part: Mapping[str, Any] | None, kind: str) -> str:
    if part is not None:
        name = scope.words.name_of("kinds.revision.reason_kind", str(part["reason_kind"]))
        return scope.say("about.why", kind=name, reason=str(part["reason"]))
    return scope.say("figure.no_reason" if kind == "changed" else f"about.kind_{kind}")


def _end(text: str | None, change: Mapping[str, Any], unit: str, scope: Scope, *, gone: bool) -> str:
    """One end of a change in words: what the figure was, or is now."""
    column = str(change["changed_column"])
    if text is None:
        return scope.say("about.gone" if gone else "about.not_there")
    if column == "status":
        return scope.say(f"status.chip.{text}")
    if column.endswith("_cents"):
        return formats.money_exact(int(text), scope.language)
    key = f"about.column_{column}"
    if column in WINDOWS:
        return f"{scope.say(key)}: {formats.period_label(text, scope.language)}"
    number = _number(text)
    if number is None:
        return text
    if change["kind"] in ("new", "gone") and column in WHOLES:
        return scope.say("about.figures_count", n=int(number))
    if change["table_name"] == "observation" and column == "numerator":
        return scope.say("reading.events", n=number)
    if change["table_name"] == "observation" and column == "value":
        return amount_text(number, unit, scope)
    name = scope.say(key) if key in scope.words else formats.sentence_case(column.replace("_", " "))
    return f"{name}: {formats.exact(text, scope.language)}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def show_changes_file(scope: Scope, changes: pd.DataFrame) -> None:
    """All chosen changes as one CSV, in codes and plain numbers."""
    header = {scope.say("file.scope"): scope.say("about.changes"), scope.say("file.release"): scope.release.id}
    if scope.city["invented"]:
        header[scope.say("file.notice")] = scope.say("notice.sample_data")
    with st.container(horizontal=True, key="actions-changes"):
        st.download_button(
            scope.say("about.changes_file", n=len(changes)), lambda: table_csv(changes, header=header),
            file_name=f"changes_release-{scope.release.id}.csv", mime="text/csv", key="csv-changes", on_click="ignore",
        )  # fmt: skip


def show_corrections(scope: Scope) -> None:
    """Mistakes that were mended, newest first, in the publisher's words."""
    st.subheader(scope.say("about.corrections"), anchor="corrections")
    day = scope.ask(queries.manifest)["released_on"]
    found = [
        ask(queries.corrections, release, language=scope.language)
        for release in releases_newest_first()
        if ask(queries.manifest, release)["released_on"] <= day
    ]
    corrections = pd.concat([frame for frame in found if len(frame)]) if any(map(len, found)) else found[0]
    corrections = corrections.drop_duplicates("id").sort_values("corrected_on", ascending=False, kind="stable")
    if corrections.empty:
        st.markdown(for_markdown(scope.say("about.no_corrections")))
        return
    items = "".join(
        f"<li>{escape(formats.date_text(row.corrected_on, scope.language))}: {escape(row.what)} {escape(row.why)}</li>"
        for row in queries.rows(corrections)
    )
    st.html(f'<ul class="short">{items}</ul>')
