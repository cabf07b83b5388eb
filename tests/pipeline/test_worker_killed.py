"""kill -9 of the worker in the middle of a send: the mail arrives all the same."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Notification, NotificationAttempt
from alerts.models.notification import Kind, Status
from alerts.outbox import owe
from config.demo.mailbox import Mailbox, Reply
from tests.alerts.factories import AlertFactory
from tests.pipeline.conftest import StartService

pytestmark = pytest.mark.pipeline


@pytest.mark.parametrize(
    ("kept_before_the_kill", "mails"),
    [pytest.param(False, 1, id="before it was taken"), pytest.param(True, 2, id="after it was")],
)
def test_a_worker_killed_while_it_sends_loses_nothing(
    start_service: StartService,
    mailbox: Mailbox,
    settings: Settings,
    *,
    kept_before_the_kill: bool,
    mails: int,
) -> None:
    """Where the server had taken the mail, the repeat has the same Message-ID and is marked in doubt."""
    settings.SMTP_HOST = (
        "127.0.0.1"  # this process writes what is owed, and so must know the channel
    )
    mailbox.play(Reply(None, keeps=kept_before_the_kill))
    service = start_service(web=False, NOTIFICATION_SEND_TIMEOUT="4s", NOTIFICATION_LEASE="8s")
    alert = AlertFactory.create(transition_seq=1, severity="critical")
    (row,) = owe(alert, kind=Kind.FIRING, channels=["email"], at=timezone.now())

    service.wait_until(lambda: mailbox.attempts, "the worker hands the mail over")
    service.kill_worker()

    row.refresh_from_db()
    assert (row.status, row.attempts) == (Status.LEASED, 1)
    assert not NotificationAttempt.objects.exists()

    service.start_worker()
    service.wait_until(
        lambda: Notification.objects.filter(status=Status.SENT).exists(), "the mail is sent again"
    )

    row.refresh_from_db()
    assert (row.attempts, row.in_doubt) == (2, True)
    assert [each.outcome for each in row.tries.all()] == ["sent"]
    assert Notification.objects.count() == 1
    assert len(mailbox.messages) == mails
    assert {mail.message_id for mail in mailbox.messages} == {row.provider_ref}
