"""The PagerDuty channel against a server that speaks the Events API v2."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from alerts.channels.base import Receipt
from alerts.channels.pagerduty import PagerDutyChannel
from alerts.messages import Message
from tests.alerts.channels.provider import reply
from tests.alerts.channels.sending_http import ROUTING_KEY, TAKEN, outcome, provider, refusal, send
from tests.alerts.channels.writing import message

OK = TAKEN["pagerduty"]
ALERT = str(UUID(int=7))


def event(**changes: Any) -> Message:
    payload = changes.pop("payload", {})
    return replace(message("default", **payload), **changes)


def test_a_firing_alert_triggers_an_incident(settings: Settings) -> None:
    with provider(settings, OK) as played:
        receipt = send("pagerduty")

    (asked,) = played.asked
    assert (asked.method, asked.path) == ("POST", "/v2/enqueue")
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": ALERT,
        "client": "monitoring-service",
        "client_url": "https://monitor.example.org/admin/alerts/alert/7/change/",
        "links": [
            {
                "href": "https://monitor.example.org/admin/alerts/alert/7/change/",
                "text": "Open the alert",
            }
        ],
        "payload": {
            "summary": "[critical] service_down: payment-service (firing)",
            "source": "payment-service",
            "severity": "critical",
            "timestamp": "2025-01-12T12:00:00+00:00",
            "component": "payment-service",
            "class": "service_up",
            "custom_details": {
                "description": "The service does not answer.",
                "Service": "payment-service",
                "Metric": "service_up",
                "Value": "0 (alerts when == 0)",
                "Since": "2025-01-12 12:00:00 UTC",
                "Labels": "host=a",
                "Runbook": "https://runbooks.example.org/down?a=1&b=2",
            },
        },
    }
    assert receipt == Receipt(ALERT, "HTTP 202: Event processed")


@pytest.mark.parametrize(
    ("kind", "actions"),
    [
        ("firing", ["trigger"]),
        ("escalation", ["trigger"]),
        ("reminder", ["trigger"]),
        ("acknowledged", ["acknowledge"]),
        ("resolved", ["resolve"]),
        ("test", ["trigger", "resolve"]),
    ],
)
def test_all_that_happens_to_an_alert_happens_to_one_incident(
    settings: Settings, kind: str, actions: list[str]
) -> None:
    with provider(settings, OK) as played:
        send("pagerduty", event(kind=kind))

    assert [asked.json["event_action"] for asked in played.asked] == actions
    assert {asked.json["dedup_key"] for asked in played.asked} == {ALERT}
    assert all(
        ("payload" in asked.json) == (asked.json["event_action"] == "trigger")
        for asked in played.asked
    )


@pytest.mark.parametrize(
    ("severity", "theirs"),
    [("critical", "critical"), ("warning", "warning"), ("info", "info"), ("odd", "error")],
)
def test_severities_are_translated(settings: Settings, severity: str, theirs: str) -> None:
    with provider(settings, OK) as played:
        send("pagerduty", event(payload={"severity": severity}))

    assert played.asked[0].json["payload"]["severity"] == theirs


def test_a_summary_is_cut_where_pagerduty_would_refuse_it(settings: Settings) -> None:
    with provider(settings, OK) as played:
        send("pagerduty", event(payload={"title": "x" * 5_000}))

    assert len(played.asked[0].json["payload"]["summary"]) == 1_024


def test_an_alert_without_a_service_comes_from_us(settings: Settings) -> None:
    with provider(settings, OK) as played:
        send("pagerduty", event(payload={"service": "", "started_at": None, "links": {}}))

    payload = played.asked[0].json["payload"]
    assert payload["source"] == "monitoring-service"
    assert payload["timestamp"] == "2025-01-12T12:05:00+00:00"
    assert "component" not in payload
    assert "links" not in played.asked[0].json


def test_a_bad_event_is_refused_for_good_with_its_reason(settings: Settings) -> None:
    said = {"status": "invalid event", "message": "Event object is invalid", "errors": ["length"]}
    error = refusal(settings, "pagerduty", reply("400 Bad Request", said))

    assert outcome(error) == (True, False, None)
    assert "Event object is invalid" in error.reason


@pytest.mark.parametrize(
    "said", [{"status": "success", "dedup_key": "another"}, {"status": "success"}, "accepted", 7]
)
def test_a_202_of_somebody_else_is_in_doubt(settings: Settings, said: Any) -> None:
    error = refusal(settings, "pagerduty", reply("202 Accepted", said))

    assert outcome(error) == (False, True, None)


def test_another_recipient_is_refused_before_anything_is_sent(settings: Settings) -> None:
    with provider(settings, OK) as played:
        error = refusal(settings, "pagerduty", OK, replace(event(), recipient="ana@example.org"))

    assert outcome(error) == (True, False, None)
    assert played.asked == []


def test_the_key_is_shown_nowhere(settings: Settings) -> None:
    settings.PAGERDUTY_ROUTING_KEY = ROUTING_KEY
    channel = PagerDutyChannel()

    shown = [str(channel.render(event())), *channel.recipients(), *channel.missing()]

    assert not any(ROUTING_KEY in text for text in shown)
    assert channel.recipients() == ["default"]


def test_what_is_missing_is_named(settings: Settings) -> None:
    settings.PAGERDUTY_ROUTING_KEY = ""
    assert PagerDutyChannel().missing() == ["PAGERDUTY_ROUTING_KEY"]

    settings.PAGERDUTY_ROUTING_KEY = ROUTING_KEY
    assert PagerDutyChannel().missing() == []
