"""Numbers of releases, and the chain that ties them together."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.publish.versions import chain_sha256, is_after, kind_of_change, next_number

changes = some.sampled_from(["minor", "major"])


@pytest.mark.parametrize(
    ("before", "change", "number"),
    [
        ([], "first", "1.0"),
        (["1.0"], "minor", "1.1"),
        (["1.0", "1.1"], "major", "2.0"),
        (["1.9"], "minor", "1.10"),
        (["1.10", "1.9"], "minor", "1.11"),
        ([None], "minor", "1.1"),  # from before there were numbers
        ([None, None], "major", "2.0"),
    ],
)
def test_the_next_number(before: list[str | None], change: str, number: str) -> None:
    assert next_number(before, change) == number


@given(some.lists(changes, max_size=12), some.data())
def test_numbers_only_grow_also_after_a_rollback(history: list[str], data: some.DataObject) -> None:
    numbers = ["1.0"]
    for change in history:
        numbers.append(next_number(data.draw(some.permutations(numbers)), change))
    for earlier, later in pairwise(numbers):
        assert is_after(later, earlier)
        assert not is_after(earlier, later)
    assert [int(number.split(".")[0]) for number in numbers][-1] == 1 + history.count("major")


def test_a_number_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="found the version 'v2'"):
        next_number(["v2"], "minor")


def test_major_is_what_was_removed_or_redefined() -> None:
    none = {"removes": False, "redefines": False}
    for row, change in (({}, "minor"), ({"removes": True}, "major"), ({"redefines": True}, "major")):
        assert kind_of_change(pd.DataFrame([none, none | row])) == change
    assert kind_of_change(pd.DataFrame(columns=list(none))) == "minor"


def test_the_link_is_the_hash_of_three_lines() -> None:
    first = hashlib.sha256(b"\n2025-12\nabc\n").hexdigest()
    assert chain_sha256(None, "2025-12", "abc") == first
    assert chain_sha256(first, "2026-03", "def") == hashlib.sha256(f"{first}\n2026-03\ndef\n".encode()).hexdigest()
