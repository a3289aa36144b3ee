"""What happens once in the life of a server: data to show is made sure of, and the slow imports are done."""

from __future__ import annotations

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from anyio import to_thread

# What the first visitor would wait for otherwise.
SLOW_IMPORTS: Final = ("altair", "babel.dates", "babel.numbers", "pandas", "pyarrow", "pydeck", "sqlmodel")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Prepare before the first visitor is let in: the data, the imports, the heap."""
    await to_thread.run_sync(warm_up)
    yield {}


def warm_up() -> None:
    """Import what the pages need, and take everything that now lives out of the garbage collector's rounds."""
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
