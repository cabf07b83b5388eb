"""Short forms for the samples that collectors write: they are about this service."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from monitoring.types import MetricType, Sample, Temporality


def gauge(metric: str, value: float, at: datetime, labels: Mapping[str, str]) -> Sample:
    """Return a value at an instant."""
    return Sample(metric, settings.SERVICE_NAME, float(value), at, MetricType.GAUGE, labels)


def total(
    metric: str, value: float, at: datetime, labels: Mapping[str, str], *, service: str = ""
) -> Sample:
    """Return a counter's total so far; of this service unless another one is named."""
    return Sample(
        metric,
        service or settings.SERVICE_NAME,
        float(value),
        at,
        MetricType.COUNTER,
        labels,
        Temporality.CUMULATIVE,
    )
