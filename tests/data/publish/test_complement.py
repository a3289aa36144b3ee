"""The least is hidden that protects; measures and places that hang together are looked at together."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings

from data.publish import complement, privacy, statuses
from data.publish.cells import Layout
from tests.data.publish.test_privacy import FORCE, NONE, cities, figures, hide, places, status_of, with_city

KINDS = pd.DataFrame(
    {
        "id": ["force", "taser", "hands"],
        "kind": "count",
        "sensitive": [False, True, True],
        "part_of": [None, "force", "force"],
        "parts_are_all": [True, False, False],
    }
)


def lost(made: privacy.Withheld) -> float:
    """What the choice costs, by the rule that docs/decisions states."""
    hidden = made.log.merge(made.true, on=list(made.log.columns.drop("rule")))
    return float(complement.cost(hidden.assign(late=hidden["neighborhood_id"] == "city")).sum())


@settings(max_examples=8)
@given(cities())
def test_no_more_is_lost_than_by_the_quick_way(city: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    frame, where = city
    measure = pd.DataFrame({"id": ["force", "stops", "injuries"], "kind": "count", "sensitive": True})
    best = lost(hide(frame, where, measure))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(complement, "MOST_CELLS", 0)
        assert best <= lost(hide(frame, where, measure)) + 1e-6


@settings(max_examples=8)
@given(cities())
def test_the_order_of_rows_is_no_matter(city: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    frame, where = city
    mixed = frame.sample(frac=1, random_state=1)
    both = (hide(frame, where).log, hide(mixed, where).log)
    pd.testing.assert_frame_equal(both[0].reset_index(drop=True), both[1].reset_index(drop=True))


def test_two_blanks_that_serve_two_sums_each_are_enough() -> None:
    where = places(3)
    cells = {("n0", "2024-Q1"): 3, ("n1", "2024-Q2"): 4}
    for place in ("n0", "n1", "n2"):
        for quarter in ("2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"):
            cells.setdefault((place, quarter), 40)
    cells |= {(place, "2024"): sum(n for (at, _), n in cells.items() if at == place) for place in ("n0", "n1", "n2")}
    hidden = {
        key for key, status in status_of(hide(with_city(figures(cells), where), where)).items() if status != "shown"
    }
    # Each small number's partner in its place is the other's partner in its quarter.
    assert hidden == {("n0", "2024-Q1"), ("n0", "2024-Q2"), ("n1", "2024-Q1"), ("n1", "2024-Q2")}


def of_kinds(force: int, taser: int, hands: int) -> pd.DataFrame:
    counts = {"force": force, "taser": taser, "hands": hands}
    return pd.concat([figures({("n0", "2024"): events}, measure=name) for name, events in counts.items()])


def test_a_part_is_not_told_by_the_whole_and_the_other_parts() -> None:
    where = places(1)
    made = privacy.withhold(of_kinds(44, 4, 40), KINDS, where, NONE, NONE)
    status = made.observation.set_index("measure_id")["status"]
    assert status["taser"] == "withheld"
    assert (status == "withheld").sum() == 2
    decided = statuses.decide(made.observation, KINDS)
    assert privacy.audit(decided, KINDS, where, NONE, NONE).empty
    bare = of_kinds(44, 4, 40)
    bare.loc[bare["measure_id"] == "taser", ["numerator", "status", "reason"]] = [None, "withheld", "small_number"]
    assert privacy.audit(bare, KINDS, where, NONE, NONE)[["measure_id", "low", "high"]].to_numpy().tolist() == [
        ["taser", 4, 4]
    ]


def test_parts_that_are_not_all_come_to_at_most_the_whole() -> None:
    where, some = places(1), KINDS.assign(parts_are_all=False)
    bare = of_kinds(44, 4, 40)
    bare.loc[bare["measure_id"] == "taser", ["numerator", "status", "reason"]] = [None, "withheld", "small_number"]
    found = privacy.audit(bare, some, where, NONE, NONE)  # 1 to 4: no more than is left of the whole
    assert found[["measure_id", "low", "high"]].to_numpy().tolist() == [["taser", 1, 4]]
    made = privacy.withhold(of_kinds(44, 4, 40), some, where, NONE, NONE)
    assert privacy.audit(statuses.decide(made.observation, some), some, where, NONE, NONE).empty


OVERLAP = pd.DataFrame(
    {
        "neighborhood_id": ["n0", "n1", "n1", "n2"],
        "district_id": ["d0", "d0", "d1", "d1"],
        "share_of_area": [1, 0.5, 0.5, 1],
    }
)


def by_district(hidden: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    where = pd.concat([places(3), pd.DataFrame({"id": ["d0", "d1"], "kind": "district"})])
    frame = figures({("n0", "2024"): 30, ("n1", "2024"): 3, ("n2", "2024"): 50, ("d0", "2024"): 33, ("d1", "2024"): 50})
    if hidden:
        frame.loc[frame["neighborhood_id"] == hidden, ["numerator", "status", "reason"]] = [
            None,
            "withheld",
            "small_number",
        ]
    return frame, where


def test_a_district_does_not_tell_of_a_neighborhood_that_it_cuts() -> None:
    frame, where = by_district("n1")
    layout = Layout(overlap=OVERLAP)
    # d0 has 33, n0 lies in it with 30: of n1 come 3 at least.
    found = privacy.audit(frame, FORCE, where, NONE, NONE, layout=layout)
    assert found.empty  # 3 to 9 is wide enough
    assert privacy.audit(frame.replace({"numerator": {33: 36}}), FORCE, where, NONE, NONE, layout=layout)[
        ["neighborhood_id", "low", "high"]
    ].to_numpy().tolist() == [["n1", 6, 9]]
    frame, where = by_district()
    made = privacy.withhold(frame.replace({"numerator": {33: 36, 3: 8}}), FORCE, where, NONE, NONE, layout=layout)
    assert privacy.audit(statuses.decide(made.observation, FORCE), FORCE, where, NONE, NONE, layout=layout).empty


def test_a_rate_that_is_shown_tells_its_count() -> None:
    where = places(1)
    rate = FORCE.assign(kind="rate")
    frame = figures({("n0", "2024"): None}, denominator=2_000.0, value=1.5)
    frame["status"] = "shown"
    assert privacy.audit(frame, rate, where, NONE, NONE)["low"].tolist() == [3]
    frame = figures({("n0", "2024"): None}, denominator=2_000.0, high=4.4)
    frame["status"] = "withheld"
    assert len(privacy.audit(frame, rate, where, NONE, NONE)) == 1
