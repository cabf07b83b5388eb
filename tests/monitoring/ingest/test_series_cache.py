"""The cache of series numbers is bounded, and a wrong number in it never reaches a row."""

import pytest
from django.core.management import call_command

from monitoring.ingest.series_cache import CACHE, Key, Known, SeriesCache, hash_of, key_of
from monitoring.models import Series
from monitoring.query.latest import latest_values
from monitoring.types import MetricType
from tests.monitoring.factories import LatestFactory, SeriesFactory, gauge
from tests.monitoring.ingest.pushing import only, push


def entry(number: int) -> dict[Key, Known]:
    return {("m", "s", (("n", str(number)),)): Known(number, "", MetricType.GAUGE)}


def test_the_key_of_a_sample_does_not_depend_on_the_order_of_its_labels() -> None:
    assert key_of(gauge(1, a="1", b="2")) == key_of(gauge(2, b="2", a="1"))


def test_the_hash_of_a_series_is_the_same_in_every_version() -> None:
    key = ("system_cpu_usage_percent", "auth-service", (("host", "é"), ("os", "x")))

    assert hash_of(key) == "fd423ebb89aa8ad4857997f379b742da"


@pytest.mark.parametrize(
    "other",
    [
        ("b", "s", ()),
        ("a", "t", ()),
        ("a", "s", (("b", "c"),)),
        ("as", "", ()),
        ("a", "s", (("", ""),)),
    ],
)
def test_what_differs_hashes_differently(other: Key) -> None:
    assert hash_of(("a", "s", ())) != hash_of(other)


def test_a_cleared_cache_knows_nothing() -> None:
    cache = SeriesCache()
    cache.remember(entry(1))

    cache.clear()

    assert len(cache) == 0


def test_a_generation_is_dropped_once_and_its_successor_is_kept() -> None:
    cache = SeriesCache()
    wrong = cache.current
    cache.drop(wrong)
    cache.remember(entry(1))

    cache.drop(wrong)

    assert len(cache) == 1


def test_what_is_learnt_of_a_dropped_generation_is_lost_with_it() -> None:
    cache = SeriesCache()
    wrong = cache.current
    cache.drop(wrong)

    wrong.series.remember(entry(1))

    assert len(cache) == 0


@pytest.mark.django_db
def test_a_number_that_is_not_in_the_database_is_looked_up_again() -> None:
    sample = gauge(1)
    CACHE.remember({key_of(sample): Known(2**31 - 1, hash_of(key_of(sample)), sample.type)})

    push(sample)

    assert only().value == 1
    assert len(CACHE) == 0


@pytest.mark.django_db
def test_a_number_that_means_another_series_now_is_looked_up_again() -> None:
    sample = gauge(1)
    other = LatestFactory.create(value=70.0).series
    CACHE.remember({key_of(sample): Known(other.pk, hash_of(key_of(sample)), sample.type)})

    push(sample)

    assert sorted(value.value for value in latest_values()) == [1, 70]


@pytest.mark.django_db
def test_a_series_that_lost_its_newest_value_gets_a_new_one() -> None:
    series = SeriesFactory.create(labels={})

    push(gauge(1))

    assert only().series.id == series.pk


@pytest.mark.django_db
def test_what_may_be_rolled_back_is_not_cached() -> None:
    CACHE.clear()

    push(gauge(1))

    assert len(CACHE) == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_cached_and_survives_an_emptied_database() -> None:
    CACHE.clear()
    push(gauge(1))
    assert len(CACHE) == 1
    stale = CACHE.get(key_of(gauge(1)))

    call_command("flush", verbosity=0, interactive=False)
    push(gauge(2))

    assert only().value == 2
    assert CACHE.get(key_of(gauge(1))) != stale
    assert Series.objects.count() == 1
