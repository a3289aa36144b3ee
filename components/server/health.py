"""Whether this server can answer readers, for whoever watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from data.store import Store


async def healthz(request: Request) -> JSONResponse:
    """`{"status": "ok", "release": "2026-03"}`, with `"draft": true` in a preview; 503 while nothing is published."""
    store = Store.default()
    release = store.current_id()
    draft = {"draft": True} if store.preview else {}
    return JSONResponse(
        {"status": "ok" if release else "nothing published", "release": release, **draft},
        200 if release else 503,
        {"Cache-Control": "no-store"},
    )
