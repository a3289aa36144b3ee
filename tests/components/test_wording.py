"""Every sentence that figures, comparisons and grades can make, in a text that a reviewer can read.

`OPENBEAT_SNAPSHOTS=write pytest tests/components/test_wording.py` writes the snapshots anew; then read what changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import textstat

from components import sentences
from components.evidence import declared_sentence, displaced_sentence, evidence_sentence
from components.readings import Reading
from components.scope import Scope
from components.words import languages, words
from data import stats
from data.figures import Figure, Status
from data.models import NOT_ASSESSED
from data.verdicts import Break, Finding, Refusal, SeriesFinding, SeriesVerdict, Verdict, compare, refused
from data.verdicts.context import BREAK_KINDS
from tests.components.studied import RESULTS, study
from tests.components.studied import refused as not_assessed
from tests.components.test_evidence import evaluation
from tests.components.test_sentences import CLAIMS
from tests.data.verdicts.figures import COUNT, RATE, SHARE, count, rate, score, share

SNAPSHOTS = Path(__file__).parent / "snapshots"
NAMES = {"downtown": "Downtown", "city": "Riverton"}
CITY = {
    "rate": rate(2_000, 200_000, neighborhood="city"),
    "count": count(2_000, neighborhood="city"),
    "share": share(54, 9_000, neighborhood="city"),
    "score": score(60, neighborhood="city"),
}
NOW = {"rate": rate(60), "count": count(60), "share": share(57), "score": score(61)}
BEFORE = {
    "rate": rate(45, period="2024"), "count": count(45, "2024"), "share": share(52, period="2024"),
    "score": score(58, "2024"),
}  # fmt: skip
CONTEXTS = {"rate": RATE, "count": COUNT, "share": SHARE}
CHANGES: dict[str, list[tuple[Figure, Figure]]] = {
    "rate": [
        (rate(60), rate(30, period="2024")), (rate(30), rate(60, period="2024")), (rate(30), rate(45, period="2024")),
        (rate(9_000, 500_000), rate(9_010, 500_000, "2024")),
    ],
    "count": [
        (count(60), count(30, "2024")), (count(30), count(60, "2024")), (count(30), count(45, "2024")),
        (count(9_000), count(9_010, "2024")),
    ],
    "share": [
        (share(57), share(52, period="2024")), (share(52), share(57, period="2024")),
        (share(57, 300), share(52, 300, "2024")), (share(52, 20_000), share(52, 20_000, "2024")),
    ],
}  # fmt: skip
"""Up, down, not clear, not at all: now and before, for each kind of measure."""
SMALLEST = {"rate": 2.0, "count": 500.0, "share": 3.0}
PLACES: dict[str, list[Figure]] = {
    "rate": [rate(300), rate(40), rate(120), rate(4, status=Status.TOO_FEW_TO_SAY)],
    "share": [share(75, 200), share(30, 200), share(55, 60)],
}
"""Above, below, not clear, too few beside the city."""
COUNTS = [(4, 2), (2, 4), (3, 3), (3, 0), (0, 3), (0, 0)]
MEASURE = {"id": "burglary", "name": "Reported break-ins", "events": "break-ins", "topic": "safety"}
SIGNALS = (
    "outside_high", "outside_low", "run_high", "run_low", "rising", "falling", "near_high", "near_low",
)  # fmt: skip


def scope_in(language: str) -> Scope:
    """What sentences need of a scope: words and names."""
    return Scope(cast(Any, None), "", words(language), city={}, names=NAMES)


def reading(kind: str, change: Verdict, beside: Verdict, **more: Any) -> Reading:
    figures = {"now": NOW[kind], "before": BEFORE[kind], "city": CITY[kind], **more}
    return Reading({**MEASURE, "kind": kind}, "downtown", change=change, beside_city=beside, **figures)


def changes() -> Iterator[tuple[str, Reading]]:
    """Every finding over time, of each kind of measure and direction, as it is found."""
    for kind, pairs in CHANGES.items():
        for direction in ("fewer", "more", "none"):
            for now, before in pairs:
                step = SMALLEST[kind] if now == pairs[-1][0] else None
                context = replace(CONTEXTS[kind], direction=direction, smallest_change=step)
                change = compare(context, now, before)
                if change.is_clear or direction == "fewer":
                    now = replace(now, **ranged(now))
                    one = reading(kind, change, refused(Refusal.IS_CITY), now=now, before=before)
                    yield f"{kind}, {direction} is good: {change.finding} {change.moved:+d}", one


def refusals(reasons: Iterable[Refusal]) -> list[Verdict]:
    """Refusals, a break once for each kind."""
    breaks = [refused(Refusal.SERIES_BREAK, Break(date(2025, 1, 1), kind)) for kind in BREAK_KINDS]
    plain = [refused(reason) for reason in reasons if reason != Refusal.SERIES_BREAK]
    return [*plain, *(breaks if Refusal.SERIES_BREAK in reasons else [])]


OF_PLACE = (
    Refusal.IS_CITY, Refusal.NO_CITY_FIGURE, Refusal.VISITORS, Refusal.NO_RESIDENTS_TO_COMPARE, Refusal.NO_REST_OF_CITY,
    Refusal.OTHER_SETTING, Refusal.NO_SETTING,
)  # fmt: skip
OF_SURVEYS = (Refusal.OPT_IN, Refusal.NO_SAMPLE_SIZE, Refusal.NO_RANGE)
OF_RATES = (Refusal.NO_RESIDENTS, Refusal.OTHER_BASE)
OF_TIME = tuple(reason for reason in Refusal if reason not in (*OF_PLACE, *OF_SURVEYS, *OF_RATES))
NOT_OF_PLACE = (
    Refusal.NOTHING_EARLIER, Refusal.SERIES_BREAK, Refusal.INCOMPLETE_PERIOD, Refusal.DIFFERENT_LENGTH, Refusal.OVERLAP,
    Refusal.NOT_SAME_SEASON,
)  # fmt: skip
KINDS_OF = {"rate": OF_RATES, "count": OF_TIME, "share": OF_SURVEYS, "score": OF_SURVEYS[1:]}


def lines(scope: Scope) -> Iterator[str]:
    """The snapshot, line by line: what it is about, a tab, the words."""
    counts_only = Verdict(Finding.COUNTS_ONLY)
    yield "# Change over time: sentence, then the cell of a table"
    for about, one in changes():
        yield f"{about}\t{sentences.change_sentence(one, scope)}"
        yield f"\t{sentences.change_cell(one, scope)}"
    for many, earlier in COUNTS:
        figures = {"now": count(many), "before": count(earlier, "2024")}
        one = reading("count", compare(COUNT, *figures.values()), counts_only, **figures)
        yield f"counts only: {many} after {earlier}\t{sentences.change_sentence(one, scope)}"
        yield f"\t{sentences.change_cell(one, scope)}"
    yield "\n# Change over time, refused: sentence, cell, the line of In short"
    for kind, reasons in KINDS_OF.items():
        for verdict in refusals(reasons):
            one = reading(kind, verdict, counts_only)
            yield f"{kind}: {verdict.words}\t{sentences.change_sentence(one, scope)}"
            yield f"\t{sentences.change_cell(one, scope)}"
            yield f"\t{sentences.short_sentence(one, scope)}"
    stretch = (count(412, "2026-01-01..2026-06-23"), count(430, "2025-01-01..2025-06-23"))
    part = reading("count", refused(Refusal.INCOMPLETE_PERIOD), counts_only, same_days=stretch)
    yield f"count: incomplete_period, same days known\t{sentences.change_sentence(part, scope)}"
    same = reading("score", refused(Refusal.NO_SAMPLE_SIZE), counts_only, before=score(61, "2024"))
    yield f"score: no_sample_size, no difference\t{sentences.change_sentence(same, scope)}"
    none = rate(None, None, status=Status.NOT_REPORTED)
    unknown = reading("rate", refused(Refusal.NOT_REPORTED), counts_only, now=none)
    yield f"rate: not_reported, nothing known\t{sentences.change_sentence(unknown, scope)}"
    yield "\n# Beside the city: sentence, then the cell"
    for kind, places in PLACES.items():
        for now in places:
            beside = compare(CONTEXTS[kind], now, CITY[kind])
            one = reading(kind, counts_only, beside, now=now)
            yield f"{kind}: {beside.finding} {beside.moved:+d}\t{sentences.city_sentence(one, scope)}"
            yield f"\t{sentences.city_cell(one, scope)}"
    for verdict in refusals([reason for reason in Refusal if reason not in NOT_OF_PLACE]):
        kind = "share" if verdict.reason in OF_SURVEYS else "rate"
        for change in (counts_only, refused(Refusal.NOTHING_EARLIER)):
            one = reading(kind, change, verdict)
            yield f"{verdict.words}, change {change.words or 'said'}\t{sentences.city_sentence(one, scope)}"
        yield f"\t{sentences.city_cell(one, scope)}"
    yield "\n# A series"
    for found in series():
        about = f"{found.step} {found.finding} {found.signal or ''} {'seasonal' if found.is_seasonal else ''}"
        yield f"{' '.join(about.split())}\t{sentences.series_sentence(found, scope)}"
    yield "\n# Heading, lead, and what a screen reader says"
    for about, one in changes():
        one = replace(one, series=None if one.kind == "share" else series()[0])
        yield f"{about}\t{sentences.finding(one, scope)}"
        yield f"\t{sentences.lead_of(one, scope)}"
        yield f"\t{sentences.spoken(one, scope)}"
    yield "\n# Did it work? What may be said, by the grade of the evidence"
    for about, row in results():
        yield f"{about}\t{evidence_sentence(row, scope)}"
    yield "\n# What happened nearby, and when it was declared"
    for ends in ((8.0, 2.0, 14.0), (-8.0, -14.0, -2.0), (1.0, -5.0, 7.0)):
        nearby = study(displaced=ends[0], displaced_low=ends[1], displaced_high=ends[2])
        yield f"{ends[0]:.0f} nearby\t{displaced_sentence(nearby, scope, looked=True)}"
    for looked in (True, False):
        nothing = study(displaced=None)
        yield f"nearby, {'hidden' if looked else 'nobody'}\t{displaced_sentence(nothing, scope, looked=looked)}"
    for day in (date(2024, 5, 2), date(2024, 9, 2), date(2025, 9, 2), None):
        yield f"declared on {day}\t{declared_sentence(study(declared_on=day), scope)}"


def results() -> Iterator[tuple[str, dict[str, Any]]]:
    """A good, an adverse and a null result of every grade; those of older releases; all that is refused."""
    for grade in range(5):
        for name, found in RESULTS.items():
            yield f"grade {grade}, {name}", study(grade, **found, comparator="Lantern Hill")
    for name, found in RESULTS.items():
        brought: dict[str, Any] = {"method": "published_study", "measure_id": None, "url": "https://x.org", **found}
        yield f"study, {name}", study(4, randomized=False, **brought)
        yield f"typed, grade 4, {name}", evaluation(4, **found)
    nothing: dict[str, Any] = {"estimate": None, "low": None, "high": None}
    yield "grade 4, no number", evaluation(4, **nothing)
    yield "grade 2, no number", evaluation(2, **nothing)
    yield "grade 0, no counts", evaluation(0)
    for name, found in RESULTS.items():
        row = study(1, method="difference_in_differences", **found)
        yield f"grade 1, beside a place that did not run alike, {name}", row
    yield "grade 2, fractions", study(estimate=-2.4, low=-4.9, high=-0.3, comparator="Lantern Hill")
    for code in NOT_ASSESSED:
        yield f"refused: {code}", not_assessed(code)


def ranged(figure: Figure) -> dict[str, Any]:
    """The range of a figure, as publishing makes it."""
    if figure.unit == "per_1000_residents":
        low, high = stats.rate_interval(figure.numerator or 0, figure.denominator or 0)
        return {"low": float(low), "high": float(high)}
    if figure.unit == "percent":
        low, high = stats.wilson_interval((figure.value or 0) / 100 * (figure.n or 0), figure.n or 0)
        return {"low": 100 * float(low), "high": 100 * float(high)}
    return {}


def series() -> list[SeriesVerdict]:
    """A series verdict of each kind, and of each signal."""
    point = np.array([52.0])
    plain = SeriesVerdict(
        SeriesFinding.USUAL, "month", "events", ("2025-12",), point, point - 12, point - 31.4, point - 6.6, 24, 24
    )
    found = [replace(plain, step=step) for step in ("month", "quarter", "year")]
    found += [
        replace(plain, finding=finding, have=7) for finding in SeriesFinding if finding not in ("usual", "signal")
    ]
    for signal in SIGNALS:
        found.append(replace(plain, finding=SeriesFinding.SIGNAL, signal=signal, since="2025-06", length=7))
    found.append(replace(found[-1], is_seasonal=True))
    return found


@pytest.mark.parametrize("code", languages())
def test_every_sentence_is_as_it_was_read_and_approved(code: str) -> None:
    path = SNAPSHOTS / f"sentences_{code}.txt"
    text = "\n".join(lines(scope_in(code))) + "\n"
    if os.environ.get("OPENBEAT_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), (
        "read the sentences, then write them anew: see the top of this file"
    )


@pytest.mark.parametrize("code", languages())
def test_no_sentence_of_a_refusal_makes_a_claim_or_gives_a_range(code: str) -> None:
    scope = scope_in(code)
    for verdict in refusals(list(Refusal)):
        for kind in NOW:
            one = reading(kind, verdict, verdict)
            for said in (sentences.change_sentence(one, scope), sentences.city_sentence(one, scope)):
                assert not CLAIMS[code].search(said), said
                assert "%" not in said or kind == "share", said


def test_a_hidden_number_is_in_no_sentence() -> None:
    for code in languages():
        scope = scope_in(code)
        hidden = replace(NOW["count"], status=Status.WITHHELD, value=None, numerator=7.0)
        for verdict in refusals([Refusal.WITHHELD, Refusal.INCOMPLETE_PERIOD, Refusal.OTHER_BASE]):
            one = reading("count", verdict, refused(Refusal.NO_RESIDENTS_TO_COMPARE), now=hidden)
            for said in (
                sentences.lead_of(one, scope),
                sentences.change_cell(one, scope),
                sentences.spoken(one, scope),
            ):
                assert "7" not in said


@pytest.mark.parametrize("code", languages())
def test_every_sentence_is_plain(code: str) -> None:
    textstat.set_lang({"en": "en_US", "es": "es"}[code])
    said = [line.partition("\t")[2] for line in lines(scope_in(code)) if line.endswith(".")]
    assert len(said) > 100
    assert not [text for text in said if words(code).forbidden_in(text)]
    assert not [text for text in said if re.search(r"\{|\}|\bnan\b|\bNone\b", text)]
    everything = " ".join(dict.fromkeys(said))
    if code == "en":
        assert textstat.flesch_kincaid_grade(everything) <= 8
    else:
        assert textstat.fernandez_huerta(everything) >= 70
