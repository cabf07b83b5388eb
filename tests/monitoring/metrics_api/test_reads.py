"""GET metrics, latest and by service: what was stored, newest first, in pages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from monitoring.ingest.door import ingest
from monitoring.metrics_api.readings import timestamp_text
from monitoring.types import MetricType, Origin, Sample
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db


def store(
    now: datetime,
    *minutes_and_values: tuple[float, float],
    metric: str = "queue_depth",
    service: str = "ticket-service",
    labels: Mapping[str, str] | None = None,
) -> None:
    samples = [
        Sample(
            metric, service, value, now - timedelta(minutes=minutes), MetricType.GAUGE, labels or {}
        )
        for minutes, value in minutes_and_values
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)


def read(path: str = "metrics", **query: Any) -> Any:
    return client_of("user").get(f"{API}/{path}", query)


def values(response: Any) -> list[float]:
    return [row["value"] for row in response.json()]


def test_a_sample_is_shown_with_all_its_fields(now: datetime) -> None:
    store(now, (1, 45.2), labels={"queue": "mail"})

    assert read(metric_name="queue_depth").json() == [
        {
            "metric_name": "queue_depth",
            "service_name": "ticket-service",
            "value": 45.2,
            "type": "gauge",
            "labels": {"queue": "mail"},
            "timestamp": timestamp_text(now - timedelta(minutes=1)),
        }
    ]


def test_samples_come_newest_first_over_all_series(now: datetime) -> None:
    store(now, (3, 1.0), (1, 3.0))
    store(now, (2, 2.0), service="auth-service")

    assert values(read()) == [3.0, 2.0, 1.0]


def test_the_last_hour_is_shown_unless_a_range_is_given(now: datetime) -> None:
    store(now, (61, 1.0), (59, 2.0))

    assert values(read()) == [2.0]
    early = timestamp_text(now - timedelta(minutes=62))
    assert values(read(start_time=early)) == [2.0, 1.0]
    assert values(read(start_time=early, end_time=timestamp_text(now - timedelta(minutes=60)))) == [
        1.0
    ]


def test_the_hour_ends_where_the_range_ends(now: datetime) -> None:
    store(now, (125, 1.0), (90, 2.0), (30, 3.0))

    assert values(read(end_time=timestamp_text(now - timedelta(minutes=60)))) == [2.0]


@pytest.mark.parametrize("name", ["payment", "payment-service"])
def test_a_service_is_found_by_either_of_its_names(now: datetime, name: str) -> None:
    store(now, (2, 1.0), service="payment-service")
    store(now, (1, 2.0), service="payment")
    store(now, (1, 9.0), service="auth-service")

    assert values(read(service=name)) == [2.0, 1.0]
    assert sorted(values(read(f"metrics/service/{name}"))) == [1.0, 2.0]


def test_series_can_be_chosen_by_label(now: datetime) -> None:
    store(now, (1, 1.0), labels={"hostname": "server1", "rack": "a"})
    store(now, (1, 2.0), labels={"hostname": "server2", "rack": "a"})

    assert values(read(**{"label.hostname": "server2", "label.rack": "a"})) == [2.0]
    assert values(read(**{"label.hostname": "server3"})) == []


def test_a_metric_that_nobody_knows_is_not_found() -> None:
    response = read(metric_name="no_such_metric")

    assert (response.status_code, response.json()["code"]) == (404, "METRIC_NOT_FOUND")


def test_a_known_metric_without_samples_is_an_empty_list(now: datetime) -> None:
    store(now, (90, 1.0))

    assert values(read(metric_name="queue_depth")) == []


def test_a_service_that_nobody_knows_has_no_samples(now: datetime) -> None:
    store(now, (1, 1.0))

    assert values(read(service="nobody")) == []
    assert values(read("metrics/service/nobody")) == []


def test_pages_follow_one_another_without_gap_or_overlap(now: datetime) -> None:
    store(now, *((minutes, float(minutes)) for minutes in range(1, 6)))

    first, second = read(limit=2), read(limit=2, offset=2)

    assert (values(first), values(second)) == ([1.0, 2.0], [3.0, 4.0])
    assert first.headers["X-Total-Count"] == "5"
    assert 'rel="next"' in first.headers["Link"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "10001"},
        {"limit": "-1"},
        {"limit": "abc"},
        {"limit": "99999999999999999999"},
        {"offset": "-1"},
        {"start_time": "garbage"},
        {"start_time": "2025-13-01T00:00:00Z"},
        {"start_time": "2026-03-02T13:00:00Z", "end_time": "2026-03-02T12:00:00Z"},
        {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-02-01T00:00:01Z"},
        {"metric_name": "a\0b"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    response = read(**query)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


def test_the_largest_page_and_the_longest_range_are_answered() -> None:
    response = read(
        limit=10_000, start_time="2026-01-01T00:00:00Z", end_time="2026-02-01T00:00:00Z"
    )

    assert response.status_code == 200


@pytest.mark.parametrize("path", ["metrics", "metrics/latest", "metrics/service/payment"])
def test_reading_takes_a_token(path: str) -> None:
    response = Client().get(f"{API}/{path}")

    assert (response.status_code, response.json()["code"]) == (401, "AUTH_REQUIRED")


def test_the_newest_value_of_each_series_is_the_latest(now: datetime) -> None:
    store(now, (3, 1.0), (1, 2.0), labels={"queue": "b"})
    store(now, (2, 3.0), labels={"queue": "a"})
    store(now, (2, 4.0), metric="active_jobs")

    rows = read("metrics/latest").json()

    assert [(row["metric_name"], row["labels"], row["value"]) for row in rows] == [
        ("active_jobs", {}, 4.0),
        ("queue_depth", {"queue": "a"}, 3.0),
        ("queue_depth", {"queue": "b"}, 2.0),
    ]
    assert rows[2]["timestamp"] == timestamp_text(now - timedelta(minutes=1))


@pytest.mark.parametrize("path", ["metrics/latest", "metrics/service/ticket"])
def test_latest_values_come_in_pages(now: datetime, path: str) -> None:
    for queue in "abc":
        store(now, (1, 1.0), labels={"queue": queue})

    response = read(path, limit=1, offset=1)

    assert [row["labels"]["queue"] for row in response.json()] == ["b"]
    assert response.headers["X-Total-Count"] == "3"


@pytest.mark.parametrize("path", ["metrics/latest", "metrics/service/ticket"])
def test_a_page_of_latest_values_has_its_limit(path: str) -> None:
    assert read(path, limit=5_000).status_code == 200
    assert read(path, limit=5_001).status_code == 400
