"""Sealed samples are read by series and time, within a limit, and around what is damaged."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import chunks, damage
from monitoring.storage.chunks import StoredSamples, TooManyPointsError
from tests.monitoring.factories import NOON
from tests.monitoring.storage.sealing_samples import NOON_MS, add_series, fetch, seal, write

pytestmark = pytest.mark.django_db(transaction=True)

DAY_MS = 86_400_000
MIDNIGHT = 43_200_000  # ms since noon
SECOND = 1_000


def ids(*series: int) -> NDArray[np.int32]:
    return np.array(series, np.int32)


def rows(samples: StoredSamples) -> list[tuple[int, int, float]]:
    """Return series, ms since noon, value."""
    series, at_ms, values = samples
    return list(zip(series.tolist(), (at_ms - NOON_MS).tolist(), values.tolist(), strict=True))


@pytest.fixture
def stored() -> None:
    """Store a sample a second around midnight for two series, two chunks for each."""
    add_series(1, 2)
    for series in (1, 2):
        write([(series, MIDNIGHT + SECOND * at, float(at)) for at in range(-3, 3)])
    seal(at=NOON + timedelta(days=1))
    assert fetch("SELECT count(*) FROM chunk") == [(4,)]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        (-3 * SECOND, 2 * SECOND, [-3, -2, -1, 0, 1, 2]),
        (-3 * SECOND + 1, 2 * SECOND - 1, [-2, -1, 0, 1]),
        (-1 * SECOND, 0, [-1, 0]),
        (0, 0, [0]),
        (1, 1, []),
        (2 * SECOND, DAY_MS, [2]),
        (2 * SECOND + 1, DAY_MS, []),
        (-DAY_MS, -3 * SECOND, [-3]),
    ],
)
def test_both_ends_of_the_span_belong_to_it(start: int, end: int, seconds: list[int]) -> None:
    begin = NOON_MS + MIDNIGHT

    found = chunks.read(ids(2), begin + start, begin + end)

    assert rows(found) == [(2, MIDNIGHT + SECOND * at, float(at)) for at in seconds]


@pytest.mark.usefixtures("stored")
def test_samples_come_by_series_then_time() -> None:
    found = chunks.read(ids(1, 2, 3), NOON_MS, NOON_MS + DAY_MS)

    assert found.series.tolist() == [1] * 6 + [2] * 6
    assert found.values.tolist() == [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0] * 2


@pytest.mark.parametrize("wanted", [ids(), ids(9)])
@pytest.mark.usefixtures("stored")
def test_no_series_have_no_samples(wanted: NDArray[np.int32]) -> None:
    found = chunks.read(wanted, NOON_MS, NOON_MS + DAY_MS)

    assert [len(column) for column in found] == [0, 0, 0]
    assert [column.dtype for column in found] == [np.int32, np.int64, np.float64]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("at_once", [1, 3, 4, 500_000])
def test_the_limit_counts_the_points_of_the_span(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "_SAMPLES_AT_ONCE", at_once)
    # Of the first chunk of each series one sample is asked for, of the second one all three.
    start = NOON_MS + MIDNIGHT - SECOND

    assert len(chunks.read(ids(1, 2), start, start + DAY_MS, limit_points=8).series) == 8
    with pytest.raises(TooManyPointsError, match="more than 7 points"):
        chunks.read(ids(1, 2), start, start + DAY_MS, limit_points=7)


@pytest.mark.usefixtures("stored")
def test_far_too_many_points_are_refused_before_any_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks, "decode", None)

    for limit in (0, 11):
        with pytest.raises(TooManyPointsError):
            chunks.read(ids(1, 2), NOON_MS, NOON_MS + DAY_MS, limit_points=limit)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    "wreck", ["payload = set_byte(payload, 9, get_byte(payload, 9) # 1)", "n = 4"]
)
def test_a_damaged_chunk_is_reported_and_left_out(
    wreck: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counted: list[object] = []
    monkeypatch.setattr(damage, "sinks", [lambda *count: counted.append(count)])
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE chunk SET {wreck} WHERE series_id = 1 AND t0 < '2025-01-13Z'")

    found = chunks.read(ids(1, 2), NOON_MS, NOON_MS + DAY_MS)

    assert found.series.tolist() == [1] * 3 + [2] * 6
    assert counted == [("storage_corrupt_total", {"table": "chunk"}, 1)]
    assert "series 1 from 2025-01-12" in str(caplog.records[-1].__dict__["row"])
