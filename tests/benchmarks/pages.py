"""What a run of each page costs the server, and what it sends, beside an empty Streamlit page."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx2 as httpx
import psutil

from data import queries
from data.store import Store
from pages import PAGE_PATHS
from tests.benchmarks.measuring import table
from tests.benchmarks.visitor import Answer, Visitor
from tests.conftest import ROOT, start_server

EMPTY_PAGE = """
import streamlit as st
names = [f"Place {number}" for number in range(24)]
st.selectbox("Neighborhood", names)
"""
ROUNDS = 5
RERUNS_A_ROUND = 4
BOX = "Neighborhood"
AT_REST_MS = 2
LOOKS_AT_MOST = 20


def report(store: Path, place: str) -> str:
    """The part on pages, as Markdown, measured on one store."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        empty = folder / "empty.py"
        empty.write_text(EMPTY_PAGE)
        ours = stack.enter_context(_dashboard(store, folder))
        # The same empty page twice: as Streamlit comes, and with our settings (no forced collection after each run).
        default = stack.enter_context(_streamlit(empty, folder))
        tuned = stack.enter_context(_streamlit(empty, ROOT))
        cases = {"empty page, Streamlit's settings": (default, ""), "empty page, our settings": (tuned, "")}
        figure = queries.figures(Store(store).open(), neighborhoods=["city"])[0]
        codes = {"neighborhood": f"&n={place}", "figure": f"&m={figure.measure}&at=city&p={figure.period}"}
        programs = queries.programs(Store(store).open()).id
        codes |= {"program": f"&program={programs[0]}"} if len(programs) else {}
        other = next(code for code in queries.neighborhoods(Store(store).open()).id if code != place)
        codes |= {"compare": f"&with={place},{other}"}
        for name, path in PAGE_PATHS.items():
            cases[name] = (ours, f"{path}?lang=en{codes.get(name, '')}")
        return _measured(cases)


def _measured(cases: dict[str, tuple[tuple[str, psutil.Process], str]]) -> str:
    first: dict[str, list[float]] = {name: [] for name in cases}
    again: dict[str, list[float]] = {name: [] for name in cases}
    sent: dict[str, tuple[Answer, Answer]] = {}
    order = list(cases)
    for number in range(ROUNDS + 1):
        random.shuffle(order)
        for name in order:
            (address, process), path = cases[name]
            with Visitor(f"{address}/{path}") as visitor:
                cost, one = _cpu_ms(process, visitor.see)
                change = _changing(visitor)
                reruns = [_cpu_ms(process, change) for _ in range(RERUNS_A_ROUND)]
            if number:  # the first round fills what is kept
                first[name].append(cost)
                again[name].append(sum(took for took, _ in reruns) / len(reruns))
                sent[name] = (one, reruns[-1][1])
    base = list(cases)[1]
    rows: list[list[object]] = []
    for name in cases:
        one, other = sent[name]
        visit, rerun = median(first[name]), median(again[name])
        rows.append(
            [
                name, visit, visit / median(first[base]), rerun, rerun / median(again[base]),
                len(one.sizes), one.total / 1000, max(one.sizes) / 1000, other.total / 1000,
            ]
        )  # fmt: skip
    headings = [
        "page", "first run, CPU ms", "ratio", "rerun, CPU ms", "ratio", "messages", "first run, kB", "largest, kB",
        "rerun, kB",
    ]  # fmt: skip
    return table(headings, rows)


def _changing(visitor: Visitor) -> Callable[[], Answer]:
    """Each call picks another neighborhood, and makes sure that the same page followed."""
    widget, options = visitor.choices[BOX]
    picks = iter(random.sample(options[1:], RERUNS_A_ROUND))
    page = visitor.title.split(": ")[-1]

    def change() -> Answer:
        pick = next(picks)
        answer = visitor.see(**{widget: pick})
        if page and visitor.title != f"{pick}: {page}":
            raise RuntimeError(f"{page} did not follow the choice of {pick}: its title is {visitor.title}")
        return answer

    return change


def _cpu_ms(process: psutil.Process, see: Callable[[], Answer]) -> tuple[float, Answer]:
    """Processor milliseconds of the server for one run, with what it does right after: a collection may follow."""
    before = _used_ms(process)
    answer = see()
    used = _used_ms(process)
    for _ in range(LOOKS_AT_MOST):
        time.sleep(0.1)
        earlier, used = used, _used_ms(process)
        if used - earlier < AT_REST_MS:
            break
    return used - before, answer


def _used_ms(process: psutil.Process) -> float:
    """Processor milliseconds so far, of all threads."""
    if psutil.LINUX:  # The usual figure moves in steps of 10 ms; this is the finer one.
        return time.clock_gettime((~process.pid << 3) | 2) * 1000
    times = process.cpu_times()
    return float(times.user + times.system) * 1000


@contextmanager
def _dashboard(store: Path, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    address, process = start_server(store, folder / "dashboard.txt", {}, uvicorn=True)
    try:
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _streamlit(script: Path, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A plain Streamlit server; the folder it starts in decides its settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "localhost", "--browser.gatherUsageStats", "false"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address, give_up = f"http://localhost:{port}", time.monotonic() + 60
    try:
        while True:
            try:
                if httpx.get(f"{address}/_stcore/health").status_code == 200:
                    break
            except httpx.TransportError:
                if time.monotonic() > give_up:
                    raise
            time.sleep(0.2)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)
