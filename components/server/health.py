"""Whether this server can answer readers, for whoever watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from data.store import Store


async def healthz(request: Request) -> JSONResponse:
    """`{"status": "ok", "release": "2026-03"}`, or status 503 while nothing is published."""
    release = Store.default().current_id()
    return JSONResponse(
        {"status": "ok" if release else "nothing published", "release": release},
        200 if release else 503,
        {"Cache-Control": "no-store"},
    )
