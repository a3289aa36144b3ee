"""city.toml is read key by key, and files are found only inside the pack and the files folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.publish import pack as module
from data.publish.pack import Column, Pack, read_pack, title
from data.publish.problems import Refused
from data.publish.thresholds import Thresholds

HEAD = '[city]\nid = "tiny"\nname = "Tiny"\npublisher = "City of Tiny"\n'
SOURCE = '[sources.s]\ntitle = "T"\npublisher = "P"\nlicence = "L"\nretrieved_on = 2026-01-20\n'
EXTRACT = '[[extracts]]\nfile = "a.csv"\ninto = "program"\n'


def pack(folder: Path, toml: str | bytes) -> Pack:
    (folder / "city.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return read_pack(folder)


@pytest.mark.parametrize(
    ("toml", "code", "key", "expected"),
    [
        (HEAD + '[city2]\na = "b"\n', "unknown_key", "city2", "'city'"),
        (HEAD + "populaton = 3\n", "unknown_key", "city.populaton", "one of"),
        (HEAD + 'fiscal_start = 7\n', "unknown_key", "city.fiscal_start", "'fiscal_start_month'"),
        (HEAD + 'fiscal_start_month = "July"\n', "wrong_key_value", "city.fiscal_start_month", "a whole number"),
        (HEAD + 'invented = "yes"\n', "wrong_key_value", "city.invented", "true or false"),
        (HEAD.replace('id = "tiny"\n', ""), "missing_key", "city.id", "code"),
        ("", "missing_key", "city", "city"),
        (HEAD + SOURCE.replace("licence", "license"), "unknown_key", "sources.s.license", "'licence'"),
        (HEAD + "[limits]\nrejected_rows = -1\n", "wrong_key_value", "limits.rejected_rows.", "greater"),
        (HEAD + "[thresholds]\nsmall_count = 5\n", "threshold_too_low", "thresholds.small_count", "equal to 10"),
        (HEAD + "[thresholds]\nwide_points = 31\n", "threshold_too_low", "thresholds.wide_points", "equal to 30"),
        (HEAD + "[thresholds]\nfew_event = 12\n", "unknown_key", "thresholds.few_event", "'few_events'"),
        (HEAD + EXTRACT + 'by = "weak"\n', "wrong_word", "extracts[1].by", "year, quarter, month"),
        (HEAD + EXTRACT + 'neighborhood = {colum = "A"}\n', "unknown_key",
         "extracts[1].neighborhood.colum", "'column'"),
        (HEAD + EXTRACT + "neighborhood = {}\n", "missing_key", "extracts[1].neighborhood.column", "column"),
        (HEAD + EXTRACT + 'where = [{column = "A", inn = ["x"]}]\n', "unknown_key",
         "extracts[1].where[1].inn", "'in'"),
        (HEAD + EXTRACT + 'columns = {nam = "A"}\n', "unknown_key", "extracts[1].columns.nam", "'name'"),
        (HEAD + EXTRACT + 'source = "x"\n', "unknown_reference", "extracts[1].source", ""),
        (HEAD + EXTRACT + 'neighborhood = {column = "A", lookup = "x"}\n', "unknown_reference",
         "extracts[1].neighborhood.lookup", ""),
        (HEAD + EXTRACT + 'count = "rows"\n', "wrong_key_value", "extracts[1].count", "columns and constants"),
        (HEAD + EXTRACT.replace("program", "observation"), "wrong_key_value", "extracts[1]", "exactly one"),
        (HEAD + EXTRACT.replace("program", "manifest"), "unknown_table", "extracts[1].into", ""),
        (HEAD + "[neighborhoods.a]\nnamed = 'x'\n", "unknown_key", "neighborhoods.a.named", "'name'"),
        (HEAD + "[neighborhoods.a]\nsetting = 'city'\n", "wrong_word", "neighborhoods.a.setting", "urban"),
        (HEAD + "[neighborhoods.a]\nes = 'x'\n", "wrong_key_value", "neighborhoods.a.es", "texts"),
        (HEAD + "[neighborhoods.a]\ngeometry = 'x'\n", "unknown_key", "neighborhoods.a.geometry", "one of"),
        (HEAD + "[boundaries.ward]\nfile = 'x'\nname = 'y'\n", "wrong_word", "boundaries.ward", "district"),
        (HEAD + "[tables.measure]\nfile = 'x'\ncolumns = {lable = 'A'}\n", "unknown_key",
         "tables.measure.columns.lable", ""),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named_with_what_is_allowed(
    tmp_path: Path, toml: str, code: str, key: str, expected: str
) -> None:
    problems = pack(tmp_path, toml).problems
    hits = [one for one in problems if one.code == code and (one.column or "").startswith(key)]
    assert hits, [str(one) for one in problems]
    assert expected in hits[0].expected
    assert hits[0].level == "error"


def test_a_missing_or_garbled_city_toml_is_said_plainly(tmp_path: Path) -> None:
    [missing] = read_pack(tmp_path).problems
    assert missing.code == "missing_file"
    [garbled] = pack(tmp_path, 'name = "Peña"'.encode("latin-1")).problems
    assert (garbled.code, garbled.level) == ("wrong_encoding", "error")


def test_the_pack_goes_before_the_files_folder(tmp_path: Path) -> None:
    own, raw = tmp_path / "pack", tmp_path / "raw"
    for folder in (own, raw):
        (folder / "sub").mkdir(parents=True)
        (folder / "a.csv").write_text(folder.name, encoding="utf-8")
    (raw / "sub" / "b.csv").write_text("b", encoding="utf-8")
    found = Pack(own, raw)
    assert found.find("a.csv").read_text(encoding="utf-8") == "pack"
    assert found.find("sub/b.csv").read_text(encoding="utf-8") == "b"


@pytest.mark.parametrize(
    "file", ["../secret.csv", "/etc/hostname", "sub/../../secret.csv", "link.csv", "..\\secret.csv"]
)
def test_no_file_name_leads_out(tmp_path: Path, file: str) -> None:
    (tmp_path / "secret.csv").write_text("hush", encoding="utf-8")
    own = tmp_path / "pack"
    (own / "sub").mkdir(parents=True)
    (own / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(Refused) as refused:
        Pack(own, None).find(file)
    assert refused.value.problem.code == "outside_folder"


def test_a_missing_file_offers_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "crime_2023.csv").write_text("x", encoding="utf-8")
    with pytest.raises(Refused, match=r"perhaps 'crime_2023\.csv'"):
        Pack(tmp_path, None).find("crime_2022.csv")


@pytest.mark.parametrize(
    ("spec", "raw", "text"),
    [
        ({"pad": 4}, "211", "0211"),
        ({"pad": 4}, "211.0", "0211"),
        ({"pad": 4, "map": {"0140": "Services"}}, "140", "Services"),
        ({"pad": 4, "map": {"none": "no"}}, "none", "no"),
        ({"case": "title"}, "MCKINLEY  PARK", "Mckinley  Park"),
        ({"slug": True}, "Boots on the Ground Fund", "boots-on-the-ground-fund"),
        ({"map": {"citywide_unallocated": "citywide"}}, " citywide_unallocated ", "citywide"),
        ({"blank": "none"}, " ", "none"),
        ({}, None, None),
    ],
)
def test_cells_are_turned_as_declared(spec: dict[str, object], raw: str | None, text: str | None) -> None:
    assert Column.model_validate({"column": "A", **spec}).text(raw) == text


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("WEST ENGLEWOOD", "West Englewood"),
        ("O'HARE", "O'Hare"),
        ("ST. JOHN'S", "St. John's"),
        ("B.W. COOPER", "B.W. Cooper"),
    ],
)
def test_names_in_capitals_get_their_case_back(raw: str, name: str) -> None:
    assert title(raw) == name


def test_the_examples_of_the_documentation_are_a_pack_without_a_mistake(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "city-pack.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    assert [str(one) for one in pack(tmp_path, "\n".join(blocks)).problems] == []


def test_the_documentation_names_every_key() -> None:
    text = (Path(__file__).parents[3] / "docs" / "city-pack.md").read_text(encoding="utf-8")
    models = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, module._Strict)]
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} == set()


def test_a_city_may_ask_more_of_a_figure_than_the_floors(tmp_path: Path) -> None:
    assert pack(tmp_path, HEAD).thresholds == Thresholds()
    strict = pack(tmp_path, HEAD + "[thresholds]\nsmall_count = 12\nwide_points = 20\n")
    assert strict.problems == ()
    assert strict.thresholds == Thresholds(small_count=12, wide_points=20.0)
