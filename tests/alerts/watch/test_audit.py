"""Each way in which alerting can stand still is found; what merely waits is not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from alerts.models import (
    Alert,
    AlertRule,
    ChannelState,
    EvaluationState,
    Notification,
)
from alerts.models.alert import Source, State
from alerts.models.notification import Status
from alerts.watch import audit, canary, problems
from alerts.watch.audit import Problem
from tests.alerts.factories import AlertFactory, AlertRuleFactory, NotificationFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def found(*, at: datetime = NOON) -> set[str]:
    return {problem.check for problem in audit.audit(at=at)}


def overdue(by: timedelta) -> None:
    Notification.objects.update(due_at=Now() - by)


def test_an_installation_at_rest_has_no_problem() -> None:
    assert found() == set()


@pytest.mark.parametrize("status", [Status.PENDING, Status.LEASED])
def test_a_message_that_nobody_sends_is_found_after_a_minute(status: Status) -> None:
    token = "7f1b8f0e-1df5-4a4c-9d9c-1a2b3c4d5e6f" if status == Status.LEASED else None
    NotificationFactory.create(
        status=status, lease_token=token, alert__fired_at=None, alert__state="pending"
    )
    overdue(timedelta(seconds=50))
    assert "notifications" not in found()

    overdue(timedelta(seconds=70))

    assert "notifications" in found()


def test_a_message_of_a_paused_channel_waits_on_purpose() -> None:
    NotificationFactory.create()
    overdue(2 * MINUTE)
    ChannelState.objects.create(channel="email", paused_until=Now() + MINUTE)

    assert "notifications" not in found()


def test_a_message_that_waits_for_an_earlier_one_is_counted_once() -> None:
    first = NotificationFactory.create()
    NotificationFactory.create(alert=first.alert, transition_seq=2, kind="resolved")
    overdue(2 * MINUTE)

    (problem,) = [each for each in audit.audit(at=NOON) if each.check == "notifications"]
    assert problem.text.startswith("1 notification is")


@pytest.mark.parametrize("column", ["next_step_at", "remind_at"])
def test_a_step_that_nobody_takes_is_found(column: str) -> None:
    alert = AlertFactory.create()
    Alert.objects.update(**{column: timezone.now() - timedelta(seconds=50)})
    assert "escalation" not in found()

    Alert.objects.filter(pk=alert.pk).update(**{column: timezone.now() - 2 * MINUTE})

    assert "escalation" in found()


def test_rules_that_nobody_evaluates_are_found() -> None:
    AlertRuleFactory.create()
    EvaluationState.objects.update_or_create(pk=1, defaults={"last_evaluated_at": NOON})

    assert "evaluation" not in found(at=NOON + 3 * MINUTE)
    assert "evaluation" in found(at=NOON + 3 * MINUTE + timedelta(seconds=1))


def test_without_an_enabled_rule_nothing_has_to_be_evaluated() -> None:
    AlertRuleFactory.create(enabled=False)
    EvaluationState.objects.update_or_create(pk=1, defaults={"last_evaluated_at": NOON})

    assert "evaluation" not in found(at=NOON + timedelta(days=1))


def test_an_alert_that_owes_nothing_to_anybody_is_found() -> None:
    AlertFactory.create(notification_channels=["email"])

    assert "orphans" not in found(at=NOON + timedelta(seconds=50))
    assert "orphans" in found(at=NOON + 2 * MINUTE)


@pytest.mark.parametrize(
    "fields", [{"notification_channels": []}, {"state": "resolved", "notification_channels": ["a"]}]
)
def test_an_alert_that_need_tell_nobody_is_no_orphan(fields: dict[str, object]) -> None:
    AlertFactory.create(**fields)

    assert "orphans" not in found(at=NOON + 2 * MINUTE)


def test_an_alert_with_a_message_is_no_orphan() -> None:
    NotificationFactory.create(alert__notification_channels=["email"])

    assert "orphans" not in found(at=NOON + 2 * MINUTE)


@pytest.mark.parametrize(
    ("statuses", "is_found"),
    [
        ([Status.FAILED], True),
        ([Status.DEAD], True),
        ([Status.FAILED, Status.SENT], False),
        ([Status.FAILED, Status.PENDING], False),
        ([Status.SUPERSEDED], False),
    ],
)
def test_an_alert_that_nobody_heard_of_is_found(statuses: list[Status], *, is_found: bool) -> None:
    alert = AlertFactory.create()
    for number, status in enumerate(statuses):
        sent_at = NOON if status == Status.SENT else None
        NotificationFactory.create(
            alert=alert, channel=f"c{number}", status=status, sent_at=sent_at
        )

    assert ("unheard" in found(at=NOON + MINUTE)) is is_found


def test_a_canary_that_does_not_arrive_is_found() -> None:
    rule = AlertRuleFactory.create(
        rule_name=canary.RULE.name, seeded_as=canary.RULE.name, notification_channels=["canary"]
    )
    AlertRule.objects.update(updated_at=NOON)
    EvaluationState.objects.update_or_create(
        pk=1, defaults={"last_evaluated_at": NOON + 4 * MINUTE}
    )
    assert "canary" not in found(at=NOON + 2 * MINUTE)
    assert "canary" in found(at=NOON + 4 * MINUTE)

    NotificationFactory.create(
        alert__rule=rule,
        channel="canary",
        status=Status.SENT,
        sent_at=NOON,
        settled_at=NOON + 3 * MINUTE,
    )

    assert "canary" not in found(at=NOON + 4 * MINUTE)


def test_a_check_that_fails_is_a_problem_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_at: datetime) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        return ""

    monkeypatch.setitem(audit.CHECKS, "orphans", broken)

    (problem,) = audit.audit(at=NOON)

    assert problem == Problem("orphans", "The audit of orphans could not be made.")


def test_a_problem_fires_once_and_ends_with_the_problem() -> None:
    problem = Problem("canary", "No canary has arrived.")
    problems.report([problem], at=NOON)
    problems.report([problem], at=NOON + MINUTE)

    alert = Alert.objects.get()
    assert (alert.source, alert.state, alert.description) == (
        Source.META,
        State.FIRING,
        "No canary has arrived.",
    )

    problems.report([], at=NOON + 2 * MINUTE)

    alert.refresh_from_db()
    assert (alert.state, alert.resolved_at) == (State.RESOLVED, NOON + 2 * MINUTE)
