"""Money in words, cards and tables. Amounts are exact cents until the last moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, formats
from components.cards import Card, show_card, show_small, show_table, show_text
from components.passports import MoneyKey, money_figured, money_passport
from components.passports.money import COLUMN_OF, PHASE_NAMES, money_by_place, part_name, place_phase
from components.scope import Scope, choose_code
from components.tables import Figured
from components.tokens import look
from components.words import for_markdown
from data import queries

YEAR, LEDGER = "fy", "ledger"


def cents_text(cents: Any, scope: Scope) -> str:
    """An amount for a sentence; "Not reported" where there is none."""
    return scope.say("budget.not_reported") if pd.isna(cents) else formats.money(int(cents), scope.language)


def exact_text(cents: Any, scope: Scope) -> str:
    """An amount for a table, in whole dollars; "Not reported" where there is none."""
    return scope.say("budget.not_reported") if pd.isna(cents) else formats.money_exact(int(cents), scope.language)


def amount_cell(cents: Any, scope: Scope, key: MoneyKey) -> Figured:
    """An amount for a table, leading to its page."""
    return money_figured(key, scope, exact_text(cents, scope))


def choose_books(scope: Scope) -> tuple[str, str] | None:
    """Choose the ledger (where there are several) and the fiscal year; None where no budget is published."""
    ledgers = scope.ask(queries.ledgers)
    if ledgers.empty:
        return None
    names = _ledger_names(ledgers)
    ledger = names[0]
    with st.container(horizontal=True):
        if len(names) > 1:
            ledger = choose_code(
                scope.say("budget.ledger"), names, param=LEDGER, default=names[0],
                label_of=lambda code: scope.words.name_of("kinds.budget_line.ledger", code), width=280,
                unknown=lambda code: scope.say("scope.unknown_choice", code=code),
            )  # fmt: skip
        years = sorted(ledgers.fiscal_year[ledgers.ledger == ledger], reverse=True)
        year = choose_code(
            scope.say("budget.year"), years, param=YEAR, default=default_year(scope, years),
            label_of=lambda code: formats.period_label(code, scope.language), width=220,
            unknown=lambda code: scope.say("budget.no_year", year=code),
        )  # fmt: skip
    if len(names) > 1:
        show_small(scope.say("budget.ledgers"))
    return ledger, year


def main_books(scope: Scope) -> tuple[str, str] | None:
    """The ledger with most years and the year that is shown first; None where no budget is published."""
    ledgers = scope.ask(queries.ledgers)
    if ledgers.empty:
        return None
    ledger = _ledger_names(ledgers)[0]
    return ledger, default_year(scope, sorted(ledgers.fiscal_year[ledgers.ledger == ledger], reverse=True))


def _ledger_names(ledgers: pd.DataFrame) -> list[str]:
    sizes = ledgers.groupby("ledger").fiscal_year.count().sort_values(ascending=False, kind="stable")
    return [str(name) for name in sizes.index]


def default_year(scope: Scope, years: list[str]) -> str:
    """The latest year that has begun and has data; the latest of all where none has."""
    known = scope.ask(queries.fiscal_years).set_index("id").status.to_dict()
    begun = [year for year in years if known.get(year) in ("complete", "in_progress", "partial")]
    return (begun or years)[0]


def year_title(scope: Scope, year: str) -> str:
    """The name of a fiscal year, as a heading."""
    return formats.sentence_case(formats.period_label(year, scope.language))


def year_sentences(scope: Scope, ledger: str, year: str, program: str | None = None) -> list[str]:
    """The year (of a program) in sentences: planned, spent, how much of the year is gone, and what the year is."""
    totals = totals_of(scope, ledger, year, program)
    row = _fiscal_year(scope, year)
    planned = cents_text(totals.revised if pd.notna(totals.revised) else totals.encumbered, scope)
    sentences = []
    if pd.isna(totals.revised):
        sentences.append(scope.say("budget.awards_only", amount=planned))
    elif pd.isna(totals.actual):
        sentences.append(scope.say("budget.plan_only", planned=planned))
    else:
        spent = formats.percent(100 * int(totals.actual) / int(totals.revised), scope.language)
        gone = pace(row)
        if gone is not None:
            sentences.append(
                scope.say(
                    "budget.headline", planned=planned, spent=spent, gone=formats.percent(100 * gone, scope.language)
                )
            )
        else:
            sentences.append(scope.say("budget.headline_closed", planned=planned, spent=spent))
            left = int(totals.revised) - int(totals.actual)
            if left > 0:
                sentences.append(scope.say("budget.not_spent", amount=cents_text(left, scope)))
            elif left < 0:
                sentences.append(scope.say("budget.over_plan", amount=cents_text(-left, scope)))
    if row is not None:
        through = row.get("spending_through")
        if row["status"] == "in_progress":
            if isinstance(through, date):
                day = formats.date_text(through, scope.language)
                sentences.append(scope.say("budget.year_in_progress", date=day))
        elif row["status"] in ("planned", "partial", "no_data"):
            sentences.append(scope.say(f"budget.year_{row['status']}"))
        if row["note"]:
            sentences.append(str(row["note"]))
    return sentences


def totals_of(scope: Scope, ledger: str, year: str, program: str | None = None) -> pd.Series[Any]:
    """A row of `queries.budget_by`: all of a year of a ledger, or what is a program's."""
    return scope.ask(queries.budget_by, by="fiscal_year", ledger=ledger, fiscal_year=year, program=program).iloc[0]


def show_year(scope: Scope, ledger: str, year: str) -> None:
    """The sentences of a year; the planned amount leads to its page."""
    totals = scope.ask(queries.budget_by, by="fiscal_year", ledger=ledger, fiscal_year=year).iloc[0]
    phase = "revised" if pd.notna(totals.revised) else "encumbered"
    first, *rest = year_sentences(scope, ledger, year)
    key = MoneyKey(phase, fiscal_year=year, ledger=ledger)
    told = replace(money_figured(key, scope, first), part=cents_text(totals[phase], scope))
    show_text(told)
    for sentence in rest:
        st.markdown(for_markdown(sentence))


def pace(year: dict[str, Any] | None) -> float | None:
    """How much of a year that is not over is gone, 0 to 1; None for a year that is over or has no date of spending."""
    if year is None or year["status"] != "in_progress" or not isinstance(year["spending_through"], date):
        return None
    days = (year["ends_on"] - year["starts_on"]).days + 1
    return float(((year["spending_through"] - year["starts_on"]).days + 1) / days)


def steps_card(scope: Scope, ledger: str, year: str, program: str | None = None) -> Card | None:
    """From first plan to what is left (of a program); None where the ledger has no plan for the year."""
    totals = totals_of(scope, ledger, year, program)
    if pd.isna(totals.adopted):
        return None
    said = scope.say
    sentences = year_sentences(scope, ledger, year, program)
    part = MoneyKey("", fiscal_year=year, ledger=ledger)
    if program is not None:
        part = replace(part, by="program_id", part=program)
    keys = {phase: replace(part, phase=phase) for phase in PHASE_NAMES}
    table = pd.DataFrame(
        [
            {
                said("table.name"): said(f"budget.{name}"),
                said("table.amount"): amount_cell(totals[phase], scope, keys[phase]),
            }
            for phase, name in PHASE_NAMES.items()
        ]
    )
    drawing = charts.steps(queries.records(totals.to_frame().T)[0], look(scope.theme), scope.language, scope.width)
    return Card(
        id="plan-to-spending",
        page="budget" if program is None else "program",
        finding=steps_finding(scope, totals, year),
        subtitle=" ".join([f"{year_title(scope, year)}.", *(f"{line.rstrip('.')}." for line in sentences)]),
        drawing=drawing,
        alt=said("card.alt", finding=steps_finding(scope, totals, year), detail=sentences[0]),
        table=table,
        rows=file_rows(totals.to_frame().T, scope, ledger, year),
        how_to_read=said("how_to_read.steps"),
        passport=money_passport(keys["revised"], scope),
        source=sources_text(scope, ledger, year, program),
        link={YEAR: year, LEDGER: ledger} if program is None else {"program": program},
    )


def steps_finding(scope: Scope, totals: pd.Series[Any], year: str) -> str:
    """The heading of the steps: how much of the plan is spent, and of a year that is not over, how much is gone."""
    planned = cents_text(totals.revised, scope)
    if pd.isna(totals.actual) or not int(totals.revised):
        return scope.say("budget.finding_plan_only", planned=planned)
    spent = formats.percent(100 * int(totals.actual) / int(totals.revised), scope.language)
    gone = pace(_fiscal_year(scope, year))
    if gone is None:
        return scope.say("budget.finding_spent", spent=spent, planned=planned)
    return scope.say("budget.finding_pace", spent=spent, gone=formats.percent(100 * gone, scope.language))


def spent_so_far(scope: Scope, totals: pd.Series[Any], year: str) -> str:
    """How much of the plan is spent, and of a year that is not over how much is gone; or that nothing is reported."""
    if pd.isna(totals.actual) or not int(totals.revised):
        return scope.say("home.not_spent_yet")
    share = formats.percent(100 * int(totals.actual) / int(totals.revised), scope.language)
    gone = pace(_fiscal_year(scope, year))
    if gone is None:
        return scope.say("home.spent_share", share=share)
    return scope.say("home.spent_pace", share=share, gone=formats.percent(100 * gone, scope.language))


def parts_card(scope: Scope, by: queries.By, ledger: str, year: str, *, heading: str) -> Card | None:
    """Where it goes (or comes from) by one thing, as plan and spending; None where the lines tell fewer than two."""
    frame = scope.ask(queries.budget_by, by=by, ledger=ledger, fiscal_year=year, language=scope.language)
    frame = frame[frame[by].notna()]
    if len(frame) < 2:
        return None
    said = scope.say
    column = "program_name" if by == "program_id" else by
    frame["label"] = [_label(scope, by, value) for value in frame[column]]
    frame["planned"] = frame.revised.fillna(frame.encumbered)
    frame = frame.sort_values("planned", ascending=False, kind="stable").reset_index(drop=True)
    total = int(frame.planned.fillna(0).sum())

    def cell(phase: str, cents: Any, part: str = "") -> Figured:
        key = MoneyKey(phase, by, part, year, ledger)
        return amount_cell(cents, scope, key)

    phases = [phase for phase in PHASE_NAMES if frame[phase].notna().any()]
    table = pd.DataFrame(
        {
            said("table.name"): [*frame.label, said("budget.total")],
            **{
                said(f"budget.{PHASE_NAMES[phase]}"): [
                    *(cell(phase, cents, str(part)) for cents, part in zip(frame[phase], frame[by], strict=True)),
                    cell(phase, frame[phase].sum()),
                ]
                for phase in phases
            },
        }
    )
    first = frame.iloc[0]
    share = formats.percent(100 * int(first.planned) / total, scope.language) if total > 0 else ""
    finding = said("budget.largest", heading=heading, name=first.label, share=share) if share else heading
    gone = pace(_fiscal_year(scope, year))
    spent = frame.actual.notna().any()
    look_ = look(scope.theme)
    top = frame.head(12)
    drawing = (
        charts.bullets(
            top.assign(plan=top.planned, spent=top.actual)[["label", "plan", "spent"]],
            look_, scope.language, scope.width, pace=gone,
        )
        if spent
        else charts.bars(
            top.assign(value=top.planned)[["label", "value"]], look_, scope.language, scope.width, unit="cents"
        )
    )  # fmt: skip
    return Card(
        id=f"by-{by}".replace("_", "-"),
        page="budget",
        finding=finding.rstrip("."),
        subtitle=said(
            "budget.parts_subtitle",
            heading=heading,
            year=formats.period_label(year, scope.language),
            total=exact_text(total, scope),
        ),
        drawing=drawing,
        alt=said("card.alt", finding=finding, detail=said("budget.total") + " " + exact_text(total, scope) + "."),
        table=table,
        rows=file_rows(frame.drop(columns=["label", "planned"]), scope, ledger, year),
        how_to_read=said("how_to_read.bullet") if spent and gone is not None else said("how_to_read.bars"),
        passport=money_passport(
            MoneyKey("revised" if "revised" in phases else phases[0], by, fiscal_year=year, ledger=ledger), scope
        ),
        source=sources_text(scope, ledger, year),
        link={YEAR: year, LEDGER: ledger},
    )


def places_table(scope: Scope, ledger: str, year: str) -> pd.DataFrame:
    """Money by place: citywide, outside the city and shared stand in rows of their own; nothing is spread."""
    said, phase = scope.say, place_phase(scope, ledger, year)
    helps = {"citywide": said("budget.citywide_help"), "shared": said("budget.shared_help")}
    rows = []
    for part, cents in money_by_place(scope, ledger, year):
        key = MoneyKey(phase, "place", part, year, ledger)
        amount = amount_cell(cents, scope, key)
        rows.append((part_name(key, scope), amount, helps.get(part, "")))
    return pd.DataFrame(rows, columns=[said("table.place"), said("table.amount"), said("table.reason")])


def money_sentences(scope: Scope, money: pd.DataFrame) -> list[str]:
    """Money tied to a place in sentences: direct, shared, and what is citywide and not split."""
    planned = money[money.phase.isin(["adopted", "amendment"])]
    key = "money_year"
    if planned.empty:
        planned, key = money[money.phase == "encumbrance"], "money_awarded"
    said = scope.say
    sentences = []
    own = planned[planned.amount_cents.notna()]
    if len(own):
        year = str(own.fiscal_year.max())
        amount = cents_text(int(own.amount_cents[own.fiscal_year == year].sum()), scope)
        sentences.append(said(f"neighborhood.{key}", amount=amount, year=formats.period_label(year, scope.language)))
    shared = planned[planned.amount_cents.isna()]
    if len(shared):
        whole = shared.drop_duplicates("id").line_cents.sum()
        sentences.append(said("neighborhood.money_shared", amount=cents_text(int(whole), scope)))
    if not len(own) and not len(shared):
        sentences.append(said("neighborhood.no_money"))
    return sentences


def money_here_key(money: pd.DataFrame, place: str) -> MoneyKey | None:
    """The amount that `money_sentences` names first, where it is in one book; else None."""
    planned, phase = money[money.phase.isin(["adopted", "amendment"])], "revised"
    if planned.empty:
        planned, phase = money[money.phase == "encumbrance"], "encumbered"
    own = planned[planned.amount_cents.notna()]
    own = own[own.fiscal_year == own.fiscal_year.max()]
    if own.empty or own.ledger.nunique() > 1:
        return None
    return MoneyKey(phase, "place", place, str(own.fiscal_year.iloc[0]), str(own.ledger.iloc[0]))


def show_money_here(scope: Scope, place: str) -> None:
    """What money is tied to a place, by program, and what is citywide beside it."""
    money = scope.ask(queries.money_in, neighborhood=place, language=scope.language)
    said = scope.say
    key, sentences = money_here_key(money, place), money_sentences(scope, money)
    if key is not None:
        show_text(money_figured(key, scope, sentences.pop(0)))
    for sentence in sentences:
        st.markdown(for_markdown(sentence))
    if len(money):
        table = pd.DataFrame(
            {
                said("programs.title"): money.program_name.fillna(money.category),
                said("budget.recipient"): money.recipient.fillna(""),
                said("budget.year"): [formats.period_label(year, scope.language) for year in money.fiscal_year],
                said("table.kind"): [
                    f"{scope.words.name_of('kinds.budget_line.phase', phase)}, "
                    f"{scope.words.name_of('kinds.budget_line.reach', reach)}"
                    for phase, reach in zip(money.phase, money.reach, strict=True)
                ],
                said("neighborhood.part_here"): _line_cells(scope, money, "amount_cents", place),
                said("neighborhood.whole_line"): _line_cells(scope, money, "line_cents"),
            }
        )
        if not money.recipient.notna().any():
            table = table.drop(columns=said("budget.recipient"))
        with st.expander(said("card.table")):
            show_table(table, scope, caption=said("neighborhood.money"))
    citywide = scope.ask(queries.budget_by, by="reach")
    rest = citywide[citywide.reach == "citywide"]
    if len(rest):
        show_small(said("neighborhood.money_citywide_plain"))


def _line_cells(scope: Scope, lines: pd.DataFrame, column: str, at: str = "") -> list[Figured]:
    """The amounts of single lines, or a place's part of them."""
    return [
        amount_cell(cents, scope, MoneyKey(COLUMN_OF[phase], "line", line, at=at))
        for line, phase, cents in zip(lines["id"], lines.phase, lines[column], strict=True)
    ]


def is_a_line_each(scope: Scope, ledger: str, year: str) -> bool:
    """Whether each program of a year is one payment or award, so that who gets the money already tells of them."""
    lines = scope.ask(queries.budget_lines, ledger=ledger, fiscal_year=year)
    return bool(lines.recipient.notna().all() and not lines.program_id.duplicated().any())


def show_budget(scope: Scope, ledger: str, year: str) -> None:
    """The budget of a year: from plan to spending, by fund, by what it buys, by program, by place."""
    said = scope.say
    cards = [
        steps_card(scope, ledger, year),
        parts_card(scope, "fund", ledger, year, heading=said("budget.comes_from")),
        parts_card(scope, "category", ledger, year, heading=said("budget.goes_to")),
        parts_card(scope, "unit_name", ledger, year, heading=said("budget.unit")),
        parts_card(scope, "recipient", ledger, year, heading=said("budget.recipient")),
    ]
    if not is_a_line_each(scope, ledger, year):
        cards.insert(-1, parts_card(scope, "program_id", ledger, year, heading=said("budget.by_program")))
    for card in cards:
        if card is not None:
            show_card(card, scope)
    st.header(said("budget.by_place"), anchor="by-neighborhood")
    show_table(places_table(scope, ledger, year), scope, caption=said("budget.by_place"))


def show_years(scope: Scope, ledger: str) -> None:
    """Every year of a ledger in one table, each marked for what it is."""
    frame = scope.ask(queries.budget_by, by="fiscal_year", ledger=ledger)
    years = scope.ask(queries.fiscal_years, language=scope.language).set_index("id")
    said = scope.say
    table = pd.DataFrame(
        {
            said("budget.year"): [formats.period_label(year, scope.language) for year in frame.fiscal_year],
            **{
                said(f"budget.{PHASE_NAMES[phase]}"): [
                    amount_cell(cents, scope, MoneyKey(phase, fiscal_year=year, ledger=ledger))
                    for year, cents in zip(frame.fiscal_year, frame[phase], strict=True)
                ]
                for phase in ("adopted", "revised", "actual", "encumbered")
                if frame[phase].notna().any()
            },
            said("table.status"): [
                scope.words.name_of("kinds.fiscal_year.status", str(years.status.get(year, "complete")))
                for year in frame.fiscal_year
            ],
        }
    )  # fmt: skip
    st.header(said("budget.all_years"), anchor="years")
    show_table(table, scope, caption=said("budget.all_years"))


def sources_text(scope: Scope, ledger: str, year: str, program: str | None = None) -> str:
    """The sources that a ledger's lines of a year (and a program) come from."""
    lines = scope.ask(queries.budget_lines, ledger=ledger, fiscal_year=year, program=program)
    sources = scope.ask(queries.sources, language=scope.language).set_index("id")
    used = [source for source in sources.index if source in set(lines.source_id)]
    return formats.join([f"{sources.title[source]}, {sources.publisher[source]}" for source in used], scope.language)


def _label(scope: Scope, by: str, value: Any) -> str:
    return scope.words.name_of(f"kinds.budget_line.{by}", str(value)) if by in ("category", "reach") else str(value)


def _fiscal_year(scope: Scope, year: str) -> dict[str, Any] | None:
    years = scope.ask(queries.fiscal_years, language=scope.language)
    found = queries.records(years[years.id == year])
    return {str(name): value for name, value in found[0].items()} if found else None


def file_rows(amounts: pd.DataFrame, scope: Scope, ledger: str, year: str) -> pd.DataFrame:
    """Rows of a card's CSV: what the card adds up, in cents, and how far the year is (`year_gone`, 0 to 1)."""
    phases = ["adopted", "amendments", "revised", "encumbered", "actual", "available"]
    about = _fiscal_year(scope, year) or {}
    return amounts.rename(columns={name: f"{name}_cents" for name in phases}).assign(
        fiscal_year=year,
        ledger=ledger,
        spending_through=about.get("spending_through"),
        year_gone=pace(_fiscal_year(scope, year)),
        release_id=scope.release.id,
    )
