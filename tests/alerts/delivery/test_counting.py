"""What is counted of messages: each once, by its channel and what became of it."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import transaction

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver, held, review_held, settle
from alerts.messages import Message
from alerts.models import Alert, Notification
from alerts.models.notification import Status
from alerts.outbox import rows
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire, make_due, owe_firing, resolve
from tests.alerts.factories import NOON, AlertFactory

Counted = list[tuple[str, dict[str, str]]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What is counted, in its order."""
    seen: Counted = []

    def count(metric: str, labels: Mapping[str, str]) -> None:
        seen.append((metric, dict(labels)))

    for module in (settle, held, rows):
        monkeypatch.setattr(module, "count", count)
    return seen


def once(outcome: str) -> tuple[str, dict[str, str]]:
    return "notifications_total", {"channel": "email", "outcome": outcome}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Receipt("", "250"), "sent"),
        (DeliveryError("450"), "transient"),
        (DeliveryError("no answer", in_doubt=True), "unknown"),
        (DeliveryError("550", permanent=True), "permanent"),
    ],
    ids=["sent", "transient", "unknown", "permanent"],
)
def test_a_try_is_counted_by_its_outcome(
    email: FakeChannel, counted: Counted, answer: Receipt | DeliveryError, outcome: str
) -> None:
    email.plan.append(answer)

    deliver(fire().pk, at=NOON)

    assert counted == [once(outcome)]


@pytest.mark.django_db
def test_a_message_that_is_given_up_is_counted_as_dead(
    email: FakeChannel, counted: Counted
) -> None:
    row = fire()
    Notification.objects.update(first_tried_at=NOON - timedelta(days=2))
    email.plan.append(DeliveryError("450"))

    assert deliver(row.pk, at=NOON) == Status.DEAD

    assert counted == [once("dead")]


@pytest.mark.django_db
def test_a_result_that_came_too_late_is_counted_as_fenced(
    email: FakeChannel, counted: Counted
) -> None:
    row = fire()

    def overtaken(_: Message) -> Receipt:
        make_due()
        deliver(row.pk, at=NOON)
        return Receipt("", "late")

    email.plan.append(overtaken)
    deliver(row.pk, at=NOON)

    assert counted == [once("sent"), once("fenced")]


@pytest.mark.django_db
def test_what_is_over_while_it_is_hidden_is_counted_as_suppressed(
    email: FakeChannel, counted: Counted
) -> None:
    row = fire()
    Notification.objects.filter(pk=row.pk).update(
        status=Status.HELD, held_at=NOON, held_by="silence", held_for="1", reason="deploy"
    )
    Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)

    review_held(9, at=NOON)

    assert counted == [once("suppressed")]


@pytest.mark.django_db(transaction=True)
def test_what_is_final_without_being_sent_is_counted_too(
    email: FakeChannel, counted: Counted
) -> None:
    alert = fire().alert
    with transaction.atomic():
        resolve(alert)
        assert counted == []

    assert counted == [once("superseded"), once("superseded")]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_sent_is_counted_once_committed(
    email: FakeChannel, counted: Counted
) -> None:
    email.lacks = ["EMAIL_HOST"]

    with transaction.atomic():
        owe_firing(AlertFactory.create())
        assert counted == []

    assert counted == [once("suppressed")]
