"""Words for people, in every language we have a catalog for. A catalog is one file in catalogs/.

A key names a whole sentence or a label: `words("es").say("verdict.same_as_city")`. Entries that depend on a
number hold one text for each plural form of the language, and take the number as `n`:
`words("en").say("programs.count", n=23)`. To add a language, translate en.toml into a new file; that is all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.numbers import format_decimal

CATALOGS = Path(__file__).parent / "catalogs"
DEFAULT = "en"
PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})

Entry = str | dict[str, str]


class UnknownLanguage(KeyError):
    """There is no catalog for the language."""


class MissingWords(KeyError):
    """A catalog has no entry for a key."""


class WrongSlots(TypeError):
    """A sentence was given other slots than it has, or something that is not text to put in one."""


class Words:
    """The words of one language.

    `code` is the code of the language (en), `name` its own name for itself (English), `locale` the locale of
    Babel that numbers and dates follow. Get one with `words(code)`, which reads each catalog once.
    """

    def __init__(self, code: str, *, folder: Path = CATALOGS) -> None:
        """Read the catalog of `code` from `folder`. Raises UnknownLanguage when there is no such file."""
        path = folder / f"{code}.toml"
        if code not in languages(folder):
            raise UnknownLanguage(f"no catalog {path.name}; there are {', '.join(languages(folder))}")
        catalog = tomllib.loads(path.read_text(encoding="utf-8"))
        about = catalog.pop("catalog")
        self.code = code
        self.name: str = about["name"]
        self.locale = Locale.parse(about["locale"])
        self.forbidden: tuple[str, ...] = tuple(about["forbidden"])
        self._entries = _flat(catalog)

    def say(self, key: str, *, n: float | None = None, **slots: str) -> str:
        """The sentence or label of `key` with its {slots} filled in.

        Slots take text that is ready to be read, so that no unformatted number reaches a page. `n` is the one
        number: it picks the plural form, and fills the slot {n} in the format of the language.
        Raises MissingWords for an unknown key and WrongSlots when the slots do not match.
        """
        template = self._template(key, n)
        if n is not None and "n" in _slots(template):
            slots["n"] = _number(n, self.locale)
        if wrong := _wrong_slots(_slots(template), slots):
            raise WrongSlots(f"{key!r} in {self.code}: {wrong}")
        return template.format_map(slots)

    def name_of(self, group: str, code: str) -> str:
        """The label of a code that comes from the data, such as ('kinds.event', 'town_hall').

        A code nobody has written words for yet is shown as plain words ('town hall'), never as an error.
        """
        found = self._entries.get(f"{group}.{code}")
        return found if isinstance(found, str) else code.replace("_", " ").strip().capitalize()

    def __contains__(self, key: object) -> bool:
        """Whether the catalog has `key`."""
        return key in self._entries

    def entries(self, group: str = "") -> tuple[str, ...]:
        """The keys of a group such as 'reasons', in the order of the catalog; all keys without a group."""
        return tuple(key for key in self._entries if not group or key.startswith(f"{group}."))

    def slots(self, key: str) -> frozenset[str]:
        """The names of the slots of `key`, over all its plural forms."""
        return frozenset().union(*(_slots(text) for text in self.texts(key)))

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of `key` with their slots empty: one, or one for each plural form."""
        if key not in self._entries:
            raise MissingWords(f"no words for {key!r} in {self.code}.toml")
        entry = self._entries[key]
        return (entry,) if isinstance(entry, str) else tuple(entry.values())

    def forbidden_in(self, text: str) -> list[str]:
        """The forbidden words that `text` holds; a page whose list is not empty must be rewritten."""
        return [word for word in self.forbidden if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I)]

    def _template(self, key: str, n: float | None) -> str:
        if key not in self._entries:
            raise MissingWords(f"no words for {key!r} in {self.code}.toml")
        entry = self._entries[key]
        if isinstance(entry, str):
            return entry
        if n is None:
            raise WrongSlots(f"{key!r} in {self.code} has plural forms and needs n=")
        return entry.get(self.locale.plural_form(n), entry["other"])


@cache
def words(code: str = DEFAULT) -> Words:
    """The words of a language, read once. Raises UnknownLanguage when there is no catalog for it."""
    return Words(code)


@cache
def languages(folder: Path = CATALOGS) -> tuple[str, ...]:
    """The codes of the languages there are catalogs for, the default first."""
    codes = sorted(path.stem for path in folder.glob("*.toml"))
    return tuple(sorted(codes, key=lambda code: code != DEFAULT))


def for_markdown(text: str) -> str:
    """Text from data or a catalog, for Streamlit's Markdown: shown as it is, with nothing read as formatting.

    Two dollar amounts in one sentence would otherwise be set as mathematics.
    """
    return re.sub(r"([\\`*_{}\[\]<>#$~|:])", r"\\\1", text)


def _flat(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Entry]:
    """{'card': {'table': 'Table'}} as {'card.table': 'Table'}; a table of plural forms stays one entry."""
    entries: dict[str, Entry] = {}
    for name, value in tables.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            entries[key] = value
        elif "other" in value and set(value) <= PLURAL_FORMS:
            entries[key] = dict(value)
        else:
            entries.update(_flat(value, f"{key}."))
    return entries


@lru_cache(maxsize=4096)
def _number(n: float, locale: Locale) -> str:
    return format_decimal(n, locale=locale)


@cache
def _slots(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def _wrong_slots(wanted: frozenset[str], given: Mapping[str, object]) -> str:
    """What is wrong with the slots given, in words; empty when nothing is."""
    if given.keys() == wanted and all(isinstance(value, str) for value in given.values()):
        return ""
    if missing := sorted(wanted - set(given)):
        return f"needs {', '.join(missing)}"
    if extra := sorted(set(given) - wanted):
        return f"has no slot {', '.join(extra)}"
    not_text = sorted(name for name, value in given.items() if not isinstance(value, str))
    return f"{', '.join(not_text)} must be text; format numbers first"
