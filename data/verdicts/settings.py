"""All places of one setting together: what each of them is set beside when like is compared with like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.figures import Figure, Status
from data.verdicts.compare import COUNTED, base_of
from data.verdicts.context import SETTING, Context
from data.verdicts.finding import ALONE


@dataclass(frozen=True)
class Together:
    """The figure of several places together, and which places are in it. figure: None where it cannot be worked out."""

    figure: Figure | None
    places: tuple[str, ...]


def all_of_setting(context: Context, figures: Iterable[Figure], setting: str) -> Together:
    """All places of a setting (urban, suburban, rural) in one period, from their own published figures.

    Rates: all events over all residents. Shares: the mean, each place weighted by the answers it rests on. A count too
    small for a rate belongs to it, as in a funnel; a hidden figure cannot, nor a place that is compared with none
    (visitors, covered in part). Counts and scores have no figure together: nothing says what they rest on.
    """
    mine = [one for one in figures if context.settings.get(one.neighborhood) == setting and _counts(context, one)]
    places = tuple(one.neighborhood for one in mine)
    if not mine or context.kind not in ("rate", "share"):
        return Together(None, places)
    first, value, answers = mine[0], 0.0, None
    if context.kind == "rate":
        events, base = (sum(float(getattr(one, part) or 0) for one in mine) for part in ("numerator", "denominator"))
        value = 1000 * events / base
    else:
        base = sum(base_of(one) for one in mine)
        value = sum((one.value or 0.0) * base_of(one) for one in mine) / base
        events = value / 100 * base
        answers = sum(int(one.n or 0) for one in mine) or None
    figure = Figure(
        measure=first.measure, neighborhood=f"{SETTING}{setting}", period=first.period, group=first.group, value=value,
        low=None, high=None, numerator=events, denominator=base, n=answers,
        n_effective=None if context.kind == "rate" else base, unit=first.unit, status=Status.SHOWN, reason=None,
        source=first.source, release=first.release, denominator_period=max(one.denominator_period or "" for one in mine)
        or None,
    )  # fmt: skip
    return Together(figure, places)


def _counts(context: Context, one: Figure) -> bool:
    """Whether a place's figure is part of the figure of all."""
    if one.status == Status.WITHHELD or one.reason in ALONE or context.is_visited(one):
        return False
    if context.kind in COUNTED:
        return one.numerator is not None and (context.kind == "count" or bool(one.denominator))
    return one.has_value and one.value is not None and (context.kind == "score" or base_of(one) > 0)
