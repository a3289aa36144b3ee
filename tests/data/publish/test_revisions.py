"""What differs from the release before, without giving away what is withheld."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.models import STATUSES
from data.publish.revisions import ExplainFrom, compare, differences


def release(*figures: dict[str, Any], lines: dict[str, tuple[str, int]] | None = None) -> dict[str, pd.DataFrame]:
    first = {
        "measure_id": "burglary",
        "neighborhood_id": "old-town",
        "period": "2024",
        "group_name": "all",
        "status": "shown",
        "source_id": "crime",
    }
    budget = [{"id": key, "fiscal_year": year, "amount_cents": cents} for key, (year, cents) in (lines or {}).items()]
    return {
        "observation": pd.DataFrame([{**first, **figure} for figure in figures]),
        "budget_line": pd.DataFrame(budget),
    }


def told(found: pd.DataFrame, *columns: str) -> list[list[Any]]:
    return found[list(columns)].astype(object).where(found[list(columns)].notna(), None).to_numpy().tolist()


def test_a_changed_figure_is_told_number_by_number() -> None:
    old = release({"value": 17.0967742, "numerator": 212, "denominator": 12_400})
    new = release({"value": 17.7419355, "numerator": 220, "denominator": 12_400})
    found = compare(old, new)
    assert told(found, "kind", "neighborhood_id", "period", "changed_column", "old", "new") == [
        ["changed", "old-town", "2024", "value", "17.0968", "17.7419"],
        ["changed", "old-town", "2024", "numerator", "212", "220"],
    ]
    assert found["id"].tolist() == [1, 2]


def test_nothing_changed_and_a_first_release_have_no_revisions() -> None:
    some = release({"value": 17.1, "numerator": 212}, lines={"a": ("FY2024", 100)})
    assert compare(some, some).empty
    assert compare({}, some).empty
    assert compare({}, {}).empty


def test_a_hair_of_rounding_is_no_change() -> None:
    assert compare(release({"value": 0.1 + 0.2}), release({"value": 0.3})).empty


def test_a_new_status_is_told_beside_the_numbers() -> None:
    old = release({"status": "not_reported"})
    new = release({"status": "unstable", "value": 1.5, "numerator": 15})
    assert told(compare(old, new), "kind", "changed_column", "old", "new") == [
        ["status", "status", "not_reported", "unstable"],
        ["changed", "value", None, "1.5"],
        ["changed", "numerator", None, "15"],
    ]


def test_a_number_withheld_in_either_release_is_never_printed() -> None:
    shown = release({"status": "shown", "value": 12.0, "numerator": 12})
    hidden = release({"status": "withheld", "reason": "small_number"})
    for old, new in ((shown, hidden), (hidden, shown)):
        found = compare(old, new)
        assert found["kind"].tolist() == ["status"]
        assert set(told(found, "old", "new")[0]) == {"shown", "withheld"}


def test_how_many_answered_is_not_printed_when_it_may_be_a_handful() -> None:
    old = release({"status": "shown", "value": 60.0, "numerator": 24, "n": 40})
    new = release({"status": "too_few_to_say", "reason": "under_30_answers"})
    found = compare(old, new)
    assert set(found["changed_column"]) == {"status", "value"}


def test_a_place_new_to_a_known_period_is_listed_and_one_that_left_too() -> None:
    old = release({"value": 1.0, "neighborhood_id": "a"}, {"value": 2.0, "neighborhood_id": "b"})
    new = release({"value": 1.0, "neighborhood_id": "a"}, {"numerator": 3, "neighborhood_id": "c"})
    assert told(compare(old, new), "kind", "neighborhood_id", "changed_column", "old", "new") == [
        ["gone", "b", "value", "2", None],
        ["new", "c", "value", None, "3"],
    ]


def test_a_new_withheld_cell_shows_no_number() -> None:
    old = release({"value": 1.0, "neighborhood_id": "a"})
    new = release(
        {"value": 1.0, "neighborhood_id": "a"}, {"neighborhood_id": "b", "status": "withheld", "numerator": 4}
    )
    assert told(compare(old, new), "kind", "old", "new") == [["new", None, None]]


def test_whole_new_periods_and_measures_are_one_row_each() -> None:
    old = release({"value": 1.0})
    fresh = [{"period": "2025", "neighborhood_id": place, "value": 1.0} for place in "abc"]
    other = [{"measure_id": "trust", "period": period, "value": 1.0} for period in ("2024", "2025")]
    found = compare(old, release({"value": 1.0}, *fresh, *other))
    columns = ["measure_id", "period", "neighborhood_id", "changed_column", "old", "new", "kind"]
    assert told(found, *columns) == [
        ["burglary", "2025", None, "period", None, "3", "new"],
        ["trust", None, None, "measure", None, "2", "new"],
    ]
    assert told(compare(release({"value": 1.0}, *fresh), old), "kind", "old", "new") == [["gone", "3", None]]


def test_budget_lines_are_told_in_cents_by_their_code() -> None:
    old = release(lines={"a": ("FY2024", 100), "b": ("FY2024", -50), "c": ("FY2024", 7)})
    new = release(lines={"a": ("FY2024", 120), "b": ("FY2024", -50), "d": ("FY2024", 9), "e": ("FY2025", 1)})
    found = compare(old, new)
    assert set(found["table_name"]) == {"budget_line"}
    columns = ["kind", "item", "period", "changed_column", "old", "new"]
    assert sorted(told(found, *columns), key=str) == [
        ["changed", "a", "FY2024", "amount_cents", "100", "120"],
        ["gone", "c", "FY2024", "amount_cents", "7", None],
        ["new", "d", "FY2024", "amount_cents", None, "9"],
        ["new", None, "FY2025", "period", None, "1"],
    ]


def test_answers_complaints_and_residents_are_figures_too() -> None:
    one = {"neighborhood_id": "a", "n": 200, "shares": "0.4;0.6", "status": "shown"}
    asked = [
        {"id": "fair", "measure_id": "trust", "dimension": "fairness", "wording": "Fair?", "options": "No;Yes"},
        {"id": "heard", "dimension": "responsiveness", "wording": "Heard?", "options": "No;Yes"},
    ]
    old = release({"value": 1.0}) | {
        "survey_question": pd.DataFrame(asked),
        "survey_wave": pd.DataFrame([{"id": "fall", "period": "2025-Q4"}]),
        "survey_result": pd.DataFrame([{**one, "wave_id": "fall", "question_id": code} for code in ("fair", "heard")]),
        "complaint_summary": pd.DataFrame(
            [
                {"neighborhood_id": "a", "period": "2025", "received": 30, "closed": 20, "status": "shown"},
                {"neighborhood_id": "b", "period": "2025", "received": 40, "status": "shown"},
            ]
        ),
        "population": pd.DataFrame([{"neighborhood_id": "a", "year": 2024, "residents": 1000, "source_id": "x"}]),
    }
    new = old | {
        "survey_result": old["survey_result"].assign(n=260, shares="0.3;0.7"),
        "complaint_summary": old["complaint_summary"].assign(received=[33, float("nan")], status=["shown", "withheld"]),
        "population": old["population"].assign(residents=1100),
    }
    found = differences(old, new, ExplainFrom())
    columns = ["table_name", "neighborhood_id", "period", "item", "changed_column", "old", "new", "needs_reason"]
    assert told(found, *columns) == [
        ["survey_result", "a", "2025-Q4", "fall/heard", "n", "200", "260", True],
        ["survey_result", "a", "2025-Q4", "fall/heard", "shares", "0.4;0.6", "0.3;0.7", True],
        ["survey_result", "a", "2025-Q4", "fall/fair", "shares", "0.4;0.6", "0.3;0.7", True],  # n: the measure tells
        ["complaint_summary", "a", "2025", None, "received", "30", "33", False],
        ["complaint_summary", "b", "2025", None, "status", "shown", "withheld", False],
        ["population", "a", "2024", None, "residents", "1000", "1100", True],
    ]


@pytest.mark.parametrize("code", ["2024-01-01..2024-06-30", "2024"])
def test_a_running_period_that_goes_on_is_not_removed(code: str) -> None:
    old = release({"value": 1.0, "period": "2023"}, {"value": 1.0, "period": code})
    later = release({"value": 1.0, "period": "2023"}, {"value": 2.0, "period": "2024-01-01..2024-09-30"})
    found = differences(old, later, ExplainFrom())
    [gone] = found[found["kind"] == "gone"].itertuples()
    assert (gone.period, gone.removes, gone.needs_reason) == (code, code == "2024", code == "2024")


def test_lines_and_categories_that_move_are_told() -> None:
    old = release(lines={"a": ("FY2024", 900_000), "b": ("FY2024", 500_000)})
    old["budget_line"] = old["budget_line"].assign(ledger="budget", category=["personnel", "overtime"])
    new = {**old, "budget_line": old["budget_line"].assign(category="personnel")}
    found = differences(old, new, ExplainFrom())
    assert told(found, "item", "changed_column", "kind", "old", "new", "needs_reason", "removes") == [
        ["b", "category", "changed", "overtime", "personnel", True, False],
        [None, "category", "gone", "overtime", None, True, True],
    ]


figures = st.lists(
    st.fixed_dictionaries(
        {
            "neighborhood_id": st.sampled_from("abcd"),
            "period": st.sampled_from(["2023", "2024"]),
            "numerator": st.none() | st.integers(1_000, 9_999),
            "status": st.sampled_from(STATUSES),
        }
    ),
    unique_by=lambda figure: (figure["neighborhood_id"], figure["period"]),
    max_size=8,
)


@settings(max_examples=25)
@given(figures, figures)
def test_withheld_numbers_stay_withheld_and_every_difference_is_told(old: list[Any], new: list[Any]) -> None:
    found = compare(release(*old), release(*new))
    was = {(figure["neighborhood_id"], figure["period"]): figure for figure in old}
    now = {(figure["neighborhood_id"], figure["period"]): figure for figure in new}
    printed = set(found["old"].dropna()) | set(found["new"].dropna())
    open_numbers = set()
    for key in was.keys() | now.keys():
        pair = [figure for figure in (was.get(key), now.get(key)) if figure]
        if "withheld" not in [figure["status"] for figure in pair]:
            open_numbers |= {str(figure["numerator"]) for figure in pair}
    assert {text for text in printed if len(text) == 4 and text.isdigit()} <= open_numbers
    told_keys = set(zip(found["neighborhood_id"], found["period"], strict=True))
    for key in was.keys() & now.keys():
        assert (key in told_keys) == (
            was[key]["status"] != now[key]["status"]
            or (was[key]["numerator"] != now[key]["numerator"] and was[key]["status"] != "withheld")
        )


def test_a_large_release_is_compared_whole() -> None:
    places = [f"n{number}" for number in range(20_000)]
    frame = pd.DataFrame({"neighborhood_id": places, "value": 1.5}).assign(
        measure_id="burglary", period="2024", group_name="all", status="shown", source_id="crime"
    )
    later = frame.copy()
    later.loc[later.index[::100], "value"] = 2.5
    assert len(compare({"observation": frame}, {"observation": later})) == 200


# ---------------------------------------------------------------- any two releases


whole = st.fixed_dictionaries(
    {
        "measure_id": st.sampled_from(["burglary", "trust"]),
        "neighborhood_id": st.sampled_from("abc"),
        "period": st.sampled_from(["2023", "2024", "2024-01-01..2024-06-30"]),
        "group_name": st.sampled_from(["all", "young"]),
        "numerator": st.none() | st.integers(0, 300),
        "value": st.none() | st.floats(0, 100, allow_subnormal=False).map(lambda number: round(number, 3)),
        "status": st.sampled_from(["shown", "withheld", "not_reported", "unstable"]),
    }
)
IDENTITY = ("measure_id", "neighborhood_id", "period", "group_name")
tables = st.builds(
    lambda figures, lines: release(*figures, lines=lines),
    st.lists(whole, unique_by=lambda figure: tuple(figure[name] for name in IDENTITY), max_size=10),
    st.dictionaries(
        st.sampled_from("pqrs"), st.tuples(st.sampled_from(["FY2024", "FY2025"]), st.integers(-9_999, 999_999))
    ),
)


@settings(max_examples=12)
@given(tables, tables)
def test_the_old_figures_with_their_revisions_are_the_new_ones(
    old: dict[str, pd.DataFrame], new: dict[str, pd.DataFrame]
) -> None:
    assume(len(old["observation"]) or len(old["budget_line"]))  # after nothing, nothing is a revision
    was, told, now = visible(old), visible(old), visible(new)
    for row in compare(old, new).itertuples():
        if row.changed_column in ("ledger", "category"):  # what it held is told line by line
            continue
        ours, theirs = (was, now) if row.kind == "gone" else (now, was)
        here = {key for key in ours if is_about(key, ours[key], row)}
        if row.kind in ("new", "gone"):
            alone = {key for key in here if key not in theirs}
            assert alone
            for key in alone:
                told.pop(key, None)
                told |= {key: now[key]} if row.kind == "new" else {}
        else:
            [key] = here
            assert same(told[key][str(row.changed_column)], row.old)
            told[key][str(row.changed_column)] = row.new
    assert told.keys() == now.keys()
    for key, cells in now.items():
        if "withheld" not in (cells.get("status"), was.get(key, {}).get("status")):
            assert all(same(told[key][name], cell) for name, cell in cells.items()), key


@settings(max_examples=6)
@given(tables)
def test_a_release_does_not_differ_from_itself(same: dict[str, pd.DataFrame]) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in same.items()}
    assert compare(same, shuffled).empty


def visible(tables: dict[str, pd.DataFrame]) -> dict[tuple[str, ...], dict[str, Any]]:
    """What a release tells, by what it is about."""
    figures = tables["observation"].to_dict("records")
    told: dict[tuple[str, ...], dict[str, Any]] = {
        tuple(row[name] for name in IDENTITY): {name: row[name] for name in ("status", "value", "numerator")}
        for row in figures
    }
    for row in tables["budget_line"].to_dict("records"):
        told[(row["id"],)] = {"amount_cents": row["amount_cents"], "fiscal_year": row["fiscal_year"]}
    return told


def is_about(key: tuple[str, ...], cells: dict[str, Any], row: Any) -> bool:
    """Whether a revision is about a figure, or about all figures of which it is one."""
    if row.table_name == "budget_line":
        return key == (row.item,) if pd.notna(row.item) else cells.get("fiscal_year") == row.period
    named = [getattr(row, name) for name in IDENTITY]
    return len(key) > 1 and all(pd.isna(name) or name == part for name, part in zip(named, key, strict=True))


def same(cell: object, other: object) -> bool:
    """Whether two cells say the same, in six digits."""
    empty = [each is None or bool(pd.isna(each)) for each in (cell, other)]  # type: ignore[call-overload]
    if any(empty):
        return all(empty)
    try:
        return float(str(cell)) == pytest.approx(float(str(other)), rel=1e-5, abs=1e-9)
    except ValueError:
        return str(cell) == str(other)
