"""The number of a release, and the chain that ties it to the one before.

As the UK's *Explore education statistics* numbers its data sets: 1.0 first; then the second part grows when values were
added or revised, and the first when something was removed or now means something else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import pandas as pd

FIRST = "1.0"
_NUMBER = re.compile(r"^(\d+)\.(\d+)$")


def kind_of_change(differences: pd.DataFrame) -> str:
    """major where something was removed or redefined, else minor. differences: as `revisions.differences` gives them.

    What a longer period took the place of, and what was spent of a reserved amount, is not removed.
    """
    return "major" if bool((differences["removes"] | differences["redefines"]).any()) else "minor"


def next_number(before: Iterable[str | None], change: str) -> str:
    """The number after all of these. change: first, major or minor.

    A release from before there were numbers has none, and counts as 1.0. Numbers only grow: also after a rollback the
    next is above the highest there was.
    """
    numbers = [_parts(number or FIRST) for number in before]
    if not numbers:
        return FIRST
    first, second = max(numbers)
    return f"{first + 1}.0" if change == "major" else f"{first}.{second + 1}"


def is_after(number: str | None, before: str) -> bool:
    """True where a release's number comes after that of the one before it."""
    return number is not None and _parts(number) > _parts(before)


def _parts(number: str) -> tuple[int, int]:
    found = _NUMBER.match(number)
    if not found:
        raise ValueError(f"found the version {number!r}, expected two numbers, such as 1.2")
    return int(found[1]), int(found[2])


def chain_sha256(previous: str | None, release_id: str, content_sha256: str) -> str:
    """SHA-256, in small hexadecimal letters, of three lines of ASCII, each ended by one line feed.

    The lines: chain_sha256 of the release before (empty at the start of a chain), the release's id, its content_sha256.
    By hand: `printf '%s\\n%s\\n%s\\n' "$previous" "$id" "$content" | sha256sum`.
    """
    return hashlib.sha256(f"{previous or ''}\n{release_id}\n{content_sha256}\n".encode("ascii")).hexdigest()
