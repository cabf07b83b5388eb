"""What a notification says: frozen as plain JSON when it is owed, read back when it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from alerts.models import Alert, AlertRule, Notification
from alerts.models.notification import Kind
from monitoring.names import spec_of


@dataclass(frozen=True, slots=True)
class Content:
    """The alert as it stood at the transition that is told.

    Missing entries of a payload read as empty: a row may have been written by an older release.
    """

    title: str
    description: str
    severity: str
    state: str
    service: str
    metric: str
    condition: str
    unit: str
    """Base unit in the plural, as the catalogue of metrics has it; empty if unknown."""
    value: float | None
    threshold: float | None
    labels: Mapping[str, str]
    started_at: datetime | None
    fired_at: datetime | None
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    alert_id: str
    rule: str
    resolved_by: str
    resolution_note: str
    runbook_url: str
    alert_url: str
    acknowledge_url: str
    """Of the API, for programs; people get a signed link that needs no token."""
    instead_of: str
    """The channel that refused this message, where it was sent elsewhere first."""

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """Read it from the payload of a row."""
        links = payload.get("links") or {}
        texts: dict[str, Any] = {name: str(payload.get(name) or "") for name in _TEXTS}
        instants: dict[str, Any] = {name: _instant(payload.get(name)) for name in _INSTANTS}
        return cls(
            **texts,
            **instants,
            value=payload.get("value"),
            threshold=payload.get("threshold"),
            labels=payload.get("labels") or {},
            alert_url=links.get("alert", ""),
            acknowledge_url=links.get("acknowledge", ""),
        )


_INSTANTS = ("started_at", "fired_at", "resolved_at", "acknowledged_at")
_TEXTS = (
    "alert_id",
    "rule",
    "acknowledged_by",
    "title",
    "description",
    "severity",
    "state",
    "service",
    "metric",
    "condition",
    "unit",
    "resolved_by",
    "resolution_note",
    "runbook_url",
    "instead_of",
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one recipient, ready for a channel to send."""

    dedup_key: str
    """The same for every try, so that a receiver can tell a repeat."""
    alert_id: UUID
    kind: str
    recipient: str
    at: datetime
    """The instant of this try."""
    payload: Mapping[str, Any]
    notification_id: int = 0
    step: int = 0
    """Of the escalation chain; 0 outside of it."""
    members: tuple[Mapping[str, Any], ...] = ()
    """Payloads of further alerts that this message speaks for, where the channel bundles."""
    first_reference: str = ""
    """Receipt of the first message about this alert to this recipient, such as a Slack timestamp."""
    in_doubt: bool = False
    """An earlier try ended without an answer: it may have arrived, so look before it is sent again."""

    @property
    def contents(self) -> list[Content]:
        """All that it speaks for, its own first."""
        return [self.content, *map(Content.of, self.members)]

    @property
    def content(self) -> Content:
        """The payload, typed."""
        return Content.of(self.payload)


def message_of(notification: Notification, *, at: datetime) -> Message:
    """Return the message of a row for a try at `at`."""
    return Message(
        dedup_key=notification.dedup_key,
        alert_id=notification.alert_id,
        kind=notification.kind,
        recipient=notification.recipient,
        at=at,
        payload=notification.payload,
        notification_id=notification.pk,
        step=notification.step,
        in_doubt=notification.in_doubt,
    )


def freeze(alert: Alert, *, kind: str, channels: Sequence[str], at: datetime) -> dict[str, Any]:
    """Return all that will be said of the alert's transition at `at`, as JSON.

    `channels` are those of the rule, in its order: where one refuses, the next ones are asked.
    """
    return {
        "alert_id": str(alert.pk),
        "title": alert.title,
        "description": alert.description,
        "severity": alert.severity,
        "state": kind,
        "service": alert.service,
        "labels": alert.labels,
        "value": alert.value,
        "threshold": alert.threshold,
        **_of_rule(alert.rule),
        "started_at": _text(alert.started_at),
        "fired_at": _text(alert.fired_at),
        "resolved_at": _text(alert.resolved_at),
        "acknowledged_at": _text(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by or "",
        "resolved_by": alert.resolved_by,
        "resolution_note": alert.resolution_note or "",
        "occurred_at": _text(at),
        "links": _links(alert, kind),
        "channels": list(channels),
        "source": settings.SERVICE_NAME,
    }


def _of_rule(rule: AlertRule | None) -> dict[str, str]:
    """Return what the rule adds; a discrete finding has none."""
    if rule is None:
        return {}
    spec = spec_of(rule.metric_name)
    return {
        "rule": rule.rule_name,
        "metric": rule.metric_name,
        "condition": rule.condition,
        "unit": spec.unit if spec else "",
        "runbook_url": _web_address(rule.annotations.get("runbook_url", "")),
    }


def _links(alert: Alert, kind: str) -> dict[str, str]:
    links = {"alert": f"{settings.PUBLIC_URL}/admin/alerts/alert/{alert.pk}/change/"}
    if kind == Kind.FIRING:
        api = f"{settings.PUBLIC_URL}/{settings.API_PREFIX}"
        links["acknowledge"] = f"{api}/alerts/{alert.pk}/acknowledge"
    return links


def _web_address(text: str) -> str:
    """Return the text if a click on it can only open a page, else nothing."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in {"http", "https"} and parts.netloc else ""


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
