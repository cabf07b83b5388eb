"""The newest sample of each series is what a plain dictionary would hold."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.blocks import block_of
from monitoring.storage.newest_table import NO_SAMPLE_MS, NewestTable
from tests.monitoring.storage.test_blocks import SEGMENTS, Written, columns_of

NONE: tuple[int, float | None] = (NO_SAMPLE_MS, None)


def row(series: int, at_ms: int, value: float) -> bytes:
    """Return a row of `latest` as PostgreSQL packs it."""
    return struct.pack(">iqd", series, (at_ms - 946_684_800_000) * 1_000, value)


def newest(table: NewestTable, *ids: int) -> list[tuple[int, float | None]]:
    at_ms, values = table.of(np.array(ids, np.int32))
    return [
        (instant, None if np.isnan(value) else value)
        for instant, value in zip(at_ms.tolist(), values.tolist(), strict=True)
    ]


@given(SEGMENTS, st.data())
def test_the_newest_is_found_in_whatever_order_segments_come(
    segments: list[Written], data: st.DataObject
) -> None:
    wanted: dict[int, tuple[int, int, float]] = {}
    for number, segment in enumerate(segments):
        for (series, at_ms), value in segment.items():
            wanted[series] = max(wanted.get(series, (-1, -1, -1.0)), (at_ms, number, value))
    table = NewestTable()

    for number in data.draw(st.permutations(range(len(segments)))):
        table.merge(block_of([(number, columns_of(segments[number]))]))

    assert newest(table, 0, 1, 2, 3, 4, 5) == [
        (wanted[series][0], wanted[series][2]) if series in wanted else NONE for series in range(6)
    ]


def test_a_sealed_value_gives_way_to_an_unsealed_one_of_the_same_instant() -> None:
    table = NewestTable()
    table.load(row(1, 5, 10.0) + row(2, 5, 20.0) + row(3, 5, 30.0))

    table.merge(block_of([(1, columns_of({(1, 4): 11.0, (2, 5): 21.0, (3, 6): 31.0}))]))

    assert newest(table, 1, 2, 3) == [(5, 10.0), (5, 21.0), (6, 31.0)]


def test_a_series_without_samples_or_beyond_the_table_has_none() -> None:
    table = NewestTable()
    assert newest(table, 1) == [NONE]
    table.load(b"")
    table.load(row(3, 1_700_000_000_123, 1.5))

    assert newest(table, -1, 0, 2, 3, 4, 2**31 - 1) == [
        NONE,
        NONE,
        NONE,
        (1_700_000_000_123, 1.5),
        NONE,
        NONE,
    ]
    assert table.nbytes >= 24 * 4


def test_the_table_grows_with_the_highest_series() -> None:
    table = NewestTable()
    for series in (1, 5_000, 20_000):
        table.merge(block_of([(series, columns_of({(series, 7): float(series)}))]))

    assert newest(table, 1, 5_000, 20_000) == [(7, 1.0), (7, 5_000.0), (7, 20_000.0)]
