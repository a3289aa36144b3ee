"""How it works: training, technology, the rules that apply, the agency's view of itself, what other places claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.ask import keep
from components.cards import Card, show_card, show_small, show_table
from components.panels import work
from components.panels.money import exact_text
from components.passports import (
    current_figured,
    current_of,
    hours_figured,
    hours_of,
    hours_passport,
    hours_text,
    record_figured,
    share_text,
)
from components.scope import Scope, choose_code
from components.tables import Cell, Figured, Lines, Linked, facts_html
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.models import BARRIER_KINDS, PILLARS, TOPICS, TRAINING_METHODS

LEVEL = "level"
KIND = "barrier"
LEVELS = ("federal", "state", "local")
REPORT = (
    "how_used", "data_shared_with", "complaints", "audit_result", "effectiveness", "records_requests", "cost",
    "policy_changes", "where_installed",
)  # fmt: skip
"""The nine topics of a yearly report on a technology, in the order of the ordinances that ask for them."""
ANSWERS = ("not_at_all", "a_little", "somewhat", "a_lot", "great_extent")


# ---------------------------------------------------------------- training


def show_training(scope: Scope) -> None:
    """Hours for each officer by topic and method, and who is up to date; the article's topics are always listed."""
    courses = scope.ask(queries.training_courses, language=scope.language)
    if courses.empty:
        st.markdown(for_markdown(scope.say("how.no_training")))
        return
    years = training_years(scope)
    if years:
        show_card(training_card(scope, years[0]), scope)
    st.subheader(scope.say("how.courses"), anchor="courses")
    show_table(courses_table(scope), scope, caption=scope.say("how.courses"))
    show_small(scope.say("how.up_to_date_note"))


def training_years(scope: Scope) -> list[str]:
    """Calendar years with training that were over on the release's day, newest first."""
    printed = scope.ask(queries.manifest)["released_on"]
    return [year for year in dict.fromkeys(scope.ask(queries.training_held).year) if int(year) < printed.year]


@keep()
def training_card(scope: Scope, year: str) -> Card:
    """Hours for each officer in a year by topic, with the year before; by method in the table too."""
    said, lang = scope.say, scope.language
    all_hours, period = hours_of(scope, year), formats.period_label(year, lang)
    parts = [("topic", topic) for topic in _topics(scope)] + [("method", method) for method in TRAINING_METHODS]
    known = all_hours.per_officer is not None
    amounts = pd.DataFrame(
        [
            {"label": scope.words.name_of("kinds.training_course.topic", topic), "value": _amount(scope, year, topic)}
            for topic in _topics(scope)
        ]
    )
    before = str(int(year) - 1)
    both = [year, before] if before in training_years(scope) else [year]
    table = pd.DataFrame(
        [
            {
                said("how.topic_or_method"): scope.words.name_of(f"kinds.training_course.{by}", part),
                **{
                    formats.sentence_case(formats.period_label(one, lang)): _hours_cell(scope, one, by, part)
                    for one in both
                },
                said("how.up_to_date"): _current_cell(scope, by, part),
            }
            for by, part in parts
        ]
    )
    key = "how.training_finding" if known else "how.training_finding_in_all"
    return Card(
        id="training-hours",
        page="how-it-works",
        finding=said(key, hours=hours_text(all_hours, scope), period=period),
        subtitle=said("how.training_subtitle", city=str(scope.city["name"]), period=period),
        lead=said("how.training_lead"),
        drawing=charts.bars(amounts, look(scope.theme), lang, scope.width, unit="hours"),
        alt=said(key, hours=hours_text(all_hours, scope), period=period),
        table=table,
        rows=pd.DataFrame(
            [
                {
                    **hours_passport(scope, one, by, part).row,
                    **_current_row(scope, by, part),
                    "release_id": scope.release.id,
                }
                for one in both
                for by, part in [("", ""), *parts]
            ]
        ),
        source=said("passport.own_records", publisher=str(scope.city["publisher"])).rstrip("."),
        passport=hours_passport(scope, year),
    )


@keep()
def courses_table(scope: Scope) -> pd.DataFrame:
    """Every course: what it teaches, how, how many hours an officer had of it, who is up to date."""
    said = scope.say
    courses, years = scope.ask(queries.training_courses, language=scope.language), training_years(scope)
    rows = []
    for course in queries.records(courses):
        hours: dict[str, str | Figured] = {}
        if years:
            period = formats.period_label(years[0], scope.language)
            code = str(course["id"])
            hours[said("how.hours_in", period=period)] = _hours_cell(scope, years[0], "course_id", code)
            times = hours_of(scope, years[0], "course_id", code).times
            text = said("how.times", n=times)
            hours[said("how.held_in", period=period)] = hours_figured(scope, years[0], text, "course_id", code)
        rows.append(
            {
                said("how.course"): str(course["name"]),
                said("how.topic"): scope.words.name_of("kinds.training_course.topic", str(course["topic"])),
                said("how.method"): scope.words.name_of("kinds.training_course.method", str(course["method"])),
                **hours,
                said("how.up_to_date"): current_cell(scope, course),
            }
        )
    return pd.DataFrame(rows)


def current_cell(scope: Scope, course: Mapping[str, Any]) -> str | Figured:
    """How many of those who need a course are up to date, with the base; not stated where one of the two is not."""
    if pd.isna(course["officers_current"]) or not course["officers_required"] > 0:
        return scope.say("programs.not_stated")
    text = share_text(int(course["officers_current"]), int(course["officers_required"]), scope)
    return record_figured(scope, "training_course", str(course["id"]), "officers_current", text)


def _topics(scope: Scope) -> list[str]:
    used = set(scope.ask(queries.training_courses).topic)
    return [*TOPICS, *(["other"] if "other" in used else [])]


def _amount(scope: Scope, year: str, topic: str) -> float | None:
    hours = hours_of(scope, year, "topic", topic)
    if not hours.times:
        return None
    return hours.per_officer if hours.per_officer is not None else hours.officer_hours


def _current_cell(scope: Scope, by: str, part: str) -> str | Figured:
    """Valid certificates of a topic or method; that it has no course, or that its courses do not say."""
    if part not in set(scope.ask(queries.training_courses)[by]):
        return scope.say("how.no_course")
    return current_figured(scope, by, part) if current_of(scope, by, part).courses else scope.say("programs.not_stated")


def _current_row(scope: Scope, by: str, part: str) -> dict[str, int | None]:
    found = current_of(scope, by, part) if by else None
    if found is None or not found.courses:
        return {"officers_current": None, "officers_required": None}
    return {"officers_current": found.current, "officers_required": found.required}


def _hours_cell(scope: Scope, year: str, by: str, part: str) -> str | Figured:
    """Hours of a topic, method or course; no course at all is not the same as one that was not held."""
    hours = hours_of(scope, year, by, part)
    courses = scope.ask(queries.training_courses)
    if by in ("topic", "method") and part not in set(courses[by]):
        return scope.say("how.no_course")
    if not hours.times:
        return scope.say("how.not_held")
    return hours_figured(scope, year, hours_text(hours, scope), by, part)


# ---------------------------------------------------------------- technology


def show_register(scope: Scope) -> None:
    """Every technology with the nine topics of a yearly report; a topic without an answer says so."""
    items = scope.ask(queries.technology, language=scope.language)
    if items.empty:
        st.markdown(for_markdown(scope.say("budget.no_technology")))
        return
    st.markdown(for_markdown(scope.say("how.technology_count", n=len(items))))
    st.html(_register_html(scope))


@keep()
def _register_html(scope: Scope) -> str:
    items = scope.ask(queries.technology, language=scope.language)
    return "".join(item_html(scope, item) for item in queries.records(items))


def item_html(scope: Scope, item: Mapping[str, Any]) -> str:
    """A technology: what it is for, the nine topics, and for one that forecasts whether it was checked for bias.

    Topics without an answer stand together in one line, so that they are seen and the list stays short.
    """
    said, missing = scope.say, scope.say("budget.not_reported")
    answers = {name: _topic(scope, item, name) for name in REPORT}
    facts: list[tuple[str, Cell]] = [(said(f"how.tech_{name}"), text) for name, text in answers.items() if text]
    silent = [said(f"how.tech_{name}") for name, text in answers.items() if not text]
    if silent:
        facts.append((missing, "; ".join(silent)))
    if item["predictive"] or _text(item["bias_audit"]):
        facts.append((said("how.tech_bias"), _text(item["bias_audit"]) or said("how.no_bias_audit")))
    approved = item["approved_on"]
    day = formats.date_text(approved, scope.language) if isinstance(approved, date) else missing
    facts += [(said("how.tech_approved"), day), (said("how.tech_policy"), _text(item["policy_url"]) or missing)]
    kind = scope.words.name_of("kinds.technology_item.kind", str(item["kind"]))
    told = said("how.topics_answered", n=len(REPORT), answered=formats.count(len(REPORT) - len(silent), scope.language))
    lines = [str(item["purpose"]), f"{kind}. {told}"]
    return section_html(str(item["name"]), f"technology-{item['id']}", lines, facts)


def _topic(scope: Scope, item: Mapping[str, Any], name: str) -> Cell:
    """The answer to a topic of the report; empty where there is none."""
    if name != "cost":
        return _text(item[name])
    costs: list[str | Figured] = []
    for name in ("annual_cost", "lifetime_cost"):
        if pd.notna(item[f"{name}_cents"]):
            amount = exact_text(item[f"{name}_cents"], scope)
            text = scope.say(f"how.{name}", amount=amount)
            figure = record_figured(scope, "technology_item", str(item["id"]), f"{name}_cents", text)
            costs.append(replace(figure, part=amount))
    if not costs and not _text(item["fund"]):
        return ""
    paid_from = scope.say("how.paid_from", fund=_text(item["fund"]) or scope.say("budget.not_reported"))
    unknown = scope.say("how.cost_unknown") if pd.isna(item["annual_cost_cents"]) else ""
    told: list[str | Figured] = [*([unknown] if unknown else []), *costs, paid_from]
    return Lines(tuple(((), one) for one in told))


# ---------------------------------------------------------------- rules


def show_rules(scope: Scope) -> None:
    """The laws and rules that apply, filtered by level: what each says, what it does not allow, whom it allows."""
    every = scope.ask(queries.legal_bases)
    if every.empty:
        st.markdown(for_markdown(scope.say("how.no_rules")))
        return
    here = [level for level in LEVELS if level in set(every.scope)]
    level = choose_code(
        scope.say("how.level"), ["all", *here], param=LEVEL, default="all", kind="segmented_control",
        label_of=lambda code: scope.say("how.level_all") if code == "all" else
        scope.words.name_of("kinds.legal_basis.scope", code),
        unknown=lambda code: scope.say("scope.unknown_choice", code=code),
    )  # fmt: skip
    rules = scope.ask(queries.legal_bases, scope=None if level == "all" else level, language=scope.language)
    if level == "all":
        st.markdown(for_markdown(scope.say("how.rules_count", n=len(rules))))
    else:
        name = scope.words.name_of("kinds.legal_basis.scope", level)
        st.markdown(for_markdown(scope.say("how.rules_count_level", n=len(rules), level=name)))
    st.html(_rules_html(scope, level))


@keep()
def _rules_html(scope: Scope, level: str) -> str:
    rules = scope.ask(queries.legal_bases, scope=None if level == "all" else level, language=scope.language)
    return "".join(rule_html(scope, rule) for rule in queries.records(rules))


def rule_html(scope: Scope, rule: Mapping[str, Any]) -> str:
    """A law or rule in plain words, in force or not on the scope's day, with the programs that rest on it."""
    said = scope.say
    programs = scope.ask(queries.ruled_programs, language=scope.language)
    mine = programs[programs.legal_basis_id == rule["id"]]
    kind, level = (scope.words.name_of(f"kinds.legal_basis.{name}", str(rule[name])) for name in ("kind", "scope"))
    facts: list[tuple[str, Cell]] = [
        (said("program.rule_citation"), str(rule["citation"])),
        (said("program.rule_limits"), _text(rule["limits"]) or said("program.rule_no_limit")),
        (said("program.rule_in_force"), work.in_force(scope, rule)),
        (
            said("how.programs"),
            _programs_of(scope, mine) or said("how.no_programs"),
        ),
    ]
    if _text(rule["url"]):
        facts.append((said("how.text_of_rule"), _text(rule["url"])))
    flag = said("how.expired") if work.has_ended(scope, rule) else ""
    return section_html(str(rule["title"]), f"rule-{rule['id']}", [f"{level}. {kind}."], facts, flag=flag)


def _programs_of(scope: Scope, programs: pd.DataFrame) -> Linked:
    """Names of programs that lead to their pages."""
    links = [(str(row.name), scope.link("program", program=str(row.program_id))) for row in programs.itertuples()]
    return Linked(tuple(piece for link in links for piece in (link, ("; ", "")))[:-1])


# ---------------------------------------------------------------- what gets in the way


def show_barriers(scope: Scope) -> None:
    """What gets in the way of programs, filtered by kind, with what is done about it; every kind can be chosen."""
    every = scope.ask(queries.barriers, language=scope.language)
    kind = choose_code(
        scope.say("how.barrier_kind"), ["all", *BARRIER_KINDS], param=KIND, default="all",
        label_of=lambda code: scope.say("how.level_all") if code == "all" else
        scope.words.name_of("kinds.barrier.kind", code),
        unknown=lambda code: scope.say("scope.unknown_choice", code=code), width=360,
    )  # fmt: skip
    mine = every if kind == "all" else every[every.kind == kind]
    if mine.empty:
        st.markdown(for_markdown(scope.say("how.no_barriers")))
    else:
        show_table(barriers_table(scope, mine), scope, caption=scope.say("how.barriers"))


def barriers_table(scope: Scope, barriers: pd.DataFrame) -> pd.DataFrame:
    """Barriers in words with the program that each is in the way of."""
    names = scope.ask(queries.programs, language=scope.language).set_index("id").name
    table = work.barriers_table(scope, barriers)
    programs = [
        Linked(((str(names[code]), scope.link("program", program=code, anchor="barriers")),))
        if isinstance(code, str)
        else scope.say("how.all_programs")
        for code in barriers.program_id
    ]
    table.insert(1, scope.say("programs.title"), pd.Series(programs, index=table.index, dtype=object))
    return table


# ---------------------------------------------------------------- self-check and case studies


def show_self_check(scope: Scope) -> None:
    """What the agency says of itself under each of the three pillars; a pillar without an answer says so."""
    items = scope.ask(queries.self_check, language=scope.language)
    if items.empty:
        st.markdown(for_markdown(scope.say("how.no_self_check")))
        return
    period = str(items.period.iloc[0])
    st.markdown(for_markdown(scope.say("how.self_check_lead")))
    show_small(formats.sentence_case(formats.period_label(period, scope.language)))
    for pillar in PILLARS:
        name = scope.words.name_of("kinds.self_check_item.pillar", pillar)
        st.subheader(name, anchor=f"pillar-{pillar.replace('_', '-')}")
        mine = items[(items.pillar == pillar) & (items.period == period)]
        if mine.empty:
            st.markdown(for_markdown(scope.say("how.pillar_empty")))
        else:
            show_table(self_check_table(scope, mine), scope, caption=name)  # no two tables of a page have one name


def self_check_table(scope: Scope, items: pd.DataFrame) -> pd.DataFrame:
    """Questions, answers in words, what shows it, and who answered."""
    said = scope.say
    return pd.DataFrame(
        [
            {
                said("how.question"): str(item["question"]),
                said("how.answer"): scope.words.name_of("kinds.self_check_item.answer", str(item["answer"]))
                if _text(item["answer"])
                else said("how.no_answer"),
                said("how.evidence"): _text(item["evidence"]) or said("how.no_evidence"),
                said("how.answered_by"): str(item["answered_by"]),
            }
            for item in queries.records(items)
        ]
    )


def show_cases(scope: Scope) -> None:
    """What is claimed of other places, how well it is supported, and where it can be read."""
    cases = scope.ask(queries.case_studies, language=scope.language)
    if cases.empty:
        st.markdown(for_markdown(scope.say("how.no_cases")))
        return
    st.markdown(for_markdown(scope.say("how.cases_lead")))
    st.html(_cases_html(scope))


@keep()
def _cases_html(scope: Scope) -> str:
    cases = scope.ask(queries.case_studies, language=scope.language)
    return "".join(case_html(scope, case) for case in queries.records(cases))


def case_html(scope: Scope, case: Mapping[str, Any]) -> str:
    """A claim with the grade of its evidence and its source. A claim that nobody has checked says "unverified"."""
    said, checked = scope.say, case["checked_on"]
    facts: list[tuple[str, Cell]] = [
        (said("how.case_grade"), case_grade(scope, case)),
        (said("how.case_found"), _text(case["found"]) or said("how.case_found_none")),
        (said("passport.source"), str(case["source"])),
        (
            said("how.case_checked"),
            formats.date_text(checked, scope.language) if isinstance(checked, date) else said("how.case_unchecked"),
        ),
    ]
    if _text(case["url"]):
        facts.append((said("how.address"), _text(case["url"])))
    return section_html(str(case["place"]), f"case-{case['id']}", [said("how.claim", text=str(case["claim"]))], facts)


def case_grade(scope: Scope, case: Mapping[str, Any]) -> str:
    """The grade in words; unverified where none is stated or nobody has checked the claim."""
    grade = str(case["evidence_grade"])
    if not isinstance(case["checked_on"], date):
        return scope.say("how.unverified")
    if grade not in ("0", "1", "2", "3", "4"):
        return scope.say("how.unverified_checked")
    return scope.say(f"programs.grade_name.grade_{grade}")


# ---------------------------------------------------------------- your rights


def show_rights(scope: Scope) -> None:
    """How to complain, and how to get help in another language or with a disability; what is not said is said."""
    facts = [
        (scope.say(f"how.right_{name}"), _text(scope.city[name]) or scope.say("how.right_unknown"))
        for name in ("complaints", "language_help", "access_help")
    ]
    st.html(facts_html(facts, long=True))
    hidden = f"[{for_markdown(scope.say('how.what_is_hidden'))}]({scope.link('about', anchor='hidden')})"
    st.markdown(hidden)


# ---------------------------------------------------------------- shared


def section_html(
    title: str,
    anchor: str,
    lines: Sequence[str],
    facts: Sequence[tuple[str, Cell]],
    *,
    flag: str = "",
) -> str:
    """A titled block of names and values, with an address of its own; a flag stands out."""
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    flagged = f'<p class="flag">{escape(flag)}</p>' if flag else ""
    head = f"<h3>{escape(title)}</h3>{flagged}{told}"
    return f'<section class="record" id="{escape(anchor)}">{head}{facts_html(facts)}</section>'


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


PARTS: Mapping[str, Callable[[Scope], None]] = {
    "training": show_training,
    "technology": show_register,
    "rules": show_rules,
    "barriers": show_barriers,
    "self_check": show_self_check,
    "cases": show_cases,
    "rights": show_rights,
}
"""The parts of the page, in order: name in the catalog, and what draws it."""
