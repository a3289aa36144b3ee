"""From a draft to a release: looked at, approved by a second person, published at the announced minute, or discarded.

A draft is a finished release that nobody sees: `drafts/ID.sqlite` in the store, which only its owner may read. What is
done to it is written into a copy that takes its place in one rename, so a crash at any instant leaves the draft as it
was or as it is now. Its tables are never changed: an approval is of their content, by its hash, and making the draft
anew ends it. Every refusal is a `ReleaseRefused`.
"""

from __future__ import annotations

import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
from sqlalchemy import create_engine, select, text, update

from data.models import City, Manifest, PlannedRelease, Revision, table_of
from data.publish.progress import Progress, silent
from data.publish.release import (
    ReleaseRefused,
    content_hash,
    only_publisher,
    put_draft,
    put_in_place,
    under_construction,
)
from data.publish.revisions import WHOLES
from data.publish.run import release_before
from data.store import NoRelease, Store, sync_folder, write_durably

PREFIX_AT_LEAST = 8
"""So many characters of the content hash name a draft."""

UNSEEN = ("Mn", "Cf")
"""Kinds of signs that change a name to a computer and hardly to a reader: accents, and those without width."""

MINUTE = "%Y-%m-%d %H:%M"
LONGEST_NAP_S = 20.0

State = Literal["needs approval", "approved", "ready", "outdated", "published"]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Draft:
    """A draft and how far it is.

    due: the minute at which it shall be published, on the city's clock; None where none was announced.
    changed: how many figures differ from the release before; new_periods: measures and periods that are new or gone.
    outdated: why it may not be published as it is, empty where it may.
    """

    id: str
    city_id: str
    released_on: date
    version: str | None
    change: str | None
    reason: str | None
    note: str | None
    previous_release_id: str | None
    content_sha256: str
    prepared_by: str | None
    prepared_at: datetime
    approval: str | None
    approved_by: str | None
    approved_at: datetime | None
    time_zone: str
    due: datetime | None
    changed: int
    new_periods: int
    outdated: str
    is_published: bool

    @property
    def state(self) -> State:
        """How far it is. ready: needs no second person."""
        if self.is_published:
            return "published"
        if self.outdated:
            return "outdated"
        if self.approval == "two_people":
            return "approved" if self.approved_by else "needs approval"
        return "ready"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {**vars(self), "state": self.state, "due": self.due and self.due.isoformat()}


def look(store: Store, draft_id: str) -> Draft:
    """A draft and how far it is. Raises ReleaseRefused where there is none."""
    try:
        release = store.open_draft(draft_id)
    except NoRelease as error:
        raise ReleaseRefused([str(error)]) from None
    c, r, p = (table_of(model).c for model in (City, Revision, PlannedRelease))
    figure = [r.table_name, r.measure_id, r.neighborhood_id, r.period, r.group_name, r.item]
    whole = r.changed_column.in_(WHOLES) & r.kind.in_(("new", "gone"))
    with release.connect() as connection:
        manifest = connection.execute(select(table_of(Manifest))).first()
        if manifest is None:
            raise ReleaseRefused([f"draft {draft_id} is an empty file: python -m data discard {draft_id}"])
        city = connection.execute(select(c.id, c.time_zone)).one()
        changed = len(connection.execute(select(*figure).where(~whole).distinct()).all())
        new_periods = len(connection.execute(select(r.id).where(whole)).all())
        planned = connection.execute(select(p.planned_on, p.planned_time).where(p.id == draft_id)).first()
    is_published = draft_id in store.ids()
    return Draft(
        id=draft_id,
        city_id=city.id,
        released_on=manifest.released_on,
        version=manifest.version,
        change=manifest.change,
        reason=manifest.reason,
        note=manifest.note,
        previous_release_id=manifest.previous_release_id,
        content_sha256=manifest.content_sha256,
        prepared_by=manifest.prepared_by,
        prepared_at=_utc(manifest.published_at),
        approval=manifest.approval,
        approved_by=manifest.approved_by,
        approved_at=_utc(manifest.approved_at) if manifest.approved_at else None,
        time_zone=city.time_zone,
        due=_due(store, draft_id, city.time_zone, planned),
        changed=changed,
        new_periods=new_periods,
        outdated="" if is_published else _outdated(store, draft_id, city.id, manifest),
        is_published=is_published,
    )


def all_drafts(store: Store) -> list[Draft]:
    """Every draft of the store, by name."""
    return [look(store, draft_id) for draft_id in store.draft_ids()]


def only_draft(store: Store, draft_id: str | None) -> str:
    """The draft that is asked for, or the only one there is. Raises ReleaseRefused."""
    there = store.draft_ids()
    if draft_id is None:
        if len(there) != 1:
            raise ReleaseRefused([f"say which draft: there is {', '.join(there) or 'none'}"])
        return there[0]
    if draft_id not in there:
        raise ReleaseRefused([f"no draft {draft_id!r} in {store.root}; there is {', '.join(there) or 'none'}"])
    return draft_id


def changes(store: Store, draft_id: str, *, most: int) -> pd.DataFrame:
    """The first rows of what differs from the release before: the columns of table `revision`."""
    table = table_of(Revision)
    with store.open_draft(draft_id).connect() as connection:
        return pd.read_sql(select(table).order_by(table.c.id).limit(most), connection)


# ---------------------------------------------------------------- approve


def approve(store: Store, draft_id: str, *, by: str, content: str) -> Draft:
    """Record that a second person approves a draft.

    by: who approves; not the one who prepared it, however it is written. content: the content hash of what was looked
    at, or its first characters: a draft that was made anew meanwhile is refused.
    """
    with only_publisher(store):
        draft = look(store, draft_id)
        by = " ".join(by.split())
        if problem := _not_approvable(draft, by, content):
            raise ReleaseRefused([problem])
        if draft.approved_by and _same_person(draft.approved_by, by):
            return draft
        stamps = {"approval": "two_people", "approved_by": by, "approved_at": datetime.now(UTC)}
        with _stamped_copy(store, draft, stamps) as new:
            put_draft(store, new, draft_id)
        return look(store, draft_id)


def _not_approvable(draft: Draft, by: str, content: str) -> str:
    if draft.is_published:
        return f"release {draft.id} is published already"
    if draft.outdated:
        return draft.outdated
    if len(content) < PREFIX_AT_LEAST or not draft.content_sha256.startswith(content.lower()):
        return (
            f"the content of draft {draft.id} is {draft.content_sha256[:12]}, not {content!r}: look at it again"
            f" (python -m data preview {draft.id}), and give at least {PREFIX_AT_LEAST} characters"
        )
    if not by:
        return "say who approves: a name or a role"
    if not draft.prepared_by:
        return f"draft {draft.id} does not say who prepared it; make it anew with --by"
    if _same_person(draft.prepared_by, by):
        return f"{draft.prepared_by} prepared draft {draft.id}; a second person approves it"
    if draft.approved_by and not _same_person(draft.approved_by, by):
        return f"draft {draft.id} is approved already, by {draft.approved_by}"
    return ""


def _same_person(one: str, other: str) -> bool:
    """Whether two names are one, but for case, accents, punctuation, signs without width, and the order of words."""

    def evened(name: str) -> list[str]:
        letters = [sign for sign in unicodedata.normalize("NFKD", name) if unicodedata.category(sign) not in UNSEEN]
        return sorted("".join(sign if sign.isalnum() else " " for sign in letters).casefold().split())

    return evened(one) == evened(other)


# ---------------------------------------------------------------- release


def announce(store: Store, draft_id: str, at: str, *, now: Clock = lambda: datetime.now(UTC)) -> datetime:
    """Write down the minute at which a draft shall be published, as `2026-03-03 09:30` on the city's clock.

    The same minute may be given again, also when it has passed: so a wait that was cut off is taken up. Else a minute
    in the past is refused, and one that is not the minute of the pack's own calendar.
    """
    with only_publisher(store):
        draft = look(store, draft_id)
        minute = read_minute(at, draft.time_zone)
        if draft.due == minute:
            return minute
        if draft.due is not None and not store.due_path(draft_id).exists():
            said = f"the calendar in draft {draft_id} announces {minute_text(draft.due)}, not {minute_text(minute)}"
            raise ReleaseRefused([f"{said}; move it in the pack's plan_change, with a reason"])
        if minute <= now():
            raise ReleaseRefused([f"{minute_text(minute)} has passed; leave --at out to publish now"])
        write_durably(store.due_path(draft_id), minute.isoformat() + "\n")
        return minute


def release(
    store: Store,
    draft_id: str,
    *,
    at_once: bool = False,
    progress: Progress = silent,
    now: Clock = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Publish a draft: at its announced minute, else now; returns the release's id.

    Waits for the minute, and looks again and again whether the draft still stands. May be killed at any instant and
    started again. What is here already is only served. at_once: whatever minute was announced.
    """
    if _is_done(store, draft_id):
        return draft_id
    draft = publishable(store, draft_id)
    while not at_once and draft.due is not None and (left := (draft.due - now()).total_seconds()) > 0:
        progress(f"Waiting until {minute_text(draft.due)} to publish {draft_id}")
        sleep(min(left, LONGEST_NAP_S))
        if _is_done(store, draft_id):
            return draft_id
        draft = _same_still(draft, publishable(store, draft_id))
    with only_publisher(store, progress):
        if _is_done(store, draft_id):
            return draft_id
        draft = _same_still(draft, publishable(store, draft_id))
        progress("Putting the release in place")
        with _stamped_copy(store, draft, {"published_at": now()}) as new:
            put_in_place(store, new, draft_id, draft.content_sha256)
        _remove(store, draft_id)
    return draft_id


def release_due(
    store: Store, *, progress: Progress = silent, now: Clock = lambda: datetime.now(UTC)
) -> tuple[list[str], list[str]]:
    """Publish every draft whose minute has come; returns the ids, and why others that are due were not published."""
    published, refused = [], []
    for draft_id in store.draft_ids():
        try:
            due = look(store, draft_id).due
            if due is None or due > now():
                continue
            published.append(release(store, draft_id, progress=progress, now=now))
        except ReleaseRefused as error:
            refused += error.problems
    return published, refused


def publishable(store: Store, draft_id: str) -> Draft:
    """A draft that may be published. Raises ReleaseRefused with the reason why one may not."""
    draft = look(store, draft_id)
    if draft.state == "outdated":
        raise ReleaseRefused([draft.outdated])
    if draft.state == "needs approval":
        raise ReleaseRefused([f"draft {draft_id} is not approved: python -m data approve {draft_id} --by NAME"])
    return draft


def discard(store: Store, draft_id: str) -> None:
    """Delete a draft."""
    with only_publisher(store):
        _remove(store, only_draft(store, draft_id))


def _remove(store: Store, draft_id: str) -> None:
    store.due_path(draft_id).unlink(missing_ok=True)
    store.draft_path(draft_id).unlink(missing_ok=True)
    sync_folder(store.draft_path(draft_id).parent)


def _is_done(store: Store, draft_id: str) -> bool:
    """Whether another try, before or beside this one, has published the draft."""
    return draft_id not in store.draft_ids() and store.current_id() == draft_id


def _same_still(before: Draft, now: Draft) -> Draft:
    if (before.content_sha256, before.approved_at) != (now.content_sha256, now.approved_at):
        raise ReleaseRefused([f"draft {now.id} was made anew meanwhile"])
    return now


def _outdated(store: Store, draft_id: str, city_id: str, manifest: Any) -> str:
    """Why a draft no longer says what is new: its changes and its chain are those against another release."""
    again = "make the draft anew"
    if store.tombstone(draft_id):
        return f"release {draft_id} was withdrawn, and an id is never used again; {again} with another --release"
    before = release_before(store, draft_id, city_id)
    if (before and before.id) != manifest.previous_release_id:
        was = f"was compared with {manifest.previous_release_id or 'nothing'}"
        return f"draft {draft_id} {was}, and now {before.id if before else 'nothing'} is served; {again}"
    later = [one.id for one in store.releases() if _utc(one.published_at) > _utc(manifest.published_at)]
    if later:
        return f"release {later[0]} was published after draft {draft_id} was made; {again}"
    return ""


@contextmanager
def _stamped_copy(store: Store, draft: Draft, stamps: dict[str, Any]) -> Iterator[Path]:
    """A copy of the draft with new values in its manifest. Refuses one whose tables are not what its hash says."""
    with under_construction(store, draft.id) as new:
        shutil.copyfile(store.draft_path(draft.id), new)
        engine = create_engine(f"sqlite:///{new}")
        try:
            with engine.begin() as connection:
                # As when a release is built: what is cut off is thrown away whole, and the file is synced at the end.
                connection.execute(text("PRAGMA journal_mode = OFF"))
                raw: Any = connection.connection.dbapi_connection
                if content_hash(raw) != draft.content_sha256:
                    raise ReleaseRefused([f"draft {draft.id} is not as it was made: its content has another hash"])
                connection.execute(update(table_of(Manifest)).values(**stamps))
        finally:
            engine.dispose()
        yield new


# ---------------------------------------------------------------- the minute


def read_minute(at: str, time_zone: str) -> datetime:
    """`2026-03-03 09:30` on the clock of a time zone. Raises ReleaseRefused, also for a minute that a clock skips."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ReleaseRefused([f"the pack's time_zone {time_zone!r} is not known; one is America/New_York"]) from None
    try:
        minute = datetime.strptime(at, MINUTE).replace(tzinfo=zone)
    except ValueError:
        raise ReleaseRefused([f"found {at!r}, expected a minute such as '2026-03-03 09:30'"]) from None
    if minute.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != minute.replace(tzinfo=None):
        raise ReleaseRefused([f"clocks in {time_zone} skip {at}; choose another minute"])
    return minute


def minute_text(minute: datetime) -> str:
    """`2026-03-03 09:30 (America/New_York)`."""
    return f"{minute.strftime(MINUTE)} ({minute.tzinfo})"


def _due(store: Store, draft_id: str, time_zone: str, planned: Any) -> datetime | None:
    """The minute that was written down, else the one in the calendar that the draft itself holds."""
    path = store.due_path(draft_id)
    if path.is_file():
        return datetime.fromisoformat(path.read_text(encoding="utf-8").strip()).astimezone(ZoneInfo(time_zone))
    if planned is None:
        return None
    return read_minute(f"{planned.planned_on} {planned.planned_time or '00:00'}", time_zone)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
