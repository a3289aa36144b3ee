"""A real browser: one Chromium a session, a fresh visitor a test, and an eye on where pages send requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, where

# Streamlit marks the root of the page with what it is doing; the heading says that the page has something to show.
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED] h1"
# The first map under load draws with the processor instead of a graphics card, and may take this long.
PATIENCE_MS = 60_000

NewPage = Callable[..., Page]
Settled = Callable[[Page], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(absent: Callable[[str], Any]) -> Iterator[Browser]:
    """Chromium: Debian's where there is one, else the one that Playwright installs."""
    with sync_playwright() as playwright:
        path = where(playwright)
        if path is None:
            absent("there is no Chromium: run `make browser`")
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def console_errors() -> list[str]:
    """What the pages of this test wrote to the browser's console as errors, and what they threw."""
    return []


@pytest.fixture
def new_page(browser: Browser, console_errors: list[str]) -> Iterator[NewPage]:
    """`new_page(viewport=..., color_scheme=..., locale=...)`: a page for a visitor nobody has seen before.

    The test fails when a page asks anything of another host: no visitor's address may go anywhere but to the server.
    """
    expect.set_options(timeout=PATIENCE_MS)
    elsewhere: list[str] = []

    def note_request(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"localhost", "127.0.0.1"}:
            elsewhere.append(url)

    with ExitStack() as contexts:

        def open_page(**options: Any) -> Page:
            options.setdefault("viewport", {"width": 1280, "height": 800})
            context = browser.new_context(**options)
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            context.on("request", lambda request: note_request(request.url))
            page = context.new_page()
            page.on("websocket", lambda socket: note_request(socket.url))
            page.on("console", lambda said: console_errors.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: console_errors.append(str(error)))
            return page

        yield open_page
    # Our own policy stops such a request before it is sent; then the console tells of it. That the map library may not
    # compile code of its own is no request.
    elsewhere += [said for said in console_errors if "Content Security Policy" in said and "WebAssembly" not in said]
    assert not elsewhere, f"the page sent, or tried to send, requests to other hosts: {elsewhere}"


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of a visitor at a laptop."""
    return new_page()


@pytest.fixture(scope="session")
def settled() -> Settled:
    """`settled(page)`: waits until the page is connected, its script has finished and its heading stands.

    Right after a click the page may still say that it has finished: wait for the expected content as well.
    """

    def wait(page: Page) -> Page:
        page.wait_for_selector(SETTLED, state="visible", timeout=PATIENCE_MS)
        return page

    return wait
