"""A round of probes: history rows, samples, flips; against real servers and real PostgreSQL."""

from datetime import timedelta

import pytest
from aiohttp import web
from pytest_django import Settings

from health.models import ServiceHealth
from health.services.probing import probe_services
from monitoring.query.latest import latest_values
from tests.health.answering import failing, healthy, serving
from tests.health.factories import NOON, WatchedServiceFactory

pytestmark = pytest.mark.django_db

HALF_MINUTE = timedelta(seconds=30)


def test_a_round_records_each_service_and_its_samples() -> None:
    with serving(healthy) as url:
        WatchedServiceFactory.create(name="payment", url=url)
        (row,) = probe_services(at=NOON)

    stored = ServiceHealth.objects.get()
    assert (stored.pk, stored.status, stored.error_message) == (row.pk, "healthy", None)
    assert stored.metadata == {
        "http_status": 200,
        "details": {"version": "1.0.0", "uptime": 86_400},
    }
    (up,) = latest_values(metrics=["service_up"])
    assert (up.value, up.at, up.series.service) == (1.0, NOON, "payment-service")
    assert up.series.labels == {"service": "payment", "port": url.rpartition(":")[2]}
    (took,) = latest_values(metrics=["http_response_time_ms"])
    assert 0 < took.value < 5_000


def test_a_refused_connection_flips_the_service_at_the_second_failure(
    settings: Settings,
) -> None:
    settings.PROBE_FAILURES_BEFORE_FLIP = 2
    WatchedServiceFactory.create(name="payment", url="http://127.0.0.1:9")

    statuses = [probe_services(at=NOON + n * HALF_MINUTE)[0].status for n in range(3)]

    assert statuses == ["degraded", "unhealthy", "unhealthy"]
    assert [value.value for value in latest_values(metrics=["service_up"])] == [0.0]
    assert latest_values(metrics=["http_response_time_ms"]) == []
    assert ServiceHealth.objects.latest("checked_at").consecutive_failures == 3


def test_a_service_that_recovers_is_up_at_once(settings: Settings) -> None:
    settings.PROBE_FAILURES_BEFORE_FLIP = 1
    with serving(failing) as url:
        service = WatchedServiceFactory.create(url=url)
        assert probe_services(at=NOON)[0].status == "unhealthy"
    with serving(healthy) as url:
        service.url = url
        service.save()
        row = probe_services(at=NOON + HALF_MINUTE)[0]

    assert (row.status, row.consecutive_failures) == ("healthy", 0)


def test_a_repeat_for_the_same_slot_adds_nothing() -> None:
    with serving(healthy) as url:
        WatchedServiceFactory.create(url=url)
        probe_services(at=NOON)
        probe_services(at=NOON)

    assert ServiceHealth.objects.count() == 1


def test_a_disabled_service_is_left_alone() -> None:
    WatchedServiceFactory.create(enabled=False)

    assert probe_services(at=NOON) == []


def test_what_a_service_says_of_itself_is_cut_to_size() -> None:
    async def chatty(request: web.Request) -> web.Response:
        return web.json_response({"version": "v\x00" + "x" * 500, "uptime": True, "secret": "s"})

    with serving(chatty) as url:
        WatchedServiceFactory.create(url=url)
        (row,) = probe_services(at=NOON)

    assert row.metadata["details"] == {"version": "v" + "x" * 63, "uptime": "True"}


def test_an_address_left_empty_follows_the_environment(settings: Settings) -> None:
    with serving(healthy) as url:
        settings.WATCHED_SERVICES = {"payment": ("payment-service", url)}
        WatchedServiceFactory.create(name="payment", url="")
        (row,) = probe_services(at=NOON)

    assert row.status == "healthy"
