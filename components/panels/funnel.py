"""Could it be chance? All places between the limits of a funnel: for the curious, and never a rank. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from components import charts, formats
from components.cards import Card
from components.charts.funnel import GROUPS
from components.charts.texts import NOT_COMPARED
from components.panels.measures import places_subtitle
from components.passports import figured, observation_passport
from components.scope import Scope
from components.sentences import amount_text
from components.standing import ALL
from components.tables import Figured
from components.tokens import look
from data import queries
from data.figures import Status
from data.verdicts import Spread

FAR_FROM_CHANCE = 10.0
"""From such an inflation on the average of all is no yardstick: docs/statistics.md."""


def funnel_card(
    scope: Scope,
    measure: Mapping[str, Any],
    period: str,
    spread: Spread,
    link: dict[str, str],
    source: str,
    within: str = ALL,
) -> Card:
    """The card of a funnel: how many places stand out, which, and why the lines are where they are.

    link: the codes of its address. source: the source line. within: the setting of the places, or ALL.
    """
    said, unit = scope.say, str(measure["unit"])
    places, compared = spread.places, spread.compared
    shown = places[places.value.notna()]
    outside = int((compared.position != 0).sum())
    finding = finding_of(len(compared), outside, spread.inflation, scope)
    city = scope.ask(queries.figures, measures=[measure["id"]], periods=[period], neighborhoods=["city"])
    is_city = (
        within == ALL and bool(city) and city[0].value is not None and _same(city[0].value, spread.centre, unit, scope)
    )
    mine = places[(places.id == scope.place) & places.measure.notna()]
    first = [*city, *(queries.as_figure({**row, "group": "all"}) for row in queries.records(mine))]
    is_rate = unit == "per_1000_residents"
    alt_range = said("map.alt_values", low=amount_text(compared.value.min(), unit, scope),
                     high=amount_text(compared.value.max(), unit, scope), n=len(compared))  # fmt: skip
    return Card(
        id="funnel" if within == ALL else f"funnel-{within}",
        page="outcomes",
        finding=finding,
        subtitle=places_subtitle(measure, period, scope, within),
        lead=" ".join(lead_lines(spread, scope)),
        drawing=charts.funnel(
            places, spread.curve, look(scope.theme), scope.language, scope.width, unit=unit, centre=spread.centre,
            direction=str(measure["direction"]), chosen=scope.place,
            base_name=said(f"funnel.{spread.base}"),
            centre_name=said("kinds.neighborhood.kind.city" if is_city else "funnel.together"),
        ),
        alt=said("card.alt", finding=finding, detail=alt_range),
        table=funnel_table(spread, unit, scope),
        rows=places.rename(columns={"measure": "measure_id", "release": "release_id"}).drop(
            columns=["neighborhood", "group", "refused", "beside"], errors="ignore"
        ).rename(columns={"id": "neighborhood_id"}),
        how_to_read=said("how_to_read.funnel" if is_rate else "how_to_read.funnel_shares"),
        notices=[said("funnel.visitors_left_out")] if (shown.reason == "visitors").any() else [],
        source=source,
        passport=observation_passport(first[0], scope, measure) if first else None,
        link=link,
    )  # fmt: skip


def finding_of(compared: int, outside: int, inflation: float, scope: Scope) -> str:
    """How many places stand out; where they differ by far more than chance, that first: the lines then say little."""
    which = "some" if outside else "all"
    if inflation >= FAR_FROM_CHANCE:
        return scope.say(f"funnel.{which}_far", **({"n": outside} if outside else {}))
    kind = "spread" if inflation > 1 else "chance"
    slots = {"inside": formats.count(compared - outside, scope.language), "outside": _number(outside, scope)}
    return scope.say(f"funnel.{which}_{kind}", n=compared, **(slots if outside else {}))


def lead_lines(spread: Spread, scope: Scope) -> list[str]:
    """Which places stand out, how far the lines were widened, and that there is no rank."""
    said, lines = scope.say, []
    for position, key in ((1, "funnel.outside_above"), (-1, "funnel.outside_below")):
        if names := spread.named(position):
            lines.append(said(key, places=formats.join(names, scope.language)))
    if spread.inflation > 1:
        times = formats.rate_number(float(np.sqrt(spread.inflation)), scope.language)
        lines.append(said("funnel.widened", times=times, n=spread.beyond_chance))
    return [*lines, said("funnel.no_ranks")]


def funnel_table(spread: Spread, unit: str, scope: Scope) -> pd.DataFrame:
    """Every place A to Z: its base, events, value, the outer limits there, and where it stands, in words."""
    said, lang = scope.say, scope.language
    is_rate = unit == "per_1000_residents"
    rows = []
    for row in queries.records(spread.places):
        cell, stands, limits = _value(row, unit, scope), _stands(row, scope), said("reading.not_compared")
        if not pd.isna(row["position"]):
            ends = [formats.value_number(row[end], unit, lang) for end in ("low_998", "high_998")]
            limits = formats.from_to(ends[0], ends[1], lang)
        is_open = row["status"] != Status.WITHHELD
        base = formats.count(row["base"], lang) if row["base"] > 0 and is_open else said("reading.not_stated")
        line: dict[str, str | Figured] = {said("table.place"): str(row["name"]), said(f"funnel.{spread.base}"): base}
        if is_rate:
            known = is_open and not pd.isna(row["events"])
            count = formats.count(row["events"], lang) if known else said(f"status.chip.{row['status']}")
            line[said("table.count")] = count
        line |= {
            said("table.per_1000" if is_rate else "table.value"): cell,
            said("funnel.limits"): limits,
            said("funnel.column"): stands,
        }
        rows.append(line)
    return pd.DataFrame(rows)


def _value(row: Mapping[Any, Any], unit: str, scope: Scope) -> str | Figured:
    """A place's value, which leads to its figure; the status in words where there is none."""
    if not isinstance(row["measure"], str):
        return scope.say(f"status.cell.{row['status']}")
    figure = queries.as_figure({**row, "group": "all"})
    if not figure.has_value or figure.value is None:
        return figured(figure, scope, scope.say(f"status.cell.{figure.status}"))
    return figured(figure, scope, formats.value_number(figure.value, unit, scope.language))


def _stands(row: Mapping[Any, Any], scope: Scope) -> str:
    if not pd.isna(row["position"]):
        return scope.say(f"funnel.{GROUPS[int(row['position'])]}")
    if row["reason"] in NOT_COMPARED and Status(row["status"]).has_value:
        return scope.say(f"map.not_compared_{row['reason']}")
    return scope.say(f"status.chip.{row['status']}")


def _same(one: float, other: float, unit: str, scope: Scope) -> bool:
    return formats.value_number(one, unit, scope.language) == formats.value_number(other, unit, scope.language)


def _number(count: int, scope: Scope) -> str:
    return formats.count(count, scope.language)


def refusal_words(why: str, figures: pd.DataFrame, scope: Scope) -> Sequence[str]:
    """Why there is no funnel, and what can be seen instead."""
    n = int(figures.value.notna().sum())
    reason = scope.say("funnel.refused_few", n=n) if why == "few" else scope.say(f"funnel.refused_{why}")
    return [reason, scope.say("funnel.instead")]
