"""The passport of an observation: a measure in a place over a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components import formats
from components.drafts import marked, was_text
from components.passports.passport import PAGE, Passport, facts_of, label, release_facts, source_facts
from components.scope import Scope
from components.sentences import base_or_none, base_text, range_text, reason_text, value_text
from components.tables import Figured
from data import queries
from data.figures import Figure, Status
from data.models.place import CITY
from data.store import Release

MEASURE, AT, PERIOD, GROUP = "m", "at", "p", "g"
EVERYONE = "all"


def observation_codes(figure: Figure) -> dict[str, str]:
    """The address of an observation. The place is `at`, not the reader's own `n`, which stays what it is."""
    codes = {MEASURE: figure.measure, AT: figure.neighborhood, PERIOD: figure.period}
    return codes if figure.group == EVERYONE else {**codes, GROUP: figure.group}


def observation_link(figure: Figure, scope: Scope) -> str:
    """The address of an observation's own page, in this scope."""
    return scope.link(PAGE, **observation_codes(figure))


def figured(figure: Figure, scope: Scope, text: str, *, part: str = "") -> Figured:
    """A text that states an observation, leading to its page; range, base and period are said on hover."""
    ranged = range_text(figure, scope) if figure.low is not None else ""
    told = label(ranged, base_or_none(figure, scope), formats.period_label(figure.period, scope.language))
    return Figured(marked(text, figure, scope), observation_link(figure, scope), told, part)


def observation_passport(figure: Figure, scope: Scope, measure: Mapping[str, Any] | None = None) -> Passport:
    """The passport of an observation. measure: its row of `queries.measures`, where the caller has it."""
    said = scope.say
    if measure is None:
        measure = scope.ask(_measures, language=scope.language)[figure.measure]
    title = str(measure["name"])
    place, period = scope.name_of(figure.neighborhood), formats.period_label(figure.period, scope.language)
    value, ranged = value_text(figure, scope), _range(figure, measure, scope)
    definition = scope.link("about", anchor=f"def-{figure.measure}")
    return Passport(
        title=title,
        where=said("passport.where", place=place, period=period),
        value=value,
        range=ranged,
        facts=facts_of(
            (said("passport.value"), value),
            (said("draft.before"), was_text(figure, scope)),
            (said("passport.range"), _true_range(figure, ranged, scope)),
            (said("passport.base"), _base(figure, scope)),
            (said("passport.measure"), title, definition),
            (said("table.place"), place, _place_link(figure.neighborhood, scope)),
            (said("table.period"), period),
            (said("table.group"), "" if figure.group == EVERYONE else scope.group_name(figure.group)),
            (said("table.status"), _status(figure, scope)),
            *survey_facts(figure, scope),
            *definition_facts(measure, scope),
            *source_facts(scope, [figure.source]),
            *release_facts(scope),
        ),
        codes=observation_codes(figure),
        table="observation",
        row={
            "measure_id": figure.measure,
            "neighborhood_id": figure.neighborhood,
            "period": figure.period,
            "group": figure.group,
            **{name: getattr(figure, name) for name in ("value", "low", "high", "numerator", "denominator", "n")},
            "unit": figure.unit,
            "status": str(figure.status),
            "status_reason": figure.reason,
        },
    )


def definition_facts(measure: Mapping[str, Any], scope: Scope) -> list[tuple[str, str]]:
    """What a measure is: definition, formula, good direction, how it was collected, caveat, owner."""
    said = scope.say
    caveats = [str(measure["caveat"] or "")]
    if measure["topic"] == "safety" and measure["kind"] == "rate":
        caveats.insert(0, said("verdict.reported_only"))
    return [
        (said("passport.definition"), str(measure["definition"])),
        (said("passport.formula"), f"{str(measure['formula']).rstrip('.')}."),
        (said("passport.direction"), said(f"about.direction_{measure['direction']}")),
        (said("passport.collected"), said(f"about.collected_{measure['collected']}")),
        (said("passport.caveat"), " ".join(caveat for caveat in caveats if caveat)),
        (said("table.owner"), str(measure["owner"] or "")),
    ]


def survey_facts(figure: Figure, scope: Scope) -> list[tuple[str, str]]:
    """For the share of a survey's answers: the exact question, the round, how people were asked. Else nothing."""
    if figure.unit != "percent":
        return []
    questions = scope.ask(queries.survey_questions, language=scope.language)
    waves = scope.ask(queries.survey_waves, language=scope.language)
    mine = questions[questions.measure_id == figure.measure]
    waves = waves[waves.period == figure.period]
    if mine.empty or waves.empty:
        return []
    question, wave = mine.iloc[0], waves.iloc[0]
    said, options = scope.say, str(question.options).split(";")
    counted = formats.join(options[-int(question.favorable) :], scope.language)
    return [
        (said("passport.question"), str(question.wording)),
        (said("passport.answers_counted"), counted),
        (said("passport.wave"), str(wave["name"])),
        (said("feedback.mode_name"), scope.words.name_of("kinds.survey_wave.mode", str(wave["mode"]))),
        (said("feedback.frame_name"), str(wave["frame"])),
    ]


def find_observation(codes: Mapping[str, str], scope: Scope) -> Passport | None:
    """The passport of the observation that an address names; None where this release does not hold it."""
    measure = scope.ask(_measures, language=scope.language).get(codes.get(MEASURE, ""))
    if measure is None:
        return None
    figures = scope.ask(
        queries.figures,
        measures=[codes[MEASURE]],
        neighborhoods=[codes.get(AT, "")],
        periods=[codes.get(PERIOD, "")],
        groups=[codes.get(GROUP, EVERYONE)],
    )
    return observation_passport(figures[0], scope, measure) if figures else None


def _measures(release: Release, *, language: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in queries.records(queries.measures(release, language=language))}


def _place_link(place: str, scope: Scope) -> str:
    """The page of a place; empty for a district or records without a neighborhood, which have none."""
    if place == CITY:
        return scope.link("neighborhood", n=None)
    return scope.link("neighborhood", n=place) if place in scope.ask(_neighborhoods) else ""


def _neighborhoods(release: Release) -> frozenset[str]:
    return frozenset(queries.neighborhoods(release).id)


def _range(figure: Figure, measure: Mapping[str, Any], scope: Scope) -> str:
    """The range in words, or why there is none."""
    if not figure.has_value:
        return scope.say("passport.no_value")
    if figure.low is not None and figure.high is not None:
        return range_text(figure, scope)
    if figure.unit == "events" or (measure["collected"] == "full_count" and not figure.reason):
        return scope.say("passport.full_count")
    return reason_text(figure, scope) or scope.say("reading.no_range")


def _true_range(figure: Figure, ranged: str, scope: Scope) -> str:
    has_range = figure.has_value and figure.low is not None
    return scope.say("passport.true_range", range=formats.sentence_case(ranged)) if has_range else ranged


def _base(figure: Figure, scope: Scope) -> str:
    if text := base_text(figure, scope):
        return text
    return scope.say("passport.base_count" if figure.unit == "events" else "reading.not_stated")


def _status(figure: Figure, scope: Scope) -> str:
    chip = scope.say(f"status.chip.{figure.status}")
    remark = reason_text(figure, scope)
    if figure.status == Status.SHOWN and not remark:
        return chip
    return f"{chip}. {remark}".strip()
