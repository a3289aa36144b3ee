"""What protecting small numbers costs, beside raw sqlite3 writing and reading the same rows; a process each."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from data.publish import privacy
from data.publish.cells import Layout
from tests.benchmarks.measuring import run_child, table
from tests.conftest import ROOT

SHAPE = (77, 12, 120)
USUAL = 5.0
"""Areas, categories and months; and how many events a month, an area and a category has on the average."""


def release(shape: tuple[int, int, int]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Counts of areas, categories and months with all their totals, as unequal as real ones: rows, measure, places."""
    areas, categories, months = shape
    chance = np.random.default_rng(1)
    usual = USUAL * chance.gamma(1.0, 1.0, (areas, 1)) * chance.gamma(0.7, 1.0, categories)
    counts = chance.poisson(np.repeat(usual[:, :, None], months, 2)).astype(float)
    counts = np.concatenate([counts, counts.sum(0, keepdims=True)], 0)
    counts = np.concatenate([counts, counts.sum(1, keepdims=True)], 1)
    years = counts.reshape(*counts.shape[:2], months // 12, 12).sum(3)
    counts = np.concatenate([counts, years], 2)
    places = [*(f"area-{number:02}" for number in range(areas)), "city"]
    groups = [*(f"category-{number:02}" for number in range(categories)), "all"]
    periods = [f"{2014 + month // 12}-{month % 12 + 1:02}" for month in range(months)]
    periods += [str(2014 + year) for year in range(months // 12)]
    index = pd.MultiIndex.from_product([places, groups, periods], names=["neighborhood_id", "group_name", "period"])
    rows = pd.Series(counts.ravel(), index=index, name="numerator").reset_index()
    rows = rows.assign(measure_id="force", source_id="s", status="shown")
    kinds = [*["neighborhood"] * areas, "city"]
    measure = pd.DataFrame({"id": ["force"], "kind": ["count"], "sensitive": [True]})
    return rows, measure, pd.DataFrame({"id": places, "kind": kinds})


def lost_by_rows(rows: pd.DataFrame) -> float:
    """The share of inner figures lost where every row (an area's month) with a small number is hidden whole."""
    inner = rows[(rows["neighborhood_id"] != "city") & (rows["period"].str.len() == 7)]
    small = inner["numerator"].between(1, 9).groupby([inner["neighborhood_id"], inner["period"]]).transform("any")
    return float(small.mean())


def report() -> str:
    """The part on small numbers, as Markdown."""
    rows: list[list[object]] = []
    with TemporaryDirectory(prefix="bench-") as folder:
        floor = None
        for case, label in CASES.items():
            command = [sys.executable, "-m", "tests.benchmarks.protecting", case, str(Path(folder))]
            cost = run_child(*command, folder=ROOT)
            floor = floor or cost
            rows.append([label, cost.cpu_s, cost.cpu_s / floor.cpu_s, cost.peak_mb, cost.peak_mb / floor.peak_mb])
        lost = (Path(folder) / "lost.md").read_text()
    return table(["what", "CPU s", "ratio", "peak MB", "ratio"], rows) + "\n\n" + lost


CASES = {
    "raw": "raw sqlite3: write the rows, read them",
    "hide": "hide",
    "audit": "audit what was hidden",
}


def _raw(folder: Path) -> None:
    rows, _, _ = release(SHAPE)
    with sqlite3.connect(folder / "raw.sqlite") as connection:
        key = "PRIMARY KEY (place, category, period)"
        connection.execute(f"CREATE TABLE observation (place, category, period, events, {key})")
        connection.executemany("INSERT INTO observation VALUES (?, ?, ?, ?)", rows.iloc[:, :4].to_numpy().tolist())
        connection.commit()
        assert len(connection.execute("SELECT * FROM observation").fetchall()) == len(rows)
    connection.close()


def _hide(folder: Path) -> None:
    rows, measure, places = release(SHAPE)
    nothing = pd.DataFrame()
    made = privacy.withhold(rows, measure, places, nothing, nothing)
    made.observation.to_pickle(folder / "hidden.pickle")
    small = int(rows["numerator"].between(1, 9).sum())
    inner = made.observation[(rows["neighborhood_id"] != "city") & (rows["period"].str.len() == 7)]
    ours = float((inner["status"] == "withheld").mean())
    (folder / "lost.md").write_text(
        f"Of {len(rows):,} figures {small:,} are small (1 to 9), and {len(made.log):,} are withheld, "
        f"{len(made.log) / small:.3f} "
        f"for each small one. Of the figures of one area, category and month {ours:.1%} are withheld; hiding every row "
        f"(an area's month) that has a small number would withhold {lost_by_rows(rows):.1%}.\n"
    )


def _audit(folder: Path) -> None:
    _, measure, places = release(SHAPE)
    nothing = pd.DataFrame()
    hidden = pd.read_pickle(folder / "hidden.pickle")
    assert privacy.audit(hidden, measure, places, nothing, nothing, layout=Layout()).empty


if __name__ == "__main__":
    {"raw": _raw, "hide": _hide, "audit": _audit}[sys.argv[1]](Path(sys.argv[2]))
