"""The supervisor on real, short processes and a clock that the test turns."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.supervisor.process import Identity
from config.supervisor.program import Program
from config.supervisor.restarting import Phase
from config.supervisor.supervisor import Supervisor

FOREVER = "echo up; exec sleep 600"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.05; done"


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """A supervisor under test with everything it said."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = Clock()
        self.said: list[str] = []
        self.supervisor = Supervisor([])

    def program(self, name: str, script: str, **options: object) -> Program:
        return Program(
            name=name,
            argv=["/bin/sh", "-c", script],
            environ={"PATH": os.environ["PATH"]},
            log=self.directory / f"{name}.log",
            cwd=self.directory,
            **options,  # type: ignore[arg-type]  # keyword arguments of one test
        )

    def start(self, *programs: Program) -> Supervisor:
        self.supervisor = Supervisor(programs, report=self.said.append, clock=self.clock)
        self.supervisor.start()
        return self.supervisor

    def tick_until(self, condition: Callable[[], bool], *, step: float = 0.0) -> None:
        deadline = time.monotonic() + 15
        while not condition():
            assert time.monotonic() < deadline, self.said
            self.clock.now += step
            self.supervisor.tick()
            time.sleep(0.02)

    def log(self, name: str) -> str:
        path = self.directory / f"{name}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    for child in made.supervisor.children:
        child.finish(0)


def test_programs_start_together_and_stop_on_request(stage: Stage) -> None:
    supervisor = stage.start(stage.program("web", FOREVER), stage.program("beat", FOREVER))
    pids = [child.pid for child in supervisor.children]
    assert all(pid is not None and psutil.pid_exists(pid) for pid in pids)

    assert supervisor.stop()

    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    assert {child.state.phase for child in supervisor.children} == {Phase.STOPPED}
    assert not supervisor.tick(), "what was stopped stays stopped"


def test_a_process_that_ends_is_started_again_after_its_wait(stage: Stage) -> None:
    supervisor = stage.start(stage.program("web", "echo up; exit 3"))
    child = supervisor.children[0]
    stage.tick_until(lambda: child.state.phase is Phase.WAITING)
    assert child.exit_code == 3
    assert stage.said == [
        f"web ended with code 3, starts again in 1 s; its log: {stage.directory}/web.log"
    ]
    stage.clock.now += 0.9
    assert not supervisor.tick(), "it is too early"
    assert child.pid is None

    stage.clock.now += 0.1
    assert supervisor.tick()
    stage.tick_until(lambda: stage.log("web") == "up\nup\n")
    stage.tick_until(lambda: child.state.phase is Phase.WAITING)
    assert child.state.due == stage.clock.now + 2.0
    assert child.state.restarts == 2


def test_a_killed_process_comes_back_and_says_so(stage: Stage) -> None:
    supervisor = stage.start(stage.program("web", FOREVER))
    child = supervisor.children[0]
    stage.tick_until(lambda: child.state.phase is Phase.READY)
    first = child.pid
    assert first is not None
    os.kill(first, 9)

    stage.tick_until(
        lambda: child.state.phase is Phase.READY and child.pid not in (None, first), step=0.5
    )

    assert stage.said[0].startswith("web ended with code -9")
    assert stage.said[-1] == "web is back"


def test_what_a_dead_leader_leaves_in_its_group_is_killed(stage: Stage) -> None:
    script = "sleep 600 & echo $!; wait"
    supervisor = stage.start(stage.program("worker", script))
    child = supervisor.children[0]
    stage.tick_until(lambda: stage.log("worker").endswith("\n"))
    orphan = Identity.of(int(stage.log("worker")))
    assert child.pid is not None
    os.kill(child.pid, 9)

    stage.tick_until(lambda: child.state.phase is Phase.WAITING)

    stage.tick_until(lambda: not psutil.pid_exists(orphan.pid))  # reaped, not even a zombie is left


def test_readiness_is_asked_until_it_says_yes(stage: Stage) -> None:
    answers = iter([False, False, True])
    asked: list[float] = []

    def ready() -> bool:
        asked.append(stage.clock.now)
        return next(answers)

    supervisor = stage.start(stage.program("web", FOREVER, ready=ready))
    assert supervisor.unready == ["web"]
    assert not supervisor.tick(), "half a second must pass between two questions"
    stage.tick_until(lambda: supervisor.unready == [], step=0.25)
    assert asked == [1_000.0, 1_000.5, 1_001.0]
    stage.clock.now += 10
    assert not supervisor.tick()
    assert len(asked) == 3, "a ready process is not asked again"


def test_the_highest_tier_stops_first_and_equals_stop_together(stage: Stage) -> None:
    note = "trap 'echo {0} >> order; exit 0' TERM; echo up; while :; do sleep 0.02; done"
    supervisor = stage.start(
        *(
            stage.program(name, note.format(name), tier=tier)
            for name, tier in (("web", 0), ("worker", 1), ("beat", 2))
        )
    )
    stage.tick_until(lambda: all(stage.log(n) == "up\n" for n in ("web", "worker", "beat")))
    assert supervisor.stop()
    assert (stage.directory / "order").read_text().split() == ["beat", "worker", "web"]


def test_a_process_that_does_not_stop_is_killed_and_the_stop_was_not_clean(stage: Stage) -> None:
    supervisor = stage.start(stage.program("worker", STUBBORN, stop_seconds=0.2))
    stage.tick_until(lambda: stage.log("worker") == "up\n")
    pid = supervisor.children[0].pid
    assert pid is not None
    assert not supervisor.stop()
    assert stage.said == ["worker did not stop in time and was killed"]
    assert not psutil.pid_exists(pid)


def test_a_program_that_cannot_be_started_is_tried_again(stage: Stage) -> None:
    supervisor = stage.start(
        Program("web", ["/no/such/program"], {}, stage.directory / "web.log", stage.directory)
    )
    child = supervisor.children[0]
    assert child.state.phase is Phase.WAITING
    assert child.state.due == stage.clock.now + 1.0
    assert stage.said[0].startswith("web cannot be started: ")
    assert supervisor.stop(), "there is nothing to stop"


def test_a_process_that_ended_by_itself_needs_no_force(stage: Stage) -> None:
    supervisor = stage.start(stage.program("web", "exit 0"))
    pid = supervisor.children[0].pid
    assert pid is not None
    deadline = time.monotonic() + 10
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert supervisor.stop()
