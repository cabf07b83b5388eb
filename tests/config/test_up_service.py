"""`make run` for real: the whole service starts, heals itself, stops, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.embedded.ports import choose_port
from config.supervisor.process import Identity, descendants
from config.up import process_file
from config.up.process_file import ProcessRecord
from config.up.readiness import answers

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(400)]


class Service:
    """One installation, started as a person would, without the demo platform."""

    def __init__(self, directory: Path) -> None:
        self.data_dir = directory / "data"
        self.output = directory / "output"
        self.base_url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for the closing block."""
        port, flower = choose_port(None), choose_port(None)
        self.base_url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "config.up", "--data-dir", str(self.data_dir)]
        environ = {"PATH": os.environ["PATH"], "DEMO": "0"}
        environ |= {"PORT": str(port), "FLOWER_PORT": str(flower)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
            )
        assert eventually(lambda: "Up in" in self.said() or not self.runs(), 300), self.said()
        assert "Up in" in self.said(), self.said()

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        return self.output.read_text()

    def signal(self, sign: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(timeout=120)

    def records(self) -> dict[str, ProcessRecord]:
        return {r.name: r for r in process_file.read(self.data_dir / "processes.json")}

    def family(self) -> list[Identity]:
        """Return every process that belongs to it, pool workers and engines included."""
        assert self.process is not None
        return [Identity(p.pid, p.create_time()) for p in descendants(self.process.pid)]


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all tests here: its second start is much faster than its first."""
    made = tmp_path_factory.mktemp("service")
    for parent in (made, *made.parents[:2]):
        parent.chmod(0o711)
    return made


@pytest.fixture
def service(directory: Path) -> Iterator[Service]:
    """The service, running."""
    made = Service(directory)
    made.start()
    yield made
    if made.runs():
        made.signal(signal.SIGTERM)


def test_a_start_collects_a_sample_and_a_stop_is_clean(service: Service) -> None:
    said = service.said()
    assert "[6/6] smoke test" in said
    assert "no system_cpu_usage_percent" not in said
    assert {*service.records()} == {
        *("web", "worker", "collect", "ml", "beat", "watchdog", "stream", "flower")
    }
    secrets = json.loads((service.data_dir / "secrets.json").read_text())
    arguments = " ".join(
        " ".join(process.cmdline())
        for identity in service.family()
        if (process := identity.find()) is not None
    )
    assert not any(secret in arguments for secret in secrets.values())
    family = service.family()

    assert service.signal(signal.SIGINT) == 0, service.said()

    assert "Stopped cleanly" in service.said()
    assert not any(identity.find() for identity in family)


def test_a_killed_worker_and_a_killed_engine_come_back(service: Service) -> None:
    worker = service.records()["worker"]
    valkey = next(p for p in descendants(service.process.pid) if "valkey" in p.name())  # type: ignore[union-attr]  # started above
    killed = worker.identity.find()
    assert killed is not None
    pool = descendants(worker.pid)
    assert len(pool) >= 2
    killed.kill()
    valkey.kill()

    assert eventually(
        lambda: (
            service.records()["worker"].phase == "ready"
            and service.records()["worker"].pid != worker.pid
        ),
        120,
    ), service.said()
    assert "worker is back" in service.said()
    assert "valkey had died and was started again" in service.said()
    assert not any(psutil.pid_exists(old.pid) for old in pool), "they would run old code for ever"
    assert answers(f"{service.base_url}/health")


def test_kill_minus_nine_of_the_supervisor_leaves_nothing(service: Service) -> None:
    family = service.family()
    assert len(family) > 10

    service.signal(signal.SIGKILL)

    left: list[Identity] = []

    def all_gone() -> bool:
        left[:] = [identity for identity in family if identity.find()]
        return not left

    assert eventually(all_gone, 30), left
    service.start()  # what is left is no obstacle
