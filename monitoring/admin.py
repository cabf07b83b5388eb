"""The kernel's tables in the admin: to look at and search, never to change by hand."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from monitoring.cardinality.report import cardinality_report
from monitoring.exposition.text import number_text
from monitoring.models import Latest, Metric, Series
from monitoring.query.newest import newest_of
from monitoring.storage.instants import from_ms

_TOP = 20

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

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the table, and the one that says what has the most series."""
        page = self.admin_site.admin_view(self.cardinality)
        own = path("cardinality/", page, name="monitoring_series_cardinality")
        return [own, *super().get_urls()]

    def cardinality(self, request: HttpRequest) -> HttpResponse:
        """Show the largest metrics, services, clients and labels."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = cardinality_report(at=timezone.now(), top=_TOP)
        context = {
            **self.admin_site.each_context(request),
            "title": "Cardinality",
            "report": report,
            "shares": [
                ("Metrics", report.metrics),
                ("Services", report.services),
                ("Clients", report.clients),
            ],
        }
        return render(request, "admin/monitoring/series/cardinality.html", context)

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
    """The newest value of every series: the row's, or a newer one that is not sealed yet."""

    list_display = ("newest_value", "newest_at", "series")
    list_display_links = ("series",)
    list_filter = ("series__metric__type",)
    search_fields = ("series__metric__name", "series__service", "series__labels")
    list_select_related: ClassVar[tuple[str, ...]] = ("series",)
    ordering = ("-series_id",)
    show_full_result_count = False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the page with the newest values of its rows, asked for all at once."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        at_ms, values = newest_of(np.array([row.series_id for row in rows], np.int32))
        for row, *newest in zip(rows, at_ms.tolist(), values.tolist(), strict=True):
            row.newest = newest
        page.result_list = rows
        return page

    @admin.display(description="value")
    def newest_value(self, latest: Any) -> str:
        """Return the value as it was written."""
        return number_text(latest.newest[1])

    @admin.display(description="at")
    def newest_at(self, latest: Any) -> datetime | None:
        """Return its instant; nothing is shown for a series whose first sample never came."""
        at_ms = latest.newest[0]
        return from_ms(at_ms) if at_ms > 0 else None
