"""Nothing that is withheld can be worked out, nothing that is shown is altered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from data.publish import derive, privacy, statuses
from data.publish.attack import exposed, possible
from data.publish.thresholds import Thresholds

NONE = pd.DataFrame()
FORCE = pd.DataFrame({"id": ["force"], "kind": ["count"], "sensitive": [True]})


def places(count: int = 4) -> pd.DataFrame:
    names = [f"n{number}" for number in range(count)]
    return pd.DataFrame({"id": ["city", "unplaced", *names], "kind": ["city", "unplaced", *["neighborhood"] * count]})


def figures(cells: Mapping[tuple[str, str], float | None], *, measure: str = "force", **more: Any) -> pd.DataFrame:
    """Observations from {(place, period): events}."""
    frame = pd.DataFrame(
        [(place, period, events) for (place, period), events in cells.items()],
        columns=["neighborhood_id", "period", "numerator"],
    )
    frame["status"] = frame["numerator"].isna().map({True: "not_reported", False: "shown"})
    return frame.assign(measure_id=measure, source_id="s", **more)


def with_city(frame: pd.DataFrame, where: pd.DataFrame, measures: pd.DataFrame = FORCE) -> pd.DataFrame:
    return derive.add_city_totals(frame, where, measures, NONE)


def hide(frame: pd.DataFrame, where: pd.DataFrame, measures: pd.DataFrame = FORCE) -> privacy.Withheld:
    return privacy.withhold(frame, measures, where, NONE, NONE)


def audited(made: privacy.Withheld, where: pd.DataFrame, measures: pd.DataFrame = FORCE) -> pd.DataFrame:
    decided = statuses.decide(made.observation, measures)
    return privacy.audit(decided, measures, where, made.survey_result, made.complaint_summary)


def status_of(made: privacy.Withheld) -> dict[tuple[str, str], str]:
    rows = made.observation
    keys = zip(rows["neighborhood_id"], rows["period"], strict=True)
    return dict(zip(keys, rows["status"], strict=True))


# ---------------------------------------------------------------- the attacker, on published oracles


def crosstab(values: list[list[int]], hidden: list[tuple[int, int]]) -> tuple[pd.DataFrame, csr_array, np.ndarray]:
    """A table with its totals as cells and sums; the third is where each cell is."""
    inner = np.array(values, dtype=float)
    full = np.block([[inner, inner.sum(1, keepdims=True)], [inner.sum(0), inner.sum()]])
    at = np.arange(full.size).reshape(full.shape)
    sums = []
    for line in [*at, *at.T]:
        row = np.zeros(full.size)
        row[line[:-1]], row[line[-1]] = 1, -1
        sums.append(row)
    value = full.copy()
    for row_and_column in hidden:
        value[row_and_column] = np.nan
    return pd.DataFrame({"value": value.ravel(), "lower": 0.0, "upper": np.inf}), csr_array(np.array(sums)), at


O12 = [[30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]]
O12_HIDDEN = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3)]
O13 = [[15, 1, 3, 1], [20, 10, 10, 15], [3, 10, 10, 2], [12, 14, 7, 2]]
O13_SMALL = [(row, column) for row in range(4) for column in range(4) if O13[row][column] < 5]


def test_two_blanks_in_every_row_and_column_are_not_enough() -> None:  # O12
    cells, sums, at = crosstab(O12, O12_HIDDEN)
    assert possible(cells, sums).loc[at[0, 1]].tolist() == [47, 47]
    assert exposed(cells, sums).index.tolist() == [at[0, 1]]


def test_one_more_hidden_cell_opens_it() -> None:  # O12
    cells, sums, at = crosstab(O12, [*O12_HIDDEN, (1, 3)])
    assert possible(cells, sums).loc[at[0, 1]].tolist() == [0, 78]
    assert exposed(cells, sums).empty


def test_hiding_only_the_small_cells_hides_none() -> None:  # O13
    cells, sums, _ = crosstab(O13, O13_SMALL)
    found = exposed(cells, sums)
    assert len(O13_SMALL) == len(found) == 6
    assert (found["low"] == found["high"]).all()


def test_a_published_pattern_that_leaks_and_one_that_does_not() -> None:  # O13
    leaks = [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (2, 0), (2, 3), (3, 0), (3, 3)]
    cells, sums, at = crosstab(O13, leaks)
    assert exposed(cells, sums).loc[at[0, 3]].tolist() == [1, 1]
    safe = [(0, 1), (0, 2), (0, 3), (2, 0), (2, 1), (2, 3), (3, 0), (3, 2), (3, 3)]
    cells, sums, _ = crosstab(O13, safe)
    assert exposed(cells, sums).empty
    ranges = possible(cells, sums)
    assert (ranges["high"] - ranges["low"]).min() >= 5


def by_hand(cells: pd.DataFrame, sums: csr_array) -> dict[int, tuple[float, float]]:
    """The slow way: one dense linear program for each end of each hidden cell."""
    value = cells["value"].to_numpy()
    hidden = np.flatnonzero(np.isnan(value))
    dense = sums.toarray()
    target = -dense @ np.nan_to_num(value)
    bounds = list(
        zip(cells["lower"].to_numpy()[hidden], cells["upper"].clip(upper=1e5).to_numpy()[hidden], strict=True)
    )
    ends = {}
    for number, cell in enumerate(hidden):
        low, high = (
            linprog(sign * np.eye(len(hidden))[number], A_eq=dense[:, hidden], b_eq=target, bounds=bounds).fun
            for sign in (1, -1)
        )
        assert low is not None
        assert high is not None
        ends[int(cell)] = (float(np.ceil(low - 1e-6)), float(np.floor(-high + 1e-6)))
    return ends


tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 30) | st.integers(0, 4), min_size=width, max_size=width), min_size=2, max_size=4
    )
)


@settings(max_examples=30)
@given(tables, st.data())
def test_the_quick_attacker_finds_what_the_slow_one_finds(values: list[list[int]], data: st.DataObject) -> None:
    everywhere = [(row, column) for row in range(len(values)) for column in range(len(values[0]))]
    hidden = data.draw(st.lists(st.sampled_from(everywhere), unique=True, min_size=1))
    cells, sums, _ = crosstab(values, hidden)
    ends = by_hand(cells, sums)
    quick = exposed(cells, sums)
    assert {cell: tuple(row) for cell, row in zip(quick.index, quick.to_numpy().tolist(), strict=True)} == {
        cell: end for cell, end in ends.items() if end[1] - end[0] < 5 and end[1] > 0
    }


def test_sums_that_contradict_each_other_teach_nothing() -> None:
    cells, sums, at = crosstab([[10, 20], [30, 40]], [(0, 0), (0, 1), (1, 0), (1, 1)])
    cells.loc[at[2, 2], "value"] = 500.0  # the grand total does not fit: it is left out, the rest still holds
    assert exposed(cells, sums).empty
    cells.loc[at[0, 2], "value"] = 40.0  # now rows and columns cannot all hold
    assert exposed(cells, sums).empty


# ---------------------------------------------------------------- withholding


def test_a_small_count_is_hidden_with_the_next_best_so_that_the_city_does_not_tell() -> None:
    where = places()
    frame = with_city(figures({("n0", "2024"): 3, ("n1", "2024"): 0, ("n2", "2024"): 41, ("n3", "2024"): 18}), where)
    made = hide(frame, where)
    assert status_of(made) == {
        ("n0", "2024"): "withheld",
        ("n1", "2024"): "shown",  # zero is shown: nobody is in it
        ("n2", "2024"): "shown",
        ("n3", "2024"): "withheld",
        ("city", "2024"): "shown",
    }
    reasons = made.observation.set_index("neighborhood_id")["reason"]
    assert reasons[["n0", "n3"]].tolist() == ["small_number", "small_number_complement"]
    assert made.log[["neighborhood_id", "rule"]].to_numpy().tolist() == [
        ["n0", "small_number"],
        ["n3", "small_number_complement"],
    ]
    assert audited(made, where).empty


def test_the_count_without_a_neighborhood_is_a_number_like_any_other() -> None:
    where = places(1)
    made = hide(with_city(figures({("n0", "2024"): 30, ("unplaced", "2024"): 2}), where), where)
    assert status_of(made)["unplaced", "2024"] == "withheld"
    assert status_of(made)["n0", "2024"] == "withheld"
    assert status_of(made)["city", "2024"] == "shown"


def test_with_nothing_else_left_the_city_total_goes() -> None:
    where = places(2)
    made = hide(with_city(figures({("n0", "2024"): 9, ("n1", "2024"): 9}), where), where)
    assert set(status_of(made).values()) == {"withheld"}
    assert audited(made, where).empty


def test_measures_that_point_to_no_one_are_left_alone() -> None:
    where = places()
    plain = FORCE.assign(sensitive=False)
    frame = with_city(figures({("n0", "2024"): 3, ("n1", "2024"): 40}), where, plain)
    assert (hide(frame, where, plain).observation["status"] == "shown").all()


def test_months_do_not_tell_through_the_year() -> None:
    where = places(1)
    months = {("n0", f"2024-{month:02d}"): 20 + month for month in range(1, 12)}
    made = hide(derive.add_years(figures({**months, ("n0", "2024-12"): 4}), FORCE), where)
    hidden = {period for (_, period), status in status_of(made).items() if status == "withheld"}
    assert hidden == {"2024-12", "2024-01"}
    assert audited(made, where).empty


def test_many_small_months_in_a_small_year_do_not_betray_each_other() -> None:
    where = places(1)
    months = {("n0", f"2024-{month:02d}"): 1 if month < 10 else 0 for month in range(1, 13)}
    made = hide(derive.add_years(figures(months), FORCE), where)
    year = made.observation.set_index("period").loc["2024"]
    # "1 to 9" said of nine months and of their sum would say that every month is a 1.
    assert (year["status"], year["reason"]) == ("withheld", "small_number_complement")
    assert audited(made, where).empty


def test_groups_do_not_tell_through_everyone() -> None:
    where = places(1)
    groups = pd.concat(
        [
            figures({("n0", "2024"): events}, group_name=group)
            for group, events in {"all": 60, "youth": 4, "adults": 40, "older": 16}.items()
        ]
    )
    made = hide(groups, where)
    assert made.observation.set_index("group_name")["status"].to_dict() == {
        "all": "shown",
        "youth": "withheld",
        "adults": "shown",
        "older": "withheld",
    }


def test_groups_that_overlap_are_not_taken_for_parts() -> None:
    where = places(2)
    rows = []
    for place, parts in {"n0": (30, 30, 25, 35), "n1": (50, 6, 40, 16)}.items():
        for group, events in zip(("women", "men", "under_30", "over_30"), parts, strict=True):
            rows.append(figures({(place, "2024"): events}, group_name=group))
        rows.append(figures({(place, "2024"): sum(parts) // 2}, group_name="all"))
    made = hide(pd.concat(rows), where)
    hidden = made.observation[made.observation["status"] == "withheld"]
    assert hidden["group_name"].tolist() == ["men"]


def test_districts_and_neighborhoods_are_two_ways_to_the_same_city() -> None:
    where = pd.concat([places(2), pd.DataFrame({"id": ["d1", "d2"], "kind": "district"})])
    frame = figures({("n0", "2024"): 25, ("n1", "2024"): 25, ("d1", "2024"): 4, ("d2", "2024"): 46})
    made = hide(with_city(frame, where), where)
    hidden = {place for (place, _), status in status_of(made).items() if status == "withheld"}
    assert hidden == {"d1", "d2"}


def test_a_place_that_is_not_reported_keeps_its_status() -> None:
    where = places(3)
    made = hide(with_city(figures({("n0", "2024"): 3, ("n1", "2024"): 30, ("n2", "2024"): None}), where), where)
    assert status_of(made)["n2", "2024"] == "not_reported"
    assert audited(made, where).empty


def test_a_rate_that_is_withheld_keeps_only_its_residents() -> None:
    where, rate = places(2), FORCE.assign(kind="rate")
    frame = figures({("n0", "2024"): 3, ("n1", "2024"): 30}, denominator=1_000.0, value=7.0, low=1.0, high=9.0, n=5)
    row = hide(frame, where, rate).observation.iloc[0]
    assert row["status"] == "withheld"
    assert row["denominator"] == 1_000
    assert row[["numerator", "value", "low", "high", "n", "n_effective"]].isna().all()


def test_what_a_city_withheld_itself_stays_withheld_without_its_number() -> None:
    where = places(2)
    frame = figures({("n0", "2024"): 3, ("n1", "2024"): 30})
    frame.loc[0, "status"] = "withheld"
    made = hide(frame, where)
    assert made.observation.loc[0, "status"] == "withheld"
    assert made.observation["numerator"].isna().tolist() == [True, False]
    assert made.log["neighborhood_id"].tolist() == ["n0"]


def test_a_stricter_city_hides_more() -> None:
    where = places(2)
    frame = figures({("n0", "2024"): 14, ("n1", "2024"): 40})
    strict = Thresholds(small_count=15)
    made = privacy.withhold(frame, FORCE, where, NONE, NONE, thresholds=strict)
    assert status_of(made)["n0", "2024"] == "withheld"


# ---------------------------------------------------------------- the audit can fail


def test_the_audit_finds_a_small_number_in_the_open_and_a_number_under_a_withheld_status() -> None:
    where = places(2)
    frame = figures({("n0", "2024"): 3, ("n1", "2024"): 30})
    found = privacy.audit(frame, FORCE, where, NONE, NONE)
    assert found[["neighborhood_id", "low", "high"]].to_numpy().tolist() == [["n0", 3, 3]]
    frame = figures({("n0", "2024"): None, ("n1", "2024"): 30}, value=[12.0, 30.0])
    frame.loc[0, "status"] = "withheld"
    assert privacy.audit(frame, FORCE, where, NONE, NONE)["low"].tolist() == [12]


def test_the_audit_finds_what_a_subtraction_gives_back() -> None:
    where = places(2)
    frame = with_city(figures({("n0", "2024"): 3, ("n1", "2024"): 30}), where)
    frame.loc[0, ["status", "reason", "numerator"]] = ["withheld", "small_number", None]
    found = privacy.audit(frame, FORCE, where, NONE, NONE)
    assert found[["neighborhood_id", "low", "high"]].to_numpy().tolist() == [["n0", 3, 3]]


# ---------------------------------------------------------------- surveys


def survey(*answers: int | None, **more: Any) -> pd.DataFrame:
    """Results of one question in places n0, n1, ... and, last, the city."""
    names = [*[f"n{number}" for number in range(len(answers) - 1)], "city"]
    frame = pd.DataFrame({"neighborhood_id": names, "n": pd.array(answers, dtype="Int64")})
    return frame.assign(wave_id="w", question_id="q", shares="0.4;0.6", dont_know_share=0.1, **more)


def test_few_answers_lose_their_shares_and_a_handful_its_number() -> None:
    made = privacy.withhold_surveys(survey(8, 12, 29, 30, 400, 479), places(5)).set_index("neighborhood_id")
    assert made["status"].tolist() == ["too_few_to_say"] * 3 + ["shown"] * 3
    assert made["shares"].isna().tolist() == [True] * 3 + [False] * 3
    assert made["dont_know_share"].isna().tolist() == [True] * 3 + [False] * 3
    hidden = made["n"].isna()
    assert hidden["n0"]
    assert hidden.sum() == 2  # one more, or the city's number would give it back
    assert made.loc["n3":, "n"].tolist() == [30, 400, 479]


def test_with_no_other_small_base_a_larger_one_is_withheld() -> None:
    made = privacy.withhold_surveys(survey(8, 60, 400, 468), places(3)).set_index("neighborhood_id")
    assert made.loc["n1", "status"] == "withheld"
    assert made.loc[["n1"], ["n", "shares", "dont_know_share"]].isna().all(axis=None)


def test_weighting_counts_when_answers_are_few() -> None:
    wave = pd.DataFrame({"id": ["w"], "mode": ["probability"], "design_effect": [1.6]})
    made = privacy.withhold_surveys(survey(40, 400, 440), places(2), survey_wave=wave)
    assert made["status"].tolist() == ["too_few_to_say", "shown", "shown"]
    assert made["n"].tolist() == [40, 400, 440]
    assert made["shares"].isna().tolist() == [True, False, False]


def test_hidden_answers_stay_hidden_as_figures() -> None:
    where, trust = places(3), pd.DataFrame({"id": ["trust"], "kind": ["share"], "collected": ["probability"]})
    wave = pd.DataFrame({"id": ["w"], "mode": ["probability"], "period": ["2025"], "source_id": ["s"]})
    question = pd.DataFrame({"id": ["q"], "measure_id": ["trust"], "options": ["no;yes"], "favorable": [1]})
    results = privacy.withhold_surveys(survey(8, 60, 400, 468), where)
    frame = derive.survey_observations(wave, question, results, trust)
    made = privacy.withhold(frame, trust, where, results, NONE)
    assert made.observation["status"].tolist() == ["too_few_to_say", "withheld", "shown", "shown"]
    pd.testing.assert_frame_equal(made.survey_result, results)
    decided = statuses.decide(made.observation, trust)
    assert decided["n"].isna().tolist() == [True, True, False, False]
    assert privacy.audit(decided, trust, where, results, NONE).empty
    assert sorted(made.log["table_name"].unique()) == ["observation", "survey_result"]


# ---------------------------------------------------------------- complaints

FINDINGS = ["sustained", "not_sustained", "unfounded", "exonerated", "other"]


def complaints(rows: dict[str, tuple[int, int, list[int], int]]) -> pd.DataFrame:
    """{place: (received, closed, findings, pending)} for 2024, and the city as their sum."""
    columns = ["received", "closed", *FINDINGS, "pending"]
    frame = pd.DataFrame(
        {
            place: [received, closed, *findings, pending]
            for place, (received, closed, findings, pending) in rows.items()
        },
        index=columns,
    ).T
    frame.loc["city"] = frame.sum()
    return frame.rename_axis("neighborhood_id").reset_index().assign(period="2024", source_id="s")


def test_a_small_finding_hides_all_findings_of_its_row_and_keeps_what_is_safe() -> None:
    where = places(3)
    frame = complaints(
        {
            "n0": (40, 36, [2, 14, 10, 10, 0], 4),
            "n1": (65, 50, [10, 15, 12, 13, 0], 10),
            "n2": (90, 70, [20, 20, 15, 15, 0], 20),
        }
    )
    made = privacy.withhold(NONE, FORCE, where, NONE, frame)
    rows = made.complaint_summary.set_index("neighborhood_id")
    assert rows.loc[["n0"], [*FINDINGS, "pending"]].isna().all(axis=None)
    kept = rows.loc[["n0"], ["received", "closed", "status", "reason"]]
    assert kept.to_numpy().tolist() == [[40, 36, "withheld", "small_number"]]
    hidden = rows[FINDINGS].isna().all(axis=1)
    assert hidden.sum() == 2  # another row's findings go too, or the city's would give these back
    assert not hidden["city"]
    assert audited(made, where).empty
    assert {"findings", "pending"} <= set(made.log["measure_id"])


def test_received_less_closed_does_not_tell_what_is_pending() -> None:
    where = places(2)
    frame = complaints({"n0": (40, 36, [36, 0, 0, 0, 0], 4), "n1": (60, 50, [50, 0, 0, 0, 0], 10)})
    made = privacy.withhold(NONE, FORCE, where, NONE, frame)
    assert made.complaint_summary[["received", "closed"]].isna().any(axis=1).iloc[0]
    assert audited(made, where).empty


def test_complaints_without_a_small_number_are_left_alone() -> None:
    where = places(2)
    frame = complaints({"n0": (40, 30, [10, 10, 10, 0, 0], 10), "n1": (60, 50, [20, 15, 15, 0, 0], 10)})
    made = privacy.withhold(NONE, FORCE, where, NONE, frame)
    assert (made.complaint_summary["status"] == "shown").all()
    assert made.log.empty


def test_a_measure_that_repeats_complaints_does_not_tell_what_they_hide() -> None:
    where = places(4)
    rows = {"n0": (4, 0, [0] * 5, 0), "n1": (20, 20, [20, 0, 0, 0, 0], 0), "n2": (31, 31, [31, 0, 0, 0, 0], 0)}
    frame = complaints({**rows, "n3": (50, 50, [50, 0, 0, 0, 0], 0)})
    repeated = figures({(place, "2024"): received for place, (received, *_) in rows.items()} | {("n3", "2024"): 50})
    made = privacy.withhold(with_city(repeated, where), FORCE, where, NONE, frame)
    shown_here = made.observation.set_index("neighborhood_id")["numerator"].isna()
    shown_there = made.complaint_summary.set_index("neighborhood_id")["received"].isna()
    assert shown_here.loc[["n0", "n1", "n2", "n3"]].tolist() == shown_there.loc[["n0", "n1", "n2", "n3"]].tolist()
    assert audited(made, where).empty


# ---------------------------------------------------------------- whatever the numbers are

QUARTERS = ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]
numbers = st.integers(0, 12) | st.integers(0, 60) | st.sampled_from([0, 1, 9, 10])


MANY = pd.DataFrame({"id": ["force", "stops", "injuries"], "kind": "count", "sensitive": True})


@st.composite
def cities(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three measures of a few places over four quarters, with their years and their city."""
    count = draw(st.integers(1, 4))
    where = places(count)
    names = [*(f"n{number}" for number in range(count)), *draw(st.sampled_from([[], ["unplaced"]]))]
    frames = []
    for measure in MANY["id"]:
        cells = {(place, quarter): draw(numbers) for place in names for quarter in QUARTERS}
        years = {(place, "2024"): sum(cells[place, quarter] for quarter in QUARTERS) for place in names}
        frames.append(figures(cells | years, measure=measure))
    return with_city(pd.concat(frames), where, MANY), where


def naive_attack(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """A reader with pencil and paper: own sums, own bounds, one program an end; what they can pin down."""
    cells = rows.reset_index(drop=True)
    keys = list(zip(cells["neighborhood_id"].tolist(), cells["period"].tolist(), strict=True))
    at = {key: number for number, key in enumerate(keys)}
    sums = []
    for place in cells["neighborhood_id"].unique():
        sums.append(({at[place, quarter] for quarter in QUARTERS}, at[place, "2024"]))
    parts = [place for place in cells["neighborhood_id"].unique() if place != "city"]
    for period in cells["period"].unique():
        sums.append(({at[place, period] for place in parts}, at["city", period]))
    matrix = np.zeros((len(sums), len(cells)))
    for number, (ones, total) in enumerate(sums):
        matrix[number, sorted(ones)], matrix[number, total] = 1, -1
    small = cells["reason"] == "small_number"
    system = pd.DataFrame(
        {"value": cells["numerator"], "lower": 1.0, "upper": np.where(small, 9, np.inf)}, index=cells.index
    )
    if system["value"].notna().all():
        return []
    ends = by_hand(system, csr_array(matrix))
    return [keys[cell] for cell, (low, high) in ends.items() if high - low < 5]


@settings(max_examples=15)
@given(cities())
def test_no_reader_recovers_a_withheld_number(city: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    frame, where = city
    made = hide(frame, where, MANY)
    for _, rows in made.observation.groupby("measure_id"):
        assert naive_attack(rows) == []
    assert audited(made, where, MANY).empty

    before, after = frame["numerator"].to_numpy(dtype=float), made.observation["numerator"].to_numpy(dtype=float)
    shown = ~np.isnan(after)
    np.testing.assert_array_equal(after[shown], before[shown])  # what is shown is never altered
    assert not ((after > 0) & (after < 10)).any()
    assert shown[before == 0].all()  # zero is shown
    assert ((made.observation["status"] == "withheld") == ~shown).all()
    assert len(made.log) == (~shown).sum()

    again = hide(made.observation, where, MANY)
    pd.testing.assert_frame_equal(again.observation, made.observation)
    pd.testing.assert_frame_equal(again.log, made.log)


@settings(max_examples=15)
@given(st.lists(st.lists(numbers, min_size=5, max_size=5), min_size=1, max_size=4))
def test_no_reader_recovers_a_withheld_finding(findings: list[list[int]]) -> None:
    where = places(len(findings))
    frame = complaints({f"n{i}": (sum(row) + 12, sum(row), row, 12) for i, row in enumerate(findings)})
    made = privacy.withhold(NONE, FORCE, where, NONE, frame)
    assert audited(made, where).empty
    columns = ["received", "closed", "pending", *FINDINGS]
    before = frame[columns].to_numpy(dtype=float)
    after = made.complaint_summary[columns].to_numpy(dtype=float, na_value=np.nan)
    shown = ~np.isnan(after)
    np.testing.assert_array_equal(after[shown], before[shown])
    assert not ((after > 0) & (after < 10)).any()
    again = privacy.withhold(NONE, FORCE, where, NONE, made.complaint_summary)
    pd.testing.assert_frame_equal(again.complaint_summary, made.complaint_summary)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 70), min_size=1, max_size=6))
def test_no_reader_recovers_a_withheld_base(answers: list[int]) -> None:
    where = places(len(answers))
    made = privacy.withhold_surveys(survey(*answers, sum(answers)), where)
    assert privacy.audit(NONE, FORCE, where, made, NONE).empty
    n = made["n"].to_numpy(dtype=float, na_value=np.nan)
    assert not ((n > 0) & (n < 10)).any()
    pd.testing.assert_frame_equal(privacy.withhold_surveys(made, where), made)


def test_a_real_citys_size_is_protected_and_mostly_shown() -> None:
    chance = np.random.default_rng(7)
    where = places(50)
    usual = chance.gamma(0.7, 14, 50)
    cells = {
        (f"n{place}", str(year)): int(chance.poisson(usual[place])) for place in range(50) for year in range(1996, 2021)
    }
    cells |= {("unplaced", str(year)): int(chance.poisson(400)) for year in range(1996, 2021)}
    frame = with_city(figures(cells), where)
    made = hide(frame, where)
    assert audited(made, where).empty
    small = frame["numerator"].between(1, 9).sum()
    assert small <= len(made.log) < small * 1.05
    assert (made.observation.query("neighborhood_id in ('city', 'unplaced')")["status"] == "shown").all()
