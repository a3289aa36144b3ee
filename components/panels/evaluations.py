"""Did it work? One card an evaluation: what may be said, the counts, how it was studied, and how sure we are.

The parts of a card and their order are the same for a good result, a bad one and none: nothing here asks which it is,
but for the word of the chip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.cards import Card, Chip, show_card, show_text
from components.evidence import (
    GRADES,
    NOT_ASSESSABLE,
    after_of,
    amount,
    change_of,
    comparator_of,
    declared_sentence,
    declared_when,
    displaced_sentence,
    evidence_sentence,
    finding_of,
    found_something,
    grade_of,
    has,
    has_number,
    in_order,
    is_computed,
    is_counts_only,
    range_words,
    studied_fact,
    unit_of,
    verdict_of,
)
from components.passports import (
    area_figured,
    evaluation_figured,
    evaluation_passport,
    measure_of,
    series_figured,
)
from components.scope import Scope
from components.tables import Figured, Lines, facts_html, table_html
from components.tokens import look
from components.words import for_markdown
from data import periods, queries
from data.store import Release
from data.verdicts.windows import against_program

ICONS = {
    "better": "", "worse": "", "higher": ":material/arrow_drop_up:", "lower": ":material/arrow_drop_down:",
    "no_clear_change": ":material/circle:",
}  # fmt: skip
MEANINGS = {"better": "better", "worse": "worse", "higher": "changed", "lower": "changed", "no_clear_change": "same"}
SIZES_AT_MOST = 2
"""Areas that differ in residents by more than this factor are said to differ in size."""
NAMES_AT_MOST = 4
"""So many areas are named; more are counted."""
FILE_COLUMNS = [
    "evaluation_id", "number", "role", "neighborhood_id", "neighborhood", "period", "value", "low", "high", "unit",
    "status", "release_id",
]  # fmt: skip


def show_evaluations(scope: Scope, evaluations: pd.DataFrame, *, page: str = "") -> None:
    """A card for each evaluation, in their order, all alike. page: the path it stands on, for links to the card.

    evaluations: rows of `queries.evaluations`. None at all is said in a sentence.
    """
    if evaluations.empty:
        st.markdown(for_markdown(scope.say("evidence.none")))
        return
    rows = in_order(queries.records(evaluations))
    looked = sum(map(found_something, rows))
    if looked > 1:
        show_text(scope.say("evidence.many_looked_at", n=looked))
    for row in rows:
        show_card(evaluation_card(row, scope, page=page), scope)


def result_line(scope: Scope, evaluation: Mapping[str, Any]) -> str:
    """What may be said of an evaluation, in one or two sentences for lists."""
    return evidence_sentence(evaluation, scope)


def result_figured(scope: Scope, evaluation: Mapping[str, Any]) -> str | Figured:
    """The same, leading to what stands behind its number, where it has one."""
    text = result_line(scope, evaluation)
    if has_number(evaluation):
        return evaluation_figured(evaluation, scope, text, part=amount(evaluation, scope))
    if grade_of(evaluation) == "grade_0" and has(evaluation, "events_before", "events_after"):
        return evaluation_figured(evaluation, scope, text, column="finding")
    return text


def results_told(scope: Scope, evaluations: Sequence[Mapping[str, Any]]) -> Lines:
    """What may be said of each of these, all of them, each with the chips of its card."""
    return Lines(
        tuple(
            (tuple((chip.meaning, chip.text) for chip in _chips(row, scope)), result_figured(scope, row))
            for row in in_order(evaluations)
        )
    )


def results_html(scope: Scope, evaluations: pd.DataFrame) -> str:
    """Results in short space: what may be said, how it was studied, what was seen nearby."""
    return "".join(_result_html(scope, row) for row in in_order(queries.records(evaluations)))


def _result_html(scope: Scope, evaluation: Mapping[str, Any]) -> str:
    said, grade = scope.say, grade_of(evaluation)
    told = result_figured(scope, evaluation)
    counted = is_counts_only(evaluation)
    lines = [studied_fact(evaluation, scope)[1] if counted else said("evidence.how", text=str(evaluation["design"]))]
    if grade in ("grade_1", "grade_2", "grade_3"):
        looked = bool(len(_of_role(_areas(evaluation, scope), "buffer")))
        lines.append(said("evidence.nearby", text=displaced_sentence(evaluation, scope, looked=looked)))
    if isinstance(evaluation["finished_on"], date):
        lines.append(said("evidence.finished", date=formats.date_text(evaluation["finished_on"], scope.language)))
    title = f"{said('programs.how_sure')} {said(f'programs.grade_name.{grade}')}"
    first = told.html() if isinstance(told, Figured) else escape(told)
    paragraphs = "".join(f"<p>{line}</p>" for line in (first, *map(escape, lines)))
    return f'<section class="goal"><h4>{escape(title)}</h4>{paragraphs}</section>'


def evaluation_card(evaluation: Mapping[str, Any], scope: Scope, *, page: str = "") -> Card:
    """The card of an evaluation: a row of `queries.evaluations`."""
    page = page or ("program" if has(evaluation, "program_id") else "problems")
    areas, series = _areas(evaluation, scope), _series(evaluation, scope)
    finding, shown = finding_of(evaluation, scope), has_number(evaluation)
    drawing = _drawing(evaluation, areas, series, scope)
    measure = measure_of(evaluation, scope)
    own = scope.say("passport.own_records", publisher=str(scope.city["publisher"])).rstrip(".")
    rows = _file_rows(evaluation, areas, series, scope)
    return Card(
        id=f"evaluation-{evaluation['id']}",
        page=page,
        finding=finding,
        subtitle=_subtitle(evaluation, areas, scope),
        lead=after_of(evaluation, scope),
        source=str(measure["source_title"]) if measure and is_computed(evaluation) else own,
        alt=f"{finding}. {scope.say('evidence.alt_table')}" if drawing else "",
        drawing=drawing,
        table=_table(evaluation, series, scope),
        rows=rows if len(rows) else None,
        chips=_chips(evaluation, scope),
        how_to_read=_how_to_read(drawing is not None, shown, len(series) > 0, scope),
        details=_details(evaluation, areas, scope),
        notices=_notices(evaluation, areas, scope),
        passport=evaluation_passport(evaluation, scope, "estimate" if shown else "finding"),
        link={"program": str(evaluation["program_id"])} if page == "program" else {},
        file_name=f"evaluation-{evaluation['id']}_release-{scope.release.id}",
    )


# ---------------------------------------------------------------- what it rests on


def _areas(evaluation: Mapping[str, Any], scope: Scope) -> pd.DataFrame:
    return scope.ask(queries.evaluation_areas, evaluation=str(evaluation["id"]), language=scope.language)


def _series(evaluation: Mapping[str, Any], scope: Scope) -> pd.DataFrame:
    """The series it rests on; none for one that is refused, of which no number is shown."""
    series = scope.ask(queries.evaluation_series, evaluation=str(evaluation["id"]))
    return series.iloc[:0] if grade_of(evaluation) == NOT_ASSESSABLE or not is_computed(evaluation) else series


def _of_role(areas: pd.DataFrame, role: str) -> list[str]:
    return [str(name) for name in areas.loc[areas.role == role, "name"]]


def _places(names: Sequence[str], scope: Scope) -> str:
    if len(names) > NAMES_AT_MOST:
        return scope.say("evidence.areas", n=len(names))
    return formats.join(names, scope.language)


def _subtitle(evaluation: Mapping[str, Any], areas: pd.DataFrame, scope: Scope) -> str:
    """Measure, places and times: what a cropped picture needs."""
    parts = [str(measure_of(evaluation, scope).get("name") or ""), _places(_of_role(areas, "treated"), scope)]
    if has(evaluation, "before", "after"):
        slots: dict[str, Any] = {
            when: formats.period_label(str(evaluation[when]), scope.language) for when in ("before", "after")
        }
        parts.append(scope.say("evidence.times", **slots).rstrip("."))
    told = " ".join(f"{part}." for part in parts if part)
    return told or formats.sentence_case(str(evaluation["design"]))


def _chips(evaluation: Mapping[str, Any], scope: Scope) -> list[Chip]:
    """The verdict, and the step of evidence that it stands on. Every verdict is as heavy as any other."""
    verdict = verdict_of(evaluation, str(measure_of(evaluation, scope).get("direction", "none")))
    grade = Chip(scope.say(f"programs.grade_name.{grade_of(evaluation)}"), "unknown")
    if verdict not in MEANINGS:
        return [grade]
    icon = ICONS[verdict]
    if verdict in ("better", "worse"):
        icon = ICONS["lower" if evaluation["estimate"] < 0 else "higher"]
    return [Chip(scope.say(f"verdict.chip.{verdict}"), MEANINGS[verdict], icon), grade]


def _notices(evaluation: Mapping[str, Any], areas: pd.DataFrame, scope: Scope) -> list[str]:
    """What makes a result weaker than it looks."""
    found = []
    if has(evaluation, "method") and declared_when(evaluation) == "after":
        found.append(declared_sentence(evaluation, scope))
    found += [scope.say(f"evidence.against_{name}") for name in _against_program(evaluation, scope)]
    if evaluation.get("trends") == "differ":
        found.append(scope.say("evidence.trends_differ"))
    if has(evaluation, "few_areas") and evaluation["few_areas"]:
        found.append(scope.say("evidence.few_areas"))
    sizes = sizes_of(evaluation, areas, scope)
    if sizes is not None and max(sizes) > SIZES_AT_MOST * min(sizes):
        found.append(scope.say(f"evidence.sizes_{'larger' if sizes[0] > sizes[1] else 'smaller'}"))
    return found


def _against_program(evaluation: Mapping[str, Any], scope: Scope) -> Sequence[str]:
    """Which of its times do not fit the first day of its program; none where that is not known."""
    began = scope.ask(_first_days).get(str(evaluation["program_id"]))
    if began is None or not is_computed(evaluation) or not has(evaluation, "before", "after"):
        return ()
    month = int(scope.city["fiscal_start_month"])
    before, after = (periods.parse(str(evaluation[at]), fiscal_start_month=month) for at in ("before", "after"))
    return against_program(before, after, began)


def _first_days(release: Release) -> dict[str, date]:
    """The first day of each program that has one, by its id. Put it through `ask`."""
    rows = queries.records(queries.programs(release))
    return {str(row["id"]): row["started_on"] for row in rows if pd.notna(row["started_on"])}


def sizes_of(evaluation: Mapping[str, Any], areas: pd.DataFrame, scope: Scope) -> tuple[float, float] | None:
    """Residents of an area on average, where the program ran and where it is compared with.

    Of each area the newest number from before the time looked at, else its first. None where there is no difference in
    counts to show, or where the residents of an area are not known.
    """
    if evaluation.get("method") != "displacement_difference" or not has_number(evaluation):
        return None
    people = scope.ask(queries.population)
    start = periods.parse(str(evaluation["before"])).start.year
    means = []
    for role in ("treated", "comparison"):
        of_role = areas.loc[areas.role == role, "neighborhood_id"]
        mine = people[people.neighborhood_id.isin(of_role)].sort_values("year")
        first = mine.groupby("neighborhood_id").head(1)
        known = dict(zip(first.neighborhood_id, first.residents, strict=True))
        earlier = mine[mine.year <= start]
        known.update(zip(earlier.neighborhood_id, earlier.residents, strict=True))
        if not known or len(known) < len(of_role):
            return None
        means.append(sum(map(float, known.values())) / len(known))
    return means[0], means[1]


# ---------------------------------------------------------------- drawing and tables


def _drawing(
    evaluation: Mapping[str, Any], areas: pd.DataFrame, series: pd.DataFrame, scope: Scope
) -> charts.Drawing | None:
    shown = has_number(evaluation)
    if not shown and series.empty:
        return None
    found = None
    if shown:
        estimate, low, high = (float(evaluation[name]) for name in ("estimate", "low", "high"))
        # The unit stands in the finding; beside the marks there is no room for it.
        about = amount(evaluation, scope, bare=True)
        about = formats.sentence_case(scope.say("evidence.about", amount=about) if estimate else about)
        found = charts.Found(estimate, low, high, about, range_words(evaluation, scope, bare=True))
    windows = [periods.parse(str(evaluation[name])) if has(evaluation, name) else None for name in ("before", "after")]
    return charts.evaluation(
        found, series, look(scope.theme), scope.language, scope.width, names=_role_names(areas, scope),
        before=windows[0], after=windows[1],
    )  # fmt: skip


def _role_names(areas: pd.DataFrame, scope: Scope) -> dict[str, str]:
    return {
        str(role): scope.say(
            "evidence.panel",
            role=scope.words.name_of("kinds.evaluation_area.role", str(role)),
            places=_places(_of_role(areas, str(role)), scope),
        )
        for role in areas.role.unique()
    }


def _how_to_read(drawn: bool, shown: bool, has_series: bool, scope: Scope) -> str:
    keys = ["evidence.read_range"] * (drawn and shown) + ["evidence.read_series"] * (drawn and has_series)
    return " ".join(scope.say(key) for key in keys)


def _table(evaluation: Mapping[str, Any], series: pd.DataFrame, scope: Scope) -> pd.DataFrame | None:
    """The twin of the drawing: the counts of each period, or the change found where there is no series."""
    said = scope.say
    if len(series):
        columns = {role: scope.words.name_of("kinds.evaluation_area.role", role) for role in series.role.unique()}
        rows: dict[str, dict[str, Any]] = {}
        for row in queries.records(series):
            line = rows.setdefault(
                row["period"], {said("table.period"): formats.period_label(row["period"], scope.language)}
            )
            known = pd.notna(row["count"])
            line[columns[row["role"]]] = (
                series_figured(evaluation, row, scope) if known else said(f"status.cell.{row['status']}")
            )
        return pd.DataFrame(list(rows.values()))
    if not has_number(evaluation):
        return None
    return pd.DataFrame(
        [
            {
                said("table.name"): said(f"evidence.{name}_name"),
                said("table.value"): evaluation_figured(
                    evaluation, scope, amount(change_of(evaluation, name), scope), column=name
                ),
                said("table.range"): range_words(change_of(evaluation, name), scope),
            }
            for name in ("estimate", "displaced")
            if has(evaluation, name)
        ]
    )


def counts_html(evaluation: Mapping[str, Any], areas: pd.DataFrame, scope: Scope) -> str:
    """All counts, area by area, before and after; nothing where none may be shown."""
    said = scope.say
    counted = areas[areas.events_before.notna() & areas.events_after.notna()]
    if counted.empty or grade_of(evaluation) == NOT_ASSESSABLE or not is_computed(evaluation):
        return ""
    table = pd.DataFrame(
        [
            {
                said("table.place"): said(
                    "evidence.panel",
                    role=scope.words.name_of("kinds.evaluation_area.role", str(row["role"])),
                    places=str(row["name"]),
                ),
                said("evidence.before"): area_figured(evaluation, row, "events_before", scope),
                said("evidence.after"): area_figured(evaluation, row, "events_after", scope),
            }
            for row in queries.records(counted)
        ]
    )
    caption = said("table.caption", title=f"{said('evidence.counts_caption')}: {finding_of(evaluation, scope)}")
    html = table_html(table, caption=caption, nothing=said("table.nothing"))
    # A series may have a long past: such counts say nothing side by side.
    before, after = (_months(str(evaluation[when])) for when in ("before", "after"))
    return html if before == after else f'{html}<p class="small">{escape(said("evidence.not_equally_long"))}</p>'


def _months(code: str) -> int:
    """Calendar months that a period touches."""
    period = periods.parse(code)
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month


def _file_rows(evaluation: Mapping[str, Any], areas: pd.DataFrame, series: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """What the card says as codes and plain numbers; a count that is not shown is empty and has its status."""
    unit, rows = unit_of(evaluation, scope) or None, []
    if has_number(evaluation):
        for name in ("estimate", "displaced"):
            if has(evaluation, name):
                change = change_of(evaluation, name)
                ends = {end: change[end] for end in ("low", "high")}
                rows.append({"number": name, "value": change["estimate"], **ends, "status": "shown"})
    if grade_of(evaluation) != NOT_ASSESSABLE:
        for row in queries.records(areas):
            rows += [
                {"number": name, "role": row["role"], "neighborhood_id": row["neighborhood_id"],
                 "neighborhood": row["name"], "period": evaluation[name.removeprefix("events_")], "value": row[name],
                 "status": "shown"}
                for name in ("events_before", "events_after") if pd.notna(row[name])
            ]  # fmt: skip
    rows += [
        {"number": "count", "role": row["role"], "period": row["period"], "value": row["count"],
         "status": row["status"]}
        for row in queries.records(series)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=FILE_COLUMNS)
    return frame.assign(evaluation_id=evaluation["id"], unit=unit, release_id=scope.release.id)


# ---------------------------------------------------------------- how sure are we, and how it was done


def ladder_html(evaluation: Mapping[str, Any], scope: Scope) -> str:
    """The five steps of evidence, filled to the one that is reached, in words."""
    said, grade = scope.say, grade_of(evaluation)
    steps = [one for one in GRADES if one != NOT_ASSESSABLE]
    reached = steps.index(grade) + 1 if grade in steps else 0
    # A trial may stand at the top without the steps below it: only the one that is reached says so.
    states = [
        "" if turn < reached - 1 else "reached" if turn < reached else "not_reached" for turn in range(len(steps))
    ]
    items = "".join(
        f'<li class="{"found" if turn < reached else "missing"}">'
        f"<strong>{escape(said(f'programs.grade_name.{step}'))}</strong> "
        f'<span class="step-means">{escape(said(f"programs.grade.{step}"))}</span>'
        + (f' <span class="step-state">{escape(said(f"evidence.{state}"))}</span>' if state else "")
        + "</li>"
        for turn, (step, state) in enumerate(zip(steps, states, strict=True))
    )
    none = "" if reached else f"<p>{escape(said('evidence.reached_none'))}</p>"
    return f'<h4>{escape(said("programs.how_sure"))}</h4>{none}<ol class="ladder">{items}</ol>'


def _details(evaluation: Mapping[str, Any], areas: pd.DataFrame, scope: Scope) -> str:
    """Counts, how it was studied, how sure we are, what it cannot tell."""
    is_count = measure_of(evaluation, scope).get("kind", "count") in ("rate", "count")
    first = "trial" if grade_of(evaluation) == "grade_4" else "cause"
    told = [first, *(["reported", "elsewhere"] if is_count and not is_counts_only(evaluation) else [])]
    limits = "".join(f"<li>{escape(scope.say(f'evidence.cannot_{one}'))}</li>" for one in told)
    title = escape(scope.say("evidence.cannot"))
    return (
        '<div class="evaluation">'
        + counts_html(evaluation, areas, scope)
        + facts_html(_facts(evaluation, areas, scope), long=True)
        + ladder_html(evaluation, scope)
        + f'<h4>{title}</h4><ul class="short">{limits}</ul></div>'
    )


def _facts(evaluation: Mapping[str, Any], areas: pd.DataFrame, scope: Scope) -> list[tuple[str, str | Figured]]:
    """How it was studied: names and sentences; what nobody noted says so."""
    said, kinds, grade = scope.say, scope.words.name_of, grade_of(evaluation)
    name, studied = studied_fact(evaluation, scope)
    if has(evaluation, "method") and not is_counts_only(evaluation):
        studied = f"{kinds('kinds.evaluation.method', str(evaluation['method']))}. {studied}"
    facts: list[tuple[str, str | Figured]] = [(name, studied)]
    if _of_role(areas, "comparison") or has(evaluation, "comparator"):
        facts.append((said("evidence.compared_with"), comparator_of(evaluation, scope)))
    if is_computed(evaluation):
        facts.append((said("evidence.declared"), declared_sentence(evaluation, scope)))
        why = evaluation["chosen_because"]
        known = isinstance(why, str) and why
        facts.append(
            (said("evidence.why_there"), kinds("kinds.evaluation.chosen_because", why) if known else
             said("evidence.not_noted"))
        )  # fmt: skip
    if has(evaluation, "trends"):
        facts.append((said("evidence.alike"), said(f"evidence.trends_{evaluation['trends']}")))
    # What a study did not look at is for its report to say.
    if grade != "grade_0" and (evaluation["method"] != "published_study" or has(evaluation, "displacement")):
        looked = bool(_of_role(areas, "buffer"))
        told = displaced_sentence(evaluation, scope, looked=looked)
        linked = has_number(evaluation) and has(evaluation, "displaced", "displaced_low", "displaced_high")
        facts.append(
            (said("evidence.displaced"),
             evaluation_figured(evaluation, scope, told, column="displaced") if linked else told)
        )  # fmt: skip
    if isinstance(evaluation["finished_on"], date):
        facts.append((said("evidence.finished_name"), formats.date_text(evaluation["finished_on"], scope.language)))
    if has(evaluation, "url"):
        facts.append((said("evidence.report"), str(evaluation["url"])))
    return facts
