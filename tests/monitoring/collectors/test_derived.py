"""Error rates and errors by severity, from counters as services push them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from monitoring.collectors.derived import collect, error_rate_percent, severity_of
from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample, Temporality

ROUTE = {"method": "GET", "route": "/events"}


def push(service: str, requests: float, errors: dict[str, float], at: datetime) -> None:
    """Count requests and errors, as increments."""
    samples = [_counter("http_requests_total", service, requests, at, status_code="200")]
    for error_type, number in errors.items():
        samples.append(_counter("http_errors_total", service, number, at, error_type=error_type))
    ingest(samples, origin=Origin.PUSH, at=timezone.now())


def _counter(metric: str, service: str, by: float, at: datetime, **labels: str) -> Sample:
    return Sample(metric, service, by, at, MetricType.COUNTER, {**ROUTE, **labels})


def derived(at: datetime) -> dict[tuple[str, str, str], float]:
    return {
        (one.metric, one.service, one.labels.get("severity", "")): one.value for one in collect(at)
    }


@pytest.mark.parametrize(
    ("requests", "errors", "percent"),
    [(100, 5, 5.0), (100, 0, 0.0), (3, 1, 100 / 3), (10, 20, 100.0), (0, 0, None), (0, 3, None)],
)
def test_the_rate_is_errors_in_a_hundred_requests(
    requests: float, errors: float, percent: float | None
) -> None:
    assert error_rate_percent(requests, errors) == (
        None if percent is None else pytest.approx(percent)
    )


@pytest.mark.parametrize(
    ("error_type", "severity"),
    [
        ("4xx", "warning"),
        ("404", "warning"),
        ("5xx", "critical"),
        ("502", "critical"),
        ("timeout", "critical"),
        ("", "critical"),
    ],
)
def test_what_the_client_did_wrong_is_a_warning(error_type: str, severity: str) -> None:
    assert severity_of(error_type) == severity


@pytest.mark.django_db(transaction=True)
def test_the_error_rate_of_a_service_is_that_of_the_last_five_minutes(now: datetime) -> None:
    push("event-service", 1_000, {"5xx": 900}, now - timedelta(minutes=30))
    push("event-service", 0, {"5xx": 0, "4xx": 0}, now - timedelta(minutes=4))
    push("event-service", 90, {"5xx": 6, "4xx": 3}, now - timedelta(minutes=2))
    push("event-service", 10, {"5xx": 1, "4xx": 0}, now)

    assert derived(now)["http_error_rate", "event-service", ""] == pytest.approx(10.0)


@pytest.mark.django_db(transaction=True)
def test_services_are_told_apart_and_one_without_requests_has_no_rate(now: datetime) -> None:
    for service, requests, errors in (("a", 10, 1), ("b", 10, 0), ("idle", 0, 0)):
        push(service, 0, {"5xx": 0}, now - timedelta(minutes=4))
        push(service, requests, {"5xx": errors}, now - timedelta(minutes=1))

    rates = {key[1]: value for key, value in derived(now).items() if key[0] == "http_error_rate"}

    assert rates == {"a": pytest.approx(10.0), "b": 0.0}


@pytest.mark.django_db(transaction=True)
def test_errors_by_severity_are_totals_so_that_a_repeat_counts_nothing_twice(now: datetime) -> None:
    push("a", 10, {"5xx": 2, "4xx": 7, "timeout": 1}, now - timedelta(minutes=1))

    for _ in range(2):
        samples = [one for one in collect(now) if one.metric == "errors_total"]
        ingest(samples, origin=Origin.COLLECTOR, at=timezone.now())

    assert {one.temporality for one in samples} == {Temporality.CUMULATIVE}
    totals = derived(now)
    assert totals["errors_total", "a", "critical"] == 3
    assert totals["errors_total", "a", "warning"] == 7


@pytest.mark.django_db(transaction=True)
def test_nothing_pushed_is_nothing_derived(now: datetime) -> None:
    assert collect(now) == []
