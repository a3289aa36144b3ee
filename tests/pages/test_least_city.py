"""A city with the least that a pack may hold: no outlines, no programs, no survey. Every page is whole all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.publish import run
from data.store import Store
from pages import PAGE_PATHS
from tests.data.publish.tiny import write_pack
from tests.pages import checks
from tests.pages.screen import open_page


@pytest.fixture(scope="module")
def least(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a city of four neighborhoods with two measures and one budget line."""
    folder = tmp_path_factory.mktemp("least")
    assert run.publish(write_pack(folder / "pack"), store=Store(folder / "store"), release_id="one").refused == []
    return folder / "store"


@pytest.mark.parametrize("page", PAGE_PATHS)
def test_every_page_is_whole(least: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setenv("OPENBEAT_STORE", str(least))
    assert checks.everything(open_page(page, lang="en"), "en") == {}
    assert checks.everything(open_page(page, lang="es", n="north"), "es") == {}
