"""The one door while PostgreSQL is away: pushes go to the disk, and what may be stored already counts once."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest.door import RequestKey, ingest
from monitoring.ingest.grouping import GROUPS
from monitoring.query.latest import latest_values
from monitoring.spool.files import SpoolFiles
from monitoring.spool.replay import Replayed, replay
from monitoring.types import IngestReport, Origin, Sample
from tests.monitoring.factories import NOON, counter, gauge
from tests.monitoring.ingest.pushing import only, push
from tests.monitoring.spool.conftest import Away
from tests.monitoring.spool.kept import records

pytestmark = pytest.mark.django_db(transaction=True)

KEY = RequestKey("ana", "key-1", "f00")


def unheard(monkeypatch: pytest.MonkeyPatch, *, committed: bool) -> None:
    """Let the connection break while the answer to COMMIT is on its way."""
    commit: Callable[[], None] = connection._commit  # type: ignore[attr-defined]

    def cut() -> None:
        if committed:
            commit()
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "_commit", cut)


def test_a_push_goes_to_the_disk_and_is_stored_later(spool: SpoolFiles, away: Away) -> None:
    with away():
        report = push(counter(5), gauge(1))

    assert (report.stored, report.is_spooled) == (2, True)
    assert replay(spool) == Replayed(records=1, samples=2)
    assert {value.value for value in latest_values()} == {5, 1}


def test_with_the_spool_off_it_is_refused_as_ever(away: Away) -> None:
    with away(), pytest.raises(DatabaseUnavailableError) as refused:
        push(counter(5))

    assert (refused.value.status, refused.value.retry_after_seconds) == (503, 2)


@pytest.mark.parametrize("origin", [Origin.COLLECTOR, Origin.STREAM])
def test_only_pushes_go_to_the_disk(spool: SpoolFiles, away: Away, origin: Origin) -> None:
    with away(), pytest.raises(DatabaseUnavailableError):
        ingest([gauge(1)], origin=origin, at=NOON)

    assert spool.waiting() == []


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize(("sample", "key"), [(gauge(5), None), (counter(5), KEY)])
def test_what_may_have_been_committed_is_there_once(
    spool: SpoolFiles,
    monkeypatch: pytest.MonkeyPatch,
    sample: Sample,
    key: RequestKey | None,
    *,
    committed: bool,
) -> None:
    with monkeypatch.context() as patch:
        unheard(patch, committed=committed)
        report = push(sample, request=key)
    assert report.is_spooled

    replay(spool)

    assert only().value == 5


@pytest.mark.parametrize("committed", [True, False])
def test_increments_that_may_have_been_committed_are_the_clients_to_judge(
    spool: SpoolFiles, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    with monkeypatch.context() as patch:
        unheard(patch, committed=committed)
        with pytest.raises(DatabaseUnavailableError, match="Idempotency-Key"):
            push(counter(5))

    assert spool.waiting() == []
    assert [value.value for value in latest_values()] == ([5] if committed else [])


def test_increments_that_were_never_committed_are_taken(
    spool: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(counter(1))

    def cut(*_arguments: object) -> None:
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr("monitoring.ingest.newest.move", cut)
        assert push(counter(5)).is_spooled

    replay(spool)
    assert only().value == 6


def test_a_group_that_fails_goes_to_the_disk_push_by_push(
    spool: SpoolFiles, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = 4
    reports: list[IngestReport] = []
    together = threading.Barrier(threads)
    groups: list[int] = []
    commit = GROUPS._commit

    def all_at_once(pushes: list[object], at: object) -> object:
        groups.append(len(pushes))
        return commit(pushes, at)  # type: ignore[arg-type]

    monkeypatch.setattr(GROUPS, "_commit", all_at_once)
    monkeypatch.setattr(
        GROUPS, "_patience", GROUPS._patience._replace(seconds=5, expected=lambda: threads)
    )

    def run(number: int) -> None:
        together.wait()
        try:
            reports.append(push(counter(1, writer=str(number)), counter(1)))
        finally:
            connection.close()

    with away():
        workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert groups == [threads]
    assert [report.is_spooled for report in reports] == [True] * threads
    assert len({record.id for record in records(spool)}) == threads
    monkeypatch.undo()
    assert replay(spool).samples == 2 * threads
    assert sorted(value.value for value in latest_values()) == [1] * threads + [threads]


def test_a_push_with_a_key_waits_under_it(spool: SpoolFiles, away: Away) -> None:
    with away():
        push(counter(5), request=KEY)

    assert [record.request for record in records(spool)] == [KEY]
