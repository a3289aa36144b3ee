"""Where every place of a measure stands in one period: beside the city, or beside the others of its setting. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components.ask import ask, keep
from components.readings import beside_whole, context_of, settings_of
from data import queries
from data.figures import Figure
from data.store import Release
from data.verdicts import ALONE, CITY, OTHERS, Refusal, Together, all_of_setting

SETTINGS = ("urban", "suburban", "rural")
EACH, ALL = "each", "all"
"""Every place within its own setting; all places beside the city."""
COMPARED, VALUES = "compared", "values"


@dataclass(frozen=True)
class Standing:
    """The places of a measure in one period, and what they are set beside.

    figures: rows of `queries.by_neighborhood`, and setting, group (above, same, below), refused (why a place that has a
    value is not compared) and beside (city or setting). within: EACH, ALL or a setting. wholes: all of each setting
    together; empty beside the city. city: the city's own figure. One value is shared by all who ask: nobody may change
    it.
    """

    figures: pd.DataFrame
    within: str
    wholes: Mapping[str, Together]
    city: Figure | None

    @property
    def views(self) -> list[str]:
        """Which views of a map there are: COMPARED only where every place that may be compared has a verdict."""
        shown = self.figures[self.figures.value.notna() & ~self.figures.refused.isin(ALONE)]
        return [COMPARED, VALUES] if len(shown) and shown.group.notna().all() else [VALUES]

    @property
    def mine(self) -> pd.DataFrame:
        """The places that the choice of a setting leaves: all of them where each is in its own."""
        return self.figures if self.within in (EACH, ALL) else self.figures[self.figures.setting == self.within]

    def drawn(self, view: str) -> pd.DataFrame:
        """The figures as a view draws them: a place that has a value and no part in the view does not apply, and why.

        With VALUES these are the places of other settings; with COMPARED all that are not compared.
        """
        frame = self.figures
        away = frame.value.notna() & (frame.group.isna() if view == COMPARED else frame.refused.isin(OTHERS))
        if view != COMPARED:
            frame = frame.drop(columns="group")
        nothing = frame[["value", "low", "high"]].mask(away)
        return frame.assign(
            status=frame.status.mask(away, "not_applicable"),
            reason=frame.reason.mask(away, frame.refused),
            **{str(column): nothing[column] for column in nothing},
        )


def settings_among(release: Release) -> dict[str, int]:
    """The settings that neighborhoods have, in the order of SETTINGS, each with how many; empty where none is named."""
    found = list(settings_of(release).values())
    return {setting: found.count(setting) for setting in SETTINGS if setting in found}


def usual_within(release: Release, place: str | None) -> str:
    """Like is compared with like: the reader's place within its setting, else each within its own."""
    if not settings_among(release):
        return ALL
    return settings_of(release).get(place or "", EACH)


@keep()
def standing_of(
    release: Release, measure: str, period: str, language: str, within: str = ALL, kind: str = "neighborhood"
) -> Standing:
    """Where every place stands. kind: of the places, neighborhood or district; districts have no setting."""
    measures = ask(queries.measures, release, language=language)
    about: dict[str, Any] = queries.records(measures[measures.id == measure])[0]
    figures = ask(queries.by_neighborhood, release, measure=measure, period=period, language=language, kind=kind)
    cities = ask(queries.figures, release, measures=[measure], periods=[period], neighborhoods=[CITY])
    city = cities[0] if cities else None
    context, settings = context_of(release, about), settings_of(release)
    wholes: dict[str, Together] = {}
    beside: dict[str, Figure | None] = dict.fromkeys(figures.id, city)
    if within != ALL:
        known = [queries.as_figure(row) for row in queries.records(figures[figures.measure.notna()])]
        wanted = SETTINGS if within == EACH else (within,)
        wholes = {one: all_of_setting(context, known, one) for one in wanted if one in settings.values()}
        beside = {place: _whole(wholes, settings.get(place) if within == EACH else within) for place in figures.id}
    figures = figures.assign(
        setting=figures.id.map(settings).astype(object).where(figures.id.isin(list(settings)), None),
        beside="city" if within == ALL else "setting",
    )
    figures = beside_whole(context, figures, beside)
    if within != ALL:  # also where nothing says what the figures of the others rest on
        other = figures.setting.isna() if within == EACH else figures.setting != within
        reason = pd.Series(Refusal.OTHER_SETTING.value, index=figures.index).mask(figures.setting.isna(), "no_setting")
        away = figures.value.notna() & other
        figures = figures.assign(group=figures.group.mask(away, None), refused=figures.refused.mask(away, reason))
    return Standing(figures, within, wholes, city)


def _whole(wholes: Mapping[str, Together], setting: str | None) -> Figure | None:
    together = wholes.get(setting or "")
    return together.figure if together is not None else None
