"""Child processes: their session, their signals, their logs, their end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.supervisor.memory import measure_tree
from config.supervisor.process import (
    Identity,
    descendants,
    end_leftover,
    kill_tree,
    log_tail,
    spawn,
    stop,
)

ENVIRON = {"PATH": os.environ["PATH"]}
STUBBORN = "trap '' TERM INT; echo deaf; while :; do sleep 0.05; done"
PARENT = """
import sys, time
from pathlib import Path
from config.supervisor.process import spawn
child = spawn(["sleep", "600"], log=Path(sys.argv[1]), environ={"PATH": "/usr/bin:/bin"})
print(child.pid, flush=True)
time.sleep(600)
"""


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "child.log"


@pytest.fixture
def stubborn(log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A shell that ignores SIGTERM and has a child of its own."""
    process = spawn(["/bin/sh", "-c", STUBBORN], log=log, environ=ENVIRON)
    assert eventually(lambda: "deaf" in log_tail(log))
    yield process
    process.kill()
    process.wait()


def test_both_outputs_are_appended_to_the_log(log: Path) -> None:
    for word in ("one", "two"):
        script = f"echo {word}; echo {word}-error >&2"
        assert spawn(["/bin/sh", "-c", script], log=log, environ=ENVIRON).wait() == 0
    assert log.read_text().split() == ["one", "one-error", "two", "two-error"]


def test_a_child_leads_a_session_of_its_own_and_reads_nothing(log: Path) -> None:
    script = "import os, sys; print(os.getsid(0) == os.getpid(), repr(sys.stdin.read()))"
    spawn([sys.executable, "-c", script], log=log, environ=ENVIRON).wait()
    assert log.read_text() == "True ''\n"


def test_a_child_hears_the_signals_that_we_ignore(log: Path) -> None:
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = spawn(["sleep", "600"], log=log, environ=ENVIRON)
    finally:
        signal.signal(signal.SIGINT, old)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=10) == -signal.SIGINT


def test_a_program_that_does_not_exist_is_an_error(log: Path) -> None:
    with pytest.raises(FileNotFoundError):
        spawn(["/no/such/program"], log=log, environ=ENVIRON)


def test_a_child_dies_with_its_killed_parent(log: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(log)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = Identity.of(int(parent.stdout.readline()))
    assert child.find() is not None
    parent.kill()
    parent.wait()
    assert eventually(lambda: child.find() is None)


def test_asking_is_enough_for_a_process_that_listens(log: Path) -> None:
    child = spawn(["sleep", "600"], log=log, environ=ENVIRON)
    assert stop(child, signal.SIGTERM, deadline=10)
    assert child.returncode == -signal.SIGTERM
    assert stop(child, signal.SIGTERM, deadline=0), "stopping twice is no error"


def test_a_stubborn_process_is_killed_with_its_children(
    stubborn: "subprocess.Popen[bytes]",
) -> None:
    assert not stop(stubborn, signal.SIGTERM, deadline=0.2)
    assert stubborn.returncode == -signal.SIGKILL


def test_killing_a_tree_reaches_the_grandchildren(log: Path) -> None:
    parent = spawn(["/bin/sh", "-c", "sleep 600 & sleep 600"], log=log, environ=ENVIRON)
    assert eventually(lambda: len(descendants(parent.pid)) == 2)
    family = [Identity(p.pid, p.create_time()) for p in descendants(parent.pid)]
    kill_tree(parent)
    assert [member.find() for member in family] == [None, None]


def test_an_identity_is_more_than_a_pid() -> None:
    me = Identity.of(os.getpid())
    assert me.find() == psutil.Process()
    assert Identity(me.pid, me.started - 60).find() is None


def test_a_zombie_counts_as_gone() -> None:
    child = subprocess.Popen(["true"])
    identity = Identity.of(child.pid)
    assert eventually(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE)
    assert identity.find() is None
    child.wait()


def test_a_leftover_is_ended_by_force_if_it_must_be(stubborn: "subprocess.Popen[bytes]") -> None:
    identity = Identity.of(stubborn.pid)
    assert end_leftover(identity, signal.SIGTERM, deadline=0.2)
    assert identity.find() is None
    assert eventually(lambda: not end_leftover(identity, signal.SIGTERM, deadline=0.2))


def test_what_is_left_of_the_session_of_a_dead_leader_is_ended(log: Path) -> None:
    leader = spawn(["/bin/sh", "-c", "sleep 600 & echo $!; wait"], log=log, environ=ENVIRON)
    identity = Identity.of(leader.pid)
    assert eventually(lambda: log_tail(log) != "")
    orphan = Identity.of(int(log_tail(log)))
    leader.kill()
    leader.wait()
    assert orphan.find() is not None

    assert end_leftover(identity, signal.SIGTERM, deadline=10)

    assert orphan.find() is None
    assert not end_leftover(identity, signal.SIGTERM, deadline=10)


def test_a_stranger_with_the_pid_of_a_leftover_is_spared(log: Path) -> None:
    stranger = spawn(["sleep", "600"], log=log, environ=ENVIRON)
    try:
        earlier = Identity(stranger.pid, psutil.Process(stranger.pid).create_time() - 60)
        assert not end_leftover(earlier, signal.SIGTERM, deadline=10)
        assert stranger.poll() is None
    finally:
        kill_tree(stranger)


def test_a_modest_child_gives_way(log: Path) -> None:
    script = "import os; print(os.nice(0) - int(os.environ['NICE']))"
    environ = {**ENVIRON, "NICE": str(os.nice(0))}
    spawn([sys.executable, "-c", script], log=log, environ=environ, nice=5).wait()
    assert log.read_text() == "5\n"


def test_the_tail_of_a_log_is_its_last_lines(log: Path) -> None:
    assert log_tail(log) == ""
    log.parent.mkdir()
    log.write_bytes(b"x" * 100_000 + b"\n" + b"\n".join(b"%d" % n for n in range(20)) + b"\n\xff")
    assert log_tail(log, 3) == "18\n19\n\N{REPLACEMENT CHARACTER}"


def test_nobody_descends_from_a_process_that_is_gone() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    assert descendants(child.pid) == []
    assert measure_tree(child.pid) is None


def test_memory_counts_the_children(log: Path) -> None:
    parent = spawn(["/bin/sh", "-c", "sleep 600 & sleep 600"], log=log, environ=ENVIRON)
    try:
        assert eventually(lambda: len(descendants(parent.pid)) == 2)
        memory = measure_tree(parent.pid)
        alone = psutil.Process(parent.pid).memory_info().rss / 1_048_576
    finally:
        kill_tree(parent)
    assert memory is not None
    assert memory.processes == 3
    assert memory.resident_mib > alone
    assert memory.proportional_mib is None or memory.proportional_mib < memory.resident_mib
