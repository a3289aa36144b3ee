"""The one cached door between pages and questions, and the keeper of what pages make of the answers.

A release never changes, so an answer never goes stale: the key is the release's file, the question and its scope.
What a pure builder makes of it can be kept for the same reason.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

import pandas as pd

from data.store import Release

T = TypeVar("T")
P = ParamSpec("P")


def ask(question: Callable[..., T], release: Release, **keywords: Any) -> T:
    """The answer to a question of `data.queries`. Tables are copies: the caller may change them."""
    frozen = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in keywords.items())
    answer: Any = _answer(question, release, frozen)
    if isinstance(answer, pd.DataFrame):
        answer = answer.copy(deep=False)
    return cast(T, answer)


# Streamlit's own cache copies by pickling, and any visitor can clear it; answers are small and nobody changes them.
@lru_cache(maxsize=2048)
def _answer(question: Callable[..., T], release: Release, keywords: tuple[tuple[str, Any], ...]) -> T:
    return question(release, **dict(keywords))


def keep(most: int = 256) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a pure builder keep what it made last, up to `most` of it, so that a rerun of a page makes nothing anew.

    Arguments that can be hashed (a `Scope`, codes) are told apart by value; others (a `Reading`, a table) by which one
    they are, and are held as long as what was made of them. Nobody may change what was kept.
    """

    def keeping(builder: Callable[P, T]) -> Callable[P, T]:
        kept: OrderedDict[Hashable, tuple[object, T]] = OrderedDict()
        lock = Lock()

        @wraps(builder)
        def made(*args: P.args, **keywords: P.kwargs) -> T:
            given = (*args, *keywords.values())
            key = (len(args), tuple(keywords), *(_told_apart(one) for one in given))
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key][1]
            new = builder(*args, **keywords)  # not locked: two visitors may make it at once, and both are right
            with lock:
                kept[key] = (given, new)
                while len(kept) > most:
                    kept.popitem(last=False)
            return new

        return made

    return keeping


def _told_apart(argument: object) -> Hashable:
    try:
        hash(argument)
    except TypeError:
        return ("the one at", id(argument))
    return argument
