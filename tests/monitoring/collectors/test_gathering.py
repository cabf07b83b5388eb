"""Collectors of all apps run together; a fault in one does not silence the others."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from monitoring.collectors import COLLECTORS, gathering
from monitoring.collectors.gathering import gather
from monitoring.exposition.accumulator import Accumulator
from monitoring.query.latest import latest_values
from monitoring.types import MetricType, Sample

pytestmark = pytest.mark.django_db(transaction=True)

Collect = Callable[[datetime], list[Sample]]
Offer = Callable[..., None]


@pytest.fixture
def slot() -> datetime:
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Return what makes each function the collector of one app's group `test`."""

    def offer_each(*collectors: Collect) -> None:
        modules = [
            SimpleNamespace(__name__=f"app{number}.collectors", COLLECTORS={"test": collect})
            for number, collect in enumerate(collectors)
        ]
        modules.append(SimpleNamespace(__name__="other.collectors", COLLECTORS={}))
        monkeypatch.setattr(gathering, "offered", lambda _name: modules)

    return offer_each


def sampled(service: str) -> Collect:
    return lambda at: [Sample("queue_size", service, 1.0, at, MetricType.GAUGE)]


def failing(error: Exception) -> Collect:
    def collect(at: datetime) -> list[Sample]:
        raise error

    return collect


def services() -> list[str]:
    return [one.series.service for one in latest_values(metrics=["queue_size"])]


def test_what_all_apps_offer_for_the_group_is_stored_for_the_slot(
    offer: Offer, slot: datetime
) -> None:
    offer(sampled("a"), sampled("b"))

    report = gather("test", slot=slot, at=timezone.now())

    assert report.stored == 2
    assert services() == ["a", "b"]
    assert {one.at for one in latest_values(metrics=["queue_size"])} == {slot}


def test_a_fault_is_logged_and_counted_and_the_others_are_stored(
    offer: Offer, slot: datetime, gathered: Accumulator, caplog: pytest.LogCaptureFixture
) -> None:
    offer(failing(ZeroDivisionError("a fault")), sampled("b"))

    gather("test", slot=slot, at=timezone.now())

    assert services() == ["b"]
    label = frozenset({("collector", "app0.collectors.test")})
    assert gathered.take().counters["collector_failures_total", label] == 1
    assert "a fault" in caplog.text


def test_a_database_that_is_away_is_raised_and_nothing_is_stored(
    offer: Offer, slot: datetime
) -> None:
    offer(sampled("a"), failing(OperationalError("away")))

    with pytest.raises(OperationalError):
        gather("test", slot=slot, at=timezone.now())

    assert services() == []


def test_a_sample_that_is_refused_is_logged(
    offer: Offer, slot: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    offer(sampled("a"), lambda at: [Sample("queue_size", "b", 1.0, at, MetricType.COUNTER)])

    report = gather("test", slot=slot, at=timezone.now())

    assert report.stored == 1
    assert "collected sample refused" in caplog.text


@pytest.mark.parametrize("group", sorted(COLLECTORS))
@pytest.mark.usefixtures("fresh_stores")
def test_a_repeat_for_the_same_slot_changes_no_value_that_it_derives(
    group: str, slot: datetime
) -> None:
    first = gather(group, slot=slot, at=timezone.now())
    series = {one.series.id for one in latest_values()}

    second = gather(group, slot=slot, at=timezone.now())

    assert (second.stored, second.rejected) == (first.stored, ())
    assert {one.series.id for one in latest_values()} == series
    assert {one.at for one in latest_values()} <= {slot}
