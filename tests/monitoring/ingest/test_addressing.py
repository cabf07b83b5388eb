"""Columns at the door: keys are described once, known ones not at all, and each error has its place."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import pytest

from monitoring.ingest import fields
from monitoring.ingest.door import ingest_wire
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.series_cache import CACHE
from monitoring.ingest.wire import Described, Wire, wire_of
from monitoring.models import Segment, Series
from monitoring.storage.instants import to_ms
from monitoring.types import IngestReport, ItemError, Origin, Sample
from tests.monitoring.factories import NOON, counter, gauge, observation
from tests.monitoring.ingest.pushing import curve, only

Describe = Callable[[int], Sample]


def wire(keys: Sequence[Hashable], values: Sequence[float], describe: Describe) -> Wire:
    instants = np.full(len(keys), to_ms(NOON), np.int64)
    return Wire(keys, instants, np.array(values, np.float64), describe)


def send(columns: Wire, client: str = "") -> IngestReport:
    return ingest_wire(columns, origin=Origin.PUSH, at=NOON, client=client)


def never(position: int) -> Sample:
    raise AssertionError(f"{position} was described")


@pytest.mark.django_db(transaction=True)
def test_a_key_is_described_once_and_never_again() -> None:
    asked: list[int] = []

    def describe(position: int) -> Sample:
        asked.append(position)
        return gauge(0)

    send(wire(["a", "a"], [1, 2], describe))
    report = send(wire(["a", "a", "a"], [3, 4, 5], never))

    assert (report, set(asked)) == (
        IngestReport(3),
        {0},
    )  # more than once only where a try is repeated
    assert only().value == 5


@pytest.mark.django_db(transaction=True)
def test_two_keys_may_mean_one_series() -> None:
    send(wire(["a", "b"], [1, 2], lambda _: gauge(0)))
    send(wire(["b", "a"], [3, 4], never))

    assert Series.objects.count() == 1
    assert curve("system_cpu_usage_percent") == [(NOON, 4)]


@pytest.mark.django_db(transaction=True)
def test_known_and_new_keys_share_a_segment() -> None:
    samples = {"a": gauge(0, n="a"), "b": gauge(0, n="b"), "c": counter(0)}
    send(wire(["a"], [1], lambda _: samples["a"]))

    keys = ["b", "a", "c", "a"]
    report = send(wire(keys, [2, 3, 4, 5], lambda position: samples[keys[position]]))

    assert report == IngestReport(4)
    assert [segment.n for segment in Segment.objects.order_by("id")] == [1, 3]


@pytest.mark.django_db(transaction=True)
def test_what_is_known_is_checked_too() -> None:
    send(wire(["a"], [1], lambda _: counter(0)))

    report = send(wire(["a", "a", "a"], [-1, float("nan"), 2], never))

    assert report == IngestReport(
        1, (ItemError(0, fields.NEGATIVE, "value"), ItemError(1, fields.NOT_FINITE, "value"))
    )
    assert only().value == 3


@pytest.mark.django_db
def test_a_key_that_its_door_refuses_is_refused_wherever_it_stands() -> None:
    def describe(position: int) -> Sample:
        if position == 1:
            return gauge(0)
        raise RefusedError("labels", f"no label at {position}")

    report = send(wire(["bad", "good", "bad"], [1, 2, 3], describe))

    assert report == IngestReport(
        1, (ItemError(0, "no label at 0", "labels"), ItemError(2, "no label at 2", "labels"))
    )


@pytest.mark.django_db
def test_a_series_that_the_catalogue_refuses_is_refused_wherever_it_stands() -> None:
    wrong = gauge(0, metric="payment_success_total")

    report = send(wire(["bad", "good", "bad"], [1, 2, 3], lambda n: gauge(0) if n == 1 else wrong))

    assert [(error.index, error.field) for error in report.rejected] == [(0, "type"), (2, "type")]
    assert only().value == 2


@pytest.mark.django_db
def test_a_sample_that_is_refused_creates_no_series() -> None:
    report = send(wire(["a"], [float("inf")], lambda _: gauge(0)))

    assert report == IngestReport(0, (ItemError(0, fields.NOT_FINITE, "value"),))
    assert not Series.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_observation_is_described() -> None:
    samples = [observation(5), observation(7)]
    for _ in range(2):
        send(wire(["o", "o"], [5, 7], samples.__getitem__))

    assert curve("http_request_duration_ms_count") == [(NOON, 4)]
    assert curve("http_request_duration_ms_sum") == [(NOON, 24)]


@pytest.mark.django_db
def test_a_series_remembers_who_sent_it_first() -> None:
    send(wire(["a"], [1], lambda _: gauge(0)), client="agent-1")
    send(wire(["a"], [2], lambda _: gauge(0)), client="agent-2")
    send(wire(["b"], [2], lambda _: gauge(0, n="b")), client="x" * 300)

    clients = Series.objects.order_by("id").values_list("client", flat=True)
    assert list(clients) == ["agent-1", "x" * 255]


@pytest.mark.django_db(transaction=True)
def test_a_database_set_back_is_noticed_before_anything_is_written() -> None:
    send(wire(["a"], [1], lambda _: gauge(0)))
    stale = CACHE.current
    Series.objects.update(labels_hash="0" * 32)

    send(wire(["a"], [2], lambda _: gauge(0, n="2")))

    assert CACHE.current is not stale
    assert Series.objects.count() == 2


def test_a_sample_is_made_when_it_is_looked_at() -> None:
    samples = [gauge(number) for number in range(5)]
    described = Described(wire_of(samples), range(1, 4))

    assert len(described) == 3
    assert described[0] is samples[1]
    assert list(described[1:]) == samples[2:4]
    assert list(Described(wire(["a"], [1], never), [0])[:0]) == []
