"""Compare: two to four neighborhoods, what is there first, then each measure and the difference."""

import streamlit as st

from components.panels import compare
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("compare.title"), anchor="top")
st.markdown(for_markdown(scope.say("compare.lead")))
places = compare.choose_places(scope)
compare.show_suggested(scope, places)
if len(places) < compare.LEAST:
    st.markdown(for_markdown(scope.say("compare.too_few")))
else:
    st.header(scope.say("compare.context"), anchor="context")
    compare.show_context(scope, places)
    st.header(scope.say("compare.measures"), anchor="measures")
    compare.show_measures(scope, places)
