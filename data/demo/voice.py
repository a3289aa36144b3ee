"""Surveys, meetings, what people said and what was promised, as far as a release of a given day could know them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from data.demo.places import neighborhoods, residents
from data.demo.tables import Row, Tables, texts

ANNOUNCED_BEFORE = timedelta(days=110)
"""How long before the day a neighborhood meeting is put on the calendar."""


@dataclass(frozen=True)
class Survey:
    """Results of all rounds, and the favorable share (0 to 1) by (measure, place, wave), for goals."""

    results: list[Row]
    favorable: dict[tuple[str, str, str], float]


def simulate(rng: np.random.Generator) -> Survey:
    """Draw the answers of all rounds."""
    words = texts("survey")
    taste = {
        (question["measure_id"], place["id"]): float(rng.normal(0, 0.035))
        for question in words["questions"]
        for place in neighborhoods()
    }
    results: list[Row] = []
    favorable: dict[tuple[str, str, str], float] = {}
    for wave in words["waves"]:
        answered = _answers(rng, wave)
        for question in words["questions"]:
            if wave["id"] not in question.get("only", [wave["id"]]):
                continue
            here: dict[str, list[float]] = {}
            for place in neighborhoods():
                if answered.get(place["id"]):
                    likely = _likely(question, wave, place) + taste[question["measure_id"], place["id"]]
                    here[place["id"]] = _drawn_shares(rng, likely, answered[place["id"]], wave["weighted"])
            weights = np.array([residents(place, 2024) for place in neighborhoods() if place["id"] in here])
            everyone = [float(share) for share in np.average(np.array(list(here.values())), axis=0, weights=weights)]
            cells = [(name, "all", answered[name], shares) for name, shares in here.items()]
            cells.append(("city", "all", wave["size"], everyone))
            cells += [
                ("city", group["name"], _in_group(wave["id"], group["name"]), _moved(everyone, group["shift"]))
                for group in words["groups"]
            ]
            for place_id, group_name, asked, shares in cells:
                unknown = rng.binomial(asked, question["dont_know"])
                results.append(
                    {
                        "wave_id": wave["id"],
                        "question_id": question["id"],
                        "neighborhood_id": place_id,
                        "group_name": group_name,
                        "n": int(asked - unknown) if place_id != "sable-prairie" else asked,
                        "shares": ";".join(f"{share:.4f}" for share in _rounded(shares)),
                        "dont_know_share": round(float(unknown) / asked, 4) if place_id != "sable-prairie" else 0.0,
                    }
                )
                if group_name == "all":
                    favorable[question["measure_id"], place_id, wave["id"]] = sum(_rounded(shares)[3:])
    return Survey(results, favorable)


def add(tables: Tables, survey: Survey, rng: np.random.Generator, *, as_of: date) -> None:
    """Put surveys, meetings, themes, promises and participation into the pack, as known on a day."""
    _add_survey(tables, survey, as_of=as_of)
    promises = _commitments(as_of)
    _add_meetings(tables, promises, rng, as_of=as_of)
    themes = {theme["id"]: theme for theme in texts("voice")["themes"]}
    known_events = {row["id"] for row in tables.rows["feedback_event"]}
    for theme in themes.values():
        held_on = _event_day(theme["event"])
        if held_on <= as_of and theme["event"] in known_events:
            tables.add(
                "feedback_theme",
                {
                    **theme,
                    "event_id": theme["event"],
                    "neighborhood_id": theme.get("at"),
                    "period": f"{held_on.year}-{held_on.month:02d}",
                    "reviewed_by": "Office of Public Data",
                },
            )
    for row in promises:
        tables.add("commitment", row)
    known_waves = {row["id"] for row in tables.rows["survey_wave"]}
    for event, groups in texts("meetings")["participation"].items():
        if event in known_waves or (event in known_events and _event_day(event) <= as_of):
            for group, (people, share) in groups.items():
                tables.add(
                    "participation",
                    {
                        "event_or_wave_id": event,
                        "neighborhood_id": "city",
                        "group_name": group,
                        "took_part": people,
                        "population_share": share,
                    },
                )


# ---------------------------------------------------------------- surveys


def _answers(rng: np.random.Generator, wave: dict[str, Any]) -> dict[str, int]:
    """How many people answered in each place. About one in sixty gives no neighborhood."""
    small = {place: counts[wave["id"]] for place, counts in texts("survey")["small"].items()}
    other = [place for place in neighborhoods() if place["residents"] > 100 and place["id"] not in small]
    pull = np.array([place["residents"] ** 0.94 * float(rng.lognormal(0, 0.1)) for place in other])
    placed = round(wave["size"] * 0.983) - sum(small.values())
    split = np.floor(placed * pull / pull.sum()).astype(int)
    return {place["id"]: int(n) for place, n in zip(other, split, strict=True)} | small


def _likely(question: dict[str, Any], wave: dict[str, Any], place: dict[str, Any]) -> float:
    """The favorable share that a place tends to."""
    likely = question["city"] + question["by_crime"] * (min(place["crime"], 2.2) - 1) + wave.get("shift", 0.0)
    for measure, where, since, points in texts("survey")["shifts"]["rows"]:
        started = _wave_order(wave["id"]) >= _wave_order(since)
        if measure == question["measure_id"] and where in ("city", place["id"]) and started:
            likely += points
    return float(likely)


def _wave_order(wave_id: str) -> int:
    return [wave["id"] for wave in texts("survey")["waves"]].index(wave_id)


def _in_group(wave_id: str, group: str) -> int:
    return int(texts("meetings")["participation"][wave_id][group][0])


def _drawn_shares(rng: np.random.Generator, likely: float, n: int, weighted: bool) -> list[float]:
    """Shares of five answers among n people; with weights they are not whole people over n."""
    good = min(max(likely, 0.05), 0.95)
    low = (1 - good) * np.array([0.19, 0.34, 0.47])
    high = good * np.array([0.66, 0.34])
    counts = rng.multinomial(n, np.concatenate([low, high])).astype(float)
    if weighted:
        counts = counts * rng.uniform(0.94, 1.06, 5)
    return [float(share) for share in counts / counts.sum()]


def _moved(shares: list[float], points: float) -> list[float]:
    """The same answers with `points` more (or fewer) on the favorable side."""
    good = sum(shares[3:])
    return [
        share * ((good + points) / good if place >= 3 else (1 - good - points) / (1 - good))
        for place, share in enumerate(shares)
    ]


def _rounded(shares: list[float]) -> list[float]:
    """Four decimals that add up to exactly 1."""
    parts = [int(share * 10_000) for share in shares]
    order = sorted(range(len(shares)), key=lambda place: parts[place] - shares[place] * 10_000)
    for place in order[: 10_000 - sum(parts)]:
        parts[place] += 1
    return [part / 10_000 for part in parts]


def _add_survey(tables: Tables, survey: Survey, *, as_of: date) -> None:
    words = texts("survey")
    known = {wave["id"] for wave in words["waves"] if wave["known_on"] <= as_of}
    for wave in words["waves"]:
        if wave["id"] in known:
            invited = round(wave["size"] / wave["response"]) if "response" in wave else None
            tables.add("survey_wave", {**wave, "completed": wave["size"], "invited": invited, "source_id": "survey"})
    for question in words["questions"]:
        if known & set(question.get("only", known)):
            tables.add("survey_question", question)
    for row in survey.results:
        if row["wave_id"] in known:
            tables.add("survey_result", row)


# ---------------------------------------------------------------- meetings and promises


def _event_id(at: str, held_on: date) -> str:
    return f"{at}-{held_on.year}-{held_on.month:02d}"


def _event_day(event: str) -> date:
    """The day of a meeting by its id. Raises KeyError for an id that texts/meetings.toml does not have."""
    words = texts("meetings")
    days: dict[str, date] = {row["id"]: row["held_on"] for row in words["events"]}
    for series in words["series"]:
        days |= {_event_id(series["at"], held_on): held_on for held_on in series["held"]}
    return days[event]


def _commitments(as_of: date) -> list[Row]:
    """Promises made by a day. One that ended later was still under way."""
    words = texts("voice")
    themes = {theme["id"]: theme for theme in words["themes"]}
    rows: list[Row] = []
    numbers: Counter[str] = Counter()
    for promise in words["commitments"]:
        theme = themes[promise["theme"]]
        numbers[theme["id"]] += 1
        if promise["made_on"] > as_of:
            continue
        row: Row = {
            **promise,
            "id": f"c-{theme['id'].removeprefix('th-')}-{numbers[theme['id']]}",
            "theme_id": theme["id"],
            "event_id": theme["event"],
            "neighborhood_id": theme.get("at"),
            "program_id": theme.get("program_id"),
            "you_said": theme["summary"],
            "es": {"you_said": theme["es"]["summary"], **promise["es"]},
        }
        ended = promise.get("done_on") or promise.get("decided_on")
        if ended and ended > as_of:
            row |= {"status": "under_way", "done_on": None, "evidence": None, "reason": None}
        rows.append(row)
    return rows


def _add_meetings(tables: Tables, promises: list[Row], rng: np.random.Generator, *, as_of: date) -> None:
    words = texts("meetings")
    names = {place["id"]: place["name"] for place in neighborhoods()}
    made = Counter(row["event_id"] for row in promises)
    for series in words["series"]:
        agenda, agenda_es = words["agendas"][series["agenda"]]
        for held_on in series["held"]:
            # Drawn for every meeting, known or not, so that a later release keeps the same number.
            came = 5 + int(rng.poisson(series["size"]))
            if held_on - ANNOUNCED_BEFORE > as_of:
                continue
            title = {"place": names[series["at"]]}
            row: Row = {
                **series,
                "id": _event_id(series["at"], held_on),
                "kind": "town_hall",
                "title": words["words"]["title"].format(**title),
                "neighborhood_id": series["at"],
                "held_on": held_on,
                "agenda": agenda,
                "attendance": came,
                "es": {
                    "title": words["words"]["title_es"].format(**title),
                    "place": series["place_es"],
                    "agenda": agenda_es,
                    **({"access": series["access_es"]} if "access_es" in series else {}),
                },
            }
            _add_meeting(tables, row, made, as_of=as_of)
    for event in words["events"]:
        if event.get("announced_on", event["held_on"] - ANNOUNCED_BEFORE) <= as_of:
            _add_meeting(tables, event, made, as_of=as_of)


def _add_meeting(tables: Tables, row: Row, made: Counter[str], *, as_of: date) -> None:
    """Add a meeting; before its day nobody has come and nothing came of it."""
    row = {**row, "es": dict(row.get("es", {}))}
    if row["held_on"] > as_of:
        row["attendance"] = None
    elif count := made[row["id"]]:
        words = texts("meetings")["words"]
        one = "_one" if count == 1 else ""
        row["follow_up"] = words[f"follow_up{one}"].format(count=count)
        row["es"]["follow_up"] = words[f"follow_up{one}_es"].format(count=count)
    tables.add("feedback_event", row)
