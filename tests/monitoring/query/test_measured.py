"""The same numbers whether roll-ups answer or the samples do, and no sample read twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitoring.query import columns, measured
from monitoring.storage.instants import to_ms
from monitoring.storage.rollups import roll_up
from monitoring.storage.sealing import seal
from tests.monitoring.factories import gauge
from tests.monitoring.ingest.pushing import push
from tests.monitoring.query.asking import DAY, HOUR, METRIC, MIDNIGHT, MINUTE, ask
from tests.monitoring.storage.partition_rows import drop_all_partitions

HOUR_MS = 3_600_000
ROLLED_UP = ("avg", "min", "max", "sum", "count", "last")


@pytest.fixture
def sealed(transactional_db: None) -> Iterator[None]:
    """Store two and a half days of two hosts, of which two are sealed and rolled up, but one late sample."""
    drop_all_partitions()
    values = np.random.default_rng(7)
    for hour in range(60):
        start = MIDNIGHT + hour * HOUR
        samples = [
            gauge(float(value), metric=METRIC, at=start + number * 7 * MINUTE, host=host)
            for host in "ab"
            if not (host == "b" and hour in range(24, 48))
            for number, value in enumerate(values.normal(50, 20, 9).round(2))
        ]
        push(*samples, at=start + HOUR)
    seal(at=MIDNIGHT + 2 * DAY + HOUR, max_samples=10**6, is_due=True)
    roll_up(at=MIDNIGHT + 2 * DAY + HOUR, budget=timedelta(seconds=30))
    yield
    drop_all_partitions()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return the spans in hours after midnight that are read from the samples from now on."""
    read: list[tuple[int, int]] = []
    original = columns.read_columns

    def reading(ids: NDArray[np.int32], start_ms: int, end_ms: int, **limits: Any) -> object:
        hours = [(at - to_ms(MIDNIGHT)) // HOUR_MS for at in (start_ms, end_ms + 1)]
        read.append((hours[0], hours[1]))
        return original(ids, start_ms, end_ms, **limits)

    monkeypatch.setattr(measured, "read_columns", reading)
    return read


@pytest.mark.parametrize("step", [5 * MINUTE, 35 * MINUTE, HOUR, 7 * HOUR, DAY, 3 * DAY])
@pytest.mark.usefixtures("sealed")
def test_roll_ups_and_samples_say_the_same(
    monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    start = MIDNIGHT - 3 * HOUR
    rolled = {name: ask(step, name, start=start) for name in ROLLED_UP}
    monkeypatch.setattr(measured, "rollup_width", lambda *_: None)

    for name in ROLLED_UP:
        plain = ask(step, name, start=start)

        assert plain.grid == rolled[name].grid
        np.testing.assert_allclose(rolled[name].values, plain.values, rtol=1e-12)
        if name not in ("avg", "sum"):
            np.testing.assert_array_equal(rolled[name].values, plain.values)


@pytest.mark.usefixtures("sealed")
def test_whole_days_that_are_rolled_up_are_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = counted(monkeypatch)

    ask(HOUR, start=MIDNIGHT + HOUR)

    # The first day is asked for in part, the third is not over; of the second, host b has no samples.
    assert read == [(1, 24), (24, 48), (48, 60)]


@pytest.mark.parametrize(("step", "aggregation"), [(HOUR, "p90"), (HOUR, "rate"), (MINUTE, "avg")])
@pytest.mark.usefixtures("sealed")
def test_what_roll_ups_do_not_know_is_read_from_the_samples(
    monkeypatch: pytest.MonkeyPatch, step: timedelta, aggregation: str
) -> None:
    read = counted(monkeypatch)

    ask(step, aggregation)

    assert read[0][1] == 60
    assert len(read) == 1


@pytest.mark.usefixtures("sealed")
def test_a_late_sample_counts_before_it_is_sealed_and_after() -> None:
    late = MIDNIGHT + DAY + 23 * HOUR + 59 * MINUTE
    before = ask(DAY, "count").values
    push(gauge(1.0, metric=METRIC, at=late, host="a"), at=late + DAY - MINUTE)

    unsealed = ask(DAY, "count").values
    seal(at=late + DAY + HOUR, max_samples=10**6, is_due=True)
    due = ask(DAY, "count").values
    roll_up(at=late + DAY + HOUR, budget=timedelta(seconds=30))
    rolled = ask(DAY, "count").values

    for after in (unsealed, due, rolled):
        assert (after - before)[0].tolist() == [0, 1, 0]


@pytest.mark.usefixtures("sealed")
def test_groups_are_made_of_roll_ups_and_samples_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rolled = ask(HOUR, "avg", group_by=())
    sums = ask(HOUR, "sum", group_by=(), across="max")
    monkeypatch.setattr(measured, "rollup_width", lambda *_: None)

    np.testing.assert_allclose(ask(HOUR, "avg", group_by=()).values, rolled.values, rtol=1e-12)
    own = ask(HOUR, "sum").values
    np.testing.assert_allclose(np.nanmax(own, axis=0, keepdims=True), sums.values, rtol=1e-12)
