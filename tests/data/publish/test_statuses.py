"""What may be said about a figure: one table of cases a rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import STATUSES
from data.publish.intake import MeasureRule
from data.publish.statuses import decide
from data.publish.thresholds import Thresholds, ThresholdTooLow

MEASURES = pd.DataFrame(
    {
        "id": ["burglary", "force", "trust", "opinion", "score"],
        "kind": ["rate", "count", "share", "share", "score"],
        "collected": ["full_count", "full_count", "probability", "opt_in", "unknown"],
        "sensitive": [False, True, False, False, False],
    }
)
PLACES = pd.DataFrame(
    {
        "id": ["old-town", "downtown", "city", "unplaced"],
        "kind": ["neighborhood", "neighborhood", "city", "unplaced"],
        "visitor_area": [False, True, False, False],
    }
)


def decided(
    measure: str, *, thresholds: Thresholds | None = None, rule: str | None = None, **row: Any
) -> pd.Series[Any]:
    """One observation, decided."""
    frame = pd.DataFrame(
        [{"measure_id": measure, "neighborhood_id": "old-town", "period": "2025", "source_id": "crime", **row}]
    )
    rules = {measure: MeasureRule(measure, provisional_from=rule)} if rule else None
    return decide(frame, MEASURES, neighborhood=PLACES, rules=rules, thresholds=thresholds).iloc[0]


def passport(row: pd.Series[Any]) -> tuple[str, str | None]:
    return row["status"], None if pd.isna(row["reason"]) else row["reason"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "status", "reason"),
    [
        (215, 75_000, 2.867, "shown", None),  # O1: 286.7 per 100,000
        (0, 12_400, 0.0, "shown", None),
        (1, 12_400, None, "too_few_to_say", "under_10_events"),
        (9, 12_400, None, "too_few_to_say", "under_10_events"),
        (10, 12_400, 0.806, "unstable", "under_20_events"),
        (19, 12_400, 1.532, "unstable", "under_20_events"),
        (20, 12_400, 1.613, "shown", None),
        (212, None, None, "not_reported", "no_population"),
        (212, 9, None, "too_few_to_say", "no_residents"),
        (212, 0, None, "too_few_to_say", "no_residents"),
        (0, 0, None, "too_few_to_say", "no_residents"),
        (None, 12_400, None, "not_reported", None),
    ],
)
def test_rates(
    numerator: float | None, denominator: float | None, value: float | None, status: str, reason: str | None
) -> None:
    row = decided("burglary", numerator=numerator, denominator=denominator)
    assert passport(row) == (status, reason)
    if value is None:
        assert row[["value", "low", "high"]].isna().all()
    else:
        assert row["value"] == pytest.approx(value, abs=5e-4)
        assert row["low"] <= row["value"] < row["high"]
    if numerator is not None:  # a count too small for a rate is still a count
        assert row["numerator"] == numerator


def test_no_events_among_many_still_has_an_upper_end() -> None:
    row = decided("burglary", numerator=0, denominator=1_000)
    assert (row["low"], row["high"]) == (0, pytest.approx(3.689, abs=1e-3))


def test_events_without_a_neighborhood_are_counted_and_have_no_rate() -> None:
    row = decided("burglary", numerator=47, neighborhood_id="unplaced")
    assert passport(row) == ("not_applicable", "unplaced")
    assert row["numerator"] == 47
    assert pd.isna(row["value"])


def test_places_with_many_visitors_say_so_where_there_is_a_rate() -> None:
    assert passport(decided("burglary", numerator=300, denominator=900, neighborhood_id="downtown")) == (
        "shown",
        "visitors",
    )
    assert decided("burglary", numerator=12, denominator=900, neighborhood_id="downtown")["reason"] == "under_20_events"
    assert pd.isna(decided("force", numerator=12, neighborhood_id="downtown")["reason"])


@pytest.mark.parametrize("numerator", [0, 3, 47])
def test_counts_are_what_was_counted_and_have_no_range(numerator: int) -> None:
    row = decided("force", numerator=numerator)
    assert passport(row) == ("shown", None)
    assert row["value"] == numerator
    assert row[["low", "high"]].isna().all()


@pytest.mark.parametrize(
    ("numerator", "n", "n_effective", "value", "status", "reason"),
    [
        (260, 400, 300.0, 65.0, "shown", None),
        (260, 400, None, 65.0, "shown", None),
        (2, 100, None, 2.0, "shown", None),
        (4, 59, None, 6.78, "unstable", "under_60_answers"),
        (4, 30, None, 13.33, "unstable", "under_60_answers"),
        (2, 80, 59.9, 2.5, "unstable", "under_60_answers"),
        (15, 35, None, None, "too_few_to_say", "wide_range"),
        (3, 29, None, None, "too_few_to_say", "under_30_answers"),
        (3, 80, 29.9, None, "too_few_to_say", "under_30_answers"),
        (4, 8, None, None, "too_few_to_say", "under_30_answers"),  # O19
        (0, 0, None, None, "too_few_to_say", "under_30_answers"),
        (None, 80, None, None, "not_reported", None),
    ],
)
def test_shares(
    numerator: float | None, n: int, n_effective: float | None, value: float | None, status: str, reason: str | None
) -> None:
    row = decided("trust", numerator=numerator, denominator=n, n=n, n_effective=n_effective)
    assert passport(row) == (status, reason)
    if value is None:
        assert row[["value", "low", "high", "numerator"]].isna().all()
    else:
        assert row["value"] == pytest.approx(value, abs=5e-3)
        assert row["low"] <= row["value"] <= row["high"]
        assert row["high"] - row["low"] < 30


def test_weighting_widens_the_range() -> None:
    plain = decided("trust", numerator=260, n=400)
    weighted = decided("trust", numerator=260, n=400, n_effective=200.0)
    assert weighted["high"] - weighted["low"] > plain["high"] - plain["low"]


def test_a_handful_of_answers_is_not_counted_out_loud() -> None:
    row = decided("trust", numerator=4, denominator=8, n=8)
    assert row[["n", "n_effective", "denominator"]].isna().all()
    assert decided("trust", numerator=4, n=12)["n"] == 12


def test_a_small_base_does_not_hide_that_people_chose_to_answer() -> None:
    row = decided("trust", numerator=25, n=45, reason="opt_in")
    assert passport(row) == ("unstable", "opt_in")
    assert pd.isna(row["low"])


def test_people_who_chose_to_answer_get_no_range() -> None:
    for row in (decided("opinion", numerator=260, n=400), decided("trust", numerator=260, n=400, reason="opt_in")):
        assert passport(row) == ("shown", "opt_in")
        assert row["value"] == 65
        assert row[["low", "high"]].isna().all()


def test_a_share_without_a_base_says_so() -> None:
    row = decided("trust", value=61.5)
    assert passport(row) == ("shown", "no_sample_size")
    assert row["value"] == 61.5
    assert row[["low", "high"]].isna().all()


@pytest.mark.parametrize(
    ("value", "n", "status", "reason"),
    [
        (57.3, None, "shown", "no_sample_size"),
        (57.3, 400, "shown", None),
        (57.3, 45, "unstable", "under_60_answers"),
        (57.3, 12, "too_few_to_say", "under_30_answers"),
        (None, None, "not_reported", None),
    ],
)
def test_scores_are_taken_as_given(value: float | None, n: int | None, status: str, reason: str | None) -> None:
    row = decided("score", value=value, n=n)
    assert passport(row) == (status, reason)
    assert row[["low", "high"]].isna().all()
    assert pd.isna(row["value"]) == (value is None or status == "too_few_to_say")


@pytest.mark.parametrize("status", ["withheld", "not_reported", "not_applicable"])
@pytest.mark.parametrize("measure", ["burglary", "force", "trust", "score"])
def test_what_is_settled_stays_and_holds_no_number(measure: str, status: str) -> None:
    row = decided(
        measure, numerator=7, denominator=80, n=80, n_effective=70.0, value=8.75, status=status, reason="small_number"
    )
    assert passport(row) == (status, "small_number")
    assert row[["value", "low", "high", "numerator", "n", "n_effective"]].isna().all()
    assert pd.isna(row["denominator"]) == (measure != "burglary")  # residents are public; answers are not


def test_a_share_settled_as_too_few_keeps_how_many_answered() -> None:
    row = decided("trust", numerator=4, n=12, status="too_few_to_say", reason="under_30_answers")
    assert row["n"] == 12
    assert row[["value", "numerator"]].isna().all()


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"period": "2025", "numerator": 212}, "provisional"),
        ({"period": "2025-07..", "numerator": 212}, None),
        ({"period": "2025-01", "numerator": 0}, "provisional"),
        ({"period": "2024-12", "numerator": 212}, "shown"),
        ({"period": "2025-02", "numerator": 12}, "unstable"),
        ({"period": "2025-02", "numerator": 2}, "too_few_to_say"),
        ({"period": "2025-02", "numerator": 212, "status": "not_reported"}, "not_reported"),
    ],
)
def test_late_months_are_early_figures_unless_worse_is_said(row: dict[str, Any], status: str | None) -> None:
    if status is None:
        with pytest.raises(ValueError, match="not a period"):
            decided("burglary", denominator=12_400, rule="2025", **row)
    else:
        assert decided("burglary", denominator=12_400, rule="2025", **row)["status"] == status


def test_other_measures_are_not_early() -> None:
    frame = pd.DataFrame(
        [
            {"measure_id": measure, "neighborhood_id": "old-town", "period": "2025", "numerator": 50, "source_id": "s"}
            for measure in ("force", "burglary")
        ]
    ).assign(denominator=1_000)
    rules = {"force": MeasureRule("force", provisional_from="2025-01")}
    assert decide(frame, MEASURES, rules=rules)["status"].tolist() == ["provisional", "shown"]


def test_a_city_may_be_stricter() -> None:
    strict = Thresholds(few_events=20, unstable_events=40, few_answers=50, wide_points=20)
    assert decided("burglary", numerator=19, denominator=12_400, thresholds=strict)["status"] == "too_few_to_say"
    assert decided("burglary", numerator=39, denominator=12_400, thresholds=strict)["status"] == "unstable"
    assert decided("trust", numerator=4, n=49, thresholds=strict)["reason"] == "under_30_answers"
    assert decided("trust", numerator=35, n=70, thresholds=strict)["reason"] == "wide_range"


@pytest.mark.parametrize(
    "weaker", [{"few_events": 5}, {"few_answers": 20}, {"small_count": 5}, {"wide_points": 40}, {"few_residents": 0}]
)
def test_a_city_may_not_be_laxer(weaker: dict[str, Any]) -> None:
    with pytest.raises(ThresholdTooLow, match=next(iter(weaker))):
        Thresholds(**weaker)


def test_unknown_measures_and_impossible_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="no such measure: arson"):
        decided("arson", numerator=1)
    with pytest.raises(ValueError, match="above 100 percent"):
        decided("trust", numerator=81, n=80)


def test_nothing_in_nothing_out() -> None:
    assert decide(pd.DataFrame(), MEASURES).empty


counts = st.none() | st.integers(0, 2_000)


@st.composite
def observations(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for number in range(draw(st.integers(1, 12))):
        measure = draw(st.sampled_from(MEASURES["id"].tolist()))
        n = draw(counts)
        favorable = None if n is None else draw(st.none() | st.integers(0, n))
        is_share = measure in ("trust", "opinion")
        rows.append(
            {
                "measure_id": measure,
                "neighborhood_id": draw(st.sampled_from(PLACES["id"].tolist())),
                "period": f"{2000 + number}",
                "numerator": favorable if is_share else draw(counts),
                "denominator": n if is_share else draw(counts),
                "n": n if measure != "burglary" else None,
                "n_effective": None if n is None else draw(st.none() | st.floats(n / 4, n)),
                "value": draw(st.none() | st.floats(0, 100)) if measure == "score" else None,
                "status": draw(st.sampled_from(STATUSES)),
                "source_id": "crime",
            }
        )
    return pd.DataFrame(rows)


@settings(max_examples=60)
@given(observations())
def test_whatever_comes_in_the_passport_holds(frame: pd.DataFrame) -> None:
    rows = decide(frame, MEASURES, neighborhood=PLACES)
    assert len(rows) == len(frame)
    assert set(rows["status"]) <= set(STATUSES)
    drawn = rows["status"].isin(["shown", "provisional", "unstable"])
    assert (rows["value"].notna() == drawn).all()
    ranged = rows["low"].notna()
    assert (ranged == rows["high"].notna()).all()
    inside = (rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])
    assert inside[ranged].all()
    withheld = rows[rows["status"] == "withheld"]
    assert withheld[["value", "low", "high", "numerator", "n", "n_effective"]].isna().all().all()
    numbers = rows[["value", "low", "high", "numerator"]].to_numpy()
    assert not np.isinf(numbers).any()
    few_answers = rows["measure_id"].isin(["trust", "opinion"]) & (rows["status"] == "too_few_to_say")
    assert rows.loc[few_answers, "numerator"].isna().all()
