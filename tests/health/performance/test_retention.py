"""Old requests and roll-ups are forgotten, each at its own age."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from health.models import HarvestedSeries, PerformanceMetric
from health.services import performance_retention
from health.services.performance import record_requests
from health.services.performance_retention import forget_performance
from tests.health.performance.rows import NOON, request, requests_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_requests_and_roll_ups_are_forgotten_at_their_own_age(settings: Settings) -> None:
    settings.PERFORMANCE_RETENTION = 7 * DAY
    settings.PERFORMANCE_ROLLUP_RETENTION = 400 * DAY
    record_requests([request(at=NOON - 400 * DAY), request(at=NOON - 401 * DAY)])
    record_requests([request(at=NOON - 7 * DAY), request(at=NOON)])

    deleted = forget_performance(at=NOON)

    assert deleted == 3
    assert PerformanceMetric.objects.count() == 2
    assert requests_of() == 3
    assert forget_performance(at=NOON) == 0


def test_old_rows_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance_retention, "BATCH", 2)
    record_requests([request(at=NOON - 8 * DAY)] * 5)

    assert forget_performance(at=NOON, most_batches=2) == 4
    assert forget_performance(at=NOON) == 1


def test_a_series_that_is_silent_for_longer_than_the_roll_up_is_forgotten() -> None:
    for number, days in enumerate((400, 401)):
        HarvestedSeries.objects.create(series_id=number, at=NOON - timedelta(days=days), value=1)

    assert forget_performance(at=NOON) == 1
    assert HarvestedSeries.objects.get().series_id == 0
