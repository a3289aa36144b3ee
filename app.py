"""The front door: one ASGI app, one port, the dashboard and the open data.

Run it with `streamlit run app.py` or `uvicorn app:app`.
"""

from pathlib import Path

import streamlit as st

from components import server
from components.frame import show_script_error
from pages import PAGE_PATHS

# The router lives inside `pages/`, not beside it: otherwise Streamlit takes the files of the folder for pages of their
# own, and a first visit to a deep link shows raw file names.
app = st.App(
    Path(__file__).parent / "pages" / "router.py",
    routes=server.routes(),
    middleware=server.middleware(PAGE_PATHS.values()),
    lifespan=server.lifespan,
    on_script_error=show_script_error,
)
