"""What kind of work the listed programs do: enforcement, prevention, service by a partner; each part opens its list."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.ask import keep
from components.cards import Card, show_card, show_table
from components.choices import ACTIVITIES, ACTIVITY, Choices, activities_of, both_sentences
from components.passports import WORK, listed_figured, listed_passport
from components.scope import Scope
from components.tables import Figured, text_html
from components.tokens import look
from components.words import for_markdown
from data import queries

MOST_LISTED = 1000


def show_work(scope: Scope, choices: Choices) -> None:
    """Shares of the work by kind; each part leads to the list of exactly those activities."""
    st.header(scope.say("listing.work"), anchor="work")
    if activities_of(scope, choices).empty:
        st.markdown(for_markdown(scope.say("listing.work_none")))
        return
    show_card(work_card(scope, choices), scope)
    asked = st.query_params.get(ACTIVITY, "")
    if asked and asked not in ACTIVITIES:
        st.info(for_markdown(scope.say("listing.unknown", code=asked)))
        asked = ""
    st.html(work_links(scope, choices, asked))
    if asked:
        caption = work_sentence(scope, choices, asked)
        st.html(f'<h3 id="activities">{text_html(caption)}</h3>')
        found = activities_of(scope, choices, asked)
        if len(found):
            show_table(activities_table(scope, found), scope, caption=str(caption), most=MOST_LISTED)


@keep(64)
def work_card(scope: Scope, choices: Choices) -> Card:
    """One bar of the three kinds, and a table that adds up to all activities."""
    said, lang = scope.say, scope.language
    work = activities_of(scope, choices)
    counts = {kind: int((work.kind == kind).sum()) for kind in ACTIVITIES}
    names = {kind: scope.words.name_of("kinds.response_activity.kind", kind) for kind in ACTIVITIES}
    shares = {kind: formats.percent(100 * count / len(work), lang) for kind, count in counts.items()}
    rounded = sum(round(100 * count / len(work)) for count in counts.values())
    finding = said("listing.work_finding", share=shares["enforcement"])
    palette = look(scope.theme).categorical
    amounts = pd.DataFrame({"label": list(names.values()), "value": list(counts.values())})

    def cells(texts: dict[str, str]) -> list[Figured]:
        return [listed_figured(scope, WORK, choices, text, part=kind) for kind, text in texts.items()]

    whole = formats.count(len(work), lang)
    return Card(
        id="kinds-of-work",
        page="programs",
        finding=finding,
        subtitle=said("listing.work_subtitle", n=len(work)),
        lead=" ".join([*both_sentences(scope, choices), *([said("listing.rounded")] if rounded != 100 else [])]),
        drawing=charts.parts(
            amounts, look(scope.theme), lang, scope.width, unit="events", colors=palette[: len(names)]
        ),
        alt=said("card.alt", finding=finding, detail=""),
        table=pd.DataFrame(
            {
                said("table.kind"): [*names.values(), said("table.total")],
                said("listing.activities"): [
                    *cells({kind: formats.count(count, lang) for kind, count in counts.items()}),
                    listed_figured(scope, WORK, choices, whole),
                ],
                said("table.share"): [*cells(shares), listed_figured(scope, WORK, choices, formats.percent(100, lang))],
            }
        ),
        rows=pd.DataFrame(
            {
                "kind": list(counts),
                "activities": list(counts.values()),
                "share_percent": [100 * count / len(work) for count in counts.values()],
                "release_id": scope.release.id,
            }
        ),
        passport=listed_passport(scope, WORK, choices),
        source=str(scope.city["publisher"]),
        link=choices.codes,
    )


def work_links(scope: Scope, choices: Choices, asked: str) -> str:
    """A link to the list of each kind; the one that is open is marked."""
    items = []
    for kind in ACTIVITIES:
        name = escape(scope.words.name_of("kinds.response_activity.kind", kind))
        link = escape(scope.link("programs", anchor="activities", **choices.codes, **{ACTIVITY: kind}))
        current = ' aria-current="true"' if kind == asked else ""
        items.append(f'<li><a href="{link}" target="_self"{current}>{name}</a></li>')
    return f'<div class="jumps"><span>{escape(scope.say("listing.work_list"))}</span><ul>{"".join(items)}</ul></div>'


def work_sentence(scope: Scope, choices: Choices, kind: str) -> Figured:
    """'7 of 111 activities: enforcement', leading from the count to its page."""
    found, whole = len(activities_of(scope, choices, kind)), len(activities_of(scope, choices))
    number = formats.count(found, scope.language)
    name = scope.words.name_of("kinds.response_activity.kind", kind).lower()
    text = scope.say("listing.work_listed", n=whole, found=number, kind=name)
    return listed_figured(scope, WORK, choices, text, part=kind, number=number)


def activities_table(scope: Scope, activities: pd.DataFrame) -> pd.DataFrame:
    """Activities as published: what, how much, where, when, and of which program."""
    said, lang = scope.say, scope.language
    programs = scope.ask(queries.programs, language=lang).set_index("id").name.to_dict()
    return pd.DataFrame(
        [
            {
                said("listing.activity_name"): str(row["name"]),
                said("listing.how_much"): _quantity(scope, row),
                said("table.place"): (
                    scope.name_of(row["neighborhood_id"])
                    if isinstance(row["neighborhood_id"], str)
                    else said("scope.whole_city")
                ),
                said("table.period"): formats.sentence_case(formats.period_label(str(row["period"]), lang)),
                said("listing.program"): str(programs.get(row["program_id"], said("listing.no_program"))),
            }
            for row in queries.records(activities)
        ]
    )


def _quantity(scope: Scope, row: dict[str, Any]) -> str:
    if pd.isna(row["quantity"]):
        return scope.say("listing.not_recorded")
    unit = str(row["unit"]) if isinstance(row["unit"], str) else ""
    return f"{formats.count(float(row['quantity']), scope.language)} {unit}".strip()
