"""What is damaged is reported, stays where it is, and is in nobody's way."""

from typing import Any

import pytest
from django.db import connection

from monitoring.storage import damage, sealing_segments
from monitoring.storage.merging import MAX_SAMPLES
from tests.monitoring.storage.sealing_samples import (
    Found,
    add_series,
    chunk_sizes,
    fetch,
    seal,
    sealed,
    unsealed,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Reports:
    """Collects what is counted as damaged."""

    def __init__(self) -> None:
        self.tables: list[str] = []

    def __call__(self, metric: str, labels: Any, by: float) -> None:
        assert (metric, by) == ("storage_corrupt_total", 1)
        self.tables.append(labels["table"])


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Reports:
    reports = Reports()
    monkeypatch.setattr(damage, "sinks", [reports])
    monkeypatch.setattr(sealing_segments, "_damaged", set())
    return reports


def damage_rows(table: str, condition: str = "true") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET payload ="
            " set_byte(payload, length(payload) - 1, 255 - get_byte(payload, length(payload) - 1))"
            f" WHERE {condition}"
        )


def test_a_damaged_segment_stays_and_the_others_are_sealed(reports: Reports) -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    write([(1, 1, 2.0)])
    damage_rows("segment", "id = (SELECT min(id) FROM segment)")

    assert seal(max_samples=1).segments == 0
    assert seal(max_samples=1).segments == 1
    assert seal().segments == 0

    assert sealed() == {(1, 1): 2.0}
    assert fetch("SELECT count(*) FROM segment") == [(1,)]
    assert reports.tables == ["segment"]


def stored_with_damage(*, wreck: str) -> Found:
    """Seal three samples, damage their chunk, and write again at its begin, within and behind it."""
    add_series(1)
    write([(1, 0, 0.0), (1, 2, 0.0), (1, 4, 0.0)])
    seal()
    with connection.cursor() as cursor:
        cursor.execute(wreck)
    write([(1, 0, 1.0), (1, 2, 1.0), (1, 5, 1.0)])
    return unsealed()


WRECKS = {
    "payload": "UPDATE chunk SET payload = set_byte(payload, 9, get_byte(payload, 9) # 1)",
    "count": "UPDATE chunk SET n = 2",
    "length": "UPDATE chunk SET payload = ''",
}


@pytest.mark.parametrize("wreck", WRECKS.values(), ids=WRECKS.keys())
def test_new_samples_are_sealed_beside_a_damaged_chunk(wreck: str, reports: Reports) -> None:
    content = stored_with_damage(wreck=wreck)
    ((payload,),) = fetch("SELECT payload FROM chunk")

    seal()

    assert reports.tables == ["chunk"]
    assert sealed() == content
    assert fetch("SELECT payload FROM chunk ORDER BY t0 DESC LIMIT 1") == [(payload,)]


def test_a_damaged_chunk_is_met_by_one_seal_only(reports: Reports) -> None:
    content = stored_with_damage(wreck=WRECKS["payload"])
    seal()
    write([(1, 3, 2.0), (1, 0, 2.0)])

    seal()

    assert reports.tables == ["chunk"]
    assert sealed() == content | {(1, 3): 2.0, (1, 0): 2.0}


def test_a_damaged_chunk_of_one_sample_makes_way_too(reports: Reports) -> None:
    add_series(1)
    write([(1, 0, 0.0)])
    seal()
    damage_rows("chunk")
    write([(1, 0, 1.0)])

    seal()

    assert sealed() == {(1, 0): 1.0}


def test_a_damaged_chunk_that_gets_nothing_new_is_not_even_read(reports: Reports) -> None:
    add_series(1)
    write([(1, at_ms, 0.0) for at_ms in range(MAX_SAMPLES)])
    seal()
    damage_rows("chunk")
    write([(1, MAX_SAMPLES, 1.0)])

    seal()

    assert reports.tables == []
    assert chunk_sizes() == [MAX_SAMPLES, 1]
