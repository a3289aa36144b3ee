"""About the data: sources, definitions, method, releases, what is hidden, what is late."""

import streamlit as st

from components.panels import about, releases
from components.scope import here
from components.words import for_markdown

PARTS = (
    ("sources", about.show_sources),
    ("definitions", about.show_definitions),
    ("methods", about.show_methods),
    ("releases", releases.show_releases),
    ("calendar", releases.show_calendar),
    ("changes", releases.show_changes),
    ("hidden", about.show_hidden),
    ("late_title", about.show_late),
    ("breaks", about.show_breaks),
    ("files", about.show_files),
    ("accessibility", about.show_accessibility),
    ("publisher", about.show_publisher),
)

scope = here()

st.title(scope.say("about.title"), anchor="top")
st.markdown(for_markdown(scope.say("about.lead")))
about.show_jumps(scope, [(name, name.removesuffix("_title")) for name, _ in PARTS])
for name, show in PARTS:
    st.header(scope.say(f"about.{name}"), anchor=name.removesuffix("_title"))
    show(scope)
