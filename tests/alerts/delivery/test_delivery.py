"""One message, from the row to the ledger."""

import logging
from datetime import timedelta

import pytest
from django.db import transaction

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver, settle
from alerts.messages import Message
from alerts.models import Alert, Notification
from alerts.models.notification import Status
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire, ledger, make_due
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_message_is_sent_once_and_its_receipt_kept(email: FakeChannel) -> None:
    row = fire()
    email.plan.append(Receipt("<id@host>", "250 kept as 7"))

    assert deliver(row.pk, at=NOON) == Status.SENT
    assert deliver(row.pk, at=NOON) is None

    row.refresh_from_db()
    assert (row.status, row.provider_ref, row.sent_at) == ("sent", "<id@host>", NOON)
    assert (row.attempts, row.lease_token, row.reason) == (1, None, "")
    assert ledger(row) == [("sent", "250 kept as 7")]
    assert row.tries.get().at == NOON
    assert row.tries.get().latency_ms >= 0
    assert len(email.sent) == 1


def test_the_channel_is_handed_what_was_frozen(email: FakeChannel) -> None:
    row = fire(title="CPU")

    deliver(row.pk, at=NOON)

    row.refresh_from_db()
    assert email.sent == [
        Message(row.dedup_key, row.alert_id, "firing", row.recipient, NOON, row.payload, row.pk)
    ]


def test_the_claim_is_in_the_row_before_anything_is_sent(email: FakeChannel) -> None:
    row = fire()
    seen: list[tuple[str, int, bool]] = []

    def look(message: Message) -> Receipt:
        claimed = Notification.objects.get(pk=row.pk)
        seen.append((claimed.status, claimed.attempts, claimed.lease_token is not None))
        return Receipt("", "")

    email.plan.append(look)
    deliver(row.pk, at=NOON)

    assert seen == [("leased", 1, True)]


def test_a_message_that_is_not_due_is_left_alone(email: FakeChannel) -> None:
    row = fire()
    make_due(overdue=timedelta(minutes=-1))

    assert deliver(row.pk, at=NOON) is None
    assert email.sent == []


@pytest.mark.parametrize(
    "status", [Status.FAILED, Status.DEAD, Status.SUPERSEDED, Status.SUPPRESSED]
)
def test_a_message_whose_status_is_final_is_left_alone(email: FakeChannel, status: Status) -> None:
    row = fire()
    Notification.objects.update(status=status, settled_at=NOON)

    assert deliver(row.pk, at=NOON) is None


def test_a_message_that_is_gone_is_no_error(email: FakeChannel) -> None:
    assert deliver(999_999, at=NOON) is None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Receipt("", ""), "sent"),
        (DeliveryError("busy"), "transient"),
        (DeliveryError("?", in_doubt=True), "unknown"),
        (DeliveryError("no", permanent=True), "permanent"),
    ],
)
def test_each_try_is_counted_by_how_it_ended(
    email: FakeChannel,
    monkeypatch: pytest.MonkeyPatch,
    answer: Receipt | DeliveryError,
    outcome: str,
) -> None:
    counted: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(settle, "count", lambda name, labels: counted.append((name, labels)))
    row = fire()
    email.plan.append(answer)

    deliver(row.pk, at=NOON)

    assert counted == [("notifications_total", {"channel": "email", "outcome": outcome})]


def test_the_delay_is_measured_from_the_end_of_a_cooldown(
    email: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[float] = []
    monkeypatch.setattr(settle, "observe", lambda *measured: delays.append(measured[2]))
    row = fire()
    Notification.objects.update(created_at=row.created_at - timedelta(hours=2))
    Alert.objects.update(notify_at=row.created_at - timedelta(minutes=1))

    deliver(row.pk, at=NOON)

    assert delays[0] == pytest.approx(60, abs=10)


def test_no_log_line_tells_the_recipient(
    email: FakeChannel, caplog: pytest.LogCaptureFixture
) -> None:
    email.addresses = ["https://hooks.example.org/secret-token"]
    caplog.set_level(logging.INFO)

    deliver(fire().pk, at=NOON)

    (record,) = [record for record in caplog.records if record.message == "notification sent"]
    assert "secret-token" not in str(vars(record))


@pytest.mark.django_db(transaction=True)
def test_a_delivery_inside_a_transaction_is_refused(email: FakeChannel) -> None:
    row = fire()

    with pytest.raises(RuntimeError), transaction.atomic():
        deliver(row.pk, at=NOON)

    assert email.sent == []


def test_an_answer_of_any_length_is_kept_within_its_columns(
    row: Notification, email: FakeChannel
) -> None:
    email.plan.append(Receipt("r" * 300, "250 " + "x" * 5_000))

    assert deliver(row.pk, at=NOON) == Status.SENT

    row.refresh_from_db()
    assert row.provider_ref == "r" * 255
    assert [len(attempt.detail) for attempt in row.tries.all()] == [500]
