"""How often something happens to each group of people, beside one of them, per person of a named benchmark.

Ratios come from published numbers only, so they cannot tell what is withheld. Never a rank, never a finding of bias.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.cards import Card, show_card
from components.panels.measures import source_line
from components.passports import figured, observation_passport
from components.scope import Scope, choose_code
from components.tables import Figured
from components.tokens import look
from components.words import for_markdown
from data import periods, queries
from data.figures import Figure, Status
from data.models.place import CITY
from data.stats.equity import FEWEST_EVENTS, SMALLEST_GROUP, relative_rate_index

BENCHMARK = "benchmark"
YEARS_APART = 5
"""How far from the figures people of a benchmark may have been counted."""
CLOSE = 1.1
"""Ranges that reach so near to 1 are told with two decimals."""
EVERYONE = "all"


@dataclass(frozen=True)
class Comparison:
    """The groups of a measure in a place and period, each set beside one of them, per person of one benchmark.

    groups: a row a group, from A to Z with the reference first: group (code), name, figure, events, people, ratio, low,
    high (nan where there is none), reason (why there is none: few_events, no_events, no_people, not_shown, small_group;
    empty for a ratio and for the reference), is_reference.
    """

    benchmark: Mapping[str, Any]
    period: str
    groups: pd.DataFrame

    @property
    def reference(self) -> Mapping[str, Any]:
        """The row that the others are set beside."""
        return queries.records(self.groups[self.groups.is_reference])[0]

    @property
    def compared(self) -> pd.DataFrame:
        """The rows with a ratio."""
        return self.groups[self.groups.ratio.notna() & ~self.groups.is_reference]


def comparisons_of(scope: Scope, measure: Mapping[str, Any], period: str) -> list[Comparison] | str:
    """A comparison for each benchmark that fits, or the sentence that says why there is none.

    Those of the reader's place, where it has figures by group and people to count them against; else of the city.
    """
    if measure["kind"] not in ("rate", "count"):
        return scope.say("equity.refused_kind")
    why = ""
    for place in dict.fromkeys((scope.place_or_city, CITY)):
        found = _in_place(scope, measure, period, place)
        if not isinstance(found, str):
            return found
        why = found
    return why


def _in_place(scope: Scope, measure: Mapping[str, Any], period: str, place: str) -> list[Comparison] | str:
    when = scope.ask(queries.group_periods, measure=measure["id"], neighborhood=place)
    if when.empty:
        return scope.say("equity.refused_no_groups")
    people = scope.ask(queries.benchmark_people, neighborhood=place)
    every = scope.ask(queries.figures, measures=[measure["id"]], neighborhoods=[place], groups=None)
    every = [figure for figure in every if figure.group != EVERYONE]
    told = {figure.group: figure for figure in every if figure.period == period}
    if not told and people.group_name.isin([figure.group for figure in every]).any():
        listed = formats.join([formats.period_label(code, scope.language) for code in when.period], scope.language)
        return scope.say("equity.refused_period", periods=listed)
    found, labels = [], {group: scope.group_name(group) for group in told}
    for benchmark in queries.records(scope.ask(queries.benchmarks, language=scope.language)):
        mine = people[(people.benchmark_id == benchmark["id"]) & people.group_name.isin(list(told))]
        near = nearest_period(list(mine.period.unique()), period)
        if near is not None and benchmark["reference_group"] in told:
            found.append(compared(benchmark, near, told, mine[mine.period == near], labels))
    if not found:
        return scope.say("equity.refused_no_benchmark")
    return [one for one in found if len(one.compared)] or scope.say("equity.refused_not_shown")


def nearest_period(there: Sequence[str], wanted: str) -> str | None:
    """The period itself where it is there; else the one that begins nearest, within YEARS_APART; None without one."""
    if wanted in there:
        return wanted
    start = periods.parse(wanted).start
    apart = sorted((abs((periods.parse(code).start - start).days), periods.parse(code).start, code) for code in there)
    return apart[0][2] if apart and apart[0][0] <= YEARS_APART * 366 else None


def compared(
    benchmark: Mapping[str, Any],
    period: str,
    told: Mapping[str, Figure],
    people: pd.DataFrame,
    names: Mapping[str, str],
) -> Comparison:
    """Every group that figures are told for, beside the benchmark's reference group.

    told: published figures by group. people: rows of `queries.benchmark_people` of one benchmark and period. names:
    of groups, in the reader's language.
    """
    counted = dict(zip(people.group_name, people.people.astype(float), strict=True))
    reference = str(benchmark["reference_group"])
    beside, beside_people = _events(told[reference]), counted.get(reference, math.nan)
    rows = []
    for group in [reference, *sorted(set(told) - {reference}, key=lambda code: str(names.get(code, code)))]:
        events, mine = _events(told[group]), counted.get(group, math.nan)
        row: dict[str, Any] = {
            "group": group, "name": str(names.get(group, group)), "figure": told[group], "events": events,
            "people": mine, "ratio": math.nan, "low": math.nan, "high": math.nan, "reason": "",
            "is_reference": group == reference,
        }  # fmt: skip
        rows.append(row)
        if 0 < mine < SMALLEST_GROUP * sum(counted.values()):
            row["reason"] = "small_group"
        elif math.isnan(events) or math.isnan(beside):
            row["reason"] = "not_shown"
        elif not mine > 0 or not beside_people > 0:
            row["reason"] = "no_people"
        elif beside < FEWEST_EVENTS:
            row["reason"] = "few_events"
        elif group != reference:
            found = relative_rate_index(events, mine, beside, beside_people)
            if events < FEWEST_EVENTS:
                row["reason"] = "few_events" if events else "no_events"
            else:
                row |= {"ratio": found.value, "low": found.low, "high": found.high}
        else:
            row["ratio"] = 1.0
    return Comparison(benchmark, period, pd.DataFrame(rows))


def _events(figure: Figure) -> float:
    """The published count of a figure; nan where it is not shown."""
    if figure.status == Status.WITHHELD or figure.numerator is None:
        return math.nan
    return float(figure.numerator)


def ratio_words(row: Mapping[str, Any], scope: Scope) -> str:
    """What may be said of a group beside the reference: a ratio with its range, or why there is none."""
    if row["is_reference"] and not row["reason"]:
        return scope.say("equity.reference")
    if row["reason"] == "not_shown":
        return scope.say(f"status.cell.{row['figure'].status}")
    if row["reason"]:
        return scope.say(f"equity.{row['reason']}")
    ratio, low, high = (float(row[name]) for name in ("ratio", "low", "high"))
    lang = scope.language
    if low > 1:
        key, ends = "more", (ratio, low, high)
    elif high < 1:
        key, ends = "less", (1 / ratio, 1 / high, 1 / low)
    else:
        return scope.say("equity.unclear", low=formats.factor(1 / low, lang), high=formats.factor(high, lang))
    # Close to 1, one decimal would print a clear difference as none.
    decimals = 2 if ends[1] < CLOSE else 1
    times, least, most = (formats.factor(end, lang, decimals=decimals) for end in ends)
    return scope.say(f"equity.{key}", times=times, low=least, high=most)


def equity_card(
    scope: Scope, measure: Mapping[str, Any], period: str, comparisons: Sequence[Comparison], chosen: str
) -> Card:
    """The card of one benchmark's ratios; its table and file hold all benchmarks."""
    said, lang = scope.say, scope.language
    [mine] = [one for one in comparisons if one.benchmark["id"] == chosen]
    rows, benchmark = mine.compared, mine.benchmark
    more, less = int((rows.low > 1).sum()), int((rows.high < 1).sum())
    place = mine.reference["figure"].neighborhood
    finding = said(
        "equity.finding",
        n=len(rows),
        benchmark=str(benchmark["name"]),
        reference=str(mine.reference["name"]),
        more=formats.count(more, lang),
        less=formats.count(less, lang),
        unclear=formats.count(len(rows) - more - less, lang),
    )
    told = {row["group"]: ratio_words(row, scope) for row in queries.records(mine.groups)}
    lines = [
        (said("equity.line", group=str(row["name"]), words=told[row["group"]]), row["low"] > 1 or row["high"] < 1)
        for row in queries.records(rows)
    ]
    drawn = mine.groups.assign(words=mine.groups.group.map(told))
    drawn["tip"] = [said("equity.line", group=row["name"], words=row["words"]) for row in queries.records(drawn)]
    everyone = scope.ask(queries.figures, measures=[measure["id"]], periods=[period], neighborhoods=[place])
    cannot = [said("equity.not_bias"), said("equity.cannot"), str(benchmark["caveat"] or "")]
    return Card(
        id="equity",
        page="outcomes",
        finding=finding,
        subtitle=said(
            "equity.subtitle",
            measure=str(measure["name"]),
            place=scope.name_of(place),
            period=formats.period_label(period, lang),
            benchmark=str(benchmark["name"]),
            when=formats.period_label(mine.period, lang),
            definition=str(benchmark["definition"]),
        ),
        lead=" ".join([*(line for line, is_clear in lines if is_clear), *_of_others(comparisons, chosen, scope)]),
        drawing=charts.ratios(drawn, look(scope.theme), lang, scope.width),
        alt=said("card.alt", finding=finding, detail=" ".join(line for line, _ in lines)),
        table=equity_table(comparisons, measure, scope),
        rows=equity_rows(comparisons),
        how_to_read=said("how_to_read.ratios", reference=str(mine.reference["name"])),
        notices=[" ".join(part for part in cannot if part)],
        source="; ".join([source_line(measure, scope), *_other_source(benchmark, measure)]),
        passport=observation_passport((everyone or [mine.reference["figure"]])[0], scope, measure),
        link={"m": str(measure["id"]), "p": period, BENCHMARK: chosen},
        file_name=f"groups_{measure['id']}_{place}_release-{scope.release.id}",
    )


def _of_others(comparisons: Sequence[Comparison], chosen: str, scope: Scope) -> list[str]:
    """How many groups differ by each other benchmark: nobody shall see one answer where there are two."""
    told = []
    for one in comparisons:
        if one.benchmark["id"] != chosen:
            rows = one.compared
            more, less = int((rows.low > 1).sum()), int((rows.high < 1).sum())
            counts = {"more": more, "less": less, "unclear": len(rows) - more - less}
            slots: dict[str, Any] = {name: formats.count(n, scope.language) for name, n in counts.items()}
            told.append(scope.say("equity.by_other", benchmark=str(one.benchmark["name"]), **slots))
    return told


def _other_source(benchmark: Mapping[str, Any], measure: Mapping[str, Any]) -> list[str]:
    """Where the people of a benchmark come from, where that is not where the events come from."""
    if benchmark["source_id"] == measure["source_id"]:
        return []
    return [f"{benchmark['source_title']}, {benchmark['source_publisher']}"]


def equity_table(comparisons: Sequence[Comparison], measure: Mapping[str, Any], scope: Scope) -> pd.DataFrame:
    """Every group with its events, and by benchmark its people and how often: so can the benchmarks be compared."""
    said, lang = scope.say, scope.language
    lines: dict[str, dict[str, str | Figured]] = {}
    for one in comparisons:
        name = str(one.benchmark["name"])
        for row in queries.records(one.groups):
            figure = row["figure"]
            events = said(f"status.cell.{figure.status}")
            if not math.isnan(row["events"]):
                events = formats.count(row["events"], lang)
            people = formats.count(row["people"], lang) if row["people"] > 0 else said("equity.not_counted")
            line = lines.setdefault(
                row["group"],
                {
                    said("table.group"): row["name"],
                    said("equity.events"): figured(figure, scope, events),
                },
            )
            line[said("equity.people_of", benchmark=name)] = people
            line[said("equity.ratio_of", benchmark=name)] = ratio_words(row, scope)
    return pd.DataFrame(list(lines.values()))


def equity_rows(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """The file: a row for each benchmark and group, plain numbers and codes; what is hidden or not given is empty."""
    parts = []
    for one in comparisons:
        figures = one.groups.figure
        parts.append(
            pd.DataFrame(
                {
                    "measure_id": [figure.measure for figure in figures],
                    "neighborhood_id": [figure.neighborhood for figure in figures],
                    "period": [figure.period for figure in figures],
                    "group": one.groups.group,
                    "events": one.groups.events,
                    "status": [str(figure.status) for figure in figures],
                    "benchmark_id": one.benchmark["id"],
                    "benchmark_period": one.period,
                    "people": one.groups.people,
                    "reference_group": one.benchmark["reference_group"],
                    "ratio": one.groups.ratio,
                    "ratio_low": one.groups.low,
                    "ratio_high": one.groups.high,
                    "no_ratio_because": one.groups.reason,
                    "release_id": [figure.release for figure in figures],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def show_equity(scope: Scope, measure: Mapping[str, Any], period: str) -> None:
    """How often for each group beside another, per person of the benchmark that the reader chooses; or why not."""
    found = comparisons_of(scope, measure, period)
    if isinstance(found, str):
        st.markdown(for_markdown(found))
        return
    names = {str(one.benchmark["id"]): str(one.benchmark["name"]) for one in found}
    chosen = next(iter(names))
    if len(names) > 1:
        chosen = choose_code(
            scope.say("equity.benchmark"), list(names), param=BENCHMARK, default=chosen, label_of=names.__getitem__,
            kind="segmented_control", unknown=lambda code: scope.say("equity.unknown_benchmark", code=code),
        )  # fmt: skip
    show_card(equity_card(scope, measure, period, found, chosen), scope)
