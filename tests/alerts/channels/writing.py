"""Messages for channels to send."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from alerts.messages import Message

AT = datetime(2025, 1, 12, 12, 5, tzinfo=UTC)
PAYLOAD: dict[str, Any] = {
    "title": "service_down",
    "description": "The service does not answer.",
    "severity": "critical",
    "state": "firing",
    "service": "payment-service",
    "metric": "service_up",
    "condition": "==",
    "value": 0.0,
    "threshold": 0.0,
    "labels": {"host": "a"},
    "started_at": "2025-01-12T12:00:00+00:00",
    "runbook_url": "https://runbooks.example.org/down?a=1&b=2",
    "links": {
        "alert": "https://monitor.example.org/admin/alerts/alert/7/change/",
        "acknowledge": "https://monitor.example.org/api/v1/monitoring/alerts/7/acknowledge",
    },
}


def message(recipient: str = "ops@example.org", **payload: Any) -> Message:
    """Return a message of a firing alert, with other contents where named."""
    return Message(
        dedup_key="k" * 64,
        alert_id=UUID(int=7),
        kind="firing",
        recipient=recipient,
        at=AT,
        payload={**PAYLOAD, **payload},
    )
