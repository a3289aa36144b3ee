"""Both catalogs say the same things, plainly, and the program cannot misuse them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import textstat

from components.words import (
    DEFAULT,
    MissingWords,
    UnknownLanguage,
    Words,
    WrongSlots,
    for_markdown,
    languages,
    words,
)
from data.figures import REASONS
from data.models import TABLES, described
from data.verdicts import Refusal
from data.verdicts.context import BREAK_KINDS

OTHERS = [code for code in languages() if code != DEFAULT]

# Words of the machinery, which no page shows by their code.
NOT_FOR_PEOPLE = {
    ("observation", "status"),
    ("observation", "reason"),
    ("revision", "kind"),
    ("withheld_cell", "rule"),
}

# Keys made of codes of the data, which other tests hold to those codes; and the glossary, which has no page yet.
MADE_OF_CODES = ("kinds.", "refused.", "evidence.grade_", "term.")
HOUSE = Path(__file__).parents[2]


class Code:
    """What the code says: its texts and names, and its f-strings with a gap for each value."""

    def __init__(self, *sources: str) -> None:
        self.told: set[str] = set(TABLES)
        self.built: set[tuple[str, ...]] = set()
        for source in sources:
            for node in ast.walk(ast.parse(source)):
                self._read(node)

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Constant(value=str(text)) | ast.arg(arg=text) | ast.keyword(arg=str(text)):
                self.told.add(text)
            case ast.AnnAssign(target=ast.Name(id=text)):
                self.told.add(text)
            case ast.JoinedStr(values=parts):
                shape = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in parts)
                if re.fullmatch(r"[a-z0-9_.\0]*[a-z]{3}[a-z0-9_.\0]*", shape):
                    self.built.add(tuple(shape.split("\0")))

    def may_say(self, key: str) -> bool:
        """Whether the code holds `key`, or makes it of pieces that it holds."""
        group, _, code = key.rpartition(".")
        return (
            self._may_name(key)
            or any(self._makes(shape, key) for shape in self.built if not shape[0])
            or (self._may_name(group) and self._may_name(code))
        )

    def _may_name(self, text: str) -> bool:
        if text in self.told or text.isdigit():
            return True
        return any(self._makes(shape, text) for shape in self.built if shape[0])

    def _makes(self, shape: tuple[str, ...], text: str) -> bool:
        start, *rest = shape
        if not rest or not text.startswith(start):
            return not rest and text == start
        text = text[len(start) :]
        ends = range(1, len(text) + 1)
        return any(self._makes(tuple(rest), text[end:]) and self._may_name(text[:end]) for end in ends)


def sentences(language: Words, group: str = "") -> list[str]:
    """Every whole sentence of a catalog, with an ordinary short word in each slot."""
    texts = (text for key in language.entries(group) for text in language.texts(key))
    filled = (re.sub(r"\{\w+\}", "12", text) for text in texts)
    return [text for text in filled if text.endswith((".", "?"))]


def test_there_are_english_and_spanish() -> None:
    assert set(languages()) >= {"en", "es"}
    assert languages()[0] == "en"
    assert (words("en").name, words("es").name) == ("English", "Español")


@pytest.mark.parametrize("code", OTHERS)
def test_catalogs_have_the_same_keys_in_the_same_order(code: str) -> None:
    assert words(code).entries() == words(DEFAULT).entries()


@pytest.mark.parametrize("code", OTHERS)
def test_catalogs_have_the_same_slots(code: str) -> None:
    differing = {key for key in words(DEFAULT).entries() if words(code).slots(key) != words(DEFAULT).slots(key)}
    assert differing == set()


def test_every_text_is_said_somewhere() -> None:
    rooms = [path for room in ("components", "data", "pages") for path in (HOUSE / room).rglob("*.py")]
    code = Code(*(path.read_text(encoding="utf-8") for path in [HOUSE / "app.py", *rooms]))
    keys = [key for key in words(DEFAULT).entries() if not key.startswith(MADE_OF_CODES)]
    assert [key for key in keys if not code.may_say(key)] == []


def test_a_text_that_nothing_says_is_found() -> None:
    code = Code('say("home.title"); say(f"home.{part}_{way}"); part = "lead"; way = "up"; name_of("kinds.x", "lead")')
    assert all(map(code.may_say, ("home.title", "home.lead_up", "kinds.x.lead")))
    assert not any(map(code.may_say, ("home.lead_down", "home.lead")))


@pytest.mark.parametrize("code", languages())
def test_plural_forms_are_those_of_the_language_and_share_their_slots(code: str) -> None:
    language = words(code)
    for key in language.entries():
        forms = language.texts(key)
        if len(forms) > 1:
            assert {frozenset(re.findall(r"\{(\w+)\}", form)) for form in forms} == {language.slots(key)}, key


@pytest.mark.parametrize("code", languages())
def test_no_text_is_empty_or_has_stray_blanks(code: str) -> None:
    language = words(code)
    texts = [text for key in language.entries() for text in language.texts(key)]
    assert [text for text in texts if not text or text != text.strip() or "  " in text] == []


@pytest.mark.parametrize("code", languages())
def test_no_forbidden_word(code: str) -> None:
    language = words(code)
    found = {key: bad for key in language.entries() for t in language.texts(key) if (bad := language.forbidden_in(t))}
    assert found == {}


def test_forbidden_words_are_found_as_whole_words() -> None:
    assert words("en").forbidden_in("The program caused the WORST hot spots.") == [
        "caused",
        "worst",
        "hot spots",
    ]
    assert words("en").forbidden_in("Crimes nobody reported, in a bestiary") == []
    assert words("es").forbidden_in("El peor barrio de los ciudadanos") == ["el peor", "ciudadanos"]


def test_english_reads_at_grade_8_or_below() -> None:
    textstat.set_lang("en_US")
    assert textstat.flesch_kincaid_grade(" ".join(sentences(words("en")))) <= 8


def test_spanish_reads_at_70_or_above() -> None:
    textstat.set_lang("es")
    assert textstat.fernandez_huerta(" ".join(sentences(words("es")))) >= 70


@pytest.mark.parametrize(
    "group",
    [
        "status",
        "reasons",
        "verdict",
        "reading",
        "refused",
        "instead",
        "spc",
        "evidence",
        "home",
        "neighborhood",
        "map",
        "outcomes",
        "programs",
        "budget",
        "feedback",
        "about",
    ],
)
def test_every_page_reads_easily_on_its_own(group: str) -> None:
    textstat.set_lang("en_US")
    assert textstat.flesch_kincaid_grade(" ".join(sentences(words("en"), group))) <= 8
    textstat.set_lang("es")
    assert textstat.fernandez_huerta(" ".join(sentences(words("es"), group))) >= 70


@pytest.mark.parametrize("code", languages())
def test_sentences_are_short(code: str) -> None:
    parts = [part for text in sentences(words(code)) for part in re.split(r"(?<=[.?:;]) ", text)]
    assert [part for part in parts if len(part.split()) > 20] == []


@pytest.mark.parametrize("code", languages())
def test_every_code_of_the_data_has_words(code: str) -> None:
    language = words(code)
    missing = [
        f"kinds.{table}.{column}.{value}"
        for table, model in TABLES.items()
        for column, about in described(model).items()
        for value in about["one_of"]
        if (table, column) not in NOT_FOR_PEOPLE and f"kinds.{table}.{column}.{value}" not in language
    ]
    assert missing == []


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("group", ["status.chip", "status.cell"])
def test_every_status_has_words(code: str, group: str) -> None:
    statuses = described(TABLES["observation"])["status"]["one_of"]
    assert [status for status in statuses if f"{group}.{status}" not in words(code)] == []


@pytest.mark.parametrize("code", languages())
def test_every_reason_has_a_sentence(code: str) -> None:
    assert [reason for reason in REASONS if f"reasons.{reason}" not in words(code)] == []


@pytest.mark.parametrize("code", languages())
def test_every_refusal_says_why_and_what_instead(code: str) -> None:
    plain = [str(reason) for reason in Refusal if reason != Refusal.SERIES_BREAK]
    kinds = [f"{Refusal.SERIES_BREAK}_{kind}" for kind in BREAK_KINDS]
    wanted = [f"{group}.{reason}" for group in ("refused", "refused.cell") for reason in [*plain, *kinds]]
    wanted += [f"instead.{reason}" for reason in Refusal]
    assert [key for key in wanted if key not in words(code)] == []


def test_slots_are_filled() -> None:
    assert words("en").say("verdict.same_as_city") == "No clear difference from the city."
    assert words("en").say("spc.too_short", have="5 months", need="12") == (
        "Too soon to tell what is usual: there are 5 months, and it takes 12."
    )
    assert words("es").say("home.title", city="Riverton") == ("La policía comunitaria de Riverton, a la vista")


def test_the_number_picks_the_plural_form_and_is_formatted() -> None:
    assert words("en").say("programs.count", n=1) == "1 program"
    assert words("en").say("programs.count", n=0) == "0 programs"
    assert words("en").say("programs.count", n=1200) == "1,200 programs"
    assert words("es").say("programs.count", n=1) == "1 programa"
    # Spanish has a form of its own for whole millions; without a text for it, the general one is used.
    assert words("es").say("programs.count", n=1_000_000) == "1,000,000 programas"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(MissingWords, match=r"no words for 'home.titel' in en.toml"):
        words("en").say("home.titel")


def test_wrong_slots_are_named() -> None:
    with pytest.raises(WrongSlots, match=r"'home.title' in en: needs city"):
        words("en").say("home.title")
    with pytest.raises(WrongSlots, match=r"'home.lead' in en: has no slot city"):
        words("en").say("home.lead", city="Riverton")
    with pytest.raises(WrongSlots, match=r"'programs.count' in en has plural forms and needs n="):
        words("en").say("programs.count")


def test_an_unformatted_number_never_reaches_a_sentence() -> None:
    with pytest.raises(WrongSlots, match="now must be text; format numbers first"):
        words("en").say("verdict.counts_only_same", now=0.5666667)  # type: ignore[arg-type]


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(UnknownLanguage, match=r"no catalog xx\.toml; there are en, es"):
        words("xx")


def test_a_code_without_words_is_shown_as_plain_words() -> None:
    assert words("es").name_of("kinds.feedback_event.kind", "town_hall") == "Asamblea"
    assert words("es").name_of("kinds.budget_line.category", "body_cameras") == "Body cameras"


def test_adding_a_language_is_one_file(tmp_path: Path) -> None:
    catalog = '[catalog]\nname = "Polski"\nlocale = "pl_PL"\nforbidden = []\n'
    catalog += '[programs]\ncount = { one = "{n} program", few = "{n} programy", other = "{n} programów" }\n'
    (tmp_path / "pl.toml").write_text(catalog, encoding="utf-8")
    assert languages(tmp_path) == ("pl",)
    polish = Words("pl", folder=tmp_path)
    assert [polish.say("programs.count", n=n) for n in (1, 3, 5)] == [
        "1 program",
        "3 programy",
        "5 programów",
    ]


def test_text_for_markdown_is_never_read_as_formatting() -> None:
    assert for_markdown("$1.2M of $3M") == r"\$1.2M of \$3M"
    assert for_markdown("*Old* [Town]") == r"\*Old\* \[Town\]"
