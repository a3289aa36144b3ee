"""Who takes part in a program, by kind, who does not, and what is on file of how it was designed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import Card, show_card, show_small, show_text
from components.passports import ProgramKey, program_figured, program_passport
from components.scope import Scope
from components.tables import Figured, facts_html
from components.words import for_markdown
from data import queries
from data.models import ELEMENTS, PARTNER_KINDS


def show_partners(scope: Scope, program: Mapping[str, Any]) -> None:
    """Every kind of partner with how many there are, the partners, the kinds missing, and who else has a stake."""
    said, code = scope.say, str(program["id"])
    show_small(said("program.partner_lead"))
    st.html(facts_html(kind_facts(scope, code)))
    partners = scope.ask(queries.partners, program=code, language=scope.language)
    if partners.empty:
        st.markdown(for_markdown(said("program.partners_none")))
    else:
        show_card(partners_card(scope, program, partners), scope)
        st.markdown(for_markdown(kinds_missing(scope, partners)))
    for sentence in stakeholder_sentences(scope, code):
        st.markdown(for_markdown(sentence))


def kind_facts(scope: Scope, program: str) -> list[tuple[str, str | Figured]]:
    """Every kind of partner and how many take part; 0 where there is none."""
    return [
        (scope.words.name_of("kinds.partner.kind", kind), program_figured(scope, ProgramKey(program, "partners", kind)))
        for kind in PARTNER_KINDS
    ]


def partners_card(scope: Scope, program: Mapping[str, Any], partners: pd.DataFrame) -> Card:
    """The partners of a program, a row each: name, kind, what it does there, since when."""
    said = scope.say
    finding = said("program.partner_count", n=len(partners))
    return Card(
        id="partners",
        page="program",
        finding=finding,
        subtitle=str(program["name"]),
        table=pd.DataFrame(
            [
                {
                    said("program.partner_name"): str(partner["name"]),
                    said("table.kind"): scope.words.name_of("kinds.partner.kind", str(partner["kind"])),
                    said("program.partner_role"): str(partner["role"]),
                    said("program.partner_since"): formats.date_text(partner["since"], scope.language)
                    if isinstance(partner["since"], date)
                    else said("program.not_stated"),
                }
                for partner in queries.records(partners)
            ]
        ),
        rows=partners.assign(release_id=scope.release.id),
        passport=program_passport(scope, ProgramKey(str(program["id"]), "partners")),
        source=source_of(scope, program),
        link={"program": str(program["id"])},
        open=True,
    )


def kinds_missing(scope: Scope, partners: pd.DataFrame) -> str:
    """Which kinds of partner a program has none of."""
    there = set(partners.kind)
    names = [scope.words.name_of("kinds.partner.kind", kind) for kind in PARTNER_KINDS if kind not in there]
    if not names:
        return scope.say("program.kinds_all")
    return scope.say("program.kinds_missing", kinds=formats.join(names, scope.language))


def stakeholder_sentences(scope: Scope, program: str) -> list[str]:
    """Who has a stake and took part, and who has one and did not."""
    groups = scope.ask(queries.stakeholders, program=program, language=scope.language)
    if groups.empty:
        return [scope.say("program.no_stakeholders")]
    told = []
    for key, mine in (
        ("took_part", groups[groups.took_part.astype(bool)]),
        ("left_out", groups[~groups.took_part.astype(bool)]),
    ):
        if len(mine):
            # The names are a city's own, with large letters where it has them: no "and" between such.
            told.append(scope.say(f"program.{key}", groups="; ".join(map(str, mine.name))))
    return told


def show_elements(scope: Scope, program: str) -> None:
    """The four design elements, each with what is on file for it or that nothing was reported."""
    key = ProgramKey(program, "elements")
    show_text(program_figured(scope, key))
    st.html(facts_html(element_facts(scope, program), long=True))


def element_facts(scope: Scope, program: str) -> list[tuple[str, str | Figured]]:
    """Always all four elements: the evidence with its day, or that nothing was reported."""
    found = scope.ask(queries.elements, program=program, language=scope.language)
    known = {str(row["element"]): row for row in queries.records(found)}
    facts: list[tuple[str, str | Figured]] = []
    for element in ELEMENTS:
        row, text = known.get(element), scope.say("program.not_reported")
        if row is not None:
            text = str(row["evidence"]).rstrip(".")
            if isinstance(row["dated_on"], date):
                day = formats.date_text(row["dated_on"], scope.language)
                text = scope.say("program.evidence_dated", evidence=text, date=day)
        facts.append((scope.words.name_of("kinds.program_element.element", element), text))
    return facts


def source_of(scope: Scope, program: Mapping[str, Any]) -> str:
    """Where a program is described: title and publisher."""
    source = scope.ask(queries.sources, language=scope.language).set_index("id").loc[program["source_id"]]
    return f"{source.title}, {source.publisher}"
