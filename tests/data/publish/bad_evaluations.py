"""Packs with an evaluation that cannot be worked out as it is declared: each has one mistake."""

from __future__ import annotations

from typing import Any

from tests.data.publish.bad_packs import SHARE
from tests.data.publish.packs import HEAD, Bad

TABLES = (
    '[tables.problem]\nfile = "problems.csv"\n[tables.program]\nfile = "programs.csv"\n'
    '[tables.evaluation]\nfile = "evaluations.csv"\n[tables.evaluation_area]\nfile = "areas.csv"\n'
)
PROBLEMS = "id,title,harm,evidence,seen_on,status\ndark,Dark blocks,People fall.,Two meetings.,2022-01-02,working\n"
PROGRAMS = (
    "id,name,summary,pillar,model,status,started_on,source_id\n"
    "watch,Watch,Neighbors meet.,partnerships,other,running,2022-12-31,police\n"
)
GOOD = {
    "id": "e",
    "program_id": "",
    "problem_id": "dark",
    "measure_id": "burglary",
    "method": "displacement_difference",
    "before": "2022",
    "after": "2023",
    "design": "Compared.",
    "estimate": "",
    "low": "",
    "high": "",
    "grade": "",
    "url": "",
}
AREAS = ("east,treated", "west,comparison")


def _bad(*, areas: tuple[str, ...] = AREAS, toml: str = "", file: str = "evaluations.csv", row: int = 2,
         about: dict[str, str], **bad: Any) -> Bad:  # fmt: skip
    declared = GOOD | about
    files: dict[str, str | bytes] = {
        "evaluations_csv": f"{','.join(declared)}\n{','.join(declared.values())}\n",
        "problems_csv": PROBLEMS,
        "programs_csv": PROGRAMS,
        "areas_csv": "evaluation_id,neighborhood_id,role\n" + "".join(f"e,{area}\n" for area in areas),
    }
    return Bad(HEAD + toml + TABLES, files, file=file, row=row, **bad)


BAD_EVALUATIONS: dict[str, Bad] = {
    "evaluation_of_nothing": _bad(
        about={"problem_id": ""}, column="program_id", found="an empty cell of e, and no problem_id"
    ),
    "windows_against_program": _bad(
        about={"program_id": "watch"}, level="warning", column="before",
        found="2022 of e, and watch began on 2022-12-31"
    ),
    "evaluation_without_method": _bad(about={"method": ""}, column="method", found="e"),
    "evaluation_without_areas": _bad(
        areas=("west,comparison",), about={}, column="id", found="0 for e", expected="role treated"
    ),
    "evaluation_without_comparison": _bad(
        areas=("east,treated", "west,buffer"), about={}, column="id", found="0 for e", expected="role comparison"
    ),
    "overlapping_areas": _bad(
        areas=("east,treated", "city,comparison"), about={}, file="areas.csv", row=3, column="neighborhood_id",
        found="east (treated) and city (comparison) of e", expected="share no ground"
    ),
    "windows_overlap": _bad(
        about={"before": "2022", "after": "2022-12-01..2023-11-30"}, column="after",
        found="2022, then 2022-12-01..2023-11-30", expected="after 2022-12-31"
    ),
    "evaluation_not_of_counts": _bad(
        toml=SHARE, about={"measure_id": "trust"}, column="measure_id", found="trust, a share",
        expected="count or rate"
    ),
    "estimate_is_worked_out": _bad(
        about={"estimate": "-12", "grade": "3"}, column="estimate", found="estimate, grade of e",
        expected="published_study"
    ),
    "study_without_address": _bad(about={"method": "published_study"}, column="url", found="e"),
}  # fmt: skip
