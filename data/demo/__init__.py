"""Riverton, an invented city: three packs that hold every hard case a real city brings. Also the tests' fixture.

    places      outlines around a river, residents, what people type to find a place
    safety      counts a month, a quarter and a year
    voice       surveys, meetings, themes, promises
    programs    programs, problems, goals, studies, training
    money       budget years in exact cents, grants, technology
    releases    what each of three releases could know on its day
    texts/      all words, English and Spanish

Nothing here goes around publishing: `publish_demo` hands the packs to the same command as any city's.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from data.demo.releases import write_packs
from data.publish.progress import Progress, silent
from data.publish.run import publish
from data.store import Store

__all__ = ["publish_demo", "write_packs"]


class DemoRefused(RuntimeError):
    """A pack of the demo was refused: the message says why."""


def publish_demo(store_root: Path, progress: Progress | None = None) -> list[str]:
    """Publish Riverton's three releases into a store, oldest first; returns their ids. Raises DemoRefused."""
    published = []
    with TemporaryDirectory() as folder:
        for pack in write_packs(Path(folder)):
            outcome = publish(pack, store=Store(store_root), progress=progress or silent)
            if outcome.release_id is None:
                raise DemoRefused("\n".join([*outcome.refused, *map(str, outcome.report.errors)]))
            published.append(outcome.release_id)
    return published
