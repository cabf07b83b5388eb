"""A process sees every committed sample once, whatever others write meanwhile."""

import os
import threading

import numpy as np
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from monitoring.storage import segments, unsealed
from monitoring.storage.unsealed import Unsealed
from tests.monitoring.factories import SegmentFactory
from tests.monitoring.storage.looking import (
    MEGABYTE,
    Session,
    newest,
    samples,
    write,
    write_in,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noon_day")]


def test_each_segment_is_fetched_once(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    write(one, 2.0, after_ms=1)
    assert samples(process.view(), one) == {0: 1.0, 1: 2.0}

    write(one, 3.0, after_ms=2)
    with CaptureQueriesContext(connection) as queries:
        assert samples(process.view(), one) == {0: 1.0, 1: 2.0, 2: 3.0}
        assert samples(process.view(), one) == {0: 1.0, 1: 2.0, 2: 3.0}

    assert sum("payload" in query["sql"] for query in queries) == 1
    assert len(queries) == 3


def test_the_lower_of_two_segments_may_be_committed_later(
    process: Unsealed, one: int, writers: tuple[Session, Session]
) -> None:
    early, late = writers
    write_in(late, one, 1.0)
    write_in(early, one, 2.0)
    early.execute("COMMIT")
    assert samples(process.view(), one) == {0: 2.0}
    assert newest(process, one) == (0, 2.0)

    late.execute("COMMIT")

    # It was seen, and as the earlier write of the same instant it changes nothing.
    write_in(late, one, 1.5, after_ms=1)
    assert samples(process.view(), one) == {0: 2.0, 1: 1.5}
    assert sum(len(block.merged) for block in process.view().blocks) == 3
    assert newest(process, one) == (1, 1.5)


def test_a_writer_that_commits_last_is_not_missed(
    process: Unsealed, one: int, writers: tuple[Session, Session]
) -> None:
    slow, quick = writers
    write_in(slow, one, 1.0, after_ms=5)
    write_in(quick, one, 2.0)
    quick.execute("COMMIT")
    assert newest(process, one) == (0, 2.0)
    write(one, 3.0, after_ms=1)
    assert newest(process, one) == (1, 3.0)

    slow.execute("COMMIT")

    assert newest(process, one) == (5, 1.0)
    assert samples(process.view(), one) == {0: 2.0, 1: 3.0, 5: 1.0}


def test_a_series_without_samples_has_no_newest(process: Unsealed, one: int) -> None:
    assert newest(process, one) is None
    assert newest(process, one + 1) is None


def test_a_damaged_segment_is_passed_over_and_not_asked_for_again(
    process: Unsealed, one: int, caplog: pytest.LogCaptureFixture
) -> None:
    write(one, 1.0)
    SegmentFactory.create(id=4_711_000_001, payload=b"damaged")

    for _ in range(3):
        assert samples(process.view(), one) == {0: 1.0}
        assert newest(process, one) == (0, 1.0)

    assert len([entry for entry in caplog.records if "damaged" in entry.message]) == 2


def test_a_database_that_goes_away_halfway_takes_nothing_from_older_views(
    process: Unsealed, one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(one, 1.0)
    view = process.view(with_newest=True)
    process._last = None  # so that everything is looked at anew

    def away(_: object) -> dict[int, None]:
        raise OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(segments, "load", away)
        with pytest.raises(OperationalError):
            process.view(with_newest=True)

    assert view.newest_of(np.array([one], np.int32))[1].tolist() == [1.0]
    assert process.view(with_newest=True).newest_of(np.array([one], np.int32))[1].tolist() == [1.0]


def test_a_forked_process_begins_anew() -> None:
    unsealed.view()
    known = unsealed._unsealed
    child = os.fork()
    if child == 0:
        os._exit(0 if unsealed._unsealed is not known and unsealed._unsealed._last is None else 1)

    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert unsealed._unsealed is known


def test_a_series_far_beyond_the_known_ones_is_noticed(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    before = process.view(with_newest=True).catalogue
    write(one + 100_000, 2.0)

    assert process.view().catalogue != before
    assert newest(process, one + 100_000) == (0, 2.0)


def test_threads_share_one_memory(one: int) -> None:
    process = Unsealed(MEGABYTE)
    found: list[dict[int, float]] = []

    def look() -> None:
        try:
            found.append(samples(process.view(with_newest=True), one))
        finally:
            connection.close()

    for number in range(5):
        write(one, float(number), after_ms=number)
        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert all(len(each) == 1 + place // 3 for place, each in enumerate(found))
    assert len(found) == 15
