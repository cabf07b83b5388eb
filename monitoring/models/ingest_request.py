"""Batches that came with an idempotency key: a repeat is answered, not stored again."""

from django.db import models


class IngestRequest(models.Model):
    """One request key and what was answered to it, written in the transaction that stored the samples."""

    client = models.CharField(
        max_length=255, help_text="who sent it: token subject or topic and partition"
    )
    key = models.CharField(max_length=255)
    body_hash = models.CharField(
        max_length=64, help_text="the same key with another body is a mistake"
    )
    report = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "ingest_requests"
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="ingest_requests_once"),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.key}"
