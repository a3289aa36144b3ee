"""Names of places: how they are compared, and which place a name means. Nothing is ever matched by likeness."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from data.models import CITY, UNPLACED

_APOSTROPHES = frozenset("'’‘ʼʻ`´ʹ′＇")
_TOTALS = re.compile(
    r"^(?:(?:grand |sub |city |all )?totals?|sum|all|all (?:areas|neighborhoods|districts|places)"
    r"|citywide|(?:entire|whole) city)$"
)


LONGEST_NAME = 500
"""Characters of a name that are compared: a cell may hold a whole file, where a quotation mark is missing."""


def fold(text: str) -> str:
    """Even out Unicode forms, case, accents, dashes, blanks and punctuation: 'WILLARD\\u00a0‐ HAY' -> 'willard hay'.

    An apostrophe goes without a trace (O'Hare = Ohare); other punctuation parts words like a blank. Folding twice
    changes nothing. Text without a letter or digit folds to ''.
    """
    # Casefold can bring back marks and compatibility forms, so both are taken apart once more after it.
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    kept = []
    for char in flat:
        if char in _APOSTROPHES or unicodedata.category(char) in ("Mn", "Cf"):
            continue
        kept.append(char if unicodedata.category(char)[0] in "LNM" else " ")
    return unicodedata.normalize("NFKC", " ".join("".join(kept).split()))


def slug(text: str) -> str:
    """A stable code for links: 'Mt. Airy' -> 'mt-airy'. Letters outside a-z fall away after accents are taken off."""
    plain = fold(text).encode("ascii", "ignore").decode()
    return "-".join(plain.split())


def looks_like_a_total(name: str, city: str = "") -> bool:
    """True for 'Total', 'Grand total', 'All areas', 'City of Minneapolis', and the city's own name."""
    folded = fold(name[:LONGEST_NAME])
    if not folded:
        return False
    return bool(_TOTALS.match(folded)) or folded.startswith("city of ") or bool(city and folded == fold(city))


@dataclass(frozen=True)
class Clash:
    """Two places that one name would mean."""

    name: str
    first: str
    second: str


class Gazetteer:
    """The places of a pack and all their names.

    places: (id, name, level) each; level is neighborhood, district, city or unplaced. Each level has its own names.
    aliases: (id, other name) each. same: words that mean the same, such as ("Mt.", "Mount"), wherever they stand.
    `clashes` lists names that would mean two places; such a name means neither.
    """

    def __init__(
        self,
        places: Iterable[tuple[str, str, str]],
        aliases: Iterable[tuple[str, str]] = (),
        same: Sequence[Sequence[str]] = (),
    ) -> None:
        self._words = [
            (re.compile(rf"(?<!\S){re.escape(fold(word))}(?!\S)"), fold(group[-1]))
            for group in same
            for word in group[:-1]
            if fold(word)
        ]
        self.names: dict[str, str] = {}
        self.levels: dict[str, str] = {}
        self.clashes: list[Clash] = []
        self._ids: dict[str, dict[str, str]] = {"neighborhood": {}, "district": {}}
        self._keys: dict[str, dict[str, str]] = {"neighborhood": {}, "district": {}}
        everywhere = ((CITY, CITY, CITY), (UNPLACED, UNPLACED, UNPLACED))
        for place, name, level in (*everywhere, *places):
            self.names[place] = name
            self.levels[place] = level
            for each in self._of(level):
                self._ids[each][place.casefold()] = place
                self._put(each, place if level in (CITY, UNPLACED) else name, place)
        for place, alias in aliases:
            for each in self._of(self.levels.get(place, "neighborhood")):
                self._put(each, alias, place)
        for clash in self.clashes:
            for keys in self._keys.values():
                if keys.get(self.key(clash.name)) in (clash.first, clash.second):
                    keys.pop(self.key(clash.name))

    def _of(self, level: str) -> tuple[str, ...]:
        return (level,) if level in self._keys else tuple(self._keys)

    def _put(self, level: str, name: str, place: str) -> None:
        key = self.key(name)
        if not key:
            return
        there = self._keys[level].setdefault(key, place)
        if there != place:
            self.clashes.append(Clash(name, there, place))

    def key(self, name: str) -> str:
        """The name folded, with words that mean the same brought to one."""
        folded = fold(name[:LONGEST_NAME])
        for pattern, word in self._words:
            folded = pattern.sub(word, folded)
        return folded

    def find(self, name: str, level: str | None = None) -> str | None:
        """The id that a name, other name or id means, or None. Without a level, neighborhoods come before districts."""
        key = self.key(name)
        for each in (level,) if level else tuple(self._keys):
            by_name = self._keys[each].get(key) if key else None
            found = by_name or self._ids[each].get(name.strip().casefold())
            if found:
                return found
        return None

    def nearest(self, name: str, limit: int = 3, level: str | None = None) -> list[str]:
        """Names of known places that look like this one, nearest first. A hint for people; never used to match."""
        known: Mapping[str, str] = {
            self.names[place]: self.key(self.names[place])
            for place, of in self.levels.items()
            if of not in (CITY, UNPLACED) and level in (None, of)
        }
        hits = process.extract(self.key(name), known, scorer=fuzz.WRatio, limit=limit, score_cutoff=55)
        return [str(hit[2]) for hit in hits]


def nearest_word(word: str, allowed: Iterable[str], limit: int = 1) -> list[str]:
    """Allowed words that look like this one, for a hint."""
    choices = {one: fold(one) for one in allowed}
    return [
        str(hit[2]) for hit in process.extract(fold(word), choices, scorer=fuzz.WRatio, limit=limit, score_cutoff=60)
    ]
