"""The four steps of problem solving: what was seen, why it happens, what was done, whether it worked. Pure builders.

The steps are the field's scanning, analysis, response and assessment, and their 25 sub-steps those of the Center for
Problem-Oriented Policing (popcenter.asu.edu/content/sara-model-1), in our own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from components import formats
from components.ask import keep
from components.passports import record_figured
from components.passports.records import steps_text
from components.scope import Scope
from components.tables import Figured
from data import queries
from data.models import STAGES, SUB_STEPS
from data.queries.problems import BEGUN, steps_on_file


def problem_link(scope: Scope, problem: str) -> str:
    """The address of a problem on the Problems page."""
    return scope.link("problems", anchor=f"problem-{problem}", problem=problem)


@keep(8)
def evaluations_by_problem(scope: Scope) -> Mapping[str, Sequence[dict[str, Any]]]:
    """Evaluations of each problem. One that names only a program stands on the program's page, as in publishing."""
    found: dict[str, list[dict[str, Any]]] = {}
    for evaluation in queries.records(scope.ask(queries.evaluations, language=scope.language)):
        if isinstance(evaluation["problem_id"], str):
            found.setdefault(evaluation["problem_id"], []).append(evaluation)
    return found


def stage_state(scope: Scope, stage: str, row: Mapping[str, Any] | None, *, evaluated: bool) -> tuple[bool, str]:
    """Whether a stage has been worked on, and its state in words.

    row: its record, or None. evaluated: an evaluation is on file; without one no assessment is called done.
    """
    if row is None:
        return False, scope.say("problems.nothing_on_file")
    status = str(row["status"])
    if stage == "assessment" and status == "done" and not evaluated:
        return False, scope.say("problems.said_done")
    return status in BEGUN, scope.words.name_of("kinds.sara_stage.status", status)


def when_text(scope: Scope, row: Mapping[str, Any]) -> str:
    """From when to when a stage ran; empty without dates."""
    days = {
        name: formats.date_text(row[column], scope.language)
        for name, column in (("start", "started_on"), ("end", "finished_on"))
        if isinstance(row[column], date)
    }
    keys = {("start", "end"): "problems.began_ended", ("start",): "problems.began", ("end",): "problems.ended"}
    return scope.say(keys[tuple(days)], **dict[str, Any](days)) if days else ""


def steps_html(scope: Scope, problem: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The four steps of a problem in their order, each in a box; one that was skipped or has no record says so.

    rows: its rows of `queries.stages`. A box holds the field's name of the step too, its days, and what was found.
    """
    mine = {str(row["stage"]): row for row in rows}
    evaluated = problem in evaluations_by_problem(scope)
    items = []
    for stage in STAGES:
        row = mine.get(stage)
        is_found, state = stage_state(scope, stage, row, evaluated=evaluated)
        term = escape(scope.say(f"programs.stage_term.{stage}"))
        notes = [when_text(scope, row), str(row["summary"] or "")] if row is not None else []
        items.append(
            f"<li class='{'found' if is_found else 'missing'}'>"
            f"<span class='chain-step'>{escape(scope.words.name_of('kinds.sara_stage.stage', stage))} "
            f"<span class='chain-term'>{term}</span></span> "
            f"<strong>{escape(state)}</strong>"
            + "".join(f"<span class='chain-note'>{escape(note)}</span>" for note in notes if note)
            + "</li>"
        )
    return f"<ol>{''.join(items)}</ol>"


def steps_count(scope: Scope, problem: Mapping[str, Any]) -> Figured:
    """How many of the 25 sub-steps are on file. problem: a row of `queries.problems`."""
    text = steps_text(scope, int(problem["steps_documented"]))
    return record_figured(scope, "problem", str(problem["id"]), "steps_documented", text)


def checklist_html(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> str:
    """All 25 sub-steps behind a line that opens: each ticked or not, in shape and in words."""
    mine = {str(row["stage"]): row for row in rows}
    groups = []
    for stage in STAGES:
        documented = steps_on_file(stage, mine[stage]["steps_documented"]) if stage in mine else []
        items = "".join(_tick(scope, step, step in documented) for step in SUB_STEPS[stage])
        name = escape(scope.words.name_of("kinds.sara_stage.stage", stage))
        groups.append(f"<div><h4>{name}</h4><ul>{items}</ul></div>")
    source = escape(scope.say("problems.steps_source"))
    return (
        f'<details class="opens"><summary>{escape(scope.say("problems.steps_open"))}</summary>'
        f'<div class="tick-groups">{"".join(groups)}</div><p class="small">{source}</p></details>'
    )


def _tick(scope: Scope, step: int, is_on_file: bool) -> str:
    told = escape(scope.say("problems.on_file" if is_on_file else "problems.not_on_file"))
    name = escape(scope.say(f"problems.step.{step}"))
    return f'<li class="{"tick" if is_on_file else "no-tick"}">{name} <span class="small">({told})</span></li>'
