"""What is tried again, when, and for how long."""

import logging
from datetime import timedelta

import pytest

from alerts.channels.base import DeliveryError
from alerts.delivery import deliver
from alerts.models import Notification
from alerts.models.notification import Status
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import age, fire, ledger, make_due
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db


def wait_of(row: Notification) -> timedelta:
    """How long the row waits, from the end of its only try."""
    row.refresh_from_db()
    assert row.first_tried_at is not None
    return row.due_at - row.first_tried_at


def test_a_temporary_failure_is_tried_again_after_the_backoff(email: FakeChannel) -> None:
    row = fire()
    email.plan += [DeliveryError("450 busy"), DeliveryError("450 busy")]

    assert deliver(row.pk, at=NOON) == Status.PENDING
    assert timedelta(seconds=0.7) < wait_of(row) <= timedelta(seconds=2)
    assert deliver(row.pk, at=NOON) is None
    make_due()
    assert deliver(row.pk, at=NOON) == Status.PENDING
    make_due()
    assert deliver(row.pk, at=NOON) == Status.SENT

    row.refresh_from_db()
    assert (row.attempts, row.postponements, row.reason) == (3, 2, "")
    assert [outcome for outcome, _ in ledger(row)] == ["transient", "transient", "sent"]


def test_a_wait_that_the_other_side_names_is_kept(email: FakeChannel) -> None:
    row = fire()
    email.plan.append(DeliveryError("429", retry_after_seconds=45))

    deliver(row.pk, at=NOON)

    assert timedelta(seconds=44) < wait_of(row) < timedelta(seconds=50)
    assert (row.postponements, row.asked_to_wait_seconds) == (0, 45)


def test_after_a_day_of_failures_a_message_is_given_up(
    email: FakeChannel, caplog: pytest.LogCaptureFixture
) -> None:
    row = fire()
    email.plan += [DeliveryError("down"), DeliveryError("down"), DeliveryError("still down")]
    deliver(row.pk, at=NOON)

    age(timedelta(hours=23, minutes=59))
    make_due()
    assert deliver(row.pk, at=NOON) == Status.PENDING
    age(timedelta(minutes=1))
    make_due()
    assert deliver(row.pk, at=NOON) == Status.DEAD

    row.refresh_from_db()
    assert row.reason == "still down; and no other channel is left"
    assert [record.levelno for record in caplog.records][-1] == logging.ERROR


def test_a_message_that_waited_for_days_before_its_first_try_still_has_its_whole_budget(
    email: FakeChannel,
) -> None:
    row = fire()
    make_due(overdue=timedelta(days=3))
    Notification.objects.update(created_at=NOON - timedelta(days=3))
    email.plan.append(DeliveryError("down"))

    assert deliver(row.pk, at=NOON) == Status.PENDING


def test_waits_that_were_asked_for_do_not_use_up_the_budget(email: FakeChannel) -> None:
    row = fire()
    email.plan += [DeliveryError("429", retry_after_seconds=600), DeliveryError("down")]
    deliver(row.pk, at=NOON)

    age(timedelta(hours=24, minutes=9))
    make_due()

    assert deliver(row.pk, at=NOON) == Status.PENDING


def test_no_answer_leaves_the_message_in_doubt_for_good(email: FakeChannel) -> None:
    row = fire()
    email.plan.append(DeliveryError("timeout after DATA", in_doubt=True))

    deliver(row.pk, at=NOON)
    make_due()
    deliver(row.pk, at=NOON)

    row.refresh_from_db()
    assert (row.status, row.in_doubt) == ("sent", True)
    assert [outcome for outcome, _ in ledger(row)] == ["unknown", "sent"]


def test_a_clear_refusal_leaves_no_doubt(email: FakeChannel) -> None:
    row = fire()
    email.plan.append(DeliveryError("421"))

    deliver(row.pk, at=NOON)

    row.refresh_from_db()
    assert row.in_doubt is False


def test_a_fault_in_a_channel_ends_in_the_backoff_and_not_in_the_worker(
    email: FakeChannel, caplog: pytest.LogCaptureFixture
) -> None:
    row = fire()
    email.plan.append(KeyError("a bug"))

    assert deliver(row.pk, at=NOON) == Status.PENDING

    assert ledger(row) == [("unknown", "fault in the channel: KeyError")]
    assert "channel is broken" in caplog.text


def test_reasons_of_any_length_are_kept_within_their_column(email: FakeChannel) -> None:
    row = fire()
    email.plan.append(DeliveryError("x" * 5_000, permanent=True))

    assert deliver(row.pk, at=NOON) == Status.FAILED

    row.refresh_from_db()
    assert len(row.reason) == 500
    assert row.reason.endswith("; and no other channel is left")
