"""How far a goal is, in words: the verdict of `data.verdicts.goals` picks the sentence and the chip. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from components import formats
from components.cards import Chip
from components.passports import record_figured
from components.passports.records import goal_number
from components.scope import Scope
from components.tables import Figured
from data import queries
from data.figures import Figure
from data.store import Release
from data.verdicts import GoalState, GoalVerdict, goal_verdict

MEANING = {
    GoalState.MET: "better",
    GoalState.ON_COURSE: "better",
    GoalState.MISSED: "worse",
    GoalState.BEHIND: "worse",
    GoalState.TOO_EARLY: "unknown",
    GoalState.NOT_MEASURABLE: "unknown",
}


def verdict_of(scope: Scope, goal: Mapping[Any, Any]) -> GoalVerdict:
    """How far a goal is on the scope's day. goal: a record of `queries.goals`."""
    return goal_verdict(
        goal,
        as_of=scope.as_of,
        figure=scope.ask(latest_figures).get(str(goal["id"])),
        breaks=scope.ask(break_days).get(str(goal["measure_id"]), ()),
        fiscal_start_month=int(scope.city["fiscal_start_month"]),
    )


def latest_figures(release: Release) -> dict[str, Figure]:
    """The published figure behind the latest number of each goal with a measure, by the goal's id.

    Put it through `ask`.
    """
    goals = queries.goals(release)
    goals = goals[goals.measure_id.notna() & goals.latest_period.notna()]
    keys = {str(goal["id"]): _key(goal) for goal in queries.records(goals)}
    measures, places, periods = (sorted({key[at] for key in keys.values()}) for at in range(3))
    found = {
        (one.measure, one.neighborhood, one.period): one
        for one in queries.figures(release, measures=measures, neighborhoods=places, periods=periods)
    }
    return {goal: found[key] for goal, key in keys.items() if key in found}


def break_days(release: Release) -> dict[str, tuple[date, ...]]:
    """Days from which each measure was counted in another way. Put it through `ask`."""
    found = queries.breaks(release).groupby("measure_id").broke_on.agg(tuple)
    return {str(measure): days for measure, days in found.items()}


def goal_sentence(scope: Scope, goal: Mapping[Any, Any]) -> str:
    """What may be said of a goal, whole sentences: one that asks for less than its start says so first."""
    verdict, said = verdict_of(scope, goal), scope.say
    slots = _slots(scope, goal)
    told = [said("goals.easier")] if verdict.is_easier else []
    if verdict.state == GoalState.NOT_MEASURABLE:
        lacks = [said(f"goals.lacks.{code}") for code in verdict.why.split()]
        told.append(said("goals.not_measurable", parts=formats.join(lacks, scope.language)))
        return " ".join(told)
    if verdict.state == GoalState.TOO_EARLY:
        return " ".join([*told, said("goals.too_early"), said(f"goals.too_early_{verdict.why}")])
    praised_wrongly = verdict.is_easier and verdict.state in (GoalState.MET, GoalState.ON_COURSE)
    told.append(said("goals.now" if praised_wrongly else f"goals.{verdict.state}", **slots))
    is_short = verdict.state != GoalState.MET and slots["now"] == slots["target"]
    told += [said("goals.just_short")] if is_short else []  # rounded they look the same
    told += [said("goals.to_come")] if verdict.why else []
    told += [said("goals.either")] if verdict.could_be_either else []
    told += [] if isinstance(goal["measure_id"], str) else [said("goals.by_program")]
    return " ".join(told)


def goal_told(scope: Scope, goal: Mapping[Any, Any]) -> str | Figured:
    """`goal_sentence`, leading from its latest number to what stands behind it where it states one."""
    text = goal_sentence(scope, goal)
    now = _slots(scope, goal)["now"]
    if not now or now not in text:
        return text
    link = record_figured(scope, "program_goal", str(goal["id"]), "latest", text)
    return Figured(text, link.link, link.label, part=now)


def goal_chip(scope: Scope, goal: Mapping[Any, Any]) -> Chip:
    """The verdict in two words. A goal that asks for less than its start is never marked as good."""
    verdict = verdict_of(scope, goal)
    if verdict.is_easier:
        return Chip(scope.say("goals.chip.easier"), "notice")
    # What can turn out either way has no color of good or bad.
    return Chip(scope.say(f"goals.chip.{verdict.state}"), "same" if verdict.could_be_either else MEANING[verdict.state])


def _slots(scope: Scope, goal: Mapping[Any, Any]) -> dict[str, Any]:
    """The words for now, its period, the target and the day; empty where there is none."""

    def number(name: str) -> str:
        return "" if pd.isna(goal[name]) else goal_number(float(goal[name]), goal["unit"], scope)

    period, due = goal["latest_period"], goal["due_on"]
    return {
        "now": number("latest"),
        "target": number("target"),
        "period": formats.period_label(period, scope.language) if isinstance(period, str) else "",
        "due": "" if pd.isna(due) else formats.date_text(due, scope.language),
    }


def _key(goal: Mapping[str, Any]) -> tuple[str, str, str]:
    where = goal["neighborhood_id"]
    return str(goal["measure_id"]), where if isinstance(where, str) else "city", str(goal["latest_period"])
