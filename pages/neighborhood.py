"""My neighborhood: safety, trust, programs, money, what people said and when to meet, on one page."""

import streamlit as st

from components.panels import late, neighborhood, places
from components.panels.measures import readings_of
from components.panels.meetings import show_meetings_here
from components.panels.money import show_money_here
from components.panels.problems import show_problems_here
from components.panels.programs import show_chain, show_programs_here
from components.panels.voice import show_themes_and_promises
from components.scope import here
from components.words import for_markdown

scope = here()
place = scope.place_or_city
readings = readings_of(scope, place)

if scope.place is None:
    st.title(scope.say("neighborhood.choose_title"), anchor="top")
    st.markdown(for_markdown(scope.say("neighborhood.choose")))
    places.show_finder(scope)
    places.show_name_list(scope, opened=True)
    st.header(scope.say("neighborhood.city_heading"), anchor="city")
    late.show_late(scope, late.sources_of(readings))
    st.markdown(for_markdown(scope.say("home.whole_city")))
    neighborhood.show_jumps(scope, readings, sections=("unknown",))
    neighborhood.show_topics(scope, readings)
else:
    neighborhood.show_heading(scope, place)
    late.show_late(scope, late.sources_of(readings) | late.money_sources(scope) | late.survey_sources(scope))
    short = neighborhood.in_short(scope, readings) + neighborhood.in_short_of_work(scope, place)
    neighborhood.show_in_short(scope, short)
    neighborhood.show_jumps(scope, readings)
    neighborhood.show_compared(scope, readings)
    neighborhood.show_topics(scope, readings)

    st.header(scope.say("neighborhood.programs"), anchor="programs")
    show_programs_here(scope, place)
    show_problems_here(scope, place)

    st.header(scope.say("neighborhood.money"), anchor="money")
    show_money_here(scope, place)
    show_chain(scope, place)

    st.header(scope.say("neighborhood.voice"), anchor="voice")
    neighborhood.show_survey_here(scope)
    show_themes_and_promises(scope, place, page="neighborhood")

    st.header(scope.say("neighborhood.meetings"), anchor="meetings")
    show_meetings_here(scope, place)

neighborhood.show_unknown(scope, place, readings)
