"""What is hidden waits, with its reason, and is told once nothing hides it; nothing is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.base import DeliveryError
from alerts.delivery import deliver, due_ids, review_held
from alerts.delivery.claim import take
from alerts.delivery.held import OVER_WHILE_HIDDEN
from alerts.delivery.holding import settle_held
from alerts.delivery.stages import reasons_to_hold
from alerts.models import Alert, Event, Notification, Silence
from alerts.models.notification import Kind, Status
from alerts.outbox import Recipient, owe_to
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire, make_due, resolve, state
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db

AFTER = datetime(2025, 1, 12, 14, 0, tzinfo=UTC)


@pytest.fixture
def silence() -> Silence:
    """Hides everything about the service until two o'clock."""
    return Silence.objects.create(
        matchers=[{"label": "service_name", "op": "=", "value": "payment-service"}],
        owner="ana",
        reason="deploy",
        starts_at=NOON - timedelta(hours=1),
        ends_at=AFTER,
    )


def events() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_hidden_message_is_held_with_what_hides_it(email: FakeChannel, silence: Silence) -> None:
    row = fire()

    assert deliver(row.pk, at=NOON) == Status.HELD

    row.refresh_from_db()
    assert (row.status, row.held_by, row.held_for) == ("held", "silence", str(silence.pk))
    assert "deploy" in row.reason
    assert row.held_at is not None
    assert (row.attempts, row.first_tried_at, row.lease_token) == (0, None, None)
    assert (email.sent, due_ids(limit=10), row.tries.count()) == ([], [], 0)


def test_the_timeline_says_once_that_an_alert_is_hidden(
    email: FakeChannel, silence: Silence
) -> None:
    email.addresses = ["ana@example.org", "bo@example.org"]
    fire()

    for row in Notification.objects.all():
        deliver(row.pk, at=NOON)

    (event,) = Event.objects.all()
    assert (event.kind, event.at) == ("hidden", NOON)
    assert (event.detail["by"], event.detail["id"]) == ("silence", str(silence.pk))


def test_it_is_sent_once_nothing_hides_it(email: FakeChannel, silence: Silence) -> None:
    row = fire()
    deliver(row.pk, at=NOON)

    assert review_held(10, at=AFTER - timedelta(seconds=1)) == []
    assert review_held(10, at=AFTER) == [row.pk]
    row.refresh_from_db()
    assert (row.status, row.reason) == ("pending", "")
    assert deliver(row.pk, at=AFTER) == Status.SENT

    row.refresh_from_db()
    assert (row.held_by, row.reason, events()) == ("silence", "", ["hidden", "released"])
    released = Event.objects.get(kind="released")
    assert released.detail == {"by": "silence", "id": str(silence.pk), "messages": 1}


def test_its_time_budget_begins_when_it_is_released(email: FakeChannel, silence: Silence) -> None:
    row = fire()
    email.plan.append(DeliveryError("450 busy"))
    deliver(row.pk, at=NOON)
    Notification.objects.update(created_at=NOON - timedelta(days=9))
    review_held(10, at=AFTER)

    assert deliver(row.pk, at=AFTER) == Status.PENDING


def test_it_is_settled_with_its_reason_if_the_alert_is_over_by_then(
    email: FakeChannel, silence: Silence
) -> None:
    row = fire()
    deliver(row.pk, at=NOON)
    (resolution,) = [*resolve(row.alert), *Notification.objects.filter(kind=Kind.RESOLVED)]

    assert review_held(10, at=NOON) == []

    row.refresh_from_db()
    assert row.status == "suppressed"
    assert row.reason.startswith(f"{OVER_WHILE_HIDDEN}: ")
    assert (row.held_by, row.settled_at is not None) == ("silence", True)
    assert (resolution.status, email.sent) == ("superseded", [])


def test_the_end_of_what_was_told_is_never_hidden(email: FakeChannel, silence: Silence) -> None:
    row = fire()
    Silence.objects.update(starts_at=AFTER - timedelta(minutes=1))
    deliver(row.pk, at=NOON)
    (resolution,) = resolve(row.alert)

    assert deliver(resolution.pk, at=AFTER - timedelta(seconds=1)) == Status.SENT


@pytest.mark.parametrize("kind", [Kind.ESCALATION, Kind.REMINDER])
def test_steps_and_reminders_are_hidden_too(
    email: FakeChannel, silence: Silence, kind: Kind
) -> None:
    row = fire()
    (step,) = owe_to(row.alert, kind=kind, step=1, to=[Recipient("email", "ana")], at=NOON)

    assert deliver(step.pk, at=NOON) == Status.HELD


def test_a_step_that_was_hidden_is_not_sent_once_somebody_has_taken_the_alert(
    email: FakeChannel, silence: Silence
) -> None:
    row = fire()
    to = [Recipient("email", "ana")]
    (step,) = owe_to(row.alert, kind=Kind.ESCALATION, step=1, to=to, at=NOON)
    deliver(step.pk, at=NOON)
    Alert.objects.update(acknowledged=True)
    review_held(10, at=AFTER)

    assert deliver(step.pk, at=AFTER) == Status.SUPERSEDED


def test_what_hides_it_by_now_is_what_the_row_says(email: FakeChannel, silence: Silence) -> None:
    row = fire()
    deliver(row.pk, at=NOON)
    again = Silence.objects.create(
        matchers=silence.matchers,
        owner="bo",
        reason="more work",
        starts_at=NOON,
        ends_at=AFTER + timedelta(hours=1),
    )

    assert review_held(10, at=AFTER) == []

    row.refresh_from_db()
    assert (row.status, row.held_for) == ("held", str(again.pk))
    assert "more work" in row.reason


def test_a_review_begins_with_those_unseen_for_longest(
    email: FakeChannel, silence: Silence
) -> None:
    rows = [fire() for _ in range(3)]
    for row in rows:
        deliver(row.pk, at=NOON)

    review_held(1, at=NOON)
    seen = [review_held(1, at=AFTER) for _ in range(3)]

    assert seen == [[rows[1].pk], [rows[2].pk], [rows[0].pk]]


def test_of_one_bundle_only_what_is_hidden_stays_behind(
    email: FakeChannel, silence: Silence
) -> None:
    email.bundles = True
    hidden, open_one = fire(), fire(service="order-service")
    Notification.objects.update(group_key="a" * 64)
    make_due()

    assert deliver(hidden.pk, at=NOON) == Status.SENT

    assert (state(hidden)[0], state(open_one)[0]) == ("held", "sent")
    assert email.sent[0].notification_id == open_one.pk


def test_what_was_hidden_belongs_to_no_message_that_may_have_arrived_without_it(
    email: FakeChannel, silence: Silence
) -> None:
    email.bundles = True
    open_one, hidden = fire(service="order-service"), fire()
    Notification.objects.update(group_key="a" * 64)
    email.plan.append(DeliveryError("no answer", in_doubt=True))
    make_due()
    deliver(open_one.pk, at=NOON)

    assert review_held(10, at=AFTER) == [hidden.pk]
    make_due()
    assert deliver(open_one.pk, at=AFTER) == Status.SENT
    assert deliver(hidden.pk, at=AFTER) == Status.SENT

    assert [message.members for message in email.sent] == [(), (), ()]


def test_a_new_first_message_speaks_for_those_of_its_own_bundle_alone(
    email: FakeChannel, silence: Silence
) -> None:
    email.bundles = True
    rows = [fire(), *(fire(service="order-service") for _ in range(4))]
    hidden, leads, _, lost, stranger = rows
    Notification.objects.exclude(pk=stranger.pk).update(group_key="a" * 64)
    make_due()
    claim = take(hidden.pk)
    assert claim is not None
    Notification.objects.filter(pk=lost.pk).update(lease_token="1" * 32)

    settle_held(claim, reasons_to_hold(claim.rows, at=NOON), at=NOON)

    carried = dict(Notification.objects.values_list("pk", "carried_by"))
    assert [carried[row.pk] for row in rows] == [None, None, leads.pk, hidden.pk, None]


@pytest.mark.parametrize("over", [False, True])
def test_a_review_leaves_alone_what_was_sent_before(
    email: FakeChannel, silence: Silence, *, over: bool
) -> None:
    email.addresses = ["ana@example.org", "bo@example.org"]
    first = fire()
    second = Notification.objects.get(recipient="bo@example.org")
    Silence.objects.update(starts_at=NOON + timedelta(minutes=1))
    deliver(first.pk, at=NOON)
    deliver(second.pk, at=NOON + timedelta(minutes=2))
    if over:
        Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)

    assert review_held(10, at=AFTER) == ([] if over else [second.pk])

    assert [state(row)[0] for row in (first, second)] == [
        "sent",
        "suppressed" if over else "pending",
    ]
