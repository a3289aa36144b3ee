"""Home: the city at a glance, and the way to your neighborhood."""

import streamlit as st

from components.panels import home, late, places
from components.panels.measures import readings_of
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(for_markdown(scope.say("home.title", city=str(scope.city["name"]))), anchor="top")
st.markdown(for_markdown(scope.say("home.lead")))

left, right = st.columns([2, 3])
with left:
    places.show_finder(scope)
    # On a phone the list is longer than the screen, and the map would come after it.
    places.show_name_list(scope, opened=not scope.narrow)
with right:
    places.show_home_map(scope)

st.header(scope.say("home.at_a_glance"), anchor="at-a-glance")
readings = home.headline_tiles(scope, readings_of(scope, "city"))
late.show_late(scope, late.sources_of(readings) | late.money_sources(scope))
home.show_tiles(scope, home.all_tiles(scope, readings))
home.show_news(scope)
home.show_promises_and_meeting(scope)
home.show_how_to_read(scope)
