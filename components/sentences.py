"""From figures to words. The verdict picks the sentence; every number goes through `formats`. Pure."""

from __future__ import annotations

from typing import Any

from components import formats
from components.readings import Reading
from components.scope import Scope
from data import periods
from data.figures import Figure, Status
from data.verdicts import Finding, Verdict


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


def change_sentence(reading: Reading, scope: Scope) -> str:
    """One sentence on the change over time, as the verdict allows."""
    now, before, change = reading.now, reading.before, reading.change
    if change.reason in ("nothing_earlier", "is_city") or before is None:
        return scope.say("verdict.nothing_earlier")
    slots: dict[str, Any] = {"now": _short(now, scope), "before": _short(before, scope)}
    if change.finding == Finding.REFUSED:
        if change.reason == "series_break":
            return scope.say("verdict.refused_break")
        if change.reason == "opt_in":
            return scope.say("verdict.refused_opt_in")
        if change.reason == "no_sample_size" and now.has_value and before.has_value:
            return scope.say("reading.no_range_change", **slots)
        return scope.say("reading.cannot_compare", when=when_text(reading, scope))
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
    low, high = change.low or 0.0, change.high or 0.0
    if change.finding == Finding.NO_REAL_CHANGE:
        least = _difference(max(abs(low), abs(high)), reading, scope)
        return scope.say("verdict.no_real_change", **slots, least=least)
    return scope.say(
        "verdict.no_clear_change_values",
        **slots,
        fall=_difference(abs(low), reading, scope),
        rise=_difference(high, reading, scope),
    )


def city_sentence(reading: Reading, scope: Scope) -> str:
    """One sentence on how the place compares with the city; empty where there is nothing to compare."""
    city, beside = reading.city, reading.beside_city
    if beside.reason == "is_city" or city is None:
        return ""
    if not city.has_value:
        return reason_text(city, scope)
    slots: dict[str, Any] = {"here": _short(reading.now, scope), "city": _short(city, scope)}
    if beside.finding == Finding.REFUSED:
        if beside.reason == "visitors":
            return scope.say("reasons.visitors")
        if beside.reason == "no_sample_size":
            return f"{scope.say('verdict.beside_city', **slots)} {scope.say('verdict.no_range')}"
        return ""
    if beside.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        return scope.say("verdict.same_as_city")
    if beside.finding == Finding.COUNTS_ONLY:
        return scope.say("verdict.too_few_for_city")
    return scope.say("verdict.above_city" if beside.moved > 0 else "verdict.below_city", **slots)


def short_sentence(reading: Reading, scope: Scope) -> str:
    """The line of "In short": the measure and the most that may be said."""
    now, before, change = reading.now, reading.before, reading.change
    slots: dict[str, Any] = {"measure": str(reading.measure["name"])}
    period = formats.period_label(now.period, scope.language)
    if not now.has_value and (now.numerator is None or now.status == Status.WITHHELD):
        status = scope.say(f"status.cell.{now.status}")
        return scope.say("reading.short_not_shown", **slots, status=status, period=period)
    if change.finding == Finding.REFUSED or before is None:
        return scope.say("reading.short_refused", **slots, value=value_text(now, scope), period=period)
    if change.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        key = "short_unclear" if change.finding == Finding.NO_CLEAR_CHANGE else "short_same"
        then: dict[str, Any] = {"before": _short(before, scope), "now": _short(now, scope)}
        return scope.say(f"reading.{key}", **slots, **then, when=since_text(reading, scope))
    return scope.say("reading.short", **slots, sentence=change_sentence(reading, scope))


def change_cell(reading: Reading, scope: Scope) -> str:
    """The change over time for a table: the verdict and the figure before."""
    now, before, change = reading.now, reading.before, reading.change
    if before is None:
        return scope.say("reading.nothing_earlier")
    when = since_text(reading, scope)
    if change.finding == Finding.COUNTS_ONLY:
        then = formats.count(round(before.numerator or 0), scope.language)
        there = formats.count(round(now.numerator or 0), scope.language)
        return scope.say("reading.counts_with", before=then, when=when, now=there)
    if change.finding == Finding.REFUSED:
        if change.reason == "no_sample_size" and now.has_value and before.has_value:
            return scope.say("reading.no_range_now", before=_short(before, scope), when=when)
        return scope.say("reading.not_compared")
    verdict = scope.say(f"verdict.chip.{_key(change)}")
    return scope.say("reading.change_with", verdict=verdict, when=when, before=_short(before, scope))


def city_cell(reading: Reading, scope: Scope) -> str:
    """How the place stands beside the city, for a table: the verdict and the city's figure."""
    city, beside = reading.city, reading.beside_city
    if city is None or not city.has_value or beside.reason == "is_city":
        return scope.say("reading.not_compared")
    value = _short(city, scope)
    if beside.finding == Finding.REFUSED:
        can_say = beside.reason == "no_sample_size" and reading.now.has_value
        return scope.say("reading.city_only", value=value) if can_say else scope.say("reading.not_compared")
    if beside.finding == Finding.COUNTS_ONLY:
        return scope.say("verdict.chip.too_few")
    if beside.finding in (Finding.NO_CLEAR_CHANGE, Finding.NO_REAL_CHANGE):
        key = "no_clear_difference"
    else:
        key = "higher" if beside.moved > 0 else "lower"
    return scope.say("reading.city_with", verdict=scope.say(f"verdict.chip.{key}"), value=value)


def base_text(figure: Figure, scope: Scope) -> str:
    """What the figure rests on: answers, or residents and their year."""
    if figure.n is not None:
        return scope.say("reading.answered", n=figure.n)
    if figure.unit == "per_1000_residents" and figure.denominator is not None:
        year = figure.denominator_period or figure.period
        return scope.say(
            "reading.residents", n=round(figure.denominator), year=formats.period_label(year, scope.language)
        )
    return ""


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


def _difference(size: float, reading: Reading, scope: Scope) -> str:
    if reading.kind in ("share", "score"):
        return formats.points(size, scope.language)
    return formats.percent(100 * size, scope.language)
