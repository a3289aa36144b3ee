"""The few small pages that the server writes by itself, without Streamlit and without a script."""

from __future__ import annotations

from functools import cache
from html import escape
from string import Template
from typing import Final

from starlette.responses import HTMLResponse
from starlette.types import Scope

from components.server.files import ASSETS
from components.server.language import words_for
from components.tokens import look
from components.words import Words

_STYLE: Final = Template("""
@font-face { font-family: "Public Sans"; src: url(/assets/fonts/$file); font-weight: 100 900 }
:root { $light color-scheme: light dark; font: 1.0625rem/1.5 "Public Sans", sans-serif }
@media (prefers-color-scheme: dark) { :root { $dark } }
body { margin: 0; color: var(--ink); background: var(--page) } main { max-width: 60rem; margin: auto; padding: 1rem }
h1 { font-size: 1.625rem } a { color: var(--focus) } a:focus-visible { outline: 3px solid; outline-offset: 2px }
.scrolls { overflow-x: auto } table { border-collapse: collapse }
td, th { text-align: left; padding: .375rem 1rem .375rem 0; border-bottom: 1px solid var(--rule) }
""")


def not_found(scope: Scope) -> HTMLResponse:
    """The answer to an address where nothing is, with the way home. Status 404."""
    words = words_for(scope)
    body = (
        f"<p>{escape(words.say('server.not_found_why'))}</p>"
        f'<p><a href="/?lang={words.code}">{escape(words.say("server.go_home"))}</a></p>'
    )
    return HTMLResponse(plain_page(words, words.say("server.not_found"), body), 404, {"Vary": "Accept-Language"})


def plain_page(words: Words, title: str, body: str) -> str:
    """A whole HTML page in the language of `words`; `body` is HTML that is already escaped."""
    return (
        f'<!DOCTYPE html><html lang="{words.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - Open Beat</title><style>{_style()}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


@cache
def _style() -> str:
    # Named with its version, so found and not written here.
    file = next((ASSETS / "fonts").glob("public-sans-*-latin.woff2")).name
    return _STYLE.substitute(file=file, light=look("light").css_variables(), dark=look("dark").css_variables())
