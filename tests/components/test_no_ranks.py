"""Places are never ranked: nothing that readers see is put in order by a figure."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ORDERING = {"sort_values", "sorted", "sort", "nlargest", "nsmallest", "rank", "argsort", "idxmax", "idxmin", "order_by"}
A_FIGURE = re.compile(r"""(\.|['"])(value|numerator|low|high)\b""")
MAY = {
    Path("components/charts/strip.py"),  # bands beside the city's line, so that overlap is seen; its table goes A to Z
    Path("components/charts/funnel.py"),
}


def orders(source: str) -> list[str]:
    """Calls that put things in order by a figure."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = " ".join(ast.unparse(one) for one in [*node.args, *(word.value for word in node.keywords)])
        if name in ORDERING and A_FIGURE.search(given):
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("folder", ["components", "pages"])
def test_nothing_is_ordered_by_a_figure(folder: str) -> None:
    found = {
        str(path.relative_to(ROOT)): calls
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.relative_to(ROOT) not in MAY and (calls := orders(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_files_that_may_are_few() -> None:
    assert len(MAY) <= 2


@pytest.mark.parametrize(
    "code",
    [
        "figures.sort_values('value')",
        "figures.sort_values(['name', 'value'], ascending=False)",
        "sorted(rows, key=lambda row: row['value'])",
        "sorted(readings, key=lambda one: one.now.value)",
        "figures.nlargest(3, 'value')",
        "figures.rank(by='numerator')",
    ],
)
def test_a_rank_would_be_noticed(code: str) -> None:
    assert orders(code) == [code]


def test_an_order_by_name_is_no_rank() -> None:
    assert orders("figures.sort_values('name')") == []
