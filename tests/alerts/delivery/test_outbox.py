"""What is owed, to whom, and what leaves a row although nothing is sent."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from alerts.models import Notification
from alerts.models.notification import Kind
from alerts.outbox import dedup_key, owe, owe_all, owe_instead
from alerts.outbox import rows as rows_of_outbox
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import owe_firing, owe_resolution, rows
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory

pytestmark = pytest.mark.django_db


def test_each_recipient_of_each_channel_is_owed_a_message(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    email.addresses = ["ana@example.org", "bo@example.org"]

    owed = owe_firing(AlertFactory.create(), "email", "webhook")

    assert rows() == [
        ("firing", "email", "ana@example.org", "pending", ""),
        ("firing", "email", "bo@example.org", "pending", ""),
        ("firing", "webhook", "https://hooks.example.org/", "pending", ""),
    ]
    assert [row.pk for row in owed] == list(
        Notification.objects.order_by("pk").values_list("pk", flat=True)
    )


def test_a_repeat_for_the_same_transition_writes_nothing_and_returns_the_same(
    email: FakeChannel,
) -> None:
    alert = AlertFactory.create()

    first, again = owe_firing(alert), owe_firing(alert)

    assert [row.pk for row in first] == [row.pk for row in again]
    assert Notification.objects.count() == 1


def test_a_channel_or_an_address_that_is_named_twice_is_told_once(email: FakeChannel) -> None:
    email.addresses = ["ana@example.org", "ana@example.org"]

    owe_firing(AlertFactory.create(), "email", "email")

    assert Notification.objects.count() == 1


def test_a_channel_that_is_not_configured_leaves_a_row_that_names_the_setting(
    email: FakeChannel,
) -> None:
    email.lacks = ["SMTP_HOST"]

    owed = owe_firing(AlertFactory.create())

    assert owed == []
    assert rows() == [("firing", "email", "", "suppressed", "not configured: SMTP_HOST not set")]


def test_a_channel_that_does_not_exist_leaves_a_row_too(email: FakeChannel) -> None:
    owe_firing(AlertFactory.create(), "pigeon", "email")

    assert [row[1:4:2] for row in rows()] == [("pigeon", "suppressed"), ("email", "pending")]
    assert rows()[0][4] == "there is no channel 'pigeon'"


def test_the_message_is_due_at_once_by_the_clock_of_the_database(email: FakeChannel) -> None:
    (owed,) = owe_firing(AlertFactory.create())

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT due_at = created_at AND due_at <= statement_timestamp() FROM notifications"
        )
        assert cursor.fetchone() == (True,)
    assert owed.first_tried_at is None


def test_what_to_say_is_frozen_at_the_transition(email: FakeChannel) -> None:
    alert = AlertFactory.create(title="CPU", value=95.0)
    (owed,) = owe_firing(alert)

    alert.title, alert.value = "changed", 1.0
    alert.save()

    owed.refresh_from_db()
    assert (owed.payload["title"], owed.payload["value"]) == ("CPU", 95.0)
    assert owed.severity == "warning"


def test_rows_vanish_with_the_transaction_that_wrote_them(email: FakeChannel) -> None:
    alert = AlertFactory.create()

    with transaction.atomic():
        owe_firing(alert)
        transaction.set_rollback(True)

    assert rows() == []


def test_many_alerts_cost_no_more_statements_than_one(
    email: FakeChannel, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    alerts = [AlertFactory.create(transition_seq=1) for _ in range(30)]
    owing = [(alert, ["email"]) for alert in alerts]

    with django_assert_max_num_queries(2):
        owed = owe_all(owing, kind=Kind.FIRING, at=NOON)
    with CaptureQueriesContext(connection) as few:
        owe_all(owing[:1], kind=Kind.RESOLVED, at=NOON)
    with django_assert_max_num_queries(len(few)):
        owe_all(owing[1:], kind=Kind.RESOLVED, at=NOON)

    assert len(owed) == 30


def test_nothing_owed_is_nothing_written(email: FakeChannel) -> None:
    assert owe_all([], kind=Kind.FIRING, at=NOON) == []
    assert owe(AlertFactory.create(), kind=Kind.FIRING, channels=[], at=NOON) == []


def test_the_same_message_on_another_channel_says_which_one_refused_it(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    refused = NotificationFactory.create(
        channel="email", transition_seq=3, payload={"title": "CPU", "channels": ["email"]}
    )

    (owed,) = owe_instead(refused, "webhook")

    assert (owed.channel, owed.recipient) == ("webhook", "https://hooks.example.org/")
    assert (owed.alert_id, owed.transition_seq, owed.kind) == (refused.alert_id, 3, "firing")
    assert owed.payload == {"title": "CPU", "channels": ["email"], "instead_of": "email"}


@pytest.mark.parametrize("field", range(6))
def test_the_key_differs_where_anything_that_is_owed_differs(field: int) -> None:
    alert, other = AlertFactory.build(), AlertFactory.build()
    parts: list[Any] = [alert.pk, 1, "firing", 0, "email", "ana@example.org"]
    changed = [*parts]
    changed[field] = [other.pk, 2, "resolved", 1, "webhook", "bo@example.org"][field]

    assert dedup_key(*parts) != dedup_key(*changed)
    assert dedup_key(*parts) == dedup_key(*parts)
    assert len(dedup_key(*parts)) == 64


def test_what_is_not_sent_is_counted_once_it_is_committed(
    email: FakeChannel,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    counted: list[tuple[str, str]] = []

    def note(metric: str, labels: dict[str, str]) -> None:
        counted.append((labels["channel"], labels["outcome"]))

    monkeypatch.setattr(rows_of_outbox, "count", note)
    alert = AlertFactory.create()

    with django_capture_on_commit_callbacks(execute=True):
        owe_firing(alert, "email", "pigeon")
        owe_resolution(alert, "email")
        assert counted == []

    assert counted == [
        ("pigeon", "suppressed"),
        ("email", "superseded"),
        ("email", "superseded"),
    ]
