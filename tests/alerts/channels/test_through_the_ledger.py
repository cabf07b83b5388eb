"""From what an alert owes to what a provider was asked: channel, ledger and outbox together."""

import socket
import threading
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from alerts import delivery, outbox
from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from tests.alerts.channels.provider import reply
from tests.alerts.channels.sending_http import TAKEN, provider
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db(transaction=True)

WHERE = "C012AB3CD:1736683500.000100"


def fired(channel: str) -> Alert:
    alert: Alert = AlertFactory.create(transition_seq=1, notification_channels=[channel])
    outbox.owe(alert, kind=Kind.FIRING, channels=[channel], at=NOON)
    return alert


def resolved(alert: Alert, channel: str) -> None:
    """Let the alert be over, in one transaction with what is owed for it."""
    alert.state, alert.resolved_at = Alert.State.RESOLVED, NOON + timedelta(minutes=5)
    alert.transition_seq += 1
    with transaction.atomic():
        alert.save()
        outbox.owe(alert, kind=Kind.RESOLVED, channels=[channel], at=NOON + timedelta(minutes=5))


def deliver_all() -> list[Status | None]:
    return [delivery.deliver(each, at=NOON) for each in delivery.due_ids(limit=10)]


def test_slack_is_told_once_and_its_message_changes_with_the_alert(settings: Settings) -> None:
    with provider(settings, TAKEN["slack"]) as played:
        alert = fired("slack")
        assert deliver_all() == [Status.SENT]
        resolved(alert, "slack")
        assert deliver_all() == [Status.SENT]

    post, update, line = played.asked
    assert (post.path, update.path) == ("/api/chat.postMessage", "/api/chat.update")
    assert update.json["ts"] == line.json["thread_ts"] == "1736683500.000100"
    references = Notification.objects.order_by("pk").values_list("provider_ref", flat=True)
    assert list(references) == [WHERE, WHERE]


def test_pagerduty_keeps_one_incident_for_the_alert(settings: Settings) -> None:
    def accept(connection: socket.socket, over: threading.Event) -> None:
        key = played.asked[-1].json["dedup_key"]
        connection.sendall(reply("202 Accepted", {"status": "success", "dedup_key": key}))

    with provider(settings, accept) as played:
        alert = fired("pagerduty")
        deliver_all()
        resolved(alert, "pagerduty")
        deliver_all()

    actions = [(asked.json["event_action"], asked.json["dedup_key"]) for asked in played.asked]
    assert actions == [("trigger", str(alert.pk)), ("resolve", str(alert.pk))]
    assert set(Notification.objects.values_list("recipient", flat=True)) == {"default"}


def test_a_text_message_names_the_row_that_its_reports_are_about(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://monitor.example.org"
    with provider(settings, TAKEN["sms"]) as played:
        fired("sms")
        deliver_all()

    row = Notification.objects.get()
    assert played.asked[0].form["StatusCallback"].endswith(f"?notification={row.pk}")
    assert (row.provider_ref, row.status) == ("SM1", Status.SENT)


def test_an_answer_that_was_lost_is_looked_for_before_the_message_is_repeated(
    settings: Settings,
) -> None:
    with provider(settings, b"", TAKEN["slack"]) as played:
        fired("slack")
        assert deliver_all() == [Status.PENDING]
        Notification.objects.update(due_at=NOON)
        row = Notification.objects.get()
        found = {"ts": "5.5", "metadata": {"event_payload": {"dedup_key": row.dedup_key}}}
        played.replies = [b"", reply("200 OK", {"ok": True, "messages": [found]})]
        assert deliver_all() == [Status.SENT]

    assert [asked.path for asked in played.asked] == [
        "/api/chat.postMessage",
        "/api/conversations.history",
    ]
    assert Notification.objects.get().provider_ref == "C012AB3CD:5.5"


def test_no_secret_reaches_the_ledger(settings: Settings) -> None:
    with provider(settings, reply("400 Bad Request", {"message": "bad key"})):
        settings.PAGERDUTY_ROUTING_KEY = "pagerduty-routing-key"
        fired("pagerduty")
        deliver_all()

    row = Notification.objects.filter(channel="pagerduty").get()
    told = [
        row.reason,
        row.recipient,
        str(row.payload),
        *row.tries.values_list("detail", flat=True),
    ]
    assert not any("pagerduty-routing-key" in text for text in told)
    assert row.status == Status.FAILED
