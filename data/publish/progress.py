"""How a long step tells where it is. The command line draws a bar from it; tests and other callers stay silent."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with the name of a step when it starts, and again as it goes."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """`step` in plain words ("Reading crime.csv"); `done` of `total` parts where the step can count them."""


def silent(step: str, done: int = 0, total: int = 0) -> None:
    """A progress that nobody watches."""
