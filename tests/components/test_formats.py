"""The formats of the style guide, in both languages, as one table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import formats as f
from data import periods
from data.periods import UnknownPeriod

MINUS = "\u2212"

EN_ES = [
    (f.count, (1184,), "1,184", "1,184"),
    (f.count, (0,), "0", "0"),
    (f.count_in_sentence, (99_999,), "99,999", "99,999"),
    (f.count_in_sentence, (212_345,), "about 212,000", "unos 212,000"),
    (f.count_in_sentence, (2_746_388,), "about 2,750,000", "unos 2,750,000"),
    (f.percent, (57.2,), "57%", "57%"),
    (f.percent, (56.5,), "57%", "57%"),
    (f.percent, (0,), "0%", "0%"),
    (f.percent, (0.2,), "under 1%", "menos de 1%"),
    (f.percent, (99.7,), "over 99%", "más de 99%"),
    (f.percent, (100,), "100%", "100%"),
    (f.percent_range, (53.6, 60.4), "between 54% and 60%", "entre 54% y 60%"),
    (f.give_or_take, (57, 54.1, 59.9), "57%, give or take 3 points", "57%, con un margen de 3 puntos"),
    (f.give_or_take, (57, 56.2, 57.8), "57%, give or take 1 point", "57%, con un margen de 1 punto"),
    (f.give_or_take, (4, 1.4, 11.1), "between 1% and 11%", "entre 1% y 11%"),
    (f.points, (-4,), "4 points", "4 puntos"),
    (f.points, (1.2,), "1 point", "1 punto"),
    (f.rate, (8.43,), "8.4 per 1,000", "8.4 por cada 1,000"),
    (f.rate, (15.68,), "15.7 per 1,000", "15.7 por cada 1,000"),
    (f.rate, (9.96,), "10.0 per 1,000", "10.0 por cada 1,000"),
    (f.rate, (211.6,), "212 per 1,000", "212 por cada 1,000"),
    (f.rate, (0.0,), "0.0 per 1,000", "0.0 por cada 1,000"),
    (f.rate, (0.03,), "under 0.1 per 1,000", "menos de 0.1 por cada 1,000"),
    (f.rate_per_100000, (286.67,), "287 per 100,000", "287 por cada 100,000"),
    (f.rate_range, (7.3, 9.6), "between 7.3 and 9.6 per 1,000", "entre 7.3 y 9.6 por cada 1,000"),
    (f.rate_range, (14.6, 16.8), "between 14.6 and 16.8 per 1,000", "entre 14.6 y 16.8 por cada 1,000"),
    (f.rate_range, (8.9, 12.2), "between 8.9 and 12.2 per 1,000", "entre 8.9 y 12.2 por cada 1,000"),
    (f.money, (985_000,), "$9,850", "$9,850"),
    (f.money, (4_800_000,), "$48K", "$48 mil"),
    (f.money, (120_435_000,), "$1.2M", "$1.2 millones"),
    (f.money, (100_000_000,), "$1M", "$1 millón"),
    (f.money, (8_420_000_000,), "$84.2M", "$84.2 millones"),
    (f.money, (17_430_000_000,), "$174M", "$174 millones"),
    (f.money, (340_000_000_000,), "$3.4B", "$3.4 mil millones"),
    (f.money, (99_960_000,), "$1M", "$1 millón"),
    (f.money, (-4_000_000,), f"{MINUS}$40K", f"{MINUS}$40 mil"),
    (f.money, (0,), "$0", "$0"),
    (f.money_exact, (120_435_000,), "$1,204,350", "$1,204,350"),
    (f.money_exact, (-4_000_000,), f"{MINUS}$40,000", f"{MINUS}$40,000"),
    (f.money_exact, (-20,), "$0", "$0"),
    (f.money_number, (120_435_049,), "1,204,350", "1,204,350"),
    (f.money_per_resident, (124_000, 100), "$12.40 per resident", "$12.40 por residente"),
    (f.ratio, (2.1,), "about twice", "cerca del doble"),
    (f.ratio, (3.2,), "about 3 times", "cerca de 3 veces"),
    (f.ratio, (1.5,), "about one and a half times", "cerca de una vez y media"),
    (f.ratio, (0.26,), "about a quarter", "cerca de una cuarta parte"),
    (f.ratio, (0.5,), "about half", "cerca de la mitad"),
    (f.ratio, (1.09,), None, None),
    (f.ratio, (0.95,), None, None),
    (f.date_text, (date(2026, 3, 3),), "March 3, 2026", "3 de marzo de 2026"),
    (f.month_text, (date(2026, 3, 3),), "Mar 2026", "mar 2026"),
    (f.month_text, (date(2025, 9, 1),), "Sep 2025", "sept 2025"),
    (f.clock, ("18:30",), "6:30\u00a0pm", "6:30\u00a0p.m."),
    (f.period_label, ("2023",), "2023", "2023"),
    (f.period_label, ("2023-05",), "May 2023", "mayo de 2023"),
    (f.period_label, ("2023-Q2",), "April to June 2023", "abril a junio de 2023"),
    (
        f.period_label,
        ("2025-01-01..2025-06-23",),
        "January 1 to June 23, 2025",
        "1 de enero al 23 de junio de 2025",
    ),
    (f.period_label, ("2025-01-01..2025-06-30",), "January to June 2025", "enero a junio de 2025"),
    (f.period_label, ("2024-07-01..2025-06-30",), "July 2024 to June 2025", "julio de 2024 a junio de 2025"),
    (
        f.period_label,
        ("2024-12-20..2025-01-10",),
        "December 20, 2024 to January 10, 2025",
        "20 de diciembre de 2024 al 10 de enero de 2025",
    ),
    (f.period_label, ("2025-03-03..2025-03-03",), "March 3, 2025", "3 de marzo de 2025"),
    (f.period_label, ("FY2024",), "fiscal year 2024", "año fiscal 2024"),
    (
        f.fiscal_year_in_full,
        (periods.parse("FY2026"),),
        "July 2025 to June 2026 (fiscal year 2026)",
        "julio de 2025 a junio de 2026 (año fiscal 2026)",
    ),
    (f.join, (["Riverside"],), "Riverside", "Riverside"),
    (f.join, (["Riverside", "Old Town"],), "Riverside and Old Town", "Riverside y Old Town"),
    (f.join, (["Alto", "Bajo", "Irving Park"],), "Alto, Bajo and Irving Park", "Alto, Bajo e Irving Park"),
    (f.join, (["Alto", "Hialeah"],), "Alto and Hialeah", "Alto y Hialeah"),
    (f.join, ([],), "", ""),
    (f.value_text, (57.2, "percent"), "57%", "57%"),
    (f.value_text, (8.43, "per_1000_residents"), "8.4 per 1,000", "8.4 por cada 1,000"),
    (f.value_text, (1184, "events"), "1,184", "1,184"),
    (f.value_text, (62.4, "points"), "62 points", "62 puntos"),
    (f.value_number, (8.43, "per_1000_residents"), "8.4", "8.4"),
    (f.range_text, (53.6, 60.4, "percent"), "between 54% and 60%", "entre 54% y 60%"),
    (f.range_text, (180, 240, "events"), "between 180 and 240", "entre 180 y 240"),
    (f.from_to, ("10", "19"), "10 to 19", "10 a 19"),
]


@pytest.mark.parametrize(("function", "arguments", "english", "spanish"), EN_ES)
def test_the_formats(
    function: Callable[..., str | None], arguments: tuple[Any, ...], english: str | None, spanish: str | None
) -> None:
    assert (function(*arguments, "en"), function(*arguments, "es")) == (english, spanish)


def test_one_decimal_for_downloads() -> None:
    assert f.percent(57.25, "en", decimals=1) == "57.3%"
    assert f.percent(0.01, "en", decimals=1) == "under 0.1%"
    assert f.percent(99.99, "en", decimals=1) == "over 99.9%"


def test_short_labels_for_axes() -> None:
    assert f.period_label("2023-05", "es", short=True) == "may 2023"
    assert f.period_label("2023-Q4", "en", short=True) == "Oct to Dec 2023"


def test_months_come_from_our_own_list() -> None:
    assert f.month_names("en")[:3] == ["Jan", "Feb", "Mar"]
    assert f.month_names("es", full=True)[-1] == "diciembre"
    assert len(f.month_names("es")) == 12


def test_a_text_that_is_no_period_is_named() -> None:
    with pytest.raises(UnknownPeriod, match="'last year' is not a period"):
        f.period_label("last year", "en")


def test_a_label_can_begin_a_line() -> None:
    assert f.sentence_case(f.period_label("FY2024", "es")) == "Año fiscal 2024"


@given(st.floats(min_value=0, max_value=100))
def test_a_share_is_only_zero_or_all_when_it_is(value: float) -> None:
    assert (f.percent(value, "en") == "0%") == (value == 0)
    assert (f.percent(value, "en") == "100%") == (value == 100)


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_short_money_keeps_sign_and_size(cents: int) -> None:
    text = f.money(cents, "en")
    number = text.lstrip(f"{MINUS}$").rstrip("KMB").replace(",", "")
    scale = {"K": 10**3, "M": 10**6, "B": 10**9}.get(text[-1], 1)
    dollars = float(number) * scale * (-1 if text.startswith(MINUS) else 1)
    assert dollars == pytest.approx(cents / 100, rel=0.05, abs=0.5)


@pytest.mark.parametrize(("text", "shown"), [("1204", "1,204"), ("8.42", "8.42"), ("-0.5", "−0.5"), ("0", "0")])
def test_a_number_of_a_file_loses_no_decimal(text: str, shown: str) -> None:
    assert f.exact(text, "en") == shown
