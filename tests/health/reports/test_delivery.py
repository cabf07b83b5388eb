"""Reports on their way to a real mail server: claimed, sent, tried again, given up."""

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from unittest import mock

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from alerts.channels.smtp import hand_over
from config.demo.mailbox import Mailbox, Reply
from health.models import ReportDelivery, ReportSubscription
from health.reports.links import unsubscribe_url
from health.services import report_delivery
from health.services.report_delivery import deliver_report, due_deliveries, message_id
from tests.alerts.delivery.fakes import PowerCut
from tests.health.reports.rows import LONG_AFTER

pytestmark = pytest.mark.django_db(transaction=True)


def parsed(mailbox: Mailbox, number: int = 0) -> EmailMessage:
    found = email.message_from_bytes(mailbox.messages[number].raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def make_due(delivery: ReportDelivery) -> None:
    ReportDelivery.objects.filter(pk=delivery.pk).update(due_at=Now())


def wait_seconds(delivery: ReportDelivery) -> float:
    """Return in how many seconds the delivery is due, by the clock of the database."""
    row = ReportDelivery.objects.annotate(now=Now()).get(pk=delivery.pk)
    return float((row.due_at - row.now).total_seconds())


def test_a_report_arrives_with_its_figures_its_file_and_a_way_out(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    assert deliver_report(delivery.pk, at=LONG_AFTER) == "sent"

    mail = parsed(mailbox)
    assert (mail["From"], mail["To"]) == ("Monitoring <reports@example.org>", "ana@example.org")
    assert mail["Subject"] == "SLA report, monthly: 2026-10-01 to 2026-10-31 (UTC)"
    assert mail["Message-ID"] == message_id(delivery)
    link = unsubscribe_url(ReportSubscription.objects.get().pk)
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "52 min 30 s" in part
        assert "2 of 3" in part
        assert link in part
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "sla-monthly-2026-10-01.pdf"
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content() == b"<p>file</p>"
    delivery.refresh_from_db()
    assert (delivery.status, delivery.sent_at, delivery.lease_token) == ("sent", LONG_AFTER, None)
    assert delivery.reference == f"{message_id(delivery)} SMTP 250 2.0.0 kept"


def test_a_report_that_was_sent_is_not_sent_again(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    deliver_report(delivery.pk, at=LONG_AFTER)
    make_due(delivery)

    assert deliver_report(delivery.pk, at=LONG_AFTER) is None
    assert due_deliveries(limit=10) == []
    assert len(mailbox.messages) == 1


def test_killed_between_send_and_row_it_is_sent_once_more_under_the_same_id(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    with mock.patch.object(report_delivery, "_sent", side_effect=PowerCut), pytest.raises(PowerCut):
        deliver_report(delivery.pk, at=LONG_AFTER)
    assert deliver_report(delivery.pk, at=LONG_AFTER) is None  # its lease still runs

    make_due(delivery)  # the lease is over
    assert deliver_report(delivery.pk, at=LONG_AFTER) == "sent"

    assert [mail.header("Message-ID") for mail in mailbox.messages] == [message_id(delivery)] * 2


def test_killed_before_it_was_sent_it_is_sent_after_its_lease(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    with (
        mock.patch.object(report_delivery, "hand_over", side_effect=PowerCut),
        pytest.raises(PowerCut),
    ):
        deliver_report(delivery.pk, at=LONG_AFTER)
    assert due_deliveries(limit=10) == []
    assert 55 < wait_seconds(delivery) <= 60

    make_due(delivery)

    assert due_deliveries(limit=10) == [delivery.pk]
    assert deliver_report(delivery.pk, at=LONG_AFTER) == "sent"
    assert len(mailbox.messages) == 1


def test_a_refusal_for_good_is_final(mailbox: Mailbox, delivery: ReportDelivery) -> None:
    mailbox.play(Reply("554 5.7.1 not wanted"))

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "failed"

    delivery.refresh_from_db()
    assert (delivery.status, delivery.reason) == ("failed", "SMTP 554 5.7.1 not wanted")
    make_due(delivery)
    assert due_deliveries(limit=10) == []


@pytest.mark.parametrize(("tries", "wait"), [(0, 1), (1, 2), (2, 4), (8, 256), (20, 300)])
def test_a_refusal_for_now_is_tried_again_later_and_later(
    mailbox: Mailbox, delivery: ReportDelivery, tries: int, wait: float
) -> None:
    ReportDelivery.objects.filter(pk=delivery.pk).update(attempts=tries)
    mailbox.play(Reply("451 4.3.0 later"))

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "pending"

    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.reason) == (tries + 1, "SMTP 451 4.3.0 later")
    assert 0.8 * wait - 1 <= wait_seconds(delivery) <= wait
    make_due(delivery)
    assert deliver_report(delivery.pk, at=LONG_AFTER) == "sent"


def test_a_server_that_never_answers_is_a_refusal_for_now(
    settings: Settings, mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    settings.NOTIFICATION_SEND_TIMEOUT = timedelta(seconds=0.5)
    mailbox.play(Reply(None))

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "pending"


@pytest.mark.parametrize(("hours", "status"), [(23.9, "pending"), (24.1, "failed")])
def test_a_report_is_given_up_after_a_day(
    mailbox: Mailbox, delivery: ReportDelivery, hours: float, status: str
) -> None:
    owed_at = Now() - timedelta(hours=hours)
    ReportDelivery.objects.filter(pk=delivery.pk).update(created_at=owed_at)
    mailbox.play(Reply("451 later"))

    assert deliver_report(delivery.pk, at=LONG_AFTER) == status


def test_without_a_mail_server_it_waits_for_one(
    settings: Settings, delivery: ReportDelivery
) -> None:
    settings.SMTP_HOST = ""

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "pending"
    delivery.refresh_from_db()
    assert delivery.reason == "SMTP_HOST is not set"


def test_who_unsubscribed_in_the_meantime_gets_nothing(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    ReportSubscription.objects.update(enabled=False)

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "failed"
    delivery.refresh_from_db()
    assert delivery.reason == "The address unsubscribed before it was sent."
    assert mailbox.messages == []


def test_an_address_that_cannot_be_written_is_refused_for_good(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    bad = "ana@example.org\r\nBcc: all@example.org"
    ReportSubscription.objects.update(email=bad)
    ReportDelivery.objects.update(email=bad)

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "failed"
    assert mailbox.messages == []


def test_a_fault_of_our_own_ends_in_the_back_off_of_that_mail(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    delivery.report.files.all().delete()

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "pending"
    delivery.refresh_from_db()
    assert delivery.reason == "fault: DoesNotExist"


def test_a_sender_that_came_too_late_changes_nothing(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    def taken_over(*_: object) -> str:
        make_due(delivery)
        assert deliver_report(delivery.pk, at=LONG_AFTER) == "sent"
        return "SMTP 250 late"

    real = hand_over
    with mock.patch.object(report_delivery, "hand_over", side_effect=[mock.DEFAULT]) as patched:
        patched.side_effect = lambda *given: (
            taken_over() if patched.call_count == 1 else real(*given)
        )
        assert deliver_report(delivery.pk, at=LONG_AFTER) is None

    delivery.refresh_from_db()
    assert delivery.reference.endswith("kept")


def test_one_that_another_worker_claims_at_this_moment_is_skipped_and_not_waited_for(
    mailbox: Mailbox, delivery: ReportDelivery
) -> None:
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM report_deliveries WHERE id = %s FOR UPDATE", [delivery.pk]
            )
        assert deliver_report(delivery.pk, at=LONG_AFTER) is None
    finally:
        other.rollback()
        other.close()

    assert deliver_report(delivery.pk, at=LONG_AFTER) == "sent"
    assert mailbox.attempts == 1
