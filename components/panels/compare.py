"""Two to four neighborhoods side by side: who and what is there first, then each measure; no score and no winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.ask import keep
from components.cards import Card, Chip, show_card, show_small, show_table
from components.panels.measures import TOPICS, file_rows, source_line
from components.passports import figured, observation_passport, record_figured
from components.readings import comparable, context_of
from components.scope import Scope, choose_codes
from components.sentences import amount_text, range_text, refused_cell, refused_sentence, value_text
from components.tables import Figured
from components.tokens import look
from components.words import for_markdown
from data import periods, queries
from data.figures import Figure, Status
from data.verdicts import Finding, Refusal, Verdict, compare

WITH = "with"
LEAST, MOST = 2, 4
SUGGESTED = 3
KM2 = 2.589988
"""Square kilometers in a square mile."""


@dataclass(frozen=True)
class Pair:
    """What may be said of two places: the figure of each, and the verdict on their difference."""

    one: Figure
    other: Figure
    verdict: Verdict


@dataclass(frozen=True)
class Compared:
    """A measure in several places in one period.

    measure: a row of `queries.measures`. period: the newest that every place has a row for, else the newest of any.
    figures: the figure of each place in the order chosen, None where it has no row. pairs: of each two that have one.
    """

    measure: Mapping[str, Any]
    period: str
    figures: tuple[Figure | None, ...]
    pairs: tuple[Pair, ...]

    @property
    def clear(self) -> tuple[Pair, ...]:
        """Pairs whose difference is not likely to be chance."""
        return tuple(pair for pair in self.pairs if pair.verdict.is_clear)


def choose_places(scope: Scope) -> list[str]:
    """Choose two to four neighborhoods; the reader's own is among them from the start."""
    places = scope.ask(queries.neighborhoods, language=scope.language)
    return choose_codes(
        scope.say("compare.choose"), list(places.id), param=WITH, most=MOST, label_of=scope.name_of,
        default=[scope.place] if scope.place else [], placeholder=scope.say("compare.choose_help"),
        unknown=lambda code: scope.say("compare.unknown_place", code=code),
        too_many=scope.say("compare.too_many", most=formats.count(MOST, scope.language)),
    )  # fmt: skip


def show_suggested(scope: Scope, places: Sequence[str]) -> None:
    """Places of the same setting and of about the same size as the first, each a link that adds it."""
    if not places or len(places) >= MOST:
        return
    found = similar(scope, places)
    links = [
        f'<a href="{escape(scope.link("compare", **{WITH: ",".join([*places, place])}))}" target="_self">'
        f"{escape(scope.name_of(place))}</a>"
        for place in found
    ]
    if links:
        text = scope.say("compare.suggested", place=scope.name_of(places[0]))
        st.html(f"<p>{escape(text)} {' · '.join(links)}</p>")


def similar(scope: Scope, places: Sequence[str]) -> list[str]:
    """Places most like the first in residents, of its setting where settings are known; never one chosen already."""
    every = scope.ask(queries.neighborhoods).set_index("id")
    people = _newest_people(scope).residents
    first = places[0]
    if first not in people.index or not people[first]:
        return []
    mine = every.loc[first]
    alike = every[(every.visitor_area == mine.visitor_area) & ~every.index.isin(list(places))]
    if isinstance(mine.setting, str):
        alike = alike[alike.setting == mine.setting]
    sizes = people.reindex(alike.index).dropna()
    sizes = sizes[sizes > 0]
    ratio = sizes.map(lambda n: max(n / people[first], people[first] / n))
    return [str(place) for place in ratio.sort_values(kind="stable").index[:SUGGESTED]]


def _newest_people(scope: Scope) -> pd.DataFrame:
    """Residents and households of each place in its newest year, by place."""
    people = scope.ask(queries.population)
    return people.sort_values("year").drop_duplicates("neighborhood_id", keep="last").set_index("neighborhood_id")


def show_context(scope: Scope, places: Sequence[str]) -> None:
    """Who and what is there, before any comparison: unlike places shall be seen as unlike."""
    show_table(context_table(scope, places), scope, caption=scope.say("compare.context"))
    every = scope.ask(queries.neighborhoods).set_index("id")
    settings = {str(every.setting[place]) for place in places if isinstance(every.setting[place], str)}
    if len(settings) > 1:
        st.warning(for_markdown(scope.say("compare.other_settings")))


def context_table(scope: Scope, places: Sequence[str]) -> pd.DataFrame:
    """A row a fact, a column a place; a fact that is not known says so."""
    said = scope.say
    every, people = scope.ask(queries.neighborhoods).set_index("id"), _newest_people(scope)
    rows: dict[str, list[str | Figured]] = {}
    for place in places:
        about = every.loc[place]
        has = place in people.index
        who = people.loc[place] if has else None
        area = about.area_km2 if pd.notna(about.area_km2) and about.area_km2 > 0 else None
        unknown = said("programs.not_stated")
        residents: str | Figured = unknown
        if who is not None:
            text = said("compare.residents_in", n=int(str(who.residents)), year=str(who.year))
            residents = record_figured(scope, "population", f"{place}/{who.year}", "residents", text)
        density = unknown
        if who is not None and area:
            density = said(
                "compare.a_square_mile", people=formats.count(round(who.residents / area * KM2), scope.language)
            )
        homes = unknown
        if who is not None and pd.notna(who.households):
            homes = formats.count(int(str(who.households)), scope.language)
        setting = about.setting
        facts = {
            "residents": residents,
            "households": homes,
            "density": density,
            "setting": scope.words.name_of("kinds.neighborhood.setting", str(setting))
            if isinstance(setting, str)
            else unknown,
            "visitors": said("compare.yes" if about.visitor_area else "compare.no"),
        }
        for name, value in facts.items():
            rows.setdefault(name, []).append(value)
    return pd.DataFrame(
        [
            {
                said("compare.fact"): said(f"compare.fact_{name}"),
                **{scope.name_of(place): value for place, value in zip(places, values, strict=True)},
            }
            for name, values in rows.items()
        ]
    )


# ---------------------------------------------------------------- measures


@keep()
def compared(scope: Scope, places: tuple[str, ...]) -> tuple[Compared, ...]:
    """Every measure that is told by neighborhood, in page order, each in one period for all the places."""
    measures = scope.ask(queries.measures, language=scope.language)
    measures = measures[measures.level == "neighborhood"]
    figures = scope.ask(queries.figure_table, measures=tuple(measures.id), neighborhoods=places)
    figures = figures[figures.group == "all"]
    made = []
    for measure in queries.records(measures):
        mine = figures[figures.measure == measure["id"]]
        mine = mine[comparable(mine, str(measure["kind"]))]
        if len(mine):
            made.append(_compared(scope, measure, mine, places))
    order = {topic: turn for turn, topic in enumerate(TOPICS)}
    return tuple(sorted(made, key=lambda one: order.get(str(one.measure["topic"]), len(order))))


def _compared(scope: Scope, measure: Mapping[str, Any], figures: pd.DataFrame, places: Sequence[str]) -> Compared:
    count = figures.groupby("period").neighborhood.nunique()
    newest = figures.sort_values(["period_end", "period_start"], ascending=[False, True]).period.drop_duplicates()
    period = next((code for code in newest if count[code] == len(places)), newest.iloc[0])
    rows = {
        str(row["neighborhood"]): queries.as_figure(row) for row in queries.records(figures[figures.period == period])
    }
    found = tuple(rows.get(place) for place in places)
    here = [figure for figure in found if figure is not None]
    # With several pairs one would differ by chance sooner or later: each gets its part of the 5%.
    looks = max(1, len(places) * (len(places) - 1) // 2)
    context = context_of(scope.release, measure)
    pairs = tuple(
        Pair(one, other, compare(context, one, other, confidence=1 - 0.05 / looks))
        for one, other in combinations(here, 2)
    )
    return Compared(measure, str(period), found, pairs)


def pair_sentence(scope: Scope, pair: Pair) -> str:
    """What may be said of two places: the difference, that none is clear, or why they are not compared."""
    one, other, verdict = pair.one, pair.other, pair.verdict
    slots: dict[str, Any] = {"one": scope.name_of(one.neighborhood), "other": scope.name_of(other.neighborhood)}
    if verdict.reason is not None:
        return scope.say("compare.pair_refused", **slots, why=why_refused(scope, pair))
    if verdict.finding == Finding.COUNTS_ONLY:
        return scope.say("compare.pair_few", **slots)
    values: dict[str, Any] = {"value": _value(one, scope), "other_value": _value(other, scope)}
    assert verdict.low is not None
    assert verdict.high is not None
    if not verdict.is_clear:
        fall, rise = (_size(end, one, scope) for end in (verdict.low, verdict.high))
        return scope.say("compare.pair_unclear", **slots, **values, fall=fall, rise=rise)
    way, near, far = (
        ("higher", verdict.low, verdict.high) if verdict.moved > 0 else ("lower", verdict.high, verdict.low)
    )
    ends: dict[str, Any] = {"low": _size(near, one, scope), "high": _size(far, one, scope)}
    return scope.say(f"compare.pair_{way}", **slots, **values, **ends)


def _size(difference: float, figure: Figure, scope: Scope) -> str:
    """The size of a difference: points for shares, percent of the other's rate for rates."""
    if figure.unit == "percent":
        return formats.points(difference, scope.language)
    return formats.percent(100 * abs(difference), scope.language)


def why_refused(scope: Scope, pair: Pair) -> str:
    """Why two places are not compared; where that is because of visitors, in which of them."""
    if pair.verdict.reason != Refusal.VISITORS:
        return refused_sentence(pair.verdict, scope)
    places = scope.ask(queries.neighborhoods, language=scope.language)
    visited = set(places.id[places.visitor_area.astype(bool)])
    names = [scope.name_of(one.neighborhood) for one in (pair.one, pair.other) if one.neighborhood in visited]
    return scope.say("compare.visitors", places=formats.join(names, scope.language))


def pairs_lead(scope: Scope, pairs: Sequence[Pair]) -> str:
    """What may be said of all pairs: clear differences one by one; what is unclear or not compared, said once."""
    if len(pairs) <= 1:
        return " ".join(pair_sentence(scope, pair) for pair in pairs)
    lines = [pair_sentence(scope, pair) for pair in pairs if pair.verdict.is_clear]
    grouped: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.verdict.is_clear:
            continue
        if pair.verdict.reason is not None:
            why = scope.say("compare.group_refused", why=why_refused(scope, pair))
        else:
            few = pair.verdict.finding == Finding.COUNTS_ONLY
            why = scope.say("compare.group_few" if few else "compare.group_unclear")
        names = [scope.name_of(figure.neighborhood) for figure in (pair.one, pair.other)]
        grouped.setdefault(why, []).append(formats.join(names, scope.language))
    lines += [scope.say("compare.group", why=why, pairs="; ".join(named)) for why, named in grouped.items()]
    return " ".join(lines)


def finding_of(scope: Scope, one: Compared) -> str:
    """The heading of a measure: about the difference, never about a place alone."""
    slots: dict[str, Any] = {"measure": str(one.measure["name"])}
    judged = [pair for pair in one.pairs if pair.verdict.reason is None]
    if not judged:
        return scope.say("compare.finding_refused", **slots)
    if len(one.pairs) == 1:
        pair = one.pairs[0]
        slots |= {"one": scope.name_of(pair.one.neighborhood), "other": scope.name_of(pair.other.neighborhood)}
        if pair.verdict.finding == Finding.COUNTS_ONLY:
            return scope.say("compare.finding_few", measure=slots["measure"])
        if pair.verdict.is_clear:
            return scope.say(f"compare.finding_{'higher' if pair.verdict.moved > 0 else 'lower'}", **slots)
    if not one.clear:
        every = "" if len(judged) == len(one.pairs) else "_compared"
        return scope.say(f"compare.finding_unclear{every}", measure=slots["measure"])
    return scope.say(
        "compare.finding_some", n=len(one.clear), clear=formats.count(len(one.clear), scope.language),
        all=formats.count(len(judged), scope.language), measure=slots["measure"],
    )  # fmt: skip


def show_measures(scope: Scope, places: Sequence[str]) -> None:
    """A card for each headline measure; all measures in one table, also those that cannot be compared, with why."""
    every = compared(scope, tuple(places))
    if not every:
        st.markdown(for_markdown(scope.say("compare.nothing")))
        return
    for one in every:
        if one.measure["headline"]:
            show_card(compared_card(scope, one, tuple(places)), scope)
    st.header(scope.say("compare.table"), anchor="all")
    if len(places) > LEAST:
        show_small(scope.say("compare.many_looks"))
    show_table(measures_table(scope, every, places), scope, caption=scope.say("compare.table"))


@keep()
def compared_card(scope: Scope, one: Compared, places: tuple[str, ...]) -> Card:
    """The card of a measure: the difference in words, and the years of each place on the same axes."""
    measure, said = one.measure, scope.say
    figures = scope.ask(queries.figure_table, measures=(str(measure["id"]),), neighborhoods=places)
    figures = figures[figures.group == "all"]
    series = _years_like(figures, one.period)
    drawing = charts.multiples(
        series, look(scope.theme), scope.language, scope.width, places=places, names=scope.names,
        breaks=scope.ask(queries.breaks, measure=str(measure["id"]), language=scope.language),
    )  # fmt: skip
    first = next(figure for figure in one.figures if figure is not None)
    names = formats.join([scope.name_of(place) for place in places], scope.language)
    finding = finding_of(scope, one)
    return Card(
        id=f"compare-{measure['id']}",
        page="compare",
        finding=finding,
        subtitle=said(
            "card.subtitle", measure=str(measure["name"]), unit=said(f"kinds.measure.unit.{measure['unit']}"),
            place=names, period=formats.period_label(one.period, scope.language),
        ),
        lead=pairs_lead(scope, one.pairs),
        drawing=drawing,
        alt=f"{finding}. {names}. {said('card.alt_end')}",
        table=years_table(scope, series, places),
        rows=file_rows(series, scope),
        chips=chips_of(scope, one),
        how_to_read=said("compare.how_to_read"),
        source=source_line(measure, scope),
        passport=observation_passport(first, scope, measure),
        link={WITH: ",".join(places)},
        file_name=f"compare_{measure['id']}_{'_'.join(places)}_release-{scope.release.id}",
    )  # fmt: skip


def chips_of(scope: Scope, one: Compared) -> list[Chip]:
    """Whether the places differ clearly; the color says nothing of good or bad."""
    if all(pair.verdict.reason is not None for pair in one.pairs):
        return [Chip(scope.say("reading.not_compared"), "unknown")]
    return [Chip(scope.say("compare.chip_clear"), "changed")] if one.clear else [
        Chip(scope.say("verdict.chip.no_clear_difference"), "same")
    ]  # fmt: skip


def _years_like(figures: pd.DataFrame, period: str) -> pd.DataFrame:
    """The rows of the same stretch of each year (or of every wave) as the period that is compared."""
    kind = periods.parse(period).kind
    same = figures[figures.period.map(lambda code: periods.parse(code).kind == kind).astype(bool)]
    if kind == "range":
        day = periods.parse(period)
        ends = (day.start.month, day.start.day)
        same = same[same.period_start.map(lambda start: (start.month, start.day) == ends).astype(bool)]
    year = same.period_end.map(lambda end: end.year)
    # Two waves of a year: the later one stands for it.
    return same.assign(_year=year).sort_values("period_end").drop_duplicates(
        ["neighborhood", "_year"], keep="last"
    ).drop(columns="_year").reset_index(drop=True)  # fmt: skip


def years_table(scope: Scope, series: pd.DataFrame, places: Sequence[str]) -> pd.DataFrame:
    """Every year newest first, a column a place, each with its range."""
    rows = []
    ordered = series.sort_values("period_end", ascending=False)
    for code in ordered.period.drop_duplicates():
        there = {str(row["neighborhood"]): row for row in queries.records(series[series.period == code])}
        rows.append(
            {
                scope.say("table.period"): formats.period_label(str(code), scope.language),
                **{scope.name_of(place): _cell(scope, there.get(place)) for place in places},
            }
        )
    return pd.DataFrame(rows)


def measures_table(scope: Scope, every: Sequence[Compared], places: Sequence[str]) -> pd.DataFrame:
    """Every measure: when, each place with its range, and which differ clearly or why they are not compared."""
    said = scope.say
    return pd.DataFrame(
        [
            {
                said("table.measure"): str(one.measure["name"]),
                said("table.period"): formats.period_label(one.period, scope.language),
                **{
                    scope.name_of(place): _cell(scope, None if figure is None else figure)
                    for place, figure in zip(places, one.figures, strict=True)
                },
                said("compare.clear"): clear_cell(scope, one),
            }
            for one in every
        ]
    )


def clear_cell(scope: Scope, one: Compared) -> str:
    """Which places differ clearly, or why they are not compared, for a table."""
    if one.clear:
        return " ".join(
            scope.say(
                "compare.cell_higher",
                one=scope.name_of(above.neighborhood),
                other=scope.name_of(below.neighborhood),
            )
            for above, below in (
                (pair.one, pair.other) if pair.verdict.moved > 0 else (pair.other, pair.one) for pair in one.clear
            )
        )
    reasons = [pair.verdict for pair in one.pairs if pair.verdict.reason is not None]
    if len(reasons) == len(one.pairs):
        return refused_cell(reasons[0], scope) if reasons else scope.say("status.chip.not_reported")
    if all(pair.verdict.finding == Finding.COUNTS_ONLY for pair in one.pairs if pair.verdict.reason is None):
        return scope.say("verdict.chip.too_few")
    return scope.say("verdict.chip.no_clear_difference")


def _cell(scope: Scope, given: Figure | Mapping[str, Any] | None) -> str | Figured:
    """A figure with its range, leading to its page; the status where there is no value."""
    if given is None:
        return scope.say("status.chip.not_reported")
    figure = given if isinstance(given, Figure) else queries.as_figure(given)
    if not figure.has_value or figure.value is None:
        return figured(figure, scope, value_text(figure, scope))
    text = amount_text(figure.value, figure.unit, scope)
    if figure.low is not None and figure.high is not None:
        text = scope.say("compare.with_range", value=text, range=range_text(figure, scope))
    if figure.status != Status.SHOWN:
        text = scope.say("compare.with_status", value=text, status=scope.say(f"status.chip.{figure.status}"))
    return figured(figure, scope, text)


def _value(figure: Figure, scope: Scope) -> str:
    return amount_text(figure.value or 0.0, figure.unit, scope)
