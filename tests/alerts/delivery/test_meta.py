"""A channel that fails is said to fail, on the others, once, until it works again."""

import pytest

from alerts.channels.base import DeliveryError
from alerts.delivery import close_recovered, deliver
from alerts.delivery.meta import fingerprint_of
from alerts.models import Alert, Notification
from alerts.models.notification import Status
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db

REFUSED = DeliveryError("550 relay denied", permanent=True)


def said() -> list[Alert]:
    return list(Alert.objects.filter(source="meta"))


def fail(email: FakeChannel, *channels: str) -> Notification:
    row = fire(*channels)
    email.plan.append(REFUSED)
    deliver(row.pk, at=NOON)
    return row


def test_it_is_said_on_the_other_channels_only(email: FakeChannel, webhook: FakeChannel) -> None:
    fail(email)

    (alert,) = said()
    assert (alert.title, alert.severity) == ("Notifications by email fail", "critical")
    assert alert.description.startswith("550 relay denied\n")
    assert (alert.labels, alert.notification_channels) == ({"channel": "email"}, ["webhook"])
    assert [row.channel for row in alert.notifications.all()] == ["webhook"]


def test_it_is_said_once_however_many_messages_are_refused(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fail(email)
    fail(email)

    assert len(said()) == 1


def test_nothing_is_said_about_a_message_that_says_it(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fail(email)
    webhook.plan.append(REFUSED)
    (message,) = Notification.objects.filter(alert__source="meta")

    assert deliver(message.pk, at=NOON) == Status.FAILED

    assert [alert.labels["channel"] for alert in said()] == ["email"]


def test_where_there_is_no_other_channel_it_is_on_record_nevertheless(email: FakeChannel) -> None:
    fail(email)

    (alert,) = said()
    assert alert.notifications.count() == 0


def test_it_ends_once_the_channel_has_sent_something(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fail(email)
    close_recovered(at=NOON)
    assert [alert.state for alert in said()] == ["firing"]

    deliver(fire().pk, at=NOON)
    close_recovered(at=NOON)

    assert [alert.state for alert in said()] == ["resolved"]


def test_what_another_part_of_the_service_says_of_itself_is_left_alone(email: FakeChannel) -> None:
    AlertFactory.create(rule=None, source="meta", labels={"channel": "email"})
    deliver(fire().pk, at=NOON)

    close_recovered(at=NOON)

    assert [alert.state for alert in said()] == ["firing"]


def test_each_channel_has_an_alert_of_its_own() -> None:
    assert fingerprint_of("email") != fingerprint_of("sms")
    assert len(fingerprint_of("email")) == 16
