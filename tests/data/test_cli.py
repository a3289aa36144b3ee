"""The command line: thin, documented, with the exit codes it promises."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner, Result

from data.__main__ import app
from data.publish.release import build
from data.store import Store
from tests.data.small import small_tables, stamp

ROOT = Path(__file__).parents[2]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
KEYS = ["measure", "neighborhood", "period", "value", "low", "high", "numerator", "denominator"]
KEYS += ["n", "unit", "status", "reason", "source", "release"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two releases; the newer one is served."""
    store = Store(tmp_path / "store")
    tables = small_tables()
    tables["neighborhood_alias"] = pd.DataFrame([{"neighborhood_id": "old-town", "alias": "The Ávenue"}])
    build(store, tables, stamp("2026-01", date(2026, 1, 5), note="First."))
    tables = small_tables(burglaries=300)
    tables["neighborhood_alias"] = pd.DataFrame([{"neighborhood_id": "old-town", "alias": "The Ávenue"}])
    build(store, tables, stamp("2026-02", date(2026, 2, 5)))
    return store


def data(*arguments: object, store: Store | None = None, typed: str | None = None) -> Result:
    """Run a command; `typed` is what a person answers."""
    more = ["--store", str(store.root)] if store else []
    return CliRunner().invoke(app, [*map(str, arguments), *more], input=typed, catch_exceptions=False)


def section(command: str) -> str:
    """What docs/commands.md says of a command."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    match = re.search(rf"^## `{command}`\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert match, f"docs/commands.md has no section on `{command}`"
    return match[1]


class TestDocumented:
    """A command that nobody can find is not there."""

    @pytest.mark.parametrize("name", COMMANDS)
    def test_help_says_what_it_does_and_shows_an_example(self, name: str) -> None:
        shown = data(name, "--help")
        assert shown.exit_code == 0
        assert (COMMANDS[name].help or "").endswith(".")
        assert f"Example: python -m data {name} " in " ".join(shown.stdout.split())

    @pytest.mark.parametrize("name", COMMANDS)
    def test_the_example_is_one_that_the_command_takes(self, name: str) -> None:
        words = shlex.split((COMMANDS[name].epilog or "").removeprefix("Example: python -m data "))
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert words[0] == name
        assert {word for word in words if word.startswith("--")} <= known

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_option_has_help(self, name: str) -> None:
        for parameter in COMMANDS[name].params:
            assert parameter.help, f"{name} {parameter.name}"

    @pytest.mark.parametrize("name", COMMANDS)
    def test_the_documents_have_every_command_and_option(self, name: str) -> None:
        text = section(name)
        assert f"python -m data {name}" in text
        options = [option for parameter in COMMANDS[name].params for option in parameter.opts if option[:2] == "--"]
        assert [option for option in options if option not in text] == []

    def test_the_documents_have_no_other_command(self) -> None:
        text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
        assert re.findall(r"^## `(\w+)`$", text, re.M) == list(COMMANDS)


class TestWrongUse:
    """2 is for those who typed something wrong."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ["weather"],
            ["check"],
            ["check", "/no/such/folder"],
            ["publish", ".", "--files", "/no/such/folder"],
            ["publish", ".", "--released-on", "03/03/2026"],
            ["rollback"],
            ["figure", "--neighborhood", "city"],
            ["figure", "--neighborhood", "city", "--period", "last year"],
            ["releases", "--format", "xml"],
            ["approve", "2026-03"],
            ["withdraw", "2026-03", "--by", "Someone"],
            ["release", "2026-03", "--due"],
            ["release", "2026-03", "--no-wait"],
            ["preview", "--port", "0"],
        ],
    )
    def test_exit_code_2(self, arguments: list[str], tmp_path: Path) -> None:
        shown = data(*arguments)
        assert shown.exit_code == 2
        assert shown.stdout == ""
        assert "Error" in shown.stderr


class TestReleases:
    """Look at the store, and switch."""

    def test_a_table_for_people(self, store: Store) -> None:
        shown = data("releases", store=store)
        assert shown.exit_code == 0
        lines = [line.split() for line in shown.stdout.splitlines() if "2026-0" in line]
        assert ["served" in line for line in lines] == [True, False]

    def test_json_for_programs(self, store: Store) -> None:
        newest, first = json.loads(data("releases", "--json", store=store).stdout)
        assert (newest["id"], newest["is_current"], newest["note"]) == ("2026-02", True, None)
        assert (first["id"], first["released_on"], first["note"]) == ("2026-01", "2026-01-05", "First.")

    def test_an_empty_store_has_none(self, tmp_path: Path) -> None:
        shown = data("releases", "--json", store=Store(tmp_path))
        assert (shown.exit_code, json.loads(shown.stdout)) == (0, [])

    def test_rollback_serves_the_older_one(self, store: Store) -> None:
        shown = data("rollback", "2026-01", store=store)
        assert (shown.exit_code, shown.stdout) == (0, "Serving 2026-01 (before: 2026-02).\n")
        assert store.current_id() == "2026-01"

    def test_rollback_to_nowhere_is_refused(self, store: Store) -> None:
        shown = data("rollback", "2025-12", store=store)
        assert shown.exit_code == 1
        assert "there is 2026-01, 2026-02" in shown.stderr
        assert store.current_id() == "2026-02"

    def test_the_store_may_come_from_the_environment(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENBEAT_STORE", str(store.root))
        assert len(json.loads(data("releases", "--json").stdout)) == 2

    def test_a_file_that_is_no_release_is_a_refusal(self, store: Store) -> None:
        store.path_of("broken").write_text("This is no database. " * 1000)
        store.activate("broken")
        for command in (["releases"], ["figure", "--neighborhood", "city", "--period", "2025"]):
            shown = data(*command, store=store)
            assert (shown.exit_code, shown.stdout) == (1, "")
            assert "could not be read: file is not a database" in shown.stderr

    def test_the_demo_does_not_mix_itself_into_a_city(self, store: Store) -> None:
        shown = data("demo", store=store)
        assert shown.exit_code == 1
        assert "--force" in shown.stderr
        assert store.current_id() == "2026-02"


class TestFigure:
    """A figure with everything that is known of it."""

    def figures(self, store: Store, *more: object, place: str = "old-town", period: str = "2025") -> Result:
        return data("figure", "--neighborhood", place, "--period", period, *more, store=store)

    def test_json_has_the_whole_passport_in_this_order(self, store: Store) -> None:
        (figure,) = json.loads(self.figures(store, "--json").stdout)
        assert list(figure) == [*KEYS, "group", "n_effective", "denominator_period"]
        assert figure["value"] == pytest.approx(300 / 12.4)
        assert [figure[key] for key in ("measure", "neighborhood", "period")] == ["burglary", "old-town", "2025"]
        assert [figure[key] for key in ("numerator", "denominator", "n")] == [300, 12400, None]
        assert [figure[key] for key in ("unit", "status", "reason")] == ["per_1000_residents", "shown", None]
        assert [figure[key] for key in ("source", "release", "group")] == ["crime", "2026-02", "all"]

    def test_what_is_missing_is_null_and_says_why(self, store: Store) -> None:
        (figure,) = json.loads(self.figures(store, "--json", place="mill-hill").stdout)
        assert (figure["value"], figure["numerator"], figure["status"]) == (None, None, "not_reported")

    @pytest.mark.parametrize(
        "place", ["old-town", "Old Town", "OLD  TOWN", "old\u00a0town", "the avenue", "The Ávenue"]
    )
    def test_a_place_is_found_by_any_of_its_names(self, store: Store, place: str) -> None:
        (figure,) = json.loads(self.figures(store, "--json", place=place).stdout)
        assert figure["neighborhood"] == "old-town"

    @pytest.mark.parametrize("place", ["city", "City", "Riverton"])
    def test_the_city_has_a_name_too(self, store: Store, place: str) -> None:
        shown = self.figures(store, "--json", place=place)
        assert (shown.exit_code, json.loads(shown.stdout)) == (0, [])
        assert "city has no figures for 2025" in shown.stderr

    def test_a_name_that_is_nearly_right_is_refused_with_a_hint(self, store: Store) -> None:
        shown = self.figures(store, "--json", place="Old Towne")
        assert (shown.exit_code, shown.stdout) == (1, "")
        assert "Old Town" in shown.stderr

    def test_a_measure_or_release_that_is_not_there_is_refused(self, store: Store) -> None:
        assert "perhaps burglary" in self.figures(store, "--measure", "burglaries").stderr
        shown = self.figures(store, "--release", "2024-01")
        assert (shown.exit_code, "there is 2026-01, 2026-02" in shown.stderr) == (1, True)

    def test_an_older_release_answers_as_published(self, store: Store) -> None:
        (figure,) = json.loads(self.figures(store, "--release", "2026-01", "--measure", "burglary", "--json").stdout)
        assert (figure["numerator"], figure["release"]) == (212, "2026-01")

    def test_a_table_for_people(self, store: Store) -> None:
        shown = self.figures(store)
        assert "old-town, 2025 (release 2026-02)" in shown.stdout
        assert "24.2" in shown.stdout
        assert "None" not in shown.stdout


class TestDescribe:
    """What a pack may hold."""

    def test_all_tables_or_one(self) -> None:
        assert "observation" in data("describe").stdout
        one = data("describe", "budget_line").stdout
        assert "amount_cents" in one
        assert "observation" not in one

    def test_markdown_is_the_data_dictionary(self) -> None:
        written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
        assert data("describe", "--markdown").stdout == written

    def test_templates(self, tmp_path: Path) -> None:
        shown = data("describe", "program", "--templates", tmp_path / "new")
        assert shown.stdout.split() == [str(tmp_path / "new" / "program.csv")]
        assert (tmp_path / "new" / "program.csv").read_text().startswith("id,name,summary,")

    def test_a_table_that_is_not_there(self) -> None:
        shown = data("describe", "budgets")
        assert shown.exit_code == 1
        assert "budget_line" in shown.stderr
