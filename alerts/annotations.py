"""What alerting marks on charts."""

from datetime import datetime

from alerts.models import Alert
from alerts.selectors import alerts_between
from monitoring.types import Annotation

_MOST = 1_000  # of the newest; a chart cannot show more


def annotations(start: datetime, end: datetime) -> list[Annotation]:
    """Return the alerts that were firing at some time from `start` to `end`, each from firing to resolution."""
    newest = alerts_between(start, end).reverse()[:_MOST]
    return [_annotation(alert, alert.fired_at) for alert in reversed(newest) if alert.fired_at]


def _annotation(alert: Alert, fired_at: datetime) -> Annotation:
    """Say what is public anyway: labels and names of people stay out, since no token is asked for here."""
    tags = ("alert", alert.severity, *([alert.service] if alert.service else []))
    return Annotation(
        at=fired_at, title=alert.title, text=_text(alert), tags=tags, until=alert.resolved_at
    )


def _text(alert: Alert) -> str:
    value = "No value" if alert.value is None else f"Value: {alert.value:g}"
    return value if alert.threshold is None else f"{value}, threshold: {alert.threshold:g}"
