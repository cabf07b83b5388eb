"""Rows of a round and their samples: both or neither, whatever happens between them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from health.models import ServiceFlip, ServiceHealth, ServiceState
from health.services.heartbeats import SUCCESS, note_call, note_start
from health.services.probing import probe_due
from monitoring.errors import DatabaseUnavailableError
from monitoring.query.latest import latest_values
from monitoring.storage import segments
from tests.health.factories import NOON, WatchedServiceFactory
from tests.health.services.probes import FakeNetwork

pytestmark = pytest.mark.django_db(transaction=True)
TICK = timedelta(seconds=5)
DISK_FULL, DEADLOCK = "53100", "40P01"


@pytest.fixture
def break_writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the next write of samples fail with a state of SQL, after the rows of its round were written."""
    write = segments.write

    def breaks(code: str) -> None:
        def broken(*columns: object, **options: object) -> None:
            monkeypatch.setattr(segments, "write", write)
            with connection.cursor() as cursor:
                cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$")

        monkeypatch.setattr(segments, "write", broken)

    return breaks


def stored() -> tuple[int, int, int, int]:
    """Return the numbers of rows of history, states, flips and series that say whether a service is up."""
    tables = (ServiceHealth, ServiceState, ServiceFlip)
    history, states, flips = (table.objects.count() for table in tables)
    return history, states, flips, len(latest_values(metrics=["service_up"]))


def test_samples_that_cannot_be_written_take_their_rows_with_them_and_the_slot_comes_again(
    network: FakeNetwork, break_writing: Callable[[str], None]
) -> None:
    WatchedServiceFactory.create(name="payment")
    break_writing(DISK_FULL)
    with pytest.raises(DatabaseUnavailableError):
        probe_due(at=NOON)
    before = stored()

    (row,) = probe_due(at=NOON + TICK)

    assert before == (0, 0, 0, 0)
    assert stored() == (1, 1, 1, 1)
    (up,) = latest_values(metrics=["service_up"])
    assert up.at == row.checked_at
    assert network.asked == ["payment"] * 2


def test_a_deadlock_is_tried_again_without_a_further_probe(
    network: FakeNetwork, break_writing: Callable[[str], None]
) -> None:
    WatchedServiceFactory.create(name="payment", failures_before_flip=2)
    network.down = {"payment"}
    break_writing(DEADLOCK)

    (row,) = probe_due(at=NOON)

    assert stored() == (1, 1, 1, 1)
    assert (row.consecutive_failures, row.status) == (1, "degraded"), "counted once"
    assert network.asked == ["payment"]


def test_what_a_job_told_is_kept_with_its_sample_or_not_at_all(
    break_writing: Callable[[str], None],
) -> None:
    job = WatchedServiceFactory.create(
        name="backup", kind="heartbeat", url="", heartbeat_period_seconds=3_600
    )
    job.refresh_from_db()
    for tell in (
        partial(note_start, job.heartbeat_key, at=NOON),
        partial(note_call, job.heartbeat_key, SUCCESS, at=NOON),
    ):
        break_writing(DISK_FULL)
        with pytest.raises(DatabaseUnavailableError):
            tell()
        assert stored() == (0, 0, 0, 0)

    note_call(job.heartbeat_key, SUCCESS, at=NOON)

    assert stored() == (1, 1, 1, 1)
