"""What can be asked about one watched service: its past, a probe now, the key of a heartbeat, what it needs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Dependency
from health.models import ServiceFlip, ServiceHealth, ServiceState, WatchedService
from health.models.watched_service import Kind
from tests.health.answering import healthy, serving
from tests.health.factories import NOON, ServiceHealthFactory, WatchedServiceFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db
SERVICES = f"{API}/services"
JSON = "application/json"


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


def beating(**fields: Any) -> WatchedService:
    """A job that must call once an hour."""
    hourly = {"name": "backup", "kind": Kind.HEARTBEAT, "url": "", "heartbeat_period_seconds": 3600}
    service = WatchedServiceFactory.create(**hourly | fields)
    service.refresh_from_db()
    return service


def test_history_is_the_newest_first_and_of_this_service_alone(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    for minutes in (1, 2, 3):
        ServiceHealthFactory.create(checked_at=NOON - timedelta(minutes=minutes))
    ServiceHealthFactory.create(service_name="other", checked_at=NOON - timedelta(minutes=1))
    ServiceHealthFactory.create(
        checked_at=NOON, status="unhealthy", error_message="refused", metadata={"http_status": 503}
    )

    span = {"start": "2026-11-23T11:58:00Z", "end": "2026-11-23T12:00:01Z", "limit": "2"}
    page = admin.get(f"{SERVICES}/payment-service/history", span)

    assert [row["checked_at"] for row in page.json()] == [
        "2026-11-23T12:00:00Z",
        "2026-11-23T11:59:00Z",
    ]
    assert page["X-Total-Count"] == "3"
    newest, before = page.json()
    assert (newest["status"], newest["error"], newest["http_status"]) == (
        "unhealthy",
        "refused",
        503,
    )
    assert (before["error"], before["http_status"], before["response_time_ms"]) == (None, None, 45)


def test_the_end_of_a_span_does_not_count(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    ServiceHealthFactory.create(checked_at=NOON)

    before = admin.get(f"{SERVICES}/payment/history", {"end": "2026-11-23T12:00:00Z"})
    after = admin.get(f"{SERVICES}/payment/history", {"end": "2026-11-23T12:00:00.001Z"})

    assert (before.json(), len(after.json())) == ([], 1)


@pytest.mark.parametrize("of", ["history", "flips"])
@pytest.mark.parametrize(
    "span",
    [
        {"start": "2026-11-23", "end": "2026-11-23"},
        {"start": "yesterday"},
        {"end": "0001-01-01"},
        {"limit": "0"},
    ],
)
def test_a_span_that_cannot_be_is_refused(admin: Client, of: str, span: dict[str, str]) -> None:
    WatchedServiceFactory.create(name="payment")

    assert admin.get(f"{SERVICES}/payment/{of}", span).status_code == 400


def test_flips_tell_of_a_month(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    now = timezone.now()
    for days, was, status in ((40, "", "healthy"), (2, "healthy", "unhealthy")):
        ServiceFlip.objects.create(
            service_name="payment", at=now - timedelta(days=days), was=was, status=status
        )

    rows = admin.get(f"{SERVICES}/payment/flips").json()

    assert [(row["was"], row["status"]) for row in rows] == [("healthy", "unhealthy")]


@pytest.mark.django_db(transaction=True)
def test_a_probe_now_answers_with_what_it_found(settings: Settings) -> None:
    with serving(healthy) as url:
        WatchedServiceFactory.create(name="payment", url=url)
        WatchedServiceFactory.create(name="other", url=url)

        answer = client_of("operator").post(f"{SERVICES}/payment-service/probe")

    assert answer.json()["standing"]["status"] == "healthy"
    assert ServiceState.objects.get().service_id == "payment"
    assert ServiceHealth.objects.get().service_name == "payment"


def test_a_disabled_service_is_not_probed(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment", enabled=False)

    assert admin.post(f"{SERVICES}/payment/probe").status_code == 409
    assert not ServiceHealth.objects.exists()


@pytest.mark.parametrize(
    ("role", "sees"), [("user", False), ("monitoring", False), ("operator", True), ("admin", True)]
)
def test_only_who_operates_sees_what_a_job_calls(
    settings: Settings, role: str, *, sees: bool
) -> None:
    settings.PUBLIC_URL = "https://monitoring.example"
    url = f"https://monitoring.example/heartbeat/{beating().heartbeat_key}"

    client = client_of(role)
    one, (listed,) = client.get(f"{SERVICES}/backup").json(), client.get(SERVICES).json()

    assert one["heartbeat_url"] == listed["heartbeat_url"] == (url if sees else None)


def test_other_kinds_have_nothing_to_call(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment")

    assert admin.get(f"{SERVICES}/payment").json()["heartbeat_url"] is None
    assert admin.post(f"{SERVICES}/payment/heartbeat-key").status_code == 409


def test_what_a_job_calls_is_where_calls_are_taken(admin: Client, settings: Settings) -> None:
    beating()
    url = admin.get(f"{SERVICES}/backup").json()["heartbeat_url"]

    called = Client().get(url.removeprefix(settings.PUBLIC_URL))

    assert called.status_code == 200
    assert admin.get(f"{SERVICES}/backup").json()["standing"]["status"] == "healthy"


def test_a_new_key_shuts_the_old_one_out(admin: Client, settings: Settings) -> None:
    old = f"/heartbeat/{beating().heartbeat_key}"

    renewed = admin.post(f"{SERVICES}/backup/heartbeat-key").json()["heartbeat_url"]

    new = renewed.removeprefix(settings.PUBLIC_URL)
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)


def needs(admin: Client) -> Any:
    return admin.get(f"{SERVICES}/payment").json()["depends_on"]


def test_what_a_service_needs_is_read_from_the_graph_under_either_name(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    Dependency.objects.create(dependent="payment", upstream="redis")
    Dependency.objects.create(dependent="payment-service", upstream="kafka")
    Dependency.objects.create(dependent="payment-service", upstream="mongodb", enabled=False)
    Dependency.objects.create(dependent="other", upstream="postgresql")

    assert needs(admin) == ["kafka", "redis"]


def test_what_a_service_needs_is_written_as_a_whole(admin: Client) -> None:
    for name in ("payment", "auth"):
        WatchedServiceFactory.create(name=name)

    def put(*names: str) -> int:
        body = {"depends_on": list(names)}
        return int(admin.patch(f"{SERVICES}/payment", body, JSON).status_code)

    assert put("redis", "auth") == 200
    assert needs(admin) == ["auth-service", "redis"]
    assert put("auth-service", "kafka") == 200
    assert needs(admin) == ["auth-service", "kafka"]
    assert admin.patch(f"{SERVICES}/payment", {"owner": "ana"}, JSON).status_code == 200
    assert needs(admin) == ["auth-service", "kafka"]
    assert put() == 200
    assert needs(admin) == []


def test_an_edge_that_came_with_the_installation_is_switched_off_and_on(admin: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    edge = Dependency.objects.create(
        dependent="payment-service", upstream="postgresql", seeded=True
    )

    admin.patch(f"{SERVICES}/payment", {"depends_on": []}, JSON)
    edge.refresh_from_db()
    was_enabled = edge.enabled
    admin.patch(f"{SERVICES}/payment", {"depends_on": ["postgresql"]}, JSON)
    edge.refresh_from_db()

    assert (was_enabled, edge.enabled, Dependency.objects.count()) == (False, True, 1)


@pytest.mark.parametrize("upstream", ["payment", "payment-service", "nothing"])
def test_what_cannot_be_needed_is_refused(admin: Client, upstream: str) -> None:
    WatchedServiceFactory.create(name="payment")

    answer = admin.patch(f"{SERVICES}/payment", {"depends_on": [upstream]}, JSON)

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["depends_on"])
    assert not Dependency.objects.exists()


def test_a_store_that_is_watched_may_need_nothing_of_its_own_name(admin: Client) -> None:
    """A watched service called redis and the store redis are one place in the graph."""
    WatchedServiceFactory.create(name="redis", service_name="redis")

    answer = admin.patch(f"{SERVICES}/redis", {"depends_on": ["redis"]}, JSON)

    assert answer.status_code == 400
