"""Groups beside one another: ratios of published numbers, a named benchmark, no rank, and nothing given away."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from scipy import stats

from components import charts
from components.cards import card_file
from components.panels.equity import Comparison, compared, comparisons_of, equity_card, nearest_period, ratio_words
from components.tokens import look
from components.words import languages
from data import queries
from data.figures import Figure, Status
from tests.components.riverton import changed_store, scope_of
from tests.components.test_charts import svg_of

BENCHMARK = {"id": "residents", "name": "Residents", "reference_group": "B", "definition": "", "caveat": None}


def figure(group: str, events: float | None, **more: Any) -> Figure:
    made = Figure(
        measure="force", neighborhood="city", period="2024", value=events, low=None, high=None, numerator=events,
        denominator=None, n=None, unit="events", status=Status.SHOWN, reason=None, source="police", release="r",
        group=group,
    )  # fmt: skip
    if events is None:
        made = replace(made, status=Status.WITHHELD, reason="small_number")
    return replace(made, **more)


def comparison(events: dict[str, float | None], people: dict[str, int]) -> Comparison:
    counted = pd.DataFrame({"group_name": list(people), "people": list(people.values())})
    return compared(BENCHMARK, "2024", {name: figure(name, n) for name, n in events.items()}, counted, {})


def reasons(found: Comparison) -> dict[str, str]:
    return dict(zip(found.groups.group, found.groups.reason, strict=True))


def measure_of(store: Path, code: str, language: str = "en") -> dict[str, Any]:
    rows = queries.records(scope_of(store).ask(queries.measures, language=language))
    return next(row for row in rows if row["id"] == code)


# what is compared


def test_a_ratio_is_of_two_rates_and_its_range_is_exact() -> None:
    found = comparison({"A": 60, "B": 30}, {"A": 10_000, "B": 10_000}).compared.iloc[0]
    assert found.ratio == pytest.approx(2)
    # Clopper and Pearson on the share of events that are A's; the people are as many.
    low, high = stats.binomtest(60, 90).proportion_ci(0.95, "exact")
    assert (found.low, found.high) == pytest.approx((low / (1 - low), high / (1 - high)))


def test_the_reference_comes_first_and_the_others_from_a_to_z_whatever_their_ratio() -> None:
    found = comparison({"C": 500, "B": 100, "A": 20, "D": 300}, dict.fromkeys("ABCD", 10_000))
    assert list(found.groups.group) == ["B", "A", "C", "D"]


def test_groups_too_small_hidden_uncounted_or_with_too_few_events_have_no_ratio() -> None:
    found = comparison(
        {"B": 100, "few": 9, "none": 0, "tiny": 40, "hidden": None, "uncounted": 30},
        {"B": 50_000, "few": 9_000, "none": 9_000, "tiny": 500, "hidden": 9_000},
    )
    assert reasons(found) == {
        "B": "", "few": "few_events", "none": "no_events", "tiny": "small_group", "hidden": "not_shown",
        "uncounted": "no_people",
    }  # fmt: skip
    assert found.compared.empty


@pytest.mark.parametrize("events", [None, 9.0])
def test_without_a_number_of_the_reference_there_is_no_ratio_at_all(events: float | None) -> None:
    assert comparison({"A": 60, "B": events}, {"A": 10_000, "B": 10_000}).compared.empty


@pytest.mark.parametrize(
    ("there", "nearest"),
    [(["2024", "2023"], "2024"), (["2020", "2023"], "2023"), (["2023", "2025"], "2023"), (["2018"], None), ([], None)],
)
def test_people_are_counted_in_the_nearest_period_within_five_years(there: list[str], nearest: str | None) -> None:
    assert nearest_period(there, "2024") == nearest


# what is said


def said(ratio: float, low: float, high: float, language: str, store: Path) -> str:
    row = {"is_reference": False, "reason": "", "ratio": ratio, "low": low, "high": high}
    return ratio_words(row, scope_of(store, language=language))


@pytest.mark.parametrize(
    ("ends", "english", "spanish"),
    [
        ((2.04, 1.6, 2.5), "about 2.0 times as often, between 1.6 and 2.5",
         "unas 2.0 veces más frecuente, entre 1.6 y 2.5"),
        ((0.4, 1 / 3.3, 1 / 1.9), "about 2.5 times less often, between 1.9 and 3.3",
         "unas 2.5 veces menos frecuente, entre 1.9 y 3.3"),
        ((1.1, 0.8, 1.3), "no clear difference, between 1.3 times less often and 1.3 times as often",
         "sin diferencia clara, entre 1.3 veces menos frecuente y 1.3 veces más frecuente"),
        ((1.05, 1.02, 1.08), "about 1.05 times as often, between 1.02 and 1.08",
         "unas 1.05 veces más frecuente, entre 1.02 y 1.08"),
    ],
)  # fmt: skip
def test_a_ratio_is_said_as_times_as_often_or_times_less(
    ends: tuple[float, float, float], english: str, spanish: str, demo_store: Path
) -> None:
    assert said(*ends, "en", demo_store) == english
    assert said(*ends, "es", demo_store) == spanish


def found_in(store: Path, **more: Any) -> list[Comparison]:
    found = comparisons_of(scope_of(store, **more), measure_of(store, "use_of_force"), "2025")
    assert isinstance(found, list)
    return found


def test_the_ratio_changes_with_the_benchmark_and_the_card_says_what_it_cannot_show(demo_store: Path) -> None:
    found = {one.benchmark["id"]: one for one in found_in(demo_store)}
    assert set(found) == {"arrested", "residents"}
    ratio = {name: one.groups.set_index("group").loc["Black"] for name, one in found.items()}
    assert ratio["residents"].low > 1
    assert ratio["arrested"].low < 1
    for language in languages():
        scope = scope_of(demo_store, language=language)
        rows = measure_of(demo_store, "use_of_force", language)
        here = comparisons_of(scope, rows, "2025")
        assert isinstance(here, list)
        for one in here:
            card = equity_card(scope, rows, "2025", here, one.benchmark["id"])
            [notice] = card.notices
            assert notice.startswith(scope.say("equity.not_bias"))
            assert str(one.benchmark["caveat"]) in notice
            assert str(one.benchmark["name"]) in card.finding
            assert all(str(other.benchmark["name"]) in card.lead for other in here if other is not one)
            assert card.table is not None
            assert all(str(one.benchmark["name"]) in " ".join(card.table.columns) for one in here)
            for told in (card.finding, card.subtitle, card.lead, card.alt, card.how_to_read, notice):
                assert not {"index", "índice", "proves", "prueba", "significant", "rank"} & set(told.lower().split())


def test_the_hard_groups_of_the_demo_are_said_and_not_drawn(demo_store: Path) -> None:
    [_, residents] = found_in(demo_store, language="es")
    assert reasons(residents)["Native American"] == "small_group"
    assert reasons(residents)["Not recorded"] == "not_shown"
    scope = scope_of(demo_store, language="es")
    card = equity_card(scope, measure_of(demo_store, "use_of_force", "es"), "2025", [residents], "residents")
    assert card.drawing is not None
    drawn = card.drawing.rows.set_index("name")
    assert not drawn.loc[["Nativas americanas", "Sin registrar"], "has_mark"].any()
    assert card.table is not None
    assert scope.say("equity.small_group") in set(card.table.iloc[:, -1])


def test_where_there_is_nothing_to_compare_one_sentence_says_why(demo_store: Path) -> None:
    scope = scope_of(demo_store)
    for code, period, key in (
        ("burglary", "2025", "no_groups"), ("feel_safe_day", "2025", "kind"),
    ):  # fmt: skip
        assert comparisons_of(scope, measure_of(demo_store, code), period) == scope.say(f"equity.refused_{key}")
    told = comparisons_of(scope, measure_of(demo_store, "use_of_force"), "2024-Q1")
    assert isinstance(told, str)
    assert told.endswith("2021, 2022, 2023, 2024 and 2025.")


def test_without_a_named_benchmark_there_is_no_ratio(demo_store: Path, tmp_path: Path) -> None:
    changed_store(demo_store, tmp_path, "DELETE FROM benchmark_group", "DELETE FROM benchmark")
    for language in languages():
        scope = scope_of(tmp_path / "store", language=language)
        told = comparisons_of(scope, measure_of(tmp_path / "store", "use_of_force", language), "2025")
        assert told == scope.say("equity.refused_no_benchmark")


def test_a_place_without_groups_shows_those_of_the_city(demo_store: Path) -> None:
    assert [one.reference["figure"].neighborhood for one in found_in(demo_store, place="old-town")] == ["city"] * 2


# the picture


@pytest.mark.parametrize("width", ["phone", "desktop", "slide"])
def test_the_axis_has_equal_steps_for_equal_factors_and_marks_1(width: Any) -> None:
    groups = pd.DataFrame(
        [
            ("B", 1.0, math.nan, math.nan, True),
            ("A", 0.5, 0.25, 1.0, False),
            ("C", 2.0, 1.0, 4.0, False),
            ("D", math.nan, math.nan, math.nan, False),
        ],
        columns=["name", "ratio", "low", "high", "is_reference"],
    ).assign(words="words", tip="tip")
    drawing = charts.ratios(groups, look("light"), "en", width)
    rows = drawing.rows.set_index("name")
    assert rows.loc["B", "ratio"] == 0
    assert float(rows.ratio["A"]) == -float(rows.ratio["C"])
    assert not rows.loc["D", "has_mark"]
    assert "nan" not in json.dumps(drawing.full()).lower().replace("nano", "")
    alt.Chart.from_dict(drawing.full())
    assert ">1<" in svg_of(drawing)


def test_nothing_to_draw_is_refused() -> None:
    rows = pd.DataFrame([("B", 1.0, 1.0, 1.0, True, "", "")],
                        columns=["name", "ratio", "low", "high", "is_reference", "words", "tip"])  # fmt: skip
    with pytest.raises(ValueError, match="no ratio"):
        charts.ratios(rows, look("light"), "en", "desktop")


# what is withheld


def test_two_cities_that_differ_in_what_is_withheld_show_the_same(twin_stores: tuple[Path, Path]) -> None:
    seen = []
    for store in twin_stores:
        scope, measure = scope_of(store), measure_of(store, "force")
        found = comparisons_of(scope, measure, "2025")
        assert isinstance(found, list)
        card = equity_card(scope, measure, "2025", found, "residents")
        assert card.drawing is not None
        assert card.table is not None
        texts = [card.finding, card.subtitle, card.lead, card.alt, *card.notices, card.table.to_html()]
        seen.append([*texts, svg_of(card.drawing), card_file(card, scope)])
        assert reasons(found[0])["Older"] == "not_shown"
        assert len(found[0].compared) == 1
    assert seen[0] == seen[1]
