"""What fails because of something before it is unknown, not down: rows, states and samples; on real PostgreSQL."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from alerts.models import Dependency
from health.models import ServiceFlip, ServiceHealth, ServiceState
from health.services import upstream
from health.services.probing import probe_due, probe_services
from monitoring.errors import ServiceUnavailableError
from monitoring.query.latest import latest_values
from tests.health.factories import NOON, ServiceStateFactory, WatchedServiceFactory
from tests.health.services.probes import REFUSED, FakeNetwork

pytestmark = pytest.mark.django_db
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def stores_away(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of stores of this service that do not answer."""
    away: set[str] = set()

    def ping(name: str) -> None:
        if name in away:
            raise ServiceUnavailableError(f"{name} does not answer")

    def pings() -> dict[str, object]:
        return {name: lambda name=name: ping(name) for name in ("postgresql", "redis", "kafka")}

    monkeypatch.setattr(upstream, "store_pings", pings)
    return away


@pytest.fixture(autouse=True)
def platform(settings: Settings) -> None:
    """A gateway before payment, both on redis, each named as the platform names them."""
    settings.PROBE_FAILURES_BEFORE_FLIP = 2
    for name, service_name in (("api-gateway", "api-gateway"), ("payment", "payment-service")):
        WatchedServiceFactory.create(name=name, service_name=service_name)
        Dependency.objects.create(dependent=service_name, upstream="redis")
    Dependency.objects.create(dependent="payment-service", upstream="api-gateway")


def up() -> dict[str, tuple[float, datetime]]:
    """Return service_up by service: the value, and when it was."""
    values = latest_values(metrics=["service_up"])
    return {value.series.service: (value.value, value.at) for value in values}


def test_in_an_outage_of_the_gateway_the_others_are_unknown(network: FakeNetwork) -> None:
    probe_services(at=NOON)
    network.down = {"api-gateway", "payment"}
    for n in range(1, 5):
        probe_services(at=NOON + n * HALF_MINUTE)

    gateway, payment = ServiceState.objects.order_by("pk")
    assert (gateway.status, gateway.behind) == ("unhealthy", "")
    assert (payment.status, payment.behind) == ("degraded", "api-gateway")
    assert payment.error_message == f"unknown behind api-gateway: {REFUSED.error}"
    assert payment.consecutive_failures == 0
    assert up() == {
        "api-gateway": (0.0, NOON + 4 * HALF_MINUTE),
        "payment-service": (1.0, NOON),
    }, "nothing is known of payment since the gateway is down"
    rows = ServiceHealth.objects.filter(service_name="payment", checked_at__gt=NOON)
    assert {(row.failed, row.behind) for row in rows} == {(True, "api-gateway")}
    flip = ServiceFlip.objects.filter(service_name="payment").latest("at")
    assert (flip.was, flip.status, flip.behind) == ("healthy", "degraded", "api-gateway")


def test_when_the_gateway_is_back_the_own_failures_of_the_others_count(
    network: FakeNetwork,
) -> None:
    network.down = {"api-gateway", "payment"}
    probe_services(at=NOON)
    network.down = {"payment"}
    statuses = [
        {row.service_name: row.status for row in probe_services(at=NOON + n * HALF_MINUTE)}
        for n in (1, 2)
    ]

    assert [status["payment"] for status in statuses] == ["degraded", "unhealthy"]
    assert up()["payment-service"] == (0.0, NOON + 2 * HALF_MINUTE)


def test_one_that_answers_is_healthy_whatever_is_before_it(network: FakeNetwork) -> None:
    network.down = {"api-gateway"}
    rows = {row.service_name: row for row in probe_services(at=NOON)}

    assert (rows["payment"].status, rows["payment"].behind) == ("healthy", "")


def test_the_last_probe_of_one_that_is_not_due_counts(network: FakeNetwork) -> None:
    network.down = {"api-gateway", "payment"}
    probe_services(at=NOON, names=["api-gateway"])

    (row,) = probe_services(at=NOON + HALF_MINUTE, names=["payment"])

    assert (row.status, row.behind) == ("degraded", "api-gateway")


@pytest.mark.parametrize(
    ("age", "behind"), [(timedelta(seconds=90), "api-gateway"), (timedelta(seconds=90.001), "")]
)
def test_a_failure_that_is_long_past_stands_in_nobodys_way(
    network: FakeNetwork, age: timedelta, behind: str
) -> None:
    network.down = {"api-gateway", "payment"}
    probe_services(at=NOON - age, names=["api-gateway"])

    (row,) = probe_services(at=NOON, names=["payment"])

    assert row.behind == behind


def test_a_service_that_is_no_longer_watched_stands_in_nobodys_way(network: FakeNetwork) -> None:
    network.down = {"payment"}
    gateway = WatchedServiceFactory._meta.model.objects.get(pk="api-gateway")
    ServiceStateFactory.create(service=gateway, status="unhealthy", consecutive_failures=9)
    gateway.enabled = False
    gateway.save()

    (row,) = probe_services(at=NOON + HALF_MINUTE)

    assert row.behind == ""


def test_a_store_that_is_away_is_the_cause_of_both(
    network: FakeNetwork, stores_away: set[str]
) -> None:
    network.down = {"api-gateway", "payment"}
    stores_away.add("redis")

    rows = probe_services(at=NOON)

    assert {row.behind for row in rows} == {"redis"}
    assert up() == {}


def test_a_store_that_nobody_needs_is_nobodys_cause(
    network: FakeNetwork, stores_away: set[str]
) -> None:
    network.down = {"payment"}
    stores_away.add("kafka")

    rows = {row.service_name: row for row in probe_services(at=NOON)}

    assert rows["payment"].behind == ""


def test_of_a_store_that_is_watched_its_probe_counts(
    network: FakeNetwork, stores_away: set[str]
) -> None:
    WatchedServiceFactory.create(name="redis", service_name="redis", kind="redis")
    network.down = {"payment"}
    stores_away.add("redis")  # our own one, not the platform's

    rows = {row.service_name: row for row in probe_services(at=NOON)}

    assert (rows["payment"].behind, rows["redis"].status) == ("", "healthy")


def test_a_dependency_that_is_switched_off_explains_nothing(network: FakeNetwork) -> None:
    Dependency.objects.filter(upstream="api-gateway").update(enabled=False)
    network.down = {"api-gateway", "payment"}

    rows = {row.service_name: row for row in probe_services(at=NOON)}

    assert rows["payment"].behind == ""


def test_ticks_find_the_same_whatever_the_phases_of_the_services_are(
    network: FakeNetwork,
) -> None:
    probe_due(at=NOON)
    network.down = {"api-gateway", "payment"}
    statuses = set()
    for tick in range(1, 37):
        for row in probe_due(at=NOON + tick * timedelta(seconds=5)):
            statuses.add((row.service_name, row.status))

    assert ("api-gateway", "unhealthy") in statuses
    assert ("payment", "unhealthy") not in statuses
