"""Who tells people: our channels, whoever reads the stream, or both; and what stands in for what cannot be used."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.channels import registry
from alerts.channels.base import DeliveryError
from alerts.delivery import deliver
from alerts.models import Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import Recipient, owe, owe_acknowledged, owe_to
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import messages, owe_firing, owe_resolution, rows
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stream(email: FakeChannel, monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    channel = FakeChannel("stream", ["alerts-stream"])
    monkeypatch.setitem(registry.CHANNELS, "stream", channel)
    return channel


def owed() -> list[tuple[str, str]]:
    return [(channel, status) for _, channel, _, status, _ in rows()]


def test_in_mode_direct_the_stream_hears_of_nothing(
    stream: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFY_MODE = "direct"

    owe_firing(AlertFactory.create())

    assert owed() == [("email", "pending")]


def test_in_mode_both_the_stream_says_whom_we_tell(
    stream: FakeChannel, webhook: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFY_MODE = "both"

    owe_firing(AlertFactory.create(), "webhook", "email", "pigeon")

    assert owed() == [
        ("webhook", "pending"),
        ("email", "pending"),
        ("pigeon", "suppressed"),
        ("stream", "pending"),
    ]
    payload = Notification.objects.get(channel="stream").payload
    assert payload["notified_channels"] == ["email", "webhook"]
    assert payload["channels"] == ["webhook", "email", "pigeon"]
    assert "notified_channels" not in Notification.objects.get(channel="email").payload


def test_in_mode_both_a_stream_that_is_not_set_up_leaves_no_row(
    stream: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFY_MODE = "both"
    stream.lacks = ["KAFKA_BROKERS"]

    owe_firing(AlertFactory.create())

    assert owed() == [("email", "pending")]


def test_in_mode_stream_others_are_asked_to_tell(stream: FakeChannel, settings: Settings) -> None:
    settings.NOTIFY_MODE = "stream"

    owe_firing(AlertFactory.create(), "email", "webhook")

    assert owed() == [("stream", "pending")]
    payload = Notification.objects.get().payload
    assert (payload["channels"], payload["notified_channels"]) == (["email", "webhook"], [])


def test_in_mode_stream_we_tell_where_the_stream_cannot_be_used(
    stream: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFY_MODE = "stream"
    stream.lacks = ["KAFKA_BROKERS"]

    owe_firing(AlertFactory.create())

    assert owed() == [("email", "pending"), ("stream", "suppressed")]


@pytest.mark.parametrize("mode", ["both", "stream"])
def test_who_heard_the_firing_on_the_stream_hears_the_end_there(
    stream: FakeChannel, settings: Settings, mode: str
) -> None:
    settings.NOTIFY_MODE = mode
    alert = AlertFactory.create()
    for row in owe_firing(alert):
        deliver(row.pk, at=NOON)

    ends = owe_resolution(alert)

    assert "stream" in [row.channel for row in ends]
    assert all(row.status == "pending" for row in ends)


def test_the_canary_tells_nobody_on_the_stream(stream: FakeChannel, settings: Settings) -> None:
    settings.NOTIFY_MODE = "both"

    owe_firing(AlertFactory.create(source="canary"))

    assert owed() == [("email", "pending")]


def test_the_stream_is_nobodys_substitute(
    stream: FakeChannel, webhook: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFY_MODE = "both"
    email, _ = owe_firing(AlertFactory.create(transition_seq=1))
    refused: FakeChannel = registry.CHANNELS["email"]  # type: ignore[assignment]  # the fake of the fixture
    refused.plan.append(DeliveryError("550", permanent=True))

    deliver(email.pk, at=NOON)

    email.refresh_from_db()
    assert email.reason == "550; told by webhook instead"


def test_what_the_stream_refuses_in_mode_stream_is_told_by_us(
    stream: FakeChannel, settings: Settings
) -> None:
    settings.NOTIFY_MODE = "stream"
    (row,) = owe_firing(AlertFactory.create(transition_seq=1))
    stream.plan.append(DeliveryError("too large", permanent=True))

    assert deliver(row.pk, at=NOON) == Status.FAILED

    assert [each.channel for each in messages()] == ["stream", "email"]


def test_where_nothing_that_was_named_can_be_used_another_channel_is_told(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    email.lacks = ["SMTP_HOST"]

    owe_firing(AlertFactory.create(), "email", "pigeon")

    assert owed() == [("email", "suppressed"), ("pigeon", "suppressed"), ("webhook", "pending")]


def test_each_of_those_who_are_named_is_told_at_their_address(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    alert = AlertFactory.create(transition_seq=4)
    to = [Recipient("email", "ana@example.org"), Recipient("webhook")]

    written = owe_to(alert, kind=Kind.ESCALATION, step=2, to=to, at=NOON)

    assert rows() == [
        ("escalation", "email", "ana@example.org", "pending", ""),
        ("escalation", "webhook", "https://hooks.example.org/", "pending", ""),
    ]
    assert {(row.transition_seq, row.step) for row in written} == {(4, 2)}
    payload = Notification.objects.first().payload  # type: ignore[union-attr]  # there are two
    assert payload["recipients"][0] == {"channel": "email", "address": "ana@example.org"}


def test_a_step_is_owed_once_and_the_next_one_anew(email: FakeChannel) -> None:
    alert = AlertFactory.create(transition_seq=1)
    to = [Recipient("email", "ana@example.org")]

    ids = [
        [row.pk for row in owe_to(alert, kind=Kind.ESCALATION, step=step, to=to, at=NOON)]
        for step in (1, 1, 2)
    ]

    assert ids[0] == ids[1] != ids[2]
    assert owe_to(alert, kind=Kind.ESCALATION, step=3, to=[], at=NOON) == []


def test_a_step_waits_for_what_is_owed_before_it(email: FakeChannel) -> None:
    alert = AlertFactory.create(transition_seq=1)
    (firing,) = owe_firing(alert)
    to = [Recipient("email", "ops@example.org")]
    (step,) = owe_to(alert, kind=Kind.ESCALATION, step=1, to=to, at=NOON)

    assert deliver(step.pk, at=NOON) is None
    assert deliver(firing.pk, at=NOON) == Status.SENT
    assert deliver(step.pk, at=NOON) == Status.SENT


def test_a_channel_that_follows_hears_that_somebody_has_taken_it(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    webhook.follows = True
    alert = AlertFactory.create(transition_seq=1, acknowledged_by="ana", acknowledged_at=NOON)
    for row in owe_firing(alert, "email", "webhook"):
        deliver(row.pk, at=NOON)

    (told,) = owe_acknowledged(alert, at=NOON)

    assert (told.channel, told.kind, told.transition_seq) == ("webhook", "acknowledged", 1)
    assert deliver(told.pk, at=timezone.now()) == Status.SENT
    assert webhook.sent[-1].payload["state"] == "acknowledged"
    assert webhook.sent[-1].first_reference == "<ref>"


def test_a_second_acknowledgement_is_told_too(email: FakeChannel) -> None:
    email.follows = True
    alert = AlertFactory.create(transition_seq=1)
    owe_firing(alert)

    (first,), (second,) = owe_acknowledged(alert, at=NOON), owe_acknowledged(alert, at=NOON)

    assert (first.step, second.step) == (1, 2)


def test_who_was_not_told_hears_of_no_acknowledgement(email: FakeChannel) -> None:
    email.follows = True

    assert owe_acknowledged(AlertFactory.create(transition_seq=1), at=NOON) == []


def test_an_acknowledgement_takes_back_steps_that_nobody_has_begun_to_send(
    email: FakeChannel,
) -> None:
    alert = AlertFactory.create(transition_seq=1)
    owe_firing(alert)
    owe_to(alert, kind=Kind.ESCALATION, step=1, to=[Recipient("email", "ana")], at=NOON)

    owe_acknowledged(alert, at=NOON)

    assert [(row[0], row[3]) for row in rows()] == [
        ("firing", "pending"),
        ("escalation", "superseded"),
    ]


def test_who_was_woken_by_a_step_hears_the_end(email: FakeChannel) -> None:
    alert = AlertFactory.create(transition_seq=1)
    (step,) = owe_to(alert, kind=Kind.ESCALATION, step=1, to=[Recipient("email", "ana")], at=NOON)
    deliver(step.pk, at=NOON)

    alert.transition_seq = 2
    (end,) = owe(alert, kind=Kind.RESOLVED, channels=[], at=NOON)

    assert (end.recipient, deliver(end.pk, at=NOON)) == ("ana", Status.SENT)
