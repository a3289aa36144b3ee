"""Raw extracts: a city's file, as it is, counted or added up into one of our tables by a mapping of city.toml.

Everything runs inside DuckDB on the columns that the mapping names; only sums, refused rows and lists of different
places and periods come out. Nothing of a pack is ever put into SQL but as a quoted literal.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pandas as pd

from data import periods
from data.models import CITY, TABLES, UNPLACED, described
from data.publish.files import OpenTable, check_format, day_sql, literal
from data.publish.names import Gazetteer, looks_like_a_total, slug
from data.publish.pack import FIGURE_TABLES, Column, Extract, PeriodColumn, Where
from data.publish.problems import FileCount, Refused, Report
from data.publish.ready import Rows, check, explain, mapped, typed

NO_ROW = "no_row_in_source"
"""Reason of a figure whose place has no row in the file."""
BLANK_CELL = "blank_in_source"
"""Reason of a figure whose cell is empty in the file."""

LISTED_AT_MOST = 1_000_000
"""Refused rows of one file and one reason that are listed; a file that is wrong throughout needs no longer list."""


@dataclass
class Context:
    """What a mapping needs to know of the rest of the pack."""

    report: Report
    places: Gazetteer
    city: str
    measure_kinds: Mapping[str, str]
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fiscal_start_month: int = 7


Frames = dict[str, pd.DataFrame]


def extract(
    connection: duckdb.DuckDBPyConnection, spec: Extract, opened: OpenTable, context: Context, *, key: str
) -> Frames:
    """Read one mapping. Returns frames by table, typed as the models, with `_file` and `_row`.

    key: where the mapping stands in city.toml, for problems. Raises Refused where the mapping cannot be carried out.
    """
    return _Mapping(connection, spec, opened, context, key).run()


def fiscal_year(text: str) -> str | None:
    """'2024', 'FY24' -> 'FY2024'; 'FY21-22', '2021-2022' -> 'FY2022': named after the year it ends in."""
    found = re.fullmatch(r"(?:FY|fy)?\s*(\d{4}|\d{2})(?:\.0)?(?:\s*[-/–]\s*(\d{4}|\d{2}))?", text.strip())
    if not found:
        return None
    first, last = (int(part) % 100 if part else None for part in found.groups())
    if last is None:
        year = int(found[1]) if len(found[1]) == 4 else 2000 + int(found[1])
        return f"FY{year}"
    if first is None or (first + 1) % 100 != last:
        return None
    century = int(found[1][:2]) if len(found[1]) == 4 else 20
    return f"FY{century + (1 if last == 0 else 0):02d}{last:02d}"


class _Mapping:
    """One mapping at work. `views` follow each other: kept rows, staged rows, long rows, counted rows."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, spec: Extract, opened: OpenTable, context: Context, key: str
    ) -> None:
        self.sql = connection
        self.spec, self.file, self.context, self.key = spec, opened, context, key
        self.report = context.report
        self.name = opened.name
        self.columns = {name: one for name, one in described(TABLES[spec.into]).items() if not one["computed"]}
        self.joins: list[str] = []
        self.rejected: set[int] = set()
        self.skipped = 0
        self.bad_period: tuple[str, str, str] | None = None
        self.day = "NULL"
        measures = [name for name in (spec.measure, *(value.measure for value in spec.values)) if name]
        self.into = ", ".join(dict.fromkeys(measures)) if spec.into == "observation" and measures else spec.into
        self.count: FileCount = self.report.count(opened.file, self.into, spec.source)

    # helpers

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.sql.execute(query).fetchall()]

    def number(self, query: str) -> int:
        [(found,)] = self.rows(query)
        return int(str(found or 0))

    def cell(self, heading: str) -> str:
        cell = f"r.{self.file.cell(heading)}"
        if not self.spec.missing:
            return cell
        words = ", ".join(literal(word.strip()) for word in self.spec.missing)
        return f"(CASE WHEN coalesce(clean({cell}), '') NOT IN ({words}) THEN {cell} END)"

    def refuse(self, query: str, label: str, code: str, expected: str = "", level: str | None = None) -> None:
        """Refuse the rows that a query gives as (row, raw)."""
        frame = self.sql.execute(f"SELECT * FROM ({query}) LIMIT {LISTED_AT_MOST}").df()
        if frame.empty:
            return
        frame.columns = pd.Index(["_row", "raw"])
        self.report.reject_rows(
            self.file.file,
            [
                (int(row), label, "" if raw is None or raw != raw else raw, code)
                for row, raw in frame.itertuples(index=False)
            ],
        )
        explain(self.report, code, self.file.file, label, frame, expected, self.context.places, level)
        self.rejected |= set(frame["_row"].astype(int))

    def run(self) -> Frames:
        for format_key, format in self._formats():
            if wrong := check_format(self.sql, format, key=f"{self.key}.{format_key}"):
                raise Refused(wrong)
        self._keep()
        self._stage()
        frames = self._figures() if self.spec.into in FIGURE_TABLES else self._as_they_are()
        count = self.count
        count.sha256, count.size_bytes, count.rows_read = self.file.sha256, self.file.size_bytes, self.file.rows
        count.rows_rejected = len(self.rejected) + len(self.file.rejected)
        count.rows_skipped = self.skipped
        count.rows_used = max(0, count.rows_read - count.rows_rejected - count.rows_skipped)
        count.rows_duplicate = self.file.duplicates
        if not count.rows_used:
            self.report.add("no_rows_left", file=self.file.file, found=f"{count.rows_read:,} rows read, none used")
        return frames

    def _formats(self) -> list[tuple[str, str | None]]:
        spec = self.spec
        found = [("date.format", spec.date.format)] if spec.date else []
        found += [(f"columns.{name}.format", one.format) for name, one in spec.columns.items()]
        found += [(f"where[{at + 1}].format", one.format) for at, one in enumerate(spec.where)]
        found += [("period.format", when.format) for when in (spec.period, spec.fiscal_year) if when]
        return found

    # kept rows: `where` and copies

    def _keep(self) -> None:
        condition = " AND ".join(f"coalesce({self._where(one)}, FALSE)" for one in self.spec.where) or "TRUE"
        once = ""
        if self.spec.duplicates == "drop":
            once = "QUALIFY row_number() OVER (PARTITION BY r.copy ORDER BY r.row) = 1"
        self.sql.execute(f"CREATE VIEW {self.name}_kept AS SELECT r.* FROM {self.name} AS r WHERE {condition} {once}")
        kept = self.number(f"SELECT count(*) FROM {self.name}_kept")
        self.skipped += self.file.rows - len(self.file.rejected) - kept
        if self.file.duplicates and self.spec.duplicates in (None, "refuse"):
            self.report.add(
                "copied_rows",
                file=self.file.file,
                found=f"{self.file.duplicates:,} of {self.file.rows:,} rows",
                level="error" if self.spec.duplicates == "refuse" else "warning",
            )

    def _where(self, one: Where) -> str:
        cell = f"clean({self.cell(one.column)})"
        parts = []
        if one.blank is not None:
            parts.append(f"({cell} IS NULL) = {one.blank}")
        for words, word in ((one.in_, "IN"), (one.not_in, "NOT IN")):
            if words is not None:
                parts.append(
                    f"coalesce({cell}, '') {word} ({', '.join(literal(str(each)) for each in words) or 'NULL'})"
                )
        if one.equals is not None:
            parts.append(f"{cell} = {literal(str(one.equals))}")
        if one.not_equals is not None:
            parts.append(f"coalesce({cell}, '') <> {literal(str(one.not_equals))}")
        for limit, sign in ((one.from_, ">="), (one.to, "<=")):
            if isinstance(limit, int | float):
                parts.append(f"number_of({self.cell(one.column)}) {sign} {limit!r}")
            elif limit is not None:
                day = day_sql(self.cell(one.column), one.format or self._date_format(one.column))
                parts.append(f"{day} {sign} TRY_CAST({literal(str(limit))} AS DATE)")
        return " AND ".join(parts) or "TRUE"

    def _date_format(self, heading: str) -> str | None:
        spec = self.spec
        if spec.date and spec.date.column == heading:
            return spec.date.format
        return next((one.format for one in spec.columns.values() if one.column == heading), None)

    # staged rows: place, period, and our columns

    def _stage(self) -> None:
        """View `_staged`: row, place (NULL where blank), fate (NULL, skip), and one text column for each of ours."""
        spec, kept = self.spec, f"{self.name}_kept"
        select = ["r.row AS row"]
        place, fate = self._place(kept)
        select += [f"{place} AS place", f"{fate} AS fate"]
        self.keys: dict[str, str] = {}
        if "period" in self.columns or "fiscal_year" in self.columns:
            target = "fiscal_year" if "fiscal_year" in self.columns else "period"
            when = self._when(kept, target)
            if when:
                select.append(f"{when} AS k_{target}")
                self.keys[target] = f"k_{target}"
        if spec.measure_from:
            select.append(f"{self._column(kept, spec.measure_from, 'measure')} AS k_measure_id")
            self.keys["measure_id"] = "k_measure_id"
        for name, one in spec.columns.items():
            ours = name.removesuffix("_usd") + "_cents" if name.endswith("_usd") else name
            cell = self._column(kept, one, name)
            if name.endswith("_usd"):
                cell = f"coalesce(CAST(cents_of({cell}) AS VARCHAR), given({cell}))"
            elif one.format:
                cell = f"coalesce(CAST({day_sql(cell, one.format)} AS VARCHAR), {cell})"
            select.append(f"{cell} AS k_{ours}")
            self.keys[ours] = f"k_{ours}"
        headings = dict.fromkeys(
            name for value in spec.values for name in (value.column, value.n, value.n_effective) if name
        )
        headings |= dict.fromkeys([spec.sum] if spec.sum else [])
        headings |= dict.fromkeys(spec.count.distinct if spec.count else [])
        self.amounts = {heading: f"a{at}" for at, heading in enumerate(headings)}
        select += [f"{self.cell(heading)} AS {alias}" for heading, alias in self.amounts.items()]
        if spec.share:
            select.append(f"clean({self.cell(spec.share.column)}) AS share_text")
        for name, one_count in spec.counts.items():
            rule = " AND ".join(f"coalesce({self._where(one)}, FALSE)" for one in one_count.where) or "TRUE"
            select.append(f"({rule}) AS is_{name}")
        if self.bad_period:
            _, code, raw = self.bad_period
            select += [f"{code} AS bad", f"CASE WHEN ({code}) IS NOT NULL THEN {raw} END AS bad_raw"]
        # The day is worked out below the rest, once a row.
        self.sql.execute(
            f"CREATE TABLE {self.name}_all AS SELECT {', '.join(select)} "
            f"FROM (SELECT r.*, {self.day} AS day FROM {kept} AS r) AS r {' '.join(self.joins)}"
        )
        self._refuse_bad_periods()
        gone = ""
        if self.rejected:
            self.sql.register(f"{self.name}_gone", pd.DataFrame({"row": sorted(self.rejected)}))
            gone = f"AND row NOT IN (SELECT row FROM {self.name}_gone)"
        self.skipped += self.number(f"SELECT count(*) FROM {self.name}_all WHERE fate = 'skip' {gone}")
        self.sql.execute(f"CREATE VIEW {self.name}_staged AS SELECT * FROM {self.name}_all WHERE fate IS NULL {gone}")

    def _column(self, kept: str, one: Column, name: str) -> str:
        if one.plain:
            return f"clean({self.cell(one.column)})"
        alias = f"m{len(self.joins)}"
        cell = self.cell(one.column)
        mapped(self.sql, f"{kept} AS r", f"clean({cell})", f"{self.name}_{alias}", one.text)
        self.joins.append(f"LEFT JOIN {self.name}_{alias} AS {alias} ON {alias}.raw = coalesce(clean({cell}), '')")
        return f"{alias}.new"

    def _place(self, kept: str) -> tuple[str, str]:
        """SQL of the place and of a row's fate; rows whose place is not known or is a total are dealt with here."""
        spec = self.spec.neighborhood
        if spec is None:
            return literal(CITY), "NULL"
        cell = self.cell(spec.column)
        known = self.rows(f"SELECT coalesce(given({cell}), '') AS raw, count(*) FROM {kept} AS r GROUP BY raw")
        pairs: list[tuple[str, str | None, str | None]] = []
        refused: dict[str, list[str]] = {"unknown_neighborhood": [], "total_row": []}
        for raw, times in known:
            place, fate = self._verdict(str(raw))
            if fate in refused:
                refused[fate].append(str(raw))
                fate = "refused"
            if place == UNPLACED or (place is None and fate is None and spec.blank == "unplaced"):
                self.count.rows_unplaced += int(str(times))
            pairs.append((str(raw), place, fate))
        frame = pd.DataFrame(pairs, columns=["raw", "place", "fate"]).astype("object")
        self.sql.register("pairs", frame.where(frame.notna(), None))
        self.sql.execute(
            f"CREATE TABLE {self.name}_places AS SELECT CAST(raw AS VARCHAR) AS raw, CAST(place AS VARCHAR) AS place, "
            f"CAST(fate AS VARCHAR) AS fate FROM pairs"
        )
        self.sql.unregister("pairs")
        self.joins.append(f"LEFT JOIN {self.name}_places AS p ON p.raw = coalesce(given({cell}), '')")
        for code, raws in refused.items():
            if raws:
                words = ", ".join(map(literal, raws))
                query = f"SELECT row, given({cell}) FROM {kept} AS r WHERE coalesce(given({cell}), '') IN ({words})"
                self.refuse(f"{query} ORDER BY row", spec.column, code, "", spec.level)
        return "p.place", "p.fate"

    def _verdict(self, raw: str) -> tuple[str | None, str | None]:
        """The place that a cell means (None where blank) and the fate of its rows: None, skip, or a problem's code."""
        spec, places = self.spec.neighborhood, self.context.places
        assert spec is not None
        totals = {places.key(name): fate for name, fate in spec.totals.items()}
        if not raw:
            return {"city": (CITY, None), "skip": (None, "skip")}.get(spec.blank, (None, None))
        name: str | None = Column(column=spec.column, case=spec.case, pad=spec.pad, slug=spec.slug, map=spec.map).text(
            raw
        )
        if places.key(raw) in totals:
            return (CITY, None) if totals[places.key(raw)] == "city" else (None, "skip")
        if spec.lookup:
            name = self.context.lookups.get(spec.lookup, {}).get(name or "")
        place = places.find(name, spec.level) if name else None
        if place:
            return place, None
        if looks_like_a_total(raw, self.context.city):
            return None, "total_row"
        return {"unplaced": (UNPLACED, None), "skip": (None, "skip")}.get(spec.unknown, (None, "unknown_neighborhood"))

    def _when(self, kept: str, target: str) -> str | None:
        spec = self.spec
        if spec.date and (spec.by or target == "fiscal_year"):
            cell = self.cell(spec.date.column)
            self.day = day_sql(cell, spec.date.format)
            two = "FALSE" if spec.date.format else f"coalesce(two_readings({cell}), FALSE)"
            self.bad_period = (
                spec.date.column,
                f"CASE WHEN r.day IS NOT NULL THEN NULL WHEN clean({cell}) IS NULL THEN 'missing_value' "
                f"WHEN {two} THEN 'ambiguous_date' ELSE 'not_a_date' END",
                f"clean({cell})",
            )
            year = "CAST(year(r.day) AS VARCHAR)"
            if target == "fiscal_year":
                month = self.context.fiscal_start_month
                later = f"CASE WHEN month(r.day) >= {month} THEN 1 ELSE 0 END" if month > 1 else "0"
                return f"'FY' || CAST(year(r.day) + {later} AS VARCHAR)"
            return {
                "year": f"lpad({year}, 4, '0')",
                "quarter": f"lpad({year}, 4, '0') || '-Q' || CAST(quarter(r.day) AS VARCHAR)",
                "month": "left(CAST(r.day AS VARCHAR), 7)",
            }[spec.by or "year"]
        column = spec.fiscal_year if target == "fiscal_year" and spec.fiscal_year else spec.period
        if column is None:
            return None
        if column.start and column.end:
            first, last = (day_sql(self.cell(one), column.format) for one in (column.start, column.end))
            self.bad_period = (
                column.start,
                f"CASE WHEN {first} IS NULL OR {last} IS NULL OR {first} > {last} THEN 'not_a_date' END",
                f"clean({self.cell(column.start)})",
            )
            return f"CAST({first} AS VARCHAR) || '..' || CAST({last} AS VARCHAR)"
        assert column.column is not None
        cell = self.cell(column.column)
        mapped(
            self.sql,
            f"{kept} AS r",
            f"clean({cell})",
            f"{self.name}_when",
            lambda raw: self._code(raw, column, target),
        )
        self.joins.append(f"LEFT JOIN {self.name}_when AS t ON t.raw = coalesce(clean({cell}), '')")
        self.bad_period = (
            column.column,
            f"CASE WHEN t.new IS NOT NULL THEN NULL WHEN clean({cell}) IS NULL THEN 'missing_value' "
            f"ELSE 'not_a_period' END",
            f"clean({cell})",
        )
        return "t.new"

    def _code(self, raw: str | None, column: PeriodColumn, target: str) -> str | None:
        if not raw:
            return None
        text = column.map.get(raw, raw).strip()
        text = text[:-2] if re.fullmatch(r"\d{4}\.0", text) else text
        if target == "fiscal_year":
            return fiscal_year(text)
        try:
            return periods.parse(text, fiscal_start_month=self.context.fiscal_start_month).code
        except periods.UnknownPeriod:
            return None

    def _refuse_bad_periods(self) -> None:
        if self.bad_period is None:
            return
        for code in ("missing_value", "ambiguous_date", "not_a_date", "not_a_period"):
            self.refuse(
                f"SELECT row, bad_raw FROM {self.name}_all WHERE bad = {literal(code)} AND fate IS NULL ORDER BY row",
                self.bad_period[0],
                code,
            )

    # rows as they are: programs, partners, ...

    def _as_they_are(self) -> Frames:
        spec = self.spec
        cells = dict(self.keys)
        if "neighborhood_id" in self.columns and spec.neighborhood:
            self._blank_places(f"{self.name}_staged", "row")
            cells["neighborhood_id"] = "place"
        relation = f"{self.name}_staged"
        if spec.distinct:
            listed = ", ".join(cells.values())
            keys = [cells[name] for name, one in self.columns.items() if one["key"] and name in cells]
            self.sql.execute(
                f"CREATE TABLE {self.name}_once AS SELECT {listed}, min(row) AS row FROM {relation} GROUP BY ALL"
            )
            relation = f"{self.name}_once"
            if keys:
                by = ", ".join(keys)
                for *key, row in self.rows(
                    f"SELECT {by}, min(row) FROM {relation} GROUP BY {by} HAVING count(*) > 1 ORDER BY ALL LIMIT 25"
                ):
                    self.report.add(
                        "conflicting_rows",
                        file=self.file.file,
                        row=int(str(row)),
                        column=", ".join(name for name in cells if cells[name] in keys),
                        found=", ".join(map(str, key)),
                    )
                self.sql.execute(
                    f"CREATE VIEW {relation}_first AS SELECT * FROM {relation} "
                    f"QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY row) = 1"
                )
                relation = f"{relation}_first"
        checked = check(
            self.sql,
            spec.into,
            Rows(relation, "row", cells, self._labels()),
            file=self.file.file,
            report=self.report,
            constants=self._constants(),
            fiscal_start_month=self.context.fiscal_start_month,
            places=None if spec.neighborhood else self.context.places,
        )
        self.rejected |= checked.rejected
        return {spec.into: checked.frame}

    def _labels(self) -> dict[str, str]:
        spec = self.spec
        labels = {name.removesuffix("_usd") + "_cents" if name.endswith("_usd") else name: one.column
                  for name, one in spec.columns.items()}  # fmt: skip
        if spec.neighborhood:
            labels["neighborhood_id"] = spec.neighborhood.column
        if spec.measure_from:
            labels["measure_id"] = spec.measure_from.column
        return labels

    def _constants(self) -> dict[str, object]:
        fixed: dict[str, object] = {}
        for name, value in self.spec.constants.items():
            if name.endswith("_usd"):
                fixed[name.removesuffix("_usd") + "_cents"] = round(float(str(value)) * 100)
            elif self.columns.get(name, {}).get("type") == "date" and isinstance(value, str):
                fixed[name] = date.fromisoformat(value)
            else:
                fixed[name] = value
        if "source_id" in self.columns and self.spec.source:
            fixed.setdefault("source_id", self.spec.source)
        return fixed

    def _blank_places(self, relation: str, row: str) -> None:
        """Refuse rows without a place where the mapping says so, or does not say what else."""
        spec = self.spec.neighborhood
        if spec and spec.blank == "reject":
            self.refuse(
                f"SELECT {row}, NULL FROM {relation} WHERE place IS NULL ORDER BY 1", spec.column, "missing_value",
                'a place; blank = "unplaced" counts such rows without one',
            )  # fmt: skip

    # figures: counted, added up, or one a cell

    def _figures(self) -> Frames:
        spec = self.spec
        long = self._long()
        keys = self._key_columns(long)
        amount, way = self._amount()
        counted = f"{self.name}_counted"
        by = ", ".join(keys.values())
        extras = [name for name in self.keys if name not in keys]
        first = "".join(f", arg_min({self.keys[name]}, row) AS {self.keys[name]}" for name in extras)
        first += "".join(
            f", arg_min({name}, row) AS {name}" for name in ("n", "n_effective") if spec.into == "observation"
        )
        self.sql.execute(
            f"CREATE TABLE {counted} AS SELECT {by}, {amount} AS amount, count(*) AS times, min(row) AS row, "
            f"bool_or(blank) AS blank{first} FROM {long} GROUP BY {by}"
        )
        if way == "one" and spec.combine != "sum":
            self._refuse_repeats(long, counted, keys)
        return self._checked(counted, keys, extras)

    def _long(self) -> str:
        """View with a row for each figure in the file: keys, `amount` (number or NULL), `blank`."""
        spec, staged = self.spec, f"{self.name}_staged"
        if spec.count and spec.count.distinct:
            staged = self._collapsed(staged)
        self._blank_places(staged, "row")
        place = f"coalesce(place, {literal(UNPLACED)}) AS place"
        where = "WHERE place IS NOT NULL" if spec.neighborhood and spec.neighborhood.blank == "reject" else ""
        own = "".join(f", {alias}" for alias in dict.fromkeys(self.keys.values()))
        share = ", share_text" if spec.share else ""
        long = f"{self.name}_long"
        parts = []
        if spec.values:
            for value in spec.values:
                fixed = {
                    "measure_id": value.measure, "phase": value.phase, "year": value.year, "period": value.period,
                    "group_name": value.group,
                }  # fmt: skip
                more = "".join(
                    f", {literal(str(word)) if word is not None else 'NULL'} AS v_{name}"
                    for name, word in fixed.items()
                    if any(self._value_word(name, each) is not None for each in spec.values)
                )
                number = f"{self._parse(value.column, value.round)} AS amount"
                cell = self.amounts[value.column]
                for name, heading in (("n", value.n), ("n_effective", value.n_effective)):
                    more += f", {self.amounts[heading] if heading else 'NULL'} AS {name}"
                blank = f"given({cell}) IS NULL"
                condition = self._cells(staged, value.column, value.blank, value.measure, where, value.round)
                parts.append(
                    f"SELECT row, {place}{own}{share}{more}, {number}, {blank} AS blank FROM {staged} "
                    f"{where or 'WHERE TRUE'} AND {condition}"
                )
        elif spec.sum:
            condition = self._cells(staged, spec.sum, None, spec.measure, where)
            number = f"{self._parse(spec.sum)} AS amount"
            parts.append(
                f"SELECT row, {place}{own}{share}, NULL AS n, NULL AS n_effective, {number}, FALSE AS blank "
                f"FROM {staged} {where or 'WHERE TRUE'} AND {condition}"
            )
        else:
            flags = "".join(f", is_{name}" for name in spec.counts)
            parts.append(
                f"SELECT row, {place}{own}{share}{flags}, NULL AS n, NULL AS n_effective, 1 AS amount, FALSE AS blank "
                f"FROM {staged} {where}"
            )
        self.sql.execute(f"CREATE VIEW {long} AS {' UNION ALL '.join(parts)}")
        return long

    @staticmethod
    def _value_word(name: str, value: object) -> object:
        attribute = {"measure_id": "measure", "group_name": "group"}.get(name, name)
        return getattr(value, attribute)

    def _parse(self, heading: str, rounded: bool = False) -> str:
        cell = self.amounts[heading]
        if rounded and self.spec.into != "budget_line":
            return f"CAST(round(number_of({cell})) AS BIGINT)"
        if self.spec.into == "budget_line":
            return f"whole_of({cell})" if self.spec.money == "cents" else f"cents_of({cell})"
        if self.spec.into in ("population", "complaint_summary"):
            return f"whole_of({cell})"
        return f"number_of({cell})"

    def _cells(
        self, staged: str, heading: str, blank: str | None, measure: str | None, where: str, rounded: bool = False
    ) -> str:
        """Refuse cells that hold no fitting number; returns the condition for those that are taken."""
        cell, number = self.amounts[heading], self._parse(heading, rounded)
        into = self.spec.into
        alive = where or "WHERE TRUE"
        expected = {
            "budget_line": "an exact amount, at most two decimals of a dollar", "population": "a whole number",
        }.get(into, "a number")  # fmt: skip
        self.refuse(
            f"SELECT row, clean({cell}) FROM {staged} {alive} AND given({cell}) IS NOT NULL AND {number} IS NULL "
            "ORDER BY row",
            heading, "not_a_number", expected,
        )  # fmt: skip
        condition = f"(given({cell}) IS NULL OR {number} IS NOT NULL)"
        kind = self.context.measure_kinds.get(measure or "", "count")
        if into in ("population", "complaint_summary") or (into == "observation" and kind in ("rate", "count")):
            self.refuse(
                f"SELECT row, clean({cell}) FROM {staged} {alive} AND {number} < 0 ORDER BY row",
                heading,
                "negative_count",
            )
            condition += f" AND coalesce({number} >= 0, TRUE)"
        # As a figure of its own an empty cell is not reported; in a sum it would pass for zero.
        policy = blank or ("not_reported" if into == "observation" and not self.spec.sum else "reject")
        if policy == "reject":
            self.refuse(
                f"SELECT row, clean({cell}) FROM {staged} {alive} AND given({cell}) IS NULL ORDER BY row",
                heading, "missing_value", 'a number; blank = "skip" leaves such cells out',
            )  # fmt: skip
        if policy != "not_reported":
            condition += f" AND given({cell}) IS NOT NULL"
            if policy == "skip" and len(self.spec.values) == 1:
                self.skipped += self.number(f"SELECT count(*) FROM {staged} {alive} AND given({cell}) IS NULL")
        return condition

    def _collapsed(self, staged: str) -> str:
        """One row a key: an event counts once, in the place that any of its rows records."""
        spec = self.spec
        assert spec.count is not None
        aliases = [self.amounts[heading] for heading in spec.count.distinct]
        blank = " OR ".join(f"clean({alias}) IS NULL" for alias in aliases)
        label = ", ".join(spec.count.distinct)
        if spec.count.blank == "reject":
            self.refuse(f"SELECT row, NULL FROM {staged} WHERE {blank} ORDER BY row", label, "missing_value")
        if spec.count.blank == "skip":
            self.skipped += self.number(f"SELECT count(*) FROM {staged} WHERE {blank}")
        keep = "TRUE" if spec.count.blank == "each_row" else f"NOT ({blank})"
        parts = [name for name in ("measure_id", "group_name") if name in self.keys]
        others = [name for name in self.keys if name not in parts]
        by = ["id", *(self.keys[name] for name in parts)]
        taken = "".join(f", arg_min({self.keys[name]}, row) AS {self.keys[name]}" for name in others)
        # Whether a key's rows differ: the least and the greatest tell, and cost less than counting.
        differs = "".join(f", min({self.keys[name]}) <> max({self.keys[name]}) AS d_{name}" for name in others)
        key = " || chr(31) || ".join(f"clean({alias})" for alias in aliases)
        recorded = f"place IS NOT NULL AND place <> {literal(UNPLACED)}"
        once = f"{self.name}_once"
        # chr(30) stands before the number of a row without a key, so that it is no other row's key.
        self.sql.execute(
            f"CREATE VIEW {self.name}_keyed AS SELECT *, "
            f"CASE WHEN {blank} THEN chr(30) || CAST(row AS VARCHAR) ELSE {key} END AS id FROM {staged} WHERE {keep}"
        )
        # Most keys have one row: only the others are worth grouping with all their columns.
        self.sql.execute(
            f"CREATE TABLE {self.name}_again AS SELECT id FROM {self.name}_keyed GROUP BY id HAVING count(*) > 1"
        )
        alone = "".join(f", {self.keys[name]}" for name in others)
        agree = "".join(f", FALSE AS d_{name}" for name in others)
        self.sql.execute(
            f"CREATE TABLE {once} AS SELECT {', '.join(by)}, place, FALSE AS d_place, row{alone}{agree} "
            f"FROM {self.name}_keyed ANTI JOIN {self.name}_again USING (id) UNION ALL SELECT {', '.join(by)}, "
            f"coalesce(arg_min(place, row) FILTER ({recorded}), min(place)) AS place, "
            f"min(place) FILTER ({recorded}) <> max(place) FILTER ({recorded}) AS d_place, "
            f"min(row) AS row{taken}{differs} "
            f"FROM {self.name}_keyed SEMI JOIN {self.name}_again USING (id) GROUP BY {', '.join(by)}"
        )
        for name, what in (
            ("place", spec.neighborhood.column if spec.neighborhood else ""),
            *((one, one) for one in others),
        ):
            clashes = self.number(f"SELECT count(*) FROM {self.name}_once WHERE d_{name}")
            some = self.rows(
                f"SELECT replace(id, chr(31), ', '), row FROM {self.name}_once WHERE d_{name} ORDER BY row LIMIT 5"
            )
            if clashes:
                self.report.add(
                    "conflicting_rows",
                    file=self.file.file,
                    row=int(str(some[0][1])),
                    column=f"{label} and {what}",
                    found=f"{clashes:,} keys with more than one, such as {', '.join(str(each) for each, _ in some)}",
                )
        return f"{self.name}_once"

    def _key_columns(self, long: str) -> dict[str, str]:
        """Our column -> its SQL, for what a figure is told apart by."""
        into = self.spec.into
        mine = dict(self.keys)
        if "neighborhood_id" in self.columns and into != "budget_line":
            mine["neighborhood_id"] = "place"
        for name in ("measure_id", "phase", "year", "period", "group_name"):
            if any(self._value_word(name, value) is not None for value in self.spec.values):
                mine[name] = f"v_{name}"
        if into != "budget_line":
            mine = {name: sql for name, sql in mine.items() if self.columns[name]["key"]}
        if self.spec.share:
            mine["share_text"] = "share_text"
        return mine or {"": "place"}

    def _amount(self) -> tuple[str, str]:
        spec = self.spec
        if spec.counts:
            parts = ", ".join(f"count(*) FILTER (is_{name}) AS c_{name}" for name in spec.counts)
            return f"0 AS unused, {parts}, 0", "many"
        if spec.count:
            return "count(*)", "many"
        whole = spec.into in ("budget_line", "population")
        many = bool(spec.sum) or spec.combine == "sum" or (spec.into == "budget_line" and "id" not in spec.columns)
        return ("CAST(sum(amount) AS BIGINT)" if whole else "sum(amount)"), ("many" if many else "one")

    def _refuse_repeats(self, long: str, counted: str, keys: dict[str, str]) -> None:
        same = " AND ".join(f"l.{sql} IS NOT DISTINCT FROM c.{sql}" for sql in keys.values())
        told = ", ".join(f"c.{sql}" for sql in keys.values())
        found = self.sql.execute(
            f"SELECT {told}, l.row, c.row AS first "
            f"FROM {counted} AS c JOIN {long} AS l ON {same} WHERE c.times > 1 "
            f"ORDER BY c.row, l.row, {told} LIMIT {LISTED_AT_MOST}"
        ).df()
        if found.empty:
            return
        names = ", ".join(keys)
        for at, (_, group) in enumerate(found.groupby("first", sort=False)):
            if at == 25:
                break
            rows = list(dict.fromkeys(group["row"].astype(int)))
            told = ", ".join(str(one) for one in group.iloc[0, : len(keys)])
            self.report.add(
                "repeated_key",
                file=self.file.file,
                row=rows[-1] if len(rows) == 1 else rows[1],
                column=names,
                found=f"{told} in rows {', '.join(map(str, rows[:10]))}",
                expected="one row",
            )
        later = found[found["row"] != found["first"]]
        self.report.reject_rows(
            self.file.file,
            [
                (int(row), names, ", ".join(map(str, key)), "repeated_key")
                for *key, row, _ in later.drop_duplicates("row").itertuples(index=False)
            ],
        )
        self.rejected |= set(later["row"].astype(int))

    def _checked(self, counted: str, keys: dict[str, str], extras: list[str]) -> Frames:
        """The counted rows, checked and typed as rows of the table."""
        spec, into = self.spec, self.spec.into
        cells = {name: f"CAST({sql} AS VARCHAR)" for name, sql in keys.items() if name in self.columns}
        cells |= {name: self.keys[name] for name in extras}
        constants = self._constants()
        carry = {"_item": "row_number() OVER (ORDER BY row)", "_blank": "blank"}
        if into == "observation":
            constants.setdefault("measure_id", spec.measure) if spec.measure else None
            kind = "CASE " + "".join(
                f"WHEN measure_id = {literal(name)} THEN {literal(one)} "
                for name, one in self.context.measure_kinds.items()
            ) + "ELSE 'count' END"  # fmt: skip
            measure = keys.get("measure_id", literal(str(constants.get("measure_id"))))
            kind = kind.replace("measure_id", f"CAST({measure} AS VARCHAR)")
            cells["numerator"] = f"CASE WHEN {kind} IN ('rate', 'count') THEN CAST(amount AS VARCHAR) END"
            cells["value"] = f"CASE WHEN {kind} IN ('share', 'score') THEN CAST(amount AS VARCHAR) END"
            cells |= {name: name for name in ("n", "n_effective") if name not in cells}
        elif into == "population":
            cells["residents"] = "CAST(amount AS VARCHAR)"
        elif into == "complaint_summary":
            cells |= {name: f"CAST(c_{name} AS VARCHAR)" for name in spec.counts}
            if not spec.counts:
                cells["received"] = "CAST(amount AS VARCHAR)"
        else:
            cells["amount_cents"] = "CAST(amount AS VARCHAR)"
            carry["_share"] = "share_text" if spec.share else "NULL"
            if "id" not in cells:
                constants["id"] = ""
        revised = into == "budget_line" and any(value.phase == "revised" for value in spec.values)
        if into == "budget_line":
            # `revised` is not a phase of ours: it becomes an amendment below.
            carry["_phase"] = keys.get("phase", literal(str(constants.get("phase", ""))))
            cells["phase"] = f"CASE WHEN {carry['_phase']} = 'revised' THEN 'amendment' ELSE {carry['_phase']} END"
        labels = self._labels()
        checked = check(
            self.sql,
            into,
            Rows(counted, "row", cells, labels, carry),
            file=self.file.file,
            report=self.report,
            constants=constants,
            fiscal_start_month=self.context.fiscal_start_month,
            unique=into != "budget_line",
        )
        self.rejected |= checked.rejected
        frame = checked.frame
        if into == "observation":
            frame = self._not_reported(frame)
        elif into == "complaint_summary":
            frame = self._absent(frame, list(spec.counts) or ["received"])
        elif into == "budget_line":
            frame = self._amendments(frame) if revised else frame
            frame, shares = self._lines(frame)
            return {"budget_line": frame, "budget_share": shares}
        return {into: frame.drop(columns=[name for name in frame if str(name) in ("_item", "_blank")])}

    # places without a row

    def _not_reported(self, frame: pd.DataFrame) -> pd.DataFrame:
        empty = frame["_blank"].astype(bool) & frame["numerator"].isna() & frame["value"].isna()
        frame.loc[empty, "status"] = "not_reported"
        frame.loc[empty, "reason"] = BLANK_CELL
        return self._absent(frame, ["numerator"])

    def _absent(self, frame: pd.DataFrame, counts: list[str]) -> pd.DataFrame:
        """Add a row for every place of the level without one: not reported, or zero where the pack says so.

        Zeros also fill periods between the first and the last of the file in which nothing happened anywhere.
        """
        spec = self.spec
        frame = frame.drop(columns=["_item", "_blank"])
        if spec.neighborhood is None or frame.empty:
            return frame
        places = [one for one, level in self.context.places.levels.items() if level == spec.neighborhood.level]
        if spec.absent == "zero" and spec.neighborhood.blank == "unplaced":
            places.append(UNPLACED)
        told = [name for name in ("measure_id", "group_name", "source_id") if name in frame]
        groups = frame[told].drop_duplicates()
        if spec.absent == "zero":
            wanted = groups.merge(
                pd.DataFrame({"period": self._all_periods(list(frame["period"].unique()))}), how="cross"
            )
        else:
            wanted = frame[[*told, "period"]].drop_duplicates()
        wanted = wanted.merge(pd.DataFrame({"neighborhood_id": places}, dtype="str"), how="cross")
        keys = ["neighborhood_id", "period", *(name for name in ("measure_id", "group_name") if name in frame)]
        here = pd.MultiIndex.from_frame(frame[keys])
        wanted = wanted[~pd.MultiIndex.from_frame(wanted[keys]).isin(here)]
        if wanted.empty:
            return frame
        if spec.absent == "zero":
            scored = wanted["measure_id"].map(dict(self.context.measure_kinds)).isin(["share", "score"]) if (
                "measure_id" in wanted
            ) else pd.Series(False, index=wanted.index)  # fmt: skip
            wanted = wanted[~scored].assign(**dict.fromkeys(counts, 0))
        else:
            wanted = wanted.assign(status="not_reported", reason=NO_ROW)
        added = typed(spec.into, wanted).assign(_file=self.file.file, _row=0)
        added["_row"] = added["_row"].astype("Int64")
        return pd.concat([frame, added], ignore_index=True) if len(added) else frame

    def _all_periods(self, codes: list[str]) -> list[str]:
        if not self.spec.by or not self.spec.date:
            return codes
        found = sorted(periods.parse(code) for code in codes)
        made, day = [], found[0].start
        while day <= found[-1].start:
            one = periods.of(day, self.spec.by)
            made.append(one.code)
            day = date.fromordinal(one.end.toordinal() + 1)
        return made

    # money

    def _amendments(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Turn revised amounts into amendments: revised less adopted, to the cent."""
        is_revised = frame["_phase"] == "revised"
        told = [
            name for name in frame
            if not str(name).startswith("_") and name not in ("id", "phase", "amount_cents")
        ] + ["_share"]  # fmt: skip
        plain = frame[told].astype("object").where(frame[told].notna(), "").apply(tuple, axis=1)
        adopted = dict(
            zip(
                plain[frame["_phase"] == "adopted"],
                frame.loc[frame["_phase"] == "adopted", "amount_cents"],
                strict=True,
            )
        )
        without = is_revised & ~plain.isin(list(adopted))
        for row, year in frame.loc[without, ["_row", "fiscal_year"]].itertuples(index=False):
            self.report.add("revised_without_adopted", file=self.file.file, row=int(row), found=str(year))
            self.report.reject(self.file.file, int(row), "", year, "revised_without_adopted")
            self.rejected.add(int(row))
        frame = frame[~without].copy()
        is_revised, plain = is_revised[~without], plain[~without]
        frame.loc[is_revised, "amount_cents"] = [
            int(amount) - int(adopted[told])
            for amount, told in zip(frame.loc[is_revised, "amount_cents"], plain[is_revised], strict=True)
        ]
        return frame

    def _lines(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Codes for lines that have none, and the declared shares of neighborhoods."""
        if (frame["id"] == "").any():
            told = ["ledger", "fiscal_year", "phase", "unit_name", "fund", "category", "program_id", "recipient"]
            rest = ["reach", "grant_id", "dated_on", "note", "source_id", "_share"]
            words = frame[told].astype("object").where(frame[told].notna(), "")
            more = frame[rest].astype("object").where(frame[rest].notna(), "")
            ids = [slug(" ".join(str(one) for one in row)) for row in words.itertuples(index=False)]
            every = [repr(tuple(map(str, (*a, *b)))) for a, b in
                     zip(words.itertuples(index=False), more.itertuples(index=False), strict=True)]  # fmt: skip
            times = pd.Series(ids).value_counts()
            frame = frame.assign(
                id=[
                    one if times[one] == 1 and len(one) <= 80
                    else f"{one[:64].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
                    for one, text in zip(ids, every, strict=True)
                ]
            ).astype({"id": "str"})  # fmt: skip
        shares: list[tuple[str, str, float | None, int]] = []
        for line, text, row in frame[["id", "_share", "_row"]].itertuples(index=False):
            if isinstance(text, str) and text:
                shares += [(line, place, weight, row) for place, weight in self._shares(text, int(row))]
        columns = ["budget_line_id", "neighborhood_id", "weight", "_row"]
        made = typed("budget_share", pd.DataFrame(shares, columns=columns))
        made = made.assign(_file=self.file.file, _row=pd.Series([one[3] for one in shares], dtype="Int64"))
        frame, made = (one[~one["_row"].isin(self.rejected)] for one in (frame, made))
        return frame.drop(columns=["_item", "_blank", "_share", "_phase"]), made

    def _shares(self, text: str, row: int) -> list[tuple[str, float | None]]:
        """The neighborhoods that a cell names, with declared shares; a name that is not known refuses the row."""
        spec = self.spec.share
        assert spec is not None
        found: list[tuple[str, float | None]] = []
        several = {self.context.places.key(name): names for name, names in spec.map.items()}
        declared = []
        for part in filter(None, (one.strip() for one in text.split(spec.separator))):
            name, _, weight = part.partition(spec.weight)
            names = several.get(self.context.places.key(name), [name])
            try:
                declared.append(float(weight) if weight.strip() else None)
            except ValueError:
                self._refuse_share("not_a_number", row, weight.strip())
                continue
            for each in names:
                place = self.context.places.find(each, "neighborhood")
                if place is None:
                    self._refuse_share("unknown_neighborhood", row, each.strip())
                else:
                    found.append((place, declared[-1] if len(names) == 1 else None))
        weights = [weight for weight in declared if weight is not None]
        if weights and (len(weights) != len(declared) or abs(sum(weights) - 1) > 0.001):
            self.report.add(
                "shares_do_not_add_up",
                file=self.file.file,
                row=row,
                column=spec.column,
                found=text,
                expected="a sum of 1",
            )
        return found

    def _refuse_share(self, code: str, row: int, raw: str) -> None:
        assert self.spec.share is not None
        hit = pd.DataFrame({"_row": [row], "raw": [raw]})
        explain(self.report, code, self.file.file, self.spec.share.column, hit, "", self.context.places)
        self.report.reject(self.file.file, row, self.spec.share.column, raw, code)
        self.rejected.add(row)


def lookup_table(
    connection: duckdb.DuckDBPyConnection, opened: OpenTable, key: Column, value: Column, report: Report
) -> dict[str, str]:
    """A table that turns a code into a place. A code with two values is a conflict, and means neither."""
    table: dict[str, str] = {}
    clash: set[str] = set()
    for raw_key, raw_value in connection.execute(
        f"SELECT DISTINCT {opened.cell(key.column)}, {opened.cell(value.column)} FROM {opened.name} ORDER BY ALL"
    ).fetchall():
        code, word = key.text(raw_key), value.text(raw_value)
        if code is None or word is None:
            continue
        if table.setdefault(code, word) != word:
            clash.add(code)
    if clash:
        report.add(
            "conflicting_rows",
            file=opened.file,
            column=key.column,
            found=f"more than one {value.column} for {', '.join(sorted(clash)[:10])}",
            fix="A code must mean one place. These codes are left without one.",
        )
    return {code: word for code, word in table.items() if code not in clash}
