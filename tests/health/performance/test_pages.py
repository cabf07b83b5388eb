"""Request performance over HTTP: endpoint 21, the slowest requests, the admin, the console."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from health.models import PerformanceMetric
from health.performance_panel import slowest_panel
from health.services.performance import record_requests
from tests.health.performance.rows import request, roll_up
from tests.health.performance.test_push import ITEM, push
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db


DASHBOARD = f"{API}/dashboard/performance"
SLOW = f"{API}/performance/slow"


def listed(**query: str) -> list[dict[str, Any]]:
    response = client_of("user").get(DASHBOARD, query)
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["endpoints"]
    return found


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def test_what_was_pushed_is_told_with_its_percentiles() -> None:
    items = [ITEM | {"response_time_ms": milliseconds} for milliseconds in range(1, 101)]
    assert push(items).json() == {"success": True, "stored": 100, "rejected": []}

    (line,) = listed()

    assert (line["service_name"], line["endpoint"]) == ("payment-service", ITEM["endpoint"])
    assert (line["method"], line["request_count"]) == ("POST", 100)
    assert (line["avg_response_time"], line["slowest_ms"]) == (50.5, 100)
    assert line["p50"] == pytest.approx(50, rel=0.01)
    assert line["p95"] == pytest.approx(95, rel=0.01)
    assert line["p99"] == pytest.approx(99, rel=0.01)
    assert (line["error_rate"], line["apdex"]) == (0, 1)


def test_the_last_24_hours_are_told_unless_asked_otherwise() -> None:
    roll_up([request(at=ago(hours=23)), request(at=ago(hours=25), endpoint="/old")])

    assert [line["endpoint"] for line in listed()] == ["/pay"]
    assert len(listed(start=ago(days=2).isoformat())) == 2
    only_old = listed(start=ago(days=2).isoformat(), end=ago(hours=24).isoformat())
    assert [line["endpoint"] for line in only_old] == ["/old"]


def test_the_slowest_come_first_unless_another_order_is_asked_for() -> None:
    at = ago(minutes=5)
    roll_up([request(900, at=at), request(10, 500, endpoint="/broken", at=at)])

    assert [line["endpoint"] for line in listed()] == ["/pay", "/broken"]
    assert [line["endpoint"] for line in listed(sort="error_rate")] == ["/broken", "/pay"]


def test_either_name_of_a_service_chooses_it() -> None:
    at = ago(minutes=5)
    roll_up([request(at=at), request(at=at)._replace(service_name="venue-service")])

    for name in ("payment", "payment-service"):
        assert [line["service_name"] for line in listed(service=name)] == ["payment-service"]
    assert listed(endpoint="/pay", service="venue")[0]["service_name"] == "venue-service"
    assert listed(endpoint="/refund") == []


def test_a_page_says_how_many_endpoints_there_are() -> None:
    at = ago(minutes=5)
    roll_up([request(100 - n, endpoint=f"/{n:02}", at=at) for n in range(5)])

    response = client_of("user").get(DASHBOARD, {"limit": 2, "offset": 2})

    assert [line["endpoint"] for line in response.json()["endpoints"]] == ["/02", "/03"]
    assert response["X-Total-Count"] == "5"
    assert 'rel="next"' in response["Link"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "slowness"}, "sort"),
        ({"start": "yesterday"}, "start"),
        ({"end": "soon"}, "end"),
        ({"start": "2026-01-02", "end": "2026-01-02"}, "start"),
        ({"start": "2020-01-01", "end": "2026-01-02"}, "start"),
        ({"limit": 1_001}, "limit"),
        ({"limit": 0}, "limit"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(query: dict[str, Any], field: str) -> None:
    response = client_of("user").get(DASHBOARD, query)

    assert response.status_code == 400
    assert field in response.json()["details"]


def test_slow_requests_are_listed_one_by_one() -> None:
    record_requests([request(ms, at=ago(minutes=5)) for ms in (10, 900, 70)])

    response = client_of("user").get(SLOW, {"limit": 2})

    assert [row["response_time_ms"] for row in response.json()] == [900, 70]
    assert set(response.json()[0]) == {
        *("id", "service_name", "endpoint", "method", "response_time_ms", "status_code"),
        "timestamp",
    }
    assert response["X-Total-Count"] == "3"
    assert client_of("user").get(SLOW, {"start": "2026-01-01"}).status_code == 400


def test_the_admin_lists_and_changes_nothing(client: Client) -> None:
    staff = get_user_model().objects.create_superuser("ana", password="secret")
    client.force_login(staff)
    record_requests([request(1_234, at=ago(minutes=5))])
    row = PerformanceMetric.objects.get()

    requests = client.get("/admin/health/performancemetric/")
    rollups = client.get("/admin/health/performancerollup/")

    assert "1234" in requests.content.decode()
    assert "payment-service" in rollups.content.decode()
    assert client.get("/admin/health/performancemetric/add/").status_code == 403
    assert client.post(f"/admin/health/performancemetric/{row.pk}/delete/").status_code == 403


def test_the_panel_shows_the_slowest_endpoints_of_the_last_hour(settings: Settings) -> None:
    at = timezone.now()
    recent = at - timedelta(minutes=5)
    roll_up([request(100 * n, endpoint=f"/{n:02}", at=recent) for n in range(1, 11)])
    roll_up([request(9_000, 503, endpoint="/old", at=at - timedelta(minutes=62))])

    panel = slowest_panel(at)

    lines = panel.context["lines"]
    assert [line["figures"].endpoint for line in lines] == [f"/{n:02}" for n in range(10, 2, -1)]
    assert (panel.context["endpoints"], panel.context["requests"]) == (10, 10)
    assert slowest_panel(at + timedelta(days=1)).context["lines"] == []
