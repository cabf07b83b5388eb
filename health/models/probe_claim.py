"""Who probes what: two ticks at once must not ask a service twice, and what a dead one took must come back."""

from django.db import models

from health.models.watched_service import WatchedService


class ProbeClaim(models.Model):
    """The newest slot that somebody took for a service; `until` is the lease, null once it is done."""

    service = models.OneToOneField(
        WatchedService, models.CASCADE, primary_key=True, related_name="claim"
    )
    slot = models.DateTimeField(help_text="what is, or was, probed")
    until = models.DateTimeField(
        null=True, blank=True, help_text="after it, whoever took the slot is taken for dead"
    )

    class Meta:
        db_table = "probe_claims"
        ordering = ["service"]

    def __str__(self) -> str:
        return f"{self.service_id} for {self.slot:%Y-%m-%d %H:%M:%S}"
