"""What comes through the door is stored, once, and counted right."""

from datetime import datetime, timedelta

import pytest

from monitoring.models import Latest, Segment, Series
from monitoring.query.latest import latest_values
from monitoring.query.range import read_range
from monitoring.types import IngestReport, Temporality
from tests.monitoring.factories import NOON, counter, gauge, observation
from tests.monitoring.ingest.pushing import LATER, MINUTE, curve, only, push

pytestmark = pytest.mark.django_db


def test_a_sample_is_the_latest_value_and_a_point_of_its_curve() -> None:
    report = push(gauge(45.2, at=NOON - MINUTE, hostname="server1"))

    value = only()
    assert report == IngestReport(stored=1)
    assert (value.value, value.at) == (45.2, NOON - MINUTE)
    assert (value.series.metric, value.series.service) == (
        "system_cpu_usage_percent",
        "payment-service",
    )
    assert value.series.labels == {"hostname": "server1"}
    assert curve("system_cpu_usage_percent") == [(NOON - MINUTE, 45.2)]


def test_a_batch_is_one_segment() -> None:
    push(*(gauge(n, hostname=f"h{n}", at=NOON - n * MINUTE) for n in range(50)))

    segment = Segment.objects.get()
    assert (segment.n, segment.received_at) == (50, NOON)
    assert (segment.t_min, segment.t_max) == (NOON - 49 * MINUTE, NOON)


def test_nothing_to_store_stores_nothing() -> None:
    assert push() == IngestReport(stored=0)
    assert not Segment.objects.exists()


def test_a_label_set_is_one_series_whatever_the_order_of_its_labels() -> None:
    push(gauge(1, a="1", b="2"))
    push(gauge(2, b="2", a="1"))

    assert only().value == 2


def test_the_same_metric_of_two_services_is_two_series() -> None:
    push(gauge(1, service="auth-service"), gauge(2, service="event-service"))

    assert [value.value for value in latest_values()] == [1, 2]


def test_increments_of_a_counter_add_up() -> None:
    push(counter(2, provider="stripe"), counter(3, provider="stripe"))
    push(counter(5, provider="stripe", at=LATER), at=LATER)

    assert only().value == 10
    assert curve("payment_success_total") == [(NOON, 5), (LATER, 10)]


def test_a_late_increment_is_counted_at_the_newest_instant() -> None:
    push(counter(2, at=NOON))
    push(counter(3, at=NOON - timedelta(hours=1)))

    assert (only().value, only().at) == (5, NOON)
    assert curve("payment_success_total") == [(NOON, 5)]


def test_a_cumulative_counter_is_stored_as_it_is() -> None:
    push(counter(100, temporality=Temporality.CUMULATIVE))
    push(counter(7, temporality=Temporality.CUMULATIVE, at=LATER), at=LATER)

    assert only().value == 7
    assert [value for _, value in curve("payment_success_total")] == [100, 7]


def test_a_late_gauge_is_stored_but_is_not_the_latest() -> None:
    push(gauge(1, at=NOON))
    push(gauge(2, at=NOON - MINUTE))

    assert (only().value, only().at) == (1, NOON)
    assert curve("system_cpu_usage_percent") == [(NOON - MINUTE, 2), (NOON, 1)]


def test_the_last_write_of_an_instant_wins() -> None:
    push(gauge(1))
    push(gauge(2))

    assert only().value == 2
    assert curve("system_cpu_usage_percent") == [(NOON, 2)]


def test_an_observation_is_stored_under_its_name_and_in_its_parts() -> None:
    push(observation(125, route="/pay"), observation(15, route="/pay"))

    values = {
        (
            each.series.metric.removeprefix("http_request_duration_ms"),
            each.series.labels.get("le"),
        ): (each.value)
        for each in latest_values()
    }
    assert values["", None] == 15
    assert values["_sum", None] == 140
    assert values["_count", None] == 2
    assert [values["_bucket", le] for le in ("10", "50", "100", "200", "+Inf")] == [0, 1, 1, 2, 2]


def test_an_observation_is_one_stored_sample() -> None:
    assert push(observation(125)) == IngestReport(stored=1)


def test_a_day_without_a_partition_is_created_once() -> None:
    far = datetime(2031, 5, 6, 7, 8, tzinfo=NOON.tzinfo)

    push(gauge(1, at=far), at=far)
    push(gauge(2, at=far + MINUTE), at=far + MINUTE)

    found = read_range(start=far, end=far + MINUTE)
    assert found[0].values.tolist() == [1, 2]


def test_a_series_has_its_row_of_latest_from_the_start() -> None:
    push(gauge(1), observation(5), counter(1))

    assert set(Series.objects.values_list("id", flat=True)) == set(
        Latest.objects.values_list("series_id", flat=True)
    )
