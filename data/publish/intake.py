"""Intake: a pack and its files go in, tables with the models' columns and a report of every problem come out."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from shapely.geometry.base import BaseGeometry

from data import periods
from data.models import CITY, MADE_BY_PUBLISHING, TABLES, UNPLACED, described
from data.publish import benchmarks, boundaries, declarations, plausible, practice
from data.publish.extracts import Context, extract, lookup_table
from data.publish.files import OpenTable, connect, open_table
from data.publish.names import Gazetteer, fold, nearest_word, slug
from data.publish.pack import CITY_TOML, EXTRA_KEYS, LANGUAGE_KEYS, CityToml, Extract, Pack, RawFile, ReadyTable
from data.publish.problems import Refused, Report, problem
from data.publish.progress import Progress, silent
from data.publish.ready import check, looks_personal, matched_columns, ready_rows, typed

FIRST = ("source", "measure", "neighborhood", "neighborhood_alias", "fiscal_year")
"""Ready tables that others refer to: read before them."""
BY_PUBLISHING = tuple(sorted(MADE_BY_PUBLISHING - {"neighborhood_overlap", "source_file"}))
SMALL_PACK = 50_000_000
"""Bytes of all files together, up to which they need not go through the disk."""
UNPLACED_NAME = "No neighborhood recorded"


@dataclass(frozen=True)
class MeasureRule:
    """What the pack says on how a measure's figures are worked out.

    population_year: "same", "nearest" or a year. provisional_from: a period code; figures of periods that start on or
    after its first day are early. incomplete: period code -> the days really covered, as a range code, or None where
    the pack does not say. population_window_years: residents of a year further from the figure's make no rate.
    crime: property, violent, or None where the pack does not say; for the rule that proposes visitor areas.
    """

    measure_id: str
    population_year: str = "same"
    provisional_from: str | None = None
    incomplete: dict[str, str | None] = field(default_factory=dict)
    population_window_years: int = 5
    crime: str | None = None


@dataclass
class Gathered:
    """What a pack brings.

    tables: table name -> frame with exactly the columns of the model, in order, for every table of `data.models.TABLES`
    that a pack may bring, plus neighborhood_overlap and source_file. Empty where the pack brings nothing.
    Types: text `str` with NaN, whole numbers `Int64`, numbers `float64`, yes/no `boolean`, days `datetime.date` or None
    (object). Observations carry only what was read (numerator, value, n, n_effective, and status and reason of places
    without a row); rates, ranges and city totals are worked out later.
    measure_rules: measure id -> rule, for every measure.
    """

    pack: Pack
    tables: dict[str, pd.DataFrame]
    report: Report
    measure_rules: dict[str, MeasureRule]


def gather(pack: Pack, *, released_on: date | None = None, progress: Progress = silent) -> Gathered:
    """Read everything that the pack names. Problems are in `report`; only `report.errors` forbid publishing.

    released_on: the day that tells which fiscal years are over; else the pack's, else today.
    Never raises for a mistake in the pack or its files. Needs about as much free disk as the named columns of the
    largest file, and about a gigabyte of memory whatever the size of the files.
    """
    report = Report(list(pack.problems))
    if pack.toml is None:
        return Gathered(pack, _finished({}, report), report, {})
    with (
        tempfile.TemporaryDirectory(prefix="openbeat-") as folder,
        connect(Path(folder), small=pack.size_bytes() < SMALL_PACK) as connection,
    ):
        day = released_on or pack.toml.release.released_on or date.today()
        return _Intake(pack, pack.toml, report, connection, Path(folder), day, progress).run()


def _finished(frames: dict[str, list[pd.DataFrame]], report: Report) -> dict[str, pd.DataFrame]:
    tables = {}
    for name in TABLES:
        if name in BY_PUBLISHING:
            continue
        parts = [one for one in frames.get(name, []) if len(one)]
        tables[name] = typed(name, pd.concat(parts, ignore_index=True) if parts else pd.DataFrame())
    files = report.source_file_frame()
    tables["source_file"] = typed("source_file", files)
    return tables


class _Intake:
    """One pack at work, step by step."""

    def __init__(
        self,
        pack: Pack,
        toml: CityToml,
        report: Report,
        connection: duckdb.DuckDBPyConnection,
        scratch: Path,
        day: date,
        progress: Progress,
    ) -> None:
        self.pack, self.toml, self.report, self.sql, self.scratch = pack, toml, report, connection, scratch
        self.day, self.progress = day, progress
        self.frames: dict[str, list[pd.DataFrame]] = {}
        self.start_month = toml.city.get("fiscal_start_month", 7)
        if not isinstance(self.start_month, int) or not 1 <= self.start_month <= 12:
            report.add(
                "wrong_key_value",
                file=CITY_TOML,
                column="city.fiscal_start_month",
                found=self.start_month,
                expected="1 to 12",
            )
            self.start_month = 7
        self.places = Gazetteer([])
        self.shapes: dict[str, dict[str, BaseGeometry]] = {}
        self.lookups: dict[str, dict[str, str]] = {}

    def run(self) -> Gathered:
        steps: list[tuple[str, Callable[[], None]]] = [(CITY_TOML, self._entries)]
        ready = [
            (f"tables.{name}" + (f"[{at + 1}]" if at else ""), name, one)
            for name, many in self.toml.tables.items()
            for at, one in enumerate(many)
            if name in TABLES and name not in MADE_BY_PUBLISHING
        ]
        ready.sort(key=lambda each: FIRST.index(each[1]) if each[1] in FIRST else len(FIRST))
        steps += [(one.file, partial(self._ready, key, name, one)) for key, name, one in ready if name in FIRST[:3]]
        steps.append(("neighborhoods", self._neighborhoods))
        steps += [(one.file, partial(self._ready, key, name, one)) for key, name, one in ready if name not in FIRST[:4]]
        steps += [(one.file, partial(self._lookup, name)) for name, one in self.toml.lookups.items()]
        steps += [
            (one.file, partial(self._extract, f"extracts[{at + 1}]", one)) for at, one in enumerate(self.toml.extracts)
        ]
        steps += [(one.file, partial(self._map_features, one)) for one in self.toml.map_features]
        for at, (what, step) in enumerate(steps):
            self.progress(f"Reading {what}", at, len(steps))
            try:
                step()
            except Refused as refused:
                if refused.problem not in self.report.problems:
                    self.report.problems.append(refused.problem)
        self.progress("Checking what hangs together", len(steps), len(steps))
        self._fiscal_years()
        self._joined()
        self._unplaced()
        self._references()
        plausible.look_at(self.frames, self.report, released_on=self.day)
        declarations.look_at(self.frames, self.report, fiscal_start_month=self.start_month)
        practice.look_at(self.frames, self.report, released_on=self.day, fiscal_start_month=self.start_month)
        benchmarks.look_at(self.frames, self.report)
        self.report.settle(self.toml.limits.rejected_rows)
        return Gathered(self.pack, _finished(self.frames, self.report), self.report, self._rules())

    # city.toml's own rows

    def _entries(self) -> None:
        city = {key: one for key, one in self.toml.city.items() if key not in LANGUAGE_KEYS}
        self._add("city", self._rows("city", [city]))
        self._translate("city", str(city.get("id", "")), self.toml.city)
        for table, entries in (("source", self.toml.sources), ("measure", self.toml.measures)):
            extra = {*EXTRA_KEYS.get(table, ()), *LANGUAGE_KEYS}
            rows = [
                {"id": name, **{_full(table, key): value for key, value in one.items() if key not in extra}}
                for name, one in entries.items()
            ]
            self._add(table, self._rows(table, rows))
            for name, one in entries.items():
                self._translate(table, name, one)

    def _rows(self, table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
        """Entries of city.toml as rows; those that city.toml's own check has refused are left out."""
        columns = described(TABLES[table])
        kept = []
        for row in rows:
            made = {
                name: value for name, value in row.items() if name in columns and _fits(value, columns[name]["type"])
            }
            if all(name in made for name, one in columns.items() if one["required"]):
                kept.append(
                    {
                        name: date.fromisoformat(value)
                        if columns[name]["type"] == "date" and isinstance(value, str)
                        else value
                        for name, value in made.items()
                    }
                )
        return typed(table, pd.DataFrame(kept)).assign(_file=CITY_TOML, _row=0)

    def _translate(self, table: str, row_id: str, entry: dict[str, Any]) -> None:
        rows = [
            {"table_name": table, "row_id": row_id, "column_name": column, "language": language, "text": text}
            for language in LANGUAGE_KEYS
            if isinstance(entry.get(language), dict)
            for column, text in entry[language].items()
        ]
        if rows:
            self._add("translation", typed("translation", pd.DataFrame(rows)).assign(_file=CITY_TOML, _row=0))

    def _add(self, table: str, frame: pd.DataFrame) -> None:
        if len(frame):
            self.frames.setdefault(table, []).append(frame)

    def _ids(self, table: str) -> list[str]:
        return [str(one) for frame in self.frames.get(table, []) for one in frame["id"]]

    # files

    def _open(self, spec: RawFile, columns: Iterable[str] | Callable[[list[str]], list[str]]) -> OpenTable:
        opened = open_table(
            self.sql,
            self.pack.find(spec.file),
            columns if callable(columns) else list(columns),
            sheet=spec.sheet,
            encoding=spec.encoding,
            delimiter=spec.delimiter,
            heading_row=spec.heading_row,
            scratch=self.scratch,
            file=spec.file,
        )
        for one in opened.problems:
            if one not in self.report.problems:
                self.report.problems.append(one)
        self.report.reject_rows(spec.file, opened.rejected)
        for row, _, found, code in opened.rejected[:25]:
            self.report.add(code, file=spec.file, row=row, found=found)
        return opened

    def _not_personal(self, key: str, spec: RawFile, headings: Iterable[str]) -> None:
        """Refuse to read columns that look personal."""
        personal = [one for one in headings if looks_personal(one) and one not in spec.not_personal]
        for one in personal:
            self.report.add("personal_column", file=spec.file, column=one, found=f"asked for in {key}")
        if personal:
            raise Refused(problem("personal_column", file=spec.file, column=personal[0], found=f"asked for in {key}"))

    def _is_refused(self, key: str) -> bool:
        """True where city.toml itself is wrong about this part, so that reading it would only add noise."""
        return any(
            one.level == "error"
            and one.file == CITY_TOML
            and (one.column == key or (one.column or "").startswith(f"{key}."))
            for one in self.pack.problems
        ) or any(
            one.level == "error"
            and one.file == CITY_TOML
            and (one.column or "").startswith(f"{key}[")
            and not key.endswith("]")
            for one in self.pack.problems
        )

    def _ready(self, key: str, table: str, spec: ReadyTable) -> None:
        if self._is_refused(key):
            return
        self._not_personal(key, spec, [one.column for one in spec.columns.values()])
        opened = self._open(spec, lambda headings: list(matched_columns(table, headings, spec.columns).values()))
        ours = matched_columns(table, opened.headings, spec.columns)
        worked_out = {name for name, one in described(TABLES[table]).items() if one["computed"]}
        for heading in opened.headings:
            if fold(heading).replace(" ", "_") in worked_out:
                self.report.add("computed_column", file=spec.file, row=spec.heading_row, column=heading)
            elif heading and heading not in ours.values():
                near = nearest_word(heading, [one for one in described(TABLES[table]) if one not in ours])
                self.report.add(
                    "unknown_column",
                    file=spec.file,
                    column=heading,
                    found=repr(heading),
                    expected=f"perhaps {near[0]!r}" if near else "",
                )
        count = self.report.count(spec.file, table, spec.source)
        constants: dict[str, object] = dict(spec.constants)
        if spec.source and "source_id" in described(TABLES[table]):
            constants.setdefault("source_id", spec.source)
        checked = check(
            self.sql,
            table,
            ready_rows(self.sql, table, opened, spec.columns, date_format=spec.date_format),
            file=spec.file,
            report=self.report,
            places=self.places if table != "neighborhood" else None,
            constants=constants,
            fiscal_start_month=self.start_month,
        )
        count.sha256, count.size_bytes, count.rows_read = opened.sha256, opened.size_bytes, opened.rows
        count.rows_rejected = len(checked.rejected) + len(opened.rejected)
        count.rows_used, count.rows_duplicate = len(checked.frame), opened.duplicates
        if "neighborhood_id" in checked.frame:
            count.rows_unplaced = int((checked.frame["neighborhood_id"] == UNPLACED).sum())
        self._add(table, checked.frame)

    def _lookup(self, name: str) -> None:
        spec = self.toml.lookups[name]
        opened = self._open(spec, list(dict.fromkeys((spec.key.column, spec.value.column))))
        self.lookups[name] = lookup_table(self.sql, opened, spec.key, spec.value, self.report)
        count = self.report.count(spec.file, f"lookup {name}")
        count.sha256, count.size_bytes = opened.sha256, opened.size_bytes
        count.rows_read = count.rows_used = opened.rows

    def _extract(self, key: str, spec: Extract) -> None:
        if self._is_refused(key):
            return
        self._not_personal(key, spec, spec.headings())
        if spec.neighborhood and spec.neighborhood.lookup and spec.neighborhood.lookup not in self.lookups:
            return  # the lookup's own file has a problem, which is in the report
        opened = self._open(spec, spec.headings())
        kinds = {
            str(one): str(kind)
            for frame in self.frames.get("measure", [])
            for one, kind in frame[["id", "kind"]].itertuples(index=False)
        }
        context = Context(
            self.report,
            self.places,
            str(self.toml.city.get("name", "")),
            kinds,
            self.lookups,
            self.start_month,
        )
        for table, frame in extract(self.sql, spec, opened, context, key=key).items():
            self._add(table, frame)

    def _map_features(self, spec: Any) -> None:
        path = self.pack.find(spec.file)
        numbers = [one.removeprefix(f"{spec.kind}-") for one in self._ids("map_feature")]
        taken = max((int(number) for number in numbers if number.isdecimal()), default=0)
        frame = boundaries.map_features(path, spec, file=spec.file, report=self.report, first=taken + 1)
        self._add("map_feature", typed("map_feature", frame).assign(_file=frame["_file"], _row=frame["_row"]))
        count = self.report.count(spec.file, "map_feature")
        count.sha256, count.size_bytes = _fingerprint(path)
        count.rows_read, count.rows_used = len(frame), len(frame)

    # places

    def _neighborhoods(self) -> None:
        """Places from a ready table, from outlines and from city.toml, with all their names."""
        places: dict[str, dict[str, Any]] = {}
        for frame in self.frames.pop("neighborhood", []):
            for row in frame.astype("object").where(frame.notna(), None).to_dict("records"):
                places[str(row["id"])] = {str(name): value for name, value in row.items()}
        hidden: list[tuple[str, str]] = []
        for level, spec in self.toml.boundaries.items():
            try:
                hidden += self._outlines(level, spec, places)
            except Refused as refused:
                self.report.problems.append(refused.problem)
        aliases: list[tuple[str, str]] = []
        for place, entry in self.toml.neighborhoods.items():
            known = {
                _full("neighborhood", key): value
                for key, value in entry.items()
                if key not in (*EXTRA_KEYS["neighborhood"], *LANGUAGE_KEYS)
            }
            if place not in places and "name" not in known and place not in (CITY, UNPLACED):
                near = nearest_word(place, places)
                self.report.add(
                    "unknown_reference",
                    file=CITY_TOML,
                    column=f"neighborhoods.{place}",
                    found=repr(place),
                    expected=f"perhaps {near[0]!r}" if near else "a known place, or a name for a new one",
                )
                continue
            places.setdefault(place, {"id": place, "kind": "neighborhood", "_file": CITY_TOML, "_row": 0}).update(known)
            names = entry.get("aliases", [])
            aliases += [(place, one) for one in names if isinstance(one, str)] if isinstance(names, list) else []
            self._translate("neighborhood", place, entry)
        if not any(one.get("kind", "neighborhood") == "neighborhood" for one in places.values()):
            self.report.add("no_places", file=CITY_TOML)
        places.setdefault(CITY, {"_file": CITY_TOML, "_row": 0})
        places[CITY] |= {
            "id": CITY,
            "kind": "city",
            "name": places[CITY].get("name") or self.toml.city.get("name", CITY),
        }
        if UNPLACED in places:
            places[UNPLACED] |= {"kind": "unplaced", "name": places[UNPLACED].get("name") or UNPLACED_NAME}
        self._name(places, aliases, hidden)
        frame = pd.DataFrame(list(places.values()))
        self._add("neighborhood", typed("neighborhood", frame).assign(_file=frame["_file"], _row=frame["_row"]))
        self._geometry()

    def _outlines(self, level: str, spec: Any, places: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
        path = self.pack.find(spec.file)
        read = boundaries.features(path, spec.file)
        outlines = boundaries.read_outlines(path, spec, file=spec.file, report=self.report, found=read)
        hidden: list[tuple[str, str]] = []
        by_name = {
            fold(str(one["name"])): place
            for place, one in places.items()
            if one.get("kind", "neighborhood") == level and one.get("name")
        }
        for place, entry in self.toml.neighborhoods.items():
            if entry.get("kind", places.get(place, {}).get("kind", "neighborhood")) == level:
                aliases = entry.get("aliases", [])
                for name in (entry.get("name"), *(aliases if isinstance(aliases, list) else ())):
                    if isinstance(name, str):
                        by_name.setdefault(fold(name), place)
        seen: dict[str, boundaries.Outline] = {}
        shapes: dict[str, BaseGeometry] = {}
        for one in outlines:
            folded = fold(one.name)
            if folded in seen:
                same = seen[folded].name == one.name
                self.report.add(
                    "repeated_key" if same else "two_spellings",
                    file=spec.file,
                    row=one.row,
                    column=spec.name,
                    found=f"{one.name!r} and {seen[folded].name!r} (row {seen[folded].row})",
                    fix="Say dissolve = true to merge outlines of one name." if same else "",
                )
                self.report.reject(spec.file, one.row, spec.name, one.name, "repeated_key" if same else "two_spellings")
                continue
            seen[folded] = one
            place = one.code or by_name.get(folded) or slug(one.name)
            if (
                place in shapes
                or place in (CITY, UNPLACED, "")
                or (place in places and places[place].get("kind", "neighborhood") != level)
            ):
                self.report.add(
                    "repeated_key",
                    file=spec.file,
                    row=one.row,
                    column=spec.id or spec.name,
                    found=f"code {place!r} for {one.name!r} is taken",
                    fix="Give each place its own code; a `name_pattern` keeps districts apart from neighborhoods.",
                )
                continue
            shapes[place] = one.shape
            places.setdefault(
                place, {"id": place, "kind": level, "name": one.name, "_file": spec.file, "_row": one.row}
            )
            hidden.append((place, one.raw_name))
        self.shapes[level] = shapes
        count = self.report.count(spec.file, "neighborhood" if level == "neighborhood" else "district")
        count.sha256, count.size_bytes = _fingerprint(path)
        count.rows_read = len(read)
        count.rows_skipped = sum((one.get("properties") or {}).get(spec.name) in spec.leave_out for one in read)
        refused = self.report.rejects_frame()
        count.rows_rejected = int((refused["file"] == spec.file).sum())
        count.rows_used = count.rows_read - count.rows_rejected - count.rows_skipped
        return hidden

    def _name(
        self, places: dict[str, dict[str, Any]], aliases: list[tuple[str, str]], hidden: list[tuple[str, str]]
    ) -> None:
        named = [
            (place, str(one.get("name") or place), str(one.get("kind") or "neighborhood"))
            for place, one in places.items()
            if place not in (CITY, UNPLACED)
        ]
        same = self.toml.names.same
        self.places = Gazetteer(named, hidden, same)
        for name, many in self.toml.tables.items():
            for at, spec in enumerate(many if name == "neighborhood_alias" else []):
                try:
                    self._ready(f"tables.{name}" + (f"[{at + 1}]" if at else ""), name, spec)
                except Refused as refused:
                    self.report.problems.append(refused.problem)
        declared = [
            (str(place), str(alias))
            for frame in self.frames.get("neighborhood_alias", [])
            for place, alias in frame[["neighborhood_id", "alias"]].itertuples(index=False)
        ]
        if aliases:
            frame = pd.DataFrame(list(dict.fromkeys(aliases)), columns=["neighborhood_id", "alias"])
            self._add("neighborhood_alias", typed("neighborhood_alias", frame).assign(_file=CITY_TOML, _row=0))
        self.places = Gazetteer(named, [*hidden, *declared, *aliases], same)
        for clash in self.places.clashes:
            self.report.add(
                "two_spellings",
                file=CITY_TOML,
                column="neighborhoods",
                found=f"{clash.name!r} means {clash.first} and {clash.second}",
                expected="one place",
            )

    def _geometry(self) -> None:
        [frame] = self.frames["neighborhood"]
        for shapes in self.shapes.values():
            if not shapes:
                continue
            made = boundaries.neighborhood_columns(list(shapes.values())).assign(id=list(shapes)).set_index("id")
            mine = frame["id"].isin(made.index)
            for name in made.columns:
                frame.loc[mine, name] = frame.loc[mine, "id"].map(made[name])
        both = [self.shapes.get(level, {}) for level in ("neighborhood", "district")]
        if all(both):
            self._add("neighborhood_overlap", boundaries.overlaps(*both).assign(_file=CITY_TOML, _row=0))

    # what hangs together

    def _fiscal_years(self) -> None:
        """A row for every fiscal year of a budget line: what the pack says of it, the rest from the calendar."""
        known = set(self._ids("fiscal_year"))
        wanted = {str(one) for frame in self.frames.get("budget_line", []) for one in frame["fiscal_year"].dropna()}
        rows = []
        for code in sorted({*wanted, *self.toml.fiscal_years} - known):
            try:
                year = periods.parse(code, fiscal_start_month=self.start_month)
            except periods.UnknownPeriod:
                year = None
            if year is None or year.kind != "fiscal":
                self.report.add(
                    "not_a_period",
                    file=CITY_TOML,
                    column="fiscal_years",
                    found=repr(code),
                    expected="FY2024",
                    level="error",
                )
                continue
            status = "complete" if year.is_over(self.day) else ("planned" if year.start > self.day else "in_progress")
            said = {key: one for key, one in self.toml.fiscal_years.get(code, {}).items() if key not in LANGUAGE_KEYS}
            rows.append({"id": code, "starts_on": year.start, "ends_on": year.end, "status": status, **said})
            self._translate("fiscal_year", code, self.toml.fiscal_years.get(code, {}))
        self._add("fiscal_year", self._rows("fiscal_year", rows))

    def _joined(self) -> None:
        """One frame a table; the same key from two files is an error, but a place without a row yields to one with."""
        for table, parts in self.frames.items():
            if len(parts) == 1 and table not in ("budget_line", "budget_share"):
                continue  # within one file this is known already
            frame = pd.concat(parts, ignore_index=True)
            keys = [name for name, one in described(TABLES[table]).items() if one["key"] and name in frame]
            made_up = frame["_row"].fillna(0).astype(int) == 0
            if table in ("observation", "complaint_summary") and made_up.any():
                frame = frame.assign(_made=made_up).sort_values("_made", kind="stable")
                frame = frame[~(frame["_made"] & frame.duplicated(keys, keep="first"))].sort_index()
                frame = frame.drop(columns="_made")
            again = frame.duplicated(keys, keep="first")
            twice = frame[frame.duplicated(keys, keep=False)] if again.any() else frame.iloc[:0]
            for at, (key, group) in enumerate(twice.groupby(keys, sort=False)):
                if at == 25:
                    break
                where = [f"{file} row {row}" for file, row in group[["_file", "_row"]].itertuples(index=False)]
                self.report.add(
                    "repeated_key",
                    file=str(group["_file"].iloc[-1]),
                    column=", ".join(keys),
                    found=f"{', '.join(map(str, key))} in {table}: {', '.join(where)}",
                    expected="one row",
                )
            self.frames[table] = [frame[~again]]

    def _unplaced(self) -> None:
        used = any(
            (frame["neighborhood_id"] == UNPLACED).any()
            for frames in self.frames.values()
            for frame in frames
            if "neighborhood_id" in frame
        )
        if used and UNPLACED not in self._ids("neighborhood"):
            row = {"id": UNPLACED, "name": UNPLACED_NAME, "kind": "unplaced"}
            [frame] = self.frames["neighborhood"]
            made = typed("neighborhood", pd.DataFrame([row])).assign(_file=CITY_TOML, _row=0)
            # Columns that are empty here take their type from the others.
            self.frames["neighborhood"] = [
                pd.concat([frame, made.astype(frame.dtypes[made.columns])], ignore_index=True)
            ]

    def _references(self) -> None:
        places = self._ids("neighborhood")
        for place in self.toml.limits.not_visitor_areas:
            if place not in places:
                near = nearest_word(place, places)
                self.report.add(
                    "unknown_reference",
                    file=CITY_TOML,
                    column="limits.not_visitor_areas",
                    found=repr(place),
                    expected=f"the code of a neighborhood{f', perhaps {near[0]!r}' if near else ''}",
                )
        known: dict[str, set[object]] = {}
        for table, frames in self.frames.items():
            for name, one in described(TABLES[table]).items():
                if not one["ref"]:
                    continue
                target, column = one["ref"].split(".")
                if one["ref"] not in known:
                    known[one["ref"]] = {value for frame in self.frames.get(target, []) for value in frame[column]}
                    # What city.toml declares and its own check refused is in the report already.
                    known[one["ref"]].update(
                        {"source": self.toml.sources, "measure": self.toml.measures}.get(target, ())
                    )
                there = known[one["ref"]]
                for frame in frames:
                    wrong = [value for value in frame[name].dropna().unique() if value not in there]
                    if not wrong:
                        continue
                    missing = frame[frame[name].isin(wrong)]
                    for at, (value, group) in enumerate(missing.groupby(name, sort=False)):
                        if at == 25:
                            break
                        written = group[group["_row"].fillna(0) > 0]  # not rows made for absent places
                        group = written if len(written) else group
                        row = int(group["_row"].fillna(0).iloc[0])
                        near = nearest_word(str(value), [str(each) for each in there])
                        self.report.add(
                            "unknown_reference",
                            file=str(group["_file"].iloc[0]),
                            row=row or None,
                            column=name,
                            found=f"{value!r} in {table}{f', in {len(group):,} rows' if len(group) > 1 else ''}",
                            expected=f"a row of {target}{f', perhaps {near[0]!r}' if near else ''}",
                        )

    def _rules(self) -> dict[str, MeasureRule]:
        incomplete: dict[str, dict[str, str | None]] = {}
        for spec in self.toml.extracts:
            measures = (
                {spec.measure, *(value.measure for value in spec.values)} if spec.into == "observation" else set()
            )
            for measure in measures:
                if measure:
                    incomplete.setdefault(measure, {}).update(spec.incomplete)
        rules = {}
        for measure in self._ids("measure"):
            entry = self.toml.measures.get(measure, {})
            rules[measure] = MeasureRule(
                measure,
                str(entry.get("population_year", "same")),
                entry.get("provisional_from"),
                incomplete.get(measure, {}),
                self.toml.limits.population_window_years,
                entry.get("crime"),
            )
        return rules


def _full(table: str, key: str) -> str:
    return "source_id" if key == "source" and "source_id" in described(TABLES[table]) else key


def _fits(value: object, kind: str) -> bool:
    if kind == "date":
        try:
            return isinstance(value, date) or bool(date.fromisoformat(str(value)))
        except ValueError:
            return False
    wanted: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool}
    return isinstance(value, wanted[kind])


def _fingerprint(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
