"""From figures to words. The verdict picks the sentence; every number goes through `formats`. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from components import formats
from components.readings import Reading
from components.scope import Scope
from data import periods
from data.figures import Figure, Status
from data.verdicts import Finding, Refusal, SeriesFinding, SeriesVerdict, Verdict

SPOKEN_AT_MOST = 250
WITHOUT_RANGE = (Refusal.NO_SAMPLE_SIZE, Refusal.NO_RANGE)


def value_text(figure: Figure, scope: Scope) -> str:
    """A figure's value with its unit and, for a rate, the count behind it; its status in words where there is none."""
    if figure.has_value and figure.value is not None:
        plain = amount_text(figure.value, figure.unit, scope)
        if figure.unit == "per_1000_residents" and figure.numerator is not None:
            return scope.say("reading.rate_with_count", rate=plain, n=figure.numerator)
        if figure.unit == "events":
            return scope.say("reading.events", n=figure.value)
        return plain
    if figure.numerator is not None and figure.status != Status.WITHHELD:
        return scope.say("reading.events", n=figure.numerator)
    return scope.say(f"status.cell.{figure.status}")


def amount_text(value: float, unit: str, scope: Scope) -> str:
    """A number in its unit: 8.4 per 1,000 · 57% · 69 points · 212."""
    if unit == "events":
        return formats.count(round(value), scope.language)
    return formats.value_text(value, unit, scope.language)


def range_text(figure: Figure, scope: Scope) -> str:
    """The 95% range in words, or why there is none; empty for a full count."""
    if not figure.has_value:
        return ""
    if figure.low is None or figure.high is None:
        return reason_text(figure, scope)
    return formats.range_text(figure.low, figure.high, figure.unit, scope.language)


def reason_text(figure: Figure, scope: Scope) -> str:
    """The reason code of a figure as a sentence; empty where it has none."""
    return scope.say(f"reasons.{figure.reason}") if figure.reason else ""


def status_text(figure: Figure, scope: Scope) -> str:
    """The status in words with the reason, for a table or a legend; empty for a figure shown without remark."""
    chip = "" if figure.status == Status.SHOWN else scope.say(f"status.chip.{figure.status}")
    return " ".join(part for part in (f"{chip}." if chip else "", reason_text(figure, scope)) if part)


def when_text(reading: Reading, scope: Scope) -> str:
    """What the figure is compared with, in time."""
    if reading.before is None:
        return ""
    if reading.kind in ("share", "score"):
        return scope.say("when.plain_period", period=formats.period_label(reading.before.period, scope.language))
    period = periods.parse(reading.before.period)
    if period.kind == "range":
        return scope.say("when.same_stretch", year=str(period.start.year))
    return scope.say("when.year_before")


def since_text(reading: Reading, scope: Scope) -> str:
    """What the figure is compared with, short enough for a heading: 2024, fiscal year 2024."""
    if reading.before is None:
        return ""
    now, then = periods.parse(reading.now.period), periods.parse(reading.before.period)
    if then.kind == "range":
        return scope.say("when.same_stretch", year=str(then.start.year))
    if reading.kind in ("share", "score") and then.start.year != now.start.year:
        return str(then.start.year)
    return formats.period_label(then, scope.language)


def finding(reading: Reading, scope: Scope) -> str:
    """The heading of a card: measure, place, and what may be said."""
    slots: dict[str, Any] = {"measure": str(reading.measure["name"]), "place": scope.name_of(reading.place)}
    now, change = reading.now, reading.change
    counted = now.numerator is not None and now.status == Status.TOO_FEW_TO_SAY
    if not now.has_value and not counted:
        return scope.say("reading.not_shown", **slots, status=scope.say(f"status.cell.{now.status}"))
    if change.is_clear or change.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        return scope.say(f"reading.{_key(change)}", **slots, when=since_text(reading, scope))
    return scope.say("reading.value", **slots, value=value_text(now, scope))


def refused_sentence(verdict: Verdict, scope: Scope) -> str:
    """Why two figures are not compared."""
    slots: dict[str, Any] = {}
    if verdict.at_break is not None:
        slots["day"] = formats.date_text(verdict.at_break.on, scope.language)
    return scope.say(f"refused.{verdict.words}", **slots)


def refused_cell(verdict: Verdict, scope: Scope) -> str:
    """Why two figures are not compared, for a table."""
    return scope.say(f"refused.cell.{verdict.words}")


def instead_sentence(reading: Reading, scope: Scope) -> str:
    """What can be said instead of the change over time: figures side by side where that misleads nobody."""
    now, before, reason = reading.now, reading.before, reading.change.reason
    if reading.same_days is not None:
        here, then = reading.same_days
        return scope.say(
            "instead.same_days",
            now=value_text(here, scope),
            days=formats.period_label(here.period, scope.language),
            year=str(periods.parse(then.period).start.year),
            before=value_text(then, scope),
        )
    slots = {
        "now": _shown(now, scope),
        "before": _shown(before, scope),
        "now_count": _count(now, scope),
        "before_count": _count(before, scope),
        "period": formats.period_label(now.period, scope.language),
        "then": formats.period_label(before.period, scope.language) if before is not None else None,
    }
    key = str(reason)
    if reason in WITHOUT_RANGE:
        same = slots["now"] == slots["before"]
        if reading.kind == "score":
            key = "score_same" if same else "score"
        elif same:
            key = "nothing_earlier"
    return _said_if_known(f"instead.{key}", slots, scope) or scope.say("instead.nothing")


def change_sentence(reading: Reading, scope: Scope) -> str:
    """One sentence on the change over time, as the verdict allows; where it is refused, why, and what instead."""
    now, before, change = reading.now, reading.before, reading.change
    if change.reason == Refusal.NOTHING_EARLIER or before is None:
        return scope.say("refused.nothing_earlier")
    if change.reason is not None:
        return f"{refused_sentence(change, scope)} {instead_sentence(reading, scope)}"
    slots: dict[str, Any] = {"now": _short(now, scope), "before": _short(before, scope)}
    if change.finding == Finding.COUNTS_ONLY:
        counts: dict[str, Any] = {
            "now": formats.count(round(now.numerator or 0), scope.language),
            "before": formats.count(round(before.numerator or 0), scope.language),
        }
        if not before.numerator and not now.numerator:
            return scope.say("verdict.zero_both")
        if not before.numerator:
            return scope.say("verdict.zero_before", now=counts["now"])
        way = {1: "up", -1: "down", 0: "same"}[change.moved]
        return scope.say(f"verdict.counts_only_{way}", **(counts if way != "same" else {"now": counts["now"]}))
    if change.is_clear:
        way = "up" if change.moved > 0 else "down"
        return scope.say(f"verdict.{change.finding}_{way}", **slots, when=when_text(reading, scope))
    if change.finding == Finding.NO_REAL_CHANGE:
        return scope.say("verdict.no_real_change", **slots, least=_least(reading, before, scope))
    return scope.say("verdict.no_clear_change_values", **slots, **_ends(reading, scope))


def city_sentence(reading: Reading, scope: Scope) -> str:
    """How the place compares with the city, or why it is not compared, and what instead; empty for the city itself."""
    now, city, beside = reading.now, reading.city, reading.beside_city
    if beside.reason == Refusal.IS_CITY:
        return ""
    if beside.reason is not None:
        if city is not None and not city.has_value and (text := reason_text(city, scope)):
            return text
        if reading.change.reason == beside.reason:  # said already
            return ""
        return f"{refused_sentence(beside, scope)} {_instead_of_city(reading, scope)}".strip()
    if beside.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        return scope.say("verdict.same_as_city")
    if beside.finding == Finding.COUNTS_ONLY:
        return scope.say("verdict.too_few_for_city")
    assert city is not None
    slots: dict[str, Any] = {"here": _short(now, scope), "city": _short(city, scope)}
    return scope.say("verdict.above_city" if beside.moved > 0 else "verdict.below_city", **slots)


def _instead_of_city(reading: Reading, scope: Scope) -> str:
    """What can be said instead of a comparison with the city; empty where the change says it."""
    reason = reading.beside_city.reason
    slots = {"here": _shown(reading.now, scope), "city": _shown(reading.city, scope)}
    if reason in (*WITHOUT_RANGE, Refusal.OPT_IN):
        return _said_if_known("instead.both", slots, scope)
    if reading.change.reason is None:
        alone = reason in (Refusal.VISITORS, Refusal.NO_RESIDENTS_TO_COMPARE, Refusal.NO_REST_OF_CITY)
        return scope.say(f"instead.{reason}") if alone else ""
    # Where the change is refused for another reason, its own sentence says what is known.
    return _said_if_known("instead.here", slots, scope) if reading.change.reason == Refusal.NOTHING_EARLIER else ""


def series_sentence(series: SeriesVerdict | None, scope: Scope) -> str:
    """What the months (or quarters, or years) say: usual ups and downs, or a change; empty where there is no series."""
    if series is None:
        return ""
    said = scope.say
    if series.finding == SeriesFinding.TOO_SHORT:
        have, need = (said(f"spc.{series.step}", n=number) for number in (series.have, series.need))
        return said("spc.too_short", have=have, need=need)
    if series.finding == SeriesFinding.USUAL:
        return said(f"spc.usual_{series.step}")
    if series.finding != SeriesFinding.SIGNAL:
        return said(f"spc.{series.finding}")
    at = series.last
    # Counts are whole: a limit of 45.6 lets 45 in and 46 not.
    low, high = float(series.low[at]), float(series.high[at])
    whole = series.unit == "events"
    three = str(series.signal).startswith("near")
    slots = {
        "period": formats.period_label(series.periods[at], scope.language),
        "steps": said(f"spc.{series.step}", n=3 if three else series.length),
        "value": amount_text(float(series.values[at]), series.unit, scope),
        "low": amount_text(math.ceil(low) if whole else low, series.unit, scope),
        "high": amount_text(math.floor(high) if whole else high, series.unit, scope),
    }
    parts = [_said_if_known(f"spc.{series.signal}", slots, scope)]
    if series.is_seasonal:
        parts.append(said(f"spc.seasonal_{series.step}"))
    return " ".join([*parts, said("spc.not_why")])


def lead_of(reading: Reading, scope: Scope) -> str:
    """What a card says first: the change over time, what its months say, and the place beside the city.

    "Usual ups and downs" is left out beside a clear change of the year: both are true, and together they confuse.
    """
    series = reading.series
    worth = {SeriesFinding.SIGNAL} if reading.change.is_clear else {SeriesFinding.SIGNAL, SeriesFinding.USUAL}
    over_months = series_sentence(series, scope) if series is not None and series.finding in worth else ""
    parts = (change_sentence(reading, scope), over_months, city_sentence(reading, scope))
    return " ".join(part for part in parts if part)


def spoken(reading: Reading, scope: Scope) -> str:
    """A reading for a screen reader, at most 250 characters: finding, value, range, base, and where the numbers are.

    What does not fit is left out from the end; the table below the chart holds it all.
    """
    now, title = reading.now, finding(reading, scope)
    value = value_text(now, scope)
    ranged = ""
    if now.low is not None:
        ranged = scope.say("reading.true_number", range=range_text(now, scope))
    elif now.has_value:
        ranged = reason_text(now, scope) or (scope.say("verdict.full_count") if now.unit == "events" else "")
    end = scope.say("card.alt_end")
    spoken_text = f"{title}."
    period = formats.sentence_case(formats.period_label(now.period, scope.language))
    for part in ("" if value in title else f"{period}: {value}.", ranged, base_text(now, scope)):
        if part and len(spoken_text) + len(part) + len(end) + 2 <= SPOKEN_AT_MOST:
            spoken_text = f"{spoken_text} {part}"
    return f"{spoken_text} {end}"[:SPOKEN_AT_MOST]


def short_sentence(reading: Reading, scope: Scope) -> str:
    """The line of "In short": the measure and the most that may be said."""
    now, before, change = reading.now, reading.before, reading.change
    slots: dict[str, Any] = {"measure": str(reading.measure["name"])}
    period = formats.period_label(now.period, scope.language)
    if not now.has_value and (now.numerator is None or now.status == Status.WITHHELD):
        status = scope.say(f"status.cell.{now.status}")
        return scope.say("reading.short_not_shown", **slots, status=status, period=period)
    if change.reason == Refusal.NOTHING_EARLIER or before is None:
        return scope.say("reading.short_refused", **slots, value=value_text(now, scope), period=period)
    if change.reason is not None:
        why = refused_sentence(change, scope)
        return scope.say("reading.short_why", **slots, value=value_text(now, scope), period=period, why=why)
    if change.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        key = "short_unclear" if change.finding == Finding.NO_CLEAR_CHANGE else "short_same"
        then: dict[str, Any] = {"before": _short(before, scope), "now": _short(now, scope)}
        return scope.say(f"reading.{key}", **slots, **then, when=since_text(reading, scope))
    return scope.say("reading.short", **slots, sentence=change_sentence(reading, scope))


def change_cell(reading: Reading, scope: Scope) -> str:
    """The change over time for a table: the verdict and the figure before, or why there is none."""
    now, before, change = reading.now, reading.before, reading.change
    if before is None:
        return scope.say("refused.cell.nothing_earlier")
    when = since_text(reading, scope)
    if change.finding == Finding.COUNTS_ONLY:
        then = formats.count(round(before.numerator or 0), scope.language)
        there = formats.count(round(now.numerator or 0), scope.language)
        return scope.say("reading.counts_with", before=then, when=when, now=there)
    if change.reason in WITHOUT_RANGE and now.has_value and before.has_value:
        return scope.say("reading.no_range_now", before=_short(before, scope), when=when)
    if change.reason is not None:
        return refused_cell(change, scope)
    if change.finding == Finding.NO_CLEAR_CHANGE:
        return scope.say("reading.unclear_with", when=when, before=_short(before, scope), **_ends(reading, scope))
    verdict = scope.say(f"verdict.chip.{_key(change)}")
    return scope.say("reading.change_with", verdict=verdict, when=when, before=_short(before, scope))


def city_cell(reading: Reading, scope: Scope) -> str:
    """How the place stands beside the city, for a table: the verdict and the city's figure, or why there is none."""
    city, beside = reading.city, reading.beside_city
    value = _short(city, scope) if city is not None and city.has_value else ""
    if beside.reason in WITHOUT_RANGE and value and reading.now.has_value:
        return scope.say("reading.city_only", value=value)
    if beside.reason is not None:
        return refused_cell(beside, scope)
    if beside.finding == Finding.COUNTS_ONLY:
        return scope.say("verdict.chip.too_few")
    if beside.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        key = "no_clear_difference"
    else:
        key = "higher" if beside.moved > 0 else "lower"
    return scope.say("reading.city_with", verdict=scope.say(f"verdict.chip.{key}"), value=value)


def base_text(figure: Figure, scope: Scope) -> str:
    """What the figure rests on: answers, or residents and their year, or for a share the part and the whole."""
    if figure.n is not None:
        return scope.say("reading.answered", n=figure.n)
    if figure.unit == "per_1000_residents" and figure.denominator is not None:
        # Residents are counted once a year: a month has those of the year that it starts in.
        year = periods.parse(figure.denominator_period or figure.period).start.year
        return scope.say("reading.residents", n=round(figure.denominator), year=str(year))
    if figure.unit == "percent" and figure.has_value and figure.numerator is not None and figure.denominator:
        part, whole = (formats.count(round(end), scope.language) for end in (figure.numerator, figure.denominator))
        return scope.say("reading.part_of_whole", part=part, whole=whole)
    return ""


def base_or_none(figure: Figure, scope: Scope) -> str:
    """What the figure rests on; that it is a full count, or that the source does not say."""
    return base_text(figure, scope) or scope.say(
        "reading.full_count" if figure.unit == "events" else "reading.not_stated"
    )


def _key(verdict: Verdict) -> str:
    if verdict.finding == Finding.CHANGED:
        return "higher" if verdict.moved > 0 else "lower"
    return str(verdict.finding)


def _short(figure: Figure, scope: Scope) -> str:
    if figure.has_value and figure.value is not None:
        return amount_text(figure.value, figure.unit, scope)
    if figure.numerator is not None:
        return formats.count(round(figure.numerator), scope.language)
    return scope.say(f"status.cell.{figure.status}")


def _shown(figure: Figure | None, scope: Scope) -> str | None:
    """A figure for a sentence; None where there is nothing that may be shown."""
    if figure is None or figure.status == Status.WITHHELD or (figure.value is None and figure.numerator is None):
        return None
    return value_text(figure, scope) if figure.has_value or figure.numerator is not None else None


def _count(figure: Figure | None, scope: Scope) -> str | None:
    """The events behind a figure; None where there are none to show."""
    if figure is None or figure.status == Status.WITHHELD or figure.numerator is None:
        return None
    return formats.count(round(figure.numerator), scope.language)


def _said_if_known(key: str, slots: Mapping[str, str | None], scope: Scope) -> str:
    """A sentence with those slots that it has; empty where one of them is not known."""
    wanted: dict[str, Any] = {name: slots[name] for name in scope.words.slots(key)}
    return "" if None in wanted.values() else scope.say(key, **wanted)


def _ends(reading: Reading, scope: Scope) -> dict[str, Any]:
    """The two ends of what an unclear change could be."""
    low, high = reading.change.low or 0.0, reading.change.high or 0.0
    return {"fall": _difference(abs(low), reading, scope), "rise": _difference(high, reading, scope)}


def _least(reading: Reading, before: Figure, scope: Scope) -> str:
    """What any true change is smaller than, in the measure's unit: a share of a small number would sound large."""
    most = max(abs(reading.change.low or 0.0), abs(reading.change.high or 0.0))
    if reading.kind in ("share", "score"):
        return _difference(most, reading, scope)
    size = most * (before.value or 0.0)
    return amount_text(math.ceil(size) if before.unit == "events" else size, before.unit, scope)


def _difference(size: float, reading: Reading, scope: Scope) -> str:
    if reading.kind in ("share", "score"):
        return formats.points(size, scope.language)
    return formats.percent(100 * size, scope.language)
