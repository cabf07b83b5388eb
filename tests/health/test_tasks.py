"""The Celery edge of health."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from health.models import ServiceHealth
from health.tasks.probing import probe_services
from tests.health.answering import healthy, serving
from tests.health.factories import WatchedServiceFactory

pytestmark = pytest.mark.django_db


def test_a_named_slot_is_the_instant_of_the_rows() -> None:
    at = timezone.now() - timedelta(minutes=1)
    with serving(healthy) as url:
        WatchedServiceFactory.create(url=url)
        probe_services(at.isoformat())

    assert ServiceHealth.objects.get().checked_at == at


def test_without_a_slot_the_current_period_counts(settings: Settings) -> None:
    settings.HEALTH_CHECK_INTERVAL = timedelta(days=1)
    with serving(healthy) as url:
        WatchedServiceFactory.create(url=url)
        probe_services()
        probe_services()

    row = ServiceHealth.objects.get()
    assert (row.checked_at.hour, row.checked_at.minute, row.checked_at.second) == (0, 0, 0)
    assert timezone.now() - row.checked_at < timedelta(days=1)
