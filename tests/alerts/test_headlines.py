"""The words of whole messages, of every kind and for one or many alerts."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.headlines import ActionLinks, headline, lead, plain_text, severity
from alerts.messages import Message
from tests.alerts.channels.writing import PAYLOAD, message


def of_kind(kind: str, *, step: int = 0, **payload: Any) -> Message:
    return replace(message(state=kind, **payload), kind=kind, step=step)


def several(*payloads: dict[str, Any], **own: Any) -> Message:
    return replace(message(**own), members=tuple({**PAYLOAD, **each} for each in payloads))


TAKEN: dict[str, Any] = {"acknowledged_by": "Ana", "acknowledged_at": "2025-01-12T12:01:00+00:00"}
DOWN = "[critical] service_down: payment-service"


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (of_kind("firing"), f"{DOWN} (firing)"),
        (of_kind("resolved"), f"{DOWN} (resolved)"),
        (of_kind("escalation", step=2), f"{DOWN} (not acknowledged, step 2)"),
        (of_kind("escalation"), f"{DOWN} (not acknowledged)"),
        (of_kind("acknowledged", **TAKEN), f"{DOWN} (acknowledged by Ana)"),
        (of_kind("acknowledged"), f"{DOWN} (acknowledged by Somebody)"),
        (of_kind("reminder", **TAKEN), f"{DOWN} (still firing, acknowledged by Ana)"),
        (
            of_kind("test", severity="info", title="Test message"),
            "[info] Test message: payment-service (test)",
        ),
    ],
)
def test_each_kind_has_a_headline(sent: Message, line: str) -> None:
    assert headline(sent) == line


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (of_kind("firing"), ""),
        (of_kind("resolved"), ""),
        (
            of_kind("escalation", fired_at="2025-01-12T11:50:00+00:00"),
            "Nobody has acknowledged this for 15 min. It is now your turn to look.",
        ),
        (
            of_kind("escalation", fired_at=None, started_at=None),
            "Nobody has acknowledged this yet. It is now your turn to look.",
        ),
        (
            of_kind("acknowledged", **TAKEN),
            "Ana has taken this alert; its escalation has stopped.",
        ),
        (of_kind("reminder", **TAKEN), "Ana took this alert 4 min ago, and it still fires."),
        (of_kind("reminder"), "Somebody took this alert some time ago, and it still fires."),
        (
            of_kind("reminder", acknowledged_by="Ana", acknowledged_at="2025-01-12T13:00:00+00:00"),
            "Ana took this alert 0 s ago, and it still fires.",
        ),
        (
            of_kind("test"),
            "A test that a person asked for: messages of this channel arrive. There is nothing to do.",
        ),
        (of_kind("of-next-year"), ""),
    ],
)
def test_why_a_message_comes_is_said_where_its_headline_does_not(
    sent: Message, sentence: str
) -> None:
    assert lead(sent) == sentence


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (several({"service": "auth"}), "[critical] service_down: 2 firing (payment-service, auth)"),
        (
            several(*({"service": f"s{number}"} for number in range(11))),
            "[critical] service_down: 12 firing (payment-service, s0, s1 and 9 more)",
        ),
        (several({}), "[critical] service_down: 2 firing (payment-service)"),
        (several({"service": ""}, service=""), "[critical] service_down: 2 firing"),
        (
            several({"title": "high_cpu"}, {"title": "high_cpu", "state": "resolved"}),
            "[critical] 3 alerts: 2 firing, 1 resolved (service_down, high_cpu)",
        ),
        (
            several({"severity": "info"}, {"severity": "critical"}, severity="warning"),
            "[critical] service_down: 3 firing (payment-service)",
        ),
    ],
)
def test_a_message_of_several_alerts_counts_and_names_them(sent: Message, line: str) -> None:
    assert headline(sent) == line


@pytest.mark.parametrize(
    ("words", "worst"),
    [
        (["info"], "info"),
        (["info", "warning"], "warning"),
        (["warning", "critical", "info"], "critical"),
        (["info", "odd"], "info"),
    ],
)
def test_the_worst_severity_counts(words: list[str], worst: str) -> None:
    first, *others = words

    assert severity(several(*({"severity": each} for each in others), severity=first)) == worst


def test_no_name_adds_a_line() -> None:
    sent = several({"service": "a\r\nb"}, title="x\ny", service="p")

    assert "\n" not in headline(sent)
    assert "\n" not in lead(of_kind("acknowledged", acknowledged_by="A\nB"))


def test_the_plain_text_of_one_alert_holds_everything() -> None:
    sent = of_kind("escalation", step=1)
    links = ActionLinks("https://monitor.example.org/a/a1", "https://monitor.example.org/a/r1")

    assert plain_text(sent, links) == (
        "[critical] service_down: payment-service (not acknowledged, step 1)\n"
        "\n"
        "Nobody has acknowledged this for 5 min. It is now your turn to look.\n"
        "\n"
        "The service does not answer.\n"
        "\n"
        "Service: payment-service\n"
        "Metric: service_up\n"
        "Value: 0 (alerts when == 0)\n"
        "Since: 2025-01-12 12:00:00 UTC\n"
        "Labels: host=a\n"
        "Runbook: https://runbooks.example.org/down?a=1&b=2\n"
        "\n"
        "Alert: https://monitor.example.org/admin/alerts/alert/7/change/\n"
        "Acknowledge: https://monitor.example.org/a/a1\n"
        "Resolve: https://monitor.example.org/a/r1\n"
    )


def test_the_plain_text_of_several_names_each_with_its_address() -> None:
    text = plain_text(several({"service": "auth", "links": {"alert": "https://m.example.org/2"}}))

    assert "[critical] service_down: payment-service (firing)\nThe service" in text
    assert "[critical] service_down: auth (firing)\n" in text
    assert "Alert: https://m.example.org/2\n" in text
    assert "Acknowledge" not in text


def test_what_is_not_known_is_left_out() -> None:
    text = plain_text(message(description="", links={}))

    assert text.startswith(f"{DOWN} (firing)\n\nService: payment-service\n")
    assert "Alert:" not in text
