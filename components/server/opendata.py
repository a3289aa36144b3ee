"""The open data: every release as one file, every table of it as CSV, outlines as GeoJSON, and a list of it all.

    /data/                              the list, for people (?lang=es)
    /data/releases.json                 the list, for programs
    /data/2026-03/                      one release, for people
    /data/2026-03.sqlite                one release, whole
    /data/2026-03/budget_line.csv       one table
    /geometry/2026-03/neighborhoods.geojson

`latest` stands for the release that is served now, and redirects to it. Any site may read all of this.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape
from io import StringIO
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from components.server.files import FOREVER
from components.server.language import words_for
from components.server.pages import not_found, plain_page
from components.words import Words, languages
from components.words import words as in_language
from data import exports
from data.queries import about
from data.store import NoRelease, Release, ReleaseInfo, Store, Tombstone, Withdrawn

LATEST: Final = "latest"

# A release never changes, but a test store may be made anew under the same id: ask each time, and send nothing when
# nothing has changed.
ASK_FIRST: Final = "no-cache"
CORS: Final = {"Access-Control-Allow-Origin": "*"}


def open_data_routes() -> list[BaseRoute]:
    """The routes of the open data and of the maps' geometry."""
    return [
        Route("/data", lambda request: RedirectResponse("/data/", headers=CORS)),
        Route("/data/", or_not_found(list_releases)),
        Route("/data/releases.json", or_not_found(releases_json)),
        Route("/data/{release}.sqlite", or_not_found(whole_release)),
        Route("/data/{release}/", or_not_found(list_tables)),
        Route("/data/{release}/{table}.csv", or_not_found(table_csv)),
        Route("/data/{release}", lambda request: RedirectResponse(request.scope["path"] + "/", headers=CORS)),
        Route("/geometry/{release}/{name}.geojson", or_not_found(geometry)),
        # What is left under these two is not there; without this line Streamlit would answer with its home page.
        Route("/data/{rest:path}", lambda request: not_found(request.scope)),
        Route("/geometry/{rest:path}", lambda request: not_found(request.scope)),
    ]


def geometry_url(release: Release, name: str) -> str:
    """The address of a release's outlines for a map: one of `data.exports.OUTLINES`.

    It holds the fingerprint of the release, so that a browser keeps the outlines for as long as they are right.
    """
    return f"/geometry/{release.id}/{name}.geojson?v={fingerprint_of(release)[:12]}"


def list_releases(request: Request) -> Response:
    """All releases, newest first, and the tables of the one that is served, for people."""
    words, store = words_for(request.scope), Store.default()
    releases = store.releases()
    if not releases:
        return HTMLResponse(plain_page(words, words.say("server.data_title"), _paragraph(words, "server.data_none")))
    body = _paragraph(words, "server.data_about") + _releases_table(words, releases)
    body += _withdrawn_table(words, store.withdrawn())
    return _listing(words, words.say("server.data_title"), _notices(words, store.open(releases[0].id)) + body)


def list_tables(request: Request) -> Response:
    """The tables of one release, for people."""
    words, release = words_for(request.scope), asked_release(request)
    heading = words.say("server.data_release", release=release.id)
    body = (
        _notices(words, release)
        + f'<p><a href="../{escape(release.id)}.sqlite">{escape(words.say("server.data_whole"))}</a></p>'
        + _paragraph(words, "server.data_empty_cells")
        + _tables_table(words, release)
        + f'<p><a href="../?lang={words.code}">{escape(words.say("server.data_all"))}</a></p>'
    )
    return _listing(words, heading, body)


def releases_json(request: Request) -> Response:
    """All releases, newest first, with the address, the fingerprint and the tables of each, for programs.

    And the tombstones of those that were withdrawn.
    """
    store = Store.default()
    found = [
        {
            "id": info.id,
            "released_on": info.released_on.isoformat(),
            "planned_on": info.planned_on and info.planned_on.isoformat(),
            "published_at": info.published_at.isoformat(),
            "publisher": info.publisher,
            "note": info.note,
            "version": info.version,
            "sha256": info.content_sha256,
            "figures": _figures(store.open(info.id)),
            "current": info.is_current,
            "sqlite": f"/data/{info.id}.sqlite",
            "tables": {
                name: {"rows": rows, "csv": f"/data/{info.id}/{name}.csv"}
                for name, rows in _table_rows(store.open(info.id)).items()
            },
        }
        for info in store.releases()
    ]
    withdrawn = [stone.as_dict() for stone in store.withdrawn()]
    return JSONResponse({"releases": found, "withdrawn": withdrawn}, headers={**CORS, "Cache-Control": ASK_FIRST})


def whole_release(request: Request) -> Response:
    """One release as the SQLite file it is."""
    release = asked_release(request)
    if release.path is None:  # kept in a database server: there is no file to hand out
        raise NoRelease(release.id)
    return unless_unchanged(
        request,
        fingerprint_of(release),
        lambda headers: FileResponse(
            str(release.path),
            media_type="application/vnd.sqlite3",
            filename=f"{release.id}.sqlite",
            headers=headers,
        ),
    )


def table_csv(request: Request) -> Response:
    """One table of a release as CSV, sent while it is read."""
    release, table = asked_release(request), request.path_params["table"]
    lines = _csv_lines(exports.columns(table), exports.rows(release, table))
    return unless_unchanged(
        request,
        f"{fingerprint_of(release)}-{table}",
        lambda headers: StreamingResponse(
            lines if request.method == "GET" else iter(()),
            media_type="text/csv; charset=utf-8",
            headers={
                **headers,
                "Content-Disposition": f'attachment; filename="{release.id}_{table}.csv"',
            },
        ),
    )


def geometry(request: Request) -> Response:
    """The outlines of a release's places as GeoJSON, for its maps."""
    release, name = asked_release(request), request.path_params["name"]
    fingerprint = fingerprint_of(release)
    # An address with the right fingerprint can only ever mean these outlines.
    lasting = request.query_params.get("v") == fingerprint[:12]
    return unless_unchanged(
        request,
        f"{fingerprint}-{name}",
        lambda headers: Response(_outlines(release, name), media_type="application/geo+json", headers=headers),
        cache_control=FOREVER if lasting else ASK_FIRST,
    )


class _Latest(Exception):
    """The release was asked for as `latest`; holds the id it stands for."""


def or_not_found(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The same answer, with a page that says so for what there is not or no more, and `latest` resolved."""

    def answer_or_not_found(request: Request) -> Response:
        try:
            return answer(request)
        except _Latest as latest:
            path = request.scope["path"].replace(LATEST, str(latest), 1)
            query = request.scope["query_string"].decode("latin-1")
            where = f"{path}?{query}" if query else path
            return RedirectResponse(where, headers={**CORS, "Cache-Control": ASK_FIRST})
        except Withdrawn as error:
            return withdrawn(request, error.tombstone)
        except (NoRelease, exports.NoTable):
            return not_found(request.scope)

    return answer_or_not_found


def withdrawn(request: Request, stone: Tombstone) -> Response:
    """What answers in place of a withdrawn release: its tombstone, and the way to the one that is served. Status 410.

    A page for people; for programs, which do not ask for a page, and at addresses of JSON the tombstone as JSON.
    """
    current = str(Store.default().current_id())
    headers = {**CORS, "Cache-Control": ASK_FIRST, "Vary": "Accept, Accept-Language"}
    if request.scope["path"].endswith("json") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"withdrawn": stone.as_dict(), "current": f"/data/{current}/"}, 410, headers)
    words = words_for(request.scope)
    day = format_date(stone.withdrawn_at.date(), "long", locale=words.locale)
    body = (
        f"<p>{escape(words.say('server.withdrawn_why', date=day, why=stone.why))}</p>"
        f'<p><a href="/data/{current}/?lang={words.code}">'
        f"{escape(words.say('server.withdrawn_instead', release=current))}</a></p>"
        f'<p><a href="/data/?lang={words.code}">{escape(words.say("server.data_all"))}</a></p>'
    )
    page = plain_page(words, words.say("server.withdrawn", release=stone.id), body)
    return HTMLResponse(page, 410, headers)


def asked_release(request: Request) -> Release:
    """The release that the address names. Raises NoRelease; `latest` is turned into a redirect by `or_not_found`."""
    wanted = request.path_params["release"]
    store = Store.default()
    if wanted == LATEST:
        raise _Latest(store.open().id)
    return store.open(wanted)


def unless_unchanged(
    request: Request,
    tag: str,
    answer: Callable[[dict[str, str]], Response],
    *,
    cache_control: str = ASK_FIRST,
) -> Response:
    """The answer, or 304 where the browser holds it already. tag: changes whenever the answer would."""
    headers = {**CORS, "ETag": f'"{tag}"', "Cache-Control": cache_control}
    # What compression on the way appends to a tag is not part of it.
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in held:
        return Response(status_code=304, headers=headers)
    return answer(headers)


# The releases that are open are few; each of these is asked for by every visitor and never changes.
@lru_cache(maxsize=64)
def fingerprint_of(release: Release) -> str:
    """The release's content hash, asked for once."""
    return exports.fingerprint(release)


@lru_cache(maxsize=64)
def _city(release: Release) -> dict[str, Any]:
    return about.city(release)


@lru_cache(maxsize=64)
def _table_rows(release: Release) -> dict[str, int]:
    return exports.table_rows(release)


@lru_cache(maxsize=64)
def _figures(release: Release) -> dict[str, int | None]:
    """How many figures the release holds and how many of them are withheld; None where it does not say."""
    manifest = about.manifest(release)
    found = {name: manifest[f"figures_{name}"] for name in ("total", "withheld")}
    return {name: None if count is None else int(count) for name, count in found.items()}


@lru_cache(maxsize=32)
def _outlines(release: Release, name: str) -> bytes:
    return exports.outlines(release, name)


def _csv_lines(header: Sequence[str], batches: Iterable[Sequence[Sequence[str]]]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    for batch in batches:
        writer.writerows(batch)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _listing(words: Words, title: str, body: str) -> Response:
    others = [in_language(code) for code in languages() if code != words.code]
    links = f'<a href="/?lang={words.code}">{escape(words.say("server.go_home"))}</a> ' + "".join(
        f'<a href="?lang={other.code}" lang="{other.code}">{escape(other.name)}</a> ' for other in others
    )
    headers = {**CORS, "Cache-Control": ASK_FIRST, "Vary": "Accept-Language"}
    return HTMLResponse(plain_page(words, title, f"{body}<p>{links}</p>"), headers=headers)


def _notices(words: Words, release: Release) -> str:
    """A notice where the city is invented, or the release a draft; else nothing."""
    city = _city(release)
    notices = [words.say("draft.file")] if release.id == Store.default().preview else []
    notices += [words.say("server.invented", city=city["name"])] if city["invented"] else []
    return "".join(f"<p><strong>{escape(notice)}</strong></p>" for notice in notices)


def _paragraph(words: Words, key: str) -> str:
    return f"<p>{escape(words.say(key))}</p>"


def _releases_table(words: Words, releases: list[ReleaseInfo]) -> str:
    rows = [
        (
            f'<a href="{escape(info.id)}/?lang={words.code}">{escape(info.id)}</a>',
            escape(format_date(info.released_on, "long", locale=words.locale)),
            escape(info.note or ""),
            f'<a href="{escape(info.id)}.sqlite">SQLite</a>',
            escape(words.say("server.data_served") if info.is_current else ""),
        )
        for info in releases
    ]
    headings = ("server.data_id", "server.data_date", "server.data_note", "server.data_file", "server.data_status")
    return _table([words.say(key) for key in headings], rows)


def _withdrawn_table(words: Words, stones: Sequence[Tombstone]) -> str:
    """Releases that are no more, each with its reason; nothing where there are none."""
    if not stones:
        return ""
    rows = [
        (
            escape(stone.id),
            escape(format_date(stone.withdrawn_at.date(), "long", locale=words.locale)),
            escape(stone.why),
        )
        for stone in stones
    ]
    headings = ("server.data_id", "server.data_withdrawn_on", "server.data_why")
    table = _table([words.say(key) for key in headings], rows)
    return f"<h2>{escape(words.say('server.data_withdrawn'))}</h2>{table}"


def _tables_table(words: Words, release: Release) -> str:
    rows = [
        (
            f'<a href="{escape(name)}.csv">{escape(name)}.csv</a>',
            escape(format_decimal(count, locale=words.locale)),
        )
        for name, count in _table_rows(release).items()
    ]
    return _table([words.say("server.data_table"), words.say("server.data_rows")], rows)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scrolls"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
