"""Outcomes: any measure as map and list, over time, and where places stand."""

import streamlit as st

from components.panels import equity, grouping, groups, late, outcomes
from components.panels.places import map_title
from components.scope import here
from components.words import for_markdown

scope = here()

head = st.container()  # what is shown comes first; the ways to choose something else stand below it
outcome = outcomes.choose_outcome(scope)
if outcome is None:
    st.title(scope.say("outcomes.title"), anchor="top")
    st.markdown(for_markdown(scope.say("outcomes.none")))
else:
    with head:
        st.title(for_markdown(map_title(scope, outcome.measure, outcome.period)), anchor="top")
        outcomes.show_meaning(scope, outcome)
    outcomes.show_definition(scope, outcome)
    late.show_late(scope, [str(outcome.measure["source_id"])])
    for line in outcomes.setting_lines(scope, outcome):
        st.markdown(for_markdown(line))
    st.header(scope.say("outcomes.map"), anchor="figures")
    outcomes.show_map(scope, outcome)
    st.header(scope.say("outcomes.trend"), anchor="trend")
    outcomes.show_trend(scope, outcome)
    st.header(scope.say("outcomes.stands"), anchor="stands")
    outcomes.show_stands(scope, outcome)
    groups.show_parts(scope, outcome.measure, outcome.period)
    if groups.show_groups(scope, outcome.measure, outcome.period):
        st.header(scope.say("outcomes.equity"), anchor="equity")
        equity.show_equity(scope, outcome.measure, outcome.period)
    if outcome.everywhere is not None:
        st.header(scope.say("grouping.title"), anchor="grouping")
        grouping.show_grouping(scope, outcome.measure, outcome.period, outcome.everywhere)
    st.header(scope.say("outcomes.changes"), anchor="measure")
    outcomes.show_changes(scope, outcome)
