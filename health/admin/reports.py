"""Reports in the admin: asked for, watched while they are made, downloaded; and who gets them by mail."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts.admin.look import STYLES, badge
from health.admin.report_form import ReportForm
from health.models import Report, ReportDelivery, ReportFile, ReportSubscription
from health.models.report import ReportStatus
from health.reports import wording
from health.services import reports
from health.tasks.reports import ring_reports
from health.views.report_files import download
from monitoring.errors import DomainError

if TYPE_CHECKING:
    ReportAdminBase = admin.ModelAdmin[Report]
    SubscriptionAdminBase = admin.ModelAdmin[ReportSubscription]
    DeliveryInlineBase = admin.TabularInline[ReportDelivery, Report]
else:
    ReportAdminBase = SubscriptionAdminBase = admin.ModelAdmin
    DeliveryInlineBase = admin.TabularInline

_COLOURS = {
    ReportStatus.QUEUED: "low",
    ReportStatus.RUNNING: "low",
    ReportStatus.DONE: "sent",
    ReportStatus.FAILED: "failed",
}


class DeliveryInline(DeliveryInlineBase):
    """Who was sent a report, to read only."""

    model = ReportDelivery
    fields = ("email", "format", "status", "attempts", "due_at", "sent_at", "reason", "reference")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        """Say no: deliveries are owed with the report."""
        return False


@admin.register(Report)
class ReportAdmin(ReportAdminBase):
    """Reports. Adding one asks a worker for it; what it says is never changed."""

    form = ReportForm
    list_display = ("created_at", "subject", "about", "standing", "how_far", "files", "asked")
    list_display_links = ("created_at", "subject")
    list_filter = ("kind", "period", "status", "created_at")
    search_fields = ("asked_by", "services")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at", "id")
    actions = ("make_again",)

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """Return the reports without what they say, which may be large."""
        return super().get_queryset(request).defer("data")

    def get_fields(self, request: HttpRequest, obj: Report | None = None) -> list[Any]:
        """Return what is asked of a new one, and what is known of one that is there."""
        if obj is None:
            return ["kind", *ReportForm.declared_fields]
        return [
            "subject", "about", "services", "standing", "how_far", "error", "files", "asked", "created_at",
            "finished_at", "attempts",
        ]  # fmt: skip

    def get_inlines(self, request: HttpRequest, obj: Report | None) -> list[Any]:
        """Show who was sent it of a report that is there."""
        return [DeliveryInline] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Report | None = None) -> list[Any]:
        """Let nobody change a report that is there."""
        return [] if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        """Say no: it is read, made again, or deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Ask for the report that the form checked, and call a worker."""
        try:
            asked = reports.ask_report(
                form.asked(), by=request.user.get_username(), at=timezone.now()
            )
        except DomainError as error:
            raise PermissionDenied(error.message) from error
        obj.pk, obj.period, obj.start, obj.end = asked.pk, asked.period, asked.start, asked.end
        ring_reports([asked.pk])

    def get_urls(self) -> list[URLPattern]:
        """Add the files of a report."""
        place = self.admin_site.admin_view(self.file_view)
        own = path("<uuid:report_id>/files/<str:name>", place, name="health_report_file")
        return [own, *super().get_urls()]

    def file_view(self, request: HttpRequest, report_id: UUID, name: str) -> HttpResponse:
        """Answer a file; the HTML one is shown, the others are saved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return download(request, reports.file_of(report_id, name), inline=name == "html")
        except DomainError as error:
            raise Http404(error.message) from error

    @admin.action(description="Make the selected reports again", permissions=["add"])
    def make_again(self, request: HttpRequest, selected: QuerySet[Report]) -> None:
        """Try failed ones again, and make others anew beside the old ones."""
        for report in selected:
            try:
                again = reports.make_again(report.pk, by=request.user.get_username())
            except DomainError as error:
                self.message_user(request, f"{report}: {error.message}.", messages.WARNING)
            else:
                ring_reports([again.pk])
                self.message_user(request, f"{report} is made again.")

    @admin.display(description="report", ordering="kind")
    def subject(self, report: Report) -> str:
        """Return kind and period."""
        return f"{report.get_kind_display()}, {report.period}"

    @admin.display(description="period", ordering="start")
    def about(self, report: Report) -> str:
        """Return from when to when."""
        return wording.period(report.start.isoformat(), report.end.isoformat())

    @admin.display(description="status", ordering="status")
    def standing(self, report: Report) -> SafeString:
        """Return the status as a coloured word."""
        colour = _COLOURS[ReportStatus(report.status)]
        return format_html('<span class="alert-badge alert-{}">{}</span>', colour, report.status)

    @admin.display(description="progress", ordering="progress")
    def how_far(self, report: Report) -> SafeString | str:
        """Return a bar while it is made, and why it ended where it failed."""
        if report.status == ReportStatus.FAILED:
            return report.error
        share = f"{report.progress:.0%}"
        return format_html(
            '<progress max="1" value="{}">{}</progress> {}', f"{report.progress:.3f}", share, share
        )

    @admin.display(description="files")
    def files(self, report: Report) -> SafeString | str:
        """Return a link for each file of a report that is done."""
        if report.status != ReportStatus.DONE:
            return ""
        names = [name for name, _ in ReportFile.Format.choices]
        links = [(self._place(report, name), name.upper(), report) for name in names]
        return format_html_join(
            " ",
            '<a href="{}" aria-label="{} of {}">{}</a>',
            [(href, label, str(each), label) for href, label, each in links],
        )

    @admin.display(description="asked by", ordering="asked_by")
    def asked(self, report: Report) -> str:
        """Return who asked."""
        return report.asked_by or "the schedule"

    def _place(self, report: Report, name: str) -> str:
        return reverse("admin:health_report_file", args=[report.pk, name])


@admin.register(ReportSubscription)
class SubscriptionAdmin(SubscriptionAdminBase):
    """Who gets which report by mail; unsubscribing switches a row off."""

    list_display = ("email", "kind", "period", "format", "enabled", "last_sent")
    list_filter = ("kind", "period", "enabled")
    search_fields = ("email",)
    list_per_page = 100

    class Media:
        css = STYLES

    @admin.display(description="last mail")
    def last_sent(self, subscription: ReportSubscription) -> SafeString | str:
        """Return how the last delivery ended."""
        last = ReportDelivery.objects.filter(
            email=subscription.email,
            report__kind=subscription.kind,
            report__period=subscription.period,
        ).first()
        if last is None:
            return "none yet"
        when = last.sent_at or last.created_at
        return format_html("{} {}", badge(last.status), f"{when:%Y-%m-%d %H:%M}")
