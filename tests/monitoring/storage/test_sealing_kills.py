"""What was acknowledged is there, once, whoever is killed while it is sealed."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.embedded import EmbeddedStack, StackOptions
from tests.monitoring.waiting import until

ROOT = Path(__file__).resolve().parents[3]
MODULE = "tests.monitoring.storage.sealing_process"
SERIES, POINTS = 25, 20  # of a batch
BATCHES = 100  # at least: 50,000 samples in each of the two tests
ROUNDS = 5
LONGEST_PAUSE_SECONDS = 0.25  # beyond which it does not matter any more when the kill comes


class Bench:
    """A PostgreSQL that may be killed, a writer and two sealers."""

    def __init__(self, folder: Path, stack: EmbeddedStack, environment: dict[str, str]) -> None:
        self.stack = stack
        self._folder = folder
        self._environment = environment
        self.acks, self._stop = folder / "acks", folder / "stop"
        self.acks.touch()
        self._progress: list[Path] = []
        self.sealers: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._writer = self._start("write", self.acks, self._stop)
        for _ in range(2):
            self.start_sealer()

    def start_sealer(self) -> None:
        progress = self._folder / f"sealer-{len(self._progress)}"
        progress.touch()
        self._progress.append(progress)
        self.sealers.append((self._start("seal", progress), progress))

    def kill_sealer(self) -> bool:
        """Kill the older sealer; return whether it was at work."""
        process, progress = self.sealers.pop(0)
        process.kill()
        process.wait()
        return progress.read_text(encoding="ascii").endswith("begin\n")

    @property
    def acknowledged(self) -> int:
        assert self._writer.poll() is None, "the writer gave up"
        return self.acks.read_text(encoding="ascii").count("\n")

    @property
    def seals(self) -> int:
        """Return how many seals have come to their end."""
        assert all(process.poll() is None for process, _ in self.sealers), "a sealer gave up"
        return sum(path.read_text(encoding="ascii").count("end\n") for path in self._progress)

    def go_on(self) -> None:
        """Wait until the writer and a sealer have got on."""
        batches, seals = self.acknowledged, self.seals
        assert until(lambda: self.acknowledged >= batches + 5), "nothing is acknowledged"
        assert until(lambda: self.seals >= seals + 2), "nothing is sealed"

    def finish(self) -> int:
        """Let the writer end; return how many batches were acknowledged."""
        assert until(lambda: self.acknowledged >= BATCHES), "the writer is too slow"
        self._stop.touch()
        assert self._writer.wait(timeout=30) == 0
        return self.acks.read_text(encoding="ascii").count("\n")

    def end(self) -> None:
        for process in (self._writer, *(process for process, _ in self.sealers)):
            process.kill()
            process.wait()

    def report(self) -> dict[str, Any]:
        command = [sys.executable, "-m", MODULE, "report"]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def _start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", MODULE, *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Start a PostgreSQL of its own, with the tables, and the processes."""
    tmp_path.chmod(0o711)
    others = {"REDIS_HOST": "127.0.0.1", "KAFKA_BROKERS": ""}
    unset = {name: "" for name in os.environ if name.startswith("DB_")}
    options = StackOptions(max_connections=20, usual_ports=False, fsync=False)
    with EmbeddedStack(tmp_path, others, options) as stack:
        environment = os.environ | unset | others | stack.env | {"PYTHONPATH": str(ROOT)}
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings.test", "LOG_LEVEL": "error"}
        migrate = [sys.executable, "manage.py", "migrate", "monitoring", "--skip-checks"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True, capture_output=True)
        bench = Bench(tmp_path, stack, environment)
        try:
            yield bench
        finally:
            bench.end()


def check(bench: Bench) -> None:
    """Compare what was acknowledged with what is found, sample by sample."""
    acknowledged = bench.finish()
    for process, _ in bench.sealers:
        process.kill()
        process.wait()
    found = bench.report()

    assert acknowledged >= BATCHES
    points = range(acknowledged * POINTS)
    assert {int(series): curve for series, curve in found["curves"].items()} == {
        series: [float(point * SERIES + series) for point in points] for series in range(SERIES)
    }
    assert found["are_instants_right"]
    assert found["sealed"] == acknowledged * POINTS * SERIES
    assert found["segments"] == 0


@pytest.mark.timeout(300)
def test_killed_sealers_lose_and_double_nothing(bench: Bench) -> None:
    order = random.Random(5)
    at_work = 0
    for _ in range(ROUNDS):
        bench.go_on()
        time.sleep(order.uniform(0, LONGEST_PAUSE_SECONDS))
        at_work += bench.kill_sealer()
        bench.start_sealer()

    check(bench)
    assert at_work > 0


@pytest.mark.timeout(300)
def test_a_killed_database_loses_and_doubles_nothing(bench: Bench) -> None:
    order = random.Random(7)
    postgres = bench.stack.postgres
    assert postgres is not None
    for _ in range(ROUNDS - 1):
        bench.go_on()
        time.sleep(order.uniform(0, LONGEST_PAUSE_SECONDS))
        postgres.kill()
        bench.stack.revive()

    bench.go_on()
    check(bench)
