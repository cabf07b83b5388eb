"""The series catalogue: each label set once, numbered for the storage."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Series(models.Model):
    """One metric name, service and label set."""

    id = models.AutoField(primary_key=True)
    metric = models.ForeignKey(
        "monitoring.Metric",
        models.PROTECT,
        related_name="series",
        db_column="metric",
        db_index=False,  # series_metric_service below starts with it
    )
    service = models.CharField(max_length=255)
    labels = models.JSONField(default=dict, help_text="flat map of label to value, text only")
    labels_hash = models.CharField(
        max_length=32, help_text="stable hash of metric, service and labels"
    )
    client = models.CharField(
        max_length=255, default="", help_text="who sent its first sample; limits count by it"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "series"
        verbose_name_plural = "series"
        constraints = [
            # Not `unique=True` on the field: that would add an index for LIKE, which no one asks of a hash.
            models.UniqueConstraint(fields=["labels_hash"], name="series_once"),
        ]
        indexes = [
            models.Index(fields=["metric", "service"], name="series_metric_service"),
            models.Index(fields=["service"], name="series_service"),
            models.Index(fields=["client"], name="series_client"),
            GinIndex(fields=["labels"], name="series_labels"),
        ]

    def __str__(self) -> str:
        labels = ",".join(f'{key}="{value}"' for key, value in sorted(self.labels.items()))
        return f"{self.metric_id}{{{labels}}} of {self.service}"
