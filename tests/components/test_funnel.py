"""The funnel of a map: limits by the numbers that are public, no place of visitors among them, and never a rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.panels import outcomes, stands
from components.panels.funnel import finding_of, funnel_card, funnel_table, lead_lines
from components.readings import settings_of
from components.scope import Scope
from components.standing import standing_of
from data import queries
from data.stats import funnel as funnels
from data.verdicts import Spread, spread_of
from tests.components.riverton import scope_of

RATE = {"id": "burglary", "name": "Break-ins", "kind": "rate", "unit": "per_1000_residents", "direction": "fewer"}


def figures_of(counts: Sequence[float | None], people: Sequence[float], **more: Any) -> pd.DataFrame:
    """Rows of `queries.by_neighborhood`: a rate a place."""
    rates = [None if one is None else 1000 * one / base for one, base in zip(counts, people, strict=True)]
    codes = [f"p{i}" for i in range(len(counts))]
    frame = pd.DataFrame({"id": codes, "name": [f"Place {i}" for i in range(len(counts))], "value": rates})
    frame = frame.assign(
        neighborhood=codes, measure="burglary", period="2025",
        numerator=pd.Series(counts, dtype="float64"), denominator=pd.Series(people, dtype="float64"), n=None,
        n_effective=np.nan, status=["withheld" if one is None else "shown" for one in counts], reason=None,
        low=None, high=None, unit="per_1000_residents", source="police", release="2026-03", group=None,
        denominator_period=None,
    )  # fmt: skip
    return frame.assign(**more)


def spread(figures: pd.DataFrame, visitors: frozenset[str] = frozenset(), **measure: Any) -> Spread:
    found = spread_of(figures, {**RATE, **measure}, visitors)
    assert isinstance(found, Spread)
    return found


CALM = figures_of([50.0 + 3 * (i % 4) for i in range(12)], [10_000.0 + 100 * i for i in range(12)])


def test_the_limits_are_those_of_the_published_funnel() -> None:
    found = spread(CALM)
    direct = funnels.funnel(CALM.numerator, CALM.denominator)
    assert found.centre == pytest.approx(direct.centre)
    assert np.allclose(found.places.high_998, direct.high_998)
    assert list(found.places.position) == list(direct.position)


def test_one_place_far_out_is_named_and_the_others_are_not() -> None:
    figures = figures_of([50.0] * 30 + [150.0], [10_000.0] * 31)
    found = spread(figures)
    assert found.named(1) == ["Place 30"]
    assert found.named(-1) == []


def test_a_place_of_visitors_moves_no_line() -> None:
    crowded = figures_of([*CALM.numerator, 900.0], [*CALM.denominator, 5_000.0])
    by_flag, by_reason = (
        spread(crowded, frozenset({"p12"})),
        spread(crowded.assign(reason=pd.Series([*[None] * 12, "visitors"]))),
    )
    for found in (by_flag, by_reason):
        assert found.centre == pytest.approx(spread(CALM).centre)
        assert pd.isna(found.places.position.iloc[12])
        assert np.allclose(found.curve.high_998, spread(CALM).curve.high_998.to_numpy(), rtol=0.2)


def test_a_count_too_small_for_a_rate_is_in_the_average_and_has_no_place_of_its_own() -> None:
    figures = figures_of([*CALM.numerator, 2.0], [*CALM.denominator, 4_000.0])
    figures.loc[12, ["value", "status", "reason"]] = [None, "too_few_to_say", "under_10_events"]
    found = spread(figures)
    both = figures.numerator.sum() / figures.denominator.sum() * 1000
    assert found.centre == pytest.approx(both)
    assert len(found.compared) == 12


@pytest.mark.parametrize(
    ("why", "figures", "measure"),
    [
        ("count", CALM, {"kind": "count", "unit": "events"}),
        ("no_base", CALM.assign(denominator=np.nan, numerator=None), {"kind": "score", "unit": "points"}),
        ("no_base", CALM.assign(denominator=np.nan), {"kind": "share", "unit": "percent"}),
        ("opt_in", CALM.assign(reason="opt_in"), {"kind": "share", "unit": "percent"}),
        ("few", CALM.head(7), {}),
        ("few", figures_of([0.0] * 12, [10_000.0] * 12), {}),
    ],
)
def test_where_it_cannot_be_drawn_there_is_a_reason_in_words(
    why: str, figures: pd.DataFrame, measure: dict[str, Any], demo_store: Path
) -> None:
    assert spread_of(figures, {**RATE, **measure}, ()) == why
    scope = scope_of(demo_store, language="es")
    assert scope.say(f"funnel.refused_{why}", **({"n": 7} if why == "few" else {}))


def test_shares_stand_on_the_answers_after_weighting() -> None:
    shares = CALM.assign(value=[50.0 + i for i in range(12)], n=80, n_effective=60.0, unit="percent")
    found = spread(shares, kind="share", unit="percent")
    assert found.base == "weighted"
    assert (found.places.base == 60).all()
    assert found.centre == pytest.approx(55.5)
    assert found.curve.high_998.max() <= 100


@pytest.fixture(scope="module")
def scope(demo_store: Path) -> Scope:
    return scope_of(demo_store, place="harbor-point")


@pytest.fixture(scope="module")
def found(scope: Scope) -> Spread:
    figures = standing_of(scope.release, "burglary", "2025", "en").figures
    return spread(figures, frozenset({"downtown"}))


class TestCard:
    def test_the_table_holds_every_place_from_a_to_z_and_no_rank(self, scope: Scope, found: Spread) -> None:
        table = funnel_table(found, "per_1000_residents", scope)
        assert list(table.iloc[:, 0]) == list(queries.neighborhoods(scope.release).name)
        assert (table.map(str) != "").all(axis=None)
        row = table.set_index(table.columns[0]).loc["Downtown"]
        assert row.iloc[-1] == "Not compared (many visitors)"

    def test_a_picture_cut_out_of_the_map_page_says_unit_and_period(self, scope: Scope, found: Spread) -> None:
        measure = outcomes.measure_at(scope, "burglary")
        standing = standing_of(scope.release, "burglary", "2025", "en")
        card = stands.places_card(scope, measure, "2025", standing)
        assert card.subtitle == "Reported break-ins, per 1,000 residents. All places, 2025."
        assert funnel_card(scope, measure, "2025", found, {}, "source").subtitle == card.subtitle
        assert "we ask for more" in card.how_to_read
        alone = stands.places_card(
            scope, measure, "2025", replace(standing, figures=standing.figures.assign(group=None, refused="no_range"))
        )
        assert "we ask for more" not in alone.how_to_read

    def test_on_a_phone_only_what_is_near_is_drawn_and_the_rest_a_tap_away(self, scope: Scope) -> None:
        measure = outcomes.measure_at(scope, "burglary")
        standing = standing_of(scope.release, "burglary", "2025", "en")
        phone = replace(scope, narrow=True)
        for place in ("harbor-point", None):
            card = stands.places_card(replace(phone, place=place), measure, "2025", standing)
            assert card.whole is not None
            assert card.table is not None
            assert len(card.whole.rows) == len(card.table) - 1 == 23  # Downtown is named below
            assert (card.drawing is None) == (place is None) == (scope.say("outcomes.choose_to_see") == card.lead)
            if card.drawing is not None:
                urban = standing.figures.id[standing.figures.id.map(settings_of(scope.release)) == "urban"]
                assert set(card.drawing.rows.neighborhood) == set(urban) - {"downtown"}
                assert "areas)" not in str(card.drawing.spec)  # these are not all, so none is counted
        assert stands.places_card(scope, measure, "2025", standing).whole is None

    def test_the_finding_counts_what_the_drawing_shows(self, scope: Scope, found: Spread) -> None:
        measure = outcomes.measure_at(scope, "burglary")
        card = funnel_card(scope, measure, "2025", found, {}, "source")
        assert card.drawing is not None
        compared = card.drawing.rows.group.notna().sum()
        outside = card.drawing.rows.group.isin(["above", "below"]).sum()
        assert str(compared) in card.finding
        assert (str(outside) in card.finding) or outside == 0
        assert card.finding in card.alt
        assert scope.say("funnel.no_ranks") in card.lead
        assert card.rows is not None
        assert list(card.rows.name) == sorted(card.rows.name, key=lambda name: list(found.places.name).index(name))

    def test_wider_lines_are_owned_up_to(self, scope: Scope) -> None:
        wild = figures_of([20.0, 80.0] * 6, [10_000.0] * 12)
        found = spread(wild)
        assert found.inflation > 1
        assert found.beyond_chance == 12
        assert any("12 areas would lie outside" in line for line in lead_lines(found, scope))
        assert len(lead_lines(spread(CALM), scope)) == 1

    @pytest.mark.parametrize(
        ("outside", "inflation", "said"),
        [
            (0, 1.0, "All 75 areas are within what chance alone would give"),
            (5, 1.0, "70 of 75 areas are within what chance alone would give; 5 outside"),
            (0, 9.9, "All 75 areas are within the usual spread between areas"),
            (0, 357.0, "Areas differ by far more than chance; no single one stands out"),
            (6, 10.0, "Areas differ by far more than chance; 6 stand out even so"),
        ],
    )
    def test_what_is_far_from_chance_is_not_called_usual(
        self, scope: Scope, outside: int, inflation: float, said: str
    ) -> None:
        assert finding_of(75, outside, inflation, scope) == said

    def test_no_figure_that_is_hidden_is_in_the_drawing_or_the_table(self, scope: Scope) -> None:
        secret = figures_of([*CALM.numerator, None], [*CALM.denominator, 12_345.0])
        secret.loc[12, ["numerator", "denominator", "value"]] = [7.654321, 12_345.0, 7.654321]
        found = spread(secret.assign(numerator=secret.numerator.where(secret.status == "shown")))
        table = funnel_table(found, "per_1000_residents", scope)
        assert not table.map(str).apply(lambda column: column.str.contains("7.65|12,345")).any(axis=None)
