"""Objectives and their error budgets."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from health.models.watched_service import WatchedService


class SloKind(models.TextChoices):
    AVAILABILITY = "availability", "share that was up or answered without 5xx"
    LATENCY = "latency", "share that was answered within the threshold"


class SloSource(models.TextChoices):
    PROBES = "probes", "time, by probes"
    REQUESTS = "requests", "requests, as the service measured them"


class Slo(models.Model):
    """What a service promises over a rolling window."""

    Kind = SloKind
    Source = SloSource

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField(max_length=64, unique=True)
    description = models.TextField(blank=True)
    owner = models.CharField(max_length=255, blank=True)
    service = models.ForeignKey(WatchedService, models.CASCADE, related_name="slos")
    kind = models.CharField(max_length=12, choices=SloKind.choices, default=SloKind.AVAILABILITY)
    source = models.CharField(max_length=8, choices=SloSource.choices, default=SloSource.PROBES)
    target_percent = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("1")), MaxValueValidator(Decimal("99.9999"))],
    )
    threshold_ms = models.PositiveIntegerField(null=True, blank=True, help_text="latency only")
    window_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "slos"
        ordering = ["name"]
        verbose_name = "SLO"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=SloKind.LATENCY, threshold_ms=None),
                name="slos_latency_has_threshold",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SloState(models.Model):
    """What is left of the budget, as of the last evaluation. Null where nothing was measured."""

    slo = models.OneToOneField(Slo, models.CASCADE, primary_key=True, related_name="state")
    at = models.DateTimeField()
    compliance_percent = models.FloatField(null=True, blank=True)
    budget_remaining = models.FloatField(
        null=True, blank=True, help_text="share of the budget, 1 untouched, negative if overspent"
    )
    burn_rates = models.JSONField(
        default=dict, help_text='window, such as "1h", to burn rate or null'
    )
    exhausted_at = models.DateTimeField(
        null=True, blank=True, help_text="forecast at the present burn; null: not within the window"
    )

    class Meta:
        db_table = "slo_states"
        verbose_name = "SLO state"

    def __str__(self) -> str:
        return f"{self.slo_id} at {self.at:%Y-%m-%d %H:%M:%S}"
