"""A demo that is cut off between its releases is finished at the next start, and never taken for whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from components.server.startup import publish_demo_if_empty
from data import demo
from data.__main__ import app
from data.publish.run import publish
from data.store import Store
from tests.data.publish.tiny import write_pack

ROOT = Path(__file__).parents[2]
RELEASES = ("2025-09", "2025-12", "2026-03")


class Killed(BaseException):
    """Stands for kill -9: nothing of ours runs after it."""


@pytest.fixture
def cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store where two of three releases came to be. The packs are small ones under the demo's names."""

    def write_packs(folder: Path) -> list[Path]:
        heads = {name: f'id = "{name}"\nreleased_on = {name}-01' for name in RELEASES}
        return [write_pack(folder / name, release=head, approval="") for name, head in heads.items()]

    def deadly(pack: Path, **keywords: Any) -> Any:
        if pack.name == RELEASES[-1]:
            raise Killed
        return publish(pack, **keywords)

    store = Store(tmp_path / "store")
    with monkeypatch.context() as during:
        during.setattr(demo, "write_packs", write_packs)
        during.setattr(demo, "publish", deadly)
        with pytest.raises(Killed):
            demo.publish_demo(store.root)
    monkeypatch.setattr(demo, "write_packs", write_packs)
    assert store.ids() == list(RELEASES[:2])
    return store


def test_a_server_that_published_ends_without_a_word(cut_off: Store) -> None:
    program = """
import asyncio
import data.publish.run  # as a first start does, to publish
from components.server import startup

async def live():
    async with startup.lifespan(None):
        pass

asyncio.run(live())
"""
    cut_off.unfinished_demo.unlink()
    environment = {**os.environ, "OPENBEAT_STORE": str(cut_off.root)}
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_next_start_of_a_server_finishes_it(cut_off: Store) -> None:
    publish_demo_if_empty(cut_off)
    assert (cut_off.ids(), cut_off.current_id()) == (list(RELEASES), RELEASES[-1])
    assert not cut_off.unfinished_demo.exists()


def test_the_command_finishes_it_without_force(cut_off: Store) -> None:
    done = CliRunner().invoke(app, ["demo", "--store", str(cut_off.root)], catch_exceptions=False)
    assert (done.exit_code, cut_off.current_id()) == (0, RELEASES[-1])
    again = CliRunner().invoke(app, ["demo", "--store", str(cut_off.root)])
    assert again.exit_code == 1


def test_a_city_that_was_published_since_is_never_replaced(cut_off: Store, tmp_path: Path) -> None:
    publish(write_pack(tmp_path / "own"), store=cut_off, release_id="own")
    publish_demo_if_empty(cut_off)
    assert cut_off.current_id() == "own"
    assert CliRunner().invoke(app, ["demo", "--store", str(cut_off.root)]).exit_code == 1
