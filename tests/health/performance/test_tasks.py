"""The tasks of request performance do their work for now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from health.models import HealthCursor, PerformanceDay, PerformanceMetric, PerformanceRollup
from health.services.performance import record_requests
from health.services.performance_harvest import CURSOR
from health.tasks import performance
from tests.health.performance.rows import request, requests_of, roll_up

pytestmark = pytest.mark.django_db


def test_compaction_puts_parts_together_and_closes_days() -> None:
    old = timezone.now() - timedelta(days=5)
    for _ in range(3):
        roll_up([request(at=old)])

    performance.compact_performance()

    assert (PerformanceRollup.objects.count(), requests_of()) == (1, 3)
    assert PerformanceDay.objects.get().requests == 3


def test_what_is_too_old_is_forgotten() -> None:
    record_requests([request(at=timezone.now() - timedelta(days=8)), request(at=timezone.now())])

    performance.forget_old_performance()

    assert PerformanceMetric.objects.count() == 1


def test_the_harvest_comes_up_to_the_last_span_that_is_over() -> None:
    performance.harvest_requests()

    behind = timezone.now() - HealthCursor.objects.get(name=CURSOR).at
    assert timedelta(minutes=1) <= behind < timedelta(minutes=6, seconds=30)
