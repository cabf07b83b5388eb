"""What people and other parts of the service do with alerts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from alerts.errors import AlertClosedError, AlertNotFoundError
from alerts.models import Alert, Notification
from alerts.services import Finding, acknowledge_alert, raise_alert, resolve_alert
from tests.alerts.factories import NOON, AlertFactory
from tests.alerts.samples import evaluate, report, rule_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]

LATER = NOON + timedelta(minutes=5)
BOT = Finding(
    fingerprint="bot-42",
    title="fraud_scalper_detected",
    severity="critical",
    description="Eight orders in a second",
    service="ticket-service",
    labels={"event": "7"},
    value=8.0,
    threshold=3.0,
)


def test_an_acknowledgement_says_who_and_when() -> None:
    alert = AlertFactory.create()

    taken = acknowledge_alert(alert.pk, by="ana@example.org", at=NOON)

    assert (taken.acknowledged, taken.acknowledged_by) == (True, "ana@example.org")
    assert (taken.acknowledged_at, taken.state) == (NOON, "firing")


def test_the_first_acknowledgement_wins() -> None:
    alert = AlertFactory.create()
    acknowledge_alert(alert.pk, by="ana@example.org", at=NOON)

    again = acknowledge_alert(alert.pk, by="bo@example.org", at=LATER)

    assert (again.acknowledged_by, again.acknowledged_at) == ("ana@example.org", NOON)


def test_a_pending_alert_can_be_taken_too() -> None:
    alert = AlertFactory.create(state="pending")

    assert acknowledge_alert(alert.pk, by="ana", at=NOON).acknowledged


def test_a_resolved_alert_cannot_be_taken() -> None:
    alert = AlertFactory.create(state="resolved")

    with pytest.raises(AlertClosedError) as caught:
        acknowledge_alert(alert.pk, by="ana", at=LATER)

    assert (caught.value.status, caught.value.code) == (409, "CONFLICT")
    alert.refresh_from_db()
    assert not alert.acknowledged


@pytest.mark.parametrize("act", [acknowledge_alert, resolve_alert])
def test_an_alert_that_is_not_there_is_named(act: Callable[..., Alert]) -> None:
    with pytest.raises(AlertNotFoundError) as caught:
        act(uuid4(), by="ana", at=NOON)

    assert (caught.value.status, caught.value.code) == (404, "ALERT_NOT_FOUND")


def test_a_resolution_by_hand_says_who_when_and_what_was_done() -> None:
    alert = AlertFactory.create(transition_seq=1)

    done = resolve_alert(alert.pk, by="ana", note="scaled up", at=LATER)

    alert.refresh_from_db()
    for each in (done, alert):
        assert (each.state, each.resolved_at, each.resolved_by) == ("resolved", LATER, "ana")
        assert (each.resolution_note, each.snoozed, each.transition_seq) == ("scaled up", True, 2)


def test_the_first_resolution_wins() -> None:
    alert = AlertFactory.create()
    resolve_alert(alert.pk, by="ana", note="scaled up", at=NOON)

    again = resolve_alert(alert.pk, by="bo", note="me too", at=LATER)

    assert (again.resolved_by, again.resolution_note, again.resolved_at) == (
        "ana",
        "scaled up",
        NOON,
    )


def test_who_was_told_that_it_fires_is_told_that_it_is_over() -> None:
    rule_on(notification_channels=["email"])
    report("cpu", 85)
    evaluate()
    Notification.objects.update(status="sent", sent_at=NOON, settled_at=NOON)

    resolve_alert(Alert.objects.get().pk, by="ana", note="scaled up", at=LATER)

    message = Notification.objects.get(kind="resolved")
    assert (message.status, message.transition_seq) == ("pending", 2)
    assert message.payload["resolution_note"] == "scaled up"


def test_a_pending_alert_that_is_resolved_tells_nobody() -> None:
    rule_on(duration=300, notification_channels=["email"])
    report("cpu", 85)
    evaluate()

    resolve_alert(Alert.objects.get().pk, by="ana", at=LATER)

    assert not Notification.objects.exists()


def test_what_a_person_resolved_stays_quiet_until_the_breach_is_over() -> None:
    rule_on()
    seen = []
    for minute, value in enumerate([85, 85, 85, 50, 85]):
        report("cpu", value, at=NOON + timedelta(minutes=minute))
        evaluate(minute)
        if minute == 0:
            resolve_alert(Alert.objects.get().pk, by="ana", at=NOON)
        seen.append(sorted(Alert.objects.values_list("state", "snoozed", "value")))

    held = ("resolved", True, 85.0)
    over = ("resolved", False, 85.0)
    assert seen == [[held], [held], [held], [over], [("firing", False, 85.0), over]]


def test_a_finding_fires_at_once_and_tells_its_channels() -> None:
    alert = raise_alert(BOT, channels=["email"], at=NOON)

    alert.refresh_from_db()
    assert (alert.rule, alert.source, alert.state) == (None, "finding", "firing")
    assert (alert.title, alert.severity) == ("fraud_scalper_detected", "critical")
    assert (alert.service, alert.labels) == ("ticket-service", {"event": "7"})
    assert (alert.value, alert.threshold) == (8.0, 3.0)
    assert (alert.started_at, alert.fired_at, alert.notify_at) == (NOON, NOON, NOON)
    assert alert.transition_seq == 1
    assert Notification.objects.get().alert == alert


def test_a_finding_that_is_open_is_refreshed_and_tells_nobody_again() -> None:
    first = raise_alert(BOT, channels=["email"], at=NOON)
    worse = Finding(fingerprint="bot-42", title="again", severity="info", value=9.0)

    again = raise_alert(worse, channels=["email"], at=LATER)

    again.refresh_from_db()
    assert (again.pk, again.title, again.severity) == (first.pk, BOT.title, "critical")
    assert (again.value, again.last_evaluated_at) == (9.0, LATER)
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("at", [NOON, LATER])
def test_a_late_repeat_of_a_finding_does_not_set_its_value_back(at: datetime) -> None:
    raise_alert(BOT, at=LATER)
    older = Finding(fingerprint="bot-42", title="older", severity="info", value=1.0)

    assert raise_alert(older, at=at).value == 8.0


def test_a_finding_that_was_resolved_is_raised_anew() -> None:
    first = raise_alert(BOT, at=NOON)
    resolve_alert(first.pk, by="ana", at=NOON)

    second = raise_alert(BOT, at=LATER)

    assert second.pk != first.pk
    assert not Alert.objects.filter(snoozed=True).exists()


def test_a_finding_that_the_database_refuses_raises() -> None:
    odd = Finding(fingerprint="x", title="t", severity="fatal")

    with pytest.raises(IntegrityError, match="alerts_severity_known"):
        raise_alert(odd, at=NOON)


@pytest.mark.parametrize(("actor", "logged"), [("", "Ana"), ("token-7", "token-7")])
def test_the_log_says_who_acknowledged_whatever_name_is_shown(
    caplog: pytest.LogCaptureFixture, actor: str, logged: str
) -> None:
    alert = AlertFactory.create()
    with caplog.at_level("INFO"):
        acknowledge_alert(alert.pk, by="Ana", actor=actor, at=NOON)
        acknowledge_alert(alert.pk, by="Bo", actor="token-8", at=LATER)

    (record,) = [each for each in caplog.records if each.message == "alert acknowledged"]
    assert (record.__dict__["by"], record.__dict__["actor"]) == ("Ana", logged)


def test_the_log_says_who_resolved(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        resolve_alert(AlertFactory.create().pk, by="Ana", at=NOON)

    (record,) = [each for each in caplog.records if each.message == "alert resolved by hand"]
    assert record.__dict__["by"] == "Ana"


@pytest.mark.django_db(transaction=True)
def test_many_raisers_of_one_finding_raise_one_alert() -> None:
    start = Barrier(4)

    def run() -> object:
        try:
            start.wait(timeout=10)
            return raise_alert(BOT, channels=["email"], at=NOON).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as raisers:
        found = {each.result() for each in [raisers.submit(run) for _ in range(4)]}

    assert found == {Alert.objects.get().pk}
    assert Notification.objects.count() == 1
