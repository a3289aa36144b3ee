"""Evaluations are asked for with their areas and the published series they rest on; a gap stays a gap."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from data import periods, queries
from data.store import Release, Store

asked = import_module("data.queries.evaluations")
"""The module; its name in `data.queries` is that of its first question."""


@pytest.fixture(scope="module")
def release(demo_store: Path) -> Release:
    return Store(demo_store).open()


def test_the_series_of_an_evaluation_adds_up_to_its_counts(release: Release) -> None:
    rows = queries.evaluations(release)
    found = rows[rows.estimate.notna() & rows.method.notna() & (rows.method != "published_study")]
    assert len(found) >= 3
    for row in queries.records(found):
        series = queries.evaluation_series(release, evaluation=row["id"])
        areas = queries.evaluation_areas(release, evaluation=row["id"])
        for when in ("before", "after"):
            window = periods.parse(row[when])
            inside = series[(series.period_start >= window.start) & (series.period_end <= window.end)]
            for role in areas.role.unique():
                counted = areas.loc[areas.role == role, f"events_{when}"].sum()
                assert inside.loc[inside.role == role, "count"].sum() == counted, (row["id"], role, when)
        assert set(series.role) == set(areas.role)
        assert series.period_start.min() < periods.parse(row["before"]).start or row["method"] == "interrupted_series"


def test_areas_come_with_their_names_treated_first(release: Release) -> None:
    areas = queries.evaluation_areas(release)
    for _, mine in areas.groupby("evaluation_id", sort=False):
        assert mine.role.iloc[0] == "treated"
        assert mine.name.tolist() != []
    translated = queries.evaluation_areas(release, language="es")
    assert len(translated) == len(areas)
    assert queries.evaluation_areas(release, evaluation="nobody").empty


def test_one_withheld_area_leaves_the_sum_without_a_count(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = queries.evaluations(release)
    study = rows[(rows.method == "displacement_difference") & rows.estimate.notna()].iloc[0]
    areas = queries.evaluation_areas(release, evaluation=study.id)
    hidden = areas[areas.role == "comparison"].neighborhood_id.iloc[0]
    whole = queries.evaluation_series(release, evaluation=study.id)
    period = whole.period.iloc[3]
    ask = asked.figure_table

    def with_a_gap(*given: object, **keywords: object) -> pd.DataFrame:
        frame = ask(*given, **keywords)
        gone = (frame.neighborhood == hidden) & (frame.period == period)
        frame.loc[gone, "status"] = "withheld"
        return frame

    monkeypatch.setattr(asked, "figure_table", with_a_gap)
    series = queries.evaluation_series(release, evaluation=study.id).set_index(["role", "period"])
    gap = series.loc[("comparison", period)]
    assert pd.isna(gap["count"])
    assert (gap.status, gap.without_count) == ("withheld", 1)
    assert series.loc[("treated", period)].status == "shown"
    assert series.drop(("comparison", period))["count"].notna().all()


def test_an_evaluation_without_areas_has_no_series(release: Release) -> None:
    rows = queries.evaluations(release)
    for code in [*rows[rows.method == "published_study"].id, "nobody"]:
        series = queries.evaluation_series(release, evaluation=code)
        assert series.empty
        assert list(series.columns) == asked.SERIES
