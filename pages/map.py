"""Map: one measure in every neighborhood, as a list and as a map."""

import streamlit as st

from components.panels import late, places
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("map.title"), anchor="top")
st.markdown(for_markdown(scope.say("map.lead")))

chosen = places.choose_measure(scope)
if chosen is None:
    st.markdown(for_markdown(scope.say("map.no_outlines")))
else:
    measure, period = chosen
    st.header(for_markdown(places.map_title(scope, measure, period)), anchor="figures")
    st.markdown(for_markdown(str(measure["definition"])))
    late.show_late(scope, [str(measure["source_id"])])
    places.show_city_figure(scope, measure, period)
    places.show_map(scope, measure, period)
