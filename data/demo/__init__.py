"""Riverton, an invented city: three packs that hold every hard case a real city brings. Also the tests' fixture.

    places      outlines around a river, residents, what people type to find a place
    safety      counts a month, a quarter and a year
    equity      force by group of people, and whom it is counted against
    voice       surveys, meetings, themes, promises
    programs    programs, problems, goals, studies, training
    money       budget years in exact cents, grants, technology
    releases    what each of three releases could know on its day
    texts/      all words, English and Spanish

Nothing here goes around publishing: `publish_demo` hands the packs to the same commands as any city's.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from data.demo.releases import write_packs
from data.demo.tables import texts
from data.publish import drafts
from data.publish.progress import Progress, silent
from data.publish.run import publish
from data.store import Store

__all__ = ["is_unfinished", "publish_demo", "write_packs"]


class DemoRefused(RuntimeError):
    """A pack of the demo was refused: the message says why."""


def publish_demo(store_root: Path, progress: Progress | None = None) -> list[str]:
    """Publish Riverton's three releases into a store, oldest first; returns their ids. Raises DemoRefused.

    Where an earlier try was cut off, it goes on after the last release that is there.
    """
    store, published, people = Store(store_root), [], texts("releases")
    there = store.ids() if is_unfinished(store) else []
    store.root.mkdir(parents=True, exist_ok=True)
    store.unfinished_demo.touch()
    with TemporaryDirectory() as folder:
        for pack in write_packs(Path(folder)):
            if pack.name in there:
                store.activate(pack.name)
                published.append(pack.name)
                continue
            outcome = publish(pack, store=store, draft=True, by=people["prepared_by"], progress=progress or silent)
            if outcome.draft_id is None:
                store.unfinished_demo.unlink()  # trying again would not help
                raise DemoRefused("\n".join([*outcome.refused, *map(str, outcome.report.errors)]))
            content = drafts.look(store, outcome.draft_id).content_sha256
            drafts.approve(store, outcome.draft_id, by=people["approved_by"], content=content)
            published.append(drafts.release(store, outcome.draft_id, at_once=True, progress=progress or silent))
    store.unfinished_demo.unlink()
    return published


def is_unfinished(store: Store) -> bool:
    """True where publishing the demo was cut off, and the store holds nothing else since."""
    ours = {release["id"] for release in texts("releases")["releases"]}
    return store.unfinished_demo.exists() and ours.issuperset(store.ids())
