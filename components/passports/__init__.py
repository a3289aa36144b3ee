"""Passports: what stands behind each figure on each page, and its own address.

`Passport` is what a card says under "About this figure", and what the page of a figure shows. Builders are pure; each
kind of figure has one, and `find` makes any of them again from the codes of its address, in any release.
"""

from components.passports.evaluations import (
    area_figured,
    evaluation_figured,
    evaluation_passport,
    measure_of,
    series_figured,
)
from components.passports.find import find, names_a_figure
from components.passports.history import (
    Edition,
    history_of,
    history_rows,
    history_table,
    in_release,
    releases_newest_first,
)
from components.passports.listed import CITYWIDE, PROGRAMS, WORK, listed_figured, listed_passport
from components.passports.money import MoneyKey, money_figured, money_passport
from components.passports.observations import figured, observation_link, observation_passport
from components.passports.passport import Fact, Passport, passport_html
from components.passports.program import ProgramKey, number_text, program_figured, program_passport, promises_of
from components.passports.records import count_figured, count_passport, record_figured, record_passport
from components.passports.training import (
    current_figured,
    current_of,
    hours_figured,
    hours_of,
    hours_passport,
    hours_text,
    share_text,
)

__all__ = [
    "CITYWIDE",
    "PROGRAMS",
    "WORK",
    "Edition",
    "Fact",
    "MoneyKey",
    "Passport",
    "ProgramKey",
    "area_figured",
    "count_figured",
    "count_passport",
    "current_figured",
    "current_of",
    "evaluation_figured",
    "evaluation_passport",
    "figured",
    "find",
    "history_of",
    "history_rows",
    "history_table",
    "hours_figured",
    "hours_of",
    "hours_passport",
    "hours_text",
    "in_release",
    "listed_figured",
    "listed_passport",
    "measure_of",
    "money_figured",
    "money_passport",
    "names_a_figure",
    "number_text",
    "observation_link",
    "observation_passport",
    "passport_html",
    "program_figured",
    "program_passport",
    "promises_of",
    "record_figured",
    "record_passport",
    "releases_newest_first",
    "series_figured",
    "share_text",
]
