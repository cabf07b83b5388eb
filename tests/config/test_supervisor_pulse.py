"""A process that lives and does nothing is killed and started again; one that works is left alone."""

import os
import time
from pathlib import Path

import psutil
import pytest

from config.supervisor.program import Program
from config.supervisor.pulse import Pulse
from config.supervisor.supervisor import Supervisor
from monitoring import pulse as sign_of_life

SILENCE = 90.0


@pytest.fixture
def pulse(tmp_path: Path) -> Pulse:
    return Pulse(tmp_path / "worker.pulse", SILENCE)


def touch(pulse: Pulse, *, stamp: int) -> None:
    pulse.path.touch()
    os.utime(pulse.path, ns=(stamp, stamp))


def test_a_fresh_process_has_all_its_time_to_give_the_first_sign(pulse: Pulse) -> None:
    pulse.start(1_000.0)

    assert not pulse.is_silent(1_000.0 + SILENCE)
    assert pulse.is_silent(1_000.1 + SILENCE)


def test_each_change_of_the_file_counts_from_when_it_was_seen(pulse: Pulse) -> None:
    pulse.start(0.0)
    touch(pulse, stamp=5)
    assert not pulse.is_silent(80.0)

    assert not pulse.is_silent(80.0 + SILENCE)
    assert pulse.is_silent(80.5 + SILENCE)


def test_a_clock_that_jumps_kills_nobody(pulse: Pulse) -> None:
    pulse.start(0.0)
    touch(pulse, stamp=10**18)
    assert not pulse.is_silent(10.0)

    touch(pulse, stamp=5)  # set back by decades

    assert not pulse.is_silent(10.0 + SILENCE)


def test_a_new_start_forgets_the_silence_of_the_one_before(pulse: Pulse) -> None:
    touch(pulse, stamp=5)
    pulse.start(0.0)
    assert not pulse.is_silent(1.0)
    pulse.start(500.0)

    assert not pulse.is_silent(500.0 + SILENCE)


def test_a_silent_process_is_killed_and_started_again(tmp_path: Path) -> None:
    now = [1_000.0]
    said: list[str] = []
    program = Program(
        name="worker",
        argv=["/bin/sh", "-c", "exec sleep 600"],
        environ={"PATH": os.environ["PATH"]},
        log=tmp_path / "worker.log",
        cwd=tmp_path,
        pulse=tmp_path / "worker.pulse",
        silence_seconds=SILENCE,
    )
    supervisor = Supervisor([program], report=said.append, clock=lambda: now[0])
    supervisor.start()
    try:
        first = supervisor.children[0].pid
        assert first is not None
        now[0] += 1
        supervisor.tick()
        now[0] += SILENCE + 1
        deadline = time.monotonic() + 15
        while supervisor.children[0].pid in (first, None):
            assert time.monotonic() < deadline, said
            supervisor.tick()
            now[0] += 0.5
            time.sleep(0.02)
        assert "worker has done nothing for 90 s and is killed" in said
        assert not psutil.pid_exists(first)
    finally:
        supervisor.stop()


def test_the_sign_is_given_once_a_second_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sign"
    now = [100.0]
    monkeypatch.setenv(sign_of_life.VARIABLE, str(path))
    monkeypatch.setattr(sign_of_life, "_last", 0.0)
    monkeypatch.setattr("monitoring.pulse.time.monotonic", lambda: now[0])

    sign_of_life.beat()
    path.unlink()
    now[0] += 0.5
    sign_of_life.beat()
    assert not path.exists()
    now[0] += 0.5
    sign_of_life.beat()
    assert path.exists()


def test_without_a_file_no_sign_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sign_of_life.VARIABLE, raising=False)

    sign_of_life.beat()  # raises nothing
