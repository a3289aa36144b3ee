"""The commands on the way of a release: drafts, preview, approve, release, discard, and back again: withdraw."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from data import console
from data.cli import AsJson, Root, open_store, refuse, refusing
from data.store import Store

if TYPE_CHECKING:  # publishing takes two seconds to import, and looking at a store needs none of it
    from data.publish.drafts import Draft

commands = typer.Typer()

ROOT = Path(__file__).parent.parent
ONLY_HERE = "127.0.0.1"
SHOWN_CHANGES = 10

OneDraft = Annotated[str | None, typer.Argument(help="Code of the draft; may be left out where there is only one.")]


@commands.command(epilog="Example: python -m data drafts --json")
def drafts(as_json: AsJson = False, store: Root = None) -> None:
    """List the drafts of the store, and how far each is."""
    from data.publish import drafts as work

    with refusing():
        opened = open_store(store)
        found = work.all_drafts(opened)
    if as_json:
        console.show_json([draft.as_dict() for draft in found])
        return
    if not found:
        console.err().print(f"There are no drafts in {opened.root}.", markup=False)
        return
    columns = ("draft", "state", "publish at", "version", "prepared by", "approved by", "figures changed", "content")
    rows = [
        (
            draft.id,
            draft.state,
            draft.due and work.minute_text(draft.due),
            draft.version,
            draft.prepared_by,
            draft.approved_by,
            f"{draft.changed:,}",
            draft.content_sha256[:12],
        )
        for draft in found
    ]
    console.show_table("Drafts", columns, rows)
    for draft in found:
        if draft.outdated:
            console.out().print(f"{draft.id}: {draft.outdated}", markup=False)


@commands.command(epilog="Example: python -m data preview 2026-06 --port 8502")
def preview(
    draft: OneDraft = None,
    port: Annotated[int, typer.Option(help="Port on this computer.", min=1, max=65535)] = 8502,
    store: Root = None,
) -> None:
    """Show a draft as a website of its own, on this computer only; what is published stays as it is."""
    from data.publish import drafts as work

    with refusing():
        opened = open_store(store)
        found = work.look(opened, work.only_draft(opened, draft))
        _free(port)
    console.out().print(
        f"Draft {found.id} ({found.state}): {found.changed:,} figures differ from {_before(found)}.\n"
        f"Content {found.content_sha256[:12]}. In a few seconds at http://{ONLY_HERE}:{port}/ (stop it with Ctrl+C)",
        markup=False,
    )
    sys.stdout.flush()
    # This process becomes the server: nothing is left behind when it is stopped, however that happens.
    os.chdir(ROOT)
    os.execve(sys.executable, server_command(port), server_environment(opened, found.id))


def server_command(port: int) -> list[str]:
    """The command that serves the app to this computer."""
    command = [sys.executable, "-m", "uvicorn", "app:app", "--host", ONLY_HERE, "--port", str(port)]
    command += ["--ws", "websockets-sansio", "--ws-max-size", "1048576"]
    return [*command, "--no-access-log", "--log-level", "warning"]


def server_environment(store: Store, draft_id: str) -> dict[str, str]:
    """The environment in which the app shows a draft as the current release."""
    return {**os.environ, "OPENBEAT_STORE": str(store.root.resolve()), "OPENBEAT_PREVIEW": draft_id}


def _free(port: int) -> None:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((ONLY_HERE, port))
        except OSError:
            refuse(f"port {port} is in use; choose another with --port")


@commands.command(epilog="Example: python -m data approve 2026-06 --by 'Head of records' --content 537b5a5b679c")
def approve(
    by: Annotated[str, typer.Option(help="Who approves: a name or a role, not the one who prepared it.")],
    draft: OneDraft = None,
    content: Annotated[
        str | None, typer.Option(help="The content that was looked at: at least 8 characters of its hash.")
    ] = None,
    store: Root = None,
) -> None:
    """Say what a draft changes, and record that a second person approves it."""
    from data.publish import drafts as work

    with refusing():
        opened = open_store(store)
        found = work.look(opened, work.only_draft(opened, draft))
        _show_draft(opened, found)
        if content is None:
            if not is_terminal():
                refuse(f"say what you approve: --content {found.content_sha256[:12]}")
            if not typer.confirm(f"\nDoes {by.strip()} approve this content?"):
                refuse("not approved")
            content = found.content_sha256
        done = work.approve(opened, found.id, by=by, content=content)
    console.out().print(f"\nDraft {done.id} is approved by {done.approved_by}.", markup=False)


def is_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty()


def _show_draft(store: Store, draft: Draft) -> None:
    """What somebody approves: what it is, why, and what it changes."""
    from data.publish.drafts import changes, minute_text

    out = console.out()
    out.print(f"[bold]Draft {escape(draft.id)}[/bold], {draft.state}")
    lines = {
        "day printed on it": draft.released_on,
        "publish at": draft.due and minute_text(draft.due),
        "version": " ".join(part for part in (draft.version, draft.change and f"({draft.change})") if part),
        "reason": draft.reason,
        "note": draft.note,
        "prepared by": draft.prepared_by,
        "compared with": draft.previous_release_id,
        "figures changed": f"{draft.changed:,}",
        "new or gone": f"{draft.new_periods:,} whole periods or measures" if draft.new_periods else None,
        "content": draft.content_sha256[:12],
    }
    for name, line in lines.items():
        if line:
            out.print(f"  {name:<18} {line}", markup=False)
    rows = changes(store, draft.id, most=SHOWN_CHANGES)
    if len(rows):
        columns = ["measure_id", "item", "neighborhood_id", "period", "changed_column", "old", "new", "reason"]
        told = rows[columns].astype(object).where(rows[columns].notna(), None)
        what = told["measure_id"].fillna(told["item"])
        cells = told.assign(measure_id=what).drop(columns="item").to_numpy().tolist()
        headings = ("what", "place", "period", "changed", "was", "is", "why")
        title = "What changes" + (" (the first rows)" if len(rows) == SHOWN_CHANGES else "")
        console.show_table(title, headings, cells)


def _before(draft: Draft) -> str:
    return f"release {draft.previous_release_id}" if draft.previous_release_id else "nothing: it is the first release"


@commands.command(epilog="Example: python -m data release 2026-06 --at '2026-06-02 10:00'")
def release(
    draft: OneDraft = None,
    at: Annotated[
        str | None, typer.Option(help="Minute on the city's clock, as '2026-06-02 10:00'; else the calendar's, or now.")
    ] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Only write the minute down, for --due.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Publish every draft whose minute has come; for cron.")] = False,
    store: Root = None,
) -> None:
    """Publish a draft at its announced minute. Waits for it; safe to stop and to start again."""
    from data.publish import drafts as work

    if due and (draft or at or no_wait):
        raise typer.BadParameter("goes with no draft and no minute", param_hint="--due")
    if no_wait and not at:
        raise typer.BadParameter("needs a minute: --at", param_hint="--no-wait")
    out = console.out()
    with refusing(), console.progress_bar() as progress:
        opened = open_store(store)
        if due:
            published, reasons = work.release_due(opened, progress=progress)
        else:
            wanted = draft or work.only_draft(opened, draft)
            if at:
                minute = work.announce(opened, wanted, at)
                if no_wait:
                    out.print(f"Draft {wanted} is due at {work.minute_text(minute)}.", markup=False)
                    return
            published, reasons = [work.release(opened, wanted, progress=progress)], []
    for one in published:
        out.print(f"Published {one}.", markup=False)
    for reason in reasons:
        console.err().print(f"Refused: {reason}", markup=False)
    if reasons:
        raise typer.Exit(1)


@commands.command(epilog="Example: python -m data discard 2026-06")
def discard(
    draft: Annotated[str, typer.Argument(help="Code of the draft.")],
    store: Root = None,
) -> None:
    """Delete a draft. Nothing that is published is touched."""
    from data.publish import drafts as work

    with refusing():
        work.discard(open_store(store), draft)
    console.out().print(f"Discarded draft {draft}.", markup=False)


@commands.command(
    epilog="Example: python -m data withdraw 2025-12 --why 'Counts of 2024 were doubled' --by 'Head of records'"
)
def withdraw(
    release: Annotated[str, typer.Argument(help="Code of the release.")],
    why: Annotated[str, typer.Option(help="Why, for readers, in at least 10 characters.")],
    by: Annotated[str, typer.Option(help="Who withdraws it: a name or a role.")],
    serve: Annotated[
        str | None, typer.Option(help="Code of the release that is served instead, where this one is served now.")
    ] = None,
    store: Root = None,
) -> None:
    """Take a release back. From then on its address says when it was withdrawn and why."""
    from data.publish.withdraw import withdraw as take_back

    with refusing():
        opened = open_store(store)
        tombstone = take_back(opened, release, why=why, by=by, serve=serve)
    out = console.out()
    out.print(f"Withdrawn {tombstone.id}: {tombstone.why}", markup=False)
    out.print(f"Serving {opened.current_id()}. The file is kept at {opened.withdrawn_path(release)}.", markup=False)
