"""Programs and problems, as far as a release of a given day could know them.

Goals with a measure and evaluations hold no numbers here: publishing takes them from the figures.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from data import periods
from data.demo.tables import Row, Tables, texts


def add(
    tables: Tables,
    rng: np.random.Generator,
    *,
    as_of: date,
) -> None:
    """Put programs, problems, activities, goals, evaluations, partners, barriers, rules and training into the pack."""
    words = texts("programs")
    for legal in words["legal"]:
        tables.add("legal_basis", legal)
    for partner, name, kind in words["partners"]["rows"]:
        tables.add("partner", {"id": partner, "name": name, "kind": kind})
    for program in words["programs"]:
        _add_program(tables, program, as_of=as_of)
    _add_activities(tables, rng, as_of=as_of)
    for program_id, element, evidence, day, evidence_es in words["elements"]["rows"]:
        if day <= as_of:
            tables.add(
                "program_element",
                {
                    "program_id": program_id,
                    "element": element,
                    "evidence": evidence,
                    "dated_on": day,
                    "es": {"evidence": evidence_es},
                },
            )
    for problem in words["problems"]:
        if problem["seen_on"] <= as_of:
            _add_problem(tables, problem, as_of=as_of)
    for goal in words["goals"]:
        tables.add("program_goal", _goal(goal, as_of=as_of))
    for evaluation in words["evaluations"]:
        _add_evaluation(tables, evaluation, as_of=as_of)
    for barrier in words["barriers"]:
        if barrier["raised_on"] <= as_of:
            eased = barrier.get("eased_on", date.min) <= as_of
            tables.add("barrier", barrier if eased else {**barrier, "status": "open", "response": None})
    for case in words["case_studies"]:
        tables.add("case_study", {**case, "checked_on": min(case["checked_on"], as_of)})
    _add_training(tables, rng, as_of=as_of)
    _add_last_news(tables)


def _add_program(tables: Tables, program: dict[str, Any], *, as_of: date) -> None:
    ended = program.get("ended_on")
    if program["started_on"] > as_of:
        status = "planned"
    elif ended and ended <= as_of:
        status = "ended"
    else:
        status = "paused" if program.get("paused_on", date.max) <= as_of else "running"
    over = ended if status == "ended" else None
    tables.add("program", {**program, "status": status, "ended_on": over, "source_id": "programs"})
    for place in program["places"]:
        tables.add("program_neighborhood", {"program_id": program["id"], "neighborhood_id": place})
    for legal in program["legal"]:
        tables.add("program_legal_basis", {"program_id": program["id"], "legal_basis_id": legal})
    for partner, role, role_es, since in program["partners"]:
        if since <= as_of:
            part = {"program_id": program["id"], "partner_id": partner, "role": role, "since": since}
            tables.add("program_partner", {**part, "es": {"role": role_es}})
    groups = texts("programs")["stakeholders"]
    for took_part, kinds in ((True, program["took_part"]), (False, program["absent"])):
        for kind in kinds:
            name, name_es = groups[kind]
            tables.add(
                "stakeholder_group",
                {
                    "id": f"{program['id']}-{kind}",
                    "program_id": program["id"],
                    "kind": kind,
                    "name": name,
                    "took_part": took_part,
                    "es": {"name": name_es},
                },
            )


def _add_last_news(tables: Tables) -> None:
    """A program's last news is the last dated thing on file about it."""
    news: dict[str, date] = {}
    dated = {"program_element": "dated_on", "response_activity": "period", "evaluation": "finished_on"}
    for table, column in dated.items():
        for row in tables.rows.get(table, []):
            day = periods.parse(row["period"]).end if column == "period" else row.get(column) or date.min
            program = row.get("program_id")
            if program:
                news[program] = max(news.get(program, day), day)
    for row in tables.rows["program"]:
        row["updated_on"] = max(news.get(row["id"], row["started_on"]), row["started_on"])
        if row["status"] == "planned":
            row["updated_on"] = None


def _add_activities(tables: Tables, rng: np.random.Generator, *, as_of: date) -> None:
    """Work done, a row a quarter. Quarters that are not over by then are left out; drawing does not depend on that."""
    words = texts("programs")
    programs = {program["id"]: program for program in words["programs"]}
    for activity in words["activities"]:
        program = programs[activity["program_id"]]
        first = program["started_on"]
        last = min(activity.get("until", date.max), program.get("ended_on", date.max), date(2025, 12, 31))
        for year in range(first.year, last.year + 1):
            for number in range(1, 5):
                quarter = periods.parse(f"{year}-Q{number}")
                if quarter.end < first or quarter.start > last:
                    continue
                part = (min(quarter.end, last) - max(quarter.start, first)).days / quarter.days
                done = int(rng.poisson(activity["a_quarter"] * max(part, 0.05)))
                if quarter.end < as_of:
                    tables.add(
                        "response_activity",
                        {
                            **activity,
                            "id": f"{activity['id']}-{quarter.code}",
                            "quantity": done,
                            "period": quarter.code,
                        },
                    )


def _add_problem(tables: Tables, problem: dict[str, Any], *, as_of: date) -> None:
    words = texts("programs")
    programs = {program["id"]: program for program in words["programs"]}
    finished = [stage["finished_on"] for stage in problem["stages"] if "finished_on" in stage]
    ended = max(finished) if problem["status"] in ("resolved", "closed") else None
    status = "working" if ended and ended > as_of else problem["status"]
    started = programs[problem["program_id"]]["started_on"] if "program_id" in problem else None
    row = {**problem, "status": "open" if started and started > as_of else status}
    tables.add("problem", {**row, "closed_on": ended if ended and ended <= as_of else None})
    for place in problem["places"]:
        tables.add("problem_neighborhood", {"problem_id": problem["id"], "neighborhood_id": place})
    for stage in problem["stages"]:
        tables.add("sara_stage", _stage(problem["id"], stage, as_of=as_of))


def _stage(problem: str, stage: dict[str, Any], *, as_of: date) -> Row:
    row: Row = {"problem_id": problem, "stage": stage["stage"], "status": "not_started"}
    words = {"summary": stage.get("summary"), "es": {"summary": stage["es"]} if "es" in stage else {}}
    if stage.get("status") == "skipped":
        return {**row, **words, "status": "skipped"}
    if "started_on" not in stage or stage["started_on"] > as_of:
        return row
    row |= {"started_on": stage["started_on"], "status": "under_way"}
    row |= {"steps_documented": stage.get("steps_documented"), **words}
    if "finished_on" in stage and stage["finished_on"] <= as_of:
        row |= {"finished_on": stage["finished_on"], "status": "done"}
    return row


def _goal(goal: dict[str, Any], *, as_of: date) -> Row:
    """A goal; publishing fills the numbers of one with a measure, others have theirs once their time is over."""
    if goal.get("latest_period") and periods.parse(goal["latest_period"]).end >= as_of:
        return {**goal, "latest": None, "latest_period": None}
    return dict(goal)


def _add_evaluation(tables: Tables, evaluation: dict[str, Any], *, as_of: date) -> None:
    """An evaluation from the day on that it was declared; a study that somebody else made, once it is finished."""
    finished = evaluation.get("finished_on", date.max)
    if evaluation.get("declared_on" if "areas" in evaluation else "finished_on", finished) > as_of:
        return
    tables.add("evaluation", {**evaluation, "finished_on": finished if finished <= as_of else None})
    for role, places_there in evaluation.get("areas", {}).items():
        for place in places_there:
            tables.add("evaluation_area", {"evaluation_id": evaluation["id"], "neighborhood_id": place, "role": role})


def _add_training(tables: Tables, rng: np.random.Generator, *, as_of: date) -> None:
    for course in texts("programs")["courses"]:
        current = round(course["officers_required"] * course["current_share"]) if "current_share" in course else None
        counted = date(as_of.year, as_of.month, 1)
        tables.add("training_course", {**course, "officers_current": current, "as_of": counted if current else None})
        for year in (2023, 2024, 2025):
            days = sorted(int(day) for day in rng.choice(np.arange(8, 350), size=course["a_year"], replace=False))
            for number, day in enumerate(days, 1):
                officers = 6 + int(rng.poisson(17))
                held_on = date.fromordinal(date(year, 1, 1).toordinal() + day)
                if held_on <= as_of:
                    tables.add(
                        "training_delivery",
                        {
                            "id": f"{course['id']}-{year}-{number:02d}",
                            "course_id": course["id"],
                            "held_on": held_on,
                            "hours": course["hours"],
                            "officers": officers,
                        },
                    )
