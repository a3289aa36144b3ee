"""The pages on programs and what became of them on a phone, checked by axe-core: what a machine can find of WCAG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.conftest import Serve

PATHS = [
    "how-it-works", "programs", "program?program=safe-lights", "problems", "outcomes",
    "compare?with=harbor-point,canal-street",
]  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KNOWN = {
    # Streamlit puts the groups of its menu into the list as <div>, and the pages into those.
    "list": "ul[data-testid=stSidebarNavItems]",
    "listitem": "ul[data-testid=stSidebarNavItems] li",
    # Vega leaves a layer that has no mark to draw as an empty group, called a picture. There is nothing in it to name.
    "svg-img-alt": "svg.marks g.role-mark:empty",
}
"""What axe finds in programs that are not ours: its rule, and the only elements that it may find."""


def not_known(page: Page, rule: dict[str, Any]) -> list[str]:
    """The elements that break a rule of axe, without those that are known."""
    known = KNOWN.get(rule["id"])
    return [
        f"{rule['id']}: {node['html'][:300]}: {node['failureSummary']}"
        for node in rule["nodes"]
        if known is None
        or not page.locator(node["target"][0]).evaluate("(found, known) => found.matches(known)", known)
    ]


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_of_ours(
    new_page: Callable[..., Page], settled: Callable[[Page], Page], serve: Serve, demo_store: Path, path: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme="light")
    page.goto(f"{serve(demo_store)}/{path}{'&' if '?' in path else '?'}lang=en")
    settled(page)
    page.wait_for_load_state("networkidle")
    if page.locator("[data-testid=stVegaLiteChart]").count():
        page.wait_for_selector("svg.marks, canvas.marks")
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations", "passes"]}).response
    assert len(found["passes"]) > 20, "axe has seen no page"
    wrong = [text for rule in found["violations"] for text in not_known(page, rule)]
    assert not wrong, "\n".join(wrong)
