"""The language of a request: of what the server itself says to a person, and of the page it asks for."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

from components.words import DEFAULT, Words, languages, words


def words_for(scope: Scope) -> Words:
    """The words of `?lang=`, else of the first language the browser asks for that has a catalog, else the default."""
    asked = [QueryParams(scope["query_string"]).get("lang", "")]
    asked += re.findall(r"([a-zA-Z]{2,3})(?=[-,;]|$)", Headers(scope=scope).get("accept-language", ""))
    known = languages()
    return words(next((code.lower() for code in asked if code.lower() in known), DEFAULT))


def page_language(scope: Scope) -> str:
    """The language that the page at this address will be in: `?lang=`, else what the browser asks for first.

    As `components.scope` decides it, so that the mark on the page and its words agree.
    """
    known = languages()
    asked = QueryParams(scope["query_string"]).get("lang", "")
    first = Headers(scope=scope).get("accept-language", "")[:2].lower()
    return next((code for code in ([asked] if asked else [first]) if code in known), DEFAULT)
