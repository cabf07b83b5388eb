"""One pushed sample, in the shape of POST /api/v1/monitoring/metrics."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MetricType = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series.

    A counter carries the increment since the last push, a histogram one observation.
    """

    metric_name: str
    value: float
    type: MetricType
    labels: dict[str, str]

    def document(self, service_name: str, at: datetime) -> dict[str, object]:
        """Return the JSON object that stands for this sample in a batch."""
        return {
            "metric_name": self.metric_name,
            "service_name": service_name,
            "value": self.value,
            "type": self.type,
            "labels": self.labels,
            "timestamp": at.isoformat(),
        }


def counter(metric_name: str, increment: float, **labels: str) -> Sample:
    """Return an increment of a counter."""
    return Sample(metric_name, increment, "counter", labels)


def gauge(metric_name: str, value: float, **labels: str) -> Sample:
    """Return a gauge, rounded to what a reader of a panel can tell apart."""
    return Sample(metric_name, round(value, 2), "gauge", labels)


def observation(metric_name: str, value: float, **labels: str) -> Sample:
    """Return one observation of a histogram."""
    return Sample(metric_name, round(value, 2), "histogram", labels)
