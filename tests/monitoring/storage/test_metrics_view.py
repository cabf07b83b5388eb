"""What SQL sees of the stored samples: each once, in the specification's columns."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from monitoring.storage import codec
from monitoring.storage.instants import to_ms
from tests.monitoring.factories import NOON
from tests.monitoring.storage.stored import (
    INTERVAL,
    MIDNIGHT,
    commit,
    make_partitions,
    roll_up,
    rows,
    seal,
    series,
    store_segment,
)
from tests.monitoring.storage.test_codec_v1 import LONE_SAMPLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _partitions() -> None:
    make_partitions()


def test_the_view_has_the_columns_of_the_specification() -> None:
    found = rows(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'metrics' ORDER BY ordinal_position"
    )

    assert found == [
        ("id", "uuid"),
        ("metric_name", "character varying"),
        ("service_name", "character varying"),
        ("value", "numeric"),
        ("metric_type", "character varying"),
        ("labels", "jsonb"),
        ("timestamp", "timestamp with time zone"),
        ("created_at", "timestamp with time zone"),
    ]


@pytest.mark.parametrize("write", [lambda one: commit([45.2], one), lambda one: seal([45.2], one)])
def test_a_sample_is_shown_sealed_or_not(write: Any) -> None:
    one = series(labels={"hostname": "a"})

    write(one)

    assert rows("SELECT * FROM metrics") == [
        (
            UUID(int=to_ms(NOON) << 80 | 0x8000_8000 << 48 | one.pk),
            "system_cpu_usage_percent",
            "payment-service",
            Decimal("45.2"),
            "gauge",
            '{"hostname": "a"}',
            NOON,
            NOON,
        )
    ]


def test_an_id_is_a_uuid_of_version_8() -> None:
    seal([1.0, 2.0], series())

    ids = [found for (found,) in rows("SELECT id FROM metrics")]

    assert len(set(ids)) == 2
    assert [found.version for found in ids] == [8, 8]


def test_a_sample_in_a_segment_and_a_chunk_is_shown_once_as_the_segment_has_it() -> None:
    one, other = series(), series()
    seal([1.0, 2.0], one)
    seal([7.0], other)
    commit([3.0], one)

    found = rows('SELECT value FROM metrics ORDER BY labels, "timestamp"')

    assert [float(value) for (value,) in found] == [3.0, 2.0, 7.0]


def test_of_two_segments_with_one_sample_the_later_write_is_shown() -> None:
    one = series()
    for value in (5.0, 9.0, 1.0):
        commit([value], one)

    assert rows("SELECT value FROM metrics") == [(Decimal(1),)]


def test_every_sample_of_a_segment_goes_to_its_series() -> None:
    first, second = series(), series()
    ids = np.array([first.pk] * 2 + [second.pk], np.int32)
    at_ms = to_ms(NOON) + np.array([0, 10_000, 0])
    store_segment(codec.encode(ids, at_ms, np.array([1.0, 2.0, 3.0])))

    found = rows("SELECT labels->>'hostname', \"timestamp\", value FROM metrics ORDER BY 1, 2")

    assert found == [
        (first.labels["hostname"], NOON, 1),
        (first.labels["hostname"], NOON + INTERVAL, 2),
        (second.labels["hostname"], NOON, 3),
    ]


DAMAGES = {
    "a flipped bit": lambda payload: payload[:5] + bytes([payload[5] ^ 1]) + payload[6:],
    "cut off": lambda payload: payload[:-1],
    "only its checksum": lambda payload: payload[-4:],
    "empty": lambda payload: payload[:0],
    "more than it was": lambda payload: payload + b"?",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_payloads_are_left_out_and_the_rest_is_shown(damage: Any) -> None:
    one, other = series(), series()
    commit([1.0], one)
    seal([2.0, 3.0], one, NOON - INTERVAL * 2)
    roll_up("rollup_5m", one, [4.0], timedelta(minutes=5))
    commit([5.0], other)
    seal([6.0, 7.0], other, NOON - INTERVAL * 2)
    roll_up("rollup_5m", other, [8.0], timedelta(minutes=5))
    for table in ("segment", "chunk", "rollup_5m"):
        payloads = rows(f"SELECT payload FROM {table} ORDER BY ctid LIMIT 1")
        before = bytes(payloads[0][0])
        rows(f"UPDATE {table} SET payload = %s WHERE payload = %s", damage(before), before)

    samples = rows("SELECT value FROM metrics ORDER BY value")
    buckets = rows("SELECT last FROM metric_rollups")

    assert [float(value) for (value,) in samples] == [5.0, 6.0, 7.0]
    assert [float(value) for (value,) in buckets] == [8.0]


def test_a_segment_of_version_1_is_left_out() -> None:
    one = series()
    commit([1.0], one)
    store_segment(LONE_SAMPLE)

    assert rows("SELECT value FROM metrics") == [(Decimal(1),)]


@pytest.mark.parametrize(
    ("earliest", "latest", "shown"),
    [
        (NOON, NOON + 2 * INTERVAL, [0, 1, 2]),
        (NOON + timedelta(milliseconds=1), NOON + 2 * INTERVAL, [1, 2]),
        (NOON, NOON + 2 * INTERVAL - timedelta(milliseconds=1), [0, 1]),
        (NOON + INTERVAL, NOON + INTERVAL, [1]),
        (NOON + 3 * INTERVAL, NOON, []),
    ],
)
@pytest.mark.parametrize("table", ["segment", "chunk"])
def test_a_span_of_time_includes_both_ends(
    earliest: datetime, latest: datetime, shown: list[int], table: str
) -> None:
    one = series()
    if table == "chunk":
        seal([0.0, 1.0, 2.0], one)
    else:
        at_ms = to_ms(NOON) + 10_000 * np.arange(3)
        store_segment(codec.encode(np.full(3, one.pk, np.int32), at_ms, np.arange(3.0)))
        rows("UPDATE segment SET t_max = %s", NOON + 2 * INTERVAL)

    found = rows('SELECT value FROM metrics_between(%s, %s) ORDER BY "timestamp"', earliest, latest)

    assert [int(value) for (value,) in found] == shown


def test_a_span_of_time_finds_the_chunk_that_began_the_day_before() -> None:
    seal([1.0, 2.0], series(), MIDNIGHT - INTERVAL)

    assert rows("SELECT value FROM metrics_between(%s, %s)", MIDNIGHT, NOON) == [(Decimal(2),)]


def test_roll_ups_are_shown_with_their_resolution() -> None:
    one = series(labels={"hostname": "a"})
    roll_up("rollup_5m", one, [2.5, 4.0], timedelta(minutes=5))
    roll_up("rollup_1h", one, [3.0], timedelta(hours=1))

    found = rows("SELECT * FROM metric_rollups ORDER BY resolution, bucket")

    named = ("system_cpu_usage_percent", "payment-service", '{"hostname": "a"}')
    five, hour = timedelta(minutes=5), timedelta(hours=1)
    assert found == [
        (*named, five, MIDNIGHT, 30, 75, Decimal("1.5"), Decimal("3.5"), Decimal("2.5")),
        (*named, five, MIDNIGHT + five, 30, 120, 3, 5, 4),
        (*named, hour, MIDNIGHT, 30, 90, 2, 4, 3),
    ]
