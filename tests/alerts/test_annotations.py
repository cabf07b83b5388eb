"""What alerting marks on charts."""

from datetime import timedelta

import pytest

from alerts import annotations as module
from alerts.annotations import annotations
from monitoring.types import Annotation
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_an_alert_is_marked_from_firing_to_resolution() -> None:
    AlertFactory.create(
        title="fraud_scalper_detected",
        severity="critical",
        service="ticket-service",
        value=8.0,
        threshold=3.0,
        state="resolved",
        resolved_at=NOON + HOUR,
        labels={"user": "secret"},
        acknowledged=True,
        acknowledged_by="ana@example.org",
    )

    assert annotations(NOON - HOUR, NOON + HOUR) == [
        Annotation(
            at=NOON,
            until=NOON + HOUR,
            title="fraud_scalper_detected",
            text="Value: 8, threshold: 3",
            tags=("alert", "critical", "ticket-service"),
        )
    ]


def test_what_is_not_known_is_left_out() -> None:
    AlertFactory.create(value=None, threshold=None, service="", severity="info")

    (mark,) = annotations(NOON, NOON)

    assert (mark.text, mark.tags, mark.until) == ("No value", ("alert", "info"), None)


def test_a_value_without_a_threshold_stands_alone() -> None:
    AlertFactory.create(value=8.5, threshold=None)

    assert annotations(NOON, NOON)[0].text == "Value: 8.5"


@pytest.mark.parametrize(
    ("start", "end", "marked"),
    [
        (-2, -1, False),
        (-1, 0, True),
        (0, 1, True),
        (1, 3, True),
        (2, 3, True),
        (3, 4, False),
    ],
)
def test_an_alert_is_marked_where_it_was_firing(start: int, end: int, *, marked: bool) -> None:
    AlertFactory.create(state="resolved", resolved_at=NOON + 2 * HOUR)

    found = annotations(NOON + start * HOUR, NOON + end * HOUR)

    assert bool(found) is marked


def test_what_still_fires_is_marked_however_old() -> None:
    AlertFactory.create()

    assert annotations(NOON + 1_000 * HOUR, NOON + 1_001 * HOUR)


def test_a_pending_breach_is_no_event() -> None:
    AlertFactory.create(state="pending")

    assert annotations(NOON - HOUR, NOON + HOUR) == []


def test_of_too_many_the_newest_are_shown_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    for hour in (3, 1, 2):
        AlertFactory.create(fired_at=NOON + hour * HOUR)

    found = annotations(NOON, NOON + 9 * HOUR)

    assert [mark.at for mark in found] == [NOON + 2 * HOUR, NOON + 3 * HOUR]
