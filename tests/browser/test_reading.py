"""A reader with a real browser: links, the map, the keyboard, a phone, files, a new release."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from components.words import words
from data import queries
from data.store import Store
from pages import PAGE_PATHS
from tests.conftest import Serve, start_server

EN, ES = words("en"), words("es")
Settled = Callable[[Page], Page]
NewPage = Callable[..., Page]


def codes(page: Page) -> dict[str, str]:
    """The codes in the browser's address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


class TestLinks:
    def test_a_deep_link_to_a_neighborhood_is_right_on_a_fresh_server(
        self, page: Page, settled: Settled, demo_store: Path, tmp_path: Path
    ) -> None:
        address, process = start_server(demo_store, tmp_path / "log.txt", {})
        try:
            page.goto(f"{address}/neighborhood?n=cote-vieille&lang=es")
            settled(page)
            expect(page.get_by_role("heading", level=1)).to_have_text("Côte-Vieille")
            expect(page).to_have_title(re.compile("^Côte-Vieille: .* Riverton$"))
            assert urlsplit(page.url).path == "/neighborhood"
            assert codes(page) == {"n": "cote-vieille", "lang": "es"}
            expect(page.get_by_role("heading", name=ES.say("neighborhood.in_short"))).to_be_visible()
        finally:
            process.terminate()
            process.wait(10)

    def test_an_old_link_to_a_program_brings_its_card_into_view(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/programs?lang=en#program-second-key")
        settled(page)
        expect(page.locator("#program-second-key")).to_be_in_viewport()

    def test_the_other_language_keeps_the_place_and_the_page(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/budget?n=downtown&fy=FY2025&lang=en")
        settled(page)
        page.get_by_role("link", name=ES.name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(ES.say("budget.title"))
        settled(page)
        assert codes(page) == {"n": "downtown", "fy": "FY2025", "lang": "es"}

    def test_a_browser_in_spanish_is_answered_in_spanish(
        self, new_page: NewPage, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page = new_page(locale="es-MX")
        page.goto(serve(demo_store))
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(ES.say("home.title", city="Riverton"))

    def test_the_menu_keeps_the_place(self, page: Page, settled: Settled, serve: Serve, demo_store: Path) -> None:
        page.goto(f"{serve(demo_store)}/?n=downtown&lang=es")
        settled(page)
        page.get_by_role("link", name=ES.say("nav.budget"), exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(ES.say("budget.title"))
        expect(page).to_have_url(re.compile(r"/budget\?n=downtown&lang=es$"))

    def test_going_back_shows_the_page_before(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/outcomes?n=downtown&lang=en")
        settled(page)
        page.get_by_role("link", name=EN.say("nav.budget"), exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(EN.say("budget.title"))
        expect(page).to_have_url(re.compile(r"/budget\?n=downtown&lang=en$"))
        settled(page)
        page.go_back()
        # The menu opens a page without codes, and they are put back. On a busy computer the browser keeps the address
        # without them as a step of its own.
        if urlsplit(page.url).path == "/budget":
            page.go_back()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Reported break-ins")
        assert codes(page) == {"n": "downtown", "lang": "en"}


class TestMaps:
    def test_an_old_link_to_the_map_opens_the_same_view(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/map?m=robbery&p=2024&n=downtown&view=values&lang=es#places")
        settled(page)
        expect(page).to_have_url(re.compile(r"/outcomes\?m=robbery&p=2024&n=downtown&view=values&lang=es#places$"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("2024")
        expect(page.get_by_role("radio", name=ES.say("map.view_values"))).to_be_checked()

    def test_a_click_on_the_map_of_the_first_page_opens_the_neighborhood(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/?lang=en")
        settled(page)
        picture = page.locator(".st-key-picker svg.marks")
        expect(picture).to_be_visible()
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        assert box
        # The largest outlines lie away from the river in the middle.
        page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.35 * box["height"])
        expect(page).to_have_url(re.compile(r"/neighborhood\?n=[a-z-]+&lang=en$"))
        names = queries.neighborhoods(Store(demo_store).open()).set_index("id").name
        expect(page.get_by_role("heading", level=1)).to_have_text(names[codes(page)["n"]])

    def test_a_click_on_the_large_map_opens_the_neighborhood(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        with page.expect_response(re.compile(r"/map/.*/burglary/.*\.geojson")) as outlines:
            page.goto(f"{serve(demo_store)}/outcomes?m=burglary&lang=en")
        assert outlines.value.ok
        settled(page)
        canvas = page.locator("[data-testid=stDeckGlJsonChart] canvas").first
        expect(canvas).to_be_visible()
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        names = queries.neighborhoods(Store(demo_store).open()).set_index("id").name
        # The first draw may come after the canvas: try again until a click meets an outline.
        for _ in range(20):
            page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.38 * box["height"])
            page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
            try:
                page.wait_for_url(re.compile(r"/neighborhood\?"), timeout=3_000)
                break
            except PlaywrightTimeout:
                continue
        expect(page).to_have_url(re.compile(r"/neighborhood\?n=[a-z-]+&lang=en$"))
        expect(page.get_by_role("heading", level=1)).to_have_text(names[codes(page)["n"]])


class TestKeyboard:
    def test_from_the_first_page_to_a_table_without_a_mouse(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/?lang=en")
        settled(page)
        press_until(page, lambda: EN.say("home.as_list", n=24) in focused_text(page))
        press_until(page, lambda: focused_text(page) == "Harbor Point")  # the list stands open at a desk
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Point")
        settled(page)
        press_until(page, lambda: EN.say("card.table") in focused_text(page))
        page.keyboard.press("Enter")
        expect(page.get_by_role("table").first).to_be_visible()


def focused_text(page: Page) -> str:
    """The words of the link, button or fold that has the keyboard's focus; empty where none has."""
    return str(
        page.evaluate("document.activeElement.matches('a, button, summary') ? document.activeElement.innerText : ''")
    )


def press_until(page: Page, arrived: Callable[[], bool], *, most: int = 150) -> None:
    """Press Tab until something is reached; whatever has the focus on the way must be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if arrived():
            assert page.evaluate(FOCUS_SHOWS), "the focus cannot be seen"
            return
    pytest.fail(f"not reached with {most} presses of Tab; the focus is on {focused_text(page)!r}")


FOCUS_SHOWS = """() => {
  for (let part = document.activeElement; part && part !== document.body; part = part.parentElement) {
    const style = getComputedStyle(part);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) return true;
    if (style.boxShadow !== "none") return true;
  }
  return false;
}"""


class TestReleases:
    def test_a_new_release_comes_without_a_restart(
        self, page: Page, settled: Settled, demo_store: Path, tmp_path: Path
    ) -> None:
        store = Store(tmp_path / "store")
        (store.root / "releases").mkdir(parents=True)
        for path in (demo_store / "releases").glob("*.sqlite"):
            (store.root / "releases" / path.name).symlink_to(path)
        store.activate("2025-12")
        address, process = start_server(store.root, tmp_path / "log.txt", {})
        try:
            page.goto(f"{address}/about?lang=en")
            settled(page)
            release = page.get_by_text("Fingerprint of this release")
            before = release.inner_text()
            store.activate("2026-03")
            page.get_by_role("link", name=EN.say("nav.budget"), exact=True).first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text(EN.say("budget.title"))
            page.get_by_role("link", name=EN.say("nav.about"), exact=True).first.click()
            expect(release).not_to_have_text(before)
            assert "release" not in codes(page)
            page.goto(f"{address}/about?lang=en&release=2025-12")
            settled(page)
            expect(release).to_have_text(before)
            expect(page.get_by_role("alert").filter(has_text=EN.say("scope.latest"))).to_be_visible()
            store.activate("2025-12")  # taken back
            page.goto(f"{address}/about?lang=en")
            settled(page)
            expect(release).to_have_text(before)
        finally:
            process.terminate()
            process.wait(10)


def test_the_keyboard_leads_from_a_figure_to_what_stands_behind_it(
    page: Page, settled: Settled, serve: Serve, demo_store: Path
) -> None:
    page.goto(f"{serve(demo_store)}/?lang=en")
    settled(page)
    figure = page.locator(".tile a.fig").first
    told = figure.inner_text()
    assert "residents" in str(figure.get_attribute("title"))
    figure.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".figure-value")).to_contain_text(told)
    settled(page)
    expect(page.get_by_role("heading", name=EN.say("figure.history"))).to_be_visible()


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("page_name", PAGE_PATHS)
def test_nothing_scrolls_sideways_on_a_phone(
    new_page: NewPage, settled: Settled, serve: Serve, demo_store: Path, page_name: str, width: int
) -> None:
    page = new_page(
        viewport={"width": width, "height": 780},
        user_agent="Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36",
    )
    asked = {"figure": "&m=burglary&at=westbrook&p=2025-03", "program": "&program=safe-lights"}.get(page_name, "")
    page.goto(f"{serve(demo_store)}/{PAGE_PATHS[page_name]}?n=cote-vieille&lang=es{asked}")
    settled(page)
    page.evaluate("document.fonts.ready.then(() => true)")
    wide = page.evaluate(TOO_WIDE)
    assert wide == []


# Parts that stick out to the right, and are not inside something that scrolls by itself.
TOO_WIDE = """() => {
  const scrolls = (part) => {
    for (let above = part.parentElement; above && above.dataset.testid !== "stMain"; above = above.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(above).overflowX)) return true;
    return false;
  };
  const main = document.querySelector("[data-testid=stMain]");
  const width = document.documentElement.clientWidth;
  const found = [...main.querySelectorAll("*")].filter((part) => {
    const box = part.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !scrolls(part);
  });
  const sideways = [document.documentElement, main].filter((part) => part.scrollWidth > part.clientWidth + 1);
  return [...found.slice(0, 5), ...sideways].map((part) =>
    `${part.tagName} ${part.className} ${part.innerText?.slice(0, 60)}`);
}"""


class TestFiles:
    def test_the_numbers_of_a_card_come_as_a_file_that_says_what_it_is(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path, tmp_path: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/neighborhood?n=harbor-point&lang=en")
        settled(page)
        page.locator(".st-key-actions-m-burglary").get_by_role("button", name=EN.say("card.download")).click()
        with page.expect_download() as download:
            page.get_by_role("button", name=EN.say("card.csv")).click()
        assert download.value.suggested_filename == "burglary_harbor-point_release-2026-03.csv"
        path = tmp_path / "file.csv"
        download.value.save_as(path)
        head = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.startswith("#")]
        said = "\n".join(head)
        for words_ in ("2026-03", "Harbor Point", EN.say("notice.sample_data"), "Crimes reported to police"):
            assert words_ in said
        frame = pd.read_csv(path, comment="#")
        published = queries.figure_table(
            Store(demo_store).open(), measures=["burglary"], neighborhoods=["harbor-point", "city"]
        )
        assert len(frame) == len(published)
        assert frame.value.sum() == pytest.approx(published.value.sum())

    def test_the_picture_of_a_card_comes_as_a_file(
        self, page: Page, settled: Settled, serve: Serve, demo_store: Path
    ) -> None:
        page.goto(f"{serve(demo_store)}/neighborhood?n=harbor-point&lang=es")
        settled(page)
        page.locator(".st-key-actions-m-burglary").get_by_role("button", name=ES.say("card.download")).click()
        with page.expect_download() as download:
            page.get_by_role("button", name=ES.say("card.png")).click()
        picture = Path(download.value.path()).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_on_charts_can_be_read(
    new_page: NewPage, settled: Settled, serve: Serve, demo_store: Path, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{serve(demo_store)}/neighborhood?n=harbor-point&lang=en")
    settled(page)
    expect(page.locator("[data-testid=stVegaLiteChart] svg.marks").first).to_be_visible()
    expect(page.locator("svg.marks text").nth(20)).to_be_attached()
    poor = page.evaluate(POOR_CONTRAST)
    assert poor == []


# Words of charts whose color is too near to what is behind them (WCAG: 4.5): a bar they stand on, else the page.
POOR_CONTRAST = """() => {
  const parts = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const solid = (color) => parts(color).length === 3 || parts(color)[3] === 1;
  const light = (color) => {
    const [r, g, b] = parts(color).map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pageBehind = (part) => {
    for (; part; part = part.parentElement)
      if (solid(getComputedStyle(part).backgroundColor)) return getComputedStyle(part).backgroundColor;
    return "rgb(255, 255, 255)";
  };
  const markBehind = (text) => {
    const box = text.getBoundingClientRect(), at = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    const marks = [...text.closest("svg").querySelectorAll("path, rect")].filter((mark) => {
      const style = getComputedStyle(mark);
      if (style.fill === "none" || !solid(style.fill) || style.fillOpacity < 1 || style.opacity < 1) return false;
      if (!(mark.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) return false;
      return mark.isPointInFill(at.matrixTransform(mark.getScreenCTM().inverse()));
    });
    return marks.length ? getComputedStyle(marks.at(-1)).fill : null;
  };
  // The light edge around a word is the same word, drawn before it at the same place.
  const isHalo = (text) => [...text.closest("svg").querySelectorAll("text")].some((other) => {
    const [one, two] = [text, other].map((part) => part.getBoundingClientRect());
    return text.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING
      && text.textContent === other.textContent && Math.abs(one.x - two.x) < 2 && Math.abs(one.y - two.y) < 2;
  });
  const found = new Set();
  for (const text of document.querySelectorAll("svg.marks text")) {
    if (!text.textContent.trim() || isHalo(text)) continue;
    const fill = getComputedStyle(text).fill, back = markBehind(text) || pageBehind(text.closest("svg"));
    const [high, low] = [light(fill), light(back)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.add(`${text.textContent}: ${fill} on ${back} is ${ratio.toFixed(2)}`);
  }
  return [...found];
}"""
