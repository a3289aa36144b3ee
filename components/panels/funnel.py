"""Could it be chance? All places between the limits of a funnel: for the curious, and never a rank. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
from components.tables import Figured
from components.tokens import look
from data import queries
from data.figures import Status
from data.stats import funnel as funnels

LEAST_PLACES = 8
"""Below it the average hangs on single places, and the spread between them cannot be told."""
FAR_FROM_CHANCE = 10.0
"""From such an inflation on the average of all is no yardstick: docs/statistics.md."""
LIMITS = ["low_95", "high_95", "low_998", "high_998"]
GRID = 160


@dataclass(frozen=True)
class Spread:
    """Places between limits.

    places: rows of `queries.by_neighborhood`, A to Z, with base, events, LIMITS (in the measure's unit) and position:
    1, 0 or -1; missing where a place is not compared. curve: base and LIMITS, for drawing. centre: all compared places
    together. inflation: how many times the variance between them is that of chance alone; 1.0 where chance explains it.
    beyond_chance: places outside the outer limits of chance alone. base: residents, answers, weighted or counted.
    """

    places: pd.DataFrame
    curve: pd.DataFrame
    centre: float
    inflation: float
    beyond_chance: int
    base: str

    @property
    def compared(self) -> pd.DataFrame:
        """The places that are compared and shown."""
        return self.places[self.places.position.notna()]

    def named(self, position: int) -> list[str]:
        """Names of the places above (1) or below (-1) the outer limits, A to Z."""
        return sorted(self.places[self.places.position == position].name)


def spread_of(figures: pd.DataFrame, measure: Mapping[str, Any], visitor_areas: Collection[str]) -> Spread | str:
    """The places of a measure in one period between the limits of a funnel, or why there is none.

    figures: rows of `queries.by_neighborhood`. visitor_areas: ids of places where many people come from elsewhere.
    Rates stand on residents, shares on answers. A count too small for a rate belongs to the average all the same.
    Why not: count, no_base (scores, and shares of unknown answers), opt_in, few (under 8 places).
    """
    kind = str(measure["kind"])
    if kind == "count":
        return "count"
    if (figures.reason == "opt_in").any():
        return "opt_in"
    bases, base_key = _bases(figures, kind)
    places = figures.assign(base=bases)
    places["events"] = places.numerator if kind == "rate" else places.value / 100 * places.base
    known = places.events.notna() & (places.base > 0)
    if kind == "score" or not known.any():
        return "no_base"
    places["reason"] = places.reason.astype(object).mask(places.id.isin(visitor_areas) & (kind == "rate"), "visitors")
    fair = known & ~places.reason.isin(NOT_COMPARED)
    shown = fair & places.value.notna() & places.status.map(lambda status: Status(status).has_value)
    if shown.sum() < LEAST_PLACES:
        return "few"
    x, base = places.events[fair].to_numpy(), places.base[fair].to_numpy()
    found = funnels.funnel(x, base) if kind == "rate" else funnels.funnel_of_shares(x, base)
    scale = 1.0 if kind == "rate" else 100.0
    if not found.centre > 0:
        return "few"  # no event anywhere: nothing can differ
    limits = pd.DataFrame({name: getattr(found, name) * scale for name in LIMITS}, index=places.index[fair])
    places[LIMITS] = limits.reindex(places.index)
    positions = pd.Series(found.position, index=places.index[fair]).where(shown[fair])
    places["position"] = positions.reindex(places.index).astype("Int8")
    chance = _curve(base, found.centre, 1.0, kind)
    rate = (places.value[fair] / scale).to_numpy()
    beyond = ((rate > chance.high_998) | (rate < chance.low_998)) & shown[fair].to_numpy()
    largest = float(places.base[places.value.notna()].max())
    grid = np.geomspace(max(largest / 1000, min(base.min(), largest / 100)), largest * 1.25, GRID)
    curve = _curve(grid, found.centre, found.inflation, kind)
    drawn = pd.DataFrame({"base": grid, **{name: getattr(curve, name) * scale for name in LIMITS}})
    return Spread(places, drawn, found.centre * scale, found.inflation, int(beyond.sum()), base_key)


def _bases(figures: pd.DataFrame, kind: str) -> tuple[pd.Series[float], str]:
    """What the figures rest on, and which it is: residents of a rate; of a share answers, after weighting if known."""
    if kind == "rate":
        return figures.denominator.astype("float64"), "residents"
    if figures.n_effective.notna().any():
        return figures.n_effective.astype("float64"), "weighted"
    if figures.n.notna().any():
        return figures.n.astype("float64"), "answers"
    return figures.denominator.astype("float64"), "counted"


def _curve(bases: Any, centre: float, inflation: float, kind: str) -> funnels.FunnelCurve:
    if kind == "rate":
        return funnels.funnel_curve(bases, centre, inflation, 1000.0)
    return funnels.funnel_of_shares_curve(bases, centre, inflation)


def funnel_card(
    scope: Scope, measure: Mapping[str, Any], period: str, spread: Spread, link: dict[str, str], source: str
) -> Card:
    """The card of a funnel: how many places stand out, which, and why the lines are where they are.

    link: the codes of its address. source: the source line.
    """
    said, unit = scope.say, str(measure["unit"])
    places, compared = spread.places, spread.compared
    shown = places[places.value.notna()]
    outside = int((compared.position != 0).sum())
    finding = finding_of(len(compared), outside, spread.inflation, scope)
    city = scope.ask(queries.figures, measures=[measure["id"]], periods=[period], neighborhoods=["city"])
    is_city = bool(city) and city[0].value is not None and _same(city[0].value, spread.centre, unit, scope)
    mine = places[(places.id == scope.place) & places.measure.notna()]
    first = [*city, *(queries.as_figure({**row, "group": "all"}) for row in queries.records(mine))]
    is_rate = unit == "per_1000_residents"
    alt_range = said("map.alt_values", low=amount_text(compared.value.min(), unit, scope),
                     high=amount_text(compared.value.max(), unit, scope), n=len(compared))  # fmt: skip
    return Card(
        id="funnel",
        page="map",
        finding=finding,
        subtitle=places_subtitle(measure, period, scope),
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
            columns=["neighborhood", "group"], errors="ignore"
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
