"""Period codes mean one stretch of time each, and lead a year back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from data.periods import KINDS, Period, UnknownPeriod, of, parse, span

DAYS = some.dates(date(1900, 1, 1), date(2100, 12, 31))


@some.composite
def periods(draw: some.DrawFn) -> Period:
    """Any period of any kind."""
    kind = draw(some.sampled_from(KINDS))
    day = draw(DAYS)
    if kind == "range":
        return span(day, day + timedelta(days=draw(some.integers(0, 800))))
    if kind == "fiscal":
        return parse(f"FY{day.year}", fiscal_start_month=draw(some.integers(1, 12)))
    return of(day, kind)


@pytest.mark.parametrize(
    ("code", "kind", "first", "last"),
    [
        ("2023", "year", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-Q2", "quarter", date(2023, 4, 1), date(2023, 6, 30)),
        ("2023-Q4", "quarter", date(2023, 10, 1), date(2023, 12, 31)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-12", "month", date(2023, 12, 1), date(2023, 12, 31)),
        ("2025-01-01..2025-06-23", "range", date(2025, 1, 1), date(2025, 6, 23)),
        ("FY2024", "fiscal", date(2023, 7, 1), date(2024, 6, 30)),
    ],
)
def test_a_code_means_its_days(code: str, kind: str, first: date, last: date) -> None:
    period = parse(code)
    assert (period.kind, period.start, period.end, period.code) == (kind, first, last, code)


@pytest.mark.parametrize(
    ("month", "first", "last"), [(1, "2024-01-01", "2024-12-31"), (10, "2023-10-01", "2024-09-30")]
)
def test_a_fiscal_year_is_named_after_the_year_it_ends_in(month: int, first: str, last: str) -> None:
    period = parse("FY2024", fiscal_start_month=month)
    assert (period.start.isoformat(), period.end.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "23",
        "2023-13",
        "2023-00",
        "2023-Q5",
        "2023-Q0",
        "0000",
        "2023-1",
        "2023-02-30..2023-03-01",
        "FY24",
        "May 2023",
        "2025-06-23..2025-01-01",
        "2023/05",
        "２０２３",
        "2023..2024",
        "2023\n2024",
    ],
)
def test_anything_else_is_refused_by_name(code: str) -> None:
    with pytest.raises(UnknownPeriod) as refused:
        parse(code)
    assert repr(code) in str(refused.value) or "ends before it starts" in str(refused.value)


@given(periods())
def test_a_code_can_be_read_back(period: Period) -> None:
    again = parse(period.code, fiscal_start_month=period.start.month if period.kind == "fiscal" else 7)
    assert again == period
    assert period.days == (period.end - period.start).days + 1 >= 1


@given(periods())
def test_a_year_before_is_the_same_stretch_of_the_year(period: Period) -> None:
    assume(period.start.year > 1)
    before = period.a_year_before()
    assert before.kind == period.kind
    assert before.start.year == period.start.year - 1
    if (period.start.month, period.start.day) != (2, 29):
        assert (before.start.month, before.start.day) == (period.start.month, period.start.day)
    assert before.end < period.end
    assert abs(before.days - period.days) <= 1


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("2024", "2023"),
        ("2024-Q1", "2023-Q1"),
        ("2024-02", "2023-02"),
        ("2024-01-01..2024-02-29", "2023-01-01..2023-02-28"),
        ("2024-02-29..2024-03-04", "2023-02-28..2023-03-04"),
        ("2025-01-01..2025-02-28", "2024-01-01..2024-02-29"),
        ("FY2024", "FY2023"),
    ],
)
def test_a_year_before_by_name(code: str, before: str) -> None:
    assert parse(code).a_year_before().code == before


def test_a_fiscal_year_keeps_its_first_month_a_year_before() -> None:
    assert parse("FY2024", fiscal_start_month=10).a_year_before().start == date(2022, 10, 1)


@given(DAYS, some.sampled_from(["year", "quarter", "month"]))
def test_a_day_lies_in_its_period(day: date, kind: str) -> None:
    period = of(day, kind)  # type: ignore[arg-type]
    assert period.start <= day <= period.end
    assert not period.is_over(period.end)
    assert period.is_over(period.end + timedelta(days=1))


@given(DAYS, DAYS)
def test_a_stretch_that_ends_before_it_starts_is_refused(start: date, end: date) -> None:
    if end < start:
        with pytest.raises(UnknownPeriod):
            span(start, end)
    else:
        assert span(start, end).code == f"{start}..{end}"
