"""Columns hold each sample once, sealed or not, and the later write of each instant."""

import time
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from pytest_django import Settings

from monitoring.query.columns import SampleColumns, TooManyPointsError, read_columns
from monitoring.query.time_limit import Deadline, TooSlowError
from monitoring.storage import chunks, segments, unsealed
from monitoring.storage.instants import to_ms
from monitoring.storage.partitions import ensure_day
from monitoring.storage.sealing import seal
from monitoring.storage.unsealed import Unsealed
from tests.monitoring.factories import NOON, LatestFactory, SegmentFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOON_MS = to_ms(NOON)
Samples = dict[int, float]  # by milliseconds after noon


@pytest.fixture(autouse=True)
def _day() -> None:
    ensure_day(NOON)


@pytest.fixture
def two() -> tuple[int, int]:
    """Return the numbers of two series, ascending."""
    return LatestFactory.create().pk, LatestFactory.create().pk


def write(series: int, samples: Samples) -> None:
    segments.write(
        np.full(len(samples), series, np.int32),
        np.array([NOON_MS + after_ms for after_ms in samples], np.int64),
        np.array(list(samples.values()), np.float64),
        received_at=NOON,
    )


def seal_all() -> None:
    assert seal(at=NOON + timedelta(hours=1), is_due=True).segments


def read(*ids: int, first: int = -1_000, last: int = 1_000, **options: Any) -> dict[int, Samples]:
    return by_series(
        read_columns(
            np.array(ids, np.int32),
            NOON_MS + first,
            NOON_MS + last,
            **{"max_points": 1_000, **options},
        )
    )


def by_series(found: SampleColumns) -> dict[int, Samples]:
    assert len(found.starts) == len(found.ids) + 1
    assert len(found.at_ms) == len(found.values) == found.starts[-1]
    parts = {
        series: (found.at_ms[first:after] - NOON_MS, found.values[first:after])
        for series, first, after in zip(
            found.ids.tolist(), found.starts[:-1].tolist(), found.starts[1:].tolist(), strict=True
        )
    }
    assert all(np.all(np.diff(at_ms) > 0) and len(at_ms) for at_ms, _ in parts.values())
    return {
        series: dict(zip(at_ms.tolist(), values.tolist(), strict=True))
        for series, (at_ms, values) in parts.items()
    }


def test_sealed_and_unsealed_samples_are_one_series(two: tuple[int, int]) -> None:
    first, second = two
    write(first, {0: 1.0, 2: 3.0})
    write(second, {5: 50.0})
    seal_all()
    write(first, {1: 2.0, 3: 4.0})

    assert read(first, second) == {first: {0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0}, second: {5: 50.0}}
    assert read(second) == {second: {5: 50.0}}


@pytest.mark.parametrize("sealed_after", [(), (0,), (1,), (0, 1), (2,), (0, 1, 2)])
def test_the_later_write_of_an_instant_counts_whenever_it_is_sealed(
    two: tuple[int, int], sealed_after: tuple[int, ...]
) -> None:
    for number in range(3):
        write(two[0], {0: float(number), number + 1: 7.0})
        if number in sealed_after:
            seal_all()

    assert read(two[0]) == {two[0]: {0: 2.0, 1: 7.0, 2: 7.0, 3: 7.0}}


@pytest.mark.parametrize("is_late", [True, False])
def test_a_seal_between_the_two_reads_neither_loses_nor_doubles_a_sample(
    two: tuple[int, int], monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    write(two[0], {0: 1.0})
    seal_all()
    write(two[0], {0: 2.0, 1: 3.0} if is_late else {1: 3.0, 2: 4.0})
    wanted = {0: 2.0, 1: 3.0} if is_late else {0: 1.0, 1: 3.0, 2: 4.0}
    original = chunks.read

    def after_a_seal(*asked: Any, **options: Any) -> Any:
        seal_all()
        return original(*asked, **options)

    monkeypatch.setattr(chunks, "read", after_a_seal)
    assert read(two[0]) == {two[0]: wanted}
    monkeypatch.setattr(chunks, "read", original)
    assert read(two[0]) == {two[0]: wanted}


def test_both_ends_belong_to_the_span_wherever_the_samples_are(two: tuple[int, int]) -> None:
    write(two[0], {0: 1.0, 1: 2.0, 2: 3.0})
    write(two[1], {0: 1.0, 1: 2.0, 2: 3.0})

    for _ in ("unsealed", "sealed"):
        assert read(*two, first=1, last=1) == {series: {1: 2.0} for series in two}
        assert read(two[0], first=1, last=2) == {two[0]: {1: 2.0, 2: 3.0}}
        assert read(two[0], first=3, last=9) == {}
        assert read(two[0], first=1, last=0) == {}
        seal(at=NOON + timedelta(hours=1), is_due=True)


def test_series_may_be_asked_for_twice_in_any_order_or_not_at_all(two: tuple[int, int]) -> None:
    write(two[0], {0: 1.0})
    write(two[1], {0: 2.0})

    assert list(read(two[1], two[0], two[1])) == list(two)
    assert read() == {}


@pytest.mark.parametrize("is_sealed", [True, False])
def test_more_points_than_allowed_are_refused(two: tuple[int, int], *, is_sealed: bool) -> None:
    write(two[0], {0: 1.0, 1: 2.0})
    if is_sealed:
        seal_all()
    assert len(read(two[0], max_points=2)[two[0]]) == 2

    write(two[1], {2: 3.0})

    assert len(read(two[0], max_points=2)[two[0]]) == 2
    with pytest.raises(TooManyPointsError, match="more than 2 points: ask for a shorter span"):
        read(*two, max_points=2)


def test_a_sample_that_replaces_another_counts_once(two: tuple[int, int]) -> None:
    write(two[0], {0: 1.0, 1: 2.0})
    seal_all()
    write(two[0], {0: 3.0, 1: 4.0})

    assert read(two[0], max_points=2) == {two[0]: {0: 3.0, 1: 4.0}}


def test_a_read_ends_at_its_deadline(two: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    write(two[0], {0: 1.0})
    clock = iter([0.0, 5.0, 0.0, 5.1])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))

    assert read(two[0], deadline=Deadline(5.0)) == {two[0]: {0: 1.0}}
    with pytest.raises(TooSlowError, match="ask for a shorter span"):
        read(two[0], deadline=Deadline(5.0))


def test_damaged_segments_and_chunks_are_left_out(two: tuple[int, int]) -> None:
    write(two[0], {0: 1.0})
    write(two[1], {0: 2.0})
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chunk SET payload = 'damaged' WHERE series_id = %s", [two[0]])
    write(two[1], {1: 3.0})
    SegmentFactory.create(id=4_711_000_002, payload=b"damaged")

    assert read(*two) == {two[1]: {0: 2.0, 1: 3.0}}


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no room in memory for unsealed samples."""
    monkeypatch.setattr(unsealed, "_unsealed", Unsealed(0))


@pytest.mark.usefixtures("crowded")
def test_what_does_not_fit_into_memory_is_read_from_the_segments(two: tuple[int, int]) -> None:
    write(two[0], {0: 1.0, 3: 4.0})
    write(two[1], {0: 9.0})
    seal_all()
    write(two[0], {0: 2.0, 5: 6.0})
    write(two[0], {0: 3.0})

    assert not unsealed.view().is_complete
    assert read(*two) == {two[0]: {0: 3.0, 3: 4.0, 5: 6.0}, two[1]: {0: 9.0}}
    assert read(two[0], first=5, last=5) == {two[0]: {5: 6.0}}


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("received_after_ms", [-300_000, 86_400_000])
def test_a_sample_may_be_as_far_from_its_receipt_as_the_door_lets_it(
    two: tuple[int, int], received_after_ms: int
) -> None:
    received_at = NOON + timedelta(milliseconds=received_after_ms)
    ensure_day(received_at)
    segments.write(
        np.array([two[0]], np.int32), np.array([NOON_MS]), np.array([1.0]), received_at=received_at
    )

    assert read(two[0], first=0, last=0) == {two[0]: {0: 1.0}}


@pytest.mark.usefixtures("crowded")
def test_more_segments_than_allowed_are_refused(two: tuple[int, int], settings: Settings) -> None:
    settings.MAX_RANGE_SEGMENTS = 2
    write(two[0], {0: 1.0})
    write(two[0], {1: 2.0})
    assert read(two[0]) == {two[0]: {0: 1.0, 1: 2.0}}

    write(two[0], {2: 3.0})
    with pytest.raises(TooManyPointsError, match="more than 2 segments"):
        read(two[0])


def test_a_view_that_is_at_hand_is_not_asked_for_again(
    two: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(two[0], {0: 1.0})
    view = unsealed.view()
    monkeypatch.setattr(unsealed, "view", None)

    assert read(two[0], view=view) == {two[0]: {0: 1.0}}
