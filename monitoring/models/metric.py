"""The names table: every metric that was ever catalogued or pushed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from monitoring.types import MetricType


class Metric(models.Model):
    """One metric name with its type; the first writer of a name decides the type."""

    name = models.CharField(
        primary_key=True, max_length=262, help_text="255 and a part such as _bucket"
    )
    type = models.CharField(max_length=9, choices=[(kind.value, kind.value) for kind in MetricType])
    unit = models.CharField(max_length=32, blank=True)
    help = models.TextField(blank=True)
    labels = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "metric_names"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
