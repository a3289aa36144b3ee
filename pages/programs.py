"""Programs: what is being done, where, and how far it is."""

import streamlit as st

from components.panels import catalog, late
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("programs.title"), anchor="top")
st.markdown(for_markdown(scope.say("programs.lead")))
late.show_late(scope, late.money_sources(scope))
catalog.show_catalog(scope)
