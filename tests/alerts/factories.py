"""Rows of alerting for tests: one factory for each model, required fields only."""

# factory-boy ships types, but its declarations have none.
# mypy: allow-untyped-calls

from datetime import UTC, datetime

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from alerts.models import Alert, AlertRule, Incident, Notification
from alerts.models.alert import State
from alerts.models.notification import OPEN, Status

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)


class AlertRuleFactory(DjangoModelFactory[AlertRule]):
    """A rule that fires at once above 80."""

    class Meta:
        model = AlertRule

    rule_name = Sequence(lambda n: f"rule_{n}")
    metric_name = "system_cpu_usage_percent"
    threshold = 80.0


class AlertFactory(DjangoModelFactory[Alert]):
    """An alert that fires since noon."""

    class Meta:
        model = Alert

    rule = SubFactory(AlertRuleFactory)
    fingerprint = Sequence(lambda n: f"{n:016x}")
    title = "High CPU Usage"
    severity = "warning"
    state = State.FIRING
    service = "payment-service"
    value = 85.3
    threshold = 80.0
    started_at = NOON
    last_evaluated_at = NOON
    fired_at = LazyAttribute(lambda row: None if row.state == State.PENDING else NOON)
    resolved_at = LazyAttribute(lambda row: NOON if row.state == State.RESOLVED else None)


class NotificationFactory(DjangoModelFactory[Notification]):
    """A message owed by e-mail since noon."""

    class Meta:
        model = Notification

    alert = SubFactory(AlertFactory)
    transition_seq = 1
    kind = "firing"
    channel = "email"
    recipient = "ops@tickettoken.example"
    dedup_key = Sequence(lambda n: f"{n:064x}")
    severity = "warning"
    payload = LazyFunction(dict)
    status = Status.PENDING
    due_at = NOON
    settled_at = LazyAttribute(lambda row: None if row.status in OPEN else NOON)


class IncidentFactory(DjangoModelFactory[Incident]):
    """An incident that was opened at noon."""

    class Meta:
        model = Incident

    title = "Payment Service Outage"
    severity = "critical"
    detected_at = NOON
