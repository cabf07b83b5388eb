"""Markup in names, errors, tags and titles stays text, on every page, picture and feed that shows them."""

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from django.contrib import admin as django_admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import Client
from django.utils import timezone

from alerts.models import MaintenanceWindow
from health import models as health_models
from health.models import Report, ReportFile, ServiceFlip, ServiceHealth, Slo
from health.public.memory import memory
from health.services.report_work import run_report
from tests.health.reports.rows import AFTER, FIRST, LONG_AFTER, buckets, requests, subscribed
from tests.health.statuspage.rows import (
    bucket,
    day,
    incident,
    midnight_of,
    public_service,
    standing,
    window,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("away")]
# Ends an attribute, an element, a script, a comment and a CDATA section, and begins an element with a handler.
PLANTED = "\"'></i>--]]><planted onplanted=1>{{7}}"
ITSELF = {"heartbeat_cron", "heartbeat_time_zone", "recurrence", "time_zone", "name"}


class Found(HTMLParser):
    """Whether an element or an attribute came out of what was planted."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.is_run = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_run |= tag == "planted" or any(name == "onplanted" for name, _ in attrs)


def plant(row: models.Model) -> None:
    """Put the markup into every column of the row that holds free text."""
    for field in row._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        if is_text and not field.primary_key and field.name not in ITSELF:
            setattr(row, field.name, PLANTED[: field.max_length])
        elif isinstance(field, ArrayField) and field.name == "tags":
            setattr(row, field.name, [PLANTED])
    row.save()


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row of each kind with markup in it, now and in the past that a report is made of."""
    monkeypatch.setattr(memory, "start", lambda work: work())
    memory.clear()
    at = timezone.now()
    service = public_service("payment", created_at=FIRST)
    plant(service)
    type(service).objects.filter(pk="payment").update(created_at=FIRST)
    rows: list[models.Model] = [standing(service, at, "unhealthy"), subscribed()]
    rows += [window(at + timedelta(days=1)), window(at - timedelta(minutes=5))]
    told = incident("t", [(at, "investigating", "x")], services=["payment"])
    rows += [told, *told.updates.all()]
    rows.append(Slo.objects.create(name="s", service=service, target_percent="99.9"))
    for instant in (at, FIRST):
        rows.append(ServiceHealth(service_name="payment", checked_at=instant, status="unhealthy"))
        rows.append(ServiceFlip(service_name="payment", at=instant, status="unhealthy"))
    for row in rows:
        plant(row)
    MaintenanceWindow.objects.update(
        matchers=[{"label": "service_name", "op": "=~", "value": ".*"}]
    )
    ServiceHealth.objects.update(service_name="payment")
    ServiceFlip.objects.update(service_name="payment")
    day(service, midnight_of(at) - timedelta(days=1), down_ms=1)
    bucket(service, midnight_of(at))
    buckets("payment", FIRST, AFTER, {FIRST: {"down_ms": 300_000}})
    for instant in (at, FIRST):
        requests(service.service_name, instant, [1.0, 9_000.0])
        health_models.PerformanceRollup.objects.update(endpoint=PLANTED, service_name=PLANTED)


def seen(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, f"{path} {answer.status_code}"
    return str(answer.content.decode())


@pytest.mark.parametrize(
    "path", ["", "/history", "/incidents/{incident}", "/badge.svg", "/badge/payment.svg"]
)
def test_it_stays_text_for_the_public(client: Client, path: str) -> None:
    told = health_models.PublicIncident.objects.get()

    page = seen(client, f"/status-page{path.format(incident=told.pk)}", Accept="text/html")

    assert "planted" in page or path == "/badge.svg"
    assert not Found(page).is_run


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_it_stays_text_in_a_feed_and_in_what_the_feed_carries(client: Client, kind: str) -> None:
    feed = fromstring(seen(client, f"/status-page/feed.{kind}"))

    assert not [each for each in feed.iter() if each.tag == "planted" or "onplanted" in each.attrib]
    carried = [
        each.text or "" for each in feed.iter() if each.tag.endswith(("description", "content"))
    ]
    assert any("planted" in each for each in carried)
    assert not any(Found(each).is_run for each in carried)


@pytest.mark.parametrize("kind", Report.Kind.values)
def test_it_stays_text_in_a_report(admin_client: Client, kind: str) -> None:
    made = Report.objects.create(
        kind=kind, period="daily", start=FIRST, end=AFTER, asked_by=PLANTED
    )

    assert run_report(made.pk, at=LONG_AFTER)

    page = bytes(ReportFile.objects.get(report=made, format="html").content).decode()
    assert "planted" in page
    assert not Found(page).is_run


def test_it_stays_text_on_the_operations_page(admin_client: Client) -> None:
    page = seen(admin_client, "/")

    assert "planted" in page
    assert not Found(page).is_run


@pytest.mark.parametrize(
    "model", [model for model in django_admin.site._registry if model._meta.app_label == "health"]
)
def test_it_stays_text_in_the_admin(admin_client: Client, model: type[models.Model]) -> None:
    base = f"/admin/health/{model._meta.model_name}/"
    Report.objects.create(
        kind="sla", period="daily", start=FIRST, end=AFTER, error=PLANTED, status="failed"
    )
    pages: dict[str, Any] = {base: seen(admin_client, base)}

    row = model._default_manager.first()
    if row is not None:
        pages["change"] = seen(admin_client, f"{base}{row.pk}/change/")

    assert [path for path, page in pages.items() if Found(page).is_run] == []
