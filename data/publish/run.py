"""From a pack to a release: the stages in order. `check` does all but write, `publish` writes and serves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import literal_column, select

from data.models import City, Manifest, Measure, Observation, Table, table_of
from data.publish import benchmarks, classes, derive, evaluations, goals, history, privacy, statuses, visitors
from data.publish.cells import Layout, Tables, figures_held, to_protect
from data.publish.earlier import Earlier
from data.publish.fingerprints import key_of, make_key, without_telling
from data.publish.frames import joined, typed
from data.publish.intake import Gathered, gather
from data.publish.pack import CITY_TOML, Pack, read_pack
from data.publish.problems import Report
from data.publish.progress import Progress, silent
from data.publish.release import (
    ReleaseRefused,
    build,
    build_draft,
    default_release_id,
    only_publisher,
    try_out,
    write,
    write_rejects,
)
from data.publish.thresholds import Thresholds
from data.store import Release, Store

ATTACKED = ("observation", "measure", "neighborhood", "survey_result", "complaint_summary")
"""Tables with numbers that need protection, in the order in which privacy takes them."""

TWO_PEOPLE = (
    "in this city a second person approves a release: make a draft with --draft --by NAME, then `approve` and "
    '`release` it ([release] approval = "one_person" in city.toml would do without)'
)
NAMELESS = "a draft that a second person approves needs the name or role of the one who prepared it: --by"

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    report: every problem of the pack. release_id: the release that is served now; None where nothing was published.
    draft_id: the draft that was made instead. refused: why not, one plain sentence each. rows: how many rows each table
    has or would have. rejects: the file of refused rows, where there are any.
    """

    report: Report
    release_id: str | None = None
    draft_id: str | None = None
    refused: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    rejects: Path | None = None


def check(
    pack_folder: Path,
    *,
    files: Path | None = None,
    store: Store | None = None,
    release_id: str | None = None,
    reason: str | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Everything that `publish` would say. Writes nothing.

    files: the folder of raw files beside the pack. store: where the release before is found, to compare with.
    """
    store = store or Store.default()
    pack = read_pack(pack_folder, files)
    day = _head(pack, "released_on") or date.today()
    gathered = gather(pack, released_on=day, progress=progress)
    try:
        wanted = release_id or _head(pack, "id") or default_release_id(store, day)
        tables, manifest = _made(pack, gathered, store, wanted, day, None, reason, progress)
        try_out(store, tables, manifest, progress=progress)
    except ReleaseRefused as error:
        return Outcome(gathered.report, refused=error.problems)
    return Outcome(gathered.report, rows=_counted(tables))


def publish(
    pack_folder: Path,
    *,
    files: Path | None = None,
    store: Store | None = None,
    release_id: str | None = None,
    released_on: date | None = None,
    note: str | None = None,
    reason: str | None = None,
    by: str | None = None,
    draft: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Make a release of a pack and serve it. When it is refused, only the file of refused rows is written.

    A release that is here is never changed: the same pack under the same id is served again, another is refused.
    release_id, released_on, note and reason go before what the pack says; without either, the day is today and the id
    the day. reason: why there is a new release; needed from the second on.
    by: who prepared it. draft: make a draft that nobody sees, for `data.publish.drafts`; the only way for a pack that
    asks for two people.
    """
    store = store or Store.default()
    # Held from the first look at the release before: two publishers must not both compare with the same one.
    with only_publisher(store, progress):
        pack = read_pack(pack_folder, files)
        approval, by = _head(pack, "approval"), " ".join((by or "").split()) or None
        if approval == "two_people" and not (draft and by):
            return Outcome(Report(), refused=[NAMELESS if draft else TWO_PEOPLE])
        day = released_on or _head(pack, "released_on") or date.today()
        wanted = release_id or _head(pack, "id") or default_release_id(store, day)
        gathered = gather(pack, released_on=day, progress=progress)
        rejects = None
        try:
            rejects = write_rejects(store, wanted, gathered.report.rejects_frame())
            make_key(store)
            tables, manifest = _made(pack, gathered, store, wanted, day, note, reason, progress)
            manifest |= {"prepared_by": by, "approval": approval}
            made = (build_draft if draft else build)(store, tables, manifest, progress=progress)
        except ReleaseRefused as error:
            return Outcome(gathered.report, refused=error.problems, rejects=rejects)
    release, waiting = (None, made) if draft else (made, None)
    return Outcome(gathered.report, release, waiting, rows=_counted(tables), rejects=rejects)


def rebuild(
    pack_folder: Path,
    new: Path,
    *,
    store: Store,
    release_id: str,
    released_on: date,
    files: Path | None = None,
    progress: Progress = silent,
) -> str:
    """Make a release that is here once more, beside the store, in the file `new`; returns its content hash.

    Raises ReleaseRefused.
    """
    pack = read_pack(pack_folder, files)
    gathered = gather(pack, released_on=released_on, progress=progress)
    try:
        tables, manifest = _made(pack, gathered, store, release_id, released_on, None, None, progress)
    except ReleaseRefused as error:
        raise ReleaseRefused([*map(str, gathered.report.errors)] or error.problems) from error
    return write(new, tables, manifest, progress)


def _made(
    pack: Pack,
    gathered: Gathered,
    store: Store,
    release_id: str,
    day: date,
    note: str | None,
    reason: str | None,
    progress: Progress,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """All tables of the release, and its manifest. Raises ReleaseRefused."""
    _refuse_errors(gathered)
    city = gathered.tables["city"].iloc[0]
    kept = _kept(store, release_id, str(city["id"]))
    try:
        tables = _worked_out(gathered, kept, day, progress)
    except ValueError as error:  # figures that contradict themselves: every such error of the stages is a sentence
        raise ReleaseRefused([str(error)]) from error
    progress("Comparing with the release before")
    previous = release_before(store, release_id, str(city["id"]))
    told = history.since(
        previous,
        tables,
        pack,
        reason=reason or _head(pack, "reason"),
        numbers=[*history.versions_of(kept), *(stone.version for stone in store.withdrawn())],
        is_here=release_id in store.ids(),
    )
    gathered.report.problems += told.problems
    _refuse_errors(gathered)
    tables["revision"] = told.revision
    tables["source_file"] = without_telling(tables["source_file"], tables["withheld_cell"], key_of(store))
    manifest = {
        "release_id": release_id,
        "published_at": datetime.now(UTC),
        "released_on": day,
        "planned_on": _head(pack, "planned_on"),
        "data_through": _data_through(tables["observation"], day),
        "publisher": city["publisher"],
        "note": note or _head(pack, "note"),
        "software_version": software_version(),
        **figures_held(tables),
        **told.stamps,
    }
    return tables, manifest


def _refuse_errors(gathered: Gathered) -> None:
    if errors := gathered.report.errors:
        raise ReleaseRefused([f"the pack has {len(errors):,} error{'s' if len(errors) > 1 else ''}, listed above"])


def _worked_out(
    gathered: Gathered, kept: list[Release], released_on: date, progress: Progress
) -> dict[str, pd.DataFrame]:
    tables, rules = dict(gathered.tables), gathered.measure_rules
    month = int(tables["city"]["fiscal_start_month"].iloc[0])
    limits = gathered.pack.thresholds
    measure, places = tables["measure"], tables["neighborhood"]
    layout = Layout(month, tables["neighborhood_overlap"])

    progress("Working out figures")
    waves = tables["survey_wave"]
    results = privacy.withhold_surveys(tables["survey_result"], places, survey_wave=waves, thresholds=limits)
    answers = derive.survey_observations(waves, tables["survey_question"], results, measure)
    rows = derive.with_days(joined(Observation, tables["observation"], answers), rules, fiscal_start_month=month)
    rows = derive.add_years(rows, measure)
    people = derive.with_city_population(tables["population"], places)
    rows = derive.add_denominators(rows, measure, people, rules, fiscal_start_month=month)
    rows = derive.add_city_totals(rows, places, measure, people, rules, fiscal_start_month=month)
    tables["population"] = people
    _warn_of_bases(gathered, rows, month)

    progress("Protecting small numbers")
    guarded = _ever_sensitive(measure, kept)
    earlier = [_earlier(release, guarded, limits) for release in kept]
    safe = privacy.withhold(
        rows,
        measure,
        places,
        results,
        tables["complaint_summary"],
        survey_wave=waves,
        thresholds=limits,
        layout=layout,
        kept=earlier,
    )
    tables["survey_result"], tables["complaint_summary"] = safe.survey_result, safe.complaint_summary
    tables["withheld_cell"] = safe.log

    progress("Deciding what may be said")
    tables["observation"] = statuses.decide(
        derive.with_coverage(safe.observation, places),
        measure,
        neighborhood=places,
        rules=rules,
        thresholds=limits,
        fiscal_start_month=month,
    )
    _audited(tables, limits, layout, progress)
    if telling := benchmarks.telling(tables["benchmark_group"], tables["observation"], safe.true):
        raise ReleaseRefused(telling)
    _fill_goals(tables, gathered, month)
    if earlier:
        attacked = _tables(tables | {"measure": _with_sensitive(measure, guarded)})
        told = privacy.across(attacked, safe.true, earlier, limits=limits, layout=layout)
        _warn_of_told(told, gathered)

    progress("Working out evaluations")
    tables["evaluation"], tables["evaluation_area"] = evaluations.computed(
        tables, fiscal_start_month=month, released_on=released_on
    )
    tables["translation"] = evaluations.with_words_of_units(tables, gathered.tables["evaluation"])

    progress("Finding map classes")
    tables["measure"] = classes.with_map_breaks(tables)
    return tables


def _audited(tables: Mapping[str, pd.DataFrame], limits: Thresholds, layout: Layout, progress: Progress) -> None:
    """Attack what would be published. Raises ReleaseRefused when a withheld number can be worked out."""
    progress("Trying to work out what is withheld")
    frames = (tables[name] for name in ATTACKED)
    found = privacy.audit(*frames, thresholds=limits, layout=layout)
    if found.empty:
        return
    cells = found[["measure_id", "neighborhood_id", "period", "group_name"]].head(5).itertuples(index=False)
    where = "; ".join(", ".join(map(str, cell)) for cell in cells)
    raise ReleaseRefused([f"{len(found):,} small numbers could be worked out from what is shown: {where}"])


def _fill_goals(tables: dict[str, pd.DataFrame], gathered: Gathered, fiscal_start_month: int) -> None:
    """Give goals the published figures. Raises ReleaseRefused where a typed number tells what may not be shown."""
    filled, differs = goals.with_figures(tables, fiscal_start_month=fiscal_start_month)
    tables |= filled
    toml = gathered.pack.toml
    file = toml.tables["program_goal"][0].file if toml and "program_goal" in toml.tables else CITY_TOML
    for one in differs:
        gathered.report.add(
            "goal_differs_from_figure",
            file=file,
            column=one.column,
            found=f"{one.found} for goal {one.goal}",
            expected=one.expected,
        )
    if told := goals.telling(tables, gathered.pack.thresholds):
        raise ReleaseRefused(told)


def _kept(store: Store, release_id: str, city_id: str) -> list[Release]:
    """Releases of this city that readers have beside this one, oldest first.

    Withdrawn ones are among them: a copy that somebody downloaded cannot be called back.
    For a release that is here already those that were here before it: so the same pack is the same again.
    """
    there = [store.open(one) for one in store.ids()]
    there += [release for stone in store.withdrawn() if (release := store.open_withdrawn(stone.id))]
    dated = sorted((_one(release, Manifest, "published_at"), release.id, release) for release in there)
    own = next((at for at, (_, one, _) in enumerate(dated) if one == release_id), len(dated))
    return [release for *_, release in dated[:own] if _one(release, City, "id") == city_id]


def _ever_sensitive(measure: pd.DataFrame, kept: list[Release]) -> set[str]:
    """Measures that are sensitive now or were in a release that is kept."""
    found = set(measure.loc[measure["sensitive"].astype(bool), "id"])
    table = table_of(Measure).c
    for release in kept:
        with release.connect() as connection:
            found.update(connection.execute(select(table.id).where(table.sensitive)).scalars())
    return found


def _with_sensitive(measure: pd.DataFrame, guarded: set[str]) -> pd.DataFrame:
    return measure.assign(sensitive=measure["id"].isin(list(guarded)))


def _earlier(release: Release, ever_sensitive: set[str], limits: Thresholds) -> Earlier:
    """The numbers of a kept release that need protection, as its readers see them."""
    measure = _with_sensitive(history.stored(release, "measure"), ever_sensitive)
    guarded, relatives = to_protect(typed(measure, Measure).set_index("id"))
    of_interest = [*guarded, *relatives, *measure.loc[measure["kind"].isin(["share", "score"]), "id"]]
    observation = table_of(Observation)
    with release.connect() as connection:
        wanted: Any = (
            select(literal_column("*")).select_from(observation).where(observation.c.measure_id.in_(of_interest))
        )
        rows = pd.read_sql(wanted, connection)
    others = {name: history.stored(release, name) for name in ("neighborhood", "survey_result", "complaint_summary")}
    return Earlier.of(release.id, _tables({"observation": rows, "measure": measure, **others}), limits)


def _tables(tables: Mapping[str, pd.DataFrame]) -> Tables:
    return Tables.of(*(tables[name] for name in ATTACKED))


def _warn_of_bases(gathered: Gathered, rows: pd.DataFrame, fiscal_start_month: int) -> None:
    """Say which figures have no rate because their residents are of another time, and where they may be visitors."""
    assert gathered.pack.toml is not None
    limits = gathered.pack.toml.limits
    for measure, far in rows[rows["reason"] == derive.TOO_FAR].groupby("measure_id", sort=True):
        periods = sorted(far["period"].unique())
        gathered.report.add(
            "population_too_far",
            file=CITY_TOML,
            column=f"measures.{measure}.population_year",
            found=f"{len(far):,} figures of {periods[0]}{f' to {periods[-1]}' if len(periods) > 1 else ''}",
            expected=f"residents of a year at most {limits.population_window_years} years away",
        )
    proposed = visitors.propose(
        rows,
        gathered.tables["measure"],
        gathered.tables["neighborhood"],
        gathered.measure_rules,
        declined=limits.not_visitor_areas,
        fiscal_start_month=fiscal_start_month,
    )
    for one in proposed:
        gathered.report.add(
            "may_be_a_visitor_area",
            file=CITY_TOML,
            column=f"neighborhoods.{one.neighborhood_id}",
            found=f"{one.name}: {one.why}",
        )


def _warn_of_told(told: pd.DataFrame, gathered: Gathered) -> None:
    """Say by name what is withheld in one release and can be read with another."""
    for release, cells in told.groupby("release", sort=True):
        listed = cells[["measure_id", "neighborhood_id", "period"]].drop_duplicates()
        some = "; ".join(", ".join(map(str, cell)) for cell in listed.head(5).itertuples(index=False))
        gathered.report.add(
            "told_by_another_release",
            file=f"release {release}",
            found=f"{len(listed):,} figures, such as {some}",
        )


def release_before(store: Store, release_id: str, city_id: str) -> Release | None:
    """The release to compare with: the one that is served, else the newest, of this city.

    For a release that is here already it is the one that it was compared with then: so the same pack is the same again.
    """
    if release_id in store.ids():
        ids = [_one(store.open(release_id), Manifest, "previous_release_id")]
    else:
        ids = [store.current_id(), *(info.id for info in store.releases())]
    there = [store.open(found) for found in dict.fromkeys(ids) if found in store.ids()]
    return next((release for release in there if _one(release, City, "id") == city_id), None)


def _one(release: Release, model: type[Table], column: str) -> Any:
    with release.connect() as connection:
        return connection.execute(select(table_of(model).c[column])).scalar_one_or_none()


def _data_through(observation: pd.DataFrame, released_on: date) -> date | None:
    """The last day that a figure covers; never after the release, whatever a period's name promises."""
    known = observation.loc[observation["value"].notna() | observation["numerator"].notna(), "period_end"]
    return min(max(known), released_on) if len(known) else None


def _head(pack: Pack, name: str) -> Any:
    """What city.toml says of the release."""
    return getattr(pack.toml.release, name) if pack.toml else None


def _counted(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    return {name: len(frame) for name, frame in tables.items()}


def software_version() -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"])
