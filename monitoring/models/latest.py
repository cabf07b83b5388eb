"""The newest value of each series, kept in the transaction that stores the sample."""

from django.db import models


class Latest(models.Model):
    """One row for each series, made together with it; for counters the value is the running total.

    There is no index on the instant: it changes with every sample, and an index on it would make each
    of those updates move the row (PostgreSQL keeps a row in place only if no indexed column changes).
    """

    series = models.OneToOneField(
        "monitoring.Series", models.CASCADE, primary_key=True, related_name="latest"
    )
    at = models.DateTimeField()
    value = models.FloatField()
    accumulates = models.BooleanField(
        default=False, help_text="increments were pushed: the row is the total and is locked to add"
    )

    class Meta:
        db_table = "latest"
        verbose_name_plural = "latest values"

    def __str__(self) -> str:
        return f"{self.value} at {self.at:%Y-%m-%d %H:%M:%S}"
