"""Two cities that differ in nothing but the true values of figures that are withheld.

Whatever a reader of one gets must be, byte for byte, what a reader of the other gets; else something gives them away.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from data.publish import run
from data.publish.fingerprints import KEY_FILE
from data.store import Store
from tests.data.publish.packs import geojson, square
from tests.data.publish.tiny import CITY_TOML, write_pack

MORE = """
[measures.trust]
name = "Trust"
topic = "trust"
kind = "share"
unit = "percent"
events = "people who trust"
direction = "more"
definition = "Share who trust."
formula = "favorable answers / answers"
source = "crime"
collected = "probability"
headline = true

[boundaries.neighborhood]
file = "places.geojson"
name = "name"

[tables.survey_wave]
file = "waves.csv"
source = "crime"
[tables.survey_question]
file = "questions.csv"
[tables.survey_result]
file = "results.csv"
[tables.complaint_summary]
file = "complaints.csv"
source = "crime"
[tables.observation]
file = "groups.csv"
source = "crime"
[tables.benchmark]
file = "benchmarks.csv"
source = "crime"
[tables.benchmark_group]
file = "people.csv"
[tables.evaluation]
file = "evaluations.csv"
[tables.evaluation_area]
file = "areas.csv"
[tables.program]
file = "programs.csv"
source = "crime"
[tables.program_neighborhood]
file = "pn.csv"
[tables.program_goal]
file = "goals.csv"
[tables.problem]
file = "problems.csv"
[tables.problem_neighborhood]
file = "prn.csv"
"""
PLACES = ["East End", "Northside", "South Bank", "West Hill"]
OUTLINES = geojson(*((name, square(-84.5 + number / 10, 39.1)) for number, name in enumerate(PLACES)))
WAVES = "id,name,mode,frame,period,completed\nw,Survey,probability,Adults,2025,600\n"
BENCHMARKS = "id,name,definition,reference_group\nresidents,Residents,Who lives here.,Young\n"
PEOPLE = "benchmark_id,neighborhood_id,period,group_name,people\n" + "".join(
    f"residents,city,2025,{group},{people}\n" for group, people in (("Young", 900), ("Middle", 800), ("Older", 700))
)
QUESTIONS = "id,measure_id,dimension,wording,options,favorable\nq,trust,legitimacy,Do you trust?,no;yes,1\n"
# One that needs a withheld count, one beside it that does not, and one of the whole city, where the parts are withheld.
EVALUATIONS = "id,program_id,problem_id,measure_id,method,before,after,design\n" + "".join(
    f"{code},pr,pb,force,{method},2024,2025,Compared.\n"
    for code, method in (("hidden", "before_after"), ("shown", "displacement_difference"), ("whole", "before_after"))
)
AREAS = (
    "evaluation_id,neighborhood_id,role\nhidden,east,treated\n"
    "shown,south,treated\nshown,west,comparison\nwhole,city,treated\n"
)
PROGRAMS = (
    "id,name,summary,pillar,model,status,citywide,started_on\npr,Prog,Does.,partnerships,other,running,0,2025-01-01\n"
)
# Their latest numbers are figures that are withheld.
GOALS = """\
id,program_id,description,measure_id,neighborhood_id,target,due_on,direction,baseline_period,unit
g1,pr,Less force east,force,east,5,2027-12-31,fewer,2024,
g2,pr,Less force north,force,north,2,2027-12-31,fewer,2024,
g3,pr,Trust east,trust,east,60,2027-12-31,more,2025,
"""
SAME = {
    "programs": PROGRAMS,
    "pn": "program_id,neighborhood_id\npr,east\npr,north\n",
    "goals": GOALS,
    "problems": "id,title,harm,evidence,seen_on,status,owner,program_id\npb,Force,Harm,Shown,2024-01-01,open,Us,pr\n",
    "prn": "problem_id,neighborhood_id\npb,east\n",
    "waves": WAVES,
    "questions": QUESTIONS,
    "benchmarks": BENCHMARKS,
    "people": PEOPLE,
    "evaluations": EVALUATIONS,
    "areas": AREAS,
}

# Values of the two cities where they differ: in pairs that are hidden together and come to the same.
VALUES: tuple[dict[str, Any], dict[str, Any]] = (
    {
        "force": (12, 3),
        "later": (15, 4),
        "n": (8, 41),
        "shares": ("0.25;0.75", "0.4;0.6"),
        "found": (3, 22),
        "older": (4, 6),
    },
    {
        "force": (11, 4),
        "later": (13, 6),
        "n": (7, 42),
        "shares": ("0.75;0.25", "0.6;0.4"),
        "found": (6, 19),
        "older": (6, 4),
    },
)


def files(which: int) -> dict[str, str]:
    """The files of one city that hold such values."""
    value = VALUES[which]
    (east, north), (east_later, north_later) = value["force"], value["later"]
    (few, some), (small, large) = value["n"], value["found"]
    crime = f"""\
AREA,YEAR,BURGLARY,FORCE
EAST END,2024,100,{east}
Northside,2024,200,{north}
South Bank,2024,310,25
Westhill,2024,55,40
EAST END,2025,110,{east_later}
Northside,2025,190,{north_later}
South Bank,2025,300,22
Westhill,2025,65,41
"""
    results = f"""\
wave_id,question_id,neighborhood_id,n,shares
w,q,east,{few},{value["shares"][0]}
w,q,north,{some},{value["shares"][1]}
w,q,south,200,0.3;0.7
w,q,west,300,0.5;0.5
w,q,city,549,0.4;0.6
"""
    complaints = f"""\
neighborhood_id,period,received,closed,sustained,not_sustained,unfounded,exonerated,other,pending
east,2025,60,50,{small},{47 - small},0,0,0,10
north,2025,60,50,{large},{50 - large},0,0,0,10
south,2025,130,110,55,55,0,0,0,20
city,2025,250,210,80,130,0,0,0,40
"""
    older, unknown = value["older"]
    groups = f"""\
measure_id,neighborhood_id,period,group_name,numerator
force,city,2025,Young,36
force,city,2025,Middle,36
force,city,2025,Older,{older}
force,city,2025,Not recorded,{unknown}
"""
    return {"crime": crime, "results": results, "complaints": complaints, "groups": groups}


def publish(root: Path, *, first: Path | None = None) -> Path:
    """Publish one of the two in a store of its own; with `first`, the second, with the key of that store."""
    which = 0 if first is None else 1
    pack = write_pack(root / "pack", **{**files(which), **SAME})
    first_page = CITY_TOML.replace("sensitive = true", "sensitive = true\nheadline = true")
    (pack / "city.toml").write_text(first_page + MORE + (pack / "city.toml").read_text().removeprefix(CITY_TOML))
    for name, text in {**files(which), **SAME}.items():
        (pack / f"{name}.csv").write_text(text)
    (pack / "places.geojson").write_text(OUTLINES)
    store = Store(root / "store")
    if first is not None:
        store.root.mkdir(parents=True)
        shutil.copy(first / KEY_FILE, store.root)
    with mock.patch.object(run, "datetime", _Clock):
        outcome = run.publish(pack, store=store, release_id="2026-03", released_on=date(2026, 3, 3))
    assert outcome.release_id, (outcome.refused, outcome.report.problems)
    return store.root


class _Clock(datetime):
    """Both are published in the same moment."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime(2026, 3, 3, 12, tzinfo=UTC)
