"""GET metrics/export, again and again: the text is kept, the numbers are not."""

from collections.abc import Mapping

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.exposition.views import SNAPSHOTS
from monitoring.ingest.door import ingest
from monitoring.models import Metric
from monitoring.types import Origin, Sample
from tests.monitoring.clients import API

pytestmark = pytest.mark.django_db


def store(value: float, labels: Mapping[str, str] | None = None) -> None:
    now = timezone.now()
    sample = Sample("queue_depth", "payment-service", value, now, labels=labels or {})
    ingest([sample], origin=Origin.COLLECTOR, at=now)


def scrape() -> str:
    for cache in SNAPSHOTS.values():
        cache.clear()
    text: str = Client().get(f"{API}/metrics/export").text
    return text


def test_numbers_are_those_of_the_scrape_though_the_text_around_them_is_kept() -> None:
    store(5.0)
    first = scrape()
    store(6.0)

    assert 'queue_depth{service_name="payment-service"} 5\n' in first
    assert 'queue_depth{service_name="payment-service"} 6\n' in scrape()


def test_a_new_series_and_a_new_description_change_the_text() -> None:
    store(5.0)
    scrape()
    store(7.0, labels={"queue": "mail"})
    Metric.objects.filter(name="queue_depth").update(help="Waiting jobs.")

    text = scrape()

    assert 'queue_depth{queue="mail",service_name="payment-service"} 7\n' in text
    assert 'queue_depth{service_name="payment-service"} 5\n' in text
    assert "# HELP queue_depth Waiting jobs.\n" in text
