"""One factory for each table of health, required fields only."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from health.models import ServiceHealth, ServiceState, WatchedService

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class WatchedServiceFactory(DjangoModelFactory[WatchedService]):
    class Meta:
        model = WatchedService

    name = factory.Sequence(lambda n: f"service{n}")
    service_name = factory.LazyAttribute(lambda row: f"{row.name}-service")
    url = "http://127.0.0.1:9"


class ServiceHealthFactory(DjangoModelFactory[ServiceHealth]):
    class Meta:
        model = ServiceHealth

    service_name = "payment"
    status = ServiceHealth.Status.HEALTHY
    response_time_ms = 45
    checked_at = NOON


class ServiceStateFactory(DjangoModelFactory[ServiceState]):
    class Meta:
        model = ServiceState

    service = factory.SubFactory(WatchedServiceFactory)
    status = ServiceHealth.Status.HEALTHY
    since = NOON
    checked_at = NOON
