"""How the command line looks: results on stdout, progress and refusals on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from data.publish.problems import KINDS, FileCount, Problem
from data.publish.progress import Progress

EXAMPLES_SHOWN = 5
WIDE = 160  # of a table that goes into a file or a pipe


def out() -> Console:
    """The console for results."""
    return _console(stderr=False)


def err() -> Console:
    """The console for everything else."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDE
    return console


def show_json(value: Any) -> None:
    """Print a value as JSON, for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=str))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; None is an empty cell."""
    table = Table(title=escape(title), title_justify="left", show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    out().print(table, soft_wrap=False)


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print problems by kind, errors first, each kind with its number, its first examples and what mends it."""
    for level, heading in (("error", "Errors: these stop publishing"), ("warning", "Warnings: publishing goes on")):
        kinds = _by_kind([problem for problem in problems if problem.level == level])
        if not kinds:
            continue
        console.print(f"\n[bold]{heading}[/bold]")
        for code, found in kinds.items():
            console.print(f"\n  [bold]{code}[/bold]: {escape(KINDS[code].says)}, {times(len(found))}")
            for problem in found[:EXAMPLES_SHOWN]:
                console.print(f"    {escape(_where_and_what(problem))}")
            if len(found) > EXAMPLES_SHOWN:
                console.print(f"    and {len(found) - EXAMPLES_SHOWN:,} more")
            for fix in dict.fromkeys(problem.fix for problem in found):
                console.print(f"    Fix: {escape(fix)}")


def show_counts(console: Console, rows: Mapping[str, int]) -> None:
    """Print how many rows each table has, tables without rows left out."""
    filled = [(name, f"{count:,}") for name, count in sorted(rows.items()) if count]
    console.print(escape("Rows: " + ", ".join(f"{name} {count}" for name, count in filled)))


def show_files(files: Sequence[FileCount]) -> None:
    """Print what became of the rows of each file: nothing is left out in silence."""
    if not files:
        return
    columns = ("file", "feeds", "rows", "used", "refused", "left out", "copies", "no place")
    rows = []
    for one in files:
        first, *more = one.into.split(", ")
        feeds = f"{first} and {len(more)} more" if more else first
        special = (one.rows_rejected, one.rows_skipped, one.rows_duplicate, one.rows_unplaced)
        counts = (f"{one.rows_read:,}", f"{one.rows_used:,}", *(f"{count:,}" if count else "" for count in special))
        rows.append((one.path, feeds, *counts))
    print()
    show_table("What became of the rows", columns, rows)


def times(count: int) -> str:
    """`once`, `12 times`."""
    return "once" if count == 1 else f"{count:,} times"


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on a terminal; a line for each step elsewhere, so that a log says how far it came."""
    console = err()
    if not console.is_terminal:
        said: list[str] = []

        def write(step: str, done: int = 0, total: int = 0) -> None:
            if step not in said[-1:]:
                said.append(step)
                console.print(escape(step))

        yield write
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def draw(step: str, done: int = 0, total: int = 0) -> None:
            bar.update(task, description=escape(step), completed=done, total=total or None)

        yield draw


def _by_kind(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(problem.code, []).append(problem)
    return kinds


def _where_and_what(problem: Problem) -> str:
    what = [
        f"found {problem.found}" if problem.found else "",
        f"expected {problem.expected}" if problem.expected else "",
    ]
    return ": ".join(part for part in (problem.where, ", ".join(filter(None, what))) if part)
