"""What providers report later, and who is told if a message never arrived."""

import pytest

from alerts import ledger
from alerts.channels import registry
from alerts.delivery import deliver
from alerts.errors import NotificationNotFoundError
from alerts.models import Alert, Notification, NotificationReceipt
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire, make_due
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def email(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    channels = {"email": FakeChannel("email"), "webhook": FakeChannel("webhook", ["https://h/"])}
    monkeypatch.setattr(registry, "CHANNELS", channels)
    return channels["email"]


def elsewhere() -> list[str]:
    return [row.status for row in Notification.objects.filter(channel="webhook")]


@pytest.mark.parametrize("status", ["delivered", "sent", "queued"])
def test_a_report_is_kept(email: FakeChannel, status: str) -> None:
    row = fire()
    deliver(row.pk, at=NOON)

    ledger.record_receipt(row.pk, status, "ok", NOON)

    (receipt,) = row.receipts.all()
    assert (receipt.status, receipt.detail, receipt.at) == (status, "ok", NOON)
    assert elsewhere() == []


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_what_never_arrived_is_told_elsewhere_and_its_row_stays_as_it_was(
    email: FakeChannel, status: str
) -> None:
    row = fire()
    deliver(row.pk, at=NOON)
    before = Notification.objects.filter(pk=row.pk).values().get()

    for _ in range(2):
        ledger.record_receipt(row.pk, status, "30003 unreachable", NOON)

    assert elsewhere() == ["pending"]
    assert NotificationReceipt.objects.count() == 1
    assert Notification.objects.filter(pk=row.pk).values().get() == before


def test_somebody_else_who_heard_it_is_enough(email: FakeChannel) -> None:
    email.addresses = ["ana", "bo"]
    fire()
    ana, bo = Notification.objects.order_by("pk")
    for row in (ana, bo):
        deliver(row.pk, at=NOON)

    ledger.record_receipt(ana.pk, "undelivered", "", NOON)
    assert elsewhere() == []
    ledger.record_receipt(bo.pk, "undelivered", "", NOON)
    assert elsewhere() == ["pending"]


def test_all_that_the_message_spoke_for_is_told_elsewhere(email: FakeChannel) -> None:
    email.bundles = True
    first, _ = fire(), fire()
    Notification.objects.update(group_key="a" * 64)
    make_due()
    deliver(first.pk, at=NOON)

    ledger.record_receipt(first.pk, "failed", "", NOON)

    assert elsewhere() == ["pending", "pending"]


def test_what_is_over_by_then_is_told_to_nobody_else(email: FakeChannel) -> None:
    row = fire()
    deliver(row.pk, at=NOON)
    Alert.objects.update(state="resolved", resolved_at=NOON)

    ledger.record_receipt(row.pk, "failed", "", NOON)

    assert elsewhere() == []


def test_a_report_about_nothing_is_refused(email: FakeChannel) -> None:
    with pytest.raises(NotificationNotFoundError):
        ledger.record_receipt(999_999, "delivered", "", NOON)


def test_a_report_of_any_length_is_kept_within_its_columns(email: FakeChannel) -> None:
    row = fire()

    receipt = ledger.record_receipt(row.pk, "s" * 40, "d" * 600, NOON)

    assert (receipt.status, receipt.detail) == ("s" * 32, "d" * 500)
