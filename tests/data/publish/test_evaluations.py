"""What a pack declares and publishing works out: published examples, every refusal, the grade by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import periods
from data.models import METHODS, NOT_ASSESSED, TABLES
from data.publish import evaluations
from data.publish.evaluations import NUMBERS, REASONS, SAID
from data.publish.frames import typed
from data.publish.windows import season

TODAY = date(2026, 3, 3)
MEASURE = {"id": "burglary", "kind": "count", "events": "break-ins", "seasonal": True}
WDD = {"method": "displacement_difference", "before": "2022", "after": "2023"}
YEARS = {"before": "2022-01-01..2022-12-31", "after": "2023-01-01..2023-12-31"}
TWO = {"t": "treated", "c": "comparison"}
Counts = Mapping[str, Mapping[str, float]]


def tables(counts: Counts, declared: Mapping[str, Any], roles: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """counts: place -> period -> events (nan: withheld). more: breaks (days), early (periods that are provisional)."""
    rows = []
    for place, series in counts.items():
        for code, events in series.items():
            days = periods.parse(code)
            status = "withheld" if np.isnan(events) else "provisional" if code in more.get("early", ()) else "shown"
            about = {"period": code, "period_start": days.start, "period_end": days.end, "status": status}
            rows.append({"measure_id": "burglary", "neighborhood_id": place, "group_name": "all", "numerator": events,
                         "source_id": "police", **about})  # fmt: skip
    breaks = [{"measure_id": "burglary", "broke_on": day, "kind": "definition", "note": "."} for day in
              more.get("breaks", ())]  # fmt: skip
    areas = [{"evaluation_id": "e", "neighborhood_id": place, "role": role} for place, role in roles.items()]
    made = {
        "observation": rows,
        "measure": [MEASURE],
        "series_break": breaks,
        "evaluation": [{"id": "e", "measure_id": "burglary", "design": "Compared.", **declared}],
        "evaluation_area": areas,
    }
    return {name: typed(pd.DataFrame(some), TABLES[name]) for name, some in made.items()}


def found(made: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The one evaluation; missing cells as None."""
    evaluation, _ = evaluations.computed(made, fiscal_start_month=7, released_on=TODAY)
    [row] = evaluation.astype(object).where(evaluation.notna(), None).to_dict("records")
    return {str(name): cell for name, cell in row.items()}


def asked(counts: Counts, declared: Mapping[str, Any], roles: Mapping[str, str] = TWO, **more: Any) -> dict[str, Any]:
    return found(tables(counts, declared, roles, **more))


def monthly(first_year: int, *years: Sequence[float] | float) -> dict[str, float]:
    """Counts of every month: a number for each month of a year, or one list of twelve."""
    series: dict[str, float] = {}
    for at, year in enumerate(years):
        months = year if isinstance(year, Sequence) else [year] * 12
        series |= {f"{first_year + at}-{month:02d}": float(events) for month, events in enumerate(months, 1)}
    return series


def steady(*places: str, after: float = 20, t_after: float | None = None) -> dict[str, dict[str, float]]:
    """Twenty a month in 2020 to 2022, `after` in 2023 (`t_after` in t)."""
    return {one: monthly(2020, 20, 20, 20, t_after if one == "t" and t_after is not None else after) for one in places}


# ---------------------------------------------------------------- published examples


def test_o16_the_published_example_comes_out_of_published_figures() -> None:
    counts = {
        "t": {"2022": 207.0, "2023": 110.0}, "c": {"2022": 308.0, "2023": 318.0},
        "d": {"2022": 178.0, "2023": 157.0}, "e": {"2022": 150.0, "2023": 140.0},
    }  # fmt: skip
    said = asked(counts, WDD, {**TWO, "d": "buffer", "e": "buffer_comparison"})
    assert said["refused"] is None
    assert said["estimate"] == -118
    assert (said["low"], said["high"]) == pytest.approx((-118 - 1.96 * 1568**0.5, -118 + 1.96 * 1568**0.5), abs=0.01)
    assert said["displaced"] == -11
    assert (said["events_before"], said["events_after"], said["series_by"]) == (207, 110, "year")
    assert (said["grade"], said["trends"]) == (2, "too_short")


def test_several_comparison_areas_weigh_as_much_as_the_treated() -> None:
    counts = {"t": {"2022": 100.0, "2023": 80.0}, "c": {"2022": 90.0, "2023": 96.0}, "k": {"2022": 60.0, "2023": 70.0}}
    said = asked(counts, WDD, {**TWO, "k": "comparison"})
    assert said["estimate"] == -20 - (6 + 10) / 2
    half = 1.959964 * (100 + 80 + (90 + 96 + 60 + 70) / 4) ** 0.5
    assert said["high"] - said["estimate"] == pytest.approx(half, abs=1e-4)


def test_buffers_without_a_comparison_of_their_own_are_set_against_the_comparison_areas() -> None:
    counts = {"t": {"2022": 100.0, "2023": 80.0}, "c": {"2022": 90.0, "2023": 96.0}, "d": {"2022": 60.0, "2023": 70.0}}
    said = asked(counts, WDD, {**TWO, "d": "buffer"})
    assert (said["estimate"], said["displaced"]) == ((-20 - 6) + (10 - 6), 4)
    # Each count of the comparison area is taken off twice, so that its part of the variance is four times as large.
    half = 1.959964 * (100 + 80 + 60 + 70 + 4 * (90 + 96)) ** 0.5
    assert said["high"] - said["estimate"] == pytest.approx(half, abs=1e-4)


def test_before_and_after_turns_an_exact_ratio_into_events() -> None:
    said = asked({"t": {"2022": 45.0, "2023": 30.0}}, {**WDD, "method": "before_after"}, {"t": "treated"})
    assert (said["estimate"], said["ratio"], said["grade"]) == (-15, pytest.approx(30 / 45), 1)
    # The domain reference, 3.3: 30 v 45 has an exact range of 0.41 to 1.08.
    assert (round(said["ratio_low"], 2), round(said["ratio_high"], 2)) == (0.41, 1.08)
    assert (said["low"], said["high"]) == pytest.approx(
        (45 * said["ratio_low"] - 45, 45 * said["ratio_high"] - 45), abs=1e-3
    )


def test_the_finest_published_periods_are_used_and_areas_say_their_events() -> None:
    made = tables({**steady("t", "c", t_after=10), "x": {"2022": 5.0}}, {**WDD, **YEARS}, TWO)
    made["observation"] = pd.concat(
        [made["observation"], tables({"t": {"2022": 240.0, "2023": 120.0}}, WDD, TWO)["observation"]]
    )
    assert (found(made)["series_by"], found(made)["estimate"]) == ("month", -120)
    _, areas = evaluations.computed(made, fiscal_start_month=7, released_on=TODAY)
    assert areas.set_index("neighborhood_id")[["events_before", "events_after"]].to_numpy().tolist() == [
        [240, 120],
        [240, 240],
    ]


def test_a_figure_of_just_the_window_does_where_no_series_is_published() -> None:
    days = {"2022-01-01..2022-06-23": 60.0, "2023-01-01..2023-06-23": 40.0}
    said = asked({"t": days, "c": days}, {**WDD, "before": min(days), "after": max(days)})
    assert (said["refused"], said["series_by"], said["estimate"]) == (None, None, 0)


# ---------------------------------------------------------------- refusals

SERIES = {"method": "interrupted_series", **YEARS}
DIFFERENCES = {"method": "difference_in_differences", **YEARS}
BEFORE_AFTER = {"method": "before_after", **YEARS}
MID_MONTH = {"before": "2022-01-15..2022-12-31", "after": "2023-01-15..2023-12-31"}
HALVES = {"before": "2022-01-01..2022-06-30", "after": "2023-07-01..2023-12-31"}


@pytest.mark.parametrize(
    ("reason", "counts", "declared", "more"),
    [
        ("not_over", steady("t", "c"), {**WDD, "after": "2026"}, {}),
        ("not_over", steady("t", "c"), {**WDD, "before": "2023", "after": "2024"}, {}),
        ("not_over", steady("t", "c"), {**WDD, **YEARS}, {"early": ["2023-11", "2023-12"]}),
        ("unequal_windows", steady("t", "c"), {**WDD, "before": "2021-01-01..2022-12-31"}, {}),
        ("other_season", steady("t", "c"), {**BEFORE_AFTER, **HALVES}, {}),
        ("break_inside", steady("t", "c"), WDD, {"breaks": [date(2022, 7, 1)]}),
        ("break_inside", steady("t", "c"), WDD, {"breaks": [date(2023, 12, 31)]}),
        ("not_published", {**steady("t"), "c": monthly(2020, 20, 20, [20] * 11 + [np.nan], 20)}, WDD, {}),
        ("not_published", steady("t"), WDD, {}),
        ("not_published", steady("t", "c"), {**WDD, **MID_MONTH}, {}),
        ("too_short", steady("t", "c"), SERIES, {}),
        ("no_baseline", {**steady("c"), "t": monthly(2022, 0, 9)}, WDD, {}),
        ("no_baseline", {**steady("t"), "c": monthly(2022, 0, 9)}, WDD, {}),
        ("under_20_events", {**steady("c"), "t": monthly(2022, 1, [1] * 7 + [0] * 5)}, WDD, {}),
        ("at_its_peak", steady("t", "c"), {**WDD, "chosen_because": "peak"}, {}),
        ("at_its_peak", {"t": monthly(2020, 20, 20, 30, 20), "c": monthly(2020, 20, 20, 20, 20)}, WDD, {}),
    ],
)  # fmt: skip
def test_each_refusal(reason: str, counts: Counts, declared: dict[str, Any], more: dict[str, Any]) -> None:
    roles = {"t": "treated"} if declared["method"] == "before_after" else TWO
    said = asked(counts, declared, roles, **more)
    assert said["refused"] == reason
    assert [name for name in SAID if said[name] is not None] == []


def test_reasons_are_asked_in_the_order_that_is_documented() -> None:
    assert sorted(REASONS) == sorted(NOT_ASSESSED)
    few = {"t": monthly(2022, 0, [1] * 3 + [np.nan] * 9), "c": monthly(2022, 20, 20)}
    said = []
    unequal = {**WDD, "before": "2021-01-01..2022-12-31"}
    said.append(asked(few, {**unequal, "after": "2026"}, breaks=[date(2022, 7, 1)])["refused"])
    said.append(asked(few, unequal, breaks=[date(2022, 7, 1)])["refused"])
    said.append(asked(few, WDD, breaks=[date(2022, 7, 1)])["refused"])
    said.append(asked(few, WDD)["refused"])
    said.append(asked({"t": monthly(2022, 0, 1), "c": few["c"]}, {**WDD, "chosen_because": "peak"})["refused"])
    said.append(asked({"t": monthly(2022, 1, 0), "c": few["c"]}, {**WDD, "chosen_because": "peak"})["refused"])
    said.append(asked({"t": monthly(2022, 2, 2), "c": few["c"]}, {**WDD, "chosen_because": "peak"})["refused"])
    expected = ["not_over", "unequal_windows", "break_inside", "not_published", "no_baseline", "under_20_events"]
    assert said == [*expected, "at_its_peak"]
    assert expected == sorted(expected, key=REASONS.index)


@pytest.mark.parametrize(
    ("declared", "breaks", "refused"),
    [
        (WDD, [date(2022, 1, 1)], None),  # the first day of the time before
        (WDD, [date(2024, 1, 1)], None),
        ({**WDD, "before": "2020"}, [], None),  # a leap year
        ({**WDD, **HALVES}, [], None),  # the comparison has the same season
        ({**WDD, "before": "2020-02-01..2020-02-29", "after": "2023-02-01..2023-02-28"}, [], None),
    ],
)
def test_what_is_not_refused(declared: dict[str, Any], breaks: list[date], refused: None) -> None:
    assert asked(steady("t", "c"), declared, breaks=breaks)["refused"] is refused


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("2023-01-15..2023-02-28", "2024-01-15..2024-02-28", True),  # the same days, and one year has a day more
        ("2023-01-15..2023-02-28", "2024-01-15..2024-02-29", True),
        ("2023-02-28..2023-05-31", "2024-02-28..2024-05-31", True),
        ("2023-02-28..2023-05-31", "2024-02-29..2024-05-31", True),
        ("2023-03-01..2024-02-29", "2024-03-01..2025-02-28", True),
        ("2023-01-15..2023-02-27", "2024-01-15..2024-02-28", False),
        ("2023-01-15..2023-02-28", "2024-01-15..2024-03-01", False),
        ("2023-03-01..2023-05-31", "2024-02-29..2024-05-31", False),
    ],
)
def test_a_leap_day_makes_no_other_season(before: str, after: str, is_same: bool) -> None:
    assert (season(periods.parse(before)) == season(periods.parse(after))) == is_same


def test_a_peak_takes_two_earlier_windows_of_the_same_measure_and_no_lot() -> None:
    high = {"t": monthly(2020, 20, 20, 30, 20), "c": monthly(2020, 20, 20, 20, 20)}
    assert asked(high, WDD)["refused"] == "at_its_peak"
    assert asked(high, {**WDD, "chosen_because": "random"})["refused"] is None
    assert asked(high, {**WDD, "randomized": True})["refused"] is None
    assert asked(high, WDD, breaks=[date(2021, 1, 1)])["refused"] is None, "2020 was counted in another way"
    one = {place: {code: n for code, n in series.items() if code >= "2021"} for place, series in high.items()}
    assert asked(one, WDD)["refused"] is None


# ---------------------------------------------------------------- grades and trends

DRAWN = {"randomized": True, "url": "https://x.org/draw"}


@pytest.mark.parametrize(
    ("declared", "roles", "grade"),
    [
        (BEFORE_AFTER, {"t": "treated"}, 1),
        (BEFORE_AFTER, {"t": "treated", "d": "buffer"}, 1),
        ({**WDD, **YEARS}, TWO, 2),
        ({**WDD, **YEARS}, {**TWO, "d": "buffer"}, 2),
        ({**WDD, **YEARS}, {**TWO, "k": "comparison"}, 2),
        ({**WDD, **YEARS}, {**TWO, "k": "comparison", "d": "buffer"}, 3),
        (DIFFERENCES, {**TWO, "u": "treated", "k": "comparison"}, 2),
        (DIFFERENCES, {**TWO, "u": "treated", "k": "comparison", "d": "buffer"}, 3),
        ({**SERIES, "before": "2020-01-01..2022-12-31"}, {"t": "treated"}, 1),
        ({**SERIES, "before": "2020-01-01..2022-12-31"}, TWO, 2),
        ({**SERIES, "before": "2020-01-01..2022-12-31"}, {**TWO, "d": "buffer"}, 3),
        ({**WDD, **YEARS, **DRAWN}, TWO, 4),
        ({**WDD, **YEARS, **DRAWN, "randomized": False}, TWO, 2),
        ({**WDD, **YEARS, **DRAWN, "url": None}, TWO, 2),
        ({**BEFORE_AFTER, **DRAWN}, {"t": "treated"}, 1),
    ],
)
@pytest.mark.parametrize("after", [10, 20, 40], ids=["good", "null", "adverse"])
def test_the_grade_follows_from_the_design_and_not_from_the_result(
    declared: dict[str, Any], roles: dict[str, str], grade: int, after: float
) -> None:
    said = asked(steady("t", "u", "c", "k", "d", t_after=after), declared, roles)
    assert (said["refused"], said["grade"]) == (None, grade)
    if "u" not in roles:
        assert np.sign(said["estimate"]) == pytest.approx(np.sign(after - 20), abs=1e-3)
    assert said["low"] <= said["estimate"] <= said["high"]


@pytest.mark.parametrize(
    ("typed_grade", "url", "grade"), [(None, "https://x", 4), (2, "https://x", 2), (0, "https://x", 0), (4, None, 0)]
)
def test_a_published_study_keeps_its_numbers_and_may_say_less_of_itself(
    typed_grade: int | None, url: str | None, grade: int
) -> None:
    study = {"method": "published_study", "estimate": -9.0, "low": -14.0, "high": -4.0, "url": url,
             "grade": typed_grade}  # fmt: skip
    said = asked({}, study, {})
    assert [said[name] for name in ("estimate", "low", "high", "grade", "refused")] == [-9, -14, -4, grade, None]


def test_counts_alone_are_reported_and_say_no_number() -> None:
    said = asked({}, {"method": "counts_only", "url": "https://x"}, {})
    assert (said["grade"], said["refused"]) == (0, None)
    assert [name for name in SAID if said[name] is not None] == ["grade"]


def test_trends_before_decide_whether_a_comparison_is_one() -> None:
    rising = {"t": monthly(2020, 10, 20, 40, 40), "c": monthly(2020, 30, 30, 30, 30)}
    said = asked(rising, {**WDD, **YEARS, "chosen_because": "random"})
    assert (said["trends"], said["grade"]) == ("differ", 1)
    said = asked(steady("t", "c"), {**WDD, **YEARS})
    assert (said["trends"], said["grade"]) == ("alike", 2)
    short = {place: dict.fromkeys(("2022-11", "2022-12", "2023-11", "2023-12"), 20.0) for place in "tc"}
    said = asked(short, {**WDD, "before": "2022-11-01..2022-12-31", "after": "2023-11-01..2023-12-31"})
    assert (said["trends"], said["grade"]) == ("too_short", 2)


def test_seasons_that_both_share_are_no_difference_of_trends() -> None:
    wave = [10, 12, 15, 20, 26, 31, 33, 31, 26, 20, 15, 12]
    both = {"t": monthly(2020, wave, wave, wave, wave), "c": monthly(2020, *([[2 * n for n in wave]] * 4))}
    assert asked(both, {**WDD, **YEARS})["trends"] == "alike"


# ---------------------------------------------------------------- whatever the numbers are

COUNT = st.one_of(st.integers(0, 60).map(float), st.just(float("nan")))
ROLES = st.lists(st.sampled_from(["treated", "comparison", "buffer", "buffer_comparison"]), min_size=3, max_size=5)


@st.composite
def cities(draw: st.DrawFn) -> dict[str, Any]:
    """Half-year counts of a few places over six years, and something declared of them."""
    roles = {f"p{at}": role for at, role in enumerate(["treated", "treated", "comparison", *draw(ROLES)])}
    quarters = [f"{year}-Q{quarter}" for year in range(2019, 2024) for quarter in range(1, 5)]
    level = {place: draw(st.integers(0, 40)) for place in roles}
    seed = draw(st.integers(0, 10_000))
    chance = np.random.default_rng(seed)
    counts = {place: {code: float(chance.poisson(level[place])) for code in quarters} for place in roles}
    if draw(st.booleans()):
        counts[draw(st.sampled_from(sorted(roles)))][draw(st.sampled_from(quarters))] = draw(COUNT)
    method = draw(st.sampled_from(METHODS[:4]))
    if method == "difference_in_differences" and list(roles.values()).count("comparison") < 2:
        method = "displacement_difference"
    before = draw(st.sampled_from(["2019-01-01..2022-12-31", "2022", "2021-07-01..2022-06-30", "2022-Q1"]))
    after = draw(st.sampled_from(["2023", "2023-Q1", "2022-07-01..2023-06-30"]))
    breaks = draw(st.lists(st.dates(date(2019, 1, 1), date(2023, 12, 31)), max_size=1))
    reason = draw(st.sampled_from([None, "need", "peak", "random"]))
    declared = {"method": method, "before": before, "after": after, "chosen_because": reason}
    return tables(counts, declared, roles, breaks=breaks)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cities(), st.randoms(use_true_random=False))
@pytest.mark.filterwarnings("ignore")  # fits of absurd counts
def test_what_holds_of_every_evaluation(made: dict[str, pd.DataFrame], chance: Any) -> None:
    said = found(made)
    roles = list(made["evaluation_area"]["role"])
    if said["refused"]:
        assert said["refused"] in REASONS
        assert [name for name in SAID if said[name] is not None] == []
    else:
        assert said["low"] <= said["estimate"] + 1e-6
        assert said["estimate"] <= said["high"] + 1e-6
        assert 1 <= said["grade"] <= 3
        assert said["grade"] == 1 or said["method"] != "before_after"
        assert said["grade"] == 1 or ("comparison" in roles and said["trends"] != "differ")
        assert said["grade"] < 3 or "buffer" in roles
        assert (said["displaced"] is not None) == ("buffer" in roles)
        assert said["events_before"] + said["events_after"] >= 20
    # In any order of rows, and whatever is written behind what is withheld.
    mixed = {name: frame.sample(frac=1, random_state=chance.randrange(10_000)) for name, frame in made.items()}
    hidden = mixed["observation"]["status"] == "withheld"
    mixed["observation"] = mixed["observation"].assign(numerator=mixed["observation"]["numerator"].mask(hidden, 7.0))
    again = found(mixed)
    assert {name: again[name] for name in said} == {
        name: pytest.approx(cell, rel=1e-5, abs=1e-5) if name in NUMBERS and cell is not None else cell
        for name, cell in said.items()
    }
