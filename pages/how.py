"""How it works: training, technology, rules, the agency's view of itself, other places, your rights."""

import streamlit as st

from components.panels import how
from components.panels.about import show_jumps
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("how.title"), anchor="top")
st.markdown(for_markdown(scope.say("how.lead")))
show_jumps(scope, [(name, name.replace("_", "-")) for name in how.PARTS], group="how")
for name, show in how.PARTS.items():
    st.header(scope.say(f"how.{name}"), anchor=name.replace("_", "-"))
    show(scope)
