"""The admin of health: what is watched, and what the probes found."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from health.models import ServiceHealth, WatchedService
from tests.health.answering import healthy, serving
from tests.health.factories import (
    ServiceHealthFactory,
    ServiceStateFactory,
    WatchedServiceFactory,
)

pytestmark = pytest.mark.django_db
SERVICES = reverse("admin:health_watchedservice_changelist")
HISTORY = reverse("admin:health_servicehealth_changelist")


@pytest.fixture(autouse=True)
def address() -> Iterator[str]:
    """A service that answers, for every test that probes."""
    with serving(healthy) as url:
        yield url


def run(admin_client: Client, action: str, *names: str) -> str:
    answer = admin_client.post(SERVICES, {"action": action, "_selected_action": names}, follow=True)
    return answer.content.decode()


def test_the_list_shows_address_and_last_probe(admin_client: Client, address: str) -> None:
    ServiceStateFactory.create(
        service=WatchedServiceFactory.create(name="payment", url=address),
        checked_at=timezone.now(),
        status="unhealthy",
        error_message="refused",
    )
    WatchedServiceFactory.create(name="nowhere", url="")
    WatchedServiceFactory.create(name="silent", enabled=False)

    page = admin_client.get(SERVICES, {"q": ""}).content.decode()

    assert '<span class="status status-unhealthy">unhealthy</span> refused' in page
    assert address in page
    assert "none: set a URL" in page
    assert "not probed: disabled" in page


def test_services_are_disabled_and_enabled(admin_client: Client) -> None:
    WatchedServiceFactory.create(name="payment")

    assert "No longer probed: 1 of" in run(admin_client, "disable", "payment")
    assert WatchedService.objects.get().enabled is False
    assert "Probed again: 1 of" in run(admin_client, "enable", "payment")
    assert WatchedService.objects.get().enabled is True


def test_probe_now_probes_and_says_what_it_found(admin_client: Client, address: str) -> None:
    WatchedServiceFactory.create(name="payment", url=address)

    assert "Probed: 1, healthy: 1." in run(admin_client, "probe_now", "payment")
    assert ServiceHealth.objects.get().status == "healthy"


def test_the_history_is_to_read_only(admin_client: Client) -> None:
    row = ServiceHealthFactory.create()

    assert "payment" in admin_client.get(HISTORY, {"q": "pay"}).content.decode()
    assert admin_client.get(reverse("admin:health_servicehealth_add")).status_code == 403
    change = reverse("admin:health_servicehealth_change", args=[row.pk])
    assert admin_client.post(change, {"status": "healthy"}).status_code == 403
