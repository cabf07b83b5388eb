"""What happened: one row for each breach of one series."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from alerts.models.choices import Severity
from alerts.models.rule import AlertRule


class State(models.TextChoices):
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Source(models.TextChoices):
    RULE = "rule"
    FINDING = "finding", "a discrete finding (raise_alert)"
    META = "meta", "about this service itself"
    CANARY = "canary", "the canary of the alerting road"


class Alert(models.Model):
    """One series that breached one rule, from pending to resolved."""

    State = State
    Source = Source

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.ForeignKey(
        AlertRule, models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.RULE)
    fingerprint = models.CharField(max_length=16, help_text="stable hash of the series labels")
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    service = models.CharField(max_length=255, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    value = models.FloatField(null=True, help_text="last value seen, in the unit of the metric")
    threshold = models.FloatField(null=True, blank=True)
    started_at = models.DateTimeField(help_text="first breach")
    fired_at = models.DateTimeField(
        null=True, blank=True, help_text="the breach had lasted long enough"
    )
    held_from = models.DateTimeField(
        null=True,
        blank=True,
        help_text="the hold counts from here: the first breach, moved on past gaps and silence",
    )
    notify_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="people are told from here on; later than fired_at within the cooldown",
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    last_evaluated_at = models.DateTimeField(
        help_text="newest evaluation; a repeat for it changes nothing"
    )
    no_data_since = models.DateTimeField(
        null=True, blank=True, help_text="the series stopped reporting"
    )
    over_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="the breach is over since then, but the alert is kept firing",
    )
    flapping = models.BooleanField(
        default=False, help_text="fired so often that it stays until its series has been quiet"
    )
    escalation = models.JSONField(
        null=True, blank=True, help_text="the chain as it stood when the alert fired"
    )
    escalation_step = models.PositiveIntegerField(
        default=0, help_text="steps of the chain that were taken"
    )
    next_step_at = models.DateTimeField(
        null=True, blank=True, help_text="the next step of the chain is due"
    )
    remind_at = models.DateTimeField(
        null=True, blank=True, help_text="who acknowledged is reminded, or loses the alert, then"
    )
    notification_channels = ArrayField(
        models.CharField(max_length=32),
        default=list,
        blank=True,
        help_text="who was told that it fires is told that it is over",
    )
    acknowledged = models.BooleanField(default=False)
    acknowledged_by = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - the API answers null
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_via = models.CharField(
        max_length=16, blank=True, help_text="api, admin, link, slack"
    )
    resolution_note = models.TextField(null=True, blank=True)  # noqa: DJ001 - the API answers null
    resolved_by = models.CharField(
        max_length=255, blank=True, help_text="person, empty if by itself"
    )
    snoozed = models.BooleanField(
        default=False,
        help_text="resolved by a person while breached: held until the breach is over",
    )
    transition_seq = models.PositiveIntegerField(
        default=0, help_text="grows with each change of state"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "alerts"
        ordering = ["-started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "fingerprint"],
                condition=~models.Q(state=State.RESOLVED),
                nulls_distinct=False,
                name="alerts_one_open_per_series",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.RESOLVED, resolved_at__isnull=False)
                | (~models.Q(state=State.RESOLVED) & models.Q(resolved_at=None)),
                name="alerts_resolved_has_instant",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.FIRING, fired_at=None),
                name="alerts_firing_has_instant",
            ),
            models.CheckConstraint(
                condition=models.Q(snoozed=False) | models.Q(state=State.RESOLVED),
                name="alerts_snoozed_is_resolved",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="alerts_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="alerts_severity_known"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "severity"], name="alerts_state_severity"),
            models.Index(fields=["started_at"], name="alerts_started_at"),
            models.Index(fields=["rule", "fingerprint", "-started_at"], name="alerts_rule_series"),
            models.Index(fields=["service", "-started_at"], name="alerts_service"),
            models.Index(
                fields=["rule", "fingerprint"],
                condition=models.Q(snoozed=True),
                name="alerts_snoozed",
            ),
            models.Index(
                fields=["next_step_at"],
                condition=models.Q(next_step_at__isnull=False),
                name="alerts_next_step",
            ),
            models.Index(
                fields=["remind_at"],
                condition=models.Q(remind_at__isnull=False),
                name="alerts_remind",
            ),
            models.Index(
                fields=["fired_at"],
                condition=models.Q(fired_at__isnull=False),
                name="alerts_fired_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"
