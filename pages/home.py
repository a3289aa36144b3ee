"""A first sketch of the page, to be replaced."""

import streamlit as st

st.title("Home")
st.caption(f"n = {st.query_params.get('n', '-')}")
