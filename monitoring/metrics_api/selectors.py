"""Reads behind the metrics endpoints."""

from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from monitoring.errors import MetricNotFoundError
from monitoring.ingest.door import RequestKey
from monitoring.metrics_api.names import names_of_service
from monitoring.metrics_api.questions import Wanted
from monitoring.metrics_api.span import Span
from monitoring.models import IngestRequest, Metric
from monitoring.query.aggregation import Answer, Question, aggregate
from monitoring.query.latest import latest_values
from monitoring.query.range import SeriesSamples
from monitoring.query.samples import samples_of
from monitoring.query.series import matching_series
from monitoring.types import LatestValue, SeriesRef


def series_of(wanted: Wanted) -> list[SeriesRef]:
    """Return the series asked for, under either name of their service, each once.

    Raises MetricNotFoundError if no such metric was ever catalogued or pushed; a service without
    samples is no error, it may just be young.
    """
    if wanted.metric is not None and not Metric.objects.filter(name=wanted.metric).exists():
        raise MetricNotFoundError(f"no metric {wanted.metric[:255]!r}")
    return [
        series
        for service in wanted.services or (None,)
        for series in matching_series(
            metric=wanted.metric, service=service, matchers=wanted.matchers
        )
    ]


def samples_in(span: Span, wanted: Wanted) -> list[SeriesSamples]:
    """Return the samples of every series asked for, one entry a series that has any."""
    return samples_of(series_of(wanted), span.first_ms, span.last_ms)


def aggregated_in(span: Span, wanted: Wanted, question: Question) -> Answer:
    """Return the series asked for by step, over the whole steps that hold the span."""
    return aggregate(
        series_of(wanted),
        start_ms=span.first_ms,
        end_ms=span.last_ms,
        question=question,
    )


def latest_of_service(service: str) -> list[LatestValue]:
    """Return the newest value of each series of a service, under either of its names."""
    return [value for name in names_of_service(service) for value in latest_values(service=name)]


def first_received_at(request: RequestKey) -> datetime | None:
    """Return the instant at which a request with this key was stored, None if none was or nobody can say."""
    known = IngestRequest.objects.filter(client=request.client, key=request.key)
    try:
        return known.values_list("created_at", flat=True).first()
    except (OperationalError, InterfaceError):  # whoever stores the request will meet it, too
        connection.close_if_unusable_or_obsolete()
        return None
