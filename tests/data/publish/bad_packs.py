"""Packs that would make a figure say what it cannot: each has one mistake, and says what its problem must name."""

from __future__ import annotations

from tests.data.publish.packs import CRIME, HEAD, Bad

BREAKS = '[tables.series_break]\nfile = "breaks.csv"\n'
MEASURES = '[tables.measure]\nfile = "measures.csv"\nsource = "police"\n'
MEASURE_HEAD = "id,name,topic,kind,unit,events,direction,definition,formula,source_id\n"
SHARE = """
[measures.trust]
name = "Trust"
topic = "trust"
kind = "share"
unit = "percent"
events = "people who trust police"
direction = "more"
definition = "People who trust police."
formula = "trusting answers / answers"
source = "police"
collected = "probability"
"""
SHARES = SHARE + CRIME.replace('"burglary"', '"trust", n = "asked", n_effective = "after_weights"')
SURVEY = SHARE + "".join(
    f'[tables.survey_{name}]\nfile = "{name}s.csv"\n' + ('source = "police"\n' if name == "wave" else "")
    for name in ("wave", "question", "result")
)
WAVE_HEAD = "id,name,mode,frame,period,weighted,design_effect\n"
RESULT_HEAD = "wave_id,question_id,neighborhood_id,n,shares\n"
GOOD_SURVEY: dict[str, str | bytes] = {
    "waves_csv": WAVE_HEAD + "w,Fall,probability,Adults,2024,true,1.4\n",
    "questions_csv": "id,measure_id,dimension,wording,options,favorable\nq,trust,legitimacy,Do you?,No;Yes,1\n",
    "results_csv": RESULT_HEAD + "w,q,east,200,0.4;0.6\n",
}
PLANS = HEAD + '[release]\nreleased_on = 2026-03-03\n[tables.planned_release]\nfile = "plans.csv"\n'
MOVES = PLANS + '[tables.plan_change]\nfile = "moves.csv"\n'
PLAN = "id,planned_on,planned_time,announced_on,brings\nnext,2026-06-02,{time},2026-03-03,More.\n"
MOVE = "planned_release_id,changed_on,from_day,reason\nnext,{day},2026-05-01,Late.\n"
GROUPED = (
    HEAD
    + "".join(f'[tables.{table}]\nfile = "{table}.csv"\nsource = "police"\n' for table in ("observation", "benchmark"))
    + '[tables.benchmark_group]\nfile = "people.csv"\n'
)
GROUPED_FILES: dict[str, str | bytes] = {
    "observation_csv": "measure,neighborhood,period,group_name,numerator\nburglary,city,2024,Old,40\n"
                       "burglary,city,2024,Young,60\n",
    "benchmark_csv": "id,name,definition,reference_group\nresidents,Residents,Who lives here.,Old\n",
}  # fmt: skip
PEOPLE_HEAD = "benchmark_id,neighborhood_id,period,group_name,people\n"


def _people(rows: str, **bad: object) -> Bad:
    return Bad(GROUPED, GROUPED_FILES | {"people_csv": PEOPLE_HEAD + rows}, **{"file": "people.csv", **bad})  # type: ignore[arg-type]


def _measure(row: str, **bad: object) -> Bad:
    return Bad(HEAD + MEASURES, {"measures_csv": MEASURE_HEAD + row}, file="measures.csv", row=2, **bad)  # type: ignore[arg-type]


def _survey(file: str, text: str, **bad: object) -> Bad:
    name = file.replace("_csv", ".csv")
    return Bad(HEAD + SURVEY, GOOD_SURVEY | {file: text}, file=name, **bad)  # type: ignore[arg-type]


BAD_FIGURES: dict[str, Bad] = {
    "measure_without_definition": Bad(HEAD.replace('definition = "Reported break-ins."\n', ""), row=13,
                                      column="measures.burglary.definition", expected="What it is"),
    "measure_without_unit": _measure("a,A,safety,count,,a,fewer,An a.,counted,police\n", column="unit",
                                     expected="per_1000_residents"),
    "measure_without_direction": _measure("a,A,safety,count,events,a,,An a.,counted,police\n", column="direction",
                                          expected="fewer, more or none"),
    "measure_without_source": Bad(HEAD.replace('formula = "reports counted"\nsource = "police"\n',
                                               'formula = "reports counted"\n'),
                                  row=13, column="measures.burglary.source", expected="source"),
    "unit_does_not_fit": _measure("a,A,safety,count,percent,a,fewer,An a.,counted,police\n", column="unit",
                                  found="'percent'", expected="events for a count"),
    "sensitive_share": Bad(HEAD + SHARE + "sensitive = true\n", column="sensitive", found="share trust",
                           expected="a count or a rate"),
    "threshold_too_low": Bad(HEAD + "[thresholds]\nfew_answers = 20\n", row=30, column="thresholds.few_answers",
                             found="20", expected="greater than or equal to 30, which is the floor"),
    "break_in_the_future": Bad(HEAD + "[release]\nreleased_on = 2026-03-01\n" + BREAKS,
                               {"breaks_csv": "measure_id,broke_on,kind,note\nburglary,2026-03-02,wording,New.\n"},
                               file="breaks.csv", row=2, column="broke_on", found="2026-03-02 for burglary",
                               expected="2026-03-01"),
    "computed_column": Bad(HEAD + '[tables.observation]\nfile = "seen.csv"\nsource = "police"\n',
                           {"seen_csv": "measure,neighborhood,period,numerator,High\nburglary,east,2024,3,9\n"},
                           level="warning", file="seen.csv", row=1, column="High"),
    "share_out_of_range": Bad(HEAD + SHARES, {"crime_csv": "area,year,count,asked,after_weights\n"
                                                           "East End,2024,60,200,150\nWest Hill,2024,104,200,\n"},
                              file="crime.csv", row=3, column="value", found="104", expected="0 to 100"),
    "shares_look_like_parts": Bad(HEAD + SHARES, {"crime_csv": "area,year,count,asked,after_weights\n"
                                                               "East End,2024,0.57,200,150\nWest Hill,2024,1,200,\n"},
                                  level="warning", file="crime.csv", column="value", found="0.57 for trust"),
    "shares_do_not_fit_the_question": _survey("results_csv", RESULT_HEAD + "w,q,east,200,0.1;0.3;0.6\n", row=2,
                                              column="shares", found="3 shares for 2 answers"),
    "weights_missing": _survey("waves_csv", WAVE_HEAD + "w,Fall,probability,Adults,2024,true,\n", level="warning",
                               row=2, column="design_effect", found="w"),
    "n_below_1": _survey("results_csv", RESULT_HEAD + "w,q,east,200,0.4;0.6\nw,q,west,0,0.4;0.6\n", row=3,
                         column="n", found="'0'", expected="1 or more"),
    "design_effect_below_1": Bad(HEAD + SHARES, {"crime_csv": "area,year,count,asked,after_weights\n"
                                                              "East End,2024,60,200,201\n"},
                                 file="crime.csv", row=2, column="n_effective", found="'201'", expected="n or less"),
    "not_a_time": Bad(PLANS, {"plans_csv": PLAN.format(time="9.30")}, file="plans.csv", row=2,
                      column="planned_time", found="'9.30'"),
    "plan_out_of_order": Bad(MOVES, {"plans_csv": PLAN.format(time="09:30"),
                                     "moves_csv": MOVE.format(day="2026-03-02")}, file="moves.csv", row=2,
                             column="changed_on", found="2026-03-02", expected="from announced_on"),
    "benchmark_group_unknown": _people("residents,city,2024,Old,900\nresidents,city,2024,young,800\n", row=3,
                                       column="group_name", found="'young'", expected="one of Old, Young"),
    "benchmark_too_small": _people("residents,city,2024,Old,900\nresidents,city,2024,Young,9\n", row=3,
                                   column="people", found="9", expected="10 people or more"),
    "benchmark_without_reference": _people("residents,city,2024,Old,900\nresidents,city,2023,Young,800\n",
                                           file="benchmark.csv", row=2, column="reference_group",
                                           found="'Old' has no people in city, 2023", expected="wherever"),
}  # fmt: skip
