"""What is frozen when a message is owed, and read back when it is sent."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from alerts.messages import Content, freeze, message_of
from alerts.models import Alert
from alerts.models.notification import Kind
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory, NotificationFactory

FIRED = datetime(2025, 1, 12, 12, 5, tzinfo=UTC)


def alert(**fields: Any) -> Alert:
    rule = AlertRuleFactory.build(
        rule_name="high_cpu", annotations={"runbook_url": "https://runbooks.example.org/cpu"}
    )
    return AlertFactory.build(
        **{"rule": rule, "labels": {"host": "a"}, "fired_at": FIRED, "severity": "critical"}
        | fields
    )


def frozen(subject: Alert, kind: Kind = Kind.FIRING) -> dict[str, Any]:
    return freeze(subject, kind=kind, channels=("email", "webhook"), at=FIRED)


def test_all_that_is_said_is_frozen_as_json(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://monitor.example.org"
    subject = alert()

    payload = frozen(subject)

    base = "https://monitor.example.org"
    assert (
        json.loads(json.dumps(payload))
        == payload
        == {
            "alert_id": str(subject.pk),
            "title": "High CPU Usage",
            "description": "",
            "severity": "critical",
            "state": "firing",
            "service": "payment-service",
            "labels": {"host": "a"},
            "value": 85.3,
            "threshold": 80.0,
            "rule": "high_cpu",
            "metric": "system_cpu_usage_percent",
            "condition": ">",
            "unit": "percent",
            "runbook_url": "https://runbooks.example.org/cpu",
            "started_at": "2025-01-12T12:00:00+00:00",
            "fired_at": "2025-01-12T12:05:00+00:00",
            "resolved_at": None,
            "acknowledged_at": None,
            "acknowledged_by": "",
            "resolved_by": "",
            "resolution_note": "",
            "occurred_at": "2025-01-12T12:05:00+00:00",
            "links": {
                "alert": f"{base}/admin/alerts/alert/{subject.pk}/change/",
                "acknowledge": f"{base}/api/v1/monitoring/alerts/{subject.pk}/acknowledge",
            },
            "channels": ["email", "webhook"],
            "source": settings.SERVICE_NAME,
        }
    )


def test_the_link_leads_to_the_page_of_the_alert(settings: Settings) -> None:
    settings.PUBLIC_URL = ""
    subject = alert()

    link = frozen(subject)["links"]["alert"]

    assert link == reverse("admin:alerts_alert_change", args=[subject.pk])


def test_what_is_over_cannot_be_acknowledged() -> None:
    assert "acknowledge" not in frozen(alert(), Kind.RESOLVED)["links"]


def test_a_finding_without_a_rule_is_told_too() -> None:
    payload = frozen(alert(rule=None, threshold=None, value=None))

    assert payload["title"] == "High CPU Usage"
    assert {"rule", "metric", "runbook_url"}.isdisjoint(payload)


def test_a_metric_outside_the_catalogue_has_no_unit() -> None:
    payload = frozen(alert(rule=AlertRuleFactory.build(metric_name="own_metric")))

    assert (payload["metric"], payload["unit"]) == ("own_metric", "")


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "data:text/html,x", "runbooks/cpu", "http://", "http://[::1", ""],
)
def test_a_runbook_that_is_no_web_address_is_left_out(text: str) -> None:
    rule = AlertRuleFactory.build(annotations={"runbook_url": text})

    assert frozen(alert(rule=rule))["runbook_url"] == ""


def test_the_payload_reads_back_as_it_was() -> None:
    content = Content.of(frozen(alert(resolved_by="ana", resolution_note="restarted")))

    assert (content.title, content.unit, content.value) == ("High CPU Usage", "percent", 85.3)
    assert (content.started_at, content.resolved_at) == (NOON, None)
    assert (content.resolved_by, content.resolution_note) == ("ana", "restarted")
    assert content.acknowledge_url.endswith("/acknowledge")


def test_a_payload_of_an_older_release_still_reads() -> None:
    content = Content.of({})

    assert (content.title, content.value, content.labels, content.alert_url) == ("", None, {}, "")


def test_a_message_names_the_instant_of_its_try() -> None:
    row = NotificationFactory.build(payload={"title": "CPU"})

    message = message_of(row, at=NOON + timedelta(hours=1))

    assert (message.dedup_key, message.recipient, message.kind) == (
        row.dedup_key,
        "ops@tickettoken.example",
        "firing",
    )
    assert message.at == NOON + timedelta(hours=1)
    assert message.content.title == "CPU"
