"""Feedback: who answered, what they said, what was promised, and when to meet."""

import streamlit as st

from components.panels import late, meetings, voice
from components.scope import here
from components.words import for_markdown

scope = here()

st.title(scope.say("feedback.title"), anchor="top")
st.markdown(for_markdown(scope.say("feedback.lead")))
late.show_late(scope, late.survey_sources(scope))

voice.show_who_answered(scope)

st.header(scope.say("feedback.said"), anchor="answers")
voice.show_survey(scope)

st.header(scope.say("feedback.themes"), anchor="themes")
voice.show_themes(scope, scope.place)

st.header(scope.say("feedback.ledger"), anchor="promises")
voice.show_promises(scope, scope.place, page="feedback")

st.header(scope.say("feedback.meetings"), anchor="meetings")
meetings.show_meetings(scope, scope.place)
