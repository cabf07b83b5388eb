"""Which types a push goes by: those that are stored, and while PostgreSQL is away those that were."""

import pytest
from django.db import OperationalError, connection, transaction

from monitoring.models import Metric
from monitoring.push_api import senders
from monitoring.push_api.senders import KnownTypes
from monitoring.types import MetricType
from tests.monitoring.factories import MetricFactory
from tests.monitoring.spool.absence import database_away

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KnownTypes, "_last", {})


def test_a_stored_type_goes_before_the_catalogues() -> None:
    MetricFactory.create(name="system_cpu_usage_percent", type=MetricType.SUMMARY)

    assert KnownTypes().type_of("system_cpu_usage_percent") is MetricType.SUMMARY


def test_a_catalogued_type_is_known_without_being_stored() -> None:
    assert KnownTypes().type_of("payment_success_total") is MetricType.COUNTER


def test_nobody_knows_the_type_of_a_new_name() -> None:
    assert KnownTypes().type_of("hits") is None


def test_while_the_database_is_away_it_goes_by_what_it_read_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MetricFactory.create(name="hits", type=MetricType.COUNTER)
    assert KnownTypes().type_of("hits") is MetricType.COUNTER

    with database_away(monkeypatch):
        assert KnownTypes().type_of("hits") is MetricType.COUNTER
        assert KnownTypes().type_of("never_seen") is None
        assert KnownTypes().type_of("payment_success_total") is MetricType.COUNTER


def test_what_it_remembers_is_read_again_once_the_database_answers() -> None:
    assert KnownTypes().type_of("hits") is None
    MetricFactory.create(name="hits", type=MetricType.COUNTER)

    assert KnownTypes().type_of("hits") is MetricType.COUNTER


def test_within_a_transaction_whoever_runs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    MetricFactory.create(name="hits", type=MetricType.COUNTER)
    KnownTypes().type_of("hits")
    types = KnownTypes()

    with monkeypatch.context() as patch:
        patch.setattr(Metric.objects, "values_list", _fail)
        with pytest.raises(OperationalError), transaction.atomic():
            types.type_of("hits")

    assert types.type_of("hits") is MetricType.COUNTER


def _fail(*_names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$")


def test_what_it_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "_MOST_REMEMBERED", 2)
    for name in ("one", "two", "three"):
        MetricFactory.create(name=name, type=MetricType.COUNTER)
    assert KnownTypes().type_of("three") is MetricType.COUNTER

    with database_away(monkeypatch):
        known = [KnownTypes().type_of(name) for name in ("one", "two", "three")]

    assert known.count(MetricType.COUNTER) == 2
    assert known.count(None) == 1
