"""The whole demo platform as a process: it feeds, breaks, heals, catches mail and ends in time."""

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.demo.catalogue import SERVICES

ROOT = Path(__file__).resolve().parents[2]


def free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


class Demo:
    """The process, its ports and what it wrote."""

    def __init__(self, directory: Path, *flags: str, **extra: str) -> None:
        self.control, self.smtp, *self.services = free_ports(2 + len(SERVICES))
        self.log = directory / "demo.log"
        addresses = zip(SERVICES, self.services, strict=True)
        environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(directory),
            "DEMO_CONTROL_PORT": str(self.control),
            "DEMO_SMTP_PORT": str(self.smtp),
            **{profile.variable: f"http://127.0.0.1:{port}" for profile, port in addresses},
            **extra,
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.demo", *flags],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def written(self) -> str:
        return self.log.read_text()

    def read(self, path: str, **request: Any) -> Any:
        url = f"http://127.0.0.1:{self.control}{path}"
        wanted = urllib.request.Request(url, **request)
        with urllib.request.urlopen(wanted, timeout=5) as response:
            return json.loads(response.read())

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert self.process.poll() is None, self.written()
            assert time.monotonic() < deadline, self.written()
            time.sleep(0.02)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    started = Demo(tmp_path, DEMO_TOKEN="t", DEMO_BASE_URL="http://127.0.0.1:9")
    yield started
    started.process.kill()
    started.process.wait()


def refuses(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_demo_within_two_seconds_and_frees_its_ports(
    demo: Demo, number: signal.Signals
) -> None:
    demo.until(lambda: "demo platform ready" in demo.written())
    # A client that hangs in the middle of a mail must not hold it up.
    with smtplib.SMTP("127.0.0.1", demo.smtp) as client:
        client.ehlo()
        began = time.monotonic()
        demo.process.send_signal(number)
        assert demo.process.wait(10) == 0, demo.written()
        assert time.monotonic() - began < 2
        client.close()

    for port in (demo.control, demo.smtp, *demo.services):
        assert refuses(port)
    assert "demo platform stopped" in demo.written()
    assert "Traceback" not in demo.written()


def test_a_state_set_by_the_api_shows_at_the_service(demo: Demo) -> None:
    demo.until(lambda: "demo platform ready" in demo.written())
    payment = [profile.name for profile in SERVICES].index("payment-service")
    body = {"data": b'{"state": "down"}', "headers": {"Content-Type": "application/json"}}

    answer = demo.read("/services/payment/state", method="POST", **body)

    assert answer["state"] == "down"
    assert refuses(demo.services[payment])


def test_while_the_monitoring_service_is_away_batches_wait_and_the_demo_lives(demo: Demo) -> None:
    demo.until(lambda: "push failed, the batch is kept" in demo.written())

    figures = demo.read("/traffic.json")["push"]

    assert figures["buffered"] == 8
    assert figures["last_answer"] == "no answer: cannot connect: Connection refused"


def test_mail_is_caught_and_there_again_after_a_restart(tmp_path: Path) -> None:
    for run in (1, 2):
        demo = Demo(tmp_path)
        try:
            demo.until(lambda demo=demo: "demo platform ready" in demo.written())  # type: ignore[misc]
            with smtplib.SMTP("127.0.0.1", demo.smtp) as client:
                client.sendmail("a@example.org", ["b@example.org"], f"Subject: run {run}\n\nhello")
            subjects = [mail["subject"] for mail in demo.read("/mailbox.json")]
        finally:
            demo.process.terminate()
            demo.process.wait(10)

    assert subjects == ["run 2", "run 1"]


def test_without_a_token_nothing_is_pushed_and_it_says_so(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "--no-faults")
    try:
        demo.until(lambda: "DEMO_TOKEN is not set" in demo.written())
        assert demo.read("/traffic.json") == {"push": None, "fault": None}
    finally:
        demo.process.terminate()
        assert demo.process.wait(10) == 0


def test_a_taken_port_ends_the_start_with_one_line_that_names_the_variable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = f"http://127.0.0.1:{listener.getsockname()[1]}"
        demo = Demo(tmp_path, TICKET_SERVICE_URL=taken)
        assert demo.process.wait(20) == 1

    assert "TICKET_SERVICE_URL" in demo.written()
    assert len(demo.written().splitlines()) == 1


def test_a_wrong_variable_ends_the_start_with_one_line_that_names_it(tmp_path: Path) -> None:
    demo = Demo(tmp_path, DEMO_BASE_URL="nonsense")

    assert demo.process.wait(20) == 2
    assert "DEMO_BASE_URL" in demo.written()
    assert len(demo.written().splitlines()) == 1


def test_the_demo_does_not_load_django() -> None:
    code = "import sys, config.demo.__main__; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
