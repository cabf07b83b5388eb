"""A sender that comes too late changes nothing, and one that would come too late does not begin."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import claim, deliver, send
from alerts.delivery.claim import Claim
from alerts.delivery.holding import settle_held
from alerts.delivery.stages import Holds
from alerts.messages import Message
from alerts.models import Alert, Notification, NotificationAttempt
from alerts.models.notification import Status
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import make_due, state
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sender_that_outlives_its_lease_changes_nothing(
    row: Notification, email: FakeChannel, caplog: pytest.LogCaptureFixture
) -> None:
    def overtaken(message: Message) -> Receipt:
        make_due()
        assert deliver(row.pk, at=NOON) == Status.SENT
        return Receipt("<late>", "250 late")

    email.plan += [overtaken, Receipt("<second>", "250 second")]

    assert deliver(row.pk, at=NOON) is None

    row.refresh_from_db()
    assert (row.status, row.provider_ref, row.attempts) == ("sent", "<second>", 2)
    outcomes = row.tries.order_by("pk").values_list("outcome", "detail")
    assert list(outcomes) == [("sent", "250 second"), ("fenced", "250 late")]
    assert "notification fenced" in caplog.text


@pytest.mark.parametrize("permanent", [True, False])
def test_a_late_failure_is_fenced_too(
    row: Notification, email: FakeChannel, webhook: FakeChannel, *, permanent: bool
) -> None:
    def overtaken(message: Message) -> Receipt:
        make_due()
        deliver(row.pk, at=NOON)
        raise DeliveryError("late", permanent=permanent)

    email.plan.append(overtaken)

    assert deliver(row.pk, at=NOON) is None

    assert state(row) == ("sent", 2, True)
    assert [each.outcome for each in row.tries.order_by("pk")] == ["sent", "fenced"]
    assert Notification.objects.count() == 1


def test_a_late_decision_not_to_send_is_fenced(row: Notification, email: FakeChannel) -> None:
    Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)

    def overtaken(claim: Claim, holds: Holds, *, at: datetime) -> Status | None:
        Notification.objects.update(status=Status.LEASED, lease_token="1" * 32)
        return settle_held(claim, holds, at=at)

    with mock.patch.object(send, "settle_held", side_effect=overtaken):
        assert deliver(row.pk, at=NOON) is None

    assert state(row)[0] == "leased"


def test_a_sender_that_is_late_but_unchallenged_keeps_its_result(
    row: Notification, email: FakeChannel
) -> None:
    def slow(message: Message) -> Receipt:
        make_due()
        return Receipt("<slow>", "250")

    email.plan.append(slow)

    assert deliver(row.pk, at=NOON) == Status.SENT
    assert state(row) == ("sent", 1, False)


def test_a_message_deleted_while_it_is_sent_is_no_error(
    row: Notification, email: FakeChannel
) -> None:
    def gone(message: Message) -> Receipt:
        Alert.objects.all().delete()
        return Receipt("", "")

    email.plan.append(gone)

    assert deliver(row.pk, at=NOON) is None
    assert not NotificationAttempt.objects.exists()


def test_an_alert_deleted_while_its_message_is_refused_is_no_error(
    row: Notification, email: FakeChannel
) -> None:
    def gone(message: Message) -> Receipt:
        Alert.objects.all().delete()
        raise DeliveryError("550", permanent=True)

    email.plan.append(gone)

    assert deliver(row.pk, at=NOON) is None


def test_a_process_that_stood_still_after_its_claim_does_not_begin_to_send(
    row: Notification, email: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFICATION_LEASE = timedelta(seconds=30)
    settings.NOTIFICATION_SEND_TIMEOUT = timedelta(seconds=8)

    with mock.patch.object(claim, "time") as clock:
        clock.monotonic.side_effect = [100.0, 122.1]
        assert deliver(row.pk, at=NOON) is None

    assert (state(row)[0], email.sent) == ("leased", [])


def test_a_send_that_just_fits_into_the_lease_begins(
    row: Notification, email: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFICATION_LEASE = timedelta(seconds=30)
    settings.NOTIFICATION_SEND_TIMEOUT = timedelta(seconds=8)

    with mock.patch.object(claim, "time") as clock:
        clock.monotonic.side_effect = [100.0, 122.0, 122.0]
        assert deliver(row.pk, at=NOON) == Status.SENT


@pytest.mark.parametrize(("setting", "seconds"), [(30, 30), (16, 16), (15, 16), (1, 16)])
def test_a_lease_is_never_shorter_than_two_sends(
    settings: Settings, setting: int, seconds: int
) -> None:
    settings.NOTIFICATION_LEASE = timedelta(seconds=setting)
    settings.NOTIFICATION_SEND_TIMEOUT = timedelta(seconds=8)

    assert claim.lease() == timedelta(seconds=seconds)
