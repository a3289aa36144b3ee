"""The scope of a view: city release, neighborhood, language. The address holds it, as stable codes; nothing else does.

Streamlit's own `bind="query-params"` writes displayed labels into links, so that they break when a name or the language
changes. Here the address is the truth: widgets are set from it before they are drawn, and write to it when they change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal, TypeVar
from urllib.parse import quote_plus

import streamlit as st

from components import formats
from components.ask import ask
from components.words import DEFAULT, Words, languages, words
from data import queries
from data.store import NoRelease, Release, Store, Withdrawn

NEIGHBORHOOD, LANGUAGE, RELEASE = "n", "lang", "release"
CARRIED = (NEIGHBORHOOD, LANGUAGE, RELEASE)
"""Codes that go with the reader from page to page."""

T = TypeVar("T")


@dataclass(frozen=True)
class Scope:
    """What a view is about.

    release: the opened release. draft: it is a draft, shown in a preview. pinned: the address names it, so links keep
    it. place: id of the chosen neighborhood, or None for the city. notices: sentences on codes in the address that were
    not known. Two scopes are equal where all but city and names are: these follow from release and language.
    """

    release: Release
    current_release: str
    words: Words
    city: Mapping[str, Any] = field(repr=False, compare=False)
    names: Mapping[str, str] = field(repr=False, compare=False)
    place: str | None = None
    pinned: bool = False
    draft: bool = False
    theme: str = "light"
    narrow: bool = False
    notices: tuple[str, ...] = ()
    as_of: date = date.min
    """The day that ages, lateness and "next" are counted from: today for the current release of a real city; for an
    old release, and for invented data, the day printed on the release."""

    @property
    def language(self) -> str:
        """Code of the reader's language."""
        return self.words.code

    @property
    def width(self) -> Literal["phone", "desktop"]:
        """The width class that charts are drawn for."""
        return "phone" if self.narrow else "desktop"

    @property
    def is_old(self) -> bool:
        """True where the release shown is not the current one."""
        return self.release.id != self.current_release

    @property
    def place_or_city(self) -> str:
        """Id of the chosen neighborhood, else of the city."""
        return self.place or "city"

    @property
    def of_anyone(self) -> Scope:
        """The same for whoever reads, whatever place is chosen: what names no reader's place is made once for all."""
        return replace(self, place=None, notices=())

    def name_of(self, place: str) -> str:
        """The name of a place by its id."""
        return self.names.get(place, place)

    def group_name(self, group: str) -> str:
        """The name of a group of people, found by the name that its figures have; of everyone for `all`."""
        if group == "all":
            return self.say("outcomes.everyone")
        labels = self.ask(queries.group_labels, language=self.language)
        return str(dict(zip(labels.group_name, labels.group_label, strict=True)).get(group, group))

    def say(self, key: str, *, n: float | None = None, **slots: Any) -> str:
        """A sentence in the reader's language."""
        return self.words.say(key, n=n, **slots)

    def ask(self, question: Callable[..., T], **keywords: Any) -> T:
        """Put a question of `data.queries` to this release, through the one cached door."""
        return ask(question, self.release, **keywords)

    def params(self, **changes: str | None) -> dict[str, str]:
        """The query of a link that keeps this scope; a change to None drops a code."""
        kept: dict[str, str | None] = {
            NEIGHBORHOOD: self.place,
            LANGUAGE: self.language,
            RELEASE: self.release.id if self.pinned or self.is_old else None,
        }
        return {name: value for name, value in {**kept, **changes}.items() if value}

    def link(self, path: str, *, anchor: str = "", **changes: Any) -> str:
        """An address inside the site that keeps this scope."""
        codes = "&".join(f"{quoted(name)}={quoted(code)}" for name, code in self.params(**changes).items())
        return f"/{path}?{codes}" + (f"#{anchor}" if anchor else "")

    def citation(self, path: str, *, anchor: str = "", **changes: Any) -> str:
        """As `link`, and pinned to this release, so that it shows the same next year."""
        return self.link(path, anchor=anchor, **{RELEASE: self.release.id, **changes})


@lru_cache(maxsize=4096)
def quoted(code: str) -> str:
    """A code as it stands in an address; a page has hundreds of links, nearly all of the same codes."""
    return quote_plus(str(code))


def keep_scope(scope: Scope) -> None:
    """Hand the scope of this run to the page; the router does it once."""
    st.session_state["here"] = scope


def here() -> Scope:
    """The scope of this run."""
    scope: Scope = st.session_state["here"]
    return scope


def peek_words() -> Words:
    """The reader's words before the rest of the scope is known: the menu needs them first."""
    carried = st.session_state.get("scope", {}).get("codes", {}).get(LANGUAGE)
    asked = st.query_params.get(LANGUAGE) or carried
    return words(asked if asked in languages() else _language([]))


def read_scope(page: str) -> Scope | None:
    """Read the scope from the address, for a page (its path). None when nothing is published.

    A click in the menu brings an address without codes; then those of the last page are put back.
    """
    store = Store.default()
    current = store.current_id()
    if current is None:
        return None
    _carry(page)
    notices: list[str] = []
    language = _language(notices)
    said = words(language)
    asked = st.query_params.get(RELEASE)
    pinned = bool(asked)
    try:
        release = store.open(asked or current)  # the pointer is read once: it may move while a page is made
    except Withdrawn as error:
        stone = error.tombstone
        day = formats.date_text(stone.withdrawn_at.date(), language)
        notices.append(said.say("scope.withdrawn", code=stone.id, date=day, why=f"{stone.why.rstrip('.')}."))
        release, pinned = store.open(current), False
    except NoRelease:
        notices.append(said.say("scope.unknown_release", code=str(asked)))
        release, pinned = store.open(current), False
    city = ask(queries.city, release, language=language)
    printed = ask(queries.manifest, release)["released_on"]
    places = ask(queries.neighborhoods, release, kinds=("neighborhood", "district", "unplaced"), language=language)
    names = {**dict(zip(places.id, places.name, strict=True)), "city": str(city["name"])}
    for code in places.id[places.kind == "unplaced"]:  # no place: its name is our word, in the reader's language
        names[code] = said.say("kinds.neighborhood.kind.unplaced")
    mine = set(places.id[places.kind == "neighborhood"])
    place = st.query_params.get(NEIGHBORHOOD)
    if place == "city":
        place = None
    if place and place not in mine:
        notices.append(said.say("scope.unknown_place", code=place))
        place = None
    return Scope(
        release=release,
        current_release=current,
        words=said,
        city=city,
        names=names,
        place=place or None,
        pinned=pinned,
        draft=release.id == store.preview,
        theme=_theme(),
        narrow=_is_phone(),
        notices=tuple(notices),
        as_of=printed if city["invented"] or release.id != current else max(date.today(), printed),
    )


def choose_code(
    label: str,
    options: Sequence[str],
    *,
    param: str,
    label_of: Callable[[str], str],
    default: str,
    unknown: Callable[[str], str] | None = None,
    kind: str = "selectbox",
    **look: Any,
) -> str:
    """A control whose value is a code in the address under `param`; returns the code.

    options: codes, in order. default: the code when the address has none; it is not written. unknown: makes the
    sentence for a code that is not among the options. kind: selectbox, radio, pills or segmented_control.
    """
    asked = st.query_params.get(param)
    value = asked if asked and asked in options else default
    if asked and asked not in options and unknown is not None:
        st.info(unknown(asked))
    key = f"choose-{param}"
    st.session_state[key] = value
    draw = getattr(st, kind)
    if kind in ("pills", "segmented_control"):
        look.setdefault("required", True)
    draw(label, list(options), key=key, format_func=label_of, on_change=_to_address, args=(key, param, default), **look)
    return value


def choose_codes(
    label: str,
    options: Sequence[str],
    *,
    param: str,
    label_of: Callable[[str], str],
    default: Sequence[str],
    most: int,
    unknown: Callable[[str], str] | None = None,
    too_many: str = "",
    **look: Any,
) -> list[str]:
    """As `choose_code`, for several codes in their order, with commas between. most: how many at most.

    too_many: the sentence where the address names more.
    """
    asked = [code for code in (st.query_params.get(param) or "").split(",") if code]
    known = list(dict.fromkeys(code for code in asked if code in options))
    value = known[:most] if asked else list(default)
    for code in [code for code in dict.fromkeys(asked) if code not in options][:most]:
        if unknown is not None:
            st.info(unknown(code))
    if too_many and len(known) > most:
        st.info(too_many)
    key = f"choose-{param}"
    st.session_state[key] = value
    st.multiselect(
        label, list(options), key=key, format_func=label_of, max_selections=most, on_change=_several_to_address,
        args=(key, param, tuple(default)), **look,
    )  # fmt: skip
    return value


def put_codes(**codes: str | None) -> None:
    """Write codes to the address; None takes one out."""
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in codes}
    wanted = {**kept, **{name: value for name, value in codes.items() if value}}
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)


def _to_address(key: str, param: str, default: str) -> None:
    chosen = st.session_state[key]
    put_codes(**{param: None if chosen == default else chosen})


def _several_to_address(key: str, param: str, default: tuple[str, ...]) -> None:
    chosen = tuple(st.session_state[key])
    put_codes(**{param: None if chosen == default else ",".join(chosen)})


def _carry(page: str) -> None:
    """Put the reader's codes back after a click in the menu, which empties the query."""
    state: dict[str, Any] = st.session_state.setdefault("scope", {"page": page, "codes": {}})
    here = st.query_params.to_dict()
    if state["page"] != page and not any(name in here for name in CARRIED) and state["codes"]:
        put_codes(**state["codes"])
        here = st.query_params.to_dict()
    state["page"] = page
    state["codes"] = {name: here[name] for name in CARRIED if here.get(name)}


def _language(notices: list[str]) -> str:
    asked = st.query_params.get(LANGUAGE)
    if asked in languages():
        return str(asked)
    if asked:
        notices.append(words(DEFAULT).say("scope.unknown_language", code=asked))
        return DEFAULT
    return _first_known([st.context.locale or ""]) or DEFAULT


def _first_known(codes: Iterable[str]) -> str | None:
    return next((code[:2].lower() for code in codes if code[:2].lower() in languages()), None)


def _theme() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"


def _is_phone() -> bool:
    # There is no width to ask for; phones say so in the header that every browser sends.
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
