"""What happens once in the life of a server: there is data to show, and the slow imports are done."""

from __future__ import annotations

import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from anyio import to_thread
from filelock import FileLock

from data.store import Store

# What the first visitor would wait for otherwise.
SLOW_IMPORTS: Final = ("altair", "babel.dates", "babel.numbers", "pandas", "pyarrow", "pydeck", "sqlmodel")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Prepare before the first visitor is let in: the log, the data, the imports, the heap."""
    keep_no_visitors_in_the_log()
    await to_thread.run_sync(publish_demo_if_empty, Store.default())
    await to_thread.run_sync(warm_up)
    try:
        yield {}
    finally:
        gc.unfreeze()  # else DuckDB, which a first start has used, takes what is frozen for leaks and says so at length


def keep_no_visitors_in_the_log() -> None:
    """Write no line for a request: it would hold the address of a visitor beside the neighborhood they looked at.

    Done here because Streamlit turns uvicorn's access log on again, whatever uvicorn was told.
    """
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


def publish_demo_if_empty(store: Store) -> None:
    """Publish the invented city into a store that holds nothing, so that a first start shows a whole dashboard.

    A demo that was cut off between its releases is finished. Several processes that start together do it once: the
    first takes the lock, the others wait and find it done.
    """
    if not needs_demo(store):
        return
    store.root.mkdir(parents=True, exist_ok=True)
    with FileLock(store.root / "demo.lock"):
        if not needs_demo(store):
            return
        # Imported here: a server that has data never needs the publishing half.
        from data import console
        from data.demo import publish_demo

        found = "The demo city is not complete" if store.current_id() else "Nothing is published yet"
        console.err().print(f"{found} in {store.root}: making the invented demo city.", markup=False)
        with console.progress_bar() as progress:
            publish_demo(store.root, progress)


def needs_demo(store: Store) -> bool:
    """Whether there is nothing to show, or only a part of the demo."""
    if store.preview:
        return False
    if not store.current_id():
        return True
    if not store.unfinished_demo.exists():
        return False
    from data.demo import is_unfinished

    return is_unfinished(store)


def warm_up() -> None:
    """Import what the pages need, then take all that lives out of the garbage collector's rounds."""
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
