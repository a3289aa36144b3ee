"""Three packs: what Riverton published in September 2025, December 2025 and March 2026, revisions and all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from data.demo import equity, money, places, practice, programs, safety, voice
from data.demo.tables import TEXTS, Tables, texts

EXTRACT = "rpd_monthly_extract.csv"


def write_packs(folder: Path, *, seed: int = 2026) -> list[Path]:
    """Write the three packs of Riverton, oldest first, into `folder`/<release id>; returns their folders.

    The same seed gives the same bytes. What happened is drawn once; each pack holds what was known on its day.
    """
    # A stream of its own for each part: more meetings must not change a crime.
    seeds = np.random.SeedSequence(seed).spawn(6)
    shapes = places.draw(np.random.default_rng(seeds[0]))
    counts = safety.simulate(np.random.default_rng(seeds[1]))
    survey = voice.simulate(np.random.default_rng(seeds[2]))
    groups = equity.simulate(np.random.default_rng(seeds[5]), counts)
    written = []
    for release in texts("releases")["releases"]:
        pack = folder / release["id"]
        pack.mkdir(parents=True, exist_ok=True)
        tables = Tables()
        as_of = release["released_on"]
        places.add(tables, shapes)
        safety.add(tables, counts, through=release["through"], complaints_through=2024)
        equity.add(tables, groups, through=release["through"])
        _add_texts(tables, release)
        # Made anew for each pack, so that what is in several packs is drawn the same in each.
        voice.add(tables, survey, np.random.default_rng(seeds[3]), as_of=as_of)
        rng = np.random.default_rng(seeds[4])
        programs.add(tables, rng, as_of=as_of)
        practice.add(tables, as_of=as_of)
        money.add(tables, rng, as_of=as_of, spent_through=release["spent_through"])
        _write(pack, tables, shapes, counts, release)
        written.append(pack)
    return written


def _add_texts(tables: Tables, release: dict[str, Any]) -> None:
    words, as_of = texts("releases"), release["released_on"]
    for source, covers, planned_on, released_on in words["planned"]["rows"]:
        if planned_on <= as_of + timedelta(days=60):
            came = released_on if released_on <= as_of else None
            tables.add(
                "planned_update",
                {"source_id": source, "covers": covers, "planned_on": planned_on, "released_on": came},
            )
    for correction in words["corrections"]:
        if correction["corrected_on"] <= as_of:
            tables.add("correction", correction)
    for why in words["revision_reasons"]:
        if why["release"] == release["id"]:
            for measure in why.get("measures", [None]):
                code = f"{why['id']}-{measure.replace('_', '-')}" if measure else why["id"]
                tables.add("revision_reason", {**why, "id": code, "measure_id": measure})
    for change in _breaks(release):
        tables.add("series_break", {name: cell for name, cell in change.items() if name != "es"})
        # Readers ask for the breaks of a measure, so their words go by the measure's id.
        tables.translate("series_break", change["measure_id"], "note", change["es"]["note"])
    _add_calendar(tables, as_of)
    for place in places.neighborhoods():
        tables.translate("neighborhood", place["id"], "about", place["es"]["about"])
    for column in ("note", "reason"):
        if column in release:
            tables.translate("manifest", release["id"], column, release[f"{column}_es"])


def _breaks(release: dict[str, Any]) -> list[dict[str, Any]]:
    """Breaks that are told of by that release."""
    return [change for change in texts("releases")["breaks"] if change.get("told_in", "") <= release["id"]]


def _add_calendar(tables: Tables, as_of: date) -> None:
    """Releases that were announced by then, each on the day that was planned then, and every move with its reason."""
    for plan in texts("releases")["calendar"]:
        if plan["announced_on"] > as_of:
            continue
        day, time = plan["planned_on"], plan["planned_time"]
        for move in plan.get("moved", []):
            if move["changed_on"] <= as_of:
                tables.add(
                    "plan_change", {"planned_release_id": plan["id"], "from_day": day, "from_time": time, **move}
                )
                day, time = move["to_day"], move["to_time"]
        tables.add("planned_release", {**plan, "planned_on": day, "planned_time": time})


def _write(
    pack: Path,
    tables: Tables,
    shapes: dict[str, dict[str, BaseGeometry]],
    counts: safety.Counts,
    release: dict[str, Any],
) -> None:
    places.write_boundaries(pack, shapes)
    safety.write_extract(pack / EXTRACT, counts, through=release["through"])
    names = tables.write(pack)
    defined = "after" if any(change["measure_id"] == "complaints" for change in _breaks(release)) else "before"
    template = Template((TEXTS / "city.toml").read_text(encoding="utf-8"))
    city = template.substitute(
        release_id=release["id"],
        released_on=release["released_on"].isoformat(),
        planned_on=release["planned_on"].isoformat(),
        note=release["note"],
        reason=f"reason = {_quoted(release['reason'])}" if "reason" in release else "",
        complaints=texts("releases")["complaints"][defined],
        complaints_es=texts("releases")["complaints"][f"{defined}_es"],
        retrieved_on=(release["released_on"] - timedelta(days=8)).isoformat(),
        provisional_from=release["provisional_from"],
        neighborhoods="\n".join(_heading(place) for place in places.neighborhoods()),
        tables="\n\n".join(f'[tables.{name}]\nfile = "{name}.csv"' for name in names),
    )
    (pack / "city.toml").write_text(city.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def _heading(place: dict[str, Any]) -> str:
    lines = [
        f"[neighborhoods.{place['id']}]",
        f"name = {_quoted(place['name'])}",
        f"setting = {_quoted(place['setting'])}",
        f"about = {_quoted(place['about'])}",
    ]
    if place.get("visitor_area"):
        lines.append("visitor_area = true")
    aliases = texts("index")["aliases"].get(place["id"], [])
    if aliases:
        lines.append(f"aliases = [{', '.join(_quoted(alias) for alias in aliases)}]")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON writes the same."""
    return json.dumps(text, ensure_ascii=False)
