"""What the spool writes is what it reads, and damage costs only what is damaged."""

import itertools
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.idempotency import RequestKey
from monitoring.spool.records import (
    MAGIC,
    KeptSeries,
    Record,
    UnreadableRecordError,
    decode,
    encode,
    frames,
)
from monitoring.types import MetricType, Origin, Sample, Temporality

AT = datetime(2026, 11, 23, 10, 30, 0, 250_000, tzinfo=UTC)
GAUGE = KeptSeries(
    "queue_depth", "payment-service", MetricType.GAUGE, Temporality.DELTA, {"q": "ä"}
)
COUNTER = KeptSeries("hits", "auth-service", MetricType.COUNTER, Temporality.CUMULATIVE, {})


def record(number: int = 3, **changes: object) -> Record:
    fields: dict[str, object] = {
        "id": f"record-{number}",
        "at": AT,
        "origin": Origin.PUSH,
        "client": "ana",
        "series": [GAUGE, COUNTER],
        "codes": np.arange(number, dtype=np.int32) % 2,
        "at_ms": 1_790_000_000_000 + np.arange(number, dtype=np.int64),
        "values": np.arange(number, dtype=np.float64) / 3,
    }
    return Record(**{**fields, **changes})  # type: ignore[arg-type]


def same(one: Record, other: Record) -> bool:
    return (
        (one.id, one.at, one.origin, one.client, list(one.series), one.request)
        == (other.id, other.at, other.origin, other.client, list(other.series), other.request)
        and np.array_equal(one.codes, other.codes)
        and np.array_equal(one.at_ms, other.at_ms)
        and np.array_equal(one.values, other.values)
    )  # fmt: skip


@pytest.mark.parametrize(
    "kept",
    [
        record(),
        record(1),
        record(request=("ana", "key-1", "f00")),
        record(client=""),
        record(request=RequestKey("ana", "key-1", "f00")),
    ],
)
def test_a_record_comes_back_as_it_went(kept: Record) -> None:
    (frame,) = frames(encode(kept))

    assert frame.payload is not None
    assert same(decode(frame.payload), kept)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(-(2**62), 2**62),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_every_number_survives(rows: list[tuple[int, int, float]]) -> None:
    codes, at_ms, values = zip(*rows, strict=True)
    kept = record(
        codes=np.array(codes, np.int32), at_ms=np.array(at_ms, np.int64), values=np.array(values)
    )

    (frame,) = frames(encode(kept))

    assert frame.payload is not None
    assert same(decode(frame.payload), kept)


def test_its_samples_are_those_that_came() -> None:
    kept = record(2, at_ms=np.array([1_790_000_000_001, 1_790_000_000_999]))

    first, second = kept.samples()

    at = datetime.fromtimestamp(1_790_000_000.001, UTC)
    assert first == Sample("queue_depth", "payment-service", 0.0, at, labels={"q": "ä"})
    assert (second.metric, second.value) == ("hits", 1 / 3)
    assert (second.type, second.temporality) == (MetricType.COUNTER, Temporality.CUMULATIVE)
    assert second.at.microsecond == 999_000


def test_records_follow_each_other() -> None:
    content = encode(record(1)) + encode(record(2)) + encode(record(3))

    found = list(frames(content))

    assert [decode(frame.payload or b"").id for frame in found] == [
        "record-1",
        "record-2",
        "record-3",
    ]
    assert [frame.end for frame in found][-1] == len(content)
    assert all(one.end == other.start for one, other in itertools.pairwise(found))


@given(st.data())
def test_a_flipped_byte_costs_its_own_record_only(data: st.DataObject) -> None:
    parts = [encode(record(number)) for number in (1, 2, 3)]
    content = bytearray(b"".join(parts))
    place = data.draw(st.integers(len(parts[0]), len(parts[0]) + len(parts[1]) - 1))
    content[place] ^= data.draw(st.integers(1, 255))

    found = list(frames(bytes(content)))

    whole = [decode(frame.payload).id for frame in found if frame.payload is not None]
    damaged = [frame for frame in found if frame.payload is None]
    assert whole == ["record-1", "record-3"]
    assert [(frame.start, frame.end) for frame in damaged] == [
        (len(parts[0]), len(parts[0]) + len(parts[1]))
    ]


@given(st.integers(1, len(encode(record(2))) - 1))
def test_what_a_crash_cut_off_is_damaged_and_what_follows_is_not(cut: int) -> None:
    content = encode(record(1)) + encode(record(2))[:-cut] + encode(record(3))

    whole = [decode(frame.payload).id for frame in frames(content) if frame.payload is not None]

    assert whole == ["record-1", "record-3"]


@given(st.binary(max_size=300))
def test_garbage_is_never_taken_for_a_record(garbage: bytes) -> None:
    found = list(frames(garbage + MAGIC))

    assert all(frame.payload is None for frame in found)
    assert sum(frame.end - frame.start for frame in found) == len(garbage) + len(MAGIC)


def test_an_empty_file_holds_nothing() -> None:
    assert list(frames(b"")) == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00",
        b"\xff\xff\xff\x7f{}",
        b"\x02\x00\x00\x00{}",
        b"\x02\x00\x00\x00[]",
        b"\x04\x00\x00\x00null",
    ],
)
def test_a_payload_of_another_version_is_named(payload: bytes) -> None:
    with pytest.raises(UnreadableRecordError, match="no record of this version"):
        decode(payload)
