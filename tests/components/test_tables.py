"""Tables as HTML: a caption, named rows, numbers under each other, and figures that lead to their pages."""

from __future__ import annotations

import pandas as pd

from components.tables import Figured, table_html, text_html


def html_of(*cells: object) -> str:
    table = pd.DataFrame({"Place": [f"P{at}" for at in range(len(cells))], "Value": list(cells)})
    return table_html(table, caption="Figures", nothing="Nothing noted")


class TestFigured:
    """A text that states a figure."""

    def test_it_leads_to_its_figure_and_says_on_hover_what_is_behind_it(self) -> None:
        cell = Figured("57%", "/figure?m=a&at=b", "between 54% and 60%; 96 answers")
        assert cell.html() == (
            '<a class="fig" target="_self" href="/figure?m=a&amp;at=b" title="between 54% and 60%; 96 answers">57%</a>'
        )

    def test_a_part_of_a_text_may_be_the_link(self) -> None:
        told = Figured("12 people live here. Mostly homes.", "/figure?t=population", part="12 people")
        assert told.html().endswith("</a> live here. Mostly homes.")
        assert "12 people</a>" in told.html()

    def test_a_part_that_is_not_there_makes_all_of_it_the_link(self) -> None:
        assert Figured("57%", "/figure?m=a", part="58%").html().endswith(">57%</a>")

    def test_nothing_of_a_text_is_read_as_html(self) -> None:
        assert "<b>" not in Figured("<b>1</b>", '/figure?m="<b>', '"<b>').html()
        assert text_html("<b>") == "&lt;b&gt;"


class TestTable:
    """Cells that state figures are read, aligned and emptied like any other."""

    def test_a_column_of_figures_is_a_column_of_numbers(self) -> None:
        told = html_of(Figured("57%", "/figure?m=a"), Figured("Hidden: small number", "/figure?m=b"))
        assert told.count('class="number"') == 3
        assert told.count('class="fig"') == 2

    def test_an_empty_cell_says_so(self) -> None:
        assert html_of("", Figured("1", "/figure?m=a")).count("Nothing noted") == 1
