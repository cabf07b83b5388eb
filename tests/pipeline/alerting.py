"""What tests of alerting ask of the service: rules, breaches, and what was said about them."""

import re
from typing import Any

from config.demo.mail import Mail
from config.demo.mailbox import Mailbox
from tests.pipeline.service import Service

CPU = "system_cpu_usage_percent"
THRESHOLD = 80.0
BREACH = 97.5
FINE = 12.0


def add_rule(service: Service, **fields: Any) -> dict[str, Any]:
    """POST a rule that mails at once when a CPU is busy, with more or other fields where named."""
    usual = {
        "rule_name": "high_cpu",
        "metric_name": CPU,
        "condition": ">",
        "threshold": THRESHOLD,
        "severity": "critical",
        "notification_channels": ["email"],
    }
    rule: dict[str, Any] = service.api("POST", "/alerts/rules", role="admin", json=usual | fields)
    return rule


def add_policy(service: Service, *steps: tuple[str, str, int]) -> str:
    """POST people and a chain of steps by mail, each a name, an address and a wait in seconds; return its name."""
    people = {}
    for name, email in {(name, email) for name, email, _ in steps}:
        person = {"name": name, "email": email}
        people[name] = service.api("POST", "/alerts/contacts", role="admin", json=person)["id"]
    chain = [
        {"wait_seconds": wait, "kind": "contact", "channel": "email", "contact_id": people[name]}
        for name, _, wait in steps
    ]
    name = "payments at night"
    policy = {"name": name, "steps": chain}
    service.api("POST", "/alerts/escalation-policies", role="admin", json=policy)
    return name


def evaluate(service: Service, value: float, *hosts: str, **fields: Any) -> None:
    """Push a sample of each host, and ask for an evaluation."""
    sample = {"metric_name": CPU, "value": value, **fields}
    service.push(*({**sample, "labels": {"host": host}} for host in hosts))
    service.send("alerts.evaluate_rules")


def firing(service: Service, number: int) -> dict[str, Any]:
    """Return the alerts by the host that each is about, once so many fire."""

    def found() -> dict[str, Any] | None:
        alerts = service.api("GET", "/alerts", role="user")
        return {each["labels"]["host"]: each for each in alerts} if len(alerts) >= number else None

    return service.wait_until(found, f"{number} alerts fire")


def told(mailbox: Mailbox, alert: dict[str, Any]) -> list[Mail]:
    """Return the mails about an alert, oldest first."""
    return [mail for mail in mailbox.messages if alert["id"] in mail.text]


def link_in(mail: Mail, action: str = "Acknowledge") -> str:
    """Return the link by which who got the mail acts."""
    found = re.search(rf"^{action}: (\S+)$", mail.text, re.MULTILINE)
    assert found is not None, mail.text
    return found[1]


def happened(service: Service, alert: dict[str, Any]) -> list[str]:
    """Return the kinds of what happened to an alert, oldest first."""
    shown = service.api("GET", f"/alerts/{alert['id']}", role="user")
    return [event["kind"] for event in shown["events"]]
