"""The Celery edge of probing."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from health.models import ProbeClaim, ServiceHealth
from health.tasks.probing import probe_batch, probe_services
from health.tasks.retention import forget_probes
from tests.health.answering import healthy, serving
from tests.health.factories import ServiceHealthFactory, WatchedServiceFactory
from tests.health.services.probes import FakeNetwork, install

pytestmark = pytest.mark.django_db


class Broker:
    """Stands for the broker: keeps what is handed on; takes `room` messages, then it is away."""

    def __init__(self, room: int = 100) -> None:
        self.batches: list[tuple[list[str], str]] = []
        self._room = room

    def delay(self, names: list[str], slot: str) -> None:
        if len(self.batches) == self._room:
            raise OperationalError("away")
        self.batches.append((names, slot))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    return install(monkeypatch)


def broker_with(monkeypatch: pytest.MonkeyPatch, room: int = 100) -> Broker:
    broker = Broker(room)
    monkeypatch.setattr(probe_batch, "delay", broker.delay)
    return broker


def test_a_named_slot_is_the_instant_of_the_rows() -> None:
    at = timezone.now() - timedelta(minutes=1)
    with serving(healthy) as url:
        WatchedServiceFactory.create(url=url)
        probe_services(at.isoformat())

    assert ServiceHealth.objects.get().checked_at == at


def test_without_a_slot_those_that_are_due_are_probed_once(
    settings: Settings, network: FakeNetwork
) -> None:
    settings.HEALTH_CHECK_INTERVAL = timedelta(days=1)
    WatchedServiceFactory.create(name="payment")

    probe_services()
    probe_services()

    assert network.asked == ["payment"]
    age = timezone.now() - ServiceHealth.objects.get().checked_at
    assert timedelta(0) <= age < timedelta(days=1)


def test_nothing_due_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = broker_with(monkeypatch)

    probe_services()

    assert broker.batches == []


@pytest.mark.parametrize(
    ("services", "own", "handed"), [(1, 1, []), (2, 2, []), (3, 2, [1]), (7, 2, [2, 2, 1])]
)
def test_more_than_a_batch_is_handed_to_other_workers(
    settings: Settings,
    network: FakeNetwork,
    monkeypatch: pytest.MonkeyPatch,
    services: int,
    own: int,
    handed: list[int],
) -> None:
    settings.PROBE_BATCH = 2
    broker = broker_with(monkeypatch)
    for n in range(services):
        WatchedServiceFactory.create(name=f"s{n}")

    probe_services()

    assert len(network.asked) == own
    assert [len(names) for names, _ in broker.batches] == handed
    probe_services()
    assert len(network.asked) == own, "what was handed on is not due for the next tick"
    for names, slot in broker.batches * 2:  # each delivered twice
        probe_batch(names, slot)
    assert sorted(network.asked) == [f"s{n}" for n in range(services)]
    assert ServiceHealth.objects.count() == services
    assert not ProbeClaim.objects.exclude(until=None).exists()


def test_what_cannot_be_handed_on_is_left_for_the_next_tick(
    settings: Settings, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROBE_BATCH = 2
    broker = broker_with(monkeypatch, room=1)
    for n in range(8):
        WatchedServiceFactory.create(name=f"s{n}")

    probe_services()
    probe_services()

    assert [len(names) for names, _ in broker.batches] == [2]
    assert len(network.asked) == 4, "two batches of its own; one is with the broker"


def test_a_batch_that_comes_after_its_lease_finds_nothing(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")

    probe_batch(["payment"], datetime.now(tz=timezone.get_default_timezone()).isoformat())

    assert network.asked == []


def test_old_probes_are_forgotten(settings: Settings) -> None:
    settings.HEALTH_RETENTION = timedelta(days=30)
    ServiceHealthFactory.create(checked_at=timezone.now() - timedelta(days=31))

    forget_probes()
    forget_probes()

    assert not ServiceHealth.objects.exists()
