"""Who is told when a channel refuses for good."""

import pytest

from alerts.channels import registry
from alerts.channels.base import DeliveryError
from alerts.delivery import deliver
from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import Recipient, owe, owe_to
from alerts.outbox.dues import next_channel
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire as fire_one
from tests.alerts.delivery.owing import make_due, messages
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db

REFUSED = DeliveryError("550 no such user", permanent=True)


@pytest.mark.parametrize(
    ("named", "configured", "tried", "channel"),
    [
        (["email", "webhook"], ["email", "webhook"], {"email"}, "webhook"),
        (["webhook", "email"], ["email", "webhook"], {"email"}, "webhook"),
        (["sms", "webhook"], ["email", "slack", "webhook"], {"email"}, "webhook"),
        (["email"], ["email", "webhook"], {"email"}, "webhook"),
        (["email"], ["email"], {"email"}, None),
        (["email", "webhook"], ["email"], {"email"}, None),
        (["email", "webhook"], ["email", "webhook"], {"email", "webhook"}, None),
        ([], [], set(), None),
    ],
)
def test_the_channels_of_the_rule_come_first_then_any_that_works(
    named: list[str], configured: list[str], tried: set[str], channel: str | None
) -> None:
    assert next_channel(named, configured, tried=tried) == channel


def fire(*channels: str) -> Alert:
    alert = AlertFactory.create(transition_seq=1)
    owe(alert, kind=Kind.FIRING, channels=channels, at=NOON)
    return alert


def row(channel: str, kind: Kind = Kind.FIRING) -> Notification:
    return messages().get(channel=channel, kind=kind)


def test_a_refusal_for_good_is_told_by_another_channel(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fire("email")
    email.plan.append(REFUSED)

    assert deliver(row("email").pk, at=NOON) == Status.FAILED
    assert deliver(row("webhook").pk, at=NOON) == Status.SENT

    assert row("email").reason == "550 no such user; told by webhook instead"
    (message,) = webhook.sent
    assert message.content.instead_of == "email"
    assert message.content.title == "High CPU Usage"


def test_a_message_that_was_given_up_is_told_by_another_channel(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fire("email")
    email.plan += [DeliveryError("down"), DeliveryError("down")]
    deliver(row("email").pk, at=NOON)
    make_due()
    Notification.objects.update(first_tried_at=NOON)

    assert deliver(row("email").pk, at=NOON) == Status.DEAD

    assert row("email").reason == "down; told by webhook instead"
    assert row("webhook").status == Status.PENDING


def test_where_no_channel_is_left_the_reason_says_so(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fire("email")
    email.plan.append(REFUSED)
    webhook.plan.append(DeliveryError("404", permanent=True))
    deliver(row("email").pk, at=NOON)

    deliver(row("webhook").pk, at=NOON)

    assert row("webhook").reason == "404; and no other channel is left"
    assert messages().count() == 2


@pytest.mark.parametrize("heard", [Status.SENT, Status.PENDING, Status.LEASED])
def test_nobody_else_is_bothered_while_somebody_hears_it(
    email: FakeChannel, webhook: FakeChannel, heard: Status
) -> None:
    email.addresses = ["ana@example.org", "bo@example.org"]
    fire("email")
    ana, bo = messages()
    sent_at = NOON if heard == Status.SENT else None
    Notification.objects.filter(pk=ana.pk).update(
        status=heard, sent_at=sent_at, settled_at=sent_at, lease_token="0" * 32
    )
    email.plan.append(REFUSED)

    deliver(bo.pk, at=NOON)

    bo.refresh_from_db()
    assert bo.reason == "550 no such user"
    assert not messages().filter(channel="webhook").exists()


def test_two_refused_recipients_owe_one_message_elsewhere(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    email.addresses = ["ana@example.org", "bo@example.org"]
    fire("email")
    email.plan += [REFUSED, REFUSED]

    for each in messages().filter(channel="email"):
        deliver(each.pk, at=NOON)

    assert messages().filter(channel="webhook").count() == 1


def test_a_channel_that_was_not_configured_then_may_serve_now(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    webhook.lacks = ["ALERT_WEBHOOK_URL"]
    fire("email", "webhook")
    webhook.lacks = []
    email.plan.append(REFUSED)

    deliver(row("email").pk, at=NOON)

    statuses = messages().filter(channel="webhook").order_by("pk")
    assert [each.status for each in statuses] == ["suppressed", "pending"]


def test_a_channel_that_lost_its_configuration_counts_as_a_refusal(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fire("email")
    email.lacks = ["SMTP_HOST"]

    assert deliver(row("email").pk, at=NOON) == Status.FAILED

    assert row("email").reason == "not configured: SMTP_HOST not set; told by webhook instead"


def test_an_alert_that_is_over_by_then_is_told_to_nobody_else(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fire("email")
    Notification.objects.update(in_doubt=True)
    Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)
    email.plan.append(REFUSED)

    deliver(row("email").pk, at=NOON)

    assert row("email").reason == "550 no such user"
    assert messages().count() == 1


def test_a_resolution_that_is_refused_is_told_to_nobody_else(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    alert = fire("email")
    deliver(row("email").pk, at=NOON)
    alert.transition_seq = 2
    (resolution,) = owe(alert, kind=Kind.RESOLVED, channels=["email"], at=NOON)
    email.plan.append(REFUSED)

    assert deliver(resolution.pk, at=NOON) == Status.FAILED

    assert row("email", Kind.RESOLVED).reason == "550 no such user"
    assert not messages().filter(channel="webhook").exists()


def test_who_was_told_instead_also_hears_the_end(email: FakeChannel, webhook: FakeChannel) -> None:
    alert = fire("email")
    email.plan.append(REFUSED)
    deliver(row("email").pk, at=NOON)
    deliver(row("webhook").pk, at=NOON)
    alert.transition_seq = 2

    owed = owe(alert, kind=Kind.RESOLVED, channels=["email"], at=NOON)

    assert [each.channel for each in owed] == ["webhook"]
    assert row("email", Kind.RESOLVED).status == Status.SUPERSEDED


def test_a_step_of_a_chain_that_is_refused_is_told_by_another_channel(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    alert = fire("email")
    deliver(row("email").pk, at=NOON)
    owe_to(alert, kind=Kind.ESCALATION, step=1, to=[Recipient("email", "ana")], at=NOON)
    email.plan.append(REFUSED)

    assert deliver(row("email", Kind.ESCALATION).pk, at=NOON) == Status.FAILED

    assert row("webhook", Kind.ESCALATION).status == Status.PENDING


def test_who_heard_of_an_earlier_firing_has_not_heard_of_this_one(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    alert = fire("email")
    deliver(row("email").pk, at=NOON)
    alert.transition_seq = 3
    alert.save()
    (again,) = owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)
    email.plan.append(REFUSED)

    deliver(again.pk, at=NOON)

    assert (row("webhook").status, row("webhook").transition_seq) == (Status.PENDING, 3)


def test_what_is_told_instead_is_written_into_the_refused_row_alone(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    fire("email")
    refused = row("email")
    deliver(fire_one().pk, at=NOON)
    email.plan.append(REFUSED)

    deliver(refused.pk, at=NOON)

    reasons = set(messages().exclude(pk=refused.pk).values_list("reason", flat=True))
    assert reasons == {""}


def test_what_is_owed_on_a_channel_that_is_gone_is_told_by_another_one(
    email: FakeChannel, webhook: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    fire("webhook")
    monkeypatch.delitem(registry.CHANNELS, "webhook")

    assert deliver(row("webhook").pk, at=NOON) == Status.FAILED

    assert row("email").status == Status.PENDING
