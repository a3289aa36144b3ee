"""Measuring on a busy machine: cases take turns, processor time counts and not the clock, medians and not means."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

SHORTEST_SAMPLE_S = 0.05

# Runs a command and tells what it took. It stands in a process of its own, which is small: on Linux a child starts its
# peak memory at the size of the process that started it.
_LAUNCHER = """
import json, os, subprocess, sys, time
began = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(child.pid, 0)
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "cpu_s": used.ru_utime + used.ru_stime,
                  "wall_s": time.monotonic() - began, "peak_mb": used.ru_maxrss * unit / 1e6}))
"""


@dataclass(frozen=True)
class Cost:
    """What a child process took: processor seconds of all its threads, seconds by the clock, peak memory in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def take_turns(cases: Mapping[str, Callable[[], object]], *, rounds: int = 9) -> dict[str, float]:
    """Processor milliseconds of one call of each case: the median over rounds in which all take turns, in any order."""
    calls: dict[str, int] = {}
    for name, case in cases.items():
        case()
        began = time.process_time()
        case()
        calls[name] = max(1, int(SHORTEST_SAMPLE_S / max(time.process_time() - began, 1e-6)))
    samples: dict[str, list[float]] = {name: [] for name in cases}
    order = list(cases)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            began = time.process_time()
            for _ in range(calls[name]):
                cases[name]()
            samples[name].append((time.process_time() - began) / calls[name] * 1000)
    return {name: median(taken) for name, taken in samples.items()}


def run_child(*command: str, folder: Path) -> Cost:
    """Run a command to its end and give what it took. Raises RuntimeError with what it wrote when it fails."""
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    took: dict[str, Any] = json.loads(launched.stdout)
    if took.pop("exit"):
        raise RuntimeError(f"{' '.join(command)} failed:\n{launched.stderr[-4000:]}")
    return Cost(**took)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers stand right."""
    lines = ["| " + " | ".join(headings) + " |"]
    numeric = [all(not isinstance(row[at], str) for row in rows) for at in range(len(headings))]
    lines.append("| " + " | ".join("---:" if right else "---" for right in numeric) + " |")
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:,.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
