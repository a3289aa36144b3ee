"""Riverton's evaluations, worked out again from the published file by other means, and each hard case by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy.stats import binomtest
from scipy.stats import t as student

from data.store import Store

Ask = Callable[[str], pd.DataFrame]
Z = 1.959963984540054


@pytest.fixture(scope="module")
def ask(demo_store: Path) -> Ask:
    path = Store(demo_store).path_of("2026-03")

    def read(sql: str) -> pd.DataFrame:
        with closing(sqlite3.connect(path)) as connection:
            return pd.read_sql(sql, connection)

    return read


@pytest.fixture(scope="module")
def said(ask: Ask) -> dict[str, dict[str, Any]]:
    records = ask("SELECT * FROM evaluation").to_dict("records")
    return {str(row["id"]): {str(name): cell for name, cell in row.items()} for row in records}


def months(ask: Ask, evaluation: str) -> pd.DataFrame:
    """Published events of each area and month: place, role, at (2024-07), n, and is_after (missing between windows)."""
    rows = ask(
        "SELECT o.neighborhood_id AS place, a.role, o.period AS at, o.numerator AS n, e.before, e.after "
        "FROM observation o JOIN evaluation e ON e.measure_id = o.measure_id "
        "JOIN evaluation_area a ON a.evaluation_id = e.id AND a.neighborhood_id = o.neighborhood_id "
        f"WHERE e.id = '{evaluation}' AND o.group_name = 'all' AND length(o.period) = 7 AND o.period LIKE '____-__'"
    )
    for window in ("before", "after"):
        first, last = rows[window].iloc[0].split("..")
        rows[f"is_{window}"] = rows["at"].between(first[:7], last[:7])
    return rows[rows.is_before | rows.is_after].sort_values(["at", "place"], ignore_index=True)


def sums(rows: pd.DataFrame, role: str) -> tuple[float, float, int]:
    """Events before, events after, and areas of a role."""
    mine = rows[rows.role == role]
    return float(mine.n[mine.is_before].sum()), float(mine.n[mine.is_after].sum()), mine.place.nunique()


@pytest.mark.parametrize("code", ["e-second-key", "e-trail-rangers", "e-safe-walk-assaults"])
def test_displacement_differences_by_hand(ask: Ask, said: dict[str, dict[str, Any]], code: str) -> None:
    rows, row = months(ask, code), said[code]
    (t0, t1, treated), (c0, c1, control), (d0, d1, near) = (
        sums(rows, role) for role in ("treated", "comparison", "buffer")
    )
    share = (treated + near) / control  # the comparison areas stand for the treated and for those nearby
    estimate = (t1 - t0) + (d1 - d0) - share * (c1 - c0)
    half = Z * (t0 + t1 + d0 + d1 + share**2 * (c0 + c1)) ** 0.5
    assert (row["events_before"], row["events_after"]) == (t0, t1)
    assert [row[name] for name in ("estimate", "low", "high")] == pytest.approx(
        [estimate, estimate - half, estimate + half], abs=1e-5
    )
    if near:
        assert row["displaced"] == pytest.approx(d1 - d0 - near / control * (c1 - c0), abs=1e-5)
    areas = ask(f"SELECT * FROM evaluation_area WHERE evaluation_id = '{code}'")
    assert areas.groupby("role").events_after.sum()["treated"] == t1


def test_before_and_after_by_the_binomial(ask: Ask, said: dict[str, dict[str, Any]]) -> None:
    before, after, _ = sums(months(ask, "e-shop-safe"), "treated")
    share = binomtest(int(after), int(after + before)).proportion_ci(0.95, method="exact")
    ends = [float(end) / (1 - float(end)) for end in (share.low, share.high)]
    row = said["e-shop-safe"]
    assert [row["ratio_low"], row["ratio_high"]] == pytest.approx(ends, abs=1e-6)
    assert [row["low"], row["high"]] == pytest.approx([before * (end - 1) for end in ends], abs=1e-4)


def test_differences_in_differences_by_formula(ask: Ask, said: dict[str, dict[str, Any]]) -> None:
    rows, row = months(ask, "e-care-team"), said["e-care-team"]
    rows = rows.assign(treat=(rows.role == "treated").astype(int), post=rows.is_after.astype(int))
    fit = smf.glm("n ~ treat * post", rows, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": rows.place.astype("category").cat.codes}
    )
    effect = fit.params["treat:post"]
    assert row["ratio"] == pytest.approx(np.exp(effect), abs=1e-6)
    clustered = student.ppf(0.975, rows.place.nunique() - 1) * fit.bse["treat:post"]
    chance = Z * rows.groupby(["treat", "post"]).n.sum().rdiv(1).sum() ** 0.5
    ends = np.exp([effect - max(clustered, chance), effect + max(clustered, chance)])
    assert [row["ratio_low"], row["ratio_high"]] == pytest.approx(ends, abs=1e-5)
    after = row["events_after"]
    assert [row["low"], row["high"]] == pytest.approx(list(after - after / ends), abs=1e-3)
    assert row["few_areas"] == 1


def test_a_series_beside_a_control_by_formula(ask: Ask, said: dict[str, dict[str, Any]]) -> None:
    rows, row = months(ask, "e-safe-lights"), said["e-safe-lights"]
    total = rows.groupby(["role", "at", "is_after"], as_index=False).n.sum()
    total["t"] = (total["at"].str[:4].astype(int) - 2021) * 12 + total["at"].str[5:].astype(int)
    total = total.assign(treat=(total.role == "treated").astype(int), post=total.is_after.astype(int))
    waves = " + ".join(f"np.{one}(2*np.pi*{turn}*t/12)" for turn in (1, 2) for one in ("sin", "cos"))
    fit = smf.glm(f"n ~ treat * t + treat * post + {waves}", total, family=sm.families.Poisson()).fit()
    effect, spread = fit.params["treat:post"], max(1.0, fit.pearson_chi2 / fit.df_resid)
    reach = Z * fit.bse["treat:post"] * spread**0.5
    assert [row["ratio"], row["ratio_low"], row["ratio_high"]] == pytest.approx(
        list(np.exp([effect, effect - reach, effect + reach])), abs=1e-5
    )
    assert row["estimate"] == pytest.approx(row["events_after"] * (1 - np.exp(-effect)), abs=1e-3)


def test_every_hard_case_is_there_by_name(said: dict[str, dict[str, Any]]) -> None:
    good, null, adverse = (said[code] for code in ("e-trail-rangers", "e-second-key", "e-safe-walk-assaults"))
    assert good["high"] < 0
    assert (good["grade"], good["trends"]) == (3, "alike")
    assert good["displaced_low"] < 0 < good["displaced_high"], "nothing clear nearby"
    assert null["low"] < 0 < null["high"]
    assert adverse["low"] > 0
    assert (null["grade"], adverse["grade"]) == (2, 2)
    assert (said["e-garages"]["refused"], said["e-after-school"]["refused"]) == ("break_inside", "not_over")
    assert said["e-shop-safe"]["grade"] == 1
    assert said["e-shop-safe"]["declared_on"] > said["e-shop-safe"]["after"].split("..")[1], "declared after the data"
    assert said["e-trail-rangers"]["declared_on"] < said["e-trail-rangers"]["after"]
    study = said["e-explains"]
    assert (study["grade"], study["randomized"], study["estimate"]) == (4, 1, 6.4)
    assert (said["e-safe-walk"]["method"], said["e-safe-walk"]["grade"]) == ("counts_only", 0)


def test_units_speak_both_languages(ask: Ask, said: dict[str, dict[str, Any]]) -> None:
    words = ask("SELECT row_id, text FROM translation WHERE table_name = 'evaluation' AND column_name = 'unit'")
    told = {code for code, row in said.items() if isinstance(row["unit"], str)}
    assert set(words.row_id) == told == set(said) - {"e-safe-walk"}
    assert said["e-second-key"]["unit"] == "break-ins reported to police"
    assert "robos" in words.set_index("row_id").text["e-second-key"]
