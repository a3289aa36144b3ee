"""Problems: concern, who answers for it, what is done, with what result, since when; and each of them step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import formats
from components.ask import keep
from components.cards import show_small, show_table
from components.evidence import found_something
from components.panels.evaluations import results_html, results_told, show_evaluations
from components.panels.priorities import link_html, program_names, theme_html
from components.panels.sara import (
    checklist_html,
    evaluations_by_problem,
    problem_link,
    steps_count,
    steps_html,
)
from components.panels.voice import state_text
from components.passports import count_figured
from components.scope import Scope, choose_code
from components.tables import Figured, Lines, Linked, facts_html, text_html
from components.words import for_markdown
from data import periods, queries
from data.models import STAGES
from data.queries.problems import NO_STAGE

STATUS, STAGE, ONE = "status", "stage", "problem"
ALL = "all"
STATUSES = ("open", "working", "resolved", "closed")
WHOLE, WHOLE_ON_PHONES = 25, 5
"""So many problems are told step by step on one page; the others are named, each with a link that tells it."""
MONTHS_FROM = 60
"""An age of so many days or more is told in months."""
DAYS_A_MONTH = 30.4375


# ---------------------------------------------------------------- choosing


@dataclass(frozen=True)
class Choice:
    """Which problems are asked for: codes of the address, None for all."""

    place: str | None = None
    status: str | None = None
    stage: str | None = None

    @property
    def limits(self) -> dict[str, Any]:
        """The keywords for `queries.problems`."""
        return {"neighborhood": self.place, "status": self.status, "stage": self.stage}


def choose(scope: Scope) -> Choice:
    """Choose status and furthest step; the neighborhood is the one of the address."""
    said = scope.say

    def unknown(code: str) -> str:
        return said("scope.unknown_choice", code=code)

    with st.container(horizontal=True, gap="small", key="problem-filters"):
        status = choose_code(
            said("problems.filter_status"), [ALL, *STATUSES], param=STATUS, default=ALL, unknown=unknown, width=220,
            label_of=lambda code: said("problems.all") if code == ALL else _status(scope, code),
        )  # fmt: skip
        stage = choose_code(
            said("problems.filter_stage"), [ALL, *STAGES, NO_STAGE], param=STAGE, default=ALL, unknown=unknown,
            width=220, label_of=lambda code: said("problems.all") if code == ALL else _stage(scope, code),
        )  # fmt: skip
    return Choice(scope.place, None if status == ALL else status, None if stage == ALL else stage)


def choice_sentences(scope: Scope, choice: Choice, shown: int) -> list[str | Figured]:
    """How many problems there are (here), how many of them fit the choices, and in which order they stand."""
    said = scope.say
    here = len(scope.ask(queries.problems, neighborhood=choice.place))
    place: dict[str, Any] = {} if choice.place is None else {"place": scope.name_of(choice.place)}
    if here:
        count = said("problems.count_here" if place else "problems.count", n=here, **place)
    else:
        count = said("problems.none_here" if place else "programs.no_problem_at_all", **place)
    lines: list[str | Figured] = [count_figured(scope, "problems", count, at=choice.place or "")]
    chosen = [
        *([said("problems.choice_status", name=_status(scope, choice.status))] if choice.status else []),
        *([said("problems.choice_stage", name=_stage(scope, choice.stage))] if choice.stage else []),
    ]
    if here and chosen:
        choices = formats.join(chosen, scope.language)
        lines.append(
            said("problems.shown_of", n=shown, choices=choices) if shown else said("problems.no_match", choices=choices)
        )
    if shown > 1:
        lines.append(said("problems.oldest_first"))
    return lines


# ---------------------------------------------------------------- the register


def show_register(scope: Scope, choice: Choice) -> None:
    """The register of the problems asked for: a sentence on the choice, and a row a problem."""
    problems = scope.ask(queries.problems, language=scope.language, **choice.limits)
    sentences = " ".join(text_html(line) for line in choice_sentences(scope, choice, len(problems)))
    st.html(f'<p class="told">{sentences}</p>')
    if len(problems):
        table = register_table(scope, choice)
        here = whole_ids(scope, choice, st.query_params.get(ONE))
        links = [f"#problem-{one}" if one in here else problem_link(scope, str(one)) for one in problems.id]
        show_table(table, scope, caption=scope.say("problems.register"), most=len(table), links=links)


@keep()
def register_table(scope: Scope, choice: Choice) -> pd.DataFrame:
    """Problems in words: concern with place and status, who answers for it, what is done, result, age."""
    said = scope.say
    problems = scope.ask(queries.problems, language=scope.language, **choice.limits)
    return pd.DataFrame(
        [
            {
                said("problems.concern"): problem["title"],
                said("table.place"): places_text(scope, problem),
                said("table.status"): _status(scope, str(problem["status"])),
                said("table.owner"): problem["owner"] or said("problems.no_owner"),
                said("problems.action"): action_text(scope, problem),
                said("problems.result"): result_text(scope, problem),
                said("problems.age"): age_text(scope, problem),
            }
            for problem in queries.records(problems)
        ]
    )


def places_text(scope: Scope, problem: Mapping[str, Any]) -> Linked | str:
    """Where a problem is, each neighborhood with the way to its page; citywide where it is in no one place."""
    pieces: list[tuple[str, str]] = []
    for place in sorted(problem["neighborhood_ids"], key=scope.name_of):
        pieces += [*([(", ", "")] if pieces else []), (scope.name_of(place), scope.link("neighborhood", n=place))]
    return Linked(tuple(pieces)) if pieces else scope.say("programs.citywide")


def program_text(scope: Scope, problem: Mapping[str, Any]) -> Linked | str:
    """The program that works on a problem, with the way to its page; or that there is none."""
    program = problem["program_id"]
    if not isinstance(program, str):
        return scope.say("problems.no_program")
    return Linked(((program_names(scope)[program], scope.link("program", program=program)),))


def action_text(scope: Scope, problem: Mapping[str, Any]) -> Linked:
    """The program that works on a problem, and the furthest of the four steps."""
    program = program_text(scope, problem)
    step = scope.say("problems.furthest", name=_stage(scope, problem["reached"] or NO_STAGE))
    pieces = program.pieces if isinstance(program, Linked) else ((program, ""),)
    return Linked((*pieces, (f". {step}", "")))


def result_text(scope: Scope, problem: Mapping[str, Any]) -> str | Lines:
    """What each of its evaluations allows us to say, or that nothing was assessed; of several, none is picked out."""
    found = evaluations_by_problem(scope).get(str(problem["id"]), [])
    others = program_results(scope, problem)
    if not others:
        return results_told(scope, found) if found else scope.say("problems.not_assessed")
    mine = results_told(scope, found).lines or (((), scope.say("problems.not_assessed")),)
    return Lines((*mine, ((), scope.say("problems.program_results")), *results_told(scope, others).lines))


def program_results(scope: Scope, problem: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Evaluations of the program that works on a problem that speak of no one problem, but found something."""
    return _of_no_problem(scope).get(str(problem["program_id"]), [])


@keep(8)
def _of_no_problem(scope: Scope) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in queries.records(scope.ask(queries.evaluations, language=scope.language)):
        if one["problem_id"] is None and found_something(one):
            found[str(one["program_id"])].append(one)
    return found


def age_text(scope: Scope, problem: Mapping[str, Any]) -> str:
    """When a problem was raised, and how old it is on the scope's day; for one that has ended, how long it took."""
    raised, ended = problem["seen_on"], problem["closed_on"]
    lines = [scope.say("problems.raised_on", date=formats.date_text(raised, scope.language))]
    if isinstance(ended, date):
        day: dict[str, Any] = {"date": formats.date_text(ended, scope.language)}
        lines.append(_days_or_months(scope, "took", max((ended - raised).days, 0), day))
    elif problem["status"] in ("resolved", "closed"):
        lines.append(scope.say("problems.end_unknown").rstrip("."))
    else:
        lines.append(_days_or_months(scope, "open", max((scope.as_of - raised).days, 0), {}))
    return f"{'. '.join(lines)}."


def _days_or_months(scope: Scope, what: str, days: int, slots: dict[str, Any]) -> str:
    if days < MONTHS_FROM:
        return scope.say(f"problems.{what}_days", n=days, **slots)
    return scope.say(f"problems.{what}_months", n=int(days / DAYS_A_MONTH), **slots)


def _status(scope: Scope, code: str) -> str:
    return scope.words.name_of("kinds.problem.status", code)


def _stage(scope: Scope, code: str) -> str:
    return scope.say("problems.no_step") if code == NO_STAGE else scope.words.name_of("kinds.sara_stage.stage", code)


# ---------------------------------------------------------------- each problem


def show_each(scope: Scope, choice: Choice) -> None:
    """Every problem asked for, step by step; on a long list the first of them. The others by name, with their links."""
    said = scope.say
    everything = queries.records(scope.ask(queries.problems, language=scope.language))
    asked = st.query_params.get(ONE)
    if asked and asked not in {problem["id"] for problem in everything}:
        st.info(for_markdown(said("scope.unknown_choice", code=asked)))
    whole = whole_ids(scope, choice, asked)
    if whole:
        st.header(said("problems.each"), anchor="each")
        show_small(said("problems.each_lead"))
    by_id = {str(problem["id"]): problem for problem in everything}
    for problem in whole:
        with st.container(border=True, gap="small", key=f"card-problem-{problem}"):
            st.subheader(for_markdown(str(by_id[problem]["title"])), anchor=f"problem-{problem}")
            st.html(problem_html(scope, problem))
            studied = [one for one in evaluations_by_problem(scope).get(problem, []) if one["program_id"] is None]
            if studied:  # the card of any other stands on its program's page
                show_evaluations(scope, pd.DataFrame(studied), page="problems")
    others = [problem for problem in everything if problem["id"] not in whole]
    if others:
        st.header(said("problems.others"), anchor="others")
        show_small(said("problems.others_help"))
        st.html(others_html(scope, others))


def whole_ids(scope: Scope, choice: Choice, asked: str | None) -> list[str]:
    """Ids of the problems that are told step by step: those asked for, and the one that a link named; not too many."""
    shown = [str(problem) for problem in scope.ask(queries.problems, **choice.limits).id]
    most = WHOLE_ON_PHONES if scope.narrow else WHOLE
    first = shown[:most]
    if asked and asked not in first and asked in set(scope.ask(queries.problems).id):
        first = [asked, *first[: most - 1]]
    return first


def others_html(scope: Scope, problems: Sequence[Mapping[str, Any]]) -> str:
    """Problems by name, where and in which state; each leads to its own steps."""
    items = "".join(
        f'<li id="problem-{escape(str(problem["id"]))}">'
        f"{link_html(problem_link(scope, str(problem['id'])), str(problem['title']))}"
        f' <span class="small">{escape(_status(scope, str(problem["status"])))} · '
        f"{escape(str(places_text(scope, problem)))}</span></li>"
        for problem in problems
    )
    return f'<ul class="short">{items}</ul>'


@keep(512)
def problem_html(scope: Scope, problem: str) -> str:
    """All that is on record of a problem: harm, evidence, its four steps, work, residents' words, promises, results."""
    said, about = scope.say, _records(scope)
    row = about["problem"][problem][0]
    stages = about["stage"].get(problem, [])
    facts: list[tuple[str, str | Figured | Linked]] = [
        (said("problems.harm"), str(row["harm"])),
        (said("problems.evidence"), str(row["evidence"])),
        (said("table.place"), places_text(scope, row)),
        (said("table.status"), _status(scope, str(row["status"]))),
        (said("table.owner"), str(row["owner"] or said("problems.no_owner"))),
        (said("problems.action"), program_text(scope, row)),
        (said("problems.age"), age_text(scope, row)),
    ]
    themes, others = about["theme"].get(problem, []), program_results(scope, row)
    results = results_html(scope, pd.DataFrame(evaluations_by_problem(scope).get(problem, [])))
    return "".join(
        [
            facts_html(facts),
            f'<section class="chain">{steps_html(scope, problem, stages)}</section>',
            f'<p class="told">{steps_count(scope, row).html()}</p>',
            checklist_html(scope, stages),
            results or _part(said("problems.results"), [], said("problems.no_evaluation")),
            f"<p>{escape(said('problems.program_results'))}</p>{results_told(scope, others).html()}" if others else "",
            f'<details class="opens"><summary>{escape(said("problems.more"))}</summary>',
            work_html(scope, row["program_id"], about["activity"].get(problem, [])),
            _part_html(
                said("problems.heard"), [theme_html(scope, theme) for theme in themes], said("problems.not_heard")
            ),
            promises_html(scope, [str(theme["id"]) for theme in themes]),
            "</details>",
        ]
    )


def work_html(scope: Scope, program: str | None, activities: Sequence[Mapping[str, Any]]) -> str:
    """What was done about a problem, by kind: names and times. How much stands with the program."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in activities:
        found[str(one["kind"]), str(one["name"])].append(str(one["period"]))
    kinds: dict[str, list[str]] = defaultdict(list)
    for (kind, name), codes in sorted(found.items()):
        spans = [periods.parse(code) for code in codes]
        whole = periods.span(min(span.start for span in spans), max(span.end for span in spans))
        when = formats.period_label(whole, scope.language)
        kinds[kind].append(scope.say("problems.work_line", name=name, period=when))
    lines = [
        f"{scope.words.name_of('kinds.response_activity.kind', kind)}: {'; '.join(names)}."
        for kind, names in kinds.items()
    ]
    items = [f"<p>{escape(line)}</p>" for line in lines]
    if program is not None and items:
        items.append(link_html(scope.link("program", anchor="work", program=program), scope.say("problems.how_much")))
    return _part_html(scope.say("problems.work"), items, scope.say("problems.no_work"))


def promises_html(scope: Scope, themes: Sequence[str]) -> str:
    """What was promised about what residents had said, and where each promise stands."""
    promises = scope.ask(queries.commitments, as_of=scope.as_of, language=scope.language)
    mine = queries.records(promises[promises.theme_id.isin(list(themes))])
    lines = [f"{str(one['promise']).rstrip('.')}. {state_text(scope, one)}" for one in mine]
    return _part(scope.say("problems.promises"), lines, scope.say("problems.no_promises"))


def _part(title: str, lines: Sequence[str], nothing: str) -> str:
    """A titled list of sentences, or the sentence that there is nothing."""
    return _part_html(title, [f"<p>{escape(line)}</p>" for line in lines], nothing)


def _part_html(title: str, items: Sequence[str], nothing: str) -> str:
    body = f'<ul class="short">{"".join(f"<li>{item}</li>" for item in items)}</ul>' if items else ""
    return f'<section class="part"><h4>{escape(title)}</h4>{body or f"<p>{escape(nothing)}</p>"}</section>'


@keep(8)
def _records(scope: Scope) -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    """Rows of problems, stages, activities and themes, by the problem they belong to; asked for once."""
    language = scope.language
    activities = scope.ask(queries.activities, language=language)
    themes = scope.ask(queries.heard, language=language)
    frames = {
        "problem": scope.ask(queries.problems, language=language).assign(problem_id=lambda frame: frame.id),
        "stage": scope.ask(queries.stages, language=language),
        "activity": activities[activities.problem_id.notna()],
        "theme": themes[themes.problem_id.notna()],
    }
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for name, frame in frames.items():
        mine: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in queries.records(frame):
            mine[str(row["problem_id"])].append(row)
        found[name] = mine
    return found


# ---------------------------------------------------------------- parts of other pages


def show_problems(scope: Scope) -> None:
    """How many problems there are, and the way to their page."""
    count = choice_sentences(scope, Choice(), 0)[0]
    link = link_html(scope.link("problems"), scope.say("problems.go"))
    st.html(f'<p class="told">{text_html(count)} {link}</p>')


def show_problems_here(scope: Scope, place: str) -> None:
    """Problems of a place in short: state, furthest step and age, each with the way to its steps."""
    problems = scope.ask(queries.problems, neighborhood=place, language=scope.language)
    st.subheader(scope.say("programs.problems"), anchor="problems")
    if problems.empty:
        st.markdown(for_markdown(scope.say("neighborhood.no_problem_here")))
    else:
        st.html(short_html(scope, queries.records(problems)))


def short_html(scope: Scope, problems: Sequence[Mapping[str, Any]]) -> str:
    """Problems as a list of one line each."""
    items = "".join(
        f"<li>{link_html(problem_link(scope, str(problem['id'])), str(problem['title']))}: "
        f"{escape(_status(scope, str(problem['status'])))} · "
        f"{escape(scope.say('problems.furthest', name=_stage(scope, problem['reached'] or NO_STAGE)))} · "
        f"{escape(age_text(scope, problem))}</li>"
        for problem in problems
    )
    return f'<ul class="short">{items}</ul>'
