"""When a day is sealed, and what the seal says."""

import logging
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from alerts import ledger
from alerts.ledger.chain import GENESIS, link
from alerts.models import LedgerDay, NotificationAttempt
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory
from tests.alerts.ledger.conftest import AFTERWARDS, DAY, settled

NEXT = DAY + timedelta(days=1)


@pytest.mark.django_db
def test_days_that_are_over_are_sealed_in_their_order() -> None:
    settled()

    assert ledger.seal_due(at=AFTERWARDS) == [DAY, NEXT]
    assert ledger.seal_due(at=AFTERWARDS) == []

    first, second = LedgerDay.objects.order_by("day")
    assert (first.notifications, first.attempts, first.sealed_at) == (1, 1, AFTERWARDS)
    assert (second.notifications, second.attempts) == (0, 0)
    assert first.chain == link(GENESIS, DAY, 1, 1, first.digest)
    assert second.chain == link(first.chain, NEXT, 0, 0, second.digest)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "sealed"),
    [
        (datetime(2025, 1, 13, 0, 14, 59, 999_999, tzinfo=UTC), []),
        (datetime(2025, 1, 13, 0, 15, tzinfo=UTC), [DAY]),
        (datetime(2025, 1, 13, 23, 59, tzinfo=UTC), [DAY]),
    ],
)
def test_a_day_is_over_once_no_transaction_of_it_can_be_under_way(
    at: datetime, sealed: list[date]
) -> None:
    settled()

    assert ledger.seal_due(at=at) == sealed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("instant", "count"),
    [
        (datetime(2025, 1, 11, 23, 59, 59, 999_999, tzinfo=UTC), 0),
        (datetime(2025, 1, 12, tzinfo=UTC), 1),
        (datetime(2025, 1, 12, 23, 59, 59, 999_999, tzinfo=UTC), 1),
        (datetime(2025, 1, 13, tzinfo=UTC), 0),
    ],
)
def test_a_day_has_the_rows_of_its_utc_hours(instant: datetime, count: int) -> None:
    settled(instant)

    seal = ledger.seal_day(DAY, at=AFTERWARDS)

    assert (seal.notifications, seal.attempts) == (count, count)


@pytest.mark.django_db
def test_a_day_that_is_not_over_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="not over"):
        ledger.seal_day(AFTERWARDS.date(), at=AFTERWARDS)


@pytest.mark.django_db
def test_no_day_is_left_out_of_the_chain() -> None:
    ledger.seal_day(DAY, at=AFTERWARDS)

    with pytest.raises(ValueError, match="does not follow"):
        ledger.seal_day(DAY + timedelta(days=2), at=AFTERWARDS + timedelta(days=9))


@pytest.mark.django_db
def test_a_seal_is_never_made_anew() -> None:
    seal = ledger.seal_day(DAY, at=AFTERWARDS)
    settled()

    again = ledger.seal_day(DAY, at=AFTERWARDS)

    assert (again.chain, again.notifications) == (seal.chain, 0)


@pytest.mark.django_db(transaction=True)
def test_the_chain_is_written_into_the_log_as_well(caplog: pytest.LogCaptureFixture) -> None:
    settled()

    with caplog.at_level(logging.INFO, "alerts.ledger.seal"):
        seal = ledger.seal_day(DAY, at=AFTERWARDS)
        ledger.seal_day(DAY, at=AFTERWARDS)

    (line,) = [vars(each) for each in caplog.records if each.message == "ledger sealed"]
    assert (line["day"], line["chain"]) == ("2025-01-12", seal.chain)
    assert line["notifications"] == 1


@pytest.mark.django_db
def test_an_empty_ledger_has_nothing_to_seal() -> None:
    assert ledger.seal_due(at=AFTERWARDS) == []


@pytest.mark.django_db
def test_what_is_still_owed_and_the_canary_are_no_part_of_it() -> None:
    NotificationFactory.create()
    settled(alert=AlertFactory.create(source="canary"))
    row = settled()

    seal = ledger.seal_day(DAY, at=AFTERWARDS)

    assert (seal.notifications, seal.attempts) == (1, 1)
    assert NotificationAttempt.objects.exclude(notification=row).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_make_one_seal() -> None:
    settled(NOON)
    gate = threading.Barrier(4)
    chains: list[str] = []

    def work() -> None:
        gate.wait()
        try:
            chains.append(ledger.seal_day(DAY, at=AFTERWARDS).chain)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(chains) == 4
    assert len(set(chains)) == LedgerDay.objects.count() == 1
