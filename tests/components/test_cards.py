"""One figure, one passport: the same number in the card, its table, its file, its picture, on the map and from the
command line; and a number that is not shown is in none of them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from components import formats
from components.cards import Card, card_file, picture
from components.panels.measures import measure_card, readings_of
from components.readings import Reading
from components.scope import Scope
from components.sentences import amount_text
from components.server import routes
from data import queries
from data.__main__ import app
from data.demo import write_packs
from data.figures import Figure
from tests.components.riverton import scope_of

PLACES = ("harbor-point", "downtown", "fox-hollow", "cote-vieille", "sable-prairie")
NUMBERS = ["value", "low", "high", "numerator", "denominator", "n"]


@pytest.fixture(scope="module")
def scope(demo_store: Path) -> Scope:
    return scope_of(demo_store, place="harbor-point")


@pytest.fixture
def client(demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("OPENBEAT_STORE", str(demo_store))
    with TestClient(Starlette(routes=routes())) as client:
        yield client


def cards_of(scope: Scope, place: str, *, topic: str | None = None) -> list[tuple[Reading, Card]]:
    return [(reading, measure_card(reading, scope)) for reading in readings_of(scope, place, topic=topic)]


def card_of_force(scope: Scope, place: str) -> tuple[Reading, Card]:
    """The card of a measure whose small counts are withheld."""
    cards = cards_of(scope, place, topic="accountability")
    return next((reading, card) for reading, card in cards if reading.measure["id"] == "use_of_force")


def as_read(card: Card, scope: Scope) -> pd.DataFrame:
    """A card's file as a program reads it."""
    text = card_file(card, scope).decode("utf-8-sig")
    return pd.read_csv(io.StringIO(text), comment="#", dtype={"period": str})


def from_command(store: Path, figure: Figure) -> dict[str, Any]:
    """The same figure from the command line."""
    asked = ["figure", "--measure", figure.measure, "--neighborhood", figure.neighborhood, "--period", figure.period]
    done = CliRunner().invoke(app, [*asked, "--json", "--store", str(store)], catch_exceptions=False)
    (found,) = json.loads(done.stdout)
    return dict(found)


class TestOnePassport:
    @pytest.mark.parametrize("place", PLACES)
    def test_card_file_and_command_line_agree_with_what_was_published(
        self, scope: Scope, demo_store: Path, place: str
    ) -> None:
        for reading, card in cards_of(scope, place):
            published = queries.figures(
                scope.release, measures=[reading.measure["id"]], neighborhoods=sorted({reading.place, "city"})
            )
            rows = as_read(card, scope).set_index(["neighborhood_id", "period"])
            assert len(rows) == len(published)
            for figure in published:
                row: Any = rows.loc[(figure.neighborhood, figure.period)]
                for name in NUMBERS:
                    number = getattr(figure, name)
                    if name in ("numerator", "denominator") and not figure.has_value and pd.isna(row[name]):
                        continue  # a file may hold less than the passport, never more
                    assert (None if pd.isna(row[name]) else row[name]) == pytest.approx(number), (figure, name)
                assert (row.status, row.unit, row.source, row.release_id) == (
                    str(figure.status), figure.unit, figure.source, figure.release,
                )  # fmt: skip
            assert (
                from_command(demo_store, reading.now).items()
                >= {name: value for name, value in reading.now.as_dict().items() if name in NUMBERS}.items()
            )

    @pytest.mark.parametrize("language", ["en", "es"])
    @pytest.mark.parametrize("place", PLACES)
    def test_the_figure_in_words_stands_in_subtitle_and_table(
        self, demo_store: Path, place: str, language: str
    ) -> None:
        scope = scope_of(demo_store, place=place, language=language)
        seen = 0
        for reading, card in cards_of(scope, place):
            now = reading.now
            assert card.table is not None
            if now.value is None or not now.has_value:
                continue
            seen += 1
            said = amount_text(now.value, now.unit, scope)
            assert said in card.subtitle
            assert said in card.alt
            if now.period in set(as_read(card, scope).period):
                period = formats.period_label(now.period, language)
                cells = card.table.set_index(card.table.columns[0])
                if period in cells.index:
                    assert said in str(cells.loc[period].iloc[0])
        assert seen or place == "rail-yards"

    def test_a_chart_draws_the_values_that_were_published(self, scope: Scope) -> None:
        drawn = 0
        for reading, card in cards_of(scope, "harbor-point"):
            if card.drawing is None:
                continue
            published = queries.figures(
                scope.release, measures=[reading.measure["id"]], neighborhoods=sorted({reading.place, "city"})
            )
            known = [
                number for figure in published for number in (figure.value, figure.numerator) if number is not None
            ]
            for name in {"value", "numerator"} & set(card.drawing.rows.columns):
                for number in pd.to_numeric(card.drawing.rows[name]).dropna():
                    drawn += 1
                    assert min(abs(number - one) for one in known) < 1e-6, (reading.measure["id"], number)
        assert drawn > 50

    def test_the_map_says_what_the_list_beside_it_says(self, scope: Scope, client: TestClient) -> None:
        figures = queries.by_neighborhood(scope.release, measure="burglary", period="2025").set_index("id")
        features = client.get("/map/2026-03/burglary/2025.geojson?lang=en").json()["features"]
        areas = {
            one["properties"]["id"]: texts_in(one["properties"]) for one in features if one["properties"].get("id")
        }
        for place, value in figures.value.dropna().to_dict().items():
            said = formats.value_text(value, "per_1000_residents", "en")
            assert said.split()[0] in areas[str(place)], place

    def test_the_picture_carries_finding_source_release_and_that_it_is_invented(self, scope: Scope) -> None:
        card = next(card for reading, card in cards_of(scope, "harbor-point") if card.drawing is not None)
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", picture(card, scope, "svg").decode()))
        for word in re.findall(r"\w+", card.finding):
            assert word in said
        assert "2026-03" in said
        assert scope.say("notice.sample_data_short") in said
        assert picture(card, scope, "png").startswith(b"\x89PNG")

    def test_the_file_says_what_it_is_before_its_first_row(self, scope: Scope) -> None:
        _, card = cards_of(scope, "harbor-point")[0]
        head = [line for line in card_file(card, scope).decode("utf-8-sig").splitlines() if line.startswith("#")]
        said = " ".join(head)
        for part in (card.finding, "2026-03", scope.say("notice.sample_data"), str(card.source).split(",")[0]):
            assert part in said


# ---------------------------------------------------------------- what is not shown


@pytest.fixture(scope="module")
def secrets(demo_store: Path, scope: Scope, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], float]:
    """(place, period): the counts of force that were handed in and are withheld."""
    pack = write_packs(tmp_path_factory.mktemp("packs"))[-1]
    handed_in = pd.read_csv(pack / "observation.csv", dtype={"period": str})
    force = handed_in[handed_in.measure_id == "use_of_force"]
    counts = {(row.neighborhood_id, row.period): float(row.numerator) for row in queries.rows(force)}
    withheld = [one for one in queries.figures(scope.release, measures=["use_of_force"]) if one.status == "withheld"]
    found = {
        (one.neighborhood, one.period): counts[one.neighborhood, one.period]
        for one in withheld
        if (one.neighborhood, one.period) in counts
    }
    assert len(found) > 100
    return found


LOOKS = {"kind", "fill", "line", "width"}


def texts_in(properties: dict[str, Any]) -> str:
    """All that a feature of a map tells, but how it is drawn."""
    return " ".join(str(one) for name, one in properties.items() if name not in LOOKS and one is not None)


class TestWithheld:
    """A figure that is withheld is nowhere: the words say that it is hidden, and no number stands in its place."""

    def places(self, secrets: dict[tuple[str, str], float]) -> list[str]:
        return sorted({place for place, _ in secrets})

    def test_not_in_the_file(self, demo_store: Path, secrets: dict[tuple[str, str], float]) -> None:
        for place in self.places(secrets):
            scope = scope_of(demo_store, place=place)
            _, card = card_of_force(scope, place)
            rows = as_read(card, scope)
            hidden = rows[rows.status == "withheld"]
            assert len(hidden)
            assert hidden[NUMBERS].isna().all(axis=None), place

    def test_not_in_the_words_nor_in_the_table(self, demo_store: Path, secrets: dict[tuple[str, str], float]) -> None:
        for language in ("en", "es"):
            for place in self.places(secrets):
                scope = scope_of(demo_store, place=place, language=language)
                reading, card = card_of_force(scope, place)
                assert card.table is not None
                table = card.table.set_index(card.table.columns[0])
                labels = {formats.period_label(period, language) for where, period in secrets if where == place}
                for period in labels & set(table.index):
                    cells = [str(cell) for cell in table.loc[period]]
                    # The rule may be said with its number; the count is never in the columns of figures.
                    assert not re.search(r"\d", " ".join(cells[:2])), cells
                    assert scope.say("status.chip.withheld") in " ".join(cells)
                if reading.now.status == "withheld":
                    period = formats.period_label(reading.now.period, language)
                    for text in (card.finding, card.alt):
                        assert not re.search(r"\d", text.replace(period, "")), text

    def test_not_in_the_rows_of_the_chart_nor_in_the_picture(
        self, demo_store: Path, secrets: dict[tuple[str, str], float]
    ) -> None:
        drawn = 0
        for place in self.places(secrets)[::3]:
            scope = scope_of(demo_store, place=place)
            _, card = card_of_force(scope, place)
            shown = queries.figures(scope.release, measures=["use_of_force"], neighborhoods=[place, "city"])
            allowed = {figure.value for figure in shown if figure.value is not None}
            if card.drawing is None:
                continue
            drawn += 1
            rows = card.drawing.rows
            for name in {"value", "numerator"} & set(rows.columns):
                assert set(pd.to_numeric(rows[name]).dropna()) <= allowed, (place, name)
            said = re.sub(r"<style.*?</style>|<[^>]+>", " ", picture(card, scope, "svg").decode(), flags=re.S)
            for (where, period), count in secrets.items():
                label = formats.period_label(period, "en")
                if where == place:
                    assert f"{label} {count:g}" not in said
        assert drawn

    def test_not_on_the_map_in_any_language(self, client: TestClient, secrets: dict[tuple[str, str], float]) -> None:
        for period in ("2025-Q4", "2025"):
            for language in ("en", "es"):
                for view in ("values", "compared"):
                    answer = client.get(f"/map/2026-03/use_of_force/{period}.geojson?lang={language}&view={view}")
                    assert answer.status_code == 200
                    for feature in answer.json()["features"]:
                        place = feature["properties"].get("id")
                        if (place, period) not in secrets:
                            continue
                        said = texts_in(feature["properties"]).replace(formats.period_label(period, language), "")
                        assert not re.search(r"\d", said), said

    def test_not_on_the_command_line_nor_in_the_open_data(
        self, client: TestClient, demo_store: Path, secrets: dict[tuple[str, str], float], scope: Scope
    ) -> None:
        place, period = next(iter(secrets))
        (figure,) = queries.figures(scope.release, measures=["use_of_force"], neighborhoods=[place], periods=[period])
        said = from_command(demo_store, figure)
        assert [said[name] for name in NUMBERS] == [None] * 6
        assert said["status"] == "withheld"
        rows = pd.read_csv(io.StringIO(client.get("/data/2026-03/observation.csv").text), dtype={"period": str})
        hidden = rows[rows.status == "withheld"]
        assert len(hidden) >= len(secrets)
        assert hidden[NUMBERS].isna().all(axis=None)


@pytest.fixture(scope="module")
def three(scope: Scope, secrets: dict[tuple[str, str], float]) -> dict[str, Figure]:
    def the(measure: str, place: str, period: str) -> Figure:
        (found,) = queries.figures(scope.release, measures=[measure], neighborhoods=[place], periods=[period])
        return found

    place, period = next(iter(secrets))
    return {
        "zero": the("robbery", "fox-hollow", "2025"),
        "missing": the("robbery", "rail-yards", "2025"),
        "hidden": the("use_of_force", place, period),
    }


class TestZeroMissingAndHidden:
    """Three different things look and read like three different things, wherever they stand."""

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_in_tables(self, demo_store: Path, three: dict[str, Figure], language: str) -> None:
        scope = scope_of(demo_store, language=language)
        cells = {}
        for name, figure in three.items():
            readings = [one for one in readings_of(scope, figure.neighborhood) if one.measure["id"] == figure.measure]
            assert readings, name
            table = measure_card(readings[0], scope).table
            assert table is not None
            by_period = table.set_index(table.columns[0]).iloc[:, 0]
            label = formats.period_label(figure.period, language)
            cells[name] = str(by_period[label]) if label in by_period else None
        told = {name: cell for name, cell in cells.items() if cell is not None}
        assert len(set(told.values())) == len(told)
        if "zero" in told:
            assert told["zero"].startswith("0")
        for name in {"missing", "hidden"} & set(told):
            assert not re.search(r"\d", told[name])

    def test_in_files(self, scope: Scope, three: dict[str, Figure]) -> None:
        found = {}
        for name, figure in three.items():
            reading = next(
                one for one in readings_of(scope, figure.neighborhood) if one.measure["id"] == figure.measure
            )
            rows = as_read(measure_card(reading, scope), scope).set_index(["neighborhood_id", "period"])
            row: Any = rows.loc[(figure.neighborhood, figure.period)]
            found[name] = (None if pd.isna(row.value) else row.value, row.status)
        assert found == {"zero": (0, "shown"), "missing": (None, "not_reported"), "hidden": (None, "withheld")}

    def test_on_the_map(self, client: TestClient, three: dict[str, Figure]) -> None:
        looks = {}
        for name, figure in three.items():
            address = f"/map/2026-03/{figure.measure}/{figure.period}.geojson?lang=en"
            features = client.get(address).json()["features"]
            mine = [one["properties"] for one in features if one["properties"].get("id") == figure.neighborhood]
            assert mine
            looks[name] = (json.dumps(mine[0].get("fill")), texts_in(mine[0]))
        assert len({fill for fill, _ in looks.values()}) == 3 or len({text for _, text in looks.values()}) == 3
        assert "0" in looks["zero"][1]
        assert not re.search(r"\d", looks["missing"][1].replace("2025", ""))
