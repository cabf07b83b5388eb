"""The gateway falls, and with it what is asked through it: the others are unknown, one mail, no downtime of theirs."""

import pytest
from django.utils import timezone

from alerts.defaults import load_defaults
from alerts.models import AlertRule, Dependency
from config.demo.mailbox import Mailbox
from health.models import ServiceFlip, ServiceHealth, ServiceState, WatchedService
from health.services.sla_buckets import write_buckets
from health.sla.buckets import BUCKET
from health.sla_selectors import sla_of
from tests.health.answering import healthy, serving
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

GATEWAY = "api-gateway"
BEHIND = ("payment", "venue")
UNKNOWN = f"unknown behind {GATEWAY}"
LONGER_PROBES = 3
"""So many further probes of each, in which anything that could be said of them would be."""


@pytest.fixture
def service(start_service: StartService) -> Service:
    """The service, where only `service_down` fires, at once; probes and rules come each second."""
    load_defaults()
    AlertRule.objects.filter(rule_name="service_down").update(duration=0)
    AlertRule.objects.exclude(rule_name="service_down").update(enabled=False)
    Dependency.objects.all().delete()
    for name in BEHIND:
        Dependency.objects.create(dependent=f"{name}-service", upstream=GATEWAY)
    running = start_service(HEALTH_CHECK_INTERVAL="1", ALERT_EVALUATION_INTERVAL="1")
    running.periodic += ["health.probe_services", "alerts.evaluate_rules"]
    return running


def test_what_is_behind_a_gateway_that_is_down_is_unknown_and_one_mail_tells_all(
    service: Service, mailbox: Mailbox
) -> None:
    write_buckets(at=timezone.now())
    with serving(healthy) as url:
        for name, full in names().items():
            WatchedService.objects.create(name=name, service_name=full, url=url)
        service.wait_until(lambda: statuses() == {"healthy"}, "all are healthy")
    service.wait_until(lambda: mailbox.messages, "a mail that the gateway is down")
    seen = {name: ServiceHealth.objects.filter(service_name=name).count() for name in BEHIND}
    service.wait_until(lambda: all(more(name, seen[name]) for name in BEHIND), "probes go on")

    told = {
        line["service"]: line for line in service.ask("GET", "/health/services/all", role="user")
    }
    assert told["gateway"]["status"] == "unhealthy"
    for name in BEHIND:
        assert told[name]["status"] == "degraded"
        assert told[name]["error"].startswith(UNKNOWN)
    assert not ServiceFlip.objects.filter(service_name__in=BEHIND, status="unhealthy").exists()
    (alert,) = service.api("GET", "/alerts", role="user")
    assert alert["service"] == GATEWAY
    (mail,) = mailbox.messages
    assert GATEWAY in mail.subject

    begun_at = ServiceHealth.objects.earliest("checked_at").checked_at
    write_buckets(at=timezone.now() + 2 * BUCKET)
    until = timezone.now() + BUCKET
    spans = {name: sla_of(name, begun_at, until).spans for name in names()}
    assert spans["gateway"].down_ms > 0
    for name in BEHIND:
        assert (spans[name].down_ms, spans[name].up_ms > 0) == (0, True)
        assert spans[name].unknown_ms > spans["gateway"].unknown_ms


def names() -> dict[str, str]:
    """Return short and full name of each."""
    return {"gateway": GATEWAY} | {name: f"{name}-service" for name in BEHIND}


def statuses() -> set[str]:
    """Return all statuses that services have, once each has one."""
    states = ServiceState.objects.values_list("status", flat=True)
    return set(states) if len(states) == len(names()) else set()


def more(name: str, seen: int) -> bool:
    """Tell whether there were so many probes that one would have flipped by itself."""
    return ServiceHealth.objects.filter(service_name=name).count() >= seen + LONGER_PROBES
