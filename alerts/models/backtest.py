"""A rule tried on the past, and how far the try is."""

import uuid

from django.db import models

from alerts.models.rule import AlertRule


class BacktestStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Backtest(models.Model):
    """One run of the live state machine over stored samples; it tells nobody anything."""

    Status = BacktestStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.ForeignKey(
        AlertRule,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="backtests",
        help_text="the rule that is to be changed; none for a new one",
    )
    rule_version = models.PositiveIntegerField(null=True, blank=True)
    terms = models.JSONField(help_text="the fields of the rule that is tried")
    start = models.DateTimeField()
    end = models.DateTimeField()
    status = models.CharField(
        max_length=7, choices=BacktestStatus.choices, default=BacktestStatus.QUEUED
    )
    progress = models.FloatField(default=0, help_text="share of the period that is done, 0 to 1")
    result = models.JSONField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(
        null=True, blank=True, help_text="a worker said so; one that fell silent is taken over"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "alert_backtests"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.terms.get('rule_name', 'rule')} from {self.start:%Y-%m-%d} ({self.status})"
