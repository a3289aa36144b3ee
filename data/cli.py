"""What the commands share: where the store is, and how a refusal ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy.exc import DBAPIError

from data import console
from data.lookup import NotFound
from data.publish.release import ReleaseRefused
from data.store import NoRelease, Store

Root = Annotated[Path | None, typer.Option("--store", help="The store; else OPENBEAT_STORE, else data/published.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def open_store(root: Path | None) -> Store:
    """The store that --store names, else the default one; never as a preview of a draft."""
    return Store(root or Store.default().root)


def refuse(reason: str) -> NoReturn:
    """Say why on stderr, and end with 1."""
    console.err().print(f"Refused: {reason}", markup=False)
    raise typer.Exit(1)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a refusal of the modules below, or of the disk, into reasons on stderr and exit code 1."""
    try:
        yield
    except (NoRelease, NotFound) as error:
        refuse(str(error))
    except ReleaseRefused as error:
        for problem in error.problems[:-1]:
            console.err().print(f"Refused: {problem}", markup=False)
        refuse(error.problems[-1])
    except (OSError, sqlite3.Error) as error:
        refuse(f"a file could not be read or written: {error}")
    except DBAPIError as error:
        refuse(f"a release could not be read: {error.orig}")
