"""Real cities: what is published beside what their files say, read and counted here by plain means of our own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.panels.measures import readings_of
from components.readings import Reading
from components.scope import Scope
from data.figures import Figure
from data.queries import figures
from data.store import Release, Store
from tests.components.riverton import scope_of
from tests.conftest import ROOT, RealCity

Rows = list[dict[str, str]]
ReadRows = Callable[[str], Rows]
Lookup = dict[tuple[str, str, str], Figure]
OnThePage = Callable[[str, str, str], tuple[Reading, Scope]]
AskCli = Callable[..., list[dict[str, Any]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the real files."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.real)


def rows_of(folder: Path) -> ReadRows:
    """Read a CSV of a folder with nothing but the csv module."""

    def read(file: str) -> Rows:
        with (folder / file).open(encoding="utf-8-sig", newline="") as opened:
            return list(csv.DictReader(opened))

    return read


def readings_on_pages(store: Path) -> OnThePage:
    """`read(place, measure, language)`: the reading that the cards of a store are made of, and the reader's scope."""

    def read(place: str, measure: str, language: str) -> tuple[Reading, Scope]:
        scope = scope_of(store, place=place, language=language)
        [reading] = [one for one in readings_of(scope, place) if one.measure["id"] == measure]
        return reading, scope

    return read


def by_key(release: Release) -> Lookup:
    """Every figure of a release by measure, place and period."""
    return {(one.measure, one.neighborhood, one.period): one for one in figures(release)}


@pytest.fixture(scope="session")
def chicago(chicago_store: Path) -> Release:
    return Store(chicago_store).open()


@pytest.fixture(scope="session")
def chicago_rows(real: RealCity) -> ReadRows:
    return rows_of(real("chicago"))


@pytest.fixture(scope="session")
def chicago_figures(chicago: Release) -> Lookup:
    return by_key(chicago)


@pytest.fixture(scope="session")
def cincinnati(cincinnati_store: Path) -> Release:
    return Store(cincinnati_store).open()


@pytest.fixture(scope="session")
def cincinnati_rows(real: RealCity) -> ReadRows:
    return rows_of(real("cincinnati"))


@pytest.fixture(scope="session")
def cincinnati_figures(cincinnati: Release) -> Lookup:
    return by_key(cincinnati)


@pytest.fixture(scope="session")
def ask_cli() -> AskCli:
    """`ask_cli(store, "--neighborhood", ...)`: what `figure --json` prints."""

    def ask(store: Path, *arguments: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "data", "figure", *arguments, "--json", "--store", str(store)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert isinstance(found, list)
        return found

    return ask
