"""The health routes over HTTP: contract of the answers, codes and names."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from health.defaults import load_defaults
from health.memory import process
from health.models import ServiceState, WatchedService
from tests.health.factories import WatchedServiceFactory
from tests.tokens import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("away")]
USER = bearer("user")


def probed(name: str = "payment", **found: Any) -> None:
    """Watch a service whose last probe found this."""
    at = timezone.now()
    state = {"status": "healthy", "since": at, "checked_at": at, "response_time_ms": 45.0, **found}
    ServiceState.objects.create(service=WatchedServiceFactory.create(name=name), **state)


def test_health_counts_services_and_dependencies(client: Client) -> None:
    probed()

    answer = client.get("/health")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["services"], body["dependencies"]) == ("healthy", 1, 5)
    assert isinstance(body["uptime"], int)
    assert set(body) == {
        *("status", "timestamp", "services", "dependencies", "uptime"),
        "checked_at",
    }


def test_health_is_503_when_the_required_store_is_away(client: Client, away: set[str]) -> None:
    away.add("postgresql")

    answer = client.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").json() == {"status": "ok"}


def test_an_optional_store_that_is_away_degrades(client: Client, away: set[str]) -> None:
    away.add("redis")

    assert client.get("/health").json()["status"] == "degraded"
    assert client.get("/status").json()["status"] == "degraded"


@pytest.mark.parametrize("name", ["payment", "payment-service"])
def test_one_service_is_found_by_either_name(client: Client, name: str) -> None:
    probed(details={"version": "1.0.0", "uptime": 86_400})

    answer = client.get(f"/health/{name}", headers=USER)

    assert answer.status_code == 200
    body = answer.json()
    assert (body["service"], body["status"], body["responseTime"]) == ("payment", "healthy", 45)
    assert body["details"] == {"version": "1.0.0", "uptime": 86_400}


def test_an_unhealthy_service_is_503_in_the_envelope(client: Client) -> None:
    probed(status="unhealthy", error_message="refused")

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
    at = timezone.now().replace(microsecond=0)
    probed("auth", checked_at=at, response_time_ms=23.4)
    WatchedServiceFactory.create(name="payment")

    assert client.get("/health/services/all", headers=USER).json() == [
        {
            "service": "auth",
            "status": "healthy",
            "responseTime": 23,
            "checked_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        },
        {"service": "payment", "status": "degraded", "error": "not probed yet"},
    ]


def test_a_service_behind_another_says_so(client: Client) -> None:
    probed(status="degraded", behind="api-gateway", error_message="unknown behind api-gateway")

    (line,) = client.get("/health/services/all", headers=USER).json()

    assert (line["status"], line["behind"]) == ("degraded", "api-gateway")


def test_a_probe_that_is_long_past_says_nothing_about_now(client: Client) -> None:
    probed(checked_at=timezone.now() - timedelta(minutes=10))

    (line,) = client.get("/health/services/all", headers=USER).json()

    assert line["status"] == "degraded"
    assert "are the Celery worker and beat running?" in line["error"]


def test_dependencies_tell_disabled_from_unhealthy(client: Client, away: set[str]) -> None:
    away.add("kafka")

    body = client.get("/health/dependencies", headers=USER).json()

    assert {name: line["status"] for name, line in body.items()} == {
        "postgresql": "healthy",
        "redis": "healthy",
        "mongodb": "disabled",
        "elasticsearch": "disabled",
        "kafka": "unhealthy",
    }
    assert body["mongodb"] == {"status": "disabled"}
    assert body["kafka"]["error"] == "kafka does not answer"
    assert set(body["redis"]) == {"status", "responseTime", "checked_at"}


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


def test_services_that_cannot_be_read_are_an_error_and_not_an_empty_list(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(**_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(process, "service_reports", unreadable)

    answer = client.get("/health/services/all", headers=USER)

    assert (answer.status_code, answer.json()["code"]) == (503, "DATABASE_ERROR")
    assert client.get("/health/payment", headers=USER).status_code == 503


def test_status_hides_the_version_where_that_is_wanted(client: Client, settings: Settings) -> None:
    settings.STATUS_PUBLIC_DETAIL = False

    assert "version" not in client.get("/status").json()
    assert client.get("/status", headers=USER).json()["version"] == "1.0.0"


def test_defaults_watch_the_eight_services_and_keep_what_a_person_changed() -> None:
    assert load_defaults() == "watched services: 8 created, 0 kept; SLOs: 8 created"
    WatchedService.objects.filter(name="payment").update(enabled=False)

    assert load_defaults() == "watched services: 0 created, 8 kept; SLOs: 0 created"
    assert WatchedService.objects.get(name="payment").enabled is False
