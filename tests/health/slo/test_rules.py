"""From a burn to a page: probes, objectives and the default rules, minute by minute, with nothing left out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from alerts.defaults import load_defaults
from alerts.models import Alert
from alerts.services import evaluate_rules
from health.models import SlaBucket, Slo
from health.services.slo_evaluation import evaluate_slos
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import probe_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("objective")]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BUCKET = timedelta(minutes=5)


@pytest.fixture
def objective() -> Slo:
    load_defaults()
    service = WatchedServiceFactory.create(name="payment")
    return Slo.objects.create(name="payment-up", service=service, target_percent=Decimal("99.9"))


def history(text: str, *, down_ms: Callable[[datetime], int] = lambda _: 0) -> None:
    """Write a month of buckets until two hours before noon, and from there a probe for each letter."""
    count = (timedelta(days=30) - 2 * HOUR) // BUCKET
    starts = [NOON - timedelta(days=30) + number * BUCKET for number in range(count)]
    SlaBucket.objects.bulk_create(
        SlaBucket(
            service_name="payment",
            starts_at=at,
            up_ms=300_000 - down_ms(at),
            down_ms=down_ms(at),
        )
        for at in starts
    )
    probe_rows("payment", marks(text, NOON - 2 * HOUR))


def course(minutes: int) -> dict[str, list[tuple[int, str]]]:
    """Evaluate each minute from noon on; return by severity when alerts about budgets changed, and to what."""
    seen: dict[str, list[tuple[int, str]]] = {}
    for minute in range(minutes + 1):
        at = NOON + minute * MINUTE
        evaluate_slos(at=at)
        evaluate_rules(at=at)
        for alert in Alert.objects.filter(rule__metric_name="slo_burn_rate_pair"):
            name = f"{alert.severity} {alert.labels['pair']}"
            changes = seen.setdefault(name, [])
            if not changes or changes[-1][1] != alert.state:
                changes.append((minute, alert.state))
    return seen


def test_an_outage_pages_within_a_minute_and_is_over_when_five_minutes_were_good() -> None:
    # Down from noon on for two minutes: 51.84 s of the last hour are 14.4 times as fast as allowed.
    history("u" * 240 + "fDDD" + "u" * 20)

    assert course(9) == {"critical 1h/5m": [(1, "firing"), (7, "resolved")]}


def test_a_single_failed_probe_pages_nobody() -> None:
    history("u" * 240 + "f" + "u" * 20)

    assert course(10) == {}


def test_a_blip_that_was_really_down_pages_nobody() -> None:
    # 30 s of an hour are 8.3 times as fast as allowed; in five minutes alone it would be a hundred times.
    history("u" * 240 + "D" + "u" * 20)

    assert course(10) == {}


def test_repeated_blips_page_when_a_twentieth_of_the_budget_went_in_six_hours() -> None:
    # Half a minute an hour: the fifth within six hours makes 150 s, 6.9 times as fast as allowed.
    earlier = {NOON - 5 * HOUR, NOON - 4 * HOUR, NOON - 3 * HOUR}
    text = "u" * 60 + "D" + "u" * 179 + "D" + "u" * 100

    history(text, down_ms=lambda at: 30_000 if at in earlier else 0)

    # Half an hour later the short window is clean again.
    assert course(32) == {"critical 6h/30m": [(1, "firing"), (31, "resolved")]}


def test_a_slow_leak_opens_a_ticket_and_wakes_nobody() -> None:
    # 0.6 s of each five minutes: twice as fast as allowed for days, until two hours ago.
    history("u" * 240, down_ms=lambda _: 600)

    assert course(0) == {"warning 3d/6h": [(0, "firing")]}


def test_a_slow_leak_that_has_stopped_opens_no_ticket() -> None:
    stopped = NOON - 7 * HOUR

    history("u" * 240, down_ms=lambda at: 600 if at < stopped else 0)

    assert course(0) == {}


def test_without_probes_no_rule_about_budgets_fires() -> None:
    assert course(3) == {}
