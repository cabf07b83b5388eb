"""Reports over HTTP: asked for, listed, downloaded."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.views.actor import actor_of
from health.models import Report
from health.reports.formats import FORMATS
from health.reports.periods import Span
from health.serializers import reports as serializers
from health.services import reports
from health.tasks.reports import ring_reports
from health.views.report_files import download
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.views import ApiView

ASKERS = only(Role.ADMIN, Role.OPERATOR, permission="reports:write")
_PAGE = [
    LIMIT,
    OFFSET,
]


class Reports(ApiView):
    """GET and POST /api/v1/monitoring/reports"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": ASKERS}

    @extend_schema(
        operation_id="reports_list",
        parameters=[serializers.ReportFilters, *_PAGE],
        responses=serializers.Report(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the reports, the newest first."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        filters = serializers.ReportFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        found = Report.objects.defer("data").filter(**filters.validated_data)
        rows = found.order_by("-created_at", "id")[page.offset : page.offset + page.limit]
        response = Response([_told(report) for report in rows])
        return with_page_headers(response, request, page, found.count())

    @extend_schema(
        operation_id="reports_ask",
        request=serializers.ReportInput,
        responses={202: serializers.Report},
    )
    def post(self, request: Request) -> Response:
        """Ask for a report of any past period; `Location` says where it will be."""
        body = serializers.ReportInput(data=request.data)
        body.is_valid(raise_exception=True)
        fields = body.validated_data
        asked = reports.Asked(
            fields["kind"], Span(fields["start"], fields["end"]), fields["services"]
        )
        return _accepted(reports.ask_report(asked, by=actor_of(request).id, at=timezone.now()))


class OneReport(ApiView):
    """GET and DELETE /api/v1/monitoring/reports/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "DELETE": only(Role.ADMIN, permission="reports:delete"),
    }

    @extend_schema(operation_id="reports_one", responses=serializers.Report)
    def get(self, request: Request, report_id: UUID) -> Response:
        """Return one report: how far it is, and where its files are once it is done."""
        return Response(_told(reports.report_by_id(report_id)))

    @extend_schema(operation_id="reports_delete", responses={204: None})
    def delete(self, request: Request, report_id: UUID) -> Response:
        """Remove a report with its files."""
        reports.delete_report(report_id, by=actor_of(request).id)
        return Response(status=204)


class MakeReportAgain(ApiView):
    """POST /api/v1/monitoring/reports/<id>/again"""

    access: ClassVar[Mapping[str, Access]] = {"POST": ASKERS}

    @extend_schema(operation_id="reports_again", request=None, responses={202: serializers.Report})
    def post(self, request: Request, report_id: UUID) -> Response:
        """Try a failed report again; of one that was made, make another from what is known now."""
        return _accepted(reports.make_again(report_id, by=actor_of(request).id))


class ReportDownload(ApiView):
    """GET /api/v1/monitoring/reports/<id>/files/<format>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="reports_file",
        parameters=[
            OpenApiParameter("file_format", str, OpenApiParameter.PATH, enum=list(FORMATS))
        ],
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="the file in its own content type"
            )
        },
    )
    def get(self, request: Request, report_id: UUID, file_format: str) -> HttpResponse:
        """Return the file as it was made: two downloads are the same bytes, and its ETag is their SHA-256."""
        return download(request, reports.file_of(report_id, file_format))


def _accepted(report: Report) -> Response:
    ring_reports([report.pk])
    place = reverse("report", args=[report.pk])
    return Response(_told(report), status=202, headers={"Location": place})


def _told(report: Report) -> dict[str, object]:
    return dict(serializers.Report(report, context={"place": _file_path}).data)


def _file_path(report_id: UUID, file_format: str) -> str:
    return reverse("report-file", args=[report_id, file_format])
