"""Grants and technology: money with a purpose, and what is bought to watch or to work with."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_table
from components.panels.money import cents_text, exact_text
from components.passports import MoneyKey, money_figured, record_figured
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
    show_grants_of(scope, grants)


def show_grants_of(scope: Scope, grants: pd.DataFrame) -> None:
    """Some grants as a table, and every charge that breaks their rules as a flag."""
    for flag in grant_flags(scope, grants):
        st.warning(f"{for_markdown(flag.text)} [{for_markdown(scope.say('card.about_figure'))}]({flag.link})")
    show_table(grants_table(scope, grants), scope, caption=scope.say("budget.grants"))


def grants_table(scope: Scope, grants: pd.DataFrame) -> pd.DataFrame:
    """Grants in words: from whom, for what, when, how much."""
    said = scope.say
    return pd.DataFrame(
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


def grant_flags(scope: Scope, grants: pd.DataFrame) -> list[Figured]:
    """Charges before a grant began or after it ended, and grants that are charged more than was awarded.

    The rule that no cost is allowed outside a grant's days is that of the federal funds (COPS Office, nonsupplanting).
    """
    charges = scope.ask(queries.grant_charges)
    flags = []
    for grant in queries.records(grants):
        mine, name = charges[charges.grant_id == grant["id"]], str(grant["name"])
        for charge in queries.records(mine[mine.breaks.notna()]):
            day = formats.date_text(charge["dated_on"], scope.language)
            amount = cents_text(charge["amount_cents"], scope)
            told = scope.say(f"program.grant_{charge['breaks']}", amount=amount, date=day, grant=name)
            flags.append(money_figured(MoneyKey("actual", "line", str(charge["id"])), scope, told))
        total = int(mine.amount_cents.sum())
        if total > int(grant["award_cents"]):
            told = scope.say("program.grant_over", amount=cents_text(total, scope), grant=name)
            flags.append(money_figured(MoneyKey("actual", "grant_id", str(grant["id"])), scope, told))
    return flags


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
