"""The health routes over HTTP: contract of the answers, codes and names."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from health import whole as whole_module
from health.defaults import load_defaults
from health.models import WatchedService
from monitoring.backends.stores import STORES, Link, StoreState
from tests.health.factories import ServiceHealthFactory, WatchedServiceFactory
from tests.tokens import bearer

pytestmark = pytest.mark.django_db
USER = bearer("user")


@pytest.fixture(autouse=True)
def stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Link]]:
    """The state of each store as a test wants it; asking the real ones is tested on its own."""
    links: dict[str, Link] = dict.fromkeys(STORES, "disabled")
    links |= {"postgresql": "connected", "redis": "connected"}
    monkeypatch.setattr(
        whole_module,
        "store_states",
        lambda: [StoreState(name, link) for name, link in links.items()],
    )
    whole_module.whole.forget()
    yield links
    whole_module.whole.forget()


def test_health_counts_services_and_dependencies(client: Client) -> None:
    ServiceHealthFactory.create(
        service_name=WatchedServiceFactory.create().name, checked_at=timezone.now()
    )

    answer = client.get("/health")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["services"], body["dependencies"]) == ("healthy", 1, 5)
    assert isinstance(body["uptime"], int)
    assert set(body) == {"status", "timestamp", "services", "dependencies", "uptime"}


def test_health_is_503_when_the_required_store_is_away(
    client: Client, stores: dict[str, Link]
) -> None:
    stores["postgresql"] = "disconnected"

    answer = client.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").json() == {"status": "ok"}


def test_an_optional_store_that_is_away_degrades(client: Client, stores: dict[str, Link]) -> None:
    stores["redis"] = "disconnected"

    assert client.get("/health").json()["status"] == "degraded"
    assert client.get("/status").json()["status"] == "degraded"


@pytest.mark.parametrize("name", ["payment", "payment-service"])
def test_one_service_is_found_by_either_name(client: Client, name: str) -> None:
    WatchedServiceFactory.create(name="payment")
    at = timezone.now()
    ServiceHealthFactory.create(
        checked_at=at, metadata={"details": {"version": "1.0.0", "uptime": 86_400}}
    )

    answer = client.get(f"/health/{name}", headers=USER)

    assert answer.status_code == 200
    body = answer.json()
    assert (body["service"], body["status"], body["responseTime"]) == ("payment", "healthy", 45)
    assert body["details"] == {"version": "1.0.0", "uptime": 86_400}


def test_an_unhealthy_service_is_503_in_the_envelope(client: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    ServiceHealthFactory.create(
        checked_at=timezone.now(), status="unhealthy", error_message="refused"
    )

    answer = client.get("/health/payment", headers=USER)

    assert answer.status_code == 503
    body = answer.json()
    assert (body["error"], body["code"]) == ("Service health check failed", "SERVICE_UNAVAILABLE")
    assert body["path"] == "/health/payment"
    assert body["details"]["service"] == "payment-service"
    assert body["details"]["error"] == "refused"


def test_an_unknown_service_is_404_and_lists_the_known(client: Client) -> None:
    WatchedServiceFactory.create(name="payment")

    answer = client.get("/health/billing", headers=USER)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.json()["details"]["known"] == "payment"


def test_all_services_lists_time_or_error(client: Client) -> None:
    for name in ("auth", "payment"):
        WatchedServiceFactory.create(name=name)
    ServiceHealthFactory.create(service_name="auth", checked_at=timezone.now(), response_time_ms=23)

    assert client.get("/health/services/all", headers=USER).json() == [
        {"service": "auth", "status": "healthy", "responseTime": 23},
        {"service": "payment", "status": "degraded", "error": "not probed yet"},
    ]


def test_a_probe_that_is_long_past_says_nothing_about_now(
    client: Client, settings: Settings
) -> None:
    settings.HEALTH_CHECK_INTERVAL = timedelta(seconds=30)
    WatchedServiceFactory.create(name="payment")
    ServiceHealthFactory.create(checked_at=timezone.now() - timedelta(seconds=95))

    (line,) = client.get("/health/services/all", headers=USER).json()

    assert line["status"] == "degraded"
    assert "are the Celery worker and beat running?" in line["error"]


def test_dependencies_tell_disabled_from_unhealthy(client: Client, stores: dict[str, Link]) -> None:
    stores["kafka"] = "disconnected"

    assert client.get("/health/dependencies", headers=USER).json() == {
        "postgresql": {"status": "healthy"},
        "redis": {"status": "healthy"},
        "mongodb": {"status": "disabled"},
        "elasticsearch": {"status": "disabled"},
        "kafka": {"status": "unhealthy"},
    }


def test_status_has_the_fields_of_the_contract(client: Client, settings: Settings) -> None:
    settings.STATUS_PUBLIC_DETAIL = True
    body = client.get("/status").json()

    assert (body["status"], body["service"], body["version"]) == (
        "operational",
        "monitoring-service",
        "1.0.0",
    )
    assert set(body["memory"]) == {"rss", "heapTotal", "heapUsed"}
    assert all(size > 1_000_000 for size in body["memory"].values())
    assert body["connections"]["postgres"] == "connected"
    assert set(body["connections"]) == {"postgres", "redis", "mongodb", "elasticsearch", "influxdb"}


def test_status_hides_the_version_where_that_is_wanted(client: Client, settings: Settings) -> None:
    settings.STATUS_PUBLIC_DETAIL = False

    assert "version" not in client.get("/status").json()
    assert client.get("/status", headers=USER).json()["version"] == "1.0.0"


def test_defaults_watch_the_eight_services_and_keep_what_a_person_changed() -> None:
    assert load_defaults() == "watched services: 8 created, 0 kept"
    WatchedService.objects.filter(name="payment").update(enabled=False)

    assert load_defaults() == "watched services: 0 created, 8 kept"
    assert WatchedService.objects.get(name="payment").enabled is False
