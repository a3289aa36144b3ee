"""Plan and spending: a box, a bar and a tick for each program, and the steps from the first plan to what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import formats
from components.charts.bars import Rows, bare_boxes, money_axis
from components.charts.drawing import (
    Drawing,
    Spec,
    Width,
    as_is,
    label,
    layer,
    number,
    picture,
    pixel,
    sizes,
    text_width,
    words_of,
)
from components.charts.texts import status_words
from components.tokens import Look
from components.words import words
from data.figures import Status

STEPS = (
    ("first_plan", "adopted"),
    ("changes", "amendments"),
    ("plan_now", "revised"),
    ("spent", "actual"),
    ("promised", "encumbered"),
    ("left", "available"),
)
"""The steps in words (budget.*) and the amounts of `queries.budget_by` that they show."""

_STANDS = ("first_plan", "plan_now", "left")
"""Steps that stand on zero; the others hang between two of them."""


def bullets(amounts: pd.DataFrame, look: Look, language: str, width: Width, *, pace: float | None = None) -> Drawing:
    """Plan against spending: the box is the plan, the bar is what was spent, the tick is where the year is.

    amounts: one row a bar, in the order to draw: label, plan and spent (cents; NA where there is none).
    pace: how much of the year is gone, 0 to 1; None for a year that is over.
    Raises ValueError when there is no row.
    """
    if amounts.empty:
        raise ValueError("this chart needs at least one row")
    size, say = sizes(width, look), words(language)
    px = size.px
    records: list[dict[str, Any]] = amounts.to_dict("records")  # type: ignore[assignment]
    top = px(26)
    rows = Rows(
        [str(r["label"]) for r in records], look, size, top=top + px(6), pitch=px(42), mark=px(26),
        under_name=px(19) if size.is_phone else 0,
    )  # fmt: skip
    made: list[dict[str, Any]] = []
    for record, place in zip(records, rows.places, strict=True):
        plan = None if pd.isna(record["plan"]) else float(record["plan"])
        spent = None if pd.isna(record["spent"]) else float(record["spent"])
        text, tip = _bullet_words(plan, spent, language)
        made.append(
            {**place, "full_name": str(record["label"]), "zero": 0, "plan": plan, "spent": spent,
             "due": plan * pace if plan is not None and plan > 0 and pace is not None else None,
             "value": max(plan or 0.0, spent or 0.0) if plan is not None or spent is not None else None,
             "text": text, "tip": f"{record['label']}: {tip}", "status": str(Status.NOT_REPORTED),
             "plan_text": "" if plan is None else formats.money_exact(round(plan), language),
             "spent_text": "" if spent is None else formats.money_exact(round(spent), language),
             "box_top": place["y"] - px(13), "box_bottom": place["y"] + px(13),
             "bar_top": place["y"] - px(6), "bar_bottom": place["y"] + px(6),
             "due_top": place["y"] - px(17), "due_bottom": place["y"] + px(17)}
        )  # fmt: skip
    ends = [end for row in made for end in (row["plan"], row["spent"]) if end is not None]
    lowest, highest = min([0.0, *ends]), max([0.0, *ends])
    # On a phone the words stand above the bar, where they need no room of their own.
    beside = [] if size.is_phone else [
        (row["value"], text_width(row["text"], size.text) + px(14)) for row in made if row["value"] is not None
    ]  # fmt: skip
    scale, grid = money_axis(
        lowest, highest, look, language, size, left=rows.left, beside=beside, top=top, bottom=rows.bottom
    )
    said = words_of("text")
    tips = [
        {"field": "full_name", "type": "nominal", "title": say.say("table.name")},
        {"field": "plan_text", "type": "nominal", "title": say.say("budget.plan_now")},
        {"field": "spent_text", "type": "nominal", "title": say.say("budget.spent")},
    ]
    layers: list[Spec] = [
        *grid,
        layer("rect", {"stroke": look.mark, "strokeWidth": max(1.5, size.line * 0.75), "fill": look.card,
                       "aria": True},
              x=number("zero", scale), x2={"field": "plan"}, y=pixel("box_top"), y2={"field": "box_bottom"},
              tooltip=tips, description=words_of("tip"), where="isValid(datum.plan)"),
        layer("rect", {"fill": look.focus}, x=number("zero", scale), x2={"field": "spent"}, y=pixel("bar_top"),
              y2={"field": "bar_bottom"}, tooltip=tips, where="isValid(datum.spent)"),
        layer("rule", {"stroke": look.ink, "strokeWidth": max(3, size.line * 1.5)}, x=number("due", scale),
              y=pixel("due_top"), y2={"field": "due_bottom"}, where="isValid(datum.due)"),
        *rows.layers(),
        *bare_boxes(look, size, rows.left, y="note_y"),
    ]  # fmt: skip
    if size.is_phone:
        layers += label({"align": "left", "fill": look.ink_3}, of=look, x={"value": 0}, y=pixel("note_y"), text=said,
                        where="isValid(datum.value)")  # fmt: skip
    else:
        layers.append(
            layer("text", {"align": "left", "dx": px(8)}, x=number("value", scale), y=pixel("y"), text=said,
                  where="isValid(datum.value)")
        )  # fmt: skip
    return picture(pd.DataFrame(made), layers, of=look, size=size, height=rows.bottom + px(2))


def _bullet_words(plan: float | None, spent: float | None, language: str) -> tuple[str, str]:
    """What stands beside a bar, and the same with its amounts."""
    say = words(language)
    missing = status_words(Status.NOT_REPORTED, say)
    if plan is None and spent is None:
        return missing, missing
    spent_name, plan_name = say.say("budget.spent"), say.say("budget.plan_now")
    amounts = ", ".join(
        f"{name} {missing if cents is None else formats.money(round(cents), language)}"
        for name, cents in ((plan_name, plan), (spent_name, spent))
    )
    if spent is None:
        return f"{spent_name}: {missing[:1].lower()}{missing[1:]}", amounts
    if plan is None or plan <= 0:
        return f"{spent_name}: {formats.money(round(spent), language)}", amounts
    return f"{spent_name}: {formats.percent(100 * spent / plan, language)}", amounts


def steps(amounts: Mapping[str, Any], look: Look, language: str, width: Width) -> Drawing:
    """From the first plan to what is left, with a number on every step; they add up on screen.

    amounts: adopted, amendments, revised, actual, encumbered, available, in cents, as a row of `queries.budget_by`. One
    that is missing (None or NA) is not reported: it has words and no bar. Raises ValueError without a plan.
    """
    size, say = sizes(width, look), words(language)
    px = size.px
    cents = {step: None if pd.isna(amounts.get(column)) else float(amounts[column]) for step, column in STEPS}
    if cents["plan_now"] is None and cents["first_plan"] is None:
        raise ValueError("steps need a plan to start from")
    colors = {"first_plan": look.mark, "plan_now": look.ink_3, "spent": look.focus, "left": look.ink_3}
    names = [say.say(f"budget.{step}") for step, _ in STEPS]
    rows = Rows(names, look, size, top=px(2) if size.is_phone else px(32), pitch=px(40), mark=px(22))
    made: list[dict[str, Any]] = []
    level = 0.0
    for (step, _), place in zip(STEPS, rows.places, strict=True):
        amount = cents[step]
        start = end = None
        if amount is not None:
            if step in _STANDS:
                start, end = 0.0, amount
            else:
                start, end = level, level + (amount if step == "changes" else -amount)
            level = end
        text = status_words(Status.NOT_REPORTED, say) if amount is None else _signed(step, amount, language)
        made.append(
            {**place, "full_name": say.say(f"budget.{step}"), "step": step, "value": amount, "start": start, "end": end,
             "far": None if start is None or end is None else max(start, end), "text": text,
             "tip": f"{say.say(f'budget.{step}')}: {text}", "status": str(Status.NOT_REPORTED),
             "level": level if amount is not None else None, "color": colors.get(step, look.mark),
             "fill": look.hatch_fill if step == "promised" else colors.get(step, look.mark),
             "y_top": place["y"] - px(11), "y_bottom": place["y"] + px(11)}
        )  # fmt: skip
    for row, after in zip(made, [*made[1:], None], strict=True):
        row["next_top"] = None if after is None or after["start"] is None else after["y_top"]
    ends = [end for row in made for end in (row["start"], row["end"]) if end is not None]
    beside = [
        (row["far"], text_width(row["text"], size.text, bold=True) + px(12)) for row in made if row["far"] is not None
    ]
    scale, grid = money_axis(
        min(ends), max(ends), look, language, size, left=rows.left, beside=beside, top=px(26), bottom=rows.bottom
    )
    tips = [
        {"field": "full_name", "type": "nominal", "title": say.say("table.name")},
        {"field": "text", "type": "nominal", "title": say.say("table.amount")},
    ]
    layers = [
        *([] if size.is_phone else grid),
        layer("rule", {"stroke": look.mark, "strokeWidth": 1}, x=number("level", scale), y=pixel("y_bottom"),
              y2={"field": "next_top"}, where="isValid(datum.next_top)&&isValid(datum.level)"),
        layer("rect", {"strokeWidth": max(1.5, size.line * 0.75), "aria": True}, x=number("start", scale),
              x2={"field": "end"}, y=pixel("y_top"), y2={"field": "y_bottom"}, fill=as_is("fill"),
              stroke=as_is("color"), tooltip=tips, description=words_of("tip"), where="isValid(datum.value)"),
        layer("text", {"align": "left", "dx": px(7), "fontWeight": 600}, x=number("far", scale), y=pixel("y"),
              text=words_of("text"), where="isValid(datum.value)"),
        *rows.layers(bold="datum.step==='plan_now'||datum.step==='left'"),
        *bare_boxes(look, size, rows.left),
    ]  # fmt: skip
    return picture(pd.DataFrame(made), layers, of=look, size=size, height=rows.bottom + px(2))


def _signed(step: str, cents: float, language: str) -> str:
    """An amount with the sign of what it does to the plan."""
    # In whole dollars, so that what a reader adds up is what stands below.
    text = formats.money_exact(round(cents), language)
    if step == "changes" and cents > 0:
        return f"+{text}"
    if step in ("spent", "promised") and cents > 0:
        return f"{formats.MINUS}{text}"
    return text
