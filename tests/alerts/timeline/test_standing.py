"""How alerts and incidents stood at an instant, told from events."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.timeline.standing import (
    Happening,
    Standing,
    standing_of_alert,
    status_of_incident,
)
from tests.alerts.factories import NOON


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def happening(minutes: float, kind: str, actor: str = "", **detail: Any) -> Happening:
    return Happening(at(minutes), kind, actor, detail)


COURSE = [
    happening(2, "fired"),
    happening(3, "hidden"),
    happening(4, "released"),
    happening(5, "escalated", step=1),
    happening(6, "acknowledged", "ana"),
    happening(7, "unacknowledged"),
    happening(8, "escalated", step=3),
    happening(9, "acknowledged", "operator-7", by="bo"),
    happening(10, "hidden"),
    happening(11, "resolved"),
]
FIRED = Standing("firing", fired_at=at(2))
STEPPED = replace(FIRED, steps_taken=1)
TAKEN = replace(FIRED, steps_taken=3, acknowledged_by="bo", acknowledged_at=at(9))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-0.01, Standing()),
        (0, Standing("pending")),
        (1.99, Standing("pending")),
        (2, FIRED),
        (3, replace(FIRED, hidden=True)),
        (4, FIRED),
        (5, STEPPED),
        (6, replace(STEPPED, acknowledged_by="ana", acknowledged_at=at(6))),
        (7, STEPPED),
        (8, replace(FIRED, steps_taken=3)),
        (9, TAKEN),
        (10, replace(TAKEN, hidden=True)),
        (11, replace(TAKEN, state="resolved", resolved_at=at(11))),
    ],
)
def test_an_alert_stands_as_the_events_up_to_the_instant_say(
    minutes: float, expected: Standing
) -> None:
    assert standing_of_alert(COURSE, started_at=NOON, at=at(minutes)) == expected


def test_the_first_acknowledgement_counts() -> None:
    taken = [happening(1, "acknowledged", "ana"), happening(2, "acknowledged", "bo")]

    standing = standing_of_alert(taken, started_at=NOON, at=at(3))

    assert (standing.acknowledged_by, standing.acknowledged_at) == ("ana", at(1))


def test_a_step_without_a_number_is_one_more() -> None:
    steps = [happening(1, "escalated"), happening(2, "escalated")]

    assert standing_of_alert(steps, started_at=NOON, at=at(3)).steps_taken == 2


def test_what_says_nothing_about_the_state_changes_nothing() -> None:
    others = [happening(1, kind) for kind in ("reminded", "exhausted", "linked", "noted")]

    assert standing_of_alert(others, started_at=NOON, at=at(3)) == Standing("pending")


MOVES = [
    happening(0, "opened"),
    happening(1, "noted", text="on it"),
    happening(2, "moved", to="investigating"),
    happening(3, "assigned", to="bo"),
    happening(5, "moved", to="resolved"),
]


@pytest.mark.parametrize(
    ("minutes", "status"),
    [
        (-1, None),
        (0, "open"),
        (1, "open"),
        (2, "investigating"),
        (3, "investigating"),
        (4, "investigating"),
        (5, "resolved"),
    ],
)
def test_an_incident_has_the_status_of_its_last_move(minutes: float, status: str | None) -> None:
    assert status_of_incident(MOVES, at=at(minutes)) == status
