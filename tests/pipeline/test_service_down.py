"""A demo service is stopped: probes see it, the default rule fires after its duration, and resolves when it is back."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from alerts.defaults import load_defaults
from alerts.models import AlertRule
from config.demo.mailbox import Mailbox
from config.embedded.ports import LOOPBACK, choose_port
from config.supervisor.process import spawn, stop
from health.models import WatchedService
from tests.pipeline.conftest import StartService
from tests.pipeline.service import ROOT, Service

pytestmark = pytest.mark.pipeline

HOLD_SECONDS = 3
VARIABLES = (
    "API_GATEWAY",
    "AUTH",
    "VENUE",
    "EVENT",
    "TICKET",
    "PAYMENT",
    "MARKETPLACE",
    "ANALYTICS",
)


@dataclass(frozen=True, slots=True)
class Platform:
    """The demo platform in its own process, without traffic and without faults of its own."""

    control: str
    payment: str

    def put_payment(self, state: str) -> None:
        """Stop the payment service's listening socket, or open it again."""
        answer = requests.post(
            f"{self.control}/services/payment/state", json={"state": state}, timeout=5
        )
        answer.raise_for_status()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    ports: list[int] = []
    for _ in range(len(VARIABLES) + 2):
        ports.append(choose_port(None, frozenset(ports)))
    *services, control, smtp = ports
    urls = {
        f"{name}{'' if name == 'API_GATEWAY' else '_SERVICE'}_URL": f"http://{LOOPBACK}:{port}"
        for name, port in zip(VARIABLES, services, strict=True)
    }
    process = spawn(
        [sys.executable, "-m", "config.demo", "--no-faults"],
        log=tmp_path / "demo.log",
        environ={
            **os.environ,
            **urls,
            "DEMO_TOKEN": "",
            "DEMO_CONTROL_PORT": str(control),
            "DEMO_SMTP_PORT": str(smtp),
            "DATA_DIR": str(tmp_path / "demo"),
        },
        cwd=ROOT,
    )
    yield Platform(f"http://{LOOPBACK}:{control}", urls["PAYMENT_SERVICE_URL"])
    stop(process, signal.SIGTERM, 10)


def test_a_stopped_service_fires_after_its_duration_and_resolves_when_it_is_back(
    start_service: StartService, platform: Platform, mailbox: Mailbox
) -> None:
    load_defaults()
    AlertRule.objects.filter(rule_name="service_down").update(duration=HOLD_SECONDS)
    AlertRule.objects.exclude(rule_name="service_down").update(enabled=False)
    WatchedService.objects.create(
        name="payment", service_name="payment-service", url=platform.payment
    )
    service = start_service(HEALTH_CHECK_INTERVAL="1", ALERT_EVALUATION_INTERVAL="1")
    beat = Beat(service)

    beat.until(lambda: health(service) == "healthy", "the payment service is probed and healthy")
    platform.put_payment("down")
    alert = beat.until(lambda: firing(service), "service_down fires")

    assert (alert["severity"], alert["service"], alert["value"]) == (
        "critical",
        "payment-service",
        0,
    )
    row = service.api("GET", f"/alerts/{alert['id']}", role="user")
    assert row["threshold"] == 0
    beat.until(lambda: subjects(mailbox, "firing"), "a mail that it is down")
    assert held_seconds() >= HOLD_SECONDS

    platform.put_payment("healthy")
    beat.until(lambda: subjects(mailbox, "resolved"), "a mail that it is back")

    assert service.api("GET", "/alerts", role="user") == []
    assert len(mailbox.messages) == 2


class Beat:
    """Probes and evaluates each second while a test waits, as beat does each half minute and minute."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ticked = 0.0

    def until(self, look: Callable[[], Any], what: str) -> Any:
        """Return what `look` finds, ticking meanwhile."""

        def tick_and_look() -> Any:
            if time.monotonic() - self._ticked > 1:
                self._ticked = time.monotonic()
                self._service.send("health.probe_services")
                self._service.send("alerts.evaluate_rules")
            return look()

        return self._service.wait_until(tick_and_look, what)


def health(service: Service) -> str:
    """Return the status of the payment service as the API tells it."""
    (line,) = service.ask("GET", "/health/services/all", role="user")
    return str(line["status"])


def firing(service: Service) -> Any:
    """Return the firing alert, None while there is none."""
    alerts = service.api("GET", "/alerts", role="user")
    return alerts[0] if alerts else None


def held_seconds() -> float:
    """Return how long the breach had lasted when it fired."""
    fired = AlertRule.objects.get(rule_name="service_down").alerts.get()
    assert fired.fired_at is not None
    return (fired.fired_at - fired.started_at).total_seconds()


def subjects(mailbox: Mailbox, state: str) -> list[str]:
    """Return the subjects of the mails about a state."""
    return [mail.subject for mail in mailbox.messages if f"({state})" in mail.subject]
