"""What is left of the limits of new series."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from monitoring.cardinality.limits import Room, room_for
from monitoring.models import Series
from tests.monitoring.factories import SeriesFactory


def room(**left: int) -> Room:
    amounts = {"total": 10, "client": 10, "minute": 10} | left
    service = amounts.pop("service", 10)
    return Room(services={"s": service}, **amounts)


@pytest.mark.parametrize("limit", ["total", "service", "client", "minute"])
def test_each_limit_is_reached_exactly(limit: str) -> None:
    left = room(**{limit: 3})

    assert left.take("s", 2) is None
    assert left.take("s", 1) is None
    refused = left.take("s", 1)
    assert refused is not None
    assert refused.limit == limit
    assert refused.message.startswith("no new series: ")


def test_what_does_not_fit_takes_nothing() -> None:
    left = room(client=3)

    assert left.take("s", 4) is not None
    assert left.take("s", 3) is None


def test_no_new_series_fit_everywhere() -> None:
    assert room(total=0, client=0, minute=0, service=0).take("s", 0) is None


@pytest.mark.django_db
class TestRoomFor:
    @pytest.fixture(autouse=True)
    def _limits(self, settings: Settings) -> None:
        settings.MAX_SERIES_TOTAL = 8
        settings.MAX_SERIES_PER_SERVICE = 5
        settings.MAX_SERIES_PER_CLIENT = 4
        settings.MAX_NEW_SERIES_PER_MINUTE = 3

    def test_it_counts_what_is_there(self) -> None:
        SeriesFactory.create_batch(2, client="ana", service="a")
        SeriesFactory.create(client="bo", service="a")

        left = room_for({"a", "b"}, client="ana")

        refused = left.take("b", 2)
        assert refused is not None
        assert refused.limit == "minute"
        assert left.take("a", 1) is None

    def test_the_minute_passes(self) -> None:
        SeriesFactory.create_batch(3, client="ana", service="a")
        Series.objects.update(created_at=timezone.now() - timedelta(minutes=2))

        left = room_for({"b"}, client="ana")

        refused = left.take("b", 2)
        assert refused is not None
        assert refused.limit == "client"
        assert left.take("b", 1) is None

    def test_a_service_has_its_own_limit(self) -> None:
        SeriesFactory.create_batch(4, service="a")

        refused = room_for({"a"}, client="ana").take("a", 2)

        assert refused is not None
        assert refused.limit == "service"

    def test_the_own_collectors_are_bound_by_the_other_limits_only(self) -> None:
        SeriesFactory.create_batch(4, service="a", client="")

        left = room_for({"b"}, client="")

        assert left.take("b", 4) is None
        refused = left.take("b", 1)
        assert refused is not None
        assert refused.limit == "total"
