"""The maps' own data by address: outlines with the color and the words of one measure in one period.

Geometry that goes by address is fetched once and kept by the browser; inside the page's own messages it would be built,
hashed and sent again for every visitor.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from components import maps
from components.ask import ask
from components.server.files import FOREVER
from components.server.opendata import ASK_FIRST, asked_release, fingerprint_of, or_not_found, unless_unchanged
from components.server.pages import not_found
from components.standing import ALL, COMPARED, EACH, SETTINGS, VALUES, standing_of
from components.tokens import THEMES, look
from components.words import DEFAULT, languages
from data import queries
from data.store import NoRelease, Release


def map_routes() -> list[BaseRoute]:
    """The routes of the maps."""
    return [
        Route("/map/{release}/context.geojson", or_not_found(context)),
        Route("/map/{release}/{measure}/{period}.geojson", or_not_found(measure_map)),
        Route("/map", moved),
        Route("/map/", moved),
        Route("/map/{rest:path}", lambda request: not_found(request.scope)),
    ]


def moved(request: Request) -> Response:
    """The page of the map is a part of the outcomes now: links that people have kept lead there, with their codes."""
    query = request.url.query
    return RedirectResponse(f"/outcomes?{query}" if query else "/outcomes", 308)


def context(request: Request) -> Response:
    """Water, parks and roads as GeoJSON, in the colors of `?theme=`."""
    theme = _theme(request)
    release = asked_release(request)
    fingerprint = fingerprint_of(release)
    return unless_unchanged(
        request,
        f"{fingerprint}-context-{theme}",
        lambda headers: Response(
            maps.context_geojson(queries.map_features(release), look(theme)),
            media_type="application/geo+json",
            headers=headers,
        ),
        cache_control=FOREVER if request.query_params.get("v") == fingerprint[:12] else ASK_FIRST,
    )


def measure_map(request: Request) -> Response:
    """Outlines filled by class, as GeoJSON. `?theme=` and `?lang=` choose the colors and the words."""
    theme, language = _theme(request), request.query_params.get("lang", DEFAULT)
    if language not in languages():
        raise NoRelease(f"no map in language {language!r}")
    release = asked_release(request)
    measure, period = request.path_params["measure"], request.path_params["period"]
    view, within = request.query_params.get("view", VALUES), request.query_params.get("within", ALL)
    if view not in (COMPARED, VALUES) or within not in (EACH, ALL, *SETTINGS):
        raise NoRelease(f"no map {view!r} within {within!r}")
    fingerprint = fingerprint_of(release)
    return unless_unchanged(
        request,
        f"{fingerprint}-{measure}-{period}-{theme}-{language}-{view}-{within}",
        lambda headers: Response(
            _map(release, measure, period, theme, language, view, within),
            media_type="application/geo+json",
            headers=headers,
        ),
        cache_control=FOREVER if request.query_params.get("v") == fingerprint[:12] else ASK_FIRST,
    )


def map_url(
    release: Release, measure: str, period: str, *, theme: str, language: str, view: str, within: str = ALL
) -> str:
    """The address of a measure's map; it holds the release's fingerprint, so that browsers may keep it."""
    version = fingerprint_of(release)[:12]
    asked = f"theme={theme}&lang={language}&view={view}&within={within}&v={version}"
    return f"/map/{release.id}/{measure}/{period}.geojson?{asked}"


def context_url(release: Release, *, theme: str) -> str:
    """The address of a release's water, parks and roads."""
    return f"/map/{release.id}/context.geojson?theme={theme}&v={fingerprint_of(release)[:12]}"


def _theme(request: Request) -> str:
    theme = request.query_params.get("theme", "light")
    if theme not in THEMES:
        raise NoRelease(f"no map in theme {theme!r}")
    return theme


@lru_cache(maxsize=128)
def _map(release: Release, measure: str, period: str, theme: str, language: str, view: str, within: str) -> bytes:
    measures = ask(queries.measures, release, language=language)
    found = queries.records(measures[measures.id == measure])
    if not found:
        raise NoRelease(f"no measure {measure!r} in release {release.id}")
    figures = standing_of(release, measure, period, language, within).drawn(view)
    return maps.map_geojson(queries.outlines(release), figures, found[0], look(theme), language)
