"""What residents said and what was promised: surveys, themes, commitments, meetings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.cards import Card, show_card, show_small, show_table
from components.passports import (
    ProgramKey,
    count_passport,
    figured,
    observation_passport,
    program_passport,
    record_figured,
)
from components.scope import Scope, choose_code
from components.tables import Figured, text_html
from components.tokens import look
from components.words import for_markdown
from data import queries
from data.figures import Figure

WAVE = "wave"
THEMES_FIRST, THEMES_HERE = 10, 5
STATES = ("done", "under_way", "overdue", "will_not_do")


def choose_wave(scope: Scope) -> dict[str, Any] | None:
    """Choose a round of the survey; None where none is published."""
    waves = scope.ask(queries.survey_waves, language=scope.language)
    if waves.empty:
        return None
    names = waves.set_index("id").name.to_dict()
    wave = choose_code(
        scope.say("feedback.wave"), list(waves.id), param=WAVE, default=waves.id.iloc[0],
        label_of=lambda code: str(names[code]), width=360,
        unknown=lambda code: scope.say("scope.unknown_choice", code=code),
    )  # fmt: skip
    return queries.records(waves[waves.id == wave])[0]


def wave_sentences(scope: Scope, wave: Mapping[str, Any]) -> list[str]:
    """Who was asked and how, before any result."""
    sentences = []
    if pd.notna(wave["completed"]):
        sentences.append(scope.say(f"feedback.asked_{wave['mode']}", n=int(wave["completed"])))
    else:
        sentences.append(scope.say("feedback.asked_unknown"))
    if pd.notna(wave["invited"]) and wave["invited"] and pd.notna(wave["completed"]):
        rate = formats.percent(100 * wave["completed"] / wave["invited"], scope.language)
        sentences.append(scope.say("feedback.response_rate", share=rate))
    elif wave["mode"] == "opt_in":
        sentences.append(scope.say("feedback.open_link"))
    return [*sentences, f"{wave['frame']}."]


def survey_card(scope: Scope, wave: Mapping[str, Any], place: str) -> Card | None:
    """Answers of a wave in a place as diverging bars; None where none were asked there."""
    results = scope.ask(queries.survey_results, wave=wave["id"], neighborhood=place)
    if results.empty:
        return None
    questions = scope.ask(queries.survey_questions, language=scope.language).set_index("id")
    shown = results[results.shares.notna()]
    said = scope.say
    figures = scope.ask(queries.figure_table, neighborhoods=[place], periods=[wave["period"]])
    favorable = figures.set_index("measure")
    rows = []
    for result in queries.records(results):
        question = questions.loc[result["question_id"]]
        measure = question.measure_id
        figure = (
            queries.as_figure(favorable.loc[measure].to_dict() | {"measure": measure})
            if measure in favorable.index
            else None
        )
        rows.append((result, question, figure))
    finding = said("feedback.finding_too_few", place=scope.name_of(place))
    with_value = [(q, f) for _, q, f in rows if f is not None and f.has_value]
    if with_value:
        shares = [figure.value or 0.0 for _, figure in with_value]
        low, high = (formats.percent(end, scope.language) for end in (min(shares), max(shares)))
        finding = said("feedback.finding", place=scope.name_of(place), low=low, high=high)
    table = pd.DataFrame(
        [
            {
                said("feedback.question"): str(question.wording),
                said("feedback.favorable_short"): _favorable(scope, figure, result),
                said("table.range"): (
                    formats.range_text(figure.low, figure.high, "percent", scope.language)
                    if figure is not None and figure.low is not None and figure.high is not None
                    else said("reading.no_range")
                ),
                said("table.answers"): (
                    said(f"status.chip.{result['status']}")
                    if pd.isna(result["n"])
                    else formats.count(int(result["n"]), scope.language)
                ),
            }
            for result, question, figure in rows
        ]
    )
    notices = [said("reasons.opt_in")] if wave["mode"] == "opt_in" else []
    drawing = None
    if len(shown):
        drawing = likert_drawing(rows, scope)
    else:
        notices.append(said("feedback.here_too_few", place=scope.name_of(place)))
    sources = scope.ask(queries.sources, language=scope.language).set_index("id")
    source = sources.loc[wave["source_id"]]
    return Card(
        id="survey",
        page="feedback",
        finding=finding,
        subtitle=" ".join(asked_here(scope, wave, place, results)),
        drawing=drawing,
        alt=said("card.alt", finding=finding, detail=str(wave["name"]) + "."),
        table=table,
        rows=survey_rows(rows, wave, scope),
        notices=notices,
        how_to_read=said("how_to_read.likert") if drawing is not None else "",
        source=f"{source.title}, {source.publisher}",
        passport=next((observation_passport(figure, scope) for _, _, figure in rows if figure is not None), None),
        link={WAVE: str(wave["id"])},
    )


def survey_rows(
    rows: Sequence[tuple[Mapping[str, Any], Any, Figure | None]], wave: Mapping[str, Any], scope: Scope
) -> pd.DataFrame:
    """The card's file: each question's answers, its favorable share with the 95% range in percent, and the wave."""
    asked = {"mode": wave["mode"], "invited": wave["invited"], "completed": wave["completed"]}
    return pd.DataFrame(
        [
            {
                **{name: cell for name, cell in result.items() if name not in ("status", "reason")},
                "favorable_percent": figure.value if figure is not None else None,
                "low_percent": figure.low if figure is not None else None,
                "high_percent": figure.high if figure is not None else None,
                **asked,
                "status": result["status"],
                "release_id": scope.release.id,
            }
            for result, _, figure in rows
        ]
    )


def _favorable(scope: Scope, figure: Figure | None, result: Mapping[str, Any]) -> str | Figured:
    """The share of favorable answers, leading to its page; the status in words where there is none."""
    if figure is None:
        return scope.say(f"status.cell.{result['status']}")
    has_value = figure.value is not None
    text = (
        formats.percent(figure.value, scope.language)
        if has_value and figure.value is not None
        else scope.say(f"status.cell.{figure.status}")
    )
    return figured(figure, scope, text)


def asked_here(scope: Scope, wave: Mapping[str, Any], place: str, results: pd.DataFrame) -> list[str]:
    """The wave, the place, how many answered there, and then how many in the whole city and how they were asked."""
    sentences = wave_sentences(scope, wave)
    if place != "city":
        sentences = [
            answers_here(scope, place, results),
            scope.say("feedback.in_city", sentence=sentences[0]),
            *sentences[1:],
        ]
    return [f"{wave['name']}, {scope.name_of(place)}.", *(one for one in sentences if one)]


def answers_here(scope: Scope, place: str, results: pd.DataFrame) -> str:
    """How many people answered in a place, from the question with fewest to the one with most; empty for the city."""
    counts = results.n.dropna()
    if place == "city" or counts.empty:
        return ""
    low, high = (formats.count(int(end), scope.language) for end in (counts.min(), counts.max()))
    return scope.say("feedback.answers_here", place=scope.name_of(place), low=low, high=high)


def likert_drawing(rows: Sequence[tuple[Any, Any, Figure | None]], scope: Scope) -> charts.Drawing:
    """Answers as diverging bars. rows: (result, question, figure of its favorable share), as `survey_card` has them."""
    questions = pd.DataFrame(
        [
            {
                "question": str(question.wording),
                "options": str(question.options).split(";"),
                "favorable": int(question.favorable),
                "shares": None if pd.isna(result["shares"]) else [float(x) for x in str(result["shares"]).split(";")],
                "dont_know": result["dont_know_share"],
                "value": None if figure is None else figure.value,
                "low": None if figure is None else figure.low,
                "high": None if figure is None else figure.high,
                "status": result["status"],
            }
            for result, question, figure in rows
        ]
    )
    return charts.likert(questions, look(scope.theme), scope.language, scope.width)


def show_survey(scope: Scope) -> None:
    """The survey: pick a wave, who answered, what they said here (or in the city), and what was not asked."""
    wave = choose_wave(scope)
    if wave is None:
        st.markdown(for_markdown(scope.say("feedback.no_survey")))
        return
    for place in dict.fromkeys([scope.place_or_city, "city"]):
        card = survey_card(scope, wave, place)
        if card is not None:
            show_card(card, scope)
            break
    missing = not_asked(scope, wave)
    if missing:
        with st.expander(scope.say("feedback.not_asked", n=len(missing))):
            for wording in missing:
                st.markdown(f"- {for_markdown(wording)}")


def who_answered(scope: Scope, wave: Mapping[str, Any]) -> list[tuple[str, str | Figured]]:
    """Who was asked, how and when, before any result: names and values."""
    said = scope.say
    completed, invited = wave["completed"], wave["invited"]

    def stated(column: str, text: str, part: str = "") -> Figured:
        return replace(record_figured(scope, "survey_wave", str(wave["id"]), column, text), part=part)

    facts: list[tuple[str, str | Figured]] = [
        (
            said("feedback.answered_name"),
            said("feedback.not_stated")
            if pd.isna(completed)
            else stated("completed", formats.count(completed, scope.language)),
        ),
        (said("feedback.mode_name"), scope.words.name_of("kinds.survey_wave.mode", str(wave["mode"]))),
        (said("feedback.frame_name"), str(wave["frame"])),
    ]
    if pd.notna(invited) and invited and pd.notna(completed):
        rate = formats.percent(100 * completed / invited, scope.language)
        asked = formats.count(int(invited), scope.language)
        rate_text: str | Figured = stated("invited", said("feedback.rate_of", share=rate, n=int(invited)), asked)
    else:
        rate_text = said("feedback.open_link" if wave["mode"] == "opt_in" else "feedback.not_stated")
    facts.append((said("feedback.rate_name"), rate_text))
    if isinstance(wave["starts_on"], date) and isinstance(wave["ends_on"], date):
        first, last = (formats.date_text(wave[name], scope.language) for name in ("starts_on", "ends_on"))
        facts.append((said("feedback.days_name"), formats.from_to(first, last, scope.language)))
    return facts


def show_who_answered(scope: Scope) -> None:
    """Who answered the chosen round of the survey."""
    waves = scope.ask(queries.survey_waves, language=scope.language)
    if waves.empty:
        return
    asked = st.query_params.get(WAVE)
    wave = queries.records(waves[waves.id == asked] if asked in set(waves.id) else waves)[0]
    st.header(scope.say("feedback.who_answered"), anchor="who-answered")
    st.markdown(for_markdown(f"{wave['name']}."))
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{text_html(value)}</dd></div>" for name, value in who_answered(scope, wave)
    )
    st.html(f'<dl class="facts">{items}</dl>')
    if wave["mode"] == "opt_in":
        st.warning(for_markdown(scope.say("reasons.opt_in")))


def not_asked(scope: Scope, wave: Mapping[str, Any]) -> list[str]:
    """Wordings of the questions of other rounds that this round did not ask."""
    asked = set(scope.ask(queries.survey_results, wave=wave["id"]).question_id)
    questions = scope.ask(queries.survey_questions, language=scope.language)
    others = questions[~questions.id.isin(asked)]
    return [str(wording) for wording in others.wording]


def show_themes(scope: Scope, place: str | None, *, most: int | None = None) -> None:
    """Themes (of a place, then of the city) with how many raised them; never a quote.

    most: show so many, and no list of all.
    """
    said = scope.say
    themes = scope.ask(queries.themes, neighborhood=place, language=scope.language)
    if themes.empty:
        st.markdown(for_markdown(said("feedback.no_themes" if place is None else "neighborhood.no_feedback")))
        return
    if place is not None:
        themes = themes.sort_values("neighborhood_id", key=lambda ids: ids != place, kind="stable")
    show_small(said("feedback.themes_help"))
    table = themes_table(scope, themes)
    show_table(table.head(most or THEMES_FIRST), scope, caption=said("feedback.themes"))
    if most is None and len(table) > THEMES_FIRST:
        with st.expander(said("feedback.all_themes", n=len(table))):
            show_table(table, scope, caption=said("feedback.themes"))


def themes_table(scope: Scope, themes: pd.DataFrame, *, dated: bool = False) -> pd.DataFrame:
    """Themes in words: title, summary, which place, how many raised it; dated: also when."""
    said = scope.say
    when = {said("table.period"): [formats.period_label(period, scope.language) for period in themes.period]}
    return pd.DataFrame(
        {
            said("feedback.theme"): themes.title,
            said("feedback.summary"): themes.summary.fillna(""),
            said("table.place"): [
                scope.name_of(place) if isinstance(place, str) else said("scope.whole_city")
                for place in themes.neighborhood_id
            ],
            **(when if dated else {}),
            said("feedback.raised"): [
                record_figured(
                    scope,
                    "feedback_theme",
                    str(theme),
                    "contributors",
                    scope.words.name_of("kinds.feedback_theme.contributors", band),
                )
                for theme, band in zip(themes["id"], themes.contributors, strict=True)
            ],
        }
    )


def state_text(scope: Scope, promise: Mapping[str, Any]) -> str:
    """Where a promise stands, with the day, the reason or the evidence."""
    state = promise["state"]
    if state == "overdue":
        return scope.say("feedback.overdue", n=int(promise["overdue_days"]))
    if state == "done":
        day = promise["done_on"]
        text = (
            scope.say("feedback.done_on", date=formats.date_text(day, scope.language))
            if isinstance(day, date)
            else scope.say("feedback.done")
        )
        return f"{text}. {scope.say('feedback.evidence', evidence=str(promise['evidence']))}"
    if state == "will_not_do":
        return scope.say("feedback.will_not_do_why", reason=str(promise["reason"]))
    due = promise["due_on"]
    when = (
        scope.say("feedback.due", date=formats.date_text(due, scope.language))
        if isinstance(due, date)
        else scope.say("feedback.no_due")
    )
    return f"{scope.say('feedback.under_way')}. {when}"


def promises_table(scope: Scope, promises: pd.DataFrame) -> pd.DataFrame:
    """You said, we promised, where it stands."""
    said = scope.say
    return pd.DataFrame(
        [
            {
                said("feedback.we_promised"): promise["promise"],
                said("feedback.you_said"): promise["you_said"],
                said("feedback.we_did"): state_text(scope, promise),
                said("table.owner"): promise["owner"],
                said("table.place"): (
                    scope.name_of(promise["neighborhood_id"])
                    if isinstance(promise["neighborhood_id"], str)
                    else said("scope.whole_city")
                ),
                said("feedback.age_heading"): said("feedback.age", n=int(promise["age_days"])),
            }
            for promise in queries.records(promises)
        ]
    )


def promises_line(scope: Scope, promises: pd.DataFrame) -> str:
    """Totals by state in one sentence."""
    counts = promises.state.value_counts()
    slots: dict[str, Any] = {state: formats.count(int(counts.get(state, 0)), scope.language) for state in STATES}
    return scope.say("feedback.promises_line", **slots)


def promises_counts(scope: Scope, promises: pd.DataFrame) -> str:
    """Totals by state as one sentence without its topic; states without a promise are left out."""
    counts = promises.state.value_counts()
    parts = [scope.say(f"feedback.count_{state}", n=int(counts[state])) for state in STATES if counts.get(state, 0)]
    return f"{formats.sentence_case(formats.join(parts, scope.language))}."


def promises_card(
    scope: Scope, promises: pd.DataFrame, *, page: str, place: str | None = None, program: str | None = None
) -> Card:
    """The ledger of promises (of a place and the city, or of a program): one bar by state, every promise in the table.

    program: the page is that of a program, and the promises are its own.
    """
    passport = count_passport(scope, "promises", at=place or "")
    if program is not None:
        passport = program_passport(scope, ProgramKey(program, "promises")) or passport
    line = promises_line(scope, promises)
    counts = promises.state.value_counts()
    return Card(
        id="promises",
        page=page,
        finding=line.rstrip("."),
        subtitle=scope.say("feedback.as_of", date=formats.date_text(scope.as_of, scope.language)),
        drawing=charts.promises(
            {state: int(counts.get(state, 0)) for state in STATES}, look(scope.theme), scope.language, scope.width
        ),
        alt=scope.say("card.alt", finding=line.rstrip("."), detail=""),
        table=promises_table(scope, promises),
        rows=promises.drop(columns=["state"]).assign(state=promises.state, release_id=scope.release.id),
        passport=passport,
        source=str(scope.city["publisher"]),
        link={} if program is None else {"program": program},
    )


def show_promises(scope: Scope, place: str | None, *, page: str) -> None:
    """The ledger (of a place and the city), or the sentence that there is none."""
    promises = scope.ask(queries.commitments, as_of=scope.as_of, neighborhood=place, language=scope.language)
    if promises.empty:
        st.markdown(for_markdown(scope.say("feedback.no_promises")))
    else:
        show_card(promises_card(scope, promises, page=page, place=place), scope)


def show_themes_and_promises(scope: Scope, place: str, *, page: str) -> None:
    """What people said here, and what was promised."""
    st.subheader(scope.say("feedback.themes"), anchor="themes")
    show_themes(scope, place, most=THEMES_HERE)
    show_promises(scope, place, page=page)
