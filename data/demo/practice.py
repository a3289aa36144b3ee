"""How the police of Riverton work: officers in service, and a check of themselves."""

from __future__ import annotations

from datetime import date

from data import periods
from data.demo.tables import Tables, texts


def add(tables: Tables, *, as_of: date) -> None:
    """Put staffing and the self-check into the pack."""
    words = texts("practice")
    for year, sworn in words["staffing"]["rows"]:
        if periods.parse(year).end < as_of:
            row = {"period": year, "sworn_average": sworn, "source_id": words["staffing"]["source_id"]}
            tables.add("staffing", row)
    about = words["self_check"]
    if about["known_on"] <= as_of:
        for question in words["questions"]:
            row = {**question, "period": about["period"], "source_id": about["source_id"]}
            tables.add("self_check_item", row)
