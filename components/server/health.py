"""Whether this server can answer readers, for whoever watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse


async def healthz(request: Request) -> JSONResponse:
    """`{"status": "ok"}` once the server takes visitors."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
