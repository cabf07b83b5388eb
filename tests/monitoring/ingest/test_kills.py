"""What was acknowledged is there, once, whoever is killed in between."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from config.embedded import EmbeddedStack, StackOptions

ROOT = Path(__file__).resolve().parents[3]
WRITERS = ("ana", "bo")
ROUNDS = 4
DEADLINE_SECONDS = 60.0


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start a PostgreSQL that may be killed, with the tables; return the environment that names it."""
    tmp_path.chmod(0o711)
    others = {"REDIS_HOST": "127.0.0.1", "KAFKA_BROKERS": ""}
    options = StackOptions(max_connections=20, usual_ports=False, fsync=False)
    with EmbeddedStack(tmp_path, others, options) as stack:
        environment = os.environ | others | stack.env | {"PYTHONPATH": str(ROOT)}
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        run(["manage.py", "migrate", "monitoring", "--skip-checks"], environment)
        yield environment


def run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


class Writer:
    """A process that pushes; what it was told is kept is in its file."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.acks = folder / f"{name}.acks"
        self.acks.touch()
        self._environment = environment
        self.start()

    def start(self) -> None:
        module = "tests.monitoring.ingest.writer_process"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, "write", self.name, str(self.acks)],
            cwd=ROOT,
            env=self._environment,
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def acknowledged(self) -> int:
        assert self._process.poll() in (None, -signal.SIGKILL), "the writer gave up"
        return self.acks.read_text(encoding="ascii").count("\n")

    def go_on(self) -> None:
        """Wait until some more pushes are acknowledged."""
        before = self.acknowledged
        wait_until(lambda: self.acknowledged >= before + 10, f"{self.name} is acknowledged")


def backends(port: int) -> list[psutil.Process]:
    """Return the processes of the server that serve a client."""
    serving = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if line.startswith("postgres: ") and "127.0.0.1(" in line and _is_of(process, port):
            serving.append(process)
    return serving


def _is_of(process: psutil.Process, port: int) -> bool:
    try:
        parent = process.parent()
        return parent is not None and f"-cport={port}" in parent.cmdline()
    except psutil.Error:
        return False


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_or_doubled(
    environment: dict[str, str], tmp_path: Path
) -> None:
    order = random.Random(11)
    writers = [Writer(name, tmp_path, environment) for name in WRITERS]
    killed_backends = 0
    try:
        for _ in range(ROUNDS):
            for writer in writers:
                writer.go_on()
            serving = backends(int(environment["DB_PORT"]))
            if serving:
                order.choice(serving).kill()
                killed_backends += 1
            victim = order.choice(writers)
            victim.go_on()
            victim.kill()
            victim.start()
        for writer in writers:
            writer.go_on()
    finally:
        for writer in writers:
            writer.kill()

    assert killed_backends >= ROUNDS // 2
    found: dict[str, Any] = json.loads(
        run(["-m", "tests.monitoring.ingest.writer_process", "report", *WRITERS], environment)
    )
    pushes = 0
    for writer in writers:
        curve = found["curves"][writer.name]
        # A push that was committed when its writer was killed is there without having been acknowledged.
        assert writer.acknowledged <= len(curve) <= writer.acknowledged + 1
        assert curve == list(range(len(curve)))
        assert found["totals"][writer.name] == len(curve)
        pushes += len(curve)
    assert found["totals"]["all"] == pushes
    assert found["samples"] == 3 * pushes
