"""The Celery edge: what it hands on, and what becomes of it when the broker is away."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import OperationalError as DatabaseAway
from kombu.exceptions import OperationalError

from alerts import delivery, services, tasks
from alerts.models.notification import Kind, Status
from alerts.outbox import owe
from alerts.tasks.delivery import SWEEP_LIMIT
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import make_due
from tests.alerts.factories import NOON, AlertFactory


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Messages that workers were called to."""
    called: list[int] = []
    monkeypatch.setattr(tasks.deliver_notification, "delay", called.append)
    return called


def test_workers_are_called_to_what_an_evaluation_owes(
    calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = mock.Mock(return_value=[4, 7])
    monkeypatch.setattr(services, "evaluate_rules", evaluate)

    tasks.evaluate_rules("2025-01-12T12:00:00+00:00")

    assert evaluate.call_args == mock.call(at=NOON)
    assert calls == [4, 7]


def test_an_evaluation_without_a_slot_is_for_now(
    calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = mock.Mock(return_value=[])
    monkeypatch.setattr(services, "evaluate_rules", evaluate)

    before = datetime.now(UTC)
    tasks.evaluate_rules()

    assert before <= evaluate.call_args.kwargs["at"] <= datetime.now(UTC)


@pytest.mark.parametrize("error", [OperationalError("broker away"), ConnectionResetError("cut")])
def test_a_broker_that_is_away_is_asked_once_and_costs_nothing_but_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    publish = mock.Mock(side_effect=error)
    monkeypatch.setattr(tasks.deliver_notification, "delay", publish)

    tasks.ring([1, 2, 3])

    assert publish.call_count == 1
    assert "workers not called" in caplog.text


def test_a_fault_of_ours_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.deliver_notification, "delay", mock.Mock(side_effect=TypeError))

    with pytest.raises(TypeError):
        tasks.ring([1])


@pytest.mark.django_db
def test_the_task_sends_the_message_of_its_row(email: FakeChannel) -> None:
    alert = AlertFactory.create(transition_seq=1)
    (row,) = owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)

    tasks.deliver_notification(row.pk)

    row.refresh_from_db()
    assert row.status == Status.SENT


@pytest.mark.django_db
def test_the_sweep_calls_workers_to_what_is_overdue(email: FakeChannel, calls: list[int]) -> None:
    alert = AlertFactory.create(transition_seq=1)
    (row,) = owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)
    tasks.sweep_notifications()
    assert calls == []

    make_due(overdue=timedelta(seconds=2))
    tasks.sweep_notifications()
    tasks.sweep_notifications()

    assert calls == [row.pk]


def test_the_sweep_takes_no_more_than_its_share(
    calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = mock.Mock(return_value=[])
    monkeypatch.setattr(delivery, "ids_to_ring", ids)

    tasks.sweep_notifications()

    assert ids.call_args == mock.call(limit=SWEEP_LIMIT)


@pytest.mark.parametrize(
    "task",
    [
        tasks.evaluate_rules,
        tasks.deliver_notification,
        tasks.sweep_notifications,
        tasks.review_held,
    ],
)
def test_no_task_waits_or_runs_for_ever(task: Any) -> None:
    assert task.name.startswith("alerts.")
    assert 0 < task.expires <= 60
    assert 0 < task.soft_time_limit < task.time_limit <= 60


def test_a_send_is_given_up_by_its_own_deadline_before_its_worker_is_killed() -> None:
    longest = settings.NOTIFICATION_SEND_TIMEOUT.total_seconds()
    soft, hard = tasks.deliver_notification.soft_time_limit, tasks.deliver_notification.time_limit

    assert soft is not None
    assert hard is not None
    assert longest < soft < hard < settings.NOTIFICATION_LEASE.total_seconds()


def test_only_the_row_decides_when_a_message_is_tried_again() -> None:
    assert not getattr(tasks.deliver_notification, "autoretry_for", ())
    assert DatabaseAway in tasks.evaluate_rules.autoretry_for
