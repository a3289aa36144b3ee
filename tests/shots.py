"""Pictures of every page, to look at: `make shots`, or `python -m tests.shots --city chicago --lang es`.

Each page is taken at its full height, at three widths, light and dark, once its charts and maps are really drawn.
`--readme` takes the two pictures of the README instead, so that they can be taken again when the pages change.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from data.demo import publish_demo
from pages import PAGE_PATHS
from tests.browser.chromium import ARGUMENTS, where
from tests.browser.conftest import PATIENCE_MS, SETTLED
from tests.conftest import REAL, ROOT, publish_city, start_server
from tests.pages.screen import asked_for

WIDTHS = (390, 1280, 1920)
PHONE_AT_MOST = 600
THEMES = ("light", "dark")
TALLEST = 12_000
FIRST_HEIGHT = {390: 844, 1280: 800, 1920: 1080}
# The app draws for phones by what the browser says it is.
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
PLACES = {"demo": "old-town", "chicago": "albany-park", "cincinnati": "avondale"}
FIGURES = {
    "demo": {"m": "burglary", "at": "westbrook", "p": "2025-03"},
    "chicago": {"m": "violent_crime", "at": "albany-park", "p": "2023"},
    "cincinnati": {"m": "use_of_force", "at": "avondale", "p": "2025"},
}
"""The figure whose page is taken."""
PICTURES = ROOT / "docs" / "pictures"
README_BYTES = 200_000

# Streamlit shows gray bars where an element's code is still on its way; a chart is drawn when its marks are there.
DRAWN = """() => {
  const all = (selector, ok) => [...document.querySelectorAll(selector)].every(ok);
  return document.fonts.status === 'loaded'
    && all('[data-testid=stSkeleton]', () => false)
    && all('[data-testid=stVegaLiteChart]', one => one.querySelector('svg [class*=mark-] > *, canvas'))
    && all('[data-testid=stDeckGlJsonChart]', one => one.querySelector('canvas'))
    && all('[data-stale=true]', () => false);
}"""
CONTENT_HEIGHT = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const above = main.getBoundingClientRect().top;
  return Math.ceil(above + main.scrollHeight);
}"""
SIDEWAYS = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - window.innerWidth);
}"""


def wait_until_drawn(page: Page) -> None:
    """Wait until the script is done, fonts and code are here, every chart has marks, and a map stands still."""
    page.wait_for_selector(SETTLED, state="visible", timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
    page.wait_for_function(DRAWN, timeout=PATIENCE_MS)
    # WebGL tells nobody when it has drawn: two equal pictures in a row do.
    for map_ in page.locator("[data-testid=stDeckGlJsonChart]").all():
        before, give_up = b"", time.monotonic() + PATIENCE_MS / 1000
        while before != (before := map_.screenshot()) and time.monotonic() < give_up:
            page.wait_for_timeout(250)


def take(page: Page, address: str, width: int) -> tuple[bytes, list[str]]:
    """A picture of a whole page (up to `TALLEST` px), and what is wrong with it that a program can see."""
    page.set_viewport_size({"width": width, "height": FIRST_HEIGHT.get(width, 900)})
    page.goto(address)
    wait_until_drawn(page)
    seen, height = 0, int(page.evaluate(CONTENT_HEIGHT))
    # A higher window makes Streamlit lay out again, and may bring what was still waiting below.
    while height != seen and height <= TALLEST:
        page.set_viewport_size({"width": width, "height": height})
        wait_until_drawn(page)
        seen, height = height, int(page.evaluate(CONTENT_HEIGHT))
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    wait_until_drawn(page)
    faults = []
    if height > TALLEST:
        faults.append(f"cut off at {TALLEST} of {height} px")
    if sideways := int(page.evaluate(SIDEWAYS)):
        faults.append(f"{sideways} px wider than the window")
    if page.locator("[data-testid=stException]").count():
        faults.append("an error is on the page")
    return page.screenshot(), faults


def new_context(browser: Browser, width: int, theme: str, *, scale: float = 1) -> BrowserContext:
    """A visitor with a window of some width, a theme, and a phone where the window is as narrow as one.

    scale: how many dots of the picture make a pixel of the page.
    """
    phone: dict[str, Any] = {"user_agent": PHONE, "has_touch": True} if width <= PHONE_AT_MOST else {}
    return browser.new_context(
        viewport={"width": width, "height": FIRST_HEIGHT.get(width, 900)},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=scale,
        **phone,
    )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium, or a sentence on how to get it."""
    with sync_playwright() as playwright:
        path = where(playwright)
        if path is None:
            sys.exit("there is no Chromium: run `make browser`")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(store: Path | None, city: str) -> Iterator[str]:
    """The address of a server over a store; without one, the city is published for the pictures and then deleted."""
    with tempfile.TemporaryDirectory(prefix="shots-") as folder:
        if store is None:
            store = Path(folder) / "store"
            print(f"Publishing {city} for the pictures")
            if city == "demo":
                publish_demo(store)
            else:
                if not (REAL / city).is_dir():
                    sys.exit(f"the real files of {city} are not here: put them in {REAL / city}")
                publish_city(city, REAL / city, store)
        address, process = start_server(store.resolve(), Path(folder) / "log.txt", {}, uvicorn=True)
        try:
            yield address
        finally:
            process.terminate()
            process.wait(20)


def take_all(asked: argparse.Namespace) -> None:
    """Take every asked picture into a folder; name what is wrong with any."""
    if asked.clean:
        shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    place = asked.place or PLACES[asked.city]
    with served(asked.store, asked.city) as address, open_browser() as browser:
        for width in asked.widths:
            for theme in asked.themes:
                context = new_context(browser, width, theme)
                page = context.new_page()
                for name in asked.pages:
                    query = {"lang": asked.lang} | ({"n": place} if name == "neighborhood" else {})
                    query |= FIGURES[asked.city] if name == "figure" else asked_for(name, asked.city)
                    picture, faults = take(page, f"{address}/{PAGE_PATHS[name]}?{urlencode(query)}", width)
                    file = asked.out / f"{name}-{width}-{theme}-{asked.lang}.png"
                    file.write_bytes(picture)
                    print(f"{file}  {' | '.join(faults)}", flush=True)
                context.close()


def take_for_readme(asked: argparse.Namespace) -> None:
    """The first screen of a demo neighborhood, at a desk and on a phone, small enough to keep in the repository."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    place = asked.place or PLACES["demo"]
    with served(asked.store, "demo") as address, open_browser() as browser:
        for name, width, height, scale in (("neighborhood", 1280, 1600, 1), ("neighborhood-phone", 390, 844, 2)):
            context = new_context(browser, width, "light", scale=scale)
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}/neighborhood?{urlencode({'n': place, 'lang': 'en'})}")
            wait_until_drawn(page)
            file = PICTURES / f"{name}.png"
            size = save_small(page.screenshot(), file)
            print(f"{file}  {size:,} bytes")
            context.close()


def save_small(picture: bytes, file: Path) -> int:
    """Save a PNG in as many colors as fit into `README_BYTES`; gives its size."""
    full = Image.open(BytesIO(picture)).convert("RGB")
    for colors in (256, 128, 64, 32):
        full.quantize(colors, dither=Image.Dither.NONE).save(file, optimize=True)
        if (size := file.stat().st_size) <= README_BYTES:
            return size
    sys.exit(f"{file} is still {size:,} bytes with {colors} colors; show less of the page")


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.shots", description=__doc__.split("\n")[0])
    parser.add_argument("--store", type=Path, help="a published store; default: the city is published anew")
    parser.add_argument("--city", choices=sorted(PLACES), default="demo")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "shots")
    parser.add_argument("--lang", default="en", help="language of the pages: en or es")
    parser.add_argument("--place", help="code of the neighborhood whose page is taken")
    parser.add_argument("--pages", nargs="+", choices=list(PAGE_PATHS), default=list(PAGE_PATHS), metavar="PAGE")
    parser.add_argument("--widths", nargs="+", type=int, default=list(WIDTHS), metavar="PX")
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=list(THEMES), metavar="THEME")
    parser.add_argument("--clean", action="store_true", help="empty the folder of pictures first")
    parser.add_argument("--readme", action="store_true", help="take the pictures of the README instead")
    asked = parser.parse_args(arguments)
    if asked.readme:
        take_for_readme(asked)
    else:
        take_all(asked)


if __name__ == "__main__":
    main()
