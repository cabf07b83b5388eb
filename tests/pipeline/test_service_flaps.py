"""A service that goes and comes back over and over: it is one long alert, and the patient rule says nothing."""

from collections.abc import Iterator
from functools import partial

import pytest
from aiohttp import web

from alerts.defaults import load_defaults
from alerts.models import Alert, AlertRule
from config.demo.mailbox import Mailbox
from health.models import ServiceFlip, ServiceState, WatchedService
from tests.health.answering import failing, healthy, serving
from tests.pipeline.alerting import add_rule
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

FLAP_FIRINGS = 2
"""The firing from which on a series flaps."""
FLAPS = 4
QUIET_SECONDS = 10
"""So long it must be well before a flapping alert is over; longer than any of its good times in this test."""


class Switch:
    """A service that is up or down as the test says."""

    def __init__(self) -> None:
        self.is_up = True

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as a service of the platform."""
        return await (healthy if self.is_up else failing)(request)


@pytest.fixture
def switch(transactional_db: None) -> Iterator[Switch]:
    """A watched service that is well for now."""
    switch = Switch()
    with serving(switch.answer) as url:
        WatchedService.objects.create(name="payment", service_name="payment-service", url=url)
        yield switch


def test_a_service_that_flaps_is_one_long_alert_and_a_patient_rule_is_silent(
    switch: Switch, start_service: StartService, mailbox: Mailbox
) -> None:
    load_defaults()
    AlertRule.objects.exclude(rule_name="service_down").update(enabled=False)
    service = start_service(
        HEALTH_CHECK_INTERVAL="1", ALERT_EVALUATION_INTERVAL="1", FLAP_QUIET=f"{QUIET_SECONDS}s"
    )
    service.periodic += ["health.probe_services", "alerts.evaluate_rules"]
    add_rule(
        service,
        rule_name="impatient",
        metric_name="service_up",
        condition="==",
        threshold=0,
        flap_firings=FLAP_FIRINGS,
    )
    for flap in range(1, FLAPS + 1):
        turn(service, switch, is_up=False)
        service.wait_until(partial(has_fired, flap), "the impatient rule fires")
        turn(service, switch, is_up=True)
        service.wait_until(partial(is_over, flap), "it is over, unless it flaps")

    assert [alert.flapping for alert in alerts()] == [False, True]
    assert alerts()[-1].state == Alert.State.FIRING
    assert len(subjects(mailbox, "firing")) == FLAP_FIRINGS
    service.wait_until(lambda: len(subjects(mailbox, "resolved")) == FLAP_FIRINGS, "it is quiet")
    assert not Alert.objects.filter(rule__rule_name="service_down", fired_at__isnull=False).exists()
    flips = ServiceFlip.objects.filter(service_name="payment", status="unhealthy")
    assert flips.count() == FLAPS, "what people are not told is on record"


def turn(service: Service, switch: Switch, *, is_up: bool) -> None:
    """Bring the service up or down, and wait until probes have found out."""
    switch.is_up = is_up
    status = "healthy" if is_up else "unhealthy"
    service.wait_until(
        lambda: ServiceState.objects.filter(status=status).exists(), f"it is {status}"
    )


def alerts() -> list[Alert]:
    """Return the alerts of the impatient rule, the oldest first."""
    return list(Alert.objects.filter(rule__rule_name="impatient").order_by("started_at"))


def has_fired(flap: int) -> bool:
    """Tell whether the alert of this flap fires; from the one on that flaps it is the same."""
    fired = [alert for alert in alerts() if alert.fired_at]
    return len(fired) == min(flap, FLAP_FIRINGS)


def is_over(flap: int) -> bool:
    """Tell whether the alert of this flap is over; one that flaps has been looked at and is not."""
    last = alerts()[-1]
    return (
        last.state == Alert.State.RESOLVED if flap < FLAP_FIRINGS else last.over_since is not None
    )


def subjects(mailbox: Mailbox, state: str) -> list[str]:
    """Return the subjects of the mails about a state."""
    return [mail.subject for mail in mailbox.messages if f"({state})" in mail.subject]
