"""Looking at a running service: smoke test, engine keeper, preparation of the database."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.embedded import EmbeddedError
from config.embedded.ports import choose_port
from config.supervisor.program import Program
from config.supervisor.restarting import RestartPolicy
from config.supervisor.stop_request import StopRequest
from config.supervisor.supervisor import Supervisor
from config.up import preparation, process_file, smoke, worker_ready
from config.up.errors import StartError, StopAskedError
from config.up.installation import Installation
from config.up.readiness import answers, appeared, listens
from config.up.watch import EngineKeeper, watch

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def asked() -> list[str]:
    return []


@contextmanager
def website(status: int, body: str, asked: list[str] | None = None) -> Iterator[str]:
    """Serve the same answer to every GET; note who asked for what."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class FakeStack:
    """Engines that come back, or not, as the test says."""

    def __init__(self) -> None:
        self.outcomes: list[list[str] | EmbeddedError] = []
        self.calls = 0

    def revive(self) -> list[str]:
        self.calls += 1
        outcome = self.outcomes.pop(0) if self.outcomes else []
        if isinstance(outcome, EmbeddedError):
            raise outcome
        return outcome


class TestSmoke:
    @pytest.mark.parametrize("status", [200, 503])
    def test_health_is_what_the_service_says_of_itself(self, status: int) -> None:
        with website(status, '{"status": "degraded"}') as url:
            assert smoke.health(url) == "degraded"

    @pytest.mark.parametrize("body", ["", "[]", "{}", "<html>"])
    def test_an_answer_of_another_kind_is_an_error(self, body: str) -> None:
        with website(200, body) as url, pytest.raises(StartError, match="does not answer as it"):
            smoke.health(url)

    def test_no_answer_is_an_error(self) -> None:
        with pytest.raises(StartError):
            smoke.health(f"http://127.0.0.1:{choose_port(None)}")

    @pytest.mark.parametrize(
        ("status", "body", "found"),
        [(200, '[{"value": 3}]', True), (200, "[]", False), (401, "[1]", False), (200, "<", False)],
    )
    def test_a_sample_is_a_row_of_the_answer(
        self, status: int, body: str, *, found: bool, asked: list[str]
    ) -> None:
        with website(status, body, asked) as url:
            assert smoke.has_sample(url, "cpu", since=NOON, token="to.ke.n") is found
        query = "metric_name=cpu&start_time=2026-11-23T12%3A00%3A00%2B00%3A00&limit=1"
        assert asked == [f"/api/v1/monitoring/metrics?{query} Bearer to.ke.n"]

    def test_no_answer_is_no_sample(self) -> None:
        nowhere = f"http://127.0.0.1:{choose_port(None)}"
        assert not smoke.has_sample(nowhere, "cpu", since=NOON, token="to.ke.n")

    def test_waiting_lets_the_supervisor_work(self) -> None:
        ticks = iter(range(10))
        assert smoke.wait_until(lambda: next(ticks) == 2, Supervisor([]), StopRequest(), seconds=30)
        assert next(ticks) == 3

    def test_waiting_ends_with_its_time(self) -> None:
        assert not smoke.wait_until(lambda: False, Supervisor([]), StopRequest(), seconds=0)

    def test_waiting_ends_when_somebody_asks(self) -> None:
        request = StopRequest()
        request.set()
        with pytest.raises(StopAskedError):
            smoke.wait_until(lambda: False, Supervisor([]), request, seconds=30)


class TestReadiness:
    def test_any_http_answer_will_do(self) -> None:
        with website(503, "") as url:
            assert answers(url)
            assert listens(int(url.rsplit(":", 1)[1]))

    def test_nobody_there(self) -> None:
        port = choose_port(None)
        assert not answers(f"http://127.0.0.1:{port}")
        assert not listens(port)

    def test_a_file_is_seen_once_for_each_time_it_is_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        check = appeared(tmp_path / "worker.ready")
        assert not check()
        monkeypatch.setenv(worker_ready.VARIABLE, str(tmp_path / "worker.ready"))
        worker_ready.say_ready()
        assert check()
        assert not check()

    def test_a_worker_that_nobody_waits_for_makes_no_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(worker_ready.VARIABLE, raising=False)
        worker_ready.say_ready()


class TestEngineKeeper:
    def test_what_came_back_is_said(self) -> None:
        stack, said = FakeStack(), list[str]()
        stack.outcomes = [["postgres", "valkey"], []]
        keeper = EngineKeeper(stack, said.append, clock=lambda: 0.0)  # type: ignore[arg-type]  # a fake
        keeper.tick()
        keeper.tick()
        assert said == [
            "postgres had died and was started again",
            "valkey had died and was started again",
        ]

    def test_failures_wait_longer_and_longer_until_one_success(self) -> None:
        stack, said, now = FakeStack(), list[str](), [100.0]
        stack.outcomes = [EmbeddedError("disk full"), EmbeddedError("disk full"), ["postgres"]]
        stack.outcomes.append(EmbeddedError("again"))
        keeper = EngineKeeper(
            stack,  # type: ignore[arg-type]  # a fake
            said.append,
            policy=RestartPolicy(first=1.0),
            clock=lambda: now[0],
        )
        calls = []
        for instant in (100.0, 100.9, 101.0, 102.9, 103.0, 104.0):
            now[0] = instant
            keeper.tick()
            calls.append(stack.calls)
        assert calls == [1, 1, 2, 2, 3, 4]
        assert said == [
            "disk full\nnext attempt in 1 s",
            "disk full\nnext attempt in 2 s",
            "postgres had died and was started again",
            "again\nnext attempt in 1 s",
        ]


def test_the_watch_records_changes_and_ends_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.up.watch._TICK_SECONDS", 0.02)
    monkeypatch.setattr("config.up.watch._TRIM_SECONDS", 0.0)
    monkeypatch.setattr("config.up.log_size.MAX_BYTES", 10)
    place = Installation(tmp_path, tmp_path)
    request = StopRequest()
    program = Program(
        "web", ["/bin/sh", "-c", "echo up; sleep 600"], os.environ, place.logs / "w.log", tmp_path
    )
    supervisor = Supervisor([program])
    supervisor.start()
    stack = FakeStack()

    def stop_once_ready() -> list[str]:
        if process_file.read(place.processes)[0].phase == "ready":
            request.set()
        return []

    monkeypatch.setattr(stack, "revive", stop_once_ready)
    watch(supervisor, EngineKeeper(stack, print), place, request)  # type: ignore[arg-type]  # a fake

    (record,) = process_file.read(place.processes)
    assert (record.name, record.phase, record.pid) == ("web", "ready", supervisor.children[0].pid)
    assert supervisor.stop()


class TestPreparation:
    @pytest.fixture
    def place(self, tmp_path: Path) -> Installation:
        """A checkout whose `config.up.prepare` the test writes."""
        (tmp_path / "config" / "up").mkdir(parents=True)
        return Installation(tmp_path, tmp_path / "data")

    def write(self, place: Installation, script: str) -> None:
        (place.root / "config" / "up" / "prepare.py").write_text(script)

    def test_the_child_is_told_where_the_tokens_go(self, place: Installation) -> None:
        self.write(place, "import sys; print(sys.argv[1:])")
        preparation.prepare(place, os.environ, StopRequest())
        said = (place.logs / "prepare.log").read_text()
        assert str(["--admin-token", str(place.admin_token)])[1:-1] in said
        assert str(["--demo-token", str(place.demo_token)])[1:-1] in said

    def test_a_failure_is_shown_with_the_end_of_its_log(self, place: Installation) -> None:
        self.write(place, "raise SystemExit('no such table')")
        with pytest.raises(StartError, match=r"(?s)preparing the database failed.*no such table"):
            preparation.prepare(place, os.environ, StopRequest())

    def test_a_stop_ends_the_child(self, place: Installation) -> None:
        self.write(
            place, "import os, signal, time; os.kill(os.getppid(), signal.SIGHUP); time.sleep(600)"
        )
        request = StopRequest()
        before = {
            sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        request.install()
        try:
            with pytest.raises(StopAskedError):
                preparation.prepare(place, os.environ, request)
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
