"""Packs whose records of programs and problems do not hold together: each has one mistake."""

from __future__ import annotations

from tests.data.publish.packs import HEAD, Bad

RELEASED = "[release]\nreleased_on = 2026-03-03\n"
HEADS = {
    "program": "id,name,summary,pillar,model,status,started_on,ended_on,source_id\n",
    "program_goal": "id,program_id,measure_id,description,unit,baseline,baseline_period,target,due_on,latest,"
    "direction\n",
    "program_neighborhood": "program_id,neighborhood_id\n",
    "problem": "id,title,harm,evidence,seen_on,status,closed_on\n",
    "sara_stage": "problem_id,stage,status,started_on,finished_on,steps_documented\n",
    "evaluation": "id,problem_id,method,design,url\n",
    "legal_basis": "id,scope,kind,citation,title,effective_from,effective_to\n",
    "training_course": "id,name,topic,method,officers_required,officers_current\n",
    "partner": "id,name,kind\n",
    "commitment": "id,you_said,promise,owner,made_on,status,done_on,evidence\n",
}
GOOD = {
    "program": "watch,Watch,Neighbors meet.,partnerships,other,running,2024-05-01,,police\n",
    "problem": "dark,Dark blocks,People fall.,Two meetings.,2024-01-02,working,\n",
    "sara_stage": "dark,scanning,done,2024-01-02,2024-02-01,1;2\ndark,analysis,skipped,,,\n"
    "dark,response,under_way,2024-03-01,,15\n",
}


def pack_of(**tables: str) -> tuple[str, dict[str, str | bytes]]:
    """city.toml and the files of a pack with a program, a problem and its stages; `problem="..."` is other rows."""
    rows = {**GOOD, **tables}
    toml = HEAD + RELEASED + "".join(f'[tables.{name}]\nfile = "{name}s.csv"\n' for name in rows)
    return toml, {f"{name}s_csv": HEADS[name] + text for name, text in rows.items()}


def _bad(table: str, rows: str, **bad: object) -> Bad:
    toml, files = pack_of(**{table: rows})
    return Bad(toml, files, **{"file": f"{table}s.csv", "row": 2, **bad})  # type: ignore[arg-type]


BAD_RECORDS: dict[str, Bad] = {
    "unknown_partner_kind": _bad("partner", "y,Y,busines\n", column="kind", found="'busines'",
                                 expected="one of law_enforcement, resident, local_government, nonprofit, business"),
    "unknown_pillar": _bad("program", "watch,Watch,They meet.,partnerships;trust,other,running,,,police\n",
                           column="pillar", found="'trust'",
                           expected="partnerships, problem_solving, organizational_transformation"),
    "problem_without_evidence": _bad("problem", GOOD["problem"] + "loud,Loud nights,Nobody sleeps.,,2024-01-02,open,\n",
                                     row=3, column="evidence", found="an empty cell"),
    "stages_out_of_order": _bad("sara_stage", "dark,response,under_way,2024-03-01,,\ndark,scanning,done,2024-01-02,,\n",
                                column="status", found="response under_way, analysis not started",
                                expected="analysis before, or skipped"),
    "assessment_without_evaluation": _bad("sara_stage", GOOD["sara_stage"] + "dark,assessment,done,2025-01-06,,\n",
                                          row=5, column="status", found="'dark'"),
    "substep_of_another_stage": _bad("sara_stage", "dark,scanning,done,2024-01-02,,1;8;x\n", column="steps_documented",
                                     found="8, x under scanning", expected="1 to 7"),
    "ends_before_it_begins": _bad("legal_basis", "r,local,policy,731,Rules.,2024-05-02,2024-05-01\n",
                                  column="effective_to", found="2024-05-01 for r", expected="2024-05-02"),
    "status_against_days": _bad("program", "watch,Watch,They meet.,partnerships,other,running,2024-05-01,2025-05-01,"
                                "police\n", level="warning", column="status",
                                found="running, with a last day of 2025-05-01"),
    "legal_basis_expired": _bad("legal_basis", "r,local,policy,731,Rules.,2024-05-02,2026-03-02\n", level="warning",
                                column="effective_to", found="2026-03-02 for r"),
    "more_trained_than_required": _bad("training_course", "t,T,other,online,40,41\n", column="officers_current",
                                       found="41 of 40"),
    "goal_not_measurable": _bad("program_goal", "g,watch,,More people meet.,,,,,,,more\n", level="warning", column="id",
                                found="g: no target, no due_on, no measure_id, and no unit"),
    "goal_due_at_start": _bad("program_goal", "g,watch,,More people meet.,people,3,2024,9,2024-12-31,,more\n",
                              level="warning", column="due_on", found="2024-12-31 for g, from 2024",
                              expected="after 2024-12-31"),
}  # fmt: skip
