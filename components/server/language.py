"""The language of what the server itself says to a person: an address that is not there, the list of open data."""

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
