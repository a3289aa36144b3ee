"""The menu, the scope, and the page that the address names. Streamlit runs this script for every view."""

from pathlib import Path

import streamlit as st

from components.frame import show_frame_foot, show_frame_top, show_nothing_published
from components.scope import keep_scope, peek_words, read_scope
from pages import HIDDEN, MORE, PAGE_PATHS

HERE = Path(__file__).parent

said = peek_words()
pages = {
    name: st.Page(
        HERE / f"{name}.py",
        title=said.say(f"nav.{name}"),
        url_path=path,
        default=not path,
        visibility="hidden" if name in HIDDEN else "visible",
    )
    for name, path in PAGE_PATHS.items()
}
menu = {
    "": [page for name, page in pages.items() if name not in MORE],
    said.say("nav.more"): [page for name, page in pages.items() if name in MORE],
}
page = st.navigation(menu, position="top")
scope = read_scope(page.url_path)
if scope is None:
    st.set_page_config(page_title=said.say("site.name"), layout="wide")
    show_nothing_published(said)
else:
    place = f"{scope.name_of(scope.place)}: " if scope.place else ""
    title = said.say("site.page_title", page=place + page.title, city=str(scope.city["name"]))
    st.set_page_config(page_title=title, layout="wide")
    keep_scope(scope)
    show_frame_top(scope, page.url_path)
    page.run()
    show_frame_foot(scope, {name: path for name, path in PAGE_PATHS.items() if name not in HIDDEN})
