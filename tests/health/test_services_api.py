"""Watched services over HTTP: what is written is what is watched."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Dependency
from health.defaults import load_defaults
from health.models import ServiceState, WatchedService
from health.models.watched_service import Kind
from tests.health.factories import ServiceStateFactory, WatchedServiceFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db
SERVICES = f"{API}/services"
JSON = "application/json"
TCP = {"name": "ledger", "kind": "tcp", "url": "tcp://ledger:7000"}


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


def create(admin: Client, **fields: Any) -> Any:
    return admin.post(SERVICES, TCP | fields, JSON)


def names(client: Client, **query: Any) -> list[str]:
    return [each["name"] for each in client.get(SERVICES, query).json()]


def test_a_new_service_is_answered_as_it_is_stored(admin: Client) -> None:
    answer = create(
        admin, interval_seconds=10, timeout_seconds=1.5, tags=["money"], owner="payments"
    )

    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown == admin.get(f"{SERVICES}/ledger").json()
    assert (shown["name"], shown["service_name"]) == ("ledger", "ledger-service")
    assert (shown["address"], shown["interval_seconds"]) == ("tcp://ledger:7000", 10)
    assert (shown["timeout_seconds"], shown["tags"], shown["owner"]) == (1.5, ["money"], "payments")
    assert shown["standing"]["status"] == "degraded"
    assert shown["standing"]["error"] == "not probed yet"
    row = WatchedService.objects.get()
    assert (row.kind, row.url, row.interval_seconds) == ("tcp", "tcp://ledger:7000", 10)


@pytest.mark.parametrize("spelling", ["payment", "payment-service", "Payment"])
def test_either_name_finds_a_service(admin: Client, spelling: str) -> None:
    WatchedServiceFactory.create(name="payment")

    assert admin.get(f"{SERVICES}/{spelling}").json()["name"] == "payment"


def test_a_name_that_nobody_has_is_not_found(admin: Client) -> None:
    answers = [
        admin.get(f"{SERVICES}/nothing"),
        admin.patch(f"{SERVICES}/nothing", {"owner": "ana"}, JSON),
        admin.delete(f"{SERVICES}/nothing"),
        admin.get(f"{SERVICES}/nothing/history"),
        admin.get(f"{SERVICES}/nothing/flips"),
        admin.post(f"{SERVICES}/nothing/probe"),
    ]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_a_change_keeps_what_it_does_not_name(admin: Client, verb: str) -> None:
    create(admin, owner="payments", tags=["money"])

    changed = getattr(admin, verb)(f"{SERVICES}/ledger-service", {"owner": "ops"}, JSON)

    assert changed.status_code == 200
    assert (changed.json()["owner"], changed.json()["tags"]) == ("ops", ["money"])
    assert WatchedService.objects.get().owner == "ops"


def test_null_gives_a_column_back_to_the_settings(admin: Client) -> None:
    create(admin, interval_seconds=10)

    admin.patch(f"{SERVICES}/ledger", {"interval_seconds": None}, JSON)

    assert WatchedService.objects.get().interval_seconds is None


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "payment"},
        {"name": "payment-service"},
        {"name": "pay", "service_name": "payment"},
        {"name": "pay", "service_name": "payment-service"},
        {"name": "book-keeper"},
    ],
)
def test_a_name_that_leads_to_another_service_is_taken(
    admin: Client, fields: dict[str, str]
) -> None:
    WatchedServiceFactory.create(name="payment")
    WatchedServiceFactory.create(name="ledger-of-all", service_name="book-keeper")

    answer = create(admin, **fields)

    assert answer.status_code == 409
    assert WatchedService.objects.count() == 2


@pytest.mark.parametrize("field", ["name", "service_name"])
def test_names_stay_for_history_is_kept_under_them(admin: Client, field: str) -> None:
    create(admin)

    renamed = admin.patch(f"{SERVICES}/ledger", {field: "other"}, JSON)
    same = admin.patch(f"{SERVICES}/ledger", {"name": "ledger", "owner": "ana"}, JSON)

    assert (renamed.status_code, same.status_code) == (400, 200)
    assert field in renamed.json()["details"]


def test_a_deleted_service_takes_what_it_needs_along(admin: Client) -> None:
    create(admin, depends_on=["redis"])

    assert admin.delete(f"{SERVICES}/ledger").status_code == 204
    assert not WatchedService.objects.exists()
    assert not Dependency.objects.exists()


def test_one_that_the_environment_names_can_only_be_disabled(admin: Client) -> None:
    load_defaults()

    assert admin.delete(f"{SERVICES}/payment").status_code == 409
    assert admin.patch(f"{SERVICES}/payment", {"enabled": False}, JSON).status_code == 200
    assert admin.get(f"{SERVICES}/payment").json()["standing"]["status"] == "disabled"


def test_the_platforms_services_follow_the_address_of_the_environment(
    admin: Client, settings: Settings
) -> None:
    load_defaults()

    shown = admin.get(f"{SERVICES}/payment").json()

    assert shown["url"] == ""
    assert shown["address"] == settings.WATCHED_SERVICES["payment"][1]


def test_filters_narrow_the_list(admin: Client) -> None:
    now = timezone.now()
    rows: dict[str, dict[str, Any]] = {
        "shop": {"owner": "Sales", "tags": ["money", "web"]},
        "till": {"owner": "sales", "tags": ["money"]},
        "cron": {"kind": Kind.HEARTBEAT, "heartbeat_period_seconds": 60, "url": ""},
        "gone": {"enabled": False},
    }
    for name, fields in rows.items():
        service = WatchedServiceFactory.create(name=name, **fields)
        ServiceStateFactory.create(service=service, checked_at=now, since=now)
    ServiceState.objects.filter(pk="till").update(status="unhealthy")

    assert names(admin) == ["cron", "gone", "shop", "till"]
    assert names(admin, tag="money") == ["shop", "till"]
    assert names(admin, tag="money,web") == ["shop"]
    assert names(admin, owner="sales") == ["shop", "till"]
    assert names(admin, kind="heartbeat") == ["cron"]
    assert names(admin, status="unhealthy") == ["till"]
    assert names(admin, status="disabled,unhealthy") == ["gone", "till"]
    assert admin.get(SERVICES, {"status": "sick"}).status_code == 400
    assert admin.get(SERVICES, {"kind": "telepathy"}).status_code == 400


def test_pages_say_how_many_there_are(admin: Client) -> None:
    for name in ("a", "b", "c"):
        WatchedServiceFactory.create(name=name)

    page = admin.get(SERVICES, {"limit": 1, "offset": 1})

    assert [each["name"] for each in page.json()] == ["b"]
    assert page["X-Total-Count"] == "3"
    assert 'rel="next"' in page["Link"]
