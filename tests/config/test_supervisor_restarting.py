"""When a process is started again: pure arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.supervisor.restarting import Phase, ProcessState, RestartPolicy

POLICY = RestartPolicy(first=1.0, longest=30.0, forgiven_after=60.0)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (1, 1.0),
        (2, 2.0),
        (3, 4.0),
        (4, 8.0),
        (5, 16.0),
        (6, 30.0),
        (7, 30.0),
        (64, 30.0),
        (65, 30.0),
    ],
)
def test_waits_double_up_to_the_longest(failures: int, seconds: float) -> None:
    assert POLICY.delay(failures) == seconds


@pytest.mark.parametrize("failures", [0, -1])
def test_there_is_no_wait_without_a_failure(failures: int) -> None:
    with pytest.raises(ValueError, match="at least one failure"):
        POLICY.delay(failures)


@given(st.integers(1, 100_000))
def test_waits_never_shrink_nor_exceed_the_longest(failures: int) -> None:
    assert POLICY.first <= POLICY.delay(failures) <= POLICY.delay(failures + 1) <= POLICY.longest


def test_a_new_process_is_due_at_once() -> None:
    assert ProcessState().is_due(at=0.0)


@pytest.mark.parametrize(("at", "due"), [(101.9, False), (102.0, True), (500.0, True)])
def test_a_failed_process_is_due_after_its_wait(at: float, due: bool) -> None:  # noqa: FBT001
    failed = ProcessState(failures=1).on_start(99.0).on_exit(100.0, POLICY)
    assert failed.due == 102.0
    assert failed.is_due(at) is due


@pytest.mark.parametrize("phase", [Phase.RUNNING, Phase.READY, Phase.STOPPED])
def test_only_a_waiting_process_is_ever_due(phase: Phase) -> None:
    assert not ProcessState(phase=phase).is_due(at=1e9)


@pytest.mark.parametrize(("ran", "failures"), [(59.9, 5), (60.0, 1), (3_600.0, 1)])
def test_good_health_forgives_earlier_failures(ran: float, failures: int) -> None:
    state = ProcessState(failures=4, restarts=9).on_start(1_000.0).on_ready()
    ended = state.on_exit(1_000.0 + ran, POLICY)
    assert (ended.failures, ended.restarts, ended.phase) == (failures, 10, Phase.WAITING)


def test_a_life_from_start_to_stop() -> None:
    started = ProcessState().on_start(5.0)
    assert (started.phase, started.started) == (Phase.RUNNING, 5.0)
    assert started.on_ready().phase is Phase.READY
    assert started.on_ready().on_stop().phase is Phase.STOPPED
