"""The house itself: who may import whom, how long a page may be, and that the documents tell of things that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE_LINES_AT_MOST = 80


def modules(*folders: str) -> list[Path]:
    """Python files below some folders, or single files, as paths from the root."""
    found: list[Path] = []
    for folder in folders:
        path = ROOT / folder
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [path.relative_to(ROOT) for path in found if path.exists()]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, by its full name; `from a import b` gives `a` and `a.b`."""
    package = path.parent.parts
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def breaches(paths: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    """`file imports module` for each import of a forbidden module or of anything inside it."""
    return [
        f"{path} imports {name}"
        for path in paths
        for name in sorted(set(imports(path)))
        if any(name == floor or name.startswith(f"{floor}.") for floor in forbidden)
    ]


class TestFloors:
    """app -> pages -> components -> data.queries; publishing and asking meet only in the store."""

    def test_data_knows_nothing_of_what_shows_it(self) -> None:
        assert breaches(modules("data"), ("streamlit", "components", "pages", "app", "altair", "pydeck")) == []

    def test_asking_never_imports_publishing(self) -> None:
        asking = modules("data/queries", "data/queries.py", "data/exports.py", "data/store.py", "data/models")
        assert breaches(asking, ("data.publish", "data.demo")) == []

    def test_publishing_never_imports_asking(self) -> None:
        publishing = modules("data/publish", "data/publish.py", "data/demo", "data/demo.py")
        assert breaches(publishing, ("data.queries", "data.exports")) == []

    def test_components_never_import_pages(self) -> None:
        assert breaches(modules("components"), ("pages", "app")) == []

    def test_what_readers_see_never_imports_publishing(self) -> None:
        # One exception: a server that starts on an empty store publishes the demo city first.
        readers = [path for path in modules("components", "pages") if path.name != "startup.py"]
        assert breaches(readers, ("data.publish", "data.demo")) == []

    def test_only_the_server_speaks_http(self) -> None:
        drawing = [path for path in modules("components", "pages", "data") if "server" not in path.parts]
        assert breaches(drawing, ("starlette", "uvicorn", "requests", "httpx", "urllib.request")) == []

    def test_the_floors_would_notice(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "data" / "queries"
        folder.mkdir(parents=True)
        (folder / "one.py").write_text("def f():\n    from .. import publish\n    from ..publish.intake import read\n")
        monkeypatch.setattr("tests.test_house.ROOT", tmp_path)
        assert len(breaches([Path("data/queries/one.py")], ("data.publish",))) == 3


PAGES = [path for path in modules("pages") if path.name != "__init__.py"]


class TestPages:
    """A page is an outline: open, choose, ask, show."""

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_a_page_is_short(self, page: Path) -> None:
        assert len((ROOT / page).read_text(encoding="utf-8").splitlines()) <= PAGE_LINES_AT_MOST

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_a_page_neither_queries_nor_draws_by_itself(self, page: Path) -> None:
        libraries = ("altair", "pydeck", "sqlalchemy", "sqlmodel", "sqlite3", "duckdb", "pandas")
        assert breaches([page], libraries) == []
        strings = [
            node.value
            for node in ast.walk(ast.parse((ROOT / page).read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert [text for text in strings if re.search(r"\bselect\b.*\bfrom\b", text, re.I | re.S)] == []

    def test_every_page_of_the_menu_is_there(self) -> None:
        from pages import PAGE_PATHS

        assert {page.stem for page in PAGES} - {"router"} <= set(PAGE_PATHS)


DOCUMENTS = [
    path.relative_to(ROOT)
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    if path.is_file()
]


def code_in(document: str) -> list[str]:
    """The lines of code blocks and the code spans of a Markdown text."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", document, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", document, flags=re.M | re.S)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", prose)]


def slug(heading: str) -> str:
    """The anchor that a code host gives a heading."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower())
    return words.replace(" ", "-")


class TestDocuments:
    """What a document tells the reader to run or to open exists."""

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_every_make_target_exists(self, document: Path) -> None:
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
        named = {
            word
            for code in code_in((ROOT / document).read_text(encoding="utf-8"))
            if (match := re.match(r"(?:[A-Z_]+=\S+ )*make ((?:[a-z-]+ ?)+)", code))
            for word in match[1].split()
        }
        assert named - targets == set()

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_every_command_exists(self, document: Path) -> None:
        wrong = []
        for code in code_in((ROOT / document).read_text(encoding="utf-8")):
            words = re.split(r"\s+", code)
            if words[:2] in (["python", "-m"], ["python3", "-m"]) and len(words) > 2:
                wrong += wrong_module(words[2], words[3:])
            elif words[:2] == ["streamlit", "run"] and not (ROOT / words[2]).is_file():
                wrong.append(code)
        assert wrong == []

    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_every_link_leads_somewhere(self, document: Path) -> None:
        text = (ROOT / document).read_text(encoding="utf-8")
        prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        links = re.findall(r"\]\(\s*<?([^)>\s]+)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose)
        wrong = []
        for link in links:
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            target, _, anchor = link.partition("#")
            path = (ROOT / document).parent / target if target else ROOT / document
            if not path.exists():
                wrong.append(link)
            elif anchor and path.suffix == ".md":
                headings = re.findall(r"^#+ +(.+)$", path.read_text(encoding="utf-8"), re.M)
                if anchor not in {slug(heading) for heading in headings}:
                    wrong.append(link)
        assert wrong == []


def wrong_module(module: str, arguments: list[str]) -> list[str]:
    """What does not exist in `python -m MODULE ARGUMENTS`: the module, or a command or an option of `data`."""
    if module == "data":
        return wrong_data_command(arguments)
    ours = module.split(".")[0] in {"data", "tests", "components"}
    path = ROOT / Path(*module.split("."))
    return [f"python -m {module}"] if ours and not (path.is_dir() or path.with_suffix(".py").exists()) else []


def wrong_data_command(arguments: list[str]) -> list[str]:
    """The command or the options in `python -m data ARGUMENTS` that the program does not have."""
    if not (ROOT / "data" / "__main__.py").exists() or not arguments or not re.fullmatch("[a-z-]+", arguments[0]):
        return []  # `…`, `COMMAND` and the like stand for any command
    import typer

    from data.__main__ import app

    program = typer.main.get_command(app)
    command = getattr(program, "commands", {}).get(arguments[0])
    if command is None:
        return [f"python -m data {arguments[0]}"]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    options = {argument.strip("[]") for argument in arguments if argument.strip("[").startswith("--")}
    return [f"python -m data {arguments[0]} {option}" for option in sorted(options - known)]


def test_the_configuration_never_lets_the_server_call_another_host() -> None:
    """Without an address of its own, Streamlit asks another host for one; statistics go to its makers."""
    settings = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert re.search(r"^gatherUsageStats = false$", settings, re.M)
    assert re.search(r'^serverAddress = ".+"$', settings, re.M)


def test_every_requirement_is_pinned() -> None:
    """One exact version each, and one place for each."""
    pins: list[str] = []
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pins += [line for line in lines if line and not line.startswith(("#", "-"))]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)] == []
    assert len({pin.split("==")[0] for pin in pins}) == len(pins)
    locked = set((ROOT / "constraints.txt").read_text(encoding="utf-8").lower().splitlines())
    assert {pin.lower() for pin in pins} - locked == set()
