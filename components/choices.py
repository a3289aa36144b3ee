"""Which programs a list is about: one choice makes the question, the address and the sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from components import formats
from components.scope import Scope
from data import queries
from data.models import PARTNER_KINDS, PILLARS, Neighborhood, Program, ResponseActivity, described

ACTIVITY: Final = "activity"
OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "pillar": PILLARS,
    "model": tuple(described(Program)["model"]["one_of"]),
    "status": tuple(described(Program)["status"]["one_of"]),
    "kind": PARTNER_KINDS,
    "setting": tuple(described(Neighborhood)["setting"]["one_of"]),
}
"""What can be chosen, by the name of its code in an address."""
ACTIVITIES: Final = tuple(described(ResponseActivity)["kind"]["one_of"])
KINDS: Final = {
    "pillar": "kinds.program.pillar",
    "model": "kinds.program.model",
    "status": "kinds.program.status",
    "kind": "kinds.partner.kind",
    "setting": "kinds.neighborhood.setting",
}
"""Where the catalogs name the codes of each choice."""


@dataclass(frozen=True)
class Choices:
    """What a reader asks of programs; an empty code asks nothing.

    place: id of a neighborhood it runs in. pillar, model, status: its own. kind: of a stakeholder who takes part.
    setting: of a neighborhood it runs in.
    """

    place: str = ""
    pillar: str = ""
    model: str = ""
    status: str = ""
    kind: str = ""
    setting: str = ""

    @property
    def codes(self) -> dict[str, str]:
        """What is chosen besides the place, by the name of its code in an address."""
        return {name: code for name in OPTIONS if (code := getattr(self, name))}

    @property
    def of_some_places(self) -> bool:
        """True where only some neighborhoods are asked about, so that what is for the whole city stands apart."""
        return bool(self.place or self.setting)

    def anywhere(self) -> Choices:
        """The same choices for all neighborhoods."""
        return replace(self, place="", setting="")


def listed(scope: Scope, choices: Choices) -> pd.DataFrame:
    """The programs for which all choices hold: rows of `queries.programs`, in the reader's language."""
    asked: dict[str, Any] = dict(choices.codes)
    if choices.place:
        asked["neighborhood"] = choices.place
    return scope.ask(queries.programs, language=scope.language, **asked)


def for_whole_city(scope: Scope, choices: Choices) -> pd.DataFrame:
    """Of the programs for the whole city those that fit all but place and setting, and are not `listed`.

    Empty where no place or setting is chosen: then `listed` holds them.
    """
    everywhere = listed(scope, choices.anywhere())
    if not choices.of_some_places:
        return everywhere.iloc[:0]
    kept = everywhere.citywide.astype(bool) & ~everywhere.id.isin(listed(scope, choices).id)
    return everywhere[kept].reset_index(drop=True)


def shown(scope: Scope, choices: Choices) -> pd.DataFrame:
    """All programs that a page of these choices lists: those of the place, and those for the whole city."""
    return pd.concat([listed(scope, choices), for_whole_city(scope, choices)], ignore_index=True)


def activities_of(scope: Scope, choices: Choices, kind: str = "") -> pd.DataFrame:
    """Work of the programs shown, of one kind where it is given: rows of `queries.activities`.

    Where nothing is chosen, work without a program is among it.
    """
    work = scope.ask(queries.activities, language=scope.language)
    if choices != Choices():
        work = work[work.program_id.isin(shown(scope, choices).id)]
    return work[work.kind == kind] if kind else work


def said_choices(scope: Scope, choices: Choices, n: int) -> str:
    """What is chosen, in words: 'problem solving, running, in urban neighborhoods'. n: of how many programs."""
    told = [scope.say(f"choices.{name}.{code}", n=n) for name, code in choices.codes.items()]
    if choices.place:
        told.append(scope.say("choices.place", place=scope.name_of(choices.place)))
    return ", ".join(told)


def list_sentence(scope: Scope, choices: Choices) -> str:
    """How many programs are listed and what was chosen: '4 of 23 programs: problem solving, running.'."""
    n, total = len(listed(scope, choices)), len(scope.ask(queries.programs))
    if choices == Choices():
        return scope.say("choices.all", n=total)
    found = formats.count(n, scope.language)
    return scope.say("choices.some", n=total, found=found, what=said_choices(scope, choices, n))


def citywide_sentence(scope: Scope, choices: Choices) -> str:
    """How many programs are for the whole city: among those listed, or besides them where places are chosen."""
    if choices.of_some_places:
        return scope.say("choices.citywide_more", n=len(for_whole_city(scope, choices)))
    return scope.say("choices.citywide_of_them", n=int(listed(scope, choices).citywide.sum()))


def both_sentences(scope: Scope, choices: Choices) -> list[str]:
    """What is listed, and how many programs are for the whole city."""
    return [list_sentence(scope, choices), citywide_sentence(scope, choices)]
