"""On which line of city.toml a key stands, so that a problem can be found with an editor's "go to line"."""

from __future__ import annotations

import re
from collections import Counter

_HEADING = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, key: str) -> int | None:
    """The line (the first is 1) of a dotted key such as `measures.burglary.unit` or `extracts[2].by`.

    Where the key is not there, the line of the nearest heading or key that it belongs under; None where none is.
    """
    wanted = key.split(".")
    best, found = 0, None
    heading: list[str] = []
    times: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if (at := _HEADING.match(line)) and "=" not in at[2]:
            heading = _parts(at[2])
            if at[1] == "[[":
                name = ".".join(heading)
                times[name] += 1
                heading[-1] += f"[{times[name]}]"
            heading = [_numbered(part, times) if place == 0 else part for place, part in enumerate(heading)]
            here = heading
        elif at := _KEY.match(line):
            here = [*heading, *_parts(at[1])]
        else:
            continue
        same = len(here) if _begins(wanted, here) else 0
        if same > best:
            best, found = same, number
    return found


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _numbered(part: str, times: Counter[str]) -> str:
    """The first part of a heading below a list, such as extracts in [extracts.columns], with the list's number."""
    return f"{part}[{times[part]}]" if times[part] and not part.endswith("]") else part


def _begins(wanted: list[str], here: list[str]) -> bool:
    """True where `here` leads to `wanted`; the first of a list need not be numbered."""
    pairs = zip(wanted, here, strict=False)
    return len(here) <= len(wanted) and all(a.removesuffix("[1]") == b.removesuffix("[1]") for a, b in pairs)
