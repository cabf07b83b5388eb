"""JSON of reports and of who gets them, in and out."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.serializers.fields import Switch
from alerts.serializers.silences import StrictSerializer
from health.models import report as models
from health.reports.formats import FORMATS


class ReportInput(StrictSerializer):
    """What somebody asks to be told; start and end are multiples of five minutes."""

    kind = serializers.ChoiceField(choices=models.ReportKind.choices)
    start = serializers.DateTimeField(default_timezone=UTC)
    end = serializers.DateTimeField(default_timezone=UTC, help_text="excluded")
    services = serializers.ListField(
        child=serializers.CharField(max_length=255),
        default=list,
        max_length=1_000,
        help_text="short or full names; none are all",
    )


class ReportFilters(serializers.Serializer[Any]):
    """Which reports a list is of."""

    kind = serializers.ChoiceField(choices=models.ReportKind.choices, required=False)
    period = serializers.ChoiceField(choices=models.ReportPeriod.choices, required=False)
    status = serializers.ChoiceField(choices=models.ReportStatus.choices, required=False)


class Report(serializers.ModelSerializer[models.Report]):
    """One report: how far it is, and where its files are once it is done."""

    files = serializers.SerializerMethodField()

    class Meta:
        model = models.Report
        fields = [
            "id", "kind", "period", "start", "end", "services", "status", "progress", "error", "asked_by",
            "created_at", "finished_at", "files",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_files(self, report: models.Report) -> dict[str, str]:
        """Return the paths of the files by their format; none before the report is done."""
        if report.status != models.ReportStatus.DONE:
            return {}
        place = self.context["place"]
        return {name: place(report.pk, name) for name in FORMATS}


class SubscriptionInput(StrictSerializer):
    """An address and the report that it is to get."""

    email = serializers.EmailField()
    kind = serializers.ChoiceField(choices=models.ReportKind.choices)
    period = serializers.ChoiceField(choices=models.ScheduledPeriod.choices)
    format = serializers.ChoiceField(
        choices=models.ReportFormat.choices, default=models.ReportFormat.PDF
    )
    enabled = Switch(default=True)


class Subscription(serializers.ModelSerializer[models.ReportSubscription]):
    """Who gets which report."""

    class Meta:
        model = models.ReportSubscription
        fields = ["id", "email", "kind", "period", "format", "enabled", "created_at"]
        read_only_fields = fields
