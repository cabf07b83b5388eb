"""How health may be asked for: any Accept header, the internet draft's media type, and how often."""

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring.api import throttling
from tests.health.factories import WatchedServiceFactory
from tests.tokens import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("away")]
USER = bearer("user")


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/xml;q=0.5"])
def test_a_probe_gets_json_whatever_it_accepts(client: Client, accept: str) -> None:
    answer = client.get("/health", headers={"Accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "no-store"


def test_health_is_also_told_in_the_words_of_the_internet_draft(
    client: Client, away: set[str]
) -> None:
    away.add("kafka")

    answer = client.get("/health", headers={"Accept": "application/health+json"})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/health+json")
    body = answer.json()
    assert (body["status"], body["serviceId"]) == ("warn", "monitoring-service")
    assert (body["version"], body["releaseId"]) == ("1", "1.0.0")
    assert "checks" not in body


def test_the_checks_of_the_draft_are_for_holders_of_a_token(client: Client, away: set[str]) -> None:
    WatchedServiceFactory.create(name="payment")
    away.add("kafka")

    checks = client.get("/health", headers={"Accept": "application/health+json", **USER}).json()[
        "checks"
    ]

    assert {name: check["status"] for name, (check,) in checks.items()} == {
        "postgresql:responseTime": "pass",
        "redis:responseTime": "pass",
        "kafka:responseTime": "fail",
        "payment:responseTime": "warn",
    }
    assert checks["kafka:responseTime"][0]["output"] == "kafka does not answer"
    assert checks["redis:responseTime"][0]["observedUnit"] == "ms"


def test_the_draft_fails_with_503(client: Client, away: set[str]) -> None:
    away.add("postgresql")

    answer = client.get("/health", headers={"Accept": "application/health+json"})

    assert (answer.status_code, answer.json()["status"]) == (503, "fail")


def test_a_limit_of_requests_is_counted_without_the_cache(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(*_: object, **__: object) -> None:
        raise AssertionError("the cache was asked")

    monkeypatch.setattr(throttling, "get_usage", hangs)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "health": 1}
    outside = Client(REMOTE_ADDR="203.0.113.77")

    codes = [outside.get("/livez").status_code for _ in range(2)]

    assert codes == [200, 429]
