"""Every figure on every page leads to its passport, which says what the page says; and history stays as it was."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest

from components.exports import table_csv
from components.panels.figure import history_json
from components.passports import Passport, find, history_of, history_rows, releases_newest_first
from components.scope import CARRIED, Scope
from components.tables import NUMBER
from components.words import words
from data import queries
from data.publish.withdraw import withdraw
from data.store import Store
from pages import PAGE_PATHS
from tests.components.riverton import scope_of
from tests.pages import checks
from tests.pages.conftest import Publish
from tests.pages.screen import Screen, Stated, asked_for, open_page
from tests.pages.test_every_page import HARD_PLACES

CITIES = ("demo", "chicago", "cincinnati")
ABOUT_ITSELF = ("about.files", "about.hidden", "about.releases", "about.calendar")
"""Tables that tell of the release, not of the city."""
Codes = tuple[tuple[str, str], ...]
DIGITS = re.compile(r"\d[\d,.]*")


def codes_of(link: str) -> dict[str, str]:
    """The codes of a figure's address."""
    return {name: code for name, code in parse_qsl(urlsplit(link).query) if name not in CARRIED}


def said_by(passport: Passport, scope: Scope) -> str:
    """All that a passport says, and the word of its status that stands in narrow columns."""
    status = scope.say(f"status.cell.{passport.row.get('status', 'shown')}")
    return "\n".join([passport.title, passport.where, status, *(fact.text for fact in passport.facts)])


def disagreements(scope: Scope, stated: list[Stated], known: dict[Codes, Passport | None]) -> Iterator[str]:
    """Texts that lead to no figure, or to one that says another number. known: passports that were found already."""
    for one in stated:
        codes = tuple(sorted(codes_of(one.link).items()))
        if codes not in known:
            known[codes] = find(dict(codes), scope)
        passport = known[codes]
        if passport is None:
            yield f"{one.text!r} leads to no figure: {one.link}"
        elif (
            one.caption
            and not DIGITS.search(one.text)
            and one.text.casefold() not in said_by(passport, scope).casefold()
        ):
            yield f"{one.text!r}, but its page says {passport.value!r}"
        elif missing := numbers(one.text) - numbers(said_by(passport, scope)):
            yield f"{one.text!r}, but its page says {passport.value!r}: {missing}"


def numbers(text: str) -> set[str]:
    """The numbers of a text, as they are written."""
    return {found.rstrip(".,") for found in DIGITS.findall(text)}


def unlinked_tables(screen: Screen, language: str) -> list[str]:
    """Captions of tables that hold figures, none of which leads to its passport."""
    said = words(language)
    exempt = {said.say("table.caption", title=said.say(key)) for key in ABOUT_ITSELF}
    linked = {one.caption for one in screen.figures}
    return [
        caption
        for table, caption in screen.tables
        if caption not in linked | exempt and any(NUMBER.fullmatch(str(cell)) for cell in table.to_numpy().ravel())
    ]


@pytest.mark.parametrize(
    ("city", "language"), [("demo", "en"), ("demo", "es"), ("chicago", "en"), ("cincinnati", "es")]
)
def test_every_figure_on_every_page_leads_to_a_passport_that_says_the_same(
    publish: Publish, city: str, language: str
) -> None:
    store = publish(city)
    scope = scope_of(store, language=language)
    known: dict[Codes, Passport | None] = {}
    for page in PAGE_PATHS:
        for place in (None, HARD_PLACES[city][0]):
            screen = open_page(page, lang=language, **({"n": place} if place else {}), **asked_for(page, city))
            assert list(disagreements(scope, screen.figures, known)) == [], (page, place)
            assert unlinked_tables(screen, language) == [], (page, place)
            cards = screen.texts.count(scope.say("card.copy_link"))
            assert screen.texts.count(scope.say("card.about_figure")) == cards, (page, place)
    assert len(known) > 100


@pytest.mark.parametrize("city", CITIES)
def test_the_page_of_a_figure_shows_its_passport(publish: Publish, city: str) -> None:
    scope = scope_of(publish(city), language="es")
    scope = scope if scope.city["invented"] else replace(scope, as_of=date.today())
    kinds: dict[str, str] = {}
    for page in ("neighborhood", "budget", "programs", "program", "feedback", "home"):
        for one in open_page(page, lang="es", n=HARD_PLACES[city][0], **asked_for(page, city)).figures:
            codes = codes_of(one.link)
            kinds.setdefault(",".join([*sorted(codes), codes.get("t", ""), codes.get("by", "")]), one.link)
    assert len(kinds) >= 4
    for link in kinds.values():
        screen = open_page("figure", **dict(parse_qsl(urlsplit(link).query)))
        assert checks.everything(screen, "es") == {}, link
        passport = find(codes_of(link), scope)
        assert passport is not None
        assert {fact.text for fact in passport.facts} <= set(screen.texts), link
        assert screen.title == passport.title


@pytest.mark.parametrize(
    "codes",
    [
        {},
        {"m": "no-such-measure", "at": "city", "p": "2025"},
        {"m": "burglary", "at": "nowhere", "p": "2025"},
        {"m": "burglary", "at": "city", "p": "not a period"},
        {"phase": "stolen"},
        {"phase": "actual", "by": "amount_cents", "part": "1"},
        {"phase": "revised", "by": "place", "part": "old-town"},
        {"count": "secrets"},
        {"count": "promises", "at": "nowhere"},
        {"t": "manifest", "id": "1", "c": "note"},
        {"t": "grant", "id": "none", "c": "award_cents"},
        {"of": "no-such-program", "what": "partners"},
        {"of": "safe-lights", "what": "secrets"},
        {"of": "safe-lights", "what": "partners", "part": "secrets"},
        {"of": "safe-lights", "what": "work", "part": "no-such-work"},
        {"of": "plain-language", "what": "mark", "part": "g-language"},
    ],
)
def test_an_address_that_names_no_figure_falls_back_with_a_sentence(publish: Publish, codes: dict[str, str]) -> None:
    publish("demo")
    screen = open_page("figure", lang="en", **codes)
    assert checks.everything(screen, "en") == {}
    said = words("en").say("figure.unknown" if codes else "figure.choose")
    assert said in screen.texts


class TestHistory:
    """Each release keeps saying what it said."""

    def test_a_corrected_figure_tells_what_it_was_and_why(self, publish: Publish) -> None:
        publish("demo")
        screen = open_page("figure", lang="en", m="burglary", at="westbrook", p="2025-03")
        history = screen.tables[0][0]
        assert list(history.index) == ["2026-03", "2025-12", "2025-09"]
        newest, before, first = (history.loc[release] for release in history.index)
        assert "10 cases" in newest["Value"]
        assert "20 cases" in before["Value"]
        assert before["Value"] == first["Value"]
        assert "loaded twice" in newest["What changed, and why"]
        assert before["What changed, and why"] == "As in the release before."
        assert first["What changed, and why"] == "First published here."

    @pytest.mark.parametrize("release", ["2025-09", "2025-12", "2026-03"])
    def test_what_a_release_said_is_what_its_own_page_says(self, publish: Publish, release: str) -> None:
        store = Store(publish("demo"))
        screen = open_page("figure", lang="en", m="burglary", at="westbrook", p="2025-03")
        [figure] = queries.figures(
            store.open(release), measures=["burglary"], neighborhoods=["westbrook"], periods=["2025-03"]
        )
        told = screen.tables[0][0].loc[release]["Value"]
        assert f"({figure.numerator:.0f} cases)" in told
        then = open_page("figure", lang="en", release=release, m="burglary", at="westbrook", p="2025-03")
        assert told in then.texts

    def test_a_figure_of_an_old_release_only_says_so(self, publish: Publish) -> None:
        publish("demo")
        screen = open_page("figure", lang="en", m="burglary", at="city", p="2025-01-01..2025-07-31")
        assert checks.everything(screen, "en") == {}
        assert any("does not hold this figure" in text for text in screen.texts)
        assert "No longer published." in screen.text

    def test_hidden_in_one_release_is_hidden_there_whatever_others_show(
        self, demo_store: Path, publish: Publish
    ) -> None:
        publish("demo")
        releases = releases_newest_first()
        newest, before = (
            queries.figure_table(one).set_index(["measure", "neighborhood", "period"]) for one in releases[:2]
        )
        both = before.index.intersection(newest.index)
        turned = both[(newest.status[both] == "withheld") & (before.status[both] == "shown")]
        assert len(turned)
        measure, place, period = turned[0]
        codes = {"m": measure, "at": place, "p": period}
        scope = scope_of(demo_store)
        editions = history_of(codes, scope, releases)
        hidden, shown = editions[0].passport, editions[1].passport
        assert hidden is not None
        assert shown is not None
        assert shown.row["numerator"] is not None
        assert [hidden.row[name] for name in ("value", "low", "high", "numerator", "n")] == [None] * 5
        assert not DIGITS.search(hidden.value)
        rows = history_rows(editions, scope)
        assert rows.value.isna().iloc[0]
        line = table_csv(rows, header={}).decode("utf-8-sig").splitlines()[1]
        assert ",,,,,,count" in line or ",,,,,," in line
        told = json.loads(history_json(scope, hidden, editions))
        assert told["history"][0]["value"] is None
        screen = open_page("figure", lang="en", **codes)
        assert screen.tables[0][0].iloc[0]["Value"] == words("en").say("status.cell.withheld")

    def test_a_withdrawn_release_says_why_and_nothing_else(
        self, demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = Store(tmp_path / "store")
        shutil.copytree(demo_store, store.root)
        why = "Street names of two reports were in a note."
        withdraw(store, "2025-12", why=why, by="Open data officer")
        monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
        for page, query in (("figure", {"m": "burglary", "at": "westbrook", "p": "2025-03"}), ("about", {})):
            screen = open_page(page, lang="en", **query)
            assert checks.everything(screen, "en") == {}
            assert any("withdrawn" in text and why in text for text in screen.texts)
            assert not any("release=2025-12" in link for link in screen.links)
        figure = open_page("figure", lang="en", m="burglary", at="westbrook", p="2025-03")
        assert list(figure.tables[0][0].index) == ["2026-03", "2025-09"]


class TestTheCalendarAndTheChanges:
    """What About tells of releases."""

    def test_a_choice_in_the_address_chooses_the_changes(self, publish: Publish) -> None:
        publish("demo")
        screen = open_page("about", lang="en", m="burglary", at="westbrook")
        caption = words("en").say("table.caption", title=words("en").say("about.changes"))
        [table] = [table for table, name in screen.tables if name == caption]
        assert set(table.index) == {"Reported break-ins"}
        assert set(table["Neighborhood"]) == {"Westbrook"}
        assert any("loaded twice" in why for why in table["Why"])

    def test_an_old_release_tells_of_no_later_change(self, publish: Publish) -> None:
        publish("demo")
        caption = words("en").say("table.caption", title=words("en").say("about.changes"))
        screen = open_page("about", lang="en", release="2025-12")
        [table] = [table for table, name in screen.tables if name == caption]
        assert set(table["Release"]) == {"2025-12"}
        assert [name for _, name in open_page("about", lang="en", release="2025-09").tables if name == caption] == []

    def test_a_release_that_was_moved_says_from_when_and_why(self, publish: Publish) -> None:
        release = Store(publish("demo")).open()
        [move] = queries.records(queries.plan_changes(release))
        screen = open_page("about", lang="en")
        assert any("moved from" in text and move["reason"] in text for text in screen.texts)
        assert {plan.brings for plan in queries.rows(queries.planned_releases(release))} <= set(screen.texts)


class TestTheChecksWouldNotice:
    """A check that never finds anything is worth nothing."""

    def test_another_number_and_a_dead_link(self, demo_store: Path) -> None:
        scope = scope_of(demo_store)
        link = "/figure?lang=en&m=burglary&at=city&p=2025"
        good = find(codes_of(link), scope)
        assert good is not None
        assert list(disagreements(scope, [Stated(good.value, link, "", "")], {})) == []
        assert list(disagreements(scope, [Stated("123,456 cases", link, "", "")], {}))
        assert list(disagreements(scope, [Stated("Hidden: small number", link, "", "A table")], {}))
        assert list(disagreements(scope, [Stated("1", "/figure?lang=en&m=burglary&at=city&p=1999", "", "")], {}))

    def test_a_table_of_figures_without_a_link(self) -> None:
        table = pd.DataFrame({"Value": ["57%"]}, index=pd.Index(["Downtown"], name="Place"))
        assert unlinked_tables(Screen(tables=[(table, "Figures")]), "en") == ["Figures"]
        linked = Screen(tables=[(table, "Figures")], figures=[Stated("57%", "/figure?m=a", "", "Figures")])
        assert unlinked_tables(linked, "en") == []
