"""Charts say what the figures say: gaps stay gaps, what is hidden has no number, and nothing is cut off."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components import charts
from components.charts import Drawing, Mark
from components.charts.drawing import sizes, text_width, ticks_between, ticks_up_to, wrapped_to
from components.exports import EXPORT_FONTS, card_picture
from components.tokens import look
from components.words import words
from data import periods

vl_convert.register_font_directory(str(EXPORT_FONTS))

WIDTHS = ("phone", "desktop", "slide", "print")
READERS = (("light", "en"), ("dark", "es"))
SECRET = 7.654321
"""A number that stands in rows whose status hides it; it must never leave Python."""


def _places() -> pd.DataFrame:
    rows = [
        ("tanglewood", "Tanglewood", 83, 73, 94, "above", "shown"),
        ("bayview", "Bayview", 67, 52, 83, "same", "unstable"),
        ("riverside", "Riverside", 59, 50, 69, "same", "shown"),
        ("harbor", "Harbor Point", 58, 48, 67, "same", "provisional"),
        ("east-end", "East End and the Long Wharf Flats", 54, 38, 69, "same", "shown"),
        ("south-bend", "South Bend", 43, 29, 56, "below", "shown"),
        ("zero-hill", "Zero Hill", 0, 0, 3, "below", "shown"),
        ("pine-ridge", "Pine Ridge", SECRET, SECRET, SECRET, None, "withheld"),
        ("maple-grove", "Maple Grove", SECRET, SECRET, SECRET, None, "too_few_to_say"),
        ("dover", "Dover", None, None, None, None, "not_reported"),
        ("airport", "Airport", None, None, None, None, "not_applicable"),
    ]
    frame = pd.DataFrame(rows, columns=["neighborhood", "name", "value", "low", "high", "group", "status"])
    return frame.assign(n=96, unit="percent")


def _months() -> pd.DataFrame:
    """Two and a half years: April withheld, July to September not reported, November missing, the end provisional."""
    rows = []
    for i in range(30):
        status, count = "shown", 30.0 + (i * 7) % 13
        if i == 3:
            status, count = "withheld", SECRET
        elif 6 <= i <= 8:
            status, count = "not_reported", None  # type: ignore[assignment]
        elif i == 10:
            continue
        elif i == 14:
            count = 0.0
        elif i >= 28:
            status = "provisional"
        year, month = 2023 + i // 12, i % 12 + 1
        rows.append({"period": f"{year}-{month:02d}", "value": count, "numerator": count, "status": status})
    return pd.DataFrame(rows).assign(neighborhood="riverside", unit="events", low=None, high=None)


def _years() -> pd.DataFrame:
    here = pd.DataFrame(
        [
            ("2018", 41, 33, 49, "shown"),
            ("2019", 45, 25, 66, "unstable"),
            ("2020", None, None, None, "not_reported"),
            ("2021", 49, 41, 57, "shown"),
            ("2022", SECRET, SECRET, SECRET, "too_few_to_say"),
            ("2023", 52, 44, 60, "shown"),
            ("2024", 58, 50, 66, "shown"),
            ("2025", 57, 48, 66, "provisional"),
        ],
        columns=["period", "value", "low", "high", "status"],
    ).assign(neighborhood="riverside")
    city = here.assign(neighborhood="city", value=[49, 50, 51, 51, 52, 52, 58, 57], status="shown")
    return pd.concat([here, city], ignore_index=True).assign(unit="percent", n=96)


def _limits() -> pd.DataFrame:
    """A range for the months before July 2024 that follows the season, another for those after it."""
    rows = []
    for i, period in enumerate(_months().period):
        late = period >= "2024-07"
        season = 0 if late else 4 * (i % 3)
        moved = {"2023-04": 1, "2023-05": -1}.get(period, 0)
        rows.append((period, int(late), 20.0 + season, 36.0 + season, 52.0 + season, None if i > 27 else moved))
    return pd.DataFrame(rows, columns=["period", "stretch", "low", "centre", "high", "moved"])


def _yearly() -> pd.DataFrame:
    """Fifteen years of counts, the first and the last of them not whole."""
    frame = pd.DataFrame({"period": [str(year) for year in range(2006, 2021)]})
    reason = frame.period.map(lambda year: "incomplete_period" if year in ("2006", "2020") else None)
    counts = [300.0, *(900.0 - 30 * i for i in range(13)), 310.0]
    return frame.assign(value=counts, numerator=counts, status="shown", reason=reason, neighborhood="city",
                        unit="events", low=None, high=None)  # fmt: skip


def _yearly_limits() -> pd.DataFrame:
    rows = [(str(year), 0, 480.0 - year % 5, 720.0, 960.0 + year % 5, -(year > 2015)) for year in range(2006, 2020)]
    return pd.DataFrame(rows, columns=["period", "stretch", "low", "centre", "high", "moved"])


def _spread() -> pd.DataFrame:
    """Places on 1,000 to 40,000 residents: one above the lines, one below, one of visitors, one far off, two hidden."""
    rows: list[tuple[Any, ...]] = [
        (f"p{i}", f"Place {i}", 15.0 + i % 7, 1000.0 + 1300 * i, "shown", None, 0) for i in range(30)
    ]
    rows += [
        ("high", "Higher Hill", 39.0, 30_000.0, "shown", None, 1),
        ("low", "Lower Lake", 4.0, 38_000.0, "shown", None, -1),
        ("weak", "Weak Woods", 25.0, 2_000.0, "unstable", "under_20_events", 0),
        ("visited", "Market", 40.0, 9_000.0, "shown", "visitors", None),
        ("downtown", "Downtown", 400.0, 9_000.0, "shown", "visitors", None),
        ("pine", "Pine Ridge", SECRET, SECRET, "withheld", "small_number", None),
        ("maple", "Maple Grove", SECRET, SECRET, "too_few_to_say", "under_10_events", None),
    ]
    columns = ["neighborhood", "name", "value", "base", "status", "reason", "position"]
    return pd.DataFrame(rows, columns=columns).astype({"position": "Int8"})


def _curve() -> pd.DataFrame:
    base = np.geomspace(100, 60_000, 60)
    half = 3 * np.sqrt(20 * 1000 / base)
    ends = {"low_95": 20 - half * 0.63, "high_95": 20 + half * 0.63, "low_998": 20 - half, "high_998": 20 + half}
    return pd.DataFrame({"base": base, **ends}).clip(lower=0)


def _studied() -> pd.DataFrame:
    """Three roles of an evaluation over the months, hidden and missing ones among them."""
    months = _months().rename(columns={"value": "count"})[["period", "count", "status"]]
    months["period_start"] = [periods.parse(code).start for code in months.period]
    months["period_end"] = [periods.parse(code).end for code in months.period]
    roles = [months.assign(role=role, count=months["count"] * size)
             for role, size in (("treated", 1), ("comparison", 40), ("buffer", 0.5))]  # fmt: skip
    return pd.concat(roles, ignore_index=True)


def _breaks() -> pd.DataFrame:
    return pd.DataFrame([{"broke_on": date(2024, 7, 1), "kind": "records_system"}])


def _answers() -> pd.DataFrame:
    five = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"]
    four = ["Very unsafe", "Unsafe", "Safe", "Very safe"]
    rows = [
        ("Officers treat people with respect", five, [0.08, 0.14, 0.18, 0.38, 0.22], 0.04, 60, 57, 63, "shown"),
        ("Officers explain their decisions to the people who live here when it matters to them", five,
         [0.14, 0.21, 0.22, 0.29, 0.14], 0.11, 43, 40, 46, "shown"),
        ("Officers listen", five, None, None, None, None, None, "too_few_to_say"),
        ("How safe are you after dark?", four, [0.0, 0.03, 0.6, 0.37], None, 97, 90, 99, "shown"),
    ]  # fmt: skip
    columns = ["question", "options", "shares", "dont_know", "value", "low", "high", "status"]
    return pd.DataFrame(rows, columns=columns).assign(favorable=2)


def _money() -> pd.DataFrame:
    rows = [
        ("Youth programs", 120_000_000, 58_000_000),
        ("Foot and bike patrols across the river", 95_000_000, 66_000_000),
        ("Community meetings", 20_000_000, 23_000_000),
        ("Training", 18_000_000, 0),
        ("New", 10_000_000, None),
        ("Gift", None, 3_000_000),
        ("Lost", None, None),
    ]
    return pd.DataFrame(rows, columns=["label", "plan", "spent"])


def _kinds() -> pd.DataFrame:
    rows = [
        ("Reported break-ins", 1184, "shown"),
        ("Vandalism of parks and schools", 212, "shown"),
        ("Robbery", 0, "shown"),
        ("Stalking", SECRET, "withheld"),
        ("Fraud", None, "not_reported"),
    ]
    return pd.DataFrame(rows, columns=["label", "value", "status"]).assign(id=list("abcde"))


STEPS = {
    "adopted": 120_000_000,
    "amendments": -8_500_000,
    "revised": 111_500_000,
    "actual": 53_000_000,
    "encumbered": 21_000_000,
    "available": 37_500_000,
}
OVERSPENT = {**STEPS, "actual": 104_000_000, "available": -13_500_000}
UNREPORTED = {"adopted": 120_000_000, "amendments": pd.NA, "revised": 120_000_000, "actual": None, "encumbered": None}

GOAL = {"target": 80.0, "latest": 68.0, "mark": 71.0, "baseline": 54.0}
GOAL_TEXTS = {
    "target": "The goal, by December 31, 2026: at least 80%",
    "latest": "Latest, October to December 2025: 68%",
    "mark": "Where it should be by then: 71%",
    "baseline": "Where it began, October to December 2024: 54% of all the people who answered there",
}

Builder = Callable[[Any, str, Any], Drawing]


def _strip(lo: Any, language: str, width: Any) -> Drawing:
    return charts.strip(_places(), lo, language, width, unit="percent", direction="more", chosen="riverside", city=57.0)


def _trend(lo: Any, language: str, width: Any) -> Drawing:
    typical = _months().assign(numerator=36.0, status="shown")
    return charts.trend(
        _months(), lo, language, width, place="Riverside", breaks=_breaks(), comparison=typical,
        comparison_name="Typical place", events=[Mark(date(2025, 2, 10), "Street lights fixed", cuts=False)],
    )  # fmt: skip


BUILDERS: dict[str, Builder] = {
    "strip": _strip,
    "trend": _trend,
    "trend usual": lambda lo, la, w: charts.trend(
        _months(), lo, la, w, breaks=_breaks(), limits=_limits(), direction="fewer"
    ),
    "years usual": lambda lo, la, w: charts.years(
        _yearly(), lo, la, w, chosen="city", names={"city": "Riverton"}, limits=_yearly_limits()
    ),
    "evaluation": lambda lo, la, w: charts.evaluation(
        charts.Found(-21, -56, 14, "About 21 fewer", "between 56 fewer and 14 more"),
        _studied(),
        lo,
        la,
        w,
        names={
            "treated": "Where the program ran: East End and the Long Wharf Flats",
            "comparison": "To compare with: Lantern Hill",
            "buffer": "Nearby: 12 areas",
        },
        before=periods.parse("2024-01-01..2024-06-30"),
        after=periods.parse("2024-07-01..2024-12-31"),
    ),
    "evaluation alone": lambda lo, la, w: charts.evaluation(
        charts.Found(0.4, -0.1, 0.9, "0.4 more", "between 0.1 fewer and 0.9 more"),
        _studied().iloc[:0],
        lo,
        la,
        w,
        names={},
    ),
    "funnel": lambda lo, la, w: charts.funnel(
        _spread(),
        _curve(),
        lo,
        la,
        w,
        unit="per_1000_residents",
        centre=20.0,
        direction="fewer",
        chosen="p3",
        base_name="Residents",
        centre_name="These areas together",
    ),
    "years": lambda lo, la, w: charts.years(
        _years(), lo, la, w, chosen="riverside", names={"riverside": "Riverside"}, breaks=_breaks()
    ),
    "multiples": lambda lo, la, w: charts.multiples(
        pd.concat([_years(), _years().assign(neighborhood="canal", value=40.0, low=30.0, high=90.0)]),
        lo,
        la,
        w,
        places=["riverside", "canal"],
        names={"riverside": "Riverside", "canal": "Canal Street"},
        breaks=_breaks(),
    ),
    "likert": lambda lo, la, w: charts.likert(_answers(), lo, la, w),
    "bullets": lambda lo, la, w: charts.bullets(_money(), lo, la, w, pace=0.5),
    "bars": lambda lo, la, w: charts.bars(_kinds(), lo, la, w, unit="events", chosen="b"),
    "bars below zero": lambda lo, la, w: charts.bars(
        pd.DataFrame({"label": ["A", "B"], "value": [500_000, -200_000]}), lo, la, w, unit="cents"
    ),
    "parts": lambda lo, la, w: charts.parts(
        pd.DataFrame({"label": ["General fund", "State", "Gifts"], "value": [61e8, 22e8, 4e7]}), lo, la, w, unit="cents"
    ),
    "steps": lambda lo, la, w: charts.steps(STEPS, lo, la, w),
    "steps over": lambda lo, la, w: charts.steps(OVERSPENT, lo, la, w),
    "steps unreported": lambda lo, la, w: charts.steps(UNREPORTED, lo, la, w),
    "goal": lambda lo, la, w: charts.goal(GOAL, GOAL_TEXTS, lo, la, w, unit="percent", limits=(58.0, 78.0)),
    "goal far": lambda lo, la, w: charts.goal(
        {"target": 5.2, "latest": 9.9, "mark": None, "baseline": 0}, GOAL_TEXTS, lo, la, w, unit="per_1000_residents"
    ),
    "promises": lambda lo, la, w: charts.promises(
        {"done": 3, "under_way": 7, "overdue": 0, "will_not_do": 1}, lo, la, w
    ),
}
TEXTS = {
    "strip": ["Riverside", "25%", "57%"],
    "trend": ["20", "Street lights"],
    "trend usual": ["20"],
    "years usual": ["900"],
    "years": ["75%", "2025", "57%"],
    "funnel": ["Higher Hill", "Residents", "Downtown"],
    "multiples": ["Riverside", "Canal", "2018"],
    "likert": ["Strongly agree", "38"],
    "bullets": ["Youth programs"],
    "bars": ["1,184", "0"],
    "parts": ["General fund"],
    "steps": ["$1,115,000", "−$530,000"],
    "evaluation": ["Lantern", "Nearby"],
    "goal": ["68%", "80%"],
    "promises": ["7"],
}

EDGE = 24


def svg_of(drawing: Drawing, width: int | None = None, edge: int = 0) -> str:
    """The drawing as SVG, with an empty edge around what it says it needs."""
    spec = drawing.full(width)
    if edge:
        spec = {**spec, "padding": edge}
    return str(vl_convert.vegalite_to_svg(spec, vl_version="6.4"))


def words_in(svg: str) -> str:
    """All the words of a drawing."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.S)
    return "\n".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("  ", " ") for text in texts)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", BUILDERS)
def test_nothing_is_cut_off_at_any_width(name: str, width: Any) -> None:
    for theme, language in READERS:
        theme = {"slide": "projector" if theme == "light" else "dark-room"}.get(width, theme)
        drawing = BUILDERS[name](look(theme), language, width)
        least = sizes(width, look(theme)).least
        svg = svg_of(drawing, least, EDGE)
        picture = np.asarray(Image.open(io.BytesIO(vl_convert.svg_to_png(svg, scale=1))).convert("RGB")).astype(int)
        assert abs(picture.shape[1] - least - 2 * EDGE) <= 1
        assert abs(picture.shape[0] - drawing.height - 2 * EDGE) <= 1, "the height is not the one promised"
        inside = picture[EDGE - 2 : -EDGE + 2, EDGE - 2 : -EDGE + 2]
        assert inside.std() > 1, "the picture is empty"
        outside = picture.copy()
        outside[EDGE - 2 : -EDGE + 2, EDGE - 2 : -EDGE + 2] = picture[0, 0]
        drawn = np.argwhere(np.abs(outside - picture[0, 0]).max(axis=2) > 12)
        assert len(drawn) == 0, f"something is drawn outside, at (row, column) {drawn[:3].tolist()}"
        said = words_in(svg)
        for text in TEXTS.get(name, []):
            assert text.split()[0] in said


@pytest.mark.parametrize("name", BUILDERS)
def test_specs_are_valid_vega_lite(name: str) -> None:
    alt.Chart.from_dict(BUILDERS[name](look("light"), "en", "desktop").full())


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_figure_that_may_not_be_shown_is_nowhere_in_the_drawing(name: str, width: Any) -> None:
    text = json.dumps(BUILDERS[name](look("light"), "en", width).full())
    assert "7.65" not in text
    assert not re.search(r'"(value|low|high)": 7\b', text) or name == "promises"


@pytest.mark.parametrize("name", ["strip", "years", "likert", "bars"])
def test_a_row_without_a_value_says_why_in_the_readers_language(name: str) -> None:
    for theme, language in READERS:
        said = words_in(svg_of(BUILDERS[name](look(theme), language, "desktop")))
        expected = {"strip": "withheld", "bars": "withheld"}.get(name, "too_few_to_say")
        where = "chip" if name == "years" else "cell"
        assert words(language).say(f"status.{where}.{expected}") in said


def test_charts_have_no_words_of_another_language() -> None:
    english, spanish = (words_in(svg_of(_strip(look("light"), code, "phone"))) for code in ("en", "es"))
    assert "No clear difference" in english
    assert "No clear difference" not in spanish
    assert "Sin diferencia clara" in spanish


def test_pictures_for_files_have_the_cards_color_behind_them_and_pages_shine_through() -> None:
    drawing = _strip(look("dark"), "en", "desktop")
    assert drawing.spec["config"]["background"] == "transparent"
    assert drawing.full()["config"]["background"] == look("dark").card
    assert drawing.full(900)["width"] == 900


def test_a_drawing_goes_through_the_exporter() -> None:
    drawing = _strip(look("light"), "en", "desktop")
    made = card_picture(drawing, finding="A finding", subtitle="What, where, when", footer=["Source"], kind="svg")
    assert "Tanglewood" in made.decode()


def test_full_has_plain_json_for_what_is_missing() -> None:
    rows = _strip(look("light"), "en", "desktop").full()["datasets"]["source"]
    json.dumps(rows, allow_nan=False)
    assert next(row for row in rows if row["neighborhood"] == "pine-ridge")["value"] is None


# ---------------------------------------------------------------- strip


def _row(drawing: Drawing, neighborhood: str) -> Any:
    return drawing.rows.set_index("neighborhood").loc[neighborhood]


def test_zero_hidden_and_not_reported_differ() -> None:
    rows = _strip(look("light"), "en", "desktop")
    zero, hidden, missing = (_row(rows, name) for name in ("zero-hill", "pine-ridge", "dover"))
    assert zero["value"] == 0
    assert pd.isna(hidden["value"])
    assert pd.isna(missing["value"])
    assert len({zero["note"], hidden["note"], missing["note"]}) == 3
    spec = json.dumps(rows.spec)
    assert "datum.status==='not_reported'" in spec
    assert "datum.status!=='not_reported'" in spec


@pytest.mark.parametrize("value", [5.0, 30.0, 55.0, 70.0, 95.0])
def test_the_words_at_the_line_of_the_whole_are_never_cut_off(value: float) -> None:
    name = "All these areas together"
    drawing = charts.strip(_places(), look("light"), "en", "phone", unit="percent", city=value, city_name=name)
    svg = svg_of(drawing, 288)
    [(anchor, at)] = re.findall(rf'text-anchor="(\w+)" transform="translate\(([\d.]+),[^>]*>{name}', svg)
    wide = text_width(f"{name}: 55%", 14, bold=True)
    assert float(at) >= wide if anchor == "end" else float(at) + wide <= 288


def test_the_chosen_place_stands_out_with_its_range_in_words() -> None:
    for width in ("phone", "desktop"):
        row = _row(_strip(look("light"), "en", width), "riverside")
        assert row["note"] == "between 50% and 69%"
        assert row["color"] == look("light").focus


def test_only_clear_differences_have_color_and_only_where_a_direction_is_good() -> None:
    light = look("light")
    judged = _strip(light, "en", "desktop")
    assert _row(judged, "tanglewood")["color"] == light.better.text
    assert _row(judged, "south-bend")["color"] == light.worse.text
    assert _row(judged, "east-end")["color"] == light.mark
    plain = charts.strip(_places(), light, "en", "desktop", unit="percent", direction="none", city=57.0)
    assert set(plain.rows.color) <= {light.changed.text, light.mark}


def test_early_and_weak_figures_are_hollow() -> None:
    rows = _strip(look("light"), "en", "desktop").rows.set_index("neighborhood")
    assert set(rows.loc[["harbor", "bayview"]].fill) == {look("light").card}
    assert rows.loc["east-end"].fill == rows.loc["east-end"].color


def test_scores_without_a_range_are_points_without_bands_from_a_to_z() -> None:
    places = _places().assign(low=None, high=None, group=None)
    drawing = charts.strip(places, look("light"), "en", "desktop", unit="points")
    assert drawing.rows.low.isna().all()
    shown = drawing.rows[drawing.rows.value.notna()]
    assert list(shown.full_name) == sorted(shown.full_name)


def test_places_where_it_does_not_apply_have_no_row_and_are_named() -> None:
    drawing = _strip(look("light"), "en", "desktop")
    assert "airport" not in set(drawing.rows.neighborhood)
    assert "Does not apply: Airport" in words_in(svg_of(drawing))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one place"):
        charts.strip(_places().head(0), look("light"), "en", "desktop", unit="percent")


# ---------------------------------------------------------------- funnel


def test_only_places_outside_the_outer_lines_have_shape_color_and_word() -> None:
    light = look("light")
    rows = BUILDERS["funnel"](light, "en", "desktop").rows.set_index("neighborhood")
    assert tuple(rows.loc["high", ["shape", "color"]]) == ("triangle-up", light.worse.text)
    assert tuple(rows.loc["low", ["shape", "color"]]) == ("triangle-down", light.better.text)
    assert rows.loc["high"].stands == words("en").say("funnel.above")
    rest = rows.drop(index=["high", "low", "p3"])
    assert set(rest.color) == {light.mark}
    assert set(rest["shape"]) == {"circle"}
    assert rows.loc["p3"].color == light.focus


def test_a_place_of_visitors_is_hollow_and_one_far_off_is_named_below_instead() -> None:
    drawing = BUILDERS["funnel"](look("light"), "en", "desktop")
    rows = drawing.rows.set_index("neighborhood")
    assert rows.loc["visited"].fill == look("light").card
    assert rows.group.isna()["visited"]
    assert "downtown" not in rows.index
    said = words_in(svg_of(drawing))
    assert "Off the chart: Downtown, 400 per 1,000. Not compared (many visitors)" in said
    assert "Hidden: small number: Pine Ridge" in said


def test_names_in_a_funnel_touch_no_other_name_and_stay_inside() -> None:
    many = _spread().assign(position=lambda frame: frame.position.mask(frame.position == 0, 1))
    for width in ("phone", "desktop"):
        drawing = charts.funnel(
            many, _curve(), look("light"), "en", width, unit="per_1000_residents", centre=20.0, chosen="p3",
            base_name="Residents", centre_name="City",
        )  # fmt: skip
        names = [
            v
            for one in drawing.spec["layer"]
            for v in one.get("data", {}).get("values", [])
            if "align" in v and "dy" in v
        ]
        assert 3 <= len({spot["name"] for spot in names}) < 30
        assert "Place 3" in {spot["name"] for spot in names}


@given(
    st.lists(st.tuples(st.floats(0, 1e4) | st.just(5.0), st.floats(1, 1e9), st.sampled_from([1, 0, -1, None])),
             min_size=1, max_size=40)
)  # fmt: skip
def test_odd_funnels_are_drawn_inside_the_plot(places: list[tuple[float, float, int | None]]) -> None:
    frame = pd.DataFrame(places, columns=["value", "base", "position"]).astype({"position": "Int8"})
    codes = [f"p{i}" for i in frame.index]
    frame = frame.assign(neighborhood=codes, name=codes, status="shown", reason="visitors")
    curve = pd.DataFrame({"base": [1.0, 1e9], "low_95": 0.0, "high_95": 9.0, "low_998": 0.0, "high_998": 12.0})
    if frame.position.isna().all():
        with pytest.raises(ValueError, match="at least one"):
            charts.funnel(frame, curve, look("light"), "en", "phone", unit="per_1000_residents", centre=5.0)
        return
    drawing = charts.funnel(frame, curve, look("light"), "en", "phone", unit="per_1000_residents", centre=5.0)
    json.dumps(drawing.full(), allow_nan=False)
    assert drawing.rows.y.between(0, drawing.height).all()


# ---------------------------------------------------------------- time


def test_lines_join_only_neighbors_on_the_same_side_of_a_break() -> None:
    rows = _trend(look("light"), "en", "desktop").rows.set_index("period")
    joined = rows[rows.join_x.notna()]
    assert ((joined.x - joined.join_x) == 1).all()
    # After what is hidden, not reported or absent, and across the break, the line begins anew.
    for period in ("2023-01", "2023-05", "2023-10", "2023-12", "2024-07"):
        assert pd.isna(rows.loc[period].join_x), period
    assert pd.notna(rows.loc["2024-08"].join_x)


def test_a_line_follows_the_values_of_its_points() -> None:
    rows = _trend(look("light"), "en", "desktop").rows
    places = dict(zip(rows.x, rows.y, strict=True))
    joined = rows[rows.join_x.notna()]
    assert [places[x] for x in joined.join_x] == list(joined.join_y)


def test_early_figures_are_hollow_with_a_dashed_line_into_them() -> None:
    rows = _trend(look("light"), "en", "desktop").rows
    early = rows[rows.status == "provisional"]
    assert len(early) == 2
    assert early.dashed.all()
    assert set(early.fill) == {look("light").card}
    assert not rows[rows.status == "shown"].dashed.any()


def test_a_month_with_zero_has_a_point_on_the_base_line_and_a_hidden_one_has_none() -> None:
    rows = _trend(look("light"), "en", "desktop").rows.set_index("period")
    assert rows.loc["2024-03"].value == 0
    assert rows.loc["2024-03"].y == rows.y.max()
    assert pd.isna(rows.loc["2023-04"].y)


def test_rates_by_month_are_drawn_as_counts() -> None:
    months = _months().assign(unit="per_1000_residents", value=None)
    months.loc[0, "status"] = "too_few_to_say"
    rows = charts.trend(months, look("light"), "en", "desktop").rows
    assert rows.value.iloc[0] == 30
    assert pd.isna(rows.set_index("period").loc["2023-04"].value)


def test_a_break_is_labeled_in_the_readers_language() -> None:
    assert "New records system: Jul 2024" in words_in(svg_of(_trend(look("light"), "en", "desktop")))
    assert "Nuevo" in words_in(svg_of(_trend(look("light"), "es", "desktop")))


def test_part_years_are_never_set_beside_whole_ones() -> None:
    whole = _years()
    part = whole[whole.period == "2024"].assign(period="2025-01-01..2025-06-30")
    drawing = charts.years(
        pd.concat([whole, part]), look("light"), "en", "desktop", chosen="riverside", names={"riverside": "Riverside"}
    )
    assert not any(".." in code for code in drawing.rows.period)


def test_a_timeline_of_mixed_periods_is_refused() -> None:
    months = _months()
    months.loc[0, "period"] = "2022"
    with pytest.raises(ValueError, match="one kind"):
        charts.trend(months, look("light"), "en", "desktop")


# ---------------------------------------------------------------- the usual range


def _layers(drawing: Drawing, mark: str, color: str) -> list[dict[str, Any]]:
    """The values of the layers of a mark with a fill or stroke of its own."""
    found = [made for made in drawing.spec["layer"] if made["mark"]["type"] == mark]
    return [v for made in found if color in (made["mark"].get("fill"), made["mark"].get("stroke"))
            for v in made.get("data", {}).get("values", [])]  # fmt: skip


def test_a_stretch_with_one_range_is_one_band_and_a_season_is_steps() -> None:
    drawing = BUILDERS["trend usual"](look("light"), "en", "desktop")
    bands = _layers(drawing, "rect", look("light").same.tint)
    rows = drawing.rows.set_index("period")
    cut = rows.loc["2024-07"].x - 0.5
    assert [band for band in bands if band["x"] >= cut] == [bands[-1]]
    assert bands[-1]["x"] == cut
    assert bands[-1]["to"] == rows.x.max() + 0.5
    assert max(band["to"] for band in bands[:-1]) == cut
    assert all(band["high"] < band["low"] for band in bands)


def test_points_that_stand_out_have_a_shape_and_a_color_by_the_measures_direction() -> None:
    light = look("light")
    rows = BUILDERS["trend usual"](light, "en", "desktop").rows.set_index("period")
    assert tuple(rows.loc["2023-04", ["shape", "color"]]) == ("circle", light.mark)  # hidden: not judged
    assert tuple(rows.loc["2023-05", ["shape", "color"]]) == ("triangle-down", light.better.text)
    assert tuple(rows.loc["2023-12", ["shape", "color"]]) == ("circle", light.mark)
    plain = charts.trend(_months(), light, "en", "desktop", limits=_limits()).rows.set_index("period")
    assert plain.loc["2023-05"].color == light.changed.text


def test_the_words_of_a_marked_point_say_what_its_shape_says() -> None:
    rows = BUILDERS["trend usual"](look("light"), "en", "desktop").rows.set_index("period")
    assert rows.loc["2023-05"].tip.endswith(words("en").say("charts.signal_down"))
    assert words("en").say("charts.signal_down") not in rows.loc["2023-12"].tip


def test_the_key_explains_only_what_is_drawn() -> None:
    said = words_in(svg_of(BUILDERS["years usual"](look("light"), "en", "desktop")))
    assert words("en").say("charts.signal_down") in said
    assert words("en").say("charts.signal_up") not in said
    assert words("en").say("charts.usual_range") not in words_in(svg_of(_trend(look("light"), "en", "desktop")))


def test_an_incomplete_year_is_hollow_and_joined_to_no_other() -> None:
    for limits in (None, _yearly_limits()):
        drawing = charts.years(_yearly(), look("light"), "en", "phone", chosen="city", names={}, limits=limits)
        rows = drawing.rows.set_index("period")
        assert set(rows.loc[["2006", "2020"]].fill) == {look("light").card}
        assert rows.join_x.notna().sum() == 12
        assert rows.loc[["2006", "2007", "2020"]].join_x.isna().all()
        assert words("en").say("charts.incomplete") in rows.loc["2020"].tip


def test_a_year_that_a_break_falls_in_is_joined_to_no_other_and_one_after_it_is() -> None:
    for day, alone in ((date(2012, 6, 1), ["2012", "2013"]), (date(2012, 1, 1), ["2012"])):
        breaks = pd.DataFrame([{"broke_on": day, "kind": "definition"}])
        drawing = charts.years(_yearly(), look("light"), "en", "desktop", chosen="city", names={}, breaks=breaks)
        rows = drawing.rows.set_index("period").loc["2008":"2019"]
        assert list(rows.index[rows.join_x.isna()]) == alone


def test_without_limits_there_is_no_band_and_the_line_has_the_color_of_the_place() -> None:
    drawing = charts.trend(_months(), look("light"), "en", "desktop", limits=_limits().head(0))
    assert not _layers(drawing, "rect", look("light").same.tint)
    assert set(drawing.rows.color) == {look("light").focus}


SERIES = st.lists(st.none() | st.floats(0, 0) | st.floats(0, 3).map(round) | st.floats(0, 1e7), min_size=1, max_size=40)


@given(SERIES, st.floats(0, 1e7), st.floats(0, 1e7), st.sampled_from([1, -1, 0]))
def test_odd_series_are_drawn_inside_the_plot(counts: list[float | None], low: float, more: float, moved: int) -> None:
    codes = [f"{2000 + i // 12}-{i % 12 + 1:02d}" for i in range(len(counts))]
    figures = pd.DataFrame({"period": codes, "value": counts, "numerator": counts}).assign(
        status=["not_reported" if count is None else "shown" for count in counts], unit="events", low=None, high=None
    )
    limits = pd.DataFrame({"period": codes}).assign(
        stretch=0, low=low, centre=low + more / 2, high=low + more, moved=moved
    )
    drawing = charts.trend(figures, look("light"), "en", "phone", limits=limits)
    json.dumps(drawing.full(), allow_nan=False)
    bands = _layers(drawing, "rect", look("light").same.tint)
    assert len(bands) == 1
    for y in [*drawing.rows.y.dropna(), bands[0]["low"], bands[0]["high"]]:
        assert 0 <= y <= drawing.height


# ---------------------------------------------------------------- answers, money, parts


def test_answers_keep_their_shares_and_the_undecided_stand_apart() -> None:
    rows = charts.likert(_answers(), look("light"), "en", "desktop").rows
    first = rows[rows.question == "Officers treat people with respect"].set_index("full_name")
    assert np.allclose(first.end - first.start, first.share)
    assert (first.loc[["Strongly disagree", "Disagree"]].end <= 1e-9).all()
    assert (first.loc[["Agree", "Strongly agree"]].start >= -1e-9).all()
    assert first.loc["Neither"].start > rows[rows.full_name == "Strongly agree"].end.max()
    assert first.loc["Don't know"].start > first.loc["Neither"].end


def test_a_question_with_other_answers_gets_its_own_key() -> None:
    said = words_in(svg_of(charts.likert(_answers(), look("light"), "en", "desktop")))
    assert "Strongly agree" in said
    assert "Very safe" in said


def test_shares_that_do_not_match_the_answers_are_refused() -> None:
    wrong = _answers().head(1).assign(shares=pd.Series([[0.5, 0.5]]))
    with pytest.raises(ValueError, match="2 shares for 5 answers"):
        charts.likert(wrong, look("light"), "en", "desktop")


def test_steps_add_up_in_words() -> None:
    rows = charts.steps(STEPS, look("light"), "en", "desktop").rows.set_index("step")
    assert rows.loc["plan_now"].end == rows.loc["changes"].end
    assert rows.loc["left"].end == rows.loc["promised"].end
    assert list(rows.text) == ["$1,200,000", "−$85,000", "$1,115,000", "−$530,000", "−$210,000", "$375,000"]


def test_amounts_that_are_not_reported_have_words_and_no_bar() -> None:
    rows = charts.steps(UNREPORTED, look("light"), "en", "desktop").rows.set_index("step")
    assert rows.loc["spent"].text == "Not reported"
    assert rows.start.isna().sum() == 4
    money = charts.bullets(_money(), look("light"), "en", "desktop", pace=0.5).rows.set_index("full_name")
    assert money.text["Lost"] == "Not reported"
    assert money.text["Training"] == "Spent: 0%"
    assert money.due["Youth programs"] == 60_000_000
    assert "New" in money.index[money.spent.isna()]


def test_every_state_of_a_promise_is_named_even_at_zero() -> None:
    said = words_in(svg_of(BUILDERS["promises"](look("light"), "en", "desktop")))
    assert "Overdue: 0" in said
    assert "Will not do: 1" in said


def test_parts_refuse_what_is_no_whole() -> None:
    for values, message in (([1] * 7, "1 to 6"), ([1, -1], "not below zero"), ([0, 0], "above")):
        frame = pd.DataFrame({"label": [str(i) for i in range(len(values))], "value": values})
        with pytest.raises(ValueError, match=message):
            charts.parts(frame, look("light"), "en", "desktop", unit="events")


# ---------------------------------------------------------------- ticks and words


@given(st.floats(1e-3, 1e12))
def test_ticks_hold_the_largest_value_and_are_at_most_five(largest: float) -> None:
    ticks = ticks_up_to(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest * (1 - 1e-6)
    assert ticks[-1] <= largest * 4.0001
    assert 2 <= len(ticks) <= 5


@given(st.floats(-1e9, -1e-3), st.floats(1e-3, 1e9))
def test_ticks_below_zero_hold_both_ends_and_zero(lowest: float, highest: float) -> None:
    ticks = ticks_between(lowest, highest)
    unseen = (highest - lowest) * 1e-6
    assert 0 in ticks
    assert ticks[0] <= lowest + unseen
    assert ticks[-1] >= highest - unseen
    assert len(ticks) <= 5


@given(st.integers(1, 5000))
def test_counts_have_whole_ticks(largest: int) -> None:
    assert all(tick == round(tick) for tick in ticks_up_to(largest, whole=True))


@given(st.text(st.characters(categories=["L", "Zs"]), max_size=120), st.integers(60, 400))
def test_wrapping_loses_no_word(text: str, pixels: int) -> None:
    assert wrapped_to(text, pixels, 14).split() == text.split()
    for line in wrapped_to(text, pixels, 14).split("\n"):
        assert text_width(line, 14) <= pixels or " " not in line
