"""From the codes of an address to a passport, in any release."""

from __future__ import annotations

from collections.abc import Mapping

from components.passports.evaluations import COLUMNS, find_evaluation
from components.passports.listed import LISTED, find_listed
from components.passports.money import find_money
from components.passports.observations import find_observation
from components.passports.passport import Passport
from components.passports.program import find_program
from components.passports.records import find_count, find_record
from components.passports.training import find_training
from components.scope import Scope


def _find_in_table(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    return find_evaluation(codes, scope) if codes["t"] in COLUMNS else find_record(codes, scope)


FINDERS = {
    "m": find_observation,
    "phase": find_money,
    "count": find_count,
    "t": _find_in_table,
    "of": find_program,
    "training": find_training,
    LISTED: find_listed,
}
"""The code that tells what kind of figure an address is about."""


def find(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the figure that the codes name, in the scope's release; None where it does not hold one."""
    for code, finder in FINDERS.items():
        if codes.get(code):
            return finder(codes, scope)
    return None


def names_a_figure(codes: Mapping[str, str]) -> bool:
    """Whether the codes are the address of a figure, known or not."""
    return any(codes.get(code) for code in FINDERS)
