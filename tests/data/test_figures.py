"""A figure and what its status allows."""

from __future__ import annotations

import json

import pytest

from data.figures import Figure, Status

SHOWN = {Status.SHOWN, Status.PROVISIONAL, Status.UNSTABLE}


def figure(value: float | None, status: Status) -> Figure:
    return Figure(
        measure="burglary", neighborhood="downtown", period="2025", value=value, low=None, high=None, numerator=None,
        denominator=None, n=None, unit="per_1000_residents", status=status, reason=None, source="police",
        release="2026-03",
    )  # fmt: skip


@pytest.mark.parametrize("status", Status)
def test_only_three_statuses_let_a_value_be_drawn(status: Status) -> None:
    assert status.has_value == (status in SHOWN)
    assert figure(3.2, status).has_value == (status in SHOWN)
    assert not figure(None, status).has_value


def test_zero_is_a_value() -> None:
    assert figure(0.0, Status.SHOWN).has_value


def test_a_figure_can_be_sent_as_plain_values() -> None:
    sent = json.loads(json.dumps(figure(0.0, Status.PROVISIONAL).as_dict(), allow_nan=False))
    assert (sent["value"], sent["low"], sent["status"]) == (0.0, None, "provisional")
    assert Status(sent["status"]) is Status.PROVISIONAL
