"""Files served as they are: our own fonts and pictures, and Streamlit's scripts and styles, compressed."""

from __future__ import annotations

import gzip
import mimetypes
from functools import cache
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

ASSETS: Final = Path(__file__).parent.parent / "assets"

# For files whose name changes with their content: Streamlit's carry a hash, our fonts a version. A browser keeps them
# for a year without asking again.
FOREVER: Final = "public, max-age=31536000, immutable"

# Python does not know our fonts' type by itself, and with `nosniff` a wrong one keeps them from being used.
mimetypes.add_type("font/woff2", ".woff2")


class AssetFiles(StaticFiles):
    """`components/assets` under `/assets`, with an ETag; fonts are kept for a year. No path leads outside."""

    def __init__(self) -> None:
        super().__init__(directory=ASSETS, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at `path` below `components/assets`; raises HTTP 404 where there is none."""
        response = await super().get_response(path, scope)
        if response.status_code < 400:
            response.headers["Cache-Control"] = FOREVER if path.endswith(".woff2") else "no-cache"
        return response


@cache
def frontend_files() -> dict[str, Path]:
    """Streamlit's own scripts, styles and fonts: the address each is served at (`/static/...`) and its file."""
    root = Path(file_util.get_static_dir())
    return {
        f"/{path.relative_to(root).as_posix()}": path for path in sorted((root / "static").rglob("*")) if path.is_file()
    }


class CompressedFrontend:
    """Serves Streamlit's scripts and styles gzipped: 2.6 MB becomes 1.1 MB on a first visit.

    Streamlit sends them uncompressed, because it would compress each again for every visitor. Here a file is
    compressed when it is first asked for, and kept: about 7 MB of memory once every file has been asked for.
    """

    def __init__(self, app: ASGIApp, *, frontend: dict[str, Path]) -> None:
        self.app = app
        self._files = {url: path for url, path in frontend.items() if path.suffix in {".js", ".css"}}
        self._compressed: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the compressed file where there is one and the browser takes it; else pass the request on."""
        if scope["type"] != "http" or scope["path"] not in self._files or not _takes_gzip(scope):
            await self.app(scope, receive, send)
            return
        url = scope["path"]
        if url not in self._compressed:
            self._compressed[url] = await to_thread.run_sync(_compress, self._files[url])
        response = Response(
            self._compressed[url],
            media_type=mimetypes.guess_type(url)[0],
            headers={"Cache-Control": FOREVER, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"},
        )
        await response(scope, receive, send)


def _compress(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)


def _takes_gzip(scope: Scope) -> bool:
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")
