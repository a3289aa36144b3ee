"""Problems: what people are worried about, who works on it, how far it is, and whether it helped."""

import streamlit as st

from components.panels import priorities, problems
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("problems.title"), anchor="top")
st.markdown(for_markdown(scope.say("problems.lead")))

st.header(scope.say("problems.register"), anchor="register")
choice = problems.choose(scope)
problems.show_register(scope, choice)

priorities.show_beside(scope)

problems.show_each(scope, choice)
