"""Who probes what: several ticks at once, ticks that die, clocks that are set back; on real PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from pytest_django import Settings

from health.models import ProbeClaim, ServiceHealth, WatchedService
from health.services import claims
from health.services.claims import claim_due
from health.services.probing import probe_claimed, probe_due
from health.watching.due import slot_for
from health.watching.limits import LEASE
from tests.health.factories import NOON, ServiceStateFactory, WatchedServiceFactory
from tests.health.services.probes import FakeNetwork

pytestmark = pytest.mark.django_db
TICK = timedelta(seconds=5)
HALF_MINUTE = timedelta(seconds=30)
Found = TypeVar("Found")


def slot_now(name: str, at: datetime = NOON) -> datetime:
    return slot_for(name, HALF_MINUTE, at)


def in_threads(*calls: Callable[[], Found]) -> list[Found]:
    """Return what the calls return, each made by a thread with a connection of its own, all at once."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Found]) -> Found:
        try:
            barrier.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_service_that_was_never_probed_is_due_for_its_own_slot() -> None:
    WatchedServiceFactory.create(name="payment")

    assert claim_due(at=NOON) == {"payment": slot_now("payment")}


def test_what_is_taken_or_done_is_not_due_again_before_its_next_slot(
    network: FakeNetwork,
) -> None:
    WatchedServiceFactory.create(name="payment")
    next_slot = slot_now("payment") + HALF_MINUTE

    (row,) = probe_due(at=NOON)

    assert row.checked_at == slot_now("payment")
    assert probe_due(at=NOON) == []
    assert probe_due(at=next_slot - timedelta.resolution) == []
    (row,) = probe_due(at=next_slot)
    assert row.checked_at == next_slot


def test_each_service_has_an_interval_of_its_own(network: FakeNetwork, settings: Settings) -> None:
    settings.HEALTH_CHECK_INTERVAL = timedelta(seconds=60)
    WatchedServiceFactory.create(name="quick", interval_seconds=10)
    WatchedServiceFactory.create(name="usual")
    WatchedServiceFactory.create(name="slow", interval_seconds=600)

    for tick in range(120):
        probe_due(at=NOON + tick * TICK)

    # Ten minutes; one slot more where the first was under way already.
    counts = Counter(network.asked)
    assert counts["quick"] in {60, 61}
    assert counts["usual"] in {10, 11}
    assert counts["slow"] in {1, 2}
    holds = dict(ServiceHealth.objects.values_list("service_name", "holds_seconds"))
    assert holds == {"quick": 10, "usual": 60, "slow": 600}


def test_a_disabled_service_is_not_due() -> None:
    WatchedServiceFactory.create(enabled=False)

    assert claim_due(at=NOON) == {}


@pytest.mark.django_db(transaction=True)
def test_a_tick_that_comes_while_another_probes_probes_nothing(network: FakeNetwork) -> None:
    for n in range(5):
        WatchedServiceFactory.create(name=f"s{n}")
    second: list[list[ServiceHealth]] = []
    network.meanwhile = lambda: second.extend(in_threads(lambda: probe_due(at=NOON + TICK)))

    rows = probe_due(at=NOON)

    assert len(rows) == 5
    due_later = {f"s{n}" for n in range(5) if slot_now(f"s{n}", NOON + TICK) > slot_now(f"s{n}")}
    assert second == [[]], "also those whose next slot has come wait until the first is done"
    assert Counter(network.asked) == Counter(f"s{n}" for n in range(5))
    assert set(claim_due(at=NOON + TICK)) == due_later


@pytest.mark.django_db(transaction=True)
def test_of_many_ticks_at_the_same_instant_each_service_is_probed_by_one(
    network: FakeNetwork,
) -> None:
    names = [f"s{n}" for n in range(60)]
    for name in names:
        WatchedServiceFactory.create(name=name)

    for round_ in range(3):
        in_threads(*[lambda at=NOON + round_ * HALF_MINUTE: probe_due(at=at)] * 6)

    assert Counter(network.asked) == dict.fromkeys(names, 3)
    assert ServiceHealth.objects.count() == 180
    assert not ProbeClaim.objects.exclude(until=None).exists()


def test_what_a_dead_worker_took_is_made_up_for_after_the_lease(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")

    def die() -> None:
        raise SystemExit  # as a killed process: nothing of ours runs any more

    network.meanwhile = die
    with pytest.raises(SystemExit):
        probe_due(at=NOON)

    assert probe_due(at=NOON + LEASE - timedelta.resolution) == []
    (row,) = probe_due(at=NOON + LEASE)
    assert row.checked_at == slot_now("payment", NOON + LEASE)


def test_a_round_that_fails_gives_back_what_it_took(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")

    def fail() -> None:
        raise RuntimeError("no more files")

    network.meanwhile = fail
    with pytest.raises(RuntimeError):
        probe_due(at=NOON)

    (row,) = probe_due(at=NOON)
    assert row.checked_at == slot_now("payment")


def test_a_clock_that_was_set_back_stops_nothing(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")
    probe_due(at=NOON + timedelta(hours=1))

    (row,) = probe_due(at=NOON)

    assert row.checked_at == slot_now("payment")


def test_a_probe_by_hand_does_not_put_off_the_next_one(network: FakeNetwork) -> None:
    service = WatchedServiceFactory.create(name="payment")
    ServiceStateFactory.create(service=service, checked_at=NOON)

    next_slot = slot_now("payment") + HALF_MINUTE
    assert claim_due(at=NOON) == {}
    assert claim_due(at=next_slot) == {"payment": next_slot}


def test_a_batch_is_taken_over_once_and_only_as_it_was_claimed(network: FakeNetwork) -> None:
    for name in ("auth", "payment"):
        WatchedServiceFactory.create(name=name)
    claim_due(at=NOON)
    later = NOON + TICK

    assert claims.take_over(["auth", "gone"], claimed_at=NOON, at=later) == {
        "auth": slot_now("auth")
    }
    assert claims.take_over(["auth"], claimed_at=NOON, at=later + TICK) == {}
    assert claims.take_over(["payment"], claimed_at=later, at=later) == {}
    assert ProbeClaim.objects.get(pk="auth").until == later + LEASE
    assert ProbeClaim.objects.get(pk="payment").until == NOON + LEASE


def test_what_is_given_back_is_due_at_once_and_what_is_done_stays_done(
    network: FakeNetwork,
) -> None:
    for name in ("auth", "payment"):
        WatchedServiceFactory.create(name=name)
    slots = claim_due(at=NOON)
    probe_claimed({"auth": slots["auth"]}, at=NOON)

    claims.release(["auth", "payment"], at=NOON)

    assert claim_due(at=NOON) == {"payment": slot_now("payment")}


@pytest.mark.django_db(transaction=True)
def test_a_service_that_is_deleted_while_it_is_probed_harms_no_other(
    network: FakeNetwork,
) -> None:
    for name in ("auth", "payment"):
        WatchedServiceFactory.create(name=name)
    network.meanwhile = lambda: in_threads(WatchedService.objects.filter(pk="auth").delete)

    rows = probe_due(at=NOON)

    assert [row.service_name for row in rows] == ["payment"]
    assert list(ServiceHealth.objects.values_list("service_name", flat=True)) == ["payment"]
