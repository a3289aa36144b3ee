"""Budget: where the money comes from, where it goes, and how much is spent."""

import streamlit as st

from components.panels import grants, late, money
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("budget.title"), anchor="top")
st.markdown(for_markdown(scope.say("budget.lead")))
late.show_late(scope, late.money_sources(scope))

books = money.choose_books(scope)
if books is None:
    st.markdown(for_markdown(scope.say("budget.none")))
else:
    ledger, year = books
    st.header(money.year_title(scope, year), anchor="year")
    money.show_year(scope, ledger, year)
    money.show_budget(scope, ledger, year)
    money.show_years(scope, ledger)
    grants.show_grants(scope)
    grants.show_technology(scope)
