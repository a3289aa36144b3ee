"""Use of force in Cincinnati before and after a day that this test declares, worked out again from the City's file.

Neighborhood counts of 1 to 9 are withheld, so only the areas with ten or more in each year can be looked at; what needs
others is refused. No program stands behind the day: the areas and years are chosen to have counts, nothing else.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy.stats import t as student
from statsmodels.tools.sm_exceptions import DomainWarning

from data.publish import run
from data.store import Store
from tests.conftest import ROOT, RealCity
from tests.real.conftest import ReadRows
from tests.real.test_cincinnati import FORCE, incidents_of

BEFORE, AFTER = "2006-01-01..2008-12-31", "2009-01-01..2011-12-31"
ROLES = {
    "over-the-rhine": "treated", "avondale": "treated", "westwood": "comparison", "east-price-hill": "comparison",
    "downtown": "comparison", "west-end": "buffer",
}  # fmt: skip
DECLARED = {
    "wdd": ("displacement_difference", BEFORE, AFTER, ROLES),
    "did": ("difference_in_differences", BEFORE, AFTER, {place: ROLES[place] for place in list(ROLES)[:-1]}),
    "hidden": ("displacement_difference", BEFORE, AFTER, {"over-the-rhine": "treated", "corryville": "comparison"}),
    "broken": ("before_after", "2002", "2004", {"over-the-rhine": "treated"}),
    "halves": ("before_after", "2010-01-01..2010-06-30", "2011-01-01..2011-06-30", {"over-the-rhine": "treated"}),
    "part": ("before_after", "1996", "1997", {"avondale": "treated"}),
}
"""Evaluation -> method, time before, time after, areas and their roles."""
Z = 1.959963984540054


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, real: RealCity) -> dict[str, dict[str, Any]]:
    """What publishing makes of the pack with these evaluations."""
    folder = tmp_path_factory.mktemp("cincinnati")
    pack = folder / "pack"
    shutil.copytree(ROOT / "data" / "packs" / "cincinnati", pack)
    rows = [f"{code},force,use_of_force,{method},{before},{after},Compared." for code, (method, before, after, _) in
            DECLARED.items()]  # fmt: skip
    (pack / "declared.csv").write_text("id,problem_id,measure_id,method,before,after,design\n" + "\n".join(rows) + "\n")
    areas = [f"{code},{place},{role}" for code, (*_, roles) in DECLARED.items() for place, role in roles.items()]
    (pack / "declared_areas.csv").write_text("evaluation_id,neighborhood_id,role\n" + "\n".join(areas) + "\n")
    problem = "id,title,harm,evidence,seen_on,status\nforce,Force,People are hurt.,The records.,2008-01-02,open\n"
    (pack / "problems.csv").write_text(problem)
    with (pack / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[tables.problem]\nfile = "problems.csv"\n')
        toml.write('\n[tables.evaluation]\nfile = "declared.csv"\n')
        toml.write('\n[tables.evaluation_area]\nfile = "declared_areas.csv"\n')
    store = Store(folder / "store")
    outcome = run.publish(pack, files=real("cincinnati"), store=store, released_on=date(2026, 11, 22))
    assert outcome.release_id, (outcome.refused, outcome.report.errors)
    with store.open().connect() as connection:
        rows_said = pd.read_sql("SELECT * FROM evaluation", connection).to_dict("records")
    return {str(row["id"]): {str(name): cell for name, cell in row.items()} for row in rows_said}


@pytest.fixture(scope="module")
def by_hand(cincinnati_rows: ReadRows) -> pd.DataFrame:
    """Incidents of each area and year in the City's own file: place, year, n, treat, post."""
    incidents: Counter[tuple[str, str]] = incidents_of(cincinnati_rows(FORCE))
    rows = [(place, year, incidents[place, str(year)]) for place in ROLES for year in range(2006, 2012)]
    frame = pd.DataFrame(rows, columns=["place", "year", "n"])
    assert frame.n.min() >= 10, "none of these is withheld"
    return frame.assign(treat=frame.place.map(ROLES).eq("treated").astype(int), post=(frame.year >= 2009).astype(int))


def test_the_displacement_difference_by_hand(said: dict[str, dict[str, Any]], by_hand: pd.DataFrame) -> None:
    counts = by_hand.assign(role=by_hand.place.map(ROLES)).groupby(["role", "post"]).n.sum()
    (t0, t1), (c0, c1), (d0, d1) = (counts[role].tolist() for role in ("treated", "comparison", "buffer"))
    weight = (2 + 1) / 3  # three comparison areas stand for two treated and one nearby
    estimate = (t1 - t0) + (d1 - d0) - weight * (c1 - c0)
    half = Z * (t0 + t1 + d0 + d1 + weight**2 * (c0 + c1)) ** 0.5
    found = said["wdd"]
    assert [found[name] for name in ("estimate", "low", "high")] == pytest.approx(
        [estimate, estimate - half, estimate + half], abs=1e-5
    )
    assert (found["events_before"], found["events_after"]) == (t0, t1)
    assert found["displaced"] == pytest.approx((d1 - d0) - (c1 - c0) / 3, abs=1e-5)
    assert found["series_by"] == "year"


def test_the_displacement_difference_by_formula(said: dict[str, dict[str, Any]], by_hand: pd.DataFrame) -> None:
    """As a contrast of the Poisson means of each role and time, each taken as often as it has areas and years."""
    rows = by_hand.assign(role=by_hand.place.map(ROLES))
    with pytest.warns(DomainWarning):  # means that add up could fall below zero; these do not
        poisson = smf.glm("n ~ 0 + role:C(post)", rows, family=sm.families.Poisson(sm.families.links.Identity()))
    fit = poisson.fit()
    weight = {"treated": 1.0, "buffer": 1.0, "comparison": -(2 + 1) / 3}
    contrast = {
        f"role[{role}]:C(post)[{post}]": one * (1 if post else -1) * sum((rows.role == role) & (rows.post == post))
        for role, one in weight.items()
        for post in (0, 1)
    }
    tested, found = fit.t_test([contrast[name] for name in fit.params.index]), said["wdd"]
    assert found["estimate"] == pytest.approx(float(tested.effect[0]), abs=1e-4)
    assert [found["low"], found["high"]] == pytest.approx(tested.conf_int()[0].tolist(), abs=1e-4)


def test_the_difference_in_differences_by_formula(said: dict[str, dict[str, Any]], by_hand: pd.DataFrame) -> None:
    rows = by_hand[by_hand.place != "west-end"]
    fit = smf.glm("n ~ treat * post", rows, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": rows.place.astype("category").cat.codes}
    )
    cells = rows.groupby(["treat", "post"]).n.sum().to_numpy(dtype=float)
    c0, c1, t0, t1 = cells.tolist()
    ratio = (t1 / t0) / (c1 / c0)
    found = said["did"]
    assert found["ratio"] == pytest.approx(ratio, abs=1e-6)
    assert np.log(found["ratio"]) == pytest.approx(fit.params["treat:post"], abs=1e-6)
    clustered, chance = student.ppf(0.975, 4) * fit.bse["treat:post"], Z * float((1 / cells).sum()) ** 0.5
    ends = ratio * np.exp([-max(clustered, chance), max(clustered, chance)])
    assert [found["ratio_low"], found["ratio_high"]] == pytest.approx(ends, abs=1e-5)
    assert found["estimate"] == pytest.approx(t1 * (1 - 1 / ratio), abs=1e-4)
    assert found["few_areas"] == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [("hidden", "not_published"), ("broken", "break_inside"), ("halves", "not_published"), ("part", "not_published")],
)
def test_what_is_not_published_or_not_counted_alike_is_refused(
    said: dict[str, dict[str, Any]], code: str, reason: str
) -> None:
    assert said[code]["refused"] == reason
    assert pd.isna(said[code]["estimate"])
    assert pd.isna(said[code]["grade"])
