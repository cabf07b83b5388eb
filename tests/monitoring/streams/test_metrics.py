"""Messages become samples once, however often and however cut they come."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.conf import settings
from django.db import OperationalError
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from monitoring.backends.kafka_messages import Record
from monitoring.exposition.accumulator import Accumulator
from monitoring.models import IngestRequest
from monitoring.query.latest import latest_values
from monitoring.streams import metrics
from monitoring.streams.batch import Batch
from monitoring.streams.metrics import store_metrics
from tests.monitoring.streams.fakes import TOPIC, record

pytestmark = pytest.mark.django_db(transaction=True)


def sold(by: object = 1.0, **fields: Any) -> bytes:
    """Return a message that counts tickets sold."""
    document = {
        "metric_name": "tickets_sold_total",
        "service_name": "ticket-service",
        "value": by,
        "type": "counter",
        "labels": {"venue_id": "v1"},
        "source": "ticket-service",
    }
    return orjson.dumps({**document, **fields})


def own() -> bytes:
    return sold(source=settings.SERVICE_NAME)


def batch(records: Iterable[Record], at: datetime, *, topic_id: str = "id-1") -> Batch:
    return Batch(TOPIC, topic_id, 0, tuple(records), at)


def log(*values: bytes | None) -> list[Record]:
    """Return a partition that holds these messages from offset 0 on."""
    return [record(offset, value) for offset, value in enumerate(values)]


def total() -> float:
    return sum(one.value for one in latest_values(metrics=["tickets_sold_total"]))


def test_a_message_of_another_service_is_stored_as_it_says(now: datetime) -> None:
    at = (now - timedelta(minutes=3)).replace(microsecond=0)

    outcome = store_metrics(batch(log(sold(2.5, timestamp=at.isoformat())), now))

    (latest,) = latest_values(metrics=["tickets_sold_total"])
    assert (latest.value, latest.at, latest.series.service) == (2.5, at, "ticket-service")
    assert dict(latest.series.labels) == {"venue_id": "v1"}
    assert (outcome.next_offset, outcome.dead_letters) == (1, ())


def test_a_message_of_this_service_is_not_stored_again(
    now: datetime, gathered: Accumulator
) -> None:
    outcome = store_metrics(batch(log(own(), own()), now))

    assert (outcome.next_offset, outcome.dead_letters, total()) == (2, (), 0)
    assert not IngestRequest.objects.exists()
    labels = frozenset({("topic", TOPIC), ("outcome", "own")})
    assert gathered.take().counters["stream_consumed_total", labels] == 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"not json", "not_json"),
        (b"[1]", "not_an_object"),
        (b'{"a": "' + b"x" * 2**20 + b'"}', "too_large"),
        (sold("many"), "invalid_sample"),
        (sold(True), "invalid_sample"),
        (sold(-1), "invalid_sample"),
        (sold(metric_name=7), "invalid_sample"),
        (sold(service_name=None), "invalid_sample"),
        (sold(labels={"venue_id": "v\x00"}), "invalid_sample"),
        (sold(timestamp="yesterday"), "invalid_sample"),
        (sold(timestamp="2020-01-01T00:00:00Z"), "invalid_sample"),
    ],
)
def test_a_poisonous_message_is_named_and_those_around_it_are_stored(
    value: bytes | None, reason: str, now: datetime
) -> None:
    outcome = store_metrics(batch(log(sold(1), value, sold(2)), now))

    (letter,) = outcome.dead_letters
    assert (letter.record.offset, letter.reason) == (1, reason)
    assert (outcome.next_offset, total()) == (3, 3)


def test_what_the_door_refuses_is_a_dead_letter_with_its_reason(now: datetime) -> None:
    store_metrics(batch(log(sold(1)), now))

    contradiction = sold(5, type="gauge", labels={})
    outcome = store_metrics(batch([record(1, contradiction), record(2, sold(2))], now))

    (letter,) = outcome.dead_letters
    assert (letter.record.offset, letter.reason) == (1, metrics.REFUSED)
    assert letter.detail
    assert total() == 3


def test_what_cannot_be_read_and_what_is_ours_needs_no_database(
    now: datetime, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        outcome = store_metrics(batch(log(None, b"[]", own()), now))

    assert [letter.reason for letter in outcome.dead_letters] == ["null_value", "not_an_object"]


def test_the_same_batch_again_stores_nothing_twice(now: datetime, gathered: Accumulator) -> None:
    store_metrics(batch(log(sold(1), sold(2)), now))

    outcome = store_metrics(batch(log(sold(1), sold(2)), now + timedelta(minutes=1)))

    assert (outcome.next_offset, total()) == (2, 3)
    labels = frozenset({("topic", TOPIC), ("outcome", "replayed")})
    assert gathered.take().counters["stream_consumed_total", labels] == 2


def test_a_replay_that_ends_earlier_says_how_far_the_messages_are_stored(now: datetime) -> None:
    messages = log(*[sold(1)] * 6)
    store_metrics(batch(messages, now))

    outcome = store_metrics(batch(messages[:3], now))

    assert (outcome.next_offset, total()) == (6, 6)


def test_a_replay_that_ends_later_stores_only_what_is_new(now: datetime) -> None:
    messages = log(own(), *[sold(1)] * 5)
    store_metrics(batch(messages[:3], now))
    store_metrics(batch(messages[3:4], now))

    outcome = store_metrics(batch(messages, now))

    assert (outcome.next_offset, total()) == (6, 5)


def test_poison_at_the_start_does_not_hide_that_a_batch_was_stored(now: datetime) -> None:
    messages = log(b"not json", own(), sold(1), sold(1))
    store_metrics(batch(messages, now))

    outcome = store_metrics(batch([*messages, record(4, sold(1))], now))

    assert total() == 3
    assert [letter.record.offset for letter in outcome.dead_letters] == [0]


def test_a_topic_that_was_made_anew_counts_from_zero_and_is_stored(now: datetime) -> None:
    store_metrics(batch(log(sold(1)), now, topic_id="before"))

    store_metrics(batch(log(sold(1)), now, topic_id="after"))

    assert total() == 2


def test_partitions_are_told_apart(now: datetime) -> None:
    for partition in (0, 1):
        store_metrics(
            Batch(TOPIC, "id-1", partition, (record(0, sold(1), partition=partition),), now)
        )

    assert total() == 2


def test_postgresql_away_is_raised_and_nothing_is_a_dead_letter(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(metrics, "ingest", away)

    with pytest.raises(OperationalError):
        store_metrics(batch(log(b"not json", sold(1)), now))


KINDS = {"sold": sold(1), "own": own(), "poison": b"not json", "invalid": sold("many")}


@effort(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_however_a_log_is_cut_and_replayed_each_message_is_stored_once(
    data: st.DataObject, now: datetime
) -> None:
    """Kafka's offset lags behind: after each batch the reader may begin again at any earlier one."""
    kinds = data.draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=12))
    messages = log(*[KINDS[kind] for kind in kinds])
    topic_id = uuid4().hex  # another log in each example, in one database
    before, boundaries, position = total(), [0], 0
    while position < len(messages):
        end = data.draw(st.integers(min_value=position + 1, max_value=len(messages)))
        outcome = store_metrics(batch(messages[position:end], now, topic_id=topic_id))
        assert outcome.next_offset >= end
        boundaries.append(outcome.next_offset)
        is_lost = data.draw(st.booleans()) and len(boundaries) < 12
        position = data.draw(st.sampled_from(boundaries)) if is_lost else outcome.next_offset

    assert total() - before == kinds.count("sold")
