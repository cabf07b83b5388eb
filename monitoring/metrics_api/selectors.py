"""Reads behind the metrics endpoints."""

from collections.abc import Mapping
from datetime import datetime

from monitoring.errors import MetricNotFoundError
from monitoring.ingest.door import RequestKey
from monitoring.metrics_api.names import names_of_service
from monitoring.metrics_api.span import Span
from monitoring.models import IngestRequest, Metric
from monitoring.query.latest import latest_values
from monitoring.query.range import SeriesSamples, read_range
from monitoring.types import LatestValue


def samples_in(
    span: Span, *, metric: str | None, service: str | None, matchers: Mapping[str, str]
) -> list[SeriesSamples]:
    """Return the samples of every series that matches, one entry a series.

    Raises MetricNotFoundError if no such metric was ever catalogued or pushed; a service without
    samples is no error, it may just be young.
    """
    if metric is not None and not Metric.objects.filter(name=metric).exists():
        raise MetricNotFoundError(f"no metric {metric[:255]!r}")
    found: list[SeriesSamples] = []
    for name in names_of_service(service) if service else (None,):
        found += read_range(
            metric=metric, service=name, matchers=matchers, start=span.start, end=span.end
        )
    return found


def latest_of_service(service: str) -> list[LatestValue]:
    """Return the newest value of each series of a service, under either of its names."""
    return [value for name in names_of_service(service) for value in latest_values(service=name)]


def first_received_at(request: RequestKey) -> datetime | None:
    """Return the instant at which a request with this key was stored, None if none was."""
    known = IngestRequest.objects.filter(client=request.client, key=request.key)
    return known.values_list("created_at", flat=True).first()
