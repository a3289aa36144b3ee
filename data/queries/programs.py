"""Programs: what is being done, where, how far it is, and what came of it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import func, or_, select

from data.models import (
    BudgetLine,
    Commitment,
    FeedbackTheme,
    Measure,
    Neighborhood,
    Partner,
    Program,
    ProgramElement,
    ProgramGoal,
    ProgramNeighborhood,
    ProgramPartner,
    ResponseActivity,
    Table,
    table_of,
)
from data.queries.read import columns, in_language, read, rows, whole_sum
from data.store import Release


def programs(
    release: Release,
    *,
    neighborhood: str | None = None,
    pillar: str | None = None,
    model: str | None = None,
    status: str | None = None,
    kind: str | None = None,
    setting: str | None = None,
    citywide: bool | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Programs by name: the columns of `program`, neighborhood_ids (a list, empty for citywide ones), outside_city.

    outside_city: it is tied to no place here, and all of its money goes outside the city.

    Only those for which all that is given holds. neighborhood, setting: it runs in that place, or in one of that
    setting; citywide programs are not counted as running in any one place. kind: a stakeholder of that kind is a
    partner. citywide: it is, or is not, for the whole city.
    """
    p, where, n = columns(Program), columns(ProgramNeighborhood), columns(Neighborhood)
    link, partner = columns(ProgramPartner), columns(Partner)
    wanted = select(table_of(Program)).order_by(p.name, p.id)
    for column, code in ((p.model, model), (p.status, status), (p.citywide, citywide)):
        if code is not None:
            wanted = wanted.where(column == code)
    if pillar is not None:
        wanted = wanted.where((";" + p.pillar + ";").contains(f";{pillar};", autoescape=True))
    if neighborhood is not None:
        wanted = wanted.where(p.id.in_(select(where.program_id).where(where.neighborhood_id == neighborhood)))
    if setting is not None:
        places_so = select(n.id).where(n.setting == setting)
        wanted = wanted.where(p.id.in_(select(where.program_id).where(where.neighborhood_id.in_(places_so))))
    if kind is not None:
        partners_so = select(partner.id).where(partner.kind == kind)
        wanted = wanted.where(p.id.in_(select(link.program_id).where(link.partner_id.in_(partners_so))))
    frame = read(release, wanted)
    links = read(
        release, select(where.program_id, where.neighborhood_id).order_by(where.program_id, where.neighborhood_id)
    )
    places = links.groupby("program_id").neighborhood_id.agg(list)
    frame["neighborhood_ids"] = [places.get(program, []) for program in frame.id]
    line = columns(BudgetLine)
    reaches = read(release, select(line.program_id, line.reach).where(line.program_id.is_not(None)).distinct())
    elsewhere = reaches.groupby("program_id").reach.agg(lambda reach: set(reach) == {"outside_city"})
    away = frame.id.isin(elsewhere.index[elsewhere.astype(bool)])
    frame["outside_city"] = away & ~frame.citywide.astype(bool) & ~frame.neighborhood_ids.astype(bool)
    return in_language(release, frame, Program, language)


def goals(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """Goals of programs: the columns of `program_goal`."""
    return _of_program(release, ProgramGoal, program, language)


def elements(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """Evidence for the four design elements: the columns of `program_element`, and row_id."""
    frame = _of_program(release, ProgramElement, program, None)
    frame["row_id"] = frame.program_id + "/" + frame.element
    return in_language(release, frame, ProgramElement, language, id_column="row_id")


def activities(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """Work done: the columns of `response_activity`. Outputs, never results."""
    return _of_program(release, ResponseActivity, program, language)


def partners(release: Release, *, program: str | None = None, language: str = "en") -> pd.DataFrame:
    """Who takes part: program_id, partner_id, name, kind, role, since."""
    link, p = columns(ProgramPartner), columns(Partner)
    wanted = (
        select(link.program_id, link.partner_id, p.name, p.kind, link.role, link.since)
        .join(table_of(Partner), p.id == link.partner_id)
        .order_by(p.kind, p.name, link.program_id, link.partner_id)
    )
    if program is not None:
        wanted = wanted.where(link.program_id == program)
    frame = in_language(release, read(release, wanted), Partner, language, id_column="partner_id")
    frame["row_id"] = frame.program_id + "/" + frame.partner_id
    return in_language(release, frame, ProgramPartner, language, id_column="row_id").drop(columns="row_id")


def chain(release: Release, neighborhood: str, *, language: str = "en") -> pd.DataFrame:
    """Follow the money: a row for each program that runs in a neighborhood, with what each link of the chain holds.

    Columns: program_id, program_name, fiscal_year (the latest with lines for it), planned_cents, actual_cents,
    promised_cents, activities (count), goals (count), measure_id and measure_name (of its first goal with a measure),
    themes and commitments (counts for the program here or in the city). A link that the data does not have is 0 or
    None; nothing is guessed.
    """
    here = programs(release, neighborhood=neighborhood, language=language)
    b = columns(BudgetLine)
    money = read(
        release,
        select(b.program_id, b.fiscal_year, b.phase, whole_sum(b.amount_cents).label("cents"))
        .where(b.program_id.in_(list(here.id)))
        .group_by(b.program_id, b.fiscal_year, b.phase),
    )
    goal = goals(release, language=language)
    names = in_language(release, read(release, select(columns(Measure).id, columns(Measure).name)), Measure, language)
    name_of: dict[Any, str] = dict(zip(names.id, names.name, strict=True))
    counts = {
        "activities": _count(release, ResponseActivity, here.id, None),
        "themes": _count(release, FeedbackTheme, here.id, neighborhood),
        "commitments": _count(release, Commitment, here.id, neighborhood),
    }
    links_found: list[dict[str, Any]] = []
    for program in rows(here):
        lines = money[money.program_id == program.id]
        year = lines.fiscal_year.max() if len(lines) else None
        phases = lines[lines.fiscal_year == year].set_index("phase").cents.to_dict()
        planned = [phases[phase] for phase in ("adopted", "amendment") if phase in phases]
        own = goal[goal.program_id == program.id]
        measured = own.measure_id.dropna()
        measure = str(measured.iloc[0]) if len(measured) else None
        links_found.append(
            {
                "program_id": program.id,
                "program_name": program.name,
                "fiscal_year": year,
                "planned_cents": sum(planned) if planned else None,
                "actual_cents": phases.get("actual"),
                "promised_cents": phases.get("encumbrance"),
                "goals": len(own),
                "measure_id": measure,
                "measure_name": name_of.get(measure),
                **{link: counted.get(str(program.id), 0) for link, counted in counts.items()},
            }
        )
    columns_ = [
        "program_id", "program_name", "fiscal_year", "planned_cents", "actual_cents", "promised_cents", "goals",
        "measure_id", "measure_name", "activities", "themes", "commitments",
    ]  # fmt: skip
    frame = pd.DataFrame(links_found, columns=columns_)
    texts = ["fiscal_year", "measure_id", "measure_name"]
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), None)
    return frame


def _of_program(release: Release, model: type[Table], program: str | None, language: str | None) -> pd.DataFrame:
    table = table_of(model)
    wanted = select(table).order_by(*table.primary_key.columns)
    if program is not None:
        wanted = wanted.where(table.c.program_id == program)
    frame = read(release, wanted)
    return frame if language is None else in_language(release, frame, model, language)


def _count(release: Release, model: type[Table], programs_: pd.Series[Any], neighborhood: str | None) -> dict[str, int]:
    c = columns(model)
    wanted = (
        select(c.program_id, func.count().label("rows")).where(c.program_id.in_(list(programs_))).group_by(c.program_id)
    )
    if neighborhood is not None:
        wanted = wanted.where(or_(c.neighborhood_id == neighborhood, c.neighborhood_id.is_(None)))
    frame = read(release, wanted)
    return dict(zip(frame.program_id, frame.rows, strict=True))
