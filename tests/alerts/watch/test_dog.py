"""The watchdog over an outage of PostgreSQL: told once, remembered, written into the ledger afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.base import DeliveryError
from alerts.models import Alert, Notification
from alerts.models.alert import Source, State
from alerts.models.notification import Kind, Status
from alerts.watch.audit import Problem
from alerts.watch.dog import Watchdog, ping
from alerts.watch.spool import Spool
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.factories import NotificationFactory
from tests.alerts.watch.conftest import Database

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
SECONDS = timedelta(seconds=1)
LATE = NOON + 30 * SECONDS  # WATCHDOG_PATIENCE


class Audits:
    """An audit that finds what a test says."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.found: list[Problem] = []

    def look(self, *, at: datetime) -> list[Problem]:
        self.asked.append(at)
        return self.found


@pytest.fixture(autouse=True)
def audits(monkeypatch: pytest.MonkeyPatch) -> Audits:
    """What the audit finds, and when it was asked."""
    audits = Audits()
    monkeypatch.setattr("alerts.watch.dog.guard.look", audits.look)
    return audits


def go_away(dog: Watchdog, database: Database) -> None:
    database.reason = "connection refused"
    dog.look(at=NOON)
    dog.look(at=LATE)


def test_a_short_pause_wakes_nobody(
    dog: Watchdog, database: Database, channel: FakeChannel
) -> None:
    database.reason = "restarting"
    dog.look(at=NOON)
    dog.look(at=LATE - SECONDS)
    database.reason = ""
    dog.look(at=LATE + SECONDS)

    assert channel.sent == []
    assert not Alert.objects.exists()


def test_an_outage_is_told_once_and_so_is_its_end(
    dog: Watchdog, database: Database, channel: FakeChannel
) -> None:
    go_away(dog, database)
    for seconds in range(10, 60, 10):
        dog.look(at=LATE + seconds * SECONDS)
    database.reason = ""
    dog.look(at=LATE + 90 * SECONDS)
    dog.look(at=LATE + 100 * SECONDS)

    assert [message.kind for message in channel.sent] == [Kind.FIRING, Kind.RESOLVED]
    assert "connection refused" in channel.sent[0].content.description
    assert channel.sent[1].content.description == "It was away for 2 min."


def test_a_watchdog_that_was_restarted_tells_nobody_twice(
    dog: Watchdog, database: Database, channel: FakeChannel, spool: Spool
) -> None:
    go_away(dog, database)
    Watchdog(spool, ask=database.ask).look(at=LATE + timedelta(minutes=10))

    assert len(channel.sent) == 1


def test_a_channel_that_refuses_is_tried_again(
    dog: Watchdog, database: Database, channel: FakeChannel
) -> None:
    channel.plan.append(DeliveryError("450 later"))
    go_away(dog, database)
    dog.look(at=LATE + 5 * SECONDS)
    assert len(channel.sent) == 1

    dog.look(at=LATE + 10 * SECONDS)

    assert len(channel.sent) == 2
    assert len({message.dedup_key for message in channel.sent}) == 1


def test_who_was_not_told_of_the_outage_is_not_told_of_its_end(
    dog: Watchdog, database: Database, channel: FakeChannel
) -> None:
    channel.plan.append(DeliveryError("450 later"))
    go_away(dog, database)
    database.reason = ""
    dog.look(at=LATE + SECONDS)

    assert [message.kind for message in channel.sent] == [Kind.FIRING]


def test_a_broken_channel_does_not_end_the_watch(
    dog: Watchdog, database: Database, channel: FakeChannel
) -> None:
    channel.plan.append(RuntimeError("boom"))
    go_away(dog, database)

    dog.look(at=LATE + 10 * SECONDS)

    assert len(channel.sent) == 2


def test_the_ledger_has_it_once_the_database_is_back(
    dog: Watchdog, database: Database, channel: FakeChannel, spool: Spool
) -> None:
    channel.plan.append(DeliveryError("450 later"))
    go_away(dog, database)
    dog.look(at=LATE + 10 * SECONDS)
    database.reason = ""
    dog.look(at=LATE + 60 * SECONDS)

    alert = Alert.objects.get()
    assert (alert.source, alert.state, alert.started_at) == (Source.META, State.RESOLVED, NOON)
    rows = Notification.objects.order_by("transition_seq")
    assert [(row.kind, row.status, row.attempts) for row in rows] == [
        ("firing", Status.SENT, 2),
        ("resolved", Status.SENT, 1),
    ]
    assert [each.outcome for each in rows[0].tries.all()] == ["transient", "sent"]
    assert [event.kind for event in alert.events.all()] == ["fired", "resolved"]
    assert (spool.tries(), spool.load()) == ([], None)


def test_a_replay_that_is_repeated_writes_nothing_twice(
    dog: Watchdog, database: Database, channel: FakeChannel, spool: Spool
) -> None:
    go_away(dog, database)
    (entry,) = spool.tries()
    database.reason = ""
    dog.look(at=LATE + 60 * SECONDS)
    spool.add_try(entry)  # as if killed between the ledger's commit and the deletion of the file

    dog.look(at=LATE + 70 * SECONDS)

    assert Alert.objects.count() == 1
    assert Notification.objects.count() == 2


def test_the_audit_begins_once_everybody_had_time_to_come_back(
    dog: Watchdog, database: Database, channel: FakeChannel, audits: Audits
) -> None:
    for seconds in range(0, 400, 20):
        dog.look(at=NOON + seconds * SECONDS)
    assert audits.asked == [NOON + seconds * SECONDS for seconds in (180, 240, 300, 360)]

    database.reason = "restarting"
    dog.look(at=NOON + 400 * SECONDS)
    database.reason = ""
    for seconds in range(420, 620, 20):
        dog.look(at=NOON + seconds * SECONDS)

    assert audits.asked[4:] == [NOON + 600 * SECONDS]


@pytest.mark.django_db(transaction=True)
def test_what_no_worker_sends_is_sent(dog: Watchdog, channel: FakeChannel, audits: Audits) -> None:
    audits.found = [Problem("notifications", "1 notifications are overdue by more than a minute.")]
    row = NotificationFactory.create()
    dog.look(at=NOON)
    assert channel.sent == []

    dog.look(at=NOON + 180 * SECONDS)

    row.refresh_from_db()
    assert (len(channel.sent), row.status) == (1, Status.SENT)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_answers_gives_no_reason() -> None:
    assert ping() == ""
