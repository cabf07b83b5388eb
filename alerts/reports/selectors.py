"""Reads behind the noise report: alerts, their events and their messages, by a few queries whatever their number."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import ExtractHour

from alerts.models import Alert, AlertRule, Event, Incident, Notification
from alerts.models.alert import Source
from alerts.models.event import EventKind
from alerts.models.notification import Kind, Status
from alerts.reports.facts import Firing, RuleFacts
from alerts.reports.night import Night
from alerts.reports.noise import WEEK, NoiseReport, noise_report

# What wakes somebody. That it is over, or that another has it, is told without a sound.
_PAGES = (Kind.FIRING, Kind.ESCALATION, Kind.REMINDER)
# Read by programs, whatever the hour.
_PROGRAMS = ("stream", "webhook", "canary")


@dataclass(frozen=True, slots=True)
class _Told:
    """Messages about one alert, and how many of them were pages at night."""

    messages: int = 0
    night_pages: int = 0


def noise_at(at: datetime, *, weeks: int, rule_id: UUID | None = None) -> NoiseReport:
    """Return the noise report of the `weeks` weeks before `at`, of one rule if it is named."""
    within = Q(source=Source.RULE, fired_at__gte=at - weeks * WEEK, fired_at__lt=at)
    if rule_id is not None:
        within &= Q(rule_id=rule_id)
    alerts = Alert.objects.filter(within).exclude(rule=None)
    firings = _firings(alerts.values_list("pk", flat=True), list(_rows(alerts)))
    rules = AlertRule.with_deleted.filter(pk__in={firing.rule_id for firing in firings})
    return noise_report(map(_facts, rules.order_by("rule_name")), firings, end=at, weeks=weeks)


def _rows(alerts: Any) -> Iterable[dict[str, Any]]:
    in_incident = Exists(Incident.alerts.through.objects.filter(alert=OuterRef("pk")))
    rows: Iterable[dict[str, Any]] = (
        alerts.annotate(in_incident=in_incident)
        .order_by("fired_at", "id")
        .values(
            "pk",
            "rule_id",
            "fired_at",
            "resolved_at",
            "resolved_by",
            "acknowledged_at",
            "flapping",
            "in_incident",
        )
    )
    return rows


def _firings(alerts: Any, rows: list[dict[str, Any]]) -> list[Firing]:
    acknowledged = _acknowledgements(alerts)
    told = _told(alerts)
    return [_firing(row, acknowledged.get(row["pk"]), told[row["pk"]]) for row in rows]


def _firing(row: dict[str, Any], acknowledged_at: datetime | None, told: _Told) -> Firing:
    return Firing(
        rule_id=row["rule_id"],
        fired_at=row["fired_at"],
        resolved_at=row["resolved_at"],
        by_itself=not row["resolved_by"],
        # The event outlives an acknowledgement that lapsed; the row knows those of before there were events.
        acknowledged_at=acknowledged_at or row["acknowledged_at"],
        flapping=row["flapping"],
        in_incident=row["in_incident"],
        messages=told.messages,
        night_pages=told.night_pages,
    )


def _acknowledgements(alerts: Any) -> dict[UUID, datetime]:
    """Return when each alert was acknowledged first."""
    events = Event.objects.filter(kind=EventKind.ACKNOWLEDGED, alert__in=alerts)
    found = events.values("alert").annotate(first=Min("at")).order_by()
    return {row["alert"]: row["first"] for row in found}


def _told(alerts: Any) -> dict[UUID, _Told]:
    """Count what was sent about each alert; a message that spoke for several is counted where it was written."""
    night = Night(settings.NIGHT_BEGINS_HOUR, settings.NIGHT_ENDS_HOUR)
    hour = ExtractHour("sent_at", tzinfo=ZoneInfo(settings.ONCALL_TIME_ZONE))
    is_page = Q(kind__in=_PAGES) & ~Q(channel__in=_PROGRAMS)
    sent = Notification.objects.filter(status=Status.SENT, carried_by=None, alert__in=alerts)
    counted = (
        sent.values("alert", hour=hour)
        .annotate(messages=Count("pk"), pages=Count("pk", filter=is_page))
        .order_by()
    )
    told: dict[UUID, _Told] = defaultdict(_Told)
    for row in counted:
        before = told[row["alert"]]
        told[row["alert"]] = replace(
            before,
            messages=before.messages + row["messages"],
            night_pages=before.night_pages + (row["pages"] if night.holds(row["hour"]) else 0),
        )
    return told


def _facts(rule: AlertRule) -> RuleFacts:
    return RuleFacts(
        id=rule.pk,
        name=rule.rule_name,
        severity=rule.severity,
        condition=rule.condition,
        threshold=rule.threshold,
        recovery_threshold=rule.recovery_threshold,
        duration=rule.duration,
        keep_firing_for=rule.keep_firing_for,
        enabled=rule.enabled and rule.deleted_at is None,
        composite=bool(rule.expression),
    )
