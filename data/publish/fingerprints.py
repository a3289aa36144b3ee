"""What may be told of the files that were read, where they hold numbers that are withheld.

The SHA-256 of a small file confirms a guess: whoever knows all its cells but one tries the ten values of that one. So
such a file's fingerprint is made with a key that stays with the store, and its size and some counts of rows are
left out. See docs/decisions/0015-what-files-do-not-tell.md.
"""

from __future__ import annotations

import hmac
import os
import secrets

import pandas as pd

from data.models import CITY, UNPLACED
from data.store import Store

KEY_FILE = "fingerprints.key"
KEYED = "keyed:"
"""Stands before a fingerprint that only the publisher can compare."""


def keyed(sha256: str, key: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) over a file's SHA-256 in hex."""
    return KEYED + hmac.new(key, sha256.encode(), "sha256").hexdigest()


def make_key(store: Store) -> None:
    """Make the store's key where there is none, in a file that only its owner may read. Call with the lock held."""
    path = store.root / KEY_FILE
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))


def key_of(store: Store) -> bytes | None:
    """The store's key, which is never published; None before the first publish."""
    path = store.root / KEY_FILE
    return path.read_bytes() if path.exists() else None


def without_telling(source_file: pd.DataFrame, log: pd.DataFrame, key: bytes | None) -> pd.DataFrame:
    """Table source_file without what would tell a withheld number. log: table withheld_cell.

    Of a file that feeds a withheld figure: a keyed fingerprint (none without a key) and no size. Where the figure is
    that of the city or of no neighborhood, also no counts of rows, whose sum it may be.
    """
    files = source_file.astype(dict.fromkeys(("size_bytes", "rows_read", "rows_used", "rows_unplaced"), "Int64"))
    feeds = files["into"].str.replace(r" #\d+$", "", regex=True).str.split(", ")

    def fed(cells: pd.DataFrame) -> pd.Series[bool]:
        hidden = {*cells["measure_id"], *cells["table_name"]}
        return pd.Series([not hidden.isdisjoint(names) for names in feeds], index=files.index, dtype=bool)

    tells = fed(log)
    private = [keyed(sha256, key) if key and sha256 else "" for sha256 in files["sha256"]]
    files["sha256"] = files["sha256"].where(~tells, pd.Series(private, index=files.index, dtype=object))
    files["size_bytes"] = files["size_bytes"].mask(tells)
    city, unplaced = fed(log[log["neighborhood_id"] == CITY]), fed(log[log["neighborhood_id"] == UNPLACED])
    for name in ("rows_read", "rows_used"):
        files[name] = files[name].mask(city)
    files["rows_unplaced"] = files["rows_unplaced"].mask(city | unplaced)
    return files
