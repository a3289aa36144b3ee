"""The maps' own data by address: outlines with the color and the words of one measure in one period.

Geometry that goes by address is fetched once and kept by the browser; inside the page's own messages it would be built,
hashed and sent again for every visitor.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from components import maps
from components.server.files import FOREVER
from components.server.opendata import ASK_FIRST, asked_release, fingerprint_of, or_not_found, unless_unchanged
from components.tokens import THEMES, look
from components.words import DEFAULT, languages
from data import queries
from data.store import NoRelease, Release


def map_routes() -> list[BaseRoute]:
    """The routes of the maps."""
    return [Route("/map/{release}/{measure}/{period}.geojson", or_not_found(measure_map))]


def measure_map(request: Request) -> Response:
    """Outlines filled by class, as GeoJSON. `?theme=` and `?lang=` choose the colors and the words."""
    theme, language = request.query_params.get("theme", "light"), request.query_params.get("lang", DEFAULT)
    if theme not in THEMES or language not in languages():
        raise NoRelease(f"no map in theme {theme!r} and language {language!r}")
    release = asked_release(request)
    measure, period = request.path_params["measure"], request.path_params["period"]
    fingerprint = fingerprint_of(release)
    return unless_unchanged(
        request,
        f"{fingerprint}-{measure}-{period}-{theme}-{language}",
        lambda headers: Response(
            _map(release, measure, period, theme, language), media_type="application/geo+json", headers=headers
        ),
        cache_control=FOREVER if request.query_params.get("v") == fingerprint[:12] else ASK_FIRST,
    )


def map_url(release: Release, measure: str, period: str, *, theme: str, language: str) -> str:
    """The address of a measure's map; it holds the release's fingerprint, so that browsers may keep it."""
    version = fingerprint_of(release)[:12]
    return f"/map/{release.id}/{measure}/{period}.geojson?theme={theme}&lang={language}&v={version}"


@lru_cache(maxsize=128)
def _map(release: Release, measure: str, period: str, theme: str, language: str) -> bytes:
    measures = queries.measures(release, language=language)
    found = measures[measures.id == measure].to_dict("records")
    if not found:
        raise NoRelease(f"no measure {measure!r} in release {release.id}")
    figures = queries.by_neighborhood(release, measure=measure, period=period, language=language)
    return maps.map_geojson(queries.outlines(release), figures, found[0], look(theme), language)
