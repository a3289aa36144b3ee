"""What publishing works out: days, survey shares, years, residents and city totals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from data.publish import derive
from data.publish.intake import MeasureRule
from data.publish.statuses import decide

MEASURES = pd.DataFrame(
    {
        "id": ["burglary", "force", "trust", "score"],
        "kind": ["rate", "count", "share", "score"],
        "collected": ["full_count", "full_count", "probability", "unknown"],
    }
)
PLACES = pd.DataFrame(
    {
        "id": ["city", "unplaced", "old-town", "mill-hill", "1st", "2nd"],
        "kind": ["city", "unplaced", "neighborhood", "neighborhood", "district", "district"],
    }
)
PEOPLE = pd.DataFrame(
    {
        "neighborhood_id": ["old-town", "mill-hill", "old-town", "mill-hill"],
        "year": [2020, 2020, 2023, 2023],
        "residents": [1_000, 500, 1_200, 600],
        "margin_of_error": [30, 40, None, 40],
        "source_id": "census",
    }
)


def figures(*rows: tuple[str, str, str, float | None], **more: Any) -> pd.DataFrame:
    """Observations from (measure, place, period, numerator)."""
    frame = pd.DataFrame(rows, columns=["measure_id", "neighborhood_id", "period", "numerator"])
    frame["status"] = frame["numerator"].isna().map({True: "not_reported", False: "shown"})
    return frame.assign(source_id="crime", **more)


def row_of(frame: pd.DataFrame, **key: str) -> pd.Series[Any]:
    """The one row with these keys."""
    here = frame
    for column, value in key.items():
        here = here[here[f"{column}_id" if column in ("measure", "neighborhood") else column] == value]
    assert len(here) == 1, here
    return here.iloc[0]


# ---------------------------------------------------------------- days


def test_days_come_from_the_code_and_the_citys_fiscal_year() -> None:
    frame = figures(("burglary", "old-town", "2023-Q2", 1), ("burglary", "old-town", "FY2024", 1))
    rows = derive.with_days(frame, fiscal_start_month=10)
    assert rows["period_start"].tolist() == [date(2023, 4, 1), date(2023, 10, 1)]
    assert rows["period_end"].tolist() == [date(2023, 6, 30), date(2024, 9, 30)]


def test_incomplete_periods_say_so_and_tell_the_days_they_cover() -> None:
    rule = MeasureRule("force", incomplete={"1996": "1996-07-01..1996-12-31", "2020": None})
    frame = figures(*[("force", "old-town", year, 40) for year in ("1996", "2000", "2020")])
    rows = derive.with_days(frame, {"force": rule})
    assert rows["period_start"].tolist() == [date(1996, 7, 1), date(2000, 1, 1), date(2020, 1, 1)]
    assert rows["reason"].isna().tolist() == [False, True, False]
    city = derive.add_city_totals(rows, PLACES[PLACES["id"] != "mill-hill"], MEASURES, PEOPLE)
    assert row_of(city, neighborhood="city", period="1996")["reason"] == "incomplete_period"


# ---------------------------------------------------------------- surveys

WAVES = pd.DataFrame(
    {
        "id": ["2024", "2025", "web"],
        "mode": ["probability", "probability", "opt_in"],
        "period": ["2024-Q4", "2025-Q4", "2025-05"],
        "design_effect": [None, 1.6, None],
        "source_id": "survey",
    }
)
QUESTIONS = pd.DataFrame(
    {
        "id": ["q1", "q2"],
        "measure_id": ["trust", None],
        "options": "no;a little;some;a lot",
        "favorable": [2, 2],
    }
)


def answers(**row: Any) -> pd.DataFrame:
    first = {
        "wave_id": "2025",
        "question_id": "q1",
        "neighborhood_id": "old-town",
        "n": 80,
        "shares": "0.1;0.3;0.4;0.2",
    }
    return pd.DataFrame([{**first, **row}])


def test_favorable_answers_become_a_share_on_the_effective_base() -> None:
    row = derive.survey_observations(WAVES, QUESTIONS, answers(), MEASURES).iloc[0]
    assert (row["measure_id"], row["period"], row["source_id"]) == ("trust", "2025-Q4", "survey")
    assert row["numerator"] == pytest.approx(48)
    assert (row["n"], row["denominator"], row["n_effective"]) == (80, 80, 50)
    decided = decide(derive.survey_observations(WAVES, QUESTIONS, answers(), MEASURES), MEASURES).iloc[0]
    assert decided["value"] == pytest.approx(60)
    assert decided["status"] == "unstable"  # 50 effective answers


def test_opt_in_waves_get_no_range_whatever_the_measure_says() -> None:
    made = derive.survey_observations(WAVES, QUESTIONS, answers(wave_id="web"), MEASURES)
    decided = decide(made, MEASURES).iloc[0]
    assert decided["reason"] == "opt_in"
    assert pd.isna(decided["low"])
    assert decided["value"] == pytest.approx(60)


def test_weights_that_nobody_gives_leave_no_range() -> None:
    waves = WAVES.assign(weighted=[True, True, False])
    row = decide(derive.survey_observations(waves, QUESTIONS, answers(wave_id="2024"), MEASURES), MEASURES).iloc[0]
    assert (row["status"], row["reason"], row["value"], row["n"]) == ("shown", "no_weights", 60, 80)
    assert row[["low", "high", "n_effective"]].isna().all()


def test_questions_that_feed_no_measure_and_waves_that_did_not_ask_give_nothing() -> None:
    assert derive.survey_observations(WAVES, QUESTIONS, answers(question_id="q2"), MEASURES).empty
    assert set(derive.survey_observations(WAVES, QUESTIONS, answers(), MEASURES)["period"]) == {"2025-Q4"}


def test_hidden_and_missing_answers_give_no_share() -> None:
    hidden = answers(n=None, shares=None, status="too_few_to_say", reason="under_30_answers")
    row = decide(derive.survey_observations(WAVES, QUESTIONS, hidden, MEASURES), MEASURES).iloc[0]
    assert (row["status"], row["reason"]) == ("too_few_to_say", "under_30_answers")
    assert row[["value", "numerator", "n", "denominator"]].isna().all()
    missing = derive.survey_observations(WAVES, QUESTIONS, answers(shares=None), MEASURES).iloc[0]
    assert missing["status"] == "not_reported"


def test_answers_without_a_base_keep_the_share() -> None:
    row = decide(derive.survey_observations(WAVES, QUESTIONS, answers(n=None), MEASURES), MEASURES).iloc[0]
    assert row["value"] == pytest.approx(60)
    assert row["reason"] == "no_sample_size"


def test_shares_that_do_not_fit_and_double_feeding_are_refused() -> None:
    with pytest.raises(ValueError, match="q1 has 4 options, but 2 shares"):
        derive.survey_observations(WAVES, QUESTIONS, answers(shares="0.4;0.6"), MEASURES)
    both = QUESTIONS.assign(measure_id="trust")
    with pytest.raises(derive.TwoFiguresForOne, match="two survey results feed measure trust in old-town"):
        derive.survey_observations(WAVES, both, pd.concat([answers(), answers(question_id="q2")]), MEASURES)


# ---------------------------------------------------------------- years from months


def months(year: int, last: int, *, place: str = "old-town", measure: str = "burglary", each: int = 3) -> pd.DataFrame:
    return figures(*[(measure, place, f"{year}-{month:02d}", each) for month in range(1, last + 1)])


def test_twelve_months_make_a_year_and_fewer_a_stretch_beside_the_same_one_before() -> None:
    rows = derive.add_years(pd.concat([months(2024, 12), months(2025, 2, each=5)]), MEASURES)
    made = rows[~rows["period"].str.fullmatch(r"\d{4}-\d{2}")].set_index("period")["numerator"]
    assert made.to_dict() == {"2024": 36, "2024-01-01..2024-02-29": 6, "2025-01-01..2025-02-28": 10}


def test_four_quarters_make_a_year_and_three_do_not() -> None:
    quarters = figures(
        *(("burglary", "old-town", f"2024-Q{number}", number) for number in range(1, 5)),
        *(("burglary", "old-town", f"2025-Q{number}", 9) for number in range(1, 4)),
    )
    rows = derive.add_years(quarters, MEASURES)
    made = rows[~rows["period"].str.contains("Q")].set_index("period")["numerator"]
    assert made.to_dict() == {"2024": 10}


def test_a_year_that_the_pack_brought_is_left_alone() -> None:
    rows = derive.add_years(pd.concat([months(2024, 12), figures(("burglary", "old-town", "2024", 41))]), MEASURES)
    assert row_of(rows, period="2024")["numerator"] == 41


def test_a_missing_month_makes_the_year_missing_not_smaller() -> None:
    here = months(2024, 12)
    here.loc[3, ["numerator", "status"]] = [None, "not_reported"]
    there = months(2024, 11, place="mill-hill")
    rows = derive.add_years(pd.concat([here, there]), MEASURES)
    for place in ("old-town", "mill-hill"):
        year = row_of(rows, neighborhood=place, period="2024")
        assert (year["status"], year["reason"]) == ("not_reported", "partial_coverage")
        assert pd.isna(year["numerator"])


def test_years_that_do_not_start_in_january_and_shares_are_not_added_up() -> None:
    autumn = figures(*[("burglary", "old-town", f"2024-{month}", 3) for month in (10, 11, 12)])
    assert len(derive.add_years(autumn, MEASURES)) == 3
    assert len(derive.add_years(months(2024, 12, measure="score"), MEASURES)) == 12


# ---------------------------------------------------------------- residents


def test_the_citys_residents_are_the_sum_only_where_every_neighborhood_is_there() -> None:
    people = derive.with_city_population(pd.concat([PEOPLE, PEOPLE.head(1).assign(year=2019)]), PLACES)
    city = people[people["neighborhood_id"] == "city"].set_index("year")
    assert city["residents"].to_dict() == {2020: 1_500, 2023: 1_800}
    assert city.loc[2020, "margin_of_error"] == 50  # root of 30 squared plus 40 squared
    assert city["margin_of_error"].isna().tolist() == [False, True]


def test_the_citys_own_count_is_kept() -> None:
    own = pd.concat([PEOPLE, pd.DataFrame([{"neighborhood_id": "city", "year": 2020, "residents": 1_510}])])
    people = derive.with_city_population(own.assign(source_id="census"), PLACES)
    assert people.loc[people["neighborhood_id"] == "city", "residents"].tolist() == [1_510, 1_800]


@pytest.mark.parametrize(
    ("year", "period", "residents", "denominator_period"),
    [
        ("same", "2020", 1_000, None),
        ("same", "2020-05", 1_000, None),
        ("same", "2020-01-01..2020-06-23", 1_000, None),
        ("same", "2021", None, None),
        ("nearest", "2021", 1_000, "2020"),
        ("nearest", "2022", 1_200, "2023"),
        ("nearest", "2026", 1_200, "2023"),
        ("nearest", "2023", 1_200, None),
        ("2020", "2023", 1_000, "2020"),
        ("2020", "2020", 1_000, None),
        ("1990", "2020", None, None),
    ],
)
def test_rates_are_divided_by_the_residents_of_the_year_that_the_pack_names(
    year: str, period: str, residents: int | None, denominator_period: str | None
) -> None:
    rules = {"burglary": MeasureRule("burglary", population_year=year)}
    row = derive.add_denominators(figures(("burglary", "old-town", period, 5)), MEASURES, PEOPLE, rules).iloc[0]
    assert (None if pd.isna(row["denominator"]) else row["denominator"]) == residents
    assert (None if pd.isna(row["denominator_period"]) else row["denominator_period"]) == denominator_period


@pytest.mark.parametrize(
    ("window", "period", "residents"),
    [
        (5, "2025", 1_000),
        (5, "2026", None),
        (6, "2026", 1_000),
        (5, "2015", 1_000),
        (5, "2014", None),
        (0, "2021", None),
    ],
)
@pytest.mark.parametrize("year", ["2020", "nearest"])
def test_residents_of_a_year_outside_the_window_make_no_rate(
    year: str, window: int, period: str, residents: int | None
) -> None:
    rules = {"burglary": MeasureRule("burglary", population_year=year, population_window_years=window)}
    people = PEOPLE[PEOPLE["year"] == 2020]
    rows = figures(("burglary", "old-town", period, 25), ("burglary", "mill-hill", period, None))
    made = derive.add_denominators(rows, MEASURES, people, rules)
    city = derive.add_city_totals(made, PLACES, MEASURES, people, rules)
    decided = decide(city, MEASURES)
    place, other, whole = (row_of(decided, neighborhood=one) for one in ("old-town", "mill-hill", "city"))
    for figure in (place, whole):
        assert figure["numerator"] == 25
        if residents is None:
            assert (figure["status"], figure["reason"]) == ("not_reported", "population_too_far")
            assert figure[["value", "low", "high", "denominator"]].isna().all()
        else:
            assert (figure["denominator"], figure["denominator_period"]) == (residents, "2020")
            assert figure["value"] == 25
    assert pd.isna(other["reason"])  # it has no figure at all, which is another matter


def test_only_rates_for_everyone_get_residents_and_given_ones_stay() -> None:
    frame = figures(
        ("force", "old-town", "2020", 5),
        ("burglary", "unplaced", "2020", 5),
        ("burglary", "old-town", "2020", 5),
        ("burglary", "mill-hill", "2020", 5),
        group_name=["all", "all", "youth", "all"],
        denominator=[None, None, None, 480.0],
    )
    rows = derive.add_denominators(frame, MEASURES, PEOPLE)
    assert rows["denominator"].isna().tolist() == [True, True, True, False]
    assert rows["denominator"].iloc[3] == 480


# ---------------------------------------------------------------- city totals


def with_city(frame: pd.DataFrame) -> pd.DataFrame:
    people = derive.with_city_population(PEOPLE, PLACES)
    rows = derive.add_denominators(derive.with_days(frame), MEASURES, people)
    return derive.add_city_totals(rows, PLACES, MEASURES, people)


def test_the_city_is_its_neighborhoods_and_what_has_no_neighborhood() -> None:
    rows = with_city(
        figures(
            ("burglary", "old-town", "2020", 30),
            ("burglary", "mill-hill", "2020", 0),
            ("burglary", "unplaced", "2020", 12),
        )
    )
    city = row_of(rows, neighborhood="city")
    assert (city["numerator"], city["denominator"]) == (42, 1_500)
    assert city["status"] == "shown"
    assert pd.isna(city["reason"])
    assert city["period_end"] == date(2020, 12, 31)


def test_districts_are_added_only_where_there_are_no_neighborhoods() -> None:
    rows = with_city(
        figures(
            ("force", "1st", "2020", 7),
            ("force", "2nd", "2020", 8),
            ("force", "unplaced", "2020", 1),
            ("burglary", "old-town", "2020", 30),
            ("burglary", "mill-hill", "2020", 4),
            ("burglary", "1st", "2020", 20),
            ("burglary", "2nd", "2020", 20),
        )
    )
    assert row_of(rows, measure="force", neighborhood="city")["numerator"] == 16
    assert row_of(rows, measure="burglary", neighborhood="city")["numerator"] == 34


@pytest.mark.parametrize("missing", [[("burglary", "mill-hill", "2020", None)], []])
def test_a_city_without_one_of_its_parts_says_so_and_leaves_out_its_residents(missing: list[Any]) -> None:
    city = row_of(with_city(figures(("burglary", "old-town", "2020", 30), *missing)), neighborhood="city")
    assert (city["numerator"], city["denominator"], city["reason"]) == (30, 1_000, "partial_coverage")


def test_a_place_where_it_does_not_apply_is_not_missing() -> None:
    frame = figures(("burglary", "old-town", "2020", 30), ("burglary", "mill-hill", "2020", None))
    frame.loc[1, "status"] = "not_applicable"
    city = row_of(with_city(frame), neighborhood="city")
    assert (city["numerator"], city["denominator"]) == (30, 1_500)
    assert pd.isna(city["reason"])


def test_a_city_with_no_part_reported_is_not_reported() -> None:
    frame = figures(("burglary", "old-town", "2020", None), ("burglary", "unplaced", "2020", 3))
    city = row_of(with_city(frame), neighborhood="city")
    assert city["status"] == "not_reported"
    assert pd.isna(city["numerator"])


def test_the_packs_own_city_figure_wins() -> None:
    rows = with_city(figures(("burglary", "old-town", "2020", 30), ("burglary", "city", "2020", 33)))
    city = row_of(rows, neighborhood="city")
    assert (city["numerator"], city["denominator"]) == (33, 1_500)


def test_shares_and_scores_are_never_added_up() -> None:
    rows = with_city(figures(("trust", "old-town", "2020", 30), ("trust", "mill-hill", "2020", 20)))
    city = row_of(rows, neighborhood="city")
    assert (city["status"], city["reason"]) == ("not_reported", "no_city_figure")
    assert pd.isna(city["numerator"])
    own = figures(("score", "old-town", "2020", 30), ("score", "city", "2020", 31))
    assert len(with_city(own)) == 2


def test_groups_and_months_have_city_totals_of_their_own() -> None:
    frame = figures(
        *[("force", place, period, 5) for place in ("old-town", "mill-hill") for period in ("2020-01", "2020-02")],
        group_name=["all", "youth", "all", "youth"],
    )
    rows = with_city(frame)
    city = rows[rows["neighborhood_id"] == "city"]
    assert city[["period", "group_name", "numerator"]].to_numpy().tolist() == [
        ["2020-01", "all", 10.0],
        ["2020-02", "youth", 10.0],
    ]


def test_nothing_in_nothing_out() -> None:
    assert with_city(figures()).empty
    assert derive.add_years(figures(), MEASURES).empty


# ---------------------------------------------------------------- coverage


@pytest.mark.parametrize(("unplaced", "reason"), [(21, "partial_coverage"), (20, None), (None, None)])
def test_a_place_is_covered_in_part_where_many_events_have_no_neighborhood(
    unplaced: int | None, reason: str | None
) -> None:
    rows = figures(("force", "old-town", "2020", 79), ("force", "mill-hill", "2020", 0), ("force", "city", "2020", 100))
    hidden = figures(("force", "unplaced", "2020", unplaced)).assign(status="shown" if unplaced else "withheld")
    told = derive.with_coverage(pd.concat([rows, hidden]), PLACES).set_index("neighborhood_id")["reason"]
    assert [None if pd.isna(one) else one for one in told[["old-town", "mill-hill"]]] == [reason, reason]
    assert told[["city", "unplaced"]].isna().all()


def test_another_reason_and_a_missing_figure_stay_as_they_are() -> None:
    counts = [("old-town", 10), ("city", 10), ("unplaced", 10), ("mill-hill", None)]
    rows = figures(
        *(("force", place, "2020", count) for place, count in counts), reason=["incomplete_period", None, None, None]
    )
    told = derive.with_coverage(rows, PLACES).set_index("neighborhood_id")["reason"]
    assert told["old-town"] == "incomplete_period"
    assert pd.isna(told["mill-hill"])
