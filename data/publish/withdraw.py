"""Take a release back: a tombstone says what stood there and why, and the file goes where only staff can read it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

from sqlalchemy import select

from data.models import Manifest, table_of
from data.publish.release import ReleaseRefused, only_publisher, remove_leftovers
from data.store import NoRelease, Store, Tombstone, sync_folder, write_durably

WHY_AT_LEAST = 10
"""A reason has at least so many characters."""


def withdraw(store: Store, release_id: str, *, why: str, by: str, serve: str | None = None) -> Tombstone:
    """Withdraw a release: from now on its tombstone answers in its place. Raises ReleaseRefused.

    serve: the release that is served instead, where the one that is withdrawn is served now. The tombstone is what
    counts: from the instant it stands nothing of the release is served, and a try that was cut off is finished by the
    same command.
    """
    why, by = " ".join(why.split()), " ".join(by.split())
    with only_publisher(store):
        remove_leftovers(store)
        stone = store.tombstone_path(release_id)
        already = store.tombstone(release_id)
        if already is None:
            try:
                tombstone = _tombstone(store, release_id, why, by)
                _serve_instead(store, release_id, serve)
            except NoRelease as error:
                raise ReleaseRefused([str(error)]) from None
            stone.parent.mkdir(mode=0o755, exist_ok=True)
            write_durably(stone, json.dumps(tombstone.as_dict(), ensure_ascii=False, indent=2) + "\n")
        elif not store.path_of(release_id).exists():
            day = already.withdrawn_at.date().isoformat()
            raise ReleaseRefused([f"release {release_id} was withdrawn already, on {day}: {already.why}"])
        path = store.path_of(release_id)
        path.chmod(0o400)
        os.replace(path, store.withdrawn_path(release_id))
        sync_folder(stone.parent)
        sync_folder(path.parent)
        return Tombstone.read(stone)


def _tombstone(store: Store, release_id: str, why: str, by: str) -> Tombstone:
    if len(why) < WHY_AT_LEAST:
        raise ReleaseRefused([f"say why in at least {WHY_AT_LEAST} characters; readers see it in place of the release"])
    if not by:
        raise ReleaseRefused(["say who withdraws it: a name or a role"])
    m = table_of(Manifest).c
    with store.open(release_id).connect() as connection:
        held = connection.execute(
            select(
                m.released_on,
                m.version,
                m.content_sha256,
                m.previous_release_id,
                m.previous_chain_sha256,
                m.chain_sha256,
            )
        ).one()
    return Tombstone(id=release_id, withdrawn_at=datetime.now(UTC), why=why, by=by, **held._mapping)


def _serve_instead(store: Store, release_id: str, serve: str | None) -> None:
    """Point at the other release first, so that there is one at every instant."""
    current = store.current_id()
    if release_id != current:
        if serve not in (None, current):
            raise ReleaseRefused([f"{release_id} is not served now, {current} is; leave --serve out"])
        return
    others = ", ".join(one for one in store.ids() if one != release_id)
    if serve in (None, release_id):
        instead = f"say with --serve which one is served instead: there is {others}"
        alone = "there is no other; publish a corrected one first"
        raise ReleaseRefused([f"{release_id} is the release that is served; {instead if others else alone}"])
    store.activate(str(serve))
