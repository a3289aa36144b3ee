"""Groups of high places against PySAL's published values and its own code (domain reference, O18)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.stats import places

POINTS = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
VALUES = [2, 3, 3.2, 5, 8, 7]


def test_o18_gi_star_and_gi() -> None:
    near = places.neighbours_within(POINTS, 15)
    star, plain = places.local_grouping(VALUES, near), places.local_grouping(VALUES, near, star=False)
    assert star.z == pytest.approx([-1.39727626, -0.289178, 0.650650, -0.289178, 1.234521, 2.024243], abs=5e-7)
    assert star.z[0] == pytest.approx(-1.39727626, abs=5e-9)
    assert plain.z[0] == pytest.approx(-1.0136729, abs=5e-8)
    # The same neighbors give the published global G, so that the rule of neighbors is the published one.
    products = np.outer(VALUES, VALUES)
    np.fill_diagonal(products, 0)
    assert (products * near).sum() / products.sum() == pytest.approx(0.55709779, abs=5e-9)


def test_o18_esda_says_the_same() -> None:
    getisord, weights = pytest.importorskip("esda.getisord"), pytest.importorskip("libpysal.weights")
    chance = np.random.default_rng(18)
    points, values = chance.uniform(0, 100, (50, 2)), chance.gamma(2, 10, 50)
    band = weights.DistanceBand(points, 30, silence_warnings=True)
    near = places.neighbours_within(points, 30)
    for star in (True, False):
        theirs = getisord.G_Local(values, band, transform="B", star=star, permutations=0)
        ours = places.local_grouping(values, near, star=star)
        assert ours.z == pytest.approx(theirs.Zs)
        assert ours.p == pytest.approx(2 * theirs.p_norm)


def test_high_and_low_places_that_lie_together_are_marked() -> None:
    grid = np.array([(x, y) for x in range(10) for y in range(10)], dtype=float)
    values = np.random.default_rng(3).poisson(20, 100).astype(float)
    values[(grid[:, 0] < 3) & (grid[:, 1] < 3)] += 30
    values[(grid[:, 0] > 6) & (grid[:, 1] > 6)] = 0
    found = places.local_grouping(values, places.neighbours_within(grid, 1.5))
    assert found.position[0] == 1
    assert found.position[-1] == -1
    assert found.position[45] == 0
    assert found.position.dtype == np.int8


def test_false_discoveries_are_kept_in_check() -> None:
    # 400 places without any pattern: one in twenty would pass a test that looks at each place alone.
    grid = np.array([(x, y) for x in range(20) for y in range(20)], dtype=float)
    values = np.random.default_rng(4).normal(100, 10, 400)
    found = places.local_grouping(values, places.neighbours_within(grid, 1.1))
    assert (found.p < 0.05).sum() > 5
    assert not found.position.any()


def test_a_missing_value_takes_no_part() -> None:
    near = places.neighbours_within(POINTS, 15)
    with_gap = places.local_grouping([*VALUES[:5], np.nan], near)
    without = places.local_grouping(VALUES[:5], near[:5, :5])
    assert np.isnan(with_gap.z[5])
    assert with_gap.position[5] == 0
    assert with_gap.z[:5] == pytest.approx(without.z, nan_ok=True)


def test_nothing_can_be_said_of_equal_values() -> None:
    found = places.local_grouping([5.0] * 6, places.neighbours_within(POINTS, 15))
    assert np.isnan(found.z).all()
    assert not found.position.any()


def test_steadied_rates_lie_between_the_place_and_the_city() -> None:
    events, people = np.array([3, 90, 500, 40]), np.array([100, 10_000, 30_000, 8_000])
    steadied, raw = places.steadied_rates_for_map(events, people), events / people * 1000
    city = events.sum() / people.sum() * 1000
    assert (np.minimum(raw, city) <= steadied).all()
    assert (steadied <= np.maximum(raw, city)).all()
    pulled = (steadied - raw) / (city - raw)
    assert pulled[0] > 0.5 > pulled[2]  # the small place most


def test_esda_steadies_the_same() -> None:
    smoothing = pytest.importorskip("esda.smoothing")
    chance = np.random.default_rng(19)
    people = chance.integers(200, 20_000, 40)
    events = chance.poisson(people * 0.01 * chance.gamma(4, 0.25, 40))
    theirs = smoothing.Empirical_Bayes(events, people).r.ravel()
    assert places.steadied_rates_for_map(events, people, per=1) == pytest.approx(theirs)


def test_where_only_chance_varies_every_place_gets_the_average() -> None:
    assert places.steadied_rates_for_map([10, 20, 30], [1_000, 2_000, 3_000]) == pytest.approx([10, 10, 10])
    assert places.steadied_rates_for_map([0, 0], [10, 20]).tolist() == [0, 0]
    assert np.isnan(places.steadied_rates_for_map([1, 2, np.nan], [0, 20, 5])).tolist() == [True, False, True]
    assert np.isnan(places.steadied_rates_for_map([1], [0])).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: places.neighbours_within([(1, 2, 3)], 1), "pairs of known numbers"),
        (lambda: places.neighbours_within([(1, np.nan)], 1), "pairs of known numbers"),
        (lambda: places.neighbours_within(POINTS, 0), "distance must be above zero"),
        (lambda: places.local_grouping([1, 2], [[0, 1]]), "need neighbours of shape"),
        (lambda: places.local_grouping([1, 2], [[0, -1], [1, 0]]), "known and 0 or more"),
        (lambda: places.local_grouping([1, 2], [[0, 1], [1, 0]], rate=5), "rate must lie between"),
        (lambda: places.steadied_rates_for_map([1, 2], [5]), "rows of one length"),
        (lambda: places.steadied_rates_for_map([-1], [5]), "events is below zero"),
    ],
)
def test_impossible_numbers_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@settings(max_examples=50)
@given(st.lists(st.integers(0, 100), min_size=6, max_size=6), st.floats(0.5, 20), st.floats(-100, 100))
def test_the_unit_of_the_values_does_not_matter(values: list[int], factor: float, shift: float) -> None:
    near = places.neighbours_within(POINTS, 15)
    changed = places.local_grouping(np.array(values) * factor + shift, near)
    flipped = places.local_grouping(-np.array(values, dtype=float), near)
    here = places.local_grouping(values, near)
    assert changed.z == pytest.approx(here.z, abs=1e-6, nan_ok=True)
    assert flipped.z == pytest.approx(-here.z, nan_ok=True)
    assert (flipped.position == -here.position).all()
