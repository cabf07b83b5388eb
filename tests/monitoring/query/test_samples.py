"""The samples of series that are already chosen."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from monitoring.errors import InvalidInputError
from monitoring.query import time_limit
from monitoring.query.samples import samples_of
from monitoring.query.series import matching_series
from monitoring.storage.instants import to_ms
from tests.monitoring.factories import NOON, gauge
from tests.monitoring.ingest.pushing import push

pytestmark = pytest.mark.django_db

NOON_MS = to_ms(NOON)


def test_samples_come_by_series_in_the_order_asked_for() -> None:
    push(gauge(1.0, host="a"), gauge(2.0, host="b"))
    push(gauge(3.0, host="a", at=NOON - timedelta(seconds=1)))
    push(gauge(4.0, host="c", at=NOON - timedelta(seconds=2)))
    last_first = matching_series()[::-1]

    found = samples_of(last_first, NOON_MS - 1_000, NOON_MS)

    assert [(each.series.labels["host"], each.values.tolist()) for each in found] == [
        ("b", [2.0]),
        ("a", [3.0, 1.0]),
    ]
    assert found[1].at_ms.tolist() == [NOON_MS - 1_000, NOON_MS]


def test_no_series_have_no_samples() -> None:
    assert samples_of([], 0, NOON_MS) == []


def test_more_points_than_one_answer_may_hold_are_refused(settings: Settings) -> None:
    settings.MAX_RANGE_POINTS = 1
    push(gauge(1.0, host="a"), gauge(2.0, host="b"))

    assert len(samples_of(matching_series()[:1], NOON_MS, NOON_MS)) == 1
    with pytest.raises(InvalidInputError, match="more than 1 points"):
        samples_of(matching_series(), NOON_MS, NOON_MS)


def test_a_read_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    push(gauge(1.0))
    series = matching_series()
    monkeypatch.setattr(time_limit.Deadline, "check", _too_late)

    with pytest.raises(InvalidInputError, match="longer than"):
        samples_of(series, NOON_MS, NOON_MS)


def _too_late(_: object) -> None:
    raise time_limit.TooSlowError
