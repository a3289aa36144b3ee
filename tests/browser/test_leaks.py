"""What a browser receives of two cities that differ only in what is withheld: frame by frame, answer by answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.conftest import Serve

# Numbers of the visit, not of the city.
OF_THE_VISIT = ("new_session", "session_status_changed", "session_event", "script_finished")

OF_THE_PROGRAM = ("/static/", "/assets/")
"""Paths of files that are the same for every city; a font may come before or after the page has settled."""
PATIENCE = 150


def received(page: Page, address: str, settled: Callable[[Page], Page]) -> tuple[list[bytes], dict[str, bytes]]:
    """The messages on the websocket, and the bodies of all answers by path, of one visit."""
    frames: list[str | bytes] = []
    answers: dict[str, bytes] = {}

    def cleaned(frame: str | bytes) -> Iterator[bytes]:
        assert isinstance(frame, bytes)
        message = ForwardMsg.FromString(frame)
        if message.WhichOneof("type") in OF_THE_VISIT:
            return
        message.hash = ""
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "download_button":
            message.delta.new_element.download_button.deferred_file_id = ""
        yield re.sub(rb"localhost:\d+", b"localhost", message.SerializeToString(deterministic=True))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame))

    def keep(answer: Response) -> None:
        if answer.status == 200 and not urlsplit(answer.url).path.startswith(OF_THE_PROGRAM):
            parts = urlsplit(answer.url)
            answers[f"{parts.path}?{parts.query}"] = re.sub(rb"localhost:\d+", b"localhost", answer.body())

    page.on("websocket", listen)
    page.on("response", keep)
    page.goto(address)
    settled(page)
    page.wait_for_load_state("networkidle")
    for _ in range(PATIENCE):  # the map asks for its shapes
        if "/outcomes" not in address or sum(path.startswith("/map/") for path in answers) >= 2:
            break
        page.wait_for_timeout(200)
    return [message for frame in frames for message in cleaned(frame)], answers


@pytest.mark.parametrize("path", ["neighborhood?n=north", "outcomes?m=force&n=north", "feedback?n=north", "about"])
def test_a_browser_receives_the_same_of_both(
    new_page: Callable[..., Page],
    settled: Callable[[Page], Page],
    serve: Serve,
    twin_stores: tuple[Path, Path],
    path: str,
) -> None:
    mark = "&" if "?" in path else "?"
    one, other = (received(new_page(), f"{serve(store)}/{path}{mark}lang=en", settled) for store in twin_stores)
    assert len(one[0]) > 10
    assert sorted(one[0]) == sorted(other[0])
    assert one[1].keys() == other[1].keys()
    assert one[1] == other[1]
