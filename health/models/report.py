"""Reports: asked for, made by a worker, kept, mailed to who wants them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class ReportKind(models.TextChoices):
    SLA = "sla", "SLA"
    PERFORMANCE = "performance"


class ReportPeriod(models.TextChoices):
    DAILY = "daily"
    WEEKLY = "weekly", "weekly (from Monday)"
    MONTHLY = "monthly"
    CUSTOM = "custom"


class ScheduledPeriod(models.TextChoices):
    """The periods that come again by themselves; all of ReportPeriod but a period of one's own."""

    DAILY = "daily"
    WEEKLY = "weekly", "weekly (from Monday)"
    MONTHLY = "monthly"


class ReportStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ReportFormat(models.TextChoices):
    HTML = "html", "HTML"
    PDF = "pdf", "PDF"
    CSV = "csv", "CSV"
    JSON = "json", "JSON"


class Report(models.Model):
    """One report of one period; `data` is everything that its files say, frozen."""

    Kind = ReportKind
    Period = ReportPeriod
    Status = ReportStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=11, choices=ReportKind.choices)
    period = models.CharField(max_length=7, choices=ReportPeriod.choices)
    start = models.DateTimeField()
    end = models.DateTimeField(help_text="excluded")
    services = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, help_text="empty: all"
    )
    status = models.CharField(
        max_length=7, choices=ReportStatus.choices, default=ReportStatus.QUEUED
    )
    progress = models.FloatField(default=0, help_text="0 to 1")
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.CharField(max_length=255, blank=True, help_text="empty: the schedule")
    data = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    claimed_at = models.DateTimeField(
        null=True, blank=True, help_text="a worker said so; one that fell silent is taken over"
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="how often a worker began; the last one may write"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reports"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "period", "start", "end"],
                condition=models.Q(asked_by=""),
                name="reports_scheduled_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} {self.start:%Y-%m-%d}"


class ReportFile(models.Model):
    """A report in one format, as it was made: two downloads are the same bytes."""

    Format = ReportFormat

    report = models.ForeignKey(Report, models.CASCADE, related_name="files")
    format = models.CharField(max_length=4, choices=ReportFormat.choices)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "report_files"
        constraints = [
            models.UniqueConstraint(fields=["report", "format"], name="report_files_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}.{self.format}"


class ReportSubscription(models.Model):
    """Who wants which scheduled report by mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    kind = models.CharField(max_length=11, choices=ReportKind.choices)
    period = models.CharField(
        max_length=7,
        choices=ScheduledPeriod.choices,
    )
    format = models.CharField(max_length=4, choices=ReportFormat.choices, default=ReportFormat.PDF)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "report_subscriptions"
        ordering = ["email", "kind", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "kind", "period"], name="report_subscriptions_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.period} {self.kind}"


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"
    LEASED = "leased", "being sent"
    SENT = "sent"
    FAILED = "failed", "refused for good, or given up"


class ReportDelivery(models.Model):
    """One report owed to one address; written with the report, final when sent or failed."""

    Status = DeliveryStatus

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="deliveries")
    email = models.EmailField()
    format = models.CharField(max_length=4, choices=ReportFormat.choices)
    status = models.CharField(
        max_length=7, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(
        db_default=Now(), help_text="not before; while leased, when the lease ends"
    )
    lease_token = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    reference = models.CharField(max_length=255, blank=True, help_text="Message-ID and reply")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "report_deliveries"
        ordering = ["-created_at"]
        verbose_name_plural = "report deliveries"
        constraints = [
            models.UniqueConstraint(fields=["report", "email"], name="report_deliveries_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(status__in=[DeliveryStatus.PENDING, DeliveryStatus.LEASED]),
                name="report_deliveries_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} to {self.email} ({self.status})"
