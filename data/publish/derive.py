"""What publishing works out from what a pack brings: survey shares, years from months, residents, city totals, days.

Call in this order: survey_observations (joined to the rest), with_days, add_years, with_city_population,
add_denominators, add_city_totals; with_coverage after privacy.
Nothing here decides what may be shown; that is privacy, then statuses. Missing is never taken for zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from data.models import (
    CITY,
    UNPLACED,
    Measure,
    Neighborhood,
    Observation,
    Population,
    SurveyQuestion,
    SurveyResult,
    SurveyWave,
)
from data.periods import Period, parse, span
from data.publish.frames import joined, typed
from data.publish.intake import MeasureRule

COUNTED = ("rate", "count")
"""Kinds of measures whose figures are counts of events: these add up over places and months."""

UNCOUNTED = ("not_reported", "withheld")
"""Statuses of places that a total leaves out and must say so. A place where a measure does not apply is not missing."""

TOO_FAR = "population_too_far"
"""Reason of a figure without a rate because the residents that are known are of a year too far from it."""

UNPLACED_AT_MOST = 0.2
"""Part of a city's events without a neighborhood, up to which the figures of its neighborhoods stand for themselves."""

ROW = ["measure_id", "neighborhood_id", "period", "group_name"]
PLACE = ["measure_id", "neighborhood_id", "group_name"]
TOTAL = ["measure_id", "period", "group_name"]


class TwoFiguresForOne(ValueError):
    """Two questions or waves feed the same measure, place, period and group."""


def with_days(
    observation: pd.DataFrame, rules: Mapping[str, MeasureRule] | None = None, *, fiscal_start_month: int = 7
) -> pd.DataFrame:
    """Fill period_start and period_end from the code; the same rows come back.

    A period that the pack calls incomplete takes the days really covered, where the pack names them, and the reason
    incomplete_period where it has none yet. Raises UnknownPeriod.
    """
    rows = typed(observation, Observation)
    spans = _spans(rows["period"], fiscal_start_month)
    rows["period_start"] = pd.Series([spans[code].start for code in rows["period"]], index=rows.index, dtype=object)
    rows["period_end"] = pd.Series([spans[code].end for code in rows["period"]], index=rows.index, dtype=object)
    for rule in (rules or {}).values():
        for code, covered in rule.incomplete.items():
            here = (rows["measure_id"] == rule.measure_id) & (rows["period"] == code)
            rows.loc[here & rows["reason"].isna() & rows["numerator"].notna(), "reason"] = "incomplete_period"
            if covered and here.any():
                days = parse(covered, fiscal_start_month=fiscal_start_month)
                rows.loc[here, "period_start"] = days.start
                rows.loc[here, "period_end"] = days.end
    return rows


def survey_observations(
    survey_wave: pd.DataFrame, survey_question: pd.DataFrame, survey_result: pd.DataFrame, measure: pd.DataFrame
) -> pd.DataFrame:
    """Observations (only these rows) from survey answers: the favorable share of each question that feeds a measure.

    numerator: favorable answers (share x n); denominator and n: answers that count; n_effective: n by the wave's design
    effect, missing where answers are weighted and it is not given, with reason no_weights. Answers of people who chose
    to take part carry reason opt_in, whatever the measure says. A question that was
    not asked in a wave gives no row. Results that are withheld or too few give a row without the answers.
    Raises ValueError when shares do not fit the question's options, and TwoFiguresForOne.
    """
    waves = typed(survey_wave, SurveyWave).set_index("id")
    questions = typed(survey_question, SurveyQuestion).set_index("id")
    results = typed(survey_result, SurveyResult)
    results = results[results["question_id"].map(questions["measure_id"]).isin(typed(measure, Measure)["id"])]
    asked = results["question_id"]
    share = pd.Series(
        [
            _favorable(shares, questions.loc[question])
            for shares, question in zip(results["shares"], asked, strict=True)
        ],
        index=results.index,
        dtype="float64",
    )
    n = results["n"].astype("float64")
    effect = results["wave_id"].map(waves["design_effect"]).astype("float64")
    untold = effect.isna() & results["wave_id"].map(waves["weighted"]).astype("boolean").fillna(False).astype(bool)
    effect = effect.fillna(1.0).clip(lower=1.0).mask(untold)
    known = share.notna() & n.notna()
    opt_in = results["wave_id"].map(waves["mode"]) == "opt_in"
    silent = share.isna() & (results["status"] == "shown")
    rows = pd.DataFrame(
        {
            "measure_id": asked.map(questions["measure_id"]),
            "neighborhood_id": results["neighborhood_id"],
            "period": results["wave_id"].map(waves["period"]),
            "group_name": results["group_name"],
            "numerator": (share * n).round(6).where(known),
            "denominator": n,
            "value": (share * 100).where(n.isna()),
            "n": results["n"],
            "n_effective": n / effect,
            "status": results["status"].mask(silent, "not_reported"),
            "reason": results["reason"]
            .mask(results["reason"].isna() & opt_in, "opt_in")
            .mask(results["reason"].isna() & ~opt_in & untold & share.notna(), "no_weights"),
            "source_id": results["wave_id"].map(waves["source_id"]),
        }
    )
    if (twice := rows.duplicated(ROW)).any():
        first = rows.loc[twice].iloc[0]
        raise TwoFiguresForOne(
            f"two survey results feed measure {first['measure_id']} in {first['neighborhood_id']} for "
            f"{first['period']}; give each question its own measure, or each wave its own period"
        )
    return typed(rows, Observation)


def add_years(observation: pd.DataFrame, measure: pd.DataFrame) -> pd.DataFrame:
    """Add years to measures that come by month or by quarter, as sums; rates and counts only.

    A year with all 12 months, or all four quarters, becomes a year row. A year that so far has only January to some
    month becomes a range row (2025-01-01..2025-06-30), and so does the same stretch of the year before, so that like
    is compared with like.
    A place that lacks one of the months is not reported for the year. Rows that the pack brought are never replaced.
    """
    rows = typed(observation, Observation)
    about = typed(measure, Measure)
    counted = rows["measure_id"].isin(about.loc[about["kind"].isin(COUNTED), "id"])
    months = rows[counted & rows["period"].str.fullmatch(r"\d{4}-\d{2}")]
    wanted = [
        (measure_id, period, _months_of(period))
        for measure_id, periods in months.groupby("measure_id", sort=True)["period"]
        for period in _stretches(periods.unique())
    ]
    from_months = _summed(months, wanted)
    quarters = rows[counted & rows["period"].str.fullmatch(r"\d{4}-Q\d")]
    wanted = []
    for measure_id, periods in quarters.groupby("measure_id", sort=True)["period"]:
        for year in sorted(periods.str[:4].unique()):
            parts = [f"{year}-Q{number}" for number in range(1, 5)]
            if set(parts) <= set(periods):
                wanted.append((measure_id, parse(year), parts))
    return _without_repeats(rows, [from_months, _summed(quarters, wanted)])


def with_city_population(population: pd.DataFrame, neighborhood: pd.DataFrame) -> pd.DataFrame:
    """Population with a row for the city in every year, where the pack brings none: the sum of its neighborhoods.

    Only for years that have every neighborhood which has residents in any year: a part of the city is not the city.
    The margin of a sum is the root of the sum of squares (Census Bureau's rule).
    """
    people = typed(population, Population)
    places = typed(neighborhood, Neighborhood)
    ids = set(places.loc[places["kind"] == "neighborhood", "id"])
    parts = people[people["neighborhood_id"].isin(ids)]
    made = []
    for year, mine in parts.groupby("year", sort=True):
        own = (people["neighborhood_id"] == CITY) & (people["year"] == year)
        if own.any() or mine["neighborhood_id"].nunique() < parts["neighborhood_id"].nunique():
            continue
        margins = mine["margin_of_error"].astype("float64")
        homes = mine["households"]
        made.append(
            {
                "neighborhood_id": CITY,
                "year": year,
                "residents": mine["residents"].sum(),
                "margin_of_error": None if margins.isna().any() else round(float(np.sqrt((margins**2).sum()))),
                "households": None if homes.isna().any() else homes.sum(),
                "source_id": mine["source_id"].iloc[0],
            }
        )
    return joined(Population, people, pd.DataFrame(made))


def add_denominators(
    observation: pd.DataFrame,
    measure: pd.DataFrame,
    population: pd.DataFrame,
    rules: Mapping[str, MeasureRule] | None = None,
    *,
    fiscal_start_month: int = 7,
) -> pd.DataFrame:
    """Fill the residents that each rate is divided by, and their year where it is another one than the figure's.

    rules: population_year is "same" (default), "nearest" (the earlier of two equally near) or a year. A period takes
    the year that it starts in. Only rows for everyone (group all) and without a base of their own; a place without
    residents in that year stays empty, and so does, with reason population_too_far, one whose residents are of a year
    outside the pack's window. Pass the population through with_city_population first.
    """
    rows = typed(observation, Observation)
    about = typed(measure, Measure)
    people = typed(population, Population)
    wanted = rows["measure_id"].isin(about.loc[about["kind"] == "rate", "id"])
    wanted &= rows["denominator"].isna() & (rows["group_name"] == "all")
    spans = _spans(rows.loc[wanted, "period"], fiscal_start_month)
    years = rows["period"].map({code: period.start.year for code, period in spans.items()})
    residents = {
        (place, int(year)): float(count)
        for place, year, count in zip(people["neighborhood_id"], people["year"], people["residents"], strict=True)
    }
    known: dict[str, list[int]] = {}
    for place, year in sorted(residents):
        known.setdefault(place, []).append(year)

    asked = rows.loc[wanted, ["measure_id", "neighborhood_id"]].assign(year=years[wanted].astype("int64"))
    cases = asked.drop_duplicates()
    cases["chosen"] = [
        _population_year(
            (rules or {}).get(measure_id, MeasureRule(measure_id)).population_year, year, known.get(place, [])
        )
        for measure_id, place, year in cases.itertuples(index=False)
    ]
    places_and_years = zip(cases["neighborhood_id"], cases["chosen"], strict=True)
    cases["residents"] = [residents.get(case, np.nan) for case in places_and_years]
    windows = [(rules or {}).get(one, MeasureRule(one)).population_window_years for one in cases["measure_id"]]
    apart = (cases["chosen"] - cases["year"]).abs().to_numpy(dtype="float64")
    cases["too_far"] = cases["residents"].notna().to_numpy(dtype=bool) & (apart > np.array(windows, dtype="float64"))
    cases["residents"] = cases["residents"].mask(cases["too_far"])
    found = asked.merge(cases, on=["measure_id", "neighborhood_id", "year"], how="left").set_index(asked.index)
    too_far = found["too_far"].astype(bool) & rows.loc[found.index, "numerator"].notna()
    rows.loc[found.index[too_far], "reason"] = TOO_FAR
    rows.loc[wanted, "denominator"] = found["residents"]
    other_year = found["residents"].notna() & (found["chosen"] != found["year"])
    rows.loc[found.index[other_year], "denominator_period"] = found.loc[other_year, "chosen"].astype("str")
    return rows


def add_city_totals(
    observation: pd.DataFrame,
    neighborhood: pd.DataFrame,
    measure: pd.DataFrame,
    population: pd.DataFrame,
    rules: Mapping[str, MeasureRule] | None = None,
    *,
    fiscal_start_month: int = 7,
) -> pd.DataFrame:
    """Add a row for the city to every measure, period and group that has none.

    Rates and counts: events of all neighborhoods plus those without a neighborhood; of all districts plus those, where
    only districts are reported; never both. Where a neighborhood is not reported, or has no row, the total says
    partial_coverage and is divided by the residents of those that are; else by those of the city. Shares and scores
    cannot be added up: their city row says no_city_figure. Call after add_denominators.
    """
    rows = typed(observation, Observation)
    about = typed(measure, Measure).set_index("id")
    places = typed(neighborhood, Neighborhood).set_index("id")
    kind_of_place = rows["neighborhood_id"].map(places["kind"])
    has_own = pd.MultiIndex.from_frame(rows.loc[kind_of_place == "city", TOTAL])
    lacking = ~pd.MultiIndex.from_frame(rows[TOTAL]).isin(has_own) & kind_of_place.notna()
    parts = rows[lacking].assign(place_kind=kind_of_place[lacking])
    counted = parts["measure_id"].map(about["kind"]).isin(COUNTED)

    totals = _totals(parts[counted], places)
    partial = totals["reason"] == "partial_coverage"
    covered = add_denominators(totals[~partial], measure, population, rules, fiscal_start_month=fiscal_start_month)
    totals.loc[totals["measure_id"].map(about["kind"]) == "count", ["denominator", "denominator_period"]] = None
    far = pd.MultiIndex.from_frame(parts.loc[parts["reason"] == TOO_FAR, TOTAL])
    totals.loc[partial & pd.MultiIndex.from_frame(totals[TOTAL]).isin(far), "reason"] = TOO_FAR
    silent = parts[~counted].drop_duplicates(TOTAL)[[*TOTAL, "period_start", "period_end", "source_id"]]
    silent = silent.assign(neighborhood_id=CITY, status="not_reported", reason="no_city_figure")
    return joined(Observation, rows, covered, totals[partial], silent)


def with_coverage(observation: pd.DataFrame, neighborhood: pd.DataFrame) -> pd.DataFrame:
    """Reason partial_coverage for places of a measure and period where many events have no neighborhood recorded.

    Many: more than UNPLACED_AT_MOST of the city's. Such a place has at least what is counted, and its zero is no zero.
    Only where there is no reason yet. Call it after privacy, with what is withheld already without numbers: then
    the reason is worked out from what everybody can see, and tells nothing.
    """
    rows = typed(observation, Observation)
    places = typed(neighborhood, Neighborhood).set_index("id")["kind"].to_dict()
    told = rows.set_index(TOTAL)
    unplaced, city = (
        told.loc[told["neighborhood_id"] == place, "numerator"].astype("float64") for place in (UNPLACED, CITY)
    )
    share = (unplaced / city[city > 0]).dropna()
    many = pd.MultiIndex.from_frame(rows[TOTAL]).isin(share.index[share > UNPLACED_AT_MOST])
    parts = rows["neighborhood_id"].map(places).isin(["neighborhood", "district"])
    rows.loc[many & parts & rows["numerator"].notna() & rows["reason"].isna(), "reason"] = "partial_coverage"
    return rows


def _totals(parts: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """A city row for each measure, period and group, without residents where all places are covered."""
    if parts.empty:
        return typed(None, Observation)
    by_neighborhood = (parts["place_kind"] == "neighborhood").groupby([parts[key] for key in TOTAL]).transform("any")
    level = by_neighborhood.map({True: "neighborhood", False: "district"})
    used = parts[(parts["place_kind"] == level) | (parts["neighborhood_id"] == UNPLACED)].assign(level=level)
    used["placed"] = used["neighborhood_id"] != UNPLACED
    used["reports"] = used["numerator"].notna() & ~used["status"].isin([*UNCOUNTED, "not_applicable"])
    used["answers"] = used["placed"] & (used["reports"] | (used["status"] == "not_applicable"))
    used["events"] = used["numerator"].where(used["reports"])
    used["people"] = used["denominator"].where(used["placed"] & used["reports"])
    used["baseless"] = used["placed"] & used["reports"] & used["denominator"].isna()
    used["people_of"] = used["denominator_period"].where(used["people"].notna())
    used["incomplete"] = used["reason"] == "incomplete_period"
    found = used.groupby(TOTAL, sort=True).agg(
        numerator=("events", "sum"),
        answering=("answers", "sum"),
        residents=("people", "sum"),
        baseless=("baseless", "any"),
        people_of=("people_of", "first"),
        level=("level", "first"),
        period_start=("period_start", "first"),
        period_end=("period_end", "first"),
        source_id=("source_id", "first"),
        reporting=("events", "count"),
        incomplete=("incomplete", "any"),
    )
    totals = found.reset_index().assign(neighborhood_id=CITY)
    nothing = (totals["answering"] == 0) | (totals["reporting"] == 0)
    partial = totals["answering"] < totals["level"].map(places["kind"].value_counts())
    totals["numerator"] = totals["numerator"].mask(nothing)
    totals["status"] = nothing.map({True: "not_reported", False: "shown"})
    totals["reason"] = totals["incomplete"].map({True: "incomplete_period", False: None})
    totals.loc[partial, "reason"] = "partial_coverage"
    totals.loc[nothing, "reason"] = "no_row_in_source"
    totals["denominator"] = totals["residents"].where(partial & ~nothing & ~totals["baseless"])
    totals["denominator_period"] = totals["people_of"].where(totals["denominator"].notna())
    return typed(totals, Observation)


def _summed(rows: pd.DataFrame, wanted: Sequence[tuple[Hashable, Period, list[str]]]) -> pd.DataFrame:
    """Sums over periods, one row for each place and group.

    wanted: a measure, a period and its parts (codes of months or quarters) each.
    """
    if not wanted:
        return typed(None, Observation)
    parts = pd.DataFrame(
        [(measure_id, part, at, len(parts)) for at, (measure_id, _, parts) in enumerate(wanted) for part in parts],
        columns=["measure_id", "period", "at", "needed"],
    )
    used = rows.merge(parts.astype({"measure_id": "str", "period": "str"}), on=["measure_id", "period"])
    used["reported"] = used["numerator"].notna() & ~used["status"].isin([*UNCOUNTED, "not_applicable"])
    used["inapplicable"] = used["status"] == "not_applicable"
    found = used.groupby(["at", *PLACE], sort=True).agg(
        events=("numerator", "sum"),
        reported=("reported", "sum"),
        needed=("needed", "first"),
        inapplicable=("inapplicable", "all"),
        source_id=("source_id", "first"),
    )
    found = found.reset_index()
    whole = found["reported"] == found["needed"]
    found["numerator"] = found["events"].where(whole)
    found["status"] = np.select([whole, found["inapplicable"]], ["shown", "not_applicable"], default="not_reported")
    found["reason"] = (found["status"] == "not_reported").map({True: "partial_coverage", False: None})
    periods = [wanted[at][1] for at in found["at"]]
    found["period"] = [period.code for period in periods]
    found["period_start"] = pd.Series([period.start for period in periods], dtype=object)
    found["period_end"] = pd.Series([period.end for period in periods], dtype=object)
    return typed(found, Observation)


def _stretches(months: np.ndarray) -> list[Period]:
    """Which years and ranges the months of a measure add up to."""
    have = set(months)
    years = sorted({int(code[:4]) for code in have})
    found = []
    for year in years:
        if have.issuperset(f"{year}-{month:02d}" for month in range(1, 13)):
            found.append(parse(str(year)))
            continue
        last = max((month for month in range(1, 12) if f"{year}-{month:02d}" in have), default=0)
        so_far = [f"{month:02d}" for month in range(1, last + 1)]
        if not so_far or not have.issuperset(f"{year}-{month}" for month in so_far):
            continue
        for of_year in (year - 1, year):
            if have.issuperset(f"{of_year}-{month}" for month in so_far):
                found.append(span(parse(f"{of_year}-01").start, parse(f"{of_year}-{so_far[-1]}").end))
    return list(dict.fromkeys(found))


def _months_of(period: Period) -> list[str]:
    return [f"{period.start.year}-{month:02d}" for month in range(period.start.month, period.end.month + 1)]


def _without_repeats(rows: pd.DataFrame, made: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows, and of those made only what the pack did not bring itself."""
    new = joined(Observation, *made)
    have = pd.MultiIndex.from_frame(rows[ROW])
    return joined(Observation, rows, new[~pd.MultiIndex.from_frame(new[ROW]).isin(have)])


def _population_year(rule: str, year: int, known: list[int]) -> int:
    if rule == "nearest":
        return min(known, key=lambda candidate: (abs(candidate - year), candidate), default=year)
    return year if rule == "same" else int(rule)


def _favorable(shares: object, question: pd.Series) -> float:
    """The favorable share, 0 to 1; nan where no shares are given."""
    if not isinstance(shares, str):
        return float("nan")
    given = [float(share) for share in shares.split(";")]
    options = str(question["options"]).split(";")
    if len(given) != len(options):
        raise ValueError(f"question {question.name} has {len(options)} options, but {len(given)} shares: {shares}")
    return min(sum(given[-int(question["favorable"]) :]), 1.0)


def _spans(codes: pd.Series, fiscal_start_month: int) -> dict[str, Period]:
    return {code: parse(code, fiscal_start_month=fiscal_start_month) for code in codes.unique()}
