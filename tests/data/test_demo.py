"""Riverton holds every hard case that a real city brings, in three packs whose revisions can be followed."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
import textstat
from sqlalchemy import text

from data.demo import write_packs
from data.demo.safety import DUPLICATED
from data.models import METHODS, PILLARS, TABLES, described
from data.store import Release, Store

FORBIDDEN = re.compile(
    r"\b(caus(?:ed|es|ing)|prov(?:es|en)|worst|best|safest|most dangerous|significant(?:ly)?|hot ?spots?|citizens?"
    r"|offenders?|minorit(?:y|ies)|outliers?|war on|ciudadan[oa]s?|el peor|el mejor|significativ[oa])\b",
    re.IGNORECASE,
)
TEXT_COLUMNS = {
    "name", "summary", "title", "harm", "evidence", "description", "agenda", "follow_up", "you_said", "promise",
    "reason", "brings", "note", "about", "what", "why", "claim", "purpose", "how_used", "limits", "response", "design",
    "displacement", "role", "definition", "caveat",
}  # fmt: skip


@dataclass(frozen=True)
class Pack:
    """One of the packs, read by other means than publishing."""

    folder: Path

    @cached_property
    def toml(self) -> dict[str, Any]:
        """city.toml."""
        return tomllib.loads((self.folder / "city.toml").read_text(encoding="utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        """A ready table, keys as text."""
        return pd.read_csv(self.folder / f"{name}.csv", dtype={"period": str, "id": str})

    @cached_property
    def extract(self) -> pd.DataFrame:
        """The police department's monthly file."""
        return pd.read_csv(self.folder / "rpd_monthly_extract.csv", sep=";", encoding="utf-8-sig")

    def month(self, area: str, month: str, heading: str) -> int:
        """One count of the monthly file."""
        rows = self.extract
        return int(rows.loc[(rows["Police Area"] == area) & (rows.Month == month), heading].item())


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> list[Pack]:
    return [Pack(folder) for folder in write_packs(tmp_path_factory.mktemp("riverton"))]


@pytest.fixture(scope="module")
def last(packs: list[Pack]) -> Pack:
    return packs[-1]


# ---------------------------------------------------------------- one city, the same each time


def test_the_same_seed_writes_the_same_bytes(packs: list[Pack], tmp_path: Path) -> None:
    again = write_packs(tmp_path)
    for first, second in zip(packs, again, strict=True):
        files = sorted(path.name for path in first.folder.iterdir())
        assert files == sorted(path.name for path in second.iterdir())
        for name in files:
            assert (first.folder / name).read_bytes() == (second / name).read_bytes(), name


def test_another_seed_draws_other_counts_in_the_same_city(last: Pack, tmp_path: Path) -> None:
    other = Pack(write_packs(tmp_path, seed=7)[-1])
    assert not other.extract.equals(last.extract)
    assert list(other.table("program").id) == list(last.table("program").id)


def test_every_column_is_one_of_the_models_and_every_word_is_allowed(packs: list[Pack]) -> None:
    for pack in packs:
        for path in pack.folder.glob("*.csv"):
            if path.name == "rpd_monthly_extract.csv":
                continue
            columns = described(TABLES[path.stem])
            frame = pack.table(path.stem)
            assert set(frame.columns) <= set(columns), path.name
            for name in frame:
                assert not columns[str(name)]["computed"], f"{path.name}: {name}"
                if columns[str(name)]["one_of"]:
                    assert set(frame[name].dropna()) <= set(columns[str(name)]["one_of"]), f"{path.name}: {name}"
            for name, column in columns.items():
                if column["required"]:
                    assert name in frame, f"{path.name} lacks {name}"
                    assert frame[name].notna().all(), f"{path.name}: empty {name}"


def test_every_reference_leads_somewhere(packs: list[Pack]) -> None:
    for pack in packs:
        known: dict[str, set[str]] = {
            "measure.id": set(pack.toml["measures"]),
            "source.id": set(pack.toml["sources"]),
            "neighborhood.id": {*pack.toml["neighborhoods"], "city", "unplaced"}
            | {f"district-{number}" for number in range(1, 5)},
        }
        for path in pack.folder.glob("*.csv"):
            if path.stem in TABLES and "id" in (frame := pack.table(path.stem)):
                known[f"{path.stem}.id"] = set(frame.id)
        for path in pack.folder.glob("*.csv"):
            if path.stem not in TABLES:
                continue
            frame = pack.table(path.stem)
            for name, column in described(TABLES[path.stem]).items():
                if column["ref"] and name in frame:
                    lost = set(frame[name].dropna()) - known[column["ref"]]
                    assert not lost, f"{path.name}: {name} names {lost}"


# ---------------------------------------------------------------- the map


def outlines(pack: Pack, file: str, key: str) -> dict[str, Any]:
    features = json.loads((pack.folder / file).read_text(encoding="utf-8"))["features"]
    return {one["properties"][key]: shapely.from_geojson(json.dumps(one["geometry"])) for one in features}


def test_24_neighborhoods_share_borders_without_gap_or_overlap(last: Pack) -> None:
    places = outlines(last, "neighborhoods.geojson", "CODE")
    assert len(places) == 24
    assert all(shape.is_valid and shape.geom_type == "Polygon" for shape in places.values())
    together = shapely.union_all(list(places.values()))
    assert sum(shape.area for shape in places.values()) == pytest.approx(together.area, rel=1e-9)
    assert len(together.geoms) == 2, "the river splits the city in two"
    assert all(not part.interiors for part in together.geoms), "a gap between neighborhoods"


def test_the_river_runs_between_and_not_through(last: Pack) -> None:
    features = last.table("map_feature").set_index("id")
    assert features.kind.value_counts().to_dict() == {"road": 3, "park": 2, "water": 1}
    river = shapely.from_geojson(features.geometry["river"])
    for name, shape in outlines(last, "neighborhoods.geojson", "CODE").items():
        assert river.intersection(shape).area < 0.01 * shape.area, name


def test_districts_are_unions_of_neighborhoods(last: Pack) -> None:
    districts = outlines(last, "districts.geojson", "CODE")
    assert set(districts) == {f"district-{number}" for number in range(1, 5)}
    for shape in outlines(last, "neighborhoods.geojson", "CODE").values():
        shares = [shape.intersection(district).area / shape.area for district in districts.values()]
        assert max(shares) == pytest.approx(1, abs=1e-6)


# ---------------------------------------------------------------- the hard cases, by name


def test_zero_events_in_a_whole_year(last: Pack) -> None:
    rows = last.extract[last.extract["Police Area"] == "Fox Hollow"]
    year = rows[rows.Month.str.startswith("2025")]
    assert len(year) == 12
    assert year.Robbery.sum() == 0


def test_cells_of_1_to_9_beside_a_published_total(last: Pack) -> None:
    assert last.toml["measures"]["use_of_force"]["sensitive"]
    rows = last.table("observation").query("measure_id == 'use_of_force' and period == '2025-Q4'")
    counts = rows.set_index("neighborhood_id").numerator
    city = counts.pop("city")
    assert ((counts >= 1) & (counts <= 9)).sum() >= 10
    assert (counts >= 10).sum() >= 2
    assert (counts == 0).sum() >= 2
    assert counts.sum() == city


def test_a_survey_cell_of_eight_answers(last: Pack) -> None:
    rows = last.table("survey_result").query("wave_id == '2025-fall' and neighborhood_id == 'sable-prairie'")
    assert set(rows.n) == {8}
    assert last.table("survey_result").query("group_name == 'all' and neighborhood_id != 'city'").n.max() > 100


def test_an_opt_in_wave_has_no_response_rate_and_no_weights(last: Pack) -> None:
    waves = last.table("survey_wave").set_index("id")
    assert list(waves["mode"]) == ["probability", "probability", "opt_in", "probability"]
    opt_in = waves.to_dict("index")["2025-spring"]
    assert pd.isna(opt_in["invited"])
    assert pd.isna(opt_in["design_effect"])
    assert not opt_in["weighted"]
    drawn = waves[waves["mode"] == "probability"]
    assert drawn.design_effect.between(1.3, 1.6).all()
    assert (drawn.invited > 5 * drawn.completed).all()


def test_survey_shares_add_up_and_fit_their_options(last: Pack) -> None:
    options = last.table("survey_question").set_index("id").options.str.count(";") + 1
    results = last.table("survey_result")
    for question, shares in zip(results.question_id, results.shares, strict=True):
        parts = [float(part) for part in shares.split(";")]
        assert len(parts) == options[question]
        assert sum(parts) == pytest.approx(1, abs=1e-9)


def test_breaks_in_series_by_definition_and_by_wording(last: Pack) -> None:
    breaks = last.table("series_break").set_index("measure_id")
    assert list(breaks.loc["vehicle_break_ins", ["broke_on", "kind"]]) == ["2024-07-01", "definition"]
    assert breaks.loc["listens", "kind"] == "wording"
    wordings = last.table("survey_question").query("measure_id == 'listens'").wording
    assert wordings.nunique() == 2


def test_a_late_release_and_late_sources(packs: list[Pack]) -> None:
    late = [(pack.toml["release"]["released_on"] - pack.toml["release"]["planned_on"]).days for pack in packs]
    assert late == [0, 11, 0]
    updates = packs[-1].table("planned_update")
    assert (updates.released_on > updates.planned_on).sum() >= 3
    overdue = updates[updates.released_on.isna() & (updates.planned_on < "2026-03-03")]
    assert list(overdue.source_id) == ["complaints"]


def test_a_negative_amendment(packs: list[Pack]) -> None:
    changes = [pack.table("budget_line").query("phase == 'amendment'") for pack in packs]
    assert [int((frame.amount_cents < 0).sum()) for frame in changes] == [1, 2, 2]
    assert "FY2026-trail-rangers-personnel-amendment-1" in set(changes[1].id) - set(changes[0].id)


def test_a_grant_charged_before_its_start(last: Pack) -> None:
    charges = last.table("budget_line").dropna(subset=["grant_id"])
    starts = last.table("grant").set_index("id").starts_on
    early = charges[charges.dated_on < charges.grant_id.map(starts)]
    assert list(early.dated_on) == ["2025-09-18"]
    assert not (charges.dated_on > charges.grant_id.map(last.table("grant").set_index("id").ends_on)).any()


def test_a_downtown_and_an_airport_are_visitor_areas(last: Pack) -> None:
    visitors = {name for name, place in last.toml["neighborhoods"].items() if place.get("visitor_area")}
    assert visitors == {"downtown", "prairie-field"}
    people = last.table("population").query("year == 2024").set_index("neighborhood_id").residents
    assert people["prairie-field"] < 50


def test_an_empty_neighborhood_has_no_figures_and_no_zeros(last: Pack) -> None:
    people = last.table("population").query("neighborhood_id == 'rail-yards'").residents
    assert set(people) == {0}
    assert "Rail Yards" not in set(last.extract["Police Area"])
    rows = last.table("observation").query("neighborhood_id == 'rail-yards'")
    assert set(rows.status) == {"not_reported"}
    assert rows.numerator.isna().all()
    assert "rail-yards" not in set(last.table("survey_result").neighborhood_id)


def test_names_with_accents_and_names_as_files_misspell_them(last: Pack) -> None:
    names = {place["name"] for place in last.toml["neighborhoods"].values()}
    assert {"Côte-Vieille", "Peñasco Heights"} <= names
    areas = set(last.extract["Police Area"].dropna())
    assert {"Côte\u2010Vieille", "Harbor\u00a0Point", "Mt. Olive", "PRAIRIE FIELD / AIRPORT"} <= areas


def test_a_leap_day_inside_a_fiscal_year(last: Pack) -> None:
    years = last.table("fiscal_year").set_index("id")
    assert list(years.loc["FY2024", ["starts_on", "ends_on"]]) == ["2023-07-01", "2024-06-30"]
    dated = last.table("budget_line").query("dated_on == '2024-02-29'")
    assert set(dated.fiscal_year) == {"FY2024"}
    assert "2024-02-29" in set(last.table("feedback_event").held_on)


def test_one_neighborhood_lacks_a_population(last: Pack) -> None:
    by_year = last.table("population").groupby("year").neighborhood_id.agg(set)
    assert by_year[2024] - by_year[2025] == {"northgate"}
    assert (
        200_000
        < last.table("population").query("year == 2024 and neighborhood_id == 'city'").residents.item()
        < 230_000
    )


def test_events_with_no_neighborhood_are_in_the_total_and_in_no_place(last: Pack) -> None:
    rows = last.extract.set_index("Month")
    total = rows[rows["Police Area"] == "CITYWIDE"].Burglary
    placed = rows[rows["Police Area"].notna() & (rows["Police Area"] != "CITYWIDE")].Burglary.groupby(level=0).sum()
    blank = rows[rows["Police Area"].isna()].Burglary
    assert (total == placed + blank).all()
    assert blank.sum() > 100


# ---------------------------------------------------------------- three releases


def test_late_reports_raise_recent_months_and_nothing_falls_but_the_mended_figure(packs: list[Pack]) -> None:
    fell, rose = [], 0
    for before, after in pairwise(packs):
        both = before.extract.merge(after.extract, on=["Police Area", "Month"], suffixes=("_old", ""))
        for heading in ("Burglary", "Theft from vehicle", "Robbery", "Agg. assault"):
            change = both[heading] - both[f"{heading}_old"]
            rose += int((change > 0).sum())
            fell += [(heading, row["Police Area"], row.Month) for _, row in both[change < 0].iterrows()]
    assert rose > 60
    assert set(fell) == {("Burglary", "Westbrook", "2025-03"), ("Burglary", "CITYWIDE", "2025-03")}


def test_the_mended_figure_has_a_correction(packs: list[Pack]) -> None:
    month = DUPLICATED[2]
    old, new = (pack.month("Westbrook", month, "Burglary") for pack in packs[1:])
    assert old == 2 * new > 0
    assert "westbrook-march-2025" not in set(packs[1].table("correction").id)
    mended = packs[2].table("correction").set_index("id").loc["westbrook-march-2025"]
    assert mended.measure_id == "burglary"


def test_why_figures_differ_stands_in_the_pack_and_in_spanish(packs: list[Pack]) -> None:
    assert not (packs[0].folder / "revision_reason.csv").exists()
    for pack in packs[1:]:
        why = pack.table("revision_reason")
        words = pack.table("translation").query("table_name == 'revision_reason'")
        assert set(why.id) == set(words.row_id)
        assert set(why.kind) <= {"late_reports", "corrected"}
    mended = packs[2].table("revision_reason").query("kind == 'corrected'")
    assert list(mended.neighborhood_id) == ["westbrook", "city"]


def test_the_third_release_defines_complaints_anew_and_says_so(packs: list[Pack]) -> None:
    defined = [pack.toml["measures"]["complaints"]["definition"] for pack in packs]
    assert defined[0] == defined[1] != defined[2]
    told = [pack.table("series_break").query("measure_id == 'complaints'") for pack in packs]
    assert [len(rows) for rows in told] == [0, 0, 1]
    assert (told[2].broke_on.item(), told[2].kind.item()) == ("2026-01-01", "definition")
    counted = packs[2].table("observation").query("measure_id == 'complaints'").period
    assert counted.max() < "2026"  # no figure on the other side of the break yet


def test_the_calendar_moves_one_release_with_a_reason_and_announces_the_next(packs: list[Pack]) -> None:
    planned = [pack.table("planned_release").set_index("id").planned_on for pack in packs]
    assert [list(days.index) for days in planned] == [
        ["2025-09", "2025-12"],
        ["2025-09", "2025-12", "2026-03"],
        ["2025-09", "2025-12", "2026-03", "2026-06"],
    ]
    assert [days.get("2026-03") for days in planned] == [None, "2026-02-17", "2026-03-03"]
    [move] = packs[2].table("plan_change").itertuples()
    assert (move.planned_release_id, move.changed_on, move.from_day) == ("2026-03", "2026-02-03", "2026-02-17")
    words = packs[2].table("translation")
    assert set(words[words.table_name == "plan_change"].row_id) == {"2026-03/2026-02-03"}
    assert set(words[words.table_name == "planned_release"].row_id) == set(planned[2].index)
    assert packs[2].toml["city"]["contact_name"] == "Open data officer"


def test_months_are_early_first_and_settled_later(packs: list[Pack]) -> None:
    early = [pack.toml["measures"]["burglary"]["provisional_from"] for pack in packs]
    assert early == ["2025-06", "2025-09", "2025-11"]
    assert [pack.extract.Month.max() for pack in packs] == ["2025-07", "2025-10", "2025-12"]


def test_nothing_is_told_before_it_happened(packs: list[Pack]) -> None:
    past = {
        "commitment": ["made_on", "done_on"],
        "sara_stage": ["started_on", "finished_on"],
        "evaluation": ["finished_on"],
        "training_delivery": ["held_on"],
        "program_element": ["dated_on"],
        "program_partner": ["since"],
        "program": ["updated_on", "ended_on"],
        "barrier": ["raised_on"],
        "problem": ["seen_on"],
        "correction": ["corrected_on"],
        "plan_change": ["changed_on"],
        "planned_release": ["announced_on"],
        "planned_update": ["released_on"],
        "survey_wave": ["ends_on"],
        "case_study": ["checked_on"],
    }
    for pack in packs:
        day = pack.toml["release"]["released_on"].isoformat()
        for name, columns in past.items():
            if not (pack.folder / f"{name}.csv").exists():
                continue
            for column in set(columns) & set(frame := pack.table(name)):
                assert (frame[column].dropna() <= day).all(), f"{day} {name}.{column}"
        events = pack.table("feedback_event")
        assert events[events.held_on > day].attendance.isna().all()
        assert "attendance" not in events or events[events.held_on > day].follow_up.isna().all()


def test_a_promise_under_way_is_done_in_a_later_release(packs: list[Pack]) -> None:
    state = [pack.table("commitment").set_index("id").status.get("c-olive-bus-hub-1") for pack in packs]
    assert state == ["under_way", "under_way", "done"]


# ---------------------------------------------------------------- programs, promises, money


def test_promises_of_every_state_with_evidence_and_reasons(last: Pack) -> None:
    promises = last.table("commitment")
    assert len(promises) >= 48
    assert promises[promises.status == "done"][["evidence", "done_on"]].notna().all(axis=None)
    assert promises[promises.status == "will_not_do"].reason.notna().all()
    overdue = promises[(promises.status == "under_way") & (promises.due_on < "2026-03-03")]
    assert len(overdue) >= 5
    assert set(promises.status) == {"under_way", "done", "will_not_do"}


def test_the_next_city_meeting_says_when_where_and_in_which_languages(last: Pack) -> None:
    events = last.table("feedback_event").set_index("id")
    ahead = events[events.held_on > "2026-03-03"]
    meeting = ahead.sort_values("held_on").iloc[0]
    assert (meeting.held_on, meeting.starts_at) == ("2026-03-18", "18:30")
    assert meeting[["place", "languages", "access", "agenda"]].notna().all()
    assert ahead.neighborhood_id.nunique() >= 15
    assert set(events.kind) >= {"town_hall", "focus_group", "advisory_board", "stakeholder_interview", "survey"}


def test_sara_stages_of_every_state_and_done_only_with_a_study(last: Pack) -> None:
    stages = last.table("sara_stage")
    assert set(stages.status) == {"not_started", "under_way", "done", "skipped"}
    assert (stages.groupby("problem_id").size() == 4).all()
    finished = stages.query("stage == 'assessment' and status == 'done'").problem_id
    assert set(finished) <= set(last.table("evaluation").problem_id)
    order = ["scanning", "analysis", "response", "assessment"]
    for _, rows in stages.assign(at=stages.stage.map(order.index)).sort_values("at").groupby("problem_id"):
        started = rows.started_on.dropna()
        assert started.is_monotonic_increasing


def test_evaluations_are_declared_and_bring_no_numbers_of_their_own(last: Pack) -> None:
    declared = last.table("evaluation").set_index("id")
    ours = declared[~declared.method.isin(["published_study", "counts_only"])]
    assert ours.filter(["estimate", "low", "high", "grade"]).isna().all(axis=None)
    assert ours[["measure_id", "before", "after", "declared_on", "chosen_because"]].notna().all(axis=None)
    treated = last.table("evaluation_area").query("role == 'treated'")
    assert set(treated.evaluation_id) == set(ours.index)
    assert set(declared.method) == set(METHODS)
    assert declared.loc["e-safe-walk", ["estimate", "measure_id", "url"]].isna().all(), "nothing was studied"


def test_hard_cases_of_programs_and_problems(last: Pack) -> None:
    problems = last.table("problem").set_index("id")
    assert problems.loc["p-northgate-lots":"p-late-music", "program_id"].isna().all()  # nobody's program works on them
    assert problems.status["p-east-end-break-ins"] == "resolved"
    assert problems.closed_on["p-east-end-break-ins"] == "2026-01-22"
    stages = last.table("sara_stage").set_index(["problem_id", "stage"]).status
    assert stages["p-school-crossing", "analysis"] == stages["p-late-music", "assessment"] == "skipped"
    rules = last.table("legal_basis").set_index("id")
    assert rules.loc["rmc-9-12", "effective_to"] == "2025-06-30"  # over, and Shop Safe still rests on it
    resting = last.table("program_legal_basis").groupby("program_id").legal_basis_id.agg(set)
    assert "rmc-9-12" in resting["shop-safe"]
    assert "trail-rangers" not in resting
    assert {one for cell in last.table("program").pillar for one in cell.split(";")} == set(PILLARS)
    elements = last.table("program_element").groupby("program_id").size()
    assert elements["safe-lights"] == 4
    assert elements["second-key"] < 4
    assert "edge-of-town" not in elements
    groups = last.table("stakeholder_group")
    assert not groups[(groups.program_id == "lock-light-look") & (groups.kind == "resident")].took_part.any()
    assert "other" not in set(groups.kind)  # a kind that nowhere takes part


def test_goals_that_are_easy_unmeasurable_and_without_numbers_of_their_own(last: Pack) -> None:
    goals = last.table("program_goal").set_index("id")
    assert goals.loc["g-language", ["target", "due_on", "measure_id", "unit"]].isna().all()
    measured = goals[goals.measure_id.notna()]
    assert measured[["unit", "baseline", "latest"]].isna().all(axis=None)  # publishing takes them from the figures
    assert goals.loc["g-care-calls", ["unit", "baseline", "latest"]].notna().all()


def test_the_chain_from_money_to_voice_is_whole_for_some_and_broken_for_others(last: Pack) -> None:
    runs = last.table("program_neighborhood").groupby("program_id").neighborhood_id.agg(set)
    paid = set(last.table("budget_line").program_id.dropna())
    worked = set(last.table("response_activity").program_id)
    goals = set(last.table("program_goal").dropna(subset=["measure_id"]).program_id)
    said = last.table("feedback_theme").dropna(subset=["program_id", "neighborhood_id"])
    heard = set(zip(said.program_id, said.neighborhood_id, strict=True))
    whole: set[str] = set()
    broken: set[str] = set()
    for program, places in runs.items():
        for place in places:
            links = [program in paid, program in worked, program in goals, (program, place) in heard]
            (whole if all(links) else broken).add(place)
    assert {"harbor-point", "east-end", "canal-street"} <= whole
    assert {"fox-hollow", "juniper-park"} <= broken - whole


def test_no_program_and_no_meeting_somewhere(last: Pack) -> None:
    everywhere = set(last.toml["neighborhoods"])
    assert everywhere - set(last.table("program_neighborhood").neighborhood_id) >= {"northgate", "ridgemont"}
    assert everywhere - set(last.table("feedback_event").neighborhood_id.dropna()) == {
        "rail-yards", "prairie-field", "hollow-creek",
    }  # fmt: skip


def test_every_kind_of_thing_is_there(last: Pack) -> None:
    for table, column, but in (
        ("partner", "kind", set()),
        ("barrier", "kind", set()),
        ("barrier", "status", set()),
        ("response_activity", "kind", set()),
        ("budget_line", "phase", set()),
        ("budget_line", "reach", set()),
        ("legal_basis", "scope", set()),
        ("legal_basis", "kind", set()),
        ("training_course", "topic", set()),
        ("feedback_event", "kind", set()),
        ("program", "status", {"planned"}),
        ("place_index", "kind", set()),
    ):
        wanted = set(described(TABLES[table])[column]["one_of"]) - but
        assert set(last.table(table)[column]) >= wanted, f"{table}.{column}"
    assert not last.table("stakeholder_group").took_part.all()
    assert last.table("technology_item").set_index("id").loc["tech-dock-cameras"].isna().sum() >= 5


def test_claims_about_other_cities_are_graded_honestly(last: Pack) -> None:
    cases = last.table("case_study").astype({"evidence_grade": str}).set_index("id").evidence_grade
    assert cases["cincinnati-claim"] == cases["boise-claim"] == "unverified"


def test_money_adds_up_and_declared_shares_make_one(last: Pack) -> None:
    lines = last.table("budget_line")
    assert lines.id.is_unique
    program = lines.program_id.notna()
    plan = lines[(lines.fiscal_year == "FY2026") & lines.phase.isin(["adopted", "amendment"])]
    assert 44e8 < plan[~plan.index.isin(lines[program].index)].amount_cents.sum() < 48e8
    assert 3.5e8 < plan[plan.index.isin(lines[program].index)].amount_cents.sum() < 4.5e8
    shares = last.table("budget_share").merge(lines[["id", "reach"]], left_on="budget_line_id", right_on="id")
    assert set(shares.reach) == {"direct", "shared"}
    declared = shares.groupby("budget_line_id").weight.agg(["sum", "count"])
    assert (declared[declared["count"] > 0]["sum"] - 1).abs().max() < 1e-9
    assert (declared["count"] == 0).any(), "a shared line whose shares nobody declared"
    assert lines[lines.phase == "actual"].dated_on.dropna().max() <= "2025-12-31"


def test_no_figure_is_so_neat_that_it_looks_made_up(last: Pack) -> None:
    lines = last.table("budget_line")
    adopted = lines[lines.phase == "adopted"].amount_cents / 100
    assert (adopted % 1000 == 0).mean() < 0.02
    spent = lines[lines.phase == "actual"].amount_cents
    assert (spent % 100 == 0).mean() < 0.05
    people = last.table("population").query("residents > 1000").residents
    assert (people % 100 == 0).mean() < 0.1
    months = last.extract[last.extract["Police Area"] == "CITYWIDE"].Burglary
    assert months.nunique() > 30
    last_digits = months % 10
    assert last_digits.value_counts(normalize=True).max() < 0.3


# ---------------------------------------------------------------- as published


@dataclass(frozen=True)
class Published:
    """One published release, read as anybody could: with plain SQL."""

    release: Release

    def rows(self, sql: str, **values: str) -> pd.DataFrame:
        """The answer to a question in SQL."""
        with self.release.connect() as connection:
            return pd.read_sql(text(sql), connection, params=values)

    def figure(self, measure: str, place: str, period: str) -> Any:
        """One observation for everyone."""
        found = self.rows(
            "SELECT * FROM observation WHERE measure_id = :measure AND neighborhood_id = :place AND period = :period"
            " AND group_name = 'all'",
            measure=measure,
            place=place,
            period=period,
        )
        assert len(found) == 1, f"{measure} in {place} for {period}: {len(found)} figures"
        return found.iloc[0]


@pytest.fixture(scope="module")
def releases(demo_store: Path) -> list[Published]:
    store = Store(demo_store)
    return [Published(store.open(name)) for name in ("2025-09", "2025-12", "2026-03")]


@pytest.fixture(scope="module")
def newest(releases: list[Published]) -> Published:
    return releases[-1]


def test_three_releases_and_the_last_is_served(demo_store: Path, releases: list[Published]) -> None:
    assert Store(demo_store).current_id() == "2026-03"
    for published in releases:
        files = published.rows("SELECT sum(rows_rejected) AS rejected, sum(rows_read) AS read FROM source_file")
        assert files.rejected.item() == 0
        assert files.read.item() > 3000
        assert published.rows("SELECT invented FROM city").invented.item() == 1


def test_published_releases_have_numbers_reasons_and_one_chain(releases: list[Published]) -> None:
    heads = [published.rows("SELECT * FROM manifest").iloc[0] for published in releases]
    assert [(head.version, head.change) for head in heads] == [("1.0", "first"), ("1.1", "minor"), ("2.0", "major")]
    assert heads[0].reason is None
    assert all(head.reason.endswith(".") for head in heads[1:])
    assert [head.previous_chain_sha256 for head in heads] == [None, *(head.chain_sha256 for head in heads[:2])]
    words = releases[2].rows("SELECT column_name FROM translation WHERE table_name = 'manifest'")
    assert {"note", "reason"} <= set(words.column_name)


def test_published_revisions_say_why(releases: list[Published]) -> None:
    for published in releases[1:]:
        changed = published.rows("SELECT * FROM revision WHERE kind = 'changed'")
        assert changed.reason.notna().all()
    mended = releases[2].rows(
        "SELECT old, new, reason_kind FROM revision WHERE measure_id = 'burglary' AND neighborhood_id = 'westbrook'"
        " AND period = '2025-03' AND changed_column = 'numerator'"
    )
    [(old, new, kind)] = mended.itertuples(index=False)
    assert (int(old), kind) == (2 * int(new), "corrected")
    [(measure, reason)] = (
        releases[2].rows("SELECT measure_id, reason FROM revision WHERE table_name = 'measure'").itertuples(index=False)
    )
    assert measure == "complaints"
    assert "online" in reason


def test_published_zero_is_zero_and_empty_is_not(newest: Published) -> None:
    zero = newest.figure("robbery", "fox-hollow", "2025")
    assert (zero.numerator, zero.value, zero.status) == (0, 0, "shown")
    empty = newest.rows("SELECT status, numerator, value FROM observation WHERE neighborhood_id = 'rail-yards'")
    assert set(empty.status) == {"not_reported"}
    assert empty[["numerator", "value"]].isna().all(axis=None)


def test_published_small_counts_of_force_are_withheld_beside_their_total(newest: Published, last: Pack) -> None:
    counts = last.table("observation").query("measure_id == 'use_of_force' and period == '2025-Q4'")
    small = set(counts[counts.numerator.between(1, 9)].neighborhood_id)
    shown = newest.rows("SELECT * FROM observation WHERE measure_id = 'use_of_force' AND period = '2025-Q4'").set_index(
        "neighborhood_id"
    )
    assert set(shown.loc[sorted(small)].status) == {"withheld"}
    assert shown.loc[sorted(small), ["numerator", "value"]].isna().all(axis=None)
    total = counts.set_index("neighborhood_id").numerator["city"]
    assert shown.loc["city", "value"] == total
    hidden = newest.rows("SELECT count(*) AS n FROM withheld_cell WHERE measure_id = 'use_of_force'").n.item()
    assert hidden >= len(small)


def test_published_survey_of_eight_is_too_few_and_opt_in_has_no_range(newest: Published) -> None:
    eight = newest.figure("feel_safe_night", "sable-prairie", "2025-Q4")
    assert eight.status == "too_few_to_say"
    assert pd.isna(eight.n)
    opt_in = newest.figure("feel_safe_night", "city", "2025-Q2")
    assert opt_in.reason == "opt_in"
    assert pd.isna(opt_in.low)
    drawn = newest.figure("feel_safe_night", "city", "2025-Q4")
    assert drawn.low < drawn.value < drawn.high
    assert drawn.n_effective == pytest.approx(drawn.n / 1.53)


def test_published_goals_hold_the_published_figures(newest: Published) -> None:
    goals = newest.rows("SELECT * FROM program_goal WHERE measure_id IS NOT NULL").set_index("id")
    for goal in goals.fillna({"neighborhood_id": "city"}).to_dict("records"):
        for name in ("baseline", "latest"):
            if isinstance(goal[f"{name}_period"], str):
                figure = newest.figure(goal["measure_id"], goal["neighborhood_id"], goal[f"{name}_period"])
                assert goal[name] == figure.value
    easy = goals.loc["g-garages"]
    assert easy.target > easy.baseline  # asks for less than it had
    assert list(goals.index[goals["latest"].isna()]) == ["g-garages"]  # counted in another way since July 2024
    late = goals.loc["g-key-burglary"]
    later = newest.figure("burglary", "east-end", "2025").value
    assert late["latest_period"] == "2024", "the last by its day"
    assert later is not None
    assert later < late["target"] < late["latest"], "the year after is lower, and comes too late"
    near, far = goals.loc["g-explains"], goals.loc["g-watch-share"]
    assert (near.latest - near.baseline) / (near.target - near.baseline) > 0.5
    assert (far.latest - far.baseline) / (far.target - far.baseline) < 0.25


def test_published_visitor_areas_and_missing_population_say_so(newest: Published) -> None:
    assert newest.figure("burglary", "downtown", "2025").reason == "visitors"
    counted = newest.figure("robbery", "northgate", "2025")
    assert (counted.status, counted.reason) == ("not_reported", "no_population")
    assert counted.numerator > 0
    borrowed = newest.figure("burglary", "northgate", "2025")
    assert (borrowed.status, borrowed.denominator_period) == ("shown", "2024")


def test_published_city_is_the_sum_of_places_and_of_those_without_one(newest: Published, last: Pack) -> None:
    rows = last.extract[last.extract.Month.str.startswith("2024")]
    placed = rows[rows["Police Area"] != "CITYWIDE"]
    city = newest.figure("vehicle_break_ins", "city", "2024")
    assert city.numerator == placed["Theft from vehicle"].sum()
    assert pd.isna(city.reason)
    no_place = newest.figure("vehicle_break_ins", "unplaced", "2024")
    assert no_place.numerator == placed[placed["Police Area"].isna()]["Theft from vehicle"].sum()
    assert pd.isna(no_place.value)
    people = last.table("population").query("neighborhood_id == 'city' and year == 2024").residents.item()
    assert city.value == pytest.approx(1000 * city.numerator / people)


def test_published_names_with_odd_blanks_and_hyphens_are_one_place(newest: Published, last: Pack) -> None:
    for area, place in (("Harbor\u00a0Point", "harbor-point"), ("Côte\u2010Vieille", "cote-vieille")):
        count = last.month(area, "2024-07", "Theft from vehicle")
        assert newest.figure("vehicle_break_ins", place, "2024-07").numerator == count
    names = newest.rows("SELECT neighborhood_id FROM neighborhood_alias WHERE alias = 'Mt. Olive'")
    assert list(names.neighborhood_id) == ["mount-olive"]


def test_published_months_are_early_then_settled_and_one_is_mended(releases: list[Published]) -> None:
    early = [published.figure("burglary", "city", "2025-07").status for published in releases]
    assert early == ["provisional", "shown", "shown"]
    old, new = (published.figure("burglary", "westbrook", "2025-03").numerator for published in releases[1:])
    assert old == 2 * new


def test_published_release_was_late(releases: list[Published]) -> None:
    late = [
        published.rows("SELECT julianday(released_on) - julianday(planned_on) AS d FROM manifest")
        for published in releases
    ]
    assert [int(frame.d.item()) for frame in late] == [0, 11, 0]


def test_published_money_agrees_with_the_pack_to_the_cent(newest: Published, last: Pack) -> None:
    published = newest.rows("SELECT phase, sum(amount_cents) AS cents FROM budget_line GROUP BY phase")
    assert (
        published.set_index("phase").cents.to_dict()
        == last.table("budget_line").groupby("phase").amount_cents.sum().to_dict()
    )


# ---------------------------------------------------------------- words


def texts_of(pack: Pack) -> dict[str, list[str]]:
    """All sentences of a pack by language."""
    said: dict[str, list[str]] = {"en": [], "es": list(pack.table("translation").text)}
    for path in pack.folder.glob("*.csv"):
        if path.stem in TABLES and path.stem != "translation":
            frame = pack.table(path.stem)
            for name in TEXT_COLUMNS & set(frame.columns):
                said["en"] += list(frame[name].dropna().unique())
    for part in ("measures", "sources", "neighborhoods"):
        for row in pack.toml[part].values():
            said["en"] += [row[name] for name in TEXT_COLUMNS & set(row)]
            said["es"] += list(row.get("es", {}).values())
    return said


def test_no_forbidden_word_in_any_text(packs: list[Pack]) -> None:
    for pack in packs:
        for language, sentences in texts_of(pack).items():
            for sentence in sentences:
                assert not FORBIDDEN.search(sentence), f"{language}: {sentence}"


def test_texts_read_easily_in_both_languages(last: Pack) -> None:
    said = texts_of(last)
    sentences = {
        language: " ".join(one if one.endswith((".", "?")) else f"{one}." for one in said[language] if " " in one)
        for language in said
    }
    textstat.set_lang("en_US")
    assert textstat.flesch_kincaid_grade(sentences["en"]) <= 8
    textstat.set_lang("es")
    assert textstat.fernandez_huerta(sentences["es"]) >= 70
    textstat.set_lang("en_US")


def test_what_residents_read_is_in_spanish_too(last: Pack) -> None:
    there = last.table("translation").groupby(["table_name", "column_name"]).row_id.agg(set)
    for table, column in (
        ("program", "name"), ("program", "summary"), ("problem", "title"), ("problem", "harm"),
        ("commitment", "you_said"), ("commitment", "promise"), ("feedback_theme", "title"),
        ("feedback_event", "title"), ("program_goal", "description"), ("survey_wave", "name"),
    ):  # fmt: skip
        assert set(last.table(table).id) == there[table, column], f"{table}.{column}"
    for row in last.toml["measures"].values():
        assert set(row["es"]) == {"name", "events", "definition", "formula", "caveat"}


def test_meetings_are_on_days_when_people_come(last: Pack) -> None:
    meetings = last.table("feedback_event").dropna(subset=["starts_at"])
    assert len(meetings) > 60
    assert max(date.fromisoformat(day).weekday() for day in meetings.held_on) <= 4
    hours = meetings.starts_at.str[:2].astype(int)
    assert hours.between(12, 19).all()
