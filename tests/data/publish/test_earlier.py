"""Two releases side by side give away nothing that each of them hides."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.publish import derive, privacy, statuses
from data.publish.cells import Tables
from data.publish.earlier import Earlier
from data.publish.thresholds import Thresholds

NONE = pd.DataFrame()
FORCE = pd.DataFrame({"id": ["force"], "kind": ["count"], "sensitive": [True]})
OPEN = FORCE.assign(sensitive=False)
LIMITS = Thresholds()


def places(count: int) -> pd.DataFrame:
    names = [f"n{number}" for number in range(count)]
    return pd.DataFrame({"id": ["city", *names], "kind": ["city", *["neighborhood"] * count]})


class City:
    """A city that publishes one release after another."""

    def __init__(self, count: int, *, total: bool = True) -> None:
        self.places, self.total = places(count), total
        self.kept: list[Earlier] = []

    def publish(
        self, cells: Mapping[tuple[str, str], int], *, look_back: bool = True, measure: pd.DataFrame = FORCE
    ) -> tuple[dict[tuple[str, str], float], pd.DataFrame]:
        """What is shown, by place and period, and what can be told with the releases before."""
        frame = pd.DataFrame([(*key, float(events)) for key, events in cells.items()])
        frame.columns = pd.Index(["neighborhood_id", "period", "numerator"])
        frame = frame.assign(measure_id="force", source_id="s", status="shown")
        if self.total:
            frame = derive.add_city_totals(frame, self.places, measure, NONE)
        kept = self.kept if look_back else []
        made = privacy.withhold(frame, measure, self.places, NONE, NONE, kept=kept)
        shown = statuses.decide(made.observation, measure)
        published = Tables.of(shown, FORCE, self.places, NONE, NONE)
        told = privacy.across(published, made.true, self.kept, limits=LIMITS)
        assert privacy.audit(shown, measure, self.places, NONE, NONE).empty
        self.kept.append(Earlier.of(f"release-{len(self.kept) + 1}", published, LIMITS))
        known = shown[shown["numerator"].notna()]
        keys = zip(known["neighborhood_id"], known["period"], strict=True)
        return dict(zip(keys, known["numerator"], strict=True)), told


def year(*events: int) -> dict[tuple[str, str], int]:
    return {(f"n{number}", "2024"): count for number, count in enumerate(events)}


def test_hiding_what_was_shown_before_hides_nothing() -> None:
    city = City(3)
    assert set(city.publish(year(12, 30, 20))[0]) == {("n0", "2024"), ("n1", "2024"), ("n2", "2024"), ("city", "2024")}
    shown, told = city.publish(year(7, 30, 20))  # the others are known, so only the total can protect
    assert ("city", "2024") not in shown
    assert told.empty


def test_the_attack_sees_it_where_a_release_does_not_look_back() -> None:
    city = City(3)
    city.publish(year(12, 30, 20))
    shown, told = city.publish(year(7, 30, 20), look_back=False)
    assert ("city", "2024") in shown
    assert ("n0", "release-1") in set(zip(told["neighborhood_id"], told["release"], strict=True))


def months(*events: int) -> dict[tuple[str, str], int]:
    return {("n0", f"2024-{number:02d}"): count for number, count in enumerate(events, 1)}


def test_a_longer_stretch_does_not_give_away_what_it_adds() -> None:
    half, longer = ("n0", "2024-01-01..2024-06-30"), ("n0", "2024-01-01..2024-09-30")
    for look_back in (True, False):
        city = City(1, total=False)
        assert half in city.publish({**months(3, 4, 2, 5, 2, 6), half: 22})[0]
        shown, told = city.publish({**months(3, 4, 2, 5, 2, 6, 1, 1, 0), longer: 24}, look_back=look_back)
        assert (longer in shown, told.empty) == (not look_back, look_back)


def test_what_is_shown_now_does_not_give_away_what_was_hidden_then() -> None:
    for look_back in (True, False):
        city = City(3)
        hidden = {place for place in ("n0", "n1", "n2") if (place, "2024") not in city.publish(year(9, 30, 40))[0]}
        city.kept = city.kept[:1]
        assert "n0" in hidden
        assert len(hidden) == 2
        shown, told = city.publish(year(10, 30, 40), look_back=look_back)
        assert told.empty == look_back
        assert (len(shown) < 4) == look_back


def test_what_was_shown_small_before_the_measure_was_sensitive_is_told_by_name() -> None:
    city = City(3)
    city.publish(year(3, 30, 20), measure=OPEN)
    shown, told = city.publish(year(3, 30, 20))
    assert ("n0", "2024") not in shown  # hidden all the same: not every reader has both
    assert set(zip(told["neighborhood_id"], told["release"], strict=True)) >= {("n0", "release-1")}


def test_what_is_no_longer_sensitive_tells_on_the_release_before() -> None:
    city = City(3)
    city.publish(year(3, 30, 20))
    _, told = city.publish(year(3, 30, 20), measure=OPEN)
    assert ("n0", "release-1") in set(zip(told["neighborhood_id"], told["release"], strict=True))


def test_the_same_figures_again_hide_the_same() -> None:
    city = City(4)
    cells = {**year(3, 30, 20, 0), ("n0", "2023"): 14, ("n1", "2023"): 8, ("n2", "2023"): 2, ("n3", "2023"): 40}
    first, _ = city.publish(cells)
    again, told = city.publish(cells)
    assert again == first
    assert told.empty


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0, 0, 0, 1, 2, -1, -3, 12])), min_size=3, max_size=6))
def test_corrections_of_any_size_give_nothing_away(cells: list[tuple[int, int]]) -> None:
    city = City(len(cells))
    city.publish(year(*(events for events, _ in cells)))
    _, told = city.publish(year(*(max(0, events + change) for events, change in cells)))
    assert told.empty, told
