"""The dashboard as a browser meets it first."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve, start_server


def test_a_deep_link_is_right_on_the_first_visit_to_a_fresh_server(
    page: Page, settled: Callable[[Page], Page], demo_store: Path, tmp_path: Path
) -> None:
    address, process = start_server(demo_store, tmp_path / "log.txt", {})
    try:
        page.goto(f"{address}/budget?lang=es")
        settled(page)
        assert page.url.startswith(f"{address}/budget?")
        assert "lang=es" in page.url
        # The page that the address names is the one the menu marks.
        expect(page.locator('a[aria-current="page"]').first).to_have_attribute("href", re.compile("/budget$"))
    finally:
        process.terminate()
        process.wait(10)


def test_pages_are_drawn_in_our_own_font(
    page: Page, settled: Callable[[Page], Page], serve: Serve, demo_store: Path
) -> None:
    fonts: list[str] = []
    page.on("requestfinished", lambda request: fonts.append(request.url) if "/assets/fonts/" in request.url else None)
    page.goto(serve(demo_store))
    settled(page)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Public Sans\"'))")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith('"Public Sans"')
    assert any(url.endswith("-latin.woff2") for url in fonts)


def test_a_page_leaves_no_error_in_the_console_and_no_cookie(
    page: Page, settled: Callable[[Page], Page], serve: Serve, demo_store: Path, console_errors: list[str]
) -> None:
    page.goto(serve(demo_store))
    settled(page)
    assert console_errors == []
    assert page.context.cookies() == []


@pytest.mark.parametrize("path", ["/nothing-here", "/budget/nothing-here", "/budget.php"])
def test_an_address_where_nothing_is_says_so_and_leads_home(
    page: Page, settled: Callable[[Page], Page], serve: Serve, demo_store: Path, path: str
) -> None:
    address = serve(demo_store)
    answer = page.goto(address + path)
    assert answer
    assert answer.status == 404
    page.get_by_role("link").first.click()
    settled(page)
    assert page.url.startswith(f"{address}/?lang=")
