"""Checking rows against a table's own description: types, words, places, periods, keys. Whole columns at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import duckdb
import pandas as pd
import pyarrow as pa

from data import periods
from data.models import PARTNER_KINDS, TABLES, described
from data.publish import frames
from data.publish.files import OpenTable, day_sql, literal
from data.publish.names import Gazetteer, fold, nearest_word
from data.publish.pack import NEEDED_OF_A_MEASURE, UNITS, Column
from data.publish.problems import Report, clipped

RANGES: dict[str, tuple[float, float]] = {
    "weight": (0, 1),
    "dont_know_share": (0, 1),
    "population_share": (0, 1),
    "grade": (0, 4),
    "fiscal_start_month": (1, 12),
}
"""Columns that must lie between two numbers, both included."""

NEVER_NEGATIVE = ("numerator", "denominator", "n_effective", "hours", "quantity")
"""Numbers with a point that cannot be below zero. Whole numbers cannot either, but for cents."""

PERIOD_COLUMNS = ("period", "covers", "baseline_period", "latest_period", "denominator_period", "before", "after")

TIME_COLUMNS = ("planned_time", "from_time")
"""Times of day on the city's clock, as 09:30."""

NEEDED_WHEN = (
    ("commitment", "status", "done", "evidence"),
    ("commitment", "status", "will_not_do", "reason"),
)
"""(table, column, word, other column that this word needs)."""

_PERSONAL_WORDS = frozenset(
    (
        *("address", "email", "ssn", "dob", "birthdate", "birthday", "phone", "telephone", "cellphone"),
        *("surname", "plate", "badge", "passport", "firstname", "lastname", "fullname"),
    )
)
_PERSONAL_PAIRS = (
    *((who, "name") for who in ("first", "last", "full", "middle", "officer", "victim", "suspect", "complainant")),
    *((who, "name") for who in ("subject", "offender", "witness", "resident", "person", "employee")),
    ("date", "of birth"), ("birth", "date"), ("e", "mail"), ("house", "number"), ("street", "number"),
    ("social", "security"), ("license", "number"), ("driver", "license"),
)  # fmt: skip


def looks_personal(heading: str) -> bool:
    """True for headings such as 'OfficerName', 'HOME_ADDRESS', 'e-mail', 'date of birth'."""
    words = fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    return bool(_PERSONAL_WORDS & set(words.split())) or any(
        re.search(rf"(?<!\S){first} {second}(?!\S)", words) for first, second in _PERSONAL_PAIRS
    )


@dataclass
class Rows:
    """Where rows stand in DuckDB: a FROM clause, the SQL of the row number, and the SQL of each of our columns.

    labels: our column -> the heading to name in problems. carry: other SQL to hand on unchecked, by name.
    formats: our column -> declared date format, or "dollars" where cents are wanted. each_once: no two rows share a
    row number.
    """

    relation: str
    row: str
    cells: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    carry: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str | None] = field(default_factory=dict)
    each_once: bool = False


@dataclass
class Checked:
    """Rows that hold, typed as the model's, with `_file` and `_row`; and the numbers of the rows that do not."""

    frame: pd.DataFrame
    rejected: set[int]


_SQL = {"int": "whole_of({0})", "float": "number_of({0})", "str": "clean({0})"}
_TRUE, _FALSE = "('true', 't', 'yes', 'y', '1')", "('false', 'f', 'no', 'n', '0')"
_SAYS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a day, such as 2024-03-31",
}


def typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The model's columns in order and type, with the index of `frame`; missing columns take the default."""
    made = frames.typed(frame, TABLES[table])
    return made.set_axis(frame.index, axis=0)


def matched_columns(table: str, headings: list[str], columns: Mapping[str, Column]) -> dict[str, str]:
    """Which heading of a ready file fills which of our columns: `columns` of city.toml first, then equal names.

    Case, blanks and dashes do not matter; `source` fills source_id, `amount_usd` fills amount_cents.
    """
    ours = {name: one for name, one in described(TABLES[table]).items() if not one["computed"]}
    found = {_cents(name): each.column for name, each in columns.items()}
    taken = set(found.values())
    for heading in headings:
        plain = fold(heading).replace(" ", "_")
        for candidate in (plain, f"{plain}_id", _cents(plain)):
            if candidate in ours and candidate not in found and heading not in taken:
                found[candidate] = heading
                taken.add(heading)
                break
    return found


def _cents(name: str) -> str:
    return name.removesuffix("_usd") + "_cents" if name.endswith("_usd") else name


def mapped(
    connection: duckdb.DuckDBPyConnection, relation: str, cell: str, name: str, turn: Callable[[str | None], str | None]
) -> None:
    """Make table `name` (raw, new) with each different cell of a column and what `turn` makes of it."""
    raws = [raw for (raw,) in connection.execute(f"SELECT DISTINCT coalesce({cell}, '') FROM {relation}").fetchall()]
    pairs = pa.table(  # noqa: F841, DuckDB finds it by name
        {"raw": pa.array(raws, pa.string()), "new": pa.array([turn(raw or None) for raw in raws], pa.string())}
    )
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM pairs")


def ready_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    opened: OpenTable,
    columns: Mapping[str, Column],
    *,
    date_format: str | None = None,
) -> Rows:
    """The rows of a ready file, its headings matched to our columns."""
    headings = matched_columns(table, opened.headings, columns)
    usd = {_cents(name) for name in columns if name.endswith("_usd")}
    relation = f"{opened.name} AS r"
    cells: dict[str, str] = {}
    formats: dict[str, str | None] = {}
    for at, (ours, heading) in enumerate(headings.items()):
        cell = f"r.{opened.cell(heading)}"
        spec = columns.get(ours) or columns.get(ours.removesuffix("_cents") + "_usd")
        if spec and not spec.plain:
            mapped(connection, opened.name, opened.cell(heading), f"{opened.name}_m{at}", spec.text)
            relation += f" LEFT JOIN {opened.name}_m{at} AS m{at} ON m{at}.raw = coalesce({cell}, '')"
            cell = f"m{at}.new"
        if ours in usd or fold(heading).endswith(" usd"):
            formats[ours] = "dollars"
        else:
            formats[ours] = (spec.format if spec else None) or date_format
        cells[ours] = cell
    return Rows(relation, "r.row", cells, headings, {}, formats, each_once=True)


def check(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Rows,
    *,
    file: str,
    report: Report,
    places: Gazetteer | None = None,
    constants: Mapping[str, object] | None = None,
    fiscal_start_month: int = 7,
    unique: bool = True,
) -> Checked:
    """Check rows against the description of `table`; refused rows go to the report.

    constants: our column -> what fills it where the file has no such column (source_id among them).
    places: turns names of places into ids; without it they are left as they are.
    """
    columns = {name: one for name, one in described(TABLES[table]).items() if not one["computed"]}
    fixed = dict(constants or {})
    absent = [name for name, one in columns.items() if one["required"] and name not in rows.cells and name not in fixed]
    for name in absent:
        taken = {label for ours, label in rows.labels.items() if ours in columns}
        near = nearest_word(name, [label for label in rows.labels.values() if label not in taken])
        report.add(
            "missing_column",
            file=file,
            column=name,
            expected=f"{columns[name]['says']}{f' (perhaps {near[0]!r})' if near else ''}",
            fix="Add the column, name its heading under `columns` in city.toml, or give one value for all rows under "
            + ("`source`." if name == "source_id" else "`constants`."),
        )
    if absent:
        return Checked(typed(table, pd.DataFrame()).assign(_file="", _row=0), set())

    frame = _read(connection, rows, {name: one["type"] for name, one in columns.items() if name in rows.cells})
    for name, given in fixed.items():
        if name in columns and name not in rows.cells:
            frame[name] = pd.Series([given] * len(frame), index=frame.index, dtype="object")
        elif name in rows.cells:
            frame[name] = frame[name].astype("object").where(frame[f"has_{name}"], given)
            frame[f"has_{name}"] = True

    wrong: list[tuple[str, str, pd.Series[bool]]] = []
    for name, one in columns.items():
        if name not in rows.cells or _takes_anything(name, one):
            continue
        has, value = frame[f"has_{name}"].astype(bool), frame[name]
        if one["required"]:
            wrong.append((name, _missing(table, name), ~has))
        misfits = _misfits(table, name, one, frame, fiscal_start_month) + _together(table, name, frame)
        wrong += [(name, code, mask.astype(bool) & has) for code, mask in misfits]
        if one["ref"] == "neighborhood.id" and places is not None and table != "neighborhood":
            known = {raw: places.find(str(raw)) for raw in value.dropna().unique()}
            frame[name] = value.map(known).astype("object")
            wrong.append((name, "unknown_neighborhood", has & frame[name].isna()))
    for of, column, word, other in NEEDED_WHEN:
        if of == table and column in rows.cells:
            has_other = frame[f"has_{other}"].astype(bool) if other in rows.cells else pd.Series(False, frame.index)
            wrong.append((other, "missing_value", (frame[column] == word) & ~has_other))

    bad = pd.Series(False, index=frame.index)
    for name, code, mask in wrong:
        if not mask.any():
            continue
        label = rows.labels.get(name, name)
        raw = frame[f"raw_{name}"] if f"raw_{name}" in frame else pd.Series("", index=frame.index)
        hit = frame.loc[mask, ["_row"]].assign(raw=raw[mask])
        report.reject_rows(file, [(int(row), label, _text(cell), code) for row, cell in hit.itertuples(index=False)])
        explain(report, code, file, label, hit, _expected(columns[name], code), places)
        bad |= mask
    rejected = {int(row) for row in frame.loc[bad, "_row"]}
    frame = frame[~bad]

    good = typed(table, frame).assign(_file=file, _row=frame["_row"], **{name: frame[name] for name in rows.carry})
    keys = [name for name, one in columns.items() if one["key"]]
    if unique and keys:
        good, again = _unrepeated(table, good, keys, file, report)
        rejected |= again
    return Checked(good, rejected)


def explain(
    report: Report,
    code: str,
    file: str,
    label: str,
    hit: pd.DataFrame,
    expected: str = "",
    places: Gazetteer | None = None,
    level: str | None = None,
) -> None:
    """One problem for each different cell (up to 25 a column), with the first row and how often it occurs.

    hit: columns _row and raw, and `times` where rows are already counted together.
    """
    times = hit["times"] if "times" in hit else pd.Series(1, index=hit.index)
    counted = hit.assign(raw=hit["raw"].map(_text).map(clipped), times=times).groupby("raw", sort=False)
    cells = counted.agg(row=("_row", "min"), times=("times", "sum")).sort_values("row").reset_index()
    for raw, row, many in cells.head(25).itertuples(index=False):
        found = f"{raw!r}" if raw else "an empty cell"
        said = expected
        if code == "unknown_neighborhood" and places is not None:
            near = places.nearest(raw, 3, level)
            said = "a known place" + (f"; the nearest names are {', '.join(near)}" if near else "")
        report.add(
            code,
            file=file,
            row=int(row),
            column=label,
            found=f"{found}{f', in {many:,} rows' if many > 1 else ''}",
            expected=said,
        )
    if len(cells) > 25:
        rest = cells.iloc[25:]
        report.add(
            code,
            file=file,
            row=int(rest["row"].min()),
            column=label,
            found=f"{len(rest):,} more different cells, in {int(rest['times'].sum()):,} rows",
        )


def _text(cell: object) -> str:
    return "" if cell is None or (isinstance(cell, float) and cell != cell) or cell is pd.NA else str(cell)


def _value_sql(kind: str, cell: str, format: str | None) -> str:
    if kind == "bool":
        text = f"lower(clean({cell}))"
        return f"CASE WHEN {text} IN {_TRUE} THEN TRUE WHEN {text} IN {_FALSE} THEN FALSE END"
    if kind in ("date", "datetime"):
        return day_sql(cell, format) if format is None else f"coalesce({day_sql(cell, format)}, day_of_iso({cell}))"
    return f"cents_of({cell})" if format == "dollars" else _SQL[kind].format(cell)


def _takes_anything(name: str, one: dict[str, Any]) -> bool:
    """True for text that needs no look: any words will do, and none."""
    asked = one["required"] or one["one_of"] or one["ref"] or name in (*PERIOD_COLUMNS, *TIME_COLUMNS, "shares")
    return one["type"] == "str" and not asked


_PLAIN: dict[str, tuple[str, Callable[[str], Any]]] = {
    "int": (r"-?[0-9]{1,15}", int),
    "float": (r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", float),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date.fromisoformat),
}
"""How most cells of a ready table are written, and what they mean: these need none of the many patterns of files.py."""


def _read(connection: duckdb.DuckDBPyConnection, rows: Rows, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Columns _row, those carried, and of each of our columns: its value, raw_ (its text), has_ (anything in it), and
    for days two_ (two readings).
    """
    select = [f"{rows.row} AS _row", *(f"{sql} AS {name}" for name, sql in rows.carry.items())]
    select += [f"clean({rows.cells[name]}) AS raw_{name}" for name in kinds]
    later = {name: kind for name, kind in kinds.items() if kind != "str"}
    if not rows.each_once:
        select += _values(rows, later)
    frame = _fetch(connection, f"SELECT {', '.join(select)} FROM {rows.relation} ORDER BY {rows.row}")
    made: dict[Hashable, pd.Series] = dict(frame.items())  # a frame made once is quicker than one that grows
    if rows.each_once:
        for name, kind in list(later.items()):
            if kind in _PLAIN and not rows.formats.get(name):
                plain = _plain(frame[f"raw_{name}"], kind)
                if plain is not None:
                    made[name] = plain
                    del later[name]
        if later:
            select = [f"{rows.row} AS _row", *_values(rows, later)]
            made |= dict(
                _fetch(connection, f"SELECT {', '.join(select)} FROM {rows.relation} ORDER BY {rows.row}").items()
            )
    for name, kind in kinds.items():
        if kind == "str":
            made[name] = made[f"raw_{name}"]
        if f"has_{name}" not in made:
            made[f"has_{name}"] = made[f"raw_{name}"].notna()
    return pd.DataFrame(made)


def _values(rows: Rows, kinds: Mapping[str, str]) -> list[str]:
    """SQL of the values of columns, of whether a number is given at all, and of days with two readings."""
    select = []
    for name, kind in kinds.items():
        cell, format = rows.cells[name], rows.formats.get(name)
        select.append(f"{_value_sql(kind, cell, format)} AS {name}")
        if kind in ("int", "float"):
            select.append(f"given({cell}) IS NOT NULL AS has_{name}")
        if kind == "date" and not format:
            select.append(f"coalesce(two_readings({cell}), FALSE) AS two_{name}")
    return select


def _plain(raw: pd.Series, kind: str) -> pd.Series | None:
    """Cells written in the plainest way, as values; None where any is not."""
    pattern, turn = _PLAIN[kind]
    given = raw.dropna()
    if not given.astype("str").str.fullmatch(pattern).all():
        return None
    try:
        values = [None if pd.isna(cell) else turn(cell) for cell in raw]
    except ValueError:  # 2024-02-30
        return None
    return pd.Series(values, index=raw.index, dtype={"int": "Int64", "float": "float64"}.get(kind, "object"))


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    """A query's rows with whole numbers that may be missing (Int64), and days as datetime.date."""
    kinds: dict[pa.DataType, Any] = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    table = connection.sql(sql).to_arrow_table()
    return cast(pd.DataFrame, table.to_pandas(types_mapper=kinds.get, date_as_object=True))


def _misfits(
    table: str, name: str, one: dict[str, Any], frame: pd.DataFrame, fiscal_start_month: int
) -> list[tuple[str, pd.Series[bool]]]:
    value, kind = frame[name], one["type"]
    if kind == "date":
        two = frame[f"two_{name}"].astype(bool) if f"two_{name}" in frame else pd.Series(False, index=frame.index)
        return [("ambiguous_date", two), ("not_a_date", value.isna() & ~two)]
    if kind in ("int", "float", "bool"):
        found = [("not_a_number" if kind != "bool" else "wrong_word", value.isna())]
        if (kind == "int" and not name.endswith("_cents")) or name in NEVER_NEGATIVE:
            found.append(("negative_count", (value < 0).fillna(False).astype(bool)))
        if name in RANGES:
            low, high = RANGES[name]
            found.append(("not_a_number", ((value < low) | (value > high)).fillna(False).astype(bool)))
        return found
    if one["one_of"]:
        is_kind = one["one_of"] == [*PARTNER_KINDS]
        return [("unknown_partner_kind" if is_kind else "wrong_word", ~value.isin(one["one_of"]))]
    if name in PERIOD_COLUMNS:
        known = {code: _is_period(str(code), fiscal_start_month) for code in value.dropna().unique()}
        return [("not_a_period", value.map(known).eq(False))]
    if name in TIME_COLUMNS:
        times = value.astype("str").str.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
        return [("not_a_time", ~times.fillna(True).astype(bool))]
    if table == "survey_result" and name == "shares":
        return [("shares_do_not_add_up", value.map(_adds_up, na_action="ignore").eq(False))]
    return []


def _missing(table: str, name: str) -> str:
    if table == "measure":
        return NEEDED_OF_A_MEASURE.get(name, "missing_value")
    return "problem_without_evidence" if (table, name) == ("problem", "evidence") else "missing_value"


def _together(table: str, name: str, frame: pd.DataFrame) -> list[tuple[str, pd.Series[bool]]]:
    """What two cells of a row must not say together."""
    nothing = pd.Series(False, index=frame.index)
    value = frame[name]
    if table == "measure" and name == "unit" and "kind" in frame:
        return [("unit_does_not_fit", value.isin(UNITS.values()) & (value != frame["kind"].map(UNITS)))]
    if name == "design_effect":
        return [("design_effect_below_1", (value < 1).fillna(False))]
    if name == "n" and table in ("survey_result", "observation"):
        answered = frame["has_shares"].astype(bool) if "has_shares" in frame else nothing
        for other, least in (("value", float("-inf")), ("numerator", 0)):
            answered |= (frame[other] > least).fillna(False) if other in frame else nothing
        return [("n_below_1", (value == 0).fillna(False) & answered)]
    if name == "n_effective" and "n" in frame:
        return [("design_effect_below_1", (value > frame["n"]).fillna(False))]
    return []


def _is_period(code: str, fiscal_start_month: int) -> bool:
    try:
        periods.parse(code, fiscal_start_month=fiscal_start_month)
    except periods.UnknownPeriod:
        return False
    return True


def _adds_up(shares: str) -> bool:
    try:
        parts = [float(part) for part in shares.split(";")]
    except ValueError:
        return False
    return all(0 <= part <= 1 for part in parts) and abs(sum(parts) - 1) <= 0.02 + 1e-9


def _expected(one: dict[str, Any], code: str) -> str:
    if code in ("wrong_word", "unknown_partner_kind") and one["one_of"]:
        return f"one of {', '.join(one['one_of'])}"
    if code == "not_a_number" and one["type"] == "int" and "cents" in str(one["says"]):
        return "an exact amount, at most two decimals of a dollar"
    if code in ("not_a_number", "not_a_date", "wrong_word"):
        return _SAYS[one["type"]]
    return {
        "shares_do_not_add_up": "shares from 0 to 1 that add up to 1, give or take 0.02",
        "n_below_1": "1 or more",
        "design_effect_below_1": "1 or more for a design effect, n or less for n_effective",
        "unit_does_not_fit": ", ".join(f"{unit} for a {kind}" for kind, unit in UNITS.items()),
        **dict.fromkeys(NEEDED_OF_A_MEASURE.values(), str(one["says"])),
    }.get(code, "")


def _unrepeated(
    table: str, frame: pd.DataFrame, keys: list[str], file: str, report: Report
) -> tuple[pd.DataFrame, set[int]]:
    again = frame.duplicated(keys, keep="first")
    if not again.any():
        return frame, set()
    every = frame[frame.duplicated(keys, keep=False)]
    for count, (key, group) in enumerate(every.groupby(keys, sort=False, dropna=False)):
        if count == 25:
            break
        two_roles = table == "evaluation_area" and group["role"].nunique() > 1
        report.add(
            "overlapping_areas" if two_roles else "repeated_key",
            file=file,
            row=int(group["_row"].iloc[1]),
            column=", ".join(keys),
            found=f"{', '.join(str(part) for part in key)} in rows {', '.join(str(row) for row in group['_row'][:10])}",
            expected="one row",
        )
    report.reject_rows(
        file,
        [
            (int(row), ", ".join(keys), ", ".join(map(str, key)), "repeated_key")
            for row, *key in frame.loc[again, ["_row", *keys]].itertuples(index=False)
        ],
    )
    return frame[~again], {int(row) for row in frame.loc[again, "_row"]}


def as_text(value: object) -> str:
    """A value of city.toml as a cell would hold it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def sql_text(value: object) -> str:
    """A value of city.toml as an SQL literal of text."""
    return literal(as_text(value))
