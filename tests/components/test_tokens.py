"""The colors keep the promises of contrast, and live in one place."""

from __future__ import annotations

import re
import tomllib
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from coloraide import Color

from components.tokens import THEMES, Look, Pair, UnknownTheme, contrast, font, look

ROOT = Path(__file__).parents[2]
ON_SCREEN = ("light", "dark")
IN_THE_ROOM = ("projector", "dark-room")
PAIRS = ("better", "worse", "changed", "same", "unknown", "notice")
SCALES = ("sequential_blue", "sequential_plum", "diverging_judged", "diverging_neutral", "likert")


def pair(theme: str, name: str) -> Pair:
    found: Pair = getattr(look(theme), name)
    return found


def surfaces(of: Look) -> tuple[str, str]:
    return of.page, of.card


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#1B2430", "#FFFFFF", 15.65),
        ("#1B2430", "#F6F7F9", 14.60),
        ("#B4BAC2", "#1C2229", 8.20),
        ("#006C7A", "#E1F1F3", 5.28),
        ("#A68A00", "#F6F7F9", 3.13),
    ],
)
def test_contrast_is_the_published_ratio(a: str, b: str, ratio: float) -> None:
    assert contrast(a, b) == pytest.approx(ratio, abs=0.006)
    assert contrast(b, a) == contrast(a, b)


@pytest.mark.parametrize("theme", THEMES)
def test_body_text_is_at_least_7_to_1(theme: str) -> None:
    of = look(theme)
    assert min(contrast(text, on) for text in (of.ink, of.ink_2) for on in surfaces(of)) >= 7


@pytest.mark.parametrize("theme", THEMES)
def test_small_text_is_at_least_4_5_to_1(theme: str) -> None:
    of = look(theme)
    assert min(contrast(text, on) for text in (of.ink_3, of.muted) for on in surfaces(of)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PAIRS)
def test_a_meaning_reads_on_its_tint_and_on_every_surface(theme: str, name: str) -> None:
    of, meaning = look(theme), pair(theme, name)
    assert min(contrast(meaning.text, on) for on in (meaning.tint, *surfaces(of))) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_3_to_1(theme: str) -> None:
    of = look(theme)
    marks = (of.mark, of.focus, of.ring, *of.categorical, *(pair(theme, name).text for name in PAIRS))
    assert min(contrast(mark, on) for mark in marks for on in surfaces(of)) >= 3
    assert contrast(of.hatch_line, of.hatch_fill) >= 3
    assert contrast(of.ring, of.halo) >= 3


@pytest.mark.parametrize("theme", IN_THE_ROOM)
def test_everything_in_the_room_reads_from_the_back(theme: str) -> None:
    of = look(theme)
    texts = (of.ink, of.ink_2, of.ink_3, of.muted, of.focus)
    assert min(contrast(text, on) for text in texts for on in surfaces(of)) >= 7
    assert contrast(of.focus, of.focus_tint) >= 7
    assert min(contrast(*pair(theme, name)) for name in PAIRS) >= 7
    assert min(contrast(mark, of.page) for mark in (of.mark, *of.categorical)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", SCALES)
def test_a_number_can_be_read_inside_every_class(theme: str, scale: str) -> None:
    of = look(theme)
    assert min(contrast(of.label_on(fill), fill) for fill in getattr(of, scale)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", ["sequential_blue", "sequential_plum"])
def test_neighbouring_classes_differ(theme: str, scale: str) -> None:
    steps = getattr(look(theme), scale)
    assert min(contrast(a, b) for a, b in pairwise(steps)) >= 1.35


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", ["typical", "protan", "deutan", "tritan"])
def test_categories_can_be_told_apart(theme: str, vision: str) -> None:
    seen = [Color(color) for color in look(theme).categorical]
    if vision != "typical":
        seen = [color.filter(vision, method="machado") for color in seen]
    assert min(a.delta_e(b, method="2000") for a, b in combinations(seen, 2)) >= 15


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", ["typical", "protan", "deutan", "tritan"])
def test_map_classes_can_be_told_apart(theme: str, vision: str) -> None:
    for classes in (look(theme).judged_classes(), look(theme).neutral_classes()):
        seen = [Color(color) for color in classes]
        if vision != "typical":
            seen = [color.filter(vision, method="machado") for color in seen]
        assert min(a.delta_e(b, method="2000") for a, b in combinations(seen, 2)) >= 15


def test_better_and_worse_are_not_confused_with_gray() -> None:
    for theme in ON_SCREEN:
        of = look(theme)
        for vision in ("protan", "deutan", "tritan"):
            better, worse, gray = (
                Color(c).filter(vision, method="machado") for c in (of.better.text, of.worse.text, of.mark)
            )
            assert better.delta_e(worse, method="2000") >= 30
            assert better.delta_e(gray, method="2000") >= 10


def test_a_ramp_keeps_the_ends() -> None:
    of = look("light")
    assert of.ramp("sequential_blue", 5) == of.sequential_blue
    assert of.ramp("sequential_blue", 3) == of.sequential_blue[::2]
    assert of.ramp("diverging_judged", 2) == (of.diverging_judged[0], of.diverging_judged[-1])
    assert of.ramp("sequential_plum", 1) == (of.sequential_plum[2],)


def test_a_ramp_refuses_more_classes_than_it_has() -> None:
    with pytest.raises(ValueError, match="has 4 colors in the projector theme, not 5"):
        look("projector").ramp("sequential_blue", 5)


def test_an_unknown_theme_is_named() -> None:
    with pytest.raises(UnknownTheme, match="no theme 'sepia'; there are light, dark"):
        look("sepia")


def test_css_variables_hold_both_halves_of_a_pair() -> None:
    css = look("light").css_variables()
    assert f"--better: {look('light').better.text};" in css
    assert f"--better-tint: {look('light').better.tint};" in css
    assert "theme" not in css


def test_the_fonts_of_the_app_are_files_of_ours() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for face in theme["fontFaces"]:
        assert face["family"] == font()
        folder, name = face["url"].rsplit("/", 1)
        assert folder == "/assets/fonts"
        assert (ROOT / "components" / "assets" / "fonts" / name).read_bytes()[:4] == b"wOF2"


def test_the_theme_of_the_app_is_made_of_tokens() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for name in ON_SCREEN:
        of, part = look(name), theme[name]
        assert part["primaryColor"] == of.focus
        assert part["linkColor"] == of.focus
        assert part["textColor"] == of.ink
        assert part["borderColor"] == of.mark
        assert part["grayTextColor"] == of.ink_3
        assert tuple(part["chartCategoricalColors"]) == of.categorical
        meanings = {"green": "better", "red": "worse", "yellow": "notice", "violet": "changed"}
        for color, meaning in meanings.items():
            assert (part[f"{color}TextColor"], part[f"{color}BackgroundColor"]) == pair(name, meaning)
    assert theme["light"]["backgroundColor"] == look("light").card
    assert theme["light"]["secondaryBackgroundColor"] == look("light").page
    assert theme["dark"]["backgroundColor"] == look("dark").page
    assert theme["dark"]["secondaryBackgroundColor"] == look("dark").card


HEX = re.compile(
    r"(?<![&\w/])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b|[\"':\s]#(?=[a-fA-F]*\d|[fF])[0-9a-fA-F]{3,4}(?=[\"';!\s)])"
)
WRITTEN = {".py", ".css", ".html", ".js", ".toml", ".svg", ".json"}


def colored(text: str) -> list[str]:
    return [found.strip("\"': ") for found in HEX.findall(text)]


def test_no_other_file_holds_a_color() -> None:
    files = [ROOT / "app.py"] if (ROOT / "app.py").exists() else []
    for folder in ("components", "pages"):
        files += [path for path in (ROOT / folder).rglob("*") if path.suffix in WRITTEN]
    found = {
        str(path.relative_to(ROOT)): codes
        for path in files
        if path.name != "tokens.json" and (codes := colored(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_search_for_colors_finds_them() -> None:
    assert colored('color = "#1B2430"') == ["#1B2430"]
    assert colored("a { color: #fff; }") == ["#fff"]
    assert colored("outline: 3px solid #fd0 !important") == ["#fd0"]
    assert colored("# a comment, &#39; and issue number #12 and /budget#totals") == []
