"""A sample each minute that travels the whole road: ingest, rule, alert, ledger, sender, and a sink at its end.

Its value is the instant of the sample in seconds since the epoch, positive and negative in turns, so that each
one makes the rule fire or resolve, and whoever sees the message can tell how long the road took.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from alerts.default_rules import DefaultRule
from alerts.models import Alert, AlertRule, Event, Notification, NotificationAttempt
from alerts.models.choices import Condition, Severity
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample

CANARY = "canary"
METRIC = "alerting_canary"
RETENTION = timedelta(hours=24)

RULE = DefaultRule(
    name="alerting_canary",
    metric=METRIC,
    condition=Condition.ABOVE,
    threshold=0,
    duration=0,
    severity=Severity.INFO,
    summary="Canary of the alerting road",
    description="Sent by the service to itself each minute; it tells nobody.",
    channels=(CANARY,),
    flap_firings=0,  # it fires every second minute, on purpose
)


def send_canary(*, at: datetime) -> None:
    """Hand the sample of the minute `at` to the door that all samples pass."""
    minute = int(at.timestamp() // 60)
    value = at.timestamp() if minute % 2 == 0 else -at.timestamp()
    sample = Sample(metric=METRIC, service=settings.SERVICE_NAME, value=value, at=at)
    ingest([sample], origin=Origin.COLLECTOR, at=at)


def latency_seconds(value: float | None, *, at: datetime) -> float | None:
    """Return how long ago the sample of that value was taken; None if it is no canary's."""
    if not value:
        return None
    return max(0.0, at.timestamp() - abs(value))


def is_expected(since: datetime) -> bool:
    """Tell whether canaries have been sent and told since then: the rule is on and was there already."""
    rules = AlertRule.objects.filter(seeded_as=RULE.name, enabled=True, updated_at__lte=since)
    return rules.filter(notification_channels__contains=[CANARY]).exists()


def forget_canaries(*, before: datetime) -> int:
    """Delete what canaries left in alerts and ledger, and return how many; they prove nothing about people."""
    old = Alert.objects.filter(
        rule__seeded_as=RULE.name, state=Alert.State.RESOLVED, resolved_at__lt=before
    )
    ids = list(old.values_list("pk", flat=True)[:10_000])
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL alerts.retention = 'on'")
        Event.objects.filter(alert__in=ids).delete()
        rows = Notification.objects.filter(alert__in=ids)
        NotificationAttempt.objects.filter(notification__in=rows).delete()
        rows.delete()
        Alert.objects.filter(pk__in=ids).delete()
    return len(ids)
