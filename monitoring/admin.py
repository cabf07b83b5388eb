"""The kernel's tables in the admin: to look at and search, never to change by hand."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from monitoring.models import Latest, Metric, Series

if TYPE_CHECKING:
    MetricAdminBase = admin.ModelAdmin[Metric]
    SeriesAdminBase = admin.ModelAdmin[Series]
    LatestAdminBase = admin.ModelAdmin[Latest]
else:
    MetricAdminBase = SeriesAdminBase = LatestAdminBase = admin.ModelAdmin


class ReadOnly:
    """Samples come through one door; a row changed here would contradict what the door knows."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: rows are made by the first sample."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: retention removes what is old."""
        return False


@admin.register(Metric)
class MetricAdmin(ReadOnly, MetricAdminBase):
    """Every metric name with its type."""

    list_display = ("name", "type", "unit", "help", "created_at")
    list_filter = ("type",)
    search_fields = ("name", "help")


@admin.register(Series)
class SeriesAdmin(ReadOnly, SeriesAdminBase):
    """Every label set of every metric."""

    list_display = ("id", "metric_name", "service", "label_text", "created_at")
    list_filter = ("metric__type",)
    search_fields = ("metric__name", "service", "labels")
    show_full_result_count = False  # counting 200,000 rows twice says nothing more

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        """Return the series, newest first."""
        return super().get_queryset(request).order_by("-id")

    @admin.display(description="metric", ordering="metric")
    def metric_name(self, series: Series) -> str:
        """Return the metric's name, which is its key: no need to look it up."""
        return series.metric_id

    @admin.display(description="labels")
    def label_text(self, series: Series) -> str:
        """Return the labels as queries write them."""
        return ", ".join(f'{key}="{value}"' for key, value in sorted(series.labels.items()))


@admin.register(Latest)
class LatestAdmin(ReadOnly, LatestAdminBase):
    """The newest value of every series."""

    list_display = ("series", "value", "at")
    list_filter = ("series__metric__type",)
    search_fields = ("series__metric__name", "series__service", "series__labels")
    list_select_related: ClassVar[tuple[str, ...]] = ("series",)
    ordering = ("-at",)
    show_full_result_count = False
