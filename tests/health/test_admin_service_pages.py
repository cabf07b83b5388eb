"""The page of one watched service in the admin: written through the services, with all that is known beside it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alerts.models import Dependency
from health.defaults import load_defaults
from health.models import WatchedService
from health.models.watched_service import Kind
from tests.health.factories import WatchedServiceFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:health_watchedservice_changelist")
ADD = reverse("admin:health_watchedservice_add")
TCP = {
    "name": "ledger",
    "service_name": "ledger-service",
    "kind": "tcp",
    "url": "tcp://ledger:7000",
    "enabled": "on",
    "body": "json",
    "verify_tls": "on",
    "successes_before_recovery": "1",
    "certificate_days": "14",
    "availability_target": "99.9",
    "heartbeat_time_zone": "UTC",
    "heartbeat_grace_seconds": "300",
    "public_order": "0",
}


def page_of(name: str) -> str:
    return reverse("admin:health_watchedservice_change", args=[name])


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def test_a_service_is_added_with_what_it_needs(admin_client: Client) -> None:
    answer = admin_client.post(ADD, TCP | {"tags": "money, web", "depends_on": ["redis"]})

    assert answer.status_code == 302, errors(answer)
    row = WatchedService.objects.get()
    assert (row.name, row.service_name, row.url) == ("ledger", "ledger-service", TCP["url"])
    assert row.tags == ["money", "web"]
    assert Dependency.objects.get().upstream == "redis"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://ledger"}, "url"),
        ({"kind": "http", "url": "http://ledger", "path": "none"}, "path"),
        ({"kind": "heartbeat", "url": ""}, "heartbeat_cron"),
        ({"interval_seconds": "4"}, "interval_seconds"),
        ({"credentials": "nobody"}, "credentials"),
        ({"depends_on": ["nothing"]}, "depends_on"),
    ],
)
def test_what_cannot_be_watched_is_said_beside_its_field(
    admin_client: Client, fields: dict[str, Any], field: str
) -> None:
    answer = admin_client.post(ADD, TCP | fields)

    assert answer.status_code == 200
    assert field in errors(answer)
    assert not WatchedService.objects.exists()


def test_a_name_that_leads_to_another_service_is_refused_above_the_form(
    admin_client: Client,
) -> None:
    WatchedServiceFactory.create(name="other", service_name="ledger")

    answer = admin_client.post(ADD, TCP, follow=True)

    assert "Not saved: ledger is watched already, as other." in answer.content.decode()
    assert WatchedService.objects.count() == 1


def test_a_change_keeps_the_names_and_what_is_needed(admin_client: Client) -> None:
    service = WatchedServiceFactory.create(name="ledger", kind=Kind.TCP, url=TCP["url"])
    Dependency.objects.create(dependent="ledger-service", upstream="an-old-place")

    answer = admin_client.post(
        page_of("ledger"),
        TCP | {"service_name": "another", "owner": "ana", "depends_on": ["an-old-place"]},
    )

    assert answer.status_code == 302, errors(answer)
    service.refresh_from_db()
    assert (service.service_name, service.owner) == ("ledger-service", "ana")
    assert Dependency.objects.get().upstream == "an-old-place"


def test_what_is_needed_can_be_taken_away(admin_client: Client) -> None:
    WatchedServiceFactory.create(name="ledger", kind=Kind.TCP, url=TCP["url"])
    Dependency.objects.create(dependent="ledger-service", upstream="redis")

    admin_client.post(page_of("ledger"), TCP)

    assert not Dependency.objects.exists()


def test_one_that_cannot_be_probed_any_more_can_still_be_changed(admin_client: Client) -> None:
    WatchedServiceFactory.create(name="ledger", kind=Kind.TCP, url="ftp://gone")

    answer = admin_client.post(page_of("ledger"), TCP | {"url": "ftp://gone", "owner": "ana"})

    assert answer.status_code == 302, errors(answer)
    assert WatchedService.objects.get().owner == "ana"


def test_a_new_address_shuts_the_old_one_out(admin_client: Client) -> None:
    service = WatchedServiceFactory.create(
        name="backup", kind=Kind.HEARTBEAT, url="", heartbeat_period_seconds=60
    )
    WatchedServiceFactory.create(name="ledger")
    service.refresh_from_db()

    act = {"action": "renew_key", "_selected_action": ["backup", "ledger"]}
    answer = admin_client.post(LIST, act, follow=True)

    assert "New addresses: 1." in answer.content.decode()
    before, after = service.heartbeat_key, WatchedService.objects.get(name="backup").heartbeat_key
    assert before != after


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, ["probe_now", "disable"]),
        ({"enabled": False}, ["enable"]),
        (
            {"kind": Kind.HEARTBEAT, "heartbeat_period_seconds": 60},
            ["probe_now", "disable", "renew_key"],
        ),
    ],
)
def test_the_page_offers_what_can_be_done(
    admin_client: Client, fields: dict[str, Any], offered: list[str]
) -> None:
    WatchedServiceFactory.create(name="ledger", **fields)

    acts = admin_client.get(page_of("ledger")).context["acts"]

    assert [name for name, _ in acts] == offered


def test_only_what_stays_away_can_be_deleted(admin_client: Client) -> None:
    load_defaults()
    WatchedServiceFactory.create(name="ledger")
    Dependency.objects.create(dependent="ledger-service", upstream="redis")

    def delete(name: str) -> int:
        url = reverse("admin:health_watchedservice_delete", args=[name])
        return int(admin_client.post(url, {"post": "yes"}).status_code)

    assert (delete("payment"), delete("ledger")) == (403, 302)
    assert not WatchedService.objects.filter(name="ledger").exists()
    assert not Dependency.objects.filter(dependent="ledger-service").exists()


def test_the_list_can_be_narrowed_to_a_tag(admin_client: Client) -> None:
    WatchedServiceFactory.create(name="ledger", tags=["money"])
    WatchedServiceFactory.create(name="other", tags=["web"])

    shown = admin_client.get(LIST, {"tag": "money"}).context["cl"].queryset

    assert [row.name for row in shown] == ["ledger"]
