"""After the commit others hear of the samples, and the door counts its work."""

from collections.abc import Iterator, Sequence

import pytest

from monitoring.ingest import door, tally
from monitoring.ingest.door import RequestKey
from monitoring.types import Origin, Sample
from tests.monitoring.factories import counter, gauge, observation
from tests.monitoring.ingest.pushing import push

KEY = RequestKey("payment-service", "key-1", "a" * 64)


pytestmark = pytest.mark.django_db


@pytest.fixture
def listeners() -> Iterator[list[tuple[Sequence[Sample], Origin]]]:
    """Collect what is passed on after the commit."""
    heard: list[tuple[Sequence[Sample], Origin]] = []

    def listen(samples: Sequence[Sample], origin: Origin) -> None:
        heard.append((list(samples), origin))

    door.after_commit.append(listen)
    yield heard
    door.after_commit.remove(listen)


def test_listeners_hear_of_what_was_stored_as_it_came(
    listeners: list[tuple[Sequence[Sample], Origin]],
) -> None:
    good, bad = observation(5), gauge(1, metric="payment_success_total")

    push(good, bad)

    assert listeners == [([good], Origin.PUSH)]


def test_listeners_hear_nothing_of_a_repeat_or_of_refused_samples(
    listeners: list[tuple[Sequence[Sample], Origin]],
) -> None:
    push(counter(5), request=KEY)
    push(counter(5), request=KEY)
    push(gauge(1, metric="payment_success_total"))

    assert len(listeners) == 1


@pytest.fixture
def counted() -> Iterator[dict[tuple[str, ...], float]]:
    """Collect what the door counts, by metric and label values."""
    totals: dict[tuple[str, ...], float] = {}

    def sink(metric: str, labels: object, by: float) -> None:
        assert isinstance(labels, dict)
        key = metric, *labels.values()
        totals[key] = totals.get(key, 0) + by

    tally.sinks.append(sink)
    yield totals
    tally.sinks.remove(sink)


def test_a_listener_that_fails_is_counted_and_harms_nobody(
    listeners: list[tuple[Sequence[Sample], Origin]],
    counted: dict[tuple[str, ...], float],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(samples: Sequence[Sample], origin: Origin) -> None:
        raise OSError("the stream is away")

    door.after_commit.insert(0, fail)
    try:
        report = push(gauge(1))
    finally:
        door.after_commit.remove(fail)

    assert report.stored == 1
    assert len(listeners) == 1
    assert counted["ingest_tee_failures_total", "push"] == 1
    assert "the stream is away" in caplog.text


def test_the_door_counts_what_became_of_the_samples(
    counted: dict[tuple[str, ...], float],
) -> None:
    push(gauge(1), gauge(2, a="b"), gauge(1, metric="payment_success_total"), request=KEY)
    push(gauge(1), request=KEY)

    samples = {key: by for key, by in counted.items() if key[0] == "ingest_samples_total"}
    assert samples == {
        ("ingest_samples_total", "push", "stored"): 2,
        ("ingest_samples_total", "push", "rejected"): 1,
        ("ingest_samples_total", "push", "replayed"): 2,
    }
