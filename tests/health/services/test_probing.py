"""A round of probes against real servers: history rows, samples, flips."""

from datetime import timedelta

import pytest
from aiohttp import web
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from health.models import ServiceFlip, ServiceHealth, ServiceState
from health.probes.result import ProbeResult
from health.services.probing import probe_due, probe_services
from monitoring.query.latest import latest_values
from tests.health.answering import failing, healthy, serving
from tests.health.factories import NOON, WatchedServiceFactory
from tests.health.services.probes import REFUSED, FakeNetwork

pytestmark = pytest.mark.django_db

HALF_MINUTE = timedelta(seconds=30)


def flips() -> list[tuple[str, str, str]]:
    """Return the flips, the oldest first: service, was, status."""
    rows = ServiceFlip.objects.order_by("at", "service_name")
    return list(rows.values_list("service_name", "was", "status"))


def test_a_round_records_each_service_and_its_samples() -> None:
    with serving(healthy) as url:
        WatchedServiceFactory.create(name="payment", url=url)
        (row,) = probe_services(at=NOON)

    stored = ServiceHealth.objects.get()
    assert (stored.pk, stored.status, stored.error_message) == (row.pk, "healthy", None)
    assert (stored.failed, stored.behind, stored.holds_seconds) == (False, "", 30)
    assert stored.metadata == {
        "http_status": 200,
        "details": {"version": "1.0.0", "uptime": 86_400},
    }
    (up,) = latest_values(metrics=["service_up"])
    assert (up.value, up.at, up.series.service) == (1.0, NOON, "payment-service")
    assert up.series.labels == {"service": "payment", "port": url.rpartition(":")[2]}
    (took,) = latest_values(metrics=["http_response_time_ms"])
    assert 0 < took.value < 5_000
    state = ServiceState.objects.get()
    assert (state.status, state.since, state.checked_at) == ("healthy", NOON, NOON)
    assert state.details == {"version": "1.0.0", "uptime": 86_400}
    assert state.response_time_ms == pytest.approx(took.value)


def test_a_refused_connection_flips_the_service_at_the_second_failure(
    settings: Settings, network: FakeNetwork
) -> None:
    settings.PROBE_FAILURES_BEFORE_FLIP = 2
    WatchedServiceFactory.create(name="payment")
    network.down = {"payment"}

    rows = [probe_services(at=NOON + n * HALF_MINUTE)[0] for n in range(3)]

    assert [row.status for row in rows] == ["degraded", "unhealthy", "unhealthy"]
    assert all(row.failed for row in rows)
    assert [value.value for value in latest_values(metrics=["service_up"])] == [0.0]
    assert latest_values(metrics=["http_response_time_ms"]) == []
    assert ServiceHealth.objects.latest("checked_at").consecutive_failures == 3
    assert flips() == [("payment", "", "degraded"), ("payment", "degraded", "unhealthy")]
    state = ServiceState.objects.get()
    assert (state.since, state.error_message) == (NOON + HALF_MINUTE, REFUSED.error)


def test_a_service_that_recovers_is_up_at_once(settings: Settings) -> None:
    settings.PROBE_FAILURES_BEFORE_FLIP = 1
    with serving(failing) as url:
        service = WatchedServiceFactory.create(url=url)
        assert probe_services(at=NOON)[0].status == "unhealthy"
    with serving(healthy) as url:
        service.url = url
        service.save()
        row = probe_services(at=NOON + HALF_MINUTE)[0]

    assert (row.status, row.consecutive_failures, row.failed) == ("healthy", 0, False)


def test_a_service_has_its_own_patience(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(
        name="payment", failures_before_flip=3, successes_before_recovery=2
    )
    statuses = []
    for n, is_down in enumerate([True, True, True, False, True, False, False]):
        network.down = {"payment"} if is_down else set()
        statuses.append(probe_services(at=NOON + n * HALF_MINUTE)[0].status)

    assert statuses == [*["degraded"] * 2, *["unhealthy"] * 4, "healthy"]


def test_a_repeat_for_the_same_slot_adds_nothing(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")
    probe_services(at=NOON)
    network.down = {"payment"}

    assert probe_services(at=NOON) == []

    assert ServiceHealth.objects.count() == 1
    assert ServiceState.objects.get().status == "healthy"
    assert [value.value for value in latest_values(metrics=["service_up"])] == [1.0]


def test_what_a_slow_worker_brings_after_a_newer_probe_is_no_news(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")
    probe_services(at=NOON)
    network.down = {"payment"}

    assert probe_services(at=NOON - HALF_MINUTE) == []
    assert ServiceState.objects.get().checked_at == NOON


def test_a_disabled_service_is_left_alone(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(enabled=False)

    assert probe_services(at=NOON) == []
    assert network.asked == []


def test_only_those_named_are_probed(network: FakeNetwork) -> None:
    for name in ("auth", "payment", "venue"):
        WatchedServiceFactory.create(name=name)
    WatchedServiceFactory.create(name="off", enabled=False)

    rows = probe_services(at=NOON, names=["payment", "auth", "off", "gone"])

    assert sorted(row.service_name for row in rows) == ["auth", "payment"]
    assert sorted(network.asked) == ["auth", "payment"]


def test_what_a_service_says_of_itself_is_cut_to_size() -> None:
    async def chatty(request: web.Request) -> web.Response:
        return web.json_response({"version": "v\x00" + "x" * 500, "uptime": True, "secret": "s"})

    with serving(chatty) as url:
        WatchedServiceFactory.create(url=url)
        (row,) = probe_services(at=NOON)

    assert row.metadata["details"] == {"version": "v" + "x" * 62, "uptime": "True"}


def test_an_address_left_empty_follows_the_environment(settings: Settings) -> None:
    with serving(healthy) as url:
        settings.WATCHED_SERVICES = {"payment": ("payment-service", url)}
        WatchedServiceFactory.create(name="payment", url="")
        (row,) = probe_services(at=NOON)

    assert row.status == "healthy"


@pytest.mark.parametrize(
    ("kind", "url", "labels"),
    [
        ("http", "https://host", {"service": "lookup", "port": "443"}),
        ("tcp", "tcp://host:7", {"service": "lookup", "port": "7"}),
        ("postgresql", "postgresql://host/db", {"service": "lookup", "port": "5432"}),
        ("http", "http://host:99999", {"service": "lookup"}),
        ("dns", "", {"service": "lookup"}),
    ],
)
def test_the_port_is_a_label_where_there_is_one(
    network: FakeNetwork, kind: str, url: str, labels: dict[str, str]
) -> None:
    WatchedServiceFactory.create(name="lookup", kind=kind, url=url)
    probe_services(at=NOON)

    (up,) = latest_values(metrics=["service_up"])
    assert up.series.labels == labels


def test_only_http_answers_are_samples_of_http_response_times(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="cache", kind="redis", url="redis://host")
    network.results["cache"] = ProbeResult(7.4)
    (row,) = probe_services(at=NOON)

    assert row.response_time_ms == 7
    assert latest_values(metrics=["http_response_time_ms"]) == []


def test_certificate_and_warning_are_kept(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")
    network.results["payment"] = ProbeResult(
        9.0, 200, warning="certificate ends in 3 days", certificate_expires_at=NOON
    )
    probe_services(at=NOON)

    state = ServiceState.objects.get()
    assert (state.status, state.error_message) == ("degraded", "certificate ends in 3 days")
    assert state.certificate_expires_at == NOON


def test_a_service_whose_credentials_are_not_configured_fails_without_a_probe(
    network: FakeNetwork, settings: Settings
) -> None:
    settings.PROBE_CREDENTIALS = {"orders": ("monitor", "hunter2")}
    WatchedServiceFactory.create(name="auth", credentials="ordres", failures_before_flip=1)
    WatchedServiceFactory.create(name="payment", credentials="orders")

    probe_services(at=NOON)

    assert network.asked == ["payment"]
    assert network.targets["payment"].credentials == ("monitor", "hunter2")
    state = ServiceState.objects.get(pk="auth")
    assert (state.status, state.error_message) == (
        "unhealthy",
        "its credentials are not configured",
    )


def test_a_flip_that_is_stored_already_stays(network: FakeNetwork) -> None:
    WatchedServiceFactory.create(name="payment")
    ServiceFlip.objects.create(service_name="payment", at=NOON, status="unhealthy")

    probe_services(at=NOON)

    assert flips() == [("payment", "", "unhealthy")]


@pytest.mark.parametrize("is_down", [False, True])
def test_the_number_of_queries_does_not_grow_with_the_services(
    network: FakeNetwork,
    is_down: bool,  # noqa: FBT001
) -> None:
    def queries_of_a_round(services: int, minute: int) -> int:
        names = [f"n{minute}x{n}" for n in range(services)]
        for name in names:
            WatchedServiceFactory.create(name=name, url=f"http://{name}:80")
        network.down = set(names) if is_down else set()
        at = NOON + timedelta(minutes=minute)
        probe_due(at=at)  # the series are new in the first round
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = probe_due(at=at + timedelta(seconds=30))
        assert len(rows) >= services
        return len(queries)

    few, many = queries_of_a_round(2, 1), queries_of_a_round(120, 2)

    assert many == few
    assert many <= 30
