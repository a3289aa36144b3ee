"""What stands before every request: refusals, an honest 404, and the security headers.

Streamlit trusts its visitors with more than a public page should: it takes uploads on pages that have no uploader,
shows its metrics to anyone, lets any visitor clear the caches of all, and answers an unknown address with its home
page and "200 OK". Nothing here is needed by a reader, so all of it is refused.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util
from streamlit.proto.BackMsg_pb2 import BackMsg

from components.server.pages import not_found

# Reading is all there is to do: no address takes anything in.
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# What the pages need of Streamlit's own addresses. Not here, so refused: upload_file, metrics, agent.
STREAMLIT_ADDRESSES: Final = frozenset(
    {"/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/favicon.png", "/manifest.json"}
)
STREAMLIT_PREFIXES: Final = ("/media/", "/_stcore/bidi-components/")

# What a page says to the server: run again, stop, still here, and the next rows of a long table.
# Not here, so dropped: clear_cache, set_run_on_save, load_git_info, file_urls_request (uploads), debug_*.
MESSAGES: Final = frozenset({"rerun_script", "stop_script", "app_heartbeat", "backend_operation_request"})

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def inline_script_hashes(html: str) -> list[str]:
    """The CSP source of each script written inside a page, like `sha256-...`, in order."""
    return [
        "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in _INLINE_SCRIPT.findall(html)
    ]


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """The policy every answer carries: everything from this server, and no script but ours and those named.

    Altair, pydeck and the tables run under it without `unsafe-eval`. Streamlit's styles are made in the browser, so
    inline styles stay allowed.
    """
    scripts = " ".join(["'self'", *(f"'{name}'" for name in script_hashes)])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-ancestors 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )


class Guard:
    """Refuses what a reader never needs, and puts the security headers on everything else.

    Args:
        app: what stands behind.
        page_paths: the pages' addresses without slashes; the home page is the empty string.
        routes: what we answer ourselves; the first part of each path is let through.
        frontend: the addresses of Streamlit's own scripts, styles and fonts.
        inline_scripts: CSP sources of further inline scripts, as `inline_script_hashes` gives them.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        page_paths: Collection[str],
        routes: Iterable[BaseRoute],
        frontend: Collection[str],
        inline_scripts: Iterable[str] = (),
    ) -> None:
        self.app = app
        self._pages = frozenset(page_paths)
        self._own = frozenset(_first_part(getattr(route, "path", "/")) for route in routes) - {""}
        self._frontend = frozenset(frontend)
        index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
        self._headers = {
            **HEADERS,
            "Content-Security-Policy": content_security_policy([*inline_script_hashes(index), *inline_scripts]),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with headers (HTTP) or with the messages filtered (websocket)."""
        if scope["type"] == "http":
            answer = self._refusal(scope) or self.app
            await answer(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        if scope["method"] not in READING:
            return PlainTextResponse("Method Not Allowed", 405, {"Allow": ", ".join(sorted(READING))})
        if not self._is_known(scope["path"]):
            return not_found(scope)
        return None

    def _is_known(self, path: str) -> bool:
        if path in STREAMLIT_ADDRESSES or path in self._frontend or path.startswith(STREAMLIT_PREFIXES):
            return True
        # `/budget/` is known too: Streamlit redirects it to `/budget`.
        return path.strip("/") in self._pages or _first_part(path) in self._own

    def _with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return send_with_headers

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in STREAMLIT_ADDRESSES or not _is_origin_ours(scope):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(_as_same_origin(scope), _only_allowed_messages(receive), send)


def _first_part(path: str) -> str:
    return path.lstrip("/").split("/", 1)[0]


def _is_origin_ours(scope: Scope) -> bool:
    """Whether a websocket comes from a page of ours: this host, the configured address, or an origin let in.

    Decided here and not by Streamlit, which compares with the machine's public address and asks another host for it.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:  # Browsers always say; a program that does not say cannot be a foreign page.
        return True
    if urlsplit(origin).netloc == headers.get("host"):
        return True
    return urlsplit(origin).hostname == config.get_option("browser.serverAddress") or origin in config.get_option(
        "server.corsAllowedOrigins"
    )


def _as_same_origin(scope: Scope) -> Scope:
    """The same handshake without its origin, which is settled."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}


def _only_allowed_messages(receive: Receive) -> Receive:
    async def receive_allowed() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            frame = message.get("bytes")
            if frame is None:
                # Streamlit speaks in bytes only, and logs an error for each text; a text ends the connection here.
                return {"type": "websocket.disconnect", "code": 1003}
            if _is_allowed(frame):
                return message

    return receive_allowed


def _is_allowed(frame: bytes) -> bool:
    said = BackMsg()
    try:
        said.ParseFromString(frame)
    except DecodeError:
        return True  # Streamlit closes the connection on such a frame.
    return said.WhichOneof("type") in MESSAGES
