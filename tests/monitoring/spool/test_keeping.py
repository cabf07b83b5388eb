"""A push while PostgreSQL is away: what can be judged is judged, the rest is on the disk before the answer."""

from datetime import timedelta

import pytest

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import fields, tally
from monitoring.ingest.idempotency import RequestKey
from monitoring.spool.files import SpoolFiles, SpoolFullError
from monitoring.types import ItemError
from tests.monitoring.factories import NOON, counter, gauge, observation
from tests.monitoring.spool.counted import Counted
from tests.monitoring.spool.kept import put, records, values

KEY = RequestKey("ana", "key-1", "f00")


def test_what_is_answered_as_stored_is_on_the_disk(files: SpoolFiles) -> None:
    report = put(files, gauge(1), counter(2), request=KEY)

    (kept,) = records(files)
    assert (report.stored, report.rejected, report.is_spooled) == (2, (), True)
    assert (kept.at, kept.origin, kept.client, kept.request) == (NOON, "push", "ana", KEY)
    assert kept.samples() == [gauge(1), counter(2)]


def test_each_request_has_a_name_of_its_own(files: SpoolFiles) -> None:
    put(files, gauge(1))
    put(files, gauge(1))

    first, second = records(files)
    assert first.id != second.id


def test_what_is_refused_is_said_now_and_not_kept(files: SpoolFiles, counted: Counted) -> None:
    old = NOON - timedelta(hours=24, milliseconds=1)

    report = put(files, gauge(1), gauge(float("nan")), counter(-3), gauge(4, at=old))

    (kept,) = records(files)
    assert values(kept) == [1]
    assert report.stored == 1
    assert report.rejected == (
        ItemError(1, fields.NOT_FINITE, "value"),
        ItemError(2, fields.NEGATIVE, "value"),
        ItemError(3, fields.OUTSIDE, "timestamp"),
    )
    assert counted[tally.SPOOLED] == 1
    assert counted[tally.SAMPLES] == 3


def test_a_request_without_anything_good_leaves_no_record(files: SpoolFiles) -> None:
    report = put(files, gauge(float("inf")))

    assert (report.stored, len(report.rejected)) == (0, 1)
    assert files.waiting() == []


def test_a_spool_that_takes_no_more_says_when_to_come_back(files: SpoolFiles) -> None:
    full = SpoolFiles(files.directory, max_bytes=1, max_age_seconds=60)

    with pytest.raises(SpoolFullError) as refused:
        put(full, gauge(1))

    assert (refused.value.status, refused.value.retry_after_seconds) == (503, 5)


@pytest.mark.parametrize("sample", [counter(1), observation(1)])
def test_increments_that_may_be_stored_already_are_not_taken(
    files: SpoolFiles, sample: object
) -> None:
    with pytest.raises(DatabaseUnavailableError, match="Idempotency-Key") as refused:
        put(files, gauge(1), sample, in_doubt=True)  # type: ignore[arg-type]

    assert refused.value.retry_after_seconds
    assert files.waiting() == []


def test_increments_that_may_be_stored_already_are_taken_with_a_key(files: SpoolFiles) -> None:
    assert put(files, counter(1), request=KEY, in_doubt=True).stored == 1


def test_values_that_replace_are_taken_though_they_may_be_stored_already(files: SpoolFiles) -> None:
    assert put(files, gauge(1), in_doubt=True).stored == 1
