"""The menu, and the page that the address names. Streamlit runs this script for every view."""

from pathlib import Path

import streamlit as st

from pages import PAGE_PATHS

HERE = Path(__file__).parent

pages = [
    st.Page(HERE / f"{name}.py", title=name.capitalize(), url_path=path, default=not path)
    for name, path in PAGE_PATHS.items()
    if (HERE / f"{name}.py").exists()
]
page = st.navigation(pages, position="top")
st.set_page_config(page_title=f"{page.title} - Open Beat", layout="wide")
page.run()
