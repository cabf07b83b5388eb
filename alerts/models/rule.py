"""What is watched."""

import uuid
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models

from alerts.models import validators
from alerts.models.choices import Aggregation, Combine, Condition, NoDataPolicy, Severity


class LiveRules(models.Manager["AlertRule"]):
    """Rules that were not deleted."""

    def get_queryset(self) -> models.QuerySet["AlertRule"]:
        return super().get_queryset().filter(deleted_at=None)


class AlertRule(models.Model):
    """A threshold on one metric, and how long a breach must last before someone is told.

    A rule with an `expression` is composite: it watches other rules instead of a metric.
    A deleted rule stays as a row, because its alerts are history; its name becomes free again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule_name = models.CharField(max_length=255)
    metric_name = models.CharField(
        max_length=255,
        db_index=True,
        blank=True,
        validators=[validators.metric_name],
        help_text="empty for a composite rule",
    )
    expression = models.CharField(
        max_length=1_000,
        blank=True,
        help_text="names of other rules with and, or, not and parentheses, such as `a and not b`",
    )
    aggregation = models.CharField(
        max_length=11, choices=Aggregation.choices, default=Aggregation.LAST
    )
    window_seconds = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(validators.LONGEST_WINDOW_SECONDS)],
        help_text="seconds before the evaluation that the aggregation looks at; 0 for the newest value",
    )
    minimum_samples = models.PositiveIntegerField(
        default=0,
        help_text="with fewer samples in the window nothing is known; 0: no such minimum",
    )
    combine = models.CharField(
        max_length=5, choices=Combine.choices, default=Combine.EACH, blank=True
    )
    group_by = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        help_text="labels that tell the groups of `combine`, or the alerts of a composite rule, apart",
    )
    condition = models.CharField(max_length=2, choices=Condition.choices, default=Condition.ABOVE)
    threshold = models.FloatField(
        validators=[validators.finite], help_text="in the unit of the metric"
    )
    recovery_threshold = models.FloatField(
        null=True,
        blank=True,
        validators=[validators.finite],
        help_text="it is over only beyond this one too, so that a value around the threshold does not flap",
    )
    threshold_overrides = models.JSONField(
        default=list,
        blank=True,
        validators=[validators.threshold_overrides],
        help_text="thresholds for series that carry certain labels; the first match counts",
    )
    duration = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(validators.LONGEST_HOLD_SECONDS)],
        help_text="seconds that a breach must last",
    )
    keep_firing_for = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(validators.LONGEST_HOLD_SECONDS)],
        help_text="seconds that the breach must be over before the alert is",
    )
    flap_firings = models.PositiveIntegerField(
        default=5,
        help_text="a series that fires so often within an hour is flapping: one long alert; 0: never",
    )
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.WARNING)
    enabled = models.BooleanField(default=True)
    notification_channels = ArrayField(
        models.CharField(max_length=32),
        default=list,
        blank=True,
        help_text="email, slack, sms, pagerduty, webhook",
    )
    escalation_policy = models.ForeignKey(
        "alerts.EscalationPolicy",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="who is told next while nobody acknowledges",
    )
    is_cause = models.BooleanField(
        default=False,
        help_text="while it fires, alerts of what depends on its service are hidden",
    )
    annotations = models.JSONField(
        default=dict,
        blank=True,
        validators=[validators.annotations],
        help_text="summary, description, runbook_url",
    )
    label_matchers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validators.matchers],
        help_text="labels that a series must carry, service_name included",
    )
    no_data_policy = models.CharField(
        max_length=7, choices=NoDataPolicy.choices, default=NoDataPolicy.KEEP
    )
    cooldown_minutes = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(validators.LONGEST_COOLDOWN_MINUTES)],
        help_text="minutes after a firing in which the same series does not notify again",
    )
    seeded_as = models.CharField(
        max_length=255,
        blank=True,
        editable=False,
        help_text="the default rule that it began as, whatever became of it since",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    last_evaluated_at = models.DateTimeField(null=True, blank=True, editable=False)
    watched_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="evaluated without a long gap since then; silence of a series is judged from here",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[LiveRules] = LiveRules()
    with_deleted: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        db_table = "alert_rules"
        ordering = ["rule_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_name"],
                condition=models.Q(deleted_at=None),
                name="alert_rules_name_once",
                violation_error_message="a rule of this name exists already",
            ),
            models.UniqueConstraint(
                fields=["seeded_as"],
                condition=~models.Q(seeded_as=""),
                name="alert_rules_seeded_once",
            ),
            models.CheckConstraint(
                condition=models.Q(condition__in=Condition.values),
                name="alert_rules_condition_known",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="alert_rules_severity_known"
            ),
            # NaN equals NaN in PostgreSQL and sorts above infinity: this one bound refuses all three.
            models.CheckConstraint(
                condition=models.Q(threshold__lt=float("inf"), threshold__gt=float("-inf")),
                name="alert_rules_threshold_finite",
            ),
            models.CheckConstraint(
                condition=models.Q(recovery_threshold=None)
                | models.Q(
                    recovery_threshold__lt=float("inf"), recovery_threshold__gt=float("-inf")
                ),
                name="alert_rules_recovery_finite",
            ),
            models.CheckConstraint(
                condition=models.Q(metric_name="") ^ models.Q(expression=""),
                name="alert_rules_metric_or_expression",
            ),
        ]

    def __str__(self) -> str:
        return self.rule_name

    @property
    def terms(self) -> str:
        """When it fires, in one line, such as `cpu > 80 for 300 s`."""
        terms = self.expression or f"{self._subject} {self.condition} {self.threshold:g}"
        return f"{terms} for {self.duration} s" if self.duration else terms

    @property
    def _subject(self) -> str:
        subject = self.metric_name
        if self.aggregation != Aggregation.LAST:
            subject = f"{self.aggregation}({subject}[{self.window_seconds} s])"
        if self.combine:
            by = f" by ({', '.join(self.group_by)})" if self.group_by else ""
            subject = f"{self.combine}{by} {subject}"
        return subject
