"""Passports: what stands behind a figure of each kind, and that its address finds it again."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from components.passports import (
    MoneyKey,
    Passport,
    count_passport,
    find,
    history,
    money_passport,
    observation_passport,
)
from components.passports.money import PHASE_NAMES, cents_text, money_by_place
from components.passports.passport import late_lines
from components.scope import Scope
from components.sentences import value_text
from data import queries
from data.figures import Status
from tests.components.riverton import scope_of

NEEDED = ("value", "range", "base", "definition", "source", "release")


@pytest.fixture(scope="module", params=["en", "es"])
def scope(demo_store: Path, request: pytest.FixtureRequest) -> Scope:
    return scope_of(demo_store, language=request.param)


def text_of(passport: Passport, scope: Scope, name: str) -> str:
    """The line of a passport by the key of its name."""
    return next((fact.text for fact in passport.facts if fact.name == scope.say(f"passport.{name}")), "")


KINDS = (
    {"m": "burglary", "at": "city", "p": "2025"},
    {"m": "trust_fair", "at": "old-town", "p": "2025-Q4"},
    {"phase": "revised", "fy": "FY2026", "ledger": "budget"},
    {"phase": "actual", "by": "fund", "part": "General Fund", "fy": "FY2026", "ledger": "budget"},
    {"phase": "revised", "by": "place", "part": "citywide", "fy": "FY2026", "ledger": "budget"},
    {"count": "programs", "state": "running"},
    {"count": "promises", "at": "old-town"},
    {"t": "population", "id": "old-town/2025", "c": "residents"},
)


@pytest.mark.parametrize("codes", KINDS, ids=str)
def test_every_kind_of_figure_has_its_whole_passport_at_its_address(scope: Scope, codes: dict[str, str]) -> None:
    passport = find(codes, scope)
    assert passport is not None
    assert [name for name in NEEDED if not text_of(passport, scope, name)] == []
    assert text_of(passport, scope, "value") == passport.value
    assert dict(passport.codes) == codes
    assert f"release={scope.release.id}" in passport.permalink(scope)
    again = find(passport.codes, scope)
    assert again == passport


def test_every_observation_says_what_its_status_lets_it_say(scope: Scope) -> None:
    figures = queries.figures(scope.release, measures=["burglary", "use_of_force", "trust_fair", "complaints"])
    for figure in figures[::25]:
        passport = observation_passport(figure, scope)
        assert passport.value == value_text(figure, scope)
        numbers = [passport.row[name] for name in ("value", "low", "high", "numerator", "n")]
        if figure.status == Status.WITHHELD:
            assert not re.search(r"\d", passport.value + passport.range)
            assert numbers == [None] * 5
        assert scope.name_of(figure.neighborhood) in passport.where


def test_the_exact_question_of_a_survey_is_in_the_passport_of_its_share(scope: Scope) -> None:
    passport = find({"m": "trust_fair", "at": "city", "p": "2025-Q4"}, scope)
    assert passport is not None
    wordings = set(queries.survey_questions(scope.release, language=scope.language).wording)
    assert text_of(passport, scope, "question") in wordings


def test_amounts_are_told_to_the_cent_and_add_up(scope: Scope) -> None:
    whole = money_passport(MoneyKey("revised", fiscal_year="FY2026", ledger="budget"), scope)
    assert whole is not None
    funds = queries.budget_by(scope.release, "fund", ledger="budget", fiscal_year="FY2026").fund
    parts = [money_passport(MoneyKey("revised", "fund", str(fund), "FY2026", "budget"), scope) for fund in funds]
    assert sum(part.row["amount_cents"] for part in parts if part) == whole.row["amount_cents"]
    assert text_of(whole, scope, "cents") == cents_text(whole.row["amount_cents"], scope)


@pytest.mark.parametrize("year", ["FY2024", "FY2026"])
def test_money_by_place_adds_up_to_the_cent(scope: Scope, year: str) -> None:
    amounts = dict(money_by_place(scope, "budget", year))
    assert sum(cents for code, cents in amounts.items() if code != "total") == amounts["total"]


def test_cents_below_zero_have_their_sign_before_the_dollar(scope: Scope) -> None:
    assert cents_text(-120_435_005, scope) == "\u2212$1,204,350.05"


def test_every_phase_is_explained(scope: Scope) -> None:
    for phase in PHASE_NAMES:
        passport = money_passport(MoneyKey(phase, fiscal_year="FY2025", ledger="budget"), scope)
        assert passport is not None
        assert text_of(passport, scope, "definition")
        assert text_of(passport, scope, "formula")


def test_promises_by_state_add_up_to_all_of_them(scope: Scope) -> None:
    states = ("done", "under_way", "overdue", "will_not_do")
    parts = [count_passport(scope, "promises", state=state).row["records"] for state in states]
    assert sum(parts) == count_passport(scope, "promises").row["records"] > 0


def test_a_late_source_is_named_in_the_passports_that_use_it_and_in_no_other(scope: Scope) -> None:
    late = queries.late_updates(scope.release, as_of=scope.as_of)
    still = set(late.source_id[late.released_on.isna()])
    assert still
    for row in queries.rows(queries.sources(scope.release)):
        assert bool(late_lines(scope, [row.id])) == (row.id in still)


def test_why_a_goal_changed_is_in_the_history_of_its_number(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "table_name": "program_goal", "measure_id": "burglary", "neighborhood_id": None, "period": None,
        "item": "g-1", "changed_column": "target", "kind": "changed", "reason_kind": "corrected", "reason": "A slip.",
    }  # fmt: skip
    frame = pd.DataFrame([row, {**row, "changed_column": "baseline", "reason": "Counted anew."}])
    monkeypatch.setattr(queries, "revisions", lambda release, language: frame)
    assert history._why({"t": "program_goal", "id": "g-1", "c": "target"}, None, scope).endswith(": A slip.")
    assert history._why({"t": "program_goal", "id": "g-2", "c": "target"}, None, scope) == ""
