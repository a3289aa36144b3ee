"""Streamlit's one HTML page, served at the pages' addresses with the language that the page will be in.

Streamlit writes `<html lang="en">` for everybody, and a screen reader then speaks Spanish with English sounds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from components.server.language import page_language

_LANGUAGE: Final = re.compile(r'<html lang="[a-z-]*"')
_FIND_ANCHOR: Final = '<script src="/assets/anchor.js" defer></script>'
"""Brings a reader to the card that a link names; Streamlit does so for headings only."""


class Shell:
    """Answers a page's address itself, in the page's language; passes everything else on.

    Args:
        app: what stands behind.
        page_paths: the pages' addresses without slashes; the home page is the empty string.
    """

    def __init__(self, app: ASGIApp, *, page_paths: Collection[str]) -> None:
        self.app = app
        self._pages = frozenset(f"/{path}" for path in page_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page, or a 304 for a browser that has this very one."""
        if scope["type"] != "http" or scope["path"] not in self._pages or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        html = page_html(page_language(scope))
        tag = f'"{hashlib.sha256(html.encode()).hexdigest()[:24]}"'
        # Asked for again each time: the next version of the server may bring other scripts.
        headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Language"}
        if Headers(scope=scope).get("if-none-match") == tag:
            await Response(status_code=304, headers=headers)(scope, receive, send)
        else:
            await HTMLResponse(html, headers=headers)(scope, receive, send)


@cache
def page_html(language: str) -> str:
    """Streamlit's page marked with a language, with our one script.

    Raises RuntimeError where Streamlit's page no longer has the mark: then this needs another look.
    """
    html = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    marked, found = _LANGUAGE.subn(f'<html lang="{language}"', html, count=1)
    if not found or "</head>" not in marked:
        raise RuntimeError('Streamlit\'s index.html has no <html lang="..."> to change, or no </head>')
    return marked.replace("</head>", f"{_FIND_ANCHOR}</head>", 1)
