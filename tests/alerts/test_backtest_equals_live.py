"""A backtest of a period says what the live evaluations of that period did, alert by alert."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.models import Alert, AlertRule, Backtest
from alerts.services import create_rule, evaluate_rules
from alerts.services.backtest_work import run_backtest
from alerts.services.backtests import Period, ask_backtest
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
MINUTES = 90
HOSTS = ("a", "b", "c")
PLAIN = {"metric_name": "queue_depth", "condition": ">", "threshold": 50.0}


@pytest.fixture
def start() -> datetime:
    """A whole minute some hours ago: backtests look at the past only, and samples may be a day old."""
    return (timezone.now() - timedelta(hours=6)).replace(second=0, microsecond=0)


def values(seed: int) -> Iterator[dict[str, float]]:
    """Yield a random walk of each host, with gaps in which a host reports nothing."""
    draw = random.Random(seed)
    levels = dict.fromkeys(HOSTS, 45.0)
    silent = dict.fromkeys(HOSTS, 0)
    for _ in range(MINUTES):
        now = {}
        for host in HOSTS:
            levels[host] = min(90.0, max(10.0, levels[host] + draw.uniform(-12, 12)))
            silent[host] = max(0, silent[host] - 1) or (
                draw.randint(3, 9) if draw.random() < 0.04 else 0
            )
            if not silent[host]:
                now[host] = levels[host]
        yield now


def live(start: datetime, seed: int) -> None:
    """Store the samples and evaluate, minute by minute."""
    for number, reported in enumerate(values(seed)):
        at = start + number * MINUTE
        samples = [
            Sample(
                "queue_depth",
                "payment-service",
                value,
                at - timedelta(seconds=5),
                labels={"host": host},
            )
            for host, value in reported.items()
        ]
        if samples:
            ingest(samples, origin=Origin.COLLECTOR, at=at)
        evaluate_rules(at=at)


def happened(rule: AlertRule) -> list[tuple[str, str, str, str | None]]:
    """Return the alerts that fired, as the live log has them."""
    rows = (
        Alert.objects.filter(rule=rule).exclude(fired_at=None).order_by("fired_at", "fingerprint")
    )
    return [
        (
            row.fingerprint,
            row.started_at.isoformat(),
            (row.fired_at or row.started_at).isoformat(),
            row.resolved_at.isoformat() if row.resolved_at else None,
        )
        for row in rows
    ]


def replayed(rule: AlertRule, start: datetime) -> list[tuple[str, str, str, str | None]]:
    """Return the alerts that a backtest of the rule as it is finds."""
    period = Period(start, start + (MINUTES - 1) * MINUTE)
    asked = ask_backtest({}, period, rule_id=rule.pk, by="ana", at=timezone.now())
    assert run_backtest(asked.pk, at=timezone.now())
    done = Backtest.objects.get(pk=asked.pk)
    assert (done.status, done.error, done.progress) == ("done", "", 1.0)
    assert done.result is not None
    assert done.result["difference"]["changed"] == []
    return [
        (each["fingerprint"], each["started_at"], each["fired_at"], each["resolved_at"])
        for each in done.result["episodes"]
    ]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="plain"),
        pytest.param({"duration": 180, "flap_firings": 0}, id="held"),
        pytest.param({"recovery_threshold": 40.0, "keep_firing_for": 120}, id="kept firing"),
        pytest.param({"flap_firings": 2}, id="flapping"),
        pytest.param(
            {"aggregation": "avg", "window_seconds": 300, "minimum_samples": 3}, id="window"
        ),
        pytest.param({"combine": "max", "group_by": ["service_name"]}, id="combined"),
        pytest.param({"no_data_policy": "fire"}, id="silence fires"),
        pytest.param(
            {"threshold_overrides": [{"labels": {"host": "b"}, "threshold": 60.0}]}, id="override"
        ),
    ],
)
def test_a_backtest_finds_what_happened(start: datetime, fields: dict[str, Any], seed: int) -> None:
    rule = create_rule({"rule_name": "deep_queue", **PLAIN, **fields}, by="ana")
    live(start, seed)

    log = happened(rule)

    assert log
    assert replayed(rule, start) == log


def test_a_composite_rule_is_replayed_over_the_rules_that_it_names(start: datetime) -> None:
    create_rule({"rule_name": "deep", **PLAIN}, by="ana")
    create_rule({"rule_name": "very_deep", **PLAIN, "threshold": 70.0}, by="ana")
    rule = create_rule({"rule_name": "only_deep", "expression": "deep and not very_deep"}, by="ana")
    live(start, seed=3)

    log = happened(rule)

    assert log
    assert replayed(rule, start) == log
