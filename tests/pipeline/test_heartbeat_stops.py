"""A job that calls each second stops: it is late after its grace, the default rule fires, and a mail says so."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from alerts.defaults import load_defaults
from alerts.models import AlertRule
from config.demo.mailbox import Mailbox
from health.models import ServiceFlip, WatchedService
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

PERIOD_SECONDS = 2
GRACE_SECONDS = 2


@pytest.fixture
def key(transactional_db: None) -> UUID:
    """The key of a job that has to call every other second."""
    service = WatchedService.objects.create(
        name="backup",
        service_name="nightly-backup",
        kind="heartbeat",
        heartbeat_period_seconds=PERIOD_SECONDS,
        heartbeat_grace_seconds=GRACE_SECONDS,
    )
    service.refresh_from_db()
    return service.heartbeat_key


@pytest.fixture
def service(start_service: StartService) -> Service:
    """The service, where only `service_down` fires, at once; probes and rules come each second."""
    load_defaults()
    AlertRule.objects.filter(rule_name="service_down").update(duration=0)
    AlertRule.objects.exclude(rule_name="service_down").update(enabled=False)
    running = start_service(HEALTH_CHECK_INTERVAL="1", ALERT_EVALUATION_INTERVAL="1")
    running.periodic += ["health.probe_services", "alerts.evaluate_rules"]
    return running


def test_a_job_that_stops_calling_is_told_by_mail_and_so_is_its_return(
    key: UUID, service: Service, mailbox: Mailbox
) -> None:
    def calling(look: Callable[[], Any]) -> Callable[[], Any]:
        def call_and_look() -> Any:
            service.ask("GET", f"/heartbeat/{key}", role="user")
            return look()

        return call_and_look

    service.wait_until(calling(lambda: standing(service) == "healthy"), "the job is healthy")

    # From here on it does not call.
    alert = service.wait_until(lambda: firing(service), "service_down fires")
    service.wait_until(lambda: subjects(mailbox, "firing"), "a mail that it is late")

    assert (alert["severity"], alert["service"], alert["value"]) == (
        "critical",
        "nightly-backup",
        0,
    )
    flip = ServiceFlip.objects.get(status="unhealthy")
    assert (flip.was, flip.error_message[:11]) == ("healthy", "no call by ")

    service.wait_until(calling(lambda: subjects(mailbox, "resolved")), "a mail that it calls again")
    assert standing(service) == "healthy"
    assert service.api("GET", "/alerts", role="user") == []


def test_a_job_that_reports_a_failure_is_told_by_mail_without_waiting(
    key: UUID, service: Service, mailbox: Mailbox
) -> None:
    WatchedService.objects.update(heartbeat_period_seconds=86_400)

    service.ask("POST", f"/heartbeat/{key}/start", role="user")
    service.ask("POST", f"/heartbeat/{key}/3", role="user", data=b"disk full")

    service.wait_until(lambda: subjects(mailbox, "firing"), "a mail that it failed")
    assert ServiceFlip.objects.latest("at").error_message == "the job ended with exit code 3"


def standing(service: Service) -> str:
    """Return the status of the job as the API tells it."""
    (line,) = service.ask("GET", "/health/services/all", role="user")
    return str(line["status"])


def firing(service: Service) -> Any:
    """Return the firing alert, None while there is none."""
    alerts = service.api("GET", "/alerts", role="user")
    return alerts[0] if alerts else None


def subjects(mailbox: Mailbox, state: str) -> list[str]:
    """Return the subjects of the mails about a state."""
    return [mail.subject for mail in mailbox.messages if f"({state})" in mail.subject]
