"""A seal that fails anywhere changes nothing, and the next one does its work."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import (
    chunk_codec,
    sealing_chunks,
    sealing_marks,
    sealing_segments,
)
from monitoring.storage.merging import Spans
from monitoring.storage.order import StoredSamples
from tests.monitoring.storage.sealing_samples import (
    add_series,
    everything,
    fetch,
    seal,
    sealed,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)

STATE = (
    "SELECT id FROM segment ORDER BY id",
    "SELECT series_id, t0, t1, n, payload FROM chunk ORDER BY series_id, t0",
    "SELECT series_id, day FROM rollup_due ORDER BY 1, 2",
    "SELECT series_id, at, value FROM latest ORDER BY 1",
    "SELECT sealed_xid::text FROM storage_state",
)


def state() -> list[object]:
    return [fetch(query) for query in STATE]


class CrashedError(Exception):
    """The process fell over."""


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("module", "step"),
    [
        (sealing_segments, "take"),
        (sealing_marks, "unknown_series"),
        (sealing_chunks, "touched"),
        (sealing_chunks, "read"),
        (sealing_chunks, "encode"),
        (sealing_chunks, "replace"),
        (sealing_segments, "delete"),
        (sealing_marks, "mark_rollups_due"),
        (sealing_marks, "move_latest"),
        (sealing_marks, "note_sealed"),
    ],
)
def test_a_seal_that_falls_over_at_any_step_has_changed_nothing(
    module: ModuleType,
    step: str,
    is_after: bool,  # noqa: FBT001 - a column of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_series(1)
    write([(1, at_ms, 0.0) for at_ms in range(9)])
    seal()
    write([(1, 4, 1.0), (1, 9, 2.0)])
    before, content = state(), everything()
    really: Callable[..., object] = getattr(module, step)

    def fall_over(*arguments: object) -> None:
        if is_after:
            really(*arguments)
        raise CrashedError

    with monkeypatch.context() as patch:
        patch.setattr(module, step, fall_over)
        with pytest.raises(CrashedError):
            seal()

    assert state() == before
    assert seal().samples == 2
    assert sealed() == content


def test_a_chunk_that_would_not_hold_its_samples_is_not_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    before, really = state(), chunk_codec.encode_chunk

    def falsify(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
        return really(at_ms, -values)

    monkeypatch.setattr(chunk_codec, "encode_chunk", falsify)

    with pytest.raises(sealing_chunks.VerificationError):
        seal()
    assert state() == before


def test_zero_and_minus_zero_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    add_series(1)
    write([(1, 0, -0.0)])

    seal()

    ((_, value),) = sealed().items()
    assert np.signbit(value)


def test_segments_that_go_meanwhile_undo_the_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    before = state()
    monkeypatch.setattr(sealing_segments, "delete", lambda _, ids: len(ids) - 1)

    with pytest.raises(RuntimeError, match="segments went"):
        seal()
    assert state() == before


def test_chunks_that_go_meanwhile_undo_the_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    seal()
    write([(1, 1, 1.0)])
    before, really = state(), sealing_chunks.touched

    def drop_after(new: StoredSamples) -> Spans:
        spans = really(new)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM chunk")
        return spans

    monkeypatch.setattr(sealing_chunks, "touched", drop_after)

    with pytest.raises(RuntimeError, match="0 chunks where 1 were expected"):
        seal()
    assert state() == before
