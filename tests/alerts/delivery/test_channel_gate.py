"""When a channel may send: a pause that was asked for, a budget, and one digest of what waits for it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver, due_ids, ids_to_ring
from alerts.delivery.channel_gate import take_token
from alerts.messages import Message
from alerts.models import ChannelState, Notification
from alerts.models.notification import Status
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire, make_due
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db

BUSY = DeliveryError("429 slow down", retry_after_seconds=45)


def let_pass(seconds: float) -> None:
    """Let time pass for the channels, by the clock of the database."""
    for state in ChannelState.objects.all():
        for name in ("paused_until", "next_token_at", "refilled_at"):
            instant = getattr(state, name)
            setattr(state, name, instant and instant - timedelta(seconds=seconds))
        state.save()


def deliver_all(rows: Sequence[Notification]) -> list[Status | None]:
    return [deliver(row.pk, at=NOON) for row in rows]


def test_no_message_goes_to_a_channel_before_the_time_that_it_named(email: FakeChannel) -> None:
    first, *others = [fire() for _ in range(3)]
    email.plan.append(BUSY)

    deliver(first.pk, at=NOON)

    assert deliver_all(others) == [None, None]
    Notification.objects.update(due_at=Now() - timedelta(hours=1))
    assert (due_ids(limit=9), ids_to_ring(limit=9), len(email.sent)) == ([], [], 1)
    let_pass(44)
    assert deliver_all(others) == [None, None]
    let_pass(2)
    assert deliver_all(others) == [Status.SENT, Status.SENT]


def test_other_channels_go_on(email: FakeChannel, webhook: FakeChannel) -> None:
    row = fire("email", "webhook")
    email.plan.append(BUSY)
    deliver(row.pk, at=NOON)

    (other,) = Notification.objects.filter(channel="webhook")

    assert due_ids(limit=9) == [other.pk]
    assert deliver(other.pk, at=NOON) == Status.SENT


def test_the_pause_says_why(email: FakeChannel) -> None:
    email.plan.append(BUSY)

    deliver(fire().pk, at=NOON)

    state = ChannelState.objects.annotate(now=Now()).get()
    assert (state.channel, state.pause_reason) == ("email", "429 slow down")
    assert state.paused_until is not None
    assert timedelta(seconds=44) < state.paused_until - state.now <= timedelta(seconds=45)


@pytest.mark.parametrize(("asked", "seconds"), [(0.001, 1), (86_400, 600)])
def test_a_pause_is_neither_a_blink_nor_a_day(
    email: FakeChannel, asked: float, seconds: int
) -> None:
    email.plan.append(DeliveryError("429", retry_after_seconds=asked))

    deliver(fire().pk, at=NOON)

    state = ChannelState.objects.annotate(now=Now()).get()
    assert state.paused_until is not None
    assert state.paused_until - state.now == pytest.approx(
        timedelta(seconds=seconds), abs=timedelta(seconds=0.9)
    )


def test_a_shorter_pause_does_not_end_a_longer_one(email: FakeChannel) -> None:
    first, second = fire(), fire()
    email.plan += [BUSY, DeliveryError("429", retry_after_seconds=1)]
    deliver(first.pk, at=NOON)
    until = ChannelState.objects.get().paused_until
    assert until is not None
    ChannelState.objects.update(paused_until=None)
    Notification.objects.filter(pk=second.pk).update(due_at=Now())

    def pause_meanwhile(_: Message) -> Receipt:
        ChannelState.objects.update(paused_until=until)
        raise DeliveryError("429", retry_after_seconds=1)

    email.plan.appendleft(pause_meanwhile)
    deliver(second.pk, at=NOON)

    assert ChannelState.objects.get().paused_until == until


@pytest.mark.parametrize(
    "failure",
    [DeliveryError("450"), DeliveryError("410", permanent=True, retry_after_seconds=9)],
    ids=str,
)
def test_other_failures_pause_nothing(email: FakeChannel, failure: DeliveryError) -> None:
    email.plan.append(failure)

    deliver(fire().pk, at=NOON)

    assert not ChannelState.objects.exclude(paused_until=None).exists()


def test_a_channel_without_a_budget_keeps_no_count(email: FakeChannel) -> None:
    deliver(fire().pk, at=NOON)

    assert not ChannelState.objects.exists()


def test_a_budget_that_is_used_up_lets_messages_wait_and_counts_no_try(
    email: FakeChannel, settings: Settings
) -> None:
    settings.CHANNEL_BUDGETS = {"email": 2}
    rows = [fire() for _ in range(3)]

    assert deliver_all(rows) == [Status.SENT, Status.SENT, None]

    rows[2].refresh_from_db()
    assert (rows[2].status, rows[2].attempts, rows[2].first_tried_at) == ("pending", 0, None)
    assert due_ids(limit=9) == []
    let_pass(29)
    assert due_ids(limit=9) == []
    let_pass(2)
    assert due_ids(limit=9) == [rows[2].pk]
    assert deliver(rows[2].pk, at=NOON) == Status.SENT
    assert due_ids(limit=9) == []


def test_of_a_minute_no_more_is_sent_than_the_budget_allows(
    email: FakeChannel, settings: Settings
) -> None:
    settings.CHANNEL_BUDGETS = {"email": 3}
    rows = [fire() for _ in range(10)]

    for _ in range(4):
        deliver_all(rows)
        let_pass(19)

    assert len(email.sent) == 3 + 2  # a token each 20 s, and 57 s have passed


def test_what_waits_for_a_used_up_budget_goes_as_one_digest_that_names_it_all(
    email: FakeChannel, settings: Settings
) -> None:
    settings.CHANNEL_BUDGETS = {"email": 2}
    email.bundles = True
    rows = [fire() for _ in range(7)]

    deliver(rows[0].pk, at=NOON)

    (message,) = email.sent
    named = {each["alert_id"] for each in (message.payload, *message.members)}
    assert named == {str(row.alert_id) for row in rows}
    assert set(Notification.objects.values_list("status", flat=True)) == {"sent"}


def test_no_more_than_may_be_sent_is_no_digest(email: FakeChannel, settings: Settings) -> None:
    settings.CHANNEL_BUDGETS = {"email": 3}
    email.bundles = True
    rows = [fire() for _ in range(3)]

    assert deliver_all(rows) == [Status.SENT] * 3
    assert [len(message.members) for message in email.sent] == [0, 0, 0]


def test_what_is_not_due_yet_is_in_no_digest(email: FakeChannel, settings: Settings) -> None:
    settings.CHANNEL_BUDGETS = {"email": 1}
    email.bundles = True
    first, later, due = (fire() for _ in range(3))
    make_due()
    Notification.objects.filter(pk=later.pk).update(due_at=Now() + timedelta(minutes=5))

    deliver(first.pk, at=NOON)

    statuses = [Notification.objects.get(pk=row.pk).status for row in (first, later, due)]
    assert statuses == ["sent", "pending", "sent"]


def test_a_channel_for_machines_gets_no_digest(email: FakeChannel, settings: Settings) -> None:
    settings.CHANNEL_BUDGETS = {"email": 1}
    rows = [fire() for _ in range(2)]

    assert deliver_all(rows) == [Status.SENT, None]


def test_a_channel_that_is_paused_first_begins_with_a_full_budget(
    email: FakeChannel, settings: Settings
) -> None:
    settings.CHANNEL_BUDGETS = {"email": 30}
    email.plan.append(BUSY)

    deliver(fire().pk, at=NOON)

    assert ChannelState.objects.get().tokens == pytest.approx(29, abs=0.5)


def test_a_pause_stops_its_own_channel_alone(email: FakeChannel, webhook: FakeChannel) -> None:
    ChannelState.objects.create(channel="webhook")
    email.plan.append(DeliveryError("x" * 600, retry_after_seconds=45))

    deliver(fire("email").pk, at=NOON)

    assert deliver(fire("webhook").pk, at=NOON) == Status.SENT
    assert len(ChannelState.objects.get(channel="email").pause_reason) == 500


def test_each_channel_has_its_own_budget_and_no_more_than_that(settings: Settings) -> None:
    settings.CHANNEL_BUDGETS = {"email": 1, "webhook": 5}

    assert [take_token(name) for name in ("webhook", "email", "email")] == [4, 0, None]

    left = dict(ChannelState.objects.values_list("channel", "tokens"))
    assert left == pytest.approx({"email": 0, "webhook": 4}, abs=0.5)
    assert left["email"] >= 0


def test_what_is_not_due_yet_makes_no_digest_of_the_others(
    email: FakeChannel, settings: Settings
) -> None:
    settings.CHANNEL_BUDGETS = {"email": 3}
    email.bundles = True
    first, due, *later = (fire() for _ in range(6))
    Notification.objects.filter(pk__in=[row.pk for row in later]).update(
        due_at=Now() + timedelta(minutes=5)
    )

    assert deliver_all([first, due]) == [Status.SENT] * 2
