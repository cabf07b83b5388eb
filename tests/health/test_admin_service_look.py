"""What the admin shows of a watched service: its days, flips, certificate and what its job calls."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from health.models import ServiceFlip, SlaMetric
from health.models.watched_service import Kind
from tests.health.factories import ServiceStateFactory, WatchedServiceFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:health_watchedservice_changelist")


def page_of(name: str) -> str:
    return reverse("admin:health_watchedservice_change", args=[name])


@pytest.mark.parametrize("kind", [Kind.HTTP, Kind.DNS, Kind.HEARTBEAT])
def test_the_boxes_of_other_kinds_are_closed(admin_client: Client, kind: Kind) -> None:
    WatchedServiceFactory.create(name="ledger", kind=kind, heartbeat_period_seconds=60)

    shown = admin_client.get(page_of("ledger"))

    boxes = shown.context["adminform"].fieldsets
    closed = {name for name, box in boxes if "collapse" in box.get("classes", ())}
    of_kinds = {f"Only for {each.label}" for each in (Kind.HTTP, Kind.DNS, Kind.HEARTBEAT)}
    assert closed == of_kinds - {f"Only for {kind.label}"}


def test_the_page_shows_days_flips_and_the_certificate(admin_client: Client) -> None:
    now = timezone.now()
    service = WatchedServiceFactory.create(name="ledger")
    ServiceStateFactory.create(
        service=service, checked_at=now, certificate_expires_at=now + timedelta(days=3, hours=1)
    )
    ServiceFlip.objects.create(
        service_name="ledger",
        at=now,
        was="healthy",
        status="unhealthy",
        error_message="no <answer>",
    )
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    SlaMetric.objects.create(
        service_name="ledger-service",
        period_start=midnight - timedelta(days=1),
        period_end=midnight,
        up_ms=43_200_000,
        down_ms=43_200_000,
    )

    shown = admin_client.get(page_of("ledger")).content.decode()

    assert '<span class="status status-degraded">3 days</span>' in shown
    assert "no &lt;answer&gt;" in shown
    assert f"{midnight - timedelta(days=1):%Y-%m-%d}: 50.00 % up, down for 12 h" in shown
    assert shown.count('class="day-down"') == 1
    assert shown.count('class="hit"') == 90


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, 'status-unhealthy">expired<'), (13, "status-degraded"), (14, "14 days"), (40, "40 days")],
)
def test_the_list_says_how_long_a_certificate_is_good(
    admin_client: Client, days: int, words: str
) -> None:
    now = timezone.now()
    ServiceStateFactory.create(
        service=WatchedServiceFactory.create(name="ledger", certificate_days=14),
        checked_at=now,
        certificate_expires_at=now + timedelta(days=days, minutes=5),
    )

    shown = admin_client.get(LIST).content.decode()

    assert words in shown


def test_the_list_asks_the_database_no_more_for_more_services(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        ServiceStateFactory.create(
            service=WatchedServiceFactory.create(name=f"s{number}"), checked_at=timezone.now()
        )

    with django_assert_max_num_queries(14):
        admin_client.get(LIST)


def test_a_heartbeat_shows_what_its_job_calls(admin_client: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://monitoring.example"
    service = WatchedServiceFactory.create(
        name="backup", kind=Kind.HEARTBEAT, url="", heartbeat_period_seconds=60
    )
    service.refresh_from_db()

    shown = admin_client.get(page_of("backup")).content.decode()

    assert f"https://monitoring.example/heartbeat/{service.heartbeat_key}" in shown
    assert "calls us" in admin_client.get(LIST).content.decode()
