"""Newest values of series, as ingestion would leave them, and rules over them, evaluated minute by minute."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from alerts.models import Alert, AlertRule
from alerts.services import evaluate_rules
from monitoring.ingest.door import ingest
from monitoring.models import Latest, Metric, Series
from monitoring.types import MetricType, Origin, Sample, Temporality
from tests.alerts.factories import NOON, AlertRuleFactory
from tests.alerts.series_text import load

MINUTE = timedelta(minutes=1)


def report(
    series: str, value: float, *, at: datetime = NOON, service: str = "payment-service"
) -> None:
    """Make `value` the newest value of a series such as `cpu{host=a}`.

    For tests in one transaction: it writes past the door, so what a process remembers does not hear of a commit.
    """
    text = load(series, "0")
    metric, _ = Metric.objects.get_or_create(name=text.metric, defaults={"type": "gauge"})
    name = f"{service} {text.metric} {sorted(text.labels.items())}"
    row, _ = Series.objects.get_or_create(
        labels_hash=hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        defaults={"metric": metric, "service": service, "labels": text.labels},
    )
    Latest.objects.update_or_create(series=row, defaults={"value": value, "at": at})


def push(
    series: str,
    text: str,
    *,
    end: datetime = NOON,
    step: float = 60,
    service: str = "payment-service",
    kind: MetricType = MetricType.GAUGE,
) -> None:
    """Bring values such as `50 85x5 _x2 40` through the door, `step` seconds apart, the last one at `end`.

    Values of a counter are its total so far.
    """
    written = load(series, text, step=step)
    first = end - (len(written.values) - 1) * written.step
    samples = [
        Sample(
            written.metric,
            service,
            value,
            first + number * written.step,
            kind,
            written.labels,
            Temporality.CUMULATIVE,
        )
        for number, value in enumerate(written.values)
        if value is not None
    ]
    report = ingest(samples, origin=Origin.PUSH, at=end)
    assert not report.rejected


def rule_on(metric: str = "cpu", **fields: Any) -> AlertRule:
    """Make a rule that fires at once above 80."""
    return AlertRuleFactory.create(metric_name=metric, **fields)


def evaluate(minutes: float = 0) -> list[int]:
    """Evaluate all rules so many minutes after noon."""
    return evaluate_rules(at=NOON + minutes * MINUTE)


def states() -> list[str]:
    """Return the states of all alerts in the order in which they were raised."""
    return list(Alert.objects.order_by("created_at").values_list("state", flat=True))
