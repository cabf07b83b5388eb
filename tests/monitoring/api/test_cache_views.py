"""GET /cache/stats and DELETE /cache/flush."""

import logging

import pytest
from django.core.cache import cache
from django.test import Client

from monitoring.backends.cache import CacheUsage
from monitoring.errors import ServiceUnavailableError
from tests.monitoring.api.tokens import role

pytestmark = pytest.mark.urls("monitoring.root_urls")


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_the_stats_have_the_fields_of_the_specification(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "monitoring.api.cache_views.cache_usage", lambda: CacheUsage(12_345, 234, 567, 1_024)
    )

    answer = client.get("/cache/stats", headers=role("user"))

    assert answer.status_code == 200
    assert answer.json() == {
        "hits": 12_345,
        "misses": 234,
        "hitRate": 98.1,
        "size": 1_024,
        "keys": 567,
    }


def test_a_flush_empties_the_cache(client: Client) -> None:
    cache.set("key", 1)

    answer = client.delete("/cache/flush", headers=role("admin"))

    assert (answer.status_code, answer.json()) == (
        200,
        {"success": True, "message": "Cache flushed"},
    )
    assert cache.get("key") is None
    assert client.get("/cache/stats", headers=role("admin")).json()["keys"] == 0


@pytest.mark.parametrize("name", ["operator", "monitoring", "user"])
def test_only_admins_flush(client: Client, name: str) -> None:
    cache.set("key", 1)

    assert client.delete("/cache/flush", headers=role(name)).status_code == 403
    assert cache.get("key") == 1


def test_a_flush_leaves_a_line_in_the_audit_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cache.set_many({"a": 1, "b": 2})

    client.delete("/cache/flush", headers=role("admin", userId="ana"))

    [line] = [record for record in caplog.records if record.name == "monitoring.audit"]
    assert (line.getMessage(), vars(line)["subject"], vars(line)["keys"]) == (
        "cache flushed",
        "ana",
        2,
    )


@pytest.mark.parametrize(("method", "path"), [("get", "/cache/stats"), ("delete", "/cache/flush")])
def test_a_cache_that_is_away_is_said_to_be(
    client: Client, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    def fail() -> None:
        raise ServiceUnavailableError("The cache does not answer")

    monkeypatch.setattr("monitoring.api.cache_views.cache_usage", fail)
    monkeypatch.setattr("monitoring.api.cache_views.flush_cache", fail)

    answer = getattr(client, method)(path, headers=role("admin"))

    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer["Retry-After"] == "2"
