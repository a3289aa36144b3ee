"""Problems: what people are worried about, who works on it, and how far problem solving is."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.cards import show_table
from components.scope import Scope
from components.words import for_markdown
from data import queries
from data.models import STAGES


def stages_html(scope: Scope, problem: Mapping[Any, Any], stages: pd.DataFrame) -> str:
    """A problem and its four steps as a row of boxes; a step without a record says so."""
    mine = {str(row["stage"]): row for row in queries.records(stages[stages.problem_id == problem["id"]])}
    steps = []
    for stage in STAGES:
        row = mine.get(stage)
        status = str(row["status"]) if row else "none"
        none = scope.say("neighborhood.none_recorded")
        told = scope.words.name_of("kinds.sara_stage.status", status) if row else none
        summary = str(row["summary"]) if row and isinstance(row["summary"], str) else ""
        steps.append(
            f"<li class='{'found' if status in ('done', 'under_way') else 'missing'}'>"
            f"<span class='chain-step'>{escape(scope.words.name_of('kinds.sara_stage.stage', stage))}</span> "
            f"<strong>{escape(told)}</strong>"
            + (f"<span class='chain-note'>{escape(summary)}</span>" if summary else "")
            + "</li>"
        )
    title = f"{escape(scope.say('programs.problem'))}: {escape(str(problem['title']))}"
    return f"<section class='chain'><h4>{title}</h4><ol>{''.join(steps)}</ol></section>"


def problems_table(scope: Scope, problems: pd.DataFrame) -> pd.DataFrame:
    """Problems in words: title, where, status, owner, and the four stages."""
    said = scope.say
    stages = scope.ask(queries.stages)
    rows = []
    for problem in queries.rows(problems):
        mine = stages[stages.problem_id == problem.id].set_index("stage").status.to_dict()
        places = [scope.name_of(place) for place in problem.neighborhood_ids]
        rows.append(
            {
                said("programs.problem"): problem.title,
                said("table.place"): formats.join(places, scope.language) or said("programs.citywide"),
                said("table.status"): scope.words.name_of("kinds.problem.status", str(problem.status)),
                **{
                    scope.words.name_of("kinds.sara_stage.stage", stage): (
                        scope.words.name_of("kinds.sara_stage.status", mine[stage])
                        if stage in mine
                        else said("neighborhood.none_recorded")
                    )
                    for stage in STAGES
                },
            }
        )
    return pd.DataFrame(rows)


def show_problems(scope: Scope) -> None:
    """The register of problems as a table."""
    problems = scope.ask(queries.problems, language=scope.language)
    if problems.empty:
        st.markdown(for_markdown(scope.say("programs.no_problem_at_all")))
    else:
        show_table(problems_table(scope, problems), scope, caption=scope.say("programs.problems"))


def show_problems_here(scope: Scope, place: str) -> None:
    """Problems of a place that no program here works on; those of programs stand in their cards."""
    problems = scope.ask(queries.problems, neighborhood=place, language=scope.language)
    mine = scope.ask(queries.programs, neighborhood=place)
    others = problems[~problems.program_id.isin(mine.id)]
    if len(others):
        st.subheader(scope.say("programs.problems"), anchor="problems")
        stages = scope.ask(queries.stages, language=scope.language)
        st.html("".join(stages_html(scope, problem, stages) for problem in queries.records(others)))
    elif problems.empty:
        st.markdown(for_markdown(scope.say("neighborhood.no_problem_here")))
