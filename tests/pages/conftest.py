"""Visits to the pages of each published city."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Publish = Callable[[str], Path]


@pytest.fixture
def publish(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """`publish("chicago")`: the pages show that city from now on; gives its store."""

    def show(city: str) -> Path:
        store: Path = request.getfixturevalue(f"{city}_store")
        monkeypatch.setenv("OPENBEAT_STORE", str(store))
        return store

    return show
