"""How long the history of probes is kept."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from health.models import ServiceFlip, ServiceHealth
from health.services import retention
from health.services.retention import forget_probes
from tests.health.factories import NOON, ServiceHealthFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def month(settings: Settings) -> None:
    settings.HEALTH_RETENTION = 30 * DAY


def test_what_is_older_than_the_retention_goes_and_flips_stay() -> None:
    kept = ServiceHealthFactory.create(checked_at=NOON - 30 * DAY)
    ServiceHealthFactory.create(checked_at=NOON - 30 * DAY - timedelta.resolution)
    ServiceFlip.objects.create(service_name="payment", at=NOON - 90 * DAY, status="healthy")

    assert forget_probes(at=NOON) == 1

    assert ServiceHealth.objects.get() == kept
    assert ServiceFlip.objects.count() == 1


@pytest.mark.parametrize(("most", "gone"), [(1, 2), (2, 4), (3, 5), (9, 5)])
def test_rows_go_in_batches_the_oldest_first_and_no_more_than_fit_one_run(
    monkeypatch: pytest.MonkeyPatch, most: int, gone: int
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "MOST_BATCHES", most)
    for age in range(5):
        ServiceHealthFactory.create(checked_at=NOON - (40 + age) * DAY)

    assert forget_probes(at=NOON) == gone

    left = ServiceHealth.objects.order_by("-checked_at").values_list("checked_at", flat=True)
    assert list(left) == [NOON - (40 + age) * DAY for age in range(5 - gone)]


def test_nothing_old_is_nothing_to_do() -> None:
    assert forget_probes(at=NOON) == 0
