"""The kernel's tables in the admin: searchable, and nothing to change."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from monitoring.ingest.door import ingest
from monitoring.models import Latest
from monitoring.types import MetricType, Origin, Sample

pytestmark = pytest.mark.django_db

TABLES = ("metric", "series", "latest")


@pytest.fixture
def admin() -> Client:
    now = timezone.now()
    samples = [
        Sample("queue_depth", "ticket-service", 5.0, now, MetricType.GAUGE, {"queue": "mail"}),
        Sample("active_jobs", "auth-service", 7.0, now),
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_listed_and_found_by_its_metric(admin: Client, table: str) -> None:
    everything = admin.get(f"/admin/monitoring/{table}/").text
    found = admin.get(f"/admin/monitoring/{table}/", {"q": "queue_dep"}).text

    assert "queue_depth" in everything
    assert "active_jobs" in everything
    assert "queue_depth" in found
    assert "active_jobs" not in found


@pytest.mark.parametrize("table", ["series", "latest"])
@pytest.mark.parametrize("text", ["ticket-serv", "mail"])
def test_series_are_found_by_service_and_label(admin: Client, table: str, text: str) -> None:
    found = admin.get(f"/admin/monitoring/{table}/", {"q": text}).text

    assert "queue_depth" in found
    assert "active_jobs" not in found


@pytest.mark.parametrize("table", TABLES)
def test_nothing_can_be_added(admin: Client, table: str) -> None:
    assert admin.get(f"/admin/monitoring/{table}/add/").status_code == 403


def test_nothing_can_be_changed_or_deleted(admin: Client) -> None:
    latest = Latest.objects.filter(series__metric="queue_depth").get()
    before = (latest.value, latest.accumulates)
    path = f"/admin/monitoring/latest/{latest.pk}"

    changed = admin.post(f"{path}/change/", {"value": "9", "at": datetime.now(UTC).isoformat()})
    deleted = admin.post(f"{path}/delete/", {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    latest.refresh_from_db()
    assert (latest.value, latest.accumulates) == before


def test_the_admin_leads_back_to_the_operations_page(admin: Client) -> None:
    text = admin.get("/admin/").text

    assert '<a href="/">Operations page</a>' in text
    assert "View site" not in text
    assert "Monitoring administration" in text
