"""Money: fiscal years, budget lines in exact cents, grants, technology."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from data.models.base import Table, col

PHASES = ("adopted", "amendment", "encumbrance", "actual")
REACHES = ("direct", "shared", "citywide", "outside_city")


class FiscalYear(Table, table=True):
    """A budget year and its days."""

    id: str = col("Period code, for example FY2026.", key=True, example="FY2026")
    starts_on: date = col("First day.", example="2025-07-01")
    ends_on: date = col("Last day.", example="2026-06-30")
    status: str = col(
        "complete, in_progress, planned, partial (a short year) or no_data.",
        one_of=("complete", "in_progress", "planned", "partial", "no_data"),
    )
    spending_through: date | None = col("Spending is recorded up to this day.", optional=True)
    note: str | None = col("What the reader must know about this year.", optional=True)


class Grant(Table, table=True):
    """Money from outside for a purpose and a time."""

    id: str = col("Stable code.", key=True)
    name: str = col("Name of the grant.")
    funder: str = col("Who gives it.")
    award_number: str | None = col("Number of the award.", optional=True)
    purpose: str = col("What it may pay for.")
    starts_on: date = col("No cost before this day.")
    ends_on: date = col("No cost after this day.")
    award_cents: int = col("Amount awarded, in cents.", large=True)
    match_cents: int | None = col("The city's own part, in cents.", optional=True, large=True)
    nonsupplanting: bool = col("True where it must add to local money, not replace it.", default=True)
    legal_basis_id: str | None = col("The rule behind it.", ref="legal_basis.id", optional=True)


class BudgetLine(Table, table=True):
    """An amount of money in one phase. Lines of one ledger add up; ledgers are never added together."""

    __table_args__ = (
        Index("budget_line_of_year", "fiscal_year", "ledger", "phase"),
        Index("budget_line_of_program", "program_id", "fiscal_year"),
    )

    id: str = col("Stable code.", key=True)
    ledger: str = col("The set of lines it adds up with, for example police_budget.", default="budget")
    fiscal_year: str = col("The year.", ref="fiscal_year.id", example="FY2026")
    fund: str = col("The fund it is paid from.", example="General Fund")
    program_id: str | None = col("The program it pays for.", ref="program.id", optional=True)
    unit_name: str | None = col("Department, bureau or office.", optional=True)
    category: str = col("What it buys, for example personnel.", example="personnel")
    phase: str = col("adopted, amendment, encumbrance or actual.", one_of=PHASES, example="adopted")
    amount_cents: int = col("Amount in cents; may be below zero.", example="14800000", large=True)
    reach: str = col("direct, shared, citywide or outside_city.", one_of=REACHES, default="citywide")
    recipient: str | None = col("Organization paid, never a person.", optional=True)
    grant_id: str | None = col("The grant it is charged to.", ref="grant.id", optional=True)
    dated_on: date | None = col("Day of the charge or vote.", optional=True)
    note: str | None = col("A plain remark.", optional=True)
    source_id: str = col("Where it comes from.", ref="source.id")


class BudgetShare(Table, table=True):
    """The part of a direct or shared budget line that a neighborhood gets."""

    __table_args__ = (Index("budget_share_of_place", "neighborhood_id"),)

    budget_line_id: str = col("The line.", key=True, ref="budget_line.id")
    neighborhood_id: str = col("The neighborhood.", key=True, ref="neighborhood.id")
    weight: float | None = col("Declared share, 0 to 1; empty where no share was declared.", optional=True)


class TechnologyItem(Table, table=True):
    """A technology in use, with the nine topics of an annual surveillance report."""

    id: str = col("Stable code.", key=True)
    name: str = col("What it is.")
    kind: str = col(
        "surveillance, communication, records or other.", one_of=("surveillance", "communication", "records", "other")
    )
    purpose: str = col("What it is for.")
    how_used: str | None = col("How it was used.", optional=True)
    data_shared_with: str | None = col("Who gets the data.", optional=True)
    complaints: str | None = col("Complaints received.", optional=True)
    audit_result: str | None = col("Audits and violations.", optional=True)
    effectiveness: str | None = col("What shows that it works.", optional=True)
    records_requests: str | None = col("Public records requests.", optional=True)
    annual_cost_cents: int | None = col("Cost a year, in cents.", optional=True, large=True)
    lifetime_cost_cents: int | None = col("Cost over its life, in cents.", optional=True, large=True)
    fund: str | None = col("Paid from.", optional=True)
    policy_changes: str | None = col("Policy changes asked for.", optional=True)
    where_installed: str | None = col("Where it stands, or where its data come from.", optional=True)
    predictive: bool = col("True where it forecasts places or people.", default=False)
    bias_audit: str | None = col("Result of a bias audit.", optional=True)
    approved_on: date | None = col("When it was approved.", optional=True)
    policy_url: str | None = col("Address of its policy.", optional=True)
