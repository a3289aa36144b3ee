"""Numbers, money, dates and periods as people read them, in every language we have a catalog for.

Every function returns text. `lang` is the code of a catalog. Numbers round half up, so that 56.5% reads 57% on
screen, in files and on slides alike. What a reader could mistake when rounded says so: a share above zero never
reads "0%". Below zero stands a true minus sign (U+2212), never a hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from components.words import words
from data import periods
from data.periods import Period

MINUS = "\u2212"
EXACT_BELOW = 100_000
"""Counts from here on are rounded in sentences, and exact in tables."""
EXACT_DOLLARS_BELOW = 10_000
UNEVEN_POINTS = 1
"""A margin that differs by more than this on its two sides is given as a range, not as give or take."""


# Counts


def count(value: float, lang: str) -> str:
    """A count in full: '1,184'."""
    return _number(value, lang)


def count_in_sentence(value: float, lang: str) -> str:
    """A count for a sentence: exact up to 99,999, then to three figures: 'about 212,000'."""
    if abs(value) < EXACT_BELOW:
        return count(value, lang)
    step = 10 ** (len(str(int(abs(value)))) - 3)
    return words(lang).say("format.about", count=_number(_rounded(value / step) * step, lang))


# Shares, in percent from 0 to 100


def exact(text: str, lang: str) -> str:
    """A number as a file writes it, none of its decimals lost: '1,204', '8.42'. Raises ArithmeticError for a text."""
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    return _number(value, lang, -exponent if isinstance(exponent, int) and exponent < 0 else 0)


def percent(value: float, lang: str, *, decimals: int = 0) -> str:
    """A share as '57%'; `value` is in percent. Above 0 it is never '0%', and below 100 never '100%'."""
    least = Decimal(1).scaleb(-decimals)
    shown = _rounded(value, decimals)
    if shown == 0 and value > 0:
        return words(lang).say("format.under", value=f"{_number(least, lang, decimals)}%")
    if shown == 100 and value < 100:
        return words(lang).say("format.over", value=f"{_number(100 - least, lang, decimals)}%")
    return _percent(value, lang, decimals)


def points(value: float, lang: str) -> str:
    """The size of a change of a share: '4 points'. Say the direction in words, not with a sign."""
    return words(lang).say("format.points", n=int(_rounded(abs(value))))


def give_or_take(value: float, low: float, high: float, lang: str) -> str:
    """A share with its range: '57%, give or take 3 points', or 'between 1% and 11%' where the sides differ."""
    below, above = value - low, high - value
    if abs(above - below) > UNEVEN_POINTS:
        return percent_range(low, high, lang)
    return words(lang).say(
        "format.give_or_take", value=percent(value, lang), points=_margin_points(max(below, above), lang)
    )


def percent_range(low: float, high: float, lang: str) -> str:
    """The range of a share in words: 'between 54% and 60%'."""
    return words(lang).say("format.between", low=_percent(low, lang), high=_percent(high, lang))


# Rates


def rate_number(value: float, lang: str) -> str:
    """A rate without its base: '8.4', '15.7', and '212' from 100 up. Above 0 it is never '0.0'."""
    tenth = _rounded(value, 1)
    if tenth == 0 and value > 0:
        return words(lang).say("format.under", value=_number(Decimal("0.1"), lang, 1))
    return _number(value, lang) if tenth >= 100 else _number(value, lang, 1)


def rate(value: float, lang: str) -> str:
    """A rate: '8.4 per 1,000'. Show the number of events beside it."""
    return words(lang).say("format.per_1000", rate=rate_number(value, lang))


def rate_per_100000(value: float, lang: str) -> str:
    """A rate as cities and the nation are compared: '287 per 100,000'."""
    return words(lang).say("format.per_100000", rate=rate_number(value, lang))


def rate_range(low: float, high: float, lang: str) -> str:
    """The range of a rate in words: 'between 7.3 and 9.6 per 1,000'. Both ends have as many decimals."""
    decimals = 0 if _rounded(low, 1) >= 100 else 1
    ends = words(lang).say("format.between", low=_number(low, lang, decimals), high=_number(high, lang, decimals))
    return words(lang).say("format.per_1000", rate=ends)


# Any figure by the unit of its measure


def value_text(value: float, unit: str, lang: str) -> str:
    """A figure by the code of its unit (per_1000_residents, events, percent, points), the unit in words."""
    if unit == "percent":
        return percent(value, lang)
    if unit == "per_1000_residents":
        return rate(value, lang)
    if unit == "points":
        return words(lang).say("format.points", n=int(_rounded(value)))
    return count(value, lang)


def value_number(value: float, unit: str, lang: str) -> str:
    """A figure by the code of its unit, for a column whose heading says the unit: '57%', '8.4', '1,184'."""
    if unit == "percent":
        return percent(value, lang)
    return rate_number(value, lang) if unit in ("per_1000_residents", "hours") else count(value, lang)


def range_text(low: float, high: float, unit: str, lang: str) -> str:
    """The range of a figure by the code of its unit, in words: 'between 54% and 60%'."""
    if unit == "percent":
        return percent_range(low, high, lang)
    if unit == "per_1000_residents":
        return rate_range(low, high, lang)
    return words(lang).say("format.between", low=count(low, lang), high=count(high, lang))


def from_to(low: str, high: str, lang: str) -> str:
    """Two formatted ends joined in words: '10 to 19'. A dash would read as a minus."""
    return words(lang).say("format.to", low=low, high=high)


# Money, in whole cents


def money(cents: int, lang: str) -> str:
    """Money for a sentence: '$9,850', '$48K', '$1.2M', '$3.4B'; the sign stands before the dollar."""
    dollars = int(_rounded(Decimal(abs(cents)) / 100))
    sign = MINUS if cents < 0 and dollars else ""
    if dollars < EXACT_DOLLARS_BELOW:
        return f"{sign}${_number(dollars, lang)}"
    for step, name in ((10**3, "thousand"), (10**6, "million"), (10**9, "billion")):
        decimals = 0 if name == "thousand" or dollars >= 100 * step else 1
        amount = _rounded(Decimal(dollars) / step, decimals)
        if amount < 1000 or name == "billion":
            shown = _number(amount, lang, 0 if amount == amount.to_integral() else decimals)
            return sign + words(lang).say(f"format.{name}", n=float(amount), amount=shown)
    raise AssertionError("unreachable: billions have no upper end")


def money_exact(cents: int, lang: str) -> str:
    """Money in whole dollars: '$1,204,350'; the sign stands before the dollar."""
    number = money_number(cents, lang)
    return f"{MINUS}${number[1:]}" if number.startswith(MINUS) else f"${number}"


def money_number(cents: int, lang: str) -> str:
    """Money for a column of dollars: '1,204,350'."""
    dollars = int(_rounded(Decimal(abs(cents)) / 100))
    return f"{MINUS if cents < 0 and dollars else ''}{_number(dollars, lang)}"


def money_per_resident(cents: float, residents: int, lang: str) -> str:
    """Money divided by people, to the cent: '$12.40 per resident'. Raises where there are no people."""
    dollars = _rounded(Decimal(abs(cents)) / 100 / residents, 2)
    amount = f"{MINUS if cents < 0 and dollars else ''}${_number(dollars, lang, 2)}"
    return words(lang).say("format.per_resident", amount=amount)


# Ratios

_RATIOS = (
    (0.15, "tenth"),
    (0.225, "fifth"),
    (0.29, "quarter"),
    (0.42, "third"),
    (0.58, "half"),
    (0.71, "two_thirds"),
    (0.82, "three_quarters"),
    (1 / 1.1, "nine_tenths"),
)


def ratio(value: float, lang: str) -> str | None:
    """How many times one number is another, in plain words: 'about twice', 'about a third'.

    None for anything from 1/1.1 to 1.1, which is not worth saying.
    """
    if 1 / 1.1 <= value < 1.1:
        return None
    say = words(lang).say
    if value < 0.075:
        return say("format.ratio.less_than_tenth")
    for upper, name in _RATIOS:
        if value < upper:
            return say(f"format.ratio.{name}")
    for upper, name in ((1.175, "tenth_more"), (1.375, "quarter_more"), (1.75, "half_more"), (2.5, "twice")):
        if value < upper:
            return say(f"format.ratio.{name}")
    return say("format.ratio.times", n=int(_rounded(value)))


def factor(value: float, lang: str, *, decimals: int = 1) -> str:
    """How many times one number is another, as a number: with one decimal below ten, or as many as asked for."""
    return _number(value, lang, decimals if _rounded(value, decimals) < 10 else 0)


# Dates and periods


def date_text(day: date, lang: str) -> str:
    """A day: 'March 3, 2026', '3 de marzo de 2026'."""
    return _day(day, "long", lang)


def month_text(day: date, lang: str) -> str:
    """A month, short, for axes and tables: 'Mar 2026', 'mar 2026'."""
    return f"{month_names(lang)[day.month - 1]} {day.year}"


def month_names(lang: str, *, full: bool = False) -> list[str]:
    """The twelve months: 'Jan' to 'Dec', or 'January' to 'December'. Charts take month labels from here."""
    names = words(lang).locale.months["stand-alone"]["wide" if full else "abbreviated"]
    return [names[month].rstrip(".") for month in range(1, 13)]


def clock(time_of_day: str, lang: str) -> str:
    """A time of day from '18:30': '6:30 pm', '6:30 p.m.'."""
    text = format_time(time.fromisoformat(time_of_day), "short", locale=words(lang).locale)
    return text.replace("\u202f", "\u00a0").lower()  # the narrow space is missing from many fonts


def period_label(period: Period | str, lang: str, *, short: bool = False) -> str:
    """A period in words: '2023', 'May 2023', 'April to June 2023', 'fiscal year 2024'; a range by its days.

    period: a Period or its code. short: for axes and tables, with short months and no connecting words.
    Raises data.periods.UnknownPeriod for a text that is no code.
    """
    if isinstance(period, str):
        period = periods.parse(period)
    if period.kind == "year":
        return period.code
    if period.kind == "fiscal":
        return words(lang).say("format.fiscal_year", year=period.code.removeprefix("FY"))
    if period.kind == "month":
        return _month_year(period.start, lang, short=short)
    if period.kind == "quarter" or _whole_months(period):
        return _months(period, lang, short=short)
    return _days(period, lang)


def fiscal_year_in_full(period: Period, lang: str) -> str:
    """A fiscal year with its months: 'July 2025 to June 2026 (fiscal year 2026)'."""
    return words(lang).say(
        "format.fiscal_year_in_full",
        start=_month_year(period.start, lang),
        end=_month_year(period.end, lang),
        year=period.code.removeprefix("FY"),
    )


# Words


def join(names: Sequence[str], lang: str) -> str:
    """Names as a list in a sentence: 'Riverside', 'Riverside and Bayview', 'Riverside, Old Town and Bayview'."""
    if len(names) < 2:
        return "".join(names)
    before_i = re.match(r"(?i)h?[ií](?![aeouáéóú])", names[-1])
    key = "format.list_end_before_i" if before_i else "format.list_end"
    return words(lang).say(key, first=", ".join(names[:-1]), last=names[-1])


def sentence_case(text: str) -> str:
    """The text with its first letter large, for a label that begins a line."""
    return text[:1].upper() + text[1:]


def _rounded(value: float | Decimal, decimals: int = 0) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


# A page writes hundreds of numbers and days, most of them again on the next one; Babel takes its time for each.
@lru_cache(maxsize=16384)
def _number(value: float | Decimal, lang: str, decimals: int = 0) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    shown = _rounded(value, decimals)
    text = format_decimal(abs(shown), format=pattern, locale=words(lang).locale)
    return f"{MINUS}{text}" if shown < 0 else text


def _percent(value: float, lang: str, decimals: int = 0) -> str:
    return f"{_number(value, lang, decimals)}%"


def _margin_points(margin: float, lang: str) -> str:
    """A margin rounded up, so that it never claims more than we know."""
    whole = Decimal(str(round(margin, 6))).to_integral_value(rounding=ROUND_CEILING)
    return words(lang).say("format.points", n=int(whole))


def _month_year(day: date, lang: str, *, short: bool = False) -> str:
    if short:
        return month_text(day, lang)
    return _day(day, words(lang).locale.datetime_skeletons["yMMMM"].pattern, lang)


@lru_cache(maxsize=4096)
def _day(day: date, pattern: str, lang: str) -> str:
    return format_date(day, pattern, locale=words(lang).locale)


def _whole_months(period: Period) -> bool:
    """Whether a range starts on the first of a month and ends on the last day of one."""
    return period.start.day == 1 and period.end == periods.of(period.end, "month").end


def _months(period: Period, lang: str, *, short: bool) -> str:
    if period.start.year != period.end.year:
        return from_to(_month_year(period.start, lang, short=short), _month_year(period.end, lang, short=short), lang)
    if period.start.month == period.end.month:
        return _month_year(period.start, lang, short=short)
    first = month_names(lang, full=not short)[period.start.month - 1]
    return from_to(first, _month_year(period.end, lang, short=short), lang)


def _days(period: Period, lang: str) -> str:
    if period.start == period.end:
        return date_text(period.start, lang)
    start = date_text(period.start, lang)
    if period.start.year == period.end.year:
        start = _day(period.start, words(lang).locale.datetime_skeletons["MMMMd"].pattern, lang)
    return words(lang).say("format.dates_to", start=start, end=date_text(period.end, lang))
