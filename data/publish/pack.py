"""A city pack: `city.toml` read and checked. Every mistake names the key, what was found, and what is allowed."""

from __future__ import annotations

import contextlib
import dataclasses
import tomllib
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from data import periods
from data.models import MADE_BY_PUBLISHING, TABLES, described
from data.publish.lines import line_of
from data.publish.names import nearest_word, slug
from data.publish.problems import Problem, Refused, problem
from data.publish.thresholds import CEILINGS, Thresholds

CITY_TOML = "city.toml"
Day = date  # in a model with a field `date` that name means the field
FIGURE_TABLES = ("observation", "population", "budget_line", "complaint_summary")
"""Tables whose rows are counted or added up from raw rows; every other table takes a raw row as it is."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)


def _heading(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


class Column(_Strict):
    """A column of a raw file, and how its text is turned into ours."""

    column: str
    case: Literal["title", "upper", "lower"] | None = None
    pad: int | None = None
    slug: bool = False
    map: dict[str, str] = {}
    blank: str | None = None
    format: str | None = None

    def text(self, raw: str | None) -> str | None:
        """One cell turned into ours: blank, pad, map, case, slug, in this order. `map` may also name it unpadded."""
        cell = (raw or "").strip()
        if not cell:
            return self.blank
        if self.pad and cell not in self.map:
            cell = cell.removesuffix(".0").zfill(self.pad)
        cell = self.map.get(cell, cell)
        if self.case == "title":
            cell = title(cell)
        elif self.case:
            cell = cell.upper() if self.case == "upper" else cell.lower()
        return slug(cell) if self.slug else cell

    @property
    def plain(self) -> bool:
        """True where a cell is taken as it is."""
        return not (self.case or self.pad or self.slug or self.map or self.blank is not None)


def title(text: str) -> str:
    """'WEST ENGLEWOOD' -> 'West Englewood', \"O'HARE\" -> \"O'Hare\", \"JOHN'S\" -> \"John's\"."""
    words = []
    for word in text.lower().split(" "):
        letters = list(word)
        start = True
        for at, char in enumerate(letters):
            rest = len(word) - at
            if char.isalpha():
                letters[at] = char.upper() if start else char
                start = False
            elif char in "'’":
                start = rest > 2
            else:
                start = True
        words.append("".join(letters))
    return " ".join(words)


Col = Annotated[Column, BeforeValidator(_heading)]


class Where(_Strict):
    """A rule for the rows that are taken."""

    column: str
    in_: list[str | int | float] | None = Field(None, alias="in")
    not_in: list[str | int | float] | None = None
    equals: str | int | float | None = None
    not_equals: str | int | float | None = None
    from_: date | int | float | str | None = Field(None, alias="from")
    to: date | int | float | str | None = None
    blank: bool | None = None
    format: str | None = None


def _totals(given: Any) -> Any:
    return dict.fromkeys(given, "skip") if isinstance(given, list) else given


class PlaceColumn(Column):
    """The column of the place, and what becomes of rows without a place or with one that is not known."""

    map: dict[str, str] = {}
    blank: Literal["reject", "unplaced", "skip", "city"] = "reject"
    unknown: Literal["reject", "unplaced", "skip"] = "reject"
    level: Literal["neighborhood", "district"] = "neighborhood"
    lookup: str | None = None
    totals: Annotated[dict[str, Literal["skip", "city"]], BeforeValidator(_totals)] = {}


class PeriodColumn(_Strict):
    """The column with a period code or year, or the two columns with the first and the last day."""

    column: str | None = None
    map: dict[str, str] = {}
    start: str | None = None
    end: str | None = None
    format: str | None = None


class Value(_Strict):
    """One column of figures, and what they are figures of."""

    column: str
    measure: str | None = None
    phase: Literal["adopted", "revised", "amendment", "encumbrance", "actual"] | None = None
    year: int | None = None
    period: str | None = None
    group: str | None = None
    n: str | None = None
    n_effective: str | None = None
    blank: Literal["skip", "reject", "not_reported"] | None = None
    round: bool = False


def _count(given: Any) -> Any:
    return {"rows": True} if given == "rows" else given


class Count(_Strict):
    """What is counted: rows, or keys."""

    rows: bool = False
    distinct: list[str] = []
    blank: Literal["each_row", "reject", "skip"] = "each_row"


class CountWhere(_Strict):
    """One column of a summary: the rows that meet the rules."""

    where: list[Where] = []


class Share(_Strict):
    """A column that names the neighborhoods of a budget line, such as 'Avondale:0.5;West End:0.5'.

    map: a name that stands for several neighborhoods; each gets the line, none a declared share of it.
    """

    column: str
    separator: str = ";"
    weight: str = ":"
    map: dict[str, list[str]] = {}


class RawFile(_Strict):
    """How a file is read."""

    file: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    heading_row: int = Field(1, ge=1)
    missing: list[str] = []
    not_personal: list[str] = []


def _incomplete(given: Any) -> Any:
    return dict.fromkeys(map(str, given), None) if isinstance(given, list) else given


class Extract(RawFile):
    """One raw file read into one table."""

    source: str | None = None
    into: str
    measure: str | None = None
    measure_from: Col | None = None
    count: Annotated[Count | None, BeforeValidator(_count)] = None
    counts: dict[str, CountWhere] = {}
    sum: str | None = None
    values: list[Value] = []
    combine: Literal["sum"] | None = None
    date: Col | None = None
    by: Literal["year", "quarter", "month"] | None = None
    period: Annotated[PeriodColumn | None, BeforeValidator(_heading)] = None
    fiscal_year: Annotated[PeriodColumn | None, BeforeValidator(_heading)] = None
    neighborhood: Annotated[PlaceColumn | None, BeforeValidator(_heading)] = None
    columns: dict[str, Col] = {}
    constants: dict[str, str | int | float | bool | Day] = {}
    where: list[Where] = []
    incomplete: Annotated[dict[str, str | None], BeforeValidator(_incomplete)] = {}
    duplicates: Literal["keep", "drop", "refuse"] | None = None
    absent: Literal["not_reported", "zero"] = "not_reported"
    money: Literal["dollars", "cents"] = "dollars"
    share: Share | None = None
    distinct: bool = False

    def headings(self) -> list[str]:
        """Every heading that this mapping reads: the allow-list."""
        named = [one.column for one in self.where]
        named += [one.column for each in self.counts.values() for one in each.where]
        named += [each.column for each in self.columns.values()]
        named += [name for each in self.values for name in (each.column, each.n, each.n_effective) if name]
        named += self.count.distinct if self.count else []
        for spec in (self.neighborhood, self.date, self.measure_from, self.share):
            named += [spec.column] if spec else []
        for when in (self.period, self.fiscal_year):
            named += [name for name in (when.column, when.start, when.end) if name] if when else []
        named += [self.sum] if self.sum else []
        return list(dict.fromkeys(named))


class ReadyTable(RawFile):
    """A file whose columns are ours."""

    source: str | None = None
    columns: dict[str, Col] = {}
    constants: dict[str, str | int | float | bool | Day] = {}
    date_format: str | None = None


class Boundary(_Strict):
    """Outlines of one level of places."""

    file: str
    name: str
    id: str | None = None
    name_case: Literal["as_is", "title"] = "as_is"
    dissolve: bool = False
    leave_out: list[str] = []
    name_pattern: str = "{name}"


class Lookup(RawFile):
    """A table that turns a code into a place."""

    key: Col
    value: Col


class MapFeatures(_Strict):
    """Water, parks and roads for the map."""

    file: str
    kind: Literal["water", "park", "road"]
    name: str | None = None


class ReleaseHead(_Strict):
    """What the pack says of the release."""

    id: str | None = None
    released_on: date | None = None
    planned_on: date | None = None
    note: str | None = None
    reason: str | None = None
    approval: Literal["two_people", "one_person"] = "two_people"


class Limits(_Strict):
    """How much may go wrong."""

    rejected_rows: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^\d+(\.\d+)?%$")] = 0
    population_window_years: Annotated[int, Field(ge=0, le=10)] = 5
    not_visitor_areas: list[str] = []


class Explained(_Strict):
    """From which change on a figure that differs from the release before needs a reason (`revisions.ExplainFrom`)."""

    explain_from_percent: Annotated[float, Field(ge=0, le=20)] = 5.0
    explain_from_events: Annotated[int, Field(ge=0, le=100)] = 10
    explain_from_usd: Annotated[float, Field(ge=0, le=100_000)] = 1_000.0


def _raised(one: dataclasses.Field[Any]) -> Any:
    """A key of [thresholds]: its kind and the floor (or the ceiling) that a city may not pass."""
    limit: dict[str, Any] = {"le": one.default} if one.name in CEILINGS else {"ge": one.default}
    return (float if isinstance(one.default, float) else int), Field(one.default, **limit)


if typing.TYPE_CHECKING:
    ThresholdKeys = _Strict
else:  # one key for each field, so that the two cannot part
    ThresholdKeys = create_model(
        "ThresholdKeys", __base__=_Strict, **{one.name: _raised(one) for one in dataclasses.fields(Thresholds)}
    )
    ThresholdKeys.__doc__ = "The least that a figure needs, where this city asks for more than the floors."


class Names(_Strict):
    """Words that mean the same in names of places."""

    same: list[list[str]] = []


def _tables(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    return {name: [one] if isinstance(one, dict) else one for name, one in given.items()}


class CityToml(_Strict):
    """`city.toml`, part by part."""

    city: dict[str, Any]
    release: ReleaseHead = ReleaseHead()
    limits: Limits = Limits()
    revisions: Explained = Explained()
    thresholds: ThresholdKeys = ThresholdKeys()
    names: Names = Names()
    sources: dict[str, dict[str, Any]] = {}
    measures: dict[str, dict[str, Any]] = {}
    fiscal_years: dict[str, dict[str, Any]] = {}
    neighborhoods: dict[str, dict[str, Any]] = {}
    boundaries: dict[Literal["neighborhood", "district"], Boundary] = {}
    map_features: list[MapFeatures] = []
    lookups: dict[str, Lookup] = {}
    tables: Annotated[dict[str, list[ReadyTable]], BeforeValidator(_tables)] = {}
    extracts: list[Extract] = []


@dataclass(frozen=True)
class Pack:
    """A pack's folder, the folder where raw files may stand, what city.toml says, and what is wrong with it.

    `toml` is None when it cannot be understood; then `problems` says why.
    """

    folder: Path
    files: Path | None
    toml: CityToml | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def thresholds(self) -> Thresholds:
        """What a figure needs in this city: the floors, or more where the pack says so."""
        return Thresholds(**self.toml.thresholds.model_dump()) if self.toml else Thresholds()

    def size_bytes(self) -> int:
        """How large all files are together that city.toml names and that are there."""
        if self.toml is None:
            return 0
        toml = self.toml
        specs: list[RawFile | Boundary | MapFeatures] = [*toml.extracts, *toml.lookups.values(), *toml.map_features]
        specs += [*toml.boundaries.values(), *(one for many in toml.tables.values() for one in many)]
        size = 0
        for file in {spec.file for spec in specs}:
            with contextlib.suppress(Refused, OSError):
                size += self.find(file).stat().st_size
        return size

    def find(self, file: str) -> Path:
        """Where a file stands: in the pack first, then in the files folder.

        Raises Refused: outside_folder for a name that leads out of both, missing_file when it is in neither.
        """
        roots = [root.resolve() for root in (self.folder, self.files) if root is not None]
        inside = False
        if "\\" not in file and not PurePosixPath(file).is_absolute() and ".." not in PurePosixPath(file).parts:
            for root in roots:
                path = (root / file).resolve()
                if not path.is_relative_to(root):
                    continue
                inside = True
                if path.is_file():
                    return path
        if not inside:
            raise Refused(problem("outside_folder", file=CITY_TOML, found=repr(file)))
        there = {Path(one.name).stem: one.name for root in roots for one in root.iterdir() if one.is_file()}
        near = [there[stem] for stem in nearest_word(Path(file).stem, there)]
        raise Refused(problem("missing_file", file=file, found="no such file", expected=_perhaps(near)))


def _perhaps(near: list[str]) -> str:
    return f"perhaps {near[0]!r}" if near else ""


def read_pack(folder: Path, files: Path | None = None) -> Pack:
    """Read and check city.toml. Never raises for a mistake in it: the pack then carries the problems."""
    try:
        text = (folder / CITY_TOML).read_bytes().decode("utf-8-sig")
        given = tomllib.loads(text)
    except FileNotFoundError:
        return Pack(folder, files, None, (problem("missing_file", file=CITY_TOML, found="no such file"),))
    except UnicodeDecodeError as error:
        found = f"a byte that is not UTF-8 at position {error.start}"
        return Pack(folder, files, None, (problem("wrong_encoding", file=CITY_TOML, found=found, level="error"),))
    except tomllib.TOMLDecodeError as error:
        return Pack(folder, files, None, (problem("broken_toml", file=CITY_TOML, found=str(error)),))
    try:
        toml = CityToml.model_validate(given)
    except ValidationError as error:
        return Pack(folder, files, None, _with_lines(_explained(error), text))
    return Pack(folder, files, toml, _with_lines(_checked(toml), text))


def _with_lines(problems: Iterable[Problem], text: str) -> tuple[Problem, ...]:
    """The same problems, each with the line of its key."""
    return tuple(
        dataclasses.replace(one, row=line_of(text, one.column)) if one.column and one.row is None else one
        for one in problems
    )


def _explained(error: ValidationError) -> Iterator[Problem]:
    for one in error.errors(include_url=False):
        key = dotted(one["loc"])
        if one["type"] == "extra_forbidden":
            allowed = _allowed(one["loc"][:-1])
            near = nearest_word(str(one["loc"][-1]), allowed)
            yield problem(
                "unknown_key",
                file=CITY_TOML,
                column=key,
                found=repr(one["loc"][-1]),
                expected=_perhaps(near) or f"one of {', '.join(allowed)}",
            )
        elif one["type"] == "missing":
            yield problem("missing_key", file=CITY_TOML, column=key, expected=str(one["loc"][-1]))
        elif one["type"] == "literal_error":
            allowed = [word.strip(" '") for word in one["ctx"]["expected"].replace(" or ", ",").split(",")]
            near = nearest_word(str(one["input"]), allowed)
            yield problem(
                "wrong_word",
                file=CITY_TOML,
                column=key,
                found=repr(one["input"]),
                expected=f"one of {', '.join(allowed)}{f'; {_perhaps(near)}' if near else ''}",
                level="error",
            )
        else:
            too_low = one["loc"][0] == "thresholds" and one["type"] in ("greater_than_equal", "less_than_equal")
            yield problem(
                "threshold_too_low" if too_low else "wrong_key_value",
                file=CITY_TOML,
                column=key,
                found=repr(one["input"]),
                expected=f"{one['msg'].removeprefix('Input should be ')}, which is the floor"
                if too_low
                else one["msg"],
            )


def dotted(loc: tuple[int | str, ...]) -> str:
    """('extracts', 0, 'by') -> 'extracts[1].by': lists count from 1."""
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _allowed(loc: tuple[int | str, ...]) -> list[str]:
    """Keys that may stand at a place of city.toml."""
    here: Any = CityToml
    for part in loc:
        if isinstance(here, type) and issubclass(here, BaseModel):
            here = _core(here.model_fields[str(part)].annotation)
        else:
            here = _core(typing.get_args(here)[-1])
    if isinstance(here, type) and issubclass(here, BaseModel):
        return [field.alias or name for name, field in here.model_fields.items()]
    return []


def _core(annotation: Any) -> Any:
    """The model or container inside Optional and Annotated."""
    while True:
        arguments = typing.get_args(annotation)
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            annotation = arguments[0]
        elif origin in (list, dict) or not arguments:
            return annotation
        else:
            annotation = next(one for one in arguments if one is not type(None))


LANGUAGE_KEYS = ("es", "ar", "de", "fa", "fr", "ht", "ko", "pl", "pt", "ru", "so", "sw", "tl", "uk", "ur", "vi", "zh")
"""Languages in which city.toml may carry texts beside the original."""

EXTRA_KEYS = {
    "measure": ("population_year", "provisional_from", "crime"),
    "neighborhood": ("aliases",),
}
"""Keys of city.toml entries that are not columns."""

NEEDED_OF_A_MEASURE = {
    "definition": "measure_without_definition",
    "unit": "measure_without_unit",
    "direction": "measure_without_direction",
    "source_id": "measure_without_source",
}
"""What no measure may lack, and what it is called where it does."""

UNITS = {"rate": "per_1000_residents", "count": "events", "share": "percent", "score": "points"}
"""The unit that fits each kind of measure."""

CRIMES = ("property", "violent")
"""What the figures of a measure are of, for the rule that proposes visitor areas."""

_PLAIN: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool, "date": date}


def entry_problems(table: str, key: str, entry: dict[str, Any], *, partial: bool = False) -> Iterator[Problem]:
    """What is wrong with one entry of city.toml that stands for a row of `table`. `key` is its heading.

    partial: columns may be missing (the entry adds to a row that comes from elsewhere).
    """
    columns = {name: one for name, one in described(TABLES[table]).items() if not one["computed"]}
    extras = EXTRA_KEYS.get(table, ())
    for name, given in entry.items():
        column = "source_id" if name == "source" else name
        if name in LANGUAGE_KEYS:
            wrong = not isinstance(given, dict) or any(not isinstance(text, str) for text in given.values())
            unknown = [] if wrong else [text for text in given if text not in columns or columns[text]["type"] != "str"]
            if wrong or unknown:
                yield problem(
                    "wrong_key_value",
                    file=CITY_TOML,
                    column=f"{key}.{name}",
                    found=repr(unknown[0] if unknown else given),
                    expected="texts by column name, for example es = {name = '...'}",
                )
        elif name in extras:
            continue
        elif column not in columns or (column == "id" and table != "city"):
            allowed = [*(one for one in columns if one != "id"), *extras]
            near = nearest_word(name, allowed)
            yield problem(
                "unknown_key",
                file=CITY_TOML,
                column=f"{key}.{name}",
                found=repr(name),
                expected=_perhaps(near) or f"one of {', '.join(allowed)}",
            )
        else:
            kind, words = columns[column]["type"], columns[column]["one_of"]
            fits = isinstance(given, _PLAIN[kind]) and (kind == "bool" or not isinstance(given, bool))
            if kind == "date" and isinstance(given, str):
                fits = _is_iso(given)
            if not fits:
                yield problem(
                    "wrong_key_value", file=CITY_TOML, column=f"{key}.{name}", found=repr(given), expected=_KINDS[kind]
                )
            elif words and given not in words:
                near = nearest_word(str(given), words)
                yield problem(
                    "wrong_word",
                    file=CITY_TOML,
                    column=f"{key}.{name}",
                    found=repr(given),
                    expected=f"one of {', '.join(words)}{f'; {_perhaps(near)}' if near else ''}",
                    level="error",
                )
    given_columns = {"source_id" if name == "source" else name for name in entry}
    for name, one in columns.items():
        if one["required"] and name not in given_columns and name != ("id" if table != "city" else "") and not partial:
            code = NEEDED_OF_A_MEASURE.get(name, "missing_key") if table == "measure" else "missing_key"
            yield problem(code, file=CITY_TOML, column=f"{key}.{name.removesuffix('_id')}", expected=one["says"])
    if table == "measure":
        empty = [name for name, given in entry.items() if name in ("definition", "source") and given == ""]
        for name in empty:
            code = NEEDED_OF_A_MEASURE["source_id" if name == "source" else name]
            yield problem(code, file=CITY_TOML, column=f"{key}.{name}", found="an empty text")
        unit = UNITS.get(str(entry.get("kind")))
        if unit and entry.get("unit") in UNITS.values() and entry["unit"] != unit:
            yield problem(
                "unit_does_not_fit", file=CITY_TOML, column=f"{key}.unit", found=repr(entry["unit"]), expected=unit
            )


_KINDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a day, such as 2026-01-31",
}


def _is_iso(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _checked(toml: CityToml) -> Iterator[Problem]:
    yield from entry_problems("city", "city", toml.city)
    for name, entry in toml.sources.items():
        yield from entry_problems("source", f"sources.{name}", entry)
    for name, entry in toml.measures.items():
        yield from entry_problems("measure", f"measures.{name}", entry)
        yield from _rule_problems(name, entry)
    for name, entry in toml.fiscal_years.items():
        yield from entry_problems("fiscal_year", f"fiscal_years.{name}", entry, partial=True)
    for name, entry in toml.neighborhoods.items():
        yield from entry_problems("neighborhood", f"neighborhoods.{name}", entry, partial=True)
        aliases = entry.get("aliases", [])
        if not isinstance(aliases, list) or any(not isinstance(one, str) for one in aliases):
            yield _wrong(f"neighborhoods.{name}.aliases", aliases, "a list of names")
    for name, tables in toml.tables.items():
        if name not in TABLES or name in MADE_BY_PUBLISHING:
            yield _unknown_table(f"tables.{name}", name)
            continue
        for at, table in enumerate(tables):
            yield from _column_problems(f"tables.{name}" + (f"[{at + 1}]" if at else ""), name, table)
    for at, extract in enumerate(toml.extracts):
        yield from _extract_problems(f"extracts[{at + 1}]", extract, toml)
    sources = {*toml.sources}
    if "source" not in toml.tables:
        named = [(f"extracts[{at + 1}].source", one.source) for at, one in enumerate(toml.extracts)]
        named += [(f"tables.{name}.source", one.source) for name, many in toml.tables.items() for one in many]
        named += [
            (f"measures.{name}.source", one.get("source", one.get("source_id"))) for name, one in toml.measures.items()
        ]
        for key, source in named:
            if source is not None and source not in sources:
                near = nearest_word(str(source), sources)
                yield problem(
                    "unknown_reference", file=CITY_TOML, column=key, found=repr(source), expected=_perhaps(near)
                )


def _wrong(key: str, found: object, expected: str) -> Problem:
    return problem("wrong_key_value", file=CITY_TOML, column=key, found=repr(found), expected=expected)


def _unknown_table(key: str, name: str) -> Problem:
    allowed = sorted(set(TABLES) - MADE_BY_PUBLISHING)
    near = nearest_word(name, allowed)
    return problem(
        "unknown_table",
        file=CITY_TOML,
        column=key,
        found=repr(name),
        expected=_perhaps(near) or f"one of {', '.join(allowed)}",
    )


def _rule_problems(name: str, entry: dict[str, Any]) -> Iterator[Problem]:
    year = entry.get("population_year", "same")
    if year not in ("same", "nearest") and (not isinstance(year, int) or isinstance(year, bool)):
        yield _wrong(f"measures.{name}.population_year", year, '"same", "nearest" or a year')
    crime = entry.get("crime")
    if crime is not None and crime not in CRIMES:
        yield _wrong(f"measures.{name}.crime", crime, '"property" or "violent"')
    early = entry.get("provisional_from")
    if early is not None and not _is_period(early):
        yield _wrong(f"measures.{name}.provisional_from", early, "a period code such as 2025-07")


def _is_period(code: object) -> bool:
    try:
        periods.parse(str(code))
    except periods.UnknownPeriod:
        return False
    return True


def _column_problems(key: str, table: str, spec: Extract | ReadyTable) -> Iterator[Problem]:
    allowed = [name for name, one in described(TABLES[table]).items() if not one["computed"]]
    allowed += [name.removesuffix("_cents") + "_usd" for name in allowed if name.endswith("_cents")]
    for part, given in (("columns", spec.columns), ("constants", spec.constants)):
        for name in given:
            if name not in allowed:
                near = nearest_word(name, allowed)
                yield problem(
                    "unknown_key",
                    file=CITY_TOML,
                    column=f"{key}.{part}.{name}",
                    found=repr(name),
                    expected=_perhaps(near) or f"a column of {table}",
                )


def _extract_problems(key: str, spec: Extract, toml: CityToml) -> Iterator[Problem]:
    if spec.into not in TABLES or spec.into in MADE_BY_PUBLISHING:
        yield _unknown_table(f"{key}.into", spec.into)
        return
    yield from _column_problems(key, spec.into, spec)
    for name, place in (("neighborhood", spec.neighborhood),):
        if place and place.lookup and place.lookup not in toml.lookups:
            near = nearest_word(place.lookup, toml.lookups)
            yield problem(
                "unknown_reference",
                file=CITY_TOML,
                column=f"{key}.{name}.lookup",
                found=repr(place.lookup),
                expected=_perhaps(near),
            )
    for name, when in (("period", spec.period), ("fiscal_year", spec.fiscal_year)):
        if when and not when.column and not (when.start and when.end):
            yield _wrong(f"{key}.{name}", when.model_dump(exclude_defaults=True), "column, or start and end")
    for code, covered in spec.incomplete.items():
        if not _is_period(code) or (covered is not None and not _is_period(covered)):
            yield _wrong(f"{key}.incomplete", code, 'period codes, such as {"2020" = "2020-01-01..2020-12-09"}')
    for at, one in enumerate(spec.where):
        if not one.model_fields_set - {"column", "format"}:
            yield problem(
                "missing_key", file=CITY_TOML, column=f"{key}.where[{at + 1}]", expected="in, equals, from, ..."
            )
    ways = [name for name in ("count", "sum", "values", "counts") if getattr(spec, name)]
    if spec.into in FIGURE_TABLES and len(ways) != 1:
        yield _wrong(key, ways or "nothing to count", "exactly one of count, sum, values, counts")
    if spec.into not in FIGURE_TABLES and ways:
        yield _wrong(f"{key}.{ways[0]}", ways[0], f"only columns and constants: {spec.into} takes rows as they are")
    if spec.counts and spec.into != "complaint_summary":
        yield _wrong(f"{key}.counts", list(spec.counts), 'only with into = "complaint_summary"')
    for name in spec.counts if spec.into == "complaint_summary" else ():
        if name not in (
            "received",
            "closed",
            "sustained",
            "not_sustained",
            "unfounded",
            "exonerated",
            "other",
            "pending",
        ):
            yield _wrong(f"{key}.counts.{name}", name, "a count of complaint_summary")
    if spec.date and not spec.by and spec.into in ("observation", "complaint_summary"):
        yield problem("missing_key", file=CITY_TOML, column=f"{key}.by", expected="year, quarter or month")
    if spec.into in ("observation", "complaint_summary") and not (
        spec.date
        or spec.period
        or "period" in spec.constants
        or (spec.values and all(one.period for one in spec.values))
    ):
        yield problem("missing_key", file=CITY_TOML, column=f"{key}.period", expected="period, or date and by")
    if spec.into == "observation":
        measures = [spec.measure, *(one.measure for one in spec.values)]
        for measure in measures:
            if measure and measure not in toml.measures and "measure" not in toml.tables:
                near = nearest_word(measure, toml.measures)
                yield problem(
                    "unknown_reference",
                    file=CITY_TOML,
                    column=f"{key}.measure",
                    found=repr(measure),
                    expected=_perhaps(near),
                )
        if (
            not spec.measure
            and not spec.measure_from
            and not all(one.measure for one in spec.values or [Value(column="")])
        ):
            yield problem(
                "missing_key", file=CITY_TOML, column=f"{key}.measure", expected="the measure that is counted"
            )
