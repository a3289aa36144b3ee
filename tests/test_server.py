"""The front door: what is refused, what is served, and the open data."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import create_engine
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config, file_util
from streamlit.proto.BackMsg_pb2 import BackMsg

from components.server import middleware, routes
from components.server.files import ASSETS, frontend_files
from components.server.guard import content_security_policy, inline_script_hashes
from components.server.opendata import geometry_url
from components.server.startup import needs_demo, publish_demo_if_empty
from data.models import City, Manifest, MapFeature, Neighborhood
from data.models.base import Table
from data.publish.withdraw import withdraw
from data.store import Store
from pages import PAGE_PATHS
from tests.conftest import ROOT, SERVER_STARTS_WITHIN_S, start_server

OUTLINE = '{"type":"Polygon","coordinates":[[[-84.1,39.1],[-84.2,39.1],[-84.2,39.2],[-84.1,39.1]]]}'


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two small releases, 2026-02 and 2026-03; the later is served."""
    store = Store(tmp_path_factory.mktemp("small") / "store")
    for month in (2, 3):
        path = store.root / "releases" / f"2026-0{month}.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{path}")
        Table.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all(
                [
                    Manifest(
                        release_id=f"2026-0{month}",
                        published_at=datetime(2026, month, 2, tzinfo=UTC),
                        released_on=date(2026, month, 2),
                        publisher="City of Riverton",
                        note=f"Month {month} <b>",
                        software_version="0.1.0",
                        content_sha256=f"{month}" * 64,
                    ),
                    City(id="riverton", name="Riverton", publisher="City of Riverton", invented=True),
                    Neighborhood(id="penasco", name="Peñasco, East", geometry=OUTLINE, visitor_area=True),
                    Neighborhood(id="city", name="Riverton", kind="city"),
                    Neighborhood(id="d1", name="District 1", kind="district", geometry=OUTLINE),
                    MapFeature(id="river", kind="water", geometry=OUTLINE),
                ]
            )
            session.commit()
        engine.dispose()
    store.activate("2026-03")
    return store.root


@pytest.fixture
def store(two_releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of this test's own with two small releases."""
    copy = Store(Path(shutil.copytree(two_releases, tmp_path / "store")))
    monkeypatch.setenv("OPENBEAT_STORE", str(copy.root))
    return copy


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    """A visitor of everything that stands before Streamlit, with Streamlit itself left out."""
    heard: list[bytes] = []

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            while True:
                heard.append(await websocket.receive_bytes())
        except WebSocketDisconnect:
            pass

    def streamlit(request: Any) -> PlainTextResponse:
        return PlainTextResponse("streamlit")

    methods = ["GET", "PUT", "POST", "DELETE"]
    app = Starlette(
        routes=[
            *routes(),
            WebSocketRoute("/_stcore/stream", socket),
            Route("/{path:path}", streamlit, methods=methods),
        ],
        middleware=middleware(PAGE_PATHS.values()),
    )
    with TestClient(app, base_url="http://dashboard.example", headers={"accept-encoding": "identity"}) as client:
        client.app_state["heard"] = heard
        yield client


class TestRefusals:
    @pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
    @pytest.mark.parametrize("path", ["/_stcore/upload_file/session/file", "/", "/data/", "/_stcore/agent/interact"])
    def test_nothing_can_be_sent_in(self, client: TestClient, method: str, path: str) -> None:
        assert client.request(method, path).status_code == 405

    @pytest.mark.parametrize(
        "path",
        [
            "/_stcore/metrics",
            "/_stcore/upload_file/session/file",
            "/_stcore/agent/openapi.json",
            "/_stcore/script-health-check",
            "/auth/login",
            "/app/static/secrets.toml",
            "/component/any",
        ],
    )
    def test_addresses_of_streamlit_that_no_reader_needs_are_not_there(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/budget/", "/_stcore/health"])
    def test_what_pages_need_of_streamlit_is_let_through(self, client: TestClient, path: str) -> None:
        assert client.get(path, params={"n": "x"}).text == "streamlit"

    @pytest.mark.parametrize("path", ["/nothing", "/budget/2026", "/static/js/none.js", "/Budget", "/home"])
    def test_an_unknown_address_is_a_404_with_a_way_home(self, client: TestClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 404
        assert 'href="/?lang=en"' in answer.text

    def test_the_404_speaks_the_readers_language(self, client: TestClient) -> None:
        assert '<html lang="es">' in client.get("/nothing", headers={"accept-language": "es-MX,en;q=0.5"}).text
        assert '<html lang="es">' in client.get("/nothing?lang=es", headers={"accept-language": "en"}).text
        assert '<html lang="en">' in client.get("/nothing?lang=../xx", headers={"accept-language": "tlh"}).text

    @pytest.mark.parametrize("path", ["/", "/nothing", "/data/", "/healthz", "/assets/tokens.json"])
    def test_every_answer_carries_the_security_headers(self, client: TestClient, path: str) -> None:
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]

    def test_the_policy_allows_the_one_script_written_in_streamlits_page_and_no_other(self, client: TestClient) -> None:
        policy = client.get("/").headers["content-security-policy"]
        # The hash of the one inline script of Streamlit 1.67. When it changes, read what the new script does.
        assert "script-src 'self' 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA=';" in policy
        assert "unsafe-eval" not in policy

    def test_hashes_are_of_inline_scripts_only(self) -> None:
        page = '<script src="a.js"></script><script type="module" src="b.js"></script><script>alert(1)</script>'
        assert inline_script_hashes(page) == ["sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="]
        assert content_security_policy([]).count("script-src 'self';") == 1


class TestShell:
    @pytest.mark.parametrize("path", [f"/{path}" for path in PAGE_PATHS.values()])
    def test_a_page_says_which_language_it_will_be_in(self, client: TestClient, path: str) -> None:
        def marked(query: str, accepts: str) -> str:
            html = client.get(f"{path}?n=x{query}", headers={"accept-language": accepts}).text
            return html.split('<html lang="', 1)[1].split('"', 1)[0]

        assert marked("&lang=es", "en-US,en;q=0.9") == "es"
        assert marked("", "es-MX,en;q=0.5") == "es"
        assert marked("", "") == "en"
        assert marked("", "tlh,es;q=0.5") == "en"  # as the page itself decides
        assert marked('&lang="><script>', "es") == "en"

    def test_the_rest_of_the_page_is_as_streamlit_wrote_it_with_one_script_of_ours(self, client: TestClient) -> None:
        index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
        ours = '<script src="/assets/anchor.js" defer></script></head>'
        index = index.replace("</head>", ours)
        assert client.get("/?lang=en").text == index
        assert client.get("/?lang=es").text == index.replace('<html lang="en">', '<html lang="es">')
        script = client.get("/assets/anchor.js")
        assert script.status_code == 200
        assert "javascript" in script.headers["content-type"]

    def test_a_browser_asks_again_and_gets_no_page_of_another_language(self, client: TestClient) -> None:
        spanish = client.get("/outcomes?lang=es")
        assert spanish.headers["cache-control"] == "no-cache"
        assert spanish.headers["vary"] == "Accept-Language"
        tag = {"if-none-match": spanish.headers["etag"]}
        assert client.get("/outcomes?lang=es", headers=tag).status_code == 304
        assert client.get("/outcomes?lang=en", headers=tag).status_code == 200


class TestOldAddresses:
    """Links that people kept lead where their page is now, with every code."""

    @pytest.mark.parametrize("slash", ["", "/"])
    @pytest.mark.parametrize(
        "query", ["", "?m=burglary&p=2025&n=old-town&view=funnel&lang=es&release=2026-03", "?n=c%C3%B4te&x=a%26b"]
    )
    def test_the_map_is_a_part_of_the_outcomes(self, client: TestClient, slash: str, query: str) -> None:
        answer = client.get(f"/map{slash}{query}", follow_redirects=False)
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/outcomes{query}"
        assert "content-security-policy" in answer.headers
        assert client.get(f"/map{slash}{query}").status_code == 200

    def test_only_the_page_moved(self, client: TestClient) -> None:
        assert client.get("/map/elsewhere", follow_redirects=False).status_code == 404
        assert client.get("/outcomes?m=burglary", follow_redirects=False).status_code == 200


class TestWebsocket:
    def say(self, client: TestClient, *said: BackMsg) -> list[str | None]:
        with client.websocket_connect("/_stcore/stream") as socket:
            for message in said:
                socket.send_bytes(message.SerializeToString())
        return [BackMsg.FromString(heard).WhichOneof("type") for heard in client.app_state["heard"]]

    def test_a_visitor_cannot_clear_caches_or_change_how_the_server_runs(self, client: TestClient) -> None:
        heard = self.say(
            client,
            BackMsg(clear_cache=True),
            BackMsg(set_run_on_save=True),
            BackMsg(load_git_info=True),
            BackMsg(debug_shutdown_runtime=True),
            BackMsg(),
            BackMsg(app_heartbeat=True),
        )
        assert heard == ["app_heartbeat"]

    def test_what_pages_need_is_let_through(self, client: TestClient) -> None:
        rerun = BackMsg()
        rerun.rerun_script.query_string = "n=x"
        assert self.say(client, rerun, BackMsg(stop_script=True)) == ["rerun_script", "stop_script"]

    def test_text_ends_the_connection(self, client: TestClient) -> None:
        with client.websocket_connect("/_stcore/stream") as socket:
            socket.send_text("hello")
        assert client.app_state["heard"] == []

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://dashboard.example.evil.example", "null"])
    def test_a_page_of_another_site_cannot_connect(self, client: TestClient, origin: str) -> None:
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/_stcore/stream", headers={"origin": origin}),
        ):
            pass

    @pytest.mark.parametrize("origin", ["http://dashboard.example", "https://dashboard.example"])
    def test_our_own_pages_connect(self, client: TestClient, origin: str) -> None:
        with client.websocket_connect(
            "/_stcore/stream", headers={"origin": origin, "host": "dashboard.example"}
        ) as socket:
            socket.send_bytes(BackMsg(stop_script=True).SerializeToString())
        assert len(client.app_state["heard"]) == 1

    def test_a_site_that_was_let_in_connects(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = config.get_option
        known = {"server.corsAllowedOrigins": ["https://city.example"]}
        monkeypatch.setattr(config, "get_option", lambda name: known[name] if name in known else asked(name))
        with client.websocket_connect("/_stcore/stream", headers={"origin": "https://city.example"}):
            pass

    def test_no_other_websocket_is_there(self, client: TestClient) -> None:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/elsewhere"):
            pass


class TestFiles:
    def test_fonts_are_kept_for_a_year_and_checked_by_their_tag(self, client: TestClient) -> None:
        (path,) = (ASSETS / "fonts").glob("public-sans-*-latin.woff2")
        font = client.get(f"/assets/fonts/{path.name}")
        assert font.headers["content-type"] == "font/woff2"
        assert font.headers["cache-control"] == "public, max-age=31536000, immutable"
        again = client.get(font.request.url.path, headers={"if-none-match": font.headers["etag"]})
        assert again.status_code == 304

    def test_a_file_whose_name_stays_is_asked_for_again(self, client: TestClient) -> None:
        assert client.get("/assets/tokens.json").headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize(
        "path",
        ["../app.py", "..%2fserver%2fguard.py", "%2e%2e/words.py", "fonts/../../words.py", "/etc/passwd", "fonts"],
    )
    def test_no_path_leads_out_of_the_assets(self, client: TestClient, path: str) -> None:
        answer = client.get(f"/assets/{path}")
        assert answer.status_code in {400, 404}
        assert "import" not in answer.text

    def test_scripts_and_styles_are_compressed_for_browsers_that_take_it(self, client: TestClient) -> None:
        url, path = next((url, path) for url, path in frontend_files().items() if url.endswith(".js"))
        with client.stream("GET", url, headers={"accept-encoding": "gzip, br"}) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["vary"] == "Accept-Encoding"
            assert gzip.decompress(b"".join(answer.iter_raw())) == path.read_bytes()
        assert client.get(url).text == "streamlit"


class TestOpenData:
    def test_a_table_holds_every_row_and_keeps_empty_apart_from_zero(self, client: TestClient) -> None:
        answer = client.get("/data/2026-03/neighborhood.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text))}
        assert list(rows) == ["city", "d1", "penasco"]
        assert rows["penasco"]["name"] == "Peñasco, East"
        assert rows["penasco"]["visitor_area"] == "true"
        assert rows["penasco"]["area_km2"] == ""

    def test_latest_leads_to_the_release_that_is_served_now(self, client: TestClient, store: Store) -> None:
        def where(path: str) -> str:
            return client.get(path, follow_redirects=False).headers["location"]

        assert where("/data/latest/budget_line.csv?a=b") == "/data/2026-03/budget_line.csv?a=b"
        assert where("/data/latest.sqlite") == "/data/2026-03.sqlite"
        assert where("/geometry/latest/neighborhoods.geojson") == "/geometry/2026-03/neighborhoods.geojson"
        store.activate("2026-02")
        assert where("/data/latest/") == "/data/2026-02/"

    def test_a_release_is_given_whole(self, client: TestClient, tmp_path: Path, store: Store) -> None:
        copy = tmp_path / "copy.sqlite"
        answer = client.get("/data/2026-02.sqlite")
        copy.write_bytes(answer.content)
        assert copy.read_bytes() == store.path_of("2026-02").read_bytes()
        assert answer.headers["content-type"] == "application/vnd.sqlite3"
        connection = sqlite3.connect(copy)
        assert connection.execute("select count(*) from neighborhood").fetchone() == (3,)
        connection.close()

    def test_programs_find_every_release_and_table(self, client: TestClient) -> None:
        releases = client.get("/data/releases.json").json()["releases"]
        assert [(release["id"], release["current"]) for release in releases] == [("2026-03", True), ("2026-02", False)]
        table = releases[0]["tables"]["neighborhood"]
        assert table["rows"] == 3
        assert len(client.get(table["csv"]).text.splitlines()) == 1 + 3
        assert client.get(releases[1]["sqlite"]).status_code == 200

    @pytest.mark.parametrize(
        "path",
        [
            "/data/2026-03.sqlite",
            "/data/2026-03/neighborhood.csv",
            "/geometry/2026-03/neighborhoods.geojson",
        ],
    )
    def test_what_has_not_changed_is_not_sent_again(self, client: TestClient, path: str) -> None:
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"if-none-match": tag}).status_code == 304
        assert client.get(path, headers={"if-none-match": f'W/{tag}, "x"'}).status_code == 304
        assert client.get(path.replace("2026-03", "2026-02"), headers={"if-none-match": tag}).status_code == 200

    @pytest.mark.parametrize(
        "path",
        [
            "/data/2019-01.sqlite",
            "/data/2019-01/",
            "/data/2026-03/sqlite_master.csv",
            "/data/2026-03/neighborhood%20where%201.csv",
            "/data/..%2f..%2fcurrent.sqlite",
            "/data/current",
            "/geometry/2026-03/people.geojson",
        ],
    )
    def test_what_is_not_published_is_a_404(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_people_find_it_in_their_language(self, client: TestClient) -> None:
        page = client.get("/data/?lang=es").text
        assert '<html lang="es">' in page
        assert "2 de marzo de 2026" in page
        assert "Month 3 &lt;b&gt;" in page
        assert 'href="neighborhood.csv"' in client.get("/data/2026-03/").text

    def test_invented_data_is_called_invented(self, client: TestClient) -> None:
        assert "Riverton is an invented city" in client.get("/data/").text
        assert "Riverton is an invented city" in client.get("/data/2026-02/").text

    def test_an_empty_store_says_so(self, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENBEAT_STORE", str(tmp_path / "empty"))
        assert client.get("/data/").status_code == 200
        assert client.get("/data/latest.sqlite").status_code == 404
        assert client.get("/healthz").status_code == 503


class TestDrafts:
    """What is no release yet, on the live server and in its preview."""

    @pytest.fixture
    def draft(self, store: Store) -> Store:
        """The store with a draft 2026-04."""
        path = store.draft_path("2026-04")
        path.parent.mkdir()
        shutil.copyfile(store.path_of("2026-03"), path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE manifest SET release_id = '2026-04', released_on = '2026-04-02'")
            connection.commit()
        return store

    @pytest.mark.parametrize(
        "path",
        [
            "/data/2026-04/",
            "/data/2026-04.sqlite",
            "/data/2026-04/neighborhood.csv",
            "/geometry/2026-04/neighborhoods.geojson",
            "/map/2026-04/context.geojson",
        ],
    )
    def test_no_address_leads_to_a_draft(self, client: TestClient, draft: Store, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_no_list_has_a_draft(self, client: TestClient, draft: Store) -> None:
        assert "2026-04" not in client.get("/data/").text
        assert "2026-04" not in client.get("/data/releases.json").text
        assert client.get("/healthz").json() == {"status": "ok", "release": "2026-03"}

    @pytest.fixture
    def preview(self, draft: Store, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
        """A visitor at the computer that shows the draft."""
        monkeypatch.setenv("OPENBEAT_PREVIEW", "2026-04")
        with TestClient(client.app, base_url="http://127.0.0.1:8502", client=("127.0.0.1", 50000)) as here:
            yield here

    def test_a_preview_shows_the_draft_as_the_current_release(self, preview: TestClient) -> None:
        assert preview.get("/healthz").json() == {"status": "ok", "release": "2026-04", "draft": True}
        assert preview.get("/data/latest/", follow_redirects=False).headers["location"] == "/data/2026-04/"
        assert "Draft: not published" in preview.get("/data/2026-04/").text
        assert "Draft" not in preview.get("/data/2026-03/").text

    @pytest.mark.parametrize("path", ["/", "/data/", "/healthz", "/assets/tokens.json", "/static/js/x.js"])
    @pytest.mark.parametrize(
        ("client_host", "headers"),
        [
            ("192.168.1.7", {}),
            ("127.0.0.1", {"host": "dashboard.example"}),
            ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        ],
        ids=["another computer", "another name", "through a proxy"],
    )
    def test_a_preview_answers_this_computer_only(
        self, preview: TestClient, path: str, client_host: str, headers: dict[str, str]
    ) -> None:
        stranger = TestClient(preview.app, base_url="http://127.0.0.1:8502", client=(client_host, 50000))
        assert stranger.get(path, headers=headers).status_code == 403
        with pytest.raises(WebSocketDisconnect), stranger.websocket_connect("/_stcore/stream", headers=headers):
            pass

    @pytest.mark.parametrize("host", ["localhost:8502", "127.0.0.1", "[::1]:8502"])
    def test_a_preview_is_reached_by_any_name_of_this_computer(self, preview: TestClient, host: str) -> None:
        assert preview.get("/healthz", headers={"host": host}).status_code == 200

    def test_the_command_serves_it_to_this_computer_and_leaves_nothing_running(self, draft: Store) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "data", "preview", "2026-04", "--port", str(port), "--store", str(draft.root)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                give_up, answer = time.monotonic() + SERVER_STARTS_WITHIN_S, None
                while answer is None and process.poll() is None and time.monotonic() < give_up:
                    with suppress(httpx.TransportError):
                        answer = httpx.get(f"http://127.0.0.1:{port}/healthz")
                    time.sleep(0.1)
                assert answer is not None
                assert answer.json() == {"status": "ok", "release": "2026-04", "draft": True}
                stranger = httpx.get(f"http://127.0.0.1:{port}/data/", headers={"host": "dashboard.example"})
                assert stranger.status_code == 403
            finally:
                process.terminate()
            said = process.communicate(timeout=20)[0]
        assert f"http://127.0.0.1:{port}/" in said
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/healthz")
        assert draft.current_id() == "2026-03"

    def test_a_preview_whose_draft_is_gone_makes_no_demo(self, draft: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        draft.draft_path("2026-04").unlink()
        monkeypatch.setenv("OPENBEAT_PREVIEW", "2026-04")
        assert not needs_demo(Store.default())


class TestWithdrawn:
    """What is no release any more."""

    @pytest.fixture
    def withdrawn(self, store: Store) -> Store:
        """The store, its older release withdrawn."""
        withdraw(store, "2026-02", why="Counts <were> doubled.", by="Head of records")
        return store

    @pytest.mark.parametrize(
        "path",
        [
            "/data/2026-02/",
            "/data/2026-02.sqlite",
            "/data/2026-02/neighborhood.csv",
            "/data/2026-02/nothing.csv",
            "/geometry/2026-02/neighborhoods.geojson",
            "/map/2026-02/context.geojson",
        ],
    )
    def test_every_address_of_it_says_why(self, client: TestClient, withdrawn: Store, path: str) -> None:
        answer = client.get(path, headers={"accept": "*/*"})
        assert (answer.status_code, answer.json()["current"]) == (410, "/data/2026-03/")
        assert answer.json()["withdrawn"]["why"] == "Counts <were> doubled."
        assert answer.json()["withdrawn"]["content_sha256"] == "2" * 64

    def test_people_get_a_page_in_their_language(self, client: TestClient, withdrawn: Store) -> None:
        for path in ("/data/2026-02/", "/data/2026-02.sqlite", "/data/2026-02/neighborhood.csv"):
            answer = client.get(f"{path}?lang=es", headers={"accept": "text/html"})
            assert answer.status_code == 410
            assert "La publicación 2026-02 fue retirada" in answer.text
            assert "Counts &lt;were&gt; doubled." in answer.text
            assert 'href="/data/2026-03/?lang=es"' in answer.text

    def test_the_lists_name_it_apart(self, client: TestClient, withdrawn: Store) -> None:
        listed = client.get("/data/releases.json").json()
        assert [one["id"] for one in listed["releases"]] == ["2026-03"]
        assert [one["id"] for one in listed["withdrawn"]] == ["2026-02"]
        page = client.get("/data/").text
        assert "Withdrawn releases" in page
        assert 'href="2026-02' not in page


class TestGeometry:
    def test_outlines_of_places_by_kind(self, client: TestClient) -> None:
        def features(name: str) -> list[dict[str, Any]]:
            answer = client.get(f"/geometry/2026-03/{name}.geojson")
            assert answer.headers["content-type"] == "application/geo+json"
            found: list[dict[str, Any]] = answer.json()["features"]
            return found

        (place,) = features("neighborhoods")
        assert place["id"] == "penasco"
        assert place["properties"]["name"] == "Peñasco, East"
        assert place["geometry"] == json.loads(OUTLINE)
        assert [feature["id"] for feature in features("districts")] == ["d1"]
        assert [feature["properties"]["kind"] for feature in features("context")] == ["water"]

    def test_the_address_a_map_uses_is_kept_for_a_year_and_another_is_not(
        self, client: TestClient, store: Store
    ) -> None:
        url = geometry_url(store.open(), "neighborhoods")
        assert "immutable" in client.get(url).headers["cache-control"]
        assert client.get(url.partition("?")[0]).headers["cache-control"] == "no-cache"
        assert client.get(url.replace("v=3", "v=4")).headers["cache-control"] == "no-cache"


class TestStart:
    @pytest.mark.parametrize("uvicorn", [False, True], ids=["streamlit", "uvicorn"])
    def test_both_ways_to_start_serve_all_and_write_no_visitor_down(
        self, store: Store, tmp_path: Path, uvicorn: bool
    ) -> None:
        log = tmp_path / "log.txt"
        address, process = start_server(store.root, log, {}, uvicorn=uvicorn)
        try:
            assert httpx.get(f"{address}/budget?n=penasco").status_code == 200
            assert httpx.get(f"{address}/_stcore/health").text == "ok"
            assert httpx.get(f"{address}/_stcore/metrics").status_code == 404
            assert httpx.get(f"{address}/_stcore/host-config").json()["allowedOrigins"] == []
            assert httpx.get(f"{address}/data/2026-03/neighborhood.csv").status_code == 200
            assert "set-cookie" not in httpx.get(address).headers
        finally:
            process.terminate()
            process.wait(10)
        written = log.read_text()
        assert "penasco" not in written
        assert "budget" not in written
        assert "GET" not in written

    def test_health_names_the_release_that_is_served(self, client: TestClient) -> None:
        assert client.get("/healthz").json() == {"status": "ok", "release": "2026-03"}

    def test_a_store_that_holds_a_release_is_left_alone(self, store: Store) -> None:
        publish_demo_if_empty(store)
        assert store.ids() == ["2026-02", "2026-03"]

    def test_servers_that_start_together_publish_the_demo_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, two_releases: Path
    ) -> None:
        published: list[Path] = []

        def publish_demo(root: Path, progress: object) -> None:
            published.append(root)
            time.sleep(0.2)
            shutil.copytree(two_releases, root, dirs_exist_ok=True)

        monkeypatch.setattr("data.demo.publish_demo", publish_demo, raising=False)
        empty = Store(tmp_path / "none" / "yet")
        with ThreadPoolExecutor() as processes:
            list(processes.map(publish_demo_if_empty, [empty, empty]))
        assert published == [empty.root]
        assert empty.current_id() == "2026-03"
