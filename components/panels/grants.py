"""Grants and technology: money with a purpose, and what is bought to watch or to work with."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_table
from components.panels.money import exact_text
from components.passports import record_figured
from components.scope import Scope
from components.tables import Figured
from components.words import for_markdown
from data import queries


def show_grants(scope: Scope) -> None:
    """Grants: from whom, for what, when, how much."""
    said = scope.say
    st.header(said("budget.grants"), anchor="grants")
    grants = scope.ask(queries.grants, language=scope.language)
    if grants.empty:
        st.markdown(for_markdown(said("budget.no_grants")))
        return
    table = pd.DataFrame(
        {
            said("table.name"): grants.name,
            said("budget.funder"): grants.funder,
            said("budget.purpose"): grants.purpose,
            said("budget.grant_period"): [
                formats.from_to(
                    formats.date_text(first, scope.language), formats.date_text(last, scope.language), scope.language
                )
                for first, last in zip(grants.starts_on, grants.ends_on, strict=True)
            ],
            said("table.amount"): _record_cells(scope, "grant", "award_cents", grants),
        }
    )
    show_table(table, scope, caption=said("budget.grants"))


def _record_cells(scope: Scope, table: str, column: str, rows: pd.DataFrame) -> list[Figured]:
    return [
        record_figured(scope, table, str(row), column, exact_text(cents, scope))
        for row, cents in zip(rows["id"], rows[column], strict=True)
    ]


def show_technology(scope: Scope) -> None:
    """Technology: what it is for, what it costs, who gets the data; a topic without an answer says so."""
    said = scope.say
    st.header(said("budget.technology"), anchor="technology")
    items = scope.ask(queries.technology, language=scope.language)
    if items.empty:
        st.markdown(for_markdown(said("budget.no_technology")))
        return
    missing = said("budget.not_reported")
    table = pd.DataFrame(
        {
            said("table.name"): items.name,
            said("budget.purpose"): items.purpose,
            said("budget.cost_a_year"): _record_cells(scope, "technology_item", "annual_cost_cents", items),
            said("budget.data_shared_with"): items.data_shared_with.fillna(missing),
            said("budget.audit"): items.audit_result.fillna(missing),
        }
    )
    links = [scope.link("how-it-works", anchor=f"technology-{item}") for item in items.id]
    show_table(table, scope, caption=said("budget.technology"), links=links)
