"""Files say what the screen says, in our typeface, and give nothing away."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from PIL import Image

from components.exports import (
    EXPORT_FONTS,
    SHARE,
    OutsideData,
    card_picture,
    chart_png,
    chart_svg,
    table_csv,
)
from components.tokens import look

STORED = Path(__file__).parent / "exported_text.png"

LETTERS: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "width": 240,
    "height": 66,
    "padding": 4,
    "config": {"view": {"stroke": None}},
    "data": {
        "values": [
            {"y": 12, "text": "Riverside 57% ñáü", "weight": 400},
            {"y": 34, "text": "Riverside 57% ñáü", "weight": 600},
            {"y": 56, "text": "Riverside 57% ñáü", "weight": 700},
        ]
    },
    "layer": [
        {
            "mark": {"type": "text", "align": "left", "fontSize": 20, "fontWeight": weight},
            "transform": [{"filter": f"datum.weight === {weight}"}],
            "encoding": {
                "x": {"value": 2},
                "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
                "text": {"field": "text"},
            },
        }
        for weight in (400, 600, 700)
    ],
}


@dataclass
class Bars:
    """A drawing as the charts make them."""

    width: int = 300
    spec: dict[str, Any] = field(
        default_factory=lambda: {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": 300,
            "height": 60,
            "data": {"values": [{"place": "Old Town", "value": 3}, {"place": "Peñasco", "value": 5}]},
            "mark": "bar",
            "encoding": {
                "x": {"field": "value", "type": "quantitative"},
                "y": {"field": "place", "type": "nominal"},
            },
        }
    )

    def full(self, width: int | None = None) -> dict[str, Any]:
        return self.spec


def pixels(png: bytes) -> npt.NDArray[np.float64]:
    """The darkness of each pixel, 0 for white to 1 for black."""
    gray = Image.open(io.BytesIO(png)).convert("L")
    return 1 - np.asarray(gray, dtype=float) / 255


def without_text(spec: dict[str, Any]) -> dict[str, Any]:
    return {**spec, "data": {"values": [{**row, "text": ""} for row in spec["data"]["values"]]}}


# ---------------------------------------------------------------- pictures


def test_a_png_is_in_our_typeface() -> None:
    # The exporter draws nothing from woff2 files and everything thin from a variable font, without an error.
    drawn, stored = pixels(chart_png(LETTERS)), pixels(STORED.read_bytes())
    assert drawn.shape == stored.shape
    assert np.abs(drawn - stored).mean() < 0.01


def test_the_stored_picture_would_notice_missing_text_and_another_font() -> None:
    stored = pixels(STORED.read_bytes())
    assert np.abs(pixels(chart_png(without_text(LETTERS))) - stored).mean() > 0.05
    other = {**LETTERS, "config": {**LETTERS["config"], "font": "monospace"}}
    assert np.abs(pixels(chart_png(other)) - stored).mean() > 0.03


def test_heavier_weights_are_heavier() -> None:
    ink = pixels(chart_png(LETTERS))
    regular, semibold, bold = (ink[rows].sum() for rows in np.array_split(np.arange(ink.shape[0]), 3))
    assert regular * 1.05 < semibold
    assert semibold * 1.03 < bold


def test_the_fonts_for_export_are_static_ttf() -> None:
    files = sorted(EXPORT_FONTS.iterdir())
    assert [file.name for file in files] == [
        "PublicSans-Bold.ttf",
        "PublicSans-Regular.ttf",
        "PublicSans-SemiBold.ttf",
    ]
    assert all(b"fvar" not in file.read_bytes()[:512] for file in files)


def test_scale_multiplies_the_pixels() -> None:
    once, twice = (Image.open(io.BytesIO(chart_png(LETTERS, scale=scale))).size for scale in (1, 2))
    assert twice == (2 * once[0], 2 * once[1])


def test_an_svg_carries_its_text_and_its_typeface() -> None:
    svg = chart_svg(LETTERS)
    ET.fromstring(svg)
    assert svg.count("Riverside 57% ñáü</text>") == 3
    assert "@font-face{font-family:'Public Sans'" in svg
    assert 'font-family="Public Sans"' in svg
    assert "http" not in svg.replace("http://www.w3.org/", "")


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ({**LETTERS, "data": {"url": "https://example.org/d.json"}}, r"the top\.data\.url"),
        ({**LETTERS, "data": {"url": "file:///etc/passwd"}}, r"the top\.data\.url"),
        ({**LETTERS, "layer": [{"mark": {"type": "image"}}]}, r"the top\.layer\[0\]\.mark\.type"),
        ({**LETTERS, "layer": [{"mark": "image"}]}, r"the top\.layer\[0\]\.mark"),
    ],
)
def test_a_chart_that_reads_from_an_address_is_refused(spec: dict[str, Any], where: str) -> None:
    with pytest.raises(OutsideData, match=where):
        chart_png(spec)
    with pytest.raises(OutsideData, match=where):
        chart_svg(spec)


def test_a_row_may_hold_an_address() -> None:
    rows = [{**row, "url": "https://example.org"} for row in LETTERS["data"]["values"]]
    assert chart_png({**LETTERS, "data": {"values": rows}})


# ---------------------------------------------------------------- cards

WORDS: dict[str, Any] = {
    "finding": "Riverside: no clear difference from the city on trust, nor on how safe people feel",
    "subtitle": "Share of adults. R&D <2025>.",
    "footer": ["Community survey · Release 2026-03", "Sample data"],
}


def test_a_card_carries_its_words() -> None:
    svg = card_picture(Bars(), **WORDS, kind="svg").decode("utf-8")
    said = "".join(ET.fromstring(svg).itertext())
    assert "Share of adults. R&D <2025>." in said
    assert "Community survey · Release 2026-03" in said
    assert "Sample data" in said
    assert "Peñasco" in said
    # Long findings are wrapped, not cut.
    assert "Riverside: no clear difference from" in said
    assert "Riverside: no clear difference from the city on trust, nor" not in "".join(said.split("</title>")[1:])


def test_a_card_is_drawn_in_its_theme() -> None:
    for theme in ("light", "dark"):
        picture = Image.open(io.BytesIO(card_picture(Bars(), **WORDS, theme=theme))).convert("RGB")
        red, green, blue = (int(look(theme).card[i : i + 2], 16) for i in (1, 3, 5))
        assert picture.getpixel((2, 2)) == (red, green, blue)


def test_words_stay_inside_the_picture() -> None:
    ink = pixels(card_picture(Bars(), **WORDS, scale=1))
    assert ink[:, -12:].max() < 0.05
    assert ink[:, :12].max() < 0.05
    assert ink[-12:].max() < 0.05


def test_a_frame_gives_the_exact_size() -> None:
    assert Image.open(io.BytesIO(card_picture(Bars(), **WORDS, frame=SHARE))).size == (2400, 1350)


def test_another_kind_of_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture of kind 'gif'; there are png and svg"):
        card_picture(Bars(), **WORDS, kind="gif")


# ---------------------------------------------------------------- tables

HEADER = {"scope": "Riverside, 2025", "release": "2026-03", "source": "Community survey"}


def text_of(frame: pd.DataFrame, header: dict[str, str] | None = None) -> str:
    return table_csv(frame, header=HEADER if header is None else header).decode("utf-8-sig")


def read_back(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    read: pd.DataFrame = pd.read_csv(io.BytesIO(table_csv(frame, header=HEADER)), comment="#", **options)
    return read


def test_a_file_says_what_it_is_before_its_columns() -> None:
    lines = text_of(pd.DataFrame({"neighborhood": ["Riverside"], "value": [57.25]})).splitlines()
    assert lines == [
        "# scope: Riverside, 2025",
        "# release: 2026-03",
        "# source: Community survey",
        "neighborhood,value",
        "Riverside,57.25",
    ]


def test_excel_sees_accents() -> None:
    assert table_csv(pd.DataFrame({"a": ["Peñasco"]}), header={}).startswith(b"\xef\xbb\xbf")


def test_zero_missing_and_hidden_differ() -> None:
    frame = pd.DataFrame(
        {
            "value": [0.0, None, 4.2, 3.1, 8.0],
            "low": [0.0, None, 1.0, 1.0, 6.0],
            "numerator": [0, None, 7, 5, 90],
            "status": ["shown", "not_reported", "withheld", "too_few_to_say", "provisional"],
        }
    )
    assert text_of(frame).splitlines()[4:] == [
        "0,0,0,shown",
        ",,,not_reported",
        ",,,withheld",  # emptied although the frame held numbers
        ",,5,too_few_to_say",  # too few for a rate is still a count
        "8,6,90,provisional",
    ]
    assert frame["value"].tolist()[2] == 4.2  # the caller's frame is left alone


def test_formulas_are_defused() -> None:
    cells = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "  =1"]
    assert all(cell.startswith("'") for cell in read_back(pd.DataFrame({"a": cells}))["a"])
    assert "a,'=1" in text_of(pd.DataFrame({"a": [1]}), {"scope": "a,=1"})
    assert "'=x" in text_of(pd.DataFrame({"=x": [1]}))


def test_negative_numbers_stay_numbers() -> None:
    assert read_back(pd.DataFrame({"amount": [-40000, 5], "text": ["-5.5", "3"]})).to_dict("list") == {
        "amount": [-40000, 5],
        "text": [-5.5, 3.0],
    }


def test_awkward_text_survives_the_round_trip() -> None:
    texts = ['He said "no"', "Unit #4, rear", "line\nbreak", "a;b", " edge ", "ünïcödé", "007"]
    assert read_back(pd.DataFrame({"a": texts}), dtype=str)["a"].tolist() == texts


def test_a_header_cannot_break_out_of_its_line() -> None:
    assert text_of(pd.DataFrame({"a": [1]}), {"scope": "one\nvalue,2\r\n3"}).splitlines()[0] == "# scope: one value,2 3"


def test_numbers_and_days_are_plain() -> None:
    frame = pd.DataFrame(
        {
            "n": [1204350, 2],
            "x": [0.1 + 0.2, 57.0],
            "day": [date(2026, 3, 3), None],
            "yes": [True, False],
        }
    )
    assert text_of(frame).splitlines()[4:] == ["1204350,0.3,2026-03-03,true", "2,57,,false"]
