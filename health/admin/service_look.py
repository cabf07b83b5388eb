"""How a watched service looks in the admin: its standing, its certificate, its days and its flips."""

from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from health.models import ServiceFlip, ServiceState, WatchedService
from health.selectors import report_of
from health.sla.figures import SlaFigures
from health.sla_selectors import daily_sla
from health.statuspage.bars import DAYS, Spans, days_until, in_words
from health.watched_lists import heartbeat_url

STYLES = {"all": ["alerts/admin.css", "health/admin.css"]}
_NEWEST_FLIPS = 20
_WIDTH_OF_DAY = 6


def standing_of(service: WatchedService, *, at: datetime) -> SafeString | str:
    """Return the status as a coloured word with what is wrong, or that it is not probed."""
    if not service.enabled:
        return "not probed: disabled"
    report = report_of(service, at=at, planned=False)
    return format_html(
        '<span class="status status-{}">{}</span> {}', report.level, report.level, report.error
    )


def certificate_of(service: WatchedService, *, at: datetime) -> SafeString | str:
    """Return for how many days its certificate is good still, marked where that is too short."""
    state: ServiceState | None = getattr(service, "state", None)
    if state is None or state.certificate_expires_at is None:
        return "none"
    left = state.certificate_expires_at - at
    if left < timedelta(0):
        return format_html('<span class="status status-unhealthy">{}</span>', "expired")
    words = f"{left.days} days"
    if service.certificate_days and left < timedelta(days=service.certificate_days):
        return format_html('<span class="status status-degraded">{}</span>', words)
    return words


def days_of(service: WatchedService, *, at: datetime) -> SafeString | str:
    """Return 90 days as bars, with the same in words."""
    today = at.date()
    begin = datetime.combine(today, datetime.min.time(), tzinfo=at.tzinfo)
    figures = daily_sla([service], begin - timedelta(days=DAYS), begin + timedelta(days=1))
    days = days_until(today, {each.start.date(): _spans(each) for each in figures[service.name]})
    context = {
        "bars": [(place * _WIDTH_OF_DAY, 100 - day.height, day) for place, day in enumerate(days)],
        "width": DAYS * _WIDTH_OF_DAY,
        "words": in_words(days),
    }
    return SafeString(render_to_string("admin/health/days.html", context))


def flips_of(service: WatchedService) -> SafeString | str:
    """Return its newest changes of status as a table."""
    newest = list(ServiceFlip.objects.filter(service_name=service.name)[:_NEWEST_FLIPS])
    if not newest:
        return "none yet"
    return SafeString(render_to_string("admin/health/flips.html", {"flips": newest}))


def calls_at(service: WatchedService) -> SafeString | str:
    """Return how the job of a heartbeat calls."""
    url = heartbeat_url(service)
    if url is None or service.created_at is None:
        return "shown once it is saved as a heartbeat"
    return SafeString(render_to_string("admin/health/calls_at.html", {"url": url}))


def _spans(figures: SlaFigures) -> Spans:
    spans = figures.spans
    return Spans(spans.up_ms, spans.down_ms, spans.maintenance_ms, spans.degraded_ms)
