"""Every color of the product, read from assets/tokens.json. No other module may contain a color code."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

Theme = Literal["light", "dark", "projector", "dark-room"]
Scale = Literal["sequential_blue", "sequential_plum", "diverging_judged", "diverging_neutral", "likert"]

THEMES: tuple[Theme, ...] = get_args(Theme)
ASSETS = Path(__file__).parent / "assets"


class UnknownTheme(ValueError):
    """There is no such theme in the tokens file."""


class Pair(NamedTuple):
    """A color for text and marks, and the tint that text may sit on."""

    text: str
    tint: str


@dataclass(frozen=True)
class Look:
    """The colors and line sizes of one theme. Every color is '#RRGGBB'; sizes are CSS pixels.

    `focus` is the place the reader chose. `better` and `worse` are only for measures with a good direction;
    `changed` is for those without one. `mark`, `rule` and `grid` are never for text. Sequential scales run
    from low to high values; `diverging_judged` from worse to better; `diverging_neutral` from above (gold) to
    below (blue); `likert` from strongly disagree to strongly agree.
    """

    theme: Theme
    page: str
    card: str
    ink: str
    ink_2: str
    ink_3: str
    muted: str
    mark: str
    rule: str
    grid: str
    focus: str
    focus_tint: str
    better: Pair
    worse: Pair
    changed: Pair
    same: Pair
    unknown: Pair
    notice: Pair
    categorical: tuple[str, ...]
    sequential_blue: tuple[str, ...]
    sequential_plum: tuple[str, ...]
    diverging_judged: tuple[str, ...]
    diverging_neutral: tuple[str, ...]
    likert: tuple[str, ...]
    label_dark: str
    label_light: str
    hatch_line: str
    hatch_fill: str
    ring: str
    halo: str
    line_px: int
    text_px: int

    def ramp(self, scale: Scale, classes: int) -> tuple[str, ...]:
        """`classes` colors of a scale, evenly spread from its first to its last.

        Raises ValueError for fewer than one class or more than the scale holds: colors between two steps
        would be too alike to tell apart.
        """
        steps: tuple[str, ...] = getattr(self, scale)
        if not 1 <= classes <= len(steps):
            raise ValueError(f"{scale} has {len(steps)} colors in the {self.theme} theme, not {classes}")
        if classes == 1:
            return (steps[len(steps) // 2],)
        return tuple(steps[round(i * (len(steps) - 1) / (classes - 1))] for i in range(classes))

    def judged_classes(self) -> tuple[str, str, str]:
        """Map fills for 'worse than the city', 'no clear difference', 'better than the city'."""
        return self.diverging_judged[1], self.diverging_judged[3], self.diverging_judged[5]

    def neutral_classes(self) -> tuple[str, str, str]:
        """Map fills for 'above the city', 'no clear difference', 'below the city', with no good direction."""
        return self.diverging_neutral[1], self.diverging_neutral[3], self.diverging_neutral[5]

    def label_on(self, fill: str) -> str:
        """The color for text printed inside a mark of color `fill`: the one that stands out more."""
        return max((self.label_dark, self.label_light), key=lambda label: contrast(label, fill))

    def css_variables(self) -> str:
        """The colors as CSS custom properties: '--ink: ...; --better: ...; --better-tint: ...;'."""
        lines = []
        for field in fields(self):
            value, name = getattr(self, field.name), field.name.replace("_", "-")
            if isinstance(value, Pair):
                lines += [f"--{name}: {value.text};", f"--{name}-tint: {value.tint};"]
            elif isinstance(value, str) and field.name != "theme":
                lines.append(f"--{name}: {value};")
        return " ".join(lines)


@cache
def look(theme: str = "light") -> Look:
    """The look of the theme 'light', 'dark', 'projector' or 'dark-room'. Raises UnknownTheme for another."""
    if theme not in THEMES:
        raise UnknownTheme(f"no theme {theme!r}; there are {', '.join(THEMES)}")
    values: dict[str, Any] = {}
    for name, value in _tokens()[theme].items():
        if not isinstance(value, list):
            values[name] = value
        elif name in Look.__annotations__ and Look.__annotations__[name] == "Pair":
            values[name] = Pair(*value)
        else:
            values[name] = tuple(value)
    return Look(theme=theme, **values)


def font() -> str:
    """The name of the typeface, for charts and CSS."""
    return str(_tokens()["font"])


def contrast(a: str, b: str) -> float:
    """The WCAG 2 contrast ratio of two '#RRGGBB' colors, from 1.0 to 21.0, in either order."""
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def _tokens() -> dict[str, Any]:
    tokens: dict[str, Any] = json.loads((ASSETS / "tokens.json").read_text(encoding="utf-8"))
    return tokens
