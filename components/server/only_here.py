"""The preview of a draft answers this computer and nobody else, whatever address the server listens on."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from data.store import Store


class OnlyHere:
    """While a draft is shown, refuses every request that does not come from this computer, or not by its own name.

    The name too: a page of another site, or a proxy in front, would reach us from this computer by another name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with status 403."""
        if scope["type"] not in ("http", "websocket") or not Store.default().preview or _is_from_here(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("This draft is shown on one computer only.\n", 403)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})


def _is_from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    client = (scope.get("client") or ("",))[0]
    passed_on = any(name in headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host"))
    return _is_loopback(client) and _is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname) and not passed_on


def _is_loopback(name: str | None) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name or "").is_loopback
    except ValueError:
        return False
