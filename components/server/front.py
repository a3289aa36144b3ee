"""The routes, the middleware and the start of the server, put together."""

from __future__ import annotations

from collections.abc import Collection

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from components.server.files import AssetFiles, CompressedFrontend, frontend_files
from components.server.guard import Guard
from components.server.health import healthz
from components.server.maps import map_routes
from components.server.only_here import OnlyHere
from components.server.opendata import open_data_routes
from components.server.shell import Shell
from components.server.startup import lifespan

__all__ = ["lifespan", "middleware", "routes"]


def routes() -> list[BaseRoute]:
    """Every address that we answer ourselves; the guard lets through what stands here, without a list of its own."""
    return [
        Route("/healthz", healthz),
        Mount("/assets", app=AssetFiles()),
        *open_data_routes(),
        *map_routes(),
    ]


def middleware(page_paths: Collection[str]) -> list[Middleware]:
    """What every request passes through, outermost first.

    Args:
        page_paths: the pages' addresses without slashes; the home page is the empty string.
    """
    return [
        Middleware(OnlyHere),
        Middleware(Guard, page_paths=page_paths, routes=routes(), frontend=frontend_files()),
        Middleware(Shell, page_paths=page_paths),
        Middleware(CompressedFrontend, frontend=frontend_files()),
    ]
