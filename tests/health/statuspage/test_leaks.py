"""No internals leak: a secret is planted in every column of every table that is read, and is in none of the outputs.

Columns that are meant for the public are named here one by one: a column that is added later is a secret.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import Client
from django.utils import timezone

from alerts.models import Incident, MaintenanceWindow
from health.models import (
    PublicIncident,
    PublicUpdate,
    ServiceState,
    SlaBucket,
    SlaMetric,
    WatchedService,
)
from tests.health.factories import WatchedServiceFactory
from tests.health.statuspage.rows import bucket, day, incident, midnight_of, standing, window

pytestmark = pytest.mark.django_db
HUSH = "hush"
DAY = timedelta(days=1)
_FOR_THE_PUBLIC = {
    (WatchedService, "name"),  # of a public service: its id in JSON and badges
    (WatchedService, "public_name"),
    (WatchedService, "public_group"),
    (PublicIncident, "title"),
    (PublicIncident, "services"),  # checked apart: short names become public ones
    (PublicUpdate, "text"),
    (MaintenanceWindow, "public_title"),
    (MaintenanceWindow, "public_text"),
}
_HOW_IT_WORKS = {
    (MaintenanceWindow, "recurrence"),
    (MaintenanceWindow, "time_zone"),
    (WatchedService, "heartbeat_time_zone"),
}
_READ = (
    WatchedService,
    ServiceState,
    SlaMetric,
    SlaBucket,
    PublicIncident,
    PublicUpdate,
    MaintenanceWindow,
    Incident,
)


def plant(row: models.Model) -> None:
    """Put a secret into every column of the row that can hold a text and is not for the public."""
    for field in row._meta.concrete_fields:
        if (type(row), field.name) in _FOR_THE_PUBLIC | _HOW_IT_WORKS or field.primary_key:
            continue
        secret = f"{HUSH}-{type(row).__name__}-{field.name}"
        planted: Any = None
        if isinstance(field, models.JSONField):
            planted = {secret: secret}
        elif isinstance(field, ArrayField):
            planted = [secret[: field.base_field.max_length]]
        elif isinstance(field, models.CharField | models.TextField) and not field.choices:
            planted = secret[: field.max_length]
        if planted is not None:
            setattr(row, field.name, planted)
    row.save()


@pytest.fixture
def planted() -> list[str]:
    """Plant secrets around one public service and one internal one; return ids that must stay inside, too."""
    at = timezone.now()
    public = WatchedServiceFactory.create(
        name="payment", is_public=True, public_name="Payments", public_group="Buying"
    )
    internal = WatchedServiceFactory.create(name=f"{HUSH}-short", is_public=False)
    hidden = Incident.objects.create(title="t", severity="high", detected_at=at)
    told = incident(
        "Cards fail",
        [(at, "investigating", "We look into it.")],
        services=["payment", internal.name],
        incident=hidden,
    )
    draft = incident(f"{HUSH} draft", [(at, "investigating", f"{HUSH} text")], is_published=False)
    announced = window(at + DAY)
    unannounced = window(at + DAY, public_title="", public_text=f"{HUSH} text")
    public_day, public_bucket = day(public, midnight_of(at) - DAY), bucket(public, midnight_of(at))
    rows: list[models.Model] = [standing(each, at, "unhealthy") for each in (public, internal)]
    rows += [public_day, public_bucket, public, hidden, told, *told.updates.all()]
    for row in (*rows, announced, unannounced):
        plant(row)
    # Days and maintenance belong to the service still, whose full name is a secret now.
    SlaMetric.objects.filter(pk=public_day.pk).update(service_name=public.service_name)
    SlaBucket.objects.filter(pk=public_bucket.pk).update(service_name=public.name)
    matchers = [{"label": "service_name", "op": "=~", "value": f"{HUSH}-.*"}]
    MaintenanceWindow.objects.update(matchers=matchers)
    inside = (hidden, draft, announced, unannounced)
    return [
        *(str(row.pk) for row in inside),
        str(public.heartbeat_key),
        str(internal.heartbeat_key),
    ]


def outputs(client: Client) -> dict[str, str]:
    told = PublicIncident.objects.get(is_published=True)
    paths = (
        "/status-page",
        "/status-page.json",
        "/status-page/feed.rss",
        "/status-page/feed.atom",
        "/status-page/badge.svg",
        "/status-page/badge.svg?metric=uptime",
        "/status-page/badge/payment.svg",
        "/status-page/badge/payment.svg?metric=uptime",
        f"/status-page/badge/{HUSH[::-1]}.svg",
        f"/status-page/incidents/{told.pk}",
        "/status-page/history",
    )
    answers = {path: client.get(path) for path in paths}
    return {
        path: f"{dict(answer.headers)} {answer.content.decode()}"
        for path, answer in answers.items()
    }


def test_no_secret_is_in_any_output(client: Client, planted: list[str]) -> None:
    leaks = {
        path: text[max(0, text.find(secret) - 60) :][:120]
        for path, text in outputs(client).items()
        for secret in (HUSH, *planted)
        if secret in text
    }

    assert leaks == {}


def test_what_is_for_the_public_is_in_the_outputs(client: Client, planted: list[str]) -> None:
    page = outputs(client)["/status-page"]

    for words in ("Payments", "Buying", "Cards fail", "We look into it.", "New database"):
        assert words in page
    assert "Affects Payments." in page


def test_secrets_were_planted_in_every_table_that_is_read(planted: list[str]) -> None:
    for model in _READ:
        rows = [
            {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
            for row in model._default_manager.all()
        ]

        assert HUSH in str(rows), model
