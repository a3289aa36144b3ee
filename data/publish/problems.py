"""What is wrong with a pack, in named problems, and what became of every row that was read.

A problem names the file, the row and the column, says what was found and what was expected, and how to mend it.
Problems of single rows are warnings as long as the pack allows that many refused rows; above that they are errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Kind:
    """A named problem: what it means, whether it stops publishing, and what mends it."""

    level: Level
    says: str
    fix: str
    by_row: bool = False


KINDS: dict[str, Kind] = {
    # the pack itself
    "broken_toml": Kind("error", "city.toml is not valid TOML", "Correct the line that is named."),
    "unknown_key": Kind("error", "city.toml has a key that is not known", "Rename the key, or take it out."),
    "missing_key": Kind("error", "city.toml lacks a key", "Add the key."),
    "wrong_key_value": Kind(
        "error", "a value in city.toml does not fit", "Write a value of the kind that is expected."
    ),
    "threshold_too_low": Kind(
        "error",
        "a threshold is weaker than the floor",
        "Take the key out, or ask for more than the floor. No city may ask for less.",
    ),
    "wrong_word": Kind(
        "warning",
        "a word is not one of those allowed",
        "Use one of the allowed words, or map yours to one.",
        True,
    ),
    "unknown_table": Kind("error", "there is no such table", "Use a table that `python -m data describe` lists."),
    "unknown_column": Kind(
        "warning",
        "a column is not one of ours and was not loaded",
        "Take it out, or rename it to one of ours.",
    ),
    "personal_column": Kind(
        "error",
        "a column that looks personal is asked for",
        "Take it out. Where it is public by nature (the address of a meeting), list it under `not_personal`.",
    ),
    # files
    "missing_file": Kind("error", "a file is not there", "Put the file into the pack or the files folder."),
    "outside_folder": Kind(
        "error", "a file name leads out of the pack", "Name a file inside the pack or the files folder."
    ),
    "unreadable_file": Kind("error", "a file cannot be read", "Save it again as CSV, XLSX or GeoJSON."),
    "empty_file": Kind("error", "a file has no rows", "Export it again, with its rows."),
    "missing_column": Kind("error", "a column is not in the file", "Correct the heading in city.toml, or in the file."),
    "repeated_column": Kind("error", "two columns of a file have the same heading", "Rename one of them."),
    "wrong_encoding": Kind(
        "warning",
        "a file is not UTF-8",
        "Save it as UTF-8, or say `encoding` in city.toml if this reading is right.",
    ),
    "broken_row": Kind(
        "warning",
        "a row has more cells than there are headings",
        "Put cells that hold the delimiter in quotes.",
        True,
    ),
    "short_row": Kind(
        "warning",
        "rows have fewer cells than there are headings; what is missing counts as empty",
        "Look at the end of the file: it may be cut off. Export it again.",
    ),
    # rows
    "part_of_an_event": Kind(
        "warning",
        "a count is not a whole number",
        "Correct the cell, or say round = true where it is an estimate.",
    ),
    "missing_value": Kind("warning", "a cell that must not be empty is empty", "Fill the cell.", True),
    "not_a_number": Kind("warning", "a cell does not hold a number that fits", "Correct the cell.", True),
    "not_a_date": Kind(
        "warning", "a cell does not hold a date", "Write dates as 2024-03-31, or declare `format`.", True
    ),
    "ambiguous_date": Kind(
        "warning",
        "a date can be read in two ways",
        'Declare how the file writes dates, for example format = "%m/%d/%Y", or write 2024-03-31.',
        True,
    ),
    "not_a_period": Kind("warning", "a cell does not hold a period", "Write 2024, 2024-Q1, 2024-03 or FY2024.", True),
    "negative_count": Kind("warning", "a count is below zero", "Correct the cell.", True),
    "repeated_key": Kind(
        "error",
        "two rows are about the same thing",
        "Keep one of them, or say how they go together (combine, where).",
    ),
    "total_row": Kind(
        "error",
        "a total stands among the places",
        'Declare it: totals = {"its name" = "skip"} leaves it out, "city" takes it as the city\'s own figure.',
    ),
    "conflicting_rows": Kind(
        "warning",
        "rows of one key say different things; the first was taken",
        "Look at the rows, and correct them or name more key columns.",
    ),
    "copied_rows": Kind("warning", "rows are exact copies of another row", 'Say duplicates = "keep" or "drop".'),
    "too_many_rejected": Kind(
        "error",
        "more rows were refused than the pack allows",
        "Mend these rows (publish lists every one in the rejects file), or raise rejected_rows in [limits].",
    ),
    "no_rows_left": Kind("warning", "no row of the file is used", "Check `where` and the mapping."),
    # measures
    "measure_without_definition": Kind(
        "error", "a measure does not say what it is", "Say in one or two plain sentences what is counted or asked."
    ),
    "measure_without_unit": Kind(
        "error",
        "a measure has no unit",
        "Give the unit that fits its kind: `python -m data describe measure` lists them.",
    ),
    "measure_without_direction": Kind(
        "error",
        "a measure does not say which way is good",
        'Say direction = "fewer" or "more", or "none" where people would not agree.',
    ),
    "measure_without_source": Kind(
        "error", "a measure has no source", "Name one of [sources], and describe it there if it is new."
    ),
    "unit_does_not_fit": Kind(
        "error", "the unit of a measure does not fit its kind", "Correct the unit, or the kind.", True
    ),
    "sensitive_share": Kind(
        "error",
        "a share or a score is marked as sensitive: what is hidden could be worked out from its parts",
        "Mark a measure with the counts instead. Answers to a survey are protected by how many there are.",
    ),
    "population_too_far": Kind(
        "warning",
        "the residents are of a year too far from the figures, so there is no rate",
        "Add residents of a nearer year, or raise population_window_years in [limits] (10 at most) and say why.",
    ),
    "may_be_a_visitor_area": Kind(
        "warning",
        "many people may be here who do not live here",
        "Say visitor_area = true under the neighborhood. Where that is not so, list it under not_visitor_areas "
        "in [limits].",
    ),
    "break_in_the_future": Kind("error", "a break in a series lies after the release", "Correct the day."),
    "computed_column": Kind(
        "warning",
        "a column is worked out by publishing, and was not loaded",
        "Take it out. Ranges, rates and statuses are worked out here, in the same way for every city.",
    ),
    # surveys and shares
    "share_out_of_range": Kind(
        "error", "a share is not between 0 and 100 percent", "Correct the share, or the number of people it is of."
    ),
    "shares_look_like_parts": Kind(
        "warning", "every share of a measure lies between 0 and 1", "Give shares in percent: 57, not 0.57."
    ),
    "shares_do_not_fit_the_question": Kind(
        "error", "a result does not hold one share for each answer of its question", "Give one share for each answer."
    ),
    "weights_missing": Kind(
        "warning",
        "answers are weighted, and nothing says by how much, so no range is worked out",
        "Give the wave its design_effect. Where it is not known, leave this: the page says that it is not.",
    ),
    "n_below_1": Kind(
        "error", "an answer is given, but nobody answered", "Correct the number of answers, or leave out the row.", True
    ),
    "design_effect_below_1": Kind(
        "error",
        "weights cannot make the answers count for more than there are",
        "Correct the design effect, which is 1 or more, or n_effective, which is n or less.",
        True,
    ),
    # places
    "unknown_neighborhood": Kind(
        "warning",
        "a place is not known",
        "Add it as an alias of the right neighborhood; nothing is matched by likeness.",
        True,
    ),
    "two_spellings": Kind(
        "error",
        "two places have the same name once spelling is evened out",
        "Rename one, or make one an alias of the other.",
    ),
    "invalid_polygon": Kind(
        "warning", "an outline crosses or touches itself and was repaired", "Look at it on the map."
    ),
    "no_polygon": Kind("error", "a feature has no area", "Give polygons only."),
    "not_longitude_latitude": Kind(
        "error", "coordinates are not longitude and latitude", "Export the file again in WGS84 (EPSG:4326)."
    ),
    "no_places": Kind(
        "error", "the pack names no neighborhood", "Give [boundaries.neighborhood] or [neighborhoods.ID]."
    ),
    # benchmarks
    "benchmark_group_unknown": Kind(
        "error",
        "a benchmark counts people of a group that no figure tells apart",
        "Name the group as the figures name it, or take it out.",
    ),
    "benchmark_too_small": Kind(
        "error",
        "a benchmark counts so few people of a group that they could be pointed to, and no ratio stands on them",
        "Leave the group out of this benchmark. The page says that it is not counted in it.",
    ),
    "benchmark_without_reference": Kind(
        "error",
        "a benchmark has no people of the group that others are set beside",
        "Add them for each place and period, or name another reference_group.",
    ),
    # what hangs together
    "unknown_reference": Kind("error", "something is referred to that is not there", "Add it, or correct the code."),
    "shares_do_not_add_up": Kind("warning", "shares do not add up to 1", "Correct the shares.", True),
    "told_by_another_release": Kind(
        "warning",
        "what is withheld in one release can be read with the help of another",
        "Readers may have both. Where that must not be, withdraw the older release; copies of it stay with readers.",
    ),
    # programs and problems
    "unknown_partner_kind": Kind(
        "warning",
        "a kind of partner or stakeholder is not known",
        "Use one of the kinds, or map yours to one; other is one of them.",
        True,
    ),
    "unknown_pillar": Kind(
        "error", "a program serves no pillar that is known", "Name one or more of the pillars, joined by ';'."
    ),
    "problem_without_evidence": Kind(
        "error",
        "a problem has no evidence",
        "Say what shows that it is real. A problem without evidence cannot be published.",
    ),
    "stages_out_of_order": Kind(
        "error",
        "a stage goes before its turn",
        "Correct its status or days, or say that the earlier stage was skipped.",
    ),
    "assessment_without_evaluation": Kind(
        "error",
        "an assessment is done, and no evaluation of that problem is on file",
        "Add its row of evaluation with this problem_id, or say that the assessment is under way.",
    ),
    "substep_of_another_stage": Kind(
        "error", "a sub-step is not one of its stage", "Write the numbers of this stage's sub-steps, joined by ';'."
    ),
    "ends_before_it_begins": Kind("error", "a last day lies before the first day", "Correct one of the two days."),
    "status_against_days": Kind(
        "warning", "the status of a program and its days do not agree", "Correct the status, or the last day."
    ),
    "legal_basis_expired": Kind(
        "warning",
        "a legal basis was no longer in force on the day of release; pages say so",
        "Add the rule that came after it, or leave it, if it is meant to be shown as ended.",
    ),
    "more_trained_than_required": Kind(
        "error", "more officers are up to date than need the course", "Correct one of the two numbers."
    ),
    "goal_not_measurable": Kind(
        "warning",
        "a goal lacks what it would be judged by, and will be shown as not measurable",
        "Give it a target, a day and a measure, or a unit and numbers of its own.",
    ),
    "goal_due_at_start": Kind(
        "warning",
        "a goal is due before the period of its start is over, and will be shown as not measurable",
        "Correct due_on or baseline_period: a goal needs time between its start and its day.",
    ),
    "goal_differs_from_figure": Kind(
        "warning",
        "a number typed beside a goal is not the published figure, which was taken",
        "Leave baseline and latest empty where a goal has a measure: publishing fills them.",
    ),
    # evaluations
    "evaluation_without_method": Kind(
        "error",
        "an evaluation does not say how it is made",
        "Give its method; docs/city-pack.md says what each needs. For a study of others it is published_study.",
    ),
    "evaluation_of_nothing": Kind(
        "error",
        "an evaluation names neither a program nor a problem, and would stand on no page",
        "Give its program_id or its problem_id.",
    ),
    "windows_against_program": Kind(
        "warning",
        "the times of an evaluation do not fit the first day of its program, and its card will say so",
        "End the time before on an earlier day than started_on, and begin the time after no earlier than its month.",
    ),
    "evaluation_without_areas": Kind(
        "error",
        "an evaluation has too few areas where something was done",
        "Add rows of evaluation_area with role treated.",
    ),
    "evaluation_without_comparison": Kind(
        "error",
        "an evaluation has too few areas to compare with",
        "Add rows of evaluation_area with role comparison, or use a method without: before_after or "
        "interrupted_series.",
    ),
    "overlapping_areas": Kind(
        "error",
        "two areas of an evaluation share ground, so that events count twice",
        "Give each area one role, and leave out districts or the city that hold another of its areas.",
    ),
    "windows_overlap": Kind(
        "error", "the time after starts before the time before is over", "Correct the periods of before and after."
    ),
    "evaluation_not_of_counts": Kind(
        "error",
        "an evaluation looks at a measure that does not count events",
        "Name a measure that counts events, or give the numbers of a published study.",
    ),
    "estimate_is_worked_out": Kind(
        "error",
        "a number is typed that publishing works out",
        "Take it out: estimate, range and grade follow from the published figures.",
    ),
    "study_without_address": Kind(
        "error", "a published study has no address", "Give url: where readers find the study."
    ),
    # history
    "change_without_reason": Kind(
        "error",
        "figures that were published differ now, and nobody says why",
        "Say why in a row of revision_reason (kind: late_reports, reclassified, corrected or method), or correct the "
        "figures. From which change on a reason is needed is set in [revisions].",
    ),
    "definition_changed_silently": Kind(
        "error",
        "what figures mean has changed, and no break says so",
        "Add a row of series_break with the day from which figures cannot be compared.",
    ),
    "release_without_reason": Kind(
        "error",
        "nobody says why there is a new release",
        'Say it in one plain sentence: publish --reason "...", or reason under [release].',
    ),
    "reason_without_change": Kind(
        "warning",
        "a reason explains nothing that changed",
        "Look at its codes; take the row out once its release is published.",
    ),
    "not_a_time": Kind("warning", "a cell does not hold a time of day", "Write times as 09:30.", True),
    "plan_out_of_order": Kind(
        "error",
        "days of a planned release do not follow one another",
        "Correct the days: a release is announced first, and then its plan may change.",
    ),
    "revised_without_adopted": Kind(
        "warning", "a revised amount has no adopted amount beside it", "Add the adopted amount.", True
    ),
}
"""The closed list of named problems, by code."""


@dataclass(frozen=True)
class Problem:
    """One problem. `str()` gives it as one plain line. row: as in the file, the first line or the heading is 1."""

    code: str
    level: Level
    file: str
    row: int | None = None
    column: str | None = None
    found: str = ""
    expected: str = ""
    fix: str = ""

    @property
    def where(self) -> str:
        """'crime.csv, row 7, column AREA'; in city.toml 'city.toml, line 7, key measures.burglary.unit'."""
        line, key = ("line", "key") if self.file.endswith(".toml") else ("row", "column")
        parts = [self.file, f"{line} {self.row:,}" if self.row is not None else ""]
        return ", ".join(part for part in (*parts, f"{key} {self.column}" if self.column else "") if part)

    def __str__(self) -> str:
        detail = "; ".join(
            part
            for part in (
                f"found {self.found}" if self.found else "",
                f"expected {self.expected}" if self.expected else "",
            )
            if part
        )
        says = KINDS[self.code].says
        return f"{self.where}: {says}{f' ({detail})' if detail else ''}. {self.fix}".strip()


class Refused(Exception):
    """Something cannot be read at all. Carries the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def problem(
    code: str,
    *,
    file: str,
    row: int | None = None,
    column: str | None = None,
    found: object = "",
    expected: str = "",
    fix: str = "",
    level: Level | None = None,
) -> Problem:
    """A problem of a known kind. Raises KeyError for a code that is not in KINDS."""
    kind = KINDS[code]
    return Problem(code, level or kind.level, file, row, column, str(found), expected, fix or kind.fix)


@dataclass
class FileCount:
    """What became of the rows of one file for one table or measure."""

    path: str
    into: str
    source_id: str | None = None
    sha256: str = ""
    size_bytes: int = 0
    rows_read: int = 0
    rows_used: int = 0
    rows_rejected: int = 0
    rows_skipped: int = 0
    rows_duplicate: int = 0
    rows_unplaced: int = 0


CLIPPED = 200
"""Characters of a cell that are shown: a file with a quotation mark too few is one cell of many megabytes."""

REJECT_COLUMNS = ("file", "row", "column", "value", "why")
"""Columns of the rejects file. `row` counts as in the file: the heading is row 1."""


def clipped(value: object) -> str:
    """A cell as text that can be shown: at most CLIPPED characters; '' for nothing."""
    text = "" if value is None else str(value)
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]}… ({len(text):,} characters)"


@dataclass
class Report:
    """Every problem, every refused row, and the counts of every file."""

    problems: list[Problem] = field(default_factory=list)
    files: list[FileCount] = field(default_factory=list)
    _rejects: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        code: str,
        *,
        file: str,
        row: int | None = None,
        column: str | None = None,
        found: object = "",
        expected: str = "",
        fix: str = "",
        level: Level | None = None,
    ) -> Problem:
        """Note a problem of a known kind, and return it."""
        made = problem(code, file=file, row=row, column=column, found=found, expected=expected, fix=fix, level=level)
        if made not in self.problems:
            self.problems.append(made)
        return made

    def reject(self, file: str, row: int, column: str, value: object, why: str) -> None:
        """Keep one refused row."""
        self.reject_rows(file, [(row, column, value, why)])

    def reject_rows(self, file: str, rows: Iterable[tuple[int, str, object, str]]) -> None:
        """Keep refused rows: (row, column, value, why) each."""
        frame = pd.DataFrame(
            [(file, row, column, clipped(value), why) for row, column, value, why in rows],
            columns=list(REJECT_COLUMNS),
        )
        if len(frame):
            self._rejects.append(frame)

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop publishing."""
        return [one for one in self.problems if one.level == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """Problems that do not."""
        return [one for one in self.problems if one.level == "warning"]

    def count(self, path: str, into: str, source_id: str | None = None) -> FileCount:
        """New counts of a file for a table or measure; a second reading for the same purpose gets a number."""
        times = sum(one.path == path and one.into.split(" #")[0] == into for one in self.files)
        made = FileCount(path, f"{into} #{times + 1}" if times else into, source_id)
        self.files.append(made)
        return made

    def settle(self, allowed: int | str) -> None:
        """Compare refused rows with what the pack allows: a number of rows of a file, or a part such as "2%"."""
        for path in dict.fromkeys(one.path for one in self.files):
            worst = max((one for one in self.files if one.path == path), key=lambda one: one.rows_rejected)
            limit = worst.rows_read * float(allowed.rstrip("%")) / 100 if isinstance(allowed, str) else float(allowed)
            if worst.rows_rejected <= limit:
                continue
            self.problems = [
                replace(one, level="error") if one.file == path and KINDS[one.code].by_row else one
                for one in self.problems
            ]
            self.add(
                "too_many_rejected",
                file=path,
                found=f"{worst.rows_rejected:,} of {worst.rows_read:,} rows refused",
                expected=f"at most {allowed}",
            )

    def rejects_frame(self) -> pd.DataFrame:
        """Refused rows: file, row (as in the file, the heading is row 1), column, value, why."""
        if not self._rejects:
            return pd.DataFrame({name: pd.Series(dtype="object") for name in REJECT_COLUMNS})
        return pd.concat(self._rejects, ignore_index=True).sort_values(
            ["file", "row"], kind="stable", ignore_index=True
        )

    def source_file_frame(self) -> pd.DataFrame:
        """The rows of table `source_file`."""
        columns = [
            "path", "source_id", "into", "sha256", "size_bytes", "rows_read", "rows_used", "rows_rejected",
            "rows_skipped", "rows_duplicate", "rows_unplaced",
        ]  # fmt: skip
        return pd.DataFrame([vars(one) for one in self.files], columns=columns)
