"""A rule is tried on the past by a worker, and finds there what the live evaluations of that past did."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.models import Alert
from alerts.services import evaluate_rules
from tests.pipeline.alerting import CPU, add_rule
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

MINUTE = timedelta(minutes=1)
MINUTES = 20
HOSTS = [f"host-{number}" for number in range(100)]
# Long enough for a worker to be seen at work; before its last minutes there was nothing that could fire.
PERIOD = timedelta(days=28)

Episodes = list[tuple[str, str, str | None, str | None]]


def test_a_backtest_is_carried_out_by_a_worker_and_says_what_the_live_log_says(
    start_service: StartService,
) -> None:
    start = (timezone.now() - timedelta(hours=1)).replace(second=0, microsecond=0)
    end = start + (MINUTES - 1) * MINUTE
    service = start_service(worker=False)
    rule = add_rule(service, notification_channels=[], duration=60)
    live(service, start)
    happened = log()

    body = {
        "rule_id": rule["id"],
        "start": (end - PERIOD).isoformat(),
        "end": end.isoformat(),
    }
    seen = [service.api("POST", "/alerts/rules/backtest", role="operator", json=body)]
    service.start_worker(queues="default")
    done = service.wait_until(lambda: finished(service, seen), "the backtest is done", sweep=False)

    assert (done["status"], done["error"]) == ("done", "")
    assert len(happened) > len(HOSTS)
    assert {each[3] is None for each in happened} == {True, False}
    assert replayed(done["result"]) == happened
    assert done["result"]["difference"]["same"] == len(happened)
    told = [each["progress"] for each in seen]
    assert (told, told[0], told[-1]) == (sorted(told), 0.0, 1.0)
    assert any(each["status"] == "running" and 0 < each["progress"] < 1 for each in seen)


def live(service: Service, start: datetime) -> None:
    """Push what each host reports, minute by minute, and evaluate as it comes."""
    draw = random.Random(1)
    for number in range(MINUTES):
        at = start + number * MINUTE
        sample = {"metric_name": CPU, "timestamp": (at - timedelta(seconds=5)).isoformat()}
        values = ((host, draw.uniform(60, 100)) for host in HOSTS)
        service.push(*({**sample, "value": value, "labels": {"host": h}} for h, value in values))
        evaluate_rules(at=at)


def log() -> Episodes:
    """Return the alerts that fired, as the live log has them."""
    fired = Alert.objects.exclude(fired_at=None).order_by("fired_at", "fingerprint")
    return [
        (
            alert.fingerprint,
            alert.started_at.isoformat(),
            alert.fired_at.isoformat() if alert.fired_at else None,
            alert.resolved_at.isoformat() if alert.resolved_at else None,
        )
        for alert in fired
    ]


def finished(service: Service, seen: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Look how far the backtest is; return it once it is over."""
    backtest = service.api("GET", f"/alerts/rules/backtests/{seen[0]['id']}", role="user")
    seen.append(backtest)
    return backtest if backtest["finished_at"] else None


def replayed(result: dict[str, Any]) -> Episodes:
    """Return the alerts that the backtest found."""
    assert result["episodes_left_out"] == 0
    fields = ("fingerprint", "started_at", "fired_at", "resolved_at")
    found = [tuple(each[name] for name in fields) for each in result["episodes"]]
    return [(who, began, fired, over) for who, began, fired, over in found]
