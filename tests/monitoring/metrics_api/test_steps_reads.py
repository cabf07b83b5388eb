"""GET metrics with a step: one value for each step of time, by series or by group."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from monitoring.ingest.door import ingest
from monitoring.metrics_api.readings import timestamp_text
from monitoring.types import MetricType, Origin, Sample, Temporality
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hour(now: datetime) -> datetime:
    """Return the last full hour: steps begin at round instants."""
    return now.replace(minute=0, second=0, microsecond=0)


def store(
    at: datetime, *values: float, metric: str = "queue_depth", service: str = "s", **labels: str
) -> None:
    """Store values a minute apart, the first at `at`."""
    samples = [
        Sample(
            metric,
            service,
            value,
            at + number * MINUTE,
            MetricType.GAUGE,
            labels,
            Temporality.CUMULATIVE,
        )
        for number, value in enumerate(values)
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=at + timedelta(hours=1))


def read(hour: datetime, **query: Any) -> Any:
    span = {
        "start_time": timestamp_text(hour),
        "end_time": timestamp_text(hour + timedelta(minutes=10)),
    }
    asked = {name.replace("__", "."): value for name, value in query.items()}
    return client_of("user").get(f"{API}/metrics", span | asked)


def rows(response: Any) -> list[tuple[str, float]]:
    return [(row["timestamp"][14:19], row["value"]) for row in response.json()]


def test_a_row_is_one_step_of_one_series(hour: datetime) -> None:
    store(hour, 1.0, 2.0, 6.0, queue="mail")

    assert read(hour, step="5m").json() == [
        {
            "metric_name": "queue_depth",
            "service_name": "s",
            "value": 3.0,
            "labels": {"queue": "mail"},
            "timestamp": timestamp_text(hour),
        }
    ]


def test_steps_come_newest_first_and_empty_ones_not_at_all(hour: datetime) -> None:
    store(hour, 1.0, 3.0)
    store(hour + 4 * MINUTE, 5.0)

    assert rows(read(hour, step="2m")) == [("04:00", 5.0), ("00:00", 2.0)]


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"aggregation": "avg"}, 4.0),
        ({"aggregation": "min"}, 1.0),
        ({"aggregation": "max"}, 10.0),
        ({"aggregation": "sum"}, 20.0),
        ({"aggregation": "count"}, 5.0),
        ({"aggregation": "first"}, 1.0),
        ({"aggregation": "last"}, 4.0),
        ({"aggregation": "p50"}, 3.0),
        ({"aggregation": "p75"}, 4.0),
        ({"percentile": "75"}, 4.0),
        ({"aggregation": "percentile", "percentile": "100"}, 10.0),
        ({"aggregation": "increase"}, 13.0),
        ({"aggregation": "rate"}, 13.0 / 240),
    ],
)
def test_every_aggregation_can_be_asked_for(
    hour: datetime, asked: dict[str, str], value: float
) -> None:
    store(hour, 1.0, 2.0, 3.0, 10.0, 4.0)

    ((_, answered),) = rows(read(hour, step="600", **asked))

    assert answered == pytest.approx(value)


def test_a_group_has_the_labels_that_make_it(hour: datetime) -> None:
    store(hour, 1.0, host="a", rack="1")
    store(hour, 3.0, host="b", rack="1")
    store(hour, 8.0, host="c", rack="2", service="t")

    by_rack = read(hour, step="10m", group_by="rack").json()
    by_service = read(hour, step="10m", aggregation="sum", group_by="service_name").json()
    together = read(hour, step="10m", aggregation="max", group_by="").json()

    assert [(row["labels"], row["value"], "service_name" in row) for row in by_rack] == [
        ({"rack": "1"}, 2.0, False),
        ({"rack": "2"}, 8.0, False),
    ]
    assert [(row["service_name"], row["labels"], row["value"]) for row in by_service] == [
        ("s", {}, 4.0),
        ("t", {}, 8.0),
    ]
    assert [row["value"] for row in together] == [8.0]


def test_series_of_a_group_can_be_taken_one_by_one(hour: datetime) -> None:
    store(hour, 1.0, 5.0, host="a")
    store(hour, 3.0, host="b")

    assert rows(read(hour, step="10m", aggregation="last", across="sum")) == [("00:00", 8.0)]


def test_series_are_chosen_by_label_and_selector(hour: datetime) -> None:
    for host in ("db1", "db2", "web1"):
        store(hour, float(host[-1]), host=host)
    store(hour, 9.0, metric="other", host="db3")

    def values(**asked: str) -> list[float]:
        return [value for _, value in rows(read(hour, **asked))]

    assert values(label__host="db2") == [2.0]
    assert values(match='queue_depth{host=~"db.*"}') == [1.0, 2.0]
    assert values(match='queue_depth{host!~"db.*"}', step="10m") == [1.0]
    assert sorted(values(match='{host=~"db[23]"}')) == [2.0, 9.0]
    assert values(metric_name="other", match='{host=~"db.*"}') == [9.0]


def test_pages_are_cut_out_of_all_steps(hour: datetime) -> None:
    store(hour, *map(float, range(6)), host="a")
    store(hour, *map(float, range(10, 16)), host="b")

    first = read(hour, step="1m", limit=3)
    second = read(hour, step="1m", limit=3, offset=3)

    assert rows(first) == [("05:00", 5.0), ("05:00", 15.0), ("04:00", 4.0)]
    assert rows(second) == [("04:00", 14.0), ("03:00", 3.0), ("03:00", 13.0)]
    assert first.headers["X-Total-Count"] == "12"
    assert 'rel="next"' in first.headers["Link"]
    assert "step=1m" in first.headers["Link"]


def test_the_range_is_widened_to_whole_steps(hour: datetime) -> None:
    store(hour - 3 * MINUTE, *map(float, range(20)))

    response = read(
        hour,
        step="5m",
        aggregation="count",
        start_time=timestamp_text(hour + MINUTE),
        end_time=timestamp_text(hour + 6 * MINUTE),
    )

    assert rows(response) == [("05:00", 5.0), ("00:00", 5.0)]


def test_a_service_is_found_by_either_of_its_names(hour: datetime) -> None:
    store(hour, 1.0, service="payment")
    store(hour, 3.0, service="payment-service")

    answer = read(hour, step="10m", service="payment", group_by="", aggregation="sum")

    assert rows(answer) == [("00:00", 4.0)]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"aggregation": "avg"}, "aggregation needs a step"),
        ({"percentile": "95"}, "percentile needs a step"),
        ({"group_by": "host"}, "group_by needs a step"),
        ({"across": "sum"}, "across needs a step"),
        ({"step": "5x"}, "step must be"),
        ({"step": ""}, "step must be"),
        ({"step": "1m", "aggregation": "median"}, "aggregation must be"),
        ({"step": "1m", "aggregation": ""}, "aggregation must be"),
        ({"step": "1m", "aggregation": "percentile"}, "needs a percentile"),
        ({"step": "1m", "percentile": "101"}, "percentile must be"),
        ({"step": "1m", "aggregation": "avg", "percentile": "95"}, "contradict"),
        ({"step": "1m", "across": "rate"}, "across must be"),
        ({"step": "1m", "group_by": "a", "aggregation": "last"}, "across=sum"),
        ({"step": "1m", "group_by": ",".join(f"l{n}" for n in range(21))}, "at most 20"),
        ({"match": "cpu{"}, "match reads"),
        ({"match": 'cpu{a=~"("}'}, ""),
        ({"match": "cpu", "metric_name": "mem"}, "different metrics"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(
    hour: datetime, asked: dict[str, str], named: str
) -> None:
    response = read(hour, **asked)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")
    assert named in response.json()["error"]


def test_a_metric_that_nobody_knows_is_not_found(hour: datetime) -> None:
    response = read(hour, match="no_such_metric", step="1m")

    assert (response.status_code, response.json()["code"]) == (404, "METRIC_NOT_FOUND")


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, 31),
        ({"step": "3d", "aggregation": "p95"}, 31),
        ({"step": "35m"}, 90),
        ({"step": "1h"}, 400),
    ],
)
def test_a_range_may_be_as_long_as_what_answers_it_is_kept(
    hour: datetime, asked: dict[str, str], days: int
) -> None:
    def status(span: timedelta) -> int:
        start = timestamp_text(hour - span)
        return int(read(hour, start_time=start, end_time=timestamp_text(hour), **asked).status_code)

    assert status(timedelta(days=days)) == 200
    assert status(timedelta(days=days, milliseconds=1)) == 400


@pytest.mark.parametrize("step", [{}, {"step": "1d"}])
def test_the_ends_of_time_are_no_trouble(hour: datetime, step: dict[str, str]) -> None:
    for start, end in (("0001-01-01", "0001-01-20"), ("9999-12-01", "9999-12-31")):
        assert read(hour, start_time=start, end_time=end, **step).json() == []
