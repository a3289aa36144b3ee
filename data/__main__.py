"""The command line: `python -m data COMMAND`. Each command is a few lines; the work is in the modules it calls.

Exit codes: 0 done, 1 refused with reasons, 2 wrong use.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from data import console, describe, desk, periods, queries
from data.cli import AsJson, Root, open_store, refuse, refusing
from data.figures import Figure
from data.lookup import measure_id, neighborhood_id

app = typer.Typer(
    help="Publish a city's figures, and look at what is published.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Pack = Annotated[Path, typer.Argument(help="Folder with city.toml.", exists=True, file_okay=False)]
Files = Annotated[
    Path | None, typer.Option(help="Folder where the raw files stand, beside the pack.", exists=True, file_okay=False)
]
Reason = Annotated[
    str | None, typer.Option(help="Why there is a new release, in plain words; needed from the second on.")
]

app.add_typer(desk.commands)


@app.command(epilog="Example: python -m data check packs/riverton --files ~/riverton-exports")
def check(pack: Pack, files: Files = None, reason: Reason = None, store: Root = None) -> None:
    """Say everything that publish would say, and write nothing."""
    from data.publish import run  # here: it takes two seconds, and looking at a store needs none of it

    with refusing(), console.progress_bar() as progress:
        outcome = run.check(pack, files=files, store=open_store(store), reason=reason, progress=progress)
    out = console.out()
    console.show_problems(out, outcome.report.problems)
    console.show_files(outcome.report.files)
    for reason in outcome.refused:
        out.print(f"\nRefused: {reason}", markup=False)
    if outcome.refused:
        raise typer.Exit(1)
    out.print("\nThis pack can be published.")
    console.show_counts(out, outcome.rows)


@app.command(epilog="Example: python -m data publish packs/riverton --release 2026-03 --note 'Adds the fall survey.'")
def publish(
    pack: Pack,
    files: Files = None,
    release: Annotated[str | None, typer.Option(help="Code of the release; else the pack's, else the day.")] = None,
    released_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day printed on it; else the pack's, else today.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="What is new, in plain words; else the pack's.")] = None,
    reason: Reason = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Make a draft that nobody sees, and serve nothing new.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Who prepared it: a name or a role.")] = None,
    store: Root = None,
) -> None:
    """Check a pack, make a release of it, and serve that release from now on, or keep it as a draft."""
    from data.publish import run

    with refusing(), console.progress_bar() as progress:
        outcome = run.publish(
            pack,
            files=files,
            store=open_store(store),
            release_id=release,
            released_on=released_on.date() if released_on else None,
            note=note,
            reason=reason,
            by=by,
            draft=draft,
            progress=progress,
        )
    err = console.err()
    console.show_problems(err, outcome.report.problems)
    if outcome.rejects:
        err.print(f"\nRefused rows are listed in {outcome.rejects}", markup=False)
    for reason in outcome.refused:
        err.print(f"\nRefused: {reason}", markup=False)
    out = console.out()
    if outcome.draft_id is not None:
        out.print(f"Made draft {outcome.draft_id}; nobody sees it yet.", markup=False)
        out.print(f"Look at it: python -m data preview {outcome.draft_id}", markup=False)
        console.show_counts(out, outcome.rows)
        return
    if outcome.release_id is None:
        err.print("\nNothing was published; what was served before is served still.")
        raise typer.Exit(1)
    out.print(f"Published {outcome.release_id}.", markup=False)
    console.show_counts(out, outcome.rows)


@app.command(epilog="Example: python -m data releases --json")
def releases(as_json: AsJson = False, store: Root = None) -> None:
    """List the releases of the store, newest first, and say which one is served."""
    with refusing():
        opened = open_store(store)
        found, withdrawn = opened.releases(), opened.withdrawn()
    if as_json:
        console.show_json([asdict(info) for info in found])
        return
    if not (found or withdrawn):
        console.err().print(f"Nothing is published in {opened.root}.", markup=False)
        return
    rows = [
        ("served" if one.is_current else "", one.id, one.version, one.released_on, one.publisher, one.note)
        for one in found
    ]
    rows += [("withdrawn", one.id, one.version, one.released_on, one.by, one.why) for one in withdrawn]
    console.show_table("Releases", ("", "release", "version", "day", "publisher", "note"), rows)


@app.command(epilog="Example: python -m data verify 2026-03 --rebuild packs/riverton")
def verify(
    release: Annotated[str | None, typer.Argument(help="Code of a release; else all.")] = None,
    pack: Annotated[
        Path | None, typer.Option(help="Compare the files of this pack with their fingerprints.", exists=True)
    ] = None,
    rebuild: Annotated[
        Path | None, typer.Option(help="Make the release again from this pack, and compare.", exists=True)
    ] = None,
    files: Files = None,
    as_json: AsJson = False,
    store: Root = None,
) -> None:
    """Check that releases are as they were published. --pack and --rebuild are about one: RELEASE, else the served."""
    from data.publish import verify as work

    with refusing(), console.progress_bar() as progress:
        opened = open_store(store)
        found = work.verify(opened, release, progress=progress)
        if pack or files:
            found += work.raw_files(opened, release, pack or rebuild, files)
        if rebuild:
            found.append(work.rebuilt(opened, release, rebuild, files=files, progress=progress))
    wrong = [one for one in found if not one.holds]
    if as_json:
        console.show_json([asdict(one) for one in found])
    else:
        rows = [(one.release, one.check, "yes" if one.holds else "NO", one.says) for one in found]
        console.show_table("As published?", ("release", "what", "holds", "found"), rows)
    for one in wrong[:1]:
        console.err().print(f"\n{one.release}, {one.check}: {one.says}", markup=False)
    if wrong:
        raise typer.Exit(1)


@app.command(epilog="Example: python -m data rollback 2025-12")
def rollback(
    release: Annotated[str, typer.Argument(help="Code of the release to serve.")],
    store: Root = None,
) -> None:
    """Serve another release of the store from now on. Nothing is deleted, so the way forward is the same command."""
    with refusing():
        opened = open_store(store)
        before = opened.current_id()
        opened.activate(release)
    console.out().print(f"Serving {release} (before: {before}).", markup=False)


@app.command(epilog="Example: python -m data demo --store build/riverton")
def demo(
    force: Annotated[bool, typer.Option("--force", help="Also where the store has releases already.")] = False,
    store: Root = None,
) -> None:
    """Publish the invented city of Riverton, to look around."""
    from data.demo import DemoRefused, is_unfinished, publish_demo

    opened = open_store(store)
    if opened.ids() and not force and not is_unfinished(opened):
        refuse(f"{opened.root} holds releases already ({', '.join(opened.ids())}); --force adds the demo to them")
    try:
        with refusing(), console.progress_bar() as progress:
            published = publish_demo(opened.root, progress)
    except DemoRefused as error:
        refuse(str(error))
    console.out().print(f"Published {', '.join(published)}.", markup=False)


@app.command("describe", epilog="Example: python -m data describe --templates packs/my-city")
def describe_tables(
    table: Annotated[str | None, typer.Argument(help="One table; else all.")] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Write a CSV file for each table, to fill in.", file_okay=False)
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> None:
    """Say which tables and columns a pack may hold, and what each means."""
    try:
        names = [table] if table else describe.table_names(made_by_publishing=False)
        rows = {name: describe.columns(name) for name in names}
    except describe.UnknownTable as error:
        refuse(f"{error}; perhaps {' or '.join(error.nearest)}" if error.nearest else str(error))
    if templates:
        for path in describe.write_templates(templates, names if table else None):
            console.out().print(str(path), markup=False)
    elif markdown:
        print(describe.markdown([table] if table else None), end="")
    else:
        for name, columns in rows.items():
            console.show_table(f"{name}: {describe.says(name)}", describe.HEADINGS, columns)
            console.out().print()


@app.command(epilog="Example: python -m data figure --neighborhood old-town --period 2025 --json")
def figure(
    neighborhood: Annotated[str, typer.Option(help="Code, name or other name of a place; 'city' for the city.")],
    period: Annotated[str, typer.Option(help="2025, 2025-Q3, 2025-07, 2025-01-01..2025-06-23 or FY2026.")],
    measure: Annotated[str | None, typer.Option(help="Code of a measure; else all.")] = None,
    release: Annotated[str | None, typer.Option(help="Code of a release; else the one that is served.")] = None,
    as_json: AsJson = False,
    store: Root = None,
) -> None:
    """Print figures with everything that is known of them, as the pages get them."""
    try:
        code = periods.parse(period).code
    except periods.UnknownPeriod as error:
        raise typer.BadParameter(str(error), param_hint="--period") from None
    with refusing():
        opened = open_store(store).open(release)
        places = [neighborhood_id(opened, neighborhood)]
        measures = [measure_id(opened, measure)] if measure else None
        found = queries.figures(opened, measures=measures, neighborhoods=places, periods=[code])
    if as_json:
        console.show_json([figure.as_dict() for figure in found])
    elif found:
        show_figures(found)
    if not found:
        console.err().print(f"{places[0]} has no figures for {code}.", markup=False)


def show_figures(figures: list[Figure]) -> None:
    """A table of figures for people; --json has everything."""
    first = figures[0]
    columns = ("measure", "value", "low", "high", "unit", "events", "base", "n", "status", "reason", "source")
    rows = [
        (
            figure.measure,
            *(None if number is None else f"{number:,.1f}" for number in (figure.value, figure.low, figure.high)),
            figure.unit,
            *(None if number is None else f"{number:,.0f}" for number in (figure.numerator, figure.denominator)),
            figure.n,
            figure.status,
            figure.reason,
            figure.source,
        )
        for figure in figures
    ]
    console.show_table(f"{first.neighborhood}, {first.period} (release {first.release})", columns, rows)


if __name__ == "__main__":
    app(prog_name="python -m data")
