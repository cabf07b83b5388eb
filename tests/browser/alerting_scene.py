"""An hour of alerting as rows: people, rules, alerts, messages, silences and incidents for the pages to show."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from alerts import services
from alerts.defaults import load_defaults
from alerts.models import (
    Alert,
    AlertRule,
    Contact,
    Dependency,
    EscalationPolicy,
    Incident,
    Notification,
    NotificationAttempt,
    OnCallRotation,
    RotationOverride,
)
from alerts.services.rotations import RotationFields, save_rotation
from alerts.services.silences import SilenceTerms, create_silence
from alerts.services.windows import create_window
from tests.alerts.escalation.rows import policy_of
from tests.alerts.factories import NotificationFactory
from tests.alerts.muting_rows import matcher
from tests.alerts.samples import push

MINUTE = timedelta(minutes=1)
PAYMENTS = "payment-service"


@dataclass(frozen=True, slots=True)
class Scene:
    """What tests open or press."""

    rule: AlertRule
    alert: Alert
    incident: Incident
    message: Notification


def play(*, at: datetime | None = None) -> Scene:
    """Make an hour of trouble of the payments, up to now."""
    at = at or timezone.now()
    load_defaults()
    policy = _people(at)
    rule = _rule(policy, at)
    alert = _trouble(rule, at)
    message = _messages(alert, at)
    _muting(at)
    Dependency.objects.filter(dependent="venue-service").update(enabled=False)
    return Scene(rule, alert, _incident(alert, at), message)


def _people(at: datetime) -> EscalationPolicy:
    ana, bo = (
        Contact.objects.create(name=name, email=f"{login}@tickettoken.example", phone=phone)
        for name, login, phone in (
            ("Ana Lima", "ana", "+4915112345678"),
            ("Bo Nguyen", "bo", "+4915112345679"),
        )
    )
    columns = {
        "name": "Payments, first line",
        "time_zone": "Europe/Berlin",
        "handoff_time": time(9),
        "first_week": date(2026, 1, 5),
    }
    rotation = save_rotation(RotationFields(columns, [ana.pk, bo.pk]), by="ana", at=at)
    RotationOverride.objects.create(
        rotation=rotation,
        contact=bo,
        starts_at=at + timedelta(days=9),
        ends_at=at + timedelta(days=10),
        reason="dentist",
    )
    OnCallRotation.objects.create(name="Nights", handoff_time=time(9), first_week=date(2026, 1, 5))
    return policy_of(
        {"wait_seconds": 300, "kind": "rotation", "channel": "email", "rotation": rotation},
        {"wait_seconds": 600, "kind": "contact", "channel": "sms", "contact": ana},
        {"wait_seconds": 900, "minimum_severity": "critical"},
        name="Payments",
        repeats=1,
        remind_after_seconds=3_600,
    )


def _rule(policy: EscalationPolicy, at: datetime) -> AlertRule:
    fields = {
        "rule_name": "payment_errors",
        "metric_name": "payment_error_percent",
        "threshold": 10.0,
        "severity": "critical",
        "notification_channels": ["email"],
        "escalation_policy": policy,
        "annotations": {"summary": "Payments fail", "runbook_url": "https://wiki.example/payments"},
    }
    rule = services.create_rule(fields, by="ana", note="after the outage of May")
    changes = {"threshold": 5.0, "duration": 60, "recovery_threshold": 4.0}
    return services.update_rule(rule.pk, changes, by="bo", at=at)


def _trouble(rule: AlertRule, at: datetime) -> Alert:
    """Let payments fail for half an hour, and look each minute as beat does."""
    end = at.replace(second=0, microsecond=0)
    text = "1x9 2 1 3 9 9 2x5 1x9 12 25 31 28 22 26 30 24 21 18 22 25 19 23"
    push("payment_error_percent{provider=stripe}", text, end=end)
    push("payment_error_percent{provider=paypal}", "1 2x20 1x20 2", end=end)
    for minutes in range(16, -1, -1):
        services.evaluate_rules(at=end - minutes * MINUTE, rule_ids=[rule.pk])
    return Alert.objects.get(rule=rule, state="firing")


def _messages(alert: Alert, at: datetime) -> Notification:
    """Return the message by e-mail as sent at the second try; others are held, refused and overtaken."""
    row: Notification = NotificationFactory.create(
        alert=alert,
        severity="critical",
        status="sent",
        attempts=2,
        sent_at=at - 5 * MINUTE,
        settled_at=at - 5 * MINUTE,
        due_at=at - 6 * MINUTE,
    )
    for minutes, outcome, detail in ((6, "transient", "421 busy"), (5, "sent", "250 2.0.0 Ok")):
        NotificationAttempt.objects.create(
            notification=row,
            at=at - minutes * MINUTE,
            outcome=outcome,
            detail=detail,
            latency_ms=84.2,
        )
    common = {"alert": alert, "severity": "critical", "due_at": at}
    NotificationFactory.create(status="held", held_by="silence", held_at=at, **common)
    reason = "550 5.1.1 no such mailbox"
    NotificationFactory.create(
        status="failed", recipient="gone@tickettoken.example", reason=reason, **common
    )
    return row


def _muting(at: datetime) -> None:
    search = matcher("service_name", "search-service")
    hours = timedelta(hours=2)
    create_silence(SilenceTerms([search], at + hours, "ana", "Index is rebuilt"), by="ana", at=at)
    nightly = {
        "name": "Nightly backup",
        "matchers": [matcher("service_name", "(order|ticket)-service", "=~")],
        "recurrence": "FREQ=WEEKLY;BYDAY=SU",
        "first_start": datetime(2026, 1, 4, 2, tzinfo=at.tzinfo),
        "duration_minutes": 120,
        "time_zone": "Europe/Berlin",
        "owner": "bo",
        "reason": "The database is copied",
        "expires_at": at + timedelta(days=60),
    }
    create_window(nightly, by="bo", at=at)


def _incident(alert: Alert, at: datetime) -> Incident:
    incident = services.open_incident([alert], by="ana", at=at - 4 * MINUTE, via="admin")
    author = services.Author("ana", via="admin")
    services.note_incident(incident.pk, "Stripe has it, too", author=author, at=at - 2 * MINUTE)
    return incident
