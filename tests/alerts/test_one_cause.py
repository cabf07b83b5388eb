"""One cause, one page: the gateway takes seven services down with it, and is told alone."""

from datetime import datetime

import pytest
from django.conf import settings

from alerts.channels import registry
from alerts.defaults import load_defaults
from alerts.delivery import deliver, due_ids, review_held
from alerts.models import Alert, AlertRule, Event, Notification
from alerts.models.event import EventKind
from alerts.models.notification import OPEN, Status
from alerts.services import acknowledge_alert
from alerts.services.silences import SilenceTerms, create_silence, end_silence
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db(transaction=True)

SERVICES = sorted(name for name, _ in settings.WATCHED_SERVICES.values())
OTHERS = [name for name in SERVICES if name != "api-gateway"]


@pytest.fixture
def email(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    """The only channel; the platform is as a new installation has it, with one rule."""
    channel = FakeChannel("email")
    monkeypatch.setattr(registry, "CHANNELS", {"email": channel})
    load_defaults()
    AlertRule.objects.exclude(rule_name="service_down").update(enabled=False)
    return channel


def probe(minute: int, *, down: list[str]) -> datetime:
    """Report every service, evaluate the rules and send what is due, as of so many minutes after noon."""
    at = NOON + minute * MINUTE
    ups = {name: 0.0 if name in down else 1.0 for name in SERVICES}
    samples = [Sample("service_up", name, up, at) for name, up in ups.items()]
    assert not ingest(samples, origin=Origin.PUSH, at=at).rejected
    evaluate(minute)
    send(at)
    return at


def send(at: datetime) -> None:
    review_held(100, at=at)
    while ids := due_ids(limit=100):
        for pk in ids:
            deliver(pk, at=at)


def told(channel: FakeChannel) -> list[tuple[str, str]]:
    """Return what was told about which service since it was last asked, and forget it."""
    said = [(str(each.kind), service_of(each.alert_id)) for each in channel.sent]
    channel.sent.clear()
    return sorted(said)


def service_of(alert_id: object) -> str:
    return Alert.objects.get(pk=str(alert_id)).service


def outage(channel: FakeChannel) -> None:
    """Take everything down, and forget what was told of it."""
    probe(0, down=SERVICES)
    probe(1, down=SERVICES)
    channel.sent.clear()


def test_eight_services_down_are_one_page_and_seven_are_listed(email: FakeChannel) -> None:
    probe(0, down=SERVICES)
    assert told(email) == []

    probe(1, down=SERVICES)

    assert Alert.objects.filter(state="firing").count() == 8
    assert told(email) == [("firing", "api-gateway")]
    gateway = Alert.objects.get(service="api-gateway")
    listed = client_of("user").get(f"{API}/alerts/hidden").json()
    assert (listed["total"], listed["by_reason"]["inhibition"]) == (7, 7)
    assert sorted(line["alert"]["service"] for line in listed["hidden"]) == OTHERS
    assert {line["id"] for line in listed["hidden"]} == {str(gateway.pk)}
    assert {line["reason"] for line in listed["hidden"]} == {
        "consequence of: Service down (api-gateway)"
    }


def test_while_the_cause_lasts_nobody_is_told_more(email: FakeChannel) -> None:
    outage(email)

    for minute in range(2, 6):
        probe(minute, down=SERVICES)

    assert told(email) == []
    assert Event.objects.filter(kind=EventKind.HIDDEN).count() == 7


def test_what_is_still_down_when_the_cause_is_over_is_told_then(email: FakeChannel) -> None:
    outage(email)

    probe(2, down=["payment-service"])

    assert told(email) == [("firing", "payment-service"), ("resolved", "api-gateway")]
    released = Event.objects.get(kind=EventKind.RELEASED)
    assert released.alert is not None
    assert released.alert.service == "payment-service"


def test_what_recovered_with_the_cause_is_settled_and_not_told(email: FakeChannel) -> None:
    outage(email)

    probe(2, down=[])

    assert told(email) == [("resolved", "api-gateway")]
    assert not Notification.objects.filter(status__in=OPEN).exists()
    suppressed = Notification.objects.filter(status=Status.SUPPRESSED, kind="firing")
    assert sorted(row.alert.service for row in suppressed.select_related("alert")) == OTHERS
    assert client_of("user").get(f"{API}/alerts/hidden").json()["total"] == 0


def test_who_takes_the_cause_does_not_let_the_consequences_loose(email: FakeChannel) -> None:
    outage(email)
    gateway = Alert.objects.get(service="api-gateway")
    acknowledge_alert(gateway.pk, by="ana", at=NOON + MINUTE)

    probe(2, down=SERVICES)

    assert [kind for kind, _ in told(email) if kind == "firing"] == []


def test_silencing_the_cause_tells_the_consequences(email: FakeChannel) -> None:
    outage(email)
    at = NOON + 2 * MINUTE
    gateway = [{"label": "service_name", "op": "=", "value": "api-gateway"}]
    terms = SilenceTerms(gateway, ends_at=at + 5 * MINUTE, owner="ana", reason="known")
    create_silence(terms, by="ana", at=at)

    send(at)

    assert told(email) == [("firing", name) for name in OTHERS]


def test_what_still_fires_when_a_silence_ends_is_told_then(email: FakeChannel) -> None:
    start = NOON - MINUTE
    auth = [{"label": "service_name", "op": "=", "value": "auth-service"}]
    terms = SilenceTerms(auth, ends_at=NOON + 60 * MINUTE, owner="ana", reason="deploy")
    silence = create_silence(terms, by="ana", at=start)
    probe(0, down=["auth-service"])
    probe(1, down=["auth-service"])
    assert told(email) == []

    end_silence(silence.pk, by="ana", at=NOON + 2 * MINUTE)
    send(NOON + 2 * MINUTE)

    assert told(email) == [("firing", "auth-service")]
