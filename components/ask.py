"""The one cached door between pages and questions.

A release never changes, so an answer never goes stale: the key is the release's file, the question and its scope.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

import pandas as pd

from data.store import Release

T = TypeVar("T")


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
