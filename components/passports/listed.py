"""Passports of counts that follow what a reader chose: programs of a list, and the work done in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from components import formats
from components.choices import ACTIVITIES, OPTIONS, Choices, activities_of, for_whole_city, listed, said_choices
from components.passports.passport import PAGE, Passport, as_of_text, label
from components.passports.records import counted_passport
from components.scope import Scope
from components.tables import Figured
from data import queries

LISTED, AT, PART = "listed", "at", "part"
PROGRAMS, CITYWIDE, WORK = "programs", "citywide", "activities"
TABLES = {PROGRAMS: "program", CITYWIDE: "program", WORK: "response_activity"}


def listed_codes(what: str, choices: Choices, part: str = "") -> dict[str, str]:
    """The address of a count. what: programs that fit, those of them for the `citywide`, or activities of one kind."""
    codes = {LISTED: what, AT: choices.place, **choices.codes, PART: part}
    return {name: code for name, code in codes.items() if code}


def listed_figured(
    scope: Scope, what: str, choices: Choices, text: str, *, part: str = "", number: str = ""
) -> Figured:
    """A text that states such a count, leading to its page. number: the words of the text that are the link."""
    told = label(scope.say(f"passport.listed_{what}"), scope.say("reading.full_count"), as_of_text(scope))
    return Figured(text, scope.link(PAGE, **listed_codes(what, choices, part)), told, part=number)


def listed_passport(scope: Scope, what: str, choices: Choices, part: str = "") -> Passport:
    """The passport of a count of what a reader's choices leave, as of the scope's day."""
    said, lang = scope.say, scope.language
    n = _count(scope, what, choices, part)
    chosen = said_choices(scope, replace(choices, place=""), n)
    facts = [(said("passport.chosen"), formats.sentence_case(chosen))]
    if what == WORK:
        facts.append((said("table.kind"), scope.words.name_of("kinds.response_activity.kind", part) if part else ""))
        whole = _count(scope, what, choices, "")
        facts.append((said("table.total"), formats.count(whole, lang)))
        facts.append((said("table.share"), formats.percent(100 * n / whole, lang) if whole else ""))
    else:
        facts.append((said("passport.listed_of"), formats.count(len(scope.ask(queries.programs)), lang)))
    return counted_passport(
        scope,
        (said(f"passport.listed_{what}"), n),
        means=said(f"passport.means_listed_{what}"),
        at=choices.place,
        about=facts,
        codes=listed_codes(what, choices, part),
        table=TABLES[what],
        row={
            "listed": what, "neighborhood_id": choices.place or None, **choices.codes, "part": part or None,
            "as_of": scope.as_of, "records": n,
        },
    )  # fmt: skip


def find_listed(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the count that an address names; None where one of its codes is not known."""
    what, at, part = codes.get(LISTED, ""), codes.get(AT, ""), codes.get(PART, "")
    chosen = {name: codes[name] for name in OPTIONS if codes.get(name)}
    known = what in TABLES and (not at or at in scope.names) and (not part or (what == WORK and part in ACTIVITIES))
    if not known or any(code not in OPTIONS[name] for name, code in chosen.items()):
        return None
    return listed_passport(scope, what, Choices(place=at, **chosen), part)


def _count(scope: Scope, what: str, choices: Choices, part: str) -> int:
    if what == WORK:
        return len(activities_of(scope, choices, part))
    if what == PROGRAMS:
        return len(listed(scope, choices))
    if choices.of_some_places:
        return len(for_whole_city(scope, choices))
    return int(listed(scope, choices).citywide.sum())
